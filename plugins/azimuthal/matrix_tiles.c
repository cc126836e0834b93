/* One tile of a matrix in the making: a counting sort of its pixels by their first bins, and the sums over it
 * that do not depend on the frame.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "setup.h"
#include "shared/values.h"

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

/* ---- Sorting ---- */

/* Counts of the pixels of each first bin; the tile's bins.  true: some pixels are masked. */
static bool count_tile(const struct matrix *m, const struct row_shares *r, struct tile *t, uint32_t *count)
{
    int32_t lo = INT32_MAX, hi = -1;
    uint32_t n = 0, window = 1;
    bool masked = false;
    for (size_t i = 0; i < t->rows; i++) {
        const int32_t *bins = r->bin + i * m->cols + t->col;
        const uint8_t *of = r->n + i * m->cols + t->col;
        for (size_t j = 0; j < t->cols; j++) {
            int32_t bin = bins[j];
            masked = masked || bin < -2;
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
    return masked;
}

/* Those of masked pixels, with first bins from lo to hi. */
static void count_masked(const struct matrix *m, const struct row_shares *r, const struct tile *t, int32_t lo,
                         int32_t hi, uint32_t *count)
{
    for (size_t i = 0; i < t->rows; i++)
        for (size_t j = 0; j < t->cols; j++) {
            int32_t bin = -3 - r->bin[i * m->cols + t->col + j];
            if (bin >= lo && bin <= hi)
                count[bin]++;
        }
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

/* The runs of a tile, whose bins have so many pixels each, n_first of them from the first on; their number. */
static uint32_t runs_by_bin(const struct tile *t, uint32_t n_first, const uint32_t *count, struct run *runs)
{
    uint32_t n_runs = 0;
    for (int32_t bin = t->bin; bin < t->bin + (int32_t)n_first; bin++)
        if (count[bin] > 0)
            runs[n_runs++] = (struct run){bin, count[bin]};
    return n_runs;
}

/* The same, short ones first, so that a processor foresees where most of them end.  Masked pixels are counted too:
 * the order is the same whether a pixel is masked in all frames or in one. */
static uint32_t runs_by_length(const struct tile *t, uint32_t n_first, const uint32_t *count, const uint32_t *masked,
                               struct run *runs)
{
    enum { LONG = 32 };
    uint32_t at[LONG + 1] = {0}, n_runs = 0;
    for (int32_t bin = t->bin; bin < t->bin + (int32_t)n_first; bin++) {
        uint32_t n = count[bin] + masked[bin];
        at[n < LONG ? n : LONG] += count[bin] > 0;
    }
    for (uint32_t n = 1; n <= LONG; n++) {
        uint32_t here = at[n];
        at[n] = n_runs;
        n_runs += here;
    }
    for (int32_t bin = t->bin; bin < t->bin + (int32_t)n_first; bin++) {
        uint32_t n = count[bin] + masked[bin];
        if (count[bin] > 0)
            runs[at[n < LONG ? n : LONG]++] = (struct run){bin, count[bin]};
    }
    return n_runs;
}

static bool sort_tile(const struct setup *s, struct bench *b, struct part *p, struct tile *t)
{
    uint32_t *count = b->count, next = 0;
    const bool masked = count_tile(s->m, &b->rows, t, count);
    t->run = p->n_runs;
    t->n_runs = 0;
    if (t->n == 0)
        return true;
    uint32_t n_first = t->n_bins - t->window + 1;
    if (!setup_grow(&p->runs, &p->run_size, p->n_runs + n_first, sizeof *p->runs))
        return false;
    struct run *runs = p->runs + p->n_runs;
    if (s->batches && masked)
        count_masked(s->m, &b->rows, t, t->bin, t->bin + (int32_t)n_first - 1, b->masked);
    t->n_runs =
        s->batches ? runs_by_length(t, n_first, count, b->masked, runs) : runs_by_bin(t, n_first, count, runs);
    p->n_runs += t->n_runs;
    for (uint32_t i = 0; i < t->n_runs; i++) {
        count[runs[i].bin] = next;
        next += runs[i].n;
    }
    place_tile(s->m, &b->rows, t, count);
    memset(count + t->bin, 0, n_first * sizeof *count);
    memset(b->masked + t->bin, 0, n_first * sizeof *b->masked);
    return true;
}

/* ---- Sums ---- */

/* What of an image lies in a tile. */
static void tile_values(const struct matrix *m, const struct tile *t, const double *image, double *value)
{
    for (size_t i = 0; i < t->rows; i++)
        memcpy(value + i * m->tile_cols, image + (t->row + i) * m->cols + t->col, t->cols * sizeof *value);
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
    s->k->sums(m, p->runs + t->run, t, b->value, norm, pixels, &p->totals);
    return true;
}

bool setup_tile(const struct setup *s, struct bench *b, struct part *p, struct tile *t)
{
    if (!sort_tile(s, b, p, t) || !sum_tile(s, b, p, t))
        return false;
    p->n_entries += t->n;
    return true;
}

/* ---- Totals of bins ---- */

bool setup_totals(struct bin_totals *t, size_t n)
{
    double *p = calloc(n, 3 * sizeof *p + sizeof(uint32_t));
    if (p)
        *t = (struct bin_totals){p, p + n, p + 2 * n, (uint32_t *)(void *)(p + 3 * n)};
    return p;
}

/* The sum, and what its rounding leaves (Knuth). */
static void add_total(struct bin_totals *all, size_t bin, double x)
{
    double sum = all->high[bin] + x, part = sum - all->high[bin];
    all->low[bin] += (all->high[bin] - (sum - part)) + (x - part);
    all->high[bin] = sum;
}

void setup_add_totals(struct matrix *m, const struct bin_totals *part)
{
    struct bin_totals *all = &m->totals;
    for (size_t k = 0; k < m->n_sums; k++) {
        add_total(all, k, part->high[k]);
        add_total(all, k, part->low[k]);
        all->square[k] += part->square[k];
        all->count[k] += part->count[k];
    }
}

void setup_add_wide(struct matrix *m)
{
    struct bin_totals *all = &m->totals;
    for (size_t i = 0; i < m->wide_from[m->n_blocks]; i++) {
        const struct wide *w = m->wide + i;
        for (size_t k = 0; k < w->n; k++) {
            double share = m->share[w->share + k];
            add_total(all, w->bin + k, share * m->norm[w->pixel]);
            all->square[w->bin + k] += share * share;
            all->count[w->bin + k] += share != 0;
        }
    }
}

bool setup_whole_norms(struct matrix *m)
{
    int32_t *bin = malloc(m->tile_rows * m->cols * sizeof *bin);
    for (size_t first = 0; bin && first < m->n_tiles; first += m->tiles_across) {
        size_t row = m->tiles[first].row, rows = m->tiles[first].rows;
        memset(bin, 0, rows * m->cols * sizeof *bin); /* none: into the first one, which is padding */
        for (size_t i = first; i < first + m->tiles_across; i++) {
            const struct tile *t = m->tiles + i;
            const uint32_t *a = m->a + t->entry;
            for (const struct run *run = m->runs + t->run; run < m->runs + t->run + t->n_runs; run++)
                for (const uint32_t *end = a + run->n; a < end; a++) {
                    unsigned at = *a & (TILE_MAX - 1);
                    bin[at / m->tile_cols * m->cols + t->col + at % m->tile_cols] = run->bin;
                }
        }
        for (size_t i = 0; i < rows * m->cols; i++)
            m->totals.high[bin[i]] += m->norm[row * m->cols + i];
    }
    free(bin);
    return bin;
}

/* ---- The dark's sums ---- */

struct dark_job {
    struct matrix *m;
    const struct setup_kernels *k;
    const struct integrator *it;
    double sum[BLOCKS_MAX];
    size_t finite[BLOCKS_MAX];
};

/* The dark of a tile's pixels. */
static void tile_dark(const struct integrator *it, const struct tile *t, double *value)
{
    const struct matrix *m = it->matrix;
    if (!it->dark_single) {
        tile_values(m, t, it->dark, value);
        return;
    }
    for (size_t i = 0; i < t->rows; i++)
        values_as_double(FRIT_F32, it->dark_single, (t->row + i) * m->cols + t->col, t->cols,
                         value + i * m->tile_cols);
}

/* Adds up those that are numbers, of a tile. */
static void add_mean(struct dark_job *j, size_t block, const struct tile *t, const double *value)
{
    double sum[16] = {0};
    size_t finite[16] = {0};
    for (size_t i = 0; i < t->rows; i++)
        for (size_t k = 0; k < t->cols; k++) {
            double x = value[i * j->m->tile_cols + k];
            bool good = x - x == 0;
            sum[k % 16] += good ? x : 0;
            finite[k % 16] += good;
        }
    for (size_t k = 0; k < 16; k++) {
        j->sum[block] += sum[k];
        j->finite[block] += finite[k];
    }
}

static void dark_block(void *data, size_t block, uint32_t worker)
{
    struct dark_job *j = data;
    const struct matrix *m = j->m;
    (void)worker;
    double value[TILE_MAX];
    for (size_t i = matrix_block_first_tile(m, block); i < matrix_block_first_tile(m, block + 1); i++) {
        const struct tile *t = m->tiles + i;
        tile_dark(j->it, t, value);
        add_mean(j, block, t, value);
        if (t->n == 0)
            continue;
        j->k->dark(m, t, value, false, m->sums.dark + t->sums);
        if (!j->it->dark_variance)
            continue;
        tile_values(m, t, j->it->dark_variance, value);
        j->k->dark(m, t, value, true, m->sums.dark_variance + t->sums);
    }
}

bool matrix_sum_dark(struct integrator *it, const struct integrator_input *in)
{
    struct matrix *m = it->matrix;
    struct dark_job j = {.m = m, .k = setup_kernels_of(in->kernel), .it = it};
    if (!integrator_has_dark(it))
        return true;
    m->sums.dark = calloc(m->n_tile_sums + 1, sizeof *m->sums.dark); /* 1: all pixels may be wide */
    if (it->dark_variance)
        m->sums.dark_variance = calloc(m->n_tile_sums + 1, sizeof *m->sums.dark_variance);
    if (!m->sums.dark || (it->dark_variance && !m->sums.dark_variance))
        return false;
    integrator_parallel(in, m->n_blocks, dark_block, &j);
    double sum = 0;
    size_t finite = 0;
    for (size_t b = 0; b < m->n_blocks; b++) {
        sum += j.sum[b];
        finite += j.finite[b];
    }
    m->dark_mean = finite > 0 ? sum / (double)finite : 0;
    return true;
}
