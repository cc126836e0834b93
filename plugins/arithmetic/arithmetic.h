/* The steps of this module, for its table in arithmetic.c.
 *
 *     combine.c   sums, differences, products, quotients and powers of datasets
 *     range.c     a part of a curve's axis, and the mean over it
 *     ordered.c   whether numbers lie in an order, as far as their uncertainties let one say
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef ARITHMETIC_H
#define ARITHMETIC_H

#include "plugin.h"

extern const frit_port combine_inputs[], sum_outputs[], product_outputs[], power_inputs[], power_outputs[];
typedef struct power_params {
    double exponent;
} power_params;
extern const frit_param power_table[];
frit_status add_run(frit_call *c);
frit_status subtract_run(frit_call *c);
frit_status multiply_run(frit_call *c);
frit_status divide_run(frit_call *c);
frit_status power_run(frit_call *c);

typedef struct range_params {
    frit_range range;
    int32_t error;
} range_params;
extern const frit_port range_inputs[], range_outputs[];
extern const frit_param range_table[];
frit_status range_run(frit_call *c);

typedef struct cut_params {
    frit_range range;
} cut_params;
extern const frit_port cut_outputs[];
extern const frit_param cut_table[];
frit_status cut_run(frit_call *c);

typedef struct ordered_params {
    double confidence;
} ordered_params;
extern const frit_port ordered_inputs[], ordered_outputs[];
extern const frit_param ordered_table[];
frit_status ordered_run(frit_call *c);

#endif
