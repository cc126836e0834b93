/* The conditions at low r for many curves on one axis, made ready once.
 *
 * sin(Qr) is odd in Q and entire: for all r up to a largest one it is, to rounding, the interpolating
 * polynomial through its values at Chebyshev's points Q_j, sin(Qr) = sum_j L_j(Q) sin(Q_j r), where somewhat
 * more points than Q_max r_max are enough: its Chebyshev coefficients are Bessel functions J_n(Q_max r).  So
 * the sums over the points of a curve are made with L_j alone, and a small matrix, sin(Q_j r), makes
 * conditions of them.
 * L_j by the barycentric formula: J.-P. Berrut and L. N. Trefethen, SIAM Rev. 46 (2004) 501,
 * doi:10.1137/S0036144502417715, points at Q_j and -Q_j taken together.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "low_r_sums.h"
#include "normalisation.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define PI 3.14159265358979323846

struct low_r_terms {
    low_r  how;               /* for which window and below are right */
    struct low_r_parts parts; /* L_j at the points, by Q, and at some more that count nothing */
    size_t *rank;             /* of each point on the axis, by Q; the lowest of equal ones */
    size_t terms, rows;       /* L_j; r */
    double from, step;        /* of r */
    double last, first;       /* the largest |Q|; the point below which `below` integrates */
    double *node, *weight;    /* Q_j, and the barycentric weight */
    double *sine;             /* rows x terms: sin(Q_j r) */
    double *known;            /* at the points: what does not depend on r */
    double *below, *room;     /* of each term, below the first point; for another */
    double value[];
};

/* 2/pi Q times the window. */
static double ahead(const low_r *how, double Q)
{
    return 2 / PI * Q * low_r_window(how, Q);
}

/* L_j(Q) of all j, `apart` from each other. */
static void lagrange(const low_r_terms *t, double Q, double *L, size_t apart)
{
    double norm = 0;
    for (size_t j = 0; j < t->terms; j++) {
        const double x = t->node[j];
        if (fabs(Q) == x) {
            for (size_t k = 0; k < t->terms; k++)
                L[k * apart] = k == j ? (Q < 0 ? -1 : 1) : 0;
            return;
        }
        const double w = t->weight[j] / ((Q - x) * (Q + x));
        L[j * apart] = w * Q;
        norm += w * x;
    }
    for (size_t j = 0; j < t->terms; j++)
        L[j * apart] /= norm;
}

/* The trapezoid from 0, where there is nothing, to the first point. */
static void integrate_below(const low_r_terms *t, const low_r *how, double first, double *below, double *L)
{
    const double step = first / (LOW_R_BELOW - 1);
    for (size_t j = 0; j < t->terms; j++)
        below[j] = 0;
    for (int k = 1; k < LOW_R_BELOW; k++) {
        const double Q = k == LOW_R_BELOW - 1 ? first : k * step;
        const double share = (k == LOW_R_BELOW - 1 ? 0.5 : 1) * step * ahead(how, Q);
        lagrange(t, Q, L, 1);
        for (size_t j = 0; j < t->terms; j++)
            below[j] += share * L[j];
    }
}

/* J_n(z) is below 1e-17 from n = z + 11 z^(1/3) + 4 on; of these the odd ones.  A multiple of 4. */
static size_t terms_for(double z)
{
    return (size_t)((z + 11 * cbrt(z) + 4) / 2 / 4 + 1) * 4;
}

/* The ends of what the conditions see. */
static void find_ends(const low_r *how, size_t n, const double *Q, double *first, double *last)
{
    *first = INFINITY;
    *last = 0;
    for (size_t i = 0; i < n; i++) {
        if (!condition_sees(Q[i], how->qmin, how->qmax))
            continue;
        *first = Q[i] < *first ? Q[i] : *first;
        *last = fabs(Q[i]) > *last ? fabs(Q[i]) : *last;
    }
}

typedef struct ranked {
    double Q;
    size_t place;
} ranked;

static int by_Q(const void *a, const void *b)
{
    const ranked *p = a, *q = b;
    return p->Q < q->Q ? -1 : p->Q > q->Q ? 1 : p->place < q->place ? -1 : p->place > q->place;
}

static void fill(low_r_terms *t, const low_r *how, size_t n, const ranked *axis)
{
    const double N = 2 * (double)t->terms;
    for (size_t j = 0; j < t->terms; j++) {
        const double angle = (2 * (double)j + 1) * PI / (2 * N);
        t->node[j] = t->last * cos(angle);
        t->weight[j] = (j % 2 ? -1 : 1) * sin(angle);
    }
    for (size_t k = 0; k < t->rows; k++)
        for (size_t j = 0; j < t->terms; j++)
            t->sine[k * t->terms + j] = sin(t->node[j] * (t->from + (double)k * t->step));
    for (size_t i = 0; i < n; i++) {
        const double Q = axis[i].Q;
        t->rank[axis[i].place] = i > 0 && axis[i - 1].Q == Q ? t->rank[axis[i - 1].place] : i;
        if (!(fabs(Q) <= t->last))
            continue;
        lagrange(t, Q, t->parts.part + i, t->parts.stride);
        t->known[i] = ahead(how, Q);
    }
    if (t->first > 0)
        integrate_below(t, how, t->first, t->below, t->room);
}

/* By Q; what is no number comes last, and nowhere. */
static ranked *sorted_axis(size_t n, const double *Q)
{
    ranked *axis = malloc((n + 1) * sizeof *axis);
    for (size_t i = 0; axis && i < n; i++)
        axis[i] = (ranked){ isnan(Q[i]) ? INFINITY : Q[i], i };
    if (axis)
        qsort(axis, n, sizeof *axis, by_Q);
    return axis;
}

low_r_terms *low_r_terms_new(const low_r *how, size_t n, const double *Q, size_t rows, double from,
                             double step)
{
    double first, last;
    find_ends(how, n, Q, &first, &last);
    if (!(last > 0) || !isfinite(last) || n > LOW_R_TERMS || rows > LOW_R_TERMS ||
        last * (from + (double)rows * step) > LOW_R_TERMS)
        return NULL;
    const size_t terms = terms_for(last * (from + (double)rows * step));
    /* An odd number of blocks: rows spread over the cache. */
    const size_t stride = ((n + LOW_R_BLOCK - 1) / LOW_R_BLOCK | 1) * LOW_R_BLOCK;
    if (terms > LOW_R_TERMS / (stride + rows))
        return NULL;
    const size_t size = terms * (4 + rows + stride) + stride;
    ranked *axis = sorted_axis(n, Q);
    low_r_terms *t = axis ? calloc(1, sizeof *t + size * sizeof *t->value + n * sizeof *t->rank) : NULL;
    if (!t) {
        free(axis);
        return NULL;
    }
    *t = (low_r_terms){ .how = *how, .parts = { terms, stride, NULL }, .terms = terms, .rows = rows,
                        .from = from, .step = step, .last = last, .first = first };
    t->node = t->value;
    t->weight = t->node + terms;
    t->below = t->weight + terms;
    t->room = t->below + terms;
    t->sine = t->room + terms;
    t->known = t->sine + rows * terms;
    t->parts.part = t->known + stride;
    t->rank = (size_t *)(t->parts.part + terms * stride);
    fill(t, how, n, axis);
    free(axis);
    return t;
}

/* ---- One curve ------------------------------------------------------------------------------- */

size_t low_r_rules_room(const low_r_terms *t, size_t n)
{
    return 2 * n + t->terms * (2 + SCALES_WORK) + t->parts.stride * SCALES_WORK;
}

size_t low_r_rules_count(const low_r_rules *r)
{
    return r->t->rows;
}

bool low_r_rules_make(const low_r_terms *t, const normalisation_point *p, const size_t *place, size_t n,
                      const low_r *how, double *room, low_r_rules *r)
{
    const condition c = condition_between(p, n, how->qmin, how->qmax);
    const bool same = t->how.lorch == how->lorch && t->how.qmax == how->qmax;
    if (c.n < 2 || fabs(p[c.first].Q) > t->last || fabs(p[c.first + c.n - 1].Q) > t->last)
        return false;
    double *rest = room + 2 * n;
    *r = (low_r_rules){ t, (size_t *)room, c.first, c.n, room + n, rest, 0, how->rho0, rest + t->terms };
    r->edge = how->edge_points < c.n ? how->edge_points : c.n;
    p += c.first;
    for (size_t i = 0; i < c.n; i++) {    /* equal Q in the order of the points */
        r->rank[i] = i > 0 && p[i].Q == p[i - 1].Q ? r->rank[i - 1] + 1 : t->rank[place[c.first + i]];
        r->share[i] = condition_share(p, i, c.n) * (same ? t->known[r->rank[i]] : ahead(how, p[i].Q));
    }
    const double first = p[0].Q;
    if (first > 0 && !(same && first == t->first))
        integrate_below(t, how, first, r->below, r->work);
    for (size_t j = 0; j < t->terms; j++)
        r->below[j] = first > 0 ? (same && first == t->first ? t->below : r->below)[j] / (double)r->edge : 0;
    return true;
}

void low_r_rules_rows(const low_r_rules *r, const double *x, double *row)
{
    const low_r_terms *t = r->t;
    double *sum = r->work, *y = sum + t->terms * SCALES_WORK, edge[SCALES_WORK] = { 0 };
    memset(y, 0, t->parts.stride * SCALES_WORK * sizeof *y);
    for (size_t i = 0; i < r->n; i++)
        for (int m = 0; m < SCALES_WORK; m++)
            y[r->rank[i] * SCALES_WORK + (size_t)m] =
                r->share[i] * x[(r->first + i) * SCALES_WORK + (size_t)m];
    for (size_t i = 0; i < r->edge; i++)
        for (int m = 0; m < SCALES_WORK; m++)
            edge[m] += x[(r->first + i) * SCALES_WORK + (size_t)m];
    low_r_project(&t->parts, y, sum);
    for (size_t j = 0; j < t->terms; j++)
        for (int m = 0; m < SCALES_WORK; m++)
            sum[j * SCALES_WORK + (size_t)m] += r->below[j] * edge[m];
    for (size_t k = 0; k < t->rows; k++) {
        double total[SCALES_WORK] = { 0 };
        for (size_t j = 0; j < t->terms; j++)
            for (int m = 0; m < SCALES_WORK; m++)
                total[m] += t->sine[k * t->terms + j] * sum[j * SCALES_WORK + (size_t)m];
        total[N_SCALES] -= 4 * PI * r->rho0 * (t->from + (double)k * t->step);
        memcpy(row + k * SCALES_WORK, total, sizeof total);
    }
}

void low_r_rules_back(const low_r_rules *r, const double *factor, const double *other, double *of,
                      double *other_of)
{
    const low_r_terms *t = r->t;
    double *f = r->work, *g = f + t->terms, *a = g + t->terms, *b = a + t->parts.stride;
    double edge = 0, other_edge = 0;
    for (size_t j = 0; j < 2 * t->terms; j++)
        f[j] = 0;
    for (size_t k = 0; k < t->rows; k++) {
        const double *sine = t->sine + k * t->terms;
        for (size_t j = 0; j < t->terms; j++) {
            f[j] += factor[k] * sine[j];
            g[j] += other[k] * sine[j];
        }
    }
    low_r_combine(&t->parts, f, g, a, b);
    for (size_t j = 0; j < t->terms; j++) {
        edge += f[j] * r->below[j];
        other_edge += g[j] * r->below[j];
    }
    for (size_t i = 0; i < r->n; i++) {
        const size_t at = r->rank[i];
        of[i] = r->share[i] * a[at] + (i < r->edge ? edge : 0);
        other_of[i] = r->share[i] * b[at] + (i < r->edge ? other_edge : 0);
    }
}
