/* The conditions at low r for many curves on one axis, made ready once.
 *
 * sin(Qr) is odd in Q and entire: for all r up to a largest one it is, to rounding, the interpolating
 * polynomial through its values at Chebyshev's points Q_j, sin(Qr) = sum_j L_j(Q) sin(Q_j r), where somewhat
 * more points than Q_max r_max are enough: its Chebyshev coefficients are Bessel functions J_n(Q_max r).  The
 * conditions of all r differ by more than rounding in far fewer combinations: orthonormal ones, found from the
 * columns sin(Q_j r) by Gram and Schmidt, miss by the same sum of squares.  So the sums over the points of a
 * curve are made for these alone.
 * L_j by the barycentric formula: J.-P. Berrut and L. N. Trefethen, SIAM Rev. 46 (2004) 501,
 * doi:10.1137/S0036144502417715, points at Q_j and -Q_j taken together.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "low_r_sums.h"
#include "normalisation.h"

#include <float.h>
#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define PI 3.14159265358979323846

struct low_r_terms {
    low_r  how;               /* for which window and below are right */
    struct low_r_parts parts; /* of combinations, at the points by Q, and at some more that count nothing */
    size_t *rank;             /* of each point on the axis, by Q; the lowest of equal ones */
    size_t nodes, rows;       /* Q_j; r */
    double from, step;        /* of r */
    double last, first;       /* the largest |Q|; the point below which `below` integrates */
    double *node, *weight;    /* Q_j, and the barycentric weight */
    double *share;            /* combinations x rows: orthonormal */
    double *basis;            /* nodes x combinations: of sin(Q_j r) */
    double *target, squares;  /* combinations of r; the sum of squares of what they do not hold of it */
    double *known;            /* at the points: what does not depend on r */
    double *below;            /* of each combination, below the first point */
    double value[];
};

/* 2/pi Q times the window. */
static double ahead(const low_r *how, double Q)
{
    return 2 / PI * Q * low_r_window(how, Q);
}

/* sin(Qr) in all combinations: sum_j L_j(Q) basis. */
static void combinations_at(const low_r_terms *t, double Q, double *restrict of)
{
    const size_t n = t->parts.terms;
    double norm = 0;
    memset(of, 0, n * sizeof *of);
    for (size_t j = 0; j < t->nodes; j++) {
        const double x = t->node[j], *basis = t->basis + j * n;
        if (fabs(Q) == x) {
            for (size_t a = 0; a < n; a++)
                of[a] = Q < 0 ? -basis[a] : basis[a];
            return;
        }
        const double w = t->weight[j] / ((Q - x) * (Q + x));
        for (size_t a = 0; a < n; a++)
            of[a] += w * basis[a];
        norm += w * x;
    }
    for (size_t a = 0; a < n; a++)
        of[a] *= Q / norm;
}

/* The trapezoid from 0, where there is nothing, to the first point. */
static void integrate_below(const low_r_terms *t, const low_r *how, double first, double *below, double *at)
{
    const double step = first / (LOW_R_BELOW - 1);
    memset(below, 0, t->parts.terms * sizeof *below);
    for (int k = 1; k < LOW_R_BELOW; k++) {
        const double Q = k == LOW_R_BELOW - 1 ? first : k * step;
        const double share = (k == LOW_R_BELOW - 1 ? 0.5 : 1) * step * ahead(how, Q);
        combinations_at(t, Q, at);
        for (size_t a = 0; a < t->parts.terms; a++)
            below[a] += share * at[a];
    }
}

/* J_n(z) is below 1e-17 from n = z + 11 z^(1/3) + 4 on; of these the odd ones.  A multiple of LOW_R_GROUP. */
static size_t nodes_for(double z)
{
    return (size_t)((z + 11 * cbrt(z) + 4) / 2 / LOW_R_GROUP + 1) * LOW_R_GROUP;
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

static double dot(const double *a, const double *b, size_t n)
{
    double sum = 0;
    for (size_t k = 0; k < n; k++)
        sum += a[k] * b[k];
    return sum;
}

static void take_away(double *restrict from, const double *restrict direction, size_t n)
{
    const double part = dot(from, direction, n);
    for (size_t k = 0; k < n; k++)
        from[k] -= part * direction[k];
}

/* From the columns sin(Q_j r), the one of which most is left first, until nothing but rounding is.  left: all of
 * them.  Returns how many; those to the next LOW_R_GROUP stay 0. */
static size_t find_combinations(low_r_terms *t, double *left)
{
    const size_t rows = t->rows, highest = rows < t->nodes ? rows : t->nodes;
    double least = 0;
    for (size_t n = 0; n < highest; n++) {
        double *own = t->share + n * rows, most = 0;
        size_t top = 0;
        for (size_t j = 0; j < t->nodes; j++) {
            const double size = dot(left + j * rows, left + j * rows, rows);
            top = size > most ? j : top;
            most = size > most ? size : most;
        }
        least = n == 0 ? most * (16 * DBL_EPSILON) * (16 * DBL_EPSILON) : least;
        if (!(most > least))
            return n;
        memcpy(own, left + top * rows, rows * sizeof *own);
        for (size_t k = 0; k < n; k++)    /* what rounding left, which is much where little else is */
            take_away(own, t->share + k * rows, rows);
        if (!(dot(own, own, rows) > least)) {
            memset(own, 0, rows * sizeof *own);
            return n;
        }
        for (size_t k = 0; k < n; k++)    /* and what that left */
            take_away(own, t->share + k * rows, rows);
        const double norm = sqrt(dot(own, own, rows));
        for (size_t k = 0; k < rows; k++)
            own[k] /= norm;
        for (size_t j = 0; j < t->nodes; j++)
            take_away(left + j * rows, own, rows);
    }
    return highest;
}

/* sine: sin(Q_j r), of all r for each j. */
static void fill_sines(const low_r_terms *t, double *sine)
{
    for (size_t j = 0; j < t->nodes; j++)
        for (size_t k = 0; k < t->rows; k++)
            sine[j * t->rows + k] = sin(t->node[j] * (t->from + (double)k * t->step));
}

/* room: for the sines, and one number for each r. */
static void fill_combinations(low_r_terms *t, double *room)
{
    const double N = 2 * (double)t->nodes;
    double *r = room + t->nodes * t->rows;
    for (size_t j = 0; j < t->nodes; j++) {
        const double angle = (2 * (double)j + 1) * PI / (2 * N);
        t->node[j] = t->last * cos(angle);
        t->weight[j] = (j % 2 ? -1 : 1) * sin(angle);
    }
    fill_sines(t, room);
    const size_t n = (find_combinations(t, room) + LOW_R_GROUP - 1) / LOW_R_GROUP * LOW_R_GROUP;
    t->parts.terms = n;
    fill_sines(t, room);
    for (size_t j = 0; j < t->nodes; j++)
        for (size_t a = 0; a < n; a++)
            t->basis[j * n + a] = dot(room + j * t->rows, t->share + a * t->rows, t->rows);
    for (size_t k = 0; k < t->rows; k++)
        r[k] = t->from + (double)k * t->step;
    for (size_t a = 0; a < n; a++) {
        t->target[a] = dot(r, t->share + a * t->rows, t->rows);
        take_away(r, t->share + a * t->rows, t->rows);
    }
    t->squares = dot(r, r, t->rows);
}

/* room: one number for each combination. */
static void fill_points(low_r_terms *t, const low_r *how, size_t n, const ranked *axis, double *room)
{
    for (size_t i = 0; i < n; i++) {
        const double Q = axis[i].Q;
        t->rank[axis[i].place] = i > 0 && axis[i - 1].Q == Q ? t->rank[axis[i - 1].place] : i;
        if (!(fabs(Q) <= t->last))
            continue;
        combinations_at(t, Q, room);
        for (size_t a = 0; a < t->parts.terms; a++)
            t->parts.part[low_r_place(&t->parts, a, i)] = room[a];
        t->known[i] = ahead(how, Q);
    }
    if (t->first > 0)
        integrate_below(t, how, t->first, t->below, room);
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

enum { LINE = 64 / sizeof(double) };

/* The next number that a line of the cache begins with. */
static double *on_a_line(double *x)
{
    const size_t past = (uintptr_t)x / sizeof *x % LINE;
    return past ? x + (LINE - past) : x;
}

/* Of combinations there are at most so many, a multiple of LOW_R_GROUP. */
static size_t most_combinations(size_t nodes, size_t rows)
{
    return ((nodes < rows ? nodes : rows) + LOW_R_GROUP - 1) / LOW_R_GROUP * LOW_R_GROUP;
}

/* Its columns, of n points on the axis of which the first are seen by conditions. */
static low_r_terms *make_room(size_t n, size_t seen, size_t nodes, size_t rows)
{
    const size_t blocks = (seen + LOW_R_BLOCK - 1) / LOW_R_BLOCK, most = most_combinations(nodes, rows);
    const size_t size = 2 * nodes + most * (2 + nodes + rows + blocks * LOW_R_BLOCK) + n + LINE;
    low_r_terms *t = calloc(1, sizeof *t + size * sizeof *t->value + n * sizeof *t->rank);
    if (!t)
        return NULL;
    t->nodes = nodes;
    t->rows = rows;
    t->parts.blocks = blocks;
    t->node = t->value;
    t->weight = t->node + nodes;
    t->below = t->weight + nodes;
    t->target = t->below + most;
    t->share = t->target + most;
    t->basis = t->share + rows * most;
    t->known = t->basis + nodes * most;
    t->rank = (size_t *)(t->known + n);
    t->parts.part = on_a_line((double *)(t->rank + n));    /* last: of its room only a part is used */
    return t;
}

low_r_terms *low_r_terms_new(const low_r *how, size_t n, const double *Q, size_t rows, double from,
                             double step)
{
    double first, last;
    find_ends(how, n, Q, &first, &last);
    if (!(last > 0) || !isfinite(last) || n > LOW_R_TERMS || rows > LOW_R_TERMS ||
        last * (from + (double)rows * step) > LOW_R_TERMS)
        return NULL;
    const size_t nodes = nodes_for(last * (from + (double)rows * step));
    const size_t most = most_combinations(nodes, rows);
    if (nodes > LOW_R_TERMS / (rows + 1) || most > LOW_R_TERMS / (n + LOW_R_BLOCK + rows + nodes) ||
        most > LOW_R_PRODUCTS / (nodes * rows))
        return NULL;
    ranked *axis = sorted_axis(n, Q);
    size_t seen = n;
    while (axis && seen > 0 && !(fabs(axis[seen - 1].Q) <= last))
        seen--;
    double *room = malloc((nodes * (rows + 1) + rows) * sizeof *room);
    low_r_terms *t = axis && room ? make_room(n, seen, nodes, rows) : NULL;
    if (t) {
        t->how = *how;
        t->from = from;
        t->step = step;
        t->first = first;
        t->last = last;
        fill_combinations(t, room);
        fill_points(t, how, n, axis, room);
    }
    free(room);
    free(axis);
    return t;
}

/* ---- One curve ------------------------------------------------------------------------------- */

/* Of r->work: a column for each right side, or the combinations at one Q. */
static size_t work_room(const low_r_terms *t)
{
    const size_t columns = t->parts.blocks * LOW_R_BLOCK * SCALES_WORK;
    return columns > t->parts.terms ? columns : t->parts.terms;
}

size_t low_r_rules_room(const low_r_terms *t, size_t n)
{
    return work_room(t) + 2 * n + t->parts.terms;
}

size_t low_r_rules_count(const low_r_rules *r)
{
    return r->t->parts.terms;
}

double low_r_rules_part(const low_r_rules *r, size_t combination, size_t k)
{
    return r->t->share[combination * r->t->rows + k];
}

/* What each condition wants is this times r. */
static double target_of(const low_r_rules *r)
{
    return -4 * PI * r->rho0;
}

size_t low_r_rules_missed(const low_r_rules *r, double *squares)
{
    *squares = target_of(r) * target_of(r) * r->t->squares;
    return r->t->rows;
}

bool low_r_rules_make(const low_r_terms *t, const normalisation_points *p, const size_t *place,
                      const low_r *how, double *room, low_r_rules *r)
{
    const condition c = condition_between(p, how->qmin, how->qmax);
    const double *Q = p->Q + c.first;
    const bool same = t->how.lorch == how->lorch && t->how.qmax == how->qmax;
    const size_t n = c.n, terms = t->parts.terms;
    if (n < 2 || fabs(Q[0]) > t->last || fabs(Q[n - 1]) > t->last)
        return false;
    double *rest = room + work_room(t);
    *r = (low_r_rules){ t, (size_t *)rest, c.first, n, rest + n, rest + 2 * n, 0, how->rho0, room };
    r->edge = how->edge_points < n ? how->edge_points : n;
    for (size_t i = 0; i < n; i++) {    /* equal Q in the order of the points */
        r->rank[i] = i > 0 && Q[i] == Q[i - 1] ? r->rank[i - 1] + 1 : t->rank[place[c.first + i]];
        r->share[i] = condition_share(Q, i, n) * (same ? t->known[r->rank[i]] : ahead(how, Q[i]));
    }
    if (!(Q[0] > 0))
        memset(r->below, 0, terms * sizeof *r->below);
    else if (same && Q[0] == t->first)
        memcpy(r->below, t->below, terms * sizeof *r->below);
    else
        integrate_below(t, how, Q[0], r->below, r->work);
    for (size_t a = 0; a < terms; a++)
        r->below[a] /= (double)r->edge;
    return true;
}

void low_r_rules_rows(const low_r_rules *r, const double *x, double *row)
{
    const low_r_terms *t = r->t;
    double *y = r->work, edge[SCALES_WORK] = { 0 };
    x += r->first * SCALES_WORK;
    memset(y, 0, t->parts.blocks * LOW_R_BLOCK * SCALES_WORK * sizeof *y);
    for (size_t i = 0; i < r->n; i++)
        for (size_t m = 0; m < SCALES_WORK; m++)
            y[low_r_column(m, r->rank[i])] = r->share[i] * x[i * SCALES_WORK + m];
    for (size_t i = 0; i < r->edge; i++)
        for (size_t m = 0; m < SCALES_WORK; m++)
            edge[m] += x[i * SCALES_WORK + m];
    low_r_project(&t->parts, y, row);
    for (size_t a = 0; a < t->parts.terms; a++, row += SCALES_WORK) {
        for (size_t m = 0; m < SCALES_WORK; m++)
            row[m] += r->below[a] * edge[m];
        row[N_SCALES] += target_of(r) * t->target[a];
    }
}

void low_r_rules_back(const low_r_rules *r, const double *factor, const double *other, double *of,
                      double *other_of)
{
    const low_r_terms *t = r->t;
    double *a = r->work, *b = a + t->parts.blocks * LOW_R_BLOCK;
    const double edge = dot(factor, r->below, t->parts.terms);
    const double other_edge = dot(other, r->below, t->parts.terms);
    low_r_combine(&t->parts, factor, other, a, b);
    for (size_t i = 0; i < r->n; i++) {
        const size_t at = r->rank[i];
        of[i] = r->share[i] * a[at] + (i < r->edge ? edge : 0);
        other_of[i] = r->share[i] * b[at] + (i < r->edge ? other_edge : 0);
    }
}
