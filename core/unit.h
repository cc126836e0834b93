/* Units of measurement: a thin layer over UDUNITS-2, with the names that this field needs
 * ("count", "electron", "deg").  Unit texts are as users write them; "" and NULL mean "1".
 * Any thread may call these.
 *
 * Stricter than UDUNITS-2 in what it takes for the same thing: an angle and a count of electrons
 * are no plain numbers, and a length is no inverse length.
 */
#pragma once

#include <glib.h>
#include <stdbool.h>

/* Is this a unit?  The error says what was not understood, with a suggestion where one is near. */
bool frit_unit_check(const char *unit, GError **error);

/* Do both measure the same thing?  False also where one of them is no unit. */
bool frit_unit_convertible(const char *from, const char *to);
/* Are they the same unit under two names: "1/angstrom", "angstrom^-1"? */
bool frit_unit_same(const char *a, const char *b);
/* What it measures, for sentences: "a temperature", "an inverse length", "no unit". */
const char *frit_unit_measures(const char *unit);

/* x in `to` is factor * x in `from` + offset.  The error names both units and what they measure. */
bool frit_unit_factor(const char *from, const char *to, double *factor, double *offset, GError **error);

/* "2.2 angstrom", "0.3mm", "20 degC", "4.5": the number in `to`; a bare number is in `to` already. */
bool frit_unit_parse(const char *text, const char *to, double *value, GError **error);
/* The unit that follows a number in such a text ("/angstrom" is "1/angstrom"), to be freed; NULL
 * where a second number follows instead. */
char *frit_unit_after_number(const char *rest);
