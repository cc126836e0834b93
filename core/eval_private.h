/* What the parts of the evaluation share: eval.c (a run), eval_stages.c, eval_state.c (results, bits, stopping),
 * eval_foresee.c (what must be computed), eval_element.c (one element of a node), eval_compute.c
 * (running its step), eval_batch.c, eval_rows.c, eval_plan.c, eval_keep.c (packs being filled), eval_stream.c (elements one after the other), eval_sink.c.
 */
#pragma once

#include "eval.h"
#include "host.h"
#include "node_key.h"
#include "pool.h"

/* What came of one element: outputs, or the reason why there are none. */
typedef struct frit_result {
    gint           refs;
    uint32_t       n;
    frit_dataset **outputs;
    GError        *failure;
} frit_result;

frit_result *frit_result_new(uint32_t n);
frit_result *frit_result_ref(frit_result *r);
void         frit_result_unref(frit_result *r);

/* What was last seen of an output's packs while foreseeing, by one thread. */
struct frit_peek {
    bool     seen;
    uint64_t block;
    bool     there[FRIT_PACK_SIZE];
};

/* What the evaluation knows of a node. */
struct frit_node_state {
    GMutex      lock;
    gint        computing;       /* a single element: by some thread, right now; atomic */
    frit_result *single;         /* the only element, once known */
    uint64_t    served;          /* its outputs that are there, a bit each; atomic */
    gint        users;           /* edges over which it may still be asked for; atomic */
    bool        let_go;          /* it was made, and is none of its inputs' users any more */
    uint8_t    *need;            /* a bit an element: it must be computed */
    uint64_t    n_need;
    bool        is_needed;
    uint64_t    streams;         /* outputs too large to keep, a bit each: made again where needed; atomic */
    uint64_t    now;             /* outputs that the stage under way can use, a bit each; between stages all */
    uint64_t    unkept;          /* outputs that were made and not kept, a bit each; atomic */
    struct frit_plans *plans;    /* of a step that has any, shared with nodes that make the same; see eval_plan.c */
    frit_dataset ***fitted;      /* of PLAN ports: per port and edge, as the port wants it */
    GHashTable *packs;           /* block -> packs being filled, see eval_keep.c */
    struct frit_peek *peeks;     /* one an output */
    gint        has_kept;        /* something new of it is in the store; atomic */
    struct frit_former *former;  /* see eval_adopt.c */
    /* In a part of a run, see eval_stages.c. */
    uint64_t    reach;           /* elements of the longest series made from it */
    guint       deal;            /* what is added to a pack's number before it is dealt */
    bool        waits;           /* for a run of the whole, as it is or follows a barrier */
    bool        place_waits;     /* its positions do */
    bool        is_frontier;     /* what waits needs it */
};

struct frit_eval {
    frit_graph   *graph;
    frit_store   *store;
    frit_digests *digests;
    frit_pool    *pool;
    GMutex        lock;
    GError       *error;         /* the first one that stops the run */
    uint64_t      error_element;
    GHashTable   *missing;       /* sentences of elements left out -> "T = 431 K", or "" */
    gint          unsure;        /* a barrier lacks an element that may come back: what follows is not kept; atomic */
    frit_tally    tally;
    gint64        started, writing;   /* when; how long packs have been written so far; microseconds */
    guint         part, n_parts; /* this part, from 0; of how many, 0: the whole */
    GHashTable   *written;       /* path -> place of the sink that wrote it in this run */
};

/* Results that the chain of one element shares while its task lasts. */
typedef struct frit_task {
    frit_eval *eval;
    GArray    *results;          /* of frit_memo */
} frit_task;

typedef struct frit_memo {
    const frit_node *node;
    uint64_t         element;
    frit_result     *result;
} frit_memo;

void frit_task_init(frit_task *t, frit_eval *e);
void frit_task_clear(frit_task *t);
void frit_task_forget(frit_task *t, guint from);   /* results from that place on */

bool frit_is_cancelled(void);
bool frit_lasting(const GError *failure);   /* would the same inputs fail again? */
void frit_note_missing(frit_eval *e, const char *position, const char *sentence);
bool frit_eval_stopped(frit_eval *e);
bool frit_eval_stopped_at(frit_eval *e, uint64_t element);
void frit_eval_fail(frit_eval *e, uint64_t element, GError *error);   /* takes the error */

uint64_t frit_streams(const struct frit_node_state *state);
bool frit_bit(const uint8_t *bits, uint64_t i);
void frit_set_bit(uint8_t *bits, uint64_t i);
void frit_clear_bit(uint8_t *bits, uint64_t i);
bool frit_is_sink(const frit_node *n);
bool frit_reads_files(const frit_node *n);   /* a source whose elements lie in files: they are not kept again */

/* eval_element.c: the outputs of an element, from the task, the store, or by running the step.  A new
 * reference; NULL when the run has stopped.  A result with a failure is a missing element. */
frit_result  *frit_element(frit_task *t, frit_node *n, uint64_t i, uint32_t output);
/* Of a single node: the others may have it from now on. */
void          frit_publish(frit_eval *e, frit_node *n, frit_result *r);
frit_result  *frit_remembered(const frit_task *t, const frit_node *n, uint64_t i, uint32_t output);   /* borrowed, or NULL */
void          frit_remember(frit_task *t, const frit_node *n, uint64_t i, frit_result *r);   /* a reference of its own */

void          frit_count_users(frit_eval *e);   /* of single nodes, before the run */

/* eval_compute.c: by running the step, which is then kept.  As above. */
frit_result  *frit_compute(frit_task *t, frit_node *n, uint64_t i);
/* Run a barrier or a sink, whose SERIES ports fetch from the evaluation. */
frit_result  *frit_run_barrier(frit_eval *e, frit_node *n, uint64_t i, frit_outputs **files);
/* Through rearranging nodes; dataset (a new reference) or NULL with *failure or neither (stopped). */
frit_dataset *frit_edge_dataset(frit_task *t, const frit_edge *edge, uint64_t i, GError **failure);
/* Its parts.  Inputs: false, the element fails with *error, or the run has stopped (no error). */
bool          frit_set_inputs(frit_task *t, frit_context *x, GError **error);
size_t        frit_bytes_of_inputs(const frit_context *x);
frit_result  *frit_take_outputs(frit_context *x);
void          frit_keep_result(frit_eval *e, frit_node *n, uint64_t i, frit_result *r, size_t made_of, bool whole);
void          frit_place_error(const frit_context *x, GError **error);
/* A failure that concerns this element alone, where the recipe says to go on without it: a result.  Else the run
 * stops.  Takes the error. */
frit_result  *frit_settle_failure(frit_eval *e, frit_node *n, uint64_t i, GError *error);
void          frit_note_missing_element(frit_eval *e, const frit_node *n, uint64_t i, const char *sentence);

/* eval_batch.c: of steps with run_batch().  One element, as a batch of one. */
frit_result  *frit_compute_alone(frit_task *t, frit_node *n, uint64_t i);
/* What such steps give on the way to these, computed ahead by batches into the task. */
typedef struct frit_want { const frit_edge *edge; uint64_t element; } frit_want;
void          frit_batch_ahead(frit_task *t, const frit_want *wants, guint n);
/* The files that these will read, asked of the disk now. */
void          frit_fetch_ahead(const frit_want *wants, guint n);
/* Is there one on the way to this edge, in any element?  Then a task takes so many elements together. */
guint         frit_batch_size(frit_eval *e, const frit_edge *edges, guint n_edges, uint64_t elements);

/* eval_rows.c: an input of a batch by rows: opened; not possible, it must be whole; or it failed, as frit_set_inputs(). */
typedef enum { FRIT_ROWS_NONE, FRIT_ROWS_OPEN, FRIT_ROWS_FAILED } frit_rows_state;
frit_rows_state frit_rows_open(frit_task *t, frit_context *x, uint32_t port, guint edge, GError **error);

/* eval_plan.c: the plan for a call whose inputs are set, made where there is none; to be handed back
 * after the call.  Where each element has a shape or axes of its own, few plans are kept. */
typedef struct frit_plan frit_plan;
bool frit_plan_get(frit_context *x, frit_plan **plan, GError **error);
void frit_plan_done(frit_node *n, frit_plan *plan);
void frit_plans_share(const frit_graph *g);
void frit_plans_release(frit_node *n);

/* What a call makes: not what would be dropped unused at the end of this stage, and made again in the next. */
uint64_t frit_wanted_now(const frit_node *n);

/* eval_keep.c */
bool frit_stored(frit_eval *e, frit_node *n, uint32_t output, uint64_t i);
bool frit_stored_result(frit_eval *e, frit_node *n, uint64_t i, uint32_t output, frit_result *r);
/* What a barrier went without: remembered, so that a run that finds what came of it says so again. */
void frit_keep_missing(frit_eval *e, frit_node *n, const GPtrArray *sentences);
void frit_recall_missing(frit_eval *e, frit_node *n);
bool frit_went_without(frit_eval *e, frit_node *n);   /* did it, in an earlier run? */
void frit_keep(frit_eval *e, frit_node *n, uint64_t i, const frit_result *r, uint64_t outputs);
void frit_keep_flush(frit_eval *e, uint64_t first, uint64_t last);   /* packs of these elements' blocks */
void frit_keep_flush_all(frit_eval *e);
void frit_keep_free(frit_node *n);

/* eval_adopt.c: note the keys of all elements, after a run; elements of a pack that lie in packs of an earlier
 * one, put into this: true where there were any.  While foreseeing, by one thread. */
typedef struct frit_former frit_former;
void frit_note_elements(frit_eval *e);
bool frit_adopt(frit_eval *e, frit_node *n, uint32_t output, uint64_t pack, const bool *there);
void frit_former_free(frit_former *f);

/* eval_foresee.c: the digests of a reader's files, on all threads, but for those that are put off. */
void frit_digest_files(frit_eval *e, frit_node *n);
/* Mark what must be computed for the sinks that are not up to date. */
void frit_foresee(frit_eval *e, GPtrArray *sinks);

/* eval_stages.c: everything; or the share of this part, of what is not behind a barrier. */
bool frit_run_stages(frit_eval *e, GError **error);
bool frit_run_part(frit_eval *e, GError **error);

/* eval_sink.c */
bool frit_sink_current(frit_eval *e, frit_node *n);   /* are its files up to date?  Counts them if so */
bool frit_sink_run(frit_eval *e, frit_node *n, GError **error);
/* Which of the files that it wrote from the same inputs is not there as it was: a sentence, to be freed; NULL: it
 * wrote none. */
char *frit_sink_misses(frit_eval *e, frit_node *n);

/* eval_why.c: what would be computed and why, to stdout; after frit_foresee(). */
void frit_print_why(frit_eval *e);

/* eval_stream.c: the elements of a SERIES port, made ahead on the pool where they are not kept. */
typedef struct frit_stream frit_stream;
frit_stream  *frit_stream_new(frit_eval *e);
void          frit_stream_free(frit_stream *s);
const GPtrArray *frit_stream_missing(const frit_stream *s);   /* elements missing so far: position, tab, sentence */
bool          frit_stream_may_recover(const frit_stream *s);  /* did one fail for a reason that may pass? */
frit_dataset *frit_stream_fetch(gpointer stream, const frit_edge *edge, uint64_t i, char **failure, GError **error);
