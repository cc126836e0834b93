/* A straight line through weighted points.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef TRENDS_LINE_H
#define TRENDS_LINE_H

#include "points.h"

struct line {
    double x0;                           /* value and slope are those at x0 */
    double value, slope;
    double var_value, covariance, var_slope;
    double scatter;                      /* variance of a value of weight 1: 1 where sigmas are known */
    double chi_square;                   /* weighted sum of squares over n - 2; NaN where n is 2 */
    size_t n;
};

/* Weighted least squares, by GSL.  With known sigmas (p->sigma) the uncertainty is theirs, else that of the
 * scatter around the line.  false: not two different x; and without sigmas not three points. */
bool line_fit(const struct points *p, double x0, struct line *line);
double line_at(const struct line *line, double x);
double line_variance(const struct line *line, double x);

#endif
