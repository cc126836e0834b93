/* The integration matrix in memory: words of 8 bytes, a head, then its arrays, one after the other, each at a
 * multiple of 64 bytes.  So it is made, kept as a dataset, and read again in place.  It does not travel to machines
 * of another byte order.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef AZIMUTHAL_MATRIX_LAYOUT_H
#define AZIMUTHAL_MATRIX_LAYOUT_H

#include "matrix.h"

/* "fritmtrx", and what changes with the arrays. */
#define MATRIX_MAGIC   UINT64_C(0x78727474696d7266)
#define MATRIX_VERSION 4

struct matrix_head {
    uint64_t magic, version, n_words;
    uint64_t rows, cols, npt, tile_rows, tile_cols;
    uint64_t n_entries, n_runs, n_tile_sums, n_wide, n_share;
    uint64_t n_used, n_shared;
    uint32_t unit, split, solid_angle, whole, third; /* third: there is an array c */
    uint32_t sizes;                                  /* of the structs below */
    double from, width, azimuth_from, azimuth_to, covered_from, covered_to, wavelength;
};

#define MATRIX_SIZES (uint32_t)(sizeof(struct tile) << 16 | sizeof(struct wide) << 8 | sizeof(struct run))

/* Where the arrays begin, in words.  Norms and entries, of which there are at most as many as pixels, come first:
 * their places are known before the others'. */
struct matrix_layout {
    size_t norm, a, b, c, tiles, wide_from, wide, runs, norm_sums, pixel_sums, share, totals, bins, end;
};

/* Bytes of a bin's totals, which lie in one piece: see struct bin_totals. */
#define MATRIX_TOTALS (3 * sizeof(double) + sizeof(uint32_t))

/* Of a matrix of that head, whose numbers of tiles, blocks and sums are in m. */
struct matrix_layout matrix_layout_of(const struct matrix_head *h, const struct matrix *m);
/* Points m, and the integrator's norm, to the arrays. */
void matrix_point(struct integrator *it, const struct matrix_head *h, const struct matrix_layout *l, uint64_t *words);
/* Frees m, and its words where they are its own. */
void matrix_free(struct matrix *m);

#endif
