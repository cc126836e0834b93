/* connection_modes: shares of neighbouring clusters that are joined over one, two, three and four atoms, from
 * four Gaussians on the second shell of g(r).
 *
 * Distances and names of the modes: J. Ding, E. Ma, M. Asta and R. O. Ritchie, Sci. Rep. 5 (2015) 17429,
 * doi:10.1038/srep17429.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "connection_modes.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "shared/covariance.h"

enum { IN_G, IN_TEMPERATURE, IN_REFERENCE, IN_REFERENCE_TEMPERATURE, IN_RADIUS, IN_COVARIANCE };
const frit_port connection_modes_inputs[] = {
    {.name = "pair_distribution",
     .unit = "1",
     .ndim = 1,
     .axis_name = {"r"},
     .axis_unit = {"angstrom"},
     .doc = "g(r): 0 where no atom is, 1 far away"},
    {.name = "temperature",
     .unit = "K",
     .flags = FRIT_PORT_OPTIONAL,
     .doc = "of this frame; two-stage scales lengths by it"},
    {.name = "reference",
     .unit = "1",
     .ndim = 1,
     .axis_name = {"r"},
     .axis_unit = {"angstrom"},
     .flags = FRIT_PORT_OPTIONAL | FRIT_PORT_PLAN,
     .doc = "g(r) that two-stage takes centres and widths from: the mean of the first frames, ten or so"},
    {.name = "reference_temperature",
     .unit = "K",
     .flags = FRIT_PORT_OPTIONAL | FRIT_PORT_PLAN,
     .doc = "the mean of their temperatures"},
    {.name = "cluster_radius",
     .unit = "angstrom",
     .flags = FRIT_PORT_OPTIONAL | FRIT_PORT_PLAN,
     .doc = "R, in the place of the parameter `radius`"},
    {.name = "covariance",
     .unit = "1/angstrom^4",
     .ndim = 2,
     .axis_name = {"r", "r"},
     .axis_unit = {"*", "angstrom"},
     .flags = FRIT_PORT_OPTIONAL,
     .doc = "of G(r) between all pairs of r, as `transform` makes it, or its square; with it, sigma of g is "
            "not used"},
    {0}};

#define P struct connection_modes
const frit_param connection_modes_params[] = {
    FRIT_CHOICE(P, method, "two-stage|free",
                "two-stage: centres and widths from `reference`, then only the four areas; free: all twelve "
                "parameters for each curve by itself."),
    FRIT_F64(P, radius, "angstrom", NAN, 0.5, 10, 0,
             "R, the radius of a cluster: the distance from an atom to its neighbours. Or give the input "
             "`cluster_radius`."),
    FRIT_F64(P, shift, "angstrom", 0.1, 1e-3, 1, 0,
             "How far a centre may lie from its ideal distance, to either side."),
    FRIT_F64(P, rmin, "angstrom", 4.0, 0, 100, 0, "Where the window begins."),
    FRIT_F64(P, rmax, "angstrom", 6.3, 0, 100, 0, "Where it ends."),
    FRIT_RANGE(P, width, "angstrom", "0.15 0.55", 1e-3, 10, 0,
               "Within which the widths (standard deviations) may lie."),
    FRIT_F64(P, baseline, "1", 0, -10, 10, 0,
             "What the Gaussians stand on: 0, the empty space between atoms; 1, the mean density, as some "
             "authors fit."),
    FRIT_CHOICE(P, neighbours, "none|first|third|both",
                "A Gaussian more, for what reaches into the window from the shell before (centre 1 to 1.25 "
                "R) or behind "
                "(2.3 to 2.7 R). It has no share."),
    FRIT_F64(P, expansion, "1/K", 1e-5, -1e-3, 1e-3, 0,
             "Linear thermal expansion, of the sample, not of a peak: two-stage scales centres, widths and "
             "window by 1 + "
             "expansion (T - T_reference)."),
    FRIT_CHOICE(
        P, density, "constant|tracked",
        "What g(r) was made with, for two-stage. constant: one number density for all temperatures, that of "
        "the "
        "reference: g - 1 is then multiplied by the cube of the strain; tracked: that of each temperature."),
    FRIT_CHOICE(P, weights, "equal|sigma",
                "Of the points. equal: all alike, for a fit whose misfit is more than noise; sigma: "
                "1/sigma^2. Uncertainties "
                "are right either way."),
    FRIT_F64(P, edge, "angstrom", 0.2, 1e-3, 1, 0,
             "By how much the ends of the window are moved to see what depends on them."),
    FRIT_I64(P, restarts, 10, 0, 10000, 0, "Fits from other starts, beside the first; the best is taken."),
    FRIT_I64(P, seed, 1, 0, INT32_MAX, 0, "Of these starts."),
    {0}};

const char connection_modes_doc[] =
    "Two clusters of radius R that share 1, 2, 3 or 4 atoms (a vertex, an edge, a face, a squeezed "
    "tetrahedron) have "
    "centres\n"
    "\n"
    "    2 R, sqrt(3) R, sqrt(8/3) R, sqrt(2) R\n"
    "\n"
    "apart. In the window `rmin` to `rmax`\n"
    "\n"
    "    g(r) = baseline + sum_k a_k/(sqrt(2 pi) w_k) exp[-(r - c_k)^2/(2 w_k^2)]\n"
    "\n"
    "and the share of mode k is a_k over the sum of the four, a_k >= 0, c_k within `shift` of its ideal "
    "distance, w_k "
    "within `width`.\n"
    "\n"
    "**free** fits all twelve parameters to each curve by itself. The modes of 2 and 3 atoms lie 0.29 "
    "angstrom apart "
    "for R = 2.969 angstrom, nearer than they are wide: a noise of 0.010 in G(r) makes each of their shares "
    "uncertain by "
    "0.1, while their sum is known ten times better, and what such a fit shows against temperature may have "
    "the wrong "
    "sign. The attribute `identifiability` says so in numbers, `covariance` and `correlation` in full (order "
    "of the "
    "parameters: area, centre, width of the mode of 1 atom, of 2, of 3, of 4, then of the neighbours).\n"
    "\n"
    "**two-stage** takes centres and widths from one such fit to `reference`, then at each `temperature` "
    "finds only the "
    "areas, by non-negative least squares: that is linear and has one answer. Lengths grow with the sample, "
    "k = 1 + "
    "`expansion` (T - `reference_temperature`): centres, widths and the window are multiplied by k (centres "
    "that stay "
    "where they are imitate atoms that go from 3 to 2), points at the edges of the window count in part, so "
    "that nothing "
    "jumps from one to the next. The expansion is the sample's (dilatometer, X-ray of the crystal), not that "
    "of Q1, which "
    "holds the very changes that are looked for. Changes with temperature come out with the right sign and "
    "some 60 % of "
    "their size, since the widths of the modes also change; the shares themselves depend on how the "
    "reference's peaks "
    "overlap, by 0.1 and more: compare changes, not shares.\n"
    "\n"
    "**The window.** The outputs `share_2_rmin_minus` and so on are the shares where the window begins or "
    "ends `edge` "
    "earlier or later: look whether the change that you see is in all of them.\n"
    "\n"
    "**Bounds.** Centres and widths on a bound and areas of 0 are named in the attribute `bounds`, and in "
    "the output "
    "`at_bound` (-1 lower bound, 1 upper bound, 0 neither, 2 not determined, 3 given). The centre and the "
    "width of a mode "
    "without area are masked.\n"
    "\n"
    "**Uncertainty**: from sigma of g as if its points were independent, or, right, from `covariance`: "
    "neighbouring points of "
    "a transform go together, and what a frame's noise leaves in the shares is then known to some 10 %, "
    "while sigma alone is "
    "off by up to a factor of two, to either side. Where g has neither, from the scatter about the fit. In "
    "`covariance` parameters on a bound count as constants; in the "
    "sigma of a free fit's shares each centre and width counts as known to half the interval between its "
    "bounds, wherever it "
    "is, since one that the data do not determine runs onto one bound or the other. Of R, of the baseline "
    "and of the model "
    "itself there is no uncertainty in sigma.";

struct modes_plan {
    double radius, reference_temperature;
    struct solution reference[WINDOWS];
    bool found[WINDOWS];
};

frit_status connection_modes_check(frit_call *c)
{
    const struct connection_modes *p = c->params;
    if (!(p->rmin < p->rmax))
        return c->host->fail(c, FRIT_EPARAM,
                             "the window from rmin = %g to rmax = %g angstrom is empty: rmin must be "
                             "the smaller one",
                             p->rmin, p->rmax);
    return FRIT_OK;
}

static void ends_of(const struct connection_modes *p, int window, double *from, double *to)
{
    *from = p->rmin + (window == 1 ? -p->edge : window == 2 ? p->edge : 0);
    *to = p->rmax + (window == 3 ? -p->edge : window == 4 ? p->edge : 0);
}

/* ---- Points ---- */

/* The curve at a port, and whether it can be g(r). */
static frit_status read_curve(frit_call *c, uint32_t port, const char *what, lookup *curve, bool *has_sigma)
{
    const struct connection_modes *p = c->params;
    const frit_view *v = c->host->input(c, port, 0);
    if (!v)
        return FRIT_EIO;
    const char *definition = c->host->text_attribute(c, port, "definition");
    if (definition && strncmp(definition, "g(r)", 4) != 0)
        return c->host->fail(c, FRIT_EDATA,
                             "%s is %s, and connection modes are fitted to g(r): give the output "
                             "`pair_distribution` of the step pair_distribution",
                             what, definition);
    *has_sigma = v->sigma != NULL;
    if (p->weights == WEIGHTS_SIGMA && !*has_sigma)
        return c->host->fail(c, FRIT_EDATA,
                             "%s has no uncertainties, which weights = \"sigma\" takes: take weights = "
                             "\"equal\"",
                             what);
    return lookup_make(c, v, curve) ? FRIT_OK : FRIT_ENOMEM;
}

/* ---- Plan: R, and the peaks of the reference ---- */

static frit_status one_number(frit_call *c, uint32_t port, const char *what, double *value)
{
    const frit_view *v = c->host->input(c, port, 0);
    if (!v)
        return FRIT_EIO;
    if ((v->mask && v->mask[0]) || !isfinite(v->value[0]))
        return c->host->fail(c, FRIT_EDATA, "%s was not measured (it is masked)", what);
    *value = v->value[0];
    return FRIT_OK;
}

static frit_status find_radius(frit_call *c, double *radius)
{
    const struct connection_modes *p = c->params;
    *radius = p->radius;
    if (c->host->n_inputs(c, IN_RADIUS)) {
        frit_status status = one_number(c, IN_RADIUS, "the cluster radius", radius);
        if (status != FRIT_OK)
            return status;
    }
    if (isnan(*radius))
        return c->host->fail(
            c, FRIT_EPARAM,
            "R is not known: give radius, the distance from an atom to its neighbours, as "
            "radius = \"2.969 angstrom\", or cluster_radius = frit.cluster_radius { sample = ... }");
    if (!(*radius >= 0.5 && *radius <= 10))
        return c->host->fail(c, FRIT_EDATA, "a cluster has a radius of 0.5 to 10 angstrom, not %g", *radius);
    return FRIT_OK;
}

static frit_status needs(frit_call *c, uint32_t port, const char *sentence)
{
    return c->host->n_inputs(c, port) ? FRIT_OK : c->host->fail(c, FRIT_EPARAM, "%s", sentence);
}

static frit_status needs_all(frit_call *c)
{
    frit_status status =
        needs(c, IN_TEMPERATURE,
              "method \"two-stage\" scales lengths with the temperature: give temperature, a series of as "
              "many numbers as there are curves; or take method = \"free\"");
    if (status == FRIT_OK)
        status = needs(
            c, IN_REFERENCE,
            "method \"two-stage\" takes centres and widths from a curve of low noise: give reference, as "
            "reference = g:select(1, 10):mean(); or take method = \"free\"");
    return status != FRIT_OK
               ? status
               : needs(c, IN_REFERENCE_TEMPERATURE,
                       "method \"two-stage\" needs the temperature of the reference: give "
                       "reference_temperature, as reference_temperature = T:select(1, 10):mean()");
}

/* In another window than the wanted one a fit may fail: then there is no answer for it. */
static frit_status fit_reference(frit_call *c, struct modes_plan *plan)
{
    const struct connection_modes *p = c->params;
    const struct reading how = {
        .baseline = p->baseline, .strain = 1, .soft = true, .by_sigma = p->weights == WEIGHTS_SIGMA};
    lookup curve;
    bool has_sigma;
    frit_status status = read_curve(c, IN_REFERENCE, "the reference", &curve, &has_sigma);
    for (int k = 0; k < WINDOWS && status == FRIT_OK; k++) {
        double from, to;
        ends_of(p, k, &from, &to);
        struct window w = window_make(c, &curve, &how, has_sigma, from, to);
        if (!w.r)
            return FRIT_ENOMEM;
        if (!c->host->progress(c, (double)k / WINDOWS))
            return FRIT_ECANCELLED;
        const struct trouble t = try_free(c, plan->radius, &w, &plan->reference[k]);
        plan->found[k] = t.what == NO_TROUBLE;
        if (k == 0 || t.what == NO_MEMORY)
            status = explain_trouble(c, &t, "the reference", &curve, &w);
    }
    return status;
}

static void warn_of_bounds(frit_call *c, const struct modes_plan *plan)
{
    char text[1000];
    if (name_bounds(&plan->reference[0], text, sizeof text))
        c->host->log(c, FRIT_WARNING, "the fit to the reference ends on bounds: %s", text);
}

frit_status connection_modes_prepare(frit_call *c, void **made)
{
    const struct connection_modes *p = c->params;
    struct modes_plan *plan = *made = calloc(1, sizeof *plan);
    if (!plan)
        return FRIT_ENOMEM;
    frit_status status = find_radius(c, &plan->radius);
    if (status != FRIT_OK || p->method == METHOD_FREE)
        return status;
    status = needs_all(c);
    if (status == FRIT_OK)
        status = one_number(c, IN_REFERENCE_TEMPERATURE, "the temperature of the reference",
                            &plan->reference_temperature);
    if (status == FRIT_OK)
        status = fit_reference(c, plan);
    if (status == FRIT_OK)
        warn_of_bounds(c, plan);
    return status;
}

void connection_modes_release(void *plan)
{
    free(plan);
}

/* ---- Run ---- */

/* The fit in one of the windows. */
static struct trouble try_window(frit_call *c, const lookup *curve, bool has_sigma, double strain, int k,
                                 struct window *w, struct solution *s)
{
    const struct connection_modes *p = c->params;
    const struct modes_plan *plan = c->plan;
    const bool two = p->method == METHOD_TWO_STAGE;
    const struct reading how = {.baseline = p->baseline,
                                .strain = strain,
                                .soft = two,
                                .rescale = two && p->density == DENSITY_CONSTANT,
                                .by_sigma = p->weights == WEIGHTS_SIGMA};
    double from, to;
    ends_of(p, k, &from, &to);
    *w = window_make(c, curve, &how, has_sigma, strain * from, strain * to);
    if (!w->r)
        return (struct trouble){.what = NO_MEMORY};
    return two ? try_areas(c, &plan->reference[k], strain, w, s) : try_free(c, plan->radius, w, s);
}

/* The covariance of the points in the window: of G, over (4 pi r rho0)^2. */
static frit_status read_covariance(frit_call *c, const struct window *w, double strain, double **between)
{
    const struct connection_modes *p = c->params;
    const frit_host *host = c->host;
    double rho0;
    *between = NULL;
    if (!host->n_inputs(c, IN_COVARIANCE))
        return FRIT_OK;
    if (!host->attribute(c, IN_G, "number_density", "1/angstrom^3", &rho0) || !(rho0 > 0))
        return host->fail(
            c, FRIT_EDATA,
            "the covariance is that of G(r), and g(r) does not say with which number density it "
            "was made of it: use the step pair_distribution");
    struct covariance C;
    const frit_status status = covariance_read(c, IN_COVARIANCE, host->input(c, IN_G, 0), "g(r)", &C);
    if (status != FRIT_OK)
        return status;
    size_t first = w->n ? w->index[0] : 0, end = first;   /* r may descend, or be in no order */
    bool ascends = true;
    for (size_t i = 0; i < w->n; i++) {
        ascends = ascends && w->index[i] >= end;
        first = w->index[i] < first ? w->index[i] : first;
        end = w->index[i] >= end ? w->index[i] + 1 : end;
    }
    const size_t width = end - first;
    double *row = host->scratch(c, width + w->n, sizeof *row), *per_g = row + width;
    *between = row ? host->scratch(c, w->n * w->n, sizeof **between) : NULL;
    if (!*between)
        return FRIT_ENOMEM;
    const double k3 = p->method == METHOD_TWO_STAGE && p->density == DENSITY_CONSTANT ? pow(strain, 3) : 1;
    for (size_t i = 0; i < w->n; i++)
        per_g[i] = k3 / (4 * M_PI * w->r[i] * rho0);
    for (size_t i = 0; i < w->n; i++) {
        const size_t from = ascends ? w->index[i] : first;
        if (C.n > 0)
            covariance_row(&C, w->index[i], from, end - from, row);
        for (size_t j = i; j < w->n; j++) {
            const double x = C.n > 0 ? row[w->index[j] - from] : NAN;
            if (!isfinite(x))
                return host->fail(c, FRIT_EDATA,
                                  "the covariance between r = %g and %g angstrom is masked: S(Q) needs a "
                                  "sigma for it",
                                  w->r[i], w->r[j]);
            (*between)[i * w->n + j] = (*between)[j * w->n + i] = per_g[i] * per_g[j] * x;
        }
    }
    return FRIT_OK;
}

static frit_status add_uncertainty(frit_call *c, struct outcome *o)
{
    double *between;
    frit_status status = read_covariance(c, &o->window, o->strain, &between);
    if (status != FRIT_OK)
        return status;
    double *memory = c->host->scratch(c, o->window.n * (3 * MOST_PARAMETERS + 1), sizeof *memory);
    if (!memory)
        return FRIT_ENOMEM;
    if (!solve_covariance(&o->window, between, memory, &o->solution))
        return c->host->fail(c, FRIT_ENUMERIC,
                             "the points between %g and %g angstrom do not determine the parameters: take a "
                             "finer rstep, a wider window, or method \"two-stage\"",
                             o->window.from, o->window.to);
    return FRIT_OK;
}

static frit_status find_strain(frit_call *c, double *strain)
{
    const struct connection_modes *p = c->params;
    const struct modes_plan *plan = c->plan;
    double temperature;
    *strain = 1;
    if (p->method == METHOD_FREE)
        return FRIT_OK;
    frit_status status = one_number(c, IN_TEMPERATURE, "the temperature", &temperature);
    if (status != FRIT_OK)
        return status;
    *strain = 1 + p->expansion * (temperature - plan->reference_temperature);
    if (!(*strain > 0.8 && *strain < 1.25))
        return c->host->fail(c, FRIT_EDATA,
                             "an expansion of %g 1/K from %g to %g K changes lengths by %.0f %%: are the "
                             "temperatures in K?",
                             p->expansion, plan->reference_temperature, temperature, 100 * (*strain - 1));
    return FRIT_OK;
}

static bool moved_wanted(frit_call *c, int k)
{
    for (uint32_t mode = 0; mode < MODES; mode++)
        if (c->host->wanted(c, OUT_MOVED + 4 * mode + (uint32_t)k - 1))
            return true;
    return false;
}

/* Shares where an end of the window lies elsewhere. */
static frit_status move_window(frit_call *c, const lookup *curve, bool has_sigma, int k,
                               struct solution *moved, struct outcome *o)
{
    const struct modes_plan *plan = c->plan;
    struct window w;
    bool there = moved_wanted(c, k) && (o->params->method == METHOD_FREE || plan->found[k]);
    if (!c->host->progress(c, (double)k / WINDOWS))
        return FRIT_ECANCELLED;
    if (there) {
        const struct trouble t = try_window(c, curve, has_sigma, o->strain, k, &w, moved);
        if (t.what == NO_MEMORY)
            return FRIT_ENOMEM;
        there = t.what == NO_TROUBLE;
    }
    for (size_t mode = 0; mode < MODES; mode++)
        o->moved[k - 1][mode] = there ? moved->share[mode] : NAN;
    return FRIT_OK;
}

frit_status connection_modes_run(frit_call *c)
{
    const struct modes_plan *plan = c->plan;
    struct outcome *o = c->host->scratch(c, 1, sizeof *o);
    struct solution *moved = c->host->scratch(c, 1, sizeof *moved);
    lookup curve;
    bool has_sigma;
    if (!o || !moved)
        return FRIT_ENOMEM;
    o->params = c->params;
    o->radius = plan->radius;
    frit_status status = find_strain(c, &o->strain);
    if (status == FRIT_OK)
        status = read_curve(c, IN_G, "the curve", &curve, &has_sigma);
    if (status == FRIT_OK) {
        const struct trouble t = try_window(c, &curve, has_sigma, o->strain, 0, &o->window, &o->solution);
        status = explain_trouble(c, &t, "g(r)", &curve, &o->window);
    }
    if (status == FRIT_OK)
        status = add_uncertainty(c, o);
    for (int k = 1; k < WINDOWS && status == FRIT_OK; k++)
        status = move_window(c, &curve, has_sigma, k, moved, o);
    return status == FRIT_OK ? put_outcome(c, o) : status;
}
