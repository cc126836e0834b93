/* Scattering of X-rays by free atoms, from xraylib's tables, and its averages over a composition.
 *
 * Q in 1/angstrom throughout, wavelengths in angstrom; intensities in electron units (e.u.): that of
 * one free electron is 1.  Everything is per atom.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef SCATTERING_ATOMS_H
#define SCATTERING_ATOMS_H

#include <stdbool.h>

#include "plugin.h"

#define HC_KEV_ANGSTROM 12.398419843320026
#define ELECTRON_REST_KEV 510.99895

/* Does every element have its tables?  If not, *Z is the one that has none. */
bool atoms_have_tables(const frit_composition *composition, int *Z);

/* Form factor f(Q) and incoherent scattering function S_inc(Q) of an atom; NaN where there is no table. */
double atom_form_factor(int Z, double Q);
double atom_incoherent(int Z, double Q);

typedef struct atom_averages {
    double f_mean;       /* <f> */
    double f_mean_sq;    /* <f>^2 */
    double f_sq_mean;    /* <f^2> */
} atom_averages;
atom_averages atoms_average(const frit_composition *composition, double Q);
double atoms_incoherent(const frit_composition *composition, double Q);

/* P = E'/E of a photon that a free electron at rest scatters; NaN for
 * Q > 4 pi/wavelength, where there is no such angle. */
double recoil_ratio(double Q, double wavelength);

#endif
