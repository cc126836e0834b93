/* frame_stiffness: how stiff the instrument's frame is, from unloads of a reference at many loads.
 *
 * W. C. Oliver & G. M. Pharr, J. Mater. Res. 7 (1992) 1564, doi:10.1557/JMR.1992.1564, equation 10, with the
 * area as P/H.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <math.h>

#include "indentation.h"
#include "record.h"
#include "reference.h"

const frit_port frame_stiffness_inputs[] = {REFERENCE_INPUTS, {0}};

enum { OUT_STIFFNESS, OUT_COMPLIANCE, OUT_SLOPE, OUT_POINTS, OUT_LINE };

#define OVER_LOAD .unit = "nm/mN", .ndim = 1, .axis_name = {"1/sqrt(P/mN)"}, .axis_unit = {"1"}
const frit_port frame_stiffness_outputs[] = {
    {.name = "frame_stiffness",
     .unit = "N/m",
     .doc = "K = 1/C; masked where the compliance is not above zero"},
    {.name = "compliance", .unit = "nm/mN", .doc = "C, the intercept"},
    {.name = "slope", .unit = "nm/mN", .doc = "of the contact at 1 mN: sqrt(pi H/P)/(2 beta Er)"},
    {.name = "points", OVER_LOAD, .doc = "1/S of each unload, over 1/sqrt(P)"},
    {.name = "line", OVER_LOAD, .doc = "the line at the same positions, for drawing"},
    {0}};

#define PARAMS struct frame_stiffness
const frit_param frame_stiffness_params[] = {
    FRIT_F64(PARAMS, least_load, "mN", 0, 0, 1e6, 0,
             "unloads from less are left out: there the hardness is not that of the bulk"),
    {0}};

const char frame_stiffness_doc[] = "    1/S = C + slope/sqrt(P/mN)\n"
                                   "\n"
                                   "by least squares over all unloads of the reference: on a sample of one "
                                   "hardness and modulus the area is P/H, so that the "
                                   "compliance of the contact goes with 1/sqrt(P), and what is left at "
                                   "infinite load is the frame's.  No area function is needed.  S "
                                   "must come from depths that contain the frame.  Large loads decide: at "
                                   "small ones the hardness may depend on the depth.";

frit_status frame_stiffness_run(frit_call *c)
{
    const PARAMS *p = c->params;
    struct reference r;
    frit_status status = reference_read(c, &r);
    if (status != FRIT_OK)
        return status;
    double *x = c->host->scratch(c, 3 * r.n + 1, sizeof *x), *y = x + r.n, *line = y + r.n;
    if (!x)
        return FRIT_ENOMEM;
    size_t n = 0;
    double mx = 0, my = 0, xx = 0, xy = 0, rest = 0;
    for (size_t i = 0; i < r.n; i++)
        if (r.P[i] >= p->least_load) {
            x[n] = 1 / sqrt(r.P[i]);
            y[n] = 1 / r.S[i];
            mx += x[n];
            my += y[n++];
        }
    mx /= (double)n;
    my /= (double)n;
    for (size_t i = 0; i < n; i++) {
        xx += (x[i] - mx) * (x[i] - mx);
        xy += (x[i] - mx) * (y[i] - my);
    }
    if (n < 3 || !(xx > 0))
        return c->host->fail(c, FRIT_EDATA, "%zu unloads count: a line needs at least 3, at different loads",
                             n);
    const double slope = xy / xx, C = my - slope * mx;
    for (size_t i = 0; i < n; i++) {
        line[i] = C + slope * x[i];
        rest += (y[i] - line[i]) * (y[i] - line[i]);
    }
    const double s2 = rest / (double)(n - 2), sigma = sqrt(s2 * (1 / (double)n + mx * mx / xx));
    if (!(C > 2 * sigma))
        c->host->log(c, FRIT_WARNING,
                     "the compliance is %.4g nm/mN, with an uncertainty of %.2g: the frame cannot be told "
                     "from a rigid one",
                     C, sigma);
    status =
        write_number(c, OUT_STIFFNESS, C > 0 ? 1e6 / C : NAN, 1e6 * sigma / (C * C)); /* nm/mN is 1e-6 m/N */
    if (status == FRIT_OK)
        status = write_number(c, OUT_COMPLIANCE, C, sigma);
    if (status == FRIT_OK)
        status = write_number(c, OUT_SLOPE, slope, sqrt(s2 / xx));
    if (status == FRIT_OK)
        status = write_curve(c, OUT_POINTS, n, x, y, NULL);
    return status == FRIT_OK ? write_curve(c, OUT_LINE, n, x, line, NULL) : status;
}
