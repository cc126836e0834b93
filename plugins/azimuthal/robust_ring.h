/* One ring of a frame, all of whose pixels have been brought together.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef AZIMUTHAL_ROBUST_RING_H
#define AZIMUTHAL_ROBUST_RING_H

#include "robust_kernel.h"

struct ring_frame {
    const struct robust_job *job;
    double pedestal;   /* that was subtracted from the values */
    float offset_rest; /* of the dark's own pedestal, that was not */
    bool quick;        /* values are as the frame has them; else the dark is subtracted */
    int32_t *key;      /* memory for the longest ring */
};

/* A ring of numbers of 16 bits: sums of them are exact, so that those left out can be subtracted. */
struct ring_short {
    const uint16_t *value;
    bool is_signed;
    double sum;
    float least; /* less the pedestal */
};

/* Into the job's result.  values, and variances where the frame was read in double, are overwritten; with
 * `whole` the values are NaN behind the last one, and otherwise all count. */
void ring_finish(const struct ring_frame *rf, size_t ring, float *values, float *variances,
                 const struct ring_short *whole);

#endif
