/* The unloads of a reference, from all tests of a series: what the calibrations begin with.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef INDENTATION_REFERENCE_H
#define INDENTATION_REFERENCE_H

#include "plugin.h"

#define EACH_DIMENSION(x)                                                                                    \
    {                                                                                                        \
        x, x, x, x, x, x, x, x                                                                               \
    }
#define REFERENCE_INPUT(n, u, d)                                                                             \
    {                                                                                                        \
        .name = n, .unit = u, .ndim = FRIT_ANY_NDIM, .axis_unit = EACH_DIMENSION("*"),                       \
        .flags = FRIT_PORT_SERIES, .doc = d                                                                  \
    }
#define REFERENCE_INPUTS                                                                                     \
    REFERENCE_INPUT("stiffness", "N/m",                                                                      \
                    "of each unload, from oliver_pharr or oliver_pharr_cycles on the reference"),            \
        REFERENCE_INPUT("max_load", "mN", "likewise"), REFERENCE_INPUT("max_depth", "nm", "likewise")

struct reference {
    size_t n, left_out;
    double *S, *P, *h; /* mN/nm, mN, nm: all positive */
};

/* The inputs 0 to 2; unloads that are not there, or not positive, are left out and counted. */
frit_status reference_read(frit_call *c, struct reference *r);

#endif
