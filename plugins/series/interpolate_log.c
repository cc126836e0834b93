/* interpolate_log: what a log says at the moment of each frame: its temperature.
 *
 * Between two readings the log is a straight line.  The value belongs to the start, the middle or the end of
 * the exposure, or is the mean over it; how uncertain it is, the scatter of the readings tells.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "log_curve.h"
#include "series.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "shared/time_text.h"

enum { LOG, TIME };
enum { AT_MIDDLE, AT_START, AT_END, AT_MEAN };
enum { STAMP_START, STAMP_MIDDLE, STAMP_END };
enum { OUTSIDE_STOP, OUTSIDE_MASK };
enum { ORDER_STOP, ORDER_ANY };
enum { ERROR_AUTO, ERROR_LOG, ERROR_SCATTER, ERROR_NONE };

const frit_port interpolate_log_inputs[] = {
    { .name = "log", .unit = "*", .ndim = 1, .axis_name = { "time" }, .axis_unit = { "s" },
      .doc = "the readings over their times, as read_log gives them; masked readings are skipped" },
    { .name = "time", .unit = "s", .axis_unit = EACH_DIMENSION("*"), .ndim = FRIT_ANY_NDIM,
      .flags = FRIT_PORT_SERIES | FRIT_PORT_OPTIONAL,
      .doc = "when each frame was taken, by the same clock: a series of numbers, as read_image_header "
             "gives, or a list; without it start, interval and frames say it" },
    { .name = NULL }
};

const frit_port interpolate_log_outputs[] = {
    { .name = "value", .unit = "@log", .ndim = 1, .doc = "the log's value for each frame" },
    { .name = NULL }
};

const frit_param interpolate_log_params[] = {
    FRIT_TEXT(struct interpolate_log, start, NULL, 0,
              "time of the first frame, where no times are given: seconds, or a date as in the log"),
    FRIT_F64(struct interpolate_log, interval, "s", NAN, 0, 1e9, 0,
             "from one frame to the next, where no times are given"),
    FRIT_I64(struct interpolate_log, frames, 0, 0, 1e9, 0,
             "how many frames there are, where no times are given"),
    FRIT_F64(struct interpolate_log, exposure, "s", 0, 0, 1e7, 0, "how long each frame was exposed"),
    FRIT_CHOICE(struct interpolate_log, stamp, "start|middle|end",
                "what moment of the exposure a frame's time is"),
    FRIT_CHOICE(struct interpolate_log, at, "middle|start|end|mean",
                "at which moment of the exposure the value is taken; mean: over all of it"),
    FRIT_F64(struct interpolate_log, offset, "s", 0, -1e10, 1e10, 0,
             "added to the frames' times to have those of the log, where the clocks differ, or only one "
             "knows the zone"),
    FRIT_F64(struct interpolate_log, max_gap, "s", NAN, 0, 1e10, 0,
             "a longer gap between two readings is not bridged; not given: ten times the median of the log's "
             "intervals"),
    FRIT_CHOICE(
        struct interpolate_log, outside, "stop|mask",
        "a frame that the log does not cover, before, behind or in a gap: the run stops, or it has no value, "
        "with a warning"),
    FRIT_CHOICE(struct interpolate_log, order, "stop|any",
                "frames whose times go back: the run stops, or that is right so"),
    FRIT_CHOICE(
        struct interpolate_log, error, "auto|log|scatter|none",
        "sigma of a reading. log: its own; scatter: from the differences between readings and the line "
        "through their neighbours; auto: the first where there is one, else the second; none: no sigma"),
    FRIT_F64(struct interpolate_log, resolution, "1", 0, 0, INFINITY, 0,
             "last digit of the log's readings, in their unit: adds resolution/sqrt(12) to sigma"),
    FRIT_F64(
        struct interpolate_log, time_uncertainty, "s", 0, 0, 1e7, 0,
        "of the clocks against each other, a standard uncertainty: adds its product with the slope to sigma"),
    FRIT_TEXT(struct interpolate_log, names, NULL, 0, "names of the frames, one a line, for messages"),
    {.name = NULL}};

frit_status interpolate_log_check(frit_call *c)
{
    const struct interpolate_log *p = c->params;
    double seconds;
    char *end;
    if (!p->start || time_text_read(p->start, strlen(p->start), TIME_ORDER_UNKNOWN, &seconds) != TIME_NONE)
        return FRIT_OK;
    strtod(p->start, &end);
    return end != p->start && (*end == '\0' || !strcmp(end, " s"))
               ? FRIT_OK
               : c->host->fail(c, FRIT_EPARAM,
                               "start = \"%s\" is no time; seconds, \"2026-11-22 10:02:03\" or \"10:02:03\" "
                               "would be right",
                               p->start);
}

/* ---- The frames' times ---- */

static frit_status times_of_rate(frit_call *c, struct numbers *time)
{
    const struct interpolate_log *p = c->params;
    if (!(p->frames > 0) || isnan(p->interval))
        return c->host->fail(c, FRIT_EPARAM,
                             "when were the frames taken? Give time, or start, interval and frames");
    double start = 0;
    if (p->start && time_text_read(p->start, strlen(p->start), TIME_ORDER_UNKNOWN, &start) == TIME_NONE)
        start = strtod(p->start, NULL);
    *time = (struct numbers){ .n = (size_t)p->frames };
    time->value = c->host->scratch(c, time->n, sizeof *time->value);
    time->name = c->host->scratch(c, time->n, sizeof *time->name);
    if (!time->value || !time->name)
        return FRIT_ENOMEM;
    const char *names = p->names;
    for (size_t i = 0; i < time->n; i++) {
        time->name[i] = names_next(c, &names);
        time->value[i] = start + (double)i * p->interval;
    }
    return FRIT_OK;
}

static frit_status judge_order(frit_call *c, const struct numbers *time)
{
    const struct interpolate_log *p = c->params;
    char a[160], b[160], at[2][TIME_TEXT];
    size_t last = time->n;
    for (size_t i = 0; i < time->n && p->order == ORDER_STOP; i++) {
        if (!isfinite(time->value[i]))
            continue;
        if (last < time->n && time->value[i] < time->value[last])
            return c->host->fail(c, FRIT_EDATA,
                                 "%s was taken at %s, before %s at %s: are the files in the order in which "
                                 "they were taken? order = \"any\" takes them so",
                                 numbers_tell(time, i, a, sizeof a), time_text_print(time->value[i], at[0]),
                                 numbers_tell(time, last, b, sizeof b),
                                 time_text_print(time->value[last], at[1]));
        last = i;
    }
    return FRIT_OK;
}

/* ---- The log ---- */

static frit_status take_log(frit_call *c, struct log_curve *log)
{
    const struct interpolate_log *p = c->params;
    const frit_view *v = c->host->input(c, LOG, 0);
    if (!v)
        return FRIT_EIO;
    size_t n = v->shape[0], bad = 0;
    log->t = c->host->scratch(c, n + 1, sizeof *log->t);
    log->value = c->host->scratch(c, n + 1, sizeof *log->value);
    log->sigma = c->host->scratch(c, n + 1, sizeof *log->sigma);
    double *room = c->host->scratch(c, n + 1, sizeof *room);
    if (!log->t || !log->value || !log->sigma || !room)
        return FRIT_ENOMEM;
    char at[2][TIME_TEXT];
    if (!log_curve_take(log, n, v->axis[0], v->value, p->error == ERROR_SCATTER ? NULL : v->sigma, v->mask,
                        &bad))
        return c->host->fail(c, FRIT_EDATA,
                             "the log's times go back: reading %zu is at %s, the one before at %s; the "
                             "lines of a log come in the order of their times",
                             bad + 1, time_text_print(v->axis[0][bad], at[0]),
                             time_text_print(log->t[log->n - 1], at[1]));
    if (log->n == 0)
        return c->host->fail(c, FRIT_EDATA, "the log has no reading");
    log->max_gap = isnan(p->max_gap) ? 10 * log_curve_interval(log, room) : p->max_gap;
    bool own = v->sigma && p->error != ERROR_SCATTER;
    if (p->error == ERROR_LOG && !v->sigma)
        return c->host->fail(c, FRIT_EPARAM,
                             "the readings have no sigma of their own: error = \"scatter\" or \"none\"");
    log->has_sigma = p->error != ERROR_NONE && (own || log_curve_scatter(log, room));
    return FRIT_OK;
}

/* ---- One frame ---- */

/* The exposure on the log's clock. */
static void exposure_of(const struct interpolate_log *p, double time, double *from, double *to)
{
    double before = p->stamp == STAMP_START ? 0 : p->stamp == STAMP_MIDDLE ? 0.5 : 1;
    *from = time + p->offset - before * p->exposure;
    *to = *from + p->exposure;
    if (p->at == AT_MEAN)
        return;
    double moment = p->at == AT_START ? *from : p->at == AT_END ? *to : *from + 0.5 * p->exposure;
    *from = *to = moment;
}

/* "frame 41 (HPT_0041) at 10:02:03 lies before the log begins, at 10:05:00" */
static void tell_uncovered(const struct numbers *time, size_t i, const struct log_curve *log, double from,
                           double to, char *out, size_t size)
{
    char frame[160], at[4][TIME_TEXT];
    double last = log->t[log->n - 1], a, b;
    numbers_tell(time, i, frame, sizeof frame);
    time_text_print(from < log->t[0] ? from : to, at[0]);
    if (from < log->t[0] || to > last)
        snprintf(out, size, "%s, at %s, lies %s the log, which goes from %s to %s", frame, at[0],
                 from < log->t[0] ? "before" : "behind", time_text_print(log->t[0], at[1]),
                 time_text_print(last, at[2]));
    else if (log_curve_gap(log, from, to, &a, &b))
        snprintf(out, size,
                 "%s, at %s, lies in a gap of the log: between %s and %s, %.4g s, there is no reading, and "
                 "max_gap is %.4g s",
                 frame, at[0], time_text_print(a, at[1]), time_text_print(b, at[2]), b - a, log->max_gap);
}

struct outcome {
    size_t uncovered, no_time;
    char   first[640];
};

static void put_frame(frit_call *c, const struct log_curve *log, const struct numbers *time, size_t i,
                      frit_buffer *out, struct outcome *outcome)
{
    const struct interpolate_log *p = c->params;
    double from, to, a, b;
    out->mask[i] = 1;
    if (!isfinite(time->value[i])) {
        outcome->no_time++;
        return;
    }
    exposure_of(p, time->value[i], &from, &to);
    if (from < log->t[0] || to > log->t[log->n - 1] || log_curve_gap(log, from, to, &a, &b)) {
        if (outcome->uncovered++ == 0)
            tell_uncovered(time, i, log, from, to, outcome->first, sizeof outcome->first);
        return;
    }
    struct log_value v = log_curve_mean(log, from, to);
    out->mask[i] = 0;
    out->value[i] = v.value;
    if (out->sigma)
        out->sigma[i] = sqrt((log->has_sigma ? v.variance : 0) + pow(v.slope * p->time_uncertainty, 2) +
                             p->resolution * p->resolution / 12);
}

static frit_status conclude(frit_call *c, const struct numbers *time, const struct outcome *outcome)
{
    const struct interpolate_log *p = c->params;
    if (outcome->no_time == time->n && time->n > 0)
        return c->host->fail(c, FRIT_EDATA, "no frame has a time%s%s", time->failure ? ": " : "",
                             time->failure ? time->failure : "");
    if (outcome->uncovered == 0)
        return FRIT_OK;
    bool all = outcome->uncovered == time->n;
    char many[120] = "";
    if (outcome->uncovered > 1)
        snprintf(many, sizeof many, "; of %zu frames %zu are not covered", time->n, outcome->uncovered);
    const char *help = all ? "do the clocks differ? offset is added to the frames' times"
                           : "outside = \"mask\" goes on without such frames";
    if (p->outside == OUTSIDE_STOP || all)
        return c->host->fail(c, FRIT_EDATA, "%s%s; %s", outcome->first, many, help);
    c->host->log(c, FRIT_WARNING, "%s%s: without a value", outcome->first, many);
    return FRIT_OK;
}

frit_status interpolate_log_run(frit_call *c)
{
    const struct interpolate_log *p = c->params;
    struct numbers time;
    struct log_curve log = { .n = 0 };
    frit_status status =
        c->host->n_inputs(c, TIME) ? numbers_take(c, TIME, p->names, &time) : times_of_rate(c, &time);
    if (status == FRIT_OK)
        status = judge_order(c, &time);
    if (status == FRIT_OK)
        status = take_log(c, &log);
    if (status != FRIT_OK)
        return status;
    bool sigma = log.has_sigma || p->time_uncertainty > 0 || p->resolution > 0;
    frit_buffer *out =
        c->host->output(c, 0, FRIT_F64, 1, &time.n, FRIT_WANT_MASK | (sigma ? FRIT_WANT_SIGMA : 0));
    if (!out)
        return FRIT_ENOMEM;
    struct outcome outcome = { .uncovered = 0 };
    for (size_t i = 0; i < time.n; i++)
        put_frame(c, &log, &time, i, out, &outcome);
    return conclude(c, &time, &outcome);
}
