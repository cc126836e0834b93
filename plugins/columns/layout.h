/* How the files that this module writes begin, and their numbers.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef COLUMNS_LAYOUT_H
#define COLUMNS_LAYOUT_H

#include <stdio.h>

#include "plugin.h"

typedef enum layout_kind {
    LAYOUT_AUTO,
    LAYOUT_PLAIN,
    LAYOUT_PDFGETX3,
    LAYOUT_RMCPROFILE,
    LAYOUT_CSV
} layout_kind;

/* A curve on its way to a file. */
typedef struct layout {
    frit_call       *call;
    const frit_view *view;
    layout_kind      kind;
    const char      *suffix;                       /* of the file, without the point; "" */
    const char      *x_name, *x_unit, *y_name;
    const char      *header;                       /* lines of the recipe's own, or NULL */
    size_t           rows;
    bool             sigma_of_x;                   /* a column between y and its sigma */
} layout;

/* The layout that a file has by its name. */
layout_kind layout_of_suffix(const char *suffix);
const char *layout_suffix(const char *path);

void layout_put_header(FILE *f, const layout *l);

/* "name [unit]" in quotes, for CSV. */
void layout_put_csv_label(FILE *f, const char *before, const char *name, const char *unit);
/* A number behind a separator (0: none); "nan" for NaN. */
void layout_put_number(FILE *f, char before, double x, int digits);

#endif
