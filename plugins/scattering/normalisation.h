/* The factor that brings an intensity to electron units per atom.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef SCATTERING_NORMALISATION_H
#define SCATTERING_NORMALISATION_H

#include <stddef.h>

/* The measured points, by ascending Q (1/angstrom), and what theory says there, in electron units. */
typedef struct normalisation_point {
    double Q, I, sigma;    /* sigma: 0 where it is not known */
    double expected;       /* that atoms scatter alone: <f^2> + C + M; without the Laue term <f>^2 + C + M */
    double f_mean_sq;      /* <f>^2 */
} normalisation_point;

typedef struct normalisation {
    double alpha;     /* electron units per unit of intensity; NaN: cannot be had */
    double sigma;     /* from those of the intensity */
    size_t points;    /* that were used */
} normalisation;

/* Krogh-Moe and Norman: from the sum rule of S, over qmin <= Q <= qmax; rho0 in atoms per cubic angstrom. */
normalisation krogh_moe_norman(const normalisation_point *p, size_t n, double qmin, double qmax, double rho0);

/* High Q: S is 1 on the average over qlow < Q <= qmax. */
normalisation high_q_ratio(const normalisation_point *p, size_t n, double qlow, double qmax);

/* Faber-Ziman, from one intensity: S = 1 + (alpha I - expected)/<f>^2. */
double faber_ziman(double alpha, const normalisation_point *p);

#endif
