/* tiff_messages.c: open a TIFF so that libtiff's messages are kept instead of printed.
 *
 * libtiff 4.5 has handlers for each file.  An older one has only those of the whole program: there
 * they are switched off, and a sentence has to do without libtiff's words.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "tiff_messages.h"
#include "images.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#if defined(TIFFLIB_AT_LEAST)
#define PER_FILE TIFFLIB_AT_LEAST(4, 5, 0)
#else
#define PER_FILE 0
#endif

#if PER_FILE
static int keep_error(TIFF *tif, void *user, const char *module, const char *fmt, va_list args)
{
    struct tiff_messages *m = user;
    char text[sizeof m->text];
    size_t n;

    (void)tif, (void)module;
    if (m->text[0] != '\0')
        return 1;
    vsnprintf(text, sizeof text, fmt, args);
    n = strlen(text);
    while (n > 0 && (text[n - 1] == '.' || text[n - 1] == '\n' || text[n - 1] == ' '))
        n--;
    image_printable(m->text, sizeof m->text, text, n);
    return 1;
}

/* Of unknown tags, mostly, which instruments write. */
static int drop_warning(TIFF *tif, void *user, const char *module, const char *fmt, va_list args)
{
    (void)tif, (void)user, (void)module, (void)fmt, (void)args;
    return 1;
}

static TIFFOpenOptions *options(struct tiff_messages *m, uint64_t most)
{
    TIFFOpenOptions *o = TIFFOpenOptionsAlloc();

    if (o) {
        TIFFOpenOptionsSetErrorHandlerExtR(o, keep_error, m);
        TIFFOpenOptionsSetWarningHandlerExtR(o, drop_warning, m);
        TIFFOpenOptionsSetMaxSingleMemAlloc(o, most < PTRDIFF_MAX ? (tmsize_t)most : 0);
    }
    return o;
}
#endif

TIFF *tiff_messages_open(struct tiff_messages *m, const char *name, const char *mode, thandle_t handle,
                         uint64_t most, TIFFReadWriteProc read_proc, TIFFReadWriteProc write_proc,
                         TIFFSeekProc seek_proc, TIFFCloseProc close_proc, TIFFSizeProc size_proc)
{
    TIFF *tif = NULL;
#if PER_FILE
    TIFFOpenOptions *o = options(m, most);

    if (o)
        tif = TIFFClientOpenExt(name, mode, handle, read_proc, write_proc, seek_proc, close_proc, size_proc,
                                NULL, NULL, o);
    TIFFOpenOptionsFree(o);
#else
    (void)most;
    *m = (struct tiff_messages) { .text = "" };
    TIFFSetErrorHandler(NULL);
    TIFFSetWarningHandler(NULL);
    tif = TIFFClientOpen(name, mode, handle, read_proc, write_proc, seek_proc, close_proc, size_proc, NULL,
                         NULL);
#endif
    return tif;
}

TIFF *tiff_messages_create(struct tiff_messages *m, const char *path, const char *mode)
{
    TIFF *tif = NULL;
#if PER_FILE
    TIFFOpenOptions *o = options(m, 0);

    if (o)
        tif = TIFFOpenExt(path, mode, o);
    TIFFOpenOptionsFree(o);
#else
    *m = (struct tiff_messages) { .text = "" };
    TIFFSetErrorHandler(NULL);
    TIFFSetWarningHandler(NULL);
    tif = TIFFOpen(path, mode);
#endif
    return tif;
}

const char *tiff_messages_text(const struct tiff_messages *m)
{
    return m->text[0] != '\0' ? m->text : "libtiff gives no reason";
}
