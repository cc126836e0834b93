/* What the tests of azimuthal integration share.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "step.h"

#include <math.h>
#include <string.h>

#define PI     3.14159265358979323846
#define DEGREE (PI / 180)

/* Numbers of a text table, row after row; lines that do not start with one are skipped. */
struct table {
    GArray *v;
    size_t rows, cols;
};

static inline struct table read_table(const char *path)
{
    struct table t = {g_array_new(FALSE, FALSE, sizeof(double)), 0, 0};
    char *text = NULL;
    g_assert_true(g_file_get_contents(path, &text, NULL, NULL));
    char **lines = g_strsplit(text, "\n", -1);
    for (size_t i = 0; lines[i]; i++) {
        char *at = lines[i], *end;
        size_t n = 0;
        for (double x = g_ascii_strtod(at, &end); end != at; x = g_ascii_strtod(at, &end), n++) {
            g_array_append_val(t.v, x);
            at = end + (*end == ',');
        }
        if (n > 0) {
            g_assert_true(t.cols == 0 || n == t.cols);
            t.cols = n;
            t.rows++;
        }
    }
    g_strfreev(lines);
    g_free(text);
    return t;
}

static inline double cell(const struct table *t, size_t row, size_t col)
{
    return g_array_index(t->v, double, row * t->cols + col);
}

static inline frit_dataset *constant_frame(size_t rows, size_t cols, double value)
{
    frit_dataset *d = frit_dataset_new(FRIT_F64, 2, (size_t[]){rows, cols});
    for (size_t i = 0; i < rows * cols; i++)
        ((double *)d->data)[i] = value;
    return d;
}

/* A small detector, 0.2 m away, with the beam on it: half a pixel and more off any corner. */
static inline test_step *small_detector(const char *step)
{
    test_step *s = test_step_new(step);
    test_step_set_number(s, "dist", 0.2);
    test_step_set_number(s, "poni1", 0.01234);
    test_step_set_number(s, "poni2", 0.00987);
    test_step_set_number(s, "pixel1", 4e-4);
    test_step_set_number(s, "pixel2", 4e-4);
    test_step_set_number(s, "wavelength", 1.173e-11);
    return s;
}

static inline void run(test_step *s)
{
    GError *error = NULL;
    bool good = test_step_run(s, &error);
    g_assert_no_error(error);
    g_assert_true(good);
}

static inline const double *values(test_step *s, const char *port)
{
    return frit_dataset_values(test_step_output(s, port));
}

/* A mask in which nothing is masked may be left out. */
static inline bool masked(const frit_dataset *d, size_t i)
{
    return d->mask && d->mask[i];
}

/* Runs, and expects a refusal whose sentence holds each of the pieces. */
static inline void refused(test_step *s, const char *pieces)
{
    GError *error = NULL;
    g_assert_false(test_step_run(s, &error));
    g_assert_nonnull(error);
    char **piece = g_strsplit(pieces, "|", -1);
    for (size_t i = 0; piece[i]; i++) {
        if (!strstr(error->message, piece[i]))
            g_test_message("not in \"%s\": \"%s\"", error->message, piece[i]);
        g_assert_nonnull(strstr(error->message, piece[i]));
    }
    g_strfreev(piece);
    g_error_free(error);
    test_step_free(s);
}

static inline double relative(double a, double b)
{
    return fabs(a - b) / fabs(b);
}
