/* The detector of the simulation: its parameters, and where its pixels are.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef SIMULATE_DETECTOR_H
#define SIMULATE_DETECTOR_H

#include "shared/geometry.h"
#include "plugin.h"

struct detector {
    double  dist, poni1, poni2, rot1, rot2, rot3, wavelength, pixel;
    int64_t rows, columns;
};

/* For a field `struct detector detector` in the parameters T. */
#define DETECTOR_F64(T, f, unit_, def_, min_, max_, doc_)                                                    \
    {                                                                                                        \
        .name = #f, .type = FRIT_TYPE_F64, .offset = FRIT_OFFSET(T, detector.f, double), .def = def_,        \
        .min = min_, .max = max_, .unit = unit_, .doc = doc_                                                 \
    }
#define DETECTOR_I64(T, f, doc_)                                                                             \
    {                                                                                                        \
        .name = #f, .type = FRIT_TYPE_I64, .offset = FRIT_OFFSET(T, detector.f, int64_t), .def = 1024,       \
        .min = 1, .max = 16384, .unit = "1", .doc = doc_                                                     \
    }
#define DETECTOR_PARAMS(T) \
    DETECTOR_F64(T, dist, "m", 0.35, 1e-3, 1e3, "distance from the sample to the detector's plane"), \
    DETECTOR_F64(T, poni1, "m", 0.2032, -10, 10, "point of normal incidence along the rows' dimension"), \
    DETECTOR_F64(T, poni2, "m", 0.2061, -10, 10, "point of normal incidence along the columns' dimension"), \
    DETECTOR_F64(T, rot1, "rad", 0.0052, -1, 1, "first rotation, about the vertical axis"), \
    DETECTOR_F64(T, rot2, "rad", -0.0035, -1, 1, "second rotation, about the horizontal axis"), \
    DETECTOR_F64(T, rot3, "rad", 0, -7, 7, "third rotation, about the beam"), \
    DETECTOR_F64(T, wavelength, "m", 1.173e-11, 1.6e-12, 1e-10, \
                 "a bare number is in metres; \"0.1173 angstrom\" says its unit"), \
    DETECTOR_F64(T, pixel, "m", 4e-4, 1e-6, 1e-2, "side of a square pixel"), \
    DETECTOR_I64(T, rows, "pixels along the first dimension"), \
    DETECTOR_I64(T, columns, "pixels along the second dimension")

struct geometry detector_geometry(const struct detector *);

/* In which a beam stop, a disc on an arm that leads to larger columns, hides a pixel. */
struct stop {
    double row, column;    /* of the beam, in pixels */
    double radius, arm;    /* of the disc; half the arm's width; in pixels */
};
/* From lengths in m, both grown by a margin.  Without a beam on the detector nothing is hidden. */
struct stop detector_stop(const struct detector *, double radius, double arm_width, double margin);
bool        stop_hides(const struct stop *, size_t row, size_t column);

#endif
