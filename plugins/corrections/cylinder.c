/* Attenuation in a cylinder across the beam, alone or in a coaxial container: the integrals of H. H.
 * Paalman and C. J. Pings, J. Appl. Phys. 33 (1962) 2635, doi:10.1063/1.1729034, by Gauss's rule.
 *
 * The beam runs along z, y is across.  The integrand has square roots where a ray touches a circle: panels
 * end there, and the nodes are drawn towards the ends by x = t^2 (3 - 2t), which makes a root smooth.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "cylinder.h"

#include <math.h>
#include <stddef.h>

#define PI 3.14159265358979323846

/* Gauss and Legendre, 16 points on -1 to 1. */
static const double node[] = {
    0.0950125098376374, 0.2816035507792589, 0.4580167776572274, 0.6178762444026438,
    0.7554044083550030, 0.8656312023878318, 0.9445750230732326, 0.9894009349916499
};
static const double weight[] = {
    0.1894506104550685, 0.1826034150449236, 0.1691565193950025, 0.1495959888165767,
    0.1246289712555339, 0.0951585116824928, 0.0622535239386479, 0.0271524594117541
};

/* The k-th of 16 points between a and b, drawn towards both; *w is its share of the integral. */
static double graded(double a, double b, int k, double *w)
{
    double t = 0.5 + (k % 2 ? 0.5 : -0.5) * node[k / 2];
    *w = (b - a) * 0.5 * weight[k / 2] * 6 * t * (1 - t);
    return a + (b - a) * t * t * (3 - 2 * t);
}

/* Optical path out of the cylinder of a ray whose distance from the axis is p, from the point at s along
 * it (s = 0 nearest to the axis). */
static double path(const struct cylinder *d, double s, double p)
{
    double outer = sqrt(fmax(d->outer * d->outer - p * p, 0));
    double left = fmax(outer - s, 0);
    if (fabs(p) >= d->inner)
        return d->mu_container * left;
    double inner = sqrt(d->inner * d->inner - p * p);
    double in_sample = s >= inner ? 0 : inner - fmax(s, -inner);
    return d->mu_sample * in_sample + d->mu_container * fmax(left - in_sample, 0);
}

struct ray {
    const struct cylinder *d;
    double                 cosine, sine;    /* of psi */
    double                 stretch;
    double                 sharpness;       /* the largest optical depth */
};

/* Sort, and drop what lies outside of from..to; both of them are in it afterwards. */
static size_t panels(double *at, size_t n, double from, double to)
{
    size_t kept = 0;
    at[n++] = from;
    at[n++] = to;
    for (size_t i = 0; i < n; i++) {
        double x = at[i];
        if (!(x >= from && x <= to))
            continue;
        size_t k = kept++;
        for (; k > 0 && at[k - 1] > x; k--)
            at[k] = at[k - 1];
        at[k] = x;
    }
    return kept;
}

/* The nodes follow a decay of about e^4 in a panel: more panels where the cylinder is darker. */
static int divisions(const struct ray *r, double share)
{
    return 1 + (int)fmin(r->sharpness * share / 4, 60);
}

/* Along z at this y. */
static double along(const struct ray *r, double y, double from, double to)
{
    double at[4], sum = 0;
    size_t n = 0;
    if (r->sine > 0 && r->d->inner < r->d->outer) {
        at[n++] = (y * r->cosine - r->d->inner) / r->sine;
        at[n++] = (y * r->cosine + r->d->inner) / r->sine;
    }
    n = panels(at, n, from, to);
    for (size_t i = 0; i + 1 < n; i++) {
        int parts = divisions(r, (at[i + 1] - at[i]) / (2 * r->d->outer));
        double h = (at[i + 1] - at[i]) / parts;
        for (int j = 0; j < parts && h > 0; j++) {
            if (path(r->d, -(at[i] + j * h), y) > 60)
                return sum;    /* the beam is not above e^-60 from here on */
            for (int k = 0; k < 16; k++) {
                double w, z = graded(at[i] + j * h, at[i] + (j + 1) * h, k, &w);
                double out = path(r->d, z * r->cosine + y * r->sine, z * r->sine - y * r->cosine);
                sum += w * exp(-path(r->d, -z, y) - r->stretch * out);
            }
        }
    }
    return sum;
}

static double across(const struct ray *r, enum cylinder_part part, double y)
{
    double outer = sqrt(fmax(r->d->outer * r->d->outer - y * y, 0));
    double inner = fabs(y) < r->d->inner ? sqrt(r->d->inner * r->d->inner - y * y) : 0;
    if (part == CYLINDER_SAMPLE)
        return along(r, y, -inner, inner);
    return inner > 0 ? along(r, y, -outer, -inner) + along(r, y, inner, outer) : along(r, y, -outer, outer);
}

double cylinder_factor(const struct cylinder *d, enum cylinder_part part, double psi, double stretch)
{
    struct ray r = { .d = d, .cosine = cos(psi), .sine = fabs(sin(psi)), .stretch = stretch };
    double edge = part == CYLINDER_SAMPLE ? d->inner : d->outer, at[14];
    double darkest = fmax(d->mu_sample, d->inner < d->outer ? d->mu_container : 0);
    r.sharpness = 2 * d->outer * darkest * (1 + stretch);
    /* where rays that touch a circle meet a circle */
    double reach = sqrt(fmax(d->outer * d->outer - d->inner * d->inner, 0));
    size_t n = 0;
    for (int sign = -1; sign <= 1; sign += 2) {
        at[n++] = sign * d->outer * r.cosine;
        at[n++] = sign * d->inner * r.cosine;
        at[n++] = sign * d->inner;
        at[n++] = sign * reach * r.sine + d->inner * r.cosine;
        at[n++] = sign * reach * r.sine - d->inner * r.cosine;
    }
    n = panels(at, n, -edge, edge);
    double sum = 0;
    for (size_t i = 0; i + 1 < n; i++) {
        double from = asin(fmax(at[i] / edge, -1)), to = asin(fmin(at[i + 1] / edge, 1));
        int parts = divisions(&r, (to - from) / PI);
        double h = (to - from) / parts;
        for (int j = 0; j < parts && h > 0; j++) {
            for (int k = 0; k < 16; k++) {
                double w, a = graded(from + j * h, from + (j + 1) * h, k, &w);
                sum += w * edge * cos(a) * across(&r, part, edge * sin(a));
            }
        }
    }
    double area = PI * (part == CYLINDER_SAMPLE ? d->inner * d->inner : reach * reach);
    return sum / area;
}

double cylinder_in_plane(const struct cylinder *d, enum cylinder_part part, double two_theta)
{
    return cylinder_factor(d, part, two_theta, 1);
}

/* The periodic trapezoid with 32 azimuths; the four quadrants are alike.  Rays along the axis never leave. */
double cylinder_on_ring(const struct cylinder *d, enum cylinder_part part, double two_theta)
{
    double sum = 0;
    for (int k = 0; k <= 8; k++) {
        double azimuth = PI / 16 * k;
        double y = sin(two_theta) * cos(azimuth), z = cos(two_theta), in_plane = hypot(y, z);
        double share = k == 0 || k == 8 ? 0.5 : 1;
        if (in_plane > 1e-9)
            sum += share * cylinder_factor(d, part, atan2(y, z), 1 / in_plane);
    }
    return sum / 8;
}
