/* The factor that brings an intensity to electron units per atom, and what has to be subtracted with it.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef SCATTERING_NORMALISATION_H
#define SCATTERING_NORMALISATION_H

#include <stdbool.h>
#include <stddef.h>

/* n points, Q in 1/angstrom, and what theory says there, in electron units. */
typedef struct normalisation_points {
    size_t        n;
    const double *Q, *I, *sigma;     /* sigma: 0 where it is not known */
    const double *expected;          /* that atoms scatter alone: <f^2> + C; without the Laue term
                                        <f>^2 + C */
    const double *f_mean_sq;         /* <f>^2 */
    const double *fluorescence;      /* its shape; 0: none */
    const double *multiple;          /* multiple scattering; 0: none */
} normalisation_points;

/* S = 1 + (alpha I - expected - F fluorescence - m multiple)/<f>^2: linear in the three scales. */
enum { SCALE_ALPHA, SCALE_FLUORESCENCE, SCALE_MULTIPLE, N_SCALES };
static inline double structure_factor_at(const double scale[N_SCALES], const normalisation_points *p,
                                         size_t i)
{
    return 1 + (scale[SCALE_ALPHA] * p->I[i] - p->expected[i] -
                scale[SCALE_FLUORESCENCE] * p->fluorescence[i] -
                scale[SCALE_MULTIPLE] * p->multiple[i]) / p->f_mean_sq[i];
}
/* dS/d scale. */
static inline void structure_factor_slopes(const normalisation_points *p, size_t i, double slope[N_SCALES])
{
    const double inverse = 1 / p->f_mean_sq[i];
    slope[SCALE_ALPHA] = p->I[i] * inverse;
    slope[SCALE_FLUORESCENCE] = -p->fluorescence[i] * inverse;
    slope[SCALE_MULTIPLE] = -p->multiple[i] * inverse;
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
condition condition_between(const normalisation_points *p, double qmin, double qmax);
/* The trapezoid's share of point i of n at Q. */
static inline double condition_share(const double *Q, size_t i, size_t n)
{
    return ((i > 0 ? Q[i] - Q[i - 1] : 0) + (i + 1 < n ? Q[i + 1] - Q[i] : 0)) / 2;
}

/* Krogh-Moe and Norman: the integral of Q^2 (S - 1) from qmin to qmax is -2 pi^2 rho0.  Fills weight,
 * one for each point; no points, where there are less than two. */
condition condition_krogh_moe(const normalisation_points *p, double qmin, double qmax, double rho0,
                              double *weight);
/* S is 1 on the average, weighted by <f>^2, over qlow < Q <= qmax. */
condition condition_high_q(const normalisation_points *p, double qlow, double qmax);
/* S is 1 at each point over qlow < Q <= qmax: row has room for all.  Returns how many. */
size_t conditions_high_q(const normalisation_points *p, double qlow, double qmax, condition *row);

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
condition condition_low_r(const normalisation_points *p, const low_r *how, double r, double *weight);

/* These conditions for all r = from + k step, k < rows, made ready for all curves on an axis: low_r_terms.c.
 * free() it.  NULL: too large, or no memory; then each condition is made by itself. */
#define LOW_R_TERMS (1u << 22)    /* numbers; 32 MiB */
#define LOW_R_PRODUCTS (1u << 30) /* to find the combinations: about a second */
typedef struct low_r_terms low_r_terms;
low_r_terms *low_r_terms_new(const low_r *how, size_t n, const double *Q, size_t rows, double from,
                             double step);

/* The conditions of one curve on it: orthonormal combinations of them, far fewer, which miss by the same sum of
 * squares but for what any curve misses. */
typedef struct low_r_rules {
    const low_r_terms *t;
    size_t *rank;           /* of each point that they see, on the axis by Q */
    size_t  first, n;       /* the points that they see */
    double *share;          /* of these: the trapezoid's, times what does not depend on r */
    double *below;          /* of each combination: what each of the first `edge` points has besides */
    size_t  edge;
    double  rho0;
    double *work;
} low_r_rules;
/* How many numbers the rules of a curve of n points need in `room`. */
size_t low_r_rules_room(const low_r_terms *t, size_t n);
/* place: of each point, on the axis.  False: the curve does not lie within what was made ready. */
bool low_r_rules_make(const low_r_terms *t, const normalisation_points *p, const size_t *place,
                      const low_r *how, double *room, low_r_rules *r);
/* How many combinations; what condition k counts in the one of them. */
size_t low_r_rules_count(const low_r_rules *r);
double low_r_rules_part(const low_r_rules *r, size_t combination, size_t k);
/* How many conditions; the sum of squares by which any curve misses them. */
size_t low_r_rules_missed(const low_r_rules *r, double *squares);
/* x: 4 numbers for each point; row: for each combination, sum weight x, the target added to the last. */
void low_r_rules_rows(const low_r_rules *r, const double *x, double *row);
/* of: sum over the combinations of factor weight, for each point that they see; and the same for others. */
void low_r_rules_back(const low_r_rules *r, const double *factor, const double *other, double *of,
                      double *other_of);

typedef struct scales {
    double  value[N_SCALES];                   /* those not free are given */
    bool    free[N_SCALES];
    double  given_sigma[N_SCALES];             /* of those not free */
    double *slope[N_SCALES];                   /* d value/d I of each point; room for the points, or NULL */
    double  covariance[N_SCALES][N_SCALES];    /* from the sigmas of I and of what is given; slope NULL: 0 */
    double  deviation;                         /* root mean square of how far the conditions are missed */
} scales;

#define SCALES_WORK (N_SCALES + 1)
/* What the scales are multiplied by in S, and expected/<f>^2: SCALES_WORK numbers for each point. */
void scales_slopes(const normalisation_points *p, double *x);
/* The scales that meet the conditions, or miss them least in the sum of squares.  x: from scales_slopes();
 * work: n_rows of SCALES_WORK.  False: the conditions do not tell the free ones apart. */
bool scales_solve(scales *s, const normalisation_points *p, const double *x, const condition *row,
                  size_t n_rows, double *work);
/* work: for each of low_r_rules_count() SCALES_WORK + N_SCALES numbers. */
bool scales_solve_low_r(scales *s, const normalisation_points *p, const double *x, const low_r_rules *r,
                        double *work);

#endif
