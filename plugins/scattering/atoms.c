/* Scattering of X-rays by free atoms: form factors and incoherent scattering functions as xraylib has
 * them, T. Schoonjans et al., Spectrochim. Acta B 66 (2011) 776, doi:10.1016/j.sab.2011.09.011.
 *
 * xraylib's momentum transfer is s = Q/4 pi = sin(theta)/lambda.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "atoms.h"

#include <math.h>
#include <xraylib.h>

#define FOUR_PI 12.566370614359172

bool atoms_have_tables(const frit_composition *composition, int *Z)
{
    for (size_t i = 0; i < composition->n; i++) {
        *Z = composition->Z[i];
        if (isnan(atom_form_factor(*Z, 1)) || isnan(atom_incoherent(*Z, 1)))
            return false;
    }
    return true;
}

double atom_form_factor(int Z, double Q)
{
    if (!isfinite(Q))
        return NAN;
    xrl_error *error = NULL;    /* without it a failure would look like 0 */
    double f = FF_Rayl(Z, fabs(Q) / FOUR_PI, &error);
    if (error) {
        xrl_error_free(error);
        return NAN;
    }
    return f;
}

double atom_incoherent(int Z, double Q)
{
    if (!isfinite(Q))
        return NAN;
    const double first = 1e-3;    /* of the table; S_inc goes as s^2 below */
    double s = fabs(Q) / FOUR_PI;
    double factor = s < first ? (s / first) * (s / first) : 1;
    xrl_error *error = NULL;
    double incoherent = SF_Compt(Z, s < first ? first : s, &error);
    if (error) {
        xrl_error_free(error);
        return NAN;
    }
    return factor * incoherent;
}

atom_averages atoms_average(const frit_composition *composition, double Q)
{
    atom_averages a = { 0 };
    for (size_t i = 0; i < composition->n; i++) {
        double f = atom_form_factor(composition->Z[i], Q);
        a.f_mean += composition->fraction[i] * f;
        a.f_sq_mean += composition->fraction[i] * f * f;
    }
    a.f_mean_sq = a.f_mean * a.f_mean;
    return a;
}

double atoms_incoherent(const frit_composition *composition, double Q)
{
    double sum = 0;
    for (size_t i = 0; i < composition->n; i++)
        sum += composition->fraction[i] * atom_incoherent(composition->Z[i], Q);
    return sum;
}

double recoil_ratio(double Q, double wavelength)
{
    double sine = fabs(Q) * wavelength / FOUR_PI;    /* of theta, half the scattering angle */
    if (!(sine <= 1))
        return NAN;
    double gamma = HC_KEV_ANGSTROM / wavelength / ELECTRON_REST_KEV;
    return 1 / (1 + 2 * gamma * sine * sine);
}
