/* The integration matrix as words of 8 bytes: a head, then its arrays, one after the other, each at a
 * multiple of 64 bytes, as they lie in memory.  It does not travel to machines of another byte order.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "matrix_data.h"
#include "setup.h"
#include "shared/pages.h"

#include <stdlib.h>
#include <string.h>

/* "fritmtrx", and what changes with the arrays. */
#define MAGIC   UINT64_C(0x78727474696d7266)
#define VERSION 3

struct head {
    uint64_t magic, version, n_words;
    uint64_t rows, cols, npt, tile_rows, tile_cols;
    uint64_t n_entries, n_runs, n_tile_sums, n_wide, n_share;
    uint64_t n_used, n_shared;
    uint32_t unit, split, solid_angle, whole, third; /* third: there is an array c */
    uint32_t sizes;                                  /* of the structs below */
    double from, width, azimuth_from, azimuth_to, covered_from, covered_to, wavelength;
};

#define SIZES (uint32_t)(sizeof(struct tile) << 16 | sizeof(struct wide) << 8 | sizeof(struct run))

/* Where the arrays begin, in words. */
struct layout {
    size_t tiles, wide_from, wide, runs, norm_sums, pixel_sums, share, totals, bins, norm, a, b, c, end;
};

/* Bytes of a bin's totals, which lie in one piece: see struct bin_totals. */
#define TOTALS (3 * sizeof(double) + sizeof(uint32_t))

static size_t place(size_t *at, size_t n, size_t size)
{
    size_t here = *at;
    *at = here + (n * size + 63) / 64 * 8;
    return here;
}

static struct layout layout_of(const struct head *h, const struct matrix *m)
{
    struct layout l;
    size_t at = 0, entries = h->n_entries + ENTRY_PAD;
    place(&at, 1, sizeof *h);
    l.tiles = place(&at, m->n_tiles, sizeof(struct tile));
    l.wide_from = place(&at, m->n_blocks + 1, sizeof(size_t));
    l.wide = place(&at, h->n_wide, sizeof(struct wide));
    l.runs = place(&at, h->n_runs, sizeof(struct run));
    l.norm_sums = place(&at, h->n_tile_sums, sizeof(double));
    l.pixel_sums = place(&at, h->n_tile_sums, sizeof(double));
    l.share = place(&at, h->n_share, sizeof(double));
    l.totals = place(&at, m->n_sums, TOTALS);
    l.bins = place(&at, h->npt, 2 * sizeof(double));
    l.norm = place(&at, h->rows * h->cols, sizeof(double));
    l.a = place(&at, entries, sizeof(uint32_t));
    l.b = place(&at, h->whole ? 0 : entries, sizeof(uint32_t));
    l.c = place(&at, h->third ? entries : 0, sizeof(uint32_t));
    l.end = at;
    return l;
}

static struct head head_of(const struct matrix *m)
{
    size_t n_wide = m->wide_from[m->n_blocks];
    struct head h = {
        .magic = MAGIC,
        .version = VERSION,
        .sizes = SIZES,
        .rows = m->rows,
        .cols = m->cols,
        .npt = m->npt,
        .tile_rows = m->tile_rows,
        .tile_cols = m->tile_cols,
        .n_entries = m->n_entries,
        .n_runs = m->n_runs,
        .n_tile_sums = m->n_tile_sums,
        .n_wide = n_wide,
        .n_share = n_wide > 0 ? m->wide[n_wide - 1].share + m->wide[n_wide - 1].n : 0,
        .whole = m->whole,
    };
    for (size_t i = 0; i < m->n_tiles; i++)
        h.third |= m->tiles[i].n > 0 && m->tiles[i].window == 4;
    h.n_words = layout_of(&h, m).end;
    return h;
}

size_t matrix_data_words(const struct matrix *m)
{
    return head_of(m).n_words;
}

static void put(uint64_t *to, const void *from, size_t n, size_t size)
{
    if (n > 0)
        memcpy(to, from, n * size);
}

/* Field by field: what lies between them stays 0. */
static void put_tile(struct tile *to, const struct tile *t, size_t entry)
{
    to->row = t->row, to->col = t->col, to->rows = t->rows, to->cols = t->cols;
    to->window = t->window, to->n = t->n, to->n_runs = t->n_runs, to->n_bins = t->n_bins, to->bin = t->bin;
    to->entry = entry, to->run = t->run, to->sums = t->sums;
}

/* A large array on its way, block by block: norms in the order of the image, or one word of all entries,
 * without the gaps between blocks. */
struct move {
    const struct matrix *m;
    const struct tile *tiles; /* as they will be */
    const double *norm;
    const uint32_t *word;
    uint32_t window;          /* that a tile has at least, where it has this word */
    void *to;
};

static void move_block(void *data, size_t block, uint32_t worker)
{
    const struct move *v = data;
    const struct matrix *m = v->m;
    (void)worker;
    size_t first = matrix_block_first_tile(m, block), end = matrix_block_first_tile(m, block + 1);
    for (size_t i = first; v->word && i < end; i++)
        if (m->tiles[i].window >= v->window)
            memcpy((uint32_t *)v->to + v->tiles[i].entry, v->word + m->tiles[i].entry,
                   m->tiles[i].n * sizeof *v->word);
    size_t row = first / m->tiles_across * m->tile_rows, stop = end / m->tiles_across * m->tile_rows;
    stop = stop < m->rows ? stop : m->rows;
    if (v->norm && row < stop)
        memcpy((double *)v->to + row * m->cols, v->norm + row * m->cols,
               (stop - row) * m->cols * sizeof *v->norm);
}

/* What tiles have beside their entries, one block after the other. */
struct put_job {
    const struct matrix *m;
    struct run *runs;
    double *norm, *pixels;
};

static void put_block(void *data, size_t block, uint32_t worker)
{
    const struct put_job *j = data;
    const struct matrix *m = j->m;
    size_t first = matrix_block_first_tile(m, block), end = matrix_block_first_tile(m, block + 1);
    (void)worker;
    if (first == end)
        return;
    const struct tile *from = m->tiles + first, *to = m->tiles + end - 1;
    size_t runs = to->run + to->n_runs - from->run, sums = to->sums + to->n_bins - from->sums;
    memcpy(j->runs + from->run, m->runs + from->run, runs * sizeof *m->runs);
    memcpy(j->norm + from->sums, m->sums.norm + from->sums, sums * sizeof *m->sums.norm);
    memcpy(j->pixels + from->sums, m->sums.pixels + from->sums, sums * sizeof *m->sums.pixels);
}

static void move_word(struct move v, uint32_t **from, uint32_t window, uint64_t *words,
                      const struct integrator_input *in)
{
    v.word = *from;
    v.window = window;
    v.to = words;
    if (*from)
        integrator_parallel(in, v.m->n_blocks, move_block, &v);
    free(*from);
    *from = NULL;
}

static void move_norm(struct move v, struct integrator *it, uint64_t *words,
                      const struct integrator_input *in)
{
    v.norm = it->norm;
    v.to = words;
    integrator_parallel(in, v.m->n_blocks, move_block, &v);
    free(it->norm);
    it->norm = NULL;
    it->matrix->norm = NULL;
}

void matrix_data_move(struct integrator *it, const struct matrix_facts *facts,
                      const struct integrator_input *in, uint64_t *words)
{
    struct matrix *m = it->matrix;
    struct head h = head_of(m);
    struct layout l = layout_of(&h, m);
    h.n_used = it->n_used;
    h.n_shared = it->n_shared;
    h.unit = facts->unit;
    h.split = facts->split;
    h.solid_angle = facts->solid_angle;
    h.from = it->from;
    h.width = it->width;
    h.azimuth_from = it->azimuth_from;
    h.azimuth_to = it->azimuth_to;
    h.covered_from = it->covered_from;
    h.covered_to = it->covered_to;
    h.wavelength = facts->wavelength;
    large_pages(words, h.n_words * sizeof *words);
    memcpy(words, &h, sizeof h);
    put(words + l.wide_from, m->wide_from, m->n_blocks + 1, sizeof *m->wide_from);
    put(words + l.wide, m->wide, h.n_wide, sizeof *m->wide);
    struct put_job sums = {m, (struct run *)(words + l.runs), (double *)(words + l.norm_sums),
                           (double *)(words + l.pixel_sums)};
    integrator_parallel(in, m->n_blocks, put_block, &sums);
    put(words + l.share, m->share, h.n_share, sizeof *m->share);
    put(words + l.totals, m->totals.high, m->n_sums, TOTALS);
    put(words + l.bins, it->bin_norm, m->npt, sizeof *it->bin_norm);
    put(words + l.bins + m->npt, it->bin_pixels, m->npt, sizeof *it->bin_pixels);
    struct tile *tiles = (struct tile *)(words + l.tiles);
    size_t entry = 0;
    for (size_t i = 0; i < m->n_tiles; i++) {
        put_tile(&tiles[i], m->tiles + i, entry);
        entry += m->tiles[i].n;
    }
    const struct move v = {.m = m, .tiles = tiles};
    move_norm(v, it, words + l.norm, in);
    move_word(v, &m->a, 1, words + l.a, in);
    move_word(v, &m->b, 2, words + l.b, in);
    if (!h.third) {
        free(m->c);
        m->c = NULL;
    }
    move_word(v, &m->c, 4, words + l.c, in);
}

/* ---- Reading ---- */

static bool head_good(const struct head *h, size_t n, const char **why)
{
    const uint64_t most = 65535;
    *why = "not what integration_matrix gives";
    if (n * 8 < sizeof *h || h->magic != MAGIC)
        return false;
    *why = "of another version of Frit: make it again, with the integration_matrix of this one";
    if (h->version != VERSION || h->sizes != SIZES)
        return false;
    *why = "damaged: its length is not that of its parts";
    if (h->n_words != n || h->rows == 0 || h->cols == 0 || h->rows > most || h->cols > most ||
        h->rows * h->cols > n || h->npt == 0 || h->npt > AZIMUTHAL_NPT_MAX || h->tile_rows == 0 ||
        h->tile_cols == 0 || h->tile_cols % 16 != 0 || h->tile_rows > TILE_MAX || h->tile_cols > TILE_MAX ||
        h->tile_rows * h->tile_cols > TILE_MAX || h->n_entries > n || h->n_entries > h->rows * h->cols ||
        h->n_runs > 8 * (uint64_t)n || h->n_tile_sums > n || h->n_wide > n || h->n_share > n ||
        h->split > SPLIT_PSEUDO)
        return false;
    return h->unit == RADIAL_Q || h->unit == RADIAL_TWO_THETA;
}

/* That the pixels of a tile's entries are in it. */
static bool entries_good(const struct matrix *m, const struct tile *t)
{
    size_t row, col;
    uint32_t size = (uint32_t)m->tile_cols, end = size * t->rows, any[16] = {0}, i = 0;
    const uint32_t *a = m->a + t->entry;
    if (t->cols == size && (end & (end - 1)) == 0) { /* the rule: no bit above those of the tile's numbers */
        for (; i + 16 <= t->n; i += 16)
            for (uint32_t k = 0; k < 16; k++)
                any[k] |= a[i + k];
        for (; i < t->n; i++)
            any[0] |= a[i];
        for (uint32_t k = 1; k < 16; k++)
            any[0] |= any[k];
        return (any[0] & (TILE_MAX - 1)) < end;
    }
    for (; i < t->n; i++) {
        row = (a[i] & (TILE_MAX - 1)) / size, col = (a[i] & (TILE_MAX - 1)) % size;
        if (row >= t->rows || col >= t->cols)
            return false;
    }
    return true;
}

static bool runs_good(const struct matrix *m, const struct tile *t)
{
    const struct run *r = m->runs + t->run;
    uint64_t n = 0;
    for (uint32_t i = 0; i < t->n_runs; i++) {
        if (r[i].bin < t->bin || (int64_t)r[i].bin + t->window > (int64_t)t->bin + t->n_bins || r[i].n == 0)
            return false;
        n += r[i].n;
    }
    return n == t->n;
}

static bool tile_good(const struct matrix *m, size_t i, bool third)
{
    const struct tile *t = m->tiles + i;
    size_t row = i / m->tiles_across * m->tile_rows, col = i % m->tiles_across * m->tile_cols;
    size_t rows = m->rows - row < m->tile_rows ? m->rows - row : m->tile_rows;
    size_t cols = m->cols - col < m->tile_cols ? m->cols - col : m->tile_cols;
    if (t->row != row || t->col != col || t->rows != rows || t->cols != cols)
        return false;
    if (m->whole ? t->window != 1 : t->window != 3 && (t->window != 4 || (t->n > 0 && !third)))
        return false;
    return t->n <= m->n_entries && t->entry <= m->n_entries - t->n && t->n_runs <= m->n_runs &&
           t->run <= m->n_runs - t->n_runs && t->n_bins <= m->n_tile_sums &&
           t->sums <= m->n_tile_sums - t->n_bins && t->bin >= 0 && t->n_bins <= m->n_sums &&
           (size_t)t->bin <= m->n_sums - t->n_bins && runs_good(m, t) && entries_good(m, t);
}

static bool wides_good(const struct matrix *m, size_t n_wide, size_t n_share)
{
    bool good = (!m->whole || n_wide == 0) && m->wide_from[0] == 0 && m->wide_from[m->n_blocks] == n_wide;
    for (size_t b = 0; good && b < m->n_blocks; b++)
        good = m->wide_from[b] <= m->wide_from[b + 1] && m->wide_from[b + 1] <= n_wide;
    for (size_t i = 0; good && i < n_wide; i++) {
        const struct wide *w = m->wide + i;
        good = w->pixel < m->rows * m->cols && (i == 0 || w[-1].pixel < w->pixel) && w->n <= n_share && w->share <= n_share - w->n &&
               w->n <= m->n_sums && w->bin <= m->n_sums - w->n;
    }
    return good;
}

static void release_lent(struct matrix *m)
{
    free(m->sums.dark);
    free(m->sums.dark_variance);
    free(m);
}

struct check {
    const struct matrix *m;
    bool third, good[BLOCKS_MAX];
};

static void check_block(void *data, size_t block, uint32_t worker)
{
    struct check *k = data;
    (void)worker;
    k->good[block] = true;
    for (size_t i = matrix_block_first_tile(k->m, block); i < matrix_block_first_tile(k->m, block + 1); i++)
        k->good[block] = k->good[block] && tile_good(k->m, i, k->third);
}

static bool tiles_good(const struct matrix *m, bool third, const struct integrator_input *in)
{
    struct check k = {.m = m, .third = third};
    bool good = true;
    integrator_parallel(in, m->n_blocks, check_block, &k);
    for (size_t b = 0; b < m->n_blocks; b++)
        good = good && k.good[b];
    return good;
}

bool matrix_data_read(const uint64_t *words, size_t n, const struct integrator_input *in,
                      struct integrator *it, struct matrix_facts *facts, const char **why)
{
    const struct head *h = (const struct head *)words;
    *it = (struct integrator){.n_pixels = 0};
    if (!head_good(h, n, why))
        return false;
    struct matrix *m = calloc(1, sizeof *m);
    *why = NULL;
    if (!m)
        return false;
    it->matrix = m;
    it->release = release_lent;
    it->norm_lent = true;
    m->rows = h->rows, m->cols = h->cols, m->npt = h->npt, m->n_sums = h->npt + 2 * BIN_PAD;
    m->tile_rows = h->tile_rows, m->tile_cols = h->tile_cols, m->whole = h->whole != 0;
    m->n_entries = h->n_entries, m->n_runs = h->n_runs, m->n_tile_sums = h->n_tile_sums;
    matrix_shape(m);
    *why = "damaged: its length is not that of its parts";
    struct layout l = layout_of(h, m);
    if (l.end != n)
        return false;
    uint64_t *at = (uint64_t *)(uintptr_t)words; /* which nobody writes to */
    m->tiles = (struct tile *)(at + l.tiles);
    m->wide_from = (size_t *)(at + l.wide_from);
    m->wide = (struct wide *)(at + l.wide);
    m->runs = (struct run *)(at + l.runs);
    m->sums.norm = (double *)(at + l.norm_sums);
    m->sums.pixels = (double *)(at + l.pixel_sums);
    m->share = (double *)(at + l.share);
    double *totals = (double *)(at + l.totals);
    m->totals = (struct bin_totals){totals, totals + m->n_sums, totals + 2 * m->n_sums,
                                    (uint32_t *)(void *)(totals + 3 * m->n_sums)};
    it->norm = (double *)(at + l.norm);
    m->norm = it->norm;
    m->a = (uint32_t *)(at + l.a);
    m->b = m->whole ? NULL : (uint32_t *)(at + l.b);
    m->c = h->third ? (uint32_t *)(at + l.c) : NULL;
    *why = "damaged: entries are out of place; make it again";
    if (!tiles_good(m, h->third, in) || !wides_good(m, h->n_wide, h->n_share))
        return false;
    *facts =
        (struct matrix_facts){(enum radial)h->unit, (enum split)h->split, h->solid_angle != 0, h->wavelength};
    it->n_pixels = h->rows * h->cols;
    it->npt = it->n_bins = h->npt;
    it->n_azim = 1;
    it->from = h->from, it->width = h->width;
    it->azimuth_from = h->azimuth_from, it->azimuth_to = h->azimuth_to;
    it->covered_from = h->covered_from, it->covered_to = h->covered_to;
    it->n_used = h->n_used, it->n_shared = h->n_shared;
    *why = NULL;
    it->bin_norm = malloc(h->npt * sizeof *it->bin_norm);
    it->bin_pixels = malloc(h->npt * sizeof *it->bin_pixels);
    if (!it->bin_norm || !it->bin_pixels)
        return false;
    memcpy(it->bin_norm, at + l.bins, h->npt * sizeof *it->bin_norm);
    memcpy(it->bin_pixels, at + l.bins + h->npt, h->npt * sizeof *it->bin_pixels);
    return true;
}
