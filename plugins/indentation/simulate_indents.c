/* simulate_indents: load and depth over time of indents into a sample of known hardness and modulus.
 *
 * Something whose answer is known: the raw curve of an instrument, with drift, the frame's compliance, noise
 * and pop-ins, whose unloading has exactly the stiffness and the contact depth of its hardness and modulus.
 * Random numbers are GSL's, seeded for each indent.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <gsl/gsl_errno.h>
#include <gsl/gsl_randist.h>
#include <gsl/gsl_rng.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "area.h"
#include "indentation.h"
#include "segments.h"
#include "unload.h"

#define OVER_TIME .ndim = 1, .axis_name = {"time"}, .axis_unit = {"s"}
enum { OUT_LOAD, OUT_DEPTH, OUT_SEGMENT, OUT_HARDNESS, OUT_MODULUS, OUT_POP_INS, OUT_COUNT };

const frit_port simulate_indents_outputs[] = {
    {.name = "load", .unit = "mN", OVER_TIME, .doc = "as the instrument records it"},
    {.name = "depth", .unit = "nm", OVER_TIME, .doc = "with drift, frame and noise"},
    {.name = "segment", .unit = "1", OVER_TIME, .doc = SEGMENT_DOC},
    {.name = "true_hardness", .unit = "GPa", .doc = "of this indent"},
    {.name = "true_modulus", .unit = "GPa", .doc = "of this indent"},
    {.name = "true_pop_ins",
     .unit = "mN",
     .ndim = 1,
     .axis_name = {"event"},
     .axis_unit = {"1"},
     .doc = "loads of the pop-ins of this indent, ascending; of length 0 where it has none"},
    {.name = "true_count", .unit = "1", .doc = "how many pop-ins this indent has"},
    {0}};

#define PARAMS struct simulate_indents
const frit_param simulate_indents_params[] = {
    FRIT_CHOICE(PARAMS, sample, "AC|CR|HPT",
                "as cast, cold rolled, high-pressure torsion: what H, E, their scatter and pop-ins are, "
                "unless given"),
    FRIT_F64(PARAMS, hardness, "GPa", NAN, 0.01, 200, 0, "mean of the indents"),
    FRIT_F64(PARAMS, hardness_sd, "GPa", NAN, 0, 100, 0, "their sample standard deviation"),
    FRIT_F64(PARAMS, modulus, "GPa", NAN, 0.1, 1000, 0, "mean of the indents"),
    FRIT_F64(PARAMS, modulus_sd, "GPa", NAN, 0, 500, 0, "their sample standard deviation"),
    FRIT_BOOL(PARAMS, exact, 1,
              "the indents' mean and standard deviation are exactly those; else they are drawn, and scatter "
              "about them"),
    FRIT_F64(PARAMS, poisson, "1", 0.36, -1, 0.5, 0, "Poisson's ratio of the sample"),
    FRIT_F64(PARAMS, beta, "1", 1.034, 0.5, 2, 0, "geometry factor of the stiffness"),
    FRIT_F64(PARAMS, exponent, "1", 1.38, 1.01, 2.5, 0, "m of the unloading"),
    FRIT_ARRAY(PARAMS, area, "1", -1e9, 1e9, 0, "area function of the tip, for nm; not given: 24.5, 1450"),
    FRIT_F64(PARAMS, load, "mN", 100, 0.01, 1e4, 0, "at the peak"),
    FRIT_F64(PARAMS, load_time, "s", 20, 0.1, 1e5, 0, "of the loading, at a constant rate"),
    FRIT_F64(PARAMS, hold, "s", 10, 0, 1e5, 0, "at the peak"),
    FRIT_F64(PARAMS, unload_time, "s", 18, 0.1, 1e5, 0, "down to a tenth of the peak"),
    FRIT_F64(PARAMS, low_hold, "s", 60, 0, 1e5, 0, "at a tenth of the peak, for the drift"),
    FRIT_F64(PARAMS, rate, "Hz", 25, 0.1, 1e4, 0, "samples per time"),
    FRIT_F64(PARAMS, creep, "nm", 6, 0, 1000, 0, "growth of the depth during the hold"),
    FRIT_F64(PARAMS, drift, "nm/s", 0.05, -10, 10, 0, "standard deviation of the indents' drift rates"),
    FRIT_F64(PARAMS, frame_stiffness, "N/m", 5e6, 1e4, 1e12, 0, "of the instrument"),
    FRIT_F64(PARAMS, depth_noise, "nm", 0.15, 0, 100, 0, "standard deviation"),
    FRIT_F64(PARAMS, load_noise, "mN", 0.001, 0, 100, 0, "standard deviation"),
    FRIT_F64(
        PARAMS, pop_in_load, "mN", NAN, 0, 1e4, 0,
        "mean load from one pop-in to the next; 0: none; not given: a third of the peak for AC, else none"),
    FRIT_F64(PARAMS, pop_in_width, "nm", 8, 0, 1000, 0, "mean size of a pop-in beyond half of that"),
    FRIT_I64(PARAMS, indents, 8, 1, 10000, 0, "how many"),
    FRIT_I64(PARAMS, only, 0, 0, 10000, 0, "make this one of them alone, from 1; 0: all"),
    FRIT_I64(PARAMS, seed, 1, 0, 4294967295.0, 0, "of all that is drawn"),
    {0}};

const char simulate_indents_doc[] =
    "    A = Pmax/H,  S = 2 beta Er sqrt(A/pi),  hmax = hc + epsilon Pmax/S\n"
    "    P = Pmax ((h - hf)/(hmax - hf))^m,  hf = hmax - m Pmax/S\n"
    "    depth = h + P/K + drift (t - 0) + noise\n"
    "\n"
    "Loading at a constant rate, along the depths that the same hardness and modulus give at each load, hold "
    "with logarithmic creep, "
    "unloading to a tenth, hold, unloading to zero.  Pop-ins come at exponentially distributed distances in "
    "load, each of at least half "
    "of `pop_in_width`, and the loading between them is steeper so that it ends at the same depth.  The "
    "analysis must find H and E again, "
    "with epsilon 0.75 and the same area function, nu, beta and K.\n\n"
    "AC: H 6.4 +- 0.1, E 107.8 +- 0.6 GPa, with pop-ins; CR: 6.2 +- 0.1, 105.0 +- 0.8; HPT: 5.9 +- 0.3, "
    "103.2 +- 2.5.  These are the "
    "published values of the glass; what else is here is chosen.  A simulation, not a measurement.";

struct indent {
    double H, E, S, hmax, hf, drift;
    struct area area;
    double *pop_load, *pop_size;
    size_t n_pops;
};

static unsigned long seed_of(uint64_t seed, uint64_t what)
{
    uint64_t x = (seed << 32) ^ (what + 0x9e3779b97f4a7c15u);
    x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9u;
    x = (x ^ (x >> 27)) * 0x94d049bb133111ebu;
    return (unsigned long)((x ^ (x >> 31)) & 0xffffffffu);
}

frit_status simulate_indents_check(frit_call *c)
{
    const PARAMS *p = c->params;
    if (p->only > p->indents)
        return c->host->fail(c, FRIT_EPARAM, "there is no indent %lld: they are 1 to %lld",
                             (long long)p->only, (long long)p->indents);
    if (p->area.n > AREA_TERMS)
        return c->host->fail(c, FRIT_EPARAM, "area has %zu coefficients: an area function has %d at most",
                             p->area.n, AREA_TERMS);
    if (p->rate * fmin(p->load_time, p->unload_time) < 20)
        return c->host->fail(
            c, FRIT_EPARAM,
            "%.4g samples a second make less than 20 points of a loading of %.4g s or an unloading of %.4g s",
            p->rate, p->load_time, p->unload_time);
    if (p->rate * (p->load_time + p->hold + 1.2 * p->unload_time + p->low_hold) > 1e7)
        return c->host->fail(c, FRIT_EPARAM,
                             "more than ten million points: a smaller rate, or shorter times");
    return FRIT_OK;
}

frit_status simulate_indents_count(frit_call *c, uint64_t *n)
{
    const PARAMS *p = c->params;
    *n = p->only ? 1 : (uint64_t)p->indents;
    return FRIT_OK;
}

/* ---- What is drawn ---- */

static const struct {
    double H, H_sd, E, E_sd;
    bool pops;
} samples[] = {{6.4, 0.1, 107.8, 0.6, true}, {6.2, 0.1, 105.0, 0.8, false}, {5.9, 0.3, 103.2, 2.5, false}};

/* The deviate of indent `index` of n: with mean 0 and sample standard deviation 1 over all, where exact. */
static double deviate(gsl_rng *g, size_t n, uint64_t index, bool exact)
{
    double sum = 0, square = 0, mine = 0;
    for (size_t i = 0; i < n; i++) {
        double z = gsl_ran_gaussian_ratio_method(g, 1);
        sum += z;
        square += z * z;
        mine = i == index ? z : mine;
    }
    const double mean = sum / (double)n, variance = (square - sum * mean) / fmax((double)n - 1, 1);
    if (!exact)
        return mine;
    return variance > 0 ? (mine - mean) / sqrt(variance) : 0;
}

static bool draw_pop_ins(const PARAMS *p, gsl_rng *g, struct indent *d)
{
    const double between =
        isnan(p->pop_in_load) ? (samples[p->sample].pops ? p->load / 3 : 0) : p->pop_in_load;
    const size_t most = 200;
    d->pop_load = malloc(2 * most * sizeof *d->pop_load);
    if (!d->pop_load)
        return false;
    d->pop_size = d->pop_load + most;
    /* From 2 % of the peak on, and not at the very end. */
    for (double at = 0.02 * p->load; between > 0 && d->n_pops < most;) {
        at += gsl_ran_exponential(g, between);
        if (at > 0.97 * p->load)
            break;
        d->pop_load[d->n_pops] = at;
        d->pop_size[d->n_pops++] = p->pop_in_width * (0.5 + 0.5 * gsl_ran_exponential(g, 1));
    }
    return true;
}

/* ---- The curve ---- */

/* The depth at which the area is A, by Newton's steps within two bounds: the area grows with the depth. */
static double contact_depth(const struct area *area, double A)
{
    double low = 0, high = 1, slope;
    while (area_at(area, high, NULL) < A && high < 1e9)
        high *= 2;
    double x = high;
    for (int i = 0; i < 200; i++) {
        const double off = area_at(area, x, &slope) - A;
        if (off > 0)
            high = x;
        else
            low = x;
        double next = x - off / slope;
        if (!(next > low && next < high))
            next = 0.5 * (low + high);
        if (fabs(next - x) <= 4e-16 * x)
            break;
        x = next;
    }
    return x;
}

static double stiffness(const PARAMS *p, const struct indent *d, double A)
{
    return 2e-6 * p->beta * reduced_modulus_of(d->E, p->poisson, 1141, 0.07) * sqrt(A / M_PI);
}

/* On the way up, without pop-ins and creep. */
static double depth_at(const PARAMS *p, const struct indent *d, double P)
{
    if (!(P > 0))
        return 0;
    const double A = 1e6 * P / d->H;
    return contact_depth(&d->area, A) + 0.75 * P / stiffness(p, d, A);
}

static double loading(const PARAMS *p, const struct indent *d, double P)
{
    const double end = d->hmax - p->creep;
    double all = 0, before = 0;
    for (size_t i = 0; i < d->n_pops; i++) {
        all += d->pop_size[i];
        before += d->pop_load[i] < P ? d->pop_size[i] : 0;
    }
    return depth_at(p, d, P) / d->hmax * (end - all) + before;
}

static double unloading(const PARAMS *p, const struct indent *d, double P)
{
    return d->hf + (d->hmax - d->hf) * pow(fmax(P, 0) / p->load, 1 / p->exponent);
}

/* Load, depth and phase at a time. */
static enum phase state_at(const PARAMS *p, const struct indent *d, double t, double *P, double *h)
{
    const double peak = p->load_time, down = peak + p->hold, low = down + p->unload_time,
                 last = low + p->low_hold;
    if (t < peak) {
        *P = p->load * t / peak;
        *h = loading(p, d, *P);
        return PHASE_LOAD;
    }
    if (t < down) {
        *P = p->load;
        *h = d->hmax - p->creep + p->creep * log1p(20 * (t - peak) / p->hold) / log(21);
        return PHASE_HOLD;
    }
    const double part = t < low    ? 1 - 0.9 * (t - down) / p->unload_time
                        : t < last ? 0.1
                                   : fmax(0.1 - 0.9 * (t - last) / p->unload_time, 0);
    *P = p->load * part;
    *h = unloading(p, d, *P);
    return t < low ? PHASE_UNLOAD : t < last ? PHASE_LOW_HOLD : PHASE_LAST_UNLOAD;
}

static double given_or(double given, double otherwise)
{
    return isnan(given) ? otherwise : given;
}

static bool make_indent(const PARAMS *p, uint64_t index, gsl_rng *g, struct indent *d)
{
    const int s = p->sample;
    *d = (struct indent){.area = {{24.5, 1450}, 2}};
    if (p->area.n) {
        d->area = (struct area){.n = p->area.n};
        memcpy(d->area.c, p->area.v, p->area.n * sizeof *d->area.c);
    }
    /* The same stream for all indents: what they share. */
    gsl_rng_set(g, seed_of((uint64_t)p->seed, 1));
    d->H = given_or(p->hardness, samples[s].H) +
           given_or(p->hardness_sd, samples[s].H_sd) * deviate(g, (size_t)p->indents, index, p->exact);
    d->E = given_or(p->modulus, samples[s].E) +
           given_or(p->modulus_sd, samples[s].E_sd) * deviate(g, (size_t)p->indents, index, p->exact);
    gsl_rng_set(g, seed_of((uint64_t)p->seed, 2 + index));
    const double A = 1e6 * p->load / d->H;
    d->S = stiffness(p, d, A);
    d->hmax = depth_at(p, d, p->load);
    d->hf = d->hmax - p->exponent * p->load / d->S;
    d->drift = gsl_ran_gaussian_ratio_method(g, p->drift);
    return draw_pop_ins(p, g, d);
}

/* ---- Out ---- */

static frit_buffer *curve(frit_call *c, uint32_t port, size_t n)
{
    return c->host->output(c, port, FRIT_F64, 1, &n, 0);
}

static frit_status fill(frit_call *c, const struct indent *d, gsl_rng *g)
{
    const PARAMS *p = c->params;
    const double end = p->load_time + p->hold + p->unload_time + p->low_hold + p->unload_time / 9;
    const size_t n = (size_t)floor(end * p->rate) + 1;
    frit_buffer *out[] = {curve(c, OUT_LOAD, n), curve(c, OUT_DEPTH, n), curve(c, OUT_SEGMENT, n)};
    if (!out[0] || !out[1] || !out[2])
        return FRIT_ENOMEM;
    for (size_t i = 0; i < n; i++) {
        const double t = (double)i / p->rate;
        double P, h;
        out[2]->value[i] = state_at(p, d, t, &P, &h);
        out[0]->value[i] = P + gsl_ran_gaussian_ratio_method(g, p->load_noise);
        out[1]->value[i] = h + 1e6 * P / p->frame_stiffness + d->drift * t +
                           gsl_ran_gaussian_ratio_method(g, p->depth_noise);
        for (int k = 0; k < 3; k++)
            out[k]->axis[0][i] = t;
    }
    return FRIT_OK;
}

static frit_status put_truth(frit_call *c, const struct indent *d)
{
    frit_buffer *H = c->host->output(c, OUT_HARDNESS, FRIT_F64, 0, NULL, 0);
    frit_buffer *E = c->host->output(c, OUT_MODULUS, FRIT_F64, 0, NULL, 0);
    frit_buffer *pops = curve(c, OUT_POP_INS, d->n_pops);
    frit_buffer *count = c->host->output(c, OUT_COUNT, FRIT_F64, 0, NULL, 0);
    if (!H || !E || !pops || !count)
        return FRIT_ENOMEM;
    count->value[0] = (double)d->n_pops;
    H->value[0] = d->H;
    E->value[0] = d->E;
    for (size_t i = 0; i < d->n_pops; i++) {
        pops->axis[0][i] = (double)i + 1;
        pops->value[i] = d->pop_load[i];
    }
    return FRIT_OK;
}

frit_status simulate_indents_run(frit_call *c)
{
    const PARAMS *p = c->params;
    struct indent d;
    gsl_set_error_handler_off();
    gsl_rng *g = gsl_rng_alloc(gsl_rng_mt19937);
    if (!g || !make_indent(p, p->only ? (uint64_t)p->only - 1 : c->index, g, &d)) {
        gsl_rng_free(g);
        return FRIT_ENOMEM;
    }
    frit_status status =
        d.H > 0 && d.E > 0
            ? fill(c, &d, g)
            : c->host->fail(c, FRIT_EDATA, "H = %.4g and E = %.4g GPa were drawn: less scatter", d.H, d.E);
    if (status == FRIT_OK)
        status = put_truth(c, &d);
    for (uint32_t port = OUT_LOAD; port <= OUT_SEGMENT && status == FRIT_OK; port++) {
        c->host->set_attribute(c, port, "frame_stiffness", "N/m", p->frame_stiffness);
        c->host->set_attribute(c, port, "poisson", "1", p->poisson);
        c->host->set_text_attribute(c, port, "origin", "simulated");
    }
    free(d.pop_load);
    gsl_rng_free(g);
    return status;
}
