/* Keys: XXH3-128 over tagged items, so that a sequence of items has one reading only.
 * Method: Y. Collet, xxHash, https://xxhash.com (XXH3, 128 bits).
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "key.h"
#include "xxh3.h"

#include <string.h>

struct frit_hash {
    XXH3_state_t *state;
};

enum { ITEM_BYTES = 'b', ITEM_TEXT = 't', ITEM_NO_TEXT = '0', ITEM_NUMBER = 'n', ITEM_KEY = 'k' };

frit_hash *frit_hash_new(void)
{
    frit_hash *h = g_new(frit_hash, 1);
    h->state = XXH3_createState();
    if (!h->state)
        g_error("no memory for a key");
    XXH3_128bits_reset(h->state);
    return h;
}

/* Little-endian on every machine: keys are shared through a store. */
static void item(frit_hash *h, uint8_t kind, uint64_t n)
{
    uint8_t head[9] = {kind};
    for (int i = 0; i < 8; i++)
        head[1 + i] = (uint8_t)(n >> 8 * i);
    XXH3_128bits_update(h->state, head, sizeof head);
}

void frit_hash_bytes(frit_hash *h, const void *data, size_t n)
{
    item(h, ITEM_BYTES, n);
    if (n)
        XXH3_128bits_update(h->state, data, n);
}

void frit_hash_text(frit_hash *h, const char *text)
{
    if (!text) {
        item(h, ITEM_NO_TEXT, 0);
        return;
    }
    size_t n = strlen(text);
    item(h, ITEM_TEXT, n);
    XXH3_128bits_update(h->state, text, n);
}

void frit_hash_number(frit_hash *h, uint64_t n)
{
    item(h, ITEM_NUMBER, n);
}

void frit_hash_key(frit_hash *h, const frit_key *key)
{
    item(h, ITEM_KEY, key->high);
    item(h, ITEM_KEY, key->low);
}

frit_key frit_hash_end(frit_hash *h)
{
    XXH128_hash_t end = XXH3_128bits_digest(h->state);
    XXH3_freeState(h->state);
    g_free(h);
    return (frit_key){end.high64, end.low64};
}

gboolean frit_key_equal(gconstpointer a, gconstpointer b)
{
    const frit_key *x = a, *y = b;
    return x->high == y->high && x->low == y->low;
}

guint frit_key_hash(gconstpointer key)
{
    return (guint)((const frit_key *)key)->low;
}

void frit_key_text(const frit_key *key, char text[FRIT_KEY_TEXT])
{
    g_snprintf(text, FRIT_KEY_TEXT, "%016" G_GINT64_MODIFIER "x%016" G_GINT64_MODIFIER "x",
               (guint64)key->high, (guint64)key->low);
}
