/* integrate_cake: a frame to an image of azimuth and Q.
 *
 * Every row is what integrate gives for its sector; see the step's own text in azimuthal.c.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "azimuthal.h"
#include "frame_plan.h"

#include <math.h>
#include <string.h>

#define BINS_MAX 20000000

const frit_param integrate_cake_params[] = {
    FRIT_I64(struct azimuthal, npt_azim, 360, 1, 36000, 0, "number of rows, sectors of azimuth"),
    FRAME_PARAMS("1/angstrom", 1e4, "Q", "no"),
    { .name = NULL }
};

const frit_port integrate_cake_inputs[] = {
    FRAME_PORTS,
    [MONITOR] = MONITOR_PORT,
    { .name = NULL }
};

enum { INTENSITY, N_PIXELS, NORMALISATION };

#define OUTPUT(name_, unit_, doc_) \
    { .name = name_, .unit = unit_, .ndim = 2, \
      .axis_name = { "chi", "Q" }, .axis_unit = { "deg", "1/angstrom" }, .doc = doc_ }

const frit_port integrate_cake_outputs[] = {
    [INTENSITY] = OUTPUT("intensity", "@frame",
                         "mean counts of a pixel, as if at normal incidence; masked where no pixel is"),
    [N_PIXELS] = OUTPUT("n_pixels", "1", "pixels that count in the bin"),
    [NORMALISATION] = OUTPUT("normalisation", "1", "sum of flat Omega P K I0"),
    { .name = NULL }
};

frit_status integrate_cake_check(frit_call *c)
{
    const struct azimuthal *p = c->params;
    if (p->npt * p->npt_azim > BINS_MAX)
        return c->host->fail(c, FRIT_EPARAM, "npt = %lld times npt_azim = %lld are more than %d bins",
                             (long long)p->npt, (long long)p->npt_azim, BINS_MAX);
    return frame_plan_check(c, RADIAL_Q);
}

frit_status integrate_cake_prepare(frit_call *c, void **plan)
{
    const struct azimuthal *p = c->params;
    return frame_plan_make(c, RADIAL_Q, SPLIT_NO, (size_t)p->npt_azim, plan);
}

static frit_buffer *image(frit_call *c, uint32_t port, const struct integrator *it, uint32_t want)
{
    frit_buffer *out = c->host->output(c, port, FRIT_F64, 2, (size_t[]){it->n_azim, it->npt}, want);
    bool circle = isnan(it->azimuth_from); /* one row */
    double from = circle ? -180 : it->azimuth_from, to = circle ? 180 : it->azimuth_to;
    for (size_t a = 0; out && a < it->n_azim; a++)
        out->axis[0][a] = from + (to - from) * ((double)a + 0.5) / (double)it->n_azim;
    for (size_t b = 0; out && b < it->npt; b++)
        out->axis[1][b] = it->from + ((double)b + 0.5) * it->width;
    return out;
}

static frit_status write_intensity(frit_call *c, const struct integrator *it, const struct sums *s,
                                   double divisor, bool sigma)
{
    frit_buffer *out = image(c, INTENSITY, it, FRIT_WANT_MASK | (sigma ? FRIT_WANT_SIGMA : 0));
    if (!out)
        return FRIT_ENOMEM;
    for (size_t b = 0; b < it->n_bins; b++) {
        double norm = s->norm[b] * divisor;
        out->mask[b] = !(norm > 0);
        out->value[b] = norm > 0 ? s->signal[b] / norm : 0;
        if (sigma)
            out->sigma[b] = norm > 0 ? sqrt(s->variance[b]) / norm : 0;
    }
    return FRIT_OK;
}

static frit_status write_sum(frit_call *c, uint32_t port, const struct integrator *it, const double *sum,
                             double factor)
{
    frit_buffer *out = image(c, port, it, 0);
    if (!out)
        return FRIT_ENOMEM;
    for (size_t b = 0; b < it->n_bins; b++)
        out->value[b] = sum[b] * factor;
    return FRIT_OK;
}

frit_status integrate_cake_run(frit_call *c)
{
    const struct frame_plan *plan = c->plan;
    const struct integrator *it = &plan->integrator;
    if (!c->host->progress(c, 0))
        return FRIT_ECANCELLED;
    struct frame frame;
    struct sums s;
    double divisor = 1;
    frit_status status = frame_plan_sum(c, plan, &frame, &s);
    if (status == FRIT_OK)
        status = frame_divisor(c, MONITOR, &divisor);
    if (status == FRIT_OK && c->host->wanted(c, INTENSITY))
        status = write_intensity(c, it, &s, divisor, frame.variance != VARIANCE_NONE);
    if (status == FRIT_OK && c->host->wanted(c, N_PIXELS))
        status = write_sum(c, N_PIXELS, it, s.pixels, 1);
    if (status == FRIT_OK && c->host->wanted(c, NORMALISATION))
        status = write_sum(c, NORMALISATION, it, s.norm, divisor);
    for (uint32_t port = INTENSITY; status == FRIT_OK && port <= NORMALISATION; port++)
        frame_plan_attributes(c, plan, port);
    return status;
}
