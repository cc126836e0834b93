/* The graph: making nodes, each kind once for the same request.
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "graph.h"

#include <math.h>
#include <string.h>

#include "agree.h"
#include "error.h"
#include "host.h"
#include "store.h"
#include "unit.h"

/* ---- Nodes ---- */

static void uses_free(gpointer p)
{
    GPtrArray *uses = p;
    if (uses)
        g_ptr_array_unref(uses);
}

void frit_use_free(gpointer p)
{
    frit_use *use = p;
    g_free(use->path);
    g_free(use);
}

static void node_free(gpointer p)
{
    frit_node *n = p;
    for (uint32_t i = 0; i < n->n_ports; i++)
        if (n->inputs[i])
            g_array_unref(n->inputs[i]);
    g_free(n->inputs);
    for (uint64_t i = 0; n->uses && i < n->count; i++)
        uses_free(n->uses[i]);
    g_free(n->uses);
    frit_params_free(n->params);
    g_clear_pointer(&n->given, g_hash_table_unref);
    g_clear_pointer(&n->sample, g_hash_table_unref);
    frit_dataset_unref(n->constant);
    g_free(n->specs);
    g_free(n->positions);
    g_free(n->ends);
    g_free(n->place);
    g_free(n);
}

frit_graph *frit_graph_new(const frit_registry *registry, const char *recipe)
{
    frit_graph *g = g_new0(frit_graph, 1);
    g->registry = registry;
    g->recipe = g_canonicalize_filename(recipe, NULL);
    g->folder = g_path_get_dirname(g->recipe);
    g->nodes = g_ptr_array_new_with_free_func(node_free);
    g->by_identity = g_hash_table_new_full(frit_key_hash, frit_key_equal, g_free, NULL);
    return g;
}

void frit_graph_free(frit_graph *g)
{
    if (!g)
        return;
    g_hash_table_unref(g->by_identity);
    g_ptr_array_unref(g->nodes);
    g_free(g->recipe);
    g_free(g->folder);
    g_free(g);
}

static frit_node *node_new(frit_kind kind, const char *name, const char *place, uint32_t n_ports, uint32_t n_outputs)
{
    frit_node *n = g_new0(frit_node, 1);
    n->kind = kind;
    n->name = name;
    n->place = g_strdup(place);
    n->n_ports = n_ports;
    n->inputs = g_new0(GArray *, n_ports ? n_ports : 1);
    n->n_outputs = n_outputs;
    n->specs = g_new0(frit_spec, n_outputs ? n_outputs : 1);
    n->count = 1;
    return n;
}

static void add_edges(frit_node *n, uint32_t port, const frit_edge *edges, guint count)
{
    if (!n->inputs[port])
        n->inputs[port] = g_array_new(FALSE, FALSE, sizeof(frit_edge));
    g_array_append_vals(n->inputs[port], edges, count);
}

/* Where the elements are those of an input, one by one. */
static const frit_node *home_of(const frit_node *n)
{
    const frit_node *from = NULL;
    bool sink = n->info && (n->info->step.flags & FRIT_STEP_SINK);
    if (n->kind == FRIT_NODE_AXIS)
        from = g_array_index(n->inputs[0], frit_edge, 0).node;
    else if (n->kind == FRIT_NODE_STEP && (!n->barrier || sink) && n->lead && n->lead->node->count == n->count)
        from = n->lead->node;
    return from && from->home ? from->home : from;
}

/* Depth, the handling of failures and the names of elements follow from the inputs. */
static void settle(frit_node *n)
{
    for (uint32_t p = 0; p < n->n_ports; p++)
        for (guint e = 0; n->inputs[p] && e < n->inputs[p]->len; e++) {
            const frit_node *from = g_array_index(n->inputs[p], frit_edge, e).node;
            n->depth = MAX(n->depth, from->depth + from->barrier);
            n->length = MAX(n->length, from->length + 1);
            n->mask_failures |= from->mask_failures;
        }
    n->lead = frit_node_lead(n);
    n->home = home_of(n);
}

static void feed_plans(const frit_node *n)
{
    for (uint32_t p = 0; p < n->n_ports; p++)
        for (guint e = 0; (n->info->step.inputs[p].flags & FRIT_PORT_PLAN) && n->inputs[p] && e < n->inputs[p]->len;
             e++) {
            uint64_t element;
            frit_edge_resolve(g_array_index(n->inputs[p], frit_edge, e), 0, &element).node->feeds_plan = true;
        }
}

/* The node that was made for the same request before, or this one from now on. */
static frit_node *enter(frit_graph *g, frit_node *n, const frit_key *identity)
{
    n->id = g->nodes->len;
    g_ptr_array_add(g->nodes, n);
    g_hash_table_insert(g->by_identity, g_memdup2(identity, sizeof *identity), n);
    return n;
}

static void hash_edges(frit_hash *h, const GArray *edges)
{
    frit_hash_number(h, edges ? edges->len : 0);
    for (guint e = 0; edges && e < edges->len; e++) {
        frit_hash_number(h, g_array_index(edges, frit_edge, e).node->id);
        frit_hash_number(h, g_array_index(edges, frit_edge, e).output);
    }
}

/* ---- Steps ---- */

static frit_key request_identity(const frit_request *r, const frit_params *params)
{
    frit_hash *h = frit_hash_new();
    frit_hash_number(h, FRIT_NODE_STEP);
    frit_hash_text(h, r->info->step.name);
    g_autoptr(GBytes) bytes = frit_params_identity(params);
    gsize size;
    gconstpointer data = g_bytes_get_data(bytes, &size);
    frit_hash_bytes(h, data, size);
    for (uint32_t p = 0; p < r->info->n_inputs; p++)
        hash_edges(h, r->inputs[p]);
    frit_hash_number(h, (uint64_t)(r->mask_failures + 1));
    return frit_hash_end(h);
}

/* A series of numbers given where a curve is wanted is that curve.  A single number is one of a single
 * point where it is to be written; a step that wants a curve to work on has no use for it. */
static void stack_numbers(frit_graph *g, const frit_request *r)
{
    for (uint32_t p = 0; p < r->info->n_inputs; p++)
        for (guint e = 0; r->inputs[p] && e < r->inputs[p]->len; e++) {
            frit_edge *edge = &g_array_index(r->inputs[p], frit_edge, e);
            bool taken = edge->node->series || (r->info->step.flags & FRIT_STEP_SINK);
            if (r->info->step.inputs[p].ndim == 1 && taken && frit_edge_spec(edge)->ndim == 0)
                *edge = (frit_edge){frit_graph_stack(g, r->place, *edge), 0};
        }
}

static bool check_ports(const frit_request *r, GError **error)
{
    for (uint32_t p = 0; p < r->info->n_inputs; p++) {
        const frit_port *port = &r->info->step.inputs[p];
        const GArray *edges = r->inputs[p];
        if (!edges || !edges->len) {
            if (port->flags & FRIT_PORT_OPTIONAL)
                continue;
            g_set_error(error, FRIT_ERROR, FRIT_EPARAM, "the input '%s' is missing: %s", port->name, port->doc);
            return false;
        }
        if (edges->len > 1 && !(port->flags & FRIT_PORT_MANY)) {
            g_set_error(error, FRIT_ERROR, FRIT_EPARAM, "'%s' takes one dataset, not %u", port->name, edges->len);
            return false;
        }
        for (guint e = 0; e < edges->len; e++) {
            const frit_edge *edge = &g_array_index(edges, frit_edge, e);
            if (!frit_spec_fits(frit_edge_spec(edge), port, edge->node->name, error))
                return false;
            if (edge->node->series && (port->flags & FRIT_PORT_PLAN) && edge->node->count != 1) {
                g_set_error(error, FRIT_ERROR, FRIT_EPARAM,
                            "'%s' is the same for every element, but %s gives a series of %" G_GUINT64_FORMAT
                            "; take its mean(), or one of it with [i]", port->name, edge->node->name,
                            edge->node->count);
                return false;
            }
        }
    }
    return true;
}

static bool is_reduction(const frit_step_info *info)
{
    for (uint32_t p = 0; p < info->n_inputs; p++)
        if (info->step.inputs[p].flags & FRIT_PORT_SERIES)
            return true;
    return false;
}

/* Is the step mapped over what is given to this port? */
static bool is_mapped(const frit_port *port)
{
    return !(port->flags & (FRIT_PORT_SERIES | FRIT_PORT_PLAN));
}

static bool agree_on_count(frit_node *n, GError **error)
{
    const frit_node *first = NULL;
    bool reduction = is_reduction(n->info);
    for (uint32_t p = 0; p < n->n_ports; p++) {
        const frit_port *port = &n->info->step.inputs[p];
        for (guint e = 0; is_mapped(port) && n->inputs[p] && e < n->inputs[p]->len; e++) {
            const frit_node *from = g_array_index(n->inputs[p], frit_edge, e).node;
            if (!from->series)
                continue;
            if (reduction && from->count != 1) {
                g_set_error(error, FRIT_ERROR, FRIT_EPARAM,
                            "'%s' takes one dataset beside the series, but %s gives a series of %" G_GUINT64_FORMAT,
                            port->name, from->name, from->count);
                return false;
            }
            if (first && first->count != from->count) {
                g_set_error(error, FRIT_ERROR, FRIT_EPARAM,
                            "%s gives %" G_GUINT64_FORMAT " elements, %s (%s) %" G_GUINT64_FORMAT
                            ": series that go together have the same length",
                            first->name, first->count, from->name, from->place, from->count);
                return false;
            }
            first = first ? first : from;
        }
    }
    n->series = first && !reduction;
    n->count = n->series ? first->count : 1;
    return true;
}

/* A series has a file for each element: one name would hold the last of them alone. */
static bool check_file_names(const frit_node *n, GError **error)
{
    for (uint32_t k = 0; n->count > 1 && k < n->info->n_params; k++) {
        const frit_param *q = &n->info->step.params[k];
        if (q->type != FRIT_TYPE_OUTPUT)
            continue;
        const void *field = (const char *)frit_params_struct(n->params) + q->offset;
        const char *file = *(const char *const *)field;
        if (!file || strstr(file, "{name}"))
            continue;
        g_autofree char *base = g_path_get_basename(file);
        g_set_error(error, FRIT_ERROR, FRIT_EPARAM,
                    "%s: \"%s\" is one file for %" G_GUINT64_FORMAT " elements: put {name} into its name, which "
                    "stands for the element's", q->name, base, n->count);
        return false;
    }
    return true;
}

/* The evaluation follows a chain on the stack of one thread: 8 MB hold more than 14000 steps. */
enum { LONGEST_CHAIN = 5000 };

frit_node *frit_graph_step(frit_graph *g, const frit_request *r, GError **error)
{
    stack_numbers(g, r);
    frit_params *params = frit_params_new(&r->info->step, r->info->n_params, r->given, r->sample, g->folder, error);
    if (!params)
        return NULL;
    frit_key identity = request_identity(r, params);
    frit_node *twin = g_hash_table_lookup(g->by_identity, &identity);
    if (twin) {
        frit_params_free(params);
        return twin;
    }
    frit_node *n = node_new(FRIT_NODE_STEP, r->info->step.name, r->place, r->info->n_inputs, r->info->n_outputs);
    n->info = r->info;
    n->params = params;
    n->given = g_hash_table_ref(r->given);
    n->sample = r->sample ? g_hash_table_ref(r->sample) : NULL;
    for (uint32_t p = 0; p < n->n_ports; p++)
        if (r->inputs[p])
            add_edges(n, p, (const frit_edge *)(void *)r->inputs[p]->data, r->inputs[p]->len);
    if (!check_ports(r, error) || !agree_on_count(n, error) || !check_file_names(n, error) || !frit_host_check(n, error) ||
        !frit_host_count(n, error)) {
        node_free(n);
        return NULL;
    }
    n->barrier = is_reduction(n->info) || (n->info->step.flags & FRIT_STEP_SINK);
    settle(n);
    if (n->length > LONGEST_CHAIN) {
        g_set_error(error, FRIT_ERROR, FRIT_EPARAM,
                    "%d steps stand one behind the other here, more than can be followed: is a loop without end?",
                    LONGEST_CHAIN);
        node_free(n);
        return NULL;
    }
    if (r->mask_failures >= 0)
        n->mask_failures = r->mask_failures;
    frit_specs_infer(n);
    feed_plans(n);
    return enter(g, n, &identity);
}

/* ---- The core's own nodes ---- */

static frit_hash *identity_of(frit_kind kind, const frit_edge *edge)
{
    frit_hash *h = frit_hash_new();
    frit_hash_number(h, kind);
    frit_hash_number(h, edge ? edge->node->id : 0);
    frit_hash_number(h, edge ? edge->output : 0);
    return h;
}

/* A node that passes elements of one edge on, found or made. */
static frit_node *pass_on(frit_graph *g, frit_kind kind, const char *name, const char *place, frit_edge edge,
                          frit_hash *identity, bool *made)
{
    frit_key key = frit_hash_end(identity);
    frit_node *n = g_hash_table_lookup(g->by_identity, &key);
    *made = !n;
    if (n)
        return n;
    n = node_new(kind, name, place, 1, 1);
    add_edges(n, 0, &edge, 1);
    n->specs[0] = *frit_edge_spec(&edge);
    settle(n);
    return enter(g, n, &key);
}

/* A node that holds d, found or made. */
static frit_node *constant(frit_graph *g, const char *name, const char *place, frit_dataset *d, bool *made)
{
    frit_hash *h = identity_of(FRIT_NODE_CONSTANT, NULL);
    g_autoptr(GBytes) bytes = frit_dataset_to_bytes(d);
    frit_hash_text(h, name);
    frit_hash_bytes(h, g_bytes_get_data(bytes, NULL), g_bytes_get_size(bytes));
    frit_key key = frit_hash_end(h);
    frit_node *n = g_hash_table_lookup(g->by_identity, &key);
    *made = !n;
    if (n)
        return n;
    n = node_new(FRIT_NODE_CONSTANT, name, place, 0, 1);
    n->constant = frit_dataset_ref(d);
    return enter(g, n, &key);
}

frit_node *frit_graph_constant(frit_graph *g, const char *place, frit_dataset *d)
{
    bool made;
    frit_node *n = constant(g, "constant", place, d, &made);
    if (!made)
        return n;
    n->specs[0] = (frit_spec){.quantity = d->quantity, .unit = d->unit, .ndim = d->ndim};
    for (uint32_t k = 0; k < d->ndim; k++) {
        n->specs[0].axis_name[k] = d->axis[k] ? d->axis[k]->name : NULL;
        n->specs[0].axis_unit[k] = d->axis[k] ? d->axis[k]->unit : NULL;
    }
    return n;
}

frit_node *frit_graph_numbers(frit_graph *g, const char *place, frit_dataset *list)
{
    bool made;
    frit_node *n = constant(g, "numbers", place, list, &made);
    if (made) {
        n->series = true;
        n->count = list->shape[0];
        n->specs[0] = (frit_spec){.unit = list->unit};
    }
    return n;
}

frit_dataset *frit_node_constant(const frit_node *n, uint64_t i)
{
    return n->series ? frit_dataset_number(frit_dataset_values(n->constant)[i], n->constant->unit)
                     : frit_dataset_ref(n->constant);
}

static bool check_length(const frit_edge *series, uint64_t n, GError **error)
{
    if (!series->node->series)
        g_set_error(error, FRIT_ERROR, FRIT_EPARAM, "%s is a single dataset; only a series has an axis",
                    series->node->name);
    else if (series->node->count != n)
        g_set_error(error, FRIT_ERROR, FRIT_EPARAM,
                    "the axis has %" G_GUINT64_FORMAT " positions, but %s gives %" G_GUINT64_FORMAT
                    " elements: one position each is needed", n, series->node->name, series->node->count);
    else
        return true;
    return false;
}

frit_node *frit_graph_axis(frit_graph *g, const char *place, frit_edge series, const char *name, const char *unit,
                           const double *at, uint64_t n, const frit_edge *from, GError **error)
{
    if (!check_length(&series, at ? n : series.node->count, error) || !frit_unit_check(unit, error))
        return NULL;
    if (from && from->node->series && from->node->count != 1) {
        g_set_error(error, FRIT_ERROR, FRIT_EPARAM,
                    "the positions are one list, but %s gives a series; numbers of a series become one with :stack()",
                    from->node->name);
        return NULL;
    }
    frit_hash *h = identity_of(FRIT_NODE_AXIS, &series);
    frit_hash_text(h, name);
    frit_hash_text(h, unit);
    if (at) {
        frit_hash_bytes(h, at, n * sizeof *at);
    } else {
        frit_hash_number(h, from->node->id);
        frit_hash_number(h, from->output);
    }
    bool made;
    frit_node *axis = pass_on(g, FRIT_NODE_AXIS, "axis", place, series, h, &made);
    if (!made)
        return axis;
    axis->series = true;
    axis->count = series.node->count;
    axis->axis_name = g_intern_string(name);
    axis->axis_unit = g_intern_string(unit);
    axis->positions = at ? g_memdup2(at, n * sizeof *at) : NULL;
    if (!series.node->along)
        series.node->along = axis;
    if (!at) {
        axis->n_ports = 2;
        axis->inputs = g_renew(GArray *, axis->inputs, 2);
        axis->inputs[1] = NULL;
        add_edges(axis, 1, from, 1);
        settle(axis);
    }
    return axis;
}

frit_node *frit_graph_select(frit_graph *g, const char *place, frit_edge series, uint64_t first, uint64_t last,
                             bool single, GError **error)
{
    uint64_t count = series.node->count;
    if (!count) {
        g_set_error(error, FRIT_ERROR, FRIT_EPARAM, "%s gives a series without elements", series.node->name);
        return NULL;
    }
    if (first > last || last >= count) {
        g_set_error(error, FRIT_ERROR, FRIT_EPARAM,
                    "there are elements 1 to %" G_GUINT64_FORMAT ", not %" G_GUINT64_FORMAT " to %" G_GUINT64_FORMAT,
                    count, first + 1, last + 1);
        return NULL;
    }
    frit_hash *h = identity_of(FRIT_NODE_SELECT, &series);
    frit_hash_number(h, first);
    frit_hash_number(h, last);
    frit_hash_number(h, single);
    bool made;
    frit_node *n = pass_on(g, FRIT_NODE_SELECT, "select", place, series, h, &made);
    if (made) {
        n->series = !single;
        n->count = last - first + 1;
        n->first = first;
    }
    return n;
}

frit_node *frit_graph_concat(frit_graph *g, const char *place, const frit_edge *edges, guint n_edges, GError **error)
{
    frit_hash *h = identity_of(FRIT_NODE_CONCAT, NULL);
    uint64_t count = 0;
    for (guint e = 0; e < n_edges; e++) {
        frit_hash_number(h, edges[e].node->id);
        frit_hash_number(h, edges[e].output);
        count += edges[e].node->count;
        const frit_port like = {.name = "concat", .unit = frit_edge_spec(&edges[0])->unit,
                                .ndim = frit_edge_spec(&edges[0])->ndim};
        if (!frit_spec_fits(frit_edge_spec(&edges[e]), &like, edges[e].node->name, error)) {
            frit_hash_end(h);
            return NULL;
        }
    }
    bool made;
    frit_node *n = pass_on(g, FRIT_NODE_CONCAT, "concat", place, edges[0], h, &made);
    if (made) {
        add_edges(n, 0, edges + 1, n_edges - 1);
        n->series = true;
        n->count = count;
        n->ends = g_new(uint64_t, n_edges);
        for (guint e = 0; e < n_edges; e++)
            n->ends[e] = (e ? n->ends[e - 1] : 0) + edges[e].node->count;
        settle(n);
    }
    return n;
}

frit_node *frit_graph_stack(frit_graph *g, const char *place, frit_edge series)
{
    bool made;
    frit_node *n = pass_on(g, FRIT_NODE_STACK, "stack", place, series, identity_of(FRIT_NODE_STACK, &series), &made);
    if (!made)
        return n;
    const char *name, *unit;
    frit_node_position(series.node, 0, &name, &unit);
    n->series = false;
    n->count = 1;
    n->barrier = true;
    n->specs[0].ndim = 1;
    n->specs[0].axis_name[0] = name ? name : g_intern_static_string("index");
    n->specs[0].axis_unit[0] = unit ? unit : g_intern_static_string("1");
    return n;
}

frit_node *frit_graph_draw(frit_graph *g, const char *place, frit_edge of, uint64_t replicas, uint64_t seed)
{
    frit_hash *h = identity_of(FRIT_NODE_DRAW, &of);
    frit_hash_number(h, replicas);
    frit_hash_number(h, seed);
    bool made;
    frit_node *n = pass_on(g, FRIT_NODE_DRAW, "draws", place, of, h, &made);
    if (made) {
        n->series = true;
        n->count = replicas;
        n->seed = seed;
    }
    return n;
}
