/* Sectors of azimuth, and the image of azimuth and Q, against integrate itself, closed forms and real frames.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "azimuthal.h"

#include <tiffio.h>

#define ROWS    60
#define COLUMNS 50
#define N       (ROWS * COLUMNS)

static frit_dataset *speckle(void)
{
    frit_dataset *d = constant_frame(ROWS, COLUMNS, 0);
    for (size_t i = 0; i < N; i++)
        ((double *)d->data)[i] = 50 + (double)(i * 7919 % 1000);
    return d;
}

/* Every correction, a mask, a dark and a flat. */
static test_step *everything(const char *step)
{
    test_step *s = small_detector(step);
    test_step_set_number(s, "rot1", 0.02);
    test_step_set_number(s, "polarization_factor", 0.9);
    test_step_set_number(s, "converter_transmission", 0.6);
    test_step_set(s, "radial_range", "0.2 3");
    test_step_set_number(s, "npt", 20);
    frit_dataset *mask = constant_frame(ROWS, COLUMNS, 0), *dark = constant_frame(ROWS, COLUMNS, 7),
                 *flat = constant_frame(ROWS, COLUMNS, 1);
    for (size_t i = 0; i < N; i++) {
        ((double *)mask->data)[i] = i % 31 == 5;
        ((double *)flat->data)[i] = 1 + 1e-4 * (double)(i % 100);
    }
    test_step_input(s, "frame", speckle());
    test_step_input(s, "mask", mask);
    test_step_input(s, "dark", dark);
    test_step_input(s, "flat", flat);
    return s;
}

/* A row of the cake is the curve of its sector: the same pixels in the same order, so the same bits. */
static void test_rows_are_sectors(void)
{
    test_step *cake = everything("integrate_cake");
    test_step_set_number(cake, "npt_azim", 8);
    run(cake);
    const frit_dataset *d = test_step_output(cake, "intensity");
    g_assert_cmpuint(d->shape[0], ==, 8);
    g_assert_cmpuint(d->shape[1], ==, 20);
    for (size_t a = 0; a < 8; a++) {
        test_step *s = everything("integrate");
        char *range = g_strdup_printf("%d %d", (int)(45 * a) - 180, (int)(45 * a) - 135);
        test_step_set(s, "azimuth_range", range);
        g_free(range);
        run(s);
        const frit_dataset *row = test_step_output(s, "intensity");
        g_assert_cmpfloat(d->axis[0]->at[a], ==, 45 * (double)a - 157.5);
        g_assert_cmpmem(row->data, 20 * sizeof(double), frit_dataset_values(d) + 20 * a, 20 * sizeof(double));
        g_assert_cmpmem(row->sigma, 20 * sizeof(double), d->sigma + 20 * a, 20 * sizeof(double));
        for (size_t b = 0; b < 20; b++) {
            g_assert_true(masked(row, b) == masked(d, 20 * a + b));
            g_assert_cmpfloat(d->axis[1]->at[b], ==, row->axis[0]->at[b]);
            g_assert_cmpfloat(values(s, "n_pixels")[b], ==, values(cake, "n_pixels")[20 * a + b]);
            g_assert_cmpfloat(values(s, "normalisation")[b], ==, values(cake, "normalisation")[20 * a + b]);
        }
        test_step_free(s);
    }
    test_step_free(cake);
}

/* What all rows hold together is what integrate holds: pixels to the last one, counts to rounding (3000
 * additions of 1e-16 each). */
static void test_rows_add_up(void)
{
    test_step *cake = everything("integrate_cake"), *all = everything("integrate");
    test_step_set_number(cake, "npt_azim", 37);
    run(cake);
    run(all);
    for (size_t b = 0; b < 20; b++) {
        double counts = 0, norm = 0, pixels = 0;
        for (size_t i = b; i < 37 * 20; i += 20) {
            counts += values(cake, "intensity")[i] * values(cake, "normalisation")[i];
            norm += values(cake, "normalisation")[i];
            pixels += values(cake, "n_pixels")[i];
        }
        g_assert_cmpfloat(pixels, ==, values(all, "n_pixels")[b]);
        g_assert_cmpfloat(relative(norm, values(all, "normalisation")[b]), <, 1e-12);
        g_assert_cmpfloat(relative(counts / norm, values(all, "intensity")[b]), <, 1e-12);
    }
    test_step_free(cake);
    test_step_free(all);
}

/* Every pixel counts in the sector that pixel_geometry's chi says, and in no other; the range may start
 * anywhere, and reach over the seam at 180 degrees. */
static void test_which_sector(void)
{
    const double from[] = {-180, -77.7, 0, 150, 300}, width[] = {360, 100, 90, 60, 120};
    test_step *g = small_detector("pixel_geometry");
    test_step_input(g, "frame", speckle());
    run(g);
    for (size_t k = 0; k < G_N_ELEMENTS(from); k++) {
        test_step *s = small_detector("integrate");
        char *range = g_strdup_printf("%g %g", from[k], from[k] + width[k]);
        test_step_set(s, "azimuth_range", range);
        g_free(range);
        test_step_set_number(s, "npt", 1);
        test_step_input(s, "frame", speckle());
        run(s);
        double expected = 0;
        for (size_t i = 0; i < N; i++) {
            double turn = remainder(values(g, "chi")[i] / DEGREE - (from[k] + width[k] / 2), 360);
            expected += fabs(turn) < width[k] / 2;
        }
        g_assert_cmpfloat(values(s, "n_pixels")[0], ==, expected);
        test_step_free(s);
    }
    test_step_free(g);
}

/* The bins of a sector are those of the whole detector. */
static void test_axis_of_a_sector(void)
{
    test_step *all = small_detector("integrate"), *sector = small_detector("integrate");
    test_step_set(sector, "azimuth_range", "10 20");
    test_step_set(sector, "split", "full");
    test_step_set(all, "split", "full");
    test_step_input(all, "frame", speckle());
    test_step_input(sector, "frame", speckle());
    run(all);
    run(sector);
    const double *a = test_step_output(all, "intensity")->axis[0]->at,
                 *b = test_step_output(sector, "intensity")->axis[0]->at;
    g_assert_cmpmem(a, 1000 * sizeof *a, b, 1000 * sizeof *b);
    test_step_free(all);
    test_step_free(sector);
}

static void test_all_masked_and_nan(void)
{
    test_step *s = small_detector("integrate_cake");
    test_step_set_number(s, "npt", 5);
    test_step_set_number(s, "npt_azim", 4);
    test_step_input(s, "frame", constant_frame(ROWS, COLUMNS, NAN));
    run(s);
    const frit_dataset *d = test_step_output(s, "intensity");
    for (size_t i = 0; i < 20; i++) {
        g_assert_true(masked(d, i));
        g_assert_cmpfloat(frit_dataset_values(d)[i], ==, 0);
        g_assert_cmpfloat(d->sigma[i], ==, 0);
    }
    test_step_free(s);
}

static void test_mistakes(void)
{
    test_step *s = small_detector("integrate");
    test_step_set(s, "azimuth_range", "-200 200");
    test_step_input(s, "frame", speckle());
    refused(s, "azimuth_range|400|360");

    /* The detector lies to one side of the beam. */
    s = small_detector("integrate_cake");
    test_step_set_number(s, "poni2", -0.1);
    test_step_set(s, "azimuth_range", "170 190");
    test_step_input(s, "frame", speckle());
    refused(s, "no pixel|170|190|chi");

    s = small_detector("integrate_cake");
    test_step_set_number(s, "npt", 100000);
    test_step_input(s, "frame", speckle());
    refused(s, "npt = 100000|npt_azim = 360|20000000");

    s = small_detector("integrate_cake");
    test_step_input(s, "frame", constant_frame(0, 4, 0));
    refused(s, "no pixels|0 x 4");
}

static frit_dataset *read_tiff(const char *path)
{
    TIFF *tiff = TIFFOpen(path, "r");
    g_assert_nonnull(tiff);
    uint32_t rows = 0, columns = 0;
    TIFFGetField(tiff, TIFFTAG_IMAGELENGTH, &rows);
    TIFFGetField(tiff, TIFFTAG_IMAGEWIDTH, &columns);
    frit_dataset *d = frit_dataset_new(FRIT_U16, 2, (size_t[]){rows, columns});
    for (uint32_t i = 0; i < rows; i++)
        g_assert_cmpint(TIFFReadScanline(tiff, (uint16_t *)d->data + (size_t)i * columns, i, 0), ==, 1);
    TIFFClose(tiff);
    return d;
}

/* A real frame as a cake, its rows added up, against the curve that was integrated independently in double
 * precision and written with 12 digits. */
static void test_real_frame(void)
{
    const char *found = test_data("diffraction/i12_pixium");
    if (!found)
        return;
    char *folder = g_strdup(found), *poni = g_build_filename(folder, "DLS_CeO2_1200mm_pyFAI.poni", NULL),
         *frame = g_build_filename(folder, "pixium_03150.tif", NULL),
         *reference = g_build_filename(folder, "reference_float64_nosplit_pixium_03150.txt", NULL);
    test_step *s = test_step_new("integrate_cake");
    test_step_set(s, "poni", poni);
    test_step_set_number(s, "polarization_factor", 0.99);
    test_step_set(s, "radial_range", "0.3 9");
    test_step_set_number(s, "npt", 2000);
    test_step_set_number(s, "npt_azim", 72);
    test_step_input(s, "frame", read_tiff(frame));
    run(s);
    struct table t = read_table(reference);
    double worst = 0;
    for (size_t b = 0; b < 2000; b++) {
        double counts = 0, norm = 0, pixels = 0;
        for (size_t i = b; i < 72 * 2000; i += 2000) {
            counts += values(s, "intensity")[i] * values(s, "normalisation")[i];
            norm += values(s, "normalisation")[i];
            pixels += values(s, "n_pixels")[i];
        }
        g_assert_cmpfloat(pixels, ==, cell(&t, b, 3));
        worst = fmax(worst, relative(counts / norm, cell(&t, b, 1)));
    }
    g_test_message("figure: I12 frame 3150 as a cake, its rows added up, against double precision: largest "
                   "relative difference %.1e (at most 1e-9), n_pixels equal", worst);
    g_assert_cmpfloat(worst, <, 1e-9);
    g_array_free(t.v, TRUE);
    test_step_free(s);
    g_free(folder), g_free(poni), g_free(frame), g_free(reference);
}

int main(int argc, char **argv)
{
    test_init(&argc, &argv);
    TIFFSetWarningHandler(NULL);
    g_test_add_func("/azimuthal/cake/rows-are-sectors", test_rows_are_sectors);
    g_test_add_func("/azimuthal/cake/rows-add-up", test_rows_add_up);
    g_test_add_func("/azimuthal/sectors/which", test_which_sector);
    g_test_add_func("/azimuthal/sectors/axis", test_axis_of_a_sector);
    g_test_add_func("/azimuthal/cake/all-masked", test_all_masked_and_nan);
    g_test_add_func("/azimuthal/cake/mistakes", test_mistakes);
    g_test_add_func("/azimuthal/cake/real-frame", test_real_frame);
    return g_test_run();
}
