/* The text exports of five makers, and CSV: where the table begins, what its columns are, which keys the
 * header has.  Each function looks for its own marks and says false where they are not there.
 *
 *   STARe        "Curve Values:", then names, units in square brackets, rows between blanks or tabs
 *   Setaram      "HeatFlow :" with an initial mass; names with their units, ';' or blanks between
 *   TA           KEY tab value, "Sig1 tab Time (min)" ..., rows after "StartOfData"
 *   Netzsch      "#KEY:value", names after "##" as "DSC/(mW/mg)"
 *   PerkinElmer  two lines of names, rows that begin with a tab, "2) ..." between the program's steps
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "export.h"

#include <glib.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

static char *trimmed_copy(const char *line)
{
    return g_strstrip(g_strdup(line));
}

static bool line_is(const char *line, const char *text)
{
    g_autofree char *copy = trimmed_copy(line);
    return !g_ascii_strcasecmp(copy, text);
}

static bool starts_with(const char *line, const char *text)
{
    line += strspn(line, " \t");
    return !g_ascii_strncasecmp(line, text, strlen(text));
}

/* After "KEY :" or "KEY:"; NULL: not this key. */
static const char *value_of(const char *line, const char *key)
{
    line += strspn(line, " \t");
    size_t n = strlen(key);
    if (g_ascii_strncasecmp(line, key, n))
        return NULL;
    line += n;
    line += strspn(line, " \t");
    if (*line != ':')
        return NULL;
    line++;
    return line + strspn(line, " \t;");
}

/* Units between degrees per minute, however the degree is written. */
static double rate_of(const char *line)
{
    double rate = export_number_before(line, "K/min");
    return isfinite(rate) ? rate : export_number_before(line, "C/min");
}

static bool add_column(struct export *x, const char *text, size_t n, text_error *e)
{
    if (x->columns == EXPORT_COLUMNS)
        return text_fail(e, FRIT_EDATA, "the table has more than %d columns", EXPORT_COLUMNS);
    export_label(&x->column[x->columns++], text, n);
    return true;
}

/* ---- Mettler STARe ---- */

/* The block of a curve: the line "Curve Values:" of the one that is wanted.  Curves are counted by these
 * lines, and called as the line after "Curve Name:" says. */
static bool stare_choose(struct export *x, const char *curve, size_t *at, text_error *e)
{
    size_t count = 0, chosen = 0;
    char names[400] = "", name[EXPORT_TEXT] = "";
    for (size_t i = 0; i < x->lines.n; i++) {
        if (starts_with(x->lines.line[i], "Curve Name:")) {
            const char *rest = strchr(x->lines.line[i], ':') + 1;
            export_copy(name, text_is_blank(rest) && i + 1 < x->lines.n ? x->lines.line[i + 1] : rest);
        }
        if (!starts_with(x->lines.line[i], "Curve Values:"))
            continue;
        count++;
        size_t length = strlen(names);
        if (length + sizeof name + 16 < sizeof names)
            snprintf(names + length, sizeof names - length, "%s%zu %s", length ? ", " : "", count, name);
        g_autofree char *number = g_strdup_printf("%zu", count);
        if (!curve || !strcmp(curve, number) || label_alike(curve, name)) {
            *at = i;
            chosen++;
        }
    }
    if (count == 0)
        return false;
    if (chosen == 1)
        return true;
    return text_fail(e, FRIT_EDATA,
                     chosen ? "the file holds several curves (%s): curve = \"1\" says which"
                            : "no curve of that name is in the file; it holds %s",
                     names);
}

static void stare_header(struct export *x, const char *line, bool *sample)
{
    if (starts_with(line, "Sample:")) {
        *sample = true;
        line = strchr(line, ':') + 1;
    } else if (strchr(line, ':') && !strchr(line, ',')) {
        *sample = false;
    }
    if (*sample && !text_is_blank(line)) {
        double mass = export_number_before(line, "mg");
        const char *comma = strrchr(line, ',');
        if (isfinite(mass) && comma) {
            x->mass = mass;
            g_autofree char *name = g_strndup(line, (gsize)(comma - line));
            export_copy(x->sample, name);
            *sample = false;
        }
    }
    if (!isfinite(x->rate))
        x->rate = rate_of(line);
    if (!x->exo)
        x->exo = export_direction(line);
    export_gas(x, line);
}

/* Words of a line between blanks. */
static bool add_words(struct export *x, const char *line, text_error *e)
{
    while (*line) {
        line += strspn(line, " \t");
        size_t n = strcspn(line, " \t");
        if (n && !add_column(x, line, n, e))
            return false;
        line += n;
    }
    return true;
}

/* Units belong to the columns from the right: the index has none. */
static void stare_units(struct export *x, const char *line)
{
    const char *unit[EXPORT_COLUMNS];
    size_t n = 0;
    for (const char *p = strchr(line, '['); p && n < EXPORT_COLUMNS; p = strchr(p + 1, '['))
        unit[n++] = p + 1;
    for (size_t i = 0; i < n && i < x->columns; i++) {
        g_autofree char *text = g_strndup(unit[n - 1 - i], strcspn(unit[n - 1 - i], "]"));
        export_unit(g_strstrip(text), x->column[x->columns - 1 - i].unit);
    }
}

bool export_stare(struct export *x, const char *curve, text_error *e)
{
    size_t at = 0;
    bool sample = false;
    if (!stare_choose(x, curve, &at, e))
        return false;
    for (size_t i = 0; i < x->lines.n; i++)
        if (!cells_look_numeric(x->lines.line[i]))
            stare_header(x, x->lines.line[i], &sample);
    g_strlcpy(x->instrument, "Mettler", sizeof x->instrument);
    if (at + 2 >= x->lines.n)
        return text_fail(e, FRIT_EDATA,
                         "the file ends after \"Curve Values:\" in line %zu: the export was cut off", at + 1);
    if (!add_words(x, x->lines.line[at + 1], e))
        return false;
    stare_units(x, x->lines.line[at + 2]);
    x->first = at + 3;
    for (x->last = x->first; x->last < x->lines.n && cells_look_numeric(x->lines.line[x->last]);)
        x->last++;
    x->separator = ' ';
    return true;
}

/* ---- Setaram ---- */

/* "Index Time (s)   Furnace Temperature (degC) HeatFlow (mW)": a name ends with its unit's bracket. */
static bool add_bracketed(struct export *x, const char *line, text_error *e)
{
    line += strspn(line, " \t");
    size_t n = strcspn(line, " \t");
    if (!add_column(x, line, n, e))
        return false;
    for (line += n; !text_is_blank(line);) {
        n = strcspn(line, ")");
        if (!add_column(x, line, n + (line[n] == ')'), e))
            return false;
        line += n + (line[n] == ')');
    }
    return true;
}

static bool add_separated(struct export *x, const char *line, char separator, text_error *e)
{
    cell cells[EXPORT_COLUMNS + 1];
    size_t n = 0;
    for (const char *p = line; n <= EXPORT_COLUMNS; p++) {
        size_t length = strcspn(p, (char[]){separator, 0});
        cells[n++] = (cell){p, length};
        p += length;
        if (!*p)
            break;
    }
    while (n > 1 && strspn(cells[n - 1].at, " \t\r") >= cells[n - 1].n)
        n--;
    for (size_t i = 0; i < n; i++)
        if (!add_column(x, cells[i].at, cells[i].n, e))
            return false;
    return true;
}

bool export_setaram(struct export *x, text_error *e)
{
    size_t header = 0, flow = 0;
    for (size_t i = 0; i < x->lines.n && i < 200 && !header; i++) {
        const char *line = x->lines.line[i];
        if (value_of(line, "HeatFlow"))
            flow = i + 1;
        const char *mass = value_of(line, "Initial Mass");
        if (mass && flow)
            x->mass = export_number(mass);
        if (starts_with(line, "Index") && strstr(line, "Time"))
            header = i;
    }
    if (!flow || !header)
        return false;
    for (size_t i = 0; i < flow && !x->sample[0]; i++)
        if (!text_is_blank(x->lines.line[i]))
            export_copy(x->sample, x->lines.line[i]);
    g_strlcpy(x->instrument, "Setaram", sizeof x->instrument);
    const char *line = x->lines.line[header];
    x->separator = strchr(line, ';') ? ';' : ' ';
    if (x->separator == ';' ? !add_separated(x, line, ';', e) : !add_bracketed(x, line, e))
        return false;
    x->first = header + 1;
    x->last = x->lines.n;
    return true;
}

/* ---- TA Instruments ---- */

bool export_ta(struct export *x, text_error *e)
{
    size_t start = 0;
    while (start < x->lines.n && !line_is(x->lines.line[start], "StartOfData"))
        start++;
    if (start == x->lines.n)
        return false;
    for (size_t i = 0; i < start; i++) {
        const char *line = x->lines.line[i], *tab = strchr(line, '\t'), *value = tab ? tab + 1 : "";
        if (starts_with(line, "Size") && tab)
            x->mass = strstr(value, "mg") ? export_number(value) : NAN;
        else if (starts_with(line, "Exotherm") && tab)
            x->exo = starts_with(value, "Up") ? 1 : starts_with(value, "Down") ? -1 : 0;
        else if (starts_with(line, "Sample") && tab)
            export_copy(x->sample, value);
        else if (starts_with(line, "Instrument") && tab)
            export_copy(x->instrument, value);
        else if (starts_with(line, "Sig") && tab && g_ascii_isdigit(line[3]) &&
                 !add_column(x, value, strlen(value), e))
            return false;
        if (!isfinite(x->rate))
            x->rate = rate_of(line);
        export_gas(x, line);
    }
    if (x->columns == 0)
        return text_fail(e, FRIT_EDATA,
                         "no line \"Sig1 ...\" before StartOfData (line %zu) names the columns", start + 1);
    x->separator = '\t';
    x->markers = true;
    x->first = start + 1;
    x->last = x->lines.n;
    return true;
}

/* ---- Netzsch ---- */

/* "DSC/(mW/mg)", "Temp./degC": the unit stands after the last stroke outside of brackets. */
static void netzsch_label(struct export_column *column)
{
    char *name = column->name, *stroke = NULL;
    int depth = 0;
    for (char *p = name; *p; p++) {
        depth += *p == '(' ? 1 : *p == ')' ? -1 : 0;
        if (*p == '/' && depth == 0)
            stroke = p;
    }
    if (!stroke)
        return;
    char unit[LABEL_SIZE];
    g_strlcpy(unit, stroke + 1, sizeof unit);
    size_t n = strlen(unit);
    if (n > 2 && unit[0] == '(' && unit[n - 1] == ')') {
        memmove(unit, unit + 1, n - 2);
        unit[n - 2] = 0;
    }
    export_unit(unit, column->unit);
    *stroke = 0;
}

static void netzsch_key(struct export *x, const char *line)
{
    const char *value;
    if ((value = value_of(line, "#SAMPLE MASS /mg")))
        x->mass = export_number(value);
    else if ((value = value_of(line, "#SAMPLE")))
        export_copy(x->sample, value);
    else if ((value = value_of(line, "#INSTRUMENT")))
        export_copy(x->instrument, value);
    else if ((value = value_of(line, "#EXO")))
        x->exo = export_number(value) > 0 ? 1 : export_number(value) < 0 ? -1 : 0;
    else if ((value = value_of(line, "#DECIMAL")))
        x->decimal = starts_with(value, "COMMA") ? ',' : '.';
    else if ((value = value_of(line, "#SEPARATOR")))
        x->separator = starts_with(value, "SEMICOLON") ? ';'
                       : starts_with(value, "TAB")     ? '\t'
                       : starts_with(value, "COMMA")   ? ','
                                                       : 0;
    else if ((value = value_of(line, "#RANGE")))
        x->rate = export_number_before(value, "(K/min)");
    export_gas(x, line);
}

bool export_netzsch(struct export *x, text_error *e)
{
    size_t header = x->lines.n;
    for (size_t i = 0; i < x->lines.n && header == x->lines.n; i++) {
        if (g_str_has_prefix(x->lines.line[i], "##"))
            header = i;
        else if (x->lines.line[i][0] == '#')
            netzsch_key(x, x->lines.line[i]);
        else if (!text_is_blank(x->lines.line[i]))
            return false;
    }
    if (header == x->lines.n)
        return false;
    const char *line = x->lines.line[header] + 2;
    if (!x->separator)
        x->separator = strchr(line, ';') ? ';' : strchr(line, '\t') ? '\t' : ',';
    if (!add_separated(x, line, x->separator, e))
        return false;
    for (size_t i = 0; i < x->columns; i++)
        netzsch_label(&x->column[i]);
    if (x->columns && label_alike(x->column[x->columns - 1].name, "Segment"))
        return text_fail(
            e, FRIT_EDATA,
            "the column Segment is no number: export without it (the segments are found from the "
            "temperatures)");
    x->first = header + 1;
    x->last = x->lines.n;
    return true;
}

/* ---- PerkinElmer ---- */

/* Names stand in two lines, a cell above a cell: "Unsubtracted" and "Heat Flow". */
static bool perkinelmer_names(struct export *x, const char *upper, const char *lower, text_error *e)
{
    g_auto(GStrv) above = g_strsplit(upper, "\t", -1), below = g_strsplit(lower, "\t", -1);
    size_t n = g_strv_length(above), m = g_strv_length(below);
    for (size_t i = 1; i < n; i++) { /* rows begin with a tab */
        g_strstrip(above[i]);
        if (i < m)
            g_strstrip(below[i]);
        if (!*above[i] && !(i < m && *below[i]))
            continue;
        g_autofree char *name = g_strdup_printf("%s %s", above[i], i < m ? below[i] : "");
        g_strstrip(name);
        if (!add_column(x, name, strlen(name), e))
            return false;
        struct export_column *k = &x->column[x->columns - 1];
        const char *unit = export_has_word(name, "Time")          ? "min"
                           : export_has_word(name, "Calibration") ? ""
                           : export_has_word(name, "Heat Flow")   ? "mW"
                           : export_has_word(name, "Temperature") ? "degC"
                                                                  : "";
        if (!k->unit[0])
            strcpy(k->unit, unit);
    }
    return true;
}

static void perkinelmer_key(struct export *x, const char *line)
{
    const char *value;
    if ((value = value_of(line, "Sample Weight")))
        x->mass = strstr(value, "mg") ? export_number(value) : NAN;
    else if ((value = value_of(line, "Sample ID")))
        export_copy(x->sample, value);
    else if ((value = value_of(line, "Total Points in Run")))
        x->announced = export_number(value);
    if (!isfinite(x->rate))
        x->rate = rate_of(line);
    if (!x->exo)
        x->exo = export_direction(line);
    export_gas(x, line);
}

bool export_perkinelmer(struct export *x, text_error *e)
{
    size_t header = 0;
    for (size_t i = 0; i + 2 < x->lines.n && i < 500 && !header; i++)
        if (strchr(x->lines.line[i], '\t') && starts_with(x->lines.line[i], "Time") &&
            export_has_word(x->lines.line[i], "Unsubtracted"))
            header = i;
    if (!header)
        return false;
    for (size_t i = 0; i < header; i++)
        perkinelmer_key(x, x->lines.line[i]);
    g_strlcpy(x->instrument, "PerkinElmer", sizeof x->instrument);
    if (!perkinelmer_names(x, x->lines.line[header], x->lines.line[header + 1], e))
        return false;
    x->separator = '\t';
    x->markers = true;
    x->first = header + 2;
    /* a footer of calibration values follows the rows */
    for (x->last = x->first; x->last < x->lines.n; x->last++) {
        const char *line = x->lines.line[x->last];
        size_t digits = strspn(line, "0123456789");
        bool step = digits && line[digits] == ')';
        if (!text_is_blank(line) && !step && !cells_look_numeric(line))
            break;
    }
    return true;
}

/* ---- CSV ---- */

static char separator_of(const char *line)
{
    return strchr(line, ';') ? ';' : strchr(line, '\t') ? '\t' : ',';
}

/* "[s],[K],[mW/mg]", or "s;K;mW" */
static bool csv_units(struct export *x, const char *line)
{
    cell cells[EXPORT_COLUMNS + 1];
    char unit[EXPORT_COLUMNS][LABEL_SIZE];
    size_t commas = 1;
    for (const char *p = line; *p; p++)
        commas += *p == x->separator;
    if (commas > EXPORT_COLUMNS)
        return false;
    size_t n = cells_split(line, x->separator, cells);
    if (n != x->columns)
        return false;
    for (size_t i = 0; i < n; i++) {
        g_autofree char *text = g_strndup(cells[i].at, cells[i].n);
        size_t length = strlen(text);
        char *inside = text;
        if (length > 2 && strchr("[(", text[0]) && strchr("])", text[length - 1])) {
            text[length - 1] = 0;
            inside++;
        }
        unit[i][0] = 0;
        if (length && !export_unit(inside, unit[i]))
            return false;
    }
    for (size_t i = 0; i < n; i++)
        if (!x->column[i].unit[0])
            strcpy(x->column[i].unit, unit[i]);
    return true;
}

static bool is_number_line(const char *line)
{
    return cells_look_numeric(line) || g_ascii_isdigit(line[strspn(line, " \t+-.,;")]);
}

bool export_csv(struct export *x, text_error *e)
{
    size_t first = 0;
    while (first < x->lines.n &&
           (text_is_blank(x->lines.line[first]) || !is_number_line(x->lines.line[first])))
        first++;
    if (first == 0 || first == x->lines.n)
        return false;
    /* the nearest line above that is names: it may have a line of units below */
    size_t names = first - 1;
    while (names > 0 && text_is_blank(x->lines.line[names]))
        names--;
    size_t units = 0;
    const char *line = x->lines.line[names];
    x->separator = separator_of(line);
    bool bracketed = strchr("[(", line[strspn(line, " \t\"")]) && strpbrk(line, "])");
    if (names > 0 && bracketed && !text_is_blank(x->lines.line[names - 1])) {
        units = names--;
        line = x->lines.line[names];
        x->separator = separator_of(line);
    }
    line += strspn(line, "# \t");
    cell cells[EXPORT_COLUMNS + 1];
    size_t count = 1;
    for (const char *p = line; *p; p++)
        count += *p == x->separator;
    if (count > EXPORT_COLUMNS)
        return text_fail(e, FRIT_EDATA, "the table has more than %d columns", EXPORT_COLUMNS);
    count = cells_split(line, x->separator, cells);
    for (size_t i = 0; i < count; i++)
        if (!add_column(x, cells[i].at, cells[i].n, e))
            return false;
    if (units && !csv_units(x, x->lines.line[units]))
        return text_fail(e, FRIT_EDATA,
                         "line %zu looks like the units of the columns, but they are not all known",
                         units + 1);
    for (size_t i = 0; i <= names; i++) {
        if (!x->exo)
            x->exo = export_direction(x->lines.line[i]);
        export_gas(x, x->lines.line[i]);
    }
    x->first = first;
    x->last = x->lines.n;
    return count > 1;
}
