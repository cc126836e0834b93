/* Elements that are known, in packs that are not: where one file of a series has changed, or one more has
 * come, the key of a pack is another one, but the other elements of it are what they were.  After a run the
 * keys of each node's elements are noted; what the next run misses is looked for among them, and put into
 * the new pack.
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "eval_private.h"

#include <string.h>

/* The elements of a node in an earlier run. */
struct frit_former {
    GArray     *keys;      /* of frit_key, in their order */
    GHashTable *places;    /* key -> its number, and one */
};

enum { DIGITS = 32 };

/* One a node of the recipe, whatever it was made of: its step, and which of those of this step it is. */
static frit_key note_key(const frit_eval *e, const frit_node *n)
{
    uint64_t before = 0;
    for (guint k = 0; k < n->id; k++) {
        const frit_node *other = e->graph->nodes->pdata[k];
        before += other->info && g_str_equal(other->name, n->name);
    }
    frit_hash *h = frit_hash_new();
    frit_hash_text(h, "elements");
    frit_hash_text(h, e->graph->recipe);
    frit_hash_text(h, n->name);
    frit_hash_number(h, before);
    return frit_hash_end(h);
}

static bool is_series_of_results(const frit_node *n)
{
    return n->kind == FRIT_NODE_STEP && n->series && !n->barrier && !frit_reads_files(n) && n->count > 1;
}

/* ---- After a run ---- */

void frit_note_elements(frit_eval *e)
{
    for (guint k = 0; e->store && k < e->graph->nodes->len; k++) {
        frit_node *n = e->graph->nodes->pdata[k];
        if (!is_series_of_results(n) || !g_atomic_int_get(&n->state->has_kept))
            continue;
        g_autoptr(GString) text = g_string_sized_new(n->count * DIGITS);
        bool known = true;
        for (uint64_t i = 0; known && i < n->count; i++) {
            frit_key key;
            char hex[FRIT_KEY_TEXT];
            known = frit_node_key(n, i, e->digests, &key, NULL);
            frit_key_text(&key, hex);
            g_string_append(text, hex);
        }
        frit_key own = note_key(e, n);
        if (known)
            frit_store_set_note(e->store, &own, text->str, NULL);   /* lost: computed once more */
    }
}

/* ---- Before the next ---- */

static bool scan_key(const char *hex, frit_key *key)
{
    uint64_t half[2] = {0, 0};
    for (int i = 0; i < DIGITS; i++) {
        int digit = g_ascii_xdigit_value(hex[i]);
        if (digit < 0)
            return false;
        half[i / 16] = half[i / 16] << 4 | (uint64_t)digit;
    }
    *key = (frit_key){half[0], half[1]};
    return true;
}

static frit_former *former_of(frit_eval *e, frit_node *n)
{
    if (n->state->former)
        return n->state->former;
    frit_former *f = n->state->former = g_new0(frit_former, 1);
    f->keys = g_array_new(FALSE, FALSE, sizeof(frit_key));
    frit_key own = note_key(e, n);
    g_autofree char *text = frit_store_note(e->store, &own);
    size_t count = text ? strlen(text) / DIGITS : 0;
    for (size_t i = 0; i < count; i++) {
        frit_key key;
        if (!scan_key(text + i * DIGITS, &key))
            break;
        g_array_append_val(f->keys, key);
    }
    f->places = g_hash_table_new(frit_key_hash, frit_key_equal);
    for (guint i = 0; i < f->keys->len; i++)
        g_hash_table_insert(f->places, &g_array_index(f->keys, frit_key, i), GUINT_TO_POINTER(i + 1));
    return f;
}

void frit_former_free(frit_former *f)
{
    if (!f)
        return;
    g_hash_table_unref(f->places);
    g_array_unref(f->keys);
    g_free(f);
}

/* The record of an element, from the pack in which it lay. */
static bool find_record(frit_eval *e, const frit_former *f, uint32_t output, const frit_key *element, frit_record *r)
{
    guint place = GPOINTER_TO_UINT(g_hash_table_lookup(f->places, element));
    if (!place)
        return false;
    uint64_t i = place - 1, pack = frit_pack_of(i), first = frit_pack_first(pack);
    uint32_t n = (uint32_t)MIN(f->keys->len - first, frit_pack_length(pack));
    frit_key key = frit_pack_key_of(output, &g_array_index(f->keys, frit_key, first), n);
    return frit_store_get(e->store, &key, (uint32_t)(i - first), r);
}

bool frit_adopt(frit_eval *e, frit_node *n, uint32_t output, uint64_t pack, const bool *there)
{
    if (!is_series_of_results(n))
        return false;
    const frit_former *f = former_of(e, n);
    frit_record records[FRIT_PACK_SIZE] = {0};
    frit_key key, element;
    uint32_t size, found = 0;
    if (!f->keys->len || !frit_pack_key(n, output, pack, e->digests, &key, &size, NULL))
        return false;
    for (uint32_t k = 0; k < size; k++)
        if (!there[k] && frit_node_key(n, frit_pack_first(pack) + k, e->digests, &element, NULL))
            found += find_record(e, f, output, &element, &records[k]);
    bool kept = found && frit_store_put(e->store, &key, size, records, NULL);
    for (uint32_t k = 0; k < size; k++)
        frit_record_clear(&records[k]);
    if (kept)
        g_atomic_int_set(&n->state->has_kept, TRUE);
    return kept;
}
