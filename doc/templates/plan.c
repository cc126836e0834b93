/* SPDX-License-Identifier: MIT
 *
 * A plan: what all elements share is made once.  Frames are divided by a flat field, whose
 * reciprocal, with the dead pixels taken out, is the plan.
 *
 *     cc -std=c11 -O2 -shared -fPIC $(pkg-config --cflags frit-1) plan.c -o plan.so
 */
#include <frit/plugin.h>
#include <math.h>
#include <stdlib.h>

typedef struct flat_params { double lowest; } flat_params;

static const frit_param params[] = {
    FRIT_F64(flat_params, lowest, "1", 0.1, 0, 1, 0, 
             "pixels whose flat is below this are masked"),
    { 0 }
};

/* The detector's own number types are taken as they are, without a copy as double. */
static const frit_port inputs[] = {
    { .name = "frame", .ndim = 2, .unit = "*",
      .dtypes = FRIT_ACCEPTS(FRIT_U16) | FRIT_ACCEPTS(FRIT_F32), .doc = "image of the detector" },
    { .name = "flat", .ndim = 2, .unit = "1", .flags = FRIT_PORT_PLAN,
      .doc = "its response to even light, about 1" },
    { 0 }
};

static const frit_port outputs[] = {
    { .name = "frame", .ndim = 2, .unit = "@frame", .doc = "as of a detector whose pixels are all alike" },
    { 0 }
};

enum { FRAME, FLAT };

/* Sees shapes, types and axes of all inputs, and the data of PLAN ports. */
static frit_status prepare(frit_call *c, void **plan)
{
    const flat_params *p = c->params;
    const frit_view *frame = c->host->input(c, FRAME, 0), *flat = c->host->input(c, FLAT, 0);
    size_t n = flat->shape[0] * flat->shape[1];
    if (flat->shape[0] != frame->shape[0] || flat->shape[1] != frame->shape[1])
        return c->host->fail(c, FRIT_EPARAM, "the flat has %zu x %zu pixels, the frame %zu x %zu",
                             flat->shape[0], flat->shape[1], frame->shape[0], frame->shape[1]);
    double *factor = malloc((n ? n : 1) * sizeof *factor);
    if (!factor)
        return FRIT_ENOMEM;
    for (size_t i = 0; i < n; i++) {
        bool bad = flat->mask && flat->mask[i];
        bool dead = bad || !(flat->value[i] >= p->lowest) || flat->value[i] == 0;
        factor[i] = dead ? NAN : 1 / flat->value[i];
    }
    *plan = factor;   /* release(), here free(), gets it when the run is over */
    return FRIT_OK;
}

static double pixel(const frit_view *v, size_t i)
{
    switch (v->dtype) {
    case FRIT_U16: return ((const uint16_t *)v->data)[i];
    case FRIT_F32: return (double)((const float *)v->data)[i];
    default: return v->value[i];
    }
}

static frit_status run(frit_call *c)
{
    const frit_view *frame = c->host->input(c, FRAME, 0);
    const double *factor = c->plan;
    if (!frame)
        return FRIT_EIO;
    uint32_t want = frame->sigma ? FRIT_WANT_SIGMA : 0;
    frit_buffer *out = c->host->output(c, 0, FRIT_F64, 2, frame->shape, want);
    if (!out)
        return FRIT_ENOMEM;
    for (size_t i = 0; i < frame->shape[0] * frame->shape[1]; i++) {
        bool masked = frame->mask && frame->mask[i];
        out->value[i] = masked ? NAN : pixel(frame, i) * factor[i];
        if (out->sigma)
            out->sigma[i] = masked || isnan(factor[i]) ? 0 : frame->sigma[i] * factor[i];
    }
    return FRIT_OK;
}

static const frit_step steps[] = {
    { .name = "divide_by_flat", .version = 1,
      .summary = "Divide frames by a flat field",
      .doc = "frame/flat, pixel by pixel; the uncertainty of the flat is left out.",
      .inputs = inputs, .outputs = outputs, .params = params, .params_size = sizeof(flat_params),
      .prepare = prepare, .release = free, .run = run },
};

static const frit_module module = {
    FRIT_SIZES, .n_steps = 1, .name = "flat_field", .version = "1", .license = "MIT", .steps = steps
};

const frit_module *frit_module_v1(void)
{
    return &module;
}
