/* What all corrections ask about the sample and the beam, and the curves that they make from it.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef CORRECTIONS_SAMPLE_H
#define CORRECTIONS_SAMPLE_H

#include "material.h"
#include "plugin.h"

#include <math.h>

struct sample {
    frit_composition composition;
    double           density;    /* g/cm^3 */
    double           mu;         /* 1/cm; NaN: from composition and density */
    double           wavelength; /* angstrom */
    double           energy;     /* keV, instead of it */
};

/* For the fields of a `struct sample` named sample in the parameters T, under their own names. */
#define SAMPLE_F64(T, f, unit_, min_, max_, flags_, doc_) \
    { .name = #f, .type = FRIT_TYPE_F64, .flags = flags_, .offset = FRIT_OFFSET(T, sample.f, double), \
      .def = NAN, .min = min_, .max = max_, .unit = unit_, .doc = doc_ }
#define SAMPLE_MATERIAL(T) \
    { .name = "composition", .type = FRIT_TYPE_COMPOSITION, .flags = FRIT_PARAM_SAMPLE, \
      .offset = FRIT_OFFSET(T, sample.composition, frit_composition), \
      .doc = "atoms of the sample: \"Zr52.5Cu17.9Ni14.6Al10Ti5\"" }, \
    SAMPLE_F64(T, density, "g/cm^3", 1e-6, 30, FRIT_PARAM_SAMPLE, "of the sample")
#define SAMPLE_MU(T) \
    SAMPLE_F64(T, mu, "1/cm", 0, 1e6, FRIT_PARAM_SAMPLE, \
               "attenuation coefficient, instead of that of xraylib for composition and density")
#define SAMPLE_BEAM(T) \
    SAMPLE_F64(T, wavelength, "angstrom", 1e-3, 100, 0, \
               "of the beam; not given: from energy, else the curve's attribute"), \
    SAMPLE_F64(T, energy, "keV", 0.1, 1e4, 0, "of the beam, instead of the wavelength")
#define SAMPLE_THICKNESS(T, flags_) \
    FRIT_F64(T, thickness, "mm", NAN, 0, 1e4, flags_, "of the plate, along its normal")

/* Do wavelength and energy agree? */
frit_status sample_check_beam(frit_call *c, const struct sample *s);
/* Is there what gives mu; has each element its atomic weight? */
frit_status sample_check_mu(frit_call *c, const struct sample *s);
/* A material given by name, composition and density: all there, with atomic weights? */
frit_status sample_check_material(frit_call *c, const char *what, const frit_composition *composition,
                                  double density);

/* mu in 1/cm at the energy in keV; a failure where xraylib has no table. */
frit_status sample_mu(frit_call *c, const struct sample *s, double energy, double *mu);
frit_status material_mu(frit_call *c, const frit_composition *composition, double density, double energy,
                        double *mu);

/* From Q and wavelength, by the half angle: no digits are lost near the beam.  NaN beyond 4 pi/wavelength. */
static inline double cos_two_theta(double Q, double wavelength)
{
    double sine = Q * wavelength / 12.566370614359172;
    return fabs(sine) <= 1 ? 1 - 2 * sine * sine : NAN;
}

/* ---- Curves of theory on the axis of an input ---- */

/* Fill the columns for a wavelength in angstrom; NaN where the theory says nothing. */
typedef frit_status columns_fill(frit_call *c, double wavelength, size_t n, const double *Q,
                                 double *const *column);
enum { MAX_COLUMNS = 4 };

/* Make them in prepare() for the wavelength of the first element, and get them in run(): again, where an
 * element has brought another wavelength along.  Released by free(). */
frit_status columns_prepare(frit_call *c, void **plan, const struct sample *s, int n_columns,
                            columns_fill *fill);
frit_status columns_get(frit_call *c, const struct sample *s, int n_columns, columns_fill *fill,
                        const double **column);

/* f(2 theta) at each Q with cos(2 theta) above the lowest: directly, or by interpolation from 64 angles.  f is
 * called on all threads. */
void curve_of_angle(frit_call *c, double (*f)(const void *data, double two_theta), const void *data,
                    double lowest_cosine, double wavelength, size_t n, const double *Q, double *y);

/* The first input must not carry the attribute; and an output carries it from now on. */
frit_status once_check(frit_call *c, const char *name, const char *what);
void        once_mark(frit_call *c, uint32_t port, const char *name, const char *step);
#define ABSORPTION_CORRECTED  "absorption_corrected"
#define BACKGROUND_ATTENUATED "background_attenuated"
#define COMPTON_ATTENUATED    "compton_attenuated"

/* Output a column; NaN is masked. */
frit_status put_column(frit_call *c, uint32_t port, const frit_view *v, const double *column);
/* Output value = input value * factor, likewise sigma; masked where either is. */
frit_status put_product(frit_call *c, uint32_t port, const frit_view *v, const double *factor);

#endif
