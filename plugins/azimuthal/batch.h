/* Up to 16 frames at once, with a matrix of matrix_batch_make(), band after band of rows, so that they need not be
 * whole in memory.  The sums of a frame have the same bits whatever the others are, and however many; they are not
 * those of matrix_add().
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef AZIMUTHAL_BATCH_H
#define AZIMUTHAL_BATCH_H

#include "kernel.h"

/* A sum and what its rounding has left out. */
struct twofold {
    double high, low;
};

/* Sums over all pixels of each of n_sums bins, in whole pixels: what a frame's own are corrected with. */
struct batch_totals {
    struct twofold
        *norm; /* share * norm: less that of pixels that are masked in one frame it has the bits that
                           * masking them in all frames gives */
    double *square, *dark, *dark_variance; /* share^2, share * dark, share^2 * variance */
    uint32_t *count;                       /* of shares */
};

/* NULL: no memory. */
struct batch_totals *batch_totals_make(const struct integrator *it);
void batch_totals_free(struct batch_totals *t);

struct batch {
    const struct integrator *it;
    const struct batch_totals *totals;
    const struct kernels *k;
    struct frame frame[BATCH];           /* raw and mask: of the band */
    size_t n, wide;                      /* frames; pixels of many bins that are done */
    size_t flush_rows, from_bin, to_bin; /* when partial sums are flushed, and which */
    unsigned lacking, inexact;           /* lanes that lack pixels; those of the tile that are summed in double */
    double *sums;                        /* of a bin BATCH signals, then as many variances */
    float *partial;
    struct batch_tile tile;
    struct batch_ahead ahead;
    double *exact; /* of a tile */
    struct lost *lost;    /* of each lane, its bins; those of lanes that lack pixels are set */
};

/* Whether frames can be summed together: of one type, with the same limits and variance, none of them a sigma
 * of their own or the spread within the bin. */
bool batch_possible(const struct integrator *it, const struct frame *frames, size_t n);
/* Bytes of any content, 64-byte aligned, that batch_begin() is given. */
size_t batch_memory(const struct matrix *m);
void batch_begin(struct batch *b, const struct integrator *it, const struct batch_totals *totals,
                 const struct frame *frames, size_t n, enum kernel kernel, void *memory);
/* The next rows, tile_rows or what remains, of all frames, whole rows one after the other; mask[l], and mask
 * itself, may be NULL.  Where the rows after them lie in memory `next` tells where, else it is NULL. */
void batch_band(struct batch *b, size_t row, const void *const *raw, const uint8_t *const *mask,
                const void *const *next);
/* After the last band: each array of sums has npt elements. */
void batch_finish(const struct batch *b, size_t lane, struct sums *sums);

#endif
