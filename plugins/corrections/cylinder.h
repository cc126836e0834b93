/* Attenuation in a cylinder across the beam, alone or in a coaxial container.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef CORRECTIONS_CYLINDER_H
#define CORRECTIONS_CYLINDER_H

/* Radii in cm, mu in 1/cm; inner = outer: no container. */
struct cylinder {
    double inner, outer;
    double mu_sample, mu_container;
};
#define CYLINDER_DARKEST 60    /* the largest mu R for which the mean is right to 1e-7 */
enum cylinder_part { CYLINDER_SAMPLE, CYLINDER_CONTAINER };

/* Mean over one part of e^(-path), for a beam as wide as all of it.  The scattered ray makes the angle psi
 * with the beam, seen along the axis of the cylinder; it is `stretch` times longer than it looks there. */
double cylinder_factor(const struct cylinder *d, enum cylinder_part part, double psi, double stretch);

/* The same at the scattering angle two_theta: in the plane across the axis, or mean over the ring. */
double cylinder_in_plane(const struct cylinder *d, enum cylinder_part part, double two_theta);
double cylinder_on_ring(const struct cylinder *d, enum cylinder_part part, double two_theta);

#endif
