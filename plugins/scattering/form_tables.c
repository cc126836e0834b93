/* Averages of atomic form factors by the table that was asked for, with or without dispersion corrections.
 *
 * f(Q) = f0(Q) + f'(E) + i f''(E); T. Schoonjans et al., Spectrochim. Acta B 66 (2011) 776,
 * doi:10.1016/j.sab.2011.09.011; f0 also by Waasmaier and Kirfel.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "form_tables.h"

#include <xraylib.h>

#include "scattering.h"
#include "waasmaier_kirfel.h"

enum { TABLE_XRAYLIB, TABLE_WAASMAIER_KIRFEL };

#define FOUR_PI 12.566370614359172

bool wavelength_agrees(double wavelength, double energy)
{
    return !(fabs(HC_KEV_ANGSTROM / energy / wavelength - 1) > 1e-3);    /* NaN: nothing to compare */
}

/* In keV; NaN: not known. */
static double energy_of(const struct form_tables *t)
{
    return isnan(t->energy) ? HC_KEV_ANGSTROM / t->wavelength : t->energy;
}

static double form_factor(const struct form_tables *t, int Z, double Q)
{
    if (t->table == TABLE_WAASMAIER_KIRFEL)
        return waasmaier_kirfel(Z, fabs(Q) / FOUR_PI);
    return atom_form_factor(Z, Q);
}

/* f' and f'' of an element; false: xraylib has none at this energy. */
static bool dispersion(int Z, double energy, double *real, double *imaginary)
{
    xrl_error *error = NULL;    /* without it a failure would look like 0 */
    *real = Fi(Z, energy, &error);
    if (!error)
        *imaginary = Fii(Z, energy, &error);
    if (!error)
        return true;
    xrl_error_free(error);
    return false;
}

frit_status form_tables_check(frit_call *c, const struct form_tables *t, const frit_composition *composition)
{
    frit_status status = scattering_check_composition(c, composition);
    if (status != FRIT_OK)
        return status;
    if (!wavelength_agrees(t->wavelength, t->energy))
        return c->host->fail(c, FRIT_EPARAM, "wavelength = %g angstrom and energy = %g keV (%g angstrom) "
                             "contradict each other: give one",
                             t->wavelength, t->energy, HC_KEV_ANGSTROM / t->energy);
    if (!t->anomalous)
        return FRIT_OK;
    double energy = energy_of(t), real, imaginary;
    if (isnan(energy))
        return c->host->fail(c, FRIT_EPARAM, "anomalous = true needs the energy of the beam: give energy "
                             "(keV) or wavelength (angstrom)");
    for (size_t i = 0; i < composition->n; i++)
        if (!dispersion(composition->Z[i], energy, &real, &imaginary))
            return c->host->fail(c, FRIT_EPARAM, "there are no dispersion corrections for element %d of %s "
                                 "at %g keV: set anomalous = false",
                                 composition->Z[i], composition->text, energy);
    return FRIT_OK;
}

atom_averages form_tables_average(const struct form_tables *t, const frit_composition *composition, double Q)
{
    atom_averages a = { 0 };
    double energy = energy_of(t), sum_real = 0, sum_imaginary = 0;
    for (size_t i = 0; i < composition->n; i++) {
        double f = form_factor(t, composition->Z[i], Q), real = 0, imaginary = 0;
        if (t->anomalous && !dispersion(composition->Z[i], energy, &real, &imaginary))
            f = NAN;
        f += real;
        sum_real += composition->fraction[i] * f;
        sum_imaginary += composition->fraction[i] * imaginary;
        a.f_sq_mean += composition->fraction[i] * (f * f + imaginary * imaginary);
    }
    a.f_mean_sq = sum_real * sum_real + sum_imaginary * sum_imaginary;
    a.f_mean = sum_imaginary == 0 ? sum_real : sqrt(a.f_mean_sq);
    return a;
}
