/* Simulated frames: against another program's, the statistics of their noise, what a beam, a flat field or a
 * shifted sample does to them.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "step.h"

#include <math.h>
#include <string.h>

#include "simulate/counts.h"

#define PI 3.14159265358979323846

/* ---- Frames ---- */

static frit_dataset *number(double value, const char *unit)
{
    return frit_dataset_number(value, unit);
}

static test_step *frame_step(const char *kind, double T, guint pixels)
{
    test_step *s = test_step_new("simulate_frame");
    test_step_set(s, "kind", kind);
    test_step_set(s, "state", "HPT");
    test_step_set_number(s, "rows", pixels);
    test_step_set_number(s, "columns", pixels);
    test_step_set_number(s, "pixel", fmin(0.4096 / pixels, 0.01));
    test_step_input(s, "temperature", number(T, "K"));
    return s;
}

static const frit_dataset *made(test_step *s)
{
    GError *error = NULL;
    bool good = test_step_run(s, &error);
    g_assert_no_error(error);
    g_assert_true(good);
    return test_step_output(s, "frame");
}

static double pixel(const frit_dataset *d, size_t i)
{
    return d->dtype == FRIT_U16 ? ((const uint16_t *)d->data)[i] : ((const float *)d->data)[i];
}

static frit_dataset *image(const char *file)
{
    test_step *s = test_step_new("read_image");
    test_step_set(s, "files", test_data(file));
    made(s);
    frit_dataset *d = frit_dataset_ref((frit_dataset *)test_step_output(s, "frame"));
    test_step_free(s);
    return d;
}

static double read_pixel(const frit_dataset *d, size_t i)
{
    return d->dtype == FRIT_U8 ? ((const uint8_t *)d->data)[i] : pixel(d, i);
}

/* ---- Against another program ---- */

/* Frames without noise of the same settings, with that program's flat and dark: stored as float, 6e-8 of
 * some 12000; it interpolates between points of its own, and its multiple scattering is right to 0.5 % of
 * a fiftieth. */
static void check_frame(const char *kind, const char *name, double beam_size)
{
    g_autofree char *file = g_strdup_printf("reference/frame/%s.tif", name);
    frit_dataset *dark = image("reference/frame/dark_clean.tif"), *mask = image("reference/frame/mask.edf");
    frit_dataset *expected = image(file);
    test_step *s = frame_step(kind, 303, 1024);
    test_step_set_number(s, "pixel", 4e-4);
    test_step_set_bool(s, "noise", false);
    test_step_set_number(s, "beam_size", beam_size);
    test_step_input(s, "dark", frit_dataset_ref(dark));
    test_step_input(s, "flat", image("reference/frame/flat.edf"));
    const frit_dataset *frame = made(s);
    double worst = 0;
    for (size_t i = 0; i < frit_dataset_count(frame); i++) {
        double level = pixel(dark, i);
        if (!read_pixel(mask, i))
            worst = fmax(worst, fabs((pixel(frame, i) - level) / (pixel(expected, i) - level) - 1));
    }
    g_test_message("figure: simulated frame, %s: less dark, largest relative difference from the reference "
                   "%.1e (at most 1e-3)", name, worst);
    g_assert_cmpfloat(worst, <=, 1e-3);
    test_step_free(s);
    frit_dataset_unref(dark);
    frit_dataset_unref(mask);
    frit_dataset_unref(expected);
}

static void test_reference(void)
{
    if (!test_data("reference/frame"))
        return;
    check_frame("sample", "sample_HPT_303K_clean_sharp", 0);
    check_frame("sample", "sample_HPT_303K_clean", 0.20);
    check_frame("furnace", "empty_clean_sharp", 0);
    check_frame("furnace", "empty_clean", 0.20);
}

/* ---- Noise ---- */

/* The mean of (n - mean)^2/mean over N deviates is 1 +- sqrt((2 + 1/mean)/N); that of n is mean +-
   sqrt(mean/N). */
static void test_poisson(void)
{
    enum { N = 200000 };
    gsl_rng *rng = gsl_rng_alloc(gsl_rng_mt19937);
    const double means[] = {0.3, 4, 9.9, 10.1, 17, 120, 3000, 45000};
    for (guint k = 0; k < G_N_ELEMENTS(means); k++) {
        double mean = means[k], sum = 0, squares = 0;
        gsl_rng_set(rng, counts_seed(7, 1, k, 0));
        for (int i = 0; i < N; i++) {
            double n = counts_poisson(rng, mean);
            g_assert_cmpfloat(n, ==, floor(n));
            sum += n - mean;
            squares += (n - mean) * (n - mean) / mean;
        }
        g_assert_cmpfloat(fabs(sum / N), <=, 4 * sqrt(mean / N));
        g_assert_cmpfloat(fabs(squares / N - 1), <=, 4 * sqrt((2 + 1 / mean) / N));
    }
    g_assert_cmpfloat(counts_poisson(rng, 0), ==, 0);
    gsl_rng_free(rng);
}

/* The whole distribution at a mean of 15: chi^2 of 30 bins is 30 +- sqrt(60). */
static void test_distribution(void)
{
    enum { N = 300000, BINS = 30 };
    double count[BINS + 2] = {0}, chi2 = 0, p = exp(-15), below = 0;
    gsl_rng *rng = gsl_rng_alloc(gsl_rng_mt19937);
    gsl_rng_set(rng, 1);
    for (int i = 0; i < N; i++) {
        double n = counts_poisson(rng, 15);
        count[n < 3 ? 0 : n < 3 + BINS ? (int)n - 2 : BINS + 1]++;
    }
    for (int n = 0; n < 3 + BINS; p *= 15.0 / ++n) {
        if (n < 3)
            below += p;
        else
            chi2 += pow(count[n - 2] - N * p, 2) / (N * p);
    }
    chi2 += pow(count[0] - N * below, 2) / (N * below);
    g_test_message("figure: Poisson's distribution: chi^2 of 31 bins %.1f (31 +- 31.5)", chi2);
    g_assert_cmpfloat(fabs(chi2 - 31), <=, 4 * sqrt(62));
    gsl_rng_free(rng);
}

/* Variance of a pixel: gain (ADU - dark) + read noise^2 + 1/12 for the rounding, less by n for a mean of
 * n, which is not rounded. */
static void check_noise(int average)
{
    enum { PIXELS = 256 };
    const double level = 1500;
    const size_t shape[] = {PIXELS, PIXELS};
    frit_dataset *dark = frit_dataset_new(FRIT_F64, 2, shape);
    dark->unit = "count";
    for (size_t i = 0; i < PIXELS * PIXELS; i++)
        ((double *)dark->data)[i] = level;
    test_step *noisy = frame_step("sample", 400, PIXELS), *clean = frame_step("sample", 400, PIXELS);
    test_step_set_bool(clean, "noise", false);
    for (test_step *s[] = {noisy, clean}, **p = s; p < s + 2; p++) {
        test_step_set_number(*p, "gain", 0.02);
        test_step_set(*p, "multiple", "none");
        test_step_input(*p, "dark", frit_dataset_ref(dark));
    }
    test_step_set_number(noisy, "average", average);
    const frit_dataset *a = made(noisy), *b = made(clean);
    g_assert_cmpint(a->dtype, ==, average == 1 ? FRIT_U16 : FRIT_F32);
    double sum = 0, squares = 0, n = PIXELS * PIXELS;
    for (size_t i = 0; i < PIXELS * PIXELS; i++) {
        double expected = pixel(b, i);
        double variance = (0.02 * (expected - level) + 16) / average + (average == 1 ? 1.0 / 12 : 0);
        double z = (pixel(a, i) - expected) / sqrt(variance);
        sum += z / n;
        squares += z * z / n;
    }
    g_test_message("figure: simulated noise, mean of %d: mean %.4f (0 +- %.4f), variance %.4f (1 +- %.4f)",
                   average, sum, 4 / sqrt(n), squares, 4 * sqrt(2 / n));
    g_assert_cmpfloat(fabs(sum), <=, 4 / sqrt(n));
    g_assert_cmpfloat(fabs(squares - 1), <=, 4 * sqrt(2 / n));
    test_step_free(noisy);
    test_step_free(clean);
    frit_dataset_unref(dark);
}

static void test_noise(void)
{
    check_noise(1);
    check_noise(40);
}

static char *sum_of(const char *state, double frame_number, double seed)
{
    test_step *s = frame_step("sample", 303, 64);
    test_step_set(s, "state", state);
    test_step_set(s, "multiple", "none");
    test_step_set_number(s, "seed", seed);
    test_step_set_number(s, "gain", 0.001);
    test_step_input(s, "number", number(frame_number, "1"));
    const frit_dataset *d = made(s);
    char *digest = g_compute_checksum_for_data(G_CHECKSUM_MD5, d->data, 64 * 64 * sizeof(uint16_t));
    test_step_free(s);
    return digest;
}

/* The same seed, sample and number give the same bytes, any other gives others. */
static void test_seed(void)
{
    g_autofree char *first = sum_of("HPT", 5, 1), *again = sum_of("HPT", 5, 1), *next = sum_of("HPT", 6, 1);
    g_autofree char *other = sum_of("CR", 5, 1), *seed = sum_of("HPT", 5, 2);
    g_assert_cmpstr(first, ==, again);
    g_assert_cmpstr(first, !=, next);
    g_assert_cmpstr(first, !=, other);
    g_assert_cmpstr(first, !=, seed);
}

/* ---- A sample out of its place ---- */

/* I(Q) of a frame without noise. */
static frit_dataset *pattern_of(double motion)
{
    test_step *s = frame_step("sample", 538, 512);    /* half of the way from 303 to 773 K */
    test_step_set_bool(s, "noise", false);
    test_step_set(s, "multiple", "none");
    test_step_set_number(s, "motion", motion);
    test_step_set_number(s, "beam_size", 0);
    frit_dataset *frame = frit_dataset_ref((frit_dataset *)made(s));
    test_step_free(s);
    s = test_step_new("integrate");
    test_step_input(s, "frame", frame);
    const struct { const char *name; double value; } geometry[] = {
        {"dist", 0.35}, {"poni1", 0.2032}, {"poni2", 0.2061}, {"rot1", 0.0052}, {"rot2", -0.0035},
        {"wavelength", 1.173e-11}, {"pixel1", 8e-4}, {"pixel2", 8e-4}, {"polarization_factor", 0.99},
        {"npt", 520}};
    for (guint k = 0; k < G_N_ELEMENTS(geometry); k++)
        test_step_set_number(s, geometry[k].name, geometry[k].value);
    test_step_set(s, "radial_range", "1.5 4.1");
    test_step_set(s, "split", "full");
    GError *error = NULL;
    test_step_run(s, &error);
    g_assert_no_error(error);
    frit_dataset *d = frit_dataset_ref((frit_dataset *)test_step_output(s, "intensity"));
    test_step_free(s);
    return d;
}

/* The first moment over 2.0 to 3.3 1/angstrom of I(Q'), Q' where a sample nearer by this factor sees what
 * is taken for Q. */
static double first_moment(const frit_dataset *d, double nearer)
{
    double sum = 0, first = 0, step = d->axis[0]->at[1] - d->axis[0]->at[0];
    for (size_t i = 0; i < d->shape[0]; i++) {
        double Q = d->axis[0]->at[i];
        if (Q < 2.0 || Q > 3.3)
            continue;
        double angle = atan(nearer * tan(2 * asin(Q * 0.1173 / (4 * PI)))),
               from = 4 * PI / 0.1173 * sin(angle / 2);
        double x = (from - d->axis[0]->at[0]) / step;
        size_t k = (size_t)x;
        const double *y = frit_dataset_values(d) + k;
        double I = y[0] + (y[1] - y[0]) * (x - (double)k);
        sum += I;
        first += Q * I;
    }
    return first / sum;
}

/* 0.1 mm away from the detector: the pattern is larger by 0.3501/0.35, which shifts the peak by Q 0.1/350
 * = 8e-4 1/angstrom. Pixels of 0.8 mm, 0.12 1/angstrom apart, sample the peak: to 2e-5 the same way. */
static void test_motion(void)
{
    frit_dataset *rest = pattern_of(0), *moved = pattern_of(0.2);
    double before = first_moment(rest, 1), expected = first_moment(rest, 350.0 / 350.1),
           after = first_moment(moved, 1);
    g_test_message("figure: sample moved by 0.1 mm: <Q> of the first peak shifts by %.2e (%.2e +- 2e-5)",
                   after - before, expected - before);
    g_assert_cmpfloat_with_epsilon(after - before, expected - before, 2e-5);
    g_assert_cmpfloat(after - before, >, 4e-4);
    frit_dataset_unref(rest);
    frit_dataset_unref(moved);
}

/* ---- The panel ---- */

static void test_panel(void)
{
    enum { ROWS = 200, COLUMNS = 300, N = ROWS * COLUMNS };
    test_step *s = test_step_new("simulate_panel");
    test_step_set_number(s, "rows", ROWS);
    test_step_set_number(s, "columns", COLUMNS);
    test_step_set_number(s, "pixel", 1e-3);
    test_step_set_number(s, "dead_pixels", 0.01);
    test_step_set_number(s, "hot_pixels", 0.02);
    test_step_set_number(s, "dead_row", 50);
    GError *error = NULL;
    test_step_run(s, &error);
    g_assert_no_error(error);
    const float *flat = test_step_output(s, "flat")->data, *dark = test_step_output(s, "dark")->data;
    const uint8_t *mask = test_step_output(s, "mask")->data;
    double dead = 0, hot = 0, sum = 0, squares = 0, good = 0;
    for (size_t i = 0; i < N; i++) {
        bool is_dead = dark[i] == 0, is_hot = dark[i] == 40000;
        if (is_dead || is_hot || i / COLUMNS == 50) {
            g_assert_true(mask[i]);
            g_assert_cmpfloat(flat[i], ==, 0);
        } else {
            sum += flat[i];
            squares += (flat[i] - 1) * (flat[i] - 1);
            good++;
        }
        dead += is_dead && i / COLUMNS != 50;
        hot += is_hot;
        g_assert_true(mask[i] == 0 || mask[i] == 1);
    }
    /* a row of 200 is dead; counts of N p are N p +- sqrt(N p), means 1 +- 0.01/sqrt(N), variances 1e-4 (1
       +- sqrt(2/N)) */
    g_assert_cmpfloat(fabs(dead - 0.01 * (N - COLUMNS)), <=, 4 * sqrt(0.01 * N));
    g_assert_cmpfloat(fabs(hot - 0.02 * (N - COLUMNS)), <=, 4 * sqrt(0.02 * N));
    g_assert_cmpfloat(fabs(sum / good - 1), <=, 4 * 0.01 / sqrt(good));
    g_assert_cmpfloat(fabs(squares / good / 1e-4 - 1), <=, 4 * sqrt(2 / good));
    test_step_free(s);
}

/* Behind the stop 1 % of the signal comes through, and the mask covers it with a margin. */
static void test_stop(void)
{
    enum { PIXELS = 128 };
    test_step *with = frame_step("sample", 303, PIXELS), *without = frame_step("sample", 303, PIXELS);
    test_step *panel = test_step_new("simulate_panel");
    test_step_set_number(panel, "rows", PIXELS);
    test_step_set_number(panel, "columns", PIXELS);
    test_step_set_number(panel, "pixel", 0.4096 / PIXELS);
    test_step_set_number(panel, "dead_pixels", 0);
    test_step_set_number(panel, "hot_pixels", 0);
    test_step_set_number(without, "stop_radius", 0);
    test_step_set_number(without, "arm_width", 0);
    for (test_step *s[] = {with, without}, **p = s; p < s + 2; p++) {
        test_step_set_bool(*p, "noise", false);
        test_step_set(*p, "multiple", "none");
        made(*p);
    }
    GError *error = NULL;
    test_step_run(panel, &error);
    g_assert_no_error(error);
    const uint8_t *mask = test_step_output(panel, "mask")->data;
    guint hidden = 0;
    for (size_t i = 0; i < PIXELS * PIXELS; i++) {
        double ratio =
            pixel(test_step_output(with, "frame"), i) / pixel(test_step_output(without, "frame"), i);
        bool shadow = ratio < 0.5;
        g_assert_cmpfloat_with_epsilon(ratio, shadow ? 0.01 : 1, 1e-6);
        g_assert_true(mask[i] || !shadow);
        hidden += shadow;
    }
    g_assert_cmpuint(hidden, >, PIXELS / 2 - 10);    /* the arm, one pixel of 3.2 mm wide, and the disc */
    g_assert_cmpuint(hidden, <, 3 * PIXELS);
    for (test_step *s[] = {with, without, panel}, **p = s; p < s + 3; p++)
        test_step_free(*p);
}

/* ---- Bad input ---- */

static void refused(test_step *s, const char *piece)
{
    g_autofree char *sentence = test_step_failure(s);
    if (!strstr(sentence, piece))
        g_test_message("%s", sentence);
    g_assert_nonnull(strstr(sentence, piece));
    test_step_free(s);
}

static frit_dataset *flat_of(size_t rows, size_t columns, double at_last)
{
    frit_dataset *d = frit_dataset_new(FRIT_F64, 2, (size_t[]){rows, columns});
    d->unit = "count";
    for (size_t i = 0; i < rows * columns; i++)
        ((double *)d->data)[i] = i + 1 < rows * columns ? 1 : at_last;
    return d;
}

static void test_refused(void)
{
    test_step *s = test_step_new("simulate_frame");
    test_step_set(s, "multiple", "none");
    refused(s, "the sample's temperature is missing: connect the input temperature");
    s = frame_step("sample", -5, 16);
    test_step_set(s, "multiple", "none");
    refused(s, "the temperature is -5 K");
    s = frame_step("sample", 303, 16);
    test_step_set(s, "multiple", "none");
    test_step_input(s, "number", number(1.5, "1"));
    refused(s, "the number of a frame is a whole one from 0, not 1.5");
    s = frame_step("sample", 303, 16);
    test_step_input(s, "flat", flat_of(16, 15, 1));
    refused(s, "the flat has 16 x 15 pixels (rows x columns), the frame 16 x 16");
    s = frame_step("sample", 303, 16);
    test_step_input(s, "flat", flat_of(16, 16, NAN));
    refused(s, "the flat is nan in row 15, column 15");
    s = frame_step("sample", 303, 16);
    test_step_set_number(s, "dist", 0.03);
    refused(s, "above 80 degrees");
    s = test_step_new("heating_schedule");
    test_step_set_number(s, "frames", 500);
    refused(s, "there are 236 frames, not 500");
    s = test_step_new("heating_schedule");
    test_step_set_number(s, "last", 300);
    refused(s, "the last temperature, 300 K, is below the first, 303 K");
    s = test_step_new("heating_schedule");
    test_step_set_number(s, "exposure", 10);
    refused(s, "an exposure of 10 s does not fit into an interval of 6 s");
    s = test_step_new("record_frame");
    g_autofree char *out = test_folder(), *file = g_build_filename(out, "log.csv", NULL);
    test_step_set(s, "file", file);
    test_step_input(s, "frame", flat_of(4, 4, 1));
    test_step_input(s, "number", number(-1, "1"));
    refused(s, "the number of a frame is a whole one from 0, not -1");
    s = test_step_new("record_log");
    test_step_set(s, "file", file);
    test_step_set(s, "start_time", "at noon");
    refused(s, "start_time = \"at noon\" is no date with a time, such as 2026-01-15T09:00:00");
    s = test_step_new("record_manifest");
    test_step_set(s, "file", file);
    test_step_set(s, "samples", "AC,XY");
    refused(s, "there is no sample \"XY\": AC, CR and HPT are known");
}

int main(int argc, char **argv)
{
    test_init(&argc, &argv);
    g_test_add_func("/simulate_frames/reference", test_reference);
    g_test_add_func("/simulate_frames/poisson", test_poisson);
    g_test_add_func("/simulate_frames/distribution", test_distribution);
    g_test_add_func("/simulate_frames/noise", test_noise);
    g_test_add_func("/simulate_frames/seed", test_seed);
    g_test_add_func("/simulate_frames/motion", test_motion);
    g_test_add_func("/simulate_frames/panel", test_panel);
    g_test_add_func("/simulate_frames/stop", test_stop);
    g_test_add_func("/simulate_frames/refused", test_refused);
    return g_test_run();
}
