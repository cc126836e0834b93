/* What a file calls a column, and in what unit it says that the column is.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef COLUMNS_LABEL_H
#define COLUMNS_LABEL_H

#include <stdbool.h>
#include <stddef.h>

#define LABEL_SIZE 96

typedef struct label {
    char text[LABEL_SIZE];    /* as it stands in the file */
    char name[LABEL_SIZE];    /* without the unit; "Q", "2theta", "r", "intensity" whatever their spelling */
    char unit[LABEL_SIZE];    /* "1/angstrom"; "": the file does not say */
    bool unknown;             /* something stands where a unit should, but it is none that we know: in unit */
} label;

/* Understands "q_A^-1", "Q (Inverse Nanometres)", "G($\AA^{-2}$)", "r(A)", "T [K]", "T / K". */
void label_parse(const char *text, size_t n, label *l);

/* A unit as people write it, in UDUNITS's spelling; name: of what (it tells angstrom from ampere).
 * False where it is none; out then is not changed. */
bool label_unit(const char *text, const char *name, char out[LABEL_SIZE]);

/* Is this the uncertainty of the column y: "sigma", "dG" of "G(r)", "d_Gr"? */
bool label_is_sigma(const label *l, const label *y);

/* Equal but for case, blanks and punctuation? */
bool label_alike(const char *a, const char *b);

#endif
