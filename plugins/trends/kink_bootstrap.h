/* How certain the place of a kink is.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef TRENDS_KINK_BOOTSTRAP_H
#define TRENDS_KINK_BOOTSTRAP_H

#include "kink.h"

#include <stdint.h>

struct kink_bootstrap {
    /* given */
    size_t   replicas;
    uint64_t seed;
    double   confidence;
    double   lo, hi;           /* where the break may be */
    const double *smooth;      /* at the points: the curve without its noise */
    double   freedom;          /* parameters of smooth */
    bool   (*go_on)(void *of, double fraction);
    void    *of;
    /* found */
    double   from, to;         /* interval */
    double   sigma;            /* standard deviation of the break */
    double   below, above;     /* of the slopes */
};

/* y: the n values whose kink is k.  0; 1: cancelled; 2: no memory. */
int kink_bootstrap(kink_points *p, size_t n, const double *y, const struct kink *k, struct kink_bootstrap *b);

#endif
