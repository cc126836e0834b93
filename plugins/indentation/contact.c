/* contact: where the tip meets the surface; load, depth and time count from there.
 *
 * J. L. Hay & G. M. Pharr, Instrumented Indentation Testing, ASM Handbook 8 (2000) 232; ISO 14577-1:2015,
 * 7.6.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <math.h>

#include "indentation.h"
#include "record.h"
#include "shared/noise.h"

const frit_port contact_inputs[] = {RECORD_INPUTS, RECORD_STIFFNESS_INPUT, {0}};

enum { OUT_TIME = 4, OUT_DEPTH, OUT_LOAD };
const frit_port contact_outputs[] = {
    {.name = "load", .unit = "mN", CURVE_OVER_TIME, .doc = "over the time since contact"},
    {.name = "depth", .unit = "nm", CURVE_OVER_TIME, .doc = "0 at contact"},
    {.name = "segment", .unit = "1", CURVE_OVER_TIME, .doc = "-1 before contact"},
    {.name = "stiffness", .unit = "N/m", CURVE_OVER_TIME, .doc = "as it came; masked where none came"},
    {.name = "contact_time", .unit = "s", .doc = "of the first point in contact, as the file counts"},
    {.name = "contact_displacement", .unit = "nm", .doc = "likewise"},
    {.name = "contact_load", .unit = "mN", .doc = "what was subtracted from the load"},
    {0}};

#define PARAMS struct contact
const frit_param contact_params[] = {
    FRIT_F64(PARAMS, slope, "N/m", 200, 0, 1e9, 0,
             "slope of the load over the depth that only the sample has"),
    FRIT_F64(PARAMS, least_load, "mN", NAN, 0, 1e6, 0,
             "contact is where the load first reaches this, instead"),
    FRIT_I64(PARAMS, points, 5, 2, 1000, 0,
             "over which a slope is taken; as many slopes in a row must exceed the limit"),
    FRIT_BOOL(PARAMS, tare, 1,
              "subtract the mean load before contact, where there are at least `points` before it"),
    {0}};

const char contact_doc[] = "The first point of the loading from which on dP/dh, by least squares over "
                           "`points` points, exceeds `slope` as many times "
                           "in a row; or, with `least_load`, the first point that reaches this load above "
                           "the one before contact.  Depth and time are counted "
                           "from there: h - h_s, t - t_s.  The mean load before it is subtracted (`tare`).  "
                           "The points before contact stay, with negative "
                           "times and segment -1.\n\n"
                           "A contact that is taken too late by dh makes H too high by about 2 dh/h.  It is "
                           "an error where the tip never touched: no slope "
                           "exceeds the limit.";

static double slope_at(const struct record *r, size_t from, size_t n)
{
    double h = 0, P = 0, hh = 0, hP = 0;
    for (size_t i = from; i < from + n; i++) {
        h += r->h[i] / (double)n;
        P += r->P[i] / (double)n;
    }
    for (size_t i = from; i < from + n; i++) {
        hh += (r->h[i] - h) * (r->h[i] - h);
        hP += (r->h[i] - h) * (r->P[i] - P);
    }
    return hh > 0 ? 1e6 * hP / hh : 0;
}

/* White noise of sigma s ranges over some 6.5 s in a thousand points: twice that is a load. */
static frit_status check_load(frit_call *c, const struct record *r)
{
    const double noise = noise_of(r->n, r->P, r->room);
    double highest = r->P[0], lowest = r->P[0];
    for (size_t i = 1; i < r->n; i++) {
        highest = fmax(highest, r->P[i]);
        lowest = fmin(lowest, r->P[i]);
    }
    if (highest - lowest > 13 * noise)
        return FRIT_OK;
    return c->host->fail(
        c, FRIT_EDATA, "the tip never touched: the load lies between %.4g and %.4g mN, its noise is %.2g mN",
        lowest, highest, noise);
}

/* A window of n points rises as soon as its last point does: of these, the last one on the load before
 * them. */
static size_t last_before(const struct record *r, size_t first, size_t n)
{
    double mean = 0, square = 0;
    size_t last = first;
    if (first < n)
        return first;
    for (size_t i = 0; i < first; i++)
        mean += r->P[i] / (double)first;
    for (size_t i = 0; i < first; i++)
        square += (r->P[i] - mean) * (r->P[i] - mean) / (double)first;
    for (size_t i = first; i < first + n; i++)
        if (r->P[i] <= mean + 3 * sqrt(square))
            last = i;
    return last;
}

static frit_status find_by_slope(frit_call *c, const struct record *r, size_t *contact)
{
    const PARAMS *p = c->params;
    const size_t n = (size_t)p->points;
    double steepest = 0;
    size_t in_a_row = 0;
    for (size_t i = 0; i + n <= r->n; i++) {
        const double slope = slope_at(r, i, n);
        steepest = fmax(steepest, slope);
        in_a_row = slope > p->slope ? in_a_row + 1 : 0;
        if (in_a_row < n && i + n < r->n)
            continue;
        if (in_a_row == 0)
            break;
        *contact = last_before(r, i + 1 - in_a_row, n);
        return FRIT_OK;
    }
    return c->host->fail(c, FRIT_EDATA,
                         "the tip never touched: the slope of the load over the depth does not exceed %.4g "
                         "N/m (at most %.4g N/m)",
                         p->slope, steepest);
}

static frit_status find_by_load(frit_call *c, const struct record *r, size_t *contact)
{
    const PARAMS *p = c->params;
    double highest = 0;
    for (size_t i = 0; i < r->n; i++) {
        highest = fmax(highest, r->P[i]);
        if (r->P[i] < p->least_load)
            continue;
        *contact = i;
        return FRIT_OK;
    }
    return c->host->fail(c, FRIT_EDATA,
                         "the tip never touched: the load does not reach %.4g mN (at most %.4g mN)",
                         p->least_load, highest);
}

frit_status contact_run(frit_call *c)
{
    const PARAMS *p = c->params;
    struct record r;
    size_t contact = 0;
    frit_status status = record_read(c, &r, true, (size_t)p->points + 1);
    if (status == FRIT_OK)
        status = check_load(c, &r);
    if (status == FRIT_OK)
        status = isnan(p->least_load) ? find_by_slope(c, &r, &contact) : find_by_load(c, &r, &contact);
    if (status != FRIT_OK)
        return status;
    const double t = r.t[contact], h = r.h[contact];
    double tare = 0;
    for (size_t i = 0; i < contact; i++)
        tare += r.P[i] / (double)contact;
    if (!p->tare || contact < (size_t)p->points)
        tare = 0;
    for (size_t i = 0; i < r.n; i++) {
        r.P[i] -= tare;
        r.h[i] -= h;
        if (i < contact)
            r.phase[i] = PHASE_APPROACH;
    }
    const double *values[] = {r.P, r.h, r.phase, r.S};
    for (uint32_t port = 0; port < 4 && status == FRIT_OK; port++)
        status = record_write(c, port, &r, values[port], t);
    if (status == FRIT_OK)
        status = write_number(c, OUT_TIME, t, NAN);
    if (status == FRIT_OK)
        status = write_number(c, OUT_DEPTH, h, NAN);
    return status == FRIT_OK ? write_number(c, OUT_LOAD, tare, NAN) : status;
}
