/* The loops of low_r_sums.c for one set of instructions: TARGET, WIDE doubles in a register, of which a sum
 * takes AT_ONCE terms, K(name) for the names.
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
typedef double K(v) __attribute__((vector_size(8 * WIDE), aligned(8), may_alias));

/* Lanes are points of a block, so many sweeps over them as it has registers. */
TARGET static void K(project)(const struct low_r_parts *t, const double *y, double *sum)
{
    enum { PARTS = LOW_R_BLOCK / WIDE, SUMS = AT_ONCE * LOW_R_COLUMNS };
    for (size_t j = 0; j < t->terms; j += AT_ONCE) {
        double lane[SUMS][LOW_R_BLOCK];
        for (int part = 0; part < PARTS; part++) {
            const K(v) *x = (const K(v) *)(t->part + low_r_place(t, j, 0)) + part;
            const K(v) *z = (const K(v) *)y + part;
            K(v) s[SUMS] = { { 0 } };
            for (size_t b = 0; b < t->blocks; b++, x += LOW_R_GROUP * PARTS, z += LOW_R_COLUMNS * PARTS)
                UNROLL for (int k = 0; k < SUMS; k++)
                    s[k] += x[k / LOW_R_COLUMNS * PARTS] * z[k % LOW_R_COLUMNS * PARTS];
            for (int k = 0; k < SUMS; k++)
                ((K(v) *)lane[k])[part] = s[k];
        }
        for (int k = 0; k < SUMS; k++)
            sum[j * LOW_R_COLUMNS + (size_t)k] = sum_of_lanes(lane[k]);
    }
}

/* Lanes are points. */
TARGET static void K(combine)(const struct low_r_parts *t, const double *factor, const double *other,
                              double *out, double *other_out)
{
    enum { PARTS = LOW_R_BLOCK / WIDE };
    for (size_t b = 0; b < t->blocks; b++) {
        K(v) a[PARTS], c[PARTS];
        UNROLL for (int k = 0; k < PARTS; k++)
            a[k] = c[k] = (K(v)){ 0 };
        for (size_t j = 0; j < t->terms; j += LOW_R_GROUP) {
            const K(v) *x = (const K(v) *)(t->part + low_r_place(t, j, b * LOW_R_BLOCK));
            UNROLL for (int k = 0; k < LOW_R_GROUP * PARTS; k++) {
                a[k % PARTS] += factor[j + (size_t)(k / PARTS)] * x[k];
                c[k % PARTS] += other[j + (size_t)(k / PARTS)] * x[k];
            }
        }
        UNROLL for (int k = 0; k < PARTS; k++) {
            ((K(v) *)out)[b * PARTS + (size_t)k] = a[k];
            ((K(v) *)other_out)[b * PARTS + (size_t)k] = c[k];
        }
    }
}
#undef TARGET
#undef WIDE
#undef AT_ONCE
#undef K
