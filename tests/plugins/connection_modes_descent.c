/* The way down to the minimum of a sum of Gaussians: its sums against plain loops, its end against GSL's and
 * against the point where the derivatives vanish in extended precision.
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "../tap.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "../../plugins/connection_modes/peak_descent.h"
/* With its loops for each set of instructions. */
#include "../../plugins/connection_modes/peak_lanes.c"

#define RADIUS 2.969

static void figure(const char *what, double measured, double limit)
{
    g_test_message("figure: %s: %.2e (at most %g)", what, measured, limit);
    g_assert_cmpfloat(measured, <=, limit);
}

/* ---- Loops ---- */

enum { MANY = 4096 };

/* e^x rounds 13 terms of Horner's scheme, the last of them, of a size of 1, with 1/2 of a unit; those before
 * are smaller by ln(2)/2 each; then two products with the height: 2 units of 2.2e-16 in the last place, and
 * what z^2/2, rounded twice, is off: 2.2e-16 z^2/2. */
static void exponential(void)
{
    double *r = g_new(double, MANY), *weight = g_new(double, MANY), *shape = g_new(double, MANY),
           *z = g_new(double, MANY), worst = 0;
    for (size_t i = 0; i < MANY; i++) {
        r[i] = -37.5 + 75.0 / MANY * (double)i;
        weight[i] = 1;
    }
    peak_lanes_shapes(MANY, r, weight, 0, 1, shape, z);
    for (size_t i = 0; i < MANY; i++) {
        const long double exact = expl(-(long double)r[i] * r[i] / 2) / sqrtl(2 * acosl(-1));
        worst = fmax(worst, (double)fabsl(shape[i] / exact - 1) / (2.2e-16 * (2 + r[i] * r[i] / 2)));
        g_assert_true(z[i] == r[i]);
    }
    figure("a Gaussian, off long double's, in its rounding", worst, 1);
    for (size_t i = 0; i < MANY; i++)
        r[i] = 40 + (double)i; /* e^-800: nothing is left */
    peak_lanes_shapes(MANY, r, weight, 0, 1, shape, z);
    for (size_t i = 0; i < MANY; i++)
        g_assert_true(shape[i] == 0);
    g_free(r);
    g_free(weight);
    g_free(shape);
    g_free(z);
}

typedef void shapes_loop(size_t n, const double *r, const double *weight, double centre, double width,
                         double *shape, double *z);
typedef void products_loop(size_t n, size_t m, const double *const *column, const double *other, double *sum);
typedef double residual_loop(size_t n, size_t m, const double *const *column, const double *factor,
                             const double *y, double *residual);
typedef void derivatives_loop(size_t n, const double *shape, const double *z, const double *residual,
                              double *by_centre, double *by_width, double moment[5]);
typedef void block_loop(size_t n, const double *const a[3], const double *const b[3], double sum[9]);
typedef void add_loop(size_t n, const double *shape, const double *z, const double factor[5], double *out);

enum { N_LOOP = 64, N_OUT = 6 * N_LOOP + 20 };

/* All that the loops give, one after the other. */
static void use_loops(shapes_loop *shapes, products_loop *products, residual_loop *residual,
                      derivatives_loop *derivatives, block_loop *block, add_loop *add, double *out)
{
    double r[N_LOOP], y[N_LOOP], weight[N_LOOP];
    const double *const columns[] = {out, out + N_LOOP, out + 2 * N_LOOP};
    const double factor[] = {1.5, -0.7, 0.2, 0.3, 0.1};
    double *sums = out + 6 * N_LOOP;
    memset(out, 0, N_OUT * sizeof *out);
    for (size_t i = 0; i < N_LOOP; i++) {
        r[i] = 4 + 0.04 * (double)i;
        y[i] = sin(r[i]);
        weight[i] = 1 + 0.1 * cos(3 * r[i]);
    }
    shapes(N_LOOP, r, weight, 5.1, 0.3, out, out + 3 * N_LOOP);
    residual(N_LOOP, 1, columns, factor, y, out + 4 * N_LOOP);
    derivatives(N_LOOP, out, out + 3 * N_LOOP, out + 4 * N_LOOP, out + N_LOOP, out + 2 * N_LOOP, sums);
    products(N_LOOP, 3, columns, y, sums + 5);
    sums[8] = residual(N_LOOP, 3, columns, factor, y, out + 4 * N_LOOP);
    block(N_LOOP, columns, columns, sums + 9);
    add(N_LOOP, out, out + 3 * N_LOOP, factor, out + 5 * N_LOOP);
}

static void same_bits(void)
{
    double portable[N_OUT], other[N_OUT];
    use_loops(shapes_portable, products_portable, residual_portable, derivatives_portable, block_portable,
              add_portable, portable);
#if defined(__x86_64__)
    if (__builtin_cpu_supports("avx2")) {
        use_loops(shapes_avx2, products_avx2, residual_avx2, derivatives_avx2, block_avx2, add_avx2, other);
        g_assert_cmpmem(portable, sizeof portable, other, sizeof other);
    }
    if (__builtin_cpu_supports("avx512f")) {
        use_loops(shapes_avx512, products_avx512, residual_avx512, derivatives_avx512, block_avx512,
                  add_avx512, other);
        g_assert_cmpmem(portable, sizeof portable, other, sizeof other);
    }
#endif
    use_loops(peak_lanes_shapes, peak_lanes_products, peak_lanes_residual, peak_lanes_derivatives,
              peak_lanes_block, peak_lanes_add, other);
    g_assert_cmpmem(portable, sizeof portable, other, sizeof other);
}

/* ---- chi2 in extended precision, straight from its definition ---- */

enum { N = 60, MOST_P = MOST_PARAMETERS, SEEDS = 500 };

struct curve {
    size_t n, peaks;
    double r[N], y[N], sigma[N], lower[MOST_P], upper[MOST_P], start[MOST_P];
};

/* Half of the first and second derivatives of chi2 by all parameters. */
static long double exact_chi2(const struct curve *k, const long double *x, long double *g, long double *h)
{
    const size_t p = k->peaks * PER_PEAK;
    long double chi2 = 0;
    memset(g, 0, p * sizeof *g);
    memset(h, 0, p * p * sizeof *h);
    for (size_t i = 0; i < k->n; i++) {
        long double d[MOST_P], second[MOST_P][PER_PEAK], f = -(long double)k->y[i];
        const long double weight = 1 / ((long double)k->sigma[i] * k->sigma[i]);
        for (size_t j = 0; j < p; j += PER_PEAK) {
            const long double a = x[j], w = x[j + WIDTH], z = (k->r[i] - x[j + CENTRE]) / w;
            const long double shape = expl(-z * z / 2) / (w * sqrtl(2 * acosl(-1)));
            f += a * shape;
            d[j] = shape;
            d[j + CENTRE] = a * shape * z / w;
            d[j + WIDTH] = a * shape * (z * z - 1) / w;
            second[j][AREA] = 0;
            second[j][CENTRE] = second[j + CENTRE][AREA] = shape * z / w;
            second[j][WIDTH] = second[j + WIDTH][AREA] = shape * (z * z - 1) / w;
            second[j + CENTRE][CENTRE] = a * shape * (z * z - 1) / (w * w);
            second[j + CENTRE][WIDTH] = second[j + WIDTH][CENTRE] = a * shape * z * (z * z - 3) / (w * w);
            second[j + WIDTH][WIDTH] = a * shape * (z * z * (z * z - 5) + 2) / (w * w);
        }
        chi2 += weight * f * f;
        for (size_t u = 0; u < p; u++) {
            g[u] += weight * f * d[u];
            for (size_t v = 0; v < p; v++)
                h[u * p + v] += weight * (d[u] * d[v] + (u / 3 == v / 3 ? f * second[u][v % 3] : 0));
        }
    }
    return chi2;
}

/* Elimination with pivots of m equations; a and b are spoilt. */
static void eliminate(size_t m, long double *a, long double *b)
{
    for (size_t k = 0; k < m; k++) {
        size_t pivot = k;
        for (size_t i = k; i < m; i++)
            if (fabsl(a[i * m + k]) > fabsl(a[pivot * m + k]))
                pivot = i;
        for (size_t j = 0; j < m; j++) {
            const long double t = a[k * m + j];
            a[k * m + j] = a[pivot * m + j];
            a[pivot * m + j] = t;
        }
        const long double t = b[k];
        b[k] = b[pivot];
        b[pivot] = t;
        for (size_t i = 0; i < m; i++) {
            const long double factor = i == k ? 0 : a[i * m + k] / a[k * m + k];
            for (size_t j = k; j < m; j++)
                a[i * m + j] -= factor * a[k * m + j];
            b[i] -= factor * b[k];
        }
    }
    for (size_t k = 0; k < m; k++)
        b[k] /= a[k * m + k];
}

/* From x, by Newton's method over the parameters that are free there, to where the slope is 0. */
static long double polish(const struct curve *k, const enum fit_state *state, long double *x)
{
    const size_t p = k->peaks * PER_PEAK;
    long double g[MOST_P], h[MOST_P * MOST_P], chi2 = 0;
    for (int step = 0; step < 8; step++) {
        size_t which[MOST_P], m = 0;
        long double a[MOST_P * MOST_P], b[MOST_P];
        chi2 = exact_chi2(k, x, g, h);
        for (size_t j = 0; j < p; j++)
            if (state[j] == FIT_FREE)
                which[m++] = j;
        for (size_t u = 0; u < m; u++) {
            b[u] = -g[which[u]];
            for (size_t v = 0; v < m; v++)
                a[u * m + v] = h[which[u] * p + which[v]];
        }
        eliminate(m, a, b);
        for (size_t u = 0; u < m; u++)
            x[which[u]] += b[u];
    }
    return chi2;
}

/* ---- Curves ---- */

static void make_limits(struct curve *k, double widest)
{
    k->peaks = MODES;
    for (size_t j = 0; j < MODES; j++) {
        const double centre = mode_distance(RADIUS, j), narrowest = 0.15;
        memcpy(k->lower + j * PER_PEAK, (double[]){0, centre - 0.1, narrowest}, 3 * sizeof(double));
        memcpy(k->upper + j * PER_PEAK, (double[]){INFINITY, centre + 0.1, widest}, 3 * sizeof(double));
        memcpy(k->start + j * PER_PEAK, (double[]){0.7, centre, sqrt(narrowest * widest)},
               3 * sizeof(double));
    }
}

static void make_curve(struct curve *k, const double *param, double noise, GRand *random)
{
    const struct peak_points points = {N, k->peaks, k->r, NULL};
    k->n = N;
    for (size_t i = 0; i < N; i++) {
        k->r[i] = 4 + 2.3 / (N - 1) * (double)i;
        k->sigma[i] = 0.01;
    }
    peaks_value(&points, param, k->y);
    for (size_t i = 0; i < N && noise > 0; i++) {
        const double u = 1 - g_rand_double(random), v = g_rand_double(random);
        k->y[i] += noise * sqrt(-2 * log(u)) * cos(2 * G_PI * v);
    }
}

static enum fit_status fit(const struct curve *k, struct fit *workspace, bool careful,
                           struct fit_result *found)
{
    static double work[PEAK_WORK(N, MOST_PEAKS)];
    const struct peak_points points = {k->n, k->peaks, k->r, work};
    const struct fit_problem problem = {.n = k->n, .p = k->peaks * PER_PEAK, .value = peaks_value,
                                        .jacobian = peaks_jacobian, .both = peaks_both,
                                        .descend = peaks_descend, .data = &points, .y = k->y,
                                        .sigma = k->sigma, .start = k->start, .lower = k->lower,
                                        .upper = k->upper};
    const struct fit_options options = {.careful = careful};
    return fit_run(workspace, &problem, &options, found);
}

static const double shell[] = {0.6, 5.958, 0.3, 0.9, 5.1125, 0.24, 0.8, 4.8883, 0.26, 0.4, 4.1788, 0.3};

/* ---- Where it ends ---- */

/* The minimum is where the slope is 0 in extended precision; bounds are the fit's own, with the slope to the
 * outside.  In double precision each cosine between the residual and a column is known to 2.2e-16 of
 * |y|/|residual|, up to 2000 here: to 5e-13.  Along the bottom of the valley chi2 has down to 1e-5 of the
 * curvature that a column alone gives it, so that a parameter is known to 5e-8 of its sigma.  chi2 is its
 * sum's rounding: 60 terms of 1, y/sigma of 300 known to 1e-16 each, 60 x 2 x 300 x 2.2e-16 of 48. */
static void is_minimum(const struct curve *k, const struct fit_result *found, double *off, double *off_chi2)
{
    const size_t p = k->peaks * PER_PEAK;
    long double x[MOST_P], g[MOST_P], h[MOST_P * MOST_P];
    for (size_t j = 0; j < p; j++)
        x[j] = found->param[j];
    const long double chi2 = polish(k, found->state, x);
    *off_chi2 = fmax(*off_chi2, fabs((double)(found->chi2 / chi2 - 1)));
    for (size_t j = 0; j < p; j++)
        if (found->state[j] == FIT_FREE)
            *off = fmax(*off, fabs((double)(found->param[j] - x[j])) / found->sigma[j]);
    exact_chi2(k, x, g, h);
    for (size_t j = 0; j < p; j++) {
        g_assert_cmpfloat(found->param[j], >=, k->lower[j]);
        g_assert_cmpfloat(found->param[j], <=, k->upper[j]);
        g_assert_true(found->state[j] != FIT_AT_LOWER || (found->param[j] == k->lower[j] && g[j] > 0));
        g_assert_true(found->state[j] != FIT_AT_UPPER || (found->param[j] == k->upper[j] && g[j] < 0));
    }
}

/* From the same start as GSL, and to the same minimum: the valley has two ends, of which each way may take
 * its own, so that a few in a hundred may differ. */
static void gsl_minima(void)
{
    static const double noise[] = {0.001, 0.01, 0.03};
    struct fit *ours = fit_new(N, MODES * PER_PEAK), *gsl = fit_new(N, MODES * PER_PEAK);
    GRand *random = g_rand_new_with_seed(1);
    double off = 0, off_chi2 = 0, off_gsl = 0;
    size_t lower = 0, higher = 0, iterations = 0;
    struct curve k;
    make_limits(&k, 0.45);
    for (int seed = 0; seed < SEEDS; seed++) {
        struct fit_result a, b;
        make_curve(&k, shell, noise[seed % 3], random);
        g_assert_cmpint(fit(&k, ours, false, &a), ==, FIT_CONVERGED);
        g_assert_cmpint(fit(&k, gsl, true, &b), ==, FIT_CONVERGED);
        is_minimum(&k, &a, &off, &off_chi2);
        iterations += a.iterations;
        if (fabs(a.chi2 / b.chi2 - 1) > 1e-6) {
            *(a.chi2 < b.chi2 ? &lower : &higher) += 1;
            continue;
        }
        long double x[MOST_P];
        for (size_t j = 0; j < k.peaks * PER_PEAK; j++) {
            g_assert_cmpint(a.state[j], ==, b.state[j]);
            x[j] = b.param[j];
        }
        polish(&k, b.state, x); /* GSL stops where its chi2 rounds: its own minimum */
        for (size_t j = 0; j < k.peaks * PER_PEAK; j++)
            if (a.state[j] == FIT_FREE)
                off_gsl = fmax(off_gsl, fabs((double)(a.param[j] - x[j])) / fmax(1, a.sigma[j]));
    }
    g_test_message("figure: of %d minima higher than GSL's: %zu (at most %d)", SEEDS, higher, SEEDS / 100);
    g_test_message("%zu are lower; %.1f iterations", lower, (double)iterations / SEEDS);
    g_assert_cmpuint(higher, <=, SEEDS / 100);
    figure("parameters off the minimum, in sigma", off, 5e-8);
    figure("chi2 at it", off_chi2, 1.7e-13);
    figure("parameters off GSL's minimum, in sigma where that is more than 1", off_gsl, 1e-7);
    g_rand_free(random);
    fit_free(ours);
    fit_free(gsl);
}

/* Peaks that the data do not show have no area, and a neighbour before and one behind make six. */
static void bounds(void)
{
    static const double alone[] = {0.6, 5.958, 0.3, 0, 5.1125, 0.24, 0.8, 4.8883, 0.26, 0, 4.1788, 0.3};
    struct fit *workspace = fit_new(N, MOST_P);
    GRand *random = g_rand_new_with_seed(2);
    double off = 0, off_chi2 = 0;
    size_t zeros = 0, at_bound = 0, failed = 0;
    struct curve k;
    for (int seed = 0; seed < 200; seed++) {
        struct fit_result found;
        make_limits(&k, 0.45);
        make_curve(&k, alone, 0.01, random);
        if (seed % 2) {
            memcpy(k.lower + 12, (double[]){0, 2.969, 0.1, 0, 2.3 * 2.969, 0.15}, 6 * sizeof(double));
            memcpy(k.upper + 12, (double[]){INFINITY, 1.25 * 2.969, 0.6, INFINITY, 2.7 * 2.969, 1.5},
                   6 * sizeof(double));
            memcpy(k.start + 12, (double[]){0.5, 3.3, 0.25, 0.5, 7.4, 0.5}, 6 * sizeof(double));
            k.peaks = MOST_PEAKS;
        }
        if (fit(&k, workspace, false, &found) != FIT_CONVERGED) {
            failed++;
            continue;
        }
        for (size_t j = 0; j < k.peaks * PER_PEAK; j++) {
            zeros += j % PER_PEAK == AREA && found.param[j] == 0;
            at_bound += found.state[j] == FIT_AT_LOWER || found.state[j] == FIT_AT_UPPER;
        }
        if (!found.n_undetermined && !(seed % 2))
            is_minimum(&k, &found, &off, &off_chi2);
    }
    g_assert_cmpuint(zeros, >, 20);
    g_assert_cmpuint(at_bound, >, 100);
    figure("parameters off the minimum, others on bounds, in sigma", off, 5e-8);
    figure("chi2 at it, others on bounds", off_chi2, 1.7e-13);
    g_assert_cmpuint(failed, ==, 0);
    g_rand_free(random);
    fit_free(workspace);
}

int main(int argc, char **argv)
{
    tap_init(&argc, &argv);
    g_test_add_func("/connection-modes-descent/exponential", exponential);
    g_test_add_func("/connection-modes-descent/same-bits", same_bits);
    g_test_add_func("/connection-modes-descent/gsl-minima", gsl_minima);
    g_test_add_func("/connection-modes-descent/bounds", bounds);
    return g_test_run();
}
