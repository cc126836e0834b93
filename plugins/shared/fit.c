/* Nonlinear least squares within bounds: normal equations, and where these do not do, GSL's
 * Levenberg-Marquardt inside an active-set loop.
 *
 * GSL sees the residual at the point projected onto the bounds, and columns of zeros for the parameters that
 * are held, so that one workspace serves every set of them.  fit.h has the method and its references.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "normal_fit.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include <gsl/gsl_blas.h>
#include <gsl/gsl_errno.h>
#include <gsl/gsl_linalg.h>
#include <gsl/gsl_multifit_nlinear.h>
#include <gsl/gsl_rng.h>

/* The cosine between the residual and a column of the Jacobian is 0 at a minimum, whatever the units.  A
 * parameter is off by about cosine * sqrt(dof) of its standard uncertainties: this is nothing. */
#define FLAT 1e-9
/* Where no step lowers chi2 any more: it is known to 1e-16, so that it cannot tell a cosine of 1e-8, in an
 * ill-conditioned problem of somewhat more, from 0. */
#define FLAT_ENOUGH 1e-5
/* A parameter on a bound is let go where chi2 falls more than this to the inside. */
#define INWARDS    1e-6
#define SMALL_STEP 1e-14
/* Of the model's values, in units of their sum of squares: what they are known to. */
#define ROUNDING 1e-15
/* Singular values of the Jacobian, its columns scaled to 1, below this: directions that the data do not see.
 * A variance along them is 1e20 times that of a well-determined one, beyond what double precision carries. */
#define SINGULAR 1e-10
#define AGREE    1e-6

struct fit {
    size_t rows, columns; /* of GSL's workspace: rows >= columns */
    gsl_multifit_nlinear_workspace *gsl;
    gsl_rng *rng;
    gsl_matrix *scaled, *v, *r;
    gsl_vector *singular, *work, *tau;
    const struct fit_problem *problem;
    double *memory; /* of all that follows */
    double *param, *trial, *best, *lower, *upper, *sigma, *covariance, *correlation, *value, *jacobian,
        *normal;
    enum fit_state *state, *best_state;
    size_t *which;
    double size_of_y; /* sqrt(sum (y/sigma)^2) */
};

/* What one start came to. */
struct descent {
    enum fit_status status;
    double chi2;
    size_t iterations;
};

/* ---- Memory ---- */

void fit_free(struct fit *w)
{
    if (!w)
        return;
    gsl_multifit_nlinear_free(w->gsl);
    gsl_rng_free(w->rng);
    gsl_matrix_free(w->scaled);
    gsl_matrix_free(w->v);
    gsl_matrix_free(w->r);
    gsl_vector_free(w->singular);
    gsl_vector_free(w->work);
    gsl_vector_free(w->tau);
    free(w->memory);
    free(w->state);
    free(w->which);
    free(w);
}

static bool make_gsl(struct fit *w)
{
    gsl_multifit_nlinear_parameters settings = gsl_multifit_nlinear_default_parameters();
    settings.trs = gsl_multifit_nlinear_trs_lm;
    settings.scale = gsl_multifit_nlinear_scale_more;
    settings.solver = gsl_multifit_nlinear_solver_qr;
    gsl_set_error_handler_off();
    w->gsl = gsl_multifit_nlinear_alloc(gsl_multifit_nlinear_trust, &settings, w->rows, w->columns);
    w->rng = gsl_rng_alloc(gsl_rng_mt19937);
    w->scaled = gsl_matrix_alloc(w->rows, w->columns);
    w->v = gsl_matrix_alloc(w->columns, w->columns);
    w->r = gsl_matrix_alloc(w->columns, w->columns);
    w->singular = gsl_vector_alloc(w->columns);
    w->work = gsl_vector_alloc(w->columns);
    w->tau = gsl_vector_alloc(w->columns);
    return w->gsl && w->rng && w->scaled && w->v && w->r && w->singular && w->work && w->tau;
}

struct fit *fit_new(size_t n, size_t p)
{
    struct fit *w = calloc(1, sizeof *w);
    if (!w)
        return NULL;
    w->columns = p ? p : 1;
    w->rows = n > w->columns ? n : w->columns;
    w->memory =
        calloc(6 * w->columns + 2 * w->columns * w->columns + w->rows * (w->columns + 1) +
                   NORMAL_WORK(w->rows, w->columns), sizeof(double));
    w->state = calloc(2 * w->columns, sizeof *w->state);
    w->which = calloc(w->columns, sizeof *w->which);
    if (!w->memory || !w->state || !w->which || !make_gsl(w)) {
        fit_free(w);
        return NULL;
    }
    double *at = w->memory;
    double **const of_p[] = {&w->param, &w->trial, &w->best, &w->lower, &w->upper, &w->sigma};
    for (size_t k = 0; k < sizeof of_p / sizeof *of_p; k++, at += w->columns)
        *of_p[k] = at;
    w->covariance = at;
    w->correlation = w->covariance + w->columns * w->columns;
    w->value = w->correlation + w->columns * w->columns;
    w->jacobian = w->value + w->rows;
    w->normal = w->jacobian + w->rows * w->columns;
    w->best_state = w->state + w->columns;
    return w;
}

/* ---- The problem as GSL sees it ---- */

static double weight(const struct fit_problem *k, size_t i)
{
    return k->sigma ? 1 / k->sigma[i] : 1;
}

static bool all_finite(size_t n, const double *x)
{
    for (size_t i = 0; i < n; i++)
        if (!isfinite(x[i]))
            return false;
    return true;
}

static bool is_free(const struct fit *w, size_t j)
{
    return w->state[j] == FIT_FREE;
}

/* x onto the bounds; parameters that are held stay where they are. */
static void project(const struct fit *w, const gsl_vector *x, double *onto)
{
    for (size_t j = 0; j < w->problem->p; j++)
        onto[j] = is_free(w, j) ? fmin(fmax(gsl_vector_get(x, j), w->lower[j]), w->upper[j]) : w->param[j];
}

static bool evaluate(const struct fit *w, const double *param, double *value)
{
    const struct fit_problem *k = w->problem;
    return k->value(k->data, param, value) && all_finite(k->n, value);
}

static bool differentiate(const struct fit *w, const double *param)
{
    const struct fit_problem *k = w->problem;
    return k->jacobian(k->data, param, w->jacobian) && all_finite(k->n * k->p, w->jacobian);
}

/* Both, at once where the model can. */
static bool evaluate_all(const struct fit *w, const double *param)
{
    const struct fit_problem *k = w->problem;
    if (!k->both)
        return evaluate(w, param, w->value) && differentiate(w, param);
    return k->both(k->data, param, w->value, w->jacobian) && all_finite(k->n, w->value) &&
           all_finite(k->n * k->p, w->jacobian);
}

/* Where the model has no value, a residual far larger than any: GSL then takes a shorter step. */
static int residual(const gsl_vector *x, void *data, gsl_vector *f)
{
    struct fit *w = data;
    const struct fit_problem *k = w->problem;
    project(w, x, w->trial);
    bool sound = evaluate(w, w->trial, w->value);
    gsl_vector_set_zero(f);
    for (size_t i = 0; i < k->n; i++)
        gsl_vector_set(f, i, sound ? (w->value[i] - k->y[i]) * weight(k, i) : 1e140);
    return GSL_SUCCESS;
}

static int derivative(const gsl_vector *x, void *data, gsl_matrix *j_out)
{
    struct fit *w = data;
    const struct fit_problem *k = w->problem;
    project(w, x, w->trial);
    gsl_matrix_set_zero(j_out);
    if (!differentiate(w, w->trial))
        return GSL_EDOM;
    for (size_t i = 0; i < k->n; i++)
        for (size_t j = 0; j < k->p; j++)
            if (is_free(w, j))
                gsl_matrix_set(j_out, i, j, w->jacobian[i * k->p + j] * weight(k, i));
    return GSL_SUCCESS;
}

/* ---- One start ---- */

static bool at_bound(const struct fit *w, size_t j)
{
    return w->state[j] == FIT_AT_LOWER || w->state[j] == FIT_AT_UPPER;
}

/* Cosine between the residual and column j of the Jacobian, which is at w->jacobian: > 0 where chi2 grows
 * with the parameter. */
static double slope(const struct fit *w, size_t j)
{
    const struct fit_problem *k = w->problem;
    double along = 0, column = 0, length = 0;
    for (size_t i = 0; i < k->n; i++) {
        double d = w->jacobian[i * k->p + j] * weight(k, i), f = gsl_vector_get(w->gsl->f, i);
        along += d * f;
        column += d * d;
        length += f * f;
    }
    return column > 0 && length > 0 ? along / sqrt(column * length) : 0;
}

static double steepest_free(const struct fit *w)
{
    double most = 0;
    for (size_t j = 0; j < w->problem->p; j++)
        if (is_free(w, j))
            most = fmax(most, fabs(slope(w, j)));
    return most;
}

static int begin(struct fit *w, gsl_multifit_nlinear_fdf *fdf)
{
    for (size_t j = 0; j < w->columns; j++)
        gsl_vector_set(w->work, j, j < w->problem->p ? w->param[j] : 0);
    return gsl_multifit_nlinear_init(w->work, fdf, w->gsl);
}

/* Parameters that the last step took out of their intervals: onto the bound, and held there. */
static bool hold_leavers(struct fit *w)
{
    bool any = false;
    for (size_t j = 0; j < w->problem->p; j++) {
        if (!is_free(w, j))
            continue;
        double x = gsl_vector_get(w->gsl->x, j);
        w->param[j] = fmin(fmax(x, w->lower[j]), w->upper[j]);
        if (x < w->lower[j] || x > w->upper[j]) {
            w->state[j] = x < w->lower[j] ? FIT_AT_LOWER : FIT_AT_UPPER;
            any = true;
        }
    }
    return any;
}

/* The one on a bound where chi2 falls most steeply to the inside is let go; false: there is none. */
static bool release(struct fit *w)
{
    const size_t p = w->problem->p;
    size_t which = p;
    double most = INWARDS + ROUNDING * w->size_of_y / fmax(gsl_blas_dnrm2(w->gsl->f), 1e-300);
    if (!differentiate(w, w->param))
        return false;
    for (size_t j = 0; j < p; j++) {
        double inwards = !at_bound(w, j) ? 0 : w->state[j] == FIT_AT_LOWER ? -slope(w, j) : slope(w, j);
        if (inwards > most) {
            most = inwards;
            which = j;
        }
    }
    if (which < p)
        w->state[which] = FIT_FREE;
    return which < p;
}

static bool step_is_small(const struct fit *w)
{
    for (size_t j = 0; j < w->problem->p; j++)
        if (is_free(w, j) &&
            fabs(gsl_vector_get(w->gsl->dx, j)) > SMALL_STEP * fabs(gsl_vector_get(w->gsl->x, j)))
            return false;
    return true;
}

/* Whether every cosine is below this, or below what rounding of the residual makes of it: of one that is
 * itself rounding, any cosine. */
static bool is_flat(const struct fit *w, double limit, double rounding)
{
    return steepest_free(w) * gsl_blas_dnrm2(w->gsl->f) <=
           limit * gsl_blas_dnrm2(w->gsl->f) + rounding * w->size_of_y;
}

/* To the minimum over the parameters that are free now. */
static enum fit_status descend_free(struct fit *w, gsl_multifit_nlinear_fdf *fdf, size_t limit,
                                    size_t *iterations)
{
    if (begin(w, fdf) != GSL_SUCCESS)
        return FIT_BAD_START;
    for (; *iterations < limit; ++*iterations) {
        if (is_flat(w, FLAT, ROUNDING))
            return FIT_CONVERGED;
        int status = gsl_multifit_nlinear_iterate(w->gsl);
        if (hold_leavers(w)) {
            if (begin(w, fdf) != GSL_SUCCESS)
                return FIT_STALLED;
            continue;
        }
        if (status != GSL_SUCCESS || step_is_small(w))
            return is_flat(w, FLAT_ENOUGH, 10 * ROUNDING) ? FIT_CONVERGED : FIT_STALLED;
    }
    return FIT_TOO_MANY_ITERATIONS;
}

static struct normal_fit normal_problem(struct fit *w, size_t limit)
{
    return (struct normal_fit){.problem = w->problem, .lower = w->lower, .upper = w->upper,
                               .param = w->param, .state = w->state, .value = w->value,
                               .jacobian = w->jacobian, .work = w->normal, .flat = FLAT,
                               .rounding = ROUNDING * w->size_of_y, .limit = limit};
}

/* To the start, which is at w->trial. */
static void restart(struct fit *w)
{
    memcpy(w->param, w->trial, w->problem->p * sizeof *w->param);
    for (size_t j = 0; j < w->problem->p; j++)
        w->state[j] = w->lower[j] == w->upper[j] ? FIT_HELD : FIT_FREE;
}

/* The quick way; false: w->param and w->state are as they were. */
static bool descend_quickly(struct fit *w, size_t limit, struct descent *d)
{
    const size_t p = w->problem->p;
    if (p > NORMAL_MOST)
        return false;
    struct normal_fit k = normal_problem(w, limit);
    memcpy(w->trial, w->param, p * sizeof *w->param);
    if (normal_fit_run(&k) == FIT_CONVERGED) {
        *d = (struct descent){FIT_CONVERGED, k.chi2, k.iterations};
        return true;
    }
    restart(w);
    return false;
}

/* The model's own way; false: likewise. */
static bool descend_by_model(struct fit *w, size_t limit, struct descent *d)
{
    const struct fit_problem *k = w->problem;
    struct fit_descent own = {.problem = k, .lower = w->lower, .upper = w->upper, .param = w->param,
                              .state = w->state, .flat = FLAT, .rounding = ROUNDING * w->size_of_y,
                              .limit = limit};
    memcpy(w->trial, w->param, k->p * sizeof *w->param);
    if (k->descend(&own)) {
        *d = (struct descent){FIT_CONVERGED, own.chi2, own.iterations};
        return true;
    }
    restart(w);
    return false;
}

/* From w->param, which is inside. */
static struct descent descend(struct fit *w, size_t limit, bool careful)
{
    gsl_multifit_nlinear_fdf fdf = {
        .f = residual, .df = derivative, .n = w->rows, .p = w->columns, .params = w};
    struct descent d = {.chi2 = INFINITY};
    const size_t releases = 10 * w->problem->p;
    for (size_t j = 0; j < w->problem->p; j++)
        w->state[j] = w->lower[j] == w->upper[j] ? FIT_HELD : FIT_FREE;
    if (!careful && w->problem->descend && descend_by_model(w, limit, &d))
        return d;
    if (!evaluate(w, w->param, w->value) || !differentiate(w, w->param)) {
        d.status = FIT_BAD_START;
        return d;
    }
    if (!careful && descend_quickly(w, limit, &d))
        return d;
    for (size_t k = 0; k <= releases; k++) {
        d.status = descend_free(w, &fdf, limit, &d.iterations);
        if (d.status != FIT_CONVERGED || !release(w))
            break;
        if (k == releases)
            d.status = FIT_STALLED;
    }
    d.chi2 = gsl_pow_2(gsl_blas_dnrm2(w->gsl->f));
    return d;
}

/* ---- Starts ---- */

static double interval(const struct fit *w, size_t j)
{
    return isfinite(w->lower[j]) && isfinite(w->upper[j]) ? w->upper[j] - w->lower[j] : INFINITY;
}

/* The interval, or the size of the parameter where it has not two bounds. */
static double size_of(const struct fit *w, size_t j)
{
    const struct fit_problem *k = w->problem;
    double width = interval(w, j), size = fabs(k->start[j]);
    if (isfinite(width))
        return width;
    if (k->scale)
        return k->scale[j];
    if (isfinite(w->lower[j]))
        size = fmax(size, fabs(w->lower[j]));
    if (isfinite(w->upper[j]))
        size = fmax(size, fabs(w->upper[j]));
    return size > 0 ? size : 1;
}

static double inside(const struct fit *w, size_t j, double x)
{
    double margin = 0.01 * size_of(w, j);
    return fmin(fmax(x, w->lower[j] + margin), w->upper[j] - margin);
}

static void make_start(struct fit *w, const struct fit_options *o, size_t number)
{
    const struct fit_problem *k = w->problem;
    double jitter = !number ? 0 : o->jitter > 0 ? o->jitter : 0.2;
    for (size_t j = 0; j < k->p; j++) {
        if (w->lower[j] == w->upper[j]) {
            w->param[j] = w->lower[j];
            continue;
        }
        double shift = number ? jitter * (2 * gsl_rng_uniform(w->rng) - 1) : 0;
        w->param[j] = inside(w, j, k->start[j] + shift * size_of(w, j));
    }
}

/* ---- What the fit says ---- */

/* The Jacobian over the free parameters, weighted, columns scaled to length 1, as R of its QR in w->scaled,
 * and that as U S V^T.  scale: of the columns.  Parameters whose column is 0 are not determined. */
static size_t decompose(struct fit *w, size_t *which, double *scale)
{
    const struct fit_problem *k = w->problem;
    size_t m = 0;
    for (size_t j = 0; j < k->p; j++) {
        double column = 0;
        for (size_t i = 0; i < k->n; i++)
            column += gsl_pow_2(w->jacobian[i * k->p + j] * weight(k, i));
        if (is_free(w, j) && column > 0) {
            scale[m] = sqrt(column);
            which[m++] = j;
        } else if (w->state[j] != FIT_HELD && !(column > 0)) {
            w->state[j] = FIT_UNDETERMINED;
        }
    }
    if (!m)
        return 0;
    gsl_matrix_set_zero(w->scaled);
    gsl_matrix_set_zero(w->r);
    gsl_matrix_view a = gsl_matrix_submatrix(w->scaled, 0, 0, w->rows, m),
                    r = gsl_matrix_submatrix(w->r, 0, 0, m, m);
    gsl_matrix_view v = gsl_matrix_submatrix(w->v, 0, 0, m, m);
    gsl_vector_view s = gsl_vector_subvector(w->singular, 0, m), tau = gsl_vector_subvector(w->tau, 0, m);
    for (size_t i = 0; i < k->n; i++)
        for (size_t l = 0; l < m; l++)
            gsl_matrix_set(&a.matrix, i, l, w->jacobian[i * k->p + which[l]] * weight(k, i) / scale[l]);
    if (gsl_linalg_QR_decomp(&a.matrix, &tau.vector) != GSL_SUCCESS)
        return 0;
    for (size_t i = 0; i < m; i++)
        for (size_t l = i; l < m; l++)
            gsl_matrix_set(&r.matrix, i, l, gsl_matrix_get(&a.matrix, i, l));
    return gsl_linalg_SV_decomp_jacobi(&r.matrix, &v.matrix, &s.vector) == GSL_SUCCESS ? m : 0;
}

/* A direction that the data do not see leaves every parameter with a share in it undetermined; what does not
 * share in any keeps its covariance. */
static void covariance_of(struct fit *w, size_t m, const size_t *which, const double *scale)
{
    const size_t p = w->problem->p;
    const double largest = m ? gsl_vector_get(w->singular, 0) : 0;
    size_t rank = 0;
    while (rank < m && gsl_vector_get(w->singular, rank) > SINGULAR * largest)
        rank++;
    for (size_t a = 0; a < m; a++)
        for (size_t l = rank; l < m; l++)
            if (fabs(gsl_matrix_get(w->v, a, l)) > 1e-4)
                w->state[which[a]] = FIT_UNDETERMINED;
    for (size_t a = 0; a < m; a++) {
        for (size_t b = 0; b < m; b++) {
            double sum = 0;
            for (size_t l = 0; l < rank; l++)
                sum += gsl_matrix_get(w->v, a, l) * gsl_matrix_get(w->v, b, l) /
                       gsl_pow_2(gsl_vector_get(w->singular, l));
            w->covariance[which[a] * p + which[b]] = sum / (scale[a] * scale[b]);
        }
    }
}

static void finish_covariance(struct fit *w)
{
    const size_t p = w->problem->p;
    for (size_t a = 0; a < p; a++) {
        for (size_t b = 0; b < p; b++) {
            double *at = &w->covariance[a * p + b];
            if (w->state[a] == FIT_UNDETERMINED || w->state[b] == FIT_UNDETERMINED)
                *at = NAN;
            else if (!is_free(w, a) || !is_free(w, b))
                *at = 0;
        }
        w->sigma[a] = sqrt(w->covariance[a * p + a]);
    }
    for (size_t a = 0; a < p; a++)
        for (size_t b = 0; b < p; b++)
            w->correlation[a * p + b] = w->covariance[a * p + b] == 0 ? 0
                                        : a == b && is_free(w, a)
                                            ? 1
                                            : w->covariance[a * p + b] / (w->sigma[a] * w->sigma[b]);
}

/* The covariance from the normal equations, where these are far from singular. */
static bool quick_covariance(struct fit *w)
{
    const size_t p = w->problem->p;
    size_t m = 0;
    for (size_t j = 0; j < p; j++)
        if (is_free(w, j))
            w->which[m++] = j;
    const struct normal_fit k = normal_problem(w, 0);
    if (p > NORMAL_MOST || !normal_fit_inverse(&k, m, w->which, w->correlation))
        return false;
    for (size_t a = 0; a < m; a++)
        for (size_t b = 0; b < m; b++)
            w->covariance[w->which[a] * p + w->which[b]] = w->correlation[a * m + b];
    return true;
}

/* From w->param, w->state and w->jacobian. */
static void describe(struct fit *w, struct fit_result *r)
{
    const struct fit_problem *k = w->problem;
    memset(w->covariance, 0, 2 * w->columns * w->columns * sizeof *w->covariance);
    if (!quick_covariance(w)) {
        size_t m = decompose(w, w->which, w->trial);
        covariance_of(w, m, w->which, w->trial);
    }
    for (size_t j = 0; j < k->p; j++) {
        r->n_free += is_free(w, j);
        r->n_at_bound += at_bound(w, j);
        r->n_undetermined += w->state[j] == FIT_UNDETERMINED;
    }
    r->dof = k->n > r->n_free ? k->n - r->n_free : 0;
    r->reduced_chi2 = r->dof ? r->chi2 / (double)r->dof : NAN;
    if (!k->sigma)
        for (size_t i = 0; i < k->p * k->p; i++)
            w->covariance[i] *= r->reduced_chi2;
    finish_covariance(w);
    r->param = w->param;
    r->sigma = w->sigma;
    r->covariance = w->covariance;
    r->correlation = w->correlation;
    r->value = w->value;
    r->state = w->state;
}

/* ---- The fit ---- */

static enum fit_status take_problem(struct fit *w, const struct fit_problem *k)
{
    size_t held = 0;
    w->problem = k;
    if (k->n > w->rows || k->p > w->columns || !all_finite(k->n, k->y) || !all_finite(k->p, k->start))
        return FIT_BAD_PROBLEM;
    for (size_t i = 0; k->sigma && i < k->n; i++)
        if (!(k->sigma[i] > 0 && isfinite(k->sigma[i])))
            return FIT_BAD_PROBLEM;
    double squares = 0;
    for (size_t i = 0; i < k->n; i++)
        squares += gsl_pow_2(k->y[i] * weight(k, i));
    w->size_of_y = sqrt(squares);
    for (size_t j = 0; j < k->p; j++) {
        w->lower[j] = k->lower ? k->lower[j] : -INFINITY;
        w->upper[j] = k->upper ? k->upper[j] : INFINITY;
        if (!(w->lower[j] <= w->upper[j]) || w->lower[j] == INFINITY || w->upper[j] == -INFINITY)
            return FIT_BAD_PROBLEM;
        if (k->scale && !(k->scale[j] > 0 && isfinite(k->scale[j])))
            return FIT_BAD_PROBLEM;
        held += w->lower[j] == w->upper[j];
    }
    return k->n < k->p - held || !k->n ? FIT_TOO_FEW_POINTS : FIT_CONVERGED;
}

/* chi2 that is nothing but rounding: all such are equal. */
static double rounding_of_chi2(const struct fit *w)
{
    return gsl_pow_2(10 * ROUNDING * w->size_of_y);
}

/* A converged one before one that is not; then the lower chi2, by more than rounding. */
static bool is_better(const struct fit *w, const struct descent *a, const struct descent *b)
{
    if ((a->status == FIT_CONVERGED) != (b->status == FIT_CONVERGED))
        return a->status == FIT_CONVERGED;
    return a->chi2 < b->chi2 * (1 - 1e-9) - rounding_of_chi2(w);
}

static bool agrees(const struct fit *w, double chi2, double best)
{
    return chi2 <= best * (1 + AGREE) + rounding_of_chi2(w);
}

static struct descent try_starts(struct fit *w, const struct fit_options *o, struct fit_result *result)
{
    const size_t p = w->problem->p, limit = o->max_iterations ? o->max_iterations : 300;
    struct descent best = {.status = FIT_BAD_START, .chi2 = INFINITY};
    if (o->restarts)
        gsl_rng_set(w->rng, (unsigned long)(o->seed & 0xffffffffu));
    for (size_t k = 0; k <= o->restarts; k++) {
        make_start(w, o, k);
        struct descent d = descend(w, limit, o->careful);
        result->converged += d.status == FIT_CONVERGED;
        if (!k || is_better(w, &d, &best)) {
            /* Those that agreed before do so with the new one only where it is hardly lower. */
            result->agree = k && agrees(w, best.chi2, d.chi2) ? result->agree : 0;
            best = d;
            memcpy(w->best, w->param, p * sizeof *w->best);
            memcpy(w->best_state, w->state, p * sizeof *w->state);
        }
        result->agree += d.status == FIT_CONVERGED && agrees(w, d.chi2, best.chi2);
    }
    memcpy(w->param, w->best, p * sizeof *w->best);
    memcpy(w->state, w->best_state, p * sizeof *w->state);
    return best;
}

enum fit_status fit_run(struct fit *w, const struct fit_problem *problem, const struct fit_options *options,
                        struct fit_result *result)
{
    const struct fit_options none = {0};
    memset(result, 0, sizeof *result);
    enum fit_status status = take_problem(w, problem);
    if (status != FIT_CONVERGED)
        return status;
    struct descent best = try_starts(w, options ? options : &none, result);
    if (best.status == FIT_BAD_START || !evaluate_all(w, w->param)) {
        memset(result, 0, sizeof *result);
        return FIT_BAD_START;
    }
    result->chi2 = best.chi2;
    result->iterations = best.iterations;
    describe(w, result);
    return best.status;
}

const char *fit_reason(enum fit_status status)
{
    switch (status) {
    case FIT_CONVERGED: return "it has converged";
    case FIT_TOO_MANY_ITERATIONS:
        return "it has not converged after the iterations that it was given: start nearer, or hold a "
               "parameter";
    case FIT_STALLED:
        return "no step makes it better, though it is at no minimum: start elsewhere, or hold a parameter";
    case FIT_TOO_FEW_POINTS: return "there are fewer points than parameters";
    case FIT_BAD_PROBLEM:
        return "a value, an uncertainty, a start or a bound is not a number that can be used";
    case FIT_BAD_START: return "the model has no value at the start";
    }
    return "unknown";
}
