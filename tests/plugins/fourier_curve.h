/* Made-up curves, and their transforms in every way there is, without a step around them.
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "fourier.h"
#include "../../plugins/fourier/sine_transform.h"

/* A made-up curve: n points, S around 1 with noise, sigma, and gaps where asked for. */
typedef struct { size_t n; double Q[300], S[300], sigma[300]; uint8_t mask[300]; } curve;

static inline curve make_curve(size_t n, bool uniform, bool gaps)
{
    curve c = {.n = n};
    g_autoptr(GRand) random = g_rand_new_with_seed(7);
    for (size_t j = 0; j < n; j++) {
        c.Q[j] = 0.8 + 0.08 * (double)j + (uniform ? 0 : 0.02 * sin((double)j));
        c.S[j] = 1 + sin(2.7 * c.Q[j]) * exp(-0.1 * c.Q[j]) + g_rand_double_range(random, -0.05, 0.05);
        c.sigma[j] = 0.01 + 0.001 * (double)(j % 7);
        c.mask[j] = gaps && (j < 2 || j == 5 || (j >= 40 && j < 44) || j == n - 1);
        if (c.mask[j])
            c.S[j] = c.sigma[j] = NAN;
    }
    return c;
}

/* G and its sigma at n_r points of r; returns whether the fast transform made it. */
static inline bool transform_curve(const curve *c, const struct integral_how *how, bool fast, struct r_grid r,
                            double *G, double *sigma)
{
    struct integral g = {0};
    char why[INTEGRAL_WHY];
    g_autoptr(GPtrArray) list = g_ptr_array_new_with_free_func(free);
    struct memory memory = {heap, list};
    g_assert_true(integral_find_range(&g, how, c->Q, c->n, why));
    g.Q = c->Q + g.first;
    struct sine_transform *t = sine_transform_new(&g, how, r, fast);
    g.S = heap(list, g.n, sizeof *g.S);
    g.bin = heap(list, g.n, sizeof *g.bin);
    g_assert_true(integral_fill(&g, how, c->Q, c->S, c->mask, why));
    const struct sine_curve given = {c->S, c->mask, sigma ? c->sigma : NULL};
    g_assert_true(sine_transform_run(t, &g, &given, G, sigma, NULL, memory));
    fast = sine_transform_is_fast(t);
    sine_transform_free(t);
    return fast;
}

static const struct integral_how hows[] = {
    {.edge_points = 15, .qmin = NAN, .qmax = NAN},
    {.below = BELOW_LINEAR, .edge_points = 4, .s0 = 0.02, .window = WINDOW_LORCH, .qmin = 1, .qmax = NAN},
    {.below = BELOW_QUADRATIC, .edge_points = 1, .window = WINDOW_SOPER, .qmin = NAN, .qmax = 16},
    {.below = BELOW_NOTHING, .edge_points = 15, .window = WINDOW_COSINE, .taper = 0.4, .qmin = NAN,
     .qmax = NAN},
    {.below = BELOW_ZERO, .edge_points = 15, .qmin = NAN, .qmax = NAN}};

enum { N_R = 130 };
static const struct r_grid short_r = {0, 0.07, N_R};

static inline void for_all_ways(void (*check)(const curve *, const struct integral_how *))
{
    for (int gaps = 0; gaps < 2; gaps++)
        for (int uniform = 0; uniform < 2; uniform++)
            for (size_t k = 0; k < 2 * G_N_ELEMENTS(hows); k++) {
                struct integral_how how = hows[k / 2];
                const curve c = make_curve(230, uniform, gaps);
                how.quadrature = k % 2 ? QUADRATURE_STEPWISE : QUADRATURE_TRAPEZOID;
                check(&c, &how);
            }
}
