/* A stream out of an OLE2 compound file: the container of .xls.
 *
 * The file is cut into sectors; a table (FAT) says for each which one follows it; streams shorter than 4096
 * bytes lie in small sectors with a table of their own.  Whatever the tables say, nothing outside of the file
 * is touched, and no chain is followed for longer than there are sectors.
 * [MS-CFB]: Compound File Binary File Format, Microsoft, revision 10.0 (2021).
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "workbook.h"

#include <stdlib.h>
#include <string.h>

#define HEADER       512
#define ENTRY        128
#define END_OF_CHAIN 0xfffffffau /* this and above: no sector */

static uint16_t u16(const uint8_t *p)
{
    return (uint16_t)(p[0] | p[1] << 8);
}

static uint32_t u32(const uint8_t *p)
{
    return p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 | (uint32_t)p[3] << 24;
}

struct compound {
    const uint8_t *file;
    size_t size, sector, small_sector, n_sectors; /* sizes, and how many are begun in the file */
    uint32_t small_limit;                         /* shorter streams lie in small sectors */
    uint32_t *fat;
    size_t n_fat;
    uint8_t *directory, *small_fat, *small;
    size_t directory_size, small_fat_size, small_size;
};

bool ole2_is(const uint8_t *file, size_t size)
{
    static const uint8_t magic[8] = {0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1, 0x1a, 0xe1};
    return size >= sizeof magic && memcmp(file, magic, sizeof magic) == 0;
}

static bool truncated(const struct compound *c, uint32_t sector, struct why *why)
{
    return why_fail(
        why, FRIT_EDATA,
        "the workbook is damaged or cut off: it refers to sector %u, but the file of %zu bytes has %zu",
        sector, c->size, c->n_sectors);
}

/* The bytes of a chain of sectors, to be freed. */
static bool chain(const struct compound *c, uint32_t first, uint8_t **out, size_t *n, struct why *why)
{
    size_t count = 0;
    for (uint32_t s = first; s < END_OF_CHAIN; s = c->fat[s]) {
        if (s >= c->n_fat || s >= c->n_sectors)
            return truncated(c, s, why);
        if (++count > c->n_sectors)
            return why_fail(why, FRIT_EDATA, "the workbook is damaged: a chain of sectors runs in a circle");
    }
    *out = calloc(count + 1, c->sector);
    *n = count * c->sector;
    if (!*out)
        return why_fail(why, FRIT_ENOMEM, "no memory for the workbook");
    size_t at = 0;
    for (uint32_t s = first; s < END_OF_CHAIN; s = c->fat[s], at += c->sector) {
        size_t from = ((size_t)s + 1) * c->sector, left = c->size - from;
        memcpy(*out + at, c->file + from, left < c->sector ? left : c->sector);
    }
    return true;
}

static bool add_fat_sector(struct compound *c, uint32_t s, struct why *why)
{
    if (s >= c->n_sectors)
        return truncated(c, s, why);
    const uint8_t *from = c->file + ((size_t)s + 1) * c->sector;
    if (c->size - (size_t)(from - c->file) < c->sector)
        return truncated(c, s, why);
    for (size_t i = 0; i < c->sector / 4; i++)
        c->fat[c->n_fat++] = u32(from + 4 * i);
    return true;
}

/* The table of sectors: its own sectors are listed in the header (109 of them) and in a chain of lists. */
static bool read_fat(struct compound *c, struct why *why)
{
    const size_t per_list = c->sector / 4 - 1;
    size_t wanted = u32(c->file + 44), lists = 0;
    uint32_t list = u32(c->file + 68);
    if (wanted > c->n_sectors)
        return why_fail(why, FRIT_EDATA,
                        "the workbook is damaged or cut off: its table alone is said to be of %zu sectors, "
                        "the file has %zu",
                        wanted, c->n_sectors);
    c->fat = calloc(wanted * (c->sector / 4) + 1, sizeof *c->fat);
    if (!c->fat)
        return why_fail(why, FRIT_ENOMEM, "no memory for the workbook");
    for (size_t i = 0; i < wanted; i++) {
        size_t k = i < 109 ? i : (i - 109) % per_list;
        const uint8_t *entry = c->file + 76 + 4 * k;
        if (i >= 109) {
            if (list >= c->n_sectors || ((size_t)list + 2) * c->sector > c->size ||
                ++lists > c->n_sectors * per_list)
                return truncated(c, list, why);
            const uint8_t *from = c->file + ((size_t)list + 1) * c->sector;
            entry = from + 4 * k;
            if (k + 1 == per_list)
                list = u32(from + 4 * per_list);
        }
        if (!add_fat_sector(c, u32(entry), why))
            return false;
    }
    return true;
}

static bool open_compound(struct compound *c, const uint8_t *file, size_t size, struct why *why)
{
    *c = (struct compound){.file = file, .size = size};
    if (size < HEADER)
        return why_fail(why, FRIT_EDATA, "the workbook is cut off: %zu bytes are less than its header", size);
    unsigned shift = u16(file + 30), small_shift = u16(file + 32);
    if ((shift != 9 && shift != 12) || small_shift < 4 || small_shift > shift)
        return why_fail(why, FRIT_EDATA,
                        "the workbook is damaged: sectors of 2^%u and 2^%u bytes are not possible", shift,
                        small_shift);
    c->sector = (size_t)1 << shift;
    c->small_sector = (size_t)1 << small_shift;
    c->n_sectors = size > c->sector ? (size - 1) / c->sector : 0;
    c->small_limit = u32(file + 56);
    return read_fat(c, why) && chain(c, u32(file + 48), &c->directory, &c->directory_size, why);
}

static void close_compound(struct compound *c)
{
    free(c->fat);
    free(c->directory);
    free(c->small_fat);
    free(c->small);
}

static const uint8_t *find_entry(const struct compound *c, const char *name)
{
    const size_t n = strlen(name);
    for (size_t at = 0; at + ENTRY <= c->directory_size; at += ENTRY) {
        const uint8_t *e = c->directory + at;
        size_t k = 0;
        while (k < n && e[2 * k] == (uint8_t)name[k] && e[2 * k + 1] == 0)
            k++;
        if (e[66] == 2 && k == n && n < 31 && u16(e + 64) == 2 * n + 2)
            return e;
    }
    return NULL;
}

/* A short stream: in small sectors, which are a stream themselves, that of the root. */
static bool small_chain(struct compound *c, uint32_t first, size_t size, uint8_t **out, struct why *why)
{
    if (!chain(c, u32(c->file + 60), &c->small_fat, &c->small_fat_size, why) ||
        !chain(c, u32(c->directory + 116), &c->small, &c->small_size, why))
        return false;
    *out = calloc(size + c->small_sector, 1);
    if (!*out)
        return why_fail(why, FRIT_ENOMEM, "no memory for the workbook");
    uint32_t s = first;
    for (size_t at = 0; at < size; at += c->small_sector) {
        size_t from = (size_t)s * c->small_sector;
        if (s >= END_OF_CHAIN || from + c->small_sector > c->small_size ||
            4 * ((size_t)s + 1) > c->small_fat_size)
            return why_fail(why, FRIT_EDATA,
                            "the workbook is damaged or cut off: a stream ends after %zu of %zu bytes", at,
                            size);
        memcpy(*out + at, c->small + from, at + c->small_sector <= size ? c->small_sector : size - at);
        s = u32(c->small_fat + 4 * (size_t)s);
    }
    return true;
}

static bool read_entry(struct compound *c, const uint8_t *e, uint8_t **stream, size_t *n, struct why *why)
{
    size_t size = u32(e + 120), have;
    if (size > c->size)
        return why_fail(why, FRIT_EDATA,
                        "the workbook is cut off: its cells take %zu bytes, the file has %zu", size, c->size);
    *n = size;
    if (size < c->small_limit)
        return small_chain(c, u32(e + 116), size, stream, why);
    if (!chain(c, u32(e + 116), stream, &have, why))
        return false;
    if (have < size)
        return why_fail(why, FRIT_EDATA,
                        "the workbook is damaged or cut off: a stream ends after %zu of %zu bytes", have,
                        size);
    return true;
}

bool ole2_stream(const uint8_t *file, size_t size, const char *name, uint8_t **stream, size_t *n,
                 struct why *why)
{
    struct compound c;
    *stream = NULL;
    why->code = FRIT_OK;
    bool good = open_compound(&c, file, size, why);
    const uint8_t *e = good ? find_entry(&c, name) : NULL;
    good = e && read_entry(&c, e, stream, n, why);
    close_compound(&c);
    if (!good) {
        free(*stream);
        *stream = NULL;
    }
    return good;
}
