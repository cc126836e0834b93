/* Small workbooks for the tests, written from the formats' descriptions.
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "indentation_make.h"

#include <string.h>
#include <zip.h>

/* ---- BIFF8 ---- */

static void put16(GByteArray *b, unsigned x)
{
    g_byte_array_append(b, (guint8[]){(guint8)x, (guint8)(x >> 8)}, 2);
}

static void put32(GByteArray *b, guint32 x)
{
    put16(b, x & 0xffff);
    put16(b, x >> 16);
}

static void put_double(GByteArray *b, double x)
{
    guint64 bits;
    memcpy(&bits, &x, sizeof bits);
    put32(b, (guint32)bits);
    put32(b, (guint32)(bits >> 32));
}

static void record(GByteArray *b, unsigned type, const GByteArray *body)
{
    put16(b, type);
    put16(b, body->len);
    g_byte_array_append(b, body->data, body->len);
}

static void bof(GByteArray *b, unsigned version, unsigned kind)
{
    g_autoptr(GByteArray) r = g_byte_array_new();
    put16(r, version);
    put16(r, kind);
    while (r->len < 16)
        put16(r, 0);
    record(b, 0x809, r);
}

static void eof(GByteArray *b)
{
    put16(b, 0x0a);
    put16(b, 0);
}

static const char *const texts[] = {"Segment",
                                    "Displacement Into Surface",
                                    "Load On Sample",
                                    "Time On Sample",
                                    "nm",
                                    "mN",
                                    "s",
                                    "Cycle Unload Marker 1",
                                    "END"};

/* The second text is cut behind its fifth character, and goes on as UTF-16. */
static void put_texts(GByteArray *b)
{
    g_autoptr(GByteArray) first = g_byte_array_new(), second = g_byte_array_new();
    put32(first, 9);
    put32(first, 9);
    GByteArray *now = first;
    for (size_t i = 0; i < G_N_ELEMENTS(texts); i++) {
        const size_t n = strlen(texts[i]);
        put16(now, (unsigned)n);
        g_byte_array_append(now, (const guint8[]){0}, 1);
        if (i != 1) {
            g_byte_array_append(now, (const guint8 *)texts[i], (guint)n);
            continue;
        }
        g_byte_array_append(now, (const guint8 *)texts[i], 5);
        now = second;
        g_byte_array_append(now, (const guint8[]){1}, 1);
        for (size_t k = 5; k < n; k++)
            put16(now, (guint8)texts[i][k]);
    }
    record(b, 0xfc, first);
    record(b, 0x3c, second);
}

static void put_text_cell(GByteArray *b, unsigned row, unsigned col, unsigned text)
{
    g_autoptr(GByteArray) r = g_byte_array_new();
    put16(r, row);
    put16(r, col);
    put16(r, 0);
    put32(r, text);
    record(b, 0xfd, r);
}

static void put_number_cell(GByteArray *b, unsigned row, unsigned col, double x)
{
    g_autoptr(GByteArray) r = g_byte_array_new();
    put16(r, row);
    put16(r, col);
    put16(r, 0);
    put_double(r, x);
    record(b, 0x203, r);
}

/* A whole number times 1/100, as RK. */
static void put_rk_cell(GByteArray *b, unsigned row, unsigned col, int hundredths)
{
    g_autoptr(GByteArray) r = g_byte_array_new();
    put16(r, row);
    put16(r, col);
    put16(r, 0);
    put32(r, ((guint32)hundredths << 2) | 3);
    record(b, 0x27e, r);
}

static void put_test(GByteArray *b, int test)
{
    bof(b, 0x600, 0x10);
    for (unsigned col = 0; col < 4; col++)
        put_text_cell(b, 0, col, col);
    for (unsigned col = 1; col < 4; col++)
        put_text_cell(b, 1, col, col + 3);
    bof(b, 0x600, 0x20); /* a chart within the sheet */
    put_number_cell(b, 2, 1, -1);
    eof(b);
    for (int row = 0; row < MADE_ROWS; row++) {
        const unsigned at = (unsigned)row + 2;
        if (row == 100)
            put_text_cell(b, at, 0, 7);
        put_number_cell(b, at, 1, row == 3 ? 1.7976931348623157e308 : made_depth(test, row));
        put_number_cell(b, at, 2, made_load(test, row));
        put_rk_cell(b, at, 3, 10 * row);
    }
    put_text_cell(b, MADE_ROWS + 2, 0, 8);
    eof(b);
}

static void put_sheet_name(GByteArray *b, const char *name, guint32 **offset)
{
    g_autoptr(GByteArray) r = g_byte_array_new();
    put32(r, 0);
    put16(r, 0);
    g_byte_array_append(r, (guint8[]){(guint8)strlen(name), 0}, 2);
    g_byte_array_append(r, (const guint8 *)name, (guint)strlen(name));
    *offset = GUINT_TO_POINTER(b->len + 4); /* where the place of the sheet will stand */
    record(b, 0x85, r);
}

static void set32(GByteArray *b, gpointer at, guint32 x)
{
    guint8 *p = b->data + GPOINTER_TO_UINT(at);
    for (int i = 0; i < 4; i++)
        p[i] = (guint8)(x >> (8 * i));
}

static GByteArray *make_stream(enum made_fault fault)
{
    GByteArray *b = g_byte_array_new();
    guint32 *second, *first;
    bof(b, fault == MADE_OLD ? 0x500 : 0x600, 5);
    if (fault == MADE_ENCRYPTED) {
        g_autoptr(GByteArray) r = g_byte_array_new();
        put16(r, 1);
        record(b, 0x2f, r);
    }
    put_sheet_name(b, fault == MADE_WITHOUT_TESTS ? "Notes" : "Test 002", &second);
    put_sheet_name(b, fault == MADE_WITHOUT_TESTS ? "More" : "Test 001", &first);
    put_texts(b);
    eof(b);
    set32(b, second, b->len);
    if (fault == MADE_WITHOUT_TESTS) {
        bof(b, 0x600, 0x10);
        eof(b);
    } else {
        put_test(b, 2);
    }
    set32(b, first, b->len);
    if (fault == MADE_WITHOUT_TESTS) {
        bof(b, 0x600, 0x10);
        eof(b);
    } else {
        put_test(b, 1);
    }
    while (b->len < 4096 || b->len % 512)
        g_byte_array_append(b, (const guint8[]){0}, 1);
    return b;
}

/* ---- The compound file: stream, directory, table of sectors ---- */

static void put_entry(GByteArray *b, const char *name, int kind, guint32 first, guint32 size)
{
    const guint begin = b->len;
    for (const char *p = name; *p; p++)
        put16(b, (guint8)*p);
    while (b->len < begin + 64)
        put16(b, 0);
    put16(b, 2 * (unsigned)strlen(name) + 2);
    g_byte_array_append(b, (guint8[]){(guint8)kind, 1}, 2);
    while (b->len < begin + 116)
        put16(b, 0);
    put32(b, first);
    put32(b, size);
    put32(b, 0);
}

GByteArray *make_xls(enum made_fault fault)
{
    g_autoptr(GByteArray) stream = make_stream(fault);
    const guint32 n = stream->len / 512, fats = (n + 2 + 127) / 128 + 1;
    GByteArray *b = g_byte_array_new();
    g_byte_array_append(b, (const guint8 *)"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", 8);
    for (int i = 0; i < 8; i++)
        put16(b, 0);
    put16(b, 0x3e);
    put16(b, 3);
    put16(b, 0xfffe);
    put16(b, 9);
    put16(b, 6);
    while (b->len < 44)
        put16(b, 0);
    put32(b, fats);
    put32(b, n); /* the directory */
    put32(b, 0);
    put32(b, 4096);
    put32(b, 0xfffffffe); /* no small sectors */
    put32(b, 0);
    put32(b, 0xfffffffe); /* no more lists */
    put32(b, 0);
    for (guint32 i = 0; i < 109; i++)
        put32(b, i < fats ? n + 1 + i : 0xffffffff);
    g_byte_array_append(b, stream->data, stream->len);
    put_entry(b, "Root Entry", 5, 0xfffffffe, 0);
    put_entry(b, "Workbook", 2, 0, stream->len);
    put_entry(b, "", 0, 0, 0);
    put_entry(b, "", 0, 0, 0);
    for (guint32 i = 0; i < fats * 128; i++)
        put32(b, i + 1 < n ? i + 1 : i <= n ? 0xfffffffe : i <= n + fats ? 0xfffffffd : 0xffffffff);
    return b;
}

/* ---- .xlsx ---- */

static void add_part(zip_t *z, const char *name, const char *text)
{
    zip_source_t *source = zip_source_buffer(z, g_strdup(text), strlen(text), 1);
    g_assert_nonnull(source);
    g_assert_cmpint(zip_file_add(z, name, source, ZIP_FL_ENC_UTF_8), >=, 0);
}

static char *sheet_xml(int test)
{
    GString *s = g_string_new(
        "<?xml version=\"1.0\"?><worksheet "
        "xmlns=\"http://schemas.openxmlformats.org/spreadsheetml/2006/main\">"
        "<sheetData><row r=\"1\"><c r=\"A1\" t=\"s\"><v>0</v></c><c r=\"B1\" t=\"s\"><v>1</v></c>"
        "<c r=\"C1\" t=\"inlineStr\"><is><t>Load On Sample</t></is></c><c r=\"D1\" t=\"s\"><v>2</v></c></row>"
        "<row r=\"2\"><c r=\"B2\" t=\"str\"><v>nm</v></c><c r=\"C2\" t=\"str\"><v>mN</v></c>"
        "<c r=\"D2\" t=\"str\"><v>s</v></c></row>");
    /* References that are none: the cell is the one behind the last, in the same row. */
    g_string_append_printf(s,
                           "<row r=\"3\"><c r=\"4711\"></c><c r=\"B\"><v>%.17g</v></c>"
                           "<c r=\"C3x\"><v>%.17g</v></c><c r=\"D3\"><v>%.17g</v></c></row>",
                           made_depth(test, 0), made_load(test, 0), made_time(0));
    for (int row = 1; row < MADE_ROWS; row++)
        g_string_append_printf(
            s, "<row><c>%s</c><c><v>%.17g</v></c><c><v>%.17g</v></c><c t=\"n\"><v>%.17g</v></c></row>",
            row == 100 ? "" : "", made_depth(test, row), made_load(test, row), made_time(row));
    g_string_append(s, "</sheetData></worksheet>");
    return g_string_free(s, FALSE);
}

void make_xlsx(const char *path)
{
    g_autofree char *one = sheet_xml(1), *two = sheet_xml(2);
    zip_t *z = zip_open(path, ZIP_CREATE | ZIP_TRUNCATE, NULL);
    g_assert_nonnull(z);
    add_part(
        z, "xl/workbook.xml",
        "<workbook xmlns:r=\"http://schemas.openxmlformats.org/officeDocument/2006/relationships\"><sheets>"
        "<sheet name=\"Test 002\" sheetId=\"1\" r:id=\"rId7\"/><sheet name=\"Test 001\" sheetId=\"2\" "
        "r:id=\"rId8\"/>"
        "</sheets></workbook>");
    add_part(z, "xl/_rels/workbook.xml.rels",
             "<Relationships><Relationship Id=\"rId7\" Target=\"worksheets/sheet1.xml\"/>"
             "<Relationship Id=\"rId8\" Target=\"/xl/worksheets/sheet2.xml\"/></Relationships>");
    add_part(z, "xl/sharedStrings.xml",
             "<sst><si><t>Segment</t></si><si><r><t>Displacement </t></r><r><t>Into "
             "Surface</t></r><rPh><t>no</t></rPh></si>"
             "<si><t>Time On Sample</t></si></sst>");
    add_part(z, "xl/worksheets/sheet1.xml", two);
    add_part(z, "xl/worksheets/sheet2.xml", one);
    g_assert_cmpint(zip_close(z), ==, 0);
}
