/* Per mass or per mole of atoms.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "calorimetry.h"
#include "shared/atomic_weights.h"

#include <math.h>

frit_status molar_mass(frit_call *c, const frit_composition *composition, const char *wanted, double *M)
{
    *M = composition->n ? mean_atomic_weight(composition) : NAN;
    if (composition->n == 0)
        return c->host->fail(c, FRIT_EPARAM, "'%s' is per mole of atoms: give the composition", wanted);
    if (isnan(*M))
        return c->host->fail(c, FRIT_EPARAM, "an element of %s has no standard atomic weight",
                             composition->text);
    return FRIT_OK;
}

frit_status put_number(frit_call *c, uint32_t port, double value, double sigma)
{
    if (!c->host->wanted(c, port))
        return FRIT_OK;
    frit_buffer *b = c->host->output(c, port, FRIT_F64, 0, NULL, FRIT_WANT_SIGMA);
    if (!b)
        return FRIT_ENOMEM;
    b->value[0] = value;
    b->sigma[0] = sigma;
    return FRIT_OK;
}

frit_status put_points(frit_call *c, uint32_t port, size_t n, const double *T, const double *y)
{
    if (!c->host->wanted(c, port))
        return FRIT_OK;
    frit_buffer *b = c->host->output(c, port, FRIT_F64, 1, &n, 0);
    if (!b)
        return FRIT_ENOMEM;
    for (size_t i = 0; i < n; i++) {
        b->axis[0][i] = T[i];
        b->value[i] = y[i];
    }
    return FRIT_OK;
}

frit_status put_line(frit_call *c, uint32_t port, const struct line *l, double from, double to)
{
    return put_points(c, port, 2, (double[]){from, to}, (double[]){line_at(l, from), line_at(l, to)});
}

/* A short upright stroke, for a figure. */
frit_status put_mark(frit_call *c, uint32_t port, double T, double y, double size)
{
    return put_points(c, port, 2, (double[]){T, T}, (double[]){y - size, y + size});
}
