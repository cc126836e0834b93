/* S(Q) freed of what is wrong with G(r) at low r: against closed forms, a model glass, and what Amorpheus,
 * glassure and LiquidDiffract made of a real one.
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "fourier.h"

/* ---- clean_low_r ---- */

static test_step *clean(size_t n, const double *Q, const double *S, double rho0, double rmin)
{
    test_step *s = test_step_new("clean_low_r");
    test_step_input(s, "structure_factor", structure_factor(n, Q, S, NULL));
    test_step_set_number(s, "number_density", rho0);
    test_step_set_number(s, "rmin", rmin);
    return s;
}

static table peer(const char *file)
{
    g_autofree char *path = g_strconcat("diffraction/ce70al10ni10cu10_metallic_glass/", file, NULL);
    const char *found = test_data(path);
    return found ? read_table(found) : (table){0};
}

/* Amorpheus: 4 iterations; its sum over r goes in steps of 1/900 angstrom to the last one before 2.2. */
static void test_amorpheus(void)
{
    table t = peer("reference_amorpheus_SQ.txt");
    if (t.n == 0)
        return;
    const double step = 1 / 900.;
    test_step *s = clean(t.n, t.column[0], t.column[1], RHO0_CE, 2.2 - step);
    run(s);
    /* The trapezoid of step h errs by h^2/12 [f'] with f = (G + 4 pi rho0 r) sin(Qr)/Q: 1e-7 x 1 x cos. */
    g_assert_cmpfloat(largest_difference(t.n, values(s, "structure_factor"), t.column[2]), <, 1e-7);
    test_step_free(s);
    s = clean(t.n, t.column[0], t.column[1], RHO0_CE, 2.2);
    run(s);
    const double difference = rms_difference(t.n, values(s, "structure_factor"), t.column[2]);
    g_test_message("rms difference from Amorpheus %g", difference);
    /* One step of r more or less is worth h (G + 4 pi rho0 r) S sin(Qr)/Q: 1/900 x 0.12 (at 2.2, at first)
     * x 0.3 rms. */
    g_assert_cmpfloat(difference, <, 4e-5);
    test_step_free(s);

    /* Cut at qmin and continued here: the same where it was measured. */
    size_t first = 0;
    while (t.column[0][first] < 1.5 - 1e-9)
        first++;
    s = clean(t.n - first, t.column[0] + first, t.column[1] + first, RHO0_CE, 2.2);
    test_step_set_number(s, "edge_points", 1);
    run(s);
    g_assert_cmpfloat(rms_difference(t.n - first, values(s, "structure_factor"), t.column[2] + first), <,
                      4e-5);
    test_step_free(s);
    table_clear(&t);
}

/* glassure: 4 iterations; its sum over r goes in steps of 0.02 angstrom to 2.18, S = 0 below 1.5
 * 1/angstrom. */
static void test_glassure(void)
{
    table t = peer("reference_glassure_CeMG_brownhubbell_nolorch_SQ.txt");
    if (t.n == 0)
        return;
    test_step *s = clean(t.n, t.column[0], t.column[1], RHO0_CE, 2.18);
    run(s);
    const double difference = rms_difference(t.n, values(s, "structure_factor"), t.column[2]);
    g_test_message("rms difference from glassure %g", difference);
    /* A trapezoid of step h errs by h^2/12 [f'] in each iteration, f = (G + 4 pi rho0 r) sin(Qr)/Q: 3e-5
     * times S, up to 3.2, times G + 4 pi rho0 r at its end, about 1. */
    g_assert_cmpfloat(difference, <, 1e-4);
    test_step_free(s);
    table_clear(&t);
}

/* LiquidDiffract: 5 iterations of 2/pi of the correction, sums of whole bins over Q (step 0.02 1/angstrom)
 * and r (step 2 pi/(4096 x 0.02) angstrom, the last bin ends at 2.186). */
static void test_liquiddiffract(void)
{
    table t = peer("reference_liquiddiffract_CeMG_FZ_None_SQ.txt");
    if (t.n == 0)
        return;
    const double step = 2 * G_PI / (4096 * 0.02);
    test_step *s = clean(t.n - 1, t.column[0] + 1, t.column[2] + 1, RHO0_CE, 28.5 * step);
    test_step_set_number(s, "iterations", 5);
    test_step_set_number(s, "relaxation", 2 / G_PI);
    test_step_set(s, "quadrature", "stepwise");
    run(s);
    double difference = rms_difference(t.n - 1, values(s, "structure_factor"), t.column[3] + 1);
    g_test_message("rms difference from LiquidDiffract %g", difference);
    /* Bins of step h err by half as much as a trapezoid: 2.5e-4 in r for G + 4 pi rho0 r of 1. */
    g_assert_cmpfloat(difference, <, 2.5e-4);
    test_step_free(s);

    /* What these conventions cost: with this step's own, S stays an order below the 0.01 by which programs
     * agree. */
    s = clean(t.n - 1, t.column[0] + 1, t.column[2] + 1, RHO0_CE, 2.2);
    run(s);
    difference = rms_difference(t.n - 1, values(s, "structure_factor"), t.column[3] + 1);
    g_test_message("with the defaults %g", difference);
    g_assert_cmpfloat(difference, <, 1e-3);
    test_step_free(s);
    table_clear(&t);
}

/* The model glass has no atom below 2 angstrom: there is nothing to clean, but a wrong scale is found out. */
static void test_clean_model_glass(void)
{
    table exact = shipped("data/exact_S_HPT.csv");
    double *scaled = g_new(double, exact.n);
    test_step *s = clean(exact.n, exact.column[0], exact.column[1], RHO0, 1.9);
    run(s);
    g_test_message("deviation %g, then %g", values(s, "deviation_before")[0],
                   values(s, "deviation_after")[0]);
    g_assert_cmpfloat(values(s, "deviation_before")[0], <, 1e-3);
    g_assert_cmpfloat(rms_difference(exact.n, values(s, "structure_factor"), exact.column[1]), <, 1e-3);
    test_step_free(s);

    for (size_t j = 0; j < exact.n; j++)
        scaled[j] = 1.03 * exact.column[1][j];
    s = clean(exact.n, exact.column[0], scaled, RHO0, 1.9);
    test_step_set(s, "iterations", "10");
    run(s);
    g_test_message("scaled: deviation %g, then %g", values(s, "deviation_before")[0],
                   values(s, "deviation_after")[0]);
    g_assert_cmpfloat(values(s, "deviation_before")[0], >, 0.1);
    g_assert_cmpfloat(values(s, "deviation_after")[0], <, 0.2 * values(s, "deviation_before")[0]);
    g_assert_cmpfloat(rms_difference(exact.n, values(s, "structure_factor"), exact.column[1]), <,
                      0.5 * rms_difference(exact.n, scaled, exact.column[1]));
    test_step_free(s);
    g_free(scaled);
    table_clear(&exact);
}

/* sigma and mask go through; what is masked stays so and does not count. */
static void test_clean_keeps_sigma_and_mask(void)
{
    table exact = shipped("data/exact_S_HPT.csv");
    double *sigma = g_new(double, exact.n);
    for (size_t j = 0; j < exact.n; j++)
        sigma[j] = 0.01;
    frit_dataset *in = structure_factor(exact.n, exact.column[0], exact.column[1], sigma);
    frit_dataset_want_mask(in);
    in->mask[0] = in->mask[700] = 1;
    ((double *)in->data)[700] = 1e9;
    test_step *s = test_step_new("clean_low_r");
    test_step_input(s, "structure_factor", in);
    test_step_set_number(s, "number_density", RHO0);
    test_step_set(s, "rmin", "1.9 angstrom");
    run(s);
    const frit_dataset *out = test_step_output(s, "structure_factor");
    const double *S = frit_dataset_values(out);
    for (size_t j = 0; j < exact.n; j++) {
        g_assert_cmpint(out->mask[j] != 0, ==, j == 0 || j == 700);
        if (!out->mask[j])
            g_assert_cmpfloat_with_epsilon(out->sigma[j] / 0.01, S[j] / exact.column[1][j], 1e-12);
    }
    g_assert_nonnull(strstr(frit_dataset_attribute(out, "clean_low_r")->text, "4 iterations"));
    test_step_free(s);
    g_free(sigma);
    table_clear(&exact);
}

/* ---- kaplow, and fourier_filter ---- */

/* Shells of atoms in one Gaussian each, G = sum of a N(r; m, w):  Q [S - 1] = integral of G sin(Qr)
 * = sum of a sin(Qm) exp(-w^2 Q^2/2), where m is many w. */
static double shell(double Q, double a, double m, double w)
{
    return a * exp(-0.5 * w * w * Q * Q) * (Q > 0 ? sin(Q * m) / Q : m);
}

enum { N = 4001 };
typedef struct { double Q[N], with[N], without[N]; } shells;

/* One at 2.9 angstrom, and an error at 1.0, both 0.1 wide; their tails at 1.9 are exp(-40) and less, and so
 * is what lies beyond Q = 80: exp(-32). */
static shells *make_shells(void)
{
    shells *s = g_new(shells, 1);
    for (int j = 0; j < N; j++) {
        s->Q[j] = 0.02 * j;
        s->without[j] = 1 + shell(s->Q[j], 1.3, 2.9, 0.1);
        s->with[j] = s->without[j] + shell(s->Q[j], 0.2, 1.0, 0.1);
    }
    return s;
}

static void test_filter_takes_the_low_shell(void)
{
    g_autofree shells *c = make_shells();
    double *sigma = g_new(double, N);
    for (int j = 0; j < N; j++)
        sigma[j] = 0.01;
    test_step *s = test_step_new("fourier_filter");
    test_step_input(s, "structure_factor", structure_factor(N, c->Q, c->with, sigma));
    test_step_set(s, "target", "zero");
    test_step_set_number(s, "rmin", 1.9);
    run(s);
    const double *S = values(s, "structure_factor"), *removed = values(s, "removed");
    /* Errors exp(-32) times 1, and rounding of sums of 4000 terms with Q up to 80. */
    figure("Fourier filter, S freed of a shell below rmin", largest_difference(N, S, c->without), 1e-11);
    for (int j = 0; j < N; j++)
        g_assert_cmpfloat_with_epsilon(S[j] + removed[j], c->with[j], 1e-15);
    /* rms over 0 to 1.9 of 0.2 N(r; 1, 0.1): 0.2 (2 w sqrt(pi) 1.9)^(-1/2). */
    g_assert_cmpfloat_with_epsilon(values(s, "deviation_before")[0],
                                   0.2 / sqrt(2 * 0.1 * sqrt(G_PI) * 1.9), 1e-10);
    g_assert_cmpfloat(values(s, "deviation_after")[0], <, 1e-10);
    g_assert_cmpfloat(test_step_output(s, "structure_factor")->sigma[7], ==, 0.01);
    g_assert_nonnull(strstr(
        frit_dataset_attribute(test_step_output(s, "structure_factor"), "fourier_filter")->text,
        "G = 0 below 1.9 angstrom"));
    test_step_free(s);
    g_free(sigma);
}

/* One iteration of Kaplow's is the filter; and with G right below rmin all that is added there goes. */
static void test_kaplow_is_the_filter_again(void)
{
    table exact = shipped("data/exact_S_HPT.csv");
    double *wrong = g_new(double, exact.n), *once = NULL;
    for (size_t j = 0; j < exact.n; j++)
        wrong[j] = exact.column[1][j] + shell(exact.column[0][j], 0.2, 1.0, 0.3);
    const char *step[] = {"fourier_filter", "clean_low_r", "clean_low_r"};
    const char *iterations[] = {NULL, "1", "10"};
    for (int k = 0; k < 3; k++) {
        test_step *s = test_step_new(step[k]);
        test_step_input(s, "structure_factor", structure_factor(exact.n, exact.column[0], wrong, NULL));
        test_step_set_number(s, "number_density", RHO0);
        test_step_set_number(s, "rmin", 1.9);
        if (iterations[k]) {
            test_step_set(s, "method", "kaplow");
            test_step_set(s, "iterations", iterations[k]);
        }
        run(s);
        if (k == 0)
            once = g_memdup2(values(s, "structure_factor"), exact.n * sizeof *once);
        if (k == 1)
            g_assert_cmpfloat(largest_difference(exact.n, values(s, "structure_factor"), once), <, 1e-14);
        if (k == 2) {
            const frit_dataset *out = test_step_output(s, "structure_factor");
            g_assert_nonnull(strstr(frit_dataset_attribute(out, "clean_low_r")->text, "kaplow"));
            g_assert_cmpfloat(values(s, "deviation_after")[0], <, values(s, "deviation_before")[0]);
        }
        /* What stays is what the model itself shows below rmin, by its cut at Qmax: an rms e of G makes
         * (1/Q) sqrt(rmin) e sqrt(rmin/2) in S at most; e is 1e-3 (see model-glass). */
        const double left =
            rms_difference(exact.n - 20, values(s, "structure_factor") + 20, exact.column[1] + 20);
        g_autofree char *what = g_strdup_printf("%s (%s iterations), rms of S freed of a bump of G", step[k],
                                                iterations[k] ? iterations[k] : "no");
        figure(what, left, 1e-3 * 1.9 / sqrt(2));
        test_step_free(s);
    }
    g_free(wrong);
    g_free(once);
    table_clear(&exact);
}

static void test_filter_refuses(void)
{
    g_autofree shells *c = make_shells();
    test_step *s = test_step_new("fourier_filter");
    test_step_input(s, "structure_factor", structure_factor(N, c->Q, c->with, NULL));
    test_step_set_number(s, "rmin", 1.9);
    run_fails(s, "number_density");
    test_step_free(s);
}

int main(int argc, char **argv)
{
    test_init(&argc, &argv);
    g_test_add_func("/fourier/clean-low-r/amorpheus", test_amorpheus);
    g_test_add_func("/fourier/clean-low-r/glassure", test_glassure);
    g_test_add_func("/fourier/clean-low-r/liquiddiffract", test_liquiddiffract);
    g_test_add_func("/fourier/clean-low-r/model-glass", test_clean_model_glass);
    g_test_add_func("/fourier/clean-low-r/sigma-and-mask", test_clean_keeps_sigma_and_mask);
    g_test_add_func("/fourier/clean-low-r/kaplow", test_kaplow_is_the_filter_again);
    g_test_add_func("/fourier/filter/low-shell", test_filter_takes_the_low_shell);
    g_test_add_func("/fourier/filter/refusals", test_filter_refuses);
    return g_test_run();
}
