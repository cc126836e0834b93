/* Curves of theory on the axis of an input: made once for an axis and a wavelength.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "sample.h"

#include <stdlib.h>

struct columns {
    size_t n;
    double wavelength;    /* NaN: not known, nothing is filled */
    double value[];       /* one column after the other */
};

/* In angstrom; NaN: not known.  The attribute is the element's own: a plan is only good for its own. */
static double find_wavelength(frit_call *c, const struct sample *s)
{
    double wavelength;
    if (!isnan(s->wavelength))
        return s->wavelength;
    if (!isnan(s->energy))
        return HC_KEV_ANGSTROM / s->energy;
    bool known = c->host->attribute(c, 0, "wavelength", "angstrom", &wavelength);
    return known && wavelength > 0 ? wavelength : NAN;
}

static frit_status fill_columns(frit_call *c, double wavelength, const frit_view *v, double *value,
                                int n_columns, columns_fill *fill)
{
    double *column[MAX_COLUMNS];
    for (int k = 0; k < n_columns; k++)
        column[k] = value + (size_t)k * v->shape[0];
    return fill(c, wavelength, v->shape[0], v->axis[0], column);
}

frit_status columns_prepare(frit_call *c, void **plan, const struct sample *s, int n_columns,
                            columns_fill *fill)
{
    const frit_view *v = c->host->input(c, 0, 0);
    if (!v)
        return FRIT_EIO;
    size_t n = v->shape[0];
    struct columns *t = malloc(sizeof *t + n * (size_t)n_columns * sizeof *t->value);
    if (!t)
        return FRIT_ENOMEM;
    *plan = t;
    *t = (struct columns){ .n = n, .wavelength = find_wavelength(c, s) };
    return isnan(t->wavelength) ? FRIT_OK : fill_columns(c, t->wavelength, v, t->value, n_columns, fill);
}

frit_status columns_get(frit_call *c, const struct sample *s, int n_columns, columns_fill *fill,
                        const double **column)
{
    const struct columns *t = c->plan;
    const double *value = t->value;
    double wavelength = find_wavelength(c, s);
    if (isnan(wavelength))
        return c->host->fail(c, FRIT_EPARAM, "the scattering angle and the attenuation need the wavelength, "
                             "which the data do not bring along: give wavelength or energy");
    if (wavelength != t->wavelength) {
        const frit_view *v = c->host->input(c, 0, 0);
        if (!v)
            return FRIT_EIO;
        double *own = c->host->scratch(c, t->n * (size_t)n_columns + 1, sizeof *own);
        if (!own)
            return FRIT_ENOMEM;
        frit_status status = fill_columns(c, wavelength, v, own, n_columns, fill);
        if (status != FRIT_OK)
            return status;
        value = own;
    }
    for (int k = 0; k < n_columns; k++)
        column[k] = value + (size_t)k * t->n;
    return FRIT_OK;
}

/* ---- A smooth function of the angle ---- */

enum { ANGLES = 64 };

static double angle_of(double cosine)
{
    return 2 * asin(sqrt((1 - cosine) / 2));
}

/* Barycentric formula for Chebyshev's points; J.-P. Berrut and L. N. Trefethen, SIAM Rev. 46 (2004) 501. */
static double interpolate(const double *x, const double *y, double at)
{
    double sum = 0, norm = 0;
    for (int k = 0; k < ANGLES; k++) {
        if (at == x[k])
            return y[k];
        double w = (k % 2 ? -1 : 1) * (k == 0 || k == ANGLES - 1 ? 0.5 : 1) / (at - x[k]);
        sum += w * y[k];
        norm += w;
    }
    return sum / norm;
}

struct curve {
    double (*f)(const void *data, double two_theta);
    const void *data;
    const double *angle;
    double *value;
};

static void curve_point(void *data, size_t i, uint32_t worker)
{
    const struct curve *p = data;
    (void)worker;
    if (!isnan(p->angle[i]))
        p->value[i] = p->f(p->data, p->angle[i]);
}

void curve_of_angle(frit_call *c, double (*f)(const void *data, double two_theta), const void *data,
                    double lowest_cosine, double wavelength, size_t n, const double *Q, double *y)
{
    double low = INFINITY, high = -INFINITY, x[ANGLES], angle[ANGLES], node[ANGLES];
    for (size_t i = 0; i < n; i++) {
        double cosine = cos_two_theta(Q[i], wavelength);
        y[i] = cosine > lowest_cosine ? angle_of(cosine) : NAN;
        low = fmin(low, y[i]);
        high = fmax(high, y[i]);
    }
    if (n <= ANGLES || low == high) {
        struct curve all = { f, data, y, y };
        c->host->parallel(c, n, curve_point, &all);
        return;
    }
    for (int k = 0; k < ANGLES && low < high; k++) {
        x[k] = (low + high) / 2 + (low - high) / 2 * cos(3.14159265358979323846 * k / (ANGLES - 1));
        angle[k] = fmin(fmax(x[k], low), high);
    }
    if (low < high) {
        struct curve some = { f, data, angle, node };
        c->host->parallel(c, ANGLES, curve_point, &some);
    }
    for (size_t i = 0; i < n; i++)
        y[i] = isnan(y[i]) ? NAN : interpolate(x, node, y[i]);
}

/* ---- Outputs ---- */

frit_status put_column(frit_call *c, uint32_t port, const frit_view *v, const double *column)
{
    if (!c->host->wanted(c, port))
        return FRIT_OK;
    frit_buffer *out = c->host->output(c, port, FRIT_F64, 1, v->shape, FRIT_WANT_MASK);
    if (!out)
        return FRIT_ENOMEM;
    for (size_t i = 0; i < v->shape[0]; i++) {
        out->axis[0][i] = v->axis[0][i];
        out->mask[i] = !isfinite(column[i]) || !isfinite(v->axis[0][i]);
        out->value[i] = out->mask[i] ? 0 : column[i];
    }
    return FRIT_OK;
}

frit_status put_product(frit_call *c, uint32_t port, const frit_view *v, const double *factor)
{
    if (!c->host->wanted(c, port))
        return FRIT_OK;
    frit_buffer *out =
        c->host->output(c, port, FRIT_F64, 1, v->shape, FRIT_WANT_MASK | (v->sigma ? FRIT_WANT_SIGMA : 0));
    if (!out)
        return FRIT_ENOMEM;
    double *restrict axis = out->axis[0], *restrict to = out->value, *restrict sigma = out->sigma;
    uint8_t *restrict mask = out->mask;
    for (size_t i = 0; i < v->shape[0]; i++) {
        const double value = v->value[i] * factor[i], own = v->sigma ? v->sigma[i] * factor[i] : 0;
        axis[i] = v->axis[0][i];
        mask[i] = (v->mask && v->mask[i]) || !isfinite(value) || !isfinite(own) || !isfinite(axis[i]);
        to[i] = mask[i] ? 0 : value;
        if (sigma)
            sigma[i] = mask[i] ? 0 : own;
    }
    return FRIT_OK;
}
