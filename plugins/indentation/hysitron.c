/* Hysitron's .hld: "Key: value unit" lines, then blocks of points.
 *
 * The block "Test Data Points: 1068" is the indent; blocks of the approach and of the drift's measurement
 * come before it.  Latin-1.  The area function is "Tip C0" to "Tip C5" in nm, the frame "Machine Comp".
 * Hysitron's text ("Number of Points = 5304") is read by delimited.c.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "test.h"

/* "Key: value": the value, or NULL. */
static const char *value_of(const char *line, const char *key)
{
    size_t n = strlen(key);
    if (strncmp(line, key, n) || line[n] != ':')
        return NULL;
    line += n + 1;
    return line + strspn(line, " ");
}

static void know_line(struct test *t, const char *line)
{
    static const struct {
        const char *theirs, *ours, *unit;
    } keys[] = {{"Tip C0", "area_c0", "1"},
                {"Tip C1", "area_c1", "1"},
                {"Tip C2", "area_c2", "1"},
                {"Tip C3", "area_c3", "1"},
                {"Tip C4", "area_c4", "1"},
                {"Tip C5", "area_c5", "1"},
                {"Drift Rate", "drift_rate", "nm/s"},
                {"Test Temp", "temperature", "degC"},
                {"Tip ID", "tip", NULL},
                {"Time Stamp", "date", NULL},
                {"Contact Threshold", "contact_threshold", "uN"},
                {"Test Type", "test_type", NULL}};
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++) {
        const char *v = value_of(line, keys[i].theirs);
        char *end;
        double x = v ? strtod(v, &end) : NAN;
        if (v && keys[i].unit && end != v)
            test_know_number(t, keys[i].ours, keys[i].unit, x);
        else if (v && !keys[i].unit)
            test_know_text(t, keys[i].ours, v);
    }
    const char *compliance = value_of(line, "Machine Comp"); /* nm/uN, which is m/kN */
    double c = compliance ? strtod(compliance, NULL) : 0;
    if (c > 0)
        test_know_number(t, "frame_stiffness", "N/m", 1000 / c);
}

static bool add_points(const text_lines *l, size_t first, size_t n, struct test *t, struct why *why)
{
    for (size_t i = 0; i < n; i++) {
        struct text_cell cell[CELLS];
        double value[TEST_COLUMNS];
        size_t have = first + i < l->n ? cells_split(l->line[first + i], '\t', cell) : 0;
        if (have != t->cols)
            return why_fail(why, FRIT_EDATA,
                            "the file is cut off: %zu points were measured, it has %zu of them (line %zu)", n,
                            i, first + i + 1);
        for (size_t k = 0; k < have; k++)
            if (!cell_number(cell[k], '.', &value[k]))
                return why_fail(why, FRIT_EDATA, "line %zu, column %zu (%s): \"%.*s\" is no number",
                                first + i + 1, k + 1, t->column[k].name,
                                (int)(cell[k].n < 30 ? cell[k].n : 30), cell[k].at);
        if (!test_add_row(t, value, NULL, why))
            return false;
    }
    return true;
}

bool hysitron_read(const text_lines *l, struct tests *t, struct why *why)
{
    struct test *out = tests_add(t, why);
    if (!out)
        return false;
    out->format = "Hysitron .hld";
    for (size_t i = 0; i < l->n; i++) {
        const char *points = value_of(l->line[i], "Test Data Points");
        struct text_cell cell[CELLS];
        know_line(out, l->line[i]);
        if (!points)
            continue;
        size_t have = i + 1 < l->n ? cells_split(l->line[i + 1], '\t', cell) : 0;
        for (out->cols = 0; out->cols < have && out->cols < TEST_COLUMNS; out->cols++) {
            char name[COLUMN_NAME];
            cell_copy(name, sizeof name, cell[out->cols]);
            column_parse(name, &out->column[out->cols]);
        }
        if (out->cols == 0)
            return why_fail(why, FRIT_EDATA, "line %zu names no columns", i + 2);
        return add_points(l, i + 2, strtoul(points, NULL, 10), out, why);
    }
    return why_fail(
        why, FRIT_EDATA,
        "the file is cut off: it has no line \"Test Data Points: ...\" with the indent behind it");
}
