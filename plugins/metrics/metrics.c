/* metrics: numbers that stand for a curve, and curves beside a curve of reference.
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "metrics.h"

static const frit_step steps[] = {
    {.name = "fsdp",
     .version = 1,
     .summary = "First moment, area, height, position and width of the first sharp diffraction peak of S(Q)",
     .doc = fsdp_doc,
     .reference = "A. R. Yavari et al., Acta Mater. 53 (2005) 1611, doi:10.1016/j.actamat.2004.12.011; local "
                  "regression: W. S. Cleveland, J. Am. Stat. Assoc. 74 (1979) 829, "
                  "doi:10.1080/01621459.1979.10481038",
     .inputs = fsdp_inputs,
     .outputs = fsdp_outputs,
     .params = fsdp_params,
     .params_size = sizeof(struct fsdp),
     .check = fsdp_check,
     .run = fsdp_run},
    {.name = "shells",
     .version = 1,
     .summary = "Areas and positions of the shells of neighbours in G(r)",
     .doc = shells_doc,
     .reference = "T. Egami and S. J. L. Billinge, Underneath the Bragg Peaks, 2nd ed., Elsevier 2012, "
                  "ch. 3, ISBN 978-0-08-097133-9",
     .inputs = shells_inputs,
     .outputs = shells_outputs,
     .params = shells_params,
     .params_size = sizeof(struct shells),
     .check = shells_check,
     .run = shells_run},
    {.name = "difference",
     .version = 1,
     .summary = "Difference from and ratio to a reference: S(T) - S(room temperature)",
     .doc = difference_doc,
     .reference = "JCGM 100:2008 (GUM), 5.1.2, doi:10.59161/JCGM100-2008E",
     .inputs = difference_inputs,
     .outputs = difference_outputs,
     .run = difference_run},
    {.name = "slope",
     .version = 1,
     .summary = "How fast each value of a series changes along its axis: dS/dT",
     .doc = slope_doc,
     .reference = "W. H. Press et al., Numerical Recipes, 3rd ed., Cambridge 2007, 15.2, "
                  "ISBN 978-0-521-88068-8",
     .inputs = slope_inputs,
     .outputs = slope_outputs,
     .run = slope_run},
    {.name = "value_at",
     .version = 1,
     .summary = "The value of a curve at one position",
     .doc = value_at_doc,
     .reference = "JCGM 100:2008 (GUM), 5.1.2, doi:10.59161/JCGM100-2008E",
     .inputs = value_at_inputs,
     .outputs = value_at_outputs,
     .params = value_at_params,
     .params_size = sizeof(struct value_at),
     .run = value_at_run},
    {.name = "maxima",
     .version = 1,
     .summary = "Maxima of a curve: how many, where, how high, and how far they stand out",
     .doc = maxima_doc,
     .reference = "prominence: A. Kirmse and J. de Ferranti, Prog. Phys. Geogr. 41 (2017) 788, "
                  "doi:10.1177/0309133317738163; local regression: W. S. Cleveland, J. Am. Stat. Assoc. 74 "
                  "(1979) 829, doi:10.1080/01621459.1979.10481038",
     .inputs = maxima_inputs,
     .outputs = maxima_outputs,
     .params = maxima_params,
     .params_size = sizeof(struct maxima),
     .check = maxima_check,
     .run = maxima_run},
};

static const frit_module module = {
    FRIT_SIZES, .n_steps = sizeof steps / sizeof *steps, .name = "metrics", .version = "0.1.0",
    .author = "the Frit authors", .license = "GPL-3.0-or-later", .steps = steps};

const frit_module *frit_module_v1(void)
{
    return &module;
}
