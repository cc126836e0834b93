/* Small help with texts for people. */
#pragma once

#include <glib.h>
#include <stdbool.h>

/* The name among `names` (NULL-terminated) nearest to a mistyped one, or NULL where none is near. */
const char *frit_nearest(const char *name, const char *const *names);
/* Order of names as people count: "frame_2" before "frame_10". */
int frit_natural_compare(const char *a, const char *b);
/* The decimal number that text starts with, after white space, whatever the locale: "2.5e-3 m",
 * "3eV".  `end` is where it ends.  No hexadecimal, no "inf", no "nan"; false where none is there. */
bool frit_scan_number(const char *text, double *value, const char **end);
/* The shortest text that reads back as the same number: "0.1", not "0.10000000000000001". */
char *frit_number_text(double value);
