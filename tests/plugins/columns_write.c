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
    static const char *const names[] = { "a.xy", "a.gr", "a.csv", "a.txt", "a.sq" };
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

static char *text_of(const char *path)
{
    char *text = NULL;
    g_assert_true(g_file_get_contents(path, &text, NULL, NULL));
    return text;
}

/* As programs without a reader of their own take it: # is a comment, all else is numbers.  The columns of a
 * row, at most 6; returns how many rows there are. */
static size_t load_text(const char *text, size_t columns, double *row)
{
    g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
    size_t rows = 0;
    for (char **line = lines; *line; line++) {
        char more;
        if (**line == '#' || !**line)
            continue;
        g_assert_cmpint(
            sscanf(*line, "%lf %lf %lf %lf %lf %c", row, row + 1, row + 2, row + 3, row + 4, &more), ==,
            (int)columns);
        rows++;
    }
    return rows;
}

static void layout(void)
{
    double row[6];
    g_autoptr(frit_dataset) d = sevenths(5, true, false);
    g_autofree char *path = write_curve("layout.xy", frit_dataset_ref(d), NULL, "header=first\nsecond");
    g_autofree char *text = text_of(path);
    g_assert_true(g_str_has_prefix(text, "# frit: intensity [count/s] over Q [1/angstrom]"));
    g_assert_nonnull(strstr(text, "\n# first\n# second\n"));
    g_assert_nonnull(strstr(text, "\n#### start data\n#S 1\n"
                                  "#L Q[1/angstrom] intensity[count/s] sigma[count/s]\n"));
    g_assert_null(strstr(text, "[PDF]"));
    g_assert_cmpuint(load_text(text, 3, row), ==, 5);

    g_autofree char *csv_path = write_curve("layout.csv", frit_dataset_ref(d), NULL, NULL);
    g_autofree char *table = text_of(csv_path);
    const char *names = "\"Q [1/angstrom]\",\"intensity [count/s]\",\"sigma [count/s]\"\n0,";
    g_assert_true(g_str_has_prefix(table, names));

    const char *const wrong[][2] = { { "header", "no place" }, { "layout", "plain" } };
    for (size_t i = 0; i < G_N_ELEMENTS(wrong); i++) {
        test_step *s = test_step_new("write_columns");
        test_step_input(s, "curve", frit_dataset_ref(d));
        test_step_set(s, "file", csv_path);
        test_step_set(s, wrong[i][0], wrong[i][1]);
        g_autofree char *sentence = test_step_failure(s);
        g_assert_nonnull(strstr(sentence, wrong[i][0]));
        test_step_free(s);
    }
}

/* G(r) as `transform` hands it on. */
static frit_dataset *reduced_pdf(bool sigma)
{
    double r[40], G[40], e[40];
    for (size_t i = 0; i < 40; i++) {
        r[i] = 0.05 * (double)i;
        G[i] = sin(3 * r[i]);
        e[i] = 0.01 + r[i] / 100;
    }
    frit_dataset *d = frit_dataset_curve(40, r, "r", "angstrom", G, sigma ? e : NULL, "1/angstrom^2");
    d->quantity = "reduced_pdf";
    frit_dataset_set_text(d, "definition", "G(r) = 4 pi r rho0 [g(r) - 1]");
    frit_dataset_set_text(d, "composition", "Zr50Cu50");
    frit_dataset_set_number(d, "wavelength", "m", 1.25e-11);
    frit_dataset_set_number(d, "qmin", "1/nm", 7.5);
    frit_dataset_set_number(d, "qmax", "1/angstrom", 24);
    return d;
}

/* What PDFgui's reader does with a file (diffpy.pdfgui, pdfdataset.py, readStr): settings are the first
 * match of "qmax *= *NUMBER" before the marker; rows begin behind the comments that follow it; the
 * third column is the uncertainty of r, taken if positive in every row, the fourth that of G. */
static void for_pdfgui(void)
{
    double row[6];
    g_autofree char *path = write_curve("pdfgui.gr", reduced_pdf(true), NULL, NULL);
    g_autofree char *text = text_of(path);
    g_autoptr(GRegex) marker = g_regex_new("^#+ start data\\s*(?:#.*\\s+)*", G_REGEX_MULTILINE, 0, NULL);
    g_autoptr(GRegex) qmax = g_regex_new("\\bqmax *= *([-+0-9.eE]+)\\b", G_REGEX_CASELESS, 0, NULL);
    g_autoptr(GRegex) xray = g_regex_new("(x-?ray|PDFgetX)", G_REGEX_CASELESS, 0, NULL);
    g_autoptr(GMatchInfo) start = NULL, found = NULL;
    g_assert_true(g_regex_match(marker, text, 0, &start));
    int from, to;
    g_assert_true(g_match_info_fetch_pos(start, 0, &from, &to));
    g_autofree char *head = g_strndup(text, (gsize)from);
    g_assert_true(g_regex_match(qmax, head, 0, &found));
    g_autofree char *value = g_match_info_fetch(found, 1);
    g_assert_cmpfloat(g_ascii_strtod(value, NULL), ==, 24);
    g_assert_true(g_regex_match(xray, head, 0, NULL));
    g_assert_cmpuint(load_text(text + to, 4, row), ==, 40);
    g_assert_cmpfloat(row[0], ==, 1.95);
    g_assert_cmpfloat(row[2], ==, 0);
    g_assert_cmpfloat(fabs(row[3] - 0.0295), <, 1e-14);    /* twelve digits are more than this one has */

    const char *const says[] = {
        "# wavelength = 0.125\n",
        "# composition = Zr50Cu50\n",
        "# qmin = 0.75\n",
        "# outputtype = gr\n",
        "# rmin = 0\n",
        "# rmax = 1.95\n",
        "# rstep = 0.05\n",
        "# definition = G(r) = 4 pi r rho0 [g(r) - 1]\n",
        "\n#L r($\\AA$)  reduced_pdf($\\AA^{-2}$)  dr($\\AA$)  sigma($\\AA^{-2}$)\n"
    };
    for (size_t i = 0; i < G_N_ELEMENTS(says); i++)
        if (!strstr(text, says[i]))
            g_error("%s is not in:\n%s", says[i], text);

    g_autofree char *bare = write_curve("bare.gr", reduced_pdf(false), NULL, NULL);
    g_autofree char *two = text_of(bare);
    g_assert_cmpuint(load_text(two, 2, row), ==, 40);
}

/* What was written of the measurement comes back with the numbers. */
static void settings_return(void)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *path = write_curve("settings.gr", reduced_pdf(true), "17", NULL);
    test_step *s = reader_of(path);
    test_step_run(s, &error);
    g_assert_no_error(error);
    const frit_dataset *d = test_step_output(s, "curve");
    g_autoptr(frit_dataset) was = reduced_pdf(true);
    g_assert_cmpstr(d->quantity, ==, "reduced_pdf");
    g_assert_cmpstr(d->unit, ==, "1/angstrom^2");
    g_assert_cmpmem(d->sigma, 40 * sizeof(double), was->sigma, 40 * sizeof(double));
    g_assert_cmpmem(d->data, 40 * sizeof(double), was->data, 40 * sizeof(double));
    g_assert_cmpfloat(frit_dataset_attribute(d, "wavelength")->value, ==, 0.125);
    g_assert_cmpstr(frit_dataset_attribute(d, "wavelength")->unit, ==, "angstrom");
    g_assert_cmpfloat(frit_dataset_attribute(d, "qmin")->value, ==, 0.75);
    g_assert_cmpstr(frit_dataset_attribute(d, "composition")->text, ==, "Zr50Cu50");
    g_assert_cmpstr(frit_dataset_attribute(d, "definition")->text, ==, "G(r) = 4 pi r rho0 [g(r) - 1]");
    test_step_free(s);
}

static void for_rmcprofile(void)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *path = write_curve("rmc.dat", reduced_pdf(true), "17", "layout=rmcprofile");
    g_autofree char *text = text_of(path);
    g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
    g_assert_cmpstr(lines[0], ==, "40");
    g_assert_true(g_str_has_prefix(lines[1], "reduced_pdf [1/angstrom^2] over r [angstrom]; definition: "
                                             "G(r) = 4 pi r rho0 [g(r) - 1]; "));
    g_assert_cmpstr(lines[2], ==, "0 0");
    g_assert_cmpuint(g_strv_length(lines), ==, 43);

    test_step *s = reader_of(path);
    test_step_run(s, &error);
    g_assert_no_error(error);
    const frit_dataset *d = test_step_output(s, "curve");
    g_autoptr(frit_dataset) was = reduced_pdf(true);
    g_assert_cmpstr(d->quantity, ==, "reduced_pdf");
    g_assert_cmpstr(d->unit, ==, "1/angstrom^2");
    g_assert_cmpstr(d->axis[0]->name, ==, "r");
    g_assert_cmpstr(d->axis[0]->unit, ==, "angstrom");
    g_assert_cmpmem(d->data, 40 * sizeof(double), was->data, 40 * sizeof(double));
    g_assert_cmpmem(d->axis[0]->at, 40 * sizeof(double), was->axis[0]->at, 40 * sizeof(double));
    test_step_free(s);

    g_autofree char *cut = g_strjoin("\n", lines[0], lines[1], lines[2], lines[3], NULL);
    g_autofree char *damaged = make("rmc-cut.dat", cut, -1);
    s = reader_of(damaged);
    g_autofree char *sentence = test_step_failure(s);
    g_assert_nonnull(strstr(sentence, "line 1 promises 40 points, but 2 follow: the file is cut short"));
    test_step_free(s);
}

/* ---- Tables ---- */

static frit_dataset *against_temperature(const char *quantity, double factor, bool sigma)
{
    const double T[] = { 300, 400.5, 500 }, y[] = { factor, factor / 2, factor / 4 }, e[] = { 1, 2, 3 };
    frit_dataset *d = frit_dataset_curve(3, T, "T", "K", y, sigma ? e : NULL, "1/angstrom");
    d->quantity = quantity;
    return d;
}

static char *table_file(test_step *s)
{
    char *path = g_build_filename(folder, "table.csv", NULL);
    test_step_set(s, "file", path);
    return path;
}

static void tables(void)
{
    g_autoptr(GError) error = NULL;
    test_step *s = test_step_new("write_table");
    g_autofree char *path = table_file(s);
    frit_dataset *masked = against_temperature("area", 8, false);
    g_assert_true(frit_dataset_want_mask(masked));
    masked->mask[1] = 1;
    test_step_input(s, "columns", against_temperature("area", 1, true));
    test_step_input(s, "columns", masked);
    test_step_input(s, "columns", against_temperature("position", 2, false));
    test_step_set(s, "names", "\n\nQ1");
    test_step_run(s, &error);
    g_assert_no_error(error);
    g_autofree char *text = text_of(path);
    g_assert_cmpstr(text, ==, "\"T [K]\",\"area [1/angstrom]\",\"sigma of area [1/angstrom]\","
                              "\"area 2 [1/angstrom]\",\"Q1 [1/angstrom]\"\n"
                              "300,1,1,8,2\n400.5,0.5,2,nan,1\n500,0.25,3,2,0.5\n");
    test_step_free(s);

    s = reader_of(path);    /* each column is one to read again */
    test_step_set(s, "y", "area 2");
    test_step_run(s, &error);
    g_assert_no_error(error);
    g_assert_cmpint(test_step_output(s, "curve")->mask[1], ==, 1);
    g_assert_cmpfloat(frit_dataset_values(test_step_output(s, "curve"))[2], ==, 2);
    test_step_free(s);
}

static void bad_tables(void)
{
    const double fewer[] = { 300, 400.5 }, other[] = { 300, 401, 500 }, y[] = { 1, 2, 3 };
    frit_dataset *wrong[] = { frit_dataset_curve(2, fewer, "T", "K", y, NULL, "1"),
                              frit_dataset_curve(3, other, "T", "K", y, NULL, "1"),
                              frit_dataset_curve(3, y, "t", "s", y, NULL, "1") };
    const char *const says[] = { "column 2 has 2 rows, but column 1 has 3", "in row 2 column 2 is at T = 401",
                                 "column 2 is over t in s, but column 1 over T in K" };
    for (size_t i = 0; i < 3; i++) {
        test_step *s = test_step_new("write_table");
        g_free(table_file(s));
        test_step_input(s, "columns", against_temperature("area", 1, true));
        test_step_input(s, "columns", wrong[i]);
        g_autofree char *sentence = test_step_failure(s);
        g_assert_nonnull(strstr(sentence, says[i]));
        test_step_free(s);
    }
    test_step *s = test_step_new("write_table");
    test_step_input(s, "columns", against_temperature("area", 1, true));
    test_step_set(s, "file", "table.gr");
    g_autofree char *sentence = test_step_failure(s);
    g_assert_nonnull(strstr(sentence, "a table is written as .csv"));
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
    g_test_add_func("/columns/write/pdfgui", for_pdfgui);
    g_test_add_func("/columns/write/settings", settings_return);
    g_test_add_func("/columns/write/rmcprofile", for_rmcprofile);
    g_test_add_func("/columns/write/table", tables);
    g_test_add_func("/columns/write/bad-table", bad_tables);
    g_test_add_func("/columns/log/read", logs);
    g_test_add_func("/columns/log/bad", bad_logs);
    int status = g_test_run();
    g_free(folder);
    return status;
}
