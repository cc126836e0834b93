/* Order statistics.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef MASKS_MEDIAN_H
#define MASKS_MEDIAN_H

#include <stddef.h>

/* Of n finite values, n at least 1, which it puts in another order; the mean of the middle two for even n. */
double median(double *v, size_t n);

/* Of |v - centre|, into the same memory. */
double median_deviation(double *v, size_t n, double centre);

/* The median deviation of a normal distribution times this is its standard deviation. */
#define MAD_TO_SIGMA 1.4826022185056018

#endif
