/* HDF5 as this module uses it.
 *
 * The HDF Group, HDF5 Reference Manual, https://docs.hdfgroup.org/hdf5.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "hdf.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

void hdf_enter(hdf_session *s)
{
    pthread_mutex_lock(&lock);
    H5Eget_auto2(H5E_DEFAULT, &s->report, &s->data);
    H5Eset_auto2(H5E_DEFAULT, NULL, NULL);
}

void hdf_leave(const hdf_session *s)
{
    H5Eset_auto2(H5E_DEFAULT, s->report, s->data);
    pthread_mutex_unlock(&lock);
}

static herr_t take_first(unsigned n, const H5E_error2_t *error, void *data)
{
    char *out = data;
    if (n == 0)
        snprintf(out, HDF_REASON, "%.*s", HDF_REASON - 1, error->desc ? error->desc : "");
    return 0;
}

const char *hdf_reason(char out[HDF_REASON])
{
    strcpy(out, "HDF5 gives no reason");
    H5Ewalk2(H5E_DEFAULT, H5E_WALK_UPWARD, take_first, out);
    return out;
}

/* ---- Types ---- */

hid_t hdf_memory_type(frit_dtype dtype)
{
    switch (dtype) {
    case FRIT_F32: return H5T_NATIVE_FLOAT;
    case FRIT_I8:  return H5T_NATIVE_INT8;
    case FRIT_U8:  return H5T_NATIVE_UINT8;
    case FRIT_I16: return H5T_NATIVE_INT16;
    case FRIT_U16: return H5T_NATIVE_UINT16;
    case FRIT_I32: return H5T_NATIVE_INT32;
    case FRIT_U32: return H5T_NATIVE_UINT32;
    case FRIT_I64: return H5T_NATIVE_INT64;
    case FRIT_U64: return H5T_NATIVE_UINT64;
    default:       return H5T_NATIVE_DOUBLE;
    }
}

size_t hdf_dtype_size(frit_dtype dtype)
{
    static const size_t size[] = { 8, 4, 1, 1, 2, 2, 4, 4, 8, 8 };
    return size[dtype];
}

bool hdf_dtype(hid_t type, frit_dtype *dtype)
{
    H5T_class_t class = H5Tget_class(type);
    size_t size = H5Tget_size(type);
    if (class == H5T_FLOAT) {
        *dtype = size <= 4 ? FRIT_F32 : FRIT_F64;
        return size > 0;
    }
    if (class == H5T_ENUM && size == 1) {    /* a bool of h5py */
        *dtype = FRIT_I8;
        return true;
    }
    if (class != H5T_INTEGER || size == 0 || size > 8)
        return false;
    bool sign = H5Tget_sign(type) == H5T_SGN_2;
    *dtype = size == 1 ? (sign ? FRIT_I8 : FRIT_U8) : size == 2 ? (sign ? FRIT_I16 : FRIT_U16) :
             size <= 4 ? (sign ? FRIT_I32 : FRIT_U32) : sign ? FRIT_I64 : FRIT_U64;
    return true;
}

hid_t hdf_creation(hid_t class)
{
    hid_t p = H5Pcreate(class);
    H5Pset_obj_track_times(p, false);
    return p;
}

hid_t hdf_access(void)
{
    hid_t p = H5Pcreate(H5P_FILE_ACCESS);
#if H5_VERSION_GE(1, 10, 7)
    H5Pset_file_locking(p, false, true);
#endif
    return p;
}

/* ---- Writing ---- */

/* Texts of fixed length lie where their datasets and attributes lie: those of variable length are in a
 * heap, whose reader in HDF5 1.10 falls over damaged files. */
hid_t hdf_text_type(size_t size)
{
    hid_t type = H5Tcopy(H5T_C_S1);
    H5Tset_size(type, size ? size : 1);
    H5Tset_strpad(type, H5T_STR_NULLPAD);
    H5Tset_cset(type, H5T_CSET_UTF8);
    return type;
}

bool hdf_put_attribute_list(hid_t object, const char *name, const char *const *text, size_t n)
{
    hsize_t length = n;
    size_t size = 1;
    for (size_t i = 0; i < n; i++)
        size = strlen(text[i]) > size ? strlen(text[i]) : size;
    char *row = calloc(n, size);
    for (size_t i = 0; row && i < n; i++)
        memcpy(row + i * size, text[i], strlen(text[i]));
    hid_t type = hdf_text_type(size), space = H5Screate_simple(1, &length, NULL);
    hid_t a = row ? H5Acreate2(object, name, type, space, H5P_DEFAULT, H5P_DEFAULT) : -1;
    bool ok = a >= 0 && H5Awrite(a, type, row) >= 0;
    free(row);
    ok = (a < 0 || H5Aclose(a) >= 0) && ok;
    H5Sclose(space);
    H5Tclose(type);
    return ok;
}

bool hdf_put_attribute(hid_t object, const char *name, const char *text)
{
    hid_t type = hdf_text_type(strlen(text)), space = H5Screate(H5S_SCALAR);
    hid_t a = H5Acreate2(object, name, type, space, H5P_DEFAULT, H5P_DEFAULT);
    bool ok = a >= 0 && H5Awrite(a, type, text) >= 0;
    ok = (a < 0 || H5Aclose(a) >= 0) && ok;
    H5Sclose(space);
    H5Tclose(type);
    return ok;
}

bool hdf_put_attribute_integer(hid_t object, const char *name, int64_t value)
{
    hid_t space = H5Screate(H5S_SCALAR);
    hid_t a = H5Acreate2(object, name, H5T_STD_I64LE, space, H5P_DEFAULT, H5P_DEFAULT);
    bool ok = a >= 0 && H5Awrite(a, H5T_NATIVE_INT64, &value) >= 0;
    ok = (a < 0 || H5Aclose(a) >= 0) && ok;
    H5Sclose(space);
    return ok;
}

static bool put_scalar(hid_t group, const char *name, hid_t type, const void *value, const char *unit)
{
    hid_t space = H5Screate(H5S_SCALAR), creation = hdf_creation(H5P_DATASET_CREATE);
    hid_t d = H5Dcreate2(group, name, type, space, H5P_DEFAULT, creation, H5P_DEFAULT);
    bool ok = d >= 0 && H5Dwrite(d, type, H5S_ALL, H5S_ALL, H5P_DEFAULT, value) >= 0 &&
              (!unit || hdf_put_attribute(d, "units", unit));
    ok = (d < 0 || H5Dclose(d) >= 0) && ok;
    H5Pclose(creation);
    H5Sclose(space);
    return ok;
}

bool hdf_put_text(hid_t group, const char *name, const char *text)
{
    hid_t type = hdf_text_type(strlen(text));
    bool ok = put_scalar(group, name, type, text, NULL);
    H5Tclose(type);
    return ok;
}

bool hdf_put_number(hid_t group, const char *name, const char *unit, double value)
{
    return put_scalar(group, name, H5T_NATIVE_DOUBLE, &value, unit);
}

hid_t hdf_group(hid_t parent, const char *name, const char *nx_class)
{
    hid_t creation = hdf_creation(H5P_GROUP_CREATE);
    hid_t group = H5Gcreate2(parent, name, H5P_DEFAULT, creation, H5P_DEFAULT);
    H5Pclose(creation);
    if (group >= 0 && !hdf_put_attribute(group, "NX_class", nx_class)) {
        H5Gclose(group);
        return -1;
    }
    return group;
}

bool hdf_put_integer(hid_t group, const char *name, int64_t value)
{
    return put_scalar(group, name, H5T_NATIVE_INT64, &value, NULL);
}

/* ---- Reading ---- */

/* The i-th text of what `read` puts into memory, as text of any kind; false: none. */
static bool pick_text(hid_t type, hid_t space, size_t i, char *out, size_t size, hid_t attribute,
                      hid_t dataset)
{
    hssize_t n = H5Sget_simple_extent_npoints(space);
    if (H5Tget_class(type) != H5T_STRING || n < 1 || (size_t)n <= i || n > 1000)
        return false;
    bool variable = H5Tis_variable_str(type) > 0;
    size_t each = variable ? sizeof(char *) : H5Tget_size(type);
    if (each == 0 || each > 1 << 20)
        return false;
    char *memory = calloc((size_t)n, each);
    hid_t memory_type = H5Tcopy(type);
    bool ok = memory && (attribute >= 0 ? H5Aread(attribute, memory_type, memory) :
                         H5Dread(dataset, memory_type, H5S_ALL, H5S_ALL, H5P_DEFAULT, memory)) >= 0;
    if (ok) {
        char *text = NULL;
        if (variable)
            memcpy(&text, memory + i * each, sizeof text);
        else
            text = memory + i * each;
        size_t length = !text ? 0 : variable ? strlen(text) : strnlen(text, each);
        while (!variable && length && text[length - 1] == ' ')    /* Fortran's */
            length--;
        length = length < size ? length : size - 1;
        if (length)
            memcpy(out, text, length);
        out[length] = 0;
        if (variable)
            H5Dvlen_reclaim(memory_type, space, H5P_DEFAULT, memory);
    }
    H5Tclose(memory_type);
    free(memory);
    return ok;
}

bool hdf_attribute(hid_t object, const char *name, size_t i, char *out, size_t size)
{
    if (H5Aexists(object, name) <= 0)
        return false;
    hid_t a = H5Aopen(object, name, H5P_DEFAULT);
    if (a < 0)
        return false;
    hid_t type = H5Aget_type(a), space = H5Aget_space(a);
    bool ok = type >= 0 && space >= 0 && pick_text(type, space, i, out, size, a, -1);
    H5Sclose(space);
    H5Tclose(type);
    H5Aclose(a);
    return ok;
}

bool hdf_text(hid_t dataset, char *out, size_t size)
{
    hid_t type = H5Dget_type(dataset), space = H5Dget_space(dataset);
    bool ok = type >= 0 && space >= 0 && pick_text(type, space, 0, out, size, -1, dataset);
    H5Sclose(space);
    H5Tclose(type);
    return ok;
}
