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
#include <stdlib.h>

#define PI 3.14159265358979323846

/* Below the first point there are so many, which leaves 3e-7 of alpha to the trapezoid. */
enum { BELOW = 60 };

/* Limits take the points on them, whatever a conversion of units did to the last digits. */
static bool inside(double Q, double qmin, double qmax)
{
    return Q >= qmin - 1e-9 * fabs(qmin) && Q <= qmax + 1e-9 * fabs(qmax);
}

static condition between(const normalisation_point *p, size_t n, double qmin, double qmax)
{
    size_t first = 0, last = n;
    while (first < n && !inside(p[first].Q, qmin, qmax))
        first++;
    while (last > first && !inside(p[last - 1].Q, qmin, qmax))
        last--;
    return (condition){ .first = first, .n = last - first };
}

/* The trapezoid's share of point i. */
static double share(const normalisation_point *p, size_t i, size_t n)
{
    return ((i > 0 ? p[i].Q - p[i - 1].Q : 0) + (i + 1 < n ? p[i + 1].Q - p[i].Q : 0)) / 2;
}

condition condition_krogh_moe(const normalisation_point *p, size_t n, double qmin, double qmax, double rho0,
                              double *weight)
{
    condition c = between(p, n, qmin, qmax);
    for (size_t i = 0; i < c.n; i++)
        weight[i] = share(p + c.first, i, c.n) * p[c.first + i].Q * p[c.first + i].Q;
    c.weight = weight;
    c.target = -2 * PI * PI * rho0;
    c.n = c.n < 2 ? 0 : c.n;
    return c;
}

condition condition_high_q(const normalisation_point *p, size_t n, double qlow, double qmax, double *weight)
{
    condition c = between(p, n, qlow, qmax);
    while (c.n > 0 && !(p[c.first].Q > qlow)) {
        c.first++;
        c.n--;
    }
    for (size_t i = 0; i < c.n; i++)
        weight[i] = p[c.first + i].f_mean_sq;
    c.weight = weight;
    return c;
}

size_t conditions_high_q(const normalisation_point *p, size_t n, double qlow, double qmax, condition *row)
{
    static const double one = 1;
    condition c = between(p, n, qlow, qmax);
    size_t rows = 0;
    for (size_t i = c.first; i < c.first + c.n; i++)
        if (p[i].Q > qlow)
            row[rows++] = (condition){ &one, i, 1, 0 };
    return rows;
}

/* ---- Low r ----------------------------------------------------------------------------------- */

static double window(const low_r *how, double Q)
{
    double x = PI * Q / how->qmax;
    return how->lorch && fabs(x) > 1e-8 ? sin(x) / x : 1;
}

static double kernel(const low_r *how, double Q, double r)
{
    return 2 / PI * Q * window(how, Q) * sin(Q * r);
}

/* The integral of the kernel from 0 to the first point. */
static double below(const low_r *how, double first, double r)
{
    double step = first / (BELOW - 1), sum = 0.5 * kernel(how, first, r);    /* and 0 at Q = 0 */
    for (int j = 1; j < BELOW - 1; j++)
        sum += kernel(how, j * step, r);
    return sum * step;
}

/* kernel: of all points by their place on the axis, and the integral below the first of them; or NULL. */
static condition low_r_condition(const normalisation_point *p, size_t n, const low_r *how, double r,
                                 const double *kernels, const size_t *origin, const double *known_below,
                                 double *weight)
{
    condition c = between(p, n, how->qmin, how->qmax);
    for (size_t i = 0; i < c.n; i++)
        weight[i] = share(p + c.first, i, c.n) *
                    (kernels ? kernels[origin[c.first + i]] : kernel(how, p[c.first + i].Q, r));
    size_t edge = how->edge_points < c.n ? how->edge_points : c.n;
    double low = 0;
    if (c.n > 0 && p[c.first].Q > 0)
        low = (known_below ? *known_below : below(how, p[c.first].Q, r)) / (double)edge;
    for (size_t i = 0; i < edge; i++)
        weight[i] += low;
    c.weight = weight;
    c.target = -4 * PI * how->rho0 * r;
    c.n = c.n < 2 ? 0 : c.n;
    return c;
}

condition condition_low_r(const normalisation_point *p, size_t n, const low_r *how, double r, double *weight)
{
    return low_r_condition(p, n, how, r, NULL, NULL, NULL, weight);
}

/* ---- The same for many curves on one axis ---- */

struct low_r_kernels {
    low_r  how;         /* for which they are right */
    size_t n, rows;
    double from, step;
    double first;       /* the point below which `below` integrates */
    double value[];     /* rows x n, and rows of `below` */
};

low_r_kernels *low_r_kernels_new(const low_r *how, size_t n, const double *Q, size_t rows, double from,
                                 double step)
{
    if (n == 0 || rows > LOW_R_KERNELS / n)
        return NULL;
    low_r_kernels *t = malloc(sizeof *t + rows * (n + 1) * sizeof *t->value);
    if (!t)
        return NULL;
    *t = (low_r_kernels){ *how, n, rows, from, step, INFINITY };
    for (size_t i = 0; i < n; i++)
        if (inside(Q[i], how->qmin, how->qmax) && Q[i] < t->first)
            t->first = Q[i];
    for (size_t k = 0; k < rows; k++) {
        double r = from + (double)k * step;
        for (size_t i = 0; i < n; i++)
            t->value[k * n + i] = kernel(how, Q[i], r);
        t->value[rows * n + k] = isfinite(t->first) ? below(how, t->first, r) : 0;
    }
    return t;
}

void conditions_low_r(const low_r_kernels *t, const normalisation_point *p, const size_t *origin, size_t n,
                      const low_r *how, size_t rows, double from, double step, double *weight,
                      condition *row)
{
    bool known = t && t->how.lorch == how->lorch && t->how.qmax == how->qmax && t->rows == rows &&
                 t->from == from && t->step == step;
    condition c = between(p, n, how->qmin, how->qmax);
    bool known_below = known && c.n > 0 && p[c.first].Q == t->first;
    for (size_t k = 0; k < rows; k++)
        row[k] = low_r_condition(p, n, how, from + (double)k * step, known ? t->value + k * t->n : NULL,
                                 origin, known_below ? &t->value[t->rows * t->n + k] : NULL,
                                 weight + k * (n + 1));
}
