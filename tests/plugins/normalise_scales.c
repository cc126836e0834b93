/* The scales of an intensity made from the exact S(Q) of a model glass: found, given, and with uncertainties
 * that finite differences confirm.
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "scattering.h"
#include "../../plugins/scattering/atoms.h"

static const int alloy_Z[] = { 40, 29, 28, 13, 22 };
static const double alloy_fraction[] = { 0.525, 0.179, 0.146, 0.10, 0.05 };
static const frit_composition alloy = { 5, alloy_Z, alloy_fraction, ALLOY };

static test_step *low_r_step(frit_dataset *intensity)
{
    test_step *s = test_step_new("normalise");
    test_step_set(s, "composition", ALLOY);
    test_step_set_number(s, "number_density", RHO0);
    test_step_input(s, "intensity", intensity);
    return s;
}

/* ---- The exact S(Q) of the model glass -------------------------------------------------------- */

typedef struct {
    size_t n;
    double *Q, *I, *C, *M, *shape, *S;
} glass;

/* Its intensity with alpha 0.25, F 1.5, from 0.7 1/angstrom on. */
static glass model_glass(void)
{
    table t = shipped("data/exact_S_HPT.csv");
    glass g = { 0, g_new(double, t.n), g_new(double, t.n), g_new(double, t.n), g_new(double, t.n),
                g_new(double, t.n), g_new(double, t.n) };
    for (size_t i = 0; i < t.n; i++) {
        double at = t.column[0][i];
        atom_averages a = atoms_average(&alloy, at);
        if (at < 0.7)
            continue;
        size_t k = g.n++;
        g.Q[k] = at;
        g.S[k] = t.column[1][i];
        g.C[k] = pow(recoil_ratio(at, WAVELENGTH), 3) * atoms_incoherent(&alloy, at);
        g.M[k] = 20 * exp(-at / 10);
        g.shape[k] = 1 + 0.01 * at;
        g.I[k] = a.f_mean_sq * g.S[k] + a.f_sq_mean - a.f_mean_sq + g.C[k] + g.M[k] + 1.5 * g.shape[k];
        g.I[k] /= 0.25;
    }
    table_clear(&t);
    return g;
}

static void glass_clear(glass *g)
{
    double *const all[] = { g->Q, g->I, g->C, g->M, g->shape, g->S };
    for (size_t k = 0; k < G_N_ELEMENTS(all); k++)
        g_free(all[k]);
}

static test_step *glass_step(const glass *g, bool fluorescence)
{
    test_step *s = low_r_step(curve(g->n, g->Q, g->I, NULL, "count"));
    test_step_input(s, "compton", curve(g->n, g->Q, g->C, NULL, "electron"));
    test_step_input(s, "multiple", curve(g->n, g->Q, g->M, NULL, "electron"));
    if (fluorescence)
        test_step_input(s, "fluorescence", curve(g->n, g->Q, g->shape, NULL, "electron"));
    return s;
}

/* Published for this method on frames of this glass: alpha to 0.04 %. */
static void exact_glass(void)
{
    glass g = model_glass();
    test_step *s = glass_step(&g, true);
    run(s);
    double off = fabs(number(s, "alpha") / 0.25 - 1);
    g_test_message("figure: alpha of the exact model glass, relative: %.1e (at most 4e-4)", off);
    g_assert_cmpfloat(off, <=, 4e-4);
    g_test_message("F %.4f, of 1.5", number(s, "fluorescence_scale"));
    /* Krogh-Moe and Norman, with the right F, too; 2 pi^2 rho0 is 1.5e-4 of the integral up to 28: what is
     * missing below 0.7 is a hundredth of that */
    assert_relative(number(s, "alpha_krogh_moe"), 0.25, 4e-4);
    test_step_free(s);
    glass_clear(&g);
}

/* What is given is not fitted: alpha comes out as it went in, S follows from it, and its sigma is in S's. */
static void given_alpha(void)
{
    glass g = model_glass();
    test_step *fitted = glass_step(&g, true), *s = glass_step(&g, true);
    run(fitted);
    frit_dataset *alpha = frit_dataset_number(0.25, "electron/count");
    frit_dataset_want_sigma(alpha);
    alpha->sigma[0] = 0.001;
    test_step_input(s, "alpha", alpha);
    test_step_input(s, "fluorescence_scale", frit_dataset_number(1.5, "1"));
    run(s);
    g_assert_cmpfloat(number(s, "alpha"), ==, 0.25);
    g_assert_cmpfloat(number(s, "fluorescence_scale"), ==, 1.5);
    const frit_dataset *S = test_step_output(s, "structure_factor");
    for (size_t i = 0; i < g.n; i++) {
        double f = atoms_average(&alloy, g.Q[i]).f_mean_sq, scatter = 0.25 * g.I[i] / f;
        /* seven operations on terms of the size of the intensity, here and in the making of I */
        assert_close(frit_dataset_values(S)[i], g.S[i], 16 * UNIT_ROUNDOFF * (1 + scatter));
        assert_relative(S->sigma[i], 0.001 * g.I[i] / f, 8 * UNIT_ROUNDOFF);
    }
    test_step_free(s);

    s = glass_step(&g, true);    /* F alone: found from the right alpha */
    test_step_input(s, "alpha", frit_dataset_number(0.25, "electron/count"));
    run(s);
    g_assert_cmpfloat(fabs(number(s, "fluorescence_scale") - 1.5), <,
                      fabs(number(fitted, "fluorescence_scale") - 1.5) + 0.05);
    test_step_free(s);

    s = glass_step(&g, true);
    test_step_input(s, "alpha", frit_dataset_number(0.25, "electron"));
    fails_with(s, "electron/count");
    s = glass_step(&g, true);
    test_step_input(s, "alpha", frit_dataset_number(-0.25, "electron/count"));
    fails_with(s, "cannot be scaled");
    s = glass_step(&g, false);
    test_step_input(s, "fluorescence_scale", frit_dataset_number(1.5, "1"));
    fails_with(s, "shape");
    test_step_free(fitted);
    glass_clear(&g);
}

/* At high Q least squares find scale, constant and multiple scattering of an intensity whose S is 1 there: to
 * the rounding of sums over 2000 points, 2e-13, over the sine of the angle between the shapes, above 1e-3. */
static void least_squares(void)
{
    glass g = model_glass();
    for (size_t i = 0; i < g.n; i++) {
        atom_averages a = atoms_average(&alloy, g.Q[i]);
        g.I[i] = (a.f_sq_mean + g.C[i] + 0.7 * g.M[i] + 2.5) / 0.25;
    }
    test_step *s = glass_step(&g, false);
    test_step_set(s, "method", "least-squares");
    test_step_set_bool(s, "fit_multiple", true);
    test_step_set_number(s, "highqratio", 0.3);
    run(s);
    assert_relative(number(s, "alpha"), 0.25, 1e-9);
    assert_relative(number(s, "fluorescence_scale"), 2.5, 1e-9);
    const frit_dataset *S = test_step_output(s, "structure_factor");
    assert_relative(frit_dataset_attribute(S, "multiple_scale")->value, 0.7, 1e-9);
    test_step_free(s);
    glass_clear(&g);
}

/* ---- Uncertainties, by finite differences ------------------------------------------------------ */

enum { K = 60 };

static void perturbed(const glass *g, size_t at, double by, double S[K], const char *method,
                      bool fluorescence)
{
    double *I = g_memdup2(g->I, g->n * sizeof *I);
    I[at] += by;
    glass h = *g;
    h.I = I;
    test_step *s = glass_step(&h, fluorescence);
    test_step_set(s, "method", method);
    run(s);
    memcpy(S, values(s, "structure_factor"), K * sizeof *S);
    test_step_free(s);
    g_free(I);
}

/* The covariance is J diag(sigma^2) J^T, with J from central differences.  S depends on I linearly but for
 * alpha's column of the equations: over 1e-4 of I the third order is below 1e-8 of the first, the rounding of
 * S, 1e-14 to 1e-11 where a fit of three shapes magnifies it, over 1e-4 is 1e-7 at the most. */
static void covariance(void)
{
    static const char *const methods[] = { "low-r", "krogh-moe", "high-q", "least-squares" };
    glass full = model_glass(), g = model_glass();
    g.n = K;
    for (size_t i = 0; i < K; i++) {    /* coarse: every so many */
        size_t from = i * (full.n / K);
        g.Q[i] = full.Q[from];
        g.I[i] = full.I[from];
        g.C[i] = full.C[from];
        g.M[i] = full.M[from];
        g.shape[i] = full.shape[from];
    }
    for (size_t m = 0; m < G_N_ELEMENTS(methods); m++) {
        bool fluorescence = m == 0 || m == 3;
        double J[K][K], up[K], down[K], e[K], largest = 0, worst = 0;
        for (size_t i = 0; i < K; i++) {
            double step = 1e-4 * g.I[i];
            e[i] = 0.01 * g.I[i] * (1 + 0.5 * sin(i));
            perturbed(&g, i, step, up, methods[m], fluorescence);
            perturbed(&g, i, -step, down, methods[m], fluorescence);
            for (size_t j = 0; j < K; j++)
                J[j][i] = (up[j] - down[j]) / (2 * step);
        }
        test_step *s = low_r_step(curve(K, g.Q, g.I, e, "count"));
        test_step_set(s, "method", methods[m]);
        test_step_input(s, "compton", curve(K, g.Q, g.C, NULL, "electron"));
        test_step_input(s, "multiple", curve(K, g.Q, g.M, NULL, "electron"));
        if (fluorescence)
            test_step_input(s, "fluorescence", curve(K, g.Q, g.shape, NULL, "electron"));
        run(s);
        const frit_dataset *d = test_step_output(s, "covariance");
        const frit_dataset *S = test_step_output(s, "structure_factor");
        g_assert_cmpuint(d->ndim, ==, 2);
        for (size_t i = 0; i < K; i++)
            for (size_t j = 0; j < K; j++) {
                double expected = 0, have = frit_dataset_values(d)[i * K + j];
                for (size_t l = 0; l < K; l++)
                    expected += J[i][l] * J[j][l] * e[l] * e[l];
                largest = fmax(largest, fabs(expected));
                worst = fmax(worst, fabs(have - expected));
                g_assert_cmpfloat(have, ==, frit_dataset_values(d)[j * K + i]);
                if (i == j)
                    assert_relative(S->sigma[i], sqrt(have), 4 * UNIT_ROUNDOFF);
            }
        g_test_message("figure: covariance of S, %s, against finite differences: %.1e (at most 1e-6)",
                       methods[m], worst / largest);
        g_assert_cmpfloat(worst, <=, 1e-6 * largest);
        test_step_free(s);
    }
    glass_clear(&full);
    glass_clear(&g);
}

/* ---- Poor input -------------------------------------------------------------------------------- */

/* The order of the points does not matter, to the bit; a point that is not measured is masked, and alpha
 * moves by less than the share of the two that are missing, 0.04 of 28 1/angstrom. */
static void poor_input(void)
{
    glass g = model_glass();
    double *x = g_new(double, g.n), *y = g_new(double, g.n);
    for (size_t i = 0; i < g.n; i++) {
        x[i] = g.Q[g.n - 1 - i];
        y[i] = g.I[g.n - 1 - i];
    }
    test_step *s = glass_step(&g, true), *r = low_r_step(curve(g.n, x, y, NULL, "count"));
    test_step_input(r, "compton", curve(g.n, g.Q, g.C, NULL, "electron"));
    test_step_input(r, "multiple", curve(g.n, g.Q, g.M, NULL, "electron"));
    test_step_input(r, "fluorescence", curve(g.n, g.Q, g.shape, NULL, "electron"));
    run(s);
    run(r);
    g_assert_cmpfloat(number(r, "alpha"), ==, number(s, "alpha"));
    for (size_t i = 0; i < g.n; i++)
        g_assert_cmpfloat(values(r, "structure_factor")[g.n - 1 - i], ==, values(s, "structure_factor")[i]);
    test_step_free(r);

    frit_dataset *d = curve(g.n, g.Q, g.I, NULL, "count");
    mask_point(d, 300, 1e30);
    ((double *)d->data)[500] = NAN;
    r = low_r_step(d);
    test_step_input(r, "compton", curve(g.n, g.Q, g.C, NULL, "electron"));
    test_step_input(r, "multiple", curve(g.n, g.Q, g.M, NULL, "electron"));
    test_step_input(r, "fluorescence", curve(g.n, g.Q, g.shape, NULL, "electron"));
    run(r);
    const frit_dataset *S = test_step_output(r, "structure_factor");
    for (size_t i = 0; i < g.n; i++) {
        g_assert_cmpint(S->mask[i] != 0, ==, i == 300 || i == 500);
        g_assert_true(isfinite(frit_dataset_values(S)[i]));
    }
    assert_relative(number(r, "alpha"), number(s, "alpha"), 0.04 / 28);
    test_step_free(r);
    test_step_free(s);

    fails_with(low_r_step(curve(0, g.Q, g.I, NULL, "count")), "no point");
    fails_with(low_r_step(curve(1, g.Q, g.I, NULL, "count")), "1 measured point ");
    d = curve(3, g.Q, g.I, NULL, "count");
    for (size_t i = 0; i < 3; i++)
        mask_point(d, i, NAN);
    fails_with(low_r_step(d), "no point");
    s = low_r_step(curve(g.n, g.Q, g.I, NULL, "count"));
    test_step_set(s, "rlow", "0.1 90 angstrom");
    fails_with(s, "2000 steps");
    g_free(x);
    g_free(y);
    glass_clear(&g);
}

/* ---- Definitions, and what is refused ---------------------------------------------------------- */

static void ashcroft_langreth(void)
{
    glass g = model_glass();
    test_step *fz = glass_step(&g, true), *al = glass_step(&g, true);
    test_step_set(al, "definition", "ashcroft-langreth");
    run(fz);
    run(al);
    for (size_t i = 0; i < g.n; i++) {
        atom_averages a = atoms_average(&alloy, g.Q[i]);
        double S = values(fz, "structure_factor")[i];
        assert_close(values(al, "structure_factor")[i], 1 + (S - 1) * a.f_mean_sq / a.f_sq_mean,
                     8 * UNIT_ROUNDOFF * (1 + fabs(S)));
    }
    const char *text = frit_dataset_attribute(test_step_output(al, "structure_factor"), "definition")->text;
    g_assert_nonnull(strstr(text, "Ashcroft-Langreth"));
    test_step *twice = test_step_new("normalise");
    test_step_set(twice, "composition", ALLOY);
    test_step_set_number(twice, "number_density", RHO0);
    test_step_input(twice, "intensity",
                    frit_dataset_ref((frit_dataset *)test_step_output(fz, "structure_factor")));
    fails_with(twice, "already");
    test_step_free(fz);
    test_step_free(al);

    test_step *s = glass_step(&g, true);
    test_step_set(s, "definition", "ashcroft-langreth");
    test_step_set_bool(s, "laue", false);
    fails_with(s, "Laue");
    s = low_r_step(curve(g.n, g.Q, g.I, NULL, "count"));
    test_step_input(s, "fluorescence", curve(g.n, g.Q, g.I, NULL, "electron"));    /* like the intensity */
    fails_with(s, "told from");
    glass_clear(&g);
}

int main(int argc, char **argv)
{
    test_init(&argc, &argv);
    g_test_add_func("/scattering/scales/exact-glass", exact_glass);
    g_test_add_func("/scattering/scales/given-alpha", given_alpha);
    g_test_add_func("/scattering/scales/least-squares", least_squares);
    g_test_add_func("/scattering/scales/covariance", covariance);
    g_test_add_func("/scattering/scales/poor-input", poor_input);
    g_test_add_func("/scattering/scales/definitions", ashcroft_langreth);
    return g_test_run();
}
