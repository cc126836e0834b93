/* tiff_messages.h: open a TIFF so that libtiff's messages are kept instead of printed.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef FRIT_TIFF_MESSAGES_H
#define FRIT_TIFF_MESSAGES_H

#include <stdint.h>
#include <tiffio.h>

/* Must live as long as the TIFF. */
struct tiff_messages {
    char text[200];   /* of the first error, which is the cause of those after it */
};

/* libtiff allocates no more than `most` bytes at once. */
TIFF *tiff_messages_open(struct tiff_messages *m, const char *name, const char *mode, thandle_t handle,
                         uint64_t most, TIFFReadWriteProc read_proc, TIFFReadWriteProc write_proc,
                         TIFFSeekProc seek_proc, TIFFCloseProc close_proc, TIFFSizeProc size_proc);
TIFF *tiff_messages_create(struct tiff_messages *m, const char *path, const char *mode);

/* Never empty, no full stop. */
const char *tiff_messages_text(const struct tiff_messages *m);

#endif
