/* The elements of a series, one after the other: found in the store, or, where they are too large to be kept,
 * made, ahead on the pool, a few at a time, and dropped when they were seen.
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "eval_private.h"

#include <string.h>

#include "error.h"

/* What an element came to. */
typedef struct made {
    frit_dataset *dataset;
    GError       *failure;
} made;

/* The elements of one series that are under way, so many a future, as batches on the way to them want it. */
typedef struct lane {
    frit_eval *eval;
    frit_edge  edge;
    guint      together;
    uint64_t   first;      /* the element that comes next */
    uint64_t   next;       /* the first element that is not under way */
    GQueue     ahead;      /* of frit_future, each of which makes a queue of `made` */
    GQueue    *now;        /* of `made`: what is left of the future taken last; or NULL */
} lane;

/* A step may go through several series side by side: each has a lane of its own. */
enum { LANES = 4 };

struct frit_stream {
    frit_eval *eval;
    lane      *lanes[LANES];    /* the last used first; NULL: not in use */
    GPtrArray *missing;         /* which elements were missing and why: position, tab, sentence */
    bool       may_recover;
};

static made *make_in(frit_task *t, const frit_edge *edge, uint64_t i)
{
    made *m = g_new0(made, 1);
    m->dataset = frit_edge_dataset(t, edge, i, &m->failure);
    return m;
}

static made *make_element(frit_eval *e, const frit_edge *edge, uint64_t i)
{
    frit_task t;
    frit_task_init(&t, e);
    made *m = make_in(&t, edge, i);
    frit_task_clear(&t);
    return m;
}

static gpointer make_ahead(gpointer data, uint64_t first)
{
    lane *l = data;
    uint64_t n = MIN(l->together, l->edge.node->count - first);
    frit_want wants[FRIT_MAX_BATCH];
    GQueue *all = g_queue_new();
    frit_task t;
    frit_task_init(&t, l->eval);
    for (uint64_t k = 0; k < n; k++)
        wants[k] = (frit_want){&l->edge, first + k};
    if (l->together > 1)
        frit_batch_ahead(&t, wants, (guint)n);
    guint known = t.results->len;
    for (uint64_t k = 0; k < n; k++) {
        g_queue_push_tail(all, make_in(&t, &l->edge, first + k));
        frit_task_forget(&t, known);
    }
    frit_task_clear(&t);
    return all;
}

static void drop(gpointer p)
{
    made *m = p;
    frit_dataset_unref(m->dataset);
    g_clear_error(&m->failure);
    g_free(m);
}

static void drop_all(GQueue *all)
{
    if (all)
        g_queue_free_full(all, drop);
}

static void drain(lane *l)
{
    frit_future *f;
    while ((f = g_queue_pop_head(&l->ahead)))
        drop_all(frit_future_take(f));
    drop_all(g_steal_pointer(&l->now));
}

static void lane_free(lane *l)
{
    if (!l)
        return;
    drain(l);
    g_free(l);
}

frit_stream *frit_stream_new(frit_eval *e)
{
    frit_stream *s = g_new0(frit_stream, 1);
    s->eval = e;
    s->missing = g_ptr_array_new_with_free_func(g_free);
    return s;
}

void frit_stream_free(frit_stream *s)
{
    for (int k = 0; k < LANES; k++)
        lane_free(s->lanes[k]);
    g_ptr_array_unref(s->missing);
    g_free(s);
}

/* Is it made on demand, rather than found in the store? */
static bool is_streamed(const frit_eval *e, const frit_edge *edge, uint64_t i)
{
    uint64_t element;
    frit_edge from = frit_edge_resolve(*edge, i, &element);
    return !e->store || frit_reads_files(from.node) || (frit_streams(from.node->state) >> from.output & 1);
}

/* Are these many small elements of one step, that lie in the store? */
static bool is_kept(const frit_eval *e, const frit_edge *edge)
{
    enum { FEW = 64 };   /* are read before threads have woken up */
    uint64_t n = edge->node->count, element;
    if (n <= FEW)
        return false;
    const frit_node *first = frit_edge_resolve(*edge, 0, &element).node,
                    *last = frit_edge_resolve(*edge, n - 1, &element).node;
    return first == last && first->kind == FRIT_NODE_STEP && !is_streamed(e, edge, 0);
}

static int place_of(const frit_stream *s, const frit_edge *edge)
{
    int k = 0;
    while (k < LANES && !(s->lanes[k] && s->lanes[k]->edge.node == edge->node &&
                          s->lanes[k]->edge.output == edge->output))
        k++;
    return k;
}

/* Whoever goes through a series in another order would throw away what was read ahead. */
static bool is_next(const frit_stream *s, const frit_edge *edge, uint64_t i)
{
    int k = place_of(s, edge);
    return i == 0 || (k < LANES && s->lanes[k]->first == i);
}

/* The lane of this edge, moved to the front; a new one where there is none, in the place of the one that
 * was not used for longest. */
static lane *lane_for(frit_stream *s, const frit_edge *edge)
{
    int k = place_of(s, edge);
    for (int free = 0; k == LANES && free < LANES; free++)
        k = s->lanes[free] ? k : free;
    k = MIN(k, LANES - 1);
    lane *l = s->lanes[k];
    memmove(s->lanes + 1, s->lanes, (size_t)k * sizeof *s->lanes);
    if (!l || l->edge.node != edge->node || l->edge.output != edge->output) {
        lane_free(l);
        l = g_new0(lane, 1);
        l->eval = s->eval;
        l->edge = *edge;
        l->together = is_kept(s->eval, edge) ? FRIT_MAX_BATCH
                                             : frit_batch_size(s->eval, edge, 1, edge->node->count);
        g_queue_init(&l->ahead);
    }
    return s->lanes[0] = l;
}

static void fetch_files(const lane *l, uint64_t first)
{
    frit_want wants[FRIT_MAX_BATCH];
    uint64_t n = MIN(l->together, l->edge.node->count - first);
    for (uint64_t k = 0; k < n; k++)
        wants[k] = (frit_want){&l->edge, first + k};
    frit_fetch_ahead(wants, (guint)n);
}

static made *take_streamed(frit_stream *s, const frit_edge *edge, uint64_t i)
{
    lane *l = lane_for(s, edge);
    if (i != l->first) {
        drain(l);
        l->first = l->next = i;
    }
    /* So many elements that each thread has a future of its own and one to come; of batches, one. */
    guint most = (l->together > 1 ? 1 : 2) * frit_pool_threads(s->eval->pool);
    while (l->next < edge->node->count && l->ahead.length < most) {
        fetch_files(l, l->next);
        g_queue_push_tail(&l->ahead, frit_pool_ahead(s->eval->pool, make_ahead, l, l->next));
        l->next += l->together;
    }
    if (!l->now)
        l->now = frit_future_take(g_queue_pop_head(&l->ahead));
    l->first++;
    made *m = g_queue_pop_head(l->now);
    if (!l->now->length)
        drop_all(g_steal_pointer(&l->now));
    return m;
}

/* On this thread, and all that it takes: while elements are under way for one barrier, nothing may be
 * made ahead for another.  Those might wait for it, and hold the threads that it needs. */
static made *make_here(frit_stream *s, const frit_edge *edge, uint64_t i)
{
    bool before = frit_pool_set_inside(true);
    made *m = make_element(s->eval, edge, i);
    frit_pool_set_inside(before);
    return m;
}

const GPtrArray *frit_stream_missing(const frit_stream *s)
{
    return s->missing;
}

bool frit_stream_may_recover(const frit_stream *s)
{
    return s->may_recover;
}

frit_dataset *frit_stream_fetch(gpointer stream, const frit_edge *edge, uint64_t i, char **failure, GError **error)
{
    frit_stream *s = stream;
    bool ahead = edge->node->series && !frit_pool_inside() &&
                 (is_streamed(s->eval, edge, i) || (is_next(s, edge, i) && is_kept(s->eval, edge)));
    made *m = ahead ? take_streamed(s, edge, i) : make_here(s, edge, i);
    frit_dataset *d = g_steal_pointer(&m->dataset);
    if (m->failure) {
        *failure = g_strdup(m->failure->message);
        g_autofree char *position = frit_node_position_text(edge->node, i);
        g_ptr_array_add(s->missing, g_strdup_printf("%s\t%s", position ? position : "", m->failure->message));
        s->may_recover |= !frit_lasting(m->failure);
    } else if (!d)
        g_set_error(error, FRIT_ERROR, FRIT_ECANCELLED, "stopped");
    drop(m);
    return d;
}
