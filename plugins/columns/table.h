/* A file of columns of numbers, with what its header says about them.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef COLUMNS_TABLE_H
#define COLUMNS_TABLE_H

#include "cells.h"
#include "header.h"
#include "label.h"
#include "text.h"

typedef struct table {
    size_t  rows, columns;
    double *value;         /* row after row; NaN where the file says that there is no number */
    size_t *line;          /* of each row in the file, from 1 */
    label  *labels;        /* one a column; all with text "" where the file has no names */
    bool    labelled;
    header  header;        /* what the lines above tell of the measurement */
    char    remark[160];   /* what a reader should be warned of; or "" */
} table;

bool table_read(const char *path, table *t, text_error *e);
void table_free(table *t);

/* The column that "2" or "sigma" means, from 0.  The error lists what there is. */
bool table_find(const table *t, const char *what, size_t *column, text_error *e);

/* For other readers of headers: the text after comment signs, and the labels in it, as many as
 * cells are wanted (0: as many as there are); returns their number, 0 where the line is no header. */
const char *table_header_text(const char *line);
size_t table_header_labels(const char *line, char separator, size_t wanted, label *labels);
/* A row of units alone: "[s],[K],[mW/mg]". */
bool table_is_units_row(const char *line, char separator, size_t wanted);
/* "2" is column 2; 0: no number. */
size_t table_column_number(const char *what);
/* A sentence's list of columns: "1 Q, 2 I, 3 sigma". */
const char *table_list(const label *labels, size_t n, char *out, size_t size);

#endif
