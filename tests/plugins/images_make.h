/* images_make.h: image files for the tests of the plugin `images`, and how they must be read.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "images/images.h"

#include <glib.h>
#include <tiffio.h>

enum { ROWS = 29, COLUMNS = 37, PIXELS = ROWS * COLUMNS };

/* A sample type of TIFF, and how an image of it is to be stored. */
struct sample {
    frit_dtype dtype;
    int        bits, format;
};
struct storage {
    const char *mode;
    int         compression, predictor, rows_per_strip, tile;
};
enum { IMAGE_SAMPLES = 10 };
extern const struct sample image_samples[IMAGE_SAMPLES];
extern const struct storage plain_storage;

/* What the pages of put_edf_pages() hold: the first, the second, the first again. */
extern const uint8_t edf_first[6], edf_second[512];

#define SMALL_EDF "ByteOrder = LowByteFirst ;\nDim_1 = 3 ;\nDim_2 = 2 ;\n"

/* Where the files are. */
extern char *image_folder;
char *in_folder(const char *name);

/* libtiff's own handler of warnings, which is off while files are made. */
extern TIFFErrorHandler image_libtiff_prints;

void   put_file(const char *name, const void *bytes, size_t n);
void   fill(uint8_t *bytes, size_t n, uint32_t seed);
TIFF  *create(const char *name, const char *mode);
void   set_tags(TIFF *tif, int bits, int format, int columns, int rows);
bool   put_strips(TIFF *tif, const uint8_t *pixels, size_t line, uint32_t rows, uint32_t per_strip);
void   set_page_tags(TIFF *tif, const struct sample *sample, const struct storage *how);
void   put_page(TIFF *tif, const struct sample *sample, const struct storage *how, const void *pixels);
void   put_tiff(const char *name, const struct sample *sample, const struct storage *how, const void *pixels);
void   put_tiff_pages(uint8_t pixels[3][PIXELS * 8]);
void   add_edf(GByteArray *file, const char *keys, const char *end, const void *data, size_t n);
void   put_edf(const char *name, const char *keys, const char *end, const void *data, size_t n);
void   put_edf_pages(void);
size_t make_fit2d(uint8_t *b);

void *read_page(const char *name, uint64_t page, struct image *im);
void  assert_refused(const char *name, uint64_t page, frit_status status, const char *sentence);
void  assert_same(const char *name, uint64_t page, frit_dtype dtype, const void *pixels);

void add_tiff_tests(void);
void add_damaged_tests(void);
void add_rows_tests(void);
