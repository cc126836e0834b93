/* Outliers of a frame's rings: those that were put there, and no others.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "masks.h"

#define ROWS    60
#define COLUMNS 50
#define N       (ROWS * COLUMNS)

/* A detector of large pixels seen at an angle, so that solid angle, polarization and converter differ by
 * factors around a ring. */
static test_step *tilted(const char *step)
{
    test_step *s = small_detector(step);
    test_step_set_number(s, "pixel1", 4e-3);
    test_step_set_number(s, "pixel2", 4e-3);
    test_step_set_number(s, "poni1", 0.12);
    test_step_set_number(s, "poni2", 0.1);
    test_step_set_number(s, "rot1", 0.4);
    test_step_set_number(s, "polarization_factor", 0.99);
    test_step_set_number(s, "converter_transmission", 0.5);
    return s;
}

static test_step *rings(const char *step)
{
    test_step *s = tilted(step);
    test_step_set_number(s, "npt", 20);
    test_step_set(s, "radial_range", "0 60");
    return s;
}

/* What that detector measures where 10000 counts fall on every pixel at normal incidence, rounded. */
static frit_dataset *even(frit_dtype type)
{
    test_step *g = tilted("pixel_geometry");
    test_step_input(g, "frame", constant_frame(ROWS, COLUMNS, 0));
    run(g);
    frit_dataset *d = frit_dataset_new(type, 2, (size_t[]){ROWS, COLUMNS});
    for (size_t i = 0; i < N; i++) {
        double v = round(1e4 * values(g, "solid_angle")[i] * values(g, "polarization")[i] *
                         values(g, "converter_efficiency")[i]);
        if (type == FRIT_U16)
            ((uint16_t *)d->data)[i] = (uint16_t)v;
        else
            ((double *)d->data)[i] = v;
    }
    test_step_free(g);
    return d;
}

static size_t outliers(test_step *s)
{
    run(s);
    const frit_dataset *frame = test_step_output(s, "frame"), *found = test_step_output(s, "outliers");
    size_t n = count(found);
    for (size_t i = 0; i < N; i++)
        g_assert_true(masked(frame, i) >= (bool)((uint8_t *)found->data)[i]);
    g_assert_cmpfloat(attribute(frame, "n_outliers"), ==, (double)n);
    g_assert_cmpfloat(values(s, "n_outliers")[0], ==, (double)n);
    return n;
}

/* With the corrections every pixel agrees with its ring: nothing is found; without them most rings are torn
 * apart.  What is put there beyond 5 sqrt(counts) is found, in both directions, and what is within is not. */
static void test_outliers(void)
{
    for (int method = 0; method < 2; method++) {
        test_step *s = rings("mask_outliers");
        test_step_set(s, "method", method == 0 ? "mad" : "sigma-clip");
        test_step_input(s, "frame", even(FRIT_U16));
        g_assert_cmpuint(outliers(s), ==, 0);
        test_step_free(s);

        frit_dataset *frame = even(FRIT_U16);
        uint16_t *v = frame->data;
        const size_t at_pixel[] = {777, 1500, 2222};
        const double factor[] = {5.5, -5.5, 4.5};
        for (size_t k = 0; k < 3; k++)
            v[at_pixel[k]] = (uint16_t)(v[at_pixel[k]] + factor[k] * sqrt(v[at_pixel[k]]));
        s = rings("mask_outliers");
        test_step_set(s, "method", method == 0 ? "mad" : "sigma-clip");
        test_step_input(s, "frame", frame);
        size_t n = outliers(s);
        const frit_dataset *found = test_step_output(s, "outliers");
        g_assert_true(((uint8_t *)found->data)[777] && ((uint8_t *)found->data)[1500]);
        /* A pixel's variance about a mean is the ring's, not its own: for sigma-clip 4.5 may be 5 there. */
        if (method == 0)
            g_assert_cmpuint(n, ==, 2);
        test_step_free(s);
    }
    test_step *s = rings("mask_outliers");
    test_step_set_bool(s, "solid_angle", false);
    test_step_set_number(s, "polarization_factor", 0);
    test_step_set_number(s, "converter_transmission", 0);
    test_step_set(s, "method", "sigma-clip");
    test_step_input(s, "frame", even(FRIT_U16));
    g_assert_cmpuint(outliers(s), >, 500);
    test_step_free(s);
}

/* The frame comes out in its own type, with its values, attributes, sigma and mask. */
static void test_the_frame_stays(void)
{
    frit_dataset *frame = even(FRIT_U16);
    frit_dataset_set_number(frame, "exposure_time", "s", 0.5);
    frit_dataset_want_mask(frame);
    frame->mask[3] = 1;
    ((uint16_t *)frame->data)[777] = 60000;
    frit_dataset *kept = frit_dataset_ref(frame);
    test_step *s = rings("mask_outliers");
    test_step_input(s, "frame", frame);
    g_assert_cmpuint(outliers(s), ==, 1);
    const frit_dataset *out = test_step_output(s, "frame");
    g_assert_cmpint(out->dtype, ==, FRIT_U16);
    g_assert_cmpmem(out->data, N * sizeof(uint16_t), kept->data, N * sizeof(uint16_t));
    for (size_t i = 0; i < N; i++)
        g_assert_true(masked(out, i) == (i == 3 || i == 777));
    g_assert_cmpfloat(attribute(out, "exposure_time"), ==, 0.5);
    test_step_free(s);
    frit_dataset_unref(kept);

    frame = even(FRIT_F64);
    frit_dataset_want_sigma(frame);
    for (size_t i = 0; i < N; i++)
        frame->sigma[i] = 1 + (double)i;
    s = rings("mask_outliers");
    test_step_input(s, "frame", frame);
    run(s);
    g_assert_cmpfloat(test_step_output(s, "frame")->sigma[100], ==, 101);
    test_step_free(s);
}

/* Spots on four of ten pixels: a median still knows the ring's level, a mean does not. */
static void test_median_bears_more(void)
{
    const char *const method[] = {"mad", "sigma-clip"};
    double level[2];
    for (size_t k = 0; k < 2; k++) {
        frit_dataset *frame = even(FRIT_F64);
        for (size_t i = 0; i < N; i++)
            if (i * 7919 % 10 < 4)
                ((double *)frame->data)[i] *= 1.5;
        test_step *s = rings("mask_outliers");
        test_step_set(s, "method", method[k]);
        test_step_set(s, "error_model", k == 0 ? "poisson" : "azimuthal");
        test_step_input(s, "frame", frame);
        run(s);
        test_step *curve = rings("integrate");
        test_step_input(curve, "frame", frit_dataset_ref((frit_dataset *)test_step_output(s, "frame")));
        run(curve);
        level[k] = values(curve, "intensity")[10];
        test_step_free(s);
        test_step_free(curve);
    }
    /* The counts are rounded to whole ones, and are some 1000: 5e-4 each, and less in the mean. */
    g_assert_cmpfloat(relative(level[0], 1e4), <, 5e-4);
    g_assert_cmpfloat(level[1], >, 1.1e4);
}

/* Integrating detectors: gain and read noise make the guard.  A pixel at 1e4 of gain 0.01 has a standard
 * deviation of 10, with a read noise of 100 one of 100.5. */
static void test_guard(void)
{
    const double read_noise[] = {0, 100};
    for (size_t k = 0; k < 2; k++) {
        test_step *s = small_detector("mask_outliers");
        test_step_set_bool(s, "solid_angle", false);
        test_step_set_number(s, "npt", 1);
        test_step_set_number(s, "gain", 0.01);
        test_step_set_number(s, "read_noise", read_noise[k]);
        frit_dataset *frame = constant_frame(ROWS, COLUMNS, 1e4);
        ((double *)frame->data)[5] = 1e4 + 49;
        ((double *)frame->data)[6] = 1e4 - 51;
        ((double *)frame->data)[7] = 1e4 + 510;
        test_step_input(s, "frame", frame);
        g_assert_cmpuint(outliers(s), ==, k == 0 ? 2 : 1);
        test_step_free(s);
    }
    /* A frame with a sigma of its own: that of most of the ring counts, not that of the outlier. */
    test_step *s = small_detector("mask_outliers");
    test_step_set_bool(s, "solid_angle", false);
    test_step_set_number(s, "npt", 1);
    frit_dataset *frame = constant_frame(ROWS, COLUMNS, 1e4);
    frit_dataset_want_sigma(frame);
    for (size_t i = 0; i < N; i++)
        frame->sigma[i] = i == 5 ? 1e6 : 2;
    ((double *)frame->data)[5] = 1e4 + 11;
    ((double *)frame->data)[6] = 1e4 + 9;
    test_step_input(s, "frame", frame);
    g_assert_cmpuint(outliers(s), ==, 1);
    test_step_free(s);
}

/* Pixels that are masked or NaN are no outliers, and move no level; a ring of four is not judged. */
static void test_nothing_to_judge(void)
{
    test_step *s = rings("mask_outliers");
    test_step_input(s, "frame", constant_frame(ROWS, COLUMNS, NAN));
    g_assert_cmpuint(outliers(s), ==, 0);
    test_step_free(s);

    frit_dataset *frame = even(FRIT_F64), *mask = constant_frame(ROWS, COLUMNS, 0);
    for (size_t i = 0; i < N; i++) {
        ((double *)frame->data)[i] = i % 3 == 0 ? NAN : i % 3 == 1 ? 1e9 : ((double *)frame->data)[i];
        ((double *)mask->data)[i] = i % 3 == 1;
    }
    s = rings("mask_outliers");
    test_step_input(s, "frame", frame);
    test_step_input(s, "mask", mask);
    g_assert_cmpuint(outliers(s), ==, 0);
    test_step_free(s);

    frame = constant_frame(2, 2, 100);
    ((double *)frame->data)[2] = 1e6;
    s = small_detector("mask_outliers");
    test_step_set_number(s, "npt", 1);
    test_step_input(s, "frame", frame);
    run(s);
    g_assert_cmpfloat(values(s, "n_outliers")[0], ==, 0);
    test_step_free(s);
}

static void test_mistakes(void)
{
    test_step *s = small_detector("mask_outliers");
    test_step_input(s, "frame", constant_frame(3, 4, 0));
    test_step_set_number(s, "read_noise", 4);
    refused(s, "read_noise|gain");
}

int main(int argc, char **argv)
{
    test_init(&argc, &argv);
    g_test_add_func("/masks/outliers/found", test_outliers);
    g_test_add_func("/masks/outliers/the-frame-stays", test_the_frame_stays);
    g_test_add_func("/masks/outliers/median-bears-more", test_median_bears_more);
    g_test_add_func("/masks/outliers/guard", test_guard);
    g_test_add_func("/masks/outliers/nothing-to-judge", test_nothing_to_judge);
    g_test_add_func("/masks/outliers/mistakes", test_mistakes);
    return g_test_run();
}
