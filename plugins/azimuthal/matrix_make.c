/* The matrix of matrix.h, made from a geometry: extent, shares of the pixels of a row of tiles, and a counting
 * sort of every tile.
 *
 * The splitting is that of split.c, for many pixels at once; pixels near the beam, whose azimuths differ much
 * from corner to corner, and those that cover many bins go through split.c itself.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "kernel.h"
#include "split.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define FINE_BINS 16384

/* ---- Lines of corners and centres ---- */

struct setup {
    const struct integrator_input *in;
    struct integrator *it;
    struct matrix *m;
    const struct kernels *k;
    size_t n; /* of a line: columns + 1, up to a multiple of 16 */
    double *memory;
    struct line upper, lower, centre;
    double *upper_turn, *lower_turn, *down; /* azimuths along the lines, and from upper to lower */
    struct shared_rows rows;
    struct shares shares;
    size_t tile_size, run_size, entry_size, sum_size, wide_size, share_size, n_wide,
        n_share; /* allocated, used */
    uint32_t *count;
    double *value; /* of the pixels of a tile */
};

static void fill_line(const struct setup *s, double row, double shift, struct line *line)
{
    const struct geometry *g = s->in->geometry;
    s->k->line(g, row, shift, s->n, line);
    if (s->in->unit == RADIAL_Q && !(g->sensor_thickness > 0))
        return;
    for (size_t j = 0; j < s->n; j++) {
        struct point p = geometry_point(g, row, (double)j + shift);
        line->t1[j] = p.t1;
        line->t2[j] = p.t2;
        line->radial[j] = point_radial(&p, s->in->unit, g->wavelength);
    }
}

/* Rows must come in order, from 0. */
static void next_row(struct setup *s, size_t row, bool turns)
{
    if (s->in->split != SPLIT_FULL)
        fill_line(s, (double)row + 0.5, 0.5, &s->centre);
    if (s->in->split == SPLIT_NO)
        return;
    struct line line = s->upper;
    double *turn = s->upper_turn;
    s->upper = s->lower, s->lower = line;
    s->upper_turn = s->lower_turn, s->lower_turn = turn;
    if (row == 0) {
        fill_line(s, 0, 0, &s->upper);
        s->k->turn(&s->upper, 0, &s->upper, 1, s->n - 16, s->upper_turn);
    }
    fill_line(s, (double)row + 1, 0, &s->lower);
    if (turns && s->in->split == SPLIT_FULL) {
        s->k->turn(&s->lower, 0, &s->lower, 1, s->n - 16, s->lower_turn);
        s->k->turn(&s->upper, 0, &s->lower, 0, s->n, s->down);
    }
}

static double smaller(double a, double b)
{
    return a < b ? a : b;
}

static double larger(double a, double b)
{
    return a > b ? a : b;
}

static void box_of(const struct setup *s, size_t j, double *lo, double *hi)
{
    const double *u = s->upper.radial + j, *l = s->lower.radial + j, centre = s->centre.radial[j];
    *lo = smaller(smaller(u[0], u[1]), smaller(l[0], l[1]));
    *hi = larger(larger(u[0], u[1]), larger(l[0], l[1]));
    if (s->in->split == SPLIT_BBOX) {
        double half = larger(centre - *lo, *hi - centre);
        *lo = larger(centre - half, 0);
        *hi = centre + half;
    }
}

static enum integrator_status extent(struct setup *s)
{
    const struct geometry *g = s->in->geometry;
    double from = INFINITY, to = -INFINITY;
    for (size_t i = 0; i < g->rows; i++) {
        next_row(s, i, false);
        for (size_t j = 0; j < g->cols; j++) {
            if (!integrator_usable(s->in, i * g->cols + j))
                continue;
            double lo, hi;
            if (s->in->split == SPLIT_NO)
                lo = hi = s->centre.radial[j];
            else
                box_of(s, j, &lo, &hi);
            from = smaller(from, lo);
            to = larger(to, hi);
            s->it->n_used++;
        }
    }
    s->it->covered_from = from;
    s->it->covered_to = to;
    return s->it->n_used > 0 ? INTEGRATOR_OK : INTEGRATOR_ALL_MASKED;
}

/* ---- Shares ---- */

static double bin_of(const struct setup *s, double radial)
{
    return (radial - s->it->from) / s->it->width;
}

static bool add_wide(struct setup *s, size_t pixel)
{
    struct matrix *m = s->m;
    const struct shares *sh = &s->shares;
    if (s->n_wide == s->wide_size) {
        size_t more = 2 * s->wide_size + 1024;
        struct wide *w = realloc(m->wide, more * sizeof *w);
        if (!w)
            return false;
        m->wide = w;
        s->wide_size = more;
    }
    if (s->n_share + sh->n > s->share_size) {
        size_t more = 2 * s->share_size + sh->n + 4096;
        double *p = realloc(m->share, more * sizeof *p);
        if (!p)
            return false;
        m->share = p;
        s->share_size = more;
    }
    m->wide[s->n_wide++] = (struct wide){pixel, s->n_share, (uint32_t)(sh->first + BIN_PAD), (uint32_t)sh->n};
    memcpy(m->share + s->n_share, sh->share, sh->n * sizeof *sh->share);
    s->n_share += sh->n;
    return true;
}

/* Splits one pixel by itself, and keeps it apart. */
static bool share_alone(struct setup *s, size_t row, size_t j)
{
    long npt = (long)s->it->npt;
    bool good;
    if (s->in->split == SPLIT_FULL) {
        const struct line *u = &s->upper, *l = &s->lower;
        const struct line *corner[] = {u, l, l, u};
        struct outline o = {.beam = bin_of(s, 0)};
        for (size_t k = 0; k < 4; k++) {
            size_t at = j + (k == 2 || k == 3);
            o.bin[k] = bin_of(s, corner[k]->radial[at]);
            o.chi[k] = atan2(corner[k]->t1[at], corner[k]->t2[at]);
        }
        good = split_pixel(&o, npt, &s->shares);
    } else {
        double lo, hi;
        box_of(s, j, &lo, &hi);
        good = split_box(bin_of(s, lo), bin_of(s, hi), npt, &s->shares);
    }
    if (!good || s->shares.n == 0)
        return good;
    s->it->n_shared++;
    return add_wide(s, row * s->in->geometry->cols + j);
}

static void share_sixteen(struct setup *s, size_t j, struct sixteen *x)
{
    double from = s->it->from, width = s->it->width;
    if (s->in->split == SPLIT_FULL) {
        const double *u = s->upper.radial + j, *l = s->lower.radial + j;
        for (int k = 0; k < 16; k++) {
            x->r[0][k] = (u[k] - from) / width;
            x->r[1][k] = (l[k] - from) / width;
            x->r[2][k] = (l[k + 1] - from) / width;
            x->r[3][k] = (u[k + 1] - from) / width;
            x->chi[1][k] = s->down[j + (size_t)k];
            x->chi[2][k] = s->down[j + (size_t)k] + s->lower_turn[j + (size_t)k];
            x->chi[3][k] = s->upper_turn[j + (size_t)k];
        }
        s->k->share_full(x);
        return;
    }
    for (int k = 0; k < 16; k++) {
        double lo, hi;
        if (s->in->split == SPLIT_NO)
            lo = hi = s->centre.radial[j + (size_t)k];
        else
            box_of(s, j + (size_t)k, &lo, &hi);
        x->r[0][k] = (lo - from) / width;
        x->r[1][k] = (hi - from) / width;
    }
    s->k->share_box(x);
}

static bool difficult(const struct setup *s, const struct sixteen *x, int k)
{
    return x->n[k] > WINDOW_MAX ||
           (s->in->split == SPLIT_FULL && !isfinite(x->chi[1][k] + x->chi[2][k] + x->chi[3][k]));
}

static bool share_row(struct setup *s, size_t row, size_t within)
{
    size_t cols = s->in->geometry->cols;
    double npt = (double)s->it->npt;
    struct sixteen x;
    for (size_t j = 0; j < cols; j++) {
        int k = (int)(j % 16);
        size_t at = within * cols + j, pixel = row * cols + j;
        if (k == 0)
            share_sixteen(s, j, &x);
        s->rows.bin[at] = -1;
        if (!integrator_usable(s->in, pixel))
            continue;
        double first = x.first[k], last = first + x.n[k] - 1;
        /* Its last position may be the lower edge of the first bin, exactly. */
        if (!(last >= 0 && first < npt) || integrator_sector(s->it, s->in, row, j) < 0)
            continue;
        if (difficult(s, &x, k)) {
            if (!share_alone(s, row, j))
                return false;
            continue;
        }
        s->it->n_shared++;
        s->rows.bin[at] = (int32_t)first + BIN_PAD;
        s->rows.n[at] = (uint8_t)x.n[k];
        for (int e = 0; e < 3; e++)
            s->rows.weight[e][at] = (uint32_t)x.weight[e][k];
    }
    return true;
}

/* ---- Tiles ---- */

static bool grow(void *array, size_t *size, size_t need, size_t each)
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

static void put_entry(struct matrix *m, size_t at, uint32_t index, const uint32_t *w, uint32_t window)
{
    m->a[at] = window == 1 ? index : index | w[0] >> 6 << 12;
    if (window > 1)
        m->b[at] = (w[0] & 63) | w[1] << 6;
    if (window == 4)
        m->c[at] = w[2];
}

/* Counts of the pixels of each first bin; the tile's bins. */
static void count_tile(struct setup *s, struct tile *t, uint32_t *count)
{
    const struct shared_rows *r = &s->rows;
    int32_t lo = INT32_MAX, hi = -1;
    uint32_t window = 1;
    for (size_t i = 0; i < t->rows; i++)
        for (size_t j = 0; j < t->cols; j++) {
            size_t at = i * s->m->cols + t->col + j;
            int32_t bin = r->bin[at];
            if (bin < 0)
                continue;
            if (count[bin]++ == 0)
                t->n_runs++;
            lo = bin < lo ? bin : lo;
            hi = bin > hi ? bin : hi;
            window = r->n[at] > window ? r->n[at] : window;
            t->n++;
        }
    t->window = s->in->split == SPLIT_NO ? 1 : window <= 3 ? 3 : 4;
    t->bin = t->n > 0 ? lo : BIN_PAD;
    t->n_bins = t->n > 0 ? (uint32_t)(hi - lo) + t->window : 0;
}

static bool sort_tile(struct setup *s, struct tile *t)
{
    struct matrix *m = s->m;
    count_tile(s, t, s->count);
    t->entry = m->n_entries;
    t->run = m->n_runs;
    size_t need = m->n_entries + t->n + ENTRY_PAD;
    size_t size = s->entry_size, size_b = size, size_c = size;
    if (!grow(&m->a, &size, need, sizeof *m->a) || !grow(&m->b, &size_b, need, sizeof *m->b) ||
        !grow(&m->c, &size_c, need, sizeof *m->c) ||
        !grow(&m->runs, &s->run_size, m->n_runs + t->n_runs, sizeof *m->runs))
        return false;
    s->entry_size = size;
    uint32_t next = 0;
    for (int32_t bin = t->bin; t->n > 0 && bin < t->bin + (int32_t)(t->n_bins - t->window) + 1; bin++) {
        uint32_t n = s->count[bin];
        if (n > 0)
            m->runs[m->n_runs++] = (struct run){bin, n};
        s->count[bin] = next;
        next += n;
    }
    const struct shared_rows *r = &s->rows;
    for (size_t i = 0; i < t->rows; i++)
        for (size_t j = 0; j < t->cols; j++) {
            size_t at = i * m->cols + t->col + j;
            if (r->bin[at] < 0)
                continue;
            uint32_t w[] = {r->weight[0][at], r->weight[1][at], r->weight[2][at]};
            put_entry(m, t->entry + s->count[r->bin[at]]++, (uint32_t)(i * m->tile_cols + j), w, t->window);
        }
    if (t->n > 0)
        memset(s->count + t->bin, 0, (t->n_bins - t->window + 1) * sizeof *s->count);
    m->n_entries += t->n;
    return true;
}

/* What of an image lies in a tile, 0 where there is none. */
static void tile_values(const struct matrix *m, const struct tile *t, const double *image, double *value)
{
    for (size_t i = 0; i < t->rows; i++)
        memcpy(value + i * m->tile_cols, image + (t->row + i) * m->cols + t->col, t->cols * sizeof *value);
}

static bool sum_tile(struct setup *s, struct tile *t)
{
    struct matrix *m = s->m;
    double **sum[] = {&m->sums.norm, &m->sums.pixels, &m->sums.dark, &m->sums.dark_variance};
    const double *image[] = {m->norm, NULL, s->it->dark, s->it->dark_variance};
    t->sums = m->n_tile_sums;
    if (t->n_bins == 0)
        return true;
    m->n_tile_sums += t->n_bins;
    size_t size = s->sum_size;
    for (int k = 0; k < 4; k++) {
        if (k > 1 && !image[k])
            continue;
        size = s->sum_size;
        if (!grow(sum[k], &size, m->n_tile_sums, sizeof **sum[k]))
            return false;
        memset(*sum[k] + t->sums, 0, t->n_bins * sizeof **sum[k]);
        if (image[k])
            tile_values(m, t, image[k], s->value);
        else
            for (size_t i = 0; i < TILE_MAX; i++)
                s->value[i] = 1;
        (k == 3 ? matrix_tile_sum_squared : matrix_tile_sum)(m, t, s->value, *sum[k] + t->sums);
    }
    s->sum_size = size;
    return true;
}

static bool make_tiles(struct setup *s, size_t row)
{
    struct matrix *m = s->m;
    for (size_t k = 0; k < m->tiles_across; k++) {
        size_t col = k * m->tile_cols;
        struct tile *t = &m->tiles[m->n_tiles++];
        *t = (struct tile){.row = (uint32_t)row,
                           .col = (uint32_t)col,
                           .rows = (uint32_t)(m->rows - row < m->tile_rows ? m->rows - row : m->tile_rows),
                           .cols = (uint32_t)(m->cols - col < m->tile_cols ? m->cols - col : m->tile_cols)};
        if (!sort_tile(s, t) || !sum_tile(s, t))
            return false;
    }
    return true;
}

/* ---- All of it ---- */

static void set_norms(struct setup *s)
{
    const struct geometry *g = s->in->geometry;
    for (size_t i = 0; i < g->rows; i++)
        for (size_t j = 0; j < g->cols; j++)
            s->it->norm[i * g->cols + j] =
                integrator_usable(s->in, i * g->cols + j) ? integrator_norm(s->in, i, j) : 0;
}

static bool allocate(struct setup *s)
{
    struct matrix *m = s->m;
    const struct geometry *g = s->in->geometry;
    size_t n = m->rows * m->cols, in_rows = m->tile_rows * m->cols;
    m->tiles_across = (m->cols + m->tile_cols - 1) / m->tile_cols;
    size_t down = (m->rows + m->tile_rows - 1) / m->tile_rows;
    m->n_blocks = down < BLOCKS_MAX ? down : BLOCKS_MAX;
    m->tiles = calloc(down * m->tiles_across, sizeof *m->tiles);
    m->wide_from = calloc(m->n_blocks + 1, sizeof *m->wide_from);
    s->it->norm = calloc(n, sizeof *s->it->norm);
    m->norm = s->it->norm;
    s->n = (g->cols + 1 + 15) / 16 * 16 + 16;
    s->memory = calloc(12 * s->n, sizeof *s->memory);
    s->rows.bin = malloc(in_rows * sizeof *s->rows.bin);
    s->rows.n = malloc(in_rows);
    for (int k = 0; k < 3; k++)
        s->rows.weight[k] = malloc(in_rows * sizeof *s->rows.weight[k]);
    s->value = calloc(TILE_MAX, sizeof *s->value);
    if (!m->tiles || !m->wide_from || !s->it->norm || !s->memory || !s->rows.bin || !s->rows.n ||
        !s->rows.weight[0] || !s->rows.weight[1] || !s->rows.weight[2] || !s->value)
        return false;
    double *p = s->memory;
    s->upper = (struct line){p, p + s->n, p + 2 * s->n};
    s->lower = (struct line){p + 3 * s->n, p + 4 * s->n, p + 5 * s->n};
    s->centre = (struct line){p + 6 * s->n, p + 7 * s->n, p + 8 * s->n};
    s->upper_turn = p + 9 * s->n;
    s->lower_turn = p + 10 * s->n;
    s->down = p + 11 * s->n;
    return true;
}

static void setup_clear(struct setup *s)
{
    free(s->memory);
    free(s->rows.bin);
    free(s->rows.n);
    for (int k = 0; k < 3; k++)
        free(s->rows.weight[k]);
    free(s->shares.share);
    free(s->count);
    free(s->value);
}

static void matrix_free(struct matrix *m)
{
    free(m->tiles);
    free(m->runs);
    free(m->a);
    free(m->b);
    free(m->c);
    free(m->sums.norm);
    free(m->sums.pixels);
    free(m->sums.dark);
    free(m->sums.dark_variance);
    free(m->wide);
    free(m->wide_from);
    free(m->share);
    free(m);
}

static size_t block_of(const struct matrix *m, size_t tile_row)
{
    size_t b = 0;
    while (matrix_block_first_tile(m, b + 1) <= tile_row * m->tiles_across)
        b++;
    return b;
}

/* true with *coarse false: too many wide pixels. */
static enum integrator_status share_out(struct setup *s, bool *fine)
{
    struct matrix *m = s->m;
    const struct integrator_input *in = s->in;
    size_t block = 0;
    for (size_t row = 0; row < m->rows; row += m->tile_rows) {
        if (in->progress && !in->progress(in->progress_data, (double)row / (double)m->rows))
            return INTEGRATOR_CANCELLED;
        for (; block < block_of(m, row / m->tile_rows); block++)
            m->wide_from[block + 1] = s->n_wide;
        for (size_t i = 0; i < m->tile_rows && row + i < m->rows; i++) {
            next_row(s, row + i, true);
            if (!share_row(s, row + i, i))
                return INTEGRATOR_NO_MEMORY;
        }
        if (!make_tiles(s, row))
            return INTEGRATOR_NO_MEMORY;
        *fine = s->n_wide > 4096 + s->it->n_shared / 4;
        if (*fine)
            return INTEGRATOR_OK;
    }
    for (; block < m->n_blocks; block++)
        m->wide_from[block + 1] = s->n_wide;
    return s->it->n_shared == 0 && !isnan(s->it->azimuth_from) ? INTEGRATOR_EMPTY : INTEGRATOR_OK;
}

static bool sum_norms(struct integrator *it)
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

static void mean_dark(struct integrator *it)
{
    double sum = 0;
    size_t n = 0;
    for (size_t i = 0; it->dark && i < it->n_pixels; i++)
        if (isfinite(it->dark[i])) {
            sum += it->dark[i];
            n++;
        }
    it->matrix->dark_mean = n > 0 ? sum / (double)n : 0;
}

static enum integrator_status make(struct setup *s, bool *fine)
{
    struct integrator *it = s->it;
    if (!allocate(s))
        return INTEGRATOR_NO_MEMORY;
    enum integrator_status status = extent(s);
    if (status == INTEGRATOR_OK)
        status = integrator_bins(it, s->in);
    if (status != INTEGRATOR_OK)
        return status;
    s->m->npt = it->npt;
    s->m->n_sums = it->npt + 2 * BIN_PAD;
    s->count = calloc(s->m->n_sums, sizeof *s->count);
    if (!s->count)
        return INTEGRATOR_NO_MEMORY;
    set_norms(s);
    status = share_out(s, fine);
    if (status == INTEGRATOR_OK && !*fine && !sum_norms(it))
        status = INTEGRATOR_NO_MEMORY;
    mean_dark(it);
    return status;
}

static enum integrator_status make_with(struct integrator *it, const struct integrator_input *in,
                                        size_t tile_rows, size_t tile_cols)
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
                                      .tile_rows = tile_rows,
                                      .tile_cols = tile_cols,
                                      .whole = in->split == SPLIT_NO};
        struct setup s = {.in = in, .it = it, .m = it->matrix, .k = kernels_of(KERNEL_BEST)};
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
    return make_with(it, in, 64, 64);
}

enum integrator_status matrix_batch_make(struct integrator *it, const struct integrator_input *in)
{
    return make_with(it, in, 16, 32);
}
