/* Raw files as a beamline leaves them: frames with their time, the log of the furnace, the list of frames.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "simulate.h"
#include "record.h"
#include "schedule.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

const frit_param record_frame_params[] = {
    FRIT_OUTPUT(struct record_frame, file, FRIT_PARAM_REQUIRED,
                "the TIFF, as \"raw/HPT_{name}.tif\"; {name} stands for the number, in four digits"),
    START_TIME(struct record_frame),
    FRIT_TEXT(struct record_frame, description, NULL, 0, "what the file says of itself"),
    { .name = NULL }
};

const frit_param record_list_params[] = {
    FRIT_OUTPUT(struct record_list, file, FRIT_PARAM_REQUIRED, "the table, as \"raw/HPT_frames.csv\""),
    FRIT_TEXT(struct record_list, frames, "frame_{name}.tif", 0,
              "what the frames are called; {name} stands for the number, in four digits"),
    START_TIME(struct record_list),
    FRIT_F64(struct record_list, exposure, "s", 1, 0, 1e5, 0, "of each frame"),
    { .name = NULL }
};

#define LOG_F64(f, unit_, def_, min_, max_, doc_)                                                            \
    {                                                                                                        \
        .name = #f, .type = FRIT_TYPE_F64, .offset = FRIT_OFFSET(struct record_log, schedule.f, double),     \
        .def = def_, .min = min_, .max = max_, .unit = unit_, .doc = doc_                                    \
    }
const frit_param record_log_params[] = {
    FRIT_OUTPUT(struct record_log, file, FRIT_PARAM_REQUIRED, "the table, as \"raw/HPT_log.csv\""),
    START_TIME(struct record_log),
    LOG_F64(first, "K", 303, 1, 2000, "temperature in the middle of the first frame"),
    LOG_F64(last, "K", 773, 1, 2000, "temperature in the middle of the last"),
    LOG_F64(rate, "K/min", 20, 1e-3, 1e4, "of heating, even"),
    LOG_F64(exposure, "s", 1, 0, 1e5, "of a frame"),
    { .name = NULL }
};

const frit_port record_frame_inputs[] = {
    { .name = "frame", .unit = "count", .ndim = 2, .dtypes = FRIT_ACCEPTS(FRIT_U16) | FRIT_ACCEPTS(FRIT_F32),
      .doc = "the frame to write, in its own type" },
    { .name = "number", .unit = "1", .doc = "of the frame" },
    { .name = "start", .unit = "s", .flags = FRIT_PORT_OPTIONAL,
      .doc = "of the exposure, after the log's first line: the file's DateTime, in whole seconds" },
    { .name = NULL }
};

const frit_port record_list_inputs[] = {
    { .name = "number", .unit = "1", .flags = FRIT_PORT_SERIES, .doc = "of the frames" },
    { .name = "start", .unit = "s", .flags = FRIT_PORT_SERIES, .doc = "of their exposures, after the log's "
                                                                      "first line" },
    { .name = NULL }
};

/* ---- What they share ---- */

frit_status record_time(frit_call *c, const char *text, double *seconds)
{
    if (text && time_text_read(text, strlen(text), TIME_ORDER_UNKNOWN, seconds) == TIME_DATE)
        return FRIT_OK;
    return c->host->fail(c, FRIT_EPARAM, "start_time = \"%s\" is no date with a time, such as "
                                         "2026-01-15T09:00:00",
                         text ? text : "");
}

const char *record_time_text(double seconds, char out[TIME_TEXT])
{
    time_text_print(seconds, out);
    char *blank = strchr(out, ' ');
    if (blank)
        *blank = 'T';
    return out;
}

frit_status record_number(frit_call *c, uint32_t port, uint64_t i, double *value)
{
    const frit_view *v = c->host->input(c, port, i);
    if (!v)
        return FRIT_EIO;
    if (v->failure)
        return c->host->fail(c, FRIT_EDATA, "%s is missing: %s", v->name, v->failure);
    *value = (v->mask && v->mask[0]) ? NAN : v->value[0];
    return isfinite(*value) ? FRIT_OK : c->host->fail(c, FRIT_EDATA, "element %s has no number", v->name);
}

frit_status record_close(frit_call *c, void *file)
{
    bool good = !ferror(file);
    int  why = errno;
    if (fclose(file) != 0) {
        why = good ? errno : why;
        good = false;
    }
    return good ? FRIT_OK : c->host->fail(c, FRIT_EIO, "the file cannot be written: %s", strerror(why));
}

/* The pattern with the number, as "HPT_0041.tif"; NULL after fail(). */
static const char *frame_name(frit_call *c, const char *pattern, double number)
{
    const char *at = strstr(pattern, "{name}");
    size_t n = strlen(pattern) + 16, before = at ? (size_t)(at - pattern) : n;
    char *name = c->host->scratch(c, n, 1);
    if (!(number >= 0 && number < 1e9) || number != floor(number)) {
        c->host->fail(c, FRIT_EDATA, "the number of a frame is a whole one from 0, not %g", number);
        return NULL;
    }
    if (name && at)
        snprintf(name, n, "%.*s%04d%s", (int)before, pattern, (int)number, at + strlen("{name}"));
    else if (name)
        memcpy(name, pattern, n - 15);
    return name;
}

/* ---- A frame ---- */

/* A directory of a TIFF: little-endian, its texts behind it. */
struct directory {
    uint8_t  bytes[2048];
    uint32_t entries, texts;    /* how many; where the next text goes */
};

enum { MOST_ENTRIES = 15, BEGIN = 8, ENTRY = 12, TEXTS = BEGIN + 2 + MOST_ENTRIES * ENTRY + 4 };

static void put_number(uint8_t *at, uint32_t value, int bytes)
{
    for (int k = 0; k < bytes; k++)
        at[k] = (uint8_t)(value >> 8 * k);
}

static void put_entry(struct directory *d, uint16_t tag, uint16_t type, uint32_t n, uint32_t value)
{
    uint8_t *at = d->bytes + BEGIN + 2 + d->entries++ * ENTRY;
    put_number(at, tag, 2);
    put_number(at + 2, type, 2);
    put_number(at + 4, n, 4);
    put_number(at + 8, value, 4);
}

/* Texts of more than 3 bytes; what is too long is cut. */
static void put_text(struct directory *d, uint16_t tag, const char *text)
{
    char padded[1024];
    int n = snprintf(padded, sizeof padded, "%-4s", text) + 1;
    uint32_t length = n < (int)sizeof padded ? (uint32_t)n : (uint32_t)sizeof padded;
    memcpy(d->bytes + d->texts, padded, length);
    put_entry(d, tag, 2, length, d->texts);
    d->texts += length + length % 2;
}

/* Uncompressed, in one strip behind the texts, which begins at a multiple of 16. */
static uint32_t make_directory(struct directory *d, const frit_view *v, const char *date,
                               const char *description)
{
    enum { SHORT = 3, LONG = 4 };
    bool whole = v->dtype == FRIT_U16;
    uint32_t rows = (uint32_t)v->shape[0], columns = (uint32_t)v->shape[1], bits = whole ? 16 : 32;
    *d = (struct directory){ .bytes = { 'I', 'I', 42, 0, BEGIN }, .texts = TEXTS };
    put_entry(d, 256, LONG, 1, columns);
    put_entry(d, 257, LONG, 1, rows);
    put_entry(d, 258, SHORT, 1, bits);
    put_entry(d, 259, SHORT, 1, 1);    /* no compression */
    put_entry(d, 262, SHORT, 1, 1);    /* 0 is black */
    if (description)
        put_text(d, 270, description);
    uint32_t strip = d->entries;
    put_entry(d, 273, LONG, 1, 0);
    put_entry(d, 277, SHORT, 1, 1);    /* one sample a pixel */
    put_entry(d, 278, LONG, 1, rows);
    put_entry(d, 279, LONG, 1, rows * columns * bits / 8);
    put_text(d, 305, "Frit");
    if (date)
        put_text(d, 306, date);
    put_entry(d, 339, SHORT, 1, whole ? 1 : 3);    /* unsigned; floating point */
    put_number(d->bytes + BEGIN, d->entries, 2);
    uint32_t begin = (d->texts + 15) / 16 * 16;
    put_number(d->bytes + BEGIN + 2 + strip * ENTRY + 8, begin, 4);
    return begin;
}

static frit_status write_frame(frit_call *c, const frit_view *v, const char *path, const char *date)
{
    const struct record_frame *p = c->params;
    size_t pixels = v->shape[0] * v->shape[1], size = v->dtype == FRIT_U16 ? 2 : 4;
    if (pixels == 0 || pixels > 0xf0000000u / size)
        return c->host->fail(c, FRIT_EDATA, "a frame of %zu x %zu pixels cannot be written", v->shape[0],
                             v->shape[1]);
    struct directory d;
    size_t begin = make_directory(&d, v, date, p->description);
    uint8_t *bytes = c->host->scratch(c, pixels, size);
    FILE *f = bytes ? fopen(path, "wb") : NULL;
    if (!f)
        return bytes ? c->host->fail(c, FRIT_EIO, "the frame cannot be written: %s", strerror(errno))
                     : FRIT_ENOMEM;
    for (size_t i = 0; i < pixels; i++) {
        uint32_t value;
        if (size == 2)
            value = ((const uint16_t *)v->data)[i];
        else
            memcpy(&value, (const char *)v->data + 4 * i, 4);
        put_number(bytes + size * i, value, (int)size);
    }
    if (fwrite(d.bytes, 1, begin, f) == begin)
        fwrite(bytes, size, pixels, f);
    return record_close(c, f);
}

frit_status record_frame_check(frit_call *c)
{
    const struct record_frame *p = c->params;
    double seconds;
    return record_time(c, p->start_time, &seconds);
}

frit_status record_frame_run(frit_call *c)
{
    const struct record_frame *p = c->params;
    char date[TIME_TEXT] = "";
    double number, begin, start;
    frit_status status = record_time(c, p->start_time, &begin);
    bool dated = c->host->n_inputs(c, 2) > 0;
    if (status == FRIT_OK && dated)
        status = record_number(c, 2, 0, &start);
    if (status == FRIT_OK)
        status = record_number(c, 1, 0, &number);
    if (status != FRIT_OK)
        return status;
    const char *name = frame_name(c, p->file, number);
    const char *temporary = name ? c->host->output_file(c, name) : NULL;
    const frit_view *v = c->host->input(c, 0, 0);
    if (!temporary || !v)
        return FRIT_EIO;
    if (dated) {
        time_text_print(floor(begin + start + 1e-6), date);
        date[4] = date[7] = ':';    /* TIFF's own way */
    }
    return write_frame(c, v, temporary, dated ? date : NULL);
}

/* ---- The tables ---- */

frit_status record_list_check(frit_call *c)
{
    const struct record_list *p = c->params;
    double seconds;
    return record_time(c, p->start_time, &seconds);
}

frit_status record_list_run(frit_call *c)
{
    const struct record_list *p = c->params;
    char text[TIME_TEXT];
    double begin, number, start;
    uint64_t n = c->host->n_inputs(c, 0);
    frit_status status = record_time(c, p->start_time, &begin);
    if (status == FRIT_OK && c->host->n_inputs(c, 1) != n)
        return c->host->fail(c, FRIT_EDATA, "there are %llu numbers, but %llu times of frames",
                             (unsigned long long)n, (unsigned long long)c->host->n_inputs(c, 1));
    const char *path = status == FRIT_OK ? c->host->output_file(c, p->file) : NULL;
    FILE *f = path ? fopen(path, "w") : NULL;
    if (!f)
        return status != FRIT_OK ? status
               : path            ? c->host->fail(c, FRIT_EIO, "%s", strerror(errno))
                                 : FRIT_EIO;
    fputs("frame,start,exposure [s]\n", f);
    for (uint64_t i = 0; i < n && status == FRIT_OK; i++) {
        status = record_number(c, 0, i, &number);
        if (status == FRIT_OK)
            status = record_number(c, 1, i, &start);
        const char *name = status == FRIT_OK ? frame_name(c, p->frames, number) : NULL;
        if (status == FRIT_OK && !name)
            status = FRIT_EDATA;
        if (status == FRIT_OK)
            fprintf(f, "%s,%s,%.10g\n", name, record_time_text(begin + start, text), p->exposure);
    }
    frit_status closed = record_close(c, f);
    return status == FRIT_OK ? closed : status;
}

frit_status record_log_check(frit_call *c)
{
    const struct record_log *p = c->params;
    double seconds, lasts = (p->schedule.last - p->schedule.first) / (p->schedule.rate / 60);
    if (!(lasts >= 0 && lasts < 1e6))
        return c->host->fail(c, FRIT_EPARAM, "from %g K to %g K at %g K/min the log would have %.0f lines: "
                                             "0 to a million",
                             p->schedule.first, p->schedule.last, p->schedule.rate, lasts);
    return record_time(c, p->start_time, &seconds);
}

/* A line each second, from before the first frame to after the last, to 0.01 K. */
frit_status record_log_run(frit_call *c)
{
    const struct record_log *p = c->params;
    const struct schedule *s = &p->schedule;
    char text[TIME_TEXT];
    double begin, end = 2 * SCHEDULE_LEAD + (s->last - s->first) / (s->rate / 60) + s->exposure;
    frit_status status = record_time(c, p->start_time, &begin);
    const char *path = status == FRIT_OK ? c->host->output_file(c, p->file) : NULL;
    FILE *f = path ? fopen(path, "w") : NULL;
    if (!f)
        return status != FRIT_OK ? status
               : path            ? c->host->fail(c, FRIT_EIO, "%s", strerror(errno))
                                 : FRIT_EIO;
    fputs("time,temperature [K]\n", f);
    for (double t = 0; t <= end; t++)
        fprintf(f, "%s,%.2f\n", record_time_text(begin + t, text), schedule_log(s, t));
    return record_close(c, f);
}
