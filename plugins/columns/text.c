/* A text file as lines in UTF-8: byte order marks, encodings, line ends, comments.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "text.h"

#include <glib.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

bool text_fail(text_error *e, frit_status code, const char *fmt, ...)
{
    e->code = code;
    va_list args;
    va_start(args, fmt);
    vsnprintf(e->text, sizeof e->text, fmt, args);
    va_end(args);
    return false;
}

const char *text_quote(char *out, const char *s, size_t n)
{
    size_t at = 0, chars = 0;
    for (size_t i = 0; i < n && s[i];) {
        size_t length = g_utf8_next_char(s + i) - (s + i);
        if (i + length > n)
            break;
        if (++chars > 40) {
            memcpy(out + at, "...", 3);
            at += 3;
            break;
        }
        if (length == 1 && (unsigned char)s[i] < ' ') {
            out[at++] = ' ';
        } else {
            memcpy(out + at, s + i, length);
            at += length;
        }
        i += length;
    }
    out[at] = 0;
    return out;
}

/* The file's bytes as UTF-8 in *buffer, to be g_free'd, without a byte order mark. */
static bool decode(char **buffer, size_t *size, text_error *e)
{
    const unsigned char *b = (const unsigned char *)*buffer;
    const char *from = NULL;
    size_t skip = 0;
    if (*size >= 2 && b[0] == 0xff && b[1] == 0xfe) {
        from = "UTF-16LE";
        skip = 2;
    } else if (*size >= 2 && b[0] == 0xfe && b[1] == 0xff) {
        from = "UTF-16BE";
        skip = 2;
    } else if (*size >= 3 && b[0] == 0xef && b[1] == 0xbb && b[2] == 0xbf) {
        memmove(*buffer, *buffer + 3, *size - 2);   /* with the 0 at the end */
        *size -= 3;
    }
    const char *zero = from ? NULL : memchr(*buffer, 0, *size);
    if (zero)
        return text_fail(e, FRIT_EDATA, "byte %zu is 0: this is no text (UTF-16 needs its byte order mark); "
                         "images have readers of their own", (size_t)(zero - *buffer) + 1);
    if (!from && g_utf8_validate(*buffer, (gssize)*size, NULL))
        return true;

    gsize converted;
    char *utf8 = g_convert(*buffer + skip, (gssize)(*size - skip), "UTF-8", from ? from : "ISO-8859-1",
                           NULL, &converted, NULL);
    if (!utf8 || memchr(utf8, 0, converted)) {
        g_free(utf8);
        return text_fail(e, FRIT_EDATA, "the file begins like %s text, but is none", from ? from : "Latin-1");
    }
    g_free(*buffer);
    *buffer = utf8;
    *size = converted;
    return true;
}

/* Cut the buffer at its line ends; returns how many lines there are.  line: to store them, or NULL. */
static size_t cut(char *buffer, size_t size, char **line)
{
    size_t n = 0;
    for (char *p = buffer, *end = buffer + size; p < end;) {
        char *stop = p;
        while (stop < end && *stop != '\n' && *stop != '\r')
            stop++;
        char *next = stop + (stop + 1 < end && stop[0] == '\r' && stop[1] == '\n' ? 2 : 1);
        if (line) {
            line[n] = p;
            *stop = 0;   /* at the end: the 0 that closes the buffer */
        }
        n++;
        p = next;
    }
    return n;
}

bool text_read(const char *path, text_lines *t, text_error *e)
{
    *t = (text_lines){ 0 };
    GError *error = NULL;
    gsize size;
    if (!g_file_get_contents(path, &t->buffer, &size, &error)) {
        text_fail(e, FRIT_EIO, "%s", error->message);
        g_error_free(error);
        return false;
    }
    if (!decode(&t->buffer, &size, e)) {
        text_free(t);
        return false;
    }
    t->n = cut(t->buffer, size, NULL);
    t->line = malloc((t->n + 1) * sizeof *t->line);
    if (!t->line) {
        text_free(t);
        return text_fail(e, FRIT_ENOMEM, "no memory for the lines of the file");
    }
    cut(t->buffer, size, t->line);
    t->line[t->n] = NULL;
    t->size = size;
    return true;
}

void text_free(text_lines *t)
{
    g_free(t->buffer);
    free(t->line);
    *t = (text_lines){ 0 };
}

bool text_is_blank(const char *line)
{
    return line[strspn(line, " \t\f\v")] == 0;
}

bool text_is_comment(const char *line, char separator)
{
    line += strspn(line, " \t");
    return *line == '#' || *line == '!' || *line == '%' || (*line == '/' && line[1] == '/') ||
           (*line == ';' && separator != ';');
}
