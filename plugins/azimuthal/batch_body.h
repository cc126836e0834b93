/* A batch of frames, one tile: frames are the lanes of a vector, so that one load brings a pixel of all of them.
 * Included once for each set of instructions, which defines TARGET, K(), LANES, FMA() and the types of as many
 * float, int32_t and double.  A lane's bits do not depend on what is in the others.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define COLUMN(T, V)                                                                                         \
    for (size_t l = 0; l < BATCH; l++) {                                                                     \
        const T *from = (const T *)frames[l < n ? l : 0].raw + (t->row + r) * m->cols + t->col;              \
        for (size_t byte = 0; byte < m->tile_cols * sizeof(T); byte += 64)                                   \
            __builtin_prefetch((const char *)(from + 2 * m->tile_cols) + byte, 0, 2);                        \
        size_t j = 0;                                                                                        \
        for (; j + 16 <= t->cols; j += 16)                                                                   \
            *(v16f *)&row[l][j] = __builtin_convertvector(*(const V *)(from + j), v16f);                     \
        for (; j < t->cols; j++)                                                                             \
            row[l][j] = (float)from[j];                                                                      \
    }

/* Sixteen lanes of sixteen pixels turned over, by halves. */
TARGET static INLINE void K(turn_over)(float (*row)[BATCH_COLS], size_t j, float *to)
{
    v16f a[16], b[16];
    UNROLL
    for (int l = 0; l < 16; l++)
        a[l] = *(const v16f *)&row[l][j];
    UNROLL
    for (int l = 0; l < 8; l++) {
        b[2 * l] =
            __builtin_shufflevector(a[l], a[l + 8], 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23);
        b[2 * l + 1] = __builtin_shufflevector(a[l], a[l + 8], 8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29,
                                               14, 30, 15, 31);
    }
    /* A perfect shuffle of all 256, four times, is the transposition. */
    UNROLL
    for (int times = 0; times < 3; times++) {
        UNROLL
        for (int l = 0; l < 16; l++)
            a[l] = b[l];
        UNROLL
        for (int l = 0; l < 8; l++) {
            b[2 * l] = __builtin_shufflevector(a[l], a[l + 8], 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6,
                                               22, 7, 23);
            b[2 * l + 1] = __builtin_shufflevector(a[l], a[l + 8], 8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13,
                                                   29, 14, 30, 15, 31);
        }
    }
    UNROLL
    for (int l = 0; l < 16; l++)
        *(v16f *)(to + 16 * l) = b[l];
}

/* Values out of range become NaN; a bit is set for every lane that has one. */
TARGET static unsigned K(transpose)(const struct frame *frames, size_t n, const struct matrix *m,
                                    const struct tile *t, const struct tile_pixels *p)
{
    float row[BATCH][BATCH_COLS] __attribute__((aligned(64)));
    v16f lo = (v16f){0} + p->from, hi = (v16f){0} + p->to, pedestal = (v16f){0} + p->pedestal;
    v16i bad = {0};
    memset(row, 0, sizeof row);
    for (size_t r = 0; r < t->rows; r++) {
        float *to = p->value + r * m->tile_cols * BATCH;
        if (frames->dtype == FRIT_U16) {
            COLUMN(uint16_t, v16u16)
        } else {
            COLUMN(float, v16fu)
        }
        for (size_t j = 0; j < t->cols; j += 16)
            K(turn_over)(row, j, to + j * BATCH);
        for (size_t j = 0; j < t->cols; j++) {
            v16f *x = (v16f *)(to + j * BATCH);
            v16i good = (v16i)(*x >= lo) & (v16i)(*x <= hi);
            bad |= ~good;
            *x = (v16f)((v16i)(*x - pedestal) | ~good); /* all bits set: NaN */
        }
    }
    unsigned lanes = 0;
    for (unsigned l = 0; l < n; l++)
        lanes |= bad[l] ? 1u << l : 0;
    return lanes;
}

/* One run: its pixels, sixteen of which have their weights ready at a time. */
TARGET static INLINE void K(batch_run)(const uint32_t *a, const uint32_t *b, const uint32_t *c, uint32_t n,
                                       const int window, const float *value, float pedestal, bool missing,
                                       vl *s, vl *v)
{
    float w[WINDOW_MAX][16] __attribute__((aligned(64))), w2[WINDOW_MAX][16] __attribute__((aligned(64)));
    int32_t at[16] __attribute__((aligned(64)));
    const vl one = (vl){0} + 1.0f, offset = (vl){0} + pedestal;
    for (uint32_t done = 0; done < n; done += 16) {
        v16i ea = *(const v16iu *)(a + done), share[WINDOW_MAX];
        *(v16i *)at = (ea & (TILE_MAX - 1)) * BATCH;
        if (window > 1) {
            v16i eb = *(const v16iu *)(b + done);
            share[0] = (v16i)((v16u)ea >> 12 << 6) | (eb & 63);
            share[1] = (v16i)((v16u)eb >> 6);
            share[2] = WEIGHT_ONE - share[0] - share[1];
            if (window == 4) {
                v16i ec = *(const v16iu *)(c + done);
                share[3] = share[2] - ec;
                share[2] = ec;
            }
            UNROLL
            for (int k = 0; k < window; k++) {
                v16f x = __builtin_convertvector(share[k], v16f);
                *(v16f *)w[k] = x;
                *(v16f *)w2[k] = x * x;
            }
        }
        uint32_t count = n - done < 16 ? n - done : 16;
        for (uint32_t i = 0; i < count; i++) {
            vl x = *(const vl *)(value + at[i]), y = x + offset;
            vli above = (vli)(y > one);
            y = (vl)(((vli)y & above) | ((vli)one & ~above));
            if (missing) {
                vli good = (vli)(x == x);
                x = (vl)((vli)x & good);
                y = (vl)((vli)y & good);
            }
            if (window == 1) {
                s[0] += x;
                v[0] += y;
                continue;
            }
            UNROLL
            for (int k = 0; k < window; k++) {
                FMA(s[k], w[k][i], x);
                FMA(v[k], w2[k][i], y);
            }
        }
    }
}

TARGET static INLINE void K(flush)(double *to, const vl *from, double scale)
{
    vld *at = (vld *)to;
    *at += __builtin_convertvector(*from, vld) * scale;
}

TARGET static INLINE void K(batch_tile)(const struct matrix *m, const struct tile *t, const int window,
                                        const struct tile_pixels *p, size_t lane, bool missing,
                                        double *signal, double *variance)
{
    size_t entry = t->entry;
    const struct run *run = m->runs + t->run;
    const double scale = window == 1 ? 1 : 1.0 / WEIGHT_ONE, scale2 = scale * scale;
    vl s[WINDOW_MAX] = {{0}}, v[WINDOW_MAX] = {{0}};
    int32_t bin = run->bin;
    for (uint32_t i = 0; i < t->n_runs; i++, run++) {
        for (int k = 0; bin < run->bin; bin++, k++) {
            if (k == window) {
                bin = run->bin;
                break;
            }
            K(flush)(signal + (size_t)bin * BATCH + lane, &s[0], scale);
            K(flush)(variance + (size_t)bin * BATCH + lane, &v[0], scale2);
            UNROLL
            for (int j = 0; j + 1 < window; j++) {
                s[j] = s[j + 1];
                v[j] = v[j + 1];
            }
            s[window - 1] = v[window - 1] = (vl){0};
        }
        K(batch_run)
        (m->a + entry, window > 1 ? m->b + entry : NULL, window == 4 ? m->c + entry : NULL, run->n, window,
         p->value + lane, p->pedestal, missing, s, v);
        entry += run->n;
    }
    UNROLL
    for (int k = 0; k < window; k++, bin++) {
        K(flush)(signal + (size_t)bin * BATCH + lane, &s[k], scale);
        K(flush)(variance + (size_t)bin * BATCH + lane, &v[k], scale2);
    }
}

TARGET static void K(batch)(const struct matrix *m, const struct tile *t, const struct tile_pixels *p,
                            bool missing, double *signal, double *variance)
{
    for (size_t lane = 0; lane < BATCH; lane += LANES) {
        if (t->window == 1)
            K(batch_tile)(m, t, 1, p, lane, missing, signal, variance);
        else if (t->window == 4)
            K(batch_tile)(m, t, 4, p, lane, missing, signal, variance);
        else if (missing)
            K(batch_tile)(m, t, 3, p, lane, true, signal, variance);
        else
            K(batch_tile)(m, t, 3, p, lane, false, signal, variance);
    }
}

#undef COLUMN
