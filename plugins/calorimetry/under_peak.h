/* The baseline under a peak.  Arrays and numbers alone.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef CALORIMETRY_UNDER_PEAK_H
#define CALORIMETRY_UNDER_PEAK_H

#include "curve.h"

enum baseline_kind { BASELINE_LINEAR, BASELINE_SIGMOIDAL, BASELINE_TANGENTIAL };

struct peak_baseline {
    size_t first, n;        /* the points from limit to limit */
    double *base;           /* of each of them */
    double area;            /* curve less baseline, over temperature */
    double variance;        /* of the area, from the scatter about the lines beside the peak */
    struct line left, right;
};

/* From and to are the limits of the peak; the lines beside it are fitted over `side` K before and behind.
 * linear: from limit to limit, straight.  sigmoidal: from the level on the left to that on the right, in
 * proportion to the area that has gone by.  tangential: the same between the two lines continued.
 * base holds n numbers.  NULL, or why not. */
const char *under_peak(const struct thermal_curve *k, double from, double to, double side,
                       enum baseline_kind kind, double *base, struct peak_baseline *b);

#endif
