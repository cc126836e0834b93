/* Up to 16 frames at once against the plain loop over pixels, one by one: every kernel, splitting, type of number,
 * variance, dark of their own exposure, pixels that single frames lack; and the bits of a frame, whatever the
 * others are.
 *
 * Tolerance: shares are known to 0.75e-8 of a pixel, products and sums of up to some hundred pixels are in single
 * precision, 6e-8 each, which average; I and sigma must agree within 1e-6.  Whole pixels are summed in double.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "azimuthal/batch.h"
#include "azimuthal_tiles.h"
#include "tap.h"

#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

static size_t size_of(frit_dtype type)
{
    return type == FRIT_U8 || type == FRIT_I8                         ? 1
           : type == FRIT_U16 || type == FRIT_I16                     ? 2
           : type == FRIT_U32 || type == FRIT_I32 || type == FRIT_F32 ? 4
                                                                      : 8;
}

/* Sums of n frames: of an even number where they lie, else bands are copied together as a reader would give them, at
 * an odd distance. */
static struct sums *batch(const struct integrator *it, const struct frame *frames, size_t n,
                          enum kernel kernel)
{
    const struct matrix *m = it->matrix;
    struct sums *s = g_new(struct sums, n);
    struct batch_totals *totals = batch_totals_make(it);
    size_t size = (batch_memory(m) + 63) / 64 * 64, row = COLS * size_of(frames->dtype);
    void *memory = memset(aligned_alloc(64, size), 0x5a, size);   /* nobody clears it */
    char *band = g_malloc(n * (m->tile_rows * row + 8));
    struct batch b;
    g_assert_true(batch_possible(it, frames, n));
    batch_begin(&b, it, totals, frames, n, kernel, memory);
    for (size_t at = 0; at < ROWS; at += m->tile_rows) {
        const void *raw[BATCH], *next[BATCH];
        const uint8_t *mask[BATCH];
        size_t rows = ROWS - at < m->tile_rows ? ROWS - at : m->tile_rows;
        for (size_t l = 0; l < n; l++) {
            raw[l] = (const char *)frames[l].raw + at * row;
            next[l] = (const char *)raw[l] + rows * row;
            if (n % 2 == 1)
                raw[l] = memcpy(band + l * (m->tile_rows * row + 8), raw[l], rows * row);
            mask[l] = frames[l].mask ? frames[l].mask + at * COLS : NULL;
        }
        batch_band(&b, at, raw, mask, n % 2 == 1 ? NULL : next);
    }
    for (size_t l = 0; l < n; l++) {
        s[l] = new_sums(it->n_bins);
        batch_finish(&b, l, &s[l]);
    }
    batch_totals_free(totals);
    g_free(band);
    free(memory);
    return s;
}

static void free_sums(struct sums *s, size_t n)
{
    for (size_t l = 0; l < n; l++)
        g_free(s[l].signal);
    g_free(s);
}

static void make_both(const struct setting *s, struct integrator *slow, struct integrator *fast)
{
    g_assert_cmpint(make_integrator(slow, s, integrator_make), ==, INTEGRATOR_OK);
    g_assert_cmpint(make_integrator(fast, s, matrix_batch_make), ==, INTEGRATOR_OK);
    g_assert_nonnull(fast->matrix);
}

/* The largest difference of n frames from the plain loop, with each kernel; the first, alone, has the same bits. */
static double compare(const struct integrator *slow, const struct integrator *fast,
                      const struct frame *frames, size_t n)
{
    double most = 0;
    struct sums reference[BATCH];
    for (size_t l = 0; l < n; l++) {
        struct frame f = frames[l];
        f.dark = slow->dark, f.dark_variance = slow->dark_variance;
        reference[l] = plain(slow, &f);
    }
    for (enum kernel q = KERNEL_PORTABLE; q < N_KERNELS; q++) {
        if (!kernel_available(q))
            continue;
        struct sums *all = batch(fast, frames, n, q), *one = batch(fast, frames + n - 1, 1, q);
        for (size_t l = 0; l < n; l++)
            most = fmax(most, worst(fast, &all[l], &reference[l], false));
        same_bits(fast, &all[n - 1], &one[0]);
        free_sums(all, n);
        free_sums(one, 1);
    }
    for (size_t l = 0; l < n; l++)
        g_free(reference[l].signal);
    return most;
}

/* Every type; f64 and the like also with values that single precision does not hold. */
static void test_types(void)
{
    double most = 0, most_whole = 0;
    for (size_t i = 0; i < N_SETTINGS; i++) {
        struct integrator slow, fast;
        make_both(&settings[i], &slow, &fast);
        for (frit_dtype type = FRIT_F64; type <= FRIT_U64; type++) {
            bool small = type == FRIT_U8 || type == FRIT_I8;
            if (small && settings[i].dark)
                continue;
            struct frame f[3];
            void *raw[3];
            for (size_t l = 0; l < 3; l++) {
                raw[l] = image(type,
                               small ? -80.0 * (type == FRIT_I8) : (settings[i].dark ? 1000 : 0) + (double)l);
                f[l] = counts_of(&fast, type, raw[l]);
                f[l].variance = VARIANCE_COUNTS;
            }
            if (type == FRIT_F64)
                ((double *)raw[1])[50000] += 1e-9;
            if (type == FRIT_I64)
                ((int64_t *)raw[1])[50000] = 1234567890123;
            if (type == FRIT_F32)
                ((float *)raw[1])[50000] = 1e17f;
            double d = compare(&slow, &fast, f, 3);
            double *of = settings[i].split == SPLIT_NO ? &most_whole : &most;
            /* Values of both signs, whose sum is nearly none, have no relative accuracy. */
            *of = type == FRIT_I8 ? *of : fmax(*of, d);
            for (size_t l = 0; l < 3; l++)
                g_free(raw[l]);
        }
        integrator_clear(&slow);
        integrator_clear(&fast);
    }
    g_test_message(
        "figure: integration of frames at once against the plain loop, I and sigma: largest relative "
        "difference %.1e (at most 1e-6)",
        most);
    g_test_message("figure: the same, whole pixels: %.1e (at most 1e-12)", most_whole);
    g_assert_cmpfloat(most, <, 1e-6);
    g_assert_cmpfloat(most_whole, <, 1e-12);
}

/* Long integers that stand at a limit which single precision does not hold: they count, as a detector's pixels that
 * have reached the end of its range. */
static void test_limits(void)
{
    const uint32_t limit = 20000001;
    struct integrator slow, fast;
    make_both(&settings[0], &slow, &fast);
    uint32_t *raw = image(FRIT_U32, 100);
    for (size_t i = 0; i < N; i += 7)
        raw[i] = limit + (i % 3 == 0);
    struct frame f = counts_of(&fast, FRIT_U32, raw);
    f.variance = VARIANCE_COUNTS;
    f.valid_from = 0;
    f.valid_to = limit;
    g_assert_cmpfloat(compare(&slow, &fast, &f, 1), <, 1e-6);
    g_free(raw);
    integrator_clear(&slow);
    integrator_clear(&fast);
}

/* So few pixels in so many bins that all of those in range are of more than four, with a dark. */
static void test_wide(void)
{
    const struct setting wide = {SPLIT_FULL, RADIAL_Q, 90, 0.05, 1.2, true, false, 3};
    struct integrator slow, fast;
    make_both(&wide, &slow, &fast);
    g_assert_cmpuint(fast.matrix->wide_from[fast.matrix->n_blocks], >, 100);
    static const enum variance variance[] = {VARIANCE_NONE, VARIANCE_COUNTS, VARIANCE_GAIN};
    for (size_t k = 0; k < 3; k++) {
        uint16_t *raw = image(FRIT_U16, 2000);
        struct frame f = counts_of(&fast, FRIT_U16, raw);
        f.variance = variance[k];
        g_assert_cmpfloat(compare(&slow, &fast, &f, 1), <, 1e-6);
        g_free(raw);
    }
    integrator_clear(&slow);
    integrator_clear(&fast);
}

/* Sixteen frames that differ in their counts, exposures, masks and pixels that are not measured. */
struct many {
    struct frame frame[BATCH];
    void *raw[BATCH];
    uint8_t *mask;
};

static void many_make(struct many *x, const struct integrator *it, frit_dtype type, enum variance variance)
{
    x->mask = g_new0(uint8_t, N);
    for (size_t i = 0; i < N; i++)
        x->mask[i] = i % 997 == 3 || (i / COLS > 200 && i % COLS > 200);
    for (size_t l = 0; l < BATCH; l++) {
        struct frame *f = &x->frame[l];
        x->raw[l] = image(type, (it->dark ? 2000 : 0) + (double)l);
        *f = counts_of(it, type, x->raw[l]);
        f->variance = variance;
        f->dark_scale = it->dark ? 0.5 + 0.125 * (double)(l % 8) : 1;
        f->mask = l % 4 == 1 ? x->mask : NULL;
        f->valid_from = -5;
        f->valid_to = 60000;
        for (size_t i = l; i < N && l % 5 == 3; i += 2731) {
            if (type == FRIT_F32)
                ((float *)x->raw[l])[i] = i % 3 == 0 ? NAN : i % 3 == 1 ? INFINITY : 1e6f;
            else
                ((uint16_t *)x->raw[l])[i] = 60001;
        }
    }
}

static void many_clear(struct many *x)
{
    for (size_t l = 0; l < BATCH; l++)
        g_free(x->raw[l]);
    g_free(x->mask);
}

static void test_frames_own(void)
{
    static const enum variance variance[] = {VARIANCE_NONE, VARIANCE_COUNTS, VARIANCE_GAIN};
    double most = 0, most_whole = 0;
    for (size_t i = 0; i < N_SETTINGS; i++) {
        struct integrator slow, fast;
        make_both(&settings[i], &slow, &fast);
        for (size_t k = 0; k < 6; k++) {
            struct many x;
            many_make(&x, &fast, k % 2 ? FRIT_F32 : FRIT_U16, variance[k / 2]);
            double *of = settings[i].split == SPLIT_NO ? &most_whole : &most;
            *of = fmax(*of, compare(&slow, &fast, x.frame, BATCH));
            many_clear(&x);
        }
        integrator_clear(&slow);
        integrator_clear(&fast);
    }
    g_test_message(
        "figure: the same, 16 frames with pixels missing, darks scaled, all variances: %.1e (at most 1e-6)",
        most);
    g_test_message("figure: the same, whole pixels: %.1e (at most 1e-12)", most_whole);
    g_assert_cmpfloat(most, <, 1e-6);
    g_assert_cmpfloat(most_whole, <, 1e-12);
}

/* A dark that is subtracted pixel by pixel, while tiles are loaded: of frames that are measured everywhere; and the
 * same bits among others that are not, where tiles are loaded twice.  Most of what a pixel has is its dark: of the
 * difference nothing may be lost. */
static void test_dark(void)
{
    double most = 0;
    for (size_t i = 0; i < N_SETTINGS; i++) {
        struct integrator slow, fast;
        if (!settings[i].dark || settings[i].split == SPLIT_NO)
            continue;
        make_both(&settings[i], &slow, &fast);
        for (size_t k = 0; k < 2; k++) {
            struct many x, y;
            many_make(&x, &fast, k ? FRIT_F32 : FRIT_U16, VARIANCE_GAIN);
            many_make(&y, &fast, k ? FRIT_F32 : FRIT_U16, VARIANCE_GAIN);
            for (size_t l = 0; l < BATCH; l++) {
                struct frame *f = &x.frame[l];
                f->mask = NULL;
                f->valid_from = -DBL_MAX, f->valid_to = DBL_MAX;
                f->dark_scale = l == 0 ? 1 : l == 1 ? 0.1 : f->dark_scale;
                y.frame[l].valid_from = -DBL_MAX, y.frame[l].valid_to = DBL_MAX;
                g_free(x.raw[l]);
                f->raw = x.raw[l] = image(k ? FRIT_F32 : FRIT_U16, 1000 * f->dark_scale + (double)l);
            }
            most = fmax(most, compare(&slow, &fast, x.frame, BATCH));
            struct sums *all = batch(&fast, x.frame, BATCH, KERNEL_BEST);
            y.frame[7] = x.frame[0], y.frame[12] = x.frame[1];
            struct sums *some = batch(&fast, y.frame, BATCH, KERNEL_BEST);
            same_bits(&fast, &all[0], &some[7]);
            same_bits(&fast, &all[1], &some[12]);
            free_sums(all, BATCH);
            free_sums(some, BATCH);
            many_clear(&x);
            many_clear(&y);
        }
        integrator_clear(&slow);
        integrator_clear(&fast);
    }
    g_test_message("figure: the same, the dark subtracted pixel by pixel: %.1e (at most 1e-6)", most);
    g_assert_cmpfloat(most, >, 0);
    g_assert_cmpfloat(most, <, 1e-6);
}

/* The bits of a frame in any lane, among any others, in batches of any size. */
static void test_bits(void)
{
    for (size_t i = 0; i < 3; i++) {
        struct integrator it;
        g_assert_cmpint(make_integrator(&it, &settings[i], matrix_batch_make), ==, INTEGRATOR_OK);
        for (size_t k = 0; k < 2; k++) {
            struct many x;
            many_make(&x, &it, k % 2 ? FRIT_F32 : FRIT_U16, VARIANCE_GAIN);
            struct sums *all = batch(&it, x.frame, BATCH, KERNEL_BEST);
            for (size_t n = 1; n < BATCH; n += 3) {
                struct frame turned[BATCH];
                for (size_t l = 0; l < n; l++)
                    turned[l] = x.frame[(5 * l + n) % BATCH];
                struct sums *some = batch(&it, turned, n, KERNEL_BEST);
                for (size_t l = 0; l < n; l++)
                    same_bits(&it, &all[(5 * l + n) % BATCH], &some[l]);
                free_sums(some, n);
            }
            free_sums(all, BATCH);
            many_clear(&x);
        }
        integrator_clear(&it);
    }
}

/* A frame that lacks all pixels of some bins has nothing there, not what rounding leaves. */
static void test_nothing(void)
{
    for (size_t i = 0; i < N_SETTINGS; i++) {
        struct integrator slow, fast;
        make_both(&settings[i], &slow, &fast);
        uint8_t *mask = g_new0(uint8_t, N);
        memset(mask, 1, N / 2);
        uint16_t *raw = image(FRIT_U16, 1000);
        struct frame f = counts_of(&fast, FRIT_U16, raw);
        f.mask = mask;
        struct sums *s = batch(&fast, &f, 1, KERNEL_BEST);
        struct frame g = f;
        g.dark = slow.dark, g.dark_variance = slow.dark_variance;
        struct sums a = plain(&slow, &g);
        for (size_t k = 0; k < fast.n_bins; k++)
            if (a.pixels[k] == 0)
                g_assert_true(s->pixels[k] == 0 && s->norm[k] == 0 && s->signal[k] == 0 &&
                              s->variance[k] == 0);
        g_assert_cmpfloat(worst(&fast, s, &a, false), <, 1e-6);
        free_sums(s, 1);
        g_free(a.signal), g_free(mask), g_free(raw);
        integrator_clear(&slow);
        integrator_clear(&fast);
    }
}

int main(int argc, char **argv)
{
    tap_init(&argc, &argv);
    g_test_add_func("/azimuthal/batch/types", test_types);
    g_test_add_func("/azimuthal/batch/limits", test_limits);
    g_test_add_func("/azimuthal/batch/wide", test_wide);
    g_test_add_func("/azimuthal/batch/frames-own", test_frames_own);
    g_test_add_func("/azimuthal/batch/dark", test_dark);
    g_test_add_func("/azimuthal/batch/bits", test_bits);
    g_test_add_func("/azimuthal/batch/nothing", test_nothing);
    return g_test_run();
}
