/* What one frame and a batch of frames have in common.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef AZIMUTHAL_INTEGRATE_H
#define AZIMUTHAL_INTEGRATE_H

#include "azimuthal.h"
#include "frame_plan.h"
#include "matrix.h"

/* A frame that is whole in memory, by itself, and its outputs. */
frit_status integrate_view(frit_call *c, const struct frame_plan *plan, const frit_view *v);
/* The outputs alone. */
frit_status integrate_write(frit_call *c, const struct frame_plan *plan, const struct frame *f, const struct sums *s,
                            double divisor);

#endif
