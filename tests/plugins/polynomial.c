/* The ad hoc polynomial: polynomials are taken away exactly, and PDFgetX3's G(r) of real nickel comes out.
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "scattering.h"
#include "../../plugins/scattering/polynomial_fit.h"

/* ---- Closed forms ---- */

enum { N = 400 };

static void make(double x[N], double y[N], const double *a, int order)
{
    for (size_t i = 0; i < N; i++) {
        x[i] = (i + 1.0) / N;
        y[i] = 0;
        for (int k = order; k >= 1; k--)
            y[i] = (y[i] + a[k]) * x[i];
    }
}

/* What is a polynomial of the order or less, without a constant, leaves nothing but rounding: each of the
 * terms subtracts a sum of N products of numbers below 4. */
static void takes_polynomials(void)
{
    static const double a[] = { 0, 1, -2, 0.5, 3, -1 };
    double x[N], y[N], basis[12 * N], work[N];
    for (int order = 5; order <= 10; order++) {
        make(x, y, a, 5);
        g_assert_true(polynomial_remove(N, x, y, NULL, order, basis, work));
        for (size_t i = 0; i < N; i++)
            assert_close(y[i], 0, order * N * 4 * UNIT_ROUNDOFF);
    }
    make(x, y, a, 5);    /* one less is not enough */
    g_assert_true(polynomial_remove(N, x, y, NULL, 4, basis, work));
    double most = 0;
    for (size_t i = 0; i < N; i++)
        most = fmax(most, fabs(y[i]));
    g_assert_cmpfloat(most, >, 1e-4);
    g_assert_false(polynomial_remove(3, x, y, NULL, 3, basis, work));
}

/* An order between two is their blend. */
static void blends(void)
{
    double x[N], y[3][N], basis[12 * N], work[N];
    const double order[] = { 6, 7, 6.3 };
    for (int k = 0; k < 3; k++) {
        for (size_t i = 0; i < N; i++) {
            x[i] = (i + 1.0) / N;
            y[k][i] = sin(9 * x[i]) + exp(x[i]);
        }
        g_assert_true(polynomial_remove(N, x, y[k], NULL, order[k], basis, work));
    }
    for (size_t i = 0; i < N; i++)
        assert_close(y[2][i], 0.7 * y[0][i] + 0.3 * y[1][i], 8 * N * 4 * UNIT_ROUNDOFF);
}

/* The step is linear in y: what a unit at one point becomes is a column of its matrix, exactly. */
static void carries_sigma(void)
{
    enum { K = 50 };
    double x[K], basis[12 * K], work[K], sigma[K], variance[K] = { 0 };
    for (size_t i = 0; i < K; i++)
        x[i] = (i + 1.0) / K;
    for (size_t j = 0; j < K; j++) {
        double y[K] = { 0 };
        y[j] = 1;
        g_assert_true(polynomial_remove(K, x, y, NULL, 4.6, basis, work));
        for (size_t i = 0; i < K; i++)
            variance[i] += pow(y[i] * (1 + 0.3 * sin(j)), 2);
    }
    double y[K] = { 0 };
    for (size_t i = 0; i < K; i++)
        sigma[i] = 1 + 0.3 * sin(i);
    g_assert_true(polynomial_remove(K, x, y, sigma, 4.6, basis, work));
    for (size_t i = 0; i < K; i++)
        assert_close(sigma[i] * sigma[i], variance[i], 1e-12);
}

/* ---- Nickel, as PDFgetX3 has it ---- */

#define NICKEL "diffraction/ni_kapton/"

typedef struct {
    const char *file;
    double      bgscale, qmaxinst, qmin, qmax;
    double      scale;    /* PDFgetX3's over ours, as a script found that does the same */
} result;
static const result results[] = {
    { "Ni.gr", 1, 31.26, 0, 24, 0.5002 },
    { "Ni-hires.gr", 0.4, 29, 0.85, 25, 0.7276 },
    { "Ni-lownoise.gr", 0.4, 29, 0.85, 15, 0.7281 },
};

static test_step *structure_factor(const result *k)
{
    table ni = read_table(test_data(NICKEL "Ni.chi")), kapton = read_table(test_data(NICKEL "kapton.chi"));
    test_step *b = test_step_new("subtract_background"), *s = test_step_new("pdfgetx3_polynomial");
    test_step_input(b, "intensity", curve(ni.n, ni.column[0], ni.column[1], ni.column[2], "count"));
    test_step_input(b, "background",
                    curve(kapton.n, kapton.column[0], kapton.column[1], kapton.column[2], "count"));
    test_step_set_number(b, "bgscale", k->bgscale);
    run(b);
    test_step_set(s, "composition", "Ni");
    test_step_set_number(s, "rpoly", 0.9);
    test_step_set_number(s, "qmaxinst", k->qmaxinst);
    test_step_set_number(s, "qmax", k->qmax);
    if (k->qmin > 0)
        test_step_set_number(s, "qmin", k->qmin);
    test_step_input(s, "intensity", frit_dataset_ref((frit_dataset *)test_step_output(b, "intensity")));
    run(s);
    test_step_free(b);
    table_clear(&ni);
    table_clear(&kapton);
    return s;
}

/* After one scale factor: Rw 0.01, which is what a script that does the same is published with. */
static void nickel(void)
{
    if (!test_data(NICKEL "Ni.chi"))
        return;
    for (size_t m = 0; m < G_N_ELEMENTS(results); m++) {
        const result *k = &results[m];
        g_autofree char *name = g_strconcat(NICKEL, k->file, NULL);
        table gr = read_table(test_data(name));
        test_step *s = structure_factor(k), *t = test_step_new("transform");
        const frit_dataset *S = test_step_output(s, "structure_factor");
        g_assert_cmpstr(frit_dataset_attribute(S, "absolute_scale")->text, ==, "lost");
        test_step_input(t, "structure_factor", frit_dataset_ref((frit_dataset *)S));
        test_step_set(t, "below_qmin", "nothing");
        test_step_set_number(t, "rmax", 60);
        test_step_set_number(t, "rstep", 0.01);
        run(t);
        const double *G = values(t, "reduced_pdf"), *theirs = gr.column[1];
        size_t n = test_step_output(t, "reduced_pdf")->shape[0], skip = gr.n - n;
        double cross = 0, own = 0, sum = 0, miss = 0;
        g_assert_cmpuint(n, ==, 6001);
        for (size_t i = 0; i < n; i++) {
            assert_close(test_step_output(t, "reduced_pdf")->axis[0]->at[i], gr.column[0][skip + i], 1e-9);
            cross += G[i] * theirs[skip + i];
            own += G[i] * G[i];
            sum += theirs[skip + i] * theirs[skip + i];
        }
        for (size_t i = 0; i < n; i++)
            miss += pow(theirs[skip + i] - cross / own * G[i], 2);
        g_test_message("figure: G(r) of nickel, %s, Rw from PDFgetX3's: %.4f (at most 0.01)", k->file,
                       sqrt(miss / sum));
        g_assert_cmpfloat(sqrt(miss / sum), <=, 0.01);
        g_test_message("scale %.4f, of the script %.4f", cross / own, k->scale);
        /* four digits, and a mean over slightly other points: 0.1 % */
        assert_relative(cross / own, k->scale, 1e-3);
        test_step_free(s);
        test_step_free(t);
        table_clear(&gr);
    }
}

/* ---- The step ---- */

static test_step *step_on(frit_dataset *d)
{
    test_step *s = test_step_new("pdfgetx3_polynomial");
    test_step_set(s, "composition", "Ni");
    test_step_input(s, "intensity", d);
    return s;
}

static void poor_input(void)
{
    double x[N], y[N], e[N];
    for (size_t i = 0; i < N; i++) {
        x[i] = 0.05 * i;
        y[i] = 100 + 10 * cos(3 * x[i]);
        e[i] = 1;
    }
    frit_dataset *d = curve(N, x, y, e, "count");
    mask_point(d, 100, NAN);
    test_step *s = step_on(d);
    test_step_set_number(s, "qmin", 1);
    test_step_set_number(s, "qmax", 15);
    run(s);
    const frit_dataset *S = test_step_output(s, "structure_factor");
    for (size_t i = 0; i < N; i++) {
        g_assert_cmpint(S->mask[i] != 0, ==, i == 100 || x[i] < 1 - 1e-9 || x[i] > 15 + 1e-9);
        g_assert_true(isfinite(frit_dataset_values(S)[i]) && isfinite(S->sigma[i]));
    }
    /* a structure factor is none to begin with */
    fails_with(step_on(frit_dataset_ref((frit_dataset *)S)), "already");
    test_step_free(s);

    fails_with(step_on(curve(0, x, y, NULL, "count")), "no measured point");
    fails_with(step_on(curve(1, x, y, NULL, "count")), "no measured point");    /* it stands at 0 */
    for (size_t i = 0; i < N; i++)
        y[i] = -y[i];
    fails_with(step_on(curve(N, x, y, NULL, "count")), "not positive");
    s = step_on(curve(N, x, y, NULL, "count"));
    test_step_set_number(s, "qmax", 15);
    test_step_set_number(s, "qmaxinst", 10);
    fails_with(s, "qmaxinst");
}

/* Below the first measured point, on a line and a parabola that begin at s0 and end at the edge. */
static void extrapolation(void)
{
    static const char *const shape[] = { "constant", "linear", "quadratic" };
    double Q[100], S[100], e[100];
    for (size_t i = 0; i < 100; i++) {
        Q[i] = 0.5 + 0.05 * i;
        S[i] = 0.3 + 0.01 * i;
        e[i] = 0.02;
    }
    for (int k = 0; k < 3; k++) {
        test_step *s = test_step_new("extrapolate_low_q");
        frit_dataset *d = curve(100, Q, S, e, "1");
        mask_point(d, 0, NAN);    /* the first measured one stands at 0.55, S = 0.31 */
        mask_point(d, 50, NAN);
        test_step_input(s, "structure_factor", d);
        test_step_set(s, "shape", shape[k]);
        test_step_set_number(s, "s0", 0.1);
        test_step_set_number(s, "edge_points", 4);
        run(s);
        const frit_dataset *out = test_step_output(s, "structure_factor");
        g_assert_cmpuint(out->shape[0], ==, 110);
        for (size_t i = 0; i < 110; i++) {
            double at = out->axis[0]->at[i], u = k == 0 ? 1 : at / 0.55, base = k == 0 ? 0 : 0.1;
            double edge = (0.31 + 0.32 + 0.33 + 0.34) / 4;
            assert_close(at, 0.05 * i, 1e-14);
            g_assert_cmpint(out->mask[i] != 0, ==, i == 60);
            if (i >= 11 && i != 60)
                g_assert_cmpfloat(frit_dataset_values(out)[i], ==, S[i - 10]);
            if (i >= 11)
                continue;
            u = k == 2 ? u * u : u;
            assert_close(frit_dataset_values(out)[i], base + (edge - base) * u, 1e-14);
            assert_close(out->sigma[i], 0.01 * u, 1e-14);    /* 0.02 over the root of four */
        }
        test_step_free(s);
    }
    test_step *s = test_step_new("extrapolate_low_q");
    const double down[] = { 3, 2, 1 };
    test_step_input(s, "structure_factor", curve(3, down, S, NULL, "1"));
    fails_with(s, "increase");
    s = test_step_new("extrapolate_low_q");
    test_step_input(s, "structure_factor", curve(0, down, S, NULL, "1"));
    fails_with(s, "no measured point");
}

int main(int argc, char **argv)
{
    test_init(&argc, &argv);
    g_test_add_func("/polynomial/takes-polynomials", takes_polynomials);
    g_test_add_func("/polynomial/blends", blends);
    g_test_add_func("/polynomial/carries-sigma", carries_sigma);
    g_test_add_func("/polynomial/nickel", nickel);
    g_test_add_func("/polynomial/poor-input", poor_input);
    g_test_add_func("/extrapolate", extrapolation);
    return g_test_run();
}
