/* Averages of the atomic form factors over the composition, on the Q axis of a curve.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "form_tables.h"
#include "scattering.h"

#include <math.h>
#include <stdlib.h>

enum { OUT_F_MEAN, OUT_F_MEAN_SQ, OUT_F_SQ_MEAN, OUT_LAUE, N_OUTPUTS };

const frit_port form_factors_inputs[] = {
    { .name = "intensity", .ndim = 1, .unit = "*", .axis_name = { "Q" }, .axis_unit = { "1/angstrom" },
      .doc = "any curve: its axis is used, not its values" },
    { 0 }
};

#define ON_Q .ndim = 1, .axis_name = { "@intensity.0" }, .axis_unit = { "@intensity.0" }
const frit_port form_factors_outputs[] = {
    { .name = "f_mean", ON_Q, .unit = "1",
      .doc = "<f>: amplitude of an average atom over that of a free electron" },
    { .name = "f_mean_sq", ON_Q, .unit = "electron", .doc = "<f>^2, in electron units per atom" },
    { .name = "f_sq_mean", ON_Q, .unit = "electron", .doc = "<f^2>, in electron units per atom" },
    { .name = "laue", ON_Q, .unit = "electron",
      .doc = "Laue monotonic scattering <f^2> - <f>^2, in electron units per atom" },
    { 0 }
};

const frit_param form_factors_table[] = {
    FRIT_COMPOSITION(form_factors_params, composition, FRIT_PARAM_REQUIRED | FRIT_PARAM_SAMPLE,
                     "atoms of the sample: \"Zr52.5Cu17.9Ni14.6Al10Ti5\""),
    FORM_TABLE_PARAMS(form_factors_params),
    { 0 }
};

typedef struct table {
    size_t        n;
    atom_averages at[];    /* each point of the axis */
} table;

frit_status scattering_check_composition(frit_call *c, const frit_composition *composition)
{
    int Z;
    if (composition->n == 0)
        return c->host->fail(c, FRIT_EPARAM, "the composition is not known: give composition = \"...\", or a "
                             "sample that has one");
    if (!atoms_have_tables(composition, &Z))
        return c->host->fail(c, FRIT_EPARAM, "there is no form factor for element %d of %s: the tables end "
                             "with californium (98)", Z, composition->text);
    return FRIT_OK;
}

frit_status form_factors_check(frit_call *c)
{
    const form_factors_params *p = c->params;
    return form_tables_check(c, &p->tables, &p->composition);
}

frit_status form_factors_prepare(frit_call *c, void **plan)
{
    const form_factors_params *p = c->params;
    const frit_view *v = c->host->input(c, 0, 0);
    if (!v)
        return FRIT_EIO;
    table *t = malloc(sizeof *t + v->shape[0] * sizeof *t->at);
    if (!t)
        return FRIT_ENOMEM;
    *plan = t;
    t->n = v->shape[0];
    for (size_t i = 0; i < t->n; i++)
        t->at[i] = form_tables_average(&p->tables, &p->composition, v->axis[0][i]);
    return FRIT_OK;
}

static double pick(const atom_averages *a, uint32_t port)
{
    switch (port) {
    case OUT_F_MEAN:
        return a->f_mean;
    case OUT_F_MEAN_SQ:
        return a->f_mean_sq;
    case OUT_F_SQ_MEAN:
        return a->f_sq_mean;
    default:
        return a->f_sq_mean - a->f_mean_sq;
    }
}

frit_status form_factors_run(frit_call *c)
{
    const table *t = c->plan;
    const frit_view *v = c->host->input(c, 0, 0);
    if (!v)
        return FRIT_EIO;
    for (uint32_t port = 0; port < N_OUTPUTS; port++) {
        if (!c->host->wanted(c, port))
            continue;
        frit_buffer *out = c->host->output(c, port, FRIT_F64, 1, &t->n, FRIT_WANT_MASK);
        if (!out)
            return FRIT_ENOMEM;
        for (size_t i = 0; i < t->n; i++) {
            double y = pick(&t->at[i], port);
            out->axis[0][i] = v->axis[0][i];
            out->value[i] = isfinite(y) ? y : 0;
            out->mask[i] = !isfinite(y);
        }
    }
    return FRIT_OK;
}
