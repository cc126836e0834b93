/* Values in Lua: as those of parameters, and as datasets.
 * Tables are read raw throughout: a metamethod's error would jump over what is being built.
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "script_private.h"

GVariant *frit_script_value(lua_State *L, int index, int depth)
{
    index = lua_absindex(L, index);
    switch (lua_type(L, index)) {
    case LUA_TBOOLEAN: return g_variant_new_boolean(lua_toboolean(L, index));
    case LUA_TNUMBER:
        return lua_isinteger(L, index) ? g_variant_new_int64(lua_tointeger(L, index))
                                       : g_variant_new_double(lua_tonumber(L, index));
    case LUA_TSTRING: {
        size_t n;
        const char *text = lua_tolstring(L, index, &n);
        return g_utf8_validate(text, (gssize)n, NULL) ? g_variant_new_string(text) : NULL;
    }
    case LUA_TTABLE: {
        if (depth == FRIT_SCRIPT_DEEPEST || !lua_checkstack(L, 2))
            return NULL;
        GVariantBuilder list;
        g_variant_builder_init(&list, G_VARIANT_TYPE("av"));
        lua_Unsigned n = lua_rawlen(L, index);
        for (lua_Unsigned i = 1; i <= n; i++) {
            lua_rawgeti(L, index, (lua_Integer)i);
            GVariant *item = frit_script_value(L, -1, depth + 1);
            lua_pop(L, 1);
            if (!item) {
                g_variant_builder_clear(&list);
                return NULL;
            }
            g_variant_builder_add(&list, "v", item);
        }
        return g_variant_builder_end(&list);
    }
    default: return NULL;
    }
}

frit_dataset *frit_script_dataset(lua_State *L, int index, const char *unit)
{
    if (lua_type(L, index) == LUA_TNUMBER)
        return frit_dataset_number(lua_tonumber(L, index), unit);
    if (lua_type(L, index) != LUA_TTABLE)
        return NULL;
    size_t n = lua_rawlen(L, index);
    frit_dataset *d = frit_dataset_new(FRIT_F64, 1, &n);
    if (!d)
        return NULL;
    d->unit = g_intern_string(unit);
    for (size_t i = 0; i < n; i++) {
        lua_rawgeti(L, index, (lua_Integer)i + 1);
        int is_number;
        ((double *)d->data)[i] = lua_tonumberx(L, -1, &is_number);
        lua_pop(L, 1);
        if (is_number)
            continue;
        frit_dataset_unref(d);
        return NULL;
    }
    return d;
}
