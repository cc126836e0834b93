/* The graph: one node for one expression, and what is refused before anything is read.
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "fixture.h"

#include <string.h>

#include "error.h"

/* ---- The same expression is the same node ---- */

static void the_same_line_twice_is_one_node(void)
{
    fixture *b = fixture_new("numbers");
    frit_edge up = fixture_step(b, "count_up", "n=5", NULL), again = fixture_step(b, "count_up", "n=5", NULL);
    g_assert_true(up.node == again.node);
    frit_edge twice = fixture_step(b, "times", "factor=3", "data", up, NULL);
    g_assert_true(fixture_step(b, "times", "factor=3", "data", again, NULL).node == twice.node);
    g_assert_cmpstr(twice.node->place, ==, "test.lua:3"); /* the first line that said it */
    g_assert_cmpuint(b->graph->nodes->len, ==, 2);
    fixture_free(b);
}

static void defaults_and_units_do_not_matter(void)
{
    fixture *b = fixture_new("numbers");
    frit_edge plain = fixture_step(b, "count_up", "", NULL);
    g_assert_true(fixture_step(b, "count_up", "n=3 step=1", NULL).node == plain.node);
    g_assert_true(fixture_step(b, "count_up", "step=1000mm", NULL).node == plain.node);
    fixture_free(b);
}

static void what_differs_is_another_node(void)
{
    fixture *b = fixture_new("numbers several");
    frit_edge up = fixture_step(b, "count_up", "", NULL);
    frit_edge other[] = {fixture_step(b, "count_up", "n=4", NULL), fixture_step(b, "count_up", "step=2", NULL),
                         fixture_step(b, "lines", "", NULL), fixture_step(b, "plus", "", "a", up, NULL),
                         fixture_step(b, "plus", "", "a", up, "b", up, NULL)};
    for (size_t i = 0; i < G_N_ELEMENTS(other); i++)
        for (size_t j = 0; j < i; j++)
            g_assert_true(other[i].node != other[j].node && other[i].node != up.node);
    frit_edge many = fixture_step(b, "several", "", "number", up, NULL);
    frit_edge point = fixture_step(b, "times", "", "data", many, NULL);
    frit_edge curve = fixture_step(b, "times", "", "data", fixture_output(many, "curve"), NULL);
    g_assert_true(point.node != curve.node);
    fixture_free(b);
}

/* What to do with failures is part of what is asked for. */
static void stop_and_mask_are_two_nodes(void)
{
    fixture *b = fixture_new("numbers");
    b->on_error = 0;
    frit_edge stop = fixture_step(b, "count_up", "", NULL);
    b->on_error = 1;
    frit_edge mask = fixture_step(b, "count_up", "", NULL);
    g_assert_true(stop.node != mask.node);
    g_assert_false(stop.node->mask_failures);
    g_assert_true(mask.node->mask_failures);
    b->on_error = -1;
    g_assert_true(fixture_step(b, "times", "", "data", mask, NULL).node->mask_failures);
    g_assert_false(fixture_step(b, "times", "", "data", stop, NULL).node->mask_failures);
    b->on_error = 0;
    g_assert_false(fixture_step(b, "times", "factor=4", "data", mask, NULL).node->mask_failures);
    fixture_free(b);
}

static void equal_constants_are_one_node(void)
{
    fixture *b = fixture_new("numbers");
    g_assert_true(fixture_number(b, 2, "m").node == fixture_number(b, 2, "m").node);
    g_assert_true(fixture_number(b, 2, "m").node != fixture_number(b, 2, "km").node);
    g_assert_true(fixture_number(b, 2, "m").node != fixture_number(b, 3, "m").node);
    fixture_free(b);
}

/* ---- Lengths ---- */

static void single_datasets_go_with_every_element(void)
{
    fixture *b = fixture_new("numbers");
    frit_edge up = fixture_step(b, "count_up", "n=4", NULL);
    frit_edge sum = fixture_step(b, "plus", "", "a", fixture_number(b, 100, "m"), "b", up, NULL);
    g_assert_true(sum.node->series);
    g_assert_cmpuint(sum.node->count, ==, 4);
    g_assert_cmpfloat(fixture_value(b, sum, 3), ==, 104);
    fixture_free(b);
}

static void series_that_go_together_have_one_length(void)
{
    fixture *b = fixture_new("numbers");
    frit_edge three = fixture_step(b, "count_up", "n=3", NULL);
    frit_edge four = fixture_step(b, "times", "", "data", fixture_step(b, "count_up", "n=4", NULL), NULL);
    g_autofree char *why = fixture_refusal(b, "plus", "", "a", three, "b", four, NULL);
    g_assert_cmpstr(why, ==,
                    "count_up gives 3 elements, times (test.lua:3) 4: series that go together have the same "
                    "length");
    fixture_free(b);
}

static void beside_a_series_there_is_one_dataset(void)
{
    fixture *b = fixture_new("numbers reduce");
    frit_edge up = fixture_step(b, "count_up", "n=3", NULL);
    frit_edge ten = fixture_step(b, "scaled_sum", "", "data", up, "scale", fixture_number(b, 10, "1"), NULL);
    g_assert_cmpfloat(fixture_value(b, ten, 0), ==, 60);
    frit_edge ones[] = {fixture_number(b, 1, "1"), fixture_number(b, 2, "1")};
    frit_edge two = {frit_graph_concat(b->graph, "test.lua:4", ones, 2, NULL), 0};
    g_autofree char *why = fixture_refusal(b, "scaled_sum", "", "data", up, "scale", two, NULL);
    g_assert_cmpstr(why, ==, "'scale' takes one dataset beside the series, but concat gives a series of 2");
    fixture_free(b);
}

/* ---- Ports ---- */

static void an_input_that_is_missing_is_named(void)
{
    fixture *b = fixture_new("numbers");
    g_autofree char *why = fixture_refusal(b, "plus", "", NULL);
    g_assert_cmpstr(why, ==, "the input 'a' is missing: a number");
    fixture_free(b);
}

static void two_datasets_need_a_port_for_many(void)
{
    fixture *b = fixture_new("numbers");
    frit_edge one = fixture_number(b, 1, "m");
    g_autofree char *why = fixture_refusal(b, "plus", "", "a", one, "a", fixture_number(b, 2, "m"), NULL);
    g_assert_cmpstr(why, ==, "'a' takes one dataset, not 2");
    fixture_free(b);
}

static void dimensions_are_checked(void)
{
    fixture *b = fixture_new("numbers several types");
    frit_edge image =
        fixture_output(fixture_step(b, "several", "", "number", fixture_number(b, 1, "m"), NULL), "image");
    frit_edge line = fixture_step(b, "lines", "", NULL);
    g_autofree char *curve = fixture_refusal(b, "plus", "", "a", line, NULL);
    g_assert_cmpstr(curve, ==, "'a' takes a number, but 'line' of lines is a curve");
    g_autofree char *picture = fixture_refusal(b, "look_plain", "", "data", image, NULL);
    g_assert_cmpstr(picture, ==, "'data' takes a curve, but 'image' of several is an image");
    fixture_free(b);
}

static void units_are_checked(void)
{
    fixture *b = fixture_new("numbers several types");
    frit_edge curve =
        fixture_output(fixture_step(b, "several", "", "number", fixture_number(b, 1, "km"), NULL), "curve");
    g_autofree char *area = fixture_refusal(b, "look_metres", "", "data", curve, NULL);
    g_assert_cmpstr(area, ==, "'data' takes values in m, but 'curve' of several is in m^2");
    g_autofree char *kelvin = fixture_refusal(b, "plus", "", "a", fixture_number(b, 1, "K"), NULL);
    g_assert_null(strstr(kelvin, "null"));
    g_assert_true(g_str_has_prefix(kelvin, "'a' takes values in m, but "));
    g_assert_true(g_str_has_suffix(kelvin, " is in K"));
    fixture_free(b);
}

static void units_of_axes_are_checked(void)
{
    fixture *b = fixture_new("types");
    const double x[] = {1, 2}, y[] = {1, 2};
    frit_edge curve = fixture_constant(b, frit_dataset_curve(2, x, "Q", "1/angstrom", y, NULL, "mm"));
    g_autofree char *why = fixture_refusal(b, "look_metres", "", "data", curve, NULL);
    g_assert_true(g_str_has_prefix(why, "'data' takes a curve over x in m, but "));
    g_assert_true(g_str_has_suffix(why, " is over Q in 1/angstrom"));
    g_assert_null(strstr(why, "null"));
    fixture_free(b);
}

/* A parameter's mistakes are params' business; here only that a graph passes them on and keeps no node. */
static void a_refused_line_leaves_nothing(void)
{
    fixture *b = fixture_new("numbers");
    g_autofree char *name = fixture_refusal(b, "count_up", "m=3", NULL);
    g_autofree char *range = fixture_refusal(b, "count_up", "n=-3", NULL);
    g_assert_cmpstr(name, ==, "there is no parameter \"m\"; there are n, step");
    g_assert_true(g_str_has_prefix(range, "n = -3 is out of range"));
    g_assert_cmpuint(b->graph->nodes->len, ==, 0);
    fixture_free(b);
}

int main(int argc, char **argv)
{
    tap_init(&argc, &argv);
    g_test_add_func("/graph/same/line", the_same_line_twice_is_one_node);
    g_test_add_func("/graph/same/defaults", defaults_and_units_do_not_matter);
    g_test_add_func("/graph/same/other", what_differs_is_another_node);
    g_test_add_func("/graph/same/on-error", stop_and_mask_are_two_nodes);
    g_test_add_func("/graph/same/constants", equal_constants_are_one_node);
    g_test_add_func("/graph/length/single", single_datasets_go_with_every_element);
    g_test_add_func("/graph/length/series", series_that_go_together_have_one_length);
    g_test_add_func("/graph/length/beside", beside_a_series_there_is_one_dataset);
    g_test_add_func("/graph/ports/missing", an_input_that_is_missing_is_named);
    g_test_add_func("/graph/ports/many", two_datasets_need_a_port_for_many);
    g_test_add_func("/graph/ports/dimensions", dimensions_are_checked);
    g_test_add_func("/graph/ports/units", units_are_checked);
    g_test_add_func("/graph/ports/axes", units_of_axes_are_checked);
    g_test_add_func("/graph/refused", a_refused_line_leaves_nothing);
    return g_test_run();
}
