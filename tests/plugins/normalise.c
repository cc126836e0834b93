/* From an intensity to S(Q): known scales are found again, an exact S(Q) obeys the sum rule, and Amorpheus's
 * S(Q) of a real Ce70Al10Ni10Cu10 glass comes out.
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "scattering.h"
#include "../../plugins/scattering/atoms.h"

enum { M = 1401 };
typedef struct {
    double Q[M], S[M], I[M], C[M], f_mean_sq[M], f_sq_mean[M];
} experiment;

static const int alloy_Z[] = { 40, 29, 28, 13, 22 };
static const double alloy_fraction[] = { 0.525, 0.179, 0.146, 0.10, 0.05 };
static const frit_composition alloy = { 5, alloy_Z, alloy_fraction, ALLOY };

/* An intensity whose scale and S are known; S obeys the sum rule on its points,
 * and is 1 above 16 1/angstrom. */
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
        x->S[i] = Q < 16 ? exp(-Q * Q / 8) * (1 + cos(3 * Q)) : 0;    /* 1 - S, but for its size */
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

/* Both scales are found again, and S with them.  Adding M positive terms errs by at most M u of the sum, and
 * there are four sums: 4 M u.  An error of alpha enters S with alpha I/<f>^2; all else is a few u of that. */
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
            for (size_t i = 0; i < M; i++)
                assert_close(frit_dataset_values(d)[i], x->S[i],
                             1.1 * tolerance * 0.125 * x->I[i] / x->f_mean_sq[i]);
            g_assert_nonnull(frit_dataset_attribute(d, "definition"));
            g_assert_cmpfloat(frit_dataset_attribute(d, "number_density")->value, ==, RHO0);
            test_step_free(s);
            g_free(x);
        }
    }
}

/* The model glass of the synthetic experiment has an exact S(Q) with its own density: Krogh-Moe and Norman
 * need only the sum rule.  Left out is 0 < Q < 0.1, Q^3/3 (1 - S) = 3.2e-4, of an integral of
 * Q^2 alpha I/<f>^2 above 28^3/3 = 7317; the trapezoids add less than that. */
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
    test_step_set(s, "method", "krogh-moe");
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

/* Points that are not measured, or have no theory, are masked in S and change nothing else: high up S is 1 on
 * every point, so that the ratio is the same without some of them. */
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
        g_assert_cmpfloat(values(reversed, "structure_factor")[M - 1 - i], ==,
                          values(s, "structure_factor")[i]);
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

/* Amorpheus takes its terms from the same tables; eleven digits: 5e-11.  Columns: Q I <f^2> <f>^2 Compton,
 * and Q S_raw.  Its scale is Krogh-Moe and Norman's by trapezoids, but with dQ in 1/nm and Q^2 in
 * 1/angstrom^2: the integrals come out ten times as large as the density's term expects, which is the same as
 * a tenth of the density. */
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
    /* Q itself has eleven digits, 5e-11, and the terms change by at most 3 % for 1 % of Q */
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
        test_step_set(s, "method", "krogh-moe");
        test_step_input(s, "intensity", curve(n, t.column[0], t.column[1], NULL, "1"));
        test_step_input(s, "compton", frit_dataset_ref((frit_dataset *)test_step_output(c, "compton")));
        run(s);
        g_assert_cmpstr(test_step_output(s, "alpha")->unit, ==, "electron");
        alpha[tenth] = number(s, "alpha");
        /* alpha I, <f^2>, C and S have 5e-11 of themselves, alpha as much; each is below 4 <f>^2 */
        for (size_t i = 0; tenth && i < n; i++)
            assert_close(values(s, "structure_factor")[i], r.column[1][skip + i], 5 * 4 * 5e-11);
        test_step_free(s);
    }
    g_test_message("alpha %.10g; with a tenth of the density, as Amorpheus has it, %.10g: %.2f %% more",
                   alpha[0], alpha[1], 100 * (alpha[1] / alpha[0] - 1));
    /* (2 pi^2 rho0) 0.9 over the integral of Q^2 I/<f>^2, 670.0639 from the peer's columns */
    assert_close(alpha[1] - alpha[0], 0.9 * 2 * G_PI * G_PI * 0.03468 / 670.0639, 1e-9);
    test_step_free(f);
    test_step_free(c);
    table_clear(&t);
    table_clear(&r);
}

int main(int argc, char **argv)
{
    test_init(&argc, &argv);
    g_test_add_func("/scattering/normalise/known-scale", known_scale);
    g_test_add_func("/scattering/normalise/model-glass", model_glass);
    g_test_add_func("/scattering/normalise/gaps", gaps);
    g_test_add_func("/scattering/normalise/order-and-units", order_and_units);
    g_test_add_func("/scattering/normalise/theory-on-another-grid", theory_on_another_grid);
    g_test_add_func("/scattering/normalise/bad", bad_normalisation);
    g_test_add_func("/scattering/peers/amorpheus", amorpheus);
    return g_test_run();
}
