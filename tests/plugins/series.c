/* The mean of a series, against sums by hand.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "step.h"

#include <math.h>
#include <string.h>

/* A curve of three values over Q = 1, 2, 3 (+ shift). */
static frit_dataset *curve(double a, double b, double c, const double *sigma, double shift)
{
    const double Q[] = {1, 2 + shift, 3}, y[] = {a, b, c};
    return frit_dataset_curve(3, Q, "Q", "1/angstrom", y, sigma, "1");
}

static frit_dataset *counts(const uint16_t *v)
{
    frit_dataset *d = frit_dataset_new(FRIT_U16, 2, (size_t[]){2, 2});
    memcpy(d->data, v, 4 * sizeof *v);
    return d;
}

/* The mean of the elements that are given. */
static const frit_dataset *mean(test_step *s)
{
    GError *error = NULL;
    bool good = test_step_run(s, &error);
    g_assert_no_error(error);
    g_assert_true(good);
    return test_step_output(s, "data");
}

static void refused(test_step *s, const char *piece)
{
    GError *error = NULL;
    g_assert_false(test_step_run(s, &error));
    g_assert_nonnull(error);
    if (!strstr(error->message, piece))
        g_test_message("%s", error->message);
    g_assert_nonnull(strstr(error->message, piece));
    g_error_free(error);
    test_step_free(s);
}

static test_step *mean_of(frit_dataset *a, frit_dataset *b)
{
    test_step *s = test_step_new("mean");
    test_step_series(s, "data", (frit_dataset *[]){a, b}, 2);
    return s;
}

static bool masked(const frit_dataset *d, size_t i)
{
    return d->mask && d->mask[i];
}

/* 2, 4, 9: mean 5, standard deviation sqrt((9 + 1 + 16)/2) = sqrt(13), of the mean sqrt(13/3).
 * A value that never changes has no scatter. */
static void test_frames(void)
{
    const uint16_t v[3][4] = {{2, 7, 0, 65535}, {4, 7, 1, 65535}, {9, 7, 2, 65535}};
    test_step *s = test_step_new("mean");
    test_step_series(s, "data", (frit_dataset *[]){counts(v[0]), counts(v[1]), counts(v[2])}, 3);
    const frit_dataset *d = mean(s);
    const double expected[] = {5, 7, 1, 65535}, sigma[] = {sqrt(13.0 / 3), 0, sqrt(1.0 / 3), 0};
    g_assert_cmpuint(d->ndim, ==, 2);
    g_assert_cmpuint(d->shape[0], ==, 2);
    for (size_t i = 0; i < 4; i++) {
        g_assert_cmpfloat(frit_dataset_values(d)[i], ==, expected[i]);
        g_assert_cmpfloat(fabs(d->sigma[i] - sigma[i]), <=, 1e-15 * sigma[i]);
        g_assert_false(masked(d, i));
    }
    g_assert_cmpfloat(frit_dataset_attribute(d, "averaged")->value, ==, 3);
    g_assert_cmpfloat(frit_dataset_attribute(d, "left_out")->value, ==, 0);
    test_step_free(s);
}

/* A scatter of 1 on a pedestal of 1e9 is found to all digits: a sum of squares would hold 2 of them. */
static void test_large_pedestal(void)
{
    test_step *s = test_step_new("mean");
    frit_dataset *number[100];
    for (int k = 0; k < 100; k++)
        number[k] = frit_dataset_number(1e9 + (k % 2 ? 1 : -1), "kelvin");
    test_step_series(s, "data", number, 100);
    const frit_dataset *d = mean(s);
    g_assert_cmpuint(d->ndim, ==, 0);
    g_assert_cmpfloat(frit_dataset_values(d)[0], ==, 1e9);
    g_assert_cmpfloat(fabs(d->sigma[0] - sqrt(100.0 / 99 / 100)), <, 1e-15);
    g_assert_cmpstr(d->unit, ==, "kelvin");
    test_step_free(s);
}

/* Given uncertainties are propagated: sqrt(3^2 + 4^2)/2.  What is masked or NaN in one element is the other's
 * alone; what is in neither is masked.  The axis stays. */
static void test_curves(void)
{
    const double sigma[2][3] = {{3, 1, 1}, {4, 2, 1}};
    frit_dataset *a = curve(1, NAN, 1, sigma[0], 0), *b = curve(2, 8, INFINITY, sigma[1], 0);
    frit_dataset_want_mask(a);
    a->mask[2] = 1;
    test_step *s = mean_of(a, b);
    const frit_dataset *d = mean(s);
    const double *y = frit_dataset_values(d);
    g_assert_cmpfloat(y[0], ==, 1.5);
    g_assert_cmpfloat(d->sigma[0], ==, 2.5);
    g_assert_cmpfloat(y[1], ==, 8);
    g_assert_cmpfloat(d->sigma[1], ==, 2);
    g_assert_true(masked(d, 2));
    g_assert_cmpfloat(y[2], ==, 0);
    g_assert_cmpfloat(d->axis[0]->at[1], ==, 2);
    g_assert_cmpstr(d->axis[0]->unit, ==, "1/angstrom");
    test_step_free(s);
}

static void test_choices(void)
{
    const double sigma[] = {3, 1, 1};
    test_step *s = mean_of(curve(1, 2, 3, sigma, 0), curve(3, 2, 3, NULL, 0));
    test_step_set(s, "error", "none");
    g_assert_null(mean(s)->sigma);
    test_step_free(s);

    /* 1 and 3: standard deviation sqrt(2), of the mean 1.  Measured once: masked. */
    s = mean_of(curve(1, 2, 3, sigma, 0), curve(3, NAN, 3, sigma, 1e-8));
    test_step_set(s, "error", "scatter");
    const frit_dataset *d = mean(s);
    g_assert_cmpfloat(fabs(d->sigma[0] - 1), <, 1e-15);
    g_assert_true(masked(d, 1));
    test_step_free(s);

    /* One element: its own sigma, or none. */
    s = test_step_new("mean");
    test_step_input(s, "data", curve(1, 2, 3, sigma, 0));
    g_assert_cmpfloat(mean(s)->sigma[0], ==, 3);
    test_step_free(s);
    s = test_step_new("mean");
    test_step_input(s, "data", curve(1, 2, 3, NULL, 0));
    g_assert_null(mean(s)->sigma);
    test_step_free(s);
}

static void test_mistakes(void)
{
    const double sigma[] = {3, 1, 1};
    const uint16_t v[] = {1, 2, 3, 4};
    test_step *s = mean_of(curve(1, 2, 3, NULL, 0), curve(1, 2, 3, NULL, 0.01));
    refused(s, "another axis");

    s = mean_of(counts(v), frit_dataset_new(FRIT_U16, 2, (size_t[]){2, 3}));
    refused(s, "3 values along dimension 2");

    s = mean_of(curve(1, 2, 3, sigma, 0), curve(1, 2, 3, NULL, 0));
    refused(s, "no sigma");
}

int main(int argc, char **argv)
{
    test_init(&argc, &argv);
    g_test_add_func("/series/mean/frames", test_frames);
    g_test_add_func("/series/mean/large-pedestal", test_large_pedestal);
    g_test_add_func("/series/mean/curves", test_curves);
    g_test_add_func("/series/mean/choices", test_choices);
    g_test_add_func("/series/mean/mistakes", test_mistakes);
    return g_test_run();
}
