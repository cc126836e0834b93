/* Columns of text that we write: they come back, bit for bit; and single columns of logs.
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "step.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

static char *folder;

/* A file with these bytes; -1: a text. */
static char *make(const char *name, const char *bytes, gssize n)
{
    g_autoptr(GError) error = NULL;
    char *path = g_build_filename(folder, name, NULL);
    g_file_set_contents(path, bytes, n, &error);
    g_assert_no_error(error);
    return path;
}

static test_step *reader_of(const char *path)
{
    test_step *s = test_step_new("read_columns");
    test_step_set(s, "files", path);
    return s;
}

/* ---- Writing ---- */

/* Numbers with all their bits: k/7 has no end, neither in twos nor in tens. */
static frit_dataset *sevenths(size_t n, bool sigma, bool mask)
{
    g_autofree double *x = g_new(double, n + 1), *y = g_new(double, n + 1), *e = g_new(double, n + 1);
    for (size_t i = 0; i < n; i++) {
        x[i] = i / 7.0;
        y[i] = sin((double)i) * exp(i - 50.0);
        e[i] = (i + 1) / 7e5;
    }
    frit_dataset *d = frit_dataset_curve(n, x, "Q", "1/angstrom", y, sigma ? e : NULL, "count/s");
    d->quantity = "intensity";
    if (mask) {
        g_assert_true(frit_dataset_want_mask(d));
        d->mask[1] = 1;
        ((double *)d->data)[1] = NAN;
    }
    return d;
}

static char *write_curve(const char *name, frit_dataset *d, const char *digits, const char *option)
{
    g_autoptr(GError) error = NULL;
    char *path = g_build_filename(folder, name, NULL);
    test_step *s = test_step_new("write_columns");
    test_step_input(s, "curve", d);
    test_step_set(s, "file", path);
    if (digits)
        test_step_set_number(s, "digits", g_ascii_strtod(digits, NULL));
    if (option) {
        g_auto(GStrv) parts = g_strsplit(option, "=", 2);
        test_step_set(s, parts[0], parts[1]);
    }
    test_step_run(s, &error);
    g_assert_no_error(error);
    test_step_free(s);
    return path;
}

/* What comes back: names and units, and numbers within `relative`. */
static void check_back(const char *path, const frit_dataset *d, size_t n, double relative)
{
    g_autoptr(GError) error = NULL;
    test_step *s = reader_of(path);
    test_step_run(s, &error);
    g_assert_no_error(error);
    const frit_dataset *back = test_step_output(s, "curve");
    g_assert_cmpstr(back->quantity, ==, "intensity");
    g_assert_cmpstr(back->unit, ==, "count/s");
    g_assert_cmpstr(back->axis[0]->name, ==, "Q");
    g_assert_cmpstr(back->axis[0]->unit, ==, "1/angstrom");
    g_assert_cmpint(back->sigma != NULL, ==, d->sigma != NULL);
    g_assert_cmpuint(back->shape[0], ==, n);
    const double *y = frit_dataset_values(d), *z = frit_dataset_values(back);
    for (size_t i = 0, k = 0; i < d->shape[0]; i++) {
        bool masked = d->mask && d->mask[i];
        if (masked && n < d->shape[0])
            continue;
        g_assert_cmpint(back->mask && back->mask[k], ==, masked);
        g_assert_cmpfloat(fabs(back->axis[0]->at[k] - d->axis[0]->at[i]), <=,
                          relative * fabs(d->axis[0]->at[i]));
        if (!masked)
            g_assert_cmpfloat(fabs(z[k] - y[i]), <=, relative * fabs(y[i]));
        if (!masked && d->sigma)
            g_assert_cmpfloat(fabs(back->sigma[k] - d->sigma[i]), <=, relative * d->sigma[i]);
        k++;
    }
    test_step_free(s);
}

static void round_trip(void)
{
    static const char *const names[] = { "a.xy", "a.gr", "a.csv", "a.txt" };
    for (int sigma = 0; sigma < 2; sigma++) {
        for (size_t i = 0; i < G_N_ELEMENTS(names); i++) {
            g_autoptr(frit_dataset) d = sevenths(100, sigma, false);
            /* 17 digits tell any two doubles apart; twelve are right to half of the last: 5e-12 */
            g_autofree char *exact = write_curve(names[i], frit_dataset_ref(d), "17", NULL);
            check_back(exact, d, 100, 0);
            g_autofree char *other = g_strconcat("b", names[i], NULL);
            g_autofree char *rounded = write_curve(other, frit_dataset_ref(d), NULL, NULL);
            check_back(rounded, d, 100, 5e-12);
        }
    }
}

static void masked_points(void)
{
    g_autoptr(frit_dataset) d = sevenths(10, true, true);
    g_autofree char *out = write_curve("left-out.xy", frit_dataset_ref(d), "17", NULL);
    check_back(out, d, 9, 0);
    g_autofree char *nan = write_curve("nan.csv", frit_dataset_ref(d), "17", "masked=nan");
    check_back(nan, d, 10, 0);
}

/* As programs without a reader of their own take it: # is a comment, all else is numbers. */
static void layout(void)
{
    g_autoptr(frit_dataset) d = sevenths(5, true, false);
    g_autofree char *path = write_curve("layout.gr", frit_dataset_ref(d), NULL, "header=first\nsecond");
    g_autofree char *text = NULL;
    g_assert_true(g_file_get_contents(path, &text, NULL, NULL));
    g_assert_true(g_str_has_prefix(text, "# frit: intensity [count/s] over Q [1/angstrom]"));
    g_assert_nonnull(strstr(text, "\n# first\n# second\n"));
    g_assert_nonnull(strstr(text, "\n#### start data\n#S 1\n"
                                  "#L Q[1/angstrom] intensity[count/s] sigma[count/s]\n"));
    g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
    size_t rows = 0;
    for (char **line = lines; *line; line++) {
        double x, y, e;
        char more;
        if (**line == '#' || !**line)
            continue;
        g_assert_cmpint(sscanf(*line, "%lf %lf %lf %c", &x, &y, &e, &more), ==, 3);
        rows++;
    }
    g_assert_cmpuint(rows, ==, 5);

    g_autofree char *csv_path = write_curve("layout.csv", frit_dataset_ref(d), NULL, NULL);
    g_autofree char *table = NULL;
    g_assert_true(g_file_get_contents(csv_path, &table, NULL, NULL));
    const char *names = "\"Q [1/angstrom]\",\"intensity [count/s]\",\"sigma [count/s]\"\n0,";
    g_assert_true(g_str_has_prefix(table, names));

    test_step *s = test_step_new("write_columns");
    test_step_input(s, "curve", frit_dataset_ref(d));
    test_step_set(s, "file", csv_path);
    test_step_set(s, "header", "no place");
    g_autofree char *sentence = test_step_failure(s);
    g_assert_nonnull(strstr(sentence, "header"));
    test_step_free(s);
}

static void nothing_to_write(void)
{
    g_autoptr(frit_dataset) d = sevenths(0, false, false);
    g_autofree char *path = write_curve("none.xy", frit_dataset_ref(d), NULL, NULL);
    g_autofree char *text = NULL;
    g_assert_true(g_file_get_contents(path, &text, NULL, NULL));
    g_assert_true(g_str_has_suffix(text, "#L Q[1/angstrom] intensity[count/s]\n"));
}

/* ---- One column of a log ---- */

static const double Y[] = { 10, 20.5, -3 };

static test_step *read_log(const char *text, const char *column, const char *unit, GError **error)
{
    g_autofree char *path = make("log.csv", text, -1);
    test_step *s = test_step_new("read_column");
    test_step_set(s, "file", path);
    if (column)
        test_step_set(s, "column", column);
    if (unit)
        test_step_set(s, "unit", unit);
    test_step_run(s, error);
    return s;
}

static void check_log(const char *text, const char *column, const char *unit, const char *is)
{
    g_autoptr(GError) error = NULL;
    test_step *s = read_log(text, column, unit, &error);
    g_assert_no_error(error);
    const frit_dataset *d = test_step_output(s, "values");
    g_assert_cmpuint(d->ndim, ==, 1);
    g_assert_cmpuint(d->shape[0], ==, 3);
    g_assert_cmpstr(d->unit, ==, is);
    for (size_t i = 0; i < 3; i++)
        g_assert_cmpfloat(frit_dataset_values(d)[i], ==, Y[i]);
    test_step_free(s);
}

static void logs(void)
{
    const char *words = "frame,date,T [K],remark\n1.tif,2026-11-01 10:00,10,ok\n"
                        "2.tif,2026-11-01 10:01,20.5,beam lost\n3.tif,2026-11-01 10:02,-3,\n";
    check_log(words, "T", NULL, "K");
    check_log(words, "T [K]", "K", "K");
    check_log(words, "t", "degC", "K");    /* the file knows; it is converted where degC is wanted */
    check_log(words, "3", NULL, "K");
    check_log("name;T\na;10\nb;20,5\nc;-3\n", "T", "K", "K");
    check_log("# time T\n0 10\n1 20.5\n2 -3\n", "T", NULL, "1");
    check_log("time,Temp\n[s],[K]\n0,10\n1,20.5\n2,-3\n", "Temp", NULL, "K");
    check_log("10\n20.5\n-3\n", NULL, "K", "K");
    check_log("T [degC]\n10\n20.5\n-3\n", NULL, NULL, "degC");
    check_log("T [degC]\n10\n20.5\n-3\n", "T", "K", "degC");
    check_log("# frame T [degC]\n1 10\n2 20.5\n3 -3\n", "T", "K", "degC");

    g_autoptr(GError) error = NULL;
    test_step *s = read_log("t,T\n0,10\n1,\n2,-3\n", "T", NULL, &error);
    g_assert_no_error(error);
    g_assert_cmpint(test_step_output(s, "values")->mask[1], ==, 1);
    test_step_free(s);
}

static void bad_logs(void)
{
    const struct {
        const char *text, *column, *says;
    } cases[] = {
        { "t,T\n0,10\n1,off\n", "T", "line 3 holds \"off\" in column 2" },
        { "t,T\n0,10\n1\n", "T", "line 3 has 1 column" },
        { "t,T\n0,10\n", "p", "no column is called \"p\"; the columns are 1 t, 2 T" },
        { "t,T\n0,10\n", NULL, "say which column: 1 t, 2 T" }, { "t,T\n", "T", "no number" },
        { "a b\nc d\n", "2", "no line has a number in column 2" }
    };
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(GError) error = NULL;
        test_step *s = read_log(cases[i].text, cases[i].column, NULL, &error);
        g_assert_nonnull(error);
        g_test_message("%s", error->message);
        g_assert_nonnull(strstr(error->message, cases[i].says));
        test_step_free(s);
    }
}

int main(int argc, char **argv)
{
    test_init(&argc, &argv);
    folder = test_folder();
    g_test_add_func("/columns/write/round-trip", round_trip);
    g_test_add_func("/columns/write/masked", masked_points);
    g_test_add_func("/columns/write/layout", layout);
    g_test_add_func("/columns/write/nothing", nothing_to_write);
    g_test_add_func("/columns/log/read", logs);
    g_test_add_func("/columns/log/bad", bad_logs);
    int status = g_test_run();
    g_free(folder);
    return status;
}
