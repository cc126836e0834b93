/* The spline and the kink without a step around them: against closed forms, brute force and scipy.
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "tap.h"

#include <float.h>
#include <gsl/gsl_fit.h>
#include <gsl/gsl_randist.h>
#include <math.h>
#include <string.h>

#include "../../plugins/trends/kink.h"
#include "../../plugins/trends/pspline.h"

enum { N = 60 };

static void close_to(double found, double wanted, double room, const char *what)
{
    if (!(fabs(found - wanted) <= room))
        g_error("%s: %.15g, not %.15g: off by %.3g, at most %.3g", what, found, wanted, found - wanted, room);
}

/* Uneven positions from 300 on, weights within a factor of four. */
static void make_points(size_t n, double *x, double *w)
{
    for (size_t i = 0; i < n; i++) {
        double t = (double)i;
        x[i] = 300 + 8 * t + 3 * sin(1.7 * t);
        w[i] = 1 + 3 * pow(sin(t), 2);
    }
}

static pspline *make_spline(size_t n, const double *x, const double *w, size_t segments, int degree,
                            int order)
{
    const struct pspline_shape shape = {x[0], x[n - 1], segments, degree, order};
    pspline *s = pspline_new(&shape, n, x, w);
    g_assert_nonnull(s);
    return s;
}

/* ---- Limits of the smoothing ---- */

/* Differences of the order k of the coefficients of a polynomial below degree k are nothing: it comes
 * out whatever lambda is. Values of some 10, modes of about 20 terms each: a few hundred roundings of
 * 10. */
static void keeps_polynomials(void)
{
    static const double lambda[] = {1e-6, 1, 1e6, 1e12, NAN};
    double x[N], w[N], y[N], most = 0;
    make_points(N, x, w);
    for (int order = 1; order <= PSPLINE_ORDER; order++)
        for (int degree = order > 2 ? 2 : 1; degree <= PSPLINE_DEGREE; degree++)
            for (size_t k = 0; k < G_N_ELEMENTS(lambda); k++) {
                for (size_t i = 0; i < N; i++) {
                    double t = (x[i] - 400) / 100;
                    y[i] = order == 1 ? 7 : order == 2 ? 7 + 2 * t : 7 + 2 * t - 0.5 * t * t;
                }
                pspline *s = make_spline(N, x, w, 20, degree, order);
                pspline_fit(s, y, lambda[k]);
                for (size_t i = 0; i < N; i++)
                    most = fmax(most, fabs(pspline_at(s, x[i], 0, NULL) - y[i]));
                pspline_free(s);
            }
    g_test_message("figure: polynomials through the P-spline, any lambda: %.1e (at most 1e-9)", most);
    g_assert_cmpfloat(most, <=, 1e-9);
}

/* lambda -> infinity: the weighted line of least squares.  What is left of the bends goes as 1/lambda. */
static void becomes_a_line(void)
{
    double x[N], w[N], y[N], a, b, c00, c01, c11, sum;
    make_points(N, x, w);
    for (size_t i = 0; i < N; i++)
        y[i] = sin(x[i] / 50) + 0.01 * x[i];
    gsl_fit_wlinear(x, 1, w, 1, y, 1, N, &a, &b, &c00, &c01, &c11, &sum);
    pspline *s = make_spline(N, x, w, 20, 3, 2);
    pspline_fit(s, y, 1e14);
    for (size_t i = 0; i < N; i++)
        close_to(pspline_at(s, x[i], 0, NULL), a + b * x[i], 1e-9, "line");
    close_to(pspline_outcome(s).freedom, 2, 1e-9, "freedom");
    pspline_free(s);
}

/* lambda -> 0 with more coefficients than points: through the points. What is left is proportional to
 * lambda. */
static void becomes_an_interpolation(void)
{
    double x[12], w[12], y[12], left[2];
    make_points(12, x, w);
    for (size_t i = 0; i < 12; i++)
        y[i] = sin((double)(i * i));
    pspline *s = make_spline(12, x, w, 30, 3, 2);
    for (int k = 0; k < 2; k++) {
        pspline_fit(s, y, k ? 1e-7 : 1e-6);
        left[k] = sqrt(pspline_outcome(s).residual);
        close_to(pspline_outcome(s).freedom, 12, 1e-4, "freedom");
    }
    g_assert_cmpfloat(left[0], <, 1e-4);
    close_to(left[0] / left[1], 10, 0.01, "ratio");
    pspline_free(s);
}

/* ---- Against scipy ---- */

/* scipy 1.10.1: BSpline on the same knots, the normal equations solved by numpy. x = 300 + 10 i + 3
 * sin(1.7 i), y = 2 + sin(x/60) + 0.1 cos(3.1 i), sigma = 0.05 + 0.03 sin(i)^2, i = 0 to 29; 12
 * segments, degree 3, order 2, lambda 0.7. Twelve digits were printed. */
static void agrees_with_scipy(void)
{
    static const double expected[3][5] = {
        /* x, f, sigma, f', sigma */
        {310, 1.12733041322, 0.0446718508857, 0.00793210539871, 0.00262853948555},
        {433.3, 2.79899804361, 0.03852303797, 0.0098478439592, 0.00160241880793},
        {555, 2.18182876994, 0.0394485147718, -0.0160197976332, 0.00163754921657}};
    double x[30], y[30], w[30], sigma, most = 0;
    for (int i = 0; i < 30; i++) {
        x[i] = 300 + 10 * i + 3 * sin(1.7 * i);
        y[i] = 2 + sin(x[i] / 60) + 0.1 * cos(3.1 * i);
        w[i] = pow(0.05 + 0.03 * pow(sin(i), 2), -2);
    }
    pspline *s = make_spline(30, x, w, 12, 3, 2);
    pspline_fit(s, y, 0.7);
    struct pspline_result r = pspline_outcome(s);
    close_to(r.freedom, 6.34590772863, 1e-10, "freedom");
    close_to(r.residual, 0.194186132058, 1e-11, "residual");
    close_to(r.score, 0.010411825786, 1e-12, "score");
    for (int k = 0; k < 3; k++)
        for (int which = 0; which < 2; which++) {
            double f = pspline_at(s, expected[k][0], which, &sigma);
            most = fmax(most, fabs(f / expected[k][1 + 2 * which] - 1));
            most = fmax(most, fabs(sigma / expected[k][2 + 2 * which] - 1));
        }
    g_test_message("figure: P-spline, slope and their bands, relative to scipy: %.1e (at most 1e-10)", most);
    g_assert_cmpfloat(most, <=, 1e-10);
    pspline_free(s);
}

/* ---- Cross-validation ---- */

/* Point i left out, and looked at from the curve through the others: y_i - f_without(x_i) = (y_i -
 * f_i)/(1 - h_i) exactly, h_i what the curve takes of point i. The score is the mean of these squares
 * with all h_i replaced by their mean. */
static void scores_as_leaving_out(void)
{
    enum { FEW = 15 };
    double x[FEW], w[FEW], y[FEW], unit[FEW] = {0}, less_x[FEW], less_y[FEW], trace = 0, sum = 0;
    make_points(FEW, x, w);
    for (size_t i = 0; i < FEW; i++)
        y[i] = sin(x[i] / 20) + 0.1 * cos(37 * (double)i);
    pspline *s = make_spline(FEW, x, NULL, 8, 3, 2), *unit_spline = make_spline(FEW, x, NULL, 8, 3, 2);
    pspline_fit(s, y, 0.3);
    struct pspline_result r = pspline_outcome(s);
    for (size_t i = 0; i < FEW; i++) {
        unit[i] = 1;
        pspline_fit(unit_spline, unit, 0.3);
        double taken = pspline_at(unit_spline, x[i], 0, NULL), rest = y[i] - pspline_at(s, x[i], 0, NULL);
        unit[i] = 0;
        trace += taken;
        sum += pow(rest / (1 - r.freedom / FEW), 2) / FEW;
        if (i == 0 || i == FEW - 1)
            continue; /* the axis would be shorter */
        for (size_t j = 0, k = 0; j < FEW; j++)
            if (j != i) {
                less_x[k] = x[j];
                less_y[k++] = y[j];
            }
        pspline *less = make_spline(FEW - 1, less_x, NULL, 8, 3, 2);
        pspline_fit(less, less_y, 0.3);
        close_to(y[i] - pspline_at(less, x[i], 0, NULL), rest / (1 - taken), 1e-10, "left out");
        pspline_free(less);
    }
    close_to(r.freedom, trace, 1e-10, "trace");
    close_to(r.score, sum, 1e-12, "score");
    pspline_free(s);
    pspline_free(unit_spline);
}

/* No lambda of a fine grid over 24 decades has a lower score. */
static void finds_the_lowest_score(void)
{
    double x[N], w[N], y[N], most = 0;
    make_points(N, x, w);
    gsl_rng *rng = gsl_rng_alloc(gsl_rng_mt19937);
    for (int trial = 0; trial < 30; trial++) {
        for (size_t i = 0; i < N; i++)
            y[i] = sin(x[i] / (10 + 4 * trial)) + gsl_ran_gaussian(rng, 0.3);
        pspline *s = make_spline(N, x, w, 15, 3, 2);
        pspline_fit(s, y, NAN);
        for (double power = -12; power < 12; power += 0.01)
            most = fmax(most, pspline_outcome(s).score / pspline_try(s, pow(10, power)).score - 1);
        pspline_free(s);
    }
    gsl_rng_free(rng);
    /* The last section is 1e-3 decades wide, and the score is flat at its minimum. */
    g_test_message("figure: score of cross-validation above the lowest on a fine grid: %.1e (at most 1e-6)",
                   most);
    g_assert_cmpfloat(most, <=, 1e-6);
}

/* ---- The band ---- */

static void band_covers(void)
{
    enum { SEEDS = 200, POINTS = 100 };
    double x[POINTS], y[POINTS], sigma;
    size_t covered[2] = {0};
    gsl_rng *rng = gsl_rng_alloc(gsl_rng_mt19937);
    for (size_t i = 0; i < POINTS; i++)
        x[i] = ((double)i + 0.5) / POINTS;
    pspline *s = make_spline(POINTS, x, NULL, 25, 3, 2);
    for (int seed = 0; seed < SEEDS; seed++) {
        for (size_t i = 0; i < POINTS; i++)
            y[i] = sin(2 * G_PI * x[i]) + gsl_ran_gaussian(rng, 0.3);
        pspline_fit(s, y, NAN);
        for (size_t i = 0; i < POINTS; i++) {
            double f = pspline_at(s, x[i], 0, &sigma);
            covered[0] += fabs(f - sin(2 * G_PI * x[i])) <= 1.96 * sigma;
            f = pspline_at(s, x[i], 1, &sigma);
            covered[1] += fabs(f - 2 * G_PI * cos(2 * G_PI * x[i])) <= 1.96 * sigma;
        }
    }
    pspline_free(s);
    gsl_rng_free(rng);
    double curve = (double)covered[0] / (SEEDS * POINTS), slope = (double)covered[1] / (SEEDS * POINTS);
    g_test_message("figure: share of the true curve in the 95 %% band, over 200 seeds: %.3f (at least 0.93)",
                   curve);
    g_test_message("figure: share of the true slope in its 95 %% band, over 200 seeds: %.3f (at least 0.93)",
                   slope);
    /* Of one seed the share has an s.d. of some 0.07, the mean of 200 of 0.005: 0.95 less three of
     * these, and less 0.005 for the choice of lambda, which the band leaves out. */
    g_assert_cmpfloat(curve, >=, 0.93);
    g_assert_cmpfloat(curve, <=, 0.98);
    g_assert_cmpfloat(slope, >=, 0.93);
}

static void refuses(void)
{
    const double x[] = {1, 1, 1, 2}, w[] = {1, 1, 1, 1};
    g_assert_null(pspline_new(&(struct pspline_shape){1, 2, 4, 3, 2}, 4, x, w)); /* two different x */
    g_assert_null(pspline_new(&(struct pspline_shape){1, 1, 4, 3, 2}, 4, x, w));
    pspline *s = pspline_new(&(struct pspline_shape){1, 2, 4, 3, 1}, 4, x, w);
    g_assert_nonnull(s);
    pspline_free(s);
}

/* ---- The kink ---- */

/* Two lines exactly: found to rounding, wherever the break lies. */
static void finds_exact_kinks(void)
{
    double x[N], w[N], y[N], most = 0;
    struct kink k;
    make_points(N, x, w);
    kink_points *p = kink_points_new(N, x, w, 350, 700);
    for (int trial = 0; trial < 100; trial++) {
        double at = trial % 10 ? 355 + 3.4 * trial : x[10 + trial / 3];
        for (size_t i = 0; i < N; i++)
            y[i] = 5 + (x[i] < at ? -0.02 : 0.03) * (x[i] - at);
        g_assert_true(kink_fit(p, y, &k));
        most = fmax(most, fabs(k.at - at));
        close_to(k.below, -0.02, 1e-12, "slope below");
        close_to(k.above, 0.03, 1e-12, "slope above");
        close_to(k.value, 5, 1e-11, "value");
    }
    kink_points_free(p);
    g_test_message("figure: exact kinks found to: %.1e K (at most 1e-9 K)", most);
    g_assert_cmpfloat(most, <=, 1e-9);
}

/* Weighted sum of squares with the break at t, by three parameters: a + b (x - t) + c max(x - t, 0),
 * from the normal equations by Cramer's rule. */
static double sum_with_break(size_t n, const double *x, const double *w, const double *y, double t)
{
    double m[3][4] = {{0}};
    for (size_t i = 0; i < n; i++) {
        const double row[] = {1, (x[i] - t) / 100, fmax(x[i] - t, 0) / 100, y[i]};
        for (int a = 0; a < 3; a++)
            for (int b = 0; b < 4; b++)
                m[a][b] += w[i] * row[a] * row[b];
    }
    for (int a = 0; a < 3; a++)
        for (int b = a + 1; b < 3; b++)
            for (int c = 3; c >= a; c--)
                m[b][c] -= m[b][a] / m[a][a] * m[a][c];
    double c = m[2][3] / m[2][2], b = (m[1][3] - m[1][2] * c) / m[1][1],
           a = (m[0][3] - m[0][1] * b - m[0][2] * c) / m[0][0];
    double sum = 0;
    for (size_t i = 0; i < n; i++) {
        double rest = y[i] - a - b * (x[i] - t) / 100 - c * fmax(x[i] - t, 0) / 100;
        sum += w[i] * rest * rest;
    }
    return sum;
}

/* Noise, with and without a kink: no break of a grid of 0.1 K is better, and the sum is that of the
 * break itself. Sums of 60 terms: 1e-12 of them is rounding. */
static void finds_the_best_break(void)
{
    double x[N], w[N], y[N], better = 0, off = 0;
    struct kink k;
    make_points(N, x, w);
    gsl_rng *rng = gsl_rng_alloc(gsl_rng_mt19937);
    kink_points *p = kink_points_new(N, x, w, 350, 700);
    for (int trial = 0; trial < 100; trial++) {
        for (size_t i = 0; i < N; i++)
            y[i] = 0.02 * (trial % 4) * fmax(x[i] - 500, 0) + gsl_ran_gaussian(rng, 1);
        g_assert_true(kink_fit(p, y, &k));
        g_assert_cmpfloat(k.at, >=, 350);
        g_assert_cmpfloat(k.at, <=, 700);
        off = fmax(off, fabs(k.residual / sum_with_break(N, x, w, y, k.at) - 1));
        double sum = 0;
        for (size_t i = 0; i < N; i++)
            sum += w[i] * pow(y[i] - kink_value(&k, x[i]), 2);
        off = fmax(off, fabs(k.residual / sum - 1));
        for (double t = 350; t <= 700; t += 0.1)
            better = fmax(better, 1 - sum_with_break(N, x, w, y, t) / k.residual);
    }
    kink_points_free(p);
    gsl_rng_free(rng);
    g_test_message("figure: a better break on a grid of 0.1 K, relative sum of squares: %.1e (at most 1e-12)",
                   better);
    g_assert_cmpfloat(better, <=, 1e-12);
    g_assert_cmpfloat(off, <=, 1e-11);
}

/* Where the line takes as much off the sum as is left per degree of freedom times 25, t is 5: of 8
 * points as rare as 2.67 of a normal deviate, of many 5 (tables of Student's t: P(t > 5) is 0.00375 for
 * 4, 2.87e-7 for ever more). */
static void contrast(void)
{
    const struct kink few = {.line = 1 + 25.0 / 4, .residual = 1}, many = {.line = 1 + 25e-8, .residual = 1};
    close_to(kink_contrast(&few, 8), 2.674, 0.001, "contrast of 8 points");
    close_to(kink_contrast(&many, 100000004), 5, 1e-5, "contrast of many");
    g_assert_cmpfloat(kink_contrast(&(struct kink){.line = 1, .residual = 1}, 100), ==, 0);
    g_assert_true(isinf(kink_contrast(&(struct kink){.line = 1, .residual = 0}, 100)));
}

/* The break may lie between points that leave two to either side, and within its limits. */
static void kinks_of_few_points(void)
{
    const double x[] = {1, 2, 3, 4, 5}, w[] = {1, 1, 1, 1, 1}, y[] = {0, 0, 0, 1, 2};
    struct kink k;
    kink_points *p = kink_points_new(5, x, w, 0, 10);
    g_assert_true(kink_fit(p, y, &k));
    close_to(k.at, 3, 1e-12, "break");
    kink_points_free(p);
    p = kink_points_new(5, x, w, 4.5, 10);
    g_assert_false(kink_fit(p, y, &k));
    kink_points_free(p);
    p = kink_points_new(5, x, w, 3.25, 10); /* the best is not allowed: the next is the limit */
    g_assert_true(kink_fit(p, y, &k));
    close_to(k.at, 3.25, 0, "break");
    kink_points_free(p);
}

int main(int argc, char **argv)
{
    tap_init(&argc, &argv);
    g_test_add_func("/trends/spline/polynomials", keeps_polynomials);
    g_test_add_func("/trends/spline/line", becomes_a_line);
    g_test_add_func("/trends/spline/interpolation", becomes_an_interpolation);
    g_test_add_func("/trends/spline/scipy", agrees_with_scipy);
    g_test_add_func("/trends/spline/left_out", scores_as_leaving_out);
    g_test_add_func("/trends/spline/lowest_score", finds_the_lowest_score);
    g_test_add_func("/trends/spline/band", band_covers);
    g_test_add_func("/trends/spline/refusals", refuses);
    g_test_add_func("/trends/kink/exact", finds_exact_kinks);
    g_test_add_func("/trends/kink/best", finds_the_best_break);
    g_test_add_func("/trends/kink/few_points", kinks_of_few_points);
    g_test_add_func("/trends/kink/contrast", contrast);
    return g_test_run();
}
