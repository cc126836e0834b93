/* The noise of a signal that is sampled finely: what its neighbours do not foresee.  Without a host.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef SHARED_NOISE_H
#define SHARED_NOISE_H

#include <stddef.h>

/* Standard deviation of the noise of one of n values: from their second differences, which a smooth curve
 * has not and few jumps do not move; 0 for fewer than 5.  room: n doubles. */
double noise_of(size_t n, const double *x, double *room);

#endif
