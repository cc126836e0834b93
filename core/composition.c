/* Chemical compositions as texts: "Zr52.5Cu17.9Ni14.6Al10Ti5", "[(Fe0.5Co0.5)0.75B0.25]96Nb4".
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A formula is a sequence of parts, a part is an element or a group in brackets, and each may
 * have a count; a count within a group is multiplied by that of the group.
 */
#include "composition.h"
#include "error.h"
#include "text.h"

#include <math.h>
#include <string.h>

static const char *const symbols[] = {
    "H",  "He", "Li", "Be", "B",  "C",  "N",  "O",  "F",  "Ne", "Na", "Mg", "Al", "Si", "P",  "S",  "Cl",
    "Ar", "K",  "Ca", "Sc", "Ti", "V",  "Cr", "Mn", "Fe", "Co", "Ni", "Cu", "Zn", "Ga", "Ge", "As", "Se",
    "Br", "Kr", "Rb", "Sr", "Y",  "Zr", "Nb", "Mo", "Tc", "Ru", "Rh", "Pd", "Ag", "Cd", "In", "Sn", "Sb",
    "Te", "I",  "Xe", "Cs", "Ba", "La", "Ce", "Pr", "Nd", "Pm", "Sm", "Eu", "Gd", "Tb", "Dy", "Ho", "Er",
    "Tm", "Yb", "Lu", "Hf", "Ta", "W",  "Re", "Os", "Ir", "Pt", "Au", "Hg", "Tl", "Pb", "Bi", "Po", "At",
    "Rn", "Fr", "Ra", "Ac", "Th", "Pa", "U",  "Np", "Pu", "Am", "Cm", "Bk", "Cf", "Es", "Fm", "Md", "No",
    "Lr", "Rf", "Db", "Sg", "Bh", "Hs", "Mt", "Ds", "Rg", "Cn", "Nh", "Fl", "Mc", "Lv", "Ts", "Og", NULL,
};
enum { N_ELEMENTS = G_N_ELEMENTS(symbols) - 1, DEEPEST = 32 };

typedef struct parser {
    const char *text, *at;
    double      amount[N_ELEMENTS + 1];   /* by atomic number */
    int         order[N_ELEMENTS];        /* atomic numbers as they come */
    size_t      n;
    GError    **error;
} parser;

const char *frit_element_symbol(int Z)
{
    return Z >= 1 && Z <= N_ELEMENTS ? symbols[Z - 1] : NULL;
}

/* The error shows how far the text made sense. */
static bool stop(parser *s, const char *at, const char *fmt, ...) G_GNUC_PRINTF(3, 4);
static bool stop(parser *s, const char *at, const char *fmt, ...)
{
    va_list args;
    va_start(args, fmt);
    g_autofree char *why = g_strdup_vprintf(fmt, args);
    va_end(args);
    if (at == s->text)
        g_set_error(s->error, FRIT_ERROR, FRIT_EPARAM, "the composition \"%s\": %s", s->text, why);
    else
        g_set_error(s->error, FRIT_ERROR, FRIT_EPARAM, "the composition \"%s\", after \"%.*s\": %s", s->text,
                    (int)(at - s->text), s->text, why);
    return false;
}

static void skip_space(parser *s)
{
    while (g_ascii_isspace(*s->at))
        s->at++;
}

/* The count of a part; 1 where there is none. */
static bool parse_count(parser *s, double *count)
{
    const char *at = s->at + strspn(s->at, " ");
    *count = 1.0;
    if (*at == '-' && (g_ascii_isdigit(at[1]) || at[1] == '.'))
        return stop(s, at, "a count cannot be negative (\"%.*s\")", 1 + (int)strspn(at + 1, "0123456789."),
                    at);
    size_t n = strspn(at, "0123456789.");
    if (n == 0)
        return true;
    g_autofree char *number = g_strndup(at, n);
    const char      *end;
    if (!frit_scan_number(number, count, &end) || *end)
        return stop(s, at, "\"%s\" is no number", number);
    if (*count <= 0.0)
        return stop(s, at, "a count of zero says nothing: leave the element out");
    s->at = at + n;
    if (*s->at == '+' || *s->at == '-')
        return stop(s, at, "charges (\"%s%c\") have no meaning here, leave them out", number, *s->at);
    if (*s->at == ',')
        return stop(s, s->at, "write counts with a decimal point, not a comma");
    return true;
}

static int element_named(const char *name, size_t n)
{
    for (int Z = 1; Z <= N_ELEMENTS; Z++)
        if (strlen(symbols[Z - 1]) == n && memcmp(symbols[Z - 1], name, n) == 0)
            return Z;
    return 0;
}

/* Which symbol could have been meant?  The case is mistyped most often. */
static const char *element_near(const char *at)
{
    char name[3] = {g_ascii_toupper(at[0]), g_ascii_isalpha(at[1]) ? g_ascii_tolower(at[1]) : '\0', '\0'};
    int  Z = element_named(name, strlen(name));
    if (Z == 0 && name[1])
        Z = element_named(name, 1);
    return frit_element_symbol(Z);
}

static bool unknown_element(parser *s)
{
    size_t      n = 1;
    const char *near = g_ascii_isalpha(*s->at) ? element_near(s->at) : NULL;
    if (g_ascii_isalpha(*s->at))
        while (g_ascii_islower(s->at[n]))
            n++;
    else
        n = (size_t)(g_utf8_next_char(s->at) - s->at);
    if (near && (strlen(near) != n || memcmp(near, s->at, n) != 0))
        return stop(s, s->at, "\"%.*s\" is no element, did you mean \"%s\"?", (int)n, s->at, near);
    return stop(s, s->at, g_ascii_isalpha(*s->at) ? "\"%.*s\" is no element" : "\"%.*s\" makes no sense here",
                (int)n, s->at);
}

static int parse_element(parser *s)
{
    int Z = 0;
    if (g_ascii_isupper(*s->at)) {
        size_t n = 1 + strspn(s->at + 1, "abcdefghijklmnopqrstuvwxyz");
        Z = element_named(s->at, n);
        if (Z)
            s->at += n;
    }
    if (Z == 0)
        unknown_element(s);
    return Z;
}

static bool parse_parts(parser *s, char closing, int depth);

/* A group in brackets: what it added is multiplied by its count. */
static bool parse_group(parser *s, int depth)
{
    static const char opening[] = "([{", closing[] = ")]}";
    double            before[N_ELEMENTS + 1], count;
    const char       *open = s->at;

    if (depth == DEEPEST)
        return stop(s, open, "brackets are nested too deep");
    memcpy(before, s->amount, sizeof before);
    memset(s->amount, 0, sizeof s->amount);
    s->at++;
    if (!parse_parts(s, closing[strchr(opening, *open) - opening], depth + 1) || !parse_count(s, &count))
        return false;
    for (int Z = 1; Z <= N_ELEMENTS; Z++)
        s->amount[Z] = before[Z] + s->amount[Z] * count;
    return true;
}

static void note_element(parser *s, int Z)
{
    for (size_t i = 0; i < s->n; i++)
        if (s->order[i] == Z)
            return;
    s->order[s->n++] = Z;
}

/* Parts up to the closing bracket ('\0': the end of the text), which is stepped over. */
static bool parse_parts(parser *s, char closing, int depth)
{
    const char *start = s->at;
    for (;;) {
        skip_space(s);
        if (*s->at == closing)
            break;
        if (!*s->at)
            return stop(s, s->at, "the bracket \"%c\" is missing", closing);
        if (strchr(")]}", *s->at))
            return stop(s, s->at, "\"%c\" closes what was never opened", *s->at);
        if (strchr("([{", *s->at)) {
            if (!parse_group(s, depth))
                return false;
            continue;
        }
        double count;
        int    Z = parse_element(s);
        if (Z == 0 || !parse_count(s, &count))
            return false;
        note_element(s, Z);
        s->amount[Z] += count;
    }
    if (s->at == start)
        return stop(s, s->at, closing ? "the brackets are empty" : "it is empty");
    if (closing)
        s->at++;
    return true;
}

/* Subscript digits, as texts copied from a paper have them, become plain ones. */
static char *plain_digits(const char *text)
{
    GString *s = g_string_new(NULL);
    for (const char *p = text; *p; p = g_utf8_next_char(p)) {
        gunichar c = g_utf8_get_char(p);
        g_string_append_unichar(s, c >= 0x2080 && c <= 0x2089 ? c - 0x2080 + '0' : c);
    }
    return g_string_free(s, FALSE);
}

frit_composition *frit_composition_parse(const char *text, GError **error)
{
    if (!text || !g_utf8_validate(text, -1, NULL)) {
        g_set_error(error, FRIT_ERROR, FRIT_EPARAM,
                    "a composition is a text such as \"Zr52.5Cu17.9Ni14.6Al10Ti5\"");
        return NULL;
    }
    g_autofree char   *plain = plain_digits(text);
    g_autofree parser *s = g_new0(parser, 1);
    s->text = s->at = g_strstrip(plain);
    s->error = error;
    if (!parse_parts(s, '\0', 0))
        return NULL;

    double total = 0.0;
    for (size_t i = 0; i < s->n; i++)
        total += s->amount[s->order[i]];
    int    *Z = g_new(int, s->n);
    double *fraction = g_new(double, s->n);
    bool    sound = isfinite(total);
    for (size_t i = 0; i < s->n; i++) {
        Z[i] = s->order[i];
        fraction[i] = s->amount[Z[i]] / total;
        sound = sound && fraction[i] > 0.0;   /* false where it is NaN, too */
    }
    frit_composition *c = g_new0(frit_composition, 1);
    *c = (frit_composition){.n = s->n, .Z = Z, .fraction = fraction, .text = g_strdup(s->text)};
    if (!sound) {
        stop(s, s->text, "its counts are too large or too small");
        g_clear_pointer(&c, frit_composition_free);
    }
    return c;
}

void frit_composition_free(frit_composition *c)
{
    if (!c)
        return;
    g_free((void *)c->Z);
    g_free((void *)c->fraction);
    g_free((void *)c->text);
    g_free(c);
}
