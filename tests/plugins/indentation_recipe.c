/* The worked recipe on simulated files: eight indents of which one is bad are seven and a name.
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "indentation.h"

#include <sys/wait.h>

enum { INDENTS = 8, BAD = 5 };

static char *write_indents(void)
{
    char *folder = test_folder();
    for (int i = 1; i <= INDENTS; i++) {
        g_autofree char *name = g_strdup_printf("CR_%d.txt", i), *path = g_build_filename(folder, name, NULL);
        test_step *raw = test_step_new("simulate_indents");
        test_step_set(raw, "sample", "CR");
        test_step_set_number(raw, "only", i);
        run(raw);
        test_step *w = follow("write_nanosuite", raw);
        test_step_set(w, "file", path);
        run(w);
        test_step_free(w);
        test_step_free(raw);
    }
    return folder;
}

/* The export of one was cut off: half of its lines, which end before the unloading. */
static void cut_off(const char *folder, int which)
{
    g_autofree char *name = g_strdup_printf("CR_%d.txt", which), *path = g_build_filename(folder, name, NULL),
                    *text = NULL;
    gsize n;
    g_assert_true(g_file_get_contents(path, &text, &n, NULL));
    char *hold = strstr(text, "Unload From Peak");
    g_assert_nonnull(hold);
    g_assert_true(g_file_set_contents(path, text, hold - text, NULL));
}

/* What the recipe says on standard error, to be freed. */
static char *run_recipe(const char *data, const char *out, int status)
{
    g_autofree char *set_data = g_strdup_printf("data=%s", data), *set_out = g_strdup_printf("out=%s", out);
    const char *argv[] = {
        g_getenv("FRIT"), "run",    "--progress", "none",  TEST_SOURCE "/../scripts/recipes/indentation.lua",
        "--set",          set_data, "--set",      set_out, "--set",
        "area=24.5 1450", "--set",  "beta=1.034", NULL};
    g_autoptr(GError) error = NULL;
    char *said = NULL;
    int ended;
    g_spawn_sync(NULL, (char **)argv, NULL, G_SPAWN_STDOUT_TO_DEV_NULL, NULL, NULL, NULL, &said, &ended,
                 &error);
    g_assert_no_error(error);
    g_assert_true(WIFEXITED(ended));
    if (WEXITSTATUS(ended) != status)
        g_error("exit status %d: %s", WEXITSTATUS(ended), said);
    return said;
}

/* The numbers of the only row. */
static void read_row(const char *folder, const char *file, double *x, int n)
{
    g_autofree char *path = g_build_filename(folder, file, NULL), *text = NULL;
    g_assert_true(g_file_get_contents(path, &text, NULL, NULL));
    const char *at_row = strchr(text, '\n') + 1;
    char *end = (char *)at_row;
    for (int i = 0; i < n; i++)
        x[i] = g_ascii_strtod(i ? end + 1 : end, &end);
}

enum { INDEX, H, SIGMA_H, SD_H, SIGMA_SD_H, E, SIGMA_E, SD_E, SIGMA_SD_E, COUNT, LEFT_OUT, N_COLUMNS };

static void test_all_good(void)
{
    double x[N_COLUMNS];
    g_autofree char *data = write_indents(), *out = test_folder(), *said = run_recipe(data, out, 0);
    g_assert_cmpstr(said, ==, "");
    read_row(out, "mean.csv", x, N_COLUMNS);
    g_assert_cmpfloat(x[COUNT], ==, INDENTS);
    g_assert_cmpfloat(x[LEFT_OUT], ==, 0);
    g_assert_cmpfloat_with_epsilon(x[H], 6.2, 0.02);
    g_assert_cmpfloat_with_epsilon(x[SD_H], 0.1, 0.02);
    g_assert_cmpfloat_with_epsilon(x[E], 105, 0.5);
    g_assert_cmpfloat_with_epsilon(x[SD_E], 0.8, 0.5);
}

/* Without Poisson's ratio in the files or the recipe E is 0.91/0.8704 of itself: every test says so. */
static void test_no_poisson(void)
{
    double x[N_COLUMNS];
    g_autofree char *data = write_indents(), *out = test_folder();
    for (int i = 1; i <= INDENTS; i++) {
        g_autofree char *name = g_strdup_printf("CR_%d.txt", i), *path = g_build_filename(data, name, NULL),
                        *text = NULL;
        g_assert_true(g_file_get_contents(path, &text, NULL, NULL));
        char *line = strstr(text, "Poisson"), *end = line ? strchr(line, '\n') : NULL;
        g_assert_nonnull(end);
        memmove(line, end + 1, strlen(end + 1) + 1);
        g_assert_true(g_file_set_contents(path, text, -1, NULL));
    }
    g_autofree char *said = run_recipe(data, out, 0);
    g_test_message("%s", said);
    g_assert_nonnull(strstr(said, "no Poisson's ratio: 0.3 is taken"));
    read_row(out, "mean.csv", x, N_COLUMNS);
    g_assert_cmpfloat_with_epsilon(x[E], 105 * (1 - 0.3 * 0.3) / (1 - 0.36 * 0.36), 0.5);
}

static void test_one_bad(void)
{
    double x[N_COLUMNS];
    g_autofree char *data = write_indents(), *out = test_folder();
    cut_off(data, BAD);
    g_autofree char *said = run_recipe(data, out, 3);
    g_test_message("%s", said);
    g_assert_nonnull(strstr(said, "CR_5"));
    g_assert_null(strstr(said, "CR_4"));
    read_row(out, "mean.csv", x, N_COLUMNS);
    g_assert_cmpfloat(x[COUNT], ==, INDENTS - 1);
    g_assert_cmpfloat(x[LEFT_OUT], ==, 1);
    g_assert_cmpfloat_with_epsilon(x[H], 6.2,
                                   0.1); /* one of eight away: by a seventh of a standard deviation or two */
}

int main(int argc, char **argv)
{
    test_init(&argc, &argv);
    g_test_add_func("/indentation/recipe/all-good", test_all_good);
    g_test_add_func("/indentation/recipe/one-bad", test_one_bad);
    g_test_add_func("/indentation/recipe/no-poisson", test_no_poisson);
    return g_test_run();
}
