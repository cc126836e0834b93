/* Attenuation in flat layers, and the depth integrals of single and double scattering.
 *
 * Optical depths (mu times the path through the whole layer) are pure numbers.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef CORRECTIONS_SLAB_H
#define CORRECTIONS_SLAB_H

#include <stddef.h>

/* (1 - e^(-s))/s, 1 at 0: the mean of e^(-s u), 0 < u < 1. */
double slab_mean(double s);
/* The same of n numbers, in place. */
void slab_means(size_t n, double *s);
/* Mean over a layer of e^(-x_in u - x_out (1 - u)), 0 < u < 1: in at the front, out at the back. */
double slab_through(double x_in, double x_out);
/* Mean over a layer of e^(-(x_in + x_out) u): out at the front again. */
double slab_back(double x_in, double x_out);

/* Integral over 0 < u1 < u2 < 1 of e^(-x0 u1 - x1 (u2 - u1) - x2 (1 - u2)), for any x: the second divided
 * difference of e^(-x).  The same in whatever order the three are given. */
double slab_chain(double x0, double x1, double x2);

#endif
