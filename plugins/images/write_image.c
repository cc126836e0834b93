/* write_image.c: the sink that writes a frame, or a mask, as a TIFF in its own type.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "images.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

const frit_port write_image_inputs[] = {
    { .name = "frame", .unit = "*", .axis_unit = { "*", "*" }, .ndim = 2, .dtypes = FRIT_ACCEPTS_ALL,
      .doc = "the frame to write; dimension 0 counts rows" },
    { .name = NULL }
};

const frit_param write_image_params[] = { FRIT_OUTPUT(
                                              struct write_image, file, FRIT_PARAM_REQUIRED,
                                              "the TIFF to write; {name} stands for the element's name"),
                                          { .name = NULL } };

static size_t count_masked(const frit_view *v, size_t n)
{
    size_t masked = 0;

    for (size_t i = 0; v->mask && i < n; i++)
        masked += v->mask[i] != 0;
    return masked;
}

/* A copy with NaN where the mask is, for the two types that have one; NULL: no memory. */
static const void *with_nan(frit_call *c, const frit_view *v, size_t n)
{
    size_t size = image_value_size(v->dtype);
    void *copy = c->host->scratch(c, n, size);

    if (!copy)
        return NULL;
    memcpy(copy, v->data, n * size);
    for (size_t i = 0; i < n; i++)
        if (v->mask[i] && v->dtype == FRIT_F64)
            ((double *)copy)[i] = NAN;
        else if (v->mask[i])
            ((float *)copy)[i] = NAN;
    return copy;
}

/* How the frame came to be, for ImageDescription; NULL: no memory. */
static const char *describe(frit_call *c, const frit_view *v)
{
    const char *history = c->host->history(c, 0, 0), *unit = v->unit ? v->unit : "1";
    size_t n = strlen(history ? history : "") + strlen(unit) + 32;
    char *text = c->host->scratch(c, n, 1);

    if (text)
        snprintf(text, n, "unit: %s\n%s", unit, history ? history : "");
    return text;
}

frit_status write_image_run(frit_call *c)
{
    const struct write_image *p = c->params;
    const frit_view *v = c->host->input(c, 0, 0);
    const void *values;
    const char *path, *text;
    char why[IMAGE_WHY];
    size_t n, masked;

    if (!v)
        return FRIT_EIO;
    n = v->shape[0] * v->shape[1];
    if (n == 0)
        return c->host->fail(c, FRIT_EDATA, "the frame has %zu x %zu pixels: there is nothing to write",
                             v->shape[1], v->shape[0]);
    masked = count_masked(v, n);
    values = v->data;
    if (masked > 0 && (v->dtype == FRIT_F64 || v->dtype == FRIT_F32))
        values = with_nan(c, v, n);
    else if (masked > 0)
        c->host->log(c, FRIT_WARNING,
                     "%zu masked pixels keep their values: whole numbers have none for \"not measured\"",
                     masked);
    text = describe(c, v);
    path = c->host->output_file(c, p->file);
    if (!values || !text)
        return c->host->fail(c, FRIT_ENOMEM, "no memory for %zu x %zu pixels", v->shape[1], v->shape[0]);
    if (!path)
        return FRIT_EIO;
    if (!image_tiff_write(path, v->dtype, v->shape[0], v->shape[1], values, text, why, sizeof why))
        return c->host->fail(c, FRIT_EIO, "the TIFF cannot be written: %s", why);
    return FRIT_OK;
}
