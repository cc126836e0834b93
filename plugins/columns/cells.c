/* A line of text as cells, and a cell as a number, whatever the country and the program.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "cells.h"

#include <glib.h>
#include <math.h>
#include <string.h>

static bool is_blank(char ch)
{
    return ch == ' ' || ch == '\t' || ch == '\f' || ch == '\v';
}

static cell trimmed(const char *from, const char *to)
{
    while (from < to && is_blank(*from))
        from++;
    while (to > from && is_blank(to[-1]))
        to--;
    if (to - from >= 2 && *from == '"' && to[-1] == '"') {
        from++;
        to--;
    }
    return (cell){ from, (size_t)(to - from) };
}

size_t cells_length(const char *line)
{
    size_t n = strlen(line);
    for (size_t i = 1; i < n; i++)
        if (is_blank(line[i - 1]) &&
            (line[i] == '#' || line[i] == '!' || (line[i] == '/' && line[i + 1] == '/')))
            return i;
    return n;
}

/* Where the cell that starts at p ends: before the separator or at the end. */
static const char *cell_end(const char *p, const char *end, char separator)
{
    bool quoted = false;
    int depth = 0;
    for (; p < end; p++) {
        if (*p == '"')
            quoted = !quoted;
        else if (quoted)
            continue;
        else if (separator == ' ' && strchr("([{", *p))
            depth++;
        else if (separator == ' ' && strchr(")]}", *p) && depth > 0)
            depth--;
        else if (separator == ' ' ? is_blank(*p) && depth == 0 : *p == separator)
            break;
    }
    return p;
}

static size_t split(const char *p, const char *end, char separator, cell *cells)
{
    size_t n = 0;
    while (true) {
        if (separator == ' ') {
            while (p < end && is_blank(*p))
                p++;
            if (p == end)
                return n;
        }
        const char *stop = cell_end(p, end, separator);
        if (n == CELLS_MAX)
            return CELLS_MAX + 1;
        cells[n++] = trimmed(p, stop);
        if (stop == end)
            return n;
        p = stop + 1;
    }
}

size_t cells_split(const char *line, char separator, cell *cells)
{
    return split(line, line + strlen(line), separator, cells);
}

/* Words that stand for no number, or for none that is finite. */
static bool number_word(const char *s, size_t n, double *value)
{
    static const char *const missing[] = { "nan", "na", "n/a", "null", "none", "--", "nan(ind)", "1.#qnan",
                                           "1.#ind", "nanq" };
    static const char *const infinite[] = { "inf", "infinity", "1.#inf" };
    if (n == 0 || strspn(s, "*") >= n) {
        *value = NAN;
        return true;
    }
    bool negative = *s == '-' && n > 2;
    if (negative || (*s == '+' && n > 1)) {
        s++;
        n--;
    }
    for (size_t i = 0; i < G_N_ELEMENTS(missing); i++) {
        if (strlen(missing[i]) == n && !g_ascii_strncasecmp(s, missing[i], n)) {
            *value = NAN;
            return true;
        }
    }
    for (size_t i = 0; i < G_N_ELEMENTS(infinite); i++) {
        if (strlen(infinite[i]) == n && !g_ascii_strncasecmp(s, infinite[i], n)) {
            *value = negative ? -INFINITY : INFINITY;
            return true;
        }
    }
    return false;
}

bool cell_number(cell c, char decimal, double *value)
{
    char text[128];
    if (c.n < sizeof text) {
        memcpy(text, c.at, c.n);
        text[c.n] = 0;
        if (number_word(text, c.n, value))
            return true;
    }
    if (c.n >= sizeof text)
        return false;
    for (char *p = text; *p; p++) {
        if (*p == decimal)
            *p = '.';
        else if (*p == '.')
            return false;
        else if (*p == 'd' || *p == 'D' || *p == 'E')
            *p = 'e';
        else if (!g_ascii_isdigit(*p) && !strchr("+-e", *p))
            return false;
    }
    char *end;
    *value = g_ascii_strtod(text, &end);
    return end == text + c.n && end > text;
}

bool cells_look_numeric(const char *line)
{
    const char *end = line + cells_length(line);
    bool digit = false;
    for (const char *p = line; p < end;) {
        size_t n = strcspn(p, " \t\f\v,;\"");
        if (p + n > end)
            n = (size_t)(end - p);
        double v;
        if (n && !cell_number((cell){ p, n }, '.', &v))
            return false;
        for (size_t i = 0; i < n && !digit; i++)
            digit = g_ascii_isdigit(p[i]);
        p += n + 1;
    }
    return digit;
}

/* Is a tab the only separator in this line: does no cell between tabs hold a blank inside? */
static bool tabs_alone(const char *line)
{
    const char *p = line, *end = line + cells_length(line);
    while (p <= end) {
        const char *stop = cell_end(p, end, '\t');
        cell c = trimmed(p, stop);
        if (memchr(c.at, ' ', c.n))
            return false;
        p = stop + 1;
    }
    return true;
}

/* Could every comma in this line be a decimal one, between numbers that blanks separate? */
static bool commas_decimal(const char *line, bool *several)
{
    const char *end = line + cells_length(line);
    size_t words = 0;
    for (const char *p = line; p < end;) {
        while (p < end && is_blank(*p))
            p++;
        size_t commas = 0;
        const char *word = p;
        for (; p < end && !is_blank(*p); p++) {
            if (*p == '.')
                return false;
            if (*p != ',')
                continue;
            commas++;
            if (p == word || p + 1 == end || !g_ascii_isdigit(p[-1]) || !g_ascii_isdigit(p[1]))
                return false;
        }
        if (commas > 1)
            return false;
        words += p > word;
    }
    *several = *several || words > 1;
    return true;
}

dialect cells_dialect(const text_lines *t, size_t first)
{
    bool semicolon = false, tab = false, comma = false;
    bool alone = true, decimal = true, several = false;
    size_t seen = 0;
    for (size_t i = first; i < t->n && seen < 1000; i++) {
        const char *line = t->line[i];
        if (text_is_blank(line) || text_is_comment(line, ' ') || !cells_look_numeric(line))
            continue;
        seen++;
        semicolon = semicolon || strchr(line, ';');
        comma = comma || strchr(line, ',');
        tab = tab || strchr(line, '\t');
        alone = alone && tabs_alone(line);
        decimal = decimal && commas_decimal(line, &several);
    }
    if (semicolon)
        return (dialect){ ';', comma ? ',' : '.' };
    if (tab && alone)
        return (dialect){ '\t', comma ? ',' : '.' };
    if (comma && !(decimal && several))
        return (dialect){ ',', '.' };
    return (dialect){ ' ', comma ? ',' : '.' };
}
