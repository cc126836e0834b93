/* difference, value_at and slope: curves beside a curve, one by one and in the series of a recipe.
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "scattering.h"

static test_step *difference_of(frit_dataset *data, frit_dataset *reference)
{
    test_step *s = test_step_new("difference");
    test_step_input(s, "data", data);
    test_step_input(s, "reference", reference);
    return s;
}

static void test_difference(void)
{
    const double x[] = {1, 2, 3, 4}, y[] = {2, 4, NAN, 8}, sy[] = {0.1, 0.2, 0.3, 0.4}, r[] = {1, 2, 3, 0},
                 sr[] = {0.01, 0.3, 0.1, 0.2};
    test_step *s = difference_of(curve(4, x, y, sy, "1"), curve(4, x, r, sr, "1"));
    run(s);
    const frit_dataset *d = test_step_output(s, "difference"), *q = test_step_output(s, "ratio");
    assert_close(values(s, "difference")[1], 2, 0);
    assert_close(d->sigma[1], hypot(0.2, 0.3), 1e-16);
    assert_close(values(s, "ratio")[1], 2, 0);
    assert_close(q->sigma[1], 2 * hypot(0.2 / 4, 0.3 / 2), 1e-15);
    g_assert_cmpint(d->mask[2], ==, 1);
    g_assert_cmpint(d->mask[3], ==, 0);
    g_assert_cmpint(q->mask[3], ==, 1);    /* over 0 */
    g_assert_cmpstr(d->axis[0]->unit, ==, "1/angstrom");
    test_step_free(s);
}

/* Other positions: on the straight line between those of the reference, and masked beyond. */
static void test_difference_between_points(void)
{
    const double x[] = {1, 2.25, 5}, y[] = {1, 1, 1}, xr[] = {1, 2, 3}, r[] = {0, 10, 20},
                 sr[] = {0.1, 0.2, 0.4};
    test_step *s = difference_of(curve(3, x, y, NULL, "1"), curve(3, xr, r, sr, "1"));
    run(s);
    const frit_dataset *d = test_step_output(s, "difference");
    assert_close(values(s, "difference")[1], 1 - 12.5, 1e-14);
    assert_close(d->sigma[1], hypot(0.75 * 0.2, 0.25 * 0.4), 1e-15);
    g_assert_cmpint(d->mask[0], ==, 0);
    g_assert_cmpint(d->mask[2], ==, 1);
    test_step_free(s);
    fails_with(difference_of(curve(3, x, y, NULL, "1"), curve(3, xr, r, NULL, "electron")),
               "give both in one unit");
    fails_with(difference_of(curve(3, x, y, NULL, "1"), frit_dataset_number(1, "1")), "the reference has 0");
}

static test_step *value_of(double position, size_t n, const double *x, const double *y, const double *sigma)
{
    test_step *s = test_step_new("value_at");
    test_step_input(s, "curve", curve(n, x, y, sigma, "1"));
    test_step_set_number(s, "position", position);
    return s;
}

static void test_value_at(void)
{
    const double x[] = {1, 2, 3, 4, 5}, y[] = {2, 4, 10, NAN, 1}, sigma[] = {0.1, 0.2, 0.4, 0.1, 0.1};
    test_step *s = value_of(2.25, 5, x, y, sigma);
    run(s);
    assert_close(number(s, "value"), 5.5, 1e-15);
    assert_close(test_step_output(s, "value")->sigma[0], hypot(0.75 * 0.2, 0.25 * 0.4), 1e-15);
    test_step_free(s);
    s = value_of(3, 5, x, y, sigma);    /* a point beside a gap is itself */
    run(s);
    g_assert_cmpfloat(number(s, "value"), ==, 10);
    test_step_free(s);
    fails_with(value_of(3.5, 5, x, y, sigma), "position 3.5 lies beside a point that was not measured");
    fails_with(value_of(6, 5, x, y, sigma),
               "position 6 lies outside of the curve, which is measured from 1 to 5 1/angstrom");
}

static void test_slope_refusals(void)
{
    const double x[] = {1, 2}, y[] = {1, 2};
    frit_dataset *two[] = {curve(2, x, y, NULL, "1"), curve(2, x, y, NULL, "1")};
    test_step *s = test_step_new("slope");
    test_step_series(s, "data", two, 2);
    fails_with(s, "the series has no axis");
}

/* ---- In a recipe: series ---- */

/* Five files of y = x^2 + T (x - 1)/10 with sigma 0.1 (x = 1, 2, 3), T = 10, 20, 40, 50, 80: S_TT = 3000. */
static const double T[] = {10, 20, 40, 50, 80};
#define POSITIONS "10, 20, 40, 50, 80"

/* The table that a recipe with this line writes, to be freed; `says`: what it fails with, or "". */
static char *run_series(const char *positions, const char *line, const char *says)
{
    g_autofree char *folder = test_folder(), *recipe = g_build_filename(folder, "r.lua", NULL);
    char *out = g_build_filename(folder, "out.csv", NULL);
    for (int k = 0; k < 5; k++) {
        g_autofree char *file = g_strdup_printf("%s/f%d.txt", folder, k);
        GString *text = g_string_new(NULL);
        for (int x = 1; x <= 3; x++)
            g_string_append_printf(text, "%d %g 0.1\n", x, x * x + T[k] * (x - 1) / 10);
        g_assert_true(g_file_set_contents(file, text->str, -1, NULL));
        g_string_free(text, TRUE);
    }
    g_autofree char *script = g_strdup_printf(
        "local frit = require 'frit'\n"
        "local s = frit.frames { files = '%s/f*.txt', x_unit = '1/angstrom', y_unit = '1', repeats = 'keep',\n"
        "                        axis = { %s, name = 'T', unit = 'K' } }\n"
        "%s\n"
        "frit.table('%s', { result })\n",
        folder, positions, line, out);
    g_assert_true(g_file_set_contents(recipe, script, -1, NULL));
    const char *argv[] = {g_getenv("FRIT"), "run", "--progress", "none", recipe, NULL};
    g_autofree char *said = NULL;
    int status;
    g_assert_true(g_spawn_sync(NULL, (char **)argv, NULL, 0, NULL, NULL, NULL, &said, &status, NULL));
    if (*says)
        g_test_message("%s", said);
    g_assert_nonnull(strstr(said, says));
    g_assert_true(*says || !*said);
    g_assert_cmpint(status == 0, ==, !*says);
    return out;
}

/* dy/dT = (x - 1)/10; sigma 0.1/sqrt(S_TT), with S_TT = sum (T - 40)^2 = 3000. */
static void test_slope(void)
{
    g_autofree char *out = run_series(POSITIONS, "local result = s:slope()", "");
    table t = read_table(out);
    for (int k = 0; k < 3; k++) {
        assert_close(t.column[1][k], k / 10.0, 1e-12);    /* 12 digits are written */
        assert_close(t.column[2][k], 0.1 / sqrt(3000), 1e-12);
    }
    g_autofree char *text = NULL;
    g_assert_true(g_file_get_contents(out, &text, NULL, NULL));
    g_assert_nonnull(strstr(text, "1/K"));
    table_clear(&t);
}

static void test_slope_positions(void)
{
    g_free(run_series("30, 30, 30, 30, 30", "local result = s:slope()",
                      "all 5 elements lie at one position, 30: there is no slope"));
    g_free(run_series(POSITIONS, "local result = s:select(2, 2):slope()",
                      "a slope needs two elements at least"));
    /* two are their difference over that of their positions */
    g_autofree char *out = run_series(POSITIONS, "local result = s:select(2, 3):slope()", "");
    table t = read_table(out);
    assert_close(t.column[1][2], 0.2, 1e-12);
    table_clear(&t);
}

/* The difference at x = 2.5 from the first: (T - 10) 1.5/10, as a curve over T; on a line between points. */
static void test_difference_series(void)
{
    g_autofree char *out =
        run_series(POSITIONS, "local result = s:difference { s[1] }:value_at { position = 2.5 }", "");
    table t = read_table(out);
    g_assert_cmpuint(t.n, ==, 5);
    for (int k = 0; k < 5; k++) {
        assert_close(t.column[0][k], T[k], 0);
        assert_close(t.column[1][k], (T[k] - 10) * 0.15, 1e-12);
        assert_close(t.column[2][k], 0.1, 1e-12);    /* sqrt(2) 0.1 each, half of both */
    }
    table_clear(&t);
}

int main(int argc, char **argv)
{
    test_init(&argc, &argv);
    g_test_add_func("/metrics/difference/values", test_difference);
    g_test_add_func("/metrics/difference/between-points", test_difference_between_points);
    g_test_add_func("/metrics/difference/series", test_difference_series);
    g_test_add_func("/metrics/value_at", test_value_at);
    g_test_add_func("/metrics/slope/series", test_slope);
    g_test_add_func("/metrics/slope/positions", test_slope_positions);
    g_test_add_func("/metrics/slope/refusals", test_slope_refusals);
    return g_test_run();
}
