/* Numbers of any type as double.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef SHARED_VALUES_H
#define SHARED_VALUES_H

#include "plugin.h"

/* n values, from the offset on.  64-bit integers beyond 2^53 are rounded. */
void values_as_double(frit_dtype dtype, const void *data, size_t offset, size_t n, double *out);

#endif
