/* Sums of up to 16 frames at once: band after band, tile after tile.
 *
 * A tile of all frames is turned over, so that frames are the lanes of a vector, and summed by a kernel in single
 * precision; sums go into double every few rows.  Dark and norm are linear: their sums over all pixels are known,
 * and what pixels that a frame lacks have in them is kept aside and taken off at the end.  Single values that do
 * not fit into single precision are summed tile by tile in double.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "batch.h"
#include "shared/values.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Of pixels that a frame lacks, in a bin. */
struct lost {
    struct twofold norm;
    double pixels, dark, dark_variance, square;
    uint64_t count;
};

/* Pixels of a bin whose sum may be in single precision, about. */
#define SUM_MAX  512
#define ROWS_MAX 128

/* ---- Sums of norms ---- */

/* The sum of two numbers and what its rounding leaves (Knuth). */
static void add_twofold(struct twofold *to, double x)
{
    double sum = to->high + x, part = sum - to->high;
    to->low += (to->high - (sum - part)) + (x - part);
    to->high = sum;
}

static double difference(struct twofold a, struct twofold b)
{
    add_twofold(&a, -b.high);
    return a.high + (a.low - b.low);
}

/* ---- Beginning ---- */

static size_t value_size(frit_dtype dtype)
{
    static const size_t size[] = {
        [FRIT_F64] = 8, [FRIT_F32] = 4, [FRIT_I8] = 1,  [FRIT_U8] = 1,  [FRIT_I16] = 2,
        [FRIT_U16] = 2, [FRIT_I32] = 4, [FRIT_U32] = 4, [FRIT_I64] = 8, [FRIT_U64] = 8};
    return size[dtype];
}

/* Whether values of the type may lie out of the limits. */
static bool is_limited(frit_dtype dtype, double from, double to)
{
    static const double lo[] = {[FRIT_I8] = -128,
                                [FRIT_I16] = -32768,
                                [FRIT_I32] = -2147483648.0,
                                [FRIT_F32] = -KERNEL_VALUE_MAX,
                                [FRIT_F64] = -KERNEL_VALUE_MAX,
                                [FRIT_I64] = -1e19,
                                [FRIT_U64] = 0};
    static const double hi[] = {[FRIT_I8] = 127,
                                [FRIT_I16] = 32767,
                                [FRIT_I32] = 2147483647,
                                [FRIT_U8] = 255,
                                [FRIT_U16] = 65535,
                                [FRIT_U32] = 4294967295.0,
                                [FRIT_F32] = KERNEL_VALUE_MAX,
                                [FRIT_F64] = KERNEL_VALUE_MAX,
                                [FRIT_I64] = 1e19,
                                [FRIT_U64] = 2e19};
    return from > lo[dtype] || to < hi[dtype];
}

bool batch_possible(const struct integrator *it, const struct frame *frames, size_t n)
{
    const struct matrix *m = it->matrix;
    bool good = m && n > 0 && n <= BATCH && m->tile_cols <= BATCH_COLS && m->tile_cols % 32 == 0;
    for (size_t l = 0; good && l < n; l++) {
        const struct frame *f = frames + l;
        good = f->dtype == frames->dtype && f->variance == frames->variance &&
               (f->variance == VARIANCE_NONE || f->variance == VARIANCE_COUNTS ||
                f->variance == VARIANCE_GAIN) &&
               (f->variance != VARIANCE_GAIN ||
                (f->gain == frames->gain && f->read_noise == frames->read_noise)) &&
               f->valid_from == frames->valid_from && f->valid_to == frames->valid_to &&
               frame_has_dark(f) == integrator_has_dark(it);
    }
    return good;
}

static size_t tile_pixels(const struct matrix *m)
{
    return m->tile_rows * m->tile_cols;
}

size_t batch_memory(const struct matrix *m)
{
    size_t sums = 2 * m->n_sums * BATCH, pixels = tile_pixels(m);
    return sums * (sizeof(double) + sizeof(float)) + pixels * BATCH * sizeof(float) +
           pixels * sizeof(double) + m->n_sums * BATCH * sizeof(struct lost) + pixels * sizeof(uint16_t);
}

static void share_memory(struct batch *b, const struct matrix *m, char *memory)
{
    size_t sums = 2 * m->n_sums * BATCH, pixels = tile_pixels(m);
    b->sums = (double *)(void *)memory;
    b->partial = (float *)(b->sums + sums);
    b->tile.value = b->partial + sums;
    b->exact = (double *)(void *)(b->tile.value + pixels * BATCH);
    b->lost = (struct lost *)(b->exact + pixels);
    b->tile.bad = (uint16_t *)(b->lost + m->n_sums * BATCH);
    memset(memory, 0, sums * (sizeof *b->sums + sizeof *b->partial));
}

/* Whether the dark is taken off pixel by pixel: where the variance is of raw - dark, or there is none.  That of
 * counts is of raw values, so that the dark's sums are taken off theirs. */
static bool of_net(const struct frame *f)
{
    return (f->variance == VARIANCE_GAIN || f->variance == VARIANCE_NONE) && frame_has_dark(f);
}

void batch_begin(struct batch *b, const struct integrator *it, const struct batch_totals *totals,
                 const struct frame *frames, size_t n, enum kernel kernel, void *memory)
{
    const struct matrix *m = it->matrix;
    struct batch_tile *p = &b->tile;
    *b = (struct batch){.it = it, .totals = totals, .k = kernels_of(kernel), .n = n, .from_bin = SIZE_MAX};
    share_memory(b, m, memory);
    memcpy(b->frame, frames, n * sizeof *frames);
    p->dtype = frames->dtype;
    p->size = value_size(p->dtype);
    p->row_bytes = m->cols * p->size;
    kernel_limits(frames, &p->from, &p->to);
    p->plain = frames->dark_plain && it->dark_single;
    p->limited = is_limited(p->dtype, frames->valid_from, frames->valid_to);
    p->variance = frames->variance != VARIANCE_NONE;
    for (size_t l = 0; l < BATCH; l++) {
        const struct frame *f = frames + (l < n ? l : 0);
        p->scale[l] = f->dark_scale;
        /* Most of a pedestal is subtracted before the sums, so that they keep their digits. */
        p->pedestal[l] = frame_has_dark(f) && !m->whole && !of_net(f) ? (float)rint(m->dark_mean * f->dark_scale) : 0;
        p->pedestals = p->pedestals || p->pedestal[l] != 0;
    }
    size_t rows = SUM_MAX * it->npt / m->cols;
    rows = rows > ROWS_MAX ? ROWS_MAX : rows;
    p->ahead = &b->ahead;
    b->flush_rows = rows > m->tile_rows ? rows / m->tile_rows * m->tile_rows : m->tile_rows;
}

/* ---- Pixels that a frame lacks ---- */

static void lose(struct batch *b, size_t lane, size_t bin, double share, size_t pixel)
{
    const struct integrator *it = b->it;
    const size_t n = it->matrix->n_sums;
    struct lost *lost = b->lost + lane * n + bin;
    if (share == 0)
        return;
    if (!(b->lacking >> lane & 1))
        memset(b->lost + lane * n, 0, n * sizeof *lost); /* most frames lack none */
    b->lacking |= 1u << lane;
    add_twofold(&lost->norm, share * it->norm[pixel]);
    lost->pixels += share;
    lost->square += share * share;
    lost->count++;
    if (integrator_has_dark(it))
        lost->dark += share * integrator_dark(it, pixel);
    if (it->dark_variance)
        lost->dark_variance += share * share * it->dark_variance[pixel];
}

/* The shares of pixels that are marked. */
static void lose_tile(struct batch *b, const struct tile *t)
{
    const struct matrix *m = b->it->matrix;
    const struct run *run = m->runs + t->run;
    const unsigned used = (1u << b->n) - 1;
    for (size_t i = 0, left = run->n; i < t->n; i++, left--) {
        if (left == 0)
            left = (++run)->n;
        unsigned at = m->a[t->entry + i] & (TILE_MAX - 1), bad = b->tile.bad[at] & used;
        if (!bad)
            continue;
        uint32_t w[WINDOW_MAX];
        matrix_entry(m, t, i, w);
        size_t pixel = (t->row + at / m->tile_cols) * m->cols + t->col + at % m->tile_cols;
        for (; bad; bad &= bad - 1)
            for (size_t k = 0; k < t->window; k++)
                lose(b, (size_t)__builtin_ctz(bad), (size_t)run->bin + k, w[k] * (1.0 / WEIGHT_ONE), pixel);
    }
}

static void mark_masked(struct batch *b, const struct tile *t, size_t lane, const uint8_t *mask)
{
    const struct matrix *m = b->it->matrix;
    for (size_t r = 0; r < t->rows; r++)
        for (size_t j = 0; j < t->cols; j++)
            if (mask[r * m->cols + t->col + j]) {
                size_t at = r * m->tile_cols + j;
                b->tile.bad[at] |= (uint16_t)(1u << lane);
                b->tile.value[at * BATCH + lane] = NAN;
            }
}

static bool any_masked(const struct matrix *m, const struct tile *t, const uint8_t *mask)
{
    uint8_t any = 0;
    for (size_t r = 0; r < t->rows; r++)
        for (size_t j = 0; j < t->cols; j++)
            any |= mask[r * m->cols + t->col + j];
    return any;
}

/* ---- In double ---- */

/* What is summed of a pixel: of signal and of variance; false: it is not measured. */
static inline bool pixel_value(const struct batch *b, size_t lane, double raw, size_t pixel, double *s, double *v)
{
    const struct frame *f = b->frame + lane;
    if (!(raw >= f->valid_from && raw <= f->valid_to))
        return false;
    double net = of_net(f) ? raw - f->dark_scale * integrator_dark(b->it, pixel) : raw;
    *s = of_net(f) && !b->it->matrix->whole ? net : raw - (double)b->tile.pedestal[lane];
    *v = net > 1 ? net : 1;
    return true;
}

/* One lane of a tile, whose pixels no kernel sums then. */
static void exact_lane(struct batch *b, const struct tile *t, size_t lane)
{
    const struct matrix *m = b->it->matrix;
    struct batch_tile *p = &b->tile;
    const uint16_t bit = (uint16_t)(1u << lane);
    const uint8_t *mask = b->frame[lane].mask;
    for (size_t r = 0; r < t->rows; r++) {
        values_as_double(p->dtype, p->raw[lane] + r * p->row_bytes, 0, t->cols, b->exact + r * m->tile_cols);
        for (size_t at = r * m->tile_cols; at < r * m->tile_cols + t->cols; at++) {
            p->value[at * BATCH + lane] = NAN;
            p->bad[at] &= (uint16_t)~bit;
        }
    }
    const struct run *run = m->runs + t->run;
    for (size_t i = 0, left = run->n; i < t->n; i++, left--) {
        if (left == 0)
            left = (++run)->n;
        uint32_t w[WINDOW_MAX];
        unsigned at = matrix_entry(m, t, i, w);
        size_t row = at / m->tile_cols, col = t->col + at % m->tile_cols;
        double s, v;
        if ((mask && mask[row * m->cols + col]) ||
            !pixel_value(b, lane, b->exact[at], (t->row + row) * m->cols + col, &s, &v)) {
            p->bad[at] |= bit;
            continue;
        }
        double *to = b->sums + (size_t)run->bin * 2 * BATCH + lane;
        for (size_t k = 0; k < t->window; k++, to += 2 * BATCH) {
            double share = m->whole ? 1 : w[k];
            to[0] += share * s;
            to[BATCH] += share * share * v;
        }
    }
}

/* Values that are marked although they count: they are too large for single precision, or at a limit. */
static unsigned too_large(const struct batch *b, const struct tile *t)
{
    const struct matrix *m = b->it->matrix;
    const struct batch_tile *p = &b->tile;
    unsigned lanes = 0, used = (1u << b->n) - 1;
    /* Limits of long integers were moved inwards, to numbers that single precision has. */
    bool is_long = p->dtype == FRIT_I32 || p->dtype == FRIT_U32;
    bool held = b->frame->valid_from >= -KERNEL_VALUE_MAX && b->frame->valid_to <= KERNEL_VALUE_MAX;
    if (value_size(p->dtype) < 4 || (held && !is_long))
        return 0;
    for (size_t r = 0; r < t->rows; r++)
        for (size_t j = 0; j < t->cols; j++)
            for (unsigned bad = p->bad[r * m->tile_cols + j] & used; bad; bad &= bad - 1) {
                unsigned lane = (unsigned)__builtin_ctz(bad);
                double raw;
                values_as_double(p->dtype, p->raw[lane] + r * p->row_bytes, j, 1, &raw);
                if (raw >= b->frame->valid_from && raw <= b->frame->valid_to)
                    lanes |= 1u << lane;
            }
    return lanes;
}

/* ---- Pixels of many bins ---- */

/* In double, a lane whose values single precision does not hold. */
static void exact_wide(struct batch *b, const struct tile *t, const struct wide *w, size_t at, size_t lane)
{
    const struct matrix *m = b->it->matrix;
    const struct batch_tile *p = &b->tile;
    const uint8_t *mask = b->frame[lane].mask;
    const size_t row = at / m->tile_cols, col = at % m->tile_cols;
    const double *share = m->share + w->share;
    double *to = b->sums + (size_t)w->bin * 2 * BATCH + lane, raw, s, v;
    values_as_double(p->dtype, p->raw[lane] + row * p->row_bytes, col, 1, &raw);
    bool good = !(mask && mask[row * m->cols + t->col + col]) && pixel_value(b, lane, raw, w->pixel, &s, &v);
    for (size_t k = 0; k < w->n; k++, to += 2 * BATCH) {
        double weight = share[k] * WEIGHT_ONE;
        if (good) {
            to[0] += weight * s;
            to[BATCH] += weight * weight * v;
        } else {
            lose(b, lane, w->bin + k, share[k], w->pixel);
        }
    }
}

/* From a tile that is loaded. */
static void wide_pixel(struct batch *b, const struct tile *t, const struct wide *w)
{
    const struct matrix *m = b->it->matrix;
    struct batch_tile *p = &b->tile;
    const size_t row = w->pixel / m->cols - t->row, col = w->pixel % m->cols - t->col, at = row * m->tile_cols + col;
    const unsigned used = (1u << b->n) - 1;
    unsigned bad = p->missing ? p->bad[at] & used & ~b->inexact : 0;
    if ((b->inexact & used) != used)
        b->k->batch_wide(p, at, m->share + w->share, w->n, b->partial + (size_t)w->bin * 2 * BATCH);
    for (; bad; bad &= bad - 1)
        for (size_t k = 0; k < w->n; k++)
            lose(b, (size_t)__builtin_ctz(bad), w->bin + k, m->share[w->share + k], w->pixel);
    for (unsigned exact = b->inexact & used; exact; exact &= exact - 1)
        exact_wide(b, t, w, at, (size_t)__builtin_ctz(exact));
    b->from_bin = w->bin < b->from_bin ? w->bin : b->from_bin;
    b->to_bin = w->bin + w->n > b->to_bin ? w->bin + w->n : b->to_bin;
}

/* Of a row of tiles, which come from left to right: up to where they are done, in each row of pixels. */
struct wides {
    size_t at[TILE_MAX / 16], end[TILE_MAX / 16];
};

static void find_wides(struct batch *b, size_t row, size_t rows, struct wides *all)
{
    const struct matrix *m = b->it->matrix;
    const size_t n = m->wide_from[m->n_blocks];
    for (size_t r = 0; r < rows; r++) {
        all->at[r] = b->wide;
        while (b->wide < n && m->wide[b->wide].pixel < (row + r + 1) * m->cols)
            b->wide++;
        all->end[r] = b->wide;
    }
}

static const struct wide *next_wide(const struct matrix *m, const struct tile *t, const struct wides *all, size_t r)
{
    const struct wide *w = m->wide + all->at[r];
    return all->at[r] < all->end[r] && w->pixel < (t->row + r) * m->cols + t->col + t->cols ? w : NULL;
}

static bool any_wides(const struct matrix *m, const struct tile *t, const struct wides *all)
{
    bool any = false;
    for (size_t r = 0; r < t->rows; r++)
        any = any || next_wide(m, t, all, r);
    return any;
}

static void wide_pixels(struct batch *b, const struct tile *t, struct wides *all)
{
    const struct wide *w;
    for (size_t r = 0; r < t->rows; r++)
        for (; (w = next_wide(b->it->matrix, t, all, r)); all->at[r]++)
            wide_pixel(b, t, w);
}

/* ---- Bands ---- */

/* Which pixels do not count; true: there are some. */
static bool mark(struct batch *b, const struct tile *t, struct batch_found found, bool masks)
{
    const struct matrix *m = b->it->matrix;
    struct batch_tile *p = &b->tile;
    uint32_t masked = 0, used = (1u << b->n) - 1;
    for (size_t l = 0; masks && l < b->n; l++)
        if (b->frame[l].mask && any_masked(m, t, b->frame[l].mask))
            masked |= 1u << l;
    found.inexact &= used;
    b->inexact = found.inexact;
    if (!found.outside && !masked && !found.inexact)
        return false;
    memset(p->bad, 0, tile_pixels(m) * sizeof *p->bad);
    if (found.outside) {
        b->k->batch_mark(m, t, p);
        b->inexact = found.inexact |= too_large(b, t);
    }
    for (size_t l = 0; l < b->n; l++)
        if (masked >> l & 1)
            mark_masked(b, t, l, b->frame[l].mask);
    for (size_t l = 0; l < b->n; l++)
        if (found.inexact >> l & 1)
            exact_lane(b, t, l);
    unsigned any = found.inexact;
    for (size_t i = 0; i < tile_pixels(m); i++)
        any |= p->bad[i] & used;
    return any;
}

/* Shares of values in double are summed in double. */
static void exact_tile(struct batch *b, const struct tile *t)
{
    b->inexact = (1u << b->n) - 1;
    memset(b->tile.bad, 0, tile_pixels(b->it->matrix) * sizeof *b->tile.bad);
    for (size_t l = 0; l < b->n; l++)
        exact_lane(b, t, l);
    lose_tile(b, t);
}

static void one_tile(struct batch *b, const struct tile *t, bool masks)
{
    const struct matrix *m = b->it->matrix;
    struct batch_tile *p = &b->tile;
    for (size_t l = 0; l < BATCH; l++)
        p->raw[l] = (const char *)b->frame[l < b->n ? l : 0].raw + t->col * p->size;
    if (p->dtype == FRIT_F64 && !m->whole) {
        exact_tile(b, t);
        return;
    }
    const size_t first = t->row * m->cols + t->col;
    const bool of_dark = of_net(b->frame);
    p->dark = of_dark && b->it->dark ? b->it->dark + first : NULL;
    p->dark_single = of_dark && b->it->dark_single ? b->it->dark_single + first : NULL;
    /* Whether pixels count is seen from what is in the frames: where some do not, they are loaded once more. */
    p->net = of_dark && !m->whole && !masks && (!p->limited || p->dtype == FRIT_U16);
    struct batch_found found = b->k->batch_load(m, t, p);
    if (found.net && (found.outside || found.inexact)) {
        p->net = false;
        found = b->k->batch_load(m, t, p);
    }
    p->missing = mark(b, t, found, masks);
    if (p->missing)
        lose_tile(b, t);
    if (of_dark && !m->whole && !found.net)
        b->k->batch_net(m, t, p);
    if (t->n == 0)
        return;
    b->k->batch_sum(m, t, p, b->partial, b->sums);
    size_t from = (size_t)t->bin, to = from + t->n_bins;
    b->from_bin = from < b->from_bin ? from : b->from_bin;
    b->to_bin = to > b->to_bin ? to : b->to_bin;
}

/* Rows of all frames are fetched one frame after the other, evenly over the pixels that are summed: more lines at a
 * time than the processor waits for would hold it up. */
static void look_ahead(struct batch *b, size_t rows, const void *const *next)
{
    struct batch_ahead *a = &b->ahead;
    size_t step = b->n * b->tile.size;
    *a = (struct batch_ahead){.n = b->n, .bytes = rows * b->tile.row_bytes};
    a->step = !next ? 0 : step < 64 ? step : 64;
    for (size_t l = 0; l < b->n; l++)
        a->rows[l] = next ? next[l] : b->frame[l].raw;
}

void batch_band(struct batch *b, size_t row, const void *const *raw, const uint8_t *const *mask,
                const void *const *next)
{
    const struct matrix *m = b->it->matrix;
    bool masks = false;
    for (size_t l = 0; l < b->n; l++) {
        b->frame[l].raw = raw[l];
        b->frame[l].mask = mask ? mask[l] : NULL;
        masks = masks || b->frame[l].mask;
    }
    const struct tile *t = m->tiles + row / m->tile_rows * m->tiles_across;
    size_t rows = t->rows;
    look_ahead(b, rows, row + rows < m->rows ? next : NULL);
    struct wides wides;
    find_wides(b, row, rows, &wides);
    for (size_t i = 0; i < m->tiles_across; i++, t++) {
        bool any = any_wides(m, t, &wides);
        if (t->n > 0 || any)
            one_tile(b, t, masks);
        if (any)
            wide_pixels(b, t, &wides);
    }
    if (((row + rows) % b->flush_rows == 0 || row + rows == m->rows) && b->to_bin > b->from_bin &&
        !m->whole) {
        size_t at = b->from_bin * 2 * BATCH;
        b->k->batch_flush(b->partial + at, b->sums + at, (b->to_bin - b->from_bin) * 2 * BATCH);
        b->from_bin = SIZE_MAX;
        b->to_bin = 0;
    }
}

/* ---- The end ---- */

void batch_finish(const struct batch *b, size_t lane, struct sums *sums)
{
    const struct integrator *it = b->it;
    const struct matrix *m = it->matrix;
    const struct batch_totals *all = b->totals;
    const struct frame *f = b->frame + lane;
    const double unit = m->whole ? 1 : 1.0 / WEIGHT_ONE, scale = f->dark_scale;
    static const struct lost nothing;
    for (size_t k = 0; k < it->npt; k++) {
        size_t bin = BIN_PAD + k;
        const struct lost *lost = b->lacking >> lane & 1 ? b->lost + lane * m->n_sums + bin : &nothing;
        bool any = lost->count < all->count[bin];
        double s = b->sums[bin * 2 * BATCH + lane] * unit;
        double v = b->sums[(bin * 2 + 1) * BATCH + lane] * unit * unit;
        sums->norm[k] = any ? difference(all->norm[bin], lost->norm) : 0;
        sums->pixels[k] = any ? it->bin_pixels[k] - lost->pixels : 0;
        if (frame_has_dark(f) && (m->whole || !of_net(f)))
            s -= scale * (all->dark[bin] - lost->dark) - (double)b->tile.pedestal[lane] * sums->pixels[k];
        if (f->variance == VARIANCE_GAIN)
            v = f->gain * v + f->read_noise * f->read_noise * (all->square[bin] - lost->square);
        if (f->dark_variance)
            v += scale * scale * (all->dark_variance[bin] - lost->dark_variance);
        sums->signal[k] = any ? s : 0;
        sums->variance[k] = any && f->variance != VARIANCE_NONE ? v : 0;
    }
}
