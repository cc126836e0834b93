/* Errors of the core: GErrors whose code is a frit_status and whose message is a sentence. */
#pragma once

#include <glib.h>
#include "plugin.h"

#define FRIT_ERROR (frit_error_quark())
GQuark frit_error_quark(void);

/* Is this an error that concerns one element only, so that a run may go on without it? */
bool frit_error_of_element(const GError *error);
/* "crystal.lua:14: integrate: " before the sentence; NULLs are left out. */
void frit_error_prefix(GError **error, const char *place, const char *step, const char *element);
