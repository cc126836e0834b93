/* Non-negative least squares for a few columns.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef CONNECTION_MODES_AREAS_H
#define CONNECTION_MODES_AREAS_H

#include <stdbool.h>
#include <stddef.h>

enum { MOST_AREAS = 6 };

/* x >= 0 that minimises sum_i weight_i [sum_j a_ij x_j - y_i]^2, m at most MOST_AREAS, from A^T W A (its
 * lower triangle, m x m) and A^T W y.  False: no unique answer, for columns depend on each other. */
bool areas_solve(size_t m, const double *normal, const double *right, double *x);

#endif
