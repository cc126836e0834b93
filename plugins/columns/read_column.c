/* Read one column of a log: the temperatures of the frames, the times of the indents.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "columns.h"
#include "log.h"

#include <math.h>

const frit_port read_column_outputs[] = {
    {.name = "values",
     .ndim = 1,
     .unit = "*",
     .doc = "the numbers of the column, from top to bottom; dates as seconds since 1970-01-01T00:00:00Z, "
            "times of day since midnight; cells that are empty or not finite are masked"},
    {0}};

const frit_param read_column_table[] = {
    FRIT_PATH(read_column_params, file, FRIT_PARAM_REQUIRED,
              "the log: CSV, or columns separated by ; tab or blanks"),
    FRIT_TEXT(read_column_params, column, NULL, 0,
              "the column's name in the file, or its number from 1; not needed where there is only one. Two "
              "of them, \"date + time\", are read as one text"),
    FRIT_TEXT(read_column_params, unit, NULL, 0, "its unit, where the file does not say it"),
    FRIT_CHOICE(read_column_params, bad, "stop|mask",
                "a cell that is no number: the run stops with its line, or it is masked, with a warning"),
    FRIT_CHOICE(read_column_params, dates, "unknown|day-first|month-first",
                "what comes first in dates such as 03/04/2026; unknown: refused where it cannot be told"),
    {0}};

static frit_status put(frit_call *c, const log_values *v)
{
    frit_buffer *b = c->host->output(c, 0, FRIT_F64, 1, &v->n, FRIT_WANT_MASK);
    if (!b)
        return FRIT_ENOMEM;
    for (size_t i = 0; i < v->n; i++) {
        b->value[i] = v->value[i];
        b->mask[i] = !isfinite(v->value[i]);
    }
    return FRIT_OK;
}

frit_status read_column_run(frit_call *c)
{
    const read_column_params *p = c->params;
    text_lines t;
    text_error e;
    log_values v;
    char remark[LOG_REMARK];
    if (!text_read(p->file, &t, &e))
        return c->host->fail(c, e.code, "%s: %s", p->file, e.text);
    bool ok = log_read(&t, p->column, (log_rule){ p->bad == 1, (enum time_order)p->dates }, &v, &e);
    text_free(&t);
    if (!ok)
        return c->host->fail(c, e.code, "%s: %s", p->file, e.text);
    frit_status status = put(c, &v);
    const char *unit = log_unit(&v, p->unit, remark, sizeof remark);
    if (remark[0])
        c->host->log(c, FRIT_WARNING, "%s", remark);
    c->host->set_unit(c, 0, -1, v.label.name[0] ? v.label.name : NULL, unit);
    log_tell_bad(&v, p->column, remark, sizeof remark);
    if (remark[0])
        c->host->log(c, FRIT_WARNING, "%s: %s", p->file, remark);
    log_free(&v);
    return status;
}
