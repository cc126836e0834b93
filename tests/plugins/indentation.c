/* Oliver and Pharr's analysis against closed forms, and what unsound tests are answered.
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "indentation.h"

#include "../../plugins/indentation/unload.h"

/* ---- Closed forms ---- */

/* epsilon(1.5) = 0.75 for a paraboloid, (2/pi)(pi - 2) for a cone, 1 for a flat punch: Oliver and Pharr
 * 1992. */
static void test_epsilon(void)
{
    g_assert_cmpfloat_with_epsilon(epsilon_of(1.5), 0.75, 1e-12);
    g_assert_cmpfloat_with_epsilon(epsilon_of(2), 2 / G_PI * (G_PI - 2), 1e-12);
    g_assert_cmpfloat(epsilon_of(1), ==, 1);
    g_assert_cmpfloat_with_epsilon(epsilon_of(1.0001), 1, 0.02);
}

/* With nu = 0.5 the displacement does not converge inwards: the factor is pi (pi/4)/(pi/2)^2 = 1. */
static void test_hay(void)
{
    g_assert_cmpfloat_with_epsilon(hay_factor(0.5, 70.32 * G_PI / 180), 1, 1e-12);
    /* The value that is quoted for Berkovich's cone: Oliver and Pharr 2004, section III.C. */
    g_assert_cmpfloat_with_epsilon(hay_factor(0.3, 70.3 * G_PI / 180), 1.067, 5e-4);
}

static void test_area(void)
{
    struct area nm = {{24.5, 1450, -200}, 3}, um = {{24.5, 1.45, -200 / pow(1000, 1.5)}, 3};
    double slope;
    const double A = area_at(&nm, 769, &slope), h = 1e-3;
    g_assert_cmpfloat_with_epsilon(A, 24.5 * 769 * 769 + 1450 * 769 - 200 * sqrt(769), 1e-6);
    g_assert_cmpfloat_with_epsilon(
        slope, (area_at(&nm, 769 + h, NULL) - area_at(&nm, 769 - h, NULL)) / (2 * h), 1e-4);
    area_from_um(&um);
    g_assert_cmpfloat_with_epsilon(area_at(&um, 769, NULL) / A, 1, 1e-12);
}

/* An exact power law comes back, and its slope. */
static void test_power_law(void)
{
    double h[60], P[60];
    const double hf = 640, m = 1.38, hmax = 915, peak = 100;
    for (int i = 0; i < 60; i++) {
        h[i] = hmax - 2.5 * i;
        P[i] = peak * pow((h[i] - hf) / (hmax - hf), m);
    }
    struct unload_fit fit;
    g_assert_null(unload_fit(h, P, 60, hmax, &fit));
    g_assert_cmpfloat_with_epsilon(fit.m, m, 1e-7);
    g_assert_cmpfloat_with_epsilon(fit.hf, hf, 1e-5);
    g_assert_cmpfloat_with_epsilon(fit.S / (m * peak / (hmax - hf)), 1, 1e-8);
}

/* The sigma of S is the scatter of S over many noisy unloads, to within the scatter's own uncertainty:
 * 1/sqrt(2 * 400) = 3.5 %, of which three; the linear propagation itself is worse by a few percent. */
static void test_sigma(void)
{
    enum { N = 90, DRAWS = 400 };
    double h[N], P[N], mean = 0, square = 0, said = 0;
    g_autoptr(GRand) rand = g_rand_new_with_seed(7);
    for (int k = 0; k < DRAWS; k++) {
        struct unload_fit fit;
        for (int i = 0; i < N; i++) {
            double u = 0;
            for (int j = 0; j < 12; j++)
                u += g_rand_double(rand) - 0.5;
            h[i] = 915 - 1.2 * i;
            P[i] = 100 * pow((h[i] - 647) / (915 - 647), 1.38) + 0.05 * u;
        }
        g_assert_null(unload_fit(h, P, N, 915, &fit));
        mean += fit.S / DRAWS;
        square += fit.S * fit.S / DRAWS;
        said += fit.sigma_S / DRAWS;
    }
    const double ratio = sqrt(square - mean * mean) / said;
    g_test_message("figure: sigma of S: scatter over what is said, less 1: %.3f (at most 0.15)",
                   fabs(ratio - 1));
    g_assert_cmpfloat(fabs(ratio - 1), <, 0.15);
}

/* ---- The noise-free indent of the glass ---- */

static void set_glass(test_step *s)
{
    test_step_set_list(s, "area", (double[]){24.5, 1450}, 2);
    test_step_set_number(s, "poisson", 0.36);
    test_step_set_number(s, "beta", 1.034);
}

static test_step *glass(void)
{
    test_step *corrected = then(read_shipped("data/indent_CR_clean.csv"), "drift", NULL, 0);
    test_step *s = follow("oliver_pharr", corrected);
    test_step_free(corrected);
    set_glass(s);
    return s;
}

/* Its file has 10 digits: depths to 1e-7 nm in 280 that the unloading spans. */
static void test_clean(void)
{
    test_step *s = run(glass());
    const double H = fabs(value_of(s, "hardness") / 6.2 - 1), E = fabs(value_of(s, "modulus") / 105 - 1);
    g_test_message("figure: noise-free indent: H to 6.2 GPa, relative: %.2g (at most 1e-6)", H);
    g_test_message("figure: noise-free indent: E to 105.0 GPa, relative: %.2g (at most 1e-6)", E);
    g_assert_cmpfloat(H, <, 1e-6);
    g_assert_cmpfloat(E, <, 1e-6);
    g_assert_cmpfloat_with_epsilon(value_of(s, "max_load"), 100, 1e-9);
    g_assert_cmpfloat_with_epsilon(value_of(s, "exponent"), 1.38, 1e-6);
    /* P/S^2 = pi H/(4 beta^2 Er^2), whatever the area. */
    const double Er = value_of(s, "reduced_modulus");
    g_assert_cmpfloat_with_epsilon(value_of(s, "p_over_s2"), G_PI * 6.2 / (4 * 1.034 * 1.034 * Er * Er),
                                   1e-9);
    g_assert_cmpfloat(value_of(s, "work_ratio"), >, 0.2);
    test_step_free(s);
}

/* The window is where it says, by points or by load. */
static void test_window(void)
{
    test_step *s = glass();
    test_step_set_list(s, "window", (double[]){0.4, 0.98}, 2);
    test_step_set(s, "window_of", "load");
    run(s);
    g_assert_cmpfloat(at(s, "unload", 0), <=, 98);
    g_assert_cmpfloat(at(s, "unload", length(s, "unload") - 1), >=, 40);
    g_assert_cmpuint(length(s, "unload"), ==, 117); /* 98 to 40 mN in steps of 0.5 */
    g_assert_cmpfloat_with_epsilon(value_of(s, "hardness"), 6.2, 1e-5);
    test_step_free(s);
}

/* What the segments of the file say is found from the load alone. */
static void test_segments(void)
{
    g_autofree char *path = test_file("data/indent_CR_clean.csv"), *text = NULL;
    g_assert_true(g_file_get_contents(path, &text, NULL, NULL));
    g_autoptr(GString) bare = g_string_new("t_s,P_mN,h_nm\n");
    g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
    for (char **line = lines + 1; *line && **line; line++)
        g_string_append_printf(bare, "%.*s\n", (int)(strrchr(*line, ',') - *line), *line);
    g_autofree char *other = file_of("bare.csv", bare->str, -1);
    test_step *with = read_shipped("data/indent_CR_clean.csv"), *without = read_test(other, 0);
    g_assert_cmpuint(length(with, "segment"), ==, length(without, "segment"));
    size_t different = 0;
    for (size_t i = 0; i < length(with, "segment"); i++)
        different += at(with, "segment", i) != at(without, "segment", i);
    /* Where a segment begins is a matter of one point, at each of five places, and of half a step of the
     * load. */
    g_assert_cmpuint(different, <=, 10);
    test_step_free(with);
    test_step_free(without);
}

/* A small load that falls from the first point on and grows anew is no cycle; one that was loaded is, and so
 * is a large one whose loading is not there. */
static size_t cycles_from(double begin, double first)
{
    enum { M = 400 };
    double t[M], P[M], h[M];
    for (int i = 0; i < M; i++) {
        t[i] = i;
        P[i] = i < 50    ? begin + (first - begin) * i / 50
               : i < 100 ? first * (100 - i) / 50
               : i < 250 ? 100 * (i - 100) / 150.0
                         : 100 - 0.6 * (i - 250);
        h[i] = 9 * P[i] + 0.01 * i;
    }
    test_step *s = on_curves("oliver_pharr_cycles", M, t, P, h);
    set_glass(s);
    run(s);
    const size_t n = length(s, "max_load");
    test_step_free(s);
    return n;
}

static void test_transient(void)
{
    g_assert_cmpuint(cycles_from(1, 1), ==, 1);
    g_assert_cmpuint(cycles_from(0.95, 1), ==, 1);
    g_assert_cmpuint(cycles_from(0, 1), ==, 2);
    g_assert_cmpuint(cycles_from(0, 50), ==, 2);
    g_assert_cmpuint(cycles_from(50, 50), ==, 2);
}

/* ---- Sentences ---- */

static void test_names(void)
{
    static const char *const steps[] = {"oliver_pharr", "creep", "drift"};
    for (size_t i = 0; i < G_N_ELEMENTS(steps); i++) {
        const double t[] = {0, 1, 2, 3}, P[] = {0, 1, 2, 3}, h[] = {0, 1, 2, 3};
        frit_dataset *load = frit_dataset_curve(4, t, "time", "s", P, NULL, "mN");
        frit_dataset_set_text(load, "test", "Test 010");
        test_step *s = test_step_new(steps[i]);
        test_step_input(s, "load", load);
        test_step_input(s, "depth", frit_dataset_curve(4, t, "time", "s", h, NULL, "nm"));
        assert_sentence(s, "Test 010: ");
    }
    frit_dataset *x[] = {frit_dataset_number(6.1, "GPa"), frit_dataset_number(9.9, "GPa")};
    frit_dataset_set_text(x[1], "test", "Test 010");
    test_step *s = test_step_new("statistics");
    test_step_series(s, "values", x, 2);
    test_step_set_list(s, "accept", (double[]){5, 8}, 2);
    run(s);
    g_assert_nonnull(
        strstr(frit_dataset_attribute(test_step_output(s, "mean"), "rejected")->text, "Test 010"));
    test_step_free(s);
}

/* ---- Corrections ---- */

/* A linear load on a depth of its root, from 10 s on; before it the tip is 30 nm above the surface. */
enum { APPROACH = 100, N = 400 };
static void approach(double *t, double *P, double *h)
{
    for (int i = 0; i < N; i++) {
        t[i] = 0.1 * i;
        P[i] = i < APPROACH ? 0 : 0.05 * (i - APPROACH);
        h[i] = 0.3 * i + (i < APPROACH ? 0 : 60 * sqrt(P[i]));
    }
}

static void test_contact(void)
{
    double t[N], P[N], h[N];
    approach(t, P, h);
    test_step *s = on_curves("contact", N, t, P, h);
    run(s);
    g_assert_cmpfloat(fabs(value_of(s, "contact_time") - 10), <, 0.11); /* a sample */
    const frit_dataset *depth = test_step_output(s, "depth");
    const size_t at_contact = (size_t)lround(value_of(s, "contact_time") * 10);
    g_assert_cmpfloat(frit_dataset_values(depth)[at_contact], ==, 0);
    g_assert_cmpfloat_with_epsilon(depth->axis[0]->at[at_contact], 0, 1e-12);
    g_assert_cmpfloat(at(s, "segment", 0), ==, -1);
    test_step_free(s);
}

static void test_never_touched(void)
{
    double t[N], P[N], h[N];
    g_autoptr(GRand) rand = g_rand_new_with_seed(3);
    for (int i = 0; i < N; i++) {
        t[i] = i;
        P[i] = 0.001 * g_rand_double(rand);
        h[i] = 2 * i;
    }
    assert_sentence(on_curves("contact", N, t, P, h), "never touched|noise");
    approach(t, P, h);
    test_step *s = on_curves("contact", N, t, P, h);
    test_step_set_number(s, "least_load", 50);
    assert_sentence(s, "never touched|50 mN");
}

static void test_drift_and_frame(void)
{
    test_step *s = then(read_shipped("data/indent_CR_clean.csv"), "drift", NULL, 0);
    g_assert_cmpfloat_with_epsilon(value_of(s, "rate"), 0.05, 1e-9);
    const double before = at(s, "depth", 250), load = at(s, "load", 250);
    assert_sentence(follow("drift", s), "taken out before|drift");
    s = then(s, "frame_compliance", "frame_stiffness", 5e6);
    g_assert_cmpfloat_with_epsilon(at(s, "depth", 250), before - load / 5e6 * 1e6, 1e-9);
    assert_sentence(follow("frame_compliance", s), "taken out before|frame_compliance");
    test_step_free(s);
    s = read_shipped("data/indent_CR_clean.csv");
    assert_sentence(follow("frame_compliance", s), "does not say how stiff");
    test_step_free(s);
    /* Unloaded to nothing: the tip hangs in the air, and drifts as it likes. */
    double t[N], P[N], h[N];
    for (int i = 0; i < N; i++) {
        t[i] = 0.1 * i;
        P[i] = i < 100 ? i : i < 200 ? 200 - i : 0;
        h[i] = i < 100 ? 9 * i : i < 200 ? 900 - 2 * (i - 100) : 700 - 3 * (i - 200);
    }
    assert_sentence(on_curves("drift", N, t, P, h),
                    "no hold at low load|0 of 100 mN: the tip may be off|rate");
}

/* P = h^2 up and P = 4 (h - h/2)^2 down: W_tot = 1/3 hmax^3, W_el = 1/2 of that. */
static void test_work(void)
{
    enum { M = 2001 };
    double t[2 * M], P[2 * M], h[2 * M];
    for (int i = 0; i < M; i++) {
        t[i] = i;
        t[M + i] = M + i;
        h[i] = 0.1 * i;
        P[i] = 1e-2 * h[i] * h[i];
        h[M + i] = 200 - 0.05 * i;
        P[M + i] = 4e-2 * pow(h[M + i] - 100, 2);
    }
    test_step *s = run(on_curves("work", 2 * M - 300, t, P, h)); /* ends above zero */
    const double total = 1e-2 * pow(200, 3) / 3 * 1e-3;
    g_assert_cmpfloat_with_epsilon(value_of(s, "total_work") / total, 1,
                                   1e-6); /* h^2/(12 n^2) and the first step */
    g_assert_cmpfloat_with_epsilon(value_of(s, "work_ratio"), 0.5, 1e-5);
    test_step_free(s);
}

static void test_creep(void)
{
    enum { M = 500 };
    double t[M], P[M], h[M];
    for (int i = 0; i < M; i++) {
        t[i] = 0.1 * i;
        P[i] = i < 100 ? i : i < 300 ? 100 : fmax(100 - (i - 300), 0);
        h[i] = i < 100   ? 9 * i
               : i < 300 ? 900 + 4 * log1p((t[i] - 10) / 0.7)
                         : 900 + 4 * log1p(20 / 0.7) - 2 * (i - 299);
    }
    test_step *s = on_curves("creep", M, t, P, h);
    test_step_set_list(s, "times", (double[]){9.95, 29.95}, 2);
    run(s);
    g_assert_cmpfloat_with_epsilon(value_of(s, "amplitude"), 4, 1e-6);
    g_assert_cmpfloat_with_epsilon(value_of(s, "time_constant"), 0.7, 1e-6);
    g_assert_cmpfloat_with_epsilon(value_of(s, "creep"), 4 * log1p(19.9 / 0.7), 1e-9);
    g_assert_cmpfloat_with_epsilon(value_of(s, "rate"), 4 / (0.7 + 19.9), 1e-6);
    test_step_free(s);
}

/* An elastic contact up to a jump: k, and the shear from the pressure below the middle, 2 Er/pi sqrt(h/R). */
static void test_hertz(void)
{
    enum { M = 100, JUMP = 60 };
    const double Er = 100, R = 300, k = 4.0 / 3 * 1e-6 * Er * sqrt(R); /* GPa is 1e-6 mN/nm^2 */
    double t[M], P[M], h[M];
    for (int i = 0; i < M; i++) {
        t[i] = i;
        h[i] = 5 + 0.5 * i + (i > JUMP ? 8 : 0);
        P[i] = k * pow(0.5 * i, 1.5);
    }
    const double shear = 0.31 * 2 * Er / G_PI * sqrt(0.5 * JUMP / R);
    test_step *s = on_curves("pop_in", M, t, P, h);
    test_step_set_number(s, "radius", R);
    run(s);
    g_assert_cmpfloat(value_of(s, "count"), ==, 1);
    g_assert_cmpfloat(value_of(s, "first_load"), ==, P[JUMP]);
    g_assert_cmpfloat_with_epsilon(at(s, "event_jump", 0), 8.5, 1e-12);
    g_assert_cmpfloat_with_epsilon(value_of(s, "hertz_coefficient") / k, 1, 1e-6);
    g_assert_cmpfloat_with_epsilon(value_of(s, "reduced_modulus") / Er, 1, 1e-6);
    g_assert_cmpfloat_with_epsilon(value_of(s, "max_shear") / shear, 1, 1e-6);
    test_step_free(s);
    s = on_curves("pop_in", M, t, P, h);
    test_step_set_number(s, "modulus", Er);
    run(s);
    g_assert_cmpfloat_with_epsilon(value_of(s, "tip_radius") / R, 1, 2e-6);
    g_assert_cmpfloat_with_epsilon(value_of(s, "max_shear") / shear, 1, 2e-6);
    test_step_free(s);
}

/* ---- Calibration ---- */

static frit_dataset *list(size_t n, const double *x, const char *unit)
{
    double number[64];
    for (size_t i = 0; i < n; i++)
        number[i] = (double)i + 1;
    return frit_dataset_curve(n, number, "cycle", "1", x, NULL, unit);
}

/* Unloads of fused silica by an area function: it is found, and the frame that is put before it. */
static void test_calibration(void)
{
    enum { M = 30 };
    const struct area area = {{24.5, 500, 3000}, 3};
    const double Er = reduced_modulus_of(72, 0.18, 1141, 0.07), H = 9.2, K = 4e6;
    double S[M], P[M], h[M], framed[M];
    for (int i = 0; i < M; i++) {
        const double hc = 60 * pow(1.12, i), A = area_at(&area, hc, NULL);
        P[i] = 1e-6 * H * A;
        S[i] = 2 * Er * sqrt(A / G_PI); /* N/m: GPa nm */
        h[i] = hc + 0.75e6 * P[i] / S[i];
        framed[i] = 1 / (1 / S[i] + 1 / K);
    }
    test_step *s = test_step_new("area_function");
    test_step_input(s, "stiffness", list(M, S, "N/m"));
    test_step_input(s, "max_load", list(M, P, "mN"));
    test_step_input(s, "max_depth", list(M, h, "nm"));
    run(s);
    for (size_t i = 0; i < 3; i++)
        g_assert_cmpfloat_with_epsilon(at(s, "area_function", i) / area.c[i], 1, 1e-6);
    test_step_free(s);

    s = test_step_new("frame_stiffness");
    test_step_input(s, "stiffness", list(M, framed, "N/m"));
    test_step_input(s, "max_load", list(M, P, "mN"));
    test_step_input(s, "max_depth", list(M, h, "nm"));
    run(s);
    g_assert_cmpfloat_with_epsilon(value_of(s, "frame_stiffness") / K, 1, 1e-9);
    test_step_free(s);

    s = test_step_new("area_function");
    test_step_input(s, "stiffness", list(2, S, "N/m"));
    test_step_input(s, "max_load", list(2, P, "mN"));
    test_step_input(s, "max_depth", list(2, h, "nm"));
    assert_sentence(s, "2 unloads|3 coefficients");
}

/* A dynamic test of a sample of one hardness: it is the same at all depths. */
static void test_depth_profile(void)
{
    enum { M = 100 };
    double t[M], P[M], h[M], S[M];
    const struct area area = {{24.5, 1450}, 2};
    const double Er = reduced_modulus_of(105, 0.36, 1141, 0.07);
    for (int i = 0; i < M; i++) {
        const double hc = 10 + 10 * i, A = area_at(&area, hc, NULL);
        t[i] = i;
        P[i] = 6.2e-6 * A;
        S[i] = i == 7 ? NAN : 2 * 1.034 * Er * sqrt(A / G_PI);
        h[i] = hc + 0.75e6 * P[i] / (2 * 1.034 * Er * sqrt(A / G_PI));
    }
    test_step *s = on_curves("depth_profile", M, t, P, h);
    test_step_input(s, "stiffness", frit_dataset_curve(M, t, "time", "s", S, NULL, "N/m"));
    set_glass(s);
    test_step_set_list(s, "average", (double[]){200, 600}, 2);
    run(s);
    g_assert_cmpuint(length(s, "hardness"), ==, M - 1);
    g_assert_cmpfloat_with_epsilon(value_of(s, "mean_hardness"), 6.2, 1e-9);
    g_assert_cmpfloat_with_epsilon(value_of(s, "mean_modulus"), 105, 1e-7);
    test_step_free(s);
}

/* ---- Statistics ---- */

static void test_statistics(void)
{
    test_step *s = test_step_new("statistics");
    frit_dataset *bad = frit_dataset_number(0, "GPa");
    frit_dataset_want_mask(bad);
    bad->mask[0] = 1;
    frit_dataset *x[] = {frit_dataset_number(6.1, "GPa"), frit_dataset_number(6.2, "GPa"),
                         frit_dataset_number(6.3, "GPa"), bad,
                         frit_dataset_number(6.2, "GPa"), frit_dataset_number(6.2, "GPa"),
                         frit_dataset_number(6.2, "GPa"), frit_dataset_number(9.9, "GPa")};
    test_step_series(s, "values", x, 8);
    test_step_set_list(s, "accept", (double[]){5, 8}, 2);
    run(s);
    g_assert_cmpfloat_with_epsilon(value_of(s, "mean"), 6.2, 1e-12);
    g_assert_cmpfloat_with_epsilon(value_of(s, "deviation"), sqrt(0.02 / 5), 1e-12);
    g_assert_cmpfloat(value_of(s, "n"), ==, 6);
    g_assert_cmpfloat(value_of(s, "rejected"), ==, 2);
    const frit_attribute *why = frit_dataset_attribute(test_step_output(s, "mean"), "rejected");
    g_assert_nonnull(why);
    g_assert_nonnull(strstr(why->text, "test 4"));
    g_assert_nonnull(strstr(why->text, "not measured"));
    g_assert_nonnull(strstr(why->text, "test 8"));
    g_assert_nonnull(strstr(why->text, "9.9 lies outside of 5 to 8"));
    test_step_free(s);

    s = test_step_new("statistics");
    frit_dataset *one[] = {frit_dataset_number(6.1, "GPa")};
    test_step_series(s, "values", one, 1);
    test_step_set_number(s, "least", 2);
    assert_sentence(s, "1 of 1 values count|2 are wanted");
}

static void test_outliers(void)
{
    const double x[] = {6.1, 6.2, 6.3, 6.2, 6.15, 6.25, 7.9};
    test_step *s = test_step_new("statistics");
    frit_dataset *d = list(7, x, "GPa");
    test_step_series(s, "values", &d, 1);
    test_step_set_number(s, "outliers", 5);
    run(s);
    g_assert_cmpfloat(value_of(s, "n"), ==, 6);
    g_assert_cmpfloat_with_epsilon(value_of(s, "mean"), 6.2, 1e-12);
    test_step_free(s);
}

/* ---- Unsound tests ---- */

/* The glass's indent, changed: kind by kind. */
static test_step *changed(size_t n, void (*change)(size_t n, double *t, double *P, double *h))
{
    test_step *from = read_shipped("data/indent_CR_clean.csv");
    const size_t all = length(from, "load");
    g_autofree double *t = g_new(double, all), *P = g_new(double, all), *h = g_new(double, all);
    for (size_t i = 0; i < all; i++) {
        t[i] = test_step_output(from, "load")->axis[0]->at[i];
        P[i] = at(from, "load", i);
        h[i] = at(from, "depth", i);
    }
    if (change)
        change(all, t, P, h);
    test_step *s = on_curves("oliver_pharr", n ? n : all, t, P, h);
    set_glass(s);
    test_step_free(from);
    return s;
}

static void saturate(size_t n, double *t, double *P, double *h)
{
    (void)t;
    (void)h;
    for (size_t i = 0; i < n; i++)
        P[i] = fmin(P[i], 70);
}

static void turn_over(size_t n, double *t, double *P, double *h)
{
    (void)t;
    (void)P;
    for (size_t i = 0; i < n; i++)
        h[i] = -h[i];
}

static void make_noise(size_t n, double *t, double *P, double *h)
{
    (void)t;
    (void)h;
    g_autoptr(GRand) rand = g_rand_new_with_seed(5);
    for (size_t i = 0; i < n; i++)
        P[i] = 1e-3 * g_rand_double(rand);
}

static void test_unsound(void)
{
    assert_sentence(changed(250, NULL), "no unloading|the hold never end"); /* ends within the hold */
    assert_sentence(changed(310, NULL), "no unloading");                    /* fell by 4 % of the peak */
    test_step *s = changed(340, NULL); /* to 81 %, the window goes to 40 % */
    test_step_set_list(s, "window", (double[]){0.4, 0.98}, 2);
    test_step_set(s, "window_of", "load");
    assert_sentence(s, "the unloading ends at 0.8|0.4 to 0.98");
    assert_sentence(changed(0, saturate), "load cell was saturated|70 mN");
    assert_sentence(changed(0, turn_over), "positive|other sign");
    assert_sentence(changed(0, make_noise), "touched");
    s = changed(0, NULL);
    test_step_set(s, "area_unit", "um");
    assert_sentence(s, "no indenter is like that|um");
    s = changed(0, NULL);
    test_step_set_list(s, "area", (double[]){24.5e-6, 1.45e-3}, 2);
    assert_sentence(s, "no indenter is like that");
    s = changed(0, NULL);
    test_step_set_number(s, "cycle", 3);
    assert_sentence(s, "no cycle 3|has 1");
    s = changed(0, NULL);
    test_step_set_list(s, "area", (double[]){1, 1, 1, 1, 1, 1, 1, 1, 1, 1}, 10);
    assert_sentence(s, "10 coefficients|9 at most");
}

/* The tip's area is off by a factor: P/S^2 and the works tell. */
static void test_disagreement(void)
{
    test_step *s = glass();
    test_step_set_list(s, "area", (double[]){10.5, 145}, 2);
    run(s);
    const double tip = value_of(s, "hardness"), work = value_of(s, "hardness_from_work");
    g_assert_cmpfloat(tip / work - 1, >, 0.5); /* which is where the step warns */
    test_step_free(s);
}

int main(int argc, char **argv)
{
    test_init(&argc, &argv);
    g_test_add_func("/indentation/epsilon", test_epsilon);
    g_test_add_func("/indentation/hay", test_hay);
    g_test_add_func("/indentation/area", test_area);
    g_test_add_func("/indentation/power-law", test_power_law);
    g_test_add_func("/indentation/sigma", test_sigma);
    g_test_add_func("/indentation/clean", test_clean);
    g_test_add_func("/indentation/window", test_window);
    g_test_add_func("/indentation/segments", test_segments);
    g_test_add_func("/indentation/transient", test_transient);
    g_test_add_func("/indentation/names", test_names);
    g_test_add_func("/indentation/contact", test_contact);
    g_test_add_func("/indentation/never-touched", test_never_touched);
    g_test_add_func("/indentation/drift-and-frame", test_drift_and_frame);
    g_test_add_func("/indentation/work", test_work);
    g_test_add_func("/indentation/creep", test_creep);
    g_test_add_func("/indentation/hertz", test_hertz);
    g_test_add_func("/indentation/calibration", test_calibration);
    g_test_add_func("/indentation/depth-profile", test_depth_profile);
    g_test_add_func("/indentation/statistics", test_statistics);
    g_test_add_func("/indentation/outliers", test_outliers);
    g_test_add_func("/indentation/unsound", test_unsound);
    g_test_add_func("/indentation/disagreement", test_disagreement);
    return g_test_run();
}
