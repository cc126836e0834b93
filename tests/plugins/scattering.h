/* What the tests of the scattering steps share: tables of reference, curves, tolerances.
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "step.h"

#include <math.h>
#include <string.h>

#define ALLOY "Zr52.5Cu17.9Ni14.6Al10Ti5"
#define RHO0 0.05532622420708232        /* 1/angstrom^3, of 6.70 g/cm^3 */
#define WAVELENGTH 0.1173               /* angstrom */
#define GLASS "Ce70Al10Ni10Cu10"
#define PEER "diffraction/ce70al10ni10cu10_metallic_glass/"
#define UNIT_ROUNDOFF (1.0 / 9007199254740992.0)

/* Ten significant digits in a reference file: half a unit of the last, at worst 5e-10 of the value. */
#define TEN_DIGITS 5.1e-10

enum { COLUMNS = 24 };
typedef struct {
    size_t  n;
    double *column[COLUMNS];
} table;

/* Columns of numbers between commas or blanks; a line that does not begin with a number is skipped. */
static inline table read_table(const char *path)
{
    g_autofree char *text = NULL;
    g_autoptr(GError) error = NULL;
    table t = { 0 };
    g_file_get_contents(path, &text, NULL, &error);
    g_assert_no_error(error);
    g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
    for (int k = 0; k < COLUMNS; k++)
        t.column[k] = g_new0(double, g_strv_length(lines) + 1);
    for (char **line = lines; *line; line++) {
        char *at = *line, *end = NULL;
        int k = 0;
        for (; k < COLUMNS; k++, at = end + (*end == ',')) {
            double x = g_ascii_strtod(at, &end);
            if (end == at)
                break;
            t.column[k][t.n] = x;
        }
        t.n += k > 0;
    }
    g_assert_cmpuint(t.n, >, 2);
    return t;
}

static inline table shipped(const char *name)
{
    g_autofree char *path = test_file(name);
    return read_table(path);
}

static inline void table_clear(table *t)
{
    for (int k = 0; k < COLUMNS; k++)
        g_free(t->column[k]);
}

static inline frit_dataset *curve(size_t n, const double *Q, const double *y, const double *sigma,
                                  const char *unit)
{
    frit_dataset *d = frit_dataset_curve(n, Q, "Q", "1/angstrom", y, sigma, unit);
    d->quantity = "intensity";
    return d;
}

static inline void mask_point(frit_dataset *d, size_t i, double value)
{
    g_assert_true(frit_dataset_want_mask(d));
    d->mask[i] = 1;
    ((double *)d->data)[i] = value;
}

static inline void run(test_step *s)
{
    g_autoptr(GError) error = NULL;
    test_step_run(s, &error);
    g_assert_no_error(error);
}

static inline const double *values(test_step *s, const char *port)
{
    return frit_dataset_values(test_step_output(s, port));
}

static inline double number(test_step *s, const char *port)
{
    return values(s, port)[0];
}

static inline void fails_with(test_step *s, const char *says)
{
    g_autofree char *sentence = test_step_failure(s);
    g_test_message("%s", sentence);
    g_assert_nonnull(strstr(sentence, says));
    test_step_free(s);
}

#define assert_close(a, b, tolerance) g_assert_cmpfloat(fabs((a) - (b)), <=, (tolerance))
#define assert_relative(a, b, tolerance) assert_close(a, b, (tolerance) * fabs(b))
