/* The projected area of an indenter over its contact depth.
 *
 * W. C. Oliver & G. M. Pharr, J. Mater. Res. 7 (1992) 1564, doi:10.1557/JMR.1992.1564, equation 14.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "area.h"

#include <math.h>

double area_at(const struct area *a, double hc, double *slope)
{
    double sum = 0, d = 0;
    for (size_t i = a->n; i-- > 0;) {
        const double power = ldexp(2, -(int)i), term = a->c[i] * pow(hc, power);
        sum += term;
        d += power * term / hc;
    }
    if (slope)
        *slope = d;
    return sum;
}

void area_from_um(struct area *a)
{
    for (size_t i = 0; i < a->n; i++)
        a->c[i] *= pow(1000, 2 - ldexp(2, -(int)i));
}
