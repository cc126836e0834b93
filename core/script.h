/* Recipes: Lua programs that build a graph.
 *
 * The C side gives Lua one module, "frit.core", and the type of a node; the rest of what recipes see
 * is written in Lua (scripts/frit).  A node is what a step returns: `x:step { ... }` applies a step
 * to it, `x.name` is one of its outputs, `x[i]` an element of a series (from 1), `#x` their number,
 * print(x) describes it without computing it.
 */
#pragma once

#include "graph.h"

/* Run a recipe.  `settings`: name -> value of --set.  The error is a sentence that starts with the
 * recipe's line. */
bool frit_script_run(frit_graph *g, GHashTable *settings, GError **error);
