/* Chemical compositions: "Zr52.5Cu17.9Ni14.6Al10Ti5", "SiO2", "Mg2SiO4", "Ca(OH)2". */
#pragma once

#include <glib.h>
#include "plugin.h"

/* Fractions add to 1, elements in the order of the text, each once; the caller frees with
 * frit_composition_free.  The error shows where the text stops to make sense. */
frit_composition *frit_composition_parse(const char *text, GError **error);
void frit_composition_free(frit_composition *c);
/* "Zr" for 40; NULL past the table. */
const char *frit_element_symbol(int Z);
