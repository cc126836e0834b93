/* What all corrections ask about the sample and the beam.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "sample.h"
#include "shared/atomic_weights.h"

frit_status sample_check_beam(frit_call *c, const struct sample *s)
{
    double implied = HC_KEV_ANGSTROM / s->energy;
    if (fabs(implied / s->wavelength - 1) > 1e-3)    /* false where one of them is NaN */
        return c->host->fail(c, FRIT_EPARAM, "wavelength = %g angstrom and energy = %g keV (%g angstrom) "
                             "contradict each other: give one", s->wavelength, s->energy, implied);
    return FRIT_OK;
}

frit_status sample_check_material(frit_call *c, const char *what, const frit_composition *composition,
                                  double density)
{
    if (composition->n == 0)
        return c->host->fail(c, FRIT_EPARAM, "the composition of the %s is missing", what);
    for (size_t i = 0; i < composition->n; i++)
        if (isnan(atomic_weight(composition->Z[i])))
            return c->host->fail(c, FRIT_EPARAM, "the element with atomic number %d of %s has no standard "
                                 "atomic weight, so that its attenuation is not known",
                                 composition->Z[i], composition->text);
    if (isnan(density))
        return c->host->fail(c, FRIT_EPARAM, "the density of the %s is missing: give it in g/cm^3", what);
    return FRIT_OK;
}

frit_status sample_check_mu(frit_call *c, const struct sample *s)
{
    if (!isnan(s->mu))
        return FRIT_OK;
    if (s->composition.n == 0 || isnan(s->density))
        return c->host->fail(c, FRIT_EPARAM, "how much the sample attenuates is not known: give composition "
                             "and density, or mu in 1/cm, here or in the sample");
    return sample_check_material(c, "sample", &s->composition, s->density);
}

frit_status material_mu(frit_call *c, const frit_composition *composition, double density, double energy,
                        double *mu)
{
    *mu = density * material_attenuation(composition, energy);
    if (!(*mu >= 0))
        return c->host->fail(c, FRIT_EPARAM, "xraylib has no attenuation coefficient of %s at %g keV: its "
                             "tables go from 0.1 to 800 keV, up to californium", composition->text, energy);
    return FRIT_OK;
}

frit_status sample_mu(frit_call *c, const struct sample *s, double energy, double *mu)
{
    *mu = s->mu;
    return isnan(s->mu) ? material_mu(c, &s->composition, s->density, energy, mu) : FRIT_OK;
}
