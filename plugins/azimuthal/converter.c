/* The converter (scintillator, sensor) of a detector: how much of the beam it absorbs.
 *
 * mu = density sum over elements of mass fraction (total - Rayleigh), cross sections from xraylib:
 * T. Schoonjans et al., Spectrochim. Acta B 66 (2011) 776, doi:10.1016/j.sab.2011.09.011.  A photon that is
 * scattered elastically leaves nothing in the converter.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "azimuthal.h"
#include "shared/atomic_weights.h"

#include <math.h>
#include <xraylib.h>

#define HC_KEV_METRE 12.398419843320026e-10

/* cm^2/g; NaN where xraylib has no data. */
static double absorption(int Z, double keV)
{
    xrl_error *error = NULL; /* without it a failure would look like 0 */
    double total = CS_Total(Z, keV, &error);
    double elastic = error ? NAN : CS_Rayl(Z, keV, &error);
    if (error) {
        xrl_error_free(error);
        return NAN;
    }
    return total - elastic;
}

static double mass_absorption(const frit_composition *material, double keV)
{
    double sum = 0, mass = mean_atomic_weight(material);
    for (size_t i = 0; i < material->n; i++)
        sum += material->fraction[i] * atomic_weight(material->Z[i]) / mass * absorption(material->Z[i], keV);
    return sum;
}

/* Each parameter must have its use. */
static frit_status check(frit_call *c)
{
    const struct azimuthal *p = c->params;
    bool material = p->converter.n > 0;
    if (material && !isnan(p->converter_transmission))
        return c->host->fail(c, FRIT_EPARAM,
                             "the transmission of the converter is given twice, by "
                             "converter_transmission and by converter = \"%s\": give one of the two",
                             p->converter.text);
    if (material && (isnan(p->converter_density) || isnan(p->converter_thickness)))
        return c->host->fail(c, FRIT_EPARAM,
                             "converter = \"%s\" needs its converter_density and converter_thickness",
                             p->converter.text);
    if (!material && !isnan(p->converter_density))
        return c->host->fail(c, FRIT_EPARAM,
                             "converter_density is given without a material: give converter = \"CsI\", say");
    if (!material && !p->parallax && !isnan(p->converter_thickness))
        return c->host->fail(c, FRIT_EPARAM,
                             "converter_thickness has no use without a material, converter = \"CsI\" say, or "
                             "parallax = true");
    if (p->parallax && isnan(p->converter_thickness))
        return c->host->fail(c, FRIT_EPARAM, "parallax needs the converter_thickness");
    if (p->parallax && !material && isnan(p->converter_transmission))
        return c->host->fail(c, FRIT_EPARAM,
                             "parallax needs to know how the converter absorbs: give converter_transmission, "
                             "or converter and converter_density");
    return FRIT_OK;
}

frit_status azimuthal_converter(frit_call *c, double wavelength, double *mu)
{
    const struct azimuthal *p = c->params;
    frit_status status = check(c);
    *mu = NAN;
    if (status != FRIT_OK)
        return status;
    if (p->converter.n == 0) {
        *mu = -log(p->converter_transmission) / p->converter_thickness;
        return FRIT_OK;
    }
    if (isnan(wavelength))
        return c->host->fail(c, FRIT_EPARAM,
                             "the absorption of the converter depends on the wavelength, which is not "
                             "known: give poni = \"file.poni\", or wavelength = ...");
    double keV = HC_KEV_METRE / wavelength;
    *mu = 100 * p->converter_density * mass_absorption(&p->converter, keV);
    if (isnan(*mu))
        return c->host->fail(c, FRIT_EPARAM,
                             "there are no cross sections, or no atomic weight, for an element of the "
                             "converter \"%s\" at %g keV: give converter_transmission instead",
                             p->converter.text, keV);
    return FRIT_OK;
}

frit_status azimuthal_correction(frit_call *c, double wavelength, struct correction *k)
{
    const struct azimuthal *p = c->params;
    double mu;
    frit_status status = azimuthal_converter(c, wavelength, &mu);
    *k = (struct correction){
        .solid_angle = p->solid_angle,
        .polarization_factor = p->polarization_factor,
        .polarization_azimuth = p->polarization_azimuth,
        .converter_transmission =
            p->converter.n > 0 ? exp(-mu * p->converter_thickness) : p->converter_transmission,
    };
    return status;
}
