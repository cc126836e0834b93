/* Running a recipe, and the module "frit.core".
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "script.h"

#include <lauxlib.h>
#include <lua.h>
#include <lualib.h>
#include <string.h>

#include "error.h"
#include "files.h"
#include "loader.h"
#include "progress.h"
#include "script_private.h"
#include "text.h"
#include "unit.h"

static const char state_key;

frit_script *frit_script_of(lua_State *L)
{
    lua_rawgetp(L, LUA_REGISTRYINDEX, &state_key);
    frit_script *s = lua_touserdata(L, -1);
    lua_pop(L, 1);
    return s;
}

/* The line of the recipe that is being run: the nearest one that is not in Frit's own library. */
char *frit_script_place(lua_State *L)
{
    const frit_script *s = frit_script_of(L);
    lua_Debug ar;
    for (int level = 0; lua_getstack(L, level, &ar); level++) {
        lua_getinfo(L, "Sl", &ar);
        if (ar.currentline < 0 || ar.source[0] != '@' || g_str_has_prefix(ar.source + 1, s->library))
            continue;
        g_autofree char *base = g_path_get_basename(ar.source + 1);
        return g_strdup_printf("%s:%d", base, ar.currentline);
    }
    return g_path_get_basename(s->graph->recipe);
}

/* Raises the error; it is freed.  Never returns. */
int frit_script_raise(lua_State *L, const char *step, GError *error)
{
    char *place = frit_script_place(L);
    frit_error_prefix(&error, place, step, NULL);
    g_free(place);
    lua_pushstring(L, error->message);
    g_error_free(error);
    return lua_error(L);
}

int frit_script_complain(lua_State *L, const char *step, const char *fmt, ...)
{
    va_list args;
    va_start(args, fmt);
    GError *error = g_error_new_valist(FRIT_ERROR, FRIT_EPARAM, fmt, args);
    va_end(args);
    return frit_script_raise(L, step, error);
}

/* ---- frit.core ---- */

/* setting(name, default): the value of --set as the default's type. */
static int setting(lua_State *L)
{
    frit_script *s = frit_script_of(L);
    const char *name = luaL_checkstring(L, 1);
    g_hash_table_add(s->asked, g_strdup(name));
    const char *value = g_hash_table_lookup(s->settings, name);
    lua_settop(L, 2);
    if (!value)
        return 1;
    if (lua_type(L, 2) == LUA_TNUMBER) {
        if (!lua_stringtonumber(L, value))
            return frit_script_complain(L, NULL, "--set %s=%s: a number is wanted, like the default %s", name, value,
                                        lua_tostring(L, 2));
        return 1;
    }
    if (lua_type(L, 2) == LUA_TBOOLEAN) {
        bool yes = g_str_equal(value, "true") || g_str_equal(value, "yes");
        if (!yes && !g_str_equal(value, "false") && !g_str_equal(value, "no"))
            return frit_script_complain(L, NULL, "--set %s=%s: true or false is wanted", name, value);
        lua_pushboolean(L, yes);
        return 1;
    }
    lua_pushstring(L, value);
    return 1;
}

/* folder(name, default): the path given by --set, from the current folder; else the default, from
 * the recipe's; always absolute. */
static int folder(lua_State *L)
{
    frit_script *s = frit_script_of(L);
    const char *name = luaL_checkstring(L, 1);
    const char *standard = luaL_optstring(L, 2, NULL);
    g_hash_table_add(s->asked, g_strdup(name));
    const char *value = g_hash_table_lookup(s->settings, name);
    if (!value && !standard)
        return frit_script_complain(L, NULL, "this recipe needs --set %s=FOLDER", name);
    char *path = value ? g_canonicalize_filename(value, NULL) : g_canonicalize_filename(standard, s->graph->folder);
    lua_pushstring(L, path);
    g_free(path);
    return 1;
}

/* reader(file): the name of the step that reads files named so. */
static int reader(lua_State *L)
{
    GError *error = NULL;
    const frit_step_info *info = frit_registry_reader(frit_script_of(L)->graph->registry, luaL_checkstring(L, 1),
                                                      &error);
    if (!info)
        return frit_script_raise(L, NULL, error);
    lua_pushstring(L, info->step.name);
    return 1;
}

/* fail(message): an error at the recipe's line. */
static int fail(lua_State *L)
{
    return frit_script_complain(L, NULL, "%s", luaL_checkstring(L, 1));
}

static int warn(lua_State *L)
{
    const char *sentence = luaL_checkstring(L, 1);
    g_autofree char *place = frit_script_place(L);
    frit_warn("%s: %s", place, sentence);
    return 0;
}

/* steps(): names of all steps; sample_parameters(): of those that a sample fills. */
static int steps(lua_State *L)
{
    g_autofree const char **names = frit_registry_names(frit_script_of(L)->graph->registry);
    lua_newtable(L);
    for (int i = 0; names[i]; i++) {
        lua_pushstring(L, names[i]);
        lua_rawseti(L, -2, i + 1);
    }
    return 1;
}

static int sample_parameters(lua_State *L)
{
    const frit_registry *r = frit_script_of(L)->graph->registry;
    g_autofree const char **names = frit_registry_names(r);
    lua_newtable(L);
    for (int i = 0; names[i]; i++) {
        const frit_step_info *s = g_hash_table_lookup(r->steps, names[i]);
        for (uint32_t p = 0; p < s->n_params; p++)
            if (s->step.params[p].flags & FRIT_PARAM_SAMPLE) {
                lua_pushboolean(L, true);
                lua_setfield(L, -2, s->step.params[p].name);
            }
    }
    return 1;
}

/* nearest(name, list): the one that was probably meant, or nil. */
static int nearest(lua_State *L)
{
    const char *name = luaL_checkstring(L, 1);
    luaL_checktype(L, 2, LUA_TTABLE);
    lua_Integer n = (lua_Integer)lua_rawlen(L, 2);
    const char **names = lua_newuserdatauv(L, (size_t)(n + 1) * sizeof *names, 0);
    for (lua_Integer i = 0; i < n; i++) {
        luaL_argcheck(L, lua_rawgeti(L, 2, i + 1) == LUA_TSTRING, 2, "a list of texts is wanted");
        names[i] = lua_tostring(L, -1);   /* the list keeps it */
        lua_pop(L, 1);
    }
    names[n] = NULL;
    lua_pushstring(L, frit_nearest(name, names));
    return 1;
}

static const luaL_Reg core_functions[] = {
    {"step", frit_script_step},     {"concat", frit_script_concat},
    {"constant", frit_script_constant}, {"numbers", frit_script_numbers}, {"is_node", frit_script_is_node},
    {"setting", setting},           {"folder", folder},
    {"reader", reader},             {"fail", fail},
    {"warn", warn},                 {"steps", steps},
    {"sample_parameters", sample_parameters}, {"nearest", nearest},
    {NULL, NULL},
};

static int open_core(lua_State *L)
{
    luaL_newlib(L, core_functions);
    frit_script_add_series(L);
    lua_pushstring(L, frit_script_of(L)->graph->folder);
    lua_setfield(L, -2, "recipe_folder");
    luaL_getmetatable(L, FRIT_SCRIPT_NODE);   /* for the operators: a - b */
    lua_setfield(L, -2, "node");
    return 1;
}

/* ---- Running ---- */

static void set_package_path(lua_State *L, const char *scripts, const char *folder_of_recipe)
{
    g_autofree char *path = g_strdup_printf("%s/?.lua;%s/?/init.lua;%s/?.lua;%s/?/init.lua", folder_of_recipe,
                                            folder_of_recipe, scripts, scripts);
    lua_getglobal(L, "package");
    lua_pushstring(L, path);
    lua_setfield(L, -2, "path");
    lua_pop(L, 1);
}

/* Does an error come from Frit's own Lua modules?  Lua shows the end of a long path only, behind "...". */
static bool is_library(const char *text, const char *library)
{
    if (!g_str_has_prefix(text, "..."))
        return g_str_has_prefix(text, library);
    const char *end = strstr(text, ".lua:");
    const char *slash = end ? g_strrstr_len(text, end - text, "/") : NULL;
    g_autofree char *folder = slash ? g_strndup(text + 3, (gsize)(slash - (text + 3))) : NULL;
    return folder && g_str_has_suffix(library, folder);
}

/* Lua's errors as one sentence with the recipe's line. */
static int on_error(lua_State *L)
{
    static const char search[] = ":\n\tno field package.preload";
    lua_settop(L, 1);
    bool is_text = lua_isstring(L, 1) || luaL_getmetafield(L, 1, "__tostring") != LUA_TNIL;
    lua_settop(L, 1);
    const char *text = luaL_tolstring(L, 1, NULL);
    const char *searched = strstr(text, search), *library = frit_script_of(L)->library;
    char *place = frit_script_place(L);
    if (is_library(text, library)) {
        const char *line = strstr(text, ".lua:");   /* "...init.lua:27: what" */
        line = line ? strchr(line, ':') : NULL;
        const char *what = line ? strchr(line + 1, ':') : NULL;
        lua_pushfstring(L, "%s%s", place, what ? what : text);
    } else if (!is_text)
        lua_pushfstring(L, "%s: error() was given a %s, where a text should say what is wrong", place,
                        luaL_typename(L, 1));
    else if (searched) {
        lua_pushlstring(L, text, (size_t)(searched - text));
        lua_pushfstring(L, "%s: it is neither beside the recipe nor in Frit's own folder", lua_tostring(L, -1));
    }
    g_free(place);
    return 1;
}

static void warn_unasked(const frit_script *s)
{
    GHashTableIter iter;
    gpointer name;
    g_autofree char **asked = (char **)g_hash_table_get_keys_as_array(s->asked, NULL);
    g_autofree char *list = g_strjoinv(", ", asked);
    g_hash_table_iter_init(&iter, s->settings);
    while (g_hash_table_iter_next(&iter, &name, NULL))
        if (!g_hash_table_contains(s->asked, name))
            frit_warn("--set %s: this recipe has no setting of that name%s%s", (const char *)name,
                      *list ? "; it has " : "", list);
}

bool frit_script_run(frit_graph *g, GHashTable *settings, GError **error)
{
    g_autofree char *scripts = frit_script_folder();
    g_autofree char *library = g_build_filename(scripts, "frit", "", NULL);
    frit_script s = {.graph = g, .settings = settings, .library = library};
    s.asked = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    lua_State *L = luaL_newstate();
    luaL_openlibs(L);
    lua_pushlightuserdata(L, &s);
    lua_rawsetp(L, LUA_REGISTRYINDEX, &state_key);
    frit_script_register_node(L);
    luaL_getsubtable(L, LUA_REGISTRYINDEX, LUA_PRELOAD_TABLE);
    lua_pushcfunction(L, open_core);
    lua_setfield(L, -2, "frit.core");
    lua_pop(L, 1);
    set_package_path(L, scripts, g->folder);
    g_autofree char *text = NULL;
    g_autofree char *base = g_path_get_basename(g->recipe);
    g_autofree char *chunk = g_strdup_printf("@%s", base);
    gsize length;
    bool good = frit_file_check(g->recipe, error) && g_file_get_contents(g->recipe, &text, &length, error);
    if (good) {
        lua_pushcfunction(L, on_error);
        good = luaL_loadbufferx(L, text, length, chunk, "t") == LUA_OK && lua_pcall(L, 0, 0, 1) == LUA_OK;
        if (!good)
            g_set_error_literal(error, FRIT_ERROR, FRIT_EPARAM, lua_tostring(L, -1));
        else
            warn_unasked(&s);
    }
    lua_close(L);
    g_hash_table_unref(s.asked);
    return good;
}
