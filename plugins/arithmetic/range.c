/* A part of a curve's axis: the curve there, and its mean: eleven frames around a temperature.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "arithmetic.h"

#include <math.h>

const frit_port range_inputs[] = {{.name = "curve",
                                   .unit = "*",
                                   .axis_name = {"x"},
                                   .axis_unit = {"*"},
                                   .ndim = 1,
                                   .doc = "a curve, or a series of numbers"},
                                  {.name = NULL}};

const frit_port range_outputs[] = {{.name = "mean",
                                    .unit = "@curve",
                                    .ndim = 0,
                                    .doc = "mean of the points in the range, each counting alike"},
                                   {.name = NULL}};

const frit_param range_table[] = {
    FRIT_RANGE(range_params, range, "1", NULL, -1e300, 1e300, FRIT_PARAM_REQUIRED,
               "from and to, both included, in the unit of the curve's axis"),
    FRIT_CHOICE(range_params, error, "auto|propagated|scatter",
                "sigma of the mean. propagated: from the points' own, taken as independent; scatter: their "
                "standard deviation over "
                "the square root of their number; auto: propagated where they have a sigma, else scatter"),
    {.name = NULL}};

enum { ERROR_AUTO, ERROR_PROPAGATED, ERROR_SCATTER };

struct found {
    size_t n;
    double first, sum, square, variance;
};

static double position(const frit_view *v, size_t i)
{
    return v->axis[0] ? v->axis[0][i] : (double)(i + 1);
}

static bool within(const frit_view *v, size_t i, frit_range range)
{
    double x = position(v, i);
    return x >= range.from && x <= range.to;
}

static bool is_measured(const frit_view *v, size_t i)
{
    return isfinite(position(v, i)) && isfinite(v->value[i]) && !(v->mask && v->mask[i]);
}

/* Nothing is measured in the range: say where there is. */
static frit_status say_empty(frit_call *c, const frit_view *v, frit_range range)
{
    double lowest = INFINITY, highest = -INFINITY;
    for (size_t i = 0; i < v->shape[0]; i++) {
        if (!is_measured(v, i))
            continue;
        lowest = fmin(lowest, position(v, i));
        highest = fmax(highest, position(v, i));
    }
    if (lowest > highest)
        return c->host->fail(c, FRIT_EDATA, "the curve has no measured point");
    return c->host->fail(c, FRIT_EDATA,
                         "no measured point between %g and %g %s: the curve's lie between %g and %g",
                         range.from, range.to, v->axis_unit[0] ? v->axis_unit[0] : "", lowest, highest);
}

static void collect(const frit_view *v, frit_range range, struct found *f)
{
    *f = (struct found){0};
    for (size_t i = 0; i < v->shape[0]; i++) {
        if (!within(v, i, range) || !is_measured(v, i))
            continue;
        if (f->n++ == 0)
            f->first = v->value[i];
        double d = v->value[i] - f->first;
        f->sum += d;
        f->square += d * d;
        f->variance += v->sigma && isfinite(v->sigma[i]) ? v->sigma[i] * v->sigma[i] : 0;
    }
}

frit_status range_run(frit_call *c)
{
    const range_params *p = c->params;
    const frit_view *v = c->host->input(c, 0, 0);
    if (!v)
        return FRIT_EIO;
    struct found f;
    collect(v, p->range, &f);
    if (f.n == 0)
        return say_empty(c, v, p->range);
    int error = p->error == ERROR_AUTO ? v->sigma ? ERROR_PROPAGATED : ERROR_SCATTER : p->error;
    if (error == ERROR_PROPAGATED && !v->sigma)
        return c->host->fail(c, FRIT_EDATA, "the curve has no sigma to propagate: give error = \"scatter\"");
    /* One point alone does not scatter: its uncertainty is not known. */
    bool known = error == ERROR_PROPAGATED || f.n > 1;
    frit_buffer *out = c->host->output(c, 0, FRIT_F64, 0, NULL, known ? FRIT_WANT_SIGMA : 0);
    if (!out)
        return FRIT_ENOMEM;
    const double n = (double)f.n, about_mean = fmax(f.square - f.sum * f.sum / n, 0);
    out->value[0] = f.first + f.sum / n;
    if (known)
        out->sigma[0] = error == ERROR_PROPAGATED ? sqrt(f.variance) / n : sqrt(about_mean / (n - 1) / n);
    c->host->set_attribute(c, 0, "averaged", "1", n);
    return FRIT_OK;
}

/* ---- The part itself ---- */

const frit_param cut_table[] = {FRIT_RANGE(cut_params, range, "1", NULL, -1e300, 1e300, FRIT_PARAM_REQUIRED,
                                           "from and to, both included, in the unit of the curve's axis"),
                                {.name = NULL}};

const frit_port cut_outputs[] = {{.name = "curve",
                                  .unit = "@curve",
                                  .axis_name = {"@curve.0"},
                                  .axis_unit = {"@curve.0"},
                                  .ndim = 1,
                                  .doc = "its points within the range, in their order"},
                                 {.name = NULL}};

frit_status cut_run(frit_call *c)
{
    const frit_range range = ((const cut_params *)c->params)->range;
    const frit_view *v = c->host->input(c, 0, 0);
    if (!v)
        return FRIT_EIO;
    size_t n = 0, k = 0;
    for (size_t i = 0; i < v->shape[0]; i++)
        n += within(v, i, range);
    if (n == 0 && v->shape[0] > 0)
        return c->host->fail(
            c, FRIT_EDATA, "no point between %g and %g %s: the curve's lie between %g and %g", range.from,
            range.to, v->axis_unit[0] ? v->axis_unit[0] : "", position(v, 0), position(v, v->shape[0] - 1));
    frit_buffer *out = c->host->output(c, 0, FRIT_F64, 1, &n,
                                       (v->sigma ? FRIT_WANT_SIGMA : 0) | (v->mask ? FRIT_WANT_MASK : 0));
    if (!out)
        return FRIT_ENOMEM;
    for (size_t i = 0; i < v->shape[0]; i++) {
        if (!within(v, i, range))
            continue;
        if (out->axis[0])
            out->axis[0][k] = position(v, i);
        out->value[k] = v->value[i];
        if (v->sigma)
            out->sigma[k] = v->sigma[i];
        if (v->mask)
            out->mask[k] = v->mask[i];
        k++;
    }
    return FRIT_OK;
}
