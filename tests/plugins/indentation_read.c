/* The readers of indentation files: each format as its instrument writes it, and damaged ones.
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "indentation.h"
#include "indentation_make.h"

#include <glib/gstdio.h>

#include "../../plugins/indentation/test.h"

/* ---- Text ---- */

static test_step *read_text(const char *name, const char *text)
{
    g_autofree char *path = file_of(name, text, -1);
    return reader(path, 0);
}

static void check_two(test_step *s, double load, double depth, double time)
{
    run(s);
    g_assert_cmpuint(length(s, "load"), ==, 2);
    g_assert_cmpfloat_with_epsilon(at(s, "load", 1), load, 1e-12);
    g_assert_cmpfloat_with_epsilon(at(s, "depth", 1), depth, 1e-9);
    g_assert_cmpfloat_with_epsilon(test_step_output(s, "load")->axis[0]->at[1], time, 1e-12);
    test_step_free(s);
}

/* Names, units, separators, decimals, line ends and encodings of all kinds: the same two points. */
static void test_text(void)
{
    static const char *const files[] = {
        "Time (s),Depth (nm),Load (mN)\n0,0,0\n0.5,12.5,1.25\n", /* CSV */
        "t_s;h_um;P_uN\n0;0;0\n0,5;0,0125;1250\n",               /* decimal comma */
        "Approach\t2000 "
        "nm/min\r\nTime\tPd\tFn\r\ns\tnm\tmN\r\n0,000\t0,000\t0,000\r\n0,500\t12,500\t1,250\r\n",
        "Mon Apr 29 10:41:06 2019\r\rNumber of Points = 2\rDepth (nm)\tLoad (\xb5N)\tTime "
        "(s)\r0\t0\t0\r12.5\t1250\t0.5\r",
        "// Origin = simulated\n// Index [#]\tPhase [#]\tDisplacement [um]\tTime [s]\tPos Z [um]\tForce A "
        "[uN]\t"
        "Sample Displacement [um]\n0\t0\t7\t0\t7\t0\t0\n0\t0\t7.5\t0.5\t7.5\t1250\t0.0125\n",
        "Segment\tDisplacement Into Surface\tLoad On Sample\tTime On "
        "Sample\n\tnm\tmN\ts\n\t0\t0\t0\n\t12.5\t1.25\t0.5\nEND\n",
        "\xef\xbb\xbfTime [s]\tForce [\xc2\xb5N]\tDepth [\xce\xbcm]\n0\t0\t0\n.5\t1.25e3\t1.25E-2\n",
    };
    for (size_t i = 0; i < G_N_ELEMENTS(files); i++)
        check_two(read_text("test.txt", files[i]), 1.25, 12.5, 0.5);
    /* t is the time, T the temperature, wherever they stand. */
    check_two(read_text("test.txt", "T (s),t (s),h (nm),P (mN)\n9,0,0,0\n9,0.5,12.5,1.25\n"), 1.25, 12.5,
              0.5);
    test_step *s = read_text("test.txt", "0 0 0\n0.5 12.5 1.25\n");
    test_step_set(s, "format", "micro_materials");
    check_two(s, 1.25, 12.5, 0.5);
    s = read_text("test.txt", "no,a (mN),b (nm),load,depth\n1,0,0,9,9\n2,1.25,12.5,9,9\n");
    test_step_set(s, "load", "a");
    test_step_set(s, "depth", "3");
    test_step_set_number(s, "interval", 0.5);
    check_two(s, 1.25, 12.5, 0.5);
}

static void test_fischerscope(void)
{
    static const char text[] = "Glas.hap\tName of the application\n\nIndent\n\nGlas.hap   15.03.2019  "
                               "10:11:12\nF[mN]\th[\xb5m]\tt[s]\n0,000\t0,000\t0,0\n"
                               "1,250\t0,0125\t0,5\nEpsilon = 0,75\n2,500\t0,0250\t0,0\n\nGlas.hap   "
                               "15.03.2019  10:15:12\n0,0 0,0 0,0 1,0 1,0\n"
                               "2,0 0,02 1,0 1,0 1,0\n";
    g_autofree char *path = file_of("glas.hap", text, -1);
    test_step *s = read_test(path, 1);
    g_assert_cmpuint(length(s, "load"), ==, 3);
    g_assert_cmpfloat_with_epsilon(at(s, "depth", 1), 12.5, 1e-9);
    g_assert_cmpfloat(frit_dataset_attribute(test_step_output(s, "load"), "epsilon")->value, ==, 0.75);
    /* Time begins anew with each segment in the file, and goes on here. */
    g_assert_cmpfloat(test_step_output(s, "load")->axis[0]->at[2], ==, 0.5);
    test_step_free(s);
    s = read_test(path, 2);
    g_assert_cmpuint(length(s, "load"), ==, 2);
    g_assert_cmpfloat_with_epsilon(at(s, "load", 1), 2, 1e-12);
    test_step_free(s);
}

/* Two tests in one text; markers; missing values; rows without a time. */
static void test_markers(void)
{
    static const char text[] =
        "Frame Stiffness\t5000000\tN/m\nTest 1\nSegment\tDepth\tLoad\tTime\n\tnm\tmN\ts\nSurface "
        "Marker\t0\t0\t0\n\t10\t1\t1\n"
        "Hold Maximum Load Marker\t20\t2\t2\n\t21\t2\t3\nUnload From Peak "
        "Marker\t21\t2\t4\n\t18\t1.797e308\t5\n\t\t\t\n"
        "Thermal Drift Marker\t16\t0.2\t6\nFinal Unload Marker\t15\t0.1\t7\nEND\t\t\t\n\nTest "
        "2\nSegment\tDepth\tLoad\tTime\n"
        "\tnm\tmN\ts\n\t1\t1\t0\n\t2\t2\t1\n";
    static const double phases[] = {0, 0, 1, 1, 2, 2, 3, 4};
    g_autofree char *path = file_of("two.txt", text, -1);
    test_step *s = read_test(path, 1);
    g_assert_cmpuint(length(s, "load"), ==, 8);
    for (size_t i = 0; i < 8; i++)
        g_assert_cmpfloat(at(s, "segment", i), ==, phases[i]);
    g_assert_true(missing(test_step_output(s, "load"), 5));
    g_assert_cmpstr(frit_dataset_attribute(test_step_output(s, "load"), "segments_from")->text, ==,
                    "markers in the file");
    g_assert_cmpfloat(frit_dataset_attribute(test_step_output(s, "depth"), "frame_stiffness")->value, ==,
                      5e6);
    g_assert_cmpstr(frit_dataset_attribute(test_step_output(s, "load"), "test")->text, ==, "Test 1");
    test_step_free(s);
    s = read_test(path, 2);
    g_assert_cmpuint(length(s, "load"), ==, 2);
    g_assert_cmpstr(frit_dataset_attribute(test_step_output(s, "load"), "test")->text, ==, "Test 2");
    test_step_free(s);
}

static void test_refused(void)
{
    static const struct {
        const char *text, *words;
    } files[] = {
        {"", "empty"},
        {"a,b\n1,2\n", "no line names|micro_materials"},
        {"Time (s),Load (mN)\n0,0\n", "no line names a column of loads and one of depths"},
        {"Time (s),Depth (nm),Load (mN)\n0,0,0\n1,1,x\n", "line 3, column 3 (Load): no number"},
        {"Load (mN),Depth (nm)\n0,0\n", "no column is a time|interval"},
        {"Time (s),Depth (nm),Load (kg)\n0,0,0\n", "\"Load\" is in \"kg\"|no unit of a load"},
        {"File Version: Hysitron 6\nTip C0: 24.5\n", "cut off|Test Data Points"},
        {"File Version: Hysitron 6\nTest Data Points: 3\nTime_s\tDisp_nm\tForce_uN\n0\t0\t0\n",
         "3 points|1 of them"},
        {"File Version: Hysitron 6\nTest Data Points: 1\nTime_s\tDisp_nm\tForce_uN\n0\t0\t?\n",
         "line 4, column 3 (Force)|no number"},
        {"x.hap\tName of the application\n\n\n", "no line begins a test"},
        {"Time (s),Depth (nm),Load (mN)\n,1,1\n", "no row has a time"},
        {"T,h (nm),P (mN)\n0,0,0\n", "no column is a time|interval"},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(files); i++)
        assert_sentence(read_text("bad.txt", files[i].text), files[i].words);
    g_autofree char *zeros = file_of("bad.txt", "a\0b", 3);
    assert_sentence(reader(zeros, 0), "no text");
    test_step *s = read_text("bad.txt", "Time (s),Depth (nm),Load (mN)\n0,0,0\n");
    test_step_set(s, "load", "Force");
    assert_sentence(s, "no column \"Force\"|1 Time, 2 Depth, 3 Load");
    s = read_text("bad.txt", "Time (s),Depth (nm),Load (mN)\n0,0,0\n");
    test_step_set(s, "other", "Hardness");
    assert_sentence(s, "no column \"Hardness\"");
}

/* ---- Workbooks ---- */

static void check_made(const char *path, bool markers)
{
    for (int test = 1; test <= 2; test++) {
        test_step *s = read_test(path, test);
        g_assert_cmpuint(length(s, "load"), ==, MADE_ROWS);
        for (int i = 0; i < MADE_ROWS; i++) {
            g_assert_cmpfloat(at(s, "load", (size_t)i), ==, made_load(test, i));
            if (markers && i == 3)
                g_assert_true(missing(test_step_output(s, "depth"), 3));
            else
                g_assert_cmpfloat(at(s, "depth", (size_t)i), ==, made_depth(test, i));
            g_assert_cmpfloat_with_epsilon(test_step_output(s, "load")->axis[0]->at[i], made_time(i), 1e-12);
            g_assert_cmpfloat(at(s, "segment", (size_t)i), ==, markers && i >= 100 ? 2 : 0);
        }
        test_step_free(s);
    }
}

/* Sheets in another order than the tests, a text cut between records, a chart in the sheet, RK numbers. */
static void test_xls(void)
{
    g_autoptr(GByteArray) b = make_xls(MADE_SOUND);
    g_autofree char *path = file_of("made.xls", b->data, b->len);
    check_made(path, true);
}

static void test_xlsx(void)
{
    g_autofree char *folder = test_folder(), *path = g_build_filename(folder, "made.xlsx", NULL);
    make_xlsx(path);
    check_made(path, false);
}

static void refuse_bytes(const char *name, const void *bytes, size_t n, const char *words)
{
    g_autofree char *path = file_of(name, bytes, (gssize)n);
    assert_sentence(reader(path, 0), words);
}

static void refuse_made(enum made_fault fault, const char *words)
{
    g_autoptr(GByteArray) b = make_xls(fault);
    refuse_bytes("made.xls", b->data, b->len, words);
}

static void test_refused_workbooks(void)
{
    refuse_made(MADE_ENCRYPTED, "encrypted|without a password");
    refuse_made(MADE_OLD, "not of Excel 97");
    refuse_made(MADE_WITHOUT_TESTS, "no sheet of the workbook is a test|\"Notes\", \"More\"");
    g_autoptr(GByteArray) b = make_xls(MADE_SOUND);
    refuse_bytes("made.xls", b->data, 300, "cut off");
    refuse_bytes("made.xls", b->data, 5000, "cut off");
    refuse_bytes("made.xls", b->data, b->len / 2, "cut off");
    g_autofree char *folder = test_folder(), *path = g_build_filename(folder, "made.xlsx", NULL),
                    *bytes = NULL;
    gsize n;
    make_xlsx(path);
    g_assert_true(g_file_get_contents(path, &bytes, &n, NULL));
    refuse_bytes("made.xlsx", bytes, n / 2, "cut off");
}

/* ---- Damage ---- */

/* All tests of a file: the outcome does not matter, that it comes does. */
static void read_whatever(const char *path)
{
    struct tests t;
    struct why why;
    if (!tests_open(&t, path, FORMAT_AUTO, &why)) {
        g_assert_cmpuint(strlen(why.text), >, 10);
        return;
    }
    for (size_t k = 0; k < t.n; k++) {
        struct test one;
        if (tests_get(&t, k, &one, &why))
            test_free(&one);
    }
    tests_close(&t);
}

static void damage(GRand *rand, guint8 *b, gsize n)
{
    static const guint32 extremes[] = {0, 0xffffffff, 0x7fffffff, 0x10000, 0xfffffffe, 1};
    const int flips = g_rand_int_range(rand, 1, 8);
    for (int i = 0; i < flips; i++) {
        const bool early = g_rand_boolean(rand);
        const gsize at = (gsize)g_rand_int_range(rand, 0, (gint32)(early ? MIN(n, 700) : n));
        const guint32 x = extremes[g_rand_int_range(rand, 0, G_N_ELEMENTS(extremes))];
        switch (g_rand_int_range(rand, 0, 3)) {
        case 0: b[at] = (guint8)g_rand_int_range(rand, 0, 256); break;
        case 1: b[at] ^= (guint8)(1 << g_rand_int_range(rand, 0, 8)); break;
        default:
            for (gsize k = 0; k < 4 && at + k < n; k++)
                b[at + k] = (guint8)(x >> (8 * k));
        }
    }
}

static void damage_file(const char *name, const guint8 *bytes, gsize n, int rounds)
{
    g_autofree char *folder = test_folder(), *path = g_build_filename(folder, name, NULL);
    g_autoptr(GRand) rand = g_rand_new_with_seed(20);
    for (int i = 0; i < rounds; i++) {
        g_autofree guint8 *copy = g_memdup2(bytes, n);
        damage(rand, copy, n);
        const gsize left = g_rand_int_range(rand, 0, 4) ? n : (gsize)g_rand_int_range(rand, 0, (gint32)n);
        g_assert_true(
            g_file_set_contents_full(path, (char *)copy, (gssize)left, G_FILE_SET_CONTENTS_NONE, 0600, NULL));
        read_whatever(path);
    }
}

static void test_damaged(void)
{
    const int rounds = g_getenv("FRIT_LONG") ? 100000 : 1500;
    g_autoptr(GByteArray) xls = make_xls(MADE_SOUND);
    damage_file("damaged.xls", xls->data, xls->len, rounds);
    g_autofree char *folder = test_folder(), *path = g_build_filename(folder, "made.xlsx", NULL),
                    *bytes = NULL;
    gsize n;
    make_xlsx(path);
    g_assert_true(g_file_get_contents(path, &bytes, &n, NULL));
    damage_file("damaged.xlsx", (guint8 *)bytes, n, rounds);
    static const char hld[] = "File Version: Hysitron 6\nTip C0: 24.5\nTest Data Points: "
                              "3\nTime_s\tDisp_nm\tForce_\xb5N\n0\t0\t0\n1\t1\t1\n2\t2\t2\n";
    damage_file("damaged.hld", (const guint8 *)hld, sizeof hld - 1, rounds);
    static const char text[] = "Test 1\nSegment;h [nm];P [mN];t [s]\nBegin;0;0;0\n;1,5;2;1\nEND\nTest "
                               "2\nSegment;h [nm];P [mN];t [s]\n;1;2;3\n";
    damage_file("damaged.txt", (const guint8 *)text, sizeof text - 1, rounds);
    static const char hap[] =
        "G.hap\tName of the application\nG.hap 15.03.2019 1:1:1\n0,0 0,0 0,0\n1,0 1,0 1,0\nEpsilon = 0,75\n";
    damage_file("damaged.hap", (const guint8 *)hap, sizeof hap - 1, rounds);
}

/* The measured workbooks, damaged. */
static void test_damaged_measured(void)
{
    const char *path = test_data("indentation/nanosuite_popin/Popin.xls");
    g_autofree char *bytes = NULL;
    gsize n;
    if (!path)
        return;
    g_assert_true(g_file_get_contents(path, &bytes, &n, NULL));
    damage_file("damaged.xls", (guint8 *)bytes, n, g_getenv("FRIT_LONG") ? 2000 : 40);
}

int main(int argc, char **argv)
{
    test_init(&argc, &argv);
    g_test_add_func("/indentation/read/text", test_text);
    g_test_add_func("/indentation/read/fischerscope", test_fischerscope);
    g_test_add_func("/indentation/read/markers", test_markers);
    g_test_add_func("/indentation/read/refused", test_refused);
    g_test_add_func("/indentation/read/xls", test_xls);
    g_test_add_func("/indentation/read/xlsx", test_xlsx);
    g_test_add_func("/indentation/read/refused-workbooks", test_refused_workbooks);
    g_test_add_func("/indentation/read/damaged", test_damaged);
    g_test_add_func("/indentation/read/damaged-measured", test_damaged_measured);
    return g_test_run();
}
