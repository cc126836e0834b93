/* The noise of a curve, from all of its length, and what it makes of a line.
 *
 * A window of a few tens of correlated points holds a few independent ones: its scatter and the correlation
 * in it are known to a half, and an interval made of them is wrong as often.  The instrument's filter is one
 * for the curve: the curve is cut into stretches, a cubic is taken off each, and squares and products of
 * neighbours are summed over the stretches.  What the cubics took from both is exact for an autoregressive
 * noise of order one and a correlation rho, E[r r'] = M R(rho) M; rho is that whose expected ratio is the
 * one found.  The size is not one everywhere: a specific heat carries the noise of sapphire and empty pans
 * times itself, which counts on an exotherm; where a window scatters more than the curve, its own scatter is
 * taken.  G. E. P. Box, G. M. Jenkins and G. C. Reinsel, Time Series Analysis, 4th ed., Wiley 2008,
 * doi:10.1002/9781118619193.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "curve.h"

#include <math.h>
#include <stdlib.h>

/* Points of a stretch, terms of its polynomial; how many stretches are needed to say more than a window. */
enum { STRETCH = 60, TERMS = 4, ENOUGH = 4 };

struct stretch {
    double squares, products;
};

static double dot(const double *x, const double *y, size_t n)
{
    double sum = 0;
    for (size_t i = 0; i < n; i++)
        sum += x[i] * y[i];
    return sum;
}

static void take_off(double *y, const double *x, size_t n)
{
    double factor = dot(x, y, n);
    for (size_t i = 0; i < n; i++)
        y[i] -= factor * x[i];
}

/* Orthonormal polynomials over evenly spaced points, by Gram and Schmidt (twice: rounding). */
static void set_basis(double basis[TERMS][STRETCH])
{
    for (int m = 0; m < TERMS; m++) {
        for (int i = 0; i < STRETCH; i++)
            basis[m][i] = pow((2.0 * i + 1 - STRETCH) / STRETCH, m);
        for (int j = 0; j < 2 * m; j++)
            take_off(basis[m], basis[j % m], STRETCH);
        double length = sqrt(dot(basis[m], basis[m], STRETCH));
        for (int i = 0; i < STRETCH; i++)
            basis[m][i] /= length;
    }
}

/* z = R(rho) x, R[i][j] = rho^|i - j| */
static void correlate(const double *x, double rho, double *z)
{
    double before = 0, behind = 0;
    for (int i = 0; i < STRETCH; i++)
        z[i] = before = x[i] + rho * before;
    for (int i = STRETCH - 1; i >= 0; i--) {
        z[i] += behind;
        behind = rho * (x[i] + behind);
    }
}

/* Sums of squares and of neighbours' products that are left of a unit noise: tr(M R) and tr(M L M R), L the
 * shift by one, M = 1 - H, H the projection on the basis. */
static struct stretch expected(double basis[TERMS][STRETCH], double rho)
{
    double z[TERMS][STRETCH];
    struct stretch e = {STRETCH, (STRETCH - 1) * rho};
    for (int p = 0; p < TERMS; p++) {
        correlate(basis[p], rho, z[p]);
        e.squares -= dot(basis[p], z[p], STRETCH);
        e.products -= dot(basis[p], z[p] + 1, STRETCH - 1) + dot(z[p], basis[p] + 1, STRETCH - 1);
    }
    for (int p = 0; p < TERMS; p++)
        for (int q = 0; q < TERMS; q++)
            e.products += dot(basis[p], basis[q] + 1, STRETCH - 1) * dot(basis[q], z[p], STRETCH);
    return e;
}

static int by_squares(const void *a, const void *b)
{
    const struct stretch *p = a, *q = b;
    return p->squares < q->squares ? -1 : p->squares > q->squares;
}

/* A stretch that scatters more than this times the usual variance has a corner or an edge in
 * it.  Where six points count as one, a stretch has six degrees of freedom left; chi squared is three times
 * its median in 1.4 % of such, in fewer where more are left. */
#define NOISIER 3

/* Sums over the stretches that a cubic fits. */
static size_t sum_quiet(struct stretch *all, size_t n, struct stretch *sum)
{
    qsort(all, n, sizeof *all, by_squares);
    double limit = NOISIER * (all[n / 2].squares + all[(n - 1) / 2].squares) / 2;
    size_t used = 0;
    for (*sum = (struct stretch){0, 0}; used < n && all[used].squares <= limit; used++) {
        sum->squares += all[used].squares;
        sum->products += all[used].products;
    }
    return used;
}

bool curve_noise(const struct thermal_curve *k, struct noise *noise)
{
    *noise = (struct noise){0, 0};
    size_t n = k->n / STRETCH;
    if (n < ENOUGH)
        return false;
    struct stretch *all = malloc(n * sizeof *all), sum;
    if (!all)
        return false;
    double basis[TERMS][STRETCH];
    set_basis(basis);
    for (size_t s = 0; s < n; s++) {
        double r[STRETCH];
        for (int i = 0; i < STRETCH; i++)
            r[i] = k->y[s * STRETCH + (size_t)i];
        for (int m = 0; m < TERMS; m++)
            take_off(r, basis[m], STRETCH);
        all[s] = (struct stretch){dot(r, r, STRETCH), dot(r, r + 1, STRETCH - 1)};
    }
    size_t used = sum_quiet(all, n, &sum);
    free(all);
    if (used < ENOUGH || !(sum.squares > 0))
        return false;
    /* to 2^-40; a noise that is more correlated than this cannot be told from the cubics */
    double low = 0, high = 0.95;
    for (int round = 0; round < 40; round++) {
        noise->rho = (low + high) / 2;
        struct stretch e = expected(basis, noise->rho);
        *(e.products / e.squares < sum.products / sum.squares ? &low : &high) = noise->rho;
    }
    if (noise->rho > 0.949)
        return false; /* bends, and no noise */
    noise->s = sqrt(sum.squares / ((double)used * expected(basis, noise->rho).squares));
    return true;
}

double noise_of_sum(const struct noise *noise, const double *weight, size_t n)
{
    double before = 0, sum = 0;
    for (size_t i = 0; i < n; i++) {
        sum += weight[i] * (weight[i] + 2 * before);
        before = noise->rho * (before + weight[i]);
    }
    return noise->s * noise->s * sum;
}

bool line_set_noise(const struct thermal_curve *k, struct line *l, const struct noise *noise)
{
    if (!(noise->s > 0) || l->n < 3)
        return false;
    double *weight = malloc((l->n + 1) * sizeof *weight), Sxx = 0, squares = 0;
    if (!weight)
        return false;
    const struct noise unit = {1, noise->rho};
    for (size_t i = 0; i < l->n; i++) {
        double T = k->T[l->first + i], r = k->y[l->first + i] - line_at(l, T);
        weight[i] = T - l->T0;
        Sxx += weight[i] * weight[i];
        squares += r * r;
    }
    l->var_b = noise_of_sum(&unit, weight, l->n) / (Sxx * Sxx);
    for (size_t i = 0; i < l->n; i++)
        weight[i] = 1 / (double)l->n;
    l->var_a = noise_of_sum(&unit, weight, l->n);
    free(weight);
    /* E[squares] = s^2 tr(M R) = s^2 (n - n var_a - Sxx var_b) */
    double freedom = (double)l->n * (1 - l->var_a) - Sxx * l->var_b;
    l->noise = freedom > 0 ? fmax(noise->s, sqrt(squares / freedom)) : noise->s;
    l->inflation = (1 + noise->rho) / (1 - noise->rho);
    l->var_a *= l->noise * l->noise;
    l->var_b *= l->noise * l->noise;
    return true;
}
