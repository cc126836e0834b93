/* Sums of c_j exp(i Q_j r_i) between two uniform grids, by one fast Fourier transform.
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef FRIT_FOURIER_SINE_SUM_H
#define FRIT_FOURIER_SINE_SUM_H

#include <stddef.h>

struct sine_sum;

/* For Q_j = Q0 + j dQ, j < n, and r_i = r0 + i dr, i < n_r; n and n_r at least 1; for the harmonics 1 to
 * `harmonics`, at most 2.  NULL: no memory.  Any thread may make one, and any number of threads may use the
 * same one. */
struct sine_sum *sine_sum_new(size_t n, double Q0, double dQ, size_t n_r, double r0, double dr,
                              int harmonics);
void sine_sum_free(struct sine_sum *s);

/* Bytes of work space for a run, to be aligned to 64 bytes. */
size_t sine_sum_work_size(const struct sine_sum *s);

/* cosine[i] = sum over j of c[j] cos(h Q_j r_i), sine[i] likewise, for the harmonic h.  Either may be
 * NULL. */
void sine_sum_run(const struct sine_sum *s, int harmonic, const double *c, double *cosine, double *sine,
                  void *work);

#endif
