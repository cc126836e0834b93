/* What the header of a file of columns tells of the measurement: for attributes.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef COLUMNS_HEADER_H
#define COLUMNS_HEADER_H

#include <stddef.h>

#include "text.h"

#define HEADER_TEXT 640
#define HEADER_MAX  24

/* A setting: a number in a unit, or a text. */
typedef struct header_value {
    const char *name;                /* Frit's: PDFgetX3's where it has one */
    const char *unit;                /* NULL: a text */
    double      number;
    char        text[HEADER_TEXT];
} header_value;

typedef struct header {
    header_value value[HEADER_MAX];
    size_t       n;
} header;

/* The settings that files carry as "name = value", in the order of PDFgetX3's own block: read from there
 * and written there.  unit NULL: a text.  A NULL name ends the list. */
typedef struct header_key { const char *name, *unit; } header_key;
extern const header_key header_keys[];

/* From the lines before `first`: "name = value" of PDFgetX3, xPDFsuite and Frit, the history of PDFgetX2,
 * the wavelength of pyFAI. */
void header_read(const text_lines *t, size_t first, header *h);

/* A value that was read, or NULL. */
const header_value *header_find(const header *h, const char *name);

#endif
