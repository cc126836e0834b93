/* A call of a step's function from beginning to end: what it owns, and what is done with its outputs.
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "host.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "crash.h"
#include "error.h"

guint frit_context_n_edges(const frit_context *x, uint32_t port)
{
    const GArray *edges = port < x->node->n_ports ? x->node->inputs[port] : NULL;
    return edges ? edges->len : 0;
}

bool frit_context_is_series(const frit_context *x, uint32_t port)
{
    return port < x->node->n_ports && (x->node->info->step.inputs[port].flags & FRIT_PORT_SERIES);
}

const frit_dataset *frit_context_dataset(const frit_context *x, uint32_t port)
{
    bool there = port < x->node->n_ports && x->inputs[port] && frit_context_n_edges(x, port);
    return there ? x->inputs[port][0].dataset : NULL;
}

frit_status frit_context_fail(frit_context *x, frit_status why, const char *sentence)
{
    if (!x->error)
        g_set_error_literal(&x->error, FRIT_ERROR, why, sentence);
    return why;
}

void frit_context_init(frit_context *x, frit_phase phase, const frit_node *node, uint64_t element)
{
    *x = (frit_context){.phase = phase, .node = node, .element = element};
    x->name = phase >= FRIT_PHASE_RUN ? frit_node_element_name(node, element) : NULL;
    x->call = (frit_call){.host = &frit_host_table, .params = frit_params_struct(node->params), .index = element,
                          .name = x->name ? x->name : ""};
    x->memory = g_ptr_array_new_with_free_func(free);
    x->inputs = g_new0(frit_input *, node->n_ports ? node->n_ports : 1);
    for (uint32_t p = 0; p < node->n_ports; p++) {
        guint n = frit_context_is_series(x, p) ? 1 : frit_context_n_edges(x, p);
        x->inputs[p] = n ? g_new0(frit_input, n) : NULL;
    }
    x->outputs = g_new0(frit_dataset *, node->n_outputs ? node->n_outputs : 1);
    x->buffers = g_new0(frit_buffer, node->n_outputs ? node->n_outputs : 1);
    x->wanted = node->wanted;
}

void frit_context_clear(frit_context *x)
{
    for (uint32_t p = 0; p < x->node->n_ports; p++) {
        guint n = frit_context_is_series(x, p) ? 1 : frit_context_n_edges(x, p);
        for (guint e = 0; x->inputs[p] && e < n; e++)
            frit_input_clear(&x->inputs[p][e]);
        g_free(x->inputs[p]);
    }
    for (uint32_t o = 0; o < x->node->n_outputs; o++)
        frit_dataset_unref(x->outputs[o]);
    for (uint64_t i = 0; i < x->n_uses; i++)
        if (x->uses[i])
            g_ptr_array_unref(x->uses[i]);
    g_free(x->uses);
    g_free(x->inputs);
    g_free(x->outputs);
    g_free(x->buffers);
    g_ptr_array_unref(x->memory);
    frit_reading_free(x->reading);
    frit_outputs_free(x->files);
    g_clear_error(&x->error);
    g_free(x->name);
}

/* Several side by side: this looks at everything that steps make. */
static bool has_nan(const double *value, size_t n)
{
    typedef double pair __attribute__((vector_size(16), aligned(8)));
    typedef int64_t flags __attribute__((vector_size(16)));
    flags any = {0};
    size_t i = 0;
    for (; i + 4 <= n; i += 4) {
        pair a = *(const pair *)(const void *)(value + i), b = *(const pair *)(const void *)(value + i + 2);
        any |= (a != a) | (b != b);
    }
    bool nan = any[0] || any[1];
    for (; i < n; i++)
        nan |= isnan(value[i]);
    return nan;
}

/* NaN means not measured: it is masked.  A mask of nothing is no mask. */
static bool seal(frit_dataset *d)
{
    size_t n = frit_dataset_count(d);
    const double *value = frit_dataset_values(d);
    bool nan = value && !d->is_filled && has_nan(value, n);
    if (nan && !frit_dataset_want_mask(d))
        return false;
    for (size_t i = 0; nan && i < n; i++)
        d->mask[i] = d->mask[i] || isnan(value[i]);
    bool clear = d->mask && (n == 0 || (!d->mask[0] && memcmp(d->mask, d->mask + 1, n - 1) == 0));
    if (clear)
        g_clear_pointer(&d->mask, free);
    return true;
}

static bool finish_outputs(frit_context *x)
{
    const frit_dataset *first = x->node->n_ports ? frit_context_dataset(x, 0) : NULL;
    for (uint32_t o = 0; o < x->node->n_outputs; o++) {
        frit_dataset *d = x->outputs[o];
        if (!d && (x->wanted >> o & 1)) {
            g_set_error(&x->error, FRIT_ERROR, FRIT_EPARAM, "the plugin returned success without making its output '%s'",
                        x->node->info->step.outputs[o].name);
            return false;
        }
        if (d && first)
            frit_dataset_inherit(d, first);
        if (d && d->data && !seal(d)) {
            frit_context_fail(x, FRIT_ENOMEM, "no memory for a mask");
            return false;
        }
    }
    return true;
}

bool frit_context_conclude(frit_context *x, frit_status status, GError **error)
{
    static const char *const bare[] = {
        [FRIT_EPARAM] = "the parameters contradict each other", [FRIT_EDATA] = "the data cannot be used",
        [FRIT_ENUMERIC] = "the calculation did not succeed",    [FRIT_EIO] = "a file could not be read or written",
        [FRIT_ENOMEM] = "out of memory",                        [FRIT_ECANCELLED] = "cancelled"};
    if (status != FRIT_OK && !x->error)
        frit_context_fail(x, status, (unsigned)status < G_N_ELEMENTS(bare) ? bare[status] : "unknown failure");
    if (!x->error && x->phase >= FRIT_PHASE_RUN)
        finish_outputs(x);
    if (!x->error)
        return true;
    g_propagate_error(error, g_steal_pointer(&x->error));
    return false;
}

bool frit_context_call(frit_context *x, frit_status (*function)(frit_call *c), GError **error)
{
    frit_crash_site before = frit_crash_enter(x->node, x->element, x->phase >= FRIT_PHASE_RUN);
    frit_status status = function(&x->call);
    frit_crash_leave(before);
    return frit_context_conclude(x, status, error);
}

bool frit_context_prepare(frit_context *x, void **plan, GError **error)
{
    frit_crash_site before = frit_crash_enter(x->node, x->element, false);
    frit_status status = x->node->info->step.prepare(&x->call, plan);
    frit_crash_leave(before);
    return frit_context_conclude(x, status, error);
}

bool frit_host_check(frit_node *n, GError **error)
{
    if (!n->info->step.check)
        return true;
    frit_context x;
    frit_context_init(&x, FRIT_PHASE_CHECK, n, 0);
    bool good = frit_context_call(&x, n->info->step.check, error);
    frit_context_clear(&x);
    return good;
}

bool frit_host_count(frit_node *n, GError **error)
{
    if (!n->info->step.count)
        return true;
    frit_context x;
    frit_context_init(&x, FRIT_PHASE_COUNT, n, 0);
    uint64_t count = 0;
    frit_crash_site before = frit_crash_enter(n, 0, false);
    frit_status status = n->info->step.count(&x.call, &count);
    frit_crash_leave(before);
    bool good = frit_context_conclude(&x, status, error);
    if (good && count > UINT32_MAX) {
        g_set_error(error, FRIT_ERROR, FRIT_EPARAM, "%" G_GUINT64_FORMAT " elements are more than a series may have",
                    count);
        good = false;
    }
    if (good) {
        n->count = count;
        n->series = !frit_step_files_param(n->info) || !frit_params_single_file(n->params) || count != 1;
        n->uses = g_new0(GPtrArray *, count ? count : 1);
        for (uint64_t i = 0; i < MIN(count, x.n_uses); i++)
            n->uses[i] = g_steal_pointer(&x.uses[i]);
    }
    frit_context_clear(&x);
    return good;
}
