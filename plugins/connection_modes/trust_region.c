/* The lowest point of a quadratic function within bounds and within a radius.
 *
 * Damping makes the step as long as the radius, also where the function has no minimum: J. J. More and D. C.
 * Sorensen, SIAM J. Sci. Stat. Comput. 4 (1983) 553, doi:10.1137/0904038.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "trust_region.h"

#include <math.h>
#include <string.h>

bool cholesky(size_t m, const double *a, double damping, double *l)
{
    for (size_t u = 0; u < m; u++) {
        const double *row = a + u * MOST_UNKNOWNS;
        double *of = l + u * MOST_UNKNOWNS;
        for (size_t v = 0; v < u; v++) {
            const double *other = l + v * MOST_UNKNOWNS;
            double sum = row[v];
            for (size_t w = 0; w < v; w++)
                sum -= of[w] * other[w];
            of[v] = sum * other[v];
        }
        double rest = row[u] + damping;
        for (size_t w = 0; w < u; w++)
            rest -= of[w] * of[w];
        if (!(rest > 0))
            return false;
        of[u] = 1 / sqrt(rest);
    }
    return true;
}

void cholesky_forward(size_t m, const double *l, double *x)
{
    for (size_t u = 0; u < m; u++) {
        for (size_t w = 0; w < u; w++)
            x[u] -= l[u * MOST_UNKNOWNS + w] * x[w];
        x[u] *= l[u * MOST_UNKNOWNS + u];
    }
}

void cholesky_backward(size_t m, const double *l, double *x)
{
    for (size_t u = m; u-- > 0;) {
        for (size_t w = u + 1; w < m; w++)
            x[u] -= l[w * MOST_UNKNOWNS + u] * x[w];
        x[u] *= l[u * MOST_UNKNOWNS + u];
    }
}

static double length_of(size_t m, const double *x)
{
    double sum = 0;
    for (size_t u = 0; u < m; u++)
        sum += x[u] * x[u];
    return sqrt(sum);
}

/* Without bounds.  A step that is a fifth too long or too short will do. */
static bool damped_step(size_t m, const double *slope, const double *bend, double radius, double *l,
                        double *x)
{
    double t[MOST_UNKNOWNS];
    double low = 0, high = INFINITY, damping = 0, size = 0;
    for (size_t u = 0; u < m; u++)
        size += fabs(bend[u * (MOST_UNKNOWNS + 1)]) / (double)m;
    for (int i = 0; i < 60; i++) {
        if (!cholesky(m, bend, damping, l)) {
            low = damping;
            damping = high < INFINITY ? (low + high) / 2 : fmax(4 * damping, 1e-3 * size);
            continue;
        }
        for (size_t u = 0; u < m; u++)
            x[u] = -slope[u];
        cholesky_forward(m, l, x);
        cholesky_backward(m, l, x);
        const double length = length_of(m, x);
        if (length <= 1.2 * radius && (damping == 0 || length >= 0.8 * radius))
            return true;
        if (length > radius)
            low = damping;
        else
            high = damping;
        memcpy(t, x, m * sizeof *t);
        cholesky_forward(m, l, t);
        const double part = length / length_of(m, t);
        damping += part * part * (length - radius) / radius;
        if (!(damping > low && damping < high))
            damping = high < INFINITY ? (low + high) / 2 : 2 * low + 1e-6 * size;
    }
    return false;
}

bool quadratic_at_low(const struct quadratic *k, size_t u)
{
    return k->low[u] >= 0 && k->slope[u] >= 0;
}

bool quadratic_at_high(const struct quadratic *k, size_t u)
{
    return k->high[u] <= 0 && k->slope[u] <= 0;
}

/* Puts those that would leave onto their bounds; how many did not. */
static size_t hold_leavers(const struct quadratic *k, size_t m, size_t *which, const double *x, double *step)
{
    size_t left = 0;
    for (size_t u = 0; u < m; u++) {
        const size_t at = which[u];
        step[at] = fmin(fmax(x[u], k->low[at]), k->high[at]);
        if (step[at] == x[u])
            which[left++] = at;
    }
    return left;
}

bool quadratic_step(struct quadratic *k, double radius, double *step)
{
    size_t *which = k->which, m = 0, left;
    double bend[MOST_UNKNOWNS * MOST_UNKNOWNS], slope[MOST_UNKNOWNS], x[MOST_UNKNOWNS];
    memset(step, 0, k->q * sizeof *step);
    for (size_t u = 0; u < k->q; u++)
        if (!quadratic_at_low(k, u) && !quadratic_at_high(k, u))
            which[m++] = u;
    for (;; m = left) {
        for (size_t u = 0; u < m; u++)
            step[which[u]] = 0;
        for (size_t u = 0; u < m; u++) {
            const double *row = k->bend + which[u] * MOST_UNKNOWNS;
            slope[u] = k->slope[which[u]];
            for (size_t v = 0; v < k->q; v++)
                slope[u] += row[v] * step[v];
            for (size_t v = 0; v <= u; v++)
                bend[u * MOST_UNKNOWNS + v] = row[which[v]];
        }
        if (m && !damped_step(m, slope, bend, radius, k->root, x))
            return false;
        left = hold_leavers(k, m, which, x, step);
        k->m = m;
        if (left == m)
            return true;
    }
}

double quadratic_gain(const struct quadratic *k, const double *step)
{
    double gain = 0;
    for (size_t u = 0; u < k->q; u++) {
        double along = 2 * k->slope[u];
        for (size_t v = 0; v < k->q; v++)
            along += k->bend[u * MOST_UNKNOWNS + v] * step[v];
        gain -= along * step[u];
    }
    return gain;
}

void quadratic_again(const struct quadratic *k, const double *slope, double *x)
{
    double t[MOST_UNKNOWNS];
    for (size_t u = 0; u < k->m; u++)
        t[u] = -slope[k->which[u]];
    cholesky_forward(k->m, k->root, t);
    cholesky_backward(k->m, k->root, t);
    memset(x, 0, k->q * sizeof *x);
    for (size_t u = 0; u < k->m; u++)
        x[k->which[u]] = t[u];
}
