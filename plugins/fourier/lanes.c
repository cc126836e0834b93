/* Loops of the transform, compiled for three sets of instructions, and which of them the processor has.
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "lanes.h"
#include "shared/unroll.h"

#include <math.h>
#include <stdint.h>

#if defined(__x86_64__)
#include <immintrin.h>
#endif

#define UNROLL UNROLL_UP_TO(8)

/* A value that two products need: the compiler would take it from memory for each. */
#if defined(__x86_64__)
#define LOAD_ONCE(x) __asm__("" : "+x"(x))
#else
#define LOAD_ONCE(x) ((void)0)
#endif

#define TARGET
#define BYTES   16
#define K(name) name##_portable
#if defined(__x86_64__)
#define ROOT(x) _mm_sqrt_pd((__m128d)(x))
#else
#define ROOT(x) ((v_portable){sqrt((x)[0]), sqrt((x)[1])})
#endif
#include "lanes_body.h"

#if defined(__x86_64__)
#define TARGET  __attribute__((target("avx2")))
#define BYTES   32
#define K(name) name##_avx2
#define ROOT(x) _mm256_sqrt_pd((__m256d)(x))
#include "lanes_body.h"

#define TARGET  __attribute__((target("avx512f")))
#define BYTES   64
#define K(name) name##_avx512
#define ROOT(x) _mm512_sqrt_pd((__m512d)(x))
#include "lanes_body.h"

#define CALL(name, ...)                                                                                      \
    do {                                                                                                     \
        if (__builtin_cpu_supports("avx512f"))                                                               \
            name##_avx512(__VA_ARGS__);                                                                      \
        else if (__builtin_cpu_supports("avx2"))                                                             \
            name##_avx2(__VA_ARGS__);                                                                        \
        else                                                                                                 \
            name##_portable(__VA_ARGS__);                                                                    \
    } while (0)
#else
#define CALL(name, ...) name##_portable(__VA_ARGS__)
#endif

void lanes_interpolate(const struct lanes_places *p, size_t groups, const double *spectrum, double *cosine,
                       double *sine)
{
    CALL(interpolate, p, groups, spectrum, cosine, sine);
}

void lanes_add_rows(size_t n, size_t rows, const double *factor, const double *row, double *out)
{
    CALL(add_rows, n, rows, factor, row, out);
    for (size_t i = n / LANES * LANES; i < n; i++) {
        double sum = 0;
        for (size_t j = 0; j < rows; j++)
            sum += factor[j] * row[j * n + i];
        out[i] = sum;
    }
}

static size_t rest_of(size_t n)
{
    return n % LANES;
}

void lanes_product(size_t n, const double *a, const double *b, double *out)
{
    CALL(product, n - rest_of(n), a, b, out);
    for (size_t i = n - rest_of(n); i < n; i++)
        out[i] = a[i] * b[i];
}

void lanes_deviation(size_t n, const double *factor, const double *value, double *out)
{
    CALL(deviation, n - rest_of(n), factor, value, out);
    for (size_t i = n - rest_of(n); i < n; i++)
        out[i] = factor[i] * (value[i] - 1);
}

double lanes_variance(size_t n, const double *factor, const double *sigma, double *out)
{
    double sum[LANES];
    CALL(variance, n - rest_of(n), factor, sigma, out, sum);
    for (size_t i = n - rest_of(n); i < n; i++) {
        const double x = factor[i] * sigma[i];
        out[i] = isfinite(sigma[i]) ? x * x : 0;
        sum[i % LANES] += out[i];
    }
    return ((sum[0] + sum[1]) + (sum[2] + sum[3])) + ((sum[4] + sum[5]) + (sum[6] + sum[7]));
}

void lanes_combine(size_t n, double factor, double a, const double *x, double b, const double *y, double *out)
{
    CALL(combine, n - rest_of(n), factor, a, x, b, y, out);
    for (size_t i = n - rest_of(n); i < n; i++)
        out[i] = factor * out[i] + (a * x[i] + b * y[i]);
}

void lanes_remainder(size_t n, double sum, const double *s, double *out)
{
    CALL(remainder, n - rest_of(n), sum, s, out);
    for (size_t i = n - rest_of(n); i < n; i++)
        out[i] = (sum - out[i]) * (0.5 * (s[i] * s[i]));
}

void lanes_root(size_t n, double factor, double *variance)
{
    CALL(root, n - rest_of(n), factor, variance);
    for (size_t i = n - rest_of(n); i < n; i++)
        variance[i] = variance[i] > 0 ? factor * sqrt(variance[i]) : 0;
}
