/* The plugin interface: what goes wrong in a step, whom it concerns, and what is said about it.
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "fixture.h"

#include "crash.h"
#include "error.h"

/* One of three numbers makes the step fail as `how` says; a sink collects. */
static fixture *three(const char *how, int on_error)
{
    fixture *b = fixture_new("numbers mishap reduce write");
    b->on_error = on_error;
    frit_edge up = fixture_step(b, "count_up", "n=3", NULL);
    g_autofree char *params = g_strdup_printf("how=%s at=2", how);
    frit_edge number = fixture_step(b, "mishap", params, "number", up, NULL);
    fixture_step(b, "write_all", "file=out.txt", "data", fixture_step(b, "times", "", "data", number, NULL),
               NULL);
    return b;
}

static void assert_stops(const char *how, frit_status code, const char *sentence)
{
    for (int on_error = 0; on_error <= 1; on_error++) {
        bool element = code == FRIT_EDATA || code == FRIT_ENUMERIC || code == FRIT_EIO;
        if (on_error && element)
            continue;
        fixture *b = three(how, on_error);
        g_autofree char *why = fixture_run_failure(b, code);
        g_autofree char *whole = g_strdup_printf("test.lua:2: mishap: element 2: %s", sentence);
        g_autofree char *written = fixture_read(b, "out.txt");
        g_assert_cmpstr(why, ==, whole);
        g_assert_null(written);
        fixture_free(b);
    }
}

static void a_failure_stops_the_run(void)
{
    assert_stops("edata", FRIT_EDATA, "a peak is missing near 2.5 m");
    assert_stops("enumeric", FRIT_ENUMERIC, "no convergence");
    assert_stops("eio", FRIT_EIO, "a broken file");
}

static void parameters_and_memory_stop_it_in_any_case(void)
{
    assert_stops("eparam", FRIT_EPARAM, "a contradiction");
    assert_stops("enomem", FRIT_ENOMEM, "out of memory");
}

static void a_failure_without_a_sentence_gets_one(void)
{
    assert_stops("silent", FRIT_ENUMERIC, "the calculation did not succeed");
}

/* Whatever the plugin returns in the end, it has said that it failed. */
static void what_was_said_counts(void)
{
    assert_stops("ignores", FRIT_EDATA, "a failure that run() forgot");
}

static void a_plugins_own_mistakes_are_told(void)
{
    assert_stops("forgets", FRIT_EPARAM, "the plugin returned success without making its output 'number'");
    assert_stops("dimensions", FRIT_EPARAM,
                 "the plugin makes an output with another number of dimensions than declared");
    assert_stops("type", FRIT_EPARAM, "the plugin makes an output of a type that it did not declare");
    assert_stops("port", FRIT_EPARAM,
                 "the plugin asks for an output that it did not declare, or outside run()");
}

/* A status that no header knows is a failure, and not one of an element. */
static void a_status_unheard_of_stops(void)
{
    fixture *b = three("odd", 1);
    g_autofree char *why = fixture_run_failure(b, (frit_status)77);
    g_assert_cmpstr(why, ==, "test.lua:2: mishap: element 2: unknown failure");
    fixture_free(b);
}

/* ---- on_error = "mask" ---- */

static void assert_masks(const char *how, const char *sentence)
{
    fixture *b = three(how, 1);
    fixture_run(b);
    g_autofree char *text = fixture_read(b, "out.txt");
    g_autofree char *wanted =
        g_strdup_printf("0 1 2 m\n0 2 nan m missing: test.lua:2: mishap: element 2: %s\n0 3 6 m\n", sentence);
    g_assert_cmpstr(text, ==, wanted);
    g_assert_cmpuint(b->tally.missing, ==, 1);
    fixture_free(b);
}

static void a_failed_element_is_left_out(void)
{
    assert_masks("edata", "a peak is missing near 2.5 m");
    assert_masks("enumeric", "no convergence");
    assert_masks("eio", "a broken file");
    assert_masks("silent", "the calculation did not succeed");
}

static void a_reduction_goes_without_it(void)
{
    fixture *b = three("edata", 1);
    frit_edge number = {b->graph->nodes->pdata[1], 0};
    frit_edge mean = fixture_step(b, "average", "", "data", number, NULL);
    g_assert_cmpfloat(fixture_value(b, mean, 0), ==, 2); /* (1 + 3) / 2 */
    g_assert_cmpfloat(fixture_value(b, fixture_output(mean, "missing"), 0), ==, 1);
    g_assert_cmpuint(fixture_witness(b, "failure: test.lua:2: mishap: element 2: a peak is missing"), >=, 1);
    fixture_free(b);
}

/* Elements that were made of it are missing for its reason, not for one of their own. */
static void the_first_reason_is_kept(void)
{
    fixture *b = three("edata", 1);
    frit_edge times = {b->graph->nodes->pdata[2], 0};
    frit_edge more =
        fixture_step(b, "times", "factor=3", "data", fixture_step(b, "plus", "", "a", times, NULL), NULL);
    g_autofree char *why = fixture_failure(b, more, 1, FRIT_EDATA);
    g_assert_cmpstr(why, ==, "test.lua:2: mishap: element 2: a peak is missing near 2.5 m");
    g_assert_cmpfloat(fixture_value(b, more, 2), ==, 18);
    fixture_free(b);
}

static void a_stacked_curve_has_a_gap(void)
{
    fixture *b = three("enumeric", 1);
    frit_edge number = {b->graph->nodes->pdata[1], 0};
    frit_edge curve = {frit_graph_stack(b->graph, "test.lua:5", number), 0};
    g_autoptr(frit_dataset) d = fixture_dataset(b, curve, 0);
    g_assert_cmpuint(d->shape[0], ==, 3);
    g_assert_cmpuint(d->mask[0] + d->mask[2], ==, 0);
    g_assert_cmpuint(d->mask[1], !=, 0);
    g_assert_cmpfloat(frit_dataset_values(d)[2], ==, 3);
    fixture_free(b);
}

/* A file for each element that is there. */
static void a_sink_writes_the_others(void)
{
    fixture *b = fixture_new("numbers mishap write");
    b->on_error = 1;
    frit_edge up = fixture_step(b, "count_up", "n=3", NULL);
    frit_edge number = fixture_step(b, "mishap", "how=eio at=1", "number", up, NULL);
    fixture_step(b, "write_one", "file=n{name}.txt", "data", number, NULL);
    fixture_run(b);
    g_autofree char *first = fixture_read(b, "n1.txt"), *third = fixture_read(b, "n3.txt");
    g_assert_null(first);
    g_assert_nonnull(third);
    g_assert_cmpuint(b->tally.written, ==, 2);
    g_assert_cmpuint(b->tally.missing, ==, 1);
    fixture_free(b);
}

/* Of several that fail, the first in the series is told, whichever thread was faster. */
static void the_first_failure_is_told(void)
{
    for (guint threads = 1; threads <= 3; threads++) {
        fixture *b = fixture_new("numbers mishap write");
        b->threads = threads;
        frit_edge same =
            fixture_step(b, "times", "factor=0", "data", fixture_step(b, "count_up", "n=40", NULL), NULL);
        frit_edge number = fixture_step(b, "mishap", "how=edata at=0", "number", same, NULL);
        fixture_step(b, "write_all", "file=out.txt", "data", number, NULL);
        g_autofree char *why = fixture_run_failure(b, FRIT_EDATA);
        g_assert_cmpstr(why, ==, "test.lua:3: mishap: element 1: a peak is missing near 2.5 m");
        fixture_free(b);
    }
}

/* ---- Crashes: the program ends, but not without a word ---- */

static void crash(void)
{
    const char *how = g_strrstr(g_test_get_path(), "/") + 1;
    if (!g_test_subprocess()) {
        char *folder = fixture_folder();   /* where the child leaves what it cannot remove any more */
        g_setenv("TMPDIR", folder, TRUE);
        g_test_trap_subprocess(NULL, 0, 0);
        g_unsetenv("TMPDIR");
        fixture_remove(folder);
        g_test_trap_assert_failed();
#if !defined(__SANITIZE_ADDRESS__)
        g_autofree char *said = g_strdup_printf("*error: test.lua:2: mishap: element 2: the plugin 'mishap' "
                                                "crashed (%s); what was finished before is "
                                                "kept. Please tell the plugin's author, Frit's tests*",
                                                g_str_equal(how, "abort") ? "abort" : "segmentation fault");
        g_test_trap_assert_stderr(said);
#endif
        return;
    }
    frit_crash_start();
    fixture *b = three(how, 1);
    fixture_run(b);
}

int main(int argc, char **argv)
{
    tap_init(&argc, &argv);
    g_test_add_func("/abi/failures/stop", a_failure_stops_the_run);
    g_test_add_func("/abi/failures/always", parameters_and_memory_stop_it_in_any_case);
    g_test_add_func("/abi/failures/silent", a_failure_without_a_sentence_gets_one);
    g_test_add_func("/abi/failures/said", what_was_said_counts);
    g_test_add_func("/abi/failures/mistakes", a_plugins_own_mistakes_are_told);
    g_test_add_func("/abi/failures/odd", a_status_unheard_of_stops);
    g_test_add_func("/abi/failures/mask", a_failed_element_is_left_out);
    g_test_add_func("/abi/failures/reduction", a_reduction_goes_without_it);
    g_test_add_func("/abi/failures/reason", the_first_reason_is_kept);
    g_test_add_func("/abi/failures/stack", a_stacked_curve_has_a_gap);
    g_test_add_func("/abi/failures/sink", a_sink_writes_the_others);
    g_test_add_func("/abi/failures/first", the_first_failure_is_told);
    g_test_add_func("/abi/crash/segfault", crash);
    g_test_add_func("/abi/crash/abort", crash);
    return g_test_run();
}
