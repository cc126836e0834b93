/* Non-negative least squares by trying all.
 *
 * At the minimum some x are 0 and the others solve the normal equations of their columns alone.  Where none
 * has to be 0, that is the answer.  Else of 2^m such choices those with a negative x drop out; the lowest sum
 * of squares of the rest is the minimum.  For six columns these are 64 small systems: exact, and without the
 * loops of the active-set method (C. L. Lawson and R. J. Hanson, Solving Least Squares Problems, SIAM 1995,
 * chapter 23).
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "areas.h"

#include <math.h>
#include <string.h>

/* A pivot of a matrix of columns of length 1 below this: too little is left of the column. */
#define PIVOT 1e-14

/* Columns scaled to length 1. */
struct normal {
    size_t m;
    double matrix[MOST_AREAS][MOST_AREAS], right[MOST_AREAS];
};

/* Solves for the columns of the choice, the others are 0.  gain: by how much the sum of squares falls.
 * False: singular. */
static bool solve_choice(const struct normal *k, unsigned choice, double *x, double *gain)
{
    double l[MOST_AREAS][MOST_AREAS], solution[MOST_AREAS];
    size_t column[MOST_AREAS], size = 0;
    for (size_t u = 0; u < k->m; u++) {
        x[u] = 0;
        if (choice >> u & 1)
            column[size++] = u;
    }
    for (size_t u = 0; u < size; u++) {
        solution[u] = k->right[column[u]];
        for (size_t v = 0; v <= u; v++) {
            double sum = k->matrix[column[u]][column[v]];
            for (size_t w = 0; w < v; w++)
                sum -= l[u][w] * l[v][w];
            if (v == u && !(sum > PIVOT))
                return false;
            l[u][v] = v < u ? sum * l[v][v] : 1 / sqrt(sum);
        }
        for (size_t w = 0; w < u; w++)
            solution[u] -= l[u][w] * solution[w];
        solution[u] *= l[u][u];
    }
    *gain = 0;
    for (size_t u = size; u-- > 0;) {
        for (size_t w = u + 1; w < size; w++)
            solution[u] -= l[w][u] * solution[w];
        solution[u] *= l[u][u];
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

bool areas_solve(size_t m, const double *normal, const double *right, double *x)
{
    struct normal k = {.m = m};
    double scale[MOST_AREAS], best = -1, trial[MOST_AREAS], gain;
    if (m > MOST_AREAS)
        return false;
    for (size_t u = 0; u < m; u++) {
        if (!(normal[u * m + u] > 0))
            return false;
        scale[u] = 1 / sqrt(normal[u * m + u]);
        k.right[u] = right[u] * scale[u];
        for (size_t v = 0; v <= u; v++)
            k.matrix[u][v] = k.matrix[v][u] = normal[u * m + v] * (scale[u] * scale[v]);
    }
    const unsigned all = (1u << m) - 1;
    /* What minimises without bounds and obeys them is the minimum. */
    if (!solve_choice(&k, all, x, &gain))
        return false;
    if (!not_negative(m, x)) {
        for (unsigned choice = 0; choice < all; choice++) {
            if (!solve_choice(&k, choice, trial, &gain))
                return false;
            if (gain > best && not_negative(m, trial)) {
                best = gain;
                memcpy(x, trial, m * sizeof *x);
            }
        }
    }
    for (size_t u = 0; u < m; u++)
        x[u] *= scale[u];
    return true;
}
