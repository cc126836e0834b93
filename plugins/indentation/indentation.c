/* Instrumented indentation: the curves of nanoindenters, to hardness, modulus, pop-ins, creep and work.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "indentation.h"

#define OLIVER_PHARR                                                                                         \
    "Oliver & Pharr, J. Mater. Res. 7 (1992) 1564, doi:10.1557/JMR.1992.1564, and 19 (2004) 3, "             \
    "doi:10.1557/jmr.2004.19.1.3"

#define STEP(n, v, s, r)                                                                                     \
    .name = #n, .version = v, .summary = s, .doc = n##_doc, .reference = r, .inputs = n##_inputs,            \
    .outputs = n##_outputs, .params = n##_params, .params_size = sizeof(struct n), .run = n##_run

static const frit_step steps[] = {
    {.name = "read_indentation",
     .version = 2,
     .summary = "Read tests of nanoindenters: NanoSuite workbooks and text, Hysitron, Anton Paar, "
                "Fischerscope, FemtoTools, CSV",
     .doc = read_indentation_doc,
     .patterns = "*.xls|*.xlsx|*.hld|*.hap",
     .reference =
         "[MS-XLS] Excel Binary File Format, Microsoft (2021); ECMA-376, Office Open XML File Formats (2021)",
     .outputs = read_indentation_outputs,
     .params = read_indentation_params,
     .params_size = sizeof(struct read_indentation),
     .count = read_indentation_count,
     .run = read_indentation_run},
    {.name = "read_indentation_results",
     .version = 1,
     .summary = "Read one quantity of all tests from an instrument's report: Anton Paar, NanoSuite",
     .doc = read_indentation_results_doc,
     .reference = "ISO 14577-1:2015, Metallic materials: instrumented indentation test",
     .outputs = read_indentation_results_outputs,
     .params = read_indentation_results_params,
     .params_size = sizeof(struct read_indentation_results),
     .run = read_indentation_results_run},
    {STEP(contact, 2, "Find where the tip meets the surface, and count depth, load and time from there",
          "ISO 14577-1:2015, 7.6; Hay & Pharr, ASM Handbook 8 (2000) 232")},
    {STEP(drift, 2, "Take the drift out of the depth, measured while the load is low",
          "ISO 14577-1:2015, 7.5; " OLIVER_PHARR)},
    {STEP(frame_compliance, 1, "Take the bending of the instrument's frame out of the depth", OLIVER_PHARR)},
    {STEP(oliver_pharr, 3, "Hardness and modulus from an unloading", OLIVER_PHARR),
     .check = oliver_pharr_check},
    {.name = "oliver_pharr_cycles",
     .version = 3,
     .summary = "Hardness and modulus from each unloading of a test with several",
     .doc = oliver_pharr_cycles_doc,
     .reference = OLIVER_PHARR,
     .inputs = oliver_pharr_inputs,
     .outputs = oliver_pharr_cycles_outputs,
     .params = oliver_pharr_cycles_params,
     .params_size = sizeof(struct oliver_pharr),
     .check = oliver_pharr_check,
     .run = oliver_pharr_cycles_run},
    {STEP(area_function, 1, "Calibrate the area function of a tip on a reference", OLIVER_PHARR)},
    {STEP(frame_stiffness, 1, "Find the stiffness of the instrument's frame on a reference", OLIVER_PHARR)},
    {STEP(pop_in, 3, "Find sudden jumps of the depth on loading, with the elastic contact before the first",
          "Gerberich et al., Acta Mater. 44 (1996) 3585, doi:10.1016/1359-6454(96)00010-9; Johnson, Contact "
          "Mechanics, Cambridge "
          "1985; Bei et al., Phys. Rev. Lett. 95 (2005) 045501, doi:10.1103/PhysRevLett.95.045501"),
     .check = pop_in_check},
    {STEP(work, 3, "Total, elastic and plastic work of an indent",
          "Cheng & Cheng, Appl. Phys. Lett. 73 (1998) 614, doi:10.1063/1.121873; ISO 14577-1:2015, A.6")},
    {STEP(creep, 3, "Growth of the depth while the peak load is held",
          "ISO 14577-1:2015, A.7; Chudoba & Richter, Surf. Coat. Technol. 148 (2001) 191, "
          "doi:10.1016/S0257-8972(01)01340-8")},
    {STEP(statistics, 2, "Mean, standard deviation and number over tests, and which were left out, and why",
          "JCGM 100:2008 (GUM), 4.2, doi:10.59161/JCGM100-2008E; Leys et al., J. Exp. Soc. Psychol. 49 "
          "(2013) 764, "
          "doi:10.1016/j.jesp.2013.03.013")},
    {STEP(depth_profile, 2, "Hardness and modulus over the depth, from a dynamic measurement (CSM)",
          OLIVER_PHARR),
     .check = depth_profile_check},
    {.name = "simulate_indents",
     .version = 1,
     .summary = "Indents into a sample of known hardness and modulus, as an instrument records them",
     .doc = simulate_indents_doc,
     .reference = OLIVER_PHARR,
     .outputs = simulate_indents_outputs,
     .params = simulate_indents_params,
     .params_size = sizeof(struct simulate_indents),
     .check = simulate_indents_check,
     .count = simulate_indents_count,
     .run = simulate_indents_run},
    {.name = "write_nanosuite",
     .version = 1,
     .flags = FRIT_STEP_SINK,
     .summary = "Write an indent as the text that NanoSuite exports",
     .doc = write_nanosuite_doc,
     .reference = "the layout of NanoSuite's exported tests (KLA)",
     .inputs = write_nanosuite_inputs,
     .params = write_nanosuite_params,
     .params_size = sizeof(struct write_nanosuite),
     .run = write_nanosuite_run},
};

static const frit_module module = {
    FRIT_SIZES,         sizeof steps / sizeof *steps, .name = "indentation",
    .version = "0.1.0", .author = "the Frit authors", .license = "GPL-3.0-or-later",
    .steps = steps};

const frit_module *frit_module_v1(void)
{
    return &module;
}
