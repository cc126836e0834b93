/* Foreseeing what must be computed: walk back from what is wanted to what is in the store.
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "eval_private.h"

static void need_inputs(frit_eval *e, frit_node *n, uint64_t i);

static void need(frit_eval *e, frit_edge edge, uint64_t i)
{
    uint64_t element;
    edge = frit_edge_resolve(edge, i, &element);
    frit_node *n = edge.node;
    struct frit_node_state *state = n->state;
    if (n->kind == FRIT_NODE_CONSTANT || frit_bit(state->need, element))
        return;
    if (!frit_reads_files(n) && frit_stored(e, n, edge.output, element))
        return;
    frit_set_bit(state->need, element);
    state->n_need++;
    state->is_needed = true;
    need_inputs(e, n, element);
}

static void need_inputs(frit_eval *e, frit_node *n, uint64_t i)
{
    for (uint32_t p = 0; p < n->n_ports; p++) {
        bool series = !n->info || (n->info->step.inputs[p].flags & FRIT_PORT_SERIES);
        for (guint k = 0; n->inputs[p] && k < n->inputs[p]->len; k++) {
            frit_edge edge = g_array_index(n->inputs[p], frit_edge, k);
            if (!series)
                need(e, edge, frit_edge_element(&edge, i));
            for (uint64_t j = 0; series && j < edge.node->count; j++)
                need(e, edge, j);
        }
    }
}

/* The keys of elements need the digests of their files: read those on all threads first, where they are not put off. */
static void digest_element(gpointer data, uint64_t i)
{
    gpointer *with = data;
    frit_eval *e = with[0];
    frit_key key;
    frit_node_key(with[1], i, e->digests, &key, NULL);   /* what cannot be read fails where it is read */
}

static bool stopped(gpointer data)
{
    return frit_eval_stopped(((gpointer *)data)[0]);
}

void frit_digest_files(frit_eval *e, frit_node *n)
{
    if (!frit_reads_files(n))
        return;
    gpointer with[] = {e, n};
    frit_pool_for(e->pool, n->count, digest_element, with, stopped);
    uint64_t new = frit_digests_are_put_off(e->digests) ? frit_node_keys_put_off(n) : 0;
    if (!new || new > n->count / 2)
        return;
    /* Of a series that was there before all are needed, to find what was made of it. */
    frit_digests_put_off(e->digests, false);
    frit_pool_for(e->pool, n->count, digest_element, with, stopped);
    frit_digests_put_off(e->digests, true);
}

/* What a sink needs may be in the store, though some of it was made without elements that failed. */
static void recall(frit_eval *e, frit_node *sink)
{
    g_autoptr(GPtrArray) nodes = frit_node_ancestry(sink);
    for (guint k = 0; k < nodes->len; k++) {
        frit_node *n = nodes->pdata[k];
        if (n->barrier && n->mask_failures && !frit_is_sink(n))
            frit_recall_missing(e, n);
    }
}

void frit_foresee(frit_eval *e, GPtrArray *sinks)
{
    for (guint k = 0; k < e->graph->nodes->len; k++) {
        frit_node *n = e->graph->nodes->pdata[k];
        n->state->need = g_malloc0(n->count / 8 + 1);
        if (n->wanted)
            frit_digest_files(e, n);
    }
    for (guint k = 0; k < e->graph->nodes->len; k++) {
        frit_node *n = e->graph->nodes->pdata[k];
        if (n->kind == FRIT_NODE_AXIS && n->wanted && !n->positions)
            need(e, g_array_index(n->inputs[1], frit_edge, 0), 0);   /* in a part: for the run of the whole */
    }
    for (guint k = 0; k < sinks->len; k++) {
        frit_node *n = sinks->pdata[k];
        if (frit_sink_current(e, n))
            continue;
        recall(e, n);
        n->state->is_needed = true;
        n->state->n_need = n->count;
        for (uint64_t i = 0; i < n->count; i++) {
            frit_set_bit(n->state->need, i);
            need_inputs(e, n, i);
        }
    }
}
