/* The kernels of robust_kernel.h, compiled for three sets of instructions, and which of them the processor
 * has.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "robust_kernel.h"

#include <float.h>
#include <math.h>

#if defined(__x86_64__)
#include <immintrin.h>
#endif

#define INLINE inline __attribute__((always_inline))

typedef float v16f __attribute__((vector_size(64), may_alias));
typedef float v16fu __attribute__((vector_size(64), aligned(4), may_alias));
typedef int32_t v16i __attribute__((vector_size(64), may_alias));
typedef int32_t v16iu __attribute__((vector_size(64), aligned(4), may_alias));
typedef uint32_t v16u __attribute__((vector_size(64)));
typedef uint32_t v16uu __attribute__((vector_size(64), aligned(4), may_alias));
typedef uint16_t v16u16 __attribute__((vector_size(32), aligned(2), may_alias));
typedef int16_t v16i16 __attribute__((vector_size(32), aligned(2), may_alias));
typedef uint8_t v16u8 __attribute__((vector_size(16), aligned(1), may_alias));
typedef uint16_t v32u16 __attribute__((vector_size(64), aligned(2), may_alias));
typedef int16_t v32i16 __attribute__((vector_size(64)));
typedef float v8f __attribute__((vector_size(32)));
typedef double v8d __attribute__((vector_size(64)));

/* What is read in one go is fetched so many numbers ahead. */
#define AHEAD 1024
/* So many numbers of 16 bits are added up in sixteen lanes of 32. */
#define SUM_PART 524288
#define LANE ((v16i){0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15})

#define UINT8_MIN  0
#define UINT16_MIN 0
#define UINT32_MIN 0
#define KERNELS(name)                                                                                        \
    {                                                                                                        \
        load_##name, spread_##name, load_short_##name, spread_short_##name, widen_##name, \
            sum_short_##name, doubts_short_##name, sum_##name, sum_floored_##name, sum_where_##name,         \
            deviation_##name, doubts_##name, reject_##name, keys_##name, far_keys_##name, at_most_##name,    \
            next_##name, pick_##name, sum_between_##name                                                     \
    }

/* ---- Any processor ---- */

#define TARGET
#define K(name) name##_portable
#define GATHER(to, base, index)                                                                              \
    do {                                                                                                     \
        for (int l_ = 0; l_ < 16; l_++)                                                                      \
            (*(to))[l_] = (base)[(index)[l_]];                                                               \
    } while (0)
#define GATHER_SHORT GATHER
#define UP(to, from) (*(to) = __builtin_convertvector(*(const v16u16 *)(from), v16i))
static INLINE uint32_t outside_short(const uint16_t *x, uint16_t from, uint16_t range)
{
    union { v32i16 v; uint64_t u[8]; } out = {(v32i16)((*(const v32u16 *)x - from) > range)};
    uint64_t low = (out.u[0] | out.u[1]) | (out.u[2] | out.u[3]);
    uint64_t high = (out.u[4] | out.u[5]) | (out.u[6] | out.u[7]);
    return (low ? 0xffffu : 0) | (high ? 0xffff0000u : 0);
}
#define OUTSIDE_SHORT outside_short
#define LEAST_SHORT(a, b) ((a) = ((a) & (v32u16)((a) < (b))) | ((b) & ~(v32u16)((a) < (b))))
#define WIDEN_LOW(to, x)                                                                                     \
    (*(to) = __builtin_convertvector(__builtin_shufflevector(x, x, 0, 1, 2, 3, 4, 5, 6, 7), v8d))
#define WIDEN_HIGH(to, x)                                                                                    \
    (*(to) = __builtin_convertvector(__builtin_shufflevector(x, x, 8, 9, 10, 11, 12, 13, 14, 15), v8d))
/* A bit for every lane of a result of comparing. */
static INLINE unsigned bits_of(const v16i *v)
{
    union { v16i v; uint64_t u[8]; } all = {*v};
    unsigned bits = 0;
    if (((all.u[0] | all.u[1]) | (all.u[2] | all.u[3])) | ((all.u[4] | all.u[5]) | (all.u[6] | all.u[7])))
        for (unsigned k = 0; k < 16; k++)
            bits |= (unsigned)((*v)[k] & 1) << k;
    return bits;
}
#define BITS(v) bits_of(&(v))
static INLINE unsigned outside(const v16f *x, const v16f *lo, const v16f *hi)
{
    v16i out = (v16i)(*x < *lo) | (v16i)(*x > *hi);
    return bits_of(&out);
}
#define OUTSIDE(x, lo, hi) outside(&(x), &(lo), &(hi))
#include "robust_body.h"
static const struct robust_kernels portable = KERNELS(portable);

#if defined(__x86_64__)

/* ---- AVX2 ---- */

#define TARGET  __attribute__((target("avx2")))
#define K(name) name##_avx2
#define GATHER(to, base, index)                                                                              \
    do {                                                                                                     \
        union { v16i v; __m256i half[2]; } at_ = {(index)};                                                  \
        union { v16f v; __m256 half[2]; } got_;                                                              \
        got_.half[0] = _mm256_i32gather_ps((base), at_.half[0], 4);                                          \
        got_.half[1] = _mm256_i32gather_ps((base), at_.half[1], 4);                                          \
        *(to) = got_.v;                                                                                      \
    } while (0)
#define UP(to, from)                                                                                         \
    do {                                                                                                     \
        union { v16i v; __m256i half[2]; } up_;                                                              \
        up_.half[0] = _mm256_cvtepu16_epi32(_mm_loadu_si128((const __m128i *)(const void *)(from)));         \
        up_.half[1] = _mm256_cvtepu16_epi32(_mm_loadu_si128((const __m128i *)(const void *)((from) + 8)));   \
        *(to) = up_.v;                                                                                       \
    } while (0)
static INLINE __attribute__((target("avx2"))) uint32_t outside_short_avx2(const uint16_t *x, uint16_t from,
                                                                          uint16_t range)
{
    __m256i f = _mm256_set1_epi16((short)from), r = _mm256_set1_epi16((short)range);
    __m256i a = _mm256_loadu_si256((const __m256i *)(const void *)x);
    __m256i b = _mm256_loadu_si256((const __m256i *)(const void *)(x + 16));
    a = _mm256_subs_epu16(_mm256_sub_epi16(a, f), r);
    b = _mm256_subs_epu16(_mm256_sub_epi16(b, f), r);
    return (_mm256_testz_si256(a, a) ? 0 : 0xffffu) | (_mm256_testz_si256(b, b) ? 0 : 0xffff0000u);
}
#define IN_HALVES(a, b, DO)                                                                                  \
    do {                                                                                                     \
        union { v32u16 v; __m256i half[2]; } a_ = {(a)}, b_ = {(b)};                                         \
        a_.half[0] = DO(a_.half[0], b_.half[0]);                                                             \
        a_.half[1] = DO(a_.half[1], b_.half[1]);                                                             \
        (a) = a_.v;                                                                                          \
    } while (0)
#define LEAST_SHORT(a, b) IN_HALVES(a, b, _mm256_min_epu16)
#define OUTSIDE_SHORT outside_short_avx2
/* Two bytes more are read than wanted: a tile has room behind it. */
#define GATHER_SHORT(to, base, index)                                                                        \
    do {                                                                                                     \
        union { v16i v; __m256i half[2]; } at_ = {(index)}, got_;                                            \
        got_.half[0] = _mm256_i32gather_epi32((const int *)(const void *)(base), at_.half[0], 2);            \
        got_.half[1] = _mm256_i32gather_epi32((const int *)(const void *)(base), at_.half[1], 2);            \
        *(to) = got_.v;                                                                                      \
    } while (0)
#define WIDEN_HALF(to, x, k)                                                                                 \
    do {                                                                                                     \
        union { v16f v; __m128 q[4]; } x_ = {(x)};                                                           \
        union { v8d v; __m256d half[2]; } got_;                                                              \
        got_.half[0] = _mm256_cvtps_pd(x_.q[k]);                                                             \
        got_.half[1] = _mm256_cvtps_pd(x_.q[(k) + 1]);                                                       \
        *(to) = got_.v;                                                                                      \
    } while (0)
#define WIDEN_LOW(to, x)  WIDEN_HALF(to, x, 0)
#define WIDEN_HIGH(to, x) WIDEN_HALF(to, x, 2)
static INLINE __attribute__((target("avx2"))) unsigned bits_of_avx2(const v16i *v)
{
    union { v16i v; __m256 half[2]; } x = {*v};
    return (unsigned)_mm256_movemask_ps(x.half[0]) | (unsigned)_mm256_movemask_ps(x.half[1]) << 8;
}
#define BITS(v) bits_of_avx2(&(v))
static INLINE __attribute__((target("avx2"))) unsigned outside_avx2(const v16f *x, const v16f *lo,
                                                                    const v16f *hi)
{
    v16i out = (v16i)(*x < *lo) | (v16i)(*x > *hi);
    return bits_of_avx2(&out);
}
#define OUTSIDE(x, lo, hi) outside_avx2(&(x), &(lo), &(hi))
#include "robust_body.h"
static const struct robust_kernels avx2 = KERNELS(avx2);

/* ---- AVX-512 ---- */

#define TARGET TARGET_AVX512
#define K(name) name##_avx512
#define GATHER(to, base, index)       (*(to) = (v16f)_mm512_i32gather_ps((__m512i)(index), (base), 4))
#define GATHER_SHORT(to, base, index) (*(to) = (v16i)_mm512_i32gather_epi32((__m512i)(index), (base), 2))
#define UP(to, from) \
    (*(to) = (v16i)_mm512_cvtepu16_epi32(_mm256_loadu_si256((const __m256i *)(const void *)(from))))
#define OUTSIDE_SHORT(x, from, range)                                                                        \
    ((uint32_t)_mm512_cmpgt_epu16_mask(                                                                      \
        _mm512_sub_epi16(_mm512_loadu_si512(x), _mm512_set1_epi16((short)(from))),                           \
        _mm512_set1_epi16((short)(range))))
#define LEAST_SHORT(a, b) ((a) = (v32u16)_mm512_min_epu16((__m512i)(a), (__m512i)(b)))
#define WIDEN_LOW(to, x)  (*(to) = (v8d)_mm512_cvtps_pd(_mm512_castps512_ps256((__m512)(x))))
#define WIDEN_HIGH(to, x) (*(to) = (v8d)_mm512_cvtps_pd(_mm512_extractf32x8_ps((__m512)(x), 1)))
#define BITS(v)           ((unsigned)_mm512_movepi32_mask((__m512i)(v)))
#define OUTSIDE(x, lo, hi)                                                                                   \
    ((unsigned)_mm512_cmp_ps_mask((__m512)(x), (__m512)(lo), _CMP_LT_OQ) |                                   \
     (unsigned)_mm512_cmp_ps_mask((__m512)(x), (__m512)(hi), _CMP_GT_OQ))
#include "robust_body.h"
static const struct robust_kernels avx512 = KERNELS(avx512);

#endif

const struct robust_kernels *robust_kernels_of(enum kernel kernel)
{
    static const struct robust_kernels *const all[] = {
        [KERNEL_PORTABLE] = &portable,
#if defined(__x86_64__)
        [KERNEL_AVX2] = &avx2,
        [KERNEL_AVX512] = &avx512,
#endif
    };
    return all[kernel_chosen(kernel)];
}
