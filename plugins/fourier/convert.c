/* Conversions between functions of the same variable:  y = A x^power [u - base], where u is S(Q) or g(r), so
 * that one of them is another times a power of x, plus a power of x.
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "convert.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

bool convert_is_measured(const struct points *in, size_t i)
{
    return !(in->mask && in->mask[i]) && isfinite(in->value[i]) && isfinite(in->x[i]);
}

static double power(double x, int n)
{
    double y = 1;
    for (int k = 0; k < abs(n); k++)
        y *= x;
    return n < 0 ? 1 / y : y;
}

void convert_points(const struct form *from, const struct form *to, const struct points *in,
                    const frit_buffer *out)
{
    for (size_t i = 0; i < in->n; i++) {
        const double x = in->x[i];
        if (!convert_is_measured(in, i) || (to->power < from->power && !(x > 0))) {
            out->mask[i] = 1;
            continue;
        }
        const double slope = to->A / from->A * power(x, to->power - from->power);
        out->value[i] = slope * in->value[i] + to->A * power(x, to->power) * (from->base - to->base);
        if (out->sigma && in->sigma)
            out->sigma[i] = fabs(slope) * in->sigma[i];
    }
}

/* Names under which files and steps give the units of these functions. */
static const struct unit { const char *unit, *alias; double factor; } units[] = {
    {"1", "1", 1},
    {"1/angstrom", "1/angstrom", 1},
    {"1/angstrom", "angstrom^-1", 1},
    {"1/angstrom", "1/nm", 0.1},
    {"1/angstrom", "nm^-1", 0.1},
    {"1/angstrom^2", "1/angstrom^2", 1},
    {"1/angstrom^2", "angstrom^-2", 1},
    {"1/angstrom^2", "1/nm^2", 0.01},
    {"1/angstrom^2", "nm^-2", 0.01},
    {"fm^2", "fm^2", 1},
    {"fm^2", "fm2", 1},
    {"fm^2", "barn", 100},
    {"fm^2", "mbarn", 0.1}};

static frit_status unit_factor(frit_call *c, const struct form *from, const frit_view *in, double *factor)
{
    for (size_t i = 0; i < sizeof units / sizeof *units; i++)
        if (!strcmp(units[i].unit, from->unit) && !strcmp(units[i].alias, in->unit)) {
            *factor = units[i].factor;
            return FRIT_OK;
        }
    if (strcmp(in->unit, "1") && strcmp(in->unit, "count"))
        return c->host->fail(c, FRIT_EDATA,
                             "the curve has the unit %s, and %s has %s: `from` must say what it is", in->unit,
                             from->letter, from->unit);
    c->host->log(c, FRIT_WARNING, "the curve has no unit (%s): it is taken for %s in %s", in->unit,
                 from->letter, from->unit);
    return FRIT_OK;
}

frit_status convert_input(frit_call *c, const struct form *from, const frit_view *in, struct points *out)
{
    double factor = 1;
    const size_t n = in->shape[0];
    *out = (struct points){n, in->axis[0], in->value, in->sigma, in->mask};
    frit_status status = unit_factor(c, from, in, &factor);
    if (status != FRIT_OK || factor == 1)
        return status;
    double *value = c->host->scratch(c, n, sizeof *value);
    double *sigma = in->sigma ? c->host->scratch(c, n, sizeof *sigma) : NULL;
    if (!value || (in->sigma && !sigma))
        return FRIT_ENOMEM;
    for (size_t i = 0; i < n; i++) {
        value[i] = factor * in->value[i];
        if (sigma)
            sigma[i] = factor * in->sigma[i];
    }
    out->value = value;
    out->sigma = sigma;
    return FRIT_OK;
}

frit_buffer *convert_output(frit_call *c, const struct form *to, const frit_view *in, bool sigma)
{
    const size_t n = in->shape[0];
    frit_buffer *out =
        c->host->output(c, 0, FRIT_F64, 1, &n, FRIT_WANT_MASK | (sigma ? FRIT_WANT_SIGMA : 0));
    for (size_t i = 0; out && i < n; i++)
        out->axis[0][i] = in->axis[0][i];
    c->host->set_unit(c, 0, -1, to->name, to->unit);
    c->host->set_text_attribute(c, 0, "definition", to->definition);
    return out;
}
