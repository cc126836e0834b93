/* trends.h: what a quantity does with temperature.
 *
 *     points.[ch]          the measured points of a curve: ordered, with weights, repeats by a stated rule
 *     line.[ch]            a straight line through some of them
 *     pspline.[ch]         a penalised B-spline, its smoothing by cross-validation
 *     kink.[ch]            two straight lines that meet
 *     kink_bootstrap.[ch]  how certain the place is where they meet
 *     turning.[ch]         where a spline's slope changes its sign
 *     spline.c, transition.c, transition_doc.c, residual.c, thermal_expansion.c   the steps
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef TRENDS_TRENDS_H
#define TRENDS_TRENDS_H

#include "plugin.h"

struct spline {
    double  lambda;
    int64_t segments, degree, order, points;
    int32_t weights, repeats;
};
extern const frit_port  spline_inputs[], spline_outputs[];
extern const frit_param spline_params[];
extern const char       spline_doc[];
frit_status spline_run(frit_call *c);

struct transition {
    double     tg, from, to, break_from, break_to, confidence, contrast, widest, threshold;
    frit_range low;
    int64_t    replicas, seed, consecutive;
    int32_t    weights, repeats;
};
extern const frit_port  transition_inputs[], transition_outputs[];
extern const frit_param transition_params[];
extern const char       transition_doc[];
frit_status transition_check(frit_call *c);
frit_status transition_run(frit_call *c);

struct residual {
    frit_range range;
    int32_t    weights, repeats;
};
extern const frit_port  residual_inputs[], residual_outputs[];
extern const frit_param residual_params[];
extern const char       residual_doc[];
frit_status residual_run(frit_call *c);

struct thermal_expansion {
    frit_range range;
    double     reference;
    int32_t    of, weights, repeats;
};
extern const frit_port  thermal_expansion_inputs[], thermal_expansion_outputs[];
extern const frit_param thermal_expansion_params[];
extern const char       thermal_expansion_doc[];
frit_status thermal_expansion_run(frit_call *c);

#endif
