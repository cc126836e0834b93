/* NanoSuite workbooks (Agilent, Keysight, KLA G200 and XP): a sheet a test, in any order.
 *
 * A sheet "Test 003" has names in its first row ("Displacement Into Surface"), units in the second, then
 * data. The column "Segment" is empty but for markers ("Cycle Unload Marker 2", the row at which unload 2
 * begins); a row "END" or empty rows come last; DBL_MAX stands for what is not valid.  Other sheets have a
 * row for each test: inputs and results.  A workbook of another program is read by the same names of columns.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <ctype.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "test.h"

#define HEADER_ROWS 40 /* within which the names of the columns stand */

/* "Test 003" is 3; 0: no test's sheet ("Test Inputs", "Tagged Test 2"). */
static unsigned long test_number(const char *name)
{
    if (strncasecmp(name, "test", 4))
        return 0;
    name += 4;
    name += strspn(name, " _-");
    char *end;
    unsigned long n = isdigit((unsigned char)*name) ? strtoul(name, &end, 10) : 0;
    return n && !*end ? n : 0;
}

static void text_of(const struct cell *c, char *to, size_t size)
{
    to[0] = 0;
    if (c->kind == CELL_TEXT)
        snprintf(to, size, "%s", c->text);
    else if (c->kind == CELL_NUMBER)
        snprintf(to, size, "%.10g", c->number);
}

static size_t parse_row(const struct sheet *s, size_t row, struct column *c)
{
    size_t n = s->cols < TEST_COLUMNS ? s->cols : TEST_COLUMNS;
    for (size_t k = 0; k < n; k++) {
        char text[COLUMN_NAME];
        text_of(sheet_cell(s, row, k), text, sizeof text);
        column_parse(text, &c[k]);
    }
    return n;
}

/* The row with the names of a load and a depth. */
static bool find_header(const struct sheet *s, size_t *row, struct column *c, size_t *n)
{
    for (*row = 0; *row < s->rows && *row < HEADER_ROWS; (*row)++) {
        *n = parse_row(s, *row, c);
        if (column_find(c, *n, ROLE_LOAD) >= 0 && column_find(c, *n, ROLE_DEPTH) >= 0)
            return true;
    }
    return false;
}

/* ---- Which sheets are tests ---- */

static bool keep_sheet(struct tests *t, size_t sheet, struct why *why)
{
    size_t *longer = realloc(t->sheet, (t->n + 1) * sizeof *longer);
    if (!longer)
        return why_fail(why, FRIT_ENOMEM, "no memory for the list of tests");
    t->sheet = longer;
    t->sheet[t->n++] = sheet;
    return true;
}

static void sort_by_number(struct tests *t)
{
    for (size_t i = 1; i < t->n; i++)
        for (size_t k = i; k > 0; k--) {
            size_t a = t->sheet[k - 1], b = t->sheet[k];
            if (test_number(t->book.sheet[a].name) <= test_number(t->book.sheet[b].name))
                break;
            t->sheet[k - 1] = b;
            t->sheet[k] = a;
        }
}

/* No sheet is named as NanoSuite does: those with the right columns. */
static bool list_by_columns(struct tests *t, struct why *why)
{
    for (size_t i = 0; i < t->book.n_sheets; i++) {
        struct sheet s;
        struct column c[TEST_COLUMNS];
        size_t row, n;
        if (!workbook_sheet(&t->book, i, &s, why))
            return false;
        bool has = find_header(&s, &row, c, &n);
        sheet_free(&s);
        if (has && !keep_sheet(t, i, why))
            return false;
    }
    return true;
}

bool nanosuite_list(struct tests *t, struct why *why)
{
    for (size_t i = 0; i < t->book.n_sheets; i++)
        if (test_number(t->book.sheet[i].name) && !keep_sheet(t, i, why))
            return false;
    if (t->n)
        sort_by_number(t);
    else if (!list_by_columns(t, why))
        return false;
    if (t->n)
        return true;
    char list[200] = "";
    for (size_t i = 0; i < t->book.n_sheets && strlen(list) < 120; i++)
        snprintf(list + strlen(list), sizeof list - strlen(list), "%s\"%.30s\"", i ? ", " : "",
                 t->book.sheet[i].name);
    return why_fail(
        why, FRIT_EDATA,
        "no sheet of the workbook is a test (\"Test 001\", or columns of load and depth): it has %s", list);
}

/* ---- What other sheets know of a test ---- */

static const char *unit_of_attribute(const char *unit)
{
    static const char *const known[] = {"N/m", "s", "mN", "nm", "nm/s", "GPa", "1/s", "Hz", "kHz", "1"};
    if (!strcmp(unit, "C"))
        return "degC";
    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
        if (!strcmp(unit, known[i]))
            return known[i];
    return *unit ? NULL : "1";
}

static void know_cell(struct test *t, const char *name, const char *unit, const struct cell *c)
{
    static const struct {
        const char *theirs, *ours;
    } same[] = {{"Poissons Ratio", "poisson"},
                {"Tip Name", "tip"},
                {"Drift", "drift_rate"},
                {"Drift Correction", "drift_rate"},
                {"Frame Stiffness Correction", "frame_stiffness_correction"}};
    for (size_t i = 0; i < sizeof same / sizeof *same; i++)
        if (column_alike(name, same[i].theirs))
            name = same[i].ours;
    unit = unit_of_attribute(unit);
    if (c->kind == CELL_NUMBER && unit)
        test_know_number(t, name, unit, c->number);
    else if (c->kind == CELL_TEXT)
        test_know_text(t, name, c->text);
}

/* The row of this test in a table with the column "Test". */
static void know_sheet(struct test *t, const struct sheet *s, unsigned long number)
{
    char first[32];
    text_of(sheet_cell(s, 0, 0), first, sizeof first);
    if (strcasecmp(first, "test"))
        return;
    for (size_t row = 1; row < s->rows; row++) {
        char of[32], *end;
        text_of(sheet_cell(s, row, 0), of, sizeof of);
        if (strtoul(of, &end, 10) != number || end == of || *end)
            continue;
        for (size_t k = 1; k < s->cols; k++) {
            char name[COLUMN_NAME], unit[COLUMN_UNIT];
            text_of(sheet_cell(s, 0, k), name, sizeof name);
            text_of(sheet_cell(s, 1, k), unit, sizeof unit);
            know_cell(t, name, unit, sheet_cell(s, row, k));
        }
        return;
    }
}

static void know_others(const struct tests *t, struct test *out, unsigned long number)
{
    static const char *const sheets[] = {"Inputs Editable Post Test", "Required Inputs", "Pre-Test Inputs",
                                         "Results"};
    for (size_t k = 0; number && k < sizeof sheets / sizeof *sheets; k++)
        for (size_t i = 0; i < t->book.n_sheets; i++) {
            struct sheet s;
            struct why nothing;
            if (strcasecmp(t->book.sheet[i].name, sheets[k]) || !workbook_sheet(&t->book, i, &s, &nothing))
                continue;
            know_sheet(out, &s, number);
            sheet_free(&s);
        }
    if (column_named(out->column, out->cols, "Displacement Into Surface") < 0)
        return;
    /* This channel has the frame's and, where it was wanted, the drift's share taken out. */
    test_know_text(out, "frame_correction", "NanoSuite");
    for (size_t i = 0; i < out->n_known; i++)
        if (!strcmp(out->known[i].name, "perform_drift_correction") && out->known[i].number == 1) {
            test_know_text(out, "drift_correction", "NanoSuite");
            break;
        }
}

/* ---- A test ---- */

static bool add_rows(const struct sheet *s, size_t first, struct test *out, struct why *why)
{
    const int segment = column_find(out->column, out->cols, ROLE_SEGMENT);
    for (size_t row = first; row < s->rows; row++) {
        double value[TEST_COLUMNS];
        bool any = false;
        for (size_t k = 0; k < out->cols; k++) {
            const struct cell *c = sheet_cell(s, row, k);
            value[k] = c->kind == CELL_NUMBER ? c->number : NAN;
            any = any || c->kind == CELL_NUMBER;
        }
        const struct cell *mark =
            segment >= 0 ? sheet_cell(s, row, (size_t)segment) : sheet_cell(s, row, s->cols);
        const char *marker = mark->kind == CELL_TEXT ? mark->text : NULL;
        if ((any || marker) && !test_add_row(out, value, marker, why))
            return false;
    }
    return true;
}

/* A row of units: no number, and a unit that we know. */
static bool take_units(const struct sheet *s, size_t row, struct test *out)
{
    char unit[TEST_COLUMNS][COLUMN_UNIT];
    bool any = false;
    for (size_t i = 0; i < out->cols; i++) {
        char text[COLUMN_NAME];
        if (sheet_cell(s, row, i)->kind == CELL_NUMBER)
            return false;
        text_of(sheet_cell(s, row, i), text, sizeof text);
        unit_parse(text, unit[i]);
        any = any || unit_known(unit[i]);
    }
    for (size_t i = 0; any && i < out->cols; i++)
        if (!out->column[i].unit[0])
            memcpy(out->column[i].unit, unit[i], COLUMN_UNIT);
    return any;
}

bool nanosuite_read(const struct tests *t, size_t k, struct test *out, struct why *why)
{
    const size_t index = t->sheet[k];
    const char *name = t->book.sheet[index].name;
    struct sheet s;
    size_t header;
    *out = (struct test){.format = "workbook"};
    if (!workbook_sheet(&t->book, index, &s, why))
        return false;
    snprintf(out->label, sizeof out->label, "%s", name);
    bool good = find_header(&s, &header, out->column, &out->cols);
    if (!good) {
        why_fail(why, FRIT_EDATA,
                 "the sheet \"%.60s\" names no columns of load and depth in its first %d rows", name,
                 HEADER_ROWS);
    } else {
        good = add_rows(&s, header + 1 + take_units(&s, header + 1, out), out, why);
    }
    sheet_free(&s);
    if (good)
        know_others(t, out, test_number(name));
    else
        test_free(out);
    return good;
}
