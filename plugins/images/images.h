/* images.h: what the steps and the file formats of this plugin share.
 *
 * A file is opened once; its first bytes say which format it has.  The format then finds a
 * page's size and type (no pixel is touched), and reads the pixels, or a band of rows, into memory of the
 * caller.  A failure leaves its sentence in the file's `why`: the host is asked for nothing but idle threads.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef FRIT_IMAGES_H
#define FRIT_IMAGES_H

#include "plugin.h"

#define IMAGE_WHY 400

struct image_format;

struct image_file {
    const char                *path;
    int                        fd;
    uint64_t                   size;             /* in bytes, when the file was opened */
    frit_call                 *call;             /* in run(): its host's idle threads may decode; else NULL */
    frit_call                 *reader;           /* in run() and by rows: its host reads; else NULL */
    const struct image_format *format;
    char                       why[IMAGE_WHY];   /* of the last failure; no full stop */
};

/* One page of a file. */
struct image {
    frit_dtype dtype;
    size_t     rows, columns;                    /* both at least 1; rows * columns * size fits a size_t */
    char       date[32];                         /* when it was taken, as the file says; "": not known */
    double     exposure_time;                    /* s; NaN: not known */
    char       note[160];                        /* something that the user should know; "": nothing */
    bool       as_whole;                         /* rows of it cost as much memory as the whole */
    void      *reader;                           /* of the format */
};

struct image_keys;

struct image_format {
    const char *name;
    bool (*recognise)(const uint8_t *head, size_t n);
    /* At least 1: a damaged file has a page, which fails when it is opened. */
    uint64_t (*pages)(struct image_file *f);
    frit_status (*open)(struct image_file *f, uint64_t page, struct image *im);
    frit_status (*read)(struct image_file *f, const struct image *im, size_t first, size_t n,
                        void *pixels);
    /* Also after an open() that failed. */
    void (*close)(struct image *im);
    /* The keys of a page's header, also where its pixels are cut off; NULL: the format has none. */
    frit_status (*header)(struct image_file *f, uint64_t page, struct image_keys *keys);
};

extern const struct image_format image_tiff, image_edf, image_fit2d;

/* ---- file.c ---- */

/* Open a file and find its format.  After FRIT_OK it is the caller's to close. */
frit_status image_file_open(struct image_file *f, const char *path);
void        image_file_close(struct image_file *f);

/* Open a page, find its size and type; read its rows * columns values, the first row first, in the byte
 * order of this machine, or those of n rows from `first` on (best asked for in the order of the file); and
 * close it.  A failed open leaves nothing to close. */
frit_status image_open(struct image_file *f, uint64_t page, struct image *im);
frit_status image_read(struct image_file *f, const struct image *im, void *pixels);
frit_status image_read_rows(struct image_file *f, const struct image *im, size_t first, size_t n,
                            void *pixels);
void        image_close(struct image_file *f, struct image *im);

/* For the formats.  fail() keeps the sentence and hands the code back; fail_short() makes it of how many
 * pixels are there: "the file ends<where> after 3.1 of 4.2 million pixels". */
frit_status image_fail(struct image_file *f, frit_status why, const char *fmt, ...) FRIT_PRINTF(3, 4);
frit_status image_fail_short(struct image_file *f, uint64_t have, uint64_t pixels, const char *where);
/* n bytes of the file; false: they are not there. */
bool        image_bytes(struct image_file *f, uint64_t offset, void *to, size_t n);
/* The same for pixels as they stand in the file, on the step's own thread: the host sees them, too. */
bool        image_raw_pixels(struct image_file *f, uint64_t offset, void *to, size_t n);
/* At most n bytes of text; what is not printable ASCII becomes '?'. */
void        image_printable(char *to, size_t size, const char *from, size_t n);

/* ---- pixels.c ---- */

size_t image_value_size(frit_dtype dtype);   /* in bytes */
bool   image_big_endian(void);               /* this machine */
void   image_swap(void *values, size_t n, size_t size);   /* the byte order of each of n values */

enum image_flip { IMAGE_FLIP_NONE, IMAGE_FLIP_UP_DOWN, IMAGE_FLIP_LEFT_RIGHT, IMAGE_FLIP_BOTH };

void   image_flip(void *values, size_t rows, size_t columns, size_t size, enum image_flip flip);

/* ---- tiff_write.c ---- */

/* Write values[rows * columns] as an uncompressed TIFF of that sample type; BigTIFF where it needs to be.
 * On failure false, and the reason in why[size]. */
bool image_tiff_write(const char *path, frit_dtype dtype, size_t rows, size_t columns, const void *values,
                      const char *description, char *why, size_t size);

/* ---- The steps ---- */

struct read_image {
    frit_files  files;
    int32_t     pages, flip;
    const char *unit;
    double      min_valid, max_valid;
};
extern const frit_port  read_image_outputs[];
extern const frit_param read_image_params[];
frit_status read_image_check(frit_call *c);
frit_status read_image_count(frit_call *c, uint64_t *n);
frit_status read_image_prepare(frit_call *c, void **plan);
void        read_image_release(void *plan);
frit_status read_image_run(frit_call *c);
frit_status read_image_open_rows(frit_call *c, void **state);
frit_status read_image_read_rows(frit_call *c, void *state, size_t first, size_t n, void *to, uint8_t *mask,
                                 bool *masked);
void        read_image_close_rows(void *state);

/* The elements of these files: one each, or one for each page. */
frit_status image_count(frit_call *c, const frit_files *files, bool all_pages, uint64_t *n);

struct read_image_header {
    frit_files  files;
    int32_t     pages, dates;
    const char *key, *unit;
};
extern const frit_port  read_image_header_outputs[];
extern const frit_param read_image_header_params[];
frit_status read_image_header_count(frit_call *c, uint64_t *n);
frit_status read_image_header_run(frit_call *c);

struct write_image {
    const char *file;
};
extern const frit_port  write_image_inputs[];
extern const frit_param write_image_params[];
frit_status write_image_run(frit_call *c);

#endif
