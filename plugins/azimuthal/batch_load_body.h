/* A batch of frames, one tile: how it is loaded.  Words of all frames are turned over in registers, so that
 * frames become the lanes of a vector; meanwhile values out of range are looked for, and the dark is taken off.
 * Part of batch_body.h.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define SHUFFLE __builtin_shufflevector

/* ---- Turning over ---- */

/* LANES registers of as many words: blocks of four by four within 128 bits, then these blocks. */
TARGET static INLINE void K(turn_over)(vli *r)
{
    vli u[LANES];
    UNROLL
    for (int g = 0; g < LANES; g += 4) {
        vli a = SHUFFLE(r[g], r[g + 1], LOW_32), b = SHUFFLE(r[g], r[g + 1], HIGH_32);
        vli c = SHUFFLE(r[g + 2], r[g + 3], LOW_32), d = SHUFFLE(r[g + 2], r[g + 3], HIGH_32);
        u[g] = (vli)SHUFFLE((vlh)a, (vlh)c, LOW_64);
        u[g + 1] = (vli)SHUFFLE((vlh)a, (vlh)c, HIGH_64);
        u[g + 2] = (vli)SHUFFLE((vlh)b, (vlh)d, LOW_64);
        u[g + 3] = (vli)SHUFFLE((vlh)b, (vlh)d, HIGH_64);
    }
    UNROLL
    for (int e = 0; e < 4; e++) {
#if LANES == 16
        vli a = SHUFFLE(u[e], u[4 + e], EVEN_128), b = SHUFFLE(u[e], u[4 + e], ODD_128);
        vli c = SHUFFLE(u[8 + e], u[12 + e], EVEN_128), d = SHUFFLE(u[8 + e], u[12 + e], ODD_128);
        r[e] = SHUFFLE(a, c, EVEN_128);
        r[4 + e] = SHUFFLE(b, d, EVEN_128);
        r[8 + e] = SHUFFLE(a, c, ODD_128);
        r[12 + e] = SHUFFLE(b, d, ODD_128);
#elif LANES == 8
        r[e] = SHUFFLE(u[e], u[4 + e], EVEN_128);
        r[4 + e] = SHUFFLE(u[e], u[4 + e], ODD_128);
#else
        r[e] = u[e];
#endif
    }
}

#if defined(__BYTE_ORDER__) && __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
#define PAIR_FIRST(x)  ((vli)((vlu)(x) >> 16))
#define PAIR_SECOND(x) ((x) & 0xffff)
#else
#define PAIR_FIRST(x)  ((x) & 0xffff)
#define PAIR_SECOND(x) ((vli)((vlu)(x) >> 16))
#endif

/* What is seen of a tile while it is turned over. */
struct K(range) {
    vlu magnitude; /* largest |x|, without its sign; NaN is above all */
    vli lowest, highest; /* of pairs of u16 */
};

/* ---- The dark ---- */

/* Dark and its scale, each of twelve bits and a rest, so that products of the former are exact in single precision,
 * and their difference from the pixel's value is rounded as the difference is, not as the dark.  Of a row. */
struct K(dark) {
    float high[BATCH_COLS] __attribute__((aligned(64))), low[BATCH_COLS] __attribute__((aligned(64)));
};

#define TWELVE_BITS(x) ((vl)((vli)(x) & ~0xfff))

TARGET static INLINE void K(split_wide)(const double *dark, size_t n, struct K(dark) *to)
{
    for (size_t j = 0; j < n; j += LANES) {
        vld x = {0};
        if (j + LANES <= n)
            x = *(const vldu *)(dark + j);
        else
            memcpy(&x, dark + j, (n - j) * sizeof *dark);
        /* Of the next tile: a row of tiles is no stream that the processor sees come. */
        for (size_t line = 0; line < LANES; line += 8)
            __builtin_prefetch(dark + BATCH_COLS + j + line);
        vl high = TWELVE_BITS(__builtin_convertvector(x, vl));
        *(vl *)(to->high + j) = high;
        *(vl *)(to->low + j) = __builtin_convertvector(x - __builtin_convertvector(high, vld), vl);
    }
}

TARGET static INLINE void K(split_single)(const float *dark, size_t n, struct K(dark) *to)
{
    for (size_t j = 0; j < n; j += LANES) {
        vl x = {0};
        if (j + LANES <= n)
            x = (vl) * (const vlr *)(dark + j);
        else
            memcpy(&x, dark + j, (n - j) * sizeof *dark);
        __builtin_prefetch(dark + BATCH_COLS + j);
        vl high = TWELVE_BITS(x);
        *(vl *)(to->high + j) = high;
        *(vl *)(to->low + j) = x - high; /* exact */
    }
}

/* Row r of the tile, n pixels. */
TARGET static INLINE void K(split_dark)(const struct matrix *m, const struct batch_tile *p, size_t r, size_t n,
                                        struct K(dark) *to)
{
    if (p->dark_single)
        K(split_single)(p->dark_single + r * m->cols, n, to);
    else
        K(split_wide)(p->dark + r * m->cols, n, to);
}

/* One pixel of it. */
TARGET static INLINE double K(dark_at)(const struct batch_tile *p, size_t at)
{
    return p->dark_single ? (double)p->dark_single[at] : p->dark[at];
}

/* The scale of LANES frames with its sign turned. */
struct K(scale) {
    vl all, high, low;
};

TARGET static INLINE struct K(scale) K(split_scale)(const double *scale)
{
    const vld x = -*(const vld *)scale;
    struct K(scale) s = {.all = __builtin_convertvector(x, vl)};
    s.high = TWELVE_BITS(s.all);
    s.low = __builtin_convertvector(x - __builtin_convertvector(s.high, vld), vl);
    return s;
}

/* The dark of pixel j of the row taken off. */
TARGET static INLINE vl K(less_dark)(vl x, const struct K(dark) *dark, size_t j, const struct K(scale) *scale)
{
    FMA(x, dark->high[j], scale->high);
    FMA(x, dark->low[j], scale->all);
    FMA(x, dark->high[j], scale->low);
    return x;
}

/* ---- Pixels of all frames ---- */

/* What is taken off them while they are loaded: of one row. */
struct K(less) {
    const float *plain; /* the dark itself, where no frame scales it */
    const struct K(dark) *dark;
    const struct K(scale) *scale; /* of LANES frames */
};

/* Pixel j of the row less that. */
TARGET static INLINE vl K(less)(vl x, const struct K(less) *less, size_t j, const int dark)
{
    return dark == PLAIN ? x - less->plain[j] : dark == SCALED ? K(less_dark)(x, less->dark, j, less->scale) : x;
}

/* 2 LANES pixels of U16 of LANES frames: as pairs, which takes half the shuffles. */
TARGET static INLINE void K(turn_pairs)(const char *const *from, size_t at, float *to, const bool limited,
                                        struct K(range) *seen, const struct K(less) *less, const int dark)
{
    vli r[LANES];
    UNROLL
    for (int l = 0; l < LANES; l++)
        r[l] = *(const vlr *)(from[l] + at);
    if (limited) {
        UNROLL
        for (int l = 0; l < LANES; l++) {
            UMIN16(seen->lowest, r[l]);
            UMAX16(seen->highest, r[l]);
        }
    }
    K(turn_over)(r);
    UNROLL
    for (int j = 0; j < LANES; j++) {
        vl first = __builtin_convertvector(PAIR_FIRST(r[j]), vl);
        vl second = __builtin_convertvector(PAIR_SECOND(r[j]), vl);
        *(vl *)(to + 2 * j * BATCH) = K(less)(first, less, at / 2 + 2 * (size_t)j, dark);
        *(vl *)(to + (2 * j + 1) * BATCH) = K(less)(second, less, at / 2 + 2 * (size_t)j + 1, dark);
    }
}

/* LANES pixels of F32. */
TARGET static INLINE void K(turn_floats)(const char *const *from, size_t at, float *to, struct K(range) *seen,
                                         const struct K(less) *less, const int dark)
{
    vli r[LANES];
    UNROLL
    for (int l = 0; l < LANES; l++) {
        r[l] = *(const vlr *)(from[l] + at);
        UMAX(seen->magnitude, (vlu)r[l] + (vlu)r[l]);
    }
    K(turn_over)(r);
    UNROLL
    for (int j = 0; j < LANES; j++)
        *(vl *)(to + j * BATCH) = K(less)((vl)r[j], less, at / 4 + (size_t)j, dark);
}

/* ---- Rows ---- */

#define AS_FLOAT(T, V)                                                                                       \
    do {                                                                                                     \
        const T *in = raw;                                                                                   \
        size_t j = 0;                                                                                        \
        for (; j + 16 <= n; j += 16)                                                                         \
            *(v16f *)(to + j) = __builtin_convertvector(*(const V *)(in + j), v16f);                         \
        for (; j < n; j++)                                                                                   \
            to[j] = (float)in[j];                                                                            \
    } while (0)

#define AS_FLOAT_EXACT(T)                                                                                    \
    do {                                                                                                     \
        const T *in = raw;                                                                                   \
        for (size_t j = 0; j < n; j++) {                                                                     \
            double x = (double)in[j];                                                                        \
            to[j] = (float)x;                                                                                \
            exact = exact && ((double)to[j] == x || !(fabs(x) <= VALUE_MAX));                                \
        }                                                                                                    \
    } while (0)

/* n values as float; false: some of them are none. */
TARGET static bool K(as_float)(frit_dtype dtype, const void *raw, size_t n, float *to)
{
    bool exact = true;
    switch (dtype) {
    case FRIT_U8: AS_FLOAT(uint8_t, v16u8); break;
    case FRIT_I8: AS_FLOAT(int8_t, v16i8); break;
    case FRIT_U16: AS_FLOAT(uint16_t, v16u16); break;
    case FRIT_I16: AS_FLOAT(int16_t, v16i16); break;
    case FRIT_U32: AS_FLOAT(uint32_t, v16u32); break;
    case FRIT_I32: AS_FLOAT(int32_t, v16iu); break;
    case FRIT_F32: memcpy(to, raw, n * sizeof *to); break;
    case FRIT_F64: AS_FLOAT_EXACT(double); break;
    case FRIT_I64: AS_FLOAT_EXACT(int64_t); break;
    case FRIT_U64: AS_FLOAT_EXACT(uint64_t); break;
    }
    return exact;
}

/* One row of a tile through memory: what is not of a type, or not of a width, for the ways above. */
TARGET static void K(turn_row)(const struct batch_tile *p, const char *const *from, size_t n, float *to,
                               struct batch_found *found, struct K(range) *seen)
{
    float row[BATCH][BATCH_COLS] __attribute__((aligned(64)));
    memset(row, 0, sizeof row);
    for (unsigned l = 0; l < BATCH; l++)
        if (!K(as_float)(p->dtype, from[l], n, row[l]))
            found->inexact |= 1u << l;
    for (size_t lane = 0; lane < BATCH; lane += LANES) {
        const char *at[LANES];
        for (int l = 0; l < LANES; l++)
            at[l] = (const char *)row[lane + (size_t)l];
        for (size_t j = 0; j < n; j += LANES)
            K(turn_floats)(at, j * sizeof(float), to + j * BATCH + lane, seen, NULL, NONE);
    }
}

TARGET static bool K(any_outside)(const struct batch_tile *p, const struct K(range) *seen)
{
    bool outside = false;
    if (p->dtype == FRIT_U16 && p->limited)
        for (int l = 0; l < LANES; l++) {
            uint32_t lo = (uint32_t)seen->lowest[l], hi = (uint32_t)seen->highest[l];
            outside = outside || (float)(lo & 0xffff) < p->from || (float)(lo >> 16) < p->from ||
                      (float)(hi & 0xffff) > p->to || (float)(hi >> 16) > p->to;
        }
    union { float f; uint32_t u; } limit = {(float)VALUE_MAX};
    for (int l = 0; l < LANES; l++)
        outside = outside || seen->magnitude[l] > 2 * limit.u;
    return outside;
}

/* The columns that are turned over straight from the frames, less a dark or not. */
TARGET static INLINE void K(load_rows)(const struct matrix *m, const struct tile *t, const struct batch_tile *p,
                                       const size_t cols, const bool u16, const bool limited, const int dark,
                                       struct K(range) *seen)
{
    const size_t size = u16 ? 2 : 4, step = u16 ? 2 * LANES : LANES;
    struct K(scale) scale[BATCH / LANES];
    struct K(dark) split;
    for (size_t lane = 0; dark == SCALED && lane < BATCH; lane += LANES)
        scale[lane / LANES] = K(split_scale)(p->scale + lane);
    for (size_t r = 0; r < t->rows; r++) {
        const float *plain = dark == PLAIN ? p->dark_single + r * m->cols : NULL;
        if (dark == SCALED)
            K(split_dark)(m, p, r, cols, &split);
        /* Of the next tile: a row of tiles is no stream that the processor sees come. */
        for (size_t j = 0; dark == PLAIN && j < cols; j += 16)
            __builtin_prefetch(plain + BATCH_COLS + j);
        for (size_t j = 0; j < cols; j += step)
            for (size_t lane = 0; lane < BATCH; lane += LANES) {
                const char *from[LANES];
                const struct K(less) less = {plain, &split, &scale[lane / LANES]};
                float *to = p->value + (r * m->tile_cols + j) * BATCH + lane;
                UNROLL
                for (size_t l = 0; l < LANES; l++)
                    from[l] = p->raw[lane + l] + r * p->row_bytes;
                if (u16)
                    K(turn_pairs)(from, j * size, to, limited, seen, &less, dark);
                else
                    K(turn_floats)(from, j * size, to, seen, &less, dark);
            }
    }
}

TARGET static struct batch_found K(batch_load)(const struct matrix *m, const struct tile *t,
                                               const struct batch_tile *p)
{
    struct batch_found found = {0};
    struct K(range) seen = {.lowest = (vli){0} - 1};
    const bool u16 = p->dtype == FRIT_U16, f32 = p->dtype == FRIT_F32;
    const size_t step = u16 ? 2 * LANES : LANES, fast = u16 || f32 ? t->cols / step * step : 0;
    found.net = p->net && fast == t->cols;
    const int dark = !found.net ? NONE : p->plain ? PLAIN : SCALED;
    if (u16 && dark == SCALED)
        K(load_rows)(m, t, p, fast, true, true, SCALED, &seen);
    else if (u16 && dark == PLAIN && p->limited)
        K(load_rows)(m, t, p, fast, true, true, PLAIN, &seen);
    else if (u16 && dark == PLAIN)
        K(load_rows)(m, t, p, fast, true, false, PLAIN, &seen);
    else if (u16 && p->limited)
        K(load_rows)(m, t, p, fast, true, true, NONE, &seen);
    else if (u16)
        K(load_rows)(m, t, p, fast, true, false, NONE, &seen);
    else if (f32 && dark == SCALED)
        K(load_rows)(m, t, p, fast, false, false, SCALED, &seen);
    else if (f32 && dark == PLAIN)
        K(load_rows)(m, t, p, fast, false, false, PLAIN, &seen);
    else if (f32)
        K(load_rows)(m, t, p, fast, false, false, NONE, &seen);
    for (size_t r = 0; fast < t->cols && r < t->rows; r++) {
        const char *from[BATCH];
        for (size_t l = 0; l < BATCH; l++)
            from[l] = p->raw[l] + r * p->row_bytes + fast * p->size;
        K(turn_row)(p, from, t->cols - fast, p->value + (r * m->tile_cols + fast) * BATCH, &found, &seen);
    }
    found.outside = K(any_outside)(p, &seen) || (p->limited && (!u16 || fast < t->cols));
    return found;
}
