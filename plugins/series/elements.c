/* The numbers of a series with their elements' names, whichever way they come.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "series.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

static const char *copied(frit_call *c, const char *text, size_t n)
{
    char *copy = c->host->scratch(c, n + 1, 1);
    return copy ? memcpy(copy, text, n) : "";
}

const char *names_next(frit_call *c, const char **names)
{
    size_t n = *names ? strcspn(*names, "\n") : 0;
    const char *line = *names ? copied(c, *names, n) : "";
    *names = *names && (*names)[n] ? *names + n + 1 : NULL;
    return line;
}

static size_t values_in(const frit_view *v)
{
    size_t n = 1;
    for (uint32_t k = 0; k < v->ndim; k++)
        n *= v->shape[k];
    return v->failure ? 1 : n;
}

static frit_status make_room(frit_call *c, uint32_t port, struct numbers *out)
{
    uint64_t n = c->host->n_inputs(c, port);
    bool sigma = false;
    size_t total = 0;
    for (uint64_t i = 0; i < n; i++) {
        const frit_view *v = c->host->input(c, port, i);
        if (!v)
            return FRIT_EIO;
        total += values_in(v);
        sigma = sigma || v->sigma;
    }
    out->value = c->host->scratch(c, total + 1, sizeof *out->value);
    out->name = c->host->scratch(c, total + 1, sizeof *out->name);
    out->sigma = sigma ? c->host->scratch(c, total + 1, sizeof *out->sigma) : NULL;
    return out->value && out->name && (out->sigma || !sigma) ? FRIT_OK : FRIT_ENOMEM;
}

static void take(frit_call *c, const frit_view *v, bool given, const char **names, struct numbers *out)
{
    size_t n = values_in(v);
    if (v->failure && !out->failure)
        out->failure = copied(c, v->failure, strlen(v->failure));
    for (size_t k = 0; k < n; k++) {
        size_t i = out->n++;
        bool missing = v->failure || (v->mask && v->mask[k]) || !isfinite(v->value[k]);
        out->value[i] = missing ? NAN : v->value[k];
        if (out->sigma)
            out->sigma[i] = missing || !v->sigma ? 0 : v->sigma[k];
        out->name[i] = given ? names_next(c, names) : v->ndim == 0 ? copied(c, v->name, strlen(v->name)) : "";
    }
}

/* All in the unit of the first that is there. */
static frit_status agree_on_unit(frit_call *c, const frit_view *v, struct numbers *out)
{
    if (v->failure || !v->unit || !strcmp(out->unit, v->unit))
        return FRIT_OK;
    if (out->unit[0])
        return c->host->fail(c, FRIT_EDATA, "%s is in %s, those before in %s: one unit is needed", v->name,
                             v->unit, out->unit);
    snprintf(out->unit, sizeof out->unit, "%s", v->unit);
    return FRIT_OK;
}

frit_status numbers_take(frit_call *c, uint32_t port, const char *names, struct numbers *out)
{
    *out = (struct numbers){ .n = 0 };
    bool given = names && names[0];
    frit_status status = make_room(c, port, out);
    for (uint64_t i = 0, n = c->host->n_inputs(c, port); status == FRIT_OK && i < n; i++) {
        if (!c->host->progress(c, (double)i / (double)n))
            return FRIT_ECANCELLED;
        const frit_view *v = c->host->input(c, port, i);
        if (!v)
            return FRIT_EIO;
        status = agree_on_unit(c, v, out);
        take(c, v, given, &names, out);
    }
    if (!out->unit[0])
        strcpy(out->unit, "1");
    return status;
}

const char *numbers_tell(const struct numbers *x, size_t i, char *out, size_t size)
{
    const char *name = x->name[i];
    char number[24];
    snprintf(number, sizeof number, "%zu", i + 1);
    if (name[0] && strcmp(name, number))
        snprintf(out, size, "frame %zu (%s)", i + 1, name);
    else
        snprintf(out, size, "frame %zu", i + 1);
    return out;
}
