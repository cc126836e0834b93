/* A run of a calorimeter as two inputs: heat flow and temperature over time.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "calorimetry.h"

#include <math.h>
#include <string.h>

frit_status take_run(frit_call *c, uint32_t port, struct calorimeter_run *r)
{
    const frit_view *T = c->host->input(c, port + 1, 0);
    if (!T)
        return FRIT_EIO;
    size_t n = T->shape[0];
    *r = (struct calorimeter_run){.n = n,
                                  .t = c->host->scratch(c, n + 1, sizeof(double)),
                                  .T = c->host->scratch(c, n + 1, sizeof(double)),
                                  .flow = c->host->scratch(c, n + 1, sizeof(double)),
                                  .sigma = c->host->scratch(c, n + 1, sizeof(double)),
                                  .usable = c->host->scratch(c, n + 1, sizeof(double))};
    if (!r->t || !r->T || !r->flow || !r->sigma || !r->usable)
        return FRIT_ENOMEM;
    for (size_t i = 0; i < n; i++) {
        r->t[i] = T->axis[0][i];
        r->T[i] = T->value[i];
        if (!isfinite(r->T[i]) || (T->mask && T->mask[i]) || !isfinite(r->t[i]))
            return c->host->fail(
                c, FRIT_EDATA, "the temperature of point %zu was not measured: leave such points out", i + 1);
        if (i > 0 && !(r->t[i] > r->t[i - 1]))
            return c->host->fail(c, FRIT_EDATA, "time does not rise at point %zu: %g s after %g s", i + 1,
                                 r->t[i], r->t[i - 1]);
    }
    const frit_view *Q = c->host->input(c, port, 0);
    if (!Q)
        return FRIT_EIO;
    if (Q->shape[0] != n)
        return c->host->fail(
            c, FRIT_EDATA, "the heat flow has %zu points, the temperature %zu: they belong to different runs",
            Q->shape[0], n);
    char *unit = c->host->scratch(c, strlen(Q->unit) + 1, 1);
    if (!unit)
        return FRIT_ENOMEM;
    r->unit = strcpy(unit, Q->unit);
    for (size_t i = 0; i < n; i++) {
        if (Q->axis[0][i] != r->t[i])
            return c->host->fail(c, FRIT_EDATA,
                                 "heat flow and temperature are at different times at point %zu: %g and %g s",
                                 i + 1, Q->axis[0][i], r->t[i]);
        r->usable[i] =
            isfinite(Q->value[i]) && !(Q->mask && Q->mask[i]) && !(Q->sigma && !isfinite(Q->sigma[i]));
        r->flow[i] = r->usable[i] != 0 ? Q->value[i] : 0;
        r->sigma[i] = Q->sigma && r->usable[i] != 0 ? Q->sigma[i] : 0;
    }
    if (!Q->sigma)
        r->sigma = NULL;
    return FRIT_OK;
}

frit_status find_segments(frit_call *c, const struct calorimeter_run *r, const struct segment_rules *rules,
                          struct segments *s)
{
    double *work = c->host->scratch(c, 6 * (r->n + 1), sizeof *work);
    if (!work)
        return FRIT_ENOMEM;
    if (r->n < 5)
        return c->host->fail(c, FRIT_EDATA, "the run has %zu points: too few for a temperature program",
                             r->n);
    if (!segments_find(r->n, r->t, r->T, rules, work, s))
        return c->host->fail(
            c, FRIT_EDATA,
            "the program falls into more than %d parts: a larger held (%g K/min) or shortest "
            "(%g s) joins them",
            SEGMENTS_MAX, rules->held, rules->shortest);
    return FRIT_OK;
}
