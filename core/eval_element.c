/* One element of a node: from the task, the store, or made now.
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "eval_private.h"

#include "draw.h"
#include "error.h"

static bool serves(const frit_result *r, uint32_t output)
{
    return r && (r->failure || r->outputs[output]);
}

frit_result *frit_remembered(const frit_task *t, const frit_node *n, uint64_t i, uint32_t output)
{
    for (guint k = 0; k < t->results->len; k++) {
        const frit_memo *m = &g_array_index(t->results, frit_memo, k);
        if (m->node == n && m->element == i && serves(m->result, output))
            return m->result;
    }
    return NULL;
}

void frit_remember(frit_task *t, const frit_node *n, uint64_t i, frit_result *r)
{
    frit_memo memo = {n, i, frit_result_ref(r)};
    g_array_append_val(t->results, memo);
}

static bool same_bytes(const frit_dataset *a, const frit_dataset *b)
{
    g_autoptr(GBytes) x = frit_dataset_to_bytes(a), y = frit_dataset_to_bytes(b);
    return g_bytes_equal(x, y);
}

/* With FRIT_VERIFY set, what the store holds is computed once more and compared. */
static bool verify(frit_task *t, frit_node *n, uint64_t i, uint32_t output, const frit_result *stored)
{
    if (!g_getenv("FRIT_VERIFY") || stored->failure)
        return true;
    frit_result *again = n->barrier ? frit_run_barrier(t->eval, n, i, NULL) : frit_compute(t, n, i);
    bool same = again && !again->failure && same_bytes(again->outputs[output], stored->outputs[output]);
    if (again && !same) {
        g_autofree char *element = frit_node_element_text(n, i);
        GError *error = g_error_new(FRIT_ERROR, FRIT_EPARAM,
                                    "'%s' in the store is not what the same inputs give now: the step depends on "
                                    "something beside them, or the store comes from another kind of processor",
                                    frit_edge_spec(&(frit_edge){n, output})->quantity);
        frit_error_prefix(&error, n->place, n->name, element);
        frit_eval_fail(t->eval, i, error);
    }
    frit_result_unref(again);
    return same;
}

/* A replica of a dataset, with errors of its own. */
static frit_result *draw(frit_task *t, frit_node *n, uint64_t i)
{
    const frit_edge *of = &g_array_index(n->inputs[0], frit_edge, 0);
    GError *error = NULL;
    frit_key key;
    g_autoptr(frit_dataset) d = frit_edge_dataset(t, of, 0, &error);
    if (!d)
        return frit_settle_failure(t->eval, n, i, error);   /* says its own place already */
    frit_dataset *drawn = frit_node_key(n, i, t->eval->digests, &key, &error) ? frit_dataset_draw(d, &key, &error)
                                                                              : NULL;
    if (!drawn) {
        frit_error_prefix(&error, n->place, n->name, NULL);
        return frit_settle_failure(t->eval, n, i, error);
    }
    frit_result *r = frit_result_new(1);
    r->outputs[0] = drawn;
    return r;
}

/* From the store where it is there (all that anybody could want of it is then asked for singly),
 * else computed. */
static frit_result *find_or_compute(frit_task *t, frit_node *n, uint64_t i, uint32_t output)
{
    frit_eval *e = t->eval;
    if (frit_eval_stopped_at(e, n->series ? i : UINT64_MAX))
        return NULL;
    if (n->kind == FRIT_NODE_CONSTANT) {
        frit_result *r = frit_result_new(1);
        r->outputs[0] = frit_node_constant(n, i);
        return r;
    }
    if (n->kind == FRIT_NODE_DRAW)
        return draw(t, n, i);
    if (!frit_reads_files(n) && !(n->state->need && frit_bit(n->state->need, i))) {
        frit_result *r = frit_result_new(n->n_outputs);
        if (frit_stored_result(e, n, i, output, r)) {
            if (r->failure)
                frit_note_missing_element(e, n, i, r->failure->message);   /* in an earlier run */
            if (verify(t, n, i, output, r))
                return r;
            frit_result_unref(r);
            return NULL;
        }
        frit_result_unref(r);
    }
    return n->barrier ? frit_run_barrier(e, n, i, NULL) : frit_compute(t, n, i);
}

/* ---- Single nodes ---- */

/* Is it one image in a file? */
static bool is_image(const frit_node *n)
{
    return frit_reads_files(n) && !n->series;
}

void frit_count_users(frit_eval *e)
{
    for (guint k = 0; k < e->graph->nodes->len; k++) {
        const frit_node *n = e->graph->nodes->pdata[k];
        for (uint32_t p = 0; p < n->n_ports; p++)
            for (guint j = 0; n->inputs[p] && j < n->inputs[p]->len; j++)
                g_array_index(n->inputs[p], frit_edge, j).node->state->users++;
    }
}

/* An image whose last user this was is dropped: a flat that only the integration matrix is made of.  Series that it
 * is put into never let it go. */
static void let_go(frit_node *n)
{
    if (n->state->let_go || n->kind != FRIT_NODE_STEP || n->barrier)
        return;
    n->state->let_go = true;
    for (uint32_t p = 0; p < n->n_ports; p++)
        for (guint j = 0; n->inputs[p] && j < n->inputs[p]->len; j++) {
            frit_node *image = g_array_index(n->inputs[p], frit_edge, j).node;
            if (!is_image(image) || !g_atomic_int_dec_and_test(&image->state->users))
                continue;
            g_mutex_lock(&image->state->lock);
            frit_result_unref(g_steal_pointer(&image->state->single));
            __atomic_store_n(&image->state->served, 0, __ATOMIC_RELEASE);
            g_mutex_unlock(&image->state->lock);
        }
}

typedef struct wait_for { struct frit_node_state *state; uint32_t output; } wait_for;

static bool is_served(gpointer waiting)
{
    const wait_for *w = waiting;
    return !g_atomic_int_get(&w->state->computing) ||
           __atomic_load_n(&w->state->served, __ATOMIC_ACQUIRE) >> w->output & 1;
}

/* With what was made of it before, for others than asked for it now. */
void frit_publish(frit_eval *e, frit_node *n, frit_result *r)
{
    struct frit_node_state *state = n->state;
    g_mutex_lock(&state->lock);
    if (state->single != r) {
        uint64_t served = r->failure ? UINT64_MAX : 0;
        for (uint32_t o = 0; !r->failure && o < r->n; o++) {
            if (!r->outputs[o] && state->single)
                r->outputs[o] = frit_dataset_ref(state->single->outputs[o]);
            served |= (uint64_t)(r->outputs[o] != NULL) << o;
        }
        frit_result_unref(state->single);
        state->single = frit_result_ref(r);
        __atomic_store_n(&state->served, served, __ATOMIC_RELEASE);
    }
    g_mutex_unlock(&state->lock);
    frit_pool_wake(e->pool);
}

/* The only element of a single node: made by the first thread that asks, the others wait, or help.  They have it
 * before it is written to the store. */
static frit_result *single(frit_task *t, frit_node *n, uint32_t output)
{
    struct frit_node_state *state = n->state;
    wait_for waiting = {state, output};
    g_mutex_lock(&state->lock);
    while (state->computing && !serves(state->single, output)) {
        g_mutex_unlock(&state->lock);
        frit_pool_wait(t->eval->pool, is_served, &waiting);
        g_mutex_lock(&state->lock);
    }
    if (serves(state->single, output)) {
        frit_result *r = frit_result_ref(state->single);
        g_mutex_unlock(&state->lock);
        return r;
    }
    g_atomic_int_set(&state->computing, true);
    g_mutex_unlock(&state->lock);
    frit_result *r = find_or_compute(t, n, 0, output);
    frit_plans_release(n);   /* of an integrator some hundred MB, unless another node has the same */
    if (r && !r->failure)
        let_go(n);
    if (r)
        frit_publish(t->eval, n, r);
    g_atomic_int_set(&state->computing, false);
    frit_pool_wake(t->eval->pool);
    return r;
}

frit_result *frit_element(frit_task *t, frit_node *n, uint64_t i, uint32_t output)
{
    if (n->count == 1 && !n->series)
        return single(t, n, output);
    frit_result *known = frit_remembered(t, n, i, output);
    if (known)
        return frit_result_ref(known);
    frit_result *r = find_or_compute(t, n, i, output);
    if (!r)
        return NULL;
    frit_remember(t, n, i, r);
    return r;
}
