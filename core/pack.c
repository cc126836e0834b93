/* The bytes of the store: datasets, and the heading of a pack.
 *
 * A pack:    "FRITPACK", version, n, key; n entries (kind, status, offset, length, checksum); the
 *            checksum of all these; the records.
 * A dataset: "FDS1", type, dimensions, flags; shape; quantity, unit; axes; values; sigma; mask;
 *            attributes.  A text is its length and its bytes; length 2^32 - 1: NULL.
 * Checksums are XXH3 of 64 bits.
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "pack.h"
#include "xxh3.h"

#include <errno.h>
#include <math.h>
#include <string.h>

#define PACK_MAGIC     "FRITPACK"
#define PACK_VERSION   1
#define DATASET_MAGIC  UINT32_C(0x31534446) /* "FDS1" */
#define NO_TEXT        UINT32_MAX
#define MAX_ATTRIBUTES 10000

enum { HAS_SIGMA = 1, HAS_MASK = 2, KNOWN_FLAGS = 3 };

/* ---- Writing ---- */

/* Into memory, into a file, or nowhere: then the length is counted only. */
typedef struct writer {
    uint8_t *to;
    FILE *file;
    XXH3_state_t *checksum;   /* of what goes into the file */
    int why;                  /* 0, or the errno of the first write that failed */
    size_t n;
} writer;

static void put_raw(writer *w, const void *data, size_t n)
{
    if (w->to && n)
        memcpy(w->to + w->n, data, n);
    if (w->file && n && !w->why) {
        XXH3_64bits_update(w->checksum, data, n);
        if (fwrite(data, 1, n, w->file) != n)
            w->why = errno ? errno : EIO;
    }
    w->n += n;
}

static void put_uint(writer *w, uint64_t x, size_t size)
{
    uint8_t bytes[8];
    for (size_t i = 0; i < size; i++)
        bytes[i] = (uint8_t)(x >> 8 * i);
    put_raw(w, bytes, size);
}

static void swap_each(uint8_t *data, size_t n, size_t size)
{
    for (size_t i = 0; i < n; i++, data += size)
        for (size_t a = 0, b = size - 1; a < b; a++, b--) {
            uint8_t keep = data[a];
            data[a] = data[b];
            data[b] = keep;
        }
}

static void put_array(writer *w, const void *data, size_t n, size_t size)
{
    enum { PIECE = 4096 };
    if (G_BYTE_ORDER == G_LITTLE_ENDIAN) {
        put_raw(w, data, n * size);
        return;
    }
    const uint8_t *from = data;
    for (size_t bytes = n * size, m; bytes; bytes -= m, from += m) {
        uint8_t piece[PIECE];
        m = bytes < PIECE ? bytes : PIECE;   /* sizes are powers of 2 up to 8 */
        memcpy(piece, from, m);
        swap_each(piece, m / size, size);
        put_raw(w, piece, m);
    }
}

static void put_text(writer *w, const char *text)
{
    size_t n = text ? strlen(text) : 0;
    put_uint(w, text ? n : NO_TEXT, 4);
    put_raw(w, text, n);
}

static void put_double(writer *w, double x)
{
    uint64_t bits;
    memcpy(&bits, &x, sizeof bits);
    put_uint(w, bits, 8);
}

static void put_axis(writer *w, const frit_axis *axis)
{
    put_uint(w, axis != NULL, 1);
    if (!axis)
        return;
    put_text(w, axis->name);
    put_text(w, axis->unit);
    put_array(w, axis->at, axis->n, sizeof *axis->at);
}

static void put_attributes(writer *w, const frit_dataset *d)
{
    guint n = d->attributes ? d->attributes->len : 0;
    put_uint(w, n, 4);
    for (guint i = 0; i < n; i++) {
        const frit_attribute *a = &g_array_index(d->attributes, frit_attribute, i);
        put_text(w, a->name);
        put_text(w, a->unit);
        if (a->unit)
            put_double(w, a->value);
        else
            put_text(w, a->text);
    }
}

static void put_dataset(writer *w, const frit_dataset *d)
{
    size_t n = frit_dataset_count(d);
    put_uint(w, DATASET_MAGIC, 4);
    put_uint(w, d->dtype, 1);
    put_uint(w, d->ndim, 1);
    put_uint(w, (d->sigma ? HAS_SIGMA : 0) | (d->mask ? HAS_MASK : 0), 2);
    for (uint32_t k = 0; k < d->ndim; k++)
        put_uint(w, d->shape[k], 8);
    put_text(w, d->quantity);
    put_text(w, d->unit);
    for (uint32_t k = 0; k < d->ndim; k++)
        put_axis(w, d->axis[k]);
    put_array(w, d->data, n, frit_dtype_size(d->dtype));
    if (d->sigma)
        put_array(w, d->sigma, n, sizeof *d->sigma);
    if (d->mask)
        put_raw(w, d->mask, n);
    put_attributes(w, d);
}

GBytes *frit_dataset_to_bytes(const frit_dataset *d)
{
    writer w = {0};
    put_dataset(&w, d);
    w.to = g_try_malloc(w.n);
    if (!w.to)
        return NULL;
    size_t length = w.n;
    w.n = 0;
    put_dataset(&w, d);
    return g_bytes_new_take(w.to, length);
}

int frit_dataset_write(const frit_dataset *d, FILE *f, uint64_t *length, uint64_t *checksum)
{
    writer w = {.file = f, .checksum = XXH3_createState()};
    if (!w.checksum)
        return ENOMEM;
    XXH3_64bits_reset(w.checksum);
    put_dataset(&w, d);
    *length = w.n;
    *checksum = XXH3_64bits_digest(w.checksum);
    XXH3_freeState(w.checksum);
    return w.why;
}

/* ---- Reading: after the first thing that is wrong, all that follows is nothing ---- */

typedef struct reader {
    const uint8_t *at;
    size_t left;
    bool wrong;
} reader;

static const uint8_t *take(reader *r, size_t n)
{
    if (r->wrong || n > r->left) {
        r->wrong = true;
        return NULL;
    }
    const uint8_t *data = r->at;
    r->at += n;
    r->left -= n;
    return data;
}

static uint64_t take_uint(reader *r, size_t size)
{
    const uint8_t *bytes = take(r, size);
    uint64_t x = 0;
    for (size_t i = 0; bytes && i < size; i++)
        x |= (uint64_t)bytes[i] << 8 * i;
    return x;
}

static double take_double(reader *r)
{
    uint64_t bits = take_uint(r, 8);
    double x;
    memcpy(&x, &bits, sizeof x);
    return x;
}

static void take_array(reader *r, void *to, size_t n, size_t size)
{
    const uint8_t *bytes = n <= r->left / size ? take(r, n * size) : take(r, SIZE_MAX);
    if (!bytes || !n)
        return;
    memcpy(to, bytes, n * size);
    if (G_BYTE_ORDER != G_LITTLE_ENDIAN)
        swap_each(to, n, size);
}

/* The n bytes of a text, without an end; NULL stands for NULL, and for nothing. */
static const char *take_bytes(reader *r, uint32_t *n)
{
    *n = (uint32_t)take_uint(r, 4);
    if (r->wrong || *n == NO_TEXT)
        return NULL;
    const uint8_t *bytes = take(r, *n);
    if (bytes && memchr(bytes, 0, *n))
        r->wrong = true;
    return r->wrong ? NULL : (const char *)bytes;
}

/* Most of what stands beside the numbers is that of the element before: `like` then serves again, where it is the
 * same. */
static bool is_like(const char *bytes, uint32_t n, const char *like)
{
    return bytes && like && strncmp(bytes, like, n) == 0 && like[n] == '\0';
}

/* As a GRefString. */
static char *take_text(reader *r, const char *like)
{
    uint32_t n;
    const char *bytes = take_bytes(r, &n);
    if (is_like(bytes, n, like))
        return g_ref_string_acquire((char *)like);
    return bytes ? g_ref_string_new_len(bytes, n) : NULL;
}

/* Bad bytes must not fill the table of interned strings for good: only short ones get there. */
static const char *take_name(reader *r, const char *like)
{
    enum { LONGEST = 1000 };
    char name[LONGEST + 1];
    uint32_t n;
    const char *bytes = take_bytes(r, &n);
    if (is_like(bytes, n, like))
        return like;
    if (bytes && (n > LONGEST || !g_utf8_validate(bytes, (gssize)n, NULL)))
        r->wrong = true;
    if (r->wrong || !bytes)
        return NULL;
    memcpy(name, bytes, n);
    name[n] = '\0';
    return g_intern_string(name);
}

/* The next n positions are those of an axis. */
static bool are_positions(const reader *r, size_t n, const frit_axis *axis)
{
    return G_BYTE_ORDER == G_LITTLE_ENDIAN && n == axis->n && memcmp(r->at, axis->at, n * sizeof *axis->at) == 0;
}

static frit_axis *take_axis(reader *r, size_t n, frit_axis *like)
{
    uint64_t there = take_uint(r, 1);
    if (there > 1)
        r->wrong = true;
    if (!there || r->wrong)
        return NULL;
    const char *name = take_name(r, like ? like->name : NULL), *unit = take_name(r, like ? like->unit : NULL);
    if (r->wrong || n > r->left / sizeof(double)) {
        r->wrong = true;
        return NULL;
    }
    if (like && name == like->name && unit == like->unit && are_positions(r, n, like)) {
        take(r, n * sizeof *like->at);
        return frit_axis_ref(like);
    }
    frit_axis *axis = frit_axis_new(name, unit, n, NULL);
    if (!axis) {
        r->wrong = true;
        return NULL;
    }
    axis->unit = unit;
    take_array(r, axis->at, n, sizeof *axis->at);
    return axis;
}

static void take_attributes(reader *r, frit_dataset *d, const GArray *like)
{
    static const frit_attribute none;
    uint64_t n = take_uint(r, 4);
    if (n > MAX_ATTRIBUTES)
        r->wrong = true;
    for (uint64_t i = 0; i < n && !r->wrong; i++) {
        const frit_attribute *b = like && i < like->len ? &g_array_index(like, frit_attribute, i) : &none;
        const char *name = take_name(r, b->name), *unit = take_name(r, b->unit);
        frit_attribute a = {name, unit, unit ? take_double(r) : NAN, unit ? NULL : take_text(r, b->text)};
        if (name && !r->wrong) {
            frit_dataset_take_attribute(d, a);
            continue;
        }
        r->wrong = true;
        if (a.text)
            g_ref_string_release((char *)a.text);
    }
}

/* Type and shape; an array larger than the bytes that are left is refused before memory is asked for. */
static frit_dataset *take_shape(reader *r, uint64_t *flags)
{
    uint64_t magic = take_uint(r, 4), dtype = take_uint(r, 1), ndim = take_uint(r, 1);
    *flags = take_uint(r, 2);
    if (r->wrong || magic != DATASET_MAGIC || dtype > FRIT_U64 || ndim > FRIT_MAX_NDIM ||
        (*flags & ~KNOWN_FLAGS))
        return NULL;
    size_t shape[FRIT_MAX_NDIM] = {0}, n = 1;
    for (uint64_t k = 0; k < ndim; k++) {
        uint64_t length = take_uint(r, 8);
        if (length > SIZE_MAX || __builtin_mul_overflow(n, (size_t)length, &n))
            return NULL;
        shape[k] = (size_t)length;
    }
    if (r->wrong || n > r->left / frit_dtype_size((frit_dtype)dtype))
        return NULL;
    return frit_dataset_new((frit_dtype)dtype, (uint32_t)ndim, shape);
}

frit_dataset *frit_dataset_from_bytes(const void *data, size_t n, const frit_dataset *like)
{
    reader r = {data, n, false};
    uint64_t flags;
    g_autoptr(frit_dataset) d = take_shape(&r, &flags);
    if (!d)
        return NULL;
    size_t count = frit_dataset_count(d);
    d->quantity = take_name(&r, like ? like->quantity : NULL);
    d->unit = take_name(&r, like ? like->unit : NULL);
    for (uint32_t k = 0; k < d->ndim; k++)
        d->axis[k] = take_axis(&r, d->shape[k], like && k < like->ndim ? like->axis[k] : NULL);
    take_array(&r, d->data, count, frit_dtype_size(d->dtype));
    if (!r.wrong && (flags & HAS_SIGMA)) {
        r.wrong = count > r.left / sizeof *d->sigma || !frit_dataset_want_sigma(d);
        take_array(&r, d->sigma, count, sizeof *d->sigma);
    }
    if (!r.wrong && (flags & HAS_MASK)) {
        r.wrong = count > r.left || !frit_dataset_want_mask(d);
        take_array(&r, d->mask, count, 1);
    }
    take_attributes(&r, d, like ? like->attributes : NULL);
    return r.wrong || r.left ? NULL : g_steal_pointer(&d);
}

/* ---- The heading of a pack ---- */

uint64_t frit_pack_checksum(const void *data, size_t n)
{
    return XXH3_64bits(data, n);
}

void frit_pack_encode(const frit_pack *p, uint8_t *heading)
{
    writer w = {.to = heading};
    put_raw(&w, PACK_MAGIC, 8);
    put_uint(&w, PACK_VERSION, 4);
    put_uint(&w, p->n, 4);
    put_uint(&w, p->key.high, 8);
    put_uint(&w, p->key.low, 8);
    for (uint32_t i = 0; i < p->n; i++) {
        const frit_pack_entry *e = &p->entry[i];
        put_uint(&w, e->kind, 4);
        put_uint(&w, e->status, 4);
        put_uint(&w, e->offset, 8);
        put_uint(&w, e->length, 8);
        put_uint(&w, e->checksum, 8);
    }
    put_uint(&w, XXH3_64bits(heading, w.n), 8);
}

static frit_pack_entry take_entry(reader *r, uint64_t size)
{
    frit_pack_entry e = {0};
    uint64_t kind = take_uint(r, 4), status = take_uint(r, 4);
    e.offset = take_uint(r, 8);
    e.length = take_uint(r, 8);
    e.checksum = take_uint(r, 8);
    bool sound = (kind == FRIT_PACK_DATASET && status == FRIT_OK) ||
                 (kind == FRIT_PACK_FAILURE && status > FRIT_OK && status <= FRIT_ECANCELLED);
    if (!sound || e.offset > size || e.length > size - e.offset || e.length > SIZE_MAX / 2)
        return (frit_pack_entry){0};
    e.kind = (frit_pack_kind)kind;
    e.status = (frit_status)status;
    return e;
}

bool frit_pack_decode(frit_pack *p, const frit_key *key, const uint8_t *heading, size_t have, uint64_t size)
{
    reader r = {heading, have, false};
    const uint8_t *magic = take(&r, 8);
    uint64_t version = take_uint(&r, 4), n = take_uint(&r, 4);
    *p = (frit_pack){0};
    p->key.high = take_uint(&r, 8);
    p->key.low = take_uint(&r, 8);
    if (r.wrong || memcmp(magic, PACK_MAGIC, 8) != 0 || version != PACK_VERSION || n > FRIT_PACK_SIZE ||
        have < FRIT_PACK_HEADING(n) || !frit_key_equal(&p->key, key))
        return false;
    p->n = (uint32_t)n;
    for (uint32_t i = 0; i < p->n; i++)
        p->entry[i] = take_entry(&r, size);
    size_t covered = (size_t)(r.at - heading);
    return take_uint(&r, 8) == XXH3_64bits(heading, covered);
}

/* ---- Where the elements of a series lie ---- */

enum { SHORTEST = 8, OF_ONE_LENGTH = 32, LENGTHS = 4 };   /* 8, 16, 32, 64: FRIT_PACK_SIZE */

uint64_t frit_pack_of(uint64_t element)
{
    uint64_t pack = 0;
    for (int k = 0; k < LENGTHS - 1; k++) {
        uint64_t length = (uint64_t)SHORTEST << k;
        if (element < OF_ONE_LENGTH * length)
            return pack + element / length;
        element -= OF_ONE_LENGTH * length;
        pack += OF_ONE_LENGTH;
    }
    return pack + element / FRIT_PACK_SIZE;
}

uint32_t frit_pack_length(uint64_t pack)
{
    return SHORTEST << MIN(pack / OF_ONE_LENGTH, LENGTHS - 1);
}

uint64_t frit_pack_first(uint64_t pack)
{
    uint64_t k = MIN(pack / OF_ONE_LENGTH, LENGTHS - 1);
    uint64_t before = (uint64_t)OF_ONE_LENGTH * SHORTEST * ((UINT64_C(1) << k) - 1);
    return before + (pack - k * OF_ONE_LENGTH) * frit_pack_length(pack);
}
