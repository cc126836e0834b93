/* The unloads of a reference, from all tests of a series.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "reference.h"

#include <math.h>

static size_t count(const frit_view *v)
{
    size_t n = v->failure ? 0 : 1;
    for (uint32_t k = 0; k < v->ndim && n; k++)
        n *= v->shape[k];
    return n;
}

static frit_status count_all(frit_call *c, uint32_t port, size_t *n)
{
    *n = 0;
    for (uint64_t i = 0; i < c->host->n_inputs(c, port); i++) {
        const frit_view *v = c->host->input(c, port, i);
        if (!v)
            return FRIT_EIO;
        *n += count(v);
    }
    return FRIT_OK;
}

static frit_status read_all(frit_call *c, uint32_t port, double *to)
{
    size_t at = 0;
    for (uint64_t i = 0; i < c->host->n_inputs(c, port); i++) {
        const frit_view *v = c->host->input(c, port, i);
        if (!v)
            return FRIT_EIO;
        for (size_t k = 0; k < count(v); k++)
            to[at++] = v->mask && v->mask[k] ? NAN : v->value[k];
    }
    return FRIT_OK;
}

frit_status reference_read(frit_call *c, struct reference *r)
{
    double **arrays[] = {&r->S, &r->P, &r->h};
    size_t n[3];
    *r = (struct reference){0, 0, NULL, NULL, NULL};
    for (uint32_t port = 0; port < 3; port++) {
        frit_status status = count_all(c, port, &n[port]);
        if (status != FRIT_OK)
            return status;
        if (n[port] != n[0])
            return c->host->fail(c, FRIT_EDATA,
                                 "there are %zu stiffnesses, but %zu %s: they come from the same unloads",
                                 n[0], n[port], port == 1 ? "loads" : "depths");
        *arrays[port] = c->host->scratch(c, n[port] + 1, sizeof(double));
        status = *arrays[port] ? read_all(c, port, *arrays[port]) : FRIT_ENOMEM;
        if (status != FRIT_OK)
            return status;
    }
    for (size_t i = 0; i < n[0]; i++) {
        const double S = r->S[i], P = r->P[i], h = r->h[i];
        if (!(S > 0 && P > 0 && h > 0) || isinf(S) || isinf(P) || isinf(h))
            continue;
        r->S[r->n] = 1e-6 * S;
        r->P[r->n] = P;
        r->h[r->n++] = h;
    }
    r->left_out = n[0] - r->n;
    if (r->left_out)
        c->host->log(c, FRIT_WARNING, "%zu of %zu unloads are left out: masked, or not positive", r->left_out,
                     n[0]);
    return FRIT_OK;
}
