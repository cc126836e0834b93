/* Which of many numbers are no measurement: not finite, or out of the limits that a reader was given.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef SHARED_INVALID_H
#define SHARED_INVALID_H

#include "plugin.h"

/* How many of n values are not finite, under `min`, or over `max` (NaN: no such limit).  Where mask is not
 * NULL, it becomes 1 there; elsewhere it stays as it is. */
size_t invalid_find(frit_dtype dtype, const void *values, size_t n, double min, double max, uint8_t *mask);

#endif
