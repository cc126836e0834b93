/* Files that a sink writes: into place whole, and never over what is not ours.
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "output.h"
#include "disk.h"
#include "error.h"
#include "tap.h"

#include <glib/gstdio.h>
#include <json-glib/json-glib.h>
#include <string.h>
#include <unistd.h>
#include <utime.h>

typedef struct place {
    char *folder, *figure;
    GPtrArray *warnings;
} place;

static void set_up(place *p, gconstpointer unused)
{
    (void)unused;
    p->folder = g_dir_make_tmp("frit-output-XXXXXX", NULL);
    g_assert_nonnull(p->folder);
    p->figure = g_build_filename(p->folder, "fig4a.pdf", NULL);
    p->warnings = g_ptr_array_new_with_free_func(g_free);
}

static void tear_down(place *p, gconstpointer unused)
{
    (void)unused;
    frit_remove(p->folder);
    g_free(p->folder);
    g_free(p->figure);
    g_ptr_array_unref(p->warnings);
}

static void warn(const char *sentence, gpointer data)
{
    g_ptr_array_add(data, g_strdup(sentence));
}

static const char *add(frit_outputs *o, const char *wanted)
{
    GError *error = NULL;
    const char *temporary = frit_outputs_add(o, wanted, &error);
    g_assert_no_error(error);
    g_assert_nonnull(temporary);
    return temporary;
}

static void write_file(const char *path, const char *content)
{
    g_assert_true(g_file_set_contents(path, content, -1, NULL));
}

static void assert_content(const char *path, const char *expected)
{
    g_autofree char *content = NULL;
    if (!expected) {
        g_assert_false(g_file_test(path, G_FILE_TEST_EXISTS));
        return;
    }
    g_assert_true(g_file_get_contents(path, &content, NULL, NULL));
    g_assert_cmpstr(content, ==, expected);
}

/* One call of a sink that writes one file; its receipt, or NULL and the error. */
static char *try_write(place *p, const char *wanted, const char *content, GError **error)
{
    frit_outputs *o = frit_outputs_new();
    write_file(add(o, wanted), content);
    char *receipt = NULL;
    if (frit_outputs_commit(o, "{\"step\": \"figure\"}", warn, p->warnings, error))
        receipt = frit_outputs_receipt(o);
    frit_outputs_free(o);
    return receipt;
}

static char *write_ours(place *p, const char *content)
{
    GError *error = NULL;
    char *receipt = try_write(p, p->figure, content, &error);
    g_assert_no_error(error);
    g_assert_nonnull(receipt);
    return receipt;
}

static void write_one(place *p, const char *content)
{
    g_free(write_ours(p, content));
}

static char *beside(const place *p, const char *suffix)
{
    return g_strconcat(p->figure, suffix, NULL);
}

static char *record_of(const place *p, const char *name)
{
    g_autofree char *path = g_strdup_printf("%s/.frit/%s.json", p->folder, name);
    char *record = NULL;
    g_assert_true(g_file_get_contents(path, &record, NULL, NULL));
    return record;
}

static guint entries(const char *folder)
{
    guint n = 0;
    GDir *dir = g_dir_open(folder, 0, NULL);
    while (dir && g_dir_read_name(dir))
        n++;
    if (dir)
        g_dir_close(dir);
    return n;
}

/* ---- Into place ---- */

static void file_appears_when_it_is_committed(place *p, gconstpointer unused)
{
    (void)unused;
    frit_outputs *o = frit_outputs_new();
    const char *temporary = add(o, p->figure);
    g_assert_true(g_str_has_suffix(temporary, "/fig4a.pdf"));
    g_assert_true(g_str_has_prefix(temporary, p->folder));
    g_assert_true(add(o, p->figure) == temporary);
    write_file(temporary, "picture");
    assert_content(p->figure, NULL);
    g_assert_true(frit_outputs_commit(o, "{}", NULL, NULL, NULL));
    assert_content(p->figure, "picture");
    frit_outputs_free(o);
    assert_content(p->figure, "picture");
    g_autofree char *records = g_build_filename(p->folder, ".frit", NULL);
    g_assert_cmpuint(entries(records), ==, 1); /* the record; no temporary folder */
}

static void without_commit_nothing_is_left(place *p, gconstpointer unused)
{
    (void)unused;
    frit_outputs *o = frit_outputs_new();
    write_file(add(o, p->figure), "half a picture");
    frit_outputs_free(o);
    g_assert_cmpuint(entries(p->folder), ==, 0);
}

static void folders_are_made(place *p, gconstpointer unused)
{
    (void)unused;
    g_autofree char *wanted = g_build_filename(p->folder, "figures", "supplement", "s1.pdf", NULL);
    g_autofree char *receipt = try_write(p, wanted, "picture", NULL);
    g_assert_nonnull(receipt);
    assert_content(wanted, "picture");
}

static void files_of_one_folder_are_neighbours(place *p, gconstpointer unused)
{
    (void)unused;
    g_autofree char *script = g_build_filename(p->folder, "fig4a.gp", NULL);
    frit_outputs *o = frit_outputs_new();
    g_autofree char *a = g_path_get_dirname(add(o, p->figure)), *b = g_path_get_dirname(add(o, script));
    g_assert_cmpstr(a, ==, b);
    frit_outputs_free(o);
    /* Two calls at once must not meet. */
    frit_outputs *one = frit_outputs_new(), *other = frit_outputs_new();
    g_assert_cmpstr(add(one, p->figure), !=, add(other, p->figure));
    frit_outputs_free(one);
    frit_outputs_free(other);
}

static void record_says_what_and_how(place *p, gconstpointer unused)
{
    (void)unused;
    write_one(p, "");
    g_autofree char *record = record_of(p, "fig4a.pdf");
    g_autoptr(JsonParser) parser = json_parser_new();
    g_assert_true(json_parser_load_from_data(parser, record, -1, NULL));
    JsonObject *object = json_node_get_object(json_parser_get_root(parser));
    g_assert_cmpstr(json_object_get_string_member(object, "file"), ==, "fig4a.pdf");
    /* XXH3-128 of the empty input: a test vector of xxHash. */
    g_assert_cmpstr(json_object_get_string_member(object, "digest"), ==,
                    "xxh3-128:99aa06d3014798d86001c324468d497f");
    g_assert_cmpint(json_object_get_int_member(object, "size"), ==, 0);
    JsonObject *provenance = json_object_get_object_member(object, "provenance");
    g_assert_cmpstr(json_object_get_string_member(provenance, "step"), ==, "figure");
}

static void same_run_twice_leaves_the_same(place *p, gconstpointer unused)
{
    (void)unused;
    g_autofree char *first = write_ours(p, "picture");
    g_autofree char *record = record_of(p, "fig4a.pdf");
    g_autofree char *second = write_ours(p, "picture");
    g_autofree char *again = record_of(p, "fig4a.pdf");
    g_assert_cmpstr(record, ==, again);
    g_assert_cmpstr(first, ==, second); /* the file was not touched */
    write_one(p, "another");
    write_one(p, "picture");
    g_autofree char *back = record_of(p, "fig4a.pdf");
    g_assert_cmpstr(record, ==, back);
    g_assert_cmpuint(p->warnings->len, ==, 0);
}

/* ---- Not over what is not ours ---- */

static void ours_is_replaced(place *p, gconstpointer unused)
{
    (void)unused;
    write_one(p, "one");
    write_one(p, "two");
    assert_content(p->figure, "two");
    g_assert_cmpuint(p->warnings->len, ==, 0);
}

static void foreign_file_is_never_overwritten(place *p, gconstpointer unused)
{
    (void)unused;
    GError *error = NULL;
    write_file(p->figure, "raw data of a beam time");
    g_assert_null(try_write(p, p->figure, "picture", &error));
    g_assert_error(error, FRIT_ERROR, FRIT_EIO);
    g_assert_nonnull(strstr(error->message, p->figure));
    g_assert_nonnull(strstr(error->message, "Frit did not write it"));
    g_assert_nonnull(strstr(error->message, "choose another name"));
    g_error_free(error);
    assert_content(p->figure, "raw data of a beam time");
    g_assert_cmpuint(entries(p->folder), ==, 1);
}

static void one_foreign_file_stops_them_all(place *p, gconstpointer unused)
{
    (void)unused;
    g_autofree char *script = g_build_filename(p->folder, "fig4a.gp", NULL);
    write_file(script, "plot sin(x)");
    frit_outputs *o = frit_outputs_new();
    write_file(add(o, p->figure), "picture");
    write_file(add(o, script), "plot cos(x)");
    g_assert_false(frit_outputs_commit(o, "{}", NULL, NULL, NULL));
    frit_outputs_free(o);
    assert_content(p->figure, NULL);
    assert_content(script, "plot sin(x)");
}

static void foreign_file_with_the_same_content_becomes_ours(place *p, gconstpointer unused)
{
    (void)unused;
    write_file(p->figure, "picture");
    write_one(p, "picture");
    write_one(p, "another");
    assert_content(p->figure, "another");
}

static void damaged_record_protects(place *p, gconstpointer unused)
{
    (void)unused;
    const char *const records[] = {"", "[]", "{\"digest\": 7}", "{\"digest\": null, \"replaces\": {}}",
                                   "\xff{"};
    write_one(p, "picture");
    g_autofree char *path = g_build_filename(p->folder, ".frit", "fig4a.pdf.json", NULL);
    for (size_t i = 0; i < G_N_ELEMENTS(records); i++) {
        write_file(path, records[i]);
        g_free(try_write(p, p->figure, "another", NULL));
        assert_content(p->figure, "picture");
    }
}

static void changed_by_hand_stays_and_the_new_one_is_beside(place *p, gconstpointer unused)
{
    (void)unused;
    g_autofree char *new = beside(p, ".new");
    write_one(p, "one");
    write_file(p->figure, "one, with a better label");
    write_one(p, "two");
    assert_content(p->figure, "one, with a better label");
    assert_content(new, "two");
    g_assert_cmpuint(p->warnings->len, ==, 1);
    const char *sentence = p->warnings->pdata[0];
    g_assert_nonnull(strstr(sentence, p->figure));
    g_assert_nonnull(strstr(sentence, "fig4a.pdf.new"));

    /* Again: still kept, and the .new, which is ours, is replaced. */
    g_autofree char *third = write_ours(p, "three");
    assert_content(p->figure, "one, with a better label");
    assert_content(new, "three");

    /* The receipt covers both: removing the changed one calls for a new one. */
    g_assert_true(frit_receipt_stands(third));
    g_assert_cmpint(g_unlink(p->figure), ==, 0);
    g_assert_false(frit_receipt_stands(third));
    write_one(p, "three");
    assert_content(p->figure, "three");
    assert_content(new, NULL);
}

static void new_one_renamed_by_hand_is_ours(place *p, gconstpointer unused)
{
    (void)unused;
    g_autofree char *new = beside(p, ".new");
    write_one(p, "one");
    write_file(p->figure, "by hand");
    write_one(p, "two");
    g_assert_cmpint(g_rename(new, p->figure), ==, 0);
    write_one(p, "three");
    assert_content(p->figure, "three");
    assert_content(new, NULL);
    g_assert_cmpuint(p->warnings->len, ==, 1);
}

static void both_changed_by_hand_is_an_error(place *p, gconstpointer unused)
{
    (void)unused;
    GError *error = NULL;
    g_autofree char *new = beside(p, ".new");
    write_one(p, "one");
    write_file(p->figure, "by hand");
    write_one(p, "two");
    write_file(new, "by hand, too");
    g_assert_null(try_write(p, p->figure, "three", &error));
    g_assert_error(error, FRIT_ERROR, FRIT_EIO);
    g_error_free(error);
    assert_content(p->figure, "by hand");
    assert_content(new, "by hand, too");
}

/* Killed between the record and the file: the record names both contents. */
static void interrupted_commit_is_known_as_ours(place *p, gconstpointer unused)
{
    (void)unused;
    write_one(p, "one");
    g_autofree char *old = record_of(p, "fig4a.pdf");
    write_one(p, "two");
    g_autofree char *new = record_of(p, "fig4a.pdf");
    const char *digest = strstr(old, "xxh3-128:");
    g_autofree char *replaces = g_strdup_printf("{\n\"replaces\": \"%.41s\",", digest);
    g_autofree char *between = g_strconcat(replaces, new + 1, NULL);
    g_autofree char *path = g_build_filename(p->folder, ".frit", "fig4a.pdf.json", NULL);
    write_file(path, between);
    write_file(p->figure, "one");
    write_one(p, "three");
    assert_content(p->figure, "three");
    g_assert_cmpuint(p->warnings->len, ==, 0);
}

/* ---- What cannot be ---- */

static void assert_refused(const char *wanted, const char *why)
{
    GError *error = NULL;
    frit_outputs *o = frit_outputs_new();
    g_assert_null(frit_outputs_add(o, wanted, &error));
    g_assert_error(error, FRIT_ERROR, FRIT_EIO);
    g_assert_nonnull(strstr(error->message, wanted));
    g_assert_nonnull(strstr(error->message, why));
    g_error_free(error);
    frit_outputs_free(o);
}

static void places_that_cannot_be_written(place *p, gconstpointer unused)
{
    (void)unused;
    g_autofree char *under = g_build_filename(p->figure, "below.pdf", NULL), *slash = beside(p, "/");
    assert_refused(p->folder, "it is a folder");
    assert_refused(slash, "put the name of a file behind it");
    assert_refused("/dev/null", "a device or a pipe");
    write_file(p->figure, "a file");
    GError *error = NULL;
    frit_outputs *o = frit_outputs_new();
    g_assert_null(frit_outputs_add(o, under, &error));
    g_assert_nonnull(strstr(error->message, "a file stands where a folder is needed"));
    g_error_free(error);
    frit_outputs_free(o);
}

static void file_in_place_of_the_records(place *p, gconstpointer unused)
{
    (void)unused;
    GError *error = NULL;
    g_autofree char *records = g_build_filename(p->folder, ".frit", NULL);
    write_file(records, "in the way");
    frit_outputs *o = frit_outputs_new();
    g_assert_null(frit_outputs_add(o, p->figure, &error));
    g_assert_error(error, FRIT_ERROR, FRIT_EIO);
    g_assert_nonnull(strstr(error->message, records));
    g_error_free(error);
    frit_outputs_free(o);
    assert_content(records, "in the way");
}

static void folder_without_permission(place *p, gconstpointer unused)
{
    (void)unused;
    if (geteuid() == 0) {
        g_test_skip("root may write everywhere");
        return;
    }
    GError *error = NULL;
    frit_outputs *o = frit_outputs_new();
    g_assert_cmpint(g_chmod(p->folder, 0500), ==, 0);
    g_assert_null(frit_outputs_add(o, p->figure, &error));
    g_assert_nonnull(strstr(error->message, "permission"));
    g_assert_cmpint(g_chmod(p->folder, 0700), ==, 0);
    g_error_free(error);
    frit_outputs_free(o);
}

static void promised_and_not_written(place *p, gconstpointer unused)
{
    (void)unused;
    GError *error = NULL;
    frit_outputs *o = frit_outputs_new();
    add(o, p->figure);
    g_assert_false(frit_outputs_commit(o, "{}", NULL, NULL, &error));
    g_assert_error(error, FRIT_ERROR, FRIT_EIO);
    g_assert_nonnull(strstr(error->message, "the step did not write it"));
    g_error_free(error);
    frit_outputs_free(o);
}

static void provenance_must_be_an_object(place *p, gconstpointer unused)
{
    (void)unused;
    const char *const texts[] = {"", "7", "[1]", "{\"a\": }"};
    for (size_t i = 0; i < G_N_ELEMENTS(texts); i++) {
        GError *error = NULL;
        frit_outputs *o = frit_outputs_new();
        write_file(add(o, p->figure), "picture");
        g_assert_false(frit_outputs_commit(o, texts[i], NULL, NULL, &error));
        g_assert_error(error, FRIT_ERROR, FRIT_EIO);
        g_error_free(error);
        frit_outputs_free(o);
        assert_content(p->figure, NULL);
    }
}

static void old_temporary_folders_go(place *p, gconstpointer unused)
{
    (void)unused;
    g_autofree char *old = g_build_filename(p->folder, ".frit", "tmp-4711-0", NULL);
    g_autofree char *young = g_build_filename(p->folder, ".frit", "tmp-4712-0", NULL);
    g_autofree char *inside = g_build_filename(old, "fig.pdf", NULL);
    g_assert_cmpint(g_mkdir_with_parents(old, 0777), ==, 0);
    g_assert_cmpint(g_mkdir_with_parents(young, 0777), ==, 0);
    write_file(inside, "half");
    time_t then = time(NULL) - 25 * 3600;
    struct utimbuf times = {then, then};
    g_assert_cmpint(utime(old, &times), ==, 0);
    write_one(p, "picture");
    g_assert_false(g_file_test(old, G_FILE_TEST_EXISTS));
    g_assert_true(g_file_test(young, G_FILE_TEST_IS_DIR));
}

static gpointer write_many(gpointer data)
{
    place *p = data;
    for (int i = 0; i < 30; i++) {
        g_autofree char *name = g_strdup_printf("%p-%d.csv", (void *)g_thread_self(), i);
        g_autofree char *wanted = g_build_filename(p->folder, name, NULL);
        frit_outputs *o = frit_outputs_new();
        write_file(add(o, wanted), name);
        if (i % 2) {
            g_assert_true(frit_outputs_commit(o, "{}", NULL, NULL, NULL));
            assert_content(wanted, name);
        }
        frit_outputs_free(o);
    }
    return NULL;
}

static void threads_write_into_one_folder(place *p, gconstpointer unused)
{
    (void)unused;
    GThread *threads[6];
    for (int i = 0; i < 6; i++)
        threads[i] = g_thread_new("output", write_many, p);
    for (int i = 0; i < 6; i++)
        g_thread_join(threads[i]);
    g_assert_cmpuint(entries(p->folder), ==, 6 * 15 + 1);
}

/* ---- Receipts ---- */

static void receipt_stands_until_a_file_changes(place *p, gconstpointer unused)
{
    (void)unused;
    g_autofree char *strange = g_build_filename(p->folder, "two\nlines \\n and a space.csv", NULL);
    frit_outputs *o = frit_outputs_new();
    write_file(add(o, p->figure), "picture");
    write_file(add(o, strange), "table");
    g_assert_true(frit_outputs_commit(o, "{}", NULL, NULL, NULL));
    g_autofree char *receipt = frit_outputs_receipt(o);
    frit_outputs_free(o);
    g_auto(GStrv) paths = frit_receipt_paths(receipt);
    g_assert_cmpuint(g_strv_length(paths), ==, 2);
    g_assert_cmpstr(paths[0], ==, p->figure);
    g_assert_cmpstr(paths[1], ==, strange);
    g_assert_true(frit_receipt_stands(receipt));
    struct utimbuf times = {1000000000, 1000000000};
    g_assert_cmpint(utime(strange, &times), ==, 0);
    g_assert_false(frit_receipt_stands(receipt));
}

static void receipt_of_nothing_and_no_receipt(void)
{
    g_assert_true(frit_receipt_stands(""));
    g_assert_false(frit_receipt_stands(NULL));
    g_assert_false(frit_receipt_stands("what is this?\n"));
    g_assert_false(frit_receipt_stands("7\n"));
    g_assert_false(frit_receipt_stands("7 8\n"));
    g_auto(GStrv) paths = frit_receipt_paths(NULL);
    g_assert_cmpuint(g_strv_length(paths), ==, 0);
}

#define ADD(name, f) g_test_add(name, place, NULL, set_up, f, tear_down)

int main(int argc, char **argv)
{
    tap_init(&argc, &argv);
    ADD("/output/appears-at-commit", file_appears_when_it_is_committed);
    ADD("/output/without-commit", without_commit_nothing_is_left);
    ADD("/output/folders-are-made", folders_are_made);
    ADD("/output/neighbours", files_of_one_folder_are_neighbours);
    ADD("/output/record", record_says_what_and_how);
    ADD("/output/same-run-twice", same_run_twice_leaves_the_same);
    ADD("/ours/is-replaced", ours_is_replaced);
    ADD("/ours/foreign-file", foreign_file_is_never_overwritten);
    ADD("/ours/one-foreign-file-stops-all", one_foreign_file_stops_them_all);
    ADD("/ours/same-content", foreign_file_with_the_same_content_becomes_ours);
    ADD("/ours/damaged-record", damaged_record_protects);
    ADD("/ours/changed-by-hand", changed_by_hand_stays_and_the_new_one_is_beside);
    ADD("/ours/new-one-renamed", new_one_renamed_by_hand_is_ours);
    ADD("/ours/both-changed", both_changed_by_hand_is_an_error);
    ADD("/ours/interrupted", interrupted_commit_is_known_as_ours);
    ADD("/cannot/places", places_that_cannot_be_written);
    ADD("/cannot/file-for-records", file_in_place_of_the_records);
    ADD("/cannot/permission", folder_without_permission);
    ADD("/cannot/not-written", promised_and_not_written);
    ADD("/cannot/provenance", provenance_must_be_an_object);
    ADD("/output/old-temporaries-go", old_temporary_folders_go);
    ADD("/output/threads", threads_write_into_one_folder);
    ADD("/receipt/stands", receipt_stands_until_a_file_changes);
    g_test_add_func("/receipt/nothing", receipt_of_nothing_and_no_receipt);
    return g_test_run();
}
