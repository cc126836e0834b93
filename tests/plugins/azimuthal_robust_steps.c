/* integrate_sigma_clip and integrate_median: against pyFAI, against a closed form, and what they refuse.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "azimuthal.h"

#define ROWS 120
#define COLS 140
#define N    (ROWS * COLS)

/* ---- pyFAI ---- */

static double noise(uint32_t i, uint32_t k)
{
    uint32_t x = i * 2654435761u + k * 40503u;
    x ^= x >> 15;
    x *= 2246822519u;
    x ^= x >> 13;
    return (x & 1023) / 1024.0;
}

/* As tests/data/robust_rings.py makes it: about 500 counts, one pixel in a hundred hot, one dead. */
static frit_dataset *peer_frame(void)
{
    frit_dataset *d = frit_dataset_new(FRIT_F64, 2, (size_t[]){ROWS, COLS});
    for (uint32_t i = 0; i < N; i++) {
        double v = floor(500 + 39 * (noise(i, 1) + noise(i, 2) + noise(i, 3) + noise(i, 4) - 2));
        v = noise(i, 5) < 0.01 ? v + 4000 : v;
        ((double *)d->data)[i] = noise(i, 6) < 0.01 ? 3 : v;
    }
    return d;
}

/* Without corrections: pyFAI 0.21 has sum n where later versions, and these steps, have sum n^2. */
static test_step *peer_step(const char *name)
{
    test_step *s = test_step_new(name);
    static const struct { const char *name; double value; } number[] = {
        {"dist", 0.2}, {"poni1", 0.0125}, {"poni2", 0.0143}, {"rot1", 0.05}, {"rot2", -0.02},
        {"pixel1", 4e-4}, {"pixel2", 4e-4}, {"wavelength", 1.173e-11}, {"npt", 40}};
    for (size_t i = 0; i < G_N_ELEMENTS(number); i++)
        test_step_set_number(s, number[i].name, number[i].value);
    test_step_set_bool(s, "solid_angle", false);
    frit_dataset *mask = frit_dataset_new(FRIT_F64, 2, (size_t[]){ROWS, COLS});
    for (size_t i = 0; i < N; i++)
        ((double *)mask->data)[i] = i % 61 == 7;
    test_step_input(s, "frame", peer_frame());
    test_step_input(s, "mask", mask);
    return s;
}

static struct table peer_table(void)
{
    g_autofree char *path = test_file("data/robust_rings.csv");
    return read_table(path);
}

/* Columns: Q; then I, sigma and number of pixels of each clipping; three orders; pixels; cells of more than
 * one. */
enum { CLIPPED = 1, ORDERED = CLIPPED + 3 * 4, PIXELS = ORDERED + 3, SHARED, COLUMNS };

/* pyFAI's values are in single precision, its positions of pixels too: sums agree within 1e-6. */
static void test_peer_clip(void)
{
    static const struct { const char *measure, *error; double threshold, iterations; } how[] = {
        {"noise", "poisson", 5, 5}, {"spread", "azimuthal", 5, 5}, {"spread", "azimuthal", 0, 2},
        {"noise", "poisson", 4, 1}};
    struct table t = peer_table();
    double most = 0, most_sigma = 0;
    g_assert_cmpuint(t.cols, ==, COLUMNS);
    g_assert_cmpuint(t.rows, ==, 40);
    for (size_t k = 0; k < G_N_ELEMENTS(how); k++) {
        test_step *s = peer_step("integrate_sigma_clip");
        test_step_set(s, "measure", how[k].measure);
        test_step_set(s, "error_model", how[k].error);
        test_step_set_number(s, "threshold", how[k].threshold);
        test_step_set_number(s, "iterations", how[k].iterations);
        run(s);
        const frit_dataset *out = test_step_output(s, "intensity");
        size_t rejected = 0;
        for (size_t b = 0; b < t.rows; b++) {
            g_assert_cmpfloat(relative(out->axis[0]->at[b], cell(&t, b, 0)), <, 1e-6);
            g_assert_cmpfloat(values(s, "n_pixels")[b], ==, cell(&t, b, CLIPPED + 3 * k + 2));
            most = fmax(most, relative(values(s, "intensity")[b], cell(&t, b, CLIPPED + 3 * k)));
            most_sigma = fmax(most_sigma, relative(out->sigma[b], cell(&t, b, CLIPPED + 3 * k + 1)));
            rejected += (size_t)values(s, "n_rejected")[b];
            g_assert_cmpfloat(values(s, "n_rejected")[b] + values(s, "n_pixels")[b], ==, cell(&t, b, PIXELS));
        }
        g_assert_cmpuint(rejected, >, 300);
        test_step_free(s);
    }
    g_test_message("figure: I of pyFAI's sigma_clip_ng: %.1e (at most 1e-6)", most);
    g_test_message("figure: sigma of pyFAI's sigma_clip_ng: %.1e (at most 1e-6)", most_sigma);
    g_assert_cmpfloat(most, <, 1e-6);
    g_assert_cmpfloat(most_sigma, <, 1e-6);
    g_array_free(t.v, TRUE);
}

/* In cells so small that a pixel has one to itself: rings where two share one are passed over. pyFAI's
 * median is the value in the place round(N/2), halves to even: of N = 4 k + 1 pixels the middle one. */
static void test_peer_order(void)
{
    static const char *const range[] = {NULL, "10 90", "45 55"};
    struct table t = peer_table();
    double most = 0;
    size_t rings = 0;
    for (size_t k = 0; k < G_N_ELEMENTS(range); k++) {
        test_step *s = peer_step("integrate_median");
        if (range[k])
            test_step_set(s, "percentile_range", range[k]);
        run(s);
        for (size_t b = 0; b < t.rows; b++) {
            if (cell(&t, b, SHARED) > 0 || (k == 0 && fmod(cell(&t, b, PIXELS), 4) != 1))
                continue;
            rings++;
            most = fmax(most, relative(values(s, "intensity")[b], cell(&t, b, ORDERED + k)));
            g_assert_cmpfloat(values(s, "n_rejected")[b] + values(s, "n_pixels")[b], ==, cell(&t, b, PIXELS));
        }
        test_step_free(s);
    }
    g_assert_cmpuint(rings, >, 60);
    g_test_message("figure: I of pyFAI's medfilt1d: %.1e (at most 1e-6)", most);
    g_assert_cmpfloat(most, <, 1e-6);
    g_array_free(t.v, TRUE);
}

/* ---- Normal rings with spots ---- */

/* Quantile of the normal distribution, by bisection. */
static double quantile(double share)
{
    double lo = -10, hi = 10;
    while (hi - lo > 1e-13)
        *(0.5 * erfc(-(lo + hi) / 2 / sqrt(2)) < share ? &lo : &hi) = (lo + hi) / 2;
    return lo;
}

#define RING_ROWS 96
#define LEVEL     700.0
#define SPREAD    8.0
#define RANGE     9.0

static size_t common(size_t a, size_t b)
{
    return b == 0 ? a : common(b, a % b);
}

/* Every ring of a small detector gets the values LEVEL + SPREAD z of evenly spaced quantiles, in a mixed
 * order, and a share `spots` of its pixels are far off instead. */
static frit_dataset *normal_rings(double spots)
{
    test_step *g = small_detector("pixel_geometry");
    test_step_input(g, "frame", constant_frame(RING_ROWS, RING_ROWS, 1));
    run(g);
    frit_dataset *d = constant_frame(RING_ROWS, RING_ROWS, 0);
    const double *q = values(g, "q");
    for (size_t b = 0; b < 30; b++) {
        size_t pixel[RING_ROWS * RING_ROWS], m = 0;
        for (size_t i = 0; i < RING_ROWS * RING_ROWS; i++)
            if ((size_t)(q[i] / RANGE * 30) == b)
                pixel[m++] = i;
        size_t bad = (size_t)floor(spots * (double)m), step = m / 3 + 2;
        while (common(step, m) > 1)
            step++;
        for (size_t k = 0, at = 0; k < m; k++, at = (at + step) % m)
            ((double *)d->data)[pixel[k]] =
                k < bad ? 5000 + 13 * (double)k
                        : LEVEL + SPREAD * quantile(((double)(k - bad) + 0.5) / (double)(m - bad));
    }
    test_step_free(g);
    return d;
}

static test_step *ring_step(const char *name, frit_dataset *frame)
{
    test_step *s = small_detector(name);
    test_step_set_number(s, "npt", 30);
    test_step_set_bool(s, "solid_angle", false);
    test_step_set(s, "error_model", "azimuthal");
    test_step_set(s, "radial_range", "0 9");
    test_step_input(s, "frame", frame);
    return s;
}

/* n values at evenly spaced quantiles: their mean is LEVEL by symmetry, exactly what clipping leaves, since
 * all spots and no normal value lie farther off than 5 SPREAD.  Their spread lacks what lies beyond the
 * last quantiles, at most (z^2 + 2)/(2 n) of the variance with z = 3 for n up to 400: under 4 % of sigma
 * for 60 and more.  With m spots above them the median is the quantile (n + m)/2n, of the normal ones,
 * between neighbours 1/n apart there; the median deviation is the larger by the spots as well: of |z| the
 * quantile (n + m)/2n, moved by the median's shift in second order only, and its expected error is that of
 * a grid of 2/n. */
static void test_normal(void)
{
    frit_dataset *frame = normal_rings(0.02);
    test_step *clip = ring_step("integrate_sigma_clip", frit_dataset_ref(frame));
    test_step *order = ring_step("integrate_median", frit_dataset_ref(frame));
    test_step *plain = ring_step("integrate", frame);
    test_step_set_number(clip, "iterations", 20);
    run(clip), run(order), run(plain);
    size_t rings = 0;
    for (size_t b = 0; b < 30; b++) {
        double all = values(plain, "n_pixels")[b], m = floor(0.02 * all), n = all - m;
        if (n < 60)
            continue;
        rings++;
        g_assert_cmpfloat(values(plain, "intensity")[b], >, LEVEL + 40);
        g_assert_cmpfloat(values(clip, "n_rejected")[b], ==, m);
        g_assert_cmpfloat(values(clip, "n_pixels")[b], ==, n);
        g_assert_cmpfloat(relative(values(clip, "intensity")[b], LEVEL), <, 1e-6);
        double of_mean = test_step_output(clip, "intensity")->sigma[b] / (SPREAD / sqrt(n));
        g_assert_cmpfloat(of_mean, <, 1);
        g_assert_cmpfloat(of_mean, >, 0.95);
        double middle = 0.5 * (n + m) / n, density = exp(-0.5 * pow(quantile(middle), 2)) / sqrt(2 * PI);
        double median = LEVEL + SPREAD * quantile(middle), step = SPREAD / density / n;
        g_assert_cmpfloat(fabs(values(order, "intensity")[b] - median), <, step);
        double deviation = SPREAD * quantile(0.5 + 0.5 * middle),
               sigma = sqrt(PI / 2) * 1.4826022 * deviation / sqrt(all);
        g_assert_cmpfloat(relative(test_step_output(order, "intensity")->sigma[b], sigma), <, 4 / n + 0.01);
    }
    g_assert_cmpuint(rings, >, 15);
    test_step_free(clip);
    test_step_free(order);
    test_step_free(plain);
}

/* ---- What they share with integrate ---- */

/* Nothing is far off: clipping and the mean of all percentiles are integrate, with dark, flat, monitor,
 * exposure and a pixel of the frame's own that is masked. */
static void test_as_integrate(void)
{
    static const char *const name[] = {"integrate", "integrate_sigma_clip", "integrate_median"};
    test_step *s[3];
    for (size_t k = 0; k < 3; k++) {
        frit_dataset *frame = constant_frame(60, 50, 0), *dark = constant_frame(60, 50, 0);
        frit_dataset *flat = constant_frame(60, 50, 1), *monitor = frit_dataset_new(FRIT_F64, 0, NULL);
        for (uint32_t i = 0; i < 3000; i++) {
            ((double *)dark->data)[i] = 20 + 5 * noise(i, 1);
            ((double *)flat->data)[i] = i % 77 ? 0.9 + 0.2 * noise(i, 2) : 0;
            ((double *)frame->data)[i] = i % 400 ? 100 + 60 * noise(i, 3) : NAN;
        }
        *(double *)monitor->data = 1.7;
        s[k] = small_detector(name[k]);
        test_step_set_number(s[k], "npt", 25);
        test_step_set_number(s[k], "polarization_factor", 0.95);
        test_step_set(s[k], "azimuth_range", "-100 130");
        test_step_set(s[k], "exposure_time", "3 s");
        test_step_set(s[k], "reference_exposure", "2 s");
        test_step_set_bool(s[k], "scale_dark", true);
        test_step_set(s[k], "dark_exposure_time", "4 s");
        test_step_input(s[k], "frame", frame);
        test_step_input(s[k], "dark", dark);
        test_step_input(s[k], "flat", flat);
        test_step_input(s[k], "monitor", monitor);
    }
    test_step_set_number(s[1], "threshold", 50);
    test_step_set(s[2], "percentile_range", "0 100");
    run(s[0]), run(s[1]), run(s[2]);
    for (size_t k = 1; k < 3; k++)
        for (size_t b = 0; b < 25; b++) {
            const frit_dataset *a = test_step_output(s[0], "intensity"),
                               *c = test_step_output(s[k], "intensity");
            g_assert_cmpint(masked(a, b), ==, masked(c, b));
            g_assert_cmpfloat(a->axis[0]->at[b], ==, c->axis[0]->at[b]);
            g_assert_cmpfloat(values(s[0], "n_pixels")[b], ==, values(s[k], "n_pixels")[b]);
            if (masked(a, b))
                continue;
            g_assert_cmpfloat(relative(values(s[k], "intensity")[b], values(s[0], "intensity")[b]), <, 1e-6);
            g_assert_cmpfloat(relative(values(s[k], "normalisation")[b], values(s[0], "normalisation")[b]), <,
                              1e-6);
            if (k == 1)
                g_assert_cmpfloat(relative(c->sigma[b], a->sigma[b]), <, 1e-6);
        }
    for (size_t k = 0; k < 3; k++)
        test_step_free(s[k]);
}

static void test_refusals(void)
{
    test_step *s = ring_step("integrate_sigma_clip", constant_frame(96, 96, 1));
    test_step_set(s, "measure", "noise");
    refused(s, "measure|poisson");
    s = ring_step("integrate_median", constant_frame(96, 96, 1));
    test_step_set_number(s, "percentile", 40);
    test_step_set(s, "percentile_range", "10 90");
    refused(s, "percentile|both");
    s = ring_step("integrate_median", constant_frame(96, 96, 1));
    test_step_set_number(s, "percentile", 100);
    refused(s, "percentile|99.9");
}

int main(int argc, char **argv)
{
    test_init(&argc, &argv);
    g_test_add_func("/azimuthal/robust/pyfai-sigma-clip", test_peer_clip);
    g_test_add_func("/azimuthal/robust/pyfai-medfilt", test_peer_order);
    g_test_add_func("/azimuthal/robust/normal", test_normal);
    g_test_add_func("/azimuthal/robust/as-integrate", test_as_integrate);
    g_test_add_func("/azimuthal/robust/refusals", test_refusals);
    return g_test_run();
}
