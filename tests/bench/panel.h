/* panel.h: the detector that integrate and robust look at, as panel.py gives it to pyFAI: 2048 x 2048 pixels,
 * of which 1.7 % are gaps, and 2,000 bins of Q.
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "azimuthal/integrator.h"

#include <math.h>
#include <stdlib.h>

#define SIDE 2048
#define N    ((size_t)SIDE * SIDE)
#define NPT  2000

typedef enum integrator_status maker(struct integrator *, const struct integrator_input *);

static inline enum integrator_status panel_make(struct integrator *it, enum split split, maker *make)
{
    struct geometry g = {.dist = 0.35, .poni1 = 0.21, .poni2 = 0.2, .rot1 = 0.005, .wavelength = 1.173e-11,
                         .pixel1 = 2e-4, .pixel2 = 2e-4, .orientation = 3, .rows = SIDE, .cols = SIDE};
    struct correction k = {.solid_angle = 1, .polarization_factor = NAN, .converter_transmission = NAN};
    geometry_turn(&g);
    uint8_t *skip = malloc(N);
    for (size_t i = 0; i < N; i++)
        skip[i] = i / SIDE % 300 < 5;
    struct integrator_input in = {.geometry = &g, .correction = &k, .unit = RADIAL_Q, .split = split,
                                  .npt = NPT, .from = NAN, .to = NAN, .n_azim = 1, .azimuth_from = NAN,
                                  .azimuth_to = NAN, .skip = skip};
    enum integrator_status status = make(it, &in);
    free(skip);
    return status;
}

static inline size_t panel_bytes(bool f32)
{
    return N * (f32 ? sizeof(float) : sizeof(uint16_t));
}

/* Counts, all of them valid. */
static inline struct frame panel_frame(const void *raw, bool f32)
{
    return (struct frame){.dtype = f32 ? FRIT_F32 : FRIT_U16, .raw = raw, .valid_from = -1e300,
                          .valid_to = 1e300, .variance = VARIANCE_COUNTS, .dark_scale = 1};
}
