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

/* Digests of whole files, remembered by device, inode, size and times, so that an unchanged file
 * is read once and never again.  Any thread may call.  `memo` is the file that remembers between
 * runs; NULL: for this run alone.  A damaged or foreign memo is started anew; one that cannot be
 * written is done without. */
typedef struct frit_digests frit_digests;
frit_digests *frit_digests_open(const char *memo);
void          frit_digests_close(frit_digests *d);
/* XXH3-128 of the content, as `xxh128sum` prints it.  With d NULL nothing is remembered.
 * The error is a sentence without the path: "no such file", "it is a folder, not a file", ... */
bool          frit_digest_file(frit_digests *d, const char *path, frit_key *key, GError **error);
