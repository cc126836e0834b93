/* mask_outliers: masks the pixels of a frame that stand out from their ring: spots, zingers, dead pixels.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "azimuthal/frame_plan.h"
#include "masks.h"
#include "rings.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

const frit_param outliers_params[] = {
    FRIT_CHOICE(struct outliers, method, "mad|sigma-clip",
                "mad: distance from the median, by the median absolute deviation, at least the counting "
                "noise; sigma-clip: from the mean, by the standard deviation that error_model gives"),
    FRIT_F64(struct outliers, threshold, "1", 5, 0.1, 1e6, 0,
             "k: pixels farther off than k standard deviations are masked"),
    FRIT_I64(struct outliers, iterations, 5, 1, 100, 0,
             "at most so often, each time without those already masked; it ends when none is found"),
    FRAME_PARAMS("1/angstrom", 1e4, "Q", "no|bbox|full"),
    { .name = NULL }
};

const frit_port outliers_inputs[] = {
    FRAME_PORTS,
    { .name = NULL }
};

enum { OUT_FRAME, OUT_OUTLIERS, OUT_N };

const frit_port outliers_outputs[] = {
    [OUT_FRAME] = { .name = "frame", .unit = "@frame", .ndim = 2, .dtypes = FRIT_ACCEPTS_ALL,
        .doc = "the frame as it came, its outliers masked; attribute n_outliers" },
    [OUT_OUTLIERS] = { .name = "outliers", .unit = "1", .ndim = 2, .dtypes = FRIT_ACCEPTS(FRIT_U8),
        .doc = "1 for the outliers of that frame, else 0: a mask; attribute n_outliers" },
    [OUT_N] = { .name = "n_outliers", .unit = "1", .ndim = 0, .doc = "number of outliers" },
    { .name = NULL }
};

struct plan {
    struct frame_plan *frame;
    struct rings rings;
};

frit_status outliers_check(frit_call *c)
{
    return frame_plan_check(c, RADIAL_Q);
}

/* Rings are made of whole pixels, whatever integrate will split. */
frit_status outliers_prepare(frit_call *c, void **result)
{
    struct plan *plan = calloc(1, sizeof *plan);
    if (!plan)
        return FRIT_ENOMEM;
    *result = plan;
    void *frame = NULL;
    frit_status status = frame_plan_make(c, RADIAL_Q, SPLIT_NO, 1, &frame);
    plan->frame = frame;
    if (status == FRIT_OK && !rings_make(&plan->rings, &plan->frame->integrator))
        status = FRIT_ENOMEM;
    return status;
}

void outliers_release(void *plan)
{
    struct plan *p = plan;
    if (p->frame)
        frame_plan_free(p->frame);
    rings_clear(&p->rings);
    free(p);
}

static bool work_start(frit_call *c, size_t n, struct ring_work *w)
{
    double *memory = c->host->scratch(c, 5 * (n + 1), sizeof *memory);
    *w = (struct ring_work){
        .value = memory,
        .guard = memory + n,
        .sort = memory + 2 * n,
        .norm = memory + 3 * n,
        .variance = memory + 4 * n,
        .pixel = c->host->scratch(c, n + 1, sizeof *w->pixel),
    };
    return memory && w->pixel;
}

/* outliers: of the frame's size, zero at first. */
static frit_status find(frit_call *c, const struct plan *plan, const frit_view *v, uint8_t *outliers,
                        size_t *found)
{
    const struct outliers *p = c->params;
    const struct integrator *it = &plan->frame->integrator;
    struct ring_rule rule = {(enum ring_method)p->method, p->threshold, (int)p->iterations};
    struct frame f;
    struct ring_work work;
    frit_status status = frame_of(c, plan->frame, v, &f);
    if (status != FRIT_OK)
        return status;
    double *signal = c->host->scratch(c, 2 * it->n_pixels, sizeof *signal);
    if (!signal || !work_start(c, plan->rings.longest, &work))
        return FRIT_ENOMEM;
    double *variance = signal + it->n_pixels;
    frame_load(&f, 0, it->n_pixels, signal, variance);
    for (size_t b = 0; b < plan->rings.n; b++) {
        if (b % 64 == 0 && !c->host->progress(c, (double)b / (double)plan->rings.n))
            return FRIT_ECANCELLED;
        *found += ring_outliers(&plan->rings, b, &rule, it, &f, signal, variance, &work, outliers);
    }
    return FRIT_OK;
}

static size_t size_of(frit_dtype dtype)
{
    switch (dtype) {
    case FRIT_I8:
    case FRIT_U8: return 1;
    case FRIT_I16:
    case FRIT_U16: return 2;
    case FRIT_F32:
    case FRIT_I32:
    case FRIT_U32: return 4;
    case FRIT_F64:
    case FRIT_I64:
    case FRIT_U64: break;
    }
    return 8;
}

static frit_status write_frame(frit_call *c, const frit_view *v, const uint8_t *outliers, size_t n)
{
    frit_buffer *out = c->host->output(c, OUT_FRAME, v->dtype, 2, v->shape,
                                       FRIT_WANT_MASK | (v->sigma ? FRIT_WANT_SIGMA : 0));
    if (!out)
        return FRIT_ENOMEM;
    memcpy(out->data, v->data, n * size_of(v->dtype));
    for (size_t i = 0; i < n; i++)
        out->mask[i] = outliers[i] || (v->mask && v->mask[i]);
    if (v->sigma)
        memcpy(out->sigma, v->sigma, n * sizeof *out->sigma);
    return FRIT_OK;
}

static frit_status write_outputs(frit_call *c, const frit_view *v, const uint8_t *outliers, size_t n,
                                 double found)
{
    frit_status status = c->host->wanted(c, OUT_FRAME) ? write_frame(c, v, outliers, n) : FRIT_OK;
    if (status == FRIT_OK && c->host->wanted(c, OUT_OUTLIERS)) {
        frit_buffer *out = c->host->output(c, OUT_OUTLIERS, FRIT_U8, 2, v->shape, 0);
        if (!out)
            return FRIT_ENOMEM;
        memcpy(out->data, outliers, n);
    }
    if (status == FRIT_OK && c->host->wanted(c, OUT_N)) {
        frit_buffer *out = c->host->output(c, OUT_N, FRIT_F64, 0, NULL, 0);
        if (!out)
            return FRIT_ENOMEM;
        out->value[0] = found;
    }
    for (uint32_t port = OUT_FRAME; status == FRIT_OK && port <= OUT_OUTLIERS; port++)
        if (c->host->wanted(c, port))
            c->host->set_attribute(c, port, "n_outliers", "1", found);
    return status;
}

frit_status outliers_run(frit_call *c)
{
    const struct plan *plan = c->plan;
    size_t n = plan->frame->integrator.n_pixels, found = 0;
    const frit_view *v = c->host->input(c, FRAME, 0);
    if (!v)
        return FRIT_EIO;
    uint8_t *outliers = c->host->scratch(c, n, 1);
    if (!outliers)
        return FRIT_ENOMEM;
    frit_status status = find(c, plan, v, outliers, &found);
    return status == FRIT_OK ? write_outputs(c, v, outliers, n, (double)found) : status;
}
