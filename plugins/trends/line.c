/* A straight line through weighted points, by GSL's weighted regression.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "line.h"

#include <gsl/gsl_errno.h>
#include <gsl/gsl_fit.h>
#include <math.h>

bool line_fit(const struct points *p, double x0, struct line *line)
{
    gsl_set_error_handler_off();
    if (p->n < (p->sigma ? 2 : 3))
        return false;
    double mean = 0, weight = 0, at_mean, slope, var_mean, covariance, var_slope, sum;
    for (size_t i = 0; i < p->n; i++) {
        weight += p->w[i];
        mean += (p->x[i] - mean) * p->w[i] / weight;
    }
    if (gsl_fit_wlinear(p->x, 1, p->w, 1, p->y, 1, p->n, &at_mean, &slope, &var_mean, &covariance, &var_slope,
                        &sum))
        return false;
    /* At the mean of x value and slope are independent, and the sums are accurate. */
    at_mean += slope * mean;
    var_mean = 1 / weight;
    *line = (struct line){.x0 = x0,
                          .slope = slope,
                          .value = at_mean + slope * (x0 - mean),
                          .n = p->n,
                          .chi_square = p->n > 2 ? sum / (double)(p->n - 2) : NAN};
    line->scatter = p->sigma ? 1 : line->chi_square;
    line->var_slope = var_slope * line->scatter;
    line->covariance = (x0 - mean) * line->var_slope;
    line->var_value = var_mean * line->scatter + (x0 - mean) * line->covariance;
    return isfinite(line->slope);
}

double line_at(const struct line *l, double x)
{
    return l->value + l->slope * (x - l->x0);
}

double line_variance(const struct line *l, double x)
{
    double d = x - l->x0;
    return fmax(l->var_value + 2 * d * l->covariance + d * d * l->var_slope, 0);
}
