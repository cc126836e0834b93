/* The round trip: frit simulate writes an experiment's raw files, the chain of a real one reduces them, and
 * S(Q) and G(r) are laid beside the closed form that they were made from.
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "table.h"

#include <string.h>

/* As run_program, and nothing may be said on stderr. */
static void run(const char *const *argv)
{
    g_autofree char *said = run_program(argv);
    g_assert_cmpstr(said, ==, "");
}

typedef struct {
    const char *size, *noise, *beam;
} experiment;

static char *simulate(const experiment *e, const char *frames, const char *samples)
{
    g_autofree char *folder = test_folder(), *beam = g_strdup_printf("beam=%s", e->beam);
    char *raw = g_build_filename(folder, "raw", NULL);
    run((const char *const[]){g_getenv("FRIT"), "simulate", "bam11", raw, "--progress", "none", "--frames",
                              frames, "--size", e->size, "--noise", e->noise, "--samples", samples, "--set",
                              beam, NULL});
    return raw;
}

static char *reduce(const experiment *e, const char *raw, const char *name)
{
    char *out = test_folder();
    g_autofree char *recipe = test_file("recipes/simulated.lua"), *set[5] = {
        g_strdup_printf("raw=%s", raw), g_strdup_printf("out=%s", out), g_strdup_printf("name=%s", name),
        g_strdup_printf("size=%s", e->size), g_strdup_printf("beam=%s", e->beam)};
    run((const char *const[]){g_getenv("FRIT"), "run", "--progress", "none", recipe, "--set", set[0], "--set",
                              set[1], "--set", set[2], "--set", set[3], "--set", set[4], NULL});
    for (int k = 1; k < 5; k++)
        g_free(set[k]);
    return out;
}

/* rms of the difference between two columns, the second interpolated; linear in steps of 0.002 1/angstrom
 * and 0.02 angstrom (where the points are the same). */
static double rms(const table *found, const table *expected, double from, double to)
{
    double sum = 0, n = 0;
    for (guint k = 0; k < rows(found); k++)
        if (at(found, k, 0) >= from && at(found, k, 0) <= to) {
            sum += pow(at(found, k, 1) - interpolate(expected, 1, at(found, k, 0)), 2);
            n++;
        }
    g_assert_cmpfloat(n, >, 100);
    return sqrt(sum / n);
}

static void check(const char *what, const char *name, const char *out, double S_most, double G_most)
{
    table S = result(out, "found.sq"), G = result(out, "found.gr");
    table S_true = result(out, "true.sq"), G_true = result(out, "true.gr");
    double S_off = rms(&S, &S_true, 1, 24), G_off = rms(&G, &G_true, 2.2, 16);
    g_test_message("figure: round trip, %s, %s: S from the truth, 1 to 24 1/angstrom, rms %.5f (at most %g)",
                   what, name, S_off, S_most);
    g_test_message("figure: round trip, %s, %s: G from the truth, 2.2 to 16 angstrom, rms %.5f (at most %g)",
                   what, name, G_off, G_most);
    g_assert_cmpfloat(S_off, <=, S_most);
    g_assert_cmpfloat(G_off, <=, G_most);
    for (table *t[] = {&S, &G, &S_true, &G_true}, **p = t; p < t + 4; p++)
        table_clear(*p);
}

/* What is left is the reduction's: bins of Q (0.013 1/angstrom), and double scattering of free atoms instead
 * of the sample's, 0.2 electrons at low Q, of which a plate of 1 mm has three times as much. */
static void test_exact(void)
{
    const experiment e = {"1024", "off", "0"};
    g_autofree char *raw = simulate(&e, "1", "AC,HPT");
    g_autofree char *hpt = reduce(&e, raw, "HPT"), *ac = reduce(&e, raw, "AC");
    check("no noise, no beam size", "HPT", hpt, 1e-3, 1e-3);
    check("no noise, no beam size", "AC", ac, 1e-3, 2e-3);
}

/* A beam of 0.20 mm blurs S, which the transform takes back in G; 1 s of counts. */
static void test_counts(void)
{
    const experiment clean = {"1024", "off", "0.20"}, noisy = {"1024", "on", "0.20"};
    g_autofree char *raw_clean = simulate(&clean, "1", "HPT"), *raw = simulate(&noisy, "1", "HPT");
    g_autofree char *out_clean = reduce(&clean, raw_clean, "HPT"), *out = reduce(&noisy, raw, "HPT");
    check("1 s of counts", "HPT", out, 5e-3, 0.013);
    table S = result(out, "found.sq"), S_clean = result(out_clean, "found.sq");
    double noise = rms(&S, &S_clean, 1, 24);
    g_test_message("figure: round trip, 1 s of counts, HPT: noise of S, rms %.5f (at most 0.0025)", noise);
    g_assert_cmpfloat(noise, <=, 0.0025);
    table_clear(&S);
    table_clear(&S_clean);
}

/* Pixels of 0.8 mm are the mean of four: the same counts in all, in a quarter of the pixels. */
static void test_binned(void)
{
    const experiment e = {"512", "on", "0.20"};
    g_autofree char *raw = simulate(&e, "5", "HPT");
    g_autofree char *out = reduce(&e, raw, "HPT");
    check("1 s of counts, 512 pixels", "HPT", out, 5e-3, 0.013);

    /* five frames of the 236, from 303 K to 773 K: the log and the frames' own times give back the
       schedule, to 0.01 K */
    table scales = result(out, "scales.csv"), truth = result(raw, "truth/HPT.csv");
    g_assert_cmpuint(rows(&scales), ==, 5);
    for (guint k = 0; k < 5; k++)
        g_assert_cmpfloat_with_epsilon(at(&scales, k, 0), at(&truth, k, 0), 0.0101);
    g_assert_cmpfloat(at(&truth, 4, 0), ==, 773);
    /* alpha is 1/scale, the last column: to its own uncertainty and the 4e-4 that the normalisation is
       right to */
    double alpha = at(&scales, 0, 1), expected = 1 / at(&truth, 0, truth.columns - 1);
    g_test_message("figure: round trip: alpha from the truth, relative %.1e (at most 1e-3)",
                   fabs(alpha / expected - 1));
    g_assert_cmpfloat(fabs(alpha / expected - 1), <=, 1e-3);
    table_clear(&scales);
    table_clear(&truth);
}

int main(int argc, char **argv)
{
    test_init(&argc, &argv);
    g_test_add_func("/recipes/simulated/exact", test_exact);
    g_test_add_func("/recipes/simulated/counts", test_counts);
    g_test_add_func("/recipes/simulated/binned", test_binned);
    return g_test_run();
}
