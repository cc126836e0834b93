/* What the tests of the corrections share: the alloy, its angles, a way to run a step on a Q axis.
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "scattering.h"

/* A file of twelve significant digits, as the geometry table and the reduction of a frame. */
#define TWELVE_DIGITS 5.1e-12

static inline double q_of(double two_theta)
{
    return 4 * G_PI / WAVELENGTH * sin(two_theta / 2);
}

/* A step with the alloy in a plate, on the values y over Q. */
static inline test_step *on_curve(const char *step, size_t n, const double *Q, const double *y)
{
    bool compton = g_str_equal(step, "compton_attenuation");
    test_step *s = test_step_new(step);
    test_step_set(s, "composition", ALLOY);
    test_step_set(s, "density", "6.70 g/cm^3");
    test_step_set_number(s, "wavelength", WAVELENGTH);
    test_step_input(s, compton ? "compton" : "intensity",
                    curve(n, Q, y, NULL, compton ? "electron" : "count"));
    return s;
}

static inline test_step *on_plate(const char *step, double mm, size_t n, const double *Q, const double *y)
{
    test_step *s = on_curve(step, n, Q, y);
    test_step_set_number(s, "thickness", mm);
    return s;
}

/* The largest deviation relative to the expected, as a figure, and held against its limit. */
static inline void assert_column(const char *what, const double *measured, const double *expected, size_t n,
                                 double limit)
{
    double worst = 0;
    for (size_t i = 0; i < n; i++)
        worst = fmax(worst, isnan(measured[i]) ? INFINITY : fabs(measured[i] / expected[i] - 1));
    g_test_message("figure: %s, relative: %.2g (at most %.2g)", what, worst, limit);
    g_assert_cmpfloat(worst, <=, limit);
}
