/* Tiles and rings: included once for each set of instructions, which defines TARGET, K() and GATHER().
 * Sums are in double, side by side in sixteen lanes that are added up in one order: the same bits from
 * every set.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define LEAST(a, b) (((a) & (v16i)((a) < (b))) | ((b) & ~(v16i)((a) < (b))))
#define MOST(a, b)  (((a) & (v16i)((a) > (b))) | ((b) & ~(v16i)((a) > (b))))

/* ---- A tile ---- */

/* V: sixteen of type T as they lie in memory; W: v16f, v16i or v16u, in which they are compared. */
#define LOAD_ROWS(T, V, W, FROM, TO, LIMITED)                                                                \
    do {                                                                                                     \
        W lo = (W){0} + (FROM), hi = (W){0} + (TO);                                                          \
        for (size_t r = 0; r < v->rows; r++) {                                                               \
            const T *from = (const T *)f->raw + (v->row + r) * cols + v->col;                                \
            float *to = tile + r * ROBUST_TILE;                                                              \
            size_t j = 0;                                                                                    \
            for (; j + 16 <= v->cols; j += 16) {                                                             \
                W x = __builtin_convertvector(*(const V *)(from + j), W);                                    \
                v16f y = __builtin_convertvector(x, v16f) - pedestal;                                        \
                if (LIMITED)                                                                                 \
                    y = (v16f)((v16i)y | ~((v16i)(x >= lo) & (v16i)(x <= hi)));                              \
                *(v16f *)(to + j) = y;                                                                       \
            }                                                                                                \
            for (; j < v->cols; j++)                                                                         \
                to[j] = from[j] >= lo[0] && from[j] <= hi[0] ? (float)from[j] - pedestal : NAN;              \
        }                                                                                                    \
    } while (0)
#define LOAD_WHOLE(T, V, W, C)                                                                               \
    do {                                                                                                     \
        if (limits->from <= C##_MIN && limits->to >= C##_MAX)                                                \
            LOAD_ROWS(T, V, W, C##_MIN, C##_MAX, 0);                                                         \
        else                                                                                                 \
            LOAD_ROWS(T, V, W, (T)limits->from, (T)limits->to, 1);                                           \
    } while (0)

TARGET static bool K(load)(const struct frame *f, size_t cols, const struct robust_visit *v,
                           const struct robust_limits *limits, float pedestal, float *tile)
{
    switch (f->dtype) {
    case FRIT_U8: LOAD_WHOLE(uint8_t, v16u8, v16i, UINT8); return true;
    case FRIT_I16: LOAD_WHOLE(int16_t, v16i16, v16i, INT16); return true;
    case FRIT_U16: LOAD_WHOLE(uint16_t, v16u16, v16i, UINT16); return true;
    case FRIT_I32: LOAD_WHOLE(int32_t, v16iu, v16i, INT32); return true;
    case FRIT_U32: LOAD_WHOLE(uint32_t, v16uu, v16u, UINT32); return true;
    case FRIT_F32: LOAD_ROWS(float, v16fu, v16f, limits->from_f, limits->to_f, 1); return true;
    default: return false;
    }
}

TARGET static void K(spread)(const struct robust_run *runs, size_t n_runs, const uint16_t *entries,
                               const float *tile, float *places, struct robust_ahead *ahead)
{
    for (size_t k = 0; k < n_runs; k++) {
        float *to = places + runs[k].to;
        for (uint32_t done = 0, n = runs[k].n; done < n; done += 16) {
            __builtin_prefetch(entries + done + AHEAD);
            robust_fetch(ahead);
            v16i at;
            v16f x;
            UP(&at, entries + done);
            GATHER(&x, tile, at);
            *(v16fu *)(to + done) = x;
        }
        entries += runs[k].n;
    }
}

/* Sixteen of F32 as whole numbers of 16 bits; `wrong` is set where one is none. */
TARGET static INLINE void K(as_short)(const float *from, uint16_t *to, v16i *wrong)
{
    v16f x = *(const v16fu *)from;
    v16i in = (v16i)(x >= (v16f){0}) & (v16i)(x <= (v16f){0} + (float)UINT16_MAX);
    v16i whole = __builtin_convertvector((v16f)((v16i)x & in), v16i);
    *wrong |= (v16i)(__builtin_convertvector(whole, v16f) != x);
    *(v16u16 *)to = __builtin_convertvector(whole, v16u16);
}

TARGET static bool K(load_whole)(const struct frame *f, size_t cols, const struct robust_visit *v,
                                 uint16_t *tile)
{
    v16i wrong = {0};
    for (size_t r = 0; r < v->rows; r++) {
        const float *from = (const float *)f->raw + (v->row + r) * cols + v->col;
        uint16_t *to = tile + r * ROBUST_TILE;
        size_t j = 0;
        for (; j + 16 <= v->cols; j += 16)
            K(as_short)(from + j, to + j, &wrong);
        for (; j < v->cols; j++) {
            bool in = from[j] >= 0 && from[j] <= UINT16_MAX;
            to[j] = in ? (uint16_t)from[j] : 0;
            wrong[0] |= (float)to[j] != from[j];
        }
    }
    uint32_t any = 0;
    for (int k = 0; k < 16; k++)
        any |= (uint32_t)wrong[k];
    return any == 0;
}

/* The same for whole numbers of 16 bits, all of which count: as they are, until their ring is full. */
TARGET static bool K(load_short)(const struct frame *f, size_t cols, const struct robust_visit *v,
                                 uint16_t *tile)
{
    if (f->dtype == FRIT_F32)
        return K(load_whole)(f, cols, v, tile);
    for (size_t r = 0; r < v->rows; r++) {
        const uint16_t *from = (const uint16_t *)f->raw + (v->row + r) * cols + v->col;
        uint16_t *to = tile + r * ROBUST_TILE;
        size_t j = 0;
        for (; j + 16 <= v->cols; j += 16)
            *(v16u16 *)(to + j) = *(const v16u16 *)(from + j);
        for (; j < v->cols; j++)
            to[j] = from[j];
    }
    return true;
}

TARGET static void K(spread_short)(const struct robust_run *runs, size_t n_runs, const uint16_t *entries,
                                     const uint16_t *tile, uint16_t *places, struct robust_ahead *ahead)
{
    for (size_t k = 0; k < n_runs; k++) {
        uint16_t *to = places + runs[k].to;
        for (uint32_t done = 0, n = runs[k].n; done < n; done += 16) {
            __builtin_prefetch(entries + done + AHEAD);
            robust_fetch(ahead);
            v16i at, x;
            UP(&at, entries + done);
            GATHER_SHORT(&x, tile, at);
            *(v16u16 *)(to + done) = __builtin_convertvector(x, v16u16);
        }
        entries += runs[k].n;
    }
}

TARGET static void K(widen)(const uint16_t *from, size_t count, bool is_signed, float pedestal, float *value)
{
    const v16i sign = (v16i){0} + (is_signed ? 0x8000 : 0);
    for (size_t i = 0; i < count; i += 16) {
        v16i x;
        UP(&x, from + i);
        x = (x ^ sign) - sign;
        v16f y = __builtin_convertvector(x, v16f) - pedestal;
        if (count - i < 16)
            y = (v16f)((v16i)y | ~(v16i)(LANE < (int32_t)(count - i)));
        *(v16f *)(value + i) = y;
    }
}

/* As numbers without a sign, of which there are two in each lane of 32 bits. */
TARGET static double K(sum_short)(const uint16_t *from, size_t count, bool is_signed, int32_t *least,
                                struct robust_ahead *ahead)
{
    const uint16_t sign = is_signed ? 0x8000 : 0;
    v32u16 lo = (v32u16){0} - 1;
    uint64_t sum = 0;
    uint16_t min = UINT16_MAX;
    size_t i = 0;
    while (i + 32 <= count) {
        size_t end = count - i < SUM_PART ? count : i + SUM_PART;
        v16u all = {0};
        for (; i + 32 <= end; i += 32) {
            v32u16 x = *(const v32u16 *)(from + i) ^ sign;
            robust_fetch(ahead);
            LEAST_SHORT(lo, x);
            all += ((v16u)x & 0xffff) + ((v16u)x >> 16);
        }
        for (int k = 0; k < 16; k++)
            sum += all[k];
    }
    for (int k = 0; k < 32; k++)
        min = lo[k] < min ? lo[k] : min;
    for (; i < count; i++) {
        uint16_t x = from[i] ^ sign;
        sum += x;
        min = x < min ? x : min;
    }
    *least = min - sign;
    return (double)sum - (double)sign * (double)count;
}

/* ---- A ring: sums ---- */

/* The order is part of the result. */
TARGET static INLINE double K(add_up)(const v8d *a, const v8d *b)
{
    v8d s = *a + *b;
    return ((s[0] + s[4]) + (s[2] + s[6])) + ((s[1] + s[5]) + (s[3] + s[7]));
}

TARGET static INLINE uint32_t K(count_up)(const v16i *v)
{
    uint32_t n = 0;
    for (int k = 0; k < 16; k++)
        n += (uint32_t)-(*v)[k];
    return n;
}

/* Values less their offset; vectors are not handed over, since how that is done depends on the
 * instructions. */
#define NET(x, i)                                                                                            \
    v16f x = *(const v16f *)(value + (i));                                                                   \
    if (o->dark)                                                                                             \
        x -= *(const v16f *)(o->dark + (i)) * o->scale + o->rest

/* What follows makes y of the vector at i.  Four of them are added up in single precision: whole numbers of
 * 16 bits stay exact, and others are rounded as much as they are themselves. */
#define ADD_UP(total, ...)                                                                                   \
    do {                                                                                                     \
        v8d low_ = {0}, high_ = {0}, to_;                                                                    \
        for (size_t from_ = 0; from_ < 16 * n; from_ += 64) {                                                \
            v16f four_ = {0};                                                                                \
            for (size_t i = from_; i < from_ + 64 && i < 16 * n; i += 16) {                                  \
                v16f y;                                                                                      \
                __VA_ARGS__                                                                                  \
                four_ += y;                                                                                  \
            }                                                                                                \
            WIDEN_LOW(&to_, four_);                                                                          \
            low_ += to_;                                                                                     \
            WIDEN_HIGH(&to_, four_);                                                                         \
            high_ += to_;                                                                                    \
        }                                                                                                    \
        (total) = K(add_up)(&low_, &high_);                                                                  \
    } while (0)

TARGET static double K(sum)(const float *value, size_t n, float *least, uint32_t *count)
{
    v16f min = (v16f){0} + FLT_MAX;
    v16i in_all = {0};
    double sum;
    ADD_UP(sum, {
        v16f x = *(const v16f *)(value + i);
        v16i in = (v16i)(x == x), less = (v16i)(x < min);
        in_all += in;
        min = (v16f)(((v16i)x & less) | ((v16i)min & ~less));
        y = (v16f)((v16i)x & in);
    });
    *least = min[0];
    for (int k = 1; k < 16; k++)
        *least = min[k] < *least ? min[k] : *least;
    *count = K(count_up)(&in_all);
    return sum;
}

TARGET static double K(sum_floored)(const float *value, size_t n, const struct robust_offset *o, float floor)
{
    const v16f one = (v16f){0} + 1.0f;
    double sum;
    ADD_UP(sum, {
        NET(x, i);
        x += floor;
        v16i in = (v16i)(x == x), above = (v16i)(x > one);
        y = (v16f)((((v16i)x & above) | ((v16i)one & ~above)) & in);
    });
    return sum;
}

TARGET static void K(sum_where)(const float *value, const float *a, size_t n, double sum[2])
{
    ADD_UP(sum[0], {
        v16f x = *(const v16f *)(value + i);
        y = (v16f)(*(const v16i *)(a + i) & (v16i)(x == x));
    });
    ADD_UP(sum[1], {
        v16f x = *(const v16f *)(value + i);
        y = (v16f)(*(const v16i *)(a + i) & (v16i)(x == x));
        y *= y;
    });
}

TARGET static double K(deviation)(const float *value, const float *norm, size_t n,
                                  const struct robust_offset *o, float mean)
{
    double sum;
    ADD_UP(sum, {
        NET(x, i);
        __builtin_prefetch(norm + i + AHEAD);
        x -= mean * *(const v16f *)(norm + i);
        y = (v16f)((v16i)x & (v16i)(x == x));
        y *= y;
    });
    return sum;
}

/* Those in doubt are found first, so that their norms, far apart, are on their way when they are needed. */
TARGET static uint32_t K(doubts_short)(const uint16_t *raw, const float *norm, size_t n, uint16_t from,
                                       uint16_t range, uint32_t *doubts)
{
    uint32_t found = 0;
    size_t i = 0;
    for (; i + 32 <= 16 * n; i += 32) {
        uint32_t bits = OUTSIDE_SHORT(raw + i, from, range);
        if (bits == 0)
            continue;
        for (size_t j = i; j < i + 32; j += 16, bits >>= 16)
            if (bits & 0xffff) {
                doubts[found++] = (uint32_t)j;
                __builtin_prefetch(norm + j);
            }
    }
    if (i < 16 * n) {
        doubts[found++] = (uint32_t)i;
        __builtin_prefetch(norm + i);
    }
    return found;
}

TARGET static uint32_t K(doubts)(const float *value, const float *norm, size_t n,
                                 const struct robust_offset *o, float from, float to, uint32_t *doubts)
{
    const v16f lo = (v16f){0} + from, hi = (v16f){0} + to;
    uint32_t found = 0;
    for (size_t i = 0; i < 16 * n; i += 16) {
        NET(x, i);
        if (OUTSIDE(x, lo, hi) == 0) /* as for NaN */
            continue;
        doubts[found++] = (uint32_t)i;
        __builtin_prefetch(norm + i);
    }
    return found;
}

TARGET static uint32_t K(reject)(float *value, const float *norm, const struct robust_offset *o,
                                 const struct robust_cut *cut, const uint32_t *doubts, uint32_t n_doubts,
                                 uint32_t *rejected)
{
    uint32_t found = 0;
    for (uint32_t k = 0; k < n_doubts; k++) {
        size_t i = doubts[k];
        NET(x, i);
        v16f w = *(const v16f *)(norm + i), off = x - cut->mean * w;
        v16i far = (v16i)((v16f)((v16i)off & INT32_MAX) > cut->limit * w);
        for (unsigned bits = BITS(far); bits; bits &= bits - 1) {
            size_t at = i + (size_t)__builtin_ctz(bits);
            rejected[found++] = (uint32_t)at;
            value[at] = NAN;
        }
    }
    return found;
}

/* ---- A ring: order ---- */

/* Of the keys that are not INT32_MAX. */
TARGET static INLINE void K(extremes)(const v16i *least, const v16i *most, int32_t *lo, int32_t *hi)
{
    *lo = (*least)[0];
    *hi = (*most)[0];
    for (int k = 1; k < 16; k++) {
        *lo = (*least)[k] < *lo ? (*least)[k] : *lo;
        *hi = (*most)[k] > *hi ? (*most)[k] : *hi;
    }
}

TARGET static uint32_t K(keys)(const float *value, const float *inverse, size_t n,
                               const struct robust_offset *o, int32_t *key, int32_t *lo, int32_t *hi)
{
    v16i least = (v16i){0} + INT32_MAX, most = (v16i){0} + INT32_MIN, count = {0};
    for (size_t i = 0; i < 16 * n; i += 16) {
        NET(x, i);
        __builtin_prefetch(inverse + i + AHEAD);
        x *= *(const v16f *)(inverse + i);
        v16i in = (v16i)(x == x), k = ((v16i)x ^ ((v16i)x >> 31 & INT32_MAX)) & in;
        k |= ~in & INT32_MAX;
        *(v16i *)(key + i) = k;
        count += in;
        least = LEAST(k, least);
        k = (k & in) | (~in & INT32_MIN);
        most = MOST(k, most);
    }
    K(extremes)(&least, &most, lo, hi);
    return K(count_up)(&count);
}

TARGET static void K(far_keys)(int32_t *key, size_t n, float centre, int32_t *lo, int32_t *hi)
{
    v16i least = (v16i){0} + INT32_MAX, most = (v16i){0};
    for (size_t i = 0; i < 16 * n; i += 16) {
        v16i k = *(const v16i *)(key + i), in = (v16i)(k != INT32_MAX);
        v16f off = (v16f)(k ^ (k >> 31 & INT32_MAX)) - centre;
        k = (v16i)off & INT32_MAX;
        k &= in;
        most = MOST(k, most);
        k |= ~in & INT32_MAX;
        least = LEAST(k, least);
        *(v16i *)(key + i) = k;
    }
    K(extremes)(&least, &most, lo, hi);
}

TARGET static uint32_t K(at_most)(const int32_t *key, size_t n, int32_t limit)
{
    v16i a = {0}, b = {0};
    size_t i = 0;
    for (; i + 32 <= 16 * n; i += 32) {
        a += (v16i)(*(const v16i *)(key + i) <= limit);
        b += (v16i)(*(const v16i *)(key + i + 16) <= limit);
    }
    if (i < 16 * n)
        a += (v16i)(*(const v16i *)(key + i) <= limit);
    a += b;
    return K(count_up)(&a);
}

TARGET static int32_t K(next)(const int32_t *key, size_t n, int32_t limit, uint32_t *at_most)
{
    v16i least = (v16i){0} + INT32_MAX, count = {0};
    int32_t lo = INT32_MAX;
    for (size_t i = 0; i < 16 * n; i += 16) {
        v16i k = *(const v16i *)(key + i), above = (v16i)(k > limit);
        count += ~above;
        k = (k & above) | (~above & INT32_MAX);
        least = LEAST(k, least);
    }
    for (int k = 0; k < 16; k++)
        lo = least[k] < lo ? least[k] : lo;
    *at_most = K(count_up)(&count);
    return lo;
}

TARGET static uint32_t K(pick)(const int32_t *key, size_t n, int32_t lo, int32_t hi, int32_t *to,
                               uint32_t most)
{
    uint32_t found = 0;
    for (size_t i = 0; i < 16 * n; i += 16) {
        v16i k = *(const v16i *)(key + i), in = (v16i)(k >= lo) & (v16i)(k <= hi);
        for (unsigned bits = BITS(in); bits && found < most; bits &= bits - 1)
            to[found++] = key[i + (size_t)__builtin_ctz(bits)];
    }
    return found;
}

TARGET static void K(sum_between)(const int32_t *key, const float *norm, size_t n, int32_t lo, int32_t hi,
                                  double sum[2])
{
    ADD_UP(sum[0], {
        v16i k = *(const v16i *)(key + i);
        v16i in = (v16i)(k >= lo) & (v16i)(k <= hi);
        y = (v16f)((k ^ (k >> 31 & INT32_MAX)) & in) * *(const v16f *)(norm + i);
    });
    ADD_UP(sum[1], {
        v16i k = *(const v16i *)(key + i);
        v16i in = (v16i)(k >= lo) & (v16i)(k <= hi);
        y = (v16f)(*(const v16i *)(norm + i) & in);
    });
}

#undef ADD_UP
#undef LOAD_ROWS
#undef LOAD_WHOLE
#undef NET
#undef LEAST
#undef MOST

/* What a set of instructions defines for one passage through this file. */
#undef TARGET
#undef K
#undef GATHER
#undef GATHER_SHORT
#undef OUTSIDE
#undef OUTSIDE_SHORT
#undef LEAST_SHORT
#undef UP
#undef WIDEN_LOW
#undef WIDEN_HIGH
#undef BITS
#undef WIDEN_HALF
