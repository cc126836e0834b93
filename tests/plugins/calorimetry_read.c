/* Exports of five makers and CSV: direction, units, mass, rate and gas as the header tells them, or asked
 * for; what is wrong with a file gets a sentence.
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "calorimetry.h"

#define DEGREE "\xc2\xb0"

/* ---- One export of each maker: 41 rows, 20 to 40 degrees at 10 K/min, 1 + 0.01 i mW endothermic ---- */

enum { ROWS = 41 };

static GString *rows(const char *format, double sign, double time_unit, bool index)
{
    GString *s = g_string_new(NULL);
    for (int i = 0; i < ROWS; i++) {
        double t = 3.0 * i / time_unit, T = 20 + 0.5 * i, q = sign * (1 + 0.01 * i);
        if (index)
            g_string_append_printf(s, format, i, t, T, T + 0.1, q);
        else
            g_string_append_printf(s, format, t, T, q);
    }
    return s;
}

static char *with(const char *before, GString *data, const char *after)
{
    char *text = g_strconcat(before, data->str, after, NULL);
    g_string_free(data, TRUE);
    return text;
}

static char *stare(void)
{
    return with("Export 09.08.2018 14:55\r\n____\r\n\r\nCurve Name:\r\n  !$ glass  ^exo\r\nCurve Values:\r\n"
                "          Index              t             Ts             Tr          Value\r\n"
                "                           [s]           [" DEGREE "C]           [" DEGREE
                "C]           [mW]\r\n",
                rows("%15d%15.3f%15.3f%15.3f%15.6f\r\n", -1, 1, true),
                "Results:\r\n\r\nSample:\r\n  a glass, 12.5000 mg\r\nMethod:\r\n  20.0-40.0" DEGREE
                "C 10.00K/min N2 50.0 ml/min\r\n");
}

static char *stare_tabs(void)
{
    return with("Curve Name:\n\tglass\t^exo\nCurve Values:\n\tIndex\tt\tTs\tTr\tValue\n\t\t[s]\t[" DEGREE
                "C]\t[" DEGREE "C]\t[Wg^-1]\n",
                rows("\t%d\t%.3f\t%.3f\t%.3f\t%.6f\n", -1, 1, true), "Sample:\n\tx, 3,25 mg\n");
}

static char *setaram(void)
{
    return with(
        "a glass\r\nCreation Date : 08/01/2025\r\nUser : admin\r\n\r\nTG :\r\n Initial Mass : 0 mg\r\n\r\n"
        "HeatFlow :\r\n Initial Mass : 58.3 mg\r\n Molar Mass : N/A\r\n\r\n"
        "Index;Time (s);Furnace Temperature (" DEGREE "C);Sample Temperature (" DEGREE "C);HeatFlow (mW)\r\n",
        rows("%d;%g;%g;%g;%g\r\n", -1, 1, true), "");
}

static char *setaram_blanks(void)
{
    return with("a glass\nCreation Date : 12/21/2018\n\nHeatFlow :\n Initial Mass : 0 mg\n\n"
                "Index Time (s)   Furnace Temperature (" DEGREE "C) HeatFlow (mW)\n",
                rows("7 %-8g %-10g %-10g   \n", -1, 1, false), "");
}

static char *ta(void)
{
    return with("CLOSED\nVersion\t0.4\nInstrument\t2920 MDSC\nSample\ta "
                "glass\nSize\t9.00000\tmg\nMethod\tRamp 10.00 " DEGREE
                "C/min\nXcomment\tPan: Aluminum  Gas1: Nitrogen  50 mL/min\nExotherm\tUp\nNsig\t3\n"
                "Sig1\tTime (min)\nSig2\tTemperature (\xc3\xb8"
                "C)\nSig3\tHeat Flow (mW)\nDate\t25-Jan-17\nTime\t17:45\n"
                "StartOfData\n-1.000000\t69.19148\t0.0000000\n",
                rows("%.6f\t%.5f\t%.5f\n", -1, 60, false), "");
}

static char *netzsch(void)
{
    GString *data = rows(" %.5f;%.5f;%.6f\n", 1, 60, false);
    for (char *p = data->str; *p; p++)
        if (*p == '.')
            *p = ',';
    /* time and temperature stand the other way round */
    return with(
        "#EXPORTTYPE: ;DATA SINGLE\n#INSTRUMENT: ;NETZSCH DSC 214\n#SAMPLE: ;a glass\n#SAMPLE MASS /mg: "
        ";5,21 \n"
        "#DECIMAL: ;COMMA \n#SEPARATOR: ;SEMICOLON \n#PURGE 2 MFC: ;NITROGEN,40,0 ml/min \n#EXO: ;-1 \n"
        "#RANGE: ;20" DEGREE "C/10,0(K/min)/40" DEGREE "C\n\n##Time/min;Temp./" DEGREE "C;DSC/(mW/mg)\n",
        data, "");
}

static char *perkinelmer(void)
{
    return with(
        "Filename:\tC:\\x.ds8d \nSample ID:\ta glass \nSample Weight:\t7.244 mg \nTotal Points in Run:\t41 \n"
        "Switch the Gas to Nitrogen at 20.0 ml/min  \n1)\tHeat from 20.00" DEGREE "C to 40.00" DEGREE
        "C at 10.00" DEGREE
        "C/min \n \n1) DSC 8500 Temperature Scan \n\tTime     \tUnsubtracted\tProgram     \tSample     \n"
        "\t          \tHeat Flow     \tTemperature\tTemperature      \n",
        rows("\t%.6f\t%.6f\t0\t%.6f \n", 1, 60, false), "\tDSC8500 MANUAL TUNE CALIBRATION VALUES: \n");
}

/* PerkinElmer's rows have the flow before the temperatures. */
static char *perkinelmer_rows(void)
{
    g_autofree char *wrong = perkinelmer();
    char *start = strstr(wrong, "\t0.000000\t20"), *foot = strstr(wrong, "\tDSC8500 MANUAL");
    GString *s = g_string_new_len(wrong, start - wrong);
    for (int i = 0; i < ROWS; i++) {
        if (i == 20)
            g_string_append(s, "2) DSC 8500 Temperature Scan \n");
        g_string_append_printf(s, "\t%.6f\t%.6f\t%.6f\t%.6f \n", 3.0 * i / 60, 1 + 0.01 * i, 20 + 0.5 * i,
                               20 + 0.5 * i);
    }
    g_string_append(s, foot);
    return g_string_free(s, FALSE);
}

static char *csv(void)
{
    return with("Time,Temperature,Heat Flow Endo Up\n[s],[K],[mW/mg]\n", rows("%g,%g,%g\n", 1, 1, false), "");
}

static void check_run(test_step *s, double T0, const char *unit, double scale, double mass, double rate)
{
    run_step(s);
    const frit_dataset *q = test_step_output(s, "heat_flow"), *T = test_step_output(s, "temperature");
    g_assert_cmpuint(q->shape[0], ==, ROWS);
    g_assert_cmpstr(q->unit, ==, unit);
    for (int i = 0; i < ROWS; i++) {
        g_assert_cmpfloat_with_epsilon(q->axis[0]->at[i], 3.0 * i, 1e-3);
        g_assert_cmpfloat_with_epsilon(frit_dataset_values(q)[i], scale * (1 + 0.01 * i), 1e-5);
        g_assert_cmpfloat_with_epsilon(frit_dataset_values(T)[i], T0 + 0.5 * i, 1e-3);
    }
    if (isnan(mass))
        g_assert_true(isnan(number_attribute(q, "mass")));
    else
        g_assert_cmpfloat_with_epsilon(number_attribute(q, "mass"), mass, 1e-9);
    if (isfinite(rate))
        g_assert_cmpfloat_with_epsilon(number_attribute(q, "program_rate"), rate, 1e-9);
    g_assert_nonnull(strstr(text_attribute(q, "segments"), "heating 1"));
}

static void read_text(char *text, const char *exo, double T0, const char *unit, double scale, double mass,
                      double rate, const char *gas, const char *encoding)
{
    gsize n = strlen(text);
    g_autofree char *bytes =
        encoding ? g_convert(text, -1, encoding, "UTF-8", NULL, &n, NULL) : g_strdup(text);
    g_assert_nonnull(bytes);
    g_autofree char *marked = g_malloc(n + 2);
    bool wide = encoding && g_str_has_prefix(encoding, "UTF-16");
    memcpy(marked, "\xff\xfe", 2);
    memcpy(marked + 2, bytes, n);
    g_autofree char *path = wide ? file_of(marked, (gssize)n + 2) : file_of(bytes, (gssize)n);
    test_step *s = exo ? reader(path, "exo", exo, NULL) : reader(path, NULL);
    check_run(s, T0, unit, scale, mass, rate);
    g_assert_cmpstr(text_attribute(test_step_output(s, "heat_flow"), "atmosphere"), ==, gas);
    test_step_free(s);
    g_free(text);
}

#define C0 293.15

static void test_makers(void)
{
    read_text(stare(), NULL, C0, "mW", 1, 12.5, 10, "N2, 50 ml/min", "ISO-8859-1");
    read_text(stare(), NULL, C0, "mW", 1, 12.5, 10, "N2, 50 ml/min", "UTF-16LE");
    read_text(stare_tabs(), NULL, C0, "mW/mg", 1, 3.25, NAN, "", "ISO-8859-1");
    read_text(setaram(), "up", C0 + 0.1, "mW", 1, 58.3, NAN, "", "UTF-16LE");
    read_text(setaram_blanks(), "up", C0, "mW", 1, NAN, NAN, "", NULL);
    read_text(ta(), NULL, C0, "mW", 1, 9, 10, "nitrogen, 50 ml/min", "ISO-8859-1");
    read_text(netzsch(), NULL, C0, "mW/mg", 1, 5.21, 10, "nitrogen, 40 ml/min", NULL);
    read_text(perkinelmer_rows(), "down", C0, "mW", 1, 7.244, 10, "nitrogen, 20 ml/min", NULL);
    read_text(csv(), NULL, 20, "mW/mg", 1, NAN, NAN, "", NULL);
}

/* A text with one word put in place of another. */
static char *replaced(const char *text, const char *old, const char *new)
{
    g_assert_nonnull(strstr(text, old));
    g_auto(GStrv) parts = g_strsplit(text, old, 2);
    return g_strjoinv(new, parts);
}

/* A mass with thousands set apart, by whatever sign, is not known; one decimal sign of either kind is. */
static void test_thousands(void)
{
    static const struct {
        const char *written;
        double mass;
    } masses[] = {{"1,234.5", NAN},  {"1.234,5", NAN},    {"1,234,567", NAN},       {"1'234.5", NAN},
                  {"1 234,5", NAN},  {"1\xc2\xa0" "234.5", NAN}, {"1,2345", 1.2345}, {"12.5", 12.5}};
    g_autofree char *one = setaram_blanks(), *two = perkinelmer_rows(), *three = stare();
    for (size_t i = 0; i < G_N_ELEMENTS(masses); i++) {
        g_autofree char *first = g_strconcat("Initial Mass : ", masses[i].written, " mg", NULL);
        g_autofree char *second = g_strconcat(masses[i].written, " mg", NULL);
        char *files[] = {replaced(one, "Initial Mass : 0 mg", first),
                         replaced(two, "7.244 mg", second), replaced(three, "12.5000 mg", second)};
        for (size_t k = 0; k < G_N_ELEMENTS(files); k++) {
            g_autofree char *path = file_of(files[k], -1);
            test_step *s = reader(path, "exo", "up", NULL);
            run_step(s);
            double mass = number_attribute(test_step_output(s, "heat_flow"), "mass");
            g_test_message("%s mg: %g", masses[i].written, mass);
            g_assert_true(isnan(masses[i].mass) ? isnan(mass) : mass == masses[i].mass);
            test_step_free(s);
            g_free(files[k]);
        }
    }
    /* what needs the mass asks for it */
    g_autofree char *tabs = stare_tabs(), *wrong = replaced(tabs, "3,25 mg", "1,234.5 mg");
    g_autofree char *path = file_of(wrong, -1);
    test_step *s = reader(path, "exo", "up", NULL);
    test_step_set_bool(s, "whole", true);
    assert_sentence(s, "mass of the sample is not known|give mass");
}

/* What the recipe says goes before what the file says; heat flow per mass becomes that of the sample. */
static void test_given(void)
{
    g_autofree char *text = stare_tabs(), *path = file_of(text, -1);
    test_step *s = reader(path, "exo", "down", "mass", "2 mg", NULL);
    test_step_set_bool(s, "whole", true);
    check_run(s, C0, "mW", -2, 2, NAN);
    test_step_free(s);
    /* no times: the rate makes them */
    GString *no_times = g_string_new("T;power\n");
    for (int i = 0; i < ROWS; i++)
        g_string_append_printf(no_times, "%g;%g\n", 20 + 0.5 * i, 1 + 0.01 * i);
    g_autofree char *listed = g_string_free(no_times, FALSE), *plain = file_of(listed, -1);
    s = reader(plain, "exo", "down", "heat_flow", "power", "heat_flow_unit", "mW", "temperature_unit", "degC",
               "rate", "10 K/min", NULL);
    check_run(s, C0, "mW", 1, NAN, 10);
    test_step_free(s);
    assert_sentence(reader(plain, "exo", "down", "temperature_unit", "K", "rate", "10 K/min", NULL),
                    "no column is known to be the heat flow|1 T, 2 power");
    assert_sentence(
        reader(plain, "exo", "down", "heat_flow", "power", "heat_flow_unit", "mW", "rate", "10 K/min", NULL),
        "in what unit the temperature|temperature_unit");
    assert_sentence(reader(plain, "exo", "down", "heat_flow", "power", "heat_flow_unit", "kg",
                           "temperature_unit", "K", "rate", "10 K/min", NULL),
                    "is in kg|no unit of a heat flow");
}

/* ---- What is wrong with a file ---- */

static void refuse(const char *text, gssize n, const char *words)
{
    g_autofree char *path = file_of(text, n);
    assert_sentence(reader(path, "exo", "up", NULL), words);
}

static void test_bad_files(void)
{
    g_autofree char *wide = setaram(), *mass = stare(), *pyris = perkinelmer_rows(), *tai = ta();
    /* cut off within a row, after the header, before rows that were announced */
    refuse(wide, (gssize)(strstr(wide, "20;60;") + 6 - wide), "the file ends within line 33|cut off");
    refuse(mass, (gssize)(strstr(mass, "Curve Values:") + 15 - mass), "ends after \"Curve Values:\"|cut off");
    refuse(mass, (gssize)(strstr(mass, "[mW]\r\n") + 6 - mass), "no row of numbers|cut off");
    refuse(pyris, (gssize)(strstr(pyris, "\t1.500000\t") - pyris),
           "tells of 41 points, 30 are there|cut off");
    /* decimal comma against decimal point */
    refuse("Time (s);Temperature (K);Heat Flow (mW)\n0;300,5;1,5\n1;300.6;1,6\n", -1,
           "\"300,5\" in line 2, column 2|comma|point");
    refuse("Time (s),Temperature (K),Heat Flow (mW)\n0,0,300,5,1,5\n", -1,
           "line 2|6 cells|names 3 columns|decimal signs");
    refuse("Time (s);Temperature (" DEGREE "C);HeatFlow (mW)\n0;50.026.184;-12.356.778\n", -1,
           "\"50.026.184\" in line 2, column 2|several decimal signs|export from the instrument again");
    /* another quantity, a mass in place of heat */
    g_autofree char *weight = g_strdup(mass);
    memcpy(strstr(weight, "[mW]"), "[mg]", 4);
    refuse(weight, -1, "is in mg: that is no unit of a heat flow");
    refuse("no table here\nat all\n", -1, "no table of numbers");
    /* several curves */
    g_autofree char *two = g_strconcat(mass, mass, NULL), *path = file_of(two, -1);
    assert_sentence(reader(path, NULL), "several curves|curve = \"1\"");
    test_step *s = reader(path, "curve", "2", NULL);
    check_run(s, C0, "mW", 1, 12.5, 10);
    test_step_free(s);
    assert_sentence(reader(path, "curve", "3", NULL), "no curve of that name|1 !$ glass");
    /* not the maker that was named */
    g_autofree char *other = file_of(tai, -1);
    assert_sentence(reader(other, "format", "netzsch", NULL), "no text export of Netzsch|format = \"auto\"");
    assert_sentence(reader(other, "time", "Pressure", NULL),
                    "no column is called Pressure|1 Time [min], 2 Temperature [degC]");
}

/* Bytes replaced, cut out or doubled at random: a curve or a sentence, never a crash. */
static void test_damaged(void)
{
    char *(*const makers[])(void) = {stare, stare_tabs, setaram,          setaram_blanks,
                                     ta,    netzsch,    perkinelmer_rows, csv};
    g_autoptr(GRand) random = g_rand_new_with_seed(7);
    int read = 0, refused = 0;
    for (size_t k = 0; k < G_N_ELEMENTS(makers); k++)
        for (int round = 0; round < 60; round++) {
            g_autofree char *text = makers[k]();
            GString *s = g_string_new(text);
            for (int i = g_rand_int_range(random, 1, 6); i > 0; i--) {
                int at = g_rand_int_range(random, 0, (int)s->len - 8);
                int how = g_rand_int_range(random, 0, 3);
                if (how == 0)
                    s->str[at] = (char)g_rand_int_range(random, 1, 255);
                else if (how == 1)
                    g_string_erase(s, at, g_rand_int_range(random, 1, 8));
                else
                    g_string_insert_len(s, at, &";,.\t()[]\n"[g_rand_int_range(random, 0, 9)], 1);
            }
            if (round % 10 == 0)
                g_string_truncate(s, (gsize)g_rand_int_range(random, 0, (int)s->len));
            g_autofree char *path = file_of(s->str, (gssize)s->len);
            g_string_free(s, TRUE);
            test_step *step = reader(path, "exo", "up", NULL);
            g_autoptr(GError) error = NULL;
            if (test_step_run(step, &error)) {
                read++;
            } else {
                refused++;
                g_assert_cmpuint(strlen(error->message), >, 30);
            }
            test_step_free(step);
        }
    g_test_message("of damaged exports %d were read, %d refused", read, refused);
    g_assert_cmpint(read, >, 0);
    g_assert_cmpint(refused, >, 0);
}

/* ---- What the simulator writes ---- */

static void write_and_read(const char *encoding, const char *exo)
{
    g_autofree char *folder = test_folder(), *path = g_build_filename(folder, "CR.txt", NULL);
    test_step *sim = test_step_new("simulate_dsc"), *w = test_step_new("write_stare");
    test_step_set(sim, "sample", "CR");
    run_step(sim);
    test_step_input(w, "heat_flow", take(sim, "heat_flow"));
    test_step_input(w, "temperature", take(sim, "temperature"));
    test_step_set(w, "file", path);
    test_step_set(w, "encoding", encoding);
    test_step_set(w, "exo", exo);
    run_step(w);
    test_step *s = reader(path, NULL);
    run_step(s);
    const frit_dataset *a = test_step_output(sim, "heat_flow"), *b = test_step_output(s, "heat_flow");
    const frit_dataset *T = test_step_output(sim, "temperature"), *U = test_step_output(s, "temperature");
    g_assert_cmpuint(a->shape[0], ==, b->shape[0]);
    for (size_t i = 0; i < a->shape[0]; i++) { /* six and three decimals */
        g_assert_cmpfloat_with_epsilon(frit_dataset_values(a)[i], frit_dataset_values(b)[i], 5.1e-7);
        g_assert_cmpfloat_with_epsilon(frit_dataset_values(T)[i], frit_dataset_values(U)[i], 5.1e-4);
    }
    g_assert_cmpfloat(number_attribute(b, "mass"), ==, 12);
    g_assert_cmpfloat(number_attribute(b, "program_rate"), ==, 20);
    g_assert_cmpstr(text_attribute(b, "sample"), ==, "CR");
    g_assert_cmpstr(text_attribute(b, "atmosphere"), ==, "argon, 50 ml/min");
    g_test_message("%s", text_attribute(b, "segments"));
    test_step_free(s);
    test_step_free(w);
    test_step_free(sim);
}

static void test_written(void)
{
    write_and_read("latin1", "up");
    write_and_read("utf16", "up");
    write_and_read("latin1", "down");
}

/* ---- Segments ---- */

static void test_segments(void)
{
    test_step *sim = test_step_new("simulate_dsc");
    run_step(sim);
    test_step *s = segment_of(sim, "heating 1");
    const frit_dataset *d = test_step_output(s, "heat_flow");
    g_assert_cmpfloat_with_epsilon(number_attribute(d, "heating_rate"), 20, 0.01);
    g_assert_cmpstr(text_attribute(d, "segment"), ==, "heating 1");
    g_assert_true(isfinite(number_attribute(d, "level_before")) &&
                  isfinite(number_attribute(d, "level_after")));
    for (size_t i = 1; i < d->shape[0]; i++)
        g_assert_cmpfloat(d->axis[0]->at[i], >=, d->axis[0]->at[i - 1]);
    test_step_free(s);
    s = test_step_new("select_segment");
    test_step_input(s, "heat_flow", take(sim, "heat_flow"));
    test_step_input(s, "temperature", take(sim, "temperature"));
    test_step_set(s, "segment", "cooling");
    assert_sentence(s, "not one part called cooling|isothermal 1|heating 1|isothermal 2");
    test_step_free(sim);
}

int main(int argc, char **argv)
{
    test_init(&argc, &argv);
    g_test_add_func("/calorimetry/read/makers", test_makers);
    g_test_add_func("/calorimetry/read/given", test_given);
    g_test_add_func("/calorimetry/read/thousands", test_thousands);
    g_test_add_func("/calorimetry/read/bad", test_bad_files);
    g_test_add_func("/calorimetry/read/damaged", test_damaged);
    g_test_add_func("/calorimetry/read/written", test_written);
    g_test_add_func("/calorimetry/read/segments", test_segments);
    return g_test_run();
}
