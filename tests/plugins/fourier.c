/* The steps between S(Q), G(r) and g(r): against closed forms, against the sums as they stand, against an
 * independent transform of a model glass, and against what Amorpheus, glassure and LiquidDiffract made of a real one.
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "step.h"
#include "../../plugins/fourier/sine_sum.h"
#include "../../plugins/fourier/sine_transform.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define RHO0 0.0553262                  /* 1/angstrom^3, of the model glass */
#define RHO0_CE 0.03468                 /* of Ce70Al10Ni10Cu10 */

/* ---- Help ---- */

enum { COLUMNS = 6 };
typedef struct { size_t n; double *column[COLUMNS]; } table;

/* Columns of numbers between commas or blanks; a line that does not begin with a number is skipped. */
static table read_table(const char *path)
{
    g_autofree char *text = NULL;
    g_autoptr(GError) error = NULL;
    table t = {0};
    g_file_get_contents(path, &text, NULL, &error);
    g_assert_no_error(error);
    g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
    for (int k = 0; k < COLUMNS; k++)
        t.column[k] = g_new0(double, g_strv_length(lines) + 1);
    for (char **line = lines; *line; line++) {
        char *at = *line, *end = NULL;
        int k = 0;
        for (; k < COLUMNS; k++, at = end + (*end == ',')) {
            const double x = g_ascii_strtod(at, &end);
            if (end == at)
                break;
            t.column[k][t.n] = x;
        }
        t.n += k > 0;
    }
    g_assert_cmpuint(t.n, >, 2);
    return t;
}

static table shipped(const char *path)
{
    g_autofree char *file = test_file(path);
    return read_table(file);
}

static void table_clear(table *t)
{
    for (int k = 0; k < COLUMNS; k++)
        g_free(t->column[k]);
}

static frit_dataset *structure_factor(size_t n, const double *Q, const double *S, const double *sigma)
{
    return frit_dataset_curve(n, Q, "Q", "1/angstrom", S, sigma, "1");
}

static void run(test_step *s)
{
    g_autoptr(GError) error = NULL;
    test_step_run(s, &error);
    g_assert_no_error(error);
}

/* The step refuses, and says `words`. */
static void run_fails(test_step *s, const char *words)
{
    g_autoptr(GError) error = NULL;
    g_assert_false(test_step_run(s, &error));
    g_assert_nonnull(error);
    if (!strstr(error->message, words))
        g_error("'%s' is not in: %s", words, error->message);
}

static const double *values(test_step *s, const char *port)
{
    return frit_dataset_values(test_step_output(s, port));
}

static double largest_difference(size_t n, const double *a, const double *b)
{
    double most = 0;
    for (size_t i = 0; i < n; i++)
        most = fmax(most, fabs(a[i] - b[i]));
    return most;
}

static double rms_difference(size_t n, const double *a, const double *b)
{
    double sum = 0;
    for (size_t i = 0; i < n; i++)
        sum += (a[i] - b[i]) * (a[i] - b[i]);
    return sqrt(sum / (double)n);
}

static void *heap(void *list, size_t n, size_t size)
{
    void *memory = aligned_alloc(64, (n * size + 127) / 64 * 64);
    memset(memory, 0, (n * size + 127) / 64 * 64);
    g_ptr_array_add(list, memory);
    return memory;
}

/* ---- The sums ---- */

/* The chirp-z transform is the plain sum, whatever the numbers of points and the offsets of the grids. */
static void test_chirp_z_is_the_plain_sum(void)
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
        struct sine_sum *sum = sine_sum_new(n, cases[k].Q0, cases[k].dQ, n_r, cases[k].r0, cases[k].dr);
        g_autoptr(GPtrArray) memory = g_ptr_array_new_with_free_func(free);
        double *c = heap(memory, n, sizeof *c), *cosine = heap(memory, n_r, 8), *sine = heap(memory, n_r, 8),
               size = 0;
        for (size_t j = 0; j < n; j++) {
            c[j] = g_rand_double_range(random, -1, 1);
            size += fabs(c[j]);
        }
        for (int harmonic = 1; harmonic <= 2; harmonic++) {
            sine_sum_run(sum, harmonic, c, cosine, sine, heap(memory, sine_sum_work_size(sum), 1));
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

/* A made-up curve: n points, S around 1 with noise, sigma, and gaps where asked for. */
typedef struct { size_t n; double Q[300], S[300], sigma[300]; uint8_t mask[300]; } curve;

static curve make_curve(size_t n, bool uniform, bool gaps)
{
    curve c = {.n = n};
    g_autoptr(GRand) random = g_rand_new_with_seed(7);
    for (size_t j = 0; j < n; j++) {
        c.Q[j] = 0.8 + 0.08 * (double)j + (uniform ? 0 : 0.02 * sin((double)j));
        c.S[j] = 1 + sin(2.7 * c.Q[j]) * exp(-0.1 * c.Q[j]) + g_rand_double_range(random, -0.05, 0.05);
        c.sigma[j] = 0.01 + 0.001 * (double)(j % 7);
        c.mask[j] = gaps && (j < 2 || j == 5 || (j >= 40 && j < 44) || j == n - 1);
        if (c.mask[j])
            c.S[j] = c.sigma[j] = NAN;
    }
    return c;
}

/* G and its sigma at n_r points of r; returns whether the chirp-z transform made it. */
static bool transform_curve(const curve *c, const struct integral_how *how, bool fast, struct r_grid r,
                            double *G, double *sigma)
{
    struct integral g = {0};
    char why[INTEGRAL_WHY];
    g_autoptr(GPtrArray) list = g_ptr_array_new_with_free_func(free);
    struct memory memory = {heap, list};
    g_assert_true(integral_find_range(&g, how, c->Q, c->n, why));
    g.Q = c->Q + g.first;
    struct sine_transform *t = sine_transform_new(&g, how, r, fast);
    g.S = heap(list, g.n, sizeof *g.S);
    g.bin = heap(list, g.n, sizeof *g.bin);
    g_assert_true(integral_fill(&g, how, c->Q, c->S, c->mask, why));
    g_assert_true(sine_transform_run(t, &g, c->S, c->mask, sigma ? c->sigma : NULL, G, sigma, memory));
    fast = sine_transform_is_fast(t);
    sine_transform_free(t);
    return fast;
}

static const struct integral_how hows[] = {
    {.edge_points = 15, .qmin = NAN, .qmax = NAN},
    {.below = BELOW_LINEAR, .edge_points = 4, .s0 = 0.02, .window = WINDOW_LORCH, .qmin = 1, .qmax = NAN},
    {.below = BELOW_QUADRATIC, .edge_points = 1, .window = WINDOW_SOPER, .qmin = NAN, .qmax = 16},
    {.below = BELOW_NOTHING, .edge_points = 15, .qmin = NAN, .qmax = NAN},
    {.below = BELOW_ZERO, .edge_points = 15, .qmin = NAN, .qmax = NAN}};

enum { N_R = 130 };
static const struct r_grid short_r = {0, 0.07, N_R};

static void for_all_ways(void (*check)(const curve *, const struct integral_how *))
{
    for (int gaps = 0; gaps < 2; gaps++)
        for (int uniform = 0; uniform < 2; uniform++)
            for (size_t k = 0; k < 2 * G_N_ELEMENTS(hows); k++) {
                struct integral_how how = hows[k / 2];
                const curve c = make_curve(230, uniform, gaps);
                how.quadrature = k % 2 ? QUADRATURE_STEPWISE : QUADRATURE_TRAPEZOID;
                check(&c, &how);
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

/* ---- pair_distribution ---- */

static void test_pair_distribution(void)
{
    const double r[] = {0, 0.5, 1, 3, 6}, sigma[] = {0, 0.1, 0.1, 0.1, 0.2};
    double G[] = {0, -4 * G_PI * RHO0 * 0.5, -4 * G_PI * RHO0, 1.7, NAN};
    test_step *s = test_step_new("pair_distribution");
    test_step_input(s, "reduced_pdf", frit_dataset_curve(5, r, "r", "angstrom", G, sigma, "1/angstrom^2"));
    test_step_set_number(s, "number_density", RHO0);
    run(s);
    const frit_dataset *g = test_step_output(s, "pair_distribution");
    const double shell = 4 * G_PI * RHO0 * 3;
    g_assert_cmpint(g->mask[0], !=, 0);
    g_assert_cmpint(g->mask[4], !=, 0);
    g_assert_cmpint(g->mask[1] + g->mask[2] + g->mask[3], ==, 0);
    g_assert_cmpfloat_with_epsilon(values(s, "pair_distribution")[1], 0, 1e-15);
    g_assert_cmpfloat_with_epsilon(values(s, "pair_distribution")[2], 0, 1e-15);
    g_assert_cmpfloat_with_epsilon(values(s, "pair_distribution")[3], 1 + 1.7 / shell, 1e-15);
    g_assert_cmpfloat_with_epsilon(g->sigma[3], 0.1 / shell, 1e-15);
    g_assert_cmpfloat_with_epsilon(values(s, "radial_distribution")[3], 3 * (1.7 + shell), 1e-13);
    g_assert_cmpfloat_with_epsilon(values(s, "radial_distribution")[0], 0, 1e-15);
    test_step_free(s);
}

/* 6.70 g/cm^3 of the paper's alloy are 0.05532622420708232 atoms in a cubic angstrom, with IUPAC's weights. */
static void test_number_density(void)
{
    const double r[] = {1, 2}, G[] = {0, 0};
    test_step *s = test_step_new("pair_distribution");
    test_step_input(s, "reduced_pdf", frit_dataset_curve(2, r, "r", "angstrom", G, NULL, "1/angstrom^2"));
    test_step_set(s, "density", "6.70 g/cm^3");
    test_step_set(s, "composition", "Zr52.5Cu17.9Ni14.6Al10Ti5");
    run(s);
    const frit_attribute *rho0 =
        frit_dataset_attribute(test_step_output(s, "pair_distribution"), "number_density");
    g_assert_cmpfloat_with_epsilon(rho0->value, 0.05532622420708232, 1e-13);
    test_step_free(s);

    s = test_step_new("pair_distribution");
    test_step_input(s, "reduced_pdf", frit_dataset_curve(2, r, "r", "angstrom", G, NULL, "1/angstrom^2"));
    run_fails(s, "density");
    test_step_free(s);
    s = test_step_new("pair_distribution");
    test_step_input(s, "reduced_pdf", frit_dataset_curve(2, r, "r", "angstrom", G, NULL, "1/angstrom^2"));
    test_step_set(s, "density", "6.70 g/cm^3");
    run_fails(s, "composition");
    test_step_free(s);
}

/* Simulated argon, 0.02138 atoms in a cubic angstrom: r, g and G as PyStoG's test data have them (the file
 * begins with the number of its rows). */
static void test_argon(void)
{
    const char *path = test_data("diffraction/conversions/argon.real_space.dat");
    if (!path)
        return;
    table t = read_table(path);
    test_step *s = test_step_new("pair_distribution");
    test_step_input(s, "reduced_pdf",
                    frit_dataset_curve(t.n, t.column[0], "r", "angstrom", t.column[2], NULL, "1/angstrom^2"));
    test_step_set_number(s, "number_density", 0.02138);
    run(s);
    const double *g = values(s, "pair_distribution");
    /* Both columns are rounded to 6 decimals. */
    for (size_t i = 1; i < t.n; i++)
        g_assert_cmpfloat_with_epsilon(g[i], t.column[1][i],
                                       5.1e-7 + 5.1e-7 / (4 * G_PI * 0.02138 * t.column[0][i]));
    test_step_free(s);
    table_clear(&t);
}

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
    /* One step of r more or less is worth h (G + 4 pi rho0 r) S sin(Qr)/Q: 1/900 x 0.12 (at 2.2, at first) x
     * 0.3 rms. */
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

/* glassure: 4 iterations; its sum over r goes in steps of 0.02 angstrom to 2.18, S = 0 below 1.5 1/angstrom. */
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

int main(int argc, char **argv)
{
    test_init(&argc, &argv);
    g_test_add_func("/fourier/sums/chirp-z-is-the-plain-sum", test_chirp_z_is_the_plain_sum);
    g_test_add_func("/fourier/integral/fast-is-plain", test_fast_is_plain);
    g_test_add_func("/fourier/integral/sigma", test_sigma_is_the_propagated_one);
    g_test_add_func("/fourier/integral/stepwise-formula", test_stepwise_formula);
    g_test_add_func("/fourier/transform/gaussian-shell", test_gaussian_shell);
    g_test_add_func("/fourier/transform/model-glass", test_model_glass);
    g_test_add_func("/fourier/transform/quadratures-differ", test_quadratures_differ);
    g_test_add_func("/fourier/transform/gaps-are-bridged", test_gaps_are_bridged);
    g_test_add_func("/fourier/transform/refusals", test_refusals);
    g_test_add_func("/fourier/pair-distribution/definition", test_pair_distribution);
    g_test_add_func("/fourier/pair-distribution/number-density", test_number_density);
    g_test_add_func("/fourier/pair-distribution/argon", test_argon);
    g_test_add_func("/fourier/clean-low-r/amorpheus", test_amorpheus);
    g_test_add_func("/fourier/clean-low-r/glassure", test_glassure);
    g_test_add_func("/fourier/clean-low-r/liquiddiffract", test_liquiddiffract);
    g_test_add_func("/fourier/clean-low-r/model-glass", test_clean_model_glass);
    g_test_add_func("/fourier/clean-low-r/sigma-and-mask", test_clean_keeps_sigma_and_mask);
    return g_test_run();
}
