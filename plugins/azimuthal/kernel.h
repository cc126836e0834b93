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
};

/* Corners of pixels along one line between two rows: of n points from column 0 on (in steps of 1, plus
 * `shift`), n a multiple of 16. */
struct line {
    double *t1, *t2, *radial;
};

/* Sixteen pixels of a row, and how they are shared; radial positions in bins. */
struct sixteen {
    double r[4][16];    /* of the corners, in the order of the outline */
    double chi[4][16];  /* azimuths of the corners less that of the first */
    double centre[16];  /* for SPLIT_NO and SPLIT_BBOX */
    double first[16], n[16];
    double weight[3][16]; /* whole numbers */
};

/* Frames of a batch, side by side through the lanes of a vector; columns of a batch's tile. */
#define BATCH      16
#define BATCH_COLS 32

struct kernels {
    /* Copies a tile of the frame.  false: a pixel is out of range, or the type is another one. */
    bool (*load)(const struct frame *f, const struct matrix *m, const struct tile *t, struct tile_pixels *p);
    /* Adds share * value to signal, and share^2 max(value + pedestal, 1) to variance, of n_sums bins. */
    void (*sum)(const struct matrix *m, const struct tile *t, const struct tile_pixels *p, double *signal,
                double *variance);
    void (*line)(const struct geometry *g, double row, double shift, size_t n, struct line *line);
    /* Azimuth of b less that of a; NaN where they are more than 1/16 apart.  n: a multiple of 16. */
    void (*turn)(const struct line *a, size_t at_a, const struct line *b, size_t at_b, size_t n, double *turn);
    void (*share_full)(struct sixteen *s);
    void (*share_box)(struct sixteen *s);
    /* A tile of n frames, of U16 or F32, turned over: pixel after pixel, BATCH lanes each, those past n as the
     * first; NaN where out of range.  Returns a bit for every lane that has such a pixel. */
    unsigned (*transpose)(const struct frame *frames, size_t n, const struct matrix *m, const struct tile *t,
                          const struct tile_pixels *p);
    /* As sum, BATCH sums a bin; missing: there is a NaN. */
    void (*batch)(const struct matrix *m, const struct tile *t, const struct tile_pixels *p, bool missing,
                  double *signal, double *variance);
};

const struct kernels *kernels_of(enum kernel kernel);

#endif
