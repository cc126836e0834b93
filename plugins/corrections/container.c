/* Subtract a container that itself attenuates, and is attenuated by, the sample: H. H. Paalman and C. J.
 * Pings, J. Appl. Phys. 33 (1962) 2635, doi:10.1063/1.1729034.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "corrections.h"
#include "cylinder.h"
#include "shared/lookup.h"
#include "slab.h"

#include <string.h>

enum { IN_INTENSITY, IN_CONTAINER };
enum { OUT_INTENSITY, OUT_A_S_SC, OUT_A_C_SC, OUT_A_C_C };
enum { PLATE, CYLINDER };
enum { RING, IN_PLANE };

#define ON_Q .ndim = 1, .axis_name = { "Q" }, .axis_unit = { "1/angstrom" }
#define LIKE_INTENSITY .ndim = 1, .axis_name = { "@intensity.0" }, .axis_unit = { "@intensity.0" }

const frit_port container_inputs[] = {
    { .name = "intensity", ON_Q, .unit = "*", .doc = "I_sc of the sample in its container" },
    { .name = "container", ON_Q, .unit = "*", .doc = "I_c of the empty container, in the same unit" },
    { 0 }
};

const frit_port container_outputs[] = {
    { .name = "intensity", LIKE_INTENSITY, .unit = "@intensity",
      .doc = "of the sample alone, corrected for absorption; masked where the container was not measured" },
    { .name = "a_s_sc", LIKE_INTENSITY, .unit = "1", .doc = "sample, absorbed by both" },
    { .name = "a_c_sc", LIKE_INTENSITY, .unit = "1", .doc = "container, absorbed by both" },
    { .name = "a_c_c", LIKE_INTENSITY, .unit = "1", .doc = "container, absorbed by itself" },
    { 0 }
};

#define T container_params
const frit_param container_table[] = {
    FRIT_CHOICE(T, geometry, "plate|cylinder",
                "plate: across the beam, between two walls; cylinder: across the beam, in a coaxial tube"),
    SAMPLE_MATERIAL(T),
    SAMPLE_MU(T),
    SAMPLE_BEAM(T),
    SAMPLE_THICKNESS(T, FRIT_PARAM_SAMPLE),
    FRIT_F64(T, diameter, "mm", NAN, 0, 1e3, FRIT_PARAM_SAMPLE, "of the sample: inner one of the tube"),
    FRIT_COMPOSITION(T, container_composition, 0, "atoms of the container: \"SiO2\""),
    FRIT_F64(T, container_density, "g/cm^3", NAN, 1e-6, 30, 0, "of the container"),
    FRIT_F64(T, container_mu, "1/cm", NAN, 0, 1e6, 0, "of the container, instead of xraylib's"),
    FRIT_F64(T, wall, "mm", NAN, 0, 1e3, FRIT_PARAM_REQUIRED, "thickness of a wall of the container"),
    FRIT_CHOICE(T, azimuth, "ring|plane",
                "of a cylinder; ring: mean over a whole ring, as an area detector sees it; plane: across the "
                "cylinder"),
    { 0 }
};
#undef T

static struct sample the_container(const container_params *p)
{
    return (struct sample){ p->container_composition, p->container_density, p->container_mu, NAN, NAN };
}

frit_status container_check(frit_call *c)
{
    const container_params *p = c->params;
    frit_status status = sample_check_beam(c, &p->sample);
    if (status == FRIT_OK)
        status = sample_check_mu(c, &p->sample);
    if (status == FRIT_OK && isnan(p->container_mu))
        status = sample_check_material(c, "container", &p->container_composition, p->container_density);
    if (status != FRIT_OK)
        return status;
    if (p->geometry == CYLINDER && (!(p->diameter > 0) || !(p->wall > 0)))
        return c->host->fail(c, FRIT_EPARAM, "geometry = \"cylinder\" needs a diameter and a wall above "
                             "0 mm");
    if (p->geometry == PLATE && isnan(p->thickness))
        return c->host->fail(c, FRIT_EPARAM, "the thickness of the plate is missing: give it in mm, here or "
                             "in the sample");
    return FRIT_OK;
}

/* Mean over both walls of a container around a layer with the optical depth x. */
static double walls(double x_wall, double x, double cosine)
{
    if (cosine > 0) {
        double wall = slab_through(x_wall, x_wall / cosine);
        return wall * (exp(-(x + x_wall) / cosine) + exp(-(x + x_wall))) / 2;
    }
    double wall = slab_back(x_wall, -x_wall / cosine);
    return wall * (1 + exp(-(x + x_wall) * (1 - 1 / cosine))) / 2;
}

static void plate_at(double x_wall, double x, double cosine, double *A_s_sc, double *A_c_sc, double *A_c_c)
{
    *A_s_sc = *A_c_sc = *A_c_c = NAN;
    if (isnan(cosine) || cosine == 0)
        return;
    *A_s_sc = cosine > 0 ? slab_through(x, x / cosine) * exp(-x_wall * (1 + 1 / cosine))
                         : slab_back(x, -x / cosine) * exp(-x_wall * (1 - 1 / cosine));
    *A_c_sc = walls(x_wall, x, cosine);
    *A_c_c = walls(x_wall, 0, cosine);
}

struct tube {
    struct cylinder    d;
    enum cylinder_part part;
    double (*factor)(const struct cylinder *d, enum cylinder_part part, double two_theta);
};

static double tube_at(const void *data, double two_theta)
{
    const struct tube *t = data;
    return t->factor(&t->d, t->part, two_theta);
}

static frit_status fill(frit_call *c, double wavelength, size_t n, const double *Q, double *const *column)
{
    const container_params *p = c->params;
    const struct sample wall = the_container(p);
    double energy = HC_KEV_ANGSTROM / wavelength, mu, mu_wall;
    frit_status status = sample_mu(c, &p->sample, energy, &mu);
    if (status == FRIT_OK)
        status = sample_mu(c, &wall, energy, &mu_wall);
    if (status != FRIT_OK)
        return status;
    if (p->geometry == PLATE) {
        for (size_t i = 0; i < n; i++)
            plate_at(mu_wall * p->wall / 10, mu * p->thickness / 10, cos_two_theta(Q[i], wavelength),
                     &column[0][i], &column[1][i], &column[2][i]);
        return FRIT_OK;
    }
    double inner = p->diameter / 20, outer = inner + p->wall / 10;    /* mm to cm */
    double depth = mu * inner + mu_wall * (outer - inner);
    if (depth > CYLINDER_DARKEST)
        return c->host->fail(c, FRIT_EPARAM, "sample and container let nothing through, mu R = %g: up to %d "
                             "is possible; are the sizes and mu right?", depth, CYLINDER_DARKEST);
    struct tube t = { .factor = p->azimuth == RING ? cylinder_on_ring : cylinder_in_plane };
    for (int k = 0; k < 3; k++) {
        t.d = (struct cylinder){ inner, outer, k < 2 ? mu : 0, mu_wall };
        t.part = k == 0 ? CYLINDER_SAMPLE : CYLINDER_CONTAINER;
        curve_of_angle(c, tube_at, &t, -1.1, wavelength, n, Q, column[k]);
    }
    return FRIT_OK;
}

frit_status container_prepare(frit_call *c, void **plan)
{
    const container_params *p = c->params;
    return columns_prepare(c, plan, &p->sample, 3, fill);
}

static bool measured(const frit_view *v, size_t i)
{
    return !(v->mask && v->mask[i]) && isfinite(v->value[i]) && isfinite(v->axis[0][i]) &&
           !(v->sigma && !isfinite(v->sigma[i]));
}

/* I_s = [I_sc - (A_c,sc/A_c,c) I_c]/A_s,sc */
static frit_status subtract(frit_call *c, const frit_view *v, const frit_view *empty, const double **A)
{
    lookup l;
    frit_buffer *out = c->host->output(c, OUT_INTENSITY, FRIT_F64, 1, v->shape,
                                       FRIT_WANT_MASK | (v->sigma ? FRIT_WANT_SIGMA : 0));
    if (!out || !lookup_make(c, empty, &l))
        return FRIT_ENOMEM;
    size_t here = 0, both = 0;
    for (size_t i = 0; i < v->shape[0]; i++) {
        double y, variance, weight = A[1][i] / A[2][i];
        out->axis[0][i] = v->axis[0][i];
        out->mask[i] = !measured(v, i) || !(A[0][i] > 0) || !isfinite(weight);
        here += !out->mask[i];
        if (out->mask[i] || !lookup_at(&l, v->axis[0][i], &y, &variance)) {
            out->mask[i] = 1;
            continue;
        }
        both++;
        out->value[i] = (v->value[i] - weight * y) / A[0][i];
        if (out->sigma)
            out->sigma[i] = sqrt(v->sigma[i] * v->sigma[i] + weight * weight * variance) / A[0][i];
    }
    double from = NAN, to = NAN;
    if (here && !both && lookup_range(&l, &from, &to))
        return c->host->fail(c, FRIT_EDATA, "no point of the intensity is covered by the container's curve, "
                             "%g to %g 1/angstrom", from, to);
    if (here && !both)
        return c->host->fail(c, FRIT_EDATA, "the container's curve has no measured point");
    if (both < here)
        c->host->log(c, FRIT_WARNING, "%zu of %zu points lie where the container was not measured: masked",
                     here - both, here);
    return FRIT_OK;
}

frit_status container_run(frit_call *c)
{
    const container_params *p = c->params;
    const double *A[3];
    frit_status status = once_check(c, ABSORPTION_CORRECTED, "the correction for absorption");
    if (status == FRIT_OK)
        status = columns_get(c, &p->sample, 3, fill, A);
    if (status != FRIT_OK)
        return status;
    const frit_view *v = c->host->input(c, IN_INTENSITY, 0), *empty = c->host->input(c, IN_CONTAINER, 0);
    if (!v || !empty)
        return FRIT_EIO;
    if (strcmp(v->unit, empty->unit))
        return c->host->fail(c, FRIT_EPARAM, "the intensity is in %s, the container in %s: both must be "
                             "counted alike", v->unit, empty->unit);
    if (c->host->wanted(c, OUT_INTENSITY))
        status = subtract(c, v, empty, A);
    once_mark(c, OUT_INTENSITY, ABSORPTION_CORRECTED, "container");
    for (uint32_t k = 0; k < 3 && status == FRIT_OK; k++)
        status = put_column(c, OUT_A_S_SC + k, v, A[k]);
    return status;
}
