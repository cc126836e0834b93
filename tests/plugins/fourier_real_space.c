/* transform's windows, resolution and covariance, and the way back: against closed forms, linear algebra,
 * and the exact G(r) of a model glass.
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "fourier_curve.h"

static test_step *transform(size_t n, const double *Q, const double *S, const double *sigma, double rmax)
{
    test_step *s = test_step_new("transform");
    test_step_input(s, "structure_factor", structure_factor(n, Q, S, sigma));
    test_step_set_number(s, "rmax", rmax);
    return s;
}

/* ---- Windows ---- */

/* A window is a factor of S - 1. */
static void test_cosine_window(void)
{
    table exact = shipped("data/exact_S_HPT.csv");
    const double upper = exact.column[0][exact.n - 1], tapers[] = {0.25, 1};
    double *tapered = g_new(double, exact.n);
    for (int k = 0; k < 2; k++) {
        for (size_t j = 0; j < exact.n; j++) {
            const double x = (exact.column[0][j] / upper - (1 - tapers[k])) / tapers[k];
            tapered[j] = 1 + (exact.column[1][j] - 1) * (x <= 0 ? 1 : 0.5 * (1 + cos(G_PI * x)));
        }
        test_step *a = transform(exact.n, exact.column[0], exact.column[1], NULL, 20);
        test_step *b = transform(exact.n, exact.column[0], tapered, NULL, 20);
        test_step_set(a, "window", "cosine");
        test_step_set_number(a, "taper", tapers[k]);
        test_step_set(a, "below_qmin", "nothing");
        test_step_set(b, "below_qmin", "nothing");
        run(a);
        run(b);
        const size_t n = test_step_output(a, "reduced_pdf")->shape[0];
        figure("cosine window", largest_difference(n, values(a, "reduced_pdf"), values(b, "reduced_pdf")),
               1e-12);
        const frit_dataset *out = test_step_output(a, "reduced_pdf");
        g_assert_cmpstr(frit_dataset_attribute(out, "window")->text, ==, "cosine");
        g_assert_cmpfloat(frit_dataset_attribute(out, "taper")->value, ==, tapers[k]);
        test_step_free(a);
        test_step_free(b);
    }
    g_free(tapered);
    table_clear(&exact);
}

/* ---- The exact G(r) ---- */

/* What the end of the data at Qmax costs: G lacks (2/pi) integral beyond it of Q [S - 1] sin(Qr), where
 * Q [S - 1] falls at least like exp(-w^2 Q^2/2) with w = 0.175 angstrom, the narrowest shell of the model: it
 * is at most (2/pi) F/(w^2 Qmax), F the largest |Q [S - 1]| over the last period, 2 pi/2.7 angstrom.  What
 * lies below Q = 0.1 is known to the 1e-3 by which S changes there: (2/pi) 0.1^2/2 1e-3 = 3e-6. */
static double cut_off(size_t n, const double *Q, const double *S)
{
    double F = 0;
    for (size_t j = 0; j < n; j++)
        if (Q[j] > Q[n - 1] - 2 * G_PI / 2.7)
            F = fmax(F, fabs(Q[j] * (S[j] - 1)));
    return 2 / G_PI * F / (0.175 * 0.175 * Q[n - 1]) + 3e-6;
}

static void test_exact_G(void)
{
    table S = shipped("data/exact_S_HPT.csv"), G = shipped("data/exact_G_HPT.csv");
    const double ends[] = {24, S.column[0][S.n - 1]};
    for (int k = 0; k < 2; k++) {
        size_t n = S.n;
        while (S.column[0][n - 1] > ends[k] + 1e-9)
            n--;
        test_step *s = transform(n, S.column[0], S.column[1], NULL, G.column[0][G.n - 1]);
        test_step_set_number(s, "rmin", G.column[0][0]);
        test_step_set_number(s, "edge_points", 1);
        run(s);
        g_assert_cmpuint(test_step_output(s, "reduced_pdf")->shape[0], ==, G.n);
        g_autofree char *what = g_strdup_printf("exact S to Qmax %g, G against the exact G", ends[k]);
        figure(what, largest_difference(G.n, values(s, "reduced_pdf"), G.column[1]),
               cut_off(n, S.column[0], S.column[1]));
        test_step_free(s);
    }
    /* g of the same table; its density is that of its own first row, where g = 0. */
    test_step *s = test_step_new("convert_pdf");
    test_step_input(s, "curve",
                    frit_dataset_curve(G.n, G.column[0], "r", "angstrom", G.column[1], NULL, "1/angstrom^2"));
    test_step_set(s, "from", "G");
    test_step_set(s, "to", "g");
    test_step_set_number(s, "number_density", -G.column[1][0] / (4 * G_PI * G.column[0][0]));
    run(s);
    /* 12 digits of either. */
    figure("g from the exact G", largest_difference(G.n, values(s, "converted"), G.column[2]), 1e-10);
    test_step_free(s);
    table_clear(&S);
    table_clear(&G);
}

/* ---- Resolution ---- */

/* Q [S - 1] of one Gaussian shell, G = N(r; m, w), smeared with a Gaussian of standard deviation s: a
 * trapezoid of 320 steps over 16 s is exact to rounding for what is analytic. */
static double smeared(double Q, double m, double w, double s)
{
    double sum = 0, weight = 0;
    for (int k = -160; k <= 160; k++) {
        const double x = 0.05 * k, q = Q + s * x;
        sum += exp(-0.5 * x * x) * sin(q * m) * exp(-0.5 * w * w * q * q);
        weight += exp(-0.5 * x * x);
    }
    return sum / weight;
}

static void test_resolution(void)
{
    enum { N = 2401 };
    const double m = 9, w = 0.3, sigma_Q = 0.1;
    double *Q = g_new(double, N), *S = g_new(double, N);
    for (int j = 0; j < N; j++) {
        Q[j] = 0.02 * j;
        S[j] = j == 0 ? 1 : 1 + smeared(Q[j], m, w, sigma_Q) / Q[j];
    }
    test_step *s = transform(N, Q, S, NULL, 12);
    test_step_set_number(s, "resolution", sigma_Q);
    run(s);
    const frit_dataset *out = test_step_output(s, "reduced_pdf");
    const double *G = frit_dataset_values(out), *r = out->axis[0]->at;
    double most = 0;
    for (size_t i = 0; i < out->shape[0]; i++)
        most = fmax(most, fabs(G[i] - exp(-0.5 * pow((r[i] - m) / w, 2)) / (w * sqrt(2 * G_PI))));
    /* The shell at -9 and beyond Q = 48 does not count; exp(0.72) times the rounding of a sum of 2400. */
    figure("G with the resolution taken back", most, 1e-11);
    g_assert_nonnull(strstr(frit_dataset_attribute(out, "definition")->text, "exp(resolution^2 r^2/2)"));
    g_assert_cmpfloat(frit_dataset_attribute(out, "resolution")->value, ==, sigma_Q);
    test_step_free(s);

    /* exp(0.1^2 r^2/2) is 1.5 at 9.005 angstrom. */
    s = transform(N, Q, S, NULL, 12);
    test_step_set_number(s, "resolution", sigma_Q);
    test_step_set_number(s, "max_amplification", 1.5);
    run(s);
    out = test_step_output(s, "reduced_pdf");
    for (size_t i = 0; i < out->shape[0]; i++)
        g_assert_cmpint(out->mask[i] != 0, ==, out->axis[0]->at[i] > 9.005);
    test_step_free(s);
    g_free(Q);
    g_free(S);
}

/* ---- Covariance ---- */

/* The covariance is K C K', where the columns of K are G(S + e_j) - G(S): for C from sigma, and for any C. */
static void check_covariance(const curve *whole, const struct integral_how *how)
{
    enum { M = 60, N_COV = 40 };
    const struct r_grid r = {0, 0.23, N_COV};
    curve c = *whole;
    c.n = M;
    g_autoptr(GPtrArray) list = g_ptr_array_new_with_free_func(free);
    struct memory memory = {heap, list};
    struct integral_how h = *how;
    struct integral g = {0};
    char why[INTEGRAL_WHY];
    double G[N_COV], moved[N_COV], sigma[N_COV];
    double *K = heap(list, M * N_COV, 8), *C = heap(list, M * M, 8);
    h.qmax = NAN;
    transform_curve(&c, &h, true, r, G, sigma);
    for (size_t j = 0; j < M; j++) {
        curve other = c;
        other.S[j] += 1;
        transform_curve(&other, &h, true, r, moved, NULL);
        for (int i = 0; i < N_COV && !c.mask[j]; i++)
            K[j * N_COV + (size_t)i] = moved[i] - G[i];
        for (size_t l = 0; l < M; l++)   /* errors of neighbours go together */
            C[j * M + l] =
                c.mask[j] || c.mask[l] ? NAN : c.sigma[j] * c.sigma[l] * exp(-fabs(c.Q[j] - c.Q[l]));
    }
    g_assert_true(integral_find_range(&g, &h, c.Q, c.n, why));
    g.Q = c.Q + g.first;
    struct sine_transform *t = sine_transform_new(&g, &h, r, true);
    g.S = heap(list, g.n, sizeof *g.S);
    g.bin = heap(list, g.n, sizeof *g.bin);
    g_assert_true(integral_fill(&g, &h, c.Q, c.S, c.mask, why));
    double *of_sigma = heap(list, N_COV * N_COV, 8), *of_C = heap(list, N_COV * N_COV, 8);
    const struct sine_curve given = {c.S, c.mask, c.sigma};
    g_assert_true(sine_transform_prepare_covariance(t));
    g_assert_true(sine_transform_covariance(t, &g, &given, NULL, of_sigma, memory));
    g_assert_true(sine_transform_correlated(t, &g, &given, C, M, sigma, NULL, of_C, memory));
    for (size_t i = 0; i < N_COV; i++) {
        g_assert_cmpfloat_with_epsilon(sigma[i] * sigma[i], of_C[i * N_COV + i], 1e-14);
        for (size_t m = 0; m < N_COV; m++) {
            double uncorrelated = 0, correlated = 0;
            for (size_t j = 0; j < M; j++)
                for (size_t l = 0; l < M; l++)
                    if (!c.mask[j] && !c.mask[l]) {
                        const double k = K[j * N_COV + i] * K[l * N_COV + m];
                        uncorrelated += j == l ? k * c.sigma[j] * c.sigma[j] : 0;
                        correlated += k * C[j * M + l];
                    }
            /* K is the difference of two G, each right to 1e-15; sigma^2 is 1e-4, and 60 terms (of C: 600
             * that count) with |K| up to 2 add up. */
            g_assert_cmpfloat_with_epsilon(of_sigma[i * N_COV + m], uncorrelated, 1e-15);
            g_assert_cmpfloat_with_epsilon(of_C[i * N_COV + m], correlated, 1e-14);
        }
    }
    sine_transform_free(t);
}

static void test_covariance_is_linear_algebra(void)
{
    for_all_ways(check_covariance);
}

static frit_dataset *square(size_t n, const double *x, const double *values_, const char *unit)
{
    const size_t shape[2] = {n, n};
    frit_dataset *d = frit_dataset_new(FRIT_F64, 2, shape);
    d->axis[0] = frit_axis_new("Q", "1/angstrom", n, x);
    d->axis[1] = frit_axis_ref(d->axis[0]);
    d->unit = g_intern_string(unit);
    memcpy(d->data, values_, n * n * sizeof(double));
    return d;
}

enum { SMALL = 240 };
typedef struct { double Q[SMALL], S[SMALL], sigma[SMALL], C[SMALL * SMALL]; } small;

static small *make_small(void)
{
    small *c = g_new0(small, 1);
    g_autoptr(GRand) random = g_rand_new_with_seed(3);
    for (int j = 0; j < SMALL; j++) {
        c->Q[j] = 0.7 + 0.1 * j;
        c->S[j] = 1 + sin(2.7 * c->Q[j]) * exp(-0.1 * c->Q[j]);
        c->sigma[j] = g_rand_double_range(random, 0.005, 0.02);
    }
    return c;
}

/* The diagonal given as a covariance is the same as sigma; and sigma of G is the root of its diagonal. */
static void test_covariance_of_sigma(void)
{
    g_autofree small *c = make_small();
    double *first = NULL, *sigma = NULL;
    size_t n = 0;
    for (int j = 0; j < SMALL; j++)
        c->C[j * SMALL + j] = c->sigma[j] * c->sigma[j];
    for (int given = 0; given < 2; given++) {
        test_step *s = transform(SMALL, c->Q, c->S, given ? NULL : c->sigma, 10);
        test_step_set(s, "rstep", "0.1 angstrom");
        test_step_set_number(s, "resolution", 0.1);
        if (given)
            test_step_input(s, "covariance", square(SMALL, c->Q, c->C, "1"));
        run(s);
        const frit_dataset *G = test_step_output(s, "reduced_pdf"),
                           *cov = test_step_output(s, "covariance_matrix");
        const double *v = frit_dataset_values(cov);
        n = G->shape[0];
        g_assert_cmpuint(cov->shape[0] * cov->shape[1], ==, n * n);
        g_assert_cmpstr(cov->unit, ==, "1/angstrom^4");
        /* G has variances of 0.1: both ways round to 1e-15 of that, and more of what cancels. */
        for (size_t i = 0; i < n; i++)
            g_assert_cmpfloat_with_epsilon(v[i * n + i], G->sigma[i] * G->sigma[i], 1e-14);
        for (size_t i = 0; given && i < n; i++)
            g_assert_cmpfloat_with_epsilon(G->sigma[i] * G->sigma[i], sigma[i] * sigma[i], 1e-14);
        if (given) {
            figure("covariance of G, from sigma and a diagonal", largest_difference(n * n, v, first), 1e-14);
        } else {
            first = g_memdup2(v, n * n * sizeof *first);
            sigma = g_memdup2(G->sigma, n * sizeof *sigma);
        }
        test_step_free(s);
    }
    g_free(first);
    g_free(sigma);
}

/* An error of the scale by a part e has the covariance e^2 S S': then all of G moves as one, by d = G(S + eS)
 * - G(S). */
static void test_covariance_of_a_scale(void)
{
    g_autofree small *c = make_small();
    const double e = 0.01;
    double moved[SMALL];
    for (int j = 0; j < SMALL; j++) {
        moved[j] = (1 + e) * c->S[j];
        for (int l = 0; l < SMALL; l++)
            c->C[j * SMALL + l] = e * e * c->S[j] * c->S[l];
    }
    test_step *a = transform(SMALL, c->Q, c->S, c->sigma, 10), *b = transform(SMALL, c->Q, moved, NULL, 10);
    test_step_input(a, "covariance", square(SMALL, c->Q, c->C, "1"));
    run(a);
    run(b);
    const size_t n = test_step_output(a, "reduced_pdf")->shape[0];
    const double *v = values(a, "covariance"), *G = values(a, "reduced_pdf"), *H = values(b, "reduced_pdf");
    double most = 0;
    for (size_t i = 0; i < n; i++)
        for (size_t m = 0; m < n; m++)
            most = fmax(most, fabs(v[i * n + m] - (H[i] - G[i]) * (H[m] - G[m])));
    /* d is a sum of 240 terms, |Q dQ e S 2/pi| of all of them 1.9 together, and is 1.2 at most itself; either
     * way each product rounds by less than 240 x 1.1e-16 x 1.9 x 1.2 = 6e-14. */
    figure("covariance of G for a wrong scale", most, 1.2e-13);
    test_step_free(a);
    test_step_free(b);

    const double Q[] = {1, 2}, C[4] = {1, 0, 0, 1};
    a = transform(SMALL, c->Q, c->S, NULL, 10);
    test_step_input(a, "covariance", square(2, Q, C, "1"));
    run_fails(a, "2 x 2 values, and S(Q) has 240 points");
    test_step_free(a);
}

/* ---- The way back ---- */

/* On r = 0, dr ... pi/dQ the sines are orthogonal: S comes back to rounding; at Qmax, half of S - 1. */
static void test_there_and_back(void)
{
    enum { N = 501 };
    const double dQ = 0.05, rmax = G_PI / dQ;
    double Q[N], S[N];
    g_autoptr(GRand) random = g_rand_new_with_seed(5);
    for (int j = 0; j < N; j++) {
        Q[j] = dQ * j;
        S[j] = g_rand_double_range(random, 0, 2);
    }
    test_step *s = transform(N, Q, S, NULL, rmax), *t = test_step_new("inverse_transform");
    test_step_set_number(s, "rstep", rmax / 640);
    run(s);
    const frit_dataset *G = test_step_output(s, "reduced_pdf");
    g_assert_cmpuint(G->shape[0], ==, 641);
    test_step_input(t, "reduced_pdf", frit_dataset_ref((frit_dataset *)G));
    test_step_set_number(t, "qmin", dQ);
    test_step_set_number(t, "qstep", dQ);
    test_step_set_number(t, "qmax", Q[N - 1]);
    run(t);
    const double *back = values(t, "structure_factor");
    double most = 0;
    for (int j = 1; j < N - 1; j++)
        most = fmax(most, fabs(back[j - 1] - S[j]) * Q[j]);
    figure("S to G and back, Q times the difference", most, 1e-11);
    g_assert_cmpfloat_with_epsilon(back[N - 2], 1 + 0.5 * (S[N - 1] - 1), 1e-12);
    test_step_free(s);
    test_step_free(t);
}

/* The Gaussian shell of G = N(r; m, w) with an error of 0.02 everywhere: S = 1 + sin(Qm)/Q exp(-w^2 Q^2/2);
 * sigma is 0.02 times the root of the sum of squares of the weights. */
static void test_back_from_a_shell(void)
{
    enum { N = 600 };
    double r[N], G[N], sigma[N];
    for (int i = 0; i < N; i++) {
        r[i] = 0.01 * (i + 1);
        G[i] = exp(-0.5 * pow((r[i] - 3) / 0.2, 2)) / (0.2 * sqrt(2 * G_PI));
        sigma[i] = 0.02;
    }
    test_step *t = test_step_new("inverse_transform");
    test_step_input(t, "reduced_pdf", frit_dataset_curve(N, r, "r", "angstrom", G, sigma, "1/angstrom^2"));
    run(t);
    const frit_dataset *out = test_step_output(t, "structure_factor");
    const double *S = frit_dataset_values(out);
    double most = 0;
    for (size_t j = 0; j < out->shape[0]; j++) {
        const double Q = out->axis[0]->at[j];
        double variance = 0;
        most = fmax(most, fabs(S[j] - 1 - sin(3 * Q) / Q * exp(-0.02 * Q * Q)));
        /* The first point also bears the line from r = 0: (1/r1) times the integral of r sin(Qr). */
        for (int i = 0; i < N; i++) {
            const double low = (sin(Q * r[0]) - Q * r[0] * cos(Q * r[0])) / (Q * Q * r[0]);
            const double k = sin(Q * r[i]) * (i == 0 || i == N - 1 ? 0.005 : 0.01) + (i == 0 ? low : 0);
            variance += pow(k * 0.02 / Q, 2);
        }
        g_assert_cmpfloat_with_epsilon(out->sigma[j], sqrt(variance), 1e-10);
    }
    /* The trapezoid of a Gaussian, at whose ends exp(-112) is left. */
    figure("S of a Gaussian shell of G", most, 1e-11);
    test_step_free(t);

    t = test_step_new("inverse_transform");
    test_step_input(t, "reduced_pdf", frit_dataset_curve(N, r, "r", "angstrom", G, sigma, "1/angstrom^2"));
    test_step_set_number(t, "qmax", 400);
    run_fails(t, "tells nothing beyond Q = pi/step = 314.159 1/angstrom");
    test_step_free(t);
}

/* A gap where G/r is a straight line loses nothing. */
static void test_back_with_a_gap(void)
{
    enum { N = 300 };
    double r[N], G[N], *whole = NULL;
    for (int gap = 0; gap < 2; gap++) {
        test_step *t = test_step_new("inverse_transform");
        for (int i = 0; i < N; i++) {
            r[i] = 0.05 * i;
            G[i] = gap && i >= 100 && i < 110 ? NAN : i < 200 ? 0.3 * r[i] - 0.1 * r[i] * r[i] : 0;
        }
        test_step_input(t, "reduced_pdf",
                        frit_dataset_curve(N, r, "r", "angstrom", G, NULL, "1/angstrom^2"));
        run(t);
        const size_t n = test_step_output(t, "structure_factor")->shape[0];
        if (gap)
            g_assert_cmpfloat(largest_difference(n, values(t, "structure_factor"), whole), <, 1e-11);
        else
            whole = g_memdup2(values(t, "structure_factor"), n * sizeof *whole);
        test_step_free(t);
    }
    g_free(whole);
}

int main(int argc, char **argv)
{
    test_init(&argc, &argv);
    g_test_add_func("/fourier/transform/cosine-window", test_cosine_window);
    g_test_add_func("/fourier/transform/exact-G", test_exact_G);
    g_test_add_func("/fourier/transform/resolution", test_resolution);
    g_test_add_func("/fourier/covariance/linear-algebra", test_covariance_is_linear_algebra);
    g_test_add_func("/fourier/covariance/of-sigma", test_covariance_of_sigma);
    g_test_add_func("/fourier/covariance/of-a-scale", test_covariance_of_a_scale);
    g_test_add_func("/fourier/inverse/there-and-back", test_there_and_back);
    g_test_add_func("/fourier/inverse/shell", test_back_from_a_shell);
    g_test_add_func("/fourier/inverse/gap", test_back_with_a_gap);
    return g_test_run();
}
