/* One tile of a matrix in the making: a counting sort of its pixels by their first bins, and the sums over it
 * that do not depend on the frame.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "setup.h"

#include <stdlib.h>
#include <string.h>

bool setup_grow(void *array, size_t *size, size_t need, size_t each)
{
    void **at = array;
    if (need <= *size)
        return true;
    size_t more = need + need / 2 + 4096;
    void *p = realloc(*at, more * each);
    if (!p)
        return false;
    *at = p;
    *size = more;
    return true;
}

/* Loops over a window have to go, so that its sums stay in registers. */
#if defined(__clang__)
#define UNROLL _Pragma("clang loop unroll(full)")
#else
#define UNROLL _Pragma("GCC unroll 4")
#endif

/* ---- Sorting ---- */

/* Counts of the pixels of each first bin; the tile's bins. */
static void count_tile(const struct matrix *m, const struct row_shares *r, struct tile *t, uint32_t *count)
{
    int32_t lo = INT32_MAX, hi = -1;
    uint32_t n = 0, window = 1;
    for (size_t i = 0; i < t->rows; i++) {
        const int32_t *bins = r->bin + i * m->cols + t->col;
        const uint8_t *of = r->n + i * m->cols + t->col;
        for (size_t j = 0; j < t->cols; j++) {
            int32_t bin = bins[j];
            if (bin < 0)
                continue;
            count[bin]++;
            lo = bin < lo ? bin : lo;
            hi = bin > hi ? bin : hi;
            window = of[j] > window ? of[j] : window;
            n++;
        }
    }
    t->n = n;
    t->window = m->whole ? 1 : window <= 3 ? 3 : 4;
    t->bin = n > 0 ? lo : BIN_PAD;
    t->n_bins = n > 0 ? (uint32_t)(hi - lo) + t->window : 0;
}

static inline void place(const struct row_shares *r, size_t from, size_t n, const uint32_t window,
                         uint32_t *at, uint32_t *a, uint32_t *b, uint32_t *c)
{
    const int32_t *bin = r->bin + from;
    const uint32_t *ra = r->a + from, *rb = r->b + from, *rc = r->c + from;
    for (size_t j = 0; j < n; j++) {
        if (bin[j] < 0)
            continue;
        uint32_t to = at[bin[j]]++;
        a[to] = ra[j];
        if (window > 1)
            b[to] = rb[j];
        if (window == 4)
            c[to] = rc[j];
    }
}

static void place_tile(const struct matrix *m, const struct row_shares *r, const struct tile *t, uint32_t *at)
{
    uint32_t *a = m->a + t->entry, *b = t->window > 1 ? m->b + t->entry : NULL,
             *c = t->window == 4 ? m->c + t->entry : NULL;
    for (size_t i = 0; i < t->rows; i++) {
        size_t from = i * m->cols + t->col;
        if (t->window == 1)
            place(r, from, t->cols, 1, at, a, b, c);
        else if (t->window == 3)
            place(r, from, t->cols, 3, at, a, b, c);
        else
            place(r, from, t->cols, 4, at, a, b, c);
    }
}

static bool sort_tile(const struct setup *s, struct bench *b, struct part *p, struct tile *t)
{
    uint32_t *count = b->count, next = 0;
    count_tile(s->m, &b->rows, t, count);
    t->run = p->n_runs;
    t->n_runs = 0;
    if (t->n == 0)
        return true;
    uint32_t n_first = t->n_bins - t->window + 1;
    if (!setup_grow(&p->runs, &p->run_size, p->n_runs + n_first, sizeof *p->runs))
        return false;
    for (int32_t bin = t->bin; bin < t->bin + (int32_t)n_first; bin++) {
        uint32_t n = count[bin];
        if (n > 0) {
            p->runs[p->n_runs++] = (struct run){bin, n};
            t->n_runs++;
        }
        count[bin] = next;
        next += n;
    }
    place_tile(s->m, &b->rows, t, count);
    memset(count + t->bin, 0, n_first * sizeof *count);
    return true;
}

/* ---- Sums ---- */

/* What of an image lies in a tile. */
static void tile_values(const struct matrix *m, const struct tile *t, const double *image, double *value)
{
    for (size_t i = 0; i < t->rows; i++)
        memcpy(value + i * m->tile_cols, image + (t->row + i) * m->cols + t->col, t->cols * sizeof *value);
}

/* matrix_tile_sum() of the norm and of ones at once: the same bits.  Sums of a run stay in registers. */
static inline __attribute__((always_inline)) void
norm_and_pixels(const struct matrix *m, const struct run *runs, const struct tile *t, const uint32_t window,
                const double *value, double *norm, double *pixels)
{
    const double unit = 1.0 / WEIGHT_ONE;
    size_t i = 0;
    for (uint32_t r = 0; r < t->n_runs; r++) {
        double *to = norm + (runs[r].bin - t->bin), *of = pixels + (runs[r].bin - t->bin);
        double s[WINDOW_MAX], n[WINDOW_MAX];
        UNROLL
        for (uint32_t k = 0; k < window; k++)
            s[k] = to[k], n[k] = of[k];
        for (uint32_t left = runs[r].n; left > 0; left--, i++) {
            uint32_t w[WINDOW_MAX];
            double x = value[matrix_entry(m, t, i, w)];
            UNROLL
            for (uint32_t k = 0; k < window; k++) {
                double share = (double)(int32_t)w[k] * unit;
                s[k] += share * x;
                n[k] += share;
            }
        }
        UNROLL
        for (uint32_t k = 0; k < window; k++)
            to[k] = s[k], of[k] = n[k];
    }
}

static bool sum_tile(const struct setup *s, struct bench *b, struct part *p, struct tile *t)
{
    const struct matrix *m = s->m;
    size_t size = p->sum_size;
    t->sums = p->n_sums;
    if (t->n_bins == 0)
        return true;
    if (!setup_grow(&p->norm, &size, p->n_sums + t->n_bins, sizeof *p->norm) ||
        !setup_grow(&p->pixels, &p->sum_size, p->n_sums + t->n_bins, sizeof *p->pixels))
        return false;
    double *norm = p->norm + t->sums, *pixels = p->pixels + t->sums;
    p->n_sums += t->n_bins;
    memset(norm, 0, t->n_bins * sizeof *norm);
    memset(pixels, 0, t->n_bins * sizeof *pixels);
    tile_values(m, t, m->norm, b->value);
    const struct run *runs = p->runs + t->run;
    struct tile fixed = *t; /* whose window compilers know */
    if (t->window == 1)
        fixed.window = 1, norm_and_pixels(m, runs, &fixed, 1, b->value, norm, pixels);
    else if (t->window == 3)
        fixed.window = 3, norm_and_pixels(m, runs, &fixed, 3, b->value, norm, pixels);
    else
        fixed.window = 4, norm_and_pixels(m, runs, &fixed, 4, b->value, norm, pixels);
    return true;
}

bool setup_tile(const struct setup *s, struct bench *b, struct part *p, struct tile *t)
{
    if (!sort_tile(s, b, p, t) || !sum_tile(s, b, p, t))
        return false;
    p->n_entries += t->n;
    return true;
}

/* ---- The dark's sums ---- */

struct dark_job {
    struct matrix *m;
    const double *dark, *variance;
};

static void dark_block(void *data, size_t block, uint32_t worker)
{
    const struct dark_job *j = data;
    const struct matrix *m = j->m;
    (void)worker;
    double value[TILE_MAX];
    for (size_t i = matrix_block_first_tile(m, block); i < matrix_block_first_tile(m, block + 1); i++) {
        const struct tile *t = m->tiles + i;
        tile_values(m, t, j->dark, value);
        matrix_tile_sum(m, t, value, m->sums.dark + t->sums);
        if (!j->variance)
            continue;
        tile_values(m, t, j->variance, value);
        matrix_tile_sum_squared(m, t, value, m->sums.dark_variance + t->sums);
    }
}

bool matrix_sum_dark(struct matrix *m, const struct integrator_input *in)
{
    struct dark_job j = {m, in->dark, in->dark_variance};
    if (!in->dark || m->n_tile_sums == 0)
        return true;
    m->sums.dark = calloc(m->n_tile_sums, sizeof *m->sums.dark);
    if (j.variance)
        m->sums.dark_variance = calloc(m->n_tile_sums, sizeof *m->sums.dark_variance);
    if (!m->sums.dark || (j.variance && !m->sums.dark_variance))
        return false;
    integrator_parallel(in, m->n_blocks, dark_block, &j);
    double sum = 0;
    size_t n = m->rows * m->cols, finite = 0;
    for (size_t i = 0; i < n; i++)
        if (in->dark[i] - in->dark[i] == 0) {
            sum += in->dark[i];
            finite++;
        }
    m->dark_mean = finite > 0 ? sum / (double)finite : 0;
    return true;
}
