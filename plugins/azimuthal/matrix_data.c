/* A matrix that was kept, read in place: first that it is one, whatever its words are.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "matrix_data.h"
#include "matrix_layout.h"
#include "setup.h"

#include <stdlib.h>
#include <string.h>

static bool head_good(const struct matrix_head *h, size_t n, const char **why)
{
    const uint64_t most = 65535;
    *why = "not what integration_matrix gives";
    if (n * 8 < sizeof *h || h->magic != MATRIX_MAGIC)
        return false;
    *why = "of another version of Frit: make it again, with the integration_matrix of this one";
    if (h->version != MATRIX_VERSION || h->sizes != MATRIX_SIZES)
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
        good = w->pixel < m->rows * m->cols && (i == 0 || w[-1].pixel < w->pixel) && w->n <= n_share &&
               w->share <= n_share - w->n && w->n <= m->n_sums && w->bin <= m->n_sums - w->n;
    }
    return good;
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
    const struct matrix_head *h = (const struct matrix_head *)words;
    *it = (struct integrator){.n_pixels = 0};
    if (!head_good(h, n, why))
        return false;
    struct matrix *m = calloc(1, sizeof *m);
    *why = NULL;
    if (!m)
        return false;
    it->matrix = m;
    it->release = matrix_free;
    m->rows = h->rows, m->cols = h->cols, m->npt = h->npt, m->n_sums = h->npt + 2 * BIN_PAD;
    m->tile_rows = h->tile_rows, m->tile_cols = h->tile_cols, m->whole = h->whole != 0;
    m->n_entries = h->n_entries, m->n_runs = h->n_runs, m->n_tile_sums = h->n_tile_sums;
    matrix_shape(m);
    *why = "damaged: its length is not that of its parts";
    struct matrix_layout l = matrix_layout_of(h, m);
    if (l.end != n)
        return false;
    matrix_point(it, h, &l, (uint64_t *)(uintptr_t)words); /* which nobody writes to */
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
    memcpy(it->bin_norm, words + l.bins, h->npt * sizeof *it->bin_norm);
    memcpy(it->bin_pixels, words + l.bins + h->npt, h->npt * sizeof *it->bin_pixels);
    return true;
}
