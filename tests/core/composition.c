/* Compositions: fractions of what formulas say, and errors that show where sense ends.
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "composition.h"
#include "tap.h"

#include <float.h>
#include <math.h>
#include <string.h>

typedef struct expected {
    const char *text;
    size_t n;
    struct {
        const char *symbol;
        double count;
    } part[6];
} expected;

/* Counts by hand.  A count is a product of at most four rounded numbers, the total a sum of as many
 * as there are elements: 16 roundings cover both. */
static void formulas_add_up(void)
{
    static const expected table[] = {
        {"Zr52.5Cu17.9Ni14.6Al10Ti5", 5, {{"Zr", 52.5}, {"Cu", 17.9}, {"Ni", 14.6}, {"Al", 10}, {"Ti", 5}}},
        {"SiO2", 2, {{"Si", 1}, {"O", 2}}},
        {"Mg2SiO4", 3, {{"Mg", 2}, {"Si", 1}, {"O", 4}}},
        {"Ca(OH)2", 3, {{"Ca", 1}, {"O", 2}, {"H", 2}}},
        {"[(Fe0.5Co0.5)0.75B0.2Si0.05]96Nb4",
         5,
         {{"Fe", 36}, {"Co", 36}, {"B", 19.2}, {"Si", 4.8}, {"Nb", 4}}},
        {"CH3CH2OH", 3, {{"C", 2}, {"H", 6}, {"O", 1}}},
        {"Pd40Ni40P20", 3, {{"Pd", 40}, {"Ni", 40}, {"P", 20}}},
        {" Zr 50 Cu 50 ", 2, {{"Zr", 1}, {"Cu", 1}}},
        {"Zr₅₀Cu₅₀", 2, {{"Zr", 1}, {"Cu", 1}}},
        {"Au", 1, {{"Au", 1}}},
        {"Ce.7Al.1Cu.2", 3, {{"Ce", 7}, {"Al", 1}, {"Cu", 2}}},
        {"CO", 2, {{"C", 1}, {"O", 1}}},
        {"Co", 1, {{"Co", 1}}},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(table); i++) {
        const expected   *e = &table[i];
        g_autoptr(GError) error = NULL;
        frit_composition *c = frit_composition_parse(e->text, &error);
        double            total = 0;
        g_assert_no_error(error);
        g_assert_cmpuint(c->n, ==, e->n);
        for (size_t k = 0; k < e->n; k++)
            total += e->part[k].count;
        for (size_t k = 0; k < e->n; k++) {
            g_assert_cmpstr(frit_element_symbol(c->Z[k]), ==, e->part[k].symbol);
            g_assert_cmpfloat_with_epsilon(c->fraction[k], e->part[k].count / total, 16 * DBL_EPSILON);
        }
        frit_composition_free(c);
    }
}

static void atomic_numbers_are_right(void)
{
    static const struct { int Z; const char *symbol;
    } known[] = {
        /* IUPAC's table */
        {1, "H"},   {8, "O"},    {13, "Al"}, {22, "Ti"},  {28, "Ni"}, {29, "Cu"},
        {40, "Zr"}, {46, "Pd"},  {57, "La"}, {72, "Hf"},  {78, "Pt"}, {79, "Au"},
        {92, "U"},  {118, "Og"}, {0, NULL},  {119, NULL}, {-1, NULL},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(known); i++)
        g_assert_cmpstr(frit_element_symbol(known[i].Z), ==, known[i].symbol);
}

static void errors_show_where(void)
{
    static const struct { const char *text, *sentence;
    } table[] = {
        {"zr52.5Cu17.9", "the composition \"zr52.5Cu17.9\": \"zr\" is no element, did you mean \"Zr\"?"},
        {"Zr52.5CU17.9Xy",
         "the composition \"Zr52.5CU17.9Xy\", after \"Zr52.5CU17.9\": \"Xy\" is no element"},
        {"Ni50ZR50",
         "the composition \"Ni50ZR50\", after \"Ni50\": \"Z\" is no element, did you mean \"Zr\"?"},
        {"Zr0Cu50",
         "the composition \"Zr0Cu50\", after \"Zr\": a count of zero says nothing: leave the element out"},
        {"Zr-5Cu50", "the composition \"Zr-5Cu50\", after \"Zr\": a count cannot be negative (\"-5\")"},
        {"Fe3+",
         "the composition \"Fe3+\", after \"Fe\": charges (\"3+\") have no meaning here, leave them out"},
        {"Zr5.2.5", "the composition \"Zr5.2.5\", after \"Zr\": \"5.2.5\" is no number"},
        {"Zr52,5",
         "the composition \"Zr52,5\", after \"Zr52\": write counts with a decimal point, not a comma"},
        {"Ca(OH2", "the composition \"Ca(OH2\", after \"Ca(OH2\": the bracket \")\" is missing"},
        {"Ca(OH]2", "the composition \"Ca(OH]2\", after \"Ca(OH\": \"]\" closes what was never opened"},
        {"CaOH)2", "the composition \"CaOH)2\", after \"CaOH\": \")\" closes what was never opened"},
        {"Ca()2", "the composition \"Ca()2\", after \"Ca(\": the brackets are empty"},
        {"", "the composition \"\": it is empty"},
        {"52.5Zr", "the composition \"52.5Zr\": \"5\" makes no sense here"},
        {"Zr\xc3\xa9", "the composition \"Zr\xc3\xa9\", after \"Zr\": \"\xc3\xa9\" makes no sense here"},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(table); i++) {
        g_autoptr(GError) error = NULL;
        g_assert_null(frit_composition_parse(table[i].text, &error));
        g_assert_nonnull(error);
        g_assert_cmpstr(error->message, ==, table[i].sentence);
    }
}

/* Whatever is given: a composition that adds to 1, or an error; never a crash. */
static void extremes_are_refused(void)
{
    g_autofree char  *nines = g_strnfill(400, '9');
    g_autofree char  *huge = g_strconcat("Zr", nines, "Cu", NULL);
    g_autofree char  *open = g_strnfill(100000, '(');
    g_autofree char *tiny =
        g_strconcat("(Zr0.0", "0000000000000000000000000000000000000000000000000000000000001)",
                    "Cu99999999999999999999999999999999999999999999", NULL);
    const char *const text[] = {huge, open, "\xff", "(((((((((((((((((((((((((((((((((((((H)))))))))))"};
    for (size_t i = 0; i < G_N_ELEMENTS(text); i++) {
        g_autoptr(GError) error = NULL;
        g_assert_null(frit_composition_parse(text[i], &error));
        g_assert_nonnull(error);
    }
    frit_composition *c = frit_composition_parse(tiny, NULL);
    g_assert_nonnull(c);
    g_assert_true(c->fraction[0] > 0 && c->fraction[1] <= 1);
    frit_composition_free(c);
}

int main(int argc, char **argv)
{
    tap_init(&argc, &argv);
    g_test_add_func("/composition/formulas", formulas_add_up);
    g_test_add_func("/composition/atomic-numbers", atomic_numbers_are_right);
    g_test_add_func("/composition/errors-show-where", errors_show_where);
    g_test_add_func("/composition/extremes", extremes_are_refused);
    return g_test_run();
}
