/* What a sample plate lets through of scattering that arises before and behind it: furnace windows, air.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "corrections.h"

enum { OUT_INTENSITY, OUT_FACTOR };

#define ON_Q .ndim = 1, .axis_name = { "Q" }, .axis_unit = { "1/angstrom" }
#define LIKE_INTENSITY .ndim = 1, .axis_name = { "@intensity.0" }, .axis_unit = { "@intensity.0" }

const frit_port attenuate_inputs[] = {
    { .name = "intensity", ON_Q, .unit = "*", .doc = "the background, measured without the sample" },
    { 0 }
};

const frit_port attenuate_outputs[] = {
    { .name = "intensity", LIKE_INTENSITY, .unit = "@intensity",
      .doc = "the background that is under the sample's scattering" },
    { .name = "factor", LIKE_INTENSITY, .unit = "1", .doc = "by which it was multiplied" },
    { 0 }
};

#define T attenuate_params
const frit_param attenuate_table[] = {
    SAMPLE_MATERIAL(T),
    SAMPLE_MU(T),
    SAMPLE_BEAM(T),
    SAMPLE_THICKNESS(T, FRIT_PARAM_REQUIRED | FRIT_PARAM_SAMPLE),
    FRIT_F64(T, upstream, "1", 0.5, 0, 1, 0, "share of the background that arises before the sample"),
    FRIT_BOOL(T, transmission, true,
              "multiply by the transmission e^(-mu t) as well; false: bgscale, or a monitor behind the "
              "sample, has it already"),
    { 0 }
};
#undef T

frit_status attenuate_check(frit_call *c)
{
    const attenuate_params *p = c->params;
    frit_status status = sample_check_beam(c, &p->sample);
    return status == FRIT_OK ? sample_check_mu(c, &p->sample) : status;
}

static frit_status fill(frit_call *c, double wavelength, size_t n, const double *Q, double *const *column)
{
    const attenuate_params *p = c->params;
    double mu;
    frit_status status = sample_mu(c, &p->sample, HC_KEV_ANGSTROM / wavelength, &mu);
    if (status != FRIT_OK)
        return status;
    double x = mu * p->thickness / 10, known = p->transmission ? 0 : x;    /* mm to cm */
    for (size_t i = 0; i < n; i++) {
        double cosine = cos_two_theta(Q[i], wavelength);
        column[0][i] = cosine > 0 ? p->upstream * exp(known - x / cosine) + (1 - p->upstream) * exp(known - x)
                                  : NAN;
    }
    return FRIT_OK;
}

frit_status attenuate_prepare(frit_call *c, void **plan)
{
    const attenuate_params *p = c->params;
    return columns_prepare(c, plan, &p->sample, 1, fill);
}

frit_status attenuate_run(frit_call *c)
{
    const attenuate_params *p = c->params;
    const double *factor;
    frit_status status = once_check(c, BACKGROUND_ATTENUATED, "the attenuation of the background");
    if (status == FRIT_OK)
        status = columns_get(c, &p->sample, 1, fill, &factor);
    if (status != FRIT_OK)
        return status;
    const frit_view *v = c->host->input(c, 0, 0);
    if (!v)
        return FRIT_EIO;
    status = put_product(c, OUT_INTENSITY, v, factor);
    once_mark(c, OUT_INTENSITY, BACKGROUND_ATTENUATED, "attenuate_background");
    return status == FRIT_OK ? put_column(c, OUT_FACTOR, v, factor) : status;
}
