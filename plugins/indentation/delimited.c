/* Tables of text with names above their columns: what NanoSuite, Hysitron, Anton Paar, Micro Materials and
 * FemtoTools export, and CSV.
 *
 * The line of names is the first one with a column of loads and one of depths; units stand in it or in a line
 * of their own.  Columns are separated by tabs, semicolons, commas or blanks; where they are not separated by
 * commas, a comma is a decimal sign.  Text in the column "Segment" is a marker, "END" ends a test; a second
 * line of names begins another test.  Lines above it ("Key<tab>value<tab>unit", "// key = value") are what is
 * known of the test.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <ctype.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "test.h"

struct layout {
    char separator, decimal;
    size_t cols;
    struct column column[TEST_COLUMNS];
};

/* FemtoTools puts the line of names behind "//". */
static const char *without_comment(const char *line)
{
    const char *p = line + strspn(line, " \t");
    if (p[0] == '/' && p[1] == '/')
        p += 2;
    else if (*p == '#')
        p++;
    else
        return line;
    return p + strspn(p, " \t");
}

static bool is_comment(const char *line)
{
    return without_comment(line) != line;
}

static bool names_columns(const char *line, char separator, struct layout *y)
{
    struct text_cell cell[CELLS];
    size_t n = cells_split(without_comment(line), separator, cell);
    y->separator = separator;
    for (y->cols = 0; y->cols < n && y->cols < TEST_COLUMNS; y->cols++) {
        char name[COLUMN_NAME];
        double x;
        cell_copy(name, sizeof name, cell[y->cols]);
        if (cell[y->cols].n && cell_number(cell[y->cols], ',', &x) && !isnan(x))
            return false; /* a number names no column */
        column_parse(name, &y->column[y->cols]);
    }
    return column_find(y->column, y->cols, ROLE_LOAD) >= 0 &&
           column_find(y->column, y->cols, ROLE_DEPTH) >= 0;
}

static bool is_header(const char *line, struct layout *y)
{
    static const char separators[] = "\t;, ";
    for (const char *s = separators; *s; s++)
        if (names_columns(line, *s, y))
            return true;
    return false;
}

/* A line of units alone, without or in brackets. */
static bool is_units(const char *line, const struct layout *y, char unit[][COLUMN_UNIT])
{
    struct text_cell cell[CELLS];
    size_t n = cells_split(without_comment(line), y->separator, cell), known = 0;
    for (size_t i = 0; i < n && i < TEST_COLUMNS; i++) {
        char text[COLUMN_NAME];
        double x;
        cell_copy(text, sizeof text, cell[i]);
        if (cell[i].n && cell_number(cell[i], ',', &x) && !isnan(x))
            return false;
        unit_parse(text, unit[i]);
        known += unit_known(unit[i]);
    }
    for (size_t i = n; i < TEST_COLUMNS; i++)
        unit[i][0] = 0;
    return known >= 2;
}

static void know_line(struct test *t, const char *line)
{
    struct text_cell cell[CELLS];
    char key[64], value[120], unit[24] = "", *end;
    const char *text = without_comment(line);
    size_t n = cells_split(text, '\t', cell);
    if (n < 2) {
        const char *at = strstr(text, ": ");
        at = at ? at : strchr(text, '=');
        if (!at)
            return;
        cell[0] = (struct text_cell){text, (size_t)(at - text)};
        at += 1 + strspn(at + 1, " \t");
        cell[1] = (struct text_cell){at, strlen(at)};
        n = 2;
    }
    cell_copy(key, sizeof key, cell[0]);
    cell_copy(value, sizeof value, cell[1]);
    if (n > 2)
        cell_copy(unit, sizeof unit, cell[2]);
    double x = strtod(value, &end);
    end += strspn(end, " ");
    if (end == value || (*end && !unit_known(end) && strcmp(end, "nm/s")))
        test_know_text(t, key, value);
    else
        test_know_number(t, key, *end ? end : unit_known(unit) || !strcmp(unit, "nm/s") ? unit : "1", x);
}

/* Decimal commas, where a comma stands in a number and separates nothing. */
static char decimal_of(const text_lines *l, size_t from, char separator)
{
    for (size_t i = from; separator != ',' && i < l->n && i < from + 200; i++) {
        struct text_cell cell[CELLS];
        size_t n = cells_split(l->line[i], separator, cell);
        for (size_t k = 0; k < n; k++) {
            double x;
            if (memchr(cell[k].at, ',', cell[k].n) && cell_number(cell[k], ',', &x))
                return ',';
        }
    }
    return '.';
}

enum row { ROW_VALUES, ROW_END, ROW_TEXT, ROW_BAD };

/* bad: the column in which something stands that is no number. */
static enum row parse_row(const char *line, const struct layout *y, double *value, char *marker, size_t size,
                          size_t *bad)
{
    struct text_cell cell[CELLS];
    const int segment = column_find(y->column, y->cols, ROLE_SEGMENT);
    size_t n = cells_split(line, y->separator, cell), numbers = 0, texts = 0;
    marker[0] = 0;
    for (size_t i = 0; i < y->cols; i++) {
        value[i] = NAN;
        if (i < n && cell_number(cell[i], y->decimal, &value[i])) {
            numbers += !isnan(value[i]);
        } else if (i < n && (int)i == segment) {
            cell_copy(marker, size, cell[i]);
        } else if (i < n) {
            texts++;
            *bad = i;
        }
    }
    if (!strcasecmp(marker, "END"))
        return ROW_END;
    return numbers == 0 && !marker[0] ? ROW_TEXT : texts ? ROW_BAD : ROW_VALUES;
}

/* The rows of one test, from line `at` on; at: behind them. */
static bool read_rows(const text_lines *l, size_t *at, const struct layout *y, struct test *out,
                      struct why *why)
{
    for (; *at < l->n; ++*at) {
        double value[TEST_COLUMNS];
        char marker[COLUMN_NAME];
        struct layout next;
        size_t bad = 0;
        if (is_comment(l->line[*at]) && !is_header(l->line[*at], &next)) {
            know_line(out, l->line[*at]);
            continue;
        }
        switch (parse_row(l->line[*at], y, value, marker, sizeof marker, &bad)) {
        case ROW_VALUES:
            if (!test_add_row(out, value, marker, why))
                return false;
            break;
        case ROW_BAD:
            return why_fail(why, FRIT_EDATA, "line %zu, column %zu (%s): no number stands there: \"%.60s\"",
                            *at + 1, bad + 1, y->column[bad].name, l->line[*at]);
        case ROW_END: ++*at; return true;
        case ROW_TEXT:
            if (is_header(l->line[*at], &next))
                return true;
            if (l->line[*at][strspn(l->line[*at], " \t")] && out->rows)
                return true;
        }
    }
    return true;
}

static bool begin(const text_lines *l, size_t header, size_t *at, struct layout *y, struct test *out,
                  bool named)
{
    char unit[TEST_COLUMNS][COLUMN_UNIT];
    *at = header + named;
    if (named && *at < l->n && is_units(l->line[*at], y, unit)) {
        for (size_t i = 0; i < y->cols; i++)
            if (!y->column[i].unit[0])
                memcpy(y->column[i].unit, unit[i], COLUMN_UNIT);
        ++*at;
    }
    y->decimal = decimal_of(l, *at, y->separator);
    out->cols = y->cols;
    memcpy(out->column, y->column, sizeof out->column);
    return true;
}

/* "Test 003", "Test: 3": the next table is of this one. */
static void know_label(struct test *t, const char *line)
{
    line = without_comment(line);
    if (!strncasecmp(line, "test", 4) && isdigit((unsigned char)line[strlen(line) - 1]) &&
        strlen(line) < 40 && !strpbrk(line, "\t,;"))
        snprintf(t->label, sizeof t->label, "%.40s", line);
}

static bool read_named(const text_lines *l, struct tests *t, struct why *why)
{
    size_t at = 0, since = 0;
    while (at < l->n) {
        struct layout y;
        if (!is_header(l->line[at], &y)) {
            at++;
            continue;
        }
        struct test *out = tests_add(t, why);
        if (!out)
            return false;
        out->format = "text";
        const size_t header = at;
        for (; since < header; since++) {
            know_label(out, l->line[since]);
            know_line(out, l->line[since]);
        }
        begin(l, header, &at, &y, out, true);
        if (!read_rows(l, &at, &y, out, why))
            return false;
        since = at;
    }
    return true;
}

/* Micro Materials: three columns without names, time in s, depth in nm, load in mN. */
static bool read_nameless(const text_lines *l, struct tests *t, struct why *why)
{
    struct layout y = {.separator = ' ', .cols = 3};
    size_t at = 0;
    column_parse("Time [s]", &y.column[0]);
    column_parse("Depth [nm]", &y.column[1]);
    column_parse("Load [mN]", &y.column[2]);
    struct text_cell cell[CELLS];
    double x;
    while (at < l->n &&
           (cells_split(l->line[at], ' ', cell) != 3 || !cell_number(cell[0], ',', &x) || isnan(x)))
        at++;
    struct test *out = at < l->n ? tests_add(t, why) : NULL;
    if (!out)
        return why_fail(why, FRIT_EDATA, "no line has three numbers: time, depth and load");
    out->format = "Micro Materials text";
    begin(l, at, &at, &y, out, false);
    return read_rows(l, &at, &y, out, why);
}

bool delimited_read(const text_lines *l, struct tests *t, enum format format, struct why *why)
{
    if (format == FORMAT_MICRO_MATERIALS)
        return read_nameless(l, t, why);
    if (!read_named(l, t, why))
        return false;
    if (t->n)
        return true;
    for (size_t i = 0; i < l->n && i < 5; i++)
        if (strstr(l->line[i], "New Report"))
            return why_fail(why, FRIT_EDATA,
                            "this is a report of results, without curves: read_indentation_results reads it");
    return why_fail(why, FRIT_EDATA,
                    "no line names a column of loads and one of depths, as \"Load (mN)\" and \"Depth (nm)\"; "
                    "for three columns "
                    "of time, depth and load without names give format = \"micro_materials\"");
}
