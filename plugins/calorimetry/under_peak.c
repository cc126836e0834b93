/* The baseline under a peak: straight, or in proportion to the area that has gone by (the heat capacities
 * of what reacts and what came of it, mixed by the degree of reaction; W. F. Hemminger and S. M. Sarge, J.
 * Therm. Anal. 37, 1455 (1991), doi:10.1007/BF01914114).
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "under_peak.h"

#include <math.h>

#define ROUNDS 50

static double side_value(const struct line *l, enum baseline_kind kind, double limit, double T)
{
    return line_at(l, kind == BASELINE_TANGENTIAL ? T : limit);
}

static double area_of(const struct thermal_curve *k, const struct peak_baseline *b)
{
    double area = 0;
    for (size_t i = 1; i < b->n; i++) {
        size_t p = b->first + i;
        area += (k->T[p] - k->T[p - 1]) * (k->y[p] - b->base[i] + k->y[p - 1] - b->base[i - 1]) / 2;
    }
    return area;
}

/* base <- (1 - x) left + x right, x the share of the area that has gone by, until the area stands still. */
static bool mix_sides(const struct thermal_curve *k, enum baseline_kind kind, struct peak_baseline *b)
{
    double low = k->T[b->first], high = k->T[b->first + b->n - 1], before = NAN;
    for (int round = 0; round < ROUNDS; round++) {
        double area = area_of(k, b);
        if (!(fabs(area) > 0))
            return false;
        /* from the left: the chord before a point needs the old values of both its ends */
        double sum = 0, old = b->base[0], previous;
        for (size_t i = 0; i < b->n; i++) {
            size_t p = b->first + i;
            previous = old;
            old = b->base[i];
            if (i > 0)
                sum += (k->T[p] - k->T[p - 1]) * (k->y[p] - old + k->y[p - 1] - previous) / 2;
            double x = sum / area;
            b->base[i] = (1 - x) * side_value(&b->left, kind, low, k->T[p]) +
                         x * side_value(&b->right, kind, high, k->T[p]);
        }
        if (fabs(area - before) <= 1e-12 * fabs(area))
            return true;
        before = area;
    }
    return true;
}

/* The lines at the limits move the area as a trapezoid would; the points' own scatter adds to it. */
static double area_variance(const struct thermal_curve *k, const struct peak_baseline *b)
{
    size_t last = b->first + b->n - 1;
    double width = k->T[last] - k->T[b->first], sum = 0;
    double noise = fmax(b->left.noise * b->left.noise * b->left.inflation,
                        b->right.noise * b->right.noise * b->right.inflation);
    for (size_t i = b->first; i <= last; i++) {
        double w = ((i < last ? k->T[i + 1] : k->T[i]) - (i > b->first ? k->T[i - 1] : k->T[i])) / 2;
        sum += w * w;
    }
    return noise * sum + width * width / 4 *
                             (line_variance(&b->left, k->T[b->first]) + line_variance(&b->right, k->T[last]));
}

const char *under_peak(const struct thermal_curve *k, double from, double to, double side,
                       enum baseline_kind kind, double *base, struct peak_baseline *b)
{
    *b = (struct peak_baseline){.base = base};
    b->n = curve_window(k, from, to, &b->first);
    if (b->n < 5)
        return "fewer than 5 points lie between the limits";
    double low = k->T[b->first], high = k->T[b->first + b->n - 1];
    bool left = line_fit(k, low - side, low, &b->left), right = line_fit(k, high, high + side, &b->right);
    if (!left && !right)
        return "on neither side of the limits are there 3 points for a line";
    if (!left || !right) {
        if (kind != BASELINE_LINEAR)
            return left ? "behind the upper limit are fewer than 3 points for a line"
                        : "before the lower limit are fewer than 3 points for a line";
        /* a curve that ends at the limit: its last points are the level there */
        if (!left && !line_fit(k, low, low + fmin(side, (high - low) / 4), &b->left))
            return "at the lower limit are fewer than 3 points for a line";
        if (!right && !line_fit(k, high - fmin(side, (high - low) / 4), high, &b->right))
            return "at the upper limit are fewer than 3 points for a line";
    }
    double a = line_at(&b->left, low), e = line_at(&b->right, high);
    for (size_t i = 0; i < b->n; i++)
        base[i] = a + (e - a) * (k->T[b->first + i] - low) / (high - low);
    if (kind != BASELINE_LINEAR && !mix_sides(k, kind, b))
        return "the peak has no area to divide the baseline by";
    b->area = area_of(k, b);
    b->variance = area_variance(k, b);
    return NULL;
}
