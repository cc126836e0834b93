/* Text exports of calorimeters: what their formats share, and the rows of numbers.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "export.h"

#include <glib.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *const format_names[] = {"auto",    "Mettler STARe", "Setaram", "TA Instruments",
                                           "Netzsch", "PerkinElmer",   "CSV"};

const char *export_format_name(enum export_format format)
{
    return format_names[format];
}

/* "1 234.5", "1'234.5": digits, a blank or an apostrophe (or a blank beyond ASCII), and three digits more:
 * thousands are set apart.  at: behind the first digits. */
static bool thousands_follow(const char *at)
{
    const char *next = at;
    while (*next == ' ' || *next == '\'' || ((unsigned char)*next & 0x80))
        next++;
    return next > at && strspn(next, "0123456789") == 3;
}

double export_number(const char *text)
{
    char word[64];
    size_t n = 0;
    text += strspn(text, " \t;:\"");
    while (n + 1 < sizeof word && text[n] && strchr("+-0123456789.,eE", text[n])) {
        word[n] = text[n] == ',' ? '.' : text[n];
        n++;
    }
    word[n] = 0;
    char *end;
    double x = g_ascii_strtod(word, &end);
    /* "1,234.5", "1.234,5", "1,234,567": what is left over is a second decimal sign, and one of them is for
     * thousands; which one is not guessed */
    if (*end == '.' || (!*end && n && g_ascii_isdigit(word[n - 1]) && thousands_follow(text + n)))
        return NAN;
    return end > word && g_ascii_isdigit(word[n ? strcspn(word, "0123456789") : 0]) ? x : NAN;
}

static const char *find_word(const char *text, const char *word)
{
    size_t n = strlen(word);
    for (; *text; text++)
        if (!g_ascii_strncasecmp(text, word, n))
            return text;
    return NULL;
}

bool export_has_word(const char *text, const char *word)
{
    return find_word(text, word) != NULL;
}

double export_number_before(const char *text, const char *word)
{
    const char *at = find_word(text, word);
    if (!at)
        return NAN;
    while (at > text && strchr(" (\t", at[-1]))
        at--;
    /* "20 °C/min": the degree sign stands before the word that was looked for */
    while (at > text && ((unsigned char)at[-1] & 0x80))
        at--;
    while (at > text && strchr(" (\t", at[-1]))
        at--;
    const char *start = at;
    while (start > text && strchr("+-0123456789.,", start[-1]))
        start--;
    /* "a glass,12 mg": this comma is no decimal sign */
    while (start < at && *start == ',')
        start++;
    const char *before = start;
    while (before > text && (strchr(" '", before[-1]) || ((unsigned char)before[-1] & 0x80)))
        before--;
    if (before > text && g_ascii_isdigit(before[-1]) && thousands_follow(before))
        return NAN;
    char number[64];
    size_t n = (size_t)(at - start);
    if (n == 0 || n >= sizeof number)
        return NAN;
    memcpy(number, start, n);
    number[n] = 0;
    return export_number(number);
}

void export_copy(char out[EXPORT_TEXT], const char *text)
{
    g_autofree char *copy = g_strdup(text);
    g_strstrip(copy);
    g_strlcpy(out, copy, EXPORT_TEXT);
    const char *end;
    if (!g_utf8_validate(out, -1, &end))
        out[end - out] = 0;
}

bool export_unit(const char *text, char out[LABEL_SIZE])
{
    static const char *const spelling[][2] = {{"Wg^-1", "W/g"}, {"mWmg^-1", "mW/mg"}, {"W/g", "W/g"}};
    for (size_t i = 0; i < G_N_ELEMENTS(spelling); i++)
        if (!strcmp(text, spelling[i][0])) {
            strcpy(out, spelling[i][1]);
            return true;
        }
    /* a degree sign that went through the code page of DOS: one odd character before a C */
    const char *second = *text ? g_utf8_next_char(text) : text;
    if (((unsigned char)*text & 0x80) && !strcmp(second, "C")) {
        strcpy(out, "degC");
        return true;
    }
    return label_unit(text, "T", out);
}

void export_label(struct export_column *column, const char *text, size_t n)
{
    char word[LABEL_SIZE];
    *column = (struct export_column){.name = ""};
    if (n >= sizeof word)
        n = sizeof word - 1;
    memcpy(word, text, n);
    word[n] = 0;
    g_strstrip(word);
    size_t length = strlen(word);
    char close = length ? word[length - 1] : 0;
    char *open = close == ')' ? strrchr(word, '(') : close == ']' ? strrchr(word, '[') : NULL;
    if (open) {
        char inside[LABEL_SIZE];
        g_strlcpy(inside, open + 1, sizeof inside);
        inside[strlen(inside) - 1] = 0;
        g_strstrip(inside);
        if (export_unit(inside, column->unit)) {
            *open = 0;
            g_strchomp(word);
        }
    }
    g_strlcpy(column->name, word, sizeof column->name);
}

int export_direction(const char *line)
{
    if (export_has_word(line, "^exo") || export_has_word(line, "exo up") ||
        export_has_word(line, "exotherm up") || export_has_word(line, "exo_up") ||
        export_has_word(line, "endo down"))
        return 1;
    if (export_has_word(line, "^endo") || export_has_word(line, "exo down") ||
        export_has_word(line, "endo up") || export_has_word(line, "exotherm down") ||
        export_has_word(line, "exo_down") || export_has_word(line, "endo_up"))
        return -1;
    return 0;
}

void export_gas(struct export *x, const char *line)
{
    static const char *const gases[] = {"nitrogen", "argon", "helium", "oxygen", "N2", "Ar", "He"};
    if (x->atmosphere[0] || !export_has_word(line, "ml/min"))
        return;
    for (size_t i = 0; i < G_N_ELEMENTS(gases); i++) {
        const char *at = find_word(line, gases[i]);
        if (!at || g_ascii_isalpha(at[strlen(gases[i])]) || (at > line && g_ascii_isalpha(at[-1])))
            continue;
        double flow = export_number_before(at, "ml/min");
        const char *comma = strchr(at, ',');
        if (comma && g_ascii_isdigit(comma[1]) && strchr(comma + 1, ',')) /* "NITROGEN,40,0 ml/min" */
            flow = export_number(comma + 1);
        char text[EXPORT_TEXT];
        if (isfinite(flow))
            snprintf(text, sizeof text, "%s, %g ml/min", gases[i], flow);
        else
            snprintf(text, sizeof text, "%s", gases[i]);
        export_copy(x->atmosphere, text);
        return;
    }
}

/* ---- Opening ---- */

static bool try_format(struct export *x, enum export_format format, const char *curve, text_error *e)
{
    x->format = format;
    switch (format) {
    case EXPORT_STARE: return export_stare(x, curve, e);
    case EXPORT_SETARAM: return export_setaram(x, e);
    case EXPORT_TA: return export_ta(x, e);
    case EXPORT_NETZSCH: return export_netzsch(x, e);
    case EXPORT_PERKINELMER: return export_perkinelmer(x, e);
    default: return export_csv(x, e);
    }
}

bool export_open(const char *path, enum export_format format, const char *curve, struct export *x,
                 text_error *e)
{
    *x = (struct export){.mass = NAN, .rate = NAN, .announced = NAN};
    e->text[0] = 0;
    if (!text_read(path, &x->lines, e))
        return false;
    enum export_format from = format == EXPORT_AUTO ? EXPORT_STARE : format;
    enum export_format to = format == EXPORT_AUTO ? EXPORT_CSV : format;
    for (enum export_format f = from; f <= to && !e->text[0]; f++)
        if (try_format(x, f, curve, e))
            return true;
    if (!e->text[0] && format == EXPORT_AUTO)
        text_fail(e, FRIT_EDATA,
                  "no table of numbers under a line of column names was found: an export as text from "
                  "STARe, Calisto, Universal Analysis, Proteus or Pyris, or CSV with named columns");
    else if (!e->text[0])
        text_fail(e, FRIT_EDATA, "this is no text export of %s: format = \"auto\" finds out which it is",
                  format_names[format]);
    export_close(x);
    return false;
}

void export_close(struct export *x)
{
    text_free(&x->lines);
}

const char *export_list(const struct export *x, char *out, size_t size)
{
    size_t at = 0;
    out[0] = 0;
    for (size_t i = 0; i < x->columns && at + 2 * LABEL_SIZE + 24 < size; i++) {
        const struct export_column *k = &x->column[i];
        at += (size_t)snprintf(out + at, size - at, "%s%zu %s", i ? ", " : "", i + 1, k->name);
        if (k->unit[0])
            at += (size_t)snprintf(out + at, size - at, " [%s]", k->unit);
    }
    return out;
}

bool export_named_column(const struct export *x, const char *name, size_t *column)
{
    char *end;
    unsigned long number = strtoul(name, &end, 10);
    if (end > name && !*end) {
        *column = number - 1;
        return number >= 1 && number <= x->columns;
    }
    for (size_t i = 0; i < x->columns; i++)
        if (label_alike(x->column[i].name, name)) {
            *column = i;
            return true;
        }
    return false;
}

bool export_find_column(const struct export *x, const char *const *candidates, size_t *column)
{
    for (; *candidates; candidates++)
        for (size_t i = 0; i < x->columns; i++)
            /* t is a time, T a temperature */
            if (strlen(*candidates) == 1 ? !strcmp(x->column[i].name, *candidates)
                                         : label_alike(x->column[i].name, *candidates)) {
                *column = i;
                return true;
            }
    return false;
}

/* ---- Rows ---- */

/* Lines between the rows that are none: blank, a program step "2) ...". */
static bool is_marker(const struct export *x, const char *line)
{
    const char *p = line + strspn(line, " \t");
    size_t digits = strspn(p, "0123456789");
    return !*p || (x->markers && digits && p[digits] == ')');
}

static bool row_failure(const struct export *x, size_t line, size_t cells, text_error *e)
{
    char quote[TEXT_QUOTE];
    const char *text = x->lines.line[line];
    bool last = true;
    for (size_t i = line + 1; i < x->lines.n && last; i++)
        last = text_is_blank(x->lines.line[i]);
    text_quote(quote, text, strlen(text));
    if (last && cells < x->columns)
        return text_fail(e, FRIT_EDATA,
                         "the file ends within line %zu (\"%s\"): %zu of %zu columns are there; the export "
                         "was cut off, make it again",
                         line + 1, quote, cells, x->columns);
    if (cells > x->columns)
        return text_fail(e, FRIT_EDATA,
                         "line %zu (\"%s\") has %zu cells between '%c' where the header names %zu columns: "
                         "are commas decimal signs here?  Then columns need another separator, as ';'",
                         line + 1, quote, cells, x->separator, x->columns);
    return text_fail(e, FRIT_EDATA, "line %zu (\"%s\") has %zu cells where the header names %zu columns",
                     line + 1, quote, cells, x->columns);
}

static bool cell_failure(const struct export *x, size_t line, size_t column, cell c, char decimal,
                         text_error *e)
{
    char quote[TEXT_QUOTE];
    size_t points = 0, commas = 0;
    for (size_t i = 0; i < c.n; i++) {
        points += c.at[i] == '.';
        commas += c.at[i] == ',';
    }
    text_quote(quote, c.at, c.n);
    const char *why = points > 1 || commas > 1
                          ? ": it has several decimal signs, which a spreadsheet put there for "
                            "thousands; export from the instrument again"
                      : points && decimal == ',' ? ": a decimal point, where the other numbers have a comma; "
                                                   "decimal = \"point\" or \"comma\" says which it is"
                      : commas && decimal == '.' ? ": a decimal comma, where the other numbers have a point; "
                                                   "decimal = \"comma\" or \"point\" says which it is"
                                                 : "";
    return text_fail(e, FRIT_EDATA, "\"%s\" in line %zu, column %zu (%s) is no number%s", quote, line + 1,
                     column + 1, x->column[column].name, why);
}

static bool read_row(const struct export *x, size_t line, char decimal, cell *cells, double *row,
                     text_error *e)
{
    size_t n = cells_split(x->lines.line[line], x->separator, cells), skip = 0;
    /* rows of PerkinElmer begin with a separator, others may end with one */
    if (n == x->columns + 1 && cells[0].n == 0)
        skip = 1;
    while (n - skip > x->columns && cells[n - 1].n == 0)
        n--;
    if (n - skip != x->columns)
        return row_failure(x, line, n - skip, e);
    for (size_t k = 0; k < x->columns; k++)
        if (!cell_number(cells[skip + k], decimal, &row[k]))
            return cell_failure(x, line, k, cells[skip + k], decimal, e);
    return true;
}

/* A comma is a decimal sign where it separates nothing, and no point is about. */
static char find_decimal(const struct export *x)
{
    if (x->decimal)
        return x->decimal;
    bool comma = false, point = false;
    for (size_t i = x->first; i < x->last && i < x->first + 200; i++) {
        comma = comma || strchr(x->lines.line[i], ',');
        point = point || strchr(x->lines.line[i], '.');
    }
    return x->separator != ',' && comma && !point ? ',' : '.';
}

bool export_rows(const struct export *x, double **value, size_t *rows, text_error *e)
{
    char decimal = find_decimal(x);
    cell *cells = malloc((CELLS_MAX + 1) * sizeof *cells);
    *value = malloc(((x->last - x->first) * x->columns + 1) * sizeof **value);
    *rows = 0;
    bool good = cells && *value;
    if (!good)
        text_fail(e, FRIT_ENOMEM, "no memory for the table");
    for (size_t i = x->first; good && i < x->last; i++) {
        if (is_marker(x, x->lines.line[i]))
            continue;
        good = read_row(x, i, decimal, cells, *value + *rows * x->columns, e);
        *rows += good;
    }
    free(cells);
    if (good && *rows == 0)
        good =
            text_fail(e, FRIT_EDATA,
                      "no row of numbers stands under the names of the columns: the export is empty or was "
                      "cut off");
    if (!good) {
        free(*value);
        *value = NULL;
    }
    return good;
}
