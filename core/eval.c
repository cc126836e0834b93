/* Evaluation, stage by stage.
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "eval_private.h"

#include <stdlib.h>
#include <string.h>

#include "error.h"
#include "progress.h"
#include "run_record.h"
#include "text.h"
#include "unit.h"

/* ---- Making and freeing ---- */

frit_eval *frit_eval_new(frit_graph *g, frit_store *store, frit_digests *digests, guint threads)
{
    frit_eval *e = g_new0(frit_eval, 1);
    e->graph = g;
    e->store = store;
    e->digests = digests;
    e->pool = frit_pool_new(threads ? threads : g_get_num_processors());
    e->written = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    e->missing = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
    g_mutex_init(&e->lock);
    e->started = g_get_monotonic_time();
    for (guint k = 0; k < g->nodes->len; k++) {
        frit_node *n = g->nodes->pdata[k];
        n->state = g_new0(struct frit_node_state, 1);
        n->state->now = UINT64_MAX;
        g_mutex_init(&n->state->lock);
    }
    frit_count_users(e);
    frit_plans_share(g);
    return e;
}

static void state_free(frit_node *n)
{
    struct frit_node_state *state = n->state;
    frit_plans_release(n);
    frit_keep_free(n);
    frit_result_unref(state->single);
    for (uint32_t p = 0; state->fitted && p < n->n_ports; p++) {
        for (guint k = 0; state->fitted[p] && k < n->inputs[p]->len; k++)
            frit_dataset_unref(state->fitted[p][k]);
        g_free(state->fitted[p]);
    }
    g_free(state->fitted);
    g_free(state->need);
    g_free(state->peeks);
    frit_former_free(state->former);
    g_mutex_clear(&state->lock);
    g_clear_pointer(&n->state, g_free);
    frit_node_keys_free(n);
}

void frit_eval_free(frit_eval *e)
{
    if (!e)
        return;
    frit_pool_free(e->pool);
    for (guint k = 0; k < e->graph->nodes->len; k++)
        state_free(e->graph->nodes->pdata[k]);
    g_hash_table_unref(e->missing);
    g_hash_table_unref(e->written);
    g_clear_error(&e->error);
    g_mutex_clear(&e->lock);
    g_free(e);
}

void frit_eval_set_part(frit_eval *e, guint part, guint n_parts)
{
    e->part = part - 1;
    e->n_parts = n_parts;
}

/* ---- What is wanted of each node ---- */

static void want_edges(frit_node *n, uint32_t p)
{
    bool demands = n->barrier || n->kind == FRIT_NODE_AXIS;
    for (guint k = 0; n->inputs[p] && k < n->inputs[p]->len; k++) {
        frit_edge edge = g_array_index(n->inputs[p], frit_edge, k);
        edge.node->wanted |= 1ull << edge.output;
        if (n->kind == FRIT_NODE_SELECT || n->kind == FRIT_NODE_CONCAT || n->kind == FRIT_NODE_AXIS)
            edge.node->demanded |= n->demanded && p == 0 ? 1ull << edge.output : 0;
        if (demands && !(n->kind == FRIT_NODE_AXIS && p == 0))
            edge.node->demanded |= 1ull << edge.output;
    }
}

/* Users come after their inputs, so that one pass backwards settles it. */
static GPtrArray *mark_wanted(frit_graph *g)
{
    GPtrArray *sinks = g_ptr_array_new();
    for (guint k = g->nodes->len; k-- > 0;) {
        frit_node *n = g->nodes->pdata[k];
        if (!frit_is_sink(n) && !n->wanted)
            continue;
        if (frit_is_sink(n))
            g_ptr_array_insert(sinks, 0, n);
        for (uint32_t p = 0; p < n->n_ports; p++)
            want_edges(n, p);
    }
    return sinks;
}

/* ---- Positions of series that a dataset gives ---- */

/* "read_column (log.csv)" */
static char *axis_source(const frit_node *n)
{
    const char *file = frit_node_element_file(n, 0);
    if (!file && n->params)
        file = frit_params_paths(n->params)[0];
    g_autofree char *base = file ? g_path_get_basename(file) : NULL;
    return base ? g_strdup_printf("%s (%s)", n->name, base) : g_strdup(n->name);
}

static bool set_positions(frit_node *n, const frit_dataset *d, GError **error)
{
    double factor, offset;
    const double *at = frit_dataset_values(d);
    g_autofree char *from = axis_source(g_array_index(n->inputs[1], frit_edge, 0).node);
    if (!at || d->ndim != 1 || d->shape[0] != n->count)
        g_set_error(error, FRIT_ERROR, FRIT_EDATA,
                    "%s: the axis from %s has %zu positions, but %s gives %" G_GUINT64_FORMAT
                    " elements: one position each is needed", n->place, from, d->ndim == 1 ? d->shape[0] : 0,
                    g_array_index(n->inputs[0], frit_edge, 0).node->name, n->count);
    else if (frit_unit_factor(d->unit, n->axis_unit, &factor, &offset, error)) {
        n->positions = g_new(double, n->count);
        for (uint64_t i = 0; i < n->count; i++)
            n->positions[i] = factor * at[i] + offset;
        return true;
    } else
        g_prefix_error(error, "%s: the axis from %s: ", n->place, from);
    return false;
}

static bool take_positions(frit_eval *e, frit_node *n, GError **error)
{
    frit_task t;
    frit_task_init(&t, e);
    g_autoptr(frit_dataset) d = frit_edge_dataset(&t, &g_array_index(n->inputs[1], frit_edge, 0), 0, error);
    frit_task_clear(&t);
    return d && set_positions(n, d, error);   /* a missing element has said why, else the evaluation knows */
}

/* In a part of a run, positions that a whole series gives wait as that does, unless they are known. */
static bool wait_for_positions(frit_eval *e, frit_node *n)
{
    uint64_t element;
    frit_edge from = frit_edge_resolve(g_array_index(n->inputs[1], frit_edge, 0), 0, &element);
    bool behind = from.node->depth > 0 || from.node->barrier;
    return e->n_parts && behind && !frit_stored(e, from.node, from.output, element);
}

static bool take_all_positions(frit_eval *e, GError **error)
{
    for (guint k = 0; k < e->graph->nodes->len; k++) {
        frit_node *n = e->graph->nodes->pdata[k];
        if (n->kind == FRIT_NODE_AXIS && n->wanted && !n->positions && !wait_for_positions(e, n) &&
            !take_positions(e, n, error))
            return false;
    }
    return true;
}

static bool conclude(frit_eval *e, bool good, GError **error)
{
    frit_keep_flush_all(e);
    e->tally.missing = g_hash_table_size(e->missing);
    bool obeyed = frit_is_cancelled() && e->error && e->error->code == FRIT_ECANCELLED;
    if (e->error && !obeyed) {
        g_clear_error(error);
        g_propagate_error(error, g_steal_pointer(&e->error));
        return false;
    }
    if (frit_is_cancelled()) {
        g_clear_error(error);
        g_set_error(error, FRIT_ERROR, FRIT_ECANCELLED, "cancelled; what was finished is kept, the next run goes on from there");
        return false;
    }
    return good;
}

static gint by_count(gconstpointer a, gconstpointer b)
{
    return frit_natural_compare(*(const char *const *)a, *(const char *const *)b);
}

/* In the order of the elements, whichever thread was first. */
static void tell_missing(frit_eval *e)
{
    guint n;
    g_autofree gpointer *sentences = g_hash_table_get_keys_as_array(e->missing, &n);
    if (n)
        qsort(sentences, n, sizeof *sentences, by_count);
    for (guint i = 0; i < n; i++) {
        const char *position = g_hash_table_lookup(e->missing, sentences[i]);
        frit_warn("left out: %s%s%s", position, *position ? ": " : "", (const char *)sentences[i]);
    }
}

/* What the run was made of, for the next frit run -n. */
static void remember(frit_eval *e, frit_run_end end, const GError *error)
{
    if (!e->store)
        return;
    frit_run_record *r = frit_run_record_of(e->graph, e->digests);
    r->end = end;
    g_free(r->message);
    r->message = g_strdup(error ? error->message : "");
    frit_run_record_save(e->store, e->graph, r);
    frit_run_record_free(r);
}

static bool run_all(frit_eval *e, GPtrArray *sinks, GError **error)
{
    if (!take_all_positions(e, error))
        return false;
    /* Images that no run has seen are not read for their digests alone. */
    frit_digests_put_off(e->digests, true);
    frit_foresee(e, sinks);
    remember(e, e->n_parts ? FRIT_RUN_PART : FRIT_RUN_BEGAN, NULL);
    frit_digests_put_off(e->digests, false);
    return e->n_parts ? frit_run_part(e, error) : frit_run_stages(e, error);
}

bool frit_eval_run(frit_eval *e, frit_tally *tally, GError **error)
{
    g_autoptr(GPtrArray) sinks = mark_wanted(e->graph);
    GError *why = NULL;
    bool good = conclude(e, run_all(e, sinks, &why), &why);
    frit_digests_put_off(e->digests, true);   /* of what was not read in a run that failed, or in this part */
    frit_note_elements(e);
    if (!good && why && why->code != FRIT_ECANCELLED)
        remember(e, FRIT_RUN_FAILED, why);
    else if (good && !e->n_parts)
        remember(e, e->tally.missing ? FRIT_RUN_PARTIAL : FRIT_RUN_FINISHED, NULL);
    if (why)
        g_propagate_error(error, why);
    frit_digests_put_off(e->digests, false);
    *tally = e->tally;
    tell_missing(e);
    return good;
}

bool frit_eval_foretell(frit_eval *e, GError **error)
{
    g_autoptr(GPtrArray) sinks = mark_wanted(e->graph);
    if (!take_all_positions(e, error))
        return conclude(e, false, error);
    frit_foresee(e, sinks);
    frit_print_why(e);
    return true;
}

frit_dataset *frit_eval_element(frit_eval *e, frit_edge edge, uint64_t i, GError **error)
{
    edge.node->wanted |= 1ull << edge.output;
    edge.node->demanded |= 1ull << edge.output;
    for (guint k = e->graph->nodes->len; k-- > 0;) {
        frit_node *n = e->graph->nodes->pdata[k];
        for (uint32_t p = 0; n->wanted && p < n->n_ports; p++)
            want_edges(n, p);
    }
    frit_task t;
    frit_task_init(&t, e);
    GError *failure = NULL;
    frit_dataset *d = frit_edge_dataset(&t, &edge, i, &failure);
    frit_task_clear(&t);
    if (failure)
        g_propagate_error(error, failure);
    else if (!d && e->error)
        g_propagate_error(error, g_steal_pointer(&e->error));
    return d;
}

bool frit_eval_positions(frit_eval *e, frit_node *axis, GError **error)
{
    g_autoptr(frit_dataset) d = frit_eval_element(e, g_array_index(axis->inputs[1], frit_edge, 0), 0, error);
    return d && set_positions(axis, d, error);
}
