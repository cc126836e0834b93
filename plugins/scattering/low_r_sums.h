/* Sums over terms and points, for low_r_terms.c.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef SCATTERING_LOW_R_SUMS_H
#define SCATTERING_LOW_R_SUMS_H

#include <stddef.h>

enum { LOW_R_COLUMNS = 4, LOW_R_BLOCK = 8 };

struct low_r_parts {
    size_t  terms, stride;    /* a multiple of 4; of LOW_R_BLOCK */
    double *part;             /* terms x stride */
};

/* sum[j] = sum over the points i of part[j][i] y[i], of LOW_R_COLUMNS numbers each. */
void low_r_project(const struct low_r_parts *t, const double *y, double *sum);
/* out[i] = sum over the terms j of factor[j] part[j][i]; and the same with other factors. */
void low_r_combine(const struct low_r_parts *t, const double *factor, const double *other, double *out,
                   double *other_out);

#endif
