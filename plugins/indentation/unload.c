/* One unloading: a power law, and what follows from its slope.
 *
 * W. C. Oliver & G. M. Pharr, J. Mater. Res. 7 (1992) 1564, doi:10.1557/JMR.1992.1564, and 19 (2004) 3,
 * doi:10.1557/jmr.2004.19.1.3; epsilon of m: G. M. Pharr & A. Bolshakov, J. Mater. Res. 17 (2002) 2660,
 * doi:10.1557/JMR.2002.0386; beta: J. C. Hay, A. Bolshakov & G. M. Pharr, J. Mater. Res. 14 (1999) 2296,
 * doi:10.1557/JMR.1999.0306; work: Y.-T. Cheng & C.-M. Cheng, Appl. Phys. Lett. 73 (1998) 614,
 * doi:10.1063/1.121873.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "unload.h"

#include <math.h>
#include <stdlib.h>

/* Of the work: W_el/W_tot = KAPPA H/Er for a cone of Berkovich's area (Oliver and Pharr 2004, section
 * III.H). */
#define KAPPA 5.3

enum { PEAK, HF, EXPONENT, N_PARAMS };

/* Depths and loads as parts of the highest: parameters near 1. */
struct curve {
    size_t n;
    const double *h; /* (h - hmax)/span: 0 at the peak, -1 at the window's end */
};

static bool value(const void *data, const double *p, double *f)
{
    const struct curve *u = data;
    for (size_t i = 0; i < u->n; i++) {
        double x = (u->h[i] - p[HF]) / -p[HF];
        if (!(x > 0))
            return false;
        f[i] = p[PEAK] * pow(x, p[EXPONENT]);
    }
    return true;
}

static bool jacobian(const void *data, const double *p, double *j)
{
    const struct curve *u = data;
    for (size_t i = 0; i < u->n; i++, j += N_PARAMS) {
        const double x = (u->h[i] - p[HF]) / -p[HF];
        if (!(x > 0))
            return false;
        const double power = pow(x, p[EXPONENT]);
        j[PEAK] = power;
        j[HF] = p[PEAK] * p[EXPONENT] * power / x * u->h[i] / (p[HF] * p[HF]);
        j[EXPONENT] = p[PEAK] * power * log(x);
    }
    return true;
}

/* Where the line through P^(1/1.4) meets zero, for a start. */
static double start_of_hf(const double *x, const double *y, size_t n)
{
    double sx = 0, sy = 0, sxx = 0, sxy = 0;
    for (size_t i = 0; i < n; i++) {
        double z = pow(fmax(y[i], 1e-6), 1 / 1.4);
        sx += x[i];
        sy += z;
        sxx += x[i] * x[i];
        sxy += x[i] * z;
    }
    const double slope = ((double)n * sxy - sx * sy) / ((double)n * sxx - sx * sx);
    const double zero = (sx - sy / slope) / (double)n;
    return isfinite(zero) && zero < -1.02 ? fmax(zero, -100) : -1.5;
}

static void fill(const struct fit_result *r, double span, double load, double hmax, struct unload_fit *fit)
{
    const double *p = r->param, *c = r->covariance;
    *fit = (struct unload_fit){.peak = p[PEAK] * load,
                               .hf = hmax + p[HF] * span,
                               .m = p[EXPONENT],
                               .hmax = hmax,
                               .sigma_peak = r->sigma[PEAK] * load,
                               .sigma_hf = r->sigma[HF] * span,
                               .sigma_m = r->sigma[EXPONENT],
                               .at_bound = r->n_at_bound > 0};
    const double size[N_PARAMS] = {load, span, 1};
    for (int i = 0; i < N_PARAMS; i++)
        for (int k = 0; k < N_PARAMS; k++)
            fit->covariance[i][k] = size[i] * size[k] * c[i * N_PARAMS + k];
    fit->S = fit->m * fit->peak / (hmax - fit->hf);
    /* ln S = ln m + ln peak - ln(-HF) */
    const double g[N_PARAMS] = {1 / p[PEAK], -1 / p[HF], 1 / p[EXPONENT]};
    double variance = 0;
    for (int i = 0; i < N_PARAMS; i++)
        for (int k = 0; k < N_PARAMS; k++)
            variance += g[i] * g[k] * c[i * N_PARAMS + k];
    fit->sigma_S = fit->S * sqrt(fmax(variance, 0));
}

static void judge(const double *P, size_t n, const struct fit_result *r, double load, struct unload_fit *fit)
{
    double mean = 0, total = 0;
    for (size_t i = 0; i < n; i++)
        mean += P[i] / (double)n;
    for (size_t i = 0; i < n; i++)
        total += (P[i] - mean) * (P[i] - mean);
    fit->rms = load * sqrt(r->chi2 / (double)n);
    fit->r_squared = total > 0 ? 1 - load * load * r->chi2 / total : 1;
}

const char *unload_fit(const double *h, const double *P, size_t n, double hmax, struct unload_fit *fit)
{
    double lowest = h[0], load = P[0];
    for (size_t i = 0; i < n; i++) {
        lowest = fmin(lowest, h[i]);
        load = fmax(load, P[i]);
    }
    const double span = hmax - lowest;
    if (n < 5 || !(span > 0) || !(load > 0))
        return "fewer than five points, or none below the first";
    struct fit *w = fit_new(n, N_PARAMS);
    double *room = malloc(2 * n * sizeof *room);
    if (!w || !room) {
        free(room);
        fit_free(w);
        return "there is no memory for it";
    }
    double *x = room, *y = room + n;
    for (size_t i = 0; i < n; i++) {
        x[i] = (h[i] - hmax) / span;
        y[i] = P[i] / load;
    }
    /* hf lies below the window, m between a flat punch and beyond a cone. */
    const double lower[] = {0.1, -1000, 1}, upper[] = {10, -1.000001, 4},
                 start[] = {1, start_of_hf(x, y, n), 1.4};
    const double scale[] = {1, 1, 1};
    const struct curve u = {n, x};
    const struct fit_problem problem = {.n = n,
                                        .p = N_PARAMS,
                                        .value = value,
                                        .jacobian = jacobian,
                                        .data = &u,
                                        .y = y,
                                        .start = start,
                                        .lower = lower,
                                        .upper = upper,
                                        .scale = scale};
    struct fit_result r;
    enum fit_status status = fit_run(w, &problem, &(struct fit_options){0}, &r);
    if (status == FIT_CONVERGED) {
        fill(&r, span, load, hmax, fit);
        judge(P, n, &r, load, fit);
    }
    free(room);
    fit_free(w);
    return status == FIT_CONVERGED ? NULL : fit_reason(status);
}

double unload_fit_at(const struct unload_fit *fit, double h)
{
    return h <= fit->hf ? 0 : fit->peak * pow((h - fit->hf) / (fit->hmax - fit->hf), fit->m);
}

double epsilon_of(double m)
{
    if (!(m > 1 + 1e-9))
        return 1;
    const double x = 1 / (2 * (m - 1));
    int sign; /* lgamma_r: lgamma() writes to a variable of the whole program */
    return m * (1 - (m - 1) * 2 / sqrt(M_PI) * exp(lgamma_r(m * x, &sign) - lgamma_r(x, &sign)));
}

double hay_factor(double poisson, double half_angle)
{
    const double k = (1 - 2 * poisson) / (4 * (1 - poisson)) / tan(half_angle);
    const double below = M_PI / 2 - 0.83119312 * k;
    return M_PI * (M_PI / 4 + 0.15483073 * k) / (below * below);
}

double modulus_of(double Er, double poisson, double indenter_modulus, double indenter_poisson)
{
    return (1 - poisson * poisson) / (1 / Er - (1 - indenter_poisson * indenter_poisson) / indenter_modulus);
}

double reduced_modulus_of(double E, double poisson, double indenter_modulus, double indenter_poisson)
{
    return 1 / ((1 - poisson * poisson) / E + (1 - indenter_poisson * indenter_poisson) / indenter_modulus);
}

static double squares(double a, double b, double c)
{
    return sqrt(a * a + b * b + c * c);
}

void contact_evaluate(const struct contact_settings *s, double P, double sigma_P, double hmax, double sigma_h,
                      double S, double sigma_S, double m, struct contact_result *r)
{
    double slope;
    r->epsilon = isnan(s->epsilon) ? epsilon_of(m) : s->epsilon;
    const double sink = r->epsilon * P / S, of_S = sigma_S / S, of_P = sigma_P / P;
    r->hc = hmax - sink;
    r->A = area_at(&s->area, r->hc, &slope);
    const double rise = slope / r->A; /* d ln A / d hc */
    r->H = 1e6 * P / r->A;
    r->Er = 1e6 * sqrt(M_PI) * S / (2 * s->beta * sqrt(r->A));
    r->E = modulus_of(r->Er, s->poisson, s->indenter_modulus, s->indenter_poisson);
    r->p_s2 = 1e-6 * P / (S * S);
    r->sigma_hc = squares(sigma_h, sink * of_S, sink * of_P);
    r->sigma_A = r->A * squares(rise * r->sigma_hc, s->area_uncertainty, 0);
    /* The stiffness acts on Er by itself and through the contact depth, the load on H likewise. */
    r->sigma_H = r->H * sqrt(pow((1 + rise * sink) * of_P, 2) + pow(rise * sink * of_S, 2) +
                             pow(rise * sigma_h, 2) + pow(s->area_uncertainty, 2));
    r->sigma_Er = r->Er * sqrt(pow((1 - 0.5 * rise * sink) * of_S, 2) + pow(0.5 * rise * sink * of_P, 2) +
                               pow(0.5 * rise * sigma_h, 2) + pow(0.5 * s->area_uncertainty, 2));
    r->sigma_E = r->E * r->E / (1 - s->poisson * s->poisson) * r->sigma_Er / (r->Er * r->Er);
    r->sigma_p_s2 = r->p_s2 * squares(of_P, 2 * of_S, 0);
}

double hardness_from_work(double p_s2, double work_ratio, double beta)
{
    const double h_er = work_ratio / KAPPA;
    return h_er * h_er * M_PI / (4 * beta * beta * p_s2);
}
