/* Times the integration of frames that lie in memory, for integrate.py: no files, no graph.
 *   integrate STAGE TYPE N THREADS    STAGE: set-up, frame, batch; TYPE: u16, f32
 * prints CPU and wall time a frame (or set-up) in ms, and bytes read from memory a frame.
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "azimuthal/batch.h"
#include "pages.h"
#include "panel.h"
#include "threads.h"
#include "watch.h"

#include <string.h>

/* Counts of some hundreds, from a generator of numbers. */
static void *image(bool f32, uint32_t seed)
{
    void *v = malloc(panel_bytes(f32));
    large_pages(v, panel_bytes(f32));
    for (size_t i = 0; i < N; i++) {
        seed = seed * 1664525 + 1013904223;
        uint32_t counts = 200 + (seed >> 16) % 500;
        if (f32)
            ((float *)v)[i] = (float)counts;
        else
            ((uint16_t *)v)[i] = (uint16_t)counts;
    }
    return v;
}

struct job {
    const struct integrator *it;
    const struct frame *frame;
    struct matrix_work work;
    size_t thread, threads;
};

static void *blocks(void *data)
{
    struct job *j = data;
    for (size_t b = j->thread; b < j->it->matrix->n_blocks; b += j->threads)
        matrix_block(j->it->matrix, j->frame, KERNEL_BEST, b, &j->work);
    return NULL;
}

static void frames(const struct integrator *it, bool f32, size_t n, size_t threads)
{
    struct frame f[8];
    for (uint32_t k = 0; k < 8; k++)
        f[k] = panel_frame(image(f32, k), f32);
    const struct matrix *m = it->matrix;
    double *sums = calloc(4 * NPT, sizeof *sums), *parts = calloc(matrix_sums(m), sizeof *parts);
    struct sums s = {sums, sums + NPT, sums + 2 * NPT, sums + 3 * NPT};
    bool *flags = calloc(m->n_tiles + m->n_blocks, 1);
    struct job job[MOST_THREADS];
    for (size_t t = 0; t < threads; t++)
        job[t] = (struct job){it, NULL, {parts, flags, flags + m->n_tiles,
                              aligned_alloc(64, matrix_scratch(m) * sizeof(double))}, t, threads};
    struct took start = clocks();
    for (size_t i = 0; i < n + 4; i++) {
        if (i == 4)
            start = clocks();
        for (size_t t = 0; t < threads; t++)
            job[t].frame = &f[i % 8];
        on_threads(threads, blocks, job, sizeof *job);
        matrix_finish(it, &f[i % 8], &job[0].work, &s);
    }
    took_print(since(start, n), (double)m->n_entries * 8 + (double)panel_bytes(f32));
}

struct batch_job {
    const struct integrator *it;
    const struct batch_totals *totals;
    const struct frame *frames;
    size_t n;
    void *memory;
    struct sums *sums;
};

/* n batches of 16, band after band, where the frames lie. */
static void *batch_run(void *data)
{
    struct batch_job *j = data;
    const struct matrix *m = j->it->matrix;
    const size_t row_bytes = m->cols * (j->frames->dtype == FRIT_F32 ? 4 : 2);
    for (size_t i = 0; i < j->n; i++) {
        struct batch b;
        batch_begin(&b, j->it, j->totals, j->frames, 16, KERNEL_BEST, j->memory);
        for (size_t row = 0; row < m->rows; row += m->tile_rows) {
            const void *raw[16], *next[16];
            for (size_t l = 0; l < 16; l++) {
                raw[l] = (const char *)j->frames[l].raw + row * row_bytes;
                next[l] = (const char *)raw[l] + m->tile_rows * row_bytes;
            }
            batch_band(&b, row, raw, NULL, next);
        }
        for (size_t l = 0; l < 16; l++)
            batch_finish(&b, l, &j->sums[l]);
    }
    return NULL;
}

static void batch_all(struct batch_job *job, size_t n, size_t threads)
{
    for (size_t t = 0; t < threads; t++)
        job[t].n = n / threads + (t < n % threads);
    on_threads(threads, batch_run, job, sizeof *job);
}

/* n batches of 16, on each thread its own. */
static void batches(const struct integrator *it, bool f32, size_t n, size_t threads)
{
    const struct matrix *m = it->matrix;
    struct frame f[16];
    struct batch_totals *totals = batch_totals_make(it);
    struct batch_job job[MOST_THREADS];
    for (uint32_t k = 0; k < 16; k++)
        f[k] = panel_frame(image(f32, k), f32);
    for (size_t t = 0; t < threads; t++) {
        struct sums *s = malloc(16 * sizeof *s);
        for (size_t l = 0; l < 16; l++) {
            double *p = calloc(4 * NPT, sizeof *p);
            s[l] = (struct sums){p, p + NPT, p + 2 * NPT, p + 3 * NPT};
        }
        job[t] = (struct batch_job){it, totals, f, 0, aligned_alloc(64, (batch_memory(m) + 63) / 64 * 64), s};
    }
    batch_all(job, threads, threads);
    const struct took start = clocks();
    batch_all(job, n, threads);
    took_print(since(start, 16 * n), (double)m->n_entries * 8 / 16 + (double)panel_bytes(f32));
}

int main(int argc, char **argv)
{
    if (argc != 5)
        return 1;
    bool f32 = strcmp(argv[2], "f32") == 0, batch = strcmp(argv[1], "batch") == 0;
    size_t n = strtoul(argv[3], NULL, 10), threads = thread_count(argv[4]);
    maker *make = batch ? matrix_batch_make : matrix_integrator_make;
    struct integrator it;
    if (strcmp(argv[1], "set-up") == 0) {
        const struct took start = clocks();
        for (size_t i = 0; i < n; i++) {
            if (panel_make(&it, SPLIT_FULL, make) != INTEGRATOR_OK)
                return 1;
            integrator_clear(&it);
        }
        took_print(since(start, n), 0);
        return 0;
    }
    if (panel_make(&it, SPLIT_FULL, make) != INTEGRATOR_OK || !it.matrix)
        return 1;
    (batch ? batches : frames)(&it, f32, n, threads);
    return 0;
}
