/* The specific heat of sapphire: the polynomial of ISO 11357-4:2021 (DIN EN ISO 11357-4), Annex, for 100 to
 * 1200 K, in x = (T - 650 K)/(550 K).  It gives the measurements of D. G. Archer, J. Phys. Chem. Ref. Data
 * 22, 1441 (1993), doi:10.1063/1.555931.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "sapphire.h"

#include <math.h>

static const double coefficient[] = {1.12705, 0.23260, -0.21704, 0.26410,  -0.23778, -0.10023,
                                     0.15393, 0.54579, -0.47824, -0.37623, 0.34407};
enum { N = sizeof coefficient / sizeof *coefficient };

double sapphire_specific_heat(double T)
{
    if (!(T >= SAPPHIRE_FROM && T <= SAPPHIRE_TO))
        return NAN;
    double x = (T - 650) / 550, sum = 0;
    for (int i = N - 1; i >= 0; i--)
        sum = sum * x + coefficient[i];
    return sum;
}

/* The polynomial's integral from x = 0. */
static double integral(double x)
{
    double sum = 0;
    for (int i = N - 1; i >= 0; i--)
        sum = sum * x + coefficient[i] / (i + 1);
    return sum * x;
}

double sapphire_mean(double from, double to)
{
    if (from == to)
        return sapphire_specific_heat(from);
    if (isnan(sapphire_specific_heat(from)) || isnan(sapphire_specific_heat(to)))
        return NAN;
    double a = (from - 650) / 550, b = (to - 650) / 550;
    return (integral(b) - integral(a)) / (b - a);
}
