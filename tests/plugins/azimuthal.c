/* Azimuthal integration against closed forms, and the sentences for mistakes in a recipe.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "azimuthal.h"

/* ---- Geometry ---- */

/* Angles and factors of single pixels, computed independently in double precision and written
 * with 12 digits; 1e-9 leaves room for the last of them near 2 theta = 0, where chi is steep. */
static void test_pixel_geometry(void)
{
    test_step *s = test_step_new("pixel_geometry");
    const double number[] = {0.35,      0.2032, 0.2061, 0.0052, -0.0035,           0,
                             1.173e-11, 4e-4,   4e-4,   0.99,   0.6380332756111403};
    const char *const name[] = {"dist",
                                "poni1",
                                "poni2",
                                "rot1",
                                "rot2",
                                "rot3",
                                "wavelength",
                                "pixel1",
                                "pixel2",
                                "polarization_factor",
                                "converter_transmission"};
    for (size_t i = 0; i < G_N_ELEMENTS(number); i++)
        test_step_set_number(s, name[i], number[i]);
    test_step_input(s, "frame", constant_frame(1024, 1024, 0));
    run(s);
    const char *const port[] = {"two_theta",   "chi",          "incidence",
                                "solid_angle", "polarization", "converter_efficiency"};
    char *path = test_file("data/pixel_geometry.csv");
    struct table t = read_table(path);
    g_assert_cmpuint(t.rows, >, 3);
    double worst = 0;
    for (size_t i = 0; i < t.rows; i++)
        for (size_t k = 0; k < G_N_ELEMENTS(port); k++) {
            double mine = values(s, port[k])[(size_t)cell(&t, i, 0) * 1024 + (size_t)cell(&t, i, 1)];
            worst = fmax(worst, relative(mine, cell(&t, i, k + 2)));
        }
    g_test_message("figure: geometry of single pixels (2 theta, chi, Omega, P, K): largest relative difference "
                   "%.1e (at most 1e-9)", worst);
    g_assert_cmpfloat(worst, <, 1e-9);
    double two_theta = values(s, "two_theta")[0], q = 4 * 180 * DEGREE / 0.1173 * sin(two_theta / 2);
    g_assert_cmpfloat(relative(values(s, "q")[0], q), <, 1e-14);
    g_array_free(t.v, TRUE);
    g_free(path);
    test_step_free(s);
}

/* Orientation says how the image lies on the detector: reversing the rows of the image is the same
 * as orientation 2 instead of 3, reversing the columns as 4, both as 1.  The images are 30 x 20. */
static void test_orientation(void)
{
    test_step *as_it_is = small_detector("pixel_geometry");
    test_step_set_number(as_it_is, "rot1", 0.1);
    test_step_input(as_it_is, "frame", constant_frame(30, 20, 0));
    run(as_it_is);
    for (int orientation = 1; orientation <= 4; orientation++) {
        test_step *s = small_detector("pixel_geometry");
        test_step_set_number(s, "rot1", 0.1);
        test_step_set_number(s, "orientation", orientation);
        test_step_input(s, "frame", constant_frame(30, 20, 0));
        run(s);
        for (size_t i = 0; i < 30; i++)
            for (size_t j = 0; j < 20; j++) {
                size_t row = orientation <= 2 ? 29 - i : i,
                       col = orientation == 1 || orientation == 4 ? 19 - j : j;
                double mine = values(s, "two_theta")[i * 20 + j],
                       theirs = values(as_it_is, "two_theta")[row * 20 + col];
                g_assert_cmpfloat(fabs(mine - theirs), <, 1e-14);
            }
        test_step_free(s);
    }
    test_step_free(as_it_is);
}

/* Without rotations, K at t0 = 0 is 1, and tends to 1/cos alpha as t0 tends to 1. */
static void test_converter_limits(void)
{
    const double t0[] = {0, 1};
    for (size_t k = 0; k < 2; k++) {
        test_step *s = small_detector("pixel_geometry");
        test_step_set_number(s, "converter_transmission", t0[k]);
        test_step_input(s, "frame", constant_frame(7, 5, 0));
        run(s);
        for (size_t i = 0; i < 35; i++) {
            double expected = k == 0 ? 1 : 1 / values(s, "incidence")[i];
            g_assert_cmpfloat(relative(values(s, "converter_efficiency")[i], expected), <, 1e-15);
        }
        test_step_free(s);
    }
}

/* ---- Integration: closed forms ---- */

/* Sum over the bins of I * normalisation: the counts that came in. */
static double total_counts(test_step *s)
{
    const frit_dataset *d = test_step_output(s, "intensity");
    double sum = 0;
    for (size_t b = 0; b < d->shape[0]; b++)
        if (!masked(d, b))
            sum += frit_dataset_values(d)[b] * values(s, "normalisation")[b];
    return sum;
}

/* A frame of ones gives 1 in every bin, split or not, whatever the geometry: a mean of ones.
 * The bins are finer than pixels, so some stay empty without splitting: those are masked. */
static void test_flat_field(void)
{
    const char *const split[] = {"no", "full"};
    for (size_t k = 0; k < 2; k++) {
        test_step *s = small_detector("integrate");
        test_step_set_number(s, "rot2", 0.3);
        test_step_set(s, "split", split[k]);
        test_step_set_bool(s, "solid_angle", false);
        test_step_set_number(s, "npt", 300);
        test_step_input(s, "frame", constant_frame(60, 50, 1));
        run(s);
        const frit_dataset *d = test_step_output(s, "intensity");
        size_t n = 0;
        for (size_t b = 0; b < 300; b++)
            if (!masked(d, b)) {
                n++;
                g_assert_cmpfloat(fabs(frit_dataset_values(d)[b] - 1), <, 1e-14);
            }
        g_assert_cmpuint(n, >, k == 0 ? 100 : 299);
        test_step_free(s);
    }
}

/* Splitting moves counts between bins and loses none where the range holds all of every pixel:
 * here from the beam, inside the frame, to beyond the farthest corner.  3000 pixels, each shared
 * out to a relative 1e-15. */
static void test_counts_are_conserved(void)
{
    const double rot1[] = {0, 0.4, 1.2};
    for (size_t k = 0; k < G_N_ELEMENTS(rot1); k++) {
        test_step *s = small_detector("integrate");
        test_step_set_number(s, "rot1", rot1[k]);
        test_step_set(s, "split", "full");
        test_step_set(s, "radial_range", "0 200");
        test_step_set_number(s, "npt", 20000);
        frit_dataset *frame = constant_frame(60, 50, 0);
        double sum = 0, pixels = 0;
        for (size_t i = 0; i < 3000; i++)
            sum += ((double *)frame->data)[i] = (double)(i * 7919 % 1000);
        test_step_input(s, "frame", frame);
        run(s);
        for (size_t b = 0; b < 20000; b++)
            pixels += values(s, "n_pixels")[b];
        g_assert_cmpfloat(relative(total_counts(s), sum), <, 1e-12);
        g_assert_cmpfloat(relative(pixels, 3000), <, 1e-12);
        test_step_free(s);
    }
}

/* A part of a pixel that lies outside of the range is left out: two halves of a range hold together
 * what the whole range holds. */
static void test_ranges_add_up(void)
{
    const char *const range[] = {"0.5 1.2", "1.2 3", "0.5 3"};
    double counts[3];
    for (size_t k = 0; k < 3; k++) {
        test_step *s = small_detector("integrate");
        test_step_set(s, "split", "full");
        test_step_set(s, "radial_range", range[k]);
        test_step_set_number(s, "npt", 17);
        test_step_input(s, "frame", constant_frame(60, 50, 3));
        run(s);
        counts[k] = total_counts(s);
        test_step_free(s);
    }
    /* A weight is known to 0.75e-8 of a pixel.  Fewer than 400 of the thousands of pixels lie on the three
     * ends, and their roundings have either sign: 20 times 1.5e-8 in 1000. */
    g_assert_cmpfloat(relative(counts[0] + counts[1], counts[2]), <, 3e-10);
}

/* rot3 turns the detector about the beam: nothing of it is left in I(Q). */
static void test_rotation_about_the_beam(void)
{
    double first[40];
    for (size_t k = 0; k < 3; k++) {
        test_step *s = small_detector("integrate");
        test_step_set_number(s, "rot1", 0.02);
        test_step_set_number(s, "rot2", -0.01);
        test_step_set_number(s, "rot3", (double)k * 0.7);
        test_step_set(s, "split", "full");
        test_step_set(s, "radial_range", "0 3");
        test_step_set_number(s, "npt", 40);
        frit_dataset *frame = constant_frame(60, 50, 0);
        for (size_t i = 0; i < 3000; i++)
            ((double *)frame->data)[i] = 100 + 50 * sin((double)i / 100);
        test_step_input(s, "frame", frame);
        run(s);
        for (size_t b = 0; b < 40; b++) {
            first[b] = k == 0 ? values(s, "intensity")[b] : first[b];
            /* chi is known to 1e-16 of pi, a pixel is 1e-2 wide in chi: shares to 1e-13. */
            g_assert_cmpfloat(relative(values(s, "intensity")[b], first[b]), <, 1e-12);
        }
        test_step_free(s);
    }
}

/* A pixel cut into halves by a bin edge, far from the beam, where its sides are parallel to the axes of
 * radius and azimuth: a detector seen edge on is such a one.  Pixels of 0.1 mm at 0.1 to 0.1 + 64e-4 m
 * from the beam, one column: in the middle of the column the share above q is linear in q. */
static void test_shares_of_one_pixel(void)
{
    test_step *s = test_step_new("integrate_2theta");
    test_step_set_number(s, "dist", 1);
    test_step_set_number(s, "poni1", 0.5e-6);
    test_step_set_number(s, "poni2", -0.1);
    test_step_set_number(s, "pixel1", 1e-6);
    test_step_set_number(s, "pixel2", 1e-4);
    test_step_set(s, "split", "full");
    double inner = atan(0.1) / DEGREE, outer = atan(0.1001) / DEGREE;
    char *range = g_strdup_printf("%.17g %.17g", inner, outer);
    test_step_set(s, "radial_range", range);
    g_free(range);
    test_step_set_number(s, "npt", 4);
    test_step_input(s, "frame", constant_frame(1, 1, 1));
    run(s);
    /* In radius and azimuth the pixel narrows by 1e-3 from its inner to its outer end (chi = y/r), so
     * the four shares are 1/4 (1 + 1e-3 (3, 1, -1, -3)/8) to first order, the next being 1e-7. */
    for (int b = 0; b < 4; b++)
        g_assert_cmpfloat(fabs(values(s, "n_pixels")[b] - 0.25 * (1 + 1e-3 * (3 - 2 * b) / 8)), <, 1e-6);
    test_step_free(s);
}

/* The upper end of the range is excluded, the lower included; the axis holds the bins' centres. */
static void test_edges(void)
{
    test_step *g = small_detector("pixel_geometry");
    test_step_input(g, "frame", constant_frame(2, 2, 0));
    run(g);
    double q[4];
    memcpy(q, values(g, "q"), sizeof q);
    test_step_free(g);

    double lo = fmin(fmin(q[0], q[1]), fmin(q[2], q[3])), hi = fmax(fmax(q[0], q[1]), fmax(q[2], q[3]));
    char *range = g_strdup_printf("%.17g %.17g", lo, hi);
    const char *const given[] = {range, NULL};
    for (size_t k = 0; k < 2; k++) {
        test_step *s = small_detector("integrate");
        if (given[k])
            test_step_set(s, "radial_range", given[k]);
        test_step_set_number(s, "npt", 5);
        test_step_input(s, "frame", constant_frame(2, 2, 1));
        run(s);
        double n = 0;
        for (size_t b = 0; b < 5; b++)
            n += values(s, "n_pixels")[b];
        g_assert_cmpfloat(n, ==, given[k] ? 3 : 4); /* the whole range reaches a little higher */
        const double *axis = test_step_output(s, "intensity")->axis[0]->at;
        double top = given[k] ? hi : hi * (1 + 0x1p-23);
        for (size_t b = 0; b < 5; b++)
            g_assert_cmpfloat(relative(axis[b], lo + (top - lo) * ((double)b + 0.5) / 5), <, 1e-14);
        test_step_free(s);
    }
    g_free(range);
}

/* ---- Integration: what is left out, and uncertainty ---- */

/* One bin over everything, and weights of 1: the formulae by hand. */
static test_step *one_bin(frit_dataset *frame)
{
    test_step *s = small_detector("integrate");
    test_step_set_bool(s, "solid_angle", false);
    test_step_set_number(s, "npt", 1);
    test_step_input(s, "frame", frame);
    return s;
}

static frit_dataset *image(const double *v, frit_dtype type)
{
    frit_dataset *d = frit_dataset_new(type, 2, (size_t[]){2, 2});
    for (size_t i = 0; i < 4; i++) {
        if (type == FRIT_U8)
            ((uint8_t *)d->data)[i] = (uint8_t)v[i];
        else if (type == FRIT_I16)
            ((int16_t *)d->data)[i] = (int16_t)v[i];
        else
            ((double *)d->data)[i] = v[i];
    }
    return d;
}

static void expect(test_step *s, double intensity, double sigma, double n, double norm)
{
    run(s);
    g_assert_cmpfloat(relative(values(s, "intensity")[0], intensity), <, 1e-14);
    g_assert_cmpfloat(relative(test_step_output(s, "intensity")->sigma[0], sigma), <, 1e-14);
    g_assert_cmpfloat(values(s, "n_pixels")[0], ==, n);
    g_assert_cmpfloat(relative(values(s, "normalisation")[0], norm), <, 1e-14);
    test_step_free(s);
}

static void test_what_counts(void)
{
    const double raw[] = {10, 20, 0, 40}, dark[] = {1, 2, 3, 4}, flat[] = {1, 0.5, 1, 2},
                 mask[] = {0, 0, 0, 7};

    /* Counts: variance max(raw, 1). */
    expect(one_bin(image(raw, FRIT_I16)), 70.0 / 4, sqrt(10 + 20 + 1 + 40) / 4, 4, 4);

    test_step *s = one_bin(image(raw, FRIT_F64));
    test_step_input(s, "mask", image(mask, FRIT_U8));
    expect(s, 30.0 / 3, sqrt(10 + 20 + 1) / 3, 3, 3);

    /* The dark has no sigma, so its variance is taken as 0. */
    s = one_bin(image(raw, FRIT_I16));
    test_step_input(s, "dark", image(dark, FRIT_I16));
    test_step_input(s, "flat", image(flat, FRIT_F64));
    expect(s, 60 / 4.5, sqrt(71) / 4.5, 4, 4.5);

    /* An integrating detector, and a dark with its own uncertainty, 2: variance
     * 0.5 max(raw - dark, 1) + 3^2 + 2^2, with raw - dark = 9, 18, -3, 36. */
    s = one_bin(image(raw, FRIT_I16));
    frit_dataset *d = image(dark, FRIT_F64);
    frit_dataset_want_sigma(d);
    for (size_t i = 0; i < 4; i++)
        d->sigma[i] = 2;
    test_step_input(s, "dark", d);
    test_step_set_number(s, "gain", 0.5);
    test_step_set_number(s, "read_noise", 3);
    expect(s, 60.0 / 4, sqrt(0.5 * (9 + 18 + 1 + 36) + 4 * (9 + 4)) / 4, 4, 4);

    /* A frame with its own sigma; NaN, masked values, infinity and those out of range are left out. */
    const double spoiled[] = {10, NAN, 30, 40};
    d = image(spoiled, FRIT_F64);
    frit_dataset_want_sigma(d);
    frit_dataset_want_mask(d);
    for (size_t i = 0; i < 4; i++)
        d->sigma[i] = 1 + (double)i;
    d->mask[2] = 1;
    expect(one_bin(d), 50.0 / 2, sqrt(1 + 16) / 2, 2, 2);
    const double wild[] = {10, INFINITY, -2, 65535};
    s = one_bin(image(wild, FRIT_F64));
    test_step_set(s, "valid_range", "0 65534");
    expect(s, 10, sqrt(10), 1, 1);

    /* Spread within the bin: residuals of 10, 20, 0, 40 about 17.5. */
    s = one_bin(image(raw, FRIT_I16));
    test_step_set(s, "error_model", "azimuthal");
    expect(s, 17.5, sqrt(7.5 * 7.5 + 2.5 * 2.5 + 17.5 * 17.5 + 22.5 * 22.5) / 4, 4, 4);

    /* The monitor divides. */
    s = one_bin(image(raw, FRIT_I16));
    test_step_input(s, "monitor", frit_dataset_number(2, "1"));
    expect(s, 70.0 / 8, sqrt(71) / 8, 4, 8);
}

/* A pixel that is NaN in one frame gives the bits that masking it in all frames gives. */
static void test_nan_is_as_masked(void)
{
    test_step *s[2];
    for (size_t k = 0; k < 2; k++) {
        s[k] = small_detector("integrate");
        test_step_set(s[k], "split", "full");
        test_step_set_number(s[k], "npt", 50);
        test_step_set(s[k], "radial_range", "0.5 3");
        frit_dataset *frame = constant_frame(60, 50, 0), *mask = constant_frame(60, 50, 0);
        for (size_t i = 0; i < 3000; i++) {
            bool bad = i % 17 == 3 || i < 400;
            ((double *)frame->data)[i] = bad && k == 0 ? NAN : 50 + (double)(i * 7919 % 1000);
            ((double *)mask->data)[i] = bad && k == 1;
        }
        test_step_input(s[k], "frame", frame);
        if (k == 1)
            test_step_input(s[k], "mask", mask);
        else
            frit_dataset_unref(mask);
        run(s[k]);
    }
    const frit_dataset *a = test_step_output(s[0], "intensity"), *b = test_step_output(s[1], "intensity");
    g_assert_cmpmem(a->data, 50 * sizeof(double), b->data, 50 * sizeof(double));
    g_assert_cmpmem(a->sigma, 50 * sizeof(double), b->sigma, 50 * sizeof(double));
    for (size_t k = 0; k < 50; k++)
        g_assert_true(masked(a, k) == masked(b, k));
    test_step_free(s[0]);
    test_step_free(s[1]);
}

/* A bin that has lost its last pixel is masked, and holds no NaN. */
static void test_nothing_measured(void)
{
    test_step *s = one_bin(constant_frame(3, 3, NAN));
    run(s);
    const frit_dataset *d = test_step_output(s, "intensity");
    g_assert_true(masked(d, 0));
    g_assert_cmpfloat(frit_dataset_values(d)[0], ==, 0);
    g_assert_cmpfloat(d->sigma[0], ==, 0);
    g_assert_cmpfloat(values(s, "n_pixels")[0], ==, 0);
    test_step_free(s);
}

/* ---- Mistakes in a recipe ---- */

static void test_mistakes(void)
{
    test_step *s = small_detector("integrate");
    test_step_set_number(s, "wavelength", 0.1173);
    test_step_input(s, "frame", constant_frame(3, 4, 0));
    refused(s, "0.1173|angstrom");

    s = small_detector("integrate");
    test_step_input(s, "frame", constant_frame(3, 4, 0));
    test_step_input(s, "mask", constant_frame(4, 3, 0));
    refused(s, "mask|3 x 4|4 x 3");

    s = small_detector("integrate");
    test_step_input(s, "frame", constant_frame(3, 4, 0));
    test_step_input(s, "mask", constant_frame(3, 4, 1));
    refused(s, "all pixels|mask");

    s = small_detector("integrate");
    test_step_input(s, "frame", constant_frame(3, 4, 0));
    test_step_set(s, "radial_range", "20 30");
    refused(s, "20|30|covers");

    s = small_detector("integrate");
    test_step_input(s, "frame", constant_frame(0, 4, 0));
    refused(s, "no pixels|0 x 4");

    s = small_detector("integrate");
    test_step_input(s, "frame", constant_frame(3, 4, 0));
    test_step_set_number(s, "read_noise", 4);
    refused(s, "read_noise|gain");

    s = small_detector("integrate");
    test_step_input(s, "frame", constant_frame(3, 4, 0));
    test_step_set_number(s, "gain", 4);
    test_step_set(s, "error_model", "azimuthal");
    refused(s, "gain|azimuthal");

    s = small_detector("integrate");
    test_step_input(s, "frame", constant_frame(3, 4, 1));
    test_step_input(s, "monitor", frit_dataset_number(-1, "1"));
    refused(s, "monitor|-1");
}

int main(int argc, char **argv)
{
    test_init(&argc, &argv);
    g_test_add_func("/azimuthal/geometry/single-pixels", test_pixel_geometry);
    g_test_add_func("/azimuthal/geometry/orientation", test_orientation);
    g_test_add_func("/azimuthal/geometry/converter-limits", test_converter_limits);
    g_test_add_func("/azimuthal/flat-field", test_flat_field);
    g_test_add_func("/azimuthal/counts-are-conserved", test_counts_are_conserved);
    g_test_add_func("/azimuthal/ranges-add-up", test_ranges_add_up);
    g_test_add_func("/azimuthal/rotation-about-the-beam", test_rotation_about_the_beam);
    g_test_add_func("/azimuthal/shares-of-one-pixel", test_shares_of_one_pixel);
    g_test_add_func("/azimuthal/edges", test_edges);
    g_test_add_func("/azimuthal/what-counts", test_what_counts);
    g_test_add_func("/azimuthal/nan-is-as-masked", test_nan_is_as_masked);
    g_test_add_func("/azimuthal/nothing-measured", test_nothing_measured);
    g_test_add_func("/azimuthal/mistakes", test_mistakes);
    return g_test_run();
}
