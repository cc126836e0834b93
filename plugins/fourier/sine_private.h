/* What the transform and its covariance share.
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef FRIT_FOURIER_SINE_PRIVATE_H
#define FRIT_FOURIER_SINE_PRIVATE_H

#include "sine_sum.h"
#include "sine_transform.h"

/* The part of the integral below the first bin is (base - 1) one + (edge - base) shaped, for each r. */
struct low_part {
    size_t  first, n;                   /* of the measured range that it belongs to */
    size_t  n_edge;
    double *one, *shaped;               /* n_r */
    double *kernel;                     /* n_edge x n_r: of the points whose mean is the edge */
};

/* Where sums over the points are read: at r; for variances at 2 r; for the covariance also half-way between
 * these, and, where r does not begin at 0, at differences of r. */
enum { AT_R, AT_2R, BETWEEN_2R, AT_DIFFERENCES };

struct sine_transform {
    struct integral_how how;
    struct integral     whole;          /* the range, as if it were all measured; its Q is not kept */
    size_t              first, n;       /* of the range */
    double              first_Q;
    double              h;              /* half a step, on a uniform axis */
    struct r_grid       r;
    double             *s, *z;          /* n_r: factors of the stepwise kernel, 1 and 0 of the trapezoid's */
    double             *a, *b;          /* n: factors of each point of the range; b stepwise, else NULL */
    size_t              origin;         /* where r is 0; n_r: nowhere */
    struct sine_sum    *sum;            /* NULL: the plain sum */
    struct low_part     low;            /* for a curve that is measured everywhere */
    bool                pairs;          /* `sum` has all grids of the covariance */
};

static inline double sine_r(struct r_grid r, size_t i)
{
    return r.min + (double)i * r.step;
}

/* The kernel of either quadrature is a sin(Qr) s(r) + b cos(Qr) z(r), with s = 1 and b = 0 for the
 * trapezoid. */
static inline double sine_factor_a(const struct bin *bin, enum quadrature quadrature)
{
    return bin->M * bin->Q * bin->width * (quadrature == QUADRATURE_STEPWISE ? 2 : 1);
}

static inline double sine_factor_b(const struct bin *bin)
{
    return 2 * bin->M * bin->width * bin->width;
}

/* The plan's, or one made for a curve whose ends are masked. */
bool sine_low_part_of(const struct sine_transform *t, const struct integral *g, struct low_part *low,
                      struct memory memory);

/* BRIDGED: not measured.  EDGE: one of those by which the low-Q part hangs. */
enum sine_point { POINT_BRIDGED, POINT_PLAIN, POINT_BESIDE_GAP, POINT_EDGE };

/* By how many points the low-Q part hangs. */
size_t sine_n_edge(const struct sine_transform *t, const struct integral *g);

void sine_points(const struct integral *g, const struct low_part *low, const double *value,
                 const uint8_t *mask, enum sine_point *point);

/* Has the point the kernel of the quadrature, so that it belongs to the sums?  Or one of its own?  Those by
 * which the low-Q part hangs have the first, and what edge_part adds, unless a gap is near. */
static inline bool sine_is_plain(const struct integral *g, enum sine_point point)
{
    return point == POINT_PLAIN || (point == POINT_EDGE && g->bridged == 0);
}

static inline bool sine_has_own(const struct integral *g, enum sine_point point)
{
    return point != POINT_BRIDGED && !sine_is_plain(g, point);
}

/* Of n points S_j the low-Q part is L(r) mean S, on top of their kernels k_j(r): to cov(r, r') that adds
 *     sum v_j [k_j L'/n + L k_j'/n + L L'/n^2]  =  L B' + B L',   B = sum v_j k_j/n + L sum v_j/(2 n^2). */
struct edge_part {
    size_t        n;                    /* 0: nothing is added */
    const double *shaped;               /* L */
    double       *both;                 /* B */
};
bool sine_edge_part(const struct sine_transform *t, const struct integral *g, const struct low_part *low,
                    const double *sigma, struct edge_part *edge, struct memory memory);

/* Work space of one call, by the fast transform. */
struct work {
    double       *c;                    /* t->n coefficients, on the plan's range */
    double       *other;                /* n_r: the second sum of the stepwise kernel */
    void         *sum;                  /* the transform of c */
    double       *twice;                /* n_r, where terms are wanted: sums at 2 r; else NULL */
    const double *a, *b;                /* factors of the curve's points; b only stepwise */
};

/* What the terms of one curve's covariance are made of.  point is NULL where all points are plain; work is
 * that of the variance, whose transform is still there. */
struct terms_of {
    const struct sine_transform *t;
    const struct integral       *g;
    const struct low_part       *low;
    const enum sine_point       *point;
    const struct edge_part      *edge;
    const struct work           *work;
};
bool sine_terms_fill(const struct sine_terms *terms, const struct terms_of *of, const double *sigma,
                     struct memory memory);

/* Of sums at r_i + r_m, from those at 2 r and half-way between; and at r_i - r_m >= 0.  Where there is no
 * fast transform they are summed up as they stand, of the n coefficients c: cosines or sines. */
void sine_put_sums(size_t n, const double *twice, const double *between, double *plus);
void sine_plain_sums(const struct sine_transform *t, const struct integral *g, const double *c, bool sine,
                     double *plus, double *minus);

/* 2/pi and what the caller multiplies G with, for each r; sin(Qr) is 0 at r = 0, exactly. */
double sine_scale_at(const struct sine_transform *t, const double *factor, size_t i);

/* column[i] = (pi/2) dG(r_i)/dS_j of a measured point. */
void sine_column(const struct sine_transform *t, const struct integral *g, const struct low_part *low,
                 const enum sine_point *point, size_t j, double *column);

/* var S_j; 0 where sigma is no number. */
double sine_variance_at(const double *sigma, size_t j);

#endif
