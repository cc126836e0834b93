/* What a run tells: lines, JSON, a bar on a terminal.
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE /* posix_openpt() */
#endif
#include "progress.h"
#include "tap.h"

#include <fcntl.h>
#include <json-glib/json-glib.h>
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

/* ---- What goes to stderr ---- */

static int kept_stderr, ear;

static void listen_at(int mouth)
{
    fflush(stderr);
    kept_stderr = dup(STDERR_FILENO);
    g_assert_cmpint(dup2(mouth, STDERR_FILENO), ==, STDERR_FILENO);
    close(mouth);
}

static void listen_to_pipe(void)
{
    int ends[2];
    g_assert_cmpint(pipe(ends), ==, 0);
    ear = ends[0];
    g_assert_cmpint(fcntl(ear, F_SETFL, O_NONBLOCK), ==, 0);
    listen_at(ends[1]);
}

/* False, and the test is skipped, where the system has no terminals to give. */
static bool listen_to_terminal(unsigned short columns)
{
    ear = posix_openpt(O_RDWR | O_NOCTTY);
    if (ear < 0) {
        g_test_skip("no pseudo-terminal is to be had");
        return false;
    }
    g_assert_true(grantpt(ear) == 0 && unlockpt(ear) == 0);
    int mouth = open(ptsname(ear), O_RDWR | O_NOCTTY);
    g_assert_cmpint(mouth, >=, 0);
    struct winsize size = {.ws_row = 24, .ws_col = columns};
    g_assert_cmpint(ioctl(mouth, TIOCSWINSZ, &size), ==, 0);
    struct termios raw;
    g_assert_cmpint(tcgetattr(mouth, &raw), ==, 0);
    raw.c_oflag &= (tcflag_t)~OPOST; /* '\n' as it is */
    g_assert_cmpint(tcsetattr(mouth, TCSANOW, &raw), ==, 0);
    g_assert_cmpint(fcntl(ear, F_SETFL, O_NONBLOCK), ==, 0);
    listen_at(mouth);
    return true;
}

/* All that was said; stderr is as before. */
static char *heard(void)
{
    fflush(stderr);
    GString *all = g_string_new(NULL);
    char part[4096];
    for (ssize_t n; (n = read(ear, part, sizeof part)) > 0;)
        g_string_append_len(all, part, n);
    dup2(kept_stderr, STDERR_FILENO);
    close(kept_stderr);
    close(ear);
    return g_string_free(all, FALSE);
}

/* ---- Lines ---- */

static void plain_lines(void)
{
    listen_to_pipe();
    frit_progress_start(FRIT_PROGRESS_AUTO); /* no terminal: plain */
    frit_progress_begin("integrate: 236 frames", 236);
    frit_progress_advance(236);
    frit_progress_end();
    frit_say("%d elements computed", 236);
    frit_warn("the disk is %s", "full");
    frit_complain("frame %d: too short", 41);
    frit_progress_stop();
    g_autofree char *text = heard();
    g_assert_cmpstr(text, ==,
                    "236 elements computed\nwarning: the disk is full\nerror: frame 41: too short\n");
}

static void nothing_but_warnings_and_errors(void)
{
    listen_to_pipe();
    frit_progress_start(FRIT_PROGRESS_NONE);
    frit_progress_begin("integrate", 1);
    frit_say("1 element computed");
    frit_warn("w");
    frit_complain("e");
    frit_progress_stop();
    g_autofree char *text = heard();
    g_assert_cmpstr(text, ==, "warning: w\nerror: e\n");
}

static void warnings_are_said_once_and_counted(void)
{
    listen_to_pipe();
    frit_progress_start(FRIT_PROGRESS_PLAIN);
    for (int twice = 0; twice < 2; twice++)
        for (int i = 0; i < 23; i++)
            frit_warn("frame %d is dark", i);
    g_assert_cmpuint(frit_warnings(), ==, 23);
    frit_progress_stop();
    g_autofree char *text = heard();
    g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
    g_assert_cmpuint(g_strv_length(lines), ==, 20 + 1 + 1);
    for (int i = 0; i < 20; i++) {
        g_autofree char *expected = g_strdup_printf("warning: frame %d is dark", i);
        g_assert_cmpstr(lines[i], ==, expected);
    }
    g_assert_cmpstr(lines[20], ==, "warning: 3 more warnings were not shown");
    /* Another run starts from nothing. */
    frit_progress_start(FRIT_PROGRESS_PLAIN);
    g_assert_cmpuint(frit_warnings(), ==, 0);
}

/* ---- JSON ---- */

static JsonObject *object_of(JsonParser *parser, const char *line)
{
    GError *error = NULL;
    json_parser_load_from_data(parser, line, -1, &error);
    g_assert_no_error(error);
    return json_node_get_object(json_parser_get_root(parser));
}

static void json_is_one_object_a_line(void)
{
    const char *sentence = "a \"quoted\" \\ path\n\ttab \x01 \xc3\x85";
    listen_to_pipe();
    frit_progress_start(FRIT_PROGRESS_JSON);
    frit_warn("%s", sentence);
    frit_complain("not \xff UTF-8");
    frit_say("%d elements", 7);
    g_autofree char *text = heard();
    g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
    const char *const events[] = {"warning", "error", "say"}, *const texts[] = {sentence,
                                                                                "not \xef\xbf\xbd UTF-8",
                                                                                "7 elements"};
    g_assert_cmpuint(g_strv_length(lines), ==, G_N_ELEMENTS(events) + 1);
    for (size_t i = 0; i < G_N_ELEMENTS(events); i++) {
        g_autoptr(JsonParser) parser = json_parser_new();
        JsonObject *object = object_of(parser, lines[i]);
        g_assert_cmpstr(json_object_get_string_member(object, "event"), ==, events[i]);
        g_assert_cmpstr(json_object_get_string_member(object, "text"), ==, texts[i]);
    }
}

static void json_tells_of_progress_at_most_ten_times_a_second(void)
{
    const int n = 30;
    listen_to_pipe();
    frit_progress_start(FRIT_PROGRESS_JSON);
    frit_progress_begin("integrate", (guint64)n);
    for (int i = 0; i < n; i++) {
        g_usleep(20000);
        frit_progress_advance((guint64)i + 1);
    }
    frit_progress_end();
    g_autofree char *text = heard();
    g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
    guint last = g_strv_length(lines) - 2;
    g_assert_cmpuint(last, >=, 2); /* 30 times 20 ms: there was time to tell */
    double told = 0;
    gint64 done = 0;
    for (guint i = 0; i <= last; i++) {
        g_autoptr(JsonParser) parser = json_parser_new();
        JsonObject *object = object_of(parser, lines[i]);
        const char *event = i == 0 ? "begin" : i == last ? "end" : "progress";
        g_assert_cmpstr(json_object_get_string_member(object, "event"), ==, event);
        g_assert_cmpstr(json_object_get_string_member(object, "what"), ==, "integrate");
        g_assert_cmpint(json_object_get_int_member(object, "total"), ==, n);
        g_assert_cmpint(json_object_get_int_member(object, "done"), >=, done);
        done = json_object_get_int_member(object, "done");
        if (i == 0 || i == last)
            continue;
        /* Seconds are written with four digits: wrong by at most 0.5 in the fourth of less than 10 s. */
        double at = json_object_get_double_member(object, "seconds");
        g_assert_cmpfloat(at - told, >=, 0.1 - 2 * 0.0005);
        told = at;
        /* Each unit took 20 ms at least. */
        double rate = json_object_get_double_member(object, "rate");
        g_assert_cmpfloat(rate, >, 0);
        g_assert_cmpfloat(rate, <=, 1 / 0.02 * 1.0005);
    }
    g_assert_cmpint(done, ==, n);
}

/* ---- The bar ---- */

/* Columns of a line, escape sequences left out. */
static glong columns_of(const char *line)
{
    GString *visible = g_string_new(NULL);
    for (const char *c = line; *c; c++) {
        if (*c == '\033') {
            while (*c && !g_ascii_isalpha(*c))
                c++;
            continue;
        }
        g_string_append_c(visible, *c);
    }
    glong n = g_utf8_strlen(visible->str, -1);
    g_string_free(visible, TRUE);
    return n;
}

static char *bar_on_terminal(unsigned short columns, const char *what)
{
    g_setenv("TERM", "xterm", TRUE);
    g_unsetenv("NO_COLOR");
    if (!listen_to_terminal(columns))
        return NULL;
    frit_progress_start(FRIT_PROGRESS_AUTO);
    frit_progress_begin(what, 200);
    g_usleep(200000);
    frit_progress_advance(20); /* too early for a bar */
    g_usleep(810000);
    frit_progress_advance(100);
    frit_progress_advance(110);
    frit_progress_advance(105); /* a thread that was overtaken */
    frit_complain("frame 41");
    frit_progress_end();
    return heard();
}

static void bar_is_drawn_after_a_second_and_never_torn(void)
{
    g_autofree char *text = bar_on_terminal(80, "integrate: 200 frames");
    if (!text)
        return;
    g_auto(GStrv) parts = g_strsplit(text, "\r", -1);
    guint last = g_strv_length(parts) - 1; /* nothing, the bar (or two), what comes after it was wiped */
    g_assert_cmpuint(last, >=, 2);
    g_assert_cmpstr(parts[0], ==, "");
    g_assert_true(g_str_has_prefix(parts[1], "integrate: 200 frames"));
    g_assert_nonnull(strstr(parts[1], " 50 %  100/200  "));
    g_assert_nonnull(strstr(parts[1], "/s  0:"));
    g_assert_nonnull(strstr(parts[1], " left\033[K"));
    g_assert_cmpint(columns_of(parts[1]), <, 80);
    g_assert_true(g_str_has_prefix(parts[last], "\033[K\033[31merror: \033[0mframe 41\n"
                                                "integrate: 200 frames: 110 of 200 in 0:0"));
}

static void bar_fits_the_terminal(void)
{
    const unsigned short widths[] = {1, 20, 45, 60};
    for (size_t i = 0; i < G_N_ELEMENTS(widths); i++) {
        g_autofree char *text = bar_on_terminal(widths[i], "integrate, normalise, transform: 200 frames");
        if (!text)
            return;
        g_auto(GStrv) parts = g_strsplit(text, "\r", -1);
        g_assert_cmpuint(g_strv_length(parts), >=, 2);
        g_assert_cmpint(columns_of(parts[1]), <, MAX(widths[i], 2));
        g_assert_true(g_utf8_validate(parts[1], -1, NULL));
    }
}

static void bar_is_unicode_in_utf8_locales_only(void)
{
    const char *block = "\xe2\x96\x88";
    g_assert_nonnull(setlocale(LC_CTYPE, "C"));
    g_autofree char *plain = bar_on_terminal(80, "integrate");
    if (!plain)
        return;
    g_assert_nonnull(strstr(plain, "[##########..........]"));
    g_assert_null(strstr(plain, block));
    if (!setlocale(LC_CTYPE, "C.UTF-8")) {
        g_test_skip("no locale C.UTF-8");
        return;
    }
    g_autofree char *unicode = bar_on_terminal(80, "integrate");
    setlocale(LC_CTYPE, "C");
    g_assert_nonnull(strstr(unicode, block));
    g_assert_null(strstr(unicode, "##"));
}

static void no_color_is_heeded(void)
{
    g_setenv("TERM", "xterm", TRUE);
    g_setenv("NO_COLOR", "1", TRUE);
    if (!listen_to_terminal(80))
        return;
    frit_progress_start(FRIT_PROGRESS_AUTO);
    frit_complain("frame 41");
    g_autofree char *text = heard();
    g_unsetenv("NO_COLOR");
    g_assert_cmpstr(text, ==, "error: frame 41\n");
}

/* ---- Threads ---- */

static gpointer advance_and_warn(gpointer done)
{
    for (int i = 0; i < 1000; i++) {
        frit_progress_advance((guint64)g_atomic_int_add((gint *)done, 1) + 1);
        frit_warn("warning %d", i % 5);
    }
    return NULL;
}

static void threads_add_up(void)
{
    listen_to_pipe();
    frit_progress_start(FRIT_PROGRESS_JSON);
    frit_progress_begin("integrate", 10000);
    GThread *threads[4];
    gint done = 0;
    for (int i = 0; i < 4; i++)
        threads[i] = g_thread_new("progress", advance_and_warn, &done);
    for (int i = 0; i < 4; i++)
        g_thread_join(threads[i]);
    frit_progress_stop();
    g_autofree char *text = heard();
    g_assert_cmpuint(frit_warnings(), ==, 5);
    g_assert_nonnull(
        strstr(text, "{\"event\": \"end\", \"what\": \"integrate\", \"done\": 4000, \"total\": 10000"));
    g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
    for (char **line = lines; **line; line++) {
        g_autoptr(JsonParser) parser = json_parser_new();
        object_of(parser, *line);
    }
}

int main(int argc, char **argv)
{
    tap_init(&argc, &argv);
    g_test_add_func("/progress/plain", plain_lines);
    g_test_add_func("/progress/none", nothing_but_warnings_and_errors);
    g_test_add_func("/progress/warnings", warnings_are_said_once_and_counted);
    g_test_add_func("/progress/json", json_is_one_object_a_line);
    g_test_add_func("/progress/json-rate", json_tells_of_progress_at_most_ten_times_a_second);
    g_test_add_func("/progress/bar", bar_is_drawn_after_a_second_and_never_torn);
    g_test_add_func("/progress/bar-fits", bar_fits_the_terminal);
    g_test_add_func("/progress/unicode", bar_is_unicode_in_utf8_locales_only);
    g_test_add_func("/progress/no-color", no_color_is_heeded);
    g_test_add_func("/progress/threads", threads_add_up);
    return g_test_run();
}
