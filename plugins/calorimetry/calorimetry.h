/* calorimetry: from the text exports of calorimeters to specific heat, glass transition, crystallisation and
 * relaxation enthalpy.
 *
 *     export.[ch], formats.c     the table and the header of an export, of five makers
 *     segments.[ch], runs.c      the parts of a temperature program; a run as heat flow and temperature
 *     curve.[ch]                 curves over temperature, lines by least squares, weighted sums
 *     under_peak.[ch]            the baseline under a peak
 *     sapphire.[ch]              the specific heat of the reference
 *     standards.[ch]             metals whose melting calibrates
 *     dsc_model.[ch]             a glass and a calorimeter in closed form, for tests
 *     molar.c                    outputs that several steps have
 *     the others                 the steps
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef CALORIMETRY_CALORIMETRY_H
#define CALORIMETRY_CALORIMETRY_H

#include "curve.h"
#include "plugin.h"
#include "segments.h"

/* ---- A run ---- */

#define TEMPERATURE_PORT \
    {.name = "temperature", .unit = "K", .ndim = 1, .axis_name = {"t"}, .axis_unit = {"s"}, \
     .doc = "of the sample, at the same times"}
#define RUN_PORTS \
    {.name = "heat_flow", .unit = "*", .ndim = 1, .axis_name = {"t"}, .axis_unit = {"s"}, \
     .doc = "heat flow over the whole program"}, \
    TEMPERATURE_PORT

/* How the parts of a program are told apart. */
#define HELD_RATE        0.2     /* K/min */
#define SHORTEST_SEGMENT 60.0    /* s */
#define RATE_WINDOW      30.0    /* s */
#define SEGMENT_PARAMS(T) \
    FRIT_F64(T, held, "K/min", HELD_RATE, 1e-6, 100, 0, "below this rate the temperature counts as held"), \
    FRIT_F64(T, shortest, "s", SHORTEST_SEGMENT, 0, 1e6, 0, \
             "a part that is shorter belongs to the one before it"), \
    FRIT_F64(T, window, "s", RATE_WINDOW, 1e-6, 1e5, 0, \
             "length of the line whose slope is the rate at a point"), \
    FRIT_F64(T, settled, "1", 0.3, 0.01, 1, 0, "share of a hold, at its end, whose mean is its level")

/* usable: 1 where the heat flow was measured, else 0.  sigma: NULL where there is none. */
struct calorimeter_run {
    size_t n;
    double *t, *T, *flow, *sigma, *usable;
    const char *unit;
};

/* From the ports `port` (heat flow) and `port` + 1 (temperature); memory is the call's scratch. */
frit_status take_run(frit_call *c, uint32_t port, struct calorimeter_run *r);
#define RULES(p) &(struct segment_rules){(p)->held, (p)->shortest, (p)->window}
frit_status find_segments(frit_call *c, const struct calorimeter_run *r, const struct segment_rules *rules,
                          struct segments *s);

/* ---- Outputs that several steps have; an output that nobody wants is not made ---- */

frit_status molar_mass(frit_call *c, const frit_composition *composition, const char *wanted, double *M);
frit_status put_number(frit_call *c, uint32_t port, double value, double sigma);
frit_status put_points(frit_call *c, uint32_t port, size_t n, const double *T, const double *y);
frit_status put_line(frit_call *c, uint32_t port, const struct line *l, double from, double to);
frit_status put_mark(frit_call *c, uint32_t port, double T, double y, double size);

/* ---- The steps ---- */

#define STEP(name) \
    extern const frit_port name##_inputs[], name##_outputs[]; \
    extern const frit_param name##_params[]; \
    extern const char name##_doc[]; \
    frit_status name##_run(frit_call *c)

enum { EXO_FILE, EXO_UP, EXO_DOWN };
struct read_calorimetry {
    frit_files files;
    int32_t format, exo, decimal;
    double mass, rate;
    const char *atmosphere, *curve, *time, *temperature, *heat_flow;
    const char *time_unit, *temperature_unit, *heat_flow_unit;
    bool whole;
};
STEP(read_calorimetry);
frit_status read_calorimetry_count(frit_call *c, uint64_t *n);

struct select_segment {
    const char *segment, *scan;
    double held, shortest, window, settled;
};
STEP(select_segment);

struct align_isotherms {
    double held, shortest, window, settled;
};
STEP(align_isotherms);

struct specific_heat {
    double mass, reference_mass, rate, reference_rate, blank_rate;
    double pan, reference_pan, blank_pan, pan_specific_heat, reference_specific_heat;
    frit_composition composition;
};
STEP(specific_heat);

struct specific_heat_steps {
    double mass, reference_mass, reference_specific_heat, held, shortest, window, settled;
};
STEP(specific_heat_steps);

struct glass_transition {
    frit_range range, glass, liquid;
    double tangent, significance;
};
STEP(glass_transition);

struct thermal_peak {
    frit_range range, before, limits;
    double tangent, side, significance, mass, rate;
    int32_t baseline;
    frit_composition composition;
};
STEP(crystallisation);
STEP(melting);

enum { REFERENCE_SECOND, REFERENCE_GLASS };
struct relaxation_enthalpy {
    int32_t reference;
    frit_range low, liquid;
    double from, to;
    frit_composition composition;
};
STEP(relaxation_enthalpy);

struct fictive_temperature {
    frit_range glass, liquid;
};
STEP(fictive_temperature);

struct baseline {
    frit_range limits;
    int32_t kind;
    double side;
};
STEP(baseline);

struct calibrate {
    const char *standards;
    int64_t degree;
};
STEP(calibrate_temperature);
STEP(calibrate_enthalpy);
extern const frit_param calibrate_params[];

struct simulate_dsc {
    int32_t sample, run;
    double mass, sapphire_mass, rate, hold, interval, noise, correlation;
    frit_range scan;
    int64_t seed;
};
STEP(simulate_dsc);
frit_status simulate_dsc_check(frit_call *c);

struct write_stare {
    const char *file;
    int32_t encoding, exo;
};
STEP(write_stare);

#endif
