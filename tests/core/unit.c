/* Units: what people write for one, what it converts to, and what they are told when it is none.
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "unit.h"
#include "text.h"
#include "tap.h"

#include <float.h>
#include <locale.h>
#include <math.h>
#include <string.h>

/* Definitions of the SI and of its prefixes: exact decimals, which are met to the bit. */
static void conversions_are_exact(void)
{
    static const struct { const char *from, *to; double factor, offset;
    } table[] = {
        {"nm", "angstrom", 10, 0},       {"angstrom", "nm", 0.1, 0},
        {"1/nm", "1/angstrom", 0.1, 0},  {"mm", "m", 1e-3, 0},
        {"um", "mm", 1e-3, 0},           {"g/cm^3", "kg/m^3", 1000, 0},
        {"degC", "K", 1, 273.15},        {"K", "degC", 1, -273.15},
        {"K/min", "K/s", 1.0 / 60, 0},   {"degC/min", "K/min", 1, 0},
        {"kJ/mol", "J/mol", 1000, 0},    {"J/(g K)", "J/(kg K)", 1000, 0},
        {"mN/s", "N/s", 1e-3, 0},        {"keV", "eV", 1000, 0},
        {"GPa", "Pa", 1e9, 0},           {"percent", "1", 0.01, 0},
        {"at%", "1", 0.01, 0},           {"mdeg", "deg", 1e-3, 0},
        {"barn", "angstrom^2", 1e-8, 0}, {"cps", "count/s", 1, 0},
        {"cm^2/g", "m^2/kg", 0.1, 0},    {"angstrom", "angstrom", 1, 0},
        {"hour", "s", 3600, 0},          {"1/angstrom^3", "1/nm^3", 1000, 0},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(table); i++) {
        g_autoptr(GError) error = NULL;
        double            factor = NAN, offset = NAN;
        g_assert_true(frit_unit_factor(table[i].from, table[i].to, &factor, &offset, &error));
        g_assert_no_error(error);
        g_assert_cmpfloat(factor, ==, table[i].factor);
        g_assert_cmpfloat(offset, ==, table[i].offset);
    }
}

/* UDUNITS-2 has pi to 30 digits: what remains is the rounding of three operations. */
static void degrees_are_radians(void)
{
    double factor, offset;
    g_assert_true(frit_unit_factor("deg", "rad", &factor, &offset, NULL));
    g_assert_cmpfloat_with_epsilon(factor, G_PI / 180, 3 * DBL_EPSILON * G_PI / 180);
    g_assert_cmpfloat(offset, ==, 0);
}

/* 32 degF is 0 degC, computed as 5/9 * 32 + (5/9 * 459.67 - 273.15): 5/9 and each of the four results
 * are rounded, none moves the sum by more than half an ulp below 512, which is 2^-45; five are < 2^-42. */
static void offsets_chain(void)
{
    double value;
    g_assert_true(frit_unit_parse("32 degF", "degC", &value, NULL));
    g_assert_cmpfloat_with_epsilon(value, 0.0, 0x1p-42);
}

static void spellings_are_the_same_unit(void)
{
    static const char *const inverse[] = {"1/angstrom", "angstrom^-1", "Å^-1",         "Å⁻¹",
                                          "1/Å",        "1/Å",         "A\xcc\x8a^-1", "Angstrom^-1",
                                          "angstrom-1", "Å−1",         " 1/angstrom ", "1/ångström"};
    for (size_t i = 0; i < G_N_ELEMENTS(inverse); i++) {
        g_assert_true(frit_unit_check(inverse[i], NULL));
        g_assert_true(frit_unit_same(inverse[i], "1/angstrom"));
    }
    g_assert_true(frit_unit_same("", "1"));
    g_assert_true(frit_unit_same(NULL, "1"));
    g_assert_true(frit_unit_same("°C", "degC"));
    g_assert_true(frit_unit_same("mm²", "mm^2"));
    g_assert_true(frit_unit_same("µm", "μm"));
    g_assert_true(frit_unit_same("J/(g·K)", "J g^-1 K^-1"));
    g_assert_true(frit_unit_same("J⋅g⁻¹⋅K⁻¹", "J/(g K)"));
    g_assert_true(frit_unit_same("counts per second", "count/s"));
    g_assert_true(frit_unit_same("electrons", "electron"));
    g_assert_true(frit_unit_same("counts", "count"));
    g_assert_true(frit_unit_same("deg", "°"));
    g_assert_true(frit_unit_same("atoms/angstrom^3", "1/angstrom^3"));
    g_assert_false(frit_unit_same("K", "degC"));
    g_assert_false(frit_unit_same("nm", "angstrom"));
    g_assert_false(frit_unit_same("nonsense", "nonsense"));
}

/* UDUNITS-2 alone would convert 2 angstrom to 0.5 1/angstrom, and 1 rad to 1. */
static void unlike_things_do_not_convert(void)
{
    static const char *const pairs[][2] = {
        {"angstrom", "1/angstrom"}, {"s", "Hz"},         {"deg", "1"},      {"electron", "1"},
        {"electron", "count"},      {"K", "1/angstrom"}, {"K", "nonsense"}, {"mm", "mm^2"},
        {"kJ/mol", "J/g"},          {"rad", "sr"},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(pairs); i++) {
        g_assert_false(frit_unit_convertible(pairs[i][0], pairs[i][1]));
        g_assert_false(frit_unit_convertible(pairs[i][1], pairs[i][0]));
    }
    g_assert_true(frit_unit_convertible("count", "1"));
    g_assert_true(frit_unit_convertible("K", "degC"));
}

static void nonsense_is_refused(void)
{
    static const char *const bad[] = {"nonsense", "m^0.5", "m0.5",    "K)",           "(K",
                                      "m/",       "per",   "m^",      "log(re 1 mW)", "s since 1970-01-01",
                                      "0 m",      "-2 m",  "1e500 m", "\xff\xfe",     "m\n\n^"};
    for (size_t i = 0; i < G_N_ELEMENTS(bad); i++) {
        g_autoptr(GError) error = NULL;
        g_assert_false(frit_unit_check(bad[i], &error));
        g_assert_nonnull(error);
        g_assert_true(g_utf8_validate(error->message, -1, NULL));
    }
}

static void says(GError **error, const char *sentence)
{
    g_assert_nonnull(*error);
    g_assert_cmpstr((*error)->message, ==, sentence);
    g_clear_error(error);
}

static void errors_say_what_would_be_right(void)
{
    GError *error = NULL;
    double  a, b;
    g_assert_false(frit_unit_check("1/angstrm", &error));
    says(&error, "\"1/angstrm\" is no unit, did you mean \"1/angstrom\"?");
    g_assert_false(frit_unit_check("celcius", &error));
    says(&error, "\"celcius\" is no unit, did you mean \"celsius\"?");
    g_assert_false(frit_unit_factor("kelvin", "1/angstrom", &a, &b, &error));
    says(&error, "\"kelvin\" is a temperature, \"1/angstrom\" is an inverse length");
    g_assert_false(frit_unit_factor("1/A", "1/angstrom", &a, &b, &error));
    says(&error,
         "\"1/A\" is a quantity in A^-1, \"1/angstrom\" is an inverse length; did you mean \"1/angstrom\"?");
    g_assert_false(frit_unit_parse("2.2 kelvin", "1/angstrom", &a, &error));
    says(&error, "\"2.2 kelvin\" is a temperature, not an inverse length (in 1/angstrom)");
    g_assert_false(frit_unit_parse("20 C", "K", &a, &error));
    says(&error, "\"20 C\" is an electric charge, not a temperature (in K); did you mean \"degC\"?");
    g_assert_false(frit_unit_parse("0,3 mm", "mm", &a, &error));
    says(&error, "\"0,3 mm\": write numbers with a decimal point");
    g_assert_false(frit_unit_parse("2 3 mm", "mm", &a, &error));
    says(&error, "\"2 3 mm\": one number is wanted, and its unit");
    g_assert_false(frit_unit_parse("wide", "mm", &a, &error));
    says(&error, "\"wide\" does not start with a number");
    g_assert_cmpstr(frit_unit_measures("g/cm^3"), ==, "a density");
    g_assert_cmpstr(frit_unit_measures("electron"), ==, "a number of electrons");
    g_assert_cmpstr(frit_unit_measures("nonsense"), ==, "no unit");
}

static void quantities_are_read(void)
{
    static const struct { const char *text, *to; double value;
    } table[] = {
        {"2.2 angstrom", "angstrom", 2.2},
        {"0.22 nm", "angstrom", 10 * 0.22},
        {"0.3mm", "mm", 0.3},
        {"4.5", "mm", 4.5},
        {"-4.5e-3", "mm", -4.5e-3},
        {"3eV", "eV", 3},
        {"6.70 g/cm^3", "g/cm^3", 6.7},
        {"20 degC", "K", 293.15},
        {"−20 °C", "degC", -20},
        {"2.2/angstrom", "1/angstrom", 2.2},
        {"5 1/angstrom", "1/angstrom", 5},
        {"1/angstrom", "1/angstrom", 1},
        {"50%", "1", 0.5},
        {" 7 ", "1", 7},
        {".5 mm", "mm", 0.5},
        {"5.mm", "mm", 5},
        {"20 K/min", "K/min", 20},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(table); i++) {
        g_autoptr(GError) error = NULL;
        double            value = NAN;
        g_assert_true(frit_unit_parse(table[i].text, table[i].to, &value, &error));
        g_assert_no_error(error);
        g_assert_cmpfloat(value, ==, table[i].value);
    }
    static const char *const bad[] = {"",           "mm",      "nan", "inf",     "0x10", "1e999",
                                      "2.2 2.2 mm", "2 -3 mm", "2 3", "2 mm mm", "--2",  "\xff"};
    for (size_t i = 0; i < G_N_ELEMENTS(bad); i++) {
        g_autoptr(GError) error = NULL;
        double            value;
        g_assert_false(frit_unit_parse(bad[i], "mm", &value, &error));
        g_assert_nonnull(error);
    }
}

/* Where a comma is the decimal point, a recipe means what it means elsewhere. */
static void the_locale_does_not_matter(void)
{
    if (!setlocale(LC_NUMERIC, "de_DE.UTF-8")) {
        g_test_skip("the locale de_DE.UTF-8 is not installed");
        return;
    }
    double value = NAN, factor = NAN, offset;
    bool   read = frit_unit_parse("2.5 mm", "mm", &value, NULL);
    bool   converted = frit_unit_factor("1.5e-3 m", "mm", &factor, &offset, NULL);
    setlocale(LC_NUMERIC, "C");
    g_assert_true(read && converted);
    g_assert_cmpfloat(value, ==, 2.5);
    g_assert_cmpfloat(factor, ==, 1.5);
}

static gpointer convert_often(gpointer wrong)
{
    static const char *const units[] = {"mm", "um", "nm", "angstrom", "cm", "km"};
    for (int i = 0; i < 3000; i++) {
        double      factor, offset;
        const char *unit = units[i % 6];
        if (!frit_unit_factor(unit, "m", &factor, &offset, NULL) || frit_unit_check("nonsense", NULL))
            g_atomic_int_inc((gint *)wrong);
    }
    return NULL;
}

static void any_thread_may_ask(void)
{
    gint     wrong = 0;
    GThread *thread[4];
    for (int i = 0; i < 4; i++)
        thread[i] = g_thread_new("units", convert_often, &wrong);
    for (int i = 0; i < 4; i++)
        g_thread_join(thread[i]);
    g_assert_cmpint(wrong, ==, 0);
}

/* ---- Texts ------------------------------------------------------------------------------------ */

static void names_count_as_people_count(void)
{
    static const char *const order[] = {"HPT", "HPT_0", "HPT_01", "HPT_1", "HPT_2", "HPT_10", "HPT_10b",
                                        "HPT_123456789012345678901234567890", "frame"};
    for (size_t i = 0; i < G_N_ELEMENTS(order); i++)
        for (size_t j = 0; j < G_N_ELEMENTS(order); j++) {
            int c = frit_natural_compare(order[i], order[j]);
            g_assert_cmpint((c > 0) - (c < 0), ==, (i > j) - (i < j));
        }
}

static void the_nearest_name_is_found(void)
{
    static const char *const names[] = {"qmin", "qmax",    "qmaxinst",    "rmax", "polarization_factor",
                                        "npt",  "bgscale", "error_model", NULL};
    g_assert_cmpstr(frit_nearest("qmn", names), ==, "qmin");
    g_assert_cmpstr(frit_nearest("qamx", names), ==, "qmax");
    g_assert_cmpstr(frit_nearest("Q_max", names), ==, "qmax");
    g_assert_cmpstr(frit_nearest("polarisation", names), ==, "polarization_factor");
    g_assert_cmpstr(frit_nearest("polarization", names), ==, "polarization_factor");
    g_assert_cmpstr(frit_nearest("error-model", names), ==, "error_model");
    g_assert_cmpstr(frit_nearest("background_bgscale", names), ==, "bgscale");
    g_assert_null(frit_nearest("temperature", names));
    g_assert_null(frit_nearest("x", names));
    g_assert_null(frit_nearest("", names));
    g_autofree char *endless = g_strnfill(10000, 'q');
    g_assert_null(frit_nearest(endless, names));
}

static void numbers_are_written_short(void)
{
    static const struct { double x; const char *text;
    } table[] = {
        {0.1, "0.1"},
        {3, "3"},
        {1e300, "1e+300"},
        {-2.5, "-2.5"},
        {0.1 + 0.2, "0.30000000000000004"},
        {0, "0"},
        {60, "60"},
        {999999999999999, "999999999999999"},
        {1000, "1000"},
        {1e15, "1e+15"},
        {12.5, "12.5"},
        {1e-5, "1e-05"},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(table); i++) {
        g_autofree char *text = frit_number_text(table[i].x);
        g_assert_cmpstr(text, ==, table[i].text);
    }
}

int main(int argc, char **argv)
{
    tap_init(&argc, &argv);
    g_test_add_func("/unit/conversions-are-exact", conversions_are_exact);
    g_test_add_func("/unit/degrees", degrees_are_radians);
    g_test_add_func("/unit/offsets-chain", offsets_chain);
    g_test_add_func("/unit/spellings", spellings_are_the_same_unit);
    g_test_add_func("/unit/unlike-things", unlike_things_do_not_convert);
    g_test_add_func("/unit/nonsense", nonsense_is_refused);
    g_test_add_func("/unit/errors", errors_say_what_would_be_right);
    g_test_add_func("/unit/quantities", quantities_are_read);
    g_test_add_func("/unit/locale", the_locale_does_not_matter);
    g_test_add_func("/unit/threads", any_thread_may_ask);
    g_test_add_func("/text/natural-order", names_count_as_people_count);
    g_test_add_func("/text/nearest", the_nearest_name_is_found);
    g_test_add_func("/text/numbers", numbers_are_written_short);
    return g_test_run();
}
