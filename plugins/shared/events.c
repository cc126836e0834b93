/* Sudden jumps of a signal: steps far beyond the steps around them.
 *
 * What a step should be is the median of the steps around it, what it may scatter is 1.4826 times their
 * median absolute deviation: neither is moved by the jump itself.  Neighbouring steps beyond the threshold are one
 * event: a jump takes as long as it takes, and the samples know nothing of it.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "events.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static int compare(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static double median(double *x, size_t n)
{
    qsort(x, n, sizeof *x, compare);
    return n % 2 ? x[n / 2] : 0.5 * (x[n / 2 - 1] + x[n / 2]);
}

/* Excess of the step from i to i + 1 over the median of those around it; scatter: theirs. */
static double excess_at(const double *h, size_t from, size_t to, size_t i, size_t width, double *room,
                        double *scatter)
{
    size_t a = i > from + width ? i - width : from, b = i + width + 1 < to - 1 ? i + width + 1 : to - 1,
           n = 0;
    double *step = room, *off = room + 2 * width + 1;
    for (size_t k = a; k < b; k++)
        step[n++] = h[k + 1] - h[k];
    const double middle = median(step, n);
    for (size_t k = 0; k < n; k++)
        off[k] = fabs(step[k] - middle);
    *scatter = 1.4826 * median(off, n);
    return h[i + 1] - h[i] - middle;
}

size_t events_find(const double *h, size_t from, size_t to, const struct events_settings *s,
                   struct event *event, size_t max, double *room)
{
    size_t count = 0;
    struct event now = {0};
    bool within = false;
    /* At the ends there is nothing to compare with: a quarter of the width is left out. */
    const size_t edge = s->width / 4 + 1;
    if (to < from + 2 * edge + 4)
        return 0;
    for (size_t i = from + edge; i + edge < to; i++) {
        double scatter, excess = excess_at(h, from, to, i, s->width, room, &scatter);
        const double significance = scatter > 0 ? excess / scatter : excess > 0 ? INFINITY : 0;
        const bool jumps = significance >= s->threshold && excess >= s->least;
        if (jumps && !within)
            now = (struct event){.first = i};
        if (jumps) {
            now.last = i + 1;
            now.jump = h[i + 1] - h[now.first];
            now.excess += excess;
            now.significance = fmax(now.significance, significance);
        } else if (within) {
            if (count < max)
                event[count] = now;
            count++;
        }
        within = jumps;
    }
    if (within) {
        if (count < max)
            event[count] = now;
        count++;
    }
    return count;
}
