/* pixels.c: what is done to pixels after they are read: byte order, flips, and which of them
 * are no measurement.  No value is scaled or rounded.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "images.h"

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

static void swap_16(uint16_t *v, size_t n)
{
    for (size_t i = 0; i < n; i++)
        v[i] = (uint16_t)(v[i] << 8 | v[i] >> 8);
}

static void swap_32(uint32_t *v, size_t n)
{
    for (size_t i = 0; i < n; i++)
        v[i] = v[i] << 24 | (v[i] & 0xff00) << 8 | (v[i] >> 8 & 0xff00) | v[i] >> 24;
}

void image_swap(void *values, size_t n, size_t size)
{
    uint32_t *half = values;

    switch (size) {
    case 2:
        swap_16(values, n);
        break;
    case 4:
        swap_32(values, n);
        break;
    case 8:
        swap_32(half, 2 * n);
        for (size_t i = 0; i < n; i++) {
            uint32_t first = half[2 * i];

            half[2 * i] = half[2 * i + 1];
            half[2 * i + 1] = first;
        }
        break;
    default:
        break;
    }
}

/* A limit that is NaN compares false with everything, as it should. */
#define FIND(name, type, not_finite)                                                        \
    static size_t find_##name(const type *v, size_t n, double min, double max, uint8_t *mask) \
    {                                                                                       \
        size_t found = 0;                                                                   \
                                                                                            \
        for (size_t i = 0; i < n; i++) {                                                    \
            double x = (double)v[i];                                                        \
            bool bad = (not_finite) || x < min || x > max;                                  \
                                                                                            \
            found += bad;                                                                   \
            if (bad && mask)                                                                \
                mask[i] = 1;                                                                \
        }                                                                                   \
        return found;                                                                       \
    }

FIND(f64, double, !isfinite(x))
FIND(f32, float, !isfinite(x))
FIND(i8, int8_t, false)
FIND(u8, uint8_t, false)
FIND(i16, int16_t, false)
FIND(u16, uint16_t, false)
FIND(i32, int32_t, false)
FIND(u32, uint32_t, false)
FIND(i64, int64_t, false)
FIND(u64, uint64_t, false)

size_t image_find_invalid(frit_dtype dtype, const void *values, size_t n, double min, double max,
                          uint8_t *mask)
{
    switch (dtype) {
    case FRIT_F64:
        return find_f64(values, n, min, max, mask);
    case FRIT_F32:
        return find_f32(values, n, min, max, mask);
    case FRIT_I8:
        return find_i8(values, n, min, max, mask);
    case FRIT_U8:
        return find_u8(values, n, min, max, mask);
    case FRIT_I16:
        return find_i16(values, n, min, max, mask);
    case FRIT_U16:
        return find_u16(values, n, min, max, mask);
    case FRIT_I32:
        return find_i32(values, n, min, max, mask);
    case FRIT_U32:
        return find_u32(values, n, min, max, mask);
    case FRIT_I64:
        return find_i64(values, n, min, max, mask);
    case FRIT_U64:
        return find_u64(values, n, min, max, mask);
    }
    return 0;
}

static void swap_bytes(uint8_t *a, uint8_t *b, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        uint8_t byte = a[i];

        a[i] = b[i];
        b[i] = byte;
    }
}

void image_flip(void *values, size_t rows, size_t columns, size_t size, enum image_flip flip)
{
    uint8_t *v = values;
    size_t row = columns * size;

    if (flip == IMAGE_FLIP_UP_DOWN || flip == IMAGE_FLIP_BOTH)
        for (size_t i = 0; i < rows / 2; i++)
            swap_bytes(v + i * row, v + (rows - 1 - i) * row, row);
    if (flip == IMAGE_FLIP_LEFT_RIGHT || flip == IMAGE_FLIP_BOTH)
        for (size_t i = 0; i < rows; i++)
            for (size_t j = 0; j < columns / 2; j++)
                swap_bytes(v + i * row + j * size, v + i * row + (columns - 1 - j) * size, size);
}
