/* One row of pixels of a matrix in the making: where corners and centres lie, which pixels are used, and what
 * their counts are divided by.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "setup.h"

#include <float.h>
#include <math.h>
#include <string.h>

/* ---- Corners and centres ---- */

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

/* As integrator_usable() says, a row at a time: infinity less itself is no number. */
static void fill_used(const struct setup *s, size_t row, struct bench *b)
{
    size_t cols = s->m->cols, from = row * cols;
    const struct integrator_input *in = s->in;
    uint8_t *restrict used = b->row.used;
    const uint8_t *skip = in->skip ? in->skip + from : NULL;
    const double *dark = in->dark ? in->dark + from : NULL;
    const double *variance = in->dark_variance ? in->dark_variance + from : NULL;
    memset(used, 1, cols);
    for (size_t j = 0; skip && j < cols; j++)
        used[j] = skip[j] == 0;
    if (in->flat.data)
        lent_values(&in->flat, from, cols, b->flat);
    for (size_t j = 0; in->flat.data && j < cols; j++)
        used[j] &= (b->flat[j] > 0) & (b->flat[j] <= DBL_MAX);
    for (size_t j = 0; dark && j < cols; j++)
        used[j] &= dark[j] - dark[j] == 0;
    for (size_t j = 0; variance && j < cols; j++)
        used[j] &= variance[j] - variance[j] == 0;
}

/* With bins and azimuths, as shares need them, or without, as the extent does. */
static void fill_corners(const struct setup *s, double row, bool all, struct line *line, double *turn)
{
    fill_line(s, row, 0, line);
    if (!all)
        return;
    s->k->to_bins(&s->bins, s->n, line);
    if (s->in->split == SPLIT_FULL || s->in->split == SPLIT_PSEUDO)
        s->k->turn(line, 0, line, 1, s->n - 16, turn);
}

void setup_next_row(const struct setup *s, struct bench *b, size_t row, bool first, bool all)
{
    enum split split = s->in->split;
    struct pixel_row *r = &b->row;
    fill_used(s, row, b);
    if (split == SPLIT_NO || split == SPLIT_BBOX)
        fill_line(s, (double)row + 0.5, 0.5, &r->centre);
    if (split == SPLIT_NO) {
        if (all)
            s->k->to_bins(&s->bins, s->n, &r->centre);
        return;
    }
    struct line line = r->upper;
    double *turn = r->upper_turn;
    r->upper = r->lower, r->lower = line;
    r->upper_turn = r->lower_turn, r->lower_turn = turn;
    if (first)
        fill_corners(s, (double)row, all, &r->upper, r->upper_turn);
    fill_corners(s, (double)row + 1, all, &r->lower, r->lower_turn);
    if (all && (split == SPLIT_FULL || split == SPLIT_PSEUDO))
        s->k->turn(&r->upper, 0, &r->lower, 0, s->n, r->down);
}

/* ---- Norms ---- */

void setup_norm_row(const struct setup *s, struct bench *b, size_t row)
{
    const struct integrator_input *in = s->in;
    const struct geometry *g = in->geometry;
    const uint8_t *used = b->row.used;
    double *norm = s->it->norm + row * g->cols, t0 = in->correction->converter_transmission;
    size_t cols = g->cols;
    if (g->sensor_thickness > 0) {
        for (size_t j = 0; j < cols; j++)
            norm[j] = used[j] ? integrator_norm(in, row, j) : 0;
        return;
    }
    s->k->norm(g, in->correction, (double)row + 0.5, s->n - 16, b->row.norm, b->cosine);
    if (!isnan(t0))
        s->k->efficiency(b->cosine, t0 < 1 ? -log(t0) : 0, s->n - 16, b->row.norm);
    if (in->flat.data)
        for (size_t j = 0; j < cols; j++)
            norm[j] = used[j] ? b->flat[j] * b->row.norm[j] : 0;
    else
        for (size_t j = 0; j < cols; j++)
            norm[j] = used[j] ? b->row.norm[j] : 0;
}
