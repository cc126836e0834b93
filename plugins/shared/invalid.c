/* Which of many numbers are no measurement.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "invalid.h"

#include <float.h>
#include <math.h>

/* Blocks of so many values are first looked over as a whole: most of them are good, and a loop of known
 * length goes many values at a time. */
#define BLOCK 256

/* Not from lo to hi, which NaN is not; where lo is above hi, none is. */
#define FIND_BODY(name, type)                                                                   \
    static inline __attribute__((always_inline)) size_t body_##name(                            \
        const type *v, size_t n, type lo, type hi, uint8_t *mask)                               \
    {                                                                                           \
        size_t found = 0;                                                                       \
                                                                                                \
        for (size_t i = 0; i < n; i += BLOCK) {                                                 \
            const size_t m = n - i < BLOCK ? n - i : BLOCK;                                     \
            unsigned bad = m < BLOCK;                                                           \
                                                                                                \
            for (size_t k = 0; m == BLOCK && k < BLOCK; k++)                                    \
                bad |= !((v[i + k] >= lo) & (v[i + k] <= hi));                                  \
            for (size_t k = i; bad && k < i + m; k++) {                                         \
                const bool one = !((v[k] >= lo) & (v[k] <= hi));                                \
                                                                                                \
                found += one;                                                                   \
                if (one && mask)                                                                \
                    mask[k] = 1;                                                                \
            }                                                                                   \
        }                                                                                       \
        return found;                                                                           \
    }

/* Twice as many at a time where the processor can. */
#if defined(__x86_64__)
#define FIND(name, type)                                                                        \
    FIND_BODY(name, type)                                                                       \
    __attribute__((target("avx2"))) static size_t wide_##name(const type *v, size_t n, type lo, \
                                                              type hi, uint8_t *mask)           \
    {                                                                                           \
        return body_##name(v, n, lo, hi, mask);                                                 \
    }                                                                                           \
    static size_t find_##name(const type *v, size_t n, type lo, type hi, uint8_t *mask)         \
    {                                                                                           \
        return __builtin_cpu_supports("avx2") ? wide_##name(v, n, lo, hi, mask)                 \
                                              : body_##name(v, n, lo, hi, mask);                \
    }
#else
#define FIND(name, type)                                                                        \
    FIND_BODY(name, type)                                                                       \
    static size_t find_##name(const type *v, size_t n, type lo, type hi, uint8_t *mask)         \
    {                                                                                           \
        return body_##name(v, n, lo, hi, mask);                                                 \
    }
#endif

FIND(f64, double)
FIND(f32, float)
FIND(i8, int8_t)
FIND(u8, uint8_t)
FIND(i16, int16_t)
FIND(u16, uint16_t)
FIND(i32, int32_t)
FIND(u32, uint32_t)

/* Limits as whole numbers, from the lowest to the highest of a type of at most 32 bit. */
struct limits {
    int64_t lo, hi;
};

static struct limits whole_limits(double min, double max, int64_t lowest, int64_t highest)
{
    struct limits l = { lowest, highest };

    if (min > (double)highest || max < (double)lowest)
        return (struct limits) { highest, lowest };
    if (min > (double)lowest)
        l.lo = (int64_t)ceil(min);
    if (max < (double)highest)
        l.hi = (int64_t)floor(max);
    return l;
}

/* The floats next to the limits, inside of them: with those a float compares as with the limits. */
static size_t find_float(const float *v, size_t n, double min, double max, uint8_t *mask)
{
    float lo = -FLT_MAX, hi = FLT_MAX;

    if (min > FLT_MAX || max < -FLT_MAX)
        return find_f32(v, n, FLT_MAX, -FLT_MAX, mask);
    if (min > -FLT_MAX)
        lo = (float)min < min ? nextafterf((float)min, INFINITY) : (float)min;
    if (max < FLT_MAX)
        hi = (float)max > max ? nextafterf((float)max, -INFINITY) : (float)max;
    return find_f32(v, n, lo, hi, mask);
}

/* A limit that is NaN compares false with everything, as it should. */
#define FIND_64(name, type)                                                                     \
    static size_t find_##name(const type *v, size_t n, double min, double max, uint8_t *mask)   \
    {                                                                                           \
        size_t found = 0;                                                                       \
                                                                                                \
        for (size_t i = 0; i < n; i++) {                                                        \
            const bool bad = (double)v[i] < min || (double)v[i] > max;                          \
                                                                                                \
            found += bad;                                                                       \
            if (bad && mask)                                                                    \
                mask[i] = 1;                                                                    \
        }                                                                                       \
        return found;                                                                           \
    }

FIND_64(i64, int64_t)
FIND_64(u64, uint64_t)

#define WHOLE(name, type, lowest, highest)                                                      \
    l = whole_limits(min, max, lowest, highest);                                                \
    return find_##name(values, n, (type)l.lo, (type)l.hi, mask)

size_t invalid_find(frit_dtype dtype, const void *values, size_t n, double min, double max, uint8_t *mask)
{
    struct limits l;

    switch (dtype) {
    case FRIT_F64:
        return find_f64(values, n, min > -DBL_MAX ? min : -DBL_MAX, max < DBL_MAX ? max : DBL_MAX, mask);
    case FRIT_F32:
        return find_float(values, n, min, max, mask);
    case FRIT_I8:
        WHOLE(i8, int8_t, INT8_MIN, INT8_MAX);
    case FRIT_U8:
        WHOLE(u8, uint8_t, 0, UINT8_MAX);
    case FRIT_I16:
        WHOLE(i16, int16_t, INT16_MIN, INT16_MAX);
    case FRIT_U16:
        WHOLE(u16, uint16_t, 0, UINT16_MAX);
    case FRIT_I32:
        WHOLE(i32, int32_t, INT32_MIN, INT32_MAX);
    case FRIT_U32:
        WHOLE(u32, uint32_t, 0, UINT32_MAX);
    case FRIT_I64:
        return find_i64(values, n, min, max, mask);
    case FRIT_U64:
        return find_u64(values, n, min, max, mask);
    }
    return 0;
}
