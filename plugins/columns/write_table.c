/* Write curves over one axis as the columns of one table: the numbers of a series against temperature.
 *
 * CSV as in RFC 4180, with names and units in the first line: "T [K]","area [1]","sigma of area [1]".
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "columns.h"
#include "layout.h"

#include <errno.h>
#include <math.h>
#include <string.h>

const frit_port write_table_inputs[] = {
    { .name = "columns", .ndim = 1, .unit = "*", .axis_name = { "x" }, .axis_unit = { "*" },
      .flags = FRIT_PORT_MANY,
      .doc = "curves over one axis, or series of numbers: each is a column, and its uncertainty one more" },
    { 0 }
};

const frit_param write_table_table[] = {
    FRIT_OUTPUT(write_table_params, file, FRIT_PARAM_REQUIRED, "the file, as \"out/shells.csv\""),
    FRIT_TEXT(write_table_params, names, NULL, 0,
              "names of the columns behind the first, one a line; a column without one has the name of its "
              "quantity, and a number where that stood before"),
    FRIT_I64(write_table_params, digits, 12, 3, 17, 0, "significant digits; 17 give back every bit"),
    { 0 }
};

enum { NAME = 120 };

/* The k-th line of the names, from 0; false where there is none, or an empty one. */
static bool given_name(const char *names, uint64_t k, char *out)
{
    for (; names && k; k--) {
        names = strchr(names, '\n');
        names = names ? names + 1 : NULL;
    }
    size_t n = names ? strcspn(names, "\r\n") : 0;
    snprintf(out, NAME, "%.*s", (int)(n < NAME ? n : NAME - 1), n ? names : "");
    return n > 0;
}

frit_status write_table_check(frit_call *c)
{
    const write_table_params *p = c->params;
    if (layout_of_suffix(layout_suffix(p->file)) != LAYOUT_CSV)
        return c->host->fail(c, FRIT_EPARAM, "a table is written as .csv, and this is %s", p->file);
    return FRIT_OK;
}

/* ---- Do the columns belong together? ---- */

static const char *axis_name(const frit_view *v)
{
    return v->axis_name[0] ? v->axis_name[0] : v->axis[0] ? "x" : "number";
}

static const char *axis_unit(const frit_view *v)
{
    return v->axis[0] && v->axis_unit[0] ? v->axis_unit[0] : "1";
}

static double position(const frit_view *v, size_t i)
{
    return v->axis[0] ? v->axis[0][i] : (double)(i + 1);
}

static bool same_position(double a, double b)
{
    return a == b || (isnan(a) && isnan(b));
}

static frit_status check_column(frit_call *c, const frit_view *first, const frit_view *v, uint64_t k)
{
    unsigned long long number = k + 1;
    if (v->failure)
        return c->host->fail(c, FRIT_EDATA, "column %llu is missing: %s", number, v->failure);
    if (v->shape[0] != first->shape[0])
        return c->host->fail(c, FRIT_EDATA,
                             "column %llu has %zu rows, but column 1 has %zu: a table's columns are "
                             "of one series, or over one axis",
                             number, v->shape[0], first->shape[0]);
    if (strcmp(axis_unit(v), axis_unit(first)) || !v->axis[0] != !first->axis[0])
        return c->host->fail(c, FRIT_EDATA, "column %llu is over %s in %s, but column 1 over %s in %s",
                             number, axis_name(v), axis_unit(v), axis_name(first), axis_unit(first));
    for (size_t i = 0; i < v->shape[0]; i++)
        if (!same_position(position(v, i), position(first, i)))
            return c->host->fail(c, FRIT_EDATA,
                                 "in row %zu column %llu is at %s = %.9g, but column 1 at %.9g: bring "
                                 "them to one axis first, or write two tables",
                                 i + 1, number, axis_name(v), position(v, i), position(first, i));
    return FRIT_OK;
}

/* ---- The file ---- */

/* The column's own name, or that of its quantity, numbered where it has come before. */
static void name_column(frit_call *c, uint64_t k, const frit_view *v, char *out)
{
    const write_table_params *p = c->params;
    if (given_name(p->names, k, out))
        return;
    const char *quantity = v->quantity ? v->quantity : "value";
    unsigned before = 0;
    for (uint64_t i = 0; i < k; i++) {
        const char *other = c->host->input(c, 0, i)->quantity;
        before += !strcmp(other ? other : "value", quantity) && !given_name(p->names, i, out);
    }
    if (before)
        snprintf(out, NAME, "%.100s %u", quantity, before + 1);
    else
        snprintf(out, NAME, "%.100s", quantity);
}

static void put_names(FILE *f, frit_call *c, uint64_t n)
{
    const frit_view *first = c->host->input(c, 0, 0);
    char name[NAME], sigma[NAME + 16];
    layout_put_csv_label(f, "", axis_name(first), axis_unit(first));
    for (uint64_t k = 0; k < n; k++) {
        const frit_view *v = c->host->input(c, 0, k);
        name_column(c, k, v, name);
        layout_put_csv_label(f, ",", name, v->unit);
        snprintf(sigma, sizeof sigma, "sigma of %s", name);
        if (v->sigma)
            layout_put_csv_label(f, ",", sigma, v->unit);
    }
    fputc('\n', f);
}

static void put_row(FILE *f, frit_call *c, uint64_t n, size_t i)
{
    const write_table_params *p = c->params;
    layout_put_number(f, 0, position(c->host->input(c, 0, 0), i), (int)p->digits);
    for (uint64_t k = 0; k < n; k++) {
        const frit_view *v = c->host->input(c, 0, k);
        bool masked = v->mask && v->mask[i];
        layout_put_number(f, ',', masked ? NAN : v->value[i], (int)p->digits);
        if (v->sigma)
            layout_put_number(f, ',', masked ? NAN : v->sigma[i], (int)p->digits);
    }
    fputc('\n', f);
}

frit_status write_table_run(frit_call *c)
{
    const write_table_params *p = c->params;
    uint64_t n = c->host->n_inputs(c, 0);
    if (n == 0)
        return c->host->fail(c, FRIT_EDATA, "the table has no column: give it one at least");
    const frit_view *first = c->host->input(c, 0, 0);
    for (uint64_t k = 0; k < n; k++) {
        const frit_view *v = c->host->input(c, 0, k);
        if (!v || !first)
            return FRIT_EIO;
        frit_status status = check_column(c, first, v, k);
        if (status != FRIT_OK)
            return status;
    }
    const char *path = c->host->output_file(c, p->file);
    FILE *f = path ? fopen(path, "wb") : NULL;
    if (!f)
        return path ? c->host->fail(c, FRIT_EIO, "%s", strerror(errno)) : FRIT_EIO;
    put_names(f, c, n);
    for (size_t i = 0; i < first->shape[0]; i++)
        put_row(f, c, n, i);
    return columns_finish(c, f, p->file);
}
