/* One frame, one tile: included once for each set of instructions, which defines TARGET, K(), GATHER() and
 * MAX().  Every set gives the same bits: 16 sums side by side, multiplications and additions not fused, and
 * one order of adding up the sixteen.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

/* ---- Loading ---- */

#define LOAD_ROWS(T, V)                                                                                      \
    for (size_t r = 0; r < t->rows; r++) {                                                                   \
        const T *from = (const T *)f->raw + (t->row + r) * m->cols + t->col;                                 \
        float *to = p->value + r * m->tile_cols;                                                             \
        for (size_t byte = 0; byte < m->tile_cols * sizeof(T); byte += 64)                                   \
            __builtin_prefetch((const char *)(from + 2 * m->tile_cols) + byte, 0, 2);                        \
        size_t j = 0;                                                                                        \
        for (; j + 16 <= t->cols; j += 16) {                                                                 \
            v16f x = __builtin_convertvector(*(const V *)(from + j), v16f);                                  \
            good &= (v16i)(x >= lo) & (v16i)(x <= hi);                                                       \
            *(v16f *)(to + j) = x - pedestal;                                                                \
        }                                                                                                    \
        for (; j < t->cols; j++) {                                                                           \
            float x = (float)from[j];                                                                        \
            all = all && x >= p->from && x <= p->to;                                                         \
            to[j] = x - p->pedestal;                                                                         \
        }                                                                                                    \
    }                                                                                                        \
    UNROLL                                                                                                   \
    for (int k = 0; k < 16; k++)                                                                             \
        all = all && good[k];                                                                                \
    for (size_t r = 0; r < t->rows && !all; r++) {                                                           \
        const T *from = (const T *)f->raw + (t->row + r) * m->cols + t->col;                                 \
        for (size_t j = 0; j < t->cols; j++)                                                                 \
            if (!((float)from[j] >= p->from && (float)from[j] <= p->to)) {                                   \
                p->value[r * m->tile_cols + j] = NAN;                                                        \
                p->missing = true;                                                                           \
                fits = fits && !((double)from[j] >= f->valid_from && (double)from[j] <= f->valid_to);        \
            }                                                                                                \
    }

TARGET static bool K(load)(const struct frame *f, const struct matrix *m, const struct tile *t,
                           struct tile_pixels *p)
{
    v16f lo = (v16f){0} + p->from, hi = (v16f){0} + p->to, pedestal = (v16f){0} + p->pedestal;
    v16i good = (v16i){0} - 1;
    bool all = true, fits = true;
    p->missing = false;
    switch (f->dtype) {
    case FRIT_U8: LOAD_ROWS(uint8_t, v16u8); break;
    case FRIT_I8: LOAD_ROWS(int8_t, v16i8); break;
    case FRIT_U16: LOAD_ROWS(uint16_t, v16u16); break;
    case FRIT_I16: LOAD_ROWS(int16_t, v16i16); break;
    case FRIT_U32: LOAD_ROWS(uint32_t, v16u32); break;
    case FRIT_I32: LOAD_ROWS(int32_t, v16iu); break;
    case FRIT_F32: LOAD_ROWS(float, v16fu); break;
    default: return false;
    }
    return fits;
}

/* Beside the values those less the dark. */
TARGET static void K(net)(const struct matrix *m, const struct tile *t, const struct frame *f,
                          struct tile_pixels *p)
{
    const double scale = f->dark_scale;
    for (size_t r = 0; r < t->rows; r++) {
        const size_t pixel = (t->row + r) * m->cols + t->col;
        const double *wide = f->dark ? f->dark + pixel : NULL;
        const float *single = f->dark_single ? f->dark_single + pixel : NULL;
        const float *x = p->value + r * m->tile_cols;
        float *to = p->net + r * m->tile_cols;
        size_t j = 0;
        for (; j + 8 <= t->cols; j += 8) {
            v8d dark;
            if (single)
                dark = __builtin_convertvector(*(const v8fu *)(single + j), v8d);
            else
                dark = *(const v8du *)(wide + j);
            *(v8fu *)(to + j) = __builtin_convertvector(
                __builtin_convertvector(*(const v8fu *)(x + j), v8d) - dark * scale, v8f);
        }
        for (; j < t->cols; j++)
            to[j] = (float)((double)x[j] - (single ? (double)single[j] : wide[j]) * scale);
    }
}

/* ---- Summing ---- */

/* The order is part of the result. */
TARGET static INLINE double K(add_up)(const v16f *v)
{
    v8f a = __builtin_shufflevector(*v, *v, 0, 1, 2, 3, 4, 5, 6, 7) +
            __builtin_shufflevector(*v, *v, 8, 9, 10, 11, 12, 13, 14, 15);
    v8d b = __builtin_convertvector(a, v8d);
    v4d c = __builtin_shufflevector(b, b, 0, 1, 2, 3) + __builtin_shufflevector(b, b, 4, 5, 6, 7);
    v2d d = __builtin_shufflevector(c, c, 0, 1) + __builtin_shufflevector(c, c, 2, 3);
    return d[0] + d[1];
}

/* Sixteen entries, the first `count` of which belong to the run. */
TARGET static INLINE void K(split_group)(const uint32_t *a, const uint32_t *b, const uint32_t *c,
                                         uint32_t count, const int window, const bool missing,
                                         const struct tile_pixels *p, const float *value, v16f *s, v16f *v)
{
    v16i ea = *(const v16iu *)a, eb = *(const v16iu *)b, w[WINDOW_MAX];
    w[0] = (v16i)((v16u)ea >> 12 << 6) | (eb & 63);
    w[1] = (v16i)((v16u)eb >> 6);
    w[2] = WEIGHT_ONE - w[0] - w[1];
    if (window == 4) {
        v16i ec = *(const v16iu *)c;
        w[3] = (v16i)((v16u)w[2] - (v16u)ec);   /* of a damaged matrix it may wrap */
        w[2] = ec;
    }
    if (count < 16) {
        v16i in = (v16i)(LANE < (int32_t)count);
        UNROLL
        for (int k = 0; k < window; k++)
            w[k] &= in;
    }
    v16f x, y;
    GATHER(&x, value, ea & (TILE_MAX - 1));
    MAX(&y, x + p->pedestal, (v16f){0} + 1.0f);
    y += p->floor;
    if (missing) {
        v16i good = (v16i)(x == x);
        x = (v16f)((v16i)x & good);
        y = (v16f)((v16i)y & good);
    }
    UNROLL
    for (int k = 0; k < window; k++) {
        v16f share = __builtin_convertvector(w[k], v16f);
        s[k] += share * x;
        v[k] += share * share * y;
    }
}

TARGET static INLINE void K(split_tile)(const struct matrix *m, const struct tile *t, const int window,
                                        const bool missing, const struct tile_pixels *p, double *signal,
                                        double *variance)
{
    const float *value = p->net ? p->net : p->value;
    const uint32_t *a = m->a + t->entry, *b = m->b + t->entry, *c = window == 4 ? m->c + t->entry : NULL;
    const struct run *run = m->runs + t->run;
    v16f s[WINDOW_MAX] = {{0}}, v[WINDOW_MAX] = {{0}};
    int32_t bin = run->bin;
    for (uint32_t i = 0; i < t->n_runs; i++, run++) {
        /* On to the run's first bin: those before it are done; all, where it comes before them. */
        const int32_t to = run->bin < bin ? bin + window : run->bin;
        for (int k = 0; bin < to && k < window; bin++, k++) {
            signal[bin] += K(add_up)(&s[0]) * (1.0 / WEIGHT_ONE);
            variance[bin] += K(add_up)(&v[0]) * (1.0 / WEIGHT_ONE / WEIGHT_ONE);
            UNROLL
            for (int j = 0; j + 1 < window; j++) {
                s[j] = s[j + 1];
                v[j] = v[j + 1];
            }
            s[window - 1] = v[window - 1] = (v16f){0};
        }
        bin = run->bin;
        uint32_t n = run->n;
        for (; n >= 16; n -= 16) {
            K(split_group)(a, b, c, 16, window, missing, p, value, s, v);
            a += 16, b += 16;
            c = window == 4 ? c + 16 : c;
        }
        if (n > 0) {
            K(split_group)(a, b, c, n, window, missing, p, value, s, v);
            a += n, b += n;
            c = window == 4 ? c + n : c;
        }
    }
    UNROLL
    for (int k = 0; k < window; k++) {
        signal[bin + k] += K(add_up)(&s[k]) * (1.0 / WEIGHT_ONE);
        variance[bin + k] += K(add_up)(&v[k]) * (1.0 / WEIGHT_ONE / WEIGHT_ONE);
    }
}

/* Whole pixels, in double: sums of whole numbers are exact. */
TARGET static void K(whole_tile)(const struct matrix *m, const struct tile *t, const struct tile_pixels *p,
                                 double *signal, double *variance)
{
    const uint32_t *a = m->a + t->entry;
    for (uint32_t i = 0; i < t->n_runs; i++) {
        const struct run *run = m->runs + t->run + i;
        v8d s = {0}, v = {0};
        for (uint32_t done = 0; done < run->n; done += 16, a += 16) {
            v16i in = (v16i)(LANE < (int32_t)(run->n - done));
            v16f x, y;
            v16i at = *(const v16iu *)a & (TILE_MAX - 1);
            GATHER(&x, p->value, at);
            y = x;
            if (p->net)
                GATHER(&y, p->net, at);
            MAX(&y, y + p->pedestal, (v16f){0} + 1.0f);
            y += p->floor;
            in &= (v16i)(x == x);
            x = (v16f)((v16i)x & in);
            y = (v16f)((v16i)y & in);
            s += __builtin_convertvector(__builtin_shufflevector(x, x, 0, 1, 2, 3, 4, 5, 6, 7), v8d);
            s += __builtin_convertvector(__builtin_shufflevector(x, x, 8, 9, 10, 11, 12, 13, 14, 15), v8d);
            v += __builtin_convertvector(__builtin_shufflevector(y, y, 0, 1, 2, 3, 4, 5, 6, 7), v8d);
            v += __builtin_convertvector(__builtin_shufflevector(y, y, 8, 9, 10, 11, 12, 13, 14, 15), v8d);
        }
        a -= (16 - run->n % 16) % 16;
        signal[run->bin] += ((s[0] + s[4]) + (s[2] + s[6])) + ((s[1] + s[5]) + (s[3] + s[7]));
        variance[run->bin] += ((v[0] + v[4]) + (v[2] + v[6])) + ((v[1] + v[5]) + (v[3] + v[7]));
    }
}

TARGET static void K(sum)(const struct matrix *m, const struct tile *t, const struct tile_pixels *p,
                          double *signal, double *variance)
{
    if (t->window == 1)
        K(whole_tile)(m, t, p, signal, variance);
    else if (t->window == 3)
        p->missing ? K(split_tile)(m, t, 3, true, p, signal, variance)
                   : K(split_tile)(m, t, 3, false, p, signal, variance);
    else
        p->missing ? K(split_tile)(m, t, 4, true, p, signal, variance)
                   : K(split_tile)(m, t, 4, false, p, signal, variance);
}

#undef LOAD_ROWS
