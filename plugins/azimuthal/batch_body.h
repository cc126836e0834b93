/* A batch of frames, one tile: frames are the lanes of a vector, so that one load brings a pixel of all of them.
 * Included once for each set of instructions, which defines TARGET, K(), LANES, FMA(), VMAX(), DMAX(), UMAX(),
 * UMAX16(), UMIN16(), BITS() and the types of as many float, int32_t and double.  A lane's bits depend neither on
 * what is in the others nor on their number.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "batch_load_body.h"

/* ---- Pixels that are not measured ---- */

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

/* The dark taken off a tile that is loaded. */
TARGET static void K(batch_net)(const struct matrix *m, const struct tile *t, const struct batch_tile *p)
{
    struct K(dark) dark;
    for (size_t r = 0; r < t->rows; r++) {
        K(split_dark)(m, p, r, t->cols, &dark);
        for (size_t lane = 0; lane < BATCH; lane += LANES) {
            const struct K(scale) scale = K(split_scale)(p->scale + lane);
            for (size_t j = 0; j < t->cols; j++) {
                vl *x = (vl *)(p->value + (r * m->tile_cols + j) * BATCH + lane);
                *x = p->plain ? *x - p->dark_single[r * m->cols + j] : K(less_dark)(*x, &dark, j, &scale);
            }
        }
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
            share[3] = (v16i)((v16u)share[2] - (v16u)c);   /* of a damaged matrix it may wrap */
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

/* Where the rows that come next stand; on by n pixels. */
TARGET static INLINE const char *K(fetched)(struct batch_ahead *a, size_t n)
{
    const char *from = a->rows[a->frame] + a->at;
    a->at += n * a->step;
    if (a->at >= a->bytes) {
        a->at = 0;
        a->frame = a->frame + 1 < a->n ? a->frame + 1 : 0;
        a->step = a->frame > 0 ? a->step : 0;
    }
    return from;
}

/* Runs come by their length, so that where they end is foreseen: that is worth more than bins that two runs share. */
TARGET static INLINE void K(sum_shared)(const struct matrix *m, const struct tile *t,
                                        const struct batch_tile *p, const size_t lane, const int window,
                                        const bool variance, const bool pedestal, const bool missing,
                                        const bool fetch, float *partial)
{
    struct K(chunk) q __attribute__((aligned(64)));
    const float *value = p->value + lane;
    const vl one = (vl){0} + 1.0f, offset = *(const vl *)(p->pedestal + lane);
    vl s[WINDOW_MAX] = {{0}}, v[WINDOW_MAX] = {{0}};
    const struct run *run = m->runs + t->run;
    uint32_t left = run->n;
    for (uint32_t done = 0; done < t->n; done += CHUNK) {
        const uint32_t n = t->n - done < CHUNK ? t->n - done : CHUNK;
        const size_t step = p->ahead->step;
        const char *ahead = K(fetched)(p->ahead, n);
        K(weigh)(m, t->entry + done, n, window, variance, &q);
        for (uint32_t i = 0; i < n;) {
            const uint32_t end = left < n - i ? i + left : n;
            left -= end - i;
            for (; i < end; i++) {
                vl x = *(const vl *)(value + q.at[i]), y = x;
                if (fetch)
                    __builtin_prefetch(ahead + i * step, 0, 2);
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
            if (left > 0 && run->n <= 2 * CHUNK) /* no long sums in single precision */
                break;
            UNROLL
            for (int k = 0; k < window; k++) {
                K(put)(partial, run->bin + k, s[k], v[k], variance);
                s[k] = v[k] = (vl){0};
            }
            if (left == 0 && done + i < t->n)
                left = (++run)->n;
        }
    }
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
                y -= scale * K(dark_at)(p, at / m->tile_cols * m->cols + at % m->tile_cols);
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

/* With rows to fetch meanwhile, or none. */
#define SUM_SHARED(window, variance, pedestal, missing)                                                      \
    do {                                                                                                     \
        if (p->ahead->step > 0)                                                                              \
            K(sum_shared)(m, t, p, lane, window, variance, pedestal, missing, true, partial + lane);         \
        else                                                                                                 \
            K(sum_shared)(m, t, p, lane, window, variance, pedestal, missing, false, partial + lane);        \
    } while (0)

TARGET static void K(batch_sum)(const struct matrix *m, const struct tile *t, const struct batch_tile *p,
                                float *partial, double *sums)
{
    const bool dark = p->dark || p->dark_single;
    for (size_t lane = 0; lane < BATCH; lane += LANES) {
        if (t->window == 1 && p->missing)
            K(sum_whole)(m, t, p, lane, dark, true, sums);
        else if (t->window == 1)
            K(sum_whole)(m, t, p, lane, dark, false, sums);
        else if (t->window == 4 && p->missing)
            SUM_SHARED(4, true, true, true);
        else if (t->window == 4 && p->pedestals)
            SUM_SHARED(4, true, true, false);
        else if (t->window == 4)
            SUM_SHARED(4, true, false, false);
        else if (p->missing)
            SUM_SHARED(3, true, true, true);
        else if (!p->variance)
            SUM_SHARED(3, false, true, false);
        else if (p->pedestals)
            SUM_SHARED(3, true, true, false);
        else
            SUM_SHARED(3, true, false, false);
    }
}

/* A pixel of n bins, from its value in all lanes, in single precision too; where it is NaN nothing is added. */
TARGET static void K(batch_wide)(const struct batch_tile *p, size_t at, const double *share, size_t n,
                                 float *partial)
{
    for (size_t lane = 0; lane < BATCH; lane += LANES) {
        const vl one = (vl){0} + 1.0f;
        vl x = *(const vl *)(p->value + at * BATCH + lane), y = x;
        const vli good = (vli)(x == x);
        VMAX(y, one);
        x = (vl)((vli)(x - *(const vl *)(p->pedestal + lane)) & good);
        y = (vl)((vli)y & good);
        float *to = partial + lane;
        for (size_t k = 0; k < n; k++, to += 2 * BATCH) {
            const float w = (float)(share[k] * WEIGHT_ONE);
            FMA(*(vl *)to, w, x);
            FMA(*(vl *)(to + BATCH), w * w, y);
        }
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
#undef TWELVE_BITS
#undef AS_FLOAT
#undef AS_FLOAT_EXACT
#undef CHUNK
#undef PREFETCH
#undef SUM_SHARED

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
#undef vldu
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
