/* Standard atomic weights.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef SCATTERING_ATOMIC_WEIGHTS_H
#define SCATTERING_ATOMIC_WEIGHTS_H

#include "plugin.h"

/* g/mol; NaN for an element that has no standard atomic weight (technetium, promethium, polonium, ...). */
double atomic_weight(int Z);
/* Of a composition: the mean over its atoms, in g/mol; NaN where one has none. */
double mean_atomic_weight(const frit_composition *composition);
/* Atoms per cubic angstrom of a sample with this density in g/cm^3; NaN where a weight is missing. */
double atomic_number_density(const frit_composition *composition, double density);

#endif
