/* S(Q) to G(r) = (2/pi) ∫ Q [S(Q) - 1] M(Q) sin(Qr) dQ, with its standard uncertainty.
 *
 * Either quadrature is a sum of kernels k_j(r) [S_j - 1].  Where Q is uniform the sum is made by the
 * chirp-z transform, else as it stands; the two agree to rounding.  The variance is the sum of
 * (dG/dS_j)^2 var S_j, where the points by which the low-Q part hangs, and those beside a
 * bridged gap, carry what was derived from them.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "sine_transform.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "sine_sum.h"

/* The part of the integral below the first bin is (base - 1) one + (edge - base) shaped, for each r. */
struct low_part {
    size_t  first, n;                   /* of the measured range that it belongs to */
    size_t  n_edge;
    double *one, *shaped;               /* n_r */
    double *kernel;                     /* n_edge x n_r: of the points whose mean is the edge */
};

struct sine_transform {
    struct integral_how how;
    size_t              first, n;       /* of the range */
    double              h;              /* half a step, on a uniform axis */
    struct r_grid       r;
    struct sine_sum    *sum;            /* NULL: the plain sum */
    struct low_part     low;            /* for a curve that is measured everywhere */
};

static double r_at(struct r_grid r, size_t i)
{
    return r.min + (double)i * r.step;
}

/* ---- Below the first bin ---- */

static void *heap(void *user, size_t n, size_t size)
{
    (void)user;
    const size_t bytes = (n * size + 63) / 64 * 64;
    return n > SIZE_MAX / 128 / size ? NULL : aligned_alloc(64, bytes ? bytes : 64);
}

static void low_part_free(struct low_part *low)
{
    free(low->one);
    free(low->shaped);
    free(low->kernel);
}

static bool low_part_sums(struct low_part *low, const struct sine_transform *t, const struct integral *g)
{
    struct bin *bin = malloc(BELOW_POINTS * sizeof *bin);
    double *c = malloc(BELOW_POINTS * sizeof *c);
    struct sine_sum *sum =
        sine_sum_new(BELOW_POINTS, 0, g->lower / (BELOW_POINTS - 1), t->r.n, t->r.min, t->r.step);
    void *work = sum ? heap(NULL, sine_sum_work_size(sum), 1) : NULL;
    const bool ok = bin && c && work;
    const size_t n = ok ? integral_bins_below(g, &t->how, bin) : 0;
    for (size_t j = 0; j < n; j++)
        c[j] = bin[j].M * bin[j].width * bin[j].Q;
    if (n)
        sine_sum_run(sum, 1, c, NULL, low->one, work);
    for (size_t j = 0; j < n; j++)
        c[j] *= integral_shape(&t->how, bin[j].Q, g->lower);
    if (n)
        sine_sum_run(sum, 1, c, NULL, low->shaped, work);
    free(work);
    sine_sum_free(sum);
    free(c);
    free(bin);
    return ok;
}

static bool low_part_init(struct low_part *low, const struct sine_transform *t, const struct integral *g,
                          struct memory memory)
{
    low->first = g->first;
    low->n = g->n;
    low->n_edge = t->how.below == BELOW_ZERO || t->how.below == BELOW_NOTHING || !(g->lower > 0)
                      ? 0
                      : t->how.edge_points;
    if (low->n_edge > g->n)
        low->n_edge = g->n;
    low->one = memory.get(memory.user, t->r.n, sizeof *low->one);
    low->shaped = memory.get(memory.user, t->r.n, sizeof *low->shaped);
    low->kernel = memory.get(memory.user, low->n_edge * t->r.n + 1, sizeof *low->kernel);
    if (!low->one || !low->shaped || !low->kernel)
        return false;
    for (size_t i = 0; i < t->r.n; i++)
        low->one[i] = low->shaped[i] = 0;
    for (size_t j = 0; j < low->n_edge; j++)
        for (size_t i = 0; i < t->r.n; i++)
            low->kernel[j * t->r.n + i] = integral_kernel(t->how.quadrature, &g->bin[j], r_at(t->r, i));
    return t->how.below == BELOW_NOTHING || !(g->lower > 0) || low_part_sums(low, t, g);
}

static void add_low_part(const struct sine_transform *t, const struct integral *g, const struct low_part *low,
                         double *G)
{
    const double base = integral_base(&t->how);
    for (size_t i = 0; i < t->r.n; i++)
        G[i] += (base - 1) * low->one[i] + (g->edge - base) * low->shaped[i];
}

/* ---- Plan ---- */

struct sine_transform *sine_transform_new(const struct integral *range, const struct integral_how *how,
                                          struct r_grid r, bool fast)
{
    struct sine_transform *t = calloc(1, sizeof *t);
    struct integral g = *range;
    if (!t)
        return NULL;
    *t = (struct sine_transform){.how = *how, .first = g.first, .n = g.n, .r = r};
    t->h = 0.5 * (g.Q[g.n - 1] - g.Q[0]) / (double)(g.n - 1);
    g.bin = malloc(g.n * sizeof *g.bin);
    bool ok = g.bin;
    if (ok)
        integral_bins(&g, how);
    /* A first bin cut off at Q = 0 is not like the others. */
    const bool alike = how->quadrature == QUADRATURE_TRAPEZOID || g.Q[0] >= t->h;
    if (ok && fast && alike && integral_is_uniform(&g)) {
        t->sum = sine_sum_new(g.n, g.Q[0], 2 * t->h, r.n, r.min, r.step);
        ok = t->sum;
    }
    ok = ok && low_part_init(&t->low, t, &g, (struct memory){heap, NULL});
    free(g.bin);
    if (ok)
        return t;
    sine_transform_free(t);
    return NULL;
}

void sine_transform_free(struct sine_transform *t)
{
    if (!t)
        return;
    low_part_free(&t->low);
    sine_sum_free(t->sum);
    free(t);
}

bool sine_transform_is_fast(const struct sine_transform *t)
{
    return t->sum;
}

/* ---- By the chirp-z transform ---- */

/* Work space of one call. */
struct work {
    double *c;                          /* t->n coefficients, on the plan's range */
    double *cosine, *sine;              /* n_r */
    void   *sum;
};

static bool work_init(struct work *w, const struct sine_transform *t, struct memory memory)
{
    w->c = memory.get(memory.user, t->n, sizeof *w->c);
    w->cosine = memory.get(memory.user, t->r.n, sizeof *w->cosine);
    w->sine = memory.get(memory.user, t->r.n, sizeof *w->sine);
    w->sum = memory.get(memory.user, sine_sum_work_size(t->sum), 1);
    return w->c && w->cosine && w->sine && w->sum;
}

/* The kernel of either quadrature is a sin(Qr) s(r) + b cos(Qr) z(r), with s = 1 and b = 0 for the
 * trapezoid. */
static double factor_a(const struct bin *bin, enum quadrature quadrature)
{
    return bin->M * bin->Q * bin->width * (quadrature == QUADRATURE_STEPWISE ? 2 : 1);
}

static double factor_b(const struct bin *bin)
{
    return 2 * bin->M * bin->width * bin->width;
}

static void step_factors(const struct sine_transform *t, size_t i, double *s, double *z)
{
    *s = 1;
    *z = 0;
    if (t->how.quadrature == QUADRATURE_STEPWISE)
        integral_step_factors(t->h, r_at(t->r, i), s, z);
}

static void fast_values(const struct sine_transform *t, const struct integral *g, double *G, struct work *w)
{
    const size_t at = g->first - t->first;
    double s, z;
    for (size_t j = 0; j < g->n; j++)
        w->c[at + j] = factor_a(&g->bin[j], t->how.quadrature) * (g->S[j] - 1);
    sine_sum_run(t->sum, 1, w->c, NULL, w->sine, w->sum);
    if (t->how.quadrature == QUADRATURE_STEPWISE) {
        for (size_t j = 0; j < g->n; j++)
            w->c[at + j] = factor_b(&g->bin[j]) * (g->S[j] - 1);
        sine_sum_run(t->sum, 1, w->c, w->cosine, NULL, w->sum);
    }
    for (size_t i = 0; i < t->r.n; i++) {
        step_factors(t, i, &s, &z);
        G[i] = w->sine[i] * s + (z != 0 ? w->cosine[i] * z : 0);
    }
}

static double variance_of(const double *sigma, size_t j)
{
    return isfinite(sigma[j]) ? sigma[j] * sigma[j] : 0;
}

/* Add sum_j f_j var S_j cos(2 Q_j r) to cosine and the like with sin to sine, and return the sum of the f_j
 * var S_j; f = a^2, ab or b^2.  The points of the edge are left out. */
enum product { A_A, A_B, B_B };
static double squares(const struct sine_transform *t, const struct integral *g, size_t n_edge,
                      const double *sigma, enum product product, double *cosine, double *sine, struct work *w)
{
    double sum = 0;
    for (size_t j = 0; j < t->n; j++)
        w->c[j] = 0;
    for (size_t j = n_edge; j < g->n; j++) {
        const double a = factor_a(&g->bin[j], t->how.quadrature), b = factor_b(&g->bin[j]);
        const double f = product == A_A ? a * a : product == A_B ? a * b : b * b;
        const double c = f * variance_of(sigma, g->first + j);
        w->c[g->first - t->first + j] = c;
        sum += c;
    }
    sine_sum_run(t->sum, 2, w->c, cosine, sine, w->sum);
    return sum;
}

/* The variance from all points but the edge's:  sum of [a s sin + b z cos]^2 var S, with sin^2 = (1 - cos
 * 2Qr)/2. */
static void fast_variance(const struct sine_transform *t, const struct integral *g, size_t n_edge,
                          const double *sigma, double *variance, struct work *w)
{
    const bool stepwise = t->how.quadrature == QUADRATURE_STEPWISE;
    double s, z;
    double sum = squares(t, g, n_edge, sigma, A_A, w->cosine, NULL, w);
    for (size_t i = 0; i < t->r.n; i++) {
        step_factors(t, i, &s, &z);
        variance[i] = 0.5 * (sum - w->cosine[i]) * s * s;
    }
    if (stepwise) {
        squares(t, g, n_edge, sigma, A_B, NULL, w->sine, w);
        sum = squares(t, g, n_edge, sigma, B_B, w->cosine, NULL, w);
    }
    for (size_t i = 0; stepwise && i < t->r.n; i++) {
        step_factors(t, i, &s, &z);
        variance[i] += w->sine[i] * s * z + 0.5 * (sum + w->cosine[i]) * z * z;
    }
}

/* The points of the edge count through themselves and through the part below them. */
static void add_edge_variance(const struct sine_transform *t, const struct integral *g,
                              const struct low_part *low, const double *sigma, double *variance)
{
    for (size_t j = 0; j < low->n_edge; j++) {
        const double *kernel = low->kernel + j * t->r.n, v = variance_of(sigma, g->first + j);
        for (size_t i = 0; i < t->r.n; i++) {
            const double k = kernel[i] + low->shaped[i] / (double)low->n_edge;
            variance[i] += k * k * v;
        }
    }
}

/* ---- As the sum stands ---- */

static void plain_values(const struct sine_transform *t, const struct integral *g, double *G)
{
    for (size_t i = 0; i < t->r.n; i++) {
        double sum = 0;
        for (size_t j = 0; j < g->n; j++)
            sum += integral_kernel(t->how.quadrature, &g->bin[j], r_at(t->r, i)) * (g->S[j] - 1);
        G[i] = sum;
    }
}

/* What stands on the line between two measured points belongs to these. */
static void give_bridges_back(const struct integral *g, const double *value, const uint8_t *mask, double *k)
{
    size_t left = 0;
    for (size_t j = 0; j < g->n; j++) {
        if (!integral_is_measured(value, mask, g->first + j))
            continue;
        for (size_t m = left + 1; m < j; m++) {
            const double u = (g->Q[m] - g->Q[left]) / (g->Q[j] - g->Q[left]);
            k[left] += (1 - u) * k[m];
            k[j] += u * k[m];
            k[m] = 0;
        }
        left = j;
    }
}

static void plain_variance(const struct sine_transform *t, const struct integral *g,
                           const struct low_part *low, const double *value, const uint8_t *mask,
                           const double *sigma, double *variance, double *k)
{
    for (size_t i = 0; i < t->r.n; i++) {
        for (size_t j = 0; j < g->n; j++)
            k[j] = integral_kernel(t->how.quadrature, &g->bin[j], r_at(t->r, i));
        give_bridges_back(g, value, mask, k);
        for (size_t j = 0, e = 0; low->n_edge && e < g->n_edge; j++)
            if (integral_is_measured(value, mask, g->first + j)) {
                k[j] += low->shaped[i] / (double)g->n_edge;
                e++;
            }
        variance[i] = 0;
        for (size_t j = 0; j < g->n; j++)
            variance[i] += k[j] * k[j] * variance_of(sigma, g->first + j);
    }
}

/* ---- One curve ---- */

static bool variance(const struct sine_transform *t, const struct integral *g, const struct low_part *low,
                     const double *value, const uint8_t *mask, const double *sigma, double *v, struct work *w,
                     struct memory memory)
{
    if (t->sum && g->bridged == 0) {
        fast_variance(t, g, low->n_edge, sigma, v, w);
        add_edge_variance(t, g, low, sigma, v);
        return true;
    }
    double *k = memory.get(memory.user, g->n, sizeof *k);
    if (k)
        plain_variance(t, g, low, value, mask, sigma, v, k);
    return k;
}

bool sine_transform_run(const struct sine_transform *t, const struct integral *g, const double *value,
                        const uint8_t *mask, const double *sigma, double *G, double *sigma_G,
                        struct memory memory)
{
    struct low_part low = t->low;
    struct work w = {0};
    if ((low.first != g->first || low.n != g->n) && !low_part_init(&low, t, g, memory))
        return false;
    if (t->sum && !work_init(&w, t, memory))
        return false;
    if (t->sum)
        fast_values(t, g, G, &w);
    else
        plain_values(t, g, G);
    add_low_part(t, g, &low, G);
    /* sin(Qr) is 0 at r = 0, exactly. */
    for (size_t i = 0; i < t->r.n; i++)
        G[i] *= r_at(t->r, i) != 0 ? M_2_PI : 0;
    if (!sigma)
        return true;
    if (!variance(t, g, &low, value, mask, sigma, sigma_G, &w, memory))
        return false;
    /* The difference of two sums may end a rounding error below 0 where sin(Qr) vanishes. */
    for (size_t i = 0; i < t->r.n; i++)
        sigma_G[i] = r_at(t->r, i) != 0 ? M_2_PI * sqrt(fmax(0, sigma_G[i])) : 0;
    return true;
}
