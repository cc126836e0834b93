/* Evaluation, stage by stage.
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "eval_private.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "error.h"
#include "progress.h"
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
    e->missing = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    g_mutex_init(&e->lock);
    for (guint k = 0; k < g->nodes->len; k++) {
        frit_node *n = g->nodes->pdata[k];
        n->state = g_new0(struct frit_node_state, 1);
        g_mutex_init(&n->state->lock);
        g_cond_init(&n->state->changed);
    }
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
    g_mutex_clear(&state->lock);
    g_cond_clear(&state->changed);
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

static bool take_positions(frit_eval *e, frit_node *n, GError **error)
{
    frit_task t;
    frit_task_init(&t, e);
    g_autoptr(frit_dataset) d = frit_edge_dataset(&t, &g_array_index(n->inputs[1], frit_edge, 0), 0, error);
    frit_task_clear(&t);
    if (!d)
        return false;   /* a missing element has said why, else the evaluation knows */
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

static bool take_all_positions(frit_eval *e, GError **error)
{
    for (guint k = 0; k < e->graph->nodes->len; k++) {
        frit_node *n = e->graph->nodes->pdata[k];
        if (n->kind == FRIT_NODE_AXIS && n->wanted && !n->positions && !take_positions(e, n, error))
            return false;
    }
    return true;
}

/* ---- A stage: the elements that barriers of one depth need, then these barriers ---- */

typedef struct phase {
    frit_eval *eval;
    GArray    *edges;       /* of frit_edge, all with `count` elements */
    uint64_t   count;
    gint      *left;        /* elements under way, per block */
    GMutex     lock;
    uint64_t   done;
} phase;

/* Will the element be made now?  Not where it lies in a file or is too large to be kept (or where
 * there is no store): then the barrier makes it when it needs it. */
static bool makes(const frit_edge *edge, uint64_t i)
{
    uint64_t element;
    frit_edge from = frit_edge_resolve(*edge, i, &element);
    const struct frit_node_state *state = from.node->state;
    return from.node->kind == FRIT_NODE_STEP && !from.node->barrier && !frit_reads_files(from.node) &&
           frit_bit(state->need, element) && !(frit_streams(state) >> from.output & 1);
}

static void phase_element(gpointer data, uint64_t i)
{
    phase *ph = data;
    frit_task t;
    frit_task_init(&t, ph->eval);
    for (guint k = 0; k < ph->edges->len; k++) {
        const frit_edge *edge = &g_array_index(ph->edges, frit_edge, k);
        g_autoptr(GError) failure = NULL;
        if (ph->eval->store && makes(edge, i))
            frit_dataset_unref(frit_edge_dataset(&t, edge, i, &failure));
    }
    frit_task_clear(&t);
    uint64_t block = i / FRIT_PACK_SIZE;
    if (g_atomic_int_dec_and_test(&ph->left[block]))
        frit_keep_flush(ph->eval, block * FRIT_PACK_SIZE, MIN((block + 1) * FRIT_PACK_SIZE, ph->count) - 1);
    g_mutex_lock(&ph->lock);
    frit_progress_advance(++ph->done);
    g_mutex_unlock(&ph->lock);
}

static bool phase_stopped(gpointer data)
{
    return frit_eval_stopped(((phase *)data)->eval);
}

/* "integrate, normalise" : what a stage spends its time on. */
static char *name_work(frit_eval *e, guint depth)
{
    GString *names = g_string_new(NULL);
    guint more = 0;
    for (guint k = 0; k < e->graph->nodes->len; k++) {
        const frit_node *n = e->graph->nodes->pdata[k];
        if (!n->info || !n->state->is_needed || n->barrier || n->depth > depth || frit_reads_files(n) ||
            strstr(names->str, n->name))
            continue;
        if (names->len > 40)
            more++;
        else
            g_string_append_printf(names, "%s%s", names->len ? ", " : "", n->name);
    }
    if (more)
        g_string_append(names, ", ...");
    return g_string_free(names, FALSE);
}

static void run_phase(frit_eval *e, GArray *edges, uint64_t count, guint depth)
{
    uint64_t blocks = (count + FRIT_PACK_SIZE - 1) / FRIT_PACK_SIZE;
    phase ph = {.eval = e, .edges = edges, .count = count, .left = g_new(gint, blocks ? blocks : 1)};
    g_mutex_init(&ph.lock);
    for (uint64_t b = 0; b < blocks; b++)
        ph.left[b] = (gint)MIN(count - b * FRIT_PACK_SIZE, FRIT_PACK_SIZE);
    g_autofree char *what = name_work(e, depth);
    frit_progress_begin(what, count);
    frit_pool_for(e->pool, count, phase_element, &ph, phase_stopped);
    frit_progress_end();
    frit_keep_flush_all(e);
    g_mutex_clear(&ph.lock);
    g_free(ph.left);
}

static bool same_edge(const frit_edge *a, const frit_edge *b)
{
    return a->node == b->node && a->output == b->output;
}

/* The edges that the barriers need, each once, those of one length together. */
static void group_edges(GPtrArray *barriers, GArray *all)
{
    for (guint k = 0; k < barriers->len; k++) {
        frit_node *n = barriers->pdata[k];
        for (uint32_t p = 0; p < n->n_ports; p++)
            for (guint j = 0; n->inputs[p] && j < n->inputs[p]->len; j++) {
                frit_edge edge = g_array_index(n->inputs[p], frit_edge, j);
                bool known = false;
                for (guint m = 0; m < all->len && !known; m++)
                    known = same_edge(&g_array_index(all, frit_edge, m), &edge);
                if (!known)
                    g_array_append_val(all, edge);
            }
    }
}

static void run_phases(frit_eval *e, GPtrArray *barriers, guint depth)
{
    if (!e->store)
        return;   /* nowhere to keep what would be made now: barriers stream it */
    g_autoptr(GArray) all = g_array_new(FALSE, FALSE, sizeof(frit_edge));
    group_edges(barriers, all);
    while (all->len && !frit_eval_stopped(e)) {
        uint64_t count = g_array_index(all, frit_edge, 0).node->count;
        g_autoptr(GArray) group = g_array_new(FALSE, FALSE, sizeof(frit_edge));
        for (guint k = 0; k < all->len;) {
            frit_edge edge = g_array_index(all, frit_edge, k);
            if (edge.node->count == count) {
                g_array_append_val(group, edge);
                g_array_remove_index(all, k);
            } else
                k++;
        }
        run_phase(e, group, count, depth);
    }
}

static bool run_barriers(frit_eval *e, GPtrArray *barriers, GError **error)
{
    for (guint k = 0; k < barriers->len && !frit_eval_stopped(e); k++) {
        frit_node *n = barriers->pdata[k];
        if (frit_is_sink(n)) {
            if (!frit_sink_run(e, n, error))
                return false;
            continue;
        }
        frit_task t;
        frit_task_init(&t, e);
        for (uint32_t o = 0; o < n->n_outputs; o++)
            if (n->wanted >> o & 1)
                frit_result_unref(frit_element(&t, n, 0, o));
        frit_task_clear(&t);
    }
    return true;
}

static bool run_stages(frit_eval *e, GError **error)
{
    guint deepest = 0;
    for (guint k = 0; k < e->graph->nodes->len; k++)
        deepest = MAX(deepest, ((frit_node *)e->graph->nodes->pdata[k])->depth);
    for (guint depth = 0; depth <= deepest && !frit_eval_stopped(e); depth++) {
        g_autoptr(GPtrArray) barriers = g_ptr_array_new();
        for (guint k = 0; k < e->graph->nodes->len; k++) {
            frit_node *n = e->graph->nodes->pdata[k];
            if (n->barrier && n->depth == depth && n->state->is_needed)
                g_ptr_array_add(barriers, n);
        }
        run_phases(e, barriers, depth);
        if (!run_barriers(e, barriers, error))
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
    for (guint i = 0; i < n; i++)
        frit_warn("left out: %s", (const char *)sentences[i]);
}

bool frit_eval_run(frit_eval *e, frit_tally *tally, GError **error)
{
    g_autoptr(GPtrArray) sinks = mark_wanted(e->graph);
    bool good = take_all_positions(e, error) && frit_foresee(e, sinks, error) && run_stages(e, error);
    good = conclude(e, good, error);
    *tally = e->tally;
    tell_missing(e);
    return good;
}

bool frit_eval_foretell(frit_eval *e, GError **error)
{
    g_autoptr(GPtrArray) sinks = mark_wanted(e->graph);
    if (!take_all_positions(e, error) || !frit_foresee(e, sinks, error))
        return conclude(e, false, error);
    printf("%-24s %-24s %10s %10s\n", "line", "step", "elements", "to compute");
    for (guint k = 0; k < e->graph->nodes->len; k++) {
        const frit_node *n = e->graph->nodes->pdata[k];
        if (!n->info || !(n->wanted || frit_is_sink(n)))
            continue;
        const char *why = n->state->n_need == 0 ? frit_is_sink(n) ? "files are up to date" : "not needed, or in the store"
                          : frit_is_sink(n)      ? "to be written"
                          : frit_reads_files(n)  ? "to be read"
                                                 : "not in the store";
        printf("%-24s %-24s %10" G_GUINT64_FORMAT " %10" G_GUINT64_FORMAT "   %s\n", n->place, n->name, n->count,
               n->state->n_need, why);
    }
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
