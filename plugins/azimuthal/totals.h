/* What batches correct the sums of a frame with, from the sums that the matrix was made with.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef AZIMUTHAL_TOTALS_H
#define AZIMUTHAL_TOTALS_H

#include "batch.h"

/* For batch_totals_free(); NULL: no memory. */
struct batch_totals *totals_make(const struct integrator *it);

#endif
