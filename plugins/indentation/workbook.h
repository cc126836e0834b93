/* Workbooks: .xls (BIFF8 within an OLE2 compound file) and .xlsx (XML within a zip archive), as sheets of
 * cells.  What the cells mean is the business of nanosuite.c.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef INDENTATION_WORKBOOK_H
#define INDENTATION_WORKBOOK_H

#include <stddef.h>
#include <stdint.h>

#include "why.h"

enum cell_kind { CELL_EMPTY, CELL_NUMBER, CELL_TEXT };

struct cell {
    enum cell_kind kind;
    double number;
    const char *text; /* UTF-8; the sheet's or the workbook's */
};

/* Cells are found in no particular order. */
struct sheet {
    size_t rows, cols;
    struct cell *cell; /* rows x cols */
    struct found_cell {
        uint32_t row, col;
        struct cell cell;
    } * found;
    size_t n_found, room;
    char **owned; /* texts of this sheet alone */
    size_t n_owned;
};

struct workbook {
    bool is_xlsx;
    char *path;
    uint8_t *stream; /* .xls: the stream "Workbook" */
    size_t size;
    struct workbook_sheet {
        char *name;    /* UTF-8 */
        char *part;    /* .xlsx: of the archive */
        size_t offset; /* .xls: in the stream */
    } * sheet;
    size_t n_sheets;
    char **shared; /* texts that cells refer to */
    size_t n_shared;
};

#define WORKBOOK_MAX_COLS 256
#define WORKBOOK_MAX_ROWS 1048576

/* Told from the first bytes; false: there is no such file. */
bool workbook_is(const char *path, bool *yes, struct why *why);
bool workbook_open(struct workbook *w, const char *path, struct why *why);
void workbook_close(struct workbook *w);
bool workbook_sheet(const struct workbook *w, size_t index, struct sheet *s, struct why *why);
void sheet_free(struct sheet *s);
/* Outside the sheet: an empty cell. */
const struct cell *sheet_cell(const struct sheet *s, size_t row, size_t col);

/* For the two formats. */
bool sheet_add(struct sheet *s, size_t row, size_t col, struct cell cell, struct why *why);
bool sheet_own(struct sheet *s, char *text, struct why *why); /* takes the text */
bool workbook_add_sheet(struct workbook *w, char *name, char *part, size_t offset,
                        struct why *why); /* takes both */
bool workbook_share(struct workbook *w, char *text, struct why *why);

bool xls_open(struct workbook *w, const uint8_t *file, size_t size, struct why *why);
bool xls_sheet(const struct workbook *w, size_t index, struct sheet *s, struct why *why);
bool xlsx_open(struct workbook *w, struct why *why);
bool xlsx_sheet(const struct workbook *w, size_t index, struct sheet *s, struct why *why);

/* A stream of a compound file, to be freed.  false with code FRIT_OK: there is none of this name. */
bool ole2_stream(const uint8_t *file, size_t size, const char *name, uint8_t **stream, size_t *n,
                 struct why *why);
bool ole2_is(const uint8_t *file, size_t size);

/* A whole file, to be freed; a 0 stands behind its last byte. */
bool file_read(const char *path, uint8_t **bytes, size_t *size, struct why *why);

/* UTF-16LE or bytes of Latin-1 to UTF-8, to be freed; NULL: no memory. */
char *text_from_utf16(const uint8_t *bytes, size_t chars);
char *text_from_latin1(const uint8_t *bytes, size_t chars);

#endif
