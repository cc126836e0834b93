/* A penalised B-spline through a curve: the trend under the noise, with its band and its slope.
 *
 * P. H. C. Eilers and B. D. Marx, Stat. Sci. 11 (1996) 89, doi:10.1214/ss/1038425655.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "points.h"
#include "pspline.h"
#include "trends.h"

#include <math.h>

enum { SPLINE, DERIVATIVE, FINE, FINE_DERIVATIVE, N_OUTPUTS };

const frit_port spline_inputs[] = {
    {.name = "curve", .ndim = 1, .unit = "*", .axis_name = {"x"}, .axis_unit = {"*"},
     .doc = "a curve, or a series of numbers, which is one over its axis"},
    {0}};

#define ON_X .ndim = 1, .axis_name = {"@curve.0"}, .axis_unit = {"@curve.0"}
const frit_port spline_outputs[] = {
    {.name = "spline", ON_X, .unit = "@curve",
     .doc = "the smooth curve at the curve's own positions; masked outside of the measured points"},
    {.name = "derivative", ON_X, .unit = "*", .doc = "its slope there"},
    {.name = "fine", ON_X, .unit = "@curve", .doc = "the smooth curve on a fine, even axis, to be drawn"},
    {.name = "fine_derivative", ON_X, .unit = "*", .doc = "its slope there"},
    {0}};

#define P struct spline
const frit_param spline_params[] = {
    FRIT_F64(P, lambda, "1", NAN, 0, 1e30, 0,
             "how much the differences of neighbouring coefficients cost, beside weights of a mean of 1; not "
             "given: by generalised cross-validation"),
    FRIT_I64(P, segments, 0, 0, 1000, 0,
             "how many equal parts the axis is divided into; 0: a quarter of the points' number, up to 40"),
    FRIT_I64(P, degree, 3, 1, PSPLINE_DEGREE, 0, "of the polynomials between the knots"),
    FRIT_I64(P, order, 2, 1, PSPLINE_ORDER, 0,
             "of the differences: for a very large lambda 1 gives a constant, 2 a line, 3 a parabola"),
    FRIT_I64(P, points, 401, 2, 1000000, 0, "on the fine axis"),
    POINTS_PARAMS(P),
    {0}};

const char spline_doc[] =
"The curve is f(x) = sum c_j B_j(x), with B-splines B_j on equally spaced knots from the first measured\n"
"point to the last. The coefficients minimise\n"
"\n"
"    sum w_i [y_i - f(x_i)]^2 + lambda sum (differences of neighbouring c_j, of the given order)^2,\n"
"\n"
"w = 1/sigma^2, scaled to a mean of 1 (or 1 where there is no sigma). Without `lambda` it is the one with\n"
"the smallest score of generalised cross-validation,\n"
"\n"
"    n R/(n - p)^2,   R = sum w (y - f)^2,   p the trace of the matrix that makes f(x_i) of the y_i,\n"
"\n"
"over twenty decades in steps of a fifth, then by golden sections around the smallest. Cross-validation\n"
"takes what is independent from point to point for noise: where neighbouring points share their errors,\n"
"it follows them, and `lambda` is better given. A straight line stays itself whatever lambda is (order\n"
"2).\n"
"\n"
"Sigma is the square root of the diagonal of s^2 B (B'WB + lambda D'D)^-1 B', s^2 = R/(n - p), and of the\n"
"same with the derivatives of B: plus and minus 1.96 sigma cover the true curve at 95 % of the points on\n"
"the average; at sharp turns less, elsewhere more. The scatter sets its size; given sigmas only say which\n"
"points weigh more.\n"
"\n"
"Masked points are left out of the fit, and get the curve's value where they lie between measured ones.\n"
"Points in any order are taken in the order of their positions; on heating and cooling select one of the\n"
"two first. At least order + 1 different positions are needed. The attributes `lambda`, `freedom` (p),\n"
"`gcv` (the score) and `noise` (s, of a point of weight 1) tell of the fit.\n";

/* ---- The fit ---- */

static frit_status fit(frit_call *c, const frit_view *v, struct points *points, pspline **s)
{
    const struct spline *p = c->params;
    frit_status status = points_collect(c, v, NAN, NAN, p->weights, p->repeats, points);
    if (status != FRIT_OK)
        return status;
    if (points->n < (size_t)p->order + 1)
        return c->host->fail(
            c, FRIT_EDATA,
            "a spline with a penalty of order %d needs at least %d points at different positions, "
            "and this is %s",
            (int)p->order, (int)p->order + 1, points_describe(c, v, points));
    size_t segments = p->segments > 0 ? (size_t)p->segments : pspline_segments(points->n);
    struct pspline_shape shape = {points->x[0], points->x[points->n - 1], segments, (int)p->degree,
                                  (int)p->order};
    *s = pspline_new(&shape, points->n, points->x, points->w);
    if (!*s)
        return c->host->fail(
            c, FRIT_ENUMERIC,
            "%s do not bear a spline of %zu segments: give fewer segments, or weights = \"equal\"",
            points_describe(c, v, points), shape.segments);
    if (!c->host->progress(c, 0.2))
        return FRIT_ECANCELLED;
    pspline_fit(*s, points->y, p->lambda);
    return FRIT_OK;
}

/* ---- Outputs ---- */

static void tell(frit_call *c, uint32_t port, const pspline *s)
{
    struct pspline_result r = pspline_outcome(s);
    c->host->set_attribute(c, port, "lambda", "1", r.lambda);
    c->host->set_attribute(c, port, "freedom", "1", r.freedom);
    if (isfinite(r.score))
        c->host->set_attribute(c, port, "gcv", "1", r.score);
    c->host->set_attribute(c, port, "noise", "1", sqrt(r.scale));
}

/* Positions: those of the curve, or an even axis from the first to the last measured point. */
static double position(const frit_view *v, const struct points *p, bool fine, size_t i, size_t n)
{
    if (!fine)
        return point_position(v, i);
    double first = p->x[0], last = p->x[p->n - 1];
    return i + 1 < n ? first + (last - first) * (double)i / (double)(n - 1) : last;
}

static frit_status put(frit_call *c, uint32_t port, const frit_view *v, const struct points *p,
                       const pspline *s)
{
    bool fine = port == FINE || port == FINE_DERIVATIVE,
         slope = port == DERIVATIVE || port == FINE_DERIVATIVE;
    size_t n = fine ? (size_t)((const struct spline *)c->params)->points : v->shape[0];
    if (!c->host->wanted(c, port))
        return FRIT_OK;
    frit_buffer *out = c->host->output(c, port, FRIT_F64, 1, &n, FRIT_WANT_SIGMA | FRIT_WANT_MASK);
    const char *unit = slope ? points_slope_unit(c, v) : NULL;
    if (!out || (slope && !unit))
        return FRIT_ENOMEM;
    for (size_t i = 0; i < n; i++) {
        double x = position(v, p, fine, i, n);
        if (out->axis[0])
            out->axis[0][i] = x;
        out->mask[i] = !(x >= p->x[0] && x <= p->x[p->n - 1]);
        if (!out->mask[i])
            out->value[i] = pspline_at(s, x, slope, &out->sigma[i]);
    }
    if (slope)
        c->host->set_unit(c, port, -1, NULL, unit);
    tell(c, port, s);
    return FRIT_OK;
}

frit_status spline_run(frit_call *c)
{
    const frit_view *v = c->host->input(c, 0, 0);
    struct points points;
    pspline *s = NULL;
    if (!v)
        return FRIT_EIO;
    frit_status status = fit(c, v, &points, &s);
    for (uint32_t port = 0; port < N_OUTPUTS && status == FRIT_OK; port++)
        status = put(c, port, v, &points, s);
    pspline_free(s);
    return status;
}
