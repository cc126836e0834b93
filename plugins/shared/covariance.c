/* The covariance of a curve between all pairs of its points: a square, or a few terms.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "covariance.h"

#include <math.h>
#include <string.h>

/* ---- Reading ---- */

static bool is_terms(const frit_view *v)
{
    return v->axis_name[0] && strcmp(v->axis_name[0], COVARIANCE_TERM_AXIS) == 0;
}

static bool same_place(double a, double b)
{
    return fabs(a - b) <= 1e-6 * fabs(b);
}

static frit_status misplaced(frit_call *c, size_t j, double at, const frit_view *curve, const char *symbol)
{
    return c->host->fail(c, FRIT_EDATA,
                         "point %zu of the covariance stands at %g %s, that of %s at %g: both must be on the "
                         "same points",
                         j + 1, at, curve->axis_unit[0] ? curve->axis_unit[0] : "", symbol,
                         curve->axis[0][j]);
}

static bool all_masked(const uint8_t *mask, size_t n)
{
    size_t known = 0;
    while (known < n && mask && mask[known])
        known++;
    return known == n;
}

/* Units may differ, where one of them was converted: then places are in proportion. */
static bool in_proportion(const double *a, const double *b, size_t n)
{
    for (size_t j = 0; j + 1 < n; j++)
        if (fabs(a[j] * b[n - 1] - b[j] * a[n - 1]) > 1e-6 * fabs(b[j] * a[n - 1]))
            return false;
    return true;
}

static frit_status read_square(frit_call *c, const frit_view *v, const frit_view *curve, const char *symbol,
                               struct covariance *C)
{
    const size_t n = curve->shape[0];
    const bool alike = v->axis_unit[0] && v->axis_unit[1] && strcmp(v->axis_unit[0], v->axis_unit[1]) == 0;
    if (v->shape[0] != n || v->shape[1] != n)
        return c->host->fail(c, FRIT_EDATA,
                             "the covariance has %zu x %zu values, and %s has %zu points: it needs one for "
                             "each pair of them",
                             v->shape[0], v->shape[1], symbol, n);
    for (size_t k = alike ? 0 : 1; k < 2; k++)
        for (size_t j = 0; v->axis[k] && curve->axis[0] && j < n; j++)
            if (!same_place(v->axis[k][j], curve->axis[0][j]))
                return misplaced(c, j, v->axis[k][j], curve, symbol);
    if (!alike && v->axis[0] && v->axis[1] && !in_proportion(v->axis[0], v->axis[1], n))
        return c->host->fail(c, FRIT_EDATA,
                             "the covariance is between %s in %s and %s in %s: it must be between all pairs of points "
                             "of %s",
                             v->axis_name[0] ? v->axis_name[0] : "points", v->axis_unit[0] ? v->axis_unit[0] : "1",
                             v->axis_name[1] ? v->axis_name[1] : "points", v->axis_unit[1] ? v->axis_unit[1] : "1",
                             symbol);
    if (all_masked(v->mask, n * n))
        return FRIT_OK;
    *C = (struct covariance){.n = n, .square = v->value, .mask = v->mask};
    return FRIT_OK;
}

/* FNV's way, a number at a time. */
static uint64_t hash_numbers(uint64_t hash, const double *x, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        uint64_t bits;
        memcpy(&bits, x + i, sizeof bits);
        hash = (hash ^ bits ^ bits >> 32) * UINT64_C(0x100000001b3);
    }
    return hash;
}

double covariance_mark(const double *terms, size_t rows, size_t length)
{
    uint64_t hash = hash_numbers(UINT64_C(0xcbf29ce484222325), terms + COVARIANCE_U * length, length / 2);
    for (size_t k = COVARIANCE_PAIRS; k < rows; k += 2)
        hash = hash_numbers(hash, terms + k * length, length / 2);
    return 1 + ldexp((double)(hash >> 12), -52);
}

static bool is_intact(const frit_view *v)
{
    const size_t rows = v->shape[0], length = v->shape[1];
    bool intact = rows >= COVARIANCE_PAIRS && (rows - COVARIANCE_PAIRS) % 2 == 0 && length % 2 == 0;
    const double mark = intact ? covariance_mark(v->value, rows, length) : 0;
    intact = intact && v->value[(COVARIANCE_U + 1) * length - 1] == mark;
    for (size_t k = length; intact && v->mask && k < rows * length; k++)
        intact = !v->mask[k];
    return intact;
}

static frit_status read_terms(frit_call *c, const frit_view *v, const frit_view *curve, const char *symbol,
                              struct covariance *C)
{
    const size_t n = curve->shape[0], length = v->shape[1];
    if (length != 2 * n)
        return c->host->fail(c, FRIT_EDATA,
                             "the covariance is that of %zu points, and %s has %zu: connect that of the same "
                             "curve",
                             length / 2, symbol, n);
    for (size_t j = 0; v->axis[1] && curve->axis[0] && j < n; j++)
        if (!same_place(0.5 * v->axis[1][2 * j], curve->axis[0][j]))
            return misplaced(c, j, 0.5 * v->axis[1][2 * j], curve, symbol);
    if (all_masked(v->mask, n))
        return FRIT_OK;
    if (!is_intact(v))
        return c->host->fail(c, FRIT_EDATA,
                             "these are the terms of a covariance, and somebody computed with them after "
                             "`transform` made them: compute with its output covariance_matrix, the square "
                             "between all pairs, which is taken here too");
    *C = (struct covariance){.n = n,
                             .mask = v->mask,
                             .u = v->value + COVARIANCE_U * length,
                             .minus = v->value + COVARIANCE_MINUS * length,
                             .plus = v->value + COVARIANCE_PLUS * length,
                             .pair = v->value + COVARIANCE_PAIRS * length,
                             .pairs = (v->shape[0] - COVARIANCE_PAIRS) / 2,
                             .room = c->host->scratch(c, n, sizeof(double))};
    return C->room ? FRIT_OK : FRIT_ENOMEM;
}

frit_status covariance_read(frit_call *c, uint32_t port, const frit_view *curve, const char *symbol,
                            struct covariance *C)
{
    *C = (struct covariance){0};
    if (c->host->n_inputs(c, port) == 0)
        return FRIT_OK;
    const frit_view *v = c->host->input(c, port, 0);
    if (!v)
        return FRIT_EIO;
    return is_terms(v) ? read_terms(c, v, curve, symbol, C) : read_square(c, v, curve, symbol, C);
}

/* ---- A row ---- */

static bool is_known(const struct covariance *C, size_t at)
{
    return !(C->mask && C->mask[at]);
}

static void row_of_terms(const struct covariance *C, size_t i, size_t from, size_t n, double *restrict out)
{
    const double *u = C->u + from, *minus = C->minus, *plus = C->plus + i + from, own = C->u[i];
    const size_t before = i > from ? (i - from < n ? i - from : n) : 0;
    for (size_t k = 0; k < before; k++)
        out[k] = own * u[k] * (minus[i - from - k] - plus[k]);
    for (size_t k = before; k < n; k++)
        out[k] = own * u[k] * (minus[from + k - i] - plus[k]);
    for (size_t p = 0; p < C->pairs; p++) {
        const double *a = C->pair + 4 * p * C->n, *b = a + 2 * C->n, own_a = a[i], own_b = b[i];
        for (size_t k = 0; k < n; k++)
            out[k] += own_a * b[from + k] + own_b * a[from + k];
    }
    if (i >= from && i < from + n)
        out[i - from] = fmax(0, out[i - from]);    /* the difference may round to below 0 */
    for (size_t k = 0; C->mask && k < n; k++)
        if (C->mask[i] || C->mask[from + k])
            out[k] = NAN;
}

void covariance_row(const struct covariance *C, size_t i, size_t from, size_t n, double *out)
{
    if (!C->square) {
        row_of_terms(C, i, from, n, out);
        return;
    }
    for (size_t k = 0; k < n; k++) {
        const size_t at = i * C->n + from + k;
        out[k] = is_known(C, at) ? C->square[at] : NAN;
    }
}

/* ---- w C w ---- */

typedef double two __attribute__((vector_size(16), aligned(8), may_alias));
typedef int64_t truth __attribute__((vector_size(16)));

/* The sum of weight C over a row of covariances of points that lie one behind the other; what is no number
 * counts as 0. */
static double row_sum(const double *C, const double *weight, size_t n)
{
    two sum[4] = {{0}};
    double rest = 0;
    size_t k = 0;
    for (; k + 8 <= n; k += 8) {
        for (size_t l = 0; l < 4; l++) {
            const two x = *(const two *)(C + k + 2 * l), w = *(const two *)(weight + k + 2 * l);
            sum[l] += w * (two)((truth)x & (truth)(x - x == 0));
        }
    }
    for (; k < n; k++)
        rest += isfinite(C[k]) ? weight[k] * C[k] : 0;
    const two all = (sum[0] + sum[1]) + (sum[2] + sum[3]);
    return all[0] + all[1] + rest;
}

/* The same for points anywhere, some of whose covariances are masked: these count as 0. */
static double masked_sum(const struct covariance *C, size_t at, size_t n, const size_t *index,
                         const double *weight)
{
    double sum = 0;
    for (size_t k = 0; k < n; k++) {
        const size_t here = at + index[k];
        sum += is_known(C, here) && isfinite(C->square[here]) ? weight[k] * C->square[here] : 0;
    }
    return sum;
}

static bool any_masked(const uint8_t *mask, size_t n)
{
    uint8_t any = 0;
    for (size_t k = 0; k < n; k++)
        any |= mask[k];
    return any;
}

static double square_sum(const struct covariance *C, size_t n, const size_t *index, const double *weight)
{
    const bool close = index[n - 1] - index[0] == n - 1;
    double variance = 0;
    for (size_t j = 0; j < n; j++) {
        const size_t at = index[j] * C->n, here = at + index[0];
        if (weight[j] == 0)
            continue;
        variance += weight[j] * (close && !(C->mask && any_masked(C->mask + here, n))
                                     ? row_sum(C->square + here, weight, n)
                                     : masked_sum(C, at, n, index, weight));
    }
    return variance;
}

/* The sum of w (minus - plus), all of which go one behind the other. */
static double difference_sum(const double *w, const double *minus, const double *plus, size_t n)
{
    two sum[4] = {{0}};
    double rest = 0;
    size_t k = 0;
    for (; k + 8 <= n; k += 8)
        for (size_t l = 0; l < 4; l++) {
            const size_t at = k + 2 * l;
            sum[l] += *(const two *)(w + at) * (*(const two *)(minus + at) - *(const two *)(plus + at));
        }
    for (; k < n; k++)
        rest += w[k] * (minus[k] - plus[k]);
    const two all = (sum[0] + sum[1]) + (sum[2] + sum[3]);
    return all[0] + all[1] + rest;
}

/* The sum over both a_i b_j and b_i a_j is twice a product of two sums. */
static double pairs_sum(const struct covariance *C, size_t n, const size_t *index, const double *weight)
{
    double sum = 0;
    for (size_t p = 0; p < C->pairs; p++) {
        const double *a = C->pair + 4 * p * C->n, *b = a + 2 * C->n;
        double of_a = 0, of_b = 0;
        for (size_t k = 0; k < n; k++) {
            const double w = is_known(C, index[k]) ? weight[k] : 0;
            of_a += w * a[index[k]];
            of_b += w * b[index[k]];
        }
        sum += 2 * of_a * of_b;
    }
    return sum;
}

/* Points that are left out have no weight; those j < k count twice. */
static double terms_sum(const struct covariance *C, size_t n, const size_t *index, const double *weight)
{
    const size_t first = index[0], width = index[n - 1] - first + 1;
    double *w = C->room, sum = 0;
    memset(w, 0, width * sizeof *w);
    for (size_t k = 0; k < n; k++)
        w[index[k] - first] = is_known(C, index[k]) ? weight[k] * C->u[index[k]] : 0;
    for (size_t j = 0; j < width; j++) {
        const double *plus = C->plus + 2 * (first + j);
        if (w[j] != 0)
            sum += w[j] * (w[j] * (C->minus[0] - plus[0]) +
                           2 * difference_sum(w + j + 1, C->minus + 1, plus + 1, width - j - 1));
    }
    return sum + pairs_sum(C, n, index, weight);
}

double covariance_of_sum(const struct covariance *C, size_t n, const size_t *index, const double *weight)
{
    if (n == 0)
        return 0;
    return C->square ? square_sum(C, n, index, weight) : terms_sum(C, n, index, weight);
}
