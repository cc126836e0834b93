/* One frame of those steps: how its pixels are read, and what scales it.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "frame_plan.h"

#include <float.h>
#include <math.h>

static enum variance variance_of(const struct azimuthal *p, const frit_view *frame)
{
    if (p->error_model == ERROR_NONE)
        return VARIANCE_NONE;
    if (p->error_model == ERROR_AZIMUTHAL)
        return VARIANCE_AZIMUTHAL;
    if (frame->sigma)
        return VARIANCE_GIVEN;
    return isnan(p->gain) ? VARIANCE_COUNTS : VARIANCE_GAIN;
}

/* In s: the parameter, or the attribute of what is at the port. */
static frit_status exposure_of(frit_call *c, uint32_t port, double parameter, const char *name,
                               double *exposure)
{
    const char *what = port == DARK ? "dark" : "frame";
    *exposure = parameter;
    if (isnan(parameter) && !c->host->attribute(c, port, "exposure_time", "s", exposure))
        return c->host->fail(c, FRIT_EDATA,
                             "the %s has no attribute exposure_time: give %s = \"0.5 s\", say", what, name);
    if (!(*exposure > 0 && *exposure <= DBL_MAX))
        return c->host->fail(c, FRIT_EDATA,
                             "the exposure time of the %s is %g s: it must be greater than 0; %s overrides "
                             "it", what, *exposure, name);
    return FRIT_OK;
}

static frit_status set_dark(frit_call *c, const struct integrator *it, struct frame *f)
{
    const struct azimuthal *p = c->params;
    double of_frame = 1, of_dark = 1;
    frit_status status = FRIT_OK;
    if (p->scale_dark && integrator_has_dark(it)) {
        status = exposure_of(c, FRAME, p->exposure_time, "exposure_time", &of_frame);
        if (status == FRIT_OK)
            status = exposure_of(c, DARK, p->dark_exposure_time, "dark_exposure_time", &of_dark);
    }
    f->dark_scale = of_frame / of_dark;
    f->dark_plain = !p->scale_dark;
    f->dark = it->dark;
    f->dark_single = it->dark_single;
    f->dark_variance = it->dark_variance;
    return status;
}

frit_status frame_of(frit_call *c, const struct frame_plan *plan, const frit_view *v, struct frame *f)
{
    const struct azimuthal *p = c->params;
    *f = (struct frame){
        .dtype = v->dtype,
        .raw = v->data,
        .sigma = v->sigma,
        .mask = v->mask,
        .valid_from = isnan(p->valid_range.from) ? -DBL_MAX : p->valid_range.from,
        .valid_to = isnan(p->valid_range.to) ? DBL_MAX : p->valid_range.to,
        .variance = variance_of(p, v),
        .gain = p->gain,
        .read_noise = isnan(p->read_noise) ? 0 : p->read_noise,
    };
    return set_dark(c, &plan->integrator, f);
}

frit_status frame_plan_sum(frit_call *c, const struct frame_plan *plan, struct frame *f, struct sums *s)
{
    const struct integrator *it = &plan->integrator;
    const frit_view *v = c->host->input(c, FRAME, 0);
    if (!v)
        return FRIT_EIO;
    frit_status status = frame_of(c, plan, v, f);
    if (status != FRIT_OK)
        return status;
    size_t n = it->n_bins;
    double *sums = c->host->scratch(c, 6 * n, sizeof *sums);
    if (!sums)
        return FRIT_ENOMEM;
    *s = (struct sums){sums, sums + n, sums + 2 * n, sums + 3 * n};
    integrator_add(it, f, s, sums + 4 * n);
    return FRIT_OK;
}

static frit_status monitor_value(frit_call *c, uint32_t port, double *monitor)
{
    *monitor = 1;
    if (c->host->n_inputs(c, port) == 0)
        return FRIT_OK;
    const frit_view *v = c->host->input(c, port, 0);
    if (!v)
        return FRIT_EIO;
    if ((v->mask && v->mask[0]) || !isfinite(v->value[0]))
        return c->host->fail(c, FRIT_EDATA, "the monitor was not measured for this frame: leave the frame out, or give "
                             "the monitor for it");
    if (v->value[0] <= 0)
        return c->host->fail(c, FRIT_EDATA, "the monitor reads %g: it must be greater than 0", v->value[0]);
    *monitor = v->value[0];
    return FRIT_OK;
}

frit_status frame_divisor(frit_call *c, uint32_t monitor, double *divisor)
{
    const struct azimuthal *p = c->params;
    frit_status status = monitor_value(c, monitor, divisor);
    if (status != FRIT_OK || isnan(p->reference_exposure))
        return status;
    double exposure;
    status = exposure_of(c, FRAME, p->exposure_time, "exposure_time", &exposure);
    if (status == FRIT_OK)
        *divisor *= exposure / p->reference_exposure;
    return status;
}

void frame_plan_attributes(frit_call *c, const struct frame_plan *plan, uint32_t port)
{
    if (c->host->wanted(c, port) && !isnan(plan->wavelength))
        c->host->set_attribute(c, port, "wavelength", "m", plan->wavelength);
}
