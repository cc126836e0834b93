/* Absorption, attenuation, Compton in sample and detector, fluorescence, background: against independent
 * tables for Zr52.5Cu17.9Ni14.6Al10Ti5, GudrunX's plates, a simulated frame's reduction, closed forms.
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "corrections.h"

/* ---- Attenuation ---- */

static test_step *attenuation(double energy)
{
    test_step *s = test_step_new("attenuation");
    test_step_set(s, "composition", ALLOY);
    test_step_set(s, "density", "6.70 g/cm^3");
    test_step_set(s, "converter", "CsI");
    test_step_set(s, "converter_density", "4.51 g/cm^3");
    test_step_set_number(s, "energy", energy);
    return s;
}

/* Columns: 0 energy, 6 mu/rho, 7 mu, 8 CsI; ten digits. */
static void coefficients(void)
{
    table t = shipped("data/" ALLOY "_mu.csv");
    double *mu_rho = g_new(double, t.n), *mu = g_new(double, t.n), *converter = g_new(double, t.n);
    for (size_t i = 0; i < t.n; i++) {
        test_step *s = attenuation(t.column[0][i]);
        run(s);
        mu_rho[i] = number(s, "mu_rho");
        mu[i] = number(s, "mu");
        converter[i] = number(s, "converter_mu");
        g_assert_cmpstr(test_step_output(s, "mu")->unit, ==, "1/cm");
        test_step_free(s);
    }
    assert_column("mu/rho of the alloy, 20 to 120 keV", mu_rho, t.column[6], t.n, TEN_DIGITS);
    assert_column("mu of the alloy, 20 to 120 keV", mu, t.column[7], t.n, TEN_DIGITS);
    assert_column("CsI without Rayleigh scattering, 20 to 120 keV", converter, t.column[8], t.n, TEN_DIGITS);
    g_free(mu_rho);
    g_free(mu);
    g_free(converter);
    table_clear(&t);
}

/* The same computed elsewhere to sixteen digits, through other orders of summation: a dozen roundings. */
static void transmissions(void)
{
    const double rounding = 16 * UNIT_ROUNDOFF;
    test_step *s = attenuation(105.69837888593372);
    test_step_set_number(s, "converter_thickness", 0.6);
    test_step_set_number(s, "thickness", 0.3);
    run(s);
    assert_relative(number(s, "mu_rho"), 0.6770040930620325, rounding);
    assert_relative(number(s, "number_density"), RHO0, rounding);
    assert_relative(number(s, "converter_transmission"), 0.6380332756111403, rounding);
    assert_relative(number(s, "transmission"), exp(-6.70 * 0.6770040930620325 * 0.03), rounding);
    test_step_free(s);

    s = attenuation(105.69837888593372);
    test_step_set_number(s, "converter_thickness", 0.5);
    run(s);
    assert_relative(number(s, "converter_transmission"), 0.6876531568012915, rounding);
    g_assert_cmpint(test_step_output(s, "transmission")->mask[0], ==, 1);    /* no thickness was given */
    test_step_free(s);
}

static void attenuation_mistakes(void)
{
    test_step *s = attenuation(105);
    test_step_set_number(s, "wavelength", 1);
    fails_with(s, "contradict");
    s = test_step_new("attenuation");
    test_step_set(s, "composition", "Zr");
    test_step_set_number(s, "energy", 100);
    fails_with(s, "composition and density, or mu");
    s = test_step_new("attenuation");
    test_step_set_number(s, "mu", 1);
    fails_with(s, "give wavelength or energy");
    fails_with(attenuation(5000), "5000 keV");
    s = test_step_new("attenuation");
    test_step_set(s, "composition", "Tc");
    test_step_set_number(s, "density", 11);
    test_step_set_number(s, "energy", 100);
    fails_with(s, "no standard atomic weight");
}

/* ---- Tables of factors ---- */

/* Columns: 0 Q, 2 and 3 A and A' of 1 mm, 4 and 5 of 0.3 mm, 6 eta, 7 eta'/eta; twelve digits.  The table's A
 * is a difference of exponentials over s = x (1/c - 1): what rounding leaves there, 1.1e-16/s, is 2e-9 for
 * the thin plate at the first Q, 0.05 1/angstrom, at worst. */
#define CANCELLED 2e-9
static void factors(double mm, int A, int A_compton)
{
    table t = shipped("data/" ALLOY "_geometry.csv");
    test_step *plate = on_plate("correct_absorption", mm, t.n, t.column[0], t.column[0]);
    test_step *compton = on_plate("compton_attenuation", mm, t.n, t.column[0], t.column[0]);
    test_step_set(compton, "converter", "CsI");
    test_step_set(compton, "converter_density", "4.51 g/cm^3");
    test_step_set(compton, "converter_thickness", "0.6 mm");
    run(plate);
    run(compton);
    double *product = g_new(double, t.n);
    for (size_t i = 0; i < t.n; i++)
        product[i] = values(plate, "absorption")[i] * values(compton, "absorption_ratio")[i];
    assert_column("A of a plate", values(plate, "absorption"), t.column[A], t.n, CANCELLED);
    assert_column("A of a plate for Compton scattering", product, t.column[A_compton], t.n, CANCELLED);
    assert_column("efficiency of CsI after and before recoil", values(compton, "efficiency_ratio"),
                  t.column[7], t.n, TWELVE_DIGITS);
    for (size_t i = 0; i < t.n; i++) {
        double r = values(compton, "absorption_ratio")[i] * values(compton, "efficiency_ratio")[i];
        assert_relative(values(compton, "compton")[i], t.column[0][i] * r, 4 * UNIT_ROUNDOFF);
        assert_relative(values(plate, "intensity")[i], t.column[0][i] / values(plate, "absorption")[i],
                        4 * UNIT_ROUNDOFF);
    }
    g_free(product);
    test_step_free(plate);
    test_step_free(compton);
    table_clear(&t);
}

static void factors_1mm(void)
{
    factors(1, 2, 3);
}

static void factors_03mm(void)
{
    factors(0.3, 4, 5);
}

/* ---- GudrunX's plates ---- */

#define BAM11 "diffraction/flatplate_bam11/"

static const double *plate_of_mu(test_step **s, const char *geometry, double mm, const table *t, size_t from,
                                 size_t n)
{
    double Q[128];
    for (size_t i = 0; i < n; i++)
        Q[i] = q_of(t->column[0][from + i] * G_PI / 180);
    *s = on_plate("correct_absorption", mm, n, Q, Q);
    test_step_set_number(*s, "mu", 4.55623);
    test_step_set(*s, "geometry", geometry);
    run(*s);
    return values(*s, "absorption");
}

/* Columns: 0 2 theta, 1 GudrunX's numerical integral (five digits), 2 the formula, 3 the symmetric plate (six
 * digits); the thin plate's 16 rows, then the thick one's, each below a heading that begins with "2th". */
static void gudrun_table(void)
{
    const char *path = test_data(BAM11 "reference_flatplate_table.txt");
    if (!path)
        return;
    table t = read_table(path);
    g_assert_cmpuint(t.n, ==, 34);
    for (size_t k = 0; k < 2; k++) {
        size_t first = 17 * k + 1;
        test_step *plate, *symmetric;
        const double *A = plate_of_mu(&plate, "plate", k ? 1 : 0.3, &t, first, 16);
        const double *B = plate_of_mu(&symmetric, "symmetric", k ? 1 : 0.3, &t, first, 16);
        double worst = 0;
        for (size_t i = 0; i < 16; i++) {
            worst = fmax(worst, fabs(A[i] - t.column[1][first + i]));
            assert_close(A[i], t.column[2][first + i], 0.51e-6);
            assert_close(B[i], t.column[3][first + i], 0.51e-6);
        }
        g_test_message("figure: A of a %s plate against GudrunX, absolute: %.2g (at most 1e-05)",
                       k ? "1 mm" : "0.3 mm", worst);
        g_assert_cmpfloat(worst, <=, 1e-5);
        test_step_free(plate);
        test_step_free(symmetric);
    }
    table_clear(&t);
}

/* After two lines: number and angle, then Q and A, in turns. */
static void gudrun_files(void)
{
    for (int k = 0; k < 2; k++) {
        const char *path = test_data(k ? BAM11 "bam11_1mm.abs" : BAM11 "bam11_0.3mm.abs");
        if (!path)
            return;
        table t = read_table(path), angles = { 0 };
        g_assert_cmpuint(t.n, ==, 2 + 2 * 91);
        double angle[45];
        for (size_t i = 0; i < 45; i++)    /* to 88 degrees; at 90 both are 0 */
            angle[i] = t.column[1][2 + 2 * i];
        angles.column[0] = angle;
        test_step *s;
        const double *A = plate_of_mu(&s, "plate", k ? 1 : 0.3, &angles, 0, 45);
        for (size_t i = 0; i < 31; i++)    /* to 60 degrees: beyond, its grid of depths is too wide */
            assert_close(A[i], t.column[1][3 + 2 * i], 1e-5);
        test_step_free(s);
        table_clear(&t);
    }
}

/* ---- The reduction of a simulated frame ---- */

#define FRAME "reference/frame/integration_HPT_303K.csv"
enum { Q, I_SAMPLE, SIGMA, I_EMPTY, Y, A = 15, COMPTON_TERM, MS_TERM, FLUOR_SHAPE, BACKGROUND_FACTOR };

/* Twelve digits in all columns: of y after a difference that cancels up to a third of both.  Its A has lost
 * 1.1e-16/s = 8e-12 at the first Q. */
static void frame_intensity(void)
{
    const char *path = test_data(FRAME);
    if (!path)
        return;
    table t = read_table(path);
    test_step *empty = on_plate("attenuate_background", 0.3, t.n, t.column[Q], t.column[I_EMPTY]);
    run(empty);
    assert_column("background under the sample", values(empty, "factor"), t.column[BACKGROUND_FACTOR], t.n,
                  TWELVE_DIGITS);
    double *I = g_new(double, t.n);
    for (size_t i = 0; i < t.n; i++)
        I[i] = t.column[I_SAMPLE][i] - values(empty, "intensity")[i];
    test_step *plate = on_plate("correct_absorption", 0.3, t.n, t.column[Q], I);
    run(plate);
    assert_column("A on a frame's axis", values(plate, "absorption"), t.column[A], t.n, 4 * TWELVE_DIGITS);
    assert_column("corrected intensity of a frame", values(plate, "intensity"), t.column[Y], t.n, 1e-9);
    test_step_free(empty);
    test_step_free(plate);
    g_free(I);
    table_clear(&t);
}

static void frame_theory(void)
{
    const char *path = test_data(FRAME);
    if (!path)
        return;
    table t = read_table(path);
    test_step *shape = on_plate("fluorescence", 0.3, t.n, t.column[Q], t.column[Q]);
    run(shape);
    assert_column("shape of fluorescence", values(shape, "shape"), t.column[FLUOR_SHAPE], t.n,
                  4 * TWELVE_DIGITS);
    test_step_free(shape);

    test_step *compton = test_step_new("compton");    /* n = 3 is its default */
    test_step_set(compton, "composition", ALLOY);
    test_step_set_number(compton, "wavelength", WAVELENGTH);
    test_step_input(compton, "intensity", curve(t.n, t.column[Q], t.column[Q], NULL, "count"));
    run(compton);
    test_step *beside = on_plate("compton_attenuation", 0.3, t.n, t.column[Q], values(compton, "compton"));
    test_step_set(beside, "converter", "CsI");
    test_step_set(beside, "converter_density", "4.51 g/cm^3");
    test_step_set(beside, "converter_thickness", "0.6 mm");
    run(beside);
    /* the reduction took S_inc from a cubic spline through points of xraylib's 0.01 1/angstrom apart, which
     * misses by up to 3.1e-7 what lies between them where S_inc bends most, below 2 1/angstrom */
    size_t two = 0;
    while (t.column[Q][two] < 2)
        two++;
    assert_column("Compton term of a frame above 2 1/angstrom", values(beside, "compton") + two,
                  t.column[COMPTON_TERM] + two, t.n - two, 1e-9);
    assert_column("Compton term of a frame below 2 1/angstrom", values(beside, "compton"),
                  t.column[COMPTON_TERM], two, 4e-7);
    test_step_free(compton);
    test_step_free(beside);

    test_step *multiple = on_plate("multiple_scattering", 0.3, t.n, t.column[Q], t.column[Q]);
    run(multiple);
    assert_column("multiple scattering of a frame", values(multiple, "multiple"), t.column[MS_TERM], t.n,
                  5e-3);
    test_step_free(multiple);
    table_clear(&t);
}

/* ---- Closed forms ---- */

/* With numbers of 64 bits in the mantissa: where the formula cancels, they have 11 bits more. */
static void thin_plates(void)
{
    double worst = 0;
    for (int k = -9; k <= 1; k++) {
        double mm = pow(10, k), angle[] = { 1e-3, 0.01, 0.1, 0.5, 1.2 }, at[5];
        for (int i = 0; i < 5; i++)
            at[i] = q_of(angle[i]);
        test_step *s = on_plate("correct_absorption", mm, 5, at, at);
        test_step_set_number(s, "mu", 4.5);
        run(s);
        for (int i = 0; i < 5; i++) {
            double sine = at[i] * WAVELENGTH / (4 * G_PI);
            long double c = 1 - 2 * (long double)sine * sine, x = 0.45L * mm;
            long double delta = x * 2 * (long double)sine * sine / c;    /* x (1/c - 1) */
            long double series = 1 - delta / 2 * (1 - delta / 3 * (1 - delta / 4 * (1 - delta / 5)));
            long double mean = delta < 1e-4L ? series : (1 - expl(-delta)) / delta;
            worst = fmax(worst, fabs((double)(values(s, "absorption")[i] / (expl(-x) * mean) - 1)));
        }
        test_step_free(s);
    }
    /* the angle in double costs an ulp of c, times x/c^2 < 4.5/0.13; then five roundings */
    g_test_message("figure: A of plates from 1 pm to 10 mm, relative: %.2g (at most 8e-15)", worst);
    g_assert_cmpfloat(worst, <=, 8e-15);
}

static const double *one_absorption(test_step **s, double tilt, const char *azimuth, const char *geometry,
                                    double two_theta)
{
    double at = q_of(two_theta);
    *s = on_plate("correct_absorption", 1, 1, &at, &at);
    test_step_set_number(*s, "tilt", tilt);
    test_step_set(*s, "azimuth", azimuth);
    test_step_set(*s, "geometry", geometry);
    run(*s);
    return values(*s, "absorption");
}

/* Tilted by theta the plate is the symmetric one; by theta - 90 degrees the symmetric reflection.  The mean
 * over the ring of a plate across the beam is the plate's own. */
static void tilted_plates(void)
{
    test_step *tilted, *symmetric;
    for (double two_theta = 0.1; two_theta < 1.5; two_theta += 0.3) {
        double theta = two_theta * 90 / G_PI;
        double a = *one_absorption(&tilted, theta, "plane", "plate", two_theta);
        double b = *one_absorption(&symmetric, 0, "ring", "symmetric", two_theta);
        assert_relative(a, b, 32 * UNIT_ROUNDOFF);
        test_step_free(tilted);
        test_step_free(symmetric);
        a = *one_absorption(&tilted, theta - 90, "plane", "plate", two_theta);
        b = *one_absorption(&symmetric, 0, "ring", "reflection", two_theta);
        if (theta > 1.1)    /* a tilt of 89 degrees is the largest */
            assert_relative(a, b, 512 * UNIT_ROUNDOFF);
        test_step_free(tilted);
        test_step_free(symmetric);
        a = *one_absorption(&tilted, 1e-7, "ring", "plate", two_theta);
        b = *one_absorption(&symmetric, 0, "plane", "plate", two_theta);
        /* odd orders of the tilt drop out of the mean over the ring: 1e-14 and rounding are left */
        assert_relative(a, b, 128 * UNIT_ROUNDOFF);
        test_step_free(tilted);
        test_step_free(symmetric);
    }
}

static void background(void)
{
    const double at[] = { 0, 5, 20, 40 }, one[] = { 1, 1, 1, 1 };
    double T = exp(-0.45359274235);
    for (int k = 0; k < 3; k++) {
        double upstream = k / 2.0;
        test_step *s = on_plate("attenuate_background", 1, 4, at, one), *without =
            on_plate("attenuate_background", 1, 4, at, one);
        test_step_set_number(s, "upstream", upstream);
        test_step_set_number(without, "upstream", upstream);
        test_step_set_bool(without, "transmission", false);
        run(s);
        run(without);
        for (int i = 0; i < 4; i++) {
            double c = cos(2 * asin(at[i] * WAVELENGTH / (4 * G_PI)));
            assert_relative(values(s, "intensity")[i], upstream * pow(T, 1 / c) + (1 - upstream) * T, 1e-10);
            assert_relative(values(without, "factor")[i] * T, values(s, "factor")[i], 1e-10);
        }
        test_step_free(s);
        test_step_free(without);
    }
}

/* A line at the beam's own energy is absorbed as the scattering is: shape 1. */
static void fluorescence(void)
{
    const double at[] = { 0, 5, 20, 40 };
    test_step *s = on_plate("fluorescence", 0.3, 4, at, at);
    test_step_set_number(s, "line_energy", 105.69837888593372);
    test_step_set_number(s, "scale", 1.5);
    run(s);
    for (int i = 0; i < 4; i++)
        assert_relative(values(s, "fluorescence")[i], 1.5, 16 * UNIT_ROUNDOFF);
    test_step_free(s);

    /* of zirconium, K alpha; the exponentials are far apart, so that the plain formula is good to 1e-14 */
    test_step *line = attenuation(15.77), *beam = attenuation(105.69837888593372);
    run(line);
    run(beam);
    double x = 0.03 * number(beam, "mu"), y = 0.03 * number(line, "mu");
    s = on_plate("fluorescence", 0.3, 4, at, at);
    test_step_set_number(s, "line_energy", 15.77);
    run(s);
    for (int i = 1; i < 4; i++) {
        double c = cos(2 * asin(at[i] * WAVELENGTH / (4 * G_PI)));
        double out = (exp(-x) - exp(-y / c)) / (y / c - x), A_plate = (exp(-x) - exp(-x / c)) / (x / c - x);
        assert_relative(values(s, "shape")[i], out / A_plate, 1e-11);
    }
    test_step_free(line);
    test_step_free(beam);
    test_step_free(s);

    test_step *plain = on_plate("fluorescence", 0.3, 4, at, at);
    test_step *divided = on_plate("fluorescence", 0.3, 4, at, at);
    test_step_set_bool(divided, "unpolarized", true);
    run(plain);
    run(divided);
    for (int i = 0; i < 4; i++) {
        double c = cos(2 * asin(at[i] * WAVELENGTH / (4 * G_PI)));
        assert_relative(values(divided, "shape")[i] * (1 + c * c) / 2, values(plain, "shape")[i],
                        16 * UNIT_ROUNDOFF);
    }
    test_step_free(plain);
    test_step_free(divided);
}

int main(int argc, char **argv)
{
    test_init(&argc, &argv);
    g_test_add_func("/corrections/attenuation/coefficients", coefficients);
    g_test_add_func("/corrections/attenuation/transmissions", transmissions);
    g_test_add_func("/corrections/attenuation/mistakes", attenuation_mistakes);
    g_test_add_func("/corrections/factors/1mm", factors_1mm);
    g_test_add_func("/corrections/factors/0.3mm", factors_03mm);
    g_test_add_func("/corrections/peers/gudrun-table", gudrun_table);
    g_test_add_func("/corrections/peers/gudrun-files", gudrun_files);
    g_test_add_func("/corrections/frame/intensity", frame_intensity);
    g_test_add_func("/corrections/frame/theory", frame_theory);
    g_test_add_func("/corrections/closed/thin-plates", thin_plates);
    g_test_add_func("/corrections/closed/tilted-plates", tilted_plates);
    g_test_add_func("/corrections/closed/background", background);
    g_test_add_func("/corrections/closed/fluorescence", fluorescence);
    return g_test_run();
}
