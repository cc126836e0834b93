/* Parameters that are numbers: one, whole, a range, an array; bare, or as texts with a unit.
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "params_private.h"
#include "text.h"
#include "unit.h"

#include <math.h>
#include <string.h>

static const char *unit_of(const frit_param *q)
{
    return q->unit && *q->unit ? q->unit : "1";
}

char *frit_param_number(const frit_param *q, double x)
{
    g_autofree char *number = frit_number_text(x);
    return strcmp(unit_of(q), "1") ? g_strdup_printf("%s %s", number, q->unit) : g_steal_pointer(&number);
}

/* "a number in mm, such as 2 or \"2 mm\"" */
static char *wants_number(const frit_param *q)
{
    return strcmp(unit_of(q), "1")
               ? g_strdup_printf("a number in %s, or a text with a unit such as \"2.5 %s\"", q->unit, q->unit)
               : g_strdup("a number");
}

static bool in_range(const frit_param *q, double x, GError **error)
{
    bool least = isfinite(q->min), most = isfinite(q->max);
    if (q->min == q->max || ((!least || x >= q->min) && (!most || x <= q->max)))
        return true;   /* two equal limits: none were meant */
    g_autofree char *value = frit_param_number(q, x);
    g_autofree char *min = frit_param_number(q, q->min), *max = frit_param_number(q, q->max);
    if (least && most)
        return frit_param_wrong(error, "%s = %s is out of range: it lies between %s and %s", q->name, value,
                                min, max);
    return frit_param_wrong(error,
                            least ? "%s = %s is out of range: it is at least %s"
                                  : "%s = %s is out of range: it is at most %s",
                            q->name, value, least ? min : max);
}

/* Is x a number that a measurement can have?  -0 becomes 0, so that equal numbers have equal bits. */
static bool sound(const frit_param *q, double *x, GError **error)
{
    *x += 0.0;
    if (isnan(*x))
        return frit_param_wrong(error, "%s = nan is no number: leave it out where it is not known", q->name);
    if (isinf(*x) && !isinf(q->def))
        return frit_param_wrong(error, "%s = %s: it wants a finite number", q->name, *x > 0 ? "inf" : "-inf");
    return in_range(q, *x, error);
}

static bool number_from_text(const frit_param *q, const char *text, double *x, GError **error)
{
    if (frit_unit_parse(text, q->unit, x, error))
        return sound(q, x, error);
    g_prefix_error(error, "%s: ", q->name);
    return false;
}

static bool number(const frit_param *q, GVariant *v, double *x, GError **error)
{
    if (frit_value_is_number(v, x))
        return sound(q, x, error);
    if (frit_value_is_text(v))
        return number_from_text(q, g_variant_get_string(v, NULL), x, error);
    g_autofree char *right = wants_number(q);
    return frit_param_wrong_kind(q, v, right, error);
}

bool frit_param_set_f64(const frit_param *q, GVariant *v, double *field, GError **error)
{
    return number(q, v, field, error);
}

bool frit_param_set_i64(const frit_param *q, GVariant *v, int64_t *field, GError **error)
{
    double x;
    if (g_variant_is_of_type(v, G_VARIANT_TYPE_INT64)) {
        *field = g_variant_get_int64(v);   /* past 2^53 a double would not hold it */
        return in_range(q, (double)*field, error);
    }
    if (!frit_value_is_number(v, &x) && !frit_value_is_text(v))
        return frit_param_wrong_kind(q, v, "a whole number", error);
    if (!number(q, v, &x, error))
        return false;
    if (x != floor(x) || fabs(x) > 0x1p53) {
        g_autofree char *value = frit_value_shown(v);
        return frit_param_wrong(error, "%s = %s: it wants a whole number", q->name, value);
    }
    *field = (int64_t)x;
    return true;
}

/* A text with numbers, "2.0 3.3 1/angstrom", "2.0, 3.3": adds at most `most`, and says where the
 * unit begins. */
static const char *scan_numbers(const char *text, gsize most, GArray *numbers)
{
    const char *p = text, *last = text, *end;
    double      x;
    while (numbers->len < most && frit_scan_number(p, &x, &end)) {
        g_array_append_val(numbers, x);
        last = p;
        p = end + strspn(end, " \t");
        if (*p == ',' || *p == ';')
            p++;
    }
    p += strspn(p, " \t");
    if (*p == '/' && numbers->len > 1 && g_array_index(numbers, double, numbers->len - 1) == 1.0 &&
        most > 2) {
        g_array_set_size(numbers, numbers->len - 1);   /* "5 1/angstrom": this 1 is the unit's */
        p = last;
    }
    return p;
}

/* Converts numbers in `unit` (a text's own; "": the declared one) in place. */
static bool convert(const frit_param *q, const char *unit, double *x, gsize n, GError **error)
{
    double factor = 1.0, offset = 0.0;
    g_autofree char *own = frit_unit_after_number(unit);
    if (!own)
        return frit_param_wrong(error, "%s: \"%s\" is one number too many", q->name, unit);
    if (*own && !frit_unit_factor(own, q->unit, &factor, &offset, error)) {
        g_prefix_error(error, "%s: ", q->name);
        return false;
    }
    for (gsize i = 0; i < n; i++) {
        x[i] = factor * x[i] + offset;
        if (!sound(q, &x[i], error))
            return false;
    }
    return true;
}

/* "2.0..3.3 1/angstrom", "2 angstrom .. 0.5 nm": where one end has no unit, it has the other's. */
static bool ends_with_dots(const frit_param *q, const char *text, const char *dots, double *end,
                           GError **error)
{
    g_autofree char *from = g_strndup(text, (gsize)(dots - text)), *to = g_strdup(dots + 2);
    const char      *unit_from, *unit_to;
    if (!frit_scan_number(from, &end[0], &unit_from) || !frit_scan_number(to, &end[1], &unit_to))
        return frit_param_wrong(error, "%s = \"%s\": write two numbers, \"2.0..3.3\"", q->name, text);
    bool bare = strspn(unit_from, " ") == strlen(unit_from);
    return convert(q, bare ? unit_to : unit_from, &end[0], 1, error) &&
           convert(q, unit_to, &end[1], 1, error);
}

static bool ends_from_text(const frit_param *q, const char *text, double *end, GError **error)
{
    const char *dots = strstr(text, "..");
    if (dots)
        return ends_with_dots(q, text, dots, end, error);
    g_autoptr(GArray) numbers = g_array_new(FALSE, FALSE, sizeof(double));
    const char       *unit = scan_numbers(text, 2, numbers);
    if (numbers->len != 2)
        return frit_param_wrong(
            error, "%s = \"%s\": it wants two numbers, the lower one first, such as \"2.0 3.3%s%s\"", q->name,
            text, strcmp(unit_of(q), "1") ? " " : "", strcmp(unit_of(q), "1") ? q->unit : "");
    memcpy(end, numbers->data, 2 * sizeof *end);
    return convert(q, unit, end, 2, error);
}

bool frit_param_set_range(const frit_param *q, GVariant *v, frit_range *field, GError **error)
{
    double end[2];
    if (frit_value_is_text(v)) {
        if (!ends_from_text(q, g_variant_get_string(v, NULL), end, error))
            return false;
    } else {
        if (!frit_value_is_list(v) || g_variant_n_children(v) != 2)
            return frit_param_wrong_kind(q, v, "two numbers, the lower one first, such as {2.0, 3.3}", error);
        for (gsize i = 0; i < 2; i++) {
            g_autoptr(GVariant) one = frit_value_item(v, i);
            if (!number(q, one, &end[i], error))
                return false;
        }
    }
    if (!(end[0] < end[1])) {
        g_autofree char *from = frit_param_number(q, end[0]), *to = frit_param_number(q, end[1]);
        return frit_param_wrong(error, "%s: %s to %s is no range, the lower end comes first", q->name, from,
                                to);
    }
    *field = (frit_range){end[0], end[1]};
    return true;
}

static bool array_from_text(const frit_param *q, const char *text, GArray *numbers, GError **error)
{
    const char *unit = scan_numbers(text, G_MAXUINT, numbers);
    if (numbers->len == 0)
        return frit_param_wrong(error, "%s = \"%s\": it wants numbers", q->name, text);
    return convert(q, unit, (double *)(void *)numbers->data, numbers->len, error);
}

bool frit_param_set_array(frit_params *p, const frit_param *q, GVariant *v, frit_array *field, GError **error)
{
    g_autoptr(GArray) numbers = g_array_new(FALSE, FALSE, sizeof(double));
    double            x;
    if (frit_value_is_text(v)) {
        if (!array_from_text(q, g_variant_get_string(v, NULL), numbers, error))
            return false;
    } else {
        for (gsize i = 0; i < (frit_value_is_list(v) ? g_variant_n_children(v) : 1); i++) {
            g_autoptr(GVariant) one = frit_value_is_list(v) ? frit_value_item(v, i) : g_variant_ref(v);
            if (!number(q, one, &x, error)) {
                if (frit_value_is_list(v))
                    g_prefix_error(error, "number %zu of the list: ", i + 1);
                return false;
            }
            g_array_append_val(numbers, x);
        }
    }
    field->n = numbers->len;
    field->v = (const double *)(void *)g_array_free(g_steal_pointer(&numbers), FALSE);
    g_ptr_array_add(p->owned, (void *)field->v);
    return true;
}
