/* Divide by the absorption in the sample: plates of any tilt, and cylinders.
 *
 * The formulae for plates are in Egami and Billinge, Underneath the Bragg Peaks, section 5.3; the cylinder
 * is in cylinder.c.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "corrections.h"
#include "cylinder.h"
#include "slab.h"

#include <stdlib.h>

enum { OUT_INTENSITY, OUT_ABSORPTION };
enum { PLATE, SYMMETRIC, REFLECTION, CYLINDER };
enum { RING, IN_PLANE };

#define PI 3.14159265358979323846
#define ON_Q .ndim = 1, .axis_name = { "Q" }, .axis_unit = { "1/angstrom" }
#define LIKE_INTENSITY .ndim = 1, .axis_name = { "@intensity.0" }, .axis_unit = { "@intensity.0" }

const frit_port absorption_inputs[] = {
    { .name = "intensity", ON_Q, .unit = "*", .doc = "of the sample alone, background subtracted" },
    { 0 }
};

const frit_port absorption_outputs[] = {
    { .name = "intensity", LIKE_INTENSITY, .unit = "@intensity", .doc = "I/A; masked where A is not known" },
    { .name = "absorption", LIKE_INTENSITY, .unit = "1", .doc = "the factor A itself" },
    { 0 }
};

#define T absorption_params
const frit_param absorption_table[] = {
    FRIT_CHOICE(T, geometry, "plate|symmetric|reflection|cylinder",
                "plate: fixed, across the beam or tilted; symmetric: transmission, the plate's normal always "
                "in the plane of the beams and half way; reflection: likewise, both beams at the front; "
                "cylinder: across the beam, which is as wide as it"),
    SAMPLE_MATERIAL(T),
    SAMPLE_MU(T),
    SAMPLE_BEAM(T),
    SAMPLE_THICKNESS(T, FRIT_PARAM_SAMPLE),
    FRIT_F64(T, diameter, "mm", NAN, 0, 1e3, FRIT_PARAM_SAMPLE, "of the cylinder"),
    FRIT_F64(T, tilt, "deg", 0, -89, 89, 0, "between the beam and the normal of a fixed plate"),
    FRIT_CHOICE(T, azimuth, "ring|plane",
                "for a tilted plate or a cylinder; ring: A is the mean over a whole ring, as an area "
                "detector sees it; plane: the detector moves in the plane of the tilt, to the side that the "
                "normal of the back turns to, or in the plane across the cylinder"),
    { 0 }
};
#undef T

frit_status absorption_check(frit_call *c)
{
    const absorption_params *p = c->params;
    frit_status status = sample_check_beam(c, &p->sample);
    if (status == FRIT_OK)
        status = sample_check_mu(c, &p->sample);
    if (status != FRIT_OK)
        return status;
    if (p->geometry == CYLINDER && !(p->diameter > 0))
        return c->host->fail(c, FRIT_EPARAM, "geometry = \"cylinder\" needs the diameter");
    if (p->geometry != CYLINDER && isnan(p->thickness))
        return c->host->fail(c, FRIT_EPARAM, "the thickness of the plate is missing: give it in mm, here or "
                             "in the sample");
    if (p->tilt != 0 && p->geometry != PLATE)
        return c->host->fail(c, FRIT_EPARAM, "only the fixed plate has a tilt: leave it out, or take "
                             "geometry = \"plate\"");
    return FRIT_OK;
}

/* Out under an angle with this cosine to the normal of the back. */
static double plate(double x, double cos_in, double cos_out)
{
    if (cos_out > 0)
        return slab_through(x / cos_in, x / cos_out) / cos_in;
    return cos_out < 0 ? slab_back(x / cos_in, -x / cos_out) / cos_in : 0;
}

/* Over the ring: the periodic trapezoid with 128 azimuths, whose halves are alike. */
static double tilted_plate(const absorption_params *p, double x, double cosine)
{
    double in = cos(p->tilt * PI / 180), turned = sin(p->tilt * PI / 180), sum = 0;
    double along = cosine * in, across = sqrt(fmax(1 - cosine * cosine, 0)) * turned;
    if (turned == 0 || p->azimuth == IN_PLANE)
        return plate(x, in, along + across);
    for (int k = 0; k <= 64; k++)
        sum += (k == 0 || k == 64 ? 0.5 : 1) * plate(x, in, along + across * cos(PI / 64 * k));
    return sum / 64;
}

/* A plate across the beam. */
static void straight_plate(double x, double wavelength, size_t n, const double *Q, double *A)
{
    const double through = exp(-x);
    for (size_t i = 0; i < n; i++)
        A[i] = x / cos_two_theta(Q[i], wavelength) - x;
    slab_means(n, A);
    for (size_t i = 0; i < n; i++) {
        const double cosine = cos_two_theta(Q[i], wavelength);
        A[i] = cosine > 0 ? through * A[i] : plate(x, 1, cosine);
    }
}

static double plate_at(const absorption_params *p, double x, double cosine)
{
    double cos_theta = sqrt((1 + cosine) / 2), sin_theta = sqrt((1 - cosine) / 2);
    switch (p->geometry) {
    case SYMMETRIC: return cos_theta > 0 ? exp(-x / cos_theta) / cos_theta : NAN;
    case REFLECTION: return sin_theta > 0 ? slab_back(x / sin_theta, x / sin_theta) / sin_theta : NAN;
    default: return tilted_plate(p, x, cosine);
    }
}

static double cylinder_ring(const void *d, double two_theta)
{
    return cylinder_on_ring(d, CYLINDER_SAMPLE, two_theta);
}

static double cylinder_plane(const void *d, double two_theta)
{
    return cylinder_in_plane(d, CYLINDER_SAMPLE, two_theta);
}

static frit_status fill(frit_call *c, double wavelength, size_t n, const double *Q, double *const *column)
{
    const absorption_params *p = c->params;
    double mu, *A = column[0];
    frit_status status = sample_mu(c, &p->sample, HC_KEV_ANGSTROM / wavelength, &mu);
    if (status != FRIT_OK)
        return status;
    if (p->geometry == CYLINDER) {
        struct cylinder d = { p->diameter / 20, p->diameter / 20, mu, 0 };    /* mm to cm, and half */
        if (mu * d.outer > CYLINDER_DARKEST)
            return c->host->fail(c, FRIT_EPARAM, "the cylinder lets nothing through, mu R = %g: up to %d is "
                                 "possible; are diameter and mu right?", mu * d.outer, CYLINDER_DARKEST);
        curve_of_angle(c, p->azimuth == RING ? cylinder_ring : cylinder_plane, &d, -1.1, wavelength, n, Q, A);
    } else if (p->geometry == PLATE && p->tilt == 0) {
        straight_plate(mu * p->thickness / 10, wavelength, n, Q, A);
    } else {
        for (size_t i = 0; i < n; i++)
            A[i] = plate_at(p, mu * p->thickness / 10, cos_two_theta(Q[i], wavelength));
    }
    for (size_t i = 0; i < n; i++)
        A[i] = A[i] > 0 ? A[i] : NAN;
    return FRIT_OK;
}

frit_status absorption_prepare(frit_call *c, void **plan)
{
    const absorption_params *p = c->params;
    return columns_prepare(c, plan, &p->sample, 1, fill);
}

frit_status absorption_run(frit_call *c)
{
    const absorption_params *p = c->params;
    const double *A;
    frit_status status = once_check(c, ABSORPTION_CORRECTED, "the correction for absorption");
    if (status == FRIT_OK)
        status = columns_get(c, &p->sample, 1, fill, &A);
    if (status != FRIT_OK)
        return status;
    const frit_view *v = c->host->input(c, 0, 0);
    double *inverse = c->host->scratch(c, v ? v->shape[0] + 1 : 1, sizeof *inverse);
    if (!v || !inverse)
        return v ? FRIT_ENOMEM : FRIT_EIO;
    for (size_t i = 0; i < v->shape[0]; i++)
        inverse[i] = 1 / A[i];
    status = put_product(c, OUT_INTENSITY, v, inverse);
    once_mark(c, OUT_INTENSITY, ABSORPTION_CORRECTED, "correct_absorption");
    return status == FRIT_OK ? put_column(c, OUT_ABSORPTION, v, A) : status;
}
