/* The plan of the steps that go through frames pixel by pixel: which pixel counts where, with what weight.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "frame_plan.h"
#include "shared/values.h"

#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

static frit_status check_noise(frit_call *c)
{
    const struct azimuthal *p = c->params;
    if (!isnan(p->gain) && p->error_model != ERROR_POISSON)
        return c->host->fail(c, FRIT_EPARAM,
                             "gain belongs to error_model = \"poisson\", and has no meaning with \"%s\"",
                             p->error_model == ERROR_NONE ? "none" : "azimuthal");
    if (!isnan(p->read_noise) && isnan(p->gain))
        return c->host->fail(c, FRIT_EPARAM,
                             "read_noise is given without gain: give both, or neither; "
                             "a detector that counts photons one by one has no read noise");
    return FRIT_OK;
}

static frit_status check_azimuths(frit_call *c)
{
    const struct azimuthal *p = c->params;
    if (p->azimuth_range.to - p->azimuth_range.from > 360)
        return c->host->fail(c, FRIT_EPARAM, "azimuth_range is %g degrees wide, from %g to %g: at most 360",
                             p->azimuth_range.to - p->azimuth_range.from, p->azimuth_range.from,
                             p->azimuth_range.to);
    return FRIT_OK;
}

frit_status frame_plan_check_frames(frit_call *c)
{
    const struct azimuthal *p = c->params;
    if (!isnan(p->dark_exposure_time) && !p->scale_dark)
        return c->host->fail(c, FRIT_EPARAM, "dark_exposure_time has no use without scale_dark = true");
    if (!isnan(p->exposure_time) && !p->scale_dark && isnan(p->reference_exposure))
        return c->host->fail(c, FRIT_EPARAM,
                             "exposure_time has no use without reference_exposure or scale_dark = true");
    return check_noise(c);
}

frit_status frame_plan_check_bins(frit_call *c, enum radial unit)
{
    frit_status status = check_azimuths(c);
    return status == FRIT_OK ? azimuthal_check(c, unit == RADIAL_Q) : status;
}

frit_status frame_plan_check(frit_call *c, enum radial unit)
{
    frit_status status = check_azimuths(c);
    if (status == FRIT_OK)
        status = frame_plan_check_frames(c);
    return status == FRIT_OK ? azimuthal_check(c, unit == RADIAL_Q) : status;
}

/* One of the images that all frames share, with `what` it is called in sentences; NULL where it is not
 * given, or with *status set where it has the wrong shape. */
static const frit_view *plan_image(frit_call *c, uint32_t port, const char *what, const struct geometry *g,
                                   frit_status *status)
{
    if (*status != FRIT_OK || c->host->n_inputs(c, port) == 0)
        return NULL;
    const frit_view *v = c->host->input(c, port, 0);
    if (!v)
        *status = FRIT_EIO;
    else if (v->shape[0] != g->rows || v->shape[1] != g->cols)
        *status = c->host->fail(c, FRIT_EDATA,
                                "the frame is %zu x %zu pixels (rows x columns), the %s is %zu x %zu: it "
                                "must come from the same detector with the same binning",
                                g->rows, g->cols, what, v->shape[0], v->shape[1]);
    return *status == FRIT_OK ? v : NULL;
}

/* Its values as double, malloc'ed; NaN where it is masked. */
static double *image_values(const frit_view *v, frit_status *status)
{
    size_t n = v->shape[0] * v->shape[1];
    double *value = malloc(n * sizeof *value);
    if (!value) {
        *status = FRIT_ENOMEM;
        return NULL;
    }
    values_as_double(v->dtype, v->data, 0, n, value);
    for (size_t i = 0; v->mask && i < n; i++)
        if (v->mask[i])
            value[i] = NAN;
    return value;
}

static double *image_variance(const frit_view *v, frit_status *status)
{
    size_t n = v->shape[0] * v->shape[1];
    double *variance = malloc(n * sizeof *variance);
    if (!variance) {
        *status = FRIT_ENOMEM;
        return NULL;
    }
    for (size_t i = 0; i < n; i++)
        variance[i] = v->sigma[i] * v->sigma[i];
    return variance;
}

/* Pixels of an image that are not 0, or not measured; NaN is not 0. */
static uint8_t *image_skip(const frit_view *v, frit_status *status)
{
    enum { BLOCK = 4096 };
    double value[BLOCK];
    size_t n = v->shape[0] * v->shape[1];
    uint8_t *skip = malloc(n);
    if (!skip)
        *status = FRIT_ENOMEM;
    for (size_t from = 0; skip && from < n; from += BLOCK) {
        size_t in = n - from < BLOCK ? n - from : BLOCK;
        values_as_double(v->dtype, v->data, from, in, value);
        for (size_t i = 0; i < in; i++)
            skip[from + i] = value[i] != 0 || (v->mask && v->mask[from + i]);
    }
    return skip;
}

struct images {
    uint8_t *skip;
    double *flat, *dark, *dark_variance;
};

frit_status frame_plan_dark(frit_call *c, const struct geometry *g, uint32_t port, const char *unit,
                            double **dark, double **variance)
{
    const struct azimuthal *p = c->params;
    frit_status status = FRIT_OK;
    const frit_view *v = plan_image(c, port, "dark", g, &status);
    if (v && unit && strcmp(v->unit, unit) != 0)
        return c->host->fail(c, FRIT_EPARAM,
                             "the frame is in %s, the dark in %s: they must be in the same unit", unit,
                             v->unit);
    if (v)
        *dark = image_values(v, &status);
    if (v && v->sigma && status == FRIT_OK && p->error_model == ERROR_POISSON)
        *variance = image_variance(v, &status);
    return status;
}

static frit_status load_images(frit_call *c, const struct geometry *g, const struct frame_plan_ports *ports,
                               const char *unit, struct images *im)
{
    frit_status status = FRIT_OK;
    const frit_view *v = plan_image(c, ports->mask, "mask", g, &status);
    if (v)
        im->skip = image_skip(v, &status);
    v = plan_image(c, ports->flat, "flat", g, &status);
    if (v)
        im->flat = image_values(v, &status);
    return status == FRIT_OK ? frame_plan_dark(c, g, ports->dark, unit, &im->dark, &im->dark_variance)
                             : status;
}

/* Where the dark only tells which pixels to leave out. */
static frit_status dark_to_skip(size_t n, struct images *im)
{
    if (!im->skip)
        im->skip = calloc(n, 1);
    for (size_t i = 0; im->skip && i < n; i++)
        im->skip[i] |= !isfinite(im->dark[i]) || (im->dark_variance && !isfinite(im->dark_variance[i]));
    free(im->dark);
    free(im->dark_variance);
    im->dark = im->dark_variance = NULL;
    return im->skip ? FRIT_OK : FRIT_ENOMEM;
}

static frit_status explain(frit_call *c, enum radial unit, const struct integrator *it,
                           enum integrator_status why)
{
    const struct azimuthal *p = c->params;
    const frit_range *range = &p->radial_range;
    const char *name = unit == RADIAL_Q ? "Q" : "2 theta", *of = unit == RADIAL_Q ? "1/angstrom" : "degrees";
    switch (why) {
    case INTEGRATOR_NO_MEMORY: return FRIT_ENOMEM;
    case INTEGRATOR_CANCELLED: return FRIT_ECANCELLED;
    case INTEGRATOR_ALL_MASKED:
        return c->host->fail(c, FRIT_EPARAM,
                             "all pixels are left out by mask, flat and dark: a mask marks bad pixels "
                             "with values other than 0, and a flat is above 0");
    case INTEGRATOR_OUTSIDE:
        return c->host->fail(c, FRIT_EPARAM,
                             "no pixel lies in the radial range from %g to %g %s: the detector covers "
                             "%s from %g to %g %s",
                             range->from, range->to, of, name, it->covered_from, it->covered_to, of);
    case INTEGRATOR_EMPTY:
        return c->host->fail(c, FRIT_EPARAM,
                             "no pixel lies in the sector of azimuths from %g to %g degrees: see the image "
                             "chi of pixel_geometry for what the detector covers",
                             p->azimuth_range.from, p->azimuth_range.to);
    case INTEGRATOR_OK: break;
    }
    if (it->n_used < it->n_pixels / 2)
        c->host->log(c, FRIT_WARNING,
                     "mask, flat and dark leave only %zu of %zu pixels: is the mask the other way round? "
                     "Pixels that are not 0 in it are left out",
                     it->n_used, it->n_pixels);
    c->host->log(c, FRIT_DEBUG, "the detector covers %s from %g to %g %s with %zu of %zu pixels", name,
                 it->covered_from, it->covered_to, of, it->n_used, it->n_pixels);
    return FRIT_OK;
}

static bool report(void *call, double fraction)
{
    frit_call *c = call;
    return c->host->progress(c, fraction);
}

static void in_parallel(void *call, size_t n, void (*work)(void *data, size_t i, uint32_t worker), void *data)
{
    frit_call *c = call;
    c->host->parallel(c, n, work, data);
}

/* What the parameters say of the bins. */
static struct integrator_input bins_of(const struct azimuthal *p, enum radial unit, enum split split,
                                       size_t n_azim)
{
    bool circle = n_azim > 1 && isnan(p->azimuth_range.from);
    return (struct integrator_input){
        .unit = unit,
        .split = split,
        .npt = (size_t)p->npt,
        .from = p->radial_range.from,
        .to = p->radial_range.to,
        .n_azim = n_azim,
        .azimuth_from = circle ? -180 : p->azimuth_range.from,
        .azimuth_to = circle ? 180 : p->azimuth_range.to,
    };
}

void frame_plan_parallel(frit_call *c, struct integrator_input *in)
{
    in->parallel = in_parallel;
    in->parallel_with = c;
    in->workers = c->host->workers(c);
}

frit_status frame_plan_integrator(frit_call *c, enum radial unit, enum split split, size_t n_azim,
                                  const struct geometry *g, const struct frame_plan_ports *ports,
                                  const char *frame_unit, integrator_maker *maker, struct integrator *it)
{
    struct correction correction;
    struct images im = {.skip = NULL};
    frit_status status = azimuthal_correction(c, g->wavelength, &correction);
    if (status == FRIT_OK)
        status = load_images(c, g, ports, frame_unit, &im);
    if (status == FRIT_OK && im.dark && ports->dark_masks)
        status = dark_to_skip(g->rows * g->cols, &im);
    if (status == FRIT_OK) {
        struct integrator_input in = bins_of(c->params, unit, split, n_azim);
        in.geometry = g;
        in.correction = &correction;
        in.skip = im.skip;
        in.flat = im.flat;
        in.dark = im.dark;
        in.dark_variance = im.dark_variance;
        in.progress = report;
        in.progress_data = c;
        frame_plan_parallel(c, &in);
        status = explain(c, unit, it, maker(it, &in));
    } else {
        free(im.dark);
        free(im.dark_variance);
    }
    free(im.skip);
    free(im.flat);
    return status;
}

frit_status frame_plan_make_by(frit_call *c, enum radial unit, enum split split, size_t n_azim,
                               integrator_maker *maker, void **result)
{
    struct geometry g;
    const struct frame_plan_ports ports = {MASK, DARK, FLAT, false};
    const frit_view *frame = c->host->input(c, FRAME, 0);
    if (!frame)
        return FRIT_EIO;
    frit_status status = azimuthal_geometry(c, unit == RADIAL_Q, &g);
    if (status == FRIT_OK)
        status = azimuthal_shape(c, frame, &g);
    if (status != FRIT_OK)
        return status;
    struct frame_plan *plan = calloc(1, sizeof *plan);
    if (!plan)
        return FRIT_ENOMEM;
    *result = plan;
    plan->wavelength = g.wavelength;
    return frame_plan_integrator(c, unit, split, n_azim, &g, &ports, frame->unit, maker, &plan->integrator);
}

frit_status frame_plan_make(frit_call *c, enum radial unit, enum split split, size_t n_azim, void **plan)
{
    return frame_plan_make_by(c, unit, split, n_azim, integrator_make, plan);
}

void frame_plan_free(void *plan)
{
    struct frame_plan *p = plan;
    integrator_clear(&p->integrator);
    free(p);
}
