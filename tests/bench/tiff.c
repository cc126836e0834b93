/* Times the reading of cached TIFFs, for tiff.py, which has the peer.  Prints medians of CPU and wall time in
 * ms, a line for each way; memory is touched before.
 *     tiff read REPEATS FILE...          whole; by bands of 32 rows; plain pread beside them
 *     tiff compress CODEC FROM TO        a copy, as libtiff does it: lzw, deflate or zstd
 *     tiff decode REPEATS THREADS FILE   whole, on several threads
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <fcntl.h>
#include <stdatomic.h>
#include <string.h>
#include <tiffio.h>
#include <unistd.h>

#include "images/images.h"
#include "threads.h"
#include "watch.h"

enum { BAND = 32 };

/* ---- The host's idle threads ---- */

static uint32_t n_threads = 1;

static uint32_t workers(frit_call *c)
{
    (void)c;
    return n_threads;
}

struct member {
    void         (*work)(void *data, size_t i, uint32_t worker);
    void          *data;
    size_t         n;
    atomic_size_t *next;
    uint32_t       worker;
};

static void *work(void *data)
{
    struct member *m = data;
    for (size_t i; (i = atomic_fetch_add(m->next, 1)) < m->n;)
        m->work(m->data, i, m->worker);
    return NULL;
}

static void parallel(frit_call *c, size_t n, void (*f)(void *data, size_t i, uint32_t worker), void *data)
{
    atomic_size_t next = 0;
    struct member members[MOST_THREADS];
    (void)c;
    for (uint32_t i = 0; i < n_threads; i++)
        members[i] = (struct member){f, data, n, &next, i};
    on_threads(n_threads, work, members, sizeof *members);
}

static const frit_host host = {.size = sizeof host, .workers = workers, .parallel = parallel};

/* ---- Reading ---- */

/* Bands go into the same memory, as in a batch: it stays in the second cache. */
static bool read_pixels(struct image_file *f, const struct image *im, bool bands, uint8_t *to)
{
    if (!bands)
        return image_read(f, im, to) == FRIT_OK;
    for (size_t row = 0; row < im->rows; row += BAND)
        if (image_read_rows(f, im, row, im->rows - row < BAND ? im->rows - row : BAND, to) != FRIT_OK)
            return false;
    return true;
}

static bool read_tiff(const char *path, bool bands, uint8_t *to, size_t room)
{
    frit_call call = {.host = &host};
    struct image_file f;
    struct image im;
    if (image_file_open(&f, path) != FRIT_OK)
        return false;
    f.call = &call;
    bool ok = image_open(&f, 0, &im) == FRIT_OK;
    if (ok) {
        ok = im.rows * im.columns * image_value_size(im.dtype) <= room && read_pixels(&f, &im, bands, to);
        image_close(&f, &im);
    }
    image_file_close(&f);
    return ok;
}

static bool read_plain(const char *path, uint8_t *to, size_t room)
{
    const int fd = open(path, O_RDONLY | O_CLOEXEC);
    const bool ok = fd >= 0 && pread(fd, to, room, 0) > 0;
    if (fd >= 0)
        close(fd);
    return ok;
}

static int read_files(size_t repeats, int n, char **paths)
{
    const size_t room = 64u << 20;
    uint8_t *to = aligned_alloc(64, room);
    struct watch watches[3];
    memset(to, 0, room);
    for (int k = 0; k < 3; k++)
        watches[k] = watch_new(repeats * (size_t)n);
    for (size_t k = 0; k < repeats; k++)
        for (int i = 0; i < n; i++)
            for (size_t w = 0; w < 3; w++) {
                const size_t way = (w + k) % 3;      /* who comes first finds less in the caches */
                watch_start(&watches[way]);
                if (!(way < 2 ? read_tiff(paths[i], way == 1, to, room) : read_plain(paths[i], to, room)))
                    return 1;
                watch_stop(&watches[way]);
            }
    for (int k = 0; k < 3; k++)
        watch_print(&watches[k]);
    return 0;
}

static int decode(size_t repeats, const char *path)
{
    const size_t room = 64u << 20;
    uint8_t *to = aligned_alloc(64, room);
    struct watch w = watch_new(repeats);
    memset(to, 0, room);
    for (size_t k = 0; k < repeats; k++) {
        watch_start(&w);
        if (!read_tiff(path, false, to, room))
            return 1;
        watch_stop(&w);
    }
    watch_print(&w);
    return 0;
}

/* ---- Compressing ---- */

/* Strips of 64 KiB, differences of neighbours: what programs for images do. */
static int compress(const char *codec, const char *from, const char *to)
{
    const int how = strcmp(codec, "lzw") == 0 ? COMPRESSION_LZW
                    : strcmp(codec, "zstd") == 0 ? COMPRESSION_ZSTD : COMPRESSION_ADOBE_DEFLATE;
    struct image_file f;
    struct image im;
    TIFF *tif = TIFFIsCODECConfigured((uint16_t)how) ? TIFFOpen(to, "w") : NULL;
    if (!tif || image_file_open(&f, from) != FRIT_OK || image_open(&f, 0, &im) != FRIT_OK)
        return 1;
    const size_t line = im.columns * image_value_size(im.dtype), rows = (64u << 10) / line;
    uint8_t *pixels = malloc(im.rows * line);
    TIFFSetField(tif, TIFFTAG_IMAGEWIDTH, (uint32_t)im.columns);
    TIFFSetField(tif, TIFFTAG_IMAGELENGTH, (uint32_t)im.rows);
    TIFFSetField(tif, TIFFTAG_BITSPERSAMPLE, (int)(8 * image_value_size(im.dtype)));
    TIFFSetField(tif, TIFFTAG_PHOTOMETRIC, PHOTOMETRIC_MINISBLACK);
    TIFFSetField(tif, TIFFTAG_ROWSPERSTRIP, (uint32_t)rows);
    TIFFSetField(tif, TIFFTAG_COMPRESSION, how);
    TIFFSetField(tif, TIFFTAG_PREDICTOR, PREDICTOR_HORIZONTAL);
    bool ok = pixels && image_read(&f, &im, pixels) == FRIT_OK;
    for (size_t row = 0; ok && row < im.rows; row += rows) {
        const tmsize_t n = (tmsize_t)((im.rows - row < rows ? im.rows - row : rows) * line);
        ok = TIFFWriteEncodedStrip(tif, (uint32_t)(row / rows), pixels + row * line, n) == n;
    }
    TIFFClose(tif);
    image_close(&f, &im);
    image_file_close(&f);
    free(pixels);
    return !ok;
}

int main(int argc, char **argv)
{
    if (argc > 3 && strcmp(argv[1], "read") == 0)
        return read_files((size_t)atoi(argv[2]), argc - 3, argv + 3);
    if (argc == 5 && strcmp(argv[1], "compress") == 0)
        return compress(argv[2], argv[3], argv[4]);
    if (argc != 5 || strcmp(argv[1], "decode") != 0)
        return 2;
    n_threads = (uint32_t)thread_count(argv[3]);
    return decode((size_t)atoi(argv[2]), argv[4]);
}
