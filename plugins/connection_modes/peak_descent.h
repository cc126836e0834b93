/* A quick way to the minimum of a sum of Gaussians, for fit_run().
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef CONNECTION_MODES_PEAK_DESCENT_H
#define CONNECTION_MODES_PEAK_DESCENT_H

#include "peak_sums.h"

/* Where the problem's data is a struct peak_points with work space, areas are bounded by 0 alone, and no
 * centre or width is held. */
bool peaks_descend(struct fit_descent *d);

#endif
