/* What the tests of the calorimetry steps share: curves, runs, steps in a row.
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "scattering.h"

#include "../../plugins/calorimetry/dsc_model.h"

/* A scan over temperature in K. */
static inline frit_dataset *scan(size_t n, const double *T, const double *y, const char *unit)
{
    return frit_dataset_curve(n, T, "T", "K", y, NULL, unit);
}

static inline frit_dataset *scalar(double value, double sigma, const char *unit)
{
    frit_dataset *d = frit_dataset_number(value, unit);
    frit_dataset_want_sigma(d);
    d->sigma[0] = sigma;
    return d;
}

static inline void run_step(test_step *s)
{
    GError *error = NULL;
    test_step_run(s, &error);
    g_assert_no_error(error);
}

/* A reference to an output, for the next step. */
static inline frit_dataset *take(test_step *s, const char *port)
{
    return frit_dataset_ref((frit_dataset *)test_step_output(s, port));
}

static inline double value_of(test_step *s, const char *port)
{
    const frit_dataset *d = test_step_output(s, port);
    g_assert_cmpuint(d->ndim, ==, 0);
    return frit_dataset_values(d)[0];
}

static inline double sigma_of(test_step *s, const char *port)
{
    const frit_dataset *d = test_step_output(s, port);
    g_assert_nonnull(d->sigma);
    return d->sigma[0];
}

static inline void set_range(test_step *s, const char *param, double from, double to)
{
    test_step_set_list(s, param, (double[]){from, to}, 2);
}

/* Fails with a sentence that holds every one of the words (between '|'). */
static inline void assert_sentence(test_step *s, const char *words)
{
    g_autofree char *sentence = test_step_failure(s);
    g_auto(GStrv) list = g_strsplit(words, "|", -1);
    for (char **word = list; *word; word++)
        if (!strstr(sentence, *word))
            g_error("\"%s\" does not say \"%s\"", sentence, *word);
    g_test_message("%s", sentence);
    test_step_free(s);
}

/* Writes a file of this text into a fresh folder; the path is to be freed. */
static inline char *file_of(const char *text, gssize n)
{
    g_autofree char *folder = test_folder();
    char *path = g_build_filename(folder, "export.txt", NULL);
    g_assert_true(g_file_set_contents(path, text, n, NULL));
    return path;
}

/* read_calorimetry with parameters "name", "value", ..., NULL; not run. */
static inline test_step *reader(const char *path, ...)
{
    test_step *s = test_step_new("read_calorimetry");
    test_step_set(s, "files", path);
    va_list args;
    va_start(args, path);
    for (const char *name = va_arg(args, const char *); name; name = va_arg(args, const char *))
        test_step_set(s, name, va_arg(args, const char *));
    va_end(args);
    return s;
}

/* The part of a run that a reader (or align_isotherms) has given, as a curve over temperature. */
static inline test_step *segment_of(test_step *run, const char *segment)
{
    test_step *s = test_step_new("select_segment");
    test_step_input(s, "heat_flow", take(run, "heat_flow"));
    test_step_input(s, "temperature", take(run, "temperature"));
    test_step_set(s, "segment", segment);
    run_step(s);
    return s;
}

static inline test_step *aligned(test_step *run)
{
    test_step *s = test_step_new("align_isotherms");
    test_step_input(s, "heat_flow", take(run, "heat_flow"));
    test_step_input(s, "temperature", take(run, "temperature"));
    run_step(s);
    return s;
}

static inline const char *text_attribute(const frit_dataset *d, const char *name)
{
    const frit_attribute *a = frit_dataset_attribute(d, name);
    return a && !a->unit ? a->text : "";
}

static inline double number_attribute(const frit_dataset *d, const char *name)
{
    const frit_attribute *a = frit_dataset_attribute(d, name);
    return a && a->unit ? a->value : NAN;
}
