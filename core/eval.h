/* Evaluation: from the sinks of a recipe back to its sources, computing what is not known yet.
 *
 * First it is foreseen which elements of which nodes must be computed: those that a sink needs and
 * that are not in the store.  Then barrier after barrier (a reduction over a series, a sink): one
 * task an element runs the whole chain of that element inline, on a pool of threads, so that what
 * lies between is never kept; what the barrier needs, and what is small beside what it was made of,
 * goes to the store.  Memory does not grow with the number of elements but for a few bytes each.
 */
#pragma once

#include "digest.h"
#include "graph.h"
#include "store.h"

typedef struct frit_eval frit_eval;

/* `store` NULL: nothing is kept between runs.  `threads` 0: as many as the machine has. */
frit_eval *frit_eval_new(frit_graph *g, frit_store *store, frit_digests *digests, guint threads);
void       frit_eval_free(frit_eval *e);
/* Compute part `part` (from 1) of n: its packs of every node that is not behind a barrier, and keep them. */
void       frit_eval_set_part(frit_eval *e, guint part, guint n);

typedef struct frit_tally {
    uint64_t computed;        /* elements, over all nodes */
    uint64_t missing;         /* elements that failed and were left out */
    guint    written;         /* files */
    guint    up_to_date;      /* files */
    /* Of a part of a run: */
    uint64_t left_to_others;  /* elements */
    guint    waiting_barriers, waiting_sinks;   /* what a run of the whole has to do */
} frit_tally;

/* Everything that the graph's sinks need.  False: a sentence with place, step and element. */
bool frit_eval_run(frit_eval *e, frit_tally *tally, GError **error);
/* What would be computed, a line a step, to stdout; nothing is. */
bool frit_eval_foretell(frit_eval *e, GError **error);
/* One output of one element: a new reference. */
frit_dataset *frit_eval_element(frit_eval *e, frit_edge edge, uint64_t i, GError **error);
/* The positions of an axis that data give, and nothing else. */
bool frit_eval_positions(frit_eval *e, frit_node *axis, GError **error);

/* Ask all runs to stop soon: safe in a signal handler. */
void frit_eval_cancel(void);
