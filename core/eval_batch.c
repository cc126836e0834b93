/* Elements of a step with run_batch(), up to FRIT_MAX_BATCH at once, each with a call of its own.
 *
 * A task that is about to make some elements first goes through the graph for those that such steps have to make on
 * the way, and has these made together; then it makes its elements one by one, and finds them.
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "eval_private.h"

#include <string.h>
#include <sys/resource.h>

#include "crash.h"
#include "error.h"
#include "read_ahead.h"

/* Inputs that are whole in memory (frames that no reader gives by rows) may take so many bytes for one batch. */
enum { MOST_BYTES = 40 << 20 };

/* ---- A batch ---- */

typedef struct item {
    frit_context x;
    frit_plan   *plan;
    frit_result *result;   /* NULL at the end: the run stops */
    bool         ready;    /* to be run */
} item;

static void item_start(frit_task *t, frit_node *n, uint64_t i, item *it)
{
    GError *error = NULL;
    *it = (item){.result = NULL};
    frit_context_init(&it->x, FRIT_PHASE_RUN, n, i);
    it->x.cancelled = frit_is_cancelled;
    it->x.pool = t->eval->pool;
    it->x.digests = t->eval->digests;
    it->x.by_rows = true;
    it->x.wanted = frit_wanted_now(n);
    if (!frit_set_inputs(t, &it->x, &error)) {
        it->result = frit_settle_failure(t->eval, n, i, error);
        return;
    }
    it->ready = frit_plan_get(&it->x, &it->plan, &error);
    if (it->ready)
        return;
    frit_place_error(&it->x, &error);
    it->result = frit_settle_failure(t->eval, n, i, error);
}

static void item_clear(frit_node *n, item *it)
{
    frit_plan_done(n, it->plan);
    it->plan = NULL;
    frit_context_clear(&it->x);
}

/* Did the rows of an input end early?  With *error; without, where the run stops for it. */
static bool rows_failed(frit_task *t, frit_context *x, GError **error)
{
    for (uint32_t p = 0; p < x->node->n_ports; p++) {
        frit_node *reader;
        uint64_t element;
        GError *why = x->inputs[p] ? frit_rows_take_error(x->inputs[p][0].rows, &reader, &element) : NULL;
        if (!why)
            continue;
        frit_result *settled = frit_settle_failure(t->eval, reader, element, why);
        if (settled)
            g_propagate_error(error, g_error_copy(settled->failure));
        frit_result_unref(settled);
        return true;
    }
    return false;
}

static void item_finish(frit_task *t, frit_node *n, item *it, frit_status status)
{
    GError *error = NULL;
    if (rows_failed(t, &it->x, &error)) {
        it->result = frit_settle_failure(t->eval, n, it->x.element, error);
    } else if (frit_context_conclude(&it->x, status, &error)) {
        it->result = frit_take_outputs(&it->x);
    } else {
        frit_place_error(&it->x, &error);
        it->result = frit_settle_failure(t->eval, n, it->x.element, error);
    }
}

static frit_status call_batch(frit_node *n, item *const *items, guint m)
{
    frit_call *calls[FRIT_MAX_BATCH];
    for (guint k = 0; k < m; k++) {
        calls[k] = &items[k]->x.call;
        items[k]->ready = false;
    }
    frit_crash_site before = frit_crash_enter(n, items[0]->x.element, m == 1);
    frit_status status = n->info->step.run_batch(calls, m);
    frit_crash_leave(before);
    return status;
}

static void run_alone(frit_task *t, frit_node *n, uint64_t i, item *it)
{
    item_start(t, n, i, it);
    if (it->ready)
        item_finish(t, n, it, call_batch(n, &it, 1));
}

/* A batch that failed as a whole is tried element by element, from the beginning. */
static void run_together(frit_task *t, frit_node *n, item *const *items, guint m)
{
    frit_status status = call_batch(n, items, m);
    for (guint k = 0; k < m; k++) {
        bool again = status != FRIT_OK && m > 1 && !items[k]->x.error;
        if (!again) {
            item_finish(t, n, items[k], m > 1 ? FRIT_OK : status);
            continue;
        }
        uint64_t element = items[k]->x.element;
        item_clear(n, items[k]);
        run_alone(t, n, element, items[k]);
    }
}

/* Those that share a plan, together. */
static void run_items(frit_task *t, frit_node *n, item *items, guint m)
{
    for (guint k = 0; k < m; k++) {
        item *same[FRIT_MAX_BATCH];
        guint n_same = 0;
        for (guint j = k; items[k].ready && j < m; j++)
            if (items[j].ready && items[j].plan == items[k].plan)
                same[n_same++] = &items[j];
        if (n_same)
            run_together(t, n, same, n_same);
    }
}

static void keep_items(frit_task *t, frit_node *n, item *items, guint m)
{
    for (guint k = 0; k < m; k++) {
        frit_result *r = items[k].result;
        if (r) {
            frit_keep_result(t->eval, n, items[k].x.element, r, frit_bytes_of_inputs(&items[k].x), true);
            frit_remember(t, n, items[k].x.element, r);
            frit_result_unref(r);
        }
        item_clear(n, &items[k]);
    }
}

static size_t bytes_in_memory(const frit_context *x)
{
    size_t bytes = 0;
    for (uint32_t p = 0; p < x->node->n_ports; p++)
        for (guint e = 0; x->inputs[p] && x->node->inputs[p] && e < x->node->inputs[p]->len; e++) {
            const frit_input *in = &x->inputs[p][e];
            if (in->dataset && in->dataset->data && !(x->node->info->step.inputs[p].flags & FRIT_PORT_PLAN))
                bytes += frit_dataset_bytes(in->dataset);
        }
    return bytes;
}

/* Of one node, in batches; the results go into the task. */
static void compute_elements(frit_task *t, frit_node *n, const uint64_t *elements, guint n_elements)
{
    g_autofree item *items = g_new(item, FRIT_MAX_BATCH);
    guint m = 0, known = t->results->len;
    size_t bytes = 0;
    for (guint k = 0; k < n_elements; k++) {
        if (frit_eval_stopped_at(t->eval, elements[k]))
            continue;
        item_start(t, n, elements[k], &items[m]);
        bytes += bytes_in_memory(&items[m++].x);
        if (m < FRIT_MAX_BATCH && bytes < MOST_BYTES)
            continue;
        run_items(t, n, items, m);
        if (bytes >= MOST_BYTES)
            frit_task_forget(t, known);   /* the items hold what they need */
        keep_items(t, n, items, m);
        known = t->results->len;
        m = 0;
        bytes = 0;
    }
    run_items(t, n, items, m);
    keep_items(t, n, items, m);
}

frit_result *frit_compute_alone(frit_task *t, frit_node *n, uint64_t i)
{
    item it;
    run_alone(t, n, i, &it);
    if (it.result)
        frit_keep_result(t->eval, n, i, it.result, frit_bytes_of_inputs(&it.x), true);
    item_clear(n, &it);
    return it.result;
}

/* ---- What is to be made together ---- */

typedef struct wanted { frit_node *node; uint64_t element; } wanted;

typedef struct gathering {
    GHashTable *seen;    /* node and element */
    GArray     *wanted;  /* of batches, inputs before their users; or NULL */
    bool        fetch;   /* files that will be read, in their order */
} gathering;

static void *place_of(const frit_node *n, uint64_t element)
{
    return GSIZE_TO_POINTER((gsize)n->id << 32 ^ (gsize)element);   /* series have less than 2^32 elements */
}

static bool is_mapped_step(const frit_node *n)
{
    return n->kind == FRIT_NODE_STEP && !n->barrier && (n->series || n->count != 1);
}

static void fetch_files(const frit_node *n, uint64_t element)
{
    const GPtrArray *uses = n->uses[element];
    for (guint k = 0; uses && k < uses->len; k++)
        frit_read_ahead(((const frit_use *)uses->pdata[k])->path);
}

/* Not what lies in the store.  Readers' elements never do. */
static bool is_to_be_made(const frit_node *n, uint64_t element)
{
    return frit_reads_files(n) || !n->state->need || frit_bit(n->state->need, element);
}

static void gather(gathering *g, const frit_edge *edge, uint64_t i)
{
    uint64_t element;
    frit_node *n = frit_edge_resolve(*edge, frit_edge_element(edge, i), &element).node;
    if (!is_mapped_step(n) || !is_to_be_made(n, element) || !g_hash_table_add(g->seen, place_of(n, element)))
        return;
    if (g->fetch && n->uses)
        fetch_files(n, element);
    for (uint32_t p = 0; p < n->n_ports; p++)
        for (guint e = 0; n->inputs[p] && e < n->inputs[p]->len; e++)
            gather(g, &g_array_index(n->inputs[p], frit_edge, e), element);
    wanted w = {n, element};
    if (g->wanted && n->info->step.run_batch)
        g_array_append_val(g->wanted, w);
}

/* Nodes in their order: what one gives is another one's input. */
static gint by_node(gconstpointer a, gconstpointer b)
{
    const wanted *x = a, *y = b;
    if (x->node->id != y->node->id)
        return x->node->id < y->node->id ? -1 : 1;
    return x->element < y->element ? -1 : x->element > y->element;
}

void frit_batch_ahead(frit_task *t, const frit_want *wants, guint n)
{
    gathering g = {g_hash_table_new(NULL, NULL), g_array_new(FALSE, FALSE, sizeof(wanted)), false};
    for (guint k = 0; k < n; k++)
        gather(&g, wants[k].edge, wants[k].element);
    g_array_sort(g.wanted, by_node);
    g_autofree uint64_t *together = g_new(uint64_t, g.wanted->len + 1);
    for (guint k = 0; k < g.wanted->len;) {
        frit_node *node = g_array_index(g.wanted, wanted, k).node;
        guint m = 0;
        for (; k < g.wanted->len && g_array_index(g.wanted, wanted, k).node == node; k++)
            together[m++] = g_array_index(g.wanted, wanted, k).element;
        compute_elements(t, node, together, m);
    }
    g_hash_table_unref(g.seen);
    g_array_unref(g.wanted);
}

void frit_fetch_ahead(const frit_want *wants, guint n)
{
    gathering g = {g_hash_table_new(NULL, NULL), NULL, true};
    for (guint k = 0; k < n; k++)
        gather(&g, wants[k].edge, wants[k].element);
    g_hash_table_unref(g.seen);
}

/* Not all of it lies in the store. */
static bool has_more_to_make(const frit_node *n)
{
    bool more = !n->state->need;
    for (uint64_t i = 0; !more && i < n->count; i++)
        more = frit_bit(n->state->need, i);
    return more;
}

/* Files that each thread may have open at once, beside what else is open. */
static guint files_for_each(guint threads)
{
    enum { OTHERS = 128 };
    struct rlimit limit;
    if (getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur == RLIM_INFINITY)
        return FRIT_MAX_BATCH;
    guint64 files = limit.rlim_cur > OTHERS ? limit.rlim_cur - OTHERS : 1;
    return (guint)MAX(1, MIN(files / threads, FRIT_MAX_BATCH));
}

/* Fewer than a batch holds where each thread would otherwise not get its share. */
guint frit_batch_size(frit_eval *e, const frit_edge *edges, guint n_edges, uint64_t elements)
{
    bool any = false;
    for (guint m = 0; m < n_edges && !any; m++) {
        g_autoptr(GPtrArray) ancestry = frit_node_ancestry(edges[m].node);
        for (guint k = 0; k < ancestry->len && !any; k++) {
            const frit_node *n = ancestry->pdata[k];
            any = n->info && n->info->step.run_batch && is_mapped_step(n) && has_more_to_make(n);
        }
    }
    guint threads = frit_pool_threads(e->pool), most = MIN(FRIT_MAX_BATCH, files_for_each(threads));
    return any ? (guint)CLAMP((elements + threads - 1) / threads, 1, most) : 1;
}
