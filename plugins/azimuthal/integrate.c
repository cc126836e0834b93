/* integrate and integrate_2theta: a frame to a curve, mean intensity against Q or 2 theta.
 *
 * I = sum w (raw - dark) / sum w flat Omega P K; see the steps' own text in azimuthal.c.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "azimuthal.h"
#include "integrator.h"
#include "shared/values.h"

#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define NPT_MAX 1000000

#define INTEGRATE_PARAMS(range_unit, range_max, radial) \
    GEOMETRY_PARAMS, \
    FRIT_I64(struct azimuthal, npt, 1000, 1, NPT_MAX, 0, "number of bins"), \
    FRIT_RANGE(struct azimuthal, radial_range, range_unit, NULL, 0, range_max, 0, \
               "range of " radial " that the bins divide, upper end excluded; not given: all that the " \
               "unmasked pixels cover"), \
    FRIT_CHOICE(struct azimuthal, split, "no|bbox|full", \
                "no: a pixel counts in the bin of its centre, so that bins are independent, and sigma of " \
                "sums over them is right; full: its area is shared among the bins that it covers, which is " \
                "smoother, but correlates neighbouring bins; bbox: shared roughly, as often in pyFAI"), \
    FRIT_BOOL(struct azimuthal, solid_angle, true, "divide by the pixel's solid angle"), \
    CORRECTION_PARAMS, \
    FRIT_CHOICE(struct azimuthal, error_model, "poisson|azimuthal|none", \
                "poisson: the variance of a pixel is its counts, or with gain that of an integrating " \
                "detector; a frame that carries its own sigma, such as a mean, is taken at its word. " \
                "azimuthal: spread within the bin. none: no sigma"), \
    AZIMUTHAL_F64(gain, "1", NAN, 1e-9, 1e9, \
                  "of an integrating detector, its units (ADU) a photon: variance = gain max(raw - dark, " \
                  "1) + read_noise^2; not given: a counting detector"), \
    AZIMUTHAL_F64(read_noise, "1", NAN, 0, 1e9, \
                  "of an integrating detector, standard deviation in its units (ADU); not given: 0"), \
    FRIT_RANGE(struct azimuthal, valid_range, "1", NULL, -1e18, 1e18, 0, \
               "raw values that count, both ends included; others, such as overloads and markers of bad " \
               "pixels, are left out of their frame"), \
    { .name = NULL }

const frit_param integrate_params[] = { INTEGRATE_PARAMS("1/angstrom", 1e4, "Q") };
const frit_param integrate_2theta_params[] = { INTEGRATE_PARAMS("deg", 360, "2 theta") };

enum { FRAME, MASK, DARK, FLAT, MONITOR };

#define OF_THE_PLAN (FRIT_PORT_OPTIONAL | FRIT_PORT_PLAN)

const frit_port integrate_inputs[] = {
    [FRAME] = { .name = "frame", .unit = "*", .ndim = 2, .dtypes = FRIT_ACCEPTS_ALL,
        .doc = "image of the detector; pixels that are masked or not finite are left out, frame by frame" },
    [MASK] = { .name = "mask", .unit = "*", .ndim = 2, .dtypes = FRIT_ACCEPTS_ALL, .flags = OF_THE_PLAN,
        .doc = "pixels to leave out of all frames: those that are not 0" },
    [DARK] = { .name = "dark", .unit = "*", .ndim = 2, .dtypes = FRIT_ACCEPTS_ALL, .flags = OF_THE_PLAN,
        .doc = "image without beam, subtracted; its sigma, where it has one, enters the variance" },
    [FLAT] = { .name = "flat", .unit = "1", .ndim = 2, .dtypes = FRIT_ACCEPTS_ALL, .flags = OF_THE_PLAN,
        .doc = "relative sensitivity of the pixels, about 1; those that are not above 0 are left out" },
    [MONITOR] = { .name = "monitor", .unit = "1", .ndim = 0, .flags = FRIT_PORT_OPTIONAL,
        .doc = "intensity I0 of the beam during the frame, relative: divides the curve" },
    { .name = NULL }
};

enum { INTENSITY, N_PIXELS, NORMALISATION };

#define OUTPUT(name_, unit_, radial, radial_unit, doc_) \
    { .name = name_, .unit = unit_, .ndim = 1, .axis_name = { radial }, .axis_unit = { radial_unit }, \
      .doc = doc_ }
#define OUTPUTS(radial, radial_unit) \
    [INTENSITY] = OUTPUT("intensity", "@frame", radial, radial_unit, \
                         "mean counts of a pixel, as if at normal incidence; masked where no pixel is"), \
    [N_PIXELS] = OUTPUT("n_pixels", "1", radial, radial_unit, \
                        "pixels that count in the bin; with splitting, the sum of their shares"), \
    [NORMALISATION] = OUTPUT("normalisation", "1", radial, radial_unit, "sum of w flat Omega P K I0"), \
    { .name = NULL }

const frit_port integrate_outputs[] = { OUTPUTS("Q", "1/angstrom") };
const frit_port integrate_2theta_outputs[] = { OUTPUTS("2theta", "deg") };

struct plan {
    struct integrator integrator;
    double wavelength;
};

/* ---- Checks ---- */

static frit_status check(frit_call *c, enum radial unit)
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
    return azimuthal_check(c, unit == RADIAL_Q);
}

frit_status integrate_check(frit_call *c)
{
    return check(c, RADIAL_Q);
}

frit_status integrate_2theta_check(frit_call *c)
{
    return check(c, RADIAL_TWO_THETA);
}

/* ---- The plan ---- */

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
                                "the frame is %zu x %zu pixels (rows x columns), the %s is %zu x %zu",
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

static uint8_t *image_skip(const frit_view *v, frit_status *status)
{
    size_t n = v->shape[0] * v->shape[1];
    double *value = image_values(v, status);
    uint8_t *skip = malloc(n);
    if (!skip)
        *status = FRIT_ENOMEM;
    for (size_t i = 0; value && skip && i < n; i++)
        skip[i] = value[i] != 0; /* NaN is not 0 */
    free(value);
    return skip;
}

struct images {
    uint8_t *skip;
    double *flat, *dark, *dark_variance;
};

static frit_status load_images(frit_call *c, const struct geometry *g, const char *unit, struct images *im)
{
    const struct azimuthal *p = c->params;
    frit_status status = FRIT_OK;
    const frit_view *v = plan_image(c, MASK, "mask", g, &status);
    if (v)
        im->skip = image_skip(v, &status);
    v = plan_image(c, FLAT, "flat", g, &status);
    if (v)
        im->flat = image_values(v, &status);
    v = plan_image(c, DARK, "dark", g, &status);
    if (v && strcmp(v->unit, unit) != 0)
        status =
            c->host->fail(c, FRIT_EPARAM, "the frame is in %s, the dark in %s: they must be in the same unit",
                          unit, v->unit);
    if (v && status == FRIT_OK)
        im->dark = image_values(v, &status);
    if (v && v->sigma && status == FRIT_OK && p->error_model == ERROR_POISSON)
        im->dark_variance = image_variance(v, &status);
    return status;
}

static frit_status explain(frit_call *c, enum radial unit, const struct integrator *it,
                           enum integrator_status why)
{
    const frit_range *range = &((const struct azimuthal *)c->params)->radial_range;
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

static frit_status make(frit_call *c, enum radial unit, const struct geometry *g, const struct images *im,
                        struct integrator *it)
{
    const struct azimuthal *p = c->params;
    struct correction correction = azimuthal_correction(p);
    struct integrator_input in = {
        .geometry = g,
        .correction = &correction,
        .unit = unit,
        .split = (enum split)p->split,
        .npt = (size_t)p->npt,
        .from = p->radial_range.from,
        .to = p->radial_range.to,
        .skip = im->skip,
        .flat = im->flat,
        .dark = im->dark,
        .dark_variance = im->dark_variance,
        .progress = report,
        .progress_data = c,
    };
    return explain(c, unit, it, integrator_make(it, &in));
}

static frit_status prepare(frit_call *c, enum radial unit, void **result)
{
    struct geometry g;
    struct images im = {.skip = NULL};
    const frit_view *frame = c->host->input(c, FRAME, 0);
    if (!frame)
        return FRIT_EIO;
    frit_status status = azimuthal_geometry(c, unit == RADIAL_Q, &g);
    if (status == FRIT_OK)
        status = azimuthal_shape(c, frame, &g);
    if (status != FRIT_OK)
        return status;
    struct plan *plan = calloc(1, sizeof *plan);
    if (!plan)
        return FRIT_ENOMEM;
    *result = plan;
    plan->wavelength = g.wavelength;
    status = load_images(c, &g, frame->unit, &im);
    if (status == FRIT_OK) {
        status = make(c, unit, &g, &im, &plan->integrator);
    } else {
        free(im.dark);
        free(im.dark_variance);
    }
    free(im.skip);
    free(im.flat);
    return status;
}

frit_status integrate_prepare(frit_call *c, void **plan)
{
    return prepare(c, RADIAL_Q, plan);
}

frit_status integrate_2theta_prepare(frit_call *c, void **plan)
{
    return prepare(c, RADIAL_TWO_THETA, plan);
}

void integrate_release(void *plan)
{
    struct plan *p = plan;
    integrator_clear(&p->integrator);
    free(p);
}

/* ---- One frame ---- */

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

static frit_status monitor_value(frit_call *c, double *monitor)
{
    *monitor = 1;
    if (c->host->n_inputs(c, MONITOR) == 0)
        return FRIT_OK;
    const frit_view *v = c->host->input(c, MONITOR, 0);
    if (!v)
        return FRIT_EIO;
    if ((v->mask && v->mask[0]) || !isfinite(v->value[0]))
        return c->host->fail(c, FRIT_EDATA, "the monitor was not measured for this frame");
    if (v->value[0] <= 0)
        return c->host->fail(c, FRIT_EDATA, "the monitor reads %g: it must be greater than 0", v->value[0]);
    *monitor = v->value[0];
    return FRIT_OK;
}

static frit_buffer *curve(frit_call *c, uint32_t port, const struct integrator *it, uint32_t want)
{
    frit_buffer *out = c->host->output(c, port, FRIT_F64, 1, (size_t[]){it->npt}, want);
    for (size_t b = 0; out && b < it->npt; b++)
        out->axis[0][b] = it->from + ((double)b + 0.5) * it->width;
    return out;
}

static frit_status write_outputs(frit_call *c, const struct integrator *it, const struct sums *s,
                                 double monitor, bool sigma)
{
    if (c->host->wanted(c, INTENSITY)) {
        frit_buffer *out = curve(c, INTENSITY, it, FRIT_WANT_MASK | (sigma ? FRIT_WANT_SIGMA : 0));
        if (!out)
            return FRIT_ENOMEM;
        for (size_t b = 0; b < it->npt; b++) {
            double norm = s->norm[b] * monitor;
            out->mask[b] = !(norm > 0);
            out->value[b] = norm > 0 ? s->signal[b] / norm : 0;
            if (sigma)
                out->sigma[b] = norm > 0 ? sqrt(s->variance[b]) / norm : 0;
        }
    }
    if (c->host->wanted(c, N_PIXELS)) {
        frit_buffer *out = curve(c, N_PIXELS, it, 0);
        if (!out)
            return FRIT_ENOMEM;
        memcpy(out->value, s->pixels, it->npt * sizeof *out->value);
    }
    if (c->host->wanted(c, NORMALISATION)) {
        frit_buffer *out = curve(c, NORMALISATION, it, 0);
        if (!out)
            return FRIT_ENOMEM;
        for (size_t b = 0; b < it->npt; b++)
            out->value[b] = s->norm[b] * monitor;
    }
    return FRIT_OK;
}

static void set_attributes(frit_call *c, const struct plan *plan)
{
    for (uint32_t port = INTENSITY; port <= NORMALISATION; port++)
        if (c->host->wanted(c, port) && !isnan(plan->wavelength))
            c->host->set_attribute(c, port, "wavelength", "m", plan->wavelength);
}

frit_status integrate_run(frit_call *c)
{
    const struct azimuthal *p = c->params;
    const struct plan *plan = c->plan;
    const struct integrator *it = &plan->integrator;
    if (!c->host->progress(c, 0))
        return FRIT_ECANCELLED;
    const frit_view *v = c->host->input(c, FRAME, 0);
    if (!v)
        return FRIT_EIO;
    struct frame frame = {
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
    double *sums = c->host->scratch(c, 6 * it->npt, sizeof *sums), monitor = 1;
    if (!sums)
        return FRIT_ENOMEM;
    struct sums s = {sums, sums + it->npt, sums + 2 * it->npt, sums + 3 * it->npt};
    integrator_add(it, &frame, &s, sums + 4 * it->npt);

    frit_status status = monitor_value(c, &monitor);
    if (status == FRIT_OK)
        status = write_outputs(c, it, &s, monitor, frame.variance != VARIANCE_NONE);
    if (status == FRIT_OK)
        set_attributes(c, plan);
    return status;
}
