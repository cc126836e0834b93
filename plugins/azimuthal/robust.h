/* Rings of whole pixels, for averages that leave outliers out: every ring's pixels are brought together in
 * one place, where they are worked on again and again.
 *
 * The image is cut into tiles, and the pixels of a tile sorted by ring when the plan is made.  A frame goes
 * tile by tile through the first cache into the rings' own places.  Tiles come by their innermost ring, so
 * that rings fill up from the inside out: a full ring is worked on at once, and its place is used again.
 * All that is written stays in the second cache.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef AZIMUTHAL_ROBUST_H
#define AZIMUTHAL_ROBUST_H

#include "integrator.h"
#include "processor.h"

/* Columns and rows of a tile: as float it fills two thirds of a first cache of 48 KiB. */
#define ROBUST_TILE 128
#define ROBUST_ROWS 64
/* Rings begin at a multiple of so many values, and so many may be written behind a ring's last one. */
#define ROBUST_LANES 16

/* Pixels of a tile that lie on one ring: they go to place `to` and on. */
struct robust_run {
    uint32_t to, n;
};

/* A part of a tile: its rings of one block. */
struct robust_visit {
    uint32_t row, col, rows, cols;
    uint32_t n_runs, first; /* the innermost ring */
    size_t run, entry;      /* where they begin */
};

/* Rings that one thread works on. */
struct robust_block {
    size_t ring, end;        /* of the rings */
    size_t visit, visit_end; /* of the visits */
};

/* Sums over all pixels of a ring, and the range of their norms. */
struct robust_total {
    double norm, norm2, dark, dark_variance;
    float least, most; /* norm */
};

struct robust {
    size_t cols, n_rings, n_blocks, n_visits, n_runs, longest;
    size_t n_places;       /* values that a block needs room for */
    uint32_t *n, *place;   /* of each ring: pixels, and where they are brought together */
    size_t *start;         /* of each ring, in what follows */
    float *norm, *inverse; /* of each pixel, and one by it */
    float *dark;           /* less the pedestal; or NULL */
    float *dark_variance;  /* or NULL */
    struct robust_total *total;
    struct robust_block *blocks;
    struct robust_visit *visits;
    struct robust_run *runs;
    uint16_t *entries;     /* number of a pixel within its part of a tile: ROBUST_TILE * row + column */
    double pedestal;       /* a whole number */
};

/* From an integrator without splitting, made by integrator_make().  false: no memory.  robust_clear() also
 * after a failure. */
bool robust_make(struct robust *r, const struct integrator *it, size_t cols);
void robust_clear(struct robust *r);

/* ---- One frame ---- */

/* Which pixels count. */
enum robust_method {
    ROBUST_CLIP,     /* by sigma clipping: the mean of what is left */
    ROBUST_QUANTILE, /* one quantile, by number of pixels */
    ROBUST_TRIM      /* the mean of those between two quantiles */
};

struct robust_rule {
    enum robust_method method;
    bool by_spread;          /* clip: by the spread of the ring's pixels; else by their expected noise */
    double threshold;        /* clip */
    int iterations;          /* clip */
    double from, to;         /* quantiles from 0 to 1; a single one twice */
    double factor;           /* standard error by that of the mean, for normally distributed values */
    double divisor;          /* monitor and exposure */
};

/* Of each ring. */
struct robust_result {
    double *value, *sigma;      /* 0 where nothing counts */
    double *pixels, *rejected;  /* that count; that were measured and do not */
    double *norm;               /* of those that count, times the divisor */
};

/* Fewer measured pixels than this are not judged: none of them is clipped. */
#define ROBUST_TOO_FEW 5
/* A pixel nearer to the mean than this, as a part of it, is never clipped: that is rounding. */
#define ROBUST_ROUNDING 1e-6

struct robust_kernels;
const struct robust_kernels *robust_kernels_of(enum kernel kernel);

struct robust_job {
    const struct robust *rings;
    const struct frame *frame;
    const struct robust_rule *rule;
    const struct robust_kernels *kernels;
    struct robust_result result;
    float *memory;   /* robust_memory() floats for each thread, 64-byte aligned */
};
size_t robust_memory(const struct robust *r, const struct frame *f);
/* Blocks may be worked on in any order on any thread; `worker` is the number of its memory. */
void robust_block(const struct robust_job *job, size_t block, uint32_t worker);

/* Standard error of the mean of the values between two quantiles of normally distributed ones, or of one
 * quantile, by that of the mean of all. */
double robust_factor(double from, double to);

#endif
