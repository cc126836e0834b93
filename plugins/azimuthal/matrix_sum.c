/* Sums over the matrix of matrix.h: one frame, block by block.
 *
 * Tiles go through a kernel; those of numbers that do not fit into single precision, of a frame with its own sigma,
 * and, where there is a dark, those that lack pixels, are summed here entry by entry in double.  Dark and its
 * variance are linear: their sums are subtracted and added, tile by tile.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "kernel.h"

#include <math.h>
#include <string.h>

enum { SIGNAL, VARIANCE };

size_t matrix_block_first_tile(const struct matrix *m, size_t block)
{
    size_t down = (m->rows + m->tile_rows - 1) / m->tile_rows;
    return block * down / m->n_blocks * m->tiles_across;
}

/* ---- Entry by entry ---- */

/* EACH is done with the pixel, the bin counted from the tile's first one, and the share. */
#define FOR_EACH_SHARE(m, t, pixel, bin_, share, EACH)                                                       \
    do {                                                                                                     \
        size_t i_ = 0;                                                                                       \
        for (uint32_t r_ = 0; r_ < (t)->n_runs; r_++) {                                                      \
            const struct run *run_ = (m)->runs + (t)->run + r_;                                              \
            for (uint32_t n_ = 0; n_ < run_->n; n_++, i_++) {                                                \
                uint32_t w_[WINDOW_MAX];                                                                     \
                unsigned pixel = matrix_entry(m, t, i_, w_);                                                 \
                for (uint32_t k_ = 0; k_ < (t)->window; k_++) {                                              \
                    size_t bin_ = (size_t)(run_->bin - (t)->bin) + k_;                                       \
                    double share = w_[k_] * (1.0 / WEIGHT_ONE);                                              \
                    EACH;                                                                                    \
                }                                                                                            \
            }                                                                                                \
        }                                                                                                    \
    } while (0)

void matrix_tile_sum(const struct matrix *m, const struct tile *t, const double *value, double *into)
{
    FOR_EACH_SHARE(m, t, pixel, bin, share, into[bin] += share * value[pixel]);
}

void matrix_tile_sum_squared(const struct matrix *m, const struct tile *t, const double *value, double *into)
{
    FOR_EACH_SHARE(m, t, pixel, bin, share, into[bin] += share * share * value[pixel]);
}

/* Signal and variance of a tile's pixels in double, NaN where not measured. */
static void tile_load(const struct matrix *m, const struct tile *t, const struct frame *f, double *signal,
                      double *variance)
{
    for (size_t i = 0; i < t->rows; i++)
        frame_load(f, (t->row + i) * m->cols + t->col, t->cols, signal + i * m->tile_cols,
                   variance + i * m->tile_cols);
}

/* What the sums of variance are multiplied with at the end: kernels know of none. */
static double gain_of(const struct frame *f)
{
    return f->variance == VARIANCE_GAIN ? f->gain : 1;
}

/* Into the sums of a tile's bins.  true: a pixel that belongs to a bin is not measured. */
static bool exact_tile(const struct matrix *m, const struct tile *t, const struct frame *f, double *s,
                       double *v, double *scratch)
{
    const double gain = gain_of(f);
    double *signal = scratch, *variance = scratch + TILE_MAX;
    bool missing = false;
    tile_load(m, t, f, signal, variance);
    for (size_t i = 0; i < t->n; i++) {
        size_t pixel = m->a[t->entry + i] & (TILE_MAX - 1);
        if (isnan(signal[pixel])) {
            signal[pixel] = variance[pixel] = 0;
            missing = true;
        }
    }
    FOR_EACH_SHARE(m, t, pixel, bin, share,
                   (s[bin] += share * signal[pixel], v[bin] += share * share * variance[pixel] / gain));
    return missing;
}

/* ---- Pixels of many bins ---- */

static bool wide_pixels(const struct matrix *m, size_t block, const struct frame *f, double *s, double *v)
{
    bool missing = false;
    for (size_t i = m->wide_from[block]; i < m->wide_from[block + 1]; i++) {
        const struct wide *w = m->wide + i;
        double signal, variance;
        frame_load(f, w->pixel, 1, &signal, &variance);
        if (isnan(signal)) {
            missing = true;
            continue;
        }
        for (size_t k = 0; k < w->n; k++) {
            double share = m->share[w->share + k];
            s[w->bin + k] += share * signal;
            v[w->bin + k] += share * share * variance / gain_of(f);
        }
    }
    return missing;
}

/* ---- Norms ---- */

static void tile_norm(const struct matrix *m, const struct tile *t, const struct frame *f, double *norm,
                      double *pixels, double *scratch)
{
    double *signal = scratch, *other = scratch + TILE_MAX;
    tile_load(m, t, f, signal, other);
    for (size_t i = 0; i < t->rows; i++)
        for (size_t j = 0; j < t->cols; j++) {
            size_t at = i * m->tile_cols + j;
            bool good = !isnan(signal[at]);
            signal[at] = good ? 1 : 0;
            other[at] = good ? m->norm[(t->row + i) * m->cols + t->col + j] : 0;
        }
    /* Summed by itself and then added, as the stored sums are: the same bits. */
    double *sum = scratch + 2 * TILE_MAX;
    memset(sum, 0, 2 * t->n_bins * sizeof *sum);
    matrix_tile_sum(m, t, other, sum);
    matrix_tile_sum(m, t, signal, sum + t->n_bins);
    for (size_t k = 0; k < t->n_bins; k++) {
        norm[k] += sum[k];
        pixels[k] += sum[t->n_bins + k];
    }
}

void matrix_block_norm(const struct matrix *m, size_t block, const struct frame *f, const bool *missing,
                       double *norm, double *pixels, double *scratch)
{
    memset(norm, 0, m->n_sums * sizeof *norm);
    memset(pixels, 0, m->n_sums * sizeof *pixels);
    size_t from = matrix_block_first_tile(m, block), to = matrix_block_first_tile(m, block + 1);
    for (size_t i = from; i < to; i++) {
        const struct tile *t = m->tiles + i;
        if (f && missing[i]) {
            tile_norm(m, t, f, norm + t->bin, pixels + t->bin, scratch);
            continue;
        }
        for (size_t k = 0; k < t->n_bins; k++) {
            norm[(size_t)t->bin + k] += m->sums.norm[t->sums + k];
            pixels[(size_t)t->bin + k] += m->sums.pixels[t->sums + k];
        }
    }
    for (size_t i = m->wide_from[block]; i < m->wide_from[block + 1]; i++) {
        const struct wide *w = m->wide + i;
        double signal = 0, variance;
        if (f)
            frame_load(f, w->pixel, 1, &signal, &variance);
        for (size_t k = 0; k < w->n && !isnan(signal); k++) {
            norm[w->bin + k] += m->share[w->share + k] * m->norm[w->pixel];
            pixels[w->bin + k] += m->share[w->share + k];
        }
    }
}

/* ---- One block ---- */

static bool prepare(const struct matrix *m, const struct frame *f, struct tile_pixels *p)
{
    kernel_limits(f, &p->from, &p->to);
    /* Most of a pedestal is subtracted before the sums, so that they keep their digits; whole pixels are
     * summed in double. */
    /* The dark's sums are for counts, whose variance is of raw values, and for whole pixels. */
    bool net = frame_has_dark(f) &&
               (f->variance == VARIANCE_GAIN || (!m->whole && f->variance != VARIANCE_COUNTS));
    p->pedestal = frame_has_dark(f) && !m->whole && !net ? (float)rint(m->dark_mean * f->dark_scale) : 0;
    p->net = net ? p->value + TILE_MAX : NULL;
    p->floor = f->variance == VARIANCE_GAIN ? (float)(f->read_noise * f->read_noise / f->gain) : 0;
    return f->variance != VARIANCE_GIVEN;
}

/* Masked pixels are not measured. */
static void mask_tile(const struct matrix *m, const struct tile *t, const uint8_t *mask, struct tile_pixels *p)
{
    for (size_t i = 0; mask && i < t->rows; i++) {
        const uint8_t *row = mask + (t->row + i) * m->cols + t->col;
        uint8_t any = 0;
        for (size_t j = 0; j < t->cols; j++)
            any |= row[j];
        for (size_t j = 0; any && j < t->cols; j++)
            if (row[j])
                p->value[i * m->tile_cols + j] = NAN;
        p->missing = p->missing || any;
    }
}

static void tile_dark(const struct matrix *m, const struct tile *t, const struct frame *f,
                      const struct tile_pixels *p, double *sums)
{
    double *s = sums + SIGNAL * m->n_sums + t->bin, *v = sums + VARIANCE * m->n_sums + t->bin;
    double scale = f->dark_scale, pedestal = (double)p->pedestal, of_variance = scale * scale / gain_of(f);
    for (size_t k = 0; (!p->net || m->whole) && k < t->n_bins; k++)
        s[k] -= scale * m->sums.dark[t->sums + k] - pedestal * m->sums.pixels[t->sums + k];
    for (size_t k = 0; f->dark_variance && k < t->n_bins; k++)
        v[k] += of_variance * m->sums.dark_variance[t->sums + k];
}

size_t matrix_sums(const struct matrix *m)
{
    return m->n_blocks * 2 * m->n_sums;
}

/* Two tiles in double, and two sums of a tile's bins, or of all. */
size_t matrix_scratch(const struct matrix *m)
{
    return (2 * TILE_MAX + 2 * m->n_sums + 7) / 8 * 8;
}

/* false: in single precision, and by sums that are known, it cannot be done. */
static bool fast_tile(const struct matrix *m, const struct tile *t, const struct frame *f, const struct kernels *k,
                      struct tile_pixels *p, double *sums)
{
    if (!k->load(f, m, t, p))
        return false;
    mask_tile(m, t, f->mask, p);
    if (p->missing && frame_has_dark(f))
        return false;
    if (p->net)
        k->net(m, t, f, p);
    k->sum(m, t, p, sums + SIGNAL * m->n_sums, sums + VARIANCE * m->n_sums);
    if (frame_has_dark(f))
        tile_dark(m, t, f, p, sums);
    return true;
}

void matrix_block(const struct matrix *m, const struct frame *f, enum kernel kernel, size_t block,
                  struct matrix_work *work)
{
    const struct kernels *k = kernels_of(kernel);
    struct tile_pixels p = {.value = (float *)work->scratch};
    double *sums = work->sums + block * 2 * m->n_sums;
    bool fast = prepare(m, f, &p), any = false;
    memset(sums, 0, 2 * m->n_sums * sizeof *sums);
    size_t from = matrix_block_first_tile(m, block), to = matrix_block_first_tile(m, block + 1);
    for (size_t i = from; i < to; i++) {
        const struct tile *t = m->tiles + i;
        work->missing[i] = false;
        if (t->n == 0)
            continue;
        if (fast && fast_tile(m, t, f, k, &p, sums))
            work->missing[i] = p.missing;
        else
            work->missing[i] = exact_tile(m, t, f, sums + SIGNAL * m->n_sums + t->bin,
                                          sums + VARIANCE * m->n_sums + t->bin, work->scratch);
        any = any || work->missing[i];
    }
    work->incomplete[block] = wide_pixels(m, block, f, sums, sums + m->n_sums) || any;
}

/* ---- All blocks ---- */

static void add(double *to, const double *from, size_t n)
{
    for (size_t i = 0; i < n; i++)
        to[i] += from[BIN_PAD + i];
}

/* Spread within the bin: sum share^2 (signal - norm * mean)^2. */
static void add_spread(const struct integrator *it, const struct frame *f, struct sums *sums,
                       const struct matrix_work *work)
{
    const struct matrix *m = it->matrix;
    double *mean = work->sums, *spread = work->sums + m->n_sums; /* the blocks' sums are in use no more */
    memset(mean, 0, 2 * m->n_sums * sizeof *mean);
    for (size_t k = 0; k < m->npt; k++)
        mean[BIN_PAD + k] = sums->norm[k] > 0 ? sums->signal[k] / sums->norm[k] : 0;
    double *signal = work->scratch, *norm = work->scratch + TILE_MAX;
    for (size_t i = 0; i < matrix_block_first_tile(m, m->n_blocks); i++) {
        const struct tile *t = m->tiles + i;
        tile_load(m, t, f, signal, norm);
        for (size_t r = 0; r < t->rows; r++)
            memcpy(norm + r * m->tile_cols, m->norm + (t->row + r) * m->cols + t->col,
                   t->cols * sizeof *norm);
        FOR_EACH_SHARE(m, t, pixel, bin, share, {
            double off = share * (signal[pixel] - norm[pixel] * mean[(size_t)t->bin + bin]);
            spread[(size_t)t->bin + bin] += isnan(off) ? 0 : off * off;
        });
    }
    for (size_t i = 0; i < m->wide_from[m->n_blocks]; i++) {
        const struct wide *w = m->wide + i;
        double s, v;
        frame_load(f, w->pixel, 1, &s, &v);
        for (size_t k = 0; k < w->n && !isnan(s); k++) {
            double off = m->share[w->share + k] * (s - m->norm[w->pixel] * mean[w->bin + k]);
            spread[w->bin + k] += off * off;
        }
    }
    for (size_t k = 0; k < m->npt; k++)
        sums->variance[k] = sums->norm[k] > 0 ? spread[BIN_PAD + k] : 0;
}

void matrix_finish(const struct integrator *it, const struct frame *f, struct matrix_work *work,
                   struct sums *sums)
{
    const struct matrix *m = it->matrix;
    bool any = false;
    memset(sums->signal, 0, m->npt * sizeof *sums->signal);
    memset(sums->variance, 0, m->npt * sizeof *sums->variance);
    for (size_t b = 0; b < m->n_blocks; b++) {
        const double *block = work->sums + b * 2 * m->n_sums;
        add(sums->signal, block + SIGNAL * m->n_sums, m->npt);
        add(sums->variance, block + VARIANCE * m->n_sums, m->npt);
        any = any || work->incomplete[b];
    }
    for (size_t k = 0; f->variance == VARIANCE_GAIN && k < m->npt; k++)
        sums->variance[k] *= f->gain;
    if (any) {
        memset(sums->norm, 0, m->npt * sizeof *sums->norm);
        memset(sums->pixels, 0, m->npt * sizeof *sums->pixels);
        double *norm = work->sums, *pixels = norm + m->n_sums;
        for (size_t b = 0; b < m->n_blocks; b++) {
            matrix_block_norm(m, b, f, work->missing, norm, pixels, work->scratch);
            add(sums->norm, norm, m->npt);
            add(sums->pixels, pixels, m->npt);
        }
    } else {
        memcpy(sums->norm, it->bin_norm, m->npt * sizeof *sums->norm);
        memcpy(sums->pixels, it->bin_pixels, m->npt * sizeof *sums->pixels);
    }
    if (f->variance == VARIANCE_AZIMUTHAL)
        add_spread(it, f, sums, work);
}

void matrix_add(const struct integrator *it, const struct frame *f, enum kernel kernel,
                struct matrix_work *work, struct sums *sums)
{
    for (size_t b = 0; b < it->matrix->n_blocks; b++)
        matrix_block(it->matrix, f, kernel, b, work);
    matrix_finish(it, f, work, sums);
}
