/* An indent as the steps of this module see it.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "record.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "shared/noise.h"

static bool measured(const frit_view *v, size_t i)
{
    return isfinite(v->value[i]) && !(v->mask && v->mask[i]);
}

/* ---- Sentences ---- */

static void sentence(frit_call *c, char *text, size_t size, const char *fmt, va_list list)
{
    const char *test = c->host->text_attribute(c, IN_LOAD, "test");
    size_t at = 0;
    text[0] = 0;
    if (test && *test)
        at = (size_t)snprintf(text, size, "%.60s: ", test);
    vsnprintf(text + at, size - at, fmt, list);
}

frit_status record_fail(frit_call *c, frit_status code, const char *fmt, ...)
{
    char text[800];
    va_list list;
    va_start(list, fmt);
    sentence(c, text, sizeof text, fmt, list);
    va_end(list);
    return c->host->fail(c, code, "%s", text);
}

void record_warn(frit_call *c, const char *fmt, ...)
{
    char text[800];
    va_list list;
    va_start(list, fmt);
    sentence(c, text, sizeof text, fmt, list);
    va_end(list);
    c->host->log(c, FRIT_WARNING, "%s", text);
}

/* ---- In ---- */

/* Inputs of a mapped step are single: what one view shows stays valid while others are asked for. */
static frit_status same_length(frit_call *c, const frit_view *load, const frit_view *other, const char *name)
{
    if (!other)
        return FRIT_EIO;
    if (other->shape[0] == load->shape[0])
        return FRIT_OK;
    return record_fail(c, FRIT_EDATA, "the load has %zu points and the %s %zu: both come from one test",
                       load->shape[0], name, other->shape[0]);
}

static bool allocate(frit_call *c, struct record *r)
{
    double **arrays[] = {&r->t, &r->P, &r->h, &r->phase};
    for (size_t i = 0; i < sizeof arrays / sizeof *arrays; i++)
        if (!(*arrays[i] = c->host->scratch(c, r->of + 1, sizeof(double))))
            return false;
    r->at = c->host->scratch(c, r->of + 1, sizeof *r->at);
    r->room = c->host->scratch(c, 2 * r->of + 2, sizeof *r->room);
    return r->at && r->room;
}

frit_status record_read(frit_call *c, struct record *r, bool with_stiffness, size_t least)
{
    const frit_host *host = c->host;
    *r = (struct record){.n = 0};
    const frit_view *load = host->input(c, IN_LOAD, 0), *depth = host->input(c, IN_DEPTH, 0);
    const frit_view *segment = host->n_inputs(c, IN_SEGMENT) ? host->input(c, IN_SEGMENT, 0) : NULL;
    const frit_view *slope =
        with_stiffness && host->n_inputs(c, IN_STIFFNESS) ? host->input(c, IN_STIFFNESS, 0) : NULL;
    if (!load)
        return FRIT_EIO;
    frit_status status = same_length(c, load, depth, "depth");
    if (status == FRIT_OK && segment)
        status = same_length(c, load, segment, "segment");
    if (status == FRIT_OK && slope)
        status = same_length(c, load, slope, "stiffness");
    if (status != FRIT_OK)
        return status;
    r->of = load->shape[0];
    if (!allocate(c, r) || (slope && !(r->S = host->scratch(c, r->of + 1, sizeof *r->S))))
        return FRIT_ENOMEM;
    for (size_t i = 0; i < r->of; i++) {
        if (!measured(load, i) || !measured(depth, i) || !isfinite(load->axis[0][i]))
            continue;
        r->at[r->n] = i;
        r->t[r->n] = load->axis[0][i];
        r->P[r->n] = load->value[i];
        r->h[r->n] = depth->value[i];
        if (segment)
            r->phase[r->n] = measured(segment, i) ? round(segment->value[i])
                             : r->n               ? r->phase[r->n - 1]
                                                  : PHASE_LOAD;
        if (slope)
            r->S[r->n] = measured(slope, i) ? slope->value[i] : NAN;
        r->n++;
    }
    if (r->n < least)
        return record_fail(c, FRIT_EDATA,
                           "%zu of %zu points have a load and a depth: at least %zu are needed", r->n, r->of,
                           least);
    if (!segment)
        segments_find(r->n, r->t, r->P, r->phase, r->room);
    return FRIT_OK;
}

static double *uncertainty_of(frit_call *c, const struct record *r, uint32_t port, const double *x)
{
    const frit_view *v = c->host->input(c, port, 0);
    double *sigma = v ? c->host->scratch(c, r->n + 1, sizeof *sigma) : NULL;
    if (!sigma)
        return NULL;
    const double noise = noise_of(r->n, x, r->room);
    for (size_t i = 0; i < r->n; i++)
        sigma[i] = v->sigma && isfinite(v->sigma[r->at[i]]) ? v->sigma[r->at[i]] : noise;
    return sigma;
}

frit_status record_uncertainty(frit_call *c, struct record *r)
{
    r->sP = uncertainty_of(c, r, IN_LOAD, r->P);
    r->sh = uncertainty_of(c, r, IN_DEPTH, r->h);
    return r->sP && r->sh ? FRIT_OK : FRIT_ENOMEM;
}

frit_status record_cycles(frit_call *c, const struct record *r, struct cycle **cycle, size_t *n)
{
    double highest = 0;
    for (size_t i = 0; i < r->n; i++)
        highest = fmax(highest, r->P[i]);
    *n = segments_cycles(r->n, r->phase, NULL, 0);
    if (*n == 0 && !(highest > 13 * noise_of(r->n, r->P, r->room)))
        return record_fail(c, FRIT_EDATA,
                           "the highest load is %.3g mN, within the noise: the tip never touched the sample",
                           highest);
    if (*n == 0)
        return record_fail(
            c, FRIT_EDATA,
            "the test has no unloading: its highest load is %.4g mN, and at its end the load is %.4g mN; was "
            "the export cut off, or does the hold never end?",
            highest, r->P[r->n - 1]);
    *cycle = c->host->scratch(c, *n, sizeof **cycle);
    if (!*cycle)
        return FRIT_ENOMEM;
    segments_cycles(r->n, r->phase, *cycle, *n);
    return FRIT_OK;
}

frit_status record_write(frit_call *c, uint32_t port, const struct record *r, const double *value,
                         double shift)
{
    if (!c->host->wanted(c, port))
        return FRIT_OK;
    const frit_view *in = c->host->n_inputs(c, port) ? c->host->input(c, port, 0) : NULL;
    const frit_view *load = c->host->input(c, IN_LOAD, 0);
    if (!load)
        return FRIT_EIO;
    frit_buffer *out = c->host->output(c, port, FRIT_F64, 1, &r->of,
                                       FRIT_WANT_MASK | (in && in->sigma ? FRIT_WANT_SIGMA : 0));
    if (!out)
        return FRIT_ENOMEM;
    memset(out->mask, 1, r->of);
    for (size_t i = 0; i < r->of; i++)
        out->axis[0][i] = load->axis[0][i] - shift;
    for (size_t k = 0; k < r->n; k++) {
        const size_t i = r->at[k];
        double x = value ? value[k] : in ? in->value[i] : NAN;
        out->value[i] = isfinite(x) ? x : 0;
        out->mask[i] = !isfinite(x) || (in && in->mask && in->mask[i] && port != IN_SEGMENT);
        if (out->sigma)
            out->sigma[i] = isfinite(in->sigma[i]) ? in->sigma[i] : 0;
    }
    return FRIT_OK;
}

frit_status write_number(frit_call *c, uint32_t port, double value, double sigma)
{
    if (!c->host->wanted(c, port))
        return FRIT_OK;
    const bool uncertain = isfinite(sigma) && isfinite(value), missing = !isfinite(value);
    frit_buffer *out = c->host->output(c, port, FRIT_F64, 0, NULL,
                                       (uncertain ? FRIT_WANT_SIGMA : 0) | (missing ? FRIT_WANT_MASK : 0));
    if (!out)
        return FRIT_ENOMEM;
    out->value[0] = missing ? 0 : value;
    if (missing)
        out->mask[0] = 1;
    if (uncertain)
        out->sigma[0] = sigma;
    return FRIT_OK;
}

frit_status write_curve(frit_call *c, uint32_t port, size_t n, const double *x, const double *y,
                        const double *sigma)
{
    if (!c->host->wanted(c, port))
        return FRIT_OK;
    frit_buffer *out =
        c->host->output(c, port, FRIT_F64, 1, &n, FRIT_WANT_MASK | (sigma ? FRIT_WANT_SIGMA : 0));
    if (!out)
        return FRIT_ENOMEM;
    for (size_t i = 0; i < n; i++) {
        out->axis[0][i] = x[i];
        out->mask[i] = !isfinite(y[i]);
        out->value[i] = out->mask[i] ? 0 : y[i];
        if (sigma)
            out->sigma[i] = isfinite(sigma[i]) ? sigma[i] : 0;
    }
    return FRIT_OK;
}

frit_status record_once(frit_call *c, const char *name, const char *what)
{
    const char *done = c->host->text_attribute(c, IN_LOAD, name);
    if (!done)
        return FRIT_OK;
    return record_fail(c, FRIT_EDATA, "%s was taken out before, by %s: once is right; leave this step out",
                       what, done);
}
