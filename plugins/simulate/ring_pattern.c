/* ring_pattern: frames of powder rings at known Q, as a tilted flat detector would record them.
 *
 * Something whose answer is known: integrating these frames must give back the rings.  Noise is
 * Poisson's, from GSL's Mersenne twister, seeded for each frame and row, so that the same seed gives
 * the same counts whatever else is computed.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <gsl/gsl_errno.h>
#include <gsl/gsl_randist.h>
#include <gsl/gsl_rng.h>
#include <math.h>

#include "shared/geometry.h"
#include "simulate.h"

#define GEOMETRY(field, unit, def, min, max, doc)                                                            \
    FRIT_F64(struct ring_pattern, field, unit, def, min, max, 0, doc)

const frit_param ring_pattern_params[] = {
    GEOMETRY(dist, "m", 0.35, 1e-3, 1e3, "distance from the sample to the detector's plane"),
    GEOMETRY(poni1, "m", 0.1, -10, 10, "point of normal incidence along the rows' dimension"),
    GEOMETRY(poni2, "m", 0.1, -10, 10, "point of normal incidence along the columns' dimension"),
    GEOMETRY(rot1, "rad", 0, -3, 3, "first rotation, about the vertical axis"),
    GEOMETRY(rot2, "rad", 0, -3, 3, "second rotation, about the horizontal axis"),
    GEOMETRY(rot3, "rad", 0, -3, 3, "third rotation, about the beam"),
    GEOMETRY(wavelength, "m", 1.173e-11, 1e-13, 1e-8,
             "a bare number is in metres; \"0.1173 angstrom\" says "
             "its unit"),
    GEOMETRY(pixel, "m", 4e-4, 1e-6, 1e-2, "side of a square pixel"),
    FRIT_I64(struct ring_pattern, rows, 512, 1, 16384, 0, "pixels along the first dimension"),
    FRIT_I64(struct ring_pattern, columns, 512, 1, 16384, 0, "pixels along the second dimension"),
    FRIT_I64(struct ring_pattern, frames, 1, 1, 1000000, 0, "how many; they differ in their noise alone"),
    FRIT_ARRAY(struct ring_pattern, q, "1/angstrom", 0, 100, FRIT_PARAM_REQUIRED, "where the rings are"),
    FRIT_ARRAY(struct ring_pattern, height, "count", 0, 1e9, FRIT_PARAM_REQUIRED,
               "counts at the top of each ring, at normal incidence"),
    FRIT_F64(struct ring_pattern, width, "1/angstrom", 0.03, 1e-4, 10, 0, "standard deviation of a ring"),
    FRIT_F64(struct ring_pattern, background, "count", 20, 0, 1e9, 0,
             "counts everywhere, at normal incidence"),
    FRIT_F64(struct ring_pattern, polarization_factor, "1", NAN, -1, 1, 0, "of the beam; not given: none"),
    FRIT_F64(struct ring_pattern, dark, "count", 0, 0, 60000, 0, "counts of the detector itself"),
    FRIT_BOOL(struct ring_pattern, noise, 1, "counting noise; without it the expectation, rounded"),
    FRIT_I64(struct ring_pattern, seed, 1, 0, 4294967295.0, 0, "of the noise"),
    { .name = NULL }
};

const frit_port ring_pattern_outputs[] = { { .name = "frame",
                                             .unit = "count",
                                             .ndim = 2,
                                             .dtypes = FRIT_ACCEPTS(FRIT_U16),
                                             .doc = "the image, 65535 at most" },
                                           { .name = NULL } };

frit_status ring_pattern_check(frit_call *c)
{
    const struct ring_pattern *p = c->params;
    if (p->q.n != p->height.n)
        return c->host->fail(c, FRIT_EPARAM, "q has %zu values and height %zu: give one height for each ring",
                             p->q.n, p->height.n);
    return FRIT_OK;
}

frit_status ring_pattern_count(frit_call *c, uint64_t *n)
{
    const struct ring_pattern *p = c->params;
    *n = (uint64_t)p->frames;
    return FRIT_OK;
}

static struct geometry geometry_of(const struct ring_pattern *p)
{
    struct geometry g = { .dist = p->dist,
                          .poni1 = p->poni1,
                          .poni2 = p->poni2,
                          .rot1 = p->rot1,
                          .rot2 = p->rot2,
                          .rot3 = p->rot3,
                          .wavelength = p->wavelength,
                          .pixel1 = p->pixel,
                          .pixel2 = p->pixel,
                          .orientation = 3,
                          .rows = (size_t)p->rows,
                          .cols = (size_t)p->columns };
    geometry_turn(&g);
    return g;
}

/* What a pixel is expected to count. */
static double expected(const struct ring_pattern *p, const struct geometry *g, size_t row, size_t col)
{
    struct point at = geometry_point(g, (double)row + 0.5, (double)col + 0.5);
    double q = point_q(&at, g->wavelength);
    double counts = p->background;
    for (size_t k = 0; k < p->q.n; k++) {
        double x = (q - p->q.v[k]) / p->width;
        counts += p->height.v[k] * exp(-0.5 * x * x);
    }
    const struct correction seen = { .solid_angle = 1, .polarization_factor = p->polarization_factor,
                                     .converter_transmission = NAN };
    return counts * correction_of(&seen, &at) + p->dark;
}

/* A seed for each row of each frame (the mixing of splitmix64). */
static unsigned long row_seed(uint64_t seed, uint64_t frame, uint64_t row)
{
    uint64_t x = (seed << 40) ^ (frame << 16) ^ row;
    x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9u;
    x = (x ^ (x >> 27)) * 0x94d049bb133111ebu;
    return (unsigned long)((x ^ (x >> 31)) & 0xffffffffu);
}

frit_status ring_pattern_run(frit_call *c)
{
    const struct ring_pattern *p = c->params;
    const struct geometry g = geometry_of(p);
    const size_t shape[] = { g.rows, g.cols };
    frit_buffer *out = c->host->output(c, 0, FRIT_U16, 2, shape, 0);
    gsl_set_error_handler_off();
    gsl_rng *rng = gsl_rng_alloc(gsl_rng_mt19937);
    if (!out || !rng) {
        gsl_rng_free(rng);
        return FRIT_ENOMEM;
    }
    uint16_t *pixel = out->data;
    frit_status status = FRIT_OK;
    for (size_t row = 0; row < g.rows && status == FRIT_OK; row++) {
        gsl_rng_set(rng, row_seed((uint64_t)p->seed, c->index, row));
        for (size_t col = 0; col < g.cols; col++) {
            double counts = expected(p, &g, row, col);
            counts = p->noise ? gsl_ran_poisson(rng, counts) : round(counts);
            *pixel++ = (uint16_t)(counts < 65535 ? counts : 65535);
        }
        if (!c->host->progress(c, (double)row / (double)g.rows))
            status = FRIT_ECANCELLED;
    }
    gsl_rng_free(rng);
    return status;
}
