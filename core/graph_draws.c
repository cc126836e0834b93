/* Monte Carlo over a part of the graph: what lies between some datasets and a result is built once
 * more, on copies of the datasets with errors drawn from their sigma.
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "graph.h"

#include "error.h"

typedef struct redraw {
    frit_graph      *graph;
    const char      *place;
    const frit_edge *of;
    guint            n_of;
    uint64_t         replicas, seed;
    GHashTable      *copies;     /* node -> its copy, or itself where it depends on none of `of` */
    GError         **error;
} redraw;

static frit_node *copy_node(redraw *r, frit_node *n);

static bool is_drawn(const redraw *r, const frit_edge *edge)
{
    for (guint k = 0; k < r->n_of; k++)
        if (r->of[k].node == edge->node && r->of[k].output == edge->output)
            return true;
    return false;
}

/* The edge as the copies see it; false after an error. */
static bool copy_edge(redraw *r, frit_edge *edge)
{
    if (is_drawn(r, edge)) {
        edge->node = frit_graph_draw(r->graph, r->place, *edge, r->replicas, r->seed);
        edge->output = 0;
        return true;
    }
    edge->node = copy_node(r, edge->node);
    return edge->node != NULL;
}

static GArray **copy_inputs(redraw *r, const frit_node *n, bool *changed)
{
    GArray **inputs = g_new0(GArray *, n->n_ports ? n->n_ports : 1);
    bool good = true;
    for (uint32_t p = 0; p < n->n_ports; p++)
        for (guint e = 0; good && n->inputs[p] && e < n->inputs[p]->len; e++) {
            frit_edge edge = g_array_index(n->inputs[p], frit_edge, e), before = edge;
            good = copy_edge(r, &edge);
            *changed |= edge.node != before.node;
            if (!inputs[p])
                inputs[p] = g_array_new(FALSE, FALSE, sizeof(frit_edge));
            g_array_append_val(inputs[p], edge);
        }
    if (good)
        return inputs;
    for (uint32_t p = 0; p < n->n_ports; p++)
        if (inputs[p])
            g_array_unref(inputs[p]);
    g_free(inputs);
    return NULL;
}

static frit_node *rebuild(redraw *r, const frit_node *n, GArray **inputs)
{
    if (n->kind != FRIT_NODE_STEP || n->barrier || n->series) {
        g_set_error(r->error, FRIT_ERROR, FRIT_EPARAM,
                    "draws go through steps on single datasets; between what is drawn and the result lies %s (%s)%s",
                    n->name, n->place, n->series ? ", a series: take one element of it with [i]" : "");
        return NULL;
    }
    frit_request request = {.info = n->info, .place = r->place, .given = n->given, .sample = n->sample,
                            .inputs = inputs, .mask_failures = n->mask_failures};
    return frit_graph_step(r->graph, &request, r->error);
}

static frit_node *copy_node(redraw *r, frit_node *n)
{
    frit_node *copy = g_hash_table_lookup(r->copies, n);
    if (copy)
        return copy;
    bool changed = false;
    GArray **inputs = copy_inputs(r, n, &changed);
    if (!inputs)
        return NULL;
    copy = changed ? rebuild(r, n, inputs) : n;
    for (uint32_t p = 0; p < n->n_ports; p++)
        if (inputs[p])
            g_array_unref(inputs[p]);
    g_free(inputs);
    if (copy)
        g_hash_table_insert(r->copies, n, copy);
    return copy;
}

frit_node *frit_graph_draws(frit_graph *g, const char *place, frit_edge x, const frit_edge *of, guint n_of,
                            uint64_t replicas, uint64_t seed, GError **error)
{
    for (guint k = 0; k < n_of; k++)
        if (of[k].node->series) {
            g_set_error(error, FRIT_ERROR, FRIT_EPARAM,
                        "%s gives a series; errors are drawn for a single dataset: take one element with [i]",
                        of[k].node->name);
            return NULL;
        }
    redraw r = {.graph = g, .place = place, .of = of, .n_of = n_of, .replicas = replicas, .seed = seed,
                .copies = g_hash_table_new(NULL, NULL), .error = error};
    frit_node *copy = is_drawn(&r, &x) ? frit_graph_draw(g, place, x, replicas, seed) : copy_node(&r, x.node);
    g_hash_table_unref(r.copies);
    if (copy && copy == x.node) {
        g_set_error(error, FRIT_ERROR, FRIT_EPARAM, "%s does not depend on what is to be drawn", x.node->name);
        return NULL;
    }
    return copy;
}
