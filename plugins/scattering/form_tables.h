/* Which form factors: the table, and whether with dispersion corrections.  For the steps that need them.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef SCATTERING_FORM_TABLES_H
#define SCATTERING_FORM_TABLES_H

#include <math.h>

#include "atoms.h"

struct form_tables {
    int32_t table;
    bool    anomalous;
    double  wavelength, energy;
};

/* The parameters that fill a struct form_tables, the member `tables` of T. */
#define FORM_TABLE_PARAMS(T) \
    { .name = "table", .type = FRIT_TYPE_CHOICE, .offset = FRIT_OFFSET(T, tables.table, int32_t), \
      .text = "xraylib|waasmaier-kirfel", \
      .doc = "form factors; what measurement and simulation share should come from one table" }, \
    { .name = "anomalous", .type = FRIT_TYPE_BOOL, .offset = FRIT_OFFSET(T, tables.anomalous, bool), \
      .max = 1, .doc = "add the dispersion corrections f' and f'' of xraylib; needs energy or wavelength" }, \
    { .name = "wavelength", .type = FRIT_TYPE_F64, .offset = FRIT_OFFSET(T, tables.wavelength, double), \
      .def = NAN, .min = 1e-3, .max = 100, .unit = "angstrom", .doc = "of the beam, for f' and f''" }, \
    { .name = "energy", .type = FRIT_TYPE_F64, .offset = FRIT_OFFSET(T, tables.energy, double), \
      .def = NAN, .min = 0.1, .max = 1e4, .unit = "keV", .doc = "of the beam, instead of the wavelength" }

/* Are the elements in the table, and is the energy known where it is needed? */
frit_status form_tables_check(frit_call *c, const struct form_tables *t, const frit_composition *composition);

/* Averages over the composition; NaN beyond the table.  With f'' the amplitudes are complex: f_mean is the
 * modulus of <f>, f_sq_mean the average of |f|^2. */
atom_averages form_tables_average(const struct form_tables *t, const frit_composition *composition, double Q);

/* Wavelength and energy given together, in angstrom and keV, must agree; false: they do not.  NaN: not
 * given. */
bool wavelength_agrees(double wavelength, double energy);

#endif
