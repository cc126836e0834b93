/* Steps that take their time and let it be known: a copy of anything, the highest value of a curve, two
 * series side by side.
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <math.h>
#include <string.h>
#include <unistd.h>

#include "module.h"
#include "witness.h"

struct toil {
    const char *tag;
    int64_t ms;
    double fails_at;
};

static const frit_param params[] = {
    FRIT_TEXT(struct toil, tag, "toil", 0, "what the witness hears, before the element's number"),
    FRIT_I64(struct toil, ms, 0, 0, 10000, 0, "how long an element takes, in thousandths of a second"),
    FRIT_F64(struct toil, fails_at, "1", NAN, -1e9, 1e9, 0, "the number of an element that cannot be used"),
    END
};

static const frit_port any_in[] = {
    { .name = "data", .unit = "*", .axis_unit = EACH_DIMENSION("*"), .ndim = FRIT_ANY_NDIM,
      .doc = "anything" },
    { .name = "beside", .unit = "*", .axis_unit = EACH_DIMENSION("*"), .ndim = FRIT_ANY_NDIM,
      .flags = FRIT_PORT_OPTIONAL, .doc = "what must be there before" },
    END
};

static const frit_port any_out[] = {
    { .name = "data", .unit = "@data",
      .axis_name = { "@data.0", "@data.1", "@data.2" }, .axis_unit = { "@data.0", "@data.1", "@data.2" },
      .ndim = FRIT_ANY_NDIM, .doc = "the same" },
    END
};

static const frit_port curve_in[] = {
    { .name = "curve", .unit = "*", .axis_unit = { "*" }, .ndim = 1, .doc = "a curve" },
    END
};

static const frit_port number_out[] = {
    { .name = "highest", .unit = "@curve", .doc = "its highest value" },
    END
};

static const frit_port pairs_in[] = {
    { .name = "a", .unit = "*", .axis_unit = EACH_DIMENSION("*"), .ndim = FRIT_ANY_NDIM,
      .flags = FRIT_PORT_SERIES, .doc = "a series" },
    { .name = "b", .unit = "*", .axis_unit = EACH_DIMENSION("*"), .ndim = FRIT_ANY_NDIM,
      .flags = FRIT_PORT_SERIES, .doc = "another" },
    END
};

static const frit_port sum_out[] = {
    { .name = "sum", .unit = "1", .doc = "of the products of the first values" },
    END
};

/* The witness hears of an element when it is done. */
static frit_status work(frit_call *c)
{
    const struct toil *p = c->params;
    if ((double)c->index + 1 == p->fails_at)
        return c->host->fail(c, FRIT_EDATA, "there is no peak");
    if (p->ms)
        usleep((useconds_t)p->ms * 1000);
    witness("%s %d\n", p->tag, (int)c->index);
    return FRIT_OK;
}

static frit_status toil(frit_call *c)
{
    if (!c->host->output_like(c, 0, 0))
        return FRIT_ENOMEM;
    return work(c);
}

static frit_status highest(frit_call *c)
{
    const frit_view *v = c->host->input(c, 0, 0);
    frit_buffer *out = c->host->output(c, 0, FRIT_F64, 0, NULL, 0);
    if (!out)
        return FRIT_ENOMEM;
    out->value[0] = NAN;
    for (size_t i = 0; i < v->shape[0]; i++)
        if (!(v->mask && v->mask[i]) && !(v->value[i] <= out->value[0]))
            out->value[0] = v->value[i];
    return work(c);
}

static frit_status side_by_side(frit_call *c)
{
    double sum = 0;
    for (uint64_t i = 0; i < c->host->n_inputs(c, 0); i++) {
        const frit_view *a = c->host->input(c, 0, i);
        if (!a)
            return FRIT_EIO;
        double first = a->value[0];
        const frit_view *b = c->host->input(c, 1, i);
        if (!b)
            return FRIT_EIO;
        sum += first * b->value[0];
    }
    frit_buffer *out = c->host->output(c, 0, FRIT_F64, 0, NULL, 0);
    if (!out)
        return FRIT_ENOMEM;
    out->value[0] = sum;
    return work(c);
}

static const frit_step steps[] = {
    { .name = "toil", .version = 1, .summary = "a copy that takes its time", .doc = "And says so.",
      .inputs = any_in, .outputs = any_out, .params = params, .params_size = sizeof(struct toil), .run = toil },
    { .name = "highest", .version = 1, .summary = "the highest value of a curve", .doc = "Takes its time, too.",
      .inputs = curve_in, .outputs = number_out, .params = params, .params_size = sizeof(struct toil),
      .run = highest },
    { .name = "side_by_side", .version = 1, .summary = "two series, element by element", .doc = "One of each.",
      .inputs = pairs_in, .outputs = sum_out, .params = params, .params_size = sizeof(struct toil),
      .run = side_by_side },
};

TEST_MODULE("toil", steps)
