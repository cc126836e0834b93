/* Standard atomic weights, for the step from a density to a number of atoms.
 *
 * Abridged to five significant digits (iodine and caesium, of one isotope each, to six: five would leave
 * 2e-6 in the attenuation of caesium iodide): IUPAC Commission on Isotopic Abundances and Atomic Weights,
 * T. Prohaska et al., Standard atomic weights of the elements 2021, Pure Appl. Chem. 94 (2022) 573,
 * doi:10.1515/pac-2019-0603, table 2.  (The weights in xraylib are older: Cu 63.54, Zr 91.22.)
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "shared/atomic_weights.h"

#include <math.h>

static const double weights[] = {    /* by atomic number; 0: none */
    0,
    1.0080, 4.0026,                                                                         /* H He */
    6.94, 9.0122, 10.81, 12.011, 14.007, 15.999, 18.998, 20.180,                            /* Li - Ne */
    22.990, 24.305, 26.982, 28.085, 30.974, 32.06, 35.45, 39.95,                            /* Na - Ar */
    39.098, 40.078, 44.956, 47.867, 50.942, 51.996, 54.938, 55.845, 58.933,                 /* K - Co */
    58.693, 63.546, 65.38, 69.723, 72.630, 74.922, 78.971, 79.904, 83.798,                  /* Ni - Kr */
    85.468, 87.62, 88.906, 91.224, 92.906, 95.95, 0, 101.07, 102.91,                        /* Rb - Rh */
    106.42, 107.87, 112.41, 114.82, 118.71, 121.76, 127.60, 126.904, 131.29,                 /* Pd - Xe */
    132.905, 137.33,                                                                         /* Cs Ba */
    138.91, 140.12, 140.91, 144.24, 0, 150.36, 151.96, 157.25,                              /* La - Gd */
    158.93, 162.50, 164.93, 167.26, 168.93, 173.05, 174.97,                                 /* Tb - Lu */
    178.49, 180.95, 183.84, 186.21, 190.23, 192.22, 195.08, 196.97, 200.59,                 /* Hf - Hg */
    204.38, 207.2, 208.98, 0, 0, 0,                                                         /* Tl - Rn */
    0, 0, 0, 232.04, 231.04, 238.03                                                         /* Fr - U */
};

double atomic_weight(int Z)
{
    if (Z < 1 || Z >= (int)(sizeof weights / sizeof *weights) || weights[Z] == 0)
        return NAN;
    return weights[Z];
}

double mean_atomic_weight(const frit_composition *composition)
{
    double sum = 0;
    for (size_t i = 0; i < composition->n; i++)
        sum += composition->fraction[i] * atomic_weight(composition->Z[i]);
    return sum;
}

double atomic_number_density(const frit_composition *composition, double density)
{
    const double avogadro = 6.02214076e23;      /* 1/mol, exact */
    const double cubic_angstrom = 1e-24;        /* cm^3 */
    return density * avogadro / mean_atomic_weight(composition) * cubic_angstrom;
}
