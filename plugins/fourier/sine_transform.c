/* S(Q) to G(r) = (2/pi) ∫ Q [S(Q) - 1] M(Q) sin(Qr) dQ, with its standard uncertainty.
 *
 * Either quadrature is a sum of kernels k_j(r) [S_j - 1].  Where Q is uniform the sum is made by a fast
 * Fourier transform, else as it stands; the two agree to rounding.  The variance of G is the sum of
 * (dG/dS_j)^2 var S_j.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "sine_private.h"
#include "lanes.h"

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
    struct sine_sum *sum = sine_sum_new(BELOW_POINTS, 0, g->lower / (BELOW_POINTS - 1));
    const bool read = sum && sine_sum_add(sum, t->r.n, t->r.min, t->r.step) == AT_R;
    void *work = read ? heap(NULL, sine_sum_work_size(sum), 1) : NULL;
    const bool ok = bin && c && work;
    const size_t n = ok ? integral_bins_below(g, &t->how, bin) : 0;
    for (size_t j = 0; j < n; j++)
        c[j] = bin[j].M * bin[j].width * bin[j].Q;
    if (n) {
        sine_sum_transform(sum, c, work);
        sine_sum_read(sum, AT_R, NULL, low->one, work);
    }
    for (size_t j = 0; j < n; j++)
        c[j] *= integral_shape(&t->how, bin[j].Q, g->lower);
    if (n) {
        sine_sum_transform(sum, c, work);
        sine_sum_read(sum, AT_R, NULL, low->shaped, work);
    }
    free(work);
    sine_sum_free(sum);
    free(c);
    free(bin);
    return ok;
}

size_t sine_n_edge(const struct sine_transform *t, const struct integral *g)
{
    if (t->how.below == BELOW_ZERO || t->how.below == BELOW_NOTHING || !(g->lower > 0))
        return 0;
    return t->how.edge_points < g->n ? t->how.edge_points : g->n;
}

static bool low_part_init(struct low_part *low, const struct sine_transform *t, const struct integral *g,
                          struct memory memory)
{
    low->first = g->first;
    low->n = g->n;
    low->n_edge = sine_n_edge(t, g);
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

/* With the factor before the integral. */
static void finish_values(const struct sine_transform *t, const struct integral *g,
                          const struct low_part *low, double *G)
{
    const double base = integral_base(&t->how), one = M_2_PI * (base - 1), shaped = M_2_PI * (g->edge - base);
    lanes_combine(t->r.n, M_2_PI, one, low->one, shaped, low->shaped, G);
    if (t->origin < t->r.n)
        G[t->origin] = 0;               /* sin(Qr) is 0, exactly */
}

/* ---- Plan ---- */

/* The two factors of each point, where it has the kernel of the quadrature. */
static void point_factors(const struct sine_transform *t, const struct integral *g, double *a, double *b)
{
    for (size_t j = 0; j < g->n; j++) {
        a[j] = sine_factor_a(&g->bin[j], t->how.quadrature);
        if (b)
            b[j] = sine_factor_b(&g->bin[j]);
    }
}

static bool factors_init(struct sine_transform *t)
{
    const bool stepwise = t->how.quadrature == QUADRATURE_STEPWISE;
    t->a = heap(NULL, t->n, sizeof *t->a);
    t->b = stepwise ? heap(NULL, t->n, sizeof *t->b) : NULL;
    if (t->a && (t->b || !stepwise))
        point_factors(t, &t->whole, t->a, t->b);
    t->origin = t->r.n;
    t->s = heap(NULL, t->r.n, sizeof *t->s);
    t->z = heap(NULL, t->r.n, sizeof *t->z);
    for (size_t i = 0; t->s && t->z && i < t->r.n; i++) {
        t->s[i] = 1;
        t->z[i] = 0;
        if (stepwise)
            integral_step_factors(t->h, sine_r(t->r, i), &t->s[i], &t->z[i]);
        if (sine_r(t->r, i) == 0)
            t->origin = i;
    }
    return t->a && (t->b || !stepwise) && t->s && t->z;
}

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
    t->whole = (struct integral){.first = g.first, .n = g.n, .bin = g.bin};
    bool ok = g.bin;
    if (ok) {
        integral_bins(&g, how);
        t->whole.lower = g.lower;
        t->whole.upper = g.upper;
        ok = factors_init(t);
    }
    /* A first bin cut off at Q = 0 is not like the others. */
    const bool alike = how->quadrature == QUADRATURE_TRAPEZOID || g.Q[0] >= t->h;
    if (ok && fast && alike && integral_is_uniform(&g)) {
        t->sum = sine_sum_new(g.n, g.Q[0], 2 * t->h);
        ok = t->sum && sine_sum_add(t->sum, r.n, r.min, r.step) == AT_R &&
             sine_sum_add(t->sum, r.n, 2 * r.min, 2 * r.step) == AT_2R;
    }
    if (ok && low_part_init(&t->low, t, &g, (struct memory){heap, NULL}))
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
    free(t->whole.bin);
    free(t->s);
    free(t->z);
    free(t->a);
    free(t->b);
    free(t);
}

/* The sums r + r' are 2 r and what lies between these; where r begins at 0 differences are the first of
 * them. */
bool sine_transform_prepare_covariance(struct sine_transform *t)
{
    const struct r_grid r = t->r;
    t->pairs = !t->sum ||
               (sine_sum_add(t->sum, r.n, 2 * r.min + r.step, 2 * r.step) == BETWEEN_2R &&
                (r.min == 0 || sine_sum_add(t->sum, r.n, 0, r.step) == AT_DIFFERENCES));
    return t->pairs;
}

bool sine_transform_is_fast(const struct sine_transform *t)
{
    return t->sum;
}

const struct integral *sine_transform_range(const struct sine_transform *t)
{
    return &t->whole;
}

/* ---- By the fast transform ---- */

static bool work_init(struct work *w, const struct sine_transform *t, const struct integral *g, bool terms,
                      struct memory memory)
{
    const bool stepwise = t->how.quadrature == QUADRATURE_STEPWISE;
    w->c = memory.get(memory.user, t->n, sizeof *w->c);
    w->other = stepwise ? memory.get(memory.user, t->r.n, sizeof *w->other) : NULL;
    w->sum = memory.get(memory.user, sine_sum_work_size(t->sum), 1);
    w->twice = terms ? memory.get(memory.user, t->r.n, sizeof *w->twice) : NULL;
    w->a = t->a;
    w->b = t->b;
    if (g->n < t->n) {
        double *a = memory.get(memory.user, g->n, sizeof *a);
        double *b = stepwise ? memory.get(memory.user, g->n, sizeof *b) : NULL;
        if (!a || (stepwise && !b))
            return false;
        point_factors(t, g, a, b);
        w->a = a;
        w->b = b;
    }
    return w->c && (w->other || !stepwise) && w->sum && (w->twice || !terms);
}

static void fast_values(const struct sine_transform *t, const struct integral *g, double *G, struct work *w)
{
    double *c = w->c + (g->first - t->first);
    lanes_deviation(g->n, w->a, g->S, c);
    sine_sum_transform(t->sum, w->c, w->sum);
    sine_sum_read(t->sum, AT_R, NULL, G, w->sum);
    if (t->how.quadrature != QUADRATURE_STEPWISE)
        return;
    lanes_deviation(g->n, w->b, g->S, c);
    sine_sum_transform(t->sum, w->c, w->sum);
    sine_sum_read(t->sum, AT_R, w->other, NULL, w->sum);
    for (size_t i = 0; i < t->r.n; i++)
        G[i] = G[i] * t->s[i] + w->other[i] * t->z[i];
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

/* Most points have the kernel of the quadrature, whose squares are sums of cos(2Qr) and go by the fast
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
    for (size_t j = 0; g->bridged == 0 && j < g->n; j++)
        point[j] = j < edge ? POINT_EDGE : POINT_PLAIN;
    for (size_t j = 0; g->bridged > 0 && j < g->n; j++) {
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

/* The sum over j of f_j var S_j cos(2 Q_j r), that with sin, and returned, but for ab, that of the f_j var
 * S_j themselves; f = a^2, ab or b^2.  point is looked at only where something is bridged. */
enum product { A_A, A_B, B_B };
static double squares(const struct sine_transform *t, const struct integral *g, const enum sine_point *point,
                      const double *sigma, enum product product, double *cosine, double *sine,
                      struct work *w)
{
    double *c = w->c + (g->first - t->first), sum = 0;
    if (product != A_B)
        sum = lanes_variance(g->n, product == B_B ? w->b : w->a, sigma + g->first, c);
    for (size_t j = 0; product == A_B && j < g->n; j++)
        c[j] = w->a[j] * w->b[j] * sine_variance_at(sigma, g->first + j);
    if (g->bridged > 0) {
        sum = 0;
        for (size_t j = 0; j < g->n; j++) {
            c[j] = sine_is_plain(g, point[j]) ? c[j] : 0;
            sum += c[j];
        }
    }
    sine_sum_transform(t->sum, w->c, w->sum);
    sine_sum_read(t->sum, AT_2R, cosine, sine, w->sum);
    return sum;
}

/* sum of [a s sin + b z cos]^2 var S, with sin^2 = (1 - cos 2Qr)/2. */
static void plain_points(const struct sine_transform *t, const struct integral *g,
                         const enum sine_point *point, const double *sigma, double *variance,
                         struct work *w)
{
    const double *s = t->s, *z = t->z;
    double sum = squares(t, g, point, sigma, A_A, variance, NULL, w);
    if (w->twice)
        memcpy(w->twice, variance, t->r.n * sizeof *variance);
    lanes_remainder(t->r.n, sum, s, variance);
    if (t->how.quadrature != QUADRATURE_STEPWISE)
        return;
    squares(t, g, point, sigma, A_B, NULL, w->other, w);
    for (size_t i = 0; i < t->r.n; i++)
        variance[i] += w->other[i] * s[i] * z[i];
    sum = squares(t, g, point, sigma, B_B, w->other, NULL, w);
    for (size_t i = 0; i < t->r.n; i++)
        variance[i] += 0.5 * (sum + w->other[i]) * (z[i] * z[i]);
}

bool sine_edge_part(const struct sine_transform *t, const struct integral *g, const struct low_part *low,
                    const double *sigma, struct edge_part *edge, struct memory memory)
{
    const size_t n_r = t->r.n;
    double sum = 0;
    *edge = (struct edge_part){.shaped = low->shaped};
    if (low->n_edge == 0 || g->bridged > 0)
        return true;
    edge->n = g->n_edge;
    edge->both = memory.get(memory.user, n_r, sizeof *edge->both);
    if (!edge->both)
        return false;
    double *v = memory.get(memory.user, edge->n, sizeof *v);
    if (!v)
        return false;
    for (size_t j = 0; j < edge->n; j++) {
        v[j] = sine_variance_at(sigma, g->first + j) / (double)edge->n;
        sum += v[j];
    }
    lanes_add_rows(n_r, edge->n, v, low->kernel, edge->both);
    for (size_t i = 0; i < n_r; i++)
        edge->both[i] += 0.5 * sum / (double)edge->n * low->shaped[i];
    return true;
}

/* Points with a kernel of their own, one after the other. */
static bool add_own(const struct sine_transform *t, const struct integral *g, const struct low_part *low,
                    const enum sine_point *point, const double *sigma, double *variance, struct memory memory)
{
    double *column = NULL;
    for (size_t j = 0; j < g->n; j++) {
        if (point[j] == POINT_BRIDGED || (t->sum && sine_is_plain(g, point[j])))
            continue;
        column = column ? column : memory.get(memory.user, t->r.n, sizeof *column);
        if (!column)
            return false;
        const double v = sine_variance_at(sigma, g->first + j);
        sine_column(t, g, low, point, j, column);
        for (size_t i = 0; i < t->r.n; i++)
            variance[i] += column[i] * column[i] * v;
    }
    return true;
}

static bool variance_of(const struct sine_transform *t, const struct integral *g, const struct low_part *low,
                        const struct sine_curve *curve, double *sigma_G, const struct sine_terms *terms,
                        struct work *w, struct memory memory)
{
    const bool alike = t->sum && g->bridged == 0;
    enum sine_point *point = alike ? NULL : memory.get(memory.user, g->n, sizeof *point);
    struct edge_part edge = {0};
    if (!alike && !point)
        return false;
    if (!alike)
        sine_points(g, low, curve->value, curve->mask, point);
    if (t->sum)
        plain_points(t, g, point, curve->sigma, sigma_G, w);
    else
        memset(sigma_G, 0, t->r.n * sizeof *sigma_G);
    if ((t->sum || terms) && !sine_edge_part(t, g, low, curve->sigma, &edge, memory))
        return false;
    for (size_t i = 0; t->sum && edge.n && i < t->r.n; i++)
        sigma_G[i] += 2 * edge.shaped[i] * edge.both[i];
    if (!alike && !add_own(t, g, low, point, curve->sigma, sigma_G, memory))
        return false;
    /* The difference of two sums may end a rounding error below 0 where sin(Qr) vanishes. */
    lanes_root(t->r.n, M_2_PI, sigma_G);
    if (t->origin < t->r.n)
        sigma_G[t->origin] = 0;
    const struct terms_of of = {t, g, low, point, &edge, w};
    return !terms || sine_terms_fill(terms, &of, curve->sigma, memory);
}

/* ---- One curve ---- */

bool sine_low_part_of(const struct sine_transform *t, const struct integral *g, struct low_part *low,
                      struct memory memory)
{
    *low = t->low;
    return (low->first == g->first && low->n == g->n) || low_part_init(low, t, g, memory);
}

bool sine_transform_run(const struct sine_transform *t, const struct integral *g,
                        const struct sine_curve *curve, double *G, double *sigma_G,
                        const struct sine_terms *terms, struct memory memory)
{
    struct low_part low;
    struct work w = {0};
    if (!sine_low_part_of(t, g, &low, memory))
        return false;
    if (t->sum && !work_init(&w, t, g, terms, memory))
        return false;
    if (t->sum)
        fast_values(t, g, G, &w);
    else
        plain_values(t, g, G);
    finish_values(t, g, &low, G);
    return !curve->sigma || variance_of(t, g, &low, curve, sigma_G, terms, &w, memory);
}
