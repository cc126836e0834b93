/* Read one column of a log: the temperatures of the frames, the times of the indents.
 *
 * A log is less regular than a curve: other columns may hold words, dates, file names.  Only the
 * wanted column must be numbers, from the line under its name to the end of the file.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "columns.h"
#include "table.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

const frit_port read_column_outputs[] = {
    { .name = "values", .ndim = 1, .unit = "*",
      .doc = "the numbers of the column, from top to bottom; cells that are empty or not finite are masked" },
    { 0 }
};

const frit_param read_column_table[] = {
    FRIT_PATH(read_column_params, file, FRIT_PARAM_REQUIRED,
              "the log: CSV, or columns separated by ; tab or blanks"),
    FRIT_TEXT(read_column_params, column, NULL, 0,
              "the column's name in the file, or its number from 1; not needed where there is only one"),
    FRIT_TEXT(read_column_params, unit, NULL, 0, "its unit, where the file does not say it"),
    { 0 }
};

typedef struct log_column {
    char   separator, decimal;
    size_t column;    /* from 0 */
    size_t first;     /* line of the first number, from 0 */
    label  label;
} log_column;

/* The separator that most lines have; numbers alone tell it better. */
static char find_separator(const text_lines *t)
{
    static const char candidates[] = { ';', '\t', ',' };
    size_t lines = 0, numeric = 0, with[3] = { 0 };
    for (size_t i = 0; i < t->n; i++) {
        if (text_is_blank(t->line[i]))
            continue;
        lines++;
        numeric += cells_look_numeric(t->line[i]);
        for (size_t k = 0; k < 3; k++)
            with[k] += strchr(t->line[i], candidates[k]) != NULL;
    }
    if (2 * numeric > lines)
        return cells_dialect(t, 0).separator;
    for (size_t k = 0; k < 3; k++)
        if (2 * with[k] > lines)
            return candidates[k];
    return ' ';
}

/* The line that names the column, and the units under it or in it. */
static bool find_by_name(const text_lines *t, const char *name, log_column *out, label *labels, text_error *e)
{
    char list[400] = "";
    for (int pass = 0; pass < 3; pass++) {
        for (size_t i = 0; i < t->n; i++) {
            size_t n = table_header_labels(t->line[i], out->separator, 0, labels);
            for (size_t k = 0; k < n; k++) {
                const label *l = &labels[k];
                if (pass == 0 ? strcmp(l->text, name) : pass == 1 ? strcmp(l->name, name) :
                    !label_alike(l->name, name) && !label_alike(l->text, name))
                    continue;
                out->column = k;
                out->first = i + 1;
                out->label = *l;
                if (i + 1 < t->n && table_is_units_row(t->line[i + 1], out->separator, n) &&
                    table_header_labels(t->line[i + 1], out->separator, n, labels) == n) {
                    out->first++;
                    strcpy(out->label.unit, labels[k].unit);
                    out->label.unknown = labels[k].unknown;
                }
                return true;
            }
            if (n > 1 && !*list)
                table_list(labels, n, list, sizeof list);
        }
    }
    return *list ? text_fail(e, FRIT_EDATA, "no column is called \"%s\"; the columns are %s", name, list) :
                   text_fail(e, FRIT_EDATA, "no column is called \"%s\", and no line of names was found: "
                             "give the column's number", name);
}

/* The first line that has a number in this column; the line above may name it. */
static bool find_by_number(const text_lines *t, size_t number, log_column *out, cell *cells, label *labels,
                           text_error *e)
{
    out->column = number - 1;
    size_t above = SIZE_MAX;
    for (size_t i = 0; i < t->n; i++) {
        if (text_is_blank(t->line[i]))
            continue;
        size_t n = cells_split(t->line[i], out->separator, cells);
        double v;
        if (text_is_comment(t->line[i], out->separator) || n < number || n > CELLS_MAX ||
            !cells[number - 1].n ||
            (!cell_number(cells[number - 1], '.', &v) && !cell_number(cells[number - 1], ',', &v))) {
            above = i;
            continue;
        }
        out->first = i;
        if (above != SIZE_MAX && table_header_labels(t->line[above], out->separator, n, labels) == n)
            out->label = labels[number - 1];
        return true;
    }
    return text_fail(e, FRIT_EDATA, "no line has a number in column %zu", number);
}

static bool only_column(const text_lines *t, char separator, cell *cells, label *labels, text_error *e)
{
    char list[400] = "";
    for (size_t i = 0; i < t->n; i++) {
        if (text_is_blank(t->line[i]) || text_is_comment(t->line[i], separator))
            continue;
        size_t n = table_header_labels(t->line[i], separator, 0, labels);
        if (n > 1)
            return text_fail(e, FRIT_EDATA, "say which column: %s", table_list(labels, n, list, sizeof list));
        if (n == 1 || cells_split(t->line[i], separator, cells) == 1)
            continue;
        return text_fail(e, FRIT_EDATA, "line %zu has several columns: say which by its number", i + 1);
    }
    return true;
}

static bool find_column(const text_lines *t, const char *what, log_column *out, cell *cells, text_error *e)
{
    label *labels = calloc(CELLS_MAX + 1, sizeof *labels);
    if (!labels)
        return text_fail(e, FRIT_ENOMEM, "no memory");
    *out = (log_column){ .separator = find_separator(t) };
    bool ok = what || only_column(t, out->separator, cells, labels, e);
    size_t number = what ? table_column_number(what) : 1;
    if (ok)
        ok = number ? find_by_number(t, number, out, cells, labels, e) :
                      find_by_name(t, what, out, labels, e);
    free(labels);
    return ok;
}

/* A decimal comma, where the column has commas and no points. */
static char find_decimal(const text_lines *t, const log_column *at, cell *cells)
{
    bool comma = false, point = false;
    for (size_t i = at->first; i < t->n; i++) {
        if (text_is_blank(t->line[i]) || cells_split(t->line[i], at->separator, cells) <= at->column)
            continue;
        const cell *it = &cells[at->column];
        comma = comma || memchr(it->at, ',', it->n);
        point = point || memchr(it->at, '.', it->n);
    }
    return comma && !point ? ',' : '.';
}

static bool read_values(const text_lines *t, const log_column *at, cell *cells, double *value, size_t *n,
                        text_error *e)
{
    char quote[TEXT_QUOTE];
    *n = 0;
    for (size_t i = at->first; i < t->n; i++) {
        if (text_is_blank(t->line[i]) || text_is_comment(t->line[i], at->separator))
            continue;
        size_t found = cells_split(t->line[i], at->separator, cells);
        if (found <= at->column)
            return text_fail(e, FRIT_EDATA, "line %zu has %zu column%s, and none that is number %zu: \"%s\"",
                             i + 1, found, found == 1 ? "" : "s", at->column + 1,
                             text_quote(quote, t->line[i], strlen(t->line[i])));
        const cell *it = &cells[at->column];
        if (!cell_number(*it, at->decimal, &value[*n]))
            return text_fail(e, FRIT_EDATA, "line %zu holds \"%s\" in column %zu, which is no number", i + 1,
                             text_quote(quote, it->at, it->n), at->column + 1);
        (*n)++;
    }
    return *n > 0 || text_fail(e, FRIT_EDATA, "no number stands under the name in line %zu", at->first);
}

/* The file's own unit, else the recipe's. */
static const char *settle_unit(frit_call *c, const label *l, const char *given)
{
    if (l->unknown && !given)
        c->host->log(c, FRIT_WARNING, "the unit \"%s\" of \"%s\" is not known: taken as numbers without "
                     "unit; unit says what it is", l->unit, l->text);
    if (l->unit[0] && !l->unknown)
        return l->unit;
    return given ? given : "1";
}

static frit_status put(frit_call *c, const double *value, size_t n)
{
    frit_buffer *b = c->host->output(c, 0, FRIT_F64, 1, &n, FRIT_WANT_MASK);
    if (!b)
        return FRIT_ENOMEM;
    for (size_t i = 0; i < n; i++) {
        b->value[i] = value[i];
        b->mask[i] = !isfinite(value[i]);
    }
    return FRIT_OK;
}

frit_status read_column_run(frit_call *c)
{
    const read_column_params *p = c->params;
    text_lines t;
    text_error e;
    if (!text_read(p->file, &t, &e))
        return c->host->fail(c, e.code, "%s: %s", p->file, e.text);
    cell *cells = c->host->scratch(c, CELLS_MAX + 1, sizeof *cells);
    double *value = c->host->scratch(c, t.n + 1, sizeof *value);
    if (!cells || !value) {
        text_free(&t);
        return FRIT_ENOMEM;
    }
    log_column at;
    size_t n = 0;
    bool ok = find_column(&t, p->column, &at, cells, &e);
    if (ok) {
        at.decimal = find_decimal(&t, &at, cells);
        ok = read_values(&t, &at, cells, value, &n, &e);
    }
    text_free(&t);
    if (!ok)
        return c->host->fail(c, e.code, "%s: %s", p->file, e.text);
    frit_status status = put(c, value, n);
    c->host->set_unit(c, 0, -1, at.label.name[0] ? at.label.name : NULL, settle_unit(c, &at.label, p->unit));
    return status;
}
