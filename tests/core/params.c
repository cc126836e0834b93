/* Parameters: what a recipe may write for each type, and the sentence where it may not.
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "params.h"
#include "tap.h"

#include <glib/gstdio.h>
#include <math.h>
#include <string.h>

typedef struct fields {
    double           qmin, thickness, temperature, scale, limit;
    int64_t          npt;
    bool             smooth;
    int32_t          window;
    const char      *column, *poni, *output;
    frit_files       files;
    frit_range       fit;
    frit_array       times;
    frit_composition composition;
} fields;

enum {
    QMIN,
    THICKNESS,
    TEMPERATURE,
    SCALE,
    LIMIT,
    NPT,
    SMOOTH,
    WINDOW,
    COLUMN,
    PONI,
    OUTPUT,
    FILES,
    FIT,
    TIMES,
    COMPOSITION,
    N_PARAMS
};

static const frit_param params[] = {
    FRIT_F64(fields, qmin, "1/angstrom", 0.75, 0, 50, 0, "lower end"),
    FRIT_F64(fields, thickness, "mm", NAN, 0, INFINITY, FRIT_PARAM_SAMPLE, "of the sample"),
    FRIT_F64(fields, temperature, "K", 300, 0, INFINITY, 0, "of the measurement"),
    FRIT_F64(fields, scale, "1", 1, -INFINITY, 10, 0, "of the background"),
    FRIT_F64(fields, limit, "angstrom", INFINITY, 0, INFINITY, 0, "of the range"),
    FRIT_I64(fields, npt, 1000, 2, 100000, 0, "number of bins"),
    FRIT_BOOL(fields, smooth, 1, "smooth first"),
    FRIT_CHOICE(fields, window, "none|lorch|soper", "of the transform"),
    FRIT_TEXT(fields, column, "I", 0, "name of the column"),
    FRIT_PATH(fields, poni, 0, "calibration"),
    FRIT_OUTPUT(fields, output, 0, "where to write"),
    {.name = "files", .type = FRIT_TYPE_FILES, .offset = offsetof(fields, files), .doc = "frames"},
    FRIT_RANGE(fields, fit, "1/angstrom", "2.0 3.3", 0, 50, 0, "window of the fit"),
    FRIT_ARRAY(fields, times, "s", 0, INFINITY, 0, "of the events"),
    FRIT_COMPOSITION(fields, composition, FRIT_PARAM_SAMPLE, "of the sample"),
    {0},
};
static const frit_port inputs[] = {{.name = "mask", .unit = "*"}, {0}};
static const frit_step step = {.name = "try", .version = 1, .inputs = inputs, .params = params,
                               .params_size = sizeof(fields)};

/* A folder with frame_1.tif ... frame_12.tif, ceo2.poni, and b[1].tif */
static char *folder;

static void make_folder(void)
{
    folder = g_dir_make_tmp("frit-params-[x]-XXXXXX", NULL);
    g_assert_nonnull(folder);
    for (int i = 1; i <= 12; i++) {
        g_autofree char *path = g_strdup_printf("%s/frame_%d.tif", folder, i);
        g_assert_true(g_file_set_contents(path, "x", 1, NULL));
    }
    static const char *const others[] = {"ceo2.poni", "b[1].tif"};
    for (size_t i = 0; i < G_N_ELEMENTS(others); i++) {
        g_autofree char *path = g_build_filename(folder, others[i], NULL);
        g_assert_true(g_file_set_contents(path, "x", 1, NULL));
    }
    g_autofree char *sub = g_build_filename(folder, "raw_1", NULL),
                    *more = g_build_filename(sub, "f_1.tif", NULL);
    g_assert_cmpint(g_mkdir(sub, 0700), ==, 0);
    g_assert_true(g_file_set_contents(more, "x", 1, NULL));
}

static void remove_folder(const char *path)
{
    g_autoptr(GDir) dir = g_dir_open(path, 0, NULL);
    for (const char *name; dir && (name = g_dir_read_name(dir));) {
        g_autofree char *inner = g_build_filename(path, name, NULL);
        if (g_file_test(inner, G_FILE_TEST_IS_DIR))
            remove_folder(inner);
        g_remove(inner);
    }
    g_rmdir(path);
}

/* "name", value as GVariant text, ...: tables as a recipe would give them. */
static GHashTable *table(const char *given)
{
    GHashTable *t = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, (GDestroyNotify)g_variant_unref);
    g_autoptr(GError)   error = NULL;
    g_autoptr(GVariant) dict = g_variant_parse(G_VARIANT_TYPE_VARDICT, given, NULL, NULL, &error);
    g_assert_no_error(error);
    GVariantIter iter;
    char        *name;
    GVariant    *value;
    g_variant_iter_init(&iter, dict);
    while (g_variant_iter_next(&iter, "{sv}", &name, &value))
        g_hash_table_insert(t, name, value);
    return t;
}

static frit_params *try_with(const char *given, const char *sample, GError **error)
{
    g_autoptr(GHashTable) g = table(given), s = sample ? table(sample) : NULL;
    return frit_params_new(&step, N_PARAMS, g, s, folder, error);
}

static frit_params *make(const char *given, const char *sample)
{
    g_autoptr(GError) error = NULL;
    frit_params      *p = try_with(given, sample, &error);
    g_assert_no_error(error);
    g_assert_nonnull(p);
    return p;
}

static const fields *of(const frit_params *p)
{
    return frit_params_struct(p);
}

/* The sentence may have the folder's name in it, written as $. */
static void refused(const char *given, const char *sentence)
{
    g_autoptr(GError) error = NULL;
    g_assert_null(try_with(given, NULL, &error));
    g_assert_nonnull(error);
    g_auto(GStrv)    parts = g_strsplit(sentence, "$", -1);
    g_autofree char *expected = g_strjoinv(folder, parts);
    g_assert_cmpstr(error->message, ==, expected);
}

static void defaults_are_what_the_table_says(void)
{
    frit_params  *p = make("{}", NULL);
    const fields *f = of(p);
    g_assert_cmpfloat(f->qmin, ==, 0.75);
    g_assert_true(isnan(f->thickness));
    g_assert_true(isinf(f->limit));
    g_assert_cmpint(f->npt, ==, 1000);
    g_assert_true(f->smooth);
    g_assert_cmpint(f->window, ==, 0);
    g_assert_cmpstr(f->column, ==, "I");
    g_assert_null(f->poni);
    g_assert_null(f->output);
    g_assert_cmpuint(f->files.n, ==, 0);
    g_assert_cmpfloat(f->fit.from, ==, 2.0);
    g_assert_cmpfloat(f->fit.to, ==, 3.3);
    g_assert_cmpuint(f->times.n, ==, 0);
    g_assert_cmpuint(f->composition.n, ==, 0);
    g_assert_null(frit_params_paths(p)[0]);
    g_autofree char *line = frit_params_describe(p);
    g_assert_cmpstr(line, ==, "");
    frit_params_free(p);
}

static double qmin_of(const char *given)
{
    frit_params *p = make(given, NULL);
    double       x = of(p)->qmin;
    frit_params_free(p);
    return x;
}

static void numbers_may_carry_units(void)
{
    g_assert_cmpfloat(qmin_of("{'qmin': <2.2>}"), ==, 2.2);
    g_assert_cmpfloat(qmin_of("{'qmin': <int64 2>}"), ==, 2);
    g_assert_cmpfloat(qmin_of("{'qmin': <'2.2'>}"), ==, 2.2);
    g_assert_cmpfloat(qmin_of("{'qmin': <'2.2 1/angstrom'>}"), ==, 2.2);
    g_assert_cmpfloat(qmin_of("{'qmin': <'22 nm^-1'>}"), ==, 22 * 0.1);
    g_assert_cmpfloat(qmin_of("{'qmin': <'2.2 Å⁻¹'>}"), ==, 2.2);
    g_assert_false(signbit(qmin_of("{'qmin': <-0.0>}")));
    frit_params *p = make("{'temperature': <'20 degC'>, 'limit': <'3 nm'>, 'scale': <'50 %'>}", NULL);
    g_assert_cmpfloat(of(p)->temperature, ==, 293.15);
    g_assert_cmpfloat(of(p)->limit, ==, 30);
    g_assert_cmpfloat(of(p)->scale, ==, 0.5);
    frit_params_free(p);
}

static void wrong_numbers_are_refused(void)
{
    refused("{'qmin': <'2.2 kelvin'>}",
            "qmin: \"2.2 kelvin\" is a temperature, not an inverse length (in 1/angstrom)");
    refused("{'qmin': <'2.2 angstrom'>}",
            "qmin: \"2.2 angstrom\" is a length, not an inverse length (in 1/angstrom)");
    refused("{'qmin': <'2.2 1/angstrm'>}",
            "qmin: \"2.2 1/angstrm\": \"1/angstrm\" is no unit, did you mean \"1/angstrom\"?");
    refused("{'qmin': <-1.0>}",
            "qmin = -1 1/angstrom is out of range: it lies between 0 1/angstrom and 50 1/angstrom");
    refused("{'thickness': <'-1 um'>}", "thickness = -0.001 mm is out of range: it is at least 0 mm");
    refused("{'scale': <int64 11>}", "scale = 11 is out of range: it is at most 10");
    refused("{'qmin': <nan>}", "qmin = nan is no number: leave it out where it is not known");
    refused("{'temperature': <inf>}", "temperature = inf: it wants a finite number");
    refused("{'qmin': <true>}",
            "qmin = true: it wants a number in 1/angstrom, or a text with a unit such as \"2.5 1/angstrom\"");
    refused("{'scale': <[<1.0>]>}", "scale = a list of 1: it wants a number");
    refused("{'thickness': <'thick'>}", "thickness: \"thick\" does not start with a number");
    frit_params_free(
        make("{'limit': <inf>}", NULL)); /* its default is infinite: this means something there */
}

static void whole_numbers_are_whole(void)
{
    static const char *const good[] = {"{'npt': <int64 2000>}", "{'npt': <2000.0>}", "{'npt': <'2000'>}",
                                       "{'npt': <'2e3'>}"};
    for (size_t i = 0; i < G_N_ELEMENTS(good); i++) {
        frit_params *p = make(good[i], NULL);
        g_assert_cmpint(of(p)->npt, ==, 2000);
        frit_params_free(p);
    }
    refused("{'npt': <2.5>}", "npt = 2.5: it wants a whole number");
    refused("{'npt': <'2.5'>}", "npt = \"2.5\": it wants a whole number");
    refused("{'npt': <int64 1>}", "npt = 1 is out of range: it lies between 2 and 100000");
    refused("{'npt': <false>}", "npt = false: it wants a whole number");
    refused("{'npt': <nan>}", "npt = nan is no number: leave it out where it is not known");
}

static void words(void)
{
    frit_params *p = make("{'smooth': <false>, 'window': <'soper'>, 'column': <int64 3>, "
                          "'composition': <'Zr3Cu'>}", NULL);
    g_assert_false(of(p)->smooth);
    g_assert_cmpint(of(p)->window, ==, 2);
    g_assert_cmpstr(of(p)->column, ==, "3");
    g_assert_cmpuint(of(p)->composition.n, ==, 2);
    g_assert_cmpint(of(p)->composition.Z[0], ==, 40);
    g_assert_cmpfloat(of(p)->composition.fraction[0], ==, 0.75);
    frit_params_free(p);
    p = make("{'smooth': <'false'>}", NULL);
    g_assert_false(of(p)->smooth);
    frit_params_free(p);
    refused("{'smooth': <int64 1>}", "smooth = 1: it wants true or false");
    refused("{'window': <'lorhc'>}",
            "window = \"lorhc\", did you mean \"lorch\"? It is one of none, lorch, soper");
    refused("{'window': <'hann'>}", "window = \"hann\": it is one of none, lorch, soper");
    refused("{'window': <int64 1>}", "window = 1: it is one of the texts none, lorch, soper");
    refused("{'column': <true>}", "column = true: it wants a text");
    refused(
        "{'composition': <'Zr3Cx'>}",
        "composition: the composition \"Zr3Cx\", after \"Zr3\": \"Cx\" is no element, did you mean \"C\"?");
}

static void unknown_names_get_the_nearest(void)
{
    refused("{'qmn': <1.0>}", "there is no parameter \"qmn\", did you mean \"qmin\"?");
    refused("{'tempature': <1.0>}", "there is no parameter \"tempature\", did you mean \"temperature\"?");
    refused("{'maks': <'a.edf'>}", "there is no parameter \"maks\", did you mean \"mask\"?");
    refused("{'zzz': <1.0>}",
            "there is no parameter \"zzz\"; there are qmin, thickness, temperature, scale, limit, npt, "
            "smooth, window, column, poni, output, files, fit, times, composition");
}

static void ranges(void)
{
    static const char *const good[] = {
        "{'fit': <[<1.5>, <int64 4>]>}",
        "{'fit': <'1.5 4'>}",
        "{'fit': <'1.5, 4'>}",
        "{'fit': <'1.5 4 1/angstrom'>}",
        "{'fit': <'1.5..4'>}",
        "{'fit': <'1.5 .. 4 1/angstrom'>}",
        "{'fit': <['1.5', '4 1/angstrom']>}",
        "{'fit': <[1.5, 4.0]>}",
        "{'fit': <'1.5 1/angstrom .. 4 1/angstrom'>}",
        "{'fit': <'1.5 4/angstrom'>}",
        "{'fit': <[<'1.5'>, <4.0>]>}",
    };
    for (size_t i = 0; i < G_N_ELEMENTS(good); i++) {
        frit_params *p = make(good[i], NULL);
        g_assert_cmpfloat(of(p)->fit.from, ==, 1.5);
        g_assert_cmpfloat(of(p)->fit.to, ==, 4);
        frit_params_free(p);
    }
    frit_params *p = make("{'fit': <'0 1/angstrom'>}", NULL);   /* two numbers are wanted: 0 and 1 */
    g_assert_cmpfloat(of(p)->fit.to, ==, 1);
    frit_params_free(p);
    p = make("{'fit': <'15..40 nm^-1'>}", NULL);
    g_assert_cmpfloat(of(p)->fit.from, ==, 15 * 0.1);
    g_assert_cmpfloat(of(p)->fit.to, ==, 40 * 0.1);
    frit_params_free(p);
    refused("{'fit': <'4 1.5'>}",
            "fit: 4 1/angstrom to 1.5 1/angstrom is no range, the lower end comes first");
    refused("{'fit': <[2.0, 2.0]>}",
            "fit: 2 1/angstrom to 2 1/angstrom is no range, the lower end comes first");
    refused("{'fit': <'2 3 K'>}", "fit: \"K\" is a temperature, \"1/angstrom\" is an inverse length");
    refused("{'fit': <'2 60'>}",
            "fit = 60 1/angstrom is out of range: it lies between 0 1/angstrom and 50 1/angstrom");
    refused("{'fit': <2.0>}", "fit = 2: it wants two numbers, the lower one first, such as {2.0, 3.3}");
    refused("{'fit': <[1.0, 2.0, 3.0]>}",
            "fit = a list of 3: it wants two numbers, the lower one first, such as {2.0, 3.3}");
    refused("{'fit': <'2'>}",
            "fit = \"2\": it wants two numbers, the lower one first, such as \"2.0 3.3 1/angstrom\"");
    refused("{'fit': <'2 3 4'>}", "fit: \"4\" is one number too many");
    refused("{'fit': <'2..3..4'>}", "fit: \".4\" is one number too many");
    refused("{'fit': <'2..'>}", "fit = \"2..\": write two numbers, \"2.0..3.3\"");
}

static void arrays(void)
{
    static const char *const good[] = {
        "{'times': <[<1.0>, <int64 60>, <'2 min'>]>}",
        "{'times': <'1 60 120'>}",
        "{'times': <'1, 60, 120 s'>}",
    };
    for (size_t i = 0; i < G_N_ELEMENTS(good); i++) {
        frit_params *p = make(good[i], NULL);
        g_assert_cmpuint(of(p)->times.n, ==, 3);
        g_assert_cmpfloat(of(p)->times.v[1], ==, 60);
        g_assert_cmpfloat(of(p)->times.v[2], ==, 120);
        frit_params_free(p);
    }
    static const char *const one[] = {"{'times': <60.0>}", "{'times': <'1 min'>}", "{'times': <'60 1/Hz'>}"};
    for (size_t i = 0; i < G_N_ELEMENTS(one); i++) {
        frit_params *p = make(one[i], NULL);
        g_assert_cmpuint(of(p)->times.n, ==, 1);
        g_assert_cmpfloat(of(p)->times.v[0], ==, 60);
        frit_params_free(p);
    }
    frit_params *p = make("{'times': <@av []>}", NULL);
    g_assert_cmpuint(of(p)->times.n, ==, 0);
    frit_params_free(p);
    refused("{'times': <[<1.0>, <-2.0>]>}",
            "number 2 of the list: times = -2 s is out of range: it is at least 0 s");
    refused("{'times': <[<1.0>, <true>]>}", "number 2 of the list: times = true: it wants a number in s, or "
                                            "a text with a unit such as \"2.5 s\"");
    refused("{'times': <''>}", "times = \"\": it wants numbers");
}

static void the_sample_fills_what_is_not_given(void)
{
    const char  *sample = "{'thickness': <'300 um'>, 'composition': <'Au'>, 'qmin': <7.0>, 'owner': <'me'>}";
    frit_params *p = make("{}", sample);
    g_assert_cmpfloat(of(p)->thickness, ==, 300 * 1e-3);
    g_assert_cmpint(of(p)->composition.Z[0], ==, 79);
    g_assert_cmpfloat(of(p)->qmin, ==, 0.75);   /* not one that samples fill */
    g_autofree char *line = frit_params_describe(p);
    g_assert_cmpstr(line, ==, "thickness=0.3 mm composition=Au");
    frit_params_free(p);
    p = make("{'thickness': <1.0>}", sample);
    g_assert_cmpfloat(of(p)->thickness, ==, 1);
    frit_params_free(p);

    g_autoptr(GError) error = NULL;
    g_assert_null(try_with("{}", "{'thickness': <'6 K'>}", &error));
    g_assert_cmpstr(error->message, ==,
                    "in the sample, thickness: \"6 K\" is a temperature, not a length (in mm)");
}

static void required_ones_are_asked_for(void)
{
    frit_param needed[] = {params[THICKNESS], params[QMIN]};
    needed[0].flags |= FRIT_PARAM_REQUIRED;
    needed[1].flags |= FRIT_PARAM_REQUIRED;
    frit_step              strict = step;
    g_autoptr(GHashTable)  none = table("{}"), sample = table("{'thickness': <1.0>}");
    g_autoptr(GError)      error = NULL;
    strict.params = needed;
    g_assert_null(frit_params_new(&strict, 2, none, NULL, folder, &error));
    g_assert_cmpstr(error->message, ==,
                    "thickness is missing: of the sample (give it here, or in the sample)");
    g_clear_error(&error);
    g_assert_null(frit_params_new(&strict, 2, NULL, sample, folder, &error));
    g_assert_cmpstr(error->message, ==, "qmin is missing: lower end");
}

/* ---- Files ------------------------------------------------------------------------------------- */

static void paths_are_absolute_and_there(void)
{
    frit_params     *p = make("{'poni': <'./raw_1/../ceo2.poni'>, 'output': <'out/x.pdf'>}", NULL);
    g_autofree char *poni = g_build_filename(folder, "ceo2.poni", NULL);
    g_autofree char *output = g_build_filename(folder, "out/x.pdf", NULL);
    g_assert_cmpstr(of(p)->poni, ==, poni);
    g_assert_cmpstr(of(p)->output, ==, output);
    g_assert_cmpstr(frit_params_paths(p)[0], ==, poni);
    g_assert_null(frit_params_paths(p)[1]);
    g_autofree char *line = frit_params_describe(p);
    g_assert_cmpstr(line, ==, "poni=ceo2.poni output=x.pdf");
    frit_params_free(p);
    refused("{'poni': <'ceo.poni'>}", "poni: there is no file $/ceo.poni; did you mean \"ceo2.poni\"?");
    refused("{'poni': <'zzz'>}", "poni: there is no file $/zzz");
    refused("{'poni': <'raw_1'>}", "poni: $/raw_1 is a folder, not a file");
    refused("{'poni': <'no/such/a.poni'>}", "poni: there is no folder $/no");
    refused("{'poni': <int64 1>}", "poni = 1: it wants the name of a file");
}

static void patterns_match_in_natural_order(void)
{
    frit_params *p = make("{'files': <'frame_*.tif'>}", NULL);
    g_assert_cmpuint(of(p)->files.n, ==, 12);
    for (size_t i = 0; i < 12; i++) {
        g_autofree char *path = g_strdup_printf("%s/frame_%zu.tif", folder, i + 1);
        g_assert_cmpstr(of(p)->files.path[i], ==, path);
    }
    g_assert_false(frit_params_single_file(p));
    g_autofree char *line = frit_params_describe(p);
    g_assert_cmpstr(line, ==, "files=frame_*.tif");
    frit_params_free(p);

    static const struct { const char *given; size_t n; bool single;
    } table_[] = {
        {"{'files': <'frame_2.tif'>}", 1, true},
        {"{'files': <'frame_2.ti?'>}", 1, false},
        {"{'files': <['frame_2.tif']>}", 1, false},
        {"{'files': <['frame_1*.tif', 'frame_2.tif']>}", 5, false},
        {"{'files': <'b[1].tif'>}", 1, true},
        {"{'files': <'frame_[13].tif'>}", 2, false},
        {"{'files': <'raw_?/f_*.tif'>}", 1, false},
        {"{'files': <'raw_1/../frame_3.tif'>}", 1, true},
        {"{'files': <'raw_*/../frame_?.tif'>}", 9, false},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(table_); i++) {
        p = make(table_[i].given, NULL);
        g_assert_cmpuint(of(p)->files.n, ==, table_[i].n);
        g_assert_cmpint(frit_params_single_file(p), ==, table_[i].single);
        for (size_t k = 0; k < of(p)->files.n; k++)
            g_assert_true(g_path_is_absolute(of(p)->files.path[k]) && !strstr(of(p)->files.path[k], ".."));
        frit_params_free(p);
    }
    refused("{'files': <'HPT_*.tif'>}",
            "files: no file matches $/HPT_*.tif: the folder $ holds 15 names, such as "
            "\"b[1].tif\", \"ceo2.poni\", \"frame_1.tif\"");
    refused("{'files': <'raw_1/*.edf'>}",
            "files: no file matches $/raw_1/*.edf: the folder $/raw_1 holds 1: \"f_1.tif\"");
    refused("{'files': <'raw/*.edf'>}", "files: there is no folder $/raw");
    refused("{'files': <'frame_99.tif'>}",
            "files: there is no file $/frame_99.tif; did you mean \"frame_9.tif\"?");
    refused("{'files': <@av []>}", "files = an empty list: it wants at least one file");
}

/* ---- Keys and records ---------------------------------------------------------------------------- */

static bool equal_bytes(GBytes *(*bytes)(const frit_params *), const char *a, const char *b)
{
    frit_params      *p = make(a, NULL), *q = make(b, NULL);
    g_autoptr(GBytes) x = bytes(p), y = bytes(q);
    bool              equal = g_bytes_equal(x, y);
    frit_params_free(p);
    frit_params_free(q);
    return equal;
}

static void equal_values_are_equal_bytes(void)
{
    static const char *const equal[][2] = {
        {"{}", "{'qmin': <0.75>}"},                                   /* a default, said */
        {"{'qmin': <2.0>}", "{'qmin': <int64 2>}"},
        {"{'qmin': <2.0>}", "{'qmin': <'20 1/nm'>}"},
        {"{'qmin': <0.0>}", "{'qmin': <-0.0>}"},
        {"{'fit': <'2..3'>}", "{'fit': <[2.0, 3.0]>}"},
        {"{'window': <'none'>}", "{}"},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(equal); i++) {
        g_assert_true(equal_bytes(frit_params_canonical, equal[i][0], equal[i][1]));
        g_assert_true(equal_bytes(frit_params_identity, equal[i][0], equal[i][1]));
    }
    static const char *const different[][2] = {
        {"{}", "{'qmin': <0.76>}"},
        {"{}", "{'npt': <int64 999>}"},
        {"{}", "{'smooth': <false>}"},
        {"{}", "{'window': <'lorch'>}"},
        {"{}", "{'column': <'J'>}"},
        {"{}", "{'fit': <'2 3'>}"},
        {"{}", "{'times': <1.0>}"},
        {"{}", "{'composition': <'Au'>}"},
        {"{}", "{'poni': <'ceo2.poni'>}"},
        {"{'times': <'1 2'>}", "{'times': <'2 1'>}"},
        {"{'composition': <'AuCu'>}", "{'composition': <'AuCu2'>}"},
        {"{}", "{'thickness': <0.0>}"},
        {"{}", "{'limit': <5.0>}"},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(different); i++) {
        g_assert_false(equal_bytes(frit_params_canonical, different[i][0], different[i][1]));
        g_assert_false(equal_bytes(frit_params_identity, different[i][0], different[i][1]));
    }
}

/* The content of files is the business of others: names are in the identity only. */
static void names_of_files_are_no_part_of_a_key(void)
{
    static const char *const pairs[][2] = {
        {"{'poni': <'ceo2.poni'>}", "{'poni': <'frame_1.tif'>}"},
        {"{'files': <'frame_1.tif'>}", "{'files': <'frame_*.tif'>}"},
        {"{'files': <'frame_1.tif'>}", "{'files': <['frame_1.tif']>}"},
        {"{'output': <'a'>}", "{'output': <'b'>}"},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(pairs); i++) {
        g_assert_true(equal_bytes(frit_params_canonical, pairs[i][0], pairs[i][1]));
        g_assert_false(equal_bytes(frit_params_identity, pairs[i][0], pairs[i][1]));
    }
}

static void a_line_tells_what_was_given(void)
{
    frit_params *p = make(
        "{'qmin': <'20 1/nm'>, 'npt': <2000.0>, 'smooth': <false>, 'window': <'lorch'>, 'column': <'I 0'>,"
        "'fit': <'2..3'>, 'times': <'1 2 3 4 5 6 7'>, 'files': <['frame_1.tif', 'frame_2.tif']>}",
        NULL);
    g_autofree char *line = frit_params_describe(p);
    g_assert_cmpstr(line, ==,
                    "qmin=2 1/angstrom npt=2000 smooth=false window=lorch column=\"I 0\" files=2 files "
                    "fit=2..3 1/angstrom times={1, 2, 3, 4, 5, 6, ...} s");
    frit_params_free(p);
}

static void a_record_has_all_values(void)
{
    frit_params *p = make("{'times': <[1.0, 2.0]>, 'composition': <'Au'>, 'files': <'frame_1.tif'>}", NULL);
    g_autoptr(GVariant) record = frit_params_record(p);
    g_autofree char *expected = g_strdup_printf("{'qmin': <0.75>, 'temperature': <300.0>, 'scale': <1.0>, "
                                                "'limit': <inf>, 'npt': <int64 1000>, 'smooth': <true>, "
                                                "'window': <'none'>, 'column': <'I'>, 'files': "
                                                "<['%s/frame_1.tif']>, 'fit': <[2.0, 3.2999999999999998]>, "
                                                "'times': <[1.0, 2.0]>, 'composition': <'Au'>}",
                                                folder);
    g_autoptr(GVariant) same = g_variant_parse(NULL, expected, NULL, NULL, NULL);
    g_assert_nonnull(same);
    g_assert_true(g_variant_equal(record, same));
    frit_params_free(p);
}

int main(int argc, char **argv)
{
    tap_init(&argc, &argv);
    make_folder();
    g_test_add_func("/params/defaults", defaults_are_what_the_table_says);
    g_test_add_func("/params/numbers/units", numbers_may_carry_units);
    g_test_add_func("/params/numbers/wrong", wrong_numbers_are_refused);
    g_test_add_func("/params/numbers/whole", whole_numbers_are_whole);
    g_test_add_func("/params/words", words);
    g_test_add_func("/params/unknown-names", unknown_names_get_the_nearest);
    g_test_add_func("/params/ranges", ranges);
    g_test_add_func("/params/arrays", arrays);
    g_test_add_func("/params/sample", the_sample_fills_what_is_not_given);
    g_test_add_func("/params/required", required_ones_are_asked_for);
    g_test_add_func("/params/paths", paths_are_absolute_and_there);
    g_test_add_func("/params/patterns", patterns_match_in_natural_order);
    g_test_add_func("/params/keys/equal-values", equal_values_are_equal_bytes);
    g_test_add_func("/params/keys/files", names_of_files_are_no_part_of_a_key);
    g_test_add_func("/params/describe", a_line_tells_what_was_given);
    g_test_add_func("/params/record", a_record_has_all_values);
    int status = g_test_run();
    remove_folder(folder);
    g_free(folder);
    return status;
}
