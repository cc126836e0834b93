/* Write what was found beside what is true: the check of a whole analysis on data whose truth is known.
 *
 * CSV with the columns quantity, sample, truth, found, sigma, tolerance, ok.  The truth stands in the recipe
 * (a claim holds or does not: 1), or in a table of its own beside the raw files, by quantity and sample.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "cells.h"
#include "columns.h"
#include "layout.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

const frit_port write_verification_inputs[] = {{.name = "found",
                                                .ndim = 0,
                                                .unit = "*",
                                                .flags = FRIT_PORT_MANY,
                                                .doc = "numbers, one for each of the rows"},
                                               {0}};

const frit_param write_verification_table[] = {
    FRIT_OUTPUT(write_verification_params, file, FRIT_PARAM_REQUIRED, "the file, as \"out/verify.csv\""),
    FRIT_TEXT(write_verification_params, rows, NULL, FRIT_PARAM_REQUIRED,
              "one line a number: quantity, sample, tolerance (\"5 %\": of the truth), and the truth where the "
              "recipe knows it, with tabs between them, as frit.verify writes them"),
    FRIT_PATH(write_verification_params, truth, 0,
              "a CSV file with the columns quantity, sample and truth, for rows whose truth the recipe does "
              "not know; without one such rows are neither right nor wrong"),
    {0}};

enum { TEXT = 120 };

struct row {
    char quantity[TEXT], sample[TEXT];
    double tolerance, truth; /* truth NaN: not known */
    bool relative;           /* the tolerance is a part of the truth */
};

/* ---- The rows ---- */

/* The next cell of a line of cells with tabs between them; false: there is none. */
static bool next_cell(const char **at, char *out, size_t size)
{
    if (!**at)
        return false;
    size_t n = strcspn(*at, "\t");
    snprintf(out, size, "%.*s", (int)n, *at);
    *at += n + ((*at)[n] == '\t');
    return n < size;
}

static bool read_number(const char *text, double *value)
{
    char *end;
    *value = strtod(text, &end);
    return end != text && *end == '\0';
}

/* "0.05", or "5 %" of the truth. */
static bool read_tolerance(char *text, struct row *r)
{
    char *percent = strchr(text, '%');
    r->relative = percent && percent[1] == '\0';
    if (r->relative) {
        while (percent > text && percent[-1] == ' ')
            percent--;
        *percent = '\0';
    }
    if (!read_number(text, &r->tolerance) || !(r->tolerance >= 0))
        return false;
    r->tolerance /= r->relative ? 100 : 1;
    return true;
}

static bool read_row(const char *line, size_t n, struct row *r)
{
    char text[4 * TEXT], number[40];
    if (n >= sizeof text)
        return false;
    snprintf(text, sizeof text, "%.*s", (int)n, line);
    const char *at = text;
    *r = (struct row){.tolerance = NAN, .truth = NAN};
    if (!next_cell(&at, r->quantity, sizeof r->quantity) || !*r->quantity ||
        !next_cell(&at, r->sample, sizeof r->sample) || !next_cell(&at, number, sizeof number) ||
        !read_tolerance(number, r))
        return false;
    return !next_cell(&at, number, sizeof number) || read_number(number, &r->truth);
}

static frit_status read_rows(frit_call *c, const char *text, uint64_t n, struct row *rows)
{
    uint64_t k = 0;
    for (const char *line = text; *line;) {
        size_t length = strcspn(line, "\n");
        if (k < n && !read_row(line, length, &rows[k]))
            return c->host->fail(c, FRIT_EPARAM,
                                 "row %llu is no \"quantity, sample, tolerance[, truth]\" with tabs between "
                                 "them: %.*s",
                                 (unsigned long long)k + 1, (int)(length < 80 ? length : 80), line);
        k++;
        line += length + (line[length] == '\n');
    }
    if (k != n)
        return c->host->fail(c, FRIT_EPARAM,
                             "%llu rows are described, and %llu numbers were given: one for each row",
                             (unsigned long long)k, (unsigned long long)n);
    return FRIT_OK;
}

/* ---- The truth ---- */

static void cell_text(cell x, char *out, size_t size)
{
    snprintf(out, size, "%.*s", (int)x.n, x.at);
}

/* Which cell of the heading has this name; CELLS where none has. */
enum { CELLS = 16 };

static size_t find_cell(const cell *cells, size_t n, const char *name)
{
    for (size_t i = 0; i < n && i < CELLS; i++)
        if (cells[i].n == strlen(name) && strncmp(cells[i].at, name, cells[i].n) == 0)
            return i;
    return CELLS;
}

static frit_status fill_truth(frit_call *c, const char *path, const text_lines *t, struct row *rows,
                              uint64_t n)
{
    cell *cells = c->host->scratch(c, CELLS_MAX + 1, sizeof *cells);
    if (!cells)
        return FRIT_ENOMEM;
    size_t heading = 0;
    while (heading < t->n && (text_is_blank(t->line[heading]) || text_is_comment(t->line[heading], ',')))
        heading++;
    size_t found = heading < t->n ? cells_split(t->line[heading], ',', cells) : 0;
    const size_t quantity = find_cell(cells, found, "quantity"), sample = find_cell(cells, found, "sample"),
                 truth = find_cell(cells, found, "truth");
    if (quantity == CELLS || sample == CELLS || truth == CELLS)
        return c->host->fail(c, FRIT_EPARAM,
                             "%s: its first line must name the columns quantity, sample and truth", path);
    for (size_t i = heading + 1; i < t->n; i++) {
        char name[TEXT], of[TEXT];
        double value;
        if (text_is_blank(t->line[i]) || text_is_comment(t->line[i], ','))
            continue;
        found = cells_split(t->line[i], ',', cells);
        if (found <= quantity || found <= sample || found <= truth || !cell_number(cells[truth], '.', &value))
            return c->host->fail(c, FRIT_EPARAM, "%s: line %zu is no row of quantity, sample and a number",
                                 path, i + 1);
        cell_text(cells[quantity], name, sizeof name);
        cell_text(cells[sample], of, sizeof of);
        for (uint64_t k = 0; k < n; k++)
            if (isnan(rows[k].truth) && !strcmp(rows[k].quantity, name) && !strcmp(rows[k].sample, of))
                rows[k].truth = value;
    }
    return FRIT_OK;
}

static frit_status read_truth(frit_call *c, const char *path, struct row *rows, uint64_t n)
{
    if (!path)
        return FRIT_OK;
    text_lines t = {0};
    text_error e = {0};
    if (!text_read(path, &t, &e))
        return c->host->fail(c, e.code, "%s: %s", path, e.text);
    frit_status status = fill_truth(c, path, &t, rows, n);
    text_free(&t);
    return status;
}

/* ---- The file ---- */

static void put_text(FILE *f, const char *text)
{
    bool quoted = strpbrk(text, ",\"") != NULL;
    if (quoted)
        fputc('"', f);
    for (; *text; text++) {
        if (*text == '"')
            fputc('"', f);
        fputc(*text, f);
    }
    fputs(quoted ? "\"," : ",", f);
}

static void put_number(FILE *f, double x)
{
    if (isfinite(x))
        layout_put_number(f, 0, x, 10);
    fputc(',', f);
}

/* NaN where it is a part of a truth that is not known. */
static double tolerance_of(const struct row *r)
{
    return r->relative ? r->tolerance * fabs(r->truth) : r->tolerance;
}

/* Right, wrong, or "" where the truth is not known.  What was not found is not right. */
static const char *judge(const struct row *r, double found)
{
    if (isnan(r->truth))
        return "";
    return fabs(found - r->truth) <= tolerance_of(r) ? "true" : "false";
}

static frit_status put_rows(frit_call *c, FILE *f, const struct row *rows, uint64_t n)
{
    uint64_t known = 0, right = 0;
    fputs("quantity,sample,truth,found,sigma,tolerance,ok\n", f);
    for (uint64_t k = 0; k < n; k++) {
        const frit_view *v = c->host->input(c, 0, k);
        if (!v)
            return FRIT_EIO;
        bool there = !v->failure && v->ndim == 0 && !(v->mask && v->mask[0]);
        const double found = there ? v->value[0] : NAN;
        const char *verdict = judge(&rows[k], found);
        put_text(f, rows[k].quantity);
        put_text(f, rows[k].sample);
        put_number(f, rows[k].truth);
        put_number(f, found);
        put_number(f, there && v->sigma ? v->sigma[0] : NAN);
        put_number(f, tolerance_of(&rows[k]));
        fprintf(f, "%s\n", verdict);
        known += *verdict != '\0';
        right += !strcmp(verdict, "true");
    }
    int level = right < known ? FRIT_WARNING : FRIT_INFO;
    if (known)
        c->host->log(c, level, "%llu of %llu quantities agree with the truth", (unsigned long long)right,
                     (unsigned long long)known);
    return FRIT_OK;
}

frit_status write_verification_check(frit_call *c)
{
    const write_verification_params *p = c->params;
    if (layout_of_suffix(layout_suffix(p->file)) != LAYOUT_CSV)
        return c->host->fail(c, FRIT_EPARAM, "a verification is written as .csv, and this is %s", p->file);
    return FRIT_OK;
}

frit_status write_verification_run(frit_call *c)
{
    const write_verification_params *p = c->params;
    const uint64_t n = c->host->n_inputs(c, 0);
    if (n == 0)
        return c->host->fail(c, FRIT_EDATA, "there is nothing to verify: give one number at least");
    struct row *rows = c->host->scratch(c, n, sizeof *rows);
    if (!rows)
        return FRIT_ENOMEM;
    frit_status status = read_rows(c, p->rows ? p->rows : "", n, rows);
    if (status == FRIT_OK)
        status = read_truth(c, p->truth, rows, n);
    if (status != FRIT_OK)
        return status;
    const char *path = c->host->output_file(c, p->file);
    FILE *f = path ? fopen(path, "wb") : NULL;
    if (!f)
        return path ? c->host->fail(c, FRIT_EIO, "%s", strerror(errno)) : FRIT_EIO;
    status = put_rows(c, f, rows, n);
    frit_status closed = columns_finish(c, f, p->file);
    return status == FRIT_OK ? closed : status;
}
