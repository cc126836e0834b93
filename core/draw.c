/* Drawing errors: GLib's Mersenne twister, seeded with a key, and normal deviates by Marsaglia's polar
 * method (SIAM Rev. 6 (1964) 260).
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "draw.h"

#include <math.h>

#include "error.h"

typedef struct normal {
    GRand *rand;
    double spare;
    bool   has_spare;
} normal;

static double next(normal *n)
{
    if (n->has_spare) {
        n->has_spare = false;
        return n->spare;
    }
    double u, v, s;
    do {
        u = g_rand_double_range(n->rand, -1, 1);
        v = g_rand_double_range(n->rand, -1, 1);
        s = u * u + v * v;
    } while (s >= 1 || s == 0);
    double scale = sqrt(-2 * log(s) / s);
    n->spare = v * scale;
    n->has_spare = true;
    return u * scale;
}

frit_dataset *frit_dataset_draw(const frit_dataset *d, const frit_key *key, GError **error)
{
    if (!d->sigma) {
        g_set_error(error, FRIT_ERROR, FRIT_EDATA,
                    "'%s' has no sigma to draw errors from: draw from a dataset that carries one, such as I(Q)",
                    d->quantity ? d->quantity : "value");
        return NULL;
    }
    frit_dataset *drawn = frit_dataset_copy(d);
    if (!drawn) {
        g_set_error(error, FRIT_ERROR, FRIT_ENOMEM, "no memory for %zu values", frit_dataset_count(d));
        return NULL;
    }
    const guint32 seed[] = {(guint32)key->high, (guint32)(key->high >> 32), (guint32)key->low,
                            (guint32)(key->low >> 32)};
    normal n = {.rand = g_rand_new_with_seed_array(seed, G_N_ELEMENTS(seed))};
    size_t count = frit_dataset_count(drawn);
    double *value = drawn->data;
    for (size_t i = 0; i < count; i++) {
        double deviate = next(&n);   /* one for each value, masked or not: neighbours do not change */
        if (!(drawn->mask && drawn->mask[i]))
            value[i] += deviate * drawn->sigma[i];
    }
    g_rand_free(n.rand);
    return drawn;
}
