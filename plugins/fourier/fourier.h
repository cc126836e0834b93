/* fourier.h: the steps between reciprocal and real space.
 *
 *     sine_sum.[ch]        sums of c_j exp(i Q_j r_i) on two uniform grids, by one fast Fourier transform
 *     lanes.[ch]           loops for the instructions that the processor has
 *     integral.[ch]        S(Q) made ready for the integral over Q: range, gaps, low-Q part, window
 *     sine_transform.[ch]  S(Q) to G(r) with its uncertainty, from these two
 *     sine_covariance.c    the covariance of G(r)
 *     low_r.[ch]           what is wrong with G(r) below the first distance between atoms, and that in S(Q)
 *     convert.[ch]         one function of Q or r into another
 *     density.c            the number density of a sample
 *     transform.c, inverse_transform.c, pair_distribution.c, clean_low_r.c, fourier_filter.c,
 *     convert_structure_factor.c, convert_pdf.c   the steps
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef FRIT_FOURIER_H
#define FRIT_FOURIER_H

#include "plugin.h"

struct transform {
    double  qmin, qmax, rmin, rmax, rstep, s0, taper, resolution, max_amplification;
    int64_t edge_points;
    int32_t window, below_qmin, quadrature;
};
extern const frit_port  transform_inputs[], transform_outputs[];
extern const frit_param transform_params[];
extern const char       transform_doc[];
frit_status transform_check(frit_call *c);
frit_status transform_prepare(frit_call *c, void **plan);
void        transform_release(void *plan);
frit_status transform_run(frit_call *c);

struct inverse_transform {
    double  rmax, qmin, qmax, qstep, taper;
    int32_t window;
};
extern const frit_port  inverse_transform_inputs[], inverse_transform_outputs[];
extern const frit_param inverse_transform_params[];
extern const char       inverse_transform_doc[];
frit_status inverse_transform_check(frit_call *c);
frit_status inverse_transform_prepare(frit_call *c, void **plan);
void        inverse_transform_release(void *plan);
frit_status inverse_transform_run(frit_call *c);

/* How dense the sample is: directly, or by mass and composition. */
struct density {
    double           number_density, density;
    frit_composition composition;
};

struct pair_distribution {
    struct density sample;
};
extern const frit_port  pair_distribution_inputs[], pair_distribution_outputs[];
extern const frit_param pair_distribution_params[];
extern const char       pair_distribution_doc[];
frit_status pair_distribution_check(frit_call *c);
frit_status pair_distribution_run(frit_call *c);

struct clean_low_r {
    struct density sample;
    double  rmin, relaxation, qmin, qmax, s0;
    int64_t iterations, edge_points;
    int32_t below_qmin, quadrature, method;
};
extern const frit_port  clean_low_r_inputs[], clean_low_r_outputs[];
extern const frit_param clean_low_r_params[];
extern const char       clean_low_r_doc[];
frit_status clean_low_r_check(frit_call *c);
frit_status clean_low_r_run(frit_call *c);

struct fourier_filter {
    struct density sample;
    double  rmin, qmin, qmax, s0;
    int64_t edge_points;
    int32_t below_qmin, quadrature, target;
};
extern const frit_port  fourier_filter_inputs[], fourier_filter_outputs[];
extern const frit_param fourier_filter_params[];
extern const char       fourier_filter_doc[];
frit_status fourier_filter_check(frit_call *c);
frit_status fourier_filter_run(frit_call *c);

/* ---- density.c ---- */

/* Atoms in a cubic angstrom; or fail() with what is missing. */
frit_status number_density(frit_call *c, const struct density *d, double *rho0);
/* Refuses an input whose absolute scale is lost. */
frit_status absolute_scale(frit_call *c);

/* The parameters that fill a struct density, the member `sample` of T. */
#define DENSITY_PARAMS(T) \
    {.name = "number_density", .type = FRIT_TYPE_F64, .flags = FRIT_PARAM_SAMPLE, \
     .offset = FRIT_OFFSET(T, sample.number_density, double), .def = NAN, .min = 1e-6, .max = 1, \
     .unit = "1/angstrom^3", \
     .doc = "Atoms in a volume, rho0; taken before density and composition where all are given."}, \
    {.name = "density", .type = FRIT_TYPE_F64, .flags = FRIT_PARAM_SAMPLE, \
     .offset = FRIT_OFFSET(T, sample.density, double), .def = NAN, .min = 1e-4, .max = 100, \
     .unit = "g/cm^3", \
     .doc = "Mass density; with the composition it gives the number density."}, \
    {.name = "composition", .type = FRIT_TYPE_COMPOSITION, .flags = FRIT_PARAM_SAMPLE, \
     .offset = FRIT_OFFSET(T, sample.composition, frit_composition), \
     .doc = "Atomic fractions, as \"Zr52.5Cu17.9Ni14.6Al10Ti5\"; for the number density."}

#endif
