/* The plugin interface: batches of elements, inputs by rows, blocks on idle threads.
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "fixture.h"

#include "error.h"

/* Grid i has 10 i + row at the columns 0 and 1, and at column 2 1, but in row 2 nothing measured. */
static void make_grids(fixture *b, guint n)
{
    for (guint i = 0; i < n; i++) {
        uint16_t grid[4][3];
        for (guint row = 0; row < 4; row++) {
            grid[row][0] = grid[row][1] = (uint16_t)(10 * i + row);
            grid[row][2] = row == 2 ? UINT16_MAX : 1;
        }
        g_autofree char *name = g_strdup_printf("g%02u.grid", i);
        g_free(fixture_file(b, name, grid, sizeof grid));
    }
}

/* Twice (the attribute weight) 40 i + 6, and 3. */
static void assert_sums(fixture *b, frit_edge sums, guint i)
{
    g_autoptr(frit_dataset) d = fixture_dataset(b, sums, i);
    const double *v = frit_dataset_values(d);
    g_assert_cmpuint(d->shape[0], ==, 3);
    g_assert_cmpfloat(v[0], ==, 2 * (40 * i + 6));
    g_assert_cmpfloat(v[1], ==, 2 * (40 * i + 6));
    g_assert_cmpfloat(v[2], ==, 6);
    g_assert_cmpfloat(frit_dataset_attribute(d, "weight")->value, ==, 2);
}

static frit_edge sums_of(fixture *b, const char *params)
{
    return fixture_step(b, "column_sums", params, "grid", fixture_step(b, "read_grid", "files=g*.grid", NULL), NULL);
}

static void collect_numbers(fixture *b, frit_edge edge, const char *name)
{
    g_autofree char *params = g_strdup_printf("file=%s", name);
    fixture_step(b, "write_all", params, "data", edge, NULL);
}

static void collect(fixture *b, frit_edge curves)
{
    collect_numbers(b, fixture_step(b, "highest", "", "curve", curves, NULL), "out.txt");
}

static void elements_come_in_batches(void)
{
    for (int kept = 0; kept < 2; kept++) {
        fixture *b = fixture_new("batch toil write");
        make_grids(b, 40);
        if (kept)
            fixture_open_store(b);
        b->threads = 1;
        frit_edge sums = sums_of(b, "");
        collect(b, sums);
        fixture_run(b);
        g_assert_cmpuint(fixture_witness(b, "batch 16"), ==, 2);
        g_assert_cmpuint(fixture_witness(b, "batch 8"), ==, 1);
        g_assert_cmpuint(fixture_witness(b, "batch"), ==, 3);
        g_assert_cmpuint(fixture_witness(b, "whole"), ==, 0);
        g_assert_cmpuint(fixture_witness(b, "open"), ==, 40);
        g_assert_cmpuint(fixture_witness(b, "close"), ==, 40);
        for (guint i = 0; i < 40; i++)
            assert_sums(b, sums, i);
        fixture_free(b);
    }
}

static void each_thread_has_its_share(void)
{
    for (guint threads = 2; threads <= 8; threads += 3) {
        fixture *b = fixture_new("batch toil write");
        make_grids(b, 20);
        fixture_open_store(b);
        b->threads = threads;
        frit_edge sums = sums_of(b, "band=3");
        collect(b, sums);
        fixture_run(b);
        guint each = (20 + threads - 1) / threads;
        g_assert_cmpuint(fixture_witness(b, "batch"), ==, (20 + each - 1) / each);
        for (guint i = 0; i < 20; i++)
            assert_sums(b, sums, i);
        fixture_free(b);
    }
}

/* What is found in the store is not made again; what run() would give is never kept. */
static void what_is_kept_is_the_batches(void)
{
    fixture *b = fixture_new("batch toil write");
    make_grids(b, 5);
    fixture_open_store(b);
    frit_edge sums = sums_of(b, "");
    collect(b, sums);
    fixture_run(b);
    fixture_forget(b);
    fixture_again(b);
    frit_edge again = sums_of(b, "");
    frit_edge highest = fixture_step(b, "highest", "", "curve", again, NULL);
    collect_numbers(b, highest, "other.txt");
    fixture_run(b);
    g_assert_cmpuint(fixture_witness(b, "batch"), ==, 0);
    for (guint i = 0; i < 5; i++)
        assert_sums(b, again, i);
    fixture_free(b);
}

/* An element that no reader gives by rows comes whole. */
static void whole_elements_go_the_same_way(void)
{
    fixture *b = fixture_new("batch toil write");
    make_grids(b, 20);
    b->threads = 1;
    frit_edge copies = fixture_step(b, "toil", "", "data", fixture_step(b, "read_grid", "files=g*.grid", NULL), NULL);
    frit_edge sums = fixture_step(b, "column_sums", "band=3", "grid", copies, NULL);
    collect(b, sums);
    fixture_run(b);
    g_assert_cmpuint(fixture_witness(b, "whole"), ==, 20);
    g_assert_cmpuint(fixture_witness(b, "open"), ==, 0);
    g_assert_cmpuint(fixture_witness(b, "batch 16"), ==, 1);
    for (guint i = 0; i < 20; i++)
        assert_sums(b, sums, i);
    fixture_free(b);
}

static void a_reader_may_decline(void)
{
    fixture *b = fixture_new("batch toil write");
    make_grids(b, 20);
    b->threads = 1;
    frit_edge grids = fixture_step(b, "read_grid", "files=g*.grid declines=true", NULL);
    frit_edge sums = fixture_step(b, "column_sums", "", "grid", grids, NULL);
    collect(b, sums);
    fixture_run(b);
    g_assert_cmpuint(fixture_witness(b, "open"), ==, 10);
    g_assert_cmpuint(fixture_witness(b, "whole"), ==, 10);
    g_assert_cmpuint(fixture_witness(b, "batch 16"), ==, 1);
    for (guint i = 0; i < 20; i++)
        assert_sums(b, sums, i);
    fixture_free(b);
}

static void one_that_fails_leaves_the_others(void)
{
    fixture *b = fixture_new("batch toil write");
    make_grids(b, 20);
    b->on_error = 1;
    b->threads = 1;
    frit_edge sums = sums_of(b, "band=1 fails_at=30");
    collect(b, sums);
    fixture_run(b);
    g_assert_cmpuint(b->tally.missing, ==, 1);
    g_assert_cmpuint(fixture_witness(b, "batch"), ==, 2);
    g_autofree char *why = fixture_failure(b, sums, 3, FRIT_EDATA);
    g_assert_cmpstr(why, ==, "test.lua:2: column_sums: element 4 (g03.grid): it begins with 30");
    for (guint i = 0; i < 20; i++)
        if (i != 3)
            assert_sums(b, sums, i);
    fixture_free(b);
}

static void the_first_that_fails_stops_the_run(void)
{
    fixture *b = fixture_new("batch toil write");
    make_grids(b, 20);
    collect(b, sums_of(b, "band=1 fails_at=30"));
    g_autofree char *why = fixture_run_failure(b, FRIT_EDATA);
    g_assert_cmpstr(why, ==, "test.lua:2: column_sums: element 4 (g03.grid): it begins with 30");
    fixture_free(b);
}

static void a_batch_that_fails_is_tried_one_by_one(void)
{
    fixture *b = fixture_new("batch toil write");
    make_grids(b, 6);
    b->threads = 1;
    frit_edge sums = sums_of(b, "fail_together=true");
    collect(b, sums);
    fixture_run(b);
    g_assert_cmpuint(fixture_witness(b, "batch 6"), ==, 1);
    g_assert_cmpuint(fixture_witness(b, "batch 1"), ==, 6);
    g_assert_cmpuint(fixture_witness(b, "open"), ==, 12);
    g_assert_cmpuint(fixture_witness(b, "close"), ==, 12);
    for (guint i = 0; i < 6; i++)
        assert_sums(b, sums, i);
    fixture_free(b);
}

/* The reader says why, with its own place, as if it had been asked for the whole. */
static void a_file_that_ends_early_is_one_element(void)
{
    fixture *b = fixture_new("batch toil write");
    make_grids(b, 20);
    g_free(fixture_file(b, "g07.grid", "1234567890", 10));
    b->on_error = 1;
    b->threads = 1;
    frit_edge sums = sums_of(b, "band=1");
    collect(b, sums);
    fixture_run(b);
    g_assert_cmpuint(b->tally.missing, ==, 1);
    g_autofree char *why = fixture_failure(b, sums, 7, FRIT_EIO);
    g_assert_cmpstr(why, ==, "test.lua:1: read_grid: element 8 (g07.grid): a row from 2 on is missing");
    for (guint i = 0; i < 20; i++)
        if (i != 7)
            assert_sums(b, sums, i);
    fixture_free(b);
}

static void blocks_give_the_same_bits(void)
{
    double sum = 0;
    for (guint i = 0; i < 1000; i++)
        sum += i / (i + 1.0);
    for (guint threads = 1; threads <= 8; threads++)
        for (guint elements = 1; elements <= 30; elements += 29) {
            fixture *b = fixture_new("batch numbers write");
            g_autofree char *n = g_strdup_printf("n=%u", elements);
            b->threads = threads;
            frit_edge sums = fixture_step(b, "block_sum", "blocks=1000", "line", fixture_step(b, "lines", n, NULL), NULL);
            collect_numbers(b, sums, "out.txt");
            fixture_run(b);
            g_assert_cmpfloat(fixture_value(b, sums, elements - 1), ==, sum + (elements - 1));
            fixture_free(b);
        }
}

static void no_blocks_are_nothing_to_do(void)
{
    fixture *b = fixture_new("batch numbers");
    b->threads = 4;
    frit_edge sums = fixture_step(b, "block_sum", "blocks=0", "line", fixture_step(b, "lines", "n=3", NULL), NULL);
    g_assert_cmpfloat(fixture_value(b, sums, 2), ==, 2);
    fixture_free(b);
}

int main(int argc, char **argv)
{
    tap_init(&argc, &argv);
    g_test_add_func("/abi/batch/together", elements_come_in_batches);
    g_test_add_func("/abi/batch/threads", each_thread_has_its_share);
    g_test_add_func("/abi/batch/kept", what_is_kept_is_the_batches);
    g_test_add_func("/abi/batch/whole", whole_elements_go_the_same_way);
    g_test_add_func("/abi/batch/declines", a_reader_may_decline);
    g_test_add_func("/abi/batch/one fails", one_that_fails_leaves_the_others);
    g_test_add_func("/abi/batch/stops", the_first_that_fails_stops_the_run);
    g_test_add_func("/abi/batch/all fail", a_batch_that_fails_is_tried_one_by_one);
    g_test_add_func("/abi/batch/file", a_file_that_ends_early_is_one_element);
    g_test_add_func("/abi/parallel/bits", blocks_give_the_same_bits);
    g_test_add_func("/abi/parallel/none", no_blocks_are_nothing_to_do);
    return g_test_run();
}
