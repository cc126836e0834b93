/* How a value came to be. */
#pragma once

#include "digest.h"
#include "graph.h"

/* One line a step that led to the node, in order: "subtract_background bgscale=1 (glass.lua:12)\n". */
char *frit_history(frit_node *node);

/* The record for a sink's files, a JSON object: program, recipe, the steps with modules, parameters,
 * inputs and source files with their digests. */
char *frit_provenance(const frit_graph *g, frit_node *sink, frit_digests *digests);
