/* Small help with texts for people: suggestions, order of names, numbers.
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Distances between names are Damerau-Levenshtein's, in the form where no part of a text is
 * edited twice (G. V. Bard, ACSW Frontiers 2007, 117).
 */
#include "text.h"

#include <errno.h>
#include <math.h>
#include <string.h>

enum { LONGEST_NAME = 63 };

/* Lower case, and one kind of separator: "Q-Max" is as near to "q_max" as can be. */
static size_t folded(const char *name, char out[LONGEST_NAME + 1])
{
    size_t n = 0;
    for (; name[n] && n < LONGEST_NAME; n++)
        out[n] = name[n] == '-' || name[n] == ' ' ? '_' : g_ascii_tolower(name[n]);
    out[n] = '\0';
    return n;
}

static int least(int a, int b)
{
    return a < b ? a : b;
}

/* Edits that make b of a; `start`: those that make the nearest beginning of b of a. */
static int distance(const char *a, size_t na, const char *b, size_t nb, int *start)
{
    int d[LONGEST_NAME + 1][LONGEST_NAME + 1];
    for (size_t i = 0; i <= na; i++)
        d[i][0] = (int)i;
    for (size_t j = 0; j <= nb; j++)
        d[0][j] = (int)j;
    for (size_t i = 1; i <= na; i++)
        for (size_t j = 1; j <= nb; j++) {
            d[i][j] = least(least(d[i - 1][j], d[i][j - 1]) + 1, d[i - 1][j - 1] + (a[i - 1] != b[j - 1]));
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
                d[i][j] = least(d[i][j], d[i - 2][j - 2] + 1);
        }
    *start = d[na][0];
    for (size_t j = 1; j <= nb; j++)
        *start = least(*start, d[na][j]);
    return d[na][nb];
}

/* How far is a known name from the one typed?  Infinite where it is not near. */
static double remoteness(const char *typed, const char *known)
{
    char   a[LONGEST_NAME + 1], b[LONGEST_NAME + 1];
    size_t na = folded(typed, a), nb = folded(known, b);
    int    start, whole = distance(a, na, b, nb, &start);
    double best = INFINITY, rest = fabs((double)na - (double)nb) / (LONGEST_NAME + 1);

    if (3 * whole <= (int)MAX(na, nb))
        best = whole;
    if (na >= 4 && nb > na && 4 * start <= (int)na)
        best = fmin(best, start + 0.5 + rest);
    if ((na >= 3 && strstr(b, a)) || (nb >= 3 && strstr(a, b)))
        best = fmin(best, 1.0 + rest);
    return best;
}

const char *frit_nearest(const char *name, const char *const *names)
{
    const char *nearest = NULL;
    double      best = INFINITY;
    if (!name || !*name)
        return NULL;
    for (; names && *names; names++) {
        double r = remoteness(name, *names);
        if (r < best) {
            best = r;
            nearest = *names;
        }
    }
    return nearest;
}

/* Compares two runs of digits as numbers of any length, and steps over them. */
static int compare_digits(const char **a, const char **b)
{
    while (**a == '0')
        ++*a;
    while (**b == '0')
        ++*b;
    size_t na = strspn(*a, "0123456789"), nb = strspn(*b, "0123456789");
    int    order = na != nb ? (na < nb ? -1 : 1) : memcmp(*a, *b, na);
    *a += na;
    *b += nb;
    return order;
}

int frit_natural_compare(const char *a, const char *b)
{
    const char *p = a, *q = b;
    while (*p && *q) {
        if (g_ascii_isdigit(*p) && g_ascii_isdigit(*q)) {
            int order = compare_digits(&p, &q);
            if (order)
                return order;
        } else if (*p != *q) {
            return (unsigned char)*p < (unsigned char)*q ? -1 : 1;
        } else {
            p++;
            q++;
        }
    }
    if (*p || *q)
        return *p ? 1 : -1;
    return strcmp(a, b);   /* "f01" and "f1" are two names: the order must tell them apart */
}

bool frit_scan_number(const char *text, double *value, const char **end)
{
    const char *p = text;
    while (g_ascii_isspace(*p))
        p++;
    const char *first = p;
    if (*p == '+' || *p == '-')
        p++;
    size_t whole = strspn(p, "0123456789"), decimals = 0;
    p += whole;
    if (*p == '.') {
        decimals = strspn(p + 1, "0123456789");
        if (whole || decimals)
            p += 1 + decimals;
    }
    if (!whole && !decimals)
        return false;
    if (*p == 'e' || *p == 'E') {   /* an exponent only with digits: "3eV" is 3 and a unit */
        const char *e = p + 1 + (p[1] == '+' || p[1] == '-');
        if (g_ascii_isdigit(*e))
            p = e + strspn(e, "0123456789");
    }
    g_autofree char *number = g_strndup(first, (gsize)(p - first));
    *value = g_ascii_strtod(number, NULL);
    if (end)
        *end = p;
    return isfinite(*value);
}

char *frit_number_text(double value)
{
    char text[G_ASCII_DTOSTR_BUF_SIZE];
    if (isnan(value))
        return g_strdup("nan");
    if (isinf(value))
        return g_strdup(value > 0 ? "inf" : "-inf");
    /* As many digits as stand before the point: 60, not 6e+01. */
    int least_digits = fabs(value) >= 1.0 && fabs(value) < 1e15 ? 1 + (int)log10(fabs(value)) : 1;
    for (int digits = least_digits; digits <= 17; digits++) {
        char format[8];
        g_snprintf(format, sizeof format, "%%.%dg", digits);
        g_ascii_formatd(text, sizeof text, format, value);
        if (g_ascii_strtod(text, NULL) == value)
            break;
    }
    return g_strdup(text);
}
