/* Sources without files, and plain steps on what they give: a series of numbers, a series of lines, one
 * number times a factor, the sum of two.
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <string.h>

#include "module.h"
#include "witness.h"

struct count_up {
    int64_t n;
    double step;
};

struct times {
    double factor;
};

struct lines {
    int64_t n, points;
    double spacing;
};

static const frit_param count_up_params[] = {
    FRIT_I64(struct count_up, n, 3, 0, 5e9, 0, "how many elements"),
    FRIT_F64(struct count_up, step, "m", 1, -1e6, 1e6, 0, "from one element to the next"),
    END
};

static const frit_param times_params[] = {
    FRIT_F64(struct times, factor, "1", 2, -1e6, 1e6, 0, "what to multiply by"),
    END
};

static const frit_param lines_params[] = {
    FRIT_I64(struct lines, n, 3, 0, 1e6, 0, "how many elements"),
    FRIT_I64(struct lines, points, 4, 0, 1e6, 0, "points of each"),
    FRIT_F64(struct lines, spacing, "mm", 1, 0, 1e6, 0, "of the points"),
    END
};

static const frit_port number_out[] = {
    { .name = "number", .unit = "m", .doc = "a number" },
    END
};

static const frit_port line_out[] = {
    { .name = "line", .unit = "count", .axis_name = { "x" }, .axis_unit = { "mm" }, .ndim = 1,
      .doc = "i + k at point k of element i" },
    END
};

static const frit_port any_in[] = {
    { .name = "data", .unit = "*", .axis_unit = EACH_DIMENSION("*"), .ndim = FRIT_ANY_NDIM,
      .doc = "anything" },
    END
};

static const frit_port any_out[] = {
    { .name = "data", .unit = "@data",
      .axis_name = { "@data.0", "@data.1", "@data.2" }, .axis_unit = { "@data.0", "@data.1", "@data.2" },
      .ndim = FRIT_ANY_NDIM, .doc = "the same, changed" },
    END
};

static const frit_port plus_in[] = {
    { .name = "a", .unit = "m", .doc = "a number" },
    { .name = "b", .unit = "m", .flags = FRIT_PORT_OPTIONAL, .doc = "another" },
    END
};

static frit_status count_up_count(frit_call *c, uint64_t *n)
{
    *n = (uint64_t)((const struct count_up *)c->params)->n;
    return FRIT_OK;
}

static frit_status count_up_run(frit_call *c)
{
    const struct count_up *p = c->params;
    frit_buffer *out = c->host->output(c, 0, FRIT_F64, 0, NULL, 0);
    if (!out)
        return FRIT_ENOMEM;
    witness("count_up %d\n", (int)c->index);
    out->value[0] = (double)(c->index + 1) * p->step;
    return FRIT_OK;
}

static frit_status times_run(frit_call *c)
{
    const struct times *p = c->params;
    const frit_view *in = c->host->input(c, 0, 0);
    frit_buffer *out = c->host->output_like(c, 0, 0);
    if (!out)
        return FRIT_ENOMEM;
    witness("times %d\n", (int)c->index);
    size_t n = 1;
    for (uint32_t k = 0; k < in->ndim; k++)
        n *= in->shape[k];
    for (size_t i = 0; i < n; i++) {
        out->value[i] *= p->factor;
        if (out->sigma)
            out->sigma[i] *= p->factor < 0 ? -p->factor : p->factor;
    }
    return FRIT_OK;
}

static frit_status plus_run(frit_call *c)
{
    frit_buffer *out = c->host->output(c, 0, FRIT_F64, 0, NULL, 0);
    if (!out)
        return FRIT_ENOMEM;
    out->value[0] = c->host->input(c, 0, 0)->value[0];
    if (c->host->n_inputs(c, 1))
        out->value[0] += c->host->input(c, 1, 0)->value[0];
    return FRIT_OK;
}

static frit_status lines_count(frit_call *c, uint64_t *n)
{
    *n = (uint64_t)((const struct lines *)c->params)->n;
    return FRIT_OK;
}

static frit_status lines_run(frit_call *c)
{
    const struct lines *p = c->params;
    size_t n = (size_t)p->points;
    frit_buffer *out = c->host->output(c, 0, FRIT_F64, 1, &n, 0);
    if (!out)
        return FRIT_ENOMEM;
    witness("lines %d\n", (int)c->index);
    for (size_t k = 0; k < n; k++) {
        out->axis[0][k] = (double)k * p->spacing;
        out->value[k] = (double)c->index + (double)k;
    }
    return FRIT_OK;
}

static const frit_step steps[] = {
    { .name = "count_up", .version = 1, .summary = "numbers 1, 2, 3, ...", .doc = "Times `step`.",
      .outputs = number_out, .params = count_up_params, .params_size = sizeof(struct count_up),
      .count = count_up_count, .run = count_up_run },
    { .name = "times", .version = 1, .summary = "anything times a factor", .doc = "As it says.",
      .inputs = any_in, .outputs = any_out, .params = times_params, .params_size = sizeof(struct times),
      .run = times_run },
    { .name = "plus", .version = 1, .summary = "the sum of two numbers", .doc = "Or one.",
      .inputs = plus_in, .outputs = number_out, .run = plus_run },
    { .name = "lines", .version = 1, .summary = "straight lines", .doc = "One after the other.",
      .outputs = line_out, .params = lines_params, .params_size = sizeof(struct lines),
      .count = lines_count, .run = lines_run },
};

TEST_MODULE("numbers", steps)
