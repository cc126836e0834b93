/* The loops of peak_lanes.h for one set of instructions: TARGET, BYTES of a register, HALVES(sum) that
 * leaves two of its lanes, and K(name) for the names.
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
typedef double K(v) __attribute__((vector_size(BYTES), aligned(8), may_alias));
typedef int64_t K(vi) __attribute__((vector_size(BYTES)));
enum { K(WIDE) = BYTES / 8, K(PARTS) = LANES / K(WIDE) };

/* e^x, x <= 0: 2^k times the series of a remainder of at most ln(2)/2, whose 14th term is 4e-18. */
TARGET static inline K(v) K(exponential)(K(v) x)
{
    const K(v) zero = {0}, floor = zero - 708, clipped = (K(v))(((K(vi))x & (x > floor)) |
                                                               ((K(vi))floor & ~(K(vi))(x > floor)));
    const K(v) shifted = clipped * M_LOG2E + SHIFT, k = shifted - SHIFT;
    const K(v) f = (clipped - k * LN2_HIGH) - k * LN2_LOW;
    const K(v) square = f * f;
    K(v) even = zero + 1. / 479001600, odd = zero + 1. / 6227020800; /* side by side: two chains */
    even = even * square + 1. / 3628800;
    odd = odd * square + 1. / 39916800;
    even = even * square + 1. / 40320;
    odd = odd * square + 1. / 362880;
    even = even * square + 1. / 720;
    odd = odd * square + 1. / 5040;
    even = even * square + 1. / 24;
    odd = odd * square + 1. / 120;
    even = even * square + 0.5;
    odd = odd * square + 1. / 6;
    const K(v) sum = (even + odd * f) * square + f + 1;
    const K(v) power = (K(v))(((K(vi))shifted << 52) + (K(vi))(zero + 1));
    return (K(v))((K(vi))(sum * power) & (x > floor));
}

TARGET static void K(shapes)(size_t n, const double *r, const double *weight, double centre, double width,
                             double *shape, double *z)
{
    const double per_width = 1 / width, height = per_width / SQRT_2PI;
    for (size_t i = 0; i < n; i += K(WIDE)) {
        const K(v) at = (*(const K(v) *)(r + i) - centre) * per_width;
        *(K(v) *)(z + i) = at;
        *(K(v) *)(shape + i) = K(exponential)(at * at * -0.5) * (*(const K(v) *)(weight + i) * height);
    }
}

/* Of all lanes: the four last onto the four first, two of these onto two, one onto one. */
TARGET static inline double K(total)(const K(v) *sum)
{
    const v_portable of = HALVES(sum);
    return of[0] + of[1];
}

TARGET static void K(products)(size_t n, size_t m, const double *const *column, const double *other,
                               double *sum)
{
    for (size_t u = 0; u < m; u++) {
        K(v) s[K(PARTS)];
        UNROLL for (int k = 0; k < K(PARTS); k++)
            s[k] = (K(v)){0};
        for (size_t i = 0; i < n; i += LANES)
            UNROLL for (int k = 0; k < K(PARTS); k++) {
                const size_t at = i + (size_t)k * K(WIDE);
                s[k] += *(const K(v) *)(column[u] + at) * *(const K(v) *)(other + at);
            }
        sum[u] = K(total)(s);
    }
}

TARGET static double K(residual)(size_t n, size_t m, const double *const *column, const double *factor,
                                 const double *y, double *residual)
{
    K(v) s[K(PARTS)];
    UNROLL for (int k = 0; k < K(PARTS); k++)
        s[k] = (K(v)){0};
    for (size_t i = 0; i < n; i += LANES)
        UNROLL for (int k = 0; k < K(PARTS); k++) {
            const size_t at = i + (size_t)k * K(WIDE);
            K(v) rest = factor[0] * *(const K(v) *)(column[0] + at);
            for (size_t u = 1; u < m; u++)
                rest += factor[u] * *(const K(v) *)(column[u] + at);
            rest -= *(const K(v) *)(y + at);
            *(K(v) *)(residual + at) = rest;
            s[k] += rest * rest;
        }
    return K(total)(s);
}

TARGET static void K(derivatives)(size_t n, const double *shape, const double *z, const double *residual,
                                  double *by_centre, double *by_width, double moment[5])
{
    K(v) s[5][K(PARTS)];
    UNROLL for (int k = 0; k < 5 * K(PARTS); k++)
        s[k / K(PARTS)][k % K(PARTS)] = (K(v)){0};
    for (size_t i = 0; i < n; i += LANES)
        UNROLL for (int k = 0; k < K(PARTS); k++) {
            const size_t at = i + (size_t)k * K(WIDE);
            const K(v) x = *(const K(v) *)(z + at), of = *(const K(v) *)(shape + at);
            const K(v) c = of * x, square = c * x;
            *(K(v) *)(by_centre + at) = c;
            *(K(v) *)(by_width + at) = square - of;
            const K(v) rest = *(const K(v) *)(residual + at), cube = square * x;
            s[0][k] += of * rest;
            s[1][k] += c * rest;
            s[2][k] += square * rest;
            s[3][k] += cube * rest;
            s[4][k] += (cube * x) * rest;
        }
    UNROLL for (int k = 0; k < 5; k++)
        moment[k] = K(total)(s[k]);
}

TARGET static void K(block)(size_t n, const double *const a[3], const double *const b[3], double sum[9])
{
    K(v) s[9][K(PARTS)];
    UNROLL for (int k = 0; k < 9 * K(PARTS); k++)
        s[k / K(PARTS)][k % K(PARTS)] = (K(v)){0};
    for (size_t i = 0; i < n; i += LANES)
        UNROLL for (int k = 0; k < K(PARTS); k++) {
            const size_t at = i + (size_t)k * K(WIDE);
            const K(v) a0 = *(const K(v) *)(a[0] + at), a1 = *(const K(v) *)(a[1] + at),
                       a2 = *(const K(v) *)(a[2] + at), b0 = *(const K(v) *)(b[0] + at),
                       b1 = *(const K(v) *)(b[1] + at), b2 = *(const K(v) *)(b[2] + at);
            s[0][k] += a0 * b0;
            s[1][k] += a0 * b1;
            s[2][k] += a0 * b2;
            s[3][k] += a1 * b0;
            s[4][k] += a1 * b1;
            s[5][k] += a1 * b2;
            s[6][k] += a2 * b0;
            s[7][k] += a2 * b1;
            s[8][k] += a2 * b2;
        }
    UNROLL for (int k = 0; k < 9; k++)
        sum[k] = K(total)(s[k]);
}

TARGET static void K(add)(size_t n, const double *shape, const double *z, const double factor[5], double *out)
{
    for (size_t i = 0; i < n; i += K(WIDE)) {
        const K(v) x = *(const K(v) *)(z + i);
        K(v) sum = x * factor[4] + factor[3];
        sum = sum * x + factor[2];
        sum = sum * x + factor[1];
        sum = sum * x + factor[0];
        *(K(v) *)(out + i) += *(const K(v) *)(shape + i) * sum;
    }
}
#undef TARGET
#undef BYTES
#undef HALVES
#undef K
