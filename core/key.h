/* Keys: what a result was made of, as 128 bits (XXH3).
 * Two results with the same key have the same bits.
 */
#pragma once

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

typedef struct frit_key { uint64_t high, low; } frit_key;

#define FRIT_KEY_TEXT 33   /* 32 hexadecimal digits and the end */

/* A key in the making.  Each item enters with its kind and length: ("ab", "c") is not ("a", "bc"). */
typedef struct frit_hash frit_hash;
frit_hash *frit_hash_new(void);
void       frit_hash_bytes(frit_hash *h, const void *data, size_t n);
void       frit_hash_text(frit_hash *h, const char *text);              /* NULL is not "" */
void       frit_hash_number(frit_hash *h, uint64_t n);
void       frit_hash_key(frit_hash *h, const frit_key *key);
frit_key   frit_hash_end(frit_hash *h);                                 /* frees h */

gboolean frit_key_equal(gconstpointer a, gconstpointer b);              /* these two as GHashTable wants them */
guint    frit_key_hash(gconstpointer key);
void     frit_key_text(const frit_key *key, char text[FRIT_KEY_TEXT]);
