/* What is done with the pixels of a tile, and with those of one ring, sixteen at a time: made from one
 * source, robust_body.h, for three sets of instructions in robust_kernel.c.  All of them give the same
 * bits.
 *
 * The values of a ring are `n` vectors of ROBUST_LANES floats, NaN where a pixel does not count, as behind
 * the last one.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef AZIMUTHAL_ROBUST_KERNEL_H
#define AZIMUTHAL_ROBUST_KERNEL_H

#include "robust.h"

/* What is subtracted from a value: scale * dark + rest.  dark: of each value, or NULL: nothing is. */
struct robust_offset {
    const float *dark;
    float scale, rest;
};

/* Values farther than limit * norm from mean * norm are cut off. */
struct robust_cut {
    float mean, limit;
};

/* Values of the frame's own type that count, both included. */
struct robust_limits {
    int64_t from, to;       /* whole numbers */
    float from_f, to_f;     /* F32 */
};

/* The next tile's rows, fetched one cache line at a time while something else is done: many at once would
 * fill the processor's line buffers, and all else would wait. */
struct robust_ahead {
    const char *line;     /* the next one */
    size_t lines, in_row; /* that are left of the tile, of the row */
    size_t of_row, skip;  /* of each row; bytes from one row's last line to the next row */
};

static inline void robust_fetch(struct robust_ahead *a)
{
    if (a->lines == 0)
        return;
    __builtin_prefetch(a->line, 0, 2);
    a->lines--;
    a->line += 64;
    if (--a->in_row == 0 && a->lines > 0) {
        a->in_row = a->of_row;
        a->line += a->skip;
    }
}

struct robust_kernels {
    /* Rows of a tile of U8, I16, U16, I32, U32 or F32, less the pedestal; NaN where a value is outside of the
     * limits.  false: another type. */
    bool (*load)(const struct frame *f, size_t cols, const struct robust_visit *v,
                 const struct robust_limits *limits, float pedestal, float *tile);
    /* Each run's pixels of the tile to their places; up to ROBUST_LANES - 1 behind them are overwritten. */
    void (*spread)(const struct robust_run *runs, size_t n_runs, const uint16_t *entries, const float *tile,
                     float *places, struct robust_ahead *ahead);
    /* The same of U16, I16 and F32, where all values count and nothing is subtracted.  false: a value of F32
     * is no whole number of 16 bits. */
    bool (*load_short)(const struct frame *f, size_t cols, const struct robust_visit *v, uint16_t *tile);
    void (*spread_short)(const struct robust_run *runs, size_t n_runs, const uint16_t *entries,
                         const uint16_t *tile, uint16_t *places, struct robust_ahead *ahead);
    /* A ring of `count` of those, less the pedestal, NaN behind them. */
    void (*widen)(const uint16_t *from, size_t count, bool is_signed, float pedestal, float *value);
    /* The sum of as many, and the least of them. */
    double (*sum_short)(const uint16_t *from, size_t count, bool is_signed, int32_t *least,
                        struct robust_ahead *ahead);
    /* Of n vectors those in which one number is not from `from` to `range` more, modulo 2^16, and perhaps
     * the last one: where they begin goes to `doubts`, how many is returned, and their norms are fetched. */
    uint32_t (*doubts_short)(const uint16_t *raw, const float *norm, size_t n, uint16_t from, uint16_t range,
                             uint32_t *doubts);
    /* Sum of the values, the least of them (FLT_MAX where none counts) and how many count. */
    double (*sum)(const float *value, size_t n, float *least, uint32_t *count);
    /* Sum of max(value - offset + floor, 1). */
    double (*sum_floored)(const float *value, size_t n, const struct robust_offset *o, float floor);
    /* Sum of a and of a^2, where value counts. */
    void (*sum_where)(const float *value, const float *a, size_t n, double sum[2]);
    /* Sum of (value - offset - mean norm)^2. */
    double (*deviation)(const float *value, const float *norm, size_t n, const struct robust_offset *o,
                        float mean);
    /* The same of values less their offset, from `from` to `to`. */
    uint32_t (*doubts)(const float *value, const float *norm, size_t n, const struct robust_offset *o,
                       float from, float to, uint32_t *doubts);
    /* Of the vectors in doubt those cut off no longer count; where they are goes to `rejected`, and how
     * many is returned. */
    uint32_t (*reject)(float *value, const float *norm, const struct robust_offset *o,
                       const struct robust_cut *cut, const uint32_t *doubts, uint32_t n_doubts,
                       uint32_t *rejected);
    /* Whole numbers in the order of (value - offset) * inverse; INT32_MAX where a value does not count.
     * Returns how many count, the least and the greatest. */
    uint32_t (*keys)(const float *value, const float *inverse, size_t n, const struct robust_offset *o,
                     int32_t *key, int32_t *lo, int32_t *hi);
    /* The same of |x - centre|, from the keys of x. */
    void (*far_keys)(int32_t *key, size_t n, float centre, int32_t *lo, int32_t *hi);
    uint32_t (*at_most)(const int32_t *key, size_t n, int32_t limit);
    /* The least key above the limit, and how many are not above it. */
    int32_t (*next)(const int32_t *key, size_t n, int32_t limit, uint32_t *at_most);
    /* Keys from lo to hi into `to`, at most `most` of them; returns how many. */
    uint32_t (*pick)(const int32_t *key, size_t n, int32_t lo, int32_t hi, int32_t *to, uint32_t most);
    /* sum of x norm, and of norm, where the key of x is from lo to hi */
    void (*sum_between)(const int32_t *key, const float *norm, size_t n, int32_t lo, int32_t hi,
                        double sum[2]);
};

static inline int32_t robust_key(float x)
{
    union { float f; int32_t i; } u = {x};
    return u.i ^ (u.i >> 31 & INT32_MAX);
}

static inline float robust_value(int32_t key)
{
    union { int32_t i; float f; } u = {key ^ (key >> 31 & INT32_MAX)};
    return u.f;
}

#endif
