/* Compton scattering per atom in electron units, on the Q axis of a curve.
 *
 * C(Q) = P^n sum c_i S_inc,i(Q), P = E'/E = 1/(1 + 2 gamma sin^2 theta), gamma = E/m_e c^2, with the
 * recoil factor of G. Breit, Phys. Rev. 27 (1926) 362, doi:10.1103/PhysRev.27.362, and P. A. M. Dirac,
 * Proc. R. Soc. A 111 (1926) 405, doi:10.1098/rspa.1926.0074; or with the cross-section of O. Klein and
 * Y. Nishina, Z. Phys. 52 (1929) 853, doi:10.1007/BF01366453, over Thomson's.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "atoms.h"
#include "scattering.h"

#include <math.h>
#include <stdlib.h>

enum { BREIT_DIRAC, KLEIN_NISHINA };

const frit_port compton_inputs[] = {
    { .name = "intensity", .ndim = 1, .unit = "*", .axis_name = { "Q" }, .axis_unit = { "1/angstrom" },
      .doc = "any curve: its axis is used, and its attribute wavelength where no parameter gives one" },
    { 0 }
};

const frit_port compton_outputs[] = {
    { .name = "compton", .ndim = 1, .unit = "electron", .axis_name = { "@intensity.0" },
      .axis_unit = { "@intensity.0" },
      .doc = "incoherent scattering per atom, in electron units; masked beyond Q = 4 pi/wavelength" },
    { 0 }
};

const frit_param compton_table[] = {
    FRIT_COMPOSITION(compton_params, composition, FRIT_PARAM_REQUIRED | FRIT_PARAM_SAMPLE,
                     "atoms of the sample: \"Zr52.5Cu17.9Ni14.6Al10Ti5\""),
    FRIT_F64(compton_params, wavelength, "angstrom", NAN, 1e-3, 100, 0,
             "of the beam, for the recoil; not given: from energy, else the curve's attribute"),
    FRIT_F64(compton_params, energy, "keV", NAN, 0.1, 1e4, 0, "of the beam, instead of the wavelength"),
    FRIT_I64(compton_params, recoil_exponent, 3, 0, 3, 0,
             "n of P^n: 3 for a detector that adds up energy (flat panels), 2 for one that counts photons, "
             "0: no recoil"),
    FRIT_CHOICE(compton_params, recoil, "breit-dirac|klein-nishina",
                "breit-dirac: P^n; klein-nishina: P^n [P + 1/P - sin^2(2 theta)]/[1 + cos^2(2 theta)], exact "
                "for a free electron"),
    { 0 }
};

typedef struct table {
    size_t n;
    double S_inc[];    /* each point of the axis */
} table;

frit_status compton_check(frit_call *c)
{
    const compton_params *p = c->params;
    double implied = HC_KEV_ANGSTROM / p->energy;
    if (!wavelength_agrees(p->wavelength, p->energy))
        return c->host->fail(c, FRIT_EPARAM, "wavelength = %g angstrom and energy = %g keV (%g angstrom) "
                             "contradict each other: give one", p->wavelength, p->energy, implied);
    if (p->recoil == KLEIN_NISHINA && p->recoil_exponent < 2)
        return c->host->fail(c, FRIT_EPARAM, "recoil = \"klein-nishina\" needs recoil_exponent = 2 (photons "
                             "counted) or 3 (their energy added up), not %lld",
                             (long long)p->recoil_exponent);
    return scattering_check_composition(c, &p->composition);
}

frit_status compton_prepare(frit_call *c, void **plan)
{
    const compton_params *p = c->params;
    const frit_view *v = c->host->input(c, 0, 0);
    if (!v)
        return FRIT_EIO;
    table *t = malloc(sizeof *t + v->shape[0] * sizeof *t->S_inc);
    if (!t)
        return FRIT_ENOMEM;
    *plan = t;
    t->n = v->shape[0];
    for (size_t i = 0; i < t->n; i++)
        t->S_inc[i] = atoms_incoherent(&p->composition, v->axis[0][i]);
    return FRIT_OK;
}

/* In angstrom; NaN: not known.  An attribute is the element's own: that is why no plan holds the recoil. */
static double find_wavelength(frit_call *c)
{
    const compton_params *p = c->params;
    double wavelength;
    if (!isnan(p->wavelength))
        return p->wavelength;
    if (!isnan(p->energy))
        return HC_KEV_ANGSTROM / p->energy;
    bool known = c->host->attribute(c, 0, "wavelength", "angstrom", &wavelength);
    return known && wavelength > 0 ? wavelength : NAN;
}

/* What P^n of Breit and Dirac lacks to Klein and Nishina's cross-section over Thomson's, for a beam that is
 * not polarized; sin^2 theta = (1/P - 1)/2 gamma. */
static double klein_nishina(double P, double wavelength)
{
    double gamma = HC_KEV_ANGSTROM / wavelength / ELECTRON_REST_KEV;
    double cosine = 1 - (1 / P - 1) / gamma, square = cosine * cosine;    /* of 2 theta */
    return (P + 1 / P - 1 + square) / (1 + square);
}

frit_status compton_run(frit_call *c)
{
    const compton_params *p = c->params;
    const table *t = c->plan;
    double wavelength = find_wavelength(c);
    if (isnan(wavelength) && p->recoil_exponent > 0)
        return c->host->fail(c, FRIT_EPARAM, "the recoil needs the wavelength, which the data do not bring "
                             "along: give wavelength or energy, or recoil_exponent = 0 to leave it out");
    const frit_view *v = c->host->input(c, 0, 0);
    if (!v)
        return FRIT_EIO;
    frit_buffer *out = c->host->output(c, 0, FRIT_F64, 1, &t->n, FRIT_WANT_MASK);
    if (!out)
        return FRIT_ENOMEM;
    for (size_t i = 0; i < t->n; i++) {
        double Q = v->axis[0][i], P = isnan(wavelength) ? 1 : recoil_ratio(Q, wavelength), y = t->S_inc[i];
        for (int64_t k = 0; k < p->recoil_exponent; k++)
            y *= P;
        if (p->recoil == KLEIN_NISHINA)
            y *= klein_nishina(P, wavelength);
        out->axis[0][i] = Q;
        out->mask[i] = !isfinite(y) || isnan(P);
        out->value[i] = out->mask[i] ? 0 : y;
    }
    return FRIT_OK;
}
