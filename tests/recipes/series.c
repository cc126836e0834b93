/* Series as recipes make them: where frames lie by their names, headers, a log or a rate; what happens to
 * gaps, repeats and bad frames; frames picked by position; and what tables and NeXus files say of all that.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <glib/gstdio.h>
#include <string.h>

#include "table.h"

/* ---- Frames ---- */

enum { ROWS = 12, COLUMNS = 16 };

static void put(GByteArray *file, uint32_t value, size_t bytes)
{
    const uint8_t b[] = { value & 255, value >> 8 & 255, value >> 16 & 255, value >> 24 };
    g_byte_array_append(file, b, (guint)bytes);
}

static void put_entry(GByteArray *file, uint32_t tag, uint32_t type, uint32_t n, uint32_t value)
{
    put(file, tag, 2);
    put(file, type, 2);
    put(file, n, 4);
    put(file, value, 4);
}

/* A TIFF of 16-bit counts, its directory and texts before its pixels, so that a cut file keeps them. */
static void put_frame(const char *folder, const char *name, const char *date, const char *description,
                      unsigned seed)
{
    enum { SHORT = 3, LONG = 4, ASCII = 2, ENTRIES = 11, TEXTS = 8 + 2 + 12 * ENTRIES + 4 };
    uint32_t n_date = (uint32_t)strlen(date) + 1, n_text = (uint32_t)strlen(description) + 1;
    uint32_t pixels = TEXTS + (n_date + n_text + 3) / 4 * 4;
    g_autoptr(GByteArray) f = g_byte_array_new();
    g_byte_array_append(f, (const uint8_t *)"II*\0\10\0\0\0", 8);
    put(f, ENTRIES, 2);
    put_entry(f, 256, LONG, 1, COLUMNS);
    put_entry(f, 257, LONG, 1, ROWS);
    put_entry(f, 258, SHORT, 1, 16);
    put_entry(f, 259, SHORT, 1, 1);
    put_entry(f, 262, SHORT, 1, 1);
    put_entry(f, 270, ASCII, n_text, TEXTS + n_date);
    put_entry(f, 273, LONG, 1, pixels);
    put_entry(f, 277, SHORT, 1, 1);
    put_entry(f, 278, LONG, 1, ROWS);
    put_entry(f, 279, LONG, 1, 2 * ROWS * COLUMNS);
    put_entry(f, 306, ASCII, n_date, TEXTS);
    put(f, 0, 4);
    g_byte_array_append(f, (const uint8_t *)date, n_date);
    g_byte_array_append(f, (const uint8_t *)description, n_text);
    while (f->len < pixels)
        put(f, 0, 1);
    for (uint32_t i = 0; i < ROWS * COLUMNS; i++)
        put(f, 100 + (i * 7 + seed * 13) % 50, 2);
    g_autofree char *path = g_build_filename(folder, name, NULL);
    g_assert_true(g_file_set_contents(path, (const char *)f->data, (gssize)f->len, NULL));
}

/* HPT_1.tif ... HPT_12.tif, one a minute from 10:00:00, exposed for 1 s, at 300, 310, ... K. */
static char *twelve_frames(void)
{
    char *folder = test_folder();
    for (unsigned k = 1; k <= 12; k++) {
        g_autofree char *name = g_strdup_printf("HPT_%u.tif", k);
        g_autofree char *date = g_strdup_printf("2026:11:22 10:%02u:00", k - 1);
        g_autofree char *text =
            g_strdup_printf("# Exposure_time 1.0 s\n# Detector_name hot\nT = %u.5 K", 290 + 10 * k);
        put_frame(folder, name, date, text, k);
    }
    return folder;
}

static void remove_frame(const char *folder, const char *name)
{
    g_autofree char *path = g_build_filename(folder, name, NULL);
    g_assert_cmpint(g_remove(path), ==, 0);
}

static void truncate_frame(const char *folder, const char *name)
{
    g_autofree char *path = g_build_filename(folder, name, NULL), *bytes = NULL;
    gsize n;
    g_assert_true(g_file_get_contents(path, &bytes, &n, NULL));
    g_assert_true(g_file_set_contents(path, bytes, (gssize)(n - 200), NULL));
}

static void write_text(const char *folder, const char *name, const char *text)
{
    g_autofree char *path = g_build_filename(folder, name, NULL);
    g_assert_true(g_file_set_contents(path, text, -1, NULL));
}

/* ---- Running ---- */

/* Runs a recipe in the folder; what it said, to be freed. */
static char *run(const char *folder, const char *body, int expected)
{
    g_autofree char *text = g_strdup_printf(
        "local frit = require \"frit\"\n"
        "local function show(x)\n"
        "    local list = frit.positions(x)\n"
        "    for i, at in ipairs(list) do list[i] = at and string.format(\"%%.10g\", at) or \"none\" end\n"
        "    print(table.concat(list, \" \"))\nend\n%s",
        body);
    write_text(folder, "x.lua", text);
    g_autofree char *recipe = g_build_filename(folder, "x.lua", NULL);
    char *argv[] = { (char *)g_getenv("FRIT"), "run", "--progress", "none", recipe, NULL };
    g_autofree char *out = NULL, *err = NULL;
    int status;
    g_autoptr(GError) error = NULL;
    g_spawn_sync(NULL, argv, NULL, G_SPAWN_DEFAULT, NULL, NULL, &out, &err, &status, &error);
    g_assert_no_error(error);
    char *said = g_strconcat(out, err, NULL);
    if (!g_spawn_check_wait_status(status, NULL) != (expected != 0))
        g_test_message("%s", said);
    if (expected == 0)
        g_assert_cmpint(status, ==, 0);
    else
        g_assert_cmpint(status, ==, expected << 8);
    return said;
}

static void says(const char *folder, const char *body, int expected, const char *piece)
{
    g_autofree char *said = run(folder, body, expected);
    if (!strstr(said, piece))
        g_test_message("said: %s\nwanted: %s", said, piece);
    g_assert_nonnull(strstr(said, piece));
}

/* ---- Axes ---- */

#define FRAMES(axis) "local f = frit.frames { files = \"HPT_*.tif\", axis = " axis " }\nshow(f)\n"

/* HPT_2 comes before HPT_10. */
static void test_order(void)
{
    g_autofree char *folder = twelve_frames();
    says(folder, "print(table.concat(frit.names(frit.frames { files = \"HPT_*.tif\" }), \" \"))", 0,
         "HPT_1 HPT_2 HPT_3 HPT_4 HPT_5 HPT_6 HPT_7 HPT_8 HPT_9 HPT_10 HPT_11 HPT_12\n");
}

static void test_names(void)
{
    g_autofree char *folder = test_folder();
    put_frame(folder, "a_-20p5C_1.tif", "2026:11:22 10:00:00", "", 1);
    put_frame(folder, "a_7C_2.tif", "2026:11:22 10:00:01", "", 2);
    put_frame(folder, "a_15,25C_3.tif", "2026:11:22 10:00:02", "", 3);
    /* Natural order takes the signs and whole numbers as texts: -20, 7, 15. */
    says(folder, "show(frit.frames { files = \"a_*.tif\", axis = frit.from_names(\"a_{T}C_*\", \"degC\") })",
         0, "-20.5 7 15.25\n");
    says(folder, "print(frit.frames { files = \"a_*.tif\", axis = frit.from_names(\"a_{T}C_*\", \"degC\") })",
         0, "along T [degC]\n");
    says(folder, "frit.frames { files = \"a_*.tif\", axis = frit.from_names(\"b_{T}C\", \"degC\") }", 1,
         "x.lua:7: from_names: a_-20p5C_1.tif (frame 1) does not match \"b_{T}C\", with a number for {T}");
    says(folder, "frit.frames { files = \"a_*.tif\", axis = frit.from_names(\"a_TC\", \"degC\") }", 1,
         "needs one field in braces");
    /* A line between words is none of the number's. */
    g_autofree char *other = test_folder();
    put_frame(other, "run-150K.tif", "", "", 1);
    put_frame(other, "run-162K.tif", "", "", 2);
    put_frame(other, "run-168K.tif", "", "", 3);
    put_frame(other, "run-174K.tif", "", "", 4);
    says(other, "show(frit.frames { files = \"run*.tif\", axis = frit.from_names(\"*{T}K.tif\", \"K\") })", 0,
         "150 162 168 174\n");
    g_autofree char *said =
        run(other, "frit.frames { files = \"run*.tif\", axis = frit.from_names(\"*{T}K.tif\", \"K\") }", 0);
    g_assert_cmpstr(said, ==, "");    /* temperatures are no counter: 156 is not missing */
}

static void test_repeats(void)
{
    g_autofree char *folder = test_folder();
    put_frame(folder, "a_300K_1.tif", "", "", 1);
    put_frame(folder, "a_310K_2.tif", "", "", 2);
    put_frame(folder, "a_300K_3.tif", "", "", 3);
#define A "frit.frames { files = \"a_*.tif\", axis = frit.from_names(\"a_{T}K_*\", \"K\")"
    /* By names a_300K_1, a_300K_3, a_310K_2. */
    says(folder, A " }", 1, "frame 1 (a_300K_1.tif) and frame 2 (a_300K_3.tif) are both at T = 300 K");
    says(folder, "show(" A ", repeats = \"keep\" })", 0, "300 300 310\n");
    put_frame(folder, "a_320K_2.tif", "", "", 2);
    says(folder, A " }", 1,
         "frame 3 (a_310K_2.tif) and frame 4 (a_320K_2.tif) are the same file under two names");
}

static void test_rate(void)
{
    g_autofree char *folder = twelve_frames();
    says(folder, FRAMES("{ start = \"300 K\", step = \"10 K\" }"), 0, "300 310 320");
    says(folder,
         FRAMES("{ start = \"26.85 degC\", rate = \"600 K/min\", interval = \"1 s\", unit = \"degC\" }"), 0,
         "26.85 36.85 46.85");
    says(folder, FRAMES("{ start = \"300 K\", rate = \"10 K/min\" }"), 1,
         "a start needs a step, or a rate and an interval");
    says(folder, FRAMES("{ start = \"300 K\", step = \"10 mm\" }"), 1, "axis: step: \"10 mm\" is a length");
    remove_frame(folder, "HPT_4.tif");
    remove_frame(folder, "HPT_5.tif");
    says(folder, FRAMES("{ start = \"300 K\", step = \"10 K\" }"), 1,
         "HPT_4.tif is missing between HPT_3.tif and HPT_6.tif (2 are, in all); gaps = \"keep\"");
    says(folder, FRAMES("{ start = \"300 K\", step = \"10 K\" }, gaps = \"keep\""), 0, "300 310 320 350 360");
}

/* ---- Headers and logs ---- */

static void test_headers(void)
{
    g_autofree char *folder = twelve_frames();
    says(folder, FRAMES("frit.from_headers(\"T\", \"K\")"), 0, "300.5 310.5 320.5");
    says(folder, FRAMES("frit.from_headers(\"exposure_time\", \"s\"), repeats = \"keep\""), 0, "1 1 1");
    says(folder, FRAMES("frit.from_headers(\"date\", \"s\")"), 0, "1795341600 1795341660");
    says(
        folder, FRAMES("frit.from_headers(\"pressure\", \"Pa\")"), 1,
        "read_image_header: element 1 (HPT_1.tif): the header has no 'pressure'; it has date, Exposure_time, "
        "Detector_name, T");
    says(folder, FRAMES("frit.from_headers(\"Detector_name\", \"1\")"), 1,
         "Detector_name = hot, which is no number");
    remove_frame(folder, "HPT_7.tif");
    says(folder, FRAMES("frit.from_headers(\"T\", \"K\")"), 0,
         "warning: x.lua:7: frames: HPT_7.tif is missing between "
         "HPT_6.tif and HPT_8.tif");
}

/* The frames are at 10:00:00 + k min; the log, in another zone, reads 300 K + 10 K/min from 10 minutes
 * before. */
static void write_log(const char *folder, int to_minute)
{
    g_autoptr(GString) log = g_string_new("time,T [K]\n");
    for (int m = -10; m <= to_minute; m++)
        g_string_append_printf(log, "2026-11-22T%02d:%02d:00+01:00,%d\n", m < 0 ? 10 : 11, (m + 60) % 60,
                               300 + 10 * m);
    write_text(folder, "log.csv", log->str);
}

#define LOG(more)                                                                                            \
    "frit.from_log { file = \"log.csv\", time = \"time\", value = \"T\", unit = \"K\", exposure = \"1 "      \
    "s\"" more " }"

/* The middle of the exposure is half a second after the frame's time: at 10 K/min 0.0833 K more. */
static void test_log(void)
{
    g_autofree char *folder = twelve_frames();
    write_log(folder, 20);
    says(folder, FRAMES(LOG("")), 0, "300.0833333 310.0833333 320.0833333");
    says(folder, FRAMES(LOG(", at = \"start\"")), 0, "300 310 320");
    says(folder, FRAMES(LOG(", start = \"2026-11-22 10:01:00\", interval = \"30 s\", at = \"start\"")), 0,
         "310 315 320");
    write_log(folder, 8);
    says(folder, FRAMES(LOG("")), 1,
         "frame 9 (HPT_9.tif), at 2026-11-22 10:08:00.500, lies behind the log, which goes from 2026-11-22 "
         "09:50:00 to "
         "2026-11-22 10:08:00; of 12 frames 4 are not covered; outside = \"mask\"");
    says(folder, FRAMES(LOG(", offset = \"-5 h\"")), 1, "do the clocks differ?");
    write_text(folder, "log.csv", "time,T\n10:00:00,300\n10:05:00,310\n10:04:00,311\n");
    says(folder, FRAMES(LOG(", start = \"10:00:00\", interval = \"1 s\"")), 1,
         "the log's times go back: reading 3 is at 36240 s, the one before at 36300 s");
    write_text(folder, "log.csv", "time,T\n10:00:00,300\n10:05:00,300\n");
    says(folder, FRAMES(LOG(", start = \"10:00:00\", interval = \"1 s\"")), 1,
         "frame 1 (HPT_1.tif) and frame 2 (HPT_2.tif) are both at T = 300 K (12 such elements of 12)");
    says(folder, FRAMES(LOG(", hold = true")), 1, "from_log has no 'hold'");
}

static void test_table_of_frames(void)
{
    g_autofree char *folder = twelve_frames();
    write_text(folder, "log.csv", "frame,T [K]\n1,300\n2,310\n");
    remove_frame(folder, "HPT_9.tif");
    says(folder, FRAMES("frit.csv(\"log.csv\", \"T\", \"K\")"), 1,
         "there are 2 positions along T in log.csv, but 11 elements: one position each is needed; HPT_9.tif "
         "is missing");
}

/* ---- Elements by position ---- */

static void test_picks(void)
{
    g_autofree char *folder = twelve_frames();
    write_log(folder, 20);
#define PICK(what)                                                                                           \
    "local f = frit.frames { files = \"HPT_*.tif\", axis = " LOG(", at = \"start\"") " }\n" what
    says(folder, PICK("show(f:between(\"320 K\", 340))"), 0, "320 330 340\n");
    says(folder, PICK("show(f:every(5))"), 0, "300 350 400\n");
    says(folder, PICK("show(f:every(5, 2))"), 0, "310 360 410\n");
    says(folder, PICK("print(frit.names(f:at(\"66 degC\"))[1])"), 0, "HPT_5\n");    /* 339.15 K */
    says(folder, PICK("f:at(500)"), 1, "at: there is no element near 500 K: T goes from 300 to 410 K");
    says(folder, PICK("f:between(302, 304)"), 1,
         "between: there is no element from 302 to 304 K: T goes from 300 to 410 K");
    says(folder, PICK("f:between(304, 302)"), 1,
         "between: 304 K is more than 302 K: the lower end comes first");
    says(folder, PICK("f:every(0)"), 1, "whole numbers are wanted, the first from 1 to 12");
    says(folder, "frit.frames { files = \"HPT_*.tif\" }:at(300)", 1, "this series has no axis");
    /* Outputs of steps are picked from as well, and a single frame is a series too. */
    says(folder, PICK("show(f:attribute { name = \"exposure_time\", unit = \"s\" }:between(320, 330))"), 0,
         "320 330\n");
    says(folder, "show(frit.frames { files = \"HPT_3*.tif\", axis = " LOG(", at = \"start\"") " })", 0,
         "320\n");
}

/* ---- A bad frame ---- */

/* HPT_4 is cut: its pixels are not there, its header is. Its number is masked, its temperature is not. */
static void test_bad_frame(void)
{
    g_autofree char *folder = twelve_frames();
    write_log(folder, 20);
    truncate_frame(folder, "HPT_4.tif");
    says(folder, PICK("frit.table(\"t.csv\", { f:attribute { name = \"exposure_time\", unit = \"s\" } })"), 1,
         "read_image: element 4 (HPT_4.tif");
    g_autofree char *said =
        run(folder,
            "local f = frit.frames { files = \"HPT_*.tif\", on_error = \"mask\", axis = " LOG(
                ", at = \"start\"") " }\nlocal e = f:attribute { name = \"exposure_time\", unit = \"s\" }\n"
                                    "frit.table(\"t.csv\", { e })\nfrit.write(\"t.nxs\", { f, e })\n",
            3);
    g_assert_nonnull(strstr(said, "T = 330 K: x.lua:7: read_image: element 4 (HPT_4.tif)"));
    g_assert_nonnull(strstr(said, "the file ends after 92 of 192 pixels"));
    table t = result(folder, "t.csv");
    g_assert_cmpuint(rows(&t), ==, 12);
    for (guint i = 0; i < 12; i++) {
        g_assert_cmpfloat_with_epsilon(at(&t, i, 0), 300 + 10 * i, 1e-9);
        if (i == 3)
            g_assert_true(isnan(at(&t, i, 1)));
        else
            g_assert_cmpfloat(at(&t, i, 1), ==, 1);
    }
    table_clear(&t);
    /* What the NeXus file holds, read back: positions of all, the fourth frame masked. */
    says(folder,
         "local T = frit.read(\"t.nxs\", { dataset = \"/entry/frame/T\" })\n"
         "local e = frit.read(\"t.nxs\", { dataset = \"/entry/exposure_time/exposure_time\" })\n"
         "print(#frit.read(\"t.nxs\"), #e)\nfrit.table(\"back.csv\", { e:stack(), T })\n",
         0, "12\t12\n");
    table back = result(folder, "back.csv");
    g_assert_cmpuint(rows(&back), ==, 12);
    for (guint i = 0; i < 12; i++) {
        g_assert_cmpfloat_with_epsilon(at(&back, i, 2), 300 + 10 * i, 1e-9);
        g_assert_true((isnan(at(&back, i, 1)) != 0) == (i == 3));
    }
    table_clear(&back);
}

/* ---- The worked recipe: 17 temperatures of SrFe2As2 ---- */

static table curve_of(const char *data, guint k)
{
    g_autofree char *name = g_strdup_printf("SrFe2As2_%uK.gr", 150 + 6 * k);
    return result(data, name);
}

/* Where G is 0 below (step -1) or above (step 1) the row of its maximum, on the line between two rows. */
static double zero_beside(const table *t, guint row, int step)
{
    while (at(t, row, 1) >= 0)
        row = (guint)((int)row + step);
    guint inside = (guint)((int)row - step);
    double y0 = at(t, row, 1), y1 = at(t, inside, 1);
    return at(t, row, 0) + (at(t, inside, 0) - at(t, row, 0)) * y0 / (y0 - y1);
}

static guint highest_near(const table *t, double r)
{
    guint best = 0;
    for (guint i = 0; i < rows(t); i++)
        if (fabs(at(t, i, 0) - r) <= 0.3 && (!best || at(t, i, 1) > at(t, best, 1)))
            best = i;
    return best;
}

/* The integral of the lines between the rows. */
static double area_of(const table *t, double from, double to)
{
    double sum = 0, r = from, y = interpolate(t, 1, from);
    for (guint i = 0; i < rows(t) && at(t, i, 0) < to; i++) {
        if (at(t, i, 0) <= from)
            continue;
        sum += 0.5 * (at(t, i, 0) - r) * (y + at(t, i, 1));
        r = at(t, i, 0);
        y = at(t, i, 1);
    }
    return sum + 0.5 * (to - r) * (y + interpolate(t, 1, to));
}

/* Areas by another program's few lines, between the limits of the last curve: the same lines, summed in
 * another order, and printed with 12 digits. */
static void test_temperature_series(void)
{
    static const double nominal[] = { 2.40, 3.90, 5.33, 6.50, 8.72 };
    const char *data = test_data("diffraction/srfe2as2_tseries");
    if (!data)
        return;
    g_autofree char *out = test_folder();
    run_recipe("temperature-series.lua", data, out, NULL);
    table shells = result(out, "shells.csv"), last = curve_of(data, 16);
    g_assert_cmpuint(rows(&shells), ==, 17);
    double worst = 0;
    for (guint k = 0; k < 17; k++) {
        table gr = curve_of(data, k);
        g_assert_cmpfloat(at(&shells, k, 0), ==, 150 + 6 * k);
        for (guint shell = 0; shell < G_N_ELEMENTS(nominal); shell++) {
            guint top = highest_near(&last, nominal[shell]);
            double area = area_of(&gr, zero_beside(&last, top, -1), zero_beside(&last, top, 1));
            worst = fmax(worst, fabs(at(&shells, k, 1 + shell) / area - 1));
        }
        table_clear(&gr);
    }
    g_test_message(
        "figure: SrFe2As2, 17 temperatures from the names, five shell areas against sums by hand: largest "
        "relative difference %.1e (at most 1e-10)",
        worst);
    g_assert_cmpfloat(worst, <, 1e-10);
    table_clear(&shells);
    table_clear(&last);
}

int main(int argc, char **argv)
{
    test_init(&argc, &argv);
    g_test_add_func("/recipes/series/order", test_order);
    g_test_add_func("/recipes/series/names", test_names);
    g_test_add_func("/recipes/series/repeats", test_repeats);
    g_test_add_func("/recipes/series/rate", test_rate);
    g_test_add_func("/recipes/series/headers", test_headers);
    g_test_add_func("/recipes/series/log", test_log);
    g_test_add_func("/recipes/series/table", test_table_of_frames);
    g_test_add_func("/recipes/series/picks", test_picks);
    g_test_add_func("/recipes/series/bad-frame", test_bad_frame);
    g_test_add_func("/recipes/series/temperature", test_temperature_series);
    return g_test_run();
}
