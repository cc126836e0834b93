/* A newer plugin: every struct has members that this host has never heard of, filled with what would hurt
 * a host that walks the tables with strides of its own.
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "strides.h"

#define HURT (void *)-1

typedef struct new_port { frit_port now; void *later[3]; } new_port;
typedef struct new_param { frit_param now; void *later[5]; } new_param;
typedef struct new_step { frit_step now; void *later[2]; } new_step;
typedef struct new_module { frit_module now; void *later[4]; } new_module;

static const new_port in[] = {
    { { .name = "data", .unit = "m", .doc = "a number" }, { HURT, HURT, HURT } },
    { { .name = "other", .unit = "m", .flags = FRIT_PORT_OPTIONAL, .doc = "ignored" }, { HURT, HURT, HURT } },
    { { .name = NULL }, { HURT, HURT, HURT } }
};
static const new_port out[] = {
    { { .name = "data", .unit = "m", .doc = "times `by`" }, { HURT, HURT, HURT } },
    { { .name = NULL }, { HURT, HURT, HURT } }
};
struct two { struct double_up up; int64_t unused; };
static const new_param params[] = {
    { { .name = "by", .type = FRIT_TYPE_F64, .def = 3, .max = 100, .unit = "1", .doc = "factor" }, { HURT } },
    { FRIT_I64(struct two, unused, 7, 0, 9, 0, "nothing"), { HURT, HURT } },
    { { .name = NULL }, { HURT } }
};

#define STEP(name_) \
    { { .name = name_, .version = 1, .summary = "from a newer plugin", .doc = "Thrice.", \
        .inputs = (const frit_port *)(const void *)in, .outputs = (const frit_port *)(const void *)out, \
        .params = (const frit_param *)(const void *)params, .params_size = sizeof(struct two), \
        .run = double_up_run }, { HURT, HURT } }

static const new_step steps[] = { STEP("new_triple"), STEP("new_triple_too") };

static const new_module module = {
    { .size_module = sizeof(new_module), .size_step = sizeof(new_step), .size_port = sizeof(new_port),
      .size_param = sizeof(new_param), .n_steps = 2, .name = "newer", .version = "9",
      .steps = (const frit_step *)(const void *)steps },
    { HURT }
};

const frit_module *frit_module_v1(void)
{
    return &module.now;
}
