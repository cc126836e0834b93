/* difference: curves beside a curve of reference, S(T) - S(room temperature) and S(T)/S(room temperature).
 *
 * First-order propagation of uncertainty: JCGM 100:2008 (GUM), 5.1.2, doi:10.59161/JCGM100-2008E.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "metrics.h"
#include "shared/axes.h"

#include <math.h>

#include "shared/lookup.h"

#define EACH_DIMENSION(x) {x, x, x, x, x, x, x, x}
#define AXES_OF_DATA {"@data.0", "@data.1", "@data.2", "@data.3", "@data.4", "@data.5", "@data.6", "@data.7"}

enum { IN_DATA, IN_REFERENCE };
const frit_port difference_inputs[] = {
    {.name = "data", .unit = "*", .axis_unit = EACH_DIMENSION("*"), .ndim = FRIT_ANY_NDIM,
     .doc = "a curve, a frame or a number; or a series of them"},
    {.name = "reference", .unit = "*", .axis_unit = EACH_DIMENSION("*"), .ndim = FRIT_ANY_NDIM,
     .doc = "of the same kind and unit: the first of the series, the mean of some, another series of as "
             "many"},
    {0}};

enum { OUT_DIFFERENCE, OUT_RATIO, OUTPUTS };
const frit_port difference_outputs[] = {
    {.name = "difference", .unit = "@data", .ndim = FRIT_ANY_NDIM, .axis_name = AXES_OF_DATA,
     .axis_unit = AXES_OF_DATA, .doc = "data - reference; masked where one of the two is"},
    {.name = "ratio", .unit = "1", .ndim = FRIT_ANY_NDIM, .axis_name = AXES_OF_DATA,
     .axis_unit = AXES_OF_DATA, .doc = "data/reference; masked where the reference is 0, too"},
    {0}};

const char difference_doc[] =
    "    difference = x - x_ref,   sigma^2 = sigma_x^2 + sigma_ref^2\n"
    "    ratio = x/x_ref,          sigma^2 = (sigma_x/x_ref)^2 + (x sigma_ref/x_ref^2)^2\n"
    "\n"
    "value by value. In a series all elements are compared with the one reference, as in `sq:difference { "
    "sq[1] }`, `sq:difference { sq:select(1, 10):mean() }`. A curve whose reference has other positions is "
    "compared with straight lines between these, and masked beyond them and beside gaps; other data must "
    "have the same positions.\n"
    "\n"
    "**Sigma.** x and reference count as independent. Two things follow for a series. The error of the "
    "reference is the same in all differences: it moves the curve of a difference against temperature as a "
    "whole, is no scatter, and does not average out; a mean of n frames as reference makes it smaller by "
    "sqrt(n). And an element that is the reference itself, or part of its mean, has a difference that is "
    "0, or less uncertain than sigma says. Errors that all frames share (background, normalisation) cancel "
    "in truth and not in sigma; `draws` tells how much.\n"
    "\n"
    "How fast S changes, dS/dT at each Q, is `slope`; a curve of the difference at one Q against "
    "temperature is `value_at`.";

static frit_status compare(frit_call *c, const frit_view *x, const frit_view *r, bool *interpolate)
{
    *interpolate = false;
    if (x->ndim != r->ndim)
        return c->host->fail(c, FRIT_EDATA, "the data have %u dimensions and the reference has %u", x->ndim,
                             r->ndim);
    if (!same_text(x->unit, r->unit))
        return c->host->fail(c, FRIT_EDATA,
                             "the data are in %s and the reference is in %s: give both in one unit", x->unit,
                             r->unit);
    for (uint32_t k = 0; k < x->ndim; k++) {
        if (x->axis[k] && r->axis[k] && !same_text(x->axis_unit[k], r->axis_unit[k]))
            return c->host->fail(c, FRIT_EDATA,
                                 "the data are over %s and the reference is over %s: give both over one unit",
                                 x->axis_unit[k], r->axis_unit[k]);
        if (x->shape[k] == r->shape[k] && axes_differ(x->axis[k], r->axis[k], x->shape[k]) == x->shape[k])
            continue;
        if (x->ndim == 1 && x->axis[0] && r->axis[0])
            *interpolate = true;
        else if (x->shape[k] != r->shape[k])
            return c->host->fail(c, FRIT_EDATA,
                                 "the data have %zu values along dimension %u and the reference has %zu",
                                 x->shape[k], k + 1, r->shape[k]);
        else
            return c->host->fail(c, FRIT_EDATA,
                                 "data and reference have different positions along dimension %u", k + 1);
    }
    return FRIT_OK;
}

/* A value and its variance; false: not measured. */
static bool value_of(const frit_view *v, size_t i, double *value, double *variance)
{
    *value = v->value[i];
    *variance = v->sigma ? v->sigma[i] * v->sigma[i] : 0;
    return !(v->mask && v->mask[i]) && isfinite(*value) && isfinite(*variance);
}

static frit_status open_output(frit_call *c, uint32_t port, const frit_view *x, bool sigma, frit_buffer **out)
{
    *out = NULL;
    if (!c->host->wanted(c, port))
        return FRIT_OK;
    *out =
        c->host->output(c, port, FRIT_F64, x->ndim, x->shape, FRIT_WANT_MASK | (sigma ? FRIT_WANT_SIGMA : 0));
    if (!*out)
        return FRIT_ENOMEM;
    for (uint32_t k = 0; k < x->ndim; k++)
        for (size_t i = 0; (*out)->axis[k] && i < x->shape[k]; i++)
            (*out)->axis[k][i] = x->axis[k] ? x->axis[k][i] : (double)i;
    return FRIT_OK;
}

/* One output of n values; ratio: or the difference. */
static void put(frit_buffer *out, size_t n, bool ratio, const frit_view *x, const double *y,
                const double *variance, const bool *known)
{
    double *restrict value = out->value, *restrict sigma = out->sigma;
    uint8_t *restrict mask = out->mask;
    for (size_t i = 0; i < n; i++) {
        double a, va;
        const double b = y[i], vb = variance[i];
        const bool measured = value_of(x, i, &a, &va) && known[i] && !(ratio && b == 0);
        const double z = ratio ? a / b : a - b;
        const double vz = ratio ? va / (b * b) + a * a * vb / (b * b * b * b) : va + vb;
        mask[i] = !(measured && isfinite(z) && isfinite(vz));
        value[i] = mask[i] ? 0 : z;
        if (sigma && !mask[i])
            sigma[i] = sqrt(vz);
    }
}

/* The reference at the n places of the data. */
static bool read_reference(frit_call *c, const frit_view *x, const frit_view *r, bool interpolate, size_t n,
                           double *y, double *variance, bool *known)
{
    if (interpolate)
        return lookup_all(c, r, n, x->axis[0], y, variance, known);
    for (size_t i = 0; i < n; i++)
        known[i] = value_of(r, i, &y[i], &variance[i]);
    return true;
}

frit_status difference_run(frit_call *c)
{
    const frit_view *x = c->host->input(c, IN_DATA, 0), *r = c->host->input(c, IN_REFERENCE, 0);
    bool interpolate;
    if (!x || !r)
        return FRIT_EIO;
    frit_status status = compare(c, x, r, &interpolate);
    if (status != FRIT_OK)
        return status;
    frit_buffer *out[OUTPUTS];
    for (uint32_t port = 0; port < OUTPUTS; port++)
        if (open_output(c, port, x, x->sigma || r->sigma, &out[port]) != FRIT_OK)
            return FRIT_ENOMEM;
    size_t n = 1;
    for (uint32_t k = 0; k < x->ndim; k++)
        n *= x->shape[k];
    double *y = c->host->scratch(c, n + 1, sizeof *y);
    double *variance = c->host->scratch(c, n + 1, sizeof *variance);
    bool *known = c->host->scratch(c, n + 1, sizeof *known);
    if (!y || !variance || !known || !read_reference(c, x, r, interpolate, n, y, variance, known))
        return FRIT_ENOMEM;
    for (uint32_t port = 0; port < OUTPUTS; port++)
        if (out[port])
            put(out[port], n, port == OUT_RATIO, x, y, variance, known);
    return FRIT_OK;
}
