/* Reading ahead: a disk gives its full rate only where it knows what comes.  Bands of sixteen files at once look
 * like no order at all to the kernel, so that it is told.
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#define _GNU_SOURCE   /* preadv2 */
#include "read_ahead.h"

#include <fcntl.h>
#include <stdbool.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

/* A container of many frames is not fetched whole for one of them. */
enum { PIECE = 1 << 20, LARGEST = 64 << 20 };

/* The end of a file is there last. */
static int is_cached(int fd, off_t size)
{
    char last;
    struct iovec to = {&last, 1};
    return preadv2(fd, &to, 1, size - 1, RWF_NOWAIT) == 1;
}

void frit_read_ahead(const char *path)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    struct stat s;
    if (fd < 0)
        return;
    bool fetch = fstat(fd, &s) == 0 && S_ISREG(s.st_mode) && s.st_size > 0 && s.st_size <= LARGEST;
    /* In pieces, since one request gives no more than the kernel's own limit of reading ahead. */
    if (fetch && !is_cached(fd, s.st_size))
        for (off_t at = 0; at < s.st_size; at += PIECE)
            posix_fadvise(fd, at, PIECE, POSIX_FADV_WILLNEED);
    close(fd);
}
