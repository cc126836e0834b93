/* fourier: from the structure factor to the pair distribution function, and back into it.
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "fourier.h"

static const frit_step steps[] = {
    {.name = "transform",
     .version = 1,
     .summary = "Sine transform of the structure factor S(Q) to the reduced pair distribution function G(r)",
     .doc = transform_doc,
     .reference = "T. Egami and S. J. L. Billinge, Underneath the Bragg Peaks, 2nd ed., Elsevier 2012, "
                  "ISBN 978-0-08-097133-9; windows: doi:10.1088/0022-3719/2/2/305, "
                  "doi:10.1107/S002188981203960X; chirp-z: doi:10.1109/TAU.1970.1162132",
     .inputs = transform_inputs,
     .outputs = transform_outputs,
     .params = transform_params,
     .params_size = sizeof(struct transform),
     .check = transform_check,
     .prepare = transform_prepare,
     .release = transform_release,
     .run = transform_run},
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
                  "doi:10.1103/PhysRevB.65.174105",
     .inputs = clean_low_r_inputs,
     .outputs = clean_low_r_outputs,
     .params = clean_low_r_params,
     .params_size = sizeof(struct clean_low_r),
     .check = clean_low_r_check,
     .run = clean_low_r_run},
};

static const frit_module module = {
    FRIT_SIZES, .n_steps = sizeof steps / sizeof *steps, .name = "fourier", .version = "1",
    .author = "The Frit developers", .license = "GPL-3.0-or-later", .steps = steps};

const frit_module *frit_module_v1(void)
{
    return &module;
}
