/* Multiple scattering in a plate across the beam, beside the coherent scattering per atom.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "corrections.h"
#include "double_scattering.h"
#include "isotropic.h"

enum { OUT_MULTIPLE, OUT_RATIO };
enum { DOUBLE, ISOTROPIC };

#define FOUR_PI 12.566370614359172
#define ELECTRON_RADIUS 2.8179403e-13    /* cm */
#define AVOGADRO 6.02214076e23
#define ON_Q .ndim = 1, .axis_name = { "Q" }, .axis_unit = { "1/angstrom" }
#define LIKE_INTENSITY .ndim = 1, .axis_name = { "@intensity.0" }, .axis_unit = { "@intensity.0" }

const frit_port multiple_inputs[] = {
    { .name = "intensity", ON_Q, .unit = "*",
      .doc = "any curve: its axis is used, and its attribute wavelength where no parameter gives one" },
    { 0 }
};

const frit_port multiple_outputs[] = {
    { .name = "multiple", LIKE_INTENSITY, .unit = "electron",
      .doc = "multiple scattering per atom, in electron units, over A and P; masked from 90 degrees on" },
    { .name = "ratio", LIKE_INTENSITY, .unit = "1", .doc = "multiple over single scattering of free atoms" },
    { 0 }
};

#define T multiple_params
const frit_param multiple_table[] = {
    SAMPLE_MATERIAL(T),
    SAMPLE_MU(T),
    SAMPLE_BEAM(T),
    SAMPLE_THICKNESS(T, FRIT_PARAM_REQUIRED | FRIT_PARAM_SAMPLE),
    FRIT_CHOICE(T, method, "double|isotropic",
                "double: two events, with the angles that free atoms scatter to; isotropic: all orders, "
                "alike in all directions, as a check"),
    { 0 }
};
#undef T

frit_status multiple_check(frit_call *c)
{
    const multiple_params *p = c->params;
    frit_status status = sample_check_beam(c, &p->sample);
    if (status == FRIT_OK)
        status = sample_check_material(c, "sample", &p->sample.composition, p->sample.density);
    if (status == FRIT_OK && isnan(material_free_atoms(&p->sample.composition, 1)))
        return c->host->fail(c, FRIT_EPARAM, "xraylib has no form factor for an element of %s",
                             p->sample.composition.text);
    return status;
}

/* Mean over a ring, whatever the polarization of the beam. */
static double polarization(double cosine)
{
    return (1 + cosine * cosine) / 2;
}

static double double_of_angle(const void *d, double two_theta)
{
    return double_scattering_at(d, cos(two_theta));
}

static double isotropic_of_angle(const void *s, double two_theta)
{
    return isotropic_ratio(s, cos(two_theta));
}

static frit_status fill_double(frit_call *c, double wavelength, double mu, size_t n, const double *Q,
                               double *const *column)
{
    const multiple_params *p = c->params;
    const frit_composition *atoms = &p->sample.composition;
    struct double_scattering *d = c->host->scratch(c, 1, sizeof *d);
    if (!d)
        return FRIT_ENOMEM;
    d->depth = mu * p->thickness / 10;    /* mm to cm */
    double density = p->sample.density * AVOGADRO / material_weight(atoms);    /* 1/cm^3 */
    d->strength = density * ELECTRON_RADIUS * ELECTRON_RADIUS / mu;
    for (int i = 0; i <= DOUBLE_TABLE; i++) {
        double sine = (double)i / DOUBLE_TABLE;
        d->sigma[i + 1] = material_free_atoms(atoms, FOUR_PI * sine / wavelength) *
                          polarization(1 - 2 * sine * sine);
    }
    d->sigma[0] = d->sigma[2];    /* even at both ends */
    d->sigma[DOUBLE_TABLE + 2] = d->sigma[DOUBLE_TABLE];
    double_scattering_prepare(d);
    curve_of_angle(c, double_of_angle, d, 0, wavelength, n, Q, column[0]);
    for (size_t i = 0; i < n; i++) {
        column[0][i] /= polarization(cos_two_theta(Q[i], wavelength));
        column[1][i] = column[0][i] / material_free_atoms(atoms, Q[i]);
    }
    return FRIT_OK;
}

static frit_status fill_isotropic(frit_call *c, double wavelength, double mu, size_t n, const double *Q,
                                  double *const *column)
{
    const multiple_params *p = c->params;
    const frit_composition *atoms = &p->sample.composition;
    double scattering = material_scattering(atoms, HC_KEV_ANGSTROM / wavelength);    /* cm^2/g */
    double albedo = p->sample.density * scattering / mu;
    struct isotropic *s = c->host->scratch(c, 1, sizeof *s);
    if (!s)
        return FRIT_ENOMEM;
    if (!(albedo < 1))
        return c->host->fail(c, FRIT_EPARAM, "the sample would scatter more, %g 1/cm, than it attenuates, "
                             "mu = %g 1/cm: is mu right?", p->sample.density * scattering, mu);
    isotropic_prepare(s, mu * p->thickness / 10, albedo);    /* mm to cm */
    curve_of_angle(c, isotropic_of_angle, s, 0, wavelength, n, Q, column[1]);
    double per_atom = scattering * material_weight(atoms) / AVOGADRO;
    double level = per_atom / (FOUR_PI * ELECTRON_RADIUS * ELECTRON_RADIUS);
    for (size_t i = 0; i < n; i++)
        column[0][i] = level * column[1][i] / polarization(cos_two_theta(Q[i], wavelength));
    return FRIT_OK;
}

static frit_status fill(frit_call *c, double wavelength, size_t n, const double *Q, double *const *column)
{
    const multiple_params *p = c->params;
    double mu;
    frit_status status = sample_mu(c, &p->sample, HC_KEV_ANGSTROM / wavelength, &mu);
    if (status != FRIT_OK)
        return status;
    if (!(mu > 0) || !(p->thickness > 0))
        return c->host->fail(c, FRIT_EPARAM, "multiple scattering needs mu and thickness above 0, not "
                             "%g 1/cm and %g mm", mu, p->thickness);
    return p->method == DOUBLE ? fill_double(c, wavelength, mu, n, Q, column)
                               : fill_isotropic(c, wavelength, mu, n, Q, column);
}

frit_status multiple_prepare(frit_call *c, void **plan)
{
    const multiple_params *p = c->params;
    return columns_prepare(c, plan, &p->sample, 2, fill);
}

frit_status multiple_run(frit_call *c)
{
    const multiple_params *p = c->params;
    const double *column[2];
    frit_status status = columns_get(c, &p->sample, 2, fill, column);
    if (status != FRIT_OK)
        return status;
    const frit_view *v = c->host->input(c, 0, 0);
    if (!v)
        return FRIT_EIO;
    status = put_column(c, OUT_MULTIPLE, v, column[0]);
    return status == FRIT_OK ? put_column(c, OUT_RATIO, v, column[1]) : status;
}
