/* Writing to disk as the core does it: whole or not at all, and with a sentence that helps when it fails. */
#pragma once

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/stat.h>

/* Sets an error of FRIT_EIO for the errno `why`, while `doing` ("write", "make the folder") `path`.
 * `need`: how many bytes were to be written, for the sentence about a full disk; 0: unknown. */
void frit_disk_error(GError **error, int why, const char *doing, const char *path, uint64_t need);

/* All n bytes; false: errno says why. */
bool frit_write_all(int fd, const void *data, size_t n);
bool frit_read_all(int fd, void *data, size_t n, uint64_t offset);

/* A new file of its own in `folder`, "PREFIX-host-pid-n", open for reading and writing; its path is
 * to be freed.  -1: errno says why. */
int  frit_temporary(const char *folder, const char *prefix, char **path);
/* Remove what dead processes left in `folder` under names that start with `prefix`, a day ago or earlier. */
void frit_sweep(const char *folder, const char *prefix);
/* A file, or a folder with all that is in it; symbolic links are not followed. */
void frit_remove(const char *path);

/* Replaces the file as a whole.  The temporary file stands in `folder`, on the same file system. */
bool frit_replace_file(const char *path, const char *folder, const void *data, size_t n, GError **error);

/* A lock that ends with its process: the open file, to be closed; -1: not had within two seconds, or not
 * known to this file system. */
int frit_lock(const char *path);

/* Nanoseconds since 1970. */
int64_t frit_mtime(const struct stat *s);
int64_t frit_ctime(const struct stat *s);
