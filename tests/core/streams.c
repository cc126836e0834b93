/* Series that are too large to be kept, made while a barrier goes through them.
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "fixture.h"

#include <string.h>
#include <unistd.h>

#include "pack.h"

/* 150000 points are 1.2 MB each of values and of axis: more than is kept. */
static frit_edge large_series(fixture *b, const char *toil)
{
    return fixture_step(b, "toil", toil, "data", fixture_step(b, "lines", "n=12 points=150000", NULL), NULL);
}

/* Two of them side by side: each element is made once, and not once more for each change of the port. */
static void series_side_by_side_are_made_once(void)
{
    for (int kept = 0; kept < 2; kept++) {
        fixture *b = fixture_new("numbers toil");
        b->threads = 2;
        if (kept)
            fixture_open_store(b);
        frit_edge x = large_series(b, "tag=x"), y = large_series(b, "tag=y");
        frit_edge sum = fixture_step(b, "side_by_side", "", "a", x, "b", y, NULL);
        double squares = 0;
        for (int i = 0; i < 12; i++)
            squares += i * i;
        g_assert_cmpfloat(fixture_value(b, sum, 0), ==, squares);
        g_assert_cmpuint(fixture_witness(b, "x "), ==, 12);
        g_assert_cmpuint(fixture_witness(b, "y "), ==, 12);
        fixture_free(b);
    }
}

/* ---- A barrier that is missed while another one's elements are under way ---- */

static void damage(const char *folder)
{
    GDir *dir = g_dir_open(folder, 0, NULL);
    for (const char *name; (name = g_dir_read_name(dir));) {
        g_autofree char *path = g_build_filename(folder, name, NULL), *bytes = NULL;
        gsize n;
        if (g_file_test(path, G_FILE_TEST_IS_DIR)) {
            damage(path);
            continue;
        }
        g_assert_true(g_file_get_contents(path, &bytes, &n, NULL));
        guint records = (guint8)bytes[12];   /* behind the mark and the version */
        bytes[FRIT_PACK_HEADING(records)] ^= 1;   /* the first record: what the heading promises cannot be had */
        g_assert_true(g_file_set_contents(path, bytes, (gssize)n, NULL));
    }
    g_dir_close(dir);
}

static frit_edge one_after_the_other(fixture *b, frit_edge x, frit_edge y)
{
    const frit_edge both[] = {x, y};
    GError *error = NULL;
    frit_edge edge = {frit_graph_concat(b->graph, "test.lua:80", both, 2, &error), 0};
    g_assert_no_error(error);
    return edge;
}

static frit_edge plain(fixture *b, const char *source, const char *params, const char *toil)
{
    return fixture_step(b, "toil", toil, "data", fixture_step(b, source, params, NULL), NULL);
}

/* The first series is streamed: from its second element on it is made ahead, and its third, after a while,
 * needs the barrier `lengths` (draws are not made before they are asked for).  The second series lies in the
 * store; its second element needs the same barrier, where it is damaged: just when the first series' third is
 * under way. */
static frit_edge two_series(fixture *b, const char *tag)
{
    frit_edge lengths = fixture_step(b, "lengths", "", "data", large_series(b, "tag=under"), NULL);
    frit_edge early = plain(b, "lines", "n=2 points=150000", "tag=early");
    frit_edge curve = fixture_constant(b, frit_dataset_curve(2, (double[]){0, 1}, "x", "mm", (double[]){2, 3},
                                                             (double[]){0.1, 0.1}, "count"));
    frit_edge slow = fixture_step(b, "toil", "tag=slow ms=300", "data", curve, NULL);
    frit_edge base = fixture_step(b, "toil", "tag=base", "data", slow, "beside", lengths, NULL);
    frit_edge late = {frit_graph_draw(b->graph, "test.lua:90", base, 2, 1), 0};
    frit_edge free = plain(b, "count_up", "n=1", "tag=free");
    frit_edge bound = fixture_step(b, "toil", "tag=bound", "data", fixture_step(b, "count_up", "n=3", NULL),
                                   "beside", lengths, NULL);
    g_autofree char *params = g_strdup_printf("tag=%s", tag);
    frit_edge sum = fixture_step(b, "side_by_side", params, "a", one_after_the_other(b, early, late), "b",
                                 one_after_the_other(b, free, bound), NULL);
    fixture_step(b, "write_one", "file=sum.txt", "data", sum, NULL);
    return sum;
}

static void a_damaged_pack_does_not_stop_a_stream(void)
{
    fixture *b = fixture_new("numbers toil reduce write");
    fixture_open_store(b);
    b->threads = 1;
    two_series(b, "first");
    fixture_run(b);
    g_autofree char *before = fixture_read(b, "sum.txt");
    g_autofree char *packs = g_build_filename(b->folder, "store", "packs", NULL);
    damage(packs);
    fixture_again(b);
    fixture_forget(b);
    two_series(b, "second");
    alarm(60);   /* threads that wait for each other would do so for ever */
    fixture_run(b);
    alarm(0);
    g_autofree char *after = fixture_read(b, "sum.txt");
    g_assert_cmpuint(fixture_witness(b, "under "), >=, 12);   /* the damage was met */
    g_assert_true(g_str_has_prefix(after, "side_by_side "));
    char *end_before = strchr(before, '\n'), *end_after = strchr(after, '\n');
    g_assert_cmpint(end_after - after, ==, end_before - before);
    g_assert_true(strncmp(before, after, (size_t)(end_after - after)) == 0);
    fixture_free(b);
}

int main(int argc, char **argv)
{
    tap_init(&argc, &argv);
    g_test_add_func("/streams/side-by-side", series_side_by_side_are_made_once);
    g_test_add_func("/streams/damaged-pack", a_damaged_pack_does_not_stop_a_stream);
    return g_test_run();
}
