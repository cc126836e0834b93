/* Names, units and texts as gnuplot's markup ("enhanced text").
 *
 * In that markup _ ^ { } @ & ~ \ have a meaning; a backslash before them takes it away.
 * Everything that a label says goes through label_write().
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "figure.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

/* ---- Text to markup ---- */

struct raised { const char *text, *plain; int level; };
static const struct raised raised[] = {
    {"⁰", "0", 1},  {"¹", "1", 1},  {"²", "2", 1},  {"³", "3", 1},  {"⁴", "4", 1},  {"⁵", "5", 1},
    {"⁶", "6", 1},  {"⁷", "7", 1},  {"⁸", "8", 1},  {"⁹", "9", 1},  {"⁺", "+", 1},  {"⁻", "−", 1},
    {"₀", "0", -1}, {"₁", "1", -1}, {"₂", "2", -1}, {"₃", "3", -1}, {"₄", "4", -1}, {"₅", "5", -1},
    {"₆", "6", -1}, {"₇", "7", -1}, {"₈", "8", -1}, {"₉", "9", -1}, {"₊", "+", -1}, {"₋", "−", -1}};

/* The superscript or subscript that the text begins with: its level and length, or 0. */
static int raised_at(const char *text, size_t *length, const char **plain)
{
    for (size_t i = 0; i < sizeof raised / sizeof *raised; i++) {
        *length = strlen(raised[i].text);
        *plain = raised[i].plain;
        if (strncmp(text, raised[i].text, *length) == 0)
            return raised[i].level;
    }
    return 0;
}

/* The sign that ends what this one begins: *Q*, *T*~g~, but not 2 * 3 * 4. */
static const char *end_of_marked(const char *text)
{
    const char *end = strchr(text + 1, *text);
    return end && end > text + 1 && text[1] != ' ' && end[-1] != ' ' ? end : NULL;
}

void label_write(FILE *to, const char *text)
{
    const char *italics_end = NULL, *lowered_end = NULL;    /* the sign that ends them, while in them */
    const char *plain;
    int level = 0;
    size_t length;
    fputc('\'', to);
    for (const char *t = text; *t;) {
        const int here = raised_at(t, &length, &plain);
        if (here != level && level != 0)
            fputc('}', to);
        if (here != level && here != 0)
            fputs(here > 0 ? "^{" : "_{", to);
        level = here;
        if (here != 0) {
            fputs(plain, to);
            t += length;
            continue;
        }
        if (t == italics_end || t == lowered_end) {
            fputc('}', to);
            *(t == italics_end ? &italics_end : &lowered_end) = NULL;
        } else if (*t == '*' && !italics_end && !lowered_end && end_of_marked(t)) {
            italics_end = end_of_marked(t);
            fputs("{/:Italic ", to);
        } else if (*t == '~' && !italics_end && !lowered_end && end_of_marked(t)) {
            lowered_end = end_of_marked(t);
            fputs("_{", to);
        } else if (strchr("_^{}@&~\\", *t)) {
            fprintf(to, "\\%c", *t);
        } else if (*t == '\'') {
            fputs("''", to);
        } else {
            fputc((unsigned char)*t < ' ' ? ' ' : *t, to);
        }
        t++;
    }
    fputs(level != 0 ? "}'" : "'", to);
}

/* ---- Units ---- */

enum { FACTORS = 8 };
struct factor { char name[24]; int power; };

static const struct { const char *unit, *sign; } signs[] = {
    {"angstrom", "Å"}, {"degC", "°C"},   {"celsius", "°C"}, {"deg", "°"},         {"degree", "°"},
    {"um", "µm"},      {"micron", "µm"}, {"ohm", "Ω"},      {"percent", "%"},     {"count", "counts"},
    {"uN", "µN"},      {"us", "µs"},     {"uJ", "µJ"},      {"electron", "e.u."}, {"micrometer", "µm"}};

/* A whole number behind a name: "^-2", "^2", "-2", "2"; 1 where there is none. */
static int read_power(const char **text)
{
    const char *t = *text + (**text == '^');
    char *end;
    if (*t != '-' && !isdigit((unsigned char)*t))
        return 1;
    const long power = strtol(t, &end, 10);
    *text = end;
    return (int)power;
}

/* Factors between *text and the ')' or the end; a '/' turns the sign of the factor behind it. */
static bool read_factors(const char **text, int sign, struct factor *factor, size_t *n, int depth)
{
    int next = sign;
    for (const char *t = *text;;) {
        while (*t == ' ' || *t == '*' || *t == '.')
            t++;
        if (*t == '\0' || *t == ')') {
            *text = t;
            return true;
        }
        if (*t == '/') {
            next = -sign;
            t++;
            continue;
        }
        if (*t == '(') {
            t++;
            if (depth > 4 || !read_factors(&t, next, factor, n, depth + 1) || *t++ != ')')
                return false;
        } else if (*t == '1' && !isdigit((unsigned char)t[1]) && t[1] != '.') {
            t++;
        } else {
            size_t length = strcspn(t, " */.()^-+0123456789");
            if (length == 0 || length >= sizeof factor->name || *n == FACTORS)
                return false;
            memcpy(factor[*n].name, t, length);
            factor[*n].name[length] = '\0';
            t += length;
            factor[(*n)++].power = next * read_power(&t);
        }
        next = sign;
    }
}

static const char *sign_of(const char *unit)
{
    for (size_t i = 0; i < sizeof signs / sizeof *signs; i++)
        if (strcmp(unit, signs[i].unit) == 0)
            return signs[i].sign;
    return unit;
}

/* A text that grows in a buffer and ends, cut short, where that is full. */
struct text { char *at; size_t left; };

static void add(struct text *t, const char *more)
{
    size_t taken = strlen(more);
    if (taken >= t->left)
        taken = t->left - 1;
    /* Not in the middle of a character. */
    while (taken > 0 && ((unsigned char)more[taken] & 0xc0) == 0x80)
        taken--;
    memcpy(t->at, more, taken);
    t->at += taken;
    t->left -= taken;
    *t->at = '\0';
}

static void add_power(struct text *t, int power)
{
    char digits[16];
    snprintf(digits, sizeof digits, "%d", power);
    for (const char *d = digits; *d; d++)
        for (size_t i = 0; i < sizeof raised / sizeof *raised; i++)
            if (raised[i].level > 0 &&
                (*d == '-' ? strcmp(raised[i].plain, "−") == 0 : raised[i].plain[0] == *d)) {
                add(t, raised[i].text);
                break;
            }
}

void label_unit(char *text, size_t size, const char *unit)
{
    struct factor factor[FACTORS];
    struct text t = {text, size};
    size_t n = 0;
    const char *rest = unit ? unit : "";
    *text = '\0';
    if (!read_factors(&rest, 1, factor, &n, 0) || *rest != '\0') {
        add(&t, unit);
        return;
    }
    /* What multiplies comes before what divides. */
    for (int divides = 0; divides < 2; divides++)
        for (size_t i = 0; i < n; i++) {
            if ((factor[i].power < 0) != divides)
                continue;
            if (t.at > text)
                add(&t, " ");
            add(&t, sign_of(factor[i].name));
            if (factor[i].power != 1)
                add_power(&t, factor[i].power);
        }
}

/* ---- Names ---- */

struct symbol { const char *name, *symbol; };
static const struct symbol symbols[] = {
    {"structure_factor", "*S*(*Q*)"},    {"reduced_pdf", "*G*(*r*)"}, {"pair_distribution", "*g*(*r*)"},
    {"radial_distribution", "RDF(*r*)"}, {"two_theta", "2*θ*"},       {"2theta", "2*θ*"},
    {"chi", "*χ*"}};

static void name_in_words(struct text *t, const char *name)
{
    for (size_t i = 0; i < sizeof symbols / sizeof *symbols; i++)
        if (strcmp(name, symbols[i].name) == 0) {
            add(t, symbols[i].symbol);
            return;
        }
    if (isalpha((unsigned char)name[0]) && name[1] == '\0') {
        const char italic[] = {'*', name[0], '*', '\0'};
        add(t, italic);
        return;
    }
    for (const char *p = name; *p; p++)
        add(t, *p == '_' ? " " : (const char[]){*p, '\0'});
}

static void name_and_unit(char *label, size_t size, const char *name, const char *unit)
{
    struct text t = {label, size};
    char sign[LABEL];
    *label = '\0';
    name_in_words(&t, name);
    label_unit(sign, sizeof sign, unit);
    if (*sign) {
        add(&t, " (");
        add(&t, sign);
        add(&t, ")");
    }
}

void label_of_axis(char *label, size_t size, const char *name, const char *unit)
{
    name_and_unit(label, size, name && *name ? name : "number", unit);
}

void label_of_quantity(char *label, size_t size, const char *quantity, const char *unit)
{
    name_and_unit(label, size, quantity && *quantity ? quantity : "value", unit);
}
