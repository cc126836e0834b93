/* Masks: shapes by counting, bad pixels and outliers that were put there.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "azimuthal.h"

static size_t count(const frit_dataset *d)
{
    size_t n = 0;
    g_assert_cmpint(d->dtype, ==, FRIT_U8);
    for (size_t i = 0; i < d->shape[0] * d->shape[1]; i++) {
        g_assert_cmpuint(((uint8_t *)d->data)[i], <=, 1);
        n += ((uint8_t *)d->data)[i];
    }
    return n;
}

static uint8_t at(const frit_dataset *d, size_t row, size_t column)
{
    return ((uint8_t *)d->data)[row * d->shape[1] + column];
}

/* ---- Shapes ---- */

/* A disc about the centre of a pixel: pixels at the distance of the radius are in. */
static void test_disc(void)
{
    const double radius[] = {0, 1, 1.5, 5};
    const size_t pixels[] = {1, 5, 9, 81}; /* 81 points of a square grid lie within 5 of one of them */
    for (size_t k = 0; k < G_N_ELEMENTS(radius); k++) {
        test_step *s = test_step_new("beam_stop_mask");
        test_step_set_number(s, "row", 10.5);
        test_step_set_number(s, "column", 20.5);
        test_step_set_number(s, "radius", radius[k]);
        test_step_input(s, "frame", constant_frame(30, 40, 0));
        run(s);
        const frit_dataset *d = test_step_output(s, "mask");
        g_assert_cmpuint(count(d), ==, pixels[k]);
        g_assert_true(at(d, 10, 20));
        test_step_free(s);
    }
}

/* An arm three pixels wide, from the centre to the right, downwards, and up to the left. */
static void test_arm(void)
{
    const double angle[] = {0, 90, 225};
    for (size_t k = 0; k < G_N_ELEMENTS(angle); k++) {
        test_step *s = test_step_new("beam_stop_mask");
        test_step_set_number(s, "row", 10.5);
        test_step_set_number(s, "column", 20.5);
        test_step_set_number(s, "radius", 0);
        test_step_set_number(s, "arm_width", 2.5);
        test_step_set_number(s, "arm_angle", angle[k]);
        test_step_input(s, "frame", constant_frame(30, 40, 0));
        run(s);
        const frit_dataset *d = test_step_output(s, "mask");
        if (k == 0)
            g_assert_cmpuint(count(d), ==, 3 * 20); /* columns 20 to 39 */
        if (k == 1)
            g_assert_cmpuint(count(d), ==, 3 * 20); /* rows 10 to 29 */
        g_assert_true(at(d, 11, 39) == (k == 0));
        g_assert_true(at(d, 29, 19) == (k == 1));
        g_assert_true(at(d, 0, 10) == (k == 2));
        test_step_free(s);
    }
}

/* Where the geometry has the beam: the masked pixel is that of the smallest scattering angle, however the
 * detector is turned and the image lies on it. */
static void test_centre_from_geometry(void)
{
    for (int orientation = 1; orientation <= 4; orientation++) {
        test_step *stop = small_detector("beam_stop_mask"), *g = small_detector("pixel_geometry");
        test_step *both[] = {stop, g};
        for (size_t k = 0; k < 2; k++) {
            test_step_set_number(both[k], "rot1", 0.02);
            test_step_set_number(both[k], "rot2", -0.015);
            test_step_set_number(both[k], "rot3", 0.7);
            test_step_set_number(both[k], "orientation", orientation);
            test_step_input(both[k], "frame", constant_frame(60, 50, 0));
        }
        test_step_set_number(stop, "radius", 0.71); /* half a diagonal */
        run(stop);
        run(g);
        size_t nearest = 0;
        for (size_t i = 0; i < 3000; i++)
            nearest = values(g, "two_theta")[i] < values(g, "two_theta")[nearest] ? i : nearest;
        const frit_dataset *d = test_step_output(stop, "mask");
        g_assert_true(((uint8_t *)d->data)[nearest]);
        g_assert_cmpuint(count(d), <=, 4);
        test_step_free(stop);
        test_step_free(g);
    }
}

static test_step *polygon(const double *vertices, size_t n)
{
    test_step *s = test_step_new("polygon_mask");
    test_step_set_list(s, "vertices", vertices, n);
    test_step_input(s, "frame", constant_frame(30, 40, 0));
    return s;
}

/* A rectangle from edge to edge of pixels holds its area; a triangle that is half of it holds half, but for
 * the diagonal; outside is the rest. */
static void test_polygon(void)
{
    const double rectangle[] = {5, 10, 5, 30, 15, 30, 15, 10}, triangle[] = {5, 10, 5, 20, 15, 20};
    test_step *s = polygon(rectangle, 8);
    run(s);
    const frit_dataset *d = test_step_output(s, "mask");
    g_assert_cmpuint(count(d), ==, 200);
    g_assert_true(at(d, 5, 10) && at(d, 14, 29) && !at(d, 15, 29) && !at(d, 14, 30) && !at(d, 4, 10));
    test_step_free(s);

    s = polygon(rectangle, 8);
    test_step_set(s, "side", "outside");
    run(s);
    g_assert_cmpuint(count(test_step_output(s, "mask")), ==, 1200 - 200);
    test_step_free(s);

    s = polygon(triangle, 6);
    run(s);
    size_t n = count(test_step_output(s, "mask"));
    g_assert_cmpuint(n, >=, 45);
    g_assert_cmpuint(n, <=, 55);
    test_step_free(s);
}

/* A five-pointed star drawn in one line: its middle is crossed twice, and is outside. */
static void test_even_odd(void)
{
    double star[10];
    for (int k = 0; k < 5; k++) {
        star[2 * k] = 15 - 14 * cos(144 * DEGREE * k);
        star[2 * k + 1] = 20 + 14 * sin(144 * DEGREE * k);
    }
    test_step *s = polygon(star, 10);
    run(s);
    const frit_dataset *d = test_step_output(s, "mask");
    g_assert_false(at(d, 15, 20));
    g_assert_true(at(d, 5, 20));
    g_assert_false(at(d, 2, 10));
    test_step_free(s);
}

/* ---- Combining ---- */

static void test_combine(void)
{
    frit_dataset *a = frit_dataset_new(FRIT_U8, 2, (size_t[]){9, 9}), *b = constant_frame(9, 9, 0),
                 *c = constant_frame(9, 9, 0);
    ((uint8_t *)a->data)[0] = 255;
    ((double *)b->data)[1] = NAN;
    ((double *)b->data)[2] = -0.5;
    frit_dataset_want_mask(c);
    c->mask[3] = 1;
    test_step *s = test_step_new("combine_masks");
    test_step_input(s, "mask", a);
    test_step_input(s, "mask", b);
    test_step_input(s, "mask", c);
    run(s);
    const frit_dataset *d = test_step_output(s, "mask");
    g_assert_cmpuint(count(d), ==, 4);
    g_assert_true(at(d, 0, 0) && at(d, 0, 1) && at(d, 0, 2) && at(d, 0, 3));
    test_step_free(s);
}

/* A disc about every masked pixel: alone in the middle; in a corner, where most of it is outside; and two side
 * by side, each of which lies in the other's. */
static void test_grow(void)
{
    const double grow[] = {0, 1, 1.5, 2};
    const size_t middle[] = {1, 5, 9, 13}, corner[] = {1, 3, 4, 6}, pair[] = {2, 8, 12, 18};
    for (size_t k = 0; k < G_N_ELEMENTS(grow); k++)
        for (int where = 0; where < 3; where++) {
            frit_dataset *m = frit_dataset_new(FRIT_U8, 2, (size_t[]){9, 9});
            ((uint8_t *)m->data)[where == 1 ? 0 : 40] = 1;
            ((uint8_t *)m->data)[41] = where == 2;
            test_step *s = test_step_new("combine_masks");
            test_step_set_number(s, "grow", grow[k]);
            test_step_input(s, "mask", m);
            run(s);
            g_assert_cmpuint(count(test_step_output(s, "mask")), ==,
                             (where == 0 ? middle : where == 1 ? corner : pair)[k]);
            test_step_free(s);
        }
}

/* ---- Bad pixels ---- */

/* Noise of the same size everywhere, from a sum of twelve uniform numbers: nearly normal, at most 6. */
static double noise(uint32_t *state)
{
    double sum = -6;
    for (int k = 0; k < 12; k++) {
        *state = *state * 1664525u + 1013904223u;
        sum += *state / 4294967296.0;
    }
    return sum;
}

/* A slope from 500 to 1500 counts with counting noise. */
static frit_dataset *slope(size_t rows, size_t columns)
{
    frit_dataset *d = constant_frame(rows, columns, 0);
    uint32_t state = 1;
    for (size_t i = 0; i < rows * columns; i++) {
        double level = 500 + 1000 * (double)(i % columns) / (double)columns;
        ((double *)d->data)[i] = round(level + sqrt(level) * noise(&state));
    }
    return d;
}

static double attribute(const frit_dataset *d, const char *name)
{
    const frit_attribute *a = frit_dataset_attribute(d, name);
    g_assert_nonnull(a);
    return a->value;
}

/* Those that were put there, in the middle and in corners, two next to each other, a dead row, a dead column,
 * and one that is merely weak, are found, and no other of 6000: by the guard the noise must exceed 8 standard
 * deviations, and it never exceeds 6 here. */
static void test_bad_pixels(void)
{
    frit_dataset *frame = slope(60, 100);
    double *v = frame->data;
    const size_t hot[] = {0, 1234, 1235, 3099, 5999}, dead[] = {99, 2121, 4567};
    for (size_t k = 0; k < G_N_ELEMENTS(hot); k++)
        v[hot[k]] *= 3;
    for (size_t k = 0; k < G_N_ELEMENTS(dead); k++)
        v[dead[k]] = k == 2 ? 0.3 * v[dead[k]] : 0;
    for (size_t j = 0; j < 100; j++)
        v[50 * 100 + j] = 0;
    for (size_t i = 0; i < 60; i++)
        v[i * 100 + 70] = 1;
    test_step *s = test_step_new("find_bad_pixels");
    test_step_input(s, "frame", frame);
    run(s);
    const frit_dataset *d = test_step_output(s, "mask");
    for (size_t k = 0; k < G_N_ELEMENTS(hot); k++)
        g_assert_true(((uint8_t *)d->data)[hot[k]]);
    for (size_t k = 0; k < G_N_ELEMENTS(dead); k++)
        g_assert_true(((uint8_t *)d->data)[dead[k]]);
    g_assert_cmpuint(count(d), ==, 5 + 3 + 100 + 60 - 1);
    g_assert_cmpfloat(attribute(d, "n_hot"), ==, 5);
    g_assert_cmpfloat(attribute(d, "n_dead"), ==, 3 + 100 + 60 - 1);
    g_assert_cmpfloat(attribute(d, "n_rows"), ==, 1);
    g_assert_cmpfloat(attribute(d, "n_columns"), ==, 1);
    test_step_free(s);
}

/* A line of which most is bad is masked all along, and one of which less is bad is not. */
static void test_lines(void)
{
    const double fraction[] = {0.55, 0.65};
    for (size_t k = 0; k < 2; k++) {
        frit_dataset *frame = slope(40, 50);
        for (size_t j = 0; j < 30; j++)
            ((double *)frame->data)[20 * 50 + j] = 0;
        test_step *s = test_step_new("find_bad_pixels");
        test_step_set_number(s, "line_fraction", fraction[k]);
        test_step_input(s, "frame", frame);
        run(s);
        g_assert_cmpuint(count(test_step_output(s, "mask")), ==, k == 0 ? 50 : 30);
        test_step_free(s);
    }
}

/* A dark frame with a pedestal of 1500 and a noise of 4: a pixel 60 above it is hot by 15 standard deviations,
 * but not by the noise that 1500 photons would have, 39.  The noise in 24 neighbours is known to a fifth. */
static void test_dark_frame(void)
{
    for (int gain = 0; gain <= 1; gain++) {
        frit_dataset *frame = constant_frame(40, 50, 0);
        uint32_t state = 2;
        for (size_t i = 0; i < 2000; i++)
            ((double *)frame->data)[i] = 1500 + 4 * noise(&state);
        ((double *)frame->data)[1025] = 1560;
        test_step *s = test_step_new("find_bad_pixels");
        test_step_set_number(s, "gain", gain);
        test_step_input(s, "frame", frame);
        run(s);
        const frit_dataset *d = test_step_output(s, "mask");
        g_assert_cmpuint(((uint8_t *)d->data)[1025], ==, gain == 0);
        g_assert_cmpuint(count(d), ==, gain == 0);
        test_step_free(s);
    }
}

/* A gap is masked already: its values spoil none of its neighbours, and are in the result.  NaN, masked
 * values and whole frames of them are bad, and fewer than 5 neighbours no ground for a judgement. */
static void test_bad_neighbours(void)
{
    frit_dataset *frame = slope(40, 50), *gap = constant_frame(40, 50, 0);
    frit_dataset_want_mask(frame);
    frame->mask[7] = 1;
    ((double *)frame->data)[8] = NAN;
    for (size_t i = 0; i < 40; i++)
        for (size_t j = 20; j < 27; j++) {
            ((double *)frame->data)[i * 50 + j] = -1;
            ((double *)gap->data)[i * 50 + j] = 1;
        }
    test_step *s = test_step_new("find_bad_pixels");
    test_step_input(s, "frame", frame);
    test_step_input(s, "mask", gap);
    run(s);
    g_assert_cmpuint(count(test_step_output(s, "mask")), ==, 7 * 40 + 2);
    test_step_free(s);

    s = test_step_new("find_bad_pixels");
    test_step_input(s, "frame", constant_frame(6, 7, NAN));
    run(s);
    g_assert_cmpuint(count(test_step_output(s, "mask")), ==, 42);
    test_step_free(s);

    frame = constant_frame(2, 2, 10);
    ((double *)frame->data)[0] = 1e6;
    s = test_step_new("find_bad_pixels");
    test_step_input(s, "frame", frame);
    run(s);
    g_assert_cmpuint(count(test_step_output(s, "mask")), ==, 0);
    test_step_free(s);

    s = test_step_new("find_bad_pixels");
    test_step_input(s, "frame", constant_frame(0, 5, 0));
    run(s);
    g_assert_cmpuint(test_step_output(s, "mask")->shape[1], ==, 5);
    test_step_free(s);
}

/* ---- Outliers ---- */

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

/* What that detector measures where 10000 counts fall on every pixel at normal incidence, in whole numbers. */
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

/* Pixels that are masked or NaN are no outliers, and move no level; nor is anything judged in a ring of four. */
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

/* ---- Mistakes in a recipe ---- */

static void test_mistakes(void)
{
    const double five[] = {1, 2, 3, 4, 5}, line[] = {1, 2, 3, 4};
    refused(polygon(five, 5), "vertices|5|even");
    refused(polygon(line, 4), "2 corners|3");

    test_step *s = test_step_new("beam_stop_mask");
    test_step_set_number(s, "radius", 3);
    test_step_set_number(s, "row", 3);
    test_step_input(s, "frame", constant_frame(3, 4, 0));
    refused(s, "row and column");

    s = test_step_new("beam_stop_mask");
    test_step_set_number(s, "radius", 3);
    test_step_input(s, "frame", constant_frame(3, 4, 0));
    refused(s, "poni|dist");

    s = small_detector("beam_stop_mask");
    test_step_set_number(s, "radius", 3);
    test_step_set_number(s, "rot1", 2);
    test_step_input(s, "frame", constant_frame(3, 4, 0));
    refused(s, "beam does not meet|row");

    s = test_step_new("combine_masks");
    test_step_input(s, "mask", constant_frame(3, 4, 0));
    test_step_input(s, "mask", constant_frame(4, 3, 0));
    refused(s, "3 x 4|number 2|4 x 3");

    s = test_step_new("find_bad_pixels");
    test_step_input(s, "frame", constant_frame(3, 4, 0));
    test_step_input(s, "mask", constant_frame(4, 3, 0));
    refused(s, "3 x 4|mask|4 x 3");

    s = small_detector("mask_outliers");
    test_step_input(s, "frame", constant_frame(3, 4, 0));
    test_step_set_number(s, "read_noise", 4);
    refused(s, "read_noise|gain");
}

int main(int argc, char **argv)
{
    test_init(&argc, &argv);
    g_test_add_func("/masks/beam-stop/disc", test_disc);
    g_test_add_func("/masks/beam-stop/arm", test_arm);
    g_test_add_func("/masks/beam-stop/centre-from-geometry", test_centre_from_geometry);
    g_test_add_func("/masks/polygon/area", test_polygon);
    g_test_add_func("/masks/polygon/even-odd", test_even_odd);
    g_test_add_func("/masks/combine/any", test_combine);
    g_test_add_func("/masks/combine/grow", test_grow);
    g_test_add_func("/masks/bad-pixels/found", test_bad_pixels);
    g_test_add_func("/masks/bad-pixels/lines", test_lines);
    g_test_add_func("/masks/bad-pixels/dark-frame", test_dark_frame);
    g_test_add_func("/masks/bad-pixels/neighbours", test_bad_neighbours);
    g_test_add_func("/masks/outliers/found", test_outliers);
    g_test_add_func("/masks/outliers/the-frame-stays", test_the_frame_stays);
    g_test_add_func("/masks/outliers/median-bears-more", test_median_bears_more);
    g_test_add_func("/masks/outliers/guard", test_guard);
    g_test_add_func("/masks/outliers/nothing-to-judge", test_nothing_to_judge);
    g_test_add_func("/masks/mistakes", test_mistakes);
    return g_test_run();
}
