/* file.c: open an image file, tell from its first bytes what it is, and read bytes of it.
 *
 * The suffix is not asked: masks that are TIFFs are called .mask, .tif or .msk.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#define _POSIX_C_SOURCE 200809L

#include "images.h"

#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define HEAD 512

static const struct image_format *const formats[] = { &image_tiff, &image_fit2d, &image_edf };

/* What people give by mistake, and what to do about it. */
static const struct {
    const char *magic;
    size_t      n;
    const char *is;
} others[] = {
    { "\x89HDF\r\n\x1a\n", 8, "an HDF5 or NeXus file" },
    { "\x89PNG", 4, "a PNG picture" },
    { "\xff\xd8\xff", 3, "a JPEG picture" },
    { "GIF8", 4, "a GIF picture" },
    { "###CBF", 6, "a CBF file" },
    { "SIMPLE  =", 9, "a FITS file" },
    { "\x1f\x8b", 2, "a gzip-compressed file: unpack it first" },
    { "BZh", 3, "a bzip2-compressed file: unpack it first" },
    { "\xfd" "7zXZ", 5, "an xz-compressed file: unpack it first" },
    { "PK\x03\x04", 4, "a ZIP archive: unpack it first" },
    { "%PDF", 4, "a PDF document" },
    { "\x93NUMPY", 6, "a NumPy array" },
};

frit_status image_fail(struct image_file *f, frit_status why, const char *fmt, ...)
{
    va_list args;

    va_start(args, fmt);
    vsnprintf(f->why, sizeof f->why, fmt, args);
    va_end(args);
    return why;
}

frit_status image_fail_short(struct image_file *f, uint64_t have, uint64_t pixels, const char *where)
{
    char a[32], b[32];

    snprintf(a, sizeof a, "%.1f", (double)have * 1e-6);
    snprintf(b, sizeof b, "%.1f", (double)pixels * 1e-6);
    if (pixels >= 1000000 && have >= 100000 && strcmp(a, b) != 0)
        return image_fail(f, FRIT_EIO, "the file ends%s after %s of %s million pixels", where, a, b);
    return image_fail(f, FRIT_EIO, "the file ends%s after %llu of %llu pixels", where,
                      (unsigned long long)have, (unsigned long long)pixels);
}

void image_printable(char *to, size_t size, const char *from, size_t n)
{
    size_t i;

    for (i = 0; i < n && i + 1 < size && from[i] != '\0'; i++)
        to[i] = from[i] >= ' ' && from[i] <= '~' ? from[i] : '?';
    to[i] = '\0';
}

static bool is_text(const uint8_t *head, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (head[i] == 0x7f || (head[i] < ' ' && head[i] != '\t' && head[i] != '\n' && head[i] != '\r'))
            return false;
    return true;
}

/* The sentence for a file of no known format. */
static frit_status fail_unknown(struct image_file *f, const uint8_t *head, size_t n)
{
    static const char expected[] = "a TIFF, an EDF or a Fit2D mask was expected";
    char shown[48] = "";

    for (size_t i = 0; i < sizeof others / sizeof *others; i++)
        if (n >= others[i].n && memcmp(head, others[i].magic, others[i].n) == 0)
            return image_fail(f, FRIT_EDATA, "this is %s; %s", others[i].is, expected);
    if (is_text(head, n)) {
        size_t line = 0;

        while (line < n && line < 40 && head[line] != '\n' && head[line] != '\r')
            line++;
        image_printable(shown, sizeof shown, (const char *)head, line);
        return image_fail(f, FRIT_EDATA, "this is text, which begins with \"%s\"; %s", shown, expected);
    }
    for (size_t i = 0; i < n && i < 8; i++)
        snprintf(shown + 3 * i, sizeof shown - 3 * i, " %02x", head[i]);
    return image_fail(f, FRIT_EDATA, "this is no image that can be read (its first bytes are%s); %s", shown,
                      expected);
}

static frit_status open_regular(struct image_file *f)
{
    struct stat st;

    /* Without O_NONBLOCK, open() would wait for the other end of a pipe. */
    f->fd = open(f->path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (f->fd < 0 && errno == ENOENT)
        return image_fail(f, FRIT_EIO, "there is no such file");
    if (f->fd < 0)
        return image_fail(f, FRIT_EIO, "the file cannot be opened: %s", strerror(errno));
    if (fstat(f->fd, &st) != 0)
        return image_fail(f, FRIT_EIO, "the file cannot be examined: %s", strerror(errno));
    if (S_ISDIR(st.st_mode))
        return image_fail(
            f, FRIT_EIO,
            "this is a folder; to read the images in it, give a pattern such as \"folder/*.tif\"");
    if (!S_ISREG(st.st_mode))
        return image_fail(f, FRIT_EIO, "this is a device or a pipe, not a file");
    if (st.st_size <= 0)
        return image_fail(f, FRIT_EIO,
                          "the file is empty (0 bytes): it is still to be written, or its copy failed");
    f->size = (uint64_t)st.st_size;
    return FRIT_OK;
}

static frit_status find_format(struct image_file *f)
{
    uint8_t head[HEAD];
    size_t n = f->size < HEAD ? (size_t)f->size : HEAD;

    if (!image_bytes(f, 0, head, n))
        return image_fail(f, FRIT_EIO, "the file cannot be read: %s", strerror(errno));
    for (size_t i = 0; i < sizeof formats / sizeof *formats; i++)
        if (formats[i]->recognise(head, n)) {
            f->format = formats[i];
            return FRIT_OK;
        }
    return fail_unknown(f, head, n);
}

frit_status image_file_open(struct image_file *f, const char *path)
{
    frit_status s;

    *f = (struct image_file) { .path = path, .fd = -1 };
    s = open_regular(f);
    if (s == FRIT_OK)
        s = find_format(f);
    if (s != FRIT_OK)
        image_file_close(f);
    return s;
}

void image_file_close(struct image_file *f)
{
    if (f->fd >= 0)
        close(f->fd);
    f->fd = -1;
}

frit_status image_open(struct image_file *f, uint64_t page, struct image *im)
{
    frit_status s;

    *im = (struct image) { .exposure_time = NAN };
    s = f->format->open(f, page, im);
    /* The formats count in 64 bits; memory may be smaller. */
    if (s == FRIT_OK && im->columns > SIZE_MAX / 2 / image_value_size(im->dtype) / im->rows)
        s = image_fail(f, FRIT_EDATA, "%zu x %zu pixels are more than fit the memory of this machine",
                       im->columns, im->rows);
    if (s != FRIT_OK)
        f->format->close(im);
    return s;
}

frit_status image_read(struct image_file *f, const struct image *im, void *pixels)
{
    return f->format->read(f, im, 0, im->rows, pixels);
}

frit_status image_read_rows(struct image_file *f, const struct image *im, size_t first, size_t n,
                            void *pixels)
{
    return f->format->read(f, im, first, n, pixels);
}

void image_close(struct image_file *f, struct image *im)
{
    f->format->close(im);
}

bool image_raw_pixels(struct image_file *f, uint64_t offset, void *to, size_t n)
{
    frit_call *c = f->reader;

    return c ? c->host->read(c, f->fd, to, n, offset) : image_bytes(f, offset, to, n);
}

bool image_bytes(struct image_file *f, uint64_t offset, void *to, size_t n)
{
    uint8_t *p = to;

    while (n > 0) {
        ssize_t got = pread(f->fd, p, n, (off_t)offset);

        if (got < 0 && errno == EINTR)
            continue;
        if (got <= 0)
            return false;
        p += got;
        n -= (size_t)got;
        offset += (uint64_t)got;
    }
    return true;
}
