/* Problems of nonlinear regression with certified results: NIST, Statistical Reference Datasets (StRD),
 * https://www.itl.nist.gov/div898/strd/nls/nls_main.shtml, in the public domain.
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

enum { NIST_MOST = 8 };

struct nist_problem {
    const char *name;
    size_t n, p;
    const double *x, *y;
    bool (*value)(const void *problem, const double *b, double *f);
    bool (*jacobian)(const void *problem, const double *b, double *jacobian);
    double start[2][NIST_MOST];
    double certified[NIST_MOST], deviation[NIST_MOST]; /* 11 digits */
    double residual_sum;                               /* likewise */
};

extern const struct nist_problem nist_problems[];
extern const size_t n_nist_problems;
