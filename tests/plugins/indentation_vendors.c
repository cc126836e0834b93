/* Files that instruments have written, against what their makers' programs found in them.
 * Skipped where FRIT_TEST_DATA is not set.
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "indentation.h"

#define FQ    "indentation/nanosuite_fq/"
#define POPIN "indentation/nanosuite_popin/"

/* Rows of numbers of a table with comments behind '#'; the first line of names is skipped. */
static size_t read_expected(const char *path, double rows[][16], size_t most)
{
    g_autofree char *text = NULL;
    size_t n = 0;
    g_assert_true(g_file_get_contents(path, &text, NULL, NULL));
    g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
    for (char **line = lines; *line && n < most; line++) {
        char *from = *line, *end;
        if (!g_ascii_isdigit(*from))
            continue;
        for (int k = 0; k < 16; k++, from = end) {
            rows[n][k] = g_ascii_strtod(from, &end);
            if (end == from)
                break;
        }
        n++;
    }
    return n;
}

/* ---- Fused quartz: ten tests of five unloads ---- */

/* The area function was recovered from the vendor's own H: H tests the arithmetic, not the tip.  S and E
 * are independent of that to first order.  The vendor gives H and E to 0.05 and 0.07 %. */
static void test_fused_quartz(void)
{
    double expected[50][16], worst[3] = {0};
    const char *path = test_data(FQ "EXPECTED.tsv");
    if (!path)
        return;
    g_assert_cmpuint(read_expected(path, expected, 50), ==, 50);
    for (int test = 1; test <= 10; test++) {
        test_step *raw = read_data(FQ "FQ.xls", test), *s = follow("oliver_pharr_cycles", raw);
        test_step_set_list(s, "area", (double[]){24.42140133, 158.28984432}, 2);
        run(s);
        g_assert_cmpuint(length(s, "hardness"), ==, 5);
        for (size_t cycle = 0; cycle < 5; cycle++) {
            const double *e = expected[(test - 1) * 5 + (int)cycle];
            static const char *const ports[] = {"stiffness", "hardness", "modulus"};
            g_assert_cmpfloat(e[0], ==, test);
            g_assert_cmpfloat(e[1], ==, (double)cycle + 1);
            for (int k = 0; k < 3; k++)
                worst[k] = fmax(worst[k], fabs(at(s, ports[k], cycle) / e[12 + k] - 1));
            /* Whatever the tip: the vendor's S^2/P is S, P, and nothing else. */
            const double p_s2 = 1e6 * e[3] / (e[12] * e[12]); /* mN/(N/m)^2 is 1e6/GPa */
            g_assert_cmpfloat_with_epsilon(at(s, "p_over_s2", cycle) / p_s2, 1, 0.005);
            g_assert_cmpfloat(at(s, "work_ratio", cycle), >, 0.55);
            g_assert_cmpfloat(at(s, "work_ratio", cycle), <, 0.75);
        }
        test_step_free(s);
        test_step_free(raw);
    }
    g_test_message("figure: fused quartz, 50 unloads: S beside the vendor's, relative: %.5f (at most 0.0025)",
                   worst[0]);
    g_test_message("figure: fused quartz, 50 unloads: H beside the vendor's, relative: %.5f (at most 0.0025)",
                   worst[1]);
    g_test_message("figure: fused quartz, 50 unloads: E beside the vendor's, relative: %.5f (at most 0.002)",
                   worst[2]);
    g_assert_cmpfloat(worst[0], <, 0.0025);
    g_assert_cmpfloat(worst[1], <, 0.0025);
    g_assert_cmpfloat(worst[2], <, 0.002);
}

/* Sheets run from the last test to the first; tests do not. */
static void test_workbook(void)
{
    test_step *s = read_data(FQ "FQ.xls", 1);
    if (!s)
        return;
    g_assert_cmpuint(length(s, "load"), ==, 2979);
    const frit_dataset *load = test_step_output(s, "load");
    g_assert_cmpstr(frit_dataset_attribute(load, "test")->text, ==, "Test 001");
    g_assert_cmpstr(frit_dataset_attribute(load, "tip")->text, ==, "TB22169 NV");
    g_assert_cmpfloat(frit_dataset_attribute(load, "poisson")->value, ==, 0.18);
    g_assert_cmpfloat(at(s, "depth", 378), ==, 524.194199899461);
    g_assert_cmpfloat(at(s, "load", 378), ==, 31.136087016608258);
    g_assert_cmpfloat(at(s, "segment", 378), ==, 2);
    g_assert_cmpfloat(at(s, "segment", 377), ==, 1);
    assert_sentence(follow("drift", s), "taken out before, by NanoSuite");
    test_step_free(s);
    assert_sentence(reader(test_data(FQ "FQ.xls"), 11), "no test 11|has 10");
}

/* ---- Pop-ins ---- */

static void test_pop_ins(void)
{
    double expected[12][16], worst = 0;
    const char *path = test_data(POPIN "EXPECTED.tsv");
    if (!path)
        return;
    g_assert_cmpuint(read_expected(path, expected, 12), ==, 12);
    for (int test = 1; test <= 12; test++) {
        test_step *raw = read_data(POPIN "Popin.xls", test), *s = run(follow("pop_in", raw));
        /* In test 5 a smaller one comes before the one that is listed; test 4's second is part of the same
         * jump. */
        const size_t n = length(s, "event_load"), listed = test == 5 ? 1 : 0;
        g_assert_cmpuint(n, ==, listed + 1);
        worst = fmax(worst, fabs(at(s, "event_load", listed) - expected[test - 1][1]));
        if (test == 5) {
            worst = fmax(worst, fabs(at(s, "event_load", 0) - 0.1296));
            g_assert_cmpfloat_with_epsilon(at(s, "event_jump", 0), 7.27, 0.01);
        }
        if (test == 4)
            g_assert_cmpfloat_with_epsilon(at(s, "event_jump", 0), 21.17 + 9.72, 0.02);
        else
            g_assert_cmpfloat_with_epsilon(at(s, "event_jump", listed), expected[test - 1][2], 0.06);
        g_assert_cmpfloat(at(s, "event_energy", listed), >, 0);
        test_step_free(s);
        test_step_free(raw);
    }
    g_test_message("figure: pop-ins of 12 tests: load beside the reference's, mN: %.2g (at most 1e-3)",
                   worst);
    g_assert_cmpfloat(worst, <, 1e-3);
}

static void test_no_pop_ins(void)
{
    for (int test = 1; test <= 10; test++) {
        test_step *raw = read_data(FQ "FQ.xls", test);
        if (!raw)
            return;
        test_step *s = run(follow("pop_in", raw));
        g_assert_cmpfloat(value_of(s, "count"), ==, 0);
        g_assert_true(is_masked(s, "first_load"));
        g_assert_cmpuint(length(s, "event_load"), ==, 0);
        test_step_free(s);
        test_step_free(raw);
    }
}

/* Before the first pop-in the contact of this sample is elastic: Hertz with the vendor's modulus (0.07
 * apart from the indenter's) gives a radius of some hundred nm and a shear of some GPa: the theoretical
 * strength. */
static void test_hertz(void)
{
    test_step *raw = read_data(POPIN "Popin.xls", 1);
    if (!raw)
        return;
    test_step *s = follow("pop_in", raw);
    test_step_set_number(s, "modulus", 280);
    run(s);
    const double R = value_of(s, "tip_radius"), k = value_of(s, "hertz_coefficient"),
                 P = value_of(s, "first_load");
    g_assert_cmpfloat_with_epsilon(4.0 / 3 * 280e-6 * sqrt(R) / k, 1, 1e-9);
    g_assert_cmpfloat_with_epsilon(value_of(s, "max_shear"),
                                   0.31 * cbrt(6 * P * 1e6 * 280 * 280 / pow(G_PI, 3) / (R * R)), 1e-9);
    g_assert_cmpfloat(value_of(s, "max_shear"), >, 3);
    g_assert_cmpfloat(value_of(s, "max_shear"), <, 40);
    test_step_free(s);
    s = follow("pop_in", raw);
    test_step_set_number(s, "modulus", 280);
    test_step_set_number(s, "radius", 200);
    assert_sentence(s, "both given|one of them");
    test_step_free(raw);
}

/* The vendor's own columns: H/Er^2 from them is pi/4 P/S^2 of theirs, whatever their tip. */
static void test_dynamic(void)
{
    const char *path = test_data(POPIN "Popin.xls");
    if (!path)
        return;
    test_step *H = reader(path, 2), *E = reader(path, 2);
    test_step_set(H, "other", "Hardness");
    test_step_set(E, "other", "Modulus");
    run(H);
    run(E);
    test_step *s = follow("depth_profile", H);
    test_step_input(s, "stiffness", take(H, "stiffness"));
    run(s);
    double worst = 0;
    size_t k = 0, compared = 0;
    for (size_t i = 0; i < length(H, "load"); i++) {
        const frit_dataset *S = test_step_output(H, "stiffness"), *h = test_step_output(H, "other"),
                           *e = test_step_output(E, "other");
        const frit_dataset *P = test_step_output(H, "load");
        if (missing(S, i) || missing(P, i) || !(frit_dataset_values(S)[i] > 0) ||
            !(frit_dataset_values(P)[i] > 0))
            continue;
        const size_t now = k++;
        if (missing(h, i) || missing(e, i) || at(H, "depth", i) < 100)
            continue;
        const double Er = 1 / ((1 - 0.09) / frit_dataset_values(e)[i] + (1 - 0.0049) / 1141);
        const double p_s2 = G_PI * frit_dataset_values(h)[i] / (4 * Er * Er);
        worst = fmax(worst, fabs(at(s, "p_over_s2", now) / p_s2 - 1));
        compared++;
    }
    g_assert_cmpuint(compared, >, 100);
    g_test_message(
        "figure: dynamic test: P/S^2 beside the vendor's H/Er^2 beyond 100 nm, relative: %.2g (at most 1e-3)",
        worst);
    g_assert_cmpfloat(worst, <, 1e-3);
    test_step_free(s);
    test_step_free(H);
    test_step_free(E);
}

/* ---- Hysitron ---- */

static void test_hysitron(void)
{
    test_step *s = read_data("indentation/hysitron/Exp-50mN_0000.hld", 0);
    if (!s)
        return;
    const frit_dataset *load = test_step_output(s, "load");
    g_assert_cmpuint(length(s, "load"), ==, 1068);
    g_assert_cmpfloat_with_epsilon(at(s, "load", 0), 0.204644060, 1e-12);
    g_assert_cmpfloat_with_epsilon(at(s, "depth", 1), 4.746112, 1e-12);
    g_assert_cmpfloat_with_epsilon(frit_dataset_attribute(load, "frame_stiffness")->value, 1000 / 0.00663947,
                                   1e-6);
    g_assert_cmpfloat(frit_dataset_attribute(load, "area_c1")->value, ==, -329697);
    g_assert_cmpfloat(frit_dataset_attribute(load, "drift_rate")->value, ==, 0.03648);
    /* The load falls from 0.2 mN to nothing when the tip has touched, and grows to 50 mN then: one cycle. */
    test_step *cycles = run(follow("oliver_pharr_cycles", s));
    g_assert_cmpuint(length(cycles, "max_load"), ==, 1);
    test_step_free(cycles);
    /* Its area function is not that of the tip: H from it is 31 GPa, and the works say so. */
    test_step *own = run(follow("oliver_pharr", s));
    g_assert_cmpfloat_with_epsilon(value_of(own, "hardness"), 30.75, 1.5);
    g_assert_cmpfloat(value_of(own, "hardness") / value_of(own, "hardness_from_work"), >, 1.5);
    test_step_free(own);
    test_step *op = follow("oliver_pharr", s);
    test_step_set_list(op, "area", (double[]){24.5}, 1);
    run(op);
    /* Another program finds S = 153.0 mN/um at 50.07 mN and 575.5 nm, with a contact, a peak and a window
     * of its own: the same test, not the same analysis.  Columns or units mistaken for others would be far
     * off. */
    g_assert_cmpfloat_with_epsilon(value_of(op, "max_load") / 50.07, 1, 0.02);
    g_assert_cmpfloat_with_epsilon(value_of(op, "max_depth") / 575.5, 1, 0.02);
    g_assert_cmpfloat_with_epsilon(value_of(op, "stiffness") / 153016, 1, 0.1);
    test_step_free(op);
    test_step_free(s);

    s = read_data("indentation/hysitron/RobinSteel0000LC.txt", 0);
    g_assert_cmpuint(length(s, "load"), ==, 5304);
    g_assert_cmpfloat_with_epsilon(at(s, "load", 0), 0.001836146, 1e-12);
    g_assert_cmpfloat_with_epsilon(at(s, "depth", 5303), 135.028188, 1e-9);
    g_assert_cmpfloat_with_epsilon(test_step_output(s, "load")->axis[0]->at[5303], 27.059622, 1e-9);
    test_step_free(s);
}

/* ---- The map of a zirconium-based glass ---- */

static void test_map(void)
{
    static const struct {
        const char *name, *unit;
        double mean, deviation, room;
    } blocks[] = {{"HIT (O&P)", "MPa", 7108.771, 139.383, 5.1e-4},
                  {"EIT (O&P)", "GPa", 89.134, 1.094, 5.1e-4},
                  {"hm (O&P)", "nm", 625.722, NAN, 5.1e-4},
                  {"Fm (O&P)", "mN", 50.045, NAN, 5.1e-4}};
    const char *path =
        test_data("indentation/anton_paar_bmg/Be0_matryca15_50mN_spacing7um_strefa_przejsciowa.TXT");
    if (!path)
        return;
    for (size_t i = 0; i < G_N_ELEMENTS(blocks); i++) {
        test_step *s = test_step_new("read_indentation_results");
        test_step_set(s, "file", path);
        test_step_set(s, "quantity", blocks[i].name);
        run(s);
        g_assert_cmpstr(test_step_output(s, "values")->unit, ==, blocks[i].unit);
        test_step *m = test_step_new("statistics");
        frit_dataset *d = take(s, "values");
        test_step_series(m, "values", &d, 1);
        run(m);
        g_assert_cmpfloat(value_of(m, "n"), ==, 225);
        g_assert_cmpfloat_with_epsilon(value_of(m, "mean"), blocks[i].mean, blocks[i].room);
        if (!isnan(blocks[i].deviation))
            g_assert_cmpfloat_with_epsilon(value_of(m, "deviation"), blocks[i].deviation, blocks[i].room);
        if (i == 0)
            g_test_message(
                "figure: map of a Zr-based glass: mean and s.d. of HIT beside the report's, MPa: %.2g (at "
                "most 5.1e-4)",
                fmax(fabs(value_of(m, "mean") - 7108.771), fabs(value_of(m, "deviation") - 139.383)));
        test_step_free(m);
        test_step_free(s);
    }
    test_step *s = test_step_new("read_indentation_results");
    test_step_set(s, "file", path);
    test_step_set(s, "quantity", "Hardness");
    assert_sentence(s, "no \"Hardness\"|HIT (O&P)");
    assert_sentence(reader(path, 0), "report of results|read_indentation_results");
}

static void test_results_sheet(void)
{
    const char *path = test_data(FQ "FQ.xls");
    if (!path)
        return;
    test_step *s = test_step_new("read_indentation_results");
    test_step_set(s, "file", path);
    test_step_set(s, "quantity", "Avg E");
    run(s);
    g_assert_cmpuint(length(s, "values"), ==, 10);
    g_assert_cmpfloat(at(s, "values", 0), ==, 72.8);
    g_assert_cmpstr(test_step_output(s, "values")->unit, ==, "GPa");
    test_step_free(s);
}

int main(int argc, char **argv)
{
    test_init(&argc, &argv);
    g_test_add_func("/indentation/vendors/fused-quartz", test_fused_quartz);
    g_test_add_func("/indentation/vendors/workbook", test_workbook);
    g_test_add_func("/indentation/vendors/pop-ins", test_pop_ins);
    g_test_add_func("/indentation/vendors/no-pop-ins", test_no_pop_ins);
    g_test_add_func("/indentation/vendors/hertz", test_hertz);
    g_test_add_func("/indentation/vendors/dynamic", test_dynamic);
    g_test_add_func("/indentation/vendors/hysitron", test_hysitron);
    g_test_add_func("/indentation/vendors/map", test_map);
    g_test_add_func("/indentation/vendors/results-sheet", test_results_sheet);
    return g_test_run();
}
