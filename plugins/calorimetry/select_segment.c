/* select_segment: one part of a temperature program, as a curve over temperature.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "calorimetry.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

const frit_port select_segment_inputs[] = {RUN_PORTS, {0}};
const frit_port select_segment_outputs[] = {{.name = "heat_flow",
                                             .unit = "@heat_flow",
                                             .ndim = 1,
                                             .axis_name = {"T"},
                                             .axis_unit = {"K"},
                                             .doc = "the part, by rising temperature"},
                                            {0}};

#define P struct select_segment
const frit_param select_segment_params[] = {
    FRIT_TEXT(P, segment, "heating", 0,
              "\"heating 1\", \"isothermal 2\", \"cooling 1\"; without a number: the only one of its kind"),
    SEGMENT_PARAMS(P),
    FRIT_TEXT(P, scan, NULL, 0, "\"first\" or \"second\" scan: kept as the attribute scan, for the record"),
    {0}};

const char select_segment_doc[] = "Finds the parts of the program from the temperatures: where a line "
                                  "through the points within `window` about one rises by less than `held` "
                                  "the temperature is held (isothermal), else it is heated or cooled; a "
                                  "part that is shorter than `shortest` belongs to the one before. They are "
                                  "called `isothermal 1`, `heating 1`, `isothermal 2`, ... in the order of "
                                  "time. An error lists them all.\n"
                                  "\n"
                                  "The points of the part are ordered by temperature; those at the same "
                                  "temperature stay beside each other. The attributes: `heating_rate` "
                                  "(K/min, the slope of a line through the middle half of the part; a "
                                  "`program_rate` of the header that differs by more than 2 % brings a "
                                  "warning), `segment`, and, where the temperature is held before and "
                                  "after, `level_before` and `level_after`: the signal there, mean over the "
                                  "last `settled` of the hold. They tell whether a curve was aligned "
                                  "(`align_isotherms`).";

struct sorted_point {
    double T;
    size_t at;
};

static int by_temperature(const void *a, const void *b)
{
    const struct sorted_point *p = a, *q = b;
    return p->T < q->T ? -1 : p->T > q->T ? 1 : p->at < q->at ? -1 : p->at > q->at;
}

static frit_status fill(frit_call *c, const struct calorimeter_run *r, const struct segment *s)
{
    struct sorted_point *order = c->host->scratch(c, s->n + 1, sizeof *order);
    frit_buffer *b =
        c->host->output(c, 0, FRIT_F64, 1, &s->n, FRIT_WANT_MASK | (r->sigma ? FRIT_WANT_SIGMA : 0));
    if (!b || !order)
        return FRIT_ENOMEM;
    for (size_t i = 0; i < s->n; i++)
        order[i] = (struct sorted_point){r->T[s->first + i], s->first + i};
    qsort(order, s->n, sizeof *order, by_temperature);
    for (size_t i = 0; i < s->n; i++) {
        size_t at = order[i].at;
        b->axis[0][i] = order[i].T;
        b->mask[i] = r->usable[at] == 0;
        b->value[i] = b->mask[i] ? 0 : r->flow[at];
        if (b->sigma && !b->mask[i])
            b->sigma[i] = r->sigma[at];
    }
    return FRIT_OK;
}

static void set_level(frit_call *c, const struct calorimeter_run *r, const struct segments *s, ptrdiff_t i,
                      const char *name, double settled)
{
    if (i < 0 || i >= s->n || s->part[i].kind != SEGMENT_ISOTHERMAL)
        return;
    struct level l = segment_level(&s->part[i], r->t, r->flow, r->usable, settled);
    if (isfinite(l.mean))
        c->host->set_attribute(c, 0, name, r->unit, l.mean);
}

frit_status select_segment_run(frit_call *c)
{
    const P *p = c->params;
    struct calorimeter_run r;
    struct segments s;
    char list[4000], name[SEGMENT_NAME];
    frit_status status = take_run(c, 0, &r);
    if (status == FRIT_OK)
        status = find_segments(c, &r, RULES(p), &s);
    if (status != FRIT_OK)
        return status;
    const struct segment *part = segments_named(&s, p->segment);
    if (!part)
        return c->host->fail(c, FRIT_EDATA, "there is not one part called %s; the program has %s", p->segment,
                             segments_list(&s, list, sizeof list));
    status = fill(c, &r, part);
    if (status != FRIT_OK)
        return status;
    double told;
    if (part->kind != SEGMENT_ISOTHERMAL) {
        c->host->set_attribute(c, 0, "heating_rate", "K/min", part->rate);
        if (c->host->attribute(c, 0, "program_rate", "K/min", &told) &&
            fabs(fabs(told) - fabs(part->rate)) > 0.02 * fabs(told))
            c->host->log(c, FRIT_WARNING, "the header tells of %g K/min, the temperatures run at %.4g K/min",
                         told, part->rate);
    }
    c->host->set_text_attribute(c, 0, "segment", segment_name(part, name));
    if (p->scan)
        c->host->set_text_attribute(c, 0, "scan", p->scan);
    set_level(c, &r, &s, part - s.part - 1, "level_before", p->settled);
    set_level(c, &r, &s, part - s.part + 1, "level_after", p->settled);
    return FRIT_OK;
}
