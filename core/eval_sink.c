/* Sinks: run, put their files into place, remember what was written from what.
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "eval_private.h"

#include "error.h"
#include "progress.h"
#include "provenance.h"

static bool sink_key(frit_eval *e, frit_node *n, frit_key *key)
{
    frit_hash *h = frit_hash_new();
    frit_hash_text(h, "sink");
    bool known = true;
    for (uint64_t i = 0; known && i < n->count; i++) {
        frit_key element;
        known = frit_node_key(n, i, e->digests, &element, NULL);
        frit_hash_key(h, &element);
    }
    *key = frit_hash_end(h);
    return known;
}

bool frit_sink_current(frit_eval *e, frit_node *n)
{
    frit_key key;
    g_autofree char *receipt = e->store && sink_key(e, n, &key) ? frit_store_note(e->store, &key) : NULL;
    if (!receipt || !*receipt || !frit_receipt_stands(receipt))
        return false;
    g_auto(GStrv) paths = frit_receipt_paths(receipt);
    e->tally.up_to_date += g_strv_length(paths);
    return true;
}

char *frit_sink_misses(frit_eval *e, frit_node *n)
{
    frit_key key;
    g_autofree char *receipt = e->store && sink_key(e, n, &key) ? frit_store_note(e->store, &key) : NULL;
    g_auto(GStrv) paths = frit_receipt_paths(receipt);
    g_auto(GStrv) lines = g_strsplit(receipt ? receipt : "", "\n", -1);
    guint k = 0, n_paths = paths ? g_strv_length(paths) : 0, gone = 0, changed = 0;
    const char *first = NULL;
    for (char **line = lines; *line && k < n_paths; line++) {
        if (!**line)
            continue;
        const char *path = paths[k++];
        g_autofree char *one = g_strconcat(*line, "\n", NULL);
        if (frit_receipt_stands(one))
            continue;
        first = first ? first : path;
        if (g_file_test(path, G_FILE_TEST_EXISTS))
            changed++;
        else
            gone++;
    }
    if (!first)
        return NULL;
    g_autofree char *base = g_path_get_basename(first);
    if (gone + changed == 1)
        return g_strdup_printf("%s %s", base, gone ? "is gone" : "is not as it was written");
    return g_strdup_printf("%u files (%s, ...) are gone or not as they were written", gone + changed, base);
}

static void warn(const char *sentence, gpointer node)
{
    const frit_node *n = node;
    frit_warn("%s: %s: %s", n->place, n->name, sentence);
}

/* No file is written twice in one run: by two elements of one name, or by two lines of the recipe. */
static bool claim(frit_eval *e, const frit_node *n, const frit_outputs *files, GError **error)
{
    const char *path;
    for (guint k = 0; (path = frit_outputs_wanted(files, k)); k++) {
        const char *before = g_hash_table_lookup(e->written, path);
        if (before) {
            g_set_error(error, FRIT_ERROR, FRIT_EPARAM, before == n->place
                        ? "%s was just written for another element of this name (%s): give the series files of "
                          "different names, or write them to different folders"
                        : "%s was just written by %s: choose another name for one of them", path, before);
            return false;
        }
        g_hash_table_insert(e->written, g_strdup(path), n->place);
    }
    return true;
}

static bool write_element(frit_eval *e, frit_node *n, uint64_t i, const char *provenance, GString *receipt,
                          GError **error)
{
    frit_outputs *files = NULL;
    frit_result *r = frit_run_barrier(e, n, i, &files);
    bool went = r != NULL;
    frit_result_unref(r);
    if (!files)
        return went;   /* a missing element writes nothing; a stopped run has said why */
    GError *why = NULL;
    if (claim(e, n, files, &why) && frit_outputs_commit(files, provenance, warn, n, &why)) {
        g_autofree char *lines = frit_outputs_receipt(files);
        g_auto(GStrv) paths = frit_receipt_paths(lines);
        e->tally.written += g_strv_length(paths);
        g_string_append(receipt, lines);
    } else {
        g_autofree char *element = frit_node_element_text(n, i);
        frit_error_prefix(&why, n->place, n->name, element);
        g_propagate_error(error, why);
        went = false;
    }
    frit_outputs_free(files);
    return went;
}

bool frit_sink_run(frit_eval *e, frit_node *n, GError **error)
{
    g_autoptr(GPtrArray) nodes = frit_node_ancestry(n);
    for (guint k = 0; k < nodes->len; k++)
        frit_digest_files(e, nodes->pdata[k]);
    g_autofree char *provenance = frit_provenance(e->graph, n, e->digests);
    g_autoptr(GString) receipt = g_string_new(NULL);
    frit_progress_begin(n->name, n->count);
    bool good = true;
    for (uint64_t i = 0; good && i < n->count && !frit_eval_stopped(e); i++) {
        good = write_element(e, n, i, provenance, receipt, error);
        frit_progress_advance(i + 1);
    }
    frit_progress_end();
    /* With elements missing it is never up to date: the next run shall say so again. */
    frit_key key;
    if (good && !frit_eval_stopped(e) && !g_hash_table_size(e->missing) && e->store && sink_key(e, n, &key))
        frit_store_set_note(e->store, &key, receipt->str, NULL);   /* lost: written again next time */
    return good;
}
