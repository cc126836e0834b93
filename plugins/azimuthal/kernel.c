/* The kernels, compiled for three sets of instructions, and which of them the processor has.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "kernel.h"
#include "shared/unroll.h"

#include <math.h>
#include <string.h>

#if defined(__x86_64__)
#include <immintrin.h>
#endif

#define VALUE_MAX KERNEL_VALUE_MAX
#define INLINE inline __attribute__((always_inline))

/* Beyond a processor's own width compilers use several registers.  Sums in double of sixteen lanes are 64-byte
 * aligned. */
typedef float v16f __attribute__((vector_size(64)));
typedef float v16fu __attribute__((vector_size(64), aligned(4), may_alias));
typedef int32_t v16i __attribute__((vector_size(64)));
typedef uint32_t v16u __attribute__((vector_size(64)));
typedef int32_t v16iu __attribute__((vector_size(64), aligned(4), may_alias));
typedef uint32_t v16u32 __attribute__((vector_size(64), aligned(4), may_alias));
typedef int8_t v16i8 __attribute__((vector_size(16), aligned(1), may_alias));
typedef uint16_t v16u16 __attribute__((vector_size(32), aligned(2), may_alias));
typedef int16_t v16i16 __attribute__((vector_size(32), aligned(2), may_alias));
typedef uint8_t v16u8 __attribute__((vector_size(16), aligned(1), may_alias));
typedef float v8f __attribute__((vector_size(32)));
typedef float v8fu __attribute__((vector_size(32), aligned(4), may_alias));
typedef int32_t v8i __attribute__((vector_size(32)));
typedef float v4f __attribute__((vector_size(16)));
typedef int32_t v4i __attribute__((vector_size(16)));
typedef double v16d __attribute__((vector_size(128), aligned(64)));
typedef double v8d __attribute__((vector_size(64)));
typedef double v8du __attribute__((vector_size(64), aligned(8), may_alias));
typedef double v16du __attribute__((vector_size(128), aligned(8), may_alias));
typedef double v4du __attribute__((vector_size(32), aligned(8), may_alias));
typedef double v4d __attribute__((vector_size(32)));
typedef double v2d __attribute__((vector_size(16)));
/* Of a batch: words as they lie in a frame, and masks of double. */
typedef int32_t v16r __attribute__((vector_size(64), aligned(1), may_alias));
typedef int32_t v8r __attribute__((vector_size(32), aligned(1), may_alias));
typedef int32_t v4r __attribute__((vector_size(16), aligned(1), may_alias));
typedef uint32_t v8u __attribute__((vector_size(32)));
typedef uint32_t v4u __attribute__((vector_size(16)));
typedef uint16_t v8u16 __attribute__((vector_size(16)));
typedef int64_t v16l __attribute__((vector_size(128)));
typedef int64_t v8l __attribute__((vector_size(64)));
typedef int64_t v4l __attribute__((vector_size(32)));
typedef int64_t v2h __attribute__((vector_size(16)));

#define UNROLL UNROLL_UP_TO(16)

/* What is taken off a batch while it is loaded: nothing, the dark, the dark times each frame's scale. */
enum { NONE, PLAIN, SCALED };

#define LANE ((v16i){0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15})

/* ---- Any processor ---- */

#define TARGET
#define K(name) name##_portable
#define LANES 4
#define vl    v4f
#define vli   v4i
#define vld   v4d
#define vldu  v4du
#define vlu   v4u
#define vlr   v4r
#define vldi  v4l
#define LOW_32  0, 4, 1, 5
#define HIGH_32 2, 6, 3, 7
#define vlh   v2h
#define LOW_64  0, 2
#define HIGH_64 1, 3
#define SELECT(T, I, to, x, OP)                                                                              \
    do {                                                                                                     \
        T x_ = (T)(x);                                                                                       \
        I keep_ = (I)((T)(to)OP x_);                                                                         \
        (to) = (__typeof__(to))(((I)(to) & keep_) | ((I)x_ & ~keep_));                                       \
    } while (0)
#define VMAX(to, x)   SELECT(v4f, v4i, to, x, >)
#define DMAX(to, x)   SELECT(v4d, v4l, to, x, >)
#define UMAX(to, x)   SELECT(v4u, v4u, to, x, >)
#define UMAX16(to, x) SELECT(v8u16, v8u16, to, x, >)
#define UMIN16(to, x) SELECT(v8u16, v8u16, to, x, <)
#define BITS(bad) ((unsigned)(-(bad)[0] | -(bad)[1] << 1 | -(bad)[2] << 2 | -(bad)[3] << 3))
#define FMA(to, w, x) ((to) += (w) * (x))
#define GATHER(to, base, index)                                                                              \
    do {                                                                                                     \
        v16i at_ = (index);                                                                                  \
        for (int l_ = 0; l_ < 16; l_++)                                                                      \
            (*(to))[l_] = (base)[at_[l_]];                                                                   \
    } while (0)
#define MAX(to, x, y)                                                                                        \
    do {                                                                                                     \
        v16f x_ = (x), y_ = (y);                                                                             \
        v16i above_ = (v16i)(x_ > y_);                                                                       \
        *(to) = (v16f)(((v16i)x_ & above_) | ((v16i)y_ & ~above_));                                          \
    } while (0)
#include "kernel_body.h"
#include "batch_body.h"

#define KERNELS(name)                                                                                        \
    {                                                                                                        \
        load_##name, net_##name, sum_##name, batch_load_##name, batch_mark_##name, batch_net_##name,         \
            batch_sum_##name, batch_wide_##name, batch_flush_##name                                          \
    }
static const struct kernels portable = KERNELS(portable);

#if defined(__x86_64__)

/* ---- AVX2 ---- */

#define TARGET __attribute__((target("avx2,fma")))
#define K(name) name##_avx2
#define LANES 8
#define vl    v8f
#define vli   v8i
#define vld   v8d
#define vldu  v8du
#define vlu   v8u
#define vlr   v8r
#define vldi  v8l
#define LOW_32   0, 8, 1, 9, 4, 12, 5, 13
#define HIGH_32  2, 10, 3, 11, 6, 14, 7, 15
#define vlh   v4l
#define LOW_64   0, 4, 2, 6
#define HIGH_64  1, 5, 3, 7
#define EVEN_128 0, 1, 2, 3, 8, 9, 10, 11
#define ODD_128  4, 5, 6, 7, 12, 13, 14, 15
#define VMAX(to, x) ((to) = (v8f)_mm256_max_ps((__m256)(to), (__m256)(x)))
#define DMAX(to, x)                                                                                          \
    do {                                                                                                     \
        union { v8d v; __m256d half[2]; } to_ = {(to)}, x_ = {(x)};                                          \
        to_.half[0] = _mm256_max_pd(to_.half[0], x_.half[0]);                                                \
        to_.half[1] = _mm256_max_pd(to_.half[1], x_.half[1]);                                                \
        (to) = to_.v;                                                                                        \
    } while (0)
#define UMAX(to, x)   ((to) = (v8u)_mm256_max_epu32((__m256i)(to), (__m256i)(x)))
#define UMAX16(to, x) ((to) = (v8i)_mm256_max_epu16((__m256i)(to), (__m256i)(x)))
#define UMIN16(to, x) ((to) = (v8i)_mm256_min_epu16((__m256i)(to), (__m256i)(x)))
#define BITS(bad)     ((unsigned)_mm256_movemask_ps((__m256)(bad)))
#define FMA(to, w, x) ((to) = (v8f)_mm256_fmadd_ps(_mm256_set1_ps(w), (__m256)(x), (__m256)(to)))
#define GATHER(to, base, index)                                                                              \
    do {                                                                                                     \
        union { v16i v; __m256i half[2]; } at_ = {(index)};                                                  \
        union { v16f v; __m256 half[2]; } got_;                                                              \
        got_.half[0] = _mm256_i32gather_ps((base), at_.half[0], 4);                                          \
        got_.half[1] = _mm256_i32gather_ps((base), at_.half[1], 4);                                          \
        *(to) = got_.v;                                                                                      \
    } while (0)
#define MAX(to, x, y)                                                                                        \
    do {                                                                                                     \
        union { v16f v; __m256 half[2]; } x_ = {(x)}, y_ = {(y)};                                            \
        x_.half[0] = _mm256_max_ps(x_.half[0], y_.half[0]);                                                  \
        x_.half[1] = _mm256_max_ps(x_.half[1], y_.half[1]);                                                  \
        *(to) = x_.v;                                                                                        \
    } while (0)
#include "kernel_body.h"
#include "batch_body.h"
static const struct kernels avx2 = KERNELS(avx2);

/* ---- AVX-512 ---- */

#define TARGET TARGET_AVX512
#define K(name) name##_avx512
#define LANES 16
#define vl    v16f
#define vli   v16i
#define vld   v16d
#define vldu  v16du
#define vlu   v16u
#define vlr   v16r
#define vldi  v16l
#define LOW_32   0, 16, 1, 17, 4, 20, 5, 21, 8, 24, 9, 25, 12, 28, 13, 29
#define HIGH_32  2, 18, 3, 19, 6, 22, 7, 23, 10, 26, 11, 27, 14, 30, 15, 31
#define vlh   v8l
#define LOW_64   0, 8, 2, 10, 4, 12, 6, 14
#define HIGH_64  1, 9, 3, 11, 5, 13, 7, 15
#define EVEN_128 0, 1, 2, 3, 8, 9, 10, 11, 16, 17, 18, 19, 24, 25, 26, 27
#define ODD_128  4, 5, 6, 7, 12, 13, 14, 15, 20, 21, 22, 23, 28, 29, 30, 31
#define VMAX(to, x) ((to) = (v16f)_mm512_max_ps((__m512)(to), (__m512)(x)))
#define DMAX(to, x)                                                                                          \
    do {                                                                                                     \
        union { v16d v; __m512d half[2]; } to_ = {(to)}, x_ = {(x)};                                         \
        to_.half[0] = _mm512_max_pd(to_.half[0], x_.half[0]);                                                \
        to_.half[1] = _mm512_max_pd(to_.half[1], x_.half[1]);                                                \
        (to) = to_.v;                                                                                        \
    } while (0)
#define UMAX(to, x)   ((to) = (v16u)_mm512_max_epu32((__m512i)(to), (__m512i)(x)))
#define UMAX16(to, x) ((to) = (v16i)_mm512_max_epu16((__m512i)(to), (__m512i)(x)))
#define UMIN16(to, x) ((to) = (v16i)_mm512_min_epu16((__m512i)(to), (__m512i)(x)))
#define BITS(bad)     ((unsigned)_mm512_movepi32_mask((__m512i)(bad)))
#define FMA(to, w, x) ((to) = (v16f)_mm512_fmadd_ps(_mm512_set1_ps(w), (__m512)(x), (__m512)(to)))
#define GATHER(to, base, index) (*(to) = (v16f)_mm512_i32gather_ps((__m512i)(index), (base), 4))
#define MAX(to, x, y) (*(to) = (v16f)_mm512_max_ps((__m512)(x), (__m512)(y)))
#include "kernel_body.h"
#include "batch_body.h"
static const struct kernels avx512 = KERNELS(avx512);

#endif

const struct kernels *kernels_of(enum kernel kernel)
{
    static const struct kernels *const all[] = {
        [KERNEL_PORTABLE] = &portable,
#if defined(__x86_64__)
        [KERNEL_AVX2] = &avx2,
        [KERNEL_AVX512] = &avx512,
#endif
    };
    return all[kernel_chosen(kernel)];
}

void kernel_limits(const struct frame *f, float *from, float *to)
{
    double lo = f->valid_from > -VALUE_MAX ? f->valid_from : -VALUE_MAX,
           hi = f->valid_to < VALUE_MAX ? f->valid_to : VALUE_MAX;
    *from = (float)lo;
    *from = (double)*from < lo ? nextafterf(*from, INFINITY) : *from;
    *to = (float)hi;
    *to = (double)*to > hi ? nextafterf(*to, -INFINITY) : *to;
    /* Whole numbers that single precision rounds may come to lie on a limit from either side: those are looked at
     * once more, as they are. */
    const float rounded = 0x1p24f;
    if (f->dtype != FRIT_I32 && f->dtype != FRIT_U32)
        return;
    *from = fabsf(*from) >= rounded ? nextafterf(*from, INFINITY) : *from;
    *to = fabsf(*to) >= rounded ? nextafterf(*to, -INFINITY) : *to;
}
