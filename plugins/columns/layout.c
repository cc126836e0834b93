/* How the files that this module writes begin: plain columns, PDFgetX3's, RMCProfile's, CSV.
 *
 * All but CSV and RMCProfile have comment lines, "#### start data", "#S 1" and "#L" with the names, as
 * PDFgetX3 writes them; PDFgui and SrFit find qmax in the header by "qmax = 24" and the rows behind the
 * marker.  PDFgui takes a third column for the uncertainty of r, and the fourth for that of G. P. Juhas
 * et al., J. Appl. Cryst. 46 (2013) 560, doi:10.1107/S0021889813005190; M. G. Tucker et al., J. Phys.:
 * Condens. Matter 19 (2007) 335218.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "layout.h"

#include <glib.h>
#include <math.h>
#include <string.h>

#include "header.h"
#include "label.h"

const char *layout_suffix(const char *path)
{
    const char *slash = strrchr(path, '/'), *point = strrchr(slash ? slash : path, '.');
    return point ? point + 1 : "";
}

/* iq, sq, fq, gr: what PDFgetX3 calls its outputs. */
static bool is_output_type(const char *suffix)
{
    static const char *const types[] = { "iq", "sq", "fq", "gr" };
    for (size_t i = 0; i < G_N_ELEMENTS(types); i++)
        if (!g_ascii_strcasecmp(suffix, types[i]))
            return true;
    return false;
}

layout_kind layout_of_suffix(const char *suffix)
{
    return is_output_type(suffix) ? LAYOUT_PDFGETX3 :
           !g_ascii_strcasecmp(suffix, "csv") ? LAYOUT_CSV : LAYOUT_PLAIN;
}

void layout_put_number(FILE *f, char before, double x, int digits)
{
    char format[8], text[G_ASCII_DTOSTR_BUF_SIZE];
    snprintf(format, sizeof format, "%%.%dg", digits);
    if (before)
        fputc(before, f);
    fputs(isnan(x) ? "nan" : g_ascii_formatd(text, sizeof text, format, x), f);
}

/* ---- Names and units ---- */

void layout_put_csv_label(FILE *f, const char *before, const char *name, const char *unit)
{
    fprintf(f, "%s\"", before);
    for (const char *p = name; *p; p++)
        fputc(strchr("\r\n[]\"", *p) ? '_' : *p, f);
    fprintf(f, " [%s]\"", unit);
}

/* A name's own blanks and brackets would end it. */
static void put_name(FILE *f, const char *name)
{
    for (const char *p = name; *p; p++)
        fputc(strchr(" \t\r\n[]\"", *p) ? '_' : *p, f);
}

/* "r($\AA$)" as PDFgetX3 writes it; "Q[1/angstrom]" in plain columns, and for units that it never writes. */
static void put_label(FILE *f, const layout *l, const char *name, const char *unit)
{
    static const struct { const char *unit, *tex; } known[] = {
        { "angstrom", "$\\AA$" }, { "1/angstrom", "$\\AA^{-1}$" }, { "1/angstrom^2", "$\\AA^{-2}$" }
    };
    put_name(f, name);
    for (size_t i = 0; l->kind == LAYOUT_PDFGETX3 && i < G_N_ELEMENTS(known); i++) {
        if (!strcmp(unit, known[i].unit)) {
            fprintf(f, "(%s)", known[i].tex);
            return;
        }
    }
    fprintf(f, "[%s]", unit);
}

/* ---- What the curve is ---- */

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

static void put_setting(FILE *f, const char *name, double x)
{
    fprintf(f, "# %s =", name);
    layout_put_number(f, ' ', x, 12);
    fputc('\n', f);
}

/* The step of a uniform axis, right to rounding of its positions; or NaN. */
static double step_of(const frit_view *v)
{
    size_t n = v->shape[0];
    const double *x = v->axis[0];
    if (!x || n < 2)
        return NAN;
    double step = (x[n - 1] - x[0]) / (double)(n - 1);
    for (size_t i = 1; i < n; i++)
        if (!(fabs(x[i] - x[0] - (double)i * step) <= 1e-9 * fabs(step)))
            return NAN;
    return step;
}

static void put_r_axis(FILE *f, const frit_view *v)
{
    size_t n = v->shape[0];
    if (!v->axis[0] || !n)
        return;
    put_setting(f, "rmin", v->axis[0][0]);
    put_setting(f, "rmax", v->axis[0][n - 1]);
    double step = step_of(v);
    if (isfinite(step))
        put_setting(f, "rstep", step);
}

/* What is known of the measurement, under PDFgetX3's names and in its units. */
static void put_settings(FILE *f, const layout *l)
{
    const frit_host *host = l->call->host;
    bool x3 = l->kind == LAYOUT_PDFGETX3, mode = false;
    if (x3)
        fputs("# [PDF]\n", f);
    for (const header_key *k = header_keys; k->name; k++) {
        double x;
        const char *text = k->unit ? NULL : host->text_attribute(l->call, 0, k->name);
        if (text) {
            fprintf(f, "# %s = %.*s\n", k->name, (int)strcspn(text, "\r\n"), text);
            mode = mode || !strcmp(k->name, "mode");
        } else if (k->unit && host->attribute(l->call, 0, k->name, k->unit, &x)) {
            put_setting(f, k->name, x);
        }
    }
    if (x3 && !mode)
        fputs("# mode = xray\n", f);
    if (x3 && is_output_type(l->suffix))
        fprintf(f, "# outputtype = %c%c\n", g_ascii_tolower(l->suffix[0]), g_ascii_tolower(l->suffix[1]));
    if (x3 && !strcmp(l->x_name, "r"))
        put_r_axis(f, l->view);
}

static void put_commented(FILE *f, const layout *l)
{
    const frit_view *v = l->view;
    fprintf(f, "# frit: %s [%s] over %s [%s], %s\n", l->y_name, v->unit, l->x_name, l->x_unit,
            v->name ? v->name : "");
    put_settings(f, l);
    put_comment(f, " ", l->header);
    put_comment(f, " history: ", l->call->host->history(l->call, 0, 0));
    fputs("#### start data\n#S 1\n#L ", f);
    const char *between = l->kind == LAYOUT_PDFGETX3 ? "  " : " ";
    put_label(f, l, l->x_name, l->x_unit);
    fputs(between, f);
    put_label(f, l, l->y_name, v->unit);
    if (v->sigma && l->sigma_of_x) {
        fputs(between, f);
        fputc('d', f);
        put_label(f, l, l->x_name, l->x_unit);
    }
    if (v->sigma) {
        fputs(between, f);
        put_label(f, l, "sigma", v->unit);
    }
    fputc('\n', f);
}

/* ---- The others ---- */

static void put_csv(FILE *f, const layout *l)
{
    layout_put_csv_label(f, "", l->x_name, l->x_unit);
    layout_put_csv_label(f, ",", l->y_name, l->view->unit);
    if (l->view->sigma)
        layout_put_csv_label(f, ",", "sigma", l->view->unit);
    fputc('\n', f);
}

/* Lines as parts of one. */
static void put_joined(FILE *f, const char *before, const char *text)
{
    while (text && *text) {
        size_t n = strcspn(text, "\r\n");
        if (n)
            fprintf(f, "; %s%.*s", before, (int)n, text);
        text += n + strspn(text + n, "\r\n");
    }
}

/* The number of points and a title; all that there is to say stands in the title, the most important
 * first. */
static void put_rmcprofile(FILE *f, const layout *l)
{
    const frit_host *host = l->call->host;
    fprintf(f, "%zu\n", l->rows);
    put_name(f, l->y_name);
    fprintf(f, " [%s] over ", l->view->unit);
    put_name(f, l->x_name);
    fprintf(f, " [%s]", l->x_unit);
    put_joined(f, "definition: ", host->text_attribute(l->call, 0, "definition"));
    if (l->view->name)
        put_joined(f, "", l->view->name);
    put_joined(f, "", l->header);
    put_joined(f, "history: ", host->history(l->call, 0, 0));
    fputc('\n', f);
}

void layout_put_header(FILE *f, const layout *l)
{
    if (l->kind == LAYOUT_CSV)
        put_csv(f, l);
    else if (l->kind == LAYOUT_RMCPROFILE)
        put_rmcprofile(f, l);
    else
        put_commented(f, l);
}
