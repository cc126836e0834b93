/* Two straight lines that meet: least squares over the place where they do.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef TRENDS_KINK_H
#define TRENDS_KINK_H

#include <stdbool.h>
#include <stddef.h>

struct kink {
    double at;                /* where the lines meet */
    double value;             /* there */
    double below, above;      /* slopes */
    double residual;          /* weighted sum of squares */
    double line;              /* that of one straight line; it has two parameters less */
};

/* What depends on the points alone, for many sets of values: x ascending, weights w > 0, the break between lo
 * and hi.  NULL: no memory. */
typedef struct kink_points kink_points;
kink_points *kink_points_new(size_t n, const double *x, const double *w, double lo, double hi);
void kink_points_free(kink_points *p);
double kink_points_mean(const kink_points *p);

/* The best break for values y, exactly; false: nowhere between lo and hi have both sides two different x. */
bool kink_fit(kink_points *p, const double *y, struct kink *k);
double kink_value(const struct kink *k, double x);
/* By how many of its standard uncertainties (the break held) the slope changes, of n points: the root of what
 * the second line takes off the sum of squares over the scatter that is left.  Student's t, which few points
 * make large by chance, is told as the normal deviate that is as rare. */
double kink_contrast(const struct kink *k, size_t n);

#endif
