/* Which dataset of a file is meant, and what lies around it.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef NEXUS_FIND_H
#define NEXUS_FIND_H

#include "hdf.h"

#define FIND_PATH 512
#define FIND_WHY  1400
#define FIND_RANK 32

/* A dataset of numbers, opened. */
struct found {
    hid_t      file, dataset, group;         /* the group that it is in */
    char       path[FIND_PATH];
    char       name[FIND_PATH];              /* its last part */
    bool       signal;                       /* it is the signal of an NXdata: axes and errors are its own */
    frit_dtype dtype;
    int        rank;
    hsize_t    dims[FIND_RANK];
    uint32_t   lead;                         /* dimensions that count elements */
    uint64_t   count;                        /* of elements */
    char       why[FIND_WHY];                /* after a failure: a sentence */
    frit_status status;
};

enum { ELEMENTS_AUTO, ELEMENTS_WHOLE, ELEMENTS_FIRST };

/* wanted: a path, of a dataset or of a group with a signal; NULL: the default of the file.  Between
 * hdf_enter() and hdf_leave(); to be closed whether it succeeds or not. */
bool find_open(struct found *f, const char *path, const char *wanted, int elements);
void find_close(struct found *f);

/* Can the values be had: is every filter there that they were packed with? */
bool find_check_filters(struct found *f);

#endif
