/* The covariance of G(r) between all pairs of r:  cov(r, r') = sum over j, l of dG(r)/dS_j C_jl dG(r')/dS_l.
 *
 * Where S is uncorrelated, C = diag(sigma^2), the products of sines are cosines of Q(r - r') and Q(r + r'):
 * two short tables make the whole matrix.  Else it is the product of matrices as it stands.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "sine_private.h"

#include <math.h>
#include <string.h>

/* One call. */
struct pairs {
    const struct sine_transform *t;
    const struct integral       *g;
    struct low_part              low;
    enum sine_point             *point; /* g->n */
    struct memory                memory;
};

static bool pairs_init(struct pairs *p, const struct sine_transform *t, const struct integral *g,
                       const double *value, const uint8_t *mask, struct memory memory)
{
    *p = (struct pairs){.t = t, .g = g, .memory = memory};
    p->point = memory.get(memory.user, g->n, sizeof *p->point);
    if (!p->point || !sine_low_part_of(t, g, &p->low, memory))
        return false;
    sine_points(g, &p->low, value, mask, p->point);
    return true;
}

/* ---- Uncorrelated S ---- */

/* Sums over the plain points, at n places x = from + i step. */
struct tables {
    double *aa, *bb;                    /* of a^2 v cos Qx and b^2 v cos Qx */
    double *ab;                         /* of a b v sin Qx */
};

static void plain_table(const struct integral *g, const double *c, size_t n, double from, double step,
                        double *cosine, double *sine)
{
    for (size_t i = 0; i < n; i++)
        for (size_t j = 0; j < g->n; j++) {
            const double x = g->Q[j] * (from + (double)i * step);
            if (cosine)
                cosine[i] += c[j] * cos(x);
            else
                sine[i] += c[j] * sin(x);
        }
}

static bool fill_table(const struct pairs *p, const struct sine_sum *sum, const double *c, size_t n,
                       double from, double step, double *cosine, double *sine)
{
    if (!sum) {
        plain_table(p->g, c, n, from, step, cosine, sine);
        return true;
    }
    void *work = p->memory.get(p->memory.user, sine_sum_work_size(sum), 1);
    if (work)
        sine_sum_run(sum, 1, c, cosine, sine, work);
    return work;
}

static bool tables_init(struct tables *s, const struct pairs *p, const double *sigma, size_t n, double from)
{
    const struct integral *g = p->g;
    const bool stepwise = p->t->how.quadrature == QUADRATURE_STEPWISE;
    const double step = p->t->r.step;
    void *(*get)(void *, size_t, size_t) = p->memory.get;
    double *aa = get(p->memory.user, g->n, sizeof *aa), *ab = get(p->memory.user, g->n, sizeof *ab),
           *bb = get(p->memory.user, g->n, sizeof *bb);
    *s = (struct tables){get(p->memory.user, n, sizeof *s->aa), get(p->memory.user, n, sizeof *s->bb),
                         get(p->memory.user, n, sizeof *s->ab)};
    if (!aa || !ab || !bb || !s->aa || !s->bb || !s->ab)
        return false;
    for (size_t j = 0; j < g->n; j++) {
        const double a = sine_factor_a(&g->bin[j], p->t->how.quadrature), b = sine_factor_b(&g->bin[j]);
        const double v = p->point[j] == POINT_PLAIN ? sine_variance_at(sigma, g->first + j) : 0;
        aa[j] = a * a * v;
        ab[j] = a * b * v;
        bb[j] = b * b * v;
    }
    struct sine_sum *sum = p->t->sum ? sine_sum_new(g->n, g->Q[0], 2 * p->t->h, n, from, step) : NULL;
    const bool ok = (sum || !p->t->sum) && fill_table(p, sum, aa, n, from, step, s->aa, NULL) &&
                    (!stepwise || (fill_table(p, sum, bb, n, from, step, s->bb, NULL) &&
                                   fill_table(p, sum, ab, n, from, step, NULL, s->ab)));
    sine_sum_free(sum);
    return ok;
}

/* The lower triangle: sums over the points of (a s sin Qr + b z cos Qr)(a s' sin Qr' + b z' cos Qr') v. */
static void from_tables(const struct pairs *p, const struct tables *minus, const struct tables *plus,
                        const double *s, const double *z, double *out)
{
    const size_t n = p->t->r.n;
    for (size_t i = 0; i < n; i++)
        for (size_t m = 0; m <= i; m++) {
            const size_t d = i - m, u = i + m;
            double x = s[i] * s[m] * (minus->aa[d] - plus->aa[u]);
            if (p->t->how.quadrature == QUADRATURE_STEPWISE)
                x += z[i] * z[m] * (minus->bb[d] + plus->bb[u]) +
                     s[i] * z[m] * (plus->ab[u] + minus->ab[d]) + z[i] * s[m] * (plus->ab[u] - minus->ab[d]);
            out[i * n + m] = 0.5 * x;
        }
}

static bool uncorrelated(const struct pairs *p, const double *sigma, double *out)
{
    const struct sine_transform *t = p->t;
    const size_t n = t->r.n;
    struct tables minus, plus;
    double *s = p->memory.get(p->memory.user, n, sizeof *s), *z = p->memory.get(p->memory.user, n, sizeof *z);
    double *column = p->memory.get(p->memory.user, n, sizeof *column);
    if (!s || !z || !column || !tables_init(&minus, p, sigma, n, 0) ||
        !tables_init(&plus, p, sigma, 2 * n - 1, 2 * t->r.min))
        return false;
    for (size_t i = 0; i < n; i++)
        sine_step_factors(t, i, &s[i], &z[i]);
    from_tables(p, &minus, &plus, s, z, out);
    for (size_t j = 0; j < p->g->n; j++) {
        if (p->point[j] == POINT_BRIDGED || p->point[j] == POINT_PLAIN)
            continue;
        const double v = sine_variance_at(sigma, p->g->first + j);
        sine_column(t, p->g, &p->low, p->point, j, column);
        for (size_t i = 0; i < n; i++)
            for (size_t m = 0; m <= i; m++)
                out[i * n + m] += column[i] * v * column[m];
    }
    return true;
}

/* ---- As the product stands ---- */

/* out[i][m] += sum over j < n of a[j][i] b[j][m], for i < n_i and m < n_m, or m <= i alone where `lower`.  In
 * tiles that stay in the cache; each element is summed over j in order. */
enum { TILE = 128, ROWS = 4 };
static void add_product(size_t n, size_t n_i, const double *a, size_t n_m, const double *restrict b,
                        bool lower, double *restrict out)
{
    for (size_t from = 0; from < n_m; from += TILE) {
        const size_t width = n_m - from < TILE ? n_m - from : TILE;
        for (size_t i = lower ? from / ROWS * ROWS : 0; i < n_i; i += ROWS) {
            const size_t rows = n_i - i < ROWS ? n_i - i : ROWS;
            for (size_t j = 0; j < n; j++)
                for (size_t k = 0; k < rows; k++) {
                    const double x = a[j * n_i + i + k];
                    const double *restrict y = b + j * n_m + from;
                    double *restrict to = out + (i + k) * n_m + from;
                    for (size_t m = 0; m < width; m++)
                        to[m] += x * y[m];
                }
        }
    }
}

/* The kernels of the measured points, a row each; those of the others are 0. */
static double *kernels(const struct pairs *p)
{
    const size_t n = p->t->r.n;
    double *k = p->memory.get(p->memory.user, p->g->n * n, sizeof *k);
    for (size_t j = 0; k && j < p->g->n; j++)
        if (p->point[j] != POINT_BRIDGED)
            sine_column(p->t, p->g, &p->low, p->point, j, k + j * n);
    return k;
}

/* C times the kernels.  What is no number in C counts as 0, and its two halves as their mean. */
static double *weighted(const struct pairs *p, const double *k, const double *sigma, const double *covariance,
                        size_t n_axis)
{
    const struct integral *g = p->g;
    const size_t n = p->t->r.n;
    double *w = p->memory.get(p->memory.user, g->n * n, sizeof *w);
    if (!w)
        return NULL;
    if (!covariance) {
        for (size_t j = 0; j < g->n; j++)
            for (size_t i = 0; p->point[j] != POINT_BRIDGED && i < n; i++)
                w[j * n + i] = sine_variance_at(sigma, g->first + j) * k[j * n + i];
        return w;
    }
    double *C = p->memory.get(p->memory.user, g->n * g->n, sizeof *C);
    if (!C)
        return NULL;
    for (size_t j = 0; j < g->n; j++)
        for (size_t l = 0; l < g->n; l++) {
            const double x = 0.5 * (covariance[(g->first + j) * n_axis + g->first + l] +
                                    covariance[(g->first + l) * n_axis + g->first + j]);
            const bool both = p->point[j] != POINT_BRIDGED && p->point[l] != POINT_BRIDGED;
            C[j * g->n + l] = both && isfinite(x) ? x : 0;
        }
    add_product(g->n, g->n, C, n, k, false, w);
    return w;
}

static bool correlated(const struct pairs *p, const double *sigma, const double *covariance, size_t n_axis,
                       double *variance, double *out)
{
    const size_t n = p->t->r.n;
    const double *k = kernels(p), *w = k ? weighted(p, k, sigma, covariance, n_axis) : NULL;
    if (!w)
        return false;
    for (size_t j = 0; variance && j < p->g->n; j++)
        for (size_t i = 0; i < n; i++)
            variance[i] += k[j * n + i] * w[j * n + i];
    if (out)
        add_product(p->g->n, n, k, n, w, true, out);
    return true;
}

/* ---- All pairs ---- */

/* Both triangles, with (2/pi)^2; sin(Qr) is 0 at r = 0, exactly. */
static void finish(const struct sine_transform *t, double *out)
{
    const size_t n = t->r.n;
    for (size_t i = 0; i < n; i++)
        for (size_t m = 0; m <= i; m++) {
            double x = M_2_PI * M_2_PI * out[i * n + m];
            if (sine_r(t->r, i) == 0 || sine_r(t->r, m) == 0 || (i == m && x < 0))
                x = 0;
            out[i * n + m] = out[m * n + i] = x;
        }
}

bool sine_transform_covariance(const struct sine_transform *t, const struct integral *g, const double *value,
                               const uint8_t *mask, const double *sigma, double *out, struct memory memory)
{
    struct pairs p;
    const bool tabled = t->sum || t->how.quadrature == QUADRATURE_TRAPEZOID;
    if (!pairs_init(&p, t, g, value, mask, memory) ||
        !(tabled ? uncorrelated(&p, sigma, out) : correlated(&p, sigma, NULL, 0, NULL, out)))
        return false;
    finish(t, out);
    return true;
}

bool sine_transform_correlated(const struct sine_transform *t, const struct integral *g, const double *value,
                               const uint8_t *mask, const double *covariance, size_t n_axis, double *sigma_G,
                               double *out, struct memory memory)
{
    struct pairs p;
    memset(sigma_G, 0, t->r.n * sizeof *sigma_G);
    if (!pairs_init(&p, t, g, value, mask, memory) ||
        !correlated(&p, NULL, covariance, n_axis, sigma_G, out))
        return false;
    for (size_t i = 0; i < t->r.n; i++)
        sigma_G[i] = sine_r(t->r, i) != 0 ? M_2_PI * sqrt(fmax(0, sigma_G[i])) : 0;
    if (out)
        finish(t, out);
    return true;
}
