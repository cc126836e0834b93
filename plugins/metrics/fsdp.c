/* fsdp: the first sharp diffraction peak of S(Q): its first moment, its area, height, position and width.
 *
 * <Q> = integral of Q S dQ / integral of S dQ over a window, baseline y = 0; the first moment as a measure
 * of the volume: A. R. Yavari et al., Acta Mater. 53 (2005) 1611, doi:10.1016/j.actamat.2004.12.011.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "metrics.h"

#include <math.h>
#include <string.h>

#include "local_fit.h"
#include "points.h"

enum { IN_S, IN_COVARIANCE };
const frit_port fsdp_inputs[] = {
    {.name = "structure_factor", .unit = "1", .ndim = 1, .axis_name = {"Q"}, .axis_unit = {"1/angstrom"},
     .doc = "S(Q), by ascending Q"},
    {.name = "covariance", .unit = "1", .ndim = 2, .axis_name = {"Q", "Q"},
     .axis_unit = {"1/angstrom", "1/angstrom"}, .flags = FRIT_PORT_OPTIONAL,
     .doc = "of S between all pairs of its points; with it, sigma of S is not used"},
    {0}};

enum { OUT_MOMENT, OUT_INTENSITY, OUT_HEIGHT, OUT_POSITION, OUT_WIDTH, OUT_LOWER, OUT_UPPER,
       OUT_MOMENT_CHANGES, OUT_INTENSITY_CHANGES = OUT_MOMENT_CHANGES + 4 };
#define PER_Q "1/angstrom"
const frit_port fsdp_outputs[] = {
    {.name = "first_moment", .unit = PER_Q, .doc = "<Q>"},
    {.name = "intensity", .unit = PER_Q, .doc = "the integral of S dQ, the area of the peak"},
    {.name = "height", .unit = "1", .doc = "of the maximum, from S = 0, by a local fit"},
    {.name = "position", .unit = PER_Q, .doc = "of the maximum, by a local fit"},
    {.name = "width", .unit = PER_Q,
     .doc = "full width at half of the height; masked where S does not fall so far on both sides"},
    {.name = "lower", .unit = PER_Q, .doc = "where the window begins"},
    {.name = "upper", .unit = PER_Q, .doc = "where it ends"},
    {.name = "first_moment_qmin_minus", .unit = PER_Q,
     .doc = "change of <Q> where the window begins `edge` earlier"},
    {.name = "first_moment_qmin_plus", .unit = PER_Q, .doc = "where it begins later"},
    {.name = "first_moment_qmax_minus", .unit = PER_Q, .doc = "where it ends earlier"},
    {.name = "first_moment_qmax_plus", .unit = PER_Q, .doc = "where it ends later"},
    {.name = "intensity_qmin_minus", .unit = PER_Q,
     .doc = "change of the area where the window begins `edge` earlier"},
    {.name = "intensity_qmin_plus", .unit = PER_Q, .doc = "where it begins later"},
    {.name = "intensity_qmax_minus", .unit = PER_Q, .doc = "where it ends earlier"},
    {.name = "intensity_qmax_plus", .unit = PER_Q, .doc = "where it ends later"},
    {0}};

enum { WINDOW_FIXED, WINDOW_MOVING, WINDOW_MINIMA };
enum { BASELINE_ZERO, BASELINE_LINE };
#define P struct fsdp
const frit_param fsdp_params[] = {
    FRIT_F64(P, qmin, PER_Q, 2.0, 0, 1000, 0, "Where the window begins."),
    FRIT_F64(P, qmax, PER_Q, 3.3, 0, 1000, 0, "Where it ends."),
    FRIT_CHOICE(P, window, "fixed|moving|minima",
                "fixed: qmin to qmax; moving: shifted by as much as the maximum lies off `nominal`; "
                "minima: from the lowest S before the maximum to the lowest behind it, both within qmin to "
                "qmax."),
    FRIT_F64(P, nominal, PER_Q, NAN, 0, 1000, 0,
             "The position of the maximum for which a moving window is qmin to qmax: that in the first "
             "frame, for example."),
    FRIT_CHOICE(P, baseline, "zero|line",
                "What the integrals begin from. zero: S = 0; line: the straight line between S at both "
                "ends."),
    FRIT_F64(P, edge, PER_Q, 0.1, 1e-3, 10, 0, "By how much the ends are moved to see what depends on them."),
    FRIT_F64(P, fit_range, PER_Q, 0.12, 1e-3, 10, 0,
             "Of the local fits of maximum, minima and half height: half the width of the part that they "
             "see."),
    {0}};

const char fsdp_doc[] =
    "    <Q> = integral Q S dQ / integral S dQ,   intensity = integral S dQ,   Q from `qmin` to `qmax`\n"
    "\n"
    "S runs on straight lines between its points, so that the window may end between two of them; that "
    "overestimates a peak by step^2/12 times the difference of its slopes at the ends. Points that are not "
    "measured are bridged by such a line, up to a quarter of the window.\n"
    "\n"
    "**The window decides.** Whether the area rises or falls with temperature may turn with it (2.0 to 3.8 "
    "instead of 2.0 to 3.3 1/angstrom, in a Zr-based glass). So the changes of both numbers are always "
    "made where one end is moved by `edge`, earlier (`_minus`) or later (`_plus`): as outputs of their "
    "own, which make curves over a series, and as attributes of `first_moment` and `intensity` "
    "(`qmin_minus` ... `qmax_plus`). They are masked where the moved window reaches beyond the data.\n"
    "\n"
    "A fixed window is the same for all frames. A `moving` one is shifted by position - `nominal`. With "
    "`minima` it reaches from the lowest S between qmin and the maximum to the lowest between that and "
    "qmax, which are local fits too; choose qmin and qmax wide enough, for a minimum at their edge is "
    "refused.\n"
    "\n"
    "**Position, height, width** do not depend on a shape of the peak: around each Q a cubic is fitted to "
    "the points within `fit_range`, with the weights (1 - |u|^3)^3, u = distance/fit_range (local "
    "regression). The position is where the cubic around Q has no slope at Q, the height its value there, "
    "the width the distance of the two places where its value is half of that; the foot of the peak is S = "
    "0. A range that is large beside the peak lowers it: by about S'''' range^4/840.\n"
    "\n"
    "**Sigma.** All results are linear in S for small errors; d result/dS_j is known in closed form, "
    "movement of the window included, and sigma^2 = sum over j of (d result/dS_j sigma_j)^2. Errors of S "
    "count as independent, unless `covariance` is connected (it is where the step before has one): a wrong "
    "scale of S moves the area by as much and <Q> not at all.\n"
    "\n"
    "**Refused**: a window without data or beyond them; one within which S is highest at an end: there is "
    "no peak; an integral that is not positive.";

frit_status fsdp_check(frit_call *c)
{
    const struct fsdp *p = c->params;
    if (!(p->qmin < p->qmax))
        return c->host->fail(c, FRIT_EPARAM, "qmin, %g 1/angstrom, must be less than qmax, %g", p->qmin,
                             p->qmax);
    if (p->window == WINDOW_MOVING && isnan(p->nominal))
        return c->host->fail(c, FRIT_EPARAM,
                             "a moving window needs nominal: the position of the maximum for which it is "
                             "%g to %g 1/angstrom",
                             p->qmin, p->qmax);
    return FRIT_OK;
}

/* ---- The ends of the window ---- */

/* weight: d end/dS_j; NULL: the end does not depend on S. */
struct end {
    double        at;
    const double *weight;
};

/* The highest (sign 1) or lowest point between a and b. */
static size_t outermost(const struct metric_points *s, double a, double b, int sign)
{
    size_t best = s->n;
    for (size_t j = 0; j < s->n; j++)
        if (s->x[j] >= a && s->x[j] <= b && (best == s->n || sign * s->y[j] > sign * s->y[best]))
            best = j;
    return best;
}

static frit_status find(frit_call *c, const struct metric_points *s, double a, double b, int sign,
                        struct extremum *e)
{
    const struct fsdp *p = c->params;
    const char *what = sign > 0 ? "maximum" : "minimum";
    const size_t j = outermost(s, a, b, sign);
    if (j == s->n)
        return c->host->fail(c, FRIT_EDATA, "no point is measured between %g and %g 1/angstrom", a, b);
    const enum extremum_found found = extremum_find(c, s, s->x[j], a, b, p->fit_range, sign, e);
    switch (found) {
    case EXTREMUM_FOUND:
        return FRIT_OK;
    case EXTREMUM_NO_MEMORY:
        return FRIT_ENOMEM;
    case EXTREMUM_FEW_POINTS:
        return c->host->fail(c, FRIT_EDATA,
                             "fewer than five points are measured within fit_range, %g 1/angstrom, of the "
                             "%s near %g: give a larger one",
                             p->fit_range, what, s->x[j]);
    case EXTREMUM_NONE:
        break;
    }
    return c->host->fail(c, FRIT_EDATA,
                         "S has no %s between %g and %g 1/angstrom: the extreme value there is %g, at %g; "
                         "choose the window around the peak, or leave this element out",
                         what, a, b, s->y[j], s->x[j]);
}

/* A peak stands in the window where S is highest neither at its first point nor at its last. */
static frit_status has_peak(frit_call *c, const struct metric_points *s, double a, double b)
{
    size_t first = 0, last = s->n - 1, top = outermost(s, a, b, 1);
    while (s->x[first] < a)
        first++;
    while (s->x[last] > b)
        last--;
    if (top == s->n || first >= last)
        return c->host->fail(c, FRIT_EDATA, "fewer than two points are measured between %g and %g 1/angstrom",
                             a, b);
    if (top != first && top != last)
        return FRIT_OK;
    return c->host->fail(c, FRIT_EDATA,
                         "there is no peak between %g and %g 1/angstrom: S is highest, %g, at the %s end "
                         "of the window; choose it around the peak, or leave this element out",
                         a, b, s->y[top], top == first ? "lower" : "upper");
}

static frit_status find_window(frit_call *c, const struct metric_points *s, struct end end[2],
                               struct extremum *top)
{
    const struct fsdp *p = c->params;
    end[0] = (struct end){p->qmin, NULL};
    end[1] = (struct end){p->qmax, NULL};
    frit_status status = has_peak(c, s, p->qmin, p->qmax);
    if (status != FRIT_OK)
        return status;
    const bool local = p->window != WINDOW_FIXED || c->host->wanted(c, OUT_HEIGHT) ||
                       c->host->wanted(c, OUT_POSITION) || c->host->wanted(c, OUT_WIDTH);
    if (local)
        status = find(c, s, p->qmin, p->qmax, 1, top);
    if (status != FRIT_OK || p->window == WINDOW_FIXED)
        return status;
    if (p->window == WINDOW_MOVING) {
        for (int k = 0; k < 2; k++)
            end[k] = (struct end){end[k].at + top->at - p->nominal, top->at_weight};
        return points_cover(c, s, end[0].at, end[1].at, "the window, moved along with the peak");
    }
    struct extremum low[2];
    status = find(c, s, p->qmin, top->at, -1, &low[0]);
    if (status == FRIT_OK)
        status = find(c, s, top->at, p->qmax, -1, &low[1]);
    for (int k = 0; k < 2 && status == FRIT_OK; k++)
        end[k] = (struct end){low[k].at, low[k].at_weight};
    return status;
}

/* ---- Area and first moment ---- */

struct moments {
    double  area, moment;
    double *of_area, *of_moment;    /* d/dS_j */
};

/* d/dS_j of the integrals of S and Q S between fixed ends. */
static void integral_weights(const struct metric_points *s, double a, double b, int baseline, double *area,
                             double *product)
{
    points_integral_weights(s, a, b, 0, 1, area);
    points_integral_weights(s, a, b, 1, 1, product);
    if (baseline != BASELINE_LINE)
        return;
    points_at_weights(s, a, -(b - a) / 2, area);
    points_at_weights(s, b, -(b - a) / 2, area);
    points_at_weights(s, a, -(b - a) * (2 * a + b) / 6, product);
    points_at_weights(s, b, -(b - a) * (a + 2 * b) / 6, product);
}

/* Both integrals between a and b; work: 2 n, any content. */
static void integrals(const struct metric_points *s, double a, double b, int baseline, double *work,
                      double value[2])
{
    memset(work, 0, 2 * s->n * sizeof *work);
    integral_weights(s, a, b, baseline, work, work + s->n);
    value[0] = points_sum(s, work);
    value[1] = points_sum(s, work + s->n);
}

static frit_status measure(frit_call *c, const struct metric_points *s, const struct end end[2],
                           struct moments *m)
{
    const int baseline = ((const struct fsdp *)c->params)->baseline;
    const double a = end[0].at, b = end[1].at, step = 1e-5 * (b - a);
    double *product = c->host->scratch(c, s->n, sizeof *product),
           *work = c->host->scratch(c, 2 * s->n, sizeof *work);
    m->of_area = c->host->scratch(c, s->n, sizeof *m->of_area);
    m->of_moment = c->host->scratch(c, s->n, sizeof *m->of_moment);
    if (!product || !work || !m->of_area || !m->of_moment)
        return FRIT_ENOMEM;
    integral_weights(s, a, b, baseline, m->of_area, product);
    m->area = points_sum(s, m->of_area);
    m->moment = points_sum(s, product) / m->area;
    for (int k = 0; k < 2; k++) {    /* what S does to the ends */
        double before[2], behind[2];
        if (!end[k].weight)
            continue;
        integrals(s, a - (k == 0) * step, b - (k == 1) * step, baseline, work, before);
        integrals(s, a + (k == 0) * step, b + (k == 1) * step, baseline, work, behind);
        for (size_t j = 0; j < s->n; j++) {
            m->of_area[j] += (behind[0] - before[0]) / (2 * step) * end[k].weight[j];
            product[j] += (behind[1] - before[1]) / (2 * step) * end[k].weight[j];
        }
    }
    for (size_t j = 0; j < s->n; j++)
        m->of_moment[j] = (product[j] - m->moment * m->of_area[j]) / m->area;
    return FRIT_OK;
}

/* ---- What comes out ---- */

/* weight NULL: exact.  A value that is no number is masked. */
static frit_status put(frit_call *c, uint32_t port, const struct metric_points *s, double value,
                       const double *weight)
{
    if (!c->host->wanted(c, port))
        return FRIT_OK;
    frit_buffer *out = c->host->output(c, port, FRIT_F64, 0, NULL,
                                       (points_have_sigma(s) ? FRIT_WANT_SIGMA : 0) |
                                           (isfinite(value) ? 0 : FRIT_WANT_MASK));
    if (!out)
        return FRIT_ENOMEM;
    out->value[0] = isfinite(value) ? value : 0;
    if (!isfinite(value))
        out->mask[0] = 1;
    else if (out->sigma && weight)
        out->sigma[0] = points_sigma(s, weight);
    return FRIT_OK;
}

static bool covers(const struct metric_points *s, const struct end end[2])
{
    return end[0].at < end[1].at && end[0].at >= s->x[0] && end[1].at <= s->x[s->n - 1];
}

/* With each end moved to either side. */
static frit_status put_changes(frit_call *c, const struct metric_points *s, const struct end end[2],
                               const struct moments *m)
{
    static const char *const name[] = {"qmin_minus", "qmin_plus", "qmax_minus", "qmax_plus"};
    const double edge = ((const struct fsdp *)c->params)->edge;
    frit_status status = FRIT_OK;
    for (uint32_t k = 0; k < 4 && status == FRIT_OK; k++) {
        struct end moved[2] = {end[0], end[1]};
        struct moments other = {.area = NAN};
        double moment = NAN, area = NAN;
        moved[k / 2].at += k % 2 ? edge : -edge;
        if (covers(s, moved)) {
            status = measure(c, s, moved, &other);
            if (status != FRIT_OK)
                return status;
        }
        if (other.area > 0) {
            moment = other.moment - m->moment;
            area = other.area - m->area;
            for (size_t j = 0; j < s->n; j++) {
                other.of_moment[j] -= m->of_moment[j];
                other.of_area[j] -= m->of_area[j];
            }
            if (c->host->wanted(c, OUT_MOMENT))
                c->host->set_attribute(c, OUT_MOMENT, name[k], PER_Q, moment);
            if (c->host->wanted(c, OUT_INTENSITY))
                c->host->set_attribute(c, OUT_INTENSITY, name[k], PER_Q, area);
        }
        status = put(c, OUT_MOMENT_CHANGES + k, s, moment, other.of_moment);
        if (status == FRIT_OK)
            status = put(c, OUT_INTENSITY_CHANGES + k, s, area, other.of_area);
    }
    return status;
}

static frit_status put_width(frit_call *c, const struct metric_points *s, const struct extremum *top)
{
    const struct fsdp *p = c->params;
    double at[2], *weight[2];
    bool found = true;
    if (!c->host->wanted(c, OUT_WIDTH))
        return FRIT_OK;
    for (int k = 0; k < 2; k++) {
        weight[k] = c->host->scratch(c, s->n, sizeof *weight[k]);
        if (!weight[k])
            return FRIT_ENOMEM;
        found = found &&
                local_crossing(s, top, 0.5, k ? 1 : -1, p->qmax - p->qmin, p->fit_range, &at[k], weight[k]);
    }
    if (!found) {
        c->host->log(c, FRIT_WARNING,
                     "the peak at %.4g 1/angstrom, %.4g high, does not fall to half of that on both "
                     "sides: it has no width",
                     top->at, top->value);
        return put(c, OUT_WIDTH, s, NAN, NULL);
    }
    for (size_t j = 0; j < s->n; j++)
        weight[1][j] -= weight[0][j];
    return put(c, OUT_WIDTH, s, at[1] - at[0], weight[1]);
}

static frit_status put_top(frit_call *c, const struct metric_points *s, const struct extremum *top)
{
    if (!top->at_weight)    /* none of these is wanted */
        return FRIT_OK;
    frit_status status = put(c, OUT_HEIGHT, s, top->value, top->value_weight);
    if (status == FRIT_OK)
        status = put(c, OUT_POSITION, s, top->at, top->at_weight);
    return status == FRIT_OK ? put_width(c, s, top) : status;
}

static void describe(frit_call *c, const struct end end[2])
{
    const struct fsdp *p = c->params;
    static const char *const window[] = {"fixed", "moving with the peak", "between minima"};
    for (uint32_t port = OUT_MOMENT; port <= OUT_INTENSITY; port++) {
        if (!c->host->wanted(c, port))
            continue;
        c->host->set_attribute(c, port, "window_from", PER_Q, end[0].at);
        c->host->set_attribute(c, port, "window_to", PER_Q, end[1].at);
        c->host->set_text_attribute(c, port, "window", window[p->window]);
        c->host->set_text_attribute(c, port, "baseline",
                                    p->baseline == BASELINE_LINE ? "line between the ends" : "S = 0");
        c->host->set_attribute(c, port, "edge", PER_Q, p->edge);
    }
}

/* The points that a window, moved or not, and the local fits in it can see. */
static struct metric_points near_window(const struct fsdp *p, const struct metric_points *s)
{
    const double shift =
        p->window == WINDOW_MOVING ? fmax(fabs(p->nominal - p->qmin), fabs(p->nominal - p->qmax)) : 0;
    const double room = p->qmax - p->qmin + 2 * p->fit_range + 2 * p->edge + shift;
    return points_part(s, p->qmin - room, p->qmax + room);
}

frit_status fsdp_run(frit_call *c)
{
    const struct fsdp *p = c->params;
    struct metric_points all, s;
    struct end end[2];
    struct extremum top = {0};
    struct moments m;
    frit_status status = points_read(c, IN_S, IN_COVARIANCE, "S(Q)", &all);
    if (status == FRIT_OK)
        status = points_cover(c, &all, p->qmin, p->qmax, "the window");
    if (status != FRIT_OK)
        return status;
    s = near_window(p, &all);
    status = find_window(c, &s, end, &top);
    if (status == FRIT_OK)
        status = measure(c, &s, end, &m);
    if (status != FRIT_OK)
        return status;
    if (!(m.area > 0))
        return c->host->fail(c, FRIT_EDATA,
                             "the integral of S between %g and %g 1/angstrom is %g: a first moment needs a "
                             "positive one",
                             end[0].at, end[1].at, m.area);
    status = put(c, OUT_MOMENT, &s, m.moment, m.of_moment);
    if (status == FRIT_OK)
        status = put(c, OUT_INTENSITY, &s, m.area, m.of_area);
    if (status == FRIT_OK)
        status = put_top(c, &s, &top);
    for (uint32_t k = 0; k < 2 && status == FRIT_OK; k++)
        status = put(c, OUT_LOWER + k, &s, end[k].at, end[k].weight);
    if (status != FRIT_OK)
        return status;
    describe(c, end);
    return put_changes(c, &s, end, &m);
}
