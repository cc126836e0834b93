/* Names and units of columns, from what the programs of this field write above them.
 *
 * A unit is read as a product of prefixed symbols with whole exponents, and written in the
 * spelling of UDUNITS-2; a few phrases ("Inverse Nanometres", "arb. units") are known as a whole.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "label.h"

#include <glib.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct pair { const char *from, *to; } pair;

/* Typography to plain letters; longer ones first. */
static const pair letters[] = {
    { "\\AA", "angstrom" }, { "\\mu", "u" }, { "\\circ", "deg" }, { "\\theta", "theta" },
    { "mathrm", "" }, { "text", "" },
    { "\u00c5", "angstrom" }, { "\u212b", "angstrom" }, { "A\u030a", "angstrom" },
    { "\u00b5", "u" }, { "\u03bc", "u" }, { "\u00b0", "deg" }, { "\u03b8", "theta" }, { "\u03a9", "ohm" },
    { "\u2126", "ohm" },
    { "\u207b", "-" }, { "\u2212", "-" }, { "\u00b9", "1" }, { "\u00b2", "2" }, { "\u00b3", "3" },
    { "\u2074", "4" },
    { "\u00b7", "*" }, { "\u22c5", "*" }, { "\u00d7", "*" },
    { "$", "" }, { "{", "" }, { "}", "" }, { "\\", "" }
};

static const pair phrases[] = {
    { "inverse nanometres", "1/nm" }, { "inverse nanometers", "1/nm" },
    { "inverse angstroms", "1/angstrom" }, { "inverse angstrom", "1/angstrom" },
    { "degrees", "deg" }, { "degree", "deg" }, { "radians", "rad" },
    { "millimetres", "mm" }, { "millimeters", "mm" }, { "pixels", "1" }, { "pixel", "1" },
    { "a.u.", "1" }, { "au", "1" }, { "a. u.", "1" }, { "arb. units", "1" }, { "arb. unit", "1" },
    { "arb. u.", "1" }, { "arb.u.", "1" }, { "arb", "1" }, { "arbitrary units", "1" }, { "-", "1" },
    { "none", "1" }, { "1", "1" }, { "%", "%" }, { "cps", "count/s" }, { "e.u.", "electron" },
    { "eu", "electron" }, { "electron units", "electron" }, { "celsius", "degC" }, { "deg c", "degC" },
    { "oc", "degC" }, { "kelvin", "K" }, { "seconds", "s" }, { "sec", "s" }, { "minutes", "min" },
    { "hours", "h" }
};

static const pair words[] = {    /* symbols without prefix */
    { "angstrom", "angstrom" }, { "Angstrom", "angstrom" }, { "angstroms", "angstrom" },
    { "Ang", "angstrom" },
    { "ang", "angstrom" }, { "AA", "angstrom" }, { "deg", "deg" }, { "degC", "degC" }, { "degF", "degF" },
    { "rad", "rad" }, { "min", "min" }, { "h", "h" }, { "hr", "h" }, { "d", "d" }, { "count", "count" },
    { "counts", "count" }, { "Counts", "count" }, { "cts", "count" }, { "electron", "electron" },
    { "electrons", "electron" }, { "atom", "1" }, { "ohm", "ohm" }, { "cd", "cd" }
};

/* "eV" before "V": the longest that fits is taken. */
static const char *const symbols[] = {
    "mol", "bar", "eV", "Hz", "Pa", "m", "g", "s", "A", "K", "N", "W", "J", "V", "C", "F", "L"
};
static const char prefixes[] = "fpnumcdhkMGT";

typedef struct factor { char symbol[24]; int exponent; } factor;
typedef struct product { factor f[8]; int n; } product;

static void plain(const char *text, char *out, size_t size)
{
    size_t at = 0;
    while (*text && at + 16 < size) {
        size_t i = 0;
        while (i < G_N_ELEMENTS(letters) && strncmp(text, letters[i].from, strlen(letters[i].from)))
            i++;
        if (i == G_N_ELEMENTS(letters)) {
            out[at++] = *text++;
        } else {
            at += strlen(strcpy(out + at, letters[i].to));
            text += strlen(letters[i].from);
        }
    }
    out[at] = 0;
    g_strstrip(out);
}

static bool known_symbol(const char *s, size_t n, char *out)
{
    for (size_t i = 0; i < G_N_ELEMENTS(words); i++) {
        if (strlen(words[i].from) == n && !strncmp(s, words[i].from, n)) {
            strcpy(out, words[i].to);
            return true;
        }
    }
    for (size_t i = 0; i < G_N_ELEMENTS(symbols); i++) {
        size_t length = strlen(symbols[i]);
        bool prefixed = n == length + 1 && strchr(prefixes, *s);
        if ((n == length || prefixed) && !strncmp(s + prefixed, symbols[i], length)) {
            memcpy(out, s, n);
            out[n] = 0;
            return true;
        }
    }
    return false;
}

/* "(g K)" after a '/', or the whole; sign -1 below a stroke.  Returns where it stopped, or NULL. */
static const char *parse_product(const char *p, int sign, int depth, product *out)
{
    int next = sign;
    while (*p && *p != ')') {
        if (*p == ' ' || *p == '*' || *p == '.') {
            p++;
        } else if (*p == '/') {
            next = -sign;
            p++;
        } else if (*p == '(' && depth < 2) {
            p = parse_product(p + 1, next, depth + 1, out);
            if (!p || *p++ != ')')
                return NULL;
            next = sign;
        } else if (*p == '1' && !g_ascii_isalnum(p[1]) && p[1] != '.') {
            p++;
        } else {
            size_t n = 0;
            while (g_ascii_isalpha(p[n]))
                n++;
            if (n == 0 || n > 12 || out->n == (int)G_N_ELEMENTS(out->f) ||
                !known_symbol(p, n, out->f[out->n].symbol))
                return NULL;
            p += n;
            p += *p == '^' ? 1 : !strncmp(p, "**", 2) ? 2 : 0;
            char *end;
            long exponent = strtol(p, &end, 10);
            if (end == p || *p == ' ')
                exponent = 1;
            else
                p = end;
            if (exponent == 0 || labs(exponent) > 9)
                return NULL;
            out->f[out->n++].exponent = next * (int)exponent;
            next = sign;
        }
    }
    return p;
}

/* "mW/mg", "1/angstrom^2" */
static void print_product(const product *u, char out[LABEL_SIZE])
{
    size_t at = 0;
    out[0] = 0;
    for (int pass = 1; pass >= -1; pass -= 2) {
        for (int i = 0; i < u->n && at + 32 < LABEL_SIZE; i++) {
            int e = u->f[i].exponent;
            if (e * pass < 0 || !strcmp(u->f[i].symbol, "1"))
                continue;
            const char *before = pass > 0 ? at ? " " : "" : at ? "/" : "1/";
            at += (size_t)sprintf(out + at, "%s%s", before, u->f[i].symbol);
            if (e * pass > 1)
                at += (size_t)sprintf(out + at, "^%d", e * pass);
        }
    }
    if (!at)
        strcpy(out, "1");
}

/* "A" is an angstrom in 1/A, and of a length; an ampere of anything else.  "C" is a temperature's. */
static void settle(product *u, const char *name)
{
    static const char *const lengths[] = { "r", "q", "d", "wavelength", "lambda" };
    bool length = false;
    for (size_t i = 0; i < G_N_ELEMENTS(lengths); i++)
        length = length || !g_ascii_strcasecmp(name, lengths[i]);
    for (int i = 0; i < u->n; i++)
        if (!strcmp(u->f[i].symbol, "A") && (u->f[i].exponent < 0 || length))
            strcpy(u->f[i].symbol, "angstrom");
    if (u->n == 1 && u->f[0].exponent == 1 && !strcmp(u->f[0].symbol, "C") && (*name == 'T' || *name == 't'))
        strcpy(u->f[0].symbol, "degC");
}

bool label_unit(const char *text, const char *name, char out[LABEL_SIZE])
{
    char word[LABEL_SIZE];
    plain(text, word, sizeof word);
    if (!*word)
        return false;
    for (size_t i = 0; i < G_N_ELEMENTS(phrases); i++) {
        if (!g_ascii_strcasecmp(word, phrases[i].from)) {
            strcpy(out, phrases[i].to);
            return true;
        }
    }
    product u = { .n = 0 };
    const char *end = parse_product(word, 1, 0, &u);
    if (!end || *end || u.n == 0)
        return false;
    settle(&u, name);
    print_product(&u, out);
    return true;
}

/* Letters and digits alone, in lower case. */
static void bare(const char *s, char out[LABEL_SIZE])
{
    char word[LABEL_SIZE];
    plain(s, word, sizeof word);
    size_t at = 0;
    for (const char *p = word; *p; p++)
        if (g_ascii_isalnum(*p) || (*p & 0x80))
            out[at++] = g_ascii_tolower(*p);
    out[at] = 0;
}

bool label_alike(const char *a, const char *b)
{
    char x[LABEL_SIZE], y[LABEL_SIZE];
    bare(a, x);
    bare(b, y);
    return *x && !strcmp(x, y);
}

/* One name for what the programs spell in many ways. */
static void settle_name(char name[LABEL_SIZE])
{
    static const pair same[] = {
        { "q", "Q" }, { "2th", "2theta" }, { "tth", "2theta" }, { "2theta", "2theta" },
        { "2thetaangle", "2theta" }, { "twotheta", "2theta" }, { "r", "r" }, { "radialdistance", "r" },
        { "i", "intensity" }, { "intensity", "intensity" }
    };
    char word[LABEL_SIZE];
    bare(name, word);
    for (size_t i = 0; i < G_N_ELEMENTS(same); i++)
        if (!strcmp(word, same[i].from))
            strcpy(name, same[i].to);
}

/* pyFAI's own names of its axes. */
static bool pyfai(const char *text, label *l)
{
    static const struct {
        const char *text, *name, *unit;
    } axes[] = {
        { "q_A^-1", "Q", "1/angstrom" }, { "q_nm^-1", "Q", "1/nm" }, { "2th_deg", "2theta", "deg" },
        { "2th_rad", "2theta", "rad" }, { "r_mm", "r", "mm" }, { "r_m", "r", "m" },
        { "chi_deg", "chi", "deg" }, { "chi_rad", "chi", "rad" }
    };
    for (size_t i = 0; i < G_N_ELEMENTS(axes); i++) {
        if (!strcmp(text, axes[i].text)) {
            strcpy(l->name, axes[i].name);
            strcpy(l->unit, axes[i].unit);
            return true;
        }
    }
    return false;
}

/* Does "S_inc(s)" name a function of s, and no quantity in seconds? */
static bool names_function(const char *name, const char *open, const char *inside)
{
    bool attached = open > name && open[-1] != ' ';
    return attached && strlen(inside) == 1 && strchr("sh", *inside) && g_ascii_tolower(*name) != 't';
}

/* The bracket that the last character of s closes, or NULL. */
static char *opening(char *s)
{
    size_t n = strlen(s);
    char close = n ? s[n - 1] : 0;
    if (close != ')' && close != ']')
        return NULL;
    char open = close == ')' ? '(' : '[';
    int depth = 0;
    for (char *p = s + n - 1; p >= s; p--) {
        depth += *p == close ? 1 : *p == open ? -1 : 0;
        if (depth == 0)
            return p;
    }
    return NULL;
}

/* Not so an index or a formula: "c[2]", "Q[S(Q)-1]". */
static bool could_be_unit(const char *inside)
{
    const char *round = strchr(inside, '(');
    bool formula = round && round > inside && g_ascii_isalnum(round[-1]);
    return !formula && (!*inside || strspn(inside, "0123456789") < strlen(inside));
}

/* Split "T [K]" in l->name; what is in round brackets and is no unit stays in the name: "G(r)". */
static void split_brackets(label *l, char *open)
{
    char inside[LABEL_SIZE];
    bool square = *open == '[';
    strcpy(inside, open + 1);
    inside[strlen(inside) - 1] = 0;
    g_strstrip(inside);
    bool function = names_function(l->name, open, inside);
    *open = 0;
    g_strchomp(l->name);
    if (!function && label_unit(inside, l->name, l->unit))
        return;
    if (!square || !could_be_unit(inside)) {
        strcpy(l->name, l->text);
    } else if (*inside) {
        l->unknown = true;
        strcpy(l->unit, inside);
    }
}

void label_parse(const char *text, size_t n, label *l)
{
    *l = (label){ .unknown = false };
    if (n >= LABEL_SIZE) {
        n = LABEL_SIZE - 1;
        while (n && ((unsigned char)text[n] & 0xc0) == 0x80)    /* not inside a character */
            n--;
    }
    memcpy(l->text, text, n);
    g_strstrip(l->text);
    if (pyfai(l->text, l))
        return;

    strcpy(l->name, l->text);
    char *open = opening(l->name), *stroke = strstr(l->name, " / ");
    if (open) {
        split_brackets(l, open);
    } else if (stroke && label_unit(stroke + 3, l->name, l->unit)) {
        *stroke = 0;
        g_strchomp(l->name);
    }
    settle_name(l->name);
}

bool label_is_sigma(const label *l, const label *y)
{
    static const char *const plainly[] = {
        "sigma", "error", "err", "esd", "std", "stddev", "sem", "uncertainty", "unc", "sig", "sd", "yerr",
        "yerror", "dy", "sigmasem", "sigmay"
    };
    static const char *const before[] = { "d", "e", "sigma", "err", "error" };
    static const char *const after[] = { "err", "error", "sigma", "esd", "std", "uncertainty" };
    char word[LABEL_SIZE], whole[LABEL_SIZE], base[LABEL_SIZE], name[LABEL_SIZE];
    bare(l->name, word);
    for (size_t i = 0; i < G_N_ELEMENTS(plainly); i++)
        if (!strcmp(word, plainly[i]))
            return true;

    /* of y by its name: "G(r)", "gr", "g"; "I", though it is called intensity */
    bare(y->name, whole);
    strcpy(name, y->text);
    name[strcspn(name, "([")] = 0;
    bare(name, base);
    const char *const of[] = { whole, base };
    for (size_t k = 0; k < 2; k++) {
        size_t n = strlen(of[k]), w = strlen(word);
        if (!n || w <= n)
            continue;
        for (size_t i = 0; i < G_N_ELEMENTS(before); i++)
            if (w == n + strlen(before[i]) && g_str_has_prefix(word, before[i]) &&
                g_str_has_suffix(word, of[k]))
                return true;
        for (size_t i = 0; i < G_N_ELEMENTS(after); i++)
            if (w == n + strlen(after[i]) && g_str_has_prefix(word, of[k]) &&
                g_str_has_suffix(word, after[i]))
                return true;
    }
    return false;
}
