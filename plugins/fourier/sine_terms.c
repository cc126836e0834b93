/* The few terms that make the whole covariance of G(r), where S is uncorrelated and the quadrature a
 * trapezoid: products of sines are cosines of Q(r - r') and Q(r + r'), which on a uniform r make two short
 * tables.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "sine_private.h"
#include "lanes.h"

#include <math.h>
#include <string.h>

#include "shared/covariance.h"

void sine_put_sums(size_t n, const double *twice, const double *between, double *plus)
{
    for (size_t i = 0; i + 1 < n; i++) {
        plus[2 * i] = twice[i];
        plus[2 * i + 1] = between[i];
    }
    plus[2 * n - 2] = twice[n - 1];
}

static double plain_sum(const struct integral *g, const double *c, bool sine, double x)
{
    double sum = 0;
    for (size_t j = 0; j < g->n; j++)
        sum += c[j] * (sine ? sin(g->Q[j] * x) : cos(g->Q[j] * x));
    return sum;
}

void sine_plain_sums(const struct sine_transform *t, const struct integral *g, const double *c, bool sine,
                     double *plus, double *minus)
{
    for (size_t k = 0; k < 2 * t->r.n - 1; k++)
        plus[k] = plain_sum(g, c, sine, 2 * t->r.min + (double)k * t->r.step);
    for (size_t k = 0; k < t->r.n; k++)
        minus[k] = t->r.min == 0 ? plus[k] : plain_sum(g, c, sine, (double)k * t->r.step);
}

double sine_scale_at(const struct sine_transform *t, const double *factor, size_t i)
{
    return sine_r(t->r, i) == 0 ? 0 : M_2_PI * (factor ? factor[i] : 1);
}

/* ---- How many ---- */

static size_t count_own(const struct integral *g, const enum sine_point *point)
{
    size_t n = 0;
    for (size_t j = 0; point && j < g->n; j++)
        n += sine_has_own(g, point[j]);
    return n;
}

size_t sine_transform_terms(const struct sine_transform *t, const struct integral *g,
                            const struct sine_curve *curve, struct memory memory)
{
    const struct low_part low = {.n_edge = sine_n_edge(t, g)};
    size_t pairs = low.n_edge > 0;
    if (!t->pairs || t->how.quadrature != QUADRATURE_TRAPEZOID)
        return 0;
    if (g->bridged > 0) {
        enum sine_point *point = memory.get(memory.user, g->n, sizeof *point);
        if (!point)
            return 0;
        sine_points(g, &low, curve->value, curve->mask, point);
        pairs = count_own(g, point);
    }
    const size_t rows = COVARIANCE_PAIRS + 2 * pairs;
    return 2 * rows < t->r.n ? rows : 0;
}

/* ---- Their rows ---- */

/* Sums at r + r' and r - r' of the points with the quadrature's kernel. */
static bool put_tables(const struct terms_of *of, const double *sigma, double *plus, double *minus,
                       struct memory memory)
{
    const struct sine_transform *t = of->t;
    const size_t n = t->r.n;
    double *room = memory.get(memory.user, t->sum ? n : of->g->n, sizeof *room);
    if (!room)
        return false;
    if (!t->sum) {
        for (size_t j = 0; j < of->g->n; j++) {
            const double a = sine_factor_a(&of->g->bin[j], t->how.quadrature);
            room[j] = sine_is_plain(of->g, of->point[j])
                          ? a * a * sine_variance_at(sigma, of->g->first + j) : 0;
        }
        sine_plain_sums(t, of->g, room, false, plus, minus);
        return true;
    }
    sine_sum_read(t->sum, BETWEEN_2R, room, NULL, of->work->sum);
    sine_put_sums(n, of->work->twice, room, plus);
    if (t->r.min == 0)
        memcpy(minus, plus, n * sizeof *minus);
    else
        sine_sum_read(t->sum, AT_DIFFERENCES, minus, NULL, of->work->sum);
    return true;
}

/* Points beside a gap carry what was derived from them: c c' v = c (c v/2)' + (c v/2) c'. */
static void put_own(const struct sine_terms *terms, const struct terms_of *of, const double *sigma,
                    double *pair)
{
    const size_t n = of->t->r.n;
    for (size_t j = 0; of->point && j < of->g->n; j++) {
        if (!sine_has_own(of->g, of->point[j]))
            continue;
        const double half = 0.5 * sine_variance_at(sigma, of->g->first + j);
        double *a = pair, *b = pair + 2 * n;
        sine_column(of->t, of->g, of->low, of->point, j, a);
        for (size_t i = 0; i < n; i++) {
            a[i] *= sine_scale_at(of->t, terms->factor, i);
            b[i] = a[i] * half;
        }
        pair += 4 * n;
    }
}

static void clear_rest(double *row, size_t n, size_t used)
{
    memset(row + used, 0, (2 * n - used) * sizeof *row);
}

bool sine_terms_fill(const struct sine_terms *terms, const struct terms_of *of, const double *sigma,
                     struct memory memory)
{
    const size_t n = of->t->r.n, pairs = of->edge->n > 0 ? 1 : count_own(of->g, of->point);
    double *u = terms->row + COVARIANCE_U * 2 * n, *minus = terms->row + COVARIANCE_MINUS * 2 * n,
           *plus = terms->row + COVARIANCE_PLUS * 2 * n, *pair = terms->row + COVARIANCE_PAIRS * 2 * n;
    const double half = 0.5 * M_2_PI * M_2_PI;
    if (!put_tables(of, sigma, plus, minus, memory))
        return false;
    for (size_t i = 0; i < n; i++) {
        u[i] = sine_r(of->t->r, i) == 0 ? 0 : terms->factor ? terms->factor[i] : 1;
        minus[i] *= half;
    }
    for (size_t i = 0; i < 2 * n - 1; i++)
        plus[i] *= half;
    for (size_t i = 0; of->edge->n > 0 && i < n; i++) {
        const double scale = sine_scale_at(of->t, terms->factor, i);
        pair[i] = scale * of->edge->shaped[i];
        pair[2 * n + i] = scale * of->edge->both[i];
    }
    put_own(terms, of, sigma, pair);
    const size_t rows = COVARIANCE_PAIRS + 2 * pairs;
    for (size_t k = 0; k < rows; k++)
        clear_rest(terms->row + k * 2 * n, n, k == COVARIANCE_PLUS ? 2 * n - 1 : n);
    u[2 * n - 1] = covariance_mark(terms->row, rows, 2 * n);
    return true;
}
