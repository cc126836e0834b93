/* Reads a calibration from a .poni file.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef AZIMUTHAL_PONI_H
#define AZIMUTHAL_PONI_H

#include <stdbool.h>
#include <stddef.h>

/* What the file holds; NaN and 0: it does not say.  Lengths in m, angles in rad. */
struct poni {
    double dist, poni1, poni2, rot1, rot2, rot3, wavelength;
    double pixel1, pixel2;
    int orientation;       /* 1 to 4 */
    size_t rows, cols;     /* of the detector */
    bool unknown_detector; /* a name that is not in the table: taken as flat, with a regular grid of pixels */
    char detector[64];
};

/* false: why says what is wrong, and where.  Free it with g_free(). */
bool poni_read(const char *path, struct poni *poni, char **why);

/* The detectors whose pixels form one regular grid; by their names in pyFAI. */
struct detector {
    const char *name; /* in lower case, without spaces and signs */
    double pixel;
    size_t rows, cols; /* 0: depends on the binning */
};
const struct detector *detector_find(const char *name);

/* Limits of what a wavelength in metres may be: 0.001 to 100 angstrom. */
#define WAVELENGTH_MIN 1e-13
#define WAVELENGTH_MAX 1e-8

#endif
