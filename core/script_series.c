/* Series in Lua: what their elements are called, where they lie, which files they come from.
 *
 * Where elements lie may be known only from data: a log, headers.  A recipe that picks elements by their
 * position asks for it while it is read; then the numbers of the axis, and nothing else, are computed at
 * once. SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <fcntl.h>
#include <lauxlib.h>
#include <math.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "error.h"
#include "eval.h"
#include "key.h"
#include "script_private.h"
#include "text.h"
#include "unit.h"

/* names(x): a list, one for each element. */
static int names(lua_State *L)
{
    const frit_node *n = frit_script_edge(L, 1)->node;
    lua_newtable(L);
    for (uint64_t i = 0; i < n->count; i++) {
        char *name = frit_node_element_name(n, i);
        lua_pushstring(L, name);
        g_free(name);
        lua_rawseti(L, -2, (lua_Integer)i + 1);
    }
    return 1;
}

/* files(x): of each element the first file that it comes from, or false. */
static int files(lua_State *L)
{
    const frit_node *n = frit_script_edge(L, 1)->node;
    lua_newtable(L);
    for (uint64_t i = 0; i < n->count; i++) {
        const char *file = frit_node_element_file(n, i);
        if (file)
            lua_pushstring(L, file);
        else
            lua_pushboolean(L, false);
        lua_rawseti(L, -2, (lua_Integer)i + 1);
    }
    return 1;
}

/* What an evaluation now marks as wanted is not what the recipe's files want. */
static uint64_t *remember_wants(const frit_graph *g)
{
    uint64_t *wants = g_new(uint64_t, 2 * g->nodes->len + 1);
    for (guint k = 0; k < g->nodes->len; k++) {
        const frit_node *n = g->nodes->pdata[k];
        wants[2 * k] = n->wanted;
        wants[2 * k + 1] = n->demanded;
    }
    return wants;
}

static void restore_wants(const frit_graph *g, uint64_t *wants)
{
    for (guint k = 0; k < g->nodes->len; k++) {
        frit_node *n = g->nodes->pdata[k];
        n->wanted = wants[2 * k];
        n->demanded = wants[2 * k + 1];
    }
    g_free(wants);
}

static bool find_positions(frit_graph *g, frit_node *axis, GError **error)
{
    uint64_t *wants = remember_wants(g);
    frit_eval *e = frit_eval_new(g, NULL, NULL, 0);
    bool good = frit_eval_positions(e, axis, error);
    frit_eval_free(e);
    restore_wants(g, wants);
    return good;
}

/* positions(x): the list (false where there is none), the axis's name and its unit; nil without. */
static int positions(lua_State *L)
{
    frit_node *n = frit_script_edge(L, 1)->node;
    g_autoptr(GPtrArray) ancestry = frit_node_ancestry(n);
    GError *error = NULL;
    for (guint k = 0; !error && k < ancestry->len; k++) {
        frit_node *axis = ancestry->pdata[k];
        if (axis->kind == FRIT_NODE_AXIS && !axis->positions)
            find_positions(frit_script_of(L)->graph, axis, &error);
    }
    if (error) {
        g_clear_pointer(&ancestry, g_ptr_array_unref);
        lua_pushstring(L, error->message);   /* it says its place */
        g_error_free(error);
        return lua_error(L);
    }
    const char *name = NULL, *unit = NULL;
    lua_newtable(L);
    for (uint64_t i = 0; i < n->count; i++) {
        double at = frit_node_position(n, i, &name, &unit);
        if (isfinite(at))
            lua_pushnumber(L, at);
        else
            lua_pushboolean(L, false);
        lua_rawseti(L, -2, (lua_Integer)i + 1);
    }
    if (!name)
        return 0;
    lua_pushstring(L, name);
    lua_pushstring(L, unit);
    return 3;
}

/* quantity(value, unit, is_difference): "303 K" or a number as the number in `unit`; of a difference no zero
 * counts: 2 degC are 2 K.  Else nil and a sentence. */
static int quantity(lua_State *L)
{
    const char *unit = luaL_checkstring(L, 2);
    double value, zero = 0, factor;
    GError *error = NULL;
    if (lua_type(L, 1) == LUA_TNUMBER) {
        lua_settop(L, 1);
        return 1;
    }
    bool good = lua_type(L, 1) == LUA_TSTRING && frit_unit_parse(lua_tostring(L, 1), unit, &value, &error);
    if (good && lua_toboolean(L, 3)) {
        const char *rest = "";
        double number;
        frit_scan_number(lua_tostring(L, 1), &number, &rest);
        g_autofree char *own = frit_unit_after_number(rest);
        good = !own || !*own || frit_unit_factor(own, unit, &factor, &zero, &error);
    }
    if (good) {
        lua_pushnumber(L, value - zero);
        return 1;
    }
    lua_pushnil(L);
    lua_pushstring(L, error ? error->message : "a number is wanted, or a text with a number and a unit");
    g_clear_error(&error);
    return 2;
}

/* ---- One frame under two names ---- */

enum { SAMPLE = 4096 };

static ssize_t read_part(int fd, void *to, size_t n, off_t at)
{
    size_t have = 0;
    for (ssize_t got; have < n && (got = pread(fd, (char *)to + have, n - have, at + (off_t)have)) > 0;)
        have += (size_t)got;
    return (ssize_t)have;
}

/* Size and the middle of the content: frames of one detector have the same beginning. */
static bool fingerprint(const char *path, frit_key *key)
{
    char part[SAMPLE];
    struct stat st;
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    bool good = fd >= 0 && fstat(fd, &st) == 0 && S_ISREG(st.st_mode);
    if (good) {
        off_t at = st.st_size > SAMPLE ? (st.st_size - SAMPLE) / 2 : 0;
        frit_hash *h = frit_hash_new();
        frit_hash_number(h, (uint64_t)st.st_size);
        ssize_t n = read_part(fd, part, SAMPLE, at);
        frit_hash_bytes(h, part, (size_t)n);
        *key = frit_hash_end(h);
    }
    if (fd >= 0)
        close(fd);
    return good;
}

static bool same_content(const char *a, const char *b)
{
    enum { CHUNK = 1 << 16 };
    g_autofree char *x = g_malloc(CHUNK), *y = g_malloc(CHUNK);
    int fa = open(a, O_RDONLY | O_CLOEXEC), fb = open(b, O_RDONLY | O_CLOEXEC);
    bool same = fa >= 0 && fb >= 0;
    ssize_t n = CHUNK;
    for (off_t at = 0; same && n == CHUNK; at += CHUNK) {
        n = read_part(fa, x, CHUNK, at);
        same = read_part(fb, y, CHUNK, at) == n && !memcmp(x, y, (size_t)n);
    }
    if (fa >= 0)
        close(fa);
    if (fb >= 0)
        close(fb);
    return same;
}

/* twins(list of paths): the numbers of two files with the same content, or nothing. */
static int twins(lua_State *L)
{
    luaL_checktype(L, 1, LUA_TTABLE);
    lua_Integer n = (lua_Integer)lua_rawlen(L, 1), first = 0, second = 0;
    GHashTable *seen = g_hash_table_new_full(frit_key_hash, frit_key_equal, g_free, NULL);
    for (lua_Integer i = 1; i <= n && !second; i++) {
        frit_key key;
        lua_rawgeti(L, 1, i);
        const char *path =
            lua_type(L, -1) == LUA_TSTRING ? lua_tostring(L, -1) : NULL; /* the list keeps it */
        lua_pop(L, 1);
        if (!path || !fingerprint(path, &key))
            continue;
        lua_Integer before = GPOINTER_TO_INT(g_hash_table_lookup(seen, &key));
        if (!before) {
            g_hash_table_insert(seen, g_memdup2(&key, sizeof key), GINT_TO_POINTER((gint)i));
            continue;
        }
        lua_rawgeti(L, 1, before);
        if (same_content(lua_tostring(L, -1), path)) {
            first = before;
            second = i;
        }
        lua_pop(L, 1);
    }
    g_hash_table_unref(seen);
    if (!second)
        return 0;
    lua_pushinteger(L, first);
    lua_pushinteger(L, second);
    return 2;
}

void frit_script_add_series(lua_State *L)
{
    static const luaL_Reg functions[] = {{"names", names}, {"files", files}, {"positions", positions},
                                         {"quantity", quantity}, {"twins", twins}, {NULL, NULL}};
    luaL_setfuncs(L, functions, 0);
}
