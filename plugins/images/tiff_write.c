/* tiff_write.c: write an array as an uncompressed TIFF, in its own sample type and this machine's
 * byte order, as one strip.  Without date or time: the same values give the same bytes.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "images.h"
#include "tiff_messages.h"

#include <stdio.h>

/* A classic TIFF has offsets of 32 bit; what stands beside the pixels is small. */
#define CLASSIC_MOST 0xf0000000u

static uint16_t sample_format(frit_dtype dtype)
{
    switch (dtype) {
    case FRIT_F64:
    case FRIT_F32:
        return SAMPLEFORMAT_IEEEFP;
    case FRIT_I8:
    case FRIT_I16:
    case FRIT_I32:
    case FRIT_I64:
        return SAMPLEFORMAT_INT;
    default:
        return SAMPLEFORMAT_UINT;
    }
}

static bool set_tags(TIFF *tif, frit_dtype dtype, size_t rows, size_t columns, const char *description)
{
    return TIFFSetField(tif, TIFFTAG_IMAGEWIDTH, (uint32_t)columns) &&
           TIFFSetField(tif, TIFFTAG_IMAGELENGTH, (uint32_t)rows) &&
           TIFFSetField(tif, TIFFTAG_ROWSPERSTRIP, (uint32_t)rows) &&
           TIFFSetField(tif, TIFFTAG_SAMPLESPERPIXEL, 1) &&
           TIFFSetField(tif, TIFFTAG_BITSPERSAMPLE, (int)(8 * image_value_size(dtype))) &&
           TIFFSetField(tif, TIFFTAG_SAMPLEFORMAT, (int)sample_format(dtype)) &&
           TIFFSetField(tif, TIFFTAG_PHOTOMETRIC, PHOTOMETRIC_MINISBLACK) &&
           TIFFSetField(tif, TIFFTAG_COMPRESSION, COMPRESSION_NONE) &&
           TIFFSetField(tif, TIFFTAG_PLANARCONFIG, PLANARCONFIG_CONTIG) &&
           TIFFSetField(tif, TIFFTAG_SOFTWARE, "Frit") &&
           (!description || TIFFSetField(tif, TIFFTAG_IMAGEDESCRIPTION, description));
}

bool image_tiff_write(const char *path, frit_dtype dtype, size_t rows, size_t columns, const void *values,
                      const char *description, char *why, size_t size)
{
    struct tiff_messages messages = { .text = "" };
    tmsize_t bytes;
    TIFF *tif;
    bool ok;

    if (rows < 1 || columns < 1 || rows > INT32_MAX || columns > INT32_MAX) {
        snprintf(why, size, "a TIFF cannot hold %zu x %zu pixels", columns, rows);
        return false;
    }
    bytes = (tmsize_t)(rows * columns * image_value_size(dtype));
    tif = tiff_messages_create(&messages, path, (uint64_t)bytes > CLASSIC_MOST ? "w8" : "w");
    if (!tif) {
        snprintf(why, size, "%s", tiff_messages_text(&messages));
        return false;
    }
    /* libtiff takes a pointer to what it may change when bytes are to be swapped: they are not. */
    ok = set_tags(tif, dtype, rows, columns, description) &&
         TIFFWriteEncodedStrip(tif, 0, (void *)(uintptr_t)values, bytes) == bytes && TIFFWriteDirectory(tif);
    TIFFClose(tif);
    ok = ok && messages.text[0] == '\0';
    if (!ok)
        snprintf(why, size, "%s", tiff_messages_text(&messages));
    return ok;
}
