/* Keys of image headers as numbers and times: EDF as beamlines write it, Dectris's and other texts of TIFFs.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "images/header.h"
#include "step.h"

#include <math.h>
#include <string.h>
#include <tiffio.h>

/* A header of 512 bytes and two pixels. */
static char *edf(const char *keys)
{
    g_autofree char *folder = test_folder();
    char *path = g_build_filename(folder, "frame.edf", NULL);
    g_autoptr(GString) text =
        g_string_new("{\nByteOrder = LowByteFirst ;\nDataType = UnsignedByte ;\nDim_1 = 2 ;\nDim_2 = 1 ;\n");
    g_string_append(text, keys);
    while (text->len % 512 != 510)
        g_string_append_c(text, ' ');
    g_string_append(text, "}\nab");
    g_assert_true(g_file_set_contents(path, text->str, (gssize)text->len, NULL));
    return path;
}

static char *tiff(const char *date, const char *description)
{
    g_autofree char *folder = test_folder();
    char *path = g_build_filename(folder, "frame.tif", NULL);
    TIFF *t = TIFFOpen(path, "w");
    TIFFSetField(t, TIFFTAG_IMAGEWIDTH, 2);
    TIFFSetField(t, TIFFTAG_IMAGELENGTH, 1);
    TIFFSetField(t, TIFFTAG_BITSPERSAMPLE, 8);
    TIFFSetField(t, TIFFTAG_SAMPLESPERPIXEL, 1);
    TIFFSetField(t, TIFFTAG_PHOTOMETRIC, PHOTOMETRIC_MINISBLACK);
    if (date)
        TIFFSetField(t, TIFFTAG_DATETIME, date);
    if (description)
        TIFFSetField(t, TIFFTAG_IMAGEDESCRIPTION, description);
    g_assert_cmpint(TIFFWriteEncodedStrip(t, 0, (uint8_t[]){ 1, 2 }, 2), ==, 2);
    TIFFClose(t);
    return path;
}

static test_step *header(char *file, const char *key, const char *unit)
{
    test_step *s = test_step_new("read_image_header");
    test_step_set(s, "files", file);
    if (key)
        test_step_set(s, "key", key);
    if (unit)
        test_step_set(s, "unit", unit);
    g_free(file);
    return s;
}

static void gives(test_step *s, double value, const char *unit)
{
    GError *error = NULL;
    test_step_run(s, &error);
    g_assert_no_error(error);
    const frit_dataset *d = test_step_output(s, "value");
    g_assert_cmpuint(d->ndim, ==, 0);
    g_assert_cmpfloat(frit_dataset_values(d)[0], ==, value);
    g_assert_cmpstr(d->unit, ==, unit);
    test_step_free(s);
}

static void refused(test_step *s, const char *piece)
{
    g_autofree char *why = test_step_failure(s);
    if (!strstr(why, piece))
        g_test_message("%s", why);
    g_assert_nonnull(strstr(why, piece));
    test_step_free(s);
}

static void test_edf(void)
{
    static const char keys[] =
        "Date = Sun Nov 22 10:02:03 2026 ;\nTemperature = 303.25 K ;\nTEMPERATURE = 7 ;\n"
        "counter_mne = sec mon T_furn ;\ncounter_pos = 1 4711 553.5 ;\n"
        "motor_mne = sx sy ;\nmotor_pos = -1.5 2e-1 ;\nnote = none at all ;\n";
    gives(header(edf(keys), NULL, NULL), 1795341723, "s");
    gives(header(edf(keys), "Temperature", NULL), 303.25, "K");
    gives(header(edf(keys), "TEMPERATURE", "degC"), 7, "degC");
    gives(header(edf(keys), "T_furn", "K"), 553.5, "K");
    gives(header(edf(keys), "sx", "mm"), -1.5, "mm");
    gives(header(edf(keys), "sy", "mm"), 0.2, "mm");
    refused(header(edf(keys), "note", NULL),
            "the header says note = none at all, which is no number and no time");
    refused(header(edf(keys), "sz", NULL),
            "the header has no 'sz'; it has ByteOrder, DataType, Dim_1, Dim_2, Date");
}

static void test_tiff(void)
{
    static const char dectris[] = "# Pixel_size 172e-6 m x 172e-6 m\n# 2026-11-22T10:02:03.250\n"
                                  "# Exposure_time 3.0000000 s\n# Tau = 0 s\n";
    gives(header(tiff(NULL, dectris), "Exposure_time", NULL), 3, "s");
    gives(header(tiff(NULL, dectris), "exposure_TIME", NULL), 3, "s");
    gives(header(tiff(NULL, dectris), NULL, NULL), 1795341723.25, "s");
    gives(header(tiff("2026:11:22 10:02:04", dectris), NULL, NULL), 1795341724, "s");
    gives(header(tiff(NULL, "a=1;T = 303.5 K; b: 2"), "T", NULL), 303.5, "K");
    gives(header(tiff(NULL, "a=1;T = 303.5 K; b: 2"), "b", "mm"), 2, "mm");
    gives(header(tiff(NULL, "{\"frame\": 17, \"temperature\": 303.5}"), "temperature", "K"), 303.5, "K");
    refused(header(tiff(NULL, "T = 1"), NULL, NULL), "the header has no 'date'; it has T");
    test_step *s = header(tiff(NULL, "taken = 03/04/2026 10:00:00"), "taken", NULL);
    refused(s, "is the day first, or the month");
    s = header(tiff(NULL, "taken = 03/04/2026 10:00:00"), "taken", NULL);
    test_step_set(s, "dates", "day-first");
    gives(s, 1775210400, "s");
}

/* Texts of any bytes: keys and values come out as lines that can be walked. */
static void test_any_text(void)
{
    GRand *r = g_rand_new_with_seed(5);
    for (int trial = 0; trial < 20000; trial++) {
        static const char some[] = "ab =:;\n#{}\",\t\\0 19.-";
        char text[40];
        size_t n = (size_t)g_rand_int_range(r, 0, sizeof text);
        for (size_t i = 0; i < n; i++)
            text[i] =
                trial % 2 ? (char)g_rand_int_range(r, 0, 256) : some[g_rand_int_range(r, 0, sizeof some - 1)];
        struct image_keys keys = { .text = NULL };
        char value[16], list[32];
        g_assert_true(image_keys_add_text(&keys, text, n));
        image_keys_find(&keys, "a", value, sizeof value);
        image_keys_list(&keys, list, sizeof list);
        g_assert_cmpuint(strlen(list), <, sizeof list);
        for (const char *p = keys.text; p && *p; p = strchr(p, '\n') + 1)
            g_assert_true(strchr(p, '\t') && strchr(p, '\t') < strchr(p, '\n'));
        image_keys_free(&keys);
    }
    g_rand_free(r);
}

int main(int argc, char **argv)
{
    test_init(&argc, &argv);
    g_test_add_func("/series/headers/edf", test_edf);
    g_test_add_func("/series/headers/tiff", test_tiff);
    g_test_add_func("/series/headers/any-text", test_any_text);
    return g_test_run();
}
