/* How much a plate of the sample, and a detector's converter, take from the beam.
 *
 * I = I_0 e^(-mu t), mu = rho sum w_i (mu/rho)_i, with the shares w_i by mass.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "corrections.h"

enum { OUT_MU, OUT_MU_RHO, OUT_NUMBER_DENSITY, OUT_TRANSMISSION, OUT_CONVERTER_MU, OUT_CONVERTER_TRANSMISSION,
       N_OUT };

const frit_port attenuation_outputs[] = {
    { .name = "mu", .unit = "1/cm", .doc = "attenuation coefficient of the sample" },
    { .name = "mu_rho", .unit = "cm^2/g", .doc = "the same over the density; masked where mu is given" },
    { .name = "number_density", .unit = "1/angstrom^3", .doc = "atoms per volume; masked without a density" },
    { .name = "transmission", .unit = "1", .doc = "e^(-mu t) of the plate; masked without a thickness" },
    { .name = "converter_mu", .unit = "1/cm",
      .doc = "of the detector's converter, total less Rayleigh; masked without a converter" },
    { .name = "converter_transmission", .unit = "1",
      .doc = "of the converter at normal incidence: integrate's parameter of that name; masked likewise" },
    { 0 }
};

#define T attenuation_params
const frit_param attenuation_table[] = {
    SAMPLE_MATERIAL(T),
    SAMPLE_MU(T),
    SAMPLE_F64(T, wavelength, "angstrom", 1e-3, 100, 0, "of the beam; or energy"),
    SAMPLE_F64(T, energy, "keV", 0.1, 1e4, 0, "of the beam, instead of the wavelength"),
    SAMPLE_THICKNESS(T, FRIT_PARAM_SAMPLE),
    FRIT_COMPOSITION(T, converter, 0, "atoms of the detector's converter: \"CsI\""),
    FRIT_F64(T, converter_density, "g/cm^3", NAN, 1e-6, 30, 0, "of the converter; CsI: 4.51"),
    FRIT_F64(T, converter_thickness, "mm", NAN, 0, 1e3, 0, "of the converter"),
    { 0 }
};
#undef T

frit_status attenuation_check(frit_call *c)
{
    const attenuation_params *p = c->params;
    frit_status status = sample_check_beam(c, &p->sample);
    if (status == FRIT_OK && isnan(p->sample.wavelength) && isnan(p->sample.energy))
        return c->host->fail(c, FRIT_EPARAM, "attenuation depends on the energy: give wavelength or energy");
    if (status == FRIT_OK)
        status = sample_check_mu(c, &p->sample);
    if (status == FRIT_OK && p->converter.n > 0)
        status = sample_check_material(c, "converter", &p->converter, p->converter_density);
    return status;
}

frit_status attenuation_run(frit_call *c)
{
    const attenuation_params *p = c->params;
    const struct sample *s = &p->sample;
    double energy = isnan(s->energy) ? HC_KEV_ANGSTROM / s->wavelength : s->energy, mu, mu_c = NAN;
    frit_status status = sample_mu(c, s, energy, &mu);
    if (status != FRIT_OK)
        return status;
    if (p->converter.n > 0) {
        mu_c = p->converter_density * material_absorption(&p->converter, energy);
        if (!(mu_c >= 0))
            return c->host->fail(c, FRIT_EPARAM, "xraylib has no attenuation coefficient of %s at %g keV",
                                 p->converter.text, energy);
    }
    const double avogadro = 6.02214076e23, mm = 0.1;    /* 1/mol; cm */
    double value[N_OUT] = {
        [OUT_MU] = mu,
        [OUT_MU_RHO] = isnan(s->mu) ? mu / s->density : NAN,
        [OUT_NUMBER_DENSITY] = s->density * avogadro / material_weight(&s->composition) * 1e-24,
        [OUT_TRANSMISSION] = exp(-mu * p->thickness * mm),
        [OUT_CONVERTER_MU] = mu_c,
        [OUT_CONVERTER_TRANSMISSION] = exp(-mu_c * p->converter_thickness * mm)
    };
    for (uint32_t port = 0; port < N_OUT; port++) {
        if (!c->host->wanted(c, port))
            continue;
        bool known = isfinite(value[port]);
        frit_buffer *out = c->host->output(c, port, FRIT_F64, 0, NULL, known ? 0 : FRIT_WANT_MASK);
        if (!out)
            return FRIT_ENOMEM;
        if (known)
            out->value[0] = value[port];
        else
            out->mask[0] = 1;
    }
    return FRIT_OK;
}
