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

/* Sums over the points whose kernel is the quadrature's, of a^2 v cos Qx, b^2 v cos Qx and a b v sin Qx. */
struct tables {
    double *aa, *bb, *ab;
};

static bool tables_init(struct tables *s, const struct pairs *p, size_t n)
{
    void *(*get)(void *, size_t, size_t) = p->memory.get;
    *s = (struct tables){get(p->memory.user, n, sizeof *s->aa), get(p->memory.user, n, sizeof *s->bb),
                         get(p->memory.user, n, sizeof *s->ab)};
    return s->aa && s->bb && s->ab;
}

/* At x = r + r' and r - r', of the coefficients c: t->n values, 0 where the curve does not reach. */
static bool fill_tables(const struct pairs *p, const double *c, bool sine, double *plus, double *minus)
{
    const struct sine_transform *t = p->t;
    const size_t n = t->r.n;
    if (!t->sum) {
        sine_plain_sums(t, p->g, c + (p->g->first - t->first), sine, plus, minus);
        return true;
    }
    void *work = p->memory.get(p->memory.user, sine_sum_work_size(t->sum), 1);
    double *twice = p->memory.get(p->memory.user, n, sizeof *twice),
           *between = p->memory.get(p->memory.user, n, sizeof *between);
    if (!work || !twice || !between)
        return false;
    sine_sum_transform(t->sum, c, work);
    sine_sum_read(t->sum, AT_2R, sine ? NULL : twice, sine ? twice : NULL, work);
    sine_sum_read(t->sum, BETWEEN_2R, sine ? NULL : between, sine ? between : NULL, work);
    sine_put_sums(n, twice, between, plus);
    if (t->r.min == 0)
        memcpy(minus, plus, n * sizeof *minus);
    else
        sine_sum_read(t->sum, AT_DIFFERENCES, sine ? NULL : minus, sine ? minus : NULL, work);
    return true;
}

/* What the matrix is made of; its rows run backward through `minus`, which is kept so. */
struct factors {
    struct tables minus, plus;          /* minus: the place n - 1 - d belongs to r - r' = d step */
    const double *s, *z;                /* of the quadrature, for each r */
    double       *scale;                /* what a row, and a column, is multiplied with in the end */
    struct edge_part edge;
};

static void turn_round(double *x, size_t n)
{
    for (size_t i = 0; i < n / 2; i++) {
        const double last = x[n - 1 - i];
        x[n - 1 - i] = x[i];
        x[i] = last;
    }
}

static bool factors_tables(struct factors *f, const struct pairs *p, const double *sigma)
{
    const struct sine_transform *t = p->t;
    const struct integral *g = p->g;
    const size_t n = t->r.n;
    const bool stepwise = t->how.quadrature == QUADRATURE_STEPWISE;
    struct tables c;                    /* the coefficients */
    if (!tables_init(&c, p, t->n) || !tables_init(&f->plus, p, 2 * n - 1) || !tables_init(&f->minus, p, n))
        return false;
    for (size_t j = 0; j < g->n; j++) {
        const double a = sine_factor_a(&g->bin[j], t->how.quadrature), b = sine_factor_b(&g->bin[j]);
        const double v = sine_is_plain(g, p->point[j]) ? sine_variance_at(sigma, g->first + j) : 0;
        const size_t at = g->first - t->first + j;
        c.aa[at] = a * a * v;
        c.ab[at] = a * b * v;
        c.bb[at] = b * b * v;
    }
    if (!fill_tables(p, c.aa, false, f->plus.aa, f->minus.aa) ||
        (stepwise && (!fill_tables(p, c.bb, false, f->plus.bb, f->minus.bb) ||
                      !fill_tables(p, c.ab, true, f->plus.ab, f->minus.ab))))
        return false;
    turn_round(f->minus.aa, n);
    turn_round(f->minus.bb, n);
    turn_round(f->minus.ab, n);
    return true;
}

static double *scale_of(const struct pairs *p, const double *factor)
{
    const size_t n = p->t->r.n;
    double *scale = p->memory.get(p->memory.user, n, sizeof *scale);
    for (size_t i = 0; scale && i < n; i++)
        scale[i] = sine_scale_at(p->t, factor, i);
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

bool sine_transform_covariance(const struct sine_transform *t, const struct integral *g,
                               const struct sine_curve *curve, const double *factor, double *out,
                               struct memory memory)
{
    struct pairs p;
    const bool tabled = t->sum || t->how.quadrature == QUADRATURE_TRAPEZOID;
    if (!t->pairs || !pairs_init(&p, t, g, curve->value, curve->mask, memory))
        return false;
    if (tabled)
        return uncorrelated(&p, curve->sigma, factor, out);
    memset(out, 0, t->r.n * t->r.n * sizeof *out);
    return correlated(&p, curve->sigma, NULL, 0, NULL, out) && finish(&p, factor, out);
}

bool sine_transform_correlated(const struct sine_transform *t, const struct integral *g,
                               const struct sine_curve *curve, const double *covariance, size_t n_axis,
                               double *sigma_G, const double *factor, double *out, struct memory memory)
{
    struct pairs p;
    memset(sigma_G, 0, t->r.n * sizeof *sigma_G);
    if (!pairs_init(&p, t, g, curve->value, curve->mask, memory) ||
        !correlated(&p, NULL, covariance, n_axis, sigma_G, out))
        return false;
    for (size_t i = 0; i < t->r.n; i++)
        sigma_G[i] = sine_r(t->r, i) != 0 ? M_2_PI * sqrt(fmax(0, sigma_G[i])) : 0;
    return !out || finish(&p, factor, out);
}
