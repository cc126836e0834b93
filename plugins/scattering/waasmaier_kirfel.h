/* Form factors of free neutral atoms, by Waasmaier and Kirfel.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef SCATTERING_WAASMAIER_KIRFEL_H
#define SCATTERING_WAASMAIER_KIRFEL_H

#define WAASMAIER_KIRFEL_LAST 6.0    /* s, 1/angstrom: where the fit ends */

/* f0 at s = Q/4 pi in 1/angstrom; NaN beyond the table: Z from 1 to 98, s from 0 to 6. */
double waasmaier_kirfel(int Z, double s);

#endif
