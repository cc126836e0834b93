/* Micropillars under compression: stress, strain, yield and serrations.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "pillars.h"

static const frit_step steps[] = {
    {.name = "pillar",
     .version = 2,
     .summary = "Stress, strain, yield and serrations of a compressed micropillar",
     .doc = pillar_doc,
     .reference = "Uchic et al., Science 305 (2004) 986, doi:10.1126/science.1098993; Sneddon, Int. J. Eng. "
                  "Sci. 3 (1965) 47, "
                  "doi:10.1016/0020-7225(65)90019-4; Zhang et al., Scripta Mater. 54 (2006) 181, "
                  "doi:10.1016/j.scriptamat.2005.06.043",
     .inputs = pillar_inputs,
     .outputs = pillar_outputs,
     .params = pillar_params,
     .params_size = sizeof(struct pillar),
     .check = pillar_check,
     .run = pillar_run},
    {.name = "simulate_pillars",
     .version = 1,
     .summary = "Micropillars of known yield, as an instrument records their compression",
     .doc = simulate_pillars_doc,
     .reference = "Sneddon, Int. J. Eng. Sci. 3 (1965) 47, doi:10.1016/0020-7225(65)90019-4",
     .outputs = simulate_pillars_outputs,
     .params = simulate_pillars_params,
     .params_size = sizeof(struct simulate_pillars),
     .check = simulate_pillars_check,
     .count = simulate_pillars_count,
     .run = simulate_pillars_run},
    {.name = "write_femtotools",
     .version = 1,
     .flags = FRIT_STEP_SINK,
     .summary = "Write a compression as the text that FemtoTools' instruments export",
     .doc = write_femtotools_doc,
     .reference = "the layout of FemtoTools' exported measurements",
     .inputs = write_femtotools_inputs,
     .params = write_femtotools_params,
     .params_size = sizeof(struct write_femtotools),
     .run = write_femtotools_run},
};

static const frit_module module = {
    FRIT_SIZES,         sizeof steps / sizeof *steps, .name = "pillars",
    .version = "0.1.0", .author = "the Frit authors", .license = "GPL-3.0-or-later",
    .steps = steps};

const frit_module *frit_module_v1(void)
{
    return &module;
}
