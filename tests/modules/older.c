/* An older plugin: its ports lack the last members of the host's (flags, dtypes).  What it does not know of
 * is zero.
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "strides.h"

typedef struct old_port {
    const char *name, *unit, *axis_name[FRIT_MAX_NDIM], *axis_unit[FRIT_MAX_NDIM], *doc;
    uint32_t ndim;
} old_port;

_Static_assert(sizeof(old_port) < sizeof(frit_port), "an older port is shorter");
_Static_assert(offsetof(old_port, ndim) == offsetof(frit_port, ndim), "and the same up to its end");

static const frit_param params[] = {
    FRIT_F64(struct double_up, by, "1", 2, 0, 100, 0, "factor"),
    { .name = NULL }
};

static const old_port in[] = {
    { .name = "data", .unit = "m", .doc = "a number" },
    { .name = NULL }
};

static const old_port out[] = {
    { .name = "data", .unit = "m", .doc = "times `by`" },
    { .name = "also", .unit = "s", .doc = "a second port, a stride further" },
    { .name = NULL }
};

static frit_status run(frit_call *c)
{
    if (c->host->wanted(c, 1) && !c->host->output(c, 1, FRIT_F64, 0, NULL, 0))
        return FRIT_ENOMEM;
    return double_up_run(c);
}

static const frit_step steps[] = {
    { .name = "old_double", .version = 1, .summary = "from an older plugin", .doc = "Twice.",
      .inputs = (const frit_port *)(const void *)in, .outputs = (const frit_port *)(const void *)out,
      .params = params, .params_size = sizeof(struct double_up), .run = run },
};

static const frit_module module = {
    .size_module = sizeof(frit_module), .size_step = sizeof(frit_step), .size_port = sizeof(old_port),
    .size_param = sizeof(frit_param), .n_steps = 1, .name = "older", .version = "0", .steps = steps
};

const frit_module *frit_module_v1(void)
{
    return &module;
}
