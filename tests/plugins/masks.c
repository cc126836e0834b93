/* Masks: shapes by counting, and bad pixels that were put there.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "masks.h"

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

/* A disc about every masked pixel: alone in the middle; in a corner, where most of it is outside; and two
 * side by side, each of which lies in the other's. */
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

/* A dark frame with a pedestal of 1500 and a noise of 4: a pixel 60 above it is hot by 15 standard
 * deviations, but not by the noise that 1500 photons would have, 39.  24 neighbours know the noise to a
 * fifth. */
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
    g_test_add_func("/masks/mistakes", test_mistakes);
    return g_test_run();
}
