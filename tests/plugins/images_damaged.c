/* A test of what damaged image files do: nothing but a sentence.  A few thousand changes to small valid
 * files of every kind, the same in every run; meant to be run with the address sanitizer too.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "images_make.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

static const char *const seeds[] = {
    "f_none.tif", "f_big.tif", "f_strips.tif", "f_tiles.tif", "f_deflate.tif", "f_lzw.tif", "f_packbits.tif",
    "f_bits.tif", "f_pages.tif", "f.edf", "f_pages.edf", "f.msk",
};

static void make_seeds(void)
{
    static const struct { const char *name; struct storage how; int sample; } tiffs[] = {
        { "f_none.tif", { "wl", COMPRESSION_NONE, 0, 0, 0 }, 2 },
        { "f_big.tif", { "wb8", COMPRESSION_NONE, 0, 4, 0 }, 8 },
        { "f_strips.tif", { "wb", COMPRESSION_NONE, 0, 2, 0 }, 5 },
        { "f_tiles.tif", { "wl", COMPRESSION_ADOBE_DEFLATE, 2, 0, 16 }, 4 },
        { "f_deflate.tif", { "wl", COMPRESSION_DEFLATE, 3, 0, 0 }, 9 },
        { "f_lzw.tif", { "wb", COMPRESSION_LZW, 2, 5, 0 }, 2 },
        { "f_packbits.tif", { "wl", COMPRESSION_PACKBITS, 0, 0, 0 }, 0 },
    };
    static const char keys[] =
        "ByteOrder = HighByteFirst ;\nDataType = SignedShort ;\nDim_1 = 37 ;\nDim_2 = 9 ;\nSize = 666 ;\n";
    uint8_t pixels[PIXELS * 8], mask[1100];
    g_autoptr(GByteArray) edf = g_byte_array_new();
    TIFF *tif;

    fill(pixels, sizeof pixels, 1);
    for (size_t i = 0; i < G_N_ELEMENTS(tiffs); i++)
        put_tiff(tiffs[i].name, &image_samples[tiffs[i].sample], &tiffs[i].how, pixels);
    tif = create("f_bits.tif", "w");
    set_tags(tif, 1, SAMPLEFORMAT_UINT, COLUMNS, ROWS);
    TIFFSetField(tif, TIFFTAG_COMPRESSION, COMPRESSION_CCITTFAX4);
    g_assert_true(put_strips(tif, pixels, 5, ROWS, ROWS));
    TIFFClose(tif);
    tif = create("f_pages.tif", "w");
    put_page(tif, &image_samples[0], &plain_storage, pixels);
    put_page(tif, &image_samples[1], &plain_storage, pixels);
    TIFFClose(tif);
    put_edf("f.edf", keys, "}\n", pixels, 666);
    add_edf(edf, keys, "}\n", pixels, 666);
    add_edf(edf, keys, "}\n", pixels, 666);
    put_file("f_pages.edf", edf->data, edf->len);
    put_file("f.msk", mask, make_fit2d(mask));
}

/* Some bytes are changed, most of them where headers are; some numbers become extreme; the end is lost. */
static size_t damage(GRand *rand, uint8_t *b, size_t n)
{
    static const uint8_t extremes[][4] = {
        { 0, 0, 0, 0 }, { 0xff, 0xff, 0xff, 0xff }, { 0xff, 0xff, 0xff, 0x7f }, { 0, 0, 1, 0 }
    };
    int32_t flips = g_rand_int_range(rand, 0, 7);

    for (int32_t i = 0; i < flips; i++) {
        bool near_end = g_rand_boolean(rand);
        size_t within = g_rand_boolean(rand) ? MIN(n, 300) : n;
        size_t at = (size_t)g_rand_int_range(rand, 0, (gint32)within);

        if (near_end)
            at = n - 1 - at;
        if (g_rand_int_range(rand, 0, 4) == 0 && at + 4 <= n)
            memcpy(b + at, extremes[g_rand_int_range(rand, 0, 4)], 4);
        else
            b[at] = (uint8_t)(g_rand_boolean(rand) ? b[at] ^ 1 << g_rand_int_range(rand, 0, 8)
                                                   : g_rand_int_range(rand, 0, 256));
    }
    return flips == 0 || g_rand_int_range(rand, 0, 5) == 0 ? (size_t)g_rand_int_range(rand, 0, (gint32)n) : n;
}

/* No image needs more memory than 8 * 2560 times the file (LZW's limit, and a bit that becomes a byte) or
 * 64 MiB, and a damaged one is the same whenever it is read. */
static bool read_twice(struct image_file *f, uint64_t page)
{
    g_autofree uint8_t *first = NULL;
    frit_status s = FRIT_OK;

    for (int i = 0; i < 2 && s == FRIT_OK; i++) {
        g_autofree uint8_t *pixels = NULL;
        struct image im;
        size_t n;

        s = image_open(f, page, &im);
        if (s != FRIT_OK)
            break;
        n = im.rows * im.columns * image_value_size(im.dtype);
        g_assert_cmpuint(n, <=, MAX(8 * 2560 * f->size, 64u << 20));
        pixels = g_malloc0(n);
        s = image_read(f, &im, pixels);
        image_close(f, &im);
        if (i > 0)
            g_assert_true(s == FRIT_OK && memcmp(pixels, first, n) == 0);
        else
            first = g_steal_pointer(&pixels);
    }
    return s == FRIT_OK;
}

/* By bands it is what it is whole: the same pixels, or the same sentence. */
static void read_by_bands(struct image_file *f, uint64_t page)
{
    enum { BAND = 5 };
    g_autofree uint8_t *whole = NULL, *rows = NULL;
    g_autofree char *why = NULL;
    struct image im;
    frit_status expected, s = FRIT_OK;
    size_t line;

    if (image_open(f, page, &im) != FRIT_OK)
        return;
    line = im.columns * image_value_size(im.dtype);
    whole = g_malloc(im.rows * line);
    rows = g_malloc(im.rows * line);
    expected = image_read(f, &im, whole);
    why = g_strdup(f->why);
    for (size_t first = 0; first < im.rows && s == FRIT_OK; first += BAND)
        s = image_read_rows(f, &im, first, MIN(BAND, im.rows - first), rows + first * line);
    g_assert_cmpint(s, ==, expected);
    if (s == FRIT_OK)
        g_assert_cmpmem(rows, im.rows * line, whole, im.rows * line);
    else
        g_assert_cmpstr(f->why, ==, why);
    image_close(f, &im);
}

static void assert_sentence(const char *why)
{
    size_t n = strlen(why);

    g_assert_cmpuint(n, >, 10);
    g_assert_null(strchr(why, '\n'));
    g_assert_true(why[n - 1] != '.');
    g_assert_true(g_utf8_validate(why, -1, NULL));
}

static void read_damaged(unsigned *read, unsigned *refused)
{
    g_autofree char *path = in_folder("damaged");
    struct image_file f;
    uint64_t pages;
    bool ok;

    if (image_file_open(&f, path) != FRIT_OK) {
        assert_sentence(f.why);
        (*refused)++;
        return;
    }
    pages = f.format->pages(&f);
    g_assert_cmpuint(pages, >=, 1);
    g_assert_cmpuint(pages, <=, f.size);
    ok = read_twice(&f, 0);
    if (!ok)
        assert_sentence(f.why);
    read_by_bands(&f, 0);
    if (ok && pages > 1)
        read_twice(&f, 1);
    (*(ok ? read : refused))++;
    image_file_close(&f);
}

/* With a fixed seed.  libtiff must print nothing meanwhile: its words belong into the sentences. */
static void test_damaged(void)
{
    enum { ROUNDS = 400 };
    g_autoptr(GRand) rand = g_rand_new_with_seed(20261122);
    g_autofree char *err_path = in_folder("stderr"), *printed = NULL;
    unsigned read = 0, refused = 0;
    int err = dup(STDERR_FILENO);

    make_seeds();
    TIFFSetWarningHandler(image_libtiff_prints);
    g_assert_nonnull(freopen(err_path, "w", stderr));
    for (size_t i = 0; i < G_N_ELEMENTS(seeds); i++) {
        g_autofree char *path = in_folder(seeds[i]), *bytes = NULL;
        gsize n;

        g_assert_true(g_file_get_contents(path, &bytes, &n, NULL));
        for (int k = 0; k < ROUNDS; k++) {
            g_autofree uint8_t *copy = g_memdup2(bytes, n);

            put_file("damaged", copy, k == 0 ? n : damage(rand, copy, n));
            read_damaged(&read, &refused);
        }
    }
    TIFFSetWarningHandler(NULL);
    fflush(stderr);
    dup2(err, STDERR_FILENO);
    close(err);
    g_assert_true(g_file_get_contents(err_path, &printed, NULL, NULL));
    g_assert_cmpstr(printed, ==, "");
    g_test_message("%u read, %u refused", read, refused);
    /* Both happen: the whole files are read, and no damage goes unnoticed in all of them. */
    g_assert_cmpuint(read, >, G_N_ELEMENTS(seeds));
    g_assert_cmpuint(refused, >, G_N_ELEMENTS(seeds));
}

void add_damaged_tests(void)
{
    g_test_add_func("/images/damaged", test_damaged);
}
