/* Double scattering in a plate across the beam.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef CORRECTIONS_DOUBLE_SCATTERING_H
#define CORRECTIONS_DOUBLE_SCATTERING_H

enum { DOUBLE_TABLE = 4096, DOUBLE_NODES = 16 * 40, DOUBLE_AZIMUTHS = 16 + 32 + 48 + 96 + 192 };

/* What the integral needs, whatever the angle; 50 kB. */
struct double_scattering {
    double depth;                      /* mu t */
    double strength;                   /* n r_e^2/mu: scattering per e.u. and steradian over attenuation */
    double sigma[DOUBLE_TABLE + 3];    /* e.u. per atom; sin(theta) = (index - 1)/DOUBLE_TABLE */
    double cosine[DOUBLE_NODES];       /* of the first scattering */
    double weight[DOUBLE_NODES];       /* sigma is in it */
    double cos_azimuth[DOUBLE_AZIMUTHS];
};

/* Nodes and weights, from depth, strength and sigma. */
void double_scattering_prepare(struct double_scattering *d);
/* Doubly scattered intensity over A, in e.u. per atom, at this cos(2 theta) > 0. */
double double_scattering_at(const struct double_scattering *d, double cos_two_theta);

#endif
