/* The steps of this module, for its table in nexus.c, and what they share.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef NEXUS_NEXUS_H
#define NEXUS_NEXUS_H

#include "plugin.h"

#define NEXUS_DIMENSIONS(x) { x, x, x, x, x, x, x, x }

struct write_nexus {
    const char *file, *title;
    int64_t     compression;
};
extern const frit_port write_nexus_inputs[];
extern const frit_param write_nexus_params[];
frit_status write_nexus_run(frit_call *c);

struct read_nexus {
    frit_files  files;
    const char *dataset, *unit;
    int32_t     elements;
    double      min_valid, max_valid;
};
extern const frit_port read_nexus_outputs[];
extern const frit_param read_nexus_params[];
frit_status read_nexus_check(frit_call *c);
frit_status read_nexus_count(frit_call *c, uint64_t *n);
frit_status read_nexus_run(frit_call *c);

/* Attributes of data that have a place in a file; unit NULL: a text.  A NULL name ends the list. */
struct nexus_attribute { const char *name, *unit; };
extern const struct nexus_attribute nexus_attributes[];

#endif
