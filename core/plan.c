/* Plans: what the runs of a node share.  One for each (PLAN inputs, shapes, types, axes): the plan's
 * own context lives as long as the plan, so that the views it saw stay valid.
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "eval_private.h"

#include <string.h>

typedef struct frit_plan {
    frit_key      signature;
    frit_context  context;
    void         *plan;
    bool          made;      /* prepare() has returned */
    GError       *error;     /* and this is why it failed */
} frit_plan;

static void hash_view(frit_hash *h, const frit_view *v)
{
    frit_hash_number(h, v->ndim);
    frit_hash_number(h, v->dtype);
    frit_hash_text(h, v->unit);
    for (uint32_t k = 0; k < v->ndim; k++) {
        frit_hash_number(h, v->shape[k]);
        frit_hash_text(h, v->axis_unit[k]);
        if (v->axis[k])
            frit_hash_bytes(h, v->axis[k], v->shape[k] * sizeof *v->axis[k]);
    }
}

static bool plain_port(const frit_node *n, uint32_t p)
{
    return !(n->info->step.inputs[p].flags & FRIT_PORT_SERIES) && n->inputs[p];
}

static frit_key plan_signature(const frit_context *x)
{
    frit_hash *h = frit_hash_new();
    for (uint32_t p = 0; p < x->node->n_ports; p++)
        for (guint e = 0; plain_port(x->node, p) && e < x->node->inputs[p]->len; e++)
            hash_view(h, &x->inputs[p][e].view);
    return frit_hash_end(h);
}

/* The context of prepare(): the call's inputs, without the data of mapped ports. */
static void plan_context(frit_context *own, const frit_context *x)
{
    frit_context_init(own, FRIT_PHASE_PREPARE, x->node, x->element);
    own->cancelled = x->cancelled;
    for (uint32_t p = 0; p < x->node->n_ports; p++)
        for (guint e = 0; plain_port(x->node, p) && e < x->node->inputs[p]->len; e++) {
            const frit_edge *edge = &g_array_index(x->node->inputs[p], frit_edge, e);
            const frit_port *port = &x->node->info->step.inputs[p];
            frit_input_set(&own->inputs[p][e], port, edge, frit_edge_element(edge, x->element),
                           x->inputs[p][e].dataset, NULL, NULL);
            if (port->flags & FRIT_PORT_PLAN)
                continue;
            frit_view *view = &own->inputs[p][e].view;
            view->data = NULL;
            view->value = view->sigma = NULL;
            view->mask = NULL;
        }
}

bool frit_plan_get(frit_context *x, void **plan, GError **error)
{
    *plan = NULL;
    if (!x->node->info->step.prepare)
        return true;
    struct frit_node_state *state = x->node->state;
    frit_key signature = plan_signature(x);
    frit_plan *p = NULL;
    g_mutex_lock(&state->lock);
    for (guint i = 0; state->plans && i < state->plans->len && !p; i++) {
        frit_plan *q = state->plans->pdata[i];
        p = frit_key_equal(&q->signature, &signature) ? q : NULL;
    }
    bool mine = !p;
    if (mine) {
        p = g_new0(frit_plan, 1);
        p->signature = signature;
        state->plans = state->plans ? state->plans : g_ptr_array_new();
        g_ptr_array_add(state->plans, p);
    }
    while (!mine && !p->made)
        g_cond_wait(&state->changed, &state->lock);
    g_mutex_unlock(&state->lock);
    if (mine) {
        plan_context(&p->context, x);
        frit_context_prepare(&p->context, &p->plan, &p->error);
        g_mutex_lock(&state->lock);
        p->made = true;
        g_cond_broadcast(&state->changed);
        g_mutex_unlock(&state->lock);
    }
    if (p->error) {
        g_propagate_error(error, g_error_copy(p->error));
        return false;
    }
    *plan = p->plan;
    return true;
}

void frit_plans_release(frit_node *n)
{
    for (guint i = 0; n->state->plans && i < n->state->plans->len; i++) {
        frit_plan *p = n->state->plans->pdata[i];
        if (p->plan && n->info->step.release)
            n->info->step.release(p->plan);
        frit_context_clear(&p->context);
        g_clear_error(&p->error);
        g_free(p);
    }
    g_clear_pointer(&n->state->plans, g_ptr_array_unref);
}
