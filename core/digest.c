/* Digests of files: read for them, or taken from what a step reads.
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "digest.h"
#include "digest_memo.h"
#include "disk.h"
#include "error.h"
#include "progress.h"
#include "xxh3.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#define BUFFER ((size_t)1 << 20)

/* A file changed so short a time ago may change again without a new time: coarse clocks of
 * file systems tick every two seconds at worst (FAT). */
#define RACY_NS INT64_C(2000000000)

/* Files of these sizes are images and the like, of which each is read by one step: their digests may be put off. */
enum { SMALLEST = 64 << 10, LARGEST = 256 << 20 };

/* So much may be missing of what a step reads: a header, the directory of a TIFF.  At the end, where the step may still
 * come to it, no more than a small part of the file. */
enum { GAP = 64 << 10, PAGE = 4096, SMALL_PART = 64 };

struct frit_digests {
    GMutex            lock;
    GCond             read;        /* some file was read to its end */
    frit_digest_memo *memo;
    GHashTable       *busy;        /* of frit_known: files that a thread reads just now */
    GHashTable       *first_seen;  /* path -> frit_known: files whose digest was put off, as they were then */
    GHashTable       *replaced;    /* paths of those that are others now */
    bool              put_off;
};

frit_digests *frit_digests_open(const char *memo)
{
    frit_digests *d = g_new0(frit_digests, 1);
    g_mutex_init(&d->lock);
    g_cond_init(&d->read);
    d->memo = frit_digest_memo_open(memo);
    d->busy = g_hash_table_new(frit_known_hash, frit_known_equal);
    d->first_seen = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
    d->replaced = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    return d;
}

void frit_digests_close(frit_digests *d)
{
    if (!d)
        return;
    frit_digest_memo_close(d->memo);
    g_hash_table_unref(d->busy);
    g_hash_table_unref(d->first_seen);
    g_hash_table_unref(d->replaced);
    g_mutex_clear(&d->lock);
    g_cond_clear(&d->read);
    g_free(d);
}

void frit_digests_put_off(frit_digests *d, bool put_off)
{
    if (d)
        d->put_off = put_off;
}

bool frit_digests_are_put_off(const frit_digests *d)
{
    return d && d->put_off;
}

/* ---- Looking at a file ---- */

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

static bool look(const char *path, frit_known *k, GError **error)
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
    *k = frit_known_of(&s);
    return true;
}

/* Was it left alone for a while before?  A time in the future was set by hand; then the change of the inode tells. */
static bool is_at_rest(const frit_known *k, int64_t now)
{
    return k->ctime < now - RACY_NS && (k->mtime < now - RACY_NS || k->mtime > now);
}

/* Of an image, from its header and its pixels: images of one series differ in some of these, if only in the noise of
 * their counts.  Not from its end, by which reading ahead tells whether it is in memory.  0: too small, or not to be
 * read. */
static uint64_t take_sample(int fd, uint64_t size)
{
    enum { PIECE = 512, PIECES = 4 };
    uint8_t piece[PIECES][PIECE];
    const uint64_t at[PIECES] = {0, size / 4, size / 8 * 5, size / 8 * 7};
    if (size < SMALLEST)
        return 0;
    posix_fadvise(fd, 0, 0, POSIX_FADV_RANDOM); /* a few pages, not what follows them */
    bool there = true;
    for (int i = 0; there && i < PIECES; i++)
        there = frit_read_all(fd, piece[i], PIECE, at[i]);
    posix_fadvise(fd, 0, 0, POSIX_FADV_NORMAL);
    uint64_t sample = XXH3_64bits_withSeed(piece, sizeof piece, size);
    return there ? sample | 1 : 0;
}

/* ---- Reading it for its digest ---- */

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

/* Reads the file to its end and fills k. */
static bool read_whole(const char *path, frit_known *k, bool *at_rest, GError **error)
{
    for (int attempt = 0; attempt < 3; attempt++) {
        int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
        if (fd < 0)
            return fail(error, errno);
        int64_t now = g_get_real_time() * 1000;
        struct stat before, after;
        frit_key content;
        int why = fstat(fd, &before) != 0 ? errno : digest_open_file(fd, &content);
        uint64_t sample = why ? 0 : take_sample(fd, (uint64_t)before.st_size);
        if (!why && fstat(fd, &after) != 0)
            why = errno;
        close(fd);
        if (why)
            return fail(error, why);
        frit_known then = frit_known_of(&before), later = frit_known_of(&after);
        if (!frit_known_unchanged(&then, &later))
            continue;
        *at_rest = is_at_rest(&then, now);
        *k = then;
        k->content = content;
        k->sample = sample;
        return true;
    }
    g_set_error_literal(error, FRIT_ERROR, FRIT_EIO,
                        "it changes while it is read: wait until it is complete");
    return false;
}

/* ---- Files that were put off ---- */

static void tell_replaced(frit_digests *d, const char *path)
{
    if (g_hash_table_add(d->replaced, g_strdup(path)))
        frit_warn("%s was changed during the run: what was made of it is not kept", path);
}

/* Another file than when its digest was put off?  What was made since may be made of either.  d->lock is held. */
static bool was_replaced(frit_digests *d, const char *path, const frit_known *k, GError **error)
{
    const frit_known *then = g_hash_table_lookup(d->first_seen, path);
    if (!then || (frit_known_equal(then, k) && frit_known_unchanged(then, k)))
        return false;
    tell_replaced(d, path);
    g_set_error_literal(error, FRIT_ERROR, FRIT_EIO, "it was changed during the run");
    return true;
}

/* ---- The digest of a file ---- */

bool frit_digest_file(frit_digests *d, const char *path, frit_key *key, GError **error)
{
    frit_known k;
    bool at_rest;
    if (!look(path, &k, error))
        return false;
    if (!d) {
        if (!read_whole(path, &k, &at_rest, error))
            return false;
        *key = k.content;
        return true;
    }
    frit_known claim = k;
    g_mutex_lock(&d->lock);
    /* One thread reads a file, the others wait for what it finds. */
    while (g_hash_table_contains(d->busy, &claim))
        g_cond_wait(&d->read, &d->lock);
    bool replaced = was_replaced(d, path, &k, error);
    bool known = !replaced && frit_digest_memo_find(d->memo, &k, key);
    if (known || replaced) {
        g_mutex_unlock(&d->lock);
        return known;
    }
    g_hash_table_add(d->busy, &claim);
    g_mutex_unlock(&d->lock);

    bool ok = read_whole(path, &k, &at_rest, error);

    g_mutex_lock(&d->lock);
    g_hash_table_remove(d->busy, &claim);
    if (ok)
        frit_digest_memo_add(d->memo, &k, at_rest);
    ok = ok && !was_replaced(d, path, &k, error);   /* it was opened after the look */
    g_cond_broadcast(&d->read);
    g_mutex_unlock(&d->lock);
    if (ok)
        *key = k.content;
    return ok;
}

/* ---- Putting it off ---- */

/* As far as the memo knows. */
static bool is_new(frit_digests *d, const char *path, const frit_known *k)
{
    g_mutex_lock(&d->lock);
    bool candidate = frit_digest_memo_lasts(d->memo), size_known = frit_digest_memo_has_size(d->memo, k->size);
    g_mutex_unlock(&d->lock);
    /* One that was written a moment ago may not be complete, and is at hand. */
    if (!candidate || k->size < SMALLEST || k->size > LARGEST || !is_at_rest(k, g_get_real_time() * 1000))
        return false;
    if (!size_known)
        return true;
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    uint64_t sample = fd >= 0 ? take_sample(fd, k->size) : 0;
    if (fd >= 0)
        close(fd);
    g_mutex_lock(&d->lock);
    bool seen = frit_digest_memo_has_sample(d->memo, sample);
    g_mutex_unlock(&d->lock);
    return sample && !seen;
}

static bool was_put_off(frit_digests *d, const char *path, const frit_known *k)
{
    g_mutex_lock(&d->lock);
    const frit_known *then = g_hash_table_lookup(d->first_seen, path);
    bool same = then && frit_known_equal(then, k) && frit_known_unchanged(then, k);
    g_mutex_unlock(&d->lock);
    return same;
}

bool frit_digest_file_later(frit_digests *d, const char *path, frit_key *key, GError **error)
{
    frit_known k;
    if (!frit_digests_are_put_off(d))
        return frit_digest_file(d, path, key, error);
    if (!look(path, &k, error))
        return false;
    g_mutex_lock(&d->lock);
    bool known = frit_digest_memo_find(d->memo, &k, key);
    g_mutex_unlock(&d->lock);
    bool put_off = !known && was_put_off(d, path, &k);
    if (!known && !put_off && is_new(d, path, &k)) {
        put_off = true;
        g_mutex_lock(&d->lock);
        if (!g_hash_table_contains(d->first_seen, path))
            g_hash_table_insert(d->first_seen, g_strdup(path), g_memdup2(&k, sizeof k));
        g_mutex_unlock(&d->lock);
    }
    if (!put_off)
        return frit_digest_file(d, path, key, error);
    g_set_error_literal(error, FRIT_ERROR, FRIT_EIO, "its content is not known yet");
    return false;
}

/* ---- Taking it from what a step reads ---- */

struct frit_reading {
    frit_digests *digests;
    frit_known    then;
    int64_t       began;
    XXH3_state_t *state;    /* NULL: it is over */
    uint64_t      at;       /* so far */
};

frit_reading *frit_reading_new(frit_digests *d, int fd)
{
    struct stat s;
    int64_t now = g_get_real_time() * 1000;
    if (!d || fstat(fd, &s) != 0 || !S_ISREG(s.st_mode))
        return NULL;
    frit_known k = frit_known_of(&s);
    frit_key content;
    g_mutex_lock(&d->lock);
    bool wanted = k.size >= SMALLEST && k.size <= LARGEST && !frit_digest_memo_find(d->memo, &k, &content);
    g_mutex_unlock(&d->lock);
    frit_reading *r = wanted ? g_new(frit_reading, 1) : NULL;
    if (!r)
        return NULL;
    *r = (frit_reading){d, k, now, XXH3_createState(), 0};
    if (r->state)
        XXH3_128bits_reset(r->state);
    return r;
}

static void end_reading(frit_reading *r)
{
    XXH3_freeState(r->state);
    r->state = NULL;
}

void frit_reading_free(frit_reading *r)
{
    if (r)
        end_reading(r);
    g_free(r);
}

/* What is missing up to there. */
static bool fill(frit_reading *r, int fd, uint64_t to)
{
    if (to <= r->at)
        return true;
    size_t n = (size_t)(to - r->at);
    g_autofree char *between = g_malloc(n);
    if (!frit_read_all(fd, between, n, r->at))
        return false;
    XXH3_128bits_update(r->state, between, n);
    r->at = to;
    return true;
}

static void conclude(frit_reading *r, int fd)
{
    struct stat s;
    frit_known *k = &r->then;
    bool whole = fill(r, fd, k->size);
    k->sample = take_sample(fd, k->size);
    frit_known later = whole && fstat(fd, &s) == 0 ? frit_known_of(&s) : (frit_known){0};
    if (!frit_known_equal(k, &later) || !frit_known_unchanged(k, &later))
        return;   /* changed; or another file that was opened since */
    XXH128_hash_t end = XXH3_128bits_digest(r->state);
    k->content = (frit_key){end.high64, end.low64};
    g_mutex_lock(&r->digests->lock);
    frit_digest_memo_add(r->digests->memo, k, is_at_rest(k, r->began));
    g_mutex_unlock(&r->digests->lock);
}

void frit_reading_add(frit_reading *r, int fd, const void *data, size_t n, uint64_t offset)
{
    if (!r || !r->state || offset + n <= r->at || offset > r->at + GAP)
        return;
    if (!fill(r, fd, offset)) {
        end_reading(r);
        return;
    }
    size_t before = (size_t)(r->at - offset);
    XXH3_128bits_update(r->state, (const char *)data + before, n - before);
    r->at += n - before;
    uint64_t rest = CLAMP(r->then.size / SMALL_PART, PAGE, GAP);
    if (r->then.size > r->at + rest)
        return;
    conclude(r, fd);
    end_reading(r);
}
