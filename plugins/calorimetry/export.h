/* A calorimeter's text export: where its table is, what its columns are called, and what its header tells.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef CALORIMETRY_EXPORT_H
#define CALORIMETRY_EXPORT_H

#include "columns/cells.h"
#include "columns/label.h"
#include "columns/text.h"

#define EXPORT_COLUMNS 64
#define EXPORT_TEXT    128

enum export_format {
    EXPORT_AUTO,
    EXPORT_STARE,
    EXPORT_SETARAM,
    EXPORT_TA,
    EXPORT_NETZSCH,
    EXPORT_PERKINELMER,
    EXPORT_CSV
};

struct export_column {
    char name[LABEL_SIZE];
    char unit[LABEL_SIZE];      /* in UDUNITS's spelling; "": the file does not say */
};

/* Before the rows are read: the table is in lines first..last - 1.  Numbers that the header does not tell
 * are NaN, texts "". */
struct export {
    enum export_format format;
    text_lines lines;
    struct export_column column[EXPORT_COLUMNS];
    size_t columns, first, last;
    char separator;             /* ' ': any run of blanks and tabs */
    char decimal;               /* 0: to be found out */
    bool markers;               /* lines "1) ..." stand between the rows, and rows of negative time */
    double mass;                /* of the sample, mg */
    double rate;                /* K/min */
    double announced;           /* rows that the header tells of */
    int exo;                    /* 1: exothermic is positive, -1: negative, 0: not said */
    char sample[EXPORT_TEXT], atmosphere[EXPORT_TEXT], instrument[EXPORT_TEXT];
};

/* curve: which of several in a STARe file, by number or name; NULL: the only one. */
bool export_open(const char *path, enum export_format format, const char *curve, struct export *x,
                 text_error *e);
void export_close(struct export *x);

const char *export_format_name(enum export_format format);
/* "1 Time [min], 2 Temperature [degC]" */
const char *export_list(const struct export *x, char *out, size_t size);
/* The column of this number or name; or the first of the candidates, by their order. */
bool export_named_column(const struct export *x, const char *name, size_t *column);
bool export_find_column(const struct export *x, const char *const *candidates, size_t *column);

/* The rows: x->columns numbers each, row after row, to be freed; NaN in an empty cell. */
bool export_rows(const struct export *x, double **value, size_t *rows, text_error *e);

/* The readers of the formats: find the table and the keys in the lines.  False without an error: another
 * format. */
bool export_stare(struct export *x, const char *curve, text_error *e);
bool export_setaram(struct export *x, text_error *e);
bool export_ta(struct export *x, text_error *e);
bool export_netzsch(struct export *x, text_error *e);
bool export_perkinelmer(struct export *x, text_error *e);
bool export_csv(struct export *x, text_error *e);

/* What these share.  A number at the start of a text, with either decimal sign; NaN: none, or one with
 * thousands set apart ("1,234.5", "1 234"). */
double export_number(const char *text);
/* The number before a word, as in "5.0(K/min)"; NaN: not there. */
double export_number_before(const char *text, const char *word);
bool export_has_word(const char *text, const char *word);           /* whatever its case */
void export_copy(char out[EXPORT_TEXT], const char *text);
/* "Temperature (degC)" */
void export_label(struct export_column *column, const char *text, size_t n);
bool export_unit(const char *text, char out[LABEL_SIZE]);
/* What a line says of the direction: "^exo", "exo up", "Endo Up"; 0: nothing. */
int export_direction(const char *line);
/* A gas and its flow, where the line names one. */
void export_gas(struct export *x, const char *line);

#endif
