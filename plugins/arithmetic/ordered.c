/* Whether numbers rise from each to the next, as far as their uncertainties let one say: a one-sided
 * comparison of neighbours under normal errors (JCGM 106:2012, 7.3).
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "arithmetic.h"

#include <math.h>
#include <string.h>

const frit_port ordered_inputs[] = {
    {.name = "values",
     .unit = "*",
     .ndim = 0,
     .flags = FRIT_PORT_MANY,
     .doc = "two numbers or more, in the order that is claimed: the least first; of one unit"},
    {.name = NULL}};

const frit_port ordered_outputs[] = {
    {.name = "holds",
     .unit = "1",
     .ndim = 0,
     .doc = "1 where each is below the next with the confidence asked for, else 0"},
    {.name = "probability",
     .unit = "1",
     .ndim = 0,
     .doc = "that each is below the next: the least over the neighbours"},
    {.name = NULL}};

const frit_param ordered_table[] = {
    FRIT_F64(ordered_params, confidence, "1", 0.95, 0.5, 1, 0, "the probability that is enough to say so"),
    {.name = NULL}};

static bool is_measured(const frit_view *v)
{
    return isfinite(v->value[0]) && !(v->mask && v->mask[0]);
}

/* That a < b; without uncertainties 0 or 1. */
static double probability_below(double a, double b, double sigma)
{
    if (sigma > 0)
        return 0.5 * erfc(-(b - a) / sigma / sqrt(2));
    return a < b ? 1 : 0;
}

frit_status ordered_run(frit_call *c)
{
    const uint64_t n = c->host->n_inputs(c, 0);
    if (n < 2)
        return c->host->fail(c, FRIT_EDATA, "there is nothing to compare: give two values at least");
    double below = 1, last = 0, last_sigma = 0;
    char unit[128] = "";
    for (uint64_t i = 0; i < n; i++) {
        const frit_view *v = c->host->input(c, 0, i);
        if (!v)
            return FRIT_EIO;
        if (i == 0)
            strncat(unit, v->unit, sizeof unit - 1);
        else if (strncmp(unit, v->unit, sizeof unit - 1) != 0)
            return c->host->fail(c, FRIT_EDATA,
                                 "value %llu is in %s, but the first in %s: give all in one unit",
                                 (unsigned long long)i + 1, v->unit, unit);
        if (v->failure || !is_measured(v)) {
            below = 0; /* what was not found cannot be claimed */
            continue;
        }
        double sigma = v->sigma && isfinite(v->sigma[0]) ? v->sigma[0] : 0;
        if (i > 0)
            below = fmin(below, probability_below(last, v->value[0], hypot(sigma, last_sigma)));
        last = v->value[0];
        last_sigma = sigma;
    }
    const double results[] = {below >= ((const ordered_params *)c->params)->confidence, below};
    for (uint32_t k = 0; k < 2; k++) {
        if (!c->host->wanted(c, k))
            continue;
        frit_buffer *out = c->host->output(c, k, FRIT_F64, 0, NULL, 0);
        if (!out)
            return FRIT_ENOMEM;
        out->value[0] = results[k];
    }
    return FRIT_OK;
}
