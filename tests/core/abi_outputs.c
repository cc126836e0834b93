/* The plugin interface: outputs, attributes, memory of a call, series as a whole.
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "fixture.h"

#include <math.h>

static frit_edge several(fixture *b)
{
    return fixture_step(b, "several", "", "number", fixture_number(b, 3, "m"), NULL);
}

static void each_output_has_its_own_dimensions(void)
{
    fixture *b = fixture_new("several");
    frit_edge point = several(b);
    g_assert_cmpfloat(fixture_value(b, point, 0), ==, 3);
    g_autoptr(frit_dataset) curve = fixture_dataset(b, fixture_output(point, "curve"), 0);
    g_assert_cmpuint(curve->ndim, ==, 1);
    g_assert_cmpstr(curve->unit, ==, "m^2");
    g_assert_cmpstr(curve->quantity, ==, "curve");
    g_assert_cmpfloat(frit_dataset_values(curve)[1], ==, 9);
    g_assert_cmpfloat(curve->sigma[1], ==, 0.5);
    g_assert_cmpuint(curve->mask[1], ==, 0);
    g_assert_cmpuint(curve->mask[2], !=, 0);
    g_assert_cmpstr(curve->axis[0]->unit, ==, "s");
    g_assert_cmpfloat(curve->axis[0]->at[2], ==, 20);
    g_autoptr(frit_dataset) image = fixture_dataset(b, fixture_output(point, "image"), 0);
    g_assert_cmpuint(image->ndim, ==, 2);
    g_assert_cmpuint(image->dtype, ==, FRIT_U8);
    g_assert_cmpuint(image->shape[0] * 10 + image->shape[1], ==, 23);
    g_assert_cmpuint(((const uint8_t *)image->data)[5], ==, 255);
    fixture_free(b);
}

static void what_nobody_wants_is_not_made(void)
{
    fixture *b = fixture_new("several");
    frit_dataset_unref(fixture_dataset(b, fixture_output(several(b), "curve"), 0));
    g_assert_cmpuint(fixture_witness(b, "curve"), ==, 1);
    g_assert_cmpuint(fixture_witness(b, ""), ==, 1);
    fixture_free(b);
}

/* A sink wants what it reads, and a step between hands the wish on. */
static void wishes_come_from_the_sinks(void)
{
    fixture *b = fixture_new("several numbers write");
    frit_edge point = several(b);
    frit_edge twice = fixture_step(b, "times", "", "data", fixture_output(point, "point"), NULL);
    fixture_step(b, "write_one", "file=p.txt", "data", twice, NULL);
    fixture_run(b);
    g_assert_cmpuint(fixture_witness(b, "point"), ==, 1);
    g_assert_cmpuint(fixture_witness(b, "curve"), ==, 0);
    g_assert_cmpuint(fixture_witness(b, "image"), ==, 0);
    fixture_free(b);
}

static void a_step_runs_once_for_all_that_want_it(void)
{
    fixture *b = fixture_new("several numbers write");
    frit_edge point = several(b);
    frit_edge twice = fixture_step(b, "times", "", "data", fixture_output(point, "curve"), NULL);
    frit_edge slim = fixture_step(b, "times", "factor=3", "data", fixture_output(point, "point"), NULL);
    fixture_step(b, "write_all", "file=a.txt", "data", slim, "data", point, NULL);
    fixture_run(b);
    g_assert_cmpuint(fixture_witness(b, "point"), ==, 1);
    g_assert_cmpuint(fixture_witness(b, "curve"), ==, 0); /* `twice` leads nowhere */
    g_assert_false(twice.node->state != NULL);
    fixture_free(b);
}

/* ---- Attributes ---- */

static void attributes_travel_with_units(void)
{
    fixture *b = fixture_new("labels numbers");
    frit_edge labelled = fixture_step(b, "set_labels", "", "data", fixture_number(b, 4, "K"), NULL);
    g_autoptr(frit_dataset) d = fixture_dataset(b, labelled, 0);
    g_assert_cmpfloat(frit_dataset_attribute(d, "exposure")->value, ==, 250);
    g_assert_cmpstr(frit_dataset_attribute(d, "exposure")->unit, ==, "ms");
    g_assert_cmpstr(frit_dataset_attribute(d, "operator")->text, ==, "nobody");
    g_assert_cmpstr(frit_dataset_attribute(d, "name")->text, ==, "1");
    frit_edge read = fixture_step(b, "read_labels", "", "data", labelled, NULL);
    g_assert_cmpfloat(fixture_value(b, read, 0), ==, 0.25); /* in seconds, as asked for */
    g_assert_cmpfloat(fixture_value(b, fixture_output(read, "clues"), 0), ==, 0);
    fixture_free(b);
}

static void the_first_input_alone_hands_its_attributes_on(void)
{
    fixture *b = fixture_new("labels numbers");
    frit_edge number = fixture_number(b, 4, "K");
    frit_edge labelled = fixture_step(b, "set_labels", "", "data", number, NULL);
    frit_edge second = fixture_step(b, "read_labels", "", "data", number, "other", labelled, NULL);
    g_assert_true(isnan(fixture_value(b, second, 0)));
    g_autoptr(frit_dataset) without = fixture_dataset(b, second, 0);
    g_assert_null(frit_dataset_attribute(without, "exposure"));
    frit_edge first =
        fixture_step(b, "times", "", "data", fixture_step(b, "times", "", "data", labelled, NULL), NULL);
    g_autoptr(frit_dataset) with = fixture_dataset(b, first, 0);
    g_assert_cmpfloat(frit_dataset_attribute(with, "exposure")->value, ==, 250);
    fixture_free(b);
}

static void scratch_memory_is_aligned_and_zeroed(void)
{
    fixture *b = fixture_new("labels");
    frit_edge read = fixture_step(b, "read_labels", "", "data", fixture_number(b, 4, "K"), NULL);
    g_assert_cmpfloat(fixture_value(b, fixture_output(read, "memory"), 0), ==, 0);
    fixture_free(b);
}

/* A NaN that a step makes was not measured. */
static void what_is_no_number_is_masked(void)
{
    fixture *b = fixture_new("labels");
    frit_edge read = fixture_step(b, "read_labels", "", "data", fixture_number(b, 4, "K"), NULL);
    g_autoptr(frit_dataset) d = fixture_dataset(b, read, 0);
    g_assert_true(isnan(*frit_dataset_values(d)));
    g_assert_nonnull(d->mask);
    g_assert_cmpuint(d->mask[0], !=, 0);
    fixture_free(b);
}

/* ---- Series as a whole ---- */

static void a_series_port_sees_all_elements_in_order(void)
{
    fixture *b = fixture_new("numbers reduce");
    frit_edge up = fixture_step(b, "count_up", "n=1000", NULL);
    frit_edge mean = fixture_step(b, "average", "", "data", up, NULL);
    g_assert_false(mean.node->series);
    g_assert_cmpfloat(fixture_value(b, mean, 0), ==, 500.5);
    g_assert_true(isnan(fixture_value(b, fixture_output(mean, "span"), 0))); /* it has no axis */
    fixture_free(b);
}

static void a_series_port_sees_positions(void)
{
    fixture *b = fixture_new("numbers reduce");
    const double at[] = {300, 310, 325.5};
    frit_edge up = fixture_step(b, "count_up", "n=3", NULL);
    GError *error = NULL;
    frit_node *axis = frit_graph_axis(b->graph, "test.lua:2", up, "T", "K", at, 3, NULL, &error);
    g_assert_no_error(error);
    frit_edge mean = fixture_step(b, "average", "", "data", (frit_edge){axis, 0}, NULL);
    g_assert_cmpfloat(fixture_value(b, fixture_output(mean, "span"), 0), ==, 25.5);
    fixture_free(b);
}

static void an_empty_series_is_a_series(void)
{
    fixture *b = fixture_new("numbers reduce");
    frit_edge none = fixture_step(b, "average", "", "data", fixture_step(b, "count_up", "n=0", NULL), NULL);
    g_autoptr(frit_dataset) d = fixture_dataset(b, none, 0);
    g_assert_cmpuint(d->mask[0], !=, 0);
    g_assert_cmpfloat(fixture_value(b, fixture_output(none, "missing"), 0), ==, 0);
    fixture_free(b);
}

static void a_single_dataset_is_a_series_of_one(void)
{
    fixture *b = fixture_new("numbers reduce");
    frit_edge mean = fixture_step(b, "average", "", "data", fixture_number(b, 7, "km"), NULL);
    g_assert_cmpfloat(fixture_value(b, mean, 0), ==, 7000); /* the port is in m */
    fixture_free(b);
}

/* Of any dimensions, one dataset after the other; a view says which it is of. */
static void many_series_come_one_after_the_other(void)
{
    fixture *b = fixture_new("numbers reduce several");
    frit_edge lines = fixture_step(b, "lines", "n=2 points=5", NULL),
              none = fixture_step(b, "count_up", "n=0", NULL);
    frit_edge image = fixture_output(several(b), "image");
    frit_edge all = fixture_step(b, "lengths", "", "data", lines, "data", none, "data", image, NULL);
    g_autoptr(frit_dataset) d = fixture_dataset(b, all, 0);
    const double length[] = {5, 5, 6}, dataset[] = {0, 0, 2};
    g_assert_cmpmem(d->data, frit_dataset_count(d) * sizeof(double), length, sizeof length);
    g_assert_cmpmem(d->axis[0]->at, d->axis[0]->n * sizeof(double), dataset, sizeof dataset);
    fixture_free(b);
}

/* By number, of each dataset at a port, and of a series' element that was fetched last. */
static void attributes_can_be_listed(void)
{
    fixture *b = fixture_new("labels numbers");
    frit_edge labelled = fixture_step(b, "set_labels", "", "data", fixture_number(b, 4, "K"), NULL);
    frit_edge bare = fixture_number(b, 5, "K");
    frit_edge series = fixture_step(b, "set_labels", "", "data", fixture_step(b, "count_up", "n=2", NULL), NULL);
    frit_edge list = fixture_step(b, "list_labels", "", "data", bare, "data", labelled, "series", series, NULL);
    g_assert_cmpfloat(fixture_value(b, list, 0), ==, 9);
    g_assert_cmpuint(fixture_witness(b, "list 0 0: "), ==, 0);
    g_assert_cmpuint(fixture_witness(b, "list 0 1: exposure = 250 ms"), ==, 1);
    g_assert_cmpuint(fixture_witness(b, "list 0 1: operator is nobody"), ==, 1);
    g_assert_cmpuint(fixture_witness(b, "list 0 1: "), ==, 3);
    g_assert_cmpuint(fixture_witness(b, "list 1 0: name is 1"), ==, 1);
    g_assert_cmpuint(fixture_witness(b, "list 1 1: name is 2"), ==, 1);
    fixture_free(b);
}

static void a_free_axis_may_be_taken_away(void)
{
    fixture *b = fixture_new("labels");
    frit_edge bare = fixture_step(b, "undress", "", NULL);
    g_autoptr(frit_dataset) without = fixture_dataset(b, bare, 0);
    g_autoptr(frit_dataset) with = fixture_dataset(b, fixture_output(bare, "dressed"), 0);
    g_assert_null(without->axis[0]);
    g_assert_cmpstr(with->axis[0]->unit, ==, "mm");
    fixture_free(b);
}

static void an_optional_port_may_be_empty(void)
{
    fixture *b = fixture_new("numbers");
    frit_edge one = fixture_number(b, 1, "m");
    g_assert_cmpfloat(fixture_value(b, fixture_step(b, "plus", "", "a", one, NULL), 0), ==, 1);
    g_assert_cmpfloat(fixture_value(b, fixture_step(b, "plus", "", "a", one, "b", one, NULL), 0), ==, 2);
    fixture_free(b);
}

int main(int argc, char **argv)
{
    tap_init(&argc, &argv);
    g_test_add_func("/abi/outputs/dimensions", each_output_has_its_own_dimensions);
    g_test_add_func("/abi/outputs/unwanted", what_nobody_wants_is_not_made);
    g_test_add_func("/abi/outputs/wishes", wishes_come_from_the_sinks);
    g_test_add_func("/abi/outputs/once", a_step_runs_once_for_all_that_want_it);
    g_test_add_func("/abi/attributes/units", attributes_travel_with_units);
    g_test_add_func("/abi/attributes/inherit", the_first_input_alone_hands_its_attributes_on);
    g_test_add_func("/abi/attributes/list", attributes_can_be_listed);
    g_test_add_func("/abi/outputs/no-axis", a_free_axis_may_be_taken_away);
    g_test_add_func("/abi/scratch", scratch_memory_is_aligned_and_zeroed);
    g_test_add_func("/abi/outputs/nan", what_is_no_number_is_masked);
    g_test_add_func("/abi/series/order", a_series_port_sees_all_elements_in_order);
    g_test_add_func("/abi/series/positions", a_series_port_sees_positions);
    g_test_add_func("/abi/series/empty", an_empty_series_is_a_series);
    g_test_add_func("/abi/series/single", a_single_dataset_is_a_series_of_one);
    g_test_add_func("/abi/series/many", many_series_come_one_after_the_other);
    g_test_add_func("/abi/optional", an_optional_port_may_be_empty);
    return g_test_run();
}
