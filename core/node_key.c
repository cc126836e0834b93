/* Keys of elements.
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "node_key.h"

#include <string.h>

#include "error.h"
#include "store.h"

/* Of an element. */
enum { UNKNOWN, KNOWN, PUT_OFF };

struct frit_node_keys {
    GMutex    lock;
    bool      has_signature;
    frit_key  signature;
    frit_key *element;
    uint8_t  *state;
    GHashTable *packs;   /* (output, block) -> frit_key, made once */
};

static struct frit_node_keys *keys_of(frit_node *n)
{
    static GMutex making;
    g_mutex_lock(&making);
    if (!n->keys) {
        uint64_t count = n->count ? n->count : 1;
        n->keys = g_new0(struct frit_node_keys, 1);
        g_mutex_init(&n->keys->lock);
        n->keys->element = g_new0(frit_key, count);
        n->keys->state = g_new0(uint8_t, count);
        n->keys->packs = g_hash_table_new_full(g_int64_hash, g_int64_equal, g_free, g_free);
    }
    g_mutex_unlock(&making);
    return n->keys;
}

void frit_node_keys_free(frit_node *n)
{
    if (!n->keys)
        return;
    g_mutex_clear(&n->keys->lock);
    g_free(n->keys->element);
    g_free(n->keys->state);
    g_hash_table_unref(n->keys->packs);
    g_clear_pointer(&n->keys, g_free);
}

/* `later`: one of many images, whose digest may be put off. */
static bool hash_file(frit_hash *h, frit_digests *digests, const char *path, bool later, GError **error)
{
    frit_key content;
    if (!(later ? frit_digest_file_later : frit_digest_file)(digests, path, &content, error)) {
        g_autofree char *base = g_path_get_basename(path);
        g_prefix_error(error, "%s: ", base);
        return false;
    }
    frit_hash_key(h, &content);
    return true;
}

/* What all elements of a node share. */
static bool make_signature(frit_node *n, frit_digests *digests, frit_key *key, GError **error)
{
    const frit_module_info *m = n->info->module;
    frit_hash *h = frit_hash_new();
    frit_hash_number(h, FRIT_RESULT_VERSION);
    frit_hash_text(h, m->name);
    frit_hash_key(h, &m->digest);
    frit_hash_text(h, n->info->step.name);
    frit_hash_number(h, n->info->step.version);
    bool sink = n->info->step.flags & FRIT_STEP_SINK;
    g_autoptr(GBytes) parameters = sink ? frit_params_identity(n->params) : frit_params_canonical(n->params);
    frit_hash_bytes(h, g_bytes_get_data(parameters, NULL), g_bytes_get_size(parameters));
    bool read = true;
    for (const char *const *path = frit_params_paths(n->params); read && *path; path++)
        read = hash_file(h, digests, *path, false, error);
    *key = frit_hash_end(h);
    return read;
}

static bool signature(frit_node *n, frit_digests *digests, frit_key *key, GError **error)
{
    struct frit_node_keys *keys = keys_of(n);
    g_mutex_lock(&keys->lock);
    if (!keys->has_signature)
        keys->has_signature = make_signature(n, digests, &keys->signature, error);
    *key = keys->signature;
    bool has = keys->has_signature;
    g_mutex_unlock(&keys->lock);
    return has;
}

static bool hash_uses(frit_hash *h, const frit_node *n, uint64_t i, frit_digests *digests, GError **error)
{
    const GPtrArray *uses = n->uses ? n->uses[i] : NULL;
    frit_hash_number(h, uses ? uses->len : 0);
    for (guint u = 0; uses && u < uses->len; u++) {
        const frit_use *use = uses->pdata[u];
        frit_hash_number(h, use->part);
        if (!hash_file(h, digests, use->path, n->count > FRIT_SHORT_SERIES, error))
            return false;
    }
    if (n->info->step.count && !uses)
        frit_hash_number(h, i);   /* a source without files: its elements differ by their number */
    return true;
}

static bool hash_edge_element(frit_hash *h, const frit_edge *edge, uint64_t i, frit_digests *digests, GError **error)
{
    uint64_t element;
    frit_edge from = frit_edge_resolve(*edge, frit_edge_element(edge, i), &element);
    frit_key key;
    if (!frit_node_key(from.node, element, digests, &key, error))
        return false;
    frit_hash_number(h, from.output);
    frit_hash_key(h, &key);
    return true;
}

/* What a step sees of a place in a series. */
static void hash_place(frit_hash *h, const frit_node *series, uint64_t i, bool names)
{
    const char *name, *unit;
    double position = frit_node_position(series, i, &name, &unit);
    frit_hash_bytes(h, &position, sizeof position);
    frit_hash_text(h, name);
    frit_hash_text(h, unit);
    g_autofree char *element = names ? frit_node_element_name(series, i) : NULL;
    frit_hash_text(h, element);
}

static bool hash_port(frit_hash *h, const frit_node *n, uint32_t p, uint64_t i, frit_digests *digests, GError **error)
{
    bool series = !n->info || (n->info->step.inputs[p].flags & FRIT_PORT_SERIES);
    bool sink = n->info && (n->info->step.flags & FRIT_STEP_SINK);
    const GArray *edges = n->inputs[p];
    frit_hash_number(h, edges ? edges->len : 0);
    for (guint e = 0; edges && e < edges->len; e++) {
        const frit_edge *edge = &g_array_index(edges, frit_edge, e);
        uint64_t first = series ? 0 : i, end = series ? edge->node->count : i + 1;
        frit_hash_number(h, end - first);
        for (uint64_t j = first; j < end; j++) {
            if (!hash_edge_element(h, edge, j, digests, error))
                return false;
            if (series || sink)
                hash_place(h, edge->node, frit_edge_element(edge, j), sink);
        }
    }
    return true;
}

static bool make_key(frit_node *n, uint64_t i, frit_digests *digests, frit_key *key, GError **error)
{
    frit_key own = {0};
    if (n->info && !signature(n, digests, &own, error))
        return false;
    frit_hash *h = frit_hash_new();
    frit_hash_number(h, n->kind);
    frit_hash_key(h, &own);
    bool good = true;
    if (n->constant) {
        g_autoptr(frit_dataset) element = frit_node_constant(n, i);
        g_autoptr(GBytes) bytes = frit_dataset_to_bytes(element);
        frit_hash_bytes(h, g_bytes_get_data(bytes, NULL), g_bytes_get_size(bytes));
    }
    if (n->kind == FRIT_NODE_DRAW) {
        frit_hash_number(h, n->seed);
        frit_hash_number(h, i);
    }
    if (n->barrier)
        frit_hash_number(h, n->mask_failures);   /* "stop" is not content with what "mask" went without */
    if (n->info && !n->n_ports)
        good = hash_uses(h, n, i, digests, error);
    for (uint32_t p = 0; good && p < n->n_ports; p++)
        good = hash_port(h, n, p, i, digests, error);
    *key = frit_hash_end(h);
    return good;
}

bool frit_node_key(frit_node *n, uint64_t i, frit_digests *digests, frit_key *key, GError **error)
{
    struct frit_node_keys *keys = keys_of(n);
    g_mutex_lock(&keys->lock);
    uint8_t state = keys->state[i];
    *key = keys->element[i];
    g_mutex_unlock(&keys->lock);
    bool put_off = frit_digests_are_put_off(digests);
    if (state == KNOWN)
        return true;
    if (state == PUT_OFF && put_off) {   /* found once: not for every user again */
        g_set_error_literal(error, FRIT_ERROR, FRIT_EIO, "its content is not known yet");
        return false;
    }
    bool made = make_key(n, i, digests, key, error);
    g_mutex_lock(&keys->lock);
    keys->element[i] = *key;
    keys->state[i] = made ? KNOWN : put_off ? PUT_OFF : UNKNOWN;
    g_mutex_unlock(&keys->lock);
    return made;
}

frit_key frit_pack_key_of(uint32_t output, const frit_key *elements, uint32_t n)
{
    frit_hash *h = frit_hash_new();
    frit_hash_number(h, output);
    for (uint32_t k = 0; k < n; k++)
        frit_hash_key(h, &elements[k]);
    return frit_hash_end(h);
}

bool frit_pack_key(frit_node *n, uint32_t output, uint64_t block, frit_digests *digests, frit_key *key,
                   uint32_t *n_elements, GError **error)
{
    struct frit_node_keys *keys = keys_of(n);
    uint64_t first = frit_pack_first(block);
    gint64 place = (gint64)(block * 64 + output);
    *n_elements = (uint32_t)MIN(n->count - first, frit_pack_length(block));
    g_mutex_lock(&keys->lock);
    const frit_key *made = g_hash_table_lookup(keys->packs, &place);
    g_mutex_unlock(&keys->lock);
    if (made) {
        *key = *made;
        return true;
    }
    frit_key elements[FRIT_PACK_SIZE];
    bool good = true;
    for (uint32_t k = 0; good && k < *n_elements; k++)
        good = frit_node_key(n, first + k, digests, &elements[k], error);
    if (!good)
        return false;
    *key = frit_pack_key_of(output, elements, *n_elements);
    g_mutex_lock(&keys->lock);
    if (!g_hash_table_contains(keys->packs, &place))
        g_hash_table_insert(keys->packs, g_memdup2(&place, sizeof place), g_memdup2(key, sizeof *key));
    g_mutex_unlock(&keys->lock);
    return true;
}

uint64_t frit_node_keys_put_off(frit_node *n)
{
    struct frit_node_keys *keys = keys_of(n);
    uint64_t put_off = 0;
    g_mutex_lock(&keys->lock);
    for (uint64_t i = 0; i < n->count; i++)
        put_off += keys->state[i] == PUT_OFF;
    g_mutex_unlock(&keys->lock);
    return put_off;
}
