/* pixel_geometry: what the calibration says of every pixel, as images, to be looked at or compared.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "azimuthal.h"

#include <math.h>

const frit_param pixel_geometry_params[] = {
    GEOMETRY_PARAMS,
    CORRECTION_PARAMS,
    { .name = NULL }
};

const frit_port pixel_geometry_inputs[] = {
    { .name = "frame", .unit = "*", .ndim = 2, .dtypes = FRIT_ACCEPTS_ALL,
      .doc = "any image of the detector: only its shape counts" },
    { .name = NULL }
};

enum { TWO_THETA, CHI, Q, INCIDENCE, SOLID_ANGLE, POLARIZATION, CONVERTER, N_OUTPUTS };

#define IMAGE(name_, unit_, doc_) { .name = name_, .unit = unit_, .ndim = 2, .doc = doc_ }

const frit_port pixel_geometry_outputs[] = {
    [TWO_THETA]    = IMAGE("two_theta", "rad", "scattering angle"),
    [CHI]          = IMAGE("chi", "rad", "azimuth, from -pi to pi"),
    [Q]            = IMAGE("q", "1/angstrom", "4 pi sin(theta)/lambda"),
    [INCIDENCE]    = IMAGE("incidence", "1", "cosine of the angle between ray and detector's normal"),
    [SOLID_ANGLE]  = IMAGE("solid_angle", "1", "relative to normal incidence"),
    [POLARIZATION] = IMAGE("polarization", "1", "P; 1 where no polarization_factor is given"),
    [CONVERTER]    = IMAGE("converter_efficiency", "1",
                           "K, relative to normal incidence; 1 where no converter is given"),
    [N_OUTPUTS]    = { .name = NULL }
};

frit_status pixel_geometry_check(frit_call *c)
{
    return azimuthal_check(c, false);
}

static double value_at(const struct correction *k, const struct geometry *g, int output,
                       const struct point *p)
{
    double f = k->polarization_factor, t0 = k->converter_transmission;
    switch (output) {
    case TWO_THETA: return point_two_theta(p);
    case CHI: return point_chi(p);
    case Q: return point_q(p, g->wavelength);
    case INCIDENCE: return p->cos_incidence;
    case SOLID_ANGLE: return solid_angle(p->cos_incidence);
    case POLARIZATION: return isnan(f) ? 1 : polarization(p, f, k->polarization_azimuth);
    default: return isnan(t0) ? 1 : converter_efficiency(p->cos_incidence, t0);
    }
}

static frit_status fill(frit_call *c, uint32_t port, const struct geometry *g, const struct correction *k)
{
    frit_buffer *out = c->host->output(c, port, FRIT_F64, 2, (size_t[]){g->rows, g->cols}, 0);
    if (!out)
        return FRIT_ENOMEM;
    for (size_t i = 0; i < g->rows; i++) {
        if (!c->host->progress(c, (port + (double)i / (double)g->rows) / N_OUTPUTS))
            return FRIT_ECANCELLED;
        for (size_t j = 0; j < g->cols; j++) {
            struct point p = geometry_point(g, (double)i + 0.5, (double)j + 0.5);
            out->value[i * g->cols + j] = value_at(k, g, (int)port, &p);
        }
    }
    return FRIT_OK;
}

frit_status pixel_geometry_run(frit_call *c)
{
    struct geometry g;
    struct correction k;
    const frit_view *frame = c->host->input(c, 0, 0);
    if (!frame)
        return FRIT_EIO;
    frit_status status = azimuthal_geometry(c, c->host->wanted(c, Q), &g);
    if (status == FRIT_OK)
        status = azimuthal_shape(c, frame, &g);
    if (status == FRIT_OK)
        status = azimuthal_correction(c, g.wavelength, &k);
    for (uint32_t port = 0; status == FRIT_OK && port < N_OUTPUTS; port++)
        if (c->host->wanted(c, port))
            status = fill(c, port, &g, &k);
    return status;
}
