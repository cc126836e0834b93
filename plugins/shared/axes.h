/* Do two datasets lie on the same axes?
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef SHARED_AXES_H
#define SHARED_AXES_H

#include <stdbool.h>
#include <stddef.h>

/* Names and units, each of which may be NULL. */
bool same_text(const char *a, const char *b);

/* The first of n positions at which two axes differ; n: none does.  NULL is the plain index, and differs from any other
 * axis at once.  Positions may differ by rounding, in a file with few digits as well: by a millionth of their distance. */
size_t axes_differ(const double *a, const double *b, size_t n);

#endif
