/* Datasets: arrays with units, axes, uncertainty, mask and attributes.
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "dataset.h"
#include "pages.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static const struct { const char *name; size_t size; } dtypes[] = {
    [FRIT_F64] = {"f64", 8}, [FRIT_F32] = {"f32", 4},
    [FRIT_I8] = {"i8", 1},   [FRIT_U8] = {"u8", 1},
    [FRIT_I16] = {"i16", 2}, [FRIT_U16] = {"u16", 2},
    [FRIT_I32] = {"i32", 4}, [FRIT_U32] = {"u32", 4},
    [FRIT_I64] = {"i64", 8}, [FRIT_U64] = {"u64", 8},
};

size_t frit_dtype_size(frit_dtype dtype)
{
    return dtypes[dtype].size;
}

const char *frit_dtype_name(frit_dtype dtype)
{
    return dtypes[dtype].name;
}

/* ---- Axes ---- */

frit_axis *frit_axis_new(const char *name, const char *unit, size_t n, const double *at)
{
    double *copy = calloc(n ? n : 1, sizeof *copy);
    if (!copy)
        return NULL;
    if (at && n)
        memcpy(copy, at, n * sizeof *copy);
    frit_axis *axis = g_new(frit_axis, 1);
    *axis = (frit_axis){1, g_intern_string(name), g_intern_string(unit ? unit : "1"), n, copy};
    return axis;
}

frit_axis *frit_axis_ref(frit_axis *axis)
{
    if (axis)
        g_atomic_int_inc(&axis->refs);
    return axis;
}

void frit_axis_unref(frit_axis *axis)
{
    if (!axis || !g_atomic_int_dec_and_test(&axis->refs))
        return;
    free(axis->at);
    g_free(axis);
}

/* ---- Datasets ---- */

static bool shape_count(uint32_t ndim, const size_t *shape, size_t *n)
{
    *n = 1;
    for (uint32_t k = 0; k < ndim; k++)
        if (__builtin_mul_overflow(*n, shape[k], n))
            return false;
    return *n <= PTRDIFF_MAX / 8;
}

frit_dataset *frit_dataset_outline(frit_dtype dtype, uint32_t ndim, const size_t *shape)
{
    size_t n;
    if (ndim > FRIT_MAX_NDIM || !shape_count(ndim, shape, &n))
        return NULL;
    frit_dataset *d = g_new0(frit_dataset, 1);
    d->refs = 1;
    d->unit = g_intern_static_string("1");
    d->ndim = ndim;
    d->dtype = dtype;
    for (uint32_t k = 0; k < ndim; k++)
        d->shape[k] = shape[k];
    return d;
}

frit_dataset *frit_dataset_new(frit_dtype dtype, uint32_t ndim, const size_t *shape)
{
    frit_dataset *d = frit_dataset_outline(dtype, ndim, shape);
    size_t n = d ? frit_dataset_count(d) : 0;
    if (d && (d->data = calloc(n ? n : 1, frit_dtype_size(dtype)))) {
        large_pages(d->data, n * frit_dtype_size(dtype));
        return d;
    }
    frit_dataset_unref(d);
    return NULL;
}

frit_dataset *frit_dataset_to_fill(frit_dtype dtype, uint32_t ndim, const size_t *shape)
{
    frit_dataset *d = frit_dataset_outline(dtype, ndim, shape);
    size_t n = d ? frit_dataset_count(d) : 0;
    if (d && (d->data = malloc((n ? n : 1) * frit_dtype_size(dtype)))) {
        large_pages(d->data, n * frit_dtype_size(dtype));
        d->is_filled = true;
        return d;
    }
    frit_dataset_unref(d);
    return NULL;
}

/* From *array, of which `before` numbers of that size are in use, to one of n. */
static bool resize(void *array, size_t before, size_t n, size_t size, bool zero)
{
    void **at = array, *p = *at ? realloc(*at, (n ? n : 1) * size) : NULL;
    if (!*at)
        return true;
    if (!p)
        return false;
    if (zero && n > before)
        memset((char *)p + before * size, 0, (n - before) * size);
    *at = p;
    return true;
}

bool frit_dataset_resize(frit_dataset *d, size_t n)
{
    size_t shape[FRIT_MAX_NDIM], before = frit_dataset_count(d), after;
    memcpy(shape, d->shape, sizeof shape);
    shape[0] = n;
    if (d->ndim == 0 || n > PTRDIFF_MAX / 8 || !shape_count(d->ndim, shape, &after) ||
        !resize(&d->data, before, after, frit_dtype_size(d->dtype), !d->is_filled) ||
        !resize(&d->sigma, before, after, sizeof *d->sigma, true) ||
        !resize(&d->mask, before, after, sizeof *d->mask, true))
        return false;
    frit_axis *axis = d->axis[0];
    if (axis && !resize(&axis->at, axis->n, n, sizeof *axis->at, true))
        return false;
    if (axis)
        axis->n = n;
    d->shape[0] = n;
    return true;
}

frit_dataset *frit_dataset_number(double value, const char *unit)
{
    frit_dataset *d = frit_dataset_new(FRIT_F64, 0, NULL);
    if (!d)
        return NULL;
    *(double *)d->data = value;
    d->unit = g_intern_string(unit);
    return d;
}

frit_dataset *frit_dataset_curve(size_t n, const double *x, const char *x_name, const char *x_unit,
                                 const double *y, const double *sigma, const char *unit)
{
    frit_dataset *d = frit_dataset_new(FRIT_F64, 1, &n);
    if (!d)
        return NULL;
    d->axis[0] = frit_axis_new(x_name, x_unit, n, x);
    d->unit = g_intern_string(unit);
    if (!d->axis[0] || (sigma && !frit_dataset_want_sigma(d))) {
        frit_dataset_unref(d);
        return NULL;
    }
    if (n) {
        memcpy(d->data, y, n * sizeof *y);
        if (sigma)
            memcpy(d->sigma, sigma, n * sizeof *sigma);
    }
    return d;
}

frit_dataset *frit_dataset_ref(frit_dataset *d)
{
    if (d)
        g_atomic_int_inc(&d->refs);
    return d;
}

void frit_dataset_unref(frit_dataset *d)
{
    if (!d || !g_atomic_int_dec_and_test(&d->refs))
        return;
    for (uint32_t k = 0; k < d->ndim; k++)
        frit_axis_unref(d->axis[k]);
    free(d->data);
    free(d->sigma);
    free(d->mask);
    if (d->attributes)
        g_array_unref(d->attributes);
    g_free(d);
}

size_t frit_dataset_count(const frit_dataset *d)
{
    size_t n = 1;
    for (uint32_t k = 0; k < d->ndim; k++)
        n *= d->shape[k];
    return n;
}

size_t frit_dataset_bytes(const frit_dataset *d)
{
    size_t n = frit_dataset_count(d);
    size_t bytes = sizeof *d + n * frit_dtype_size(d->dtype);
    bytes += d->sigma ? n * sizeof *d->sigma : 0;
    bytes += d->mask ? n : 0;
    for (uint32_t k = 0; k < d->ndim; k++)
        bytes += d->axis[k] ? d->axis[k]->n * sizeof(double) : 0;
    return bytes;
}

size_t frit_dataset_footprint(const frit_dataset *d)
{
    size_t bytes = frit_dataset_bytes(d);
    for (guint i = 0; d->attributes && i < d->attributes->len; i++) {
        const frit_attribute *a = &g_array_index(d->attributes, frit_attribute, i);
        bytes += sizeof *a + (a->text ? strlen(a->text) + 1 : 0);
    }
    return bytes;
}

const double *frit_dataset_values(const frit_dataset *d)
{
    return d->dtype == FRIT_F64 ? d->data : NULL;
}

bool frit_dataset_want_sigma(frit_dataset *d)
{
    size_t n = frit_dataset_count(d);
    if (!d->sigma)
        d->sigma = calloc(n ? n : 1, sizeof *d->sigma);
    return d->sigma != NULL;
}

bool frit_dataset_want_mask(frit_dataset *d)
{
    size_t n = frit_dataset_count(d);
    if (!d->mask)
        d->mask = calloc(n ? n : 1, 1);
    return d->mask != NULL;
}

/* ---- Attributes: few, kept by name ---- */

/* Texts are GRefStrings: those who inherit them share them. */
static void attribute_clear(gpointer attribute)
{
    const char *text = ((frit_attribute *)attribute)->text;
    if (text)
        g_ref_string_release((char *)text);
}

/* Where `name` stands, or should stand; `found` says which. */
static guint attribute_place(const frit_dataset *d, const char *name, bool *found)
{
    guint i = 0, n = d->attributes ? d->attributes->len : 0;
    *found = false;
    if (n && strcmp(g_array_index(d->attributes, frit_attribute, n - 1).name, name) < 0)
        return n;   /* most come in their order */
    for (; i < n; i++) {
        int order = strcmp(g_array_index(d->attributes, frit_attribute, i).name, name);
        if (order >= 0) {
            *found = order == 0;
            break;
        }
    }
    return i;
}

static void make_room(frit_dataset *d, guint n)
{
    if (d->attributes)
        return;
    d->attributes = g_array_sized_new(FALSE, FALSE, sizeof(frit_attribute), n);
    g_array_set_clear_func(d->attributes, attribute_clear);
}

void frit_dataset_take_attribute(frit_dataset *d, frit_attribute attribute)
{
    enum { USUAL = 16 };
    make_room(d, USUAL);
    bool found;
    guint i = attribute_place(d, attribute.name, &found);
    if (found)
        g_array_remove_index(d->attributes, i);
    g_array_insert_val(d->attributes, i, attribute);
}

void frit_dataset_set_number(frit_dataset *d, const char *name, const char *unit, double value)
{
    frit_dataset_take_attribute(d, (frit_attribute){g_intern_string(name), g_intern_string(unit ? unit : "1"), value, NULL});
}

void frit_dataset_set_text(frit_dataset *d, const char *name, const char *text)
{
    frit_dataset_take_attribute(d, (frit_attribute){g_intern_string(name), NULL, NAN,
                                                    text ? g_ref_string_new(text) : NULL});
}

const frit_attribute *frit_dataset_attribute(const frit_dataset *d, const char *name)
{
    bool found;
    guint i = attribute_place(d, name, &found);
    return found ? &g_array_index(d->attributes, frit_attribute, i) : NULL;
}

void frit_dataset_inherit(frit_dataset *d, const frit_dataset *from)
{
    if (!from->attributes)
        return;
    make_room(d, from->attributes->len);
    for (guint i = 0; i < from->attributes->len; i++) {
        frit_attribute a = g_array_index(from->attributes, frit_attribute, i);
        if (frit_dataset_attribute(d, a.name))
            continue;
        a.text = a.text ? g_ref_string_acquire((char *)a.text) : NULL;
        frit_dataset_take_attribute(d, a);
    }
}

/* ---- Copies ---- */

#define CONVERT(ctype) \
    for (size_t i = 0; i < n; i++) \
        to[i] = (double)((const ctype *)from)[i]; \
    break

static void to_double(double *restrict to, const void *restrict from, frit_dtype dtype, size_t n)
{
    switch (dtype) {
    case FRIT_F64: memcpy(to, from, n * sizeof *to); break;
    case FRIT_F32: CONVERT(float);
    case FRIT_I8: CONVERT(int8_t);
    case FRIT_U8: CONVERT(uint8_t);
    case FRIT_I16: CONVERT(int16_t);
    case FRIT_U16: CONVERT(uint16_t);
    case FRIT_I32: CONVERT(int32_t);
    case FRIT_U32: CONVERT(uint32_t);
    case FRIT_I64: CONVERT(int64_t);
    case FRIT_U64: CONVERT(uint64_t);
    }
}

frit_dataset *frit_dataset_copy(const frit_dataset *d)
{
    g_autoptr(frit_dataset) copy = frit_dataset_new(FRIT_F64, d->ndim, d->shape);
    if (!copy)
        return NULL;
    size_t n = frit_dataset_count(d);
    to_double(copy->data, d->data, d->dtype, n);
    copy->quantity = d->quantity;
    copy->unit = d->unit;
    for (uint32_t k = 0; k < d->ndim; k++)
        copy->axis[k] = frit_axis_ref(d->axis[k]);
    if ((d->sigma && !frit_dataset_want_sigma(copy)) || (d->mask && !frit_dataset_want_mask(copy)))
        return NULL;
    if (d->sigma)
        memcpy(copy->sigma, d->sigma, n * sizeof *d->sigma);
    if (d->mask)
        memcpy(copy->mask, d->mask, n);
    frit_dataset_inherit(copy, d);
    return g_steal_pointer(&copy);
}

frit_dataset *frit_dataset_rescaled(frit_dataset *d, const char *unit, double factor, double offset)
{
    if (d->dtype == FRIT_F64 && factor == 1 && offset == 0)
        return frit_dataset_ref(d);
    frit_dataset *scaled = frit_dataset_copy(d);
    if (!scaled)
        return NULL;
    scaled->unit = g_intern_string(unit);
    size_t n = frit_dataset_count(scaled);
    double *value = scaled->data;
    for (size_t i = 0; i < n; i++) {
        value[i] = factor * value[i] + offset;
        if (scaled->sigma)
            scaled->sigma[i] *= factor < 0 ? -factor : factor;
    }
    return scaled;
}
