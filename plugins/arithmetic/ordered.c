/* Whether numbers rise from each to the next, as far as their uncertainties let one say: a one-sided
 * comparison of neighbours under normal errors (JCGM 106:2012, 7.3).
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "arithmetic.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

const frit_port ordered_inputs[] = {
    {.name = "least", .unit = "*", .ndim = 0, .doc = "the number that is claimed to be the least"},
    {.name = "above",
     .unit = "*",
     .ndim = 0,
     .flags = FRIT_PORT_MANY,
     .doc = "the others, in the order that is claimed; in the same unit"},
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

struct claim {
    char   unit[128];
    double last, sigma;    /* of the value before */
    double below;          /* the least probability so far */
};

static frit_status take(frit_call *c, const frit_view *v, uint64_t i, struct claim *k)
{
    if (i == 0)
        snprintf(k->unit, sizeof k->unit, "%s", v->unit);
    else if (strncmp(k->unit, v->unit, sizeof k->unit - 1) != 0)
        return c->host->fail(c, FRIT_EDATA, "value %llu is in %s, but the first in %s: give all in one unit",
                             (unsigned long long)i + 1, v->unit, k->unit);
    if (v->failure || !is_measured(v)) {
        k->below = 0; /* what was not found cannot be claimed */
        return FRIT_OK;
    }
    double sigma = v->sigma && isfinite(v->sigma[0]) ? v->sigma[0] : 0;
    if (i > 0)
        k->below = fmin(k->below, probability_below(k->last, v->value[0], hypot(sigma, k->sigma)));
    k->last = v->value[0];
    k->sigma = sigma;
    return FRIT_OK;
}

frit_status ordered_run(frit_call *c)
{
    const uint64_t n = c->host->n_inputs(c, 1);
    struct claim claim = {.below = 1};
    for (uint64_t i = 0; i <= n; i++) {
        const frit_view *v = i == 0 ? c->host->input(c, 0, 0) : c->host->input(c, 1, i - 1);
        if (!v)
            return FRIT_EIO;
        frit_status status = take(c, v, i, &claim);
        if (status != FRIT_OK)
            return status;
    }
    const double results[] = {claim.below >= ((const ordered_params *)c->params)->confidence, claim.below};
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
