/* What a test plugin lets its test know: lines in the file that FRIT_TEST_WITNESS names.
 *
 * How often prepare() or run() was called shows in no result, and a plugin has no mutable static data
 * to count in.  A line is one write() at the end of the file, so that lines of many threads stay whole.
 * Plugins for real work write to nothing but their outputs.
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

__attribute__((format(printf, 1, 2))) static inline void witness(const char *fmt, ...)
{
    char line[256];
    const char *path = getenv("FRIT_TEST_WITNESS");
    if (!path || !*path)
        return;
    va_list args;
    va_start(args, fmt);
    int n = vsnprintf(line, sizeof line, fmt, args);
    va_end(args);
    int fd = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0666);
    if (fd < 0)
        return;
    if (n > 0 && write(fd, line, (size_t)n) != n)
        abort();
    close(fd);
}
