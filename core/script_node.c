/* Nodes in Lua: steps applied to them, their outputs and elements.
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <lauxlib.h>
#include <math.h>
#include <string.h>

#include "error.h"
#include "script_private.h"
#include "text.h"
#include "unit.h"

#define NODE FRIT_SCRIPT_NODE

/* In Lua a node is an edge: the node with one output, or with all of them. */
typedef struct handle {
    frit_edge edge;
    bool      whole;
} handle;

static int push_node(lua_State *L, frit_node *node, uint32_t output, bool whole)
{
    handle *h = lua_newuserdatauv(L, sizeof *h, 0);
    *h = (handle){{node, output}, whole};
    luaL_setmetatable(L, NODE);
    return 1;
}

static int push_or_raise_output(lua_State *L, const char *step, frit_node *node, uint32_t output, bool whole,
                                GError *error)
{
    return node ? push_node(L, node, output, whole) : frit_script_raise(L, step, error);
}

static int push_or_raise(lua_State *L, const char *step, frit_node *node, GError *error)
{
    return push_or_raise_output(L, step, node, 0, true, error);
}

int frit_script_is_node(lua_State *L)
{
    lua_pushboolean(L, luaL_testudata(L, 1, NODE) != NULL);
    return 1;
}

int frit_script_constant(lua_State *L)
{
    GError *error = NULL;
    if (!frit_unit_check(luaL_optstring(L, 2, "1"), &error))
        return frit_script_raise(L, "constant", error);
    frit_dataset *d = frit_script_dataset(L, 1, luaL_optstring(L, 2, "1"));
    if (!d)
        return frit_script_complain(L, "constant", "a number or a list of numbers is wanted");
    g_autofree char *place = frit_script_place(L);
    frit_node *n = frit_graph_constant(frit_script_of(L)->graph, place, d);
    frit_dataset_unref(d);
    return push_node(L, n, 0, true);
}

int frit_script_numbers(lua_State *L)
{
    GError *error = NULL;
    const char *unit = luaL_optstring(L, 2, "1");
    if (!frit_unit_check(unit, &error))
        return frit_script_raise(L, "numbers", error);
    frit_dataset *d = lua_type(L, 1) == LUA_TTABLE && lua_rawlen(L, 1) ? frit_script_dataset(L, 1, unit) : NULL;
    if (!d)
        return frit_script_complain(L, "numbers", "a list of numbers is wanted, one for each element of the series");
    g_autofree char *place = frit_script_place(L);
    frit_node *n = frit_graph_numbers(frit_script_of(L)->graph, place, d);
    frit_dataset_unref(d);
    return push_node(L, n, 0, true);
}

/* ---- Steps ---- */

/* What a call has collected so far; freed before any error is raised, for errors jump. */
typedef struct call {
    lua_State    *L;
    frit_request  request;
    char         *place;
    uint32_t      next_port;     /* for inputs without a name */
    GError       *error;
} call;

static void call_clear(call *c)
{
    for (uint32_t p = 0; p < c->request.info->n_inputs; p++)
        if (c->request.inputs[p])
            g_array_unref(c->request.inputs[p]);
    g_free(c->request.inputs);
    g_hash_table_unref(c->request.given);
    g_clear_pointer(&c->request.sample, g_hash_table_unref);
    g_free(c->place);
}

static GHashTable *value_table(void)
{
    return g_hash_table_new_full(g_str_hash, g_str_equal, g_free, (GDestroyNotify)g_variant_unref);
}

static bool oops(call *c, const char *fmt, ...) G_GNUC_PRINTF(2, 3);
static bool oops(call *c, const char *fmt, ...)
{
    va_list args;
    va_start(args, fmt);
    c->error = g_error_new_valist(FRIT_ERROR, FRIT_EPARAM, fmt, args);
    va_end(args);
    return false;
}

static void add_edge(call *c, uint32_t port, frit_edge edge)
{
    GArray **edges = &c->request.inputs[port];
    if (!*edges)
        *edges = g_array_new(FALSE, FALSE, sizeof(frit_edge));
    g_array_append_val(*edges, edge);
}

/* The output that a port of this name takes: the one of the same name, else the first. */
static frit_edge output_for(const handle *h, const frit_port *port)
{
    const frit_node *n = h->edge.node;
    int same = h->whole && n->info ? frit_port_index(n->info->step.outputs, n->n_outputs, port->name) : -1;
    return (frit_edge){h->edge.node, same >= 0 ? (uint32_t)same : h->edge.output};
}

static frit_node *read_for(call *c, const char *path)
{
    frit_graph *g = frit_script_of(c->L)->graph;
    const frit_step_info *reader = frit_registry_reader(g->registry, path, &c->error);
    if (!reader)
        return NULL;
    GHashTable *given = value_table();
    g_hash_table_insert(given, g_strdup(frit_step_files_param(reader)->name),
                        g_variant_ref_sink(g_variant_new_string(path)));
    g_autofree GArray **no_inputs = g_new0(GArray *, 1);
    frit_request r = {.info = reader, .place = c->place, .given = given, .inputs = no_inputs, .mask_failures = -1};
    frit_node *n = frit_graph_step(g, &r, &c->error);
    g_hash_table_unref(given);
    return n;
}

/* What stands for an input: a node, the name of a file, numbers; for a MANY port a list of such. */
static bool give_input(call *c, uint32_t port, int index, int depth)
{
    lua_State *L = c->L;
    const frit_port *p = &c->request.info->step.inputs[port];
    const handle *h = luaL_testudata(L, index, NODE);
    if (h) {
        if (!h->edge.node->n_outputs)
            return oops(c, "'%s' was given %s, which writes files and gives no data", p->name, h->edge.node->name);
        add_edge(c, port, output_for(h, p));
        return true;
    }
    if (lua_type(L, index) == LUA_TSTRING) {
        size_t length;
        const char *text = lua_tolstring(L, index, &length);
        if (!g_utf8_validate(text, (gssize)length, NULL))
            return oops(c, "'%s' was given the name of a file that is not UTF-8", p->name);
        frit_node *n = read_for(c, text);
        if (n)
            add_edge(c, port, (frit_edge){n, 0});
        return n != NULL;
    }
    const char *unit = p->unit[0] == '*' ? "1" : p->unit;
    frit_dataset *d = frit_script_dataset(L, index, unit);
    if (d) {
        add_edge(c, port, (frit_edge){frit_graph_constant(frit_script_of(L)->graph, c->place, d), 0});
        frit_dataset_unref(d);
        return true;
    }
    if (lua_type(L, index) != LUA_TTABLE || !(p->flags & FRIT_PORT_MANY))
        return oops(c, "'%s' takes data, the name of a file, or numbers, not a %s", p->name,
                    luaL_typename(L, index));
    if (depth == FRIT_SCRIPT_DEEPEST || !lua_checkstack(L, 2))
        return oops(c, "'%s' was given lists in lists without an end", p->name);
    bool good = true;
    for (lua_Unsigned i = 1, n = lua_rawlen(L, index); good && i <= n; i++) {
        lua_rawgeti(L, index, (lua_Integer)i);
        good = give_input(c, port, lua_gettop(L), depth + 1);
        lua_pop(L, 1);
    }
    return good;
}

/* Inputs without names fill the ports in their order; a MANY port takes all that follow. */
static bool give_next(call *c, int index)
{
    const frit_step_info *info = c->request.info;
    if (c->next_port >= info->n_inputs)
        return oops(c, "too many inputs without a name: the step has %u", info->n_inputs);
    uint32_t port = c->next_port;
    if (!(info->step.inputs[port].flags & FRIT_PORT_MANY))
        c->next_port++;
    return give_input(c, port, index, 0);
}

/* x:step(...): beside the first port, x feeds other ports of the names of its outputs. */
static bool give_self(call *c, int index)
{
    const handle *h = luaL_testudata(c->L, index, NODE);
    const frit_step_info *info = c->request.info;
    if (!info->n_inputs)
        return oops(c, "this is a source: it takes no input; write frit.%s { ... }", info->step.name);
    return h ? give_next(c, index) : oops(c, "call steps with a colon: x:%s { ... }", info->step.name);
}

static void feed_by_name(call *c, int index)
{
    const handle *h = luaL_testudata(c->L, index, NODE);
    const frit_step_info *info = c->request.info;
    if (!h || !h->whole || !h->edge.node->info)
        return;
    for (uint32_t p = 1; p < info->n_inputs; p++) {
        const frit_node *n = h->edge.node;
        int same = frit_port_index(n->info->step.outputs, n->n_outputs, info->step.inputs[p].name);
        if (!c->request.inputs[p] && same >= 0)
            add_edge(c, p, (frit_edge){h->edge.node, (uint32_t)same});
    }
}

static bool take_sample(call *c, int index)
{
    lua_State *L = c->L;
    if (lua_type(L, index) != LUA_TTABLE)
        return oops(c, "sample is a table: frit.sample { composition = ... }");
    c->request.sample = value_table();
    for (lua_pushnil(L); lua_next(L, index); lua_pop(L, 1)) {
        GVariant *v = lua_type(L, -2) == LUA_TSTRING ? frit_script_value(L, -1, 0) : NULL;
        if (v)
            g_hash_table_insert(c->request.sample, g_strdup(lua_tostring(L, -2)), g_variant_ref_sink(v));
    }
    return true;
}

static bool take_on_error(call *c, int index)
{
    const char *text = lua_type(c->L, index) == LUA_TSTRING ? lua_tostring(c->L, index) : "";
    if (g_str_equal(text, "mask"))
        c->request.mask_failures = 1;
    else if (g_str_equal(text, "stop"))
        c->request.mask_failures = 0;
    else
        return oops(c, "on_error is \"stop\" or \"mask\"");
    return true;
}

static bool unknown_name(call *c, const char *name)
{
    const frit_step_info *info = c->request.info;
    g_autoptr(GPtrArray) names = g_ptr_array_new();
    for (uint32_t p = 0; p < info->n_params; p++)
        g_ptr_array_add(names, (gpointer)info->step.params[p].name);
    for (uint32_t p = 0; p < info->n_inputs; p++)
        g_ptr_array_add(names, (gpointer)info->step.inputs[p].name);
    g_ptr_array_add(names, NULL);
    const char *near = frit_nearest(name, (const char *const *)names->pdata);
    if (near)
        return oops(c, "there is no parameter '%s': did you mean '%s'?", name, near);
    return oops(c, "there is no parameter '%s'; 'frit help %s' lists them", name, info->step.name);
}

static bool take_named(call *c, const char *name, int index)
{
    const frit_step_info *info = c->request.info;
    int port = frit_port_index(info->step.inputs, info->n_inputs, name);
    if (port >= 0)
        return give_input(c, (uint32_t)port, index, 0);
    for (uint32_t p = 0; p < info->n_params; p++) {
        if (!g_str_equal(info->step.params[p].name, name))
            continue;
        GVariant *v = frit_script_value(c->L, index, 0);
        if (!v && lua_type(c->L, index) == LUA_TSTRING)
            return oops(c, "%s is a text that is not UTF-8", name);
        if (!v)
            return oops(c, "%s is a number, a text, true or false, or a list of these, not a %s", name,
                        luaL_typename(c->L, index));
        g_hash_table_insert(c->request.given, g_strdup(name), g_variant_ref_sink(v));
        return true;
    }
    if (g_str_equal(name, "sample"))
        return take_sample(c, index);
    if (g_str_equal(name, "on_error"))
        return take_on_error(c, index);
    return unknown_name(c, name);
}

static gint by_text(gconstpointer a, gconstpointer b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* Lua walks its tables in an order that changes from run to run: names are taken by the alphabet. */
static bool take_table(call *c, int index)
{
    lua_State *L = c->L;
    bool good = true;
    lua_Unsigned n = lua_rawlen(L, index);
    for (lua_Unsigned i = 1; good && i <= n; i++) {
        lua_rawgeti(L, index, (lua_Integer)i);
        good = give_next(c, lua_gettop(L));
        lua_pop(L, 1);
    }
    g_autoptr(GPtrArray) names = g_ptr_array_new_with_free_func(g_free);
    for (lua_pushnil(L); lua_next(L, index); lua_pop(L, 1)) {
        if (lua_type(L, -2) == LUA_TSTRING)
            g_ptr_array_add(names, g_strdup(lua_tostring(L, -2)));
        else if (good && !(lua_isinteger(L, -2) && (lua_Unsigned)lua_tointeger(L, -2) - 1 < n))
            good = oops(c, "the table has an entry that is neither named nor next in the list");
    }
    g_ptr_array_sort(names, by_text);
    for (guint k = 0; good && k < names->len; k++) {
        lua_pushstring(L, names->pdata[k]);
        lua_rawget(L, index);
        good = take_named(c, names->pdata[k], lua_gettop(L));
        lua_pop(L, 1);
    }
    return good;
}

/* `self`: stack index of x in x:step(...), or 0.  `arguments`: of the table, or of nothing. */
static int build(lua_State *L, const char *name, int self, int arguments)
{
    frit_script *s = frit_script_of(L);
    GError *error = NULL;
    const frit_step_info *info = frit_registry_find(s->graph->registry, name, &error);
    if (!info)
        return frit_script_raise(L, NULL, error);
    call c = {.L = L, .place = frit_script_place(L)};
    c.request = (frit_request){.info = info, .place = c.place, .given = value_table(), .mask_failures = -1};
    c.request.inputs = g_new0(GArray *, info->n_inputs ? info->n_inputs : 1);
    bool good = !self || give_self(&c, self);
    if (good && lua_type(L, arguments) == LUA_TTABLE)
        good = take_table(&c, arguments);
    else if (good && !lua_isnoneornil(L, arguments))
        good = oops(&c, "parameters stand in braces: %s { name = value }", name);
    if (good && self)
        feed_by_name(&c, self);
    frit_node *n = good ? frit_graph_step(s->graph, &c.request, &c.error) : NULL;
    error = c.error;
    call_clear(&c);
    return push_or_raise(L, name, n, error);
}

int frit_script_step(lua_State *L)
{
    const char *name = luaL_checkstring(L, 1);
    lua_settop(L, 2);
    return build(L, name, 0, 2);
}

/* The function behind x.step: called as x:step { ... }. */
static int call_step(lua_State *L)
{
    lua_settop(L, 2);
    return build(L, lua_tostring(L, lua_upvalueindex(1)), 1, 2);
}

/* ---- What every node has ---- */

static handle *check_handle(lua_State *L, int index)
{
    return luaL_checkudata(L, index, NODE);
}

const frit_edge *frit_script_edge(lua_State *L, int index)
{
    return &check_handle(L, index)->edge;
}

/* What can be an input: not a sink. */
static const handle *check_data(lua_State *L, int index)
{
    const handle *h = check_handle(L, index);
    if (!h->edge.node->n_outputs)
        frit_script_complain(L, h->edge.node->name, "it writes files and gives no data");
    return h;
}

static uint64_t check_element(lua_State *L, const handle *h, int index)
{
    lua_Integer i = luaL_checkinteger(L, index);
    uint64_t count = h->edge.node->count;
    if (i < 0)
        i += (lua_Integer)count + 1;
    if (i < 1 || (uint64_t)i > count)
        frit_script_complain(L, h->edge.node->name, "there is no element %lld: they are 1 to %llu",
                             (long long)lua_tointeger(L, index), (unsigned long long)count);
    return (uint64_t)i - 1;
}

static int select_elements(lua_State *L)
{
    const handle *h = check_data(L, 1);
    uint64_t first = check_element(L, h, 2), last = check_element(L, h, 3);
    GError *error = NULL;
    char *place = frit_script_place(L);
    frit_node *n = frit_graph_select(frit_script_of(L)->graph, place, h->edge, first, last, false, &error);
    g_free(place);
    return push_or_raise(L, "select", n, error);
}

static int stack_numbers(lua_State *L)
{
    const handle *h = check_data(L, 1);
    g_autofree char *place = frit_script_place(L);
    return push_node(L, frit_graph_stack(frit_script_of(L)->graph, place, h->edge), 0, true);
}

/* x:along(positions, name, unit): positions a list or a node. */
static int along(lua_State *L)
{
    const handle *h = check_data(L, 1);
    const handle *from = luaL_testudata(L, 2, NODE) ? check_data(L, 2) : NULL;
    const char *name = luaL_checkstring(L, 3), *unit = luaL_checkstring(L, 4);
    frit_dataset *d = from ? NULL : frit_script_dataset(L, 2, unit);
    if (!from && (!d || d->ndim != 1)) {
        frit_dataset_unref(d);
        return frit_script_complain(L, h->edge.node->name, "an axis is a list of numbers, or data that hold them");
    }
    GError *error = NULL;
    char *place = frit_script_place(L);
    frit_node *n = frit_graph_axis(frit_script_of(L)->graph, place, h->edge, name, unit,
                                   d ? frit_dataset_values(d) : NULL, d ? d->shape[0] : 0,
                                   from ? &from->edge : NULL, &error);
    g_free(place);
    frit_dataset_unref(d);
    return push_or_raise(L, h->edge.node->name, n, error);
}

/* x:draws { a, b, replicas = 200, seed = 1 }: x once more for each draw of the errors of a and b. */
static int draws(lua_State *L)
{
    const handle *h = check_data(L, 1);
    luaL_checktype(L, 2, LUA_TTABLE);
    lua_getfield(L, 2, "replicas");
    lua_getfield(L, 2, "seed");
    lua_Integer replicas = luaL_optinteger(L, -2, 100), seed = luaL_optinteger(L, -1, 1);
    lua_Integer n_of = (lua_Integer)lua_rawlen(L, 2);
    if (replicas < 2 || replicas > 1000000 || n_of < 1 || n_of > 64)
        return frit_script_complain(L, "draws", "x:draws { data, ..., replicas = 200, seed = 1 }: at least two replicas "
                                                "and one dataset whose errors are drawn");
    frit_edge of[64];
    for (lua_Integer i = 0; i < n_of; i++) {
        lua_rawgeti(L, 2, i + 1);
        const handle *from = luaL_testudata(L, -1, NODE);   /* the table keeps it */
        if (!from || !from->edge.node->n_outputs)
            return frit_script_complain(L, "draws", "number %lld of what is to be drawn is not data, but a %s",
                                        (long long)i + 1, luaL_typename(L, -1));
        of[i] = from->edge;
        lua_pop(L, 1);
    }
    GError *error = NULL;
    char *place = frit_script_place(L);
    frit_node *n = frit_graph_draws(frit_script_of(L)->graph, place, h->edge, of, (guint)n_of, (uint64_t)replicas,
                                    (uint64_t)seed, &error);
    g_free(place);
    bool itself = n && n->kind == FRIT_NODE_DRAW;   /* has one output, whichever was drawn */
    return push_or_raise_output(L, "draws", n, itself ? 0 : h->edge.output, itself || h->whole, error);
}

int frit_script_concat(lua_State *L)
{
    luaL_checktype(L, 1, LUA_TTABLE);
    g_autoptr(GArray) edges = g_array_new(FALSE, FALSE, sizeof(frit_edge));
    bool good = true;
    for (lua_Unsigned i = 1, n = lua_rawlen(L, 1); good && i <= n; i++) {
        lua_rawgeti(L, 1, (lua_Integer)i);
        const handle *h = luaL_testudata(L, -1, NODE);
        good = h && h->edge.node->n_outputs;
        if (good)
            g_array_append_val(edges, h->edge);
        lua_pop(L, 1);
    }
    GError *error = NULL;
    frit_node *n = NULL;
    g_autofree char *place = frit_script_place(L);
    if (good && edges->len)
        n = frit_graph_concat(frit_script_of(L)->graph, place, (const frit_edge *)(void *)edges->data, edges->len,
                              &error);
    else
        g_set_error(&error, FRIT_ERROR, FRIT_EPARAM, "a list of series is wanted: frit.concat { a, b }");
    if (n)
        return push_node(L, n, 0, true);
    g_clear_pointer(&edges, g_array_unref);
    g_clear_pointer(&place, g_free);
    return frit_script_raise(L, "concat", error);
}

static int index_by_number(lua_State *L, const handle *h)
{
    check_data(L, 1);
    uint64_t i = check_element(L, h, 2);
    GError *error = NULL;
    char *place = frit_script_place(L);
    frit_node *n = frit_graph_select(frit_script_of(L)->graph, place, h->edge, i, i, true, &error);
    g_free(place);
    return push_or_raise(L, "select", n, error);
}

static const luaL_Reg node_methods[] = {
    {"select", select_elements}, {"stack", stack_numbers}, {"along", along}, {"draws", draws}, {NULL, NULL},
};

/* x[i] an element, x.name an output, x.step a step to apply. */
static int node_index(lua_State *L)
{
    const handle *h = check_handle(L, 1);
    const frit_node *n = h->edge.node;
    if (lua_type(L, 2) == LUA_TNUMBER)
        return index_by_number(L, h);
    const char *name = luaL_checkstring(L, 2);
    int output = n->info ? frit_port_index(n->info->step.outputs, n->n_outputs, name) : -1;
    if (output >= 0)
        return push_node(L, h->edge.node, (uint32_t)output, false);
    for (const luaL_Reg *m = node_methods; m->name; m++)
        if (g_str_equal(m->name, name)) {
            lua_pushcfunction(L, m->func);
            return 1;
        }
    GError *error = NULL;
    if (!frit_registry_find(frit_script_of(L)->graph->registry, name, &error)) {
        g_prefix_error(&error, "%s has no output '%s', and ", n->name, name);
        return frit_script_raise(L, NULL, error);
    }
    lua_pushstring(L, name);
    lua_pushcclosure(L, call_step, 1);
    return 1;
}

static int node_length(lua_State *L)
{
    lua_pushinteger(L, (lua_Integer)check_handle(L, 1)->edge.node->count);
    return 1;
}

static int node_text(lua_State *L)
{
    const handle *h = check_handle(L, 1);
    char *text = h->edge.node->n_outputs ? frit_edge_describe(&h->edge) : g_strdup(h->edge.node->name);
    lua_pushstring(L, text);
    g_free(text);
    return 1;
}

void frit_script_register_node(lua_State *L)
{
    static const luaL_Reg meta[] = {
        {"__index", node_index}, {"__len", node_length}, {"__tostring", node_text}, {NULL, NULL}};
    luaL_newmetatable(L, NODE);
    luaL_setfuncs(L, meta, 0);
    lua_pop(L, 1);
}
