/* A fixture for tests of the core: the modules of tests/modules, a graph, a store, and what recipes do with
 * them, in C.
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "eval.h"
#include "graph.h"
#include "tap.h"

typedef struct fixture {
    frit_registry *registry;
    frit_graph    *graph;
    frit_digests  *digests;
    char          *folder;     /* its own: store, files; removed at the end */
    frit_store    *store;      /* or NULL */
    guint          threads;
    int            line;       /* of the recipe that the next node is on */
    int            on_error;   /* of the next nodes: -1, 0 stop, 1 mask */
    frit_tally     tally;      /* of the last run */
} fixture;

/* The path of a test module, to be freed. */
char *fixture_module(const char *name);
/* A folder of the tests' own, to be freed; fixture_remove() removes it with all that is in it. */
char *fixture_folder(void);
void  fixture_remove(char *folder);

/* With the test modules named, e.g. "numbers reduce". */
fixture *fixture_new(const char *modules);
void   fixture_free(fixture *b);
void   fixture_open_store(fixture *b);
/* The recipe is read anew: an empty graph on the same store. */
void   fixture_again(fixture *b);

/* A line of a recipe: step, parameters as "n=5 name=abc on=true", then port, edge, ..., NULL.
 * fixture_step: the test fails where the graph refuses; fixture_refusal: the sentence, to be freed. */
frit_edge fixture_step(fixture *b, const char *step, const char *params, ...) G_GNUC_NULL_TERMINATED;
char     *fixture_refusal(fixture *b, const char *step, const char *params, ...) G_GNUC_NULL_TERMINATED;
frit_edge fixture_output(frit_edge edge, const char *output);   /* another output of the same node */
frit_edge fixture_constant(fixture *b, frit_dataset *d);          /* takes the reference */
frit_edge fixture_number(fixture *b, double value, const char *unit);

/* Element i: a dataset to be unref'ed; the number itself; the sentence of its failure, to be freed. */
frit_dataset *fixture_dataset(fixture *b, frit_edge edge, uint64_t i);
double        fixture_value(fixture *b, frit_edge edge, uint64_t i);
char         *fixture_failure(fixture *b, frit_edge edge, uint64_t i, frit_status code);
/* All sinks; the test fails where the run does.  fixture_run_failure: the sentence, to be freed. */
void  fixture_run(fixture *b);
char *fixture_run_failure(fixture *b, frit_status code);

/* A file in the fixture's folder: written from bytes; its path; its content, NULL: none.  To be freed. */
char *fixture_file(fixture *b, const char *name, const void *data, size_t n);
char *fixture_path(fixture *b, const char *name);
char *fixture_read(fixture *b, const char *name);
/* How many lines the modules' witness wrote that start with `prefix`; forget them. */
guint fixture_witness(fixture *b, const char *prefix);
void  fixture_forget(fixture *b);
