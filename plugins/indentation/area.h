/* The projected area of an indenter over its contact depth.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef INDENTATION_AREA_H
#define INDENTATION_AREA_H

#include <stdbool.h>
#include <stddef.h>

#define AREA_TERMS 9

/* A = sum c[i] hc^(2/2^i), i = 0 ..., hc in nm, A in nm^2. */
struct area {
    double c[AREA_TERMS];
    size_t n;
};

double area_at(const struct area *a, double hc, double *slope); /* slope: dA/dhc, or NULL */
/* Coefficients for a depth in um and an area in um^2, as those for nm. */
void area_from_um(struct area *a);

#endif
