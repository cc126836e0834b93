/* value_at: a curve read off at one position: dS(Q, T) at 2.3 1/angstrom, the position of the second shell.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "metrics.h"

#include <math.h>

#include "shared/lookup.h"

const frit_port value_at_inputs[] = {
    {.name = "curve", .unit = "*", .ndim = 1, .axis_name = {"x"}, .axis_unit = {"*"},
     .doc = "a curve, in any order of x"},
    {0}};

const frit_port value_at_outputs[] = {
    {.name = "value", .unit = "@curve", .doc = "the curve's value there; over a series it makes a curve"},
    {0}};

const frit_param value_at_params[] = {
    FRIT_F64(struct value_at, position, "1", NAN, -1e300, 1e300, FRIT_PARAM_REQUIRED,
             "Where, in the unit of the curve's axis: 2.3 is 2.3 1/angstrom for a curve over Q in "
             "1/angstrom."),
    {0}};

const char value_at_doc[] =
    "    y = (1 - u) y_j + u y_j+1,   u = (x - x_j)/(x_j+1 - x_j)\n"
    "\n"
    "The value at a point of the curve, or on the straight line between its two neighbours, with sigma^2 = "
    "(1 - u)^2 sigma_j^2 + u^2 sigma_j+1^2: neighbours count as independent, which points of G(r) are not "
    "(at a point itself that does not matter). A position outside of the curve, or beside a point that was "
    "not measured, is refused: nothing is bridged. A thousandth of a step outside is no matter.\n"
    "\n"
    "`sq:difference { sq[1] }:value_at { position = 2.3 }` is dS(T) at 2.3 1/angstrom.";

frit_status value_at_run(frit_call *c)
{
    const struct value_at *p = c->params;
    const frit_view *v = c->host->input(c, 0, 0);
    lookup l;
    double y, variance, from, to;
    if (!v)
        return FRIT_EIO;
    const char *unit = v->axis_unit[0] ? v->axis_unit[0] : "";
    for (size_t i = 0; i < v->shape[0]; i++)
        if (!isfinite(v->axis[0][i]))
            return c->host->fail(c, FRIT_EDATA, "the position of point %zu of the curve is no number", i + 1);
    if (!lookup_make(c, v, &l))
        return FRIT_ENOMEM;
    if (!lookup_range(&l, &from, &to))
        return c->host->fail(c, FRIT_EDATA, "no point of the curve is measured");
    if (!lookup_at(&l, p->position, &y, &variance) || !isfinite(y) || !isfinite(variance))
        return c->host->fail(c, FRIT_EDATA,
                             p->position < from || p->position > to
                                 ? "position %g lies outside of the curve, which is measured from %g to %g %s"
                                 : "position %g lies beside a point that was not measured, in a curve from "
                                   "%g to %g %s: choose another",
                             p->position, from, to, unit);
    frit_buffer *out = c->host->output(c, 0, FRIT_F64, 0, NULL, v->sigma ? FRIT_WANT_SIGMA : 0);
    if (!out)
        return FRIT_ENOMEM;
    out->value[0] = y;
    if (out->sigma)
        out->sigma[0] = sqrt(variance);
    c->host->set_attribute(c, 0, "at", v->axis_unit[0] ? v->axis_unit[0] : "1", p->position);
    return FRIT_OK;
}
