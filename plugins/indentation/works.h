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
};

/* Points 0 to peak are loading and hold, peak to end the unloading.  fit: closes the curve; NULL: as
 * measured. */
void works_of(const double *h, const double *P, size_t peak, size_t end, const struct unload_fit *fit,
              struct works *w);

#endif
