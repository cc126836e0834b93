/* A file of columns of numbers: where the numbers begin, how many belong in a row, what the
 * columns are called.
 *
 * Known by their headers are Fit2D's .chi (title, two labels, number of points), files with a line
 * "#### start data" (PDFgetX2, PDFgetX3, xPDFsuite), a count in a line of its own before the
 * numbers (PyStoG, LAMMPS), the number of points and a title in the first two lines (RMCProfile),
 * and a line of names right above the numbers, behind a comment sign or not (pyFAI, CSV).  From the
 * first row of numbers on there is nothing but rows of as many numbers, blank lines and comments:
 * anything else is an error with its line.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "table.h"

#include <glib.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Where things stand in the file; lines from 0. */
typedef struct layout {
    size_t  header;    /* first line that may hold names */
    size_t  count;     /* line with the number of points; SIZE_MAX: none */
    size_t  first;     /* row of numbers */
    bool    fit2d, rmcprofile;
    dialect dialect;
} layout;

static bool is_row(const text_lines *t, size_t i, char separator)
{
    return !text_is_blank(t->line[i]) && !text_is_comment(t->line[i], separator);
}

static size_t next_row(const text_lines *t, size_t i, char separator)
{
    while (i < t->n && !is_row(t, i, separator))
        i++;
    return i;
}

/* The cells of a row without the comment at its end. */
static size_t row_cells(char *line, char separator, cell *cells)
{
    size_t length = cells_length(line);
    char kept = line[length];
    line[length] = 0;
    size_t n = cells_split(line, separator, cells);
    line[length] = kept;
    return n;
}

const char *table_header_text(const char *line)
{
    line += strspn(line, " \t");
    line += strspn(line, "#!%;");
    if (line[0] == '/' && line[1] == '/')
        line += 2;
    if (line[0] == 'L' && (line[1] == ' ' || line[1] == '\t'))    /* of SPEC: "#L Q I" */
        line++;
    return line + strspn(line, " \t");
}

size_t table_column_number(const char *what)
{
    size_t n = strspn(what, "0123456789");
    return n && n < 6 && !what[n] ? strtoul(what, NULL, 10) : 0;
}

const char *table_list(const label *labels, size_t n, char *out, size_t size)
{
    size_t at = 0;
    out[0] = 0;
    for (size_t i = 0; i < n && at + 2 * LABEL_SIZE < size; i++)
        at += (size_t)snprintf(out + at, size - at, "%s%zu %s", i ? ", " : "", i + 1, labels[i].text);
    return out;
}

/* ---- Names ----------------------------------------------------------------------------- */

/* Between blanks "T (K)" is two cells: put what begins with a bracket to the one before. */
static size_t join_brackets(cell *cells, size_t n)
{
    size_t kept = 0;
    for (size_t i = 0; i < n; i++) {
        if (kept && cells[i].n && strchr("([", *cells[i].at))
            cells[kept - 1].n = (size_t)(cells[i].at + cells[i].n - cells[kept - 1].at);
        else
            cells[kept++] = cells[i];
    }
    return kept;
}

/* Cells that two blanks or a tab separate: "Heat Flow  Temperature". */
static size_t split_wide(const char *p, cell *cells)
{
    size_t n = 0;
    while (*p && n < CELLS_MAX) {
        size_t length = 0;
        while (p[length] && p[length] != '\t' && strncmp(p + length, "  ", 2))
            length++;
        if (length)
            cells[n++] = (cell){ p, length };
        p += length;
        p += strspn(p, " \t");
    }
    return n;
}

static bool any_number(const cell *cells, size_t n)
{
    double v;
    for (size_t i = 0; i < n; i++)
        if (cells[i].n && strcspn(cells[i].at, "0123456789") < cells[i].n && cell_number(cells[i], '.', &v))
            return true;
    return false;
}

size_t table_header_labels(const char *line, char separator, size_t wanted, label *labels)
{
    const char *p = table_header_text(line);
    cell *cells = malloc((CELLS_MAX + 1) * sizeof *cells);
    if (!cells)
        return 0;
    size_t n = 0;
    for (int way = wanted || separator != ' ' ? 0 : 1; way < 4; way++) {
        n = way == 0 ? cells_split(p, separator, cells) :
            way == 1 ? join_brackets(cells, cells_split(p, ' ', cells)) :
            way == 2 ? split_wide(p, cells) : cells_split(p, ',', cells);
        if (n <= CELLS_MAX && (n == wanted || !wanted))
            break;
        n = 0;
    }
    if (any_number(cells, n))
        n = 0;
    for (size_t i = 0; i < n; i++)
        label_parse(cells[i].at, cells[i].n, &labels[i]);
    free(cells);
    return n;
}

bool table_is_units_row(const char *line, char separator, size_t wanted)
{
    const char *p = table_header_text(line);
    cell *cells = malloc((CELLS_MAX + 1) * sizeof *cells);
    if (!cells)
        return false;
    size_t n = cells_split(p, separator, cells);
    bool units = n == wanted;
    for (size_t i = 0; i < n && units; i++)
        units = cells[i].n == 0 ||
                (cells[i].n >= 2 && ((*cells[i].at == '[' && cells[i].at[cells[i].n - 1] == ']') ||
                                     (*cells[i].at == '(' && cells[i].at[cells[i].n - 1] == ')')));
    free(cells);
    return units;
}

/* The line before `before` that is not blank, at or after `from`; or SIZE_MAX. */
static size_t line_above(const text_lines *t, size_t before, size_t from)
{
    while (before > from)
        if (!text_is_blank(t->line[--before]))
            return before;
    return SIZE_MAX;
}

/* Frit's own title: "NAME [UNIT] over NAME [UNIT]; ...". */
static bool read_title(const char *title, table *out)
{
    const char *over = strstr(title, "] over "), *end = over ? strchr(over + 7, ']') : NULL;
    if (!end || out->columns < 2 || !strchr(over, '['))
        return false;
    label_parse(title, (size_t)(over + 1 - title), &out->labels[1]);
    label_parse(over + 7, (size_t)(end + 1 - over - 7), &out->labels[0]);
    return true;
}

static bool read_labels(const text_lines *t, const layout *at, table *out)
{
    char separator = at->dialect.separator;
    if (at->fit2d && out->columns == 2) {
        for (size_t k = 0; k < 2; k++)
            label_parse(t->line[k + 1], strlen(t->line[k + 1]), &out->labels[k]);
        return true;
    }
    if (at->rmcprofile)
        return read_title(t->line[1], out);
    size_t above = line_above(t, at->first, at->header);
    if (above == at->count && above != SIZE_MAX)
        above = line_above(t, above, at->header);
    if (above == SIZE_MAX)
        return false;

    if (table_is_units_row(t->line[above], separator, out->columns)) {
        size_t names = line_above(t, above, at->header);
        label *units = calloc(out->columns, sizeof *units);
        bool found = units && names != SIZE_MAX &&
                     table_header_labels(t->line[above], separator, out->columns, units) &&
                     table_header_labels(t->line[names], separator, out->columns, out->labels);
        for (size_t k = 0; found && k < out->columns; k++) {
            char text[2 * LABEL_SIZE];
            int n = snprintf(text, sizeof text, "%s %s", out->labels[k].text, units[k].text);
            label_parse(text, (size_t)n, &out->labels[k]);
        }
        free(units);
        return found;
    }
    return table_header_labels(t->line[above], separator, out->columns, out->labels);
}

bool table_find(const table *t, const char *what, size_t *column, text_error *e)
{
    char list[400];
    size_t number = table_column_number(what);
    if (number) {
        *column = number - 1;
        return number <= t->columns ||
               text_fail(e, FRIT_EDATA, "there is no column %zu: the file has %zu", number, t->columns);
    }
    for (int pass = 0; pass < 3 && t->labelled; pass++) {
        for (size_t k = 0; k < t->columns; k++) {
            const label *l = &t->labels[k];
            if (pass == 0 ? !strcmp(l->text, what) : pass == 1 ? !strcmp(l->name, what) :
                label_alike(l->name, what) || label_alike(l->text, what)) {
                *column = k;
                return true;
            }
        }
    }
    if (!t->labelled)
        return text_fail(e, FRIT_EDATA, "no line of names stands above the numbers: say which of the %zu "
                         "columns \"%s\" is, from 1", t->columns, what);
    return text_fail(e, FRIT_EDATA, "there is no column \"%s\"; the columns are %s", what,
                     table_list(t->labels, t->columns, list, sizeof list));
}

/* ---- Where the numbers are ----------------------------------------------------------------- */

/* "#### start data": the line after the last one, or 0. */
static size_t after_marker(const text_lines *t)
{
    for (size_t i = t->n; i > 0; i--) {
        const char *p = t->line[i - 1];
        size_t signs = strspn(p, "#");
        p += signs;
        if (signs && !strncmp(p + strspn(p, " "), "start data", 10))
            return i;
    }
    return 0;
}

/* A line of one to four whole numbers: the last of them, and how many; or -1. */
static double whole_numbers(const char *line, char separator, size_t *n)
{
    cell *cells = malloc((CELLS_MAX + 1) * sizeof *cells);
    if (!cells)
        return -1;
    double v = -1;
    *n = cells_split(line, separator, cells);
    for (size_t i = 0; i < *n; i++) {
        if (*n > 4 || !cells[i].n || strspn(cells[i].at, "0123456789") < cells[i].n ||
            !cell_number(cells[i], '.', &v)) {
            v = -1;
            break;
        }
    }
    free(cells);
    return v;
}

static bool is_fit2d(const text_lines *t)
{
    size_t n;
    return t->n >= 5 && !cells_look_numeric(t->line[1]) && !cells_look_numeric(t->line[2]) &&
           !text_is_comment(t->line[1], ' ') && !text_is_comment(t->line[2], ' ') &&
           !text_is_blank(t->line[1]) && !text_is_blank(t->line[2]) &&
           whole_numbers(t->line[3], ' ', &n) >= 0 && n == 1 && cells_look_numeric(t->line[4]);
}

/* The number of points in the first line, a title in the second, then numbers. */
static bool is_rmcprofile(const text_lines *t)
{
    size_t n;
    return t->n >= 3 && whole_numbers(t->line[0], ' ', &n) >= 0 && n == 1 && !text_is_blank(t->line[1]) &&
           !text_is_comment(t->line[1], ' ') && !cells_look_numeric(t->line[1]) &&
           cells_look_numeric(t->line[2]);
}

static size_t count_rows(const text_lines *t, size_t first, char separator)
{
    size_t n = 0;
    for (size_t i = first; i < t->n; i++)
        n += is_row(t, i, separator);
    return n;
}

/* A line of whole numbers of another length than the rows, whose last one is the number of rows.
 * Fit2D's is right unless the file was cut; other programs count what they did not write. */
static bool take_count(const text_lines *t, layout *at, table *out, cell *cells, text_error *e)
{
    char separator = at->dialect.separator;
    size_t next = next_row(t, at->first + 1, separator), n;
    double promised = whole_numbers(t->line[at->first], separator, &n);
    if (promised < 0 || next == t->n || row_cells(t->line[next], separator, cells) == n ||
        !cells_look_numeric(t->line[next]))
        return true;
    size_t rows = count_rows(t, next, separator);
    if (rows != promised && n > 1)
        return true;
    if (rows != promised && at->fit2d)
        return text_fail(e, FRIT_EDATA, "line %zu promises %.0f points, but %zu follow: the file is %s",
                         at->first + 1, promised, rows, rows < promised ? "cut short" : "damaged");
    if (rows != promised)
        snprintf(out->remark, sizeof out->remark, "line %zu promises %.0f points, but %zu follow",
                 at->first + 1, promised, rows);
    at->count = at->first;
    at->first = next;
    return true;
}

static bool check_promise(const text_lines *t, const layout *at, text_error *e)
{
    size_t n, rows = count_rows(t, at->first, at->dialect.separator);
    double promised = whole_numbers(t->line[0], ' ', &n);
    return rows == promised ||
           text_fail(e, FRIT_EDATA, "line 1 promises %.0f points, but %zu follow: the file is %s", promised,
                     rows, rows < promised ? "cut short" : "damaged");
}

static bool find_numbers(const text_lines *t, layout *at, table *out, cell *cells, text_error *e)
{
    *at = (layout){ .header = after_marker(t), .count = SIZE_MAX };
    at->fit2d = !at->header && is_fit2d(t);
    at->rmcprofile = !at->header && !at->fit2d && is_rmcprofile(t);
    at->first = at->fit2d ? 3 : at->rmcprofile ? 2 : at->header;
    while (at->first < t->n &&
           (text_is_blank(t->line[at->first]) || text_is_comment(t->line[at->first], ' ') ||
            !cells_look_numeric(t->line[at->first])))
        at->first++;
    if (at->first == t->n) {
        char quote[TEXT_QUOTE];
        size_t last = line_above(t, t->n, 0);
        if (last == SIZE_MAX)
            return text_fail(e, FRIT_EDATA, "the file is empty");
        return text_fail(e, FRIT_EDATA, "no row of numbers in %zu lines; the last line is \"%s\"", t->n,
                         text_quote(quote, t->line[last], strlen(t->line[last])));
    }
    at->dialect = cells_dialect(t, at->first);
    return at->rmcprofile ? check_promise(t, at, e) : take_count(t, at, out, cells, e);
}

/* ---- The numbers ----------------------------------------------------------------------------- */

static bool read_row(table *out, const text_lines *t, size_t i, const layout *at, cell *cells, text_error *e)
{
    char quote[TEXT_QUOTE];
    char *line = t->line[i];
    size_t n = row_cells(line, at->dialect.separator, cells);
    double *value = out->value + out->rows * out->columns;
    for (size_t k = 0; k < MIN(n, out->columns); k++)
        if (!cell_number(cells[k], at->dialect.decimal, &value[k]))
            return text_fail(e, FRIT_EDATA, "line %zu holds \"%s\" where a number should be%s", i + 1,
                             text_quote(quote, cells[k].at, cells[k].n),
                             at->dialect.decimal == ',' ? " (decimals are written with a comma here)" : "");
    if (n != out->columns)
        return text_fail(e, FRIT_EDATA, "line %zu has %zu column%s where line %zu has %zu: \"%s\"", i + 1, n,
                         n == 1 ? "" : "s", at->first + 1, out->columns,
                         text_quote(quote, line, strlen(line)));
    out->line[out->rows++] = i + 1;
    return true;
}

static bool read_rows(table *out, const text_lines *t, const layout *at, cell *cells, text_error *e)
{
    char separator = at->dialect.separator;
    size_t n = count_rows(t, at->first, separator);
    out->columns = row_cells(t->line[at->first], separator, cells);
    if (out->columns > CELLS_MAX)
        return text_fail(e, FRIT_EDATA, "line %zu has more than %d columns", at->first + 1, CELLS_MAX);
    /* a cell takes a byte: more rows than that are of unequal length, which the reading finds */
    n = MIN(n, t->size / out->columns + 1);
    out->value = calloc(n * out->columns, sizeof *out->value);
    out->line = calloc(n, sizeof *out->line);
    out->labels = calloc(out->columns, sizeof *out->labels);
    if (!out->value || !out->line || !out->labels)
        return text_fail(e, FRIT_ENOMEM, "no memory for %zu rows of %zu numbers", n, out->columns);
    for (size_t i = at->first; i < t->n; i++) {
        const char *p = t->line[i];
        if (out->rows && (!strncmp(p, "#S ", 3) || !strncmp(p, "#L ", 3))) {
            char quote[TEXT_QUOTE];
            return text_fail(e, FRIT_EDATA, "a second table begins in line %zu (\"%s\"): put each into a "
                             "file of its own",
                             i + 1, text_quote(quote, p, strlen(p)));
        }
        if (is_row(t, i, separator) && !read_row(out, t, i, at, cells, e))
            return false;
    }
    return true;
}

/* A separator at each row's end makes a last column without name or number: it is none. */
static void drop_empty_column(table *t)
{
    size_t last = t->columns - 1;
    if (t->columns < 2 || (t->labelled && t->labels[last].text[0]))
        return;
    for (size_t i = 0; i < t->rows; i++)
        if (!isnan(t->value[i * t->columns + last]))
            return;
    for (size_t i = 0; i < t->rows; i++)
        memmove(t->value + i * last, t->value + i * t->columns, last * sizeof *t->value);
    t->columns = last;
}

static void set_axis(table *out, const char *name, const char *unit)
{
    strcpy(out->labels[0].name, name);
    strcpy(out->labels[0].unit, unit);
}

/* What else a header tells. */
static void read_remarks(table *out, const text_lines *t, const layout *at)
{
    header_read(t, at->first, &out->header);
    bool pdfgetx2 = false;
    for (size_t i = 0; i < at->first; i++) {
        const char *p = table_header_text(t->line[i]);
        if (!out->labelled && !strncmp(p, "integrationspace = qspace", 25))    /* of SrXplanar */
            set_axis(out, "Q", "1/angstrom");
        else if (!out->labelled && !strncmp(p, "integrationspace = twotheta", 27))
            set_axis(out, "2theta", "deg");
        pdfgetx2 = pdfgetx2 || strstr(p, "Get_XPDF");
    }
    if (pdfgetx2 && out->columns > 1 && !strcmp(out->labels[1].text, "G(r)"))    /* which prints no unit */
        strcpy(out->labels[1].unit, "1/angstrom^2");
}

bool table_read(const char *path, table *out, text_error *e)
{
    *out = (table){ 0 };
    text_lines t;
    if (!text_read(path, &t, e))
        return false;
    layout at = { 0 };
    cell *cells = malloc((CELLS_MAX + 1) * sizeof *cells);
    bool ok = cells ? find_numbers(&t, &at, out, cells, e) && read_rows(out, &t, &at, cells, e) :
              text_fail(e, FRIT_ENOMEM, "no memory");
    if (ok) {
        out->labelled = read_labels(&t, &at, out);
        drop_empty_column(out);
        read_remarks(out, &t, &at);
    }
    free(cells);
    text_free(&t);
    if (!ok)
        table_free(out);
    return ok;
}

void table_free(table *t)
{
    free(t->value);
    free(t->line);
    free(t->labels);
    *t = (table){ 0 };
}
