/* An indent as the steps of this module see it: the points that were measured, in the order of the file.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef INDENTATION_RECORD_H
#define INDENTATION_RECORD_H

#include "plugin.h"
#include "segments.h"

enum { IN_LOAD, IN_DEPTH, IN_SEGMENT, IN_STIFFNESS };

#define CURVE_OVER_TIME .ndim = 1, .axis_name = {"time"}, .axis_unit = {"s"}

#define RECORD_INPUTS                                                                                        \
    {.name = "load", .unit = "mN", CURVE_OVER_TIME, .doc = "load on the sample over time"},                  \
        {.name = "depth",                                                                                    \
         .unit = "nm",                                                                                       \
         CURVE_OVER_TIME,                                                                                    \
         .doc = "displacement into the surface, at the same times"},                                         \
    {                                                                                                        \
        .name = "segment", .unit = "1", CURVE_OVER_TIME, .flags = FRIT_PORT_OPTIONAL,                        \
        .doc = SEGMENT_DOC "; not given: found from the load"                                                \
    }

#define RECORD_STIFFNESS_INPUT                                                                               \
    {                                                                                                        \
        .name = "stiffness", .unit = "N/m", CURVE_OVER_TIME, .flags = FRIT_PORT_OPTIONAL,                    \
        .doc = "contact stiffness of a dynamic measurement"                                                  \
    }

struct record {
    size_t n;
    double *t, *P, *h, *phase; /* n each: s, mN, nm */
    double *S;                 /* N/m, NaN where there is none; NULL: no such input */
    size_t *at;                /* of each in the inputs */
    size_t of;                 /* points of the inputs */
    double *room;              /* 2 n */
    double *sP, *sh;           /* of P and h, by record_uncertainty(); else NULL */
};

/* Reads the inputs 0 to 2, and 3 where with_stiffness; memory is the call's.  Fewer than `least` points
 * are an error. */
frit_status record_read(frit_call *c, struct record *r, bool with_stiffness, size_t least);

/* Cycles of the record; an error where there is no unloading. */
frit_status record_cycles(frit_call *c, const struct record *r, struct cycle **cycle, size_t *n);

/* Fills sP and sh: the inputs' sigma where they have one, else the noise of the curves themselves. */
frit_status record_uncertainty(frit_call *c, struct record *r);

/* Output `port` as a copy of input `port`, with other times: "load", "depth", "segment", "stiffness" in this
 * order on both sides. Values of points that were not measured are masked. value NULL: the input's. */
frit_status record_write(frit_call *c, uint32_t port, const struct record *r, const double *value,
                         double shift);

/* The host's fail() and log(), with the name that the test has in its file ("Test 010") before the
 * sentence. */
frit_status record_fail(frit_call *c, frit_status code, const char *fmt, ...) FRIT_PRINTF(3, 4);
void record_warn(frit_call *c, const char *fmt, ...) FRIT_PRINTF(2, 3);

/* A number, with its uncertainty (NaN: none); NaN: masked. */
frit_status write_number(frit_call *c, uint32_t port, double value, double sigma);
/* A curve; sigma NULL: none.  Values that are NaN are masked. */
frit_status write_curve(frit_call *c, uint32_t port, size_t n, const double *x, const double *y,
                        const double *sigma);

/* A correction leaves its name, and refuses what carries it. */
frit_status record_once(frit_call *c, const char *name, const char *what);

#endif
