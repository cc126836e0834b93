/* fit2d.c: read a mask that was written by Fit2D (.msk).
 *
 * A header of 1024 bytes: the letters M, A, S, K, each in a 32-bit word, then the numbers of
 * columns and rows, little-endian.  Then the rows, one bit a pixel, least significant bit first, each
 * row filled up to whole 32-bit words.  Layout: Hammersley, FIT2D Reference Manual, ESRF.
 * The first row of the file is row 0, as in fabio, from which pyFAI gets its masks; see the step's doc.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "images.h"

#include <stdlib.h>
#include <string.h>

#define HEADER 1024

static bool fit2d_recognise(const uint8_t *head, size_t n)
{
    static const uint8_t magic[16] = { 'M', 0, 0, 0, 'A', 0, 0, 0, 'S', 0, 0, 0, 'K', 0, 0, 0 };

    return n >= sizeof magic && memcmp(head, magic, sizeof magic) == 0;
}

static uint64_t fit2d_pages(struct image_file *f)
{
    (void)f;
    return 1;
}

static int32_t little_endian_32(const uint8_t *p)
{
    return (int32_t)((uint32_t)p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 | (uint32_t)p[3] << 24);
}

static size_t row_bytes(size_t columns)
{
    return (columns + 31) / 32 * 4;
}

static frit_status fit2d_open(struct image_file *f, uint64_t page, struct image *im)
{
    uint8_t size[8];
    int32_t columns, rows;
    uint64_t have;

    if (page > 0)
        return image_fail(f, FRIT_EDATA, "a Fit2D mask has one page; page %llu was asked for",
                          (unsigned long long)page + 1);
    if (f->size < HEADER || !image_bytes(f, 16, size, sizeof size))
        return image_fail(f, FRIT_EIO,
                          "the file ends within the header of the Fit2D mask: %llu of 1024 bytes",
                          (unsigned long long)f->size);
    columns = little_endian_32(size);
    rows = little_endian_32(size + 4);
    if (columns < 1 || rows < 1)
        return image_fail(f, FRIT_EDATA, "the header of the Fit2D mask says %d x %d pixels: it is damaged",
                          columns, rows);

    have = f->size - HEADER;
    if (have / row_bytes((size_t)columns) < (uint64_t)rows)
        return image_fail_short(f, have / row_bytes((size_t)columns) * (uint64_t)columns,
                                (uint64_t)columns * (uint64_t)rows, "");
    im->dtype = FRIT_U8;
    im->rows = (size_t)rows;
    im->columns = (size_t)columns;
    return FRIT_OK;
}

static frit_status fit2d_read(struct image_file *f, const struct image *im, size_t first, size_t n,
                              void *pixels)
{
    size_t line = row_bytes(im->columns);
    uint8_t *bits = malloc(n * line), *to = pixels;

    if (!bits)
        return image_fail(f, FRIT_ENOMEM, "no memory for a mask of %zu x %zu pixels", im->columns, im->rows);
    if (!image_raw_pixels(f, HEADER + (uint64_t)first * line, bits, n * line)) {
        free(bits);
        return image_fail(f, FRIT_EIO, "the file became shorter while it was read");
    }
    for (size_t i = 0; i < n; i++)
        for (size_t j = 0; j < im->columns; j++)
            *to++ = bits[i * line + j / 8] >> (j % 8) & 1;
    free(bits);
    return FRIT_OK;
}

static void fit2d_close(struct image *im)
{
    (void)im;
}

const struct image_format image_fit2d = {
    .name = "Fit2D mask", .recognise = fit2d_recognise, .pages = fit2d_pages,
    .open = fit2d_open, .read = fit2d_read, .close = fit2d_close,
};
