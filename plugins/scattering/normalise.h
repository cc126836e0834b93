/* The two halves of the step normalise: what it takes and gives (normalise.c), and how it finds the scale
 * (find_scale.c).
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef SCATTERING_NORMALISE_H
#define SCATTERING_NORMALISE_H

#include "points.h"
#include "scattering.h"

enum { IN_INTENSITY, IN_COMPTON, IN_MULTIPLE, IN_FLUORESCENCE, IN_ALPHA, IN_FLUORESCENCE_SCALE, IN_DENSITY };
enum { OUT_S, OUT_ALPHA, OUT_FLUORESCENCE, OUT_ALPHA_KROGH_MOE, OUT_ALPHA_HIGH_Q, OUT_COVARIANCE };
enum { METHOD_LOW_R, METHOD_KROGH_MOE, METHOD_HIGH_Q, METHOD_LEAST_SQUARES };
enum { FABER_ZIMAN, ASHCROFT_LANGRETH };

typedef struct scale {
    scales used, krogh_moe, high_q;    /* slopes by place on the axis */
    bool   alpha_given;
    bool   has_fluorescence;           /* a shape, or a constant that was fitted */
    bool   has_sigma;
} scale;

/* From points to which everything has been added; sorts them. */
frit_status find_scale(frit_call *c, points *s, scale *k);

double normalise_density(frit_call *c);                      /* atoms per cubic angstrom, in run(); NaN: not known */
size_t normalise_low_r_rows(const normalise_params *p);    /* how many r low-r looks at */
const low_r_terms *normalise_low_r_terms(const frit_call *c);    /* in run(); may be NULL */
const char *normalise_alpha_unit(frit_call *c, const char *unit);             /* of the intensity's */

#endif
