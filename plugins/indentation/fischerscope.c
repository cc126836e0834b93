/* Fischerscope's text of an application (.hap): several tests, one after the other.
 *
 * The first line names the application; each test begins with a line that repeats its name with date and
 * time; rows of three (F, h, t) or five numbers (beside these HMu and HM) are the curve, in mN, um and s,
 * with a decimal comma.  Time starts anew with each segment: it is made to go on.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <ctype.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "test.h"

/* "15.03.2019" somewhere behind the name: a test begins. */
static bool begins_test(const char *line, const char *name)
{
    size_t n = strlen(name);
    if (strncmp(line, name, n))
        return false;
    const char *p = line + n + strspn(line + n, " \t");
    return p > line + n && isdigit((unsigned char)p[0]) && isdigit((unsigned char)p[1]) && p[2] == '.' &&
           isdigit((unsigned char)p[3]);
}

static size_t numbers_of(const char *line, double *value)
{
    struct text_cell cell[CELLS];
    size_t n = cells_split(line, ' ', cell);
    for (size_t i = 0; i < n && i < 5; i++)
        if (!cell_number(cell[i], ',', &value[i]) || isnan(value[i]))
            return 0;
    return n;
}

static void know_line(struct test *t, const char *line)
{
    const char *epsilon = strstr(line, "Epsilon =");
    if (epsilon) {
        double x;
        epsilon += 9;
        epsilon += strspn(epsilon, " ");
        if (cell_number((struct text_cell){epsilon, strcspn(epsilon, " \t;")}, ',', &x)) /* "0,75" */
            test_know_number(t, "epsilon", "1", x);
    }
    if (!strncmp(line, "Indenter shape correction:", 26))
        test_know_text(t, "shape_correction", line + 26 + strspn(line + 26, " \t"));
}

static struct test *begin(struct tests *t, const char *line, struct why *why)
{
    struct test *out = tests_add(t, why);
    if (!out)
        return NULL;
    out->format = "Fischerscope text";
    snprintf(out->label, sizeof out->label, "%.90s", line);
    const char *names[] = {"F [mN]", "h [um]", "t [s]"};
    for (out->cols = 0; out->cols < 3; out->cols++)
        column_parse(names[out->cols], &out->column[out->cols]);
    return out;
}

bool fischerscope_read(const text_lines *l, struct tests *t, struct why *why)
{
    char name[64];
    size_t n = strcspn(l->line[0], " \t");
    struct test *out = NULL;
    double offset = 0, last = 0;
    snprintf(name, sizeof name, "%.*s", (int)(n < 63 ? n : 63), l->line[0]);
    for (size_t i = 1; i < l->n; i++) {
        double value[CELLS];
        if (begins_test(l->line[i], name)) {
            out = begin(t, l->line[i], why);
            offset = last = 0;
            if (!out)
                return false;
            continue;
        }
        size_t have = out ? numbers_of(l->line[i], value) : 0;
        if (out && !have)
            know_line(out, l->line[i]);
        if (have != 3 && have != 5)
            continue;
        if (value[2] + offset < last)
            offset = last - value[2];
        value[2] += offset;
        last = value[2];
        if (!test_add_row(out, value, NULL, why))
            return false;
    }
    return t->n > 0 ||
           why_fail(why, FRIT_EDATA, "no line begins a test: \"%s\" with date and time is looked for", name);
}
