/* The figure: its labels, its table and script, and what gnuplot and pdftocairo make of them.
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "step.h"
#include "../../plugins/figure/figure.h"

#include <glib/gstdio.h>
#include <math.h>
#include <string.h>

/* ---- Help ---- */

static bool have(const char *program)
{
    g_autofree char *path = g_find_program_in_path(program);
    return path != NULL;
}

/* Is everything there that draws?  Else the test is skipped. */
static bool can_draw(void)
{
    if (have("gnuplot") && have("pdftocairo"))
        return true;
    g_test_skip("gnuplot or pdftocairo is not installed");
    return false;
}

static char *read_file(const char *folder, const char *name, gsize *size)
{
    g_autofree char *path = g_build_filename(folder, name, NULL);
    g_autoptr(GError) error = NULL;
    char *content = NULL;
    g_file_get_contents(path, &content, size, &error);
    g_assert_no_error(error);
    return content;
}

static char *run_here(const char *folder, const char *a, const char *b, const char *c)
{
    const char *argv[] = {a, b, c, NULL};
    char *out = NULL;
    g_autofree char *said = NULL;
    g_autoptr(GError) error = NULL;
    int status = 0;
    g_spawn_sync(folder, (char **)argv, NULL, G_SPAWN_SEARCH_PATH, NULL, NULL, &out, &said, &status, &error);
    g_assert_no_error(error);
    if (!g_spawn_check_wait_status(status, &error))
        g_error("%s: %s %s", a, error->message, said);
    return out;
}

enum { N = 50 };

static frit_dataset *wave(double phase, bool with_sigma)
{
    double x[N], y[N], sigma[N];
    for (int i = 0; i < N; i++) {
        x[i] = 0.2 * i;
        y[i] = sin(x[i] + phase);
        sigma[i] = 0.1;
    }
    frit_dataset *d =
        frit_dataset_curve(N, x, "Q", "1/angstrom", y, with_sigma ? sigma : NULL, "1/angstrom^2");
    d->quantity = g_intern_static_string("reduced_pdf");
    return d;
}

/* A figure of two curves and a series of three, its second without a point. */
static test_step *example(const char *folder)
{
    g_autofree char *file = g_build_filename(folder, "waves", NULL);
    test_step *s = test_step_new("figure");
    frit_dataset *gap = wave(1, false), *series[3] = {wave(2, false), wave(3, false), wave(4, false)};
    frit_dataset_want_mask(gap);
    gap->mask[20] = 1;
    ((double *)gap->data)[21] = NAN;
    frit_dataset_want_mask(series[1]);
    memset(series[1]->mask, 1, N);
    test_step_input(s, "curves", wave(0, true));
    test_step_input(s, "curves", gap);
    test_step_series(s, "curves", series, 3);
    test_step_set(s, "file", file);
    return s;
}

static void run(test_step *s)
{
    g_autoptr(GError) error = NULL;
    test_step_run(s, &error);
    g_assert_no_error(error);
}

static void assert_says(test_step *s, const char *words)
{
    g_autofree char *sentence = test_step_failure(s);
    if (!strstr(sentence, words))
        g_error("'%s' is not in: %s", words, sentence);
}

/* ---- Labels ---- */

static void check_label(const char *text, const char *expected)
{
    char *markup = NULL;
    size_t size = 0;
    FILE *to = open_memstream(&markup, &size);
    label_write(to, text);
    fclose(to);
    g_assert_cmpstr(markup, ==, expected);
    free(markup);
}

static void test_labels_mean_what_they_say(void)
{
    check_label("plain", "'plain'");
    check_label("_^{}@&~\\", "'\\_\\^\\{\\}\\@\\&\\~\\\\'");
    check_label("it's \"so\"", "'it''s \"so\"'");
    check_label("two\nlines\t", "'two lines '");
    check_label("Å⁻¹", "'Å^{−1}'");
    check_label("H₂O m²", "'H_{2}O m^{2}'");
    check_label("x₁²", "'x_{1}^{2}'");
    check_label("*Q* (Å⁻²)", "'{/:Italic Q} (Å^{−2})'");
    check_label("*T*_g *x_1*", "'{/:Italic T}\\_g {/:Italic x\\_1}'");
    check_label("2 * 3 * 4, a*", "'2 * 3 * 4, a*'");
    check_label("", "''");
}

static void test_units(void)
{
    static const char *const units[][2] = {{"1", ""},
                                           {"1/angstrom", "Å⁻¹"},
                                           {"1/angstrom^2", "Å⁻²"},
                                           {"angstrom", "Å"},
                                           {"g/cm^3", "g cm⁻³"},
                                           {"J/(g K)", "J g⁻¹ K⁻¹"},
                                           {"kJ/mol", "kJ mol⁻¹"},
                                           {"degC", "°C"},
                                           {"m2", "m²"},
                                           {"kg m s-2", "kg m s⁻²"},
                                           {"mN/s", "mN s⁻¹"},
                                           {"1/(s m)/K", "s⁻¹ m⁻¹ K⁻¹"},
                                           {"count", "counts"},
                                           {"K", "K"},
                                           {"1/s*m", "m s⁻¹"},
                                           {"m^12", "m¹²"},
                                           {"furlong/5 days", "furlong/5 days"},
                                           {"(m", "(m"},
                                           {"", ""}};
    for (size_t i = 0; i < G_N_ELEMENTS(units); i++) {
        char text[LABEL];
        label_unit(text, sizeof text, units[i][0]);
        g_assert_cmpstr(text, ==, units[i][1]);
    }
}

static void test_names(void)
{
    char label[LABEL], shorter[8];
    label_of_axis(label, sizeof label, "Q", "1/angstrom");
    g_assert_cmpstr(label, ==, "*Q* (Å⁻¹)");
    label_of_quantity(label, sizeof label, "reduced_pdf", "1/angstrom^2");
    g_assert_cmpstr(label, ==, "*G*(*r*) (Å⁻²)");
    label_of_quantity(label, sizeof label, "first_moment", "1/angstrom");
    g_assert_cmpstr(label, ==, "first moment (Å⁻¹)");
    label_of_quantity(label, sizeof label, NULL, "1");
    g_assert_cmpstr(label, ==, "value");
    /* What is too long is cut between characters, never inside one. */
    for (size_t size = 1; size <= sizeof shorter; size++) {
        label_of_axis(shorter, size, "Q", "1/angstrom");
        g_assert_cmpuint(strlen(shorter), <, size);
        g_assert_true(g_utf8_validate(shorter, -1, NULL));
    }
}

/* ---- The files ---- */

static void test_table_and_script(void)
{
    g_autofree char *folder = test_folder();
    if (!can_draw())
        return;
    test_step *s = example(folder);
    test_step_set(s, "texts", "xlabel_of_panel_1=a_b {Å⁻¹}\nplain=x = y");
    run(s);
    g_autofree char *table = read_file(folder, "waves.dat", NULL),
                    *script = read_file(folder, "waves.gp", NULL);

    /* Blocks are what two blank lines part; the curve without a point has none. */
    g_auto(GStrv) blocks = g_strsplit(table, "\n\n\n", -1);
    g_assert_cmpuint(g_strv_length(blocks), ==, 5);
    g_assert_cmpstr(blocks[4], ==, "");
    g_assert_nonnull(strstr(blocks[0], "\n0 0 0.1 1\n0.2 0.198669331 0.1 1\n"));
    g_assert_nonnull(strstr(blocks[1], "\n4 NaN NaN 1\n4.2 NaN NaN 1\n"));
    g_assert_nonnull(strstr(blocks[3], "\n0 -0.756802495 0 3\n"));

    g_assert_nonnull(strstr(script, "curves_1 = 1; first_1 = 0; last_1 = 0\n"));
    g_assert_nonnull(strstr(script, "curves_3 = 2; first_3 = 2; last_3 = 3\n"));
    g_assert_nonnull(strstr(script, "has_sigma_1 = 1;"));
    g_assert_nonnull(strstr(script, "has_sigma_2 = 0;"));
    g_assert_nonnull(strstr(script, "x_label_1 = '{/:Italic Q} (Å^{−1})'\n"));
    g_assert_nonnull(strstr(script, "y_label_2 = '{/:Italic G}({/:Italic r}) (Å^{−2})'\n"));
    g_assert_nonnull(strstr(script, "xlabel_of_panel_1 = 'a\\_b \\{Å^{−1}\\}'\n"));
    g_assert_nonnull(strstr(script, "plain = 'x = y'\n"));
    test_step_free(s);
}

static guint32 big_endian(const char *bytes)
{
    guint32 n;
    memcpy(&n, bytes, 4);
    return GUINT32_FROM_BE(n);
}

/* 8.6 x 6.5 cm in whole points are 243 x 184; a point has 200/72 dots. */
static void test_pdf_and_png(void)
{
    g_autofree char *folder = test_folder();
    gsize size = 0;
    if (!can_draw())
        return;
    test_step *s = example(folder);
    test_step_set(s, "dpi", "200");
    run(s);
    g_autofree char *pdf = read_file(folder, "waves.pdf", &size);
    g_assert_cmpmem(pdf, 5, "%PDF-", 5);
    g_autofree char *png = read_file(folder, "waves.png", &size);
    g_assert_cmpuint(size, >, 24);
    g_autofree char *svg = read_file(folder, "waves.svg", NULL);
    g_assert_nonnull(strstr(svg, "<svg "));
    g_assert_cmpmem(png, 8, "\x89PNG\r\n\x1a\n", 8);
    g_assert_cmpfloat_with_epsilon(big_endian(png + 16), 243 * 200 / 72., 1);
    g_assert_cmpfloat_with_epsilon(big_endian(png + 20), 184 * 200 / 72., 1);
    test_step_free(s);
}

static void test_fonts_are_embedded(void)
{
    g_autofree char *folder = test_folder();
    if (!can_draw())
        return;
    if (!have("pdffonts") || !have("pdftotext")) {
        g_test_skip("pdffonts or pdftotext is not installed");
        return;
    }
    test_step *s = example(folder);
    run(s);
    g_autofree char *fonts = run_here(folder, "pdffonts", "waves.pdf", NULL);
    g_auto(GStrv) lines = g_strsplit(g_strchomp(fonts), "\n", -1);
    g_assert_cmpuint(g_strv_length(lines), >, 2);
    for (char **line = lines + 2; *line; line++) {      /* name, type, encoding, emb, sub, uni, object */
        g_auto(GStrv) words = g_regex_split_simple(" {2,}| (?=yes|no)", *line, 0, 0);
        g_assert_cmpuint(g_strv_length(words), >=, 4);
        g_assert_nonnull(strstr(*line, " yes yes "));
    }
    test_step_free(s);
}

/* A label with all that gnuplot takes for markup is printed as it stands. */
static void test_labels_are_printed(void)
{
    static const char label[] = "a_b ^c {d} @e &f ~g \\h 'i'";
    g_autofree char *folder = test_folder();
    if (!can_draw())
        return;
    if (!have("pdftotext")) {
        g_test_skip("pdftotext is not installed");
        return;
    }
    test_step *s = example(folder);
    test_step_set(s, "texts", "mine=a_b ^c {d} @e &f ~g \\h 'i'");
    test_step_set(
        s, "layout",
        "set terminal pdfcairo enhanced size 20cm,10cm font font_name . ',10'\nset output output_file\n"
        "set title mine\nplot table_file index 0 using 1:2 with lines title title_1\n");
    run(s);
    g_autofree char *text = run_here(folder, "pdftotext", "waves.pdf", "-");
    if (!strstr(text, label))
        g_error("the figure says: %s", text);
    test_step_free(s);
}

static void test_same_bytes(void)
{
    static const char *const names[] = {"waves.pdf", "waves.svg", "waves.png", "waves.gp", "waves.dat"};
    g_autofree char *one = test_folder(), *two = test_folder();
    if (!can_draw())
        return;
    test_step *s = example(one), *t = example(two);
    run(s);
    g_usleep(1100000);                  /* cairo writes the second into the PDF */
    run(t);
    for (size_t i = 0; i < G_N_ELEMENTS(names); i++) {
        gsize n = 0, m = 0;
        g_autofree char *a = read_file(one, names[i], &n), *b = read_file(two, names[i], &m);
        g_assert_cmpmem(a, n, b, m);
    }
    test_step_free(s);
    test_step_free(t);
}

/* The script draws the figure again where it stands. */
static void test_by_hand(void)
{
    g_autofree char *folder = test_folder();
    g_autofree char *pdf = g_build_filename(folder, "waves.pdf", NULL);
    gsize size = 0;
    if (!can_draw())
        return;
    test_step *s = example(folder);
    run(s);
    g_assert_cmpint(g_remove(pdf), ==, 0);
    g_free(run_here(folder, "gnuplot", "waves.gp", NULL));
    g_autofree char *again = read_file(folder, "waves.pdf", &size);
    g_assert_cmpmem(again, 5, "%PDF-", 5);
    test_step_free(s);
}

/* ---- Sentences ---- */

static void test_nothing_to_draw(void)
{
    g_autofree char *folder = test_folder(), *file = g_build_filename(folder, "empty", NULL);
    test_step *s = test_step_new("figure");
    frit_dataset *d = wave(0, false);
    frit_dataset_want_mask(d);
    memset(d->mask, 1, N);
    test_step_input(s, "curves", wave(0, false));
    test_step_input(s, "curves", d);
    test_step_set(s, "file", file);
    assert_says(s, "dataset 2 of the figure");
    test_step_free(s);
}

static void test_a_wrong_layout(void)
{
    g_autofree char *folder = test_folder();
    if (!can_draw())
        return;
    test_step *s = example(folder);
    test_step_set(s, "layout", "set output output_file\nplod sin(x)\n");
    assert_says(s, "gnuplot could not make the figure; it said: ");
    assert_says(s, "plod");
    test_step_free(s);
    s = example(folder);
    test_step_set(s, "layout", "set terminal dumb\n");
    assert_says(s, "gnuplot drew nothing");
    test_step_free(s);
    s = example(folder);
    test_step_set(s, "texts", "no equals sign");
    assert_says(s, "name=text");
    test_step_free(s);
}

static void test_wrong_names(void)
{
    g_autofree char *folder = test_folder(), *quoted = g_build_filename(folder, "a'b", NULL);
    test_step *s = example(folder);
    test_step_set(s, "file", quoted);
    assert_says(s, "no quotes");
    test_step_free(s);
    s = example(folder);
    test_step_set(s, "font", "Arial,12");
    assert_says(s, "without a size");
    test_step_free(s);
}

static void test_no_gnuplot(void)
{
    g_autofree char *folder = test_folder(), *path = g_strdup(g_getenv("PATH"));
    test_step *s = example(folder);
    g_setenv("PATH", folder, TRUE);
    assert_says(s, "gnuplot was not found in PATH");
    g_setenv("PATH", path, TRUE);
    test_step_free(s);
}

/* ---- Marks ---- */

/* A number that was not found is NaN: the layout draws no line there.  y_mean of sin over one whole wave is 0. */
static void test_marks(void)
{
    g_autofree char *folder = test_folder();
    if (!can_draw())
        return;
    test_step *s = example(folder);
    frit_dataset *none = frit_dataset_number(553, "K");
    frit_dataset_want_mask(none);
    none->mask[0] = 1;
    test_step_input(s, "marks", frit_dataset_number(673.25, "K"));
    test_step_input(s, "marks", none);
    run(s);
    g_autofree char *script = read_file(folder, "waves.gp", NULL);
    g_assert_nonnull(strstr(script, "mark_1 = 673.25; sigma_of_mark_1 = 0\n"));
    g_assert_nonnull(strstr(script, "mark_2 = NaN; sigma_of_mark_2 = 0\n"));
    test_step_free(s);
}

/* ---- frit.figure ---- */

/* All that a panel can say at once; gnuplot takes it, and lines stand where the data say. */
static void test_panels(void)
{
    static const char recipe[] =
        "local frit = require 'frit'\n"
        "local curve = frit.read('a.xy', { x_unit = '1/angstrom' })\n"
        "local two = frit.frames { files = '?.xy', x_unit = '1/angstrom', axis = { 300, 400, name = 'T', unit = "
        "'K' } }\n"
        "local at = curve:mean_over { range = { 1, 3 } }\n"
        "frit.figure('all', { columns = 2, letters = 'A', bar = 'shared', note = 'Simulated data', width = "
        "'double', panels = {\n"
        "  { two, offset = 0.5, crange = { 303, 773 }, span = 2, title = '*T*~g~ and 5 ~ 6' },\n"
        "  { { curve, style = 'both', colour = '#D55E00', band = 1.96, label = 'left' }, { two[2], right = true, "
        "dash = true },\n"
        "    relative = 0.1, y2label = 'second', xtics = 1, vlines = { 2, { at, label = 'at', height = 0.5 } },\n"
        "    hlines = { at }, vspans = { { 1, at } }, texts = { { 0.5, 0.9, 'text', align = 'center' } } },\n"
        "  { { curve, style = 'bars', colours = { '#0072B2', '#D55E00' } }, { two[1], style = 'arrows' },\n"
        "    categories = { 'AC', 'CR', 'HPT', 'x' }, yrange = { 0, 5 } },\n"
        "  { shapes = { { 'circle', 5, 5, 2, fill = '#0072B2' }, { 'line', 0, 0, 9, 9, dash = true },\n"
        "    { 'polygon', 1, 1, 5, 1, 3, 4 } }, letter = 'Z' } } })\n";
    const char *frit = g_getenv("FRIT");
    g_autofree char *folder = test_folder(), *path = g_build_filename(folder, "all.lua", NULL);
    g_autofree char *a = g_build_filename(folder, "a.xy", NULL), *b = g_build_filename(folder, "b.xy", NULL);
    if (!can_draw())
        return;
    if (!frit) {
        g_test_skip("FRIT does not name the program");
        return;
    }
    g_assert_true(g_file_set_contents(path, recipe, -1, NULL));
    g_assert_true(g_file_set_contents(a, "1 1\n2 2\n3 1\n4 3\n", -1, NULL));
    g_assert_true(g_file_set_contents(b, "1 2\n2 3\n3 2\n4 4\n", -1, NULL));
    g_free(run_here(folder, frit, "run", "all.lua"));
    g_autofree char *script = read_file(folder, "all.gp", NULL);
    static const char *const lines[] = {
        "y_mean_2 = 1.75\n", "set yrange [y_mean_2 - 0.1*abs(y_mean_2):y_mean_2 + 0.1*abs(y_mean_2)] noextend\n",
        "mark_1 = 1.33333333;", "    set arrow from mark_2, graph 0 to mark_2, graph 1 nohead",
        "($2-1.96*$3):($2+1.96*$3)", "axes x1y2", "set cbrange [303:773]\n", "{/:Bold Z}", "{/:Bold A}",
        "title_of_panel_1 = '{/:Italic T}_{g} and 5 \\~ 6'\n", "note = 'Simulated data'\n"};
    for (size_t i = 0; i < G_N_ELEMENTS(lines); i++)
        if (!strstr(script, lines[i]))
            g_error("'%s' is not in: %s", lines[i], script);
    gsize size = 0;
    g_autofree char *pdf = read_file(folder, "all.pdf", &size);
    g_assert_cmpmem(pdf, 5, "%PDF-", 5);
}

static void test_recipe(void)
{
    static const char recipe[] =
        "local frit = require 'frit'\n"
        "local a = frit.read('a.xy', { x_name = 'Q', x_unit = '1/angstrom', y_name = 'structure_factor' })\n"
        "local s = frit.frames { files = '?.xy', x_name = 'Q', x_unit = '1/angstrom', y_name = "
        "'structure_factor',\n"
        "                        axis = { 300, 400, name = 'T', unit = 'K' } }\n"
        "frit.figure('one', { a, xlabel = '50 % {x}', vlines = { 2 }, band = true })\n"
        "frit.figure('two', { panels = { { s, offset = 0.5, xrange = { 1, nil } }, { a, s[2], labels = { "
        "'α', 'b_c' } } } })\n";
    const char *frit = g_getenv("FRIT");
    g_autofree char *folder = test_folder(), *path = g_build_filename(folder, "figures.lua", NULL);
    g_autofree char *a = g_build_filename(folder, "a.xy", NULL), *b = g_build_filename(folder, "b.xy", NULL);
    if (!can_draw())
        return;
    if (!frit) {
        g_test_skip("FRIT does not name the program");
        return;
    }
    g_assert_true(g_file_set_contents(path, recipe, -1, NULL));
    g_assert_true(g_file_set_contents(a, "1 1\n2 2\n3 1\n4 3\n", -1, NULL));
    g_assert_true(g_file_set_contents(b, "1 2\n2 3\n3 2\n4 4\n", -1, NULL));
    g_free(run_here(folder, frit, "run", "figures.lua"));
    g_autofree char *one = read_file(folder, "one.gp", NULL), *two = read_file(folder, "two.gp", NULL);
    g_assert_nonnull(strstr(one, "xlabel_of_panel_1 = '50 % \\{x\\}'\n"));
    g_assert_nonnull(strstr(one, "set ylabel y_label_1\n"));
    g_assert_nonnull(strstr(one, "set arrow from 2, graph 0 to 2, graph 1 nohead"));
    g_assert_nonnull(strstr(two, "position_label_1 = '{/:Italic T} (K)'\n"));
    g_assert_nonnull(strstr(two, "position_min_1 = 300; position_max_1 = 400\n"));
    g_assert_nonnull(strstr(two, "set xrange [1:*] noextend\n"));
    g_assert_nonnull(strstr(two, "label_3 = 'b\\_c'\n"));
    gsize size = 0;
    g_autofree char *pdf = read_file(folder, "two.pdf", &size);
    g_assert_cmpmem(pdf, 5, "%PDF-", 5);
}

int main(int argc, char **argv)
{
    test_init(&argc, &argv);
    g_test_add_func("/figure/labels/escaped", test_labels_mean_what_they_say);
    g_test_add_func("/figure/labels/units", test_units);
    g_test_add_func("/figure/labels/names", test_names);
    g_test_add_func("/figure/files/table-and-script", test_table_and_script);
    g_test_add_func("/figure/files/pdf-and-png", test_pdf_and_png);
    g_test_add_func("/figure/files/fonts", test_fonts_are_embedded);
    g_test_add_func("/figure/files/labels", test_labels_are_printed);
    g_test_add_func("/figure/files/same-bytes", test_same_bytes);
    g_test_add_func("/figure/files/by-hand", test_by_hand);
    g_test_add_func("/figure/sentences/nothing-to-draw", test_nothing_to_draw);
    g_test_add_func("/figure/sentences/layout", test_a_wrong_layout);
    g_test_add_func("/figure/sentences/names", test_wrong_names);
    g_test_add_func("/figure/sentences/no-gnuplot", test_no_gnuplot);
    g_test_add_func("/figure/marks", test_marks);
    g_test_add_func("/figure/panels", test_panels);
    g_test_add_func("/figure/recipe", test_recipe);
    return g_test_run();
}
