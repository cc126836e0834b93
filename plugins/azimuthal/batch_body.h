/* A batch of frames, one tile: frames are the lanes of a vector, so that one load brings a pixel of all of them.
 * Included once for each set of instructions, which defines TARGET, K(), LANES, FMA(), VMAX(), DMAX(), UMAX(),
 * UMAX16(), UMIN16(), BITS() and the types of as many float, int32_t and double.  A lane's bits depend neither on
 * what is in the others nor on their number.
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

/* 2 LANES pixels of U16 of LANES frames: as pairs, which takes half the shuffles. */
TARGET static INLINE void K(turn_pairs)(const char *const *from, size_t at, float *to, bool limited,
                                        struct K(range) *seen)
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
        *(vl *)(to + 2 * j * BATCH) = __builtin_convertvector(PAIR_FIRST(r[j]), vl);
        *(vl *)(to + (2 * j + 1) * BATCH) = __builtin_convertvector(PAIR_SECOND(r[j]), vl);
    }
}

/* LANES pixels of F32. */
TARGET static INLINE void K(turn_floats)(const char *const *from, size_t at, float *to, struct K(range) *seen)
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
        *(vl *)(to + j * BATCH) = (vl)r[j];
}

/* ---- Loading ---- */

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
            K(turn_floats)(at, j * sizeof(float), to + j * BATCH + lane, seen);
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

TARGET static struct batch_found K(batch_load)(const struct matrix *m, const struct tile *t,
                                               const struct batch_tile *p)
{
    struct batch_found found = {0};
    struct K(range) seen = {.lowest = (vli){0} - 1};
    const size_t size = p->dtype == FRIT_U16 ? 2 : 4, step = 2 * LANES * 2 / size;
    const size_t fast = p->dtype == FRIT_U16 || p->dtype == FRIT_F32 ? t->cols / step * step : 0;
    for (size_t r = 0; r < t->rows; r++) {
        float *to = p->value + r * m->tile_cols * BATCH;
        const char *from[BATCH];
        for (size_t l = 0; l < BATCH; l++)
            from[l] = p->raw[l] + r * p->row_bytes;
        if (p->dtype == FRIT_U16)
            for (size_t j = 0; j < fast; j += step)
                for (size_t lane = 0; lane < BATCH; lane += LANES)
                    K(turn_pairs)(from + lane, j * size, to + j * BATCH + lane, p->limited, &seen);
        else
            for (size_t j = 0; j < fast; j += step)
                for (size_t lane = 0; lane < BATCH; lane += LANES)
                    K(turn_floats)(from + lane, j * size, to + j * BATCH + lane, &seen);
        if (fast < t->cols) {
            for (size_t l = 0; l < BATCH; l++)
                from[l] += fast * p->size;
            K(turn_row)(p, from, t->cols - fast, to + fast * BATCH, &found, &seen);
        }
    }
    found.outside = K(any_outside)(p, &seen) || (p->limited && (p->dtype != FRIT_U16 || fast < t->cols));
    return found;
}

/* ---- Pixels that are not measured, and the dark ---- */

/* Values out of range become NaN; their lanes are told of each pixel. */
TARGET static void K(batch_mark)(const struct matrix *m, const struct tile *t, const struct batch_tile *p)
{
    const vl lo = (vl){0} + p->from, hi = (vl){0} + p->to;
    for (size_t r = 0; r < t->rows; r++)
        for (size_t at = r * m->tile_cols; at < r * m->tile_cols + t->cols; at++)
            for (size_t lane = 0; lane < BATCH; lane += LANES) {
                vl *x = (vl *)(p->value + at * BATCH + lane);
                vli bad = ~((vli)(*x >= lo) & (vli)(*x <= hi));
                unsigned lanes = BITS(bad);
                if (lanes) {
                    p->bad[at] |= (uint16_t)(lanes << lane);
                    *x = (vl)((vli)*x | bad); /* all bits set: NaN */
                }
            }
}

/* The dark taken off, pixel by pixel. */
TARGET static void K(batch_net)(const struct matrix *m, const struct tile *t, const struct batch_tile *p)
{
    for (size_t r = 0; r < t->rows; r++)
        for (size_t at = r * m->tile_cols; at < r * m->tile_cols + t->cols; at++)
            for (size_t lane = 0; lane < BATCH; lane += LANES) {
                vl *x = (vl *)(p->value + at * BATCH + lane);
                vld dark = *(const vld *)(p->scale + lane) * p->dark[at];
                *x = __builtin_convertvector(__builtin_convertvector(*x, vld) - dark, vl);
            }
}

/* ---- Summing pixels that are shared ---- */

/* Entries whose weights are ready at a time. */
#define CHUNK    64
#define PREFETCH 512

struct K(chunk) {
    float w[WINDOW_MAX][CHUNK], w2[WINDOW_MAX][CHUNK];
    uint32_t at[CHUNK];
};

TARGET static INLINE void K(weigh)(const struct matrix *m, size_t entry, uint32_t n, const int window,
                                   const bool variance, struct K(chunk) *q)
{
    for (uint32_t i = 0; i < n; i += 16) {
        v16i a = *(const v16iu *)(m->a + entry + i), b = *(const v16iu *)(m->b + entry + i), share[WINDOW_MAX];
        /* The next tile's: the processor does not see the gaps of a row of tiles come. */
        __builtin_prefetch(m->a + entry + i + PREFETCH);
        __builtin_prefetch(m->b + entry + i + PREFETCH);
        *(v16i *)(q->at + i) = (a & (TILE_MAX - 1)) * BATCH;
        share[0] = (v16i)((v16u)a >> 12 << 6) | (b & 63);
        share[1] = (v16i)((v16u)b >> 6);
        share[2] = WEIGHT_ONE - share[0] - share[1];
        if (window == 4) {
            v16i c = *(const v16iu *)(m->c + entry + i);
            share[3] = share[2] - c;
            share[2] = c;
        }
        UNROLL
        for (int k = 0; k < window; k++) {
            v16f x = __builtin_convertvector(share[k], v16f);
            *(v16f *)(q->w[k] + i) = x;
            if (variance)
                *(v16f *)(q->w2[k] + i) = x * x;
        }
    }
}

TARGET static INLINE void K(put)(float *partial, int32_t bin, vl s, vl v, const bool variance)
{
    float *to = partial + (size_t)bin * 2 * BATCH;
    *(vl *)to += s;
    if (variance)
        *(vl *)(to + BATCH) += v;
}

/* On to another bin: those before it are done. */
TARGET static INLINE int32_t K(advance)(float *partial, int32_t bin, int32_t to, vl *s, vl *v,
                                        const int window, const bool variance)
{
    for (int k = 0; k < window && bin < to; k++, bin++) {
        K(put)(partial, bin, s[0], v[0], variance);
        UNROLL
        for (int j = 0; j + 1 < window; j++) {
            s[j] = s[j + 1];
            v[j] = v[j + 1];
        }
        s[window - 1] = v[window - 1] = (vl){0};
    }
    return to;
}

TARGET static INLINE void K(sum_shared)(const struct matrix *m, const struct tile *t,
                                        const struct batch_tile *p, const size_t lane, const int window,
                                        const bool variance, const bool pedestal, const bool missing,
                                        float *partial)
{
    struct K(chunk) q __attribute__((aligned(64)));
    const float *value = p->value + lane;
    const vl one = (vl){0} + 1.0f, offset = *(const vl *)(p->pedestal + lane);
    vl s[WINDOW_MAX] = {{0}}, v[WINDOW_MAX] = {{0}};
    const struct run *run = m->runs + t->run;
    int32_t bin = run->bin;
    uint32_t left = run->n;
    for (uint32_t done = 0; done < t->n; done += CHUNK) {
        const uint32_t n = t->n - done < CHUNK ? t->n - done : CHUNK;
        K(weigh)(m, t->entry + done, n, window, variance, &q);
        for (uint32_t i = 0; i < n;) {
            const uint32_t end = left < n - i ? i + left : n;
            left -= end - i;
            for (; i < end; i++) {
                vl x = *(const vl *)(value + q.at[i]), y = x;
                VMAX(y, one);
                if (pedestal)
                    x -= offset;
                if (missing) {
                    vli good = (vli)(x == x);
                    x = (vl)((vli)x & good);
                    y = (vl)((vli)y & good);
                }
                UNROLL
                for (int k = 0; k < window; k++) {
                    FMA(s[k], q.w[k][i], x);
                    if (variance)
                        FMA(v[k], q.w2[k][i], y);
                }
            }
            if (left > 0 || done + i == t->n)
                break;
            run++;
            left = run->n;
            bin = K(advance)(partial, bin, run->bin, s, v, window, variance);
        }
        /* No long sums in single precision. */
        if (left > 0 && run->n > 2 * CHUNK)
            bin = K(advance)(partial, bin, bin + window, s, v, window, variance) - window;
    }
    K(advance)(partial, bin, bin + window, s, v, window, variance);
}

/* ---- Summing whole pixels, in double ---- */

TARGET static INLINE void K(sum_whole)(const struct matrix *m, const struct tile *t,
                                       const struct batch_tile *p, const size_t lane, const bool dark,
                                       const bool missing, double *sums)
{
    const uint32_t *a = m->a + t->entry;
    const vld one = (vld){0} + 1.0, scale = *(const vld *)(p->scale + lane);
    for (uint32_t i = 0; i < t->n_runs; i++) {
        const struct run *run = m->runs + t->run + i;
        double *to = sums + (size_t)run->bin * 2 * BATCH + lane;
        vld s = *(const vld *)to, v = *(const vld *)(to + BATCH);
        for (const uint32_t *end = a + run->n; a < end; a++) {
            const size_t at = *a & (TILE_MAX - 1);
            vld x = __builtin_convertvector(*(const vl *)(p->value + at * BATCH + lane), vld), y = x;
            if (dark)
                y -= scale * p->dark[at];
            DMAX(y, one);
            if (missing) {
                vldi good = (vldi)(x == x);
                x = (vld)((vldi)x & good);
                y = (vld)((vldi)y & good);
            }
            s += x;
            v += y;
        }
        *(vld *)to = s;
        *(vld *)(to + BATCH) = v;
    }
}

TARGET static void K(batch_sum)(const struct matrix *m, const struct tile *t, const struct batch_tile *p,
                                float *partial, double *sums)
{
    for (size_t lane = 0; lane < BATCH; lane += LANES) {
        if (t->window == 1 && p->missing)
            K(sum_whole)(m, t, p, lane, p->dark != NULL, true, sums);
        else if (t->window == 1)
            K(sum_whole)(m, t, p, lane, p->dark != NULL, false, sums);
        else if (t->window == 4 && !p->missing)
            K(sum_shared)(m, t, p, lane, 4, true, true, false, partial + lane);
        else if (t->window == 4)
            K(sum_shared)(m, t, p, lane, 4, true, true, true, partial + lane);
        else if (p->missing)
            K(sum_shared)(m, t, p, lane, 3, true, true, true, partial + lane);
        else if (!p->variance)
            K(sum_shared)(m, t, p, lane, 3, false, true, false, partial + lane);
        else if (p->pedestals)
            K(sum_shared)(m, t, p, lane, 3, true, true, false, partial + lane);
        else
            K(sum_shared)(m, t, p, lane, 3, true, false, false, partial + lane);
    }
}

/* Sums in single precision into those in double. */
TARGET static void K(batch_flush)(float *partial, double *sums, size_t n)
{
    for (size_t i = 0; i < n; i += LANES) {
        *(vld *)(sums + i) += __builtin_convertvector(*(const vl *)(partial + i), vld);
        *(vl *)(partial + i) = (vl){0};
    }
}

#undef SHUFFLE
#undef PAIR_FIRST
#undef PAIR_SECOND
#undef AS_FLOAT
#undef AS_FLOAT_EXACT
#undef CHUNK
#undef PREFETCH

/* What a set of instructions defines for one passage through this file. */
#undef TARGET
#undef K
#undef GATHER
#undef FMA
#undef LANES
#undef vl
#undef vli
#undef vld
#undef MAX
#undef vlu
#undef vlh
#undef vlr
#undef vldi
#undef LOW_32
#undef HIGH_32
#undef LOW_64
#undef HIGH_64
#undef EVEN_128
#undef ODD_128
#undef VMAX
#undef DMAX
#undef UMAX
#undef UMAX16
#undef UMIN16
#undef BITS
