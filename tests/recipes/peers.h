/* What the tests beside other programs share: measured files, their curves, distances between curves.
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "../plugins/scattering.h"

#define GLASSURE "diffraction/glassure/"

/* ---- Columns and curves ---- */

static inline table columns(const char *folder, const char *file)
{
    g_autofree char *path = g_strconcat(folder, file, NULL);
    return read_table(test_data(path));
}

/* The numbers of a file, as a recipe reads them: x in the unit that the file has them in. */
static inline frit_dataset *measured(const char *folder, const char *file, const char *x_unit)
{
    g_autofree char *path = g_strconcat(folder, file, NULL);
    test_step *s = test_step_new("read_columns");
    test_step_set(s, "files", test_data(path));
    test_step_set(s, "x_name", "Q");
    if (x_unit)
        test_step_set(s, "x_unit", x_unit);
    test_step_set(s, "y_unit", "count");
    run(s);
    frit_dataset *d = frit_dataset_ref((frit_dataset *)test_step_output(s, "curve"));
    test_step_free(s);
    return d;
}

static inline frit_dataset *run_for(test_step *s, const char *port)
{
    run(s);
    frit_dataset *d = frit_dataset_ref((frit_dataset *)test_step_output(s, port));
    test_step_free(s);
    return d;
}

/* A curve of ours or of a peer. */
typedef struct {
    const char *name;
    size_t      n;
    double     *x, *y;
} line;

static inline line line_of(const char *name, const frit_dataset *d)
{
    return (line){ name, d->shape[0], d->axis[0]->at, (double *)d->data };
}

static inline line column_of(const char *name, const table *t, int column)
{
    return (line){ name, t->n, t->column[0], t->column[column] };
}

/* On the line between two points; x is sorted. */
static inline double at(const line *l, double x)
{
    size_t low = 0, high = l->n - 1;
    while (high - low > 1) {
        size_t middle = (low + high) / 2;
        if (l->x[middle] <= x)
            low = middle;
        else
            high = middle;
    }
    return l->y[low] + (l->y[high] - l->y[low]) * (x - l->x[low]) / (l->x[high] - l->x[low]);
}

/* At the points of the coarser one, so that the straight lines between points count for little. */
static inline double rms(const line *a, const line *b, double from, double to)
{
    if (a->n > b->n)
        return rms(b, a, from, to);
    double sum = 0, n = 0;
    for (size_t i = 0; i < a->n; i++)
        if (a->x[i] >= from && a->x[i] <= to) {
            sum += pow(a->y[i] - at(b, a->x[i]), 2);
            n++;
        }
    g_assert_cmpfloat(n, >, 50);
    return sqrt(sum / n);
}

static inline void figure(const char *what, double off, double most)
{
    g_test_message("figure: %s: %.4g (at most %.4g)", what, off, most);
    g_assert_cmpfloat(off, <=, most + 1e-9);    /* differences of rounded numbers */
}

static inline double highest(const line *l, double from, double to, double *y)
{
    size_t best = 0;
    for (size_t k = 1; k + 1 < l->n; k++)
        if (l->x[k] > from && l->x[k] < to && (!best || l->y[k] > l->y[best]))
            best = k;
    *y = l->y[best];
    return l->x[best];
}

static inline frit_dataset *subtracted(frit_dataset *I, frit_dataset *background, double bgscale)
{
    test_step *s = test_step_new("subtract_background");
    test_step_input(s, "intensity", I);
    test_step_input(s, "background", background);
    test_step_set_number(s, "bgscale", bgscale);
    return run_for(s, "intensity");
}
