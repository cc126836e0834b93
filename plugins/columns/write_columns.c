/* Write a curve as columns of text: x, y and, where there is one, sigma.
 *
 * How the file begins is the business of layout.c; here are the rows, and what other programs would
 * misunderstand.  read_columns reads every layout back with names and units.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "columns.h"
#include "label.h"
#include "layout.h"

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
    FRIT_CHOICE(
        write_columns_params, layout, "auto|plain|pdfgetx3|rmcprofile",
        "how the file begins and what its columns are; auto: by the name, .iq .sq .fq .gr as PDFgetX3 "
        "writes them, .csv as a table with a line of names, anything else plain"),
    FRIT_I64(write_columns_params, digits, 12, 3, 17, 0, "significant digits; 17 give back every bit"),
    FRIT_CHOICE(write_columns_params, masked, "leave-out|nan",
                "points that are masked: no row, or nan for their value"),
    FRIT_TEXT(write_columns_params, header, NULL, 0, "lines of your own for the header"),
    { 0 }
};

enum { MASKED_LEAVE_OUT, MASKED_NAN };

static layout_kind kind_of(const write_columns_params *p)
{
    return p->layout == LAYOUT_AUTO ? layout_of_suffix(layout_suffix(p->file)) : (layout_kind)p->layout;
}

frit_status write_columns_check(frit_call *c)
{
    const write_columns_params *p = c->params;
    bool csv = layout_of_suffix(layout_suffix(p->file)) == LAYOUT_CSV;
    if (csv && p->layout != LAYOUT_AUTO)
        return c->host->fail(c, FRIT_EPARAM, "a .csv file has a layout of its own: leave layout out, or give "
                             "the file another suffix");
    if (csv && p->header)
        return c->host->fail(c, FRIT_EPARAM, "a .csv file begins with the names of its columns: there is no "
                             "place for header = ...; write .txt instead");
    if (kind_of(p) == LAYOUT_RMCPROFILE && p->masked == MASKED_NAN)
        return c->host->fail(c, FRIT_EPARAM,
                             "RMCProfile reads no nan: masked = \"leave-out\" is right for it");
    return FRIT_OK;
}

static bool same_unit(const char *unit, const char *name, const char *wanted)
{
    char spelled[LABEL_SIZE];
    return !strcmp(unit, wanted) || (label_unit(unit, name, spelled) && !strcmp(spelled, wanted));
}

/* The programs that read these layouts take units for granted. */
static void warn_of_units(frit_call *c, const layout *l)
{
    bool r = !strcmp(l->x_name, "r") || !g_ascii_strcasecmp(l->suffix, "gr");
    if ((r && !same_unit(l->x_unit, "r", "angstrom")) ||
        (!strcmp(l->x_name, "Q") && !same_unit(l->x_unit, "Q", "1/angstrom")))
        c->host->log(c, FRIT_WARNING, "programs that read this layout take %s in %s, but it is written in %s",
                     l->x_name, r ? "angstrom" : "1/angstrom", l->x_unit);
    if (!g_ascii_strcasecmp(l->suffix, "gr") && !same_unit(l->view->unit, "G", "1/angstrom^2"))
        c->host->log(c, FRIT_WARNING,
                     "programs that read .gr files take them for G(r) = 4 pi r rho0 [g(r) - 1] in "
                     "1/angstrom^2, but this is %s in %s",
                     l->y_name, l->view->unit);
}

static void put_rows(FILE *f, const layout *l, const write_columns_params *p)
{
    const frit_view *v = l->view;
    char separator = l->kind == LAYOUT_CSV ? ',' : ' ';
    bool sigma = v->sigma && l->kind != LAYOUT_RMCPROFILE;
    for (size_t i = 0; i < v->shape[0]; i++) {
        bool masked = v->mask && v->mask[i];
        if (masked && p->masked == MASKED_LEAVE_OUT)
            continue;
        layout_put_number(f, 0, v->axis[0] ? v->axis[0][i] : (double)(i + 1), (int)p->digits);
        layout_put_number(f, separator, masked ? NAN : v->value[i], (int)p->digits);
        if (sigma && l->sigma_of_x)
            layout_put_number(f, separator, 0, (int)p->digits);
        if (sigma)
            layout_put_number(f, separator, masked ? NAN : v->sigma[i], (int)p->digits);
        fputc('\n', f);
    }
}

static layout describe(frit_call *c, const frit_view *v)
{
    const write_columns_params *p = c->params;
    layout l = {
        .call = c, .view = v, .kind = kind_of(p), .suffix = layout_suffix(p->file), .header = p->header
    };
    l.x_name = v->axis_name[0] ? v->axis_name[0] : v->axis[0] ? "x" : "index";
    l.x_unit = v->axis[0] && v->axis_unit[0] ? v->axis_unit[0] : "1";
    l.y_name = v->quantity ? v->quantity : "value";
    l.sigma_of_x =
        l.kind == LAYOUT_PDFGETX3 && (!strcmp(l.x_name, "r") || !g_ascii_strcasecmp(l.suffix, "gr"));
    for (size_t i = 0; i < v->shape[0]; i++)
        l.rows += p->masked == MASKED_NAN || !(v->mask && v->mask[i]);
    return l;
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
    layout l = describe(c, v);
    if (l.kind == LAYOUT_PDFGETX3 || l.kind == LAYOUT_RMCPROFILE)
        warn_of_units(c, &l);
    layout_put_header(f, &l);
    put_rows(f, &l, p);
    return columns_finish(c, f, p->file);
}
