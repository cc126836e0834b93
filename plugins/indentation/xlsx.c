/* .xlsx: the cells of SpreadsheetML within a zip archive.
 *
 * Of the archive's parts the list of sheets, the texts that they share, and the sheets are read, with
 * libzip and Expat.  ECMA-376, Office Open XML File Formats, 5th edition (2021), part 1, chapter 18.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "workbook.h"

#include <expat.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zip.h>

#define MAX_PART ((zip_uint64_t)512 << 20)

/* ---- Parts of the archive ---- */

static bool open_archive(zip_t **z, const char *path, struct why *why)
{
    int code;
    zip_error_t e;
    *z = zip_open(path, ZIP_RDONLY, &code);
    if (*z)
        return true;
    zip_error_init_with_code(&e, code);
    why_fail(why, FRIT_EDATA, "the workbook is damaged or cut off: %s", zip_error_strerror(&e));
    zip_error_fini(&e);
    return false;
}

/* NULL with code FRIT_OK: there is no such part. */
static char *read_part(zip_t *z, const char *name, size_t *n, struct why *why)
{
    zip_stat_t stat;
    why->code = FRIT_OK;
    if (zip_stat(z, name, ZIP_FL_NOCASE, &stat) != 0)
        return NULL;
    if (!(stat.valid & ZIP_STAT_SIZE) || stat.size > MAX_PART) {
        why_fail(why, FRIT_EDATA, "%.60s in the workbook is larger than 512 MB: no test is", name);
        return NULL;
    }
    if ((stat.valid & ZIP_STAT_ENCRYPTION_METHOD) && stat.encryption_method != ZIP_EM_NONE) {
        why_fail(why, FRIT_EDATA, "the workbook is encrypted: save it without a password");
        return NULL;
    }
    zip_file_t *f = zip_fopen_index(z, stat.index, 0);
    char *text = f ? malloc((size_t)stat.size + 1) : NULL;
    zip_int64_t got = text ? zip_fread(f, text, stat.size) : -1;
    if (f)
        zip_fclose(f);
    if (got != (zip_int64_t)stat.size) {
        free(text);
        why_fail(why, FRIT_EDATA, "the workbook is damaged or cut off: %.60s cannot be unpacked", name);
        return NULL;
    }
    *n = (size_t)stat.size;
    return text;
}

/* ---- XML ---- */

struct parse {
    XML_Parser parser;
    struct workbook *w; /* list of sheets, shared texts */
    struct sheet *s;    /* cells */
    const struct workbook *shared;
    char **target; /* of the relations: id, path, id, path */
    size_t n_targets;
    struct why *why;
    bool failed;
    char *text; /* of the element */
    size_t length, room;
    bool collects;
    int phonetic; /* within hints of pronunciation, which are no text */
    size_t row, col, next_row;
    char type; /* of the cell: n, s (shared), t (its own text), other */
};

static void stop(struct parse *p)
{
    p->failed = true;
    XML_StopParser(p->parser, XML_FALSE);
}

static const char *attribute(const char **attributes, const char *name)
{
    for (; *attributes; attributes += 2) {
        const char *colon = strchr(*attributes, ':');
        if (!strcmp(*attributes, name) || (colon && !strcmp(colon + 1, name)))
            return attributes[1];
    }
    return NULL;
}

static const char *local(const char *element)
{
    const char *colon = strchr(element, ':');
    return colon ? colon + 1 : element;
}

static void XMLCALL collect(void *data, const char *text, int n)
{
    struct parse *p = data;
    if (!p->collects || p->phonetic || n <= 0)
        return;
    if (p->length + (size_t)n + 1 > p->room) {
        size_t room = 2 * (p->length + (size_t)n + 32);
        char *more = realloc(p->text, room);
        if (!more) {
            why_fail(p->why, FRIT_ENOMEM, "no memory for the texts of the workbook");
            stop(p);
            return;
        }
        p->text = more;
        p->room = room;
    }
    memcpy(p->text + p->length, text, (size_t)n);
    p->length += (size_t)n;
}

static const char *collected(struct parse *p)
{
    if (!p->text)
        return "";
    p->text[p->length] = 0;
    return p->text;
}

static bool parse_part(struct parse *p, const char *xml, size_t n, const char *name,
                       XML_StartElementHandler start, XML_EndElementHandler end)
{
    p->parser = XML_ParserCreate(NULL);
    if (!p->parser)
        return why_fail(p->why, FRIT_ENOMEM, "no memory for the workbook");
    XML_SetUserData(p->parser, p);
    XML_SetElementHandler(p->parser, start, end);
    XML_SetCharacterDataHandler(p->parser, collect);
    if (XML_Parse(p->parser, xml, (int)n, 1) != XML_STATUS_OK && !p->failed) {
        p->failed = true;
        why_fail(p->why, FRIT_EDATA, "the workbook is damaged: %.60s, line %lu: %s", name,
                 (unsigned long)XML_GetCurrentLineNumber(p->parser),
                 XML_ErrorString(XML_GetErrorCode(p->parser)));
    }
    XML_ParserFree(p->parser);
    free(p->text);
    p->text = NULL;
    p->length = p->room = 0;
    return !p->failed;
}

/* ---- The list of sheets ---- */

static void XMLCALL begin_relation(void *data, const char *element, const char **attributes)
{
    struct parse *p = data;
    const char *id = attribute(attributes, "Id"), *target = attribute(attributes, "Target");
    if (strcmp(local(element), "Relationship") || !id || !target)
        return;
    char **longer = realloc(p->target, (p->n_targets + 2) * sizeof *longer);
    if (longer) {
        p->target = longer;
        p->target[p->n_targets++] = strdup(id);
        p->target[p->n_targets++] = strdup(target);
    }
}

static const char *target_of(const struct parse *p, const char *id)
{
    for (size_t i = 0; id && i + 1 < p->n_targets; i += 2)
        if (p->target[i] && p->target[i + 1] && !strcmp(p->target[i], id))
            return p->target[i + 1];
    return NULL;
}

static void XMLCALL begin_sheet_name(void *data, const char *element, const char **attributes)
{
    struct parse *p = data;
    const char *name = attribute(attributes, "name"), *target = target_of(p, attribute(attributes, "id"));
    if (strcmp(local(element), "sheet") || !name || !target)
        return;
    char part[256];
    snprintf(part, sizeof part, "%s%s", *target == '/' ? "" : "xl/", target + (*target == '/'));
    if (!workbook_add_sheet(p->w, strdup(name), strdup(part), 0, p->why))
        stop(p);
}

/* ---- Shared texts ---- */

static void XMLCALL begin_text(void *data, const char *element, const char **attributes)
{
    struct parse *p = data;
    (void)attributes;
    const char *e = local(element);
    if (!strcmp(e, "si"))
        p->length = 0;
    p->phonetic += !strcmp(e, "rPh");
    p->collects = !strcmp(e, "t");
}

static void XMLCALL end_text(void *data, const char *element)
{
    struct parse *p = data;
    const char *e = local(element);
    p->phonetic -= !strcmp(e, "rPh");
    p->collects = false;
    if (!strcmp(e, "si") && !workbook_share(p->w, strdup(collected(p)), p->why))
        stop(p);
}

/* ---- Cells ---- */

/* "BC12" is row 11, column 54; false: no such reference. */
static bool place_of(const char *r, size_t *row, size_t *col)
{
    size_t c = 0, n = 0;
    for (; *r >= 'A' && *r <= 'Z' && c < 100000; r++)
        c = 26 * c + (size_t)(*r - 'A' + 1);
    for (; *r >= '0' && *r <= '9' && n < 100000000; r++)
        n = 10 * n + (size_t)(*r - '0');
    if (c == 0 || n == 0 || *r)
        return false;
    *row = n - 1;
    *col = c - 1;
    return true;
}

static void XMLCALL begin_cell(void *data, const char *element, const char **attributes)
{
    struct parse *p = data;
    const char *e = local(element);
    if (!strcmp(e, "row")) {
        const char *r = attribute(attributes, "r");
        p->row = r && strtoul(r, NULL, 10) > 0 ? strtoul(r, NULL, 10) - 1 : p->next_row;
        p->next_row = p->row + 1;
        p->col = (size_t)-1;
    } else if (!strcmp(e, "c")) {
        const char *r = attribute(attributes, "r"), *t = attribute(attributes, "t");
        if (!r || !place_of(r, &p->row, &p->col))
            p->col++;
        p->type = !t || !strcmp(t, "n")                          ? 'n'
                  : !strcmp(t, "s")                              ? 's'
                  : !strcmp(t, "str") || !strcmp(t, "inlineStr") ? 't'
                                                                 : 'x';
        p->length = 0;
    }
    p->phonetic += !strcmp(e, "rPh");
    p->collects = !strcmp(e, "v") || !strcmp(e, "t");
}

static bool add_cell(struct parse *p)
{
    const char *text = collected(p);
    char *end;
    if (p->length == 0 || p->type == 'x')
        return true;
    if (p->type == 'n') {
        double x = strtod(text, &end);
        return end == text || *end ||
               sheet_add(p->s, p->row, p->col, (struct cell){CELL_NUMBER, x, NULL}, p->why);
    }
    const char *kept;
    if (p->type == 's') {
        unsigned long i = strtoul(text, &end, 10);
        if (*end || i >= p->shared->n_shared)
            return true;
        kept = p->shared->shared[i];
    } else {
        char *copy = strdup(text);
        if (!sheet_own(p->s, copy, p->why))
            return false;
        kept = copy;
    }
    return sheet_add(p->s, p->row, p->col, (struct cell){CELL_TEXT, NAN, kept}, p->why);
}

static void XMLCALL end_cell(void *data, const char *element)
{
    struct parse *p = data;
    const char *e = local(element);
    p->phonetic -= !strcmp(e, "rPh");
    p->collects = false;
    if (!strcmp(e, "c") && !add_cell(p))
        stop(p);
}

/* ---- The workbook ---- */

static bool read_xml(zip_t *z, struct parse *p, const char *name, bool needed, XML_StartElementHandler start,
                     XML_EndElementHandler end)
{
    size_t n = 0;
    char *xml = read_part(z, name, &n, p->why);
    if (!xml)
        return p->why->code == FRIT_OK &&
               (!needed ||
                why_fail(p->why, FRIT_EDATA, "the archive holds no workbook: %.60s is missing", name));
    bool good = parse_part(p, xml, n, name, start, end);
    free(xml);
    return good;
}

static void XMLCALL end_nothing(void *data, const char *element)
{
    (void)data;
    (void)element;
}

bool xlsx_open(struct workbook *w, struct why *why)
{
    zip_t *z;
    struct parse p = {.w = w, .why = why};
    if (!open_archive(&z, w->path, why))
        return false;
    bool good = read_xml(z, &p, "xl/_rels/workbook.xml.rels", true, begin_relation, end_nothing) &&
                read_xml(z, &p, "xl/workbook.xml", true, begin_sheet_name, end_nothing) &&
                read_xml(z, &p, "xl/sharedStrings.xml", false, begin_text, end_text);
    for (size_t i = 0; i < p.n_targets; i++)
        free(p.target[i]);
    free(p.target);
    zip_discard(z);
    return good;
}

bool xlsx_sheet(const struct workbook *w, size_t index, struct sheet *s, struct why *why)
{
    zip_t *z;
    struct parse p = {.s = s, .shared = w, .why = why};
    if (!open_archive(&z, w->path, why))
        return false;
    bool good = read_xml(z, &p, w->sheet[index].part, true, begin_cell, end_cell);
    zip_discard(z);
    return good;
}
