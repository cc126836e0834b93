/* Names and units of columns as instruments write them, and what each column is.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <ctype.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "test.h"

enum kind { LENGTH, FORCE, TIME, SLOPE };

static const struct {
    const char *unit;
    enum kind kind;
    double mul, div;
} units[] = {
    {"nm", LENGTH, 1, 1},     {"um", LENGTH, 1000, 1},  {"mm", LENGTH, 1e6, 1},    {"pm", LENGTH, 1, 1000},
    {"m", LENGTH, 1e9, 1},    {"mN", FORCE, 1, 1},      {"uN", FORCE, 1, 1000},    {"nN", FORCE, 1, 1e6},
    {"N", FORCE, 1000, 1},    {"s", TIME, 1, 1},        {"sec", TIME, 1, 1},       {"ms", TIME, 1, 1000},
    {"min", TIME, 60, 1},     {"N/m", SLOPE, 1, 1},     {"uN/nm", SLOPE, 1000, 1}, {"mN/um", SLOPE, 1000, 1},
    {"mN/nm", SLOPE, 1e6, 1}, {"kN/m", SLOPE, 1000, 1}, {"uN/um", SLOPE, 1, 1},    {"N/um", SLOPE, 1e6, 1},
};

static const enum kind kind_of[N_ROLES] = {TIME, FORCE, LENGTH, SLOPE, TIME};

/* The micro sign and the Greek letter are u. */
static void plain_unit(const char *unit, char *to, size_t size)
{
    size_t at = 0;
    while (*unit && at + 1 < size) {
        const unsigned char *u = (const unsigned char *)unit;
        if ((u[0] == 0xc2 && u[1] == 0xb5) || (u[0] == 0xce && u[1] == 0xbc)) {
            to[at++] = 'u';
            unit += 2;
        } else if (*unit == ' ') {
            unit++;
        } else {
            to[at++] = *unit++;
        }
    }
    to[at] = 0;
}

static int find_unit(const char *unit)
{
    char plain[COLUMN_UNIT];
    plain_unit(unit, plain, sizeof plain);
    for (size_t i = 0; i < sizeof units / sizeof *units; i++)
        if (!strcmp(units[i].unit, plain))
            return (int)i;
    return -1;
}

bool unit_known(const char *unit)
{
    return find_unit(unit) >= 0;
}

bool unit_factor(const char *unit, enum role role, double *mul, double *div)
{
    int i = find_unit(unit);
    if (i < 0 || units[i].kind != kind_of[role])
        return false;
    *mul = units[i].mul;
    *div = units[i].div;
    return true;
}

/* "nm", "[nm]", "(N/m)". */
void unit_parse(const char *text, char unit[COLUMN_UNIT])
{
    text += strspn(text, " [(");
    size_t n = strcspn(text, "])");
    while (n > 0 && text[n - 1] == ' ')
        n--;
    snprintf(unit, COLUMN_UNIT, "%.*s", (int)(n < COLUMN_UNIT ? n : COLUMN_UNIT - 1), text);
}

static void copy(char *to, size_t size, const char *from, size_t n)
{
    while (n > 0 && isspace((unsigned char)*from)) {
        from++;
        n--;
    }
    while (n > 0 && isspace((unsigned char)from[n - 1]))
        n--;
    if (n >= size) {
        n = size - 1;
        while (n > 0 && ((unsigned char)from[n] & 0xc0) == 0x80) /* not within a character */
            n--;
    }
    memcpy(to, from, n);
    to[n] = 0;
}

/* The unit in brackets; else what stands behind the last '_', '/' or blank, where that is a unit. */
void column_parse(const char *text, struct column *c)
{
    const size_t n = strlen(text);
    const char *open = strpbrk(text, "[("), *close = open ? strpbrk(open, "])") : NULL;
    *c = (struct column){{0}, {0}};
    if (close) {
        copy(c->unit, sizeof c->unit, open + 1, (size_t)(close - open - 1));
        copy(c->name, sizeof c->name, text, (size_t)(open - text));
        return;
    }
    for (size_t at = n; at-- > 1;) {
        if (text[at] != '_' && text[at] != ' ' && text[at] != '/')
            continue;
        copy(c->unit, sizeof c->unit, text + at + 1, n - at - 1);
        if (unit_known(c->unit)) {
            copy(c->name, sizeof c->name, text, at);
            return;
        }
        break;
    }
    c->unit[0] = 0;
    copy(c->name, sizeof c->name, text, n);
}

/* t is the time, T the temperature: these two differ by their case. */
static bool is_bare(const char *name, char letter)
{
    size_t letters = 0, hits = 0;
    for (; *name; name++) {
        letters += isalnum((unsigned char)*name) || ((unsigned char)*name & 0x80);
        hits += *name == letter;
    }
    return letters == 1 && hits == 1;
}

bool column_alike(const char *a, const char *b)
{
    if ((is_bare(a, 't') && is_bare(b, 'T')) || (is_bare(a, 'T') && is_bare(b, 't')))
        return false;
    for (;;) {
        while (*a && !isalnum((unsigned char)*a) && !((unsigned char)*a & 0x80))
            a++;
        while (*b && !isalnum((unsigned char)*b) && !((unsigned char)*b & 0x80))
            b++;
        if (tolower((unsigned char)*a) != tolower((unsigned char)*b))
            return false;
        if (!*a)
            return true;
        a++;
        b++;
    }
}

/* The best first: a depth into the surface before the position of a motor. */
static const char *const names[N_ROLES] = {
    [ROLE_TIME] = "Time On Sample|Time in Contact|Test Time|Time|Times|t|Zeit",
    [ROLE_LOAD] = "Load On Sample|Force On Surface|Load|Force|Fn|F|P|Normal Force|Force A|Indentation "
                  "Load|Raw Load|Kraft",
    [ROLE_DEPTH] =
        "Displacement Into Surface|Indentation Depth|Penetration Depth|Depth|Sample Displacement|h|Pd|Disp|"
        "Displacement|Raw Displacement|u|Tiefe",
    [ROLE_STIFFNESS] = "Harmonic Contact Stiffness|Contact Stiffness|Stiffness",
    [ROLE_SEGMENT] = "Segment|Segment Type|Marker",
};

int column_find(const struct column *c, size_t n, enum role role)
{
    for (const char *name = names[role]; name;) {
        const char *end = strchr(name, '|');
        char one[COLUMN_NAME];
        copy(one, sizeof one, name, end ? (size_t)(end - name) : strlen(name));
        for (size_t i = 0; i < n; i++)
            if (column_alike(c[i].name, one))
                return (int)i;
        name = end ? end + 1 : NULL;
    }
    return -1;
}

int column_named(const struct column *c, size_t n, const char *what)
{
    char *end;
    unsigned long number = strtoul(what, &end, 10);
    if (end != what && !*end)
        return number >= 1 && number <= n ? (int)number - 1 : -1;
    for (size_t i = 0; i < n; i++)
        if (column_alike(c[i].name, what))
            return (int)i;
    return -1;
}

/* ---- A test ---- */

void test_free(struct test *t)
{
    for (size_t i = 0; i < t->rows && t->marker; i++)
        free(t->marker[i]);
    free(t->marker);
    free(t->value);
    free(t->known);
    *t = (struct test){.rows = 0};
}

/* DBL_MAX and its like stand for "not valid". */
static double measured(double x)
{
    return fabs(x) < 1e300 ? x : NAN;
}

bool test_add_row(struct test *t, const double *value, const char *marker, struct why *why)
{
    if (t->rows == t->room) {
        size_t room = t->room ? 2 * t->room : 1024;
        double *v = realloc(t->value, room * t->cols * sizeof *v);
        t->value = v ? v : t->value;
        char **m = v ? realloc(t->marker, room * sizeof *m) : NULL;
        t->marker = m ? m : t->marker;
        if (!v || !m)
            return why_fail(why, FRIT_ENOMEM, "no memory for the rows of the test");
        t->room = room;
    }
    for (size_t i = 0; i < t->cols; i++)
        t->value[t->rows * t->cols + i] = measured(value[i]);
    t->marker[t->rows] = marker && *marker ? strdup(marker) : NULL;
    t->rows++;
    return true;
}

static struct known *know(struct test *t, const char *name)
{
    struct known k = {.number = NAN};
    size_t at = 0;
    bool gap = false;
    for (const char *s = name; *s && at + 2 < sizeof k.name; s++) {
        if (isalnum((unsigned char)*s)) {
            if (gap && at)
                k.name[at++] = '_';
            k.name[at++] = (char)tolower((unsigned char)*s);
        }
        gap = !isalnum((unsigned char)*s);
    }
    for (size_t i = 0; i < t->n_known; i++)
        if (!strcmp(t->known[i].name, k.name))
            return NULL;
    if (at == 0 || isdigit((unsigned char)k.name[0]) || t->n_known >= 400)
        return NULL;
    struct known *longer = realloc(t->known, (t->n_known + 1) * sizeof *longer);
    if (!longer)
        return NULL;
    t->known = longer;
    t->known[t->n_known] = k;
    return &t->known[t->n_known++];
}

void test_know_number(struct test *t, const char *name, const char *unit, double number)
{
    struct known *k = isfinite(measured(number)) ? know(t, name) : NULL;
    if (!k)
        return;
    k->number = number;
    plain_unit(unit && *unit ? unit : "1", k->unit, sizeof k->unit);
}

void test_know_text(struct test *t, const char *name, const char *text)
{
    struct known *k = text && *text ? know(t, name) : NULL;
    if (k)
        copy(k->text, sizeof k->text, text, strlen(text));
}
