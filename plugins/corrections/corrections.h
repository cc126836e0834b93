/* The steps of this module, for its table in corrections.c.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef CORRECTIONS_CORRECTIONS_H
#define CORRECTIONS_CORRECTIONS_H

#include "plugin.h"
#include "sample.h"

typedef struct attenuation_params {
    struct sample    sample;
    double           thickness;
    frit_composition converter;
    double           converter_density, converter_thickness;
} attenuation_params;
extern const frit_port attenuation_outputs[];
extern const frit_param attenuation_table[];
frit_status attenuation_check(frit_call *c);
frit_status attenuation_run(frit_call *c);

typedef struct absorption_params {
    struct sample sample;
    double        thickness, diameter, tilt;
    int32_t       geometry, azimuth;
} absorption_params;
extern const frit_port absorption_inputs[], absorption_outputs[];
extern const frit_param absorption_table[];
frit_status absorption_check(frit_call *c);
frit_status absorption_prepare(frit_call *c, void **plan);
frit_status absorption_run(frit_call *c);

typedef struct attenuate_params {
    struct sample sample;
    double        thickness, upstream;
    bool          transmission;
} attenuate_params;
extern const frit_port attenuate_inputs[], attenuate_outputs[];
extern const frit_param attenuate_table[];
frit_status attenuate_check(frit_call *c);
frit_status attenuate_prepare(frit_call *c, void **plan);
frit_status attenuate_run(frit_call *c);

typedef struct container_params {
    struct sample    sample;
    double           thickness, diameter;
    frit_composition container_composition;
    double           container_density, container_mu, wall;
    int32_t          geometry, azimuth;
} container_params;
extern const frit_port container_inputs[], container_outputs[];
extern const frit_param container_table[];
frit_status container_check(frit_call *c);
frit_status container_prepare(frit_call *c, void **plan);
frit_status container_run(frit_call *c);

typedef struct multiple_params {
    struct sample sample;
    double        thickness;
    int32_t       method;
} multiple_params;
extern const frit_port multiple_inputs[], multiple_outputs[];
extern const frit_param multiple_table[];
frit_status multiple_check(frit_call *c);
frit_status multiple_prepare(frit_call *c, void **plan);
frit_status multiple_run(frit_call *c);

typedef struct fluorescence_params {
    struct sample sample;
    double        thickness, scale, line_energy;
    bool          unpolarized;
} fluorescence_params;
extern const frit_port fluorescence_inputs[], fluorescence_outputs[];
extern const frit_param fluorescence_table[];
frit_status fluorescence_check(frit_call *c);
frit_status fluorescence_prepare(frit_call *c, void **plan);
frit_status fluorescence_run(frit_call *c);

typedef struct compton_attenuation_params {
    struct sample    sample;
    double           thickness;
    frit_composition converter;
    double           converter_density, converter_thickness;
} compton_attenuation_params;
extern const frit_port compton_attenuation_inputs[], compton_attenuation_outputs[];
extern const frit_param compton_attenuation_table[];
frit_status compton_attenuation_check(frit_call *c);
frit_status compton_attenuation_prepare(frit_call *c, void **plan);
frit_status compton_attenuation_run(frit_call *c);

#endif
