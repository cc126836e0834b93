/* The kernels that sum one tile of one frame, or of a batch of frames, made from one source for three sets of
 * instructions: kernel_body.h and batch_body.h, in kernel.c.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef AZIMUTHAL_KERNEL_H
#define AZIMUTHAL_KERNEL_H

#include "matrix.h"

/* One frame, the pixels of a tile as float. */
struct tile_pixels {
    float *value;       /* 64-byte aligned, tile_cols a row: raw - pedestal */
    float pedestal;     /* a whole number */
    float from, to;     /* values that count */
    float *net;         /* raw - dark, where it is taken off pixel by pixel; or NULL */
    float floor;        /* of the variance: read_noise^2 / gain, or 0 */
    bool missing;       /* there are values that are NaN: not measured */
};

/* Frames of a batch, side by side through the lanes of a vector; columns of a batch's tile, at most. */
#define BATCH      16
#define BATCH_COLS 64
/* Single precision holds counts far beyond any detector's; a weight times a count this large is still finite. */
#define KERNEL_VALUE_MAX 1e15

/* Rows that come next, which are fetched into the second cache while others are summed. */
struct batch_ahead {
    const char *rows[BATCH];
    size_t n, bytes;  /* frames; bytes of each one's rows */
    size_t frame, at; /* up to where they are fetched */
    size_t step;      /* bytes for every pixel that is summed, at most a cache line */
};

/* A tile of a batch; lanes that are not in use show some frame's pixels. */
struct batch_tile {
    frit_dtype dtype;
    size_t size;              /* bytes of a value */
    const char *raw[BATCH];   /* where the tile begins in each frame, rows of row_bytes */
    size_t row_bytes;
    bool limited;             /* the type has values out of from ... to, apart from the like of NaN */
    float from, to;           /* values that count */
    bool variance, pedestals, missing; /* wanted; not all 0; values may be NaN */
    float pedestal[BATCH] __attribute__((aligned(64)));
    double scale[BATCH] __attribute__((aligned(64))); /* of the dark */
    const double *dark;       /* where the tile begins in it, where it is taken off pixel by pixel; or NULL */
    const float *dark_single; /* the same of one in single precision */
    bool plain;               /* no frame scales the dark, which is in single precision */
    struct batch_ahead *ahead; /* or NULL */
    bool net;                 /* batch_load() may take the dark off */
    float *value;             /* 64-byte aligned, tile_cols a row, BATCH lanes a pixel */
    uint16_t *bad;            /* for each pixel a bit for every lane where it is not measured */
};

struct batch_found {
    bool outside;     /* there may be values that do not count */
    bool net;         /* the dark is taken off */
    uint32_t inexact; /* lanes whose values single precision does not hold */
};

struct kernels {
    /* Copies a tile of the frame; those out of range become NaN.  false: single precision does not do. */
    bool (*load)(const struct frame *f, const struct matrix *m, const struct tile *t, struct tile_pixels *p);
    /* Makes net = value - scale * dark. */
    void (*net)(const struct matrix *m, const struct tile *t, const struct frame *f, struct tile_pixels *p);
    /* Adds share * value to signal, and share^2 (max(value + pedestal, 1) + floor) to variance, of n_sums bins;
     * net in place of value in the variance and, of pixels that are split, also in the signal. */
    void (*sum)(const struct matrix *m, const struct tile *t, const struct tile_pixels *p, double *signal,
                double *variance);
    /* A tile of all frames turned over: pixel after pixel, as they are in the frames, or raw - scale * dark. */
    struct batch_found (*batch_load)(const struct matrix *m, const struct tile *t, const struct batch_tile *p);
    /* Values that do not count become NaN, and are marked as bad. */
    void (*batch_mark)(const struct matrix *m, const struct tile *t, const struct batch_tile *p);
    /* Subtracts scale * dark. */
    void (*batch_net)(const struct matrix *m, const struct tile *t, const struct batch_tile *p);
    /* Pixels that are shared, weights from 0 to WEIGHT_ONE, into partial; whole pixels, in double, into sums.  Both
     * have BATCH signals, and then as many variances, a bin: sum of w (value - pedestal) and of
     * w^2 max(value, 1); of whole pixels of max(value - scale dark, 1) where there is a dark. */
    void (*batch_sum)(const struct matrix *m, const struct tile *t, const struct batch_tile *p, float *partial,
                      double *sums);
    /* The same of one pixel that has n bins, the tile's at-th, into the first one's and on. */
    void (*batch_wide)(const struct batch_tile *p, size_t at, const double *share, size_t n, float *partial);
    /* Adds n of the first to the second, and clears them. */
    void (*batch_flush)(float *partial, double *sums, size_t n);
};

const struct kernels *kernels_of(enum kernel kernel);
/* The limits of a frame's values in single precision, rounded inwards. */
void kernel_limits(const struct frame *f, float *from, float *to);

#endif
