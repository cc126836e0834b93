/* What a structure factor must obey, whatever the material: weighted sums of S - 1 that are known.
 *
 * J. Krogh-Moe, Acta Cryst. 9 (1956) 951, doi:10.1107/S0365110X56002655; N. Norman, Acta Cryst. 10 (1957)
 * 370, doi:10.1107/S0365110X57001085: no two atoms sit on each other, hence
 * integral Q^2 (S - 1) dQ = -2 pi^2 rho0.  That no two come closer than the shortest bond says more:
 * (2/pi) integral Q (S - 1) sin(Qr) dQ = -4 pi rho0 r for every r below it; J. H. Eggert et al., Phys. Rev. B
 * 65 (2002) 174105, doi:10.1103/PhysRevB.65.174105.  All integrals are trapezoids over the measured points.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "normalisation.h"

#include <math.h>

#define PI 3.14159265358979323846

bool condition_sees(double Q, double qmin, double qmax)
{
    return Q >= qmin - 1e-9 * fabs(qmin) && Q <= qmax + 1e-9 * fabs(qmax);
}

condition condition_between(const normalisation_points *p, double qmin, double qmax)
{
    size_t first = 0, last = p->n;
    while (first < p->n && !condition_sees(p->Q[first], qmin, qmax))
        first++;
    while (last > first && !condition_sees(p->Q[last - 1], qmin, qmax))
        last--;
    return (condition){ .first = first, .n = last - first };
}

condition condition_krogh_moe(const normalisation_points *p, double qmin, double qmax, double rho0,
                              double *weight)
{
    condition c = condition_between(p, qmin, qmax);
    const double *Q = p->Q + c.first;
    for (size_t i = 0; i < c.n; i++)
        weight[i] = condition_share(Q, i, c.n) * Q[i] * Q[i];
    c.weight = weight;
    c.target = -2 * PI * PI * rho0;
    c.n = c.n < 2 ? 0 : c.n;
    return c;
}

condition condition_high_q(const normalisation_points *p, double qlow, double qmax)
{
    condition c = condition_between(p, qlow, qmax);
    while (c.n > 0 && !(p->Q[c.first] > qlow)) {
        c.first++;
        c.n--;
    }
    c.weight = p->f_mean_sq + c.first;
    return c;
}

size_t conditions_high_q(const normalisation_points *p, double qlow, double qmax, condition *row)
{
    static const double one = 1;
    condition c = condition_between(p, qlow, qmax);
    size_t rows = 0;
    for (size_t i = c.first; i < c.first + c.n; i++)
        if (p->Q[i] > qlow)
            row[rows++] = (condition){ &one, i, 1, 0 };
    return rows;
}

/* ---- Low r ----------------------------------------------------------------------------------- */

double low_r_window(const low_r *how, double Q)
{
    double x = PI * Q / how->qmax;
    return how->lorch && fabs(x) > 1e-8 ? sin(x) / x : 1;
}

static double kernel(const low_r *how, double Q, double r)
{
    return 2 / PI * Q * low_r_window(how, Q) * sin(Q * r);
}

/* The integral of the kernel from 0 to the first point. */
static double below(const low_r *how, double first, double r)
{
    double step = first / (LOW_R_BELOW - 1), sum = 0.5 * kernel(how, first, r);    /* and 0 at Q = 0 */
    for (int j = 1; j < LOW_R_BELOW - 1; j++)
        sum += kernel(how, j * step, r);
    return sum * step;
}

condition condition_low_r(const normalisation_points *p, const low_r *how, double r, double *weight)
{
    condition c = condition_between(p, how->qmin, how->qmax);
    const double *Q = p->Q + c.first;
    for (size_t i = 0; i < c.n; i++)
        weight[i] = condition_share(Q, i, c.n) * kernel(how, Q[i], r);
    size_t edge = how->edge_points < c.n ? how->edge_points : c.n;
    double low = c.n > 0 && Q[0] > 0 ? below(how, Q[0], r) / (double)edge : 0;
    for (size_t i = 0; i < edge; i++)
        weight[i] += low;
    c.weight = weight;
    c.target = -4 * PI * how->rho0 * r;
    c.n = c.n < 2 ? 0 : c.n;
    return c;
}
