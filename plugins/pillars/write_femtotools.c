/* write_femtotools: a compression as the text that FemtoTools' instruments export.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "columns/finish.h"
#include "pillars.h"

#define OVER_TIME .ndim = 1, .axis_name = {"time"}, .axis_unit = {"s"}
const frit_port write_femtotools_inputs[] = {
    {.name = "load", .unit = "uN", OVER_TIME, .doc = "of the sensor"},
    {.name = "depth", .unit = "um", OVER_TIME, .doc = "displacement, at the same times"},
    {0}};

#define PARAMS struct write_femtotools
const frit_param write_femtotools_params[] = {
    FRIT_OUTPUT(PARAMS, file, FRIT_PARAM_REQUIRED, "the file to write; {name} stands for the element's name"),
    {0}};

const char write_femtotools_doc[] = "Comments behind `//`, the last of which names 17 tab-separated columns, "
                                    "then rows.  Of the columns Index, Phase, Displacement, Time, "
                                    "Pos Z, Piezo Z, Force A and Sample Displacement are filled, the others "
                                    "are 0.  Points without a load or a displacement are left out.  "
                                    "`read_indentation` gives load, depth and time back, to 12 digits.";

static void write_rows(FILE *f, const frit_view *load, const frit_view *depth)
{
    for (size_t i = 0; i < load->shape[0]; i++) {
        if (!isfinite(load->value[i]) || !isfinite(depth->value[i]) || (load->mask && load->mask[i]) ||
            (depth->mask && depth->mask[i]))
            continue;
        const double u = depth->value[i];
        fprintf(f, "0\t1\t%.12g\t%.12g\t0\t0\t%.12g\t0\t0\t%.12g\t%.12g\t0\t0\t0\t0\t23\t%.12g\n", u,
                load->axis[0][i], u, u, load->value[i], u);
    }
}

frit_status write_femtotools_run(frit_call *c)
{
    const PARAMS *p = c->params;
    const frit_view *load = c->host->input(c, 0, 0), *depth = c->host->input(c, 1, 0);
    if (!load || !depth)
        return FRIT_EIO;
    if (depth->shape[0] != load->shape[0])
        return c->host->fail(c, FRIT_EDATA,
                             "the load has %zu points and the displacement %zu: both come from one test",
                             load->shape[0], depth->shape[0]);
    const char *path = c->host->output_file(c, p->file), *origin = c->host->text_attribute(c, 0, "origin");
    if (!path)
        return FRIT_EIO;
    FILE *f = fopen(path, "w");
    if (!f)
        return c->host->fail(c, FRIT_EIO, "%s cannot be written: %s", p->file, strerror(errno));
    double K;
    fputs("// FemtoTools nanomechanical testing\n", f);
    if (origin)
        fprintf(f, "// Origin = %s\n", origin);
    if (c->host->attribute(c, 0, "frame_stiffness", "N/m", &K))
        fprintf(f, "// Frame Stiffness\t%.12g\tN/m\n", K);
    fputs("// Index [#]\tPhase [#]\tDisplacement [um]\tTime [s]\tPos X [um]\tPos Y [um]\tPos Z [um]\tPiezo X "
          "[um]\tPiezo Y [um]\t"
          "Piezo Z [um]\tForce A [uN]\tForce B [uN]\tGripper [V]\tVoltage A [V]\tVoltage B [V]\tTemperature "
          "[degC]\tSample Displacement [um]\n",
          f);
    write_rows(f, load, depth);
    return columns_finish(c, f, p->file);
}
