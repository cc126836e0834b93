/* integrate_sigma_clip and integrate_median: a frame to a curve, outliers of each ring left out.
 *
 * See the steps' own text in azimuthal.c.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "azimuthal.h"
#include "frame_plan.h"
#include "robust.h"
#include "robust_steps.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* ---- Parameters and ports ---- */

enum { BY_SPREAD, BY_NOISE };

const frit_param integrate_sigma_clip_params[] = {
    FRIT_F64(struct clip, threshold, "1", 5, 0, 1e6, 0,
             "k: pixels farther than k standard deviations from the mean of their ring are left out; never "
             "less than Chauvenet's criterion asks for, which 0 stands for"),
    FRIT_I64(struct clip, iterations, 5, 1, 1000, 0,
             "at most so often, each time without those left out before; it ends when none is found"),
    FRIT_CHOICE(struct clip, measure, "spread|noise",
                "standard deviation that pixels are measured by. spread: that of the ring's own pixels; "
                "noise: what their counts, gain or sigma say, with error_model = \"poisson\""),
    FRAME_PARAMS("1/angstrom", 1e4, "Q", "no"),
    { .name = NULL }
};

const frit_param integrate_median_params[] = {
    FRIT_F64(struct order, percentile, "1", NAN, 0.1, 99.9, 0,
             "that of the ring's pixels which is taken; not given: 50, the median"),
    FRIT_RANGE(struct order, percentile_range, "1", NULL, 0, 100, 0,
               "the mean of the pixels between these two percentiles, in place of one percentile"),
    FRAME_PARAMS("1/angstrom", 1e4, "Q", "no"),
    { .name = NULL }
};

enum { INTENSITY, N_PIXELS, N_REJECTED, NORMALISATION };

#define OUTPUT(name_, unit_, doc_) \
    { .name = name_, .unit = unit_, .ndim = 1, .axis_name = { "Q" }, .axis_unit = { "1/angstrom" }, \
      .doc = doc_ }
#define OUTPUTS \
    [INTENSITY] = OUTPUT("intensity", "@frame", \
                         "counts of a pixel, as if at normal incidence; masked where no pixel counts"), \
    [N_PIXELS] = OUTPUT("n_pixels", "1", "pixels that count in the bin"), \
    [N_REJECTED] = OUTPUT("n_rejected", "1", "pixels of the bin that were measured and left out"), \
    [NORMALISATION] = OUTPUT("normalisation", "1", "sum of flat Omega P K I0 over the pixels that count"), \
    { .name = NULL }

const frit_port integrate_robust_outputs[] = { OUTPUTS };

/* ---- Checks and plan ---- */

frit_status integrate_sigma_clip_check(frit_call *c)
{
    const struct clip *p = c->params;
    if (p->measure == BY_NOISE && p->azimuthal.error_model != ERROR_POISSON)
        return c->host->fail(
            c, FRIT_EPARAM,
            "measure = \"noise\" needs error_model = \"poisson\": without a noise of their own "
            "pixels can be measured by their spread only");
    return frame_plan_check(c, RADIAL_Q);
}

frit_status integrate_median_check(frit_call *c)
{
    const struct order *p = c->params;
    if (!isnan(p->percentile) && !isnan(p->percentile_range.from))
        return c->host->fail(c, FRIT_EPARAM,
                             "percentile and percentile_range are both given: give the first for one order "
                             "statistic, or the second for the mean between two");
    return frame_plan_check(c, RADIAL_Q);
}

struct plan {
    struct frame_plan *frame;
    struct robust rings;
    struct robust_rule rule;
};

static frit_status prepare(frit_call *c, const struct robust_rule *rule, void **result)
{
    const frit_view *v = c->host->input(c, FRAME, 0);
    if (!v)
        return FRIT_EIO;
    struct plan *plan = calloc(1, sizeof *plan);
    if (!plan)
        return FRIT_ENOMEM;
    *result = plan;
    plan->rule = *rule;
    size_t cols = v->shape[1];
    void *frame = NULL;
    frit_status status = frame_plan_make(c, RADIAL_Q, SPLIT_NO, 1, &frame);
    plan->frame = frame;
    if (status != FRIT_OK)
        return status;
    struct integrator *it = &plan->frame->integrator;
    if (!robust_make(&plan->rings, it, cols))
        return FRIT_ENOMEM;
    /* The rings have all of it. */
    free(it->first);
    free(it->norm);
    it->first = NULL;
    it->norm = NULL;
    return FRIT_OK;
}

frit_status integrate_sigma_clip_prepare(frit_call *c, void **plan)
{
    const struct clip *p = c->params;
    struct robust_rule rule = {.method = ROBUST_CLIP,
                               .threshold = p->threshold,
                               .iterations = (int)p->iterations,
                               .by_spread = p->measure == BY_SPREAD,
                               .divisor = 1};
    return prepare(c, &rule, plan);
}

frit_status integrate_median_prepare(frit_call *c, void **plan)
{
    const struct order *p = c->params;
    bool range = !isnan(p->percentile_range.from);
    double one = isnan(p->percentile) ? 0.5 : p->percentile / 100;
    struct robust_rule rule = {.method = range ? ROBUST_TRIM : ROBUST_QUANTILE,
                               .from = range ? p->percentile_range.from / 100 : one,
                               .to = range ? p->percentile_range.to / 100 : one, .divisor = 1};
    rule.factor = robust_factor(rule.from, rule.to);
    return prepare(c, &rule, plan);
}

void integrate_robust_release(void *plan)
{
    struct plan *p = plan;
    if (p->frame)
        frame_plan_free(p->frame);
    robust_clear(&p->rings);
    free(p);
}

/* ---- One frame ---- */

static void block(void *job, size_t i, uint32_t worker)
{
    robust_block(job, i, worker);
}

static frit_status average(frit_call *c, const struct plan *plan, struct frame *f,
                           struct robust_result *result)
{
    size_t n = plan->frame->integrator.n_bins;
    struct robust_rule rule = plan->rule;
    const frit_view *v = c->host->input(c, FRAME, 0);
    if (!v)
        return FRIT_EIO;
    frit_status status = frame_of(c, plan->frame, v, f);
    if (status == FRIT_OK)
        status = frame_divisor(c, MONITOR, &rule.divisor);
    if (status != FRIT_OK)
        return status;
    double *out = c->host->scratch(c, 5 * n, sizeof *out);
    float *memory = c->host->scratch(c, c->host->workers(c) * robust_memory(&plan->rings, f), sizeof *memory);
    if (!out || !memory)
        return FRIT_ENOMEM;
    *result = (struct robust_result){out, out + n, out + 2 * n, out + 3 * n, out + 4 * n};
    struct robust_job job = {&plan->rings, f, &rule, robust_kernels_of(KERNEL_BEST), *result, memory};
    c->host->parallel(c, plan->rings.n_blocks, block, &job);
    return FRIT_OK;
}

static frit_status write_curve(frit_call *c, uint32_t port, const struct integrator *it, const double *value,
                               const double *sigma, const double *pixels)
{
    uint32_t want = (sigma ? FRIT_WANT_SIGMA : 0) | (pixels ? FRIT_WANT_MASK : 0);
    if (!c->host->wanted(c, port))
        return FRIT_OK;
    frit_buffer *out = c->host->output(c, port, FRIT_F64, 1, (size_t[]){it->npt}, want);
    if (!out)
        return FRIT_ENOMEM;
    memcpy(out->value, value, it->npt * sizeof *value);
    if (sigma)
        memcpy(out->sigma, sigma, it->npt * sizeof *sigma);
    for (size_t b = 0; b < it->npt; b++) {
        out->axis[0][b] = it->from + ((double)b + 0.5) * it->width;
        if (pixels)
            out->mask[b] = !(pixels[b] > 0);
    }
    return FRIT_OK;
}

frit_status integrate_robust_run(frit_call *c)
{
    const struct plan *plan = c->plan;
    const struct integrator *it = &plan->frame->integrator;
    if (!c->host->progress(c, 0))
        return FRIT_ECANCELLED;
    struct frame f;
    struct robust_result r;
    frit_status status = average(c, plan, &f, &r);
    if (status == FRIT_OK)
        status =
            write_curve(c, INTENSITY, it, r.value, f.variance != VARIANCE_NONE ? r.sigma : NULL, r.pixels);
    if (status == FRIT_OK)
        status = write_curve(c, N_PIXELS, it, r.pixels, NULL, NULL);
    if (status == FRIT_OK)
        status = write_curve(c, N_REJECTED, it, r.rejected, NULL, NULL);
    if (status == FRIT_OK)
        status = write_curve(c, NORMALISATION, it, r.norm, NULL, NULL);
    for (uint32_t port = INTENSITY; status == FRIT_OK && port <= NORMALISATION; port++)
        frame_plan_attributes(c, plan->frame, port);
    return status;
}
