/* Digests of whole files, remembered by device, inode, size and times, so that an unchanged file is read once and
 * never again.  Any thread may call, where nothing else is said.
 */
#pragma once

#include "key.h"

/* `memo` is the file that remembers between runs; NULL: for this run alone.  A damaged or foreign memo is started
 * anew; one that cannot be written is done without. */
typedef struct frit_digests frit_digests;
frit_digests *frit_digests_open(const char *memo);
void          frit_digests_close(frit_digests *d);
/* XXH3-128 of the content, as `xxh128sum` prints it.  With d NULL nothing is remembered.
 * The error is a sentence without the path: "no such file", "it is a folder, not a file", ... */
bool          frit_digest_file(frit_digests *d, const char *path, frit_key *key, GError **error);

/* While digests are put off, this fails for an image whose content no run has seen, as far as the memo knows: one that
 * differs from all others in its size, or in some bytes.  A step will read it, and its digest can be taken then.
 * Where it is a different file by the time that its digest is asked for again, there is none.
 * Switched by one thread while no other is at work. */
bool          frit_digest_file_later(frit_digests *d, const char *path, frit_key *key, GError **error);
void          frit_digests_put_off(frit_digests *d, bool put_off);
bool          frit_digests_are_put_off(const frit_digests *d);

/* The digest of an open file, taken from what is read of it: bytes in their order, of which few at the beginning, at
 * the end or between may be missing.  By one thread, which has it open in each call.  NULL: its digest is known, or it
 * is too small to be worth it. */
typedef struct frit_reading frit_reading;
frit_reading *frit_reading_new(frit_digests *d, int fd);
void          frit_reading_add(frit_reading *r, int fd, const void *data, size_t n, uint64_t offset);
void          frit_reading_free(frit_reading *r);
