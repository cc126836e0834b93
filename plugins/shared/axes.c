/* Do two datasets lie on the same axes?
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "axes.h"

#include <float.h>
#include <math.h>
#include <string.h>

bool same_text(const char *a, const char *b)
{
    return a == b || (a && b && strcmp(a, b) == 0);
}

size_t axes_differ(const double *a, const double *b, size_t n)
{
    if (!a || !b)
        return !a == !b ? n : 0;
    const double room = n > 1 ? 1e-6 * fabs(a[n - 1] - a[0]) / (double)(n - 1) : 0;
    for (size_t i = 0; i < n; i++)
        if (!(fabs(a[i] - b[i]) <= room + 4 * DBL_EPSILON * fabs(a[i])))
            return i;
    return n;
}
