/* images_make.c: image files, made here byte by byte or by libtiff, and how they must be read.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "images_make.h"

#include <stdio.h>
#include <string.h>

char *image_folder;
TIFFErrorHandler image_libtiff_prints;

const struct storage plain_storage = { .mode = "w", .compression = COMPRESSION_NONE };

const struct sample image_samples[IMAGE_SAMPLES] = {
    { FRIT_U8, 8, SAMPLEFORMAT_UINT },     { FRIT_I8, 8, SAMPLEFORMAT_INT },
    { FRIT_U16, 16, SAMPLEFORMAT_UINT },   { FRIT_I16, 16, SAMPLEFORMAT_INT },
    { FRIT_U32, 32, SAMPLEFORMAT_UINT },   { FRIT_I32, 32, SAMPLEFORMAT_INT },
    { FRIT_U64, 64, SAMPLEFORMAT_UINT },   { FRIT_I64, 64, SAMPLEFORMAT_INT },
    { FRIT_F32, 32, SAMPLEFORMAT_IEEEFP }, { FRIT_F64, 64, SAMPLEFORMAT_IEEEFP },
};

const uint8_t edf_first[6] = { 1, 2, 3, 4, 5, 6 }, edf_second[512] = { 7, 8, 9, 10, 11, 12 };

char *in_folder(const char *name)
{
    return g_build_filename(image_folder, name, NULL);
}

/* A file that is written anew in place of another, some file systems first write to the disk. */
void put_file(const char *name, const void *bytes, size_t n)
{
    g_autofree char *path = in_folder(name);
    FILE *file;

    remove(path);
    file = fopen(path, "wb");
    g_assert_nonnull(file);
    g_assert_cmpuint(fwrite(bytes, 1, n, file), ==, n);
    g_assert_cmpint(fclose(file), ==, 0);
}

/* The pixels of a page, to be freed; the test fails where there are none. */
void *read_page(const char *name, uint64_t page, struct image *im)
{
    g_autofree char *path = g_path_is_absolute(name) ? g_strdup(name) : in_folder(name);
    struct image_file f;
    void *pixels;

    if (image_file_open(&f, path) != FRIT_OK || image_open(&f, page, im) != FRIT_OK)
        g_error("%s: %s", name, f.why);
    pixels = g_malloc(im->rows * im->columns * image_value_size(im->dtype));
    if (image_read(&f, im, pixels) != FRIT_OK)
        g_error("%s: %s", name, f.why);
    image_close(&f, im);
    image_file_close(&f);
    return pixels;
}

/* Why a page cannot be read; '*' stands for words of libtiff's, which change with its version. */
void assert_refused(const char *name, uint64_t page, frit_status status, const char *sentence)
{
    g_autofree char *path = in_folder(name);
    g_autofree void *pixels = NULL;
    struct image_file f;
    struct image im;
    frit_status s = image_file_open(&f, path);

    if (s == FRIT_OK)
        s = image_open(&f, page, &im);
    if (s == FRIT_OK) {
        pixels = g_malloc(im.rows * im.columns * image_value_size(im.dtype));
        s = image_read(&f, &im, pixels);
        image_close(&f, &im);
    }
    image_file_close(&f);
    g_assert_cmpint(s, !=, FRIT_OK);
    if (!g_pattern_match_simple(sentence, f.why))
        g_assert_cmpstr(f.why, ==, sentence);
    g_assert_cmpint(s, ==, status);
}

/* All bit patterns are as good: extremes, and the NaN of a floating-point type, are among them. */
void fill(uint8_t *bytes, size_t n, uint32_t seed)
{
    g_autoptr(GRand) rand = g_rand_new_with_seed(seed);

    for (size_t i = 0; i < n; i++)
        bytes[i] = (uint8_t)(i % 97 < 16 ? 0x00 : i % 97 < 32 ? 0xff : g_rand_int(rand));
}

/* libtiff swaps the bytes of what it is given to write, so it gets copies. */
bool put_strips(TIFF *tif, const uint8_t *pixels, size_t line, uint32_t rows, uint32_t per_strip)
{
    bool ok = true;

    for (uint32_t row = 0, strip = 0; row < rows && ok; row += per_strip, strip++) {
        size_t n = MIN(per_strip, rows - row) * line;
        g_autofree void *copy = g_memdup2(pixels + row * line, n);

        ok = TIFFWriteEncodedStrip(tif, strip, copy, (tmsize_t)n) == (tmsize_t)n;
    }
    return ok;
}

static bool put_tiles(TIFF *tif, const uint8_t *pixels, size_t size, uint32_t edge)
{
    bool ok = true;

    for (uint32_t y = 0; y < ROWS && ok; y += edge)
        for (uint32_t x = 0; x < COLUMNS && ok; x += edge) {
            g_autofree uint8_t *tile = g_malloc0(edge * edge * size);

            for (uint32_t i = 0; i < edge && y + i < ROWS; i++)
                memcpy(tile + i * edge * size, pixels + ((y + i) * COLUMNS + x) * size,
                       MIN(edge, COLUMNS - x) * size);
            ok = TIFFWriteTile(tif, tile, x, y, 0, 0) > 0;
        }
    return ok;
}

void set_tags(TIFF *tif, int bits, int format, int columns, int rows)
{
    TIFFSetField(tif, TIFFTAG_IMAGEWIDTH, columns);
    TIFFSetField(tif, TIFFTAG_IMAGELENGTH, rows);
    TIFFSetField(tif, TIFFTAG_BITSPERSAMPLE, bits);
    TIFFSetField(tif, TIFFTAG_SAMPLEFORMAT, format);
    TIFFSetField(tif, TIFFTAG_PHOTOMETRIC, PHOTOMETRIC_MINISBLACK);
    TIFFSetField(tif, TIFFTAG_ROWSPERSTRIP, rows);
}

static uint32_t strip_rows(const struct storage *how)
{
    return how->rows_per_strip > 0 ? (uint32_t)how->rows_per_strip : ROWS;
}

void set_page_tags(TIFF *tif, const struct sample *sample, const struct storage *how)
{
    set_tags(tif, sample->bits, sample->format, COLUMNS, ROWS);
    TIFFSetField(tif, TIFFTAG_COMPRESSION, how->compression);
    if (how->predictor > 1)
        TIFFSetField(tif, TIFFTAG_PREDICTOR, how->predictor);
    TIFFSetField(tif, TIFFTAG_ROWSPERSTRIP, strip_rows(how));
    if (how->tile > 0) {
        TIFFSetField(tif, TIFFTAG_TILEWIDTH, how->tile);
        TIFFSetField(tif, TIFFTAG_TILELENGTH, how->tile);
    }
}

void put_page(TIFF *tif, const struct sample *sample, const struct storage *how, const void *pixels)
{
    size_t size = image_value_size(sample->dtype);

    set_page_tags(tif, sample, how);
    if (how->tile > 0)
        g_assert_true(put_tiles(tif, pixels, size, (uint32_t)how->tile));
    else
        g_assert_true(put_strips(tif, pixels, COLUMNS * size, ROWS, strip_rows(how)));
    g_assert_true(TIFFWriteDirectory(tif));
}

TIFF *create(const char *name, const char *mode)
{
    g_autofree char *path = in_folder(name);
    TIFF *tif;

    if (mode[0] == 'w')
        remove(path);
    tif = TIFFOpen(path, mode);
    g_assert_nonnull(tif);
    return tif;
}

void put_tiff(const char *name, const struct sample *sample, const struct storage *how, const void *pixels)
{
    TIFF *tif = create(name, how->mode);

    put_page(tif, sample, how, pixels);
    TIFFClose(tif);
}

void assert_same(const char *name, uint64_t page, frit_dtype dtype, const void *pixels)
{
    struct image im;
    g_autofree void *got = read_page(name, page, &im);

    g_assert_cmpint(im.dtype, ==, dtype);
    g_assert_cmpuint(im.rows, ==, ROWS);
    g_assert_cmpuint(im.columns, ==, COLUMNS);
    g_assert_cmpmem(got, PIXELS * image_value_size(dtype), pixels, PIXELS * image_value_size(dtype));
}

/* Three pages, each of another type. */
void put_tiff_pages(uint8_t pixels[3][PIXELS * 8])
{
    TIFF *tif = create("pages.tif", "w");

    for (uint32_t i = 0; i < 3; i++) {
        fill(pixels[i], PIXELS * 8, 100 + i);
        put_page(tif, &image_samples[2 * i], &plain_storage, pixels[i]);
    }
    TIFFClose(tif);
}

/* A block: a header of whole 512 bytes, and n bytes of data. */
void add_edf(GByteArray *file, const char *keys, const char *end, const void *data, size_t n)
{
    size_t used = 2 + strlen(keys) + strlen(end), size = (used + 511) / 512 * 512;
    g_autofree char *filling = g_strnfill(size - used, ' ');

    g_byte_array_append(file, (const guint8 *)"{\n", 2);
    g_byte_array_append(file, (const guint8 *)keys, (guint)strlen(keys));
    g_byte_array_append(file, (const guint8 *)filling, (guint)(size - used));
    g_byte_array_append(file, (const guint8 *)end, (guint)strlen(end));
    g_byte_array_append(file, data, (guint)n);
}

void put_edf(const char *name, const char *keys, const char *end, const void *data, size_t n)
{
    g_autoptr(GByteArray) file = g_byte_array_new();

    add_edf(file, keys, end, data, n);
    put_file(name, file->data, file->len);
}

/* A general block, and three with an image; the second is filled up to 512 bytes. */
void put_edf_pages(void)
{
    g_autoptr(GByteArray) file = g_byte_array_new();

    add_edf(file, "EDF_DataFormatVersion = 2.40 ;\nEDF_BlockBoundary = 512 ;\n", "}\n", "", 0);
    add_edf(file, SMALL_EDF "DataType = UnsignedByte ;\nExposureTime = 0.25 s ;\nDate = 2026-11-22 ;\n",
            "}\n", edf_first, 6);
    add_edf(file, SMALL_EDF "DataType = UnsignedByte ;\nSize = 512 ;\n", "}\n", edf_second, 512);
    add_edf(file, SMALL_EDF "DataType = UnsignedByte ;\n", "}\n", edf_first, 6);
    put_file("pages.edf", file->data, file->len);
}

/* Rows of 37 pixels take two words of 32 bit; pixel j of a row is bit j % 8 of byte j / 8. */
size_t make_fit2d(uint8_t *b)
{
    memset(b, 0, 1024 + 3 * 8);
    b[0] = 'M', b[4] = 'A', b[8] = 'S', b[12] = 'K';
    b[16] = 37, b[20] = 3, b[24] = 1;
    b[1024] = 0x01;              /* row 0: pixel 0 */
    b[1024 + 8 + 1] = 0x82;      /* row 1: pixels 9 and 15 */
    b[1024 + 16 + 4] = 0xf0;     /* row 2: pixel 36; 37 to 39 are filling */
    return 1024 + 3 * 8;
}

