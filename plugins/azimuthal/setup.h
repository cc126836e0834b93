/* How a matrix is made: blocks of rows of tiles, each by one thread; what one block needs and leaves.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef AZIMUTHAL_SETUP_H
#define AZIMUTHAL_SETUP_H

#include "matrix.h"
#include "split.h"

/* Corners, or centres, of pixels along one line between two rows: n points from column 0 on (in steps of 1,
 * plus a shift), n a multiple of 16. */
struct line {
    double *t1, *t2, *radial, *bin;
};

/* One row of pixels: what lies above and below it. */
struct pixel_row {
    struct line upper, lower, centre;
    double *upper_turn, *lower_turn, *down; /* azimuths along the lines, and from upper to lower */
    uint8_t *used;                          /* 1: not masked; 0 past the last column */
    double *norm;
};

struct bins {
    enum split split;
    double from, width, npt;
};

/* Which pixels count where, of one row of tiles: pixel by pixel, row by row. */
struct row_shares {
    /* First bin plus BIN_PAD, of the window; -1: none; -2: to be split by itself; -3 less the bin: it is masked. */
    int32_t *bin;
    uint8_t *n;   /* bins it covers, 1 to WINDOW_MAX */
    uint32_t *a, *b, *c; /* its entry, see struct matrix; b and c whether or not the tile has them */
};

/* Plain loops that compilers turn into vectors, for the sets of instructions of kernel.h: the same bits from
 * all. */
struct setup_kernels {
    void (*line)(const struct geometry *g, double row, double shift, size_t n, struct line *line);
    /* Azimuth of b less that of a; NaN where they are more than 1/16 apart. */
    void (*turn)(const struct line *a, size_t at_a, const struct line *b, size_t at_b, size_t n,
                 double *turn);
    void (*to_bins)(const struct bins *bins, size_t n, struct line *line);
    /* Widens lo ... hi to what the row's used pixels cover. */
    void (*extent)(const struct pixel_row *r, enum split split, size_t n, double *lo, double *hi);
    /* Fills a row from its pixel `at` on, whose numbers within their tiles begin at `number`.  true: some are
     * to be split by themselves. */
    bool (*share)(const struct pixel_row *r, const struct bins *bins, size_t n, size_t tile_cols,
                  uint32_t number, const struct row_shares *to, size_t at);
    /* Solid angle and polarization, where there are any; cosine of the incidence, for more. */
    void (*norm)(const struct geometry *g, const struct correction *k, double row, size_t n, double *norm,
                 double *cos_incidence);
    /* Times converter_efficiency(), where mu_h > 0 is the logarithm of 1/transmission; 0: of a thin one. */
    void (*efficiency)(const double *cos_incidence, double mu_h, size_t n, double *norm);
    /* Sums over a tile of norms, that `value` holds of its pixels, and of its shares: the tile's own, as
     * matrix_tile_sum() makes them, and those that go on from tile to tile. */
    void (*sums)(const struct matrix *m, const struct run *runs, const struct tile *t, const double *value,
                 double *norm, double *pixels, const struct bin_totals *all);
    /* matrix_tile_sum(), or matrix_tile_sum_squared(). */
    void (*dark)(const struct matrix *m, const struct tile *t, const double *value, bool squared,
                 double *into);
};
const struct setup_kernels *setup_kernels_of(enum kernel kernel);

/* Memory of one thread. */
struct bench {
    double *memory;
    uint8_t *used;
    struct pixel_row row;
    struct row_shares rows;
    struct shares shares;
    double *cosine, *flat; /* of a row */
    double *value;         /* of the pixels of a tile */
    uint32_t *count, *masked; /* pixels of a tile with each first bin, and those that are masked */
};

/* What one block leaves, to be put together in order. */
struct part {
    enum integrator_status status;
    double from, to; /* covered */
    size_t n_used, n_shared;
    bool fine; /* too many wide pixels */
    size_t n_entries, n_runs, n_sums, n_wide, n_share, run_size, sum_size, wide_size, share_size;
    struct run *runs;
    double *norm, *pixels;
    struct wide *wide;
    double *share;
    struct bin_totals totals;
};

struct setup {
    const struct integrator_input *in;
    struct integrator *it;
    struct matrix *m;
    const struct setup_kernels *k;
    struct bins bins;
    bool batches; /* tiles are for batches */
    size_t n; /* points of a line: columns + 1, up to a multiple of 16 */
    struct bench *benches;
    uint32_t n_benches;
    struct part *parts;
    struct tile *tiles; /* in the making: runs and sums count from the block's first, entries from matrix_first_entry() */
};

/* Fills the bench's row; the rows of a block must come in order.  all: with bins and azimuths, as shares need
 * them, not for the extent alone. */
void setup_next_row(const struct setup *s, struct bench *b, size_t row, bool first, bool all);
/* The row's norms, 0 for pixels that are not used. */
void setup_norm_row(const struct setup *s, struct bench *b, size_t row);
/* Sorts a tile's entries in place, from entry t->entry on, and sums what does not depend on the frame; t->run
 * and t->sums count from the part's first.  false: no memory. */
bool setup_tile(const struct setup *s, struct bench *b, struct part *p, struct tile *t);

/* Room for norms and entries, each block's from its first entry on.  false: no memory. */
bool matrix_place(const struct setup *s);
size_t matrix_first_entry(const struct matrix *m, size_t block);
/* All of the matrix where it stays, from what the blocks have left, whose numbers add up to `all`; totals are 0.
 * false: no memory. */
bool matrix_settle(struct setup *s, const struct part *all);

/* Tiles and blocks of a matrix whose rows, columns and size of tiles are known. */
void matrix_shape(struct matrix *m);
/* bin_norm and bin_pixels, and the sums of the integrator's dark.  false: no memory. */
bool matrix_sum_norms(struct integrator *it);
bool matrix_sum_dark(struct integrator *it, const struct integrator_input *in);

/* Totals of n bins, 0, in one piece of memory that begins at `high`; false: no memory. */
bool setup_totals(struct bin_totals *t, size_t n);
/* To the matrix's own: those of a block; those of its wide pixels. */
void setup_add_totals(struct matrix *m, const struct bin_totals *part);
void setup_add_wide(struct matrix *m);
/* Norms of whole pixels in the order of the image, as a plain loop adds them up.  false: no memory. */
bool setup_whole_norms(struct matrix *m);

/* Room for n things of that size each.  true: there is. */
bool setup_grow(void *array, size_t *size, size_t need, size_t each);

#endif
