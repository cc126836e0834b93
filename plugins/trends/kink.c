/* Two-segment regression, continuous: for each way to deal the points out to the two sides, the lines of
 * both sides are fitted by themselves. Where they cross between the two points next to each other, there
 * is the smallest sum of squares with the break between these; else it is at one of the two, where the
 * lines are made to meet: their distance d(t) there costs d^2/(var of d). Of all, the smallest sum is
 * exactly the least one. D. J. Hudson, J. Am. Stat. Assoc. 61 (1966) 1097,
 * doi:10.1080/01621459.1966.10482198.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "kink.h"

#include <gsl/gsl_cdf.h>
#include <math.h>
#include <stdlib.h>

/* Points to one side of a gap: sums about their means. */
struct side {
    double weight, x, xx; /* of the points */
    double y, xy, yy;     /* of the values */
};

struct kink_points {
    size_t n;
    const double *x, *w;
    double lo, hi;
    struct side *left, *right; /* [i]: points up to i; points from i on */
};

/* One more point: x and weight. */
static void add_position(struct side *s, double x, double w)
{
    double distance = x - s->x, weight = s->weight + w;
    s->xx += distance * distance * s->weight * w / weight;
    s->x += distance * w / weight;
    s->weight = weight;
}

kink_points *kink_points_new(size_t n, const double *x, const double *w, double lo, double hi)
{
    kink_points *p = calloc(1, sizeof *p);
    if (!p)
        return NULL;
    *p = (kink_points){.n = n, .x = x, .w = w, .lo = lo, .hi = hi};
    p->left = calloc(n + 1, sizeof *p->left);
    p->right = calloc(n + 1, sizeof *p->right);
    if (!p->left || !p->right) {
        kink_points_free(p);
        return NULL;
    }
    for (size_t i = 0; i < n; i++) {
        size_t j = n - 1 - i;
        p->left[i] = i ? p->left[i - 1] : (struct side){0};
        add_position(&p->left[i], x[i], w[i]);
        p->right[j] = i ? p->right[j + 1] : (struct side){0};
        add_position(&p->right[j], x[j], w[j]);
    }
    return p;
}

void kink_points_free(kink_points *p)
{
    if (!p)
        return;
    free(p->left);
    free(p->right);
    free(p);
}

double kink_points_mean(const kink_points *p)
{
    return p->left[p->n - 1].x;
}

/* ---- Values ---- */

/* One more value, at x, to what is known of the points before it. */
static void add_value(struct side *s, const struct side *before, double x, double w, double y)
{
    double distance = y - before->y, share = w / s->weight;
    s->y = before->y + distance * share;
    s->xy = before->xy + before->weight * share * distance * (x - before->x);
    s->yy = before->yy + before->weight * share * distance * distance;
}

static void add_values(kink_points *p, const double *y)
{
    const struct side none = {0};
    for (size_t i = 0; i < p->n; i++) {
        size_t j = p->n - 1 - i;
        add_value(&p->left[i], i ? &p->left[i - 1] : &none, p->x[i], p->w[i], y[i]);
        add_value(&p->right[j], i ? &p->right[j + 1] : &none, p->x[j], p->w[j], y[j]);
    }
}

static double slope(const struct side *s)
{
    return s->xy / s->xx;
}

static double rest(const struct side *s)
{
    return fmax(s->yy - s->xy * s->xy / s->xx, 0);
}

/* ---- The break ---- */

struct candidate {
    double at, residual;
    size_t gap;
};

/* With the break at t, points up to i on the left. */
static void consider(const kink_points *p, size_t i, double t, bool crossing, struct candidate *best)
{
    const struct side *l = &p->left[i], *r = &p->right[i + 1];
    double a = t - l->x, b = t - r->x, sum = rest(l) + rest(r);
    if (!crossing) {
        double d = l->y + slope(l) * a - r->y - slope(r) * b;
        sum += d * d / (1 / l->weight + a * a / l->xx + 1 / r->weight + b * b / r->xx);
    }
    if (sum < best->residual)
        *best = (struct candidate){t, sum, i};
}

static void consider_gap(const kink_points *p, size_t i, struct candidate *best)
{
    const struct side *l = &p->left[i], *r = &p->right[i + 1];
    double from = fmax(p->x[i], p->lo), to = fmin(p->x[i + 1], p->hi);
    if (!(from <= to) || !(p->x[i] < p->x[i + 1]) || !(l->xx > 0) || !(r->xx > 0))
        return;
    double crossing = l->x + (r->y - l->y + slope(r) * (l->x - r->x)) / (slope(l) - slope(r));
    if (crossing >= from && crossing <= to) {
        consider(p, i, crossing, true, best);
        return;
    }
    consider(p, i, from, false, best);
    consider(p, i, to, false, best);
}

/* Slopes and value where the two lines, made to meet at t, have been moved by as little as possible. */
static void meet(const kink_points *p, const struct candidate *c, struct kink *k)
{
    const struct side *l = &p->left[c->gap], *r = &p->right[c->gap + 1];
    double a = c->at - l->x, b = c->at - r->x;
    double variance_left = 1 / l->weight + a * a / l->xx, variance_right = 1 / r->weight + b * b / r->xx;
    double d = l->y + slope(l) * a - r->y - slope(r) * b, pull = d / (variance_left + variance_right);
    k->at = c->at;
    k->residual = c->residual;
    k->below = slope(l) - pull * a / l->xx;
    k->above = slope(r) + pull * b / r->xx;
    k->value = l->y + slope(l) * a - pull * variance_left;
}

bool kink_fit(kink_points *p, const double *y, struct kink *k)
{
    struct candidate best = {.residual = INFINITY};
    if (p->n < 4)
        return false;
    add_values(p, y);
    for (size_t i = 1; i + 2 < p->n; i++)
        consider_gap(p, i, &best);
    if (!isfinite(best.residual))
        return false;
    meet(p, &best, k);
    k->line = rest(&p->left[p->n - 1]);
    return true;
}

double kink_value(const struct kink *k, double x)
{
    return k->value + (x < k->at ? k->below : k->above) * (x - k->at);
}

double kink_contrast(const struct kink *k, size_t n)
{
    double left = (double)n - 4;
    if (!(k->line > k->residual) || !(left > 0))
        return 0;
    if (!(k->residual > 0))
        return INFINITY;
    double t = sqrt((k->line - k->residual) * left / k->residual);
    return gsl_cdf_ugaussian_Qinv(gsl_cdf_tdist_Q(t, left));
}
