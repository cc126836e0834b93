/* What script.c (the run of a recipe) and script_node.c (nodes in Lua) share. */
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

void frit_script_register_node(lua_State *L);
int  frit_script_step(lua_State *L);       /* step(name, { ... }) */
int  frit_script_concat(lua_State *L);     /* concat { a, b } */
int  frit_script_constant(lua_State *L);   /* constant(number or list, unit) */
int  frit_script_is_node(lua_State *L);
const frit_edge *frit_script_edge(lua_State *L, int index);   /* of the node there; else an error is raised */
void frit_script_add_series(lua_State *L);                    /* functions on series, to the table on top */
