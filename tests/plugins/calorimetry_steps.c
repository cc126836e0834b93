/* The steps of calorimetry one by one, on curves in closed form: what they find, what they refuse.
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "calorimetry.h"

#include "../../plugins/calorimetry/sapphire.h"

enum { N = 2001 };

/* 300 to 800 K in steps of a quarter. */
static void fill(double *T, double *y, double (*f)(double))
{
    for (int i = 0; i < N; i++) {
        T[i] = 300 + 0.25 * i;
        y[i] = f(T[i]);
    }
}

static frit_dataset *curve_of(double (*f)(double), const char *unit)
{
    double T[N], y[N];
    fill(T, y, f);
    return scan(N, T, y, unit);
}

static double soft(double x, double w)
{
    return x > 30 * w ? x : w * log1p(exp(x / w));
}

/* ---- Glass transition ---- */

static double ramp_step(double T)
{
    return 0.3 + 1e-4 * (T - 300) + 0.01 * (soft(T - 600, 0.2) - soft(T - 620, 0.2));
}

static double downwards(double T)
{
    return 1 - ramp_step(T);
}

static double straight(double T)
{
    return 0.3 + 1e-4 * T;
}

static double curved(double T)
{
    return 0.3 + 1e-6 * (T - 300) * (T - 300);
}

static test_step *transition(frit_dataset *d)
{
    test_step *s = test_step_new("glass_transition");
    test_step_input(s, "curve", d);
    return s;
}

static void test_transition(void)
{
    test_step *s = transition(curve_of(ramp_step, "J/(g K)"));
    run_step(s);
    /* a ramp between two lines, its corners rounded over 0.2 K: windows of 8 K that reach 0.2 K into a
     * corner are as steep to less than 1 %, and are cut by a quarter, so that the tangent is the ramp
     * itself; a thousandth of 10 K is its due */
    g_assert_cmpfloat_with_epsilon(value_of(s, "onset"), 600, 0.01);
    g_assert_cmpfloat_with_epsilon(value_of(s, "end"), 620, 0.01);
    g_assert_cmpfloat_with_epsilon(value_of(s, "midpoint"), 610, 1e-3);
    g_assert_cmpfloat_with_epsilon(value_of(s, "inflection"), 610, 0.05);
    g_assert_cmpfloat_with_epsilon(value_of(s, "step"), 0.2, 1e-4);
    const frit_dataset *line = test_step_output(s, "glass_line"), *mark = test_step_output(s, "onset_mark");
    g_assert_cmpfloat_with_epsilon(frit_dataset_values(line)[0], ramp_step(line->axis[0]->at[0]), 1e-5);
    g_assert_cmpfloat(mark->axis[0]->at[0], ==, value_of(s, "onset"));
    test_step_free(s);
    /* the sign of the step tells that exotherms were taken for endotherms: a warning, and the same
     * temperatures */
    s = transition(curve_of(downwards, "W/g"));
    run_step(s);
    g_assert_cmpfloat_with_epsilon(value_of(s, "onset"), 600, 0.01);
    g_assert_cmpfloat_with_epsilon(value_of(s, "step"), -0.2, 1e-4);
    test_step_free(s);
    /* no transition is made up, whatever window is searched */
    assert_sentence(transition(curve_of(straight, "J/(g K)")), "no glass transition between 300 and 800 K");
    assert_sentence(transition(curve_of(curved, "J/(g K)")), "no glass transition between 300 and 800 K");
    s = transition(curve_of(ramp_step, "J/(g K)"));
    set_range(s, "range", 400, 580);
    assert_sentence(s, "no glass transition between 400 and 580 K");
    s = transition(curve_of(ramp_step, "J/(g K)"));
    set_range(s, "range", 598, 606);
    assert_sentence(s, "between 598 and 606 K");
}

/* Nor is one found in noise: 100 straight lines with white noise, 5 s.d. wanted. */
static void test_noise_is_no_transition(void)
{
    g_autoptr(GRand) random = g_rand_new_with_seed(3);
    int found = 0;
    for (int k = 0; k < 100; k++) {
        double T[N], y[N];
        fill(T, y, straight);
        for (int i = 0; i < N; i++) /* the sum of 12 uniform numbers: near enough to a Gaussian */
            for (int j = 0; j < 12; j++)
                y[i] += 0.01 * g_rand_double_range(random, -0.5, 0.5);
        test_step *s = transition(scan(N, T, y, "J/(g K)"));
        found += test_step_run(s, NULL);
        test_step_free(s);
    }
    g_test_message("figure: glass transitions found in 100 straight lines with noise: %d (at most 1)", found);
    g_assert_cmpint(found, <=, 1);
}

/* ---- Peaks, baselines, standards ---- */

#define PEAK_AREA  30.0
#define PEAK_WIDTH 4.0

static double gaussian(double T)
{
    return PEAK_AREA / (PEAK_WIDTH * sqrt(2 * G_PI)) * exp(-0.5 * pow((T - 550) / PEAK_WIDTH, 2));
}

/* The share of the peak that has gone by. */
static double gone(double T)
{
    return 0.5 * erfc(-(T - 550) / (PEAK_WIDTH * sqrt(2)));
}

static double on_line(double T)
{
    return 1 + 0.002 * (T - 500) + gaussian(T);
}

static double on_levels(double T)
{
    return 1 + 0.5 * gone(T) - gaussian(T);
}

static double on_lines(double T)
{
    return (1 - gone(T)) * (1 + 0.002 * (T - 500)) + gone(T) * (1.5 + 0.004 * (T - 500)) + gaussian(T);
}

static void check_baseline(double (*f)(double), const char *kind, double area)
{
    test_step *s = test_step_new("baseline");
    test_step_input(s, "curve", curve_of(f, "J/(g K)"));
    set_range(s, "limits", 520, 580);
    test_step_set(s, "kind", kind);
    run_step(s);
    /* A trapezoid over the whole Gaussian, 16 steps wide, is exact; 7.5 s.d. on either side leave 1e-13.
     * The running one is off by h^2/12 times the slope, 8e-5 of the area at most, to either side of the top
     * with opposite signs; a step of 0.5 J/(g K) over some 10 K turns an eighth of that which does not
     * cancel into 1e-5. */
    g_test_message("figure: area over a %s baseline: %.2g off (at most 1e-5)", kind,
                   value_of(s, "area") / area - 1);
    g_assert_cmpfloat_with_epsilon(value_of(s, "area") / area, 1, 1e-5);
    g_assert_cmpuint(test_step_output(s, "baseline")->shape[0], ==, 241);
    test_step_free(s);
}

static void test_baselines(void)
{
    check_baseline(on_line, "linear", PEAK_AREA);
    check_baseline(on_levels, "sigmoidal", -PEAK_AREA);
    check_baseline(on_lines, "tangential", PEAK_AREA);
    test_step *s = test_step_new("baseline");
    test_step_input(s, "curve", curve_of(on_line, "mW"));
    set_range(s, "limits", 820, 840);
    assert_sentence(s, "between 820 and 840 K|from 300 to 800 K");
}

/* Melting: a straight edge from 429.0 K, then an exponential; 10 mg at 10 K/min, 28.5 J/g. */
#define EDGE_TO 430.5

static double indium(double T)
{
    const double slope = 60, tail = 0.4, top = slope * (EDGE_TO - 429.0);
    return 2 + 0.001 * (T - 400) +
           (T < 429.0     ? 0
            : T < EDGE_TO ? slope * (T - 429.0)
                          : top * exp(-(T - EDGE_TO) / tail));
}

static void test_melting(void)
{
    enum { FINE = 4001 };
    g_autofree double *T = g_new(double, FINE), *y = g_new(double, FINE);
    for (int i = 0; i < FINE; i++) {
        T[i] = 400 + 0.0125 * i;
        y[i] = indium(T[i]);
    }
    test_step *s = test_step_new("melting");
    test_step_input(s, "curve", scan(FINE, T, y, "mW"));
    test_step_set(s, "mass", "10 mg");
    test_step_set(s, "rate", "10 K/min");
    test_step_set(s, "composition", "In");
    run_step(s);
    /* triangle and exponential, in mW K; trapezoids of 0.0125 K over the exponential: h^2/12/tail^2, and
     * the corners */
    const double area = 90 * 1.5 / 2 + 90 * 0.4, H = area * 60 / (10 * 10);
    g_assert_cmpfloat_with_epsilon(value_of(s, "onset"), 429.0, 0.01);
    g_assert_cmpfloat_with_epsilon(value_of(s, "peak"), EDGE_TO, 0.2);
    g_test_message("figure: enthalpy of a melting peak in closed form: %.2g off (at most 5e-4)",
                   value_of(s, "enthalpy") / H - 1);
    g_assert_cmpfloat_with_epsilon(value_of(s, "enthalpy") / H, 1, 5e-4);
    g_assert_cmpfloat_with_epsilon(value_of(s, "molar_enthalpy"), value_of(s, "enthalpy") * 0.11482, 1e-3);
    test_step_free(s);
    s = test_step_new("melting");
    test_step_input(s, "curve", scan(FINE, T, y, "mW"));
    test_step_set(s, "rate", "10 K/min");
    test_step_set(s, "composition", "In");
    assert_sentence(s, "mass of the standard is not known|give mass");
    s = test_step_new("melting");
    test_step_input(s, "curve", scan(FINE, T, y, "mW"));
    test_step_set(s, "mass", "0 mg");
    test_step_set(s, "composition", "In");
    assert_sentence(s, "mass of the standard is 0 mg|give mass");
}

/* A peak of the other sign; none; a recipe's "crystallisation" on a curve without. */
static void test_no_peak(void)
{
    test_step *s = test_step_new("crystallisation");
    test_step_input(s, "curve", curve_of(on_line, "J/(g K)"));
    test_step_set(s, "composition", ALLOY);
    assert_sentence(s, "no exotherm|an endotherm of|exo, when reading");
    s = test_step_new("crystallisation");
    test_step_input(s, "curve", curve_of(straight, "J/(g K)"));
    test_step_set(s, "composition", ALLOY);
    assert_sentence(s, "no exotherm between 300 and 800 K");
}

static test_step *calibration(const char *step, const char *standards)
{
    test_step *s = test_step_new(step);
    test_step_input(s, "data", curve_of(straight, "mW"));
    test_step_set(s, "standards", standards);
    return s;
}

static void test_calibration(void)
{
    /* 1.2 K too low at indium, 0.2 K too high at zinc, in between a line */
    test_step *s = calibration("calibrate_temperature", "In Zn");
    test_step_set_number(s, "degree", 1);
    test_step_input(s, "onset", scalar(428.5485, 0.05, "K"));
    test_step_input(s, "onset", scalar(692.877, 0.1, "K"));
    run_step(s);
    const frit_dataset *d = test_step_output(s, "data"), *k = test_step_output(s, "correction");
    for (int i = 0; i < N; i += 100) {
        double T = 300 + 0.25 * i, expected = 1.2 - 1.4 * (T - 428.5485) / (692.877 - 428.5485);
        g_assert_cmpfloat_with_epsilon(d->axis[0]->at[i], T + expected, 1e-9);
        g_assert_cmpfloat_with_epsilon(frit_dataset_values(k)[i], expected, 1e-9);
        /* of a line through two points: each one's sigma times its weight there */
        double u = (T - 428.5485) / (692.877 - 428.5485);
        g_assert_cmpfloat_with_epsilon(k->sigma[i], hypot(0.05 * (1 - u), 0.1 * u), 1e-9);
        g_assert_cmpfloat(frit_dataset_values(d)[i], ==, straight(T));
    }
    test_step_free(s);
    s = calibration("calibrate_enthalpy", "In");
    test_step_input(s, "onset", scalar(429.7, 0.05, "K"));
    test_step_input(s, "enthalpy", scalar(27.0, 0.1, "J/g"));
    run_step(s);
    g_assert_cmpfloat_with_epsilon(frit_dataset_values(test_step_output(s, "data"))[7],
                                   straight(301.75) * 28.6624 / 27.0, 1e-9);
    test_step_free(s);
    s = calibration("calibrate_temperature", "In Xx");
    test_step_input(s, "onset", scalar(429, 0.1, "K"));
    assert_sentence(s, "no standard is called Xx|Ga, In, Sn");
    s = calibration("calibrate_temperature", "In Zn");
    test_step_input(s, "onset", scalar(429, 0.1, "K"));
    assert_sentence(s, "more metals than the 1 onsets");
    s = calibration("calibrate_temperature", "In");
    test_step_input(s, "onset", scalar(429, 0.1, "K"));
    test_step_set_number(s, "degree", 1);
    assert_sentence(s, "degree 1 needs 2 standards, there are 1");
    s = calibration("calibrate_enthalpy", "In");
    test_step_input(s, "onset", scalar(429, 0.1, "K"));
    test_step_input(s, "enthalpy", scalar(-27.0, 0.1, "J/g"));
    assert_sentence(s, "enthalpy of In is -27 J/g|positive");
}

/* ---- Fictive temperature ---- */

/* A glass without relaxation: Tf is where a vertical step has the same area, the middle of the ramp. */
static void test_fictive(void)
{
    test_step *s = test_step_new("fictive_temperature");
    test_step_input(s, "curve", curve_of(ramp_step, "J/(g K)"));
    set_range(s, "glass", 400, 580);
    set_range(s, "liquid", 640, 700);
    run_step(s);
    g_test_message("figure: fictive temperature of a ramp from 600 to 620 K: %.4f K off (at most 0.002)",
                   value_of(s, "fictive_temperature") - 610);
    /* trapezoids of 0.25 K round the corners: h^2/12 of the change of slope 0.01, twice, of opposite signs */
    g_assert_cmpfloat_with_epsilon(value_of(s, "fictive_temperature"), 610, 0.002);
    test_step_free(s);
    s = test_step_new("fictive_temperature");
    test_step_input(s, "curve", curve_of(ramp_step, "J/(g K)"));
    set_range(s, "glass", 640, 700);
    set_range(s, "liquid", 400, 580);
    assert_sentence(s, "the liquid's must lie above");
}

/* ---- Specific heat ---- */

/* A sample of 0.4 J/(g K), 20 mg in a pan of 50 mg; 30 mg of sapphire in 51 mg; empty pan 49 mg; all
 * scanned at rates of their own; the instrument shows 0.9 of the heat and an asymmetry. */
static double asymmetry(double T)
{
    return 0.001 * (T - 350);
}

static frit_dataset *measured(double mass, double pan, double rate, bool sapphire, double offset)
{
    double T[N], y[N];
    for (int i = 0; i < N; i++) {
        T[i] = 300 + 0.25 * i;
        double C = mass * (sapphire ? sapphire_specific_heat(T[i]) : 0.4) + pan * 0.9;
        y[i] = (0.9 * C + asymmetry(T[i])) * rate / 60 + offset;
    }
    return scan(N, T, y, "mW");
}

static test_step *specific_heat_step(frit_dataset *sample, frit_dataset *reference, frit_dataset *blank)
{
    test_step *s = test_step_new("specific_heat");
    test_step_input(s, "heat_flow", sample);
    test_step_input(s, "reference", reference);
    if (blank)
        test_step_input(s, "blank", blank);
    test_step_set(s, "composition", ALLOY);
    return s;
}

static test_step *weighed(test_step *s)
{
    test_step_set(s, "mass", "20 mg");
    test_step_set(s, "reference_mass", "30 mg");
    return s;
}

static void test_pans_and_rates(void)
{
    test_step *s = weighed(specific_heat_step(measured(20, 50, 20, false, 0), measured(30, 51, 10, true, 0),
                                              measured(0, 49, 5, false, 0)));
    test_step_set(s, "rate", "20 K/min");
    test_step_set(s, "reference_rate", "10 K/min");
    test_step_set(s, "blank_rate", "5 K/min");
    test_step_set(s, "pan", "50 mg");
    test_step_set(s, "reference_pan", "51 mg");
    test_step_set(s, "blank_pan", "49 mg");
    test_step_set(s, "pan_specific_heat", "0.9 J/(g K)");
    run_step(s);
    double worst = 0;
    for (int i = 0; i < N; i++)
        worst = fmax(worst, fabs(frit_dataset_values(test_step_output(s, "specific_heat"))[i] / 0.4 - 1));
    g_test_message("figure: specific heat with unequal pans and rates: %.2g off (at most 1e-12)", worst);
    g_assert_cmpfloat(worst, <, 1e-12);
    g_assert_cmpfloat_with_epsilon(frit_dataset_values(test_step_output(s, "calibration"))[100], 0.9, 1e-12);
    test_step_free(s);
}

static void test_specific_heat_refuses(void)
{
    frit_dataset *a = measured(20, 0, 20, false, 0), *r = measured(30, 0, 20, true, 0),
                 *b = measured(0, 0, 20, false, 0);
    test_step *s = specific_heat_step(frit_dataset_ref(a), frit_dataset_ref(r), frit_dataset_ref(b));
    test_step_set(s, "rate", "20 K/min");
    assert_sentence(s, "mass of the sample is not known|give mass");
    s = specific_heat_step(frit_dataset_ref(a), frit_dataset_ref(r), frit_dataset_ref(b));
    test_step_set(s, "mass", "0 mg");
    test_step_set(s, "rate", "20 K/min");
    assert_sentence(s, "mass of the sample is 0 mg|give mass");
    assert_sentence(
        weighed(specific_heat_step(frit_dataset_ref(a), frit_dataset_ref(r), frit_dataset_ref(b))),
        "heating rate of the sample is not known|give rate");
    /* a curve of other temperatures */
    double T[] = {900, 910, 920, 930, 940}, y[] = {1, 1, 1, 1, 1};
    s = weighed(specific_heat_step(frit_dataset_ref(a), scan(5, T, y, "mW"), frit_dataset_ref(b)));
    test_step_set(s, "rate", "20 K/min");
    assert_sentence(s, "reference runs from 900 to 940 K|from 300 to 800 K|do not overlap");
    s = weighed(specific_heat_step(frit_dataset_ref(a), scan(5, T, y, "uV"), NULL));
    test_step_set(s, "rate", "20 K/min");
    assert_sentence(s, "reference is in uV|sample in mW");
    /* the sample's sign is the other one */
    double T2[N], y2[N];
    for (int i = 0; i < N; i++) {
        T2[i] = 300 + 0.25 * i;
        y2[i] = -20 * 0.4 * 0.9 / 3;
    }
    s = weighed(specific_heat_step(scan(N, T2, y2, "mW"), frit_dataset_ref(r), NULL));
    test_step_set(s, "rate", "20 K/min");
    assert_sentence(s, "comes out negative|opposite signs|exo");
    s = weighed(specific_heat_step(frit_dataset_ref(a), frit_dataset_ref(r), NULL));
    test_step_set(s, "rate", "20 K/min");
    test_step_set(s, "pan", "50 mg");
    assert_sentence(s, "to correct for the pans give pan, reference_pan and pan_specific_heat");
    frit_dataset_unref(a);
    frit_dataset_unref(r);
    frit_dataset_unref(b);
}

/* sigma of the specific heat is that of many noises. */
static void test_specific_heat_sigma(void)
{
    enum { M = 40, DRAWS = 2000 };
    g_autoptr(GRand) random = g_rand_new_with_seed(5);
    double T[M], y[3][M], s0 = 0.02, sum = 0, squares = 0, sigma = NAN;
    for (int draw = 0; draw < DRAWS; draw++) {
        frit_dataset *d[3];
        for (int k = 0; k < 3; k++) {
            double noise[M];
            for (int i = 0; i < M; i++) {
                T[i] = 400 + i;
                y[k][i] = k == 0 ? 3 : k == 1 ? 8 : 0.5;
                double g = 0;
                for (int j = 0; j < 12; j++)
                    g += g_rand_double_range(random, -0.5, 0.5);
                y[k][i] += s0 * g;
                noise[i] = s0;
            }
            d[k] = frit_dataset_curve(M, T, "T", "K", y[k], noise, "mW");
        }
        test_step *s = weighed(specific_heat_step(d[0], d[1], d[2]));
        test_step_set(s, "rate", "20 K/min");
        run_step(s);
        double Cp = frit_dataset_values(test_step_output(s, "specific_heat"))[10];
        sigma = test_step_output(s, "specific_heat")->sigma[10];
        sum += Cp;
        squares += Cp * Cp;
        test_step_free(s);
    }
    double deviation = sqrt(squares / DRAWS - pow(sum / DRAWS, 2));
    /* of 2000 draws: 1.6 %, three times that */
    g_test_message("figure: sigma of the specific heat over the scatter of %d draws: %.3f (0.95 to 1.05)",
                   DRAWS, sigma / deviation);
    g_assert_cmpfloat_with_epsilon(sigma / deviation, 1, 0.05);
}

/* ---- Alignment ---- */

static void test_alignment(void)
{
    enum { M = 1200 };
    const double drift = 2e-4; /* mW/s */
    g_autofree double *t = g_new(double, M), *T = g_new(double, M), *q = g_new(double, M);
    for (int i = 0; i < M; i++) {
        t[i] = i;
        T[i] = i < 300 ? 350 : i < 900 ? 350 + (i - 300) / 3.0 : 550;
        q[i] = -12 + drift * i + (i >= 300 && i < 900 ? 5 : 0);
    }
    test_step *s = test_step_new("align_isotherms");
    test_step_input(s, "heat_flow", frit_dataset_curve(M, t, "t", "s", q, NULL, "mW"));
    test_step_input(s, "temperature", frit_dataset_curve(M, t, "t", "s", T, NULL, "K"));
    run_step(s);
    const frit_dataset *d = test_step_output(s, "heat_flow");
    /* the levels are those of 255 s and 1155 s, the middles of the last 30 % of the holds, and the line
     * goes from the end of the one hold to the start of the other; these are found to 15 s, which moves it
     * by drift * 20 s */
    for (int i = 330; i < 870; i++) {
        double line = drift * (255 + 900 * (i - 300) / 600.0);
        g_assert_cmpfloat_with_epsilon(frit_dataset_values(d)[i], 5 + drift * i - line, drift * 20);
    }
    g_assert_cmpuint(test_step_output(s, "levels")->shape[0], ==, 2);
    g_assert_cmpfloat(number_attribute(d, "isothermal_alignment"), ==, 2);
    test_step_free(s);
    for (int i = 0; i < M; i++)
        T[i] = 350 + i / 3.0;
    s = test_step_new("align_isotherms");
    test_step_input(s, "heat_flow", frit_dataset_curve(M, t, "t", "s", q, NULL, "mW"));
    test_step_input(s, "temperature", frit_dataset_curve(M, t, "t", "s", T, NULL, "K"));
    assert_sentence(s, "no isothermal part to align by|heating 1|hold the temperature");
}

/* ---- Relaxation enthalpy ---- */

static void test_relaxation_refuses(void)
{
    test_step *s = test_step_new("relaxation_enthalpy");
    test_step_input(s, "first", curve_of(ramp_step, "J/(g K)"));
    test_step_set(s, "composition", ALLOY);
    assert_sentence(s, "upper limit is not known|give to, or connect tg");
    s = test_step_new("relaxation_enthalpy");
    test_step_input(s, "first", curve_of(ramp_step, "J/(g K)"));
    test_step_set(s, "composition", ALLOY);
    test_step_set(s, "to", "600 K");
    set_range(s, "liquid", 640, 700);
    assert_sentence(s, "no second scan is connected|reference = \"glass\"");
    s = test_step_new("relaxation_enthalpy");
    test_step_input(s, "first", curve_of(ramp_step, "J/(g K)"));
    test_step_input(s, "second", curve_of(ramp_step, "J/(g K)"));
    test_step_set(s, "composition", ALLOY);
    test_step_set(s, "to", "600 K");
    set_range(s, "liquid", 840, 900);
    assert_sentence(s, "0 points lie in the window `liquid`, 840 to 900 K");
    s = test_step_new("relaxation_enthalpy");
    test_step_input(s, "first", curve_of(ramp_step, "J/(g K)"));
    test_step_input(s, "tg", scalar(600, 0.1, "K"));
    test_step_input(s, "tx", scalar(620, 0.1, "K"));
    test_step_set(s, "composition", ALLOY);
    assert_sentence(s, "no window in the liquid (622 to 611 K)");
}

int main(int argc, char **argv)
{
    test_init(&argc, &argv);
    g_test_add_func("/calorimetry/glass-transition", test_transition);
    g_test_add_func("/calorimetry/glass-transition/noise", test_noise_is_no_transition);
    g_test_add_func("/calorimetry/baselines", test_baselines);
    g_test_add_func("/calorimetry/melting", test_melting);
    g_test_add_func("/calorimetry/no-peak", test_no_peak);
    g_test_add_func("/calorimetry/calibration", test_calibration);
    g_test_add_func("/calorimetry/fictive", test_fictive);
    g_test_add_func("/calorimetry/specific-heat/pans-and-rates", test_pans_and_rates);
    g_test_add_func("/calorimetry/specific-heat/refuses", test_specific_heat_refuses);
    g_test_add_func("/calorimetry/specific-heat/sigma", test_specific_heat_sigma);
    g_test_add_func("/calorimetry/alignment", test_alignment);
    g_test_add_func("/calorimetry/relaxation", test_relaxation_refuses);
    return g_test_run();
}
