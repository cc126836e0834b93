/* SPDX-License-Identifier: MIT
 *
 * A batch: several elements at once, each read by bands of rows.  The sum of each row of a frame.
 *
 *     cc -std=c11 -O2 -shared -fPIC $(pkg-config --cflags frit-1) batch.c -o batch.so
 */
#include <frit/plugin.h>

static const frit_port inputs[] = {
    { .name = "frame", .ndim = 2, .unit = "*", .dtypes = FRIT_ACCEPTS(FRIT_U16), .flags = FRIT_PORT_ROWS,
      .doc = "image of the detector" },
    { 0 }
};

static const frit_port outputs[] = {
    { .name = "sums", .ndim = 1, .unit = "@frame", .doc = "sum of each row, what is masked left out" },
    { 0 }
};

enum { FRAME, BAND = 32 };

static void sum_rows(const frit_view *v, double *sums)
{
    size_t columns = v->shape[1];
    for (size_t i = 0; i < v->shape[0]; i++)
        for (size_t k = i * columns; k < (i + 1) * columns; k++)
            if (!(v->mask && v->mask[k]))
                sums[i] += v->dtype == FRIT_U16 ? ((const uint16_t *)v->data)[k] : v->value[k];
}

/* One element of a batch.  Not FRIT_OK: the host knows why, or fail() has told it. */
static frit_status sum_frame(frit_call *c)
{
    const frit_view *whole = c->host->rows(c, FRAME, 0, 0, NULL);      /* no rows: the shape alone */
    if (!whole)
        return FRIT_EIO;
    size_t rows = whole->shape[0], columns = whole->shape[1];
    void *to = c->host->scratch(c, BAND * columns, sizeof(double));
    frit_buffer *out = c->host->output(c, 0, FRIT_F64, 1, &rows, 0);
    if (!to || !out)
        return c->host->fail(c, FRIT_ENOMEM, "no memory for %d rows", BAND);
    for (size_t first = 0; first < rows; first += BAND) {
        size_t n = rows - first < BAND ? rows - first : BAND;
        const frit_view *band = c->host->rows(c, FRAME, first, n, to);   /* of the element's own type */
        if (!band)
            return FRIT_EIO;
        sum_rows(band, out->value + first);
    }
    return FRIT_OK;
}

static frit_status run_batch(frit_call *const *calls, uint32_t n)
{
    for (uint32_t k = 0; k < n; k++)
        sum_frame(calls[k]);   /* where it fails, the others go on */
    return FRIT_OK;
}

/* One element at once, whole. */
static frit_status run(frit_call *c)
{
    const frit_view *frame = c->host->input(c, FRAME, 0);
    frit_buffer *out = frame ? c->host->output(c, 0, FRIT_F64, 1, frame->shape, 0) : NULL;
    if (!out)
        return frame ? FRIT_ENOMEM : FRIT_EIO;
    sum_rows(frame, out->value);
    return FRIT_OK;
}

static const frit_step steps[] = {
    { .name = "sum_rows", .version = 1,
      .summary = "the sum of each row of a frame",
      .doc = "Sums of the pixels that are measured, row by row.",
      .inputs = inputs, .outputs = outputs, .run = run, .run_batch = run_batch },
};

static const frit_module module = {
    FRIT_SIZES, 1, .name = "batch", .version = "1.0", .author = "", .license = "MIT", .steps = steps
};

const frit_module *frit_module_v1(void)
{
    return &module;
}
