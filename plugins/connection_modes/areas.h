/* Non-negative least squares for a few columns.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef CONNECTION_MODES_AREAS_H
#define CONNECTION_MODES_AREAS_H

#include <stdbool.h>
#include <stddef.h>

enum { MOST_AREAS = 6 };

/* x >= 0 that minimises sum_i weight_i [sum_j a_ij x_j - y_i]^2; a is n x m, row by row, m at most
 * MOST_AREAS; weight NULL: 1 each.  False: no unique answer, for columns depend on each other. */
bool areas_solve(size_t n, size_t m, const double *a, const double *y, const double *weight, double *x);

#endif
