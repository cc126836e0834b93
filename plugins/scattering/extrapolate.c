/* S(Q) continued from the first measured point down to Q = 0.
 *
 * S(0) = rho0 k_B T kappa for a liquid, near 0 for a glass: J.-P. Hansen and I. R. McDonald, Theory of Simple
 * Liquids, 4th ed., Academic Press 2013, ISBN 978-0-12-387032-2.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <math.h>
#include <stdio.h>

#include "scattering.h"

enum { SHAPE_CONSTANT, SHAPE_LINEAR, SHAPE_QUADRATIC };

const frit_port extrapolate_inputs[] = {
    { .name = "structure_factor", .ndim = 1, .unit = "1", .axis_name = { "Q" }, .axis_unit = { "1/angstrom" },
      .doc = "S(Q), by ascending Q" },
    { 0 }
};

const frit_port extrapolate_outputs[] = {
    { .name = "structure_factor", .ndim = 1, .unit = "1", .axis_name = { "@structure_factor.0" },
      .axis_unit = { "@structure_factor.0" },
      .doc = "S(Q) from the lowest Q on that the steps of the axis reach, 0 if they do" },
    { 0 }
};

const frit_param extrapolate_table[] = {
    FRIT_CHOICE(extrapolate_params, shape, "constant|linear|quadratic",
                "constant: the mean of the first edge_points; linear, quadratic: from s0 at Q = 0 to that "
                "mean at the first point"),
    FRIT_F64(extrapolate_params, qmin, "1/angstrom", NAN, 0, 1000, 0,
             "points below it are replaced as well; not given: only what was not measured"),
    FRIT_F64(extrapolate_params, s0, "1", 0, -10, 10, 0, "S(0), where the shape is linear or quadratic"),
    FRIT_I64(extrapolate_params, edge_points, 15, 1, 10000, 0,
             "how many of the first points make the mean"),
    { 0 }
};

/* The mean of the first points, and where they begin. */
typedef struct edge {
    size_t first, n;
    double mean, sigma;
} edge;

static bool is_measured(const frit_view *v, size_t i)
{
    return !(v->mask && v->mask[i]) && isfinite(v->value[i]);
}

static edge find_edge(const extrapolate_params *p, const frit_view *v)
{
    edge e = { .first = v->shape[0] };
    double sum = 0, variance = 0;
    for (size_t i = 0; i < v->shape[0] && e.n < (size_t)p->edge_points; i++) {
        double Q = v->axis[0][i];
        if (!is_measured(v, i) || Q < p->qmin * (1 - 1e-9) || !(Q > 0))
            continue;
        if (e.n++ == 0)
            e.first = i;
        sum += v->value[i];
        variance += v->sigma ? v->sigma[i] * v->sigma[i] : 0;
    }
    e.mean = sum / (double)e.n;
    e.sigma = sqrt(variance) / (double)e.n;
    return e;
}

static double share(const extrapolate_params *p, double u)
{
    return p->shape == SHAPE_CONSTANT ? 1 : p->shape == SHAPE_LINEAR ? u : u * u;
}

static frit_status check_axis(frit_call *c, const frit_view *v, const edge *e)
{
    const double *Q = v->axis[0];
    for (size_t i = 0; i < v->shape[0]; i++)
        if (!isfinite(Q[i]) || (i > 0 && Q[i] <= Q[i - 1]))
            return c->host->fail(c, FRIT_EDATA, "Q must increase from point to point; it does not at point "
                                 "%zu, %g 1/angstrom", i + 1, Q[i]);
    if (e->n == 0)
        return c->host->fail(c, FRIT_EDATA, "no measured point stands at a positive Q%s",
                             isnan(((const extrapolate_params *)c->params)->qmin) ? "" : " from qmin on");
    if (v->shape[0] < 2)
        return c->host->fail(c, FRIT_EDATA, "one point does not say how far apart the others would stand");
    return FRIT_OK;
}

frit_status extrapolate_run(frit_call *c)
{
    const extrapolate_params *p = c->params;
    const frit_view *v = c->host->input(c, 0, 0);
    if (!v)
        return FRIT_EIO;
    edge e = find_edge(p, v);
    frit_status status = check_axis(c, v, &e);
    if (status != FRIT_OK)
        return status;
    const double *Q = v->axis[0];
    double step = Q[1] - Q[0], base = p->shape == SHAPE_CONSTANT ? 0 : p->s0;
    double before = floor(fmax(0, Q[0]) / step * (1 + 1e-9));
    if (before > 1e6)
        return c->host->fail(c, FRIT_EDATA, "the first two points stand %g 1/angstrom apart: down to Q = 0 "
                             "that would make %.0f points", step, before);
    size_t added = (size_t)before, n = added + v->shape[0];
    frit_buffer *out =
        c->host->output(c, 0, FRIT_F64, 1, &n, FRIT_WANT_MASK | (v->sigma ? FRIT_WANT_SIGMA : 0));
    if (!out)
        return FRIT_ENOMEM;
    for (size_t i = 0; i < n; i++) {
        bool new_point = i < added;
        double at = new_point ? fmax(0, Q[0] - (double)(added - i) * step) : Q[i - added];
        out->axis[0][i] = at;
        if (new_point || (i - added < e.first && at >= 0)) {
            double part = share(p, at / Q[e.first]);
            out->value[i] = base + (e.mean - base) * part;
            if (out->sigma)
                out->sigma[i] = part * e.sigma;
            continue;
        }
        out->mask[i] = at < 0 || !is_measured(v, i - added);
        out->value[i] = out->mask[i] ? 0 : v->value[i - added];
        if (out->sigma && !out->mask[i])
            out->sigma[i] = v->sigma[i - added];
    }
    static const char *const name[] = { "constant", "line", "parabola" };
    char text[160];
    snprintf(text, sizeof text, "S as a %s below %.6g 1/angstrom, where it is %.6g, the mean of %zu points",
             name[p->shape], Q[e.first], e.mean, e.n);
    c->host->set_text_attribute(c, 0, "low_q", text);
    return FRIT_OK;
}
