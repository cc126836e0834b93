/* trends: what a quantity does with temperature.
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "trends.h"

static const frit_step steps[] = {
    {.name = "spline",
     .version = 1,
     .summary = "Penalised B-spline through a curve, smoothed by cross-validation, with band and slope",
     .doc = spline_doc,
     .reference = "P. H. C. Eilers and B. D. Marx, Stat. Sci. 11 (1996) 89, doi:10.1214/ss/1038425655; band: "
                  "D. Nychka, J. Am. Stat. Assoc. 83 (1988) 1134, doi:10.1080/01621459.1988.10478711",
     .inputs = spline_inputs,
     .outputs = spline_outputs,
     .params = spline_params,
     .params_size = sizeof(struct spline),
     .run = spline_run},
    {.name = "transition",
     .version = 1,
     .summary = "Temperature at which a curve bends, from two straight lines that meet, with an interval",
     .doc = transition_doc,
     .reference = "D. J. Hudson, J. Am. Stat. Assoc. 61 (1966) 1097, doi:10.1080/01621459.1966.10482198; "
                  "bootstrap: C. F. J. Wu, Ann. Stat. 14 (1986) 1261, doi:10.1214/aos/1176350142",
     .inputs = transition_inputs,
     .outputs = transition_outputs,
     .params = transition_params,
     .params_size = sizeof(struct transition),
     .check = transition_check,
     .run = transition_run},
    {.name = "residual",
     .version = 1,
     .summary = "A curve minus the straight line that it follows at low temperatures",
     .doc = residual_doc,
     .reference = "first-order propagation of uncertainty: JCGM 100:2008 (GUM), 5.2, "
                  "doi:10.59161/JCGM100-2008E",
     .inputs = residual_inputs,
     .outputs = residual_outputs,
     .params = residual_params,
     .params_size = sizeof(struct residual),
     .run = residual_run},
    {.name = "thermal_expansion",
     .version = 1,
     .summary = "Coefficient of linear thermal expansion from a length or the position of a peak",
     .doc = thermal_expansion_doc,
     .reference = "A. R. Yavari et al., Acta Mater. 53 (2005) 1611, doi:10.1016/j.actamat.2004.12.011",
     .inputs = thermal_expansion_inputs,
     .outputs = thermal_expansion_outputs,
     .params = thermal_expansion_params,
     .params_size = sizeof(struct thermal_expansion),
     .run = thermal_expansion_run},
};

static const frit_module module = {
    FRIT_SIZES, .n_steps = sizeof steps / sizeof *steps, .name = "trends", .version = "0.1.0",
    .author = "the Frit authors", .license = "GPL-3.0-or-later", .steps = steps};

const frit_module *frit_module_v1(void)
{
    return &module;
}
