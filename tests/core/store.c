/* The store: packs, damage, memory, many at once.
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "store.h"
#include "disk.h"
#include "error.h"
#include "pack.h"
#include "rich.h"
#include "tap.h"

#include <errno.h>
#include <glib/gstdio.h>
#include <signal.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>
#include <utime.h>

#define MEMORY ((size_t)64 << 20)

typedef struct place {
    char *folder;
    frit_store *store;
} place;

static frit_store *open_store(const char *folder, size_t memory)
{
    GError *error = NULL;
    frit_store *s = frit_store_open(folder, memory, &error);
    g_assert_no_error(error);
    g_assert_nonnull(s);
    return s;
}

static void set_up(place *p, gconstpointer unused)
{
    (void)unused;
    g_autofree char *base = g_dir_make_tmp("frit-store-XXXXXX", NULL);
    g_assert_nonnull(base);
    p->folder = g_build_filename(base, "store", NULL);
    p->store = open_store(p->folder, MEMORY);
}

static void tear_down(place *p, gconstpointer unused)
{
    (void)unused;
    g_autofree char *base = g_path_get_dirname(p->folder);
    frit_store_close(p->store);
    frit_remove(base);
    g_assert_false(g_file_test(base, G_FILE_TEST_EXISTS));
    g_free(p->folder);
}

/* As another run would: nothing in memory. */
static void reopen(place *p)
{
    frit_store_close(p->store);
    p->store = open_store(p->folder, MEMORY);
}

static const frit_key some_key = {UINT64_C(0xabcdef0123456789), UINT64_C(0x42)};

static char *pack_path(const place *p)
{
    return g_build_filename(p->folder, "packs", "ab", "abcdef01234567890000000000000042", NULL);
}

static void put(place *p, uint32_t n, const frit_record *records)
{
    GError *error = NULL;
    bool ok = frit_store_put(p->store, &some_key, n, records, &error);
    g_assert_no_error(error);
    g_assert_true(ok);
}

/* Elements `from` to below `to` of n, the rest absent. */
static void put_some(place *p, uint32_t n, uint32_t from, uint32_t to)
{
    frit_record records[FRIT_PACK_SIZE] = {0};
    for (uint32_t i = from; i < to; i++)
        records[i].dataset = rich(FRIT_F64, (int)i);
    put(p, n, records);
    for (uint32_t i = from; i < to; i++)
        frit_record_clear(&records[i]);
}

static void assert_there(place *p, uint32_t i)
{
    frit_record r;
    g_autoptr(frit_dataset) expected = rich(FRIT_F64, (int)i);
    g_assert_true(frit_store_get(p->store, &some_key, i, &r));
    g_assert_null(r.failure);
    assert_same(r.dataset, expected);
    frit_record_clear(&r);
}

static void assert_absent(place *p, uint32_t i)
{
    frit_record r = {NULL, (char *)"not touched", FRIT_EIO};
    g_assert_false(frit_store_get(p->store, &some_key, i, &r));
    g_assert_null(r.dataset);
    g_assert_null(r.failure);
    g_assert_cmpint(r.status, ==, FRIT_OK);
}

static void assert_peek(place *p, uint32_t n, uint64_t expected)
{
    bool there[FRIT_PACK_SIZE];
    uint32_t count = frit_store_peek(p->store, &some_key, n, there, NULL);
    for (uint32_t i = 0; i < n; i++)
        g_assert_cmpint(there[i], ==, expected >> i & 1);
    g_assert_cmpuint(count, ==, (uint32_t)__builtin_popcountll(expected));
}

static void nothing_is_there_at_first(place *p, gconstpointer unused)
{
    (void)unused;
    assert_peek(p, 64, 0);
    assert_absent(p, 0);
    assert_absent(p, 63);
}

static void what_is_put_is_found(place *p, gconstpointer unused)
{
    (void)unused;
    g_autofree char *path = pack_path(p);
    put_some(p, 64, 0, 64);
    g_assert_true(g_file_test(path, G_FILE_TEST_IS_REGULAR));
    for (int run = 0; run < 2; run++, reopen(p)) {
        assert_peek(p, 64, UINT64_MAX);
        for (uint32_t i = 0; i < 64; i++)
            assert_there(p, i);
    }
}

static void failures_are_kept_with_their_reason(place *p, gconstpointer unused)
{
    (void)unused;
    frit_record r,
        records[3] = {{.failure = (char *)"no peak between 2 and 3 1/angstrom", .status = FRIT_ENUMERIC},
                      {.failure = (char *)"", .status = FRIT_EIO}};
    put(p, 3, records);
    for (int run = 0; run < 2; run++, reopen(p)) {
        assert_peek(p, 3, 3);
        for (uint32_t i = 0; i < 2; i++) {
            g_assert_true(frit_store_get(p->store, &some_key, i, &r));
            g_assert_null(r.dataset);
            g_assert_cmpstr(r.failure, ==, records[i].failure);
            g_assert_cmpint(r.status, ==, records[i].status);
            frit_record_clear(&r);
        }
        assert_absent(p, 2);
    }
}

static void pack_grows_in_parts(place *p, gconstpointer unused)
{
    (void)unused;
    put_some(p, 10, 0, 4);
    reopen(p);
    put_some(p, 10, 6, 10);
    reopen(p);
    assert_peek(p, 10, 0x3cf);
    put_some(p, 10, 4, 6);
    reopen(p);
    assert_peek(p, 10, 0x3ff);
    for (uint32_t i = 0; i < 10; i++)
        assert_there(p, i);
}

static void pack_of_another_length_is_no_pack(place *p, gconstpointer unused)
{
    (void)unused;
    put_some(p, 10, 0, 10);
    reopen(p);
    assert_peek(p, 11, 0);
    put_some(p, 11, 10, 11);
    reopen(p);
    assert_peek(p, 11, 0x400);
}

static void nothing_to_put_leaves_nothing(place *p, gconstpointer unused)
{
    (void)unused;
    g_autofree char *path = pack_path(p), *temporaries = g_build_filename(p->folder, "tmp", NULL);
    put_some(p, 5, 0, 0);
    g_assert_false(g_file_test(path, G_FILE_TEST_EXISTS));
    g_assert_cmpint(g_rmdir(temporaries), ==, 0);
}

static void axes_are_shared_again(place *p, gconstpointer unused)
{
    (void)unused;
    frit_record a, b;
    put_some(p, 2, 0, 2);
    reopen(p);
    g_assert_true(frit_store_get(p->store, &some_key, 0, &a));
    g_assert_true(frit_store_get(p->store, &some_key, 1, &b));
    g_assert_true(a.dataset->axis[1] == b.dataset->axis[1]);
    g_assert_true(a.dataset->axis[0] != a.dataset->axis[1]);
    frit_record_clear(&a);
    frit_record_clear(&b);
}

/* ---- Damage ---- */

static void edit(const char *path, gsize at, int flip)
{
    g_autofree char *bytes = NULL;
    gsize n;
    g_assert_true(g_file_get_contents(path, &bytes, &n, NULL));
    g_assert_cmpuint(at, <, n);
    bytes[at] ^= (char)flip;
    g_assert_true(g_file_set_contents(path, bytes, (gssize)n, NULL));
}

static gsize length_of(const char *path)
{
    GStatBuf s;
    g_assert_cmpint(g_stat(path, &s), ==, 0);
    return (gsize)s.st_size;
}

static void damaged_record_is_absent_and_put_mends_it(place *p, gconstpointer unused)
{
    (void)unused;
    g_autofree char *path = pack_path(p);
    put_some(p, 4, 0, 4);
    gsize heading = FRIT_PACK_HEADING(4), record = (length_of(path) - heading) / 4;
    edit(path, heading + record + record / 2, 1); /* in the middle of element 1 */
    reopen(p);
    assert_there(p, 0);
    assert_absent(p, 1);
    assert_there(p, 2);
    assert_there(p, 3);
    assert_peek(p, 4, 0xd);
    put_some(p, 4, 1, 2);
    reopen(p);
    assert_peek(p, 4, 0xf);
    for (uint32_t i = 0; i < 4; i++)
        assert_there(p, i);
}

/* Its neighbours must not carry a damaged record into the new pack. */
static void damage_is_not_copied(place *p, gconstpointer unused)
{
    (void)unused;
    g_autofree char *path = pack_path(p);
    put_some(p, 4, 0, 2);
    edit(path, length_of(path) - 1, 0x80);
    reopen(p);
    put_some(p, 4, 2, 4);
    reopen(p);
    assert_peek(p, 4, 0xd);
}

static void any_flipped_bit_of_the_heading_is_seen(place *p, gconstpointer unused)
{
    (void)unused;
    g_autofree char *path = pack_path(p);
    put_some(p, 2, 0, 2);
    for (gsize i = 0; i < FRIT_PACK_HEADING(2); i++) {
        edit(path, i, 1 << i % 8);
        reopen(p);
        assert_peek(p, 2, 0);
        assert_absent(p, 0);
        edit(path, i, 1 << i % 8);
    }
    reopen(p);
    assert_peek(p, 2, 3);
}

static void any_shortened_pack_does_no_harm(place *p, gconstpointer unused)
{
    (void)unused;
    g_autofree char *path = pack_path(p);
    put_some(p, 2, 0, 2);
    gsize heading = FRIT_PACK_HEADING(2), whole = length_of(path), first = heading + (whole - heading) / 2;
    for (gsize left = whole; left-- > 0;) {
        g_assert_cmpint(truncate(path, (off_t)left), ==, 0);
        if (left % 7 && left > heading && left != first)
            continue;
        reopen(p);
        assert_peek(p, 2, left >= first ? 1 : 0);
        assert_absent(p, 1);
    }
}

static void pack_under_another_name_is_no_pack(place *p, gconstpointer unused)
{
    (void)unused;
    g_autofree char *path = pack_path(p), *other = g_strdup(path);
    const frit_key other_key = {some_key.high, some_key.low + 1};
    frit_record r;
    put_some(p, 2, 0, 2);
    other[strlen(other) - 1] = '3';
    g_assert_cmpint(g_rename(path, other), ==, 0);
    reopen(p);
    g_assert_false(frit_store_get(p->store, &other_key, 0, &r));
    assert_peek(p, 2, 0);
}

/* ---- Folders and disks ---- */

static void old_temporaries_go(place *p, gconstpointer unused)
{
    (void)unused;
    g_autofree char *folder = g_build_filename(p->folder, "tmp", NULL);
    g_autofree char *old = g_build_filename(folder, "tmp-node17-4711-0", NULL);
    g_autofree char *young = g_build_filename(folder, "tmp-node18-4711-0", NULL);
    put_some(p, 1, 0, 1);
    g_assert_true(g_file_set_contents(old, "half a pack", -1, NULL));
    g_assert_true(g_file_set_contents(young, "half a pack", -1, NULL));
    time_t then = time(NULL) - 25 * 3600;
    struct utimbuf times = {then, then};
    g_assert_cmpint(utime(old, &times), ==, 0);
    reopen(p);
    g_assert_false(g_file_test(old, G_FILE_TEST_EXISTS));
    g_assert_true(g_file_test(young, G_FILE_TEST_EXISTS));
    assert_there(p, 0);
}

static void folder_that_cannot_be_made(place *p, gconstpointer unused)
{
    (void)unused;
    g_autofree char *file = g_build_filename(p->folder, "CACHEDIR.TAG", NULL),
                    *under = g_build_filename(file, "store", NULL);
    GError *error = NULL;
    g_assert_null(frit_store_open(under, MEMORY, &error));
    g_assert_error(error, FRIT_ERROR, FRIT_EIO);
    g_assert_nonnull(strstr(error->message, under));
    g_assert_nonnull(strstr(error->message, "a file stands where a folder is needed"));
    g_error_free(error);
}

/* The run goes on without the disk: what was put is still in memory. */
static void failed_put_is_an_error_and_keeps_in_memory(place *p, gconstpointer unused)
{
    (void)unused;
    g_autofree char *packs = g_build_filename(p->folder, "packs", NULL);
    GError *error = NULL;
    frit_record record = {.dataset = rich(FRIT_F64, 0)};
    g_assert_true(g_file_set_contents(packs, "in the way", -1, NULL));
    g_assert_false(frit_store_put(p->store, &some_key, 1, &record, &error));
    g_assert_error(error, FRIT_ERROR, FRIT_EIO);
    g_assert_nonnull(strstr(error->message, p->folder));
    g_error_free(error);
    assert_peek(p, 1, 1);
    assert_there(p, 0);
    frit_record_clear(&record);
}

/* A write that stops half-way (here: at a limit of the size of files) leaves no pack and no rest. */
static void half_written_pack_is_not_there(place *p, gconstpointer unused)
{
    (void)unused;
    g_autofree char *temporaries = g_build_filename(p->folder, "tmp", NULL), *path = pack_path(p);
    struct rlimit before, limit;
    GError *error = NULL;
    frit_record records[64] = {0};
    for (int i = 0; i < 64; i++)
        records[i].dataset = rich(FRIT_F64, i);
    signal(SIGXFSZ, SIG_IGN);
    g_assert_cmpint(getrlimit(RLIMIT_FSIZE, &before), ==, 0);
    limit = before;
    limit.rlim_cur = 10000;
    g_assert_cmpint(setrlimit(RLIMIT_FSIZE, &limit), ==, 0);
    bool ok = frit_store_put(p->store, &some_key, 64, records, &error);
    g_assert_cmpint(setrlimit(RLIMIT_FSIZE, &before), ==, 0);
    g_assert_false(ok);
    g_assert_error(error, FRIT_ERROR, FRIT_EIO);
    g_error_free(error);
    g_assert_false(g_file_test(path, G_FILE_TEST_EXISTS));
    g_assert_cmpint(g_rmdir(temporaries), ==, 0); /* empty */
    for (int i = 0; i < 64; i++)
        frit_record_clear(&records[i]);
}

static void full_disk_says_how_much_is_needed(void)
{
    GError *error = NULL;
    frit_disk_error(&error, ENOSPC, "write to the store", "/no/such/folder", 72000000);
    g_assert_error(error, FRIT_ERROR, FRIT_EIO);
    g_assert_nonnull(strstr(error->message, "cannot write to the store /no/such/folder: no space left"));
    g_assert_nonnull(strstr(error->message, "72"));
    g_assert_nonnull(strstr(error->message, "make room"));
    g_error_free(error);
}

/* ---- Memory ---- */

static frit_dataset *get(frit_store *s, const frit_key *key)
{
    frit_record r;
    g_assert_true(frit_store_get(s, key, 0, &r));
    return r.dataset;
}

static void recently_used_stay_up_to_the_limit(place *p, gconstpointer unused)
{
    (void)unused;
    const size_t shape[] = {1000}; /* 8000 bytes and some */
    frit_store *s = open_store(p->folder, 30000);
    frit_dataset *made[4];
    frit_key key[4];
    for (unsigned i = 0; i < 4; i++) {
        key[i] = (frit_key){i + 1, 0};
        made[i] = frit_dataset_new(FRIT_F64, 1, shape);
        frit_record record = {.dataset = made[i]};
        g_assert_true(frit_store_put(s, &key[i], 1, &record, NULL));
        if (i == 2) {
            g_autoptr(frit_dataset) used = get(s, &key[0]);
            g_assert_true(used == made[0]);
        }
    }
    /* The first was used after the second: the second had to go for the fourth. */
    const bool stays[] = {true, false, true, true};
    for (int i = 0; i < 4; i++) {
        bool alone = g_atomic_int_get(&made[i]->refs) == 1;
        g_assert_cmpint(alone, ==, !stays[i]);
    }
    g_autoptr(frit_dataset) again = get(s, &key[1]);
    g_assert_true(again != made[1]);
    assert_same(again, made[1]);
    for (int i = 0; i < 4; i++)
        frit_dataset_unref(made[i]);
    frit_store_close(s);
}

static void without_memory_it_still_works(place *p, gconstpointer unused)
{
    (void)unused;
    frit_store_close(p->store);
    p->store = open_store(p->folder, 0);
    put_some(p, 3, 0, 3);
    for (uint32_t i = 0; i < 3; i++)
        assert_there(p, i);
}

/* ---- Notes ---- */

static void notes_are_replaced_as_a_whole(place *p, gconstpointer unused)
{
    (void)unused;
    g_assert_null(frit_store_note(p->store, &some_key));
    const char *const texts[] = {"10 123 /home/a/fig.pdf\n", "", "\xc3\x85ngstr\xc3\xb6m\n\n"};
    for (size_t i = 0; i < G_N_ELEMENTS(texts); i++) {
        g_assert_true(frit_store_set_note(p->store, &some_key, texts[i], NULL));
        reopen(p);
        g_autofree char *note = frit_store_note(p->store, &some_key);
        g_assert_cmpstr(note, ==, texts[i]);
    }
    g_assert_true(frit_store_set_note(p->store, &some_key, NULL, NULL));
    g_assert_null(frit_store_note(p->store, &some_key));
    g_assert_true(frit_store_set_note(p->store, &some_key, NULL, NULL));
}

static void damaged_note_is_none(place *p, gconstpointer unused)
{
    (void)unused;
    g_autofree char *path =
        g_build_filename(p->folder, "notes", "ab", "abcdef01234567890000000000000042", NULL);
    g_assert_true(frit_store_set_note(p->store, &some_key, "what was written", NULL));
    for (gsize i = length_of(path); i-- > 0;) {
        edit(path, i, 2);
        g_assert_null(frit_store_note(p->store, &some_key));
        edit(path, i, 2);
    }
    g_autofree char *note = frit_store_note(p->store, &some_key);
    g_assert_cmpstr(note, ==, "what was written");
}

/* ---- Many at once ---- */

enum { PACKS = 3, LENGTH = 8 };

/* What is found is right, whoever wrote it, and how much of it was there at that time. */
static void put_and_get_at_random(frit_store *s, unsigned seed, int rounds)
{
    GRand *random = g_rand_new_with_seed(seed);
    for (int round = 0; round < rounds; round++) {
        const frit_key key = {UINT64_C(0x1111000000000000), (uint64_t)g_rand_int_range(random, 0, PACKS)};
        frit_record records[LENGTH] = {0}, r;
        for (int i = 0; i < LENGTH; i++)
            if (g_rand_boolean(random))
                records[i].dataset = rich(FRIT_F64, (int)key.low * LENGTH + i);
        g_assert_true(frit_store_put(s, &key, LENGTH, records, NULL));
        for (int i = 0; i < LENGTH; i++) {
            frit_record_clear(&records[i]);
            if (!frit_store_get(s, &key, (uint32_t)i, &r))
                continue;
            g_autoptr(frit_dataset) expected = rich(FRIT_F64, (int)key.low * LENGTH + i);
            assert_same(r.dataset, expected);
            frit_record_clear(&r);
        }
    }
    g_rand_free(random);
}

static gpointer thread_work(gpointer store)
{
    put_and_get_at_random(store, (unsigned)GPOINTER_TO_SIZE(g_thread_self()), 40);
    return NULL;
}

static void threads_share_a_store(place *p, gconstpointer unused)
{
    (void)unused;
    /* Little memory: half of the reads are from disk. */
    frit_store *s = open_store(p->folder, 12000);
    GThread *threads[6];
    for (int i = 0; i < 6; i++)
        threads[i] = g_thread_new("store", thread_work, s);
    for (int i = 0; i < 6; i++)
        g_thread_join(threads[i]);
    frit_store_close(s);
}

static void processes_share_a_folder(place *p, gconstpointer unused)
{
    (void)unused;
    pid_t children[4];
    for (unsigned i = 0; i < 4; i++) {
        children[i] = fork();
        g_assert_cmpint(children[i], >=, 0);
        if (children[i] == 0) {
            frit_store *s = open_store(p->folder, 0);
            put_and_get_at_random(s, i, 40);
            frit_store_close(s);
            _exit(0);
        }
    }
    for (int i = 0; i < 4; i++) {
        int status;
        g_assert_cmpint(waitpid(children[i], &status, 0), ==, children[i]);
        g_assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0);
    }
}

/* Killed at any moment: what is there afterwards is whole. */
static void killed_writer_leaves_whole_packs(place *p, gconstpointer unused)
{
    (void)unused;
    for (int round = 0; round < 10; round++) {
        pid_t child = fork();
        g_assert_cmpint(child, >=, 0);
        if (child == 0)
            for (unsigned seed = 0;; seed++)
                put_and_get_at_random(p->store, seed, 1000);
        g_usleep((gulong)g_test_rand_int_range(2000, 40000));
        kill(child, SIGKILL);
        g_assert_cmpint(waitpid(child, NULL, 0), ==, child);
        frit_store *s = open_store(p->folder, MEMORY);
        for (uint64_t k = 0; k < PACKS; k++) {
            const frit_key key = {UINT64_C(0x1111000000000000), k};
            bool there[LENGTH];
            frit_store_peek(s, &key, LENGTH, there, NULL);
            for (uint32_t i = 0; i < LENGTH; i++) {
                frit_record r;
                g_assert_cmpint(frit_store_get(s, &key, i, &r), ==, there[i]);
                frit_record_clear(&r);
            }
        }
        frit_store_close(s);
    }
}

#define ADD(name, f) g_test_add(name, place, NULL, set_up, f, tear_down)

int main(int argc, char **argv)
{
    tap_init(&argc, &argv);
    ADD("/pack/nothing-at-first", nothing_is_there_at_first);
    ADD("/pack/put-is-found", what_is_put_is_found);
    ADD("/pack/failures", failures_are_kept_with_their_reason);
    ADD("/pack/grows-in-parts", pack_grows_in_parts);
    ADD("/pack/another-length", pack_of_another_length_is_no_pack);
    ADD("/pack/nothing-to-put", nothing_to_put_leaves_nothing);
    ADD("/pack/axes-are-shared", axes_are_shared_again);
    ADD("/damage/record", damaged_record_is_absent_and_put_mends_it);
    ADD("/damage/not-copied", damage_is_not_copied);
    ADD("/damage/heading", any_flipped_bit_of_the_heading_is_seen);
    ADD("/damage/shortened", any_shortened_pack_does_no_harm);
    ADD("/damage/another-name", pack_under_another_name_is_no_pack);
    ADD("/folder/old-temporaries-go", old_temporaries_go);
    ADD("/folder/cannot-be-made", folder_that_cannot_be_made);
    ADD("/folder/failed-put", failed_put_is_an_error_and_keeps_in_memory);
    ADD("/folder/half-written", half_written_pack_is_not_there);
    g_test_add_func("/folder/full-disk", full_disk_says_how_much_is_needed);
    ADD("/memory/recently-used", recently_used_stay_up_to_the_limit);
    ADD("/memory/none", without_memory_it_still_works);
    ADD("/note/replaced", notes_are_replaced_as_a_whole);
    ADD("/note/damaged", damaged_note_is_none);
    /* Processes before threads: a fork takes along one thread only. */
    ADD("/many/processes", processes_share_a_folder);
    ADD("/many/killed", killed_writer_leaves_whole_packs);
    ADD("/many/threads", threads_share_a_store);
    return g_test_run();
}
