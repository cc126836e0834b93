/* Calibration files: what they may look like, and the sentences for what is wrong in them.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "azimuthal.h"

#include <glib/gstdio.h>

/* pixel_geometry with a .poni that holds the text; the file is deleted by poni_done(). */
static char *poni_path;

static test_step *with_poni(const char *text)
{
    int handle = g_file_open_tmp("frit-XXXXXX.poni", &poni_path, NULL);
    g_assert_cmpint(handle, >=, 0);
    g_assert_true(g_file_set_contents(poni_path, text, -1, NULL));
    g_close(handle, NULL);
    test_step *s = test_step_new("pixel_geometry");
    test_step_set(s, "poni", poni_path);
    test_step_input(s, "frame", constant_frame(3, 4, 0));
    return s;
}

static void poni_done(void)
{
    g_unlink(poni_path);
    g_clear_pointer(&poni_path, g_free);
}

static void poni_refused(const char *text, const char *pieces)
{
    refused(with_poni(text), pieces);
    poni_done();
}

/* 2 theta of the first pixel, for a detector at 0.5 m whose first pixel's centre is 0.01 m off the beam. */
static void poni_gives(const char *text, size_t pixel)
{
    test_step *s = with_poni(text);
    run(s);
    g_assert_cmpfloat(relative(values(s, "two_theta")[pixel], atan(0.02)), <, 1e-12);
    g_assert_cmpfloat(relative(values(s, "q")[pixel], 4 * 180 * DEGREE / 0.2 * sin(atan(0.02) / 2)), <,
                      1e-12);
    test_step_free(s);
    poni_done();
}

#define REST "Poni1: 1e-4\nPoni2: -9.9e-3\nRot1: 0\nRot2: 0\nRot3: 0\nWavelength: 2e-11\n"
#define CONFIG(text)                                                                                         \
    "poni_version: 2.1\nDetector: Detector\nDetector_config: {\"pixel1\": 2e-4, \"pixel2\": 2e-4" text "}\n"

static void test_poni_versions(void)
{
    poni_gives("PixelSize1: 2e-4\nPixelSize2: 2e-4\nDistance: 0.5\nSplineFile: None\n" REST, 0);
    poni_gives("poni_version: 2\nDetector: Detector\nDetector_config: {\"pixel1\": 2e-4, \"pixel2\": 2e-4, "
               "\"max_shape\": null, \"splineFile\": null}\nDistance: 0.5\n" REST,
               0);
    poni_gives(CONFIG(", \"max_shape\": [3, 4], \"orientation\": 3") "Distance: 0.5\n" REST, 0);
    /* Any case, blanks, DOS line ends, a byte order mark, remarks with colons. */
    poni_gives(
        "\xef\xbb\xbf# Calibration done at 13:52:42\r\npixelsize1 : 2e-4\r\nPIXELSIZE2:2e-4 # by hand\r\n"
        "distance: 0.5\r\n" REST,
        0);
    /* The last entry holds. */
    poni_gives("PixelSize1: 1e-3\nPixelSize2: 2e-4\nDistance: 7\n" REST "Wavelength: 1e-10\n"
               "# refined\nDistance: 0.5\nWavelength: 2e-11\nPixelSize1: 2e-4\n",
               0);
    /* Orientation 4 reverses the columns, of which there are four: the first becomes the last. */
    poni_gives(CONFIG(", \"orientation\": 4") "Distance: 0.5\n" REST, 3);
}

static void test_poni_named_detector(void)
{
    test_step *s =
        with_poni("poni_version: 2\nDetector: Pilatus1M\nDetector_config: {}\nDistance: 0.5\n" REST);
    refused(s, "3 x 4|1043 x 981");
    poni_done();
    s = with_poni("poni_version: 2\nDetector: Eiger2 4M\nDetector_config: {}\nDistance: 0.5\n" REST);
    refused(s, "3 x 4|2162 x 2068");
    poni_done();
    poni_refused("poni_version: 2\nDetector: Camera\nDetector_config: {}\nDistance: 0.5\n" REST,
                 "pixel1|pixel size");
}

static void test_poni_mistakes(void)
{
    poni_refused("PixelSize1: 2e-4\nPixelSize2: 2e-4\nDistance: 0.35x\n" REST,
                 ".poni, line 3|Distance|0.35x");
    poni_refused("PixelSize1: 2e-4\nPixelSize2: 2e-4\nDistance: -0.35\n" REST,
                 "line 3|Distance|-0.35|greater than 0");
    poni_refused("PixelSize1: 2e-4\nPixelSize2: 2e-4\nDistance: nan\n" REST, "line 3|Distance|nan");
    poni_refused("PixelSize1: 2e-4\nPixelSize2: 2e-4\n" REST, "Distance");
    poni_refused(CONFIG("") "Distance: 0.5\nPoni1: 0\nWavelength: 1e-11\n", "Poni2");
    poni_refused(CONFIG("") "Distance: 0.5\nPoni1: 0\nPoni2: 0\n", "Wavelength");
    poni_refused(CONFIG("") "Distance: 0.5\nPoni1: 0\nPoni2: 0\nWavelength: 0.1173\n",
                 "line 7|0.1173|angstrom|0.1173e-10");
    poni_refused(CONFIG("") "Distance: 0.5\nPoni1: 0\nPoni2: 0\nWavelength: 1e-30\n", "1e-30");
    poni_refused("poni_version: 3\nDistance: 0.5\n" REST, "line 1|poni_version|3|2.1");
    poni_refused("poni_version: 2\nDetector: Detector\nDetector_config: {pixel1\nDistance: 0.5\n" REST,
                 "line 3|JSON");
    poni_refused("poni_version: 2\nDetector_config: {\"pixel1\": \"small\"}\nDistance: 0.5\n" REST,
                 "line 2|pixel1");
    poni_refused(CONFIG(", \"orientation\": 7") "Distance: 0.5\n" REST, "line 3|orientation");
    poni_refused(CONFIG(", \"max_shape\": [3]") "Distance: 0.5\n" REST, "line 3|max_shape");
    poni_refused(CONFIG(", \"max_shape\": [30, 40]") "Distance: 0.5\n" REST, "3 x 4|30 x 40");
    poni_refused("PixelSize1: 2e-4\nPixelSize2: 2e-4\nSplineFile: frelon.spline\nDistance: 0.5\n" REST,
                 "frelon.spline");
    poni_refused("T,I\n1,2\n", "not a .poni file");
    poni_refused("", "not a .poni file");
}

/* Parameters override the file, and replace it. */
static void test_parameters_override(void)
{
    test_step *s = with_poni(CONFIG("") "Distance: 7\n" REST);
    test_step_set_number(s, "dist", 0.5);
    run(s);
    g_assert_cmpfloat(relative(values(s, "two_theta")[0], atan(0.02)), <, 1e-12);
    test_step_free(s);
    poni_done();
    s = test_step_new("integrate");
    test_step_input(s, "frame", constant_frame(3, 4, 0));
    refused(s, "poni|dist");
}

int main(int argc, char **argv)
{
    test_init(&argc, &argv);
    g_test_add_func("/azimuthal/poni/versions", test_poni_versions);
    g_test_add_func("/azimuthal/poni/named-detector", test_poni_named_detector);
    g_test_add_func("/azimuthal/poni/mistakes", test_poni_mistakes);
    g_test_add_func("/azimuthal/poni/parameters-override", test_parameters_override);
    return g_test_run();
}
