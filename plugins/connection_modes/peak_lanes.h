/* Loops over the points of a fit of Gaussians, for the instructions that the processor has.
 *
 * The same source is compiled for three sets of instructions; sums run in the same order, and nothing is
 * fused, so that each gives the same bits.  Arrays are n long, a multiple of LANES; points of weight 0 fill
 * them up.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef CONNECTION_MODES_PEAK_LANES_H
#define CONNECTION_MODES_PEAK_LANES_H

#include <stddef.h>

enum { LANES = 8 };

/* Rounded up to whole groups. */
#define IN_LANES(n) (((n) + LANES - 1) / LANES * LANES)

/* z = (r - centre)/width, and the Gaussian of area 1 times the weight. */
void peak_lanes_shapes(size_t n, const double *r, const double *weight, double centre, double width,
                       double *shape, double *z);

/* sum[u] = sum_i column[u]_i other_i, u < m. */
void peak_lanes_products(size_t n, size_t m, const double *const *column, const double *other, double *sum);

/* residual = sum_u factor[u] column[u] - y; returns the sum of its squares. */
double peak_lanes_residual(size_t n, size_t m, const double *const *column, const double *factor,
                           const double *y, double *residual);

/* shape z, shape (z^2 - 1), and moment[k] = sum_i residual_i shape_i z_i^k. */
void peak_lanes_derivatives(size_t n, const double *shape, const double *z, const double *residual,
                            double *by_centre, double *by_width, double moment[5]);

/* sum[3 u + v] = sum_i a[u]_i b[v]_i. */
void peak_lanes_block(size_t n, const double *const a[3], const double *const b[3], double sum[9]);

/* out += shape (factor[0] + factor[1] z + ... + factor[4] z^4). */
void peak_lanes_add(size_t n, const double *shape, const double *z, const double factor[5], double *out);

#endif
