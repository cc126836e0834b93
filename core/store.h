/* The store: finished results on disk, found again by what they were made of.
 *
 * A pack holds up to FRIT_PACK_SIZE consecutive elements of one output of one node, under a key
 * made of the elements' keys.  It is written to the folder `tmp` of the store and renamed into its
 * place: it is there whole or not at all.  Each record carries a checksum; a damaged pack or record
 * is as good as absent.  Many processes on a shared file system may read and write at once: the same
 * key means the same content.  Two that have different elements of one pack write one after the other,
 * by a lock of the kernel's that ends with its process; where a file system knows none, elements of
 * one of them may be lost, and are made again.  Nothing waits for the disk (no fsync): what
 * a power cut damages is found by its checksum and made again.  Recently used elements stay in
 * memory, up to a limit.  Any thread may call.
 */
#pragma once

#include "dataset.h"
#include "key.h"

#define FRIT_PACK_SIZE 64

/* The packs of a series.  The first 32 hold 8 elements each, the next 32 hold 16, then 32, and all that
 * follow hold 64: what is lost with a program and what a part of a run may be is small beside a short
 * series, and a long one has few files.  The length depends on the place alone, so that a series that
 * grows keeps its packs. */
uint64_t frit_pack_of(uint64_t element);
uint64_t frit_pack_first(uint64_t pack);
uint32_t frit_pack_length(uint64_t pack);   /* of a whole one */

typedef struct frit_store frit_store;

/* One element of a pack: neither dataset nor failure: not there (yet). */
typedef struct frit_record {
    frit_dataset *dataset;
    char         *failure;    /* why this element could not be made: a lasting reason, not "disk full" */
    frit_status   status;     /* FRIT_OK, or the failure's */
} frit_record;
void frit_record_clear(frit_record *r);

/* Folder is made where it is missing; one that cannot be written to is opened for reading.
 * `memory`: bytes of elements to keep in memory; 0: none. */
frit_store *frit_store_open(const char *folder, size_t memory, GError **error);
void        frit_store_close(frit_store *s);

/* Which of the n elements of a pack are there, without reading their data, and which of these are
 * failures (`failed` may be NULL); how many.  get() may still find nothing: what is damaged shows only
 * then (and from then on here). */
uint32_t frit_store_peek(frit_store *s, const frit_key *pack, uint32_t n, bool *there, bool *failed);
/* Element i of a pack: a new reference, or nothing (false). */
bool     frit_store_get(frit_store *s, const frit_key *pack, uint32_t i, frit_record *record);
/* Write the n records of a pack.  Records that are absent here but present in the pack on disk are
 * kept.  Where writing fails (disk full, read-only, ...) the error says so, and the records are
 * still kept in memory, as far as they fit: a run may go on with a warning. */
bool     frit_store_put(frit_store *s, const frit_key *pack, uint32_t n, const frit_record *records,
                        GError **error);

/* Small named texts beside the packs (what a sink wrote last), replaced as a whole; to be freed.
 * NULL: none; set to NULL: removed. */
char *frit_store_note(frit_store *s, const frit_key *key);
bool  frit_store_set_note(frit_store *s, const frit_key *key, const char *text, GError **error);

/* A dataset as bytes and back; exact.  NULL: no memory.  From damaged bytes NULL, never a crash.  Names, texts and axes
 * that are those of `like`, which may be NULL, are shared with it. */
GBytes       *frit_dataset_to_bytes(const frit_dataset *d);
frit_dataset *frit_dataset_from_bytes(const void *data, size_t n, const frit_dataset *like);
