/* The loader: plugins from folders, through libltdl with a dlopen() of our own: libltdl's binds
 * lazily, so that a missing symbol would end a run half-way, and reports every failure as "file
 * not found".
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "loader.h"

#include <dlfcn.h>
#include <elf.h>
#include <ltdl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "error.h"

/* ---- libltdl, with binding at once and the true error text ---- */

static char *open_error;

static lt_module open_now(lt_user_data data, const char *path, lt_dladvise advise)
{
    (void)data;
    (void)advise;
    g_clear_pointer(&open_error, g_free);
    void *module = dlopen(path, RTLD_NOW | RTLD_LOCAL);
    if (!module)
        open_error = g_strdup(dlerror());
    return module;
}

static int close_module(lt_user_data data, lt_module module)
{
    (void)data;
    return dlclose(module);
}

static void *find_symbol(lt_user_data data, lt_module module, const char *name)
{
    (void)data;
    return dlsym(module, name);
}

/* Once for the process; lt_dlexit() is never called: plugins stay until the end. */
static void start_libltdl(void)
{
    static gsize started;
    if (!g_once_init_enter(&started))
        return;
    lt_dlinit();
    lt_dlvtable *v = calloc(1, sizeof *v);   /* libltdl frees it with free() */
    if (v) {
        v->name = "frit";
        v->module_open = open_now;
        v->module_close = close_module;
        v->find_sym = find_symbol;
        v->priority = LT_DLLOADER_PREPEND;
        lt_dlloader_add(v);
        free(lt_dlloader_remove("lt_dlopen"));
    }
    g_once_init_leave(&started, 1);
}

/* ---- What a plugin is made of ---- */

/* The sections that are loaded, but for notes: code and constants.  Debug information and the
 * build id differ from one build folder to the next, the results cannot. */
static bool digest_sections(const char *file, size_t n, frit_hash *h)
{
    const Elf64_Ehdr *header = (const void *)file;
    if (n < sizeof *header || memcmp(header->e_ident, ELFMAG, SELFMAG) != 0 ||
        header->e_ident[EI_CLASS] != ELFCLASS64 || header->e_shentsize != sizeof(Elf64_Shdr) ||
        header->e_shoff > n || (n - header->e_shoff) / sizeof(Elf64_Shdr) < header->e_shnum || !header->e_shnum ||
        header->e_shoff % _Alignof(Elf64_Shdr))
        return false;
    const Elf64_Shdr *section = (const void *)(file + header->e_shoff);
    for (unsigned i = 0; i < header->e_shnum; i++) {
        const Elf64_Shdr *s = &section[i];
        if (!(s->sh_flags & SHF_ALLOC) || s->sh_type == SHT_NOTE || s->sh_type == SHT_NOBITS)
            continue;
        if (s->sh_offset > n || n - s->sh_offset < s->sh_size)
            return false;
        frit_hash_bytes(h, file + s->sh_offset, s->sh_size);
    }
    return true;
}

static bool digest_module(const char *path, frit_key *key, GError **error)
{
    g_autoptr(GMappedFile) map = g_mapped_file_new(path, FALSE, error);
    if (!map)
        return false;
    const char *file = g_mapped_file_get_contents(map);
    size_t n = g_mapped_file_get_length(map);
    frit_hash *h = frit_hash_new();
    if (!digest_sections(file, n, h))
        frit_hash_bytes(h, file, n);
    *key = frit_hash_end(h);
    return true;
}

/* ---- One module ---- */

/* dlerror() starts with the path, which the caller says anyway. */
static const char *without_path(const char *text, const char *path)
{
    return g_str_has_prefix(text, path) ? text + strlen(path) + strspn(text + strlen(path), ": ") : text;
}

/* A copy that broke off would be mapped into memory all the same, and end the program with a bus error.
 * What is no ELF file of ours is left for dlopen() to describe. */
static bool is_whole(const char *path, GError **error)
{
    g_autoptr(GMappedFile) map = g_mapped_file_new(path, FALSE, NULL);
    const char *file = map ? g_mapped_file_get_contents(map) : NULL;
    size_t n = map ? g_mapped_file_get_length(map) : 0;
    const Elf64_Ehdr *header = (const void *)file;
    if (n < sizeof *header || memcmp(header->e_ident, ELFMAG, SELFMAG) != 0 ||
        header->e_ident[EI_CLASS] != ELFCLASS64 || header->e_phentsize != sizeof(Elf64_Phdr) ||
        header->e_phoff % _Alignof(Elf64_Phdr))
        return true;
    bool whole = header->e_phoff <= n && (n - header->e_phoff) / sizeof(Elf64_Phdr) >= header->e_phnum;
    const Elf64_Phdr *part = (const void *)(file + header->e_phoff);
    for (unsigned i = 0; whole && i < header->e_phnum; i++)
        whole = part[i].p_offset <= n && n - part[i].p_offset >= part[i].p_filesz;
    if (!whole)
        g_set_error(error, FRIT_ERROR, FRIT_EIO, "the file breaks off after %zu bytes; copy it again", n);
    return whole;
}

bool frit_loader_open(frit_registry *r, const char *path, bool builtin, GError **error)
{
    if (!is_whole(path, error))
        return false;
    start_libltdl();
    g_clear_pointer(&open_error, g_free);
    lt_dlhandle handle = lt_dlopen(path);
    if (!handle) {
        g_set_error(error, FRIT_ERROR, FRIT_EIO, "%s",
                    without_path(open_error ? open_error : lt_dlerror(), path));
        return false;
    }
    union { void *object; const frit_module *(*function)(void); } entry = {lt_dlsym(handle, "frit_module_v1")};
    frit_key digest;
    bool added = false;
    if (!entry.object) {
        bool other = lt_dlsym(handle, "frit_module_v2") != NULL;
        g_set_error(error, FRIT_ERROR, FRIT_EPARAM,
                    other ? "made for version 2 of the plugin interface; this frit has version 1"
                          : "has no function frit_module_v1(): not a frit plugin, or one whose entry is not exported");
    } else if (digest_module(path, &digest, error)) {
        added = frit_registry_add(r, entry.function(), path, &digest, builtin, error);
    }
    if (!added)
        lt_dlclose(handle);
    return added;
}

/* ---- Folders ---- */

/* Programs are built in these folders of a build tree; one that was installed somewhere inside of it
 * runs from another. */
static bool is_built_there(const char *tree, const char *exe)
{
    const char *rest = exe + strlen(tree);
    return g_str_has_prefix(rest, "/core/") || g_str_has_prefix(rest, "/tests/");
}

/* The build tree that the program runs from, or NULL: the folder beside config.status. */
static char *build_tree(void)
{
    g_autofree char *exe = g_file_read_link("/proc/self/exe", NULL);
    g_autofree char *folder = g_strdup(exe);
    for (int up = 0; folder && up < 4; up++) {
        char *parent = g_path_get_dirname(folder);
        g_free(folder);
        folder = parent;
        g_autofree char *status = g_build_filename(folder, "config.status", NULL);
        if (is_built_there(folder, exe) && g_file_test(status, G_FILE_TEST_EXISTS))
            return g_steal_pointer(&folder);
    }
    return NULL;
}

char *frit_script_folder(void)
{
    const char *given = g_getenv("FRIT_SCRIPT_PATH");
    if (given && *given)
        return g_canonicalize_filename(given, NULL);
    g_autofree char *tree = build_tree();
    if (tree && g_file_test(SOURCE_SCRIPTS, G_FILE_TEST_IS_DIR))
        return g_strdup(SOURCE_SCRIPTS);
    return g_strdup(SCRIPTDIR);
}

static gint by_text(gconstpointer a, gconstpointer b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* Sorted, so that what hides what does not depend on the file system. */
static GPtrArray *list_folder(const char *folder)
{
    GPtrArray *names = g_ptr_array_new_with_free_func(g_free);
    GDir *dir = g_dir_open(folder, 0, NULL);
    const char *name;
    while (dir && (name = g_dir_read_name(dir)))
        g_ptr_array_add(names, g_strdup(name));
    if (dir)
        g_dir_close(dir);
    g_ptr_array_sort(names, by_text);
    return names;
}

static void add_folder(GPtrArray *paths, const char *folder)
{
    g_autoptr(GPtrArray) names = list_folder(folder);
    for (guint i = 0; i < names->len; i++)
        if (g_str_has_suffix(names->pdata[i], ".so"))
            g_ptr_array_add(paths, g_canonicalize_filename(names->pdata[i], folder));
}

static void add_path(GPtrArray *paths, const char *folders)
{
    g_auto(GStrv) list = g_strsplit(folders, ":", -1);
    for (char **f = list; *f; f++)
        if (**f)
            add_folder(paths, *f);
}

static void add_build_tree(GPtrArray *paths, const char *tree)
{
    g_autofree char *plugins = g_build_filename(tree, "plugins", NULL);
    g_autoptr(GPtrArray) names = list_folder(plugins);
    for (guint i = 0; i < names->len; i++) {
        g_autofree char *libs = g_build_filename(plugins, names->pdata[i], ".libs", NULL);
        add_folder(paths, libs);
    }
}

static GPtrArray *system_modules(void)
{
    GPtrArray *paths = g_ptr_array_new_with_free_func(g_free);
    const char *given = g_getenv("FRIT_SYSTEM_PLUGIN_PATH");
    g_autofree char *tree = build_tree();
    if (given)
        add_path(paths, given);
    else if (tree)
        add_build_tree(paths, tree);
    else
        add_folder(paths, PLUGINDIR);
    return paths;
}

/* Leave out what an earlier module of the same file name hides. */
static void load_all(frit_registry *r, GPtrArray *paths, GHashTable *hidden_by, bool builtin)
{
    for (guint i = 0; i < paths->len; i++) {
        const char *path = paths->pdata[i];
        g_autofree char *base = g_path_get_basename(path);
        const char *first = hidden_by ? g_hash_table_lookup(hidden_by, base) : NULL;
        if (first && strcmp(first, path) != 0) {
            g_autofree char *reason = g_strdup_printf("hidden by %s", first);
            frit_registry_refuse(r, path, reason);
            continue;
        }
        g_autoptr(GError) error = NULL;
        if (!frit_loader_open(r, path, builtin, &error))
            frit_registry_refuse(r, path, error->message);
    }
}

void frit_loader_scan(frit_registry *r)
{
    g_autoptr(GPtrArray) own = g_ptr_array_new_with_free_func(g_free);
    add_path(own, g_getenv("FRIT_PLUGIN_PATH") ? g_getenv("FRIT_PLUGIN_PATH") : "");
    g_autoptr(GPtrArray) system = system_modules();
    g_autoptr(GHashTable) first = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    for (guint i = 0; i < own->len; i++) {
        char *base = g_path_get_basename(own->pdata[i]);
        if (g_hash_table_contains(first, base))
            g_free(base);
        else
            g_hash_table_insert(first, base, own->pdata[i]);
    }
    load_all(r, system, first, true);
    load_all(r, own, first, false);
}
