/* pixels.c: what is done to pixels after they are read: byte order, flips, and which of them
 * are no measurement.  No value is scaled or rounded.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "images.h"

#include <float.h>
#include <math.h>
#include <string.h>

size_t image_value_size(frit_dtype dtype)
{
    switch (dtype) {
    case FRIT_I8:
    case FRIT_U8:
        return 1;
    case FRIT_I16:
    case FRIT_U16:
        return 2;
    case FRIT_F32:
    case FRIT_I32:
    case FRIT_U32:
        return 4;
    default:
        return 8;
    }
}

bool image_big_endian(void)
{
    const uint16_t one = 1;

    return *(const uint8_t *)&one == 0;
}

/* Exchanges the bytes of each value of `size` bytes, in all of the word at once. */
static inline uint64_t swap_word(uint64_t x, size_t size)
{
    const uint64_t bytes = 0x00ff00ff00ff00ff, pairs = 0x0000ffff0000ffff;

    x = (x & bytes) << 8 | (x >> 8 & bytes);
    if (size > 2)
        x = (x & pairs) << 16 | (x >> 16 & pairs);
    return size > 4 ? x << 32 | x >> 32 : x;
}

/* n bytes of whole values; inline, so that each size has a loop of its own. */
static inline void swap_bytes(uint8_t *v, size_t n, size_t size)
{
    uint64_t x = 0;
    size_t i = 0;

    for (; n - i >= sizeof x; i += sizeof x) {
        memcpy(&x, v + i, sizeof x);
        x = swap_word(x, size);
        memcpy(v + i, &x, sizeof x);
    }
    memcpy(&x, v + i, n - i);
    x = swap_word(x, size);
    memcpy(v + i, &x, n - i);
}

void image_swap(void *values, size_t n, size_t size)
{
    if (size == 2)
        swap_bytes(values, 2 * n, 2);
    else if (size == 4)
        swap_bytes(values, 4 * n, 4);
    else if (size == 8)
        swap_bytes(values, 8 * n, 8);
}

/* ---- Which are no measurement ---- */

/* Blocks of so many values are first looked over as a whole: most of them are good, and a loop of known
 * length goes many values at a time. */
#define BLOCK 256

/* Not from lo to hi, which NaN is not; where lo is above hi, none is. */
#define FIND(name, type)                                                                        \
    static size_t find_##name(const type *v, size_t n, type lo, type hi, uint8_t *mask)         \
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

size_t image_find_invalid(frit_dtype dtype, const void *values, size_t n, double min, double max,
                          uint8_t *mask)
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

/* ---- Flips ---- */

/* Two rows, a piece at a time. */
static void swap_rows(uint8_t *a, uint8_t *b, size_t n)
{
    uint8_t piece[1024];

    for (size_t i = 0; i < n; i += sizeof piece) {
        const size_t m = n - i < sizeof piece ? n - i : sizeof piece;

        memcpy(piece, a + i, m);
        memcpy(a + i, b + i, m);
        memcpy(b + i, piece, m);
    }
}

#define REVERSE(bits)                                                                           \
    static void reverse_##bits(uint##bits##_t *v, size_t n)                                     \
    {                                                                                           \
        for (size_t i = 0; i < n / 2; i++) {                                                    \
            const uint##bits##_t first = v[i];                                                  \
                                                                                                \
            v[i] = v[n - 1 - i];                                                                \
            v[n - 1 - i] = first;                                                               \
        }                                                                                       \
    }

REVERSE(8)
REVERSE(16)
REVERSE(32)
REVERSE(64)

static void reverse_row(void *row, size_t n, size_t size)
{
    switch (size) {
    case 1:
        reverse_8(row, n);
        break;
    case 2:
        reverse_16(row, n);
        break;
    case 4:
        reverse_32(row, n);
        break;
    default:
        reverse_64(row, n);
        break;
    }
}

void image_flip(void *values, size_t rows, size_t columns, size_t size, enum image_flip flip)
{
    uint8_t *v = values;
    size_t row = columns * size;

    if (flip == IMAGE_FLIP_UP_DOWN || flip == IMAGE_FLIP_BOTH)
        for (size_t i = 0; i < rows / 2; i++)
            swap_rows(v + i * row, v + (rows - 1 - i) * row, row);
    if (flip == IMAGE_FLIP_LEFT_RIGHT || flip == IMAGE_FLIP_BOTH)
        for (size_t i = 0; i < rows; i++)
            reverse_row(v + i * row, columns, size);
}
