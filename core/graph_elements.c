/* Elements of nodes: which element of an input a node's element needs, where it lies on the axis of
 * its series, what it is called, which file it comes from.
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "graph.h"

#include <math.h>
#include <string.h>

const frit_spec *frit_edge_spec(const frit_edge *edge)
{
    return &edge->node->specs[edge->output];
}

uint64_t frit_edge_element(const frit_edge *edge, uint64_t i)
{
    return edge->node->count == 1 ? 0 : i;
}

static const frit_edge *first_edge(const frit_node *n, uint32_t port)
{
    const GArray *edges = port < n->n_ports ? n->inputs[port] : NULL;
    return edges && edges->len ? &g_array_index(edges, frit_edge, 0) : NULL;
}

/* The input of a CONCAT that holds its element i: the first one that ends after it. */
static guint part_of(const frit_node *n, uint64_t i)
{
    guint from = 0, to = n->inputs[0]->len - 1;
    while (from < to) {
        guint middle = (from + to) / 2;
        if (i < n->ends[middle])
            to = middle;
        else
            from = middle + 1;
    }
    return from;
}

/* The edge and element that element i of a rearranging node is; false for a node that makes its own. */
static bool route(const frit_node *n, uint64_t i, frit_edge *edge, uint64_t *element)
{
    switch (n->kind) {
    case FRIT_NODE_AXIS:
    case FRIT_NODE_SELECT:
        *edge = *first_edge(n, 0);
        *element = n->first + i;
        return true;
    case FRIT_NODE_CONCAT:
        *edge = g_array_index(n->inputs[0], frit_edge, part_of(n, i));
        *element = i - (n->ends[part_of(n, i)] - edge->node->count);
        return true;
    default:
        return false;
    }
}

frit_edge frit_edge_resolve(frit_edge edge, uint64_t i, uint64_t *element)
{
    *element = i;
    while (route(edge.node, i, &edge, element))
        i = *element;
    return edge;
}

const frit_edge *frit_node_lead(const frit_node *n)
{
    const frit_edge *lead = NULL;
    for (uint32_t p = 0; p < n->n_ports; p++) {
        if (n->info && (n->info->step.inputs[p].flags & (FRIT_PORT_SERIES | FRIT_PORT_PLAN)))
            continue;
        for (guint e = 0; n->inputs[p] && e < n->inputs[p]->len; e++) {
            const frit_edge *edge = &g_array_index(n->inputs[p], frit_edge, e);
            if (edge->node->series && !(lead && lead->node->series))
                lead = edge;
            else if (!lead)
                lead = edge;
        }
    }
    return lead;
}

double frit_node_position(const frit_node *n, uint64_t i, const char **name, const char **unit)
{
    *name = *unit = NULL;
    frit_edge edge;
    uint64_t element;
    if (n->kind == FRIT_NODE_AXIS) {
        *name = n->axis_name;
        *unit = n->axis_unit;
        return n->positions ? n->positions[i] : NAN;
    }
    if (route(n, i, &edge, &element))
        return frit_node_position(edge.node, element, name, unit);
    const frit_edge *lead = n->barrier && !(n->info && n->series) ? NULL : n->lead;
    return lead ? frit_node_position(lead->node, frit_edge_element(lead, i), name, unit) : NAN;
}

static char *name_of_use(const frit_use *use)
{
    char *name = g_path_get_basename(use->path);
    char *dot = strrchr(name, '.');
    if (dot && dot != name)
        *dot = '\0';
    if (use->part) {
        char *with_part = g_strdup_printf("%s_%" G_GUINT64_FORMAT, name, use->part + 1);
        g_free(name);
        name = with_part;
    }
    return name;
}

static const frit_use *first_use(const frit_node *n, uint64_t i)
{
    return n->uses && n->uses[i] && n->uses[i]->len ? n->uses[i]->pdata[0] : NULL;
}

/* What made an element, looked through rearranging and mapped nodes: a source, a reduction. */
static const frit_node *origin(const frit_node *n, uint64_t *i)
{
    while (n->kind != FRIT_NODE_DRAW) {   /* replicas are numbered */
        frit_edge edge;
        if (n->home) {
            n = n->home;
            continue;
        }
        if (route(n, *i, &edge, i)) {
            n = edge.node;
            continue;
        }
        bool sink = n->info && (n->info->step.flags & FRIT_STEP_SINK);
        const frit_edge *lead = n->barrier && !sink ? NULL : n->lead;
        if (!lead)
            break;
        *i = frit_edge_element(lead, *i);
        n = lead->node;
    }
    return n;
}

char *frit_node_element_name(const frit_node *n, uint64_t i)
{
    uint64_t element = i;
    const frit_node *made = origin(n, &element);
    const frit_use *use = first_use(made, element);
    if (use)
        return name_of_use(use);
    if (made->barrier)
        return g_strdup(made->name);
    return g_strdup_printf("%" G_GUINT64_FORMAT, element + 1);
}

const char *frit_node_element_file(const frit_node *n, uint64_t i)
{
    const frit_node *made = origin(n, &i);
    const frit_use *use = first_use(made, i);
    return use ? use->path : NULL;
}

static char *element_text(const frit_node *n, uint64_t i, const char *position)
{
    const char *file = frit_node_element_file(n, i);
    g_autofree char *base = file ? g_path_get_basename(file) : NULL;
    if (!n->series)
        return g_steal_pointer(&base);
    const char *parts[] = {base ? base : position, base && position ? position : NULL, NULL};
    g_autofree char *inner = parts[0] ? g_strjoinv(", ", (char **)(void *)parts) : NULL;
    return g_strdup_printf("element %" G_GUINT64_FORMAT "%s%s%s", i + 1, inner ? " (" : "", inner ? inner : "",
                           inner ? ")" : "");
}

char *frit_node_element_text(const frit_node *n, uint64_t i)
{
    return element_text(n, i, NULL);
}

char *frit_node_position_text(const frit_node *n, uint64_t i)
{
    const char *name, *unit;
    double position = frit_node_position(n, i, &name, &unit);
    if (isnan(position) && n->along)   /* a reader does not know where its frames lie: the axis comes after it */
        position = frit_node_position(n->along, i, &name, &unit);
    if (isnan(position))
        return NULL;
    bool plain = !unit || g_str_equal(unit, "1");
    return g_strdup_printf("%s = %.6g%s%s", name ? name : "position", position, plain ? "" : " ", plain ? "" : unit);
}

char *frit_node_element_where(const frit_node *n, uint64_t i)
{
    g_autofree char *position = frit_node_position_text(n, i);
    return element_text(n, i, position);
}

static void mark(const frit_node *n, GHashTable *seen)
{
    if (!g_hash_table_add(seen, (gpointer)n))
        return;
    for (uint32_t p = 0; p < n->n_ports; p++)
        for (guint e = 0; n->inputs[p] && e < n->inputs[p]->len; e++)
            mark(g_array_index(n->inputs[p], frit_edge, e).node, seen);
}

static gint by_id(gconstpointer a, gconstpointer b)
{
    const frit_node *x = *(const frit_node *const *)a, *y = *(const frit_node *const *)b;
    return (x->id > y->id) - (x->id < y->id);
}

GPtrArray *frit_node_ancestry(frit_node *node)
{
    g_autoptr(GHashTable) seen = g_hash_table_new(NULL, NULL);
    mark(node, seen);
    GPtrArray *list = g_ptr_array_new();
    GHashTableIter iter;
    gpointer n;
    g_hash_table_iter_init(&iter, seen);
    while (g_hash_table_iter_next(&iter, &n, NULL))
        g_ptr_array_add(list, n);
    g_ptr_array_sort(list, by_id);
    return list;
}

char *frit_edge_describe(const frit_edge *edge)
{
    const frit_node *n = edge->node;
    const frit_spec *spec = frit_edge_spec(edge);
    GString *s = g_string_new(n->name);
    if (n->series)
        g_string_append_printf(s, ": %" G_GUINT64_FORMAT " elements", n->count);
    if (spec->quantity)
        g_string_append_printf(s, "%s %s [%s]", n->series ? " of" : ":", spec->quantity,
                               spec->unit ? spec->unit : "unit as in the file");
    for (uint32_t k = 0; spec->ndim != FRIT_ANY_NDIM && k < spec->ndim; k++)
        if (spec->axis_name[k])
            g_string_append_printf(s, "%s%s [%s]", k ? ", " : " over ", spec->axis_name[k],
                                   spec->axis_unit[k] ? spec->axis_unit[k] : "?");
    const char *name, *unit;
    frit_node_position(n, 0, &name, &unit);
    if (n->series && name)
        g_string_append_printf(s, ", along %s [%s]", name, unit);
    return g_string_free(s, FALSE);
}
