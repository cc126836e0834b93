/* connection_modes: how the clusters of a glass are joined.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "connection_modes.h"

static const frit_step steps[] = {
    {.name = "connection_modes",
     .version = 3,
     .summary = "Shares of clusters that are joined over 1, 2, 3 and 4 atoms, from the second shell of g(r)",
     .doc = connection_modes_doc,
     .reference =
         "J. Ding, E. Ma, M. Asta and R. O. Ritchie, Sci. Rep. 5 (2015) 17429, doi:10.1038/srep17429; least "
         "squares with a bound of 0: C. L. Lawson and R. J. Hanson, Solving Least Squares Problems, SIAM "
         "1995, "
         "doi:10.1137/1.9781611971217",
     .inputs = connection_modes_inputs,
     .outputs = connection_modes_outputs,
     .params = connection_modes_params,
     .params_size = sizeof(struct connection_modes),
     .check = connection_modes_check,
     .prepare = connection_modes_prepare,
     .release = connection_modes_release,
     .run = connection_modes_run},
    {.name = "cluster_radius",
     .version = 1,
     .summary = "Mean distance from an atom to its neighbours, from the composition and metallic radii",
     .doc = cluster_radius_doc,
     .reference =
         "A. F. Wells, Structural Inorganic Chemistry, 5th ed., Clarendon Press 1984, ISBN "
         "978-0-19-855370-0; "
         "weights: T. E. Faber and J. M. Ziman, Phil. Mag. 11 (1965) 153, doi:10.1080/14786436508211931",
     .outputs = cluster_radius_outputs,
     .params = cluster_radius_params,
     .params_size = sizeof(struct cluster_radius),
     .check = cluster_radius_check,
     .run = cluster_radius_run},
};

static const frit_module module = {FRIT_SIZES,
                                   .n_steps = sizeof steps / sizeof *steps,
                                   .name = "connection_modes",
                                   .version = "0.1.0",
                                   .author = "the Frit authors",
                                   .license = "GPL-3.0-or-later",
                                   .steps = steps};

const frit_module *frit_module_v1(void)
{
    return &module;
}
