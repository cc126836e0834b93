/* baseline: what lies under a peak, and the area above it.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "calorimetry.h"
#include "under_peak.h"

#include <math.h>
#include <stdio.h>

const frit_port baseline_inputs[] = {{.name = "curve",
                                      .unit = "*",
                                      .ndim = 1,
                                      .axis_name = {"T"},
                                      .axis_unit = {"K"},
                                      .doc = "with a peak of either sign"},
                                     {0}};

enum { OUT_CORRECTED, OUT_BASELINE, OUT_AREA };
const frit_port baseline_outputs[] = {
    {.name = "corrected",
     .unit = "@curve",
     .ndim = 1,
     .axis_name = {"T"},
     .axis_unit = {"K"},
     .doc = "the curve less the baseline, between the limits"},
    {.name = "baseline",
     .unit = "@curve",
     .ndim = 1,
     .axis_name = {"T"},
     .axis_unit = {"K"},
     .doc = "between the limits"},
    {.name = "area",
     .unit = "*",
     .ndim = 0,
     .doc = "of the corrected curve over temperature, in the curve's unit times K"},
    {0}};

#define P struct baseline
const frit_param baseline_params[] = {
    FRIT_RANGE(P, limits, "K", NULL, 0, 1e4, FRIT_PARAM_REQUIRED, "where the peak begins and ends"),
    FRIT_CHOICE(P, kind, "linear|sigmoidal|tangential", "how the baseline goes from one side to the other"),
    FRIT_F64(P, side, "K", 5, 1e-3, 1000, 0,
             "length of the lines that are fitted before and behind the limits"),
    {0}};

const char baseline_doc[] =
    "Lines are fitted over `side` before the lower and behind the upper limit.\n"
    "\n"
    "- `linear`: straight from where the left line is at the lower limit to where the right line is at the "
    "upper one\n"
    "- `sigmoidal`: (1 - x) y_left + x y_right between the two levels at the limits\n"
    "- `tangential`: (1 - x) l_left(T) + x l_right(T) between the two lines continued\n"
    "\n"
    "x is the share of the peak's area that has gone by at T, found by repeating until the area stands "
    "still (to 1e-12). A straight baseline through a glass transition gives an area that means nothing: "
    "choose limits on one side of it.\n"
    "\n"
    "sigma of the area holds the scatter of the points and the lines' uncertainty at the limits. Where the "
    "curve ends at a limit, `linear` takes its last points for the line; the others fail.";

frit_status baseline_run(frit_call *c)
{
    const P *p = c->params;
    struct thermal_curve k;
    struct peak_baseline b;
    frit_status status = curve_take(c, 0, "curve", &k);
    if (status != FRIT_OK)
        return status;
    double *base = c->host->scratch(c, k.n + 1, sizeof *base),
           *rest = c->host->scratch(c, k.n + 1, sizeof *rest);
    if (!base || !rest)
        return FRIT_ENOMEM;
    const char *why =
        under_peak(&k, p->limits.from, p->limits.to, p->side, (enum baseline_kind)p->kind, base, &b);
    if (why)
        return c->host->fail(c, FRIT_EDATA,
                             "no baseline between %g and %g K: %s (the curve runs from %g to %g K)",
                             p->limits.from, p->limits.to, why, k.T[0], k.T[k.n - 1]);
    for (size_t i = 0; i < b.n; i++)
        rest[i] = k.y[b.first + i] - base[i];
    status = put_points(c, OUT_CORRECTED, b.n, k.T + b.first, rest);
    if (status == FRIT_OK)
        status = put_points(c, OUT_BASELINE, b.n, k.T + b.first, base);
    if (status == FRIT_OK)
        status = put_number(c, OUT_AREA, b.area, sqrt(b.variance));
    if (status == FRIT_OK && c->host->wanted(c, OUT_AREA)) {
        char unit[128];
        snprintf(unit, sizeof unit, "(%.100s) K", c->host->input(c, 0, 0)->unit);
        c->host->set_unit(c, OUT_AREA, -1, "area", unit);
    }
    return status;
}
