/* The numerical work on a log.
 *
 * Noise of single readings is told from the log itself: the difference of a reading from the line through its
 * two neighbours has the variance s^2 (1 + w^2 + (1 - w)^2), w the place between them; divided by that root,
 * the median of the absolute differences is 0.6745 s for normal noise, and knows nothing of a ramp or of
 * single wild readings. P. J. Rousseeuw & C. Croux, J. Am. Stat. Assoc. 88 (1993) 1273,
 * doi:10.1080/01621459.1993.10476408.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "log_curve.h"
#include "masks/median.h"

#include <math.h>

enum { FEWEST = 7 };    /* readings to tell a scatter from: five differences */

bool log_curve_take(struct log_curve *log, size_t n, const double *t, const double *value,
                    const double *sigma, const uint8_t *mask, size_t *bad)
{
    size_t together = 0;
    log->n = 0;
    for (size_t i = 0; i < n; i++) {
        if ((mask && mask[i]) || !isfinite(value[i]) || !isfinite(t[i]) || (sigma && !isfinite(sigma[i])))
            continue;
        double variance = sigma ? sigma[i] * sigma[i] : 0;
        size_t last = log->n - 1;
        if (log->n > 0 && t[i] < log->t[last]) {
            *bad = i;
            return false;
        }
        if (log->n > 0 && t[i] == log->t[last]) {    /* a running mean, and that of its variance */
            double k = (double)++together;
            log->value[last] += (value[i] - log->value[last]) / k;
            double sum = log->sigma[last] * log->sigma[last] * (k - 1) * (k - 1) + variance;
            log->sigma[last] = sqrt(sum) / k;
            continue;
        }
        together = 1;
        log->t[log->n] = t[i];
        log->value[log->n] = value[i];
        log->sigma[log->n++] = sqrt(variance);
    }
    return true;
}

double log_curve_interval(const struct log_curve *log, double *room)
{
    for (size_t i = 1; i < log->n; i++)
        room[i - 1] = log->t[i] - log->t[i - 1];
    return log->n > 1 ? median(room, log->n - 1) : 0;
}

bool log_curve_scatter(struct log_curve *log, double *room)
{
    if (log->n < FEWEST)
        return false;
    for (size_t i = 1; i + 1 < log->n; i++) {
        double w = (log->t[i] - log->t[i - 1]) / (log->t[i + 1] - log->t[i - 1]);
        double line = (1 - w) * log->value[i - 1] + w * log->value[i + 1];
        room[i - 1] = fabs(log->value[i] - line) / sqrt(1 + w * w + (1 - w) * (1 - w));
    }
    double s = median(room, log->n - 2) * MAD_TO_SIGMA;
    for (size_t i = 0; i < log->n; i++)
        log->sigma[i] = s;
    return true;
}

/* The last reading at or before x, but not the very last: the segment that holds x. */
static size_t segment(const struct log_curve *log, double x)
{
    size_t low = 0, high = log->n - 1;
    while (high - low > 1) {
        size_t middle = low + (high - low) / 2;
        if (log->t[middle] <= x)
            low = middle;
        else
            high = middle;
    }
    return low;
}

bool log_curve_gap(const struct log_curve *log, double from, double to, double *a, double *b)
{
    for (size_t i = log->n > 1 ? segment(log, from) : log->n; i + 1 < log->n && log->t[i] <= to; i++) {
        bool touched = to > from ? log->t[i] < to && log->t[i + 1] > from
                                 : from > log->t[i] && from < log->t[i + 1]; /* a reading itself is known */
        if (!touched || log->t[i + 1] - log->t[i] <= log->max_gap)
            continue;
        *a = log->t[i];
        *b = log->t[i + 1];
        return true;
    }
    return false;
}

/* Each stretch of a line counts by its length: its mean is that of its ends, of which each is a weighted mean
 * of the two readings.  A reading's weight is complete when the segment behind it has been seen. */
struct log_value log_curve_mean(const struct log_curve *log, double from, double to)
{
    if (log->n < 2)
        return (struct log_value){ log->value[0], log->sigma[0] * log->sigma[0], 0 };
    struct log_value v = { 0, 0, 0 };
    double carried = 0, base = 0, length = to - from, start = NAN, end = NAN;
    size_t first = segment(log, from);
    base = log->value[first];    /* sums of differences: safe on a large pedestal */
    for (size_t i = first; i + 1 < log->n && (i == first || log->t[i] < to); i++) {
        double h = log->t[i + 1] - log->t[i], p = fmax(from, log->t[i]), q = fmin(to, log->t[i + 1]);
        double wp = (p - log->t[i]) / h, wq = (q - log->t[i]) / h, share = length > 0 ? (q - p) / length : 1;
        double rise = log->value[i + 1] - log->value[i];
        double left = carried + share * (1 - 0.5 * (wp + wq)), right = share * 0.5 * (wp + wq);
        v.value += share * (log->value[i] - base + 0.5 * (wp + wq) * rise);
        v.variance += left * left * log->sigma[i] * log->sigma[i];
        carried = right;
        start = isnan(start) ? log->value[i] + wp * rise : start;
        end = log->value[i] + wq * rise;
        v.slope = length > 0 ? (end - start) / length : rise / h;
        first = i;
    }
    v.variance += carried * carried * log->sigma[first + 1] * log->sigma[first + 1];
    v.value += base;
    return v;
}
