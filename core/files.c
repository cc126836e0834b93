/* Files that a recipe names: paths, checks, and patterns such as "raw/HPT_*.tif".
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "files.h"
#include "error.h"
#include "params.h"
#include "text.h"

#include <dirent.h>
#include <errno.h>
#include <fnmatch.h>
#include <glib/gstdio.h>
#include <string.h>
#include <unistd.h>

char *frit_file_path(const char *path, const char *folder)
{
    if (path[0] == '~' && (path[1] == '/' || !path[1])) {
        g_autofree char *home = g_build_filename(g_get_home_dir(), path + 1, NULL);
        return g_canonicalize_filename(home, NULL);
    }
    return g_canonicalize_filename(path, folder);
}

bool frit_file_is_pattern(const char *name)
{
    return strpbrk(name, "*?[") != NULL;
}

static int by_name(gconstpointer a, gconstpointer b)
{
    return frit_natural_compare(*(const char *const *)a, *(const char *const *)b);
}

/* Names in a folder, hidden ones left out, in natural order, NULL-terminated; NULL: no such folder. */
static GPtrArray *names_in(const char *folder)
{
    GDir *dir = g_dir_open(folder, 0, NULL);
    if (!dir)
        return NULL;
    GPtrArray *names = g_ptr_array_new_with_free_func(g_free);
    for (const char *name; (name = g_dir_read_name(dir));)
        if (name[0] != '.')
            g_ptr_array_add(names, g_strdup(name));
    g_dir_close(dir);
    g_ptr_array_sort(names, by_name);
    g_ptr_array_add(names, NULL);
    return names;
}

static bool no_folder(const char *folder, GError **error)
{
    g_autofree char *above = g_path_get_dirname(folder);
    if (g_file_test(folder, G_FILE_TEST_EXISTS))
        g_set_error(error, FRIT_ERROR, FRIT_EPARAM, g_file_test(folder, G_FILE_TEST_IS_DIR)
                    ? "the folder %s cannot be read" : "%s is a file, not a folder", folder);
    else if (g_file_test(above, G_FILE_TEST_IS_DIR) || !strcmp(above, folder))
        g_set_error(error, FRIT_ERROR, FRIT_EPARAM, "there is no folder %s", folder);
    else
        return no_folder(above, error);   /* the first one that is missing */
    return false;
}

bool frit_file_check(const char *path, GError **error)
{
    if (g_file_test(path, G_FILE_TEST_IS_DIR)) {
        g_set_error(error, FRIT_ERROR, FRIT_EPARAM, "%s is a folder, not a file", path);
        return false;
    }
    if (g_file_test(path, G_FILE_TEST_EXISTS)) {
        if (g_access(path, R_OK) == 0)
            return true;
        g_set_error(error, FRIT_ERROR, FRIT_EPARAM, "the file %s cannot be read: %s", path,
                    g_strerror(errno));
        return false;
    }
    g_autofree char *folder = g_path_get_dirname(path), *name = g_path_get_basename(path);
    g_autoptr(GPtrArray) names = names_in(folder);
    if (!names)
        return no_folder(folder, error);
    const char *near = frit_nearest(name, (const char *const *)names->pdata);
    g_autofree char *hint = near ? g_strdup_printf("; did you mean \"%s\"?", near) : g_strdup("");
    g_set_error(error, FRIT_ERROR, FRIT_EPARAM, "there is no file %s%s", path, hint);
    return false;
}

/* Adds what the parts of a pattern from part[0] on match below `base`.  A part that is there as it
 * is written is that, whatever characters are in it.  `folder`: the first folder that matches as a whole. */
static void match_parts(const char *base, char *const *part, GPtrArray *found, char **folder)
{
    while (*part && (!**part || !strcmp(*part, ".")))
        part++;
    if (!*part) {
        if (g_file_test(base, G_FILE_TEST_IS_REGULAR))
            g_ptr_array_add(found, g_strdup(base));
        else if (!*folder && g_file_test(base, G_FILE_TEST_IS_DIR))
            *folder = g_strdup(base);
        return;
    }
    g_autofree char *literal = g_build_filename(base, *part, NULL);
    if (!frit_file_is_pattern(*part) || g_file_test(literal, G_FILE_TEST_EXISTS)) {
        match_parts(literal, part + 1, found, folder);
        return;
    }
    DIR *dir = opendir(*base ? base : "/");
    if (!dir)
        return;
    for (const struct dirent *entry; (entry = readdir(dir));) {
        if (fnmatch(*part, entry->d_name, FNM_PERIOD) != 0)
            continue;
        g_autofree char *path = g_build_filename(base, entry->d_name, NULL);
        if (!part[1] && entry->d_type == DT_REG)
            g_ptr_array_add(found, g_steal_pointer(&path));   /* a question less for each of many frames */
        else if (!part[1] || entry->d_type == DT_DIR || g_file_test(path, G_FILE_TEST_IS_DIR))
            match_parts(path, part + 1, found, folder);
    }
    closedir(dir);
}

/* "the folder holds 236 names, such as ..." */
static void no_match(const char *path, GError **error)
{
    g_autofree char *wanted = g_path_get_dirname(path), *folder = g_strdup(wanted);
    while (!g_file_test(folder, G_FILE_TEST_IS_DIR) && strlen(folder) > 1) {
        char *above = g_path_get_dirname(folder);
        g_free(folder);
        folder = above;
    }
    bool                 named = !frit_file_is_pattern(wanted + strlen(folder));
    g_autoptr(GPtrArray) names = named && strcmp(folder, wanted) ? NULL : names_in(folder);
    if (!names) {
        no_folder(named ? wanted : folder, error);
        return;
    }
    if (names->len == 1) {
        g_set_error(error, FRIT_ERROR, FRIT_EPARAM, "no file matches %s: the folder %s is empty", path,
                    folder);
        return;
    }
    GString *some = g_string_new(NULL);
    for (guint i = 0; i + 1 < names->len && i < 3; i++)
        g_string_append_printf(some, "%s\"%s\"", i ? ", " : "", (const char *)names->pdata[i]);
    g_set_error(error, FRIT_ERROR, FRIT_EPARAM, names->len - 1 > 3
                ? "no file matches %s: the folder %s holds %u names, such as %s"
                : "no file matches %s: the folder %s holds %u: %s", path, folder, names->len - 1, some->str);
    g_string_free(some, TRUE);
}

char **frit_match_files(const char *pattern, const char *folder, GError **error)
{
    /* A folder with brackets in its own name is no pattern: only what the recipe wrote is. */
    bool             whole = g_path_is_absolute(pattern) || pattern[0] == '~';
    g_autofree char *path = frit_file_path(pattern, folder);
    g_autofree char *base = whole ? g_strdup("/") : frit_file_path(".", folder);
    g_auto(GStrv)    parts = g_strsplit(whole ? path : pattern, "/", -1);

    g_autoptr(GPtrArray) found = g_ptr_array_new_with_free_func(g_free);
    g_autofree char *folder_found = NULL;
    match_parts(base, parts, found, &folder_found);
    /* A folder named like the files ("*.tif") is a mistake that would pass unseen; "*" may match some. */
    const char *last = strrchr(pattern, '/');
    if (folder_found && strchr(last ? last : pattern, '.')) {
        frit_file_check(folder_found, error);
        return NULL;
    }
    if (found->len == 0) {
        if (frit_file_is_pattern(pattern))
            no_match(path, error);
        else if (frit_file_check(path, error))
            g_set_error(error, FRIT_ERROR, FRIT_EPARAM, "%s is no regular file", path);
        return NULL;
    }
    for (guint i = 0; i < found->len; i++) {
        char *plain = g_canonicalize_filename(found->pdata[i], NULL);
        g_free(found->pdata[i]);
        found->pdata[i] = plain;
    }
    g_ptr_array_sort(found, by_name);
    g_ptr_array_add(found, NULL);
    return (char **)g_ptr_array_free(g_steal_pointer(&found), FALSE);
}
