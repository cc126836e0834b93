/* tiff_pixels.c: the pixels of a TIFF as numbers: none is scaled, inverted or looked up in a palette.
 *
 * Rows that are not compressed are read straight into their place, many strips at once: libtiff only says
 * where they stand.  Other strips, and tiles, are decoded by libtiff: of a band of rows those that it
 * touches; of a whole image all, on every thread that the host has to spare, each with a handle of its own.
 * Whatever way the pixels come, a damaged file gives the sentence of one pass over the blocks in their order.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "tiff.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Smaller images are decoded sooner than other threads have opened the file. */
#define WORTH_THREADS ((size_t)1 << 20)
/* Into how many parts an image is shared out among threads: some blocks take longer than others. */
#define PARTS 64

static size_t value_size(const struct tiff_reader *r)
{
    return r->bits < 8 ? 1 : r->bits / 8;
}

/* In bytes, as pixels. */
static size_t row_size(const struct tiff_reader *r)
{
    return r->columns * value_size(r);
}

static uint32_t blocks_across(const struct tiff_reader *r)
{
    return (uint32_t)(((uint64_t)r->columns + r->block_columns - 1) / r->block_columns);
}

/* ---- Rows that are not compressed ---- */

/* Are the bytes of the strips the pixels, but for their order within a number? */
static bool is_plain(const struct tiff_reader *r)
{
    uint16_t order = FILLORDER_MSB2LSB;

    if (r->tiled || r->bits < 8 || r->compression != COMPRESSION_NONE)
        return false;
    TIFFGetFieldDefaulted(r->tif, TIFFTAG_FILLORDER, &order);
    return order == FILLORDER_MSB2LSB;
}

/* How many rows from `row` on, at most `most`, follow each other in the file, as those of nearly all strips
 * do, and where.  0: a strip is shorter than its rows. */
static size_t find_run(const struct tiff_reader *r, size_t row, size_t most, uint64_t *at)
{
    size_t found = 0;

    while (found < most) {
        const uint32_t strip = (uint32_t)((row + found) / r->block_rows);
        const struct tiff_span s = tiff_block(r, strip);
        const size_t skip = row + found - s.row, left = most - found;
        const uint64_t here = TIFFGetStrileOffset(r->tif, strip) + (uint64_t)skip * r->block_line;

        if (found == 0)
            *at = here;
        else if (here != *at + (uint64_t)found * r->block_line)
            break;
        if (TIFFGetStrileByteCount(r->tif, strip) < (uint64_t)s.rows * r->block_line)
            return 0;
        found += s.rows - skip < left ? s.rows - skip : left;
    }
    return found;
}

/* One call to the system for each run.  False: a strip is not as it should be, and libtiff has to say why. */
static bool read_plain(struct image_file *f, const struct tiff_reader *r, size_t first, size_t n,
                       uint8_t *pixels)
{
    for (size_t done = 0; done < n;) {
        uint64_t at = 0, bytes;
        const size_t rows = find_run(r, first + done, n - done, &at);

        bytes = (uint64_t)rows * r->block_line;
        if (rows == 0 || at > f->size || bytes > f->size - at ||
            !image_raw_pixels(f, at, pixels + done * r->block_line, (size_t)bytes))
            return false;
        done += rows;
    }
    if (TIFFIsByteSwapped(r->tif))
        image_swap(pixels, n * r->columns, r->bits / 8);
    return true;
}

/* ---- Blocks ---- */

/* n pixels of a row, from the first of a block's row; bits become 0 and 1, the highest bit first. */
static void put_row(const struct tiff_reader *r, uint8_t *to, const uint8_t *from, size_t n)
{
    if (r->bits != 1) {
        memcpy(to, from, n * r->bits / 8);
        return;
    }
    for (size_t i = 0; i < n; i++)
        to[i] = from[i / 8] >> (7 - i % 8) & 1;
}

/* Rows of whole bytes over the whole width stand in a strip as they do in memory. */
static bool strips_are_rows(const struct tiff_reader *r)
{
    return !r->tiled && r->bits >= 8;
}

static bool make_room(struct tiff_reader *r)
{
    const tmsize_t size = r->tiled ? TIFFTileSize(r->tif) : TIFFStripSize(r->tif);

    if (!r->block && !strips_are_rows(r))
        r->block = size > 0 ? malloc((size_t)size) : NULL;
    return r->block || strips_are_rows(r);
}

/* Decode a block into its place in `pixels`, whose first row is the first of the block.  Zeroed before: a
 * damaged block may leave some of it unwritten.  False: libtiff could not. */
static bool decode_block(struct tiff_reader *r, uint32_t block, uint8_t *pixels)
{
    const struct tiff_span s = tiff_block(r, block);
    const tmsize_t n = (tmsize_t)((r->tiled ? r->block_rows : s.rows) * r->block_line);
    uint8_t *to = strips_are_rows(r) ? pixels : r->block;

    memset(to, 0, (size_t)n);
    if ((r->tiled ? TIFFReadEncodedTile(r->tif, block, to, n)
                  : TIFFReadEncodedStrip(r->tif, block, to, n)) != n)
        return false;
    for (size_t k = 0; to != pixels && k < s.rows; k++)
        put_row(r, pixels + k * row_size(r) + s.column * value_size(r), to + k * r->block_line, s.columns);
    return true;
}

/* How many pixels stand in the blocks before this one. */
static uint64_t pixels_before(const struct tiff_reader *r, uint32_t block)
{
    const struct tiff_span s = tiff_block(r, block);

    return (uint64_t)s.row * r->columns + (uint64_t)s.rows * s.column;
}

static frit_status fail_block(struct image_file *f, const struct tiff_reader *r, uint32_t block)
{
    const char *what = r->tiled ? "tile" : "strip";
    uint64_t at = TIFFGetStrileOffset(r->tif, block), n = TIFFGetStrileByteCount(r->tif, block);
    char where[64];

    snprintf(where, sizeof where, " within %s %u of %u,", what, block + 1, r->n_blocks);
    if (at > f->size || n > f->size - at)
        return image_fail_short(f, pixels_before(r, block), (uint64_t)r->rows * r->columns, where);
    return image_fail(f, FRIT_EIO, "%s %u of %u of the TIFF is damaged (%s)", what, block + 1, r->n_blocks,
                      tiff_messages_text(&r->messages));
}

/* All blocks of a row of blocks, into the rows that they are; false: r->messages may say why. */
static bool decode_row(struct tiff_reader *r, size_t block_row, uint8_t *pixels)
{
    const uint32_t across = blocks_across(r);

    for (uint32_t i = 0; i < across; i++)
        if (!decode_block(r, (uint32_t)block_row * across + i, pixels))
            return false;
    return r->messages.text[0] == '\0';
}

/* Of a row of blocks that reaches over the end of the band, all rows are kept for the next band. */
static bool keep_row(struct tiff_reader *r, size_t block_row)
{
    if (r->kept && r->kept_row == block_row)
        return true;
    if (!r->kept)
        r->kept = malloc(r->block_rows * row_size(r));
    r->kept_row = SIZE_MAX;
    if (!r->kept || !decode_row(r, block_row, r->kept))
        return false;
    r->kept_row = block_row;
    return true;
}

static bool decode_band(struct tiff_reader *r, size_t first, size_t n, uint8_t *pixels)
{
    const size_t end = first + n, size = row_size(r);

    for (size_t b = first / r->block_rows; b * r->block_rows < end; b++) {
        const size_t top = b * r->block_rows, below = top + r->block_rows;
        const size_t next = below < r->rows ? below : r->rows;
        const size_t from = top > first ? top : first, to = next < end ? next : end;

        if (from == top && to == next) {
            if (!decode_row(r, b, pixels + (from - first) * size))
                return false;
        } else {
            if (!keep_row(r, b))
                return false;
            memcpy(pixels + (from - first) * size, r->kept + (from - top) * size, (to - from) * size);
        }
    }
    return true;
}

/* Why not: all blocks in their order, up to the first that cannot be had.  Of damaged fax codes libtiff
 * complains, makes something up, and calls it a success. */
static frit_status tell(struct image_file *f, struct tiff_reader *r)
{
    uint8_t *room = malloc(r->block_rows * row_size(r));
    frit_status s = FRIT_OK;

    if (!room)
        return image_fail(f, FRIT_ENOMEM, "no memory for %u rows of %u pixels", r->block_rows, r->columns);
    r->messages.text[0] = '\0';
    for (uint32_t i = 0; i < r->n_blocks && s == FRIT_OK; i++)
        if (!decode_block(r, i, room))
            s = fail_block(f, r, i);
    free(room);
    if (s == FRIT_OK && r->messages.text[0] != '\0')
        s = image_fail(f, FRIT_EIO, "the pixels of the TIFF are damaged (%s)",
                       tiff_messages_text(&r->messages));
    return s == FRIT_OK ? image_fail(f, FRIT_EIO, "the file was changed while it was read") : s;
}

/* ---- A whole image on several threads ---- */

struct team {
    const struct tiff_reader *page;
    struct tiff_reader       *member;      /* one a thread */
    bool                     *failed;      /* one a part */
    size_t                    parts;
    uint8_t                  *pixels;
};

static void decode_part(void *data, size_t part, uint32_t worker)
{
    struct team *t = data;
    struct tiff_reader *r = &t->member[worker];
    const uint64_t n = t->page->n_blocks;

    for (uint64_t i = n * part / t->parts; i < n * (part + 1) / t->parts && !t->failed[part]; i++)
        if (!decode_block(r, (uint32_t)i, t->pixels + tiff_block(r, (uint32_t)i).row * row_size(r)))
            t->failed[part] = true;
}

/* Another handle on the same page. */
static bool open_again(const struct tiff_reader *page, struct tiff_reader *r)
{
    *r = *page;
    r->messages.text[0] = '\0';
    r->at = 0;
    r->block = r->kept = NULL;
    r->tif = tiff_reader_open(r);
    return r->tif && (TIFFCurrentDirOffset(r->tif) == TIFFCurrentDirOffset(page->tif) ||
                      TIFFSetSubDirectory(r->tif, TIFFCurrentDirOffset(page->tif))) && make_room(r);
}

/* False: not all of it could be decoded, or no memory. */
static bool decode_together(struct image_file *f, const struct tiff_reader *r, uint8_t *pixels)
{
    const uint32_t workers = f->call->host->workers(f->call);
    bool failed[PARTS] = { false }, ok = workers > 1;
    struct team t = { .page = r, .failed = failed, .pixels = pixels,
                      .parts = r->n_blocks < PARTS ? r->n_blocks : PARTS };

    t.member = ok ? calloc(workers, sizeof *t.member) : NULL;
    ok = t.member != NULL;
    for (uint32_t i = 0; i < workers && ok; i++)
        ok = open_again(r, &t.member[i]);
    if (ok)
        f->call->host->parallel(f->call, t.parts, decode_part, &t);
    for (size_t i = 0; i < t.parts; i++)
        ok = ok && !failed[i];
    for (uint32_t i = 0; i < workers && t.member && t.member[i].file; i++) {
        ok = ok && t.member[i].messages.text[0] == '\0';
        if (t.member[i].tif)
            TIFFClose(t.member[i].tif);
        tiff_pixels_free(&t.member[i]);
    }
    free(t.member);
    return ok;
}

frit_status tiff_read(struct image_file *f, const struct image *im, size_t first, size_t n, void *pixels)
{
    struct tiff_reader *r = im->reader;
    const bool together = f->call && n == r->rows && r->n_blocks > 1 && r->compression != COMPRESSION_NONE &&
                          n * row_size(r) >= WORTH_THREADS;

    if (is_plain(r) && read_plain(f, r, first, n, pixels))
        return FRIT_OK;
    if (!make_room(r))
        return image_fail(f, FRIT_ENOMEM, "no memory for a tile of %u x %u pixels", r->block_columns,
                          r->block_rows);
    r->messages.text[0] = '\0';
    if ((together && decode_together(f, r, pixels)) || decode_band(r, first, n, pixels))
        return FRIT_OK;
    return tell(f, r);
}

void tiff_pixels_free(struct tiff_reader *r)
{
    free(r->block);
    free(r->kept);
    r->block = r->kept = NULL;
}
