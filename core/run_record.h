/* What the last run of a recipe was made of, node by node, kept in the store: so that a later one can
 * say what has changed.
 */
#pragma once

#include "digest.h"
#include "graph.h"
#include "store.h"

/* A name and what it stood for: a parameter and its value, a file and its digest. */
typedef struct frit_pair {
    char *name, *value;
} frit_pair;

typedef struct frit_run_input {
    guint port, node, output;   /* node: its number in the record */
} frit_run_input;

typedef struct frit_run_node {
    char     *step, *place, *module, *code;   /* code: digest of the module */
    guint     version;
    bool      mask_failures;
    GArray   *settings;     /* of frit_pair: parameters, as texts with units */
    GArray   *files;        /* of frit_pair: path and digest; of very many: how many, and a digest of all */
    GArray   *inputs;       /* of frit_run_input */
} frit_run_node;

typedef enum frit_run_end {
    FRIT_RUN_BEGAN,         /* and was not heard of again */
    FRIT_RUN_FINISHED,
    FRIT_RUN_PARTIAL,       /* elements were left out */
    FRIT_RUN_FAILED,        /* `message` says why */
    FRIT_RUN_PART           /* parts of it were run */
} frit_run_end;

typedef struct frit_run_record {
    guint        result_version;
    frit_run_end end;
    char        *message;
    GPtrArray   *nodes;     /* of frit_run_node, as in the graph */
} frit_run_record;

frit_run_record *frit_run_record_of(const frit_graph *g, frit_digests *digests);
void             frit_run_record_free(frit_run_record *r);
/* In the store, under the recipe's path.  NULL: none. */
frit_run_record *frit_run_record_load(frit_store *s, const frit_graph *g);
void             frit_run_record_save(frit_store *s, const frit_graph *g, const frit_run_record *r);
