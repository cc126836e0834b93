/* combine_masks: what is masked in any of several masks, and a border around it.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "masks.h"
#include "shared/values.h"

#include <math.h>

#define GROW_MAX 100

const frit_param combine_params[] = {
    FRIT_F64(struct combine, grow, "1", 0, 0, GROW_MAX, 0,
             "pixels whose centre is at most so many pixels from a masked one's are masked as well; 1: the "
             "four neighbours, 1.5: all eight"),
    { .name = NULL }
};

const frit_port combine_inputs[] = {
    { .name = "mask", .unit = "*", .ndim = 2, .flags = FRIT_PORT_MANY, .dtypes = FRIT_ACCEPTS_ALL,
      .doc = "masks of one shape: pixels that are not 0, or are themselves masked, are masked" },
    { .name = NULL }
};
const frit_port combine_outputs[] = {
    MASK_PORT("1 where any of the masks is set, else 0"),
    { .name = NULL }
};

bool mask_is_set(const frit_view *v, size_t i)
{
    double value;
    values_as_double(v->dtype, v->data, i, 1, &value);
    return value != 0 || (v->mask && v->mask[i]); /* NaN is not 0 */
}

void mask_add(const frit_view *v, uint8_t *mask)
{
    for (size_t i = 0; i < v->shape[0] * v->shape[1]; i++)
        mask[i] |= mask_is_set(v, i);
}

/* Is a neighbour of the pixel not set?  Only from such pixels does the mask grow. */
static bool on_border(const uint8_t *mask, size_t rows, size_t columns, size_t i, size_t j)
{
    const uint8_t *m = mask + i * columns + j;
    return (i > 0 && !m[-(ptrdiff_t)columns]) || (i + 1 < rows && !m[columns]) || (j > 0 && !m[-1]) ||
           (j + 1 < columns && !m[1]);
}

static void set_disc(uint8_t *mask, size_t rows, size_t columns, size_t i, size_t j, double radius)
{
    long r = (long)radius;
    for (long y = -r; y <= r; y++)
        for (long x = -r; x <= r; x++) {
            long row = (long)i + y, column = (long)j + x;
            bool there = row >= 0 && row < (long)rows && column >= 0 && column < (long)columns;
            if (there && (double)(y * y + x * x) <= radius * radius)
                mask[(size_t)row * columns + (size_t)column] = 1;
        }
}

static void grow(const uint8_t *from, uint8_t *to, size_t rows, size_t columns, double radius)
{
    for (size_t i = 0; i < rows; i++)
        for (size_t j = 0; j < columns; j++) {
            if (!from[i * columns + j])
                continue;
            to[i * columns + j] = 1;
            if (on_border(from, rows, columns, i, j))
                set_disc(to, rows, columns, i, j, radius);
        }
}

frit_status combine_run(frit_call *c)
{
    const struct combine *p = c->params;
    size_t shape[2] = {0, 0};
    uint8_t *any = NULL;
    for (uint64_t k = 0; k < c->host->n_inputs(c, 0); k++) {
        const frit_view *v = c->host->input(c, 0, k);
        if (!v)
            return FRIT_EIO;
        if (k == 0) {
            shape[0] = v->shape[0];
            shape[1] = v->shape[1];
            any = c->host->scratch(c, shape[0] * shape[1] + 1, 1);
            if (!any)
                return FRIT_ENOMEM;
        }
        if (v->shape[0] != shape[0] || v->shape[1] != shape[1])
            return c->host->fail(c, FRIT_EDATA,
                                 "the first mask is %zu x %zu pixels (rows x columns), number %d is "
                                 "%zu x %zu", shape[0], shape[1], (int)k + 1, v->shape[0],
                                 v->shape[1]);
        mask_add(v, any);
    }
    if (!any)
        return c->host->fail(c, FRIT_EPARAM, "there is no mask to combine: give at least one");
    frit_buffer *out = c->host->output(c, 0, FRIT_U8, 2, shape, 0);
    if (!out)
        return FRIT_ENOMEM;
    grow(any, out->data, shape[0], shape[1], p->grow);
    return FRIT_OK;
}
