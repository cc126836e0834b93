/* frit run -n: what would be computed, and why.  The graph is laid beside that of the recipe's last run
 * (run_record.h): what differs in a node is the reason; what follows from it names its line alone.
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "eval_private.h"

#include <stdio.h>
#include <string.h>

#include "run_record.h"

typedef struct why {
    frit_eval       *eval;
    frit_run_record *now, *last;    /* last NULL: there was none */
    int             *twin;          /* per node: its number in the last run, or -1 */
    GPtrArray      **own;           /* per node: what has changed in it, sentences; NULL: nothing */
    GPtrArray      **roots;         /* per node: the nodes above, or itself, in which something has changed */
    GPtrArray      **places;        /* the same for what changes the positions of its elements alone */
} why;

/* ---- Which node was which ---- */

static frit_run_node *node_at(const frit_run_record *r, guint k)
{
    return r->nodes->pdata[k];
}

/* A run that did not come to its end may not have read a file. */
static bool same_content(const char *a, const char *b)
{
    return !*a || !*b || g_str_equal(a, b);
}

static bool same_files(const GArray *a, const GArray *b, bool names)
{
    bool same = a->len == b->len;
    for (guint k = 0; same && k < a->len; k++) {
        const frit_pair *x = &g_array_index(a, frit_pair, k), *y = &g_array_index(b, frit_pair, k);
        same = same_content(x->value, y->value) && (!names || g_str_equal(x->name, y->name));
    }
    return same;
}

static bool same_pairs(const GArray *a, const GArray *b)
{
    bool same = a->len == b->len;
    for (guint k = 0; same && k < a->len; k++) {
        const frit_pair *x = &g_array_index(a, frit_pair, k), *y = &g_array_index(b, frit_pair, k);
        same = g_str_equal(x->value, y->value) && g_str_equal(x->name, y->name);
    }
    return same;
}

static bool same_inputs(const why *w, const frit_run_node *a, const frit_run_node *b)
{
    bool same = a->inputs->len == b->inputs->len;
    for (guint k = 0; same && k < a->inputs->len; k++) {
        const frit_run_input *x = &g_array_index(a->inputs, frit_run_input, k);
        const frit_run_input *y = &g_array_index(b->inputs, frit_run_input, k);
        same = x->port == y->port && x->output == y->output && w->twin[x->node] == (int)y->node;
    }
    return same;
}

/* How much two nodes of one step have in common; lines are edited, so that the place counts least. */
enum { INPUTS = 8, FILES = 6, SETTINGS = 3, PLACE = 2 };

static int likeness(const why *w, const frit_run_node *a, const frit_run_node *b)
{
    return INPUTS * (a->inputs->len && same_inputs(w, a, b)) +
           FILES * (a->files->len && same_files(a->files, b->files, true)) +
           SETTINGS * same_pairs(a->settings, b->settings) + PLACE * g_str_equal(a->place, b->place);
}

static bool is_same(const why *w, const frit_run_node *a, const frit_run_node *b)
{
    return same_inputs(w, a, b) && same_files(a->files, b->files, true) &&
           same_pairs(a->settings, b->settings);
}

/* The node of the last run, not taken by another one, that has most in common with node k; -1: none.  In the
 * first pass those that are the same count alone, then those with the same parameters, then what is alike in
 * more than its place, or where a step's line still stands. */
static int most_alike(const why *w, guint k, int pass, const bool *taken)
{
    const frit_run_node *n = node_at(w->now, k);
    int best = -1, twin = -1;
    for (guint j = 0; j < w->last->nodes->len; j++) {
        const frit_run_node *old = node_at(w->last, j);
        if (taken[j] || !g_str_equal(n->step, old->step))
            continue;
        int alike = likeness(w, n, old);
        bool enough = pass == 0   ? is_same(w, n, old)
                      : pass == 1 ? same_pairs(n->settings, old->settings)
                                  : alike > (frit_is_sink(w->eval->graph->nodes->pdata[k]) ? PLACE : 0);
        if (!enough || alike <= best)
            continue;
        best = alike;
        twin = (int)j;
    }
    return twin;
}

static void find_twins(why *w)
{
    g_autofree bool *taken = g_new0(bool, w->last->nodes->len + 1);
    for (int pass = 0; pass < 3; pass++)
        for (guint k = 0; k < w->now->nodes->len; k++) {
            int twin = w->twin[k] < 0 ? most_alike(w, k, pass, taken) : -1;
            if (twin < 0)
                continue;
            w->twin[k] = twin;
            taken[twin] = true;
        }
}

/* ---- What has changed in a node ---- */

static void note(why *w, guint k, const char *fmt, ...) G_GNUC_PRINTF(3, 4);
static void note(why *w, guint k, const char *fmt, ...)
{
    va_list args;
    va_start(args, fmt);
    if (!w->own[k])
        w->own[k] = g_ptr_array_new_with_free_func(g_free);
    g_ptr_array_add(w->own[k], g_strdup_vprintf(fmt, args));
    va_end(args);
}

static const char *value_of(const GArray *pairs, const char *name)
{
    for (guint k = 0; k < pairs->len; k++)
        if (g_str_equal(g_array_index(pairs, frit_pair, k).name, name))
            return g_array_index(pairs, frit_pair, k).value;
    return NULL;
}

/* Paths from the recipe's folder on; of long ones the end, of other long texts the beginning. */
static char *shortened(const why *w, const char *text)
{
    enum { LONGEST = 40 };
    const char *folder = w->eval->graph->folder;
    size_t inside = strlen(folder);
    if (g_str_has_prefix(text, folder) && text[inside] == '/')
        text += inside + 1;
    glong n = g_utf8_strlen(text, -1);
    if (n <= LONGEST)
        return g_strdup(text);
    bool path = g_path_is_absolute(text);
    g_autofree char *part = path ? g_utf8_substring(text, n - LONGEST + 3, n)
                                 : g_utf8_substring(text, 0, LONGEST - 3);
    return g_strconcat(path ? "..." : "", part, path ? "" : "...", NULL);
}

static void compare_settings(why *w, guint k, const frit_run_node *n, const frit_run_node *old)
{
    for (guint s = 0; s < n->settings->len; s++) {
        const frit_pair *pair = &g_array_index(n->settings, frit_pair, s);
        const char *before = value_of(old->settings, pair->name);
        bool opaque = !*n->module && (g_str_equal(pair->name, "positions") || g_str_equal(pair->name, "values"));
        if (before && g_str_equal(before, pair->value))
            continue;
        g_autofree char *from = shortened(w, before ? before : ""), *to = shortened(w, pair->value);
        if (opaque)
            note(w, k, "its %s are others", pair->name);
        else if (before)
            note(w, k, "%s: %s -> %s", pair->name, from, to);
        else
            note(w, k, "%s = %s is new", pair->name, to);
    }
    for (guint s = 0; s < old->settings->len; s++) {
        const frit_pair *pair = &g_array_index(old->settings, frit_pair, s);
        g_autofree char *from = shortened(w, pair->value);
        if (!value_of(n->settings, pair->name))
            note(w, k, "%s = %s is gone", pair->name, from);
    }
}

/* "f_0002.tif", or "3 files (f_0002.tif, ...)" */
static char *some_files(const GPtrArray *names)
{
    g_autofree char *first = g_path_get_basename(names->pdata[0]);
    return names->len == 1 ? g_steal_pointer(&first) : g_strdup_printf("%u files (%s, ...)", names->len, first);
}

static void tell_files(why *w, guint k, const GPtrArray *names, const char *one, const char *many)
{
    if (!names->len)
        return;
    g_autofree char *files = some_files(names);
    note(w, k, "%s %s", files, names->len == 1 ? one : many);
}

static void compare_files(why *w, guint k, const frit_run_node *n, const frit_run_node *old)
{
    if (same_files(n->files, old->files, true))
        return;
    if (same_files(n->files, old->files, false)) {
        note(w, k, "its files have other names");
        return;
    }
    g_autoptr(GHashTable) before = g_hash_table_new(g_str_hash, g_str_equal);
    g_autoptr(GPtrArray) changed = g_ptr_array_new(), new = g_ptr_array_new(), gone = g_ptr_array_new();
    for (guint f = 0; f < old->files->len; f++) {
        const frit_pair *file = &g_array_index(old->files, frit_pair, f);
        g_hash_table_insert(before, file->name, file->value);
    }
    for (guint f = 0; f < n->files->len; f++) {
        const frit_pair *file = &g_array_index(n->files, frit_pair, f);
        const char *digest = g_hash_table_lookup(before, file->name);
        if (!digest)
            g_ptr_array_add(new, file->name);
        else if (!same_content(digest, file->value))
            g_ptr_array_add(changed, file->name);
        g_hash_table_remove(before, file->name);
    }
    for (guint f = 0; f < old->files->len; f++) {
        const frit_pair *file = &g_array_index(old->files, frit_pair, f);
        if (g_hash_table_contains(before, file->name))
            g_ptr_array_add(gone, file->name);
    }
    tell_files(w, k, changed, "has other content", "have other content");
    tell_files(w, k, new, "is new", "are new");
    tell_files(w, k, gone, "is gone", "are gone");
    if (!w->own[k])
        note(w, k, "its files come in another order");
}

static void compare_code(why *w, guint k, const frit_run_node *n, const frit_run_node *old)
{
    if (w->now->result_version != w->last->result_version)
        note(w, k, "Frit itself gives other bits since");
    if (n->version != old->version)
        note(w, k, "version of the step: %u -> %u", old->version, n->version);
    else if (!g_str_equal(n->module, old->module))
        note(w, k, "the step is another plugin's: %s, before %s", n->module, old->module);
    else if (!g_str_equal(n->code, old->code))
        note(w, k, "the plugin '%s' was built anew", n->module);
    if (n->mask_failures != old->mask_failures)
        note(w, k, "on_error: %s -> %s", old->mask_failures ? "mask" : "stop", n->mask_failures ? "mask" : "stop");
}

/* Other nodes at its inputs than before; that they themselves have changed is told at theirs. */
static void compare_inputs(why *w, guint k, const frit_run_node *n, const frit_run_node *old)
{
    if (same_inputs(w, n, old))
        return;
    for (guint i = 0; i < n->inputs->len; i++) {
        const frit_run_input *x = &g_array_index(n->inputs, frit_run_input, i);
        const frit_run_input *y = i < old->inputs->len ? &g_array_index(old->inputs, frit_run_input, i) : NULL;
        if (y && x->port == y->port && x->output == y->output && w->twin[x->node] == (int)y->node)
            continue;
        const frit_run_node *from = node_at(w->now, x->node);
        const frit_run_node *before = y && y->node < w->last->nodes->len ? node_at(w->last, y->node) : NULL;
        if (before)
            note(w, k, "its input is %s (%s), before %s", from->step, from->place, before->step);
        else
            note(w, k, "its input %s (%s) is new", from->step, from->place);
        return;
    }
    note(w, k, "it has fewer inputs");
}

/* ---- What follows from it ---- */

static void add_roots(GPtrArray *to, const GPtrArray *from)
{
    for (guint r = 0; r < from->len; r++)
        if (!g_ptr_array_find(to, from->pdata[r], NULL))
            g_ptr_array_add(to, from->pdata[r]);
}

/* Positions are seen by those that take a series as a whole, and by no others. */
static void inherit_roots(why *w, guint k)
{
    const frit_run_node *n = node_at(w->now, k);
    const frit_node *node = w->eval->graph->nodes->pdata[k];
    for (guint i = 0; i < n->inputs->len; i++) {
        const frit_run_input *in = &g_array_index(n->inputs, frit_run_input, i);
        bool positions = node->kind == FRIT_NODE_AXIS && in->port == 1;
        add_roots(positions ? w->places[k] : w->roots[k], w->roots[in->node]);
        add_roots(node->barrier ? w->roots[k] : w->places[k], w->places[in->node]);
    }
}

static void compare(why *w)
{
    guint n_nodes = w->now->nodes->len;
    for (guint k = 0; k < n_nodes; k++) {
        const frit_run_node *n = node_at(w->now, k), *old = w->twin[k] >= 0 ? node_at(w->last, (guint)w->twin[k]) : NULL;
        if (old) {
            compare_settings(w, k, n, old);
            compare_files(w, k, n, old);
            compare_code(w, k, n, old);
            compare_inputs(w, k, n, old);
        } else {
            note(w, k, "new in the recipe");
        }
        frit_node *node = w->eval->graph->nodes->pdata[k];
        w->roots[k] = g_ptr_array_new();
        w->places[k] = g_ptr_array_new();
        if (!w->own[k] || node->kind == FRIT_NODE_AXIS)
            inherit_roots(w, k);
        if (w->own[k])
            g_ptr_array_add(node->kind == FRIT_NODE_AXIS ? w->places[k] : w->roots[k], node);
    }
}

/* ---- Sentences ---- */

static char *join_own(const GPtrArray *own)
{
    enum { SHOWN = 3 };
    GString *s = g_string_new(NULL);
    for (guint k = 0; k < own->len && k < SHOWN; k++)
        g_string_append_printf(s, "%s%s", k ? "; " : "", (const char *)own->pdata[k]);
    if (own->len > SHOWN)
        g_string_append_printf(s, "; and %u more", own->len - SHOWN);
    return g_string_free(s, FALSE);
}

static char *name_roots(const GPtrArray *roots)
{
    const frit_node *first = roots->pdata[0];
    if (roots->len == 1)
        return g_strdup_printf("its input from %s (%s) changes", first->place, first->name);
    return g_strdup_printf("its inputs from %s (%s) and %u more change", first->place, first->name, roots->len - 1);
}

/* The first node that is to be computed and takes this one. */
static const frit_node *first_user(const why *w, const frit_node *n)
{
    for (guint k = n->id + 1; k < w->eval->graph->nodes->len; k++) {
        const frit_node *user = w->eval->graph->nodes->pdata[k];
        for (uint32_t p = 0; user->state->is_needed && p < user->n_ports; p++)
            for (guint e = 0; user->inputs[p] && e < user->inputs[p]->len; e++) {
                uint64_t element;
                if (frit_edge_resolve(g_array_index(user->inputs[p], frit_edge, e), 0, &element).node == n)
                    return user;
            }
    }
    return NULL;
}

static char *needed_by(const why *w, const frit_node *n, const char *state)
{
    const frit_node *user = first_user(w, n);
    return user ? g_strdup_printf("%s for %s (%s)", state, user->place, user->name) : g_strdup(state);
}

static char *some_missing(const frit_node *n, const char *of)
{
    return g_strdup_printf("%" G_GUINT64_FORMAT " of %" G_GUINT64_FORMAT " %s", n->state->n_need, n->count, of);
}

/* The same as in the last run, and yet to be computed. */
static char *unchanged(const why *w, frit_node *n)
{
    const frit_run_record *last = w->last;
    g_autofree char *site = g_strdup_printf("%s: %s: ", n->place, n->name);
    bool finished = last->end == FRIT_RUN_FINISHED || last->end == FRIT_RUN_PARTIAL;
    if (last->end == FRIT_RUN_FAILED && g_str_has_prefix(last->message, site))
        return g_strdup("failed in the last run");
    if (frit_is_sink(n)) {
        g_autofree char *gone = frit_sink_misses(w->eval, n);
        if (gone)
            return g_steal_pointer(&gone);
        bool lacks = last->end == FRIT_RUN_PARTIAL && n->mask_failures;
        return g_strdup(lacks ? "elements were left out in the last run" : "not written in the last run");
    }
    if (frit_reads_files(n))
        return needed_by(w, n, "to be read");
    if (n->barrier && n->mask_failures && frit_went_without(w->eval, n))
        return g_strdup("elements were missing in the last run: they are tried again");
    if (n->state->n_need < n->count && n->series)
        return some_missing(n, finished ? "are no longer in the store" : "were not finished");
    if (!n->demanded && !n->barrier)
        return needed_by(w, n, "not kept, made again");
    return g_strdup(finished ? "no longer in the store" : "not finished in the last run");
}

static char *reason(const why *w, frit_node *n)
{
    bool reads = frit_reads_files(n);
    if (!n->state->n_need && w->last && w->own[n->id] && !frit_is_sink(n)) {
        g_autofree char *changed = join_own(w->own[n->id]);   /* the reason of what follows */
        return g_strdup_printf("%s%s", changed, reads ? "" : "; in the store");
    }
    if (!n->state->n_need)
        return g_strdup(frit_is_sink(n) ? "files are up to date" : "not needed, or in the store");
    if (!w->last)
        return g_strdup(frit_is_sink(n) ? "to be written" : reads ? "to be read" : "not in the store");
    if (w->own[n->id])
        return join_own(w->own[n->id]);
    if (w->roots[n->id]->len)
        return name_roots(w->roots[n->id]);
    return unchanged(w, n);
}

/* ---- The table ---- */

/* What a run before this one, with another store or one that is empty now, left beside its files. */
static bool was_run_elsewhere(const frit_graph *g)
{
    g_autofree char *quoted = g_strescape(g->recipe, NULL);
    g_autofree char *sign = g_strdup_printf("\"recipe\" : \"%s\"", quoted);
    for (guint k = 0; k < g->nodes->len; k++) {
        const frit_node *n = g->nodes->pdata[k];
        for (uint32_t p = 0; frit_is_sink(n) && n->count && p < n->info->n_params; p++) {
            if (n->info->step.params[p].type != FRIT_TYPE_OUTPUT)
                continue;
            const void *field = (const char *)frit_params_struct(n->params) + n->info->step.params[p].offset;
            const char *file = *(const char *const *)field;
            g_auto(GStrv) parts = g_strsplit(file ? file : "", "{name}", -1);
            g_autofree char *element = frit_node_element_name(n, 0), *path = g_strjoinv(element, parts);
            g_autofree char *folder = g_path_get_dirname(path), *base = g_path_get_basename(path), *text = NULL;
            g_autofree char *record = g_strdup_printf("%s/.frit/%s.json", folder, base);
            if (g_file_get_contents(record, &text, NULL, NULL) && strstr(text, sign))
                return true;
        }
    }
    return false;
}

static void print_heading(const why *w)
{
    g_autofree char *base = g_path_get_basename(w->eval->graph->recipe);
    if (!w->last)
        printf(was_run_elsewhere(w->eval->graph)
               ? "%s has been run, but the store has nothing of it: it was emptied, or is another one\n"
               : "%s has not been run yet\n", base);
    else if (w->last->end == FRIT_RUN_BEGAN)
        printf("the last run of %s did not come to its end\n", base);
    else if (w->last->end == FRIT_RUN_FAILED)
        printf("the last run of %s failed: %s\n", base, w->last->message);
    else if (w->last->end == FRIT_RUN_PART)
        printf("of %s parts were run\n", base);
    else if (w->last->end == FRIT_RUN_PARTIAL)
        printf("the last run of %s went without some elements\n", base);
}

static void print_table(const why *w)
{
    printf("%-24s %-24s %10s %10s   why\n", "line", "step", "elements", "to compute");
    for (guint k = 0; k < w->eval->graph->nodes->len; k++) {
        frit_node *n = w->eval->graph->nodes->pdata[k];
        if (!(n->wanted || frit_is_sink(n)) || (!n->info && !(w->last && w->own[k])))
            continue;
        g_autofree char *because = n->info ? reason(w, n) : join_own(w->own[k]);
        g_autofree char *need = n->info ? g_strdup_printf("%" G_GUINT64_FORMAT, n->state->n_need) : g_strdup("-");
        printf("%-24s %-24s %10" G_GUINT64_FORMAT " %10s   %s\n", n->place, n->name, n->count, need, because);
    }
}

void frit_print_why(frit_eval *e)
{
    guint n = e->graph->nodes->len;
    why w = {.eval = e, .now = frit_run_record_of(e->graph, e->digests)};
    w.last = frit_run_record_load(e->store, e->graph);
    w.twin = g_new(int, n + 1);
    w.own = g_new0(GPtrArray *, n + 1);
    w.roots = g_new0(GPtrArray *, n + 1);
    w.places = g_new0(GPtrArray *, n + 1);
    for (guint k = 0; k < n; k++)
        w.twin[k] = -1;
    if (w.last) {
        find_twins(&w);
        compare(&w);
    }
    print_heading(&w);
    print_table(&w);
    for (guint k = 0; k < n; k++) {
        g_clear_pointer(&w.own[k], g_ptr_array_unref);
        g_clear_pointer(&w.roots[k], g_ptr_array_unref);
        g_clear_pointer(&w.places[k], g_ptr_array_unref);
    }
    g_free(w.twin);
    g_free(w.own);
    g_free(w.roots);
    g_free(w.places);
    frit_run_record_free(w.now);
    frit_run_record_free(w.last);
}
