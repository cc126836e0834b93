/* read_indentation_results: one quantity of all tests from a report of results.
 *
 * Anton Paar's report has a block for each quantity ("HIT (O&P)<tab>Data : 1<tab>7073,410<tab>", the unit in
 * the second line), with decimal comma; a NanoSuite workbook has the sheet "Results", a row for each test.
 * What the instrument's own statistics say (mean, standard deviation, number) becomes attributes.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <ctype.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "indentation.h"
#include "record.h"
#include "test.h"

const frit_port read_indentation_results_outputs[] = {
    {.name = "values",
     .unit = "*",
     .ndim = 1,
     .axis_name = {"test"},
     .axis_unit = {"1"},
     .doc = "the quantity of each test, over its number; masked where the report has none"},
    {0}};

#define PARAMS struct read_indentation_results
const frit_param read_indentation_results_params[] = {
    FRIT_PATH(PARAMS, file, FRIT_PARAM_REQUIRED, "the report, or the workbook"),
    FRIT_TEXT(PARAMS, quantity, NULL, FRIT_PARAM_REQUIRED,
              "its name in the report: \"HIT (O&P)\", \"EIT (O&P)\", \"H\""),
    FRIT_TEXT(PARAMS, unit, NULL, 0, "where the report does not say it, or in a way that is no unit"),
    {0}};

const char read_indentation_results_doc[] =
    "Reads the results that an instrument's program has computed, to compare, or to do statistics with: "
    "Anton Paar's \"New "
    "Report\" (blocks of `Data : 1`, decimal comma, `--.--` for nothing), or the sheet \"Results\" of a "
    "NanoSuite workbook "
    "(rows of a number alone: tests, not cycles).  The names are compared but for case, blanks and "
    "punctuation.  The report's "
    "own `mean`, `std_dev`, `n` go along as attributes `report_mean` and so on.";

struct found {
    double *x, *value;
    size_t n, room;
    char unit[COLUMN_UNIT];
    double mean, deviation, count;
};

static bool add(struct found *f, double x, double value, struct why *why)
{
    if (f->n == f->room) {
        f->room = f->room ? 2 * f->room : 256;
        double *a = realloc(f->x, f->room * sizeof *a);
        f->x = a ? a : f->x;
        double *b = a ? realloc(f->value, f->room * sizeof *b) : NULL;
        f->value = b ? b : f->value;
        if (!b)
            return why_fail(why, FRIT_ENOMEM, "no memory for the report");
    }
    f->x[f->n] = x;
    f->value[f->n++] = value;
    return true;
}

/* ---- Anton Paar ---- */

static void list_name(char *list, size_t size, const char *name)
{
    size_t at = strlen(list);
    if (at + strlen(name) + 6 < size)
        snprintf(list + at, size - at, "%s\"%s\"", at ? ", " : "", name);
}

static bool take_line(struct found *f, size_t line, struct text_cell *cell, struct why *why)
{
    char key[64], *end;
    double x;
    cell_copy(key, sizeof key, cell[1]);
    if (!cell_number(cell[2], ',', &x))
        return why_fail(why, FRIT_EDATA, "line %zu: \"%.*s\" is no number", line,
                        (int)(cell[2].n < 40 ? cell[2].n : 40), cell[2].at);
    if (!strncmp(key, "Data :", 6)) {
        double number = strtod(key + 6, &end);
        return add(f, number, x, why);
    }
    if (!strcmp(key, "Mean"))
        f->mean = x;
    else if (!strcmp(key, "Std Dev"))
        f->deviation = x;
    else if (!strcmp(key, "N"))
        f->count = x;
    return true;
}

/* The same letters in another case may be another quantity: hm is a depth, HM a hardness. */
static bool same_case(const text_lines *l, const char *quantity)
{
    for (size_t i = 0; i < l->n; i++) {
        const size_t n = strcspn(l->line[i], "\t");
        if (n == strlen(quantity) && !strncmp(l->line[i], quantity, n))
            return true;
    }
    return false;
}

static bool read_report(const text_lines *l, const char *quantity, struct found *f, struct why *why)
{
    const bool exact = same_case(l, quantity);
    bool within = false;
    char list[300] = "";
    for (size_t i = 0; i < l->n; i++) {
        struct text_cell cell[CELLS];
        char first[COLUMN_NAME];
        if (cells_split(l->line[i], '\t', cell) < 3 || cell[1].n == 0)
            continue;
        cell_copy(first, sizeof first, cell[0]);
        if (first[0] == '[') {
            if (within)
                unit_parse(first, f->unit);
        } else if (first[0]) {
            within = exact ? !strcmp(first, quantity) : column_alike(first, quantity);
            list_name(list, sizeof list, first);
        }
        if (within && !take_line(f, i + 1, cell, why))
            return false;
    }
    return f->n || why_fail(why, FRIT_EDATA, "the report has no \"%.60s\"; it has %s", quantity,
                            list[0] ? list : "no blocks of results");
}

/* ---- NanoSuite ---- */

static bool read_sheet(const struct sheet *s, const char *quantity, struct found *f, struct why *why)
{
    struct column name[WORKBOOK_MAX_COLS];
    char list[300] = "";
    int col = -1;
    for (size_t k = 0; k < s->cols && k < WORKBOOK_MAX_COLS; k++) {
        const struct cell *c = sheet_cell(s, 0, k);
        snprintf(name[k].name, sizeof name[k].name, "%.90s", c->kind == CELL_TEXT ? c->text : "");
        if (k > 0 && name[k].name[0])
            list_name(list, sizeof list, name[k].name);
        if (col < 0 && column_alike(name[k].name, quantity))
            col = (int)k;
    }
    if (col < 0)
        return why_fail(why, FRIT_EDATA, "the sheet \"Results\" has no column \"%.60s\"; it has %s", quantity,
                        list);
    const struct cell *unit = sheet_cell(s, 1, (size_t)col);
    unit_parse(unit->kind == CELL_TEXT ? unit->text : "", f->unit);
    for (size_t row = 1; row < s->rows; row++) {
        const struct cell *test = sheet_cell(s, row, 0), *value = sheet_cell(s, row, (size_t)col);
        char *end;
        double x = test->kind == CELL_NUMBER ? test->number
                   : test->kind == CELL_TEXT ? strtod(test->text, &end)
                                             : NAN;
        if (isnan(x) || (test->kind == CELL_TEXT && (end == test->text || *end)))
            continue;
        if (!add(f, x, value->kind == CELL_NUMBER && fabs(value->number) < 1e300 ? value->number : NAN, why))
            return false;
    }
    return f->n || why_fail(why, FRIT_EDATA, "the sheet \"Results\" has no row for a test");
}

static bool read_workbook(const char *path, const char *quantity, struct found *f, struct why *why)
{
    struct workbook w;
    struct sheet s;
    if (!workbook_open(&w, path, why))
        return false;
    size_t i = 0;
    while (i < w.n_sheets && strcasecmp(w.sheet[i].name, "Results"))
        i++;
    bool good = i < w.n_sheets ? workbook_sheet(&w, i, &s, why)
                               : why_fail(why, FRIT_EDATA, "the workbook has no sheet \"Results\"");
    if (good) {
        good = read_sheet(&s, quantity, f, why);
        sheet_free(&s);
    }
    workbook_close(&w);
    return good;
}

static bool read_file(const char *path, const char *quantity, struct found *f, struct why *why)
{
    bool book;
    text_lines l;
    if (!workbook_is(path, &book, why))
        return false;
    if (book)
        return read_workbook(path, quantity, f, why);
    if (!lines_read(path, &l, why))
        return false;
    bool good = read_report(&l, quantity, f, why);
    text_free(&l);
    return good;
}

static frit_status put(frit_call *c, const struct found *f)
{
    const PARAMS *p = c->params;
    frit_status status = write_curve(c, 0, f->n, f->x, f->value, NULL);
    if (status != FRIT_OK)
        return status;
    c->host->set_unit(c, 0, -1, p->quantity, p->unit ? p->unit : f->unit[0] ? f->unit : "1");
    const double known[] = {f->mean, f->deviation, f->count};
    static const char *const names[] = {"report_mean", "report_std_dev", "report_n"};
    for (size_t i = 0; i < 3; i++)
        if (isfinite(known[i]))
            c->host->set_attribute(c, 0, names[i], "1", known[i]);
    return FRIT_OK;
}

frit_status read_indentation_results_run(frit_call *c)
{
    const PARAMS *p = c->params;
    struct found f = {.mean = NAN, .deviation = NAN, .count = NAN};
    struct why why;
    frit_status status =
        read_file(p->file, p->quantity, &f, &why) ? put(c, &f) : c->host->fail(c, why.code, "%s", why.text);
    free(f.x);
    free(f.value);
    return status;
}
