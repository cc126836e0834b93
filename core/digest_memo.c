/* The memo is a heading and fixed records, each with a checksum, appended in one write: many processes may share it
 * without a lock.  A record that got torn is skipped.
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "digest_memo.h"
#include "disk.h"
#include "xxh3.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

enum { FIELDS = 8, RECORD = 8 * (FIELDS + 1) };

#define HEADING    "frit digests 2\n"
#define MEMO_LIMIT ((uint64_t)256 << 20) /* over three million files; started anew when larger */

/* The time of a file whose record says nothing of what it contains now. */
#define NO_TIME INT64_MIN

struct frit_digest_memo {
    GHashTable *files;   /* of frit_known */
    GHashTable *sizes;   /* of int64, those of all files ever remembered, and their samples */
    GHashTable *samples;
    char       *path;
    int         fd;      /* for appending; -1: none */
};

/* ---- Files ---- */

frit_known frit_known_of(const struct stat *s)
{
    return (frit_known){.device = (uint64_t)s->st_dev, .inode = (uint64_t)s->st_ino, .size = (uint64_t)s->st_size,
                        .mtime = frit_mtime(s), .ctime = frit_ctime(s)};
}

bool frit_known_unchanged(const frit_known *a, const frit_known *b)
{
    return a->size == b->size && a->mtime == b->mtime && a->ctime == b->ctime;
}

guint frit_known_hash(gconstpointer p)
{
    const frit_known *k = p;
    return (guint)(k->inode * UINT64_C(0x9e3779b97f4a7c15) >> 32) ^ (guint)k->device;
}

gboolean frit_known_equal(gconstpointer a, gconstpointer b)
{
    const frit_known *x = a, *y = b;
    return x->device == y->device && x->inode == y->inode;
}

/* ---- Records ---- */

static void put64(uint8_t *to, uint64_t x)
{
    for (int i = 0; i < 8; i++)
        to[i] = (uint8_t)(x >> 8 * i);
}

static uint64_t get64(const uint8_t *from)
{
    uint64_t x = 0;
    for (int i = 0; i < 8; i++)
        x |= (uint64_t)from[i] << 8 * i;
    return x;
}

static void encode(const frit_known *k, uint8_t record[RECORD])
{
    const uint64_t field[FIELDS] = {k->device,          k->inode,        k->size,        (uint64_t)k->mtime,
                                    (uint64_t)k->ctime, k->content.high, k->content.low, k->sample};
    for (int i = 0; i < FIELDS; i++)
        put64(record + 8 * i, field[i]);
    put64(record + 8 * FIELDS, XXH3_64bits(record, 8 * FIELDS));
}

static bool decode(const uint8_t *record, frit_known *k)
{
    uint64_t field[FIELDS];
    for (int i = 0; i < FIELDS; i++)
        field[i] = get64(record + 8 * i);
    *k = (frit_known){field[0], field[1], field[2], (int64_t)field[3], (int64_t)field[4], {field[5], field[6]},
                      field[7]};
    return get64(record + 8 * FIELDS) == XXH3_64bits(record, 8 * FIELDS);
}

static void remember(frit_digest_memo *m, const frit_known *k)
{
    g_hash_table_add(m->files, g_memdup2(k, sizeof *k));
    if (!frit_digest_memo_has_size(m, k->size))
        g_hash_table_add(m->sizes, g_memdup2(&k->size, sizeof k->size));
    if (k->sample && !frit_digest_memo_has_sample(m, k->sample))
        g_hash_table_add(m->samples, g_memdup2(&k->sample, sizeof k->sample));
}

/* ---- The file ---- */

/* Everything known, without what is out of date or damaged, in place of the memo. */
static void write_anew(frit_digest_memo *m)
{
    GByteArray *all = g_byte_array_new();
    uint8_t record[RECORD] = HEADING;
    g_byte_array_append(all, record, RECORD);
    GHashTableIter iter;
    gpointer k;
    g_hash_table_iter_init(&iter, m->files);
    while (g_hash_table_iter_next(&iter, &k, NULL)) {
        encode(k, record);
        g_byte_array_append(all, record, RECORD);
    }
    g_autofree char *folder = g_path_get_dirname(m->path);
    g_mkdir_with_parents(folder, 0777);
    frit_sweep(folder, "tmp-");
    frit_replace_file(m->path, folder, all->data, all->len, NULL); /* done without where it fails */
    g_byte_array_unref(all);
}

/* False: the memo should be written anew. */
static bool load(frit_digest_memo *m, int fd)
{
    struct stat s;
    if (fstat(fd, &s) != 0 || !S_ISREG(s.st_mode) || s.st_size < RECORD || (uint64_t)s.st_size > MEMO_LIMIT)
        return false;
    size_t n = (size_t)s.st_size, damaged = 0, records = 0;
    g_autofree uint8_t *all = g_try_malloc(n);
    const uint8_t heading[RECORD] = HEADING;
    if (!all || !frit_read_all(fd, all, n, 0) || memcmp(all, heading, RECORD) != 0)
        return false;
    for (size_t at = RECORD; at < n;) {
        frit_known k;
        if (n - at >= RECORD && decode(all + at, &k)) {
            remember(m, &k);
            records++;
            at += RECORD;
        } else {
            damaged++;
            at++; /* a torn write: the next record starts at any byte */
        }
    }
    return !damaged && records <= 1000 + 2 * (size_t)g_hash_table_size(m->files);
}

frit_digest_memo *frit_digest_memo_open(const char *path)
{
    frit_digest_memo *m = g_new0(frit_digest_memo, 1);
    m->files = g_hash_table_new_full(frit_known_hash, frit_known_equal, g_free, NULL);
    m->sizes = g_hash_table_new_full(g_int64_hash, g_int64_equal, g_free, NULL);
    m->samples = g_hash_table_new_full(g_int64_hash, g_int64_equal, g_free, NULL);
    m->path = g_strdup(path);
    m->fd = -1;
    if (!path)
        return m;
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (fd < 0 ? errno == ENOENT : !load(m, fd))
        write_anew(m);
    if (fd >= 0)
        close(fd);
    m->fd = open(path, O_WRONLY | O_APPEND | O_CLOEXEC | O_NONBLOCK);
    return m;
}

void frit_digest_memo_close(frit_digest_memo *m)
{
    if (m->fd >= 0)
        close(m->fd);
    g_hash_table_unref(m->files);
    g_hash_table_unref(m->sizes);
    g_hash_table_unref(m->samples);
    g_free(m->path);
    g_free(m);
}

/* ---- Asking and telling ---- */

bool frit_digest_memo_find(const frit_digest_memo *m, const frit_known *file, frit_key *content)
{
    const frit_known *old = g_hash_table_lookup(m->files, file);
    if (!old || !frit_known_unchanged(old, file))
        return false;
    *content = old->content;
    return true;
}

void frit_digest_memo_add(frit_digest_memo *m, const frit_known *file, bool at_rest)
{
    frit_known k = *file;
    if (!at_rest)
        k.mtime = k.ctime = NO_TIME;
    if (!at_rest && (!k.sample || frit_digest_memo_has_sample(m, k.sample)))
        return;
    remember(m, &k);
    uint8_t record[RECORD];
    encode(&k, record);
    /* One write: whole records of other processes stand before and after it. */
    if (m->fd >= 0 && write(m->fd, record, RECORD) != RECORD) {
        close(m->fd);
        m->fd = -1;
    }
}

bool frit_digest_memo_lasts(const frit_digest_memo *m)
{
    return !m->path || m->fd >= 0;
}

bool frit_digest_memo_has_size(const frit_digest_memo *m, uint64_t size)
{
    return g_hash_table_contains(m->sizes, &size);
}

bool frit_digest_memo_has_sample(const frit_digest_memo *m, uint64_t sample)
{
    return g_hash_table_contains(m->samples, &sample);
}
