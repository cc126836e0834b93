/* write_stare: a run as the text export of Mettler's STARe.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "calorimetry.h"

#include <errno.h>
#include <glib.h>
#include <stdio.h>
#include <string.h>

#include "columns/finish.h"

#define P struct write_stare
const frit_port write_stare_inputs[] = {{.name = "heat_flow",
                                         .unit = "mW",
                                         .ndim = 1,
                                         .axis_name = {"t"},
                                         .axis_unit = {"s"},
                                         .doc = "heat flow, endothermic positive"},
                                        TEMPERATURE_PORT,
                                        {0}};
const frit_param write_stare_params[] = {
    FRIT_OUTPUT(P, file, FRIT_PARAM_REQUIRED, "where to"),
    FRIT_CHOICE(P, encoding, "latin1|utf16", "of the text: ISO 8859-1, or UTF-16 with a byte order mark"),
    FRIT_CHOICE(P, exo, "up|down", "direction in the file; STARe's own is exothermic up"),
    {0}};

const char write_stare_doc[] =
    "Writes time (s), temperature (degrees Celsius, three decimals) and heat flow (mW, six) in the layout "
    "of a STARe text export: the curve's name, `Curve Values:`, the names and units of the columns, the "
    "rows, and below them the sample with its mass, the program and the gas, as far as the attributes tell. "
    "The direction of exothermic stands beside the name as `^exo` (or `^endo`). Points without a value are "
    "left out. `read_calorimetry` reads it back.";

static void put_header(GString *s, const char *name, bool up)
{
    g_string_append_printf(s, "%s\r\n%s\r\n\r\nCurve Name:\r\n  %s  %s\r\nCurve Values:\r\n", name,
                           "________________________________________________________________________________",
                           name, up ? "^exo" : "^endo");
    g_string_append_printf(s, "%15s%15s%15s%15s%15s\r\n", "Index", "t", "Ts", "Tr", "Value");
    /* the degree sign is one column wide, and two bytes */
    g_string_append_printf(s, "%15s%15s%16s%16s%15s\r\n", "", "[s]",
                           "[\xc2\xb0"
                           "C]",
                           "[\xc2\xb0"
                           "C]",
                           "[mW]");
}

static void put_footer(frit_call *c, GString *s, const struct calorimeter_run *r, const char *name)
{
    double mass, rate;
    const char *gas = c->host->text_attribute(c, 0, "atmosphere");
    g_string_append(s, "Results:\r\n\r\n");
    if (c->host->attribute(c, 0, "mass", "mg", &mass))
        g_string_append_printf(s, "Sample:\r\n  %s, %.4f mg\r\n", name, mass);
    else
        g_string_append_printf(s, "Sample:\r\n  %s\r\n", name);
    if (c->host->attribute(c, 0, "program_rate", "K/min", &rate))
        g_string_append_printf(s,
                               "Method:\r\n  %.1f-%.1f\xc2\xb0"
                               "C %.2fK/min%s%s\r\n",
                               r->T[0] - 273.15, r->T[r->n - 1] - 273.15, rate, gas ? " " : "",
                               gas ? gas : "");
}

static frit_status save(frit_call *c, const GString *s)
{
    const P *p = c->params;
    gsize n;
    g_autofree char *text =
        g_convert(s->str, (gssize)s->len, p->encoding ? "UTF-16LE" : "ISO-8859-1", "UTF-8", NULL, &n, NULL);
    if (!text)
        return c->host->fail(c, FRIT_EDATA,
                             "the sample's name has letters that Latin-1 has not: encoding = \"utf16\"");
    const char *path = c->host->output_file(c, p->file);
    if (!path)
        return FRIT_EIO;
    FILE *f = fopen(path, "wb");
    if (!f)
        return c->host->fail(c, FRIT_EIO, "%s cannot be written: %s", p->file, strerror(errno));
    if (p->encoding)
        fwrite("\xff\xfe", 1, 2, f);
    fwrite(text, 1, n, f);
    return columns_finish(c, f, p->file);
}

frit_status write_stare_run(frit_call *c)
{
    const P *p = c->params;
    struct calorimeter_run r;
    frit_status status = take_run(c, 0, &r);
    if (status != FRIT_OK)
        return status;
    const char *given = c->host->text_attribute(c, 0, "sample"), *name = given                 ? given
                                                                         : c->name && *c->name ? c->name
                                                                                               : "run";
    GString *s = g_string_sized_new(80 * r.n + 1000);
    put_header(s, name, p->exo == 0);
    for (size_t i = 0; i < r.n; i++)
        if (r.usable[i] != 0)
            g_string_append_printf(s, "%15zu%15.3f%15.3f%15.3f%15.6f\r\n", i, r.t[i], r.T[i] - 273.15,
                                   r.T[i] - 273.15, (p->exo == 0 ? -1 : 1) * r.flow[i]);
    put_footer(c, s, &r, name);
    status = save(c, s);
    g_string_free(s, TRUE);
    return status;
}
