/* How much the numbers of a compressed pillar scatter, to first order (JCGM 100:2008, 5.1).
 *
 * Where a curve of slope s meets a line of slope l, a point that lies e too high moves the stress there by
 * e l/(l - s), and a line that lies e too high by -e s/(l - s): on a plateau the line does not matter, on
 * hardening both do.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "scatter.h"

#include <math.h>

#define AROUND 6

double local_slope(const struct scatter *s, size_t i, const struct event *event, size_t n_events)
{
    size_t a = i > AROUND ? i - AROUND : 0, b = i + AROUND <= s->n ? i + AROUND - 1 : s->n - 1;
    for (size_t k = 0; k < n_events; k++)
        if (event[k].first < i && i <= event[k].last) {
            a = i - 1;
            b = i;
        } else if (event[k].last < i) {
            a = event[k].last > a ? event[k].last : a;
        } else {
            b = event[k].first < b ? event[k].first : b;
        }
    double mx = 0, my = 0, xx = 0, xy = 0;
    for (size_t k = a; k <= b; k++) {
        mx += s->strain[k] / (double)(b - a + 1);
        my += s->stress[k] / (double)(b - a + 1);
    }
    for (size_t k = a; k <= b; k++) {
        xx += (s->strain[k] - mx) * (s->strain[k] - mx);
        xy += (s->strain[k] - mx) * (s->stress[k] - my);
    }
    return xx > 0 ? xy / xx : 0;
}

static double of_line(const struct line *l, double x)
{
    return l->sigma * sqrt(1 / l->n + (x - l->mean) * (x - l->mean) / l->xx);
}

double offset_sigma(const struct scatter *s, const struct line *l, double offset, double at, size_t i,
                    double slope)
{
    const double step = s->strain[i] - s->strain[i - 1];
    const double part = step > 0 || step < 0 ? (at - s->strain[i - 1]) / step : 1,
                 weight[] = {1 - part, part};
    slope = fmin(slope, 0.9 * l->slope); /* the curve falls below the line there: steeper is noise */
    double sum = 0;
    for (size_t k = 0; k < 2; k++) {
        /* The corrections turn a load too high into a strain too small, which is too high a second time. */
        const double up = weight[k] * s->of_stress[i - 1 + k] * (1 + slope * s->softness),
                     across = weight[k] * s->of_strain[i - 1 + k] * slope;
        sum += up * up + across * across;
    }
    const double line = of_line(l, at - offset);
    return sqrt(l->slope * l->slope * sum + slope * slope * line * line) / (l->slope - slope);
}

double area_sigma(const struct shape *shape, enum section section, double sigma_diameter)
{
    const double top = shape->top, base = shape_base(shape);
    if (section == SECTION_TOP)
        return 2 * sigma_diameter / top;
    if (section == SECTION_MID)
        return 4 * sigma_diameter / (top + base);
    return 3 * (top + base) / (top * top + top * base + base * base) * sigma_diameter;
}

double line_sigma_slope(const struct line *l)
{
    return l->sigma / sqrt(l->xx) / l->slope;
}

double line_sigma_zero(const struct line *l)
{
    return of_line(l, l->zero) / l->slope;
}
