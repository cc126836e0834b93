/* The elements of a series, one after the other: from the store, or, where they are too large to be
 * kept, made ahead on the pool, a few at a time, and dropped when they were seen.
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

/* The elements of one series that are under way. */
typedef struct lane {
    frit_eval *eval;
    frit_edge  edge;
    uint64_t   first;      /* the element of the queue's head */
    uint64_t   next;       /* the first element that is not under way */
    GQueue     ahead;      /* of frit_future */
} lane;

/* A step may go through several series side by side: each has a lane of its own. */
enum { LANES = 4 };

struct frit_stream {
    frit_eval *eval;
    lane      *lanes[LANES];    /* the last used first; NULL: not in use */
    GPtrArray *missing;         /* which elements were missing and why: position, tab, sentence */
    bool       may_recover;
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
    lane *l = data;
    return make_element(l->eval, &l->edge, i);
}

static void drop(made *m)
{
    frit_dataset_unref(m->dataset);
    g_clear_error(&m->failure);
    g_free(m);
}

static void drain(lane *l)
{
    frit_future *f;
    while ((f = g_queue_pop_head(&l->ahead)))
        drop(frit_future_take(f));
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

/* The lane of this edge, moved to the front; a new one where there is none, in the place of the one that
 * was not used for longest. */
static lane *lane_for(frit_stream *s, const frit_edge *edge)
{
    int k = 0;
    while (k < LANES - 1 && s->lanes[k] &&
           !(s->lanes[k]->edge.node == edge->node && s->lanes[k]->edge.output == edge->output))
        k++;
    lane *l = s->lanes[k];
    memmove(s->lanes + 1, s->lanes, (size_t)k * sizeof *s->lanes);
    if (!l || l->edge.node != edge->node || l->edge.output != edge->output) {
        lane_free(l);
        l = g_new0(lane, 1);
        l->eval = s->eval;
        l->edge = *edge;
        g_queue_init(&l->ahead);
    }
    return s->lanes[0] = l;
}

static made *take_streamed(frit_stream *s, const frit_edge *edge, uint64_t i)
{
    lane *l = lane_for(s, edge);
    if (i != l->first) {
        drain(l);
        l->first = l->next = i;
    }
    uint64_t window = 2 * (uint64_t)frit_pool_threads(s->eval->pool);
    while (l->next < edge->node->count && l->next < i + window)
        g_queue_push_tail(&l->ahead, frit_pool_ahead(s->eval->pool, make_ahead, l, l->next++));
    l->first++;
    return frit_future_take(g_queue_pop_head(&l->ahead));
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
    bool ahead = edge->node->series && !frit_pool_inside() && is_streamed(s->eval, edge, i);
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
