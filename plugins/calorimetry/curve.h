/* A curve over temperature, put in order: what the analysis steps work on.  Arrays and numbers alone.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef CALORIMETRY_CURVE_H
#define CALORIMETRY_CURVE_H

#include <stdbool.h>
#include <stddef.h>

#include "plugin.h"

/* The measured points of a curve, by rising temperature; equal temperatures are averaged. */
struct thermal_curve {
    size_t n;
    double *T, *y;
};

/* The curve at an input port; memory is the call's scratch.  what: "curve", for the sentence.  A curve with
 * fewer than 5 measured points is refused. */
frit_status curve_take(frit_call *c, uint32_t port, const char *what, struct thermal_curve *k);

/* The points from..to (inclusive): index of the first, and how many. */
size_t curve_window(const struct thermal_curve *k, double from, double to, size_t *first);
/* Linear between two points; NaN outside. */
double curve_at(const struct thermal_curve *k, double T);

/* A straight line fitted to a stretch of a curve: y = a + b (T - T0). */
struct line {
    double T0, a, b;
    double var_a, var_b;        /* T0 is the mean temperature, so that a and b are not correlated */
    double noise;               /* s.d. of a point about the line */
    double inflation;           /* how many points count as one: 1 for white noise */
    size_t n, first;            /* of the points */
    double from, to;            /* where they lie */
};

double line_at(const struct line *l, double T);
double line_variance(const struct line *l, double T);

/* Least squares over the points from..to; false: fewer than 3 points, or all at one temperature.  The
 * variances come from the scatter about the line, times the integrated autocorrelation of the residuals. */
bool line_fit(const struct thermal_curve *k, double from, double to, struct line *l);
/* Sets the noise at least to that of another line (of longer reach), and the variances with it. */
void line_at_least_noise(struct line *l, const struct line *other);
/* The line through the steepest stretch (of sign * slope): around the steepest window of this width whose
 * middle lies from..to, all that is at least 99 % as steep.  False: no window has 3 points. */
bool line_steepest(const struct thermal_curve *k, double from, double to, double width, double sign,
                   struct line *l);
/* The noise of a curve of evenly spaced points: s.d. of a point and correlation of neighbours, the same all
 * along.  Found over all of its length, without the stretches that are not smooth; s = 0 and false: too
 * short for that. */
struct noise {
    double s, rho;
};
bool curve_noise(const struct thermal_curve *k, struct noise *noise);
/* Variance of the sum of weight[i] y[i] over n points. */
double noise_of_sum(const struct noise *noise, const double *weight, size_t n);
/* Sets a fitted line's variances to those of this noise, of its correlation but of the line's own scatter
 * where that is larger; false, and the line as it was: the noise is not known. */
bool line_set_noise(const struct thermal_curve *k, struct line *l, const struct noise *noise);
/* Where two lines cross, and the s.d. of that. */
bool line_cross(const struct line *p, const struct line *q, double *T, double *sigma);

/* A weighted sum of the points, weight[i] y[i], built up from integrals: trapezoid over the points between
 * two temperatures (ends interpolated), and over a line that was fitted to points. */
void weight_integral(const struct thermal_curve *k, double from, double to, double factor, double *weight);
void weight_line(const struct thermal_curve *k, const struct line *l, double from, double to, double factor,
                 double *weight);

/* A cubic or parabola through the points from..to: where it turns (degree 2) or has its inflection
 * (degree 3), and the s.d. of that.  False: too few points, or it does not. */
bool polynomial_feature(const struct thermal_curve *k, double from, double to, int degree, double *T,
                        double *sigma);

#endif
