/* Which pixel counts in which bin, with what weight.
 *
 * The sums run over the pixels in the order of the image, in double, on one thread: the same frame
 * gives the same bits.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "integrator.h"
#include "split.h"
#include "shared/values.h"

#include <float.h>
#include <math.h>
#include <stdlib.h>

#define DEGREES (180 / 3.14159265358979323846)

void integrator_clear(struct integrator *it)
{
    free(it->first);
    free(it->n_shares);
    free(it->share);
    if (!it->norm_lent)
        free(it->norm);
    if (!it->dark_lent) {
        free(it->dark);
        free(it->dark_single);
    }
    free(it->dark_variance);
    free(it->bin_norm);
    free(it->bin_pixels);
    if (it->matrix)
        it->release(it->matrix);
}

void integrator_parallel(const struct integrator_input *in, size_t n,
                         void (*work)(void *data, size_t i, uint32_t worker), void *data)
{
    if (in->parallel)
        in->parallel(in->parallel_with, n, work, data);
    for (size_t i = 0; !in->parallel && i < n; i++)
        work(data, i, 0);
}

/* ---- Radial positions of the pixels, row by row ---- */

void lent_values(const struct lent_image *image, size_t offset, size_t n, double *to)
{
    values_as_double(image->dtype, image->data, offset, n, to);
    for (size_t i = 0; image->mask && i < n; i++)
        to[i] = image->mask[offset + i] ? NAN : to[i];
}

/* 1 where there is none. */
static double flat_at(const struct integrator_input *in, size_t i)
{
    double flat = 1;
    if (in->flat.data)
        lent_values(&in->flat, i, 1, &flat);
    return flat;
}

bool integrator_usable(const struct integrator_input *in, size_t i)
{
    double flat = flat_at(in, i);
    return !(in->skip && in->skip[i]) && flat > 0 && flat <= DBL_MAX &&
           !(in->dark && !isfinite(in->dark[i])) &&
           !(in->dark_variance && !isfinite(in->dark_variance[i]));
}

/* The corners on the line between two rows of pixels, cols + 1 of them; chi is for full splitting. */
struct edge {
    double *radial, *chi;
};

struct rows {
    double *centre;           /* of the pixels of this row */
    struct edge upper, lower; /* of this row, where pixels are split */
    double *memory;
};

static void fill_edge(const struct integrator_input *in, size_t row, bool with_chi, struct edge *e)
{
    const struct geometry *g = in->geometry;
    for (size_t j = 0; j <= g->cols; j++) {
        struct point p = geometry_point(g, (double)row, (double)j);
        e->radial[j] = point_radial(&p, in->unit, g->wavelength);
        if (with_chi)
            e->chi[j] = point_chi(&p);
    }
}

static bool rows_start(const struct integrator_input *in, bool with_chi, struct rows *r)
{
    size_t n = in->geometry->cols + 1;
    r->memory = malloc(5 * n * sizeof *r->memory);
    if (!r->memory)
        return false;
    r->centre = r->memory;
    r->upper = (struct edge){r->memory + n, r->memory + 2 * n};
    r->lower = (struct edge){r->memory + 3 * n, r->memory + 4 * n};
    if (in->split != SPLIT_NO)
        fill_edge(in, 0, with_chi, &r->lower);
    return true;
}

/* Rows must come in order, from 0. */
static void rows_next(const struct integrator_input *in, size_t row, bool with_chi, struct rows *r)
{
    const struct geometry *g = in->geometry;
    if (in->split != SPLIT_NO) {
        struct edge swap = r->upper;
        r->upper = r->lower;
        r->lower = swap;
        fill_edge(in, row + 1, with_chi, &r->lower);
    }
    for (size_t j = 0; j < g->cols && (in->split == SPLIT_NO || in->split == SPLIT_BBOX); j++) {
        struct point p = geometry_point(g, (double)row + 0.5, (double)j + 0.5);
        r->centre[j] = point_radial(&p, in->unit, g->wavelength);
    }
}

struct extent {
    double lo, hi;
};

static void widen(struct extent *e, double r)
{
    e->lo = r < e->lo ? r : e->lo;
    e->hi = r > e->hi ? r : e->hi;
}

/* What a pixel covers, by pyFAI's rules. */
static struct extent pixel_extent(const struct rows *r, enum split split, size_t j)
{
    struct extent e = {INFINITY, -INFINITY};
    if (split == SPLIT_NO)
        return (struct extent){r->centre[j], r->centre[j]};
    widen(&e, r->upper.radial[j]);
    widen(&e, r->upper.radial[j + 1]);
    widen(&e, r->lower.radial[j]);
    widen(&e, r->lower.radial[j + 1]);
    if (split == SPLIT_BBOX) {
        double half = fmax(r->centre[j] - e.lo, e.hi - r->centre[j]);
        e = (struct extent){fmax(r->centre[j] - half, 0), r->centre[j] + half};
    }
    return e;
}

/* ---- The range that the detector covers, and the bins ---- */

static enum integrator_status find_extent(struct integrator *it, const struct integrator_input *in)
{
    const struct geometry *g = in->geometry;
    struct extent all = {INFINITY, -INFINITY};
    struct rows rows;
    if (!rows_start(in, false, &rows))
        return INTEGRATOR_NO_MEMORY;
    for (size_t i = 0; i < g->rows; i++) {
        rows_next(in, i, false, &rows);
        for (size_t j = 0; j < g->cols; j++) {
            if (!integrator_usable(in, i * g->cols + j))
                continue;
            struct extent e = pixel_extent(&rows, in->split, j);
            widen(&all, e.lo);
            widen(&all, e.hi);
            it->n_used++;
        }
    }
    free(rows.memory);
    it->covered_from = all.lo;
    it->covered_to = all.hi;
    return it->n_used > 0 ? INTEGRATOR_OK : INTEGRATOR_ALL_MASKED;
}

enum integrator_status integrator_bins(struct integrator *it, const struct integrator_input *in)
{
    double from = in->from, to = in->to;
    if (isnan(from)) {
        /* As pyFAI: the upper edge is a little higher than the farthest pixel, which so is inside. */
        from = it->covered_from;
        to = it->covered_to * (1 + (double)FLT_EPSILON);
        if (!(to > from)) /* one pixel, or pixels on one ring */
            to = from + (from > 0 ? from : 1) * (double)FLT_EPSILON;
    }
    it->npt = in->npt;
    it->n_azim = in->n_azim;
    it->n_bins = in->npt * in->n_azim;
    it->azimuth_from = in->azimuth_from;
    it->azimuth_to = in->azimuth_to;
    it->from = from;
    it->width = (to - from) / (double)in->npt;
    return it->covered_to < from || it->covered_from >= to ? INTEGRATOR_OUTSIDE : INTEGRATOR_OK;
}

/* ---- Shares of the pixels ---- */

/* Appends the shares; *n of *size are in use. */
static bool append(struct integrator *it, const struct shares *s, size_t *n, size_t *size)
{
    if (*n + s->n > *size) {
        size_t more = *size + *size / 2 + s->n + 4096;
        double *p = realloc(it->share, more * sizeof *p);
        if (!p)
            return false;
        it->share = p;
        *size = more;
    }
    for (size_t k = 0; k < s->n; k++)
        it->share[(*n)++] = s->share[k];
    return true;
}

static double bin_of(const struct integrator *it, double radial)
{
    return (radial - it->from) / it->width;
}

static bool share_outline(const struct integrator *it, const struct rows *r, enum split split, size_t j,
                          struct shares *s)
{
    const struct edge *u = &r->upper, *l = &r->lower;
    struct outline o = {
        .bin = {bin_of(it, u->radial[j]), bin_of(it, l->radial[j]), bin_of(it, l->radial[j + 1]),
                bin_of(it, u->radial[j + 1])},
        .chi = {u->chi[j], l->chi[j], l->chi[j + 1], u->chi[j + 1]},
        .beam = bin_of(it, 0),
    };
    return (split == SPLIT_FULL ? split_pixel : split_pseudo)(&o, (long)it->npt, s);
}

static bool share_pixel(const struct integrator *it, const struct rows *r, enum split split, size_t j,
                        struct shares *s)
{
    if (split == SPLIT_FULL || split == SPLIT_PSEUDO)
        return share_outline(it, r, split, j, s);
    struct extent e = pixel_extent(r, split, j);
    return split_box(bin_of(it, e.lo), bin_of(it, e.hi), (long)it->npt, s);
}

/* The sector that the pixel's centre lies in, or -1.  Azimuths count from azimuth_from, once round. */
long integrator_sector(const struct integrator *it, const struct integrator_input *in, size_t row, size_t col)
{
    if (isnan(it->azimuth_from))
        return 0;
    struct point p = geometry_point(in->geometry, (double)row + 0.5, (double)col + 0.5);
    double turn = fmod(DEGREES * point_chi(&p) - it->azimuth_from, 360);
    turn += turn < 0 ? 360 : 0;
    if (turn >= 360) /* rounded up from just below 0 */
        turn = 0;
    double span = it->azimuth_to - it->azimuth_from;
    if (!(turn < span))
        return -1;
    long sector = (long)(turn / span * (double)it->n_azim);
    return sector < (long)it->n_azim ? sector : (long)it->n_azim - 1;
}

double integrator_norm(const struct integrator_input *in, size_t row, size_t col)
{
    struct point p = geometry_point(in->geometry, (double)row + 0.5, (double)col + 0.5);
    return flat_at(in, row * in->geometry->cols + col) * correction_of(in->correction, &p);
}

struct splitter {
    struct rows rows;
    struct shares shares;
    size_t n, size; /* shares in use, and allocated */
};

static bool share_row(struct integrator *it, const struct integrator_input *in, size_t row,
                      struct splitter *sp)
{
    size_t cols = in->geometry->cols;
    rows_next(in, row, true, &sp->rows);
    for (size_t j = 0; j < cols; j++) {
        size_t i = row * cols + j;
        it->first[i] = -1;
        if (!integrator_usable(in, i))
            continue;
        long sector = integrator_sector(it, in, row, j);
        if (sector < 0)
            continue;
        if (!share_pixel(it, &sp->rows, in->split, j, &sp->shares))
            return false;
        if (sp->shares.n == 0)
            continue;
        it->n_shared++;
        it->first[i] = (int32_t)(sector * (long)it->npt + sp->shares.first);
        it->norm[i] = integrator_norm(in, row, j);
        if (in->split == SPLIT_NO)
            continue;
        it->n_shares[i] = (uint32_t)sp->shares.n;
        if (!append(it, &sp->shares, &sp->n, &sp->size))
            return false;
    }
    return true;
}

static enum integrator_status share_rows(struct integrator *it, const struct integrator_input *in,
                                         struct splitter *sp)
{
    size_t rows = in->geometry->rows;
    for (size_t row = 0; row < rows; row++) {
        if (row % 64 == 0 && in->progress && !in->progress(in->progress_data, (double)row / (double)rows))
            return INTEGRATOR_CANCELLED;
        if (!share_row(it, in, row, sp))
            return INTEGRATOR_NO_MEMORY;
    }
    return INTEGRATOR_OK;
}

static enum integrator_status share_out(struct integrator *it, const struct integrator_input *in)
{
    struct splitter sp = {.n = 0};
    if (!rows_start(in, true, &sp.rows))
        return INTEGRATOR_NO_MEMORY;
    enum integrator_status status = share_rows(it, in, &sp);
    free(sp.rows.memory);
    free(sp.shares.share);
    if (status == INTEGRATOR_OK && it->n_shared == 0 && !isnan(it->azimuth_from))
        status = INTEGRATOR_EMPTY;
    if (status == INTEGRATOR_OK && sp.n > 0) {
        double *less = realloc(it->share, sp.n * sizeof *less);
        it->share = less ? less : it->share;
    }
    return status;
}

static enum integrator_status allocate(struct integrator *it, const struct integrator_input *in)
{
    it->n_pixels = in->geometry->rows * in->geometry->cols;
    it->first = calloc(it->n_pixels, sizeof *it->first);
    it->norm = calloc(it->n_pixels, sizeof *it->norm);
    if (in->split != SPLIT_NO)
        it->n_shares = calloc(it->n_pixels, sizeof *it->n_shares);
    it->bin_norm = calloc(it->n_bins, sizeof *it->bin_norm);
    it->bin_pixels = calloc(it->n_bins, sizeof *it->bin_pixels);
    return it->first && it->norm && it->bin_norm && it->bin_pixels && (it->n_shares || in->split == SPLIT_NO)
               ? INTEGRATOR_OK
               : INTEGRATOR_NO_MEMORY;
}

static void sum_norms(struct integrator *it)
{
    const double *w = it->share;
    for (size_t i = 0; i < it->n_pixels; i++) {
        if (it->first[i] < 0)
            continue;
        size_t b = (size_t)it->first[i], n = it->n_shares ? it->n_shares[i] : 1;
        for (size_t k = 0; k < n; k++) {
            double share = it->n_shares ? *w++ : 1.0;
            it->bin_norm[b + k] += share * it->norm[i];
            it->bin_pixels[b + k] += share;
        }
    }
}

enum integrator_status integrator_make(struct integrator *it, const struct integrator_input *in)
{
    *it = (struct integrator){.dark = in->dark, .dark_variance = in->dark_variance};
    enum integrator_status status = find_extent(it, in);
    if (status == INTEGRATOR_OK)
        status = integrator_bins(it, in);
    if (status == INTEGRATOR_OK)
        status = allocate(it, in);
    if (status == INTEGRATOR_OK)
        status = share_out(it, in);
    if (status == INTEGRATOR_OK)
        sum_norms(it);
    return status;
}
