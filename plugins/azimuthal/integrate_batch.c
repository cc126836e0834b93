/* integrate and integrate_2theta, up to 16 frames at once: their rows are read band after band into one buffer,
 * which stays in the second cache, and summed right away.  Frames that lie in memory are summed where they are, while
 * the band that follows is fetched.
 *
 * Frames whose variance is not found pixel by pixel, from the counts, are read whole and summed one by one.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "batch.h"
#include "integrate.h"

#include <stdlib.h>
#include <string.h>

struct lane {
    frit_call *call;
    struct frame frame;
    double divisor;
    bool dropped; /* its rows cannot be had */
};

struct group {
    struct lane lane[BATCH];
    size_t n;
    char *band;
    size_t apart; /* bytes from one frame's rows to the next one's */
};

static size_t size_of(const frit_view *v, size_t rows)
{
    static const size_t size[] = {
        [FRIT_F64] = 8, [FRIT_F32] = 4, [FRIT_I8] = 1,  [FRIT_U8] = 1,  [FRIT_I16] = 2,
        [FRIT_U16] = 2, [FRIT_I32] = 4, [FRIT_U32] = 4, [FRIT_I64] = 8, [FRIT_U64] = 8};
    return rows * v->shape[1] * size[v->dtype];
}

static frit_status alone(frit_call *c)
{
    const frit_view *v = c->host->rows(c, FRAME, 0, 0, NULL);
    size_t rows = v->shape[0];
    /* Not scratch memory, which all frames of the batch would hold until its end. */
    void *data = malloc(size_of(v, rows) + 1);
    if (!data)
        return FRIT_ENOMEM;
    v = c->host->rows(c, FRAME, 0, rows, data);
    frit_status status = v ? integrate_view(c, c->plan, v) : FRIT_OK;
    free(data);
    return status;
}

/* Whether a frame is one of those that are summed together, and how. */
static frit_status join(struct group *g, frit_call *c, bool *joined)
{
    const struct frame_plan *plan = c->plan;
    struct lane *lane = &g->lane[g->n];
    *joined = false;
    *lane = (struct lane){.call = c};
    frit_status status = frame_of(c, plan, c->host->rows(c, FRAME, 0, 0, NULL), &lane->frame);
    if (status != FRIT_OK)
        return status;
    struct frame pair[] = {g->lane[0].frame, lane->frame};
    *joined = batch_possible(&plan->integrator, pair, 2);
    if (!*joined)
        return FRIT_OK;
    status = frame_divisor(c, MONITOR, &lane->divisor);
    g->n += status == FRIT_OK;
    return status;
}

/* Rows of all frames, and where those that follow stand. */
struct band {
    const void *raw[BATCH], *next[BATCH];
    const uint8_t *mask[BATCH];
    bool ahead; /* some of the next ones lie in memory */
};

static bool read_band(struct group *g, size_t row, size_t rows, struct band *b)
{
    bool any = false;
    b->ahead = false;
    for (size_t l = 0; l < g->n; l++) {
        struct lane *lane = &g->lane[l];
        frit_call *c = lane->call;
        char *to = g->band + l * g->apart;
        const frit_view *v = lane->dropped ? NULL : c->host->rows(c, FRAME, row, rows, to);
        bool in_memory = v && v->data != to;
        b->raw[l] = in_memory ? v->data : to;
        b->next[l] = in_memory ? (const char *)v->data + size_of(v, rows) : to;
        b->mask[l] = v ? v->mask : NULL;
        b->ahead = b->ahead || in_memory;
        lane->dropped = !v;
        any = any || v;
    }
    return any;
}

static frit_status write_group(struct group *g, const struct batch *b)
{
    frit_call *first = g->lane[0].call;
    const struct frame_plan *plan = first->plan;
    size_t n = plan->integrator.n_bins;
    double *sums = first->host->scratch(first, 4 * n, sizeof *sums);
    if (!sums)
        return FRIT_ENOMEM;
    struct sums s = {sums, sums + n, sums + 2 * n, sums + 3 * n};
    for (size_t l = 0; l < g->n; l++) {
        struct lane *lane = &g->lane[l];
        if (lane->dropped)
            continue;
        batch_finish(b, l, &s);
        frit_status status = integrate_write(lane->call, plan, &lane->frame, &s, lane->divisor);
        if (status != FRIT_OK)
            return status;
    }
    return FRIT_OK;
}

/* All bands, then what they sum up to. */
static frit_status sum_bands(struct group *g, void *memory)
{
    frit_call *first = g->lane[0].call;
    const struct frit_host *host = first->host;
    const struct frame_plan *plan = first->plan;
    const struct matrix *m = plan->integrator.matrix;
    struct frame frames[BATCH];
    for (size_t l = 0; l < g->n; l++)
        frames[l] = g->lane[l].frame;
    struct batch b;
    batch_begin(&b, &plan->integrator, plan->totals, frames, g->n, KERNEL_BEST, memory);
    for (size_t row = 0; row < m->rows; row += m->tile_rows) {
        struct band band;
        size_t rows = m->rows - row < m->tile_rows ? m->rows - row : m->tile_rows;
        if (!host->progress(first, (double)row / (double)m->rows))
            return FRIT_ECANCELLED;
        if (!read_band(g, row, rows, &band))
            return FRIT_OK;
        batch_band(&b, row, band.raw, band.mask, band.ahead ? band.next : NULL);
    }
    return write_group(g, &b);
}

/* Memory of its own, not the host's scratch, which is all cleared. */
static frit_status together(struct group *g)
{
    frit_call *first = g->lane[0].call;
    const struct matrix *m = ((const struct frame_plan *)first->plan)->integrator.matrix;
    /* Apart by an odd number of cache lines: the frames' rows fall into different sets. */
    size_t lines = size_of(first->host->rows(first, FRAME, 0, 0, NULL), m->tile_rows) / 64;
    g->apart = ((lines | 1) + 2) * 64;
    g->band = aligned_alloc(64, g->n * g->apart);
    void *memory = aligned_alloc(64, (batch_memory(m) + 63) / 64 * 64);
    if (g->band)
        memset(g->band, 0, g->n * g->apart); /* of frames that cannot be had */
    frit_status status = g->band && memory ? sum_bands(g, memory) : FRIT_ENOMEM;
    free(g->band);
    free(memory);
    return status;
}

/* What ends the whole batch, not one of its frames. */
static bool ends(frit_status status)
{
    return status == FRIT_EIO || status == FRIT_ENOMEM || status == FRIT_ECANCELLED;
}

frit_status integrate_run_batch(frit_call *const *calls, uint32_t n)
{
    struct group g = {.n = 0};
    for (uint32_t i = 0; i < n; i++) {
        frit_call *c = calls[i];
        bool joined;
        if (!c->host->rows(c, FRAME, 0, 0, NULL))
            continue;
        frit_status status = join(&g, c, &joined);
        if (status == FRIT_OK && !joined)
            status = alone(c);
        if (status != FRIT_OK && (n == 1 || ends(status)))
            return status;
    }
    return g.n > 0 ? together(&g) : FRIT_OK;
}
