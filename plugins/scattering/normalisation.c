/* The factor alpha that brings an intensity to electron units per atom.
 *
 * J. Krogh-Moe, Acta Cryst. 9 (1956) 951, doi:10.1107/S0365110X56002655; N. Norman, Acta Cryst. 10 (1957)
 * 370, doi:10.1107/S0365110X57001085: no two atoms sit on each other, hence
 * integral Q^2 (S - 1) dQ = -2 pi^2 rho0.  By trapezoids
 *
 *     alpha = [ integral Q^2 (<f^2> + C + M)/<f>^2 dQ - 2 pi^2 rho0 ] / integral Q^2 I/<f>^2 dQ
 *
 * The high-Q ratio takes S = 1 there: alpha = sum (<f^2> + C + M) / sum I.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "normalisation.h"

#include <math.h>

#define TWO_PI_SQUARED 19.739208802178716

/* Limits take the points on them, whatever a conversion of units did to the last digits. */
static int inside(double Q, double qmin, double qmax)
{
    return Q >= qmin - 1e-9 * fabs(qmin) && Q <= qmax + 1e-9 * fabs(qmax);
}

normalisation krogh_moe_norman(const normalisation_point *p, size_t n, double qmin, double qmax, double rho0)
{
    size_t first = 0, last = n;
    while (first < n && !inside(p[first].Q, qmin, qmax))
        first++;
    while (last > first && !inside(p[last - 1].Q, qmin, qmax))
        last--;

    double theory = 0, measured = 0, variance = 0;
    for (size_t i = first; i < last; i++) {
        double below = i > first ? p[i].Q - p[i - 1].Q : 0, above = i + 1 < last ? p[i + 1].Q - p[i].Q : 0;
        double weight = (below + above) / 2 * p[i].Q * p[i].Q / p[i].f_mean_sq;
        theory += weight * p[i].expected;
        measured += weight * p[i].I;
        variance += weight * weight * p[i].sigma * p[i].sigma;
    }
    normalisation r = { NAN, NAN, last - first };
    if (r.points < 2 || !(fabs(measured) > 0))
        return r;
    r.alpha = (theory - TWO_PI_SQUARED * rho0) / measured;
    r.sigma = fabs(r.alpha / measured) * sqrt(variance);
    return r;
}

normalisation high_q_ratio(const normalisation_point *p, size_t n, double qlow, double qmax)
{
    double theory = 0, measured = 0, variance = 0;
    normalisation r = { NAN, NAN, 0 };
    for (size_t i = 0; i < n; i++) {
        if (!(p[i].Q > qlow) || !inside(p[i].Q, qlow, qmax))
            continue;
        theory += p[i].expected;
        measured += p[i].I;
        variance += p[i].sigma * p[i].sigma;
        r.points++;
    }
    if (!(fabs(measured) > 0))
        return r;
    r.alpha = theory / measured;
    r.sigma = fabs(r.alpha / measured) * sqrt(variance);
    return r;
}

double faber_ziman(double alpha, const normalisation_point *p)
{
    return 1 + (alpha * p->I - p->expected) / p->f_mean_sq;
}
