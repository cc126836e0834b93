/* Write a curve as columns of text: x, y and, where there is one, sigma.
 *
 * The layout is PDFgetX3's: comment lines, "#### start data", a line "#L" with the names, then the
 * numbers; programs that read .gr, .sq and .xy files take it, and read_columns reads it back with
 * names and units.  A file whose name ends in .csv gets a line of names and no comments.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "columns.h"

#include <errno.h>
#include <glib.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

const frit_port write_columns_inputs[] = {
    { .name = "curve", .ndim = 1, .unit = "*", .axis_name = { "x" }, .axis_unit = { "*" },
      .doc = "what to write" },
    { 0 }
};

const frit_param write_columns_table[] = {
    FRIT_OUTPUT(write_columns_params, file, FRIT_PARAM_REQUIRED,
                "the file; {name} stands for the element's name: \"out/{name}.gr\""),
    FRIT_I64(write_columns_params, digits, 12, 3, 17, 0, "significant digits; 17 give back every bit"),
    FRIT_CHOICE(write_columns_params, masked, "leave-out|nan",
                "points that are masked: no row, or nan for their value"),
    FRIT_TEXT(write_columns_params, header, NULL, 0, "lines of your own for the header"),
    { 0 }
};

enum { MASKED_LEAVE_OUT, MASKED_NAN };

static bool is_csv(const char *path)
{
    size_t n = strlen(path);
    return n >= 4 && !g_ascii_strcasecmp(path + n - 4, ".csv");
}

frit_status write_columns_check(frit_call *c)
{
    const write_columns_params *p = c->params;
    if (is_csv(p->file) && p->header)
        return c->host->fail(c, FRIT_EPARAM, "a .csv file begins with the names of its columns: there is no "
                             "place for header = ...; write .txt instead");
    return FRIT_OK;
}

/* Each line of a text behind a comment sign. */
static void put_comment(FILE *f, const char *before, const char *text)
{
    while (text && *text) {
        size_t n = strcspn(text, "\r\n");
        fprintf(f, "#%s%.*s\n", before, (int)n, text);
        text += n;
        text += *text == '\r' && text[1] == '\n' ? 2 : *text != 0;
    }
}

/* "Q[1/angstrom]" between blanks: a name's own blanks and brackets would end it. */
static void put_label(FILE *f, const char *name, const char *unit)
{
    for (const char *p = name; *p; p++)
        fputc(strchr(" \t\r\n[]\"", *p) ? '_' : *p, f);
    fprintf(f, "[%s]", unit);
}

static void put_csv_label(FILE *f, const char *before, const char *name, const char *unit)
{
    fprintf(f, "%s\"", before);
    for (const char *p = name; *p; p++)
        fputc(strchr("\r\n[]\"", *p) ? '_' : *p, f);
    fprintf(f, " [%s]\"", unit);
}

static void put_header(FILE *f, frit_call *c, const frit_view *v, const char *x_name, const char *x_unit,
                       const char *y_name)
{
    const write_columns_params *p = c->params;
    fprintf(f, "# frit: %s [%s] over %s [%s], %s\n", y_name, v->unit, x_name, x_unit, v->name ? v->name : "");
    const char *definition = c->host->text_attribute(c, 0, "definition");
    if (definition)
        put_comment(f, " definition: ", definition);
    put_comment(f, " ", p->header);
    put_comment(f, " history: ", c->host->history(c, 0, 0));
    fputs("#### start data\n#S 1\n#L ", f);
    put_label(f, x_name, x_unit);
    fputc(' ', f);
    put_label(f, y_name, v->unit);
    if (v->sigma) {
        fputc(' ', f);
        put_label(f, "sigma", v->unit);
    }
    fputc('\n', f);
}

static void put_csv_header(FILE *f, const frit_view *v, const char *x_name, const char *x_unit,
                           const char *y_name)
{
    put_csv_label(f, "", x_name, x_unit);
    put_csv_label(f, ",", y_name, v->unit);
    if (v->sigma)
        put_csv_label(f, ",", "sigma", v->unit);
    fputc('\n', f);
}

static void put_number(FILE *f, char before, double x, int digits)
{
    char format[8], text[G_ASCII_DTOSTR_BUF_SIZE];
    snprintf(format, sizeof format, "%%.%dg", digits);
    if (before)
        fputc(before, f);
    fputs(isnan(x) ? "nan" : g_ascii_formatd(text, sizeof text, format, x), f);
}

static void put_rows(FILE *f, const frit_view *v, const write_columns_params *p, char separator)
{
    for (size_t i = 0; i < v->shape[0]; i++) {
        bool masked = v->mask && v->mask[i];
        if (masked && p->masked == MASKED_LEAVE_OUT)
            continue;
        put_number(f, 0, v->axis[0] ? v->axis[0][i] : (double)(i + 1), (int)p->digits);
        put_number(f, separator, masked ? NAN : v->value[i], (int)p->digits);
        if (v->sigma)
            put_number(f, separator, masked ? NAN : v->sigma[i], (int)p->digits);
        fputc('\n', f);
    }
}

frit_status write_columns_run(frit_call *c)
{
    const write_columns_params *p = c->params;
    const frit_view *v = c->host->input(c, 0, 0);
    const char *path = v ? c->host->output_file(c, p->file) : NULL;
    if (!path)
        return FRIT_EIO;
    FILE *f = fopen(path, "wb");
    if (!f)
        return c->host->fail(c, FRIT_EIO, "%s", strerror(errno));
    const char *x_name = v->axis_name[0] ? v->axis_name[0] : v->axis[0] ? "x" : "index";
    const char *x_unit = v->axis[0] && v->axis_unit[0] ? v->axis_unit[0] : "1";
    const char *y_name = v->quantity ? v->quantity : "value";
    if (is_csv(p->file))
        put_csv_header(f, v, x_name, x_unit, y_name);
    else
        put_header(f, c, v, x_name, x_unit, y_name);
    put_rows(f, v, p, is_csv(p->file) ? ',' : ' ');
    bool failed = fflush(f) != 0 || ferror(f);
    int why = errno;
    if (fclose(f) != 0 || failed)
        return c->host->fail(c, FRIT_EIO, "not all could be written: %s", strerror(failed ? why : errno));
    return FRIT_OK;
}
