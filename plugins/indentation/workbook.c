/* Workbooks: what .xls and .xlsx have in common.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "workbook.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MAX_FILE  ((size_t)1 << 30)
#define MAX_CELLS ((size_t)40000000)

bool why_fail(struct why *why, frit_status code, const char *fmt, ...)
{
    va_list args;
    why->code = code;
    va_start(args, fmt);
    vsnprintf(why->text, sizeof why->text, fmt, args);
    va_end(args);
    return false;
}

static bool no_memory(struct why *why)
{
    return why_fail(why, FRIT_ENOMEM, "no memory for the file");
}

/* ---- Files and texts ---- */

static bool read_bytes(FILE *f, const char *path, uint8_t **bytes, size_t *size, struct why *why)
{
    size_t room = 1 << 16;
    *bytes = malloc(room + 1);
    for (*size = 0; *bytes;) {
        *size += fread(*bytes + *size, 1, room - *size, f);
        if (*size < room)
            break;
        if (room >= MAX_FILE) {
            free(*bytes);
            return why_fail(why, FRIT_EDATA, "%s is larger than 1 GB: no file of indentations is", path);
        }
        room *= 2;
        uint8_t *more = realloc(*bytes, room + 1);
        if (!more)
            free(*bytes);
        *bytes = more;
    }
    if (!*bytes)
        return no_memory(why);
    if (ferror(f)) {
        free(*bytes);
        return why_fail(why, FRIT_EIO, "%s cannot be read: %s", path, strerror(errno));
    }
    (*bytes)[*size] = 0;
    return true;
}

bool file_read(const char *path, uint8_t **bytes, size_t *size, struct why *why)
{
    FILE *f = fopen(path, "rb");
    if (!f)
        return why_fail(why, FRIT_EIO, "%s cannot be opened: %s", path, strerror(errno));
    bool good = read_bytes(f, path, bytes, size, why);
    fclose(f);
    return good;
}

static size_t put_utf8(char *to, uint32_t c)
{
    if (c < 0x80) {
        to[0] = (char)c;
        return 1;
    }
    if (c < 0x800) {
        to[0] = (char)(0xc0 | c >> 6);
        to[1] = (char)(0x80 | (c & 0x3f));
        return 2;
    }
    if (c < 0x10000) {
        to[0] = (char)(0xe0 | c >> 12);
        to[1] = (char)(0x80 | (c >> 6 & 0x3f));
        to[2] = (char)(0x80 | (c & 0x3f));
        return 3;
    }
    to[0] = (char)(0xf0 | c >> 18);
    to[1] = (char)(0x80 | (c >> 12 & 0x3f));
    to[2] = (char)(0x80 | (c >> 6 & 0x3f));
    to[3] = (char)(0x80 | (c & 0x3f));
    return 4;
}

/* What is no character, a 0 or half of a pair, becomes U+FFFD. */
char *text_from_utf16(const uint8_t *bytes, size_t chars)
{
    char *text = malloc(3 * chars + 1);
    size_t at = 0;
    for (size_t i = 0; text && i < chars; i++) {
        uint32_t c = bytes[2 * i] | (uint32_t)bytes[2 * i + 1] << 8;
        if (c >= 0xd800 && c < 0xdc00 && i + 1 < chars && (bytes[2 * i + 3] & 0xfc) == 0xdc) {
            uint32_t low = bytes[2 * i + 2] | (uint32_t)bytes[2 * i + 3] << 8;
            c = 0x10000 + ((c & 0x3ff) << 10 | (low & 0x3ff));
            i++;
        }
        at += put_utf8(text + at, c == 0 || (c >= 0xd800 && c < 0xe000) ? 0xfffd : c);
    }
    if (text)
        text[at] = 0;
    return text;
}

char *text_from_latin1(const uint8_t *bytes, size_t chars)
{
    char *text = malloc(3 * chars + 1);
    size_t at = 0;
    for (size_t i = 0; text && i < chars; i++)
        at += put_utf8(text + at, bytes[i] ? bytes[i] : 0xfffd);
    if (text)
        text[at] = 0;
    return text;
}

/* ---- Sheets ---- */

static bool grow(void *array, size_t n, size_t *room, size_t size, struct why *why)
{
    void **a = array;
    if (n < *room)
        return true;
    size_t wanted = *room ? 2 * *room : 64;
    void *more = realloc(*a, wanted * size);
    if (!more)
        return no_memory(why);
    *a = more;
    *room = wanted;
    return true;
}

bool sheet_add(struct sheet *s, size_t row, size_t col, struct cell cell, struct why *why)
{
    if (cell.kind == CELL_EMPTY || col >= WORKBOOK_MAX_COLS || row >= WORKBOOK_MAX_ROWS)
        return true;
    if (!grow(&s->found, s->n_found, &s->room, sizeof *s->found, why))
        return false;
    s->found[s->n_found++] = (struct found_cell){(uint32_t)row, (uint32_t)col, cell};
    if (row >= s->rows)
        s->rows = row + 1;
    if (col >= s->cols)
        s->cols = col + 1;
    return true;
}

/* Room for one more where n is 0 or a power of two: enough of a capacity without keeping one. */
static bool add_text(char ***list, size_t *n, char *text, struct why *why)
{
    if ((*n & (*n - 1)) == 0) {
        char **more = realloc(*list, (*n ? 2 * *n : 1) * sizeof **list);
        if (!more) {
            free(text);
            return no_memory(why);
        }
        *list = more;
    }
    (*list)[(*n)++] = text;
    return true;
}

bool sheet_own(struct sheet *s, char *text, struct why *why)
{
    return text ? add_text(&s->owned, &s->n_owned, text, why) : no_memory(why);
}

bool workbook_share(struct workbook *w, char *text, struct why *why)
{
    return text ? add_text(&w->shared, &w->n_shared, text, why) : no_memory(why);
}

bool workbook_add_sheet(struct workbook *w, char *name, char *part, size_t offset, struct why *why)
{
    struct workbook_sheet *more = name ? realloc(w->sheet, (w->n_sheets + 1) * sizeof *more) : NULL;
    if (!more) {
        free(name);
        free(part);
        return no_memory(why);
    }
    w->sheet = more;
    w->sheet[w->n_sheets++] = (struct workbook_sheet){name, part, offset};
    return true;
}

static bool lay_out(struct sheet *s, struct why *why)
{
    if (s->rows * s->cols > MAX_CELLS)
        return why_fail(why, FRIT_EDATA, "the sheet has %zu rows and %zu columns: no test has as many",
                        s->rows, s->cols);
    s->cell = calloc(s->rows * s->cols + 1, sizeof *s->cell);
    if (!s->cell)
        return no_memory(why);
    for (size_t i = 0; i < s->n_found; i++)
        s->cell[s->found[i].row * s->cols + s->found[i].col] = s->found[i].cell;
    return true;
}

const struct cell *sheet_cell(const struct sheet *s, size_t row, size_t col)
{
    static const struct cell empty = {CELL_EMPTY, 0, NULL};
    return row < s->rows && col < s->cols ? &s->cell[row * s->cols + col] : &empty;
}

void sheet_free(struct sheet *s)
{
    for (size_t i = 0; i < s->n_owned; i++)
        free(s->owned[i]);
    free(s->owned);
    free(s->found);
    free(s->cell);
    *s = (struct sheet){0};
}

/* ---- Workbooks ---- */

static bool is_zip(const uint8_t *file, size_t size)
{
    return size >= 4 && memcmp(file, "PK\3\4", 4) == 0;
}

bool workbook_is(const char *path, bool *yes, struct why *why)
{
    uint8_t head[8] = {0};
    FILE *f = fopen(path, "rb");
    if (!f)
        return why_fail(why, FRIT_EIO, "%s cannot be opened: %s", path, strerror(errno));
    const size_t n = fread(head, 1, sizeof head, f);
    fclose(f);
    *yes = ole2_is(head, n) || is_zip(head, n);
    return true;
}

bool workbook_open(struct workbook *w, const char *path, struct why *why)
{
    uint8_t *file;
    size_t size;
    *w = (struct workbook){0};
    if (!file_read(path, &file, &size, why))
        return false;
    bool good = false;
    w->path = strdup(path);
    w->is_xlsx = is_zip(file, size);
    if (!w->path)
        no_memory(why);
    else if (w->is_xlsx)
        good = xlsx_open(w, why);
    else if (ole2_is(file, size))
        good = xls_open(w, file, size, why);
    else
        why_fail(why, FRIT_EDATA,
                 "this is no workbook: neither an OLE2 compound file (.xls) nor a zip archive (.xlsx)%s",
                 size == 0 ? "; the file is empty" : "");
    free(file);
    if (good && w->n_sheets == 0)
        good = why_fail(why, FRIT_EDATA, "the workbook has no sheet");
    if (!good)
        workbook_close(w);
    return good;
}

bool workbook_sheet(const struct workbook *w, size_t index, struct sheet *s, struct why *why)
{
    *s = (struct sheet){0};
    bool good = w->is_xlsx ? xlsx_sheet(w, index, s, why) : xls_sheet(w, index, s, why);
    if (good && lay_out(s, why))
        return true;
    sheet_free(s);
    return false;
}

void workbook_close(struct workbook *w)
{
    for (size_t i = 0; i < w->n_sheets; i++) {
        free(w->sheet[i].name);
        free(w->sheet[i].part);
    }
    for (size_t i = 0; i < w->n_shared; i++)
        free(w->shared[i]);
    free(w->sheet);
    free(w->shared);
    free(w->stream);
    free(w->path);
    *w = (struct workbook){0};
}
