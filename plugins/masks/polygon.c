/* polygon_mask: the pixels in a polygon, or those outside of it.
 *
 * Even-odd rule: a point is inside if a line from it to infinity crosses the outline an odd number of times.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "masks.h"

const frit_param polygon_params[] = {
    FRIT_ARRAY(struct polygon, vertices, "1", -1e9, 1e9, FRIT_PARAM_REQUIRED,
               "row, column, row, column, ... of the corners, in pixels from the outer corner of the first "
               "pixel, whose own centre is at 0.5; the last is joined to the first"),
    FRIT_CHOICE(struct polygon, side, "inside|outside", "which pixels are masked"),
    { .name = NULL }
};

const frit_port polygon_inputs[] = { SHAPE_PORT, { .name = NULL } };
const frit_port polygon_outputs[] = {
    MASK_PORT("1 for pixels whose centre lies on that side, else 0"),
    { .name = NULL }
};

frit_status polygon_check(frit_call *c)
{
    const struct polygon *p = c->params;
    if (p->vertices.n % 2)
        return c->host->fail(c, FRIT_EPARAM,
                             "vertices has %zu numbers: a row and a column for each corner, an even number",
                             p->vertices.n);
    if (p->vertices.n < 6)
        return c->host->fail(c, FRIT_EPARAM, "vertices has %zu corners: a polygon has at least 3",
                             p->vertices.n / 2);
    return FRIT_OK;
}

static bool inside(const frit_array *vertices, double row, double column)
{
    const double *v = vertices->v;
    bool odd = false;
    for (size_t i = 0, last = vertices->n - 2; i < vertices->n; last = i, i += 2) {
        double r0 = v[last], c0 = v[last + 1], r1 = v[i], c1 = v[i + 1];
        if ((r0 > row) != (r1 > row) && column < c0 + (c1 - c0) * (row - r0) / (r1 - r0))
            odd = !odd;
    }
    return odd;
}

frit_status polygon_run(frit_call *c)
{
    const struct polygon *p = c->params;
    const frit_view *frame = c->host->input(c, 0, 0);
    if (!frame)
        return FRIT_EIO;
    size_t rows = frame->shape[0], columns = frame->shape[1];
    frit_buffer *out = c->host->output(c, 0, FRIT_U8, 2, (size_t[]){rows, columns}, 0);
    if (!out)
        return FRIT_ENOMEM;
    bool outside = p->side == 1;
    for (size_t i = 0; i < rows; i++)
        for (size_t j = 0; j < columns; j++)
            ((uint8_t *)out->data)[i * columns + j] =
                inside(&p->vertices, (double)i + 0.5, (double)j + 0.5) != outside;
    return FRIT_OK;
}
