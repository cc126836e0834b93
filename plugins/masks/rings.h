/* Outliers among the pixels of one ring.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef MASKS_RINGS_H
#define MASKS_RINGS_H

#include "azimuthal/integrator.h"

/* Which pixels lie on which ring: those of ring b are pixel[start[b]] ... pixel[start[b + 1] - 1]. */
struct rings {
    size_t n, longest;
    size_t *pixel, *start;
};
/* From an integrator without splitting.  false: no memory.  rings_clear() also after a failure. */
bool rings_make(struct rings *r, const struct integrator *it);
void rings_clear(struct rings *r);

enum ring_method { RING_MAD, RING_SIGMA_CLIP }; /* in the order of the parameter's choices */

struct ring_rule {
    enum ring_method method;
    double threshold;
    int iterations;
};

/* Memory for one ring, each of the longest one's length. */
struct ring_work {
    double *value, *guard, *sort, *norm, *variance;
    size_t *pixel;
};

/* Fewer pixels than this are not judged. */
#define RING_TOO_FEW 5

/* Sets mask[i] for the outliers of ring b, and returns how many there are.  signal (NaN: not measured) and
 * variance are those of the whole frame, as frame_load() gives them. */
size_t ring_outliers(const struct rings *r, size_t b, const struct ring_rule *rule,
                     const struct integrator *it, const struct frame *f, const double *signal,
                     const double *variance, struct ring_work *work, uint8_t *mask);

#endif
