/* The steps of this module, for its table in columns.c.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef COLUMNS_COLUMNS_H
#define COLUMNS_COLUMNS_H

#include "finish.h"
#include "plugin.h"

typedef struct read_columns_params {
    frit_files  files;
    const char *x, *y, *sigma;
    const char *x_name, *x_unit, *y_name, *y_unit;
} read_columns_params;
extern const frit_port read_columns_outputs[];
extern const frit_param read_columns_table[];
frit_status read_columns_count(frit_call *c, uint64_t *n);
frit_status read_columns_run(frit_call *c);

typedef struct read_column_params {
    const char *file, *column, *unit;
    int32_t     bad, dates;
} read_column_params;
extern const frit_port read_column_outputs[];
extern const frit_param read_column_table[];
frit_status read_column_run(frit_call *c);

typedef struct read_log_params {
    const char *file, *time, *value, *unit, *time_unit;
    int32_t     bad, dates;
} read_log_params;
extern const frit_port read_log_outputs[];
extern const frit_param read_log_table[];
frit_status read_log_run(frit_call *c);

typedef struct write_columns_params {
    const char *file;
    int64_t     digits;
    int32_t     masked, layout;
    const char *header;
} write_columns_params;
extern const frit_port write_columns_inputs[];
extern const frit_param write_columns_table[];
frit_status write_columns_check(frit_call *c);
frit_status write_columns_run(frit_call *c);

typedef struct write_table_params {
    const char *file, *names;
    int64_t     digits;
} write_table_params;
extern const frit_port write_table_inputs[];
extern const frit_param write_table_table[];
frit_status write_table_check(frit_call *c);
frit_status write_table_run(frit_call *c);

typedef struct write_verification_params {
    const char *file, *rows;
} write_verification_params;
extern const frit_port write_verification_inputs[];
extern const frit_param write_verification_table[];
frit_status write_verification_check(frit_call *c);
frit_status write_verification_run(frit_call *c);

#endif
