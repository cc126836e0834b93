/* The built-in plugins' symbol tables: each exports its entry alone, and needs nothing of Frit's.
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "step.h"

#include <elf.h>
#include <string.h>

#include "loader.h"
#include "registry.h"

typedef struct symbols {
    GMappedFile *map;
    const char *file;
    const Elf64_Sym *first;
    size_t n;
    const char *names;
} symbols;

/* The dynamic symbols: what the loader of programs sees. */
static void open_symbols(symbols *s, const char *path)
{
    GError *error = NULL;
    s->map = g_mapped_file_new(path, FALSE, &error);
    g_assert_no_error(error);
    s->file = g_mapped_file_get_contents(s->map);
    const Elf64_Ehdr *header = (const void *)s->file;
    g_assert_cmpmem(header->e_ident, SELFMAG, ELFMAG, SELFMAG);
    g_assert_cmpint(header->e_ident[EI_CLASS], ==, ELFCLASS64);
    const Elf64_Shdr *section = (const void *)(s->file + header->e_shoff);
    s->n = 0;
    for (unsigned i = 0; i < header->e_shnum; i++)
        if (section[i].sh_type == SHT_DYNSYM) {
            s->first = (const void *)(s->file + section[i].sh_offset);
            s->n = section[i].sh_size / sizeof(Elf64_Sym);
            s->names = s->file + section[section[i].sh_link].sh_offset;
        }
    g_assert_cmpuint(s->n, >, 1);
}

static bool is_global(const Elf64_Sym *symbol)
{
    int bind = ELF64_ST_BIND(symbol->st_info);
    return bind == STB_GLOBAL || bind == STB_WEAK || bind == STB_GNU_UNIQUE;
}

static void exports_its_entry_alone(gconstpointer path)
{
    symbols s;
    open_symbols(&s, path);
    guint entries = 0;
    for (size_t i = 1; i < s.n; i++) {
        const char *name = s.names + s.first[i].st_name;
        if (!is_global(&s.first[i]) || s.first[i].st_shndx == SHN_UNDEF)
            continue;
        if (!g_str_equal(name, "frit_module_v1"))
            g_error("%s exports %s", (const char *)path, name);
        g_assert_cmpint(ELF64_ST_TYPE(s.first[i].st_info), ==, STT_FUNC);
        entries++;
    }
    g_assert_cmpuint(entries, ==, 1);
    g_mapped_file_unref(s.map);
}

/* Whatever the program exports: a plugin has its host's table, and asks for nothing by name. */
static void needs_nothing_of_frit(gconstpointer path)
{
    symbols s;
    open_symbols(&s, path);
    for (size_t i = 1; i < s.n; i++)
        if (s.first[i].st_shndx == SHN_UNDEF && g_str_has_prefix(s.names + s.first[i].st_name, "frit_"))
            g_error("%s needs %s", (const char *)path, s.names + s.first[i].st_name);
    g_mapped_file_unref(s.map);
}

int main(int argc, char **argv)
{
    test_init(&argc, &argv);
    frit_registry *registry = frit_registry_new();
    frit_loader_scan(registry);
    if (!registry->modules->len)
        g_error("no built-in plugin is found");
    for (guint i = 0; i < registry->modules->len; i++) {
        const frit_module_info *m = registry->modules->pdata[i];
        if (!m->builtin)
            continue;
        g_autofree char *exports = g_strdup_printf("/symbols/%s/exports", m->name);
        g_autofree char *needs = g_strdup_printf("/symbols/%s/needs", m->name);
        g_test_add_data_func(exports, m->path, exports_its_entry_alone);
        g_test_add_data_func(needs, m->path, needs_nothing_of_frit);
    }
    int status = g_test_run();
    frit_registry_free(registry);
    return status;
}
