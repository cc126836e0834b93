/* Tests of the reading of TIFFs: every sample type in every layout, compression and byte order is read back
 * exactly, and files that are cut, damaged or of another kind are refused with the right sentence.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "images_make.h"

#include <math.h>
#include <string.h>

/* Put what a little-endian file holds, still compressed, into a big-endian one.  The floating-point
 * predictor stores the highest bytes first in both (TIFF Technical Note 3), but libtiff up to 4.7 writes
 * big-endian ones wrong on a little-endian machine. */
static void put_big_endian(const char *name, const struct sample *sample, const struct storage *how,
                           const void *pixels)
{
    struct storage little = *how;
    TIFF *from, *to;

    little.mode = "wl";
    put_tiff("little.tif", sample, &little, pixels);
    from = create("little.tif", "r");
    to = create(name, how->mode);
    set_page_tags(to, sample, how);
    for (uint32_t i = 0; i < (how->tile ? TIFFNumberOfTiles(from) : TIFFNumberOfStrips(from)); i++) {
        uint8_t raw[PIXELS * 16];
        tmsize_t n = how->tile ? TIFFReadRawTile(from, i, raw, sizeof raw)
                               : TIFFReadRawStrip(from, i, raw, sizeof raw);

        g_assert_cmpint(n, >, 0);
        if (how->tile)
            g_assert_cmpint(TIFFWriteRawTile(to, i, raw, n), ==, n);
        else
            g_assert_cmpint(TIFFWriteRawStrip(to, i, raw, n), ==, n);
    }
    TIFFClose(from);
    TIFFClose(to);
}

static void test_tiff_every_sample(void)
{
    static const struct { int compression; bool predictor; } codings[] = {
        { COMPRESSION_NONE, false }, { COMPRESSION_PACKBITS, false }, { COMPRESSION_ADOBE_DEFLATE, false },
        { COMPRESSION_DEFLATE, true }, { COMPRESSION_LZW, false }, { COMPRESSION_LZW, true },
    };
    static const struct { int strip, tile; } layouts[] = { { 0, 0 }, { 3, 0 }, { 0, 16 } };
    static const char *const modes[] = { "wl", "wb", "wl8", "wb8" };
    uint8_t pixels[PIXELS * 8];

    for (size_t i = 0; i < IMAGE_SAMPLES; i++) {
        fill(pixels, sizeof pixels, (uint32_t)i);
        for (size_t k = 0; k < G_N_ELEMENTS(codings) * G_N_ELEMENTS(layouts) * G_N_ELEMENTS(modes); k++) {
            size_t coding = k / 12, layout = k / 4 % 3, mode = k % 4;
            struct storage how = {
                .mode = modes[mode], .compression = codings[coding].compression,
                .rows_per_strip = layouts[layout].strip, .tile = layouts[layout].tile,
            };

            if (codings[coding].predictor)
                how.predictor = image_samples[i].format == SAMPLEFORMAT_IEEEFP ? PREDICTOR_FLOATINGPOINT
                                                                               : PREDICTOR_HORIZONTAL;
            if (how.predictor == PREDICTOR_FLOATINGPOINT && modes[mode][1] == 'b')
                put_big_endian("sample.tif", &image_samples[i], &how, pixels);
            else
                put_tiff("sample.tif", &image_samples[i], &how, pixels);
            assert_same("sample.tif", 0, image_samples[i].dtype, pixels);
        }
    }
}

/* 11 columns make a row of two bytes with five bits of filling. */
static void test_tiff_one_bit(void)
{
    static const uint8_t rows[2][2] = { { 0xa5, 0x7f }, { 0x01, 0x80 } };
    static const uint8_t expected[22] = { 1, 0, 1, 0, 0, 1, 0, 1, 0, 1, 1,
                                          0, 0, 0, 0, 0, 0, 0, 1, 1, 0, 0 };
    static const int fill_orders[] = { FILLORDER_MSB2LSB, FILLORDER_LSB2MSB };
    struct image im;

    for (size_t i = 0; i < 2; i++) {
        TIFF *tif = create("bits.tif", "w");
        g_autofree uint8_t *got = NULL;

        set_tags(tif, 1, SAMPLEFORMAT_UINT, 11, 2);
        TIFFSetField(tif, TIFFTAG_FILLORDER, fill_orders[i]);
        g_assert_true(put_strips(tif, &rows[0][0], 2, 2, 2));
        TIFFClose(tif);
        got = read_page("bits.tif", 0, &im);
        g_assert_cmpint(im.dtype, ==, FRIT_U8);
        g_assert_cmpmem(got, im.rows * im.columns, expected, sizeof expected);
        g_assert_cmpstr(im.note, ==, "");
    }
}

/* Strips may stand anywhere in the file: here the last one first, but the two in the middle follow each other.
 * And the bits of a byte may come in the other order. */
static void test_tiff_strips_in_any_order(void)
{
    static const uint32_t written[] = { 3, 1, 2, 0 };
    static const int fill_orders[] = { FILLORDER_MSB2LSB, FILLORDER_LSB2MSB };
    uint8_t pixels[4][5], reversed[4][5];
    struct image im;

    for (size_t i = 0; i < sizeof pixels; i++) {
        uint8_t x = (uint8_t)(11 * i + 1), *to = &reversed[i / 5][i % 5];

        pixels[i / 5][i % 5] = x;
        for (*to = 0; x > 0; x &= (uint8_t)(x - 1))    /* its lowest bit, and so on */
            for (unsigned bit = 0; bit < 8; bit++)
                *to |= (x & -x) == 1 << bit ? (uint8_t)(0x80 >> bit) : 0;
    }
    for (size_t k = 0; k < 2; k++) {
        TIFF *tif = create("order.tif", "w");
        g_autofree uint8_t *got = NULL;

        set_tags(tif, 8, SAMPLEFORMAT_UINT, 5, 4);
        TIFFSetField(tif, TIFFTAG_ROWSPERSTRIP, 1);
        TIFFSetField(tif, TIFFTAG_FILLORDER, fill_orders[k]);
        for (size_t i = 0; i < 4; i++)
            g_assert_cmpint(TIFFWriteRawStrip(tif, written[i], k ? reversed[written[i]] : pixels[written[i]], 5),
                            ==, 5);
        TIFFClose(tif);
        got = read_page("order.tif", 0, &im);
        g_assert_cmpmem(got, im.rows * im.columns, pixels, sizeof pixels);
    }
}

static void test_tiff_tells(void)
{
    uint8_t pixels[PIXELS] = { 0 };
    struct image im;
    TIFF *tif = create("tells.tif", "w");

    TIFFSetField(tif, TIFFTAG_DATETIME, "2014:10:24 16:33:09");
    TIFFSetField(tif, TIFFTAG_IMAGEDESCRIPTION,
                 "# Pixel_size 172e-6 m x 172e-6 m\n# Exposure_time 3.5000000 s\n");
    TIFFSetField(tif, TIFFTAG_ORIENTATION, ORIENTATION_BOTLEFT);
    put_page(tif, &image_samples[0], &plain_storage, pixels);
    TIFFClose(tif);
    g_free(read_page("tells.tif", 0, &im));
    g_assert_cmpstr(im.date, ==, "2014-10-24T16:33:09");
    g_assert_cmpfloat(im.exposure_time, ==, 3.5);

    tif = create("silent.tif", "w");
    TIFFSetField(tif, TIFFTAG_DATETIME, "mageSun Nov 22 09:4");
    set_tags(tif, 8, SAMPLEFORMAT_UINT, COLUMNS, ROWS);
    TIFFSetField(tif, TIFFTAG_PHOTOMETRIC, PHOTOMETRIC_MINISWHITE);
    g_assert_true(put_strips(tif, pixels, COLUMNS, ROWS, ROWS));
    TIFFClose(tif);
    g_free(read_page("silent.tif", 0, &im));
    g_assert_cmpstr(im.date, ==, "");
    g_assert_true(isnan(im.exposure_time));
    g_assert_cmpstr(im.note, ==,
                    "the file declares 0 to be white: the numbers are taken as they stand, not inverted");
}

static void test_tiff_pages(void)
{
    uint8_t pixels[3][PIXELS * 8];
    g_autofree char *path = in_folder("pages.tif");
    struct image_file f;

    put_tiff_pages(pixels);
    g_assert_cmpint(image_file_open(&f, path), ==, FRIT_OK);
    g_assert_cmpuint(f.format->pages(&f), ==, 3);
    image_file_close(&f);
    for (uint32_t i = 0; i < 3; i++)
        assert_same("pages.tif", i, image_samples[2 * i].dtype, pixels[i]);
}

static void put_special(const char *name, int bits, int format, int per_pixel, int photometric)
{
    uint8_t pixels[64] = { 0 };
    TIFF *tif = create(name, "w");

    set_tags(tif, bits, format, 2, 2);
    TIFFSetField(tif, TIFFTAG_SAMPLESPERPIXEL, per_pixel);
    TIFFSetField(tif, TIFFTAG_PLANARCONFIG, PLANARCONFIG_CONTIG);
    TIFFSetField(tif, TIFFTAG_PHOTOMETRIC, photometric);
    g_assert_true(put_strips(tif, pixels, (size_t)((2 * bits * per_pixel + 7) / 8), 2, 2));
    TIFFClose(tif);
}

#define CAN                                                                                                  \
    "which cannot be read; integers of 1, 8, 16, 32 or 64 bit and floating-point numbers of 32 or 64 bit "   \
    "can"

static void test_tiff_refused(void)
{
    static const struct {
        int         bits, format, per_pixel, photometric;
        const char *sentence;
    } bad[] = {
        { 8, SAMPLEFORMAT_UINT, 3, PHOTOMETRIC_RGB,
          "the image has 3 numbers a pixel (a colour picture); one was expected: save it as a grey image" },
        { 16, SAMPLEFORMAT_UINT, 2, PHOTOMETRIC_MINISBLACK,
          "the image has 2 numbers a pixel (several channels); one was expected: save it as a grey image" },
        { 16, SAMPLEFORMAT_IEEEFP, 1, PHOTOMETRIC_MINISBLACK,
          "the pixels are floating-point numbers of 16 bit, " CAN },
        { 12, SAMPLEFORMAT_UINT, 1, PHOTOMETRIC_MINISBLACK,
          "the pixels are unsigned integer numbers of 12 bit, " CAN },
        { 64, SAMPLEFORMAT_COMPLEXIEEEFP, 1, PHOTOMETRIC_MINISBLACK,
          "the pixels are complex numbers of 64 bit, " CAN },
        { 8, SAMPLEFORMAT_UINT, 1, 32803,
          "the pixels are no plain numbers (photometric interpretation 32803); save it as a grey image" },
    };

    for (size_t i = 0; i < G_N_ELEMENTS(bad); i++) {
        put_special("bad.tif", bad[i].bits, bad[i].format, bad[i].per_pixel, bad[i].photometric);
        assert_refused("bad.tif", 0, FRIT_EDATA, bad[i].sentence);
    }
    put_special("one.tif", 8, SAMPLEFORMAT_UINT, 1, PHOTOMETRIC_MINISBLACK);
    assert_refused("one.tif", 70000, FRIT_EDATA,
                   "the TIFF has 1 page; page 70001 was asked for");
}

/* The tags of a classic little-endian TIFF: width, height, bits, compression, photometric, offset of the
 * strip, rows in it, its bytes. */
static size_t make_tiff(uint8_t *b, uint32_t width, uint32_t height, uint32_t bits, uint32_t compression,
                        uint32_t bytes)
{
    const uint32_t tags[][2] = { { 256, width }, { 257, height }, { 258, bits },   { 259, compression },
                                 { 262, 1 },     { 273, 122 },    { 278, height }, { 279, bytes } };
    uint8_t *p = b + 10;

    memcpy(b, "II*\0\x08\0\0\0\x08\0", 10);
    for (size_t i = 0; i < 8; i++, p += 12) {
        memcpy(p, (uint8_t[12]) { (uint8_t)tags[i][0], (uint8_t)(tags[i][0] >> 8), 4, 0, 1, 0, 0, 0 }, 12);
        for (size_t k = 0; k < 4; k++)
            p[8 + k] = (uint8_t)(tags[i][1] >> 8 * k);
    }
    memset(p, 0, 16);
    return 122;
}

static void test_tiff_cut(void)
{
    g_autofree uint8_t *b = g_malloc0(3000000);
    size_t header = make_tiff(b, 2000, 700, 16, 1, 2800000);

    put_file("whole.tif", b, header + 2800000);
    g_free(read_page("whole.tif", 0, &(struct image) { .rows = 0 }));
    put_file("cut.tif", b, header + 2100000);
    assert_refused("cut.tif", 0, FRIT_EIO, "the file ends after 1.1 of 1.4 million pixels");
    put_file("cut.tif", b, header + 2799999);
    assert_refused("cut.tif", 0, FRIT_EIO, "the file ends after 1399999 of 1400000 pixels");
    put_file("cut.tif", b, header);
    assert_refused("cut.tif", 0, FRIT_EIO, "the file ends after 0 of 1400000 pixels");
    put_file("cut.tif", b, 8);
    assert_refused("cut.tif", 0, FRIT_EIO,
                   "the file ends at byte 8, but the TIFF directory should stand at byte 8: "
                   "it is still being written, or was cut");

    header = make_tiff(b, 2000, 1000, 8, 8, 100000);
    put_file("cut.tif", b, header + 50000);
    assert_refused("cut.tif", 0, FRIT_EIO, "the file ends within strip 1 of 1, after 0 of 2000000 pixels");
    put_file("damaged.tif", b, header + 100000);
    assert_refused(
        "damaged.tif", 0, FRIT_EIO,
        "strip 1 of 1 of the TIFF is damaged (*)");
}

/* Sizes that only a damaged header has are refused before memory is asked for. */
static void test_tiff_absurd(void)
{
    uint8_t b[400] = { 0 };
    size_t header = make_tiff(b, 100000000, 1000000, 32, 1, 100);

    put_file("absurd.tif", b, header + 100);
    assert_refused("absurd.tif", 0, FRIT_EIO, "the file ends after 25 of 100000000000000 pixels");
    header = make_tiff(b, 1000000, 1000000, 32, 8, 100);
    put_file("absurd.tif", b, header + 100);
    assert_refused("absurd.tif", 0, FRIT_EIO,
                   "the header of the TIFF says 1000000 x 1000000 pixels of 32 bit, "
                   "more than a file of 222 bytes can hold: it is damaged or cut");
    header = make_tiff(b, 10, 10, 8, 6, 100);
    put_file("old.tif", b, header + 100);
    assert_refused("old.tif", 0, FRIT_EDATA,
                   "the pixels are compressed (Old-style JPEG, 6) in a way that the installed "
                   "libtiff cannot read; save it uncompressed, or with deflate or LZW");
}

void add_tiff_tests(void)
{
    g_test_add_func("/images/tiff/every-sample", test_tiff_every_sample);
    g_test_add_func("/images/tiff/one-bit", test_tiff_one_bit);
    g_test_add_func("/images/tiff/strips-in-any-order", test_tiff_strips_in_any_order);
    g_test_add_func("/images/tiff/tells", test_tiff_tells);
    g_test_add_func("/images/tiff/pages", test_tiff_pages);
    g_test_add_func("/images/tiff/refused", test_tiff_refused);
    g_test_add_func("/images/tiff/cut", test_tiff_cut);
    g_test_add_func("/images/tiff/absurd", test_tiff_absurd);
}
