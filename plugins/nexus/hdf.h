/* HDF5 as this module uses it: one call at a time, silent, its reasons as sentences.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef NEXUS_HDF_H
#define NEXUS_HDF_H

#include <hdf5.h>

#include "plugin.h"

/* The library is not safe for threads: all calls of HDF5 stand between these two, and no call of the
 * host that may evaluate something.  In between it does not print. */
typedef struct hdf_session { H5E_auto2_t report; void *data; } hdf_session;
void hdf_enter(hdf_session *s);
void hdf_leave(const hdf_session *s);

/* What HDF5 said last, of the innermost function: "truncated file: ...". */
#define HDF_REASON 400
const char *hdf_reason(char out[HDF_REASON]);

hid_t hdf_memory_type(frit_dtype dtype);             /* of the library: not to be closed */
bool hdf_dtype(hid_t type, frit_dtype *dtype);       /* that holds a file's type; false: no numbers */
hid_t hdf_text_type(size_t size);                    /* of so many bytes; to be closed */
size_t hdf_dtype_size(frit_dtype dtype);

/* Property lists that leave no times in a file; to be closed. */
hid_t hdf_creation(hid_t class);
/* Access without locks: data may lie where there are none, or be written meanwhile. */
hid_t hdf_access(void);

/* Attributes and scalar fields of text, UTF-8.  False, or negative: HDF5 failed. */
bool hdf_put_attribute(hid_t object, const char *name, const char *text);
bool hdf_put_attribute_list(hid_t object, const char *name, const char *const *text, size_t n);
bool hdf_put_attribute_integer(hid_t object, const char *name, int64_t value);
bool hdf_put_text(hid_t group, const char *name, const char *text);
bool hdf_put_number(hid_t group, const char *name, const char *unit, double value);
bool hdf_put_integer(hid_t group, const char *name, int64_t value);
hid_t hdf_group(hid_t parent, const char *name, const char *nx_class);

/* The text of an attribute (of a list: the i-th); false: none. */
bool hdf_attribute(hid_t object, const char *name, size_t i, char *out, size_t size);

/* A scalar text that is a dataset. */
bool hdf_text(hid_t dataset, char *out, size_t size);

#endif
