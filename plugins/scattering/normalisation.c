/* The scales of an intensity, of its fluorescence and of its multiple scattering, from linear conditions.
 *
 * S is linear in them, S = 1 + sum_k x_k a_k(Q) - expected/<f>^2, and so is each condition:
 * sum_k A_k x_k = y.  They are met in the sense of least squares, through a QR decomposition.  For the
 * uncertainty the derivative of the solution, N = A^T A, residual e = y - A x, with respect to the intensity
 * of point i, on which the column of alpha depends by dA = w_i/<f>^2 dI:
 *
 *     dx/dI_i = N^-1 sum over conditions [(e, 0, 0) - alpha A] w_i/<f_i>^2
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "normalisation.h"

#include <math.h>
#include <string.h>

void scales_slopes(const normalisation_points *p, double *x)
{
    for (size_t i = 0; i < p->n; i++, x += SCALES_WORK) {
        structure_factor_slopes(p, i, x);
        x[N_SCALES] = p->expected[i] * (1 / p->f_mean_sq[i]);
    }
}

/* Coefficients of the scales and right-hand side of one condition. */
static void fill_row(const double *x, const condition *c, double row[SCALES_WORK])
{
    double even[SCALES_WORK] = { 0 }, odd[SCALES_WORK] = { 0 };
    size_t i = 0;
    x += c->first * SCALES_WORK;
    even[N_SCALES] = c->target;
    for (; i + 2 <= c->n; i += 2, x += 2 * SCALES_WORK) {
        for (int k = 0; k < SCALES_WORK; k++) {
            even[k] += c->weight[i] * x[k];
            odd[k] += c->weight[i + 1] * x[SCALES_WORK + k];
        }
    }
    for (int k = 0; k < SCALES_WORK; k++)
        row[k] = even[k] + odd[k] + (i < c->n ? c->weight[i] * x[k] : 0);
}

/* ---- Least squares --------------------------------------------------------------------------- */

typedef struct equations {
    double *work;               /* n_rows x SCALES_WORK; a column that was worked on is orthonormal */
    size_t  n_rows, conditions; /* that the rows stand for */
    double  squares;            /* sum of those by which these are missed in any case */
    int     column[N_SCALES];   /* the free ones */
    int     n;
    double  R[N_SCALES][N_SCALES];
} equations;

static double product(const equations *t, int a, int b)
{
    double sum = 0;
    for (size_t i = 0; i < t->n_rows; i++)
        sum += t->work[i * SCALES_WORK + a] * t->work[i * SCALES_WORK + b];
    return sum;
}

static void subtract(equations *t, int from, int other, double factor)
{
    for (size_t i = 0; i < t->n_rows; i++)
        t->work[i * SCALES_WORK + from] -= factor * t->work[i * SCALES_WORK + other];
}

/* Columns to Q and R by Gram and Schmidt, modified.  False: one is nearly a sum of those before it. */
static bool decompose(equations *t)
{
    for (int k = 0; k < t->n; k++) {
        int column = t->column[k];
        double before = sqrt(product(t, column, column));
        for (int j = 0; j < k; j++) {
            t->R[j][k] = product(t, t->column[j], column);
            subtract(t, column, t->column[j], t->R[j][k]);
        }
        t->R[k][k] = sqrt(product(t, column, column));
        if (!(t->R[k][k] > 1e-9 * before))
            return false;
        for (size_t i = 0; i < t->n_rows; i++)
            t->work[i * SCALES_WORK + column] /= t->R[k][k];
    }
    return true;
}

/* Solve R x = b in place. */
static void back_substitute(const equations *t, double b[N_SCALES])
{
    for (int k = t->n - 1; k >= 0; k--) {
        for (int j = k + 1; j < t->n; j++)
            b[k] -= t->R[k][j] * b[j];
        b[k] /= t->R[k][k];
    }
}

/* Leaves what is missed in the right-hand side. */
static void solve(equations *t, scales *s)
{
    double b[N_SCALES] = { 0 };
    for (int k = 0; k < t->n; k++) {
        b[k] = product(t, t->column[k], N_SCALES);
        subtract(t, N_SCALES, t->column[k], b[k]);
    }
    back_substitute(t, b);
    for (int k = 0; k < t->n; k++)
        s->value[t->column[k]] = b[k];
}

/* ---- Uncertainty ----------------------------------------------------------------------------- */

/* N^-1 A of one condition is R^-1 times its row of Q; N^-1 alone is R^-1 R^-T. */
static void row_gain(const equations *t, size_t row, double gain[N_SCALES])
{
    double b[N_SCALES] = { 0 };
    for (int k = 0; k < t->n; k++)
        b[k] = t->work[row * SCALES_WORK + t->column[k]];
    back_substitute(t, b);
    for (int k = 0; k < N_SCALES; k++)
        gain[k] = 0;
    for (int k = 0; k < t->n; k++)
        gain[t->column[k]] = b[k];
}

/* The column of N^-1 that belongs to alpha; 0 where alpha is given. */
static void alpha_gain(const equations *t, double gain[N_SCALES])
{
    double b[N_SCALES] = { 0 };
    for (int k = 0; k < N_SCALES; k++)
        gain[k] = 0;
    if (t->n == 0 || t->column[0] != SCALE_ALPHA)
        return;
    for (int k = 0; k < t->n; k++) {    /* R^T b = (1, 0, 0): alpha is the first column */
        b[k] = k == 0;
        for (int j = 0; j < k; j++)
            b[k] -= t->R[j][k] * b[j];
        b[k] /= t->R[k][k];
    }
    back_substitute(t, b);
    for (int k = 0; k < t->n; k++)
        gain[t->column[k]] = b[k];
}

/* What moves each scale: dx/dI_i of the conditions, without their weights and 1/<f_i>^2. */
static void row_factors(const equations *t, const scales *s, size_t row, double factor[N_SCALES])
{
    double gain[N_SCALES], inverse[N_SCALES];
    alpha_gain(t, inverse);
    row_gain(t, row, gain);
    for (int k = 0; k < N_SCALES; k++)
        factor[k] = inverse[k] * t->work[row * SCALES_WORK + N_SCALES] - s->value[SCALE_ALPHA] * gain[k];
}

static void find_slopes(const equations *t, scales *s, size_t n, const condition *c)
{
    double factor[N_SCALES];
    for (int k = 0; k < N_SCALES; k++)
        memset(s->slope[k], 0, n * sizeof *s->slope[k]);
    for (size_t row = 0; row < t->n_rows; row++) {
        row_factors(t, s, row, factor);
        for (int k = 0; k < t->n; k++) {
            double *restrict slope = s->slope[t->column[k]] + c[row].first;
            for (size_t i = 0; i < c[row].n; i++)
                slope[i] += factor[t->column[k]] * c[row].weight[i];
        }
    }
}

/* The same where the conditions are those at low r; factor: N_SCALES numbers for each of them. */
static void find_slopes_low_r(const equations *t, scales *s, size_t n, const low_r_rules *r, double *factor)
{
    double one[N_SCALES], *of[N_SCALES];
    for (int k = 0; k < N_SCALES; k++) {
        memset(s->slope[k], 0, n * sizeof *s->slope[k]);
        of[k] = s->slope[k] + r->first;
    }
    for (size_t row = 0; row < t->n_rows; row++) {
        row_factors(t, s, row, one);
        for (int k = 0; k < t->n; k++)
            factor[(size_t)k * t->n_rows + row] = one[t->column[k]];
    }
    for (int k = 0; k < t->n; k += 2) {
        const int l = k + 1 < t->n ? k + 1 : k;
        low_r_rules_back(r, factor + (size_t)k * t->n_rows, factor + (size_t)l * t->n_rows, of[t->column[k]],
                         of[t->column[l]]);
    }
}

/* Of the scales with respect to one that is given: -N^-1 A^T A_g, and 1 for itself. */
static void given_slopes(const equations *t, int given, double slope[N_SCALES])
{
    double gain[N_SCALES];
    for (int k = 0; k < N_SCALES; k++)
        slope[k] = k == given;
    for (size_t i = 0; i < t->n_rows; i++) {
        row_gain(t, i, gain);
        for (int k = 0; k < N_SCALES; k++)    /* the column of what is given is as it was */
            slope[k] -= gain[k] * t->work[i * SCALES_WORK + (size_t)given];
    }
}

/* Sum of a b sigma^2. */
static double shared_variance(const normalisation_points *p, const double *a, const double *b)
{
    double sum[4] = { 0 };
    size_t i = 0;
    for (; i + 4 <= p->n; i += 4)
        for (size_t k = 0; k < 4; k++)
            sum[k] += a[i + k] * b[i + k] * p->sigma[i + k] * p->sigma[i + k];
    for (; i < p->n; i++)
        sum[0] += a[i] * b[i] * p->sigma[i] * p->sigma[i];
    return (sum[0] + sum[1]) + (sum[2] + sum[3]);
}

static void find_covariance(const equations *t, scales *s, const normalisation_points *p)
{
    for (int k = 0; k < t->n; k++) {
        for (int j = 0; j <= k; j++) {
            const int a = t->column[k], b = t->column[j];
            s->covariance[a][b] = s->covariance[b][a] = shared_variance(p, s->slope[a], s->slope[b]);
        }
    }
    for (int given = 0; given < N_SCALES; given++) {
        double slope[N_SCALES], variance = s->given_sigma[given] * s->given_sigma[given];
        if (s->free[given] || variance == 0)
            continue;
        given_slopes(t, given, slope);
        for (int k = 0; k < N_SCALES; k++)
            for (int j = 0; j < N_SCALES; j++)
                s->covariance[k][j] += slope[k] * slope[j] * variance;
    }
}

/* From rows as they are to the scales.  False: too few, or too much alike. */
static bool meet(equations *t, scales *s)
{
    for (int k = 0; k < N_SCALES; k++)
        if (s->free[k])
            t->column[t->n++] = k;
    if (t->n_rows < (size_t)t->n)
        return false;
    for (size_t i = 0; i < t->n_rows; i++)
        for (int k = 0; k < N_SCALES; k++)
            if (!s->free[k])
                t->work[i * SCALES_WORK + N_SCALES] -= s->value[k] * t->work[i * SCALES_WORK + (size_t)k];
    if (!decompose(t))
        return false;
    solve(t, s);
    double missed = product(t, N_SCALES, N_SCALES) + t->squares;
    s->deviation = t->conditions ? sqrt(missed / (double)t->conditions) : 0;
    return true;
}

static void finish(const equations *t, scales *s, const normalisation_points *p)
{
    const double *f_mean_sq = p->f_mean_sq;
    for (int k = 0; k < t->n; k++) {
        double *restrict slope = s->slope[t->column[k]];
        for (size_t i = 0; i < p->n; i++)
            slope[i] /= f_mean_sq[i];
    }
    find_covariance(t, s, p);
}

bool scales_solve(scales *s, const normalisation_points *p, const double *x, const condition *row,
                  size_t n_rows, double *work)
{
    equations t = { .work = work, .n_rows = n_rows, .conditions = n_rows };
    memset(s->covariance, 0, sizeof s->covariance);
    for (size_t i = 0; i < n_rows; i++)
        fill_row(x, &row[i], &work[i * SCALES_WORK]);
    if (!meet(&t, s))
        return false;
    if (!s->slope[0])
        return true;
    find_slopes(&t, s, p->n, row);
    finish(&t, s, p);
    return true;
}

bool scales_solve_low_r(scales *s, const normalisation_points *p, const double *x, const low_r_rules *r,
                        double *work)
{
    equations t = { .work = work, .n_rows = low_r_rules_count(r) };
    memset(s->covariance, 0, sizeof s->covariance);
    t.conditions = low_r_rules_missed(r, &t.squares);
    low_r_rules_rows(r, x, work);
    if (!meet(&t, s))
        return false;
    if (!s->slope[0])
        return true;
    find_slopes_low_r(&t, s, p->n, r, work + t.n_rows * SCALES_WORK);
    finish(&t, s, p);
    return true;
}
