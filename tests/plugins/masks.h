/* What the tests of masks share.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "azimuthal.h"

/* Masked pixels of a mask, which holds 0 and 1 alone. */
static inline size_t count(const frit_dataset *d)
{
    size_t n = 0;
    g_assert_cmpint(d->dtype, ==, FRIT_U8);
    for (size_t i = 0; i < d->shape[0] * d->shape[1]; i++) {
        g_assert_cmpuint(((uint8_t *)d->data)[i], <=, 1);
        n += ((uint8_t *)d->data)[i];
    }
    return n;
}

static inline double attribute(const frit_dataset *d, const char *name)
{
    const frit_attribute *a = frit_dataset_attribute(d, name);
    g_assert_nonnull(a);
    return a->value;
}
