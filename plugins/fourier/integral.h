/* S(Q) made ready for the integral  ∫ Q [S(Q) - 1] M(Q) sin(Qr) dQ: its range, gaps, low-Q part and window.
 * The way back,  ∫ r [G(r)/r] M(r) sin(Qr) dr, is the same integral over 1 + G(r)/r.
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef FRIT_FOURIER_INTEGRAL_H
#define FRIT_FOURIER_INTEGRAL_H

#include <math.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum quadrature { QUADRATURE_TRAPEZOID, QUADRATURE_STEPWISE };
enum window { WINDOW_NONE, WINDOW_LORCH, WINDOW_SOPER, WINDOW_COSINE };
/* Over what the integral runs; for a curve X(r) read r for Q, rmin for qmin, and 1 + X for S. */
enum space { SPACE_Q, SPACE_R };
enum below { BELOW_CONSTANT, BELOW_LINEAR, BELOW_QUADRATIC, BELOW_ZERO, BELOW_NOTHING };

/* The same words, in the same order, for the parameters of the steps. */
#define QUADRATURE_CHOICES "trapezoid|stepwise"
#define WINDOW_CHOICES     "none|lorch|soper|cosine"
#define BELOW_CHOICES      "constant|linear|quadratic|zero|nothing"

/* How the integral is taken. */
struct integral_how {
    enum quadrature quadrature;
    enum window     window;
    enum below      below;              /* S below the first point */
    size_t          edge_points;        /* whose mean it hangs by */
    double          s0;                 /* S at Q = 0, where it is a line or a parabola */
    double          qmin, qmax;         /* limits asked for; NaN: as far as the data go */
    double          taper;              /* of the cosine window: the part of the range over which it falls */
    enum space      space;              /* for the sentences */
};

/* A point's share of the integral is k(r) (S - 1), where k is the integral of Q M sin(Qr) over its bin. */
struct bin {
    double Q;                           /* trapezoid: of the point; stepwise: the middle of the bin */
    double width;                       /* trapezoid: the weight; stepwise: half the bin's width */
    double M;
};

/* The measured points of one curve. */
struct integral {
    size_t        first, n;             /* points first .. first + n - 1 of the axis, all at Q >= 0 */
    size_t        bridged;              /* how many of them were not measured */
    const double *Q;                    /* n, a part of the axis */
    double       *S;                    /* n, what was not measured on the line between its neighbours */
    struct bin   *bin;                  /* n, with their windows */
    const struct integral *whole;       /* the range with its bins, made before for all curves; or NULL */
    double        lower, upper;         /* where their bins begin and end; the window vanishes at `upper` */
    size_t        n_edge;
    double        edge;                 /* mean S of the first n_edge points */
};

#define INTEGRAL_WHY 320

/* The points between the limits, on an axis of n: first and n.  False: why not. */
bool integral_find_range(struct integral *g, const struct integral_how *how, const double *Q, size_t n,
                         char why[INTEGRAL_WHY]);
/* Narrow the range to the measured points and fill the rest of the struct; S and bin have room for n.  Where
 * the ends of g->whole are measured, its bins are taken. */
bool integral_fill(struct integral *g, const struct integral_how *how, const double *Q, const double *value,
                   const uint8_t *mask, char why[INTEGRAL_WHY]);
/* Fill in bin, lower and upper as if all n points were measured. */
void integral_bins(struct integral *g, const struct integral_how *how);
/* S on straight lines where it was not measured; how many points that are. */
size_t integral_bridge(const struct integral *g, const double *value, const uint8_t *mask, double *S);

static inline bool integral_is_measured(const double *value, const uint8_t *mask, size_t j)
{
    return !(mask && mask[j]) && isfinite(value[j]);
}
/* Equal steps, to rounding. */
bool integral_is_uniform(const struct integral *g);
/* ∫ q sin(qr) dq over a bin of half-width h around Q is 2h [Q sin(Qr) s + h cos(Qr) z]. */
void integral_step_factors(double h, double r, double *s, double *z);
double integral_kernel(enum quadrature quadrature, const struct bin *bin, double r);

/* Below the first bin S is base + (edge - base) shape(Q), and the integral from 0 to `lower` is a trapezoid
 * on BELOW_POINTS points, whatever the quadrature above.  Returns the number of bins: none where lower is
 * 0. */
#define BELOW_POINTS 4001
size_t integral_bins_below(const struct integral *g, const struct integral_how *how,
                           struct bin bin[BELOW_POINTS]);
double integral_base(const struct integral_how *how);
double integral_shape(const struct integral_how *how, double Q, double lower);

/* In words. */
void integral_describe_below(const struct integral *g, const struct integral_how *how, char *text,
                             size_t size);
const char *integral_window_name(enum window window);
const char *integral_quadrature_name(enum quadrature quadrature);

#endif
