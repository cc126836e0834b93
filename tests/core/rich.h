/* A dataset with every field in use, and what it means that two are the same. */
#pragma once

#include "dataset.h"

#include <math.h>

static inline void assert_same_axis(const frit_axis *a, const frit_axis *b)
{
    g_assert_true((a == NULL) == (b == NULL));
    if (!a)
        return;
    g_assert_cmpstr(a->name, ==, b->name);
    g_assert_cmpstr(a->unit, ==, b->unit);
    g_assert_cmpmem(a->at, a->n * sizeof *a->at, b->at, b->n * sizeof *b->at);
}

static inline void assert_same_attributes(const frit_dataset *a, const frit_dataset *b)
{
    guint n = a->attributes ? a->attributes->len : 0;
    g_assert_cmpuint(n, ==, b->attributes ? b->attributes->len : 0);
    for (guint i = 0; i < n; i++) {
        const frit_attribute *x = &g_array_index(a->attributes, frit_attribute, i);
        const frit_attribute *y = &g_array_index(b->attributes, frit_attribute, i);
        g_assert_cmpstr(x->name, ==, y->name);
        g_assert_cmpstr(x->unit, ==, y->unit);
        g_assert_cmpstr(x->text, ==, y->text);
        if (x->unit)
            g_assert_cmpmem(&x->value, sizeof x->value, &y->value, sizeof y->value);
    }
}

/* Bit for bit, NaNs included. */
static inline void assert_same(const frit_dataset *a, const frit_dataset *b)
{
    size_t n = frit_dataset_count(a);
    g_assert_cmpstr(a->quantity, ==, b->quantity);
    g_assert_cmpstr(a->unit, ==, b->unit);
    g_assert_cmpuint(a->dtype, ==, b->dtype);
    g_assert_cmpmem(a->shape, a->ndim * sizeof *a->shape, b->shape, b->ndim * sizeof *b->shape);
    for (uint32_t k = 0; k < a->ndim; k++)
        assert_same_axis(a->axis[k], b->axis[k]);
    g_assert_true((a->sigma == NULL) == (b->sigma == NULL) && (a->mask == NULL) == (b->mask == NULL));
    g_assert_cmpmem(a->data, n * frit_dtype_size(a->dtype), b->data, n * frit_dtype_size(a->dtype));
    if (a->sigma)
        g_assert_cmpmem(a->sigma, n * sizeof *a->sigma, b->sigma, n * sizeof *b->sigma);
    if (a->mask)
        g_assert_cmpmem(a->mask, n, b->mask, n);
    assert_same_attributes(a, b);
}

/* One with every field in use. */
static inline frit_dataset *rich(frit_dtype dtype, int seed)
{
    const size_t shape[] = {3, 5};
    const double chi[] = {-90, 0, 90}, q[] = {0.5, 1, 1.5, 2, -NAN};
    frit_dataset *d = frit_dataset_new(dtype, 2, shape);
    d->quantity = g_intern_string("intensity");
    d->unit = g_intern_string("count/s");
    d->axis[0] = frit_axis_new("chi", "deg", 3, chi);
    d->axis[1] = frit_axis_new(NULL, "1/angstrom", 5, q);
    frit_dataset_want_sigma(d);
    frit_dataset_want_mask(d);
    unsigned char *bytes = d->data;
    for (size_t i = 0; i < 15 * frit_dtype_size(dtype); i++)
        bytes[i] = (unsigned char)(37 * i + 11 * (unsigned)seed);
    for (int i = 0; i < 15; i++) {
        d->sigma[i] = i == 7 ? NAN : sqrt(i + seed);
        d->mask[i] = i == 7 ? 255 : i % 2;
    }
    frit_dataset_set_number(d, "exposure", "s", 0.1);
    frit_dataset_set_number(d, "monitor", "1", -0.0);
    frit_dataset_set_text(d, "detector", "Pilatus3 X CdTe, \xc3\x85, two\nlines");
    frit_dataset_set_text(d, "empty", "");
    return d;
}
