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

double structure_factor_at(const double scale[N_SCALES], const normalisation_point *p)
{
    return 1 + (scale[SCALE_ALPHA] * p->I - p->expected - scale[SCALE_FLUORESCENCE] * p->fluorescence -
                scale[SCALE_MULTIPLE] * p->multiple) / p->f_mean_sq;
}

void structure_factor_slopes(const normalisation_point *p, double slope[N_SCALES])
{
    slope[SCALE_ALPHA] = p->I / p->f_mean_sq;
    slope[SCALE_FLUORESCENCE] = -p->fluorescence / p->f_mean_sq;
    slope[SCALE_MULTIPLE] = -p->multiple / p->f_mean_sq;
}

/* Of a point: the slopes, and what belongs to the right-hand side. */
typedef struct slopes {
    double of[SCALES_WORK];
} slopes;

static void fill_slopes(const normalisation_point *p, size_t n, slopes *x)
{
    for (size_t i = 0; i < n; i++) {
        structure_factor_slopes(&p[i], x[i].of);
        x[i].of[N_SCALES] = p[i].expected / p[i].f_mean_sq;
    }
}

/* Coefficients of the scales and right-hand side of one condition. */
static void fill_row(const slopes *x, const condition *c, double row[SCALES_WORK])
{
    double sum[SCALES_WORK] = { 0 };
    sum[N_SCALES] = c->target;
    for (size_t i = 0; i < c->n; i++)
        for (int k = 0; k < SCALES_WORK; k++)
            sum[k] += c->weight[i] * x[c->first + i].of[k];
    for (int k = 0; k < SCALES_WORK; k++)
        row[k] = sum[k];
}

/* ---- Least squares --------------------------------------------------------------------------- */

typedef struct equations {
    const slopes *point;
    double *work;               /* n_rows x SCALES_WORK; a column that was worked on is orthonormal */
    size_t  n_rows;
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

static void find_slopes(const equations *t, scales *s, const normalisation_point *p, size_t n,
                        const condition *c)
{
    double gain[N_SCALES], inverse[N_SCALES], factor[N_SCALES];
    for (int k = 0; k < N_SCALES; k++)
        for (size_t i = 0; i < n; i++)
            s->slope[k][i] = 0;
    alpha_gain(t, inverse);
    for (size_t row = 0; row < t->n_rows; row++) {
        row_gain(t, row, gain);
        for (int k = 0; k < N_SCALES; k++) {
            double *restrict slope = s->slope[k] + c[row].first;
            factor[k] = inverse[k] * t->work[row * SCALES_WORK + N_SCALES] - s->value[SCALE_ALPHA] * gain[k];
            for (size_t i = 0; i < c[row].n; i++)
                slope[i] += factor[k] * c[row].weight[i];
        }
    }
    for (int k = 0; k < N_SCALES; k++)
        for (size_t i = 0; i < n; i++)
            s->slope[k][i] /= p[i].f_mean_sq;
}

/* Of the scales with respect to one that is given: -N^-1 A^T A_g, and 1 for itself. */
static void given_slopes(const equations *t, const condition *c, int given, double slope[N_SCALES])
{
    double gain[N_SCALES], row[SCALES_WORK];
    for (int k = 0; k < N_SCALES; k++)
        slope[k] = k == given;
    for (size_t i = 0; i < t->n_rows; i++) {
        fill_row(t->point, &c[i], row);
        row_gain(t, i, gain);
        for (int k = 0; k < N_SCALES; k++)
            slope[k] -= gain[k] * row[given];
    }
}

static void find_covariance(const equations *t, scales *s, const normalisation_point *p, size_t n,
                            const condition *c)
{
    for (int k = 0; k < N_SCALES; k++) {
        for (int j = 0; j < N_SCALES; j++) {
            double sum = 0;
            for (size_t i = 0; i < n; i++)
                sum += s->slope[k][i] * s->slope[j][i] * p[i].sigma * p[i].sigma;
            s->covariance[k][j] = sum;
        }
    }
    for (int given = 0; given < N_SCALES; given++) {
        double slope[N_SCALES], variance = s->given_sigma[given] * s->given_sigma[given];
        if (s->free[given] || variance == 0)
            continue;
        given_slopes(t, c, given, slope);
        for (int k = 0; k < N_SCALES; k++)
            for (int j = 0; j < N_SCALES; j++)
                s->covariance[k][j] += slope[k] * slope[j] * variance;
    }
}

bool scales_solve(scales *s, const normalisation_point *p, size_t n, const condition *row, size_t n_rows,
                  double *work)
{
    slopes *point = (slopes *)(work + n_rows * SCALES_WORK);
    equations t = { .point = point, .work = work, .n_rows = n_rows };
    fill_slopes(p, n, point);
    for (int k = 0; k < N_SCALES; k++)
        if (s->free[k])
            t.column[t.n++] = k;
    if (n_rows < (size_t)t.n)
        return false;
    for (size_t i = 0; i < n_rows; i++) {
        fill_row(point, &row[i], &work[i * SCALES_WORK]);
        for (int k = 0; k < N_SCALES; k++)
            if (!s->free[k])
                work[i * SCALES_WORK + N_SCALES] -= s->value[k] * work[i * SCALES_WORK + k];
    }
    if (!decompose(&t))
        return false;
    solve(&t, s);
    double missed = product(&t, N_SCALES, N_SCALES);
    s->deviation = n_rows ? sqrt(missed / (double)n_rows) : 0;
    find_slopes(&t, s, p, n, row);
    find_covariance(&t, s, p, n, row);
    return true;
}
