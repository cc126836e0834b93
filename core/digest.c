/* Digests of files, and the memo of them: which content a file had when it was last read.
 *
 * The memo is a heading and fixed records, each with a checksum, appended in one write: many
 * processes may share it without a lock.  A record that got torn is skipped.
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "key.h"
#include "disk.h"
#include "error.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>
#include <xxhash.h>

#define RECORD     64
#define HEADING    "frit digests 1\n"
#define BUFFER     ((size_t)1 << 20)
#define MEMO_LIMIT ((uint64_t)256 << 20) /* four million files; started anew when larger */

/* A file changed so short a time ago may change again without a new time: coarse clocks of
 * file systems tick every two seconds at worst (FAT). */
#define RACY_NS INT64_C(2000000000)

typedef struct known {
    uint64_t device, inode; /* these two find it */
    uint64_t size;
    int64_t mtime, ctime; /* these three say whether it is still the same */
    frit_key content;
} known;

struct frit_digests {
    GMutex      lock;
    GCond       read;  /* some file was read to its end */
    GHashTable *files; /* of known */
    GHashTable *busy;  /* of known: files that a thread reads just now */
    char       *memo;
    int         fd;    /* of the memo, for appending; -1: none */
};

static guint known_hash(gconstpointer p)
{
    const known *k = p;
    return (guint)(k->inode * UINT64_C(0x9e3779b97f4a7c15) >> 32) ^ (guint)k->device;
}

static gboolean known_equal(gconstpointer a, gconstpointer b)
{
    const known *x = a, *y = b;
    return x->device == y->device && x->inode == y->inode;
}

static bool unchanged(const known *a, const known *b)
{
    return a->size == b->size && a->mtime == b->mtime && a->ctime == b->ctime;
}

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

static void encode(const known *k, uint8_t record[RECORD])
{
    const uint64_t field[] = {k->device,          k->inode,        k->size,       (uint64_t)k->mtime,
                              (uint64_t)k->ctime, k->content.high, k->content.low};
    for (int i = 0; i < 7; i++)
        put64(record + 8 * i, field[i]);
    put64(record + 56, XXH3_64bits(record, 56));
}

static bool decode(const uint8_t *record, known *k)
{
    if (get64(record + 56) != XXH3_64bits(record, 56))
        return false;
    *k = (known){get64(record),
                 get64(record + 8),
                 get64(record + 16),
                 (int64_t)get64(record + 24),
                 (int64_t)get64(record + 32),
                 {get64(record + 40), get64(record + 48)}};
    return true;
}

static void remember(frit_digests *d, const known *k)
{
    known *copy = g_new(known, 1);
    *copy = *k;
    g_hash_table_add(d->files, copy);
}

/* Everything known, without what is out of date or damaged, in place of the memo. */
static void write_anew(frit_digests *d)
{
    GByteArray *all = g_byte_array_new();
    uint8_t record[RECORD] = HEADING;
    g_byte_array_append(all, record, RECORD);
    GHashTableIter iter;
    gpointer k;
    g_hash_table_iter_init(&iter, d->files);
    while (g_hash_table_iter_next(&iter, &k, NULL)) {
        encode(k, record);
        g_byte_array_append(all, record, RECORD);
    }
    g_autofree char *folder = g_path_get_dirname(d->memo);
    g_mkdir_with_parents(folder, 0777);
    frit_sweep(folder, "tmp-");
    frit_replace_file(d->memo, folder, all->data, all->len, NULL); /* done without where it fails */
    g_byte_array_unref(all);
}

/* False: the memo should be written anew. */
static bool load(frit_digests *d, int fd)
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
        known k;
        if (n - at >= RECORD && decode(all + at, &k)) {
            remember(d, &k);
            records++;
            at += RECORD;
        } else {
            damaged++;
            at++; /* a torn write: the next record starts at any byte */
        }
    }
    return !damaged && records <= 1000 + 2 * (size_t)g_hash_table_size(d->files);
}

frit_digests *frit_digests_open(const char *memo)
{
    frit_digests *d = g_new0(frit_digests, 1);
    g_mutex_init(&d->lock);
    g_cond_init(&d->read);
    d->files = g_hash_table_new_full(known_hash, known_equal, g_free, NULL);
    d->busy = g_hash_table_new(known_hash, known_equal);
    d->memo = g_strdup(memo);
    d->fd = -1;
    if (!memo)
        return d;
    int fd = open(memo, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (fd < 0 ? errno == ENOENT : !load(d, fd))
        write_anew(d);
    if (fd >= 0)
        close(fd);
    d->fd = open(memo, O_WRONLY | O_APPEND | O_CLOEXEC | O_NONBLOCK);
    return d;
}

void frit_digests_close(frit_digests *d)
{
    if (!d)
        return;
    if (d->fd >= 0)
        close(d->fd);
    g_hash_table_unref(d->files);
    g_hash_table_unref(d->busy);
    g_mutex_clear(&d->lock);
    g_cond_clear(&d->read);
    g_free(d->memo);
    g_free(d);
}

static bool fail(GError **error, int why)
{
    const char *sentence = NULL;
    switch (why) {
    case ENOENT: sentence = "no such file"; break;
    case EACCES:
    case EPERM: sentence = "you have no permission to read it"; break;
    case ENOTDIR: sentence = "a part of its path is a file, not a folder"; break;
    }
    if (sentence)
        g_set_error_literal(error, FRIT_ERROR, FRIT_EIO, sentence);
    else
        g_set_error(error, FRIT_ERROR, FRIT_EIO, "it cannot be read: %s", g_strerror(why));
    return false;
}

static void describe(const struct stat *s, known *k)
{
    *k = (known){(uint64_t)s->st_dev, (uint64_t)s->st_ino, (uint64_t)s->st_size,
                 frit_mtime(s),       frit_ctime(s),       {0, 0}};
}

static bool look(const char *path, known *k, GError **error)
{
    struct stat s;
    if (stat(path, &s) != 0)
        return fail(error, errno);
    if (!S_ISREG(s.st_mode)) {
        g_set_error_literal(error, FRIT_ERROR, FRIT_EIO,
                            S_ISDIR(s.st_mode) ? "it is a folder, not a file"
                                               : "it is a device or a pipe, not a file");
        return false;
    }
    describe(&s, k);
    return true;
}

static int digest_open_file(int fd, frit_key *content)
{
    g_autofree char *buffer = g_malloc(BUFFER);
    XXH3_state_t *state = XXH3_createState();
    if (!state)
        return ENOMEM;
    XXH3_128bits_reset(state);
    int why = 0;
    for (;;) {
        ssize_t n = read(fd, buffer, BUFFER);
        if (n < 0 && errno == EINTR)
            continue;
        why = n < 0 ? errno : 0;
        if (n <= 0)
            break;
        XXH3_128bits_update(state, buffer, (size_t)n);
    }
    XXH128_hash_t end = XXH3_128bits_digest(state);
    XXH3_freeState(state);
    *content = (frit_key){end.high64, end.low64};
    return why;
}

/* Reads the file to its end and fills k; `rest`: it had not been touched for a while before. */
static bool read_whole(const char *path, known *k, bool *rest, GError **error)
{
    for (int attempt = 0; attempt < 3; attempt++) {
        int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
        if (fd < 0)
            return fail(error, errno);
        int64_t now = g_get_real_time() * 1000;
        struct stat before, after;
        int why = fstat(fd, &before) != 0 ? errno : digest_open_file(fd, &k->content);
        if (!why && fstat(fd, &after) != 0)
            why = errno;
        close(fd);
        if (why)
            return fail(error, why);
        known then, later;
        describe(&before, &then);
        describe(&after, &later);
        if (!unchanged(&then, &later))
            continue;
        /* A time in the future was set by hand; then the change of the inode tells. */
        *rest = then.ctime < now - RACY_NS && (then.mtime < now - RACY_NS || then.mtime > now);
        then.content = k->content;
        *k = then;
        return true;
    }
    g_set_error_literal(error, FRIT_ERROR, FRIT_EIO,
                        "it changes while it is read: wait until it is complete");
    return false;
}

bool frit_digest_file(frit_digests *d, const char *path, frit_key *key, GError **error)
{
    known k;
    bool rest;
    if (!look(path, &k, error))
        return false;
    if (!d) {
        if (!read_whole(path, &k, &rest, error))
            return false;
        *key = k.content;
        return true;
    }
    known claim = k;
    g_mutex_lock(&d->lock);
    /* One thread reads a file, the others wait for what it finds. */
    while (g_hash_table_contains(d->busy, &claim))
        g_cond_wait(&d->read, &d->lock);
    const known *old = g_hash_table_lookup(d->files, &k);
    if (old && unchanged(old, &k)) {
        *key = old->content;
        g_mutex_unlock(&d->lock);
        return true;
    }
    g_hash_table_add(d->busy, &claim);
    g_mutex_unlock(&d->lock);

    bool ok = read_whole(path, &k, &rest, error);

    g_mutex_lock(&d->lock);
    g_hash_table_remove(d->busy, &claim);
    if (ok && rest) {
        remember(d, &k);
        uint8_t record[RECORD];
        encode(&k, record);
        /* One write: whole records of other processes stand before and after it. */
        if (d->fd >= 0 && write(d->fd, record, RECORD) != RECORD) {
            close(d->fd);
            d->fd = -1;
        }
    }
    g_cond_broadcast(&d->read);
    g_mutex_unlock(&d->lock);
    if (ok)
        *key = k.content;
    return ok;
}
