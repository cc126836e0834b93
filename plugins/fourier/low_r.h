/* G(r) below the first distance between atoms, and what is wrong there as a function of Q.
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef FRIT_FOURIER_LOW_R_H
#define FRIT_FOURIER_LOW_R_H

#include "fourier.h"
#include "integral.h"

/* The nodes in r and Q between which the iterations go to and fro. */
struct low_r {
    size_t  n_r, n_Q;                   /* n_Q: those below the first bin, then the curve's points */
    double *r, *weight;                 /* n_r */
    double *Q, *S;                      /* n_Q */
    double *kernel;                     /* n_r x n_Q: of the integral over Q */
    double *back;                       /* n_Q x n_r: weight sin(Qr)/Q, of the integral over r */
};

/* The curve `in`, its integral g, and the nodes between 0 and rmin; fail() says why not. */
frit_status low_r_init(frit_call *c, const frit_view *in, const struct integral_how *h, double rmin,
                       struct integral *g, struct low_r *k);

/* d[i] = G + 4 pi rho0 r at the nodes; its root mean square is returned. */
double low_r_deviation(const struct low_r *k, double rho0, double *d);

/* (1/Q) times the integral of d sin(Qr) from 0 to rmin. */
double low_r_error(const struct low_r *k, const double *d, double Q);

/* sin(Qr)/Q, also at Q = 0. */
double low_r_sine_over_Q(double Q, double r);

/* A curve at the points of the input; those that are not measured are masked. */
frit_buffer *low_r_output(frit_call *c, uint32_t port, const frit_view *in, bool sigma);

/* A single number, where it is wanted. */
frit_status low_r_put_number(frit_call *c, uint32_t port, double x);

#endif
