/* What the tests of recipes share: running one, and the columns of numbers that it and other programs wrote.
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <math.h>
#include <stdarg.h>

#include "step.h"

/* ---- Columns of numbers ---- */

typedef struct table {
    GArray *value;     /* of double, row by row */
    guint   columns;
} table;

/* Numbers between blanks or commas; a line that does not begin with a number is skipped. */
static inline table read_table(const char *path)
{
    g_autofree char *text = NULL;
    g_autoptr(GError) error = NULL;
    g_file_get_contents(path, &text, NULL, &error);
    g_assert_no_error(error);
    table t = {g_array_new(FALSE, FALSE, sizeof(double)), 0};
    g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
    for (char **line = lines; *line; line++) {
        char *at = g_strstrip(*line), *end;
        guint n = 0;
        for (double x = g_ascii_strtod(at, &end); end != at; x = g_ascii_strtod(at, &end), n++) {
            g_array_append_val(t.value, x);
            at = end + (*end == ',');
        }
        if (n > 0)
            t.columns = n;
    }
    g_assert_cmpuint(t.columns, >, 0);
    return t;
}

static inline void table_clear(table *t)
{
    g_array_unref(t->value);
}

static inline guint rows(const table *t)
{
    return t->value->len / t->columns;
}

static inline double at(const table *t, guint row, guint column)
{
    return g_array_index(t->value, double, row * t->columns + column);
}

/* Linear between the rows; x is sorted. */
static inline double interpolate(const table *t, guint column, double x)
{
    guint low = 0, high = rows(t) - 1;
    while (high - low > 1) {
        guint middle = (low + high) / 2;
        if (at(t, middle, 0) <= x)
            low = middle;
        else
            high = middle;
    }
    double x0 = at(t, low, 0), x1 = at(t, high, 0);
    return at(t, low, column) + (at(t, high, column) - at(t, low, column)) * (x - x0) / (x1 - x0);
}

/* ---- Running a recipe ---- */

/* The program with its arguments, the last one NULL; it must end well.  What it said on stderr, to be freed. */
static inline char *run_program(const char *const *argv)
{
    char *said = NULL;
    g_autoptr(GError) error = NULL;
    int status;
    g_spawn_sync(NULL, (char **)argv, NULL, G_SPAWN_STDOUT_TO_DEV_NULL, NULL, NULL, NULL, &said, &status,
                 &error);
    g_assert_no_error(error);
    if (status != 0)
        g_error("%s", said);
    return said;
}

/* Behind the folders settings as in "frame=clean", the last one NULL. */
G_GNUC_NULL_TERMINATED
static inline void run_recipe(const char *recipe, const char *data, const char *out, ...)
{
    g_autofree char *file = g_strdup_printf(TEST_SOURCE "/../scripts/recipes/%s", recipe);
    g_autofree char *set_data = g_strdup_printf("data=%s", data), *set_out = g_strdup_printf("out=%s", out);
    g_autoptr(GPtrArray) argv = g_ptr_array_new();
    const char *const fixed[] = {g_getenv("FRIT"), "run", "--progress", "none", file, "--set", set_data,
                                 "--set", set_out};
    for (guint k = 0; k < G_N_ELEMENTS(fixed); k++)
        g_ptr_array_add(argv, (char *)fixed[k]);
    va_list settings;
    va_start(settings, out);
    for (char *setting; (setting = va_arg(settings, char *));) {
        g_ptr_array_add(argv, "--set");
        g_ptr_array_add(argv, setting);
    }
    va_end(settings);
    g_ptr_array_add(argv, NULL);
    g_autofree char *said = run_program((const char *const *)argv->pdata);
    g_assert_cmpstr(said, ==, "");
}

static inline table result(const char *folder, const char *name)
{
    g_autofree char *path = g_build_filename(folder, name, NULL);
    return read_table(path);
}
