/* The numerical work on a log: readings at rising times, straight lines between them.  No host here.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef SERIES_LOG_CURVE_H
#define SERIES_LOG_CURVE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct log_curve {
    size_t  n;
    double *t, *value, *sigma;    /* rising times, no two the same; room for all readings by the caller */
    bool    has_sigma;
    double  max_gap;              /* s: what lies between two readings farther apart is not known */
};

/* Takes the readings that are measured; those of one time become their mean.  False where the times go back:
 * the first reading that does so, from 0, in *bad. */
bool log_curve_take(struct log_curve *log, size_t n, const double *t, const double *value,
                    const double *sigma, const uint8_t *mask, size_t *bad);

/* Median of the intervals; room: n numbers. */
double log_curve_interval(const struct log_curve *log, double *room);

/* Sigma of every reading from the scatter of the readings, see the step's text; false: there are too few. */
bool log_curve_scatter(struct log_curve *log, double *room);

/* Is there a gap within from ... to?  Its ends in *a and *b.  from and to lie on the log. */
bool log_curve_gap(const struct log_curve *log, double from, double to, double *a, double *b);

struct log_value { double value, variance, slope; };

/* The mean over from ... to, or, where they are equal, the value there; the slope is that of the whole
 * stretch. */
struct log_value log_curve_mean(const struct log_curve *log, double from, double to);

#endif
