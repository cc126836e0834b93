/* A dataset: one element of a measurement or a result.
 *
 * An N-dimensional array with a unit; per dimension an axis with positions, name and unit;
 * a standard uncertainty and a mask for each value, where there are any; attributes.
 * Filled by whoever made it, then sealed: from then on it is never changed, and any thread
 * may hold it.  Reference counted.  Strings are interned and live as long as the program.
 */
#pragma once

#include <glib.h>
#include "plugin.h"

/* Positions along one dimension, shared by the datasets of a series. */
typedef struct frit_axis {
    gint        refs;
    const char *name;   /* "Q", or NULL */
    const char *unit;   /* "1/angstrom" */
    size_t      n;
    double     *at;
} frit_axis;

typedef struct frit_dataset {
    gint           refs;
    const char    *quantity;              /* "intensity", or NULL */
    const char    *unit;                  /* "1" at first */
    uint32_t       ndim;
    frit_dtype     dtype;
    size_t         shape[FRIT_MAX_NDIM];
    frit_axis     *axis[FRIT_MAX_NDIM];   /* NULL: the plain index */
    void          *data;
    double        *sigma;                 /* or NULL */
    uint8_t       *mask;                  /* or NULL; non-zero: not measured */
    GArray        *attributes;            /* of frit_attribute, by name; or NULL */
    bool           is_filled;             /* whoever makes it promises that no value is NaN */
} frit_dataset;

size_t      frit_dtype_size(frit_dtype dtype);
const char *frit_dtype_name(frit_dtype dtype);

/* `at` is copied; NULL: zeros, to be filled before the axis is shared. */
frit_axis *frit_axis_new(const char *name, const char *unit, size_t n, const double *at);
frit_axis *frit_axis_ref(frit_axis *axis);
void       frit_axis_unref(frit_axis *axis);

/* A zeroed array; NULL when there is no memory for it. */
frit_dataset *frit_dataset_new(frit_dtype dtype, uint32_t ndim, const size_t *shape);
/* The same without its data: what is known of an element before it is read. */
frit_dataset *frit_dataset_outline(frit_dtype dtype, uint32_t ndim, const size_t *shape);
/* The same with room for data, of any content, which will be filled: see FRIT_WANT_FILLED. */
frit_dataset *frit_dataset_to_fill(frit_dtype dtype, uint32_t ndim, const size_t *shape);
/* The first dimension becomes n: what lies below stays, what is new is 0 (of any content in one to be filled).  Only
 * before it is sealed, and where its axis is its own.  false: no memory, or no dimension. */
bool frit_dataset_resize(frit_dataset *d, size_t n);
frit_dataset *frit_dataset_number(double value, const char *unit);
/* A curve: n values over positions x, both copied; sigma may be NULL. */
frit_dataset *frit_dataset_curve(size_t n, const double *x, const char *x_name, const char *x_unit,
                                 const double *y, const double *sigma, const char *unit);
frit_dataset *frit_dataset_ref(frit_dataset *d);
void          frit_dataset_unref(frit_dataset *d);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(frit_dataset, frit_dataset_unref)

size_t frit_dataset_count(const frit_dataset *d);   /* of values: the product of the shape */
size_t frit_dataset_bytes(const frit_dataset *d);   /* of its numbers, axes included */
size_t frit_dataset_footprint(const frit_dataset *d);   /* with all that travels beside them */
/* The values as double; NULL where the dtype is another. */
const double *frit_dataset_values(const frit_dataset *d);

/* Add an array of zeros; nothing where there is one. */
bool frit_dataset_want_sigma(frit_dataset *d);
bool frit_dataset_want_mask(frit_dataset *d);

void frit_dataset_set_number(frit_dataset *d, const char *name, const char *unit, double value);
void frit_dataset_set_text(frit_dataset *d, const char *name, const char *text);
/* An attribute whose names are interned and whose text is a GRefString, which d takes over. */
void frit_dataset_take_attribute(frit_dataset *d, frit_attribute attribute);
const frit_attribute *frit_dataset_attribute(const frit_dataset *d, const char *name);
/* Add to d the attributes of `from` that it has not. */
void frit_dataset_inherit(frit_dataset *d, const frit_dataset *from);

/* A writable copy, as double: values, axes (shared), sigma, mask, attributes. */
frit_dataset *frit_dataset_copy(const frit_dataset *d);
/* The same data as double and in another unit, `factor * x + offset`; sigma takes the factor
 * alone.  Returns a new reference to d itself where nothing changes. */
frit_dataset *frit_dataset_rescaled(frit_dataset *d, const char *unit, double factor, double offset);
