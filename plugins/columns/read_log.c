/* Read a log: one of its columns over another, which holds the times.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "columns.h"
#include "log.h"

#include <math.h>

const frit_port read_log_outputs[] = {{.name = "log",
                                       .ndim = 1,
                                       .unit = "*",
                                       .axis_name = {"time"},
                                       .axis_unit = {"*"},
                                       .doc = "the readings over their times; dates count seconds since "
                                              "1970-01-01T00:00:00Z, times of day since the "
                                              "first midnight; readings that are no number are masked"},
                                      {0}};

const frit_param read_log_table[] = {
    FRIT_PATH(read_log_params, file, FRIT_PARAM_REQUIRED,
              "the log: CSV, or columns separated by ; tab or blanks"),
    FRIT_TEXT(read_log_params, time, "1", 0,
              "the column of the times, by its name or its number from 1; two of them, \"date + time\", are "
              "read as one text"),
    FRIT_TEXT(read_log_params, value, "2", 0, "the column of the readings"),
    FRIT_TEXT(read_log_params, unit, NULL, 0, "unit of the readings, where the file does not say it"),
    FRIT_TEXT(read_log_params, time_unit, "s", 0,
              "unit of times that are plain numbers, where the file does not say it"),
    FRIT_CHOICE(
        read_log_params, bad, "stop|mask",
        "a cell that is no number, or no time: the run stops with its line, or that line is not measured, "
        "with a warning"),
    FRIT_CHOICE(read_log_params, dates, "unknown|day-first|month-first",
                "what comes first in dates such as 03/04/2026; unknown: refused where it cannot be told"),
    {0}};

/* Both columns line by line: a line that only one of them has is of its heading, one without a time is left
 * out. */
static frit_status put(frit_call *c, const log_values *time, const log_values *value)
{
    size_t *row = c->host->scratch(c, time->n + 1, sizeof *row),
           *of = c->host->scratch(c, time->n + 1, sizeof *of);
    size_t n = 0;
    if (!row || !of)
        return FRIT_ENOMEM;
    for (size_t i = 0, k = 0; i < time->n; i++) {
        while (k < value->n && value->line[k] < time->line[i])
            k++;
        if (k < value->n && value->line[k] == time->line[i] && isfinite(time->value[i])) {
            row[n] = i;
            of[n++] = k;
        }
    }
    frit_buffer *b = c->host->output(c, 0, FRIT_F64, 1, &n, FRIT_WANT_MASK);
    if (!b)
        return FRIT_ENOMEM;
    for (size_t j = 0; j < n; j++) {
        b->axis[0][j] = time->value[row[j]];
        b->value[j] = value->value[of[j]];
        b->mask[j] = !isfinite(b->value[j]);
    }
    return FRIT_OK;
}

static void tell(frit_call *c, const char *remark)
{
    if (remark[0])
        c->host->log(c, FRIT_WARNING, "%s: %s", ((const read_log_params *)c->params)->file, remark);
}

static frit_status fill(frit_call *c, const log_values *time, const log_values *value)
{
    const read_log_params *p = c->params;
    char remark[LOG_REMARK];
    frit_status status = put(c, time, value);
    const char *time_unit = log_unit(time, p->time_unit, remark, sizeof remark);
    tell(c, remark);
    const char *unit = log_unit(value, p->unit, remark, sizeof remark);
    tell(c, remark);
    c->host->set_unit(c, 0, 0, NULL, time_unit);
    c->host->set_unit(c, 0, -1, value->label.name[0] ? value->label.name : NULL, unit);
    log_tell_bad(time, p->time, remark, sizeof remark);
    tell(c, remark);
    log_tell_bad(value, p->value, remark, sizeof remark);
    tell(c, remark);
    return status;
}

frit_status read_log_run(frit_call *c)
{
    const read_log_params *p = c->params;
    log_rule rule = { p->bad == 1, (enum time_order)p->dates };
    text_lines t;
    text_error e;
    log_values time, value = { .n = 0 };
    if (!text_read(p->file, &t, &e))
        return c->host->fail(c, e.code, "%s: %s", p->file, e.text);
    bool ok = log_read(&t, p->time, rule, &time, &e);
    bool both = ok && log_read(&t, p->value, rule, &value, &e);
    frit_status status = both ? fill(c, &time, &value) : c->host->fail(c, e.code, "%s: %s", p->file, e.text);
    text_free(&t);
    if (ok)
        log_free(&time);
    log_free(&value);
    return status;
}
