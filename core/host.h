/* The host's side of one call of a step: the table of functions that a plugin reaches us through
 * (host.c), and what a call owns from beginning to end (call.c).
 */
#pragma once

#include "digest.h"
#include "graph.h"
#include "output.h"
#include "pool.h"
#include "rows.h"
#include "view.h"

typedef enum {
    FRIT_PHASE_CHECK,
    FRIT_PHASE_COUNT,
    FRIT_PHASE_PREPARE,
    FRIT_PHASE_RUN,      /* run() and run_batch() */
    FRIT_PHASE_ROWS      /* open_rows() and read_rows() of a reader */
} frit_phase;

/* Where the elements of a SERIES port come from: dataset, or NULL with *failure set (a missing
 * element), or NULL with an error. */
typedef frit_dataset *(*frit_fetch)(gpointer data, const frit_edge *edge, uint64_t i, char **failure,
                                    GError **error);

typedef struct frit_context {
    frit_call       call;          /* first: the plugin's view of us */
    frit_phase      phase;
    const frit_node *node;
    uint64_t        element;
    frit_input    **inputs;        /* per port, one an edge; of SERIES ports one, the element fetched last */
    frit_fetch      fetch;
    gpointer        fetch_data;
    bool          (*cancelled)(void);
    frit_pool      *pool;          /* whose idle threads parallel() may use, or NULL */
    bool            by_rows;       /* run_batch(): inputs may be open rows */
    uint64_t        wanted;        /* outputs, one bit each */
    frit_dataset  **outputs;
    frit_buffer    *buffers;
    GPtrArray      *memory;        /* scratch, texts */
    frit_digests   *digests;       /* that files which the step reads through us are added to, or NULL */
    bool            reads;         /* it has begun to: this file */
    int             reads_fd;
    frit_reading   *reading;       /* NULL: its digest is known */
    GPtrArray     **uses;          /* made by count() */
    uint64_t        n_uses;
    frit_outputs   *files;         /* of a sink */
    GError         *error;         /* from fail(), or from us */
    char           *name;
} frit_context;

/* Inputs of mapped and PLAN ports are set by the caller, through frit_input_set(). */
void frit_context_init(frit_context *c, frit_phase phase, const frit_node *node, uint64_t element);
void frit_context_clear(frit_context *c);

/* Call a function of the step; the error carries what fail() said.  After run() every wanted
 * output is there. */
bool frit_context_call(frit_context *c, frit_status (*function)(frit_call *c), GError **error);
/* The same of a call that has returned `status`. */
bool frit_context_conclude(frit_context *c, frit_status status, GError **error);
bool frit_context_prepare(frit_context *c, void **plan, GError **error);

/* For the host table (host.c). */
extern const frit_host frit_host_table;
uint32_t            frit_host_workers(frit_call *c);
void                frit_host_parallel(frit_call *c, size_t n, void (*work)(void *data, size_t i, uint32_t worker), void *data);
guint               frit_context_n_edges(const frit_context *c, uint32_t port);
bool                frit_context_is_series(const frit_context *c, uint32_t port);
const frit_dataset *frit_context_dataset(const frit_context *c, uint32_t port);   /* the first at a port, or NULL */
/* The first sentence stays; hands the code back. */
frit_status         frit_context_fail(frit_context *c, frit_status why, const char *sentence);

/* Judge the parameters of a new node; count the elements of a source. */
bool frit_host_check(frit_node *n, GError **error);
bool frit_host_count(frit_node *n, GError **error);
