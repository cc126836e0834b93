/* Tests of the reading by rows: whatever the bands, the file and its flaws, open_rows() and read_rows() give
 * the values, masks, attributes and sentences that run() gives whole; a large compressed image is the same on
 * several threads; and limits mark what the comparison in double marks.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "images_make.h"
#include "shared/invalid.h"

#include <math.h>
#include <string.h>
#include <unistd.h>

/* ---- A host that keeps what a reader says ---- */

struct reading {
    frit_call         call;        /* first: a call is its reading */
    struct read_image params;
    char             *path;
    uint64_t          page;
    bool              by_rows;
    unsigned          threads, shared_out;
    frit_buffer       out;
    GString          *said;        /* attributes, units, warnings, or the sentence of a failure */
    GPtrArray        *memory;
};

static const char *host_file(frit_call *c, uint32_t i, uint64_t *part)
{
    const struct reading *r = (const struct reading *)c;

    *part = r->page;
    return i == 0 ? r->path : NULL;
}

static void free_output(struct reading *r)
{
    g_free(r->out.data);
    g_free(r->out.mask);
    r->out = (frit_buffer) { 0 };
}

static frit_buffer *host_output(frit_call *c, uint32_t port, frit_dtype dtype, uint32_t ndim,
                                const size_t *shape, uint32_t want)
{
    struct reading *r = (struct reading *)c;

    g_assert_cmpuint(port, ==, 0);
    g_assert_cmpuint(ndim, ==, 2);
    free_output(r);
    r->out = (frit_buffer) { .ndim = 2, .dtype = dtype, .shape = { shape[0], shape[1] } };
    if (!r->by_rows)
        r->out.data = g_malloc0(shape[0] * shape[1] * image_value_size(dtype));
    if (want & FRIT_WANT_MASK)
        r->out.mask = g_malloc0(shape[0] * shape[1]);
    return &r->out;
}

static void host_set_unit(frit_call *c, uint32_t port, int axis, const char *name, const char *unit)
{
    g_string_append_printf(((struct reading *)c)->said, "unit %u %d %s %s\n", port, axis, name ? name : "",
                           unit);
}

static void host_set_attribute(frit_call *c, uint32_t port, const char *name, const char *unit, double value)
{
    g_string_append_printf(((struct reading *)c)->said, "%u %s = %.17g %s\n", port, name, value, unit);
}

static void host_set_text_attribute(frit_call *c, uint32_t port, const char *name, const char *text)
{
    g_string_append_printf(((struct reading *)c)->said, "%u %s = %s\n", port, name, text);
}

static void *host_scratch(frit_call *c, size_t n, size_t size)
{
    void *p = g_malloc0(n * size);

    g_ptr_array_add(((struct reading *)c)->memory, p);
    return p;
}

static void host_log(frit_call *c, int level, const char *fmt, ...)
{
    va_list args;

    va_start(args, fmt);
    g_string_append_printf(((struct reading *)c)->said, "log %d: ", level);
    g_string_append_vprintf(((struct reading *)c)->said, fmt, args);
    va_end(args);
}

static frit_status host_fail(frit_call *c, frit_status why, const char *fmt, ...)
{
    va_list args;

    va_start(args, fmt);
    g_string_vprintf(((struct reading *)c)->said, fmt, args);
    va_end(args);
    return why;
}

static uint32_t host_workers(frit_call *c)
{
    return ((const struct reading *)c)->threads;
}

struct team {
    void (*work)(void *data, size_t i, uint32_t worker);
    void  *data;
    size_t n;
    gint   next;
};

struct member {
    struct team *team;
    uint32_t     worker;
};

static gpointer work(gpointer data)
{
    struct member *m = data;

    for (size_t i; (i = (size_t)g_atomic_int_add(&m->team->next, 1)) < m->team->n;)
        m->team->work(m->team->data, i, m->worker);
    return NULL;
}

static void host_parallel(frit_call *c, size_t n, void (*f)(void *data, size_t i, uint32_t worker),
                          void *data)
{
    struct reading *r = (struct reading *)c;
    struct team t = { f, data, n, 0 };
    struct member members[8];
    GThread *threads[8];

    r->shared_out++;
    for (uint32_t i = 0; i < r->threads; i++) {
        members[i] = (struct member) { &t, i };
        threads[i] = g_thread_new("member", work, &members[i]);
    }
    for (uint32_t i = 0; i < r->threads; i++)
        g_thread_join(threads[i]);
}

static bool host_read(frit_call *c, int fd, void *to, size_t n, uint64_t offset)
{
    (void)c;
    return pread(fd, to, n, (off_t)offset) == (ssize_t)n;
}

static const frit_host host = {
    .size = sizeof host, .abi_minor = FRIT_ABI_MINOR, .file = host_file, .output = host_output,
    .set_unit = host_set_unit, .set_attribute = host_set_attribute,
    .set_text_attribute = host_set_text_attribute, .scratch = host_scratch, .log = host_log,
    .fail = host_fail, .workers = host_workers, .parallel = host_parallel, .read = host_read,
};

/* ---- Whole, and by rows ---- */

static struct reading new_reading(const char *name, uint64_t page, const struct read_image *params)
{
    return (struct reading) { .call = { .host = &host }, .params = *params, .path = in_folder(name),
                              .page = page, .threads = 1, .said = g_string_new(""),
                              .memory = g_ptr_array_new_with_free_func(g_free) };
}

static void free_reading(struct reading *r)
{
    free_output(r);
    g_free(r->path);
    g_string_free(r->said, TRUE);
    g_ptr_array_unref(r->memory);
}

static frit_status read_whole(struct reading *r)
{
    r->call.params = &r->params;
    return read_image_run(&r->call);
}

/* Memory that is not zeroed, mask bytes that are, as a host gives them; nothing is written around them. */
static frit_status read_band(struct reading *r, void *state, size_t first, size_t n, uint8_t *pixels,
                             uint8_t *mask)
{
    const size_t size = n * r->out.shape[1] * image_value_size(r->out.dtype);
    g_autofree uint8_t *band = g_malloc(size + 8);
    bool masked = false, any = false;
    frit_status s;

    memset(band, 0xa5, size + 8);
    s = read_image_read_rows(&r->call, state, first, n, band, mask + first * r->out.shape[1], &masked);
    for (size_t i = 0; i < 8; i++)
        g_assert_cmpuint(band[size + i], ==, 0xa5);
    for (size_t i = 0; i < n * r->out.shape[1]; i++)
        any = any || mask[first * r->out.shape[1] + i];
    if (s == FRIT_OK)
        g_assert_true(masked == any);
    memcpy(pixels + first * r->out.shape[1] * image_value_size(r->out.dtype), band, size);
    return s;
}

static frit_status read_by_rows(struct reading *r, size_t band)
{
    void *state = NULL;
    frit_status s;

    r->by_rows = true;
    r->call.params = &r->params;
    s = read_image_open_rows(&r->call, &state);
    if (s == FRIT_OK) {
        const size_t rows = r->out.shape[0], n = rows * r->out.shape[1];
        uint8_t *pixels = g_malloc0(n * image_value_size(r->out.dtype)), *mask = g_malloc0(n);

        for (size_t first = 0; first < rows && s == FRIT_OK; first += band)
            s = read_band(r, state, first, MIN(band, rows - first), pixels, mask);
        r->out.data = pixels;
        r->out.mask = mask;
    }
    if (state)
        read_image_close_rows(state);
    return s;
}

static void assert_same_reading(const struct reading *a, const struct reading *b)
{
    const size_t n = a->out.shape[0] * a->out.shape[1], bytes = n * image_value_size(a->out.dtype);

    g_assert_cmpint(a->out.dtype, ==, b->out.dtype);
    g_assert_cmpmem(a->out.shape, sizeof a->out.shape, b->out.shape, sizeof b->out.shape);
    g_assert_cmpmem(a->out.data, bytes, b->out.data, bytes);
    for (size_t i = 0; i < n; i++)
        g_assert_cmpuint(a->out.mask ? a->out.mask[i] : 0, ==, b->out.mask ? b->out.mask[i] : 0);
}

static const struct read_image plain = { .unit = "count", .min_valid = NAN, .max_valid = NAN };

static void assert_rows(const char *name, uint64_t page, const struct read_image *params)
{
    static const size_t bands[] = { 1, 7, 16, 1000 };
    struct reading whole = new_reading(name, page, params);
    const frit_status expected = read_whole(&whole);

    for (size_t i = 0; i < G_N_ELEMENTS(bands); i++) {
        struct reading r = new_reading(name, page, params);
        const frit_status s = read_by_rows(&r, bands[i]);

        g_assert_cmpstr(r.said->str, ==, whole.said->str);
        g_assert_cmpint(s, ==, expected);
        if (s == FRIT_OK)
            assert_same_reading(&whole, &r);
        free_reading(&r);
    }
    free_reading(&whole);
}

/* ---- Formats ---- */

static void test_tiff(void)
{
    static const int codings[] = { COMPRESSION_NONE, COMPRESSION_PACKBITS, COMPRESSION_ADOBE_DEFLATE,
                                   COMPRESSION_LZW, COMPRESSION_ZSTD };
    static const struct { int strip, tile; } layouts[] = { { 0, 0 }, { 1, 0 }, { 3, 0 }, { 10, 0 },
                                                           { 0, 16 } };
    static const char *const modes[] = { "wl", "wb", "wl8", "wb8" };
    uint8_t pixels[PIXELS * 8];

    for (size_t i = 0; i < IMAGE_SAMPLES; i++)
        for (size_t k = 0; k < G_N_ELEMENTS(codings) * G_N_ELEMENTS(layouts) * G_N_ELEMENTS(modes); k++) {
            struct read_image params = plain;
            const struct storage how = { .mode = modes[k % 4], .compression = codings[k / 20],
                                         .rows_per_strip = layouts[k / 4 % 5].strip,
                                         .tile = layouts[k / 4 % 5].tile };

            if (!TIFFIsCODECConfigured((uint16_t)how.compression))
                continue;
            fill(pixels, sizeof pixels, (uint32_t)(1000 * i + k));
            put_tiff("rows.tif", &image_samples[i], &how, pixels);
            params.flip = (int32_t)(k + k / 4) % 4;
            assert_rows("rows.tif", 0, &params);
        }
}

static void put_bits(int compression, int order, uint32_t per_strip)
{
    uint8_t pixels[ROWS * 5];
    TIFF *tif = create("bits.tif", "w");

    fill(pixels, sizeof pixels, per_strip);
    set_tags(tif, 1, SAMPLEFORMAT_UINT, COLUMNS, ROWS);
    TIFFSetField(tif, TIFFTAG_COMPRESSION, compression);
    TIFFSetField(tif, TIFFTAG_FILLORDER, order);
    TIFFSetField(tif, TIFFTAG_ROWSPERSTRIP, per_strip);
    g_assert_true(put_strips(tif, pixels, 5, ROWS, per_strip));
    TIFFClose(tif);
}

static void test_bits(void)
{
    struct read_image params = plain;

    for (uint32_t per_strip = 1; per_strip <= ROWS; per_strip += 14)
        for (params.flip = 0; params.flip < 4; params.flip++) {
            put_bits(COMPRESSION_NONE, FILLORDER_LSB2MSB, per_strip);
            assert_rows("bits.tif", 0, &params);
            if (TIFFIsCODECConfigured(COMPRESSION_CCITTFAX4)) {
                put_bits(COMPRESSION_CCITTFAX4, FILLORDER_MSB2LSB, per_strip);
                assert_rows("bits.tif", 0, &params);
            }
        }
}

static void test_pages(void)
{
    uint8_t pixels[3][PIXELS * 8], mask[1100];

    put_tiff_pages(pixels);
    put_edf_pages();
    put_file("rows.msk", mask, make_fit2d(mask));
    for (uint64_t page = 0; page < 4; page++) {    /* the last is one too many */
        assert_rows("pages.tif", page, &plain);
        assert_rows("pages.edf", page, &plain);
    }
    for (int32_t flip = 0; flip < 4; flip++)
        assert_rows("rows.msk", 0, &(struct read_image) { .flip = flip, .unit = "1", .min_valid = NAN,
                                                          .max_valid = NAN });
    assert_rows("missing.tif", 0, &plain);
}

static void test_edf(void)
{
    static const char *const types[] = { "UnsignedByte", "SignedShort", "UnsignedInteger", "FloatValue",
                                         "DoubleValue", "Signed64" };
    uint8_t pixels[PIXELS * 8];

    for (size_t k = 0; k < G_N_ELEMENTS(types) * 8; k++) {
        const struct read_image params = { .flip = (int32_t)k % 4, .unit = "count",
                                           .min_valid = k < 24 ? NAN : 3, .max_valid = NAN };
        g_autofree char *keys = g_strdup_printf(
            "ByteOrder = %s ;\nDataType = %s ;\nDim_1 = 37 ;\nDim_2 = 29 ;\nDate = 2026-11-22 ;\n"
            "count_time = 0.5 ;\n",
            k / 4 % 2 ? "LowByteFirst" : "HighByteFirst", types[k % 6]);

        fill(pixels, sizeof pixels, (uint32_t)k);
        put_edf("rows.edf", keys, "}\n", pixels, sizeof pixels);
        assert_rows("rows.edf", 0, &params);
    }
}

/* ---- Files with flaws ---- */

/* Whatever the band in which it is found, and from which end: strips 4 and 9 of 15 are damaged. */
static void test_damaged_strips(void)
{
    const struct storage how = { "w", COMPRESSION_ADOBE_DEFLATE, 0, 2, 0 };
    struct read_image params = plain;
    uint8_t pixels[PIXELS * 8];
    uint64_t offsets[15];
    g_autofree char *path = in_folder("strips.tif"), *bytes = NULL;
    TIFF *tif;
    gsize n;

    fill(pixels, sizeof pixels, 5);
    put_tiff("strips.tif", &image_samples[2], &how, pixels);
    tif = create("strips.tif", "r");
    for (uint32_t i = 0; i < 15; i++)
        offsets[i] = TIFFGetStrileOffset(tif, i);
    TIFFClose(tif);
    g_assert_true(g_file_get_contents(path, &bytes, &n, NULL));
    memset(bytes + offsets[3], 0xff, 8);
    memset(bytes + offsets[8], 0xee, 8);
    put_file("strips.tif", bytes, n);
    for (params.flip = 0; params.flip < 4; params.flip++) {
        struct reading r = new_reading("strips.tif", 0, &params);

        g_assert_cmpint(read_by_rows(&r, 7), ==, FRIT_EIO);
        g_assert_true(g_str_has_prefix(r.said->str, "strip 4 of 15 of the TIFF is damaged ("));
        free_reading(&r);
        assert_rows("strips.tif", 0, &params);
    }
}

/* A copy that is not finished: the bytes of the last strips of a compressed TIFF, those of an EDF. */
static void test_cut(void)
{
    const struct storage how = { "w", COMPRESSION_LZW, 0, 4, 0 };
    uint8_t pixels[PIXELS * 8];
    g_autofree char *path = in_folder("cut.tif"), *bytes = NULL;
    gsize n;

    fill(pixels, sizeof pixels, 6);
    put_tiff("cut.tif", &image_samples[4], &how, pixels);
    g_assert_true(g_file_get_contents(path, &bytes, &n, NULL));
    for (gsize cut = n; cut > 8; cut -= 97 < cut ? 97 : cut) {
        put_file("cut.tif", bytes, cut);
        assert_rows("cut.tif", 0, &plain);
    }
    put_edf("cut.edf", SMALL_EDF "DataType = SignedInteger ;\n", "}\n", pixels, 20);
    assert_rows("cut.edf", 0, &plain);
}

/* The file loses its end between two bands. */
static void test_shrinks(void)
{
    static const char *const names[] = { "shrinks.tif", "shrinks.edf" };
    static const char *const sentences[] = { "strip 1 of 1 of the TIFF is damaged (*)",
                                             "the file became shorter while it was read" };
    uint8_t pixels[PIXELS * 8] = { 0 }, mask[PIXELS] = { 0 };

    put_tiff(names[0], &image_samples[2], &plain_storage, pixels);
    put_edf(names[1], "ByteOrder = LowByteFirst ;\nDataType = UnsignedShort ;\nDim_1 = 37 ;\nDim_2 = 29 ;\n",
            "}\n", pixels, PIXELS * 2);
    for (size_t i = 0; i < 2; i++) {
        struct reading r = new_reading(names[i], 0, &plain);
        void *state = NULL;
        bool masked = false;

        r.by_rows = true;
        r.call.params = &r.params;
        g_assert_cmpint(read_image_open_rows(&r.call, &state), ==, FRIT_OK);
        g_assert_cmpint(read_image_read_rows(&r.call, state, 0, 5, pixels, mask, &masked), ==, FRIT_OK);
        g_assert_cmpint(truncate(r.path, 1000), ==, 0);
        g_assert_cmpint(read_image_read_rows(&r.call, state, 20, 9, pixels, mask, &masked), ==, FRIT_EIO);
        if (!g_pattern_match_simple(sentences[i], r.said->str))
            g_assert_cmpstr(r.said->str, ==, sentences[i]);
        read_image_close_rows(state);
        free_reading(&r);
    }
}

/* ---- Several threads ---- */

enum { LARGE = 1100 };

static void put_large(uint32_t tile)
{
    g_autofree uint16_t *pixels = g_new(uint16_t, LARGE * LARGE), *part = g_new0(uint16_t, 256 * 256);
    TIFF *tif = create("large.tif", "w");

    for (size_t i = 0; i < LARGE * LARGE; i++)
        pixels[i] = (uint16_t)(i * i / 977 % 4096);
    for (int page = 0; page < 2; page++) {     /* the second page is the one that is read */
        set_tags(tif, 16, SAMPLEFORMAT_UINT, LARGE, LARGE);
        TIFFSetField(tif, TIFFTAG_COMPRESSION, COMPRESSION_ADOBE_DEFLATE);
        TIFFSetField(tif, TIFFTAG_PREDICTOR, PREDICTOR_HORIZONTAL);
        TIFFSetField(tif, TIFFTAG_ROWSPERSTRIP, 3);
        if (tile > 0) {
            TIFFSetField(tif, TIFFTAG_TILEWIDTH, tile);
            TIFFSetField(tif, TIFFTAG_TILELENGTH, tile);
        }
        for (uint32_t y = 0; tile && y < LARGE; y += tile)
            for (uint32_t x = 0; x < LARGE; x += tile) {
                for (uint32_t k = 0; k < MIN(tile, LARGE - y); k++)
                    memcpy(part + k * tile, pixels + (y + k) * LARGE + x, 2 * MIN(tile, LARGE - x));
                g_assert_cmpint(TIFFWriteTile(tif, part, x, y, 0, 0), >, 0);
            }
        if (!tile)
            g_assert_true(put_strips(tif, (const uint8_t *)pixels, LARGE * 2, LARGE, 3));
        g_assert_true(TIFFWriteDirectory(tif));
        pixels[LARGE] ^= 1;
    }
    TIFFClose(tif);
}

static void damage_large(uint32_t block)
{
    g_autofree char *path = in_folder("large.tif"), *bytes = NULL;
    TIFF *tif = create("large.tif", "r");
    uint64_t at;
    gsize n;

    g_assert_true(TIFFSetDirectory(tif, 1));
    at = TIFFGetStrileOffset(tif, block);
    TIFFClose(tif);
    g_assert_true(g_file_get_contents(path, &bytes, &n, NULL));
    memset(bytes + at, 0xff, 8);
    put_file("large.tif", bytes, n);
}

static void test_threads(void)
{
    for (int i = 0; i < 4; i++) {      /* strips, tiles; whole, damaged */
        struct reading alone = new_reading("large.tif", 1, &plain);
        struct reading together = new_reading("large.tif", 1, &plain);
        const bool damaged = i > 1;

        put_large(i % 2 ? 256 : 0);
        if (damaged) {
            damage_large(17);
            damage_large(9);
        }
        together.threads = 3;
        g_assert_cmpint(read_whole(&alone), ==, damaged ? FRIT_EIO : FRIT_OK);
        g_assert_cmpint(read_whole(&together), ==, damaged ? FRIT_EIO : FRIT_OK);
        g_assert_cmpuint(alone.shared_out, ==, 0);
        g_assert_cmpuint(together.shared_out, ==, 1);
        g_assert_cmpstr(together.said->str, ==, alone.said->str);
        if (!damaged)
            assert_same_reading(&alone, &together);
        else
            g_assert_nonnull(strstr(alone.said->str, i % 2 ? "tile 10 of 25" : "strip 10 of 367"));
        free_reading(&alone);
        free_reading(&together);
    }
}

/* ---- Limits ---- */

static double as_double(frit_dtype dtype, const void *v, size_t i)
{
    switch (dtype) {
    case FRIT_F64: return ((const double *)v)[i];
    case FRIT_F32: return (double)((const float *)v)[i];
    case FRIT_I8:  return ((const int8_t *)v)[i];
    case FRIT_U8:  return ((const uint8_t *)v)[i];
    case FRIT_I16: return ((const int16_t *)v)[i];
    case FRIT_U16: return ((const uint16_t *)v)[i];
    case FRIT_I32: return ((const int32_t *)v)[i];
    case FRIT_U32: return ((const uint32_t *)v)[i];
    case FRIT_I64: return (double)((const int64_t *)v)[i];
    default:       return (double)((const uint64_t *)v)[i];
    }
}

/* Against the definition, in double: limits between the values, at them, next to them, out of the type. */
static void test_limits_every_type(void)
{
    enum { N = 1000 };      /* whole blocks, and a rest */
    _Alignas(8) uint8_t values[N * 8];
    uint8_t mask[N];
    g_autoptr(GRand) rand = g_rand_new_with_seed(7);

    for (int k = 0; k < 4000; k++) {
        const frit_dtype dtype = (frit_dtype)(k % 10);
        const double out[] = { NAN, NAN, -INFINITY, INFINITY, -1e300, 1e300, -0.5, 254.5, -1e-320,
                               4294967295.0, /* half a step beyond the last float */
                               -3.4028235677973366e38, 3.4028235677973366e38 };
        double limits[2];
        size_t found, expected = 0;

        fill(values, sizeof values, (uint32_t)k / 10);
        if (dtype == FRIT_F32 && k % 20 < 10)
            for (size_t i = 0; i < N; i++)
                ((float *)values)[i] = (float)i - 3;
        for (int j = 0; j < 2; j++) {
            const double x = as_double(dtype, values, (size_t)g_rand_int_range(rand, 0, N));

            limits[j] = g_rand_boolean(rand) ? out[g_rand_int_range(rand, 0, G_N_ELEMENTS(out))]
                        : g_rand_boolean(rand) ? x
                                               : nextafter(x, g_rand_boolean(rand) ? INFINITY : -INFINITY);
        }
        memset(mask, 0, sizeof mask);
        found = invalid_find(dtype, values, N, limits[0], limits[1], mask);
        for (size_t i = 0; i < N; i++) {
            const double x = as_double(dtype, values, i);
            const bool bad = !isfinite(x) || x < limits[0] || x > limits[1];

            g_assert_cmpuint(mask[i], ==, bad);
            expected += bad;
        }
        g_assert_cmpuint(found, ==, expected);
        g_assert_cmpuint(invalid_find(dtype, values, N, limits[0], limits[1], NULL), ==, expected);
    }
}

void add_rows_tests(void)
{
    g_test_add_func("/images/rows/tiff", test_tiff);
    g_test_add_func("/images/rows/bits", test_bits);
    g_test_add_func("/images/rows/pages", test_pages);
    g_test_add_func("/images/rows/edf", test_edf);
    g_test_add_func("/images/rows/damaged-strips", test_damaged_strips);
    g_test_add_func("/images/rows/cut", test_cut);
    g_test_add_func("/images/rows/shrinks", test_shrinks);
    g_test_add_func("/images/threads", test_threads);
    g_test_add_func("/images/limits-every-type", test_limits_every_type);
}
