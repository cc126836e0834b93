/* frame_compliance: the bending of the instrument's frame taken out of the depth.
 *
 * W. C. Oliver & G. M. Pharr, J. Mater. Res. 7 (1992) 1564, doi:10.1557/JMR.1992.1564, section III.B.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <math.h>

#include "indentation.h"
#include "record.h"

const frit_port frame_compliance_inputs[] = {RECORD_INPUTS, RECORD_STIFFNESS_INPUT, {0}};

const frit_port frame_compliance_outputs[] = {
    {.name = "load", .unit = "mN", CURVE_OVER_TIME, .doc = "as it came"},
    {.name = "depth", .unit = "nm", CURVE_OVER_TIME, .doc = "without what the frame gives"},
    {.name = "segment", .unit = "1", CURVE_OVER_TIME, .doc = "as it came, or as found from the load"},
    {.name = "stiffness",
     .unit = "N/m",
     CURVE_OVER_TIME,
     .doc = "of the contact alone; masked where none came"},
    {0}};

#define PARAMS struct frame_compliance
const frit_param frame_compliance_params[] = {FRIT_F64(PARAMS, frame_stiffness, "N/m", NAN, 1e3, 1e12, 0,
                                                       "not given: the file's attribute of this name"),
                                              {0}};

const char frame_compliance_doc[] = "    h - P/K,    1/S - 1/K\n"
                                    "\n"
                                    "with K the stiffness of the frame.  A frame of 5e6 N/m gives 20 nm at "
                                    "100 mN.  An error where K is not known, and where the "
                                    "file's program has taken it out already (attribute `frame_correction`).";

frit_status frame_compliance_run(frit_call *c)
{
    const PARAMS *p = c->params;
    double K = p->frame_stiffness;
    struct record r;
    frit_status status = record_once(c, "frame_correction", "the frame's compliance");
    if (status != FRIT_OK)
        return status;
    if (isnan(K) && !(c->host->attribute(c, IN_LOAD, "frame_stiffness", "N/m", &K) && K > 0))
        return c->host->fail(
            c, FRIT_EDATA,
            "the file does not say how stiff the frame is: say frame_stiffness = \"5e6 N/m\", or find it "
            "with frame_stiffness on a reference");
    status = record_read(c, &r, true, 1);
    if (status != FRIT_OK)
        return status;
    for (size_t i = 0; i < r.n; i++) {
        r.h[i] -= 1e6 * r.P[i] / K;
        if (r.S)
            r.S[i] = r.S[i] < K ? 1 / (1 / r.S[i] - 1 / K) : NAN;
    }
    const double *values[] = {r.P, r.h, r.phase, r.S};
    for (uint32_t port = 0; port < 4 && status == FRIT_OK; port++) {
        status = record_write(c, port, &r, values[port], 0);
        if (status == FRIT_OK && c->host->wanted(c, port))
            c->host->set_text_attribute(c, port, "frame_correction", "frame_compliance");
    }
    return status;
}
