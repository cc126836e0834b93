/* One step, run as a recipe would.
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "step.h"

#include <glib/gstdio.h>
#include <unistd.h>

#include "eval.h"
#include "graph.h"
#include "loader.h"

static frit_registry *registry;
static char *scratch;

struct test_step {
    const frit_step_info *info;
    frit_graph   *graph;
    frit_digests *digests;
    GHashTable   *given;
    GArray      **inputs;
    frit_dataset **outputs;
};

static void remove_tree(const char *path)
{
    GDir *dir = g_file_test(path, G_FILE_TEST_IS_SYMLINK) ? NULL : g_dir_open(path, 0, NULL);
    const char *name;
    while (dir && (name = g_dir_read_name(dir))) {
        g_autofree char *child = g_build_filename(path, name, NULL);
        remove_tree(child);
    }
    if (dir)
        g_dir_close(dir);
    g_remove(path);
}

static void at_end(void)
{
    if (scratch)
        remove_tree(scratch);
    g_free(scratch);
    frit_registry_free(registry);
}

void test_init(int *argc, char ***argv)
{
    tap_init(argc, argv);
    registry = frit_registry_new();
    frit_loader_scan(registry);
    atexit(at_end);
    g_autofree char *store = test_folder();   /* nothing of an earlier run is found */
    g_setenv("FRIT_STORE", store, TRUE);
}

test_step *test_step_new(const char *name)
{
    GError *error = NULL;
    test_step *s = g_new0(test_step, 1);
    s->info = frit_registry_find(registry, name, &error);
    g_assert_no_error(error);
    s->graph = frit_graph_new(registry, "test.lua");
    s->digests = frit_digests_open(NULL);
    s->given = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, (GDestroyNotify)g_variant_unref);
    s->inputs = g_new0(GArray *, s->info->n_inputs + 1);
    s->outputs = g_new0(frit_dataset *, s->info->n_outputs + 1);
    return s;
}

static void give(test_step *s, const char *param, GVariant *value)
{
    g_hash_table_insert(s->given, g_strdup(param), g_variant_ref_sink(value));
}

void test_step_set(test_step *s, const char *param, const char *value)
{
    give(s, param, g_variant_new_string(value));
}

void test_step_set_number(test_step *s, const char *param, double value)
{
    give(s, param, g_variant_new_double(value));
}

void test_step_set_bool(test_step *s, const char *param, bool value)
{
    give(s, param, g_variant_new_boolean(value));
}

void test_step_set_list(test_step *s, const char *param, const double *value, size_t n)
{
    GVariantBuilder list;
    g_variant_builder_init(&list, G_VARIANT_TYPE("av"));
    for (size_t i = 0; i < n; i++)
        g_variant_builder_add(&list, "v", g_variant_new_double(value[i]));
    give(s, param, g_variant_builder_end(&list));
}

static GArray *edges_of(test_step *s, const char *port)
{
    int p = frit_port_index(s->info->step.inputs, s->info->n_inputs, port);
    if (p < 0)
        g_error("step %s has no input %s", s->info->step.name, port);
    if (!s->inputs[p])
        s->inputs[p] = g_array_new(FALSE, FALSE, sizeof(frit_edge));
    return s->inputs[p];
}

void test_step_input(test_step *s, const char *port, frit_dataset *d)
{
    g_assert_nonnull(d);
    frit_edge edge = {frit_graph_constant(s->graph, "test.lua:1", d), 0};
    frit_dataset_unref(d);
    g_array_append_val(edges_of(s, port), edge);
}

void test_step_series(test_step *s, const char *port, frit_dataset **d, size_t n)
{
    g_autofree frit_edge *parts = g_new0(frit_edge, n);
    for (size_t i = 0; i < n; i++) {
        parts[i].node = frit_graph_constant(s->graph, "test.lua:1", d[i]);
        frit_dataset_unref(d[i]);
    }
    GError *error = NULL;
    frit_edge edge = {frit_graph_concat(s->graph, "test.lua:1", parts, (guint)n, &error), 0};
    g_assert_no_error(error);
    g_array_append_val(edges_of(s, port), edge);
}

/* A step with outputs: each is evaluated.  A sink writes its files. */
static bool evaluate(test_step *s, frit_node *n, GError **error)
{
    for (uint32_t o = 0; o < n->n_outputs; o++)   /* all wanted from the first run on */
        n->wanted |= 1ull << o;
    frit_eval *e = frit_eval_new(s->graph, NULL, s->digests, 1);
    bool good = true;
    if (n->n_outputs == 0) {
        frit_tally tally;
        good = frit_eval_run(e, &tally, error);
    }
    for (uint32_t o = 0; good && o < n->n_outputs; o++) {
        s->outputs[o] = frit_eval_element(e, (frit_edge){n, o}, 0, error);
        good = s->outputs[o] != NULL;
    }
    frit_eval_free(e);
    return good;
}

bool test_step_run(test_step *s, GError **error)
{
    for (uint32_t o = 0; o < s->info->n_outputs; o++)
        g_clear_pointer(&s->outputs[o], frit_dataset_unref);
    frit_request r = {.info = s->info, .place = "test.lua:2", .given = s->given, .inputs = s->inputs,
                      .mask_failures = -1};
    frit_node *n = frit_graph_step(s->graph, &r, error);
    return n && evaluate(s, n, error);
}

const frit_dataset *test_step_output(test_step *s, const char *port)
{
    int o = frit_port_index(s->info->step.outputs, s->info->n_outputs, port);
    if (o < 0)
        g_error("step %s has no output %s", s->info->step.name, port);
    return s->outputs[o];
}

void test_step_free(test_step *s)
{
    for (uint32_t o = 0; o < s->info->n_outputs; o++)
        frit_dataset_unref(s->outputs[o]);
    for (uint32_t p = 0; p < s->info->n_inputs; p++)
        if (s->inputs[p])
            g_array_unref(s->inputs[p]);
    g_free(s->outputs);
    g_free(s->inputs);
    g_hash_table_unref(s->given);
    frit_graph_free(s->graph);
    frit_digests_close(s->digests);
    g_free(s);
}

char *test_step_failure(test_step *s)
{
    GError *error = NULL;
    g_assert_false(test_step_run(s, &error));
    g_assert_nonnull(error);
    char *sentence = g_strdup(error->message);
    g_error_free(error);
    return sentence;
}

const char *test_data(const char *path)
{
    const char *folder = g_getenv("FRIT_TEST_DATA");
    if (!folder || !*folder) {
        g_test_skip("FRIT_TEST_DATA is not set");
        return NULL;
    }
    char *full = g_build_filename(folder, path, NULL);
    const char *kept = g_intern_string(full);
    g_free(full);
    if (g_file_test(kept, G_FILE_TEST_EXISTS))
        return kept;
    g_test_skip(kept);
    return NULL;
}

char *test_file(const char *path)
{
    return g_build_filename(TEST_SOURCE, path, NULL);
}

char *test_folder(void)
{
    if (!scratch)
        scratch = g_dir_make_tmp("frit-test-XXXXXX", NULL);
    static gint n;
    g_autofree char *name = g_strdup_printf("%d", g_atomic_int_add(&n, 1));
    char *folder = g_build_filename(scratch, name, NULL);
    g_mkdir(folder, 0777);
    return folder;
}
