/* S(Q) to G(r): the sums against what they stand for, closed forms, and an independent transform of a model
 * glass.
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "fourier_curve.h"

#include "../../plugins/fourier/sine_sum.h"

/* ---- The sums ---- */

/* The fast transform is the plain sum, whatever the numbers of points and the offsets of the grids. */
static void test_fast_sum_is_the_plain_sum(void)
{
    static const struct { size_t n, n_r; double Q0, dQ, r0, dr;
    } cases[] = {{1163, 1501, 0.76, 0.02, 0, 0.02},
                 {2000, 3000, 0.7567, 0.0134, 0.01, 0.01},
                 {1, 1, 2, 0.1, 3, 0.1},
                 {2, 7, 0, 0.5, 0, 1.5},
                 {501, 2, 0.3, 0.05, 100, 0.1},
                 {97, 101, 1.5, 0.0501, 2.2, 0.0377}};
    g_autoptr(GRand) random = g_rand_new_with_seed(1);
    for (size_t k = 0; k < G_N_ELEMENTS(cases); k++) {
        const size_t n = cases[k].n, n_r = cases[k].n_r;
        struct sine_sum *sum = sine_sum_new(n, cases[k].Q0, cases[k].dQ);
        for (int twice = 0; twice < 2; twice++)
            g_assert_cmpint(sine_sum_add(sum, n_r, (twice + 1) * cases[k].r0, (twice + 1) * cases[k].dr), ==,
                            twice);
        g_autoptr(GPtrArray) memory = g_ptr_array_new_with_free_func(free);
        double *c = heap(memory, n, sizeof *c), *cosine = heap(memory, n_r, 8), *sine = heap(memory, n_r, 8),
               size = 0;
        for (size_t j = 0; j < n; j++) {
            c[j] = g_rand_double_range(random, -1, 1);
            size += fabs(c[j]);
        }
        void *work = heap(memory, sine_sum_work_size(sum), 1);
        sine_sum_transform(sum, c, work);
        for (int harmonic = 1; harmonic <= 2; harmonic++) {
            sine_sum_read(sum, harmonic - 1, cosine, sine, work);
            for (size_t i = 0; i < n_r; i++) {
                double plain_cosine = 0, plain_sine = 0;
                for (size_t j = 0; j < n; j++) {
                    const double x = harmonic * (cases[k].Q0 + (double)j * cases[k].dQ) *
                                     (cases[k].r0 + (double)i * cases[k].dr);
                    plain_cosine += c[j] * cos(x);
                    plain_sine += c[j] * sin(x);
                }
                /* The phase x, of up to 2000, is rounded to 1e-13 in either sum; and sums of n terms of size
                 * |c|. */
                g_assert_cmpfloat_with_epsilon(cosine[i], plain_cosine, 1e-12 * size);
                g_assert_cmpfloat_with_epsilon(sine[i], plain_sine, 1e-12 * size);
            }
        }
        sine_sum_free(sum);
    }
}

static void check_fast_and_plain(const curve *c, const struct integral_how *how)
{
    double fast[N_R], plain[N_R], sigma_fast[N_R], sigma_plain[N_R];
    const bool uniform =
        c->Q[1] - c->Q[0] == c->Q[2] - c->Q[1] || fabs(c->Q[2] - 2 * c->Q[1] + c->Q[0]) < 1e-9;
    g_assert_cmpint(transform_curve(c, how, true, short_r, fast, sigma_fast), ==, uniform);
    g_assert_false(transform_curve(c, how, false, short_r, plain, sigma_plain));
    g_assert_cmpfloat(largest_difference(N_R, fast, plain), <, 1e-12);
    for (int i = 0; i < N_R; i++) /* the variances agree to 1e-15, so sigma does to 1e-15/(2 sigma) or 3e-8 */
        g_assert_cmpfloat_with_epsilon(sigma_fast[i] * sigma_fast[i], sigma_plain[i] * sigma_plain[i], 1e-15);
}

static void test_fast_is_plain(void)
{
    for_all_ways(check_fast_and_plain);
}

/* G is linear in S, so that var G = sum of [G(S + e_j) - G(S)]^2 var S_j, gaps, edge and all. */
static void check_sigma(const curve *c, const struct integral_how *how)
{
    double G[N_R], sigma[N_R], moved[N_R], variance[N_R] = {0};
    transform_curve(c, how, true, short_r, G, sigma);
    for (size_t j = 0; j < c->n; j++) {
        curve other = *c;
        other.S[j] += 1;
        if (c->mask[j])
            continue;
        transform_curve(&other, how, true, short_r, moved, NULL);
        for (int i = 0; i < N_R; i++)
            variance[i] += pow((moved[i] - G[i]) * c->sigma[j], 2);
    }
    for (int i = 0; i < N_R; i++)
        g_assert_cmpfloat_with_epsilon(sigma[i] * sigma[i], variance[i], 1e-14);
}

static void test_sigma_is_the_propagated_one(void)
{
    for_all_ways(check_sigma);
}

/* The kernel exact for stepwise data, on a uniform grid in the form in which it is published: (2/pi) {(2 sin
 * hr/r) sum QF sin Qr + 2 [sin hr/r^2 - h cos hr/r] sum F cos Qr}, F = S - 1, h half a step. */
static void test_stepwise_formula(void)
{
    const struct integral_how how = {.quadrature = QUADRATURE_STEPWISE,
                                     .below = BELOW_NOTHING,
                                     .edge_points = 1,
                                     .qmin = NAN,
                                     .qmax = NAN};
    const struct r_grid r_grid = {0.5, 0.25, N_R};
    const curve c = make_curve(200, true, false);
    const double h = 0.04;
    double G[N_R];
    transform_curve(&c, &how, true, r_grid, G, NULL);
    for (int i = 0; i < N_R; i++) {
        const double r = 0.5 + 0.25 * i;
        double sine = 0, cosine = 0;
        for (size_t j = 0; j < c.n; j++) {
            sine += c.Q[j] * (c.S[j] - 1) * sin(c.Q[j] * r);
            cosine += (c.S[j] - 1) * cos(c.Q[j] * r);
        }
        const double expected =
            2 * sin(h * r) / r * sine + 2 * (sin(h * r) / (r * r) - h * cos(h * r) / r) * cosine;
        g_assert_cmpfloat_with_epsilon(G[i], 2 / G_PI * expected, 1e-12);
    }
}

/* ---- transform ---- */

/* Atoms in one Gaussian shell, g = a N(r; m, w):
 * Q [S - 1] = 4 pi rho0 a [m sin Qm + w^2 Q cos Qm] exp(-w^2 Q^2/2), G = 4 pi rho0 a r N(r; m, w). */
static void test_gaussian_shell(void)
{
    enum { N = 2001 };
    const double a = 0.9, m = 2.9, w = 0.3;
    double *Q = g_new(double, N), *S = g_new(double, N);
    for (int j = 0; j < N; j++) {
        Q[j] = 0.02 * j;
        const double shape = j == 0 ? m * m + w * w : m * sin(Q[j] * m) / Q[j] + w * w * cos(Q[j] * m);
        S[j] = 1 + 4 * G_PI * RHO0 * a * shape * exp(-0.5 * w * w * Q[j] * Q[j]);
    }
    test_step *s = test_step_new("transform");
    test_step_input(s, "structure_factor", structure_factor(N, Q, S, NULL));
    test_step_set(s, "rstep", "0.05 angstrom");
    test_step_set(s, "rmax", "12 angstrom");
    run(s);
    const frit_dataset *out = test_step_output(s, "reduced_pdf");
    const double *G = frit_dataset_values(out), *r = out->axis[0]->at;
    g_assert_cmpuint(out->shape[0], ==, 241);
    g_assert_cmpstr(out->unit, ==, "1/angstrom^2");
    g_assert_null(out->sigma);
    for (size_t i = 0; i < out->shape[0]; i++) {
        const double normal = exp(-0.5 * pow((r[i] - m) / w, 2)) / (w * sqrt(2 * G_PI));
        g_assert_cmpfloat_with_epsilon(r[i], 0.05 * (double)i, 1e-13);
        /* The integrand is smooth and odd, and falls to exp(-72) at Q 40: the trapezoid is exact but for an
         * image of the shell at r = 2 pi/0.02. */
        g_assert_cmpfloat_with_epsilon(G[i], 4 * G_PI * RHO0 * a * r[i] * normal, 1e-12);
    }
    test_step_free(s);
    g_free(Q);
    g_free(S);
}

/* The exact S(Q) of the model glass, cut to 0.76 to 24.00 1/angstrom and held below at the mean of its first
 * 15 points, against a transform that was made without Frit. */
static void test_model_glass(void)
{
    table exact = shipped("data/exact_S_HPT.csv"), expected = shipped("data/ft_test_HPT_303.csv");
    const char *windows[] = {"none", "lorch"};
    for (int k = 0; k < 2; k++) {
        test_step *s = test_step_new("transform");
        test_step_input(s, "structure_factor",
                        structure_factor(exact.n, exact.column[0], exact.column[1], NULL));
        test_step_set(s, "qmin", "0.76 1/angstrom");
        test_step_set(s, "qmax", "24 1/angstrom");
        test_step_set(s, "rmin", "0.02 angstrom");
        test_step_set(s, "rmax", "20 angstrom");
        test_step_set(s, "window", windows[k]);
        run(s);
        const frit_dataset *out = test_step_output(s, "reduced_pdf");
        g_assert_cmpuint(out->shape[0], ==, expected.n);
        /* Both tables have 12 digits; G is up to 3. */
        g_assert_cmpfloat(largest_difference(expected.n, frit_dataset_values(out), expected.column[2 + k]), <,
                          1e-10);
        const frit_attribute *below = frit_dataset_attribute(out, "below_qmin");
        g_assert_nonnull(strstr(below->text, "mean of the first 15 points, below 0.76"));
        g_assert_cmpstr(frit_dataset_attribute(out, "window")->text, ==, windows[k]);
        g_assert_cmpstr(frit_dataset_attribute(out, "quadrature")->text, ==, "trapezoid");
        g_assert_cmpfloat_with_epsilon(frit_dataset_attribute(out, "qmax")->value, 24, 1e-12);
        test_step_free(s);
    }
    table_clear(&exact);
    table_clear(&expected);
}

/* The two quadratures differ by thousandths, in the way that is known: a step of width 2h multiplies G
 * by sin(hr)/(hr), 0.66 % at 10 angstrom for h = 0.01. */
static void test_quadratures_differ(void)
{
    table exact = shipped("data/exact_S_HPT.csv");
    double *G[2] = {NULL, NULL};
    const char *name[] = {"trapezoid", "stepwise"};
    size_t n = 0;
    for (int k = 0; k < 2; k++) {
        test_step *s = test_step_new("transform");
        test_step_input(s, "structure_factor",
                        structure_factor(exact.n, exact.column[0], exact.column[1], NULL));
        test_step_set(s, "quadrature", name[k]);
        run(s);
        const frit_dataset *out = test_step_output(s, "reduced_pdf");
        n = out->shape[0];
        G[k] = g_memdup2(frit_dataset_values(out), n * sizeof(double));
        test_step_free(s);
    }
    const double difference = largest_difference(n, G[0], G[1]);
    g_assert_cmpfloat(difference, >, 2e-4);
    g_assert_cmpfloat(difference, <, 5e-3);
    g_free(G[0]);
    g_free(G[1]);
    table_clear(&exact);
}

/* What is masked, or no number, does not count: a curve whose gaps lie on straight lines loses nothing by
 * them. */
static void test_gaps_are_bridged(void)
{
    enum { N = 400 };
    double Q[N], S[N], *whole = NULL;
    for (int gaps = 0; gaps < 2; gaps++) {
        for (int j = 0; j < N; j++) {
            Q[j] = 0.5 + 0.05 * j;
            S[j] = j < 200 ? 0.5 + 0.003 * j : 1.1 - 0.0005 * (j - 200);
        }
        test_step *s = test_step_new("transform");
        frit_dataset *in = structure_factor(N, Q, S, NULL);
        frit_dataset_want_mask(in);
        for (int j = 100; gaps && j < 110; j++) {
            in->mask[j] = 1;
            ((double *)in->data)[j] = j % 2 ? NAN : 1e6;
        }
        test_step_input(s, "structure_factor", in);
        run(s);
        const frit_dataset *out = test_step_output(s, "reduced_pdf");
        if (gaps)
            g_assert_cmpfloat(largest_difference(out->shape[0], frit_dataset_values(out), whole), <, 1e-12);
        else
            whole = g_memdup2(frit_dataset_values(out), out->shape[0] * sizeof(double));
        test_step_free(s);
    }
    g_free(whole);
}

static void refuse(size_t n, const double *Q, const double *S, const char *param, double value,
                   const char *words)
{
    test_step *s = test_step_new("transform");
    test_step_input(s, "structure_factor", structure_factor(n, Q, S, NULL));
    if (param)
        test_step_set_number(s, param, value);
    run_fails(s, words);
    test_step_free(s);
}

static void test_refusals(void)
{
    const double Q[] = {1, 2, 3, 4, 5}, S[] = {0.5, 1.5, 1, 0.9, 1}, none[] = {NAN, NAN, NAN, 1, NAN};
    const double unsorted[] = {1, 3, 2, 4, 5}, late[] = {1, 1.1, 5, 6, 7}, masked[] = {NAN, NAN, 1, 1.1, 0.9};
    refuse(5, unsorted, S, NULL, 0, "must increase");
    refuse(1, Q, S, NULL, 0, "two points at least, the data have 1");
    refuse(5, Q, none, NULL, 0, "only one is measured");
    refuse(5, Q, S, "qmin", 6, "there is no point");
    refuse(5, Q, S, "qmax", 9, "set qmax to 5 or less");
    refuse(5, late, masked, "qmin", 1, "the first measured point stands at Q = 5 1/angstrom");
}

int main(int argc, char **argv)
{
    test_init(&argc, &argv);
    g_test_add_func("/fourier/sums/fast-sum-is-the-plain-sum", test_fast_sum_is_the_plain_sum);
    g_test_add_func("/fourier/integral/fast-is-plain", test_fast_is_plain);
    g_test_add_func("/fourier/integral/sigma", test_sigma_is_the_propagated_one);
    g_test_add_func("/fourier/integral/stepwise-formula", test_stepwise_formula);
    g_test_add_func("/fourier/transform/gaussian-shell", test_gaussian_shell);
    g_test_add_func("/fourier/transform/model-glass", test_model_glass);
    g_test_add_func("/fourier/transform/quadratures-differ", test_quadratures_differ);
    g_test_add_func("/fourier/transform/gaps-are-bridged", test_gaps_are_bridged);
    g_test_add_func("/fourier/transform/refusals", test_refusals);
    return g_test_run();
}
