/* The store: packs and notes on disk, recently used elements in memory.
 *
 * FOLDER/packs/ab/KEY, FOLDER/notes/ab/KEY (KEY: 32 hexadecimal digits that start with ab), FOLDER/tmp for
 * what is being written, FOLDER/locks for files that are locked meanwhile.
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "store.h"
#include "disk.h"
#include "error.h"
#include "pack.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define STRIPES       64                   /* threads that want the same pack wait for one reader */
#define WHOLE_PACK    ((uint64_t)16 << 20) /* read at once up to here: few round trips on a file server */
#define SHARED_AXES   64
#define SHARED_LENGTH ((size_t)1 << 17) /* longer axes (1 MB) are not kept for sharing */
#define NOTE_HEADING  "frit note 1 "

/* An element in memory. */
typedef struct held {
    frit_key    pack;
    uint32_t    i;
    frit_record record;
    size_t      bytes;
    GList       link; /* in `recent`; data points back */
} held;

struct frit_store {
    char       *folder, *temporaries;
    size_t      memory;
    GMutex      stripe[STRIPES]; /* by pack: held while it is read */
    GMutex      lock;            /* of all that follows */
    GHashTable *elements;        /* of held, by pack and i */
    GQueue      recent;          /* the same, the last used first */
    size_t      used;            /* bytes of these */
    GHashTable *axes;            /* from frit_key to axis: what the datasets of a series share */
    GHashTable *damaged;         /* from pack to a bit an element, found damaged on disk */
};

void frit_record_clear(frit_record *r)
{
    frit_dataset_unref(r->dataset);
    g_free(r->failure);
    *r = (frit_record){NULL, NULL, FRIT_OK};
}

static bool present(const frit_record *r)
{
    return r->dataset || r->failure;
}

static frit_record record_copy(const frit_record *r)
{
    return (frit_record){frit_dataset_ref(r->dataset), g_strdup(r->failure), r->status};
}

/* ---- In memory ---- */

static guint held_hash(gconstpointer p)
{
    const held *h = p;
    return frit_key_hash(&h->pack) + h->i * 0x9e3779b9u;
}

static gboolean held_equal(gconstpointer a, gconstpointer b)
{
    const held *x = a, *y = b;
    return x->i == y->i && frit_key_equal(&x->pack, &y->pack);
}

static void held_free(gpointer p)
{
    held *h = p;
    frit_record_clear(&h->record);
    g_free(h);
}

static frit_key *key_copy(const frit_key *key)
{
    frit_key *copy = g_new(frit_key, 1);
    *copy = *key;
    return copy;
}

static void forget(frit_store *s, held *h)
{
    s->used -= h->bytes;
    g_queue_unlink(&s->recent, &h->link);
    g_hash_table_remove(s->elements, h);
}

static void hold(frit_store *s, const frit_key *pack, uint32_t i, const frit_record *r)
{
    held *h = g_new0(held, 1);
    *h = (held){.pack = *pack, .i = i, .bytes = sizeof *h};
    h->link.data = h;
    h->bytes += r->dataset ? frit_dataset_footprint(r->dataset) : strlen(r->failure) + 1;
    g_mutex_lock(&s->lock);
    held *old = g_hash_table_lookup(s->elements, h);
    if (old)
        forget(s, old);
    if (h->bytes > s->memory) {
        g_mutex_unlock(&s->lock);
        g_free(h);
        return;
    }
    h->record = record_copy(r);
    while (s->used + h->bytes > s->memory)
        forget(s, s->recent.tail->data);
    s->used += h->bytes;
    g_hash_table_add(s->elements, h);
    g_queue_push_head_link(&s->recent, &h->link);
    g_mutex_unlock(&s->lock);
}

static bool get_held(frit_store *s, const frit_key *pack, uint32_t i, frit_record *r)
{
    const held wanted = {.pack = *pack, .i = i};
    g_mutex_lock(&s->lock);
    held *h = g_hash_table_lookup(s->elements, &wanted);
    if (h) {
        *r = record_copy(&h->record);
        g_queue_unlink(&s->recent, &h->link);
        g_queue_push_head_link(&s->recent, &h->link);
    }
    g_mutex_unlock(&s->lock);
    return h != NULL;
}

static void axis_free(gpointer axis)
{
    frit_axis_unref(axis);
}

static bool same_axis(const frit_axis *a, const frit_axis *b)
{
    return a->name == b->name && a->unit == b->unit && a->n == b->n &&
           (!a->n || memcmp(a->at, b->at, a->n * sizeof *a->at) == 0);
}

/* Curves of a series have one axis; each comes from disk with its own copy, but for what it shares with `like`. */
static void share_axes(frit_store *s, frit_dataset *d, const frit_dataset *like)
{
    for (uint32_t k = 0; k < d->ndim; k++) {
        frit_axis *axis = d->axis[k];
        if (!axis || axis->n > SHARED_LENGTH || (like && k < like->ndim && like->axis[k] == axis))
            continue;
        const frit_key hash = {axis->n, frit_pack_checksum(axis->at, axis->n * sizeof *axis->at)};
        g_mutex_lock(&s->lock);
        frit_axis *shared = g_hash_table_lookup(s->axes, &hash);
        if (shared && same_axis(shared, axis)) {
            d->axis[k] = frit_axis_ref(shared);
            frit_axis_unref(axis);
        } else {
            if (g_hash_table_size(s->axes) >= SHARED_AXES)
                g_hash_table_remove_all(s->axes);
            g_hash_table_replace(s->axes, key_copy(&hash), frit_axis_ref(axis));
        }
        g_mutex_unlock(&s->lock);
    }
}

static void mark_damaged(frit_store *s, const frit_key *pack, uint32_t i)
{
    g_mutex_lock(&s->lock);
    uint64_t *bits = g_hash_table_lookup(s->damaged, pack);
    if (!bits) {
        bits = g_new0(uint64_t, 1);
        g_hash_table_insert(s->damaged, key_copy(pack), bits);
    }
    *bits |= UINT64_C(1) << i;
    g_mutex_unlock(&s->lock);
}

/* ---- Open and close ---- */

/* Tells backup programs to leave this folder out: see https://bford.info/cachedir/ */
static void tag_folder(const char *folder)
{
    static const char tag[] =
        "Signature: 8a477f597d28d172789f06886806bc55\n"
        "# Results of Frit that can be computed again.  This folder may be removed at any time.\n";
    g_autofree char *path = g_build_filename(folder, "CACHEDIR.TAG", NULL);
    int fd = open(path, O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC, 0666);
    if (fd < 0)
        return;
    frit_write_all(fd, tag, sizeof tag - 1);
    close(fd);
}

frit_store *frit_store_open(const char *folder, size_t memory, GError **error)
{
    if (g_mkdir_with_parents(folder, 0777) != 0) {
        frit_disk_error(error, errno, "make the store's folder", folder, 0);
        return NULL;
    }
    frit_store *s = g_new0(frit_store, 1);
    s->folder = g_strdup(folder);
    s->temporaries = g_build_filename(folder, "tmp", NULL);
    s->memory = memory;
    g_mutex_init(&s->lock);
    for (int i = 0; i < STRIPES; i++)
        g_mutex_init(&s->stripe[i]);
    g_queue_init(&s->recent);
    s->elements = g_hash_table_new_full(held_hash, held_equal, held_free, NULL);
    s->axes = g_hash_table_new_full(frit_key_hash, frit_key_equal, g_free, axis_free);
    s->damaged = g_hash_table_new_full(frit_key_hash, frit_key_equal, g_free, g_free);
    tag_folder(folder);
    g_autofree char *locks = g_build_filename(folder, "locks", NULL);
    g_mkdir_with_parents(locks, 0777);
    frit_sweep(s->temporaries, "");
    return s;
}

void frit_store_close(frit_store *s)
{
    if (!s)
        return;
    g_hash_table_unref(s->elements);
    g_hash_table_unref(s->axes);
    g_hash_table_unref(s->damaged);
    for (int i = 0; i < STRIPES; i++)
        g_mutex_clear(&s->stripe[i]);
    g_mutex_clear(&s->lock);
    g_free(s->folder);
    g_free(s->temporaries);
    g_free(s);
}

/* ---- Reading ---- */

static char *place(const frit_store *s, const char *what, const frit_key *key)
{
    char text[FRIT_KEY_TEXT];
    frit_key_text(key, text);
    return g_strdup_printf("%s/%s/%.2s/%s", s->folder, what, text, text);
}

/* An open pack with a sound heading, or -1. */
static int open_pack(const frit_store *s, const frit_key *key, frit_pack *p, uint64_t *size)
{
    uint8_t heading[FRIT_PACK_HEADING(FRIT_PACK_SIZE)];
    g_autofree char *path = place(s, "packs", key);
    struct stat st;
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (fd < 0)
        return -1;
    if (fstat(fd, &st) == 0 && S_ISREG(st.st_mode)) {
        *size = (uint64_t)st.st_size;
        size_t have = MIN(sizeof heading, (size_t)*size);
        if (frit_read_all(fd, heading, have, 0) && frit_pack_decode(p, key, heading, have, *size))
            return fd;
    }
    close(fd);
    return -1;
}

static bool sound(const frit_pack_entry *e, const void *bytes)
{
    return frit_pack_checksum(bytes, (size_t)e->length) == e->checksum;
}

/* The record from its bytes, which may be like another one; false, and marked: damaged. */
static bool decode(frit_store *s, const frit_pack *p, uint32_t i, const void *bytes, const frit_dataset *like,
                   frit_record *r)
{
    const frit_pack_entry *e = &p->entry[i];
    *r = (frit_record){NULL, NULL, e->status};
    if (sound(e, bytes)) {
        if (e->kind == FRIT_PACK_FAILURE)
            r->failure = g_strndup(bytes, (size_t)e->length);
        else if ((r->dataset = frit_dataset_from_bytes(bytes, (size_t)e->length, like)))
            share_axes(s, r->dataset, like);
    }
    if (!present(r))
        mark_damaged(s, &p->key, i);
    return present(r);
}

/* Element i alone. */
static bool read_one(frit_store *s, int fd, const frit_pack *p, uint32_t i, frit_record *r)
{
    const frit_pack_entry *e = &p->entry[i];
    g_autofree uint8_t *bytes = g_try_malloc((size_t)e->length + 1);
    if (!bytes || !frit_read_all(fd, bytes, (size_t)e->length, e->offset) || !decode(s, p, i, bytes, NULL, r))
        return false;
    hold(s, &p->key, i, r);
    return true;
}

/* All elements into memory, and i handed out: its neighbours are likely to be asked for next. */
static bool read_all(frit_store *s, int fd, const frit_pack *p, uint64_t size, uint32_t i, frit_record *r)
{
    g_autofree uint8_t *file = g_try_malloc((size_t)size + 1);
    if (!file || !frit_read_all(fd, file, (size_t)size, 0))
        return false;
    g_autoptr(frit_dataset) like = NULL;
    bool found = false;
    for (uint32_t j = 0; j < p->n; j++) {
        frit_record one;
        if (p->entry[j].kind == FRIT_PACK_ABSENT || !decode(s, p, j, file + p->entry[j].offset, like, &one))
            continue;
        frit_dataset_unref(like);
        like = frit_dataset_ref(one.dataset);
        hold(s, &p->key, j, &one);
        if (j == i) {
            *r = one;
            found = true;
        } else {
            frit_record_clear(&one);
        }
    }
    return found;
}

bool frit_store_get(frit_store *s, const frit_key *pack, uint32_t i, frit_record *record)
{
    *record = (frit_record){NULL, NULL, FRIT_OK};
    if (get_held(s, pack, i, record))
        return true;
    GMutex *stripe = &s->stripe[pack->low % STRIPES];
    g_mutex_lock(stripe);
    /* Another thread may have read it while this one waited. */
    bool found = get_held(s, pack, i, record);
    frit_pack p;
    uint64_t size;
    int fd = found ? -1 : open_pack(s, pack, &p, &size);
    if (fd >= 0 && i < p.n && p.entry[i].kind != FRIT_PACK_ABSENT)
        found = size <= MIN(WHOLE_PACK, s->memory / 2) ? read_all(s, fd, &p, size, i, record)
                                                       : read_one(s, fd, &p, i, record);
    if (fd >= 0)
        close(fd);
    g_mutex_unlock(stripe);
    if (!found)
        *record = (frit_record){NULL, NULL, FRIT_OK};
    return found;
}

uint32_t frit_store_peek(frit_store *s, const frit_key *pack, uint32_t n, bool *there, bool *failed)
{
    frit_pack p = {.n = 0};
    uint64_t size;
    int fd = open_pack(s, pack, &p, &size);
    bool usable = fd >= 0 && p.n == n;
    if (fd >= 0)
        close(fd);
    uint32_t count = 0;
    g_mutex_lock(&s->lock);
    const uint64_t *bits = g_hash_table_lookup(s->damaged, pack);
    for (uint32_t i = 0; i < n; i++) {
        const held wanted = {.pack = *pack, .i = i};
        const held *h = g_hash_table_lookup(s->elements, &wanted);
        bool on_disk = usable && p.entry[i].kind != FRIT_PACK_ABSENT && !(bits && *bits >> i & 1);
        there[i] = h || on_disk;
        if (failed)
            failed[i] = h ? h->record.failure != NULL : on_disk && p.entry[i].kind == FRIT_PACK_FAILURE;
        count += there[i];
    }
    g_mutex_unlock(&s->lock);
    return count;
}

/* ---- Writing ---- */

/* Why a write was short. */
static int reason(void)
{
    return errno ? errno : EIO;
}

static int write_bytes(FILE *f, frit_pack_entry *e, const void *data, size_t n)
{
    e->length = n;
    e->checksum = frit_pack_checksum(data, n);
    return !n || fwrite(data, 1, n, f) == n ? 0 : reason();
}

/* What is on disk once more; e becomes absent where it is damaged. */
static int write_kept(FILE *f, int old, frit_pack_entry *e)
{
    g_autofree uint8_t *kept = g_try_malloc((size_t)e->length + 1);
    if (kept && frit_read_all(old, kept, (size_t)e->length, e->offset) && sound(e, kept))
        return write_bytes(f, e, kept, (size_t)e->length);
    *e = (frit_pack_entry){0};
    return 0;
}

/* Record i: the one given, else the one on disk, else it is absent.  0, or an errno. */
static int write_record(FILE *f, const frit_record *r, int old, const frit_pack *p, uint32_t i, frit_pack_entry *e)
{
    *e = (frit_pack_entry){0};
    if (r->dataset) {
        e->kind = FRIT_PACK_DATASET;
        return frit_dataset_write(r->dataset, f, &e->length, &e->checksum);
    }
    if (r->failure) {
        e->kind = FRIT_PACK_FAILURE;
        e->status = r->status == FRIT_OK ? FRIT_EDATA : r->status;
        return write_bytes(f, e, r->failure, strlen(r->failure));
    }
    if (old < 0)
        return 0;
    *e = p->entry[i];
    return e->kind == FRIT_PACK_ABSENT ? 0 : write_kept(f, old, e);
}

/* The whole pack into an empty file: the records, then the heading before them.  0, or an errno;
 * `count`: how many records there are. */
static int write_pack(FILE *f, int old, const frit_pack *before, frit_pack *p, const frit_record *records,
                      uint32_t *count)
{
    uint8_t heading[FRIT_PACK_HEADING(FRIT_PACK_SIZE)] = {0};
    uint64_t offset = FRIT_PACK_HEADING(p->n);
    int why = 0;
    if (fwrite(heading, 1, (size_t)offset, f) != offset)
        return reason();
    for (uint32_t i = 0; i < p->n; i++) {
        frit_pack_entry e;
        if ((why = write_record(f, &records[i], old, before, i, &e)))
            return why;
        if (e.kind == FRIT_PACK_ABSENT)
            continue;
        e.offset = offset;
        p->entry[i] = e;
        offset += e.length;
        ++*count;
    }
    frit_pack_encode(p, heading);
    if (fseek(f, 0, SEEK_SET) != 0 ||
        fwrite(heading, 1, FRIT_PACK_HEADING(p->n), f) != FRIT_PACK_HEADING(p->n))
        return reason();
    return 0;
}

static int new_temporary(frit_store *s, char **path)
{
    int fd = frit_temporary(s->temporaries, "tmp", path);
    if (fd < 0 && errno == ENOENT && g_mkdir_with_parents(s->temporaries, 0777) == 0)
        fd = frit_temporary(s->temporaries, "tmp", path);
    return fd;
}

static uint64_t bytes_needed(uint32_t n, const frit_record *records)
{
    uint64_t need = FRIT_PACK_HEADING(n);
    for (uint32_t i = 0; i < n; i++)
        need += records[i].dataset ? frit_dataset_bytes(records[i].dataset) : 0;
    return need;
}

/* Held while a pack is put together from what is there and what is new. */
static int lock_pack(const frit_store *s, const frit_key *pack)
{
    g_autofree char *path = g_strdup_printf("%s/locks/%02x", s->folder, (unsigned)(pack->low % STRIPES));
    return frit_lock(path);
}

static int write_and_rename(frit_store *s, const frit_key *pack, const char *path, uint32_t n,
                            const frit_record *records)
{
    g_autofree char *temporary = NULL, *folder = g_path_get_dirname(path);
    int fd = new_temporary(s, &temporary);
    if (fd < 0)
        return errno;
    FILE *f = fdopen(fd, "wb");
    if (!f) {
        int none = errno;
        close(fd);
        unlink(temporary);
        return none;
    }
    enum { BUFFER = 1 << 17 };   /* a pack of curves in a few writes; what is larger goes by itself */
    g_autofree char *buffer = g_malloc(BUFFER);
    setvbuf(f, buffer, _IOFBF, BUFFER);
    frit_pack before, p = {.key = *pack, .n = n};
    uint64_t size;
    uint32_t count = 0;
    int old = open_pack(s, pack, &before, &size);
    int why = write_pack(f, old >= 0 && before.n == n ? old : -1, &before, &p, records, &count);
    if (old >= 0)
        close(old);
    /* Network file systems tell of a full disk only here. */
    if (fclose(f) != 0 && !why)
        why = errno;
    bool renamed = !why && count && rename(temporary, path) == 0;
    if (!why && count && !renamed && g_mkdir_with_parents(folder, 0777) == 0)
        renamed = rename(temporary, path) == 0;
    if (!why && count && !renamed)
        why = errno;
    if (why || !count)
        unlink(temporary);
    return why;
}

bool frit_store_put(frit_store *s, const frit_key *pack, uint32_t n, const frit_record *records,
                    GError **error)
{
    g_return_val_if_fail(n <= FRIT_PACK_SIZE, false);
    for (uint32_t i = 0; i < n; i++)
        if (present(&records[i]))
            hold(s, pack, i, &records[i]);
    g_autofree char *path = place(s, "packs", pack);
    int lock = lock_pack(s, pack);
    int why = write_and_rename(s, pack, path, n, records);
    if (lock >= 0)
        close(lock);
    if (why) {
        frit_disk_error(error, why, "write to the store", s->folder, bytes_needed(n, records));
        return false;
    }
    g_mutex_lock(&s->lock);
    g_hash_table_remove(s->damaged, pack);
    g_mutex_unlock(&s->lock);
    return true;
}

/* ---- Notes ---- */

static char *note_heading(const char *text)
{
    return g_strdup_printf(NOTE_HEADING "%016" G_GINT64_MODIFIER "x\n",
                           (guint64)frit_pack_checksum(text, strlen(text)));
}

char *frit_store_note(frit_store *s, const frit_key *key)
{
    g_autofree char *path = place(s, "notes", key), *note = NULL;
    if (!g_file_get_contents(path, &note, NULL, NULL) || !g_str_has_prefix(note, NOTE_HEADING))
        return NULL;
    const char *text = strchr(note, '\n');
    if (!text)
        return NULL;
    text++;
    g_autofree char *heading = note_heading(text);
    return g_str_has_prefix(note, heading) ? g_strdup(text) : NULL;
}

bool frit_store_set_note(frit_store *s, const frit_key *key, const char *text, GError **error)
{
    g_autofree char *path = place(s, "notes", key), *folder = g_path_get_dirname(path);
    if (!text) {
        if (unlink(path) == 0 || errno == ENOENT || errno == ENOTDIR)
            return true;
        frit_disk_error(error, errno, "write to the store", s->folder, 0);
        return false;
    }
    g_autofree char *heading = note_heading(text), *note = g_strconcat(heading, text, NULL);
    if (g_mkdir_with_parents(folder, 0777) != 0 || g_mkdir_with_parents(s->temporaries, 0777) != 0) {
        frit_disk_error(error, errno, "write to the store", s->folder, strlen(note));
        return false;
    }
    return frit_replace_file(path, s->temporaries, note, strlen(note), error);
}
