/* The record of a run: made from a graph, and as a text in the store.
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "run_record.h"

#include <string.h>

#include "node_key.h"
#include "text.h"

/* A record, and a node of it, as GVariant prints them. */
#define NODE_TYPE   "(ssssuba(ss)a(ss)a(uuu))"
#define RECORD_TYPE "(uusa" NODE_TYPE ")"

static void pair_clear(gpointer p)
{
    frit_pair *pair = p;
    g_free(pair->name);
    g_free(pair->value);
}

static GArray *pairs_new(void)
{
    GArray *pairs = g_array_new(FALSE, FALSE, sizeof(frit_pair));
    g_array_set_clear_func(pairs, pair_clear);
    return pairs;
}

/* Takes the value. */
static void add(GArray *pairs, const char *name, char *value)
{
    frit_pair pair = {g_strdup(name), value};
    g_array_append_val(pairs, pair);
}

static void node_free(gpointer p)
{
    frit_run_node *n = p;
    g_free(n->step);
    g_free(n->place);
    g_free(n->module);
    g_free(n->code);
    g_array_unref(n->settings);
    g_array_unref(n->files);
    g_array_unref(n->inputs);
    g_free(n);
}

static frit_run_node *node_new(void)
{
    frit_run_node *n = g_new0(frit_run_node, 1);
    n->settings = pairs_new();
    n->files = pairs_new();
    n->inputs = g_array_new(FALSE, FALSE, sizeof(frit_run_input));
    return n;
}

void frit_run_record_free(frit_run_record *r)
{
    if (!r)
        return;
    g_ptr_array_unref(r->nodes);
    g_free(r->message);
    g_free(r);
}

static frit_run_record *record_new(void)
{
    frit_run_record *r = g_new0(frit_run_record, 1);
    r->nodes = g_ptr_array_new_with_free_func(node_free);
    return r;
}

/* ---- From a graph ---- */

static char *hex(const frit_key *key)
{
    char text[FRIT_KEY_TEXT];
    frit_key_text(key, text);
    return g_strdup(text);
}

/* "0.1", "[1, 2]", "true"; a list of one is that one. */
static char *value_text(GVariant *v)
{
    if (g_variant_is_of_type(v, G_VARIANT_TYPE_DOUBLE))
        return frit_number_text(g_variant_get_double(v));
    if (g_variant_is_of_type(v, G_VARIANT_TYPE_STRING))
        return g_variant_dup_string(v, NULL);
    if (g_variant_is_of_type(v, G_VARIANT_TYPE_VARIANT)) {
        g_autoptr(GVariant) inner = g_variant_get_variant(v);
        return value_text(inner);
    }
    if (!g_variant_is_container(v))
        return g_variant_print(v, FALSE);
    if (g_variant_n_children(v) == 1) {
        g_autoptr(GVariant) only = g_variant_get_child_value(v, 0);
        return value_text(only);
    }
    GString *list = g_string_new("[");
    for (gsize i = 0; i < g_variant_n_children(v); i++) {
        g_autoptr(GVariant) child = g_variant_get_child_value(v, i);
        g_autofree char *text = value_text(child);
        g_string_append_printf(list, "%s%s", i ? ", " : "", text);
    }
    return g_string_free(g_string_append_c(list, ']'), FALSE);
}

static const frit_param *find_param(const frit_node *n, const char *name)
{
    for (uint32_t p = 0; p < n->info->n_params; p++)
        if (g_str_equal(n->info->step.params[p].name, name))
            return &n->info->step.params[p];
    return NULL;
}

/* Of files to read the content counts, and not the name. */
static void add_params(frit_run_node *r, const frit_node *n)
{
    g_autoptr(GVariant) record = frit_params_record(n->params);
    GVariantIter iter;
    const char *name;
    GVariant *v;
    g_variant_iter_init(&iter, record);
    while (g_variant_iter_loop(&iter, "{&sv}", &name, &v)) {
        const frit_param *q = find_param(n, name);
        if (!q || q->type == FRIT_TYPE_PATH || q->type == FRIT_TYPE_FILES)
            continue;
        char *text = value_text(v);
        if (q->unit && *q->unit && !g_str_equal(q->unit, "1")) {
            char *with_unit = g_strdup_printf("%s %s", text, q->unit);
            g_free(text);
            text = with_unit;
        }
        add(r->settings, name, text);
    }
}

static char *file_digest(frit_digests *digests, const char *path)
{
    frit_key key;
    if (frit_digest_file_later(digests, path, &key, NULL))
        return hex(&key);
    return g_strdup(frit_digests_are_put_off(digests) ? "" : "unreadable");
}

static void add_files(frit_run_node *r, const frit_node *n, frit_digests *digests)
{
    enum { NAMED = 10000 };
    for (const char *const *path = frit_params_paths(n->params); *path; path++)
        add(r->files, *path, file_digest(digests, *path));
    const char *last = NULL;
    uint64_t count = 0;
    bool read = true;
    frit_hash *all = frit_hash_new();
    for (uint64_t i = 0; n->uses && i < n->count; i++)
        for (guint u = 0; n->uses[i] && u < n->uses[i]->len; u++) {
            const frit_use *use = n->uses[i]->pdata[u];
            if (last && g_str_equal(last, use->path))
                continue;   /* the frames of one file */
            last = use->path;
            char *digest = file_digest(digests, last);
            frit_hash_text(all, digest);
            read = read && *digest;
            if (count++ < NAMED)
                add(r->files, last, digest);
            else
                g_free(digest);
        }
    frit_key key = frit_hash_end(all);
    if (count > NAMED) {
        g_autofree char *more = g_strdup_printf("all %" G_GUINT64_FORMAT " files", count);
        add(r->files, more, read ? hex(&key) : g_strdup(""));
    }
}

/* What the core's own nodes have in the place of parameters. */
static void add_own(frit_run_node *r, const frit_node *n)
{
    frit_hash *h = frit_hash_new();
    const char *what = NULL;
    if (n->kind == FRIT_NODE_SELECT)
        add(r->settings, "elements", g_strdup_printf("%" G_GUINT64_FORMAT " to %" G_GUINT64_FORMAT, n->first + 1,
                                                     n->first + n->count));
    if (n->kind == FRIT_NODE_DRAW) {
        add(r->settings, "replicas", g_strdup_printf("%" G_GUINT64_FORMAT, n->count));
        add(r->settings, "seed", g_strdup_printf("%" G_GUINT64_FORMAT, n->seed));
    }
    if (n->kind == FRIT_NODE_AXIS)
        add(r->settings, "along", g_strdup_printf("%s [%s]", n->axis_name, n->axis_unit));
    if (n->kind == FRIT_NODE_AXIS && n->n_ports == 1) {   /* spelt out in the recipe */
        frit_hash_bytes(h, n->positions, n->count * sizeof *n->positions);
        what = "positions";
    }
    if (n->constant && n->constant->ndim == 0 && frit_dataset_values(n->constant)) {
        g_autofree char *number = frit_number_text(*frit_dataset_values(n->constant));
        add(r->settings, "value", g_strdup_printf("%s %s", number, n->constant->unit));
    } else if (n->constant) {
        g_autoptr(GBytes) bytes = frit_dataset_to_bytes(n->constant);
        frit_hash_bytes(h, g_bytes_get_data(bytes, NULL), g_bytes_get_size(bytes));
        what = "values";
    }
    frit_key key = frit_hash_end(h);
    if (what)
        add(r->settings, what, hex(&key));
}

static frit_run_node *node_of(const frit_node *n, frit_digests *digests)
{
    frit_run_node *r = node_new();
    r->step = g_strdup(n->name);
    r->place = g_strdup(n->place);
    r->module = g_strdup(n->info ? n->info->module->name : "");
    r->code = n->info ? hex(&n->info->module->digest) : g_strdup("");
    r->version = n->info ? n->info->step.version : 0;
    r->mask_failures = n->mask_failures;
    if (n->info) {
        add_params(r, n);
        add_files(r, n, digests);
    } else {
        add_own(r, n);
    }
    for (uint32_t p = 0; p < n->n_ports; p++)
        for (guint e = 0; n->inputs[p] && e < n->inputs[p]->len; e++) {
            const frit_edge *edge = &g_array_index(n->inputs[p], frit_edge, e);
            frit_run_input input = {p, edge->node->id, edge->output};
            g_array_append_val(r->inputs, input);
        }
    return r;
}

frit_run_record *frit_run_record_of(const frit_graph *g, frit_digests *digests)
{
    frit_run_record *r = record_new();
    r->result_version = FRIT_RESULT_VERSION;
    r->message = g_strdup("");
    for (guint k = 0; k < g->nodes->len; k++)
        g_ptr_array_add(r->nodes, node_of(g->nodes->pdata[k], digests));
    return r;
}

/* ---- As a text ---- */

/* GVariant takes UTF-8 alone; a file's name may be anything. */
static GVariant *pairs_variant(const GArray *pairs)
{
    GVariantBuilder b;
    g_variant_builder_init(&b, G_VARIANT_TYPE("a(ss)"));
    for (guint k = 0; k < pairs->len; k++) {
        const frit_pair *pair = &g_array_index(pairs, frit_pair, k);
        g_autofree char *name = g_utf8_make_valid(pair->name, -1), *value = g_utf8_make_valid(pair->value, -1);
        g_variant_builder_add(&b, "(ss)", name, value);
    }
    return g_variant_builder_end(&b);
}

static GVariant *inputs_variant(const GArray *inputs)
{
    GVariantBuilder b;
    g_variant_builder_init(&b, G_VARIANT_TYPE("a(uuu)"));
    for (guint k = 0; k < inputs->len; k++) {
        const frit_run_input *in = &g_array_index(inputs, frit_run_input, k);
        g_variant_builder_add(&b, "(uuu)", in->port, in->node, in->output);
    }
    return g_variant_builder_end(&b);
}

static GVariant *to_variant(const frit_run_record *r)
{
    GVariantBuilder nodes;
    g_variant_builder_init(&nodes, G_VARIANT_TYPE("a" NODE_TYPE));
    for (guint k = 0; k < r->nodes->len; k++) {
        const frit_run_node *n = r->nodes->pdata[k];
        g_autofree char *place = g_utf8_make_valid(n->place, -1);
        g_variant_builder_add(&nodes, "(ssssub@a(ss)@a(ss)@a(uuu))", n->step, place, n->module, n->code, n->version,
                              n->mask_failures, pairs_variant(n->settings), pairs_variant(n->files),
                              inputs_variant(n->inputs));
    }
    g_autofree char *message = g_utf8_make_valid(r->message, -1);
    return g_variant_ref_sink(g_variant_new(RECORD_TYPE, r->result_version, (guint)r->end, message, &nodes));
}

static void take_pairs(GArray *pairs, GVariantIter *iter)
{
    const char *name, *value;
    while (g_variant_iter_loop(iter, "(&s&s)", &name, &value))
        add(pairs, name, g_strdup(value));
    g_variant_iter_free(iter);
}

static frit_run_record *from_variant(GVariant *v)
{
    frit_run_record *r = record_new();
    g_autoptr(GVariantIter) nodes = NULL;
    g_variant_get(v, RECORD_TYPE, &r->result_version, &r->end, &r->message, &nodes);
    frit_run_node *n = node_new();
    GVariantIter *settings, *files, *inputs;
    gboolean mask;
    while (g_variant_iter_next(nodes, NODE_TYPE, &n->step, &n->place, &n->module, &n->code, &n->version, &mask,
                               &settings, &files, &inputs)) {
        n->mask_failures = mask;
        take_pairs(n->settings, settings);
        take_pairs(n->files, files);
        frit_run_input in;
        while (g_variant_iter_loop(inputs, "(uuu)", &in.port, &in.node, &in.output))
            g_array_append_val(n->inputs, in);
        g_variant_iter_free(inputs);
        g_ptr_array_add(r->nodes, n);
        n = node_new();
    }
    node_free(n);
    return r;
}

static frit_key record_key(const frit_graph *g)
{
    frit_hash *h = frit_hash_new();
    frit_hash_text(h, "run");
    frit_hash_text(h, g->recipe);
    return frit_hash_end(h);
}

frit_run_record *frit_run_record_load(frit_store *s, const frit_graph *g)
{
    frit_key key = record_key(g);
    g_autofree char *text = s ? frit_store_note(s, &key) : NULL;
    g_autoptr(GVariant) v = text ? g_variant_parse(G_VARIANT_TYPE(RECORD_TYPE), text, NULL, NULL, NULL) : NULL;
    return v ? from_variant(v) : NULL;
}

void frit_run_record_save(frit_store *s, const frit_graph *g, const frit_run_record *r)
{
    if (!s)
        return;
    frit_key key = record_key(g);
    g_autoptr(GVariant) v = to_variant(r);
    g_autofree char *text = g_variant_print(v, FALSE);
    frit_store_set_note(s, &key, text, NULL);   /* where that fails, the next -n knows less */
}
