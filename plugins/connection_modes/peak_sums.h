/* chi2 of a sum of Gaussians, and all sums over the points that its first and second derivatives need.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef CONNECTION_MODES_PEAK_SUMS_H
#define CONNECTION_MODES_PEAK_SUMS_H

#include "peaks.h"
#include "shared/fit.h"

/* Derivatives by centre and width are in units of the width, and for a peak of area 1. */
struct peak_sums {
    size_t n, peaks;                                 /* n: points, in whole groups */
    double *r, *y, *weight, *residual, *bent;        /* y: times the weight */
    double *column[MOST_PEAKS][PER_PEAK], *z[MOST_PEAKS];
    double *next_shape[MOST_PEAKS], *next_z[MOST_PEAKS];  /* of the last evaluation */
    double gram[MOST_PARAMETERS][MOST_PARAMETERS];   /* products of the columns */
    double slope[MOST_PEAKS][PER_PEAK];              /* of the columns with the residual */
    double second[MOST_PEAKS][PER_PEAK][PER_PEAK];   /* second derivatives times the residual */
};

/* Doubles of work space. */
#define PEAK_WORK(n, peaks) (((n) + 7) / 8 * 8 * (5 + 6 * (peaks)) + 7)

void peak_sums_begin(struct peak_sums *s, const struct fit_problem *k, const struct peak_points *points);

/* chi2 at param; false: no number. */
bool peak_sums_evaluate(const struct peak_sums *s, const double *param, double *chi2);
/* The same with the areas that fit best, which param gets.  False: peaks are too much alike. */
bool peak_sums_best_areas(const struct peak_sums *s, double *param, double *chi2);

/* Fills gram, slope and second for the last evaluation. */
void peak_sums_differentiate(struct peak_sums *s);

/* Products of the columns with the second derivative of the model along a line: areas change by
 * area_step[j], centres and widths by step[j][] in units of the width.  product: for all parameters. */
void peak_sums_bend(const struct peak_sums *s, const double *param, const double *area_step,
                    const double (*step)[2], double *product);

#endif
