/* The measured points of a curve, and what is linear in them: integrals between any two positions, and their
 * standard uncertainties.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef METRICS_POINTS_H
#define METRICS_POINTS_H

#include "shared/covariance.h"

struct metric_points {
    size_t        n;
    const double *x, *y, *sigma;    /* by ascending x; sigma NULL: none */
    const char   *x_name, *x_unit;
    struct covariance covariance;   /* of all points of the axis; n 0: take sigma */
    const size_t *index;            /* on the axis, of each point */
};

enum { NO_PORT = -1 };

/* The curve at `port`, one dimension with an axis; points that are masked or not finite are left out.  The
 * covariance is that at another port, where it is connected and not all masked; it must be on the points of
 * the curve.  `symbol` names the curve in a sentence.  Memory is the call's scratch. */
frit_status points_read(frit_call *c, uint32_t port, int covariance_port, const char *symbol,
                        struct metric_points *p);

/* The point behind which x lies, of two and more. */
size_t points_segment(const struct metric_points *p, double x);

/* The points from a to b, and two more on each side: for what looks no farther than that. */
struct metric_points points_part(const struct metric_points *p, double a, double b);

/* Whether integrals from a to b stand on data: both ends within the measured range (to a thousandth of the
 * distance to the next point), and no gap in between wider than a quarter of it.  `what`: "the window". */
frit_status points_cover(frit_call *c, const struct metric_points *p, double a, double b, const char *what);

/* weight[j] += factor * dy(x)/dy_j: straight lines between the points, and the outermost points beyond them. */
void points_at_weights(const struct metric_points *p, double x, double factor, double *weight);
/* weight[j] += factor * d/dy_j of the integral of x^power y dx over [a, b], exactly for straight lines
 * between the points; power 0 or 1. */
void points_integral_weights(const struct metric_points *p, double a, double b, int power, double factor,
                             double *weight);

double points_sum(const struct metric_points *p, const double *weight);    /* of weight y */
/* Is there anything to make a sigma from? */
bool   points_have_sigma(const struct metric_points *p);
double points_sigma(const struct metric_points *p, const double *weight);    /* of that sum */

#endif
