/* A column of a log: numbers, or the times at which they were noted.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef COLUMNS_LOG_H
#define COLUMNS_LOG_H

#include "label.h"
#include "shared/time_text.h"
#include "text.h"

#define LOG_REMARK 400

typedef struct log_values {
    double *value;                /* of n rows, one after the other; NaN: not measured */
    size_t *line;                 /* of each in the file, from 1 */
    size_t  n;
    bool    times;                /* dates (s since 1970) or times of day (s since the first midnight) */
    size_t  bad, first_bad;       /* cells that are no number, where that is allowed; line of the first */
    char    bad_text[TEXT_QUOTE];
    label   label;
} log_values;

typedef struct log_rule {
    bool            mask_bad;     /* a cell that is no number is not measured; else it is an error */
    enum time_order order;
} log_rule;

/* what: the column's name or number from 1, or two of them, "date + time", whose texts belong together;
 * NULL: the only one. */
bool log_read(const text_lines *t, const char *what, log_rule rule, log_values *out, text_error *e);
void log_free(log_values *v);

/* The file's own unit, else the recipe's, else "1"; of times the second.  A sentence in remark, or "". */
const char *log_unit(const log_values *v, const char *given, char *remark, size_t size);

/* What to say of cells that are no numbers; "" where there are none. */
void log_tell_bad(const log_values *v, const char *column, char *remark, size_t size);

#endif
