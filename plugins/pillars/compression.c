/* A compressed pillar as numbers.
 *
 * I. N. Sneddon, Int. J. Eng. Sci. 3 (1965) 47, doi:10.1016/0020-7225(65)90019-4; H. Zhang, B. E.
 * Schuster, Q. Wei & K. T. Ramesh, Scripta Mater. 54 (2006) 181, doi:10.1016/j.scriptamat.2005.06.043
 * (shape of the pillar and compliance of its base).
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "compression.h"

#include <math.h>

double shape_base(const struct shape *s)
{
    return s->top + 2 * s->height * tan(s->taper * M_PI / 180);
}

double shape_area(const struct shape *s, enum section section)
{
    const double base = shape_base(s), mid = 0.5 * (s->top + base);
    if (section == SECTION_TOP)
        return M_PI / 4 * s->top * s->top;
    if (section == SECTION_MID)
        return M_PI / 4 * mid * mid;
    return M_PI / 12 * (s->top * s->top + s->top * base + base * base);
}

/* Integral of dz/(E A(z)) over a truncated cone: h/(E pi/4 top base); GPa um is N/mm, so um/mN times 1000. */
double shape_compliance(const struct shape *s, double modulus)
{
    return 1000 * s->height / (modulus * M_PI / 4 * s->top * shape_base(s));
}

double punch_compliance(double diameter, double modulus, double poisson)
{
    return 1000 * (1 - poisson * poisson) / (modulus * diameter);
}

struct line rise_line(const double *x, const double *y, size_t n, double from, double to)
{
    struct line l = {.good = false};
    size_t peak = 0, used = 0;
    for (size_t i = 1; i < n; i++)
        peak = y[i] > y[peak] ? i : peak;
    double mx = 0, my = 0, xx = 0, xy = 0;
    for (int pass = 0; pass < 2; pass++) {
        for (size_t i = 0; i <= peak && i < n; i++) {
            if (!(y[i] >= from * y[peak] && y[i] <= to * y[peak]))
                continue;
            if (pass == 0) {
                mx += x[i];
                my += y[i];
                used++;
            } else {
                xx += (x[i] - mx) * (x[i] - mx);
                xy += (x[i] - mx) * (y[i] - my);
            }
        }
        if (pass == 0 && used) {
            mx /= (double)used;
            my /= (double)used;
        }
    }
    if (used < 3 || !(xx > 0) || !(xy > 0))
        return l;
    l.slope = xy / xx;
    l.zero = mx - my / l.slope;
    l.good = true;
    l.n = (double)used;
    l.mean = mx;
    l.xx = xx;
    double rest = 0;
    for (size_t i = 0; i <= peak && i < n; i++)
        if (y[i] >= from * y[peak] && y[i] <= to * y[peak])
            rest += pow(y[i] - l.slope * (x[i] - l.zero), 2);
    l.sigma = sqrt(rest / (l.n - 2));
    return l;
}

double offset_yield(const double *x, const double *y, size_t n, const struct line *l, double offset,
                    double *at, size_t *where)
{
    bool above = false;
    *at = NAN;
    for (size_t i = 1; i < n; i++) {
        const double before = y[i - 1] - l->slope * (x[i - 1] - l->zero - offset),
                     now = y[i] - l->slope * (x[i] - l->zero - offset);
        above = above || (before > 0 && x[i - 1] > l->zero);
        if (!above || now > 0)
            continue;
        const double part = before > now ? fmin(fmax(before / (before - now), 0), 1) : 1;
        *where = i;
        *at = x[i - 1] + part * (x[i] - x[i - 1]);
        return y[i - 1] + part * (y[i] - y[i - 1]);
    }
    return NAN;
}

/* Sums for straight lines through points 0..k-1 and k..n-1. */
struct sums {
    double n, x, y, xx, xy, yy;
};

static void add(struct sums *s, double x, double y, double sign)
{
    s->n += sign;
    s->x += sign * x;
    s->y += sign * y;
    s->xx += sign * x * x;
    s->xy += sign * x * y;
    s->yy += sign * y * y;
}

static double residual(const struct sums *s, double *slope, double *cut)
{
    const double d = s->n * s->xx - s->x * s->x;
    if (!(d > 0))
        return INFINITY;
    *slope = (s->n * s->xy - s->x * s->y) / d;
    *cut = (s->y - *slope * s->x) / s->n;
    return fmax(s->yy - *cut * s->y - *slope * s->xy, 0);
}

/* Of a line through these points, squared, at x, for points that scatter by 1. */
static double spread(const struct sums *s, double x)
{
    const double mean = s->x / s->n;
    return 1 / s->n + (x - mean) * (x - mean) / (s->xx - mean * s->x);
}

/* Where lines of slopes m1 and m2 meet, the first e too high lowers y by e m2/(m1 - m2), the second raises it
 * by e m1/(m1 - m2).  Each has the scatter of its own points: corrections that turn a load into a strain
 * stretch that of the steeper one. */
static double knee_sigma(const struct sums *left, const struct sums *right, double m1, double m2, double knee)
{
    double slope, cut;
    const double of_left = residual(left, &slope, &cut) / (left->n - 2) * spread(left, knee),
                 of_right = residual(right, &slope, &cut) / (right->n - 2) * spread(right, knee);
    return sqrt(m2 * m2 * of_left + m1 * m1 * of_right) / (m1 - m2);
}

double bilinear_yield(const double *x, const double *y, size_t n, double *at, double *sigma)
{
    struct sums left = {0}, right = {0};
    double best = INFINITY, found = NAN;
    *at = *sigma = NAN;
    if (n < 10)
        return NAN;
    for (size_t i = 0; i < n; i++) /* counted from the first point: differences of large sums lose digits */
        add(&right, x[i] - x[0], y[i] - y[0], 1);
    for (size_t k = 0; k + 4 < n; k++) {
        double m1, c1, m2, c2;
        add(&left, x[k] - x[0], y[k] - y[0], 1);
        add(&right, x[k] - x[0], y[k] - y[0], -1);
        if (k < 4)
            continue;
        const double rest = residual(&left, &m1, &c1) + residual(&right, &m2, &c2);
        const double knee = (c2 - c1) / (m1 - m2);
        /* The lines meet between the points on either side: a knee, not a step. */
        if (!(rest < best) || !(m1 > m2) || !(knee >= x[k - 3] - x[0] && knee <= x[k + 4] - x[0]))
            continue;
        best = rest;
        *at = knee + x[0];
        found = c1 + m1 * knee + y[0];
        *sigma = knee_sigma(&left, &right, m1, m2, knee);
    }
    return found;
}
