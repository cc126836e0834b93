/* A bench for tests of the core: the modules of tests/modules, a graph, a store, and what recipes do with
 * them, in C.
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "eval.h"
#include "graph.h"
#include "tap.h"

typedef struct bench {
    frit_registry *registry;
    frit_graph    *graph;
    frit_digests  *digests;
    char          *folder;     /* its own: store, files; removed at the end */
    frit_store    *store;      /* or NULL */
    guint          threads;
    int            line;       /* of the recipe that the next node is on */
    int            on_error;   /* of the next nodes: -1, 0 stop, 1 mask */
    frit_tally     tally;      /* of the last run */
} bench;

/* The path of a test module, to be freed. */
char *bench_module(const char *name);
/* A folder of the tests' own, to be freed; bench_remove() removes it with all that is in it. */
char *bench_folder(void);
void  bench_remove(char *folder);

/* With the test modules named, e.g. "numbers reduce". */
bench *bench_new(const char *modules);
void   bench_free(bench *b);
void   bench_open_store(bench *b);
/* The recipe is read anew: an empty graph on the same store. */
void   bench_again(bench *b);

/* A line of a recipe: step, parameters as "n=5 name=abc on=true", then port, edge, ..., NULL.
 * bench_step: the test fails where the graph refuses; bench_refusal: the sentence, to be freed. */
frit_edge bench_step(bench *b, const char *step, const char *params, ...) G_GNUC_NULL_TERMINATED;
char     *bench_refusal(bench *b, const char *step, const char *params, ...) G_GNUC_NULL_TERMINATED;
frit_edge bench_output(frit_edge edge, const char *output);   /* another output of the same node */
frit_edge bench_constant(bench *b, frit_dataset *d);          /* takes the reference */
frit_edge bench_number(bench *b, double value, const char *unit);

/* Element i: a dataset to be unref'ed; the number itself; the sentence of its failure, to be freed. */
frit_dataset *bench_dataset(bench *b, frit_edge edge, uint64_t i);
double        bench_value(bench *b, frit_edge edge, uint64_t i);
char         *bench_failure(bench *b, frit_edge edge, uint64_t i, frit_status code);
/* All sinks; the test fails where the run does.  bench_run_failure: the sentence, to be freed. */
void  bench_run(bench *b);
char *bench_run_failure(bench *b, frit_status code);

/* A file in the bench's folder: written from bytes; its path; its content, NULL: none.  To be freed. */
char *bench_file(bench *b, const char *name, const void *data, size_t n);
char *bench_path(bench *b, const char *name);
char *bench_read(bench *b, const char *name);
/* How many lines the modules' witness wrote that start with `prefix`; forget them. */
guint bench_witness(bench *b, const char *prefix);
void  bench_forget(bench *b);
