/* Steps that take a series as a whole: its mean with one element in memory at a time, and several series
 * at once.
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <math.h>
#include <string.h>

#include "module.h"
#include "witness.h"

static const frit_port series_in[] = {
    { .name = "data", .unit = "m", .flags = FRIT_PORT_SERIES, .doc = "numbers" },
    END
};

static const frit_port beside_in[] = {
    { .name = "data", .unit = "m", .flags = FRIT_PORT_SERIES, .doc = "numbers" },
    { .name = "scale", .unit = "1", .doc = "a number beside the series" },
    END
};

static const frit_port scaled_out[] = {
    { .name = "scaled", .unit = "m", .doc = "the sum, scaled" },
    END
};

static const frit_port average_out[] = {
    { .name = "average", .unit = "m", .doc = "mean of the elements that are there" },
    { .name = "missing", .unit = "1", .doc = "how many are not" },
    { .name = "span", .unit = "K", .doc = "last position less the first" },
    END
};

static const frit_port many_in[] = {
    { .name = "data", .unit = "*", .axis_unit = EACH_DIMENSION("*"), .ndim = FRIT_ANY_NDIM,
      .flags = FRIT_PORT_SERIES | FRIT_PORT_MANY, .doc = "series of anything" },
    END
};

static const frit_port lengths_out[] = {
    { .name = "lengths", .unit = "1", .axis_name = { "element" }, .axis_unit = { "1" }, .ndim = 1,
      .doc = "values in each element, over the number of its dataset" },
    END
};

static frit_status average(frit_call *c)
{
    const frit_host *h = c->host;
    uint64_t n = h->n_inputs(c, 0), missing = 0;
    double sum = 0, first = NAN, last = NAN;
    for (uint64_t i = 0; i < n; i++) {
        const frit_view *v = h->input(c, 0, i);
        if (!v)
            return FRIT_EIO;
        if (i == 0)
            first = v->position;
        last = v->position;
        if (v->failure)
            witness("failure: %s\n", v->failure);
        if (v->failure || (v->mask && v->mask[0]))
            missing++;
        else
            sum += v->value[0];
    }
    if (h->input(c, 0, n))
        return h->fail(c, FRIT_EPARAM, "an element past the end");
    witness("average\n");
    frit_buffer *mean = h->output(c, 0, FRIT_F64, 0, NULL, 0);
    frit_buffer *lost = h->output(c, 1, FRIT_F64, 0, NULL, 0);
    frit_buffer *span = h->output(c, 2, FRIT_F64, 0, NULL, 0);
    if (!mean || !lost || !span)
        return FRIT_ENOMEM;
    mean->value[0] = n > missing ? sum / (double)(n - missing) : NAN;
    lost->value[0] = (double)missing;
    span->value[0] = last - first;
    return FRIT_OK;
}

static frit_status lengths(frit_call *c)
{
    const frit_host *h = c->host;
    size_t n = h->n_inputs(c, 0);
    frit_buffer *out = h->output(c, 0, FRIT_F64, 1, &n, 0);
    if (!out)
        return FRIT_ENOMEM;
    for (size_t i = 0; i < n; i++) {
        const frit_view *v = h->input(c, 0, i);
        if (!v)
            return FRIT_EIO;
        out->value[i] = 1;
        for (uint32_t k = 0; k < v->ndim; k++)
            out->value[i] *= (double)v->shape[k];
        out->axis[0][i] = v->dataset;
    }
    return FRIT_OK;
}

static frit_status scaled_sum(frit_call *c)
{
    frit_buffer *out = c->host->output(c, 0, FRIT_F64, 0, NULL, 0);
    if (!out)
        return FRIT_ENOMEM;
    for (uint64_t i = 0; i < c->host->n_inputs(c, 0); i++) {
        const frit_view *v = c->host->input(c, 0, i);
        if (!v)
            return FRIT_EIO;
        out->value[0] += v->value[0];
    }
    out->value[0] *= c->host->input(c, 1, 0)->value[0];
    return FRIT_OK;
}

static const frit_step steps[] = {
    { .name = "average", .version = 1, .summary = "mean of a series", .doc = "One after the other.",
      .inputs = series_in, .outputs = average_out, .run = average },
    { .name = "lengths", .version = 1, .summary = "how long the elements are", .doc = "Of several series.",
      .inputs = many_in, .outputs = lengths_out, .run = lengths },
    { .name = "scaled_sum", .version = 1, .summary = "sum times a number", .doc = "Beside a series.",
      .inputs = beside_in, .outputs = scaled_out, .run = scaled_sum },
};

TEST_MODULE("reduce", steps)
