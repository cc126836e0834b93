/* One frame of a heated glass on a flat panel, with all that a real one has.
 *
 * What depends on Q alone is computed once a frame on a fine grid of Q, and interpolated for each pixel;
 * where the pixels are, and by which factors they see less, is known to the plan. A beam of finite size, and
 * a sample out of its place, shift the whole pattern: they are applied on the grid too.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "simulate.h"
#include "counts.h"
#include "detector.h"
#include "intensity.h"

#include <gsl/gsl_randist.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { IN_TEMPERATURE, IN_NUMBER, IN_FLAT, IN_DARK };
enum { OUT_FRAME, OUT_SCALE };
enum { KIND_SAMPLE, KIND_FURNACE, KIND_DARK };
enum { BLUR_Q, BLUR_BEAM };

#define F64(field, unit, def, min, max, doc) FRIT_F64(struct frame, field, unit, def, min, max, 0, doc)
const frit_param frame_params[] = {
    FRIT_CHOICE(struct frame, kind, "sample|furnace|dark",
                "sample: with the sample; furnace: without it, the background; dark: without a beam"),
    FRIT_CHOICE(struct frame, state, SAMPLE_CHOICE, SAMPLE_DOC),
    F64(thickness, "mm", NAN, 1e-4, 5,
        "of the sample, a plate across the beam; not given: that of its state"),
    DETECTOR_PARAMS(struct frame),
    F64(flux, "1/s", 4e11, 0, 1e16, "photons on the sample"),
    F64(exposure, "s", 1, 0, 1e4, "of the frame"),
    F64(gain, "1", 0.30, 1e-6, 1e6, "units (ADU) a photon"),
    F64(read_noise, "1", 4, 0, 1e4, "standard deviation of what reading a pixel adds, in units (ADU)"),
    F64(polarization_factor, "1", 0.99, -1, 1, "of the beam, 1: horizontal"),
    F64(converter_thickness, "mm", 0.6, 1e-3, 10, "of the CsI (4.51 g/cm^3) that the panel sees with"),
    F64(fluorescence, "electron", 1.5, 0, 1e4, "per atom, isotropic, from the front of the plate"),
    FRIT_CHOICE(struct frame, multiple, "own|free|none",
                "double scattering: own: with the sample's structure; free: of free atoms, as the "
                "correction takes it; none"),
    F64(furnace, "1", 1, 0, 1e6, "strength of the furnace's scattering, a multiple of its usual one"),
    F64(upstream, "1", 0.5, 0, 1, "share of it that arises before the sample"),
    F64(stop_radius, "mm", 3.4, 0, 1e3, "of the beam stop's disc; 0: none"),
    F64(arm_width, "mm", 3.6, 0, 1e3, "of the arm that holds it, towards larger columns; 0: none"),
    F64(stop_leak, "1", 0.01, 0, 1, "share of the signal that comes through the stop"),
    F64(beam_size, "mm", 0.20, 0, 1, "of the beam, standard deviation in both directions; 0: a point"),
    FRIT_CHOICE(struct frame, blur, "q|beam",
                "what the beam's size does: q: blurs Q by 2 pi beam_size/(wavelength dist) everywhere, as a "
                "correction of the resolution takes it; beam: shifts the pattern on the panel, both across "
                "and along the rings"),
    F64(motion, "mm", 0, -10, 10,
        "by how much the sample has moved along the beam, away from the detector, at 773 K; evenly from 0 "
        "at 303 K"),
    FRIT_BOOL(struct frame, noise, true,
              "counting noise, read noise and whole numbers; without it the expectation, as 32-bit floating "
              "point"),
    FRIT_I64(struct frame, average, 1, 1, 100000, 0,
             "the mean of so many frames, as 32-bit floating point; 1: one frame of 16 bit"),
    FRIT_I64(struct frame, seed, 1, 0, 4294967295.0, 0, "of the noise"),
    { .name = NULL }
};

const frit_port frame_inputs[] = {
    { .name = "temperature", .unit = "K", .flags = FRIT_PORT_OPTIONAL,
      .doc = "of the sample, in the middle of the exposure; needed with a sample" },
    { .name = "number", .unit = "1", .flags = FRIT_PORT_OPTIONAL,
      .doc = "of the frame: each has noise of its own; not connected: 0" },
    { .name = "flat", .unit = "1", .ndim = 2, .flags = FRIT_PORT_OPTIONAL | FRIT_PORT_PLAN,
      .doc = "how well each pixel sees; 0: dead, or hot; not connected: 1" },
    { .name = "dark", .unit = "count", .ndim = 2, .flags = FRIT_PORT_OPTIONAL | FRIT_PORT_PLAN,
      .doc = "what each pixel gives without a beam, on the average; not connected: 0" },
    { .name = NULL }
};

const frit_port frame_outputs[] = {
    { .name = "frame", .unit = "count", .ndim = 2, .dtypes = FRIT_ACCEPTS(FRIT_U16) | FRIT_ACCEPTS(FRIT_F32),
      .doc = "the image; where it has 16 bit, 65535 at most" },
    { .name = "scale", .unit = "count/electron",
      .doc = "units (ADU) of an electron per atom, over A: 1/alpha" },
    { .name = NULL }
};

struct plan {
    size_t  rows, columns;
    double  dist, wavelength;    /* of the detector: mm, angstrom */
    double  solid_angle;         /* of a pixel at normal incidence */
    double  scale0;              /* of intensity_scale() of a plate of 0.3 mm at 303 K, in units (ADU) */
    double *position;            /* on the grid of Q, per pixel */
    double *seen;                /* flat, solid angle, polarization, efficiency, stop; per pixel */
    double *dark;                /* or NULL */
    struct intensity intensity;
};

/* ---- The plan ---- */

static frit_status input_image(frit_call *c, uint32_t port, size_t rows, size_t columns, const double **value)
{
    *value = NULL;
    if (c->host->n_inputs(c, port) == 0)
        return FRIT_OK;
    const frit_view *v = c->host->input(c, port, 0);
    if (!v)
        return FRIT_EIO;
    if (v->shape[0] != rows || v->shape[1] != columns)
        return c->host->fail(c, FRIT_EPARAM, "the %s has %zu x %zu pixels (rows x columns), the frame %zu x "
                                             "%zu",
                             frame_inputs[port].name, v->shape[0], v->shape[1], rows, columns);
    *value = v->value;
    for (size_t i = 0; *value && i < rows * columns; i++)
        if (!((*value)[i] >= 0 && (*value)[i] <= 1e9) || (v->mask && v->mask[i]))
            return c->host->fail(c, FRIT_EPARAM,
                                 "the %s is %g in row %zu, column %zu: each pixel must have "
                                 "a value, 0 or above",
                                 frame_inputs[port].name, v->mask && v->mask[i] ? NAN : (*value)[i],
                                 i / columns, i % columns);
    return FRIT_OK;
}

/* Position on the grid, and what the pixel sees of it. The largest Q that comes; above 80 degrees:
   infinity. */
static double fill_pixels(const struct frame *p, const double *flat, struct plan *plan)
{
    const struct geometry g = detector_geometry(&p->detector);
    const struct stop stop = detector_stop(&p->detector, p->stop_radius * 1e-3, p->arm_width * 1e-3, 0);
    const struct correction factor = {
        .solid_angle = 1, .polarization_factor = p->polarization_factor,
        .converter_transmission = intensity_transmission(plan->wavelength, p->converter_thickness) };
    double largest = 0;
    for (size_t row = 0, i = 0; row < g.rows; row++)
        for (size_t column = 0; column < g.cols; column++, i++) {
            struct point at = geometry_point(&g, (double)row + 0.5, (double)column + 0.5);
            double q = point_q(&at, g.wavelength);
            plan->position[i] = q / INTENSITY_STEP;
            plan->seen[i] = correction_of(&factor, &at) * (flat ? flat[i] : 1) *
                            (stop_hides(&stop, row, column) ? p->stop_leak : 1);
            largest = point_two_theta(&at) < 1.4 ? fmax(largest, q) : INFINITY;
        }
    return largest;
}

static frit_status fill_plan(frit_call *c, struct plan *plan)
{
    const struct frame *p = c->params;
    const struct detector *d = &p->detector;
    size_t n = plan->rows * plan->columns;
    const double *flat, *dark;
    frit_status status = input_image(c, IN_FLAT, plan->rows, plan->columns, &flat);
    if (status == FRIT_OK)
        status = input_image(c, IN_DARK, plan->rows, plan->columns, &dark);
    if (status != FRIT_OK)
        return status;
    plan->position = malloc(n * sizeof(double));
    plan->seen = malloc(n * sizeof(double));
    plan->dark = calloc(n, sizeof(double));
    if (!plan->position || !plan->seen || !plan->dark)
        return FRIT_ENOMEM;
    if (dark)
        memcpy(plan->dark, dark, n * sizeof(double));
    double largest = fill_pixels(p, flat, plan);
    if (!isfinite(largest))
        return c->host->fail(c, FRIT_EPARAM, "some pixels are at a scattering angle above 80 degrees, where "
                             "a plate across the beam lets nothing out: move the detector away, or use "
                             "fewer pixels");
    struct structure_sample sample = *structure_sample_at(p->state);
    sample.thickness = isnan(p->thickness) ? sample.thickness : p->thickness;
    const struct intensity_setup setup = { .wavelength = plan->wavelength,
                                           .thickness = sample.thickness,
                                           .converter_thickness = p->converter_thickness,
                                           .fluorescence = p->fluorescence,
                                           .upstream = p->upstream,
                                           .multiple = p->kind == KIND_SAMPLE
                                                           ? (enum intensity_multiple)p->multiple
                                                           : MULTIPLE_NONE };
    plan->solid_angle = d->pixel * d->pixel / (d->dist * d->dist);
    plan->scale0 =
        p->gain * p->exposure * intensity_efficiency(plan->wavelength, p->converter_thickness) *
        intensity_scale(structure_density(&sample, STRUCTURE_TEMPERATURE0), 0.3, p->flux, plan->solid_angle);
    if (!intensity_make(&plan->intensity, &sample, &setup, largest))
        return c->host->fail(c, FRIT_EPARAM, "xraylib has no cross sections at a wavelength of %g angstrom: "
                             "its tables end at 800 keV, 0.0155 angstrom", plan->wavelength);
    return FRIT_OK;
}

frit_status frame_check(frit_call *c)
{
    const struct frame *p = c->params;
    if (p->detector.rows * p->detector.columns > 1 << 28)
        return c->host->fail(c, FRIT_EPARAM, "%lld x %lld pixels are more than a frame may have, 2^28",
                             (long long)p->detector.rows, (long long)p->detector.columns);
    return FRIT_OK;
}

frit_status frame_prepare(frit_call *c, void **out)
{
    const struct frame *p = c->params;
    struct plan *plan = calloc(1, sizeof *plan);
    if (!plan)
        return FRIT_ENOMEM;
    *out = plan;
    plan->rows = (size_t)p->detector.rows;
    plan->columns = (size_t)p->detector.columns;
    plan->dist = p->detector.dist * 1e3;
    plan->wavelength = p->detector.wavelength * 1e10;
    return fill_plan(c, plan);
}

void frame_release(void *p)
{
    struct plan *plan = p;
    intensity_free(&plan->intensity);
    free(plan->position);
    free(plan->seen);
    free(plan->dark);
    free(plan);
}

/* ---- A frame ---- */

/* Distance from the beam in mm where the detector, taken to stand across it, sees this Q; and back, on the
   grid. */
static double distance_of(const struct plan *plan, double Q)
{
    double sine = Q * plan->wavelength / 12.566370614359172, cosine = 1 - 2 * sine * sine;
    return plan->dist * sqrt(1 - cosine * cosine) / cosine;
}

static double position_of(const struct plan *plan, double distance)
{
    double cosine = plan->dist / hypot(plan->dist, distance);
    return 12.566370614359172 / plan->wavelength * sqrt((1 - cosine) / 2) / INTENSITY_STEP;
}

/* Gauss and Hermite's rules of 5 and 3 points: exact to the ninth and to the fifth power. */
static const double across[] = { -2.8569700138728056, -1.3556261799742659, 0, 1.3556261799742659,
                                 2.8569700138728056 };
static const double across_weight[] = { 0.011257411327720689, 0.22207592200561264, 0.53333333333333333,
                                        0.22207592200561264, 0.011257411327720689 };
static const double along[] = { -1.7320508075688772, 0, 1.7320508075688772 };
static const double along_weight[] = { 1.0 / 6, 2.0 / 3, 1.0 / 6 };

/* The mean over a beam of this size, around a distance from its middle: each spot makes the same pattern,
   shifted. */
static double mean_over_beam(const struct plan *plan, double size, double nearer, double distance,
                             const double *sharp)
{
    size_t n = plan->intensity.n;
    double sum = 0, last = (double)(n - 1);
    for (int a = 0; a < 5; a++)
        for (int b = 0; b < 3; b++) {
            double from = hypot(distance + size * across[a], size * along[b]) * nearer;
            double at = fmin(position_of(plan, from), last);
            sum += across_weight[a] * along_weight[b] * intensity_at(sharp, n, at);
        }
    return sum;
}

/* The same where Q is blurred by one width; in steps of the grid. */
static double mean_over_q(const struct plan *plan, double width, double position, const double *sharp)
{
    size_t n = plan->intensity.n;
    double sum = 0, last = (double)(n - 1);
    for (int a = 0; a < 5; a++)
        sum += across_weight[a] * intensity_at(sharp, n, fmin(fabs(position + width * across[a]), last));
    return sum;
}

/* The pattern of a beam of this size on a sample so far behind its place; the solid angle follows the
   distance. */
static void blur(const struct frame *p, const struct plan *plan, double moved, const double *sharp, double *y)
{
    double nearer = plan->dist / (plan->dist + moved);
    double width = 6.283185307179586 * p->beam_size / (plan->wavelength * plan->dist) / INTENSITY_STEP;
    for (size_t i = 0; i < plan->intensity.n; i++) {
        double distance = distance_of(plan, (double)i * INTENSITY_STEP);
        double mean = p->blur == BLUR_BEAM
                          ? mean_over_beam(plan, p->beam_size, nearer, distance, sharp)
                          : mean_over_q(plan, width, position_of(plan, distance * nearer), sharp);
        y[i] = nearer * nearer * mean;
    }
}

/* Units (ADU) of an electron per atom, over A. */
static double scale_at(const struct plan *plan, double temperature)
{
    const struct structure_sample *sample = &plan->intensity.sample;
    return plan->scale0 * sample->thickness / 0.3 * structure_density(sample, temperature) /
           structure_density(sample, STRUCTURE_TEMPERATURE0);
}

/* Units (ADU) at each point of the grid, at normal incidence. */
static frit_status pattern(frit_call *c, double temperature, const double **y)
{
    const struct frame *p = c->params;
    const struct plan *plan = c->plan;
    const struct intensity *t = &plan->intensity;
    double *sharp = c->host->scratch(c, t->n, sizeof *sharp),
           *blurred = c->host->scratch(c, t->n, sizeof *blurred);
    if (!sharp || !blurred)
        return FRIT_ENOMEM;
    *y = sharp;
    if (p->kind == KIND_DARK)
        return FRIT_OK;
    double scale = 0, moved = 0;
    if (p->kind == KIND_SAMPLE) {
        scale = scale_at(plan, temperature);
        moved = p->motion * (temperature - STRUCTURE_TEMPERATURE0) / (773 - STRUCTURE_TEMPERATURE0);
        intensity_sample(t, temperature, sharp);
    }
    const double *furnace = p->kind == KIND_SAMPLE ? t->shadowed : t->furnace;
    for (size_t i = 0; i < t->n; i++)
        sharp[i] = scale * sharp[i] + p->furnace * plan->scale0 * furnace[i];
    if (p->beam_size > 0 || moved != 0) {
        blur(p, plan, moved, sharp, blurred);
        *y = blurred;
    }
    return FRIT_OK;
}

/* Whole numbers from 0 to 65535. */
static uint16_t digitise(double value)
{
    return value < 0 ? 0 : value < 65535 ? (uint16_t)(value + 0.5) : 65535;
}

/* One row; false: a pixel that is neither dead nor hot was too bright. */
static bool fill_row(const struct frame *p, const struct plan *plan, const double *y, size_t row,
                     gsl_rng *rng, void *out)
{
    double n = (double)p->average, read_noise = p->read_noise / sqrt(n);
    bool whole = p->noise && p->average == 1, fits = true;
    for (size_t i = row * plan->columns; i < (row + 1) * plan->columns; i++) {
        double signal = plan->seen[i] > 0
                            ? fmax(plan->seen[i] * intensity_at(y, plan->intensity.n, plan->position[i]), 0)
                            : 0;
        if (p->noise) {
            signal = p->gain / n * counts_poisson(rng, n / p->gain * signal);
            signal += plan->seen[i] > 0 || plan->dark[i] > 0 ? gsl_ran_gaussian_ziggurat(rng, read_noise) : 0;
        }
        signal += plan->dark[i];
        fits = fits && (signal < 65535 || plan->seen[i] == 0);
        if (whole)
            ((uint16_t *)out)[i] = digitise(signal);
        else
            ((float *)out)[i] = (float)signal;
    }
    return fits;
}

static frit_status number_input(frit_call *c, double *number)
{
    *number = 0;
    if (c->host->n_inputs(c, IN_NUMBER) == 0)
        return FRIT_OK;
    const frit_view *v = c->host->input(c, IN_NUMBER, 0);
    if (!v)
        return FRIT_EIO;
    if ((v->mask && v->mask[0]) || !(v->value[0] >= 0 && v->value[0] < 1e9) ||
        v->value[0] != floor(v->value[0]))
        return c->host->fail(c, FRIT_EDATA, "the number of a frame is a whole one from 0, not %g",
                             v->mask && v->mask[0] ? NAN : v->value[0]);
    *number = v->value[0];
    return FRIT_OK;
}

static frit_status fill_frame(frit_call *c, const double *y, uint64_t number)
{
    const struct frame *p = c->params;
    const struct plan *plan = c->plan;
    const size_t shape[] = { plan->rows, plan->columns };
    frit_buffer *out =
        c->host->output(c, OUT_FRAME, p->noise && p->average == 1 ? FRIT_U16 : FRIT_F32, 2, shape, 0);
    gsl_rng *rng = gsl_rng_alloc(gsl_rng_mt19937);
    if (!out || !rng) {
        gsl_rng_free(rng);
        return FRIT_ENOMEM;
    }
    uint64_t kind = (uint64_t)(p->kind == KIND_SAMPLE ? p->state : STRUCTURE_SAMPLES + p->kind);
    bool fits = true;
    frit_status status = FRIT_OK;
    for (size_t row = 0; row < plan->rows && status == FRIT_OK; row++) {
        gsl_rng_set(rng, counts_seed((uint64_t)p->seed, kind, number, row));
        fits = fill_row(p, plan, y, row, rng, out->data) && fits;
        if (!c->host->progress(c, (double)row / (double)plan->rows))
            status = FRIT_ECANCELLED;
    }
    gsl_rng_free(rng);
    if (!fits && p->noise && p->average == 1)
        c->host->log(c, FRIT_WARNING, "some pixels are brighter than 65535, where 16 bit end: choose a "
                     "shorter exposure or a lower gain");
    return status;
}

frit_status frame_run(frit_call *c)
{
    const struct frame *p = c->params;
    const struct plan *plan = c->plan;
    double temperature = STRUCTURE_TEMPERATURE0, number;
    const double *y;
    if (p->kind == KIND_SAMPLE && c->host->n_inputs(c, IN_TEMPERATURE) == 0)
        return c->host->fail(c, FRIT_EPARAM, "the sample's temperature is missing: connect the input "
                                             "temperature");
    frit_status status = number_input(c, &number);
    if (status == FRIT_OK && p->kind == KIND_SAMPLE)
        status = temperature_input(c, IN_TEMPERATURE, &temperature);
    if (status == FRIT_OK && c->host->wanted(c, OUT_SCALE)) {
        frit_buffer *scale = c->host->output(c, OUT_SCALE, FRIT_F64, 0, NULL, 0);
        if (!scale)
            return FRIT_ENOMEM;
        scale->value[0] = scale_at(plan, temperature);
    }
    if (status != FRIT_OK || !c->host->wanted(c, OUT_FRAME))
        return status;
    gsl_set_error_handler_off();
    status = pattern(c, temperature, &y);
    return status == FRIT_OK ? fill_frame(c, y, (uint64_t)number) : status;
}
