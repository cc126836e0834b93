/* The bytes of the store: datasets, and the heading of a pack.  Little-endian on every machine.
 * All functions here are pure: any thread may call.
 */
#pragma once

#include <stdio.h>

#include "store.h"

typedef enum frit_pack_kind { FRIT_PACK_ABSENT, FRIT_PACK_DATASET, FRIT_PACK_FAILURE } frit_pack_kind;

typedef struct frit_pack_entry {
    frit_pack_kind kind;
    frit_status    status;           /* of a failure; else FRIT_OK */
    uint64_t       offset, length;   /* of its bytes in the file */
    uint64_t       checksum;         /* of those bytes */
} frit_pack_entry;

typedef struct frit_pack {
    frit_key        key;
    uint32_t        n;
    frit_pack_entry entry[FRIT_PACK_SIZE];
} frit_pack;

/* The heading of a pack of n elements, its own checksum included. */
#define FRIT_PACK_HEADING(n) (32 + 32 * (size_t)(n) + 8)

void frit_pack_encode(const frit_pack *p, uint8_t *heading);
/* From the first `have` bytes of a file of `size` bytes.  False: no pack, another version, another
 * pack's, or damaged.  Entries that reach past the end of the file come out as absent. */
bool frit_pack_decode(frit_pack *p, const frit_key *key, const uint8_t *heading, size_t have, uint64_t size);

uint64_t frit_pack_checksum(const void *data, size_t n);
/* The bytes of frit_dataset_to_bytes(), without a copy of them in memory; 0 or an errno. */
int frit_dataset_write(const frit_dataset *d, FILE *f, uint64_t *length, uint64_t *checksum);
