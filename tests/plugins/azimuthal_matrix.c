/* The matrix in tiles against the plain loop over pixels: every kernel, splitting, type of number, dark, mask
 * and variance; the same bits from every kernel and in any order of the blocks.
 *
 * Tolerance: shares are known to 0.75e-8 of a pixel, products and sums of up to 100 pixels are in single
 * precision, 6e-8 each, which average; I and sigma must agree within 1e-6.  Whole pixels are summed in double.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "azimuthal_tiles.h"
#include "tap.h"

#include <glib.h>
#include <math.h>
#include <stdlib.h>

static void add_backwards(const struct integrator *it, const struct frame *f, enum kernel kernel,
                          struct matrix_work *w, struct sums *s)
{
    for (size_t b = it->matrix->n_blocks; b-- > 0;)
        matrix_block(it->matrix, f, kernel, b, w);
    matrix_finish(it, f, w, s);
}

static struct sums tiled(const struct integrator *it, const struct frame *f, enum kernel kernel,
                         bool backwards)
{
    const struct matrix *m = it->matrix;
    struct sums s = new_sums(it->n_bins);
    struct matrix_work w = {g_new(double, matrix_sums(m)), g_new(bool, m->n_tiles), g_new(bool, m->n_blocks),
                            aligned_alloc(64, matrix_scratch(m) * sizeof(double))};
    (backwards ? add_backwards : matrix_add)(it, f, kernel, &w, &s);
    g_free(w.sums), g_free(w.missing), g_free(w.incomplete), free(w.scratch);
    return s;
}

/* Against the plain loop, with each kernel; and kernels against each other. */
static void test_kernels(void)
{
    static const frit_dtype type[] = {FRIT_U8, FRIT_U16, FRIT_I16, FRIT_U32, FRIT_I32, FRIT_F32, FRIT_F64};
    double most = 0, most_whole = 0;
    for (size_t i = 0; i < N_SETTINGS; i++) {
        struct integrator slow, fast;
        g_assert_cmpint(make_integrator(&slow, &settings[i], integrator_make), ==, INTEGRATOR_OK);
        g_assert_cmpint(make_integrator(&fast, &settings[i], matrix_integrator_make), ==, INTEGRATOR_OK);
        g_assert_nonnull(fast.matrix);
        g_assert_cmpuint(slow.n_used, ==, fast.n_used);
        g_assert_cmpuint(slow.n_shared, ==, fast.n_shared);
        g_assert_true(slow.from == fast.from && slow.width == fast.width);
        for (size_t k = 0; k < G_N_ELEMENTS(type); k++) {
            void *raw = image(type[k], type[k] == FRIT_U8 ? 0 : settings[i].dark ? 1000 : 0);
            struct frame f = counts_of(&slow, type[k], raw), g = counts_of(&fast, type[k], raw);
            struct sums a = plain(&slow, &f), first = tiled(&fast, &g, KERNEL_PORTABLE, false);
            if (!(settings[i].dark && type[k] == FRIT_U8)) {
                double *of = settings[i].split == SPLIT_NO ? &most_whole : &most;
                *of = fmax(*of, worst(&fast, &first, &a, false));
            }
            for (enum kernel q = KERNEL_PORTABLE; q < N_KERNELS; q++) {
                if (!kernel_available(q))
                    continue;
                struct sums b = tiled(&fast, &g, q, q == KERNEL_AVX2);
                same_bits(&fast, &first, &b);
                g_free(b.signal);
            }
            g_free(a.signal), g_free(first.signal), g_free(raw);
        }
        integrator_clear(&slow);
        integrator_clear(&fast);
    }
    g_test_message(
        "figure: integration in tiles against the plain loop, pixels split, I and sigma: largest relative "
        "difference %.1e (at most 1e-6)",
        most);
    g_test_message("figure: the same, whole pixels: %.1e (at most 1e-12)", most_whole);
    g_assert_cmpfloat(most, <, 1e-6);
    g_assert_cmpfloat(most_whole, <, 1e-12);
}

/* Pixels that only this frame lacks, and variances other than counts: the plain loop's sums, weights apart. */
static void test_frames_own(void)
{
    static const enum variance variance[] = {VARIANCE_COUNTS, VARIANCE_GAIN, VARIANCE_GIVEN,
                                             VARIANCE_AZIMUTHAL};
    double most = 0;
    uint8_t *mask = g_new0(uint8_t, N);
    double *sigma = g_new(double, N);
    for (size_t i = 0; i < N; i++) {
        mask[i] = i % 997 == 3 || (i / COLS > 200 && i % COLS > 200);
        sigma[i] = 1 + noise(i);
    }
    for (size_t i = 0; i < 5; i++) {
        struct integrator slow, fast;
        g_assert_cmpint(make_integrator(&slow, &settings[i], integrator_make), ==, INTEGRATOR_OK);
        g_assert_cmpint(make_integrator(&fast, &settings[i], matrix_integrator_make), ==, INTEGRATOR_OK);
        float *raw = image(FRIT_F32, settings[i].dark ? 1000 : 0);
        raw[12345] = NAN;
        raw[23456] = INFINITY;
        raw[34567] = 1e30f;
        for (size_t k = 0; k < G_N_ELEMENTS(variance); k++) {
            struct frame f = counts_of(&slow, FRIT_F32, raw), g = counts_of(&fast, FRIT_F32, raw);
            f.variance = g.variance = variance[k];
            f.sigma = g.sigma = sigma;
            f.mask = g.mask = k % 2 ? mask : NULL;
            f.valid_to = g.valid_to = 1e20;
            struct sums a = plain(&slow, &f), b = tiled(&fast, &g, KERNEL_BEST, false);
            most = fmax(most, worst(&fast, &b, &a, variance[k] == VARIANCE_AZIMUTHAL));
            g_free(a.signal), g_free(b.signal);
        }
        g_free(raw);
        integrator_clear(&slow);
        integrator_clear(&fast);
    }
    g_free(mask), g_free(sigma);
    g_test_message("figure: the same, pixels missing and all error models: %.1e (at most 1e-6)", most);
    g_assert_cmpfloat(most, <, 1e-6);
}

/* Bins finer than a few to a pixel are left to the plain loop. */
static void test_fine_bins(void)
{
    struct setting s = {SPLIT_FULL, RADIAL_Q, 9000, NAN, NAN, true, false, 3};
    struct integrator it;
    g_assert_cmpint(make_integrator(&it, &s, matrix_integrator_make), ==, INTEGRATOR_OK);
    g_assert_null(it.matrix);
    g_assert_nonnull(it.first);
    g_assert_nonnull(it.dark);
    integrator_clear(&it);
}

int main(int argc, char **argv)
{
    tap_init(&argc, &argv);
    g_test_add_func("/azimuthal/matrix/kernels", test_kernels);
    g_test_add_func("/azimuthal/matrix/frames-own", test_frames_own);
    g_test_add_func("/azimuthal/matrix/fine-bins", test_fine_bins);
    return g_test_run();
}
