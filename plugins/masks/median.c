/* Order statistics: by insertion for a few values, else by partition about the middle of three, as in
 * C. A. R. Hoare, Commun. ACM 4 (1961) 321, doi:10.1145/366622.366647.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "median.h"

#include <math.h>

#define FEW 32

static void insertion_sort(double *v, size_t n)
{
    for (size_t i = 1; i < n; i++) {
        double x = v[i];
        size_t j = i;
        for (; j > 0 && v[j - 1] > x; j--)
            v[j] = v[j - 1];
        v[j] = x;
    }
}

static double middle_of_three(double a, double b, double c)
{
    return fmax(fmin(a, b), fmin(fmax(a, b), c));
}

/* Afterwards v[k] is in its sorted place, nothing before it is larger, nothing behind it smaller. */
static void place(double *v, size_t n, size_t k)
{
    size_t from = 0, to = n; /* v[k] is in from ... to - 1 */
    while (to - from > FEW) {
        double pivot = middle_of_three(v[from], v[from + (to - from) / 2], v[to - 1]);
        size_t i = from, j = to - 1;
        for (;;) {
            while (v[i] < pivot)
                i++;
            while (v[j] > pivot)
                j--;
            if (i >= j)
                break;
            double swap = v[i];
            v[i++] = v[j];
            v[j--] = swap;
        }
        /* from ... j are at most the pivot, j + 1 ... to - 1 at least */
        if (k <= j)
            to = j + 1;
        else
            from = j + 1;
    }
    insertion_sort(v + from, to - from);
}

double median(double *v, size_t n)
{
    size_t k = n / 2;
    place(v, n, k);
    if (n % 2)
        return v[k];
    double below = v[0];
    for (size_t i = 1; i < k; i++)
        below = fmax(below, v[i]);
    return 0.5 * (below + v[k]);
}

double median_deviation(double *v, size_t n, double centre)
{
    for (size_t i = 0; i < n; i++)
        v[i] = fabs(v[i] - centre);
    return median(v, n);
}
