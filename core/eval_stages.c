/* The stages of a run: the elements that barriers of one depth need, on all threads, then these
 * barriers.  In a part of a run (1 of 3) the elements are dealt by packs, and barriers and sinks wait
 * for a run of the whole.
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "eval_private.h"

#include <string.h>

#include "progress.h"
#include "read_ahead.h"

/* ---- The elements of a stage ---- */

typedef struct phase {
    frit_eval *eval;
    GArray    *edges;       /* of frit_edge, all with `count` elements */
    uint64_t   count;
    bool       dealt;       /* this part's elements alone */
    GArray    *elements;    /* of uint64_t: those of which something is to be made */
    guint      together;    /* so many by one task */
    bool       reads;       /* files are read on the way */
    guint      fetched;     /* so many elements' files have been asked for */
    gint      *left;        /* of these, not made yet, per pack */
    GMutex     lock;
    uint64_t   done;
} phase;

static bool is_mine(const frit_eval *e, const frit_node *n, uint64_t element)
{
    return (frit_pack_of(element) + n->state->deal) % e->n_parts == e->part;
}

/* Will the element be made now?  Not where it lies in a file or is too large to be kept (or where
 * there is no store): then the barrier makes it when it needs it. */
static bool can_be_kept(const frit_node *n, uint32_t output, uint64_t element)
{
    return n->kind == FRIT_NODE_STEP && !n->barrier && !frit_reads_files(n) && frit_bit(n->state->need, element) &&
           !(frit_streams(n->state) >> output & 1);
}

static bool makes(const phase *ph, const frit_edge *edge, uint64_t i)
{
    uint64_t element;
    frit_edge from = frit_edge_resolve(*edge, i, &element);
    return can_be_kept(from.node, from.output, element) &&
           (!ph->dealt || (!from.node->state->waits && is_mine(ph->eval, from.node, element)));
}

static void phase_element(phase *ph, frit_task *t, uint64_t i)
{
    for (guint m = 0; m < ph->edges->len; m++) {
        const frit_edge *edge = &g_array_index(ph->edges, frit_edge, m);
        g_autoptr(GError) failure = NULL;
        if (makes(ph, edge, i))
            frit_dataset_unref(frit_edge_dataset(t, edge, i, &failure));
    }
    uint64_t pack = frit_pack_of(i);
    if (g_atomic_int_dec_and_test(&ph->left[pack]))
        frit_keep_flush(ph->eval, frit_pack_first(pack), MIN(frit_pack_first(pack + 1), ph->count) - 1);
    g_mutex_lock(&ph->lock);
    frit_progress_advance(++ph->done);
    g_mutex_unlock(&ph->lock);
}

/* What is to be made of elements first ... first + n - 1 of the phase. */
static GArray *wants_of(const phase *ph, guint first, guint n)
{
    GArray *wants = g_array_new(FALSE, FALSE, sizeof(frit_want));
    for (guint j = 0; j < n; j++)
        for (guint m = 0; m < ph->edges->len; m++) {
            frit_want want = {&g_array_index(ph->edges, frit_edge, m),
                              g_array_index(ph->elements, uint64_t, first + j)};
            if (makes(ph, want.edge, want.element))
                g_array_append_val(wants, want);
        }
    return wants;
}

/* Files are fetched once each: up to some beyond those of the task that has just begun. */
static void fetch_ahead(phase *ph, guint last)
{
    g_mutex_lock(&ph->lock);
    guint from = ph->fetched, to = MAX(from, MIN(last + FRIT_READ_AHEAD, ph->elements->len));
    ph->fetched = to;
    g_mutex_unlock(&ph->lock);
    g_autoptr(GArray) wants = wants_of(ph, from, to - from);
    frit_fetch_ahead(&g_array_index(wants, frit_want, 0), wants->len);
}

/* A task's elements: what is made by batches for all of them at once, then one after the other. */
static void phase_elements(gpointer data, uint64_t k)
{
    phase *ph = data;
    guint first = (guint)k * ph->together, n = MIN(ph->together, ph->elements->len - first);
    const uint64_t *elements = &g_array_index(ph->elements, uint64_t, first);
    frit_task t;
    frit_task_init(&t, ph->eval);
    if (ph->reads)
        fetch_ahead(ph, first + n);
    if (ph->together > 1) {
        g_autoptr(GArray) wants = wants_of(ph, first, n);
        frit_batch_ahead(&t, &g_array_index(wants, frit_want, 0), wants->len);
    }
    guint made = t.results->len;
    for (guint j = 0; j < n && !frit_is_cancelled(); j++) {
        phase_element(ph, &t, elements[j]);
        frit_task_forget(&t, made);
    }
    frit_task_clear(&t);
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

static bool makes_any(const phase *ph, uint64_t i)
{
    for (guint m = 0; m < ph->edges->len; m++)
        if (makes(ph, &g_array_index(ph->edges, frit_edge, m), i))
            return true;
    return false;
}

/* Is there a series of files on the way? */
static bool reads_series(const GArray *edges)
{
    bool reads = false;
    for (guint m = 0; m < edges->len && !reads; m++) {
        g_autoptr(GPtrArray) ancestry = frit_node_ancestry(g_array_index(edges, frit_edge, m).node);
        for (guint k = 0; k < ancestry->len && !reads; k++) {
            const frit_node *n = ancestry->pdata[k];
            reads = n->series && frit_reads_files(n);
        }
    }
    return reads;
}

/* Nodes stand in the order in which they were made, inputs before their users. */
static void mark_now(frit_eval *e, const GArray *edges)
{
    for (guint k = 0; k < e->graph->nodes->len; k++)
        ((frit_node *)e->graph->nodes->pdata[k])->state->now = 0;
    for (guint m = 0; m < edges->len; m++) {
        const frit_edge *edge = &g_array_index(edges, frit_edge, m);
        edge->node->state->now |= 1ull << edge->output;
    }
    for (guint k = e->graph->nodes->len; k-- > 0;) {
        const frit_node *n = e->graph->nodes->pdata[k];
        for (uint32_t p = 0; n->state->now && p < n->n_ports; p++)
            for (guint j = 0; n->inputs[p] && j < n->inputs[p]->len; j++) {
                const frit_edge *from = &g_array_index(n->inputs[p], frit_edge, j);
                from->node->state->now |= 1ull << from->output;
            }
    }
}

static void mark_all(frit_eval *e)
{
    for (guint k = 0; k < e->graph->nodes->len; k++)
        ((frit_node *)e->graph->nodes->pdata[k])->state->now = UINT64_MAX;
}

static void run_phase(frit_eval *e, GArray *edges, uint64_t count, guint depth, bool dealt)
{
    phase ph = {.eval = e, .edges = edges, .count = count, .dealt = dealt};
    ph.elements = g_array_new(FALSE, FALSE, sizeof(uint64_t));
    ph.left = g_new0(gint, frit_pack_of(count) + 1);
    g_mutex_init(&ph.lock);
    for (uint64_t i = 0; i < count; i++)
        if (makes_any(&ph, i)) {
            g_array_append_val(ph.elements, i);
            ph.left[frit_pack_of(i)]++;
        }
    if (ph.elements->len) {
        g_autofree char *what = name_work(e, depth);
        frit_progress_begin(what, ph.elements->len);
        ph.together = frit_batch_size(e, &g_array_index(edges, frit_edge, 0), edges->len, ph.elements->len);
        ph.reads = reads_series(edges);
        mark_now(e, edges);
        frit_pool_for(e->pool, (ph.elements->len + ph.together - 1) / ph.together, phase_elements, &ph, phase_stopped);
        mark_all(e);
        frit_progress_end();
    }
    frit_keep_flush_all(e);
    g_mutex_clear(&ph.lock);
    g_array_unref(ph.elements);
    g_free(ph.left);
}

static bool same_edge(const frit_edge *a, const frit_edge *b)
{
    return a->node == b->node && a->output == b->output;
}

/* The edges that these nodes need, each once. */
static GArray *edges_into(GPtrArray *nodes)
{
    GArray *all = g_array_new(FALSE, FALSE, sizeof(frit_edge));
    for (guint k = 0; k < nodes->len; k++) {
        frit_node *n = nodes->pdata[k];
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
    return all;
}

/* The longest series that these edges come from. */
static uint64_t longest(const GArray *edges)
{
    uint64_t count = 0;
    for (guint k = 0; k < edges->len; k++)
        count = MAX(count, g_array_index(edges, frit_edge, k).node->count);
    return count;
}

/* What these nodes need of series, those of one length together; the longest first, so that what is selected from them
 * has been made in full batches. */
static void run_phases(frit_eval *e, GPtrArray *nodes, guint depth, bool dealt)
{
    if (!e->store)
        return;   /* nowhere to keep what would be made now: barriers stream it */
    g_autoptr(GArray) all = edges_into(nodes);
    while (all->len && !frit_eval_stopped(e)) {
        uint64_t count = longest(all);
        g_autoptr(GArray) group = g_array_new(FALSE, FALSE, sizeof(frit_edge));
        for (guint k = 0; k < all->len;) {
            frit_edge edge = g_array_index(all, frit_edge, k);
            if (edge.node->count == count) {
                g_array_append_val(group, edge);
                g_array_remove_index(all, k);
            } else
                k++;
        }
        run_phase(e, group, count, depth, dealt);
    }
}

/* ---- Barriers ---- */

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

static guint deepest(const frit_eval *e)
{
    guint depth = 0;
    for (guint k = 0; k < e->graph->nodes->len; k++)
        depth = MAX(depth, ((frit_node *)e->graph->nodes->pdata[k])->depth);
    return depth;
}

bool frit_run_stages(frit_eval *e, GError **error)
{
    guint end = deepest(e);
    for (guint depth = 0; depth <= end && !frit_eval_stopped(e); depth++) {
        g_autoptr(GPtrArray) barriers = g_ptr_array_new();
        for (guint k = 0; k < e->graph->nodes->len; k++) {
            frit_node *n = e->graph->nodes->pdata[k];
            if (n->barrier && n->depth == depth && n->state->is_needed && !n->state->waits)
                g_ptr_array_add(barriers, n);
        }
        run_phases(e, barriers, depth, false);
        if (!run_barriers(e, barriers, error))
            return false;
    }
    return true;
}

/* ---- A part of a run ---- */

/* The elements of the longest series that is made from what a barrier gives. */
static void find_reach(frit_eval *e)
{
    for (guint k = e->graph->nodes->len; k-- > 0;) {
        frit_node *n = e->graph->nodes->pdata[k];
        uint64_t own = n->series && !n->barrier ? MAX(n->count, n->state->reach) : n->state->reach;
        for (uint32_t p = 0; !n->barrier && p < n->n_ports; p++)
            for (guint j = 0; n->inputs[p] && j < n->inputs[p]->len; j++) {
                struct frit_node_state *from = g_array_index(n->inputs[p], frit_edge, j).node->state;
                from->reach = MAX(from->reach, own);
            }
    }
}

static uint64_t elements_into(const frit_node *n)
{
    uint64_t elements = 0;
    for (uint32_t p = 0; p < n->n_ports; p++)
        for (guint j = 0; n->inputs[p] && j < n->inputs[p]->len; j++)
            elements += g_array_index(n->inputs[p], frit_edge, j).node->count;
    return elements;
}

/* Whatever follows from a barrier that is still to be run waits.  But not all barriers do: the mean of a
 * few frames of the empty container, which each frame needs, is a small piece of work beside the whole,
 * without which no part could begin: each does it for itself. */
static void find_waiting(frit_eval *e)
{
    find_reach(e);
    for (guint k = 0; k < e->graph->nodes->len; k++) {
        frit_node *n = e->graph->nodes->pdata[k];
        struct frit_node_state *state = n->state;
        for (uint32_t p = 0; p < n->n_ports; p++)
            for (guint j = 0; n->inputs[p] && j < n->inputs[p]->len; j++) {
                const struct frit_node_state *from = g_array_index(n->inputs[p], frit_edge, j).node->state;
                bool positions = n->kind == FRIT_NODE_AXIS && p == 1;   /* mapped steps do not see them */
                state->waits |= !positions && from->waits;
                state->place_waits |= from->place_waits || (positions && from->waits);
            }
        if (!n->barrier)
            continue;
        bool large = elements_into(n) > state->reach / 2;
        state->waits = state->is_needed && (state->waits || state->place_waits || large || frit_is_sink(n));
    }
}

/* What waiting nodes need of others is kept, as what a barrier needs. */
static void demand(frit_edge edge)
{
    frit_node *n = edge.node;
    n->demanded |= 1ull << edge.output;
    n->state->is_frontier = true;
    if (n->kind != FRIT_NODE_AXIS && n->kind != FRIT_NODE_SELECT && n->kind != FRIT_NODE_CONCAT)
        return;
    for (guint j = 0; j < n->inputs[0]->len; j++)
        demand(g_array_index(n->inputs[0], frit_edge, j));
}

/* Packs are dealt by their number; single datasets by what they come from. */
static void deal(frit_node *n)
{
    if (n->series)
        return;
    g_autoptr(GPtrArray) ancestry = frit_node_ancestry(n);
    n->state->deal = ((frit_node *)ancestry->pdata[0])->id;
}

static GPtrArray *waiting_nodes(frit_eval *e)
{
    GPtrArray *waiting = g_ptr_array_new();
    for (guint k = 0; k < e->graph->nodes->len; k++) {
        frit_node *n = e->graph->nodes->pdata[k];
        if (!n->state->is_needed || !n->state->waits)
            continue;
        g_ptr_array_add(waiting, n);
        e->tally.waiting_sinks += frit_is_sink(n);
        e->tally.waiting_barriers += n->barrier && !frit_is_sink(n);
    }
    return waiting;
}

/* How many elements are this part's; those of the others go into the tally. */
static uint64_t share_out(frit_eval *e)
{
    uint64_t mine = 0;
    for (guint k = 0; k < e->graph->nodes->len; k++) {
        frit_node *n = e->graph->nodes->pdata[k];
        if (!n->state->is_frontier || n->state->waits)
            continue;
        deal(n);
        for (uint64_t i = 0; i < n->count; i++)
            for (uint32_t o = 0; o < n->n_outputs; o++)
                if ((n->demanded >> o & 1) && can_be_kept(n, o, i)) {
                    bool own = is_mine(e, n, i);
                    mine += own;
                    e->tally.left_to_others += !own;
                    break;
                }
    }
    return mine;
}

bool frit_run_part(frit_eval *e, GError **error)
{
    find_waiting(e);
    g_autoptr(GPtrArray) waiting = waiting_nodes(e);
    g_autoptr(GArray) frontier = edges_into(waiting);
    for (guint k = 0; k < frontier->len; k++)
        demand(g_array_index(frontier, frit_edge, k));
    if (!share_out(e))
        return true;
    if (!frit_run_stages(e, error))
        return false;
    run_phases(e, waiting, deepest(e), true);
    return true;
}
