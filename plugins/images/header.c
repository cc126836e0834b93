/* header.c: what the header of an image says, as keys with values: one "key<tab>value" a line.
 *
 * Formats give their header as text; here it is taken apart, and a key is looked up.  Free text, as in the
 * description of a TIFF, is understood where it has "key = value", "key: value" or Dectris's "# key value", a
 * line each or between ';', or is one table of JSON.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "header.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "shared/time_text.h"

static void trim(const char **from, const char **to, const char *away)
{
    while (*from < *to && strchr(away, **from))
        (*from)++;
    while (*to > *from && strchr(away, (*to)[-1]))
        (*to)--;
}

/* ---- Collecting ---- */

bool image_keys_add(struct image_keys *k, const char *key, size_t n_key, const char *value, size_t n_value)
{
    char *text = realloc(k->text, k->length + n_key + n_value + 3);
    if (!text)
        return false;
    k->text = text;
    char *at = text + k->length;
    image_printable(at, n_key + 1, key, n_key);
    at += strlen(at);
    *at++ = '\t';
    image_printable(at, n_value + 1, value, n_value);
    at += strlen(at);
    *at++ = '\n';
    *at = '\0';
    k->length = (size_t)(at - text);
    return true;
}

static const char *find_text(const char *from, const char *to, const char *what)
{
    size_t n = strlen(what);
    for (; from + n <= to; from++)
        if (!memcmp(from, what, n))
            return from;
    return NULL;
}

/* One piece: "Exposure_time 3.0 s", "T = 303 K", "temperature: 303", or a date alone. */
static bool add_piece(struct image_keys *k, const char *from, const char *to, bool json)
{
    double seconds;
    trim(&from, &to, json ? " \t#\"{}" : " \t#");
    if (from == to)
        return true;
    if (time_text_read(from, (size_t)(to - from), TIME_ORDER_UNKNOWN, &seconds) == TIME_DATE)
        return image_keys_add(k, "date", 4, from, (size_t)(to - from));
    const char *mark = json ? find_text(from, to, ":") : find_text(from, to, "=");
    if (!mark)
        mark = find_text(from, to, ": ");
    const char *key_end = mark;
    for (const char *p = from; !mark && p < to; p++)
        if (*p == ' ' || *p == '\t')
            key_end = mark = p;
    if (!mark)
        return true;
    const char *value = mark + 1, *value_end = to;
    trim(&from, &key_end, " \t\"");
    trim(&value, &value_end, " \t\"");
    return from == key_end ||
           image_keys_add(k, from, (size_t)(key_end - from), value, (size_t)(value_end - value));
}

bool image_keys_add_text(struct image_keys *k, const char *text, size_t n)
{
    const char *end = text + n, *first = text;
    while (first < end && (*first == ' ' || *first == '\n' || *first == '\r' || *first == '\t'))
        first++;
    bool json = first < end && *first == '{', good = true;
    for (const char *p = text; good && p < end;) {
        const char *stop = p;
        while (stop < end && *stop && !strchr(json ? "\r\n," : "\r\n;", *stop))
            stop++;
        good = add_piece(k, p, stop, json);
        p = stop + 1;
    }
    return good;
}

void image_keys_free(struct image_keys *k)
{
    free(k->text);
    *k = (struct image_keys){ .text = NULL };
}

/* ---- Looking up ---- */

static bool copy_value(const char *from, const char *end, char *value, size_t size)
{
    size_t n = (size_t)(end - from) < size ? (size_t)(end - from) : size - 1;
    memcpy(value, from, n);
    value[n] = '\0';
    return true;
}

/* The first line of this key: as it is written, else in any case. */
static bool find_line(const struct image_keys *k, const char *key, char *value, size_t size)
{
    size_t n = strlen(key);
    for (int any_case = 0; any_case < 2; any_case++)
        for (const char *p = k->text; p && *p;) {
            const char *tab = strchr(p, '\t'), *end = strchr(p, '\n');
            if ((size_t)(tab - p) == n && !(any_case ? strncasecmp : strncmp)(p, key, n))
                return copy_value(tab + 1, end, value, size);
            p = end + 1;
        }
    return false;
}

/* ESRF's lists: "counter_mne = mon T" and "counter_pos = 1000 303.2". */
static bool find_in_lists(const struct image_keys *k, const char *key, char *value, size_t size)
{
    static const char *const lists[][2] = { { "counter_mne", "counter_pos" }, { "motor_mne", "motor_pos" } };
    enum { LIST = 4096 };
    char names[LIST], values[LIST], *rest_of_names, *rest_of_values;
    for (size_t i = 0; i < 2; i++) {
        if (!find_line(k, lists[i][0], names, LIST) || !find_line(k, lists[i][1], values, LIST))
            continue;
        char *v = strtok_r(values, " ", &rest_of_values);
        for (char *name = strtok_r(names, " ", &rest_of_names); name && v;
             name = strtok_r(NULL, " ", &rest_of_names), v = strtok_r(NULL, " ", &rest_of_values))
            if (!strcmp(name, key))
                return copy_value(v, v + strlen(v), value, size);
    }
    return false;
}

bool image_keys_find(const struct image_keys *k, const char *key, char *value, size_t size)
{
    return find_line(k, key, value, size) || find_in_lists(k, key, value, size);
}

const char *image_keys_list(const struct image_keys *k, char *out, size_t size)
{
    size_t at = 0;
    out[0] = '\0';
    for (const char *p = k->text; p && *p; p = strchr(p, '\n') + 1) {
        int n = (int)(strchr(p, '\t') - p);
        if (at + (size_t)n + 8 > size) {
            snprintf(out + at, size - at, ", ...");
            break;
        }
        at += (size_t)snprintf(out + at, size - at, "%s%.*s", at ? ", " : "", n, p);
    }
    return out;
}
