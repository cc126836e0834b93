/* A NeXus file that is being written, one NXdata after the other.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef NEXUS_FILE_H
#define NEXUS_FILE_H

#include "hdf.h"

/* An element: its own copy, or what a view shows. */
struct element {
    frit_dtype     dtype;
    uint32_t       ndim;
    size_t         shape[FRIT_MAX_NDIM], n;
    const void    *data;
    const double  *sigma;
    const uint8_t *mask;
    const double  *axis[FRIT_MAX_NDIM];
    const char    *axis_name[FRIT_MAX_NDIM], *axis_unit[FRIT_MAX_NDIM];
    const char    *quantity, *unit, *name, *series_name, *series_unit;
    double         position;
};

/* A parameter to be written beside the data. */
struct setting { const char *name, *unit, *text; double number; };

/* The NXdata that is open. */
struct nexus_data {
    hid_t    group, signal, errors, mask, positions, names;    /* -1: none */
    char     name[100];
    bool     series;
    uint64_t rows;
    size_t   n;                    /* values of an element */
    frit_dtype dtype;
    uint32_t ndim;
    size_t   shape[FRIT_MAX_NDIM];
};

struct nexus_file {
    hid_t    file, entry;
    unsigned compression;
    unsigned groups;
    char     why[HDF_REASON + 100];    /* after false: a sentence */
};

/* All of these call HDF5 between hdf_enter() and hdf_leave(), and are false after a failure. */
bool nexus_file_create(struct nexus_file *f, const char *path, const char *title, unsigned compression);
/* Begin an NXdata of elements like this one, none of them written yet. */
bool nexus_file_begin(struct nexus_file *f, struct nexus_data *d, const struct element *like, bool series);
/* How it came to be: the history's lines, and settings up to one without name. */
bool nexus_file_process(struct nexus_file *f, const struct nexus_data *d, const char *history,
                        const struct setting *settings);
/* The next element; data NULL: one that is missing.  copy: room for its values. */
bool nexus_file_append(struct nexus_file *f, struct nexus_data *d, const struct element *e, void *copy);
bool nexus_file_end(struct nexus_file *f, struct nexus_data *d);
bool nexus_file_close(struct nexus_file *f);

#endif
