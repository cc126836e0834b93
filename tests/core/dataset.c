/* Datasets: arrays with axes, uncertainty, mask and attributes, shared by counting references.
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "dataset.h"
#include "tap.h"

#include <math.h>
#include <string.h>

#include "rich.h"

static void a_new_one_is_zero(void)
{
    const size_t shape[] = {3, 4};
    g_autoptr(frit_dataset) d = frit_dataset_new(FRIT_U16, 2, shape);
    g_assert_cmpuint(frit_dataset_count(d), ==, 12);
    for (size_t i = 0; i < 12; i++)
        g_assert_cmpuint(((const uint16_t *)d->data)[i], ==, 0);
    g_assert_cmpstr(d->unit, ==, "1");
    g_assert_null(d->sigma);
    g_assert_null(d->mask);
    g_assert_null(d->axis[0]);
    g_assert_null(frit_dataset_values(d)); /* no doubles */
}

static void a_number_has_no_dimensions(void)
{
    g_autoptr(frit_dataset) d = frit_dataset_number(2.5, "K");
    g_assert_cmpuint(d->ndim, ==, 0);
    g_assert_cmpuint(frit_dataset_count(d), ==, 1);
    g_assert_cmpfloat(*frit_dataset_values(d), ==, 2.5);
    g_assert_cmpstr(d->unit, ==, "K");
}

static void no_points_are_allowed(void)
{
    const size_t shape[] = {5, 0, 7};
    g_autoptr(frit_dataset) d = frit_dataset_new(FRIT_F64, 3, shape);
    g_assert_cmpuint(frit_dataset_count(d), ==, 0);
    g_assert_true(frit_dataset_want_sigma(d));
    g_assert_true(frit_dataset_want_mask(d));
    g_autoptr(frit_dataset) curve = frit_dataset_curve(0, NULL, "Q", "1/nm", NULL, NULL, "1");
    g_assert_cmpuint(curve->axis[0]->n, ==, 0);
}

/* Products that come round to something small, or that no memory could hold. */
static void impossible_shapes_are_refused(void)
{
    const size_t round[] = {(size_t)1 << 32, (size_t)1 << 32}, large[] = {PTRDIFF_MAX / 2}, nine[9] = {1};
    g_assert_null(frit_dataset_new(FRIT_U8, 2, round));
    g_assert_null(frit_dataset_new(FRIT_F64, 1, large));
    g_assert_null(frit_dataset_new(FRIT_F64, 9, nine));
}

static void a_curve_copies_what_it_is_given(void)
{
    double x[] = {1, 2}, y[] = {3, 4}, sigma[] = {0.1, 0.2};
    g_autoptr(frit_dataset) d = frit_dataset_curve(2, x, "Q", "1/nm", y, sigma, "count");
    x[0] = y[0] = sigma[0] = -1;
    g_assert_cmpfloat(d->axis[0]->at[0], ==, 1);
    g_assert_cmpfloat(frit_dataset_values(d)[0], ==, 3);
    g_assert_cmpfloat(d->sigma[0], ==, 0.1);
}

static void wanting_twice_keeps_the_values(void)
{
    const size_t n = 2;
    g_autoptr(frit_dataset) d = frit_dataset_new(FRIT_F64, 1, &n);
    g_assert_true(frit_dataset_want_sigma(d));
    g_assert_true(frit_dataset_want_mask(d));
    d->sigma[1] = 0.5;
    d->mask[1] = 1;
    g_assert_true(frit_dataset_want_sigma(d));
    g_assert_true(frit_dataset_want_mask(d));
    g_assert_cmpfloat(d->sigma[1], ==, 0.5);
    g_assert_cmpuint(d->mask[1], ==, 1);
}

/* Rows stay, new ones are 0; a dataset without dimensions, or with one that no memory could hold, stays as it is. */
static void rows_come_and_go(void)
{
    const size_t shape[] = {2, 3}, large[] = {(size_t)3 << 19};
    g_autoptr(frit_dataset) d = frit_dataset_new(FRIT_U16, 2, shape);
    g_assert_true(frit_dataset_want_mask(d));
    uint16_t *value = d->data;
    for (uint16_t i = 0; i < 6; i++)
        value[i] = i, d->mask[i] = 1;
    g_assert_true(frit_dataset_resize(d, 4));
    g_assert_cmpuint(frit_dataset_count(d), ==, 12);
    for (uint16_t i = 0; i < 12; i++) {
        g_assert_cmpuint(((uint16_t *)d->data)[i], ==, i < 6 ? i : 0);
        g_assert_cmpuint(d->mask[i], ==, i < 6);
    }
    g_assert_true(frit_dataset_resize(d, 1));
    g_assert_cmpuint(((uint16_t *)d->data)[2], ==, 2);
    g_assert_false(frit_dataset_resize(d, PTRDIFF_MAX));
    g_assert_cmpuint(d->shape[0], ==, 1);
    g_assert_true(frit_dataset_resize(d, 0));
    g_assert_cmpuint(frit_dataset_count(d), ==, 0);
    const size_t none[] = {1, 0};
    g_autoptr(frit_dataset) empty = frit_dataset_new(FRIT_F64, 2, none);
    empty->axis[0] = frit_axis_new("x", "s", 1, NULL);
    g_assert_false(frit_dataset_resize(empty, ((size_t)1 << 61) + 1));   /* whose axis would come round to 8 bytes */
    g_assert_cmpuint(empty->axis[0]->n, ==, 1);
    g_autoptr(frit_dataset) number = frit_dataset_number(1, "K");
    g_assert_false(frit_dataset_resize(number, 2));
    g_autoptr(frit_dataset) filled = frit_dataset_to_fill(FRIT_U64, 1, large);   /* in large pages */
    for (size_t i = 0; i < large[0]; i++)
        ((uint64_t *)filled->data)[i] = i;
    g_assert_true(frit_dataset_resize(filled, large[0] / 2));
    g_assert_true(frit_dataset_resize(filled, large[0] * 2));
    for (size_t i = 0; i < large[0] / 2; i++)
        g_assert_cmpuint(((uint64_t *)filled->data)[i], ==, i);
}

/* ---- Attributes ---- */

static void attributes_are_found_by_name(void)
{
    g_autoptr(frit_dataset) d = frit_dataset_number(0, "1");
    g_assert_null(frit_dataset_attribute(d, "T"));
    const char *const names[] = {"m", "T", "z", "a", "k"};
    for (int i = 0; i < 5; i++)
        frit_dataset_set_number(d, names[i], "K", i);
    frit_dataset_set_text(d, "who", "somebody");
    for (int i = 0; i < 5; i++)
        g_assert_cmpfloat(frit_dataset_attribute(d, names[i])->value, ==, i);
    g_assert_cmpstr(frit_dataset_attribute(d, "who")->text, ==, "somebody");
    g_assert_null(frit_dataset_attribute(d, "who")->unit);
    g_assert_null(frit_dataset_attribute(d, "nobody"));
}

/* A number may become a text and back. */
static void the_last_value_counts(void)
{
    g_autoptr(frit_dataset) d = frit_dataset_number(0, "1");
    frit_dataset_set_number(d, "T", "K", 300);
    frit_dataset_set_text(d, "T", "warm");
    g_assert_cmpstr(frit_dataset_attribute(d, "T")->text, ==, "warm");
    frit_dataset_set_number(d, "T", NULL, 3);
    g_assert_null(frit_dataset_attribute(d, "T")->text);
    g_assert_cmpstr(frit_dataset_attribute(d, "T")->unit, ==, "1");
    g_assert_cmpuint(d->attributes->len, ==, 1);
}

static void what_is_inherited_replaces_nothing(void)
{
    g_autoptr(frit_dataset) parent = frit_dataset_number(0, "1"), child = frit_dataset_number(0, "1");
    frit_dataset_set_number(parent, "T", "K", 300);
    frit_dataset_set_text(parent, "who", "somebody");
    frit_dataset_set_number(child, "T", "K", 400);
    frit_dataset_inherit(child, parent);
    g_assert_cmpfloat(frit_dataset_attribute(child, "T")->value, ==, 400);
    g_assert_cmpstr(frit_dataset_attribute(child, "who")->text, ==, "somebody");
    frit_dataset_set_text(parent, "who", "nobody");
    g_assert_cmpstr(frit_dataset_attribute(child, "who")->text, ==, "somebody");
}

/* ---- Copies ---- */

#define ASSERT_COPIED(type, ctype, low, high)                                                                \
    do {                                                                                                     \
        const size_t n = 2;                                                                                  \
        g_autoptr(frit_dataset) from = frit_dataset_new(type, 1, &n);                                        \
        ((ctype *)from->data)[0] = low;                                                                      \
        ((ctype *)from->data)[1] = high;                                                                     \
        g_autoptr(frit_dataset) copy = frit_dataset_copy(from);                                              \
        g_assert_cmpuint(copy->dtype, ==, FRIT_F64);                                                         \
        g_assert_cmpfloat(frit_dataset_values(copy)[0], ==, (double)(low));                                  \
        g_assert_cmpfloat(frit_dataset_values(copy)[1], ==, (double)(high));                                 \
    } while (0)

static void every_type_becomes_double(void)
{
    ASSERT_COPIED(FRIT_F64, double, -0.1, INFINITY);
    ASSERT_COPIED(FRIT_F32, float, -0.1f, 1e30f);
    ASSERT_COPIED(FRIT_I8, int8_t, INT8_MIN, INT8_MAX);
    ASSERT_COPIED(FRIT_U8, uint8_t, 0, UINT8_MAX);
    ASSERT_COPIED(FRIT_I16, int16_t, INT16_MIN, INT16_MAX);
    ASSERT_COPIED(FRIT_U16, uint16_t, 0, UINT16_MAX);
    ASSERT_COPIED(FRIT_I32, int32_t, INT32_MIN, INT32_MAX);
    ASSERT_COPIED(FRIT_U32, uint32_t, 0, UINT32_MAX);
    ASSERT_COPIED(FRIT_I64, int64_t, INT64_MIN, INT64_C(1) << 53);
    ASSERT_COPIED(FRIT_U64, uint64_t, 0, UINT64_C(1) << 63);
}

static void a_copy_has_everything_of_its_own(void)
{
    g_autoptr(frit_dataset) from = rich(FRIT_F64, 3);
    g_autoptr(frit_dataset) copy = frit_dataset_copy(from), again = frit_dataset_copy(from);
    assert_same(copy, again);
    g_assert_true(copy->data != from->data);
    g_assert_true(copy->sigma != from->sigma);
    g_assert_true(copy->mask != from->mask);
    g_assert_true(copy->axis[0] == from->axis[0]); /* shared, for it is never changed */
    g_assert_cmpstr(copy->quantity, ==, from->quantity);
    assert_same_attributes(copy, from);
}

static void rescaling_changes_values_and_sigma(void)
{
    const double x[] = {0, 1}, y[] = {10, -20}, sigma[] = {1, 2};
    g_autoptr(frit_dataset) d = frit_dataset_curve(2, x, "x", "mm", y, sigma, "km");
    g_autoptr(frit_dataset) flipped = frit_dataset_rescaled(d, "m", -1000, 5);
    g_assert_cmpfloat(frit_dataset_values(flipped)[0], ==, -9995);
    g_assert_cmpfloat(frit_dataset_values(flipped)[1], ==, 20005);
    g_assert_cmpfloat(flipped->sigma[1], ==, 2000); /* an uncertainty has no sign and no offset */
    g_assert_cmpstr(flipped->unit, ==, "m");
    g_assert_cmpfloat(frit_dataset_values(d)[0], ==, 10);
}

static void nothing_to_change_is_no_copy(void)
{
    g_autoptr(frit_dataset) d = frit_dataset_number(1, "m");
    g_autoptr(frit_dataset) same = frit_dataset_rescaled(d, "metre", 1, 0);
    g_assert_true(same == d);
    g_assert_cmpint(d->refs, ==, 2);
}

static void memory_is_counted(void)
{
    const size_t n = 1000;
    g_autoptr(frit_dataset) d = frit_dataset_new(FRIT_U16, 1, &n);
    size_t plain = frit_dataset_bytes(d);
    g_assert_cmpuint(plain, ==, sizeof *d + 2000);
    frit_dataset_want_sigma(d);
    frit_dataset_want_mask(d);
    d->axis[0] = frit_axis_new("x", "mm", n, NULL);
    g_assert_cmpuint(frit_dataset_bytes(d), ==, plain + 8000 + 1000 + 8000);
}

static void types_have_sizes_and_names(void)
{
    const size_t sizes[] = {8, 4, 1, 1, 2, 2, 4, 4, 8, 8};
    const char *const names[] = {"f64", "f32", "i8", "u8", "i16", "u16", "i32", "u32", "i64", "u64"};
    for (int t = FRIT_F64; t <= FRIT_U64; t++) {
        g_assert_cmpuint(frit_dtype_size((frit_dtype)t), ==, sizes[t]);
        g_assert_cmpstr(frit_dtype_name((frit_dtype)t), ==, names[t]);
    }
}

int main(int argc, char **argv)
{
    tap_init(&argc, &argv);
    g_test_add_func("/dataset/new", a_new_one_is_zero);
    g_test_add_func("/dataset/number", a_number_has_no_dimensions);
    g_test_add_func("/dataset/no-points", no_points_are_allowed);
    g_test_add_func("/dataset/impossible", impossible_shapes_are_refused);
    g_test_add_func("/dataset/curve", a_curve_copies_what_it_is_given);
    g_test_add_func("/dataset/want", wanting_twice_keeps_the_values);
    g_test_add_func("/dataset/resize", rows_come_and_go);
    g_test_add_func("/dataset/attributes/names", attributes_are_found_by_name);
    g_test_add_func("/dataset/attributes/last", the_last_value_counts);
    g_test_add_func("/dataset/attributes/inherit", what_is_inherited_replaces_nothing);
    g_test_add_func("/dataset/copy/types", every_type_becomes_double);
    g_test_add_func("/dataset/copy/own", a_copy_has_everything_of_its_own);
    g_test_add_func("/dataset/rescaled", rescaling_changes_values_and_sigma);
    g_test_add_func("/dataset/same", nothing_to_change_is_no_copy);
    g_test_add_func("/dataset/memory", memory_is_counted);
    g_test_add_func("/dataset/types", types_have_sizes_and_names);
    return g_test_run();
}
