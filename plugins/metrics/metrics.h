/* metrics.h: numbers that stand for a curve, and curves beside a curve of reference.
 *
 *     points.[ch]      the measured points of a curve; integrals and their uncertainties
 *     local_fit.[ch]   maxima, minima and crossings by local regression
 *     fsdp.c, shells.c, difference.c, slope.c, value_at.c, maxima.c   the steps
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef METRICS_H
#define METRICS_H

#include "plugin.h"

struct fsdp {
    double  qmin, qmax, nominal, fit_range, edge;
    int32_t window, baseline;
};
extern const frit_port  fsdp_inputs[], fsdp_outputs[];
extern const frit_param fsdp_params[];
extern const char       fsdp_doc[];
frit_status fsdp_check(frit_call *c);
frit_status fsdp_run(frit_call *c);

struct shells {
    frit_array       positions;
    int64_t          count;
    double           tolerance, fit_range, number_density, density;
    frit_composition composition;
    int32_t          of;
};
extern const frit_port  shells_inputs[], shells_outputs[];
extern const frit_param shells_params[];
extern const char       shells_doc[];
frit_status shells_check(frit_call *c);
frit_status shells_run(frit_call *c);

extern const frit_port difference_inputs[], difference_outputs[];
extern const char      difference_doc[];
frit_status difference_run(frit_call *c);

extern const frit_port slope_inputs[], slope_outputs[];
extern const char      slope_doc[];
frit_status slope_run(frit_call *c);

struct value_at {
    double position;
};
extern const frit_port  value_at_inputs[], value_at_outputs[];
extern const frit_param value_at_params[];
extern const char       value_at_doc[];
frit_status value_at_run(frit_call *c);

struct maxima {
    frit_range range;
    double     prominence, significance, fit_range;
};
extern const frit_port  maxima_inputs[], maxima_outputs[];
extern const frit_param maxima_params[];
extern const char       maxima_doc[];
frit_status maxima_check(frit_call *c);
frit_status maxima_run(frit_call *c);

#endif
