/* The plugin interface: steps without inputs, and readers of files.
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "fixture.h"

#include <string.h>

#include "error.h"

static void a_count_makes_a_series(void)
{
    fixture *b = fixture_new("numbers");
    frit_edge five = fixture_step(b, "count_up", "n=5 step=2", NULL);
    g_assert_true(five.node->series);
    g_assert_cmpuint(five.node->count, ==, 5);
    for (uint64_t i = 0; i < 5; i++) {
        g_autofree char *name = frit_node_element_name(five.node, i);
        g_assert_cmpfloat(fixture_value(b, five, i), ==, 2.0 * (double)(i + 1));
        g_assert_cmpuint(g_ascii_strtoull(name, NULL, 10), ==, i + 1);
    }
    fixture_free(b);
}

/* Only a reader that was given one plain file makes a single dataset. */
static void one_element_and_none_are_series_too(void)
{
    fixture *b = fixture_new("numbers");
    frit_edge one = fixture_step(b, "count_up", "n=1", NULL), none = fixture_step(b, "count_up", "n=0", NULL);
    g_assert_true(one.node->series);
    g_assert_true(none.node->series);
    g_assert_cmpuint(none.node->count, ==, 0);
    fixture_free(b);
}

static void a_series_has_a_largest_length(void)
{
    fixture *b = fixture_new("numbers");
    g_autofree char *why = fixture_refusal(b, "count_up", "n=4294967296", NULL);
    g_assert_cmpstr(why, ==, "4294967296 elements are more than a series may have");
    fixture_free(b);
}

static void check_and_count_speak_when_the_graph_is_built(void)
{
    fixture *b = fixture_new("mishap");
    g_autofree char *contradiction = fixture_refusal(b, "fussy", "low=3 high=2", NULL);
    g_assert_cmpstr(contradiction, ==, "low = 3 m is not below high = 2 m");
    g_autofree char *uncounted = fixture_refusal(b, "fussy", "n=-1", NULL);
    g_assert_cmpstr(uncounted, ==, "nothing can be counted");
    fixture_free(b);
}

/* ---- Readers ---- */

static const uint16_t shorts[] = {1, 2, 3, 40000, 65535, 6};

static void assert_frame(fixture *b, frit_edge frames, uint64_t i, uint16_t first, uint16_t second,
                         const char *name)
{
    g_autoptr(frit_dataset) d = fixture_dataset(b, frames, i);
    g_autofree char *called = frit_node_element_name(frames.node, i);
    g_assert_cmpuint(d->dtype, ==, FRIT_U16);
    g_assert_cmpuint(d->shape[0], ==, 2);
    g_assert_cmpuint(((const uint16_t *)d->data)[0], ==, first);
    g_assert_cmpuint(((const uint16_t *)d->data)[1], ==, second);
    g_assert_cmpstr(called, ==, name);
}

static void a_pattern_is_a_series_of_files_and_their_parts(void)
{
    fixture *b = fixture_new("read_shorts");
    g_free(fixture_file(b, "f10.u16", shorts, 4));
    g_free(fixture_file(b, "f2.u16", shorts + 2, 8));
    frit_edge frames = fixture_step(b, "read_shorts", "files=f*.u16", NULL);
    g_assert_true(frames.node->series);
    g_assert_cmpuint(frames.node->count, ==, 3); /* f2 comes before f10 */
    assert_frame(b, frames, 0, 3, 40000, "f2");
    assert_frame(b, frames, 1, 65535, 6, "f2_2");
    assert_frame(b, frames, 2, 1, 2, "f10");
    fixture_free(b);
}

static void one_plain_file_is_one_dataset(void)
{
    fixture *b = fixture_new("read_shorts");
    g_free(fixture_file(b, "one.u16", shorts, 4));
    frit_edge one = fixture_step(b, "read_shorts", "files=one.u16", NULL);
    g_assert_false(one.node->series);
    assert_frame(b, one, 0, 1, 2, "one");
    frit_edge matched = fixture_step(b, "read_shorts", "files=o*.u16", NULL);
    g_assert_true(matched.node->series); /* a pattern is a series, however many match */
    g_assert_cmpuint(matched.node->count, ==, 1);
    fixture_free(b);
}

static void one_file_of_many_frames_is_a_series(void)
{
    fixture *b = fixture_new("read_shorts");
    g_free(fixture_file(b, "many.u16", shorts, sizeof shorts));
    frit_edge frames = fixture_step(b, "read_shorts", "files=many.u16", NULL);
    g_assert_true(frames.node->series);
    g_assert_cmpuint(frames.node->count, ==, 3);
    fixture_free(b);
}

static void a_reader_says_the_units(void)
{
    fixture *b = fixture_new("read_shorts");
    g_free(fixture_file(b, "one.u16", shorts, 4));
    frit_edge frame = fixture_step(b, "read_shorts", "files=one.u16 unit=mV x_unit=deg", NULL);
    g_assert_null(frit_edge_spec(&frame)->unit); /* not known before it is read */
    g_autoptr(frit_dataset) d = fixture_dataset(b, frame, 0);
    g_assert_cmpstr(d->quantity, ==, "frame");
    g_assert_cmpstr(d->unit, ==, "mV");
    g_assert_cmpstr(d->axis[0]->name, ==, "position");
    g_assert_cmpstr(d->axis[0]->unit, ==, "deg");
    fixture_free(b);
}

static void a_reader_that_says_nonsense_is_told_so(void)
{
    fixture *b = fixture_new("read_shorts");
    g_free(fixture_file(b, "one.u16", shorts, 4));
    frit_edge frame = fixture_step(b, "read_shorts", "files=one.u16 unit=flurbs", NULL);
    g_autofree char *why = fixture_failure(b, frame, 0, FRIT_EDATA);
    g_assert_true(g_str_has_prefix(why, "test.lua:1: read_shorts: one.u16: "));
    g_assert_nonnull(strstr(why, "flurbs"));
    fixture_free(b);
}

/* The sentence has the recipe's line, the step, the element and its file before what the plugin says. */
static void a_file_that_became_shorter_fails_its_element(void)
{
    fixture *b = fixture_new("read_shorts");
    g_free(fixture_file(b, "f.u16", shorts, 8));
    frit_edge frames = fixture_step(b, "read_shorts", "files=f.u16", NULL);
    g_free(fixture_file(b, "f.u16", shorts, 6));
    g_autofree char *why = fixture_failure(b, frames, 1, FRIT_EIO);
    g_assert_cmpstr(why, ==, "test.lua:1: read_shorts: element 2 (f.u16): frame 2 ends too early");
    assert_frame(b, frames, 0, 1, 2, "f");
    fixture_free(b);
}

static void names_choose_the_reader(void)
{
    fixture *b = fixture_new("read_shorts numbers");
    const frit_step_info *reader = frit_registry_reader(b->registry, "/somewhere/X.RAW", NULL);
    g_assert_nonnull(reader);
    g_assert_cmpstr(reader->step.name, ==, "read_shorts");
    g_autoptr(GError) error = NULL;
    g_assert_null(frit_registry_reader(b->registry, "/somewhere/x.tif", &error));
    g_assert_cmpstr(error->message, ==,
                    "no reader knows files named like 'x.tif'; known are *.u16|*.raw by read_shorts. "
                    "Name the reader's step to use it all the same");
    fixture_free(b);
}

int main(int argc, char **argv)
{
    tap_init(&argc, &argv);
    g_test_add_func("/abi/sources/count", a_count_makes_a_series);
    g_test_add_func("/abi/sources/few", one_element_and_none_are_series_too);
    g_test_add_func("/abi/sources/too-many", a_series_has_a_largest_length);
    g_test_add_func("/abi/sources/check", check_and_count_speak_when_the_graph_is_built);
    g_test_add_func("/abi/sources/pattern", a_pattern_is_a_series_of_files_and_their_parts);
    g_test_add_func("/abi/sources/single", one_plain_file_is_one_dataset);
    g_test_add_func("/abi/sources/frames", one_file_of_many_frames_is_a_series);
    g_test_add_func("/abi/sources/units", a_reader_says_the_units);
    g_test_add_func("/abi/sources/nonsense", a_reader_that_says_nonsense_is_told_so);
    g_test_add_func("/abi/sources/shorter", a_file_that_became_shorter_fails_its_element);
    g_test_add_func("/abi/sources/names", names_choose_the_reader);
    return g_test_run();
}
