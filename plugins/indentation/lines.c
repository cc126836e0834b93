/* A text file as lines in UTF-8, and lines as cells.
 *
 * Instruments write UTF-8, UTF-16 with a byte order mark, or Latin-1 (a micro sign is the one byte 0xb5
 * then); lines end in LF, CR LF, or a lone CR.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <ctype.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "test.h"

static bool is_utf8(const uint8_t *b, size_t n)
{
    for (size_t i = 0; i < n;) {
        size_t more = b[i] < 0x80             ? 0
                      : (b[i] & 0xe0) == 0xc0 ? 1
                      : (b[i] & 0xf0) == 0xe0 ? 2
                      : (b[i] & 0xf8) == 0xf0 ? 3
                                              : 9;
        if (more == 9 || i + more >= n + (more == 0))
            return false;
        for (size_t k = 1; k <= more; k++)
            if ((b[i + k] & 0xc0) != 0x80)
                return false;
        i += more + 1;
    }
    return true;
}

/* The whole text, to be freed; the bytes stay. */
static char *decode(const uint8_t *b, size_t n)
{
    if (n >= 2 && b[0] == 0xff && b[1] == 0xfe)
        return text_from_utf16(b + 2, (n - 2) / 2);
    if (n >= 3 && b[0] == 0xef && b[1] == 0xbb && b[2] == 0xbf)
        return strdup((const char *)b + 3);
    return is_utf8(b, n) ? strdup((const char *)b) : text_from_latin1(b, n);
}

static size_t cut(char *text, char **line)
{
    size_t n = 0;
    while (*text) {
        size_t length = strcspn(text, "\r\n");
        char *next = text + length +
                     (text[length] == '\r' && text[length + 1] == '\n' ? 2
                      : text[length]                                   ? 1
                                                                       : 0);
        if (line) {
            line[n] = text;
            text[length] = 0;
        }
        n++;
        text = next;
    }
    return n;
}

bool lines_of(uint8_t *bytes, size_t size, struct lines *l, struct why *why)
{
    *l = (struct lines){NULL, NULL, 0};
    bool utf16 = size >= 2 && bytes[0] == 0xff && bytes[1] == 0xfe;
    if (!utf16 && memchr(bytes, 0, size)) {
        free(bytes);
        return why_fail(why, FRIT_EDATA, "this is no text: it holds bytes of 0");
    }
    l->buffer = decode(bytes, size);
    free(bytes);
    l->n = l->buffer ? cut(l->buffer, NULL) : 0;
    l->line = l->buffer ? calloc(l->n + 1, sizeof *l->line) : NULL;
    if (!l->line) {
        lines_free(l);
        return why_fail(why, FRIT_ENOMEM, "no memory for the text");
    }
    cut(l->buffer, l->line);
    return true;
}

bool lines_read(const char *path, struct lines *l, struct why *why)
{
    uint8_t *bytes;
    size_t size;
    return file_read(path, &bytes, &size, why) && lines_of(bytes, size, l, why);
}

void lines_free(struct lines *l)
{
    free(l->line);
    free(l->buffer);
    *l = (struct lines){NULL, NULL, 0};
}

static struct text_cell trim(const char *at, size_t n)
{
    while (n > 0 && isspace((unsigned char)*at)) {
        at++;
        n--;
    }
    while (n > 0 && isspace((unsigned char)at[n - 1]))
        n--;
    if (n >= 2 && *at == '"' && at[n - 1] == '"') {
        at++;
        n -= 2;
    }
    return (struct text_cell){at, n};
}

size_t cells_split(const char *line, char separator, struct text_cell *cell)
{
    size_t n = 0;
    if (separator == ' ')
        line += strspn(line, " \t");
    while (n < CELLS && (*line || (n > 0 && separator != ' '))) {
        size_t length = 0;
        bool quoted = false;
        for (; line[length]; length++) {
            quoted ^= line[length] == '"';
            if (!quoted &&
                (separator == ' ' ? line[length] == ' ' || line[length] == '\t' : line[length] == separator))
                break;
        }
        cell[n++] = trim(line, length);
        if (!line[length])
            break;
        line += length + 1;
        if (separator == ' ')
            line += strspn(line, " \t");
    }
    return n;
}

void cell_copy(char *to, size_t size, struct text_cell c)
{
    size_t n = c.n < size ? c.n : size - 1;
    while (n < c.n && n > 0 && ((unsigned char)c.at[n] & 0xc0) == 0x80)
        n--;
    memcpy(to, c.at, n);
    to[n] = 0;
}

bool cell_number(struct text_cell c, char decimal, double *x)
{
    char text[64];
    *x = NAN;
    if (c.n == 0 || strspn(c.at, "-.*") >= c.n || (c.n == 3 && !strncasecmp(c.at, "nan", 3)))
        return true;
    if (c.n >= sizeof text)
        return false;
    cell_copy(text, sizeof text, c);
    for (char *p = text; *p; p++) {
        if (*p == ',' && decimal == ',')
            *p = '.';
        else if (!isdigit((unsigned char)*p) && !strchr("+-.eE", *p))
            return false;
    }
    char *end;
    *x = strtod(text, &end);
    return end != text && *end == 0;
}
