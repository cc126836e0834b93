/* Where a spline's slope changes its sign.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "turning.h"

#include <math.h>

enum { STEPS = 2000 }; /* some fifty a segment */

static double slope(const pspline *s, double x)
{
    return pspline_at(s, x, 1, NULL);
}

/* The zero between a and b, where the slope has different signs: bisection to the last bit. */
static double zero_between(const pspline *s, double a, double b)
{
    bool rising = slope(s, a) > 0;
    for (int i = 0; i < 60; i++) {
        double middle = (a + b) / 2;
        if ((slope(s, middle) > 0) == rising)
            a = middle;
        else
            b = middle;
    }
    return (a + b) / 2;
}

/* The first zero between two places at which the slope certainly has different signs. */
static void settle(const pspline *s, double a, double b, double step, struct turning *t)
{
    bool rising = slope(s, a) > 0;
    double next = a;
    while (next < b && (slope(s, next) > 0) == rising) {
        a = next;
        next = fmin(next + step, b);
    }
    double sigma, h = step;
    t->at = zero_between(s, a, next);
    pspline_at(s, t->at, 1, &sigma);
    t->sigma = sigma / fabs((slope(s, t->at + h) - slope(s, t->at - h)) / (2 * h));
}

struct turning turning_find(const pspline *s, double from, double to, double certain)
{
    struct turning t = {0};
    double step = (to - from) / STEPS, before = 0, last = from;
    for (int i = 0; i <= STEPS; i++) {
        double x = i < STEPS ? from + i * step : to, sigma, d = pspline_at(s, x, 1, &sigma);
        if (!(fabs(d) > certain * sigma))
            continue;
        if (before * d < 0 && t.count++ == 0)
            settle(s, last, x, step, &t);
        before = d > 0 ? 1 : -1;
        last = x;
    }
    return t;
}
