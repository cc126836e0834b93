/* From an intensity to S(Q): against independent tables for Zr52.5Cu17.9Ni14.6Al10Ti5, closed forms, and what
 * Amorpheus and glassure made of a real Ce70Al10Ni10Cu10 glass.
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "step.h"
#include "../../plugins/scattering/atomic_weights.h"
#include "../../plugins/scattering/atoms.h"
#include "../../plugins/scattering/normalisation.h"

#include <math.h>
#include <string.h>

#define ALLOY "Zr52.5Cu17.9Ni14.6Al10Ti5"
#define RHO0 0.05532622420708232        /* 1/angstrom^3, of 6.70 g/cm^3 */
#define WAVELENGTH 0.1173               /* angstrom */
#define GLASS "Ce70Al10Ni10Cu10"
#define PEER "diffraction/ce70al10ni10cu10_metallic_glass/"
#define UNIT_ROUNDOFF (1.0 / 9007199254740992.0)

/* Ten significant digits in a reference file: half a unit of the last, at worst 5e-10 of the value. */
#define TEN_DIGITS 5.1e-10

/* ---- Help ---- */

enum { COLUMNS = 24 };
typedef struct {
    size_t  n;
    double *column[COLUMNS];
} table;

/* Columns of numbers between commas or blanks; a line that does not begin with a number is skipped. */
static table read_table(const char *path)
{
    g_autofree char *text = NULL;
    g_autoptr(GError) error = NULL;
    table t = { 0 };
    g_file_get_contents(path, &text, NULL, &error);
    g_assert_no_error(error);
    g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
    for (int k = 0; k < COLUMNS; k++)
        t.column[k] = g_new0(double, g_strv_length(lines) + 1);
    for (char **line = lines; *line; line++) {
        char *at = *line, *end = NULL;
        int k = 0;
        for (; k < COLUMNS; k++, at = end + (*end == ',')) {
            double x = g_ascii_strtod(at, &end);
            if (end == at)
                break;
            t.column[k][t.n] = x;
        }
        t.n += k > 0;
    }
    g_assert_cmpuint(t.n, >, 2);
    return t;
}

static table shipped(const char *name)
{
    g_autofree char *path = test_file(name);
    return read_table(path);
}

static void table_clear(table *t)
{
    for (int k = 0; k < COLUMNS; k++)
        g_free(t->column[k]);
}

static frit_dataset *curve(size_t n, const double *Q, const double *y, const double *sigma, const char *unit)
{
    frit_dataset *d = frit_dataset_curve(n, Q, "Q", "1/angstrom", y, sigma, unit);
    d->quantity = "intensity";
    return d;
}

static void mask_point(frit_dataset *d, size_t i, double value)
{
    g_assert_true(frit_dataset_want_mask(d));
    d->mask[i] = 1;
    ((double *)d->data)[i] = value;
}

static void run(test_step *s)
{
    g_autoptr(GError) error = NULL;
    test_step_run(s, &error);
    g_assert_no_error(error);
}

static const double *values(test_step *s, const char *port)
{
    return frit_dataset_values(test_step_output(s, port));
}

static double number(test_step *s, const char *port)
{
    return values(s, port)[0];
}

static void fails_with(test_step *s, const char *says)
{
    g_autofree char *sentence = test_step_failure(s);
    g_test_message("%s", sentence);
    g_assert_nonnull(strstr(sentence, says));
    test_step_free(s);
}

#define assert_close(a, b, tolerance) g_assert_cmpfloat(fabs((a) - (b)), <=, (tolerance))
#define assert_relative(a, b, tolerance) assert_close(a, b, (tolerance) * fabs(b))

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

/* Where its table ends, S_inc goes on as Q^2: half the Q, a quarter of S_inc; and no step at the end itself. */
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
            test_step_set_number(s, by_energy ? "energy" : "wavelength", by_energy ? 105.69837888593372 : WAVELENGTH);
            run(s);
            g_assert_cmpstr(test_step_output(s, "compton")->unit, ==, "electron");
            for (size_t i = 0; i < t.n; i++) {
                double expected = n == 0 ? t.column[7][i] : n == 2 ? t.column[12][i] : t.column[7][i] * t.column[10][i];
                assert_relative(values(s, "compton")[i], expected, n == 3 ? 2 * TEN_DIGITS : TEN_DIGITS);
            }
            test_step_free(s);
        }
    }
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
    for (size_t i = 0; i < N; i++) {    /* 0.75 has two bits: the product is exact, the difference rounded once */
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
        /* the values are below 200; t has the rounding of x over a bin of 0.01 at least: 11 u/0.01, times the slope */
        assert_close(frit_dataset_values(d)[i], a.y[i] - (40 - 2 * a.x[i]), 8 * 200 * UNIT_ROUNDOFF + 2 * 11 * UNIT_ROUNDOFF);
        /* between var (at a point) and var/2 (in the middle) */
        g_assert_cmpfloat(d->sigma[i], >=, hypot(a.e[i], 2 / sqrt(2)) * (1 - 1e-12));
        g_assert_cmpfloat(d->sigma[i], <=, hypot(a.e[i], 2) * (1 + 1e-12));
    }
    test_step_free(s);

    /* in the middle between two points the variance is exactly half */
    const double bx[] = { 1, 2 }, by[] = { 3, 5 }, be[] = { 2, 2 }, ax[] = { 1.5 }, ay[] = { 10 }, ae[] = { 0 };
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

/* ---- Normalisation ---- */

enum { M = 1401 };
typedef struct {
    double Q[M], S[M], I[M], C[M], f_mean_sq[M], f_sq_mean[M];
} experiment;

static const int alloy_Z[] = { 40, 29, 28, 13, 22 };
static const double alloy_fraction[] = { 0.525, 0.179, 0.146, 0.10, 0.05 };
static const frit_composition alloy = { 5, alloy_Z, alloy_fraction, ALLOY };

/* An intensity whose scale and S are known; S obeys the sum rule on its points and is 1 above 0.6 of the range. */
static experiment *known(double alpha, bool laue, bool with_compton)
{
    experiment *x = g_new0(experiment, 1);
    double rule = 0;
    for (size_t i = 0; i < M; i++) {
        double Q = x->Q[i] = 0.02 + 0.02 * i;
        atom_averages a = atoms_average(&alloy, Q);
        x->f_mean_sq[i] = a.f_mean_sq;
        x->f_sq_mean[i] = a.f_sq_mean;
        x->C[i] = with_compton ? atoms_incoherent(&alloy, Q) : 0;
        x->S[i] = Q < 16 ? exp(-Q * Q / 8) * (1 + cos(3 * Q)) : 0;    /* of any shape: 1 - S but for its size */
        rule += (i == 0 || i == M - 1 ? 0.5 : 1) * 0.02 * Q * Q * x->S[i];
    }
    for (size_t i = 0; i < M; i++) {
        x->S[i] = 1 - 2 * G_PI * G_PI * RHO0 / rule * x->S[i];
        double alone = (laue ? x->f_sq_mean[i] - x->f_mean_sq[i] : 0) + x->C[i];
        x->I[i] = (x->f_mean_sq[i] * x->S[i] + alone) / alpha;
    }
    return x;
}

static test_step *normalise(frit_dataset *intensity, const char *method)
{
    test_step *s = test_step_new("normalise");
    test_step_set(s, "composition", ALLOY);
    test_step_set_number(s, "number_density", RHO0);
    test_step_set(s, "method", method);
    test_step_input(s, "intensity", intensity);
    return s;
}

/* Both scales are found again, and S with them.  M terms are added four times, each within one unit of roundoff of the
 * sum's size, and all terms are positive: 4 M u; the interpolation of nothing and the rest are a few u. */
static void known_scale(void)
{
    static const char *const methods[] = { "krogh-moe", "high-q" };
    const double tolerance = 4 * M * UNIT_ROUNDOFF;
    for (int laue = 0; laue < 2; laue++) {
        for (int k = 0; k < 2; k++) {
            experiment *x = known(0.125, laue, true);
            test_step *s = normalise(curve(M, x->Q, x->I, NULL, "count"), methods[k]);
            test_step_set_bool(s, "laue", laue);
            test_step_input(s, "compton", curve(M, x->Q, x->C, NULL, "electron"));
            run(s);
            g_assert_cmpstr(test_step_output(s, "alpha")->unit, ==, "electron/count");
            assert_relative(number(s, "alpha"), 0.125, tolerance);
            assert_relative(number(s, "alpha_krogh_moe"), 0.125, tolerance);
            assert_relative(number(s, "alpha_high_q"), 0.125, tolerance);
            const frit_dataset *d = test_step_output(s, "structure_factor");
            g_assert_cmpstr(d->unit, ==, "1");
            g_assert_null(d->mask);
            for (size_t i = 0; i < M; i++)    /* an error of alpha enters with alpha I/<f>^2; the rest are a few u of it */
                assert_close(frit_dataset_values(d)[i], x->S[i], 1.1 * tolerance * 0.125 * x->I[i] / x->f_mean_sq[i]);
            g_assert_nonnull(frit_dataset_attribute(d, "definition"));
            g_assert_cmpfloat(frit_dataset_attribute(d, "number_density")->value, ==, RHO0);
            test_step_free(s);
            g_free(x);
        }
    }
}

/* The model glass of the synthetic experiment has an exact S(Q) with its own density: Krogh-Moe and Norman need only the
 * sum rule.  Left out is 0 < Q < 0.1, Q^3/3 (1 - S) = 3.2e-4, of an integral of Q^2 (I alpha)/<f>^2 > 28^3/3 = 7317; the
 * trapezoids add less than that. */
static void model_glass(void)
{
    table t = shipped("data/exact_S_HPT.csv");
    double *I = g_new(double, t.n), *C = g_new(double, t.n);
    for (size_t i = 0; i < t.n; i++) {
        double Q = t.column[0][i];
        atom_averages a = atoms_average(&alloy, Q);
        C[i] = pow(recoil_ratio(Q, WAVELENGTH), 3) * atoms_incoherent(&alloy, Q);
        I[i] = (a.f_mean_sq * t.column[1][i] + a.f_sq_mean - a.f_mean_sq + C[i]) / 0.25;
    }
    test_step *s = test_step_new("normalise");
    test_step_set(s, "composition", ALLOY);
    test_step_set(s, "density", "6.70 g/cm^3");
    test_step_input(s, "intensity", curve(t.n, t.column[0], I, NULL, "count"));
    test_step_input(s, "compton", curve(t.n, t.column[0], C, NULL, "electron"));
    run(s);
    assert_relative(number(s, "alpha"), 0.25, 2 * 3.2e-4 / 7317);
    g_test_message("alpha/alpha0 - 1: Krogh-Moe %.2e, high-Q %.2e", number(s, "alpha_krogh_moe") / 0.25 - 1,
                   number(s, "alpha_high_q") / 0.25 - 1);
    test_step_free(s);
    table_clear(&t);
    g_free(I);
    g_free(C);
}

/* sigma of alpha is that of a sum of independent values: move each by its sigma, and add the squares of what alpha does.
 * alpha goes as 1/sum w I, so a step of 1e-6 of I bends it by 1e-6 of the change. */
static void sigma_of_alpha(void)
{
    enum { K = 40 };
    normalisation_point p[K], q[K];
    for (size_t i = 0; i < K; i++) {
        p[i] = (normalisation_point){ .Q = 0.3 * (i + 1) + 0.01 * sin(i), .I = 50 + 10 * cos(i), .expected = 20 + i,
                                      .f_mean_sq = 30 - 0.5 * i };
        p[i].sigma = 1e-6 * p[i].I;
    }
    normalisation km = krogh_moe_norman(p, K, 0, 100, RHO0), hq = high_q_ratio(p, K, 5, 100);
    double by_km = 0, by_hq = 0;
    for (size_t i = 0; i < K; i++) {
        memcpy(q, p, sizeof p);
        q[i].I += q[i].sigma;
        by_km += pow(krogh_moe_norman(q, K, 0, 100, RHO0).alpha - km.alpha, 2);
        by_hq += pow(high_q_ratio(q, K, 5, 100).alpha - hq.alpha, 2);
    }
    assert_relative(km.sigma, sqrt(by_km), 1e-5);
    assert_relative(hq.sigma, sqrt(by_hq), 1e-5);
}

/* Independent of Frit: the simulated frame's intensity with its terms and its scale, to S as another program made it.
 * Columns: 0 Q, 4 y, 5 S, 16 Compton, 17 multiple, 18 shape of the fluorescence, 20 <f>^2, 21 <f^2>; twelve digits. */
static void frame(void)
{
    const char *path = test_data("reference/frame/integration_HPT_303K.csv");
    if (!path)
        return;
    table t = read_table(path);
    const double alpha = 0.13376633096408472, fluorescence = 1.4902933897036215;
    for (size_t i = 0; i < t.n; i++) {
        normalisation_point p = { .I = t.column[4][i], .f_mean_sq = t.column[20][i] };
        p.expected = t.column[21][i] + t.column[16][i] + t.column[17][i] + fluorescence * t.column[18][i];
        /* each term and <f>^2 have twelve digits: 5e-12 of it */
        assert_close(faber_ziman(alpha, &p), t.column[5][i], 2 * 5e-12 * (fabs(alpha * p.I) + p.expected) / p.f_mean_sq);
    }
    table_clear(&t);
}

static void sigma_of_S(void)
{
    experiment *x = known(0.125, true, false);
    double e[M];
    for (size_t i = 0; i < M; i++)
        e[i] = 0.01 * x->I[i];
    test_step *s = normalise(curve(M, x->Q, x->I, e, "count"), "high-q");
    run(s);
    const double *sigma = test_step_output(s, "structure_factor")->sigma;
    double alpha = number(s, "alpha");
    for (size_t i = 0; i < M; i++)
        assert_relative(sigma[i], alpha * e[i] / x->f_mean_sq[i], 4 * UNIT_ROUNDOFF);
    g_assert_cmpfloat(test_step_output(s, "alpha")->sigma[0], >, 0);
    test_step_free(s);
    g_free(x);
}

/* Points that are not measured, or have no theory, are masked in S and change nothing else: high up S is 1 on every
 * point, so that the ratio is the same without some of them. */
static void gaps(void)
{
    experiment *x = known(0.125, true, true);
    frit_dataset *d = curve(M, x->Q, x->I, NULL, "count");
    mask_point(d, 700, 1e30);
    ((double *)d->data)[900] = NAN;
    frit_dataset *C = curve(M, x->Q, x->C, NULL, "electron");
    mask_point(C, 1000, 0);
    test_step *s = normalise(d, "high-q");
    test_step_input(s, "compton", C);
    run(s);
    assert_relative(number(s, "alpha"), 0.125, 4 * M * UNIT_ROUNDOFF);
    const frit_dataset *S = test_step_output(s, "structure_factor");
    for (size_t i = 0; i < M; i++) {
        g_assert_cmpint(S->mask[i] != 0, ==, i == 700 || i == 900 || i == 1000);
        g_assert_true(S->mask[i] || isfinite(frit_dataset_values(S)[i]));
    }
    test_step_free(s);
    g_free(x);
}

/* The order of the points does not matter, to the bit; neither does the unit of the axis, to rounding. */
static void order_and_units(void)
{
    experiment *x = known(0.125, true, false);
    double Q[M], I[M], nm[M];
    for (size_t i = 0; i < M; i++) {
        Q[i] = x->Q[M - 1 - i];
        I[i] = x->I[M - 1 - i];
        nm[i] = 10 * x->Q[i];
    }
    test_step *s = normalise(curve(M, x->Q, x->I, NULL, "count"), "krogh-moe");
    test_step *reversed = normalise(curve(M, Q, I, NULL, "count"), "krogh-moe");
    test_step *other = normalise(frit_dataset_curve(M, nm, "Q", "1/nm", x->I, NULL, "count"), "krogh-moe");
    test_step *const steps[] = { s, reversed, other };
    for (int k = 0; k < 3; k++) {
        test_step_set_number(steps[k], "qmin", 1);
        test_step_set(steps[k], "qmax", "200 1/nm");
        run(steps[k]);
    }
    g_assert_cmpfloat(number(reversed, "alpha"), ==, number(s, "alpha"));
    assert_relative(number(other, "alpha"), number(s, "alpha"), 8 * M * UNIT_ROUNDOFF);
    for (size_t i = 0; i < M; i++)
        g_assert_cmpfloat(values(reversed, "structure_factor")[M - 1 - i], ==, values(s, "structure_factor")[i]);
    for (int k = 0; k < 3; k++)
        test_step_free(steps[k]);
    g_free(x);
}

/* Theory on another grid is interpolated: a straight line is met exactly. */
static void theory_on_another_grid(void)
{
    experiment *x = known(0.125, true, false);
    double coarse[30], line[30];
    for (size_t i = 0; i < 30; i++) {
        coarse[i] = i;
        line[i] = 4 + 0.5 * i;
    }
    for (size_t i = 0; i < M; i++)
        x->I[i] += (4 + 0.5 * x->Q[i]) / 0.125;
    test_step *s = normalise(curve(M, x->Q, x->I, NULL, "count"), "high-q");
    test_step_input(s, "multiple", curve(30, coarse, line, NULL, "electron"));
    run(s);
    assert_relative(number(s, "alpha"), 0.125, 8 * M * UNIT_ROUNDOFF);
    test_step_free(s);
    g_free(x);
}

static void bad_normalisation(void)
{
    experiment *x = known(0.125, true, false);
    double negative[M];
    for (size_t i = 0; i < M; i++)
        negative[i] = -x->I[i];

    test_step *s = test_step_new("normalise");
    test_step_set(s, "composition", ALLOY);
    test_step_input(s, "intensity", curve(M, x->Q, x->I, NULL, "count"));
    fails_with(s, "density");

    s = test_step_new("normalise");    /* technetium has no atomic weight */
    test_step_set(s, "composition", "Tc");
    test_step_set_number(s, "density", 11);
    test_step_input(s, "intensity", curve(M, x->Q, x->I, NULL, "count"));
    fails_with(s, "number_density");

    s = normalise(curve(M, x->Q, x->I, NULL, "count"), "krogh-moe");
    test_step_set_number(s, "qmin", 40);
    fails_with(s, "qmin = 40");

    s = normalise(curve(M, x->Q, x->I, NULL, "count"), "krogh-moe");
    test_step_set_number(s, "qmin", 10);
    test_step_set_number(s, "qmax", 5);
    fails_with(s, "not below");

    fails_with(normalise(curve(M, x->Q, negative, NULL, "count"), "krogh-moe"), "cannot be scaled");
    fails_with(normalise(curve(M, x->Q, negative, NULL, "count"), "high-q"), "cannot be scaled");
    fails_with(normalise(curve(1, x->Q, x->I, NULL, "count"), "krogh-moe"), "1 measured point ");
    fails_with(normalise(curve(0, x->Q, x->I, NULL, "count"), "high-q"), "no point");

    frit_dataset *d = curve(3, x->Q, x->I, NULL, "count");
    for (size_t i = 0; i < 3; i++)
        mask_point(d, i, NAN);
    fails_with(normalise(d, "krogh-moe"), "no point");

    /* without a density the high-Q ratio does, and the other scale is masked */
    s = test_step_new("normalise");
    test_step_set(s, "composition", ALLOY);
    test_step_set(s, "method", "high-q");
    test_step_input(s, "intensity", curve(M, x->Q, x->I, NULL, "count"));
    run(s);
    assert_relative(number(s, "alpha"), 0.125, 4 * M * UNIT_ROUNDOFF);
    g_assert_cmpint(test_step_output(s, "alpha_krogh_moe")->mask[0], ==, 1);
    test_step_free(s);
    g_free(x);
}

/* ---- A real glass, and what peers made of it ---- */

/* Amorpheus takes its terms from the same tables; eleven digits: 5e-11.  Columns: Q I <f^2> <f>^2 Compton; Q S_raw.
 * Its scale is Krogh-Moe and Norman's by trapezoids, but with Q in 1/nm and Q^2 in 1/angstrom^2: the integral comes
 * out ten times as large as the density's term expects, which is the same as a tenth of the density. */
static void amorpheus(void)
{
    const char *terms_path = test_data(PEER "reference_amorpheus_terms.txt");
    if (!terms_path)
        return;
    table t = read_table(terms_path), r = read_table(test_data(PEER "reference_amorpheus_SQ.txt"));
    size_t n = t.n, skip = r.n - t.n;
    g_assert_cmpuint(n, ==, 2500);

    test_step *f = test_step_new("form_factors"), *c = test_step_new("compton");
    test_step *const steps[] = { f, c };
    for (int k = 0; k < 2; k++) {
        test_step_set(steps[k], "composition", GLASS);
        test_step_input(steps[k], "intensity", curve(n, t.column[0], t.column[1], NULL, "1"));
    }
    test_step_set_number(c, "recoil_exponent", 0);
    run(f);
    run(c);
    /* Q itself has eleven digits: 5e-11, and the terms change by at most 3 % for 1 % of Q */
    for (size_t i = 0; i < n; i++) {
        assert_relative(values(f, "f_sq_mean")[i], t.column[2][i], 4 * 5e-11);
        assert_relative(values(f, "f_mean_sq")[i], t.column[3][i], 4 * 5e-11);
        assert_relative(values(c, "compton")[i], t.column[4][i], 4 * 5e-11);
    }

    double alpha[2];
    for (int tenth = 0; tenth < 2; tenth++) {
        test_step *s = test_step_new("normalise");
        test_step_set(s, "composition", GLASS);
        test_step_set_number(s, "number_density", tenth ? 0.003468 : 0.03468);
        test_step_input(s, "intensity", curve(n, t.column[0], t.column[1], NULL, "1"));
        test_step_input(s, "compton", frit_dataset_ref((frit_dataset *)test_step_output(c, "compton")));
        run(s);
        g_assert_cmpstr(test_step_output(s, "alpha")->unit, ==, "electron");
        alpha[tenth] = number(s, "alpha");
        for (size_t i = 0; tenth && i < n; i++)    /* digits of I, of the terms and of S, each 5e-11 of at most 10 */
            assert_close(values(s, "structure_factor")[i], r.column[1][skip + i], 2e-9);
        test_step_free(s);
    }
    g_test_message("alpha %.10g; with a tenth of the density, as Amorpheus has it, %.10g: %.2f %% more", alpha[0],
                   alpha[1], 100 * (alpha[1] / alpha[0] - 1));
    /* (2 pi^2 rho0) 0.9 over the integral of Q^2 I/<f>^2, 670.0639 from the peer's columns */
    assert_close(alpha[1] - alpha[0], 0.9 * 2 * G_PI * G_PI * 0.03468 / 670.0639, 1e-9);
    test_step_free(f);
    test_step_free(c);
    table_clear(&t);
    table_clear(&r);
}

/* glassure subtracts point by point; the cell's Q has eight digits where the sample's has nine, so that they differ by up
 * to 5e-7: at the steepest place of the cell's curve that is what the two may differ. */
static void glassure_background(void)
{
    const char *sample = test_data(PEER "Cerium.dat");
    if (!sample)
        return;
    table a = read_table(sample), b = read_table(test_data(PEER "background.xy"));
    table t = read_table(test_data(PEER "reference_glassure_CeMG_brownhubbell_terms.txt"));
    double steepest = 0;
    for (size_t i = 1; i < b.n; i++)
        steepest = fmax(steepest, fabs((b.column[1][i] - b.column[1][i - 1]) / (b.column[0][i] - b.column[0][i - 1])));
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
    g_test_add_func("/scattering/compton/wavelength", compton_wavelength);
    g_test_add_func("/scattering/no-composition", no_composition);
    g_test_add_func("/scattering/background/one-grid", background_on_one_grid);
    g_test_add_func("/scattering/background/another-grid", background_on_another_grid);
    g_test_add_func("/scattering/background/gaps", background_gaps);
    g_test_add_func("/scattering/background/poor-input", background_poor_input);
    g_test_add_func("/scattering/normalise/known-scale", known_scale);
    g_test_add_func("/scattering/normalise/model-glass", model_glass);
    g_test_add_func("/scattering/normalise/sigma-of-alpha", sigma_of_alpha);
    g_test_add_func("/scattering/normalise/sigma-of-S", sigma_of_S);
    g_test_add_func("/scattering/normalise/frame", frame);
    g_test_add_func("/scattering/normalise/gaps", gaps);
    g_test_add_func("/scattering/normalise/order-and-units", order_and_units);
    g_test_add_func("/scattering/normalise/theory-on-another-grid", theory_on_another_grid);
    g_test_add_func("/scattering/normalise/bad", bad_normalisation);
    g_test_add_func("/scattering/peers/amorpheus", amorpheus);
    g_test_add_func("/scattering/peers/glassure-background", glassure_background);
    return g_test_run();
}
