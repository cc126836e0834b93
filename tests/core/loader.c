/* The loader: which shared objects are plugins, and what is said about those that are not.
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "fixture.h"

#include <glib/gstdio.h>
#include <string.h>

#include "error.h"
#include "loader.h"

static char *refusal_of(const char *path, frit_registry *r)
{
    g_autoptr(GError) error = NULL;
    g_assert_false(frit_loader_open(r, path, false, &error));
    g_assert_nonnull(error);
    g_assert_null(strstr(error->message, path)); /* the caller says the path */
    return g_strdup(error->message);
}

static void assert_refused(const char *module, const char *reason)
{
    frit_registry *r = frit_registry_new();
    g_autofree char *path = fixture_module(module);
    g_autofree char *why = refusal_of(path, r);
    g_assert_cmpstr(why, ==, reason);
    g_assert_cmpuint(g_hash_table_size(r->steps), ==, 0);
    g_assert_cmpuint(r->modules->len, ==, 0);
    frit_registry_free(r);
}

static void other_versions_are_refused(void)
{
    assert_refused("needs_newer",
                   "needs version 1.99 of the plugin interface; this frit has 1.4: update frit, or "
                   "build the plugin with an older plugin.h");
    assert_refused("version2", "made for version 2 of the plugin interface; this frit has version 1");
}

static void what_is_no_plugin_is_refused(void)
{
    assert_refused("no_entry",
                   "has no function frit_module_v1(): not a frit plugin, or one whose entry is not exported");
    assert_refused("no_table", "frit_module_v1() returned NULL");
}

/* At once, and with the name of what is missing: not in the middle of a run. */
static void a_missing_symbol_is_named(void)
{
    assert_refused("undefined", "undefined symbol: a_function_of_no_library");
}

static void a_name_is_taken_once(void)
{
    fixture *b = fixture_new("numbers");
    g_autofree char *path = fixture_module("twin"), *first = fixture_module("numbers");
    g_autofree char *why = refusal_of(path, b->registry);
    g_autofree char *reason =
        g_strdup_printf("step 'times' is defined already, by numbers (%s): give it another name", first);
    g_assert_cmpstr(why, ==, reason);
    g_assert_false(g_hash_table_contains(b->registry->steps, "only_here")); /* all of a module or nothing */
    fixture_free(b);
}

/* ---- Files that are no shared objects ---- */

static void refuse_file(const char *folder, const char *name, const void *data, size_t n, const char *part)
{
    g_autofree char *path = g_build_filename(folder, name, NULL);
    g_assert_true(g_file_set_contents(path, data, (gssize)n, NULL));
    frit_registry *r = frit_registry_new();
    g_autofree char *why = refusal_of(path, r);
    if (!strstr(why, part))
        g_error("%s: \"%s\" does not say \"%s\"", name, why, part);
    frit_registry_free(r);
}

static void damaged_files_are_refused(void)
{
    char *folder = fixture_folder();
    refuse_file(folder, "empty.so", "", 0, "file too short");
    const char text[] =
        "this is no plugin at all, but a text that is longer than the header of one would be\n";
    refuse_file(folder, "text.so", text, sizeof text - 1, "invalid ELF header");
    g_autofree char *path = fixture_module("numbers"), *elf = NULL;
    gsize n;
    g_assert_true(g_file_get_contents(path, &elf, &n, NULL));
    refuse_file(folder, "head.so", elf, 20, "file too short");
    elf[4] = 1; /* of 32 bits */
    refuse_file(folder, "bits.so", elf, n, "wrong ELF class");
    fixture_remove(folder);
}

/* Wherever a copy broke off, it does no harm when it is mapped into memory.  What lacks only its section
 * headers may still be loaded. */
static void a_copy_that_broke_off(void)
{
    if (!g_test_subprocess()) {
        g_test_trap_subprocess(NULL, 0, 0);
        g_test_trap_assert_passed();
        return;
    }
    char *folder = fixture_folder();
    g_autofree char *path = fixture_module("numbers"), *elf = NULL;
    gsize n;
    g_assert_true(g_file_get_contents(path, &elf, &n, NULL));
    for (gsize part = 1; part < 16; part++) {
        g_autofree char *name = g_strdup_printf("part%u.so", (guint)part);
        g_autofree char *copy = g_build_filename(folder, name, NULL);
        g_assert_true(g_file_set_contents(copy, elf, (gssize)(n * part / 16), NULL));
        frit_registry *r = frit_registry_new();
        g_autoptr(GError) error = NULL;
        bool opened = frit_loader_open(r, copy, false, &error);
        g_assert_true(opened == (error == NULL));
        g_assert_true(part > 1 || g_str_has_prefix(error->message, "the file breaks off after"));
        frit_registry_free(r);
    }
    fixture_remove(folder);
}

static void a_file_that_is_not_there_is_said_so(void)
{
    frit_registry *r = frit_registry_new();
    g_autofree char *damaged = fixture_module("undefined"), *nowhere = fixture_module("nowhere");
    g_free(refusal_of(damaged, r));
    g_autofree char *why = refusal_of(nowhere, r);
    g_assert_null(strstr(why, "a_function_of_no_library")); /* not the reason of the one before */
    g_assert_nonnull(strstr(why, "file"));
    frit_registry_free(r);
}

/* ---- Tables of another size ---- */

static void an_older_plugin_works(void)
{
    fixture *b = fixture_new("older");
    const frit_step_info *s = frit_registry_find(b->registry, "old_double", NULL);
    g_assert_cmpuint(s->n_inputs, ==, 1);
    g_assert_cmpuint(s->n_outputs, ==, 2);
    g_assert_cmpstr(s->step.outputs[1].name, ==, "also");
    g_assert_cmpuint(s->step.inputs[0].flags, ==, 0); /* what it does not know of is zero */
    g_assert_cmpuint(s->step.outputs[1].dtypes, ==, 0);
    frit_edge doubled = fixture_step(b, "old_double", "", "data", fixture_number(b, 21, "m"), NULL);
    g_assert_cmpfloat(fixture_value(b, doubled, 0), ==, 42);
    fixture_free(b);
}

static void a_newer_plugin_works(void)
{
    fixture *b = fixture_new("newer");
    const frit_step_info *s = frit_registry_find(b->registry, "new_triple_too", NULL);
    g_assert_nonnull(s);
    g_assert_cmpuint(s->n_inputs, ==, 2);
    g_assert_cmpuint(s->n_params, ==, 2);
    g_assert_cmpstr(s->step.inputs[1].name, ==, "other");
    g_assert_cmpstr(s->step.params[1].name, ==, "unused");
    frit_edge number = fixture_number(b, 5, "m");
    g_assert_cmpfloat(fixture_value(b, fixture_step(b, "new_triple_too", "", "data", number, NULL), 0), ==, 15);
    g_assert_cmpfloat(fixture_value(b, fixture_step(b, "new_triple", "by=10", "data", number, NULL), 0), ==, 50);
    fixture_free(b);
}

/* ---- Folders ---- */

static void link_module(const char *folder, const char *module, const char *name)
{
    g_autofree char *from = fixture_module(module), *to = g_build_filename(folder, name, NULL), *data = NULL;
    gsize n;
    g_assert_true(g_file_get_contents(from, &data, &n, NULL));
    g_assert_true(g_file_set_contents(to, data, (gssize)n, NULL));
}

static const char *refused_for(const frit_registry *r, const char *folder, const char *name)
{
    g_autofree char *path = g_build_filename(folder, name, NULL);
    for (guint i = 0; i < r->refusals->len; i++) {
        const frit_refusal *f = r->refusals->pdata[i];
        if (g_str_equal(f->path, path))
            return f->reason;
    }
    return NULL;
}

static frit_registry *scan(const char *system, const char *own)
{
    g_setenv("FRIT_SYSTEM_PLUGIN_PATH", system, TRUE);
    g_setenv("FRIT_PLUGIN_PATH", own, TRUE);
    frit_registry *r = frit_registry_new();
    frit_loader_scan(r);
    return r;
}

static void an_own_module_hides_one_of_the_same_file_name(void)
{
    char *system = fixture_folder(), *own = fixture_folder();
    link_module(system, "numbers", "a.so");
    link_module(system, "reduce", "b.so");
    link_module(own, "several", "a.so");
    link_module(own, "several", "not_a_plugin.so.bak");
    frit_registry *r = scan(system, own);
    g_assert_true(g_hash_table_contains(r->steps, "several"));
    g_assert_true(g_hash_table_contains(r->steps, "average"));
    g_assert_false(g_hash_table_contains(r->steps, "times"));
    g_autofree char *why = g_strdup_printf("hidden by %s/a.so", own);
    g_assert_cmpstr(refused_for(r, system, "a.so"), ==, why);
    g_assert_cmpuint(r->refusals->len, ==, 1);
    for (guint i = 0; i < r->modules->len; i++) {
        const frit_module_info *m = r->modules->pdata[i];
        g_assert_cmpint(m->builtin, ==, g_str_equal(m->name, "reduce"));
    }
    frit_registry_free(r);
    fixture_remove(system);
    fixture_remove(own);
}

/* A stray plugin never replaces a built-in step under another file name. */
static void built_in_steps_come_first(void)
{
    char *system = fixture_folder(), *own = fixture_folder();
    link_module(system, "numbers", "z.so");
    link_module(own, "twin", "a.so");
    frit_registry *r = scan(system, own);
    g_assert_cmpstr(frit_registry_find(r, "times", NULL)->module->name, ==, "numbers");
    g_assert_nonnull(strstr(refused_for(r, own, "a.so"), "defined already"));
    frit_registry_free(r);
    fixture_remove(system);
    fixture_remove(own);
}

static void several_folders_and_bad_ones(void)
{
    char *first = fixture_folder(), *second = fixture_folder();
    link_module(first, "numbers", "n.so");
    link_module(first, "undefined", "u.so");
    link_module(second, "reduce", "n.so");
    g_autofree char *own = g_strdup_printf("/no/such/folder::%s:%s", first, second);
    frit_registry *r = scan("", own);
    g_assert_true(g_hash_table_contains(r->steps, "times"));
    g_assert_false(g_hash_table_contains(r->steps, "average")); /* the first folder's n.so hides it */
    g_assert_cmpstr(refused_for(r, first, "u.so"), ==, "undefined symbol: a_function_of_no_library");
    g_assert_cmpuint(r->refusals->len, ==, 2);
    frit_registry_free(r);
    fixture_remove(first);
    fixture_remove(second);
}

/* The digest is of what the code does: the file's name and place are no part of it. */
static void a_copy_has_the_same_digest(void)
{
    char *folder = fixture_folder();
    link_module(folder, "numbers", "other_name.so");
    frit_registry *r = scan(folder, "");
    fixture *b = fixture_new("numbers");
    const frit_module_info *copy = r->modules->pdata[0], *original = b->registry->modules->pdata[0];
    g_assert_cmpstr(copy->path, !=, original->path);
    g_assert_true(frit_key_equal(&copy->digest, &original->digest));
    frit_registry_free(r);
    r = frit_registry_new();
    g_autofree char *other = fixture_module("reduce");
    g_assert_true(frit_loader_open(r, other, false, NULL));
    g_assert_false(frit_key_equal(&((frit_module_info *)r->modules->pdata[0])->digest, &original->digest));
    frit_registry_free(r);
    fixture_free(b);
    fixture_remove(folder);
}

int main(int argc, char **argv)
{
    tap_init(&argc, &argv);
    g_test_add_func("/loader/versions", other_versions_are_refused);
    g_test_add_func("/loader/no-plugin", what_is_no_plugin_is_refused);
    g_test_add_func("/loader/undefined", a_missing_symbol_is_named);
    g_test_add_func("/loader/twin", a_name_is_taken_once);
    g_test_add_func("/loader/damaged", damaged_files_are_refused);
    g_test_add_func("/loader/broken-off", a_copy_that_broke_off);
    g_test_add_func("/loader/not-there", a_file_that_is_not_there_is_said_so);
    g_test_add_func("/loader/older", an_older_plugin_works);
    g_test_add_func("/loader/newer", a_newer_plugin_works);
    g_test_add_func("/loader/hidden", an_own_module_hides_one_of_the_same_file_name);
    g_test_add_func("/loader/built-in", built_in_steps_come_first);
    g_test_add_func("/loader/folders", several_folders_and_bad_ones);
    g_test_add_func("/loader/digest", a_copy_has_the_same_digest);
    return g_test_run();
}
