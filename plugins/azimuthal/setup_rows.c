/* One row of pixels of a matrix in the making: where corners and centres lie, which pixels are used, and what
 * their counts are divided by.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "setup.h"

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

static void fill_used(const struct setup *s, size_t row, uint8_t *used)
{
    size_t cols = s->m->cols, from = row * cols;
    const struct integrator_input *in = s->in;
    if (!in->skip && !in->flat && !in->dark && !in->dark_variance)
        memset(used, 1, cols);
    else if (in->skip && !in->flat && !in->dark && !in->dark_variance)
        for (size_t j = 0; j < cols; j++)
            used[j] = in->skip[from + j] == 0;
    else
        for (size_t j = 0; j < cols; j++)
            used[j] = integrator_usable(in, from + j);
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

void setup_next_row(const struct setup *s, struct pixel_row *r, size_t row, bool first, bool all)
{
    enum split split = s->in->split;
    fill_used(s, row, r->used);
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
    double *norm = b->row.norm, t0 = in->correction->converter_transmission;
    size_t cols = g->cols;
    if (g->sensor_thickness > 0) {
        for (size_t j = 0; j < cols; j++)
            norm[j] = used[j] ? integrator_norm(in, row, j) : 0;
    } else {
        s->k->norm(g, in->correction, (double)row + 0.5, s->n - 16, norm, b->cosine);
        for (size_t j = 0; j < cols && !isnan(t0); j++)
            norm[j] *= converter_efficiency(b->cosine[j], t0);
        for (size_t j = 0; j < cols && in->flat; j++)
            norm[j] *= in->flat[row * cols + j];
        for (size_t j = 0; j < cols; j++)
            norm[j] = used[j] ? norm[j] : 0;
    }
    memcpy(s->it->norm + row * cols, norm, cols * sizeof *norm);
}
