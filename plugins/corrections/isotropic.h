/* All orders of isotropic scattering in a plate across the beam.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef CORRECTIONS_ISOTROPIC_H
#define CORRECTIONS_ISOTROPIC_H

/* Exponential integral E_n(x) of order n = 1, 2 or 3, x > 0 (E_2 and E_3 also at 0). */
double exponential_integral(int n, double x);

enum { ISOTROPIC_LAYERS = 256 };
struct isotropic {
    double depth;                       /* mu t */
    double source[ISOTROPIC_LAYERS];    /* what orders 2 and up scatter, over what a thin first layer does */
};

/* albedo = scattering over attenuation, below 1. */
void isotropic_prepare(struct isotropic *s, double depth, double albedo);
/* Multiple over single scattering that leaves at the back at this cos(2 theta) > 0. */
double isotropic_ratio(const struct isotropic *s, double cos_two_theta);

#endif
