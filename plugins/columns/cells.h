/* A line of text as cells, and a cell as a number.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef COLUMNS_CELLS_H
#define COLUMNS_CELLS_H

#include <stdbool.h>
#include <stddef.h>

#include "text.h"

/* How a file separates its columns and writes its decimals. */
typedef struct dialect {
    char separator;    /* ',' ';' tab, or ' ' for any run of blanks */
    char decimal;      /* '.' or ',' */
} dialect;

typedef struct cell {
    const char *at;    /* into the line, trimmed, without quotes */
    size_t      n;
} cell;

/* A line that has more is no table's. */
#define CELLS_MAX 4096

/* The cells of a line, at most CELLS_MAX of them; returns their number, CELLS_MAX + 1 where there are
 * more.  Quotes hold a cell together; between blanks, brackets do as well: "I (a. u.)" is two cells. */
size_t cells_split(const char *line, char separator, cell *cells);

/* A number: Fortran's D exponents are known; an empty cell, "NA", "nan" or Fortran's "****" give NaN. */
bool cell_number(cell c, char decimal, double *value);

/* A line of nothing but numbers, one digit at least, whatever separates them. */
bool cells_look_numeric(const char *line);

/* What the numeric lines from `first` on are written in; the same for the whole file. */
dialect cells_dialect(const text_lines *t, size_t first);

/* The length of a line without a comment at its end: "1.0 2.0  # beam lost". */
size_t cells_length(const char *line);

#endif
