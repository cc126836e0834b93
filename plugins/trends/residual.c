/* What a curve does beyond the straight line that it follows at low temperatures.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "line.h"
#include "trends.h"

#include <math.h>

enum { RESIDUAL, LINE, N_OUTPUTS };

const frit_port residual_inputs[] = {
    {.name = "curve", .ndim = 1, .unit = "*", .axis_name = {"T"}, .axis_unit = {"K"},
     .doc = "a curve against temperature, or a series of numbers along it"},
    {0}};

#define ON_T .ndim = 1, .axis_name = {"@curve.0"}, .axis_unit = {"@curve.0"}
const frit_port residual_outputs[] = {
    {.name = "residual", ON_T, .unit = "@curve", .doc = "the curve minus the line"},
    {.name = "line", ON_T, .unit = "@curve", .doc = "the line, at all positions of the curve"},
    {0}};

#define P struct residual
const frit_param residual_params[] = {
    FRIT_RANGE(P, range, "K", "300 380", 0, 1e5, 0,
               "temperatures at which the curve is taken for a straight line"),
    POINTS_PARAMS(P),
    {0}};

const char residual_doc[] =
"A straight line y = a + b T is fitted to the points of `range` by weighted least squares, and taken from\n"
"all:\n"
"\n"
"    residual = y - a - b T.\n"
"\n"
"Sigma of the line is sqrt(var a + 2 T cov + T^2 var b), and grows away from the range. Sigma of the\n"
"residual is sqrt(sigma^2 + sigma_line^2) for points that had no part in the line, and sqrt(sigma^2 -\n"
"sigma_line^2) for those of the range, which have drawn it towards themselves. Neighbouring residuals\n"
"share the error of the line. Where the points have no sigma (or `weights = \"equal\"`), it is that of\n"
"their scatter about the line, with n - 2.\n"
"\n"
"Attributes: `slope` (b, in the unit of the curve per K) and `chi_square`, the weighted sum of squares\n"
"over n - 2, where it means something.\n";

static frit_status fit(frit_call *c, const frit_view *v, struct points *points, struct line *line)
{
    const struct residual *p = c->params;
    frit_status status = points_collect(c, v, p->range.from, p->range.to, p->weights, p->repeats, points);
    if (status != FRIT_OK)
        return status;
    if (!line_fit(points, (p->range.from + p->range.to) / 2, line))
        return c->host->fail(
            c, FRIT_EDATA,
            "a straight line needs two points with a sigma, or three, between range = %g and "
            "%g K, and there is %s; %s",
            p->range.from, p->range.to, points_describe(c, v, points), points_extent(c, v));
    return FRIT_OK;
}

static bool in_range(const struct residual *p, double x)
{
    return x >= p->range.from && x <= p->range.to;
}

/* Variance of one value: its own, or that of the scatter. */
static double variance(const frit_view *v, size_t i, const struct points *points, const struct line *line)
{
    return points->sigma ? v->sigma[i] * v->sigma[i] : line->scatter;
}

static frit_status put(frit_call *c, uint32_t port, const frit_view *v, const struct points *points,
                       const struct line *line)
{
    if (!c->host->wanted(c, port))
        return FRIT_OK;
    frit_buffer *out = c->host->output(c, port, FRIT_F64, 1, v->shape, FRIT_WANT_SIGMA | FRIT_WANT_MASK);
    if (!out)
        return FRIT_ENOMEM;
    for (size_t i = 0; i < v->shape[0]; i++) {
        double x = v->axis[0][i], of_line = line_variance(line, x);
        out->axis[0][i] = x;
        out->mask[i] = port == LINE ? !isfinite(x) : !point_measured(v, i);
        if (out->mask[i])
            continue;
        double own = port == LINE ? 0 : variance(v, i, points, line);
        bool part = port == RESIDUAL && in_range(c->params, x);
        out->value[i] = port == LINE ? line_at(line, x) : v->value[i] - line_at(line, x);
        out->sigma[i] = sqrt(fmax(part ? own - of_line : own + of_line, 0));
    }
    const char *unit = points_slope_unit(c, v);
    if (!unit)
        return FRIT_ENOMEM;
    c->host->set_attribute(c, port, "slope", unit, line->slope);
    if (isfinite(line->chi_square))
        c->host->set_attribute(c, port, "chi_square", "1", line->chi_square);
    return FRIT_OK;
}

frit_status residual_run(frit_call *c)
{
    const frit_view *v = c->host->input(c, 0, 0);
    struct points points;
    struct line line;
    if (!v)
        return FRIT_EIO;
    frit_status status = fit(c, v, &points, &line);
    for (uint32_t port = 0; port < N_OUTPUTS && status == FRIT_OK; port++)
        status = put(c, port, v, &points, &line);
    return status;
}
