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
static inline double structure_factor_at(const double scale[N_SCALES], const normalisation_point *p)
{
    return 1 + (scale[SCALE_ALPHA] * p->I - p->expected - scale[SCALE_FLUORESCENCE] * p->fluorescence -
                scale[SCALE_MULTIPLE] * p->multiple) / p->f_mean_sq;
}
/* dS/d scale. */
static inline void structure_factor_slopes(const normalisation_point *p, double slope[N_SCALES])
{
    const double inverse = 1 / p->f_mean_sq;
    slope[SCALE_ALPHA] = p->I * inverse;
    slope[SCALE_FLUORESCENCE] = -p->fluorescence * inverse;
    slope[SCALE_MULTIPLE] = -p->multiple * inverse;
}

/* What must hold:  sum weight[i] (S - 1) = target,  over n points from the first on. */
typedef struct condition {
    const double *weight;
    size_t        first, n;
    double        target;
} condition;

/* Q between limits, which take the points on them, whatever a conversion of units did to the last digits. */
bool condition_sees(double Q, double qmin, double qmax);
/* The points that a condition sees, by Q; no weights. */
condition condition_between(const normalisation_point *p, size_t n, double qmin, double qmax);
/* The trapezoid's share of point i of n. */
double condition_share(const normalisation_point *p, size_t i, size_t n);

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
/* 1 where there is none. */
double low_r_window(const low_r *how, double Q);
/* Below the first point the integral has so many, which leaves 3e-7 of alpha to the trapezoid. */
enum { LOW_R_BELOW = 60 };
/* G(r) = -4 pi rho0 r, where no atom can be. */
condition condition_low_r(const normalisation_point *p, size_t n, const low_r *how, double r, double *weight);

/* These conditions for all r = from + k step, k < rows, made ready for all curves on an axis: low_r_terms.c.
 * free() it.  NULL: too large, or no memory; then each condition is made by itself. */
#define LOW_R_TERMS (1u << 22)    /* numbers; 32 MiB */
typedef struct low_r_terms low_r_terms;
low_r_terms *low_r_terms_new(const low_r *how, size_t n, const double *Q, size_t rows, double from,
                             double step);

/* The conditions of one curve on it. */
typedef struct low_r_rules {
    const low_r_terms *t;
    size_t *rank;           /* of each point that they see, on the axis by Q */
    size_t  first, n;       /* the points that they see */
    double *share;          /* of these: the trapezoid's, times what does not depend on r */
    double *below;          /* of each term: what each of the first `edge` points has besides */
    size_t  edge;
    double  rho0;
    double *work;
} low_r_rules;
/* How many numbers the rules of a curve of n points need in `room`. */
size_t low_r_rules_room(const low_r_terms *t, size_t n);
/* place: of each point, on the axis.  False: the curve does not lie within what was made ready. */
bool low_r_rules_make(const low_r_terms *t, const normalisation_point *p, const size_t *place, size_t n,
                      const low_r *how, double *room, low_r_rules *r);
size_t low_r_rules_count(const low_r_rules *r);
/* x: 4 numbers for each point; row: for each condition, sum weight x, the target added to the last. */
void low_r_rules_rows(const low_r_rules *r, const double *x, double *row);
/* of: sum over the conditions of factor weight, for each point that they see; and the same for others. */
void low_r_rules_back(const low_r_rules *r, const double *factor, const double *other, double *of,
                      double *other_of);

typedef struct scales {
    double  value[N_SCALES];                   /* those not free are given */
    bool    free[N_SCALES];
    double  given_sigma[N_SCALES];             /* of those not free */
    double *slope[N_SCALES];                   /* d value/d I of each point; room for the points */
    double  covariance[N_SCALES][N_SCALES];    /* from the sigmas of I and of what is given */
    double  deviation;                         /* root mean square of how far the conditions are missed */
} scales;

#define SCALES_WORK (N_SCALES + 1)
/* What the scales are multiplied by in S, and expected/<f>^2: SCALES_WORK numbers for each point. */
void scales_slopes(const normalisation_point *p, size_t n, double *x);
/* The scales that meet the conditions, or miss them least in the sum of squares.  x: from scales_slopes();
 * work: n_rows of SCALES_WORK.  False: the conditions do not tell the free ones apart. */
bool scales_solve(scales *s, const normalisation_point *p, const double *x, size_t n, const condition *row,
                  size_t n_rows, double *work);
/* work: for each condition SCALES_WORK + N_SCALES numbers. */
bool scales_solve_low_r(scales *s, const normalisation_point *p, const double *x, size_t n,
                        const low_r_rules *r, double *work);

#endif
