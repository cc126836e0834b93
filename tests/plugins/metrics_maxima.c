/* maxima: positions, heights and prominences in closed form and by brute force; every sigma against
 * derivatives that are taken by moving the points one by one; noise alone, and on peaks; the peaks of G(r)
 * of the model glass, below and above crystallisation; what is refused.
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "model_series.h"
#include "scattering.h"

#include <gsl/gsl_randist.h>

typedef double (*function)(double x);

typedef struct {
    size_t n;
    double x[1000], y[1000], sigma[1000];
} hills;

static hills sample(function f, double from, double step, size_t n, double sigma)
{
    hills h = {.n = n};
    for (size_t j = 0; j < n; j++) {
        h.x[j] = from + step * (double)j;
        h.y[j] = f(h.x[j]);
        h.sigma[j] = sigma;
    }
    return h;
}

static test_step *maxima_of(const hills *h, bool with_sigma, const char *range, double prominence)
{
    test_step *s = test_step_new("maxima");
    test_step_input(
        s, "curve",
        frit_dataset_curve(h->n, h->x, "r", "angstrom", h->y, with_sigma ? h->sigma : NULL, "1/angstrom^2"));
    if (range)
        test_step_set(s, "range", range);
    if (isfinite(prominence))
        test_step_set_number(s, "prominence", prominence);
    return s;
}

static size_t length(test_step *s)
{
    const frit_dataset *d = test_step_output(s, "positions");
    g_assert_cmpfloat(number(s, "count"), ==, (double)frit_dataset_count(d));
    return frit_dataset_count(d);
}

/* ---- Closed forms ---- */

/* Of a height the local cubic over w to either side misses y'''' w^4/844, of the next term less than
 * w^2/10 of that; y'''' of cos is cos.  Its dips miss as much.  The fifth derivative, which would move a
 * maximum, is 0 there.  But points h apart do not lie evenly about it: sums of odd powers of u with the
 * weights, which end as 27 (1 - |u|)^3, are off 0 by 2 * 162/720 (h/w)^4 (Euler and Maclaurin), 7.2e-5 of
 * h = 0.0225, and turn the slope by at most (m4 + m6)/(m2 m6 - m4^2) = 80 times that, times y'''' w^3/24.
 * */
#define RANGE  0.2
#define MISSED (1.1 * RANGE * RANGE * RANGE * RANGE / 844)
#define MOVED  (80 * 7.2e-5 * RANGE * RANGE * RANGE / 24)

static void test_cosine(void)
{
    const hills h = sample(cos, 1, 0.0225, 950, 0); /* to 22.35, behind the dip at 7 pi */
    test_step *s = maxima_of(&h, false, NULL, 1.9);
    test_step_set_number(s, "fit_range", RANGE);
    run(s);
    g_assert_cmpuint(length(s), ==, 3);
    for (int k = 0; k < 3; k++) {
        assert_close(values(s, "positions")[k], 2 * G_PI * (k + 1), MOVED);
        assert_close(values(s, "heights")[k], 1, MISSED);
        assert_close(values(s, "prominences")[k], 2, 2 * MISSED);
        g_assert_cmpfloat(test_step_output(s, "heights")->axis[0]->at[k], ==, k + 1);
    }
    g_assert_cmpstr(test_step_output(s, "positions")->unit, ==, "angstrom");
    g_assert_cmpstr(test_step_output(s, "prominences")->unit, ==, "1/angstrom^2");
    g_assert_null(test_step_output(s, "positions")->sigma);
    test_step_free(s);
}

/* Of the range {4, 10} the lower end, at cos 4, is the higher one of the two lowest places.  Beyond it
 * nothing counts; an end of a range is no maximum. */
static void test_range(void)
{
    const hills h = sample(cos, 1, 0.02, 950, 0);
    test_step *s = maxima_of(&h, false, "4 10", 0);
    test_step_set_number(s, "fit_range", RANGE);
    run(s);
    g_assert_cmpuint(length(s), ==, 1);
    assert_close(values(s, "prominences")[0], 1 - cos(4), 2 * MISSED);
    test_step_free(s);
    s = maxima_of(&h, false, "6.4 12.5", 0);
    run(s);
    g_assert_cmpuint(length(s), ==, 0);
    test_step_free(s);
}

static double rising(double x)
{
    return sin(x) + 0.3 * x;
}

static double falling(double x)
{
    return sin(20 - x) + 0.3 * (20 - x);
}

/* Slope 0 where cos x = -0.3.  A higher one follows each: it stands above the dip between, 2 sin(a) - 0.3
 * (2 pi - 2 a) below, a = acos(-0.3).  Not above the first point, though that is lower. */
static void test_rising(void)
{
    const double a = acos(-0.3), stands = 2 * sin(a) - 0.3 * (2 * G_PI - 2 * a);
    for (int back = 0; back < 2; back++) {
        const hills h = sample(back ? falling : rising, 0, 0.021, 953, 0); /* to 19.992 */
        for (int counts = 0; counts < 2; counts++) {
            test_step *s = maxima_of(&h, false, NULL, stands + (counts ? -1e-4 : 1e-4));
            test_step_set_number(s, "fit_range", RANGE);
            run(s);
            g_assert_cmpuint(length(s), ==, counts ? 3 : 0);
            for (int k = 0; k < 3 && counts; k++) {
                const double at = a + 2 * G_PI * (back ? 2 - k : k);
                assert_close(values(s, "prominences")[k], stands, 2 * MISSED);
                /* y''''' w^4/1265 / y'' = cos/sin w^4/1265 */
                assert_close(values(s, "positions")[k], back ? 20 - at : at,
                             1.1 * 0.3 / sin(a) * pow(RANGE, 4) / 1265 + MOVED);
            }
            test_step_free(s);
        }
    }
}

/* ---- Against brute force ---- */

static double waves(double x)
{
    return sin(x) + 0.6 * sin(1.7 * x + 1) + 0.5 * sin(3.1 * x + 2) + 0.2 * sin(5.3 * x);
}

/* Lowest from x on, in steps of 1e-4, as far as something higher, or to the end itself. */
static double lowest_beside(double x, double step, double end)
{
    const double height = waves(x);
    double low = height;
    for (double at = x + 2 * step; waves(at) <= height; at += step) {
        if (step * (at - end) >= 0)
            return fmin(low, waves(end));
        low = fmin(low, waves(at));
    }
    return low;
}

/* Derivatives up to the fourth are below 0.5 * 3.1^4 + 0.2 * 5.3^4 + 6 = 210: heights miss less than 210
 * w^4/844; the steps of 1e-4 less than 210 * 1e-8. */
static void test_waves(void)
{
    const double w = 0.1, most = 2 * (1.1 * 210 * pow(w, 4) / 844 + 2.1e-6);
    const hills h = sample(waves, 0, 0.02, 1000, 0);
    test_step *s = maxima_of(&h, false, NULL, 0.01);
    test_step_set_number(s, "fit_range", w);
    run(s);
    size_t k = 0;
    double worst = 0;
    for (double x = 1e-4; x < 19.98 - 1e-4; x += 1e-4) {
        if (!(waves(x) > waves(x - 1e-4) && waves(x) >= waves(x + 1e-4)))
            continue;
        const double stands = waves(x) - fmax(lowest_beside(x, -1e-4, 0), lowest_beside(x, 1e-4, 19.98));
        if (stands < 0.01)
            continue;
        g_assert_cmpuint(k, <, length(s));
        worst = fmax(worst, fabs(values(s, "prominences")[k++] - stands));
    }
    g_assert_cmpuint(k, ==, length(s));
    g_assert_cmpuint(k, >, 8);
    g_test_message(
        "figure: prominences of %zu maxima of four waves, against brute force: %.2g (at most %.2g)", k, worst,
        most);
    g_assert_cmpfloat(worst, <=, most);
    test_step_free(s);
}

/* ---- Flat, straight, gaps ---- */

static double flat(double x)
{
    (void)x;
    return 1.1;
}

static double straight(double x)
{
    return 3 - 0.7 * x;
}

static void test_none(void)
{
    for (int k = 0; k < 2; k++) {
        const hills h = sample(k ? straight : flat, 0, 0.03, 200, 0.1);
        test_step *s = maxima_of(&h, true, NULL, 0);
        run(s);
        g_assert_cmpuint(length(s), ==, 0);
        g_assert_cmpuint(frit_dataset_count(test_step_output(s, "heights")), ==, 0);
        test_step_free(s);
    }
}

/* A point that is not measured is nothing, whatever stands there. */
static void test_gap(void)
{
    hills h = sample(cos, 1, 0.0225, 950, 0);
    h.y[237] = NAN; /* beside 2 pi */
    h.y[400] = NAN;
    test_step *s = maxima_of(&h, false, NULL, 1.9);
    test_step_set_number(s, "fit_range", RANGE);
    run(s);
    g_assert_cmpuint(length(s), ==, 3);
    assert_close(values(s, "heights")[0], 1, MISSED);
    test_step_free(s);
}

/* ---- Sigma ---- */

static double three(double x)
{
    return exp(-pow((x - 2) / 0.5, 2)) + 0.7 * exp(-pow((x - 3.6) / 0.6, 2)) +
           1.2 * exp(-pow((x - 5.3) / 0.4, 2)) + 0.02 * x;
}

static const char *const lists[] = {"positions", "heights", "prominences"};

/* Moved by 1e-5, to either side, a result bends by (1e-5/0.01)^2 = 1e-6 of what noise of 0.01 bends it;
 * rounding is 1e-14/1e-5 of a derivative of about 0.1: 1e-8. */
static void test_sigma(void)
{
    enum { POINTS = 120, PEAKS = 3 };
    const double step = 1e-5;
    hills h = sample(three, 0.8, 0.05, POINTS, 0.01);
    double D[G_N_ELEMENTS(lists)][PEAKS][POINTS];
    for (size_t j = 0; j < POINTS; j++)
        h.sigma[j] = 0.01 * (1 + 0.4 * sin(2.0 * (double)j));
    for (size_t j = 0; j < POINTS; j++)
        for (int sign = 1; sign >= -1; sign -= 2) {
            hills moved = h;
            moved.y[j] += sign * step;
            test_step *s = maxima_of(&moved, true, NULL, 0.1);
            run(s);
            g_assert_cmpuint(length(s), ==, PEAKS);
            for (guint i = 0; i < G_N_ELEMENTS(lists); i++)
                for (int k = 0; k < PEAKS; k++) {
                    const double y = values(s, lists[i])[k];
                    D[i][k][j] = sign > 0 ? y : (D[i][k][j] - y) / (2 * step);
                }
            test_step_free(s);
        }
    for (int correlated = 0; correlated < 2; correlated++) {
        test_step *s = maxima_of(&h, true, NULL, 0.1);
        if (correlated) {
            frit_dataset *C = frit_dataset_new(FRIT_F64, 2, (size_t[]){POINTS, POINTS});
            for (size_t k = 0; k < 2; k++)
                C->axis[k] = frit_axis_new("r", "angstrom", POINTS, h.x);
            for (size_t j = 0; j < POINTS * POINTS; j++)
                ((double *)C->data)[j] = h.sigma[j / POINTS] * h.sigma[j % POINTS] *
                                         exp(-fabs((double)(j / POINTS) - (double)(j % POINTS)) / 3);
            C->unit = "1/angstrom^4";
            test_step_input(s, "covariance", C);
        }
        run(s);
        for (guint i = 0; i < G_N_ELEMENTS(lists); i++)
            for (int k = 0; k < PEAKS; k++) {
                double variance = 0;
                for (size_t j = 0; j < POINTS * POINTS; j++) {
                    const size_t a = j / POINTS, b = j % POINTS;
                    const double part = correlated ? exp(-fabs((double)a - (double)b) / 3) : a == b;
                    variance += D[i][k][a] * D[i][k][b] * h.sigma[a] * h.sigma[b] * part;
                }
                assert_relative(test_step_output(s, lists[i])->sigma[k], sqrt(variance), 1e-5);
            }
        test_step_free(s);
    }
}

/* ---- Noise ---- */

static void add_noise(hills *h, guint32 seed)
{
    gsl_rng *rng = gsl_rng_alloc(gsl_rng_mt19937);
    gsl_rng_set(rng, seed);
    for (size_t j = 0; j < h->n; j++)
        h->y[j] += gsl_ran_gaussian(rng, h->sigma[j]);
    gsl_rng_free(rng);
}

/* Of 400 points, six to either side of a fit: a top and a dip of any of its places differ by 5 of their
 * sigma in less than 400^2 * 2.9e-7 = 0.046 of the curves (P(z > 5) = 2.9e-7), were all places
 * independent; of 40 curves, in 1.8.  A fit sees 13 points with weights that count as four, so that there
 * are 100 places: 0.11 of 40 curves.  At 3 sigma of 2 * 10^4 * 1.3e-3, most curves have some: the test
 * could fail. */
static void test_noise_alone(void)
{
    enum { CURVES = 40 };
    int at_5 = 0, at_3 = 0;
    for (guint32 seed = 1; seed <= CURVES; seed++) {
        hills h = sample(flat, 0, 0.03, 400, 0.01);
        add_noise(&h, seed);
        for (int k = 3; k <= 5; k += 2) {
            test_step *s = maxima_of(&h, true, NULL, NAN);
            test_step_set_number(s, "significance", k);
            run(s);
            *(k == 3 ? &at_3 : &at_5) += length(s) > 0;
            test_step_free(s);
        }
    }
    g_test_message("figure: maxima, curves of noise alone with one above 5 sigma, of 40: %d (at most 0)",
                   at_5);
    g_test_message("with one above 3 sigma: %d", at_3);
    g_assert_cmpint(at_5, ==, 0);
    g_assert_cmpint(at_3, >, CURVES / 2);
}

/* Peaks of 0.3 and more in noise of 0.02: all are found, and no other, and the scatter is sigma's: chi^2
 * of 60 curves, each of three places, is 180 +- 19, within four of that; prominence likewise. */
static void test_noise_on_peaks(void)
{
    enum { CURVES = 60, PEAKS = 3 };
    const double w = 0.3;
    double truth[2][PEAKS], chi[2] = {0};
    const hills clean = sample(three, 0.8, 0.02, 300, 0);
    for (guint32 seed = 0; seed <= CURVES; seed++) {
        hills h = clean;
        for (size_t j = 0; j < h.n; j++)
            h.sigma[j] = 0.02;
        if (seed)
            add_noise(&h, seed);
        test_step *s = maxima_of(&h, true, NULL, NAN);
        test_step_set_number(s, "fit_range", w);
        test_step_set_number(s, "significance", 5);
        run(s);
        g_assert_cmpuint(length(s), ==, PEAKS);
        for (int i = 0; i < 2; i++)
            for (int k = 0; k < PEAKS; k++) {
                const char *list = lists[i ? 2 : 0];
                if (seed)
                    chi[i] +=
                        pow((values(s, list)[k] - truth[i][k]) / test_step_output(s, list)->sigma[k], 2);
                else
                    truth[i][k] = values(s, list)[k];
            }
        test_step_free(s);
    }
    for (int i = 0; i < 2; i++) {
        const double n = CURVES * PEAKS, off = fabs(chi[i] - n) / sqrt(2 * n);
        g_test_message(
            "figure: maxima, chi^2 of %s, off its mean, in its standard deviations: %.1f (at most 4)",
            lists[i ? 2 : 0], off);
        g_assert_cmpfloat(off, <=, 4);
    }
}

/* ---- The peaks of G(r) split where the glass crystallises ---- */

static double peaks_of(frit_dataset *G)
{
    test_step *s = test_step_new("maxima");
    test_step_input(s, "curve", G);
    test_step_set(s, "range", "4 16");
    test_step_set_number(s, "prominence", 0.15);
    run(s);
    const double n = number(s, "count");
    test_step_free(s);
    return n;
}

static double peaks_at(double temperature, guint32 seed)
{
    model_grid grid = model_grid_read();
    const double n = peaks_of(
        model_transformed(model_structure_factor("HPT", temperature, &grid, seed), 17.5, 0.02, NULL));
    model_grid_clear(&grid);
    return n;
}

static void test_glass(void)
{
    const double glass = peaks_at(303, 0), melt = peaks_at(700, 0), crystal = peaks_at(773, 0);
    g_test_message("maxima of G from 4 to 16 angstrom: %g at 303 K, %g at 700 K, %g at 773 K", glass, melt,
                   crystal);
    g_assert_cmpfloat(melt, <=, glass);
    g_assert_cmpfloat(crystal, >, glass);
    for (guint32 seed = 1; seed <= 5; seed++) { /* the noise of one frame is 0.01, of a prominence 0.015 */
        g_assert_cmpfloat(peaks_at(303, seed), ==, glass);
        g_assert_cmpfloat(peaks_at(773, seed), >, glass);
    }
}

/* ---- What is refused ---- */

static void test_refusals(void)
{
    hills h = sample(cos, 1, 0.02, 950, 0);
    fails_with(maxima_of(&h, false, NULL, NAN), "how far must a maximum stand out? Give prominence");
    test_step *s = maxima_of(&h, false, NULL, NAN);
    test_step_set_number(s, "significance", 5);
    fails_with(s, "this curve has no uncertainties, which significance = 5 asks for");
    s = maxima_of(&h, false, NULL, 0);
    test_step_set_number(s, "fit_range", 0.03);
    fails_with(
        s, "fewer than five points are measured within fit_range, 0.03 angstrom, of r = 1: give a larger");
    s = maxima_of(&h, false, NULL, 0);
    test_step_set_number(s, "fit_range", 0);
    fails_with(s, "fit_range is 0: it is a length");
    s = maxima_of(&h, false, NULL, 0);
    test_step_set_number(s, "fit_range", 1e-7);
    fails_with(s, "is less than a 100000th of the range");
    fails_with(maxima_of(&h, false, "4 25", 0),
               "the range, r from 4 to 25 angstrom, reaches beyond the data");
    for (size_t j = 300; j < 600; j++)
        h.y[j] = NAN;
    fails_with(maxima_of(&h, false, NULL, 0), "is not measured between 6.98 and 13");
    for (size_t j = 0; j < 950; j++)
        h.y[j] = NAN;
    fails_with(maxima_of(&h, false, NULL, 0), "no point of the curve is measured");
    h = sample(cos, 1, 0.02, 950, 0);
    h.x[7] = h.x[6];
    fails_with(maxima_of(&h, false, NULL, 0), "r must increase from point to point");
}

int main(int argc, char **argv)
{
    test_init(&argc, &argv);
    g_test_add_func("/metrics/maxima/cosine", test_cosine);
    g_test_add_func("/metrics/maxima/range", test_range);
    g_test_add_func("/metrics/maxima/rising", test_rising);
    g_test_add_func("/metrics/maxima/brute-force", test_waves);
    g_test_add_func("/metrics/maxima/none", test_none);
    g_test_add_func("/metrics/maxima/gap", test_gap);
    g_test_add_func("/metrics/maxima/sigma", test_sigma);
    g_test_add_func("/metrics/maxima/noise-alone", test_noise_alone);
    g_test_add_func("/metrics/maxima/noise-on-peaks", test_noise_on_peaks);
    g_test_add_func("/metrics/maxima/glass", test_glass);
    g_test_add_func("/metrics/maxima/refusals", test_refusals);
    return g_test_run();
}
