/* The measured points of a curve.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "points.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct entry {
    double x, y, sigma;
    size_t index;
};

bool point_measured(const frit_view *v, size_t i)
{
    return !(v->mask && v->mask[i]) && isfinite(v->value[i]) && isfinite(point_position(v, i)) &&
           !(v->sigma && !isfinite(v->sigma[i]));
}

double point_position(const frit_view *v, size_t i)
{
    return v->axis[0] ? v->axis[0][i] : (double)(i + 1);
}

static int by_position(const void *a, const void *b)
{
    const struct entry *p = a, *q = b;
    return p->x != q->x ? (p->x > q->x) - (p->x < q->x) : (p->index > q->index) - (p->index < q->index);
}

static const char *axis_name(const frit_view *v)
{
    return v->axis[0] && v->axis_name[0] ? v->axis_name[0] : "point";
}

static const char *axis_unit(const frit_view *v)
{
    const char *unit = v->axis[0] ? v->axis_unit[0] : NULL;
    return unit && strcmp(unit, "1") != 0 ? unit : "";
}

/* ---- Weights ---- */

/* Sigmas are used where they are wanted and not all 0, as those of exact numbers are. */
static bool uses_sigma(const struct entry *e, size_t n, int weights)
{
    bool some = false;
    for (size_t i = 0; i < n; i++)
        some = some || e[i].sigma > 0;
    return some && weights == WEIGHTS_SIGMA;
}

static frit_status check_sigma(frit_call *c, const frit_view *v, const struct entry *e, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (!(e[i].sigma > 0))
            return c->host->fail(
                c, FRIT_EDATA,
                "point %zu, at %s = %.8g %s with the value %.8g, has a sigma of %g, others have "
                "one above 0: mask it, or give weights = \"equal\"",
                e[i].index + 1, axis_name(v), e[i].x, axis_unit(v), e[i].y, e[i].sigma);
    return FRIT_OK;
}

/* ---- Points at one position ---- */

static frit_status refuse(frit_call *c, const frit_view *v, const struct entry *a, const struct entry *b)
{
    return c->host->fail(
        c, FRIT_EDATA,
        "points %zu and %zu both lie at %s = %.8g %s, with the values %.8g and %.8g: mask one of "
        "them, or give repeats = \"mean\"",
        a->index + 1, b->index + 1, axis_name(v), a->x, axis_unit(v), a->y, b->y);
}

static void add(struct points *p, const struct entry *e)
{
    double w = p->sigma ? 1 / (e->sigma * e->sigma) : 1;
    if (p->n == 0 || p->x[p->n - 1] < e->x) {
        p->x[p->n] = e->x;
        p->y[p->n] = e->y;
        p->w[p->n++] = w;
    } else {
        size_t last = p->n - 1;
        p->w[last] += w;
        p->y[last] += (e->y - p->y[last]) * w / p->w[last];
    }
    if (p->sigma)
        p->sigma[p->n - 1] = 1 / sqrt(p->w[p->n - 1]);
}

frit_status points_collect(frit_call *c, const frit_view *v, double from, double to, int weights, int repeats,
                           struct points *p)
{
    size_t room = v->shape[0] + 1, n = 0;
    struct entry *e = c->host->scratch(c, room, sizeof *e);
    double *column[4];
    for (int k = 0; k < 4; k++)
        column[k] = c->host->scratch(c, room, sizeof(double));
    if (!e || !column[0] || !column[1] || !column[2] || !column[3])
        return FRIT_ENOMEM;
    for (size_t i = 0; i < v->shape[0]; i++) {
        double x = point_position(v, i);
        if (point_measured(v, i) && !(x < from) && !(x > to))
            e[n++] = (struct entry){x, v->value[i], v->sigma ? v->sigma[i] : 0, i};
    }
    qsort(e, n, sizeof *e, by_position);
    bool weighted = uses_sigma(e, n, weights);
    *p = (struct points){0, column[0], column[1], column[2], weighted ? column[3] : NULL};
    frit_status status = weighted ? check_sigma(c, v, e, n) : FRIT_OK;
    for (size_t i = 0; i < n && status == FRIT_OK; i++) {
        if (i && e[i].x == e[i - 1].x && repeats == REPEATS_STOP)
            status = refuse(c, v, &e[i - 1], &e[i]);
        add(p, &e[i]);
    }
    return status;
}

/* ---- For sentences ---- */

const char *points_describe(frit_call *c, const frit_view *v, const struct points *p)
{
    enum { SIZE = 400, NAMED = 5 };
    char *text = c->host->scratch(c, SIZE, 1);
    if (!text)
        return "too few points";
    if (p->n == 0)
        return "no measured point";
    int at = snprintf(text, SIZE, "%zu measured point%s, at %s =", p->n, p->n > 1 ? "s" : "", axis_name(v));
    for (size_t i = 0; i < p->n && i < NAMED && at < SIZE; i++)
        at += snprintf(text + at, (size_t)(SIZE - at), "%s %.8g (%.6g)", i ? "," : "", p->x[i], p->y[i]);
    if (at < SIZE)
        snprintf(text + at, (size_t)(SIZE - at), "%s %s", p->n > NAMED ? ", ..." : "", axis_unit(v));
    size_t length = strlen(text);
    while (length && text[length - 1] == ' ')
        text[--length] = '\0';
    return text;
}

const char *points_extent(frit_call *c, const frit_view *v)
{
    enum { SIZE = 120 };
    char *text = c->host->scratch(c, SIZE, 1);
    double first = INFINITY, last = -INFINITY;
    for (size_t i = 0; i < v->shape[0]; i++) {
        if (!point_measured(v, i))
            continue;
        first = fmin(first, point_position(v, i));
        last = fmax(last, point_position(v, i));
    }
    if (!text || first > last)
        return "no point of the curve is measured";
    snprintf(text, SIZE, "its measured points lie from %.8g to %.8g %s", first, last, axis_unit(v));
    return text;
}

const char *points_slope_unit(frit_call *c, const frit_view *v)
{
    const char *below = axis_unit(v), *above = v->unit;
    if (!*below)
        return above;
    size_t size = strlen(above) + strlen(below) + 4;
    char *text = c->host->scratch(c, size, 1);
    if (!text)
        return NULL;
    bool plain = strpbrk(below, "/*^ .-()") == NULL;
    snprintf(text, size, plain ? "%s/%s" : "%s/(%s)", above, below);
    return text;
}
