/* S(Q) to G(r) = (2/pi) ∫ Q [S(Q) - 1] M(Q) sin(Qr) dQ, with its standard uncertainty.
 *
 * Either quadrature is a sum of kernels k_j(r) [S_j - 1].  Where Q is uniform the sum is made by the
 * chirp-z transform, else as it stands; the two agree to rounding.  The variance of G is the sum of
 * (dG/dS_j)^2 var S_j.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "sine_private.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

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
            low->kernel[j * t->r.n + i] = integral_kernel(t->how.quadrature, &g->bin[j], sine_r(t->r, i));
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
    *t = (struct sine_transform){.how = *how, .first = g.first, .n = g.n, .r = r, .first_Q = g.Q[0]};
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
    sine_pair_sums_free(&t->pairs);
    free(t);
}

bool sine_pair_sums_init(struct pair_sums *s, const struct sine_transform *t)
{
    const double Q = t->first_Q, dQ = 2 * t->h;
    s->plus = sine_sum_new(t->n, Q, dQ, 2 * t->r.n - 1, 2 * t->r.min, t->r.step);
    s->minus = t->r.min != 0 ? sine_sum_new(t->n, Q, dQ, t->r.n, 0, t->r.step) : NULL;
    if (s->plus && (s->minus || t->r.min == 0))
        return true;
    sine_pair_sums_free(s);
    return false;
}

void sine_pair_sums_free(struct pair_sums *s)
{
    sine_sum_free(s->plus);
    sine_sum_free(s->minus);
    *s = (struct pair_sums){0};
}

bool sine_transform_prepare_covariance(struct sine_transform *t)
{
    return !t->sum || sine_pair_sums_init(&t->pairs, t);
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

void sine_step_factors(const struct sine_transform *t, size_t i, double *s, double *z)
{
    *s = 1;
    *z = 0;
    if (t->how.quadrature == QUADRATURE_STEPWISE)
        integral_step_factors(t->h, sine_r(t->r, i), s, z);
}

static void fast_values(const struct sine_transform *t, const struct integral *g, double *G,
                        struct work *w)
{
    const size_t at = g->first - t->first;
    double s, z;
    for (size_t j = 0; j < g->n; j++)
        w->c[at + j] = sine_factor_a(&g->bin[j], t->how.quadrature) * (g->S[j] - 1);
    sine_sum_run(t->sum, 1, w->c, NULL, w->sine, w->sum);
    if (t->how.quadrature == QUADRATURE_STEPWISE) {
        for (size_t j = 0; j < g->n; j++)
            w->c[at + j] = sine_factor_b(&g->bin[j]) * (g->S[j] - 1);
        sine_sum_run(t->sum, 1, w->c, w->cosine, NULL, w->sum);
    }
    for (size_t i = 0; i < t->r.n; i++) {
        sine_step_factors(t, i, &s, &z);
        G[i] = w->sine[i] * s + (z != 0 ? w->cosine[i] * z : 0);
    }
}

/* ---- As the sum stands ---- */

static void plain_values(const struct sine_transform *t, const struct integral *g, double *G)
{
    for (size_t i = 0; i < t->r.n; i++) {
        double sum = 0;
        for (size_t j = 0; j < g->n; j++)
            sum += integral_kernel(t->how.quadrature, &g->bin[j], sine_r(t->r, i)) * (g->S[j] - 1);
        G[i] = sum;
    }
}

/* ---- Uncertainty ---- */

/* Most points have the kernel of the quadrature, whose squares are sums of cos(2Qr) and go by the chirp-z
 * transform.  Those by which the low-Q part hangs add to that.  Where there are gaps, these and the points
 * beside a gap have kernels of their own, written out, a column over r each. */

double sine_variance_at(const double *sigma, size_t j)
{
    return isfinite(sigma[j]) ? sigma[j] * sigma[j] : 0;
}

void sine_points(const struct integral *g, const struct low_part *low, const double *value,
                 const uint8_t *mask, enum sine_point *point)
{
    size_t edge = low->n_edge ? g->n_edge : 0, left = 0;
    for (size_t j = 0; j < g->n; j++) {
        point[j] = POINT_BRIDGED;
        if (!integral_is_measured(value, mask, g->first + j))
            continue;
        point[j] = edge ? POINT_EDGE : POINT_PLAIN;
        edge -= edge > 0;
        if (j - left > 1) {
            if (point[left] == POINT_PLAIN)
                point[left] = POINT_BESIDE_GAP;
            if (point[j] == POINT_PLAIN)
                point[j] = POINT_BESIDE_GAP;
        }
        left = j;
    }
}

static void add_kernel(const struct sine_transform *t, const struct bin *bin, double weight, double *column)
{
    for (size_t i = 0; i < t->r.n; i++)
        column[i] += weight * integral_kernel(t->how.quadrature, bin, sine_r(t->r, i));
}

/* The points of a gap stand on the line between the two measured ones beside it. */
static void add_gaps(const struct sine_transform *t, const struct integral *g, const enum sine_point *point,
                     size_t j, double *column)
{
    size_t left = j, right = j;
    while (left > 0 && point[left - 1] == POINT_BRIDGED)
        left--;
    while (right + 1 < g->n && point[right + 1] == POINT_BRIDGED)
        right++;
    for (size_t m = left; m <= right; m++) {
        const double end = m < j ? g->Q[left - 1] : g->Q[right + (right > j)];
        if (m != j)
            add_kernel(t, &g->bin[m], (g->Q[m] - end) / (g->Q[j] - end), column);
    }
}

void sine_column(const struct sine_transform *t, const struct integral *g, const struct low_part *low,
                 const enum sine_point *point, size_t j, double *column)
{
    const size_t n = t->r.n;
    if (j < low->n_edge && g->bridged == 0) {
        memcpy(column, low->kernel + j * n, n * sizeof *column);
    } else {
        memset(column, 0, n * sizeof *column);
        add_kernel(t, &g->bin[j], 1, column);
        add_gaps(t, g, point, j, column);
    }
    for (size_t i = 0; point[j] == POINT_EDGE && i < n; i++)
        column[i] += low->shaped[i] / (double)g->n_edge;
}

/* Add sum_j f_j var S_j cos(2 Q_j r) to cosine and the like with sin to sine, and return the sum of the f_j
 * var S_j; f = a^2, ab or b^2. */
enum product { A_A, A_B, B_B };
static double squares(const struct sine_transform *t, const struct integral *g, const enum sine_point *point,
                      const double *sigma, enum product product, double *cosine, double *sine,
                      struct work *w)
{
    double sum = 0;
    memset(w->c, 0, t->n * sizeof *w->c);
    for (size_t j = 0; j < g->n; j++) {
        const double a = sine_factor_a(&g->bin[j], t->how.quadrature), b = sine_factor_b(&g->bin[j]);
        const double f = product == A_A ? a * a : product == A_B ? a * b : b * b;
        if (!sine_is_plain(g, point[j]))
            continue;
        const double c = f * sine_variance_at(sigma, g->first + j);
        w->c[g->first - t->first + j] = c;
        sum += c;
    }
    sine_sum_run(t->sum, 2, w->c, cosine, sine, w->sum);
    return sum;
}

/* sum of [a s sin + b z cos]^2 var S, with sin^2 = (1 - cos 2Qr)/2. */
static void plain_points(const struct sine_transform *t, const struct integral *g,
                         const enum sine_point *point, const double *sigma, double *variance,
                         struct work *w)
{
    const bool stepwise = t->how.quadrature == QUADRATURE_STEPWISE;
    double s, z;
    double sum = squares(t, g, point, sigma, A_A, w->cosine, NULL, w);
    for (size_t i = 0; i < t->r.n; i++) {
        sine_step_factors(t, i, &s, &z);
        variance[i] = 0.5 * (sum - w->cosine[i]) * s * s;
    }
    if (!stepwise)
        return;
    squares(t, g, point, sigma, A_B, NULL, w->sine, w);
    sum = squares(t, g, point, sigma, B_B, w->cosine, NULL, w);
    for (size_t i = 0; i < t->r.n; i++) {
        sine_step_factors(t, i, &s, &z);
        variance[i] += w->sine[i] * s * z + 0.5 * (sum + w->cosine[i]) * z * z;
    }
}

bool sine_edge_part(const struct sine_transform *t, const struct integral *g, const struct low_part *low,
                    const enum sine_point *point, const double *sigma, struct edge_part *edge,
                    struct memory memory)
{
    const size_t n_r = t->r.n;
    double sum = 0;
    *edge = (struct edge_part){.shaped = low->shaped};
    if (low->n_edge == 0 || !sine_is_plain(g, point[0]) || point[0] != POINT_EDGE)
        return true;
    edge->n = g->n_edge;
    edge->both = memory.get(memory.user, n_r, sizeof *edge->both);
    if (!edge->both)
        return false;
    /* Three at a time: what is added to goes through memory less often. */
    for (size_t j = 0; j < edge->n; j += 3) {
        const double *kernel[3];
        double v[3];
        for (size_t k = 0; k < 3; k++) {
            const bool is = j + k < edge->n;
            v[k] = is ? sine_variance_at(sigma, g->first + j + k) : 0;
            kernel[k] = low->kernel + (is ? j + k : j) * n_r;
            sum += v[k];
        }
        for (size_t i = 0; i < n_r; i++)
            edge->both[i] += v[0] * kernel[0][i] + v[1] * kernel[1][i] + v[2] * kernel[2][i];
    }
    const double n = (double)edge->n;
    for (size_t i = 0; i < n_r; i++)
        edge->both[i] = edge->both[i] / n + 0.5 * sum / (n * n) * low->shaped[i];
    return true;
}

static bool variance_of(const struct sine_transform *t, const struct integral *g, const struct low_part *low,
                        const double *value, const uint8_t *mask, const double *sigma, double *sigma_G,
                        struct work *w, struct memory memory)
{
    enum sine_point *point = memory.get(memory.user, g->n, sizeof *point);
    double *column = memory.get(memory.user, t->r.n, sizeof *column);
    struct edge_part edge = {0};
    if (!point || !column)
        return false;
    sine_points(g, low, value, mask, point);
    memset(sigma_G, 0, t->r.n * sizeof *sigma_G);
    if (t->sum) {
        plain_points(t, g, point, sigma, sigma_G, w);
        if (!sine_edge_part(t, g, low, point, sigma, &edge, memory))
            return false;
    }
    for (size_t i = 0; edge.n && i < t->r.n; i++)
        sigma_G[i] += 2 * edge.shaped[i] * edge.both[i];
    for (size_t j = 0; j < g->n; j++) {
        if (point[j] == POINT_BRIDGED || (t->sum && sine_is_plain(g, point[j])))
            continue;
        const double v = sine_variance_at(sigma, g->first + j);
        sine_column(t, g, low, point, j, column);
        for (size_t i = 0; i < t->r.n; i++)
            sigma_G[i] += column[i] * column[i] * v;
    }
    /* The difference of two sums may end a rounding error below 0 where sin(Qr) vanishes. */
    for (size_t i = 0; i < t->r.n; i++)
        sigma_G[i] = sine_r(t->r, i) != 0 ? M_2_PI * sqrt(fmax(0, sigma_G[i])) : 0;
    return true;
}

/* ---- One curve ---- */

bool sine_low_part_of(const struct sine_transform *t, const struct integral *g, struct low_part *low,
                      struct memory memory)
{
    *low = t->low;
    return (low->first == g->first && low->n == g->n) || low_part_init(low, t, g, memory);
}

bool sine_transform_run(const struct sine_transform *t, const struct integral *g, const double *value,
                        const uint8_t *mask, const double *sigma, double *G, double *sigma_G,
                        struct memory memory)
{
    struct low_part low;
    struct work w = {0};
    if (!sine_low_part_of(t, g, &low, memory))
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
        G[i] *= sine_r(t->r, i) != 0 ? M_2_PI : 0;
    return !sigma || variance_of(t, g, &low, value, mask, sigma, sigma_G, &w, memory);
}
