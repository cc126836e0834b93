/* Several outputs, each with a number of dimensions of its own, and made only where somebody wants it; of the curve
 * it is not known at first how long it will be.
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "module.h"
#include "witness.h"

static const frit_port inputs[] = {
    { .name = "number", .unit = "m", .doc = "a number" },
    END
};

static const frit_port outputs[] = {
    { .name = "point", .unit = "m", .doc = "the number" },
    { .name = "curve", .unit = "m^2", .axis_name = { "x" }, .axis_unit = { "s" }, .ndim = 1,
      .doc = "three times its square" },
    { .name = "image", .unit = "1", .ndim = 2, .dtypes = FRIT_ACCEPTS(FRIT_U8) | FRIT_ACCEPTS(FRIT_F32),
      .doc = "2 x 3 bytes" },
    END
};

static frit_status make_curve(frit_call *c, double x)
{
    const size_t n = 3, at_first = 1000;
    frit_buffer *out = c->host->output(c, 1, FRIT_F64, 1, &at_first, FRIT_WANT_SIGMA | FRIT_WANT_MASK);
    if (!out)
        return FRIT_ENOMEM;
    witness("curve\n");
    out->axis[0][0] = -10;
    out->value[0] = out->sigma[0] = out->value[999] = 7;
    out = c->host->resize(c, 1, 1);
    out = out ? c->host->resize(c, 1, n) : NULL;
    if (!out || out->shape[0] != n || out->axis[0][0] != -10 || out->value[0] != 7 || out->sigma[0] != 7 ||
        out->value[2] != 0 || out->sigma[2] != 0 || out->mask[2] != 0 || out->axis[0][2] != 0)
        return FRIT_ENOMEM;
    for (size_t i = 0; i < n; i++) {
        out->axis[0][i] = 10.0 * (double)i;
        out->value[i] = x * x;
        out->sigma[i] = 0.5;
    }
    out->mask[2] = 1;
    return FRIT_OK;
}

static frit_status make_image(frit_call *c)
{
    const size_t shape[] = { 2, 3 };
    frit_buffer *out = c->host->output(c, 2, FRIT_U8, 2, shape, 0);
    if (!out || out->value || out->axis[0] || out->sigma || out->mask)
        return FRIT_ENOMEM;
    witness("image\n");
    for (int i = 0; i < 6; i++)
        ((uint8_t *)out->data)[i] = (uint8_t)(250 + i);
    return FRIT_OK;
}

static frit_status run(frit_call *c)
{
    double x = c->host->input(c, 0, 0)->value[0];
    if (c->host->wanted(c, 0)) {
        frit_buffer *point = c->host->output(c, 0, FRIT_F64, 0, NULL, 0);
        if (!point)
            return FRIT_ENOMEM;
        witness("point\n");
        point->value[0] = x;
    }
    frit_status status = c->host->wanted(c, 1) ? make_curve(c, x) : FRIT_OK;
    return status == FRIT_OK && c->host->wanted(c, 2) ? make_image(c) : status;
}

static const frit_step steps[] = {
    { .name = "several", .version = 1, .summary = "a point, a curve, an image", .doc = "As wanted.",
      .inputs = inputs, .outputs = outputs, .run = run },
};

TEST_MODULE("several", steps)
