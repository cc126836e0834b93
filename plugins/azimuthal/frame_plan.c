/* The plan of the steps that go through frames pixel by pixel: which pixel counts where, with what weight.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "frame_plan.h"
#include "matrix.h"
#include "pages.h"

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

struct images {
    uint8_t *skip;
    struct lent_image flat;
    double *dark, *dark_variance;
};

static struct lent_image lent(const frit_view *v)
{
    return (struct lent_image){v->dtype, v->data, v->mask};
}

/* Blocks of pixels, on all threads. */
enum { BLOCKS = 64, AT_ONCE = 4096 };

struct pixels {
    size_t n;
    struct lent_image mask, dark; /* or none */
    const double *sigma;          /* of the dark, or NULL */
    double *value, *variance;     /* of it */
    float *single;
    uint8_t *skip;
    const double *norm;
    size_t lacks[BLOCKS]; /* pixels that count, and are no numbers */
};

/* Where a block begins. */
static size_t first_of(const struct pixels *p, size_t block)
{
    return p->n * block / BLOCKS;
}

/* How many pixels from `from` on are done at once. */
static size_t at_once(const struct pixels *p, size_t block, size_t from)
{
    size_t left = first_of(p, block + 1) - from;
    return left < AT_ONCE ? left : AT_ONCE;
}

/* Whether all of them are numbers: infinity less itself is none. */
#define ALL_FINITE(name, T)                                                                                  \
    static bool name(const T *value, size_t n)                                                               \
    {                                                                                                        \
        T rest[16] = {0};                                                                                    \
        size_t i = 0;                                                                                        \
        for (; i + 16 <= n; i += 16)                                                                         \
            for (size_t k = 0; k < 16; k++)                                                                  \
                rest[k] += value[i + k] - value[i + k];                                                      \
        for (; i < n; i++)                                                                                   \
            rest[0] += value[i] - value[i];                                                                  \
        for (size_t k = 1; k < 16; k++)                                                                      \
            rest[0] += rest[k];                                                                              \
        return rest[0] == 0;                                                                                 \
    }
ALL_FINITE(all_finite, double)
ALL_FINITE(all_singles_finite, float)

/* As it lies, without another look. */
static bool lent_finite(const struct lent_image *image, size_t offset, size_t n)
{
    if (image->mask || image->dtype == FRIT_F64)
        return !image->mask && all_finite((const double *)image->data + offset, n);
    return image->dtype == FRIT_F32 && all_singles_finite((const float *)image->data + offset, n);
}

/* Those that are not 0, or not measured: nor is NaN 0. */
static void skip_masked(const struct lent_image *mask, size_t from, size_t n, uint8_t *skip)
{
    const uint8_t *bytes = mask->dtype == FRIT_U8 && !mask->mask ? mask->data : NULL;
    double value[AT_ONCE];
    if (!bytes)
        lent_values(mask, from, n, value);
    for (size_t i = 0; i < n; i++)
        skip[i] = bytes ? bytes[from + i] != 0 : value[i] != 0;
}

/* Those that are no numbers, or have no variance. */
static void skip_lacking(const struct lent_image *dark, const double *sigma, size_t from, size_t n, uint8_t *skip)
{
    double value[AT_ONCE];
    const bool all = lent_finite(dark, from, n);
    if (!all)
        lent_values(dark, from, n, value);
    for (size_t i = 0; !all && i < n; i++)
        skip[i] |= value[i] - value[i] != 0;
    for (size_t i = 0; sigma && i < n; i++)
        skip[i] |= !isfinite(sigma[from + i] * sigma[from + i]);
}

/* Pixels to leave out, by the mask, and by a dark that only tells which ones. */
static void skip_block(void *data, size_t block, uint32_t worker)
{
    const struct pixels *p = data;
    (void)worker;
    for (size_t from = first_of(p, block), n; (n = at_once(p, block, from)) > 0; from += n) {
        if (p->mask.data)
            skip_masked(&p->mask, from, n, p->skip + from);
        else
            memset(p->skip + from, 0, n);
        if (p->dark.data)
            skip_lacking(&p->dark, p->sigma, from, n, p->skip + from);
    }
}

/* The dark, NaN where it is masked, into what is there of memory for it; how many pixels that count it lacks. */
static void dark_block(void *data, size_t block, uint32_t worker)
{
    struct pixels *p = data;
    double value[AT_ONCE];
    (void)worker;
    for (size_t from = first_of(p, block), n; (n = at_once(p, block, from)) > 0; from += n) {
        double *to = p->value ? p->value + from : value, *v = p->sigma ? p->variance + from : NULL;
        if (!p->value && !p->single && !p->sigma && lent_finite(&p->dark, from, n))
            continue;
        lent_values(&p->dark, from, n, to);
        for (size_t i = 0; p->single && i < n; i++)
            p->single[from + i] = (float)to[i];
        for (size_t i = 0; p->sigma && i < n; i++)
            v[i] = p->sigma[from + i] * p->sigma[from + i];
        if (!p->norm || (all_finite(to, n) && (!p->sigma || all_finite(v, n))))
            continue;
        for (size_t i = 0; i < n; i++)
            p->lacks[block] += p->norm[from + i] > 0 && (!isfinite(to[i]) || (p->sigma && !isfinite(v[i])));
    }
}

static const frit_view *plan_dark(frit_call *c, const struct geometry *g, uint32_t port, const char *unit,
                                  frit_status *status)
{
    const frit_view *v = plan_image(c, port, "dark", g, status);
    if (v && unit && strcmp(v->unit, unit) != 0)
        *status = c->host->fail(c, FRIT_EPARAM,
                                "the frame is in %s, the dark in %s: they must be in the same unit", unit,
                                v->unit);
    return *status == FRIT_OK ? v : NULL;
}

static const double *sigma_of_dark(const frit_call *c, const frit_view *v)
{
    const struct azimuthal *p = c->params;
    return p->error_model == ERROR_POISSON ? v->sigma : NULL;
}

/* The dark and its variance, malloc'ed, where there are such. */
static frit_status copy_dark(frit_call *c, const struct geometry *g, uint32_t port, const char *unit,
                             struct images *im)
{
    frit_status status = FRIT_OK;
    const frit_view *v = plan_dark(c, g, port, unit, &status);
    if (!v)
        return status;
    struct pixels p = {.n = v->shape[0] * v->shape[1], .dark = lent(v), .sigma = sigma_of_dark(c, v)};
    p.value = im->dark = large_array(p.n, sizeof *p.value);
    if (p.sigma)
        p.variance = im->dark_variance = large_array(p.n, sizeof *p.variance);
    if (!p.value || (p.sigma && !p.variance))
        return FRIT_ENOMEM;
    c->host->parallel(c, BLOCKS, dark_block, &p);
    return FRIT_OK;
}

/* Whether single precision holds all whole numbers of that type. */
static bool is_short(frit_dtype dtype)
{
    return dtype == FRIT_U8 || dtype == FRIT_I8 || dtype == FRIT_U16 || dtype == FRIT_I16;
}

frit_status frame_plan_take_dark(frit_call *c, uint32_t port, const char *unit, struct integrator *it,
                                 size_t *lacks)
{
    const struct geometry g = {.rows = it->matrix->rows, .cols = it->matrix->cols};
    frit_status status = FRIT_OK;
    *lacks = 0;
    const frit_view *v = plan_dark(c, &g, port, unit, &status);
    if (!v)
        return status;
    struct pixels p = {.n = it->n_pixels, .dark = lent(v), .sigma = sigma_of_dark(c, v), .norm = it->norm};
    it->dark_lent = v->dtype == FRIT_F32 || v->dtype == FRIT_F64; /* as it lies, which it does until release() */
    if (v->dtype == FRIT_F32)
        it->dark_single = (float *)(uintptr_t)v->data; /* which nobody writes to */
    else if (v->dtype == FRIT_F64)
        it->dark = (double *)(uintptr_t)v->data;
    else if (is_short(v->dtype))
        it->dark_single = p.single = large_array(p.n, sizeof *p.single);
    else
        it->dark = p.value = large_array(p.n, sizeof *p.value);
    if (p.sigma)
        it->dark_variance = p.variance = large_array(p.n, sizeof *p.variance);
    if (!integrator_has_dark(it) || (p.sigma && !p.variance))
        return FRIT_ENOMEM;
    c->host->parallel(c, BLOCKS, dark_block, &p);
    for (size_t block = 0; block < BLOCKS; block++)
        *lacks += p.lacks[block];
    return FRIT_OK;
}

frit_status frame_plan_narrow_dark(frit_call *c, uint32_t port, struct integrator *it)
{
    const frit_view *v = it->dark ? c->host->input(c, port, 0) : NULL;
    if (!v || (v->dtype != FRIT_F32 && !is_short(v->dtype)))
        return FRIT_OK;
    float *single = large_array(it->n_pixels, sizeof *single);
    if (!single)
        return FRIT_ENOMEM;
    for (size_t i = 0; i < it->n_pixels; i++)
        single[i] = (float)it->dark[i];
    free(it->dark);
    it->dark = NULL;
    it->dark_single = single;
    return FRIT_OK;
}

/* Pixels of the mask that are not 0, or not measured; and where the dark only tells which pixels to leave
 * out, those that it lacks. */
static frit_status make_skip(frit_call *c, const frit_view *mask, const frit_view *dark, struct images *im)
{
    const frit_view *either = mask ? mask : dark;
    struct pixels p = {.n = either->shape[0] * either->shape[1]};
    p.skip = im->skip = malloc(p.n);
    if (!p.skip)
        return FRIT_ENOMEM;
    if (mask)
        p.mask = lent(mask);
    if (dark) {
        p.dark = lent(dark);
        p.sigma = sigma_of_dark(c, dark);
    }
    c->host->parallel(c, BLOCKS, skip_block, &p);
    return FRIT_OK;
}

static frit_status load_images(frit_call *c, const struct geometry *g, const struct frame_plan_ports *ports,
                               const char *unit, struct images *im)
{
    frit_status status = FRIT_OK;
    const frit_view *flat = plan_image(c, ports->flat, "flat", g, &status);
    const frit_view *mask = plan_image(c, ports->mask, "mask", g, &status);
    const frit_view *dark = ports->keeps ? plan_dark(c, g, ports->dark, unit, &status) : NULL;
    if (flat)
        im->flat = lent(flat);
    if (status == FRIT_OK && (mask || dark))
        status = make_skip(c, mask, dark, im);
    if (status == FRIT_OK && !ports->keeps)
        status = copy_dark(c, g, ports->dark, unit, im);
    return status;
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

struct output {
    frit_call *call;
    bool made;
};

/* The words of the call's output 0, n of them from now on. */
static uint64_t *output_room(void *with, size_t n)
{
    struct output *o = with;
    frit_buffer *b = o->made ? o->call->host->resize(o->call, 0, n)
                             : o->call->host->output(o->call, 0, FRIT_U64, 1, &n, FRIT_WANT_FILLED);
    o->made = true;
    return b ? b->data : NULL;
}

frit_status frame_plan_integrator(frit_call *c, enum radial unit, enum split split, size_t n_azim,
                                  const struct geometry *g, const struct frame_plan_ports *ports,
                                  const char *frame_unit, integrator_maker *maker, struct integrator *it)
{
    struct correction correction;
    struct images im = {.skip = NULL};
    struct output output = {c, false};
    frit_status status = azimuthal_correction(c, g->wavelength, &correction);
    if (status == FRIT_OK)
        status = load_images(c, g, ports, frame_unit, &im);
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
        in.room = ports->keeps ? output_room : NULL;
        in.room_with = &output;
        frame_plan_parallel(c, &in);
        status = explain(c, unit, it, maker(it, &in));
    } else {
        free(im.dark);
        free(im.dark_variance);
    }
    free(im.skip);
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
