/* The steps of this module, for its table in series.c.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef SERIES_SERIES_H
#define SERIES_SERIES_H

#include "plugin.h"

#define EACH_DIMENSION(x) { x, x, x, x, x, x, x, x }

struct attribute {
    const char *name, *unit;
};
extern const frit_port  attribute_inputs[], attribute_outputs[];
extern const frit_param attribute_params[];
frit_status attribute_run(frit_call *c);

struct series_positions {
    const char *axis, *names, *gap, *file;
    int64_t     elements;
    int32_t     repeats;
};
extern const frit_port  series_positions_inputs[], series_positions_outputs[];
extern const frit_param series_positions_params[];
frit_status series_positions_run(frit_call *c);

struct interpolate_log {
    const char *start, *names;
    double      interval, exposure, offset, max_gap, time_uncertainty, resolution;
    int64_t     frames;
    int32_t     stamp, at, outside, order, error;
};
extern const frit_port  interpolate_log_inputs[], interpolate_log_outputs[];
extern const frit_param interpolate_log_params[];
frit_status interpolate_log_check(frit_call *c);
frit_status interpolate_log_run(frit_call *c);

/* ---- elements.c: numbers that come one by one, or as one list ---- */

/* Numbers of a SERIES port, each with its name: elements of no dimension give one, others as many as they
 * have. */
struct numbers {
    size_t       n;
    double      *value, *sigma;    /* NaN: not measured; sigma NULL: none has one */
    const char **name;             /* of the element it came from, or the k-th line of `names`; "": none */
    const char  *failure;          /* why the first that is missing is missing, or NULL */
    char         unit[64];
};
frit_status numbers_take(frit_call *c, uint32_t port, const char *names, struct numbers *out);
/* The next of names that stand in a line each; "": none is left. */
const char *names_next(frit_call *c, const char **names);
/* "frame 41 (HPT_0041)", "frame 41": for a sentence. */
const char *numbers_tell(const struct numbers *x, size_t i, char *out, size_t size);

#endif
