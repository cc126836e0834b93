/* Form factors, Compton scattering and the background: against independent tables for
 * Zr52.5Cu17.9Ni14.6Al10Ti5, closed forms, and what glassure subtracted from a real glass.
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "scattering.h"
#include "../../plugins/shared/atomic_weights.h"
#include "../../plugins/scattering/atoms.h"
#include "../../plugins/scattering/waasmaier_kirfel.h"

/* ---- Tables ---- */

/* The sum over five elements and the quotients round a dozen times: 1e-15 each. */
static void number_density(void)
{
    static const int Z[] = { 40, 29, 28, 13, 22 };
    static const double fraction[] = { 0.525, 0.179, 0.146, 0.10, 0.05 };
    frit_composition alloy = { 5, Z, fraction, ALLOY };
    assert_relative(mean_atomic_weight(&alloy), 72.928062, 1e-14);
    assert_relative(atomic_number_density(&alloy, 6.70), RHO0, 1e-14);
    g_assert_true(isnan(atomic_weight(43)));    /* technetium has none */
    g_assert_true(isnan(atomic_weight(0)));
    g_assert_true(isnan(atomic_weight(200)));
    g_assert_cmpfloat(atomic_weight(92), ==, 238.03);
}

static void elements(void)
{
    static const int Z[] = { 40, 29, 28, 13, 22 };
    table f = shipped("data/" ALLOY "_f2.csv"), S = shipped("data/" ALLOY "_compton.csv");
    g_assert_cmpuint(f.n, ==, 601);
    for (size_t i = 0; i < f.n; i++) {
        for (int k = 0; k < 5; k++) {
            assert_relative(atom_form_factor(Z[k], f.column[0][i]), f.column[1 + k][i], TEN_DIGITS);
            assert_relative(atom_incoherent(Z[k], S.column[0][i]), S.column[2 + k][i], TEN_DIGITS);
        }
    }
    table_clear(&f);
    table_clear(&S);
    g_assert_true(isnan(atom_form_factor(120, 1)));
    g_assert_true(isnan(atom_form_factor(40, NAN)));
}

/* Below its table S_inc goes on as Q^2: half the Q, a quarter of S_inc; there is no step where it ends. */
static void incoherent_near_zero(void)
{
    double edge = 4 * G_PI * 1e-3;
    g_assert_cmpfloat(atom_incoherent(40, 0), ==, 0);
    assert_relative(atom_incoherent(40, edge / 4), atom_incoherent(40, edge / 2) / 4, 4 * UNIT_ROUNDOFF);
    assert_relative(atom_incoherent(40, edge * (1 - 1e-9)), atom_incoherent(40, edge * (1 + 1e-9)), 1e-7);
}

static test_step *theory(const char *step, const table *t)
{
    test_step *s = test_step_new(step);
    test_step_set(s, "composition", ALLOY);
    test_step_input(s, "intensity", curve(t->n, t->column[0], t->column[0], NULL, "count"));
    return s;
}

static void form_factors(void)
{
    static const char *const port[] = { "f_mean", "f_mean_sq", "f_sq_mean", "laue" };
    table t = shipped("data/" ALLOY "_f2.csv");
    test_step *s = theory("form_factors", &t);
    run(s);
    for (int k = 0; k < 4; k++) {
        const frit_dataset *d = test_step_output(s, port[k]);
        g_assert_cmpuint(d->shape[0], ==, t.n);
        g_assert_cmpstr(d->axis[0]->unit, ==, "1/angstrom");
        for (size_t i = 0; i < t.n; i++)
            assert_relative(frit_dataset_values(d)[i], t.column[6 + k][i], TEN_DIGITS);
    }
    test_step_free(s);
    table_clear(&t);
}

/* Columns: 0 Q, 7 <S_inc>, 9 P^2, 10 P^3, 12 <S_inc> P^2. */
static void compton(void)
{
    table t = shipped("data/" ALLOY "_compton.csv");
    for (int n = 0; n <= 3; n++) {
        if (n == 1)
            continue;
        for (int by_energy = 0; by_energy < 2; by_energy++) {
            test_step *s = theory("compton", &t);
            test_step_set_number(s, "recoil_exponent", n);
            test_step_set_number(s, by_energy ? "energy" : "wavelength",
                                 by_energy ? 105.69837888593372 : WAVELENGTH);
            run(s);
            g_assert_cmpstr(test_step_output(s, "compton")->unit, ==, "electron");
            for (size_t i = 0; i < t.n; i++) {
                double expected = n == 2 ? t.column[12][i] : t.column[7][i] * (n == 0 ? 1 : t.column[10][i]);
                assert_relative(values(s, "compton")[i], expected, n == 3 ? 2 * TEN_DIGITS : TEN_DIGITS);
            }
            test_step_free(s);
        }
    }
    table_clear(&t);
}

/* Column 11: Klein and Nishina over Thomson.  A product of columns of ten digits. */
static void klein_nishina(void)
{
    table t = shipped("data/" ALLOY "_compton.csv");
    for (int n = 2; n <= 3; n++) {
        test_step *s = theory("compton", &t);
        test_step_set(s, "recoil", "klein-nishina");
        test_step_set_number(s, "recoil_exponent", n);
        test_step_set_number(s, "wavelength", WAVELENGTH);
        run(s);
        double worst = 0;
        for (size_t i = 1; i < t.n; i++) {
            double P = t.column[10][i] / t.column[9][i];
            double expected = t.column[7][i] * t.column[11][i] * (n == 3 ? P : 1);
            double off = fabs(values(s, "compton")[i] / expected - 1);
            worst = fmax(worst, off);
            assert_close(off, 0, 4 * TEN_DIGITS);
        }
        g_test_message("figure: Klein-Nishina, exponent %d, relative: %.1e (at most 1e-8)", n, worst);
        test_step_free(s);
    }
    test_step *s = theory("compton", &t);
    test_step_set(s, "recoil", "klein-nishina");
    test_step_set_number(s, "recoil_exponent", 0);
    test_step_set_number(s, "wavelength", WAVELENGTH);
    fails_with(s, "recoil_exponent = 2");
    table_clear(&t);
}

/* ---- Form factors by Waasmaier and Kirfel, and dispersion ---- */

/* f0(0) is the number of electrons, to the 0.1 % that the authors' fits leave, and over the range of a
 * diffraction experiment the form factors are those of xraylib, which come from other wave functions, within
 * the 4 % that such tables are known to differ by. */
static void waasmaier_kirfel_table(void)
{
    double at_zero = 0, off = 0;
    for (int Z = 1; Z <= 98; Z++) {
        at_zero = fmax(at_zero, fabs(waasmaier_kirfel(Z, 0) / Z - 1));
        for (int i = 1; i <= 24 && Z >= 5; i++)    /* to s = 1.2, Q = 15: boron and all heavier ones */
            off = fmax(off, fabs(waasmaier_kirfel(Z, 0.05 * i) /
                                 atom_form_factor(Z, 0.05 * i * 4 * G_PI) - 1));
    }
    g_test_message("figure: f0(0) of Waasmaier and Kirfel over Z, less 1: %.5f (at most 0.001)", at_zero);
    g_test_message("figure: f0 of Waasmaier and Kirfel over xraylib's to Q = 15, less 1: %.4f (at most 0.04)",
                   off);
    g_assert_cmpfloat(at_zero, <=, 0.001);
    g_assert_cmpfloat(off, <=, 0.04);
    g_assert_true(isnan(waasmaier_kirfel(99, 1)) && isnan(waasmaier_kirfel(0, 1)));
    g_assert_true(isnan(waasmaier_kirfel(40, 6.001)) && isnan(waasmaier_kirfel(40, NAN)));
    /* copper at s = 0.5 from the published coefficients by hand: c + sum a exp(-b/4) */
    const double copper = -3.254477 + 14.014192 * exp(-3.738280 / 4) + 4.784577 * exp(-0.003744 / 4) +
                          5.056806 * exp(-13.034982 / 4) + 1.457971 * exp(-72.554794 / 4) +
                          6.932996 * exp(-0.265666 / 4);
    assert_close(waasmaier_kirfel(29, 0.5), copper, 1e-13);
}

static void tables_and_dispersion(void)
{
    table t = shipped("data/" ALLOY "_f2.csv");
    test_step *wk = theory("form_factors", &t), *plain = theory("form_factors", &t);
    test_step *with = theory("form_factors", &t);
    test_step_set(wk, "table", "waasmaier-kirfel");
    test_step_set_bool(with, "anomalous", true);
    test_step_set_number(with, "energy", 105.698);
    run(wk);
    run(plain);
    run(with);
    double worst = 0;
    for (size_t i = 0; i < t.n; i++) {
        double off = fabs(values(wk, "f_mean_sq")[i] / values(plain, "f_mean_sq")[i] - 1);
        worst = fmax(worst, t.column[0][i] <= 12 ? off : 0);
        /* Jensen: the average of |f|^2 is not below the square of the average */
        g_assert_cmpfloat(values(with, "laue")[i], >=, 0);
    }
    g_test_message("figure: <f>^2, Waasmaier-Kirfel over xraylib to Q = 12: %.4f (at most 0.02)", worst);
    g_assert_cmpfloat(worst, <=, 0.02);
    g_assert_cmpfloat(worst, >, 1e-4);
    /* far above the edges f' of these elements is within 0.2 electrons, of 33 at Q = 0 */
    double change = values(with, "f_mean")[0] / values(plain, "f_mean")[0] - 1;
    g_test_message("f' and f'' change <f> at Q = 0 by %.2e", change);
    g_assert_cmpfloat(fabs(change), <, 0.2 / 33);
    g_assert_cmpfloat(change, !=, 0);
    test_step_free(wk);
    test_step_free(plain);
    test_step_free(with);
    test_step *s = theory("form_factors", &t);
    test_step_set_bool(s, "anomalous", true);
    fails_with(s, "energy");
    table_clear(&t);
}

static void compton_wavelength(void)
{
    table t = shipped("data/" ALLOY "_compton.csv");
    test_step *given = theory("compton", &t), *brought = test_step_new("compton");
    test_step_set(given, "wavelength", "11.73 pm");
    run(given);
    frit_dataset *d = curve(t.n, t.column[0], t.column[0], NULL, "count");
    frit_dataset_set_number(d, "wavelength", "m", WAVELENGTH * 1e-10);
    test_step_set(brought, "composition", ALLOY);
    test_step_input(brought, "intensity", d);
    run(brought);
    for (size_t i = 0; i < t.n; i++)    /* two conversions of units: P^3 moves by less than their rounding */
        assert_relative(values(brought, "compton")[i], values(given, "compton")[i], 8 * UNIT_ROUNDOFF);
    test_step_free(given);
    test_step_free(brought);

    fails_with(theory("compton", &t), "wavelength");
    test_step *both = theory("compton", &t);
    test_step_set_number(both, "wavelength", WAVELENGTH);
    test_step_set_number(both, "energy", 60);
    fails_with(both, "contradict");

    /* 4 pi/wavelength is where 2 theta is 180 degrees: nothing is scattered beyond */
    test_step *slow = theory("compton", &t);
    test_step_set_number(slow, "wavelength", 1.0);
    run(slow);
    const frit_dataset *c = test_step_output(slow, "compton");
    for (size_t i = 0; i < t.n; i++)
        g_assert_cmpint(c->mask && c->mask[i], ==, t.column[0][i] > 4 * G_PI);
    test_step_free(slow);
    table_clear(&t);
}

static void no_composition(void)
{
    static const char *const steps[] = { "form_factors", "compton", "normalise" };
    const double x[] = { 1, 2, 3 };
    for (size_t i = 0; i < G_N_ELEMENTS(steps); i++) {
        test_step *s = test_step_new(steps[i]);
        test_step_input(s, "intensity", curve(3, x, x, NULL, "1"));
        fails_with(s, "composition");
    }
}

/* ---- Background ---- */

enum { N = 200 };
typedef struct {
    double x[N], y[N], e[N];
} points;

static void fill(points *p, double step, double phase)
{
    for (size_t i = 0; i < N; i++) {
        p->x[i] = 0.5 + step * i;
        p->y[i] = 100 + 30 * sin(i + phase);
        p->e[i] = 1 + 0.01 * i;
    }
}

static test_step *subtract(frit_dataset *intensity, frit_dataset *background)
{
    test_step *s = test_step_new("subtract_background");
    test_step_input(s, "intensity", intensity);
    test_step_input(s, "background", background);
    return s;
}

static void background_on_one_grid(void)
{
    points a, b, c;
    fill(&a, 0.1, 0);
    fill(&b, 0.1, 1);
    fill(&c, 0.1, 2);
    test_step *s = subtract(curve(N, a.x, a.y, a.e, "count"), curve(N, b.x, b.y, b.e, "count"));
    test_step_set_number(s, "bgscale", 0.75);
    run(s);
    const frit_dataset *d = test_step_output(s, "intensity");
    g_assert_cmpstr(d->unit, ==, "count");
    g_assert_null(d->mask);
    for (size_t i = 0; i < N; i++) {
        g_assert_cmpfloat(frit_dataset_values(d)[i], ==, a.y[i] - 0.75 * b.y[i]);
        assert_relative(d->sigma[i], hypot(a.e[i], 0.75 * b.e[i]), 4 * UNIT_ROUNDOFF);
    }
    test_step_free(s);

    const double scales[] = { 0.5, 0.25 };
    s = subtract(curve(N, a.x, a.y, NULL, "count"), curve(N, b.x, b.y, NULL, "count"));
    test_step_input(s, "background", curve(N, c.x, c.y, NULL, "count"));
    test_step_set_list(s, "bgscale", scales, 2);
    run(s);
    for (size_t i = 0; i < N; i++)
        g_assert_cmpfloat(values(s, "intensity")[i], ==, a.y[i] - 0.5 * b.y[i] - 0.25 * c.y[i]);
    g_assert_null(test_step_output(s, "intensity")->sigma);
    test_step_free(s);

    s = subtract(curve(N, a.x, a.y, NULL, "count"), curve(N, b.x, b.y, NULL, "count"));
    test_step_set_list(s, "bgscale", scales, 2);
    fails_with(s, "bgscale has 2 numbers for 1 background");
    fails_with(subtract(curve(N, a.x, a.y, NULL, "count"), curve(N, b.x, b.y, NULL, "1")), "in count");
}

/* A straight line is what linear interpolation cannot miss: b = 40 - 2 x, on uneven points in any order. */
static void background_on_another_grid(void)
{
    points a;
    fill(&a, 0.05, 0);
    double x[N], y[N], e[N];
    for (size_t i = 0; i < N; i++) {
        size_t k = (i * 77) % N;    /* 77 and 200 share no factor: each once */
        x[k] = 0.4 + 0.052 * i + 0.02 * sin(3.0 * i);
        y[k] = 40 - 2 * x[k];
        e[k] = 2;
    }
    test_step *s = subtract(curve(N, a.x, a.y, a.e, "count"), curve(N, x, y, e, "count"));
    run(s);
    const frit_dataset *d = test_step_output(s, "intensity");
    for (size_t i = 0; i < N; i++) {
        g_assert_false(d->mask && d->mask[i]);
        /* the values are below 200, x below 11, the slope is 2 */
        assert_close(frit_dataset_values(d)[i], a.y[i] - (40 - 2 * a.x[i]),
                     8 * 200 * UNIT_ROUNDOFF + 2 * 11 * UNIT_ROUNDOFF);
        /* between var (at a point) and var/2 (in the middle) */
        g_assert_cmpfloat(d->sigma[i], >=, hypot(a.e[i], 2 / sqrt(2)) * (1 - 1e-12));
        g_assert_cmpfloat(d->sigma[i], <=, hypot(a.e[i], 2) * (1 + 1e-12));
    }
    test_step_free(s);

    /* in the middle between two points the variance is exactly half */
    const double bx[] = { 1, 2 }, by[] = { 3, 5 }, be[] = { 2, 2 };
    const double ax[] = { 1.5 }, ay[] = { 10 }, ae[] = { 0 };
    s = subtract(curve(1, ax, ay, ae, "count"), curve(2, bx, by, be, "count"));
    run(s);
    g_assert_cmpfloat(values(s, "intensity")[0], ==, 6);
    assert_relative(test_step_output(s, "intensity")->sigma[0], sqrt(2.0), 4 * UNIT_ROUNDOFF);
    test_step_free(s);
}

static void background_gaps(void)
{
    const double ax[] = { 0, 1, 2.5, 3, 4, 5.0004, 5.5, 6 }, ay[] = { 9, 9, 9, 9, 9, 9, 9, 9 };
    const double bx[] = { 1, 2, 3, 4, 5 }, by[] = { 1, 1, 1, 1, 1 };
    const uint8_t masked[] = { 1, 0, 1, 1, 0, 0, 1, 1 };
    frit_dataset *b = curve(5, bx, by, NULL, "count");
    mask_point(b, 2, NAN);    /* at 3: nothing between 2 and 4 either, but 4 itself */
    test_step *s = subtract(curve(8, ax, ay, NULL, "count"), b);
    run(s);
    const frit_dataset *d = test_step_output(s, "intensity");
    for (size_t i = 0; i < 8; i++) {
        g_assert_cmpint(d->mask[i] != 0, ==, masked[i]);
        if (!masked[i])    /* 5.0004 is within a thousandth of the last bin */
            assert_close(frit_dataset_values(d)[i], 8, 8 * UNIT_ROUNDOFF * 9);
    }
    test_step_free(s);

    const double far[] = { 11, 12, 13, 14, 15 };
    fails_with(subtract(curve(8, ax, ay, NULL, "count"), curve(5, far, by, NULL, "count")), "11 to 15");
    frit_dataset *none = curve(5, bx, by, NULL, "count");
    for (size_t i = 0; i < 5; i++)
        mask_point(none, i, 1);
    fails_with(subtract(curve(8, ax, ay, NULL, "count"), none), "no measured point");
}

static void background_poor_input(void)
{
    const double x[] = { 1, 2, 3 }, y[] = { 5, NAN, 7 }, b[] = { 1, 1, 1 };
    test_step *s = subtract(curve(3, x, y, NULL, "count"), curve(3, x, b, NULL, "count"));
    run(s);
    g_assert_cmpint(test_step_output(s, "intensity")->mask[1], ==, 1);
    g_assert_cmpfloat(values(s, "intensity")[0], ==, 4);
    g_assert_cmpfloat(values(s, "intensity")[2], ==, 6);
    test_step_free(s);

    s = subtract(curve(0, x, y, NULL, "count"), curve(3, x, b, NULL, "count"));
    run(s);
    g_assert_cmpuint(test_step_output(s, "intensity")->shape[0], ==, 0);
    test_step_free(s);

    frit_dataset *nothing = curve(3, x, b, NULL, "count");
    for (size_t i = 0; i < 3; i++)
        mask_point(nothing, i, NAN);
    s = subtract(nothing, curve(3, x, b, NULL, "count"));
    run(s);
    for (size_t i = 0; i < 3; i++)
        g_assert_cmpint(test_step_output(s, "intensity")->mask[i], ==, 1);
    test_step_free(s);

    /* a background over 1/nm lands on the right points: x in 1/angstrom is ten times less */
    const double nm[] = { 10, 20, 30 }, rising[] = { 1, 2, 3 }, nine[] = { 9, 9, 9 };
    frit_dataset *d = frit_dataset_curve(3, nm, "Q", "1/nm", rising, NULL, "count");
    s = subtract(curve(3, x, nine, NULL, "count"), d);
    run(s);
    for (size_t i = 0; i < 3; i++)
        assert_close(values(s, "intensity")[i], 8.0 - i, 1e-14);
    test_step_free(s);
}

/* glassure subtracts point by point; the cell's Q has eight digits where the sample's has nine, so that they
 * differ by up to 5e-7: at the steepest place of the cell's curve that is what the two may differ. */
static void glassure_background(void)
{
    const char *sample = test_data(PEER "Cerium.dat");
    if (!sample)
        return;
    table a = read_table(sample), b = read_table(test_data(PEER "background.xy"));
    table t = read_table(test_data(PEER "reference_glassure_CeMG_brownhubbell_terms.txt"));
    double steepest = 0;
    for (size_t i = 1; i < b.n; i++)
        steepest = fmax(steepest,
                        fabs((b.column[1][i] - b.column[1][i - 1]) / (b.column[0][i] - b.column[0][i - 1])));
    test_step *s = subtract(curve(a.n, a.column[0], a.column[1], NULL, "1"),
                            curve(b.n, b.column[0], b.column[1], NULL, "1"));
    test_step_set_number(s, "bgscale", 0.927);
    run(s);
    const frit_dataset *d = test_step_output(s, "intensity");
    g_assert_null(d->mask);
    size_t first = 0, compared = 0;
    while (a.column[0][first] < 1.5)
        first++;
    for (size_t i = 0; i < t.n; i++, compared++) {
        assert_close(a.column[0][first + i], t.column[0][i], 1e-7);
        assert_close(frit_dataset_values(d)[first + i], t.column[1][i], 0.927 * steepest * 5.01e-7);
    }
    g_assert_cmpuint(compared, ==, 2128);
    g_test_message("steepest %.3g, tolerance %.2g", steepest, 0.927 * steepest * 5.01e-7);
    test_step_free(s);
    table_clear(&a);
    table_clear(&b);
    table_clear(&t);
}

int main(int argc, char **argv)
{
    test_init(&argc, &argv);
    g_test_add_func("/scattering/number-density", number_density);
    g_test_add_func("/scattering/elements", elements);
    g_test_add_func("/scattering/incoherent-near-zero", incoherent_near_zero);
    g_test_add_func("/scattering/form-factors", form_factors);
    g_test_add_func("/scattering/compton/recoil", compton);
    g_test_add_func("/scattering/compton/klein-nishina", klein_nishina);
    g_test_add_func("/scattering/compton/wavelength", compton_wavelength);
    g_test_add_func("/scattering/waasmaier-kirfel", waasmaier_kirfel_table);
    g_test_add_func("/scattering/tables-and-dispersion", tables_and_dispersion);
    g_test_add_func("/scattering/no-composition", no_composition);
    g_test_add_func("/scattering/background/one-grid", background_on_one_grid);
    g_test_add_func("/scattering/background/another-grid", background_on_another_grid);
    g_test_add_func("/scattering/background/gaps", background_gaps);
    g_test_add_func("/scattering/background/poor-input", background_poor_input);
    g_test_add_func("/scattering/peers/glassure-background", glassure_background);
    return g_test_run();
}
