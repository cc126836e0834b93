/* The rings of robust.h, and the way of every pixel to its own: by counting, tile by tile.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "robust.h"
#include "pages.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define BLOCKS_MAX   4
#define BLOCK_PIXELS 16384 /* less is not worth a block of its own */

void robust_clear(struct robust *r)
{
    free(r->n);
    free(r->place);
    free(r->start);
    free(r->norm);
    free(r->inverse);
    free(r->dark);
    free(r->dark_variance);
    free(r->total);
    free(r->blocks);
    free(r->visits);
    free(r->runs);
    free(r->entries);
}

/* ---- Runs of the tiles, in the order of the image ---- */

struct tile_run {
    uint32_t ring, n;
};

struct tile {
    uint32_t row, col, rows, cols;
    size_t run, n_runs;
};

/* What is needed to make the plan, and not afterwards. */
struct maker {
    const struct integrator *it;
    size_t rows, cols, n_tiles;
    struct tile *tiles;
    struct tile_run *runs;
    size_t n_runs, size;
    size_t *entry;      /* of each ring: where the next entry goes */
    uint32_t *fill;     /* of each ring: how many of its pixels have a place */
};

static bool append_run(struct maker *m, uint32_t ring, uint32_t n)
{
    if (m->n_runs == m->size) {
        size_t more = 2 * m->size + 4096;
        struct tile_run *p = realloc(m->runs, more * sizeof *p);
        if (!p)
            return false;
        m->runs = p;
        m->size = more;
    }
    m->runs[m->n_runs++] = (struct tile_run){ring, n};
    return true;
}

/* count: zeros, one for each ring, which it leaves zero. */
static bool sort_tile(struct maker *m, struct tile *t, uint32_t *count)
{
    int32_t lo = INT32_MAX, hi = -1;
    t->run = m->n_runs;
    for (size_t i = t->row; i < t->row + t->rows; i++)
        for (size_t j = t->col; j < t->col + t->cols; j++) {
            int32_t b = m->it->first[i * m->cols + j];
            if (b < 0)
                continue;
            lo = b < lo ? b : lo;
            hi = b > hi ? b : hi;
            count[b]++;
        }
    for (int32_t b = lo; b <= hi; b++) {
        if (count[b] > 0 && !append_run(m, (uint32_t)b, count[b]))
            return false;
        count[b] = 0;
    }
    t->n_runs = m->n_runs - t->run;
    return true;
}

static bool sort_tiles(struct maker *m, uint32_t *count)
{
    size_t down = (m->rows + ROBUST_ROWS - 1) / ROBUST_ROWS,
           across = (m->cols + ROBUST_TILE - 1) / ROBUST_TILE;
    m->tiles = calloc(down * across + 1, sizeof *m->tiles);
    if (!m->tiles)
        return false;
    for (size_t k = 0; k < down * across; k++) {
        size_t row = k / across * ROBUST_ROWS, col = k % across * ROBUST_TILE;
        size_t rows = m->rows - row, cols = m->cols - col;
        struct tile t = {.row = (uint32_t)row, .col = (uint32_t)col,
                         .rows = (uint32_t)(rows < ROBUST_ROWS ? rows : ROBUST_ROWS),
                         .cols = (uint32_t)(cols < ROBUST_TILE ? cols : ROBUST_TILE)};
        if (!sort_tile(m, &t, count))
            return false;
        if (t.n_runs > 0)
            m->tiles[m->n_tiles++] = t;
    }
    return true;
}

/* ---- Blocks of rings, and the parts of tiles that belong to them ---- */

static bool make_blocks(struct robust *r, const struct integrator *it)
{
    size_t used = 0, sum = 0, ring = 0;
    for (size_t b = 0; b < r->n_rings; b++)
        used += r->n[b];
    size_t n = used / BLOCK_PIXELS;
    n = n < 1 ? 1 : n > BLOCKS_MAX ? BLOCKS_MAX : n;
    r->n_blocks = n;
    r->blocks = calloc(n, sizeof *r->blocks);
    for (size_t k = 0; r->blocks && k < n; k++) {
        r->blocks[k].ring = ring;
        for (; ring < it->n_bins && (k + 1 == n || sum < used * (k + 1) / n); ring++)
            sum += r->n[ring];
        r->blocks[k].end = ring;
    }
    return r->blocks != NULL;
}

/* A visit before it knows its place: where its runs are among the maker's. */
struct draft {
    size_t tile, run, n_runs, block;
    uint32_t first, last; /* rings */
};

static int by_block_and_ring(const void *a, const void *b)
{
    const struct draft *x = a, *y = b;
    if (x->block != y->block)
        return x->block < y->block ? -1 : 1;
    if (x->first != y->first)
        return x->first < y->first ? -1 : 1;
    return x->tile < y->tile ? -1 : x->tile > y->tile;
}

static int by_vectors(const void *a, const void *b)
{
    const struct tile_run *x = a, *y = b;
    uint32_t m = (x->n + ROBUST_LANES - 1) / ROBUST_LANES, n = (y->n + ROBUST_LANES - 1) / ROBUST_LANES;
    if (m != n)
        return m < n ? -1 : 1;
    return x->ring < y->ring ? -1 : x->ring > y->ring;
}

/* The runs of a visit come by how many vectors they fill, so that the processor foresees where each ends.
 * NULL: no memory. */
static struct draft *draft_visits( struct maker *m, struct robust *r)
{
    struct draft *drafts = malloc((m->n_tiles * r->n_blocks + 1) * sizeof *drafts);
    for (size_t t = 0; drafts && t < m->n_tiles; t++) {
        size_t run = m->tiles[t].run, end = run + m->tiles[t].n_runs;
        for (size_t k = 0; k < r->n_blocks; k++) {
            size_t from = run;
            while (run < end && m->runs[run].ring < r->blocks[k].end)
                run++;
            if (run > from)
                drafts[r->n_visits++] =
                    (struct draft){t, from, run - from, k, m->runs[from].ring, m->runs[run - 1].ring};
        }
    }
    for (size_t v = 0; drafts && v < r->n_visits; v++)
        qsort(m->runs + drafts[v].run, drafts[v].n_runs, sizeof *m->runs, by_vectors);
    if (drafts)
        qsort(drafts, r->n_visits, sizeof *drafts, by_block_and_ring);
    return drafts;
}

/* The visits in their order; a run's `to` counts within its ring as yet. */
static bool make_visits(const struct maker *m, const struct draft *drafts, struct robust *r)
{
    size_t entry = 0, run = 0;
    r->visits = malloc((r->n_visits + 1) * sizeof *r->visits);
    r->runs = malloc((m->n_runs + 1) * sizeof *r->runs);
    if (!r->visits || !r->runs)
        return false;
    for (size_t v = 0; v < r->n_visits; v++) {
        const struct draft *d = &drafts[v];
        const struct tile *t = &m->tiles[d->tile];
        struct robust_block *block = &r->blocks[d->block];
        if (v == 0 || drafts[v - 1].block != d->block)
            block->visit = v;
        block->visit_end = v + 1;
        r->visits[v] = (struct robust_visit){t->row, t->col, t->rows, t->cols, (uint32_t)d->n_runs, d->first,
                                             run, entry};
        for (size_t k = d->run; k < d->run + d->n_runs; k++) {
            uint32_t ring = m->runs[k].ring, n = m->runs[k].n;
            r->runs[run++] = (struct robust_run){m->fill[ring], n};
            m->fill[ring] += n;
            entry += n;
        }
    }
    r->n_runs = run;
    return true;
}

/* ---- Places that are used again ---- */

static size_t padded(size_t n)
{
    return n == 0 ? 0 : (n + 2 * ROBUST_LANES - 2) / ROBUST_LANES * ROBUST_LANES;
}

/* Rings of a block get their places one after the other in `size` values, and again from the front where it
 * ends: a ring's place is free when tiles begin with the next one.  false: there is too little. */
static bool give_places(const struct draft *drafts, struct robust *r, size_t block, size_t size)
{
    const struct robust_block *k = &r->blocks[block];
    size_t next = k->ring, oldest = k->ring, head = 0;
    for (size_t v = k->visit; v < k->visit_end; v++) {
        uint32_t last = drafts[v].last;
        for (; oldest < drafts[v].first && oldest < next; oldest++)
            ;
        for (; next <= last; next++) {
            size_t n = padded(r->n[next]);
            while (oldest < next && r->n[oldest] == 0)
                oldest++;
            bool empty = oldest == next, wrapped = !empty && head <= r->place[oldest];
            if (empty)
                head = 0;
            if (!wrapped && head + n > size) {
                head = 0;
                wrapped = !empty;
            }
            if (head + n > (wrapped ? r->place[oldest] : size))
                return false;
            r->place[next] = (uint32_t)head;
            head += n;
        }
    }
    return true;
}

/* As little for each block as it can do with, to stay in the second cache. */
static void make_places(const struct maker *m, const struct draft *drafts, struct robust *r)
{
    r->n_places = 0;
    for (size_t k = 0; k < r->n_blocks; k++) {
        size_t size = 4096;
        while (r->blocks[k].visit_end > 0 && !give_places(drafts, r, k, size))
            size += size / 32;
        r->n_places = size > r->n_places ? size : r->n_places;
    }
    for (size_t v = 0, run = 0; v < r->n_visits; v++)
        for (size_t k = drafts[v].run; k < drafts[v].run + drafts[v].n_runs; k++)
            r->runs[run++].to += r->place[m->runs[k].ring];
}

/* ---- Pixels ---- */

/* A value for each pixel, and for those behind the last one of a ring. */
static float *pixels(const struct robust *r, float value)
{
    size_t n = r->start[r->n_rings] + ROBUST_LANES;
    float *p = large_array(n, sizeof *p);
    for (size_t i = 0; p && i < n; i++)
        p[i] = value;
    return p;
}

static bool allocate_pixels(struct robust *r, const struct integrator *it, size_t used)
{
    r->entries = large_array(used + ROBUST_LANES, sizeof *r->entries);
    if (r->entries)
        memset(r->entries + used, 0, ROBUST_LANES * sizeof *r->entries);
    r->norm = pixels(r, 1);
    r->inverse = pixels(r, 1);
    if (it->dark)
        r->dark = pixels(r, 0);
    if (it->dark_variance)
        r->dark_variance = pixels(r, 0);
    return r->entries && r->norm && r->inverse && (r->dark || !it->dark) &&
           (r->dark_variance || !it->dark_variance);
}

static double dark_pedestal(const struct integrator *it)
{
    double sum = 0, n = 0;
    for (size_t i = 0; it->dark && i < it->n_pixels; i++)
        if (it->first[i] >= 0) {
            sum += it->dark[i];
            n++;
        }
    return n > 0 && fabs(sum / n) < 1e6 ? nearbyint(sum / n) : 0;
}

static void add_pixel(struct robust *r, const struct integrator *it, size_t ring, size_t at, size_t i)
{
    struct robust_total *total = &r->total[ring];
    float norm = (float)it->norm[i];
    r->norm[at] = norm;
    r->inverse[at] = (float)(1 / it->norm[i]);
    total->least = total->norm > 0 ? fminf(norm, total->least) : norm;
    total->most = fmaxf(norm, total->most);
    total->norm += it->norm[i];
    total->norm2 += it->norm[i] * it->norm[i];
    if (it->dark) {
        r->dark[at] = (float)(it->dark[i] - r->pedestal);
        total->dark += it->dark[i];
    }
    if (it->dark_variance) {
        r->dark_variance[at] = (float)it->dark_variance[i];
        total->dark_variance += it->dark_variance[i];
    }
}

/* The visit's pixels row by row, each to the next place of its ring. */
static void fill_visit(const struct maker *m, const struct draft *d, struct robust_visit *v, struct robust *r)
{
    const struct tile_run *runs = m->runs + d->run;
    int32_t from = (int32_t)d->first, to = (int32_t)d->last;
    size_t entry = v->entry, top = SIZE_MAX, bottom = 0;
    for (size_t k = 0; k < d->n_runs; k++) {
        m->entry[runs[k].ring] = entry;
        entry += runs[k].n;
    }
    for (size_t i = v->row; i < v->row + v->rows; i++)
        for (size_t j = v->col; j < v->col + v->cols; j++) {
            int32_t b = m->it->first[i * m->cols + j];
            if (b < from || b > to)
                continue;
            top = top == SIZE_MAX ? i : top;
            bottom = i + 1;
            add_pixel(r, m->it, (size_t)b, r->start[b] + m->fill[b]++, i * m->cols + j);
            r->entries[m->entry[b]++] = (uint16_t)((i - top) * ROBUST_TILE + j - v->col);
        }
    v->row = (uint32_t)top;
    v->rows = (uint32_t)(bottom - top);
}

/* ---- All of it ---- */

static bool count_rings(struct robust *r, const struct integrator *it, size_t *used)
{
    r->n = calloc(r->n_rings + 1, sizeof *r->n);
    r->place = calloc(r->n_rings + 1, sizeof *r->place);
    r->start = calloc(r->n_rings + 1, sizeof *r->start);
    r->total = calloc(r->n_rings + 1, sizeof *r->total);
    if (!r->n || !r->place || !r->start || !r->total)
        return false;
    for (size_t i = 0; i < it->n_pixels; i++)
        if (it->first[i] >= 0)
            r->n[it->first[i]]++;
    for (size_t b = 0; b < r->n_rings; b++) {
        r->start[b + 1] = r->start[b] + padded(r->n[b]);
        r->longest = r->n[b] > r->longest ? r->n[b] : r->longest;
        *used += r->n[b];
    }
    return true;
}

static bool make(struct robust *r, struct maker *m)
{
    size_t used = 0;
    m->entry = calloc(r->n_rings + 1, sizeof *m->entry);
    m->fill = calloc(r->n_rings + 1, sizeof *m->fill);
    if (!m->entry || !m->fill || !count_rings(r, m->it, &used) || !sort_tiles(m, m->fill) ||
        !make_blocks(r, m->it))
        return false;
    struct draft *drafts = draft_visits(m, r);
    bool good = drafts && make_visits(m, drafts, r) && allocate_pixels(r, m->it, used);
    if (good) {
        make_places(m, drafts, r);
        memset(m->fill, 0, r->n_rings * sizeof *m->fill);
        for (size_t v = 0; v < r->n_visits; v++)
            fill_visit(m, &drafts[v], &r->visits[v], r);
    }
    free(drafts);
    return good;
}

bool robust_make(struct robust *r, const struct integrator *it, size_t cols)
{
    struct maker m = {.it = it, .rows = it->n_pixels / cols, .cols = cols};
    *r = (struct robust){.cols = cols, .n_rings = it->n_bins, .pedestal = dark_pedestal(it)};
    bool good = make(r, &m);
    free(m.tiles);
    free(m.runs);
    free(m.entry);
    free(m.fill);
    return good;
}
