/* Monte Carlo over a part of the graph, on steps whose propagation of errors is known in closed form.
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <math.h>

#include "eval.h"
#include "loader.h"
#include "tap.h"

enum { POINTS = 5, REPLICAS = 4000 };

static frit_registry *registry;

typedef struct fixture {
    frit_graph   *graph;
    frit_digests *digests;
} fixture;

static fixture fixture_new(void)
{
    return (fixture){frit_graph_new(registry, "test.lua"), frit_digests_open(NULL)};
}

static void fixture_free(fixture *b)
{
    frit_graph_free(b->graph);
    frit_digests_close(b->digests);
}

static frit_edge curve(fixture *b, double level, double sigma)
{
    double q[POINTS], value[POINTS], error[POINTS];
    for (int i = 0; i < POINTS; i++) {
        q[i] = 1 + i;
        value[i] = level + i;
        error[i] = sigma;
    }
    g_autoptr(frit_dataset) d = frit_dataset_curve(POINTS, q, "Q", "1/angstrom", value, sigma < 0 ? NULL : error, "count");
    return (frit_edge){frit_graph_constant(b->graph, "test.lua:1", d), 0};
}

/* a - 0.5 b, by the step that recipes use. */
static frit_edge difference(fixture *b, frit_edge of, frit_edge background)
{
    GError *error = NULL;
    const frit_step_info *info = frit_registry_find(registry, "subtract_background", &error);
    g_assert_no_error(error);
    g_autoptr(GHashTable) given = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, (GDestroyNotify)g_variant_unref);
    g_hash_table_insert(given, g_strdup("bgscale"), g_variant_ref_sink(g_variant_new_double(0.5)));
    g_autoptr(GArray) first = g_array_new(FALSE, FALSE, sizeof(frit_edge)), second = g_array_new(FALSE, FALSE, sizeof(frit_edge));
    g_array_append_val(first, of);
    g_array_append_val(second, background);
    GArray *inputs[] = {first, second};
    frit_request r = {.info = info, .place = "test.lua:2", .given = given, .inputs = inputs, .mask_failures = -1};
    frit_edge edge = {frit_graph_step(b->graph, &r, &error), 0};
    g_assert_no_error(error);
    return edge;
}

static frit_edge redraw(fixture *b, frit_edge x, const frit_edge *of, guint n_of, uint64_t seed)
{
    GError *error = NULL;
    frit_edge edge = {frit_graph_draws(b->graph, "test.lua:3", x, of, n_of, REPLICAS, seed, &error), x.output};
    g_assert_no_error(error);
    g_assert_true(edge.node->series);
    g_assert_cmpuint(edge.node->count, ==, REPLICAS);
    return edge;
}

static double value(frit_eval *e, frit_edge edge, uint64_t i, int point)
{
    GError *error = NULL;
    g_autoptr(frit_dataset) d = frit_eval_element(e, edge, i, &error);
    g_assert_no_error(error);
    return frit_dataset_values(d)[point];
}

/* The standard deviation of n normal deviates is uncertain by 1/sqrt(2n); four of that, for each of two points. */
static void test_spread(void)
{
    fixture b = fixture_new();
    const frit_edge of[] = {curve(&b, 100, 3), curve(&b, 10, 8)};
    frit_edge drawn = redraw(&b, difference(&b, of[0], of[1]), of, 2, 7);
    frit_eval *e = frit_eval_new(b.graph, NULL, b.digests, 1);
    for (int point = 0; point < POINTS; point += POINTS - 1) {
        double sum = 0, square = 0;
        for (uint64_t i = 0; i < REPLICAS; i++) {
            double d = value(e, drawn, i, point) - (95 + 0.5 * point);
            sum += d;
            square += d * d;
        }
        double deviation = sqrt((square - sum * sum / REPLICAS) / (REPLICAS - 1)), expected = hypot(3, 4);
        g_test_message("figure: Monte Carlo of a difference: s.d. %.3f (5 within %.3f)", deviation,
                       4 * expected / sqrt(2.0 * REPLICAS));
        g_assert_cmpfloat(fabs(deviation - expected), <, 4 * expected / sqrt(2.0 * REPLICAS));
        g_assert_cmpfloat(fabs(sum / REPLICAS), <, 4 * expected / sqrt(REPLICAS));
    }
    frit_eval_free(e);
    fixture_free(&b);
}

/* Two results from one background: its errors are the same in both, replica by replica. */
static void test_shared_stays_shared(void)
{
    fixture b = fixture_new();
    frit_edge background = curve(&b, 10, 8), one = curve(&b, 100, 0), other = curve(&b, 300, 0);
    frit_edge first = redraw(&b, difference(&b, one, background), &background, 1, 1);
    frit_edge second = redraw(&b, difference(&b, other, background), &background, 1, 1);
    frit_edge otherwise = redraw(&b, difference(&b, one, background), &background, 1, 2);
    frit_eval *e = frit_eval_new(b.graph, NULL, b.digests, 2);
    for (uint64_t i = 0; i < 20; i++) {
        double x = value(e, first, i, 2);
        g_assert_cmpfloat_with_epsilon(value(e, second, i, 2) - x, 200, 1e-12);
        g_assert_cmpfloat(x, ==, value(e, first, i, 2));
        g_assert_cmpfloat(x, !=, value(e, otherwise, i, 2));
        g_assert_cmpfloat(x, !=, value(e, first, i + 1, 2));
    }
    frit_eval_free(e);
    fixture_free(&b);
}

static void test_refused(void)
{
    fixture b = fixture_new();
    GError *error = NULL;
    frit_edge bare = curve(&b, 10, -1), one = curve(&b, 100, 1), stranger = curve(&b, 5, 1);
    frit_edge x = difference(&b, one, bare);
    g_assert_null(frit_graph_draws(b.graph, "test.lua:3", x, &stranger, 1, 10, 1, &error));
    g_assert_cmpstr(error->message, ==, "subtract_background does not depend on what is to be drawn");
    g_clear_error(&error);

    frit_edge series = {frit_graph_draw(b.graph, "test.lua:3", one, 10, 1), 0};
    g_assert_null(frit_graph_draws(b.graph, "test.lua:4", difference(&b, series, bare), &series, 1, 10, 1, &error));
    g_assert_cmpstr(error->message, ==,
                    "draws gives a series; errors are drawn for a single dataset: take one element with [i]");
    g_clear_error(&error);

    frit_edge without = {frit_graph_draws(b.graph, "test.lua:5", x, &bare, 1, 10, 1, &error), 0};
    g_assert_no_error(error);
    frit_eval *e = frit_eval_new(b.graph, NULL, b.digests, 1);
    g_assert_null(frit_eval_element(e, without, 0, &error));
    g_assert_cmpstr(error->message, ==, "test.lua:5: draws: 'value' has no sigma to draw errors from: draw from a dataset "
                                        "that carries one, such as I(Q)");
    g_clear_error(&error);
    frit_eval_free(e);
    fixture_free(&b);
}

int main(int argc, char **argv)
{
    tap_init(&argc, &argv);
    registry = frit_registry_new();
    frit_loader_scan(registry);
    g_test_add_func("/draws/spread", test_spread);
    g_test_add_func("/draws/shared-stays-shared", test_shared_stays_shared);
    g_test_add_func("/draws/refused", test_refused);
    int status = g_test_run();
    frit_registry_free(registry);
    return status;
}
