/* Where the pixels of a flat detector are.
 *
 * Kieffer & Karkoulis, J. Phys. Conf. Ser. 425 (2013) 202012, doi:10.1088/1742-6596/425/20/202012;
 * the orientation is that of pyFAI 2023.8 and later.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "geometry.h"
#include "absorbed.h"

#include <math.h>

#define PI      3.14159265358979323846
#define DEGREES (180 / PI)

void geometry_turn(struct geometry *g)
{
    double s1 = sin(g->rot1), c1 = cos(g->rot1);
    double s2 = sin(g->rot2), c2 = cos(g->rot2);
    double s3 = sin(g->rot3), c3 = cos(g->rot3);
    /* The image is mirrored in the sample's frame as well: chi keeps its sense in the picture. */
    double up = g->orientation == 1 || g->orientation == 2 ? -1.0 : 1.0;
    double side = g->orientation == 1 || g->orientation == 4 ? -1.0 : 1.0;

    g->turn[0][0] = up * (c2 * c3);
    g->turn[0][1] = up * (c3 * s1 * s2 - c1 * s3);
    g->turn[0][2] = up * -(c1 * c3 * s2 + s1 * s3);
    g->turn[1][0] = side * (c2 * s3);
    g->turn[1][1] = side * (c1 * c3 + s1 * s2 * s3);
    g->turn[1][2] = side * (c3 * s1 - c1 * s2 * s3);
    g->turn[2][0] = s2;
    g->turn[2][1] = -c2 * s1;
    g->turn[2][2] = c1 * c2;
}

/* The mean of z over the absorbed photons, exp(-mu z/cos alpha) for 0 < z < h:
 * h [1/tau - 1/(e^tau - 1)], tau = mu h/cos alpha.  The two terms nearly cancel for small tau: its series. */
double absorption_depth(double mu, double thickness, double cos_incidence)
{
    double tau = mu * thickness / cos_incidence;
    if (tau < 0.05)
        return thickness * (0.5 - tau / 12 * (1 - tau * tau / 60 * (1 - tau * tau / 42)));
    return thickness * (1 / tau - 1 / expm1(tau));
}

/* The photons of a pixel came in along the ray to the mean depth under it: (p1, p2, dist + depth).  The
 * depth depends weakly on the ray's angle: a turn is closer by thickness/dist, 8 reach the last digit. */
static double effective_distance(const struct geometry *g, double p1, double p2)
{
    double p3 = g->dist;
    for (int turn = 0; g->sensor_thickness > 0 && turn < 8; turn++) {
        double cos_incidence = p3 / sqrt(p3 * p3 + p1 * p1 + p2 * p2);
        p3 = g->dist + absorption_depth(g->sensor_mu, g->sensor_thickness, cos_incidence);
    }
    return p3;
}

struct point geometry_point(const struct geometry *g, double row, double col)
{
    if (g->orientation == 1 || g->orientation == 2)
        row = (double)g->rows - row;
    if (g->orientation == 1 || g->orientation == 4)
        col = (double)g->cols - col;

    double p1 = g->pixel1 * row - g->poni1;
    double p2 = g->pixel2 * col - g->poni2;
    double p3 = effective_distance(g, p1, p2);
    struct point p = {
        .t1 = g->turn[0][0] * p1 + g->turn[0][1] * p2 + g->turn[0][2] * p3,
        .t2 = g->turn[1][0] * p1 + g->turn[1][1] * p2 + g->turn[1][2] * p3,
        .t3 = g->turn[2][0] * p1 + g->turn[2][1] * p2 + g->turn[2][2] * p3,
        .cos_incidence = p3 / sqrt(p3 * p3 + p1 * p1 + p2 * p2),
    };
    return p;
}

/* The third row of turn is the beam's direction seen from the detector. */
bool geometry_beam(const struct geometry *g, double *row, double *col)
{
    const double *beam = g->turn[2];
    if (!(beam[2] > 0))
        return false;
    *row = (g->poni1 + g->dist * beam[0] / beam[2]) / g->pixel1;
    *col = (g->poni2 + g->dist * beam[1] / beam[2]) / g->pixel2;
    if (g->orientation == 1 || g->orientation == 2)
        *row = (double)g->rows - *row;
    if (g->orientation == 1 || g->orientation == 4)
        *col = (double)g->cols - *col;
    return true;
}

double point_two_theta(const struct point *p)
{
    return atan2(sqrt(p->t1 * p->t1 + p->t2 * p->t2), p->t3);
}

double point_chi(const struct point *p)
{
    return atan2(p->t1, p->t2);
}

/* sin(theta) by half-angle formulae: no loss of digits at either end, and no arc tangent. */
double point_q(const struct point *p, double wavelength)
{
    double r2 = p->t1 * p->t1 + p->t2 * p->t2;
    double d = sqrt(r2 + p->t3 * p->t3);
    double sin_theta = p->t3 > 0 ? sqrt(r2 / (2 * d * (d + p->t3))) : sqrt((d - p->t3) / (2 * d));
    return 4e-10 * PI / wavelength * sin_theta;
}

double point_radial(const struct point *p, enum radial unit, double wavelength)
{
    return unit == RADIAL_Q ? point_q(p, wavelength) : DEGREES * point_two_theta(p);
}

/* The pixel looks smaller by the cosine, and is farther away by its inverse, squared. */
double solid_angle(double cos_incidence)
{
    return cos_incidence * cos_incidence * cos_incidence;
}

/* sin^2(2 theta) cos 2(chi + chi0) in Cartesian form: no angle is needed, none undefined in the beam. */
double polarization(const struct point *p, double factor, double azimuth)
{
    double r2 = p->t1 * p->t1 + p->t2 * p->t2;
    double d2 = r2 + p->t3 * p->t3;
    double horizontal =
        cos(2 * azimuth) * (p->t2 * p->t2 - p->t1 * p->t1) - sin(2 * azimuth) * 2 * p->t1 * p->t2;
    return 0.5 * (1 + p->t3 * p->t3 / d2 - factor * horizontal / d2);
}

/* Absorbed fraction 1 - t^(1/cos) relative to that at normal incidence, 1 - t. */
double converter_efficiency(double cos_incidence, double transmission)
{
    if (transmission >= 1)
        return 1 / cos_incidence;
    double mu_h = -log(transmission);
    return absorbed(mu_h / cos_incidence) / absorbed(mu_h);
}

double correction_of(const struct correction *k, const struct point *p)
{
    double f = 1;
    if (k->solid_angle)
        f *= solid_angle(p->cos_incidence);
    if (!isnan(k->polarization_factor))
        f *= polarization(p, k->polarization_factor, k->polarization_azimuth);
    if (!isnan(k->converter_transmission))
        f *= converter_efficiency(p->cos_incidence, k->converter_transmission);
    return f;
}
