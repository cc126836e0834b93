/* The steps of the plugin.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef SIMULATE_H
#define SIMULATE_H

#include "detector.h"
#include "schedule.h"
#include "structure.h"
#include "plugin.h"

/* Which sample, as a parameter: the k-th choice is structure_sample_at(k). */
#define SAMPLE_CHOICE "AC|CR|HPT"
#define SAMPLE_DOC \
    "AC: as cast, 1 mm thick; CR: cold rolled, 0.3 mm; HPT: deformed by high-pressure torsion, 0.3 mm"

/* The input port that the model's steps share, and its value: FRIT_EDATA with a sentence where it is none. */
#define TEMPERATURE_PORT \
    { .name = "temperature", .unit = "K", .doc = "of the sample: one number, or a series of them" }
frit_status temperature_input(frit_call *c, uint32_t port, double *temperature);

/* ---- Rings ---- */

struct ring_pattern {
    double     dist, poni1, poni2, rot1, rot2, rot3, wavelength, pixel;
    int64_t    rows, columns, frames;
    frit_array q, height;
    double     width, background, polarization_factor, dark;
    bool       noise;
    int64_t    seed;
};

extern const frit_port  ring_pattern_outputs[];
extern const frit_param ring_pattern_params[];
frit_status ring_pattern_check(frit_call *c);
frit_status ring_pattern_count(frit_call *c, uint64_t *n);
frit_status ring_pattern_run(frit_call *c);

/* ---- The model glass ---- */

struct model_grid {
    int32_t state;
    double  from, to, step;
};

struct model_state {
    int32_t state;
};

struct model_truth {
    int32_t    state;
    frit_range window;
};

extern const frit_port model_inputs[], model_structure_factor_outputs[], model_pdf_outputs[],
    model_state_outputs[];
extern const frit_param model_structure_factor_params[], model_pdf_params[], model_state_params[];
frit_status model_structure_factor_run(frit_call *c);
frit_status model_pdf_run(frit_call *c);
frit_status model_state_run(frit_call *c);

extern const frit_port  model_truth_outputs[], model_kink_outputs[];
extern const frit_param model_truth_params[], model_kink_params[];
frit_status model_truth_run(frit_call *c);
frit_status model_kink_check(frit_call *c);
frit_status model_kink_run(frit_call *c);

/* ---- The experiment ---- */

extern const frit_port  schedule_outputs[];
extern const frit_param schedule_params[];
frit_status schedule_check(frit_call *c);
frit_status schedule_count(frit_call *c, uint64_t *n);
frit_status schedule_run(frit_call *c);

struct panel {
    struct detector detector;
    double  flat_spread, dark_level, dark_spread, dark_wave, dead_pixels, hot_pixels, hot_level;
    double  stop_radius, arm_width, margin;
    int64_t dead_row, seed;
};

extern const frit_port  panel_outputs[];
extern const frit_param panel_params[];
frit_status panel_run(frit_call *c);

struct frame {
    struct detector detector;
    int32_t kind, state, multiple, blur;
    double thickness, flux, exposure, gain, read_noise, polarization_factor, converter_thickness,
        fluorescence;
    double  furnace, upstream, stop_radius, arm_width, stop_leak, beam_size, motion;
    bool    noise;
    int64_t average, seed;
};

extern const frit_port  frame_inputs[], frame_outputs[];
extern const frit_param frame_params[];
frit_status frame_check(frit_call *c);
frit_status frame_prepare(frit_call *c, void **plan);
void        frame_release(void *plan);
frit_status frame_run(frit_call *c);

/* ---- Its files ---- */

struct record_frame {
    const char *file, *start_time, *description;
};

struct record_list {
    const char *file, *frames, *start_time;
    double      exposure;
};

struct record_log {
    const char     *file, *start_time;
    struct schedule schedule;
};

struct record_poni {
    const char     *file;
    struct detector detector;
};

struct record_manifest {
    const char *file, *settings, *samples;
};

extern const frit_port  record_frame_inputs[], record_list_inputs[];
extern const frit_param record_frame_params[], record_list_params[], record_log_params[],
    record_manifest_params[];
extern const frit_param record_poni_params[];
frit_status record_frame_check(frit_call *c);
frit_status record_frame_run(frit_call *c);
frit_status record_list_check(frit_call *c);
frit_status record_list_run(frit_call *c);
frit_status record_log_check(frit_call *c);
frit_status record_log_run(frit_call *c);
frit_status record_manifest_run(frit_call *c);
frit_status record_poni_run(frit_call *c);

#endif
