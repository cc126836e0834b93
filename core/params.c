/* Parameters: fill a step's struct from what a recipe gave.
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * One function for each type of parameter takes a GVariant and sets the field; the names that a
 * recipe may use, defaults and what the sample knows are settled before.
 */
#include "params.h"
#include "params_private.h"
#include "composition.h"
#include "error.h"
#include "files.h"
#include "text.h"

#include <math.h>
#include <string.h>

/* ---- Values as they come -------------------------------------------------------------------- */

bool frit_value_is_text(GVariant *v)
{
    return g_variant_is_of_type(v, G_VARIANT_TYPE_STRING);
}

bool frit_value_is_list(GVariant *v)
{
    return g_variant_is_of_type(v, G_VARIANT_TYPE_ARRAY);
}

/* The i-th of a list, out of its box; to be unref'ed. */
GVariant *frit_value_item(GVariant *list, gsize i)
{
    GVariant *v = g_variant_get_child_value(list, i);
    while (g_variant_is_of_type(v, G_VARIANT_TYPE_VARIANT)) {
        GVariant *inner = g_variant_get_variant(v);
        g_variant_unref(v);
        v = inner;
    }
    return v;
}

bool frit_value_is_number(GVariant *v, double *x)
{
    if (g_variant_is_of_type(v, G_VARIANT_TYPE_DOUBLE))
        *x = g_variant_get_double(v);
    else if (g_variant_is_of_type(v, G_VARIANT_TYPE_INT64))
        *x = (double)g_variant_get_int64(v);
    else
        return false;
    return true;
}

/* For messages: what the recipe has there. */
char *frit_value_shown(GVariant *v)
{
    double x;
    if (g_variant_is_of_type(v, G_VARIANT_TYPE_INT64))
        return g_strdup_printf("%" G_GINT64_FORMAT, g_variant_get_int64(v));
    if (frit_value_is_number(v, &x))
        return frit_number_text(x);
    if (frit_value_is_text(v)) {
        const char *text = g_variant_get_string(v, NULL);
        return g_utf8_strlen(text, -1) <= 60
                   ? g_strdup_printf("\"%s\"", text)
                   : g_strdup_printf("\"%.*s...\"", (int)(g_utf8_offset_to_pointer(text, 57) - text), text);
    }
    if (frit_value_is_list(v))
        return g_variant_n_children(v) ? g_strdup_printf("a list of %zu", g_variant_n_children(v))
                                       : g_strdup("an empty list");
    return g_variant_print(v, FALSE);
}

bool frit_param_wrong(GError **error, const char *fmt, ...)
{
    va_list args;
    va_start(args, fmt);
    g_autofree char *why = g_strdup_vprintf(fmt, args);
    va_end(args);
    g_set_error_literal(error, FRIT_ERROR, FRIT_EPARAM, why);
    return false;
}

bool frit_param_wrong_kind(const frit_param *q, GVariant *v, const char *right, GError **error)
{
    g_autofree char *value = frit_value_shown(v);
    return frit_param_wrong(error, "%s = %s: it wants %s", q->name, value, right);
}

/* ---- Words ------------------------------------------------------------------------------------- */

static bool set_bool(const frit_param *q, GVariant *v, bool *field, GError **error)
{
    bool yes = frit_value_is_text(v) && !strcmp(g_variant_get_string(v, NULL), "true");
    bool no = frit_value_is_text(v) && !strcmp(g_variant_get_string(v, NULL), "false");
    if (!g_variant_is_of_type(v, G_VARIANT_TYPE_BOOLEAN) && !yes && !no)
        return frit_param_wrong_kind(q, v, "true or false", error);
    *field = yes || (!no && g_variant_get_boolean(v));
    return true;
}

static const char *own(frit_params *p, char *text)
{
    g_ptr_array_add(p->owned, text);
    return text;
}

/* A number for a text is what a reader's column may be: 2 is as good as "2". */
static bool set_text(frit_params *p, const frit_param *q, GVariant *v, const char **field, GError **error)
{
    double x;
    if (!frit_value_is_text(v) && !frit_value_is_number(v, &x))
        return frit_param_wrong_kind(q, v, "a text", error);
    *field = own(p, frit_value_is_text(v) ? g_variant_dup_string(v, NULL) : frit_value_shown(v));
    return true;
}

char **frit_param_choices(const frit_param *q)
{
    return g_strsplit(q->text ? q->text : "", "|", -1);
}

static bool set_choice(const frit_param *q, GVariant *v, int32_t *field, GError **error)
{
    g_auto(GStrv)    choices = frit_param_choices(q);
    g_autofree char *list = g_strjoinv(", ", choices);
    g_autofree char *value = frit_value_shown(v);
    if (!frit_value_is_text(v))
        return frit_param_wrong(error, "%s = %s: it is one of the texts %s", q->name, value, list);
    const char *text = g_variant_get_string(v, NULL);
    for (int32_t i = 0; choices[i]; i++)
        if (!strcmp(choices[i], text)) {
            *field = i;
            return true;
        }
    const char *near = frit_nearest(text, (const char *const *)choices);
    if (near)
        return frit_param_wrong(error, "%s = %s, did you mean \"%s\"? It is one of %s", q->name, value, near,
                                list);
    return frit_param_wrong(error, "%s = %s: it is one of %s", q->name, value, list);
}

static bool set_composition(frit_params *p, const frit_param *q, GVariant *v, frit_composition *field,
                            GError **error)
{
    if (!frit_value_is_text(v))
        return frit_param_wrong_kind(q, v, "a composition such as \"Zr52.5Cu17.9Ni14.6Al10Ti5\"", error);
    frit_composition *c = frit_composition_parse(g_variant_get_string(v, NULL), error);
    if (!c) {
        g_prefix_error(error, "%s: ", q->name);
        return false;
    }
    *field = *c;   /* its parts are owned from here on, its shell is not needed */
    own(p, (void *)c->Z);
    own(p, (void *)c->fraction);
    own(p, (void *)c->text);
    g_free(c);
    return true;
}

/* ---- Files ------------------------------------------------------------------------------------- */

static bool set_path(frit_params *p, const frit_param *q, GVariant *v, const char *folder, const char **field,
                     GError **error)
{
    if (!frit_value_is_text(v) || !*g_variant_get_string(v, NULL))
        return frit_param_wrong_kind(q, v, "the name of a file", error);
    *field = own(p, frit_file_path(g_variant_get_string(v, NULL), folder));
    if (q->type == FRIT_TYPE_OUTPUT)
        return true;
    if (!frit_file_check(*field, error)) {
        g_prefix_error(error, "%s: ", q->name);
        return false;
    }
    g_ptr_array_add(p->paths, (void *)*field);
    return true;
}

static bool add_files(const frit_param *q, GVariant *v, const char *folder, GPtrArray *files, GError **error)
{
    if (!frit_value_is_text(v) || !*g_variant_get_string(v, NULL))
        return frit_param_wrong_kind(
            q, v, "a file name, a pattern such as \"raw/frame_*.tif\", or a list of these", error);
    g_autofree char **found = frit_match_files(g_variant_get_string(v, NULL), folder, error);
    if (!found) {
        g_prefix_error(error, "%s: ", q->name);
        return false;
    }
    for (char **f = found; *f; f++)
        g_ptr_array_add(files, *f);
    return true;
}

/* Is this the name of one file, and no pattern?  A file that has brackets in its name is one. */
static bool names_one_file(GVariant *v, const char *folder)
{
    if (!frit_value_is_text(v))
        return false;
    g_autofree char *path = frit_file_path(g_variant_get_string(v, NULL), folder);
    return !frit_file_is_pattern(g_variant_get_string(v, NULL)) || g_file_test(path, G_FILE_TEST_EXISTS);
}

static bool set_files(frit_params *p, const frit_param *q, GVariant *v, const char *folder, frit_files *field,
                      GError **error)
{
    g_autoptr(GPtrArray) files = g_ptr_array_new();
    bool                 good = true;
    if (frit_value_is_list(v) && g_variant_n_children(v) == 0)
        return frit_param_wrong_kind(q, v, "at least one file", error);
    for (gsize i = 0; good && i < (frit_value_is_list(v) ? g_variant_n_children(v) : 1); i++) {
        g_autoptr(GVariant) one = frit_value_is_list(v) ? frit_value_item(v, i) : g_variant_ref(v);
        good = add_files(q, one, folder, files, error);
    }
    for (guint i = 0; i < files->len; i++)
        own(p, files->pdata[i]);
    if (!good)
        return false;
    p->single_file = names_one_file(v, folder);
    field->n = files->len;
    field->path = (const char *const *)g_ptr_array_free(g_steal_pointer(&files), FALSE);
    own(p, (void *)field->path);
    return true;
}

/* ---- The struct ---------------------------------------------------------------------------------- */

static bool set(frit_params *p, const frit_param *q, GVariant *v, const char *folder, GError **error)
{
    void *field = p->block + q->offset;
    switch (q->type) {
    case FRIT_TYPE_F64:         return frit_param_set_f64(q, v, field, error);
    case FRIT_TYPE_I64:         return frit_param_set_i64(q, v, field, error);
    case FRIT_TYPE_BOOL:        return set_bool(q, v, field, error);
    case FRIT_TYPE_TEXT:        return set_text(p, q, v, field, error);
    case FRIT_TYPE_CHOICE:      return set_choice(q, v, field, error);
    case FRIT_TYPE_PATH:
    case FRIT_TYPE_OUTPUT:      return set_path(p, q, v, folder, field, error);
    case FRIT_TYPE_FILES:       return set_files(p, q, v, folder, field, error);
    case FRIT_TYPE_RANGE:       return frit_param_set_range(q, v, field, error);
    case FRIT_TYPE_ARRAY:       return frit_param_set_array(p, q, v, field, error);
    case FRIT_TYPE_COMPOSITION: return set_composition(p, q, v, field, error);
    }
    return frit_param_wrong(error, "%s is of a type (%d) that this Frit does not know", q->name,
                            (int)q->type);
}

static bool set_default(frit_params *p, const frit_param *q, const char *folder, GError **error)
{
    void *field = p->block + q->offset;
    switch (q->type) {
    case FRIT_TYPE_F64:
        *(double *)field = q->def;
        return true;
    case FRIT_TYPE_I64:
        *(int64_t *)field = isnan(q->def) ? 0 : (int64_t)q->def;
        return true;
    case FRIT_TYPE_BOOL:
        *(bool *)field = q->def != 0.0;
        return true;
    case FRIT_TYPE_RANGE:
        *(frit_range *)field = (frit_range){NAN, NAN};
        break;
    case FRIT_TYPE_CHOICE:
        return true;   /* the first: 0 already */
    case FRIT_TYPE_TEXT:
    case FRIT_TYPE_PATH:
    case FRIT_TYPE_OUTPUT:
    case FRIT_TYPE_FILES:
    case FRIT_TYPE_ARRAY:
    case FRIT_TYPE_COMPOSITION:
        break;
    }
    if (!q->text)
        return true;
    g_autoptr(GVariant) text = g_variant_ref_sink(g_variant_new_string(q->text));
    return set(p, q, text, folder, error);
}

static bool missing(const frit_param *q, GError **error)
{
    return frit_param_wrong(error, "%s is missing%s%s%s", q->name, q->doc && *q->doc ? ": " : "",
                            q->doc ? q->doc : "",
                            q->flags & FRIT_PARAM_SAMPLE ? " (give it here, or in the sample)" : "");
}

static bool fill(frit_params *p, uint32_t i, GHashTable *given, GHashTable *sample, const char *folder,
                 GError **error)
{
    const frit_param *q = &p->step->params[i];
    GVariant         *v = given ? g_hash_table_lookup(given, q->name) : NULL;
    p->origin[i] = FRIT_FROM_RECIPE;
    if (!v && sample && q->flags & FRIT_PARAM_SAMPLE) {
        v = g_hash_table_lookup(sample, q->name);
        p->origin[i] = FRIT_FROM_SAMPLE;
    }
    if (!v) {
        p->origin[i] = FRIT_FROM_DEFAULT;
        return q->flags & FRIT_PARAM_REQUIRED ? missing(q, error) : set_default(p, q, folder, error);
    }
    if ((q->type == FRIT_TYPE_OUTPUT || q->type == FRIT_TYPE_FILES) && frit_value_is_text(v))
        p->written[i] = g_variant_dup_string(v, NULL);
    if (set(p, q, v, folder, error))
        return true;
    if (p->origin[i] == FRIT_FROM_SAMPLE)
        g_prefix_error(error, "in the sample, ");
    return false;
}

/* Is each given name one of the step's?  The first that is not, in alphabetical order, is reported. */
static bool check_names(const frit_step *step, uint32_t n, GHashTable *given, GError **error)
{
    g_autoptr(GPtrArray) names = g_ptr_array_new();
    for (uint32_t i = 0; i < n; i++)
        g_ptr_array_add(names, (char *)step->params[i].name);
    guint n_params = names->len;
    for (const frit_port *port = step->inputs; port && port->name; port++)
        g_ptr_array_add(names, (char *)port->name);
    g_ptr_array_add(names, NULL);

    g_autoptr(GList) keys = g_list_sort(g_hash_table_get_keys(given), (GCompareFunc)strcmp);
    for (GList *k = keys; k; k = k->next) {
        if (g_strv_contains((const char *const *)names->pdata, k->data))
            continue;
        const char *near = frit_nearest(k->data, (const char *const *)names->pdata);
        if (near)
            return frit_param_wrong(error, "there is no parameter \"%s\", did you mean \"%s\"?",
                                    (char *)k->data, near);
        names->pdata[n_params] = NULL;
        g_autofree char *list = g_strjoinv(", ", (char **)names->pdata);
        return frit_param_wrong(error,
                                n_params ? "there is no parameter \"%s\"; there are %s"
                                         : "there is no parameter \"%s\"; this step has none",
                                (char *)k->data, list);
    }
    return true;
}

frit_params *frit_params_new(const frit_step *step, uint32_t n_params, GHashTable *given, GHashTable *sample,
                             const char *folder, GError **error)
{
    frit_params *p = g_new0(frit_params, 1);
    p->step = step;
    p->n = n_params;
    p->block = g_malloc0(MAX(step->params_size, 1));
    p->origin = g_new0(frit_param_origin, n_params);
    p->written = g_new0(char *, n_params);
    p->owned = g_ptr_array_new_with_free_func(g_free);
    p->paths = g_ptr_array_new();

    bool good = !given || check_names(step, n_params, given, error);
    for (uint32_t i = 0; good && i < n_params; i++)
        good = fill(p, i, given, sample, folder, error);
    g_ptr_array_add(p->paths, NULL);
    if (!good)
        g_clear_pointer(&p, frit_params_free);
    return p;
}

void frit_params_free(frit_params *p)
{
    if (!p)
        return;
    for (uint32_t i = 0; i < p->n; i++)
        g_free(p->written[i]);
    g_free(p->written);
    g_free(p->origin);
    g_free(p->block);
    g_ptr_array_unref(p->owned);
    g_ptr_array_unref(p->paths);
    g_free(p);
}

const void *frit_params_struct(const frit_params *p)
{
    return p->block;
}

const char *const *frit_params_paths(const frit_params *p)
{
    return (const char *const *)p->paths->pdata;
}

bool frit_params_single_file(const frit_params *p)
{
    return p->single_file;
}
