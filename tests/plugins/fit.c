/* Fits within bounds: certified problems, exact answers for linear models, and what a fit must say of itself.
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "../tap.h"
#include "nist_problems.h"
#include "../../plugins/shared/fit.h"

#include <math.h>
#include <string.h>

/* Relative to the larger of the two. */
static double apart(double a, double b)
{
    return fabs(a - b) / fmax(fmax(fabs(a), fabs(b)), 1e-300);
}

static enum fit_status solve(const struct fit_problem *k, struct fit **w, struct fit_result *r)
{
    *w = fit_new(k->n, k->p);
    return fit_run(*w, k, NULL, r);
}

/* ---- Certified problems ---- */

static struct fit_problem of_nist(const struct nist_problem *k, const double *start)
{
    return (struct fit_problem){.n = k->n,
                                .p = k->p,
                                .value = k->value,
                                .jacobian = k->jacobian,
                                .data = k,
                                .y = k->y,
                                .start = start};
}

/* At the end the cosine between the residual and every column is below 1e-9: in one of dof directions a
 * parameter may be off by 1e-9 sqrt(dof) of its deviation, and by the condition of the scaled columns more
 * (1e4 for three exponentials).  1e-9 sqrt(242) 1e4 = 1.6e-4; deviations follow within the same.  The
 * residual sum is quadratic around its minimum: its 11 digits, half a unit of the last 5e-11 at most of the
 * first, and what rounding of the residual does to it, 2.2e-16 |y|/|r| < 1e-9. */
static void certified(void)
{
    double worst = 0, worst_sum = 0;
    for (size_t i = 0; i < n_nist_problems; i++) {
        const struct nist_problem *k = &nist_problems[i];
        for (int s = 0; s < 2; s++) {
            if (g_str_equal(k->name, "BoxBOD") && s == 0)
                continue; /* below */
            struct fit_problem problem = of_nist(k, k->start[s]);
            struct fit *w;
            struct fit_result r;
            g_assert_cmpint(solve(&problem, &w, &r), ==, FIT_CONVERGED);
            for (size_t j = 0; j < k->p; j++) {
                worst = fmax(worst, fabs(r.param[j] - k->certified[j]) / k->deviation[j]);
                worst = fmax(worst, fabs(r.sigma[j] / k->deviation[j] - 1));
                g_assert_cmpint(r.state[j], ==, FIT_FREE);
            }
            worst_sum = fmax(worst_sum, apart(r.chi2, k->residual_sum));
            g_assert_cmpuint(r.dof, ==, k->n - k->p);
            fit_free(w);
        }
    }
    g_test_message("figure: certified parameters and their deviations, in deviations: %.2g (at most 1.6e-4)",
                   worst);
    g_test_message("figure: certified residual sums, relative: %.2g (at most 1e-9)", worst_sum);
    g_assert_cmpfloat(worst, <=, 1.6e-4);
    g_assert_cmpfloat(worst_sum, <=, 1e-9);
}

/* BoxBOD from its first start: the rate runs off to where the model is a constant.  The fit says that it is
 * no minimum; within bounds it finds the certified one. */
static void far_start(void)
{
    static const double lower[] = {0, 0}, upper[] = {1000, 5};
    const struct nist_problem *k = &nist_problems[1];
    struct fit_problem problem = of_nist(k, k->start[0]);
    struct fit *w;
    struct fit_result r;
    enum fit_status status = solve(&problem, &w, &r);
    g_assert_true(status != FIT_CONVERGED || r.n_undetermined > 0);
    problem.lower = lower;
    problem.upper = upper;
    g_assert_cmpint(fit_run(w, &problem, NULL, &r), ==, FIT_CONVERGED);
    for (size_t j = 0; j < 2; j++)
        g_assert_cmpfloat(fabs(r.param[j] - k->certified[j]), <, 1.6e-4 * k->deviation[j]);
    fit_free(w);
}

/* ---- Linear models, whose answers are known: f = A b, within a box ---- */

enum { ROWS = 12, COLUMNS = 4 };
struct linear {
    double a[ROWS][COLUMNS];
    size_t n, p;
};

static bool linear_value(const void *data, const double *b, double *f)
{
    const struct linear *k = data;
    for (size_t i = 0; i < k->n; i++) {
        f[i] = 0;
        for (size_t j = 0; j < k->p; j++)
            f[i] += k->a[i][j] * b[j];
    }
    return true;
}

static bool linear_slopes(const void *data, const double *b, double *out)
{
    const struct linear *k = data;
    (void)b;
    for (size_t i = 0; i < k->n; i++)
        memcpy(out + i * k->p, k->a[i], k->p * sizeof *out);
    return true;
}

/* Solves a small symmetric system by elimination with pivots; a and b are spoilt. */
static void eliminate(size_t m, double a[COLUMNS][COLUMNS], double *b)
{
    for (size_t k = 0; k < m; k++) {
        size_t pivot = k;
        for (size_t i = k; i < m; i++)
            if (fabs(a[i][k]) > fabs(a[pivot][k]))
                pivot = i;
        for (size_t j = 0; j < m; j++) {
            double t = a[k][j];
            a[k][j] = a[pivot][j];
            a[pivot][j] = t;
        }
        double t = b[k];
        b[k] = b[pivot];
        b[pivot] = t;
        for (size_t i = 0; i < m; i++) {
            double factor = i == k ? 0 : a[i][k] / a[k][k];
            for (size_t j = k; j < m; j++)
                a[i][j] -= factor * a[k][j];
            b[i] -= factor * b[k];
        }
    }
    for (size_t k = 0; k < m; k++)
        b[k] /= a[k][k];
}

/* chi2 where digit j of code says: 0 free, 1 at the lower bound, 2 at the upper one; INFINITY where a free
 * one leaves the box. */
static double chi2_of_choice(const struct linear *k, const double *y, double lower, double upper, int code)
{
    double b[COLUMNS], h[COLUMNS][COLUMNS] = {{0}}, g[COLUMNS] = {0};
    size_t free_ones[COLUMNS], m = 0;
    for (size_t j = 0; j < COLUMNS; j++, code /= 3) {
        b[j] = code % 3 == 0 ? 0 : code % 3 == 1 ? lower : upper;
        if (code % 3 == 0)
            free_ones[m++] = j;
    }
    for (size_t i = 0; i < ROWS; i++) {
        double rest = y[i];
        for (size_t j = 0; j < COLUMNS; j++)
            rest -= k->a[i][j] * b[j];
        for (size_t u = 0; u < m; u++) {
            g[u] += k->a[i][free_ones[u]] * rest;
            for (size_t v = 0; v < m; v++)
                h[u][v] += k->a[i][free_ones[u]] * k->a[i][free_ones[v]];
        }
    }
    eliminate(m, h, g);
    for (size_t u = 0; u < m; u++) {
        b[free_ones[u]] = g[u];
        if (g[u] < lower || g[u] > upper)
            return INFINITY;
    }
    double f[ROWS], chi2 = 0;
    linear_value(k, b, f);
    for (size_t i = 0; i < ROWS; i++)
        chi2 += (f[i] - y[i]) * (f[i] - y[i]);
    return chi2;
}

/* The minimum in a box is that of the best of all 81 choices of which parameter sits where.  chi2 is
 * quadratic about it, so that 1e-9 of slope leaves it to rounding, of which 1e-12 is plenty for sums of 12.
 * */
static void boxes(void)
{
    static const double lower[COLUMNS] = {0, 0, 0, 0}, upper[COLUMNS] = {1, 1, 1, 1};
    static const double starts[][COLUMNS] = {{0, 0, 0, 0}, {1, 1, 1, 1}, {0.5, 0, 1, 0.5}};
    struct linear k = {.n = ROWS, .p = COLUMNS};
    GRand *rand = g_rand_new_with_seed(1);
    size_t on_bounds = 0;
    double worst = 0;
    for (int trial = 0; trial < 200; trial++) {
        double y[ROWS], best = INFINITY;
        for (size_t i = 0; i < ROWS; i++) {
            y[i] = g_rand_double_range(rand, -2, 4);
            for (size_t j = 0; j < COLUMNS;
                 j++) /* columns that resemble each other, as overlapping peaks do */
                k.a[i][j] = 1 + g_rand_double_range(rand, -1, 1);
        }
        for (int code = 0; code < 81; code++)
            best = fmin(best, chi2_of_choice(&k, y, 0, 1, code));
        for (size_t s = 0; s < G_N_ELEMENTS(starts); s++) {
            const struct fit_problem problem = {.n = ROWS,
                                                .p = COLUMNS,
                                                .value = linear_value,
                                                .jacobian = linear_slopes,
                                                .data = &k,
                                                .y = y,
                                                .start = starts[s],
                                                .lower = lower,
                                                .upper = upper};
            struct fit *w;
            struct fit_result r;
            g_assert_cmpint(solve(&problem, &w, &r), ==, FIT_CONVERGED);
            worst = fmax(worst, fabs(r.chi2 / best - 1));
            on_bounds += r.n_at_bound;
            for (size_t j = 0; j < COLUMNS; j++) {
                g_assert_true((r.param[j] == 0) == (r.state[j] == FIT_AT_LOWER));
                g_assert_true((r.param[j] == 1) == (r.state[j] == FIT_AT_UPPER));
                g_assert_true((r.sigma[j] > 0) == (r.state[j] == FIT_FREE));
            }
            fit_free(w);
        }
    }
    g_rand_free(rand);
    g_assert_cmpuint(on_bounds, >, 600); /* bounds were met, more than one a problem */
    g_test_message("figure: least chi2 in a box, against all choices of bounds: %.2g (at most 1e-12)", worst);
    g_assert_cmpfloat(worst, <=, 1e-12);
}

/* b0 + b1 x with weights: (A^T W A)^-1 in closed form; without sigma the same with the scatter of the points.
 * */
static void covariance(void)
{
    struct linear k = {.n = 5, .p = 2};
    const double y[] = {1, 3, 2, 5, 4}, sigma[] = {1, 0.5, 2, 1, 0.25}, start[] = {0, 0};
    double s = 0, sx = 0, sxx = 0;
    for (size_t i = 0; i < k.n; i++) {
        double x = (double)i, weight = 1 / (sigma[i] * sigma[i]);
        k.a[i][0] = 1;
        k.a[i][1] = x;
        s += weight;
        sx += weight * x;
        sxx += weight * x * x;
    }
    struct fit_problem problem = {.n = 5,
                                  .p = 2,
                                  .value = linear_value,
                                  .jacobian = linear_slopes,
                                  .data = &k,
                                  .y = y,
                                  .sigma = sigma,
                                  .start = start};
    struct fit *w;
    struct fit_result r;
    g_assert_cmpint(solve(&problem, &w, &r), ==, FIT_CONVERGED);
    double det = s * sxx - sx * sx;
    g_assert_cmpfloat(apart(r.covariance[0], sxx / det), <, 1e-13);
    g_assert_cmpfloat(apart(r.covariance[1], -sx / det), <, 1e-13);
    g_assert_cmpfloat(apart(r.covariance[3], s / det), <, 1e-13);
    g_assert_cmpfloat(apart(r.correlation[1], -sx / sqrt(s * sxx)), <, 1e-13);
    g_assert_cmpfloat(apart(r.sigma[1], sqrt(s / det)), <, 1e-13);

    problem.sigma =
        NULL; /* slope 0.8, intercept 1.4; residual sum 3.6, 3 degrees of freedom; sum (x - 2)^2 = 10 */
    g_assert_cmpint(fit_run(w, &problem, NULL, &r), ==, FIT_CONVERGED);
    g_assert_cmpfloat(fabs(r.param[1] - 0.8), <, 1e-8);
    g_assert_cmpfloat(fabs(r.reduced_chi2 - 1.2), <, 1e-12);
    g_assert_cmpfloat(apart(r.covariance[3], 1.2 / 10), <, 1e-12);
    fit_free(w);
}

/* Three bounds only on one side, and a parameter that is held. */
static void held(void)
{
    struct linear k = {.n = 6, .p = 3};
    const double start[] = {5, 7, 2}, lower[] = {-INFINITY, 7, 0}, upper[] = {INFINITY, 7, INFINITY};
    double y[6];
    for (size_t i = 0; i < k.n; i++) {
        double x = (double)i;
        k.a[i][0] = 1;
        k.a[i][1] = x;
        k.a[i][2] = x * x;
        y[i] = 2 + 7 * x - 0.5 * x * x; /* the square would be negative: its coefficient ends at 0 */
    }
    const struct fit_problem problem = {.n = 6,
                                        .p = 3,
                                        .value = linear_value,
                                        .jacobian = linear_slopes,
                                        .data = &k,
                                        .y = y,
                                        .start = start,
                                        .lower = lower,
                                        .upper = upper};
    struct fit *w;
    struct fit_result r;
    g_assert_cmpint(solve(&problem, &w, &r), ==, FIT_CONVERGED);
    g_assert_cmpint(r.state[0], ==, FIT_FREE);
    g_assert_cmpint(r.state[1], ==, FIT_HELD);
    g_assert_cmpint(r.state[2], ==, FIT_AT_LOWER);
    g_assert_true(r.param[1] == 7 && r.param[2] == 0 && r.sigma[1] == 0 && r.sigma[2] == 0);
    g_assert_cmpfloat(fabs(r.param[0] - (2 - 0.5 * 55 / 6)), <, 1e-7); /* mean of y - 7x */
    g_assert_cmpuint(r.n_free, ==, 1);
    g_assert_cmpuint(r.dof, ==, 5);
    fit_free(w);
}

/* ---- What the data do not determine ---- */

/* (b0 + b1) x + b2: only the sum is known; b2 keeps its own uncertainty. */
static void singular(void)
{
    struct linear k = {.n = 6, .p = 4};
    const double start[] = {1, 2, 0, 3}, sigma[] = {1, 1, 1, 1, 1, 1};
    double y[6];
    for (size_t i = 0; i < k.n; i++) {
        double x = (double)i - 2.5;
        k.a[i][0] = k.a[i][1] = x;
        k.a[i][2] = 1;
        k.a[i][3] = 0; /* of no influence */
        y[i] = 5 * x + 1 + 0.1 * (i % 2 ? 1 : -1);
    }
    const struct fit_problem problem = {.n = 6,
                                        .p = 4,
                                        .value = linear_value,
                                        .jacobian = linear_slopes,
                                        .data = &k,
                                        .y = y,
                                        .sigma = sigma,
                                        .start = start};
    struct fit *w;
    struct fit_result r;
    g_assert_cmpint(solve(&problem, &w, &r), ==, FIT_CONVERGED);
    for (size_t j = 0; j < 4; j++) {
        g_assert_cmpint(r.state[j], ==, j == 2 ? FIT_FREE : FIT_UNDETERMINED);
        g_assert_true(j == 2 || isnan(r.sigma[j]));
    }
    g_assert_cmpfloat(fabs(r.param[2] - 1), <, 1e-8);
    g_assert_cmpfloat(apart(r.sigma[2], 1 / sqrt(6)), <, 1e-12);
    g_assert_true(isfinite(r.param[0] + r.param[1] + r.param[3]));
    g_assert_cmpuint(r.n_undetermined, ==, 3);
    fit_free(w);
}

static void few_points(void)
{
    struct linear k = {.n = 2, .p = 3, .a = {{1, 0, 0}, {1, 1, 1}}};
    const double start[] = {0, 0, 0}, y[] = {1, 2}, sigma[] = {0.1, 0.1}, at[] = {-9, -9, 0},
                 to[] = {9, 9, 0};
    struct fit_problem problem = {
        .n = 2, .p = 3, .value = linear_value, .jacobian = linear_slopes, .data = &k, .y = y, .start = start};
    struct fit *w;
    struct fit_result r;
    g_assert_cmpint(solve(&problem, &w, &r), ==, FIT_TOO_FEW_POINTS);
    g_assert_null(r.param);
    problem.lower = at; /* one of them held: as many points as parameters */
    problem.upper = to;
    g_assert_cmpint(fit_run(w, &problem, NULL, &r), ==, FIT_CONVERGED);
    g_assert_true(r.dof == 0 && isnan(r.reduced_chi2) && isnan(r.sigma[0]));
    problem.sigma = sigma;
    g_assert_cmpint(fit_run(w, &problem, NULL, &r), ==, FIT_CONVERGED);
    g_assert_cmpfloat(apart(r.sigma[0], 0.1), <, 1e-12);
    g_assert_cmpfloat(apart(r.sigma[1], 0.1 * sqrt(2)), <, 1e-12);
    problem.n = 0;
    g_assert_cmpint(fit_run(w, &problem, NULL, &r), ==, FIT_TOO_FEW_POINTS);
    fit_free(w);
}

static void bad_problems(void)
{
    struct linear k = {.n = 3, .p = 1, .a = {{1}, {1}, {1}}};
    double y[] = {1, 2, 3}, sigma[] = {1, 1, 1}, start[] = {0}, lower[] = {-5}, upper[] = {5}, scale[] = {1};
    const struct fit_problem problem = {.n = 3,
                                        .p = 1,
                                        .value = linear_value,
                                        .jacobian = linear_slopes,
                                        .data = &k,
                                        .y = y,
                                        .sigma = sigma,
                                        .start = start,
                                        .lower = lower,
                                        .upper = upper,
                                        .scale = scale};
    double *const spoil[] = {&y[1],     &sigma[0], &sigma[2], &start[0],
                             &lower[0], &lower[0], &upper[0], &scale[0]};
    const double with[] = {NAN, 0, INFINITY, NAN, NAN, 6, -6, 0};
    struct fit *w = fit_new(3, 1);
    struct fit_result r;
    g_assert_cmpint(fit_run(w, &problem, NULL, &r), ==, FIT_CONVERGED);
    for (size_t i = 0; i < G_N_ELEMENTS(with); i++) {
        double was = *spoil[i];
        *spoil[i] = with[i];
        g_assert_cmpint(fit_run(w, &problem, NULL, &r), ==, FIT_BAD_PROBLEM);
        g_assert_null(r.param);
        *spoil[i] = was;
    }
    fit_free(w);
}

/* ---- Models that are not linear ---- */

static const double wave_x[] = {0.1, 0.4, 0.9, 1.3, 1.8, 2.2, 2.9, 3.3, 4.1, 4.6, 5.2, 5.9};

static bool wave(const void *data, const double *b, double *f)
{
    (void)data;
    for (size_t i = 0; i < G_N_ELEMENTS(wave_x); i++)
        f[i] = sin(b[0] * wave_x[i]);
    return true;
}

static bool wave_slope(const void *data, const double *b, double *j)
{
    (void)data;
    for (size_t i = 0; i < G_N_ELEMENTS(wave_x); i++)
        j[i] = wave_x[i] * cos(b[0] * wave_x[i]);
    return true;
}

static bool wave_slope_wrong(const void *data, const double *b, double *j)
{
    wave_slope(data, b, j);
    for (size_t i = 0; i < G_N_ELEMENTS(wave_x); i++)
        j[i] = -j[i];
    return true;
}

/* The frequency of a sine has many minima: one start falls into a wrong one and says so honestly (it is a
 * minimum), restarts find the right one, the same with the same seed. */
static void restarts(void)
{
    const double start[] = {4.2}, lower[] = {0.1}, upper[] = {6};
    double y[G_N_ELEMENTS(wave_x)], found[2];
    for (size_t i = 0; i < G_N_ELEMENTS(wave_x); i++)
        y[i] = sin(2 * wave_x[i]);
    struct fit_problem problem = {.n = G_N_ELEMENTS(wave_x),
                                  .p = 1,
                                  .value = wave,
                                  .jacobian = wave_slope,
                                  .y = y,
                                  .start = start,
                                  .lower = lower,
                                  .upper = upper};
    struct fit *w;
    struct fit_result r;
    g_assert_cmpint(solve(&problem, &w, &r), ==, FIT_CONVERGED);
    g_assert_cmpfloat(r.chi2, >, 1);
    for (int again = 0; again < 2; again++) {
        const struct fit_options options = {.restarts = 20, .jitter = 0.5, .seed = 7};
        g_assert_cmpint(fit_run(w, &problem, &options, &r), ==, FIT_CONVERGED);
        found[again] = r.param[0];
    }
    g_assert_cmpfloat(fabs(found[0] - 2), <, 1e-12);
    g_assert_true(found[0] == found[1]);
    g_assert_cmpuint(r.agree, >=, 1);
    g_assert_cmpuint(r.agree, <, 21);
    g_assert_cmpuint(r.converged, >, r.agree);

    problem.jacobian = wave_slope_wrong;
    problem.start = (const double[]){1.8};
    g_assert_cmpint(fit_run(w, &problem, NULL, &r), ==, FIT_STALLED);
    problem.jacobian = wave_slope;
    g_assert_cmpint(fit_run(w, &problem, &(struct fit_options){.max_iterations = 1}, &r), ==,
                    FIT_TOO_MANY_ITERATIONS);
    fit_free(w);
}

/* sqrt(b0) x: no value where b0 < 0. */
static bool root(const void *data, const double *b, double *f)
{
    (void)data;
    for (size_t i = 0; i < 4; i++)
        f[i] = sqrt(b[0]) * (double)(i + 1);
    return b[0] >= 0;
}

static bool root_slope(const void *data, const double *b, double *j)
{
    (void)data;
    for (size_t i = 0; i < 4; i++)
        j[i] = (double)(i + 1) / (2 * sqrt(b[0]));
    return b[0] > 0;
}

/* From 100 a full step goes to -79: the fit takes shorter ones, and finds sqrt(b0) = 0.1. */
static void no_value(void)
{
    const double y[] = {0.1, 0.2, 0.3, 0.4};
    double start[] = {100};
    const struct fit_problem problem = {
        .n = 4, .p = 1, .value = root, .jacobian = root_slope, .y = y, .start = start};
    struct fit *w;
    struct fit_result r;
    g_assert_cmpint(solve(&problem, &w, &r), ==, FIT_CONVERGED);
    g_assert_cmpfloat(fabs(r.param[0] - 0.01), <, 1e-12);
    start[0] = -1;
    g_assert_cmpint(fit_run(w, &problem, NULL, &r), ==, FIT_BAD_START);
    g_assert_null(r.param);
    fit_free(w);
}

/* A workspace for more serves fewer, with the same answer. */
static void workspace(void)
{
    const struct nist_problem *k = &nist_problems[2];
    const struct fit_problem problem = of_nist(k, k->start[1]);
    struct fit *large = fit_new(100, 9), *fitting = fit_new(k->n, k->p);
    struct fit_result a, b;
    g_assert_cmpint(fit_run(large, &problem, NULL, &a), ==, FIT_CONVERGED);
    g_assert_cmpint(fit_run(fitting, &problem, NULL, &b), ==, FIT_CONVERGED);
    for (size_t j = 0; j < k->p; j++) {
        g_assert_cmpfloat(fabs(a.param[j] - b.param[j]), <, 1e-7 * b.sigma[j]);
        g_assert_cmpfloat(apart(a.sigma[j], b.sigma[j]), <, 1e-7);
    }
    const struct fit_problem too_large = of_nist(&nist_problems[7], nist_problems[7].start[0]);
    g_assert_cmpint(fit_run(fitting, &too_large, NULL, &b), ==, FIT_BAD_PROBLEM);
    fit_free(large);
    fit_free(fitting);
    fit_free(NULL);
}

int main(int argc, char **argv)
{
    tap_init(&argc, &argv);
    g_test_add_func("/fit/certified", certified);
    g_test_add_func("/fit/far-start", far_start);
    g_test_add_func("/fit/boxes", boxes);
    g_test_add_func("/fit/covariance", covariance);
    g_test_add_func("/fit/held", held);
    g_test_add_func("/fit/singular", singular);
    g_test_add_func("/fit/few-points", few_points);
    g_test_add_func("/fit/bad-problems", bad_problems);
    g_test_add_func("/fit/restarts", restarts);
    g_test_add_func("/fit/no-value", no_value);
    g_test_add_func("/fit/workspace", workspace);
    return g_test_run();
}
