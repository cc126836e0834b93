/* What the steps share that go through frames pixel by pixel: the input ports, the plan made from geometry,
 * mask, dark and flat, and the reading of one frame.
 *
 * The parameters of such a step are a struct azimuthal, or a struct that begins with one.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef AZIMUTHAL_FRAME_PLAN_H
#define AZIMUTHAL_FRAME_PLAN_H

#include "azimuthal.h"
#include "integrator.h"

enum { FRAME, MASK, DARK, FLAT, MONITOR };

#define OF_THE_PLAN (FRIT_PORT_OPTIONAL | FRIT_PORT_PLAN)

#define FRAME_PORTS FRAME_PORTS_BY(0)
#define FRAME_PORTS_BY(frame_flags) \
    [FRAME] = { .name = "frame", .unit = "*", .ndim = 2, .dtypes = FRIT_ACCEPTS_ALL, .flags = frame_flags, \
        .doc = "image of the detector; pixels that are masked or not finite are left out, frame by frame" }, \
    [MASK] = { .name = "mask", .unit = "*", .ndim = 2, .dtypes = FRIT_ACCEPTS_ALL, .flags = OF_THE_PLAN, \
        .doc = "pixels to leave out of all frames: those that are not 0" }, \
    [DARK] = { .name = "dark", .unit = "*", .ndim = 2, .dtypes = FRIT_ACCEPTS_ALL, .flags = OF_THE_PLAN, \
        .doc = "image without beam, subtracted; its sigma, where it has one, enters the variance" }, \
    [FLAT] = { .name = "flat", .unit = "1", .ndim = 2, .dtypes = FRIT_ACCEPTS_ALL, .flags = OF_THE_PLAN, \
        .doc = "relative sensitivity of the pixels, about 1; those that are not above 0 are left out" }

#define MONITOR_PORT { .name = "monitor", .unit = "1", .ndim = 0, .flags = FRIT_PORT_OPTIONAL, \
        .doc = "intensity I0 of the beam during the frame, relative: divides the curve" }

struct frame_plan {
    struct integrator integrator;
    double wavelength; /* m; NaN: not known */
    struct batch_totals *totals; /* of batches; the step's own */
};

/* The parameters alone, for check(): all of them; those of frames; those of geometry and bins. */
frit_status frame_plan_check(frit_call *c, enum radial unit);
frit_status frame_plan_check_frames(frit_call *c);
frit_status frame_plan_check_bins(frit_call *c, enum radial unit);
/* For prepare(): *plan is set as soon as there is something to free.  n_azim rows of bins; from -180 degrees
 * on where there is no azimuth_range. */
frit_status frame_plan_make(frit_call *c, enum radial unit, enum split split, size_t n_azim, void **plan);
/* The same, the integrator made in another way. */
typedef enum integrator_status integrator_maker(struct integrator *, const struct integrator_input *);
frit_status frame_plan_make_by(frit_call *c, enum radial unit, enum split split, size_t n_azim,
                               integrator_maker *maker, void **plan);
/* The integrator alone, from a geometry whose shape is known, and the images at those ports.  frame_unit:
 * what the dark's has to be; NULL: any. */
struct frame_plan_ports {
    uint32_t mask, dark, flat;
    bool keeps; /* the matrix is the call's output 0; the dark only tells which pixels to leave out */
};
frit_status frame_plan_integrator(frit_call *c, enum radial unit, enum split split, size_t n_azim,
                                  const struct geometry *g, const struct frame_plan_ports *ports,
                                  const char *frame_unit, integrator_maker *maker, struct integrator *it);
/* For an integrator that has its matrix: the dark at a port, in place where its type allows, and its variance, where
 * there are such; how many of the pixels that count are no numbers in it. */
frit_status frame_plan_take_dark(frit_call *c, uint32_t port, const char *unit, struct integrator *it,
                                 size_t *lacks);
/* The same precision for a dark that was given without a matrix: the bits of a batch depend on it. */
frit_status frame_plan_narrow_dark(frit_call *c, uint32_t port, struct integrator *it);
/* Makes the host's threads those of the integrator. */
void        frame_plan_parallel(frit_call *c, struct integrator_input *in);
void        frame_plan_free(void *plan);

/* How the element at FRAME is to be read: its view lives as long as v does. */
frit_status frame_of(frit_call *c, const struct frame_plan *plan, const frit_view *v, struct frame *f);
/* Reads it, and sums it into the plan's bins; the sums are scratch memory of the call. */
frit_status frame_plan_sum(frit_call *c, const struct frame_plan *plan, struct frame *f, struct sums *s);
/* What the sums are divided by beside their norm: the monitor at that port, and the exposure. */
frit_status frame_divisor(frit_call *c, uint32_t monitor, double *divisor);
/* Sets the wavelength, where it is known, at an output that is wanted. */
void        frame_plan_attributes(frit_call *c, const struct frame_plan *plan, uint32_t port);

#endif
