/* integrate and integrate_2theta: a frame to a curve, mean intensity against Q or 2 theta.
 *
 * I = sum w (raw - dark) / sum w flat Omega P K; see the steps' own text in azimuthal.c.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "batch.h"
#include "integrate.h"
#include "matrix_data.h"

#include <math.h>
#include <string.h>

const frit_param integrate_params[] = {
    FRAME_PARAMS("1/angstrom", 1e4, "Q", "no|bbox|full|pseudo"),
    { .name = NULL }
};
const frit_param integrate_2theta_params[] = {
    FRAME_PARAMS("deg", 360, "2 theta", "no|bbox|full|pseudo"),
    { .name = NULL }
};

enum { MATRIX = MONITOR + 1 };

const frit_port integrate_inputs[] = {
    FRAME_PORTS_BY(FRIT_PORT_ROWS),
    [MONITOR] = MONITOR_PORT,
    [MATRIX] = { .name = "matrix", .unit = "1", .ndim = 1, .dtypes = FRIT_ACCEPTS(FRIT_U64),
        .flags = OF_THE_PLAN,
        .doc = "what integration_matrix gives, in place of the parameters of geometry, bins and corrections, "
               "of mask and of flat" },
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

/* ---- Checks and plan ---- */

/* Without a calibration there has to be a matrix, which only prepare() sees. */
static frit_status check(frit_call *c, enum radial unit)
{
    return matrix_params_absent(c->params) ? frame_plan_check_frames(c) : frame_plan_check(c, unit);
}

frit_status integrate_check(frit_call *c)
{
    return check(c, RADIAL_Q);
}

frit_status integrate_2theta_check(frit_call *c)
{
    return check(c, RADIAL_TWO_THETA);
}

static enum split split_of(const frit_call *c)
{
    return (enum split)((const struct azimuthal *)c->params)->split;
}

/* The plan's tiles are those of batches, whose sums are what is kept. */
static frit_status prepare(frit_call *c, enum radial unit, void **made)
{
    frit_status status = c->host->n_inputs(c, MATRIX) > 0
                             ? frame_plan_of_matrix(c, unit, MATRIX, made)
                             : frame_plan_make_by(c, unit, split_of(c), 1, matrix_batch_make, made);
    struct frame_plan *plan = *made;
    if (status != FRIT_OK || !plan->integrator.matrix)
        return status;
    status = frame_plan_narrow_dark(c, DARK, &plan->integrator);
    if (status != FRIT_OK)
        return status;
    plan->totals = batch_totals_make(&plan->integrator);
    return plan->totals ? FRIT_OK : FRIT_ENOMEM;
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
    batch_totals_free(((struct frame_plan *)plan)->totals);
    frame_plan_free(plan);
}

/* ---- One frame ---- */

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

frit_status integrate_write(frit_call *c, const struct frame_plan *plan, const struct frame *f, const struct sums *s,
                            double divisor)
{
    frit_status status = write_outputs(c, &plan->integrator, s, divisor, f->variance != VARIANCE_NONE);
    for (uint32_t port = INTENSITY; status == FRIT_OK && port <= NORMALISATION; port++)
        frame_plan_attributes(c, plan, port);
    return status;
}

frit_status integrate_view(frit_call *c, const struct frame_plan *plan, const frit_view *v)
{
    const struct integrator *it = &plan->integrator;
    const struct matrix *m = it->matrix;
    struct frame f;
    double divisor;
    frit_status status = frame_of(c, plan, v, &f);
    if (status == FRIT_OK)
        status = frame_divisor(c, MONITOR, &divisor);
    if (status != FRIT_OK)
        return status;
    double *sums = c->host->scratch(c, 6 * it->n_bins, sizeof *sums);
    if (!sums)
        return FRIT_ENOMEM;
    struct sums s = {sums, sums + it->n_bins, sums + 2 * it->n_bins, sums + 3 * it->n_bins};
    if (!m) { /* the bins are too fine for tiles */
        integrator_add(it, &f, &s, sums + 4 * it->n_bins);
        return integrate_write(c, plan, &f, &s, divisor);
    }
    struct matrix_work work = {.sums = c->host->scratch(c, matrix_sums(m), sizeof(double)),
                               .missing = c->host->scratch(c, m->n_tiles, sizeof(bool)),
                               .incomplete = c->host->scratch(c, m->n_blocks, sizeof(bool)),
                               .scratch = c->host->scratch(c, matrix_scratch(m), sizeof(double))};
    if (!work.sums || !work.missing || !work.incomplete || !work.scratch)
        return FRIT_ENOMEM;
    matrix_add(it, &f, KERNEL_BEST, &work, &s);
    return integrate_write(c, plan, &f, &s, divisor);
}

frit_status integrate_run(frit_call *c)
{
    if (!c->host->progress(c, 0))
        return FRIT_ECANCELLED;
    const frit_view *v = c->host->input(c, FRAME, 0);
    return v ? integrate_view(c, c->plan, v) : FRIT_EIO;
}
