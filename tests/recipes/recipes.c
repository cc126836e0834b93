/* The worked recipes on real measurements, from the files to the files, against what other programs
 * made of the same data.  Skipped where FRIT_TEST_DATA is not set.
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <stdlib.h>

#include "table.h"

/* ---- Frames to I(Q) ---- */

static table reference(const char *folder, const char *format, int i)
{
    g_autofree char *name = g_strdup_printf(format, i);
    return result(folder, name);
}

/* The reference is in double precision, printed with 12 digits, as ours is: 1e-9 leaves room for the
 * order of the sums (some 1,000 pixels a bin at 1e-16 each). */
static void test_frames_no_split(void)
{
    const char *data = test_data("diffraction/i12_pixium");
    if (!data)
        return;
    g_autofree char *out = test_folder();
    run_recipe("i12-frames.lua", data, out, "split=no", NULL);
    double worst = 0;
    for (int i = 0; i < 4; i++) {
        table ours = reference(out, "pixium_0315%d.xye", i);
        table theirs = reference(data, "reference_float64_nosplit_pixium_0315%d.txt", i);
        g_assert_cmpuint(rows(&ours), ==, 2000);
        g_assert_cmpuint(rows(&theirs), ==, 2000);
        for (guint k = 0; k < 2000; k++) {
            g_assert_cmpfloat_with_epsilon(at(&ours, k, 0), at(&theirs, k, 0), 1e-9);
            for (guint column = 1; column <= 2; column++)
                worst = fmax(worst, fabs(at(&ours, k, column) / at(&theirs, k, column) - 1));
        }
        table_clear(&ours);
        table_clear(&theirs);
    }
    g_test_message("figure: I12 frames, no split, I and sigma against double precision: largest relative "
                   "difference %.1e (at most 1e-9)", worst);
    g_assert_cmpfloat(worst, <=, 1e-9);
}

static int by_size(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* pyFAI works in single precision: the median difference is its rounding, the few large ones are
 * pixels that it puts in the neighbouring bin. */
static void test_frames_full_split(void)
{
    const char *data = test_data("diffraction/i12_pixium");
    if (!data)
        return;
    g_autofree char *out = test_folder();
    run_recipe("i12-frames.lua", data, out, "split=full", NULL);
    enum { OUTER = 10, N = 2000 - 2 * OUTER };
    for (int i = 0; i < 4; i++) {
        table ours = reference(out, "pixium_0315%d.xye", i);
        table theirs = reference(data, "reference_pyfai_full_csr_pixium_0315%d.txt", i);
        for (guint column = 1; column <= 2; column++) {
            double difference[N];
            guint far = 0;
            for (guint k = 0; k < N; k++) {
                difference[k] = fabs(at(&ours, k + OUTER, column) / at(&theirs, k + OUTER, column) - 1);
                far += difference[k] > 1e-3;
            }
            qsort(difference, N, sizeof *difference, by_size);
            g_test_message("figure: I12 frame %d, full splitting, %s against pyFAI: median relative difference %.1e "
                           "(at most 1e-5), %.2f %% of the bins over 1e-3 (at most 0.5 %%)", 3150 + i,
                           column == 1 ? "I" : "sigma", difference[N / 2], 100.0 * far / N);
            g_assert_cmpfloat(difference[N / 2], <=, 1e-5);
            g_assert_cmpfloat((double)far / N, <=, 0.005);
        }
        table_clear(&ours);
        table_clear(&theirs);
    }
}

/* ---- A metallic glass to S(Q) and G(r) ---- */

static double rms_difference(const table *ours, const table *theirs, guint column)
{
    double sum = 0;
    guint n = 0;
    for (guint k = 0; k < rows(ours); k++) {
        double q = at(ours, k, 0);
        if (q < 1.5 || q > 7.79)   /* where all of the programs used the data */
            continue;
        double d = at(ours, k, 1) - interpolate(theirs, column, q);
        sum += d * d;
        n++;
    }
    g_assert_cmpuint(n, >, 2000);
    return sqrt(sum / n);
}

/* The place of the maximum of S on 1.6 to 3: the vertex of the parabola through the three highest. */
static double highest(const table *t)
{
    guint best = 0;
    for (guint k = 1; k + 1 < rows(t); k++)
        if (at(t, k, 0) > 1.6 && at(t, k, 0) < 3 && at(t, k, 1) > at(t, best, 1))
            best = k;
    double h = at(t, best + 1, 0) - at(t, best, 0);
    double a = at(t, best - 1, 1), b = at(t, best, 1), c = at(t, best + 1, 1);
    return at(t, best, 0) + 0.5 * h * (a - c) / (a - 2 * b + c);
}

static void test_glass(void)
{
    const char *data = test_data("diffraction/ce70al10ni10cu10_metallic_glass");
    if (!data)
        return;
    g_autofree char *out = test_folder();
    run_recipe("metallic-glass.lua", data, out, NULL);
    table sq = result(out, "glass.sq"), gr = result(out, "glass.gr");
    table amorpheus = result(data, "reference_amorpheus_SQ.txt");
    table liquiddiffract = result(data, "reference_liquiddiffract_CeMG_FZ_None_SQ.txt");
    double from_amorpheus = rms_difference(&sq, &amorpheus, 2);
    double from_liquiddiffract = rms_difference(&sq, &liquiddiffract, 3);
    double maximum = highest(&sq);
    g_test_message("figure: Ce70Al10Ni10Cu10 glass, S(Q) after low-r cleaning: rms difference from Amorpheus %.4f, from "
                   "LiquidDiffract %.4f (at most 0.01); maximum at %.4f 1/angstrom (2.256 +- 0.005)",
                   from_amorpheus, from_liquiddiffract, maximum);
    g_assert_cmpfloat(from_amorpheus, <, 0.01);
    g_assert_cmpfloat(from_liquiddiffract, <, 0.01);
    g_assert_cmpfloat(fabs(maximum - 2.256), <, 0.005);
    /* Below the first distance between atoms G is -4 pi rho0 r; the first shell is at 3.4 angstrom. */
    g_assert_cmpfloat(interpolate(&gr, 1, 1.5), <, 0);
    g_assert_cmpfloat(interpolate(&gr, 1, 3.4), >, 1);
    for (table *t[] = {&sq, &gr, &amorpheus, &liquiddiffract}, **p = t; p < t + 4; p++)
        table_clear(*p);
}

int main(int argc, char **argv)
{
    test_init(&argc, &argv);
    g_test_add_func("/recipes/i12/no-split", test_frames_no_split);
    g_test_add_func("/recipes/i12/full-split", test_frames_full_split);
    g_test_add_func("/recipes/metallic-glass", test_glass);
    return g_test_run();
}
