/* The memo of digests: which content a file had when it was last read.  One thread at a time. */
#pragma once

#include "key.h"

#include <stdbool.h>
#include <sys/stat.h>

/* A file.  Device and inode find it; size and times say whether it is still the same. */
typedef struct frit_known {
    uint64_t device, inode;
    uint64_t size;
    int64_t  mtime, ctime;
    frit_key content;
    uint64_t sample;     /* a hash of some of its bytes; 0: none was taken */
} frit_known;

frit_known frit_known_of(const struct stat *s);
bool       frit_known_unchanged(const frit_known *a, const frit_known *b);
guint      frit_known_hash(gconstpointer known);                      /* these two as GHashTable wants them: by */
gboolean   frit_known_equal(gconstpointer a, gconstpointer b);        /* device and inode */

/* `path` NULL: nothing is kept beyond the process. */
typedef struct frit_digest_memo frit_digest_memo;
frit_digest_memo *frit_digest_memo_open(const char *path);
void              frit_digest_memo_close(frit_digest_memo *m);
bool              frit_digest_memo_find(const frit_digest_memo *m, const frit_known *file, frit_key *content);
/* `at_rest`: it had not been touched for a while before.  Else only that there was such a content is remembered. */
void              frit_digest_memo_add(frit_digest_memo *m, const frit_known *file, bool at_rest);
/* Will the next run know what is added?  Or there is none that could. */
bool              frit_digest_memo_lasts(const frit_digest_memo *m);
/* Was there ever a file of this size; one with this sample? */
bool              frit_digest_memo_has_size(const frit_digest_memo *m, uint64_t size);
bool              frit_digest_memo_has_sample(const frit_digest_memo *m, uint64_t sample);
