/* read_calorimetry: heat flow and temperature over time, from the text export of a calorimeter.
 *
 * Nothing is guessed: what the file does not say (direction, units, rate where there is no time) is asked
 * for.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "calorimetry.h"
#include "export.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { OUT_FLOW, OUT_TEMPERATURE };

const frit_port read_calorimetry_outputs[] = {
    {.name = "heat_flow",
     .unit = "*",
     .ndim = 1,
     .axis_name = {"t"},
     .axis_unit = {"s"},
     .doc = "heat flow, endothermic positive, in mW, mW/mg (W/g), uV or uV/mg, as the file has it"},
    {.name = "temperature",
     .unit = "K",
     .ndim = 1,
     .axis_name = {"t"},
     .axis_unit = {"s"},
     .doc = "of the sample, where the file has it; else of the program"},
    {0}};

#define P struct read_calorimetry
const frit_param read_calorimetry_params[] = {
    FRIT_FILES(P, files, "the file, a pattern such as \"raw/*.txt\", or a list"),
    FRIT_CHOICE(P, format, "auto|stare|setaram|ta|netzsch|perkinelmer|csv",
                "whose export it is; auto: by its marks"),
    FRIT_CHOICE(P, exo, "file|up|down",
                "up: exothermic is positive in the file; down: negative; file: as its header says, and an "
                "error where it "
                "says nothing"),
    FRIT_F64(P, mass, "mg", NAN, 0, 1e6, 0, "of the sample, where the file does not say it or is wrong"),
    FRIT_F64(P, rate, "K/min", NAN, -1e4, 1e4, 0, "heating rate, of a file without times"),
    FRIT_TEXT(P, atmosphere, NULL, 0, "the gas, where the file does not say it"),
    FRIT_TEXT(P, curve, NULL, 0, "of a STARe file with several curves: number or name"),
    FRIT_TEXT(P, time, NULL, 0, "column of the times: name or number; not given: by its usual names"),
    FRIT_TEXT(P, temperature, NULL, 0, "column of the temperatures"),
    FRIT_TEXT(P, heat_flow, NULL, 0, "column of the heat flow"),
    FRIT_TEXT(P, time_unit, NULL, 0, "s, min or h, where the file does not say it"),
    FRIT_TEXT(P, temperature_unit, NULL, 0, "K or degC, where the file does not say it"),
    FRIT_TEXT(P, heat_flow_unit, NULL, 0, "mW, W/g, uV, ..., where the file does not say it"),
    FRIT_CHOICE(P, decimal, "auto|point|comma", "decimal sign, where it cannot be seen"),
    FRIT_BOOL(P, whole, 0, "heat flow per mass becomes that of the whole sample, in mW: times the mass"),
    {0}};

const char read_calorimetry_doc[] =
    "Reads what the programs of calorimeters export as text: Mettler STARe (blanks or tabs, Latin-1 or "
    "UTF-16), Setaram (UTF-16, `;`), TA Instruments (key, tab, value, up to StartOfData), Netzsch "
    "(`#KEY:value`), PerkinElmer Pyris, and CSV with named columns and, in brackets or in a line of their "
    "own, units.\n"
    "\n"
    "**Sign.** Heat flow is endothermic positive here. TA's `Exotherm`, Netzsch's `#EXO` (+1: exothermic is "
    "positive, -1: negative) and the words `^exo`, `endo up` and their like in a header say how it is in "
    "the file; where nothing does, `exo` must be given.\n"
    "\n"
    "**Units** come from the header; a unit that is missing must be given. Pyris writes none: its times are "
    "minutes, its heat flow mW, its temperatures degrees Celsius. Times become seconds, temperatures K; "
    "heat flow stays in mW, mW/mg, uV or uV/mg (W/g is mW/mg).\n"
    "\n"
    "The mass, the heating rate, the atmosphere, the sample and the instrument of the header become the "
    "attributes `mass`, `program_rate`, `atmosphere`, `sample` and `instrument`. A mass of 0 mg counts as "
    "not said. The attribute `segments` lists the parts of the temperature program with their names (see "
    "`select_segment`).\n"
    "\n"
    "A file without times needs `rate`. Rows whose time is not after that of the row before are left out, "
    "with a warning (TA marks events by negative times). A row with too few cells at the end of the file is "
    "an error: the export was cut off.";

frit_status read_calorimetry_count(frit_call *c, uint64_t *n)
{
    const P *p = c->params;
    for (size_t i = 0; i < p->files.n; i++)
        c->host->uses(c, i, p->files.path[i], 0);
    *n = p->files.n;
    return FRIT_OK;
}

/* ---- Columns and units ---- */

static const char *const times[] = {"Time", "t", "Time of measurement", "Zeit", NULL};
static const char *const temperatures[] = {
    "Sample Temperature",  "Ts", "Temperature",         "Temp.", "Temp", "T",
    "Program Temperature", "Tr", "Furnace Temperature", NULL};
static const char *const flows[] = {
    "Unsubtracted Heat Flow", "Heat Flow",           "HeatFlow",         "Heat Flow Rate",     "DSC", "Value",
    "Heat Flow Endo Up",      "Heat Flow Endo Down", "Heat Flow Exo Up", "Heat Flow Exo Down", NULL};

struct choice {
    const char *what, *param;
    const char *given; /* a column, or NULL */
    const char *const *usual;
    const char *unit_param;
    const char *given_unit;
    size_t column;
    bool found;
    char unit[LABEL_SIZE];
};

static bool choose(const struct export *x, struct choice *k, bool needed, text_error *e)
{
    char list[2000];
    k->found =
        k->given ? export_named_column(x, k->given, &k->column) : export_find_column(x, k->usual, &k->column);
    if (!k->found && (k->given || needed))
        return text_fail(e, FRIT_EDATA,
                         k->given
                             ? "no column is called %s (%s = \"%s\"); the file has %s"
                             : "no column is known to be the %s: %s = \"%s\" says which; the file has %s",
                         k->given ? k->given : k->what, k->param, k->given ? k->given : "2",
                         export_list(x, list, sizeof list));
    if (!k->found)
        return true;
    strcpy(k->unit, x->column[k->column].unit);
    if (k->given_unit && !export_unit(k->given_unit, k->unit))
        return text_fail(e, FRIT_EPARAM, "%s = \"%s\" is no unit", k->unit_param, k->given_unit);
    if (!k->unit[0])
        return text_fail(e, FRIT_EDATA,
                         "the file does not say in what unit the %s (column %zu, %s) is: give %s", k->what,
                         k->column + 1, x->column[k->column].name, k->unit_param);
    return true;
}

struct scale {
    const char *unit, *to;
    double factor, offset;
};

static const struct scale time_scales[] = {{"s", "s", 1, 0}, {"min", "s", 60, 0}, {"h", "s", 3600, 0}, {0}};
static const struct scale temperature_scales[] = {
    {"K", "K", 1, 0}, {"degC", "K", 1, 273.15}, {"C", "K", 1, 273.15}, {0}};
static const struct scale flow_scales[] = {
    {"mW", "mW", 1, 0},       {"W", "mW", 1e3, 0},        {"uW", "mW", 1e-3, 0},
    {"W/g", "mW/mg", 1, 0},   {"mW/mg", "mW/mg", 1, 0},   {"mW/g", "mW/mg", 1e-3, 0},
    {"kW/kg", "mW/mg", 1, 0}, {"W/kg", "mW/mg", 1e-3, 0}, {"uV", "uV", 1, 0},
    {"mV", "uV", 1e3, 0},     {"uV/mg", "uV/mg", 1, 0},   {0}};

static const struct scale *scale_of(const struct scale *list, const struct choice *k, text_error *e)
{
    for (; list->unit; list++)
        if (!strcmp(list->unit, k->unit))
            return list;
    text_fail(e, FRIT_EDATA, "the column %zu is in %s: that is no unit of a %s", k->column + 1, k->unit,
              k->what);
    return NULL;
}

/* ---- Rows to curves ---- */

struct run_data {
    size_t n, left_out;
    double *t, *T, *flow;
};

/* Rows with a temperature, a time after the one before, and a rate for those without times. */
static frit_status arrange(frit_call *c, const struct choice k[3], const struct scale *const scale[3],
                           const double *value, size_t rows, size_t columns, struct run_data *d)
{
    const P *p = c->params;
    *d = (struct run_data){.t = c->host->scratch(c, rows + 1, sizeof(double)),
                           .T = c->host->scratch(c, rows + 1, sizeof(double)),
                           .flow = c->host->scratch(c, rows + 1, sizeof(double))};
    if (!d->t || !d->T || !d->flow)
        return FRIT_ENOMEM;
    double first = NAN;
    for (size_t i = 0; i < rows; i++) {
        const double *row = value + i * columns;
        double T = row[k[1].column] * scale[1]->factor + scale[1]->offset;
        if (isnan(first))
            first = T;
        double t = k[0].found ? row[k[0].column] * scale[0]->factor : 60 * (T - first) / p->rate;
        if (!isfinite(T) || !isfinite(t) || t < 0 || (d->n && !(t > d->t[d->n - 1]))) {
            d->left_out++;
            continue;
        }
        d->t[d->n] = t;
        d->T[d->n] = T;
        d->flow[d->n++] = row[k[2].column] * scale[2]->factor;
    }
    if (d->n < 2)
        return c->host->fail(c, FRIT_EDATA,
                             "%zu rows have a temperature and a time after that of the row before: no curve",
                             d->n);
    return FRIT_OK;
}

static frit_status read_rows(frit_call *c, const struct export *x, struct run_data *d, const char **unit)
{
    const P *p = c->params;
    struct choice k[3] = {
        {"time", "time", p->time, times, "time_unit", p->time_unit, 0, false, ""},
        {"temperature", "temperature", p->temperature, temperatures, "temperature_unit", p->temperature_unit,
         0, false, ""},
        {"heat flow", "heat_flow", p->heat_flow, flows, "heat_flow_unit", p->heat_flow_unit, 0, false, ""}};
    const struct scale *const lists[3] = {time_scales, temperature_scales, flow_scales}, *scale[3] = {NULL};
    text_error e;
    for (int i = 0; i < 3; i++)
        if (!choose(x, &k[i], i > 0 || isnan(p->rate), &e) ||
            (k[i].found && !(scale[i] = scale_of(lists[i], &k[i], &e))))
            return c->host->fail(c, e.code, "%s", e.text);
    if (!k[0].found && p->rate == 0)
        return c->host->fail(c, FRIT_EPARAM, "the file has no times, and a rate of 0 K/min makes none");
    double *value;
    size_t rows;
    if (!export_rows(x, &value, &rows, &e))
        return c->host->fail(c, e.code, "%s", e.text);
    frit_status status = arrange(c, k, scale, value, rows, x->columns, d);
    free(value);
    if (status == FRIT_OK && isfinite(x->announced) && (double)rows < x->announced)
        status = c->host->fail(c, FRIT_EDATA,
                               "the header tells of %.0f points, %zu are there: the export was cut off",
                               x->announced, rows);
    if (status == FRIT_OK && d->left_out)
        c->host->log(c, FRIT_WARNING,
                     "%zu of %zu rows are left out: without a temperature, or with a time that is not after "
                     "that of the row before",
                     d->left_out, rows);
    *unit = scale[2]->to;
    return status;
}

/* 1: the file's numbers are endothermic positive; -1: to be turned; 0 after a failure. */
static int sign_of(frit_call *c, const struct export *x)
{
    const P *p = c->params;
    int exo = x->exo;
    if (p->exo == EXO_FILE && exo == 0) {
        c->host->fail(c, FRIT_EDATA,
                      "the file (%s) does not say in which direction exothermic is: give exo = \"up\" "
                      "(exothermic is positive) or exo = \"down\"",
                      export_format_name(x->format));
        return 0;
    }
    int given = p->exo == EXO_UP ? 1 : -1;
    if (p->exo != EXO_FILE && exo != 0 && exo != given)
        c->host->log(c, FRIT_WARNING, "exo = \"%s\" is against the file, which says exo %s",
                     given > 0 ? "up" : "down", exo > 0 ? "up" : "down");
    if (p->exo != EXO_FILE)
        exo = given;
    return exo > 0 ? -1 : 1;
}

/* The mass that counts; NaN: not known. */
static double mass_of(const P *p, const struct export *x)
{
    return isfinite(p->mass) ? p->mass : x->mass > 0 ? x->mass : NAN;
}

static void set_texts(frit_call *c, uint32_t port, const struct export *x)
{
    const P *p = c->params;
    const char *const texts[][2] = {{"sample", x->sample},
                                    {"instrument", x->instrument},
                                    {"atmosphere", p->atmosphere ? p->atmosphere : x->atmosphere}};
    for (size_t i = 0; i < 3; i++)
        if (texts[i][1][0])
            c->host->set_text_attribute(c, port, texts[i][0], texts[i][1]);
}

static void set_attributes(frit_call *c, const struct export *x, const struct run_data *d)
{
    const P *p = c->params;
    const struct segment_rules usual = {HELD_RATE, SHORTEST_SEGMENT, RATE_WINDOW};
    char list[4000] = "";
    struct segments s;
    double *work = c->host->scratch(c, 6 * (d->n + 1), sizeof *work);
    if (work && segments_find(d->n, d->t, d->T, &usual, work, &s))
        segments_list(&s, list, sizeof list);
    double mass = mass_of(p, x);
    if (isfinite(p->mass) && x->mass > 0 && fabs(p->mass - x->mass) > 1e-6 * x->mass)
        c->host->log(c, FRIT_WARNING, "mass = %g mg replaces the file's own, %g mg", p->mass, x->mass);
    double rate = isfinite(p->rate) ? p->rate : x->rate;
    for (uint32_t port = OUT_FLOW; port <= OUT_TEMPERATURE; port++) {
        set_texts(c, port, x);
        if (isfinite(mass))
            c->host->set_attribute(c, port, "mass", "mg", mass);
        if (isfinite(rate))
            c->host->set_attribute(c, port, "program_rate", "K/min", rate);
        if (list[0])
            c->host->set_text_attribute(c, port, "segments", list);
    }
}

static frit_status put(frit_call *c, uint32_t port, const struct run_data *d, const double *value,
                       double factor)
{
    frit_buffer *b = c->host->output(c, port, FRIT_F64, 1, &d->n, FRIT_WANT_MASK);
    if (!b)
        return FRIT_ENOMEM;
    for (size_t i = 0; i < d->n; i++) {
        b->axis[0][i] = d->t[i];
        b->mask[i] = !isfinite(value[i]);
        b->value[i] = b->mask[i] ? 0 : factor * value[i];
    }
    return FRIT_OK;
}

static frit_status make_whole(frit_call *c, const struct export *x, const char **unit, double *factor)
{
    const P *p = c->params;
    const char *per_mass = strstr(*unit, "/mg");
    if (!p->whole || !per_mass)
        return FRIT_OK;
    double mass = mass_of(p, x);
    if (!(mass > 0))
        return c->host->fail(c, FRIT_EPARAM, "the mass of the sample is not known: give mass, in mg");
    *factor *= mass;
    *unit = !strcmp(*unit, "mW/mg") ? "mW" : "uV";
    return FRIT_OK;
}

static frit_status read_export(frit_call *c, const struct export *x)
{
    struct run_data d;
    const char *unit = NULL;
    frit_status status = read_rows(c, x, &d, &unit);
    int sign = status == FRIT_OK ? sign_of(c, x) : 0;
    if (status == FRIT_OK && sign == 0)
        status = FRIT_EDATA;
    double factor = sign;
    if (status == FRIT_OK)
        status = make_whole(c, x, &unit, &factor);
    if (status == FRIT_OK)
        status = put(c, OUT_FLOW, &d, d.flow, factor);
    if (status == FRIT_OK)
        status = put(c, OUT_TEMPERATURE, &d, d.T, 1);
    if (status != FRIT_OK)
        return status;
    c->host->set_unit(c, OUT_FLOW, -1, "heat flow", unit);
    set_attributes(c, x, &d);
    return FRIT_OK;
}

frit_status read_calorimetry_run(frit_call *c)
{
    const P *p = c->params;
    const char *path = c->host->file(c, 0, NULL);
    if (!path)
        return c->host->fail(c, FRIT_EIO, "no file was named");
    struct export *x = c->host->scratch(c, 1, sizeof *x);
    text_error e;
    if (!x)
        return FRIT_ENOMEM;
    if (!export_open(path, (enum export_format)p->format, p->curve, x, &e))
        return c->host->fail(c, e.code, "%s", e.text);
    if (p->decimal)
        x->decimal = p->decimal == 1 ? '.' : ',';
    frit_status status = read_export(c, x);
    export_close(x);
    return status;
}
