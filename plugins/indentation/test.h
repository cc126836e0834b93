/* What a file holds of one test: columns of numbers with names and units, markers, and what is known of it.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef INDENTATION_TEST_H
#define INDENTATION_TEST_H

#include <stddef.h>

#include "columns/text.h"
#include "why.h"
#include "workbook.h"

#define COLUMN_NAME  96
#define COLUMN_UNIT  32
#define TEST_COLUMNS 64

struct column {
    char name[COLUMN_NAME], unit[COLUMN_UNIT]; /* unit "": the file does not say */
};

struct test {
    char label[COLUMN_NAME]; /* "Test 003"; or "" */
    struct column column[TEST_COLUMNS];
    size_t cols, rows, room;
    double *value; /* rows x cols; NaN: missing, also where an instrument writes DBL_MAX for it */
    char **marker; /* of each row: text in its column of segments, or NULL */
    struct known {
        char name[64], unit[24], text[120]; /* unit "": a text */
        double number;
    } * known;
    size_t n_known;
    const char *format; /* "NanoSuite workbook" */
};

void test_free(struct test *t);
bool test_add_row(struct test *t, const double *value, const char *marker, struct why *why);
/* Of a key as it stands in a file: "Frame Stiffness Correction" becomes frame_stiffness_correction.  A second
 * one of the same name is left out, and so is what is not finite. */
void test_know_number(struct test *t, const char *name, const char *unit, double number);
void test_know_text(struct test *t, const char *name, const char *text);

/* ---- Columns by name and unit ---- */

enum role { ROLE_TIME, ROLE_LOAD, ROLE_DEPTH, ROLE_STIFFNESS, ROLE_SEGMENT, N_ROLES };

/* "Depth (nm)", "Disp_nm", "Fn [mN]", "Pd nm". */
void column_parse(const char *text, struct column *c);
/* The column that has this role, the best of several; or -1. */
int column_find(const struct column *c, size_t n, enum role role);
/* By its name or its number from 1; or -1. */
int column_named(const struct column *c, size_t n, const char *what);
bool column_alike(const char *a,
                  const char *b); /* but for case (of t and T alone it counts), blanks and punctuation */
/* To mN, nm, s or N/m: x * mul / div.  false: no such unit for this role. */
bool unit_factor(const char *unit, enum role role, double *mul, double *div);
bool unit_known(const char *unit);
void unit_parse(const char *text, char unit[COLUMN_UNIT]); /* of a cell that holds a unit alone */

/* ---- Files ---- */

enum format { FORMAT_AUTO, FORMAT_MICRO_MATERIALS };

struct tests {
    size_t n;
    struct test *test;    /* of a text file: all of them */
    struct workbook book; /* of a workbook: read one by one */
    size_t *sheet;        /* of each test */
    bool is_book;
};

bool tests_open(struct tests *t, const char *path, enum format format, struct why *why);
void tests_close(struct tests *t);
/* To be freed by test_free() where it is a workbook's; tests_get() says which. */
bool tests_get(struct tests *t, size_t k, struct test *out, struct why *why);

bool nanosuite_list(struct tests *t, struct why *why);
bool nanosuite_read(const struct tests *t, size_t k, struct test *out, struct why *why);

/* ---- Text ---- */

bool lines_read(const char *path, text_lines *l, struct why *why); /* to be freed by text_free() */

#define CELLS 128
struct text_cell {
    const char *at;
    size_t n;
};
/* Cells of a line, without blanks and quotes around them; ' ' is any run of blanks. */
size_t cells_split(const char *line, char separator, struct text_cell *cell);
/* false: no number.  Empty cells and "--.--" are missing: NaN. */
bool cell_number(struct text_cell c, char decimal, double *x);
void cell_copy(char *to, size_t size, struct text_cell c);

bool hysitron_read(const text_lines *l, struct tests *t, struct why *why);
bool fischerscope_read(const text_lines *l, struct tests *t, struct why *why);
bool delimited_read(const text_lines *l, struct tests *t, enum format format, struct why *why);
struct test *tests_add(struct tests *t, struct why *why);

#endif
