/* The panel's own errors: how unevenly its pixels see, what they give in the dark, and which are bad.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "simulate.h"
#include "counts.h"
#include "detector.h"

#include <gsl/gsl_errno.h>
#include <gsl/gsl_randist.h>
#include <math.h>

enum { OUT_FLAT, OUT_DARK, OUT_MASK };
enum { KIND_PANEL = 100 };    /* seeds of its own */

#define F64(field, unit, def, min, max, doc) FRIT_F64(struct panel, field, unit, def, min, max, 0, doc)
const frit_param panel_params[] = {
    DETECTOR_PARAMS(struct panel),
    F64(flat_spread, "1", 0.01, 0, 0.2, "standard deviation of how well a pixel sees"),
    F64(dark_level, "count", 1500, 0, 60000, "what a pixel gives without a beam, on the average"),
    F64(dark_spread, "count", 8, 0, 1000, "its standard deviation from pixel to pixel"),
    F64(dark_wave, "count", 20, 0, 1000, "and the height of a wave over the columns, two and a half in all"),
    F64(dead_pixels, "1", 3e-4, 0, 0.1, "share of pixels that always give 0"),
    F64(hot_pixels, "1", 2e-4, 0, 0.1, "share of pixels that always give hot_level"),
    F64(hot_level, "count", 40000, 0, 65535, "of hot pixels"),
    FRIT_I64(struct panel, dead_row, -1, -1, 16383, 0, "a row that gives 0; -1: none"),
    F64(stop_radius, "mm", 3.4, 0, 1e3, "of the beam stop's disc; 0: none"),
    F64(arm_width, "mm", 3.6, 0, 1e3, "of the arm that holds it, towards larger columns; 0: none"),
    F64(margin, "mm", 0.8, 0, 1e3, "by which the mask is larger than the stop's shadow"),
    FRIT_I64(struct panel, seed, 1, 0, 4294967295.0, 0, "of everything random"),
    { .name = NULL }
};

const frit_port panel_outputs[] = {
    { .name = "flat", .unit = "1", .ndim = 2, .dtypes = FRIT_ACCEPTS(FRIT_F32),
      .doc = "how well each pixel sees, 1 on the average; 0 where it is dead or hot" },
    { .name = "dark", .unit = "count", .ndim = 2, .dtypes = FRIT_ACCEPTS(FRIT_F32),
      .doc = "what each pixel gives without a beam, on the average" },
    { .name = "mask", .unit = "1", .ndim = 2, .dtypes = FRIT_ACCEPTS(FRIT_U8),
      .doc = "1: dead, hot, or behind the beam stop" },
    { .name = NULL }
};

frit_status panel_run(frit_call *c)
{
    const struct panel *p = c->params;
    const struct stop stop =
        detector_stop(&p->detector, p->stop_radius * 1e-3, p->arm_width * 1e-3, p->margin * 1e-3);
    const size_t rows = (size_t)p->detector.rows, columns = (size_t)p->detector.columns;
    const size_t shape[] = { rows, columns };
    frit_buffer *flat = c->host->output(c, OUT_FLAT, FRIT_F32, 2, shape, 0);
    frit_buffer *dark = c->host->output(c, OUT_DARK, FRIT_F32, 2, shape, 0);
    frit_buffer *mask = c->host->output(c, OUT_MASK, FRIT_U8, 2, shape, 0);
    gsl_set_error_handler_off();
    gsl_rng *rng = gsl_rng_alloc(gsl_rng_mt19937);
    if (!flat || !dark || !mask || !rng) {
        gsl_rng_free(rng);
        return FRIT_ENOMEM;
    }
    for (size_t row = 0, i = 0; row < rows; row++) {
        gsl_rng_set(rng, counts_seed((uint64_t)p->seed, KIND_PANEL, 0, row));
        for (size_t column = 0; column < columns; column++, i++) {
            double fate = gsl_rng_uniform(rng), sees = gsl_ran_gaussian_ziggurat(rng, p->flat_spread);
            double wave = p->dark_wave * sin(2.5 * 6.283185307179586 * (double)column / (double)columns);
            double gives = p->dark_level + gsl_ran_gaussian_ziggurat(rng, p->dark_spread) + wave;
            bool dead = fate < p->dead_pixels || (int64_t)row == p->dead_row;
            bool hot = !dead && fate < p->dead_pixels + p->hot_pixels;
            ((float *)flat->data)[i] = dead || hot ? 0 : (float)fmax(1 + sees, 0.05);
            ((float *)dark->data)[i] = dead ? 0 : hot ? (float)p->hot_level : (float)fmax(gives, 0);
            ((uint8_t *)mask->data)[i] = dead || hot || stop_hides(&stop, row, column);
        }
    }
    gsl_rng_free(rng);
    return FRIT_OK;
}
