/* The factor that brings an intensity to electron units per atom, and what has to be subtracted with it.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef SCATTERING_NORMALISATION_H
#define SCATTERING_NORMALISATION_H

#include <stdbool.h>
#include <stddef.h>

/* A measured point, Q in 1/angstrom, and what theory says there, in electron units. */
typedef struct normalisation_point {
    double Q, I, sigma;     /* sigma: 0 where it is not known */
    double expected;        /* that atoms scatter alone: <f^2> + C; without the Laue term <f>^2 + C */
    double f_mean_sq;       /* <f>^2 */
    double fluorescence;    /* its shape; 0: none */
    double multiple;        /* multiple scattering; 0: none */
} normalisation_point;

/* S = 1 + (alpha I - expected - F fluorescence - m multiple)/<f>^2: linear in the three scales. */
enum { SCALE_ALPHA, SCALE_FLUORESCENCE, SCALE_MULTIPLE, N_SCALES };
double structure_factor_at(const double scale[N_SCALES], const normalisation_point *p);
/* dS/d scale. */
void structure_factor_slopes(const normalisation_point *p, double slope[N_SCALES]);

/* What must hold:  sum weight[i] (S - 1) = target,  over n points from the first on. */
typedef struct condition {
    const double *weight;
    size_t        first, n;
    double        target;
} condition;

/* Krogh-Moe and Norman: the integral of Q^2 (S - 1) from qmin to qmax is -2 pi^2 rho0.  Fills weight,
 * of n; no points, where there are less than two. */
condition condition_krogh_moe(const normalisation_point *p, size_t n, double qmin, double qmax, double rho0,
                              double *weight);
/* S is 1 on the average, weighted by <f>^2, over qlow < Q <= qmax. */
condition condition_high_q(const normalisation_point *p, size_t n, double qlow, double qmax, double *weight);
/* S is 1 at each point over qlow < Q <= qmax: row has room for n.  Returns how many. */
size_t conditions_high_q(const normalisation_point *p, size_t n, double qlow, double qmax, condition *row);

typedef struct low_r {
    bool   lorch;          /* window; else none */
    double qmin, qmax;     /* the window vanishes at qmax */
    size_t edge_points;    /* S below the first point is the mean of so many */
    double rho0;           /* atoms per cubic angstrom */
} low_r;
/* G(r) = -4 pi rho0 r, where no atom can be. */
condition condition_low_r(const normalisation_point *p, size_t n, const low_r *how, double r, double *weight);

/* What these conditions need at all points of an axis and r = from + k step, made once for all curves on it;
 * free() it.  NULL: too large, or no memory; then each curve makes its own, to the same bits. */
#define LOW_R_KERNELS (1u << 22)    /* numbers; 32 MiB */
typedef struct low_r_kernels low_r_kernels;
low_r_kernels *low_r_kernels_new(const low_r *how, size_t n, const double *Q, size_t rows, double from,
                                 double step);
/* The conditions for all these r, which are those of the kernels (t may be NULL); origin: the place of each
 * point on the axis; weight: room for rows times n + 1. */
void conditions_low_r(const low_r_kernels *t, const normalisation_point *p, const size_t *origin, size_t n,
                      const low_r *how, size_t rows, double from, double step, double *weight,
                      condition *row);

typedef struct scales {
    double  value[N_SCALES];                   /* those not free are given */
    bool    free[N_SCALES];
    double  given_sigma[N_SCALES];             /* of those not free */
    double *slope[N_SCALES];                   /* d value/d I of each point; room for the points */
    double  covariance[N_SCALES][N_SCALES];    /* from the sigmas of I and of what is given */
    double  deviation;                         /* root mean square of how far the conditions are missed */
} scales;

/* The scales that meet the conditions, or miss them least in the sum of squares.  work: n_rows + n of
 * SCALES_WORK.  False: the conditions do not tell the free ones apart. */
#define SCALES_WORK (N_SCALES + 1)
bool scales_solve(scales *s, const normalisation_point *p, size_t n, const condition *row, size_t n_rows,
                  double *work);

#endif
