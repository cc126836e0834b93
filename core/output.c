/* The files that a sink writes: to a temporary folder, then into place, each with its record.
 *
 * A record is written before its file is renamed, and names the content that the file is about to
 * lose as well as the one that it gets: whenever the program dies, the next run knows the file as ours.
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "output.h"
#include "disk.h"
#include "error.h"
#include "digest.h"

#include <errno.h>
#include <json-glib/json-glib.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define RECORDS     ".frit"
#define TEMPORARIES "tmp-"
#define DIGEST      "xxh3-128:"
#define DIGEST_TEXT (sizeof DIGEST + FRIT_KEY_TEXT)

/* What stands at a place where a file is wanted. */
typedef enum finding {
    FOUND_NOTHING,
    FOUND_SAME,   /* the content that is wanted */
    FOUND_OURS,   /* unchanged since Frit wrote it */
    FOUND_CHANGED /* Frit wrote it, and it was changed since */
} finding;

typedef struct output {
    char    *wanted, *temporary;
    char    *beside;                /* NAME.new, where it goes there; else NULL */
    char     digest[DIGEST_TEXT];
    char     standing[DIGEST_TEXT]; /* of what it replaces; "": nothing */
    uint64_t size;
} output;

struct frit_outputs {
    GPtrArray *files;    /* of output */
    GHashTable *folders; /* from folder to its temporary folder */
    GString *receipt;
};

static void output_free(gpointer p)
{
    output *f = p;
    g_free(f->wanted);
    g_free(f->temporary);
    g_free(f->beside);
    g_free(f);
}

frit_outputs *frit_outputs_new(void)
{
    frit_outputs *o = g_new0(frit_outputs, 1);
    o->files = g_ptr_array_new_with_free_func(output_free);
    o->folders = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
    o->receipt = g_string_new(NULL);
    return o;
}

static void clear_temporaries(frit_outputs *o)
{
    GHashTableIter iter;
    gpointer folder, temporary;
    g_hash_table_iter_init(&iter, o->folders);
    while (g_hash_table_iter_next(&iter, &folder, &temporary)) {
        frit_remove(temporary);
        /* Goes only where no record is in it. */
        g_autofree char *records = g_build_filename(folder, RECORDS, NULL);
        rmdir(records);
    }
    g_hash_table_remove_all(o->folders);
}

void frit_outputs_free(frit_outputs *o)
{
    if (!o)
        return;
    clear_temporaries(o);
    g_ptr_array_unref(o->files);
    g_hash_table_unref(o->folders);
    g_string_free(o->receipt, TRUE);
    g_free(o);
}

/* ---- Where a sink writes to ---- */

/* FOLDER/.frit/tmp-PID-N, made for this call alone. */
static char *make_temporary(const char *folder, GError **error)
{
    g_autofree char *records = g_build_filename(folder, RECORDS, NULL);
    int why = EEXIST;
    for (unsigned n = 0; n < 100000; n++) {
        g_autofree char *path = g_strdup_printf("%s/" TEMPORARIES "%ld-%u", records, (long)getpid(), n);
        if (g_mkdir_with_parents(folder, 0777) != 0) {
            frit_disk_error(error, errno, "make the folder", folder, 0);
            return NULL;
        }
        if (mkdir(records, 0777) != 0 && errno != EEXIST) {
            frit_disk_error(error, errno, "write in the folder", folder, 0);
            return NULL;
        }
        if (mkdir(path, 0777) == 0)
            return g_steal_pointer(&path);
        why = errno;
        /* ENOENT: another sink found the folder of records empty, and removed it just now. */
        if (why != EEXIST && why != ENOENT)
            break;
    }
    frit_disk_error(error, why, "write in the folder", records, 0);
    return NULL;
}

static const char *temporary_folder(frit_outputs *o, const char *folder, GError **error)
{
    const char *known = g_hash_table_lookup(o->folders, folder);
    if (known)
        return known;
    char *made = make_temporary(folder, error);
    if (!made)
        return NULL;
    g_autofree char *records = g_build_filename(folder, RECORDS, NULL);
    frit_sweep(records, TEMPORARIES);
    g_hash_table_insert(o->folders, g_strdup(folder), made);
    return made;
}

static bool check_wanted(const char *wanted, GError **error)
{
    struct stat s;
    size_t n = strlen(wanted);
    if (!g_path_is_absolute(wanted)) {
        g_set_error(error, FRIT_ERROR, FRIT_EIO, "cannot write %s: not an absolute path", wanted);
        return false;
    }
    if (wanted[n - 1] == '/') {
        g_set_error(error, FRIT_ERROR, FRIT_EIO,
                    "cannot write %s: it ends in '/', put the name of a file behind it", wanted);
        return false;
    }
    if (stat(wanted, &s) == 0 && !S_ISREG(s.st_mode)) {
        g_set_error(error, FRIT_ERROR, FRIT_EIO, "cannot write %s: it is %s, choose another name", wanted,
                    S_ISDIR(s.st_mode) ? "a folder" : "a device or a pipe");
        return false;
    }
    return true;
}

const char *frit_outputs_add(frit_outputs *o, const char *wanted, GError **error)
{
    for (guint i = 0; i < o->files->len; i++) {
        const output *known = o->files->pdata[i];
        if (g_str_equal(known->wanted, wanted))
            return known->temporary;
    }
    if (!check_wanted(wanted, error))
        return NULL;
    g_autofree char *folder = g_path_get_dirname(wanted), *name = g_path_get_basename(wanted);
    const char *temporary = temporary_folder(o, folder, error);
    if (!temporary)
        return NULL;
    output *f = g_new0(output, 1);
    f->wanted = g_strdup(wanted);
    f->temporary = g_build_filename(temporary, name, NULL);
    g_ptr_array_add(o->files, f);
    return f->temporary;
}

const char *frit_outputs_wanted(const frit_outputs *o, guint k)
{
    return k < o->files->len ? ((const output *)o->files->pdata[k])->wanted : NULL;
}

/* ---- Records ---- */

static char *record_path(const char *wanted)
{
    g_autofree char *folder = g_path_get_dirname(wanted), *name = g_path_get_basename(wanted);
    return g_strdup_printf("%s/" RECORDS "/%s.json", folder, name);
}

static bool member_is(JsonObject *record, const char *member, const char *digest)
{
    JsonNode *node = json_object_get_member(record, member);
    return node && JSON_NODE_HOLDS_VALUE(node) && json_node_get_value_type(node) == G_TYPE_STRING &&
           g_str_equal(json_node_get_string(node), digest);
}

/* Is a file with this digest one that Frit wrote at this place?  `known`: there is a record at all. */
static bool is_ours(const char *wanted, const char *digest, bool *known)
{
    g_autofree char *path = record_path(wanted);
    g_autoptr(JsonParser) parser = json_parser_new_immutable();
    JsonNode *root = json_parser_load_from_file(parser, path, NULL) ? json_parser_get_root(parser) : NULL;
    *known = root && JSON_NODE_HOLDS_OBJECT(root);
    if (!*known)
        return false;
    JsonObject *record = json_node_get_object(root);
    return member_is(record, "digest", digest) || member_is(record, "replaces", digest);
}

static char *json_text(const char *text)
{
    g_autofree char *valid = g_utf8_make_valid(text, -1);
    g_autoptr(JsonNode) node = json_node_init_string(json_node_alloc(), valid);
    return json_to_string(node, FALSE);
}

static bool write_record(const output *f, const char *place, const char *replaces, const char *provenance,
                         GError **error)
{
    g_autofree char *path = record_path(place), *folder = g_path_get_dirname(path);
    g_autofree char *name = g_path_get_basename(place), *quoted = json_text(name);
    GString *json = g_string_new("{\n");
    g_string_append_printf(json, "\"file\": %s,\n\"digest\": \"%s\",\n", quoted, f->digest);
    if (replaces)
        g_string_append_printf(json, "\"replaces\": \"%s\",\n", replaces);
    g_string_append_printf(json, "\"size\": %" G_GUINT64_FORMAT ",\n\"provenance\": %s\n}\n",
                           (guint64)f->size, provenance);
    bool ok = frit_replace_file(path, folder, json->str, json->len, error);
    g_string_free(json, TRUE);
    return ok;
}

/* ---- Into place ---- */

static bool digest_of(const char *path, char digest[DIGEST_TEXT], GError **error)
{
    frit_key key;
    char text[FRIT_KEY_TEXT];
    if (!frit_digest_file(NULL, path, &key, error)) {
        g_prefix_error(error, "%s: ", path);
        return false;
    }
    frit_key_text(&key, text);
    g_snprintf(digest, DIGEST_TEXT, DIGEST "%s", text);
    return true;
}

static bool look_at_written(output *f, GError **error)
{
    struct stat s;
    if (lstat(f->temporary, &s) != 0 || !S_ISREG(s.st_mode)) {
        g_set_error(error, FRIT_ERROR, FRIT_EIO, "%s was to be written, but the step did not write it",
                    f->wanted);
        return false;
    }
    f->size = (uint64_t)s.st_size;
    return digest_of(f->temporary, f->digest, error);
}

/* What stands at `place`, and its digest.  An error where Frit did not write it. */
static bool judge(output *f, const char *place, finding *found, GError **error)
{
    struct stat s;
    bool known;
    f->standing[0] = '\0';
    *found = FOUND_NOTHING;
    if (lstat(place, &s) != 0 && errno == ENOENT)
        return true;
    if (!digest_of(place, f->standing, error))
        return false;
    if (g_str_equal(f->standing, f->digest)) {
        *found = FOUND_SAME;
        return true;
    }
    *found = is_ours(place, f->standing, &known) ? FOUND_OURS : FOUND_CHANGED;
    if (*found == FOUND_OURS || known)
        return true;
    g_autofree char *record = record_path(place);
    g_set_error(error, FRIT_ERROR, FRIT_EIO,
                "%s is there already, and Frit did not write it (it has no record %s): "
                "move it away, or choose another name",
                place, record);
    return false;
}

/* Where the file may go: to its place, or beside it. */
static bool decide(output *f, GError **error)
{
    finding found;
    bool known;
    if (!judge(f, f->wanted, &found, error))
        return false;
    if (found != FOUND_CHANGED)
        return true;
    g_autofree char *beside = g_strconcat(f->wanted, ".new", NULL);
    /* The .new of an earlier run was renamed by hand: that was its purpose. */
    if (is_ours(beside, f->standing, &known))
        return true;
    if (!judge(f, beside, &found, error))
        return false;
    if (found == FOUND_CHANGED) {
        g_set_error(error, FRIT_ERROR, FRIT_EIO,
                    "%s and %s were both changed by hand since Frit wrote them: "
                    "move one of them away",
                    f->wanted, beside);
        return false;
    }
    f->beside = g_steal_pointer(&beside);
    return true;
}

static bool move_to(const output *f, const char *place, const char *provenance, GError **error)
{
    if (g_str_equal(f->standing, f->digest))
        return write_record(f, place, NULL, provenance, error);
    if (!write_record(f, place, f->standing[0] ? f->standing : NULL, provenance, error))
        return false;
    if (rename(f->temporary, place) != 0) {
        frit_disk_error(error, errno, "write", place, f->size);
        return false;
    }
    /* The same run twice leaves the same record. */
    return !f->standing[0] || write_record(f, place, NULL, provenance, error);
}

/* NAME.new of an earlier run, when NAME itself is up to date again. */
static void drop_old_new(const output *f)
{
    g_autofree char *old = g_strconcat(f->wanted, ".new", NULL), *record = record_path(old);
    char standing[DIGEST_TEXT];
    bool known;
    if (access(record, F_OK) != 0)
        return;
    if (access(old, F_OK) != 0) {
        unlink(record);
    } else if (digest_of(old, standing, NULL) && is_ours(old, standing, &known)) {
        unlink(old);
        unlink(record);
    }
}

static void add_receipt(frit_outputs *o, const char *path)
{
    struct stat s;
    if (stat(path, &s) != 0)
        return;
    g_string_append_printf(o->receipt, "%" G_GINT64_FORMAT " %" G_GINT64_FORMAT " ", (gint64)s.st_size,
                           frit_mtime(&s));
    for (const char *c = path; *c; c++) {
        if (*c == '\\' || *c == '\n')
            g_string_append_c(o->receipt, '\\');
        g_string_append_c(o->receipt, *c == '\n' ? 'n' : *c);
    }
    g_string_append_c(o->receipt, '\n');
}

static bool finish(frit_outputs *o, const output *f, const char *provenance,
                   void (*warn)(const char *sentence, gpointer data), gpointer data, GError **error)
{
    if (!move_to(f, f->beside ? f->beside : f->wanted, provenance, error))
        return false;
    add_receipt(o, f->wanted);
    if (!f->beside) {
        drop_old_new(f);
        return true;
    }
    add_receipt(o, f->beside);
    if (warn) {
        g_autofree char *name = g_path_get_basename(f->beside);
        g_autofree char *sentence =
            g_strdup_printf("%s was changed by hand since Frit wrote it: it stays, and the "
                            "new one is %s beside it",
                            f->wanted, name);
        warn(sentence, data);
    }
    return true;
}

static bool check_provenance(const char *provenance, GError **error)
{
    g_autoptr(JsonParser) parser = json_parser_new_immutable();
    JsonNode *root =
        json_parser_load_from_data(parser, provenance, -1, NULL) ? json_parser_get_root(parser) : NULL;
    if (root && JSON_NODE_HOLDS_OBJECT(root))
        return true;
    g_set_error_literal(error, FRIT_ERROR, FRIT_EIO,
                        "the provenance of the files to be written is no JSON object");
    return false;
}

bool frit_outputs_commit(frit_outputs *o, const char *provenance,
                         void (*warn)(const char *sentence, gpointer data), gpointer data, GError **error)
{
    if (!check_provenance(provenance, error))
        return false;
    for (guint i = 0; i < o->files->len; i++)
        if (!look_at_written(o->files->pdata[i], error) || !decide(o->files->pdata[i], error))
            return false;
    g_string_truncate(o->receipt, 0);
    for (guint i = 0; i < o->files->len; i++)
        if (!finish(o, o->files->pdata[i], provenance, warn, data, error))
            return false;
    clear_temporaries(o);
    return true;
}

/* ---- Receipts ---- */

char *frit_outputs_receipt(const frit_outputs *o)
{
    return g_strdup(o->receipt->str);
}

/* One line of a receipt; its path, to be freed, or NULL. */
static char *receipt_line(const char *line, gint64 *size, gint64 *mtime)
{
    char *end;
    *size = g_ascii_strtoll(line, &end, 10);
    if (end == line || *end != ' ')
        return NULL;
    const char *second = end + 1;
    *mtime = g_ascii_strtoll(second, &end, 10);
    if (end == second || *end != ' ')
        return NULL;
    GString *path = g_string_new(NULL);
    for (const char *c = end + 1; *c; c++) {
        if (*c == '\\' && c[1])
            g_string_append_c(path, *++c == 'n' ? '\n' : *c);
        else
            g_string_append_c(path, *c);
    }
    return g_string_free(path, FALSE);
}

bool frit_receipt_stands(const char *receipt)
{
    if (!receipt)
        return false;
    g_auto(GStrv) lines = g_strsplit(receipt, "\n", -1);
    for (char **line = lines; *line && **line; line++) {
        gint64 size, mtime;
        struct stat s;
        g_autofree char *path = receipt_line(*line, &size, &mtime);
        if (!path || stat(path, &s) != 0 || s.st_size != size || frit_mtime(&s) != mtime)
            return false;
    }
    return true;
}

char **frit_receipt_paths(const char *receipt)
{
    GPtrArray *paths = g_ptr_array_new();
    g_auto(GStrv) lines = g_strsplit(receipt ? receipt : "", "\n", -1);
    for (char **line = lines; *line && **line; line++) {
        gint64 size, mtime;
        char *path = receipt_line(*line, &size, &mtime);
        if (path)
            g_ptr_array_add(paths, path);
    }
    g_ptr_array_add(paths, NULL);
    return (char **)g_ptr_array_free(paths, FALSE);
}
