/* What a heated plate of the model glass scatters towards the detector, against Q.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef SIMULATE_INTENSITY_H
#define SIMULATE_INTENSITY_H

#include "structure.h"

#include <stdbool.h>
#include <stddef.h>

#define INTENSITY_STEP 0.005    /* 1/angstrom, between points of the grid; the first is at 0 */

enum intensity_multiple { MULTIPLE_OWN, MULTIPLE_FREE, MULTIPLE_NONE };

struct intensity_setup {
    double wavelength;              /* angstrom */
    double thickness;               /* of the sample, mm */
    double converter_thickness;     /* of CsI, mm */
    double fluorescence;            /* electrons per atom */
    double upstream;                /* share of the furnace's scattering that arises before the sample */
    enum intensity_multiple multiple;
};

struct intensity {
    struct structure_sample sample;
    size_t  n;                      /* points of the grid */
    double *state[STRUCTURE_STATES];    /* S of each */
    double *absorption;             /* A of the plate */
    double *f_mean_sq;              /* <f>^2 */
    double *constant;               /* what does not depend on the structure, electrons per atom, over A */
    double *multiple[2]; /* double scattering for each pair of states, at the strains 1 and strain_most */
    double  strain_most;
    double *furnace,
        *shadowed; /* electrons per atom of a plate of 0.3 mm: without the sample, and behind it */
};

/* All tables up to qmax; false: no memory, or a cross section that xraylib does not have. */
bool intensity_make(struct intensity *, const struct structure_sample *, const struct intensity_setup *,
                    double qmax);
void intensity_free(struct intensity *);
/* At each point of the grid: electrons per atom, times A. */
void intensity_sample(const struct intensity *, double temperature, double *electrons);

/* Cubic through the four points around x, in steps of the grid; 0 <= x <= n - 1. */
double intensity_at(const double *y, size_t n, double x);

/* Events per second of one electron per atom in a pixel of this solid angle: number density in
 * 1/angstrom^3, thickness in mm, flux in photons per second. */
double intensity_scale(double density, double thickness, double flux, double solid_angle);
/* Share of the beam that the converter takes at normal incidence. */
double intensity_efficiency(double wavelength, double converter_thickness);
double intensity_transmission(double wavelength, double converter_thickness);

#endif
