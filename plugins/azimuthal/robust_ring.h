/* One ring of a frame, all of whose pixels have been brought together.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef AZIMUTHAL_ROBUST_RING_H
#define AZIMUTHAL_ROBUST_RING_H

#include "robust_kernel.h"

/* Between these the ring before kept all values by their norm: the next one is searched for others before
 * its mean is known.  low > high: it is not known.  A guess saves time, and changes no result. */
struct ring_guess {
    double low, high;
};

struct ring_frame {
    const struct robust_job *job;
    struct ring_guess *guess;
    double pedestal;   /* that was subtracted from the values */
    float offset_rest; /* of the dark's own pedestal, that was not */
    bool quick;        /* values are as the frame has them; else the dark is subtracted */
    int32_t *key;      /* memory for the longest ring */
    uint32_t *doubts;  /* for two numbers of each vector of it */
    struct robust_ahead *ahead; /* what may be fetched meanwhile */
};

/* A ring of numbers of 16 bits: sums of them are exact, so that those left out can be subtracted.  They
 * become single precision only where that is needed. */
struct ring_short {
    const uint16_t *value; /* NULL: it is none */
    bool is_signed;
};

/* Into the job's result.  values, and variances where the frame was read in double, are overwritten; values
 * come from `whole` where it is one. */
void ring_finish(const struct ring_frame *rf, size_t ring, float *values, float *variances,
                 const struct ring_short *whole);

#endif
