/* Where a matrix in the making lies: see matrix_layout.h.
 *
 * How many entries a block of rows has is known when it is made.  So each begins where it would if all pixels before
 * it counted; then blocks move up to each other, and what else there is comes behind them.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "matrix_data.h"
#include "matrix_layout.h"
#include "pages.h"
#include "setup.h"

#include <stdlib.h>
#include <string.h>

static size_t place(size_t *at, size_t n, size_t size)
{
    size_t here = *at;
    *at = here + (n * size + 63) / 64 * 8;
    return here;
}

struct matrix_layout matrix_layout_of(const struct matrix_head *h, const struct matrix *m)
{
    struct matrix_layout l;
    size_t at = 0, entries = h->n_entries + ENTRY_PAD;
    place(&at, 1, sizeof *h);
    l.norm = place(&at, h->rows * h->cols, sizeof(double));
    l.a = place(&at, entries, sizeof(uint32_t));
    l.b = place(&at, h->whole ? 0 : entries, sizeof(uint32_t));
    l.c = place(&at, h->third ? entries : 0, sizeof(uint32_t));
    l.tiles = place(&at, m->n_tiles, sizeof(struct tile));
    l.wide_from = place(&at, m->n_blocks + 1, sizeof(size_t));
    l.wide = place(&at, h->n_wide, sizeof(struct wide));
    l.runs = place(&at, h->n_runs, sizeof(struct run));
    l.norm_sums = place(&at, h->n_tile_sums, sizeof(double));
    l.pixel_sums = place(&at, h->n_tile_sums, sizeof(double));
    l.share = place(&at, h->n_share, sizeof(double));
    l.totals = place(&at, m->n_sums, MATRIX_TOTALS);
    l.bins = place(&at, h->npt, 2 * sizeof(double));
    l.end = at;
    return l;
}

void matrix_point(struct integrator *it, const struct matrix_head *h, const struct matrix_layout *l, uint64_t *words)
{
    struct matrix *m = it->matrix;
    double *totals = (double *)(words + l->totals);
    m->words = words;
    m->tiles = (struct tile *)(words + l->tiles);
    m->wide_from = (size_t *)(words + l->wide_from);
    m->wide = (struct wide *)(words + l->wide);
    m->runs = (struct run *)(words + l->runs);
    m->sums.norm = (double *)(words + l->norm_sums);
    m->sums.pixels = (double *)(words + l->pixel_sums);
    m->share = (double *)(words + l->share);
    m->totals = (struct bin_totals){totals, totals + m->n_sums, totals + 2 * m->n_sums,
                                    (uint32_t *)(void *)(totals + 3 * m->n_sums)};
    m->a = (uint32_t *)(words + l->a);
    m->b = h->whole ? NULL : (uint32_t *)(words + l->b);
    m->c = h->third ? (uint32_t *)(words + l->c) : NULL;
    m->norm = it->norm = (double *)(words + l->norm);
    it->norm_lent = true;
}

void matrix_free(struct matrix *m)
{
    if (m->words_own)
        free(m->words);
    free(m->sums.dark);
    free(m->sums.dark_variance);
    free(m);
}

/* ---- Room ---- */

/* For n words: the first, or what becomes of those there are.  false: no memory. */
static bool make_room(const struct setup *s, size_t n)
{
    struct matrix *m = s->m;
    uint64_t *words = s->in->room ? s->in->room(s->in->room_with, n)
                      : m->words  ? realloc(m->words, n * sizeof *words)
                                  : large_array(n, sizeof *words);
    if (!words)
        return false;
    m->words = words;
    m->words_own = !s->in->room;
    return true;
}

/* Where nothing is known but the pixels. */
static struct matrix_head first_head(const struct matrix *m)
{
    return (struct matrix_head){.rows = m->rows, .cols = m->cols, .whole = m->whole, .third = !m->whole,
                                .n_entries = m->rows * m->cols + (m->n_blocks - 1) * ENTRY_PAD};
}

bool matrix_place(const struct setup *s)
{
    struct matrix *m = s->m;
    struct matrix_head h = first_head(m);
    struct matrix_layout l = matrix_layout_of(&h, m);
    /* What comes behind takes less than two words a pixel, as long as no bin is finer than a quarter of one:
     * memory that grows would be copied, and what stays untouched costs nothing. */
    if (!make_room(s, l.tiles + 2 * m->rows * m->cols))
        return false;
    matrix_point(s->it, &h, &l, m->words);
    m->tiles = s->tiles;
    return true;
}

/* ---- Its last place ---- */

static struct matrix_head head_of(const struct setup *s, const struct part *all)
{
    const struct matrix *m = s->m;
    struct matrix_head h = {
        .magic = MATRIX_MAGIC,
        .version = MATRIX_VERSION,
        .sizes = MATRIX_SIZES,
        .rows = m->rows,
        .cols = m->cols,
        .npt = m->npt,
        .tile_rows = m->tile_rows,
        .tile_cols = m->tile_cols,
        .n_entries = all->n_entries,
        .n_runs = all->n_runs,
        .n_tile_sums = all->n_sums,
        .n_wide = all->n_wide,
        .n_share = all->n_share,
        .whole = m->whole,
    };
    for (size_t i = 0; i < m->n_tiles; i++)
        h.third |= m->tiles[i].n > 0 && m->tiles[i].window == 4;
    h.n_words = matrix_layout_of(&h, m).end;
    return h;
}

/* n numbers, and zeros behind them up to where the next array begins. */
static void end_with_zeros(uint64_t *array, size_t n, size_t size)
{
    memset((char *)array + n * size, 0, (n * size + 63) / 64 * 64 - n * size);
}

/* One word of all entries, block after block: what moves never lies below its new place.  Tiles of fewer bins than
 * the word is for have zeros. */
static void move_up(const struct setup *s, const uint32_t *from, uint64_t *words, uint32_t window)
{
    const struct matrix *m = s->m;
    uint32_t *to = (uint32_t *)words;
    size_t n = 0;
    for (size_t b = 0; b < m->n_blocks; b++) {
        size_t first = matrix_first_entry(m, b);
        memmove(to + n, from + first, s->parts[b].n_entries * sizeof *to);
        for (size_t i = matrix_block_first_tile(m, b); i < matrix_block_first_tile(m, b + 1); i++)
            if (m->tiles[i].window < window)
                memset(to + n + (m->tiles[i].entry - first), 0, m->tiles[i].n * sizeof *to);
        n += s->parts[b].n_entries;
    }
    memset(to + n, 0, ENTRY_PAD * sizeof *to);
    end_with_zeros(words, n + ENTRY_PAD, sizeof *to);
}

/* The tiles, field by field: what lies between the fields is 0. */
static void put_tiles(const struct setup *s, struct tile *to)
{
    const struct matrix *m = s->m;
    memset(to, 0, (m->n_tiles * sizeof *to + 63) / 64 * 64);
    size_t run = 0, sums = 0, entry = 0;
    for (size_t b = 0; b < m->n_blocks; b++) {
        size_t first = matrix_first_entry(m, b);
        for (size_t i = matrix_block_first_tile(m, b); i < matrix_block_first_tile(m, b + 1); i++) {
            const struct tile *t = s->tiles + i;
            to[i].row = t->row, to[i].col = t->col, to[i].rows = t->rows, to[i].cols = t->cols;
            to[i].window = t->window, to[i].n = t->n, to[i].n_runs = t->n_runs, to[i].n_bins = t->n_bins;
            to[i].bin = t->bin;
            to[i].entry = t->entry - first + entry;
            to[i].run = t->run + run;
            to[i].sums = t->sums + sums;
        }
        entry += s->parts[b].n_entries;
        run += s->parts[b].n_runs;
        sums += s->parts[b].n_sums;
    }
}

/* Runs, sums and wide pixels of a block, behind those of the blocks before it. */
static void put_block(void *data, size_t block, uint32_t worker)
{
    const struct setup *s = data;
    struct matrix *m = s->m;
    (void)worker;
    size_t run = 0, sums = 0, wide = 0, share = 0;
    for (size_t b = 0; b < block; b++) {
        run += s->parts[b].n_runs;
        sums += s->parts[b].n_sums;
        wide += s->parts[b].n_wide;
        share += s->parts[b].n_share;
    }
    const struct part *p = s->parts + block;
    if (p->n_runs > 0) {
        memcpy(m->runs + run, p->runs, p->n_runs * sizeof *p->runs);
        memcpy(m->sums.norm + sums, p->norm, p->n_sums * sizeof *p->norm);
        memcpy(m->sums.pixels + sums, p->pixels, p->n_sums * sizeof *p->pixels);
    }
    for (size_t i = 0; i < p->n_wide; i++) {
        m->wide[wide + i] = p->wide[i];
        m->wide[wide + i].share += share;
    }
    if (p->n_share > 0)
        memcpy(m->share + share, p->share, p->n_share * sizeof *p->share);
    m->wide_from[block] = wide;
}

bool matrix_settle(struct setup *s, const struct part *all)
{
    struct matrix *m = s->m;
    struct matrix_head h = head_of(s, all);
    struct matrix_layout l = matrix_layout_of(&h, m);
    move_up(s, m->a, m->words + l.a, 1);
    if (m->b)
        move_up(s, m->b, m->words + l.b, 3);
    if (h.third)
        move_up(s, m->c, m->words + l.c, 4);
    if (!make_room(s, l.end))
        return false;
    memcpy(m->words, &h, sizeof h);
    end_with_zeros(m->words, 1, sizeof h);
    end_with_zeros(m->words + l.norm, h.rows * h.cols, sizeof(double));
    end_with_zeros(m->words + l.wide_from, m->n_blocks + 1, sizeof(size_t));
    end_with_zeros(m->words + l.wide, h.n_wide, sizeof(struct wide));
    end_with_zeros(m->words + l.runs, h.n_runs, sizeof(struct run));
    end_with_zeros(m->words + l.norm_sums, h.n_tile_sums, sizeof(double));
    end_with_zeros(m->words + l.pixel_sums, h.n_tile_sums, sizeof(double));
    end_with_zeros(m->words + l.share, h.n_share, sizeof(double));
    memset(m->words + l.totals, 0, (l.end - l.totals) * sizeof *m->words);
    put_tiles(s, (struct tile *)(m->words + l.tiles));
    matrix_point(s->it, &h, &l, m->words);
    integrator_parallel(s->in, m->n_blocks, put_block, s);
    m->wide_from[m->n_blocks] = h.n_wide;
    return true;
}

/* ---- What is known at last ---- */

uint64_t *matrix_data(struct integrator *it, const struct matrix_facts *facts, size_t *n)
{
    const struct matrix *m = it->matrix;
    struct matrix_head *h = (struct matrix_head *)m->words;
    double *bins = (double *)(m->words + matrix_layout_of(h, m).bins);
    h->n_used = it->n_used;
    h->n_shared = it->n_shared;
    h->unit = facts->unit;
    h->split = facts->split;
    h->solid_angle = facts->solid_angle;
    h->from = it->from;
    h->width = it->width;
    h->azimuth_from = it->azimuth_from;
    h->azimuth_to = it->azimuth_to;
    h->covered_from = it->covered_from;
    h->covered_to = it->covered_to;
    h->wavelength = facts->wavelength;
    memcpy(bins, it->bin_norm, m->npt * sizeof *bins);
    memcpy(bins + m->npt, it->bin_pixels, m->npt * sizeof *bins);
    *n = h->n_words;
    return m->words;
}
