/* The scale of an intensity by the method that was asked for, and by two others to check it.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <string.h>

#include "normalise.h"

#define HIGHEST_Q 60    /* 1/angstrom; those that reach 40 are few */

/* Where to look, in 1/angstrom. */
typedef struct limits {
    double qmin, qmax;
    double top, high;    /* the last point below qmax; from where on Q is high */
} limits;

/* ---- What is given --------------------------------------------------------------------------- */

static frit_status read_given(frit_call *c, uint32_t port, const char *unit, scales *s, int which,
                              bool *given)
{
    *given = c->host->n_inputs(c, port) > 0;
    if (!*given)
        return FRIT_OK;
    const char *name = normalise_inputs[port].name;
    const frit_view *v = c->host->input(c, port, 0);
    if (!v)
        return FRIT_EIO;
    if ((v->mask && v->mask[0]) || !isfinite(v->value[0]))
        return c->host->fail(c, FRIT_EDATA, "the %s that is given is masked or no number", name);
    if (strcmp(v->unit, unit))
        return c->host->fail(c, FRIT_EPARAM, "the %s that is given is in %s, but this intensity needs one in "
                             "%s", name, v->unit, unit);
    s->value[which] = v->value[0];
    s->given_sigma[which] = v->sigma && isfinite(v->sigma[0]) ? v->sigma[0] : 0;
    return FRIT_OK;
}

static const double *ones(frit_call *c, size_t n)
{
    double *one = c->host->scratch(c, n + 1, sizeof *one);
    for (size_t i = 0; one && i < n; i++)
        one[i] = 1;
    return one;
}

/* What is free, what is given, and what is as it is. */
static frit_status begin(frit_call *c, points *s, scale *k)
{
    const normalise_params *p = c->params;
    bool fits = p->method == METHOD_LOW_R || p->method == METHOD_LEAST_SQUARES, given;
    bool shape = c->host->n_inputs(c, IN_FLUORESCENCE) > 0;
    k->used = (scales){ .value = { 1, 1, 1 } };
    frit_status status = read_given(c, IN_FLUORESCENCE_SCALE, "1", &k->used, SCALE_FLUORESCENCE, &given);
    if (status != FRIT_OK)
        return status;
    if (given && !shape)
        return c->host->fail(c, FRIT_EPARAM, "fluorescence_scale is given, but not the fluorescence that it "
                             "belongs to: connect its shape");
    k->used.free[SCALE_FLUORESCENCE] =
        fits && p->fit_fluorescence && !given && (shape || p->method == METHOD_LEAST_SQUARES);
    k->has_fluorescence = shape || k->used.free[SCALE_FLUORESCENCE];
    if (k->has_fluorescence && !shape && !(s->all.fluorescence = ones(c, s->all.n)))
        return FRIT_ENOMEM;
    k->used.free[SCALE_MULTIPLE] = fits && p->fit_multiple && c->host->n_inputs(c, IN_MULTIPLE) > 0;
    status = read_given(c, IN_ALPHA, normalise_alpha_unit(c, s->v->unit), &k->used, SCALE_ALPHA,
                        &k->alpha_given);
    k->used.free[SCALE_ALPHA] = !k->alpha_given;
    k->has_sigma = s->v->sigma || k->used.given_sigma[SCALE_ALPHA] > 0 ||
                   k->used.given_sigma[SCALE_FLUORESCENCE] > 0;
    return status;
}

/* ---- Conditions ------------------------------------------------------------------------------ */

typedef struct rules {
    condition  *row;
    size_t      n;
    low_r_rules low_r;
    bool        ready;    /* low_r stands for the rows */
} rules;

static bool make_low_r(frit_call *c, const points *s, const limits *at, rules *r)
{
    const normalise_params *p = c->params;
    const low_r how = { .lorch = p->window == 0, .qmin = at->qmin, .qmax = at->qmax,
                  .edge_points = (size_t)p->edge_points, .rho0 = normalise_density(c) };
    const low_r_terms *t = normalise_low_r_terms(c);
    r->n = normalise_low_r_rows(p);
    if (t) {
        double *room = c->host->scratch(c, low_r_rules_room(t, s->sorted.n), sizeof *room);
        if (!room)
            return false;
        r->ready = low_r_rules_make(t, &s->sorted, s->origin, &how, room, &r->low_r);
        if (r->ready)
            return true;
    }
    const size_t n = s->sorted.n + 1;
    double *weight = c->host->scratch(c, r->n * n, sizeof *weight);
    r->row = c->host->scratch(c, r->n, sizeof *r->row);
    if (!weight || !r->row)
        return false;
    for (size_t k = 0; k < r->n; k++)
        r->row[k] = condition_low_r(&s->sorted, &how, p->rlow.from + (double)k * p->rstep, weight + k * n);
    return true;
}

static bool make_rules(frit_call *c, int32_t method, const points *s, const limits *at, rules *r)
{
    if (method == METHOD_LOW_R)
        return make_low_r(c, s, at, r);
    const bool many = method == METHOD_LEAST_SQUARES;
    r->row = c->host->scratch(c, many ? s->sorted.n + 1 : 1, sizeof *r->row);
    if (!r->row)
        return false;
    r->n = many ? conditions_high_q(&s->sorted, at->high, at->top, r->row) : 1;
    if (method == METHOD_HIGH_Q)
        r->row[0] = condition_high_q(&s->sorted, at->high, at->top);
    if (method != METHOD_KROGH_MOE)
        return true;
    double *weight = c->host->scratch(c, s->sorted.n + 1, sizeof *weight);
    if (weight)
        r->row[0] = condition_krogh_moe(&s->sorted, at->qmin, at->qmax, normalise_density(c), weight);
    return weight != NULL;
}

/* Slopes come by order of Q: put each to its place on the axis. */
static bool place_slopes(frit_call *c, const points *s, scales *k)
{
    if (s->in_place)
        return true;
    for (int m = 0; m < N_SCALES; m++) {
        double *placed = c->host->scratch(c, s->all.n + 1, sizeof *placed);
        if (!placed)
            return false;
        for (size_t i = 0; i < s->sorted.n; i++)
            placed[s->origin[i]] = k->slope[m][i];
        k->slope[m] = placed;
    }
    return true;
}

/* FRIT_ENUMERIC, without a sentence: the conditions do not determine the scales. */
static frit_status solve(frit_call *c, const rules *r, const points *s, bool slopes, scales *k)
{
    const size_t n_rows = r->ready ? low_r_rules_count(&r->low_r) : r->n, n = s->sorted.n + 1;
    double *work = c->host->scratch(c, (n_rows + 1) * (SCALES_WORK + N_SCALES), sizeof *work);
    double *slope = slopes ? c->host->scratch(c, n * N_SCALES, sizeof *slope) : NULL;
    if (!work || (slopes && !slope))
        return FRIT_ENOMEM;
    for (size_t m = 0; m < N_SCALES; m++)
        k->slope[m] = slopes ? slope + m * n : NULL;
    const bool solved = r->ready ? scales_solve_low_r(k, &s->sorted, s->slopes, &r->low_r, work)
                                 : scales_solve(k, &s->sorted, s->slopes, r->row, r->n, work);
    return solved ? FRIT_OK : FRIT_ENUMERIC;
}

/* ---- Judgement ------------------------------------------------------------------------------- */

static bool is_high(int32_t method)
{
    return method == METHOD_HIGH_Q || method == METHOD_LEAST_SQUARES;
}

static frit_status too_few(frit_call *c, size_t n, const points *s, const limits *at)
{
    const normalise_params *p = c->params;
    bool high = is_high(p->method);
    return c->host->fail(c, FRIT_EDATA, "%zu measured point%s between %s = %g and qmax = %g 1/angstrom; "
                         "the data reach from %g to %g",
                         n, n == 1 ? "" : "s", high ? "highqratio qmax" : "qmin", high ? at->high : at->qmin,
                         at->qmax, s->sorted.Q[0], s->sorted.Q[s->sorted.n - 1]);
}

static size_t points_between(const points *s, bool high, const limits *at)
{
    size_t n = 0;
    for (size_t i = 0; i < s->sorted.n; i++) {
        double Q = s->sorted.Q[i];
        n += Q <= at->qmax * (1 + 1e-9) && (high ? Q > at->high : Q >= at->qmin * (1 - 1e-9));
    }
    return n;
}

static frit_status judge(frit_call *c, const scales *k, frit_status status, const points *s,
                         const limits *at)
{
    const normalise_params *p = c->params;
    bool high = is_high(p->method);
    if (status == FRIT_ENOMEM)
        return status;
    if (status != FRIT_OK && (k->free[SCALE_FLUORESCENCE] || k->free[SCALE_MULTIPLE]))
        return c->host->fail(c, FRIT_ENUMERIC, "alpha cannot be told from fluorescence or multiple "
                             "scattering over %g to %g 1/angstrom: their shapes are too much alike; set "
                             "fit_fluorescence = false or fit_multiple = false",
                             high ? at->high : at->qmin, at->qmax);
    double alpha = status == FRIT_OK ? k->value[SCALE_ALPHA] : NAN, last = s->sorted.Q[s->sorted.n - 1];
    if (!(alpha > 0) || !isfinite(alpha))
        return c->host->fail(c, FRIT_EDATA, "the intensity cannot be scaled: alpha would be %g over %g to %g "
                             "1/angstrom; is too much background subtracted, or is the range too short%s",
                             alpha, high ? at->high : at->qmin, at->qmax,
                             last > HIGHEST_Q ? "?  Is Q really in 1/angstrom, not in 1/nm?" : "?");
    return FRIT_OK;
}

static void compare(frit_call *c, const scale *k)
{
    double high = k->high_q.value[SCALE_ALPHA], krogh_moe = k->krogh_moe.value[SCALE_ALPHA];
    double used = k->used.value[SCALE_ALPHA], apart = high / krogh_moe - 1, other = krogh_moe / used - 1;
    if (fabs(apart) > 0.02)    /* false where one of them is NaN */
        c->host->log(c, FRIT_WARNING, "the scale by the high-Q ratio, %g, is %.1f %% %s that by Krogh-Moe "
                     "and Norman, %g: background, fluorescence or multiple scattering is left, or the "
                     "density is wrong",
                     high, 100 * fabs(apart), apart > 0 ? "above" : "below", krogh_moe);
    else if (fabs(other) > 0.02)
        c->host->log(c, FRIT_WARNING, "the scale by Krogh-Moe and Norman, %g, is %.1f %% %s the one used, %g",
                     krogh_moe, 100 * fabs(other), other > 0 ? "above" : "below", used);
}

/* Signs that the axis is in another unit than it says. */
static void judge_axis(frit_call *c, const points *s, const scales *k)
{
    const normalise_params *p = c->params;
    const double *Q = s->sorted.Q, last = Q[s->sorted.n - 1];
    double wavelength = p->tables.wavelength, highest = 1;
    if (isnan(wavelength))
        wavelength = HC_KEV_ANGSTROM / p->tables.energy;
    if (isnan(wavelength) && !c->host->attribute(c, IN_INTENSITY, "wavelength", "angstrom", &wavelength))
        wavelength = NAN;
    double limit = 4 * 3.14159265358979323846 / wavelength;
    if (last > limit * (1 + 1e-6)) {    /* false where it is not known */
        c->host->log(c, FRIT_WARNING, "the data reach to Q = %g 1/angstrom, but with a wavelength of %g "
                     "angstrom nothing is scattered beyond %g: is the axis in 1/nm?",
                     last, wavelength, limit);
        return;
    }
    if (last > HIGHEST_Q) {
        c->host->log(c, FRIT_WARNING, "the data reach to Q = %g 1/angstrom, which no X-ray experiment does: "
                     "is the axis in 1/nm?", last);
        return;
    }
    for (size_t i = 0; i < s->sorted.n; i++) {
        const double S = structure_factor_at(k->value, &s->sorted, i);
        highest = S > highest ? S : highest;
    }
    size_t first = 0;
    while (first + 1 < s->sorted.n && structure_factor_at(k->value, &s->sorted, first) < (1 + highest) / 2)
        first++;
    if (Q[0] < 8 && Q[first] > 8 && highest > 1.3)
        c->host->log(c, FRIT_WARNING, "the first strong maximum of S stands at Q = %g 1/angstrom, where no "
                     "glass or crystal has it: is the axis in 1/nm?", Q[first]);
}

/* ---- The scale ------------------------------------------------------------------------------- */

/* Alpha alone, by another method, with the other scales as they were found; NaN: it cannot be had.
 * Its sigma only where its output is wanted. */
static frit_status check_by(frit_call *c, int32_t method, const points *s, const limits *at, const scale *k,
                            uint32_t port, scales *other)
{
    rules r = { 0 };
    *other = (scales){ .free = { true } };
    memcpy(other->value, k->used.value, sizeof other->value);
    if (method == METHOD_KROGH_MOE && isnan(normalise_density(c))) {
        other->value[SCALE_ALPHA] = NAN;
        return FRIT_OK;
    }
    if (!make_rules(c, method, s, at, &r))
        return FRIT_ENOMEM;
    frit_status status = solve(c, &r, s, k->has_sigma && c->host->wanted(c, port), other);
    if (status == FRIT_ENUMERIC)
        other->value[SCALE_ALPHA] = NAN;
    return status == FRIT_ENOMEM ? status : FRIT_OK;
}

static frit_status set_limits(frit_call *c, const points *s, limits *at)
{
    const normalise_params *p = c->params;
    if (s->sorted.n == 0)
        return c->host->fail(c, FRIT_EDATA, "there is no point, of %zu, at which the intensity and all that "
                             "is subtracted from it are known", s->all.n);
    double first = s->sorted.Q[0], last = s->sorted.Q[s->sorted.n - 1];
    at->qmin = isnan(p->qmin) ? first : p->qmin;
    at->qmax = isnan(p->qmax) ? last : p->qmax;
    if (p->qmax > last * 1.01)
        c->host->log(c, FRIT_WARNING, "qmax = %g 1/angstrom is beyond the data, which end at %g",
                     p->qmax, last);
    at->top = fmin(at->qmax, last);
    at->high = fmax(p->highqratio * at->top, at->qmin);
    return FRIT_OK;
}

frit_status find_scale(frit_call *c, points *s, scale *k)
{
    const normalise_params *p = c->params;
    limits at;
    rules r = { 0 };
    frit_status status = begin(c, s, k);
    if (status != FRIT_OK)
        return status;
    status = points_finish(c, s);
    if (status == FRIT_OK)
        status = set_limits(c, s, &at);
    if (status != FRIT_OK)
        return status;
    size_t found = points_between(s, is_high(p->method), &at);
    if (!k->alpha_given && found < (p->method == METHOD_HIGH_Q ? 1u : 2u))
        return too_few(c, found, s, &at);
    if (!k->alpha_given || k->used.free[SCALE_FLUORESCENCE] || k->used.free[SCALE_MULTIPLE])
        if (!make_rules(c, p->method, s, &at, &r))
            return FRIT_ENOMEM;
    status = judge(c, &k->used, solve(c, &r, s, k->has_sigma, &k->used), s, &at);
    if (status == FRIT_OK && k->has_sigma && !place_slopes(c, s, &k->used))
        return FRIT_ENOMEM;
    if (status == FRIT_OK)
        status = check_by(c, METHOD_KROGH_MOE, s, &at, k, OUT_ALPHA_KROGH_MOE, &k->krogh_moe);
    if (status == FRIT_OK)
        status = check_by(c, METHOD_HIGH_Q, s, &at, k, OUT_ALPHA_HIGH_Q, &k->high_q);
    if (status != FRIT_OK)
        return status;
    compare(c, k);
    judge_axis(c, s, &k->used);
    return FRIT_OK;
}
