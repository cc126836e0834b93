/* g(r), G(r), S(Q) and their relatives, one into another: against their definitions, and against what
 * PyStoG has of simulated argon and nickel.
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "fourier.h"

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

/* 6.70 g/cm^3 of the paper's alloy are 0.05532622420708232 atoms in a cubic angstrom, with IUPAC's
 * weights. */
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

/* ---- convert_structure_factor, convert_pdf ---- */

#define B_COH 3.644                     /* fm^2, of argon */
#define B_TOT 5.435

static const struct function { const char *letter, *unit, *quantity; } functions[2][6] = {
    {{"S", "1", "structure_factor"},
     {"F", "1/angstrom", "reduced_structure_factor"},
     {"F_K", "fm^2", "keen_structure_factor"},
     {"DCS", "fm^2", "differential_cross_section"}},
    {{"G", "1/angstrom^2", "reduced_pdf"},
     {"g", "1", "pair_distribution"},
     {"G_K", "fm^2", "keen_pdf"},
     {"T", "1/angstrom^2", "total_correlation"},
     {"RDF", "1/angstrom", "radial_distribution"},
     {"N", "1", "coordination_number"}}};

typedef struct { double rho0, b_coh, b_tot; } weights;

static test_step *converter(bool real, int from, int to, size_t n, const double *x, const double *y,
                            const double *sigma, const weights *w)
{
    const struct function *f = functions[real];
    test_step *s = test_step_new(real ? "convert_pdf" : "convert_structure_factor");
    test_step_input(s, "curve",
                    frit_dataset_curve(n, x, real ? "r" : "Q", real ? "angstrom" : "1/angstrom", y, sigma,
                                       f[from].unit));
    test_step_set(s, "from", f[from].letter);
    test_step_set(s, "to", f[to].letter);
    if (!w)
        return s;
    test_step_set_number(s, "b_coh_sqr", w->b_coh);
    if (real)
        test_step_set_number(s, "number_density", w->rho0);
    else
        test_step_set_number(s, "b_tot_sqr", w->b_tot);
    return s;
}

/* From the definitions as they stand. */
static double by_hand(bool real, int which, double x, double u, const weights *w)
{
    switch (which + (real ? 10 : 0)) {
    case 1:
        return x * (u - 1);
    case 2:
        return w->b_coh * (u - 1);
    case 3:
        return w->b_coh * (u - 1) + w->b_tot;
    case 10:
        return 4 * G_PI * x * w->rho0 * (u - 1);
    case 12:
        return w->b_coh * (u - 1);
    case 13:
        return 4 * G_PI * x * w->rho0 * u;
    case 14:
        return 4 * G_PI * x * x * w->rho0 * u;
    default:
        return u;
    }
}

/* dy/dx at one point: both functions are linear in u. */
static double slope_by_hand(bool real, int from, int to, double x, const weights *w)
{
    return (by_hand(real, to, x, 2, w) - by_hand(real, to, x, 1, w)) /
           (by_hand(real, from, x, 2, w) - by_hand(real, from, x, 1, w));
}

static void test_by_hand(void)
{
    enum { M = 400 };
    const weights w = {0.02138, B_COH, B_TOT};
    double x[M], y[M], expected[M], sigma[M], most = 0;
    for (int real = 0; real < 2; real++)
        for (int from = 0; from < (real ? 5 : 4); from++)
            for (int to = 0; to < (real ? 5 : 4); to++) {
                for (int i = 0; i < M; i++) {
                    const double u = 1 + sin(2.7 * 0.05 * i) * exp(-0.01 * i);
                    x[i] = 0.05 * i;
                    y[i] = by_hand(real, from, x[i], u, &w);
                    expected[i] = by_hand(real, to, x[i], u, &w);
                    sigma[i] = 0.01 * (1 + i % 3);
                }
                test_step *s = converter(real, from, to, M, x, y, sigma, &w);
                run(s);
                const frit_dataset *out = test_step_output(s, "converted");
                const double *v = frit_dataset_values(out);
                g_assert_cmpstr(out->unit, ==, functions[real][to].unit);
                g_assert_cmpstr(out->quantity, ==, functions[real][to].quantity);
                g_assert_nonnull(frit_dataset_attribute(out, "definition"));
                for (int i = 0; i < M; i++) {
                    if (out->mask && out->mask[i]) {
                        g_assert_cmpint(i, ==, 0);
                        continue;
                    }
                    most = fmax(most, fabs(v[i] - expected[i]));
                    if (i == 0)
                        continue;
                    const double slope = slope_by_hand(real, from, to, x[i], &w);
                    g_assert_cmpfloat_with_epsilon(out->sigma[i], slope * sigma[i], 1e-10);
                }
                test_step_free(s);
            }
    figure("conversions against their definitions", most, 1e-10);
}

/* All pairs of columns; what is rounded to 6 decimals errs by 5e-7 times dy/dx. */
static void compare(bool real, const char *file, const weights *w, int n_functions, const int *column)
{
    const char *path = test_data(file);
    if (!path)
        return;
    table t = read_table(path);
    double most = 0;
    for (int from = 0; from < 5; from++)
        for (int to = 0; to < 5; to++) {
            if (from >= n_functions || to >= n_functions || column[from] < 0 || column[to] < 0)
                continue;
            /* The first row of the file is the number of those that follow. */
            const double *x = t.column[0] + 1, *y = t.column[column[from]] + 1;
            const double *z = t.column[column[to]] + 1;
            test_step *s = converter(real, from, to, t.n - 1, x, y, NULL, w);
            run(s);
            const double *v = values(s, "converted");
            for (size_t i = 0; i < t.n - 1; i++) {
                const double slope = slope_by_hand(real, from, to, x[i], w);
                g_assert_cmpfloat_with_epsilon(v[i], z[i], 5.1e-7 * (1 + slope));
                if (column[from] == 1)
                    most = fmax(most, fabs(v[i] - z[i]));
            }
            test_step_free(s);
        }
    g_autofree char *what = g_strdup_printf("%s, all columns from its %s", file, real ? "g(r)" : "S(Q)");
    figure(what, most, 1e-4);
    table_clear(&t);
}

static const weights argon = {0.02138, B_COH, B_TOT}, nickel = {0.0913841384754395, 106.09, 147.22};
static const int columns_of_Q[] = {1, 2, 3, 4}, columns_of_r[] = {2, 1, 3, -1, -1};

static void test_argon_Q(void)
{
    compare(false, "diffraction/conversions/argon.reciprocal_space.dat", &argon, 4, columns_of_Q);
}

static void test_nickel_Q(void)
{
    compare(false, "diffraction/conversions/nickel.reciprocal_space.dat", &nickel, 4, columns_of_Q);
}

static void test_argon_r(void)
{
    compare(true, "diffraction/conversions/argon.real_space.dat", &argon, 3, columns_of_r);
}

static void test_nickel_r(void)
{
    compare(true, "diffraction/conversions/nickel.real_space.dat", &nickel, 3, columns_of_r);
}

/* g = 3/r makes RDF a straight line and N a parabola, which the trapezoid and the differences take
 * exactly. */
static void test_coordination_number(void)
{
    enum { M = 300 };
    const weights w = {RHO0, 1, 1};
    double r[M], g[M], N[M], sigma[M], rdf[M];
    for (int i = 0; i < M; i++) {
        r[i] = 0.01 + 0.03 * i + 0.005 * sin(i);
        g[i] = i == 40 ? NAN : 3 / r[i];
        rdf[i] = 12 * G_PI * RHO0 * r[i];
        N[i] = 6 * G_PI * RHO0 * (r[i] * r[i] - r[0] * r[0]);
        sigma[i] = 0.1;
    }
    test_step *s = converter(true, 1, 5, M, r, g, sigma, &w);
    run(s);
    const frit_dataset *out = test_step_output(s, "converted");
    const double *v = frit_dataset_values(out);
    double most = 0, variance = 0;
    for (int i = 0; i < M; i++) {
        g_assert_cmpint(out->mask[i] != 0, ==, i == 40);
        most = fmax(most, i == 40 ? 0 : fabs(v[i] - N[i]));
    }
    figure("coordination number of g = 3/r", most, 1e-10);
    /* At the third point: half a step, a mean of two, half a step. */
    for (int i = 0; i < 3; i++) {
        const double h = i == 0 ? r[1] - r[0] : i == 1 ? r[2] - r[0] : r[2] - r[1];
        variance += pow(0.5 * h * 4 * G_PI * RHO0 * r[i] * r[i] * 0.1, 2);
    }
    g_assert_cmpfloat_with_epsilon(out->sigma[2], sqrt(variance), 1e-15);
    test_step_free(s);

    s = converter(true, 5, 4, M, r, N, sigma, NULL);
    run(s);
    figure("RDF from N", largest_difference(M, values(s, "converted"), rdf), 1e-10);
    g_assert_null(test_step_output(s, "converted")->sigma);
    test_step_free(s);

    s = converter(true, 1, 5, M, r, g, NULL, &w);
    test_step_set_number(s, "rmin", r[100]);
    run(s);
    g_assert_cmpfloat(values(s, "converted")[99], ==, 0);
    g_assert_cmpfloat_with_epsilon(values(s, "converted")[299], N[299] - N[100], 1e-10);
    test_step_free(s);
}

/* An atom of nickel, face-centred cubic, has 12 neighbours at the first distance: up to the gap behind it,
 * g(r) of the simulation counts them. */
static void test_nickel_neighbours(void)
{
    const char *path = test_data("diffraction/conversions/nickel.real_space.dat");
    if (!path)
        return;
    table t = read_table(path);
    test_step *s = converter(true, 1, 5, t.n - 1, t.column[0] + 1, t.column[1] + 1, NULL, &nickel);
    run(s);
    const double *N = values(s, "converted"), *g = t.column[1] + 1, *r = t.column[0] + 1;
    size_t first = 0, gap;
    for (size_t i = 0; i < t.n - 1; i++)
        if (g[i] > g[first])
            first = i;
    for (gap = first; g[gap] > 1e-3 && r[gap] < 3.2; gap++)
        continue;
    g_test_message("r %g, g %g, N %g", r[gap], g[gap], N[gap]);
    /* A histogram of step 0.05 angstrom counts each of its shells at the middle radius instead of by volume,
     * (step/r)^2/12 or 3e-5 of 12 neighbours; the gap, 4 pi r^2 rho0 = 8.5/angstrom times g < 1e-3, holds
     * less than 4e-3 of an atom over 0.5 angstrom. */
    figure("neighbours of nickel, minus 12", fabs(N[gap] - 12), 5e-3);
    test_step_free(s);
    table_clear(&t);
}

static void test_conversions_refuse(void)
{
    const double x[] = {1, 2, 3}, y[] = {1, 1, 1}, back[] = {1, 3, 2};
    const weights w = {RHO0, 1, 1};
    test_step *s = converter(false, 0, 2, 3, x, y, NULL, NULL);
    run_fails(s, "b_coh_sqr");
    test_step_free(s);
    s = converter(false, 2, 3, 3, x, y, NULL, NULL);
    run_fails(s, "b_tot_sqr");
    test_step_free(s);
    s = converter(true, 1, 0, 3, x, y, NULL, NULL);
    run_fails(s, "number_density");
    test_step_free(s);
    s = converter(true, 1, 5, 3, back, y, NULL, &w);
    run_fails(s, "r must increase");
    test_step_free(s);
    s = converter(true, 5, 4, 2, x, y, NULL, NULL);
    run_fails(s, "three points");
    test_step_free(s);
    s = test_step_new("convert_structure_factor");
    test_step_input(s, "curve", frit_dataset_curve(3, x, "Q", "1/angstrom", y, NULL, "fm^2"));
    test_step_set(s, "from", "F");
    test_step_set(s, "to", "S");
    run_fails(s, "the curve has the unit fm^2, and F has 1/angstrom");
    test_step_free(s);
}

/* 1 barn is 100 fm^2, 1/nm 0.1/angstrom; a column of a file may have no unit. */
static void test_other_units(void)
{
    const double x[] = {1, 2, 3}, y[] = {0.5, 1, -1};
    test_step *s = test_step_new("convert_structure_factor");
    test_step_input(s, "curve", frit_dataset_curve(3, x, "Q", "1/angstrom", y, NULL, "barn"));
    test_step_set(s, "from", "F_K");
    test_step_set(s, "to", "S");
    test_step_set(s, "b_coh_sqr", "1 barn");
    run(s);
    g_assert_cmpfloat_with_epsilon(values(s, "converted")[0], 1.5, 1e-15);
    test_step_free(s);
    s = test_step_new("convert_structure_factor");
    test_step_input(s, "curve", frit_dataset_curve(3, x, "Q", "1/angstrom", y, NULL, "1/nm"));
    test_step_set(s, "from", "F");
    test_step_set(s, "to", "S");
    run(s);
    g_assert_cmpfloat_with_epsilon(values(s, "converted")[1], 1.05, 1e-15);
    test_step_free(s);
    s = test_step_new("convert_structure_factor");
    test_step_input(s, "curve", structure_factor(3, x, y, NULL));
    test_step_set(s, "from", "F");
    test_step_set(s, "to", "S");
    run(s);
    g_assert_cmpfloat_with_epsilon(values(s, "converted")[1], 1.5, 1e-15);
    test_step_free(s);
}

int main(int argc, char **argv)
{
    test_init(&argc, &argv);
    g_test_add_func("/fourier/pair-distribution/definition", test_pair_distribution);
    g_test_add_func("/fourier/pair-distribution/number-density", test_number_density);
    g_test_add_func("/fourier/pair-distribution/argon", test_argon);
    g_test_add_func("/fourier/convert/by-hand", test_by_hand);
    g_test_add_func("/fourier/convert/argon-Q", test_argon_Q);
    g_test_add_func("/fourier/convert/nickel-Q", test_nickel_Q);
    g_test_add_func("/fourier/convert/argon-r", test_argon_r);
    g_test_add_func("/fourier/convert/nickel-r", test_nickel_r);
    g_test_add_func("/fourier/convert/coordination-number", test_coordination_number);
    g_test_add_func("/fourier/convert/nickel-neighbours", test_nickel_neighbours);
    g_test_add_func("/fourier/convert/refusals", test_conversions_refuse);
    g_test_add_func("/fourier/convert/units", test_other_units);
    return g_test_run();
}
