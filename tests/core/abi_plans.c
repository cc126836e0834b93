/* The plugin interface: plans, one for each (parameters, PLAN inputs, shapes, types and axes).
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "fixture.h"

#include "error.h"

static frit_edge weights(fixture *b, size_t n)
{
    const double w[] = {1, 2, 3, 4, 5};
    g_assert_cmpuint(n, <=, G_N_ELEMENTS(w));
    frit_dataset *d = frit_dataset_new(FRIT_F64, 1, &n);
    for (size_t i = 0; i < n; i++)
        ((double *)d->data)[i] = w[i];
    return fixture_constant(b, d);
}

static frit_edge weigh(fixture *b, frit_edge lines, const char *params)
{
    return fixture_step(b, "weigh", params, "line", lines, "weights", weights(b, 4), NULL);
}

static void collect(fixture *b, frit_edge edge, const char *name)
{
    g_autofree char *params = g_strdup_printf("file=%s", name);
    fixture_step(b, "write_all", params, "data", edge, NULL);
}

static void assert_plans(fixture *b, guint made)
{
    g_assert_cmpuint(fixture_witness(b, "prepare"), ==, made);
    g_assert_cmpuint(fixture_witness(b, "release"), ==, made);
}

/* Line i has i + k at point k: (1 i + 2 (i + 1) + 3 (i + 2) + 4 (i + 3)) / 10 = i + 2. */
static void elements_of_one_shape_share_a_plan(void)
{
    for (guint threads = 1; threads <= 4; threads += 3) {
        fixture *b = fixture_new("numbers plan write");
        b->threads = threads;
        frit_edge mean = weigh(b, fixture_step(b, "lines", "n=200 points=4", NULL), "");
        collect(b, mean, "out.txt");
        fixture_run(b);
        assert_plans(b, 1);
        g_assert_cmpuint(fixture_witness(b, "run"), >=, 200);
        /* Four products, four quotients, three sums: each rounds by half a unit in the last place at most. */
        g_assert_cmpfloat_with_epsilon(fixture_value(b, mean, 199), 201, 201 * 11 * 0x1p-53);
        fixture_free(b);
    }
}

static void another_shape_has_its_own_plan(void)
{
    fixture *b = fixture_new("numbers plan write");
    frit_edge parts[] = {fixture_step(b, "lines", "n=2 points=4", NULL),
                         fixture_step(b, "lines", "n=3 points=5", NULL)};
    frit_edge both = {frit_graph_concat(b->graph, "test.lua:9", parts, 2, NULL), 0};
    b->on_error = 1; /* five points do not go with four weights */
    collect(b, weigh(b, both, ""), "out.txt");
    fixture_run(b);
    assert_plans(b, 2);
    g_assert_cmpuint(fixture_witness(b, "prepare 4"), ==, 1);
    g_assert_cmpuint(fixture_witness(b, "prepare 5"), ==, 1);
    g_assert_cmpuint(b->tally.missing, ==, 3);
    fixture_free(b);
}

static void another_axis_has_its_own_plan(void)
{
    fixture *b = fixture_new("numbers plan write");
    frit_edge parts[] = {fixture_step(b, "lines", "n=2", NULL), fixture_step(b, "lines", "n=3 spacing=0.5", NULL),
                         fixture_step(b, "lines", "n=4", NULL)};
    frit_edge all = {frit_graph_concat(b->graph, "test.lua:9", parts, 3, NULL), 0};
    collect(b, weigh(b, all, ""), "out.txt");
    fixture_run(b);
    assert_plans(b, 2); /* the third has the axis of the first */
    fixture_free(b);
}

/* Samples on one detector: two series and a single line, each weighed by the same weights. */
static void nodes_that_make_the_same_share_a_plan(void)
{
    for (guint threads = 1; threads <= 4; threads += 3) {
        fixture *b = fixture_new("numbers plan write");
        b->threads = threads;
        frit_edge one = fixture_step(b, "lines", "n=20 points=4", NULL),
                  two = fixture_step(b, "lines", "n=30 points=4", NULL);
        frit_edge single = {frit_graph_select(b->graph, "test.lua:9", two, 7, 7, true, NULL), 0};
        collect(b, weigh(b, one, ""), "one.txt");
        collect(b, weigh(b, single, ""), "single.txt");
        frit_edge mean = weigh(b, two, "");
        collect(b, mean, "two.txt");
        fixture_run(b);
        assert_plans(b, 1);
        g_assert_cmpfloat_with_epsilon(fixture_value(b, mean, 29), 31, 31 * 11 * 0x1p-53);
        fixture_free(b);
    }
}

static void other_data_for_the_plan_are_another_plan(void)
{
    fixture *b = fixture_new("numbers plan write");
    frit_edge lines = fixture_step(b, "lines", "n=2 points=3", NULL);
    collect(b, fixture_step(b, "weigh", "", "line", lines, "weights", weights(b, 3), NULL), "a.txt");
    frit_edge same = fixture_step(b, "times", "factor=2", "data", weights(b, 3), NULL);
    collect(b, fixture_step(b, "weigh", "", "line", lines, "weights", same, NULL), "b.txt");
    fixture_run(b);
    assert_plans(b, 2);
    fixture_free(b);
}

static void a_plan_that_fails_fails_its_elements(void)
{
    fixture *b = fixture_new("numbers plan write");
    frit_edge mean = weigh(b, fixture_step(b, "lines", "n=4", NULL), "fail=true");
    collect(b, mean, "out.txt");
    g_autofree char *why = fixture_run_failure(b, FRIT_EDATA);
    g_assert_cmpstr(why, ==, "test.lua:3: weigh: element 1: no plan");
    g_assert_cmpuint(fixture_witness(b, "prepare"), ==, 1);
    g_assert_cmpuint(fixture_witness(b, "release"), ==, 0); /* no plan was set */
    g_assert_cmpuint(fixture_witness(b, "run"), ==, 0);
    fixture_free(b);
}

/* What prepare() had made when it failed is released all the same. */
static void a_plan_is_released_after_a_failure(void)
{
    fixture *b = fixture_new("numbers plan write");
    b->on_error = 1;
    b->threads = 3;
    collect(b, weigh(b, fixture_step(b, "lines", "n=50", NULL), "fail_late=true"), "out.txt");
    fixture_run(b);
    assert_plans(b, 1);
    g_assert_cmpuint(fixture_witness(b, "run"), ==, 0);
    g_assert_cmpuint(b->tally.missing, ==, 50);
    fixture_free(b);
}

static void a_series_is_no_input_for_a_plan(void)
{
    fixture *b = fixture_new("numbers plan");
    frit_edge lines = fixture_step(b, "lines", "n=4", NULL);
    frit_edge w[] = {weights(b, 4), weights(b, 3)};
    frit_edge two = {frit_graph_concat(b->graph, "test.lua:9", w, 2, NULL), 0};
    g_autofree char *why = fixture_refusal(b, "weigh", "", "line", lines, "weights", two, NULL);
    g_assert_cmpstr(why, ==,
                    "'weights' is the same for every element, but concat gives a series of 2; take its "
                    "mean(), or one of it with [i]");
    fixture_free(b);
}

int main(int argc, char **argv)
{
    tap_init(&argc, &argv);
    g_test_add_func("/abi/plans/shared", elements_of_one_shape_share_a_plan);
    g_test_add_func("/abi/plans/nodes", nodes_that_make_the_same_share_a_plan);
    g_test_add_func("/abi/plans/shape", another_shape_has_its_own_plan);
    g_test_add_func("/abi/plans/axis", another_axis_has_its_own_plan);
    g_test_add_func("/abi/plans/data", other_data_for_the_plan_are_another_plan);
    g_test_add_func("/abi/plans/fails", a_plan_that_fails_fails_its_elements);
    g_test_add_func("/abi/plans/released", a_plan_is_released_after_a_failure);
    g_test_add_func("/abi/plans/series", a_series_is_no_input_for_a_plan);
    return g_test_run();
}
