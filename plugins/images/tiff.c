/* tiff.c: find the pages of a TIFF or BigTIFF with libtiff: size, type and layout, and what else it tells.
 *
 * The file is reached through functions of our own, so that libtiff sees the file that was examined; what
 * libtiff has to say goes into the sentence of a failure, not to the terminal.  The orientation tag is
 * ignored.  The pixels: tiff_pixels.c.  Format: TIFF 6.0, Adobe 1992, and its Supplements.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "header.h"
#include "tiff.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct {
    uint16_t   bits, format;
    frit_dtype dtype;
} samples[] = {
    { 1, SAMPLEFORMAT_UINT, FRIT_U8 },     { 8, SAMPLEFORMAT_UINT, FRIT_U8 },
    { 8, SAMPLEFORMAT_INT, FRIT_I8 },      { 16, SAMPLEFORMAT_UINT, FRIT_U16 },
    { 16, SAMPLEFORMAT_INT, FRIT_I16 },    { 32, SAMPLEFORMAT_UINT, FRIT_U32 },
    { 32, SAMPLEFORMAT_INT, FRIT_I32 },    { 32, SAMPLEFORMAT_IEEEFP, FRIT_F32 },
    { 64, SAMPLEFORMAT_UINT, FRIT_U64 },   { 64, SAMPLEFORMAT_INT, FRIT_I64 },
    { 64, SAMPLEFORMAT_IEEEFP, FRIT_F64 },
};

/* ---- The file, as libtiff sees it ---- */

static tmsize_t read_proc(thandle_t handle, void *to, tmsize_t n)
{
    struct tiff_reader *r = (struct tiff_reader *)handle;
    uint64_t left = r->file->size > r->at ? r->file->size - r->at : 0;
    size_t want = (uint64_t)n < left ? (size_t)n : (size_t)left;

    if (n < 0 || !image_bytes(r->file, r->at, to, want))
        return -1;
    r->at += want;
    return (tmsize_t)want;
}

static tmsize_t write_proc(thandle_t handle, void *from, tmsize_t n)
{
    (void)handle, (void)from, (void)n;
    return -1;
}

static toff_t seek_proc(thandle_t handle, toff_t offset, int whence)
{
    struct tiff_reader *r = (struct tiff_reader *)handle;

    r->at = offset + (whence == SEEK_CUR ? r->at : whence == SEEK_END ? r->file->size : 0);
    return r->at;
}

static int close_proc(thandle_t handle)
{
    (void)handle;
    return 0;
}

static toff_t size_proc(thandle_t handle)
{
    return ((struct tiff_reader *)handle)->file->size;
}

/* "m": no memory map, in which a file that is cut short would end the program; "c": strips as they stand
 * in the file.  No table or compressed block is larger than the file (times 4, for tables of 16-bit entries
 * that are widened). */
TIFF *tiff_reader_open(struct tiff_reader *r)
{
    uint64_t most = 4 * r->file->size + (16u << 20);

    return tiff_messages_open(&r->messages, r->file->path, "rmc", r, most, read_proc, write_proc, seek_proc,
                              close_proc, size_proc);
}

/* ---- What a page is ---- */

static const char *plural(uint64_t n)
{
    return n == 1 ? "" : "s";
}

/* The first directory stands behind the pixels in many files, so a file that is cut has none. */
static frit_status fail_header(struct image_file *f, const struct tiff_reader *r)
{
    uint8_t h[16];
    uint64_t at = 0;
    bool big;

    if (image_bytes(f, 0, h, f->size < 16 ? (size_t)f->size : 16) && f->size >= 8) {
        bool motorola = h[0] == 'M';

        big = h[motorola ? 3 : 2] == 43;
        for (size_t i = 0, n = big ? 8 : 4, from = big ? 8 : 4; i < n && (f->size >= 16 || !big); i++)
            at |= (uint64_t)h[from + i] << 8 * (motorola ? n - 1 - i : i);
        if (at >= f->size)
            return image_fail(f, FRIT_EIO,
                              "the file ends at byte %llu, but the TIFF directory should stand at byte %llu: "
                              "it is still being written, or was cut",
                              (unsigned long long)f->size, (unsigned long long)at);
    }
    return image_fail(f, FRIT_EIO, "the header of the TIFF is damaged (%s)",
                      tiff_messages_text(&r->messages));
}

static frit_status fail_sample(struct image_file *f, unsigned bits, unsigned format)
{
    const char *kind = format == SAMPLEFORMAT_IEEEFP ? "floating-point"
                       : format == SAMPLEFORMAT_INT  ? "signed integer"
                       : format == SAMPLEFORMAT_COMPLEXINT || format == SAMPLEFORMAT_COMPLEXIEEEFP
                           ? "complex"
                           : "unsigned integer";

    return image_fail(f, FRIT_EDATA,
                      "the pixels are %s numbers of %u bit, which cannot be read; "
                      "integers of 1, 8, 16, 32 or 64 bit and floating-point numbers of 32 or 64 bit can",
                      kind, bits);
}

/* Which numbers the pixels are. */
static frit_status find_sample(struct image_file *f, struct tiff_reader *r, struct image *im)
{
    uint16_t per_pixel = 1, format = SAMPLEFORMAT_UINT, photometric = PHOTOMETRIC_MINISBLACK;

    TIFFGetFieldDefaulted(r->tif, TIFFTAG_BITSPERSAMPLE, &r->bits);
    TIFFGetFieldDefaulted(r->tif, TIFFTAG_SAMPLESPERPIXEL, &per_pixel);
    TIFFGetFieldDefaulted(r->tif, TIFFTAG_SAMPLEFORMAT, &format);
    TIFFGetField(r->tif, TIFFTAG_PHOTOMETRIC, &photometric);
    if (per_pixel != 1)
        return image_fail(
            f, FRIT_EDATA, "the image has %u numbers a pixel (%s); one was expected: save it as a grey image",
            per_pixel, photometric == PHOTOMETRIC_RGB ? "a colour picture" : "several channels");
    if (photometric != PHOTOMETRIC_MINISWHITE && photometric != PHOTOMETRIC_MINISBLACK &&
        photometric != PHOTOMETRIC_PALETTE && photometric != PHOTOMETRIC_MASK)
        return image_fail(f, FRIT_EDATA, "the pixels are no plain numbers (photometric interpretation %u); "
                          "save it as a grey image", photometric);
    if (format == SAMPLEFORMAT_VOID)
        format = SAMPLEFORMAT_UINT;
    for (size_t i = 0; i < sizeof samples / sizeof *samples; i++)
        if (samples[i].bits == r->bits && samples[i].format == format) {
            im->dtype = samples[i].dtype;
            return FRIT_OK;
        }
    return fail_sample(f, r->bits, format);
}

static frit_status find_compression(struct image_file *f, struct tiff_reader *r)
{
    const TIFFCodec *codec;

    TIFFGetFieldDefaulted(r->tif, TIFFTAG_COMPRESSION, &r->compression);
    codec = TIFFFindCODEC(r->compression);
    if (!TIFFIsCODECConfigured(r->compression) || r->compression == COMPRESSION_OJPEG)
        return image_fail(
            f, FRIT_EDATA,
            "the pixels are compressed (%s, %u) in a way that the installed libtiff cannot read; "
            "save it uncompressed, or with deflate or LZW",
            codec ? codec->name : "unknown", r->compression);
    return FRIT_OK;
}

/* Size of the image, and of the strips or tiles that it is stored in. */
static frit_status find_layout(struct image_file *f, struct tiff_reader *r, struct image *im)
{
    tmsize_t line;
    uint64_t expected;

    r->tiled = TIFFIsTiled(r->tif);
    TIFFGetField(r->tif, TIFFTAG_IMAGEWIDTH, &r->columns);
    TIFFGetField(r->tif, TIFFTAG_IMAGELENGTH, &r->rows);
    if (r->columns < 1 || r->rows < 1)
        return image_fail(f, FRIT_EDATA, "the header of the TIFF says %u x %u pixels", r->columns, r->rows);
    if (r->tiled) {
        TIFFGetField(r->tif, TIFFTAG_TILEWIDTH, &r->block_columns);
        TIFFGetField(r->tif, TIFFTAG_TILELENGTH, &r->block_rows);
        r->n_blocks = TIFFNumberOfTiles(r->tif);
        line = TIFFTileRowSize(r->tif);
    } else {
        TIFFGetFieldDefaulted(r->tif, TIFFTAG_ROWSPERSTRIP, &r->block_rows);
        if (r->block_rows > r->rows)
            r->block_rows = r->rows;
        r->block_columns = r->columns;
        r->n_blocks = TIFFNumberOfStrips(r->tif);
        line = TIFFScanlineSize(r->tif);
    }
    r->block_line = line > 0 ? (size_t)line : 0;
    if (r->block_rows < 1 || r->block_columns < 1 ||
        r->block_line != ((uint64_t)r->block_columns * r->bits + 7) / 8)
        return image_fail(f, FRIT_EDATA, "the header of the TIFF contradicts itself: it is damaged");
    expected = (((uint64_t)r->rows + r->block_rows - 1) / r->block_rows) *
               (((uint64_t)r->columns + r->block_columns - 1) / r->block_columns);
    if (expected != r->n_blocks)
        return image_fail(f, FRIT_EDATA, "the TIFF has %u %s%s, but its size asks for %llu", r->n_blocks,
                          r->tiled ? "tile" : "strip", plural(r->n_blocks), (unsigned long long)expected);
    im->rows = r->rows;
    im->columns = r->columns;
    return FRIT_OK;
}

struct tiff_span tiff_block(const struct tiff_reader *r, uint32_t block)
{
    uint32_t across = (uint32_t)(((uint64_t)r->columns + r->block_columns - 1) / r->block_columns);
    struct tiff_span s = { .row = (size_t)(block / across) * r->block_rows,
                      .column = (size_t)(block % across) * r->block_columns };

    s.rows = r->rows - s.row < r->block_rows ? r->rows - s.row : r->block_rows;
    s.columns = r->columns - s.column < r->block_columns ? r->columns - s.column : r->block_columns;
    return s;
}

/* How many pixels of an uncompressed image stand within the file. */
static uint64_t pixels_in_file(const struct tiff_reader *r)
{
    uint64_t pixels = 0, size = r->file->size;

    for (uint32_t i = 0; i < r->n_blocks; i++) {
        struct tiff_span s = tiff_block(r, i);
        uint64_t at = TIFFGetStrileOffset(r->tif, i), have = at > 0 && at < size ? size - at : 0;
        uint64_t lines = have / r->block_line, rest = have % r->block_line * 8 / r->bits;

        if (lines >= s.rows)
            pixels += (uint64_t)s.rows * s.columns;
        else
            pixels += lines * s.columns + (rest < s.columns ? rest : s.columns);
    }
    return pixels;
}

/* The most bytes that may come out of a file: PackBits repeats a byte up to 128 times for two, deflate's
 * limit is known, LZW gives at most 3838 for a code of 12 bit.  zstd and others know no limit, but an image
 * of 64 MiB is no burden: bits count eight times, since they become bytes. */
static uint64_t most_bytes(const struct tiff_reader *r, uint64_t size)
{
    uint64_t no_burden = (r->bits == 1 ? 8u : 64u) << 20;

    switch (r->compression) {
    case COMPRESSION_NONE:
        return size;
    case COMPRESSION_PACKBITS:
        return 64 * size;
    case COMPRESSION_DEFLATE:
    case COMPRESSION_ADOBE_DEFLATE:
        return 1032 * size;
    case COMPRESSION_LZW:
        return 2560 * size;
    default:
        return 2560 * size > no_burden ? 2560 * size : no_burden;
    }
}

/* Refuse a size that the file cannot hold, before any memory is asked for it. */
static frit_status check_extent(struct image_file *f, const struct tiff_reader *r)
{
    uint64_t line = ((uint64_t)r->columns * r->bits + 7) / 8, pixels = (uint64_t)r->columns * r->rows;
    uint64_t most = most_bytes(r, f->size);
    uint64_t tile =
        (uint64_t)r->block_rows > most / r->block_line ? UINT64_MAX : r->block_rows * r->block_line;

    /* Each strip or tile has an entry in a table of the file. */
    if (r->compression == COMPRESSION_NONE && r->n_blocks <= f->size && pixels_in_file(r) < pixels)
        return image_fail_short(f, pixels_in_file(r), pixels, "");
    if (r->n_blocks > f->size || r->rows > most / line || tile > most)
        return image_fail(
            f, FRIT_EIO,
            "the header of the TIFF says %u x %u pixels of %u bit, more than a file of %llu bytes "
            "can hold: it is damaged or cut",
            r->columns, r->rows, r->bits, (unsigned long long)f->size);
    return FRIT_OK;
}

/* ---- What else the file says ---- */

/* "2026:11:22 09:48:31" as "2026-11-22T09:48:31"; anything else is left out. */
static void find_date(struct tiff_reader *r, struct image *im)
{
    static const char form[] = "dddd:dd:dd dd:dd:dd";
    const char *text = NULL;

    if (!TIFFGetField(r->tif, TIFFTAG_DATETIME, &text) || !text || strlen(text) != sizeof form - 1)
        return;
    for (size_t i = 0; form[i]; i++)
        if (form[i] == 'd' ? text[i] < '0' || text[i] > '9' : text[i] != form[i])
            return;
    memcpy(im->date, text, sizeof form);
    im->date[4] = im->date[7] = '-';
    im->date[10] = 'T';
}

/* Dectris detectors write "# Exposure_time 3.0000000 s" into the description. */
static void find_exposure(struct tiff_reader *r, struct image *im)
{
    static const char key[] = "# Exposure_time ";
    const char *text = NULL;
    char *end;
    double t;

    if (!TIFFGetField(r->tif, TIFFTAG_IMAGEDESCRIPTION, &text) || !text || !(text = strstr(text, key)))
        return;
    text += sizeof key - 1;
    t = strtod(text, &end);
    if (end != text && isfinite(t) && strncmp(end, " s", 2) == 0)
        im->exposure_time = t;
}

/* A grey palette, as of electron microscopes, changes nothing; another one hides the numbers in colours. */
static bool palette_is_grey(struct tiff_reader *r)
{
    const uint16_t *red, *green, *blue;
    size_t n = (size_t)1 << r->bits;

    if (!TIFFGetField(r->tif, TIFFTAG_COLORMAP, &red, &green, &blue))
        return true;
    for (size_t i = 0; i < n; i++)
        if (red[i] != green[i] || red[i] != blue[i] || (i > 0 && red[i] < red[i - 1]))
            return false;
    return true;
}

static void find_note(struct tiff_reader *r, struct image *im)
{
    uint16_t photometric = PHOTOMETRIC_MINISBLACK;

    TIFFGetField(r->tif, TIFFTAG_PHOTOMETRIC, &photometric);
    if (photometric == PHOTOMETRIC_PALETTE && r->bits <= 16 && !palette_is_grey(r))
        snprintf(im->note, sizeof im->note, "the image has a colour palette: the numbers are its indices");
    else if (photometric == PHOTOMETRIC_MINISWHITE)
        snprintf(im->note, sizeof im->note,
                 "the file declares 0 to be white: the numbers are taken as they stand, not inverted");
    else if (r->compression == COMPRESSION_JPEG)
        snprintf(im->note, sizeof im->note, "the pixels are compressed as JPEG, which changes their values");
}

/* ---- The format ---- */

static bool tiff_recognise(const uint8_t *h, size_t n)
{
    return n >= 4 && ((h[0] == 'I' && h[1] == 'I' && (h[2] == 42 || h[2] == 43) && h[3] == 0) ||
                      (h[0] == 'M' && h[1] == 'M' && h[2] == 0 && (h[3] == 42 || h[3] == 43)));
}

static void tiff_close(struct image *im)
{
    struct tiff_reader *r = im->reader;

    if (r && r->tif)
        TIFFClose(r->tif);
    if (r)
        tiff_pixels_free(r);
    free(r);
}

static uint64_t tiff_pages(struct image_file *f)
{
    struct tiff_reader r = { .file = f };
    uint64_t n = 0;

    r.tif = tiff_reader_open(&r);
    if (r.tif) {
        n = TIFFNumberOfDirectories(r.tif);
        TIFFClose(r.tif);
    }
    return n > 0 ? n : 1;
}

static frit_status find_page(struct image_file *f, struct tiff_reader *r, uint64_t page)
{
    uint64_t pages = TIFFNumberOfDirectories(r->tif);

    if (page >= pages)
        return image_fail(f, FRIT_EDATA, "the TIFF has %llu page%s; page %llu was asked for",
                          (unsigned long long)pages, plural(pages), (unsigned long long)page + 1);
    if (!TIFFSetDirectory(r->tif, (tdir_t)page))
        return image_fail(f, FRIT_EIO, "the header of page %llu of the TIFF is damaged (%s)",
                          (unsigned long long)page + 1, tiff_messages_text(&r->messages));
    return FRIT_OK;
}

static frit_status tiff_open(struct image_file *f, uint64_t page, struct image *im)
{
    struct tiff_reader *r = calloc(1, sizeof *r);
    frit_status s;

    im->reader = r;
    if (!r)
        return image_fail(f, FRIT_ENOMEM, "no memory");
    r->file = f;
    r->tif = tiff_reader_open(r);
    if (!r->tif)
        return fail_header(f, r);
    s = page > 0 ? find_page(f, r, page) : FRIT_OK;
    if (s == FRIT_OK)
        s = find_sample(f, r, im);
    if (s == FRIT_OK)
        s = find_compression(f, r);
    if (s == FRIT_OK)
        s = find_layout(f, r, im);
    if (s == FRIT_OK)
        s = check_extent(f, r);
    if (s != FRIT_OK)
        return s;
    find_date(r, im);
    find_exposure(r, im);
    find_note(r, im);
    /* Decoded blocks that reach over the end of a band are kept; these are as good as the whole. */
    im->as_whole = r->compression != COMPRESSION_NONE && (uint64_t)r->block_rows * r->block_line > 1u << 20;
    return FRIT_OK;
}

static frit_status tiff_header(struct image_file *f, uint64_t page, struct image_keys *keys)
{
    static const struct { uint32_t tag; const char *key; } texts[] = {
        { TIFFTAG_DATETIME, "date" }, { TIFFTAG_MAKE, "make" }, { TIFFTAG_MODEL, "model" },
        { TIFFTAG_SOFTWARE, "software" }, { TIFFTAG_HOSTCOMPUTER, "host" }, { TIFFTAG_ARTIST, "artist" },
    };
    struct tiff_reader r = { .file = f };
    const char *text;

    r.tif = tiff_reader_open(&r);
    if (!r.tif)
        return fail_header(f, &r);
    frit_status s = page > 0 ? find_page(f, &r, page) : FRIT_OK;
    bool room = true;
    for (size_t i = 0; s == FRIT_OK && room && i < sizeof texts / sizeof *texts; i++)
        if (TIFFGetField(r.tif, texts[i].tag, &text) && text)
            room = image_keys_add(keys, texts[i].key, strlen(texts[i].key), text, strlen(text));
    if (s == FRIT_OK && room && TIFFGetField(r.tif, TIFFTAG_IMAGEDESCRIPTION, &text) && text)
        room = image_keys_add_text(keys, text, strlen(text));
    TIFFClose(r.tif);
    return room ? s : image_fail(f, FRIT_ENOMEM, "no memory for the header");
}

const struct image_format image_tiff = {
    .name = "TIFF", .recognise = tiff_recognise, .pages = tiff_pages,
    .open = tiff_open, .read = tiff_read, .close = tiff_close, .header = tiff_header,
};
