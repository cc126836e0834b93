/* The matrix in tiles against the plain loop over pixels: every kernel, splitting, type of number, dark, mask
 * and variance; the same bits from every kernel and in any order of the blocks.
 *
 * Tolerance: shares are known to 0.75e-8 of a pixel, products and sums of up to 100 pixels are in single
 * precision, 6e-8 each, which average; I and sigma must agree within 1e-6.  Whole pixels are summed in double.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "azimuthal/matrix.h"
#include "tap.h"

#include <glib.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define ROWS 300
#define COLS 333
#define N    (ROWS * COLS)

struct setting {
    enum split split;
    enum radial unit;
    size_t npt;
    double from, to;
    bool dark, sector;
    int orientation;
};

static double noise(size_t i)
{
    return (double)((i * 2654435761u) >> 7 & 1023) / 1024;
}

static enum integrator_status make(struct integrator *it, const struct setting *s,
                                   enum integrator_status (*maker)(struct integrator *,
                                                                   const struct integrator_input *))
{
    struct geometry g = {.dist = 0.2,
                         .poni1 = 0.0301,
                         .poni2 = 0.0452,
                         .rot1 = 0.05,
                         .rot2 = -0.02,
                         .wavelength = 1.173e-11,
                         .pixel1 = 2e-4,
                         .pixel2 = 2e-4,
                         .orientation = s->orientation,
                         .rows = ROWS,
                         .cols = COLS};
    struct correction k = {.solid_angle = 1, .polarization_factor = 0.9, .converter_transmission = 0.6};
    geometry_turn(&g);
    uint8_t *skip = g_new(uint8_t, N);
    double *dark = s->dark ? malloc(N * sizeof *dark) : NULL, *var = s->dark ? malloc(N * sizeof *var) : NULL;
    for (size_t i = 0; i < N; i++) {
        skip[i] = i % 61 == 7 || i / COLS == 100;
        if (s->dark) {
            dark[i] = 1000 + 10 * noise(i);
            var[i] = noise(i + 1);
        }
    }
    struct integrator_input in = {.geometry = &g,
                                  .correction = &k,
                                  .unit = s->unit,
                                  .split = s->split,
                                  .npt = s->npt,
                                  .from = s->from,
                                  .to = s->to,
                                  .n_azim = 1,
                                  .azimuth_from = s->sector ? 150 : NAN,
                                  .azimuth_to = s->sector ? 230 : NAN,
                                  .skip = skip,
                                  .dark = dark,
                                  .dark_variance = var};
    enum integrator_status status = maker(it, &in);
    g_free(skip);
    return status;
}

/* An image of a type, whose values are the same in all of them. */
static void *image(frit_dtype type, double pedestal)
{
    double *v = g_new(double, N);
    for (size_t i = 0; i < N; i++)
        v[i] = floor(pedestal + 200 * noise(3 * i) * noise(i));
    if (type == FRIT_F64)
        return v;
    void *out = g_malloc(N * 4);
    for (size_t i = 0; i < N; i++) {
        if (type == FRIT_F32)
            ((float *)out)[i] = (float)v[i];
        else if (type == FRIT_U16)
            ((uint16_t *)out)[i] = (uint16_t)v[i];
        else if (type == FRIT_I16)
            ((int16_t *)out)[i] = (int16_t)v[i];
        else
            ((uint8_t *)out)[i] = (uint8_t)v[i];
    }
    g_free(v);
    return out;
}

static struct sums new_sums(size_t n)
{
    double *p = g_new0(double, 4 * n);
    return (struct sums){p, p + n, p + 2 * n, p + 3 * n};
}

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

static struct sums plain(const struct integrator *it, const struct frame *f)
{
    struct sums s = new_sums(it->n_bins);
    double *work = g_new0(double, 2 * it->n_bins);
    integrator_add(it, f, &s, work);
    g_free(work);
    return s;
}

static double relative(double a, double b)
{
    return a == b ? 0 : fabs(a - b) / fmax(fabs(a), fabs(b));
}

/* The spread of a bin that holds one pixel is nothing but rounding: against I then, where that is more. */
static double of_sigma(double a, double b, double intensity)
{
    return a == b ? 0 : fabs(a - b) / fmax(fmax(fabs(a), fabs(b)), fabs(intensity));
}

/* Largest relative differences of I and of sigma, over bins that hold at least a hundredth of a pixel: what is
 * less is at the ends of the range, a few roundings of weights. */
static double worst(const struct integrator *it, const struct sums *a, const struct sums *b, bool spread)
{
    double most = 0;
    size_t n = 0;
    for (size_t k = 0; k < it->n_bins; k++) {
        g_assert_cmpfloat(fabs(a->pixels[k] - b->pixels[k]), <, 1e-8 * (100 + b->pixels[k]));
        if (b->pixels[k] < 0.01)
            continue;
        n++;
        most = fmax(most, relative(a->signal[k] / a->norm[k], b->signal[k] / b->norm[k]));
        double sa = sqrt(a->variance[k]) / a->norm[k], sb = sqrt(b->variance[k]) / b->norm[k];
        most = fmax(most, spread ? of_sigma(sa, sb, b->signal[k] / b->norm[k]) : relative(sa, sb));
    }
    g_assert_cmpuint(n, >, 20);
    return most;
}

static void same_bits(const struct integrator *it, const struct sums *a, const struct sums *b)
{
    g_assert_cmpmem(a->signal, 4 * it->n_bins * sizeof(double), b->signal, 4 * it->n_bins * sizeof(double));
}

static struct frame frame_of(const struct integrator *it, frit_dtype type, const void *raw)
{
    return (struct frame){.dtype = type,
                          .raw = raw,
                          .valid_from = -1e300,
                          .valid_to = 1e300,
                          .variance = VARIANCE_COUNTS,
                          .gain = 0.3,
                          .read_noise = 4,
                          .dark = it->dark,
                          .dark_variance = it->dark_variance,
                          .dark_scale = 1};
}

static const struct setting settings[] = {
    {SPLIT_NO, RADIAL_Q, 400, NAN, NAN, true, false, 3},
    {SPLIT_BBOX, RADIAL_Q, 200, NAN, NAN, false, false, 2},
    {SPLIT_FULL, RADIAL_Q, 200, NAN, NAN, true, false, 3},
    {SPLIT_FULL, RADIAL_Q, 350, NAN, NAN, false, false, 1},
    {SPLIT_FULL, RADIAL_Q, 480, NAN, NAN, false, false, 3},
    {SPLIT_FULL, RADIAL_Q, 100, 1.0001, 7, true, true, 4},
    {SPLIT_FULL, RADIAL_TWO_THETA, 150, 1, 9, false, false, 3},
};

/* Against the plain loop, with each kernel; and kernels against each other. */
static void test_kernels(void)
{
    static const frit_dtype type[] = {FRIT_U8, FRIT_U16, FRIT_I16, FRIT_F32, FRIT_F64};
    double most = 0, most_whole = 0;
    for (size_t i = 0; i < G_N_ELEMENTS(settings); i++) {
        struct integrator slow, fast;
        g_assert_cmpint(make(&slow, &settings[i], integrator_make), ==, INTEGRATOR_OK);
        g_assert_cmpint(make(&fast, &settings[i], matrix_integrator_make), ==, INTEGRATOR_OK);
        g_assert_nonnull(fast.matrix);
        g_assert_cmpuint(slow.n_used, ==, fast.n_used);
        g_assert_cmpuint(slow.n_shared, ==, fast.n_shared);
        g_assert_true(slow.from == fast.from && slow.width == fast.width);
        for (size_t k = 0; k < G_N_ELEMENTS(type); k++) {
            void *raw = image(type[k], type[k] == FRIT_U8 ? 0 : settings[i].dark ? 1000 : 0);
            struct frame f = frame_of(&slow, type[k], raw), g = frame_of(&fast, type[k], raw);
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
        g_assert_cmpint(make(&slow, &settings[i], integrator_make), ==, INTEGRATOR_OK);
        g_assert_cmpint(make(&fast, &settings[i], matrix_integrator_make), ==, INTEGRATOR_OK);
        float *raw = image(FRIT_F32, settings[i].dark ? 1000 : 0);
        raw[12345] = NAN;
        raw[23456] = INFINITY;
        raw[34567] = 1e30f;
        for (size_t k = 0; k < G_N_ELEMENTS(variance); k++) {
            struct frame f = frame_of(&slow, FRIT_F32, raw), g = frame_of(&fast, FRIT_F32, raw);
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

/* ---- Batches ---- */

/* n frames at once; sums of each. */
static struct sums *batch(const struct integrator *it, const struct frame *frames, size_t n,
                          enum kernel kernel)
{
    const struct matrix *m = it->matrix;
    struct sums *s = g_new(struct sums, n);
    for (size_t l = 0; l < n; l++)
        s[l] = new_sums(it->n_bins);
    struct batch_work w = {aligned_alloc(64, batch_sums(m) * sizeof(double)), g_new(uint16_t, m->n_tiles),
                           g_new(uint16_t, m->n_blocks), g_new(double, 2 * m->n_sums + m->n_tiles),
                           aligned_alloc(64, batch_scratch(m) * sizeof(double))};
    g_assert_true(batch_possible(m, frames, n));
    for (size_t b = m->n_blocks; b-- > 0;)
        batch_block(m, frames, n, kernel, b, &w);
    batch_finish(it, frames, n, &w, s);
    free(w.sums), g_free(w.missing), g_free(w.incomplete), g_free(w.norm), free(w.scratch);
    return s;
}

/* Frames that differ, one of which lacks pixels where it is of a type that can. */
static void *batch_image(frit_dtype type, size_t l, double pedestal)
{
    void *raw = image(type, pedestal + (double)l);
    if (type == FRIT_F32 && l == 3)
        for (size_t i = 0; i < N; i += 2731)
            ((float *)raw)[i] = i % 2 ? NAN : INFINITY;
    return raw;
}

/* Each frame of a batch against the plain loop; and the bits of a frame, whatever the size of the batch and its
 * place in it.  The kernels with and without fused multiplication may differ, by what both may from the plain
 * loop. */
static void test_batch(void)
{
    double most = 0;
    for (size_t i = 0; i < G_N_ELEMENTS(settings); i++) {
        struct integrator slow, fast;
        g_assert_cmpint(make(&slow, &settings[i], integrator_make), ==, INTEGRATOR_OK);
        g_assert_cmpint(make(&fast, &settings[i], matrix_batch_make), ==, INTEGRATOR_OK);
        g_assert_nonnull(fast.matrix);
        for (int k = 0; k < 2; k++) {
            frit_dtype type = k ? FRIT_F32 : FRIT_U16;
            struct frame f[16];
            void *raw[16];
            for (size_t l = 0; l < 16; l++) {
                raw[l] = batch_image(type, l, settings[i].dark ? 1000 : 0);
                f[l] = frame_of(&fast, type, raw[l]);
            }
            for (enum kernel q = KERNEL_PORTABLE; q < N_KERNELS; q++) {
                if (!kernel_available(q))
                    continue;
                struct sums *all = batch(&fast, f, 16, q), *two = batch(&fast, f + 3, 2, q);
                for (size_t l = 0; l < 16; l++) {
                    struct frame g = frame_of(&slow, type, raw[l]);
                    struct sums a = plain(&slow, &g);
                    most = fmax(most, worst(&fast, &all[l], &a, false));
                    if (l == 3 || l == 4)
                        same_bits(&fast, &all[l], &two[l - 3]);
                    g_free(a.signal);
                }
                for (size_t l = 0; l < 16; l++)
                    g_free(all[l].signal);
                g_free(two[0].signal), g_free(two[1].signal);
                g_free(all), g_free(two);
            }
            for (size_t l = 0; l < 16; l++)
                g_free(raw[l]);
        }
        integrator_clear(&slow);
        integrator_clear(&fast);
    }
    g_test_message(
        "figure: integration of 16 frames at once against the plain loop, I and sigma: largest relative "
        "difference %.1e (at most 1e-6)",
        most);
    g_assert_cmpfloat(most, <, 1e-6);
}

/* Bins finer than a few to a pixel are left to the plain loop. */
static void test_fine_bins(void)
{
    struct setting s = {SPLIT_FULL, RADIAL_Q, 9000, NAN, NAN, true, false, 3};
    struct integrator it;
    g_assert_cmpint(make(&it, &s, matrix_integrator_make), ==, INTEGRATOR_OK);
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
    g_test_add_func("/azimuthal/matrix/batch", test_batch);
    g_test_add_func("/azimuthal/matrix/fine-bins", test_fine_bins);
    return g_test_run();
}
