/* The plugin interface: in which type and unit numbers arrive, and in which unit they are said to leave.
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "fixture.h"

#include <string.h>

static const uint16_t shorts[] = {7, 65535};

static frit_edge frame(fixture *b, const char *unit, const char *x_unit)
{
    g_free(fixture_file(b, "one.u16", shorts, sizeof shorts));
    g_autofree char *params = g_strdup_printf("files=one.u16 unit=%s x_unit=%s", unit, x_unit);
    return fixture_step(b, "read_shorts", params, NULL);
}

static void assert_seen(const frit_dataset *d, frit_dtype dtype, const char *unit, const char *axis_unit)
{
    g_assert_cmpfloat(frit_dataset_attribute(d, "dtype")->value, ==, dtype);
    g_assert_cmpfloat(frit_dataset_attribute(d, "has_value")->value, ==, dtype == FRIT_F64);
    g_assert_cmpstr(frit_dataset_attribute(d, "unit")->text, ==, unit);
    g_assert_cmpstr(frit_dataset_attribute(d, "axis_unit")->text, ==, axis_unit);
    g_assert_cmpstr(frit_dataset_attribute(d, "quantity")->text, ==, "frame");
    g_assert_cmpstr(frit_dataset_attribute(d, "axis_name")->text, ==, "position");
}

static void a_port_that_takes_the_type_gets_it(void)
{
    fixture *b = fixture_new("read_shorts types");
    frit_edge seen = fixture_step(b, "look_native", "", "data", frame(b, "count", "mm"), NULL);
    g_autoptr(frit_dataset) d = fixture_dataset(b, seen, 0);
    assert_seen(d, FRIT_U16, "count", "mm");
    g_assert_cmpfloat(frit_dataset_values(d)[1], ==, 65535);
    fixture_free(b);
}

static void other_ports_get_doubles(void)
{
    fixture *b = fixture_new("read_shorts types");
    frit_edge seen = fixture_step(b, "look_plain", "", "data", frame(b, "count", "mm"), NULL);
    g_autoptr(frit_dataset) d = fixture_dataset(b, seen, 0);
    assert_seen(d, FRIT_F64, "count", "mm");
    g_assert_cmpfloat(frit_dataset_values(d)[1], ==, 65535);
    fixture_free(b);
}

/* 16 bits cannot hold 7 mm in m: where the unit changes, doubles come even to a port that takes u16. */
static void a_change_of_unit_makes_doubles(void)
{
    fixture *b = fixture_new("read_shorts types");
    frit_edge seen = fixture_step(b, "look_metres", "", "data", frame(b, "mm", "cm"), NULL);
    g_autoptr(frit_dataset) d = fixture_dataset(b, seen, 0);
    assert_seen(d, FRIT_F64, "m", "m");
    /* Two roundings: the factor's, and the product's. */
    g_assert_cmpfloat_with_epsilon(frit_dataset_values(d)[0], 0.007, 0.007 * 0x1p-52);
    g_assert_cmpfloat_with_epsilon(d->axis[0]->at[1], 0.01, 0.01 * 0x1p-52);
    g_assert_cmpstr(d->unit, ==, "m");
    g_assert_cmpstr(d->axis[0]->unit, ==, "m");
    fixture_free(b);
}

static void the_same_unit_keeps_the_type(void)
{
    fixture *b = fixture_new("read_shorts types");
    frit_edge seen = fixture_step(b, "look_metres", "", "data", frame(b, "meter", "metre"), NULL);
    g_autoptr(frit_dataset) d = fixture_dataset(b, seen, 0);
    assert_seen(d, FRIT_U16, "m", "m");
    fixture_free(b);
}

static void wrong_units_show_when_the_file_is_read(void)
{
    fixture *b = fixture_new("read_shorts types");
    frit_edge values = fixture_step(b, "look_metres", "", "data", frame(b, "kg", "mm"), NULL);
    g_autofree char *why = fixture_failure(b, values, 0, FRIT_EDATA);
    g_assert_cmpstr(why, ==,
                    "test.lua:2: look_metres: one.u16: 'data' takes values in m, but the data are in kg");
    fixture_again(b);
    frit_edge axis = fixture_step(b, "look_metres", "", "data", frame(b, "m", "s"), NULL);
    g_autofree char *over = fixture_failure(b, axis, 0, FRIT_EDATA);
    g_assert_cmpstr(
        over, ==,
        "test.lua:2: look_metres: one.u16: 'data' is over x in m, but the data are over position in s");
    fixture_free(b);
}

/* "@data", "@data.0": known before anything is read where the input's are. */
static void units_follow_an_input(void)
{
    fixture *b = fixture_new("types");
    const double x[] = {0, 2, 5}, y[] = {1, 4, 9};
    frit_dataset *curve = frit_dataset_curve(3, x, "Q", "1/angstrom", y, NULL, "mV");
    frit_edge slope = fixture_step(b, "slope", "", "data", fixture_constant(b, curve), NULL);
    frit_edge reach = fixture_output(slope, "reach");
    g_assert_cmpstr(frit_edge_spec(&slope)->unit, ==, "mV");
    g_assert_cmpstr(frit_edge_spec(&reach)->unit, ==, "1/angstrom");
    g_autoptr(frit_dataset) dy = fixture_dataset(b, slope, 0);
    g_autoptr(frit_dataset) last = fixture_dataset(b, reach, 0);
    g_assert_cmpstr(dy->unit, ==, "mV");
    g_assert_cmpstr(last->unit, ==, "1/angstrom");
    g_assert_cmpfloat(*frit_dataset_values(dy), ==, 3);
    g_assert_cmpfloat(*frit_dataset_values(last), ==, 5);
    fixture_free(b);
}

/* What follows a port with a unit of its own has that unit, not the data's. */
static void the_ports_unit_comes_first(void)
{
    fixture *b = fixture_new("types");
    const double x[] = {0, 2}, y[] = {1, 4};
    frit_dataset *curve = frit_dataset_curve(2, x, "d", "mm", y, NULL, "km");
    frit_edge seen = fixture_step(b, "look_metres", "", "data", fixture_constant(b, curve), NULL);
    g_assert_cmpstr(frit_edge_spec(&seen)->unit, ==, "m");
    g_assert_cmpstr(frit_edge_spec(&seen)->axis_unit[0], ==, "m");
    g_assert_cmpstr(frit_edge_spec(&seen)->axis_name[0], ==, "d");
    g_autoptr(frit_dataset) d = fixture_dataset(b, seen, 0);
    g_assert_cmpstr(d->unit, ==, "m");
    g_assert_cmpfloat(frit_dataset_values(d)[1], ==, 4000);
    g_assert_cmpfloat(d->axis[0]->at[1], ==, 0.002);
    fixture_free(b);
}

/* output_like() takes values, axes, sigma and mask along, and they are the output's own. */
static void a_copy_is_a_copy(void)
{
    fixture *b = fixture_new("numbers");
    const double x[] = {0, 2, 5}, y[] = {1, 4, 9}, sigma[] = {0.5, 0.25, 1};
    frit_dataset *curve = frit_dataset_curve(3, x, "Q", "1/nm", y, sigma, "count");
    frit_dataset_want_mask(curve);
    curve->mask[2] = 1;
    frit_edge from = fixture_constant(b, frit_dataset_ref(curve));
    g_autoptr(frit_dataset) d = fixture_dataset(b, fixture_step(b, "times", "factor=-2", "data", from, NULL), 0);
    const double doubled[] = {-2, -8, -18}, wider[] = {1, 0.5, 2};
    g_assert_cmpmem(d->data, sizeof doubled, doubled, sizeof doubled);
    g_assert_cmpmem(d->sigma, sizeof wider, wider, sizeof wider);
    g_assert_cmpmem(d->mask, 3, curve->mask, 3);
    g_assert_cmpmem(d->axis[0]->at, sizeof x, x, sizeof x);
    g_assert_cmpstr(d->axis[0]->unit, ==, "1/nm");
    g_assert_cmpmem(curve->data, sizeof y, y, sizeof y);
    frit_dataset_unref(curve);
    fixture_free(b);
}

/* Temperatures convert with an offset; uncertainties, being differences, without. */
static void an_offset_is_not_for_uncertainties(void)
{
    g_autoptr(frit_dataset) celsius = frit_dataset_number(20, "degC");
    frit_dataset_want_sigma(celsius);
    celsius->sigma[0] = 0.5;
    g_autoptr(frit_dataset) kelvin = frit_dataset_rescaled(celsius, "K", 1, 273.15);
    g_assert_cmpfloat(*frit_dataset_values(kelvin), ==, 20 + 273.15);
    g_assert_cmpfloat(kelvin->sigma[0], ==, 0.5);
}

int main(int argc, char **argv)
{
    tap_init(&argc, &argv);
    g_test_add_func("/abi/types/native", a_port_that_takes_the_type_gets_it);
    g_test_add_func("/abi/types/double", other_ports_get_doubles);
    g_test_add_func("/abi/types/converted", a_change_of_unit_makes_doubles);
    g_test_add_func("/abi/types/same-unit", the_same_unit_keeps_the_type);
    g_test_add_func("/abi/units/wrong", wrong_units_show_when_the_file_is_read);
    g_test_add_func("/abi/units/follow", units_follow_an_input);
    g_test_add_func("/abi/units/port", the_ports_unit_comes_first);
    g_test_add_func("/abi/units/copy", a_copy_is_a_copy);
    g_test_add_func("/abi/units/offset", an_offset_is_not_for_uncertainties);
    return g_test_run();
}
