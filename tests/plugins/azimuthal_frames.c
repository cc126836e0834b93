/* Azimuthal integration of simulated and real frames against what other programs found for them.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "azimuthal.h"

#include <stdlib.h>
#include <tiffio.h>

static frit_dataset *read_tiff(const char *path)
{
    TIFF *tiff = TIFFOpen(path, "r");
    g_assert_nonnull(tiff);
    uint32_t rows = 0, cols = 0;
    uint16_t bits = 0, format = SAMPLEFORMAT_UINT;
    TIFFGetField(tiff, TIFFTAG_IMAGELENGTH, &rows);
    TIFFGetField(tiff, TIFFTAG_IMAGEWIDTH, &cols);
    TIFFGetField(tiff, TIFFTAG_BITSPERSAMPLE, &bits);
    TIFFGetField(tiff, TIFFTAG_SAMPLEFORMAT, &format);
    g_assert_true(bits == 16 || bits == 32);
    frit_dtype type = bits == 16 ? FRIT_U16 : format == SAMPLEFORMAT_INT ? FRIT_I32 : FRIT_F32;
    frit_dataset *d = frit_dataset_new(type, 2, (size_t[]){rows, cols});
    for (uint32_t i = 0; i < rows; i++)
        g_assert_cmpint(TIFFReadScanline(tiff, (char *)d->data + (size_t)i * cols * bits / 8, i, 0), ==, 1);
    TIFFClose(tiff);
    return d;
}

/* The EDF files of the simulated frame: a header of 512 bytes, then the numbers. */
static frit_dataset *read_edf(const char *path, frit_dtype type)
{
    char *bytes = NULL;
    gsize n = 0;
    g_assert_true(g_file_get_contents(path, &bytes, &n, NULL));
    frit_dataset *d = frit_dataset_new(type, 2, (size_t[]){1024, 1024});
    g_assert_cmpuint(n, ==, 512 + 1024 * 1024 * frit_dtype_size(type));
    memcpy(d->data, bytes + 512, n - 512);
    g_free(bytes);
    return d;
}

/* test_data() with the name in two parts; the caller frees it. */
static char *data(const char *folder, const char *name)
{
    char *path = g_build_filename(folder, name, NULL);
    char *full = g_strdup(test_data(path));
    g_free(path);
    return full;
}

static void set_file(test_step *s, const char *param, char *path)
{
    test_step_set(s, param, path);
    g_free(path);
}

/* One frame with its dark, reduced as the reference was; the largest relative difference of a column. */
static double simulated_frame(const char *frame_name, const char *dark_name, size_t column, bool with_sigma)
{
    const char *folder = "reference/frame";
    test_step *s = test_step_new("integrate");
    set_file(s, "poni", data(folder, "geometry.poni"));
    test_step_set_number(s, "polarization_factor", 0.99);
    test_step_set_number(s, "converter_transmission", 0.6380332756111403);
    test_step_set_number(s, "npt", 2000);
    test_step_set(s, "radial_range", "0.75 27.5");
    test_step_set_number(s, "gain", 0.3);
    test_step_set_number(s, "read_noise", 4);
    char *frame = data(folder, frame_name), *dark = data(folder, dark_name), *flat = data(folder, "flat.edf"),
         *mask = data(folder, "mask.edf"), *reference = data(folder, "integration_HPT_303K.csv");
    frit_dataset *d = read_tiff(dark);
    frit_dataset_want_sigma(d);
    for (size_t i = 0; i < 1024 * 1024; i++)
        d->sigma[i] = sqrt(16.0 / 50);
    test_step_input(s, "frame", read_tiff(frame));
    test_step_input(s, "dark", d);
    test_step_input(s, "flat", read_edf(flat, FRIT_F32));
    test_step_input(s, "mask", read_edf(mask, FRIT_U8));
    run(s);
    struct table t = read_table(reference);
    const frit_dataset *curve = test_step_output(s, "intensity");
    g_assert_cmpuint(t.rows, ==, 2000);
    double worst = 0;
    for (size_t b = 0; b < 2000; b++) {
        g_assert_cmpfloat(relative(curve->axis[0]->at[b], cell(&t, b, 0)), <, 1e-9);
        g_assert_cmpfloat(values(s, "n_pixels")[b], ==, cell(&t, b, 14));
        worst = fmax(worst, relative(frit_dataset_values(curve)[b], cell(&t, b, column)));
        if (with_sigma)
            worst = fmax(worst, relative(curve->sigma[b], cell(&t, b, 2)));
    }
    g_array_free(t.v, TRUE);
    g_free(frame), g_free(dark), g_free(flat), g_free(mask), g_free(reference);
    test_step_free(s);
    return worst;
}

/* A simulated frame, reduced independently in double precision and written with 12 digits.  Its dark
 * is the mean of 50 frames with a read noise of 4: variance 16/50. */
static void test_simulated_frame(void)
{
    static const struct { const char *frame, *dark; size_t column; } set[] = {
        {"sample_HPT_303K.tif", "dark.tif", 1},
        {"empty.tif", "dark.tif", 3},
        {"sample_HPT_303K_clean.tif", "dark_clean.tif", 6},
        {"empty_clean.tif", "dark_clean.tif", 7},
        {"sample_HPT_303K_clean_sharp.tif", "dark_clean.tif", 10},
        {"empty_clean_sharp.tif", "dark_clean.tif", 11},
    };
    if (!test_data("reference/frame"))
        return;
    for (size_t k = 0; k < G_N_ELEMENTS(set); k++) {
        double worst = simulated_frame(set[k].frame, set[k].dark, set[k].column, k == 0);
        g_test_message("figure: simulated frame %s, I%s: largest relative difference %.1e (at most 1e-9), n_pixels equal",
                       set[k].frame, k == 0 ? " and sigma" : "", worst);
        g_assert_cmpfloat(worst, <, 1e-9);
    }
}

static test_step *pixium(const char *step, const char *range, int number)
{
    const char *folder = "diffraction/i12_pixium";
    test_step *s = test_step_new(step);
    set_file(s, "poni", data(folder, "DLS_CeO2_1200mm_pyFAI.poni"));
    test_step_set_number(s, "polarization_factor", 0.99);
    test_step_set(s, "radial_range", range);
    char *name = g_strdup_printf("pixium_%05d.tif", number), *path = data(folder, name);
    test_step_input(s, "frame", read_tiff(path));
    g_free(name), g_free(path);
    return s;
}

static struct table pixium_reference(const char *kind, int number)
{
    char *name = g_strdup_printf("reference_%s_pixium_%05d.txt", kind, number);
    char *path = data("diffraction/i12_pixium", name);
    struct table t = read_table(path);
    g_free(name), g_free(path);
    g_assert_cmpuint(t.rows, ==, 2000);
    return t;
}

/* Real frames, no splitting, double precision; the reference has 12 digits, and the same pixels in
 * every bin. */
static void test_real_frames_without_splitting(void)
{
    for (int number = 3150; number <= 3153; number++) {
        if (!test_data("diffraction/i12_pixium"))
            return;
        test_step *s = pixium("integrate", "0.3 9", number);
        test_step_set_number(s, "npt", 2000);
        run(s);
        struct table t = pixium_reference("float64_nosplit", number);
        const frit_dataset *curve = test_step_output(s, "intensity");
        double worst = 0;
        for (size_t b = 0; b < 2000; b++) {
            g_assert_cmpfloat(values(s, "n_pixels")[b], ==, cell(&t, b, 3));
            worst = fmax(worst, relative(frit_dataset_values(curve)[b], cell(&t, b, 1)));
            worst = fmax(worst, relative(curve->sigma[b], cell(&t, b, 2)));
        }
        g_test_message("figure: I12 frame %d, no split, I and sigma against double precision: largest relative "
                       "difference %.1e (at most 1e-9), n_pixels equal", number, worst);
        g_assert_cmpfloat(worst, <, 1e-9);
        g_array_free(t.v, TRUE);
        test_step_free(s);
    }
}

static int ascending(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* pyFAI keeps positions and shares in single precision: 6e-8 of 9 1/angstrom is 1.2e-4 of a bin.  Single bins
 * may differ by some 1e-3, the bulk far less. */
static void compare(const double *mine, const struct table *t, size_t column, size_t from, size_t to,
                    const char *what)
{
    size_t n = to - from;
    double *off = g_new(double, n);
    for (size_t b = from; b < to; b++)
        off[b - from] = relative(mine[b], cell(t, b, column));
    qsort(off, n, sizeof *off, ascending);
    g_test_message("figure: %s, %s against pyFAI: median relative difference %.1e (at most 1e-5), 99.5 %% of the bins under %.1e "
                   "(at most 1e-3), largest %.1e", what, column == 1 ? "I" : "sigma",
                   off[n / 2], off[n * 995 / 1000], off[n - 1]);
    g_assert_cmpfloat(off[n / 2], <, 1e-5);
    g_assert_cmpfloat(off[n * 995 / 1000], <, 1e-3);
    g_free(off);
}

/* pyFAI's splitting of the same frames.  pyFAI raises the upper end of the range by one part in 2^23,
 * and gives pixels that are partly outside of the range their full weight: 10 bins are left out at each
 * end. */
static void compare_with_pyfai(const char *split, const char *kind, int number)
{
    char *range = g_strdup_printf("0.3 %.17g", 9 * (1 + 0x1p-23));
    test_step *s = pixium("integrate", range, number);
    g_free(range);
    test_step_set(s, "split", split);
    test_step_set_number(s, "npt", 2000);
    run(s);
    struct table t = pixium_reference(kind, number);
    const frit_dataset *curve = test_step_output(s, "intensity");
    char *what = g_strdup_printf("I12 frame %d, %s splitting", number, split);
    compare(frit_dataset_values(curve), &t, 1, 10, 1990, what);
    compare(curve->sigma, &t, 2, 10, 1990, what);
    g_free(what);
    g_array_free(t.v, TRUE);
    test_step_free(s);
}

static void test_real_frames_with_splitting(void)
{
    for (int number = 3150; number <= 3153; number++) {
        if (!test_data("diffraction/i12_pixium"))
            return;
        compare_with_pyfai("full", "pyfai_full_csr", number);
        compare_with_pyfai("bbox", "pyfai_bbox_csr", number);
    }
}

/* Root mean square difference over root mean square, between two 2 theta. */
static double distance(test_step *s, const struct table *t, double from, double to)
{
    const double *mine = values(s, "intensity");
    double d2 = 0, r2 = 0;
    for (size_t b = 0; b < t->rows; b++)
        if (cell(t, b, 0) >= from && cell(t, b, 0) <= to) {
            d2 += (mine[b] - cell(t, b, 1)) * (mine[b] - cell(t, b, 1));
            r2 += cell(t, b, 1) * cell(t, b, 1);
        }
    return sqrt(d2 / r2);
}

/* A reference's bins: equal, given by their centres. */
static char *range_of(const struct table *t)
{
    double first = cell(t, 0, 0), last = cell(t, t->rows - 1, 0),
           half = (last - first) / (double)(t->rows - 1) / 2;
    return g_strdup_printf("%.17g %.17g", first - half, last + half);
}

/* What the authors of the frames published, against 2 theta.  Its calibration was refined again before
 * the file that we have: with that file pyFAI itself comes within 0.0017. */
static void test_authors_result(void)
{
    char *path = data("diffraction/i12_pixium", "integrated.dat");
    if (!path)
        return;
    struct table t = read_table(path);
    g_assert_cmpuint(t.rows, ==, 5000);
    char *range = range_of(&t);
    test_step *s = pixium("integrate_2theta", range, 3150);
    test_step_set(s, "split", "full");
    test_step_set_number(s, "npt", 5000);
    run(s);
    double off = distance(s, &t, 1, 8);
    g_test_message("figure: I12 frame 3150, full splitting, 1 to 8 degrees, against the authors' own result: relative rms %.4f "
                   "(under 0.002)", off);
    g_assert_cmpfloat(off, <, 0.002);
    g_array_free(t.v, TRUE);
    g_free(range);
    g_free(path);
    test_step_free(s);
}

/* Frames of a Pilatus that were turned upside down before they were calibrated and integrated, by Dioptas
 * and by pyFAI: orientation 2. */
static test_step *pilatus(const char *step, const char *poni, const char *frame, int orientation,
                          const struct table *t)
{
    const char *folder = "diffraction/dioptas";
    test_step *s = test_step_new(step);
    char *path = data(folder, frame), *range = range_of(t);
    set_file(s, "poni", data(folder, poni));
    test_step_set_number(s, "orientation", orientation);
    test_step_set_number(s, "polarization_factor", 0.99);
    test_step_set(s, "split", "bbox");
    test_step_set(s, "radial_range", range);
    test_step_set_number(s, "npt", (double)t->rows);
    test_step_input(s, "frame", read_tiff(path));
    g_free(path), g_free(range);
    return s;
}

/* CeO2, published by Dioptas, which masked nothing: the gaps' negative values are in its curve.  In
 * single precision a pixel's edges are known to 6e-8 of 30 degrees, 1e-4 of a bin, and the peaks rise by
 * about their own height in a bin: 1e-4 for the root mean square.  Other orientations have nothing to do with
 * it. */
static void test_upside_down(void)
{
    char *path = data("diffraction/dioptas", "CeO2_Pilatus1M.xy");
    if (!path)
        return;
    struct table t = read_table(path);
    double off[4];
    for (int k = 1; k <= 4; k++) {
        test_step *s = pilatus("integrate_2theta", "CeO2_Pilatus1M.poni", "CeO2_Pilatus1M.tif", k, &t);
        run(s);
        off[k - 1] = distance(s, &t, 0.5, 180);
        g_test_message("orientation %d: relative rms %.2g", k, off[k - 1]);
        test_step_free(s);
    }
    g_assert_cmpfloat(off[1], <, 1e-4);
    g_assert_cmpfloat(fmin(off[0], fmin(off[2], off[3])), >, 0.5);
    g_array_free(t.v, TRUE);
    g_free(path);
}

/* The same and two more frames, integrated by pyFAI without the bad pixels, whose values are negative; the
 * last two on a detector at 28 degrees. */
static void test_pilatus_by_pyfai(void)
{
    const char *const name[] = {"CeO2_Pilatus1M", "transfer_original", "transfer_response"};
    const char *const frame[] = {"CeO2_Pilatus1M.tif", "original.tif", "response.tif"};
    const char *const poni[] = {"CeO2_Pilatus1M.poni", "transfer.poni", "transfer.poni"};
    for (size_t k = 0; k < 3; k++) {
        char *file = g_strdup_printf("reference_pyfai_bbox_csr_%s.txt", name[k]);
        char *path = data("diffraction/dioptas", file);
        g_free(file);
        if (!path)
            return;
        struct table t = read_table(path);
        test_step *s = pilatus("integrate", poni[k], frame[k], 2, &t);
        test_step_set(s, "valid_range", "0 1e9");
        run(s);
        for (size_t column = 1; column <= 2; column++) {
            const frit_dataset *curve = test_step_output(s, "intensity");
            const double *mine = column == 1 ? frit_dataset_values(curve) : curve->sigma;
            compare(mine, &t, column, 0, t.rows, name[k]);
        }
        g_array_free(t.v, TRUE);
        g_free(path);
        test_step_free(s);
    }
}

int main(int argc, char **argv)
{
    test_init(&argc, &argv);
    TIFFSetWarningHandler(NULL);
    g_test_add_func("/azimuthal/simulated-frame", test_simulated_frame);
    g_test_add_func("/azimuthal/real-frames/no-splitting", test_real_frames_without_splitting);
    g_test_add_func("/azimuthal/real-frames/full-splitting", test_real_frames_with_splitting);
    g_test_add_func("/azimuthal/real-frames/authors-result", test_authors_result);
    g_test_add_func("/azimuthal/real-frames/upside-down", test_upside_down);
    g_test_add_func("/azimuthal/real-frames/pilatus", test_pilatus_by_pyfai);
    return g_test_run();
}
