/* The parts of a temperature program, found from the temperatures themselves: the slope of a line through
 * the points around decides whether the temperature is held, rises or falls; what is too short belongs
 * to what comes before.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "segments.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#define LEAST_HALF 2 /* points on either side */

static const char *const kinds[] = {"isothermal", "heating", "cooling"};

/* Slope of T against t over points a..b, from sums over all points before each. */
static double slope(const double *sum_t, const double *sum_T, const double *sum_tt, const double *sum_tT,
                    size_t a, size_t b)
{
    double n = (double)(b - a + 1), t = sum_t[b + 1] - sum_t[a], T = sum_T[b + 1] - sum_T[a];
    double tt = sum_tt[b + 1] - sum_tt[a] - t * t / n, tT = sum_tT[b + 1] - sum_tT[a] - t * T / n;
    return tt > 0 ? tT / tt : 0;
}

static enum segment_kind kind_of(double rate, double held)
{
    return fabs(rate) < held ? SEGMENT_ISOTHERMAL : rate > 0 ? SEGMENT_HEATING : SEGMENT_COOLING;
}

/* The kind of each point, as a number. */
static void classify(size_t n, const double *t, const double *T, const struct segment_rules *rules,
                     double *work, double *kind)
{
    double *sum_t = work, *sum_T = work + (n + 1), *sum_tt = work + 2 * (n + 1), *sum_tT = work + 3 * (n + 1);
    sum_t[0] = sum_T[0] = sum_tt[0] = sum_tT[0] = 0;
    double t0 = t[0] + (t[n - 1] - t[0]) / 2, T0 = T[n / 2];
    for (size_t i = 0; i < n; i++) {
        double x = t[i] - t0, y = T[i] - T0;
        sum_t[i + 1] = sum_t[i] + x;
        sum_T[i + 1] = sum_T[i] + y;
        sum_tt[i + 1] = sum_tt[i] + x * x;
        sum_tT[i + 1] = sum_tT[i] + x * y;
    }
    size_t a = 0, b = 0;
    for (size_t i = 0; i < n; i++) {
        while (t[a] < t[i] - rules->window / 2)
            a++;
        while (b + 1 < n && t[b + 1] <= t[i] + rules->window / 2)
            b++;
        size_t low = i < a + LEAST_HALF ? (i > LEAST_HALF ? i - LEAST_HALF : 0) : a;
        size_t high = b < i + LEAST_HALF ? (i + LEAST_HALF < n ? i + LEAST_HALF : n - 1) : b;
        kind[i] = kind_of(60 * slope(sum_t, sum_T, sum_tt, sum_tT, low, high), rules->held);
    }
}

static size_t run_length(size_t n, const double *kind, size_t from)
{
    size_t end = from;
    while (end < n && kind[end] == kind[from])
        end++;
    return end - from;
}

/* A part that is too short becomes the neighbour before it (the first one: the one after). */
static void merge_short(size_t n, const double *t, double shortest, double *kind)
{
    for (size_t i = 0; i < n;) {
        size_t length = run_length(n, kind, i), end = i + length;
        if (t[end - 1] - t[i] < shortest && length < n) {
            double to = i > 0 ? kind[i - 1] : kind[end];
            for (size_t j = i; j < end; j++)
                kind[j] = to;
        }
        i = end;
    }
}

/* Slope of a line through the points between two temperatures, K/min. */
static double rate_between(const double *t, const double *T, const struct segment *p, double low, double high)
{
    size_t n = 0, first = p->first;
    double mean_t = 0, mean_T = 0, tt = 0, tT = 0;
    for (size_t i = first; i < first + p->n; i++)
        if (T[i] >= low && T[i] <= high) {
            mean_t += t[i] - t[first];
            mean_T += T[i] - T[first];
            n++;
        }
    for (size_t i = first; n > 0 && i < first + p->n; i++)
        if (T[i] >= low && T[i] <= high) {
            double x = t[i] - t[first] - mean_t / (double)n;
            tt += x * x;
            tT += x * (T[i] - T[first] - mean_T / (double)n);
        }
    return tt > 0 ? 60 * tT / tt : 0;
}

/* A ramp that starts and settles slowly has its rate in the middle half of its temperatures. */
static void describe(const double *t, const double *T, struct segment *p)
{
    size_t last = p->first + p->n - 1;
    p->t0 = t[p->first];
    p->t1 = t[last];
    p->T0 = T[p->first];
    p->T1 = T[last];
    double low = fmin(p->T0, p->T1), high = fmax(p->T0, p->T1), quarter = (high - low) / 4;
    p->rate = p->kind == SEGMENT_ISOTHERMAL ? rate_between(t, T, p, -INFINITY, INFINITY)
                                            : rate_between(t, T, p, low + quarter, high - quarter);
    if (p->kind != SEGMENT_ISOTHERMAL && p->rate == 0)
        p->rate = rate_between(t, T, p, -INFINITY, INFINITY);
}

bool segments_find(size_t n, const double *t, const double *T, const struct segment_rules *rules,
                   double *work, struct segments *s)
{
    s->n = 0;
    if (n == 0)
        return true;
    double *kind = work + 4 * (n + 1);
    int count[3] = {0};
    classify(n, t, T, rules, work, kind);
    merge_short(n, t, rules->shortest, kind);
    for (size_t i = 0; i < n;) {
        size_t length = run_length(n, kind, i);
        if (s->n == SEGMENTS_MAX)
            return false;
        struct segment *p = &s->part[s->n++];
        *p = (struct segment){.kind = (enum segment_kind)kind[i], .first = i, .n = length};
        p->number = ++count[p->kind];
        describe(t, T, p);
        i += length;
    }
    return true;
}

const char *segment_name(const struct segment *p, char out[SEGMENT_NAME])
{
    snprintf(out, SEGMENT_NAME, "%s %d", kinds[p->kind], p->number);
    return out;
}

const char *segments_list(const struct segments *s, char *out, size_t size)
{
    size_t at = 0;
    out[0] = 0;
    for (int i = 0; i < s->n && at + 120 < size; i++) {
        const struct segment *p = &s->part[i];
        char name[SEGMENT_NAME];
        at += (size_t)snprintf(out + at, size - at, "%s%s (%.0f to %.0f s, ", i ? ", " : "",
                               segment_name(p, name), p->t0, p->t1);
        if (p->kind == SEGMENT_ISOTHERMAL)
            at += (size_t)snprintf(out + at, size - at, "%.1f K)", (p->T0 + p->T1) / 2);
        else
            at += (size_t)snprintf(out + at, size - at, "%.1f to %.1f K, %.4g K/min)", p->T0, p->T1, p->rate);
    }
    return out;
}

const struct segment *segments_named(const struct segments *s, const char *name)
{
    const struct segment *found = NULL;
    for (int i = 0; i < s->n; i++) {
        char full[SEGMENT_NAME];
        const struct segment *p = &s->part[i];
        if (!strcmp(name, segment_name(p, full)))
            return p;
        if (!strcmp(name, kinds[p->kind])) {
            if (found)
                return NULL;
            found = p;
        }
    }
    return found;
}

struct level segment_level(const struct segment *p, const double *t, const double *signal,
                           const double *usable, double share)
{
    double from = p->t1 - share * (p->t1 - p->t0), sum = 0, mean_t = 0, tt = 0, tq = 0;
    struct level l = {.mean = NAN, .sigma = NAN, .noise = NAN};
    size_t end = p->first + p->n;
    for (size_t i = p->first; i < end; i++)
        if (t[i] >= from && usable[i] != 0) {
            sum += signal[i];
            mean_t += t[i] - from;
            l.n++;
        }
    if (l.n < 3)
        return l;
    l.mean = sum / (double)l.n;
    mean_t /= (double)l.n;
    for (size_t i = p->first; i < end; i++)
        if (t[i] >= from && usable[i] != 0) {
            double x = t[i] - from - mean_t;
            tt += x * x;
            tq += x * (signal[i] - l.mean);
        }
    double trend = tt > 0 ? tq / tt : 0, squares = 0;
    for (size_t i = p->first; i < end; i++)
        if (t[i] >= from && usable[i] != 0) {
            double d = signal[i] - l.mean - trend * (t[i] - from - mean_t);
            squares += d * d;
        }
    l.noise = sqrt(squares / (double)(l.n - 2));
    l.sigma = l.noise / sqrt((double)l.n);
    return l;
}
