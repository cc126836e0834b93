/* The steps of this module, for its table in scattering.c.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef SCATTERING_SCATTERING_H
#define SCATTERING_SCATTERING_H

#include "form_tables.h"
#include "plugin.h"

typedef struct background_params {
    frit_array bgscale;
} background_params;
extern const frit_port background_inputs[], background_outputs[];
extern const frit_param background_table[];
frit_status background_run(frit_call *c);

typedef struct form_factors_params {
    frit_composition   composition;
    struct form_tables tables;
} form_factors_params;
extern const frit_port form_factors_inputs[], form_factors_outputs[];
extern const frit_param form_factors_table[];
frit_status form_factors_check(frit_call *c);
frit_status form_factors_prepare(frit_call *c, void **plan);
frit_status form_factors_run(frit_call *c);

typedef struct compton_params {
    frit_composition composition;
    double           wavelength, energy;
    int64_t          recoil_exponent;
    int32_t          recoil;
} compton_params;
extern const frit_port compton_inputs[], compton_outputs[];
extern const frit_param compton_table[];
frit_status compton_check(frit_call *c);
frit_status compton_prepare(frit_call *c, void **plan);
frit_status compton_run(frit_call *c);

typedef struct normalise_params {
    frit_composition   composition;
    struct form_tables tables;
    double             density, number_density;
    int32_t            method, definition, window;
    double             qmin, qmax, highqratio, rstep;
    frit_range         rlow;
    int64_t            edge_points;
    bool               laue, fit_fluorescence, fit_multiple;
} normalise_params;
extern const frit_port normalise_inputs[], normalise_outputs[];
extern const frit_param normalise_table[];
frit_status normalise_check(frit_call *c);
frit_status normalise_prepare(frit_call *c, void **plan);
void normalise_release(void *plan);
frit_status normalise_run(frit_call *c);

typedef struct polynomial_params {
    frit_composition   composition;
    struct form_tables tables;
    double             rpoly, qmaxinst, qmin, qmax, highqratio;
    int32_t            weight;
} polynomial_params;
extern const frit_port polynomial_inputs[], polynomial_outputs[];
extern const frit_param polynomial_table[];
frit_status polynomial_check(frit_call *c);
frit_status polynomial_prepare(frit_call *c, void **plan);
frit_status polynomial_run(frit_call *c);

typedef struct extrapolate_params {
    int32_t shape;
    double  qmin, s0;
    int64_t edge_points;
} extrapolate_params;
extern const frit_port extrapolate_inputs[], extrapolate_outputs[];
extern const frit_param extrapolate_table[];
frit_status extrapolate_run(frit_call *c);

/* Shared: is the composition there, with tables for every element? */
frit_status scattering_check_composition(frit_call *c, const frit_composition *composition);

#endif
