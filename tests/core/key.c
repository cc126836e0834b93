/* Keys, and digests of files with their memo.
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "digest_place.h"
#include "error.h"

#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <utime.h>
#include <xxhash.h>

/* ---- Keys ---- */

static frit_key of_texts(const char *a, const char *b)
{
    frit_hash *h = frit_hash_new();
    frit_hash_text(h, a);
    frit_hash_text(h, b);
    return frit_hash_end(h);
}

static void same_items_same_key(void)
{
    frit_key a = of_texts("integrate", "2000"), b = of_texts("integrate", "2000");
    g_assert_true(frit_key_equal(&a, &b));
    g_assert_cmpuint(frit_key_hash(&a), ==, frit_key_hash(&b));
}

static void items_do_not_run_together(void)
{
    frit_key keys[] = {of_texts("ab", "c"),   of_texts("a", "bc"), of_texts("abc", ""),
                       of_texts("abc", NULL), of_texts("", "abc"), of_texts(NULL, "abc")};
    for (size_t i = 0; i < G_N_ELEMENTS(keys); i++)
        for (size_t j = 0; j < i; j++)
            g_assert_false(frit_key_equal(&keys[i], &keys[j]));
}

static void kinds_of_items_differ(void)
{
    frit_key keys[4];
    for (int i = 0; i < 4; i++) {
        frit_hash *h = frit_hash_new();
        const frit_key key = {0, 8};
        if (i == 0)
            frit_hash_bytes(h, "12345678", 8);
        else if (i == 1)
            frit_hash_text(h, "12345678");
        else if (i == 2)
            frit_hash_number(h, 8);
        else
            frit_hash_key(h, &key);
        keys[i] = frit_hash_end(h);
        for (int j = 0; j < i; j++)
            g_assert_false(frit_key_equal(&keys[i], &keys[j]));
    }
}

static void text_of_a_key_is_32_digits(void)
{
    const frit_key key = {UINT64_C(0xab), UINT64_C(0x0123456789abcdef)};
    char text[FRIT_KEY_TEXT];
    frit_key_text(&key, text);
    g_assert_cmpstr(text, ==, "00000000000000ab0123456789abcdef");
}

/* ---- Digests ---- */

/* Bytes of the memo's heading, and of each record. */
enum { RECORD = 72 };

static void write_file(const char *path, const char *content)
{
    g_assert_true(g_file_set_contents(path, content, -1, NULL));
}

static frit_key digest_once(const char *memo, const char *path)
{
    frit_digests *d = frit_digests_open(memo);
    frit_key key = digest_of(d, path);
    frit_digests_close(d);
    return key;
}

static gint64 size_of(const char *path)
{
    GStatBuf s;
    g_assert_cmpint(g_stat(path, &s), ==, 0);
    return s.st_size;
}

/* The test vector of the empty input, seed 0, of xxHash's own sanity check (XSUM_XXH128_testdata). */
static void digest_is_that_of_xxh128sum(place *p, gconstpointer unused)
{
    (void)unused;
    char text[FRIT_KEY_TEXT];
    write_file(p->file, "");
    frit_key key = digest_of(NULL, p->file);
    frit_key_text(&key, text);
    g_assert_cmpstr(text, ==, "99aa06d3014798d86001c324468d497f");
}

/* Three and a half buffers of the reader, against the hash of the whole at once. */
static void long_file_in_pieces(place *p, gconstpointer unused)
{
    (void)unused;
    gsize n = 7 << 19;
    g_autofree char *bytes = g_malloc(n);
    for (gsize i = 0; i < n; i++)
        bytes[i] = (char)(i * 2654435761u >> 13);
    g_assert_true(g_file_set_contents(p->file, bytes, (gssize)n, NULL));
    XXH128_hash_t whole = XXH3_128bits(bytes, n);
    frit_key key = digest_of(NULL, p->file), expected = {whole.high64, whole.low64};
    g_assert_true(frit_key_equal(&key, &expected));
}

static void file_at_rest_is_remembered(place *p, gconstpointer unused)
{
    (void)unused;
    write_file(p->file, "counts");
    let_it_rest();
    frit_key first = digest_once(p->memo, p->file);
    g_assert_cmpint(size_of(p->memo), ==, RECORD + RECORD);

    /* That the second run does not read the file shows in its believing a memo that lies. */
    g_autofree char *memo = NULL;
    gsize n;
    g_assert_true(g_file_get_contents(p->memo, &memo, &n, NULL));
    memo[RECORD + 40] ^= 1;
    uint64_t checksum = GUINT64_TO_LE(XXH3_64bits(memo + RECORD, RECORD - 8));
    memcpy(memo + 2 * RECORD - 8, &checksum, 8);
    g_assert_true(g_file_set_contents(p->memo, memo, (gssize)n, NULL));
    frit_key second = digest_once(p->memo, p->file);
    g_assert_cmpuint(second.high, ==, first.high ^ 1);
    g_assert_cmpuint(second.low, ==, first.low);
    g_assert_cmpint(size_of(p->memo), ==, RECORD + RECORD);

    /* Without its checksum the lie is not believed. */
    memo[2 * RECORD - 8] ^= 1;
    g_assert_true(g_file_set_contents(p->memo, memo, (gssize)n, NULL));
    frit_key third = digest_once(p->memo, p->file);
    g_assert_true(frit_key_equal(&third, &first));
}

static void fresh_file_is_not_remembered(place *p, gconstpointer unused)
{
    (void)unused;
    write_file(p->file, "half a frame");
    struct utimbuf long_ago = {1000000000, 1000000000}; /* an old time set by hand does not deceive */
    g_assert_cmpint(utime(p->file, &long_ago), ==, 0);
    digest_once(p->memo, p->file);
    g_assert_cmpint(size_of(p->memo), ==, RECORD);
}

static void change_is_seen(place *p, gconstpointer unused)
{
    (void)unused;
    write_file(p->file, "aaaa");
    let_it_rest();
    frit_digests *d = frit_digests_open(p->memo);
    frit_key a = digest_of(d, p->file), again = digest_of(d, p->file);
    g_assert_true(frit_key_equal(&a, &again));
    /* In place, of the same length. */
    FILE *f = fopen(p->file, "r+");
    g_assert_nonnull(f);
    fputs("bbbb", f);
    fclose(f);
    frit_key b = digest_of(d, p->file);
    g_assert_false(frit_key_equal(&a, &b));
    write_file(p->file, "aaaa");
    frit_key back = digest_of(d, p->file);
    g_assert_true(frit_key_equal(&a, &back));
    frit_digests_close(d);
}

static void torn_record_costs_no_other(place *p, gconstpointer unused)
{
    (void)unused;
    write_file(p->file, "counts");
    let_it_rest();
    digest_once(p->memo, p->file);
    g_autofree char *memo = NULL;
    gsize n;
    g_assert_true(g_file_get_contents(p->memo, &memo, &n, NULL));
    GString *torn = g_string_new_len(memo, RECORD);
    g_string_append(torn, "ten bytes.");
    g_string_append_len(torn, memo + RECORD, RECORD);
    g_assert_true(g_file_set_contents(p->memo, torn->str, (gssize)torn->len, NULL));
    g_string_free(torn, TRUE);
    /* Opening it leaves what it was before. */
    frit_digests_close(frit_digests_open(p->memo));
    g_autofree char *mended = NULL;
    gsize m;
    g_assert_true(g_file_get_contents(p->memo, &mended, &m, NULL));
    g_assert_cmpmem(mended, m, memo, n);
}

static void foreign_memo_is_started_anew(place *p, gconstpointer unused)
{
    (void)unused;
    write_file(p->memo, "a text of somebody, longer than the heading of seventy-two bytes that a memo has\n");
    write_file(p->file, "counts");
    digest_once(p->memo, p->file);
    g_assert_cmpint(size_of(p->memo), ==, RECORD);
}

static void memo_that_cannot_be_is_done_without(place *p, gconstpointer unused)
{
    (void)unused;
    write_file(p->file, "counts");
    g_autofree char *impossible = g_build_filename(p->file, "memo", NULL);
    frit_key with = digest_once(impossible, p->file), without = digest_of(NULL, p->file);
    g_assert_true(frit_key_equal(&with, &without));
}

static void errors_are_sentences(place *p, gconstpointer unused)
{
    (void)unused;
    frit_key key;
    GError *error = NULL;
    g_assert_false(frit_digest_file(NULL, p->file, &key, &error));
    g_assert_error(error, FRIT_ERROR, FRIT_EIO);
    g_assert_cmpstr(error->message, ==, "no such file");
    g_clear_error(&error);
    g_assert_false(frit_digest_file(NULL, p->folder, &key, &error));
    g_assert_cmpstr(error->message, ==, "it is a folder, not a file");
    g_clear_error(&error);
    g_assert_cmpint(mkfifo(p->file, 0666), ==, 0); /* must not wait for a writer */
    g_assert_false(frit_digest_file(NULL, p->file, &key, &error));
    g_assert_cmpstr(error->message, ==, "it is a device or a pipe, not a file");
    g_clear_error(&error);
}

typedef struct errand {
    frit_digests *digests;
    const char *file;
} errand;

static gpointer digest_often(gpointer data)
{
    errand *e = data;
    frit_key first = digest_of(e->digests, e->file);
    for (int i = 0; i < 50; i++) {
        frit_key key = digest_of(e->digests, e->file);
        g_assert_true(frit_key_equal(&key, &first));
    }
    return NULL;
}

static void threads_agree(place *p, gconstpointer unused)
{
    (void)unused;
    write_file(p->file, "a calibration that every frame needs");
    errand e = {frit_digests_open(p->memo), p->file};
    GThread *threads[8];
    for (int i = 0; i < 8; i++)
        threads[i] = g_thread_new("digest", digest_often, &e);
    for (int i = 0; i < 8; i++)
        g_thread_join(threads[i]);
    frit_digests_close(e.digests);
}

#define ADD(name, f) g_test_add(name, place, NULL, set_up, f, tear_down)

int main(int argc, char **argv)
{
    tap_init(&argc, &argv);
    g_test_add_func("/key/same-items-same-key", same_items_same_key);
    g_test_add_func("/key/items-do-not-run-together", items_do_not_run_together);
    g_test_add_func("/key/kinds-of-items-differ", kinds_of_items_differ);
    g_test_add_func("/key/text", text_of_a_key_is_32_digits);
    ADD("/digest/that-of-xxh128sum", digest_is_that_of_xxh128sum);
    ADD("/digest/long-file", long_file_in_pieces);
    ADD("/digest/file-at-rest-is-remembered", file_at_rest_is_remembered);
    ADD("/digest/fresh-file-is-not-remembered", fresh_file_is_not_remembered);
    ADD("/digest/change-is-seen", change_is_seen);
    ADD("/digest/torn-record", torn_record_costs_no_other);
    ADD("/digest/foreign-memo", foreign_memo_is_started_anew);
    ADD("/digest/impossible-memo", memo_that_cannot_be_is_done_without);
    ADD("/digest/errors", errors_are_sentences);
    ADD("/digest/threads", threads_agree);
    return g_test_run();
}
