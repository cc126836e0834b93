/* A text file as lines, by the reader of columns, and lines as cells in the manner of these instruments: a
 * lone "-" and "--.--" stand for nothing measured.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <ctype.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "test.h"

bool lines_read(const char *path, text_lines *l, struct why *why)
{
    text_error e;
    return text_read(path, l, &e) || why_fail(why, e.code, "%s", e.text);
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
