/* What the tests of the Fourier steps share: tables of reference, curves, differences.
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "step.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define RHO0 0.0553262                  /* 1/angstrom^3, of the model glass */
#define RHO0_CE 0.03468                 /* of Ce70Al10Ni10Cu10 */

enum { COLUMNS = 6 };
typedef struct { size_t n; double *column[COLUMNS]; } table;

/* Columns of numbers between commas or blanks; a line that does not begin with a number is skipped. */
static inline table read_table(const char *path)
{
    g_autofree char *text = NULL;
    g_autoptr(GError) error = NULL;
    table t = {0};
    g_file_get_contents(path, &text, NULL, &error);
    g_assert_no_error(error);
    g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
    for (int k = 0; k < COLUMNS; k++)
        t.column[k] = g_new0(double, g_strv_length(lines) + 1);
    for (char **line = lines; *line; line++) {
        char *at = *line, *end = NULL;
        int k = 0;
        for (; k < COLUMNS; k++, at = end + (*end == ',')) {
            const double x = g_ascii_strtod(at, &end);
            if (end == at)
                break;
            t.column[k][t.n] = x;
        }
        t.n += k > 0;
    }
    g_assert_cmpuint(t.n, >, 2);
    return t;
}

static inline table shipped(const char *path)
{
    g_autofree char *file = test_file(path);
    return read_table(file);
}

static inline void table_clear(table *t)
{
    for (int k = 0; k < COLUMNS; k++)
        g_free(t->column[k]);
}

static inline frit_dataset *structure_factor(size_t n, const double *Q, const double *S, const double *sigma)
{
    return frit_dataset_curve(n, Q, "Q", "1/angstrom", S, sigma, "1");
}

static inline void run(test_step *s)
{
    g_autoptr(GError) error = NULL;
    test_step_run(s, &error);
    g_assert_no_error(error);
}

/* The step refuses, and says `words`. */
static inline void run_fails(test_step *s, const char *words)
{
    g_autoptr(GError) error = NULL;
    g_assert_false(test_step_run(s, &error));
    g_assert_nonnull(error);
    if (!strstr(error->message, words))
        g_error("'%s' is not in: %s", words, error->message);
}

static inline const double *values(test_step *s, const char *port)
{
    return frit_dataset_values(test_step_output(s, port));
}

static inline double largest_difference(size_t n, const double *a, const double *b)
{
    double most = 0;
    for (size_t i = 0; i < n; i++)
        most = fmax(most, fabs(a[i] - b[i]));
    return most;
}

static inline double rms_difference(size_t n, const double *a, const double *b)
{
    double sum = 0;
    for (size_t i = 0; i < n; i++)
        sum += (a[i] - b[i]) * (a[i] - b[i]);
    return sqrt(sum / (double)n);
}

static inline void *heap(void *list, size_t n, size_t size)
{
    void *memory = aligned_alloc(64, (n * size + 127) / 64 * 64);
    memset(memory, 0, (n * size + 127) / 64 * 64);
    g_ptr_array_add(list, memory);
    return memory;
}

/* What was measured, and what it may be at most. */
static inline void figure(const char *what, double measured, double limit)
{
    g_test_message("figure: %s: %.3g (at most %.3g)", what, measured, limit);
    g_assert_cmpfloat(measured, <=, limit);
}
