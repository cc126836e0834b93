/* The loops of low_r_sums.c for one set of instructions: TARGET, WIDE doubles in a register, K(name) for the
 * names.
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
typedef double K(v) __attribute__((vector_size(8 * WIDE), aligned(8), may_alias));

/* Lanes are columns of y: LOW_R_COLUMNS sums of four terms at a time, over a part of the points that stays
 * near. */
TARGET static void K(project)(const struct low_r_parts *t, const double *y, double *sum)
{
    enum { PARTS = LOW_R_COLUMNS / WIDE, NEAR = 256 };
    memset(sum, 0, t->terms * LOW_R_COLUMNS * sizeof *sum);
    for (size_t from = 0; from < t->stride; from += NEAR) {
        const size_t to = from + NEAR < t->stride ? from + NEAR : t->stride;
        for (size_t j = 0; j < t->terms; j += 4) {
            const double *p = t->part + j * t->stride;
            K(v) *out = (K(v) *)(sum + j * LOW_R_COLUMNS), s[4][PARTS];
            UNROLL for (int k = 0; k < 4 * PARTS; k++)
                s[k / PARTS][k % PARTS] = out[k];
            for (size_t i = from; i < to; i++) {
                const K(v) *x = (const K(v) *)(y + LOW_R_COLUMNS * i);
                UNROLL for (int k = 0; k < 4 * PARTS; k++)
                    s[k / PARTS][k % PARTS] += p[(size_t)(k / PARTS) * t->stride + i] * x[k % PARTS];
            }
            UNROLL for (int k = 0; k < 4 * PARTS; k++)
                out[k] = s[k / PARTS][k % PARTS];
        }
    }
}

/* Lanes are points, LOW_R_BLOCK of them at a time. */
TARGET static void K(combine)(const struct low_r_parts *t, const double *factor, const double *other,
                              double *out, double *other_out)
{
    enum { PARTS = LOW_R_BLOCK / WIDE };
    for (size_t i = 0; i < t->stride; i += LOW_R_BLOCK) {
        const double *p = t->part + i;
        K(v) a[PARTS], b[PARTS];
        UNROLL for (int k = 0; k < PARTS; k++)
            a[k] = b[k] = (K(v)){ 0 };
        for (size_t j = 0; j < t->terms; j++, p += t->stride) {
            const double f = factor[j], g = other[j];
            UNROLL for (int k = 0; k < PARTS; k++) {
                const K(v) x = ((const K(v) *)p)[k];
                a[k] += f * x;
                b[k] += g * x;
            }
        }
        UNROLL for (int k = 0; k < PARTS; k++) {
            ((K(v) *)(out + i))[k] = a[k];
            ((K(v) *)(other_out + i))[k] = b[k];
        }
    }
}
#undef TARGET
#undef WIDE
#undef K
