/* The work of an indentation, by the trapezium rule.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "works.h"

#include <math.h>

static double area_under(const double *h, const double *P, size_t from, size_t to)
{
    double sum = 0;
    for (size_t i = from + 1; i <= to; i++)
        sum += 0.5 * (P[i] + P[i - 1]) * (h[i] - h[i - 1]);
    return sum;
}

void works_of(const double *h, const double *P, size_t peak, size_t end, const struct unload_fit *fit,
              struct works *w)
{
    *w = (struct works){.total = area_under(h, P, 0, peak)};
    w->elastic = end > peak + 1 ? -area_under(h, P, peak, end - 1) : 0;
    /* Up to the first point there is a triangle, where the file begins with a load. */
    w->total += 0.5 * fmax(P[0], 0) * fmax(h[0], 0);
    const double last = end > peak ? h[end - 1] : 0;
    if (fit && last > fit->hf) {
        w->closed = fit->peak * (fit->hmax - fit->hf) / (fit->m + 1) *
                    pow((last - fit->hf) / (fit->hmax - fit->hf), fit->m + 1);
        w->elastic += w->closed;
    }
}

/* ---- Uncertainty ---- */

/* d area/d P[i] and d area/d h[i] of the trapezia over from..to. */
static void slopes_at(const double *h, const double *P, size_t from, size_t to, size_t i, double *of_P,
                      double *of_h)
{
    *of_P = *of_h = 0;
    if (i < from || i > to)
        return;
    if (i > from) {
        *of_P += 0.5 * (h[i] - h[i - 1]);
        *of_h += 0.5 * (P[i] + P[i - 1]);
    }
    if (i < to) {
        *of_P += 0.5 * (h[i + 1] - h[i]);
        *of_h -= 0.5 * (P[i + 1] + P[i]);
    }
}

static double square(double x)
{
    return x * x;
}

double area_variance(const double *h, const double *P, const double *sh, const double *sP, size_t from,
                     size_t to)
{
    double sum = 0, of_P, of_h;
    for (size_t i = from; i <= to; i++) {
        slopes_at(h, P, from, to, i, &of_P, &of_h);
        sum += square(of_P * sP[i]) + square(of_h * sh[i]);
    }
    return sum;
}

/* What a load at depth h moves of something with this gradient by peak, hf, m: least squares weigh it by
 * gradient C dP/d(peak, hf, m), with C the covariance for loads that scatter by 1. */
static double through_fit(const struct unload_fit *fit, size_t n, const double gradient[3], double h)
{
    const double span = fit->hmax - fit->hf, rest = h - fit->hf,
                 s2 = fit->rms * fit->rms * (double)n / (double)(n - 3);
    if (!(s2 > 0) || !(rest > 0))
        return 0;
    const double P = unload_fit_at(fit, h);
    const double j[] = {P / fit->peak, P * fit->m * (1 / span - 1 / rest), P * log(rest / span)};
    double sum = 0;
    for (int a = 0; a < 3; a++)
        for (int b = 0; b < 3; b++)
            sum += gradient[a] * fit->covariance[a][b] * j[b] / s2;
    return isfinite(sum) ? sum : 0;
}

static double fit_slope(const struct unload_fit *fit, double h)
{
    return h > fit->hf ? unload_fit_at(fit, h) * fit->m / (h - fit->hf) : 0;
}

struct gradient { /* by the load and by the depth of a point */
    double P, h;
};

static void add_square(double *sum, struct gradient g, double sP, double sh)
{
    *sum += square(g.P * sP) + square(g.h * sh);
}

void works_uncertainty(const double *h, const double *P, const double *sh, const double *sP, size_t peak,
                       size_t end, const struct fitted *f, struct works *w)
{
    const size_t last = end > peak ? end - 1 : peak;
    const double ratio = w->elastic / w->total;
    double total = 0, elastic = 0, plastic = 0, of_ratio = 0, of_hardness = 0;
    double closed[3] = {0}, slope[3] = {0};
    if (f) {
        const double span = f->fit->hmax - f->fit->hf, rest = h[last] - f->fit->hf, m = f->fit->m;
        const double of_closed[] = {1 / f->fit->peak, -1 / span - (m + 1) * (1 / rest - 1 / span),
                                    log(rest / span) - 1 / (m + 1)};
        const double of_slope[] = {1 / f->fit->peak, 1 / span, 1 / m}; /* of ln S */
        for (int k = 0; k < 3; k++) {
            closed[k] = w->closed > 0 ? w->closed * of_closed[k] : 0;
            slope[k] = of_slope[k];
        }
    }
    for (size_t i = 0; i <= last; i++) {
        struct gradient t, e, s = {0, 0};
        slopes_at(h, P, 0, peak, i, &t.P, &t.h);
        slopes_at(h, P, peak, last, i, &e.P, &e.h);
        e = (struct gradient){-e.P, -e.h};
        if (i == 0 && P[0] > 0 && h[0] > 0)
            t = (struct gradient){t.P + 0.5 * h[0], t.h + 0.5 * P[0]};
        if (i == last && w->closed > 0)
            e.h += unload_fit_at(f->fit, h[i]);
        if (f && i >= f->first && i < f->last) { /* a depth too large is a load too small */
            const double more = through_fit(f->fit, f->last - f->first, closed, h[i]);
            e.P += more;
            e.h -= more * fit_slope(f->fit, h[i]);
            s.P = through_fit(f->fit, f->last - f->first, slope, h[i]);
            s.h = -s.P * fit_slope(f->fit, h[i]);
        }
        const struct gradient r = {(e.P - ratio * t.P) / w->total, (e.h - ratio * t.h) / w->total};
        add_square(&total, t, sP[i], sh[i]);
        add_square(&elastic, e, sP[i], sh[i]);
        add_square(&plastic, (struct gradient){t.P - e.P, t.h - e.h}, sP[i], sh[i]);
        add_square(&of_ratio, r, sP[i], sh[i]);
        /* ln(ratio^2 S^2/P) */
        add_square(&of_hardness,
                   (struct gradient){2 * r.P / ratio + 2 * s.P - (i == peak ? 1 / P[peak] : 0),
                                     2 * r.h / ratio + 2 * s.h},
                   sP[i], sh[i]);
    }
    w->sigma_total = sqrt(total);
    w->sigma_elastic = sqrt(elastic);
    w->sigma_plastic = sqrt(plastic);
    w->sigma_ratio = sqrt(of_ratio);
    w->sigma_log_hardness = sqrt(of_hardness);
}
