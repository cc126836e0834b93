/* A polynomial a_1 x + ... + a_n x^n by least squares, taken away.
 *
 * In polynomials that are orthonormal on the points the fit of one order is that of the order below and one
 * term more, so that a blend of two orders takes a part of the last term.  What is left is (1 - H) y,
 * H = sum_k d_k q_k q_k^T, and its variances are the diagonal of (1 - H) diag(sigma^2) (1 - H).
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "polynomial_fit.h"

#include <math.h>

static double product(size_t n, const double *a, const double *b)
{
    double sum = 0;
    for (size_t i = 0; i < n; i++)
        sum += a[i] * b[i];
    return sum;
}

/* q_k from x q_(k-1), orthogonalised twice: once loses digits. */
static bool make_basis(size_t n, const double *x, size_t terms, double *basis)
{
    for (size_t k = 0; k < terms; k++) {
        double *q = basis + k * n;
        for (size_t i = 0; i < n; i++)
            q[i] = x[i] * (k ? q[i - n] : 1);
        double before = sqrt(product(n, q, q));
        for (int again = 0; again < 2; again++) {
            for (size_t j = 0; j < k; j++) {
                const double *other = basis + j * n;
                double along = product(n, other, q);
                for (size_t i = 0; i < n; i++)
                    q[i] -= along * other[i];
            }
        }
        double norm = sqrt(product(n, q, q));
        if (!(norm > 1e-10 * before))
            return false;
        for (size_t i = 0; i < n; i++)
            q[i] /= norm;
    }
    return true;
}

/* The part of term k that is taken. */
static double part(size_t k, double order)
{
    return fmin(1, order - (double)k);
}

/* variance: those of y, which are replaced; of is room for n. */
static void carry_variance(size_t n, size_t terms, double order, const double *basis, double *variance,
                           double *of)
{
    for (size_t i = 0; i < n; i++) {
        double own = 0;
        for (size_t k = 0; k < terms; k++)
            own += part(k, order) * basis[k * n + i] * basis[k * n + i];
        of[i] = variance[i] * (1 - 2 * own);
    }
    for (size_t k = 0; k < terms; k++) {
        for (size_t l = 0; l < terms; l++) {
            const double *a = basis + k * n, *b = basis + l * n;
            double shared = 0;
            for (size_t j = 0; j < n; j++)
                shared += a[j] * b[j] * variance[j];
            for (size_t i = 0; i < n; i++)
                of[i] += part(k, order) * part(l, order) * a[i] * b[i] * shared;
        }
    }
    for (size_t i = 0; i < n; i++)
        variance[i] = of[i];
}

bool polynomial_remove(size_t n, const double *x, double *y, double *sigma, double order, double *basis,
                       double *work)
{
    size_t terms = (size_t)ceil(order);
    if (terms >= n || !make_basis(n, x, terms, basis))
        return false;
    for (size_t k = 0; k < terms; k++) {
        const double *q = basis + k * n;
        double along = part(k, order) * product(n, q, y);
        for (size_t i = 0; i < n; i++)
            y[i] -= along * q[i];
    }
    if (!sigma)
        return true;
    for (size_t i = 0; i < n; i++)
        sigma[i] *= sigma[i];
    carry_variance(n, terms, order, basis, sigma, work);
    for (size_t i = 0; i < n; i++)
        sigma[i] = sqrt(fmax(0, sigma[i]));
    return true;
}
