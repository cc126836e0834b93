/* creep: what the depth does while the peak load is held.
 *
 * ISO 14577-1:2015, A.7; T. Chudoba & F. Richter, Surf. Coat. Technol. 148 (2001) 191,
 * doi:10.1016/S0257-8972(01)01340-8.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <math.h>

#include "indentation.h"
#include "record.h"
#include "shared/fit.h"

const frit_port creep_inputs[] = {RECORD_INPUTS, {0}};

enum { OUT_CREEP, OUT_RATIO, OUT_RATE, OUT_AMPLITUDE, OUT_TIME, OUT_HOLD, OUT_FIT };
const frit_port creep_outputs[] = {
    {.name = "creep",
     .unit = "nm",
     .doc = "growth of the depth from the first to the last point of the hold"},
    {.name = "creep_ratio",
     .unit = "1",
     .doc = "the same as a part of the depth at its beginning; C_IT of ISO 14577 is 100 times it"},
    {.name = "rate", .unit = "nm/s", .doc = "at the end of the hold: the law's; masked without a fit"},
    {.name = "amplitude", .unit = "nm", .doc = "a of the law; masked without a fit"},
    {.name = "time_constant", .unit = "s", .doc = "tau of the law; masked without a fit"},
    {.name = "hold",
     .unit = "nm",
     CURVE_OVER_TIME,
     .doc = "depth since the beginning of the hold, for drawing"},
    {.name = "fit", .unit = "nm", CURVE_OVER_TIME, .doc = "the law, for drawing; of length 0 without a fit"},
    {0}};

#define PARAMS struct creep
const frit_param creep_params[] = {
    FRIT_I64(PARAMS, cycle, 0, 0, 100000, 0, "which hold, from 1; 0: the last"),
    FRIT_RANGE(PARAMS, times, "s", NULL, -1e9, 1e9, 0,
               "from when to when, instead of the hold that `segment` shows"),
    {0}};

const char creep_doc[] = "    h - h(t0) = c + a ln(1 + (t - t0)/tau)\n"
                         "\n"
                         "over the hold at the peak load (segment 1), by least squares.  At its end the rate "
                         "is a/(tau + t - t0).  Drift should have been "
                         "taken out before: it adds to the rate.  Where the law cannot be fitted (fewer than "
                         "6 points, no curvature) there is a warning, "
                         "and its numbers are masked; the creep itself needs no law.\n\n"
                         "sigma: of the creep from the depth's at its two points, the input's or else the "
                         "noise of the curve; of the law from the scatter about it.";

enum { OFFSET, A, LOG_TAU, N_PARAMS };

struct hold {
    size_t n;
    const double *t;
};

static bool value(const void *data, const double *p, double *f)
{
    const struct hold *u = data;
    for (size_t i = 0; i < u->n; i++)
        f[i] = p[OFFSET] + p[A] * log1p(u->t[i] * exp(-p[LOG_TAU]));
    return true;
}

static bool jacobian(const void *data, const double *p, double *j)
{
    const struct hold *u = data;
    for (size_t i = 0; i < u->n; i++, j += N_PARAMS) {
        const double x = u->t[i] * exp(-p[LOG_TAU]);
        j[OFFSET] = 1;
        j[A] = log1p(x);
        j[LOG_TAU] = -p[A] * x / (1 + x);
    }
    return true;
}

static frit_status find_hold(frit_call *c, const struct record *r, size_t *from, size_t *to)
{
    const PARAMS *p = c->params;
    struct cycle *cycle;
    size_t n;
    if (!isnan(p->times.from)) {
        for (*from = 0; *from < r->n && r->t[*from] < p->times.from; ++*from)
            ;
        for (*to = *from; *to < r->n && r->t[*to] <= p->times.to; ++*to)
            ;
        return *to > *from + 1
                   ? FRIT_OK
                   : record_fail(c, FRIT_EDATA, "fewer than two points lie between %.6g and %.6g s",
                                 p->times.from, p->times.to);
    }
    frit_status status = record_cycles(c, r, &cycle, &n);
    if (status != FRIT_OK)
        return status;
    if ((uint64_t)p->cycle > n)
        return record_fail(c, FRIT_EDATA, "there is no cycle %lld: the test has %zu", (long long)p->cycle, n);
    const struct cycle *k = &cycle[(p->cycle ? (size_t)p->cycle : n) - 1];
    *from = k->hold;
    *to = k->unload;
    return *to > *from + 1 ? FRIT_OK
                           : record_fail(c, FRIT_EDATA,
                                         "the peak load is not held: there is no creep to see; times = "
                                         "{from, to} would say where to look");
}

static frit_status fit_law(const double *t, const double *h, size_t n, double *param, double *sigma,
                           double *sigma_rate, bool *fitted)
{
    *fitted = false;
    if (n < 6)
        return FRIT_OK;
    struct fit *w = fit_new(n, N_PARAMS);
    if (!w)
        return FRIT_ENOMEM;
    const double span = t[n - 1], size = fmax(fabs(h[n - 1]), 1e-9);
    const struct hold u = {n, t};
    const double start[] = {0, h[n - 1] / 3, log(span / 20)}, scale[] = {size, size, 1};
    const double lower[] = {-INFINITY, -INFINITY, log(span) - 20},
                 upper[] = {INFINITY, INFINITY, log(span) + 5};
    const struct fit_problem problem = {.n = n,
                                        .p = N_PARAMS,
                                        .value = value,
                                        .jacobian = jacobian,
                                        .data = &u,
                                        .y = h,
                                        .start = start,
                                        .lower = lower,
                                        .upper = upper,
                                        .scale = scale};
    struct fit_result result;
    if (span > 0 && fit_run(w, &problem, &(struct fit_options){.restarts = 2}, &result) == FIT_CONVERGED &&
        result.n_at_bound + result.n_undetermined == 0) {
        for (int i = 0; i < N_PARAMS; i++) {
            param[i] = result.param[i];
            sigma[i] = result.sigma[i];
        }
        /* rate = a/(tau + t) */
        const double tau = exp(param[LOG_TAU]), time = tau + span;
        const double g[] = {0, 1 / time, -param[A] * tau / (time * time)};
        double variance = 0;
        for (int i = 0; i < N_PARAMS; i++)
            for (int k = 0; k < N_PARAMS; k++)
                variance += g[i] * g[k] * result.covariance[i * N_PARAMS + k];
        *sigma_rate = sqrt(fmax(variance, 0));
        *fitted = true;
    }
    fit_free(w);
    return FRIT_OK;
}

static frit_status put_law(frit_call *c, const double *t, size_t n, const double *p, const double *sigma,
                           double sigma_rate, bool fitted)
{
    double *law = c->host->scratch(c, n + 1, sizeof *law);
    if (!law)
        return FRIT_ENOMEM;
    const double tau = fitted ? exp(p[LOG_TAU]) : NAN;
    for (size_t i = 0; fitted && i < n; i++)
        law[i] = p[OFFSET] + p[A] * log1p(t[i] / tau);
    frit_status status = write_curve(c, OUT_FIT, fitted ? n : 0, t, law, NULL);
    if (status == FRIT_OK)
        status = write_number(c, OUT_RATE, fitted ? p[A] / (tau + t[n - 1]) : NAN, sigma_rate);
    if (status == FRIT_OK)
        status = write_number(c, OUT_AMPLITUDE, fitted ? p[A] : NAN, fitted ? sigma[A] : NAN);
    return status == FRIT_OK ? write_number(c, OUT_TIME, tau, fitted ? tau * sigma[LOG_TAU] : NAN) : status;
}

/* ratio = last/first - 1 */
static frit_status put_creep(frit_call *c, const struct record *r, size_t from, size_t to)
{
    const double first = r->h[from], last = r->h[to - 1];
    frit_status status = write_number(c, OUT_CREEP, last - first, hypot(r->sh[from], r->sh[to - 1]));
    if (status != FRIT_OK)
        return status;
    return write_number(c, OUT_RATIO, first > 0 ? (last - first) / first : NAN,
                        hypot(r->sh[to - 1], r->sh[from] * last / first) / fabs(first));
}

frit_status creep_run(frit_call *c)
{
    struct record r;
    size_t from = 0, to = 0;
    frit_status status = record_read(c, &r, false, 2);
    if (status == FRIT_OK)
        status = find_hold(c, &r, &from, &to);
    if (status == FRIT_OK)
        status = record_uncertainty(c, &r);
    if (status != FRIT_OK)
        return status;
    const size_t n = to - from;
    double *t = c->host->scratch(c, n, sizeof *t), *h = c->host->scratch(c, n, sizeof *h);
    double param[N_PARAMS] = {0}, sigma[N_PARAMS] = {0};
    double sigma_rate = NAN;
    bool fitted;
    if (!t || !h)
        return FRIT_ENOMEM;
    for (size_t i = 0; i < n; i++) {
        t[i] = r.t[from + i] - r.t[from];
        h[i] = r.h[from + i] - r.h[from];
    }
    status = fit_law(t, h, n, param, sigma, &sigma_rate, &fitted);
    if (status == FRIT_OK && !fitted)
        record_warn(c, "the creep over %zu points does not follow a logarithm of time: no law is fitted", n);
    if (status == FRIT_OK)
        status = put_creep(c, &r, from, to);
    if (status == FRIT_OK)
        status = write_curve(c, OUT_HOLD, n, t, h, NULL);
    return status == FRIT_OK ? put_law(c, t, n, param, sigma, sigma_rate, fitted) : status;
}
