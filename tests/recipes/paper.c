/* The whole study on simulated frames, all 236 of each sample: how far the trends are from those of the closed form,
 * and that verify.csv can fail.  Some five minutes, so only where FRIT_LONG is set; tests/cli/paper.sh runs a short one.
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "table.h"

#include <string.h>

static char *raw_folder;

static char *paper(const char *without)
{
    char *out = test_folder();
    g_autofree char *recipe = g_strdup(TEST_SOURCE "/../scripts/paper/paper.lua");
    g_autofree char *raw = g_strdup_printf("raw=%s", raw_folder), *to = g_strdup_printf("out=%s", out);
    g_autofree char *leave = g_strdup_printf("without=%s", without);
    g_free(run_program((const char *const[]){g_getenv("FRIT"), "run", "--progress", "none", recipe, "--set", raw,
                                             "--set", to, "--set", leave, NULL}));
    return out;
}

static bool is_long(void)
{
    if (!g_getenv("FRIT_LONG"))
        g_test_skip("FRIT_LONG is not set: this takes some five minutes");
    return g_getenv("FRIT_LONG") != NULL;
}

/* ---- Trends ---- */

/* What is found less what is true, over the glass: a straight line, whose rise is the drift, and the scatter about
 * it, the noise. */
typedef struct {
    double offset, drift, noise;
} deviation;

static deviation deviate(const table *found, guint column, const table *truth, guint true_column, bool relative)
{
    double n = 0, x = 0, y = 0, xx = 0, xy = 0, yy = 0, first = INFINITY, last = -INFINITY;
    for (guint k = 0; k < rows(found); k++) {
        double T = at(found, k, 0), expected = at(truth, k, true_column);
        g_assert_cmpfloat(fabs(T - at(truth, k, 0)), <, 0.1);
        if (T > 660)
            continue;
        double d = (at(found, k, column) - expected) / (relative ? expected : 1), t = T - 480;
        n++, x += t, y += d, xx += t * t, xy += t * d, yy += d * d;
        first = fmin(first, T);
        last = fmax(last, T);
    }
    double slope = (xy - x * y / n) / (xx - x * x / n);
    double rest = yy - y * y / n - slope * (xy - x * y / n);
    return (deviation){y / n, fabs(slope * (last - first)), sqrt(rest / (n - 2))};
}

static void figure(const char *sample, const char *what, double measured, double limit)
{
    g_test_message("figure: %s over 236 frames, %s: %.2g (at most %g)", what, sample, measured, limit);
    g_assert_cmpfloat(measured, <=, limit);
}

/* The limits on noise are those of 1 s exposures of a 0.3 mm foil; 1 mm has less. */
static void test_trends(void)
{
    if (!is_long())
        return;
    g_autofree char *out = paper("nothing");
    static const char *const samples[] = {"AC", "CR", "HPT"};
    for (size_t k = 0; k < G_N_ELEMENTS(samples); k++) {
        g_autofree char *fsdp = g_strdup_printf("fig4-%s.csv", samples[k]),
                        *shells = g_strdup_printf("fig5-%s-shells.csv", samples[k]),
                        *true_name = g_strdup_printf("truth/%s.csv", samples[k]);
        table f = result(out, fsdp), g = result(out, shells), t = result(raw_folder, true_name);
        deviation moment = deviate(&f, 1, &t, 1, false), area = deviate(&f, 3, &t, 2, true),
                  r1 = deviate(&g, 1, &t, 3, true), r6 = deviate(&g, 3, &t, 4, true);
        figure(samples[k], "drift of <Q> (1/angstrom)", moment.drift, 5e-5);
        figure(samples[k], "noise of <Q> (1/angstrom)", moment.noise, 4e-5);
        figure(samples[k], "noise of the FSDP area", area.noise, 3e-4);
        figure(samples[k], "noise of r1", r1.noise, 1e-3);
        figure(samples[k], "noise of r6", r6.noise, 0.02);
        table_clear(&f), table_clear(&g), table_clear(&t);
    }
}

/* ---- verify.csv ---- */

/* The rows that say `verdict`, by quantity and sample. */
static GHashTable *rows_that_say(const char *out, const char *verdict)
{
    g_autofree char *path = g_build_filename(out, "verify.csv", NULL), *text = NULL,
                    *end = g_strdup_printf(",%s", verdict);
    g_autoptr(GError) error = NULL;
    g_file_get_contents(path, &text, NULL, &error);
    g_assert_no_error(error);
    GHashTable *found = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
    g_assert_cmpstr(lines[0], ==, "quantity,sample,truth,found,sigma,tolerance,ok");
    for (char **line = lines + 1; *line; line++) {
        g_auto(GStrv) cells = **line == '"' ? g_strsplit(*line + 1, "\",", 2) : g_strsplit(*line, ",", 2);
        if (g_str_has_suffix(*line, end))
            g_hash_table_add(found, g_strdup_printf("%s, %.*s", cells[0], (int)strcspn(cells[1], ","), cells[1]));
    }
    return found;
}

static void test_all_is_true(void)
{
    if (!is_long())
        return;
    g_autofree char *out = paper("nothing");
    g_autoptr(GHashTable) wrong = rows_that_say(out, "false"), right = rows_that_say(out, "true");
    g_autoptr(GList) names = g_hash_table_get_keys(wrong);
    for (GList *l = names; l; l = l->next)
        g_test_message("wrong: %s", (const char *)l->data);
    g_test_message("figure: rows of verify.csv that are wrong, of %u: %u (at most 0)",
                   g_hash_table_size(wrong) + g_hash_table_size(right), g_hash_table_size(wrong));
    g_assert_cmpuint(g_hash_table_size(wrong), ==, 0);
    g_assert_cmpuint(g_hash_table_size(right), >, 60);
}

/* Without these corrections rows turn false, all of which are true with them. */
static void test_an_omission_is_found(void)
{
    if (!is_long())
        return;
    static const char *const corrections[] = {"oblique", "polarization", "background", "absorption", "compton",
                                              "multiple", "fluorescence", "laue", "resolution"};
    for (size_t k = 0; k < G_N_ELEMENTS(corrections); k++) {
        g_autofree char *out = paper(corrections[k]);
        g_autoptr(GHashTable) wrong = rows_that_say(out, "false");
        g_autoptr(GList) names = g_list_sort(g_hash_table_get_keys(wrong), (GCompareFunc)strcmp);
        for (GList *l = names; l; l = l->next)
            g_test_message("without %s: %s", corrections[k], (const char *)l->data);
        g_test_message("figure: rows of verify.csv that are wrong without %s: %u (at least 1)", corrections[k],
                       g_hash_table_size(wrong));
        g_assert_cmpuint(g_hash_table_size(wrong), >, 0);
    }
}

int main(int argc, char **argv)
{
    test_init(&argc, &argv);
    if (g_getenv("FRIT_LONG")) {
        g_autofree char *folder = test_folder();
        raw_folder = g_build_filename(folder, "raw", NULL);
        g_free(run_program((const char *const[]){g_getenv("FRIT"), "simulate", "bam11", raw_folder, "--progress",
                                                 "none", NULL}));
    }
    g_test_add_func("/paper/trends", test_trends);
    g_test_add_func("/paper/all-is-true", test_all_is_true);
    g_test_add_func("/paper/omissions", test_an_omission_is_found);
    int status = g_test_run();
    g_free(raw_folder);
    return status;
}
