/* What an analysis of the model glass should find, from the closed form.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef SIMULATE_TRUTH_H
#define SIMULATE_TRUTH_H

#include "structure.h"

/* Integral of S over a window of Q, and its first moment. */
void truth_first_peak(const struct structure_sample *sample, double temperature, double from, double to,
                      double *area, double *moment);
/* Integral of G where it is not negative, around its maximum within 0.8 angstrom of `position`; NaN: no
   maximum. */
double truth_shell(const struct structure_sample *sample, double temperature, double position);
/* Where two straight lines that meet describe the area of the first peak best, between Tg - 20 and 400 K;
 * by least squares over temperatures from 320 K to Tg - 6, each 2 K from 303 K. */
double truth_kink(const struct structure_sample *sample, double from, double to);

#endif
