/* The graph's own nodes, which rearrange series: select, concat, stack, positions along a series.
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "fixture.h"

#include <math.h>
#include <string.h>

#include "error.h"

static frit_edge select_range(fixture *b, frit_edge from, uint64_t first, uint64_t last)
{
    GError *error = NULL;
    frit_edge edge = {frit_graph_select(b->graph, "test.lua:70", from, first, last, false, &error), 0};
    g_assert_no_error(error);
    return edge;
}

static frit_edge concat(fixture *b, frit_edge x, frit_edge y)
{
    GError *error = NULL;
    const frit_edge both[] = {x, y};
    frit_edge edge = {frit_graph_concat(b->graph, "test.lua:80", both, 2, &error), 0};
    g_assert_no_error(error);
    return edge;
}

static frit_edge along(fixture *b, frit_edge series, const double *at, uint64_t n)
{
    GError *error = NULL;
    frit_edge edge = {frit_graph_axis(b->graph, "test.lua:90", series, "T", "K", at, n, NULL, &error), 0};
    g_assert_no_error(error);
    return edge;
}

static void assert_element(fixture *b, frit_edge edge, uint64_t i, double value, const char *name)
{
    g_autofree char *called = frit_node_element_name(edge.node, i);
    g_assert_cmpfloat(fixture_value(b, edge, i), ==, value);
    g_assert_cmpstr(called, ==, name);
}

/* ---- select ---- */

static void some_elements_of_a_series(void)
{
    fixture *b = fixture_new("numbers");
    frit_edge up = fixture_step(b, "count_up", "n=10", NULL);
    frit_edge middle = select_range(b, up, 3, 6), inner = select_range(b, middle, 1, 2);
    g_assert_cmpuint(middle.node->count, ==, 4);
    assert_element(b, middle, 0, 4, "4");
    assert_element(b, inner, 1, 6, "6"); /* it is called as in the series that it comes from */
    assert_element(b, fixture_step(b, "times", "", "data", inner, NULL), 0, 10, "5");
    fixture_free(b);
}

static void one_element_is_no_series(void)
{
    fixture *b = fixture_new("numbers");
    frit_edge up = fixture_step(b, "count_up", "n=10", NULL);
    frit_node *third = frit_graph_select(b->graph, "test.lua:2", up, 2, 2, true, NULL);
    g_assert_false(third->series);
    assert_element(b, (frit_edge){third, 0}, 0, 3, "3");
    frit_edge sum = fixture_step(b, "plus", "", "a", up, "b", (frit_edge){third, 0}, NULL);
    g_assert_cmpfloat(fixture_value(b, sum, 9), ==, 13);
    frit_node *range = frit_graph_select(b->graph, "test.lua:3", up, 2, 2, false, NULL);
    g_assert_true(range->series);
    g_assert_true(range != third);
    fixture_free(b);
}

static void elements_that_are_not_there(void)
{
    fixture *b = fixture_new("numbers");
    frit_edge up = fixture_step(b, "count_up", "n=5", NULL), none = fixture_step(b, "count_up", "n=0", NULL);
    g_autoptr(GError) past = NULL, empty = NULL;
    g_assert_null(frit_graph_select(b->graph, "test.lua:2", up, 5, 5, true, &past));
    g_assert_cmpstr(past->message, ==, "there are elements 1 to 5, not 6 to 6");
    g_assert_null(frit_graph_select(b->graph, "test.lua:3", none, 0, 0, true, &empty));
    g_assert_cmpstr(empty->message, ==, "count_up gives a series without elements");
    fixture_free(b);
}

static void the_same_selection_is_one_node(void)
{
    fixture *b = fixture_new("numbers");
    frit_edge up = fixture_step(b, "count_up", "n=5", NULL);
    g_assert_true(select_range(b, up, 1, 2).node == select_range(b, up, 1, 2).node);
    g_assert_true(select_range(b, up, 1, 2).node != select_range(b, up, 1, 3).node);
    g_assert_true(concat(b, up, up).node == concat(b, up, up).node);
    const double at[] = {1, 2, 3, 4, 5}, other[] = {1, 2, 3, 4, 6};
    g_assert_true(along(b, up, at, 5).node == along(b, up, at, 5).node);
    g_assert_true(along(b, up, at, 5).node != along(b, up, other, 5).node);
    fixture_free(b);
}

/* Made twice from another node: the request is the same, whatever lies in the struct's padding. */
static void positions_from_a_node_are_one_node(void)
{
    fixture *b = fixture_new("numbers");
    frit_edge up = fixture_step(b, "count_up", "n=5", NULL), from[2];
    memset(from, 0, sizeof from[0]);
    memset(&from[1], 0xff, sizeof from[1]);
    for (int i = 0; i < 2; i++) {
        from[i].node = fixture_step(b, "times", "factor=7", "data", up, NULL).node;
        from[i].output = 0;
    }
    frit_node *first = frit_graph_axis(b->graph, "test.lua:2", up, "T", "m", NULL, 0, &from[0], NULL);
    frit_node *second = frit_graph_axis(b->graph, "test.lua:3", up, "T", "m", NULL, 0, &from[1], NULL);
    g_assert_true(first == second);
    fixture_free(b);
}

/* ---- concat ---- */

static void one_after_the_other(void)
{
    fixture *b = fixture_new("numbers reduce");
    frit_edge up = fixture_step(b, "count_up", "n=3", NULL), none = fixture_step(b, "count_up", "n=0", NULL);
    frit_edge more = concat(b, concat(b, fixture_number(b, 50, "m"), none), select_range(b, up, 1, 2));
    g_assert_true(more.node->series);
    g_assert_cmpuint(more.node->count, ==, 3);
    g_assert_cmpfloat(fixture_value(b, more, 0), ==, 50);
    assert_element(b, more, 1, 2, "2");
    assert_element(b, more, 2, 3, "3");
    g_assert_cmpfloat(fixture_value(b, fixture_step(b, "average", "", "data", more, NULL), 0), ==, 55.0 / 3);
    fixture_free(b);
}

/* Each element keeps its unit, and is converted where it is used. */
static void units_need_not_be_the_same(void)
{
    fixture *b = fixture_new("numbers reduce");
    frit_edge both = concat(b, fixture_number(b, 1, "km"), fixture_number(b, 1, "m"));
    g_assert_cmpfloat(fixture_value(b, fixture_step(b, "average", "", "data", both, NULL), 0), ==, 500.5);
    const frit_edge wrong[] = {fixture_number(b, 1, "m"), fixture_number(b, 1, "s")};
    g_autoptr(GError) error = NULL;
    g_assert_null(frit_graph_concat(b->graph, "test.lua:2", wrong, 2, &error));
    g_assert_true(g_str_has_prefix(error->message, "'concat' takes values in m, but "));
    fixture_free(b);
}

static void shapes_may_differ_but_not_dimensions(void)
{
    fixture *b = fixture_new("numbers reduce");
    frit_edge lines =
        concat(b, fixture_step(b, "lines", "n=1 points=2", NULL), fixture_step(b, "lines", "n=1 points=7", NULL));
    g_autoptr(frit_dataset) d = fixture_dataset(b, fixture_step(b, "lengths", "", "data", lines, NULL), 0);
    g_assert_cmpfloat(frit_dataset_values(d)[1], ==, 7);
    const frit_edge wrong[] = {fixture_step(b, "count_up", "", NULL), fixture_step(b, "lines", "", NULL)};
    g_autoptr(GError) error = NULL;
    g_assert_null(frit_graph_concat(b->graph, "test.lua:2", wrong, 2, &error));
    g_assert_cmpstr(error->message, ==, "'concat' takes a number, but 'line' of lines is a curve");
    fixture_free(b);
}

/* ---- Positions ---- */

static void positions_are_handed_on(void)
{
    fixture *b = fixture_new("numbers");
    const double at[] = {300, 310, 320, 330};
    frit_edge hot = along(b, fixture_step(b, "count_up", "n=4", NULL), at, 4);
    frit_edge late = select_range(b, fixture_step(b, "times", "", "data", hot, NULL), 2, 3);
    const char *name, *unit;
    g_assert_cmpfloat(frit_node_position(late.node, 1, &name, &unit), ==, 330);
    g_assert_cmpstr(name, ==, "T");
    g_assert_cmpstr(unit, ==, "K");
    g_assert_cmpfloat(fixture_value(b, late, 1), ==, 8);
    fixture_free(b);
}

static void every_element_needs_a_position(void)
{
    fixture *b = fixture_new("numbers");
    const double at[] = {300, 310};
    frit_edge up = fixture_step(b, "count_up", "n=3", NULL);
    g_autoptr(GError) length = NULL, single = NULL;
    g_assert_null(frit_graph_axis(b->graph, "test.lua:2", up, "T", "K", at, 2, NULL, &length));
    g_assert_cmpstr(length->message, ==,
                    "the axis has 2 positions, but count_up gives 3 elements: one position each is "
                    "needed");
    g_assert_null(
        frit_graph_axis(b->graph, "test.lua:3", fixture_number(b, 1, "m"), "T", "K", at, 1, NULL, &single));
    g_assert_cmpstr(single->message, ==, "constant is a single dataset; only a series has an axis");
    fixture_free(b);
}

/* Positions that a node gives, in a unit of its own. */
static void positions_may_be_computed(void)
{
    fixture *b = fixture_new("numbers write");
    frit_edge up = fixture_step(b, "count_up", "n=2", NULL);
    frit_edge numbers = fixture_step(b, "times", "factor=1000", "data", up, NULL);
    frit_edge from = {frit_graph_stack(b->graph, "test.lua:3", numbers), 0};
    frit_node *axis = frit_graph_axis(b->graph, "test.lua:4", up, "d", "km", NULL, 0, &from, NULL);
    fixture_step(b, "write_all", "file=out.txt", "data", (frit_edge){axis, 0}, NULL);
    fixture_run(b);
    g_autofree char *text = fixture_read(b, "out.txt");
    g_assert_cmpstr(text, ==, "0 1 1 m d=1 km\n0 2 2 m d=2 km\n");
    fixture_free(b);
}

static void computed_positions_are_checked_too(void)
{
    fixture *b = fixture_new("numbers write");
    frit_edge up = fixture_step(b, "count_up", "n=2", NULL);
    frit_edge three = {frit_graph_stack(b->graph, "test.lua:2", fixture_step(b, "count_up", "n=3", NULL)), 0};
    frit_node *axis = frit_graph_axis(b->graph, "test.lua:3", up, "d", "km", NULL, 0, &three, NULL);
    fixture_step(b, "write_all", "file=out.txt", "data", (frit_edge){axis, 0}, NULL);
    g_autofree char *length = fixture_run_failure(b, FRIT_EDATA);
    g_assert_cmpstr(length, ==,
                    "test.lua:3: the axis from stack has 3 positions, but count_up gives 2 elements: one "
                    "position each is needed");
    fixture_free(b);
}

/* ---- stack ---- */

static void numbers_become_a_curve(void)
{
    fixture *b = fixture_new("numbers");
    const double at[] = {300, 310, 325};
    frit_edge up = fixture_step(b, "count_up", "n=3 step=2", NULL);
    g_autoptr(frit_dataset) plain =
        fixture_dataset(b, (frit_edge){frit_graph_stack(b->graph, "test.lua:2", up), 0}, 0);
    g_assert_cmpstr(plain->axis[0]->name, ==, "index");
    g_assert_cmpfloat(plain->axis[0]->at[0], ==, 1); /* as recipes count */
    g_assert_cmpfloat(frit_dataset_values(plain)[2], ==, 6);
    g_assert_cmpstr(plain->unit, ==, "m");
    frit_edge hot = along(b, up, at, 3);
    g_autoptr(frit_dataset) curve =
        fixture_dataset(b, (frit_edge){frit_graph_stack(b->graph, "test.lua:4", hot), 0}, 0);
    g_assert_cmpstr(curve->axis[0]->name, ==, "T");
    g_assert_cmpstr(curve->axis[0]->unit, ==, "K");
    g_assert_cmpmem(curve->axis[0]->at, sizeof at, at, sizeof at);
    fixture_free(b);
}

/* Elements in units of their own: the curve has one, and each number is converted to it. */
static void a_curve_has_one_unit(void)
{
    fixture *b = fixture_new("numbers");
    frit_edge both = concat(b, fixture_number(b, 1, "m"), fixture_number(b, 1, "km"));
    g_autoptr(frit_dataset) d =
        fixture_dataset(b, (frit_edge){frit_graph_stack(b->graph, "test.lua:2", both), 0}, 0);
    g_assert_cmpstr(d->unit, ==, "m");
    g_assert_cmpfloat(frit_dataset_values(d)[0], ==, 1);
    g_assert_cmpfloat(frit_dataset_values(d)[1], ==, 1000);
    fixture_free(b);
}

/* A series of numbers where a curve is wanted. */
static void stacking_goes_by_itself(void)
{
    fixture *b = fixture_new("numbers types");
    frit_edge up = fixture_step(b, "count_up", "n=3", NULL);
    frit_edge slope = fixture_step(b, "slope", "", "data", up, NULL);
    g_assert_false(slope.node->series);
    g_assert_cmpfloat(fixture_value(b, slope, 0), ==, 1);
    g_assert_cmpfloat(fixture_value(b, fixture_output(slope, "reach"), 0), ==, 3);
    fixture_free(b);
}

/* ---- For people ---- */

static void a_node_describes_itself(void)
{
    fixture *b = fixture_new("numbers read_shorts");
    const double at[] = {1, 2, 3};
    frit_edge up = fixture_step(b, "count_up", "n=3", NULL), lines = fixture_step(b, "lines", "n=7", NULL);
    g_autofree char *numbers = frit_edge_describe(&up), *curves = frit_edge_describe(&lines);
    g_assert_cmpstr(numbers, ==, "count_up: 3 elements of number [m]");
    g_assert_cmpstr(curves, ==, "lines: 7 elements of line [count] over x [mm]");
    frit_edge hot = along(b, up, at, 3);
    g_autofree char *placed = frit_edge_describe(&hot);
    g_assert_true(g_str_has_suffix(placed, "3 elements of number [m], along T [K]"));
    fixture_free(b);
}

int main(int argc, char **argv)
{
    tap_init(&argc, &argv);
    g_test_add_func("/graph/select/range", some_elements_of_a_series);
    g_test_add_func("/graph/select/one", one_element_is_no_series);
    g_test_add_func("/graph/select/none", elements_that_are_not_there);
    g_test_add_func("/graph/same/nodes", the_same_selection_is_one_node);
    g_test_add_func("/graph/same/positions", positions_from_a_node_are_one_node);
    g_test_add_func("/graph/concat/order", one_after_the_other);
    g_test_add_func("/graph/concat/units", units_need_not_be_the_same);
    g_test_add_func("/graph/concat/shapes", shapes_may_differ_but_not_dimensions);
    g_test_add_func("/graph/axis/handed-on", positions_are_handed_on);
    g_test_add_func("/graph/axis/length", every_element_needs_a_position);
    g_test_add_func("/graph/axis/computed", positions_may_be_computed);
    g_test_add_func("/graph/axis/checked", computed_positions_are_checked_too);
    g_test_add_func("/graph/stack/curve", numbers_become_a_curve);
    g_test_add_func("/graph/stack/unit", a_curve_has_one_unit);
    g_test_add_func("/graph/stack/itself", stacking_goes_by_itself);
    g_test_add_func("/graph/describe", a_node_describes_itself);
    return g_test_run();
}
