/* integration_matrix, integration_matrix_2theta: which pixels count in which bins, made once for a detector
 * and kept; and the plan of an integrate that is given one.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "frame_plan.h"
#include "matrix_data.h"
#include "setup.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define PARAMS(range_unit, range_max, radial) \
    GEOMETRY_PARAMS, \
    BINS_PARAMS(range_unit, range_max, radial, "no|bbox|full|pseudo"), \
    CORRECTION_PARAMS, \
    FRIT_I64(struct integration_matrix, rows, 0, 0, 65535, 0, \
             "rows of a frame; 0: those of the calibration's detector, else of mask, dark or flat"), \
    FRIT_I64(struct integration_matrix, columns, 0, 0, 65535, 0, "columns of a frame, likewise"), \
    { .name = NULL }

const frit_param integration_matrix_params[] = { PARAMS("1/angstrom", 1e4, "Q") };
const frit_param integration_matrix_2theta_params[] = { PARAMS("deg", 360, "2 theta") };

enum { OF_MASK, OF_DARK, OF_FLAT };

const frit_port integration_matrix_inputs[] = {
    [OF_MASK] = { .name = "mask", .unit = "*", .ndim = 2, .dtypes = FRIT_ACCEPTS_ALL,
        .flags = FRIT_PORT_OPTIONAL, .doc = "pixels to leave out of all frames: those that are not 0" },
    [OF_DARK] = { .name = "dark", .unit = "*", .ndim = 2, .dtypes = FRIT_ACCEPTS_ALL,
        .flags = FRIT_PORT_OPTIONAL,
        .doc = "image without beam: pixels that are masked or not finite in it are left out; it is for "
               "integrate to subtract it" },
    [OF_FLAT] = { .name = "flat", .unit = "1", .ndim = 2, .dtypes = FRIT_ACCEPTS_ALL,
        .flags = FRIT_PORT_OPTIONAL,
        .doc = "relative sensitivity of the pixels, about 1; those that are not above 0 are left out" },
    { .name = NULL }
};

const frit_port integration_matrix_outputs[] = {
    { .name = "matrix", .unit = "1", .ndim = 1, .dtypes = FRIT_ACCEPTS(FRIT_U64),
      .doc = "for the input matrix of integrate: numbers that mean nothing by themselves" },
    { .name = NULL }
};

/* ---- Making it ---- */

static frit_status check(frit_call *c, enum radial unit)
{
    const struct integration_matrix *p = c->params;
    if ((p->rows > 0) != (p->columns > 0))
        return c->host->fail(c, FRIT_EPARAM, "rows and columns belong together: give both, or neither");
    return frame_plan_check_bins(c, unit);
}

frit_status integration_matrix_check(frit_call *c)
{
    return check(c, RADIAL_Q);
}

frit_status integration_matrix_2theta_check(frit_call *c)
{
    return check(c, RADIAL_TWO_THETA);
}

/* Of the frames: what is said, else what the calibration is for, else what the first image has. */
static frit_status set_shape(frit_call *c, struct geometry *g)
{
    const struct integration_matrix *p = c->params;
    const bool said = p->rows > 0 && p->columns > 0;
    frit_view shape = {.ndim = 2,
                       .shape = {said ? (size_t)p->rows : g->rows, said ? (size_t)p->columns : g->cols}};
    const frit_view *v = said || g->rows > 0 ? &shape : NULL;
    for (uint32_t port = OF_MASK; !v && port <= OF_FLAT; port++)
        if (c->host->n_inputs(c, port) > 0) {
            v = c->host->input(c, port, 0);
            if (!v)
                return FRIT_EIO;
        }
    if (!v)
        return c->host->fail(c, FRIT_EPARAM,
                             "how large the frames are is not known: give rows and columns, or a mask; the "
                             "calibration names no detector of known size");
    return azimuthal_shape(c, v, g);
}

static frit_status write_matrix(frit_call *c, struct integrator *it, const struct matrix_facts *facts)
{
    if (!it->matrix)
        return c->host->fail(c, FRIT_EPARAM,
                             "the bins are so fine that a matrix is no use, or there are more than 16384: "
                             "integrate takes such bins without one; else reduce npt");
    size_t n;
    matrix_data(it, facts, &n);
    return FRIT_OK;
}

static frit_status run(frit_call *c, enum radial unit)
{
    const struct azimuthal *p = c->params;
    struct geometry g;
    frit_status status = azimuthal_geometry(c, unit == RADIAL_Q, &g);
    if (status == FRIT_OK)
        status = set_shape(c, &g);
    if (status != FRIT_OK)
        return status;
    struct integrator it = {.n_pixels = 0};
    const struct frame_plan_ports ports = {OF_MASK, OF_DARK, OF_FLAT, true};
    status = frame_plan_integrator(c, unit, (enum split)p->split, 1, &g, &ports, NULL, matrix_batch_make,
                                   &it);
    struct matrix_facts facts = {unit, (enum split)p->split, p->solid_angle, g.wavelength};
    if (status == FRIT_OK)
        status = write_matrix(c, &it, &facts);
    integrator_clear(&it);
    return status;
}

frit_status integration_matrix_run(frit_call *c)
{
    return run(c, RADIAL_Q);
}

frit_status integration_matrix_2theta_run(frit_call *c)
{
    return run(c, RADIAL_TWO_THETA);
}

/* ---- Taking it ---- */

static bool is_given(const frit_param *param, const void *params)
{
    const char *at = (const char *)params + param->offset;
    switch (param->type) {
    case FRIT_TYPE_F64: {
        double v = *(const double *)at;
        return isnan(param->def) ? !isnan(v) : v != param->def;
    }
    case FRIT_TYPE_I64: return (double)*(const int64_t *)at != param->def;
    case FRIT_TYPE_BOOL: return *(const bool *)at != (param->def != 0);
    case FRIT_TYPE_CHOICE: return *(const int32_t *)at != 0;
    case FRIT_TYPE_RANGE: return !isnan(((const frit_range *)at)->from);
    case FRIT_TYPE_COMPOSITION: return ((const frit_composition *)at)->n > 0;
    case FRIT_TYPE_PATH: return *(const char *const *)at != NULL;
    default: return false;
    }
}

/* The first parameter that belongs to the matrix and is given, those aside that agree with it; or NULL. */
static const char *given_beside(const struct azimuthal *p, const struct integrator *it,
                                const struct matrix_facts *facts)
{
    for (const frit_param *q = integration_matrix_params; q->name && strcmp(q->name, "rows") != 0; q++) {
        bool agrees = it && ((strcmp(q->name, "npt") == 0 && (size_t)p->npt == it->npt) ||
                             (strcmp(q->name, "split") == 0 && (enum split)p->split == facts->split) ||
                             (strcmp(q->name, "solid_angle") == 0 && p->solid_angle == facts->solid_angle));
        if (is_given(q, p) && !agrees)
            return q->name;
    }
    return NULL;
}

bool matrix_params_absent(const struct azimuthal *p)
{
    return isnan(p->dist) && isnan(p->poni1) && isnan(p->poni2) && !p->poni;
}

static frit_status check_beside(frit_call *c, enum radial unit, const struct integrator *it,
                                const struct matrix_facts *facts)
{
    if (facts->unit != unit)
        return c->host->fail(c, FRIT_EPARAM, "the matrix is one of %s: make it with %s",
                             unit == RADIAL_Q ? "2 theta" : "Q",
                             unit == RADIAL_Q ? "integration_matrix" : "integration_matrix_2theta");
    const char *name = given_beside(c->params, it, facts);
    if (name && strcmp(name, "npt") == 0)
        return c->host->fail(c, FRIT_EPARAM,
                             "npt is %lld, but the matrix has %zu bins: leave npt out here, it belongs to "
                             "integration_matrix",
                             (long long)((const struct azimuthal *)c->params)->npt, it->npt);
    if (name)
        return c->host->fail(c, FRIT_EPARAM,
                             "%s belongs to integration_matrix, whose matrix is given: give it there, not "
                             "here",
                             name);
    for (uint32_t port = MASK; port <= FLAT; port++)
        if (port != DARK && c->host->n_inputs(c, port) > 0)
            return c->host->fail(c, FRIT_EPARAM,
                                 "the %s belongs to integration_matrix, whose matrix is given: give it "
                                 "there, not here",
                                 port == MASK ? "mask" : "flat");
    return FRIT_OK;
}

/* Whether frames need the sums of the dark: it is taken off pixel by pixel where the variance is of raw - dark, or
 * there is none. */
static bool needs_sums(const struct azimuthal *p, const struct integrator *it)
{
    bool counts = p->error_model == ERROR_POISSON && isnan(p->gain);
    return counts || it->matrix->whole || it->dark_variance;
}

/* Pixels that the dark lacks have to be left out of the matrix. */
static frit_status take_dark(frit_call *c, const char *unit, struct integrator *it)
{
    size_t n;
    frit_status status = frame_plan_take_dark(c, DARK, unit, it, &n);
    if (status != FRIT_OK)
        return status;
    if (n > 0)
        return c->host->fail(c, FRIT_EPARAM,
                             "the dark is not measured in %zu pixel%s that the matrix may count: give the dark "
                             "to integration_matrix too, so that it leaves %s out",
                             n, n == 1 ? "" : "s", n == 1 ? "it" : "them");
    struct integrator_input in = {.workers = 1};
    frame_plan_parallel(c, &in);
    return needs_sums(c->params, it) && !matrix_sum_dark(it, &in) ? FRIT_ENOMEM : FRIT_OK;
}

frit_status frame_plan_of_matrix(frit_call *c, enum radial unit, uint32_t port, void **result)
{
    const frit_view *frame = c->host->input(c, FRAME, 0), *v = c->host->input(c, port, 0);
    struct frame_plan *plan = calloc(1, sizeof *plan);
    struct matrix_facts facts;
    const char *why;
    *result = plan;
    if (!plan)
        return FRIT_ENOMEM;
    if (!frame || !v)
        return FRIT_EIO;
    struct integrator *it = &plan->integrator;
    struct integrator_input in = {.workers = 1};
    frame_plan_parallel(c, &in);
    if (!matrix_data_read(v->data, v->shape[0], &in, it, &facts, &why))
        return why ? c->host->fail(c, FRIT_EPARAM, "the matrix cannot be used: it is %s", why) : FRIT_ENOMEM;
    plan->wavelength = facts.wavelength;
    frit_status status = check_beside(c, unit, it, &facts);
    if (status != FRIT_OK)
        return status;
    if (frame->shape[0] != it->matrix->rows || frame->shape[1] != it->matrix->cols)
        return c->host->fail(c, FRIT_EDATA,
                             "the frame is %zu x %zu pixels (rows x columns), the matrix is for %zu x %zu: "
                             "it must be made for this detector, with the same binning",
                             frame->shape[0], frame->shape[1], it->matrix->rows, it->matrix->cols);
    return take_dark(c, frame->unit, it);
}
