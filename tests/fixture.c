/* The fixture of the core's tests.
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "fixture.h"

#include <glib/gstdio.h>
#include <string.h>

#include "disk.h"
#include "error.h"
#include "loader.h"

char *fixture_module(const char *name)
{
    const char *folder = g_getenv("TEST_MODULES");
    if (!folder)
        g_error("TEST_MODULES is not set: run this by make check");
    g_autofree char *file = g_strconcat(name, ".so", NULL);
    return g_build_filename(folder, file, NULL);
}

char *fixture_folder(void)
{
    GError *error = NULL;
    char *folder = g_dir_make_tmp("frit-fixture-XXXXXX", &error);
    g_assert_no_error(error);
    return folder;
}

void fixture_remove(char *folder)
{
    frit_remove(folder);
    g_free(folder);
}

/* ---- Making ---- */

static frit_graph *new_graph(fixture *b)
{
    g_autofree char *recipe = fixture_path(b, "test.lua");
    b->line = 0;
    return frit_graph_new(b->registry, recipe);
}

fixture *fixture_new(const char *modules)
{
    fixture *b = g_new0(fixture, 1);
    b->registry = frit_registry_new();
    b->folder = fixture_folder();
    b->digests = frit_digests_open(NULL);
    b->threads = 1;
    b->on_error = -1;
    g_auto(GStrv) names = g_strsplit(modules, " ", -1);
    for (char **name = names; *name; name++) {
        GError *error = NULL;
        g_autofree char *path = fixture_module(*name);
        frit_loader_open(b->registry, path, false, &error);
        g_assert_no_error(error);
    }
    b->graph = new_graph(b);
    g_autofree char *path = fixture_path(b, "witness");
    g_setenv("FRIT_TEST_WITNESS", path, TRUE);
    return b;
}

void fixture_free(fixture *b)
{
    frit_graph_free(b->graph);
    frit_registry_free(b->registry);
    frit_digests_close(b->digests);
    if (b->store)
        frit_store_close(b->store);
    fixture_remove(b->folder);
    g_free(b);
}

void fixture_open_store(fixture *b)
{
    GError *error = NULL;
    g_autofree char *folder = fixture_path(b, "store");
    if (b->store)
        frit_store_close(b->store);
    b->store = frit_store_open(folder, 0, &error);
    g_assert_no_error(error);
}

void fixture_again(fixture *b)
{
    frit_graph_free(b->graph);
    b->graph = new_graph(b);
}

/* ---- A line of a recipe ---- */

static GHashTable *parse_params(const char *text)
{
    GHashTable *given =
        g_hash_table_new_full(g_str_hash, g_str_equal, g_free, (GDestroyNotify)g_variant_unref);
    g_auto(GStrv) words = g_strsplit(text, " ", -1);
    for (char **word = words; *word && **word; word++) {
        char *value = strchr(*word, '='), *end;
        g_assert_nonnull(value);
        *value++ = '\0';
        double number = g_ascii_strtod(value, &end);
        bool truth = g_str_equal(value, "true") || g_str_equal(value, "false");
        GVariant *v = truth                    ? g_variant_new_boolean(*value == 't')
                      : *end == '\0' && *value ? g_variant_new_double(number)
                                               : g_variant_new_string(value);
        g_hash_table_insert(given, g_strdup(*word), g_variant_ref_sink(v));
    }
    return given;
}

static frit_node *add_step(fixture *b, const char *step, const char *params, va_list ports, GError **error)
{
    const frit_step_info *info = frit_registry_find(b->registry, step, error);
    if (!info)
        return NULL;
    g_autofree char *place = g_strdup_printf("test.lua:%d", ++b->line);
    g_autoptr(GHashTable) given = parse_params(params);
    GArray **inputs = g_new0(GArray *, info->n_inputs + 1);
    for (const char *port; (port = va_arg(ports, const char *));) {
        frit_edge edge = va_arg(ports, frit_edge);
        int p = frit_port_index(info->step.inputs, info->n_inputs, port);
        if (p < 0)
            g_error("%s has no input %s", step, port);
        if (!inputs[p])
            inputs[p] = g_array_new(FALSE, FALSE, sizeof(frit_edge));
        g_array_append_val(inputs[p], edge);
    }
    const frit_request r = {
        .info = info, .place = place, .given = given, .inputs = inputs, .mask_failures = b->on_error};
    frit_node *n = frit_graph_step(b->graph, &r, error);
    for (uint32_t p = 0; p < info->n_inputs; p++)
        if (inputs[p])
            g_array_unref(inputs[p]);
    g_free(inputs);
    return n;
}

frit_edge fixture_step(fixture *b, const char *step, const char *params, ...)
{
    va_list ports;
    va_start(ports, params);
    GError *error = NULL;
    frit_node *n = add_step(b, step, params, ports, &error);
    va_end(ports);
    g_assert_no_error(error);
    g_assert_nonnull(n);
    return (frit_edge){n, 0};
}

char *fixture_refusal(fixture *b, const char *step, const char *params, ...)
{
    va_list ports;
    va_start(ports, params);
    g_autoptr(GError) error = NULL;
    frit_node *n = add_step(b, step, params, ports, &error);
    va_end(ports);
    g_assert_null(n);
    g_assert_nonnull(error);
    return g_strdup(error->message);
}

frit_edge fixture_output(frit_edge edge, const char *output)
{
    int o = frit_port_index(edge.node->info->step.outputs, edge.node->n_outputs, output);
    g_assert_cmpint(o, >=, 0);
    return (frit_edge){edge.node, (uint32_t)o};
}

frit_edge fixture_constant(fixture *b, frit_dataset *d)
{
    g_autofree char *place = g_strdup_printf("test.lua:%d", ++b->line);
    frit_edge edge = {frit_graph_constant(b->graph, place, d), 0};
    frit_dataset_unref(d);
    return edge;
}

frit_edge fixture_number(fixture *b, double value, const char *unit)
{
    return fixture_constant(b, frit_dataset_number(value, unit));
}

/* ---- Evaluation ---- */

static frit_dataset *element(fixture *b, frit_edge edge, uint64_t i, GError **error)
{
    frit_eval *e = frit_eval_new(b->graph, b->store, b->digests, b->threads);
    frit_dataset *d = frit_eval_element(e, edge, i, error);
    frit_eval_free(e);
    return d;
}

frit_dataset *fixture_dataset(fixture *b, frit_edge edge, uint64_t i)
{
    GError *error = NULL;
    frit_dataset *d = element(b, edge, i, &error);
    g_assert_no_error(error);
    g_assert_nonnull(d);
    return d;
}

double fixture_value(fixture *b, frit_edge edge, uint64_t i)
{
    g_autoptr(frit_dataset) d = fixture_dataset(b, edge, i);
    g_assert_cmpuint(d->ndim, ==, 0);
    return *frit_dataset_values(d);
}

char *fixture_failure(fixture *b, frit_edge edge, uint64_t i, frit_status code)
{
    g_autoptr(GError) error = NULL;
    g_assert_null(element(b, edge, i, &error));
    g_assert_error(error, FRIT_ERROR, (gint)code);
    return g_strdup(error->message);
}

static bool run(fixture *b, GError **error)
{
    frit_eval *e = frit_eval_new(b->graph, b->store, b->digests, b->threads);
    bool good = frit_eval_run(e, &b->tally, error);
    frit_eval_free(e);
    return good;
}

void fixture_run(fixture *b)
{
    GError *error = NULL;
    bool good = run(b, &error);
    g_assert_no_error(error);
    g_assert_true(good);
}

char *fixture_run_failure(fixture *b, frit_status code)
{
    g_autoptr(GError) error = NULL;
    g_assert_false(run(b, &error));
    g_assert_error(error, FRIT_ERROR, (gint)code);
    return g_strdup(error->message);
}

/* ---- Files ---- */

char *fixture_path(fixture *b, const char *name)
{
    return g_build_filename(b->folder, name, NULL);
}

char *fixture_file(fixture *b, const char *name, const void *data, size_t n)
{
    GError *error = NULL;
    char *path = fixture_path(b, name);
    g_file_set_contents(path, data, (gssize)n, &error);
    g_assert_no_error(error);
    return path;
}

char *fixture_read(fixture *b, const char *name)
{
    g_autofree char *path = fixture_path(b, name);
    char *text = NULL;
    g_file_get_contents(path, &text, NULL, NULL);
    return text;
}

guint fixture_witness(fixture *b, const char *prefix)
{
    g_autofree char *text = fixture_read(b, "witness");
    g_auto(GStrv) lines = g_strsplit(text ? text : "", "\n", -1);
    guint n = 0;
    for (char **line = lines; *line; line++)
        n += g_str_has_prefix(*line, prefix) && **line;
    return n;
}

void fixture_forget(fixture *b)
{
    g_autofree char *path = fixture_path(b, "witness");
    g_unlink(path);
}
