/* Keeping results: packs being filled while elements are computed, and looked up again.
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "eval_private.h"

#include <string.h>

#include "error.h"
#include "progress.h"

/* The elements of one block of a node that are not on disk yet, for each output. */
typedef struct open_block {
    uint64_t     block;
    frit_record *records;     /* n_outputs * FRIT_PACK_SIZE */
    uint64_t     outputs;     /* that have any, a bit each */
    uint64_t     elements;    /* that are there, a bit each */
    gint64       since;       /* when the first unwritten record came, microseconds */
} open_block;

/* Long elements are not to be lost with the program: what is there is written after a second, where
 * writing takes less than a twentieth of the time, else after five. */
enum { WRITE_SOON = G_USEC_PER_SEC, WRITE_AT_LAST = 5 * G_USEC_PER_SEC, SHARE_OF_WRITING = 20 };

static bool pack_of(frit_eval *e, frit_node *n, uint32_t output, uint64_t i, frit_key *key, uint32_t *size)
{
    return e->store && frit_pack_key(n, output, frit_pack_of(i), e->digests, key, size, NULL);
}

/* Digests of files that no run has seen are put off while foreseeing: what is made of them is in no store.  Of a pack
 * with others beside, all are needed to find these. */
static bool is_partly_known(frit_eval *e, frit_node *n, uint64_t block)
{
    uint64_t first = frit_pack_first(block), size = MIN(n->count - first, frit_pack_length(block));
    bool known = false;
    frit_key key;
    for (uint64_t k = 0; !known && frit_digests_are_put_off(e->digests) && k < size; k++)
        known = frit_node_key(n, first + k, e->digests, &key, NULL);
    return known;
}

static bool pack_of_all(frit_eval *e, frit_node *n, uint32_t output, uint64_t block, frit_key *key, uint32_t *size)
{
    frit_digests_put_off(e->digests, false);
    bool known = pack_of(e, n, output, frit_pack_first(block), key, size);
    frit_digests_put_off(e->digests, true);
    return known;
}

/* The elements of a pack are asked for one after the other. */
static const struct frit_peek *peek_at(frit_eval *e, frit_node *n, uint32_t output, uint64_t block)
{
    if (!n->state->peeks)
        n->state->peeks = g_new0(struct frit_peek, n->n_outputs);
    struct frit_peek *peek = &n->state->peeks[output];
    if (peek->seen && peek->block == block)
        return peek;
    *peek = (struct frit_peek){.seen = true, .block = block};
    frit_key key;
    uint32_t size;
    bool failed[FRIT_PACK_SIZE] = {false};
    if (!pack_of(e, n, output, frit_pack_first(block), &key, &size) &&
        !(is_partly_known(e, n, block) && pack_of_all(e, n, output, block, &key, &size)))
        return peek;
    uint32_t there = frit_store_peek(e->store, &key, size, peek->there, failed);
    if (there < size && frit_adopt(e, n, output, block, peek->there))
        frit_store_peek(e->store, &key, size, peek->there, failed);
    for (uint32_t k = 0; k < size; k++)
        peek->there[k] &= n->mask_failures || !failed[k];   /* "stop" wants to fail again */
    return peek;
}

bool frit_stored(frit_eval *e, frit_node *n, uint32_t output, uint64_t i)
{
    uint64_t block = frit_pack_of(i);
    return peek_at(e, n, output, block)->there[i - frit_pack_first(block)];
}

bool frit_stored_result(frit_eval *e, frit_node *n, uint64_t i, uint32_t output, frit_result *r)
{
    frit_key key;
    uint32_t size;
    frit_record record = {0};
    if (!pack_of(e, n, output, i, &key, &size) ||
        !frit_store_get(e->store, &key, (uint32_t)(i - frit_pack_first(frit_pack_of(i))), &record))
        return false;
    if (record.dataset)
        r->outputs[output] = frit_dataset_ref(record.dataset);
    else if (record.failure && n->mask_failures)
        r->failure = g_error_new_literal(FRIT_ERROR, (gint)record.status, record.failure);
    frit_record_clear(&record);
    return r->outputs[output] || r->failure;
}

/* ---- What a barrier went without ---- */

static bool missing_key(frit_eval *e, frit_node *n, frit_key *key)
{
    frit_key own;
    if (!e->store || !frit_node_key(n, 0, e->digests, &own, NULL))
        return false;
    frit_hash *h = frit_hash_new();
    frit_hash_text(h, "missing");
    frit_hash_key(h, &own);
    *key = frit_hash_end(h);
    return true;
}

void frit_keep_missing(frit_eval *e, frit_node *n, const GPtrArray *sentences)
{
    frit_key key;
    if (!missing_key(e, n, &key))
        return;
    g_autoptr(GString) lines = g_string_new(NULL);
    for (guint k = 0; k < sentences->len; k++) {
        g_auto(GStrv) parts = g_strsplit(sentences->pdata[k], "\t", 2);
        g_autofree char *position = g_strescape(parts[0], NULL), *sentence = g_strescape(parts[1], NULL);
        g_string_append_printf(lines, "%s\t%s\n", position, sentence);
    }
    frit_store_set_note(e->store, &key, lines->str, NULL);   /* where that fails, nothing is kept at all */
}

bool frit_went_without(frit_eval *e, frit_node *n)
{
    frit_key key;
    g_autofree char *note = missing_key(e, n, &key) ? frit_store_note(e->store, &key) : NULL;
    return note && *note;
}

void frit_recall_missing(frit_eval *e, frit_node *n)
{
    frit_key key;
    g_autofree char *note = missing_key(e, n, &key) ? frit_store_note(e->store, &key) : NULL;
    g_auto(GStrv) lines = g_strsplit(note ? note : "", "\n", -1);
    for (char **line = lines; *line && **line; line++) {
        char *tab = strchr(*line, '\t');   /* those of the texts are escaped */
        if (!tab)
            continue;
        *tab = '\0';
        g_autofree char *position = g_strcompress(*line), *sentence = g_strcompress(tab + 1);
        frit_note_missing(e, *position ? position : NULL, sentence);
    }
}

/* ---- Packs being filled ---- */

static void block_free(gpointer p)
{
    open_block *b = p;
    g_free(b->records);
    g_free(b);
}

static open_block *block_for(frit_node *n, uint64_t block)
{
    struct frit_node_state *state = n->state;
    if (!state->packs)
        state->packs = g_hash_table_new_full(g_int64_hash, g_int64_equal, NULL, block_free);
    open_block *b = g_hash_table_lookup(state->packs, &block);
    if (b)
        return b;
    b = g_new0(open_block, 1);
    b->block = block;
    b->records = g_new0(frit_record, (gsize)n->n_outputs * FRIT_PACK_SIZE);
    b->since = g_get_monotonic_time();
    g_hash_table_insert(state->packs, &b->block, b);
    return b;
}

static void clear_records(frit_node *n, open_block *b)
{
    for (gsize k = 0; k < (gsize)n->n_outputs * FRIT_PACK_SIZE; k++)
        frit_record_clear(&b->records[k]);
}

/* A store that cannot be written to costs speed, not results: say so once, and go on. */
static void write_block(frit_eval *e, frit_node *n, open_block *b)
{
    gint64 start = g_get_monotonic_time();
    for (uint32_t o = 0; o < n->n_outputs; o++) {
        frit_key key;
        uint32_t size;
        g_autoptr(GError) error = NULL;
        if (!(b->outputs >> o & 1) || !pack_of(e, n, o, frit_pack_first(b->block), &key, &size))
            continue;
        if (!frit_store_put(e->store, &key, size, b->records + (gsize)o * FRIT_PACK_SIZE, &error))
            frit_warn("results are not kept for the next run: %s", error->message);
    }
    clear_records(n, b);
    b->outputs = b->elements = 0;
    g_mutex_lock(&e->lock);
    e->writing += g_get_monotonic_time() - start;
    g_mutex_unlock(&e->lock);
}

/* Written at once when it is complete: a stage may go through a node's elements in another order than
 * its own, so that the end of one of the stage's blocks need not be the end of one of the node's. */
static bool complete(const frit_node *n, const open_block *b)
{
    uint64_t in_block = MIN(n->count - frit_pack_first(b->block), frit_pack_length(b->block));
    return b->elements == (in_block == 64 ? UINT64_MAX : (1ull << in_block) - 1);
}

static bool is_due(frit_eval *e, const frit_node *n, const open_block *b)
{
    gint64 now = g_get_monotonic_time();
    if (complete(n, b) || now - b->since > WRITE_AT_LAST)
        return true;
    if (now - b->since < WRITE_SOON)
        return false;
    g_mutex_lock(&e->lock);
    bool cheap = e->writing * SHARE_OF_WRITING < now - e->started;
    g_mutex_unlock(&e->lock);
    return cheap;
}

void frit_keep(frit_eval *e, frit_node *n, uint64_t i, const frit_result *r, uint64_t outputs)
{
    if (!e->store || !outputs)
        return;
    open_block *due = NULL;
    uint64_t block = frit_pack_of(i), k = i - frit_pack_first(block);
    g_mutex_lock(&n->state->lock);
    open_block *b = block_for(n, block);
    for (uint32_t o = 0; o < n->n_outputs; o++) {
        if (!(outputs >> o & 1))
            continue;
        frit_record *record = &b->records[(gsize)o * FRIT_PACK_SIZE + k];
        frit_record_clear(record);
        record->dataset = r->failure ? NULL : frit_dataset_ref(r->outputs[o]);
        record->failure = r->failure ? g_strdup(r->failure->message) : NULL;
        record->status = r->failure ? (frit_status)r->failure->code : FRIT_OK;
        b->outputs |= 1ull << o;
    }
    b->elements |= 1ull << k;
    g_atomic_int_set(&n->state->has_kept, TRUE);
    if (is_due(e, n, b)) {
        due = b;
        g_hash_table_steal(n->state->packs, &b->block);
    }
    g_mutex_unlock(&n->state->lock);
    if (!due)
        return;
    write_block(e, n, due);
    block_free(due);
}

void frit_keep_flush(frit_eval *e, uint64_t first, uint64_t last)
{
    for (guint k = 0; k < e->graph->nodes->len; k++) {
        frit_node *n = e->graph->nodes->pdata[k];
        for (uint64_t block = frit_pack_of(first); block <= frit_pack_of(last); block++) {
            g_mutex_lock(&n->state->lock);
            open_block *b = n->state->packs ? g_hash_table_lookup(n->state->packs, &block) : NULL;
            if (b)
                g_hash_table_steal(n->state->packs, &block);
            g_mutex_unlock(&n->state->lock);
            if (!b)
                continue;
            write_block(e, n, b);
            block_free(b);
        }
    }
}

void frit_keep_flush_all(frit_eval *e)
{
    for (guint k = 0; k < e->graph->nodes->len; k++) {
        frit_node *n = e->graph->nodes->pdata[k];
        GHashTableIter iter;
        gpointer b;
        if (!n->state || !n->state->packs)
            continue;
        g_hash_table_iter_init(&iter, n->state->packs);
        while (g_hash_table_iter_next(&iter, NULL, &b))
            write_block(e, n, b);
        g_hash_table_remove_all(n->state->packs);
    }
}

void frit_keep_free(frit_node *n)
{
    if (!n->state->packs)
        return;
    GHashTableIter iter;
    gpointer b;
    g_hash_table_iter_init(&iter, n->state->packs);
    while (g_hash_table_iter_next(&iter, NULL, &b))
        clear_records(n, b);
    g_clear_pointer(&n->state->packs, g_hash_table_unref);
}
