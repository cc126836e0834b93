/* Types and units: in which type and unit values arrive at ports that take 16-bit numbers, doubles alone,
 * a unit of the port's own, or any.
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "module.h"

static const frit_port native_in[] = {
    { .name = "data", .unit = "*", .axis_unit = { "*" }, .ndim = 1,
      .dtypes = FRIT_ACCEPTS(FRIT_U16) | FRIT_ACCEPTS(FRIT_F32), .doc = "as they are" },
    END
};

static const frit_port plain_in[] = {
    { .name = "data", .unit = "*", .axis_unit = { "*" }, .ndim = 1, .doc = "as double" },
    END
};

static const frit_port metres_in[] = {
    { .name = "data", .unit = "m", .axis_name = { "x" }, .axis_unit = { "m" }, .ndim = 1,
      .dtypes = FRIT_ACCEPTS(FRIT_U16), .doc = "lengths over lengths" },
    END
};

static const frit_port seen_out[] = {
    { .name = "seen", .unit = "@data", .axis_name = { "@data.0" }, .axis_unit = { "@data.0" }, .ndim = 1,
      .doc = "what arrived; its type and units are attributes" },
    END
};

static const frit_port slope_out[] = {
    { .name = "slope", .unit = "@data", .doc = "the step from the first point to the second" },
    { .name = "reach", .unit = "@data.0", .doc = "the axis's last position" },
    END
};

static frit_status look(frit_call *c)
{
    const frit_host *h = c->host;
    const frit_view *v = h->input(c, 0, 0);
    frit_buffer *out = h->output(c, 0, FRIT_F64, 1, v->shape, 0);
    if (!out)
        return FRIT_ENOMEM;
    for (size_t i = 0; i < v->shape[0]; i++) {
        out->value[i] = v->dtype == FRIT_U16 ? ((const uint16_t *)v->data)[i] : v->value ? v->value[i] : -1;
        if (out->axis[0])
            out->axis[0][i] = v->axis[0] ? v->axis[0][i] : (double)i;
    }
    h->set_attribute(c, 0, "dtype", "1", v->dtype);
    h->set_attribute(c, 0, "has_value", "1", v->value != NULL);
    h->set_text_attribute(c, 0, "unit", v->unit);
    h->set_text_attribute(c, 0, "axis_unit", v->axis_unit[0] ? v->axis_unit[0] : "none");
    h->set_text_attribute(c, 0, "axis_name", v->axis_name[0] ? v->axis_name[0] : "none");
    h->set_text_attribute(c, 0, "quantity", v->quantity ? v->quantity : "none");
    return FRIT_OK;
}

static frit_status slope(frit_call *c)
{
    const frit_view *v = c->host->input(c, 0, 0);
    frit_buffer *y = c->host->output(c, 0, FRIT_F64, 0, NULL, 0);
    frit_buffer *x = c->host->output(c, 1, FRIT_F64, 0, NULL, 0);
    if (!y || !x)
        return FRIT_ENOMEM;
    if (v->shape[0] < 2)
        return c->host->fail(c, FRIT_EDATA, "%zu points; two are needed", v->shape[0]);
    y->value[0] = v->value[1] - v->value[0];
    x->value[0] = v->axis[0] ? v->axis[0][v->shape[0] - 1] : -1;
    return FRIT_OK;
}

static const frit_step steps[] = {
    { .name = "look_native", .version = 1, .summary = "what arrives as it is", .doc = "Looks.",
      .inputs = native_in, .outputs = seen_out, .run = look },
    { .name = "look_plain", .version = 1, .summary = "what arrives as double", .doc = "Looks.",
      .inputs = plain_in, .outputs = seen_out, .run = look },
    { .name = "look_metres", .version = 1, .summary = "what arrives in metres", .doc = "Looks.",
      .inputs = metres_in, .outputs = seen_out, .run = look },
    { .name = "slope", .version = 1, .summary = "first difference", .doc = "And the reach.",
      .inputs = plain_in, .outputs = slope_out, .run = slope },
};

TEST_MODULE("types", steps)
