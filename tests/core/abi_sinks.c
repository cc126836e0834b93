/* The plugin interface: sinks, what they know of where their input came from, and where their files go.
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "fixture.h"

#include <glib/gstdio.h>
#include <string.h>

#include "error.h"

static void each_element_has_its_file(void)
{
    fixture *b = fixture_new("numbers write");
    frit_edge up = fixture_step(b, "count_up", "n=3 step=0.5", NULL);
    fixture_step(b, "write_one", "file=deep/er/n_{name}.txt", "data", up, NULL);
    fixture_run(b);
    g_assert_cmpuint(b->tally.written, ==, 3);
    g_autofree char *second = fixture_read(b, "deep/er/n_2.txt");
    g_assert_cmpstr(second, ==, "2 1 m\ncount_up n=3 step=0.5 m (test.lua:1)\n");
    g_autofree char *record = fixture_read(b, "deep/er/.frit/n_2.txt.json");
    g_assert_nonnull(record);
    g_assert_nonnull(strstr(record, "count_up"));
    fixture_free(b);
}

static void history_tells_every_step_in_order(void)
{
    fixture *b = fixture_new("numbers write");
    frit_edge up = fixture_step(b, "count_up", "n=1", NULL);
    frit_edge twice = fixture_step(b, "times", "", "data", up, NULL);
    frit_edge sum = fixture_step(b, "plus", "", "a", twice, "b",
                               fixture_step(b, "times", "factor=5", "data", up, NULL), NULL);
    fixture_step(b, "write_one", "file=out.txt", "data", sum, NULL);
    fixture_run(b);
    g_autofree char *text = fixture_read(b, "out.txt");
    g_assert_cmpstr(text, ==,
                    "1 7 m\ncount_up n=1 (test.lua:1)\ntimes (test.lua:2)\ntimes factor=5 (test.lua:3)\n"
                    "plus (test.lua:4)\n");
    fixture_free(b);
}

static void a_sink_may_take_several_series(void)
{
    fixture *b = fixture_new("numbers write");
    const double at[] = {20, 40};
    frit_edge up = fixture_step(b, "count_up", "n=2", NULL);
    frit_node *axis = frit_graph_axis(b->graph, "test.lua:2", up, "T", "degC", at, 2, NULL, NULL);
    fixture_step(b, "write_all", "file=all.txt", "data", (frit_edge){axis, 0}, "data", fixture_number(b, 5, "K"),
               NULL);
    fixture_run(b);
    g_autofree char *text = fixture_read(b, "all.txt");
    g_assert_cmpstr(text, ==, "0 1 1 m T=20 degC\n0 2 2 m T=40 degC\n1 1 5 K\n");
    g_assert_cmpuint(fixture_witness(b, "write_all"), ==, 1);
    fixture_free(b);
}

/* ---- Nothing half done ---- */

static void a_sink_that_fails_leaves_nothing(void)
{
    fixture *b = fixture_new("numbers write");
    fixture_step(b, "write_one", "file=out/x.txt fail=true", "data", fixture_number(b, 5, "K"), NULL);
    g_autofree char *why = fixture_run_failure(b, FRIT_EDATA);
    g_assert_cmpstr(why, ==, "test.lua:2: write_one: half way");
    g_autofree char *text = fixture_read(b, "out/x.txt");
    g_assert_null(text);
    g_autofree char *own = fixture_path(b, "out/.frit");
    GDir *left = g_dir_open(own, 0, NULL);
    g_assert_true(!left || !g_dir_read_name(left)); /* no temporary folder stays */
    if (left)
        g_dir_close(left);
    fixture_free(b);
}

static void a_sink_that_writes_nothing_is_told(void)
{
    fixture *b = fixture_new("numbers write");
    fixture_step(b, "write_one", "file=x.txt forget=true", "data", fixture_number(b, 5, "K"), NULL);
    g_autoptr(GError) error = NULL;
    frit_eval *e = frit_eval_new(b->graph, NULL, b->digests, 1);
    g_assert_false(frit_eval_run(e, &b->tally, &error));
    frit_eval_free(e);
    g_assert_true(g_str_has_prefix(error->message, "test.lua:2: write_one: "));
    g_assert_nonnull(strstr(error->message, "x.txt"));
    fixture_free(b);
}

static void a_file_of_somebody_else_stays(void)
{
    fixture *b = fixture_new("numbers write");
    g_free(fixture_file(b, "mine.txt", "by hand\n", 8));
    fixture_step(b, "write_one", "file=mine.txt", "data", fixture_number(b, 5, "K"), NULL);
    g_autoptr(GError) error = NULL;
    frit_eval *e = frit_eval_new(b->graph, NULL, b->digests, 1);
    g_assert_false(frit_eval_run(e, &b->tally, &error));
    frit_eval_free(e);
    g_autofree char *text = fixture_read(b, "mine.txt");
    g_assert_cmpstr(text, ==, "by hand\n");
    g_assert_nonnull(strstr(error->message, "mine.txt"));
    fixture_free(b);
}

/* ---- What is up to date is left alone ---- */

static void second_run(fixture *b, guint written, guint up_to_date)
{
    fixture_again(b);
    frit_edge up = fixture_step(b, "count_up", "n=2", NULL);
    fixture_step(b, "write_one", "file=n{name}.txt", "data", up, NULL);
    fixture_forget(b);
    fixture_run(b);
    g_assert_cmpuint(b->tally.written, ==, written);
    g_assert_cmpuint(b->tally.up_to_date, ==, up_to_date);
}

static void files_are_written_once(void)
{
    fixture *b = fixture_new("numbers write");
    fixture_open_store(b);
    second_run(b, 2, 0);
    second_run(b, 0, 2);
    g_assert_cmpuint(fixture_witness(b, ""), ==, 0);
    g_autofree char *path = fixture_path(b, "n1.txt");
    g_unlink(path);
    second_run(b, 2, 0);
    g_autofree char *text = fixture_read(b, "n1.txt");
    g_assert_nonnull(text);
    fixture_free(b);
}

int main(int argc, char **argv)
{
    tap_init(&argc, &argv);
    g_test_add_func("/abi/sinks/name", each_element_has_its_file);
    g_test_add_func("/abi/sinks/history", history_tells_every_step_in_order);
    g_test_add_func("/abi/sinks/many", a_sink_may_take_several_series);
    g_test_add_func("/abi/sinks/fails", a_sink_that_fails_leaves_nothing);
    g_test_add_func("/abi/sinks/forgets", a_sink_that_writes_nothing_is_told);
    g_test_add_func("/abi/sinks/foreign", a_file_of_somebody_else_stays);
    g_test_add_func("/abi/sinks/once", files_are_written_once);
    return g_test_run();
}
