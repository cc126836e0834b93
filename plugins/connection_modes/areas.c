/* Non-negative least squares by trying all.
 *
 * At the minimum some x are 0 and the others solve the normal equations of their columns alone.  Of 2^m such
 * choices those with a negative x drop out; the lowest sum of squares of the rest is the minimum.  For six
 * columns these are 64 small systems: exact, and without the loops of the active-set method (C. L. Lawson and
 * R. J. Hanson, Solving Least Squares Problems, SIAM 1995, chapter 23).
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "areas.h"

#include <math.h>
#include <string.h>

#include <gsl/gsl_errno.h>
#include <gsl/gsl_linalg.h>

struct normal {
    size_t m;
    double matrix[MOST_AREAS][MOST_AREAS], right[MOST_AREAS], scale[MOST_AREAS];
};

/* Columns are scaled to length 1. */
static bool make_normal(struct normal *k, size_t n, size_t m, const double *a, const double *y,
                        const double *weight)
{
    memset(k, 0, sizeof *k);
    k->m = m;
    for (size_t i = 0; i < n; i++) {
        const double *row = a + i * m, w = weight ? weight[i] : 1;
        for (size_t u = 0; u < m; u++) {
            k->right[u] += w * row[u] * y[i];
            for (size_t v = 0; v <= u; v++)
                k->matrix[u][v] += w * row[u] * row[v];
        }
    }
    for (size_t u = 0; u < m; u++) {
        if (!(k->matrix[u][u] > 0))
            return false;
        k->scale[u] = 1 / sqrt(k->matrix[u][u]);
    }
    for (size_t u = 0; u < m; u++) {
        k->right[u] *= k->scale[u];
        for (size_t v = 0; v <= u; v++)
            k->matrix[v][u] = k->matrix[u][v] *= k->scale[u] * k->scale[v];
    }
    return true;
}

/* Solves for the columns of the choice, the others are 0.  gain: by how much the sum of squares falls.
 * False: singular. */
static bool solve_choice(const struct normal *k, unsigned choice, double *x, double *gain)
{
    double matrix[MOST_AREAS * MOST_AREAS], right[MOST_AREAS], solution[MOST_AREAS];
    size_t column[MOST_AREAS], size = 0;
    for (size_t u = 0; u < k->m; u++) {
        x[u] = 0;
        if (choice >> u & 1)
            column[size++] = u;
    }
    *gain = 0;
    if (!size)
        return true;
    for (size_t u = 0; u < size; u++) {
        right[u] = k->right[column[u]];
        for (size_t v = 0; v < size; v++)
            matrix[u * size + v] = k->matrix[column[u]][column[v]];
    }
    gsl_matrix_view a = gsl_matrix_view_array(matrix, size, size);
    gsl_vector_view b = gsl_vector_view_array(right, size), s = gsl_vector_view_array(solution, size);
    if (gsl_linalg_cholesky_decomp1(&a.matrix) != GSL_SUCCESS)
        return false;
    for (size_t u = 0; u < size; u++)
        if (!(matrix[u * size + u] > 1e-7)) /* a pivot: what is left of a column of length 1 */
            return false;
    if (gsl_linalg_cholesky_solve(&a.matrix, &b.vector, &s.vector) != GSL_SUCCESS)
        return false;
    for (size_t u = 0; u < size; u++) {
        x[column[u]] = solution[u];
        *gain += solution[u] * k->right[column[u]];
    }
    return true;
}

static bool not_negative(size_t m, const double *x)
{
    for (size_t u = 0; u < m; u++)
        if (!(x[u] >= 0))
            return false;
    return true;
}

bool areas_solve(size_t n, size_t m, const double *a, const double *y, const double *weight, double *x)
{
    struct normal k;
    double best = -1;
    gsl_set_error_handler_off();
    if (m > MOST_AREAS || !make_normal(&k, n, m, a, y, weight))
        return false;
    for (unsigned choice = 0; choice < 1u << m; choice++) {
        double trial[MOST_AREAS], gain;
        if (!solve_choice(&k, choice, trial, &gain))
            return false;
        if (gain > best && not_negative(m, trial)) {
            best = gain;
            memcpy(x, trial, m * sizeof *x);
        }
    }
    for (size_t u = 0; u < m; u++)
        x[u] *= k.scale[u];
    return true;
}
