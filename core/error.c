/* Errors of the core.
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "error.h"

G_DEFINE_QUARK(frit, frit_error)

bool frit_error_of_element(const GError *error)
{
    return error && error->domain == FRIT_ERROR &&
           (error->code == FRIT_EDATA || error->code == FRIT_ENUMERIC || error->code == FRIT_EIO);
}

void frit_error_prefix(GError **error, const char *place, const char *step, const char *element)
{
    if (!error || !*error)
        return;
    GString *prefix = g_string_new(NULL);
    for (const char *part[] = {place, step, element}, **p = part; p < part + 3; p++)
        if (*p)
            g_string_append_printf(prefix, "%s: ", *p);
    g_prefix_error(error, "%s", prefix->str);
    g_string_free(prefix, TRUE);
}
