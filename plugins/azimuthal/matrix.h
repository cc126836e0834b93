/* The integration matrix in tiles: which pixel counts in which bins with what weight, in the order in which
 * one frame, or a batch of frames, is summed fastest.
 *
 * The image is cut into tiles.  Within a tile the pixels are sorted by their first bin (a run), so that a
 * kernel reads a tile that lies in the first cache, and keeps the bins of a run in registers.  Runs come by their
 * bins; in tiles of batches by their length, short ones first.  A pixel has up to four neighbouring bins; its weights
 * are whole numbers that add up to WEIGHT_ONE, the last is implied.
 * Pixels that cover more bins are kept apart, and summed one by one.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef AZIMUTHAL_MATRIX_H
#define AZIMUTHAL_MATRIX_H

#include "integrator.h"
#include "processor.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* 26 bits: a weight is known to 0.75e-8. */
#define WEIGHT_ONE 67108863
#define WINDOW_MAX 4
/* Sums have so many bins more at either end, for parts of pixels that lie outside of the range. */
#define BIN_PAD    WINDOW_MAX
/* Of pixels in a tile, whose number fills 12 bits of an entry. */
#define TILE_MAX   4096
/* Rows of tiles are summed in at most so many blocks, which may run on any thread. */
#define BLOCKS_MAX 16
/* Entries are read 16 at a time, also the last. */
#define ENTRY_PAD  16

struct run {
    int32_t bin; /* first bin of its pixels, plus BIN_PAD */
    uint32_t n;
};

struct tile {
    uint32_t row, col, rows, cols;
    uint32_t window; /* 1, 3 or 4 bins */
    uint32_t n, n_runs, n_bins;
    int32_t bin;             /* first bin, plus BIN_PAD, of n_bins */
    size_t entry, run, sums; /* where they begin */
};

/* A pixel that covers more than WINDOW_MAX bins. */
struct wide {
    size_t pixel, share;
    uint32_t bin, n; /* bin plus BIN_PAD */
};

/* Sums that do not depend on the frame, of every bin of every tile. */
struct tile_sums {
    double *norm, *pixels, *dark, *dark_variance; /* the last two may be NULL */
};

/* Sums over all pixels, of n_sums bins: share * norm, and what its rounding has left out (of whole pixels: as
 * a plain loop over the image adds them up, and 0); share^2; how many shares there are that are not 0. */
struct bin_totals {
    double *high, *low, *square;
    uint32_t *count;
};

struct matrix {
    size_t rows, cols, npt, n_sums; /* n_sums: npt + 2 BIN_PAD */
    size_t tile_rows, tile_cols;
    size_t n_tiles, tiles_across, n_blocks;
    struct tile *tiles;
    struct run *runs;
    /* Of an entry: a = number of the pixel within the tile (row * tile_cols + column), 12 bits, then the upper
     * 20 bits of the first weight; b = its lower 6 bits, then the second weight; c = the third one. */
    uint32_t *a, *b, *c; /* NULL where no tile has such a window */
    struct tile_sums sums;
    struct wide *wide;
    size_t *wide_from; /* of each block, and one more */
    double *share;
    const double *norm; /* of each pixel, in the order of the image */
    size_t n_entries, n_runs, n_tile_sums;
    double dark_mean;
    bool whole; /* pixels are not split */
    struct bin_totals totals;
    uint64_t *words; /* that all of these lie in, but for the dark's sums: see matrix_layout.h */
    bool words_own;
};

/* An integrator whose matrix takes the place of first, n_shares and share; with n_azim 1.  Where the bins
 * are so fine that most pixels would be wide, or too many, it is as integrator_make() makes it. */
enum integrator_status matrix_integrator_make(struct integrator *it, const struct integrator_input *in);
/* The same, with tiles for batches: see batch.h. */
enum integrator_status matrix_batch_make(struct integrator *it, const struct integrator_input *in);

/* One frame: memory for its sums, of any content; each block has its own part of it, so that blocks may be
 * summed on any thread.  The result has the same bits whichever thread did what. */
struct matrix_work {
    double *sums;    /* signal and variance of each block */
    bool *missing;   /* of each tile: pixels that are not measured in this frame */
    bool *incomplete; /* of each block */
    double *scratch; /* matrix_scratch() for each thread, 64-byte aligned */
};
size_t matrix_sums(const struct matrix *m);    /* doubles */
size_t matrix_scratch(const struct matrix *m); /* doubles, a multiple of 8 */
void matrix_block(const struct matrix *m, const struct frame *f, enum kernel kernel, size_t block,
                  struct matrix_work *work);
/* Adds up the blocks, in their order. */
void matrix_finish(const struct integrator *it, const struct frame *f, struct matrix_work *work,
                   struct sums *sums);
/* Both: all blocks, one after the other. */
void matrix_add(const struct integrator *it, const struct frame *f, enum kernel kernel, struct matrix_work *work,
                struct sums *sums);

/* For kernels and tests: the weights of an entry. */
static inline unsigned matrix_entry(const struct matrix *m, const struct tile *t, size_t i, uint32_t *w)
{
    uint32_t a = m->a[t->entry + i];
    if (t->window == 1) {
        w[0] = WEIGHT_ONE;
        return a & (TILE_MAX - 1);
    }
    uint32_t b = m->b[t->entry + i];
    w[0] = a >> 12 << 6 | (b & 63);
    w[1] = b >> 6;
    w[2] = WEIGHT_ONE - w[0] - w[1];
    if (t->window == 4) {
        uint32_t c = m->c[t->entry + i];
        w[3] = w[2] - c;
        w[2] = c;
    }
    return a & (TILE_MAX - 1);
}
/* Sums of weight * value over the entries of a tile; value: of the tile's pixels. */
void matrix_tile_sum(const struct matrix *m, const struct tile *t, const double *value, double *into);
/* Of weight^2 * value. */
void matrix_tile_sum_squared(const struct matrix *m, const struct tile *t, const double *value, double *into);
/* Norm and number of pixels of a block, into n_sums sums each, which it clears: of all pixels, or with a frame of
 * those measured in it, where `missing` says which of the block's tiles have others. */
void matrix_block_norm(const struct matrix *m, size_t block, const struct frame *f, const bool *missing,
                       double *norm, double *pixels, double *scratch);
size_t matrix_block_first_tile(const struct matrix *m, size_t block);

#endif
