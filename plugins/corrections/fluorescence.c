/* Fluorescence of a plate across the beam, beside the coherent scattering: alike in all directions, but for
 * what the plate absorbs of it.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "corrections.h"
#include "slab.h"

enum { OUT_FLUORESCENCE, OUT_SHAPE };

#define ON_Q .ndim = 1, .axis_name = { "Q" }, .axis_unit = { "1/angstrom" }
#define LIKE_INTENSITY .ndim = 1, .axis_name = { "@intensity.0" }, .axis_unit = { "@intensity.0" }

const frit_port fluorescence_inputs[] = {
    { .name = "intensity", ON_Q, .unit = "*",
      .doc = "any curve: its axis is used, and its attribute wavelength where no parameter gives one" },
    { 0 }
};

const frit_port fluorescence_outputs[] = {
    { .name = "fluorescence", LIKE_INTENSITY, .unit = "electron",
      .doc = "scale times shape; masked from 90 degrees on" },
    { .name = "shape", LIKE_INTENSITY, .unit = "1", .doc = "for a fit of the scale" },
    { 0 }
};

#define T fluorescence_params
const frit_param fluorescence_table[] = {
    SAMPLE_MATERIAL(T),
    SAMPLE_MU(T),
    SAMPLE_BEAM(T),
    SAMPLE_THICKNESS(T, FRIT_PARAM_REQUIRED | FRIT_PARAM_SAMPLE),
    FRIT_F64(T, scale, "electron", 1, 0, 1e6, 0, "fluorescence per atom"),
    FRIT_F64(T, line_energy, "keV", NAN, 0.1, 1e4, 0,
             "of the fluorescence, for its own attenuation on the way out; not given: it comes from the "
             "front, attenuated like the beam"),
    FRIT_BOOL(T, unpolarized, false,
              "divide by (1 + cos^2)/2 as well: for intensities that are corrected for polarization, which "
              "fluorescence has not"),
    { 0 }
};
#undef T

frit_status fluorescence_check(frit_call *c)
{
    const fluorescence_params *p = c->params;
    frit_status status = sample_check_beam(c, &p->sample);
    if (status == FRIT_OK)
        status = sample_check_mu(c, &p->sample);
    if (status == FRIT_OK && !isnan(p->line_energy))
        status = sample_check_material(c, "sample", &p->sample.composition, p->sample.density);
    return status;
}

static frit_status fill(frit_call *c, double wavelength, size_t n, const double *Q, double *const *column)
{
    const fluorescence_params *p = c->params;
    double mu, mu_line = NAN;
    frit_status status = sample_mu(c, &p->sample, HC_KEV_ANGSTROM / wavelength, &mu);
    if (status == FRIT_OK && !isnan(p->line_energy))
        status = material_mu(c, &p->sample.composition, p->sample.density, p->line_energy, &mu_line);
    if (status != FRIT_OK)
        return status;
    double x = mu * p->thickness / 10, x_line = mu_line * p->thickness / 10;    /* mm to cm */
    for (size_t i = 0; i < n; i++) {
        double cosine = cos_two_theta(Q[i], wavelength), shape = NAN;
        if (cosine > 0)
            shape = (isnan(x_line) ? exp(-x / cosine) : slab_through(x, x_line / cosine)) /
                    slab_through(x, x / cosine);
        column[0][i] = p->unpolarized ? 2 * shape / (1 + cosine * cosine) : shape;
        column[1][i] = p->scale * column[0][i];
    }
    return FRIT_OK;
}

frit_status fluorescence_prepare(frit_call *c, void **plan)
{
    const fluorescence_params *p = c->params;
    return columns_prepare(c, plan, &p->sample, 2, fill);
}

frit_status fluorescence_run(frit_call *c)
{
    const fluorescence_params *p = c->params;
    const double *column[2];
    frit_status status = columns_get(c, &p->sample, 2, fill, column);
    if (status != FRIT_OK)
        return status;
    const frit_view *v = c->host->input(c, 0, 0);
    if (!v)
        return FRIT_EIO;
    status = put_column(c, OUT_FLUORESCENCE, v, column[1]);
    return status == FRIT_OK ? put_column(c, OUT_SHAPE, v, column[0]) : status;
}
