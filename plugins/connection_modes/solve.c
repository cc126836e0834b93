/* Fits of the second shell.
 *
 * Parameters come from weighted least squares with the matrix A of derivatives and weights W; their
 * covariance is (A^T W A)^-1 A^T W V W A (A^T W A)^-1 with the covariance V of the points, whatever the
 * weights are.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "solve.h"
#include "areas.h"
#include "peak_descent.h"
#include "peak_lanes.h"

#include <math.h>
#include <string.h>

#include <gsl/gsl_errno.h>
#include <gsl/gsl_linalg.h>

static void take_shares(struct solution *s)
{
    s->total = 0;
    for (size_t j = 0; j < MODES; j++)
        s->total += s->param[j * PER_PEAK + AREA];
    for (size_t j = 0; j < MODES; j++)
        s->share[j] = s->total > 0 ? s->param[j * PER_PEAK + AREA] / s->total : NAN;
}

static double rms_of(size_t n, double squares)
{
    return n ? sqrt(squares / (double)n) : 0;
}

enum fit_status solve_free(struct fit *workspace, const struct window *w, const struct limits *limits,
                           const struct fit_options *options, const double *sigma, double *work,
                           struct solution *s)
{
    const struct peak_points points = {w->n, limits->peaks, w->r, work};
    double scale[MOST_PARAMETERS];
    for (size_t j = 0; j < limits->peaks * PER_PEAK; j++)
        scale[j] = limits->start[j] > 0 ? limits->start[j] : 1;
    const struct fit_problem problem = {.n = w->n,
                                        .p = limits->peaks * PER_PEAK,
                                        .value = peaks_value,
                                        .jacobian = peaks_jacobian,
                                        .both = peaks_both,
                                        .descend = peaks_descend,
                                        .data = &points,
                                        .y = w->y,
                                        .sigma = sigma,
                                        .start = limits->start,
                                        .lower = limits->lower,
                                        .upper = limits->upper,
                                        .scale = scale};
    struct fit_result r;
    memset(s, 0, sizeof *s);
    enum fit_status status = fit_run(workspace, &problem, options, &r);
    if (status != FIT_CONVERGED)
        return status;
    s->peaks = limits->peaks;
    s->limits = *limits;
    s->starts = 1 + options->restarts;
    s->agree = r.agree;
    memcpy(s->param, r.param, problem.p * sizeof *s->param);
    memcpy(s->state, r.state, problem.p * sizeof *s->state);
    take_shares(s);
    double squares = 0;
    for (size_t i = 0; i < w->n; i++)
        squares += (w->y[i] - r.value[i]) * (w->y[i] - r.value[i]);
    s->rms = rms_of(w->n, squares);
    return status;
}

/* Shapes are those of `param`; squares: of the residual. */
static bool fit_areas(const struct window *w, size_t peaks, const double *param, double *work, double *area,
                      double *squares)
{
    const size_t n = IN_LANES(w->n);
    double *r = work, *y = r + n, *one = y + n, *z = one + n, *weighted = z + n, *column = weighted + n;
    const double *shape[MOST_PEAKS];
    double normal[MOST_PEAKS * MOST_PEAKS], right[MOST_PEAKS];
    for (size_t i = 0; i < n; i++) {
        r[i] = w->r[i < w->n ? i : 0];
        y[i] = i < w->n ? w->y[i] : 0;
        one[i] = i < w->n;
        weighted[i] = 0;
    }
    for (size_t j = 0; j < peaks; j++, column += n) {
        peak_lanes_shapes(n, r, one, param[j * PER_PEAK + CENTRE], param[j * PER_PEAK + WIDTH], column, z);
        shape[j] = column;
        for (size_t i = 0; i < w->n; i++)
            weighted[i] = w->weight[i] * column[i];
        peak_lanes_products(n, j + 1, shape, weighted, normal + j * peaks);
        peak_lanes_products(n, 1, (const double *const[]){y}, weighted, right + j);
    }
    if (!areas_solve(peaks, normal, right, area))
        return false;
    *squares = peak_lanes_residual(n, peaks, shape, area, y, z);
    return true;
}

bool solve_areas(const struct window *w, const struct solution *shape, double strain, double *work,
                 struct solution *s)
{
    double area[MOST_AREAS], squares;
    memset(s, 0, sizeof *s);
    s->peaks = shape->peaks;
    s->starts = s->agree = 1;
    for (size_t j = 0; j < s->peaks * PER_PEAK; j++) {
        s->param[j] = j % PER_PEAK == AREA ? 0 : strain * shape->param[j];
        s->state[j] = FIT_HELD;
    }
    if (!fit_areas(w, s->peaks, s->param, work, area, &squares))
        return false;
    for (size_t j = 0; j < s->peaks; j++) {
        s->param[j * PER_PEAK + AREA] = area[j];
        s->state[j * PER_PEAK + AREA] = area[j] > 0 ? FIT_FREE : FIT_AT_LOWER;
    }
    take_shares(s);
    s->rms = rms_of(w->n, squares);
    return true;
}

/* ---- Uncertainty ---- */

/* Derivatives by the m parameters in `which`: n x m at a. */
static void make_columns(const struct window *w, const struct solution *s, size_t m, const size_t *which,
                         double *all, double *a)
{
    const struct peak_points points = {w->n, s->peaks, w->r, NULL};
    const size_t p = s->peaks * PER_PEAK;
    peaks_jacobian(&points, s->param, all);
    for (size_t i = 0; i < w->n; i++)
        for (size_t u = 0; u < m; u++)
            a[i * m + u] = all[i * p + which[u]];
}

/* (A^T W A)^-1 at inverse, m x m; columns are scaled to length 1 while it is found. */
static bool invert_normal(const struct window *w, size_t m, const double *a, double *inverse)
{
    double scale[MOST_PARAMETERS];
    gsl_matrix_view h = gsl_matrix_view_array(inverse, m, m);
    memset(inverse, 0, m * m * sizeof *inverse);
    for (size_t i = 0; i < w->n; i++)
        for (size_t u = 0; u < m; u++)
            for (size_t v = 0; v < m; v++)
                inverse[u * m + v] += w->weight[i] * a[i * m + u] * a[i * m + v];
    for (size_t u = 0; u < m; u++) {
        scale[u] = 1 / sqrt(inverse[u * m + u]);
        if (!isfinite(scale[u]))
            return false;
    }
    for (size_t u = 0; u < m; u++)
        for (size_t v = 0; v < m; v++)
            inverse[u * m + v] *= scale[u] * scale[v];
    if (gsl_linalg_cholesky_decomp1(&h.matrix) != GSL_SUCCESS ||
        gsl_linalg_cholesky_invert(&h.matrix) != GSL_SUCCESS)
        return false;
    for (size_t u = 0; u < m; u++)
        for (size_t v = 0; v < m; v++)
            inverse[u * m + v] *= scale[u] * scale[v];
    return true;
}

/* Variance of a point of weight 1, from the scatter about the fit. */
static double scatter(const struct window *w, const struct solution *s, size_t m)
{
    double sum = 0, points = 0;
    for (size_t i = 0; i < w->n; i++) {
        const struct peak_points at = {1, s->peaks, w->r + i, NULL};
        double f;
        peaks_value(&at, s->param, &f);
        sum += w->weight[i] * (w->y[i] - f) * (w->y[i] - f);
        points += w->weight[i];
    }
    return points > (double)m ? sum / (points - (double)m) : 0;
}

/* What a change of y does to the parameters: (A^T W A)^-1 A^T W, row by row of m, n long. */
static void make_answers(const struct window *w, size_t m, const double *a, const double *inverse,
                         double *answer)
{
    for (size_t u = 0; u < m; u++)
        for (size_t i = 0; i < w->n; i++) {
            double sum = 0;
            for (size_t v = 0; v < m; v++)
                sum += inverse[u * m + v] * a[i * m + v];
            answer[u * w->n + i] = sum * w->weight[i];
        }
}

/* answer V answer^T, at covariance; carried: room for m x n. */
static void carry(const struct window *w, size_t m, const double *answer, const double *between,
                  double *carried, double *covariance)
{
    const size_t n = w->n, whole = n / LANES * LANES;
    const double *row[MOST_PARAMETERS];
    double sum[MOST_PARAMETERS];
    for (size_t u = 0; u < m; u++)
        row[u] = answer + u * n;
    for (size_t i = 0; i < n; i++) {
        if (between)
            peak_lanes_products(whole, m, row, between + i * n, sum);
        for (size_t u = 0; u < m; u++) {
            for (size_t k = whole; between && k < n; k++)
                sum[u] += between[i * n + k] * row[u][k];
            carried[u * n + i] = between ? sum[u] : w->variance[i] * row[u][i];
        }
    }
    for (size_t u = 0; u < m; u++) {
        peak_lanes_products(whole, m, row, carried + u * n, covariance + u * m);
        for (size_t v = 0; v < m; v++)
            for (size_t i = whole; i < n; i++)
                covariance[u * m + v] += row[v][i] * carried[u * n + i];
    }
}

/* Covariance of the m parameters in `which`, m x m. */
static bool covariance_of(const struct window *w, const double *between, const struct solution *s, size_t m,
                          const size_t *which, double *memory, double *covariance)
{
    double inverse[MOST_PARAMETERS * MOST_PARAMETERS];
    double *all = memory, *a = all + w->n * s->peaks * PER_PEAK, *answer = a + w->n * m;
    make_columns(w, s, m, which, all, a);
    if (m && !invert_normal(w, m, a, inverse))
        return false;
    if (between || w->variance) {
        make_answers(w, m, a, inverse, answer);
        carry(w, m, answer, between, all, covariance);
        return true;
    }
    const double variance = scatter(w, s, m);
    for (size_t k = 0; k < m * m; k++)
        covariance[k] = variance * inverse[k];
    return true;
}

/* ---- What bounds tell ---- */

/* A parameter that the data do not determine runs onto one of its two bounds: it scatters by half of the
 * interval, and not by more.  With these as precisions P, C becomes (C^-1 + P)^-1 = C - C P^(1/2) (1 +
 * P^(1/2) C P^(1/2))^-1 P^(1/2) C. precision: of each; 0: none. */
static bool add_bounds(size_t m, const double *precision, double *covariance)
{
    double b[MOST_PARAMETERS * MOST_PARAMETERS], reduced[MOST_PARAMETERS * MOST_PARAMETERS];
    gsl_matrix_view v = gsl_matrix_view_array(b, m, m);
    for (size_t i = 0; i < m; i++)
        for (size_t j = 0; j < m; j++)
            b[i * m + j] = (i == j) + sqrt(precision[i] * precision[j]) * covariance[i * m + j];
    if (gsl_linalg_cholesky_decomp1(&v.matrix) != GSL_SUCCESS ||
        gsl_linalg_cholesky_invert(&v.matrix) != GSL_SUCCESS)
        return false;
    for (size_t i = 0; i < m; i++)
        for (size_t j = 0; j < m; j++) {
            double sum = covariance[i * m + j];
            for (size_t k = 0; k < m; k++)
                for (size_t l = 0; l < m; l++)
                    sum -= covariance[i * m + k] * sqrt(precision[k] * precision[l]) * b[k * m + l] *
                           covariance[l * m + j];
            reduced[i * m + j] = sum;
        }
    memcpy(covariance, reduced, m * m * sizeof *covariance);
    return true;
}

/* Centres and widths of peaks that have an area, also those on a bound. */
static size_t with_bounds(const struct solution *s, size_t *which, double *precision)
{
    const double *lower = s->limits.lower, *upper = s->limits.upper;
    size_t m = 0;
    for (size_t j = 0; j < s->peaks * PER_PEAK; j++) {
        const bool area = j % PER_PEAK == AREA;
        if (s->state[j] == FIT_HELD || s->state[j] == FIT_UNDETERMINED || (area && s->state[j] != FIT_FREE))
            continue;
        precision[m] = area ? 0 : 4 / ((upper[j] - lower[j]) * (upper[j] - lower[j]));
        which[m++] = j;
    }
    return m;
}

/* ---- Shares ---- */

/* d share_k / d area_j = (delta_kj - share_k)/total; covariance: of the m parameters in `which`. */
static void carry_to_shares(struct solution *s, size_t m, const size_t *which, const double *covariance)
{
    double slope[MODES][MOST_PARAMETERS] = {{0}};
    for (size_t k = 0; k < MODES; k++)
        for (size_t u = 0; u < m; u++)
            if (which[u] % PER_PEAK == AREA && which[u] / PER_PEAK < MODES)
                slope[k][u] = ((which[u] / PER_PEAK == k) - s->share[k]) / s->total;
    for (size_t k = 0; k < MODES; k++)
        for (size_t l = 0; l < MODES; l++) {
            double sum = 0;
            for (size_t u = 0; u < m; u++)
                for (size_t v = 0; v < m; v++)
                    sum += slope[k][u] * slope[l][v] * covariance[u * m + v];
            s->share_covariance[k * MODES + l] = sum;
        }
}

bool solve_covariance(const struct window *w, const double *between, double *memory, struct solution *s)
{
    const size_t p = s->peaks * PER_PEAK;
    double covariance[MOST_PARAMETERS * MOST_PARAMETERS], precision[MOST_PARAMETERS];
    size_t which[MOST_PARAMETERS] = {0}, m = 0;
    gsl_set_error_handler_off();
    for (size_t j = 0; j < p; j++)
        if (s->state[j] == FIT_FREE)
            which[m++] = j;
    memset(s->covariance, 0, sizeof s->covariance);
    if (!covariance_of(w, between, s, m, which, memory, covariance))
        return false;
    for (size_t u = 0; u < m; u++)
        for (size_t v = 0; v < m; v++)
            s->covariance[which[u] * p + which[v]] = covariance[u * m + v];
    carry_to_shares(s, m, which, covariance);
    m = s->limits.peaks ? with_bounds(s, which, precision) : 0;
    if (m && covariance_of(w, between, s, m, which, memory, covariance) &&
        add_bounds(m, precision, covariance))
        carry_to_shares(s, m, which, covariance);
    return true;
}
