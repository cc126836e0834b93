/* The noise of a signal: the median of its second differences.
 *
 * x[i-1] - 2 x[i] + x[i+1] of white noise has a variance of 6 times its own, and half of a normal
 * distribution lies within 0.6745 standard deviations.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "noise.h"

#include <math.h>
#include <stdlib.h>

static int compare(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

double noise_of(size_t n, const double *x, double *room)
{
    if (n < 5)
        return 0;
    for (size_t i = 1; i + 1 < n; i++)
        room[i - 1] = fabs(x[i - 1] - 2 * x[i] + x[i + 1]);
    qsort(room, n - 2, sizeof *room, compare);
    return room[(n - 2) / 2] / (0.6745 * sqrt(6));
}
