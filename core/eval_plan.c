/* Plans: what the runs of a node share, and those of other nodes of the same step, parameters and PLAN inputs:
 * samples on one detector.  One for each (shapes, types, axes): the plan's own context lives as long as the
 * plan, so that the views it saw stay valid.
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "eval_private.h"

#include <math.h>
#include <string.h>

struct frit_plans {
    gint       nodes;        /* that hold it; atomic */
    GMutex     lock;
    GPtrArray *all;          /* of frit_plan */
};

struct frit_plan {
    frit_key      signature;
    frit_context  context;
    void         *plan;
    guint         users;     /* calls under way */
    gint          made;      /* prepare() has returned; atomic */
    GError       *error;     /* and this is why it failed */
};

/* Beyond so many, those that nobody uses go, the oldest first. */
enum { KEPT = 8 };

static void hash_view(frit_hash *h, const frit_view *v)
{
    frit_hash_number(h, v->ndim);
    frit_hash_number(h, v->dtype);
    frit_hash_text(h, v->unit);
    frit_hash_text(h, v->quantity);
    for (uint32_t k = 0; k < v->ndim; k++) {
        frit_hash_number(h, v->shape[k]);
        frit_hash_text(h, v->axis_unit[k]);
        frit_hash_text(h, v->axis_name[k]);
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
    own->call.index = 0;
    own->cancelled = x->cancelled;
    own->pool = x->pool;
    for (uint32_t p = 0; p < x->node->n_ports; p++)
        for (guint e = 0; plain_port(x->node, p) && e < x->node->inputs[p]->len; e++) {
            const frit_edge *edge = &g_array_index(x->node->inputs[p], frit_edge, e);
            const frit_port *port = &x->node->info->step.inputs[p];
            frit_input_set(&own->inputs[p][e], port, edge, frit_edge_element(edge, x->element),
                           x->inputs[p][e].dataset, NULL, NULL);
            frit_view *view = &own->inputs[p][e].view;
            view->dataset = e;
            if (port->flags & FRIT_PORT_PLAN)
                continue;
            /* Which element came first is chance: what only it has is not shown. */
            view->name = "";
            view->data = NULL;
            view->value = view->sigma = NULL;
            view->mask = NULL;
        }
}

/* ---- Plans that nodes share ---- */

/* What a plan is made from, but for the shapes of mapped inputs. */
static frit_key origin_of(const frit_node *n)
{
    frit_hash *h = frit_hash_new();
    frit_hash_text(h, n->info->step.name);
    g_autoptr(GBytes) parameters = frit_params_identity(n->params);
    frit_hash_bytes(h, g_bytes_get_data(parameters, NULL), g_bytes_get_size(parameters));
    for (uint32_t p = 0; p < n->n_ports; p++) {
        frit_hash_number(h, n->inputs[p] ? n->inputs[p]->len : 0);
        for (guint e = 0; n->inputs[p] && e < n->inputs[p]->len; e++) {
            if (!(n->info->step.inputs[p].flags & FRIT_PORT_PLAN))
                continue;
            uint64_t element;
            frit_edge from = frit_edge_resolve(g_array_index(n->inputs[p], frit_edge, e), 0, &element);
            frit_hash_number(h, from.node->id);
            frit_hash_number(h, from.output);
            frit_hash_number(h, element);
        }
    }
    return frit_hash_end(h);
}

static struct frit_plans *plans_new(gint nodes)
{
    struct frit_plans *plans = g_new0(struct frit_plans, 1);
    plans->nodes = nodes;
    g_mutex_init(&plans->lock);
    plans->all = g_ptr_array_new();
    return plans;
}

void frit_plans_share(const frit_graph *g)
{
    g_autoptr(GHashTable) by_origin = g_hash_table_new_full(frit_key_hash, frit_key_equal, g_free, NULL);
    for (guint k = 0; k < g->nodes->len; k++) {
        frit_node *n = g->nodes->pdata[k];
        if (!n->info || !n->info->step.prepare)
            continue;
        frit_key origin = origin_of(n);
        struct frit_plans *plans = g_hash_table_lookup(by_origin, &origin);
        if (!plans) {
            plans = plans_new(0);
            g_hash_table_insert(by_origin, g_memdup2(&origin, sizeof origin), plans);
        }
        plans->nodes++;
        n->state->plans = plans;
    }
}

static frit_plan *find(const struct frit_plans *plans, const frit_key *signature)
{
    for (guint i = 0; i < plans->all->len; i++) {
        frit_plan *p = plans->all->pdata[i];
        if (frit_key_equal(&p->signature, signature))
            return p;
    }
    return NULL;
}

static bool is_made(gpointer plan)
{
    return g_atomic_int_get(&((frit_plan *)plan)->made);
}

/* The plan with this signature, taken into use; *mine: it is new, and the caller's to make. */
static frit_plan *take(struct frit_plans *plans, const frit_key *signature, bool *mine)
{
    g_mutex_lock(&plans->lock);
    frit_plan *p = find(plans, signature);
    *mine = !p;
    if (*mine) {
        p = g_new0(frit_plan, 1);
        p->signature = *signature;
        g_ptr_array_add(plans->all, p);
    }
    p->users++;
    g_mutex_unlock(&plans->lock);
    return p;
}

bool frit_plan_get(frit_context *x, frit_plan **plan, GError **error)
{
    *plan = NULL;
    if (!x->node->info->step.prepare)
        return true;
    struct frit_node_state *state = x->node->state;
    if (!state->plans)   /* a single dataset, another output of which is made now: by this thread alone */
        state->plans = plans_new(1);
    frit_key signature = plan_signature(x);
    bool mine;
    frit_plan *p = take(state->plans, &signature, &mine);
    if (mine) {
        plan_context(&p->context, x);
        frit_context_prepare(&p->context, &p->plan, &p->error);
        g_atomic_int_set(&p->made, true);
        frit_pool_wake(x->pool);
    } else if (!is_made(p)) {
        frit_pool_wait(x->pool, is_made, p);   /* and help to make it */
    }
    if (p->error) {
        g_propagate_error(error, g_error_copy(p->error));
        frit_plan_done((frit_node *)x->node, p);
        return false;
    }
    x->call.plan = p->plan;
    *plan = p;
    return true;
}

static void plan_free(const frit_node *n, frit_plan *p)
{
    if (p->plan && n->info->step.release)
        n->info->step.release(p->plan);
    frit_context_clear(&p->context);
    g_clear_error(&p->error);
    g_free(p);
}

void frit_plan_done(frit_node *n, frit_plan *plan)
{
    if (!plan)
        return;
    struct frit_plans *plans = n->state->plans;
    g_autoptr(GPtrArray) old = g_ptr_array_new();
    g_mutex_lock(&plans->lock);
    plan->users--;
    for (guint i = 0; i < plans->all->len && plans->all->len > KEPT;) {
        frit_plan *p = plans->all->pdata[i];
        if (p->users)
            i++;
        else
            g_ptr_array_add(old, g_ptr_array_remove_index(plans->all, i));
    }
    g_mutex_unlock(&plans->lock);
    for (guint i = 0; i < old->len; i++)
        plan_free(n, old->pdata[i]);
}

void frit_plans_release(frit_node *n)
{
    struct frit_plans *plans = g_steal_pointer(&n->state->plans);
    if (!plans || !g_atomic_int_dec_and_test(&plans->nodes))
        return;
    for (guint i = 0; i < plans->all->len; i++)
        plan_free(n, plans->all->pdata[i]);
    g_ptr_array_unref(plans->all);
    g_mutex_clear(&plans->lock);
    g_free(plans);
}
