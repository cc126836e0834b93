/* The elements of a series, one after the other: from the store, or, where they are too large to be
 * kept, made ahead on the pool, a few at a time, and dropped when they were seen.
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "eval_private.h"

#include "error.h"

typedef struct made {
    frit_dataset *dataset;
    GError       *failure;
} made;

struct frit_stream {
    frit_eval  *eval;
    frit_edge   edge;
    uint64_t    next;       /* the first element that is not under way */
    uint64_t    first;      /* the element of the queue's head */
    GQueue      ahead;      /* of frit_future */
    GPtrArray  *missing;    /* why elements were missing, sentences */
    bool        may_recover;
};

static made *make_element(frit_eval *e, const frit_edge *edge, uint64_t i)
{
    frit_task t;
    frit_task_init(&t, e);
    made *m = g_new0(made, 1);
    m->dataset = frit_edge_dataset(&t, edge, i, &m->failure);
    frit_task_clear(&t);
    return m;
}

static gpointer make_ahead(gpointer data, uint64_t i)
{
    frit_stream *s = data;
    return make_element(s->eval, &s->edge, i);
}

static void drop(made *m)
{
    frit_dataset_unref(m->dataset);
    g_clear_error(&m->failure);
    g_free(m);
}

static void drain(frit_stream *s)
{
    frit_future *f;
    while ((f = g_queue_pop_head(&s->ahead)))
        drop(frit_future_take(f));
}

frit_stream *frit_stream_new(frit_eval *e)
{
    frit_stream *s = g_new0(frit_stream, 1);
    s->eval = e;
    g_queue_init(&s->ahead);
    s->missing = g_ptr_array_new_with_free_func(g_free);
    return s;
}

void frit_stream_free(frit_stream *s)
{
    drain(s);
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

static made *take_streamed(frit_stream *s, const frit_edge *edge, uint64_t i)
{
    if (s->edge.node != edge->node || s->edge.output != edge->output || i != s->first) {
        drain(s);
        s->edge = *edge;
        s->first = s->next = i;
    }
    uint64_t window = 2 * (uint64_t)frit_pool_threads(s->eval->pool);
    while (s->next < edge->node->count && s->next < i + window)
        g_queue_push_tail(&s->ahead, frit_pool_ahead(s->eval->pool, make_ahead, s, s->next++));
    s->first++;
    return frit_future_take(g_queue_pop_head(&s->ahead));
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
    bool ahead = edge->node->series && !frit_pool_inside() && is_streamed(s->eval, edge, i);
    made *m = ahead ? take_streamed(s, edge, i) : make_element(s->eval, edge, i);
    frit_dataset *d = g_steal_pointer(&m->dataset);
    if (m->failure) {
        *failure = g_strdup(m->failure->message);
        g_ptr_array_add(s->missing, g_strdup(m->failure->message));
        s->may_recover |= !frit_lasting(m->failure);
    } else if (!d)
        g_set_error(error, FRIT_ERROR, FRIT_ECANCELLED, "stopped");
    drop(m);
    return d;
}
