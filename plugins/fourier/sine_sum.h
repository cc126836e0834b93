/* Sums of c_j exp(i Q_j r_i) between two uniform grids, by one fast Fourier transform.
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef FRIT_FOURIER_SINE_SUM_H
#define FRIT_FOURIER_SINE_SUM_H

#include <stddef.h>

struct sine_sum;

/* For Q_j = Q0 + j dQ, j < n, n at least 1.  NULL: no memory.  Any thread may make one, and once it has its
 * grids any number of threads may use the same one. */
struct sine_sum *sine_sum_new(size_t n, double Q0, double dQ);
void sine_sum_free(struct sine_sum *s);

/* A grid r_i = r0 + i dr, i < n_r, n_r at least 1, on which sums will be read; returns its number, from 0, or
 * -1: no memory, or more than SINE_SUM_GRIDS. */
enum { SINE_SUM_GRIDS = 4 };
int sine_sum_add(struct sine_sum *s, size_t n_r, double r0, double dr);

/* Bytes of work space for one set of sums, to be aligned to 64 bytes; asked for once all grids are added. */
size_t sine_sum_work_size(const struct sine_sum *s);

/* Transforms the n coefficients c into the work space, from which sums are then read on any grid:
 * cosine[i] = sum over j of c[j] cos(Q_j r_i), sine[i] likewise.  Either may be NULL. */
void sine_sum_transform(const struct sine_sum *s, const double *c, void *work);
void sine_sum_read(const struct sine_sum *s, int grid, double *cosine, double *sine, void *work);

#endif
