/* What the header of a file of columns tells of the measurement.
 *
 * PDFgetX3 and xPDFsuite write "qmax = 25.0" in a block [PDF], Frit the same behind '#'.  PDFgetX2 writes all
 * settings of its corrections as "name=value", several to a line, each correction with a switch
 * "..._isa"; what it did, in its own order, becomes the text `corrections`.
 * X. Qiu, J. W. Thompson & S. J. L. Billinge, J. Appl. Cryst. 37 (2004) 678,
 * doi:10.1107/S0021889804011744; P. Juhas et al., J. Appl. Cryst. 46 (2013) 560.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "header.h"

#include <glib.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "table.h"

const header_key header_keys[] = {
    { "wavelength", "angstrom" }, { "mode", NULL }, { "composition", NULL }, { "bgscale", "1" },
    { "qmaxinst", "1/angstrom" }, { "qmin", "1/angstrom" }, { "qmax", "1/angstrom" },
    { "rpoly", "angstrom" }, { "temperature", "K" }, { "number_density", "1/angstrom^3" },
    { "definition", NULL }, { "quadrature", NULL }, { "window", NULL }, { "below_qmin", NULL },
    { "clean_low_r", NULL }, { "corrections", NULL }, { NULL, NULL }
};

static header_value *add(header *h, const char *name, const char *unit)
{
    if (h->n == HEADER_MAX || header_find(h, name))    /* the first one counts */
        return NULL;
    h->value[h->n] = (header_value){ .name = name, .unit = unit };
    return &h->value[h->n++];
}

static void add_number(header *h, const char *name, const char *unit, double x)
{
    header_value *v = isfinite(x) ? add(h, name, unit) : NULL;
    if (v)
        v->number = x;
}

static void add_text(header *h, const char *name, const char *text)
{
    while (*text == ' ' || *text == '\t')
        text++;
    header_value *v = *text ? add(h, name, NULL) : NULL;
    if (!v)
        return;
    g_strlcpy(v->text, text, sizeof v->text);
    char *end;
    if (!g_utf8_validate(v->text, -1, (const char **)&end))    /* cut inside a character */
        *end = 0;
    g_strchomp(v->text);
}

const header_value *header_find(const header *h, const char *name)
{
    for (size_t i = 0; i < h->n; i++)
        if (!strcmp(h->value[i].name, name))
            return &h->value[i];
    return NULL;
}

/* ---- "qmax = 25.0" ---- */

/* Behind "name = ", or NULL. */
static const char *value_of(const char *line, const char *name)
{
    size_t n = strlen(name);
    if (strncmp(line, name, n))
        return NULL;
    line += n;
    line += strspn(line, " \t");
    return *line == '=' ? line + 1 : NULL;
}

static double number_at(const char *text)
{
    char *end;
    double x = g_ascii_strtod(text, &end);
    return end > text ? x : NAN;
}

/* What PDFgetX3's output types are. */
static const char *definition_of(const char *type)
{
    return g_str_has_prefix(type, "gr") ? "G(r) = (2/pi) integral Q [S(Q) - 1] sin(Qr) dQ" :
           g_str_has_prefix(type, "fq") ? "F(Q) = Q [S(Q) - 1]" :
           g_str_has_prefix(type, "sq") ? "S(Q), 1 at high Q" : "";
}

static void read_setting(header *h, const char *line)
{
    for (const header_key *k = header_keys; k->name; k++) {
        const char *value = value_of(line, k->name);
        if (value && k->unit)
            add_number(h, k->name, k->unit, number_at(value));
        else if (value)
            add_text(h, k->name, value);
    }
    if (!strncmp(line, "Wavelength: ", 12)) {    /* pyFAI's, in metres */
        double v = g_ascii_strtod(line + 12, NULL);
        add_number(h, "wavelength", "m", v > 0 && v < 1e-6 ? v : NAN);
    }
}

/* ---- PDFgetX2 ---- */

typedef struct lines { const text_lines *t; size_t first; } lines;

/* Behind the first "name=" that stands at a line's beginning or behind a blank. */
static const char *x2_value(lines l, const char *name)
{
    size_t n = strlen(name);
    for (size_t i = 0; i < l.first; i++) {
        const char *line = l.t->line[i];
        for (const char *p = line; (p = strstr(p, name)); p += n)
            if ((p == line || p[-1] == ' ' || p[-1] == '\t') && p[n] == '=')
                return p + n + 1;
    }
    return NULL;
}

static double x2_number(lines l, const char *name)
{
    const char *value = x2_value(l, name);
    return value && *value != ' ' ? number_at(value) : NAN;
}

static bool x2_on(lines l, const char *name)
{
    return x2_number(l, name) == 1;
}

/* The rows below "#L symbol valence fractions ...". */
static void x2_composition(header *h, lines l)
{
    size_t i = 0;
    while (i < l.first && !strstr(l.t->line[i], "#L symbol valence fractions"))
        i++;
    g_autoptr(GString) text = g_string_new(NULL);
    char symbol[4];
    double fraction;
    char number[G_ASCII_DTOSTR_BUF_SIZE], digits[32];
    for (i++; i < l.first && sscanf(l.t->line[i], " %3[A-Za-z] %*s %31s", symbol, digits) == 2; i++) {
        fraction = number_at(digits);
        if (isnan(fraction))    /* below the table */
            break;
        if (fraction <= 0)
            continue;
        g_string_append_printf(text, "%s%s", symbol,
                               fraction == 1 ? "" : g_ascii_formatd(number, sizeof number, "%.8g", fraction));
    }
    add_text(h, "composition", text->str);
}

/* The column mul_bkg of the first detector, where a background was given. */
static void x2_background(header *h, lines l)
{
    const char *file = x2_value(l, "sambkgfile");
    for (size_t i = 0; file && *file && *file != ' ' && i + 1 < l.first; i++) {
        if (strncmp(l.t->line[i], "det#", 4))
            continue;
        g_auto(GStrv) names = g_strsplit_set(l.t->line[i], " \t", -1);
        g_auto(GStrv) cells = g_strsplit_set(l.t->line[i + 1], " \t", -1);
        char **at = cells;
        for (char **name = names; *name; name++) {
            while (**name && *at && !**at)
                at++;
            if (!strcmp(*name, "mul_bkg") && *at)
                add_number(h, "bgscale", "1", number_at(*at));
            if (**name && *at)
                at++;
        }
        return;
    }
}

/* "name (a 1, b 2)" behind what is there. */
static void tell(GString *text, const char *name, lines l, const char *a, const char *b)
{
    const char *keys[] = { a, b }, *open = " (";
    g_string_append_printf(text, "%s%s", text->len ? ", " : "", name);
    for (size_t i = 0; i < 2; i++) {
        double x = keys[i] ? x2_number(l, keys[i]) : NAN;
        char number[G_ASCII_DTOSTR_BUF_SIZE];
        if (isnan(x))
            continue;
        g_string_append_printf(text, "%s%s %s", open, keys[i],
                               g_ascii_formatd(number, sizeof number, "%.9g", x));
        open = ", ";
    }
    if (*open == ',')
        g_string_append_c(text, ')');
}

/* What was done, in the order in which PDFgetX2 does it. */
static void x2_corrections(header *h, lines l)
{
    static const struct { const char *on, *name, *a, *b; } steps[] = {
        { "oblincident_isa", "oblique incidence", "dettranscoef", NULL },
        { "samfluore_isa", "fluorescence", "samfluorescale", NULL },
        { "multiscat_isa", "multiple scattering", NULL, NULL },
        { "xraypolar_isa", "polarization", "polardegree", NULL },
        { "samabsorp_isa", "absorption", "mut", NULL },
        { "highqscale_isa", "high-Q scale", "highqratio", "scaleconst" },
        { "comptonscat_isa", "Compton", NULL, NULL },
        { "detefficiency_isa", "detector efficiency", "detefficiency_a", "detefficiency_b" },
        { "lauediffuse_isa", "Laue diffuse", NULL, NULL },
        { "weight_isa", "weight 1/<f>^2", NULL, NULL },
        { "editsq_isa", "S(Q) edited", "add_sq", "mul_sq" },
        { "smoothdata_isa", "smoothed", "smoothqmin", "smoothboxwidth" },
        { "interpolateqmin_isa", "interpolated to Q = 0", NULL, NULL },
        { "dampfq_isa", "F(Q) damped", "dampfqwidth", NULL }
    };
    g_autoptr(GString) text = g_string_new(NULL);
    for (size_t i = 0; i < G_N_ELEMENTS(steps); i++) {
        if (!x2_on(l, steps[i].on))
            continue;
        bool recoil = !strcmp(steps[i].on, "comptonscat_isa") && x2_on(l, "breitdirac_isa");
        bool f2 = !strcmp(steps[i].on, "weight_isa") && x2_number(l, "weighttype") == 1;
        tell(text, f2 ? "weight 1/<f^2>" : steps[i].name, l, recoil ? "breitdiracexponent" : steps[i].a,
             steps[i].b);
    }
    add_text(h, "corrections", text->str);
}

static void read_x2(header *h, lines l)
{
    add_number(h, "wavelength", "angstrom", x2_number(l, "lambda"));
    add_text(h, "mode", "xray");
    x2_composition(h, l);
    x2_background(h, l);
    add_number(h, "temperature", "K", x2_number(l, "temperature"));
    add_number(h, "qmin", "1/angstrom", x2_number(l, "qmin"));
    add_number(h, "qmax", "1/angstrom", x2_number(l, "qmax"));
    if (x2_on(l, "oblincident_isa"))
        add_number(h, "converter_transmission", "1", x2_number(l, "dettranscoef"));
    if (x2_on(l, "samfluore_isa"))
        add_number(h, "fluorescence_scale", "1", x2_number(l, "samfluorescale"));
    if (x2_on(l, "highqscale_isa"))
        add_number(h, "highqratio", "1", x2_number(l, "highqratio"));
    if (x2_on(l, "comptonscat_isa") && x2_on(l, "breitdirac_isa"))
        add_number(h, "recoil_exponent", "1", x2_number(l, "breitdiracexponent"));
    if (x2_on(l, "detefficiency_isa")) {
        add_number(h, "detector_efficiency_a", "1", x2_number(l, "detefficiency_a"));
        add_number(h, "detector_efficiency_b", "1", x2_number(l, "detefficiency_b"));
    }
    x2_corrections(h, l);
    for (size_t i = 0; i < l.first; i++)
        if (!strncmp(l.t->line[i], "datatype=GrData", 15))
            add_text(h, "definition", definition_of("gr"));
}

void header_read(const text_lines *t, size_t first, header *h)
{
    *h = (header){ .n = 0 };
    const char *type = NULL;
    for (size_t i = 0; i < first; i++) {
        const char *line = table_header_text(t->line[i]);
        if (!strncmp(line, "##### Get_XPDF", 14) || strstr(t->line[i], " Get_XPDF ")) {
            *h = (header){ .n = 0 };
            read_x2(h, (lines){ t, first });
            return;
        }
        read_setting(h, line);
        if (value_of(line, "outputtype"))
            type = value_of(line, "outputtype");
    }
    if (type)    /* unless the file itself says more */
        add_text(h, "definition", definition_of(type + strspn(type, " \t")));
}
