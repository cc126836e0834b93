/* calorimetry: the table of its steps.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "calorimetry.h"

#define COMMON(name_)                                                                                        \
    .name = #name_, .version = 1, .doc = name_##_doc, .params_size = sizeof(struct name_), .run = name_##_run

static const frit_step steps[] = {
    {COMMON(read_calorimetry),
     .summary = "Read heat flow and temperature from the text export of a calorimeter",
     .reference = "sign: ISO 11357-1:2023, Plastics - Differential scanning calorimetry (DSC) - Part 1",
     .outputs = read_calorimetry_outputs, .params = read_calorimetry_params, .count = read_calorimetry_count},
    {COMMON(select_segment), .summary = "One part of a temperature program as a curve over temperature",
     .reference = "ISO 11357-1:2023, Plastics - Differential scanning calorimetry (DSC) - Part 1",
     .inputs = select_segment_inputs, .outputs = select_segment_outputs, .params = select_segment_params},
    {COMMON(align_isotherms), .summary = "Straighten a run through the levels of its isothermal parts",
     .reference = "ASTM E1269-11(2018), doi:10.1520/E1269-11R18; ISO 11357-4:2021",
     .inputs = align_isotherms_inputs, .outputs = align_isotherms_outputs, .params = align_isotherms_params},
    {COMMON(specific_heat), .summary = "Specific heat from the scans of sample, sapphire and empty pans",
     .reference = "ASTM E1269-11(2018), doi:10.1520/E1269-11R18; ISO 11357-4:2021; sapphire: D. G. Archer, "
                  "J. Phys. Chem. "
                  "Ref. Data 22, 1441 (1993), doi:10.1063/1.555931",
     .inputs = specific_heat_inputs, .outputs = specific_heat_outputs, .params = specific_heat_params},
    {COMMON(specific_heat_steps), .summary = "Specific heat by steps of temperature between holds",
     .reference = "ISO 11357-4:2021, Plastics - Differential scanning calorimetry (DSC) - Part 4",
     .inputs = specific_heat_steps_inputs, .outputs = specific_heat_steps_outputs,
     .params = specific_heat_steps_params},
    {COMMON(glass_transition), .summary = "Onset, midpoint, end, inflection and step of a glass transition",
     .reference = "ASTM E1356-08(2014), doi:10.1520/E1356-08R14; ISO 11357-2:2020",
     .inputs = glass_transition_inputs, .outputs = glass_transition_outputs,
     .params = glass_transition_params},
    {.name = "crystallisation",
     .version = 1,
     .doc = crystallisation_doc,
     .params_size = sizeof(struct thermal_peak),
     .run = crystallisation_run,
     .summary = "Onset, top, end and enthalpy of an exotherm",
     .reference = "ISO 11357-5:2013, ISO 11357-3:2018; W. F. Hemminger and S. M. Sarge, J. Therm. Anal. 37, "
                  "1455 (1991), "
                  "doi:10.1007/BF01914114",
     .inputs = crystallisation_inputs,
     .outputs = crystallisation_outputs,
     .params = crystallisation_params},
    {.name = "melting",
     .version = 1,
     .doc = melting_doc,
     .params_size = sizeof(struct thermal_peak),
     .run = melting_run,
     .summary = "Onset, top, end and enthalpy of an endotherm, of a melting standard",
     .reference = "ISO 11357-3:2018; ASTM E794-06(2018), doi:10.1520/E0794-06R18",
     .inputs = melting_inputs,
     .outputs = melting_outputs,
     .params = melting_params},
    {COMMON(relaxation_enthalpy), .summary = "Heat that a glass releases below its glass transition",
     .reference = "A. van den Beukel and J. Sietsma, Acta Metall. Mater. 38, 383 (1990), "
                  "doi:10.1016/0956-7151(90)90142-4",
     .inputs = relaxation_enthalpy_inputs, .outputs = relaxation_enthalpy_outputs,
     .params = relaxation_enthalpy_params},
    {COMMON(fictive_temperature), .summary = "Temperature at which the liquid has the enthalpy of the glass",
     .reference =
         "C. T. Moynihan, A. J. Easteal, M. A. DeBolt and J. Tucker, J. Am. Ceram. Soc. 59, 12 (1976), "
         "doi:10.1111/j.1151-2916.1976.tb09376.x",
     .inputs = fictive_temperature_inputs, .outputs = fictive_temperature_outputs,
     .params = fictive_temperature_params},
    {COMMON(baseline), .summary = "Baseline under a peak, and the area above it",
     .reference = "W. F. Hemminger and S. M. Sarge, J. Therm. Anal. 37, 1455 (1991), doi:10.1007/BF01914114",
     .inputs = baseline_inputs, .outputs = baseline_outputs, .params = baseline_params},
    {.name = "calibrate_temperature",
     .version = 1,
     .doc = calibrate_temperature_doc,
     .params_size = sizeof(struct calibrate),
     .run = calibrate_temperature_run,
     .summary = "Correct temperatures by the melting of metals",
     .reference = "ASTM E967-18, doi:10.1520/E0967-18; H. Preston-Thomas, Metrologia 27, 3 (1990), "
                  "doi:10.1088/0026-1394/27/1/002",
     .inputs = calibrate_temperature_inputs,
     .outputs = calibrate_temperature_outputs,
     .params = calibrate_params},
    {.name = "calibrate_enthalpy",
     .version = 1,
     .doc = calibrate_enthalpy_doc,
     .params_size = sizeof(struct calibrate),
     .run = calibrate_enthalpy_run,
     .summary = "Correct heat flow by the enthalpies of melting of metals",
     .reference =
         "ASTM E968-02(2014), doi:10.1520/E0968-02R14; R. Sabbah et al., Thermochim. Acta 331, 93 (1999), "
         "doi:10.1016/S0040-6031(99)00009-X",
     .inputs = calibrate_enthalpy_inputs,
     .outputs = calibrate_enthalpy_outputs,
     .params = calibrate_params},
    {COMMON(simulate_dsc), .summary = "Simulate runs of a calorimeter on a glass of known transitions",
     .reference = "transitions and enthalpies: doi:10.20517/microstructures.2026.06",
     .outputs = simulate_dsc_outputs, .params = simulate_dsc_params, .check = simulate_dsc_check},
    {COMMON(write_stare), .flags = FRIT_STEP_SINK,
     .summary = "Write a run of a calorimeter as a STARe text export",
     .reference = "layout: Mettler-Toledo STARe, text export of curves", .inputs = write_stare_inputs,
     .params = write_stare_params}};

static const frit_module module = {FRIT_SIZES,
                                   .n_steps = sizeof steps / sizeof *steps,
                                   .name = "calorimetry",
                                   .version = "0.1.0",
                                   .author = "the Frit authors",
                                   .license = "GPL-3.0-or-later",
                                   .steps = steps};

const frit_module *frit_module_v1(void)
{
    return &module;
}
