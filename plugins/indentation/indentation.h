/* The steps of this module, for its table in indentation.c.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef INDENTATION_INDENTATION_H
#define INDENTATION_INDENTATION_H

#include "plugin.h"

struct read_indentation {
    frit_files files;
    const char *time, *load, *depth, *other;
    double interval;
    frit_array tests;
    int32_t format;
};
extern const frit_port read_indentation_outputs[];
extern const frit_param read_indentation_params[];
extern const char read_indentation_doc[];
frit_status read_indentation_count(frit_call *c, uint64_t *n);
frit_status read_indentation_run(frit_call *c);

struct read_indentation_results {
    const char *file, *quantity, *unit;
};
extern const frit_port read_indentation_results_outputs[];
extern const frit_param read_indentation_results_params[];
extern const char read_indentation_results_doc[];
frit_status read_indentation_results_run(frit_call *c);

struct contact {
    double slope, least_load;
    int64_t points;
    bool tare;
};
extern const frit_port contact_inputs[], contact_outputs[];
extern const frit_param contact_params[];
extern const char contact_doc[];
frit_status contact_run(frit_call *c);

struct drift {
    double rate, use;
    frit_range times;
};
extern const frit_port drift_inputs[], drift_outputs[];
extern const frit_param drift_params[];
extern const char drift_doc[];
frit_status drift_run(frit_call *c);

struct frame_compliance {
    double frame_stiffness;
};
extern const frit_port frame_compliance_inputs[], frame_compliance_outputs[];
extern const frit_param frame_compliance_params[];
extern const char frame_compliance_doc[];
frit_status frame_compliance_run(frit_call *c);

struct oliver_pharr {
    double poisson, epsilon, beta, indenter_modulus, indenter_poisson, area_uncertainty, disagreement;
    frit_array area;
    frit_range window;
    int32_t window_of, epsilon_from, beta_from, area_unit;
    int64_t cycle;
};
extern const frit_port oliver_pharr_inputs[], oliver_pharr_outputs[], oliver_pharr_cycles_outputs[];
extern const frit_param oliver_pharr_params[], oliver_pharr_cycles_params[];
extern const char oliver_pharr_doc[], oliver_pharr_cycles_doc[];
frit_status oliver_pharr_check(frit_call *c);
frit_status oliver_pharr_run(frit_call *c);
frit_status oliver_pharr_cycles_run(frit_call *c);

struct area_function {
    double modulus, poisson, epsilon, beta, indenter_modulus, indenter_poisson, first;
    int64_t terms;
};
extern const frit_port area_function_inputs[], area_function_outputs[];
extern const frit_param area_function_params[];
extern const char area_function_doc[];
frit_status area_function_run(frit_call *c);

struct frame_stiffness {
    double least_load;
};
extern const frit_port frame_stiffness_inputs[], frame_stiffness_outputs[];
extern const frit_param frame_stiffness_params[];
extern const char frame_stiffness_doc[];
frit_status frame_stiffness_run(frit_call *c);

struct pop_in {
    double threshold, least, modulus, radius, first;
    int64_t width;
};
extern const frit_port pop_in_inputs[], pop_in_outputs[];
extern const frit_param pop_in_params[];
extern const char pop_in_doc[];
frit_status pop_in_check(frit_call *c);
frit_status pop_in_run(frit_call *c);

struct work {
    int64_t cycle;
    bool close;
};
extern const frit_port work_inputs[], work_outputs[];
extern const frit_param work_params[];
extern const char work_doc[];
frit_status work_run(frit_call *c);

struct creep {
    frit_range times;
    int64_t cycle;
};
extern const frit_port creep_inputs[], creep_outputs[];
extern const frit_param creep_params[];
extern const char creep_doc[];
frit_status creep_run(frit_call *c);

struct statistics {
    int32_t error;
    frit_range accept;
    double outliers;
    int64_t least;
};
extern const frit_port statistics_inputs[], statistics_outputs[];
extern const frit_param statistics_params[];
extern const char statistics_doc[];
frit_status statistics_run(frit_call *c);

struct depth_profile {
    double poisson, epsilon, beta, indenter_modulus, indenter_poisson;
    frit_array area;
    frit_range average;
    int32_t area_unit;
};
extern const frit_port depth_profile_inputs[], depth_profile_outputs[];
extern const frit_param depth_profile_params[];
extern const char depth_profile_doc[];
frit_status depth_profile_check(frit_call *c);
frit_status depth_profile_run(frit_call *c);

struct simulate_indents {
    int32_t sample;
    double hardness, modulus, hardness_sd, modulus_sd;
    double poisson, beta, exponent, load, load_time, hold, unload_time, low_hold, rate;
    double drift, frame_stiffness, depth_noise, load_noise, creep;
    double pop_in_load, pop_in_width;
    frit_array area;
    int64_t indents, only, seed;
    bool exact;
};
extern const frit_port simulate_indents_outputs[];
extern const frit_param simulate_indents_params[];
extern const char simulate_indents_doc[];
frit_status simulate_indents_check(frit_call *c);
frit_status simulate_indents_count(frit_call *c, uint64_t *n);
frit_status simulate_indents_run(frit_call *c);

struct write_nanosuite {
    const char *file;
};
extern const frit_port write_nanosuite_inputs[];
extern const frit_param write_nanosuite_params[];
extern const char write_nanosuite_doc[];
frit_status write_nanosuite_run(frit_call *c);

#endif
