/* A penalised B-spline: the coefficients c minimise
 *
 *     sum w (y - B c)^2 + lambda |D c|^2,
 *
 * B the B-splines at the points, D the differences of the given order. P. H. C. Eilers and B. D. Marx,
 * Stat. Sci. 11 (1996) 89, doi:10.1214/ss/1038425655. In the basis V in which B'WB and D'D are both
 * diagonal each lambda costs one multiplication a coefficient: V'(B'WB + gamma D'D)V = 1, V'D'D V =
 * diag(s), gamma of any size that makes the sum regular. Bands: G. Wahba, J. R. Stat. Soc. B 45 (1983)
 * 133; D. Nychka, J. Am. Stat. Assoc. 83 (1988) 1134, doi:10.1080/01621459.1988.10478711.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "pspline.h"

#include <float.h>
#include <gsl/gsl_blas.h>
#include <gsl/gsl_eigen.h>
#include <gsl/gsl_errno.h>
#include <gsl/gsl_linalg.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

struct pspline {
    struct pspline_shape shape;
    size_t n, k;           /* points, coefficients */
    double *w;             /* of a mean of 1 */
    gsl_matrix *modes;     /* V, k x k: a column a mode */
    gsl_matrix *at_points; /* B V, n x k */
    double *stiffness;     /* s */
    double gamma;
    double *project;        /* V'B'W (y - mean) of the last values */
    double *y, mean;        /* the values less their mean */
    double *coefficient;    /* in modes, shrunk */
    double rounding;        /* sum of squares that is only rounding */
    struct pspline_result result;
};

/* ---- B-splines on equally spaced knots ---- */

/* Those of the degree that are not zero at u knots into a segment, u from 0 to 1: C. de Boor's recursion. */
static void basis(double u, int degree, double *b)
{
    b[0] = 1;
    for (int p = 1; p <= degree; p++) {
        double saved = 0;
        for (int j = 0; j < p; j++) {
            double share = b[j] / p;
            b[j] = saved + (j + 1 - u) * share;
            saved = (u + p - 1 - j) * share;
        }
        b[p] = saved;
    }
}

/* Row of the basis (which 0) or of its derivative (1) at x; the first coefficient that it concerns. */
static size_t row(const struct pspline_shape *s, double x, int which, double b[PSPLINE_DEGREE + 1])
{
    double h = (s->to - s->from) / (double)s->segments, t = (x - s->from) / h;
    double last = (double)(s->segments - 1), segment = fmin(fmax(floor(t), 0), last);
    basis(t - segment, s->degree - which, b);
    if (which) {
        double before = 0;
        for (int j = 0; j < s->degree; j++) {
            double here = b[j];
            b[j] = (before - here) / h;
            before = here;
        }
        b[s->degree] = before / h;
    }
    return (size_t)segment;
}

/* ---- The two quadratic forms, and their common modes ---- */

static void add_points(const pspline *s, const double *x, gsl_matrix *a)
{
    double b[PSPLINE_DEGREE + 1];
    for (size_t i = 0; i < s->n; i++) {
        size_t first = row(&s->shape, x[i], 0, b);
        for (size_t j = 0; j <= (size_t)s->shape.degree; j++)
            for (size_t l = 0; l <= (size_t)s->shape.degree; l++)
                *gsl_matrix_ptr(a, first + j, first + l) += s->w[i] * b[j] * b[l];
    }
}

static void add_penalty(const pspline *s, gsl_matrix *p)
{
    static const double difference[PSPLINE_ORDER][PSPLINE_ORDER + 1] = {{-1, 1}, {1, -2, 1}, {-1, 3, -3, 1}};
    const double *d = difference[s->shape.order - 1];
    size_t width = (size_t)s->shape.order + 1;
    for (size_t i = 0; i + width <= s->k; i++)
        for (size_t j = 0; j < width; j++)
            for (size_t l = 0; l < width; l++)
                *gsl_matrix_ptr(p, i + j, i + l) += d[j] * d[l];
}

static double trace(const gsl_matrix *m)
{
    double sum = 0;
    for (size_t i = 0; i < m->size1; i++)
        sum += gsl_matrix_get(m, i, i);
    return sum;
}

/* sum = A + gamma P = L L'; M = L^-1 P L^-T = U s U'; V = L^-T U. */
static bool find_modes(pspline *s, gsl_matrix *sum, gsl_matrix *p)
{
    gsl_eigen_symmv_workspace *work = gsl_eigen_symmv_alloc(s->k);
    gsl_vector *values = gsl_vector_alloc(s->k);
    bool good = work && values;
    if (good) {
        gsl_matrix *scaled = gsl_matrix_alloc(s->k, s->k);
        good = scaled && gsl_matrix_memcpy(scaled, p) == 0 && gsl_matrix_scale(scaled, s->gamma) == 0 &&
               gsl_matrix_add(sum, scaled) == 0 && gsl_linalg_cholesky_decomp1(sum) == 0;
        gsl_matrix_free(scaled);
    }
    good = good && gsl_blas_dtrsm(CblasLeft, CblasLower, CblasNoTrans, CblasNonUnit, 1, sum, p) == 0 &&
           gsl_blas_dtrsm(CblasRight, CblasLower, CblasTrans, CblasNonUnit, 1, sum, p) == 0 &&
           gsl_eigen_symmv(p, values, s->modes, work) == 0 &&
           gsl_eigen_symmv_sort(values, s->modes, GSL_EIGEN_SORT_VAL_ASC) == 0 &&
           gsl_blas_dtrsm(CblasLeft, CblasLower, CblasTrans, CblasNonUnit, 1, sum, s->modes) == 0;
    /* What costs nothing are the polynomials below the order: zero, not rounding, else a large lambda would
     * flatten them. */
    for (size_t i = 0; good && i < s->k; i++)
        s->stiffness[i] = i < (size_t)s->shape.order ? 0 : fmin(gsl_vector_get(values, i), 1 / s->gamma);
    gsl_eigen_symmv_free(work);
    gsl_vector_free(values);
    return good;
}

/* B V at a point: how much each mode is worth there. */
static void modes_at(const pspline *s, double x, int which, double *out)
{
    double b[PSPLINE_DEGREE + 1];
    size_t first = row(&s->shape, x, which, b);
    memset(out, 0, s->k * sizeof *out);
    for (size_t j = 0; j <= (size_t)s->shape.degree; j++)
        for (size_t m = 0; m < s->k; m++)
            out[m] += b[j] * gsl_matrix_get(s->modes, first + j, m);
}

static bool prepare(pspline *s, const double *x)
{
    gsl_matrix *a = gsl_matrix_calloc(s->k, s->k), *p = gsl_matrix_calloc(s->k, s->k);
    bool good = a && p;
    if (good) {
        add_points(s, x, a);
        add_penalty(s, p);
        s->gamma = trace(a) / trace(p);
        good = find_modes(s, a, p);
    }
    for (size_t i = 0; good && i < s->n; i++)
        modes_at(s, x[i], 0, gsl_matrix_ptr(s->at_points, i, 0));
    gsl_matrix_free(a);
    gsl_matrix_free(p);
    return good;
}

size_t pspline_segments(size_t n)
{
    return n / 4 < 1 ? 1 : n / 4 > 40 ? 40 : n / 4;
}

static bool enough_points(size_t n, const double *x, int order)
{
    double seen[PSPLINE_ORDER + 1];
    int different = 0;
    for (size_t i = 0; i < n && different <= order; i++) {
        bool known = false;
        for (int j = 0; j < different; j++)
            known = known || x[i] == seen[j];
        if (!known)
            seen[different++] = x[i];
    }
    return different > order;
}

static bool set_weights(pspline *s, const double *w)
{
    double sum = 0;
    for (size_t i = 0; i < s->n; i++)
        sum += w ? w[i] : 1;
    for (size_t i = 0; i < s->n; i++)
        s->w[i] = w ? w[i] * (double)s->n / sum : 1;
    return sum > 0 && isfinite(sum);
}

pspline *pspline_new(const struct pspline_shape *shape, size_t n, const double *x, const double *w)
{
    gsl_set_error_handler_off();
    if (!(shape->to > shape->from) || shape->segments < 1 || !enough_points(n, x, shape->order))
        return NULL;
    pspline *s = calloc(1, sizeof *s);
    if (!s)
        return NULL;
    *s = (pspline){.shape = *shape, .n = n, .k = shape->segments + (size_t)shape->degree};
    s->w = calloc(n, sizeof *s->w);
    s->y = calloc(n, sizeof *s->y);
    s->modes = gsl_matrix_calloc(s->k, s->k);
    s->at_points = gsl_matrix_calloc(n, s->k);
    s->stiffness = calloc(s->k, sizeof *s->stiffness);
    s->project = calloc(s->k, sizeof *s->project);
    s->coefficient = calloc(s->k, sizeof *s->coefficient);
    if (s->k <= (size_t)shape->order || !s->w || !s->y || !s->modes || !s->at_points || !s->stiffness ||
        !s->project || !s->coefficient || !set_weights(s, w) || !prepare(s, x)) {
        pspline_free(s);
        return NULL;
    }
    return s;
}

void pspline_free(pspline *s)
{
    if (!s)
        return;
    gsl_matrix_free(s->modes);
    gsl_matrix_free(s->at_points);
    free(s->w);
    free(s->y);
    free(s->stiffness);
    free(s->project);
    free(s->coefficient);
    free(s);
}

/* ---- One lambda ---- */

/* What is left of a mode. */
static double shrink(const pspline *s, size_t m, double lambda)
{
    return 1 / (1 + (lambda - s->gamma) * s->stiffness[m]);
}

struct pspline_result pspline_try(const pspline *s, double lambda)
{
    struct pspline_result r = {.lambda = lambda};
    for (size_t m = 0; m < s->k; m++)
        r.freedom += (1 - s->gamma * s->stiffness[m]) * shrink(s, m, lambda);
    for (size_t i = 0; i < s->n; i++) {
        const double *b = gsl_matrix_const_ptr(s->at_points, i, 0);
        double rest = s->y[i];
        for (size_t m = 0; m < s->k; m++)
            rest -= b[m] * shrink(s, m, lambda) * s->project[m];
        r.residual += s->w[i] * rest * rest;
    }
    double n = (double)s->n, left = n - r.freedom;
    /* As many parameters as points: nothing is left to judge by. */
    bool judged = left > 1e-6 * n;
    r.score = judged ? n * (r.residual + s->rounding) / (left * left) : INFINITY;
    r.scale = judged ? r.residual / left : 0;
    return r;
}

/* ---- The lambda of the smallest score ---- */

enum { STEPS_A_DECADE = 5, DECADES = 10 }; /* to either side of gamma */

static double score_of(const pspline *s, double log_lambda)
{
    return pspline_try(s, pow(10, log_lambda)).score;
}

/* Between a and b, where the score has one minimum: golden sections, to a thousandth of a decade. */
static double golden_section(const pspline *s, double a, double b)
{
    const double ratio = 0.61803398874989484820;
    double c = b - ratio * (b - a), d = a + ratio * (b - a);
    double at_c = score_of(s, c), at_d = score_of(s, d);
    while (b - a > 1e-3) {
        if (at_c < at_d) {
            b = d;
            d = c;
            at_d = at_c;
            c = b - ratio * (b - a);
            at_c = score_of(s, c);
        } else {
            a = c;
            c = d;
            at_c = at_d;
            d = a + ratio * (b - a);
            at_d = score_of(s, d);
        }
    }
    return (a + b) / 2;
}

/* The score may have several minima: the lowest point of a grid first.  From the smooth side on, so that of
 * equal scores the smoothest curve is taken. */
static double cross_validate(const pspline *s)
{
    double middle = log10(s->gamma), best = middle + DECADES, lowest = score_of(s, best);
    for (int i = 2 * DECADES * STEPS_A_DECADE - 1; i >= 0; i--) {
        double at = middle + (double)i / STEPS_A_DECADE - DECADES, score = score_of(s, at);
        if (score < lowest) {
            lowest = score;
            best = at;
        }
    }
    double step = 1.0 / STEPS_A_DECADE;
    double found =
        golden_section(s, fmax(best - step, middle - DECADES), fmin(best + step, middle + DECADES));
    return pow(10, score_of(s, found) < lowest ? found : best);
}

void pspline_fit(pspline *s, const double *y, double lambda)
{
    double sum = 0, most = 0;
    for (size_t i = 0; i < s->n; i++)
        sum += s->w[i] * y[i];
    s->mean = sum / (double)s->n;
    memset(s->project, 0, s->k * sizeof *s->project);
    for (size_t i = 0; i < s->n; i++) {
        s->y[i] = y[i] - s->mean;
        most = fmax(most, fabs(y[i]));
        for (size_t m = 0; m < s->k; m++)
            s->project[m] += gsl_matrix_get(s->at_points, i, m) * s->w[i] * s->y[i];
    }
    /* Values are known to a unit in their last place, and some 64 operations are behind each residual:
     * what is smaller is no reason to take one lambda and not a smoother one. */
    s->rounding = (double)s->n * pow(64 * DBL_EPSILON * most, 2);
    s->result = pspline_try(s, isnan(lambda) ? cross_validate(s) : lambda);
    for (size_t m = 0; m < s->k; m++)
        s->coefficient[m] = shrink(s, m, s->result.lambda) * s->project[m];
}

struct pspline_result pspline_outcome(const pspline *s)
{
    return s->result;
}

double pspline_at(const pspline *s, double x, int which, double *sigma)
{
    double b[PSPLINE_DEGREE + 1], value = which ? 0 : s->mean, variance = 0;
    size_t first = row(&s->shape, x, which, b);
    for (size_t m = 0; m < s->k; m++) {
        double worth = 0;
        for (size_t j = 0; j <= (size_t)s->shape.degree; j++)
            worth += b[j] * gsl_matrix_get(s->modes, first + j, m);
        value += worth * s->coefficient[m];
        variance += worth * worth * shrink(s, m, s->result.lambda);
    }
    if (sigma)
        *sigma = sqrt(s->result.scale * variance);
    return value;
}
