/* Sums over terms and points, for low_r_terms.c.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef SCATTERING_LOW_R_SUMS_H
#define SCATTERING_LOW_R_SUMS_H

#include <stddef.h>

enum { LOW_R_COLUMNS = 4, LOW_R_BLOCK = 8, LOW_R_GROUP = 4 };

/* One block of points after the other for a group of terms, so that memory is read as it lies. */
struct low_r_parts {
    size_t  terms, blocks;    /* terms: a multiple of LOW_R_GROUP */
    double *part;             /* terms x blocks x LOW_R_BLOCK numbers */
};

/* Where that of term j at point i stands. */
static inline size_t low_r_place(const struct low_r_parts *t, size_t j, size_t i)
{
    const size_t block = j / LOW_R_GROUP * t->blocks + i / LOW_R_BLOCK;
    return (block * LOW_R_GROUP + j % LOW_R_GROUP) * LOW_R_BLOCK + i % LOW_R_BLOCK;
}
/* Where column m of y stands at point i. */
static inline size_t low_r_column(size_t m, size_t i)
{
    return (i / LOW_R_BLOCK * LOW_R_COLUMNS + m) * LOW_R_BLOCK + i % LOW_R_BLOCK;
}

/* sum[j] = sum over the points i of part[j][i] y[i], of LOW_R_COLUMNS numbers each. */
void low_r_project(const struct low_r_parts *t, const double *y, double *sum);
/* out[i] = sum over the terms j of factor[j] part[j][i]; and the same with other factors. */
void low_r_combine(const struct low_r_parts *t, const double *factor, const double *other, double *out,
                   double *other_out);

#endif
