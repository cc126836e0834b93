/* The work of an indentation: areas under the curve of load over depth, without a host.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef INDENTATION_WORKS_H
#define INDENTATION_WORKS_H

#include "unload.h"

/* nJ * 1e-3 = mN nm = pJ. */
struct works {
    double total, elastic, closed; /* closed: the part of `elastic` below the last point, by the power law */
    /* By works_uncertainty(). */
    double sigma_total, sigma_elastic, sigma_plastic, sigma_ratio;
    double sigma_log_hardness; /* of ln(ratio^2 S^2/P): hardness_from_work(), relative */
};

/* Points 0 to peak are loading and hold, peak to end the unloading.  fit: closes the curve; NULL: as
 * measured. */
void works_of(const double *h, const double *P, size_t peak, size_t end, const struct unload_fit *fit,
              struct works *w);
/* A power law, and the points from first to last - 1 that it was fitted to. */
struct fitted {
    const struct unload_fit *fit;
    size_t first, last;
};

/* With sh and sP of each point, independent of each other.  A point moves the areas on both sides: loads and
 * depths at the turn act on both works, so that the difference knows nothing of their common part.  fit: what
 * works_of() was given, or NULL. */
void works_uncertainty(const double *h, const double *P, const double *sh, const double *sP, size_t peak,
                       size_t end, const struct fitted *fit, struct works *w);

/* The variance of the area under points from to to (with it), by the same rule. */
double area_variance(const double *h, const double *P, const double *sh, const double *sP, size_t from,
                     size_t to);

#endif
