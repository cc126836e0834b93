/* The specific heat of sapphire, the reference of three-curve measurements.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef CALORIMETRY_SAPPHIRE_H
#define CALORIMETRY_SAPPHIRE_H

#define SAPPHIRE_FROM 100.0
#define SAPPHIRE_TO   1200.0

/* J/(g K) of alpha-Al2O3 at T in K; NaN outside 100-1200 K. */
double sapphire_specific_heat(double T);
/* Its mean between two temperatures. */
double sapphire_mean(double from, double to);

#endif
