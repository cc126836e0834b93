/* Files that are about to be read, asked of the disk before. */
#pragma once

/* A file of moderate size that is not in memory is on its way from then on; any other, and any that cannot be
 * opened, is left alone. */
void frit_read_ahead(const char *path);

enum { FRIT_READ_AHEAD = 32 };   /* files beyond those of a batch: 256 MiB of large frames */
