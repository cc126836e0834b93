/* fictive_temperature: at which the liquid has the enthalpy that the glass was frozen in with.
 *
 *     integral from T1 to T2 of (C - C_glass) dT = integral from Tf to T2 of (C_liquid - C_glass) dT
 *
 * C. T. Moynihan, A. J. Easteal, M. A. DeBolt and J. Tucker, J. Am. Ceram. Soc. 59, 12 (1976),
 * doi:10.1111/j.1151-2916.1976.tb09376.x.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "calorimetry.h"

#include <math.h>

#define P struct fictive_temperature
const frit_port fictive_temperature_inputs[] = {
    {.name = "curve",
     .unit = "*",
     .ndim = 1,
     .axis_name = {"T"},
     .axis_unit = {"K"},
     .doc = "specific heat (or heat flow at a constant rate) on heating through the glass transition"},
    {0}};
enum { OUT_TF, OUT_GLASS, OUT_LIQUID, OUT_MARK };
#define LINE(name_, doc_)                                                                                    \
    {                                                                                                        \
        .name = name_, .unit = "@curve", .ndim = 1, .axis_name = {"T"}, .axis_unit = {"K"}, .doc = doc_      \
    }
const frit_port fictive_temperature_outputs[] = {
    {.name = "fictive_temperature", .unit = "K", .ndim = 0, .doc = "Tf"},
    LINE("glass_line", "from its window to the end of the liquid's"),
    LINE("liquid_line", "from Tf to the end of its window"),
    LINE("mark", "an upright stroke from the one line to the other, at Tf"),
    {0}};
const frit_param fictive_temperature_params[] = {
    FRIT_RANGE(P, glass, "K", NULL, 0, 1e4, FRIT_PARAM_REQUIRED,
               "window of the glass line, below all relaxation; the integral starts at its lower end"),
    FRIT_RANGE(P, liquid, "K", NULL, 0, 1e4, FRIT_PARAM_REQUIRED,
               "window of the liquid line; the integral ends at its upper end"),
    {0}};

const char fictive_temperature_doc[] =
    "    integral from T1 to T2 of (C - C_g) dT = integral from Tf to T2 of (C_l - C_g) dT\n"
    "\n"
    "C_g and C_l are least-squares lines through the windows `glass` and `liquid`, T1 the lower end of the "
    "one, T2 the upper end of the other. A glass that has stored enthalpy gives it off on heating, which "
    "lowers the left side: its Tf is higher. So the first scan of a deformed glass has a higher Tf than the "
    "second, though its onset lies lower.\n"
    "\n"
    "The glass line is continued over the whole transition: its window must lie below the relaxation and "
    "reach far enough (50 K and more), or Tf is uncertain by kelvins; sigma, from the scatter about the "
    "lines, says by how many.";

/* The sum of weights times y for a given Tf: zero at the fictive temperature. */
static double balance(const struct line *g, const struct line *l, double area, double T1, double T2,
                      double Tf)
{
    double glass = (Tf - T1) * line_at(g, (Tf + T1) / 2), liquid = (T2 - Tf) * line_at(l, (Tf + T2) / 2);
    return area - glass - liquid;
}

/* By bisection between T1 and T2, where the balance changes its sign. */
static bool find_root(const struct line *g, const struct line *l, double area, double T1, double T2,
                      double *Tf)
{
    double low = T1, high = T2, at_low = balance(g, l, area, T1, T2, low),
           at_high = balance(g, l, area, T1, T2, high);
    if (!(at_low * at_high < 0))
        return false;
    for (int i = 0; i < 200 && high - low > 1e-12 * high; i++) {
        double middle = (low + high) / 2, at = balance(g, l, area, T1, T2, middle);
        if (at * at_low > 0)
            low = middle;
        else
            high = middle;
    }
    *Tf = (low + high) / 2;
    return true;
}

frit_status fictive_temperature_run(frit_call *c)
{
    const P *p = c->params;
    struct thermal_curve k;
    struct line g, l;
    frit_status status = curve_take(c, 0, "curve", &k);
    if (status != FRIT_OK)
        return status;
    double *weight = c->host->scratch(c, k.n + 1, sizeof *weight);
    if (!weight)
        return FRIT_ENOMEM;
    if (!line_fit(&k, p->glass.from, p->glass.to, &g) || !line_fit(&k, p->liquid.from, p->liquid.to, &l) ||
        g.n < 4 || l.n < 4 || !(g.to < l.from))
        return c->host->fail(
            c, FRIT_EDATA,
            "%zu points lie in the window `glass` (%g to %g K), %zu in `liquid` (%g to %g K): 4 are "
            "needed in each, and the liquid's must lie above",
            g.n, p->glass.from, p->glass.to, l.n, p->liquid.from, p->liquid.to);
    double T1 = g.from, T2 = l.to, area = 0, Tf = NAN;
    weight_integral(&k, T1, T2, 1, weight);
    for (size_t i = 0; i < k.n; i++)
        area += weight[i] * k.y[i];
    if (!find_root(&g, &l, area, T1, T2, &Tf))
        return c->host->fail(
            c, FRIT_EDATA,
            "no temperature between %g and %g K balances the areas: is there a glass transition "
            "between the windows?",
            T1, T2);
    weight_line(&k, &g, T1, Tf, -1, weight);
    weight_line(&k, &l, Tf, T2, -1, weight);
    double noise = fmax(g.noise * g.noise * g.inflation, l.noise * l.noise * l.inflation), squares = 0;
    for (size_t i = 0; i < k.n; i++)
        squares += weight[i] * weight[i];
    double step = line_at(&l, Tf) - line_at(&g, Tf);
    status = put_number(c, OUT_TF, Tf, sqrt(noise * squares) / fabs(step));
    if (status == FRIT_OK)
        status = put_line(c, OUT_GLASS, &g, T1, T2);
    if (status == FRIT_OK)
        status = put_line(c, OUT_LIQUID, &l, Tf, T2);
    return status == FRIT_OK
               ? put_points(c, OUT_MARK, 2, (double[]){Tf, Tf}, (double[]){line_at(&g, Tf), line_at(&l, Tf)})
               : status;
}
