/* The model glass itself: S(Q), G(r) and the state of a sample at a temperature.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "simulate.h"

#include <math.h>

#define GRID(name_, field, unit_, def_, min_, doc_)                                                          \
    {                                                                                                        \
        .name = name_, .type = FRIT_TYPE_F64, .offset = FRIT_OFFSET(struct model_grid, field, double),       \
        .def = def_, .min = min_, .max = 1e4, .unit = unit_, .doc = doc_                                     \
    }

const frit_param model_structure_factor_params[] = {
    FRIT_CHOICE(struct model_grid, state, SAMPLE_CHOICE, SAMPLE_DOC),
    GRID("qmin", from, "1/angstrom", 0, 0, "first Q"),
    GRID("qmax", to, "1/angstrom", 30, 0, "last Q"),
    GRID("qstep", step, "1/angstrom", 0.01, 1e-6, "between points"),
    { .name = NULL }
};

const frit_param model_pdf_params[] = {
    FRIT_CHOICE(struct model_grid, state, SAMPLE_CHOICE, SAMPLE_DOC),
    GRID("rmin", from, "angstrom", 0, 0, "first r"),
    GRID("rmax", to, "angstrom", 20, 0, "last r"),
    GRID("rstep", step, "angstrom", 0.02, 1e-6, "between points"),
    { .name = NULL }
};

const frit_param model_state_params[] = {
    FRIT_CHOICE(struct model_state, state, SAMPLE_CHOICE, SAMPLE_DOC),
    { .name = NULL }
};

const frit_port model_inputs[] = { TEMPERATURE_PORT, { .name = NULL } };

const frit_port model_structure_factor_outputs[] = {
    { .name = "structure_factor", .ndim = 1, .unit = "1", .axis_name = { "Q" }, .axis_unit = { "1/angstrom" },
      .doc = "S(Q) of Faber and Ziman, exact" },
    { .name = NULL }
};

const frit_port model_pdf_outputs[] = { { .name = "reduced_pdf",
                                          .ndim = 1,
                                          .unit = "1/angstrom^2",
                                          .axis_name = { "r" },
                                          .axis_unit = { "angstrom" },
                                          .doc = "G(r) of the same structure, exact: not cut off at any Q" },
                                        { .name = NULL } };

const frit_port model_state_outputs[] = {
    { .name = "number_density", .unit = "1/angstrom^3", .doc = "atoms per volume" },
    { .name = "strain", .unit = "1", .doc = "lengths over those at 303 K" },
    { .name = "disorder", .unit = "1", .doc = "share of the disordered state in the glass" },
    { .name = "relaxation", .unit = "1", .doc = "0: as made, 1: relaxed" },
    { .name = "crystal", .unit = "1", .doc = "share of the crystal" },
    { .name = NULL }
};

frit_status temperature_input(frit_call *c, uint32_t port, double *temperature)
{
    const frit_view *v = c->host->input(c, port, 0);
    if (!v)
        return FRIT_EIO;
    *temperature = v->mask && v->mask[0] ? NAN : v->value[0];
    if (*temperature > 0 && *temperature <= 2000)
        return FRIT_OK;
    return c->host->fail(c, FRIT_EDATA, "the temperature is %g K: the model is for 0 to 2000 K",
                         *temperature);
}

static frit_status run(frit_call *c, const char *what,
                       void (*fill)(const struct structure_sample *, double, const double *, size_t,
                                    double *))
{
    const struct model_grid *p = c->params;
    double T;
    frit_status status = temperature_input(c, 0, &T);
    if (status != FRIT_OK)
        return status;
    double steps = floor((p->to - p->from) / p->step + 1e-6);
    if (!(steps >= 0 && steps < 1e6))
        return c->host->fail(c, FRIT_EPARAM, "from %g to %g in steps of %g there are no %s, or more than a "
                                             "million",
                             p->from, p->to, p->step, what);
    size_t n = (size_t)steps + 1;
    frit_buffer *out = c->host->output(c, 0, FRIT_F64, 1, &n, 0);
    if (!out)
        return FRIT_ENOMEM;
    for (size_t i = 0; i < n; i++)
        out->axis[0][i] = p->from + (double)i * p->step;
    fill(structure_sample_at(p->state), T, out->axis[0], n, out->value);
    return FRIT_OK;
}

frit_status model_structure_factor_run(frit_call *c)
{
    return run(c, "values of Q", structure_factor);
}

frit_status model_pdf_run(frit_call *c)
{
    return run(c, "distances", structure_pdf);
}

frit_status model_state_run(frit_call *c)
{
    const struct model_state *p = c->params;
    const struct structure_sample *s = structure_sample_at(p->state);
    double T;
    frit_status status = temperature_input(c, 0, &T);
    if (status != FRIT_OK)
        return status;
    const double value[] = { structure_density(s, T), structure_strain(s, T), structure_disorder(s, T),
                             structure_relaxation(s, T), structure_crystal(s, T) };
    for (uint32_t port = 0; port < sizeof value / sizeof *value; port++) {
        if (!c->host->wanted(c, port))
            continue;
        frit_buffer *out = c->host->output(c, port, FRIT_F64, 0, NULL, 0);
        if (!out)
            return FRIT_ENOMEM;
        out->value[0] = value[port];
    }
    return FRIT_OK;
}
