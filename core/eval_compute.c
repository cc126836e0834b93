/* Running a step for one element, or a barrier: its inputs, its plan, run(), what is kept of the outputs.
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "eval_private.h"

#include <math.h>
#include <string.h>

#include "error.h"

/* In an error.  One that may be kept does not say the position, which is no part of the key: that is said
 * when the error is told. */
static char *name_element(const frit_node *n, uint64_t i)
{
    return n->mask_failures ? frit_node_element_text(n, i) : frit_node_element_where(n, i);
}

void frit_place_error(const frit_context *x, GError **error)
{
    g_autofree char *element = name_element(x->node, x->element);
    frit_error_prefix(error, x->node->place, x->node->name, element);
}

/* ---- Inputs ---- */

frit_dataset *frit_edge_dataset(frit_task *t, const frit_edge *edge, uint64_t i, GError **failure)
{
    uint64_t element;
    frit_edge from = frit_edge_resolve(*edge, frit_edge_element(edge, i), &element);
    frit_result *r = frit_element(t, from.node, element, from.output);
    if (!r)
        return NULL;
    frit_dataset *d = r->failure ? NULL : frit_dataset_ref(r->outputs[from.output]);
    if (r->failure)
        g_propagate_error(failure, g_error_copy(r->failure));
    frit_result_unref(r);
    return d;
}

/* What goes to a PLAN port is the same for every element: fitted to the port once. */
static frit_dataset *fit_once(frit_node *n, uint32_t p, guint e, frit_dataset *d, GError **error)
{
    struct frit_node_state *state = n->state;
    g_mutex_lock(&state->lock);
    if (!state->fitted)
        state->fitted = g_new0(frit_dataset **, n->n_ports);
    if (!state->fitted[p])
        state->fitted[p] = g_new0(frit_dataset *, n->inputs[p]->len);
    if (!state->fitted[p][e])
        state->fitted[p][e] = frit_fit_to_port(d, &n->info->step.inputs[p], error);
    frit_dataset *fitted = frit_dataset_ref(state->fitted[p][e]);
    g_mutex_unlock(&state->lock);
    return fitted;
}

/* Where an element lies in its series is no part of a mapped step's key: only sinks see it. */
static void settle_view(frit_context *x, uint32_t p, guint e)
{
    const frit_edge *edge = &g_array_index(x->node->inputs[p], frit_edge, e);
    x->inputs[p][e].view.dataset = e;
    if (frit_is_sink(x->node))
        frit_input_place(&x->inputs[p][e], edge, frit_edge_element(edge, x->element));
}

/* Sets one input; false: the element fails with *error, or the run has stopped (no error). */
static bool set_input(frit_task *t, frit_context *x, uint32_t p, guint e, GError **error)
{
    frit_node *n = (frit_node *)x->node;
    const frit_port *port = &n->info->step.inputs[p];
    const frit_edge *edge = &g_array_index(n->inputs[p], frit_edge, e);
    if (x->by_rows && (port->flags & FRIT_PORT_ROWS)) {
        frit_rows_state opened = frit_rows_open(t, x, p, e, error);
        if (opened == FRIT_ROWS_OPEN)
            settle_view(x, p, e);
        if (opened != FRIT_ROWS_NONE)
            return opened == FRIT_ROWS_OPEN;
    }
    g_autoptr(frit_dataset) d = frit_edge_dataset(t, edge, x->element, error);   /* says its own place already */
    if (!d)
        return false;
    g_autoptr(frit_dataset) fitted = NULL;
    GError *misfit = NULL;
    if (port->flags & FRIT_PORT_PLAN)
        fitted = fit_once(n, p, e, d, &misfit);
    else
        fitted = frit_dataset_ref(d);
    bool set = fitted && frit_input_set(&x->inputs[p][e], port, edge, frit_edge_element(edge, x->element), fitted,
                                        NULL, &misfit);
    if (!set) {
        frit_place_error(x, &misfit);
        g_propagate_error(error, misfit);
        return false;
    }
    settle_view(x, p, e);
    return true;
}

bool frit_set_inputs(frit_task *t, frit_context *x, GError **error)
{
    const frit_node *n = x->node;
    for (uint32_t p = 0; p < n->n_ports; p++) {
        if (n->info->step.inputs[p].flags & FRIT_PORT_SERIES)
            continue;
        for (guint e = 0; n->inputs[p] && e < n->inputs[p]->len; e++)
            if (!set_input(t, x, p, e, error))
                return false;
    }
    return true;
}

size_t frit_bytes_of_inputs(const frit_context *x)
{
    size_t bytes = 0;
    for (uint32_t p = 0; p < x->node->n_ports; p++)
        for (guint e = 0; x->node->inputs[p] && e < x->node->inputs[p]->len; e++) {
            bool series = x->node->info->step.inputs[p].flags & FRIT_PORT_SERIES;
            if (!series && x->inputs[p][e].dataset)
                bytes += frit_dataset_bytes(x->inputs[p][e].dataset);
        }
    return bytes;
}

/* ---- Running the step ---- */

/* Inputs are set: plan and run.  Errors get their place. */
static bool run_step(frit_context *x, GError **error)
{
    frit_node *n = (frit_node *)x->node;
    frit_plan *plan;
    GError *why = NULL;
    if (frit_plan_get(x, &plan, &why)) {
        bool ran = frit_context_call(x, n->info->step.run, &why);
        frit_plan_done(n, plan);
        if (ran)
            return true;
    }
    frit_place_error(x, &why);
    g_propagate_error(error, why);
    return false;
}

/* Of an element's outputs: what a barrier needs, unless it is large; what is small beside what it
 * was made of, as anything made of a whole series is; what plans are made of.  Not what lies in a file already. */
static uint64_t worth_keeping(const frit_node *n, const frit_result *r, size_t made_of)
{
    enum { LARGE = 1 << 20 };
    uint64_t keep = 0;
    for (uint32_t o = 0; o < n->n_outputs && !frit_reads_files(n); o++) {
        size_t bytes = r->outputs[o] ? frit_dataset_bytes(r->outputs[o]) : 0;
        bool small = made_of && bytes <= made_of / 16;
        bool asked_for = (n->demanded >> o & 1) && (bytes <= LARGE || n->barrier);
        bool is_plan = n->feeds_plan && !n->series && (n->wanted >> o & 1);
        if (bytes && (small || asked_for || n->barrier || is_plan))
            keep |= 1ull << o;
    }
    return keep;
}

void frit_keep_result(frit_eval *e, frit_node *n, uint64_t i, frit_result *r, size_t made_of, bool whole)
{
    uint64_t keep = r->failure ? (frit_lasting(r->failure) ? n->demanded & n->wanted : 0) : worth_keeping(n, r, made_of);
    uint64_t large = r->failure ? 0 : n->demanded & ~keep;
    bool unsure = n->depth > 0 && g_atomic_int_get(&e->unsure);
    keep = whole && !unsure ? keep : 0;
    __atomic_fetch_or(&n->state->streams, large, __ATOMIC_RELAXED);
    for (uint32_t o = 0; o < n->n_outputs; o++)
        if (!r->failure && r->outputs[o] && !(keep >> o & 1))
            __atomic_fetch_or(&n->state->unkept, 1ull << o, __ATOMIC_RELAXED);
    if (!n->series && n->count == 1 && !r->failure)
        frit_publish(e, n, r);
    frit_keep(e, n, i, r, keep);
    if (keep && n->state->need)
        frit_clear_bit(n->state->need, i);   /* from now on it is looked for in the store */
    if (frit_reads_files(n))
        return;
    g_mutex_lock(&e->lock);
    e->tally.computed++;
    g_mutex_unlock(&e->lock);
}

void frit_note_missing_element(frit_eval *e, const frit_node *n, uint64_t i, const char *sentence)
{
    g_autofree char *position = frit_node_position_text(n, i);
    frit_note_missing(e, position, sentence);
}

/* A failure that concerns this element alone, where the recipe says to go on without it. */
frit_result *frit_settle_failure(frit_eval *e, frit_node *n, uint64_t i, GError *error)
{
    if (!error)
        return NULL;
    if (!n->mask_failures || !frit_error_of_element(error)) {
        frit_eval_fail(e, i, error);
        return NULL;
    }
    frit_note_missing_element(e, n, i, error->message);
    frit_result *r = frit_result_new(n->n_outputs);
    r->failure = error;
    return r;
}

frit_result *frit_take_outputs(frit_context *x)
{
    frit_result *r = frit_result_new(x->node->n_outputs);
    for (uint32_t o = 0; o < r->n; o++)
        r->outputs[o] = g_steal_pointer(&x->outputs[o]);
    return r;
}

frit_result *frit_compute(frit_task *t, frit_node *n, uint64_t i)
{
    if (n->info->step.run_batch)
        return frit_compute_alone(t, n, i);
    frit_context x;
    frit_context_init(&x, FRIT_PHASE_RUN, n, i);
    x.cancelled = frit_is_cancelled;
    x.pool = t->eval->pool;
    x.digests = t->eval->digests;
    x.wanted = frit_wanted_now(n);
    GError *error = NULL;
    frit_result *r = NULL;
    if (frit_set_inputs(t, &x, &error) && run_step(&x, &error))
        r = frit_take_outputs(&x);
    else
        r = frit_settle_failure(t->eval, n, i, error);
    if (r)
        frit_keep_result(t->eval, n, i, r, frit_bytes_of_inputs(&x), true);
    frit_context_clear(&x);
    return r;
}
/* ---- Barriers ---- */

/* A series of numbers as a curve over its axis. */
static frit_result *stack(frit_node *n, frit_stream *stream, GError **error)
{
    const frit_edge *edge = &g_array_index(n->inputs[0], frit_edge, 0);
    size_t count = edge->node->count;
    const frit_spec *spec = &n->specs[0];
    frit_dataset *curve = frit_dataset_new(FRIT_F64, 1, &count);
    curve->axis[0] = frit_axis_new(spec->axis_name[0], spec->axis_unit[0], count, NULL);
    frit_port number = {.name = "stack", .unit = spec->unit ? spec->unit : "*"};
    curve->quantity = spec->quantity;
    curve->unit = spec->unit ? spec->unit : curve->unit;
    frit_dataset_want_mask(curve);
    for (size_t i = 0; i < count; i++) {
        const char *name, *unit;
        char *failure = NULL;
        double position = frit_node_position(edge->node, i, &name, &unit);
        curve->axis[0]->at[i] = name ? position : (double)(i + 1);
        g_autoptr(frit_dataset) element = frit_stream_fetch(stream, edge, i, &failure, error);
        g_autoptr(frit_dataset) d = element ? frit_fit_to_port(element, &number, error) : NULL;
        if (!d && !failure) {
            frit_error_prefix(error, element ? n->place : NULL, element ? n->name : NULL, NULL);
            frit_dataset_unref(curve);
            return NULL;
        }
        ((double *)curve->data)[i] = d ? *frit_dataset_values(d) : NAN;
        curve->mask[i] = !d || (d->mask && d->mask[0]);
        if (d && d->sigma && frit_dataset_want_sigma(curve))
            curve->sigma[i] = d->sigma[0];
        if (d)
            number.unit = curve->unit = d->unit;   /* the others are converted to the first one's */
        g_free(failure);
    }
    frit_result *r = frit_result_new(1);
    r->outputs[0] = curve;
    return r;
}

/* What comes after is kept all the same: the same elements fail with the same key again.  Where one may
 * come back, it is not. */
static void keep_what_is_missing(frit_eval *e, frit_node *n, const frit_stream *stream)
{
    if (frit_stream_may_recover(stream))
        g_atomic_int_set(&e->unsure, TRUE);
    else if (frit_stream_missing(stream)->len)
        frit_keep_missing(e, n, frit_stream_missing(stream));
}

frit_result *frit_run_barrier(frit_eval *e, frit_node *n, uint64_t i, frit_outputs **files)
{
    GError *error = NULL;
    frit_result *r = NULL;
    frit_stream *stream = frit_stream_new(e);
    if (n->kind == FRIT_NODE_STACK) {
        r = stack(n, stream, &error);
        if (!r && error)
            frit_eval_fail(e, i, error);
        if (r)
            keep_what_is_missing(e, n, stream);
        frit_stream_free(stream);
        return r;
    }
    frit_task t;
    frit_task_init(&t, e);
    frit_context x;
    frit_context_init(&x, FRIT_PHASE_RUN, n, i);
    x.cancelled = frit_is_cancelled;
    x.pool = e->pool;
    x.fetch = frit_stream_fetch;
    x.fetch_data = stream;
    x.files = files ? frit_outputs_new() : NULL;
    if (frit_set_inputs(&t, &x, &error) && run_step(&x, &error))
        r = frit_take_outputs(&x);
    else
        r = frit_settle_failure(e, n, i, error);
    /* What misses elements is not kept: the next run shall try them again, and say so again. */
    if (r && !files) {
        keep_what_is_missing(e, n, stream);   /* first: others have the result before it is kept */
        frit_keep_result(e, n, i, r, 0, !frit_stream_missing(stream)->len);
    }
    if (files && r && !r->failure)
        *files = g_steal_pointer(&x.files);
    frit_context_clear(&x);
    frit_task_clear(&t);
    frit_stream_free(stream);
    return r;
}
