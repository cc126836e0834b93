/* Logs: dates and times as programs write them, columns that hold them, and what a log says at the moment of
 * a frame, against closed forms; and the sentences for logs and frames that do not go together.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "series/log_curve.h"
#include "shared/time_text.h"
#include "step.h"

#include <math.h>
#include <string.h>

static void holds(const char *text, const char *piece)
{
    if (!strstr(text, piece))
        g_test_message("%s", text);
    g_assert_nonnull(strstr(text, piece));
}

static void refused(test_step *s, const char *piece)
{
    g_autofree char *why = test_step_failure(s);
    holds(why, piece);
    test_step_free(s);
}

static const frit_dataset *output(test_step *s, const char *port)
{
    GError *error = NULL;
    bool good = test_step_run(s, &error);
    g_assert_no_error(error);
    g_assert_true(good);
    return test_step_output(s, port);
}

/* ---- Dates and times ---- */

/* Seconds since 1970 by `date -u -d ... +%s`. */
static void test_times(void)
{
    static const struct {
        const char *text;
        enum time_order order;
        enum time_kind kind;
        double seconds;
    } times[] = {
        { "2026-11-22T10:02:03.5+01:00", 0, TIME_DATE, 1795338123.5 },
        { "2026-11-22 10:02:03", 0, TIME_DATE, 1795341723 },
        { " 20261122T100203Z ", 0, TIME_DATE, 1795341723 },
        { "2026:11:22 10:02:03", 0, TIME_DATE, 1795341723 },
        { "22.11.2026 10:02:03,25", 0, TIME_DATE, 1795341723.25 },
        { "11/22/2026 10:02:03 PM", 0, TIME_DATE, 1795384923 },
        { "22/11/2026 12:00 am", 0, TIME_DATE, 1795305600 },
        { "03/04/2026 01:00", 0, TIME_AMBIGUOUS, 0 },
        { "03/04/2026 01:00", TIME_DAY_FIRST, TIME_DATE, 1775178000 },
        { "03/04/2026 01:00", TIME_MONTH_FIRST, TIME_DATE, 1772586000 },
        { "03.04.2026 01:00", 0, TIME_DATE, 1775178000 },
        { "05/05/2026", 0, TIME_DATE, 1777939200 },
        { "22-Nov-2026 10:02", 0, TIME_DATE, 1795341720 },
        { "2011-Jul-22T10:33:21.123", 0, TIME_DATE, 1311330801.123 },
        { "Thu May 12 11:05:03 2011", 0, TIME_DATE, 1305198303 },
        { "Mon Nov  2 10:02:03 CET 2026", 0, TIME_DATE, 1793613723 },
        { "29.02.2024", 0, TIME_DATE, 1709164800 },
        { "1969-12-31 23:59:59", 0, TIME_DATE, -1 },
        { "10:02:03.5", 0, TIME_OF_DAY, 36123.5 },
        { "36:10:02", 0, TIME_OF_DAY, 130202 },
        { "29.02.2026", 0, TIME_NONE, 0 },
        { "2026-13-01", 0, TIME_NONE, 0 },
        { "10:61:00", 0, TIME_NONE, 0 },
        { "2026-11-22 10:02:03 or so", 0, TIME_NONE, 0 },
        { "303.5", 0, TIME_NONE, 0 },
        { "1.2.3", 0, TIME_NONE, 0 },
        { "", 0, TIME_NONE, 0 },
    };
    for (size_t i = 0; i < G_N_ELEMENTS(times); i++) {
        double seconds = 0;
        enum time_kind kind = time_text_read(times[i].text, strlen(times[i].text), times[i].order, &seconds);
        if (kind != times[i].kind ||
            (kind && kind != TIME_AMBIGUOUS && fabs(seconds - times[i].seconds) > 1e-6))
            g_error("\"%s\" is %d, %.6f", times[i].text, kind, seconds);
    }
    char out[TIME_TEXT];
    g_assert_cmpstr(time_text_print(1795341723.25, out), ==, "2026-11-22 10:02:03.250");
    g_assert_cmpstr(time_text_print(1709164800, out), ==, "2024-02-29 00:00:00");
    g_assert_cmpstr(time_text_print(12.5, out), ==, "12.5 s");
}

/* Every day from 1972 to 2100 there and back. */
static void test_calendar(void)
{
    char out[TIME_TEXT];
    for (double day = 1200; day < 47482; day++) {
        double seconds;
        time_text_print(day * 86400 + 3723, out);
        g_assert_cmpint(time_text_read(out, strlen(out), TIME_ORDER_UNKNOWN, &seconds), ==, TIME_DATE);
        g_assert_cmpfloat(seconds, ==, day * 86400 + 3723);
    }
}

/* ---- Columns ---- */

static char *write_file(const char *text)
{
    g_autofree char *folder = test_folder();
    char *path = g_build_filename(folder, "log.csv", NULL);
    g_assert_true(g_file_set_contents(path, text, -1, NULL));
    return path;
}

static test_step *column(const char *text, const char *name)
{
    g_autofree char *path = write_file(text);
    test_step *s = test_step_new("read_column");
    test_step_set(s, "file", path);
    test_step_set(s, "column", name);
    return s;
}

static const char furnace[] = "date;time;T [°C];remark\n"
                              "22.11.2026;23:59:50;20,0;start\n"
                              "23.11.2026;00:00:00;30,5;\n"
                              "23.11.2026;00:00:10;ERR;sensor lost\n"
                              "23.11.2026;00:00:20;50,5;\n";

static void test_columns(void)
{
    test_step *s = column(furnace, "date + time");
    const frit_dataset *d = output(s, "values");
    g_assert_cmpuint(d->shape[0], ==, 4);
    g_assert_cmpstr(d->unit, ==, "s");
    g_assert_cmpfloat(frit_dataset_values(d)[0], ==, 1795391990);
    g_assert_cmpfloat(frit_dataset_values(d)[3], ==, 1795392020);
    test_step_free(s);

    /* The clock alone: it passes midnight. */
    s = column(furnace, "time");
    d = output(s, "values");
    g_assert_cmpfloat(frit_dataset_values(d)[0], ==, 86390);
    g_assert_cmpfloat(frit_dataset_values(d)[3], ==, 86420);
    test_step_free(s);

    s = column(furnace, "T");
    refused(s, "line 4 holds \"ERR\" in column 3, which is no number; bad = \"mask\"");
    s = column(furnace, "T");
    test_step_set(s, "bad", "mask");
    d = output(s, "values");
    g_assert_true(d->mask[2] && !d->mask[3]);
    g_assert_cmpfloat(frit_dataset_values(d)[3], ==, 50.5);
    test_step_free(s);

    refused(column("t,T\n03/04/2026 10:00,1\n", "t"), "is \"03/04/2026 10:00\" the day first");
    refused(column("t,T\n10:00:00,1\n17,2\n", "t"),
            "line 3 holds \"17\" in column 1, which is no time as those above");
    s = column("t,T\n1,bad\n2,worse\n", "T");
    test_step_set(s, "bad", "mask");
    refused(s, "no cell of the column is a number; line 2 holds \"bad\"");
}

static void test_read_log(void)
{
    g_autofree char *path = write_file(furnace);
    test_step *s = test_step_new("read_log");
    test_step_set(s, "file", path);
    test_step_set(s, "time", "date+time");
    test_step_set(s, "value", "T");
    test_step_set(s, "bad", "mask");
    const frit_dataset *d = output(s, "log");
    g_assert_cmpuint(d->shape[0], ==, 4);
    g_assert_cmpstr(d->axis[0]->unit, ==, "s");
    g_assert_cmpfloat(d->axis[0]->at[1], ==, 1795392000);
    g_assert_cmpfloat(frit_dataset_values(d)[1], ==, 30.5);
    g_assert_true(d->mask[2]);
    test_step_free(s);

    /* By numbers, without a heading, in minutes. */
    g_autofree char *plain = write_file("0 300\n1 320\n2 340\n");
    s = test_step_new("read_log");
    test_step_set(s, "file", plain);
    test_step_set(s, "time_unit", "min");
    test_step_set(s, "unit", "K");
    d = output(s, "log");
    g_assert_cmpuint(d->shape[0], ==, 3);
    g_assert_cmpstr(d->axis[0]->unit, ==, "min");
    g_assert_cmpfloat(frit_dataset_values(d)[2], ==, 340);
    test_step_free(s);
}

/* ---- The log at the moments of the frames ---- */

static frit_dataset *log_of(size_t n, const double *t, const double *value, const double *sigma)
{
    return frit_dataset_curve(n, t, "time", "s", value, sigma, "K");
}

/* A ramp of 2 K/s that begins at 10 s: 300 K before. */
static const double ramp_t[] = { 0, 10, 20, 30, 40 }, ramp[] = { 300, 300, 320, 340, 360 };

static test_step *on_ramp(const double *frames, size_t n)
{
    test_step *s = test_step_new("interpolate_log");
    test_step_input(s, "log", log_of(5, ramp_t, ramp, NULL));
    if (frames) {
        frit_dataset *d = frit_dataset_new(FRIT_F64, 1, &n);
        memcpy(d->data, frames, n * sizeof *frames);
        d->unit = g_intern_string("s");
        test_step_input(s, "time", d);
    }
    return s;
}

/* Exposed for 4 s with the time of a frame 12 s: the start, middle and end of the exposure on the log are at
 * 12, 14, 16 s for a stamp at its start, at 8, 10, 12 s for one at its end; there the ramp is closed. The
 * mean from 8 to 12 s is 300 K + 2 K/s * (2 s)^2/2 / 4 s = 301 K. */
static void test_moments(void)
{
    static const struct { const char *stamp, *at; double value;
    } cases[] = {
        {"start", "start", 304},  {"start", "middle", 308},  {"start", "end", 312},  {"start", "mean", 308},
        {"middle", "start", 300}, {"middle", "middle", 304}, {"middle", "end", 308}, {"middle", "mean", 304},
        {"end", "start", 300},    {"end", "middle", 300},    {"end", "end", 304},    {"end", "mean", 301},
    };
    const double frame = 12;
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        test_step *s = on_ramp(&frame, 1);
        test_step_set(s, "exposure", "4 s");
        test_step_set(s, "stamp", cases[i].stamp);
        test_step_set(s, "at", cases[i].at);
        const frit_dataset *d = output(s, "value");
        g_assert_cmpstr(d->unit, ==, "K");
        g_assert_cmpfloat_with_epsilon(frit_dataset_values(d)[0], cases[i].value, 1e-12);
        g_assert_null(d->sigma);    /* five readings tell no scatter */
        test_step_free(s);
    }
    /* The same moments by start and interval, the clocks an hour apart. */
    test_step *s = on_ramp(NULL, 0);
    test_step_set(s, "start", "01:00:12");
    test_step_set(s, "interval", "6 s");
    test_step_set_number(s, "frames", 4);
    test_step_set(s, "offset", "-1 h");
    const double expected[] = { 304, 316, 328, 340 };
    const frit_dataset *d = output(s, "value");
    g_assert_cmpuint(d->shape[0], ==, 4);
    for (size_t i = 0; i < 4; i++)
        g_assert_cmpfloat_with_epsilon(frit_dataset_values(d)[i], expected[i], 1e-12);
    test_step_free(s);
}

/* Half way between readings with sigma 3 and 4: sqrt(9 + 16)/2 = 2.5; with 0.5 s at 2 K/s, and a resolution
 * of 0.6 K: sqrt(6.25 + 1 + 0.03).  Readings of one time are one, their mean; masked ones are skipped. */
static void test_sigma(void)
{
    const double t[] = { 0, 10, 10, 20 }, value[] = { 300, 319, 321, 340 }, sigma[] = { 3, 4, 4, 1 };
    const double moments[] = { 5, 10 };
    test_step *s = test_step_new("interpolate_log");
    test_step_input(s, "log", log_of(4, t, value, sigma));
    size_t n = 2;
    frit_dataset *d = frit_dataset_new(FRIT_F64, 1, &n);
    memcpy(d->data, moments, sizeof moments);
    d->unit = g_intern_string("s");
    test_step_input(s, "time", d);
    const frit_dataset *v = output(s, "value");
    g_assert_cmpfloat_with_epsilon(frit_dataset_values(v)[0], 310, 1e-12);
    g_assert_cmpfloat_with_epsilon(v->sigma[0], sqrt(9 + 8) / 2, 1e-12);
    g_assert_cmpfloat_with_epsilon(frit_dataset_values(v)[1], 320, 1e-12);
    g_assert_cmpfloat_with_epsilon(v->sigma[1], sqrt(8), 1e-12);
    test_step_set(s, "time_uncertainty", "0.5 s");
    test_step_set_number(s, "resolution", 0.6);
    v = output(s, "value");
    g_assert_cmpfloat_with_epsilon(v->sigma[0], sqrt(17.0 / 4 + 1 + 0.03), 1e-12);
    test_step_set(s, "error", "none");
    v = output(s, "value");
    g_assert_cmpfloat_with_epsilon(v->sigma[0], sqrt(1.03), 1e-12);
    test_step_free(s);
}

/* A normal deviate, by the sum of twelve: its kurtosis of -0.1 matters to no limit below. */
static double deviate(GRand *r)
{
    double sum = -6;
    for (int k = 0; k < 12; k++)
        sum += g_rand_double(r);
    return sum;
}

/* A curved ramp, read every second with a noise of 0.3 K.  The median of absolute differences tells sigma
 * with a relative standard deviation of sqrt(1.36/n) for n independent ones (Rousseeuw & Croux), at most
 * twice that for these, of which neighbours share readings: 0.0117 for n = 39999, and 0.047 are four of that.
 *  The mean square of (value - truth)/sigma over 2000 frames is 1 within four times sqrt(2/2000) and sigma's
 *  own 2 * 0.047. */
static void test_scatter(void)
{
    enum { N = 40001, FRAMES = 2000 };
    g_autofree double *t = g_new(double, N), *value = g_new(double, N);
    GRand *r = g_rand_new_with_seed(17);
    for (size_t i = 0; i < N; i++) {
        t[i] = (double)i;
        value[i] = 300 + 0.02 * t[i] - 1e-7 * t[i] * t[i] + 0.3 * deviate(r);
    }
    g_rand_free(r);
    test_step *s = test_step_new("interpolate_log");
    test_step_input(s, "log", log_of(N, t, value, NULL));
    test_step_set(s, "start", "7.25");
    test_step_set(s, "interval", "19.5 s");
    test_step_set_number(s, "frames", FRAMES);
    test_step_set(s, "at", "start");
    const frit_dataset *d = output(s, "value");
    double sum = 0, sigma = d->sigma[0] / sqrt(0.75 * 0.75 + 0.25 * 0.25);
    for (size_t i = 0; i < FRAMES; i++) {
        double x = 7.25 + 19.5 * (double)i;
        sum += pow((frit_dataset_values(d)[i] - (300 + 0.02 * x - 1e-7 * x * x)) / d->sigma[i], 2);
    }
    g_test_message("figure: noise of a log told from its scatter: off by %.3f of itself (at most 0.047)",
                   fabs(sigma / 0.3 - 1));
    g_test_message(
        "figure: log at 2000 frames, mean square of (value - truth)/sigma: off 1 by %.3f (at most 0.22)",
        fabs(sum / FRAMES - 1));
    g_assert_cmpfloat(fabs(sigma / 0.3 - 1), <, 0.047);
    g_assert_cmpfloat(fabs(sum / FRAMES - 1), <, 4 * sqrt(2.0 / FRAMES) + 2 * 0.047);
    test_step_free(s);
}

/* The mean over an exposure of many readings: the integral of the lines, against one taken in small steps. */
static void test_mean(void)
{
    double t[] = { 0, 1, 3, 4, 7, 9 }, value[] = { 5, 7, -2, 4, 4, 11 }, sigma[] = { 0, 0, 0, 0, 0, 0 };
    struct log_curve log = { .n = 6, .t = t, .value = value, .sigma = sigma, .max_gap = 100 };
    enum { STEPS = 65536 };
    double from = 0.375, to = 8.125, sum = 0, h = (to - from) / STEPS;    /* kinks fall on no step: O(h^2) */
    for (int k = 0; k < STEPS; k++) {
        double x = from + (k + 0.5) * h;
        sum += log_curve_mean(&log, x, x).value / STEPS;
    }
    g_assert_cmpfloat_with_epsilon(log_curve_mean(&log, from, to).value, sum, 20 * h * h);
    g_assert_cmpfloat_with_epsilon(log_curve_mean(&log, 3, 4).value, 1, 1e-15);
    g_assert_cmpfloat_with_epsilon(log_curve_mean(&log, 9, 9).value, 11, 1e-15);
    /* Weights of readings add to one: equal sigma of 1, over the whole of three readings 0.5, 1, 0.5 of 2. */
    struct log_curve even = {.n = 3, .t = (double[]){0, 1, 2}, .value = value, .sigma = (double[]){1, 1, 1}};
    g_assert_cmpfloat_with_epsilon(log_curve_mean(&even, 0, 2).variance, (0.25 + 1 + 0.25) / 4, 1e-15);
    g_assert_cmpfloat_with_epsilon(log_curve_mean(&even, 0, 2).slope, (-2 - 5) / 2.0, 1e-15);
}

static void test_rules(void)
{
    const double before[] = { -1, 5 }, all[] = { 50, 60 }, back[] = { 5, 3 }, gap[] = { 25, 30 };
    refused(on_ramp(before, 2),
            "frame 1, at -1 s, lies before the log, which goes from 0 s to 40 s; outside = \"mask\"");
    refused(on_ramp(all, 2),
            "frame 1, at 50 s, lies behind the log, which goes from 0 s to 40 s; of 2 frames 2 are not "
            "covered; do the clocks differ?");
    refused(on_ramp(back, 2), "frame 2 was taken at 3 s, before frame 1 at 5 s");
    test_step *s = on_ramp(back, 2);
    test_step_set(s, "order", "any");
    g_assert_cmpfloat(frit_dataset_values(output(s, "value"))[1], ==, 300);
    test_step_free(s);

    s = on_ramp(before, 2);
    test_step_set(s, "outside", "mask");
    const frit_dataset *d = output(s, "value");
    g_assert_true(d->mask[0] && !d->mask[1]);
    test_step_free(s);

    s = on_ramp(gap, 2);
    test_step_set(s, "max_gap", "9 s");
    test_step_set(s, "names", "HPT_0001\nHPT_0002");
    refused(s, "frame 1 (HPT_0001), at 25 s, lies in a gap of the log: between 20 s and 30 s, 10 s, there is "
               "no reading, "
               "and max_gap is 9 s");
    s = on_ramp(gap + 1, 1);    /* at a reading */
    test_step_set(s, "max_gap", "9 s");
    g_assert_cmpfloat(frit_dataset_values(output(s, "value"))[0], ==, 340);
    test_step_free(s);

    const double t[] = { 0, 10, 5 };
    s = test_step_new("interpolate_log");
    test_step_input(s, "log", log_of(3, t, ramp, NULL));
    test_step_set(s, "interval", "1 s");
    test_step_set_number(s, "frames", 2);
    refused(s, "the log's times go back: reading 3 is at 5 s, the one before at 10 s");
    refused(on_ramp(NULL, 0), "when were the frames taken?");
    s = on_ramp(NULL, 0);
    test_step_set(s, "start", "tomorrow");
    refused(s, "start = \"tomorrow\" is no time");
    s = on_ramp(before, 2);
    test_step_set(s, "error", "log");
    refused(s, "the readings have no sigma of their own");
}

/* ---- Positions and attributes ---- */

static void test_positions(void)
{
    test_step *s = test_step_new("series_positions");
    frit_dataset *numbers[] = { frit_dataset_number(300, "K"), frit_dataset_number(310, "K"),
                                frit_dataset_number(300, "K") };
    test_step_series(s, "positions", numbers, 3);
    test_step_set(s, "axis", "T");
    test_step_set(s, "names", "a\nb\nc");
    g_autofree char *why = test_step_failure(s);
    holds(why, "frame 1 (a) and frame 3 (c) are both at T = 300 K (2 such elements of 3)");
    test_step_set(s, "repeats", "keep");
    const frit_dataset *d = output(s, "positions");
    g_assert_cmpuint(d->shape[0], ==, 3);
    g_assert_cmpstr(d->unit, ==, "K");
    test_step_set_number(s, "elements", 4);
    refused(s, "there are 3 positions along T, but 4 elements");

    s = test_step_new("series_positions");
    frit_dataset *mixed[] = { frit_dataset_number(300, "K"), frit_dataset_number(37, "degC") };
    test_step_series(s, "positions", mixed, 2);
    refused(s, "is in degC, those before in K");
}

static void test_attribute(void)
{
    test_step *s = test_step_new("attribute");
    frit_dataset *d = frit_dataset_number(1, "1");
    frit_dataset_set_number(d, "temperature", "degC", 26.85);
    frit_dataset_set_text(d, "date", "2026-11-22T10:02:03");
    test_step_input(s, "data", d);
    test_step_set(s, "name", "temperature");
    test_step_set(s, "unit", "K");
    g_assert_cmpfloat_with_epsilon(frit_dataset_values(output(s, "value"))[0], 300, 1e-12);
    test_step_set(s, "name", "date");
    g_assert_cmpfloat(frit_dataset_values(output(s, "value"))[0], ==, 1795341723);
    g_assert_cmpstr(test_step_output(s, "value")->unit, ==, "s");
    test_step_set(s, "name", "pressure");
    refused(s, "there is no attribute 'pressure' in K");
}

int main(int argc, char **argv)
{
    test_init(&argc, &argv);
    g_test_add_func("/series/time/texts", test_times);
    g_test_add_func("/series/time/calendar", test_calendar);
    g_test_add_func("/series/log/columns", test_columns);
    g_test_add_func("/series/log/read", test_read_log);
    g_test_add_func("/series/log/moments", test_moments);
    g_test_add_func("/series/log/sigma", test_sigma);
    g_test_add_func("/series/log/scatter", test_scatter);
    g_test_add_func("/series/log/mean", test_mean);
    g_test_add_func("/series/log/rules", test_rules);
    g_test_add_func("/series/positions", test_positions);
    g_test_add_func("/series/attribute", test_attribute);
    return g_test_run();
}
