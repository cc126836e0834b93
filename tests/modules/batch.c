/* A reader of grids by rows, and a step that takes them in batches: sums of columns.
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "module.h"
#include "witness.h"

/* ---- A grid of 16-bit numbers in a file each; 65535 is no measurement ---- */

struct read_grid {
    frit_files files;
    int64_t rows, columns;
    bool declines;
};

static const frit_param grid_params[] = {
    FRIT_FILES(struct read_grid, files, "the files"),
    FRIT_I64(struct read_grid, rows, 4, 1, 1000, 0, "rows of a grid"),
    FRIT_I64(struct read_grid, columns, 3, 1, 1000, 0, "numbers in a row"),
    FRIT_BOOL(struct read_grid, declines, false, "does it give no rows of grids with an odd number?"),
    END
};

static const frit_port grid_out[] = {
    { .name = "grid", .unit = "count", .ndim = 2, .dtypes = FRIT_ACCEPTS(FRIT_U16), .doc = "one grid" },
    END
};

static frit_status grid_count(frit_call *c, uint64_t *n)
{
    const struct read_grid *p = c->params;
    for (size_t f = 0; f < p->files.n; f++)
        c->host->uses(c, f, p->files.path[f], 0);
    *n = p->files.n;
    return FRIT_OK;
}

static frit_status open_rows(frit_call *c, void **state)
{
    const struct read_grid *p = c->params;
    frit_buffer *out = c->host->output(c, 0, FRIT_U16, 2, (size_t[]){ (size_t)p->rows, (size_t)p->columns }, 0);
    if (!out || out->data)
        return c->host->fail(c, FRIT_EPARAM, "an output without data is wanted");
    if (p->declines && c->index % 2)
        return FRIT_OK;
    witness("open %s\n", c->name);
    FILE *f = fopen(c->host->file(c, 0, NULL), "rb");
    *state = f;
    c->host->set_attribute(c, 0, "weight", "1", 2);
    return f ? FRIT_OK : c->host->fail(c, FRIT_EIO, "it cannot be opened");
}

static frit_status read_rows(frit_call *c, void *state, size_t first, size_t n, void *to, uint8_t *mask, bool *masked)
{
    const struct read_grid *p = c->params;
    size_t columns = (size_t)p->columns;
    if (fseek(state, (long)(2 * first * columns), SEEK_SET) != 0 || fread(to, 2 * columns, n, state) != n)
        return c->host->fail(c, FRIT_EIO, "a row from %d on is missing", (int)first + 1);
    for (size_t i = 0; i < n * columns; i++) {
        if (mask[i])
            return c->host->fail(c, FRIT_EPARAM, "the mask is not clear");
        if (((uint16_t *)to)[i] == UINT16_MAX) {
            mask[i] = 1;
            *masked = true;
        }
    }
    return FRIT_OK;
}

static void close_rows(void *state)
{
    witness("close\n");
    fclose(state);
}

static frit_status grid_run(frit_call *c)
{
    const struct read_grid *p = c->params;
    size_t n = (size_t)(p->rows * p->columns);
    frit_buffer *out = c->host->output(c, 0, FRIT_U16, 2, (size_t[]){ (size_t)p->rows, (size_t)p->columns },
                                       FRIT_WANT_MASK);
    witness("whole %s\n", c->name);
    FILE *f = fopen(c->host->file(c, 0, NULL), "rb");
    size_t got = f ? fread(out->data, 2, n, f) : 0;
    if (f)
        fclose(f);
    for (size_t i = 0; i < n; i++)
        out->mask[i] = ((uint16_t *)out->data)[i] == UINT16_MAX;
    c->host->set_attribute(c, 0, "weight", "1", 2);
    return got == n ? FRIT_OK : c->host->fail(c, FRIT_EIO, "it ends too early");
}

/* ---- Sums of columns ---- */

struct column_sums {
    int64_t band;
    double fails_at;
    bool fail_together;
};

static const frit_param sums_params[] = {
    FRIT_I64(struct column_sums, band, 2, 1, 1000, 0, "rows that are asked for at once"),
    FRIT_F64(struct column_sums, fails_at, "1", -1, -1, 1e9, 0, "an element that begins with it cannot be used"),
    FRIT_BOOL(struct column_sums, fail_together, false, "does a batch of several fail?"),
    END
};

static const frit_port sums_in[] = {
    { .name = "grid", .unit = "count", .ndim = 2, .dtypes = FRIT_ACCEPTS(FRIT_U16), .flags = FRIT_PORT_ROWS,
      .doc = "a grid" },
    END
};

static const frit_port sums_out[] = {
    { .name = "sums", .unit = "count", .ndim = 1, .doc = "of each column, times the attribute weight" },
    END
};

/* What comes of rows, beside those that came before. */
static void add(const frit_view *v, double weight, double *sums)
{
    for (size_t i = 0; i < v->shape[0]; i++)
        for (size_t k = 0; k < v->shape[1]; k++) {
            size_t at = i * v->shape[1] + k;
            bool masked = v->mask && v->mask[at];
            sums[k] += masked ? 0 : weight * (v->dtype == FRIT_U16 ? ((const uint16_t *)v->data)[at] : v->value[at]);
        }
}

static frit_status one_of_batch(frit_call *c)
{
    const struct column_sums *p = c->params;
    const frit_view *whole = c->host->rows(c, 0, 0, 0, NULL);
    if (!whole)
        return FRIT_EIO;
    size_t rows = whole->shape[0], columns = whole->shape[1];
    double weight = 1;
    uint16_t *to = c->host->scratch(c, (size_t)p->band * columns, 8);
    frit_buffer *out = c->host->output(c, 0, FRIT_F64, 1, &columns, 0);
    if (!to || !out)
        return FRIT_ENOMEM;
    c->host->attribute(c, 0, "weight", "1", &weight);
    for (size_t first = 0; first < rows; first += (size_t)p->band) {
        size_t n = rows - first < (size_t)p->band ? rows - first : (size_t)p->band;
        const frit_view *v = c->host->rows(c, 0, first, n, to);
        if (!v)
            return FRIT_EIO;
        if (v->shape[0] != n)
            return c->host->fail(c, FRIT_EPARAM, "other rows than were asked for");
        add(v, weight, out->value);
        if (first == 0 && out->value[0] == weight * p->fails_at)
            return c->host->fail(c, FRIT_EDATA, "it begins with %g", p->fails_at);
    }
    return FRIT_OK;
}

static frit_status sums_batch(frit_call *const *calls, uint32_t n)
{
    const struct column_sums *p = calls[0]->params;
    witness("batch %d\n", (int)n);
    if (p->fail_together && n > 1)
        return FRIT_ENUMERIC;
    for (uint32_t k = 0; k < n; k++)
        one_of_batch(calls[k]);
    return FRIT_OK;
}

/* Other numbers than the batch gives: none of these may be kept. */
static frit_status sums_run(frit_call *c)
{
    const frit_view *v = c->host->input(c, 0, 0);
    frit_buffer *out = c->host->output(c, 0, FRIT_F64, 1, &v->shape[1], 0);
    add(v, 1000, out->value);
    return FRIT_OK;
}

/* ---- Blocks on idle threads ---- */

struct block_sum {
    int64_t blocks;
};

static const frit_param block_params[] = {
    FRIT_I64(struct block_sum, blocks, 16, 0, 100000, 0, "blocks of the work"),
    END
};

static const frit_port block_in[] = {
    { .name = "line", .unit = "*", .axis_unit = { "*" }, .ndim = 1, .doc = "its first value" },
    END
};

static const frit_port block_out[] = {
    { .name = "sum", .unit = "1", .doc = "of i / (i + 1) over the blocks, and the first value" },
    END
};

struct work {
    double *part;
    int *by;        /* blocks that a worker did, and whether it is at work */
    uint32_t workers;
};

static void do_block(void *data, size_t i, uint32_t worker)
{
    struct work *w = data;
    if (worker >= w->workers || __atomic_exchange_n(&w->by[2 * worker + 1], 1, __ATOMIC_SEQ_CST))
        abort();
    w->part[i] = (double)i / (double)(i + 1);
    w->by[2 * worker]++;
    __atomic_store_n(&w->by[2 * worker + 1], 0, __ATOMIC_SEQ_CST);
}

static frit_status sum_blocks(frit_call *c, double *sum)
{
    size_t n = (size_t)((const struct block_sum *)c->params)->blocks;
    struct work w = { c->host->scratch(c, n + 1, sizeof *w.part), NULL, c->host->workers(c) };
    w.by = c->host->scratch(c, 2 * w.workers, sizeof *w.by);
    if (!w.part || !w.by)
        return FRIT_ENOMEM;
    c->host->parallel(c, n, do_block, &w);
    int all = 0;
    for (uint32_t k = 0; k < w.workers; k++)
        all += w.by[2 * k];
    if (all != (int)n)
        return c->host->fail(c, FRIT_EPARAM, "%d blocks were done of %d", all, (int)n);
    for (size_t i = 0; i < n; i++)
        *sum += w.part[i];
    return FRIT_OK;
}

static frit_status block_prepare(frit_call *c, void **plan)
{
    double *sum = calloc(1, sizeof *sum);
    *plan = sum;
    return sum ? sum_blocks(c, sum) : FRIT_ENOMEM;
}

static frit_status block_run(frit_call *c)
{
    double sum = 0;
    frit_status status = sum_blocks(c, &sum);
    frit_buffer *out = c->host->output(c, 0, FRIT_F64, 0, NULL, 0);
    if (status != FRIT_OK || !out)
        return status != FRIT_OK ? status : FRIT_ENOMEM;
    if (memcmp(&sum, c->plan, sizeof sum) != 0)
        return c->host->fail(c, FRIT_EPARAM, "other bits than in prepare()");
    *out->value = sum + c->host->input(c, 0, 0)->value[0];
    return FRIT_OK;
}

static const frit_step steps[] = {
    { .name = "read_grid", .version = 1, .summary = "grids of 16-bit numbers", .doc = "Raw.",
      .patterns = "*.grid", .outputs = grid_out, .params = grid_params, .params_size = sizeof(struct read_grid),
      .count = grid_count, .run = grid_run, .open_rows = open_rows, .read_rows = read_rows,
      .close_rows = close_rows },
    { .name = "column_sums", .version = 1, .summary = "sums of columns", .doc = "In batches.",
      .inputs = sums_in, .outputs = sums_out, .params = sums_params, .params_size = sizeof(struct column_sums),
      .run = sums_run, .run_batch = sums_batch },
    { .name = "block_sum", .version = 1, .summary = "a sum in blocks", .doc = "On idle threads.",
      .inputs = block_in, .outputs = block_out, .params = block_params, .params_size = sizeof(struct block_sum),
      .prepare = block_prepare, .release = free, .run = block_run },
};

TEST_MODULE("batch", steps)
