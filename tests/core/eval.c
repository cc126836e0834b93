/* Evaluation: the same bits however it is done, and nothing done twice.
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "fixture.h"

#include <glib/gstdio.h>
#include <string.h>

#include "error.h"
#include "rich.h"

static const char modules[] = "numbers mishap reduce plan labels write";

/* A recipe with all that an evaluation has to do: maps, a plan, reductions, what a reduction gives going
 * back into a map, elements that fail, a stacked curve, and two sinks. */
static void recipe(fixture *b, const char *n, const char *factor, const char *mishap)
{
    b->on_error = 1;
    g_autofree char *count = g_strdup_printf("n=%s step=0.1", n),
                    *times = g_strdup_printf("factor=%s", factor);
    g_autofree char *lines_of = g_strdup_printf("n=%s points=3 spacing=0.3", n);
    frit_edge up = fixture_step(b, "count_up", count, NULL);
    frit_edge some = fixture_step(b, "mishap", mishap, "number", up, NULL);
    frit_edge scaled = fixture_step(b, "times", times, "data", some, NULL);
    frit_edge mean = fixture_step(b, "average", "", "data", scaled, NULL);
    frit_edge sum = fixture_step(b, "plus", "", "a", scaled, "b", mean, NULL);
    frit_edge weights = fixture_step(b, "times", "factor=0.3", "data",
                                   fixture_constant(b, frit_dataset_curve(3, (double[]){0, 1, 2}, "i", "1",
                                                                        (double[]){1, 2, 4}, NULL, "1")),
                                   NULL);
    frit_edge lines = fixture_step(b, "lines", lines_of, NULL);
    frit_edge weighed = fixture_step(b, "weigh", "", "line", lines, "weights", weights, NULL);
    fixture_step(b, "write_all", "file=all.txt", "data", sum, "data", weighed, NULL);
    fixture_step(b, "write_one", "file=mean.txt", "data", mean, NULL);
}

static void run_with(fixture *b, const char *n, const char *factor, const char *mishap)
{
    fixture_again(b);
    fixture_forget(b);
    recipe(b, n, factor, mishap);
    fixture_run(b);
}

static void run_afresh(fixture *b, const char *n, const char *factor)
{
    run_with(b, n, factor, "how=none");
}

static const char seventh[] = "how=edata at=0.7000000000000001"; /* 7 * 0.1 in binary */

static void any_number_of_threads_gives_the_same_bits(void)
{
    g_autofree char *first = NULL, *mean = NULL;
    const guint threads[] = {1, 2, 7};
    for (int kept = 0; kept < 2; kept++)
        for (size_t t = 0; t < G_N_ELEMENTS(threads); t++) {
            fixture *b = fixture_new(modules);
            b->threads = threads[t];
            if (kept)
                fixture_open_store(b);
            run_with(b, "150", "1.7", seventh);
            g_assert_cmpuint(b->tally.missing, ==, 1);
            g_autofree char *all = fixture_read(b, "all.txt"), *average = fixture_read(b, "mean.txt");
            first = first ? first : g_strdup(all);
            mean = mean ? mean : g_strdup(average);
            g_assert_cmpstr(all, ==, first);
            g_assert_cmpstr(average, ==, mean);
            fixture_free(b);
        }
    g_assert_nonnull(strstr(first, "missing: test.lua:2: mishap: element 7"));
}

/* ---- The second run ---- */

static void nothing_is_computed_twice(void)
{
    fixture *b = fixture_new(modules);
    b->threads = 2;
    fixture_open_store(b);
    run_afresh(b, "150", "1.7");
    g_assert_cmpuint(b->tally.computed, >, 150 * 5);
    g_assert_cmpuint(fixture_witness(b, "count_up"), ==, 150); /* and not in the first run either */
    g_assert_cmpuint(fixture_witness(b, "average"), ==, 1);
    run_afresh(b, "150", "1.7");
    g_assert_cmpuint(b->tally.computed, ==, 0);
    g_assert_cmpuint(b->tally.up_to_date, ==, 2);
    g_assert_cmpuint(fixture_witness(b, ""), ==, 0);
    fixture_free(b);
}

/* Also where the files are gone: what sinks read is in the store. */
static void a_lost_file_costs_one_sink(void)
{
    fixture *b = fixture_new(modules);
    fixture_open_store(b);
    run_afresh(b, "150", "1.7");
    g_autofree char *path = fixture_path(b, "all.txt"), *before = fixture_read(b, "all.txt");
    g_unlink(path);
    run_afresh(b, "150", "1.7");
    g_autofree char *after = fixture_read(b, "all.txt");
    g_assert_cmpstr(before, ==, after);
    g_assert_cmpuint(b->tally.computed, ==, 0);
    g_assert_cmpuint(fixture_witness(b, ""), ==, 1);
    g_assert_cmpuint(fixture_witness(b, "write_all"), ==, 1);
    fixture_free(b);
}

/* With an element missing, every run says so: the sinks and what went without it are asked again. */
static void what_is_missing_is_said_again(void)
{
    fixture *b = fixture_new(modules);
    fixture_open_store(b);
    for (int round = 0; round < 3; round++) {
        run_with(b, "150", "1.7", seventh);
        g_assert_cmpuint(b->tally.missing, ==, 1);
        g_assert_cmpuint(b->tally.up_to_date, ==, 0);
        if (round) {
            g_assert_cmpuint(b->tally.computed, ==,
                             1); /* the mean, which is not kept while it lacks an element */
            g_assert_cmpuint(fixture_witness(b, "average"), ==, 1);
            g_assert_cmpuint(fixture_witness(b, "mishap"), ==, 0);
        }
    }
    fixture_free(b);
}

static void only_what_comes_after_a_change_is_computed(void)
{
    fixture *b = fixture_new(modules);
    fixture_open_store(b);
    run_afresh(b, "150", "1.7");
    g_autofree char *before = fixture_read(b, "all.txt");
    run_afresh(b, "150", "1.8");
    g_assert_cmpuint(fixture_witness(b, "lines"), ==, 0); /* the weighed lines have not changed */
    g_assert_cmpuint(fixture_witness(b, "prepare"), ==, 0);
    g_assert_cmpuint(fixture_witness(b, "average"), ==, 1);
    run_afresh(b, "150", "1.7"); /* back: everything is known, the files are not */
    g_autofree char *after = fixture_read(b, "all.txt");
    g_assert_cmpstr(before, ==, after);
    g_assert_cmpuint(b->tally.computed, ==, 0);
    fixture_free(b);
}

static void more_elements_are_added_to_those_that_are_known(void)
{
    fixture *b = fixture_new("numbers reduce write");
    fixture_open_store(b);
    for (int round = 0; round < 2; round++) {
        fixture_again(b);
        fixture_forget(b);
        frit_edge up = fixture_step(b, "count_up", "n=200", NULL);
        frit_node *some = frit_graph_select(b->graph, "test.lua:2", up, 0, round ? 199 : 127, false, NULL);
        frit_edge twice = fixture_step(b, "times", "", "data", (frit_edge){some, 0}, NULL);
        fixture_step(b, "write_one", "file=m.txt", "data", fixture_step(b, "average", "", "data", twice, NULL),
                   NULL);
        fixture_run(b);
    }
    g_assert_cmpuint(fixture_witness(b, "times"), ==, 72);
    fixture_free(b);
}

/* Also where they are shifted, so that no pack is what it was: one at the front, one in the middle gone. */
static void known_elements_are_found_in_other_packs(void)
{
    fixture *b = fixture_new("numbers reduce write");
    fixture_open_store(b);
    g_autofree char *whole = NULL;
    for (int round = 0; round < 3; round++) {
        fixture_again(b);
        fixture_forget(b);
        frit_edge up = fixture_step(b, "count_up", "n=200", NULL);
        frit_edge most = {frit_graph_select(b->graph, "test.lua:2", up, round ? 0 : 1, 150, false, NULL), 0};
        frit_edge rest = {frit_graph_select(b->graph, "test.lua:3", up, round == 2 ? 152 : 151, 199, false, NULL), 0};
        const frit_edge both[] = {most, rest};
        frit_edge some = {frit_graph_concat(b->graph, "test.lua:4", both, 2, NULL), 0};
        fixture_step(b, "write_all", "file=m.txt", "data", fixture_step(b, "times", "", "data", some, NULL), NULL);
        fixture_run(b);
        static const guint computed[] = {199, 1, 0};
        g_assert_cmpuint(fixture_witness(b, "times"), ==, computed[round]);
        g_autofree char *text = fixture_read(b, "m.txt");
        if (round == 1)
            whole = g_strdup(text);
    }
    fixture *fresh = fixture_new("numbers reduce write");
    frit_edge up = fixture_step(fresh, "count_up", "n=200", NULL);
    fixture_step(fresh, "write_all", "file=m.txt", "data", fixture_step(fresh, "times", "", "data", up, NULL), NULL);
    fixture_run(fresh);
    g_autofree char *expected = fixture_read(fresh, "m.txt");
    g_assert_cmpstr(whole, ==, expected);
    fixture_free(fresh);
    fixture_free(b);
}

/* A position is no part of what an element was made of: only who sees positions is computed anew. */
static void other_positions_cost_no_elements(void)
{
    fixture *b = fixture_new("numbers reduce write");
    fixture_open_store(b);
    for (int round = 0; round < 2; round++) {
        const double at[] = {1, 2, 5 + round};
        fixture_again(b);
        fixture_forget(b);
        frit_edge up = fixture_step(b, "count_up", "n=3", NULL);
        frit_node *axis = frit_graph_axis(b->graph, "test.lua:9", up, "T", "K", at, 3, NULL, NULL);
        frit_edge twice = fixture_step(b, "times", "", "data", (frit_edge){axis, 0}, NULL);
        frit_edge span = fixture_output(fixture_step(b, "average", "", "data", twice, NULL), "span");
        fixture_step(b, "write_one", "file=span.txt", "data", span, NULL);
        fixture_run(b);
        g_assert_cmpuint(fixture_witness(b, "times"), ==, round ? 0 : 3);
        g_assert_cmpuint(fixture_witness(b, "average"), ==, 1);
    }
    g_autofree char *text = fixture_read(b, "span.txt");
    g_assert_true(g_str_has_prefix(text, "1 5 K") || g_str_has_prefix(text, "average 5 K"));
    fixture_free(b);
}

/* ---- Files: their content counts, not their names ---- */

static void read_and_average(fixture *b, const char *pattern)
{
    fixture_again(b);
    fixture_forget(b);
    g_autofree char *params = g_strdup_printf("files=%s unit=m", pattern);
    frit_edge slope = fixture_step(b, "slope", "", "data", fixture_step(b, "read_shorts", params, NULL), NULL);
    fixture_step(b, "write_one", "file=out.txt", "data", fixture_step(b, "average", "", "data", slope, NULL),
               NULL);
    fixture_run(b);
}

static void contents_make_the_key(void)
{
    fixture *b = fixture_new("read_shorts types reduce write");
    fixture_open_store(b);
    const uint16_t shorts[] = {1, 4, 10, 12};
    g_free(fixture_file(b, "a1.u16", shorts, 4));
    g_free(fixture_file(b, "a2.u16", shorts + 2, 4));
    read_and_average(b, "a*.u16");
    g_assert_cmpuint(fixture_witness(b, "read_shorts"), ==, 2);
    g_free(fixture_file(b, "b1.u16", shorts, 4));
    g_free(fixture_file(b, "b2.u16", shorts + 2, 4));
    read_and_average(b, "b*.u16");
    g_assert_cmpuint(fixture_witness(b, "read_shorts"), ==, 0);
    g_assert_cmpuint(fixture_witness(b, "average"), ==, 0);
    const uint16_t changed[] = {10, 13};
    g_free(fixture_file(b, "b2.u16", changed, 4));
    read_and_average(b, "b*.u16");
    g_assert_cmpuint(fixture_witness(b, "average"), ==, 1);
    g_autofree char *text = fixture_read(b, "out.txt");
    g_assert_nonnull(strstr(text, " 3 m")); /* ((4 - 1) + (13 - 10)) / 2 */
    fixture_free(b);
}

/* ---- Failures ---- */

static void a_lasting_failure_is_kept(void)
{
    fixture *b = fixture_new("numbers mishap reduce write");
    fixture_open_store(b);
    const struct {
        const char *params;
        bool tried_again;
    } kinds[] = {{"how=edata at=2", false},
                 {"how=enumeric at=2", false},
                 {"how=eio at=2", true}}; /* a disk may come back */
    for (size_t k = 0; k < G_N_ELEMENTS(kinds); k++)
        for (int round = 0; round < 2; round++) {
            fixture_again(b);
            fixture_forget(b);
            b->on_error = 1;
            frit_edge up = fixture_step(b, "count_up", "n=3", NULL);
            frit_edge number = fixture_step(b, "mishap", kinds[k].params, "number", up, NULL);
            fixture_step(b, "write_all", "file=out.txt", "data", number, NULL);
            g_autofree char *path = fixture_path(b, "out.txt");
            g_unlink(path);
            fixture_run(b);
            g_assert_cmpuint(fixture_witness(b, "mishap 0"), ==, round ? 0 : 1);
            g_assert_cmpint(fixture_witness(b, "mishap 1") > 0, ==, round == 0 || kinds[k].tried_again);
        }
    fixture_free(b);
}

/* What was left out in one run stops the next, if that one is to stop. */
static void a_kept_failure_still_stops(void)
{
    fixture *b = fixture_new("numbers mishap write");
    fixture_open_store(b);
    for (int on_error = 1; on_error >= 0; on_error--) {
        fixture_again(b);
        b->on_error = on_error;
        frit_edge up = fixture_step(b, "count_up", "n=3", NULL);
        frit_edge number = fixture_step(b, "mishap", "how=edata at=2", "number", up, NULL);
        fixture_step(b, "write_all", on_error ? "file=a.txt" : "file=b.txt", "data", number, NULL);
        if (on_error) {
            fixture_run(b);
            continue;
        }
        g_autofree char *why = fixture_run_failure(b, FRIT_EDATA);
        g_assert_cmpstr(why, ==, "test.lua:2: mishap: element 2: a peak is missing near 2.5 m");
    }
    fixture_free(b);
}

/* What was made of a mean that lacks an element is in the store; what it lacks is said all the same, and
 * a run that is to stop stops.  Where the element may come back, it is made again. */
static void what_lacks_an_element_is_known_by_it(void)
{
    const char *kinds[] = {"how=edata at=2", "how=eio at=2"};
    for (size_t k = 0; k < G_N_ELEMENTS(kinds); k++) {
        fixture *b = fixture_new("numbers mishap reduce write");
        fixture_open_store(b);
        for (int round = 0; round < 4; round++) {
            fixture_again(b);
            fixture_forget(b);
            b->on_error = round < 3;
            frit_edge up = fixture_step(b, "count_up", "n=3", NULL);
            frit_edge number = fixture_step(b, "mishap", kinds[k], "number", up, NULL);
            frit_edge mean = fixture_step(b, "average", "", "data", number, NULL);
            frit_edge twice = fixture_step(b, "times", "", "data", mean, NULL);
            fixture_step(b, "write_one", "file=out.txt", "data", twice, NULL);
            if (!b->on_error) {
                g_autofree char *why = fixture_run_failure(b, k ? FRIT_EIO : FRIT_EDATA);
                g_assert_true(g_str_has_prefix(why, "test.lua:2: mishap: element 2: "));
                continue;
            }
            fixture_run(b);
            g_assert_cmpuint(b->tally.missing, ==, 1);
            g_assert_cmpuint(b->tally.up_to_date, ==, 0);
            g_assert_cmpint(fixture_witness(b, "times") > 0, ==, round == 0 || k == 1);
        }
        fixture_free(b);
    }
}

/* ---- Damage ---- */

/* A byte in the middle of each file in the store's folders is changed. */
static guint damage(const char *folder)
{
    guint n = 0;
    GDir *dir = g_dir_open(folder, 0, NULL);
    const char *name;
    while (dir && (name = g_dir_read_name(dir))) {
        g_autofree char *path = g_build_filename(folder, name, NULL), *data = NULL;
        gsize size;
        if (g_file_test(path, G_FILE_TEST_IS_DIR)) {
            n += damage(path);
        } else if (g_file_get_contents(path, &data, &size, NULL) && size > 64) {
            data[size - 9] ^= 0x10;
            g_assert_true(g_file_set_contents(path, data, (gssize)size, NULL));
            n++;
        }
    }
    if (dir)
        g_dir_close(dir);
    return n;
}

static void what_is_damaged_is_made_again(void)
{
    fixture *b = fixture_new(modules);
    b->threads = 2;
    fixture_open_store(b);
    run_afresh(b, "150", "1.7");
    g_autofree char *path = fixture_path(b, "all.txt"), *before = fixture_read(b, "all.txt");
    g_autofree char *store = fixture_path(b, "store"), *mean = fixture_path(b, "mean.txt");
    g_unlink(path);
    g_unlink(mean);
    fixture_open_store(b);
    g_assert_cmpuint(damage(store), >=, 4);
    run_afresh(b, "150", "1.7");
    g_autofree char *after = fixture_read(b, "all.txt");
    g_assert_cmpstr(before, ==, after);
    g_assert_cmpuint(b->tally.computed, >, 0);
    fixture_open_store(b);
    g_unlink(path);
    run_afresh(b, "150", "1.7"); /* and what was made again is sound */
    g_assert_cmpuint(b->tally.computed, ==, 0);
    fixture_free(b);
}

/* Two evaluations of one element, with a store and without. */
static void an_element_is_the_same_from_the_store(void)
{
    fixture *b = fixture_new("several");
    frit_edge curve =
        fixture_output(fixture_step(b, "several", "", "number", fixture_number(b, 3, "m"), NULL), "curve");
    g_autoptr(frit_dataset) fresh = fixture_dataset(b, curve, 0);
    fixture_open_store(b);
    g_autoptr(frit_dataset) made = fixture_dataset(b, curve, 0);
    fixture_open_store(b);
    fixture_forget(b);
    g_autoptr(frit_dataset) kept = fixture_dataset(b, curve, 0);
    g_assert_cmpuint(fixture_witness(b, ""), ==, 0);
    assert_same(fresh, made);
    assert_same(fresh, kept);
    fixture_free(b);
}

int main(int argc, char **argv)
{
    tap_init(&argc, &argv);
    g_test_add_func("/eval/threads", any_number_of_threads_gives_the_same_bits);
    g_test_add_func("/eval/again/nothing", nothing_is_computed_twice);
    g_test_add_func("/eval/again/lost", a_lost_file_costs_one_sink);
    g_test_add_func("/eval/again/missing", what_is_missing_is_said_again);
    g_test_add_func("/eval/again/change", only_what_comes_after_a_change_is_computed);
    g_test_add_func("/eval/again/more", more_elements_are_added_to_those_that_are_known);
    g_test_add_func("/eval/again/positions", other_positions_cost_no_elements);
    g_test_add_func("/eval/files", contents_make_the_key);
    g_test_add_func("/eval/failures/kept", a_lasting_failure_is_kept);
    g_test_add_func("/eval/failures/stop", a_kept_failure_still_stops);
    g_test_add_func("/eval/failures/behind", what_lacks_an_element_is_known_by_it);
    g_test_add_func("/eval/other-packs", known_elements_are_found_in_other_packs);
    g_test_add_func("/eval/damage", what_is_damaged_is_made_again);
    g_test_add_func("/eval/store", an_element_is_the_same_from_the_store);
    return g_test_run();
}
