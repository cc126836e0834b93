/* Datasets as bytes: exact, and safe from what is no dataset.
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "store.h"
#include "rich.h"
#include "tap.h"

#include <math.h>
#include <string.h>

static void assert_round_trip(const frit_dataset *d)
{
    g_autoptr(GBytes) bytes = frit_dataset_to_bytes(d);
    g_assert_nonnull(bytes);
    gsize n;
    const void *data = g_bytes_get_data(bytes, &n);
    g_autoptr(frit_dataset) back = frit_dataset_from_bytes(data, n, NULL);
    g_assert_nonnull(back);
    assert_same(d, back);
    g_autoptr(frit_dataset) again = frit_dataset_from_bytes(data, n, back);
    g_assert_nonnull(again);
    assert_same(d, again);
}

/* With the one before it: what is the same is there once; what differs, however little, is its own. */
static void what_is_the_same_is_shared(void)
{
    g_autoptr(frit_dataset) d = rich(FRIT_F64, 2), other = rich(FRIT_F64, 2);
    frit_dataset_set_text(d, "who", "somebody");
    frit_dataset_set_text(d, "what", "glass");
    frit_dataset_set_text(other, "who", "somebody else");
    frit_dataset_set_text(other, "what", "glass");
    other->axis[1]->at[0] = nextafter(other->axis[1]->at[0], INFINITY);
    g_autoptr(GBytes) bytes = frit_dataset_to_bytes(d), others = frit_dataset_to_bytes(other);
    gsize n, m;
    const void *data = g_bytes_get_data(bytes, &n), *otherwise = g_bytes_get_data(others, &m);
    g_autoptr(frit_dataset) first = frit_dataset_from_bytes(data, n, NULL);
    g_autoptr(frit_dataset) same = frit_dataset_from_bytes(data, n, first);
    g_autoptr(frit_dataset) differs = frit_dataset_from_bytes(otherwise, m, first);
    assert_same(other, differs);
    g_assert_true(same->axis[0] == first->axis[0] && same->axis[1] == first->axis[1]);
    g_assert_true(differs->axis[0] == first->axis[0] && differs->axis[1] != first->axis[1]);
    g_assert_true(frit_dataset_attribute(same, "who")->text == frit_dataset_attribute(first, "who")->text);
    g_assert_true(frit_dataset_attribute(differs, "what")->text == frit_dataset_attribute(first, "what")->text);
    g_assert_cmpstr(frit_dataset_attribute(differs, "who")->text, ==, "somebody else");
    g_assert_cmpstr(frit_dataset_attribute(first, "who")->text, ==, "somebody");
}

static void every_type_comes_back(void)
{
    for (int t = FRIT_F64; t <= FRIT_U64; t++) {
        g_autoptr(frit_dataset) d = rich((frit_dtype)t, 1);
        assert_round_trip(d);
    }
}

static void every_shape_comes_back(void)
{
    const size_t shape[FRIT_MAX_NDIM] = {2, 1, 3, 1, 2, 1, 1, 2}, none[] = {4, 0, 7};
    for (uint32_t ndim = 0; ndim <= FRIT_MAX_NDIM; ndim++) {
        g_autoptr(frit_dataset) d = frit_dataset_new(FRIT_F32, ndim, shape);
        memset(d->data, 0x5a, 4 * frit_dataset_count(d));
        assert_round_trip(d);
    }
    g_autoptr(frit_dataset) empty = frit_dataset_new(FRIT_F64, 3, none);
    empty->axis[1] = frit_axis_new("Q", "1/angstrom", 0, NULL);
    frit_dataset_want_sigma(empty);
    frit_dataset_want_mask(empty);
    assert_round_trip(empty);
    g_autoptr(frit_dataset) number = frit_dataset_number(-NAN, "K");
    assert_round_trip(number);
}

/* Whatever comes out of bad bytes can be used. */
static void use(const frit_dataset *d)
{
    g_autoptr(GBytes) bytes = frit_dataset_to_bytes(d);
    g_assert_nonnull(bytes);
    g_assert_cmpuint(g_bytes_get_size(bytes), >=, frit_dataset_count(d));
}

/* Exactly as long as it says, so that a sanitizer sees a step over the end. */
static frit_dataset *from_exact(const uint8_t *data, size_t n, const frit_dataset *like)
{
    uint8_t *exact = g_malloc(n);
    if (n)
        memcpy(exact, data, n);
    frit_dataset *d = frit_dataset_from_bytes(exact, n, like);
    g_free(exact);
    return d;
}

static void shortened_bytes_are_refused(void)
{
    g_autoptr(frit_dataset) d = rich(FRIT_U16, 3);
    g_autoptr(GBytes) bytes = frit_dataset_to_bytes(d);
    gsize n;
    const uint8_t *data = g_bytes_get_data(bytes, &n);
    for (gsize i = 0; i < n; i++)
        g_assert_null(from_exact(data, i, i % 2 ? d : NULL));
    g_autofree uint8_t *longer = g_malloc0(n + 1);
    memcpy(longer, data, n);
    g_assert_null(from_exact(longer, n + 1, d));
}

static void hostile_bytes_do_no_harm(void)
{
    g_autoptr(frit_dataset) d = rich(FRIT_F32, 3);
    g_autoptr(GBytes) bytes = frit_dataset_to_bytes(d);
    gsize n;
    const uint8_t *data = g_bytes_get_data(bytes, &n);
    g_autofree uint8_t *bad = g_malloc(n);
    const uint8_t nasty[] = {0, 1, 7, 8, 9, 0x7f, 0x80, 0xfe, 0xff};
    for (int round = 0; round < 30000; round++) {
        memcpy(bad, data, n);
        /* The first bytes are the shape and the lengths: most of the harm is there. */
        int hits = g_test_rand_int_range(1, 6);
        for (int i = 0; i < hits; i++) {
            gsize at = (gsize)g_test_rand_int_range(0, round % 2 ? 64 : (gint32)n);
            bad[at] = round % 3 ? nasty[g_test_rand_int_range(0, sizeof nasty)] : (uint8_t)g_test_rand_int();
        }
        gsize length = round % 5 ? n : (gsize)g_test_rand_int_range(0, (gint32)n + 1);
        g_autoptr(frit_dataset) out = from_exact(bad, length, round % 2 ? d : NULL);
        if (out)
            use(out);
    }
}

/* Lengths whose product comes round to a small number, and an array larger than any memory. */
static void impossible_shapes_are_refused(void)
{
    const uint64_t shapes[][2] = {{UINT64_C(1) << 32, UINT64_C(1) << 32},
                                  {(UINT64_C(1) << 63) + 1, 2},
                                  {UINT64_MAX, UINT64_MAX},
                                  {UINT64_C(1) << 60, 1}};
    const size_t one[] = {1, 1};
    g_autoptr(frit_dataset) d = frit_dataset_new(FRIT_F64, 2, one);
    g_autoptr(GBytes) bytes = frit_dataset_to_bytes(d);
    gsize n;
    const uint8_t *data = g_bytes_get_data(bytes, &n);
    g_autoptr(frit_dataset) sound = from_exact(data, n, NULL);
    g_assert_nonnull(sound);
    g_autofree uint8_t *bad = g_malloc(n);
    for (size_t i = 0; i < G_N_ELEMENTS(shapes); i++) {
        memcpy(bad, data, n);
        for (int k = 0; k < 16; k++)
            bad[8 + k] = (uint8_t)(shapes[i][k / 8] >> 8 * (k % 8));
        g_assert_null(from_exact(bad, n, sound));
    }
}

/* The packs of a series cover it without a gap, grow from 8 to 64, and none is longer than an eighth of what lies
 * before it, once there are 64 elements. */
static void packs_cover_a_series(void)
{
    uint64_t at = 0;
    for (uint64_t pack = 0; pack < 1000; pack++) {
        uint32_t length = frit_pack_length(pack);
        g_assert_cmpuint(frit_pack_first(pack), ==, at);
        g_assert_cmpuint(frit_pack_of(at), ==, pack);
        g_assert_cmpuint(frit_pack_of(at + length - 1), ==, pack);
        g_assert_cmpuint(length, ==, pack < 32 ? 8 : pack < 64 ? 16 : pack < 96 ? 32 : FRIT_PACK_SIZE);
        g_assert_true(at < 64 || length <= at / 8);
        at += length;
    }
    g_assert_cmpuint(frit_pack_first(UINT64_C(1) << 40), >, UINT64_C(1) << 45);   /* no overflow on the way */
}

int main(int argc, char **argv)
{
    tap_init(&argc, &argv);
    g_test_add_func("/packs/cover", packs_cover_a_series);
    g_test_add_func("/bytes/every-type", every_type_comes_back);
    g_test_add_func("/bytes/every-shape", every_shape_comes_back);
    g_test_add_func("/bytes/shared", what_is_the_same_is_shared);
    g_test_add_func("/bytes/shortened", shortened_bytes_are_refused);
    g_test_add_func("/bytes/hostile", hostile_bytes_do_no_harm);
    g_test_add_func("/bytes/impossible-shapes", impossible_shapes_are_refused);
    return g_test_run();
}
