/* What the headers of PDFgetX3's and PDFgetX2's files tell of the measurement becomes attributes.
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "step.h"

#include <math.h>
#include <string.h>

static char *folder;

static test_step *read_path(const char *path)
{
    g_autoptr(GError) error = NULL;
    test_step *s = test_step_new("read_columns");
    test_step_set(s, "files", path);
    test_step_run(s, &error);
    g_assert_no_error(error);
    return s;
}

static test_step *read_text(const char *text)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *path = g_build_filename(folder, "curve.gr", NULL);
    g_file_set_contents(path, text, -1, &error);
    g_assert_no_error(error);
    return read_path(path);
}

static const frit_attribute *attribute(test_step *s, const char *name)
{
    return frit_dataset_attribute(test_step_output(s, "curve"), name);
}

static void check_number(test_step *s, const char *name, const char *unit, double value)
{
    const frit_attribute *a = attribute(s, name);
    if (!a)
        g_error("there is no attribute %s", name);
    g_assert_cmpstr(a->unit, ==, unit);
    g_assert_cmpfloat(a->value, ==, value);
}

static void check_text(test_step *s, const char *name, const char *text)
{
    const frit_attribute *a = attribute(s, name);
    if (!a)
        g_error("there is no attribute %s", name);
    g_assert_cmpstr(a->text, ==, text);
}

#define ROWS "#### start data\n#S 1\n#L r($\\AA$)  G($\\AA^{-2}$)\n0 0\n0.01 -0.1\n0.02 -0.2\n"

static void pdfgetx3(void)
{
    test_step *s = read_text("[DEFAULT]\n\nversion = pdfgetx3-1.1\n\n# input and output specifications\n"
                             "dataformat = QA\ninputfile = a.chi\nbackgroundfile = b.chi\noutputtype = gr\n\n"
                             "# PDF calculation setup\nmode = xray\nwavelength = 0.126514\n"
                             "composition = Zr 50 Cu 50\nbgscale = 0.4\nrpoly = 0.9\nqmaxinst = 29.0\n"
                             "qmin = 0.85\nqmax = 25.0\nrmin = 0.0\nrmax = 60.0\nrstep = 0.01\n\n" ROWS);
    check_number(s, "wavelength", "angstrom", 0.126514);
    check_number(s, "bgscale", "1", 0.4);
    check_number(s, "qmaxinst", "1/angstrom", 29);
    check_number(s, "qmin", "1/angstrom", 0.85);
    check_number(s, "qmax", "1/angstrom", 25);
    check_number(s, "rpoly", "angstrom", 0.9);
    check_text(s, "composition", "Zr 50 Cu 50");
    check_text(s, "mode", "xray");
    check_text(s, "definition", "G(r) = (2/pi) integral Q [S(Q) - 1] sin(Qr) dQ");
    g_assert_null(attribute(s, "corrections"));
    test_step_free(s);
}

/* "qmax" is set where it stands first on a line: not in a sentence, not in a step of a history. */
static void no_setting(void)
{
    test_step *s = read_text("# history: transform qmax=24 (a.lua:3)\n# see qmax = 3 there\nqmaximum = 4\n"
                             "qmin =\ncomposition =   \n" ROWS);
    g_assert_null(attribute(s, "qmax"));
    g_assert_null(attribute(s, "qmin"));
    g_assert_null(attribute(s, "composition"));
    test_step_free(s);
}

/* A correction that was off leaves no trace, whatever number stands beside its switch. */
static void pdfgetx2_switches(void)
{
    test_step *s = read_text("History written: today\nProduced by\n####### Get_XPDF #######\n"
                             "sambkgfile=    num_sambkgs=0\n"
                             "det#  used  xcol  add_bkg  mul_bkg\n  0    1    0    0.0    3.0\n"
                             "lambda=0.2    energy=62\n"
                             "#L symbol valence fractions z user_f1 user_f2 user_macoef\n"
                             "  Cu    0.00   0.500000    29   0.000000   0.000000   0.001000\n"
                             "  Zr    0.00   0.500000    40   0.000000   0.000000   0.001000\n"
                             "geometry=2    mut=0.5\n"
                             "##### Correction_Setup    corrmethod=0\n"
                             "oblincident_isa=0    dettranscoef=0.98    samfluore_isa=0    samfluorescale=7\n"
                             "comptonscat_isa=1    breitdirac_isa=0    breitdiracexponent=3\n"
                             "weight_isa=1    weighttype=1\n"
                             "##### start data\n#L r(A)    G(r)    d_r    d_Gr\n 1 2 0 0.1\n 2 3 0 0.1\n");
    check_number(s, "wavelength", "angstrom", 0.2);
    check_text(s, "composition", "Cu0.5Zr0.5");
    check_text(s, "corrections", "Compton, weight 1/<f^2>");
    const char *const off[] = { "bgscale", "converter_transmission", "fluorescence_scale",
                                "recoil_exponent" };
    for (size_t i = 0; i < G_N_ELEMENTS(off); i++)
        g_assert_null(attribute(s, off[i]));
    test_step_free(s);
}

/* PDFgetX2's own file of nickel: the numbers are those that stand in its header. */
static void pdfgetx2_nickel(void)
{
    const char *path = test_data("diffraction/pdfgetx2/ni-q27r60-xray.gr");
    if (!path)
        return;
    test_step *s = read_path(path);
    check_number(s, "wavelength", "angstrom", 0.142773);
    check_number(s, "temperature", "K", 300);
    check_number(s, "qmin", "1/angstrom", 0.01);
    check_number(s, "qmax", "1/angstrom", 27);
    check_number(s, "bgscale", "1", 1);
    check_number(s, "converter_transmission", "1", 0.98);
    check_number(s, "recoil_exponent", "1", 3);
    check_number(s, "fluorescence_scale", "1", 0.15);
    check_number(s, "highqratio", "1", 0.6);
    check_number(s, "detector_efficiency_a", "1", 0.10293460);
    check_number(s, "detector_efficiency_b", "1", -0.0093982075);
    check_text(s, "composition", "Ni");
    check_text(
        s, "corrections",
        "oblique incidence (dettranscoef 0.98), fluorescence (samfluorescale 0.15), multiple scattering, "
        "polarization (polardegree 1), absorption (mut 0.5), high-Q scale (highqratio 0.6, scaleconst "
        "0.016825338), Compton (breitdiracexponent 3), detector efficiency (detefficiency_a 0.1029346, "
        "detefficiency_b -0.0093982075), Laue diffuse, weight 1/<f>^2");
    test_step_free(s);
}

static void pdfgetx2_mixture(void)
{
    const char *path = test_data("diffraction/pdfgetx2/si90ni10-q27r60-xray.gr");
    if (!path)
        return;
    test_step *s = read_path(path);
    check_text(s, "composition", "Si0.9Ni0.1");
    check_number(s, "detector_efficiency_a", "1", -0.022312320);
    test_step_free(s);
}

static void xpdfsuite(void)
{
    const char *path = test_data("diffraction/glass_films/tio2-ito-glass-250.fq");
    if (!path)
        return;
    test_step *s = read_path(path);
    check_number(s, "bgscale", "1", 1.010394815);
    check_number(s, "qmax", "1/angstrom", 16);
    check_text(s, "composition", "TiO2");
    check_text(s, "definition", "F(Q) = Q [S(Q) - 1]");
    test_step_free(s);
}

int main(int argc, char **argv)
{
    test_init(&argc, &argv);
    folder = test_folder();
    g_test_add_func("/columns/header/pdfgetx3", pdfgetx3);
    g_test_add_func("/columns/header/no-setting", no_setting);
    g_test_add_func("/columns/header/pdfgetx2/switches", pdfgetx2_switches);
    g_test_add_func("/columns/header/pdfgetx2/nickel", pdfgetx2_nickel);
    g_test_add_func("/columns/header/pdfgetx2/mixture", pdfgetx2_mixture);
    g_test_add_func("/columns/header/xpdfsuite", xpdfsuite);
    int status = g_test_run();
    g_free(folder);
    return status;
}
