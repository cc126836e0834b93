/* Arithmetic with datasets, for recipes: a - b, 100 * x / y, the mean over some frames, and whether a claim
 * about numbers holds within their uncertainties.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "arithmetic.h"

#define GUM "first-order propagation of uncertainty: JCGM 100:2008 (GUM), 5.1.2, doi:10.59161/JCGM100-2008E"

#define INDEPENDENT                                                                                          \
    "a and b are taken as independent: where both come from one measurement (a shared background, a "        \
    "reference), sigma is too large or too small; `draws` tells what it is.  b is one number, or has the "   \
    "shape and the axes of a.  What is masked in one of the two is masked in the result."

static const frit_step steps[] = {
    {.name = "add",
     .version = 1,
     .summary = "Add two datasets, value by value: a + b",
     .doc = "    result = a + b,   sigma^2 = sigma_a^2 + sigma_b^2\n\nIn a recipe: `a + b`.  " INDEPENDENT,
     .reference = GUM,
     .inputs = combine_inputs,
     .outputs = sum_outputs,
     .run = add_run},
    {.name = "subtract",
     .version = 1,
     .summary = "Subtract a dataset from another, value by value: a - b",
     .doc = "    result = a - b,   sigma^2 = sigma_a^2 + sigma_b^2\n\nIn a recipe: `a - b`.  " INDEPENDENT,
     .reference = GUM,
     .inputs = combine_inputs,
     .outputs = sum_outputs,
     .run = subtract_run},
    {.name = "multiply",
     .version = 1,
     .summary = "Multiply two datasets, value by value: a * b",
     .doc =
         "    result = a b,   sigma^2 = (b sigma_a)^2 + (a sigma_b)^2\n\nIn a recipe: `a * b`, `100 * a`.  "
         "The unit is the product of the units.  " INDEPENDENT,
     .reference = GUM,
     .inputs = combine_inputs,
     .outputs = product_outputs,
     .run = multiply_run},
    {.name = "divide",
     .version = 1,
     .summary = "Divide a dataset by another, value by value: a / b",
     .doc = "    result = a / b,   sigma^2 = (sigma_a / b)^2 + (a sigma_b / b^2)^2\n\nIn a recipe: `a / b`.  "
            "The unit is "
            "the quotient of the units; where b is 0 the result is masked.  " INDEPENDENT,
     .reference = GUM,
     .inputs = combine_inputs,
     .outputs = product_outputs,
     .run = divide_run},
    {.name = "power",
     .version = 1,
     .summary = "Raise each value to a power: a^n",
     .doc = "    result = a^n,   sigma = |n a^(n - 1)| sigma_a\n\nIn a recipe: `a ^ n`.  Values with a unit "
            "have whole "
            "powers only.  What is no finite number (a root of a negative value, 1/0) is masked.",
     .reference = GUM,
     .inputs = power_inputs,
     .outputs = power_outputs,
     .params = power_table,
     .params_size = sizeof(power_params),
     .run = power_run},
    {.name = "mean_over",
     .version = 1,
     .summary = "Mean of a curve over a part of its axis",
     .doc = "    mean = sum y_i / n   over the points with from <= x_i <= to\n\nEach measured point counts "
            "alike.  A series "
            "of numbers is a curve over its axis: `area:mean_over { range = { 320, 340 } }` is the mean of "
            "the frames "
            "between 320 K and 340 K.  `error` says where sigma comes from; points of one measurement are "
            "not always "
            "independent.",
     .reference = "standard error of the mean: JCGM 100:2008 (GUM), 4.2, doi:10.59161/JCGM100-2008E",
     .inputs = range_inputs,
     .outputs = range_outputs,
     .params = range_table,
     .params_size = sizeof(range_params),
     .run = range_run},
    {.name = "cut",
     .version = 1,
     .summary = "A part of a curve: its points within a range of the axis",
     .doc = "Keeps the points with from <= x_i <= to, in their order, with sigma and mask.  Nothing is "
            "interpolated.  A series of numbers is a curve over its axis: `area:cut { range = { 303, 673 } }`"
            " is that below the glass transition.",
     .reference = "none: nothing is computed",
     .inputs = range_inputs,
     .outputs = cut_outputs,
     .params = cut_table,
     .params_size = sizeof(cut_params),
     .run = cut_run},
    {.name = "ordered",
     .version = 1,
     .summary = "Whether numbers rise from each to the next, within their uncertainties",
     .doc = "For neighbours a, b with independent normal errors the probability that a < b is\n\n"
            "    P = Phi((b - a) / sqrt(sigma_a^2 + sigma_b^2))\n\n"
            "and the claim a < b < c < ... `holds` (1, else 0) where the least of them is `confidence` at "
            "least.  A "
            "number without sigma is taken as exact.  Where one of the values is missing the claim does not "
            "hold.\n\n"
            "    frit.ordered { hpt.T_r, cr.T_r, ac.T_r }",
     .reference =
         "JCGM 106:2012, Evaluation of measurement data - The role of measurement uncertainty in conformity "
         "assessment, 7.3, doi:10.59161/JCGM106-2012",
     .inputs = ordered_inputs,
     .outputs = ordered_outputs,
     .params = ordered_table,
     .params_size = sizeof(ordered_params),
     .run = ordered_run},
};

static const frit_module module = {FRIT_SIZES,
                                   .n_steps = sizeof steps / sizeof *steps,
                                   .name = "arithmetic",
                                   .version = "0.1.0",
                                   .author = "the Frit authors",
                                   .license = "GPL-3.0-or-later",
                                   .steps = steps};

const frit_module *frit_module_v1(void)
{
    return &module;
}
