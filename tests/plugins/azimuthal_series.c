/* A series of frames through integrate, as a recipe would: each frame's curve has the bits that it has alone,
 * whatever the others are; one that fails leaves the others as they are.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "azimuthal.h"

#include "eval.h"
#include "graph.h"
#include "loader.h"

#define FRAMES 19
#define ROWS   75
#define COLS   90
#define FAILS  5 /* its monitor reads 0 */

struct series {
    frit_registry *registry;
    frit_graph *graph;
    frit_digests *digests;
    frit_store *store;
    char *folder;
};

static void series_open(struct series *s)
{
    GError *error = NULL;
    s->folder = test_folder();
    char *store = g_build_filename(s->folder, "store", NULL);
    s->registry = frit_registry_new();
    frit_loader_scan(s->registry);
    s->graph = frit_graph_new(s->registry, "test.lua");
    s->digests = frit_digests_open(NULL);
    s->store = frit_store_open(store, 0, &error);
    g_assert_no_error(error);
    g_free(store);
}

static void series_close(struct series *s)
{
    frit_graph_free(s->graph);
    frit_digests_close(s->digests);
    frit_store_close(s->store);
    frit_registry_free(s->registry);
    g_free(s->folder);
}

/* Frame i; every fourth has masked pixels of its own, with a type that can hold them some are NaN. */
static frit_dataset *frame(frit_dtype type, size_t i)
{
    frit_dataset *d = frit_dataset_new(type, 2, (size_t[]){ROWS, COLS});
    if (i % 4 == 1)
        frit_dataset_want_mask(d);
    for (size_t k = 0; k < ROWS * COLS; k++) {
        double counts = (double)(300 + (k * 2654435761u + i * 97) % 1000);
        if (type == FRIT_U16)
            ((uint16_t *)d->data)[k] = (uint16_t)counts;
        else
            ((float *)d->data)[k] = k % 71 == i ? NAN : (float)counts;
        if (i % 4 == 1)
            d->mask[k] = k % 53 == i;
    }
    return d;
}

static double monitor(size_t i)
{
    return i == FAILS ? 0 : 1 + (double)i;
}

static frit_edge concat(struct series *s, frit_dataset **d)
{
    GError *error = NULL;
    frit_edge parts[FRAMES];
    for (size_t i = 0; i < FRAMES; i++) {
        parts[i] = (frit_edge){frit_graph_constant(s->graph, "test.lua:1", d[i]), 0};
        frit_dataset_unref(d[i]);
    }
    frit_edge edge = {frit_graph_concat(s->graph, "test.lua:1", parts, FRAMES, &error), 0};
    g_assert_no_error(error);
    return edge;
}

/* The parameters of both: name, number or text. */
static const struct {
    const char *name, *text;
    double number;
} params[] = {
    {"dist", NULL, 0.2},    {"poni1", NULL, 0.01234}, {"poni2", NULL, 0.00987},
    {"pixel1", NULL, 4e-4}, {"pixel2", NULL, 4e-4},   {"npt", NULL, 60},
    {"gain", NULL, 0.3},    {"read_noise", NULL, 4},  {"wavelength", NULL, 1.173e-11},
};

static frit_node *step(struct series *s, const char *name, GHashTable *given, const char *const *port,
                       const frit_edge *edge, size_t n, int mask_failures)
{
    GError *error = NULL;
    const frit_step_info *info = frit_registry_find(s->registry, name, &error);
    g_assert_no_error(error);
    GArray **inputs = g_new0(GArray *, info->n_inputs + 1);
    for (size_t k = 0; k < n; k++) {
        int p = frit_port_index(info->step.inputs, info->n_inputs, port[k]);
        inputs[p] = g_array_new(FALSE, FALSE, sizeof(frit_edge));
        g_array_append_val(inputs[p], edge[k]);
    }
    frit_request r = {.info = info,
                      .place = "test.lua:2",
                      .given = given,
                      .inputs = inputs,
                      .mask_failures = mask_failures};
    frit_node *node = frit_graph_step(s->graph, &r, &error);
    g_assert_no_error(error);
    for (uint32_t p = 0; p < info->n_inputs; p++)
        if (inputs[p])
            g_array_unref(inputs[p]);
    g_free(inputs);
    g_hash_table_unref(given);
    return node;
}

static void give(GHashTable *given, const char *name, GVariant *v)
{
    g_hash_table_insert(given, g_strdup(name), g_variant_ref_sink(v));
}

static GHashTable *nothing(void)
{
    return g_hash_table_new_full(g_str_hash, g_str_equal, g_free, (GDestroyNotify)g_variant_unref);
}

/* All curves, and their mean in a file, so that all of them are wanted. */
static frit_node *integrate(struct series *s, frit_dtype type, const char *split)
{
    frit_dataset *frames[FRAMES], *monitors[FRAMES];
    for (size_t i = 0; i < FRAMES; i++) {
        frames[i] = frame(type, i);
        monitors[i] = frit_dataset_number(monitor(i), "1");
    }
    GHashTable *given = nothing();
    give(given, "split", g_variant_new_string(split));
    for (size_t k = 0; k < G_N_ELEMENTS(params); k++)
        give(given, params[k].name, g_variant_new_double(params[k].number));
    const frit_edge edges[] = {concat(s, frames), concat(s, monitors)};
    frit_node *n = step(s, "integrate", given, (const char *const[]){"frame", "monitor"}, edges, 2, 1);
    frit_node *mean = step(s, "mean", nothing(), (const char *const[]){"data"}, &(frit_edge){n, 0}, 1, -1);
    char *path = g_build_filename(s->folder, "mean.dat", NULL);
    given = nothing();
    give(given, "file", g_variant_new_string(path));
    step(s, "write_columns", given, (const char *const[]){"curve"}, &(frit_edge){mean, 0}, 1, -1);
    g_free(path);
    return n;
}

static test_step *alone(frit_dtype type, const char *split, size_t i)
{
    test_step *s = test_step_new("integrate");
    for (size_t k = 0; k < G_N_ELEMENTS(params); k++)
        test_step_set_number(s, params[k].name, params[k].number);
    test_step_set(s, "split", split);
    test_step_input(s, "frame", frame(type, i));
    test_step_input(s, "monitor", frit_dataset_number(monitor(i), "1"));
    return s;
}

static void test_series(void)
{
    static const struct {
        frit_dtype type;
        const char *split;
        guint threads;
    } setting[] = {{FRIT_U16, "full", 1}, {FRIT_F32, "full", 2}, {FRIT_U16, "no", 2}, {FRIT_F32, "no", 1}};
    for (size_t k = 0; k < G_N_ELEMENTS(setting); k++) {
        struct series s;
        GError *error = NULL;
        frit_tally tally;
        series_open(&s);
        frit_node *n = integrate(&s, setting[k].type, setting[k].split);
        frit_eval *e = frit_eval_new(s.graph, s.store, s.digests, setting[k].threads);
        frit_eval_run(e, &tally, &error);
        g_assert_no_error(error);
        for (size_t i = 0; i < FRAMES; i++) {
            test_step *one = alone(setting[k].type, setting[k].split, i);
            if (i == FAILS) {
                refused(one, "monitor reads 0");
                continue;
            }
            run(one);
            const frit_dataset *b = test_step_output(one, "intensity");
            frit_dataset *a = frit_eval_element(e, (frit_edge){n, 0}, i, &error);
            g_assert_no_error(error);
            g_assert_cmpmem(a->data, 60 * sizeof(double), b->data, 60 * sizeof(double));
            g_assert_cmpmem(a->sigma, 60 * sizeof(double), b->sigma, 60 * sizeof(double));
            frit_dataset_unref(a);
            test_step_free(one);
        }
        frit_eval_free(e);
        series_close(&s);
    }
}

int main(int argc, char **argv)
{
    test_init(&argc, &argv);
    g_test_add_func("/azimuthal/series", test_series);
    return g_test_run();
}
