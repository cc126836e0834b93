/* What the tests of the connection modes share: second shells of exactly four Gaussians, and the step on
 * them. SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "scattering.h"
#include "../../plugins/connection_modes/peaks.h"

#define R_PAPER 2.969
#define ALPHA 1e-5

/* The second shell of the model glass at 303 K, ideal centres: area, centre, width for 1, 2, 3, 4 shared
 * atoms. */
#define A2 2.6392
static const double shell[MODES * PER_PEAK] = {
    A2 * 0.4303, 2 * R_PAPER,                    0.4295,
    A2 * 0.19,   1.7320508075688772 * R_PAPER,   0.31,
    A2 * 0.25,   1.6329931618554521 * R_PAPER,   0.29,
    A2 * 0.1297, 1.4142135623730951 * R_PAPER,   0.22};

static inline double true_share(const double *peaks, size_t mode)
{
    double total = 0;
    for (size_t k = 0; k < MODES; k++)
        total += peaks[k * PER_PEAK];
    return peaks[mode * PER_PEAK] / total;
}

/* g(r) on 3 to 7 angstrom, with that noise in G and the sigma that goes with it; NULL: none. */
static inline frit_dataset *four_gaussians(const double *peaks, double step, double baseline, double noise,
                                           GRand *random)
{
    const size_t n = (size_t)llround(4 / step) + 1;
    g_autofree double *r = g_new(double, n), *g = g_new(double, n), *sigma = g_new(double, n);
    for (size_t i = 0; i < n; i++)
        r[i] = 3 + (double)i * step;
    const struct peak_points points = {.n = n, .peaks = MODES, .r = r};
    peaks_value(&points, peaks, g);
    for (size_t i = 0; i < n; i++) {
        g[i] += baseline;
        sigma[i] = noise / (4 * G_PI * r[i] * RHO0);
        if (random) { /* Box and Muller */
            const double u = 1 - g_rand_double(random), v = g_rand_double(random);
            g[i] += sigma[i] * sqrt(-2 * log(u)) * cos(2 * G_PI * v);
        }
    }
    return frit_dataset_curve(n, r, "r", "angstrom", g, noise > 0 ? sigma : NULL, "1");
}

static inline test_step *modes_step(const char *method, frit_dataset *g)
{
    test_step *s = test_step_new("connection_modes");
    test_step_set(s, "method", method);
    test_step_set_number(s, "radius", R_PAPER);
    test_step_set_number(s, "restarts", 2);
    test_step_input(s, "pair_distribution", g);
    return s;
}

/* Two-stage, at T, from a reference at 303 K. */
static inline test_step *two_stage_step(frit_dataset *g, double T, frit_dataset *reference)
{
    test_step *s = modes_step("two-stage", g);
    test_step_input(s, "temperature", frit_dataset_number(T, "K"));
    test_step_input(s, "reference", reference);
    test_step_input(s, "reference_temperature", frit_dataset_number(303, "K"));
    return s;
}

/* What was measured, and what it may be at most. */
static inline void figure(const char *what, double measured, double limit)
{
    g_test_message("figure: %s: %.3g (at most %.3g)", what, measured, limit);
    g_assert_cmpfloat(measured, <=, limit);
}

static inline const char *text_of(test_step *s, const char *port, const char *attribute)
{
    const frit_attribute *a = frit_dataset_attribute(test_step_output(s, port), attribute);
    g_assert_nonnull(a);
    return a->text;
}
