/* fourier: from the structure factor to the pair distribution function, and back into it.
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "convert.h"

static const frit_step steps[] = {
    {.name = "transform",
     .version = 3,
     .summary = "Sine transform of the structure factor S(Q) to the reduced pair distribution function G(r)",
     .doc = transform_doc,
     .reference = "T. Egami and S. J. L. Billinge, Underneath the Bragg Peaks, 2nd ed., Elsevier 2012, "
                  "ISBN 978-0-08-097133-9; windows: doi:10.1088/0022-3719/2/2/305, "
                  "doi:10.1107/S002188981203960X; sums between two grids: doi:10.1145/1555386.1555388",
     .inputs = transform_inputs,
     .outputs = transform_outputs,
     .params = transform_params,
     .params_size = sizeof(struct transform),
     .check = transform_check,
     .prepare = transform_prepare,
     .release = transform_release,
     .run = transform_run},
    {.name = "inverse_transform",
     .version = 3,
     .summary = "Sine transform of the reduced pair distribution function G(r) back to S(Q)",
     .doc = inverse_transform_doc,
     .reference = "T. Egami and S. J. L. Billinge, Underneath the Bragg Peaks, 2nd ed., Elsevier 2012, "
                  "ISBN 978-0-08-097133-9",
     .inputs = inverse_transform_inputs,
     .outputs = inverse_transform_outputs,
     .params = inverse_transform_params,
     .params_size = sizeof(struct inverse_transform),
     .check = inverse_transform_check,
     .prepare = inverse_transform_prepare,
     .release = inverse_transform_release,
     .run = inverse_transform_run},
    {.name = "pair_distribution",
     .version = 1,
     .summary = "Pair distribution function g(r) and radial distribution function from G(r) and the density",
     .doc = pair_distribution_doc,
     .reference = "D. A. Keen, J. Appl. Cryst. 34 (2001) 172, doi:10.1107/S0021889800019993",
     .inputs = pair_distribution_inputs,
     .outputs = pair_distribution_outputs,
     .params = pair_distribution_params,
     .params_size = sizeof(struct pair_distribution),
     .check = pair_distribution_check,
     .run = pair_distribution_run},
    {.name = "clean_low_r",
     .version = 1,
     .summary = "S(Q) freed of what makes G(r) unphysical below the first distance between atoms",
     .doc = clean_low_r_doc,
     .reference = "J. H. Eggert, G. Weck, P. Loubeyre and M. Mezouar, Phys. Rev. B 65 (2002) 174105, "
                  "doi:10.1103/PhysRevB.65.174105; R. Kaplow, S. L. Strong and B. L. Averbach, Phys. Rev. "
                  "138 (1965) A1336, doi:10.1103/PhysRev.138.A1336",
     .inputs = clean_low_r_inputs,
     .outputs = clean_low_r_outputs,
     .params = clean_low_r_params,
     .params_size = sizeof(struct clean_low_r),
     .check = clean_low_r_check,
     .run = clean_low_r_run},
    {.name = "fourier_filter",
     .version = 1,
     .summary = "S(Q) without what its G(r) shows below the first distance between atoms",
     .doc = fourier_filter_doc,
     .reference = "R. Kaplow, S. L. Strong and B. L. Averbach, Phys. Rev. 138 (1965) A1336, "
                  "doi:10.1103/PhysRev.138.A1336",
     .inputs = fourier_filter_inputs,
     .outputs = fourier_filter_outputs,
     .params = fourier_filter_params,
     .params_size = sizeof(struct fourier_filter),
     .check = fourier_filter_check,
     .run = fourier_filter_run},
    {.name = "convert_structure_factor",
     .version = 1,
     .summary = "One function of Q into another: S, F = Q [S - 1], Keen's F, differential cross section",
     .doc = convert_structure_factor_doc,
     .reference = "D. A. Keen, J. Appl. Cryst. 34 (2001) 172, doi:10.1107/S0021889800019993",
     .inputs = convert_structure_factor_inputs,
     .outputs = convert_structure_factor_outputs,
     .params = convert_structure_factor_params,
     .params_size = sizeof(struct convert_structure_factor),
     .check = convert_structure_factor_check,
     .run = convert_structure_factor_run},
    {.name = "convert_pdf",
     .version = 1,
     .summary = "One function of r into another: G, g, Keen's G, T, RDF, coordination number",
     .doc = convert_pdf_doc,
     .reference = "D. A. Keen, J. Appl. Cryst. 34 (2001) 172, doi:10.1107/S0021889800019993",
     .inputs = convert_pdf_inputs,
     .outputs = convert_pdf_outputs,
     .params = convert_pdf_params,
     .params_size = sizeof(struct convert_pdf),
     .check = convert_pdf_check,
     .run = convert_pdf_run},
};

static const frit_module module = {
    FRIT_SIZES, .n_steps = sizeof steps / sizeof *steps, .name = "fourier", .version = "0.1.0",
    .author = "the Frit authors", .license = "GPL-3.0-or-later", .steps = steps};

const frit_module *frit_module_v1(void)
{
    return &module;
}
