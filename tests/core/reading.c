/* Digests of files that a step reads anyway: put off until then, and taken from what it reads.
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "digest_place.h"
#include "error.h"

#include <fcntl.h>
#include <string.h>
#include <unistd.h>
#include <xxhash.h>

/* An image with a header and a directory at its end; a band of rows. */
enum { HEADER = 1536, BAND = 16384, BANDS = 12, TRAILER = 700, SIZE = HEADER + BANDS * BAND + TRAILER };

static void open_digests(place *p, gconstpointer unused)
{
    set_up(p, unused);
    p->digests = frit_digests_open(p->memo);
}

/* Bytes of a frame; what xxHash itself makes of the whole. */
static void make_frame(char bytes[SIZE], guint32 seed)
{
    for (guint32 i = 0; i < SIZE; i++)
        bytes[i] = (char)((i + seed) * 2654435761u >> 13);
}

static frit_key key_of(const char bytes[SIZE])
{
    XXH128_hash_t whole = XXH3_128bits(bytes, SIZE);
    return (frit_key){whole.high64, whole.low64};
}

static frit_key write_frame(const place *p, guint32 seed)
{
    g_autofree char *bytes = g_malloc(SIZE);
    make_frame(bytes, seed);
    g_assert_true(g_file_set_contents(p->file, bytes, SIZE, NULL));
    return key_of(bytes);
}

/* Is its digest to be had without reading it?  Put off, it is, where it is not known. */
static bool is_known(const place *p, frit_key *key)
{
    frit_digests_put_off(p->digests, true);
    bool known = frit_digest_file_later(p->digests, p->file, key, NULL);
    frit_digests_put_off(p->digests, false);
    return known;
}

static frit_key digest(const place *p)
{
    return digest_of(p->digests, p->file);
}

static void give(frit_reading *r, int fd, size_t n, uint64_t offset)
{
    g_autofree char *bytes = g_malloc(n);
    g_assert_cmpint(pread(fd, bytes, n, (off_t)offset), ==, (gssize)n);
    frit_reading_add(r, fd, bytes, n, offset);
}

static void read_bands(const place *p, int from, int to, int step)
{
    int fd = open(p->file, O_RDONLY);
    frit_reading *r = frit_reading_new(p->digests, fd);
    g_assert_nonnull(r);
    for (int k = from; k != to; k += step)
        give(r, fd, BAND, HEADER + (uint64_t)k * BAND);
    close(fd);
    frit_reading_free(r);
}

/* ---- Readings ---- */

static void bands_in_order_give_the_digest_of_the_whole(place *p, gconstpointer unused)
{
    (void)unused;
    frit_key expected = write_frame(p, 1), key;
    let_it_rest();
    g_assert_false(is_known(p, &key));
    read_bands(p, 0, BANDS, 1);
    g_assert_true(is_known(p, &key));
    g_assert_true(frit_key_equal(&key, &expected));
    /* In another run as well; then nobody reads for it. */
    frit_digests_close(p->digests);
    p->digests = frit_digests_open(p->memo);
    g_assert_true(is_known(p, &key));
    g_assert_true(frit_key_equal(&key, &expected));
    int fd = open(p->file, O_RDONLY);
    g_assert_null(frit_reading_new(p->digests, fd));
    close(fd);
}

/* A reader looks at the directory before and after, goes over some rows twice, or asks for all at once. */
static void other_ways_through_the_file(place *p, gconstpointer unused)
{
    (void)unused;
    frit_key expected = write_frame(p, 2), key;
    let_it_rest();
    int fd = open(p->file, O_RDONLY);
    frit_reading *r = frit_reading_new(p->digests, fd);
    give(r, fd, 8, 0);
    give(r, fd, TRAILER, SIZE - TRAILER);
    for (int k = 0; k < BANDS; k++) {
        give(r, fd, BAND, HEADER + (uint64_t)k * BAND);
        give(r, fd, 2 * BAND / 3, HEADER + (uint64_t)k * BAND);
    }
    frit_reading_free(r);
    g_assert_true(is_known(p, &key));
    g_assert_true(frit_key_equal(&key, &expected));

    expected = write_frame(p, 3);
    let_it_rest();
    close(fd);
    fd = open(p->file, O_RDONLY);
    r = frit_reading_new(p->digests, fd);
    give(r, fd, BANDS * BAND, HEADER);
    close(fd);   /* a descriptor of its own */
    frit_reading_free(r);
    g_assert_true(is_known(p, &key));
    g_assert_true(frit_key_equal(&key, &expected));
}

/* Then the digest is taken by reading it all, when it is asked for. */
static void half_a_reading_gives_none(place *p, gconstpointer unused)
{
    (void)unused;
    frit_key expected = write_frame(p, 4), key;
    let_it_rest();
    read_bands(p, 0, BANDS / 2, 1);
    g_assert_false(is_known(p, &key));
    read_bands(p, BANDS - 1, -1, -1);   /* from the bottom up */
    g_assert_false(is_known(p, &key));
    key = digest(p);
    g_assert_true(frit_key_equal(&key, &expected));
}

static void file_that_changes_meanwhile_gives_none(place *p, gconstpointer unused)
{
    (void)unused;
    write_frame(p, 5);
    let_it_rest();
    int fd = open(p->file, O_RDWR);
    frit_reading *r = frit_reading_new(p->digests, fd);
    frit_key key;
    for (int k = 0; k < BANDS; k++) {
        if (k == BANDS / 2)
            g_assert_cmpint(pwrite(fd, "changed", 7, HEADER), ==, 7);
        give(r, fd, BAND, HEADER + (uint64_t)k * BAND);
    }
    close(fd);
    frit_reading_free(r);
    let_it_rest();
    g_assert_false(is_known(p, &key));
}

/* ---- Putting off ---- */

static void known_content_is_not_put_off(place *p, gconstpointer unused)
{
    (void)unused;
    frit_key first = write_frame(p, 6), key;
    digest(p);   /* not at rest yet: its content is remembered, not that this file has it */
    frit_digests_close(p->digests);
    p->digests = frit_digests_open(p->memo);
    g_assert_true(is_known(p, &key));
    g_assert_true(frit_key_equal(&key, &first));
    /* Another one of the same size is new once it is at rest; so is one of another size. */
    write_frame(p, 7);
    g_assert_true(is_known(p, &key));
    write_frame(p, 17);
    let_it_rest();
    g_assert_false(is_known(p, &key));
    frit_digests_close(p->digests);
    p->digests = frit_digests_open(p->memo);
    g_autofree char *longer = g_strnfill(SIZE + 1, 'x');
    g_assert_true(g_file_set_contents(p->file, longer, SIZE + 1, NULL));
    let_it_rest();
    g_assert_false(is_known(p, &key));
    frit_digests_close(p->digests);
    p->digests = frit_digests_open(p->memo);
    /* Small files are read at once. */
    g_assert_true(g_file_set_contents(p->file, "T,counts\n", -1, NULL));
    let_it_rest();
    g_assert_true(is_known(p, &key));
}

/* What was made of it in between may be made of either. */
static void file_that_is_replaced_after_putting_off_gives_none(place *p, gconstpointer unused)
{
    (void)unused;
    frit_key key;
    GError *error = NULL;
    g_autofree char *other = g_build_filename(p->folder, "other.tif", NULL);
    write_frame(p, 9);
    let_it_rest();
    digest(p);   /* what it is replaced by is known, and was there before */
    g_assert_cmpint(g_rename(p->file, other), ==, 0);
    write_frame(p, 8);
    let_it_rest();
    g_assert_false(is_known(p, &key));
    g_assert_cmpint(g_rename(other, p->file), ==, 0);
    g_assert_false(frit_digest_file(p->digests, p->file, &key, &error));
    g_assert_error(error, FRIT_ERROR, FRIT_EIO);
    g_assert_cmpstr(error->message, ==, "it was changed during the run");
    g_clear_error(&error);
    /* The next run takes it as it is. */
    frit_digests_close(p->digests);
    p->digests = frit_digests_open(p->memo);
    g_assert_true(is_known(p, &key));
}

/* The next run would take it for new again, and compute everything. */
static void without_a_memo_that_lasts_nothing_is_put_off(place *p, gconstpointer unused)
{
    (void)unused;
    frit_digests_close(p->digests);
    g_unlink(p->memo);
    g_assert_cmpint(g_mkdir(p->memo, 0777), ==, 0);
    p->digests = frit_digests_open(p->memo);
    frit_key expected = write_frame(p, 10), key;
    let_it_rest();
    g_assert_true(is_known(p, &key));
    g_assert_true(frit_key_equal(&key, &expected));
    g_assert_cmpint(g_rmdir(p->memo), ==, 0);
}

/* A reader that leaves one file for another, whose descriptor has the same number. */
static void two_files_are_not_mixed(place *p, gconstpointer unused)
{
    (void)unused;
    frit_key expected = write_frame(p, 11), key;
    g_autofree char *first = g_build_filename(p->folder, "first.tif", NULL);
    g_assert_cmpint(g_rename(p->file, first), ==, 0);
    expected = write_frame(p, 12);
    let_it_rest();
    int fd = open(first, O_RDONLY);
    frit_reading *r = frit_reading_new(p->digests, fd);
    for (int k = 0; k < BANDS; k++) {
        if (k == BANDS / 2) {
            close(fd);
            g_assert_cmpint(open(p->file, O_RDONLY), ==, fd);
        }
        give(r, fd, BAND, HEADER + (uint64_t)k * BAND);
    }
    close(fd);
    frit_reading_free(r);
    g_assert_false(is_known(p, &key));
    key = digest(p);
    g_assert_true(frit_key_equal(&key, &expected));
    g_unlink(first);
}

#define ADD(name, f) g_test_add(name, place, NULL, open_digests, f, tear_down)

int main(int argc, char **argv)
{
    tap_init(&argc, &argv);
    ADD("/reading/bands", bands_in_order_give_the_digest_of_the_whole);
    ADD("/reading/other-ways", other_ways_through_the_file);
    ADD("/reading/half", half_a_reading_gives_none);
    ADD("/reading/changes-meanwhile", file_that_changes_meanwhile_gives_none);
    ADD("/put-off/known-content", known_content_is_not_put_off);
    ADD("/reading/two-files", two_files_are_not_mixed);
    ADD("/put-off/memo-that-does-not-last", without_a_memo_that_lasts_nothing_is_put_off);
    ADD("/put-off/replaced", file_that_is_replaced_after_putting_off_gives_none);
    return g_test_run();
}
