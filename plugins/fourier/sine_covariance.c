/* The covariance of G(r) between all pairs of r:  cov(r, r') = sum over j, l of dG(r)/dS_j C_jl dG(r')/dS_l.
 *
 * Where S is uncorrelated, C = diag(sigma^2), the products of sines are cosines of Q(r - r') and Q(r + r'):
 * two short tables make the whole matrix.  The points by which the low-Q part hangs add two outer products,
 * those beside a gap one each.  Else it is the product of matrices as it stands.
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

/* Sums over the points whose kernel is the quadrature's, at n places x = from + i step. */
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

/* c: t->n values, 0 where the curve does not reach. */
static bool fill_table(const struct pairs *p, const struct sine_sum *sum, const double *c, size_t n,
                       double from, double *cosine, double *sine)
{
    if (!sum) {
        plain_table(p->g, c + (p->g->first - p->t->first), n, from, p->t->r.step, cosine, sine);
        return true;
    }
    void *work = p->memory.get(p->memory.user, sine_sum_work_size(sum), 1);
    if (work)
        sine_sum_run(sum, 1, c, cosine, sine, work);
    return work;
}

static bool tables_init(struct tables *s, const struct pairs *p, const double *sigma,
                        const struct sine_sum *sum, size_t n, double from)
{
    const struct integral *g = p->g;
    const bool stepwise = p->t->how.quadrature == QUADRATURE_STEPWISE;
    void *(*get)(void *, size_t, size_t) = p->memory.get;
    double *aa = get(p->memory.user, p->t->n, sizeof *aa), *ab = get(p->memory.user, p->t->n, sizeof *ab),
           *bb = get(p->memory.user, p->t->n, sizeof *bb);
    *s = (struct tables){get(p->memory.user, n, sizeof *s->aa), get(p->memory.user, n, sizeof *s->bb),
                         get(p->memory.user, n, sizeof *s->ab)};
    if (!aa || !ab || !bb || !s->aa || !s->bb || !s->ab)
        return false;
    for (size_t j = 0; j < g->n; j++) {
        const double a = sine_factor_a(&g->bin[j], p->t->how.quadrature), b = sine_factor_b(&g->bin[j]);
        const double v = sine_is_plain(g, p->point[j]) ? sine_variance_at(sigma, g->first + j) : 0;
        const size_t at = g->first - p->t->first + j;
        aa[at] = a * a * v;
        ab[at] = a * b * v;
        bb[at] = b * b * v;
    }
    return fill_table(p, sum, aa, n, from, s->aa, NULL) &&
           (!stepwise || (fill_table(p, sum, bb, n, from, s->bb, NULL) &&
                          fill_table(p, sum, ab, n, from, NULL, s->ab)));
}

/* What the matrix is made of; its rows run backward through `minus`, which is kept so. */
struct factors {
    struct tables minus, plus;          /* minus: the place n - 1 - d belongs to r - r' = d step */
    const double *s, *z;                /* of the quadrature, for each r */
    double       *scale;                /* what a row, and a column, is multiplied with in the end */
    struct edge_part edge;
};

static bool minus_from(struct tables *minus, const struct pairs *p, const struct tables *d)
{
    const size_t n = p->t->r.n;
    void *(*get)(void *, size_t, size_t) = p->memory.get;
    *minus = (struct tables){get(p->memory.user, n, sizeof *minus->aa),
                             get(p->memory.user, n, sizeof *minus->bb),
                             get(p->memory.user, n, sizeof *minus->ab)};
    if (!minus->aa || !minus->bb || !minus->ab)
        return false;
    for (size_t i = 0; i < n; i++) {
        minus->aa[n - 1 - i] = d->aa[i];
        minus->bb[n - 1 - i] = d->bb[i];
        minus->ab[n - 1 - i] = d->ab[i];
    }
    return true;
}

/* Where r begins at 0 the sums at r - r' are the first of those at r + r'. */
static bool factors_tables(struct factors *f, const struct pairs *p, const double *sigma)
{
    const struct sine_transform *t = p->t;
    const size_t n = t->r.n;
    struct tables d;
    struct pair_sums own = {0};
    const struct pair_sums *sums = t->pairs.plus || !t->sum ? &t->pairs : &own;
    bool ok = sums != &own || sine_pair_sums_init(&own, t);
    ok = ok && tables_init(&f->plus, p, sigma, sums->plus, 2 * n - 1, 2 * t->r.min);
    d = f->plus;
    if (ok && t->r.min != 0)
        ok = tables_init(&d, p, sigma, sums->minus, n, 0);
    ok = ok && minus_from(&f->minus, p, &d);
    sine_pair_sums_free(&own);
    return ok;
}

/* 2/pi and what the caller multiplies G with; sin(Qr) is 0 at r = 0, exactly. */
static double *scale_of(const struct pairs *p, const double *factor)
{
    const size_t n = p->t->r.n;
    double *scale = p->memory.get(p->memory.user, n, sizeof *scale);
    for (size_t i = 0; scale && i < n; i++)
        scale[i] = sine_r(p->t->r, i) == 0 ? 0 : M_2_PI * (factor ? factor[i] : 1);
    return scale;
}

static bool factors_init(struct factors *f, const struct pairs *p, const double *sigma, const double *factor)
{
    f->s = p->t->s;
    f->z = p->t->z;
    f->scale = scale_of(p, factor);
    if (!f->scale || !factors_tables(f, p, sigma) ||
        !sine_edge_part(p->t, p->g, &p->low, sigma, &f->edge, p->memory))
        return false;
    return true;
}

/* Part of a row: out[k] for the columns from + k, k < width, none of them beyond i.  Sums over the points of
 * (a s sin Qr + b z cos Qr)(a s' sin Qr' + b z' cos Qr') v. */
static void add_row(const struct pairs *p, const struct factors *f, size_t i, size_t from, size_t width,
                    double *restrict out)
{
    const size_t d = p->t->r.n - 1 - i + from, u = i + from;
    const double *minus = f->minus.aa + d, *plus = f->plus.aa + u, *s = f->s + from, *z = f->z + from;
    const double si = 0.5 * f->s[i], zi = 0.5 * f->z[i];
    for (size_t k = 0; k < width; k++)
        out[k] = si * s[k] * (minus[k] - plus[k]);
    if (p->t->how.quadrature == QUADRATURE_STEPWISE) {
        const double *minus_bb = f->minus.bb + d, *plus_bb = f->plus.bb + u, *minus_ab = f->minus.ab + d,
                     *plus_ab = f->plus.ab + u;
        for (size_t k = 0; k < width; k++)
            out[k] += zi * z[k] * (minus_bb[k] + plus_bb[k]) + si * z[k] * (plus_ab[k] + minus_ab[k]) +
                      zi * s[k] * (plus_ab[k] - minus_ab[k]);
    }
    if (f->edge.n == 0)
        return;
    const double *shaped = f->edge.shaped + from, *both = f->edge.both + from;
    const double shaped_i = f->edge.shaped[i], both_i = f->edge.both[i];
    for (size_t k = 0; k < width; k++)
        out[k] += shaped_i * both[k] + both_i * shaped[k];
}

/* A square of both triangles at a time, so that what is mirrored stays in the cache. */
enum { SQUARE = 32 };
static void put_square(const struct pairs *p, const struct factors *f, size_t row, size_t column,
                       const double *own, size_t n_own, double *out)
{
    const size_t n = p->t->r.n, rows = n - row < SQUARE ? n - row : SQUARE;
    double x[SQUARE][SQUARE];
    for (size_t i = 0; i < rows; i++) {
        const size_t width = row == column ? i + 1 : SQUARE;
        add_row(p, f, row + i, column, width, x[i]);
        for (size_t e = 0; e < n_own; e++)
            for (size_t k = 0; k < width; k++)
                x[i][k] += own[e * n + row + i] * own[e * n + column + k];
        for (size_t k = 0; k < width; k++)
            x[i][k] *= f->scale[row + i] * f->scale[column + k];
        if (row == column)
            x[i][i] = fmax(0, x[i][i]);
        memcpy(out + (row + i) * n + column, x[i], width * sizeof x[i][0]);
    }
    const size_t width = row == column ? rows : SQUARE;
    for (size_t k = 0; k < width; k++)
        for (size_t i = row == column ? k + 1 : 0; i < rows; i++)
            out[(column + k) * n + row + i] = x[i][k];
}

/* Points beside a gap carry what was derived from them: their columns, with the root of their variance. */
static double *own_columns(const struct pairs *p, const double *sigma, size_t *n_own)
{
    const size_t n = p->t->r.n;
    *n_own = 0;
    for (size_t j = 0; j < p->g->n; j++)
        *n_own += sine_has_own(p->g, p->point[j]);
    double *own = p->memory.get(p->memory.user, *n_own * n + 1, sizeof *own), *column = own;
    for (size_t j = 0; own && j < p->g->n; j++) {
        if (!sine_has_own(p->g, p->point[j]))
            continue;
        sine_column(p->t, p->g, &p->low, p->point, j, column);
        const double root = sqrt(sine_variance_at(sigma, p->g->first + j));
        for (size_t i = 0; i < n; i++)
            column[i] *= root;
        column += n;
    }
    return own;
}

static bool uncorrelated(const struct pairs *p, const double *sigma, const double *factor, double *out)
{
    struct factors f = {0};
    size_t n_own;
    const double *own = own_columns(p, sigma, &n_own);
    if (!own || !factors_init(&f, p, sigma, factor))
        return false;
    for (size_t row = 0; row < p->t->r.n; row += SQUARE)
        for (size_t column = 0; column <= row; column += SQUARE)
            put_square(p, &f, row, column, own, n_own, out);
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

/* Both triangles, each row and column multiplied with its scale. */
static bool finish(const struct pairs *p, const double *factor, double *out)
{
    const size_t n = p->t->r.n;
    const double *scale = scale_of(p, factor);
    for (size_t i = 0; scale && i < n; i++)
        for (size_t m = 0; m <= i; m++) {
            const double x = out[i * n + m] * (scale[i] * scale[m]);
            out[i * n + m] = out[m * n + i] = i == m ? fmax(0, x) : x;
        }
    return scale;
}

bool sine_transform_covariance(const struct sine_transform *t, const struct integral *g, const double *value,
                               const uint8_t *mask, const double *sigma, const double *factor, double *out,
                               struct memory memory)
{
    struct pairs p;
    const bool tabled = t->sum || t->how.quadrature == QUADRATURE_TRAPEZOID;
    if (!pairs_init(&p, t, g, value, mask, memory))
        return false;
    if (tabled)
        return uncorrelated(&p, sigma, factor, out);
    memset(out, 0, t->r.n * t->r.n * sizeof *out);
    return correlated(&p, sigma, NULL, 0, NULL, out) && finish(&p, factor, out);
}

bool sine_transform_correlated(const struct sine_transform *t, const struct integral *g, const double *value,
                               const uint8_t *mask, const double *covariance, size_t n_axis, double *sigma_G,
                               const double *factor, double *out, struct memory memory)
{
    struct pairs p;
    memset(sigma_G, 0, t->r.n * sizeof *sigma_G);
    if (!pairs_init(&p, t, g, value, mask, memory) ||
        !correlated(&p, NULL, covariance, n_axis, sigma_G, out))
        return false;
    for (size_t i = 0; i < t->r.n; i++)
        sigma_G[i] = sine_r(t->r, i) != 0 ? M_2_PI * sqrt(fmax(0, sigma_G[i])) : 0;
    return !out || finish(&p, factor, out);
}
