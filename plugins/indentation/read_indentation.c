/* read_indentation: tests of nanoindenters, one element for each test in a file.
 *
 * What a file holds is the business of tests.c and of the formats' own files; here columns become load,
 * depth, segment and stiffness over time, in mN, nm and N/m.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "indentation.h"
#include "segments.h"
#include "test.h"

#define OVER_TIME .ndim = 1, .axis_name = {"time"}, .axis_unit = {"s"}

enum { OUT_LOAD, OUT_DEPTH, OUT_SEGMENT, OUT_STIFFNESS, OUT_OTHER };

const frit_port read_indentation_outputs[] = {
    {.name = "load", .unit = "mN", OVER_TIME, .doc = "load on the sample"},
    {.name = "depth", .unit = "nm", OVER_TIME, .doc = "displacement, as the file gives it"},
    {.name = "segment", .unit = "1", OVER_TIME, .doc = SEGMENT_DOC},
    {.name = "stiffness",
     .unit = "N/m",
     OVER_TIME,
     .doc = "harmonic contact stiffness of a dynamic test (CSM); masked where the file has none"},
    {.name = "other",
     .unit = "*",
     OVER_TIME,
     .doc = "the column that the parameter `other` names; masked without it"},
    {0}};

#define PARAMS struct read_indentation
const frit_param read_indentation_params[] = {
    FRIT_FILES(PARAMS, files, "the file, a pattern such as \"raw/AC_*.txt\", or a list"),
    FRIT_ARRAY(PARAMS, tests, "1", 1, 1e6, 0,
               "which tests of a file with several, by their order from 1; not given: all"),
    FRIT_TEXT(PARAMS, load, NULL, 0, "column of the load, by name or number; not given: found by its name"),
    FRIT_TEXT(PARAMS, depth, NULL, 0, "column of the depth"),
    FRIT_TEXT(PARAMS, time, NULL, 0, "column of the time"),
    FRIT_TEXT(PARAMS, other, NULL, 0, "a further column, for the output `other`: \"Hardness\""),
    FRIT_F64(PARAMS, interval, "s", NAN, 1e-9, 1e6, 0,
             "time from one row to the next, where the file has no times"),
    FRIT_CHOICE(PARAMS, format, "auto|micro_materials",
                "auto: told from the file; micro_materials: three columns without names, time, depth, load"),
    {0}};

const char read_indentation_doc[] =
    "Reads workbooks of NanoSuite (Agilent, Keysight, KLA; `.xls` and `.xlsx`) and its text, Hysitron's "
    "`.hld` and text, "
    "text of Anton Paar, Fischerscope (`.hap`), Micro Materials and FemtoTools, and CSV.  Each test is an "
    "element: a workbook "
    "with ten tests is a series of ten, in the order of their numbers, however its sheets are ordered.\n\n"
    "Columns are found by name (`Load On Sample`, `Force`, `Fn`, `P`; `Displacement Into Surface`, `Depth`, "
    "`Pd`, `h`; "
    "`Time On Sample`, `Time`, `t`) and converted from the unit that stands there (mN, uN, N, nm, um, s, ms; "
    "N/m).  "
    "1.797e308, an empty cell and `--.--` mean \"not valid\": masked.  A row without a time is left out.\n\n"
    "`segment` comes from the markers in the column `Segment` (`Cycle Unload Marker 2`), or from its numbers "
    "where these are "
    "-1 to 4 as above, else from the load: unloading begins at the last point of the hold.  The attribute "
    "`segments_from` "
    "says which.\n\n"
    "What a file knows of the test becomes attributes: `tip`, `poisson`, `drift_rate`, `frame_stiffness`, "
    "`area_c0` ..., `temperature`, and others under the names that the file gives them.  NanoSuite's "
    "`Displacement Into Surface` "
    "has the frame's share taken out, and the drift's where `Perform Drift Correction` is 1: the attributes "
    "`frame_correction` "
    "and `drift_correction` say so, and the steps of these names refuse to do it twice.";

/* ---- Files and tests ---- */

/* A file that cannot be read counts as one test: the element that it is will say why. */
static void use_tests(frit_call *c, const PARAMS *p, const char *path, uint64_t *n)
{
    struct tests t;
    struct why why;
    size_t in_file = tests_open(&t, path, (enum format)p->format, &why) ? t.n : 1;
    if (in_file)
        tests_close(&t);
    for (size_t i = 0; i < (p->tests.n ? p->tests.n : in_file); i++)
        c->host->uses(c, (*n)++, path, p->tests.n ? (uint64_t)p->tests.v[i] - 1 : i);
}

frit_status read_indentation_count(frit_call *c, uint64_t *n)
{
    const PARAMS *p = c->params;
    *n = 0;
    for (size_t i = 0; i < p->files.n; i++)
        use_tests(c, p, p->files.path[i], n);
    return FRIT_OK;
}

/* ---- Columns ---- */

struct columns {
    int index[N_ROLES];
    double mul[N_ROLES], div[N_ROLES];
};

static const char *const role_names[N_ROLES] = {"time", "load", "depth", "stiffness", "segment"};
static const char *const role_units[N_ROLES] = {"s", "mN", "nm", "N/m", ""};

static const char *list_columns(const struct test *t, char *list, size_t size)
{
    size_t at = 0;
    list[0] = 0;
    for (size_t i = 0; i < t->cols && at + 1 < size; i++)
        at += (size_t)snprintf(list + at, size - at, "%s%zu %.40s", i ? ", " : "", i + 1, t->column[i].name);
    return list;
}

static frit_status find_column(frit_call *c, const struct test *t, enum role role, const char *given,
                               struct columns *k)
{
    char list[300];
    k->index[role] = given ? column_named(t->column, t->cols, given) : column_find(t->column, t->cols, role);
    k->mul[role] = k->div[role] = 1;
    if (k->index[role] < 0 && given)
        return c->host->fail(c, FRIT_EDATA, "there is no column \"%.60s\": the file has %s", given,
                             list_columns(t, list, sizeof list));
    if (k->index[role] < 0 || role == ROLE_SEGMENT)
        return FRIT_OK;
    const struct column *column = &t->column[k->index[role]];
    if (column->unit[0] && !unit_factor(column->unit, role, &k->mul[role], &k->div[role]))
        return c->host->fail(
            c, FRIT_EDATA,
            "the column \"%s\" is in \"%s\", which is no unit of a %s: %s, or its like, is expected",
            column->name, column->unit, role_names[role], role_units[role]);
    if (!column->unit[0])
        c->host->log(c, FRIT_WARNING, "the column \"%s\" has no unit: taken as %s", column->name,
                     role_units[role]);
    return FRIT_OK;
}

static frit_status find_columns(frit_call *c, const struct test *t, struct columns *k)
{
    const PARAMS *p = c->params;
    const char *given[N_ROLES] = {p->time, p->load, p->depth, NULL, NULL};
    char list[300];
    frit_status status = FRIT_OK;
    for (int role = 0; role < N_ROLES && status == FRIT_OK; role++)
        status = find_column(c, t, (enum role)role, given[role], k);
    if (status != FRIT_OK)
        return status;
    for (int role = ROLE_LOAD; role <= ROLE_DEPTH; role++)
        if (k->index[role] < 0)
            return c->host->fail(c, FRIT_EDATA, "no column is a %s: the file has %s; say %s = \"...\"",
                                 role_names[role], list_columns(t, list, sizeof list), role_names[role]);
    if (k->index[ROLE_TIME] < 0 && isnan(p->interval))
        return c->host->fail(
            c, FRIT_EDATA,
            "no column is a time: the file has %s; say time = \"...\", or the interval of the rows",
            list_columns(t, list, sizeof list));
    return FRIT_OK;
}

static double value_at(const struct test *t, const struct columns *k, enum role role, size_t row)
{
    return k->index[role] < 0
               ? NAN
               : t->value[row * t->cols + (size_t)k->index[role]] * k->mul[role] / k->div[role];
}

/* ---- Rows ---- */

struct rows {
    size_t n;
    double *t, *P, *h, *S, *segment, *other;
    char **marker;
};

static frit_status take_rows(frit_call *c, const struct test *t, const struct columns *k, struct rows *r)
{
    const PARAMS *p = c->params;
    double **arrays[] = {&r->t, &r->P, &r->h, &r->S, &r->segment, &r->other};
    for (size_t i = 0; i < sizeof arrays / sizeof *arrays; i++)
        if (!(*arrays[i] = c->host->scratch(c, t->rows + 1, sizeof(double))))
            return FRIT_ENOMEM;
    r->marker = c->host->scratch(c, t->rows + 1, sizeof *r->marker);
    if (!r->marker)
        return FRIT_ENOMEM;
    int other = -1;
    char list[300];
    if (p->other && (other = column_named(t->column, t->cols, p->other)) < 0)
        return c->host->fail(c, FRIT_EDATA, "there is no column \"%.60s\": the file has %s", p->other,
                             list_columns(t, list, sizeof list));
    for (size_t i = 0; i < t->rows; i++) {
        const double time = k->index[ROLE_TIME] < 0 ? (double)i * p->interval : value_at(t, k, ROLE_TIME, i);
        if (!isfinite(time))
            continue;
        r->t[r->n] = time;
        r->P[r->n] = value_at(t, k, ROLE_LOAD, i);
        r->h[r->n] = value_at(t, k, ROLE_DEPTH, i);
        r->S[r->n] = value_at(t, k, ROLE_STIFFNESS, i);
        r->segment[r->n] = value_at(t, k, ROLE_SEGMENT, i);
        r->other[r->n] = other < 0 ? NAN : t->value[i * t->cols + (size_t)other];
        r->marker[r->n++] = t->marker[i];
    }
    if (r->n == 0)
        return c->host->fail(c, FRIT_EDATA, "%s%sno row has a time", t->label, t->label[0] ? ": " : "");
    return FRIT_OK;
}

/* ---- Segments ---- */

static bool contains(const char *text, const char *piece)
{
    const size_t n = strlen(piece);
    for (; *text; text++)
        if (!strncasecmp(text, piece, n))
            return true;
    return false;
}

/* What begins at a marker; -2: nothing that concerns us. */
static int phase_of_marker(const char *marker, int now)
{
    if (contains(marker, "drift"))
        return PHASE_LOW_HOLD;
    if (contains(marker, "unload"))
        return now == PHASE_LOW_HOLD ? PHASE_LAST_UNLOAD : PHASE_UNLOAD;
    if (contains(marker, "hold"))
        return PHASE_HOLD;
    if (contains(marker, "begin") || contains(marker, "surface") || contains(marker, "load"))
        return PHASE_LOAD;
    return -2;
}

static bool segments_by_marker(struct rows *r)
{
    bool any = false;
    int now = PHASE_LOAD;
    for (size_t i = 0; i < r->n; i++) {
        int next = r->marker[i] ? phase_of_marker(r->marker[i], now) : -2;
        now = next == -2 ? now : next;
        any = any || next == PHASE_UNLOAD;
        r->segment[i] = now;
    }
    return any;
}

static bool segments_by_number(const struct rows *r)
{
    for (size_t i = 0; i < r->n; i++)
        if (!(r->segment[i] >= PHASE_APPROACH && r->segment[i] <= PHASE_LAST_UNLOAD &&
              r->segment[i] == round(r->segment[i])))
            return false;
    return true;
}

/* Points without a load or a depth take the segment of the point before them. */
static frit_status find_segments(frit_call *c, struct rows *r, const char **from)
{
    if (segments_by_number(r)) {
        *from = "numbers in the file";
        return FRIT_OK;
    }
    const bool marked = segments_by_marker(r);
    double *room = c->host->scratch(c, 5 * r->n + 2, sizeof *room);
    size_t *at = c->host->scratch(c, r->n + 1, sizeof *at), n = 0;
    if (!room || !at)
        return FRIT_ENOMEM;
    double *t = room + 2 * r->n + 2, *load = t + r->n, *phase = load + r->n;
    for (size_t i = 0; i < r->n; i++)
        if (isfinite(r->P[i])) {
            at[n] = i;
            t[n] = r->t[i];
            load[n] = r->P[i];
            phase[n++] = r->segment[i];
        }
    if (marked)
        segments_refine(n, t, load, phase, room);
    else
        segments_find(n, t, load, phase, room);
    double now = PHASE_LOAD;
    for (size_t i = 0, k = 0; i < r->n; i++) {
        if (k < n && at[k] == i)
            now = phase[k++];
        r->segment[i] = now;
    }
    *from = marked ? "markers in the file" : "load";
    return FRIT_OK;
}

/* ---- Out ---- */

static frit_status put(frit_call *c, uint32_t port, const struct rows *r, const double *value)
{
    if (!c->host->wanted(c, port))
        return FRIT_OK;
    frit_buffer *out = c->host->output(c, port, FRIT_F64, 1, &r->n, FRIT_WANT_MASK);
    if (!out)
        return FRIT_ENOMEM;
    for (size_t i = 0; i < r->n; i++) {
        out->axis[0][i] = r->t[i];
        out->mask[i] = !isfinite(value[i]);
        out->value[i] = out->mask[i] ? 0 : value[i];
    }
    return FRIT_OK;
}

static void set_attributes(frit_call *c, const struct test *t, const char *from)
{
    for (uint32_t port = OUT_LOAD; port <= OUT_OTHER; port++) {
        if (!c->host->wanted(c, port))
            continue;
        for (size_t i = 0; i < t->n_known; i++)
            if (t->known[i].unit[0])
                c->host->set_attribute(c, port, t->known[i].name, t->known[i].unit, t->known[i].number);
            else
                c->host->set_text_attribute(c, port, t->known[i].name, t->known[i].text);
        if (t->label[0])
            c->host->set_text_attribute(c, port, "test", t->label);
        c->host->set_text_attribute(c, port, "segments_from", from);
        c->host->set_text_attribute(c, port, "read_as", t->format);
    }
}

static frit_status put_all(frit_call *c, const struct test *t)
{
    const PARAMS *p = c->params;
    struct columns k;
    struct rows r = {.n = 0};
    const char *from = "";
    frit_status status = find_columns(c, t, &k);
    if (status == FRIT_OK)
        status = take_rows(c, t, &k, &r);
    if (status == FRIT_OK)
        status = find_segments(c, &r, &from);
    const double *values[] = {r.P, r.h, r.segment, r.S, r.other};
    for (uint32_t port = OUT_LOAD; port <= OUT_OTHER && status == FRIT_OK; port++)
        status = put(c, port, &r, values[port]);
    if (status != FRIT_OK)
        return status;
    const int other = p->other ? column_named(t->column, t->cols, p->other) : -1;
    if (other >= 0)
        c->host->set_unit(c, OUT_OTHER, -1, t->column[other].name,
                          t->column[other].unit[0] ? t->column[other].unit : "1");
    else
        c->host->set_unit(c, OUT_OTHER, -1, NULL, "1");
    set_attributes(c, t, from);
    return FRIT_OK;
}

frit_status read_indentation_run(frit_call *c)
{
    const PARAMS *p = c->params;
    uint64_t part = 0;
    const char *path = c->host->file(c, 0, &part);
    struct tests tests;
    struct test t;
    struct why why;
    if (!path)
        return c->host->fail(c, FRIT_EIO, "no file was named");
    if (!tests_open(&tests, path, (enum format)p->format, &why))
        return c->host->fail(c, why.code, "%s", why.text);
    frit_status status;
    if (tests_get(&tests, (size_t)part, &t, &why)) {
        status = put_all(c, &t);
        test_free(&t);
    } else {
        status = c->host->fail(c, why.code, "%s", why.text);
    }
    tests_close(&tests);
    return status;
}
