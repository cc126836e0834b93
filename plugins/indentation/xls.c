/* .xls: the cells of BIFF8 records.
 *
 * A stream of records (type, length, bytes): first the globals, with the names and places of the sheets and
 * the table of shared texts, then one substream a sheet.  Of the cells numbers, results of formulas and texts
 * are taken; formats, charts and drawings are passed over.
 * [MS-XLS]: Excel Binary File Format (.xls) Structure, Microsoft, revision 8.0 (2021).
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "workbook.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum {
    R_FORMULA = 0x06,
    R_EOF = 0x0a,
    R_FILEPASS = 0x2f,
    R_CONTINUE = 0x3c,
    R_BOUNDSHEET = 0x85,
    R_MULRK = 0xbd,
    R_RSTRING = 0xd6,
    R_SST = 0xfc,
    R_LABELSST = 0xfd,
    R_NUMBER = 0x203,
    R_LABEL = 0x204,
    R_STRING = 0x207,
    R_RK = 0x27e,
    R_BOF = 0x809
};

static uint16_t u16(const uint8_t *p)
{
    return (uint16_t)(p[0] | p[1] << 8);
}

static uint32_t u32(const uint8_t *p)
{
    return p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 | (uint32_t)p[3] << 24;
}

static double f64(const uint8_t *p)
{
    uint64_t bits = u32(p) | (uint64_t)u32(p + 4) << 32;
    double x;
    memcpy(&x, &bits, sizeof x);
    return x;
}

struct record {
    unsigned type;
    size_t n, next; /* length; where the next one begins */
    const uint8_t *body;
};

/* false at the end of the stream, or where the record does not fit into it. */
static bool record_at(const struct workbook *w, size_t at, struct record *r)
{
    if (at > w->size || w->size - at < 4)
        return false;
    *r = (struct record){u16(w->stream + at), u16(w->stream + at + 2), 0, w->stream + at + 4};
    r->next = at + 4 + r->n;
    return r->n <= w->size - at - 4;
}

/* ---- Texts that run on in CONTINUE records ---- */

struct reader {
    const struct workbook *w;
    struct record r;
    size_t at; /* in the body */
};

/* At the end of a record: into the one that continues it. */
static bool more(struct reader *t)
{
    while (t->at == t->r.n) {
        if (!record_at(t->w, t->r.next, &t->r) || t->r.type != R_CONTINUE)
            return false;
        t->at = 0;
    }
    return true;
}

static bool take(struct reader *t, uint8_t *to, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        if (!more(t))
            return false;
        to[i] = t->r.body[t->at++];
    }
    return true;
}

static bool skip(struct reader *t, size_t n)
{
    while (n > 0) {
        if (!more(t))
            return false;
        size_t here = t->r.n - t->at < n ? t->r.n - t->at : n;
        t->at += here;
        n -= here;
    }
    return true;
}

/* The characters of a text: where it is cut, the next record says anew how wide they are. */
static char *take_characters(struct reader *t, size_t n, bool wide)
{
    uint8_t *units = calloc(n + 1, 2);
    for (size_t i = 0; units && i < n; i++) {
        uint8_t flag;
        if (t->at == t->r.n) {
            if (!take(t, &flag, 1))
                goto cut;
            wide = flag & 1;
        }
        if (!take(t, units + 2 * i, wide ? 2 : 1))
            goto cut;
    }
    if (units) {
        char *text = text_from_utf16(units, n);
        free(units);
        return text;
    }
cut:
    free(units);
    return NULL;
}

/* A text of the table: length, flags, characters, and what belongs to its layout. */
static char *take_text(struct reader *t)
{
    uint8_t head[3], extra[4];
    size_t runs = 0, phonetic = 0;
    if (!take(t, head, 3))
        return NULL;
    if (head[2] & 8) {
        if (!take(t, extra, 2))
            return NULL;
        runs = u16(extra);
    }
    if (head[2] & 4) {
        if (!take(t, extra, 4))
            return NULL;
        phonetic = u32(extra);
    }
    char *text = take_characters(t, u16(head), head[2] & 1);
    if (text && !skip(t, 4 * runs + phonetic)) {
        free(text);
        return NULL;
    }
    return text;
}

static bool read_shared(struct workbook *w, const struct record *r, struct why *why)
{
    struct reader t = {w, *r, 8};
    if (r->n < 8)
        return why_fail(why, FRIT_EDATA, "the workbook is damaged: its table of texts is %zu bytes long",
                        r->n);
    const uint32_t n = u32(r->body + 4);
    for (uint32_t i = 0; i < n; i++) {
        char *text = take_text(&t);
        if (!text)
            return why_fail(why, FRIT_EDATA,
                            "the workbook is damaged or cut off: %u of its %u texts can be read", i, n);
        if (!workbook_share(w, text, why))
            return false;
    }
    return true;
}

/* ---- The globals ---- */

static bool read_boundsheet(struct workbook *w, const struct record *r, struct why *why)
{
    if (r->n < 8 || r->body[5] != 0) /* 0: a sheet of cells, not a chart */
        return true;
    size_t n = r->body[6], bytes = r->body[7] & 1 ? 2 * n : n;
    if (8 + bytes > r->n)
        return why_fail(why, FRIT_EDATA, "the workbook is damaged: the name of sheet %zu is cut off",
                        w->n_sheets + 1);
    char *name = r->body[7] & 1 ? text_from_utf16(r->body + 8, n) : text_from_latin1(r->body + 8, n);
    return workbook_add_sheet(w, name, NULL, u32(r->body), why);
}

static bool read_globals(struct workbook *w, struct why *why)
{
    struct record r;
    for (size_t at = 0; record_at(w, at, &r); at = r.next) {
        if (at == 0 && (r.type != R_BOF || r.n < 4 || u16(r.body) != 0x600))
            return why_fail(why, FRIT_EDATA,
                            "the workbook is not of Excel 97 to 2003 (BIFF8): save it as .xls or .xlsx with "
                            "a newer program");
        if (r.type == R_FILEPASS)
            return why_fail(why, FRIT_EDATA, "the workbook is encrypted: save it without a password");
        if (r.type == R_EOF)
            return true;
        if (r.type == R_BOUNDSHEET && !read_boundsheet(w, &r, why))
            return false;
        if (r.type == R_SST && !read_shared(w, &r, why))
            return false;
    }
    return why_fail(why, FRIT_EDATA, "the workbook is cut off: its list of sheets has no end");
}

bool xls_open(struct workbook *w, const uint8_t *file, size_t size, struct why *why)
{
    if (ole2_stream(file, size, "Workbook", &w->stream, &w->size, why))
        return read_globals(w, why);
    if (why->code != FRIT_OK)
        return false;
    uint8_t *other;
    size_t n;
    if (ole2_stream(file, size, "EncryptedPackage", &other, &n, why)) {
        free(other);
        return why_fail(why, FRIT_EDATA, "the workbook is encrypted: save it without a password");
    }
    return why_fail(why, FRIT_EDATA,
                    "the compound file holds no workbook of Excel 97 to 2003 (no stream \"Workbook\"): "
                    "is it a document of another program?");
}

/* ---- The cells of a sheet ---- */

/* 30 bits of a double or of a whole number, perhaps times 100. */
static double rk_number(uint32_t rk)
{
    double x;
    if (rk & 2) {
        x = (double)((int32_t)rk >> 2);
    } else {
        uint64_t bits = (uint64_t)(rk & 0xfffffffcu) << 32;
        memcpy(&x, &bits, sizeof x);
    }
    return rk & 1 ? x / 100 : x;
}

static struct cell number(double x)
{
    return (struct cell){CELL_NUMBER, x, NULL};
}

static bool add_text_cell(struct sheet *s, size_t row, size_t col, char *text, struct why *why)
{
    return sheet_own(s, text, why) && sheet_add(s, row, col, (struct cell){CELL_TEXT, NAN, text}, why);
}

static bool add_many(struct sheet *s, const struct record *r, struct why *why)
{
    size_t row = u16(r->body), col = u16(r->body + 2);
    for (size_t at = 4; at + 8 <= r->n; at += 6, col++)
        if (!sheet_add(s, row, col, number(rk_number(u32(r->body + at + 2))), why))
            return false;
    return true;
}

/* A formula's result is a number, unless its last two bytes are 0xffff: then 0 in front says that a text
 * follows in a record of its own; true, false and errors are passed over. */
static bool add_formula(struct sheet *s, const struct workbook *w, const struct record *r, struct why *why)
{
    size_t row = u16(r->body), col = u16(r->body + 2);
    struct record text;
    if (u16(r->body + 12) != 0xffff)
        return sheet_add(s, row, col, number(f64(r->body + 6)), why);
    if (r->body[6] != 0 || !record_at(w, r->next, &text) || text.type != R_STRING || text.n < 3)
        return true;
    struct reader t = {w, text, 3};
    char *characters = take_characters(&t, u16(text.body), text.body[2] & 1);
    return !characters || add_text_cell(s, row, col, characters, why);
}

static bool add_cell(struct sheet *s, const struct workbook *w, const struct record *r, struct why *why)
{
    static const struct {
        unsigned type;
        size_t least;
    } lengths[] = {{R_NUMBER, 14}, {R_RK, 10},     {R_MULRK, 12},  {R_LABELSST, 10},
                   {R_LABEL, 9},   {R_RSTRING, 9}, {R_FORMULA, 14}};
    size_t least = 0;
    for (size_t i = 0; i < sizeof lengths / sizeof *lengths; i++)
        if (lengths[i].type == r->type)
            least = lengths[i].least;
    if (least == 0)
        return true;
    if (r->n < least)
        return why_fail(why, FRIT_EDATA, "the workbook is damaged: a cell of %zu bytes", r->n);
    const size_t row = u16(r->body), col = u16(r->body + 2);
    switch (r->type) {
    case R_NUMBER: return sheet_add(s, row, col, number(f64(r->body + 6)), why);
    case R_RK: return sheet_add(s, row, col, number(rk_number(u32(r->body + 6))), why);
    case R_MULRK: return add_many(s, r, why);
    case R_FORMULA: return add_formula(s, w, r, why);
    case R_LABELSST: {
        const uint32_t i = u32(r->body + 6);
        return i >= w->n_shared || sheet_add(s, row, col, (struct cell){CELL_TEXT, NAN, w->shared[i]}, why);
    }
    default: {
        struct reader t = {w, *r, 9};
        char *text = take_characters(&t, u16(r->body + 6), r->body[8] & 1);
        return !text || add_text_cell(s, row, col, text, why);
    }
    }
}

bool xls_sheet(const struct workbook *w, size_t index, struct sheet *s, struct why *why)
{
    const struct workbook_sheet *sheet = &w->sheet[index];
    struct record r;
    int depth = 0; /* charts within the sheet have a beginning and an end of their own */
    for (size_t at = sheet->offset; record_at(w, at, &r); at = r.next) {
        if (at == sheet->offset && r.type != R_BOF)
            break;
        if (r.type == R_BOF)
            depth++;
        else if (r.type == R_EOF && --depth == 0)
            return true;
        else if (depth == 1 && !add_cell(s, w, &r, why))
            return false;
    }
    return why_fail(why, FRIT_EDATA, "the workbook is damaged or cut off: the sheet \"%.60s\" has no end",
                    sheet->name);
}
