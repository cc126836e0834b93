/* SPDX-License-Identifier: MIT
 *
 * A reduction with several outputs: the lowest and the highest value of a series at each point, and
 * how many elements there were.
 *
 *     cc -std=c11 -O2 -shared -fPIC $(pkg-config --cflags frit-1) reduction.c -o reduction.so
 */
#include <frit/plugin.h>
#include <math.h>

static const frit_port inputs[] = {
    { .name = "curves", .ndim = 1, .unit = "*", .axis_name = { "x" }, .axis_unit = { "*" },
      .flags = FRIT_PORT_SERIES, .doc = "a series of curves with the same number of points" },
    { 0 }
};

/* Units that follow: "@curves" is the input's unit, "@curves.0" that of its first axis. */
static const frit_port outputs[] = {
    { .name = "lowest", .ndim = 1, .unit = "@curves", .axis_name = { "@curves.0" },
      .axis_unit = { "@curves.0" }, .doc = "the lowest value at each point" },
    { .name = "highest", .ndim = 1, .unit = "@curves", .axis_name = { "@curves.0" },
      .axis_unit = { "@curves.0" }, .doc = "the highest value at each point" },
    { .name = "elements", .ndim = 0, .unit = "1", .doc = "how many elements there were" },
    { 0 }
};

enum { LOWEST, HIGHEST, ELEMENTS };

/* A fresh output on the axis of `like`, no point measured yet; NULL also where nobody wants it. */
static frit_buffer *start(frit_call *c, uint32_t port, const frit_view *like)
{
    if (!c->host->wanted(c, port))
        return NULL;
    frit_buffer *out = c->host->output(c, port, FRIT_F64, 1, like->shape, 0);
    for (size_t i = 0; out && i < like->shape[0]; i++) {
        if (out->axis[0])      /* none to follow where the curves have none */
            out->axis[0][i] = like->axis[0][i];
        out->value[i] = NAN;   /* the host masks what is NaN at the end */
    }
    return out;
}

static void widen(frit_buffer *low, frit_buffer *high, const frit_view *v)
{
    for (size_t i = 0; i < v->shape[0]; i++) {
        if (v->mask && v->mask[i])
            continue;
        if (low)
            low->value[i] = fmin(low->value[i], v->value[i]);
        if (high)
            high->value[i] = fmax(high->value[i], v->value[i]);
    }
}

static frit_status run(frit_call *c)
{
    frit_buffer *low = NULL, *high = NULL;
    uint64_t n = c->host->n_inputs(c, 0), used = 0;
    size_t points = 0;
    for (uint64_t i = 0; i < n; i++) {
        if (!c->host->progress(c, (double)i / (double)n))
            return FRIT_ECANCELLED;
        const frit_view *v = c->host->input(c, 0, i);   /* valid until the next one */
        if (!v)
            return FRIT_EIO;
        if (v->failure)
            continue;   /* this element could not be had, and the recipe says to go on without it */
        if (used++ == 0) {
            points = v->shape[0];
            low = start(c, LOWEST, v);
            high = start(c, HIGHEST, v);
            if ((!low && c->host->wanted(c, LOWEST)) || (!high && c->host->wanted(c, HIGHEST)))
                return FRIT_ENOMEM;
        }
        if (v->shape[0] != points)
            return c->host->fail(c, FRIT_EDATA, "element %s has %zu points, those before have %zu: "
                                 "rebin them to one axis", v->name, v->shape[0], points);
        widen(low, high, v);
    }
    if (used == 0)
        return c->host->fail(c, FRIT_EDATA, "the series has no elements");
    frit_buffer *elements = c->host->output(c, ELEMENTS, FRIT_F64, 0, NULL, 0);
    if (!elements)
        return FRIT_ENOMEM;
    elements->value[0] = (double)used;
    return FRIT_OK;
}

static const frit_step steps[] = {
    { .name = "envelope", .version = 1,
      .summary = "Lowest and highest value of a series at each point",
      .doc = "Masked points and elements that failed are left out.  There is no uncertainty: "
             "that of an extreme value is not the uncertainty of the element that made it.",
      .inputs = inputs, .outputs = outputs, .run = run },
};

static const frit_module module = {
    FRIT_SIZES, .n_steps = 1, .name = "envelope", .version = "1", .license = "MIT", .steps = steps
};

const frit_module *frit_module_v1(void)
{
    return &module;
}
