/* Curves from columns of text: what other programs write comes in with the right numbers, names and units;
 * what is damaged is refused with its line.
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "step.h"
#include "../../plugins/columns/label.h"

#include <math.h>
#include <string.h>

static char *folder;

/* A file with these bytes; -1: a text. */
static char *make(const char *name, const char *bytes, gssize n)
{
    g_autoptr(GError) error = NULL;
    char *path = g_build_filename(folder, name, NULL);
    g_file_set_contents(path, bytes, n, &error);
    g_assert_no_error(error);
    return path;
}

/* ---- Reading ---- */

static test_step *reader_of(const char *path)
{
    test_step *s = test_step_new("read_columns");
    test_step_set(s, "files", path);
    return s;
}

/* Runs a reader of this text, with up to two parameters "name=value". */
static test_step *read_bytes(const char *bytes, gssize n, const char *option, const char *second)
{
    g_autofree char *path = make("curve.txt", bytes, n);
    g_autoptr(GError) error = NULL;
    test_step *s = reader_of(path);
    const char *const options[] = { option, second };
    for (int i = 0; i < 2; i++) {
        if (!options[i])
            continue;
        g_auto(GStrv) parts = g_strsplit(options[i], "=", 2);
        test_step_set(s, parts[0], parts[1]);
    }
    test_step_run(s, &error);
    g_assert_no_error(error);
    return s;
}

static test_step *read_text(const char *text)
{
    return read_bytes(text, -1, NULL, NULL);
}

static const frit_dataset *curve_of(const test_step *s)
{
    return test_step_output((test_step *)s, "curve");
}

/* Is the curve n points over x, in these units?  sigma, mask: NULL for none. */
static void check_curve(const test_step *s, const char *x_name, const char *x_unit, const char *unit,
                        size_t n, const double *x, const double *y, const double *sigma, const uint8_t *mask)
{
    const frit_dataset *d = curve_of(s);
    g_assert_nonnull(d);
    g_assert_cmpuint(d->ndim, ==, 1);
    g_assert_cmpuint(d->shape[0], ==, n);
    g_assert_cmpstr(d->axis[0]->name, ==, x_name);
    g_assert_cmpstr(d->axis[0]->unit, ==, x_unit);
    g_assert_cmpstr(d->unit, ==, unit);
    g_assert_cmpint(d->sigma != NULL, ==, sigma != NULL);
    const double *value = frit_dataset_values(d);
    for (size_t i = 0; i < n; i++) {
        bool masked = mask && mask[i];
        g_assert_cmpfloat(d->axis[0]->at[i], ==, x[i]);
        g_assert_cmpint(d->mask && d->mask[i], ==, masked);
        if (masked)
            continue;
        g_assert_cmpfloat(value[i], ==, y[i]);
        if (sigma)
            g_assert_cmpfloat(d->sigma[i], ==, sigma[i]);
    }
}

static const double X[] = { 1, 2, 3 }, Y[] = { 10, 20.5, -3 }, E[] = { 0.5, 0.25, 1 };

static void check_xy(test_step *s, const char *x_name, const char *x_unit, const char *unit)
{
    check_curve(s, x_name, x_unit, unit, 3, X, Y, NULL, NULL);
    test_step_free(s);
}

static void check_xye(test_step *s, const char *x_name, const char *x_unit, const char *unit)
{
    check_curve(s, x_name, x_unit, unit, 3, X, Y, E, NULL);
    test_step_free(s);
}

#define ROWS "1 10\n2 20.5\n3 -3\n"
#define ROWS_E "1 10 0.5\n2 20.5 0.25\n3 -3 1\n"

static void fit2d(void)
{
    const char *form = "a frame.tif: Q-Space Scan\n%s\nIntensity\n       3\n"
                       " 1.0E+00  1.0E+01\n 2.0E+00  2.05E+01\n 3.0E+00 -3.0E+00\n";
    const struct {
        const char *label, *name, *unit;
    } cases[] = {
        { "Q (Inverse Nanometres)", "Q", "1/nm" }, { "Q (Inverse Angstroms)", "Q", "1/angstrom" },
        { "2-Theta Angle (Degrees)", "2theta", "deg" }, { "Radial Distance (mm)", "r", "mm" }
    };
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *text = g_strdup_printf(form, cases[i].label);
        test_step *s = read_text(text);
        g_assert_cmpstr(curve_of(s)->quantity, ==, "intensity");
        check_xy(s, cases[i].name, cases[i].unit, "1");
    }
}

static void pyfai(void)
{
    const struct {
        const char *header, *name, *unit;
    } cases[] = {
        { "# q_A^-1\t I", "Q", "1/angstrom" }, { "# q_nm^-1 I", "Q", "1/nm" },
        { "#       2th_deg             I ", "2theta", "deg" },
        { "# 2th_rad I", "2theta", "rad" }, { "# r_mm I", "r", "mm" }
    };
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *text = g_strdup_printf("# == pyFAI calibration ==\n# PONI: 8.1e-02, 1.5e-01 m\n"
                                                "# Wavelength: 1.908e-11 m\n#\n%s\n" ROWS, cases[i].header);
        test_step *s = read_text(text);
        const frit_attribute *wavelength = frit_dataset_attribute(curve_of(s), "wavelength");
        g_assert_nonnull(wavelength);
        g_assert_cmpstr(wavelength->unit, ==, "m");
        g_assert_cmpfloat(wavelength->value, ==, 1.908e-11);
        check_xy(s, cases[i].name, cases[i].unit, "1");
    }
    check_xye(read_text("# q_A^-1 I sigma\n" ROWS_E), "Q", "1/angstrom", "1");
}

static void pdf_programs(void)
{
    const char *x3 = "[DEFAULT]\n\nversion = 2.0\ncomposition = Ni\n# End of config ---\n\n"
                     "#### start data\n#S 1\n%s\n" ROWS;
    g_autofree char *utf8 = g_strdup_printf(x3, "#L r(\u00c5)  G(\u00c5$^{-2}$)");
    g_autofree char *tex = g_strdup_printf(x3, "#L r($\\AA$)  G($\\AA^{-2}$)");
    g_autofree char *fq = g_strdup_printf(x3, "#L Q($\\AA^{-1}$)  F($\\AA^{-1}$)");
    check_xy(read_text(utf8), "r", "angstrom", "1/angstrom^2");
    check_xy(read_text(tex), "r", "angstrom", "1/angstrom^2");
    check_xy(read_text(fq), "Q", "1/angstrom", "1/angstrom");

    /* PDFgetX2: r, G, dr, dG; its dr is negative, and it prints no unit for G */
    check_xye(read_text("History written: Mon Apr 21 2008\nProduced by\n####### Get_XPDF #######\n"
                        "qmin=0.01    qmax=27\n##### start data\n#F x.gr\n#S 1    G(r)\n"
                        "#L r(A)    G(r)    d_r    d_Gr\n"
                        "  1.0e+000  1.0e+001  -7.5e-004  5.0e-001\n"
                        "  2.0e+000  2.05e+001  -1.5e-003  2.5e-001\n"
                        "  3.0e+000  -3.0e+000  -2.2e-003  1.0e+000\n"),
              "r", "angstrom", "1/angstrom^2");

    /* SrXplanar says the axis in words and prints three columns without names */
    check_xye(read_text("# SrXgui configration #\n[Experiment]\nintegrationspace = qspace\n"
                        "wavelength = 0.18\n\n#### start data\n" ROWS_E), "Q", "1/angstrom", "1");

    /* PyStoG and LAMMPS count their rows in a line of its own */
    check_xy(read_text("3\n# r g(r)\n" ROWS), "r", "1", "1");
    test_step *s = read_bytes("# Time-averaged data\n# Row c[1] c[2] c[3]\n20000 3\n"
                              "1 1 10 0\n2 2 20.5 0\n3 3 -3 0\n", -1, "x=2", "y=3");
    check_xy(s, "c", "1", "1");
}

static void csv(void)
{
    check_xye(read_text("Q [1/angstrom],intensity [count],sigma [count]\n1,10,0.5\n2,20.5,0.25\n3,-3,1\n"),
              "Q", "1/angstrom", "count");
    check_xye(read_text("\"q (\u00c5\u207b\u00b9)\"; \"I (counts)\"; error\n1;10;0,5\n2;20,5;0,25\n3;-3;1\n"),
              "Q", "1/angstrom", "count");
    check_xye(read_text("T [\u00b0C]\tHeat Flow (mW/mg)\td Heat Flow\n1\t10\t0,5\n2\t20,5\t0,25\n3\t-3\t1\n"),
              "T", "degC", "mW/mg");
    check_xy(read_text("1,0 10\n2,0 20,5\n3,0 -3,0\n"), "x", "1", "1");
    check_xy(read_text("1,10\n2,20.5\n3,-3\n"), "x", "1", "1");
    check_xy(read_text("1, 10\n2, 20.5\n3, -3\n"), "x", "1", "1");
    check_xy(read_text("1 \t10\n2 \t20.5\n3 \t-3\n"), "x", "1", "1");
    check_xy(read_text("time,Temp\n[s],[K]\n1,10\n2,20.5\n3,-3\n"), "time", "s", "K");
    check_xy(read_text("T (K)   Cp (J/(g K))\n" ROWS), "T", "K", "J/g/K");
    check_xy(read_text("T / K   Cp\n1\t10\n2\t20.5\n3\t-3\n"), "T", "K", "1");
    check_xy(read_text("1;10;\n2;20,5;\n3;-3;\n"), "x", "1", "1");    /* a separator at each end */
}

static void encodings(void)
{
    const char *latin1 = "t (s)\tLoad (\xb5N)\r\n1\t10\r\n2\t20.5\r\n3\t-3\r\n";
    const char *utf8_cr = "\xef\xbb\xbft (s)\tLoad (\u03bcN)\r1\t10\r2\t20.5\r3\t-3";
    check_xy(read_text(latin1), "t", "s", "uN");
    check_xy(read_text(utf8_cr), "t", "s", "uN");
    for (int big = 0; big < 2; big++) {
        gsize n;
        g_autofree char *utf16 = g_convert("\ufefft (s);T (\u00b0C)\r\n1;10\r\n2;20,5\r\n3;-3\r\n",
                                           -1, big ? "UTF-16BE" : "UTF-16LE", "UTF-8", NULL, &n, NULL);
        g_assert_nonnull(utf16);
        check_xy(read_bytes(utf16, (gssize)n, NULL, NULL), "t", "s", "degC");
    }
}

static void comments_and_blank_lines(void)
{
    check_xy(read_text("; made by hand\n! with care\n\n% and\n// more\n1 10\n\n   \n# between\n"
                       "2 20.5   # beam lost\n3 -3\n\n"), "x", "1", "1");
}

static void numbers(void)
{
    check_xy(read_text("1.0D+00 1d1\n+2 .205D+02\n3. -3E0\n"), "x", "1", "1");
    const double x[] = { 1, 2, 3, 4, 5, 6 }, y[] = { 7, 0, 0, 0, 0, 8 };
    const uint8_t mask[] = { 0, 1, 1, 1, 1, 0 };
    test_step *s = read_text("1 7\n2 nan\n3 -Inf\n4 ******\n5 1.#QNAN\n6 8\n");
    check_curve(s, "x", "1", "1", 6, x, y, NULL, mask);
    test_step_free(s);

    /* an empty cell is not measured; so is a point whose uncertainty is not finite */
    const double e[] = { 1, 1, 1 };
    const uint8_t empty[] = { 0, 1, 1 };
    s = read_text("x,I,sigma\n1,7,1\n2,,1\n3,9,nan\n");
    check_curve(s, "x", "1", "1", 3, x, (double[]){ 7, 0, 9 }, e, empty);
    test_step_free(s);

    /* a row without a position is none */
    s = read_text("1 7\nnan 9\n2 8\n");
    check_curve(s, "x", "1", "1", 2, x, (double[]){ 7, 8 }, NULL, NULL);
    test_step_free(s);
}

static void order_stays(void)
{
    const double x[] = { 3, 2, 2, 5 }, y[] = { 1, 2, 3, 4 };
    test_step *s = read_text("3 1\n2 2\n2 3\n5 4\n");
    check_curve(s, "x", "1", "1", 4, x, y, NULL, NULL);
    test_step_free(s);
    s = read_text("3 1\n");
    check_curve(s, "x", "1", "1", 1, x, y, NULL, NULL);
    test_step_free(s);
}

static void choice_of_columns(void)
{
    const char *text = "# Q(1/A) I_sample <f^2> dI_sample\n1 0 10 0.5\n2 0 20.5 0.25\n3 0 -3 1\n";
    check_xye(read_bytes(text, -1, "y=<f^2>", "sigma=4"), "Q", "1/angstrom", "1");
    check_xye(read_bytes(text, -1, "y=3", "sigma=dI_sample"), "Q", "1/angstrom", "1");
    /* dI_sample is not that of <f^2> */
    check_xy(read_bytes(text, -1, "y=3", NULL), "Q", "1/angstrom", "1");
    check_xy(read_bytes("# q I sigma\n" ROWS_E, -1, "sigma=none", "x_unit=1/nm"), "Q", "1/nm", "1");
    check_xye(read_bytes(ROWS_E, -1, "x_name=Q", "y_unit=count"), "Q", "1", "count");
    /* three columns with names that speak of no uncertainty */
    check_xy(read_text("# Q(1/A) S_raw S_iter4\n" ROWS_E), "Q", "1/angstrom", "1");
    /* three without names, the third negative: no uncertainty either */
    check_xy(read_text("1 10 -1\n2 20.5 1\n3 -3 1\n"), "x", "1", "1");
    /* the recipe is right where the file's label is wrong */
    check_xy(read_bytes("# q_A^-1 I\n" ROWS, -1, "x_unit=deg", "x_name=2theta"), "2theta", "deg", "1");
}

/* What is wrong, and in which line, is said. */
static void bad_files(void)
{
    const struct {
        const char *text, *option, *says;
    } cases[] = {
        { "1 2\n3 4\n5 6 7\n", NULL, "line 3 has 3 columns where line 1 has 2: \"5 6 7\"" },
        { "1 2\n3 4\nbeam lost\n5 6\n", NULL, "line 3 holds \"beam\" where a number should be" },
        { "1;2\n3;1.234,5\n", NULL, "line 2 holds \"1.234,5\"" },
        { "# Q I\n\nno numbers here\n", NULL, "no row of numbers in 3 lines" },
        { "", NULL, "empty" },
        { "\n\n  \n", NULL, "empty" },
        { "1\n2\n3\n", NULL, "one column" },
        { "title\nQ (Inverse Nanometres)\nIntensity\n 4\n1 2\n3 4\n", NULL,
          "line 4 promises 4 points, but 2 follow" },
        { "# Q I\n1 2\n", "y=S", "there is no column \"S\"; the columns are 1 Q, 2 I" },
        { "1 2\n", "y=I", "no line of names" },
        { "1 2\n", "y=3", "no column 3: the file has 2" },
        { "# Q I sigma\n1 2 0.1\n3 4 -0.1\n", NULL,
          "the uncertainty in line 3, column 3 is negative (-0.1)" },
        { "#S 1\n#L Q I\n1 2\n3 4\n#S 2\n#L Q I\n1 2\n", NULL, "a second table begins in line 5" },
        { "nan 1\nnan 2.0\n", NULL, "no row has a finite number in column 1" },
        { "# q I\n1 2\n", "x_unit=zorkmid", "zorkmid" }
    };
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *path = make("bad.txt", cases[i].text, -1);
        test_step *s = reader_of(path);
        if (cases[i].option) {
            g_auto(GStrv) parts = g_strsplit(cases[i].option, "=", 2);
            test_step_set(s, parts[0], parts[1]);
        }
        g_autofree char *sentence = test_step_failure(s);
        g_test_message("%s", sentence);
        g_assert_nonnull(strstr(sentence, cases[i].says));
        test_step_free(s);
    }
    g_autofree char *path = make("bad.dat", "II*\0\x08\0\0\0", 8);
    test_step *s = reader_of(path);
    g_autofree char *sentence = test_step_failure(s);
    g_assert_nonnull(strstr(sentence, "no text"));
    test_step_free(s);
}

static void labels(void)
{
    const struct {
        const char *text, *name, *unit;
    } cases[] = {
        { "Q[1/angstrom]", "Q", "1/angstrom" },
        { "G(r)[1/angstrom^2]", "G(r)", "1/angstrom^2" },
        { "G(r) (1/\u00c5^2)", "G(r)", "1/angstrom^2" },
        { "r(A)", "r", "angstrom" },
        { "Current (A)", "Current", "A" },
        { "T (C)", "T", "degC" },
        { "Charge (C)", "Charge", "C" },
        { "Time (s)", "Time", "s" },
        { "I (a.u.)", "intensity", "1" },
        { "Load (mN)", "Load", "mN" },
        { "E [keV]", "E", "keV" },
        { "p [hPa]", "p", "hPa" },
        { "H [GPa]", "H", "GPa" },
        { "alpha [electron/count]", "alpha", "electron/count" },
        { "k [N m^-1]", "k", "N/m" },
        { "C [J/mol/K]", "C", "J/mol/K" },
        { "x [%]", "x", "%" },
        { "2\u03b8 (\u00b0)", "2theta", "deg" },
        /* no units: functions, formulas, remarks */
        { "G(r)", "G(r)", "" },
        { "I(s)", "I(s)", "" },
        { "S_inc(s)", "S_inc(s)", "" },
        { "Q[S(Q)-1]", "Q[S(Q)-1]", "" },
        { "I_sample(bkg subtracted)", "I_sample(bkg subtracted)", "" },
        /* something that should be one, and is none that is known */
        { "rate [zorkmid]", "rate", NULL }
    };
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        label l;
        label_parse(cases[i].text, strlen(cases[i].text), &l);
        g_assert_cmpstr(l.name, ==, cases[i].name);
        g_assert_cmpint(l.unknown, ==, cases[i].unit == NULL);
        if (cases[i].unit)
            g_assert_cmpstr(l.unit, ==, cases[i].unit);
    }
}

/* ---- Real files: counts, first and last row and the sum of y by another program (Python) ---- */

static void real_files(void)
{
    const struct {
        const char *path, *x_name, *x_unit, *unit;
        bool sigma;
        size_t n;
        double x0, y0, x1, y1, sum;
    } files[] = {
        { "diffraction/ce70al10ni10cu10_metallic_glass/Cerium.dat", "x", "1", "1", false, 2500,
          0.6, 10134.685, 8, 11891.819, 33074762.4494 },
        { "diffraction/ce70al10ni10cu10_metallic_glass/background.xy", "x", "1", "1", false, 2500,
          0.6, 10915.897, 8, 10920.926, 26169122.8225 },
        { "diffraction/ce70al10ni10cu10_metallic_glass/reference_amorpheus_SQ.txt",
          "Q", "1/angstrom", "1", false, 3095,
          5.329070518e-15, 0.002965707535, 7.8, 0.9184873271, 2530.99039415473 },
        { "diffraction/conversions/argon.reciprocal_space.dat", "Q", "1", "1", false, 1751,
          0.02, 1.246037, 35.02, 1.000214, 1694.281008 },
        { "diffraction/conversions/argon.real_space.dat", "r", "1", "1", false, 1279,
          0.075, 0, 63.975, 0.999877, 1229.567415 },
        { "diffraction/conversions/argon.gr", "Row", "1", "1", false, 1280,
          1, 0.025, 1280, 63.975, 40960 },
        { "diffraction/dioptas/CeO2_Pilatus1M.xy", "2theta", "deg", "1", false, 1512,
          0.01019698551, 2.434518099, 30.82548718, 60.00909424, 224359.11080657 },
        { "diffraction/dioptas/reference_pyfai_bbox_csr_CeO2_Pilatus1M.txt", "Q", "1", "1", true, 2000,
          0.00393662865, 13.0065241, 8.21449662, 60.0090942, 323032.65466103 },
        { "diffraction/glass_films/glass.chi", "Q", "1/nm", "1", false, 1485,
          0.1087253, 0, 322.80542, 0, 668432.300612 },
        { "diffraction/glass_films/ito-glass-conv.chi", "Q", "1/nm", "1", false, 1478,
          0.10816784, 0, 319.63599, 0, 189038.202787 },
        { "diffraction/glass_films/tio2-ito-glass-250.iq", "Q", "1/angstrom", "1", false, 892,
          0.703091, 8.57981, 19.9786, 0.945145, 2655.361189 },
        { "diffraction/glass_films/tio2-ito-glass-250.fq", "Q", "1/angstrom", "1/angstrom", false, 708,
          0.703091, 0.0337701, 15.998, -0.189445, -4.43892046679999 },
        { "diffraction/glass_films/tio2-ito-glass-250.gr", "r", "angstrom", "1/angstrom^2", false, 10001,
          0, 0, 100, 0.000416653, -2.96924582421 },
        { "diffraction/glass_films/glass_noBKGsub.gr", "r", "angstrom", "1/angstrom^2", false, 10001,
          0, 0, 100, 0.000942799, -0.144740761171002 },
        { "diffraction/glassure/Argon_1GPa.chi", "Q", "1/nm", "1", false, 2048,
          0.026720984, 0, 109.42243, 194.20755, 1880749.79458 },
        { "diffraction/glassure/Mg2SiO4_ambient.xy", "Q", "1/angstrom", "1", false, 4845,
          1.235171111, 1213.103027, 28.43890482, 690.2536011, 5963280.9522818 },
        { "diffraction/glassure/Mg2SiO4_091.xy", "Q", "1/angstrom", "1", false, 3912,
          0.5886490609, 88.53202057, 10.96036556, 192.5463409, 1091410.73575397 },
        { "diffraction/glassure/glass_rod_SS.xy", "Q", "1/angstrom", "1", false, 4117,
          0.6938585122, 123.3251801, 15.37914564, 22.59375, 290784.13837289 },
        { "diffraction/i12_pixium/integrated.dat", "2theta", "deg", "1", false, 5000,
          0.006913297, 0, 14.29665, 0, 25347.096986406 },
        { "diffraction/i12_pixium/reference_float64_nosplit_pixium_03150.txt",
          "Q", "1/angstrom", "1", true, 2000,
          0.302175, 0.6516592897, 8.997825, 1.906315985, 12300.7677249065 },
        { "diffraction/ni_kapton/Ni.chi", "Q", "1/angstrom", "1", true, 1576,
          0, 0, 31.5, 0, 111275530.78 },
        { "diffraction/ni_kapton/kapton.chi", "Q", "1/angstrom", "1", true, 1573,
          0, 0, 31.5, 0, 39841301.8 },
        { "diffraction/ni_kapton/Ni.gr", "r", "angstrom", "1/angstrom^2", false, 6001,
          0, 0, 60, 0.055134, 35.0482699499999 },
        { "diffraction/ni_kapton/Ni-hires.gr", "r", "angstrom", "1/angstrom^2", false, 6001,
          0, 0, 60, 0.0498914, -7.73976376699998 },
        { "diffraction/pdfgetx2/ni-q27r60-xray.gr", "r", "angstrom", "1/angstrom^2", true, 5999,
          0.01, 0.06873431, 59.99, 0.05424471, -79.87692881381 },
        { "diffraction/pdfgetx2/si90ni10-q27r60-xray.gr", "r", "angstrom", "1/angstrom^2", true, 5999,
          0.01, -0.05044565, 59.99, 0.02468042, -69.5568295591 },
        { "diffraction/srfe2as2_tseries/SrFe2As2_150K.gr", "r", "angstrom", "1/angstrom^2", false, 10001,
          0, 0, 100, -0.00605652, -40.04235228906 },
        { "diffraction/srfe2as2_tseries/SrFe2As2_246K.gr", "r", "angstrom", "1/angstrom^2", false, 10001,
          0, 0, 100, -0.00520703, -43.14891295068 },
        { "calorimetry/dsc_macfp_pmma/FSRI_DSC_N2_20K_1.csv", "time", "s", "K", false, 991,
          31.2, 322.5, 1497.5, 817.5, 564870 },
        { "calorimetry/dsc_setaram_threecurve/sample.txt", "Index", "1", "s", false, 22801,
          1, 0, 22801, 22800, 259931400 },
        { "indentation/hysitron/RobinSteel0000LC.txt", "Depth", "nm", "uN", false, 5304,
          0.814723, 1.836146, 135.028188, 2.138711, 9000020.729392 },
        { "reference/Zr52.5Cu17.9Ni14.6Al10Ti5_f2.csv", "Q", "1", "1", false, 601,
          0, 40, 30, 4.666633691, 8174.627536329 },
    };
    for (size_t i = 0; i < G_N_ELEMENTS(files); i++) {
        const char *path = test_data(files[i].path);
        if (!path)
            return;
        g_autoptr(GError) error = NULL;
        test_step *s = reader_of(path);
        test_step_run(s, &error);
        g_assert_no_error(error);
        const frit_dataset *d = curve_of(s);
        g_test_message("%s", files[i].path);
        g_assert_cmpuint(d->shape[0], ==, files[i].n);
        g_assert_cmpstr(d->axis[0]->name, ==, files[i].x_name);
        g_assert_cmpstr(d->axis[0]->unit, ==, files[i].x_unit);
        g_assert_cmpstr(d->unit, ==, files[i].unit);
        g_assert_cmpint(d->sigma != NULL, ==, files[i].sigma);
        const double *x = d->axis[0]->at, *y = frit_dataset_values(d);
        double sum = 0, size = 0;
        for (size_t k = 0; k < files[i].n; k++) {
            sum += y[k];
            size += fabs(y[k]);
        }
        /* the expected values are printed with ten digits, the sum with 15; adding n numbers errs by n/2^53
         * of their size */
        const double digits = 1e-9;
        size_t last = files[i].n - 1;
        g_assert_cmpfloat(fabs(x[0] - files[i].x0), <=, digits * fabs(files[i].x0));
        g_assert_cmpfloat(fabs(y[0] - files[i].y0), <=, digits * fabs(files[i].y0));
        g_assert_cmpfloat(fabs(x[last] - files[i].x1), <=, digits * fabs(files[i].x1));
        g_assert_cmpfloat(fabs(y[last] - files[i].y1), <=, digits * fabs(files[i].y1));
        g_assert_cmpfloat(fabs(sum - files[i].sum), <=,
                          (2.0 * files[i].n / 9007199254740992.0 + 1e-14) * size);
        test_step_free(s);
    }
}

int main(int argc, char **argv)
{
    test_init(&argc, &argv);
    folder = test_folder();
    g_test_add_func("/columns/read/fit2d", fit2d);
    g_test_add_func("/columns/read/pyfai", pyfai);
    g_test_add_func("/columns/read/pdf-programs", pdf_programs);
    g_test_add_func("/columns/read/csv", csv);
    g_test_add_func("/columns/read/encodings", encodings);
    g_test_add_func("/columns/read/comments", comments_and_blank_lines);
    g_test_add_func("/columns/read/numbers", numbers);
    g_test_add_func("/columns/read/order", order_stays);
    g_test_add_func("/columns/read/choice", choice_of_columns);
    g_test_add_func("/columns/read/bad-files", bad_files);
    g_test_add_func("/columns/read/labels", labels);
    g_test_add_func("/columns/read/real-files", real_files);
    int status = g_test_run();
    g_free(folder);
    return status;
}
