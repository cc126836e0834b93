/* frit run: build a recipe's graph and evaluate it.
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <glib.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "command.h"
#include "crash.h"
#include "error.h"
#include "eval.h"
#include "loader.h"
#include "progress.h"
#include "script.h"

typedef struct run_options {
    int    threads;
    gboolean foretell;
    char  *share;               /* "2/3" */
    guint  part, n_parts;       /* of it */
    char **set;
    char  *progress;
    char **recipes;
} run_options;

void frit_split_jobs(int argc, char **argv)
{
    for (int i = 1; i < argc; i++)
        if (g_str_has_prefix(argv[i], "-j") && g_ascii_isdigit(argv[i][2]))
            argv[i] = g_strdup_printf("--jobs=%s", argv[i] + 2);   /* lives as long as the program */
}

static bool parse_part(run_options *o, GError **error)
{
    enum { MOST = 1000000 };
    g_auto(GStrv) words = g_strsplit(o->share, "/", -1);
    guint64 part = 0, n = 0;
    bool numbers = g_strv_length(words) == 2 && g_ascii_string_to_unsigned(words[0], 10, 0, G_MAXUINT32, &part, NULL) &&
                   g_ascii_string_to_unsigned(words[1], 10, 0, G_MAXUINT32, &n, NULL);
    o->part = (guint)part;
    o->n_parts = (guint)n;
    if (!numbers)
        g_set_error(error, FRIT_ERROR, FRIT_EPARAM, "--part %s: K/N is wanted, part K of N, as in --part 2/3", o->share);
    else if (n < 1 || n > MOST)
        g_set_error(error, FRIT_ERROR, FRIT_EPARAM, "--part %s: there may be 1 to %d parts, not %u", o->share, MOST, o->n_parts);
    else if (part < 1 || part > n)
        g_set_error(error, FRIT_ERROR, FRIT_EPARAM, "--part %s: there is no part %u: they are 1 to %u", o->share, o->part,
                    o->n_parts);
    else
        return true;
    return false;
}

static bool parse_options(int argc, char **argv, run_options *o, GError **error)
{
    frit_split_jobs(argc, argv);
    const GOptionEntry entries[] = {
        {"jobs", 'j', 0, G_OPTION_ARG_INT, &o->threads, "Threads (default: FRIT_THREADS, else as many as processors)", "N"},
        {"dry-run", 'n', 0, G_OPTION_ARG_NONE, &o->foretell, "Say what would be computed and why; compute nothing", NULL},
        {"set", 0, 0, G_OPTION_ARG_STRING_ARRAY, &o->set, "Give a setting of the recipe a value; again for more", "NAME=VALUE"},
        {"part", 0, 0, G_OPTION_ARG_STRING, &o->share, "Compute part K of N alone, and keep it for a run without --part", "K/N"},
        {"progress", 0, 0, G_OPTION_ARG_STRING, &o->progress, "auto, plain, json or none", "STYLE"},
        {G_OPTION_REMAINING, 0, 0, G_OPTION_ARG_FILENAME_ARRAY, &o->recipes, NULL, "RECIPE"},
        G_OPTION_ENTRY_NULL};
    g_autoptr(GOptionContext) context = g_option_context_new(NULL);
    g_option_context_set_summary(context, "Run a recipe: compute what its figures and files need, and write them.");
    g_option_context_set_description(
        context, "Results are kept in FRIT_STORE (default: ~/.cache/frit), so that a second run computes only what\n"
                 "has changed.  Exit status: 0 done; 1 error; 2 wrong usage; 3 done, but elements are missing.\n");
    g_option_context_add_main_entries(context, entries, NULL);
    if (!g_option_context_parse(context, &argc, &argv, error))
        return false;
    if (o->threads < 0) {
        g_set_error(error, FRIT_ERROR, FRIT_EPARAM, "-j %d: a number of threads is wanted, 1 or more", o->threads);
        return false;
    }
    if (o->share && !parse_part(o, error))
        return false;
    if (o->share && o->foretell) {
        g_set_error(error, FRIT_ERROR, FRIT_EPARAM, "-n tells of the whole recipe: leave out --part");
        return false;
    }
    if (o->recipes && o->recipes[0] && !o->recipes[1])
        return true;
    g_set_error(error, FRIT_ERROR, FRIT_EPARAM, o->recipes ? "one recipe at a time" : "which recipe? frit run RECIPE.lua");
    return false;
}

static bool parse_settings(char **set, GHashTable *settings, GError **error)
{
    for (; set && *set; set++) {
        char *equals = strchr(*set, '=');
        if (!equals || equals == *set) {
            g_set_error(error, FRIT_ERROR, FRIT_EPARAM, "--set %s: NAME=VALUE is wanted", *set);
            return false;
        }
        g_hash_table_insert(settings, g_strndup(*set, (gsize)(equals - *set)), g_strdup(equals + 1));
    }
    return true;
}

static bool parse_style(const char *text, frit_progress_style *style, GError **error)
{
    static const char *const names[] = {"auto", "plain", "json", "none"};
    *style = FRIT_PROGRESS_AUTO;
    for (unsigned i = 0; text && i < G_N_ELEMENTS(names); i++)
        if (g_str_equal(text, names[i])) {
            *style = (frit_progress_style)i;
            return true;
        }
    if (text)
        g_set_error(error, FRIT_ERROR, FRIT_EPARAM, "--progress %s: auto, plain, json or none is wanted", text);
    return !text;
}

static guint thread_count(int asked)
{
    const char *given = g_getenv("FRIT_THREADS");
    int n = asked > 0 ? asked : given ? atoi(given) : 0;
    return n > 0 ? (guint)MIN(n, 1024) : 0;
}

static char *store_folder(void)
{
    const char *given = g_getenv("FRIT_STORE");
    return given && *given ? g_canonicalize_filename(given, NULL)
                           : g_build_filename(g_get_user_cache_dir(), "frit", NULL);
}

/* The first Ctrl-C asks the run to end in good order, the second ends it at once. */
static void on_interrupt(int signal)
{
    static volatile sig_atomic_t asked;
    if (asked)
        _exit(128 + signal);
    asked = 1;
    frit_eval_cancel();
}

static void catch_signals(void)
{
    struct sigaction action = {.sa_handler = on_interrupt, .sa_flags = SA_RESTART};
    sigaction(SIGINT, &action, NULL);
    sigaction(SIGTERM, &action, NULL);
    signal(SIGPIPE, SIG_IGN);
    signal(SIGXFSZ, SIG_IGN);   /* a file that may not grow is an error of write(), like a full disk */
    frit_crash_start();
}

static const char *plural(uint64_t n)
{
    return n == 1 ? "" : "s";
}

/* What a part did, and what it left. */
static void report_part(const run_options *o, const frit_tally *t)
{
    g_autoptr(GString) left = g_string_new(NULL);
    if (t->left_to_others)
        g_string_append_printf(left, "%" G_GUINT64_FORMAT " element%s to the other parts", t->left_to_others,
                               plural(t->left_to_others));
    if (t->waiting_barriers)
        g_string_append_printf(left, "%s%u reduction%s", left->len ? "; " : "", t->waiting_barriers,
                               plural(t->waiting_barriers));
    if (t->waiting_sinks)
        g_string_append_printf(left, "%s%u line%s with files to write",
                               t->waiting_barriers ? " and " : left->len ? "; " : "", t->waiting_sinks,
                               plural(t->waiting_sinks));
    if (t->waiting_barriers || t->waiting_sinks)
        g_string_append(left, " to a run without --part");
    frit_say("part %u of %u: %" G_GUINT64_FORMAT " element%s computed; left: %s", o->part, o->n_parts, t->computed,
             plural(t->computed), left->len ? left->str : "nothing");
    if (t->missing)
        frit_say("%" G_GUINT64_FORMAT " element%s left out, see above", t->missing, t->missing == 1 ? " was" : "s were");
}

static void report(const run_options *o, const frit_tally *t)
{
    if (o->n_parts) {
        report_part(o, t);
        return;
    }
    if (t->written)
        frit_say("%" G_GUINT64_FORMAT " element%s computed, %u file%s written%s", t->computed,
                 t->computed == 1 ? "" : "s", t->written, t->written == 1 ? "" : "s", t->up_to_date ? ", the others are up to date" : "");
    else if (t->up_to_date)
        frit_say("nothing to compute: %u file%s up to date", t->up_to_date, t->up_to_date == 1 ? " is" : "s are");
    else
        frit_say("nothing to do: the recipe writes no figure, table or file");
    if (t->missing)
        frit_say("%" G_GUINT64_FORMAT " element%s left out, see above", t->missing, t->missing == 1 ? " was" : "s were");
}

static int evaluate(frit_graph *g, const run_options *o)
{
    g_autofree char *folder = store_folder();
    g_autofree char *memo = g_build_filename(folder, "digests", NULL);
    g_autoptr(GError) error = NULL;
    /* A stage goes through a series from its beginning: of one longer than the memory nothing would be found again. */
    frit_store *store = frit_store_open(folder, 8u << 20, &error);
    if (!store && o->n_parts) {
        frit_complain("a part of a run keeps its results for the others, and there is nowhere to: %s", error->message);
        return FRIT_EXIT_ERROR;
    }
    if (!store)
        frit_warn("results are not kept for the next run: %s", error->message);
    g_clear_error(&error);
    frit_digests *digests = frit_digests_open(store ? memo : NULL);
    frit_eval *e = frit_eval_new(g, store, digests, thread_count(o->threads));
    if (o->n_parts)
        frit_eval_set_part(e, o->part, o->n_parts);
    frit_tally tally = {0};
    bool good = o->foretell ? frit_eval_foretell(e, &error) : frit_eval_run(e, &tally, &error);
    if (!good)
        frit_complain("%s", error->message);
    else if (!o->foretell)
        report(o, &tally);
    frit_eval_free(e);
    frit_digests_close(digests);
    frit_store_close(store);
    return !good ? FRIT_EXIT_ERROR : tally.missing ? FRIT_EXIT_PARTIAL : 0;
}

static int run_recipe(const run_options *o, GHashTable *settings)
{
    frit_registry *registry = frit_registry_new();
    frit_loader_scan(registry);
    frit_graph *g = frit_graph_new(registry, o->recipes[0]);
    g_autoptr(GError) error = NULL;
    int status = FRIT_EXIT_ERROR;
    if (frit_script_run(g, settings, &error))
        status = evaluate(g, o);
    else
        frit_complain("%s", error->message);
    frit_graph_free(g);
    frit_registry_free(registry);
    return status;
}

int frit_cmd_run(int argc, char **argv)
{
    run_options o = {0};
    g_autoptr(GError) error = NULL;
    frit_progress_style style;
    g_autoptr(GHashTable) settings = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
    int status = FRIT_EXIT_USAGE;
    if (parse_options(argc, argv, &o, &error) && parse_settings(o.set, settings, &error) &&
        parse_style(o.progress, &style, &error)) {
        frit_progress_start(style);
        catch_signals();
        status = run_recipe(&o, settings);
    } else {
        frit_complain("%s", error->message);
    }
    frit_progress_stop();
    g_strfreev(o.set);
    g_strfreev(o.recipes);
    g_free(o.progress);
    g_free(o.share);
    return status;
}
