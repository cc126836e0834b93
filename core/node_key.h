/* Keys of elements: what each was made of. */
#pragma once

#include "digest.h"
#include "graph.h"

/* Raised when the core itself makes other bits of the same steps. */
#define FRIT_RESULT_VERSION 1

void frit_node_keys_free(frit_node *n);

/* The key of an element.  Module, step, version, code, parameters and the contents of its files are
 * its own; the keys of its inputs carry the rest.  Neither file names nor the series' axis are part
 * of it, except where a step takes a series as a whole and so sees positions, and for sinks, which
 * see names as well.  Any thread; the error is about a file that cannot be read, or whose digest is put off. */
bool frit_node_key(frit_node *n, uint64_t i, frit_digests *digests, frit_key *key, GError **error);

/* Digests of the files of shorter series are never put off. */
#define FRIT_SHORT_SERIES 16
/* Of how many elements the key could not be made while digests were put off. */
uint64_t frit_node_keys_put_off(frit_node *n);

/* The key of the pack that holds an output of elements frit_pack_first(block), ...; how many. */
frit_key frit_pack_key_of(uint32_t output, const frit_key *elements, uint32_t n);
bool frit_pack_key(frit_node *n, uint32_t output, uint64_t block, frit_digests *digests, frit_key *key,
                   uint32_t *n_elements, GError **error);
