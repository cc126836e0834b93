/* What a run tells while it works.
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "progress.h"
#include "key.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#define BEFORE_BAR     1.0 /* seconds: shorter stretches draw none */
#define BETWEEN_BARS   0.1
#define BETWEEN_LINES  10.0
#define RATE_MEMORY    5.0 /* seconds over which the rate forgets */
#define WARNINGS_SHOWN 20
#define BAR_WIDTH      20 /* columns */
#define MIN_BAR_WIDTH  5

enum {
    BAR = FRIT_PROGRESS_AUTO,
    PLAIN = FRIT_PROGRESS_PLAIN,
    JSON = FRIT_PROGRESS_JSON,
    NONE = FRIT_PROGRESS_NONE
};

/* One terminal, one teller: the only state of the core that belongs to the process. */
static struct teller {
    GMutex lock;
    int style;
    bool colour, unicode;
    GHashTable *warned; /* of frit_key: sentences */
    bool drawn;         /* a bar stands in the last line */
    char *what;         /* of the stretch; NULL: none */
    guint64 total, done;
    gint64 began, told; /* microseconds; told: last drawn or written, 0: never */
    gint64 measured;    /* when the rate was, and */
    guint64 done_then;  /* how much was done then */
    double rate;        /* a second */
} teller = {.style = PLAIN};

/* ---- Lines ---- */

static void put(const char *text)
{
    /* One call a line, so that lines of several processes do not mix. */
    fwrite(text, 1, strlen(text), stderr);
    fflush(stderr);
}

static void wipe(void)
{
    if (teller.drawn)
        put("\r\033[K");
    teller.drawn = false;
}

static void put_line(const char *colour, const char *label, const char *text)
{
    bool tint = colour && teller.colour;
    g_autofree char *line =
        g_strdup_printf("%s%s%s%s\n", tint ? colour : "", label, tint ? "\033[0m" : "", text);
    wipe();
    put(line);
}

static void json_text(GString *json, const char *name, const char *text)
{
    g_autofree char *valid = g_utf8_make_valid(text, -1);
    g_string_append_printf(json, ", \"%s\": \"", name);
    for (const char *c = valid; *c; c++) {
        if (*c == '"' || *c == '\\')
            g_string_append_printf(json, "\\%c", *c);
        else if ((unsigned char)*c < 0x20)
            g_string_append_printf(json, "\\u%04x", *c);
        else
            g_string_append_c(json, *c);
    }
    g_string_append_c(json, '"');
}

static void json_number(GString *json, const char *name, double x)
{
    char text[G_ASCII_DTOSTR_BUF_SIZE];
    g_string_append_printf(json, ", \"%s\": %s", name, g_ascii_formatd(text, sizeof text, "%.4g", x));
}

static GString *json_event(const char *event)
{
    GString *json = g_string_new(NULL);
    g_string_printf(json, "{\"event\": \"%s\"", event);
    return json;
}

static void put_json(GString *json)
{
    g_string_append(json, "}\n");
    put(json->str);
    g_string_free(json, TRUE);
}

static void put_sentence(const char *event, const char *colour, const char *label, const char *text)
{
    if (teller.style == JSON) {
        GString *json = json_event(event);
        json_text(json, "text", text);
        put_json(json);
    } else {
        put_line(colour, label, text);
    }
}

/* ---- A stretch ---- */

static double seconds(gint64 from, gint64 to)
{
    return (double)(to - from) / 1e6;
}

static void measure(gint64 now)
{
    double since = seconds(teller.measured, now);
    if (since <= 0)
        return;
    double rate = (double)(teller.done - teller.done_then) / since, keep = exp(-since / RATE_MEMORY);
    teller.rate = teller.measured == teller.began ? rate : keep * teller.rate + (1 - keep) * rate;
    teller.measured = now;
    teller.done_then = teller.done;
}

/* "0:07", "12:05", "1:02:03"; "?" where nobody can know. */
static char *duration(double s)
{
    if (!(s >= 0 && s < 1e7))
        return g_strdup("?");
    unsigned long whole = (unsigned long)ceil(s), hours = whole / 3600, minutes = whole / 60 % 60;
    return hours ? g_strdup_printf("%lu:%02lu:%02lu", hours, minutes, whole % 60)
                 : g_strdup_printf("%lu:%02lu", minutes, whole % 60);
}

static double left(void)
{
    return teller.rate > 0 ? (double)(teller.total - teller.done) / teller.rate : NAN;
}

static char *rate_text(void)
{
    return g_strdup_printf(teller.rate < 10 ? "%.2g/s" : "%.0f/s", teller.rate);
}

static unsigned columns(void)
{
    struct winsize size;
    const char *variable = g_getenv("COLUMNS");
    if (ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0)
        return size.ws_col;
    int n = variable ? atoi(variable) : 0;
    return n > 0 ? (unsigned)n : 80;
}

/* As much of a text as `room` columns hold. */
static void append_fitting(GString *line, const char *text, unsigned room)
{
    g_autofree char *valid = g_utf8_make_valid(text, -1);
    unsigned used = 0;
    for (const char *c = valid; *c; c = g_utf8_next_char(c)) {
        gunichar character = g_utf8_get_char(c);
        unsigned wide = g_unichar_iszerowidth(character) ? 0 : g_unichar_iswide(character) ? 2 : 1;
        if (used + wide > room)
            return;
        used += wide;
        g_string_append_unichar(line, g_unichar_iscntrl(character) ? ' ' : character);
    }
}

static void append_bar(GString *line, double fraction, unsigned width)
{
    static const char *const eighth[] = {"", "▏", "▎", "▍", "▌", "▋", "▊", "▉"};
    unsigned parts = (unsigned)(fraction * width * 8), full = parts / 8;
    for (unsigned i = 0; i < full; i++)
        g_string_append(line, teller.unicode ? "█" : "#");
    if (teller.unicode && parts % 8) {
        g_string_append(line, eighth[parts % 8]);
        full++;
    }
    for (unsigned i = full; i < width; i++)
        g_string_append_c(line, teller.unicode ? ' ' : '.');
}

static void draw(void)
{
    g_autofree char *time_left = duration(left()), *rate = rate_text();
    double fraction = teller.total ? (double)teller.done / (double)teller.total : 1;
    g_autofree char *numbers =
        g_strdup_printf(" %3d %%  %" G_GUINT64_FORMAT "/%" G_GUINT64_FORMAT "  %s  %s left",
                        (int)(100 * fraction), teller.done, teller.total, rate, time_left);
    /* The last column stays free: some terminals wrap once it is written. */
    unsigned width = columns() - 1, needed = (unsigned)strlen(numbers),
             name = (unsigned)g_utf8_strlen(teller.what, -1);
    unsigned room = width > needed + 4 ? width - needed - 4 : 0;
    unsigned bar = room >= name + MIN_BAR_WIDTH ? MIN(room - name, BAR_WIDTH) : MIN(room, MIN_BAR_WIDTH);
    GString *line = g_string_new("\r");
    append_fitting(line, teller.what, room - bar);
    if (bar) {
        g_string_append(line, teller.unicode ? " ▕" : " [");
        append_bar(line, fraction, bar);
        g_string_append(line, teller.unicode ? "▏" : "]");
    }
    append_fitting(line, numbers, width);
    g_string_append(line, "\033[K");
    put(line->str);
    g_string_free(line, TRUE);
    teller.drawn = true;
}

static void write_progress(void)
{
    g_autofree char *time_left = duration(left()), *rate = rate_text();
    g_autofree char *line = g_strdup_printf("%s: %" G_GUINT64_FORMAT " of %" G_GUINT64_FORMAT ", %s, %s left",
                                            teller.what, teller.done, teller.total, rate, time_left);
    put_line(NULL, "", line);
}

static void write_event(const char *event, gint64 now)
{
    GString *json = json_event(event);
    json_text(json, "what", teller.what);
    g_string_append_printf(json, ", \"done\": %" G_GUINT64_FORMAT ", \"total\": %" G_GUINT64_FORMAT,
                           teller.done, teller.total);
    json_number(json, "seconds", seconds(teller.began, now));
    if (teller.rate > 0)
        json_number(json, "rate", teller.rate);
    if (isfinite(left()))
        json_number(json, "left", left());
    put_json(json);
}

static void tell(gint64 now)
{
    double wait = teller.style == PLAIN ? BETWEEN_LINES : BETWEEN_BARS;
    gint64 last = teller.told ? teller.told : teller.began;
    if (teller.style == NONE || seconds(last, now) < wait ||
        (teller.style == BAR && seconds(teller.began, now) < BEFORE_BAR))
        return;
    measure(now);
    teller.told = now;
    if (teller.style == JSON)
        write_event("progress", now);
    else if (teller.style == PLAIN)
        write_progress();
    else
        draw();
}

static void end(void)
{
    if (!teller.what)
        return;
    gint64 now = g_get_monotonic_time();
    wipe();
    if (teller.style == JSON) {
        measure(now);
        write_event("end", now);
    } else if (teller.told && teller.style != NONE) {
        g_autofree char *lasted = duration(seconds(teller.began, now));
        g_autofree char *line = g_strdup_printf("%s: %" G_GUINT64_FORMAT " of %" G_GUINT64_FORMAT " in %s",
                                                teller.what, teller.done, teller.total, lasted);
        put_line(NULL, "", line);
    }
    g_clear_pointer(&teller.what, g_free);
}

void frit_progress_begin(const char *what, guint64 total)
{
    g_mutex_lock(&teller.lock);
    end();
    teller.what = g_utf8_make_valid(what, -1);
    teller.total = total;
    teller.done = teller.done_then = 0;
    teller.began = teller.measured = g_get_monotonic_time();
    teller.told = 0;
    teller.rate = 0;
    if (teller.style == JSON)
        write_event("begin", teller.began);
    g_mutex_unlock(&teller.lock);
}

void frit_progress_advance(guint64 done)
{
    g_mutex_lock(&teller.lock);
    if (teller.what) {
        teller.done = MIN(MAX(done, teller.done), teller.total);
        tell(g_get_monotonic_time());
    }
    g_mutex_unlock(&teller.lock);
}

void frit_progress_end(void)
{
    g_mutex_lock(&teller.lock);
    end();
    g_mutex_unlock(&teller.lock);
}

/* ---- A run ---- */

void frit_progress_start(frit_progress_style style)
{
    const char *no_colour = g_getenv("NO_COLOR"), *terminal = g_getenv("TERM");
    bool able = isatty(STDERR_FILENO) && terminal && *terminal && strcmp(terminal, "dumb") != 0;
    g_mutex_lock(&teller.lock);
    end();
    teller.style = style == FRIT_PROGRESS_AUTO ? (able ? BAR : PLAIN) : (int)style;
    teller.colour = able && !(no_colour && *no_colour);
    teller.unicode = g_get_charset(NULL);
    g_clear_pointer(&teller.warned, g_hash_table_unref);
    g_mutex_unlock(&teller.lock);
}

static guint warnings(void)
{
    return teller.warned ? g_hash_table_size(teller.warned) : 0;
}

void frit_progress_stop(void)
{
    g_mutex_lock(&teller.lock);
    end();
    if (warnings() > WARNINGS_SHOWN) {
        guint more = warnings() - WARNINGS_SHOWN;
        g_autofree char *line =
            g_strdup_printf("%u more warning%s not shown", more, more == 1 ? " was" : "s were");
        put_sentence("warning", "\033[33m", "warning: ", line);
    }
    g_mutex_unlock(&teller.lock);
}

void frit_say(const char *fmt, ...)
{
    va_list arguments;
    va_start(arguments, fmt);
    g_autofree char *text = g_strdup_vprintf(fmt, arguments);
    va_end(arguments);
    g_mutex_lock(&teller.lock);
    if (teller.style != NONE)
        put_sentence("say", NULL, "", text);
    g_mutex_unlock(&teller.lock);
}

/* A hundred thousand frames may warn, each in its own words: keys stand for the sentences. */
static bool said_before(const char *text)
{
    if (!teller.warned)
        teller.warned = g_hash_table_new_full(frit_key_hash, frit_key_equal, g_free, NULL);
    frit_hash *h = frit_hash_new();
    frit_hash_text(h, text);
    frit_key key = frit_hash_end(h);
    frit_key *copy = g_new(frit_key, 1);
    *copy = key;
    return !g_hash_table_add(teller.warned, copy);
}

static void warn_once(const char *text, const char *alike)
{
    g_mutex_lock(&teller.lock);
    if (!said_before(alike) && warnings() <= WARNINGS_SHOWN)
        put_sentence("warning", "\033[33m", "warning: ", text);
    g_mutex_unlock(&teller.lock);
}

void frit_warn(const char *fmt, ...)
{
    va_list arguments;
    va_start(arguments, fmt);
    g_autofree char *text = g_strdup_vprintf(fmt, arguments);
    va_end(arguments);
    warn_once(text, text);
}

void frit_warn_alike(const char *alike, const char *fmt, ...)
{
    va_list arguments;
    va_start(arguments, fmt);
    g_autofree char *text = g_strdup_vprintf(fmt, arguments);
    va_end(arguments);
    warn_once(text, alike);
}

void frit_complain(const char *fmt, ...)
{
    va_list arguments;
    va_start(arguments, fmt);
    g_autofree char *text = g_strdup_vprintf(fmt, arguments);
    va_end(arguments);
    g_mutex_lock(&teller.lock);
    put_sentence("error", "\033[31m", "error: ", text);
    g_mutex_unlock(&teller.lock);
}

guint frit_warnings(void)
{
    g_mutex_lock(&teller.lock);
    guint n = warnings();
    g_mutex_unlock(&teller.lock);
    return n;
}
