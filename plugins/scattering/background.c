/* Subtract measured backgrounds: the empty furnace, the air, the container.
 *
 * I(Q) - sum over backgrounds of bgscale I_bg(Q); T. Egami and S. J. L. Billinge, Underneath the Bragg
 * Peaks, 2nd ed., Elsevier 2012, section 5.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "shared/lookup.h"
#include "scattering.h"

#include <math.h>
#include <string.h>

enum { IN_INTENSITY, IN_BACKGROUND };

const frit_port background_inputs[] = {
    { .name = "intensity", .ndim = 1, .unit = "*", .axis_name = { "Q" }, .axis_unit = { "1/angstrom" },
      .doc = "the sample with what is around it" },
    { .name = "background", .ndim = 1, .unit = "*", .axis_name = { "Q" }, .axis_unit = { "1/angstrom" },
      .flags = FRIT_PORT_MANY,
      .doc = "measured without the sample, in the unit of the intensity; one or several" },
    { 0 }
};

const frit_port background_outputs[] = {
    { .name = "intensity", .ndim = 1, .unit = "@intensity", .axis_name = { "@intensity.0" },
      .axis_unit = { "@intensity.0" },
      .doc = "the sample alone; masked where a background was not measured" },
    { 0 }
};

const frit_param background_table[] = {
    FRIT_ARRAY(background_params, bgscale, "1", 0, 1e9, 0,
               "factor of each background, in their order, or one number for all; not given: 1.  With "
               "absorption it is the transmission of the sample over that of the empty beam"),
    { 0 }
};

static double scale_of(const frit_array *bgscale, uint64_t i)
{
    return bgscale->n == 0 ? 1 : bgscale->n == 1 ? bgscale->v[0] : bgscale->v[i];
}

static bool same_grid(const frit_view *a, const frit_view *b)
{
    size_t n = a->shape[0];
    return n == b->shape[0] && (n == 0 || !memcmp(a->axis[0], b->axis[0], n * sizeof(double)));
}

/* The background at the points of the intensity. */
static bool read_background(frit_call *c, const frit_view *b, const frit_view *v, double *y, double *variance,
                            bool *known)
{
    const size_t n = v->shape[0];
    if (!same_grid(v, b))
        return lookup_all(c, b, n, v->axis[0], y, variance, known);
    lookup_copy(b, y, variance, known);
    return true;
}

/* out - scale b: out->sigma, where there is one, still holds a variance.  room: for two curves. */
static frit_status subtract(frit_call *c, frit_buffer *out, const frit_view *b, const frit_view *v,
                            double scale, double *room, bool *known)
{
    const size_t n = out->shape[0];
    const double *y = room, *variance = room + n;
    double *restrict value = out->value, *restrict sigma = out->sigma;
    uint8_t *restrict mask = out->mask;
    if (!read_background(c, b, v, room, room + n, known))
        return FRIT_ENOMEM;
    for (size_t i = 0; i < n; i++)
        mask[i] |= !known[i];
    for (size_t i = 0; i < n; i++)
        value[i] -= scale * y[i];
    for (size_t i = 0; sigma && i < n; i++)
        sigma[i] += scale * scale * variance[i];
    return FRIT_OK;
}

/* Copy the intensity; its variance goes where its sigma will be. */
static size_t start(frit_buffer *out, const frit_view *v, bool *known)
{
    const size_t n = out->shape[0];
    size_t measured = 0;
    memcpy(out->axis[0], v->axis[0], n * sizeof *v->axis[0]);
    lookup_copy(v, out->value, out->sigma, known);
    for (size_t i = 0; i < n; i++) {
        out->mask[i] = !(known[i] && isfinite(v->axis[0][i]));
        measured += !out->mask[i];
    }
    return measured;
}

static size_t finish(frit_buffer *out)
{
    double *restrict value = out->value, *restrict sigma = out->sigma;
    const uint8_t *restrict mask = out->mask;
    const size_t n = out->shape[0];
    size_t left = 0;
    for (size_t i = 0; sigma && i < n; i++)
        sigma[i] = sqrt(sigma[i]);
    for (size_t i = 0; i < n; i++)
        left += !mask[i];
    for (size_t i = 0; left < n && i < n; i++) {
        value[i] = mask[i] ? 0 : value[i];
        if (sigma && mask[i])
            sigma[i] = 0;
    }
    return left;
}

static frit_status check_background(frit_call *c, const frit_view *v, const frit_view *b, uint64_t i)
{
    if (b->failure)
        return c->host->fail(c, FRIT_EDATA, "background %llu is missing: %s",
                             (unsigned long long)i + 1, b->failure);
    if (strcmp(v->unit, b->unit))
        return c->host->fail(c, FRIT_EPARAM, "the intensity is in %s, background %llu in %s: both must be "
                             "counted alike",
                             v->unit, (unsigned long long)i + 1, b->unit);
    return FRIT_OK;
}

/* Nothing is left: say which background reaches how far. */
static frit_status say_uncovered(frit_call *c, const frit_view *v, uint64_t n)
{
    lookup l;
    double from = NAN, to = NAN, b_from = NAN, b_to = NAN;
    if (!lookup_make(c, v, &l))
        return FRIT_ENOMEM;
    lookup_range(&l, &from, &to);
    for (uint64_t i = 0; i < n; i++) {
        const frit_view *b = c->host->input(c, IN_BACKGROUND, i);
        if (!b)
            return FRIT_EIO;
        if (!lookup_make(c, b, &l))
            return FRIT_ENOMEM;
        if (!lookup_range(&l, &b_from, &b_to))
            return c->host->fail(c, FRIT_EDATA, "background %llu has no measured point",
                                 (unsigned long long)i + 1);
        if (b_from > to || b_to < from)
            break;
    }
    return c->host->fail(c, FRIT_EDATA, "no point of the intensity, %g to %g 1/angstrom, is covered by the "
                         "background, %g to %g 1/angstrom", from, to, b_from, b_to);
}

frit_status background_run(frit_call *c)
{
    const background_params *p = c->params;
    const frit_view *v = c->host->input(c, IN_INTENSITY, 0);
    if (!v)
        return FRIT_EIO;
    uint64_t n = c->host->n_inputs(c, IN_BACKGROUND);
    if (p->bgscale.n > 1 && p->bgscale.n != n)
        return c->host->fail(c, FRIT_EPARAM, "bgscale has %zu numbers for %llu background%s: give one for "
                             "each, or one for all", p->bgscale.n, (unsigned long long)n, n == 1 ? "" : "s");
    frit_buffer *out =
        c->host->output(c, 0, FRIT_F64, 1, v->shape, FRIT_WANT_MASK | (v->sigma ? FRIT_WANT_SIGMA : 0));
    double *room = c->host->scratch(c, 2 * v->shape[0] + 1, sizeof *room);
    bool *known = c->host->scratch(c, v->shape[0] + 1, sizeof *known);
    if (!out || !room || !known)
        return FRIT_ENOMEM;
    if (c->host->text_attribute(c, IN_INTENSITY, "background_subtracted"))
        c->host->log(c, FRIT_WARNING, "a background has been subtracted from this intensity before: right "
                     "only for another one");
    c->host->set_text_attribute(c, 0, "background_subtracted", "yes");
    size_t measured = start(out, v, known);
    for (uint64_t i = 0; i < n; i++) {
        const frit_view *b = c->host->input(c, IN_BACKGROUND, i);
        if (!b)
            return FRIT_EIO;
        frit_status status = check_background(c, v, b, i);
        if (status == FRIT_OK)
            status = subtract(c, out, b, v, scale_of(&p->bgscale, i), room, known);
        if (status != FRIT_OK)
            return status;
    }
    size_t left = finish(out);
    if (measured && !left)
        return say_uncovered(c, v, n);
    if (left < measured)
        c->host->log(c, FRIT_WARNING, "%zu of %zu points lie where a background was not measured: masked",
                     measured - left, measured);
    return FRIT_OK;
}
