/* The number density of a sample, rho0 = density N_A / <M>, with IUPAC's atomic weights.
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "fourier.h"

#include <math.h>
#include <string.h>

#include "shared/atomic_weights.h"

frit_status number_density(frit_call *c, const struct density *d, double *rho0)
{
    *rho0 = d->number_density;
    if (!isnan(*rho0))
        return FRIT_OK;
    if (isnan(d->density))
        return c->host->fail(c, FRIT_EPARAM,
                             "how dense the sample is, is not known: give density (g/cm^3) and composition, "
                             "or number_density (1/angstrom^3), or a sample that has them");
    if (d->composition.n == 0)
        return c->host->fail(c, FRIT_EPARAM,
                             "a density of %g g/cm^3 alone does not say how many atoms there are: give the "
                             "composition too, or number_density (1/angstrom^3)",
                             d->density);
    *rho0 = atomic_number_density(&d->composition, d->density);
    if (isnan(*rho0))
        return c->host->fail(c, FRIT_EPARAM,
                             "an element of %s has no standard atomic weight: give number_density "
                             "(1/angstrom^3) instead of density",
                             d->composition.text);
    return FRIT_OK;
}

frit_status absolute_scale(frit_call *c)
{
    const char *scale = c->host->text_attribute(c, 0, "absolute_scale");
    if (!scale || strcmp(scale, "lost") != 0)
        return FRIT_OK;
    return c->host->fail(c, FRIT_EDATA,
                         "this S(Q) or G(r) has lost its absolute scale (a polynomial was taken from it), so areas and "
                         "numbers of atoms mean nothing: use `normalise` where these are wanted");
}
