/* A column of a log: where it is, and what its cells hold.
 *
 * A log is less regular than a curve: other columns may hold words, dates, file names.  Only the wanted
 * column must be numbers, or times, from the line under its name to the end of the file.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "log.h"
#include "cells.h"
#include "table.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct log_column {
    char   separator, decimal;
    size_t column;    /* from 0 */
    size_t with;      /* the column whose text follows, of a date and a time; or the same */
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
            (!cell_number(cells[number - 1], '.', &v) && !cell_number(cells[number - 1], ',', &v) &&
             !time_text_read(cells[number - 1].at, cells[number - 1].n, TIME_DAY_FIRST, &v))) {
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

static bool find_one(const text_lines *t, const char *what, log_column *out, cell *cells, label *labels,
                     text_error *e)
{
    bool ok = what || only_column(t, out->separator, cells, labels, e);
    size_t number = what ? table_column_number(what) : 1;
    if (ok)
        ok =
            number ? find_by_number(t, number, out, cells, labels, e) : find_by_name(t, what, out, labels, e);
    out->with = out->column;
    return ok;
}

/* "date + time": a column, and the one whose text follows. */
static bool find_pair(const text_lines *t, const char *what, const char *plus, log_column *out, cell *cells,
                      label *labels, text_error *e)
{
    char part[2][LABEL_SIZE];
    const char *from[2] = { what, plus + 1 }, *to[2] = { plus, what + strlen(what) };
    for (size_t k = 0; k < 2; k++) {
        while (from[k] < to[k] && *from[k] == ' ')
            from[k]++;
        while (to[k] > from[k] && to[k][-1] == ' ')
            to[k]--;
        size_t n = (size_t)(to[k] - from[k]);
        if (n == 0 || n >= LABEL_SIZE)
            return text_fail(e, FRIT_EDATA, "\"%s\": two columns are wanted, as \"date + time\"", what);
        memcpy(part[k], from[k], n);
        part[k][n] = 0;
    }
    log_column second = { .separator = out->separator };
    if (!find_one(t, part[0], out, cells, labels, e) || !find_one(t, part[1], &second, cells, labels, e))
        return false;
    out->with = second.column;
    if (second.first > out->first)
        out->first = second.first;
    return true;
}

static bool find_column(const text_lines *t, const char *what, log_column *out, cell *cells, text_error *e)
{
    label *labels = calloc(CELLS_MAX + 1, sizeof *labels);
    if (!labels)
        return text_fail(e, FRIT_ENOMEM, "no memory");
    *out = (log_column){ .separator = find_separator(t) };
    const char *plus = what ? strchr(what, '+') : NULL;
    bool ok = find_one(t, what, out, cells, labels, e) ||
              (plus && find_pair(t, what, plus, out, cells, labels, e));
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

/* ---- The values ---- */

typedef struct reading {
    const log_column *at;
    log_rule          rule;
    enum time_kind    kind;       /* of the column, by its first cell */
    size_t            numbers;
    double            last, days; /* times of day: the one before, and what midnights have added */
} reading;

/* The text of a cell, of two where a date and a time belong together. */
static cell text_of(const reading *r, const cell *cells, char *room, size_t size)
{
    const cell *a = &cells[r->at->column], *b = &cells[r->at->with];
    if (a == b)
        return *a;
    int n = snprintf(room, size, "%.*s %.*s", (int)a->n, a->at, (int)b->n, b->at);
    return (cell){ room, n < 0 ? 0 : (size_t)n < size ? (size_t)n : size - 1 };
}

/* A clock that shows less than before has passed midnight, where it is half a day less. */
static double past_midnight(reading *r, double time)
{
    if (time < r->last - 43200)
        r->days += 86400;
    r->last = time;
    return time + r->days;
}

static bool read_time(reading *r, cell it, double *value)
{
    enum time_kind kind = time_text_read(it.at, it.n, r->rule.order, value);
    if (kind == TIME_NONE || r->numbers || (r->kind && kind != r->kind))
        return false;
    r->kind = kind;
    if (kind == TIME_OF_DAY)
        *value = past_midnight(r, *value);
    return true;
}

static bool read_cell(reading *r, cell it, size_t line, log_values *out, text_error *e)
{
    char quote[TEXT_QUOTE];
    double *value = &out->value[out->n];
    bool number = cell_number(it, r->at->decimal, value);
    bool good = (number && (isnan(*value) || !r->kind)) || read_time(r, it, value);
    r->numbers += number && !isnan(*value);
    if (good && r->kind == TIME_AMBIGUOUS)
        return text_fail(e, FRIT_EDATA,
                         "line %zu: is \"%s\" the day first, or the month? Give dates = \"day-first\" "
                         "or \"month-first\"",
                         line, text_quote(quote, it.at, it.n));
    if (!good && !r->rule.mask_bad)
        return text_fail(e, FRIT_EDATA,
                         "line %zu holds \"%s\" in column %zu, which is no %s; bad = \"mask\" goes on "
                         "without such lines",
                         line, text_quote(quote, it.at, it.n), r->at->column + 1,
                         r->kind ? "time as those above" : "number");
    if (!good) {
        *value = NAN;
        if (!out->bad++) {
            out->first_bad = line;
            text_quote(out->bad_text, it.at, it.n);
        }
    }
    out->line[out->n++] = line;
    return true;
}

static bool read_values(const text_lines *t, const log_column *at, log_rule rule, cell *cells,
                        log_values *out, text_error *e)
{
    char quote[TEXT_QUOTE], room[2 * TEXT_QUOTE];
    reading r = { .at = at, .rule = rule, .last = -INFINITY };
    for (size_t i = at->first; i < t->n; i++) {
        if (text_is_blank(t->line[i]) || text_is_comment(t->line[i], at->separator))
            continue;
        size_t found = cells_split(t->line[i], at->separator, cells),
               wanted = at->column > at->with ? at->column : at->with;
        if (found <= wanted)
            return text_fail(e, FRIT_EDATA, "line %zu has %zu column%s, and none that is number %zu: \"%s\"",
                             i + 1, found, found == 1 ? "" : "s", wanted + 1,
                             text_quote(quote, t->line[i], strlen(t->line[i])));
        if (!read_cell(&r, text_of(&r, cells, room, sizeof room), i + 1, out, e))
            return false;
    }
    out->times = r.kind != TIME_NONE;
    if (out->n == 0)
        return text_fail(e, FRIT_EDATA, "no number stands under the name in line %zu", at->first);
    return out->bad < out->n ||
           text_fail(e, FRIT_EDATA, "no cell of the column is a number; line %zu holds \"%s\"",
                     out->first_bad, out->bad_text);
}

bool log_read(const text_lines *t, const char *what, log_rule rule, log_values *out, text_error *e)
{
    *out = (log_values){ .n = 0 };
    log_column at = { .separator = 0 };
    cell *cells = calloc(CELLS_MAX + 1, sizeof *cells);
    out->value = calloc(t->n + 1, sizeof *out->value);
    out->line = calloc(t->n + 1, sizeof *out->line);
    bool ok = cells && out->value && out->line;
    if (!ok)
        text_fail(e, FRIT_ENOMEM, "no memory for %zu lines", t->n);
    ok = ok && find_column(t, what, &at, cells, e);
    if (ok) {
        at.decimal = find_decimal(t, &at, cells);
        out->label = at.label;
        ok = read_values(t, &at, rule, cells, out, e);
    }
    free(cells);
    if (!ok)
        log_free(out);
    return ok;
}

void log_free(log_values *v)
{
    free(v->value);
    free(v->line);
    *v = (log_values){ .n = 0 };
}

const char *log_unit(const log_values *v, const char *given, char *remark, size_t size)
{
    const label *l = &v->label;
    remark[0] = 0;
    if (v->times)
        return "s";
    if (l->unknown && !given)
        snprintf(remark, size,
                 "the unit \"%s\" of \"%s\" is not known: taken as numbers without unit; unit says "
                 "what it is",
                 l->unit, l->text);
    if (l->unit[0] && !l->unknown)
        return l->unit;
    return given ? given : "1";
}

void log_tell_bad(const log_values *v, const char *column, char *remark, size_t size)
{
    remark[0] = 0;
    if (v->bad)
        snprintf(remark, size,
                 "%zu of %zu lines have no number in column %s, the first line %zu with \"%s\": taken "
                 "as not measured",
                 v->bad, v->n, column ? column : "1", v->first_bad, v->bad_text);
}
