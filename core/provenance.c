/* The record of how a value came to be.
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "provenance.h"

#include <json-glib/json-glib.h>
#include <string.h>

#include "config.h"

char *frit_history(frit_node *node)
{
    g_autoptr(GPtrArray) nodes = frit_node_ancestry(node);
    GString *text = g_string_new(NULL);
    for (guint k = 0; k < nodes->len; k++) {
        const frit_node *n = nodes->pdata[k];
        if (n->kind == FRIT_NODE_DRAW)
            g_string_append_printf(text, "draws replicas=%" G_GUINT64_FORMAT " seed=%" G_GUINT64_FORMAT " (%s)\n", n->count,
                                   n->seed, n->place);
        if (!n->info)
            continue;
        g_autofree char *parameters = frit_params_describe(n->params);
        g_string_append_printf(text, "%s%s%s (%s)\n", n->name, *parameters ? " " : "", parameters, n->place);
    }
    return g_string_free(text, FALSE);
}

static void add_text(JsonBuilder *b, const char *name, const char *value)
{
    json_builder_set_member_name(b, name);
    json_builder_add_string_value(b, value ? value : "");
}

static void add_key(JsonBuilder *b, const char *name, const frit_key *key)
{
    char text[FRIT_KEY_TEXT];
    frit_key_text(key, text);
    add_text(b, name, text);
}

/* All files of a source: as many as a person would read are named, the rest are counted; the
 * digest is of all of them in their order. */
static void add_files(JsonBuilder *b, const frit_node *n, frit_digests *digests)
{
    enum { NAMED = 1000 };
    frit_hash *all = frit_hash_new();
    guint64 count = 0;
    json_builder_set_member_name(b, "files");
    json_builder_begin_array(b);
    for (uint64_t i = 0; i < n->count; i++)
        for (guint u = 0; n->uses[i] && u < n->uses[i]->len; u++) {
            const frit_use *use = n->uses[i]->pdata[u];
            frit_key content = {0};
            frit_digest_file(digests, use->path, &content, NULL);
            frit_hash_key(all, &content);
            if (count++ >= NAMED)
                continue;
            json_builder_begin_object(b);
            add_text(b, "path", use->path);
            add_key(b, "digest", &content);
            json_builder_end_object(b);
        }
    json_builder_end_array(b);
    json_builder_set_member_name(b, "file_count");
    json_builder_add_int_value(b, (gint64)count);
    frit_key digest = frit_hash_end(all);
    add_key(b, "files_digest", &digest);
}

static void add_path_parameters(JsonBuilder *b, const frit_node *n, frit_digests *digests)
{
    const char *const *path = frit_params_paths(n->params);
    if (!*path)
        return;
    json_builder_set_member_name(b, "reads");
    json_builder_begin_array(b);
    for (; *path; path++) {
        frit_key content = {0};
        frit_digest_file(digests, *path, &content, NULL);
        json_builder_begin_object(b);
        add_text(b, "path", *path);
        add_key(b, "digest", &content);
        json_builder_end_object(b);
    }
    json_builder_end_array(b);
}

static void add_inputs(JsonBuilder *b, const frit_node *n)
{
    json_builder_set_member_name(b, "inputs");
    json_builder_begin_array(b);
    for (uint32_t p = 0; p < n->n_ports; p++)
        for (guint e = 0; n->inputs[p] && e < n->inputs[p]->len; e++) {
            const frit_edge *edge = &g_array_index(n->inputs[p], frit_edge, e);
            json_builder_begin_object(b);
            if (n->info)
                add_text(b, "port", n->info->step.inputs[p].name);
            json_builder_set_member_name(b, "from");
            json_builder_add_int_value(b, edge->node->id);
            if (edge->node->info)
                add_text(b, "output", edge->node->info->step.outputs[edge->output].name);
            json_builder_end_object(b);
        }
    json_builder_end_array(b);
}

static void add_node(JsonBuilder *b, const frit_node *n, frit_digests *digests)
{
    json_builder_begin_object(b);
    json_builder_set_member_name(b, "id");
    json_builder_add_int_value(b, n->id);
    add_text(b, "step", n->name);
    add_text(b, "place", n->place);
    json_builder_set_member_name(b, "elements");
    json_builder_add_int_value(b, (gint64)n->count);
    if (n->info) {
        const frit_module_info *m = n->info->module;
        add_text(b, "module", m->name);
        add_text(b, "module_version", m->version);
        add_key(b, "module_digest", &m->digest);
        json_builder_set_member_name(b, "step_version");
        json_builder_add_int_value(b, n->info->step.version);
        g_autoptr(GVariant) record = frit_params_record(n->params);
        json_builder_set_member_name(b, "parameters");
        json_builder_add_value(b, json_gvariant_serialize(record));
        add_path_parameters(b, n, digests);
    }
    if (n->kind == FRIT_NODE_DRAW) {
        json_builder_set_member_name(b, "seed");
        json_builder_add_int_value(b, (gint64)n->seed);
    }
    if (n->uses)
        add_files(b, n, digests);
    add_inputs(b, n);
    json_builder_end_object(b);
}

/* json-glib writes 3e-9 as "3e-09.0", which is no JSON: a number with an exponent needs no decimals. */
static char *mended(char *json)
{
    bool text = false, exponent = false;
    char *to = json;
    for (const char *from = json; *from; from++) {
        if (text && *from == '\\' && from[1])
            *to++ = *from++;
        else if (*from == '"')
            text = !text;
        else if (!text && exponent && *from == '.' && from[1] == '0') {
            from++;
            continue;
        }
        exponent = !text && (*from == 'e' || (exponent && strchr("+-0123456789", *from)));
        *to++ = *from;
    }
    *to = '\0';
    return json;
}

char *frit_provenance(const frit_graph *g, frit_node *sink, frit_digests *digests)
{
    g_autoptr(JsonBuilder) b = json_builder_new();
    g_autoptr(GPtrArray) nodes = frit_node_ancestry(sink);
    json_builder_begin_object(b);
    add_text(b, "program", PACKAGE_STRING);
    add_text(b, "recipe", g->recipe);
    json_builder_set_member_name(b, "steps");
    json_builder_begin_array(b);
    for (guint k = 0; k < nodes->len; k++)
        add_node(b, nodes->pdata[k], digests);
    json_builder_end_array(b);
    json_builder_end_object(b);
    g_autoptr(JsonNode) root = json_builder_get_root(b);
    return mended(json_to_string(root, TRUE));
}
