/* The tests in a file, whatever instrument wrote it: which format it is stands in its first lines.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <stdlib.h>
#include <string.h>

#include "test.h"

struct test *tests_add(struct tests *t, struct why *why)
{
    struct test *longer = realloc(t->test, (t->n + 1) * sizeof *longer);
    if (!longer) {
        why_fail(why, FRIT_ENOMEM, "no memory for the list of tests");
        return NULL;
    }
    t->test = longer;
    t->test[t->n] = (struct test){.rows = 0};
    return &t->test[t->n++];
}

static bool read_text(struct tests *t, const char *path, enum format format, struct why *why)
{
    text_lines l;
    if (!lines_read(path, &l, why))
        return false;
    bool good;
    if (l.n == 0)
        good = why_fail(why, FRIT_EDATA, "the file is empty");
    else if (!strncmp(l.line[0], "File Version: Hysitron", 22))
        good = hysitron_read(&l, t, why);
    else if (strstr(l.line[0], ".hap\tName of the application"))
        good = fischerscope_read(&l, t, why);
    else
        good = delimited_read(&l, t, format, why);
    text_free(&l);
    return good;
}

bool tests_open(struct tests *t, const char *path, enum format format, struct why *why)
{
    *t = (struct tests){.n = 0};
    if (!workbook_is(path, &t->is_book, why))
        return false;
    bool good;
    if (t->is_book)
        good = workbook_open(&t->book, path, why) && nanosuite_list(t, why);
    else
        good = read_text(t, path, format, why);
    if (!good)
        tests_close(t);
    return good;
}

void tests_close(struct tests *t)
{
    for (size_t i = 0; i < t->n && t->test; i++)
        test_free(&t->test[i]);
    free(t->test);
    free(t->sheet);
    workbook_close(&t->book);
    *t = (struct tests){.n = 0};
}

bool tests_get(struct tests *t, size_t k, struct test *out, struct why *why)
{
    if (k >= t->n)
        return why_fail(why, FRIT_EDATA, "there is no test %zu: the file has %zu", k + 1, t->n);
    if (t->is_book)
        return nanosuite_read(t, k, out, why);
    *out = t->test[k];
    t->test[k] = (struct test){.rows = 0};
    return true;
}
