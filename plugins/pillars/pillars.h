/* The steps of this module, for its table in pillars.c.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef PILLARS_PILLARS_H
#define PILLARS_PILLARS_H

#include "plugin.h"

struct pillar {
    double diameter, height, taper, frame_stiffness, modulus, poisson, punch_modulus, punch_poisson, offset,
        threshold, least_drop, diameter_uncertainty;
    frit_range elastic;
    int32_t diameter_at, sneddon, yield_by, control;
};
extern const frit_port pillar_inputs[], pillar_outputs[];
extern const frit_param pillar_params[];
extern const char pillar_doc[];
frit_status pillar_check(frit_call *c);
frit_status pillar_run(frit_call *c);

struct simulate_pillars {
    int32_t sample;
    double yield, modulus, poisson, diameter, height, taper, frame_stiffness, hardening, drop, interval,
        contact, blunt, speed, rate, travel, load_noise, offset;
    int64_t pillars, only, seed;
};
extern const frit_port simulate_pillars_outputs[];
extern const frit_param simulate_pillars_params[];
extern const char simulate_pillars_doc[];
frit_status simulate_pillars_check(frit_call *c);
frit_status simulate_pillars_count(frit_call *c, uint64_t *n);
frit_status simulate_pillars_run(frit_call *c);

struct write_femtotools {
    const char *file;
};
extern const frit_port write_femtotools_inputs[];
extern const frit_param write_femtotools_params[];
extern const char write_femtotools_doc[];
frit_status write_femtotools_run(frit_call *c);

#endif
