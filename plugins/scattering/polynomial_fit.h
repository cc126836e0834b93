/* A polynomial without a constant term, of an order that need not be whole, taken away from F(Q).
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef SCATTERING_POLYNOMIAL_FIT_H
#define SCATTERING_POLYNOMIAL_FIT_H

#include <stdbool.h>
#include <stddef.h>

/* x in (0, 1], y and sigma (or NULL) of n points; order at least 0.  Between two whole orders the two results
 * are blended in proportion.  y and sigma are replaced.  basis: room for (ceil(order) + 1) n, work: for n.
 * False: the points are too few to bear the order. */
bool polynomial_remove(size_t n, const double *x, double *y, double *sigma, double order, double *basis,
                       double *work);

#endif
