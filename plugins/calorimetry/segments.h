/* The parts of a temperature program: held, heated, cooled.  Arrays and numbers alone.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef CALORIMETRY_SEGMENTS_H
#define CALORIMETRY_SEGMENTS_H

#include <stdbool.h>
#include <stddef.h>

enum segment_kind { SEGMENT_ISOTHERMAL, SEGMENT_HEATING, SEGMENT_COOLING };

struct segment {
    enum segment_kind kind;
    int number;             /* of its kind, from 1 */
    size_t first, n;        /* its points */
    double t0, t1;          /* s */
    double T0, T1;          /* K, at its ends */
    double rate;            /* K/min, of a line through its middle half */
};

#define SEGMENTS_MAX 64
#define SEGMENT_NAME 32

struct segments {
    int n;
    struct segment part[SEGMENTS_MAX];
};

/* How parts are told apart. */
struct segment_rules {
    double held;            /* K/min: below this rate the temperature counts as held */
    double shortest;        /* s: a part that is shorter belongs to its neighbour */
    double window;          /* s: length of the line whose slope is the rate at a point */
};

/* t in s, rising; T in K.  False: there are more than SEGMENTS_MAX; work holds 6 (n + 1) numbers. */
bool segments_find(size_t n, const double *t, const double *T, const struct segment_rules *rules,
                   double *work, struct segments *s);

/* "heating 1" */
const char *segment_name(const struct segment *p, char out[SEGMENT_NAME]);
/* "isothermal 1 (0 to 300 s at 313 K), heating 1 (300 to 1700 s, 313 to 783 K, 20 K/min)" */
const char *segments_list(const struct segments *s, char *out, size_t size);
/* By name, or "heating" where there is one only; NULL: none, or not clear. */
const struct segment *segments_named(const struct segments *s, const char *name);

/* The level of a signal where the temperature is held: the mean over the last share of the part, its s.d.,
 * and the scatter of a point there about a straight line. */
struct level {
    double mean, sigma, noise;
    size_t n;
};
struct level segment_level(const struct segment *p, const double *t, const double *signal,
                           const double *usable, double share);

#endif
