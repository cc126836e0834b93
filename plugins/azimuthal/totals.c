/* What batches correct the sums of a frame with, from the sums that the matrix was made with: those of norms
 * and shares are its own, those of the dark follow from its tiles.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "batch.h"

#include <stdlib.h>
#include <string.h>

static void add_tiles(double *to, const struct matrix *m, const double *sums)
{
    for (size_t i = 0; i < m->n_tiles; i++) {
        const struct tile *t = m->tiles + i;
        for (size_t k = 0; k < t->n_bins; k++)
            to[(size_t)t->bin + k] += sums[t->sums + k];
    }
}

static void add_dark(struct batch_totals *totals, const struct integrator *it)
{
    const struct matrix *m = it->matrix;
    if (m->sums.dark)
        add_tiles(totals->dark, m, m->sums.dark);
    if (m->sums.dark_variance)
        add_tiles(totals->dark_variance, m, m->sums.dark_variance);
    for (size_t i = 0; m->sums.dark && i < m->wide_from[m->n_blocks]; i++) {
        const struct wide *w = m->wide + i;
        for (size_t k = 0; k < w->n; k++) {
            double share = m->share[w->share + k];
            totals->dark[w->bin + k] += share * integrator_dark(it, w->pixel);
            if (it->dark_variance)
                totals->dark_variance[w->bin + k] += share * share * it->dark_variance[w->pixel];
        }
    }
}

struct batch_totals *batch_totals_make(const struct integrator *it)
{
    const struct matrix *m = it->matrix;
    size_t n = m->n_sums;
    struct batch_totals *totals = malloc(sizeof *totals);
    struct twofold *norm = malloc(n * sizeof *norm);
    double *sums = calloc(3 * n, sizeof *sums);
    uint32_t *count = malloc(n * sizeof *count);
    if (!totals || !norm || !sums || !count) {
        free(totals);
        free(norm);
        free(sums);
        free(count);
        return NULL;
    }
    *totals = (struct batch_totals){norm, sums, sums + n, sums + 2 * n, count};
    for (size_t k = 0; k < n; k++)
        norm[k] = (struct twofold){m->totals.high[k], m->totals.low[k]};
    memcpy(totals->square, m->totals.square, n * sizeof *sums);
    memcpy(count, m->totals.count, n * sizeof *count);
    add_dark(totals, it);
    return totals;
}

void batch_totals_free(struct batch_totals *t)
{
    if (!t)
        return;
    free(t->norm);
    free(t->square);
    free(t->count);
    free(t);
}
