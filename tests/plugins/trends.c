/* The steps on what a quantity does with temperature, as recipes run them.
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "step.h"

#include <math.h>
#include <string.h>

enum { N = 80 };

/* From 303 K in steps of 5 K. */
static double temperature(size_t i)
{
    return 303 + 5 * (double)i;
}

/* A fixed noise of about one standard deviation. */
static double noise(size_t i)
{
    return sin(12.9898 * (double)i) + sin(78.233 * (double)i) * 0.7 + cos(39.4 * (double)i * (double)i) * 0.7;
}

static frit_dataset *curve(size_t n, const double *x, const double *y, const double *sigma, const char *unit)
{
    return frit_dataset_curve(n, x, "T", "K", y, sigma, unit);
}

static test_step *step_on(const char *name, frit_dataset *d)
{
    test_step *s = test_step_new(name);
    test_step_input(s, "curve", d);
    if (g_str_equal(name, "transition"))
        test_step_set_number(s, "tg", 680);
    return s;
}

static void run(test_step *s)
{
    GError *error = NULL;
    test_step_run(s, &error);
    g_assert_no_error(error);
}

static const double *values(test_step *s, const char *output)
{
    return frit_dataset_values(test_step_output(s, output));
}

static bool masked(test_step *s, const char *output, size_t i)
{
    const frit_dataset *d = test_step_output(s, output);
    return d->mask && d->mask[i];
}

static void close_to(double found, double wanted, double room)
{
    if (!(fabs(found - wanted) <= room))
        g_error("%.15g, not %.15g: off by %.3g, at most %.3g", found, wanted, found - wanted, room);
}

/* The step fails with a sentence that has all pieces, parted by '|'. */
static void refused(test_step *s, const char *pieces)
{
    g_autofree char *sentence = test_step_failure(s);
    g_auto(GStrv) piece = g_strsplit(pieces, "|", -1);
    for (char **p = piece; *p; p++)
        if (!strstr(sentence, *p))
            g_error("\"%s\" does not say \"%s\"", sentence, *p);
    test_step_free(s);
}

/* ---- spline ---- */

/* Masked points are left out and get the curve between the others; outside of the measured ones it is
 * masked. The derivative has its unit. */
static void spline(void)
{
    double x[N], y[N], sigma[N];
    for (size_t i = 0; i < N; i++) {
        x[i] = temperature(i);
        y[i] = i < 3 ? NAN : i == 20 ? 1000 : 2 - 0.01 * x[i];
        sigma[i] = 0.1;
    }
    frit_dataset *d = curve(N, x, y, sigma, "1/angstrom");
    frit_dataset_want_mask(d);
    d->mask[20] = 1;
    test_step *s = step_on("spline", d);
    test_step_set_number(s, "points", 11);
    run(s);
    g_assert_cmpstr(test_step_output(s, "spline")->unit, ==, "1/angstrom");
    g_assert_cmpstr(test_step_output(s, "derivative")->unit, ==, "1/angstrom/K");
    g_assert_cmpstr(test_step_output(s, "fine")->axis[0]->unit, ==, "K");
    for (size_t i = 0; i < N; i++) {
        g_assert_cmpint(masked(s, "spline", i), ==, i < 3);
        g_assert_cmpint(masked(s, "derivative", i), ==, i < 3);
        if (i >= 3) {
            close_to(values(s, "spline")[i], 2 - 0.01 * x[i], 1e-11);
            close_to(values(s, "derivative")[i], -0.01, 1e-11);
        }
    }
    g_assert_cmpuint(test_step_output(s, "fine")->shape[0], ==, 11);
    g_assert_cmpfloat(test_step_output(s, "fine")->axis[0]->at[0], ==, x[3]);
    g_assert_cmpfloat(test_step_output(s, "fine")->axis[0]->at[10], ==, x[N - 1]);
    close_to(values(s, "fine_derivative")[5], -0.01, 1e-11);
    g_assert_nonnull(frit_dataset_attribute(test_step_output(s, "spline"), "gcv"));
    g_assert_nonnull(frit_dataset_attribute(test_step_output(s, "spline"), "lambda"));
    test_step_free(s);
}

/* Points in any order give the same curve at each of them. */
static void spline_of_unsorted(void)
{
    double x[2][N], y[2][N];
    test_step *s[2];
    for (int k = 0; k < 2; k++) {
        for (size_t i = 0; i < N; i++) {
            size_t j = k ? i * 37 % N : i;
            x[k][i] = temperature(j);
            y[k][i] = sin(x[k][i] / 60) + 0.1 * noise(j);
        }
        s[k] = step_on("spline", curve(N, x[k], y[k], NULL, "1"));
        run(s[k]);
    }
    for (size_t i = 0; i < N; i++)
        g_assert_cmpfloat(values(s[1], "spline")[i], ==, values(s[0], "spline")[i * 37 % N]);
    test_step_free(s[0]);
    test_step_free(s[1]);
}

/* A curve that was measured twice at a point, and its mean there with half the variance, are one. */
static void repeats(void)
{
    double x[N + 1], y[N + 1], sigma[N + 1], mean_y[N], mean_sigma[N];
    for (size_t i = 0; i <= N; i++) {
        x[i] = temperature(i);
        y[i] = sin(x[i] / 60) + 0.1 * noise(i);
        sigma[i] = 0.1;
    }
    x[N] = x[40];
    memcpy(mean_y, y, sizeof mean_y);
    memcpy(mean_sigma, sigma, sizeof mean_sigma);
    mean_y[40] = (y[40] + y[N]) / 2;
    mean_sigma[40] = 0.1 / sqrt(2);
    refused(step_on("spline", curve(N + 1, x, y, sigma, "1")), "points 41 and 81|503 K|repeats = \"mean\"");
    test_step *twice = step_on("spline", curve(N + 1, x, y, sigma, "1"));
    test_step *once = step_on("spline", curve(N, x, mean_y, mean_sigma, "1"));
    test_step_set(twice, "repeats", "mean");
    run(twice);
    run(once);
    for (size_t i = 0; i < N; i++)
        close_to(values(twice, "spline")[i], values(once, "spline")[i], 1e-12);
    test_step_free(twice);
    test_step_free(once);
}

/* ---- transition ---- */

static test_step *transition_on(double (*f)(double), double scatter, double error)
{
    double x[N], y[N], sigma[N];
    for (size_t i = 0; i < N; i++) {
        x[i] = temperature(i);
        y[i] = f(x[i]) + scatter * noise(i);
        sigma[i] = error;
    }
    return step_on("transition", curve(N, x, y, sigma, "1/angstrom"));
}

static double kinked(double T)
{
    return 2 + (T < 551 ? -1e-3 : 2e-3) * (T - 551);
}

static double straight(double T)
{
    return 2 - 1e-3 * T;
}

static double bent_evenly(double T)
{
    return 2 + 1e-5 * (T - 520) * (T - 520);
}

static void transition(void)
{
    test_step *s = transition_on(kinked, 0, 0);
    run(s);
    close_to(values(s, "temperature")[0], 551, 1e-9);
    close_to(values(s, "slope_below")[0], -1e-3, 1e-12);
    close_to(values(s, "slope_above")[0], 2e-3, 1e-12);
    g_assert_cmpstr(test_step_output(s, "slope_above")->unit, ==, "1/angstrom/K");
    g_assert_cmpstr(test_step_output(s, "temperature")->unit, ==, "K");
    g_assert_cmpfloat(values(s, "usable")[0], ==, 1);
    for (size_t i = 0; i < N; i++) {
        double T = temperature(i);
        g_assert_cmpint(masked(s, "fit", i), ==, T < 320 || T > 674);
        if (!masked(s, "fit", i))
            close_to(values(s, "fit")[i], kinked(T), 1e-12);
    }
    test_step_free(s);

    s = transition_on(kinked, 0.005, 0.005);
    run(s);
    double at = values(s, "temperature")[0], lower = values(s, "lower")[0], upper = values(s, "upper")[0];
    g_assert_true(lower < at && at < upper && upper - lower < 40);
    g_assert_cmpfloat(test_step_output(s, "temperature")->sigma[0], >, 0);
    g_assert_cmpfloat(fabs(values(s, "turning_point")[0] - 551), <, 15);
    g_assert_cmpfloat(values(s, "departure")[0], >=, 551);
    g_assert_cmpfloat(values(s, "departure")[0], <, 600);

    /* The same seed gives the same bits, another one another interval. */
    test_step *again = transition_on(kinked, 0.005, 0.005), *other = transition_on(kinked, 0.005, 0.005);
    test_step_set_number(other, "seed", 2);
    run(again);
    run(other);
    g_assert_cmpfloat(values(again, "lower")[0], ==, lower);
    g_assert_cmpfloat(values(other, "lower")[0], !=, lower);
    g_assert_cmpfloat(values(other, "temperature")[0], ==, at);
    test_step_free(s);
    test_step_free(again);
    test_step_free(other);
}

static void not_usable(test_step *s, const char *reason)
{
    run(s);
    static const char *const kink[] = {"temperature", "lower", "upper", "slope_below", "slope_above"};
    for (size_t k = 0; k < G_N_ELEMENTS(kink); k++)
        g_assert_true(masked(s, kink[k], 0));
    g_assert_cmpfloat(values(s, "usable")[0], ==, 0);
    const frit_attribute *why = frit_dataset_attribute(test_step_output(s, "temperature"), "reason");
    g_assert_nonnull(why);
    if (!strstr(why->text, reason))
        g_error("\"%s\" does not say \"%s\"", why->text, reason);
    g_assert_false(masked(s, "fit", N / 2)); /* the straight line is there to be drawn */
    test_step_free(s);
}

/* What has no kink: said, and drawn all the same. */
static void no_kink(void)
{
    not_usable(transition_on(straight, 0, 0), "no more than noise");
    not_usable(transition_on(straight, 0.01, 0.01), "no more than noise");
    not_usable(transition_on(bent_evenly, 0.005, 0.005), "a parabola fits better");
    test_step *s = transition_on(kinked, 0.005, 0.005);
    test_step_set_number(s, "break_from", 560);
    not_usable(s, "an end of its range");
    s = transition_on(kinked, 0.1, 0.1);
    test_step_set_number(s, "contrast", 0);
    not_usable(s, "wider than 40 K");

    /* Of few points some lie on two lines by chance: 8 with a t of 5 or 6 say nothing. */
    const double x[] = {320, 330, 340, 350, 360, 370, 380, 390};
    const double y[] = {1, 0.991, 0.98, 0.969, 0.96, 0.954, 0.95, 0.944};
    s = step_on("transition", curve(8, x, y, NULL, "1"));
    test_step_set_number(s, "tg", 400);
    test_step_set_number(s, "break_from", 330);
    run(s);
    g_assert_cmpfloat(frit_dataset_attribute(test_step_output(s, "usable"), "contrast")->value, >, 2);
    g_assert_cmpfloat(values(s, "usable")[0], ==, 0);
    test_step_free(s);

    s = transition_on(straight, 0.01, 0.01);
    run(s);
    g_assert_true(masked(s, "turning_point", 0));
    g_assert_true(masked(s, "departure", 0));
    g_assert_nonnull(frit_dataset_attribute(test_step_output(s, "turning_point"), "reason"));
    test_step_free(s);
}

static void transition_mistakes(void)
{
    const double x[] = {330, 400, 400, 500, 900}, y[] = {1.25, 2.5, 2.75, 3, 4};
    refused(step_on("transition", curve(1, x, y, NULL, "1")),
            "1 measured point, at T = 330 (1.25) K|need 5 points");
    refused(step_on("transition", curve(4, x, y, NULL, "1")), "points 2 and 3|400 K|2.5 and 2.75");
    refused(step_on("transition", curve(2, x + 3, y + 3, NULL, "1")),
            "500 (3)|need 5 points|from 500 to 900 K");
    refused(step_on("transition", curve(1, x + 4, y + 4, NULL, "1")), "no measured point|from 900 to 900 K");
    double far_x[10], far_y[10];
    for (size_t i = 0; i < 10; i++) {
        far_x[i] = 321 + (double)i;
        far_y[i] = sin((double)i);
    }
    refused(step_on("transition", curve(10, far_x, far_y, NULL, "1")),
            "a break between 400 and 660 K|321 (0)");
    test_step *s = test_step_new("transition");
    test_step_input(s, "curve", curve(4, x, y, NULL, "1"));
    refused(s, "give tg, or to and break_to");
    s = transition_on(kinked, 0, 0);
    test_step_set_number(s, "break_to", 700);
    refused(s, "break_to = 700 K|to = 674 K");
    s = transition_on(kinked, 0, 0);
    test_step_set_number(s, "confidence", 0.999);
    refused(s, "400 replicas|4000 or more");
    const double sigma[] = {0.1, 0.1, 0.1, 0};
    refused(step_on("residual", curve(4, (double[]){310, 320, 330, 340}, y, sigma, "1")),
            "point 4, at T = 340 K|weights = \"equal\"");
}

/* ---- residual ---- */

/* Each residual is a sum over the values: with units in their places the matrix comes out, and from it
 * sigma. */
static void residual(void)
{
    enum { FEW = 20 };
    double x[FEW], y[FEW], sigma[FEW], variance[2][FEW] = {{0}};
    for (size_t i = 0; i < FEW; i++) {
        x[i] = 300 + 10 * (double)i;
        y[i] = 3 - 0.01 * x[i] + (i > 10 ? 0.5 : 0);
        sigma[i] = 0.1 + 0.05 * sin((double)i);
    }
    test_step *s = step_on("residual", curve(FEW, x, y, sigma, "1"));
    run(s);
    for (size_t i = 0; i < FEW; i++) {
        close_to(values(s, "residual")[i], i > 10 ? 0.5 : 0, 1e-13);
        close_to(values(s, "line")[i], 3 - 0.01 * x[i], 1e-13);
    }
    for (size_t j = 0; j < FEW; j++) {
        double unit[FEW] = {0};
        unit[j] = 1;
        test_step *column = step_on("residual", curve(FEW, x, unit, sigma, "1"));
        run(column);
        for (size_t i = 0; i < FEW; i++) {
            variance[0][i] += pow(values(column, "residual")[i] * sigma[j], 2);
            variance[1][i] += pow(values(column, "line")[i] * sigma[j], 2);
        }
        test_step_free(column);
    }
    for (size_t i = 0; i < FEW; i++) {
        close_to(test_step_output(s, "residual")->sigma[i], sqrt(variance[0][i]), 1e-12);
        close_to(test_step_output(s, "line")->sigma[i], sqrt(variance[1][i]), 1e-12);
    }
    close_to(frit_dataset_attribute(test_step_output(s, "residual"), "slope")->value, -0.01, 1e-14);
    test_step_free(s);
    refused(step_on("residual", curve(FEW - 10, x + 10, y, sigma, "1")),
            "between range = 300 and 380 K|no measured point|from 400 to 490 K");
    refused(step_on("residual", curve(2, x, y, NULL, "1")), "or three|300 (0), 310 (-0.1) K");
}

/* ---- thermal_expansion ---- */

static void expansion(void)
{
    enum { FEW = 30 };
    double x[FEW], length[FEW], q[FEW], sigma[FEW];
    for (size_t i = 0; i < FEW; i++) {
        x[i] = 300 + 10 * (double)i;
        length[i] = 2.8 * (1 + 1.5e-5 * (x[i] - 300));
        q[i] = 7.5 / length[i];
        sigma[i] = 1e-4;
    }
    for (int wave = 0; wave < 2; wave++) {
        test_step *s = step_on("thermal_expansion",
                               curve(FEW, x, wave ? q : length, NULL, wave ? "1/angstrom" : "angstrom"));
        run(s);
        g_assert_cmpstr(test_step_output(s, "alpha")->unit, ==, "1/K");
        close_to(values(s, "alpha")[0], 1.5e-5, 1e-16);
        close_to(values(s, "relative_length")[20], 1 + 1.5e-5 * 200, 1e-14);
        close_to(values(s, "line")[20], 1 + 1.5e-5 * 200, 1e-14);
        test_step_free(s);
    }

    /* Sigma of alpha: what each value is worth to it, by differences. alpha bends with the values by
     * 1e-5 of their change of 1e-4. */
    test_step *s = step_on("thermal_expansion", curve(FEW, x, q, sigma, "1/angstrom"));
    test_step_set_number(s, "reference", 400);
    test_step_set(s, "range", "300 500");
    run(s);
    double variance = 0, alpha = values(s, "alpha")[0];
    for (size_t j = 0; j < FEW; j++) {
        double moved[FEW];
        memcpy(moved, q, sizeof moved);
        moved[j] += 1e-6;
        test_step *m = step_on("thermal_expansion", curve(FEW, x, moved, sigma, "1/angstrom"));
        test_step_set_number(m, "reference", 400);
        test_step_set(m, "range", "300 500");
        run(m);
        variance += pow((values(m, "alpha")[0] - alpha) / 1e-6 * sigma[j], 2);
        test_step_free(m);
    }
    close_to(test_step_output(s, "alpha")->sigma[0] / sqrt(variance), 1, 1e-4);
    close_to(alpha, 1.5e-5 / (1 + 1.5e-5 * 100), 1e-14);
    test_step_free(s);

    s = step_on("thermal_expansion", curve(FEW, x, q, NULL, "1/angstrom"));
    test_step_set(s, "of", "length");
    run(s);
    g_assert_cmpfloat(values(s, "alpha")[0], <, 0);
    test_step_free(s);
    length[3] = -1;
    refused(step_on("thermal_expansion", curve(FEW, x, length, NULL, "angstrom")),
            "the value at 330 K is -1");
    refused(step_on("thermal_expansion", curve(1, x, q, NULL, "1/angstrom")),
            "or three|1 measured point, at T = 300");
}

int main(int argc, char **argv)
{
    test_init(&argc, &argv);
    g_test_add_func("/trends/spline/step", spline);
    g_test_add_func("/trends/spline/unsorted", spline_of_unsorted);
    g_test_add_func("/trends/spline/repeats", repeats);
    g_test_add_func("/trends/transition/kink", transition);
    g_test_add_func("/trends/transition/no_kink", no_kink);
    g_test_add_func("/trends/transition/mistakes", transition_mistakes);
    g_test_add_func("/trends/residual", residual);
    g_test_add_func("/trends/thermal_expansion", expansion);
    return g_test_run();
}
