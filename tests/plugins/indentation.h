/* What the tests of the indentation steps share: reading, steps in a row, numbers, sentences.
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "step.h"

#include <math.h>
#include <string.h>

static inline test_step *run(test_step *s)
{
    g_autoptr(GError) error = NULL;
    test_step_run(s, &error);
    g_assert_no_error(error);
    return s;
}

static inline frit_dataset *take(test_step *s, const char *port)
{
    return frit_dataset_ref((frit_dataset *)test_step_output(s, port));
}

static inline double value_of(test_step *s, const char *port)
{
    const frit_dataset *d = test_step_output(s, port);
    g_assert_cmpuint(d->ndim, ==, 0);
    g_assert_false(d->mask && d->mask[0]);
    return frit_dataset_values(d)[0];
}

static inline bool missing(const frit_dataset *d, size_t i)
{
    return d->mask && d->mask[i];
}

static inline bool is_masked(test_step *s, const char *port)
{
    const frit_dataset *d = test_step_output(s, port);
    return d->mask && d->mask[0];
}

static inline double at(test_step *s, const char *port, size_t i)
{
    const frit_dataset *d = test_step_output(s, port);
    g_assert_cmpuint(i, <, frit_dataset_count(d));
    g_assert_false(d->mask && d->mask[i]);
    return frit_dataset_values(d)[i];
}

static inline size_t length(test_step *s, const char *port)
{
    return frit_dataset_count(test_step_output(s, port));
}

/* One test of a file, by its order from 1; not run. */
static inline test_step *reader(const char *path, int test)
{
    test_step *s = test_step_new("read_indentation");
    test_step_set(s, "files", path);
    if (test)
        test_step_set_list(s, "tests", (double[]){test}, 1);
    return s;
}

static inline test_step *read_test(const char *path, int test)
{
    return run(reader(path, test));
}

static inline test_step *read_data(const char *path, int test)
{
    const char *full = test_data(path);
    return full ? read_test(full, test) : NULL;
}

static inline test_step *read_shipped(const char *name)
{
    g_autofree char *path = test_file(name);
    return read_test(path, 0);
}

/* A step on load, depth and segment of another; not run. */
static inline test_step *follow(const char *name, test_step *from)
{
    test_step *s = test_step_new(name);
    test_step_input(s, "load", take(from, "load"));
    test_step_input(s, "depth", take(from, "depth"));
    test_step_input(s, "segment", take(from, "segment"));
    return s;
}

/* The same, run; the one before it is freed. */
static inline test_step *then(test_step *from, const char *name, const char *param, double value)
{
    test_step *s = follow(name, from);
    if (param)
        test_step_set_number(s, param, value);
    test_step_free(from);
    return run(s);
}

/* A test as curves over time. */
static inline test_step *on_curves(const char *name, size_t n, const double *t, const double *P,
                                   const double *h)
{
    test_step *s = test_step_new(name);
    test_step_input(s, "load", frit_dataset_curve(n, t, "time", "s", P, NULL, "mN"));
    test_step_input(s, "depth", frit_dataset_curve(n, t, "time", "s", h, NULL, "nm"));
    return s;
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

/* A file with these bytes in a fresh folder; the path is to be freed. */
static inline char *file_of(const char *name, const void *bytes, gssize n)
{
    g_autofree char *folder = test_folder();
    char *path = g_build_filename(folder, name, NULL);
    g_assert_true(g_file_set_contents(path, bytes, n, NULL));
    return path;
}
