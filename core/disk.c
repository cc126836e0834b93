/* Writing to disk: a temporary file, renamed when it is whole.
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "disk.h"
#include "error.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/file.h>
#include <sys/statvfs.h>
#include <time.h>
#include <unistd.h>

#define A_DAY ((time_t)24 * 60 * 60)

/* On the disk of the nearest folder that exists: what is to be written may have none yet. */
static bool space_left(const char *path, uint64_t *left)
{
    g_autofree char *at = g_strdup(path);
    struct statvfs fs;
    while (statvfs(at, &fs) != 0) {
        char *up = g_path_get_dirname(at);
        bool top = g_str_equal(up, at);
        g_free(at);
        at = up;
        if (top)
            return false;
    }
    *left = (uint64_t)fs.f_bavail * fs.f_frsize;
    return true;
}

static char *space_advice(int why, const char *path, uint64_t need)
{
    uint64_t left;
    const char *full = why == ENOSPC ? "no space left on its disk" : "your disk quota is used up";
    if (!need || !space_left(path, &left))
        return g_strdup_printf("%s: make room there, or choose another folder", full);
    g_autofree char *needed = g_format_size(need), *there = g_format_size(left);
    return g_strdup_printf("%s (%s needed, %s free): make room there, or choose another folder", full, needed,
                           there);
}

static char *advice(int why, const char *path, uint64_t need)
{
    switch (why) {
    case ENOSPC:
    case EDQUOT: return space_advice(why, path, need);
    case EACCES:
    case EPERM: return g_strdup("you have no permission: change that (chmod), or choose another folder");
    case EROFS: return g_strdup("its file system is read-only: choose another folder");
    case ENOTDIR:
    case EEXIST:
        return g_strdup("a file stands where a folder is needed: move it away, or choose another name");
    case EISDIR: return g_strdup("it is a folder: choose another name");
    case ENAMETOOLONG: return g_strdup("the name is too long: choose a shorter one");
    default: return g_strdup(g_strerror(why));
    }
}

void frit_disk_error(GError **error, int why, const char *doing, const char *path, uint64_t need)
{
    g_autofree char *sentence = advice(why, path, need);
    g_set_error(error, FRIT_ERROR, why == ENOMEM ? FRIT_ENOMEM : FRIT_EIO, "cannot %s %s: %s", doing, path,
                sentence);
}

/* Linux moves at most 2 GiB at a time; other systems refuse to try more. */
#define AT_ONCE ((size_t)1 << 30)

bool frit_write_all(int fd, const void *data, size_t n)
{
    for (const char *from = data; n;) {
        ssize_t done = write(fd, from, MIN(n, AT_ONCE));
        if (done < 0 && errno == EINTR)
            continue;
        if (done < 0)
            return false;
        from += done;
        n -= (size_t)done;
    }
    return true;
}

bool frit_read_all(int fd, void *data, size_t n, uint64_t offset)
{
    for (char *to = data; n;) {
        ssize_t done = pread(fd, to, MIN(n, AT_ONCE), (off_t)offset);
        if (done < 0 && errno == EINTR)
            continue;
        if (done <= 0) {
            errno = done < 0 ? errno : EIO;
            return false;
        }
        to += done;
        offset += (uint64_t)done;
        n -= (size_t)done;
    }
    return true;
}

int frit_temporary(const char *folder, const char *prefix, char **path)
{
    static gint counter;
    for (int attempt = 0; attempt < 10000; attempt++) {
        /* Host and process are not enough: containers share both.  O_EXCL settles it. */
        char *name = g_strdup_printf("%s/%s-%s-%ld-%d", folder, prefix, g_get_host_name(), (long)getpid(),
                                     g_atomic_int_add(&counter, 1));
        int fd = open(name, O_CREAT | O_EXCL | O_RDWR | O_CLOEXEC, 0666);
        if (fd >= 0) {
            *path = name;
            return fd;
        }
        int why = errno;
        g_free(name);
        errno = why;
        if (why != EEXIST)
            break;
    }
    return -1;
}

void frit_remove(const char *path)
{
    struct stat s;
    if (lstat(path, &s) != 0)
        return;
    if (!S_ISDIR(s.st_mode)) {
        unlink(path);
        return;
    }
    GDir *dir = g_dir_open(path, 0, NULL);
    for (const char *name; dir && (name = g_dir_read_name(dir));) {
        g_autofree char *inside = g_build_filename(path, name, NULL);
        frit_remove(inside);
    }
    if (dir)
        g_dir_close(dir);
    rmdir(path);
}

void frit_sweep(const char *folder, const char *prefix)
{
    GDir *dir = g_dir_open(folder, 0, NULL);
    if (!dir)
        return;
    for (const char *name; (name = g_dir_read_name(dir));) {
        if (!g_str_has_prefix(name, prefix))
            continue;
        g_autofree char *path = g_build_filename(folder, name, NULL);
        struct stat s;
        /* Age alone decides: whether a process lives cannot be seen from another host. */
        if (lstat(path, &s) == 0 && s.st_mtime < time(NULL) - A_DAY)
            frit_remove(path);
    }
    g_dir_close(dir);
}

bool frit_replace_file(const char *path, const char *folder, const void *data, size_t n, GError **error)
{
    g_autofree char *temporary = NULL;
    int fd = frit_temporary(folder, "tmp", &temporary);
    if (fd < 0) {
        frit_disk_error(error, errno, "write", path, n);
        return false;
    }
    int why = frit_write_all(fd, data, n) ? 0 : errno;
    /* Network file systems tell of a full disk only here. */
    if (close(fd) != 0 && !why)
        why = errno;
    if (!why && rename(temporary, path) != 0)
        why = errno;
    if (why) {
        unlink(temporary);
        frit_disk_error(error, why, "write", path, n);
    }
    return !why;
}

/* A process that stands still would hold up the others for good: after a while they go on without. */
int frit_lock(const char *path)
{
    enum { ATTEMPTS = 1000, PAUSE = 2000 };
    int fd = open(path, O_CREAT | O_RDWR | O_CLOEXEC, 0666);
    for (int i = 0; fd >= 0 && i < ATTEMPTS; i++) {
        if (flock(fd, LOCK_EX | LOCK_NB) == 0)
            return fd;
        if (errno != EWOULDBLOCK && errno != EINTR)
            break;
        g_usleep(PAUSE);
    }
    if (fd >= 0)
        close(fd);
    return -1;
}

int64_t frit_mtime(const struct stat *s)
{
    return (int64_t)s->st_mtim.tv_sec * 1000000000 + s->st_mtim.tv_nsec;
}

int64_t frit_ctime(const struct stat *s)
{
    return (int64_t)s->st_ctim.tv_sec * 1000000000 + s->st_ctim.tv_nsec;
}
