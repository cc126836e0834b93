/* edf.c: read frames in ESRF's data format (.edf).
 *
 * A header of text, "{ key = value ; ... }" and a new line, filled with blanks so that header and data
 * begin at multiples of 512 bytes; then the pixels, Dim_1 of them a row, Dim_2 rows; then the
 * next header.  A block with EDF_DataFormatVersion is a general one and has no image.
 * Layout and names of types: ESRF's SaxsKeywords and fabio; "Long" means 32 bit there.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "header.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define HEADER_FIRST 4096
#define HEADER_MOST  (4u << 20)
#define VALUE        96

static const struct {
    const char *name;
    frit_dtype  dtype;
} types[] = {
    { "SignedByte", FRIT_I8 }, { "Signed8", FRIT_I8 },
    { "UnsignedByte", FRIT_U8 }, { "Unsigned8", FRIT_U8 },
    { "SignedShort", FRIT_I16 }, { "Signed16", FRIT_I16 },
    { "UnsignedShort", FRIT_U16 }, { "Unsigned16", FRIT_U16 }, { "UnsignedShortInteger", FRIT_U16 },
    { "SignedInteger", FRIT_I32 }, { "SignedLong", FRIT_I32 }, { "Signed32", FRIT_I32 },
    { "UnsignedInteger", FRIT_U32 }, { "UnsignedLong", FRIT_U32 }, { "Unsigned32", FRIT_U32 },
    { "Signed64", FRIT_I64 }, { "Unsigned64", FRIT_U64 },
    { "FloatValue", FRIT_F32 }, { "Float", FRIT_F32 }, { "Float32", FRIT_F32 }, { "FloatIEEE32", FRIT_F32 },
    { "DoubleValue", FRIT_F64 }, { "Double", FRIT_F64 }, { "Float64", FRIT_F64 }, { "FloatIEEE64", FRIT_F64 },
    { "DoubleIEEE64", FRIT_F64 },
};

/* One header, and where its data stand. */
struct block {
    char    *text;
    size_t   length;
    uint64_t data;
};

struct edf_reader {
    struct block block;
    bool         swapped;
};

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\0';
}

/* The same brace opens JSON and Lua tables, but a key of a header is a bare word. */
static bool edf_recognise(const uint8_t *head, size_t n)
{
    size_t i = 0;
    char c;

    while (i < n && is_blank((char)head[i]))
        i++;
    if (i == n || head[i++] != '{')
        return false;
    while (i < n && is_blank((char)head[i]))
        i++;
    c = i < n ? (char)head[i] : '\0';
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || c == '_';
}

static void trim(const char **from, const char **to)
{
    while (*from < *to && is_blank(**from))
        (*from)++;
    while (*to > *from && is_blank((*to)[-1]))
        (*to)--;
}

/* The value of a key, in any case, as printable text.  The first one counts where a key stands twice. */
static bool find_value(const struct block *b, const char *key, char *value, size_t size)
{
    const char *end = b->text + b->length, *next;

    for (const char *p = b->text; p < end; p = next + 1) {
        const char *equals, *key_end, *to;

        next = memchr(p, ';', (size_t)(end - p));
        if (!next)
            next = end;
        equals = memchr(p, '=', (size_t)(next - p));
        if (!equals)
            continue;
        key_end = equals;
        trim(&p, &key_end);
        if ((size_t)(key_end - p) != strlen(key) || strncasecmp(p, key, strlen(key)) != 0)
            continue;
        p = equals + 1;
        to = next;
        trim(&p, &to);
        image_printable(value, size, p, (size_t)(to - p));
        return true;
    }
    return false;
}

/* A whole number that is not negative. */
static bool parse_size(const char *text, uint64_t *value)
{
    char *end;
    unsigned long long v;

    if (*text < '0' || *text > '9')
        return false;
    errno = 0;
    v = strtoull(text, &end, 10);
    if (*end != '\0' || errno != 0)
        return false;
    *value = v;
    return true;
}

/* Where "}\n" or "}\r\n" stands in n bytes, and how long it is; 0: nowhere. */
static size_t find_end(const char *text, size_t n, size_t *brace)
{
    const char *p = text, *end = text + n;

    while ((p = memchr(p, '}', (size_t)(end - p)))) {
        *brace = (size_t)(p - text);
        p++;
        if (end - p >= 1 && p[0] == '\n')
            return 2;
        if (end - p >= 2 && p[0] == '\r' && p[1] == '\n')
            return 3;
    }
    return 0;
}

/* The header that begins at `at`, possibly after blanks.  The text is the caller's to free, also
 * after a failure.  FRIT_OK with no text: there is no further block. */
static frit_status read_header(struct image_file *f, uint64_t at, struct block *b)
{
    uint64_t left = f->size > at ? f->size - at : 0;
    size_t start = 0;

    *b = (struct block) { 0 };
    for (size_t n = HEADER_FIRST; ; n *= 4) {
        size_t have = left < n ? (size_t)left : n, brace = 0, mark;
        char *text = realloc(b->text, have + 1);

        if (!text)
            return image_fail(f, FRIT_ENOMEM, "no memory for a header of %zu bytes", have);
        b->text = text;
        if (!image_bytes(f, at, text, have))
            return image_fail(f, FRIT_EIO, "the file became shorter while it was read");
        while (start < have && is_blank(text[start]))
            start++;
        if (start == have || text[start] != '{') {
            free(b->text);
            b->text = NULL;
            return FRIT_OK;
        }
        mark = find_end(text, have, &brace);
        if (mark > 0) {
            b->length = brace;
            b->text[start] = ' ';
            b->data = at + brace + mark;
            return FRIT_OK;
        }
        if (have == left)
            return image_fail(f, FRIT_EIO,
                              "the file ends within an EDF header: no '}' with a new line after it "
                              "in the %llu bytes from byte %llu",
                              (unsigned long long)left, (unsigned long long)at);
        if (n >= HEADER_MOST)
            return image_fail(f, FRIT_EDATA,
                              "the EDF header at byte %llu has no end ('}' and a new line) in %u bytes",
                              (unsigned long long)at, HEADER_MOST);
    }
}

static frit_status find_size(struct image_file *f, const struct block *b, const char *key, uint64_t *value)
{
    char text[VALUE];

    if (!find_value(b, key, text, sizeof text))
        return image_fail(f, FRIT_EDATA, "the EDF header has no %s", key);
    if (!parse_size(text, value) || *value < 1 || *value > INT32_MAX)
        return image_fail(f, FRIT_EDATA, "the EDF header says %s = %s; a number from 1 to %d was expected",
                          key, text, INT32_MAX);
    return FRIT_OK;
}

static frit_status find_type(struct image_file *f, const struct block *b, frit_dtype *dtype)
{
    char text[VALUE];

    if (!find_value(b, "DataType", text, sizeof text))
        return image_fail(f, FRIT_EDATA,
                          "the EDF header has no DataType, without which the pixels cannot be read");
    for (size_t i = 0; i < sizeof types / sizeof *types; i++)
        if (strcasecmp(text, types[i].name) == 0) {
            *dtype = types[i].dtype;
            return FRIT_OK;
        }
    return image_fail(f, FRIT_EDATA, "the EDF header says DataType = %s, which cannot be read; "
                      "integers of 8 to 64 bit, FloatValue and DoubleValue can", text);
}

static frit_status find_byte_order(struct image_file *f, const struct block *b, frit_dtype dtype,
                                   bool *swapped)
{
    char text[VALUE];

    *swapped = false;
    if (image_value_size(dtype) == 1)
        return FRIT_OK;
    if (!find_value(b, "ByteOrder", text, sizeof text))
        return image_fail(f, FRIT_EDATA,
                          "the EDF header has no ByteOrder: LowByteFirst or HighByteFirst was expected");
    if (strcasecmp(text, "LowByteFirst") == 0)
        *swapped = image_big_endian();
    else if (strcasecmp(text, "HighByteFirst") == 0)
        *swapped = !image_big_endian();
    else
        return image_fail(f, FRIT_EDATA,
                          "the EDF header says ByteOrder = %s; LowByteFirst or HighByteFirst was expected",
                          text);
    return FRIT_OK;
}

/* What would make the bytes after the header something else than the pixels. */
static frit_status refuse_special(struct image_file *f, const struct block *b)
{
    char text[VALUE];
    uint64_t n;

    if (find_value(b, "Compression", text, sizeof text) && text[0] != '\0' && strncasecmp(text, "no", 2) != 0)
        return image_fail(f, FRIT_EDATA,
                          "the EDF header says Compression = %s; only uncompressed EDF can be read", text);
    if (find_value(b, "EDF_BinaryFileName", text, sizeof text))
        return image_fail(f, FRIT_EDATA,
                          "the pixels stand in another file (EDF_BinaryFileName = %s), which cannot be read",
                          text);
    if (find_value(b, "Dim_3", text, sizeof text) && !(parse_size(text, &n) && n == 1))
        return image_fail(f, FRIT_EDATA,
                          "the EDF header says Dim_3 = %s; images of two dimensions can be read", text);
    return FRIT_OK;
}

static frit_status describe(struct image_file *f, const struct block *b, struct image *im, bool *swapped)
{
    uint64_t columns, rows;
    frit_status s = find_size(f, b, "Dim_1", &columns);

    if (s == FRIT_OK)
        s = find_size(f, b, "Dim_2", &rows);
    if (s == FRIT_OK)
        s = find_type(f, b, &im->dtype);
    if (s == FRIT_OK)
        s = find_byte_order(f, b, im->dtype, swapped);
    if (s == FRIT_OK)
        s = refuse_special(f, b);
    if (s != FRIT_OK)
        return s;
    im->columns = (size_t)columns;
    im->rows = (size_t)rows;
    return FRIT_OK;
}

static bool is_general(const struct block *b)
{
    char text[VALUE];

    return find_value(b, "EDF_DataFormatVersion", text, sizeof text);
}

/* Where the next block begins.  The header's own number counts, since it includes padding. */
static uint64_t next_block(struct image_file *f, const struct block *b)
{
    char text[VALUE];
    uint64_t bytes = 0;
    struct image im;
    bool swapped;

    if (!((find_value(b, "EDF_BinarySize", text, sizeof text) && parse_size(text, &bytes)) ||
          (find_value(b, "Size", text, sizeof text) && parse_size(text, &bytes))) &&
        !is_general(b) && describe(f, b, &im, &swapped) == FRIT_OK) {
        uint64_t pixels = (uint64_t)im.rows * im.columns;

        bytes = pixels > f->size ? UINT64_MAX : pixels * image_value_size(im.dtype);
    }
    return bytes > f->size ? f->size : b->data + bytes;
}

/* The block of a page (from 0), or of none: then `pages` is how many there are. */
static frit_status find_page(struct image_file *f, uint64_t page, struct block *b, uint64_t *pages)
{
    uint64_t at = 0;

    for (*pages = 0; ; ) {
        frit_status s = read_header(f, at, b);

        if (s != FRIT_OK || !b->text)
            return s;
        if (!is_general(b) && (*pages)++ == page)
            return FRIT_OK;
        at = next_block(f, b);
        free(b->text);
    }
}

static uint64_t edf_pages(struct image_file *f)
{
    struct block b;
    uint64_t pages;

    find_page(f, UINT64_MAX, &b, &pages);
    free(b.text);
    return pages > 0 ? pages : 1;
}

static void find_attributes(const struct block *b, struct image *im)
{
    static const char *const keys[] = { "ExposureTime", "exposure_time", "count_time" };
    char text[VALUE], *end;

    if (find_value(b, "Date", text, sizeof text))
        image_printable(im->date, sizeof im->date, text, sizeof text);
    for (size_t i = 0; i < sizeof keys / sizeof *keys && isnan(im->exposure_time); i++)
        if (find_value(b, keys[i], text, sizeof text)) {
            double t = strtod(text, &end);

            if (end != text && isfinite(t) && (*end == '\0' || strcmp(end, " s") == 0))
                im->exposure_time = t;
        }
}

static frit_status edf_open(struct image_file *f, uint64_t page, struct image *im)
{
    struct edf_reader *r = calloc(1, sizeof *r);
    uint64_t pages, pixels, have;
    frit_status s;

    im->reader = r;
    if (!r)
        return image_fail(f, FRIT_ENOMEM, "no memory");
    s = find_page(f, page, &r->block, &pages);
    if (s == FRIT_OK && !r->block.text)
        return image_fail(f, FRIT_EDATA, "the EDF file has %llu image%s; image %llu was asked for",
                          (unsigned long long)pages, pages == 1 ? "" : "s", (unsigned long long)page + 1);
    if (s == FRIT_OK)
        s = describe(f, &r->block, im, &r->swapped);
    if (s != FRIT_OK)
        return s;
    find_attributes(&r->block, im);
    pixels = (uint64_t)im->rows * im->columns;
    have = (f->size - r->block.data) / image_value_size(im->dtype);
    return have < pixels ? image_fail_short(f, have, pixels, "") : FRIT_OK;
}

static frit_status edf_read(struct image_file *f, const struct image *im, size_t first, size_t n,
                            void *pixels)
{
    const struct edf_reader *r = im->reader;
    size_t size = image_value_size(im->dtype), line = im->columns * size;

    if (!image_raw_pixels(f, r->block.data + (uint64_t)first * line, pixels, n * line))
        return image_fail(f, FRIT_EIO, "the file became shorter while it was read");
    if (r->swapped)
        image_swap(pixels, n * im->columns, size);
    return FRIT_OK;
}

static void edf_close(struct image *im)
{
    struct edf_reader *r = im->reader;

    if (r)
        free(r->block.text);
    free(r);
}

static frit_status edf_header(struct image_file *f, uint64_t page, struct image_keys *keys)
{
    struct block b;
    uint64_t pages;
    frit_status s = find_page(f, page, &b, &pages);

    if (s == FRIT_OK && !b.text)
        s = image_fail(f, FRIT_EDATA, "the EDF file has %llu image%s; image %llu was asked for",
                       (unsigned long long)pages, pages == 1 ? "" : "s", (unsigned long long)page + 1);
    const char *end = b.text + (s == FRIT_OK ? b.length : 0);
    for (const char *p = b.text, *next; s == FRIT_OK && p < end; p = next + 1) {
        const char *equals, *key_end, *value, *to;

        next = memchr(p, ';', (size_t)(end - p));
        next = to = next ? next : end;
        equals = memchr(p, '=', (size_t)(next - p));
        if (!equals)
            continue;
        key_end = equals;
        value = equals + 1;
        trim(&p, &key_end);
        trim(&value, &to);
        if (!image_keys_add(keys, p, (size_t)(key_end - p), value, (size_t)(to - value)))
            s = image_fail(f, FRIT_ENOMEM, "no memory for the header");
    }
    free(b.text);
    return s;
}

const struct image_format image_edf = {
    .name = "EDF", .recognise = edf_recognise, .pages = edf_pages,
    .open = edf_open, .read = edf_read, .close = edf_close, .header = edf_header,
};
