/* tiff.h: one open page of a TIFF: what tiff.c finds out about it, for tiff_pixels.c.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef FRIT_TIFF_H
#define FRIT_TIFF_H

#include "images.h"
#include "tiff_messages.h"

struct tiff_reader {
    struct image_file   *file;
    TIFF                *tif;
    struct tiff_messages messages;
    uint64_t             at;            /* where libtiff stands in the file */
    uint16_t             bits, compression;
    bool                 tiled;
    uint32_t             rows, columns; /* of the image */
    uint32_t             block_rows, block_columns, n_blocks;   /* of a strip or a tile */
    size_t               block_line;    /* bytes of one row of a block, packed */
    /* Of tiff_pixels.c: a block as it is decoded, and the pixels of a whole row of blocks, of which a band of
     * rows took only some; NULL: none yet. */
    uint8_t             *block, *kept;
    size_t               kept_row;      /* which row of blocks that is */
};

/* A strip or a tile: its place in the image, and the part of it that is in the image. */
struct tiff_span {
    size_t row, column, rows, columns;
};

/* ---- tiff.c ---- */

/* A handle of libtiff's, on the first page; r->file is set.  NULL: r->messages says why. */
TIFF            *tiff_reader_open(struct tiff_reader *r);
struct tiff_span tiff_block(const struct tiff_reader *r, uint32_t block);

/* ---- tiff_pixels.c ---- */

frit_status tiff_read(struct image_file *f, const struct image *im, size_t first, size_t n, void *pixels);
void        tiff_pixels_free(struct tiff_reader *r);

#endif
