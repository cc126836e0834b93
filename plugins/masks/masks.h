/* What the steps of this plugin share.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef MASKS_H
#define MASKS_H

#include "azimuthal/azimuthal.h"

/* The frame that a mask is for. */
#define SHAPE_PORT \
    { .name = "frame", .unit = "*", .ndim = 2, .dtypes = FRIT_ACCEPTS_ALL, \
      .doc = "any image of the detector: only its shape counts" }
#define MASK_PORT(doc_) \
    { .name = "mask", .unit = "1", .ndim = 2, .dtypes = FRIT_ACCEPTS(FRIT_U8), .doc = doc_ }

/* Is value i of an image used as a mask a masked one?  What is itself masked or NaN is. */
bool mask_is_set(const frit_view *v, size_t i);
/* The same for all values at once. */
void mask_add(const frit_view *v, uint8_t *mask);

/* ---- The steps ---- */

struct beam_stop {
    struct azimuthal azimuthal; /* of which GEOMETRY_PARAMS alone */
    double           row, column, radius, arm_angle, arm_width;
};
extern const frit_port  beam_stop_inputs[], beam_stop_outputs[];
extern const frit_param beam_stop_params[];
frit_status beam_stop_check(frit_call *c);
frit_status beam_stop_run(frit_call *c);

struct polygon {
    frit_array vertices;
    int32_t    side;
};
extern const frit_port  polygon_inputs[], polygon_outputs[];
extern const frit_param polygon_params[];
frit_status polygon_check(frit_call *c);
frit_status polygon_run(frit_call *c);

struct combine {
    double grow;
};
extern const frit_port  combine_inputs[], combine_outputs[];
extern const frit_param combine_params[];
frit_status combine_run(frit_call *c);

struct bad_pixels {
    int64_t neighbours;
    double  threshold, gain, dead_below, line_fraction;
};
extern const frit_port  bad_pixels_inputs[], bad_pixels_outputs[];
extern const frit_param bad_pixels_params[];
frit_status bad_pixels_run(frit_call *c);

struct outliers {
    struct azimuthal azimuthal; /* all of it */
    int32_t          method;
    double           threshold;
    int64_t          iterations;
};
extern const frit_port  outliers_inputs[], outliers_outputs[];
extern const frit_param outliers_params[];
frit_status outliers_check(frit_call *c);
frit_status outliers_prepare(frit_call *c, void **plan);
void        outliers_release(void *plan);
frit_status outliers_run(frit_call *c);

#endif
