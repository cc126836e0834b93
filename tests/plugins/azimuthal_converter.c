/* The converter by its material, parallax in it, and exposure times: closed forms and published numbers.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "azimuthal.h"

/* ---- Transmission of a material ---- */

static test_step *csi(const char *step, double thickness)
{
    test_step *s = small_detector(step);
    test_step_set_number(s, "dist", 0.02);
    test_step_set(s, "converter", "CsI");
    test_step_set_number(s, "converter_density", 4.51);
    test_step_set_number(s, "converter_thickness", thickness);
    return s;
}

/* Transmission of 0.5 and 0.6 mm of CsI, 4.51 g/cm^3, at 105.698 keV (0.1173 angstrom): computed elsewhere
 * from xraylib's cross sections, total less Rayleigh, with the weights 132.905 and 126.904. */
static void test_caesium_iodide(void)
{
    const double thickness[] = {0.5e-3, 0.6e-3}, t0[] = {0.6876531568012915, 0.6380332756111403};
    for (size_t k = 0; k < 2; k++) {
        test_step *s = csi("pixel_geometry", thickness[k]);
        test_step_input(s, "frame", constant_frame(50, 50, 0));
        run(s);
        double worst = 0, steepest = 1;
        for (size_t i = 0; i < 2500; i++) {
            double c = values(s, "incidence")[i];
            double expected = (1 - pow(t0[k], 1 / c)) / (1 - t0[k]);
            worst = fmax(worst, relative(values(s, "converter_efficiency")[i], expected));
            steepest = fmin(steepest, c);
        }
        g_assert_cmpfloat(steepest, <, 0.85);
        g_test_message("figure: efficiency of %g mm CsI at 105.7 keV by its cross sections: largest "
                       "relative difference %.1e (at most 1e-8)", 1e3 * thickness[k], worst);
        g_assert_cmpfloat(worst, <, 1e-8);
        test_step_free(s);
    }
}

/* ---- Parallax ---- */

/* Where hardly anything is absorbed the mean depth is half the thickness: the detector is farther away by
 * that.  t0 = 1 is the limit itself. */
static void test_thin_converter(void)
{
    test_step *thin = small_detector("pixel_geometry"), *far = small_detector("pixel_geometry");
    test_step_set_bool(thin, "parallax", true);
    test_step_set_number(thin, "converter_transmission", 1);
    test_step_set_number(thin, "converter_thickness", 2e-3);
    test_step_set_number(far, "dist", 0.201);
    test_step_input(thin, "frame", constant_frame(60, 50, 0));
    test_step_input(far, "frame", constant_frame(60, 50, 0));
    run(thin);
    run(far);
    for (size_t i = 0; i < 3000; i++) {
        g_assert_cmpfloat(relative(values(thin, "two_theta")[i], values(far, "two_theta")[i]), <, 1e-14);
        g_assert_cmpfloat(relative(values(thin, "incidence")[i], values(far, "incidence")[i]), <, 1e-14);
    }
    test_step_free(thin);
    test_step_free(far);
}

/* pyFAI's displacement (parallax.py) of a ray that enters at the angle alpha, outwards along the detector:
 * sin(alpha)/mu [1 - (1 + tau) e^-tau]/(1 - e^-tau), tau = mu h/cos(alpha); sin(alpha)/mu for large mu h. */
static double displacement(double alpha, double mu, double h)
{
    double tau = mu * h / cos(alpha);
    return sin(alpha) / mu * (1 - (1 + tau) * exp(-tau)) / (1 - exp(-tau));
}

/* A pixel at the distance p from the point of normal incidence sees the ray whose entrance point
 * dist tan(alpha) lies inside of it by the displacement.  On a detector across the beam alpha is 2 theta. */
static void test_displacement(void)
{
    const double transmission[] = {0.9, 0.64, 0.1, 1e-12}, h = 1e-3;
    for (size_t k = 0; k < G_N_ELEMENTS(transmission); k++) {
        test_step *s = small_detector("pixel_geometry");
        test_step_set_number(s, "dist", 0.02);
        test_step_set_bool(s, "parallax", true);
        test_step_set_number(s, "converter_transmission", transmission[k]);
        test_step_set_number(s, "converter_thickness", h);
        test_step_input(s, "frame", constant_frame(60, 50, 0));
        run(s);
        double worst = 0, mu = -log(transmission[k]) / h;
        for (size_t i = 0; i < 60; i++)
            for (size_t j = 0; j < 50; j++) {
                double p = hypot(4e-4 * ((double)i + 0.5) - 0.01234, 4e-4 * ((double)j + 0.5) - 0.00987);
                double alpha = values(s, "two_theta")[i * 50 + j];
                worst = fmax(worst, relative(0.02 * tan(alpha) + displacement(alpha, mu, h), p));
            }
        g_test_message("figure: parallax, transmission %g: entrance point and displacement against the "
                       "pixel's place, largest relative difference %.1e (at most 1e-13)",
                       transmission[k], worst);
        g_assert_cmpfloat(worst, <, 1e-13);
        test_step_free(s);
    }
}

/* The same converter by material, and by the transmission that it has.  mu differs by 7e-7/0.45, as above,
 * and the depth by h tau/12 times that, tau at most 0.6: 5e-11 m of 20 mm, 2.5e-9. */
static void test_parallax_by_material(void)
{
    test_step *material = csi("pixel_geometry", 0.6e-3), *number = small_detector("pixel_geometry");
    test_step_set_number(number, "dist", 0.02);
    test_step_set_number(number, "converter_transmission", 0.6380332756111403);
    test_step_set_number(number, "converter_thickness", 0.6e-3);
    test_step *both[] = {material, number};
    for (size_t k = 0; k < 2; k++) {
        test_step_set_bool(both[k], "parallax", true);
        test_step_input(both[k], "frame", constant_frame(10, 10, 0));
        run(both[k]);
    }
    for (size_t i = 0; i < 100; i++)
        g_assert_cmpfloat(relative(values(material, "q")[i], values(number, "q")[i]), <, 2.5e-9);
    test_step_free(material);
    test_step_free(number);
}

/* ---- Exposure ---- */

static frit_dataset *exposed(double value, double seconds)
{
    frit_dataset *d = constant_frame(2, 2, value);
    if (!isnan(seconds))
        frit_dataset_set_number(d, "exposure_time", "s", seconds);
    return d;
}

static test_step *one_bin(void)
{
    test_step *s = small_detector("integrate");
    test_step_set_bool(s, "solid_angle", false);
    test_step_set_number(s, "npt", 1);
    return s;
}

static void expect(test_step *s, double intensity, double sigma)
{
    run(s);
    g_assert_cmpfloat(relative(values(s, "intensity")[0], intensity), <, 1e-14);
    g_assert_cmpfloat(relative(test_step_output(s, "intensity")->sigma[0], sigma), <, 1e-14);
    test_step_free(s);
}

/* Four pixels of 100 counts: sigma of their mean is sqrt(400)/4 = 5. */
static void test_exposure(void)
{
    test_step *s = one_bin();
    test_step_input(s, "frame", exposed(100, 0.5));
    expect(s, 100, 5);

    s = one_bin();
    test_step_set_number(s, "reference_exposure", 2);
    test_step_input(s, "frame", exposed(100, 0.5));
    expect(s, 400, 20);

    /* The parameter overrides the attribute, and the monitor divides as well. */
    s = one_bin();
    test_step_set_number(s, "reference_exposure", 2);
    test_step_set_number(s, "exposure_time", 8);
    test_step_input(s, "monitor", frit_dataset_number(5, "1"));
    test_step_input(s, "frame", exposed(100, 0.5));
    expect(s, 5, 0.25);

    /* A dark of 40 +- 6 in 2 s is one of 10 +- 1.5 in 0.5 s: variance of a pixel 100 + 2.25. */
    s = one_bin();
    test_step_set_bool(s, "scale_dark", true);
    frit_dataset *dark = exposed(40, 2);
    frit_dataset_want_sigma(dark);
    for (size_t i = 0; i < 4; i++)
        dark->sigma[i] = 6;
    test_step_input(s, "frame", exposed(100, 0.5));
    test_step_input(s, "dark", dark);
    expect(s, 90, sqrt(4 * 102.25) / 4);

    /* An integrating detector: 0.3 (100 - 20) + 4^2, the dark's exposure by the parameter. */
    s = one_bin();
    test_step_set_bool(s, "scale_dark", true);
    test_step_set_number(s, "dark_exposure_time", 1);
    test_step_set_number(s, "gain", 0.3);
    test_step_set_number(s, "read_noise", 4);
    test_step_input(s, "frame", exposed(100, 0.5));
    test_step_input(s, "dark", exposed(40, 2));
    expect(s, 80, sqrt(4 * (0.3 * 80 + 16)) / 4);
}

/* ---- Mistakes in a recipe ---- */

static test_step *framed(test_step *s)
{
    test_step_input(s, "frame", constant_frame(3, 4, 10));
    return s;
}

static void test_mistakes(void)
{
    test_step *s = framed(csi("integrate", 1e-3));
    test_step_set_number(s, "converter_transmission", 0.5);
    refused(s, "twice|converter_transmission|CsI");

    s = framed(small_detector("integrate"));
    test_step_set(s, "converter", "CsI");
    refused(s, "CsI|converter_density|converter_thickness");

    s = framed(small_detector("integrate"));
    test_step_set_number(s, "converter_density", 4.51);
    refused(s, "converter_density|material");

    s = framed(small_detector("integrate"));
    test_step_set_number(s, "converter_thickness", 1e-3);
    refused(s, "converter_thickness|no use");

    s = framed(small_detector("integrate"));
    test_step_set_bool(s, "parallax", true);
    refused(s, "parallax|converter_thickness");

    s = framed(small_detector("integrate"));
    test_step_set_bool(s, "parallax", true);
    test_step_set_number(s, "converter_thickness", 1e-3);
    refused(s, "parallax|converter_transmission");

    /* Technetium has no atomic weight. */
    s = framed(csi("integrate", 1e-3));
    test_step_set(s, "converter", "Tc");
    refused(s, "Tc|converter_transmission");

    s = framed(one_bin());
    test_step_set_number(s, "reference_exposure", 1);
    refused(s, "frame|exposure_time");

    s = framed(one_bin());
    test_step_set_bool(s, "scale_dark", true);
    test_step_set_number(s, "exposure_time", 1);
    test_step_input(s, "dark", constant_frame(3, 4, 1));
    refused(s, "dark|dark_exposure_time");

    s = framed(one_bin());
    test_step_set_number(s, "exposure_time", 1);
    refused(s, "exposure_time|no use");

    s = one_bin();
    test_step_set_number(s, "reference_exposure", 1);
    test_step_input(s, "frame", exposed(100, 0));
    refused(s, "0 s|greater than 0");
}

int main(int argc, char **argv)
{
    test_init(&argc, &argv);
    g_test_add_func("/azimuthal/converter/caesium-iodide", test_caesium_iodide);
    g_test_add_func("/azimuthal/parallax/thin-converter", test_thin_converter);
    g_test_add_func("/azimuthal/parallax/displacement", test_displacement);
    g_test_add_func("/azimuthal/parallax/by-material", test_parallax_by_material);
    g_test_add_func("/azimuthal/exposure", test_exposure);
    g_test_add_func("/azimuthal/converter/mistakes", test_mistakes);
    return g_test_run();
}
