/* pixels.c: what is done to pixels after they are read: byte order and flips.  No value is scaled or rounded.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "images.h"

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
