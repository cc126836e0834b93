/* Specific heat, glass transition, crystallisation and relaxation enthalpy against published numbers, other
 * programs' results and a noise-free triple of known truth; five laboratories' curves of one polymer.
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "calorimetry.h"

#include "../../plugins/calorimetry/sapphire.h"

#define PLACE "calorimetry/"

/* ISO 11357-4's table, four digits: half a unit of the last is 7e-5 of the smallest; the polynomial is the
 * standard's own fit to its table, to 3e-4. */
static void test_sapphire(void)
{
    static const double printed[][2] = {
        {300, 0.7788}, {400, 0.9423}, {500, 1.0409}, {600, 1.1038}, {700, 1.1467}};
    double worst = 0;
    for (size_t i = 0; i < G_N_ELEMENTS(printed); i++)
        worst = fmax(worst, fabs(sapphire_specific_heat(printed[i][0]) / printed[i][1] - 1));
    g_test_message("figure: specific heat of sapphire against the table of ISO 11357-4, 300 to 700 K: %.2g "
                   "(at most 3e-4)",
                   worst);
    g_assert_cmpfloat(worst, <=, 3e-4);
    g_assert_true(isnan(sapphire_specific_heat(99)) && isnan(sapphire_specific_heat(1201)));
    /* the mean is the integral over the range: the trapezoid over 1000 intervals is within h^2/12 Cp'' */
    double sum = 0;
    for (int i = 0; i < 1000; i++)
        sum += (sapphire_specific_heat(300 + 0.1 * i) + sapphire_specific_heat(300.1 + 0.1 * i)) / 2000;
    g_assert_cmpfloat_with_epsilon(sapphire_mean(300, 400), sum, 1e-7);
}

/* Numbers of one column, one a line. */
static double *column_of(const char *name, size_t *n)
{
    g_autofree char *path = g_strconcat(PLACE "dsc_netzsch204_sapphire/", name, NULL), *text = NULL;
    const char *full = test_data(path);
    if (!full)
        return NULL;
    g_assert_true(g_file_get_contents(full, &text, NULL, NULL));
    g_auto(GStrv) lines = g_strsplit(g_strstrip(text), "\n", -1);
    *n = g_strv_length(lines);
    double *x = g_new(double, *n);
    for (size_t i = 0; i < *n; i++)
        x[i] = g_ascii_strtod(lines[i], NULL);
    return x;
}

/* A phase-change material at 0.6 K/min against sapphire at 10 K/min, blank taken off, in uV/mg: the
 * specific heat that another program made of it by DIN EN ISO 11357-4.  Its table of sapphire is printed to
 * 5 digits. */
static void test_netzsch(void)
{
    size_t n, m, k, compared = 0;
    g_autofree double *T = column_of("T_ID16-407.csv", &n), *y = column_of("dsc_ID16-407.csv", &n);
    g_autofree double *T_r = column_of("T_REF-ID16-398s.csv", &m),
                      *y_r = column_of("dsc_REF-ID16-398s.csv", &m);
    g_autofree double *expected = column_of("cp_values_ID16-407.csv", &k);
    g_autofree double *at = column_of("cp_T_ID16-407.csv", &k);
    if (!T || !y || !T_r || !y_r || !expected || !at)
        return;
    for (size_t i = 0; i < n; i++)
        T[i] += 273.15;
    for (size_t i = 0; i < m; i++)
        T_r[i] += 273.15;
    test_step *s = test_step_new("specific_heat");
    test_step_input(s, "heat_flow", scan(n, T, y, "uV/mg"));
    test_step_input(s, "reference", scan(m, T_r, y_r, "uV/mg"));
    test_step_set(s, "mass", "10.47 mg");
    test_step_set(s, "reference_mass", "84.73 mg");
    test_step_set(s, "rate", "0.6 K/min");
    test_step_set(s, "reference_rate", "10 K/min");
    test_step_set(s, "composition", "H2O");
    run_step(s);
    const frit_dataset *out = test_step_output(s, "specific_heat");
    double worst = 0;
    for (size_t i = 0; i < n && compared < k; i++) {
        g_assert_cmpfloat_with_epsilon(out->axis[0]->at[i], T[i], 1e-9);
        if (fabs(T[i] - 273.15 - at[compared]) > 1e-6)
            continue;
        g_assert_false(out->mask && out->mask[i]);
        worst = fmax(worst, fabs(frit_dataset_values(out)[i] / expected[compared++] - 1));
    }
    g_test_message("figure: specific heat of a Netzsch measurement against another program's, %zu points: "
                   "%.2g (at most 3e-5)",
                   compared, worst);
    g_assert_cmpuint(compared, ==, 6537);
    g_assert_cmpfloat(worst, <=, 3e-5);
    test_step_free(s);
}

/* ---- The noise-free triple ---- */

enum { T_K, EMPTY, SAPPHIRE, SCAN1, SCAN2, CP1, CP2 };

static frit_dataset *cp_of(const table *t, int column)
{
    test_step *s = test_step_new("specific_heat");
    test_step_input(s, "heat_flow", scan(t->n, t->column[T_K], t->column[column], "mW"));
    test_step_input(s, "reference", scan(t->n, t->column[T_K], t->column[SAPPHIRE], "mW"));
    test_step_input(s, "blank", scan(t->n, t->column[T_K], t->column[EMPTY], "mW"));
    test_step_set(s, "mass", "12 mg");
    test_step_set(s, "reference_mass", "26 mg");
    test_step_set(s, "rate", "20 K/min");
    test_step_set(s, "composition", ALLOY);
    run_step(s);
    frit_dataset *d = take(s, "specific_heat");
    const double *molar = frit_dataset_values(test_step_output(s, "molar"));
    double worst = 0;
    for (size_t i = 0; i < t->n; i++)
        worst = fmax(worst, fabs(molar[i] / t->column[column == SCAN1 ? CP1 : CP2][i] - 1));
    /* the triple was made with a table of sapphire that differs from the polynomial by 2.5e-4 */
    g_test_message("figure: specific heat of a noise-free triple, scan %d: %.2g (at most 3e-4)",
                   column - SCAN1 + 1, worst);
    g_assert_cmpfloat(worst, <=, 3e-4);
    test_step_free(s);
    return d;
}

static test_step *transition_of(frit_dataset *cp, double from, double to)
{
    test_step *s = test_step_new("glass_transition");
    test_step_input(s, "curve", cp);
    set_range(s, "range", from, to);
    run_step(s);
    return s;
}

static test_step *crystallisation_of(frit_dataset *cp, double from, double to)
{
    test_step *s = test_step_new("crystallisation");
    test_step_input(s, "curve", cp);
    set_range(s, "range", from, to);
    test_step_set(s, "composition", ALLOY);
    run_step(s);
    return s;
}

static test_step *relaxation_of(frit_dataset *first, frit_dataset *second, test_step *Tg, test_step *Tx)
{
    test_step *s = test_step_new("relaxation_enthalpy");
    test_step_input(s, "first", first);
    if (second)
        test_step_input(s, "second", second);
    else
        test_step_set(s, "reference", "glass");
    test_step_input(s, "tg", take(Tg, "onset"));
    test_step_input(s, "tx", take(Tx, "onset"));
    test_step_set(s, "composition", ALLOY);
    run_step(s);
    return s;
}

static void check(const char *what, double found, double truth, double limit, const char *unit)
{
    g_test_message("figure: %s of a noise-free triple (%g %s): off by %+.3g %s (at most %g)", what, truth,
                   unit, found - truth, unit, limit);
    g_assert_cmpfloat(fabs(found - truth), <=, limit);
}

static void test_triple(void)
{
    table t = shipped("data/dsc_CR_clean.csv");
    g_autoptr(frit_dataset) first = cp_of(&t, SCAN1), second = cp_of(&t, SCAN2);
    test_step *Tg = transition_of(frit_dataset_ref(second), 610, 715),
              *early = transition_of(frit_dataset_ref(first), 610, 715);
    test_step *Tx = crystallisation_of(frit_dataset_ref(first), 690, 773);
    check("Tg, second scan,", value_of(Tg, "onset"), 674, 0.5, "K");
    check("Tx", value_of(Tx, "onset"), 724, 0.2, "K");
    /* the step was made 18 K wide and 13.5 J/(mol K) high */
    check("end of the glass transition", value_of(Tg, "end"), 692, 0.5, "K");
    check("midpoint of the glass transition", value_of(Tg, "midpoint"), 683, 0.5, "K");
    check("inflection of the glass transition", value_of(Tg, "inflection"), 683, 0.5, "K");
    check("step of the glass transition", value_of(Tg, "step"), 13.5 / 72.928062, 0.005 * 13.5 / 72.928062,
          "J/(g K)");
    check("top of crystallisation", value_of(Tx, "peak"), 731, 0.5, "K");
    test_step *H = relaxation_of(frit_dataset_ref(first), frit_dataset_ref(second), Tg, Tx);
    check("relaxation enthalpy", value_of(H, "molar_enthalpy"), 0.518, 0.01, "kJ/mol");
    g_assert_cmpfloat_with_epsilon(value_of(H, "molar_enthalpy"), value_of(H, "enthalpy") * 72.928062e-3,
                                   1e-9);
    g_assert_cmpstr(text_attribute(test_step_output(H, "enthalpy"), "reference"), ==, "second scan");
    g_assert_cmpfloat(number_attribute(test_step_output(H, "enthalpy"), "limit_from"), ==, 335);
    g_assert_cmpfloat_with_epsilon(number_attribute(test_step_output(H, "enthalpy"), "limit_to"),
                                   value_of(Tg, "onset"), 1e-9);
    double pull = value_of(early, "onset") - value_of(Tg, "onset");
    /* The exotherm depresses the first scan by 4.97 J/(mol K) up to Tg: the same tangent, rising by 0.75
     * J/(mol K) a kelvin, would meet a glass line so much lower 6.6 K earlier; where the exotherm fades the
     * rise is steeper, and takes part of that back.  Less than 0.5 K would not be seen. */
    g_test_message("figure: Tg of the first scan less that of the second, noise-free triple: %+.2f K "
                   "(between -6.6 and -0.5)",
                   pull);
    g_assert_true(pull > -6.6 && pull < -0.5);
    test_step *line = relaxation_of(frit_dataset_ref(first), NULL, Tg, Tx);
    g_test_message("figure: relaxation enthalpy of a noise-free triple by the glass line in place of the "
                   "second scan: %.3f kJ/mol "
                   "(below 0.518)",
                   value_of(line, "molar_enthalpy"));
    g_assert_cmpstr(text_attribute(test_step_output(line, "enthalpy"), "reference"), ==,
                    "glass line continued");
    test_step_free(line);
    test_step_free(H);
    test_step_free(Tg);
    test_step_free(early);
    test_step_free(Tx);
    table_clear(&t);
}

/* ---- The Setaram set ---- */

static test_step *setaram(const char *name)
{
    g_autofree char *path = g_strconcat(PLACE "dsc_setaram_threecurve/", name, NULL);
    const char *full = test_data(path);
    if (!full)
        return NULL;
    test_step *s = reader(full, "exo", "up", NULL);
    run_step(s);
    return s;
}

/* Heating parts of the three curves; the sixth is the last. */
static test_step *three_curves(test_step *sample, test_step *reference, test_step *blank, const char *segment)
{
    test_step *a = segment_of(sample, segment), *b = segment_of(reference, segment),
              *c = segment_of(blank, segment);
    test_step *s = test_step_new("specific_heat");
    test_step_input(s, "heat_flow", take(a, "heat_flow"));
    test_step_input(s, "reference", take(b, "heat_flow"));
    test_step_input(s, "blank", take(c, "heat_flow"));
    test_step_set(s, "mass", "58.3 mg");
    test_step_set(s, "reference_mass", "58.3 mg");
    test_step_set(s, "composition", "Al");
    test_step_free(a);
    test_step_free(b);
    test_step_free(c);
    return s;
}

static void test_setaram(void)
{
    test_step *sample = setaram("sample.txt"), *reference = sample ? setaram("sapphire.txt") : NULL;
    test_step *blank = reference ? setaram("zero.txt") : NULL;
    if (!blank)
        return;
    const frit_dataset *run = test_step_output(sample, "heat_flow");
    g_assert_cmpuint(run->shape[0], ==, 22801);
    g_assert_cmpstr(run->unit, ==, "mW");
    g_assert_cmpfloat(number_attribute(run, "mass"), ==, 58.3);
    g_assert_true(
        isnan(number_attribute(test_step_output(blank, "heat_flow"), "mass"))); /* 0 mg in the file */
    g_test_message("%s", text_attribute(run, "segments"));
    /* the file's first row, exothermic up: -17.208829 */
    g_assert_cmpfloat(frit_dataset_values(run)[0], ==, 17.208829);

    for (int i = 2; i <= 5; i++) {
        g_autofree char *segment = g_strdup_printf("heating %d", i);
        test_step *s = three_curves(sample, reference, blank, segment);
        GError *error = NULL;
        bool good = test_step_run(s, &error);
        g_test_message("%s without alignment: %s", segment, good ? "positive" : error->message);
        if (i == 5) {
            g_assert_false(good);
            g_assert_nonnull(strstr(error->message, "isothermal levels of the curves differ"));
            g_assert_nonnull(strstr(error->message, "align_isotherms"));
        }
        g_clear_error(&error);
        test_step_free(s);
    }
    test_step *a = aligned(sample), *b = aligned(reference), *c = aligned(blank);
    double lowest = INFINITY, scanned[4] = {0};
    size_t points = 0;
    for (int i = 2; i <= 5; i++) {
        g_autofree char *segment = g_strdup_printf("heating %d", i);
        test_step *s = three_curves(a, b, c, segment);
        run_step(s);
        const frit_dataset *out = test_step_output(s, "specific_heat");
        double mean = 0, count = 0;
        for (size_t k = 0; k < out->shape[0]; k++)
            /* 5 K/min is reached after some minutes */
            if (!out->mask[k] && out->axis[0]->at[k] > out->axis[0]->at[0] + 35 &&
                out->axis[0]->at[k] < out->axis[0]->at[out->shape[0] - 1] - 10) {
                double ratio = frit_dataset_values(out)[k] / sapphire_specific_heat(out->axis[0]->at[k]);
                lowest = fmin(lowest, frit_dataset_values(out)[k]);
                mean += ratio;
                scanned[i - 2] += frit_dataset_values(out)[k];
                count++;
                points++;
            }
        g_test_message("%s aligned, mean of m Cp/(m_r Cp_r): %.3f", segment, mean / count);
        scanned[i - 2] /= count;
        test_step_free(s);
    }
    g_test_message("figure: specific heat of a real Setaram set after isothermal alignment, lowest of %zu "
                   "points (times m/m_r): "
                   "%.3f J/(g K) (above 0)",
                   points, lowest);
    g_assert_cmpfloat(lowest, >, 0);
    test_step *steps = test_step_new("specific_heat_steps");
    test_step_input(steps, "heat_flow", take(sample, "heat_flow"));
    test_step_input(steps, "temperature", take(sample, "temperature"));
    test_step_input(steps, "reference", take(reference, "heat_flow"));
    test_step_input(steps, "reference_temperature", take(reference, "temperature"));
    test_step_input(steps, "blank", take(blank, "heat_flow"));
    test_step_input(steps, "blank_temperature", take(blank, "temperature"));
    test_step_set(steps, "reference_mass", "58.3 mg");
    run_step(steps);
    const frit_dataset *out = test_step_output(steps, "specific_heat");
    /* two methods on the same curves: as far apart as two measurements may be, 6.2 % by ASTM E1269's
     * repeatability */
    double apart = 0;
    g_assert_cmpuint(out->shape[0], ==, 4);
    for (size_t k = 0; k < 4; k++)
        apart = fmax(apart, fabs(scanned[k] / frit_dataset_values(out)[k] - 1));
    g_test_message("figure: specific heat of a real Setaram set, scanned against stepwise, four steps: %.1f "
                   "%% apart (at most "
                   "6.2 %%)",
                   100 * apart);
    g_assert_cmpfloat(apart, <=, 0.062);
    test_step_free(steps);
    test_step_free(a);
    test_step_free(b);
    test_step_free(c);
    test_step_free(sample);
    test_step_free(reference);
    test_step_free(blank);
}

/* An export that a spreadsheet has been at: thousands points within decimals. */
static void test_mangled(void)
{
    const char *full = test_data(PLACE "dsc_setaram_threecurve/sample_dsc_setaram.csv");
    if (full)
        assert_sentence(reader(full, "exo", "up", NULL),
                        "\"50.026.184\" in line 2, column 2|several decimal signs");
}

/* ---- Five laboratories' PMMA ---- */

/* PMMA takes heat up where it falls apart into its monomer, near 650 K, some hundred J/g: that tells that
 * sign, units and rate are right. */
static double decomposition(test_step *run, double *top)
{
    test_step *part = segment_of(run, "heating"), *s = test_step_new("baseline");
    test_step_input(s, "curve", take(part, "heat_flow"));
    set_range(s, "limits", 560, 760);
    run_step(s);
    const frit_dataset *d = test_step_output(s, "corrected");
    size_t best = 0;
    for (size_t i = 1; i < d->shape[0]; i++)
        if (frit_dataset_values(d)[i] > frit_dataset_values(d)[best])
            best = i;
    *top = d->axis[0]->at[best];
    double rate = number_attribute(test_step_output(part, "heat_flow"), "heating_rate");
    double heat = value_of(s, "area") * 60 / rate;
    test_step_free(s);
    test_step_free(part);
    return heat;
}

static void test_pmma(void)
{
    static const struct {
        const char *file;
        bool glass; /* its step stands out of the curve's own bends */
    } labs[] = {{"NIST_DSC_N2_10K_1.csv", true},
                {"FSRI_DSC_N2_20K_1.csv", true},
                {"DBI_Lund_DSC_N2_20K_1.csv", true},
                {"TIFP_DSC_N2_10K_4.csv", false},
                {"Sandia_DSC_Ar_10K_1.csv", false}};
    double low = INFINITY, high = 0;
    for (size_t i = 0; i < G_N_ELEMENTS(labs); i++) {
        g_autofree char *path = g_strconcat(PLACE "dsc_macfp_pmma/", labs[i].file, NULL);
        const char *full = test_data(path);
        if (!full)
            return;
        /* nothing in these files tells of the direction: it has to be said */
        assert_sentence(reader(full, NULL), "does not say in which direction exothermic is|exo = ");
        test_step *s = reader(full, "exo", "down", NULL);
        run_step(s);
        g_assert_cmpstr(test_step_output(s, "heat_flow")->unit, ==, "mW/mg");
        double top, heat = decomposition(s, &top);
        g_test_message("figure: decomposition of PMMA, %s: %.0f J/g taken up, top at %.1f K (300 to 1500 "
                       "J/g, 630 to 660 K)",
                       labs[i].file, heat, top);
        g_assert_true(heat > 300 && heat < 1500 && top > 630 && top < 660);
        if (labs[i].glass) {
            test_step *part = segment_of(s, "heating"), *g = test_step_new("glass_transition");
            test_step_input(g, "curve", take(part, "heat_flow"));
            set_range(g, "glass", 360, 382);
            set_range(g, "liquid", 408, 430);
            test_step_set_number(g, "significance", 3);
            run_step(g);
            low = fmin(low, value_of(g, "onset"));
            high = fmax(high, value_of(g, "onset"));
            g_test_message("figure: Tg of PMMA, %s: %.1f +- %.1f K (380 to 395)", labs[i].file,
                           value_of(g, "onset"), sigma_of(g, "onset"));
            test_step_free(g);
            test_step_free(part);
        }
        test_step_free(s);
    }
    g_assert_true(low > 380 && high < 395);
}

int main(int argc, char **argv)
{
    test_init(&argc, &argv);
    g_test_add_func("/calorimetry/sapphire", test_sapphire);
    g_test_add_func("/calorimetry/netzsch", test_netzsch);
    g_test_add_func("/calorimetry/triple", test_triple);
    g_test_add_func("/calorimetry/setaram", test_setaram);
    g_test_add_func("/calorimetry/mangled", test_mangled);
    g_test_add_func("/calorimetry/pmma", test_pmma);
    return g_test_run();
}
