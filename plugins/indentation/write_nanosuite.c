/* write_nanosuite: an indent as the text that NanoSuite exports.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "columns/finish.h"
#include "indentation.h"
#include "segments.h"

#define OVER_TIME .ndim = 1, .axis_name = {"time"}, .axis_unit = {"s"}
const frit_port write_nanosuite_inputs[] = {
    {.name = "load", .unit = "mN", OVER_TIME, .doc = "load on the sample"},
    {.name = "depth", .unit = "nm", OVER_TIME, .doc = "displacement, at the same times"},
    {.name = "segment", .unit = "1", OVER_TIME, .doc = SEGMENT_DOC},
    {0}};

#define PARAMS struct write_nanosuite
const frit_param write_nanosuite_params[] = {
    FRIT_OUTPUT(PARAMS, file, FRIT_PARAM_REQUIRED, "the file to write; {name} stands for the element's name"),
    {0}};

const char write_nanosuite_doc[] =
    "Tab-separated: lines of what is known of the test (`Frame Stiffness`, `Poisson`), a row of names, a row "
    "of units, then rows of "
    "`Segment` (a marker where a segment begins), `Raw Displacement`, `Load`, `Time`, and `END`.  Masked "
    "values are left empty.  "
    "`read_indentation` gives load, depth, time and segments back, to 12 digits.";

static const char *marker_of(double phase)
{
    static const char *const markers[] = {"Surface Marker", "Hold Maximum Load Marker",
                                          "Unload From Peak Marker", "Thermal Drift Marker",
                                          "Final Unload Marker"};
    return phase >= PHASE_LOAD && phase <= PHASE_LAST_UNLOAD ? markers[(int)phase] : "";
}

static void put_value(FILE *f, const frit_view *v, size_t i, char end)
{
    if (isfinite(v->value[i]) && !(v->mask && v->mask[i]))
        fprintf(f, "%.12g", v->value[i]);
    fputc(end, f);
}

static void write_rows(FILE *f, const frit_view *load, const frit_view *depth, const frit_view *segment)
{
    double before = PHASE_APPROACH;
    for (size_t i = 0; i < load->shape[0]; i++) {
        const double phase = segment->mask && segment->mask[i] ? before : round(segment->value[i]);
        fprintf(f, "%s\t", phase == before ? "" : marker_of(phase));
        before = phase;
        put_value(f, depth, i, '\t');
        put_value(f, load, i, '\t');
        fprintf(f, "%.12g\n", load->axis[0][i]);
    }
}

static void write_head(frit_call *c, FILE *f)
{
    double x;
    const char *origin = c->host->text_attribute(c, 0, "origin");
    if (origin)
        fprintf(f, "Origin\t%s\n", origin);
    if (c->host->attribute(c, 0, "frame_stiffness", "N/m", &x))
        fprintf(f, "Frame Stiffness\t%.12g\tN/m\n", x);
    if (c->host->attribute(c, 0, "poisson", "1", &x))
        fprintf(f, "Poisson\t%.12g\n", x);
    fputs("\nSegment\tRaw Displacement\tLoad\tTime\n\tnm\tmN\ts\n", f);
}

frit_status write_nanosuite_run(frit_call *c)
{
    const PARAMS *p = c->params;
    const frit_view *load = c->host->input(c, 0, 0), *depth = c->host->input(c, 1, 0),
                    *segment = c->host->input(c, 2, 0);
    if (!load || !depth || !segment)
        return FRIT_EIO;
    if (depth->shape[0] != load->shape[0] || segment->shape[0] != load->shape[0])
        return c->host->fail(c, FRIT_EDATA,
                             "load, depth and segment have %zu, %zu and %zu points: they come from one test",
                             load->shape[0], depth->shape[0], segment->shape[0]);
    const char *path = c->host->output_file(c, p->file);
    if (!path)
        return FRIT_EIO;
    FILE *f = fopen(path, "w");
    if (!f)
        return c->host->fail(c, FRIT_EIO, "%s cannot be written: %s", p->file, strerror(errno));
    write_head(c, f);
    write_rows(f, load, depth, segment);
    fputs("END\n", f);
    return columns_finish(c, f, p->file);
}
