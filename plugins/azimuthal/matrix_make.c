/* The matrix of matrix.h, made from a geometry: extent, shares of the pixels of a row of tiles, and a
 * counting sort of every tile.
 *
 * The splitting is that of split.c, for many pixels at once; pixels near the beam, whose azimuths differ much
 * from corner to corner, and those that cover many bins go through split.c itself.  Each block of rows of
 * tiles is made by itself, on any thread; what the blocks leave is put together in their order.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "matrix_layout.h"
#include "setup.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define FINE_BINS 16384

/* ---- The range that the pixels cover ---- */

static size_t first_row(const struct matrix *m, size_t block)
{
    size_t row = matrix_block_first_tile(m, block) / m->tiles_across * m->tile_rows;
    return row < m->rows ? row : m->rows;
}

static void add_extent(const struct setup *s, const struct pixel_row *r, struct part *p)
{
    for (size_t j = 0; j < s->m->cols; j++)
        p->n_used += r->used[j];
    s->k->extent(r, s->in->split, s->n - 16, &p->from, &p->to);
}

static void extent_block(void *data, size_t block, uint32_t worker)
{
    struct setup *s = data;
    struct bench *b = s->benches + worker;
    size_t from = first_row(s->m, block), to = first_row(s->m, block + 1);
    for (size_t row = from; row < to; row++) {
        setup_next_row(s, b, row, row == from, false);
        add_extent(s, &b->row, s->parts + block);
    }
}

/* Of all blocks. */
static enum integrator_status extent(struct setup *s)
{
    struct integrator *it = s->it;
    it->covered_from = INFINITY;
    it->covered_to = -INFINITY;
    for (size_t b = 0; b < s->m->n_blocks; b++) {
        if (s->parts[b].status != INTEGRATOR_OK)
            return s->parts[b].status;
        it->covered_from = fmin(it->covered_from, s->parts[b].from);
        it->covered_to = fmax(it->covered_to, s->parts[b].to);
        it->n_used += s->parts[b].n_used;
    }
    return it->n_used > 0 ? INTEGRATOR_OK : INTEGRATOR_ALL_MASKED;
}

/* A range that is given needs no look at the pixels beforehand: their extent is found on the way. */
static enum integrator_status find_bins(struct setup *s)
{
    enum integrator_status status = INTEGRATOR_OK;
    for (size_t b = 0; b < s->m->n_blocks; b++)
        s->parts[b] = (struct part){.from = INFINITY, .to = -INFINITY};
    s->it->covered_from = -INFINITY;
    s->it->covered_to = INFINITY;
    if (isnan(s->in->from)) {
        integrator_parallel(s->in, s->m->n_blocks, extent_block, s);
        status = extent(s);
    }
    return status == INTEGRATOR_OK ? integrator_bins(s->it, s->in) : status;
}

/* ---- Shares ---- */

static bool add_wide(struct part *p, const struct shares *sh, size_t pixel)
{
    if (!setup_grow(&p->wide, &p->wide_size, p->n_wide + 1, sizeof *p->wide) ||
        !setup_grow(&p->share, &p->share_size, p->n_share + sh->n, sizeof *p->share))
        return false;
    p->wide[p->n_wide++] = (struct wide){pixel, p->n_share, (uint32_t)(sh->first + BIN_PAD), (uint32_t)sh->n};
    memcpy(p->share + p->n_share, sh->share, sh->n * sizeof *sh->share);
    p->n_share += sh->n;
    return true;
}

/* Splits one pixel by itself, and keeps it apart. */
static bool share_alone(const struct setup *s, struct bench *b, struct part *p, size_t row, size_t j)
{
    long npt = (long)s->it->npt;
    const struct line *u = &b->row.upper, *l = &b->row.lower;
    bool good;
    if (s->in->split == SPLIT_BBOX) {
        double lo = fmin(fmin(u->radial[j], u->radial[j + 1]), fmin(l->radial[j], l->radial[j + 1]));
        double hi = fmax(fmax(u->radial[j], u->radial[j + 1]), fmax(l->radial[j], l->radial[j + 1]));
        double centre = b->row.centre.radial[j], half = fmax(centre - lo, hi - centre);
        good = split_box((fmax(centre - half, 0) - s->bins.from) / s->bins.width,
                         (centre + half - s->bins.from) / s->bins.width, npt, &b->shares);
    } else {
        const struct line *corner[] = {u, l, l, u};
        struct outline o = {.beam = (0 - s->bins.from) / s->bins.width};
        for (size_t k = 0; k < 4; k++) {
            size_t at = j + (k == 2 || k == 3);
            o.bin[k] = corner[k]->bin[at];
            o.chi[k] = atan2(corner[k]->t1[at], corner[k]->t2[at]);
        }
        good = (s->in->split == SPLIT_FULL ? split_pixel : split_pseudo)(&o, npt, &b->shares);
    }
    if (!good || b->shares.n == 0)
        return good;
    p->n_shared++;
    return add_wide(p, &b->shares, row * s->m->cols + j);
}

static bool share_row(const struct setup *s, struct bench *b, struct part *p, size_t row, size_t within)
{
    size_t cols = s->m->cols;
    int32_t *bin = b->rows.bin + within * cols;
    uint32_t number = (uint32_t)(within * s->m->tile_cols);
    bool alone = s->k->share(&b->row, &s->bins, s->n - 16, s->m->tile_cols, number, &b->rows, within * cols);
    for (size_t j = 0; j < cols && !isnan(s->it->azimuth_from); j++)
        if (bin[j] != -1 && integrator_sector(s->it, s->in, row, j) < 0)
            bin[j] = -1;
    for (size_t j = 0; j < cols && alone; j++)
        if (bin[j] == -2 && !share_alone(s, b, p, row, j))
            return false;
    return true;
}

/* ---- Blocks ---- */

/* Of the entries: there is one for every pixel at most. */
size_t matrix_first_entry(const struct matrix *m, size_t block)
{
    return first_row(m, block) * m->cols + block * ENTRY_PAD;
}

static bool make_tiles(const struct setup *s, struct bench *b, struct part *p, size_t row, size_t *entry)
{
    struct matrix *m = s->m;
    for (size_t k = 0; k < m->tiles_across; k++) {
        size_t col = k * m->tile_cols;
        struct tile *t = &m->tiles[row / m->tile_rows * m->tiles_across + k];
        *t = (struct tile){.row = (uint32_t)row,
                           .col = (uint32_t)col,
                           .rows = (uint32_t)(m->rows - row < m->tile_rows ? m->rows - row : m->tile_rows),
                           .cols = (uint32_t)(m->cols - col < m->tile_cols ? m->cols - col : m->tile_cols),
                           .entry = *entry};
        if (!setup_tile(s, b, p, t))
            return false;
        *entry += t->n;
    }
    return true;
}

static bool too_many_wide(const struct part *p)
{
    return p->n_wide > 4096 + p->n_shared / 4;
}

static enum integrator_status share_block(struct setup *s, struct bench *b, struct part *p, size_t block)
{
    struct matrix *m = s->m;
    size_t from = first_row(m, block), to = first_row(m, block + 1), entry = matrix_first_entry(m, block);
    if (!setup_totals(&p->totals, m->n_sums))
        return INTEGRATOR_NO_MEMORY;
    for (size_t row = from; row < to && !p->fine; row += m->tile_rows) {
        for (size_t i = 0; i < m->tile_rows && row + i < m->rows; i++) {
            setup_next_row(s, b, row + i, row + i == from, true);
            setup_norm_row(s, b, row + i);
            if (!isnan(s->in->from))
                add_extent(s, &b->row, p);
            if (!share_row(s, b, p, row + i, i))
                return INTEGRATOR_NO_MEMORY;
        }
        if (!make_tiles(s, b, p, row, &entry))
            return INTEGRATOR_NO_MEMORY;
        p->fine = p->n_wide > 4096 + (p->n_shared + p->n_entries) / 4;
    }
    p->n_shared += p->n_entries;
    return INTEGRATOR_OK;
}

static void make_block(void *data, size_t block, uint32_t worker)
{
    struct setup *s = data;
    s->parts[block].status = share_block(s, s->benches + worker, s->parts + block, block);
}

static enum integrator_status put_together(struct setup *s, bool *fine)
{
    struct matrix *m = s->m;
    struct part all = {.status = INTEGRATOR_OK};
    for (size_t b = 0; b < m->n_blocks; b++) {
        const struct part *p = s->parts + b;
        if (p->status != INTEGRATOR_OK)
            return p->status;
        all.fine = all.fine || p->fine;
        all.n_shared += p->n_shared;
        all.n_entries += p->n_entries;
        all.n_runs += p->n_runs;
        all.n_sums += p->n_sums;
        all.n_wide += p->n_wide;
        all.n_share += p->n_share;
    }
    *fine = all.fine || too_many_wide(&all);
    if (*fine)
        return INTEGRATOR_OK;
    s->it->n_shared = all.n_shared;
    m->n_entries = all.n_entries;
    m->n_runs = all.n_runs;
    m->n_tile_sums = all.n_sums;
    if (!matrix_settle(s, &all))
        return INTEGRATOR_NO_MEMORY;
    for (size_t b = 0; b < m->n_blocks; b++)
        setup_add_totals(m, &s->parts[b].totals);
    setup_add_wide(m);
    if (m->whole && !setup_whole_norms(m))
        return INTEGRATOR_NO_MEMORY;
    return all.n_shared == 0 && !isnan(s->it->azimuth_from) ? INTEGRATOR_EMPTY : INTEGRATOR_OK;
}

/* ---- Memory ---- */

static bool bench_allocate(const struct setup *s, struct bench *b)
{
    const struct matrix *m = s->m;
    size_t n = s->n, in_rows = m->tile_rows * m->cols + 16;
    double *p = b->memory = calloc(18 * n, sizeof *b->memory);
    b->used = b->row.used = calloc(n, 1);
    b->rows.bin = malloc(in_rows * sizeof *b->rows.bin);
    b->rows.n = malloc(in_rows);
    b->rows.a = malloc(in_rows * sizeof *b->rows.a);
    b->rows.b = malloc(in_rows * sizeof *b->rows.b);
    b->rows.c = malloc(in_rows * sizeof *b->rows.c);
    b->value = calloc(TILE_MAX, sizeof *b->value);
    if (!p || !b->used || !b->rows.bin || !b->rows.n || !b->rows.a || !b->rows.b || !b->rows.c || !b->value)
        return false;
    struct line *lines[] = {&b->row.upper, &b->row.lower, &b->row.centre};
    for (size_t k = 0; k < 3; k++, p += 4 * n)
        *lines[k] = (struct line){p, p + n, p + 2 * n, p + 3 * n};
    b->row.upper_turn = p;
    b->row.lower_turn = p + n;
    b->row.down = p + 2 * n;
    b->row.norm = p + 3 * n;
    b->cosine = p + 4 * n;
    b->flat = p + 5 * n;
    return true;
}

static void bench_clear(struct bench *b)
{
    free(b->memory);
    free(b->used);
    free(b->rows.bin);
    free(b->rows.n);
    free(b->rows.a);
    free(b->rows.b);
    free(b->rows.c);
    free(b->shares.share);
    free(b->count);
    free(b->value);
}

static void setup_clear(struct setup *s)
{
    for (uint32_t i = 0; s->benches && i < s->n_benches; i++)
        bench_clear(s->benches + i);
    for (size_t b = 0; s->parts && b < s->m->n_blocks; b++) {
        struct part *p = s->parts + b;
        free(p->runs), free(p->norm), free(p->pixels), free(p->wide), free(p->share);
        free(p->totals.high);
    }
    free(s->benches);
    free(s->parts);
    free(s->tiles);
}

static bool allocate(struct setup *s)
{
    struct matrix *m = s->m;
    matrix_shape(m);
    s->tiles = calloc(m->n_tiles, sizeof *s->tiles);
    s->n = (m->cols + 1 + 15) / 16 * 16 + 16;
    s->n_benches = s->in->parallel ? s->in->workers : 1;
    s->benches = calloc(s->n_benches, sizeof *s->benches);
    s->parts = calloc(m->n_blocks, sizeof *s->parts);
    if (!s->tiles || !s->benches || !s->parts || !matrix_place(s))
        return false;
    for (uint32_t i = 0; i < s->n_benches; i++)
        if (!bench_allocate(s, s->benches + i))
            return false;
    return true;
}

void matrix_shape(struct matrix *m)
{
    size_t down = (m->rows + m->tile_rows - 1) / m->tile_rows;
    m->tiles_across = (m->cols + m->tile_cols - 1) / m->tile_cols;
    m->n_tiles = down * m->tiles_across;
    m->n_blocks = down < BLOCKS_MAX ? down : BLOCKS_MAX;
}

/* ---- All of it ---- */

bool matrix_sum_norms(struct integrator *it)
{
    struct matrix *m = it->matrix;
    it->bin_norm = calloc(it->npt, sizeof *it->bin_norm);
    it->bin_pixels = calloc(it->npt, sizeof *it->bin_pixels);
    double *sum = calloc(2 * m->n_sums, sizeof *sum);
    for (size_t b = 0; it->bin_norm && it->bin_pixels && sum && b < m->n_blocks; b++) {
        matrix_block_norm(m, b, NULL, NULL, sum, sum + m->n_sums, NULL);
        for (size_t k = 0; k < it->npt; k++) {
            it->bin_norm[k] += sum[BIN_PAD + k];
            it->bin_pixels[k] += sum[m->n_sums + BIN_PAD + k];
        }
    }
    free(sum);
    return sum && it->bin_norm && it->bin_pixels;
}

static enum integrator_status make(struct setup *s, bool *fine)
{
    struct integrator *it = s->it;
    struct matrix *m = s->m;
    if (!allocate(s))
        return INTEGRATOR_NO_MEMORY;
    enum integrator_status status = find_bins(s);
    if (status != INTEGRATOR_OK)
        return status;
    m->npt = it->npt;
    m->n_sums = it->npt + 2 * BIN_PAD;
    s->bins = (struct bins){s->in->split, it->from, it->width, (double)it->npt};
    for (uint32_t i = 0; i < s->n_benches; i++) {
        s->benches[i].count = calloc(2 * m->n_sums, sizeof *s->benches[i].count);
        if (!s->benches[i].count)
            return INTEGRATOR_NO_MEMORY;
        s->benches[i].masked = s->benches[i].count + m->n_sums;
    }
    if (s->in->progress && !s->in->progress(s->in->progress_data, 0.2))
        return INTEGRATOR_CANCELLED;
    integrator_parallel(s->in, m->n_blocks, make_block, s);
    if (!isnan(s->in->from)) {
        status = extent(s);
        if (status == INTEGRATOR_OK)
            status = integrator_bins(it, s->in);
    }
    if (status == INTEGRATOR_OK)
        status = put_together(s, fine);
    if (status == INTEGRATOR_OK && !*fine && (!matrix_sum_norms(it) || !matrix_sum_dark(it, s->in)))
        status = INTEGRATOR_NO_MEMORY;
    return status;
}

static enum integrator_status make_with(struct integrator *it, const struct integrator_input *in, bool batches)
{
    bool fine = in->npt > FINE_BINS || in->n_azim != 1;
    if (!fine) {
        *it =
            (struct integrator){.dark = in->dark, .dark_variance = in->dark_variance, .release = matrix_free};
        it->n_pixels = in->geometry->rows * in->geometry->cols;
        it->matrix = calloc(1, sizeof *it->matrix);
        if (!it->matrix)
            return INTEGRATOR_NO_MEMORY;
        *it->matrix = (struct matrix){.rows = in->geometry->rows,
                                      .cols = in->geometry->cols,
                                      .tile_rows = batches ? 8 : 64,
                                      .tile_cols = 64,
                                      .whole = in->split == SPLIT_NO};
        struct setup s = {.in = in, .it = it, .m = it->matrix, .k = setup_kernels_of(in->kernel),
                          .batches = batches};
        enum integrator_status status = make(&s, &fine);
        setup_clear(&s);
        if (!fine || status != INTEGRATOR_OK)
            return status;
        it->dark = it->dark_variance = NULL; /* which remain the input's */
        integrator_clear(it);
    }
    return integrator_make(it, in);
}

enum integrator_status matrix_integrator_make(struct integrator *it, const struct integrator_input *in)
{
    return make_with(it, in, false);
}

enum integrator_status matrix_batch_make(struct integrator *it, const struct integrator_input *in)
{
    return make_with(it, in, true);
}
