/* Attenuation of X-rays in a material: cross sections per mass as xraylib has them, T. Schoonjans et al.,
 * Spectrochim. Acta B 66 (2011) 776, doi:10.1016/j.sab.2011.09.011; shares by mass from IUPAC's weights.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "material.h"
#include "shared/atomic_weights.h"

#include <math.h>
#include <xraylib.h>

double material_weight(const frit_composition *composition)
{
    double sum = 0;
    for (size_t i = 0; i < composition->n; i++)
        sum += composition->fraction[i] * atomic_weight(composition->Z[i]);
    return sum;
}

typedef double cross_section(int Z, double energy, xrl_error **error);

/* cm^2/g; NaN where there is no table. */
static double element(cross_section *section, int Z, double energy)
{
    xrl_error *error = NULL;    /* without it a failure would look like 0 */
    double value = section(Z, energy, &error);
    if (error) {
        xrl_error_free(error);
        return NAN;
    }
    return value;
}

static double average(cross_section *section, const frit_composition *composition, double energy)
{
    double sum = 0;
    for (size_t i = 0; i < composition->n; i++) {
        int Z = composition->Z[i];
        sum += composition->fraction[i] * atomic_weight(Z) * element(section, Z, energy);
    }
    return sum / material_weight(composition);
}

double material_attenuation(const frit_composition *composition, double energy)
{
    return average(CS_Total, composition, energy);
}

double material_absorption(const frit_composition *composition, double energy)
{
    return average(CS_Total, composition, energy) - average(CS_Rayl, composition, energy);
}

double material_scattering(const frit_composition *composition, double energy)
{
    return average(CS_Rayl, composition, energy) + average(CS_Compt, composition, energy);
}

double material_free_atoms(const frit_composition *composition, double Q)
{
    const double first = 1e-3;    /* of the table of S_inc, which goes as s^2 below */
    double s = fabs(Q) / 12.566370614359172, below = s < first ? (s / first) * (s / first) : 1, sum = 0;
    for (size_t i = 0; i < composition->n; i++) {
        double f = element(FF_Rayl, composition->Z[i], s);
        double incoherent = below * element(SF_Compt, composition->Z[i], fmax(s, first));
        sum += composition->fraction[i] * (f * f + incoherent);
    }
    return sum;
}
