/* shells: how much G(r) has in each shell of neighbours: the integral around each maximum where G(r) >= 0.
 *
 * Shells are named by their nominal distances, not by counting maxima: one shell may have two.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "metrics.h"

#include <math.h>
#include <string.h>

#include "local_fit.h"
#include "points.h"
#include "shared/atomic_weights.h"

enum { IN_G, IN_COVARIANCE, IN_LIMITS };
#define OVER_R .axis_name = {"r"}, .axis_unit = {"angstrom"}
const frit_port shells_inputs[] = {
    {.name = "reduced_pdf", .unit = "1/angstrom^2", .ndim = 1, OVER_R, .doc = "G(r), by ascending r"},
    {.name = "covariance", .unit = "1/angstrom^4", .ndim = 2, .axis_name = {"r", "r"},
     .axis_unit = {"*", "angstrom"}, .flags = FRIT_PORT_OPTIONAL,
     .doc = "of G between all pairs of r, as `transform` makes it, or its square; without it sigma of the "
            "areas is wrong: see below"},
    {.name = "limits_from", .unit = "1/angstrom^2", .ndim = 1, OVER_R,
     .flags = FRIT_PORT_OPTIONAL | FRIT_PORT_PLAN,
     .doc = "a G(r) whose intervals hold for all: the first of a series. Not connected: each G(r) has its "
            "own"},
    {0}};

enum { MOST_NUMBERS = 6 };
enum { OUT_AREA, OUT_POSITION, OUT_HEIGHT, OUT_CENTROID, OUT_LOWER, OUT_UPPER, OUT_NUMBER };
#define OVER_SHELLS .ndim = 1, .axis_name = {"r"}, .axis_unit = {"angstrom"}
const frit_port shells_outputs[] = {
    {.name = "area", .unit = "*", OVER_SHELLS,
     .doc = "of each shell, over the nominal positions: 1/angstrom of G, angstrom of g, atoms of rdf"},
    {.name = "position", .unit = "angstrom", OVER_SHELLS, .doc = "of the maximum of G, by a local fit"},
    {.name = "height", .unit = "1/angstrom^2", OVER_SHELLS, .doc = "of G there"},
    {.name = "centroid", .unit = "angstrom", OVER_SHELLS,
     .doc = "mean r of the area: integral of r y dr / integral of y dr"},
    {.name = "lower", .unit = "angstrom", OVER_SHELLS, .doc = "where each interval begins"},
    {.name = "upper", .unit = "angstrom", OVER_SHELLS, .doc = "where it ends"},
    {.name = "r1", .unit = "*", .doc = "the area of the first shell, as a number: a curve over a series"},
    {.name = "r2", .unit = "*", .doc = "of the second; masked where there are fewer"},
    {.name = "r3", .unit = "*", .doc = "of the third"},
    {.name = "r4", .unit = "*", .doc = "of the fourth"},
    {.name = "r5", .unit = "*", .doc = "of the fifth"},
    {.name = "r6", .unit = "*", .doc = "of the sixth"},
    {0}};

enum { OF_G, OF_SMALL_G, OF_RDF };
#define P struct shells
const frit_param shells_params[] = {
    FRIT_ARRAY(P, positions, "angstrom", 0.1, 1000, 0,
               "Nominal distances of the shells, ascending; not given: 2.85, 5.0, 7.6, 10.1, 12.6, 15.0."),
    FRIT_I64(P, count, 0, 0, 1000, 0, "How many of them, from the first; 0: all."),
    FRIT_F64(P, tolerance, "angstrom", 0.8, 0.01, 10, 0,
             "How far from its nominal distance the maximum of a shell may lie."),
    FRIT_CHOICE(P, of, "G|g|rdf",
                "What is integrated, always where G >= 0, which is where g >= 1: G; g, the pair "
                "distribution function; rdf, 4 pi r^2 rho0 g, whose integral is a number of atoms. The "
                "last two need the density."),
    FRIT_F64(P, fit_range, "angstrom", NAN, 0.01, 10, 0,
             "Of the local fit of a maximum: half the width of the part that it sees. Not given: a quarter "
             "of the interval."),
    FRIT_F64(P, number_density, "1/angstrom^3", NAN, 1e-6, 1, FRIT_PARAM_SAMPLE,
             "Atoms in a volume, rho0; taken before density and composition."),
    FRIT_F64(P, density, "g/cm^3", NAN, 1e-4, 100, FRIT_PARAM_SAMPLE,
             "Mass density; with the composition it gives the number density."),
    FRIT_COMPOSITION(P, composition, FRIT_PARAM_SAMPLE, "Atomic fractions, for the number density."),
    {0}};

const char shells_doc[] =
    "    area = integral of G(r) dr over the interval around the maximum where G(r) >= 0\n"
    "\n"
    "for each of the nominal `positions`. The maximum is the highest of G within `tolerance` of the "
    "nominal distance; from it the interval reaches to the next place on either side where G, on straight "
    "lines between its points, is 0. Areas are integrals of these lines: they miss a peak's curvature, by "
    "step^2/12 times the difference of the slopes at both ends (2e-4 of the first shell with steps of 0.02 "
    "angstrom).\n"
    "\n"
    "**Intervals.** Tracked, each G(r) with its own; or fixed, those of the curve connected to "
    "`limits_from`, as in `gr:shells { limits_from = gr[1] }`. A shell that moves by d away from fixed "
    "limits loses slope d^2/2 at each of them: 1 % of the sixth shell of a glass from 303 to 553 K, by "
    "thermal expansion. Tracked limits follow the noise, which adds sigma_G^2/(2 slope) at each on the "
    "average: with sigma_G = 0.01 0.4 sigma of the sixth shell; to the others less.\n"
    "\n"
    "**`of`.** G: as above, in 1/angstrom. g = 1 + G/(4 pi r rho0): the integral of g over the same "
    "interval, in angstrom; it grows with the interval's width. rdf = 4 pi r^2 rho0 g: the number of atoms "
    "in it, which is no coordination number up to a minimum. A wrong scale of S, or a window like Lorch's, "
    "is an error of all three.\n"
    "\n"
    "**Results** are curves over the nominal positions; the areas of the first six shells are numbers too, "
    "r1 to r6, which make curves over a series. `shells.position:value_at { position = 5.0 }` is the like "
    "of the others.\n"
    "\n"
    "**Sigma.** d area/dG_j is known in closed form, with what the ends do where g or rdf is integrated "
    "between tracked limits; sigma^2 = sum over j, k of d area/dG_j C_jk d area/dG_k. C is the "
    "`covariance` of G, connected where `transform` stands right before, as in `sq:transform { ... "
    "}:shells()`. Without it C is taken as diagonal, and the attribute `sigma` says so. That is wrong: "
    "noise of S makes waves in G, whose slow part, which is all that an area sees, is weaker than a point "
    "alone tells. With the noise of a photon-counting frame, Qmax = 24 1/angstrom and a step of 0.02 "
    "angstrom such a sigma is 1.7 (r1) to 2.2 times the true one; it goes with the square root of the "
    "step. The error of fixed limits, which is the same for all of a series, is in neither.\n"
    "\n"
    "**Refused**: a shell without a maximum above 0 within the tolerance; one whose G does not come down "
    "to 0 within the data; a G(r) that has lost its absolute scale.";

frit_status shells_check(frit_call *c)
{
    const struct shells *p = c->params;
    for (size_t k = 1; k < p->positions.n; k++)
        if (!(p->positions.v[k] > p->positions.v[k - 1]))
            return c->host->fail(c, FRIT_EPARAM, "positions must increase: %g angstrom stands behind %g",
                                 p->positions.v[k], p->positions.v[k - 1]);
    return FRIT_OK;
}

/* ---- What is integrated ---- */

/* y = factor_j G_j, and base between the ends. */
struct integrand {
    int    of;
    double rho0;
};

static frit_status find_integrand(frit_call *c, struct integrand *y)
{
    const struct shells *p = c->params;
    *y = (struct integrand){.of = p->of, .rho0 = p->number_density};
    if (p->of == OF_G || !isnan(y->rho0))
        return FRIT_OK;
    double left;    /* by a step before */
    if (isnan(p->density) && c->host->attribute(c, IN_G, "number_density", "1/angstrom^3", &left) &&
        left > 0) {
        y->rho0 = left;
        return FRIT_OK;
    }
    if (isnan(p->density) || p->composition.n == 0)
        return c->host->fail(
            c, FRIT_EPARAM,
            "an integral of g or rdf needs to know how dense the sample is: give density "
            "(g/cm^3) and composition, or number_density (1/angstrom^3), or a sample that has them");
    y->rho0 = atomic_number_density(&p->composition, p->density);
    if (isnan(y->rho0))
        return c->host->fail(c, FRIT_EPARAM,
                             "an element of %s has no standard atomic weight: give number_density "
                             "(1/angstrom^3) instead of density",
                             p->composition.text);
    return FRIT_OK;
}

/* y = base(r) + factor(r) G. */
static double factor_of(const struct integrand *y, double r)
{
    return y->of == OF_SMALL_G ? 1 / (4 * M_PI * r * y->rho0) : y->of == OF_RDF ? r : 1;
}

static double base_at(const struct integrand *y, double r)
{
    return y->of == OF_SMALL_G ? 1 : y->of == OF_RDF ? 4 * M_PI * r * r * y->rho0 : 0;
}

/* The integral of base(r) r^power from 0 to r. */
static double base_integral(const struct integrand *y, double r, int power)
{
    if (y->of == OF_G)
        return 0;
    const int n = power + (y->of == OF_RDF ? 3 : 1);
    return (y->of == OF_RDF ? 4 * M_PI * y->rho0 : 1) * pow(r, n) / n;
}

/* ---- One shell ---- */

struct shell {
    double nominal, lower, upper;
    double *lower_weight, *upper_weight;    /* d/dG_j; NULL: fixed */
    double top;                             /* the highest point */
};

static double *weights(frit_call *c, const struct metric_points *G)
{
    return c->host->scratch(c, G->n + 1, sizeof(double));
}

/* The highest of the maxima above 0 within the tolerance; n: none. */
static size_t highest(const struct metric_points *G, double from, double to)
{
    const size_t first = G->n > 1 ? points_segment(G, from) : 0;
    size_t top = G->n;
    for (size_t j = first > 1 ? first : 1; j + 1 < G->n && G->x[j] <= to; j++)
        if (G->x[j] >= from && G->y[j] > 0 && G->y[j] >= G->y[j - 1] &&
            G->y[j] >= G->y[j + 1] && (top == G->n || G->y[j] > G->y[top]))
            top = j;
    return top;
}

/* Where the line from point j, below 0, to point k, not below, is 0; and how that moves with both. */
static double root(const struct metric_points *G, size_t j, size_t k, double *weight)
{
    const double step = G->x[k] - G->x[j], rise = G->y[k] - G->y[j], part = -G->y[j] / rise;
    if (weight) {
        weight[j] = -step * (1 - part) / rise;
        weight[k] = -step * part / rise;
    }
    return G->x[j] + part * step;
}

static frit_status find_interval(frit_call *c, const struct metric_points *G, const char *whose,
                                 struct shell *s)
{
    const struct shells *p = c->params;
    const double from = s->nominal - p->tolerance, to = s->nominal + p->tolerance;
    if (G->n == 0)
        return c->host->fail(c, FRIT_EDATA, "no point of G(r)%s is measured", whose);
    if (to > G->x[G->n - 1] || from < G->x[0])
        return c->host->fail(c, FRIT_EDATA,
                             "the shell at %g angstrom is looked for from %g to %g, and G(r)%s is measured "
                             "from %g to %g: give fewer shells (count), or transform to a larger rmax",
                             s->nominal, from, to, whose, G->x[0], G->x[G->n - 1]);
    const size_t top = highest(G, from, to);
    if (top == G->n)
        return c->host->fail(c, FRIT_EDATA,
                             "the shell at %g angstrom is not there: G(r)%s has no maximum above 0 between "
                             "%g and %g",
                             s->nominal, whose, from, to);
    size_t first = top, last = top;
    while (first > 0 && G->y[first - 1] >= 0)
        first--;
    while (last + 1 < G->n && G->y[last + 1] >= 0)
        last++;
    if (first == 0 || last + 1 == G->n)
        return c->host->fail(c, FRIT_EDATA,
                             "the shell at %g angstrom has no end: from its maximum at %g angstrom G(r)%s "
                             "does not come down to 0 up to the %s point, at %g",
                             s->nominal, G->x[top], whose, first == 0 ? "first" : "last",
                             first == 0 ? G->x[0] : G->x[G->n - 1]);
    s->top = G->x[top];
    s->lower = root(G, first - 1, first, s->lower_weight);
    s->upper = root(G, last + 1, last, s->upper_weight);
    return FRIT_OK;
}

struct result {
    double area, centroid, position, height;
    double *area_weight, *centroid_weight, *position_weight, *height_weight;
};

/* Area and mean r: y runs on straight lines between its points. */
static frit_status integrate(frit_call *c, const struct metric_points *G, const struct integrand *y,
                             const struct shell *s, struct result *r)
{
    double *sum[2] = {weights(c, G), weights(c, G)}, value[2];
    if (!sum[0] || !sum[1])
        return FRIT_ENOMEM;
    for (int power = 0; power < 2; power++) {
        points_integral_weights(G, s->lower, s->upper, power, 1, sum[power]);
        for (size_t j = 0; j < G->n; j++)
            sum[power][j] *= sum[power][j] != 0 ? factor_of(y, G->x[j]) : 0;
        value[power] =
            points_sum(G, sum[power]) + base_integral(y, s->upper, power) - base_integral(y, s->lower, power);
        /* G is 0 at tracked ends: moving these takes or adds the base alone. */
        for (size_t j = 0; s->lower_weight && j < G->n; j++)
            sum[power][j] += base_at(y, s->upper) * (power ? s->upper : 1) * s->upper_weight[j] -
                             base_at(y, s->lower) * (power ? s->lower : 1) * s->lower_weight[j];
    }
    r->area = value[0];
    r->centroid = value[1] / value[0];
    for (size_t j = 0; j < G->n; j++)
        sum[1][j] = (sum[1][j] - r->centroid * sum[0][j]) / value[0];
    r->area_weight = sum[0];
    r->centroid_weight = sum[1];
    return FRIT_OK;
}

static double fit_range(const struct shells *p, const struct shell *s)
{
    return isnan(p->fit_range) ? 0.25 * (s->upper - s->lower) : p->fit_range;
}

/* Masked (NAN) where there is no maximum within the tolerance, which a smooth part of noise may not have. */
static frit_status find_top(frit_call *c, const struct metric_points *G, const struct shell *s,
                            struct result *r)
{
    const struct shells *p = c->params;
    struct extremum e = {0};
    r->position = r->height = NAN;
    const double range = fit_range(p, s);
    switch (extremum_find(c, G, s->top, s->nominal - p->tolerance, s->nominal + p->tolerance, range, 1,
                          &e)) {
    case EXTREMUM_NO_MEMORY:
        return FRIT_ENOMEM;
    case EXTREMUM_FOUND:
        *r = (struct result){r->area,        r->centroid,        e.at,        e.value,
                             r->area_weight, r->centroid_weight, e.at_weight, e.value_weight};
        break;
    default:
        c->host->log(c, FRIT_WARNING, "the maximum of the shell at %g angstrom has no place: no local fit of "
                     "fit_range = %g angstrom has one there", s->nominal, range);
    }
    return FRIT_OK;
}

/* ---- All shells ---- */

static const double usual[] = {2.85, 5.0, 7.6, 10.1, 12.6, 15.0};

struct outputs {
    const struct metric_points *G;
    frit_buffer *curve[OUT_NUMBER];
    const double *nominal;
    size_t n;
};

static frit_status open_outputs(frit_call *c, struct outputs *o)
{
    const uint32_t want = FRIT_WANT_MASK | (points_have_sigma(o->G) ? FRIT_WANT_SIGMA : 0);
    for (uint32_t port = 0; port < OUT_NUMBER; port++) {
        if (!c->host->wanted(c, port))
            continue;
        o->curve[port] = c->host->output(c, port, FRIT_F64, 1, &o->n, want);
        if (!o->curve[port])
            return FRIT_ENOMEM;
        for (size_t k = 0; k < o->n; k++)
            o->curve[port]->axis[0][k] = o->nominal[k];
    }
    return FRIT_OK;
}

static void put(const struct outputs *o, const struct metric_points *G, uint32_t port, size_t k, double value,
                const double *weight)
{
    frit_buffer *out = o->curve[port];
    if (!out)
        return;
    out->mask[k] = !isfinite(value);
    out->value[k] = out->mask[k] ? 0 : value;
    if (out->sigma && weight && !out->mask[k])
        out->sigma[k] = points_sigma(G, weight);
}

static void describe(frit_call *c, uint32_t port, const struct metric_points *G, const struct integrand *y,
                     bool fixed)
{
    static const char *const unit[] = {"1/angstrom", "angstrom", "1"}, *const name[] = {"G", "g", "rdf"};
    c->host->set_unit(c, port, -1, NULL, unit[y->of]);
    c->host->set_text_attribute(c, port, "integrand", name[y->of]);
    c->host->set_text_attribute(c, port, "limits", fixed ? "G >= 0 of the reference" : "G >= 0");
    if (points_have_sigma(G))
        c->host->set_text_attribute(c, port, "sigma", G->covariance.n > 0 ? "from the covariance of G"
                                                                    : "errors of G taken as independent");
    if (y->of != OF_G)
        c->host->set_attribute(c, port, "number_density", "1/angstrom^3", y->rho0);
}

/* r1 to r6; G: what r was made of. */
static frit_status put_number(frit_call *c, uint32_t k, const struct outputs *o, const struct integrand *y,
                              bool fixed, const struct metric_points *G, const struct result *r)
{
    const uint32_t port = OUT_NUMBER + k;
    if (!c->host->wanted(c, port))
        return FRIT_OK;
    frit_buffer *out =
        c->host->output(c, port, FRIT_F64, 0, NULL,
                        (points_have_sigma(o->G) ? FRIT_WANT_SIGMA : 0) | (r ? 0 : FRIT_WANT_MASK));
    if (!out)
        return FRIT_ENOMEM;
    describe(c, port, o->G, y, fixed);
    if (!r) {
        out->mask[0] = 1;
        return FRIT_OK;
    }
    out->value[0] = r->area;
    if (out->sigma)
        out->sigma[0] = points_sigma(G, r->area_weight);
    c->host->set_attribute(c, port, "nominal_position", "angstrom", o->nominal[k]);
    return FRIT_OK;
}

/* The points that the interval and the local fit of its maximum can see. */
static struct metric_points near_shell(const struct shells *p, const struct metric_points *G,
                                       const struct shell *s, const struct shell *own)
{
    const double room = 2 * fit_range(p, s);
    return points_part(G, fmin(s->nominal - p->tolerance - room, fmin(s->lower, own->lower)),
                       fmax(s->nominal + p->tolerance + room, fmax(s->upper, own->upper)));
}

/* The interval of a shell, and the points G near it, of all of them. */
static frit_status limit(frit_call *c, const struct metric_points *all, const struct metric_points *reference,
                         struct shell *s, struct metric_points *G)
{
    struct shell own = *s;
    frit_status status = reference ? find_interval(c, reference, ", the reference,", s) : FRIT_OK;
    if (status == FRIT_OK)
        status = find_interval(c, all, "", &own);    /* a shell that is not there has no area */
    if (status != FRIT_OK)
        return status;
    if (!reference)
        *s = own;
    s->top = own.top;
    *G = near_shell(c->params, all, s, &own);
    if (reference)
        return FRIT_OK;
    s->lower_weight = weights(c, G);
    s->upper_weight = weights(c, G);
    return s->lower_weight && s->upper_weight ? find_interval(c, G, "", s) : FRIT_ENOMEM;
}

static frit_status do_shell(frit_call *c, size_t k, const struct metric_points *reference,
                            const struct integrand *y, const struct outputs *o)
{
    struct shell s = {.nominal = o->nominal[k]};
    struct metric_points G;
    struct result r = {0};
    frit_status status = limit(c, o->G, reference, &s, &G);
    if (status == FRIT_OK)
        status = points_cover(c, o->G, s.lower, s.upper, "the shell");
    if (status == FRIT_OK)
        status = integrate(c, &G, y, &s, &r);
    if (status == FRIT_OK && (o->curve[OUT_POSITION] || o->curve[OUT_HEIGHT]))
        status = find_top(c, &G, &s, &r);
    if (status != FRIT_OK)
        return status;
    put(o, &G, OUT_AREA, k, r.area, r.area_weight);
    put(o, &G, OUT_CENTROID, k, r.centroid, r.centroid_weight);
    put(o, &G, OUT_POSITION, k, r.position, r.position_weight);
    put(o, &G, OUT_HEIGHT, k, r.height, r.height_weight);
    put(o, &G, OUT_LOWER, k, s.lower, s.lower_weight);
    put(o, &G, OUT_UPPER, k, s.upper, s.upper_weight);
    return k < MOST_NUMBERS ? put_number(c, (uint32_t)k, o, y, reference != NULL, &G, &r) : FRIT_OK;
}

static frit_status absolute_scale(frit_call *c)
{
    const char *scale = c->host->text_attribute(c, IN_G, "absolute_scale");
    if (!scale || strcmp(scale, "lost") != 0)
        return FRIT_OK;
    return c->host->fail(c, FRIT_EDATA,
                         "this G(r) has lost its absolute scale (a polynomial was taken from its S(Q)), so "
                         "areas mean nothing: use `normalise` where these are wanted");
}

frit_status shells_run(frit_call *c)
{
    const struct shells *p = c->params;
    const bool given = p->positions.n > 0;
    struct metric_points G, reference;
    struct integrand y;
    struct outputs o = {.G = &G, .nominal = given ? p->positions.v : usual,
                        .n = given ? p->positions.n : sizeof usual / sizeof *usual};
    if (p->count > (int64_t)o.n)
        return c->host->fail(c, FRIT_EPARAM,
                             "count is %lld, and there are %zu positions: give the positions of all shells",
                             (long long)p->count, o.n);
    o.n = p->count > 0 ? (size_t)p->count : o.n;
    const bool fixed = c->host->n_inputs(c, IN_LIMITS) > 0;
    frit_status status = absolute_scale(c);
    if (status == FRIT_OK)
        status = points_read(c, IN_G, IN_COVARIANCE, "G(r)", &G);
    if (status == FRIT_OK && fixed)
        status = points_read(c, IN_LIMITS, NO_PORT, "the reference", &reference);
    if (status == FRIT_OK)
        status = find_integrand(c, &y);
    if (status == FRIT_OK)
        status = open_outputs(c, &o);
    for (size_t k = 0; k < o.n && status == FRIT_OK; k++)
        status = do_shell(c, k, fixed ? &reference : NULL, &y, &o);
    for (size_t k = o.n; k < MOST_NUMBERS && status == FRIT_OK; k++)
        status = put_number(c, (uint32_t)k, &o, &y, fixed, &G, NULL);
    if (status == FRIT_OK && o.curve[OUT_AREA])
        describe(c, OUT_AREA, &G, &y, fixed);
    return status;
}
