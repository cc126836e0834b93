/* Where the pixels of a flat detector are: angles, scattering vector, and the factors that
 * every pixel's counts are divided by.  The conventions are pyFAI's.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef SHARED_GEOMETRY_H
#define SHARED_GEOMETRY_H

#include <stdbool.h>
#include <stddef.h>

/* Lengths in m, angles in rad.  Index 1 is the slow dimension (rows), 2 the fast one. */
struct geometry {
    double dist, poni1, poni2;
    double rot1, rot2, rot3;
    double wavelength; /* NaN: not known */
    double pixel1, pixel2;
    int orientation; /* 1 to 4, EXIF's numbers; 3: the first pixel is nearest to the origin */
    size_t rows, cols;
    double turn[3][3]; /* laboratory = turn * (p1, p2, dist); filled by geometry_turn() */
    /* The layer behind the plane at dist, in which photons are absorbed: see absorption_depth().
     * thickness 0: they are recorded in the plane. */
    double sensor_mu, sensor_thickness; /* 1/m, m */
};

/* Fills turn from the rotations and the orientation. */
void geometry_turn(struct geometry *g);

enum radial { RADIAL_Q, RADIAL_TWO_THETA }; /* 1/angstrom; degrees */

/* A point of the detector, seen from the sample. */
struct point {
    double t1, t2, t3;    /* up, to the side, along the beam */
    double cos_incidence; /* of the angle between the ray and the detector's normal */
};

/* The point at the distances row and col, in pixels, from the corner of the first pixel:
 * (i + 0.5, j + 0.5) is the centre of pixel (i, j). */
struct point geometry_point(const struct geometry *g, double row, double col);

/* Where the beam, not scattered, meets the plane of the detector, in the same pixels.  false: nowhere. */
bool geometry_beam(const struct geometry *g, double *row, double *col);

/* Mean depth, along the normal, at which a layer absorbs the photons that it absorbs. */
double absorption_depth(double mu, double thickness, double cos_incidence);

double point_two_theta(const struct point *p);
double point_chi(const struct point *p);
double point_q(const struct point *p, double wavelength); /* 1/angstrom */
double point_radial(const struct point *p, enum radial unit, double wavelength);

/* What a pixel's counts are divided by, relative to a pixel at the point of normal incidence. */
struct correction {
    int solid_angle;
    double polarization_factor; /* NaN: none */
    double polarization_azimuth;
    double converter_transmission; /* NaN: none */
};
double solid_angle(double cos_incidence);
double polarization(const struct point *p, double factor, double azimuth);
double converter_efficiency(double cos_incidence, double transmission);
double correction_of(const struct correction *k, const struct point *p);

#endif
