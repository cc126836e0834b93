/* Micropillars: the noise-free one of the glass, simulated ones, closed forms, and unsound ones.
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "indentation.h"

#include "../../plugins/pillars/compression.h"

/* ---- Closed forms ---- */

static void test_shape(void)
{
    const struct shape cylinder = {2, 5, 0}, cone = {2, 5, 2};
    g_assert_cmpfloat_with_epsilon(shape_area(&cylinder, SECTION_MEAN), G_PI, 1e-12);
    g_assert_cmpfloat_with_epsilon(shape_compliance(&cylinder, 100), 1000 * 5 / (100 * G_PI),
                                   1e-9); /* nm/mN */
    /* Slices of the truncated cone, in series. */
    double sum = 0, volume = 0;
    for (int i = 0; i < 20000; i++) {
        const double d = 2 + 2 * tan(2 * G_PI / 180) * (i + 0.5) * 5 / 20000, A = G_PI / 4 * d * d;
        sum += 5.0 / 20000 / A;
        volume += A * 5 / 20000;
    }
    g_assert_cmpfloat_with_epsilon(shape_compliance(&cone, 100) / (1000 * sum / 100), 1, 1e-8);
    g_assert_cmpfloat_with_epsilon(shape_area(&cone, SECTION_MEAN) / (volume / 5), 1, 1e-8);
    /* 1 mN on a rigid punch of 2 um in 100 GPa, nu 0: 1e-3/(1e11 * 2e-6) m = 5 nm. */
    g_assert_cmpfloat_with_epsilon(punch_compliance(2, 100, 0), 5, 1e-12);
}

/* ---- The noise-free pillar ---- */

static test_step *pillar_on(test_step *raw)
{
    test_step *s = test_step_new("pillar");
    test_step_input(s, "load", take(raw, "load"));
    test_step_input(s, "depth", take(raw, "depth"));
    test_step_set_number(s, "diameter", 2.5);
    test_step_set_number(s, "height", 5);
    test_step_set_number(s, "taper", 1.8);
    return s;
}

static void judge(const char *what, double found, double truth)
{
    g_test_message("figure: %s: yield beside %.2f GPa, GPa: %.4f (at most 0.005)", what, truth,
                   fabs(found - truth));
    g_assert_cmpfloat(fabs(found - truth), <, 0.005);
}

static void test_clean(void)
{
    test_step *raw = read_shipped("data/pillar_CR_clean.csv"), *s = run(pillar_on(raw));
    judge("noise-free pillar, by offset", value_of(s, "yield_offset"), 2.25);
    judge("noise-free pillar, by first burst", value_of(s, "yield_burst"), 2.25);
    judge("noise-free pillar, by bilinear fit", value_of(s, "yield_bilinear"), 2.25);
    g_assert_cmpfloat_with_epsilon(value_of(s, "contact_displacement"), 25, 0.05);
    /* Steps of 329 uN at 295, 350, 405 and 460 nm. */
    g_assert_cmpfloat(value_of(s, "serrations"), ==, 4);
    g_assert_cmpfloat_with_epsilon(at(s, "serration_size", 0), 0.329165 / (G_PI / 4 * 6.25), 1e-6);
    g_assert_cmpfloat_with_epsilon(at(s, "serration_duration", 0), 0.05, 1e-9);
    g_assert_cmpfloat_with_epsilon((at(s, "serration_strain", 1) - at(s, "serration_strain", 0)) * 5000, 55,
                                   1e-6);
    /* The choice of the diameter moves the value by 13 %. */
    const double top = value_of(s, "yield_on_top"), mid = value_of(s, "yield_on_mid");
    g_test_message(
        "figure: noise-free pillar: yield on the top over that on the middle, less 1: %.3f (at most 0.14)",
        top / mid - 1);
    g_assert_cmpfloat(top / mid - 1, >, 0.12);
    g_assert_cmpfloat(top / mid - 1, <, 0.14);
    const frit_attribute *choices = frit_dataset_attribute(test_step_output(s, "yield"), "choices");
    g_assert_nonnull(choices);
    g_test_message("%s: %.4f GPa on the top, %.4f on half height, %.4f on volume/height", choices->text, top,
                   mid, value_of(s, "yield_on_mean"));
    test_step_free(s);

    /* Corrections move the strain, not the stress. */
    s = pillar_on(raw);
    test_step_set(s, "sneddon", "both");
    test_step_set_number(s, "modulus", 105);
    test_step_set_number(s, "frame_stiffness", 1e5);
    run(s);
    judge("noise-free pillar, all corrections", value_of(s, "yield"), 2.25);
    g_assert_cmpfloat(value_of(s, "elastic_slope"), >, 90);
    test_step_free(s);
    test_step_free(raw);
}

/* ---- Simulated ones ---- */

static const struct {
    const char *name;
    double yield;
} samples[] = {{"AC", 2.27}, {"CR", 2.25}, {"HPT", 2.11}};

static test_step *simulated(const char *sample, int seed, int which)
{
    test_step *s = test_step_new("simulate_pillars");
    test_step_set(s, "sample", sample);
    test_step_set_number(s, "seed", seed);
    test_step_set_number(s, "only", which);
    return run(s);
}

static void test_simulated(void)
{
    for (size_t k = 0; k < G_N_ELEMENTS(samples); k++) {
        double worst = 0;
        for (int seed = 1; seed <= 20; seed++)
            for (int which = 1; which <= 2; which++) {
                test_step *raw = simulated(samples[k].name, seed, which), *s = run(pillar_on(raw));
                worst = fmax(worst, fabs(value_of(s, "yield") - samples[k].yield));
                g_assert_cmpfloat(value_of(s, "serrations"), >=, 2);
                test_step_free(s);
                test_step_free(raw);
            }
        g_autofree char *what = g_strdup_printf("simulated pillars, %s, 20 seeds of 2", samples[k].name);
        judge(what, samples[k].yield + worst, samples[k].yield);
    }
}

static void test_round_trip(void)
{
    g_autofree char *folder = test_folder(), *path = g_build_filename(folder, "AC.txt", NULL);
    test_step *raw = simulated("AC", 1, 1), *w = test_step_new("write_femtotools");
    test_step_input(w, "load", take(raw, "load"));
    test_step_input(w, "depth", take(raw, "depth"));
    test_step_set(w, "file", path);
    run(w);
    test_step *back = read_test(path, 0);
    g_assert_cmpuint(length(back, "load"), ==, length(raw, "load"));
    for (size_t i = 0; i < length(raw, "load"); i++) {
        g_assert_cmpfloat_with_epsilon(at(back, "load", i), at(raw, "load", i), 1e-9);
        g_assert_cmpfloat_with_epsilon(at(back, "depth", i), at(raw, "depth", i), 1e-6);
    }
    g_assert_cmpfloat(frit_dataset_attribute(test_step_output(back, "load"), "frame_stiffness")->value, ==,
                      1e5);
    test_step_free(back);
    test_step_free(w);
    test_step_free(raw);
}

/* ---- Unsound ones ---- */

static test_step *line_of(size_t n, double slope, double top)
{
    g_autofree double *t = g_new(double, n), *F = g_new(double, n), *u = g_new(double, n);
    for (size_t i = 0; i < n; i++) {
        t[i] = (double)i;
        u[i] = (double)i;
        F[i] = fmin(slope * (double)i, top);
    }
    test_step *s = on_curves("pillar", n, t, F, u);
    test_step_set_number(s, "diameter", 2.5);
    test_step_set_number(s, "height", 5);
    return s;
}

static void test_unsound(void)
{
    assert_sentence(line_of(300, 0, 1), "does not rise|touch");
    assert_sentence(line_of(300, -0.01, 1), "does not rise");
    test_step *s = line_of(300, 0.04, 10);
    test_step_set_number(s, "height", 0.05);
    assert_sentence(s, "strain reaches|height");
    s = line_of(300, 0.04, 10);
    test_step_set(s, "sneddon", "base");
    assert_sentence(s, "modulus");
    s = line_of(300, 0.04, 10);
    test_step_set_number(s, "frame_stiffness", 1000);
    assert_sentence(s, "does not rise|frame_stiffness");
    s = line_of(300, 0.04, 10);
    test_step_set_number(s, "taper", -10);
    test_step_set_number(s, "height", 10);
    assert_sentence(s, "leaves no base");
    /* Never yields: an answer, not an error. */
    s = run(line_of(100, 0.04, 1000));
    g_assert_true(is_masked(s, "yield"));
    g_assert_cmpfloat(value_of(s, "serrations"), ==, 0);
    test_step_free(s);
    /* A plain knee. */
    s = line_of(300, 0.04, 8);
    test_step_set(s, "yield_by", "bilinear");
    run(s);
    g_assert_cmpfloat_with_epsilon(value_of(s, "yield"), 8 / (G_PI / 4 * 6.25), 1e-6);
    test_step_free(s);
}

int main(int argc, char **argv)
{
    test_init(&argc, &argv);
    g_test_add_func("/pillars/shape", test_shape);
    g_test_add_func("/pillars/clean", test_clean);
    g_test_add_func("/pillars/simulated", test_simulated);
    g_test_add_func("/pillars/round-trip", test_round_trip);
    g_test_add_func("/pillars/unsound", test_unsound);
    return g_test_run();
}
