/* What the parts of the recipe language share: script.c (the run of a recipe), script_node.c (nodes in Lua),
 * script_series.c (series), script_value.c (values). */
#pragma once

#include <lua.h>

#include "graph.h"

typedef struct frit_script {
    frit_graph *graph;
    GHashTable *settings;    /* of --set: name -> value */
    GHashTable *asked;       /* names that the recipe asked for */
    const char *library;     /* folder of Frit's own Lua modules */
} frit_script;

#define FRIT_SCRIPT_NODE "frit.node"   /* the metatable of nodes, in Lua's registry */

frit_script *frit_script_of(lua_State *L);
char        *frit_script_place(lua_State *L);
int          frit_script_raise(lua_State *L, const char *step, GError *error);
int          frit_script_complain(lua_State *L, const char *step, const char *fmt, ...) G_GNUC_PRINTF(3, 4);

enum { FRIT_SCRIPT_DEEPEST = 8 };   /* a list in a list in a list: a table that holds itself has no end */
/* A Lua value as a parameter's: number, boolean, text, list; NULL for anything else.  `depth`: 0. */
GVariant     *frit_script_value(lua_State *L, int index, int depth);
/* A number or a list of numbers as a dataset; NULL where it is neither. */
frit_dataset *frit_script_dataset(lua_State *L, int index, const char *unit);

void frit_script_register_node(lua_State *L);
int  frit_script_step(lua_State *L);       /* step(name, { ... }) */
int  frit_script_concat(lua_State *L);     /* concat { a, b } */
int  frit_script_constant(lua_State *L);   /* constant(number or list, unit) */
int  frit_script_numbers(lua_State *L);    /* numbers(list, unit) */
int  frit_script_is_node(lua_State *L);
const frit_edge *frit_script_edge(lua_State *L, int index);   /* of the node there; else an error is raised */
void frit_script_add_series(lua_State *L);                    /* functions on series, to the table on top */
