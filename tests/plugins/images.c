/* Tests of the plugin `images`: EDF and Fit2D masks are read back exactly, bad files give the sentence that
 * helps, the steps mask, flip and write what they should, and real frames give the sums that a reader
 * written in Python (struct and zlib alone) finds.  TIFF and damaged files: images_tiff.c, images_damaged.c.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "images_make.h"
#include "step.h"

#include <glib/gstdio.h>
#include <math.h>
#include <string.h>

/* ---- EDF, Fit2D masks, and what is no image ---- */

static const struct {
    const char *name;
    frit_dtype  dtype;
} edf_types[] = {
    { "UnsignedByte", FRIT_U8 },   { "SignedByte", FRIT_I8 },       { "UnsignedShort", FRIT_U16 },
    { "SignedShort", FRIT_I16 },   { "UnsignedInteger", FRIT_U32 }, { "UnsignedLong", FRIT_U32 },
    { "SignedInteger", FRIT_I32 }, { "SignedLong", FRIT_I32 },      { "Unsigned64", FRIT_U64 },
    { "Signed64", FRIT_I64 },      { "FloatValue", FRIT_F32 },      { "FLOAT", FRIT_F32 },
    { "DoubleValue", FRIT_F64 },   { "Double", FRIT_F64 },
};

static void test_edf_every_type(void)
{
    uint8_t native[PIXELS * 8], other[PIXELS * 8];

    for (size_t i = 0; i < G_N_ELEMENTS(edf_types); i++) {
        size_t size = image_value_size(edf_types[i].dtype);

        fill(native, sizeof native, 200 + (uint32_t)i);
        for (size_t k = 0; k < sizeof native; k++)
            other[k] = native[k / size * size + size - 1 - k % size];
        for (int low = 0; low < 2; low++) {
            /* Keys in any case, and a header that needs more than one block of 512 bytes. */
            g_autofree char *long_title = g_strnfill(7000, 'x');
            g_autofree char *keys = g_strdup_printf(
                "Title = %s ;\nbyteorder = %s ;\nDATATYPE=%s;\nDim_1 = %d ;\r\ndim_2 = %d ;\n",
                low ? long_title : "", low ? "LowByteFirst" : "HighByteFirst", edf_types[i].name, COLUMNS,
                ROWS);
            bool as_here = (low == 1) == (G_BYTE_ORDER == G_LITTLE_ENDIAN);

            put_edf("type.edf", keys, low ? "}\n" : "}\r\n", as_here ? native : other, PIXELS * size);
            assert_same("type.edf", 0, edf_types[i].dtype, native);
        }
    }
}

static void test_edf_pages(void)
{
    g_autofree char *path = in_folder("pages.edf");
    g_autofree uint8_t *pixels = NULL, *last = NULL;
    struct image_file f;
    struct image im;

    put_edf_pages();
    g_assert_cmpint(image_file_open(&f, path), ==, FRIT_OK);
    g_assert_cmpuint(f.format->pages(&f), ==, 3);
    image_file_close(&f);
    pixels = read_page("pages.edf", 0, &im);
    g_assert_cmpmem(pixels, 6, edf_first, 6);
    g_assert_cmpfloat(im.exposure_time, ==, 0.25);
    g_assert_cmpstr(im.date, ==, "2026-11-22");
    g_free(pixels);
    pixels = read_page("pages.edf", 1, &im);
    g_assert_cmpmem(pixels, 6, edf_second, 6);
    last = read_page("pages.edf", 2, &im);
    g_assert_cmpmem(last, 6, edf_first, 6);
    assert_refused("pages.edf", 3, FRIT_EDATA, "the EDF file has 3 images; image 4 was asked for");
}

static void test_edf_refused(void)
{
    static const struct {
        const char *keys, *sentence;
        frit_status status;
    } bad[] = {
        { "Dim_2 = 2 ;\n", "the EDF header has no Dim_1", FRIT_EDATA },
        { "Dim_1 = 3 ;\nDim_2 = -2 ;\n",
          "the EDF header says Dim_2 = -2; a number from 1 to 2147483647 was expected", FRIT_EDATA },
        { "Dim_1 = 3 ;\nDim_2 = 2 ;\n",
          "the EDF header has no DataType, without which the pixels cannot be read", FRIT_EDATA },
        { SMALL_EDF "DataType = QuadrupleValue ;\n",
          "the EDF header says DataType = QuadrupleValue, which cannot be read; "
          "integers of 8 to 64 bit, FloatValue and DoubleValue can",
          FRIT_EDATA },
        { "Dim_1 = 3 ;\nDim_2 = 2 ;\nDataType = SignedShort ;\n",
          "the EDF header has no ByteOrder: LowByteFirst or HighByteFirst was expected", FRIT_EDATA },
        { "Dim_1 = 3 ;\nDim_2 = 2 ;\nDataType = SignedShort ;\nByteOrder = Middle ;\n",
          "the EDF header says ByteOrder = Middle; LowByteFirst or HighByteFirst was expected", FRIT_EDATA },
        { SMALL_EDF "DataType = UnsignedByte ;\nCompression = GzipCompression ;\n",
          "the EDF header says Compression = GzipCompression; only uncompressed EDF can be read",
          FRIT_EDATA },
        { SMALL_EDF "DataType = UnsignedByte ;\nEDF_BinaryFileName = a.dat ;\n",
          "the pixels stand in another file (EDF_BinaryFileName = a.dat), which cannot be read", FRIT_EDATA },
        { SMALL_EDF "DataType = UnsignedByte ;\nDim_3 = 4 ;\n",
          "the EDF header says Dim_3 = 4; images of two dimensions can be read", FRIT_EDATA },
        { "Dim_1 = 2147483647 ;\nDim_2 = 2147483647 ;\nDataType = UnsignedByte ;\n",
          "the file ends after 4 of 4611686014132420609 pixels", FRIT_EIO },
        { SMALL_EDF "DataType = UnsignedByte ;\n", "the file ends after 4 of 6 pixels", FRIT_EIO },
    };

    for (size_t i = 0; i < G_N_ELEMENTS(bad); i++) {
        put_edf("bad.edf", bad[i].keys, "}\n", "1234", 4);
        assert_refused("bad.edf", 0, bad[i].status, bad[i].sentence);
    }
    put_file("cut.edf", "{\nDim_1 = 3 ;", 13);
    assert_refused("cut.edf", 0, FRIT_EIO,
                   "the file ends within an EDF header: no '}' with a new line after it "
                   "in the 13 bytes from byte 0");
}

static void test_fit2d(void)
{
    uint8_t b[1100], expected[3 * 37] = { 0 };
    size_t n = make_fit2d(b);
    struct image im;
    g_autofree uint8_t *pixels = NULL;

    expected[0] = expected[37 + 9] = expected[37 + 15] = expected[2 * 37 + 36] = 1;
    put_file("mask.msk", b, n);
    pixels = read_page("mask.msk", 0, &im);
    g_assert_cmpint(im.dtype, ==, FRIT_U8);
    g_assert_cmpuint(im.rows, ==, 3);
    g_assert_cmpuint(im.columns, ==, 37);
    g_assert_cmpmem(pixels, sizeof expected, expected, sizeof expected);

    assert_refused("mask.msk", 1, FRIT_EDATA, "a Fit2D mask has one page; page 2 was asked for");
    put_file("cut.msk", b, n - 1);
    assert_refused("cut.msk", 0, FRIT_EIO, "the file ends after 74 of 111 pixels");
    put_file("cut.msk", b, 100);
    assert_refused("cut.msk", 0, FRIT_EIO,
                   "the file ends within the header of the Fit2D mask: 100 of 1024 bytes");
    memset(b + 20, 0xff, 4);
    put_file("bad.msk", b, n);
    assert_refused("bad.msk", 0, FRIT_EDATA,
                   "the header of the Fit2D mask says 37 x -1 pixels: it is damaged");
    memset(b + 16, 0x7f, 8);
    put_file("bad.msk", b, n);
    assert_refused("bad.msk", 0, FRIT_EIO, "the file ends after 0 of 4575586851615752449 pixels");
}

#define EXPECTED "; a TIFF, an EDF or a Fit2D mask was expected"

static void test_no_image(void)
{
    g_autofree char *sub = in_folder("a_folder.tif");

    assert_refused("missing.tif", 0, FRIT_EIO, "there is no such file");
    put_file("empty.tif", "", 0);
    assert_refused("empty.tif", 0, FRIT_EIO,
                   "the file is empty (0 bytes): it is still to be written, or its copy failed");
    g_assert_cmpint(g_mkdir(sub, 0700), ==, 0);
    assert_refused("a_folder.tif", 0, FRIT_EIO,
                   "this is a folder; to read the images in it, give a pattern such as \"folder/*.tif\"");
    put_file("text.tif", "# Q, I\n1, 2\n", 12);
    assert_refused("text.tif", 0, FRIT_EDATA, "this is text, which begins with \"# Q, I\"" EXPECTED);
    put_file("json.edf", "{ \"dist\": 1 }\n", 14);
    assert_refused("json.edf", 0, FRIT_EDATA, "this is text, which begins with \"{ \"dist\": 1 }\"" EXPECTED);
    put_file("h5.tif", "\x89HDF\r\n\x1a\n\0\0", 10);
    assert_refused("h5.tif", 0, FRIT_EDATA, "this is an HDF5 or NeXus file" EXPECTED);
    put_file("gz.tif", "\x1f\x8b\x08\0", 4);
    assert_refused("gz.tif", 0, FRIT_EDATA, "this is a gzip-compressed file: unpack it first" EXPECTED);
    put_file("other.tif", "\1\2\3", 3);
    assert_refused("other.tif", 0, FRIT_EDATA,
                   "this is no image that can be read (its first bytes are 01 02 03)" EXPECTED);
}

/* ---- The steps ---- */

static void test_flip(void)
{
    static const uint16_t from[6] = { 1, 2, 3, 4, 5, 6 };
    static const uint16_t to[4][6] = {
        { 1, 2, 3, 4, 5, 6 }, { 4, 5, 6, 1, 2, 3 }, { 3, 2, 1, 6, 5, 4 }, { 6, 5, 4, 3, 2, 1 }
    };

    for (int i = 0; i < 4; i++) {
        uint16_t v[6];

        memcpy(v, from, sizeof v);
        image_flip(v, 2, 3, 2, (enum image_flip)i);
        g_assert_cmpmem(v, sizeof v, to[i], sizeof v);
    }
}

static test_step *reader(const char *name)
{
    g_autofree char *path = g_path_is_absolute(name) ? g_strdup(name) : in_folder(name);
    test_step *s = test_step_new("read_image");

    test_step_set(s, "files", path);
    return s;
}

static const frit_dataset *run_reader(test_step *s)
{
    g_autoptr(GError) error = NULL;

    test_step_run(s, &error);
    g_assert_no_error(error);
    return test_step_output(s, "frame");
}

/* A Pilatus marks its gaps -1 and its bad pixels -2; its overflow is a matter of the user. */
static void test_limits(void)
{
    static const int32_t pixels[6] = { -2, -1, 0, 7, 1000000, 8 };
    static const uint8_t below[6] = { 1, 1, 0, 0, 0, 0 }, both[6] = { 1, 1, 0, 0, 1, 0 };
    test_step *s;
    const frit_dataset *d;

    put_edf("pilatus.edf", SMALL_EDF "DataType = SignedInteger ;\n", "}\n", pixels, sizeof pixels);
    s = reader("pilatus.edf");
    d = run_reader(s);
    g_assert_cmpint(d->dtype, ==, FRIT_I32);
    g_assert_cmpstr(d->unit, ==, "count");
    g_assert_cmpmem(d->data, sizeof pixels, pixels, sizeof pixels);
    g_assert_null(d->mask);
    test_step_free(s);

    s = reader("pilatus.edf");
    test_step_set_number(s, "min_valid", 0);
    d = run_reader(s);
    g_assert_cmpmem(d->data, sizeof pixels, pixels, sizeof pixels);
    g_assert_cmpmem(d->mask, 6, below, 6);
    test_step_free(s);

    s = reader("pilatus.edf");
    test_step_set_number(s, "min_valid", 0);
    test_step_set_number(s, "max_valid", 999999);
    test_step_set(s, "unit", "1");
    d = run_reader(s);
    g_assert_cmpmem(d->mask, 6, both, 6);
    g_assert_cmpstr(d->unit, ==, "1");
    test_step_free(s);

    s = reader("pilatus.edf");
    test_step_set_number(s, "min_valid", -5);
    g_assert_null(run_reader(s)->mask);
    test_step_free(s);
}

static void test_not_finite(void)
{
    const float pixels[6] = { 1, NAN, INFINITY, -INFINITY, -3, 0 };
    static const uint8_t expected[6] = { 0, 1, 1, 1, 0, 0 }, flipped[6] = { 1, 0, 0, 0, 1, 1 };
    test_step *s;

    put_edf("nan.edf", SMALL_EDF "DataType = FloatValue ;\n", "}\n", pixels, sizeof pixels);
    s = reader("nan.edf");
    g_assert_cmpmem(run_reader(s)->mask, 6, expected, 6);
    test_step_free(s);

    s = reader("nan.edf");
    test_step_set(s, "flip", "up-down");
    g_assert_cmpmem(run_reader(s)->mask, 6, flipped, 6);
    test_step_free(s);
}

static void test_step_says(void)
{
    static const struct { const char *name, *sentence; } bad[] = {
        { "says.tif", "this is text, which begins with \"# Q, I\"" EXPECTED },
        { "says.edf", "the file ends after 4 of 6 pixels" },
    };

    put_file("says.tif", "# Q, I\n1, 2\n", 12);
    put_edf("says.edf", SMALL_EDF "DataType = UnsignedByte ;\n", "}\n", "1234", 4);
    for (size_t i = 0; i < G_N_ELEMENTS(bad); i++) {
        test_step *s = reader(bad[i].name);
        g_autofree char *said = test_step_failure(s);

        g_assert_nonnull(strstr(said, bad[i].sentence));
        g_assert_nonnull(strstr(said, bad[i].name));
        test_step_free(s);
    }
}

static void test_parameters(void)
{
    static const uint8_t pixels[6] = { 0 };
    g_autofree char *said = NULL;
    test_step *s;

    put_edf("ok.edf", SMALL_EDF "DataType = UnsignedByte ;\n", "}\n", pixels, 6);
    s = reader("ok.edf");
    test_step_set_number(s, "min_valid", 2);
    test_step_set_number(s, "max_valid", 1);
    said = test_step_failure(s);
    g_assert_nonnull(strstr(said, "min_valid = 2 is above max_valid = 1: nothing would be left"));
    test_step_free(s);
}

/* A host that only counts. */
static uint64_t counted[8];

static void note_use(frit_call *c, uint64_t element, const char *path, uint64_t part)
{
    (void)c, (void)path;
    g_assert_cmpuint(element, <, G_N_ELEMENTS(counted));
    counted[element] = part;
}

static void test_count(void)
{
    const struct frit_host host = { .size = sizeof host, .uses = note_use };
    g_autofree char *tiff = in_folder("pages.tif"), *edf = in_folder("pages.edf"),
                    *missing = in_folder("missing.tif");
    const char *const paths[] = { tiff, missing, edf };
    struct read_image p = { .files = { paths, 3 }, .unit = "count", .min_valid = NAN, .max_valid = NAN };
    frit_call call = { .host = &host, .params = &p };
    static const uint64_t parts[] = { 0, 1, 2, 0, 0, 1, 2 };
    uint8_t pixels[3][PIXELS * 8];
    uint64_t n;

    put_tiff_pages(pixels);
    put_edf_pages();
    g_assert_cmpint(read_image_count(&call, &n), ==, FRIT_OK);
    g_assert_cmpuint(n, ==, 3);
    p.pages = 1;
    g_assert_cmpint(read_image_count(&call, &n), ==, FRIT_OK);
    g_assert_cmpuint(n, ==, 7);
    g_assert_cmpmem(counted, sizeof parts, parts, sizeof parts);
}

static void test_write_every_type(void)
{
    uint8_t pixels[PIXELS * 8];
    g_autofree char *path = in_folder("written.tif"), *nowhere = in_folder("no/such/folder.tif");
    char why[IMAGE_WHY];

    for (size_t i = 0; i < IMAGE_SAMPLES; i++) {
        fill(pixels, sizeof pixels, 300 + (uint32_t)i);
        g_assert_true(image_tiff_write(path, image_samples[i].dtype, ROWS, COLUMNS, pixels, "unit: count",
                                       why, sizeof why));
        assert_same("written.tif", 0, image_samples[i].dtype, pixels);
    }
    g_assert_false(image_tiff_write(nowhere, FRIT_U8, 2, 2, pixels, NULL, why, sizeof why));
    g_assert_nonnull(strstr(why, "No such file or directory"));
    if (g_file_test("/dev/full", G_FILE_TEST_EXISTS)) {
        g_assert_false(image_tiff_write("/dev/full", FRIT_F64, ROWS, COLUMNS, pixels, NULL, why, sizeof why));
        g_assert_cmpstr(why, !=, "");
    }
}

static void test_write_step(void)
{
    static const float pixels[4] = { 1.5f, 2, 3, 4 };
    g_autofree char *path = in_folder("sink.tif");
    g_autofree float *got = NULL;
    g_autoptr(GError) error = NULL;
    frit_dataset *d = frit_dataset_new(FRIT_F32, 2, (size_t[]) { 2, 2 });
    test_step *s = test_step_new("write_image");
    struct image im;

    memcpy(d->data, pixels, sizeof pixels);
    g_assert_true(frit_dataset_want_mask(d));
    d->mask[2] = 1;
    test_step_input(s, "frame", d);
    test_step_set(s, "file", path);
    test_step_run(s, &error);
    g_assert_no_error(error);
    test_step_free(s);

    got = read_page("sink.tif", 0, &im);
    g_assert_cmpint(im.dtype, ==, FRIT_F32);
    g_assert_cmpfloat(got[0], ==, 1.5f);
    g_assert_cmpfloat(got[1], ==, 2);
    g_assert_true(isnan(got[2]));
    g_assert_cmpfloat(got[3], ==, 4);
}

/* ---- Real frames ---- */

/* Sum of the values' bit patterns as unsigned integers, and sum of (i + 1) times the i-th, modulo 2^64:
 * found by a reader in Python that uses struct and zlib alone. */
static const struct {
    const char *path;
    frit_dtype  dtype;
    size_t      rows, columns;
    uint64_t    sum, weighted;
} frames[] = {
    { "diffraction/i12_pixium/pixium_03150.tif", FRIT_U16, 1441, 1440, 10214884u, 10723497938154u },
    { "diffraction/i12_pixium/pixium_03151.tif", FRIT_U16, 1441, 1440, 10174750u, 10696357100791u },
    { "diffraction/i12_pixium/pixium_03152.tif", FRIT_U16, 1441, 1440, 10166551u, 10674240727700u },
    { "diffraction/i12_pixium/pixium_03153.tif", FRIT_U16, 1441, 1440, 10143238u, 10666880228545u },
    { "diffraction/i12_pixium/DLS_CeO2_1200mm.mask", FRIT_U32, 1441, 1440, 30627u, 31628772203u },
    { "diffraction/dioptas/CeO2_Pilatus1M.tif", FRIT_I32, 1043, 981, 315937921064259u,
      14043195541939619673u },
    { "diffraction/dioptas/original.tif", FRIT_I32, 195, 1475, 14491619569176u, 2093190075572214105u },
    { "diffraction/dioptas/response.tif", FRIT_I32, 195, 1475, 14491588559348u, 2093185090812326663u },
    { "reference/frame/sample_HPT_303K.tif", FRIT_U16, 1024, 1024, 2041344542u, 1068563441253897u },
    { "reference/frame/sample_HPT_303K_clean.tif", FRIT_F32, 1024, 1024, 1210781626690180u,
      7830435541520733389u },
    { "images/sem_zeiss/Zeiss.tif", FRIT_U8, 768, 1024, 51782624u, 20363350256895u },
    { "reference/frame/mask.edf", FRIT_U8, 1024, 1024, 7913u, 3893304848u },
    { "reference/frame/flat.edf", FRIT_F32, 1024, 1024, 1117068643097943u, 13817130663285091395u },
};

static uint64_t bits_at(const void *data, size_t size, size_t i)
{
    return size == 1   ? ((const uint8_t *)data)[i]
           : size == 2 ? ((const uint16_t *)data)[i]
                       : ((const uint32_t *)data)[i];
}

static void test_real_frames(void)
{
    for (size_t i = 0; i < G_N_ELEMENTS(frames); i++) {
        const char *path = test_data(frames[i].path);
        uint64_t sum = 0, weighted = 0;
        const frit_dataset *d;
        test_step *s;

        if (!path)
            return;
        s = reader(path);
        d = run_reader(s);
        g_assert_cmpint(d->dtype, ==, frames[i].dtype);
        g_assert_cmpuint(d->shape[0], ==, frames[i].rows);
        g_assert_cmpuint(d->shape[1], ==, frames[i].columns);
        g_assert_null(d->mask);
        for (size_t k = 0; k < d->shape[0] * d->shape[1]; k++) {
            uint64_t bits = bits_at(d->data, image_value_size(d->dtype), k);

            sum += bits;
            weighted += (k + 1) * bits;
        }
        g_assert_cmpuint(sum, ==, frames[i].sum);
        g_assert_cmpuint(weighted, ==, frames[i].weighted);
        test_step_free(s);
    }
}

/* 73560 pixels of this Pilatus frame are negative, by the same reader in Python. */
static void test_real_pilatus(void)
{
    const char *path = test_data("diffraction/dioptas/CeO2_Pilatus1M.tif");
    const frit_dataset *d;
    const frit_attribute *date, *exposure;
    size_t masked = 0;
    test_step *s;

    if (!path)
        return;
    s = reader(path);
    test_step_set_number(s, "min_valid", 0);
    d = run_reader(s);
    for (size_t i = 0; i < 1043 * 981; i++)
        masked += d->mask[i];
    g_assert_cmpuint(masked, ==, 73560);
    date = frit_dataset_attribute(d, "date");
    exposure = frit_dataset_attribute(d, "exposure_time");
    g_assert_nonnull(date);
    g_assert_cmpstr(date->text, ==, "2014-10-24T16:33:09");
    g_assert_nonnull(exposure);
    g_assert_cmpstr(exposure->unit, ==, "s");
    g_assert_cmpfloat(exposure->value, ==, 3.0);
    test_step_free(s);
}

int main(int argc, char **argv)
{
    int status;

    test_init(&argc, &argv);
    image_libtiff_prints = TIFFSetWarningHandler(NULL);
    image_folder = test_folder();
    add_tiff_tests();
    g_test_add_func("/images/edf/every-type", test_edf_every_type);
    g_test_add_func("/images/edf/pages", test_edf_pages);
    g_test_add_func("/images/edf/refused", test_edf_refused);
    g_test_add_func("/images/fit2d", test_fit2d);
    g_test_add_func("/images/no-image", test_no_image);
    g_test_add_func("/images/flip", test_flip);
    g_test_add_func("/images/limits", test_limits);
    g_test_add_func("/images/not-finite", test_not_finite);
    g_test_add_func("/images/step-says", test_step_says);
    g_test_add_func("/images/parameters", test_parameters);
    g_test_add_func("/images/count", test_count);
    g_test_add_func("/images/write/every-type", test_write_every_type);
    g_test_add_func("/images/write/step", test_write_step);
    g_test_add_func("/images/real/frames", test_real_frames);
    g_test_add_func("/images/real/pilatus", test_real_pilatus);
    add_damaged_tests();
    add_rows_tests();
    status = g_test_run();
    g_free(image_folder);
    return status;
}
