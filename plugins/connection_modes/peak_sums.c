/* chi2 of a sum of Gaussians, and all sums over the points that its first and second derivatives need.
 *
 * With p = exp(-z^2/2)/(sqrt(2 pi) w), in units of w: dp/dc = z p, dp/dw = (z^2 - 1) p, d2p/dc2 = (z^2 - 1)
 * p, d2p/dc dw = (z^3 - 3 z) p, d2p/dw2 = (z^4 - 5 z^2 + 2) p.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "peak_sums.h"
#include "areas.h"
#include "peak_lanes.h"

#include <math.h>
#include <stdint.h>
#include <string.h>

void peak_sums_begin(struct peak_sums *s, const struct fit_problem *k, const struct peak_points *points)
{
    /* At the start of a register: a load across two lines of the cache takes twice as long. */
    double *at = points->work + (64 - (uintptr_t)points->work % 64) % 64 / sizeof(double);
    s->n = IN_LANES(k->n);
    s->peaks = points->peaks;
    double **const whole[] = {&s->r, &s->y, &s->weight, &s->residual, &s->bent};
    for (size_t i = 0; i < 5; i++, at += s->n)
        *whole[i] = at;
    for (size_t j = 0; j < s->peaks; j++) {
        double **const of_peak[] = {&s->column[j][AREA], &s->column[j][CENTRE], &s->column[j][WIDTH],
                                    &s->z[j], &s->next_shape[j], &s->next_z[j]};
        for (size_t i = 0; i < 6; i++, at += s->n)
            *of_peak[i] = at;
    }
    for (size_t i = 0; i < s->n; i++) {
        const bool there = i < k->n;
        s->weight[i] = !there ? 0 : k->sigma ? 1 / k->sigma[i] : 1;
        s->r[i] = points->r[there ? i : 0];
        s->y[i] = there ? k->y[i] * s->weight[i] : 0;
    }
}

static void make_shapes(const struct peak_sums *s, const double *param)
{
    for (size_t j = 0; j < s->peaks; j++) {
        const double *peak = param + j * PER_PEAK;
        peak_lanes_shapes(s->n, s->r, s->weight, peak[CENTRE], peak[WIDTH], s->next_shape[j],
                          s->next_z[j]);
    }
}

static bool make_residual(const struct peak_sums *s, const double *param, double *chi2)
{
    double area[MOST_PEAKS];
    for (size_t j = 0; j < s->peaks; j++)
        area[j] = param[j * PER_PEAK + AREA];
    const double *const *shape = (const double *const *)s->next_shape;
    *chi2 = peak_lanes_residual(s->n, s->peaks, shape, area, s->y, s->residual);
    return isfinite(*chi2);
}

bool peak_sums_evaluate(const struct peak_sums *s, const double *param, double *chi2)
{
    make_shapes(s, param);
    return make_residual(s, param, chi2);
}

bool peak_sums_best_areas(const struct peak_sums *s, double *param, double *chi2)
{
    const double *const *shape = (const double *const *)s->next_shape;
    double normal[MOST_PEAKS * MOST_PEAKS], right[MOST_PEAKS], area[MOST_PEAKS];
    make_shapes(s, param);
    for (size_t j = 0; j < s->peaks; j++)
        peak_lanes_products(s->n, j + 1, shape, shape[j], normal + j * s->peaks);
    peak_lanes_products(s->n, s->peaks, shape, s->y, right);
    if (!areas_solve(s->peaks, normal, right, area))
        return false;
    for (size_t j = 0; j < s->peaks; j++)
        param[j * PER_PEAK + AREA] = area[j];
    return make_residual(s, param, chi2);
}

static void swap(double **a, double **b)
{
    double *was = *a;
    *a = *b;
    *b = was;
}

/* Of one peak. */
static void differentiate_twice(struct peak_sums *s, size_t j)
{
    double m[5], *slope = s->slope[j], (*second)[PER_PEAK] = s->second[j];
    peak_lanes_derivatives(s->n, s->column[j][AREA], s->z[j], s->residual, s->column[j][CENTRE],
                      s->column[j][WIDTH], m);
    slope[AREA] = m[0];
    slope[CENTRE] = m[1];
    slope[WIDTH] = m[2] - m[0];
    second[AREA][AREA] = 0;
    second[AREA][CENTRE] = second[CENTRE][AREA] = slope[CENTRE];
    second[AREA][WIDTH] = second[WIDTH][AREA] = slope[WIDTH];
    second[CENTRE][CENTRE] = m[2] - m[0];
    second[CENTRE][WIDTH] = second[WIDTH][CENTRE] = m[3] - 3 * m[1];
    second[WIDTH][WIDTH] = m[4] - 5 * m[2] + 2 * m[0];
}

void peak_sums_differentiate(struct peak_sums *s)
{
    for (size_t j = 0; j < s->peaks; j++) {
        swap(&s->column[j][AREA], &s->next_shape[j]);
        swap(&s->z[j], &s->next_z[j]);
        differentiate_twice(s, j);
    }
    for (size_t j = 0; j < s->peaks; j++)
        for (size_t k = 0; k <= j; k++) {
            double sum[PER_PEAK * PER_PEAK];
            peak_lanes_block(s->n, (const double *const *)s->column[j], (const double *const *)s->column[k],
                             sum);
            for (size_t u = 0; u < PER_PEAK; u++)
                for (size_t v = 0; v < PER_PEAK; v++)
                    s->gram[j * PER_PEAK + u][k * PER_PEAK + v] =
                        s->gram[k * PER_PEAK + v][j * PER_PEAK + u] = sum[u * PER_PEAK + v];
        }
}

void peak_sums_bend(const struct peak_sums *s, const double *param, const double *area_step,
                    const double (*step)[2], double *product)
{
    const double *column[MOST_PARAMETERS];
    memset(s->bent, 0, s->n * sizeof *s->bent);
    for (size_t j = 0; j < s->peaks; j++) {
        const double area = param[j * PER_PEAK + AREA], a = 2 * area_step[j];
        const double c = step[j][0], w = step[j][1];
        /* a [c z + w (z^2 - 1)] + area [c^2 (z^2 - 1) + 2 c w (z^3 - 3 z) + w^2 (z^4 - 5 z^2 + 2)] */
        const double power[5] = {area * (2 * w * w - c * c) - a * w, a * c - 6 * area * c * w,
                                 a * w + area * (c * c - 5 * w * w), 2 * area * c * w, area * w * w};
        peak_lanes_add(s->n, s->column[j][AREA], s->z[j], power, s->bent);
        for (size_t u = 0; u < PER_PEAK; u++)
            column[j * PER_PEAK + u] = s->column[j][u];
    }
    peak_lanes_products(s->n, s->peaks * PER_PEAK, column, s->bent, product);
}
