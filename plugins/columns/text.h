/* A text file as lines in UTF-8, whatever program and country it comes from.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef COLUMNS_TEXT_H
#define COLUMNS_TEXT_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>

#include "plugin.h"

/* Why something could not be read: a sentence, and what the step returns. */
typedef struct text_error {
    frit_status code;
    char        text[640];
} text_error;

/* Fills the error, and is false, so that a function can return it. */
bool text_fail(text_error *e, frit_status code, const char *fmt, ...) FRIT_PRINTF(3, 4);

typedef struct text_lines {
    char  *buffer;     /* the whole file; line ends are replaced by 0 */
    char **line;       /* into buffer */
    size_t n;
    size_t size;       /* of the buffer, in bytes */
} text_lines;

/* UTF-8, UTF-16 with a byte order mark, else Latin-1; lines end in LF, CR LF or CR. */
bool text_read(const char *path, text_lines *t, text_error *e);
void text_free(text_lines *t);

/* A stretch of text for a message: at most 40 characters, no control characters; out holds TEXT_QUOTE. */
#define TEXT_QUOTE 176
const char *text_quote(char *out, const char *s, size_t n);

/* Nothing but blanks, or a comment: # ! % ; or //.  (A ';' is no comment where it separates columns.) */
bool text_is_blank(const char *line);
bool text_is_comment(const char *line, char separator);

#endif
