/* Attenuation of X-rays in a material, from xraylib's tables.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef CORRECTIONS_MATERIAL_H
#define CORRECTIONS_MATERIAL_H

#include "plugin.h"

#define HC_KEV_ANGSTROM 12.398419843320026
#define ELECTRON_REST_KEV 510.99895

/* g/mol, of one atom of the material on the average; NaN where an element has no atomic weight. */
double material_weight(const frit_composition *composition);

/* Mass attenuation coefficient in cm^2/g at an energy in keV: all that leaves the beam; and all but what is
 * scattered coherently, for a detector, which absorbs that further on.  NaN where there is no table. */
double material_attenuation(const frit_composition *composition, double energy);
double material_absorption(const frit_composition *composition, double energy);

/* Of an atom in electron units: <f^2> + S_inc at Q in 1/angstrom; NaN where there is no table. */
double material_free_atoms(const frit_composition *composition, double Q);

/* Photons scattered per second and beam intensity, in any direction: Rayleigh and Compton, cm^2/g. */
double material_scattering(const frit_composition *composition, double energy);

#endif
