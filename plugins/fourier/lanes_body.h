/* The loops of lanes.h for one set of instructions: TARGET, BYTES of a register, and K(name) for the names.
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
typedef double K(v) __attribute__((vector_size(BYTES), aligned(8), may_alias));
typedef int64_t K(vi) __attribute__((vector_size(BYTES)));
enum { K(WIDE) = BYTES / 8, K(PARTS) = LANES / K(WIDE) };

/* A sum waits for the one before it: of these groups there are as many at a time as registers hold. */
enum { K(TOGETHER) = K(WIDE) > 2 ? K(WIDE) / 2 : 1 };

/* n of them, a constant. */
TARGET static inline __attribute__((always_inline)) void K(groups)(const struct lanes_places *p, size_t g,
                                                                   const int n, const double *spectrum,
                                                                   double *cosine, double *sine)
{
    const double *z[K(TOGETHER)], *w[K(TOGETHER)];
    K(v) re[K(TOGETHER)][K(PARTS)], im[K(TOGETHER)][K(PARTS)];
    UNROLL for (int m = 0; m < n; m++) {
        z[m] = spectrum + 2 * p->start[g + (size_t)m];
        w[m] = p->weight + (g + (size_t)m) * p->taps * LANES;
        UNROLL for (int k = 0; k < K(PARTS); k++)
            re[m][k] = im[m][k] = (K(v)){0};
    }
    for (size_t t = 0; t < p->taps; t++) {
        UNROLL for (int m = 0; m < n; m++) {
            UNROLL for (int k = 0; k < K(PARTS); k++) {
                K(v) weight = *((const K(v) *)(w[m] + t * LANES) + k);
                LOAD_ONCE(weight);
                re[m][k] += weight * z[m][2 * t];
                im[m][k] += weight * z[m][2 * t + 1];
            }
        }
    }
    UNROLL for (int m = 0; m < n; m++) {
        UNROLL for (int k = 0; k < K(PARTS); k++) {
            const size_t at = (g + (size_t)m) * LANES + (size_t)k * K(WIDE);
            const K(v) c = *(const K(v) *)(p->cosine + at), s = *(const K(v) *)(p->sine + at);
            if (cosine)
                *(K(v) *)(cosine + at) = c * re[m][k] + s * im[m][k];
            if (sine)
                *(K(v) *)(sine + at) = s * re[m][k] - c * im[m][k];
        }
    }
}

TARGET static void K(interpolate)(const struct lanes_places *p, size_t groups, const double *spectrum,
                                  double *cosine, double *sine)
{
    size_t g = 0;
    for (; g + K(TOGETHER) <= groups; g += K(TOGETHER))
        K(groups)(p, g, K(TOGETHER), spectrum, cosine, sine);
    for (; g < groups; g++)
        K(groups)(p, g, 1, spectrum, cosine, sine);
}

TARGET static void K(add_rows)(size_t n, size_t rows, const double *factor, const double *row, double *out)
{
    for (size_t i = 0; i + LANES <= n; i += LANES) {
        K(v) sum[K(PARTS)];
        UNROLL for (int k = 0; k < K(PARTS); k++)
            sum[k] = (K(v)){0};
        for (size_t j = 0; j < rows; j++) {
            const K(v) *x = (const K(v) *)(row + j * n + i);
            UNROLL for (int k = 0; k < K(PARTS); k++)
                sum[k] += factor[j] * x[k];
        }
        UNROLL for (int k = 0; k < K(PARTS); k++)
            *((K(v) *)(out + i) + k) = sum[k];
    }
}

/* The others: n is a multiple of LANES. */
TARGET static void K(product)(size_t n, const double *a, const double *b, double *out)
{
    for (size_t i = 0; i < n; i += K(WIDE))
        *(K(v) *)(out + i) = *(const K(v) *)(a + i) * *(const K(v) *)(b + i);
}

TARGET static void K(deviation)(size_t n, const double *factor, const double *value, double *out)
{
    for (size_t i = 0; i < n; i += K(WIDE))
        *(K(v) *)(out + i) = *(const K(v) *)(factor + i) * (*(const K(v) *)(value + i) - 1);
}

/* sum: of each lane. */
TARGET static void K(variance)(size_t n, const double *factor, const double *sigma, double *out, double *sum)
{
    K(v) total[K(PARTS)];
    UNROLL for (int k = 0; k < K(PARTS); k++)
        total[k] = (K(v)){0};
    for (size_t i = 0; i < n; i += LANES) {
        UNROLL for (int k = 0; k < K(PARTS); k++) {
            const size_t at = i + (size_t)k * K(WIDE);
            const K(v) s = *(const K(v) *)(sigma + at), x = *(const K(v) *)(factor + at) * s;
            const K(v) c = (K(v))((K(vi))(x * x) & (K(vi))(s - s == 0));
            *(K(v) *)(out + at) = c;
            total[k] += c;
        }
    }
    UNROLL for (int k = 0; k < K(PARTS); k++)
        *(K(v) *)(sum + k * K(WIDE)) = total[k];
}

TARGET static void K(combine)(size_t n, double factor, double a, const double *x, double b, const double *y,
                              double *out)
{
    for (size_t i = 0; i < n; i += K(WIDE))
        *(K(v) *)(out + i) =
            factor * *(K(v) *)(out + i) + (a * *(const K(v) *)(x + i) + b * *(const K(v) *)(y + i));
}

TARGET static void K(remainder)(size_t n, double sum, const double *s, double *out)
{
    for (size_t i = 0; i < n; i += K(WIDE)) {
        const K(v) x = *(const K(v) *)(s + i);
        *(K(v) *)(out + i) = (sum - *(K(v) *)(out + i)) * (0.5 * (x * x));
    }
}

TARGET static void K(root)(size_t n, double factor, double *variance)
{
    for (size_t i = 0; i < n; i += K(WIDE)) {
        const K(v) x = *(const K(v) *)(variance + i);
        *(K(v) *)(variance + i) = factor * (K(v))ROOT((K(v))((K(vi))x & (K(vi))(x > 0)));
    }
}
#undef TARGET
#undef BYTES
#undef ROOT
#undef K
