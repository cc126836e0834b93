/* Parameters told to others: as bytes for keys, as a line for people, as a record for provenance.
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "params.h"
#include "params_private.h"
#include "text.h"

#include <math.h>
#include <string.h>

static const void *field_of(const frit_params *p, const frit_param *q)
{
    return p->block + q->offset;
}

/* ---- Bytes ----------------------------------------------------------------------------------- */

static void put_count(GByteArray *out, uint64_t n)
{
    uint64_t little = GUINT64_TO_LE(n);
    g_byte_array_append(out, (const guint8 *)&little, sizeof little);
}

static void put_number(GByteArray *out, double x)
{
    uint64_t bits = 0x7ff8000000000000u;   /* one NaN for all */
    if (!isnan(x))
        memcpy(&bits, &x, sizeof bits);
    put_count(out, bits);
}

static void put_text(GByteArray *out, const char *text)
{
    put_count(out, text ? strlen(text) : UINT64_MAX);
    if (text)
        g_byte_array_append(out, (const guint8 *)text, (guint)strlen(text));
}

static void put_choice(GByteArray *out, const frit_param *q, int32_t i)
{
    g_auto(GStrv) choices = frit_param_choices(q);
    put_text(out, choices[i]);   /* the word: another order of the choices is no other result */
}

static void put_composition(GByteArray *out, const frit_composition *c)
{
    put_count(out, c->n);
    for (size_t i = 0; i < c->n; i++) {
        put_count(out, (uint64_t)c->Z[i]);
        put_number(out, c->fraction[i]);
    }
    put_text(out, c->text);   /* a step sees it, so its results may depend on it */
}

static void put_numbers(GByteArray *out, const double *x, size_t n)
{
    put_count(out, n);
    for (size_t i = 0; i < n; i++)
        put_number(out, x[i]);
}

static void put_files(GByteArray *out, const frit_files *files, bool single)
{
    put_count(out, single);   /* one element, or a series of one */
    put_count(out, files->n);
    for (size_t i = 0; i < files->n; i++)
        put_text(out, files->path[i]);
}

static void put_value(GByteArray *out, const frit_params *p, const frit_param *q, bool with_files)
{
    const void *field = field_of(p, q);
    switch (q->type) {
    case FRIT_TYPE_F64:    put_number(out, *(const double *)field); break;
    case FRIT_TYPE_I64:    put_count(out, (uint64_t)*(const int64_t *)field); break;
    case FRIT_TYPE_BOOL:   put_count(out, *(const bool *)field); break;
    case FRIT_TYPE_TEXT:   put_text(out, *(const char *const *)field); break;
    case FRIT_TYPE_CHOICE: put_choice(out, q, *(const int32_t *)field); break;
    case FRIT_TYPE_PATH:
        if (with_files)
            put_text(out, *(const char *const *)field);
        else
            put_count(out, *(const char *const *)field != NULL);
        break;
    case FRIT_TYPE_FILES:  put_files(out, field, p->single_file); break;
    case FRIT_TYPE_OUTPUT: put_text(out, *(const char *const *)field); break;
    case FRIT_TYPE_RANGE:
        put_numbers(out, (const double[]){((const frit_range *)field)->from, ((const frit_range *)field)->to},
                    2);
        break;
    case FRIT_TYPE_ARRAY:
        put_numbers(out, ((const frit_array *)field)->v, ((const frit_array *)field)->n);
        break;
    case FRIT_TYPE_COMPOSITION: put_composition(out, field); break;
    }
}

static GBytes *bytes(const frit_params *p, bool with_files)
{
    GByteArray *out = g_byte_array_new();
    for (uint32_t i = 0; i < p->n; i++) {
        const frit_param *q = &p->step->params[i];
        if (!with_files && (q->type == FRIT_TYPE_FILES || q->type == FRIT_TYPE_OUTPUT))
            continue;
        put_text(out, q->name);
        put_count(out, q->type);
        put_value(out, p, q, with_files);
    }
    return g_byte_array_free_to_bytes(out);
}

GBytes *frit_params_canonical(const frit_params *p)
{
    return bytes(p, false);
}

GBytes *frit_params_identity(const frit_params *p)
{
    return bytes(p, true);
}

/* ---- A line for people ------------------------------------------------------------------------- */

enum { MOST_SHOWN = 6 };

static void tell_text(GString *out, const char *text)
{
    bool plain = text && *text && !strpbrk(text, " \t\n\"'=,{}");
    g_autofree char *escaped = plain ? NULL : g_strescape(text ? text : "", (const char[]){(char)0xff, 0});
    if (plain)
        g_string_append(out, text);
    else
        g_string_append_printf(out, "\"%s\"", escaped);
}

static void tell_path(GString *out, const char *path)
{
    g_autofree char *name = path ? g_path_get_basename(path) : NULL;
    tell_text(out, name);
}

static void tell_array(GString *out, const frit_param *q, const frit_array *a)
{
    g_string_append_c(out, '{');
    for (size_t i = 0; i < a->n && i < MOST_SHOWN; i++) {
        g_autofree char *number = frit_number_text(a->v[i]);
        g_string_append_printf(out, "%s%s", i ? ", " : "", number);
    }
    g_string_append(out, a->n > MOST_SHOWN ? ", ...}" : "}");
    if (q->unit && *q->unit && strcmp(q->unit, "1"))
        g_string_append_printf(out, " %s", q->unit);
}

static void tell_range(GString *out, const frit_param *q, const frit_range *r)
{
    g_autofree char *from = frit_number_text(r->from), *to = frit_param_number(q, r->to);
    g_string_append_printf(out, "%s..%s", from, to);
}

static void tell_number(GString *out, const frit_param *q, double x)
{
    g_autofree char *text = frit_param_number(q, x);
    g_string_append(out, text);
}

static void tell_choice(GString *out, const frit_param *q, int32_t i)
{
    g_auto(GStrv) choices = frit_param_choices(q);
    tell_text(out, choices[i]);
}

static void tell_files(GString *out, const char *written, const frit_files *files)
{
    if (written)
        tell_path(out, written);
    else
        g_string_append_printf(out, "%zu %s", files->n, files->n == 1 ? "file" : "files");
}

static void tell(GString *out, const frit_params *p, uint32_t i)
{
    const frit_param *q = &p->step->params[i];
    const void       *field = field_of(p, q);
    switch (q->type) {
    case FRIT_TYPE_F64:         tell_number(out, q, *(const double *)field); break;
    case FRIT_TYPE_I64: g_string_append_printf(out, "%" G_GINT64_FORMAT, *(const int64_t *)field); break;
    case FRIT_TYPE_BOOL:        g_string_append(out, *(const bool *)field ? "true" : "false"); break;
    case FRIT_TYPE_TEXT:        tell_text(out, *(const char *const *)field); break;
    case FRIT_TYPE_CHOICE:      tell_choice(out, q, *(const int32_t *)field); break;
    case FRIT_TYPE_PATH:
    case FRIT_TYPE_OUTPUT:      tell_path(out, *(const char *const *)field); break;
    case FRIT_TYPE_FILES:       tell_files(out, p->written[i], field); break;
    case FRIT_TYPE_RANGE:       tell_range(out, q, field); break;
    case FRIT_TYPE_ARRAY:       tell_array(out, q, field); break;
    case FRIT_TYPE_COMPOSITION: tell_text(out, ((const frit_composition *)field)->text); break;
    }
}

char *frit_params_describe(const frit_params *p)
{
    GString *out = g_string_new(NULL);
    for (uint32_t i = 0; i < p->n; i++) {
        if (p->origin[i] == FRIT_FROM_DEFAULT)
            continue;
        g_string_append_printf(out, "%s%s=", out->len ? " " : "", p->step->params[i].name);
        tell(out, p, i);
    }
    return g_string_free(out, FALSE);
}

/* ---- A record for provenance -------------------------------------------------------------------- */

/* GVariant wants UTF-8, and a file's name may be anything. */
static GVariant *text_record(const char *text)
{
    return text ? g_variant_new_take_string(g_utf8_make_valid(text, -1)) : NULL;
}

static GVariant *numbers_record(const double *x, size_t n)
{
    return g_variant_new_fixed_array(G_VARIANT_TYPE_DOUBLE, x, n, sizeof *x);
}

static GVariant *files_record(const frit_files *files)
{
    GVariantBuilder list;
    g_variant_builder_init(&list, G_VARIANT_TYPE_STRING_ARRAY);
    for (size_t i = 0; i < files->n; i++)
        g_variant_builder_add_value(&list, text_record(files->path[i]));
    return g_variant_builder_end(&list);
}

static GVariant *choice_record(const frit_param *q, int32_t i)
{
    g_auto(GStrv) choices = frit_param_choices(q);
    return text_record(choices[i]);
}

static GVariant *range_record(const frit_range *r)
{
    return isnan(r->from) ? NULL : numbers_record((const double[]){r->from, r->to}, 2);
}

/* NULL where the parameter has no value. */
static GVariant *value_record(const frit_params *p, const frit_param *q)
{
    const void *field = field_of(p, q);
    switch (q->type) {
    case FRIT_TYPE_F64:
        return isnan(*(const double *)field) ? NULL : g_variant_new_double(*(const double *)field);
    case FRIT_TYPE_I64:    return g_variant_new_int64(*(const int64_t *)field);
    case FRIT_TYPE_BOOL:   return g_variant_new_boolean(*(const bool *)field);
    case FRIT_TYPE_CHOICE: return choice_record(q, *(const int32_t *)field);
    case FRIT_TYPE_TEXT:
    case FRIT_TYPE_PATH:
    case FRIT_TYPE_OUTPUT: return text_record(*(const char *const *)field);
    case FRIT_TYPE_FILES:  return files_record(field);
    case FRIT_TYPE_RANGE:  return range_record(field);
    case FRIT_TYPE_ARRAY:
        return numbers_record(((const frit_array *)field)->v, ((const frit_array *)field)->n);
    case FRIT_TYPE_COMPOSITION: return text_record(((const frit_composition *)field)->text);
    }
    return NULL;
}

GVariant *frit_params_record(const frit_params *p)
{
    GVariantBuilder all;
    g_variant_builder_init(&all, G_VARIANT_TYPE_VARDICT);
    for (uint32_t i = 0; i < p->n; i++) {
        GVariant *value = value_record(p, &p->step->params[i]);
        if (value)
            g_variant_builder_add(&all, "{sv}", p->step->params[i].name, value);
    }
    return g_variant_ref_sink(g_variant_builder_end(&all));
}
