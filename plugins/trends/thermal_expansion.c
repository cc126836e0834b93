/* Linear thermal expansion from a length, or from the position of a peak, against temperature.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "line.h"
#include "trends.h"

#include <math.h>
#include <string.h>

enum { ALPHA, RELATIVE, LINE };
enum { OF_AUTO, OF_LENGTH, OF_WAVE_NUMBER };

const frit_port thermal_expansion_inputs[] = {
    {.name = "curve", .ndim = 1, .unit = "*", .axis_name = {"T"}, .axis_unit = {"K"},
     .doc = "a length, or the position of a peak of S(Q), against temperature; or a series of such numbers"},
    {0}};

#define ON_T .ndim = 1, .axis_name = {"@curve.0"}, .axis_unit = {"@curve.0"}
const frit_port thermal_expansion_outputs[] = {
    {.name = "alpha", .unit = "1/K", .doc = "coefficient of linear expansion"},
    {.name = "relative_length", ON_T, .unit = "1", .doc = "L(T)/L(reference)"},
    {.name = "line", ON_T, .unit = "1", .doc = "1 + alpha (T - reference), within the range"},
    {0}};

#define P struct thermal_expansion
const frit_param thermal_expansion_params[] = {
    FRIT_RANGE(P, range, "K", NULL, 0, 1e5, 0, "temperatures of the line; not given: all"),
    FRIT_F64(P, reference, "K", NAN, 0, 1e5, 0,
             "temperature of the length that alpha refers to; not given: the lowest of the range"),
    FRIT_CHOICE(P, of, "auto|length|wave_number",
                "what the values are. length: they grow with the sample; wave_number: they shrink as it "
                "grows; "
                "auto: a wave number where the unit is one over something (1/angstrom), else a length"),
    POINTS_PARAMS(P),
    {0}};

const char thermal_expansion_doc[] =
"With L the value (`of = \"length\"`) or one over it (`\"wave_number\"`: the position of a peak in Q), a\n"
"straight line L = L0 + b (T - reference) is fitted to the points of `range` by weighted least squares,\n"
"and\n"
"\n"
"    alpha = b/L0,   relative_length = L(T)/L0,   L0 the line's value at the reference.\n"
"\n"
"alpha > 0 where the sample grows on heating. Its sigma has the variances of b and L0 and their\n"
"covariance, from the points' sigma or, without one, from their scatter about the line; sigma of\n"
"`relative_length` is that of the point and of L0 together. The attributes `of`, `reference` and\n"
"`chi_square` (over n - 2) tell of the fit.\n"
"\n"
"Limits: in a glass the position of a peak moves for other reasons than expansion too. That of the first\n"
"sharp diffraction peak follows the structure as it relaxes, and the positions of shells follow their\n"
"shape: take a range in which nothing relaxes, compare with dilatometry, and prefer a published alpha to\n"
"that of a first peak.\n";

static bool is_wave_number(const struct thermal_expansion *p, const frit_view *v)
{
    const char *unit = v->unit;
    size_t n = strlen(unit);
    bool inverse = strncmp(unit, "1/", 2) == 0 || (n > 2 && strcmp(unit + n - 2, "-1") == 0) ||
                   strstr(unit, "\u207b\u00b9") != NULL;
    return p->of == OF_AUTO ? inverse : p->of == OF_WAVE_NUMBER;
}

/* Values become lengths; they have to be positive. */
static frit_status to_lengths(frit_call *c, struct points *p, bool wave_number)
{
    for (size_t i = 0; i < p->n; i++) {
        double y = p->y[i];
        if (!(y > 0))
            return c->host->fail(
                c, FRIT_EDATA, "the value at %.8g K is %.8g: a length, or the position of a peak, is above 0",
                p->x[i], y);
        if (!wave_number)
            continue;
        p->y[i] = 1 / y;
        if (p->sigma) {
            p->sigma[i] /= y * y;
            p->w[i] = 1 / (p->sigma[i] * p->sigma[i]);
        }
    }
    return FRIT_OK;
}

static frit_status fit(frit_call *c, const frit_view *v, bool wave_number, struct points *points,
                       struct line *line)
{
    const struct thermal_expansion *p = c->params;
    frit_status status = points_collect(c, v, p->range.from, p->range.to, p->weights, p->repeats, points);
    if (status == FRIT_OK)
        status = to_lengths(c, points, wave_number);
    if (status != FRIT_OK)
        return status;
    double reference = isnan(p->reference) && points->n ? points->x[0] : p->reference;
    if (!line_fit(points, reference, line))
        return c->host->fail(
            c, FRIT_EDATA,
            "an expansion needs two points with a sigma, or three, at different temperatures of "
            "the range, and there is %s; %s",
            points_describe(c, v, points), points_extent(c, v));
    if (!(line->value > 0))
        return c->host->fail(
            c, FRIT_EDATA,
            "the line through %s falls to %g at reference = %g K: give a reference nearer to the "
            "range",
            points_describe(c, v, points), line->value, reference);
    return FRIT_OK;
}

/* ---- Outputs ---- */

static void tell(frit_call *c, uint32_t port, bool wave_number, const struct line *line)
{
    c->host->set_text_attribute(c, port, "of", wave_number ? "wave number" : "length");
    c->host->set_attribute(c, port, "reference", "K", line->x0);
    if (isfinite(line->chi_square))
        c->host->set_attribute(c, port, "chi_square", "1", line->chi_square);
}

static frit_status put_alpha(frit_call *c, const struct line *l)
{
    frit_buffer *out = c->host->output(c, ALPHA, FRIT_F64, 0, NULL, FRIT_WANT_SIGMA);
    if (!out)
        return FRIT_ENOMEM;
    double alpha = l->slope / l->value;
    double variance = l->var_slope - 2 * alpha * l->covariance + alpha * alpha * l->var_value;
    out->value[0] = alpha;
    out->sigma[0] = sqrt(fmax(variance, 0)) / l->value;
    return FRIT_OK;
}

/* The uncertainty of one length: its own, or that of the scatter. */
static double variance_of(const frit_view *v, size_t i, const struct points *p, const struct line *l,
                          bool wave_number)
{
    if (!p->sigma)
        return l->scatter;
    double sigma = wave_number ? v->sigma[i] / (v->value[i] * v->value[i]) : v->sigma[i];
    return sigma * sigma;
}

static frit_status put_relative(frit_call *c, const frit_view *v, const struct points *p,
                                const struct line *l, bool wave_number)
{
    frit_buffer *out = c->host->output(c, RELATIVE, FRIT_F64, 1, v->shape, FRIT_WANT_SIGMA | FRIT_WANT_MASK);
    if (!out)
        return FRIT_ENOMEM;
    for (size_t i = 0; i < v->shape[0]; i++) {
        out->axis[0][i] = v->axis[0][i];
        out->mask[i] = !point_measured(v, i) || !(v->value[i] > 0);
        if (out->mask[i])
            continue;
        double ratio = (wave_number ? 1 / v->value[i] : v->value[i]) / l->value;
        out->value[i] = ratio;
        out->sigma[i] = sqrt(variance_of(v, i, p, l, wave_number) + ratio * ratio * l->var_value) / l->value;
    }
    return FRIT_OK;
}

static frit_status put_line(frit_call *c, const frit_view *v, const struct points *p, const struct line *l)
{
    frit_buffer *out = c->host->output(c, LINE, FRIT_F64, 1, v->shape, FRIT_WANT_SIGMA | FRIT_WANT_MASK);
    if (!out)
        return FRIT_ENOMEM;
    for (size_t i = 0; i < v->shape[0]; i++) {
        double x = v->axis[0][i];
        out->axis[0][i] = x;
        out->mask[i] = !(x >= p->x[0] && x <= p->x[p->n - 1]);
        if (out->mask[i])
            continue;
        out->value[i] = line_at(l, x) / l->value;
        out->sigma[i] = sqrt(line_variance(l, x)) / l->value;
    }
    return FRIT_OK;
}

frit_status thermal_expansion_run(frit_call *c)
{
    const frit_view *v = c->host->input(c, 0, 0);
    struct points points;
    struct line line;
    if (!v)
        return FRIT_EIO;
    bool wave_number = is_wave_number(c->params, v);
    frit_status status = fit(c, v, wave_number, &points, &line);
    if (status == FRIT_OK && c->host->wanted(c, ALPHA))
        status = put_alpha(c, &line);
    if (status == FRIT_OK && c->host->wanted(c, RELATIVE))
        status = put_relative(c, v, &points, &line, wave_number);
    if (status == FRIT_OK && c->host->wanted(c, LINE))
        status = put_line(c, v, &points, &line);
    for (uint32_t port = ALPHA; port <= LINE && status == FRIT_OK; port++)
        if (c->host->wanted(c, port))
            tell(c, port, wave_number, &line);
    return status;
}
