/* frit simulate: a packaged experiment, computed instead of measured, as raw files in a folder.
 *
 * An experiment is a recipe in scripts/simulate; it runs as any other, with the settings that the options
 * stand for. What it keeps lies in the folder, so that a run that was interrupted goes on, and goes when all
 * is written.
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <errno.h>
#include <glib.h>
#include <glib/gstdio.h>
#include <string.h>

#include "command.h"
#include "error.h"
#include "loader.h"
#include "progress.h"
#include "text.h"

typedef struct simulate_options {
    int    threads, frames, size;
    gint64 seed;
    char  *noise, *samples, *progress;
    char **set, **arguments;
} simulate_options;

enum { NOT_GIVEN = -1 };   /* the experiment's own; some have no frames */

static bool refuse(GError **error, const char *fmt, ...) G_GNUC_PRINTF(2, 3);
static bool refuse(GError **error, const char *fmt, ...)
{
    va_list args;
    va_start(args, fmt);
    g_autofree char *sentence = g_strdup_vprintf(fmt, args);
    va_end(args);
    g_set_error_literal(error, FRIT_ERROR, FRIT_EPARAM, sentence);
    return false;
}

/* ---- What was asked for ---- */

static int by_name(gconstpointer a, gconstpointer b)
{
    return frit_natural_compare(*(const char *const *)a, *(const char *const *)b);
}

/* Names of the experiments, NULL-terminated. */
static GPtrArray *experiments(const char *folder)
{
    GPtrArray *names = g_ptr_array_new_with_free_func(g_free);
    GDir *dir = g_dir_open(folder, 0, NULL);
    for (const char *name; dir && (name = g_dir_read_name(dir));)
        if (g_str_has_suffix(name, ".lua"))
            g_ptr_array_add(names, g_strndup(name, strlen(name) - 4));
    if (dir)
        g_dir_close(dir);
    g_ptr_array_sort(names, by_name);
    g_ptr_array_add(names, NULL);
    return names;
}

/* The recipe of the experiment; NULL with a sentence. */
static char *find_recipe(const char *name, GError **error)
{
    g_autofree char *scripts = frit_script_folder(), *folder = g_build_filename(scripts, "simulate", NULL);
    g_autoptr(GPtrArray) names = experiments(folder);
    const char *const *known = (const char *const *)names->pdata;
    if (g_strv_contains(known, name)) {
        g_autofree char *file = g_strconcat(name, ".lua", NULL);
        return g_build_filename(folder, file, NULL);
    }
    const char *near = frit_nearest(name, known);
    g_autofree char *list = g_strjoinv(", ", (char **)names->pdata);
    if (near)
        refuse(error, "there is no experiment '%s': did you mean '%s'?", name, near);
    else if (*list)
        refuse(error, "there is no experiment '%s': there are %s", name, list);
    else
        refuse(error, "there is no experiment '%s', nor any other in %s", name, folder);
    return NULL;
}

static bool check_numbers(const simulate_options *o, GError **error)
{
    if (o->frames < NOT_GIVEN)
        return refuse(error, "--frames %d: the number of frames of each sample is wanted, or 0 for all",
                      o->frames);
    if (o->size != NOT_GIVEN && (o->size < 16 || o->size > 4096))
        return refuse(error, "--size %d: the frames have 16 to 4096 pixels to a side", o->size);
    if (o->seed < 0 || o->seed > 4294967295)
        return refuse(error, "--seed %" G_GINT64_FORMAT ": a whole number from 0 to 4294967295 is wanted",
                      o->seed);
    if (o->threads < 0)
        return refuse(error, "-j %d: a number of threads is wanted, 1 or more", o->threads);
    if (strcmp(o->noise, "on") && strcmp(o->noise, "off"))
        return refuse(error, "--noise %s: on or off is wanted", o->noise);
    return true;
}

static bool parse_options(int argc, char **argv, simulate_options *o, GError **error)
{
    frit_split_jobs(argc, argv);
    const GOptionEntry entries[] = {
        { "frames", 0, 0, G_OPTION_ARG_INT, &o->frames,
          "Frames of each sample, spread over the run "
          "(default: all)",
          "N" },
        { "size", 0, 0, G_OPTION_ARG_INT, &o->size, "Pixels to a side (default: 512)", "PIXELS" },
        { "seed", 0, 0, G_OPTION_ARG_INT64, &o->seed, "Of all that is random (default: 1)", "N" },
        { "noise", 0, 0, G_OPTION_ARG_STRING, &o->noise, "on or off (default: on)", "on|off" },
        { "samples", 0, 0, G_OPTION_ARG_STRING, &o->samples, "Which of them (default: all)", "A,B" },
        { "set", 0, 0, G_OPTION_ARG_STRING_ARRAY, &o->set,
          "Another setting of the experiment; again for more", "NAME=VALUE" },
        { "jobs", 'j', 0, G_OPTION_ARG_INT, &o->threads,
          "Threads (default: FRIT_THREADS, else as many as "
          "processors)",
          "N" },
        { "progress", 0, 0, G_OPTION_ARG_STRING, &o->progress, "auto, plain, json or none", "STYLE" },
        { G_OPTION_REMAINING, 0, 0, G_OPTION_ARG_FILENAME_ARRAY, &o->arguments, NULL, "EXPERIMENT FOLDER" },
        G_OPTION_ENTRY_NULL
    };
    g_autofree char *scripts = frit_script_folder(), *folder = g_build_filename(scripts, "simulate", NULL);
    g_autoptr(GPtrArray) names = experiments(folder);
    g_autofree char *list = g_strjoinv(", ", (char **)names->pdata);
    g_autofree char *summary = g_strdup_printf("Compute an experiment's raw files instead of measuring "
                                               "them, and what is true of it.\nExperiments: %s.", list);
    g_autoptr(GOptionContext) context = g_option_context_new(NULL);
    g_option_context_set_summary(context, summary);
    g_option_context_set_description(
        context, "The same options give the same bytes.  A run that was interrupted is taken up again by "
                 "the same\ncommand.  Exit status: 0 done; 1 error; 2 wrong usage.\n");
    g_option_context_add_main_entries(context, entries, NULL);
    if (!g_option_context_parse(context, &argc, &argv, error))
        return false;
    if (!o->noise)
        o->noise = g_strdup("on");
    if (!check_numbers(o, error))
        return false;
    guint n = o->arguments ? g_strv_length(o->arguments) : 0;
    if (n == 2)
        return true;
    return refuse(error, n == 0 ? "which experiment, and where? frit simulate EXPERIMENT FOLDER"
                         : n == 1 ? "into which folder? frit simulate %s FOLDER"
                                  : "one experiment and one folder are wanted: frit simulate %s FOLDER",
                  n ? o->arguments[0] : "");
}

/* ---- The folder ---- */

static char *in_records(const char *folder, const char *name)
{
    return g_build_filename(folder, ".frit", name, NULL);
}

/* All that decides what the files hold. */
static char *identity(const simulate_options *o)
{
    g_autoptr(GString) text = g_string_new(NULL);
    g_string_append(text, o->arguments[0]);
    if (o->frames != NOT_GIVEN)
        g_string_append_printf(text, " --frames %d", o->frames);
    if (o->size != NOT_GIVEN)
        g_string_append_printf(text, " --size %d", o->size);
    g_string_append_printf(text, " --seed %" G_GINT64_FORMAT " --noise %s", o->seed, o->noise);
    if (o->samples)
        g_string_append_printf(text, " --samples %s", o->samples);
    for (char **set = o->set; set && *set; set++)
        g_string_append_printf(text, " --set %s", *set);
    return g_string_free(g_steal_pointer(&text), FALSE);
}

/* But for our own records. */
static bool is_empty(const char *folder)
{
    GDir *dir = g_dir_open(folder, 0, NULL);
    bool empty = true;
    for (const char *name; dir && (name = g_dir_read_name(dir));)
        empty = empty && g_str_equal(name, ".frit");
    if (dir)
        g_dir_close(dir);
    return empty;
}

/* New, empty, or with the same experiment begun: files of two experiments must not lie side by side. */
static bool take_folder(const char *folder, const char *wanted, GError **error)
{
    g_autofree char *note = in_records(folder, "simulated"), *records = in_records(folder, ""), *found = NULL;
    if (g_file_test(folder, G_FILE_TEST_EXISTS) && !g_file_test(folder, G_FILE_TEST_IS_DIR))
        return refuse(error, "%s is a file: a folder is wanted", folder);
    bool empty = is_empty(folder);
    if (!empty && g_file_get_contents(note, &found, NULL, NULL)) {
        g_strchomp(found);
        return g_str_equal(found, wanted) || refuse(error,
                                                    "%s holds another experiment, 'frit simulate "
                                                    "%s': choose another folder, or remove it first",
                                                    folder, found);
    }
    if (!empty)
        return refuse(error, "%s is not empty, and what it holds is no simulated experiment: choose a new "
                             "folder", folder);
    g_autofree char *line = g_strconcat(wanted, "\n", NULL);
    if (g_mkdir_with_parents(records, 0777) != 0)
        return refuse(error, "%s cannot be made: %s", folder, g_strerror(errno));
    return g_file_set_contents(note, line, -1, error);
}

/* What was kept of frames: they are all written now. Receipts stay, by which the next run finds nothing to
   do. */
static void remove_below(const char *folder)
{
    GDir *dir = g_dir_open(folder, 0, NULL);
    for (const char *name; dir && (name = g_dir_read_name(dir));) {
        g_autofree char *path = g_build_filename(folder, name, NULL);
        if (g_file_test(path, G_FILE_TEST_IS_DIR) && !g_file_test(path, G_FILE_TEST_IS_SYMLINK)) {
            remove_below(path);
            g_rmdir(path);
        } else
            g_unlink(path);
    }
    if (dir)
        g_dir_close(dir);
}

/* ---- Running ---- */

static void add_setting(GPtrArray *arguments, const char *name, char *value)
{
    g_ptr_array_add(arguments, g_strdup("--set"));
    g_ptr_array_add(arguments, g_strdup_printf("%s=%s", name, value));
    g_free(value);
}

static int run(const simulate_options *o, const char *recipe, const char *folder)
{
    g_autoptr(GPtrArray) arguments = g_ptr_array_new_with_free_func(g_free);
    g_ptr_array_add(arguments, g_strdup("run"));
    if (o->threads)
        g_ptr_array_add(arguments, g_strdup_printf("--jobs=%d", o->threads));
    if (o->progress)
        g_ptr_array_add(arguments, g_strdup_printf("--progress=%s", o->progress));
    add_setting(arguments, "out", g_strdup(folder));
    if (o->frames != NOT_GIVEN)
        add_setting(arguments, "frames", g_strdup_printf("%d", o->frames));
    if (o->size != NOT_GIVEN)
        add_setting(arguments, "size", g_strdup_printf("%d", o->size));
    add_setting(arguments, "seed", g_strdup_printf("%" G_GINT64_FORMAT, o->seed));
    add_setting(arguments, "noise", g_strdup(g_str_equal(o->noise, "on") ? "true" : "false"));
    if (o->samples)
        add_setting(arguments, "samples", g_strdup(o->samples));
    for (char **set = o->set; set && *set; set++) {
        g_ptr_array_add(arguments, g_strdup("--set"));
        g_ptr_array_add(arguments, g_strdup(*set));
    }
    g_ptr_array_add(arguments, g_strdup(recipe));
    int argc = (int)arguments->len;
    g_ptr_array_add(arguments, NULL);
    g_autofree char **argv = g_new(char *, argc + 1);   /* parsing moves them */
    memcpy(argv, arguments->pdata, (gsize)(argc + 1) * sizeof *argv);
    g_autofree char *store = in_records(folder, "store");
    g_setenv("FRIT_STORE", store, TRUE);
    int status = frit_cmd_run(argc, argv);
    if (status == 0) {
        g_autofree char *packs = g_build_filename(store, "packs", NULL);
        remove_below(packs);
    }
    return status;
}

int frit_cmd_simulate(int argc, char **argv)
{
    simulate_options o = {.frames = NOT_GIVEN, .size = NOT_GIVEN, .seed = 1};
    g_autoptr(GError) error = NULL;
    g_autofree char *recipe = NULL, *folder = NULL, *wanted = NULL;
    int status = FRIT_EXIT_USAGE;
    if (parse_options(argc, argv, &o, &error) && (recipe = find_recipe(o.arguments[0], &error))) {
        folder = g_canonicalize_filename(o.arguments[1], NULL);
        wanted = identity(&o);
        status = take_folder(folder, wanted, &error) ? run(&o, recipe, folder) : FRIT_EXIT_ERROR;
    }
    if (error)
        frit_complain("%s", error->message);
    g_strfreev(o.set);
    g_strfreev(o.arguments);
    g_free(o.noise);
    g_free(o.samples);
    g_free(o.progress);
    return status;
}
