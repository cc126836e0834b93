/* pop_in: sudden jumps of the depth on loading, each an event with load, size and energy; or none.
 *
 * W. W. Gerberich et al., Acta Mater. 44 (1996) 3585, doi:10.1016/1359-6454(96)00010-9; Hertz's contact
 * before the first: K. L. Johnson, Contact Mechanics, Cambridge 1985, chapter 4; maximal shear: H. Bei et
 * al., Phys. Rev. Lett. 95 (2005) 045501, doi:10.1103/PhysRevLett.95.045501.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <math.h>
#include <string.h>

#include "shared/events.h"
#include "indentation.h"
#include "record.h"
#include "shared/fit.h"
#include "works.h"

const frit_port pop_in_inputs[] = {RECORD_INPUTS, {0}};

enum {
    OUT_COUNT,
    OUT_FIRST,
    OUT_EVENTS,
    OUT_JUMP,
    OUT_ENERGY,
    OUT_SIGNIFICANCE,
    OUT_MARKS,
    OUT_HERTZ,
    OUT_COEFFICIENT,
    OUT_SHEAR,
    OUT_REDUCED_MODULUS,
    OUT_RADIUS
};

#define OF_EVENTS  .ndim = 1, .axis_name = {"event"}, .axis_unit = {"1"}
#define OVER_DEPTH .unit = "mN", .ndim = 1, .axis_name = {"depth"}, .axis_unit = {"nm"}

const frit_port pop_in_outputs[] = {
    {.name = "count", .unit = "1", .doc = "how many; 0 is an answer"},
    {.name = "first_load", .unit = "mN", .doc = "of the first event; masked where there is none"},
    {.name = "event_load",
     .unit = "mN",
     OF_EVENTS,
     .doc = "of the last sample before each jump; of length 0 where there is none"},
    {.name = "event_jump",
     .unit = "nm",
     OF_EVENTS,
     .doc = "from the last sample before to the first behind it"},
    {.name = "event_energy", .unit = "pJ", OF_EVENTS, .doc = "the load's work on the way"},
    {.name = "event_significance",
     .unit = "1",
     OF_EVENTS,
     .doc = "in units of the scatter of the steps around"},
    {.name = "marks", OVER_DEPTH, .doc = "the events on the curve of load over depth, for drawing"},
    {.name = "hertz",
     OVER_DEPTH,
     .doc = "the elastic contact fitted before the first event, for drawing; of length 0 without one"},
    {.name = "hertz_coefficient", .unit = "mN", .doc = "k of P = k ((h - h0)/nm)^1.5; masked without a fit"},
    {.name = "max_shear",
     .unit = "GPa",
     .doc = "below the surface at the first event; masked without `modulus` or `radius`"},
    {.name = "reduced_modulus",
     .unit = "GPa",
     .doc = "from k where `radius` is given, or the `modulus` that is given; else masked"},
    {.name = "tip_radius",
     .unit = "nm",
     .doc = "from k where `modulus` is given, or the `radius` that is given; else masked"},
    {0}};

#define PARAMS struct pop_in
const frit_param pop_in_params[] = {
    FRIT_F64(PARAMS, threshold, "1", 15, 2, 1e6, 0,
             "how far a step must exceed those around it, in units of their scatter"),
    FRIT_F64(PARAMS, least, "nm", 1, 0, 1e6, 0, "jumps of less, beyond the loading itself, are no events"),
    FRIT_I64(PARAMS, width, 10, 4, 1000, 0, "samples on either side to compare with"),
    FRIT_F64(PARAMS, first, "mN", 0, 0, 1e6, 0,
             "events below this load are no events: the noise of the first contact"),
    FRIT_F64(PARAMS, modulus, "GPa", NAN, 0.01, 1e5, 0,
             "reduced modulus, to find radius and shear from the elastic contact"),
    FRIT_F64(PARAMS, radius, "nm", NAN, 1, 1e9, 0, "of the tip, to find reduced modulus and shear"),
    {0}};

const char pop_in_doc[] =
    "On each loading the step of the depth from sample to sample is compared with the median of `width` "
    "steps on either side; the "
    "scatter is 1.4826 times their median absolute deviation.  Where a step exceeds the median by "
    "`threshold` scatters, and by "
    "`least`, there is an event; neighbouring such steps are one.  The load of an event is that of the last "
    "sample before the jump.  "
    "With a normal scatter a threshold of 15 leaves no false event; real curves have steps of 10 scatters "
    "that are none "
    "(vibration).  The first and last few samples of a loading are not judged.\n\n"
    "No event is an answer: `count` is 0, the curves have length 0.\n\n"
    "    P = k ((h - h0)/nm)^1.5,  k = 4/3 Er sqrt(R nm^3)                 before the first event, from 5 % "
    "of its load on\n"
    "    tau_max = 0.31 (6 P Er^2/(pi^3 R^2))^(1/3)\n"
    "\n"
    "are found where there are 6 points at least; the radius of the tip follows from the reduced `modulus`, "
    "or the other way "
    "round.  It is a Hertzian contact only where the first event ends a purely elastic loading.\n\n"
    "sigma of load, jump and energy: of the points on the way, by the sigma of the inputs, or else by the "
    "noise of the curves (the median of their second differences).  That the load lies between two samples "
    "is "
    "not in it.";

frit_status pop_in_check(frit_call *c)
{
    const PARAMS *p = c->params;
    if (isnan(p->modulus) || isnan(p->radius))
        return FRIT_OK;
    return c->host->fail(c, FRIT_EPARAM,
                         "modulus and radius are both given: the contact has one unknown, give one of them");
}

/* ---- Events ---- */

struct found {
    struct event *event;
    size_t n, from; /* from: where the loading of the first one begins */
};

static size_t walk(const struct record *r, const PARAMS *p, struct found *f, size_t max, double *room)
{
    const struct events_settings s = {p->threshold, p->least, (size_t)p->width};
    size_t count = 0;
    for (size_t a = 0, b; a < r->n; a = b) {
        for (b = a + 1; b < r->n && r->phase[b] == r->phase[a]; b++)
            ;
        if (r->phase[a] != PHASE_LOAD)
            continue;
        size_t from = a;
        while (from < b && r->P[from] < p->first)
            from++;
        const size_t known = count < max ? count : max;
        const size_t more = events_find(r->h, from, b, &s, f->event + known, max - known, room);
        if (count == 0 && more)
            f->from = a;
        count += more;
    }
    return count;
}

static frit_status find(frit_call *c, const struct record *r, struct found *f)
{
    const PARAMS *p = c->params;
    double *room = c->host->scratch(c, 2 * (2 * (size_t)p->width + 1), sizeof *room);
    f->event = c->host->scratch(c, r->n + 1, sizeof *f->event); /* fewer events than points */
    if (!room || !f->event)
        return FRIT_ENOMEM;
    f->n = walk(r, p, f, r->n, room);
    return FRIT_OK;
}

static double energy(const struct record *r, const struct event *e)
{
    double sum = 0;
    for (size_t i = e->first; i < e->last; i++)
        sum += 0.5 * (r->P[i] + r->P[i + 1]) * (r->h[i + 1] - r->h[i]);
    return sum; /* mN nm is pJ */
}

static frit_status put_events(frit_call *c, const struct record *r, const struct found *f)
{
    double *columns = c->host->scratch(c, 9 * f->n + 1, sizeof *columns);
    if (!columns)
        return FRIT_ENOMEM;
    double *number = columns, *load = number + f->n, *jump = load + f->n, *work = jump + f->n,
           *significance = work + f->n, *depth = significance + f->n, *of_load = depth + f->n,
           *of_jump = of_load + f->n, *of_work = of_jump + f->n;
    for (size_t i = 0; i < f->n; i++) {
        number[i] = (double)i + 1;
        load[i] = r->P[f->event[i].first];
        jump[i] = f->event[i].jump;
        work[i] = energy(r, &f->event[i]);
        significance[i] = fmin(f->event[i].significance, 1e9); /* a curve without scatter */
        depth[i] = r->h[f->event[i].first];
        const size_t a = f->event[i].first, b = f->event[i].last;
        of_load[i] = r->sP[a];
        of_jump[i] = hypot(r->sh[a], r->sh[b]);
        of_work[i] = sqrt(area_variance(r->h, r->P, r->sh, r->sP, a, b));
    }
    const double *curves[] = {load, jump, work, significance}, *sigma[] = {of_load, of_jump, of_work, NULL};
    frit_status status = write_number(c, OUT_COUNT, (double)f->n, NAN);
    if (status == FRIT_OK)
        status = write_number(c, OUT_FIRST, f->n ? load[0] : NAN, f->n ? of_load[0] : NAN);
    for (uint32_t k = 0; k < 4 && status == FRIT_OK; k++)
        status = write_curve(c, OUT_EVENTS + k, f->n, number, curves[k], sigma[k]);
    return status == FRIT_OK ? write_curve(c, OUT_MARKS, f->n, depth, load, of_load) : status;
}

/* ---- Hertz ---- */

enum { H0, K, N_HERTZ }; /* of depths and loads as parts of those of the event */

struct points {
    size_t n;
    const double *h;
};

static bool value(const void *data, const double *p, double *f)
{
    const struct points *u = data;
    for (size_t i = 0; i < u->n; i++)
        f[i] = p[K] * pow(fmax(u->h[i] - p[H0], 0), 1.5);
    return true;
}

static bool jacobian(const void *data, const double *p, double *j)
{
    const struct points *u = data;
    for (size_t i = 0; i < u->n; i++, j += N_HERTZ) {
        const double x = fmax(u->h[i] - p[H0], 0);
        j[H0] = -1.5 * p[K] * sqrt(x);
        j[K] = pow(x, 1.5);
    }
    return true;
}

struct hertz {
    double k, sigma, h0; /* mN/nm^1.5, nm; k NaN: no fit */
    size_t first, last;  /* points of the record */
};

static frit_status fit_hertz(frit_call *c, const struct record *r, const struct found *f, struct hertz *z)
{
    *z = (struct hertz){.k = NAN, .sigma = NAN};
    if (f->n == 0)
        return FRIT_OK;
    const double load = r->P[f->event[0].first], depth = r->h[f->event[0].first];
    z->last = f->event[0].first + 1;
    for (z->first = f->event[0].first; z->first > f->from && r->P[z->first - 1] >= 0.05 * load; z->first--)
        ;
    const size_t n = z->last - z->first;
    if (n < 6 || !(load > 0) || !(depth > 0))
        return FRIT_OK;
    double *x = c->host->scratch(c, n, sizeof *x), *y = c->host->scratch(c, n, sizeof *y);
    struct fit *w = fit_new(n, N_HERTZ);
    if (!x || !y || !w) {
        fit_free(w);
        return FRIT_ENOMEM;
    }
    for (size_t i = 0; i < n; i++) {
        x[i] = r->h[z->first + i] / depth;
        y[i] = r->P[z->first + i] / load;
    }
    const struct points u = {n, x};
    const struct fit_problem problem = {.n = n,
                                        .p = N_HERTZ,
                                        .value = value,
                                        .jacobian = jacobian,
                                        .data = &u,
                                        .y = y,
                                        .start = (const double[]){0, 1},
                                        .lower = (const double[]){-5, 1e-6},
                                        .upper = (const double[]){0.9, 1e6},
                                        .scale = (const double[]){1, 1}};
    struct fit_result result;
    if (fit_run(w, &problem, &(struct fit_options){0}, &result) == FIT_CONVERGED) {
        z->k = result.param[K] * load / pow(depth, 1.5);
        z->sigma = result.sigma[K] * load / pow(depth, 1.5);
        z->h0 = result.param[H0] * depth;
    }
    fit_free(w);
    return FRIT_OK;
}

static frit_status put_hertz(frit_call *c, const struct record *r, const struct hertz *z)
{
    const size_t n = isnan(z->k) ? 0 : z->last - z->first;
    double *load = c->host->scratch(c, n + 1, sizeof *load);
    if (!load)
        return FRIT_ENOMEM;
    for (size_t i = 0; i < n; i++)
        load[i] = z->k * pow(fmax(r->h[z->first + i] - z->h0, 0), 1.5);
    frit_status status = write_curve(c, OUT_HERTZ, n, r->h + z->first, load, NULL);
    return status == FRIT_OK ? write_number(c, OUT_COEFFICIENT, z->k, z->sigma) : status;
}

static frit_status put_contact(frit_call *c, const struct record *r, const struct found *f,
                               const struct hertz *z)
{
    const PARAMS *p = c->params;
    const double four_thirds = 4.0 / 3;
    double Er = p->modulus, R = p->radius;
    if (isnan(Er) && !isnan(R)) /* mN/nm^2 is 1e6 GPa */
        Er = 1e6 * z->k / (four_thirds * sqrt(R));
    else if (isnan(R) && !isnan(Er))
        R = pow(1e6 * z->k / (four_thirds * Er), 2);
    const double load = f->n ? r->P[f->event[0].first] : NAN;
    const double shear = 0.31 * cbrt(6 * 1e6 * load / (R * R) * Er * Er / pow(M_PI, 3));
    /* Er goes with k, R with k^2, the shear with Er^(2/3) or R^(-2/3), and with P^(1/3). */
    const bool finds_modulus = isnan(p->modulus);
    const double of_k = z->sigma / z->k, of_load = f->n ? r->sP[f->event[0].first] / load / 3 : NAN;
    const double of_shear = hypot((finds_modulus ? 2 : 4) * of_k / 3, of_load);
    frit_status status = write_number(c, OUT_SHEAR, shear, shear * of_shear);
    if (status == FRIT_OK)
        status = write_number(c, OUT_REDUCED_MODULUS, Er, finds_modulus ? Er * of_k : NAN);
    return status == FRIT_OK ? write_number(c, OUT_RADIUS, R, finds_modulus ? NAN : 2 * R * of_k) : status;
}

frit_status pop_in_run(frit_call *c)
{
    struct record r;
    struct found f = {NULL, 0, 0};
    struct hertz z;
    frit_status status = record_read(c, &r, false, 1);
    if (status == FRIT_OK)
        status = find(c, &r, &f);
    if (status == FRIT_OK)
        status = record_uncertainty(c, &r);
    if (status == FRIT_OK)
        status = put_events(c, &r, &f);
    if (status == FRIT_OK)
        status = fit_hertz(c, &r, &f, &z);
    if (status == FRIT_OK)
        status = put_hertz(c, &r, &z);
    return status == FRIT_OK ? put_contact(c, &r, &f, &z) : status;
}
