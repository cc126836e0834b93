/* Arithmetic with datasets, against sums by hand; the uncertainties against the formulas of the GUM.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "step.h"

#include <math.h>
#include <string.h>

static frit_dataset *curve(double a, double b, double c, double sigma)
{
    const double x[] = {300, 310, 320}, y[] = {a, b, c}, s[] = {sigma, sigma, sigma};
    return frit_dataset_curve(3, x, "T", "K", y, sigma > 0 ? s : NULL, "angstrom");
}

static frit_dataset *number(double value, double sigma, const char *unit)
{
    frit_dataset *d = frit_dataset_number(value, unit);
    if (sigma > 0) {
        frit_dataset_want_sigma(d);
        d->sigma[0] = sigma;
    }
    return d;
}

static const frit_dataset *run(test_step *s, const char *port)
{
    GError *error = NULL;
    test_step_run(s, &error);
    g_assert_no_error(error);
    return test_step_output(s, port);
}

static void refused(test_step *s, const char *piece)
{
    g_autofree char *sentence = test_step_failure(s);
    if (!strstr(sentence, piece))
        g_error("'%s' is not in: %s", piece, sentence);
    test_step_free(s);
}

static test_step *of(const char *name, frit_dataset *a, frit_dataset *b)
{
    test_step *s = test_step_new(name);
    test_step_input(s, "a", a);
    if (b)
        test_step_input(s, "b", b);
    return s;
}

/* 3 +- 0.3 and 4 +- 0.4: the sum is uncertain by 0.5, the product by sqrt((4*0.3)^2 + (3*0.4)^2) = 1.2*sqrt(2), the
 * quotient by 0.75*sqrt(0.1^2 + 0.1^2).  Products of decimals round: 4 eps. */
static void test_two_numbers(void)
{
    static const struct {
        const char *step;
        double value, sigma;
        const char *unit;
    } cases[] = {
        {"add", 7, 0.5, "K"}, {"subtract", -1, 0.5, "K"}, {"multiply", 12, 1.2 * M_SQRT2, "(K)*(K)"},
        {"divide", 0.75, 0.075 * M_SQRT2, "1"},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        test_step *s = of(cases[i].step, number(3, 0.3, "K"), number(4, 0.4, "K"));
        const frit_dataset *d = run(s, "result");
        g_assert_cmpfloat(fabs(frit_dataset_values(d)[0] - cases[i].value), <=, 4e-16 * 12);
        g_assert_cmpfloat(fabs(d->sigma[0] - cases[i].sigma), <=, 4 * 2.3e-16 * cases[i].sigma);
        g_assert_cmpstr(d->unit, ==, cases[i].unit);
        test_step_free(s);
    }
}

/* One number goes with each value of a curve; masks of both hold, 1/0 is masked. */
static void test_curves(void)
{
    frit_dataset *a = curve(2, 4, 6, 0);
    frit_dataset_want_mask(a);
    a->mask[1] = 1;
    test_step *s = of("divide", a, curve(0, 1, 2, 0));
    const frit_dataset *d = run(s, "result");
    g_assert_true(d->mask[0] && d->mask[1] && !d->mask[2]);
    g_assert_cmpfloat(frit_dataset_values(d)[2], ==, 3);
    g_assert_cmpfloat(d->axis[0]->at[2], ==, 320);
    g_assert_null(d->sigma);
    test_step_free(s);

    s = of("subtract", curve(2, 4, 6, 0), number(1, 0.5, "angstrom"));
    d = run(s, "result");
    g_assert_cmpfloat(frit_dataset_values(d)[2], ==, 5);
    g_assert_cmpfloat(d->sigma[2], ==, 0.5);
    test_step_free(s);
}

static void test_powers(void)
{
    test_step *s = of("power", number(2, 0.1, "K"), NULL);
    test_step_set_number(s, "exponent", -1);
    const frit_dataset *d = run(s, "result");
    g_assert_cmpfloat(frit_dataset_values(d)[0], ==, 0.5);
    g_assert_cmpfloat(fabs(d->sigma[0] - 0.025), <=, 1e-17);
    g_assert_cmpstr(d->unit, ==, "(K)^-1");
    test_step_free(s);
    s = of("power", number(4, 0.1, "(1/angstrom)^2"), NULL);
    test_step_set_number(s, "exponent", 0.5);
    d = run(s, "result");
    g_assert_cmpfloat(frit_dataset_values(d)[0], ==, 2);
    g_assert_cmpstr(d->unit, ==, "1/angstrom");
    test_step_free(s);
    s = of("power", number(2, 0.1, "K"), NULL);
    test_step_set_number(s, "exponent", 0.5);
    refused(s, "a value in K has whole powers only");
}

static void test_what_does_not_go_together(void)
{
    refused(of("add", number(3, 0, "K"), number(4, 0, "angstrom")), "a is in K and b in angstrom");
    const double x[] = {300, 310, 321}, y[] = {1, 2, 3};
    refused(of("add", curve(1, 2, 3, 0), frit_dataset_curve(3, x, "T", "K", y, NULL, "angstrom")),
            "a and b lie at other positions");
    refused(of("add", curve(1, 2, 3, 0), frit_dataset_curve(2, x, "T", "K", y, NULL, "angstrom")),
            "a has 3 values along dimension 1 and b 2");
    refused(of("add", number(3, 0, "angstrom"), curve(1, 2, 3, 0)), "b is one number, or has the shape of a");
}

/* Of 2, 4, 9 at 300, 310, 320 K: the last two have the mean 6.5, s.d. 5/sqrt(2), standard error 2.5. */
static void test_mean_over(void)
{
    test_step *s = test_step_new("mean_over");
    test_step_input(s, "curve", curve(2, 4, 9, 0));
    test_step_set_list(s, "range", (double[]){310, 330}, 2);
    const frit_dataset *d = run(s, "mean");
    g_assert_cmpfloat(frit_dataset_values(d)[0], ==, 6.5);
    g_assert_cmpfloat(fabs(d->sigma[0] - 2.5), <=, 4.5e-16);
    test_step_free(s);

    s = test_step_new("mean_over");
    test_step_input(s, "curve", curve(2, 4, 9, 0.2));
    test_step_set_list(s, "range", (double[]){310, 330}, 2);
    d = run(s, "mean");
    g_assert_cmpfloat(fabs(d->sigma[0] - 0.2 / M_SQRT2), <=, 1e-16);
    test_step_free(s);

    s = test_step_new("mean_over");
    test_step_input(s, "curve", curve(2, 4, 9, 0));
    test_step_set_list(s, "range", (double[]){330, 340}, 2);
    refused(s, "no measured point between 330 and 340 K: the curve's lie between 300 and 320");
}

static void test_cut(void)
{
    test_step *s = test_step_new("cut");
    test_step_input(s, "curve", curve(2, 4, 9, 0.2));
    test_step_set_list(s, "range", (double[]){310, 330}, 2);
    const frit_dataset *d = run(s, "curve");
    g_assert_cmpuint(d->shape[0], ==, 2);
    g_assert_cmpfloat(d->axis[0]->at[0], ==, 310);
    g_assert_cmpfloat(frit_dataset_values(d)[1], ==, 9);
    g_assert_cmpfloat(d->sigma[1], ==, 0.2);
    test_step_free(s);
    s = test_step_new("cut");
    test_step_input(s, "curve", curve(2, 4, 9, 0));
    test_step_set_list(s, "range", (double[]){330, 340}, 2);
    refused(s, "no point between 330 and 340 K: the curve's lie between 300 and 320");
}

static double holds(const frit_dataset *probability)
{
    return frit_dataset_values(probability)[0];
}

/* Phi(1.644854) = 0.95: 10 and 12.326 with 1 each, sqrt(2) together, lie just so far apart. */
static void test_ordered(void)
{
    test_step *s = test_step_new("ordered");
    test_step_input(s, "least", number(10, 1, "K"));
    test_step_input(s, "above", number(10 + 1.644853627 * M_SQRT2, 1, "K"));
    g_assert_cmpfloat(fabs(holds(run(s, "probability")) - 0.95), <=, 1e-9);
    test_step_free(s);

    static const struct { double last, sigma, holds; } cases[] = {{12, 1, 0}, {14, 1, 1}, {9, 0, 0}, {10.1, 0, 1}};
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        s = test_step_new("ordered");
        test_step_input(s, "least", number(1, 0.1, "K"));
        test_step_input(s, "above", number(10, cases[i].sigma, "K"));
        test_step_input(s, "above", number(cases[i].last, cases[i].sigma, "K"));
        g_assert_cmpfloat(holds(run(s, "holds")), ==, cases[i].holds);
        test_step_free(s);
    }
}

/* A value that was not found supports no claim. */
static void test_missing(void)
{
    frit_dataset *none = number(20, 0, "K");
    frit_dataset_want_mask(none);
    none->mask[0] = 1;
    test_step *s = test_step_new("ordered");
    test_step_input(s, "least", number(1, 0.1, "K"));
    test_step_input(s, "above", none);
    g_assert_cmpfloat(holds(run(s, "holds")), ==, 0);
    test_step_free(s);
}

/* ---- Found beside true ---- */

static void test_verification(void)
{
    g_autofree char *folder = test_folder(), *file = g_build_filename(folder, "verify.csv", NULL),
                    *text = NULL;
    frit_dataset *none = number(20, 0, "K");
    frit_dataset_want_mask(none);
    none->mask[0] = 1;
    test_step *s = test_step_new("write_verification");
    test_step_input(s, "found", number(552.5, 1.5, "K"));
    test_step_input(s, "found", number(584, 1.5, "K"));
    test_step_input(s, "found", none);
    test_step_input(s, "found", number(1, 0, "1"));
    test_step_input(s, "found", number(3, 0, "1"));
    test_step_input(s, "found", number(-21, 0, "1"));
    test_step_input(s, "found", number(553.5, 2, "K"));
    test_step_input(s, "found", number(554.5, 2, "K"));
    test_step_input(s, "found", number(552.5, 1, "K"));
    test_step_set(s, "file", file);
    test_step_input(s, "truth", number(550, 0, "K"));
    test_step_input(s, "truth", number(580.5, 0, "K"));
    test_step_set(s, "rows", "T_r\tHPT\t3\t@1\nT_r\tCR\t3\t@2\nT_r\tCR\t3\t@2\nconclusion: a, then b\tall\t0\t1\nother\tAC\t1\n"
                  "part\tAC\t5 %\t-20\nT_r\tHPT\t3 or 2 sigma\t@1\nT_r\tHPT\t3 or 2 sigma\t@1\n"
                  "T_r\tHPT\t3 or 2 sigma\t@1\n");
    GError *error = NULL;
    test_step_run(s, &error);
    g_assert_no_error(error);
    g_assert_true(g_file_get_contents(file, &text, NULL, NULL));
    g_assert_cmpstr(text, ==,
                    "quantity,sample,truth,found,sigma,tolerance,ok\n"
                    "T_r,HPT,550,552.5,1.5,3,true\n"
                    "T_r,CR,580.5,584,1.5,3,false\n"
                    "T_r,CR,580.5,,,3,false\n"
                    "\"conclusion: a, then b\",all,1,1,,0,true\n"
                    "other,AC,,3,,1,\n"
                    "part,AC,-20,-21,,1,true\n"
                    "T_r,HPT,550,553.5,2,4,true\n"
                    "T_r,HPT,550,554.5,2,4,false\n"
                    "T_r,HPT,550,552.5,1,3,true\n");
    test_step_free(s);
}

static void test_wrong_rows(void)
{
    g_autofree char *folder = test_folder(), *file = g_build_filename(folder, "verify.csv", NULL);
    static const struct { const char *rows, *piece; } cases[] = {
        {"T_r\tHPT\n", "row 1 is no \"quantity, sample, tolerance[, truth]\""},
        {"T_r\tHPT\t-1\n", "row 1 is no"},
        {"T_r\tHPT\t% 5\n", "row 1 is no"},
        {"T_r\tHPT\t5\t@0\n", "row 1 is no"},
        {"T_r\tHPT\t5 or sigma\n", "row 1 is no"},
        {"T_r\tHPT\t5 or 2 sigmas\n", "row 1 is no"},
        {"T_r\tHPT\t5 or -2 sigma\n", "row 1 is no"},
        {"T_r\tHPT\t5\t@2\n", "row 1 asks for truth 2, and 0 were given"},
        {"T_r\tHPT\t1\nT_r\tCR\t1\n", "2 rows are described, and 1 numbers were given"},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        test_step *s = test_step_new("write_verification");
        test_step_input(s, "found", number(1, 0, "K"));
        test_step_set(s, "file", file);
        test_step_set(s, "rows", cases[i].rows);
        refused(s, cases[i].piece);
    }
}

int main(int argc, char **argv)
{
    test_init(&argc, &argv);
    g_test_add_func("/arithmetic/two-numbers", test_two_numbers);
    g_test_add_func("/arithmetic/curves", test_curves);
    g_test_add_func("/arithmetic/powers", test_powers);
    g_test_add_func("/arithmetic/refused", test_what_does_not_go_together);
    g_test_add_func("/arithmetic/mean-over", test_mean_over);
    g_test_add_func("/arithmetic/cut", test_cut);
    g_test_add_func("/arithmetic/ordered", test_ordered);
    g_test_add_func("/arithmetic/missing", test_missing);
    g_test_add_func("/verification/table", test_verification);
    g_test_add_func("/verification/rows", test_wrong_rows);
    return g_test_run();
}
