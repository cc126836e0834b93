/* Read a curve from a text file of columns: .chi, .xy, .gr, .csv and their like.
 *
 * What is a column, a name and a unit in such a file is the business of table.c and label.c; here
 * the columns become x, y and sigma.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "columns.h"
#include "table.h"

#include <math.h>
#include <string.h>

const frit_port read_columns_outputs[] = {
    { .name = "curve", .ndim = 1, .unit = "*", .axis_name = { "x" }, .axis_unit = { "*" },
      .doc = "the second column over the first, or those that x and y name; points without a finite value "
             "are masked" },
    { 0 }
};

const frit_param read_columns_table[] = {
    FRIT_FILES(read_columns_params, files, "the file, a pattern such as \"raw/*.xy\", or a list"),
    FRIT_TEXT(read_columns_params, x, "1", 0,
              "column of the positions: its number from 1, or its name in the file"),
    FRIT_TEXT(read_columns_params, y, "2", 0, "column of the values"),
    FRIT_TEXT(read_columns_params, sigma, NULL, 0,
              "column of the standard uncertainties; \"none\"; not given: the one that the file names so "
              "(sigma, error, dI beside I), or the third of three without names"),
    FRIT_TEXT(read_columns_params, x_name, NULL, 0, "name of the axis; not given: the file's"),
    FRIT_TEXT(read_columns_params, x_unit, NULL, 0, "unit of x, where the file does not say it or is wrong"),
    FRIT_TEXT(read_columns_params, y_name, NULL, 0, "name of the values; not given: the file's"),
    FRIT_TEXT(read_columns_params, y_unit, NULL, 0, "unit of y, where the file does not say it or is wrong"),
    { 0 }
};

typedef struct choice {
    size_t x, y, sigma;
    bool   has_sigma, guessed;    /* guessed: only because it is the third */
} choice;

frit_status read_columns_count(frit_call *c, uint64_t *n)
{
    const read_columns_params *p = c->params;
    for (size_t i = 0; i < p->files.n; i++)
        c->host->uses(c, i, p->files.path[i], 0);
    *n = p->files.n;
    return FRIT_OK;
}

static bool choose_sigma(frit_call *c, const table *t, choice *k, text_error *e)
{
    const read_columns_params *p = c->params;
    if (p->sigma && !strcmp(p->sigma, "none"))
        return true;
    k->has_sigma = true;
    if (p->sigma)
        return table_find(t, p->sigma, &k->sigma, e);
    for (size_t i = 0; t->labelled && i < t->columns; i++) {
        k->sigma = i;
        if (i != k->x && i != k->y && label_is_sigma(&t->labels[i], &t->labels[k->y]))
            return true;
    }
    k->has_sigma = k->guessed = !t->labelled && t->columns == 3 && k->x == 0 && k->y == 1;
    k->sigma = 2;
    if (t->labelled && t->columns == 3 && k->x == 0 && k->y == 1)
        c->host->log(c, FRIT_DEBUG, "column 3 is called \"%s\" and not taken as an uncertainty: sigma = 3 "
                     "does", t->labels[2].text);
    return true;
}

static bool choose(frit_call *c, const table *t, choice *k, text_error *e)
{
    const read_columns_params *p = c->params;
    *k = (choice){ .x = 0 };
    if (t->columns == 1)
        return text_fail(e, FRIT_EDATA, "the file has one column; a curve needs x and y (the step "
                         "read_column reads one column alone)");
    return table_find(t, p->x, &k->x, e) && table_find(t, p->y, &k->y, e) && choose_sigma(c, t, k, e);
}

/* A negative uncertainty: a wrong column was named, or guessed. */
static bool judge_sigma(frit_call *c, const table *t, choice *k, text_error *e)
{
    for (size_t i = 0; k->has_sigma && i < t->rows; i++) {
        double s = t->value[i * t->columns + k->sigma];
        if (!(s < 0))
            continue;
        if (!k->guessed)
            return text_fail(e, FRIT_EDATA, "the uncertainty in line %zu, column %zu is negative (%g): is "
                             "this the column? sigma = \"none\" leaves it out", t->line[i], k->sigma + 1, s);
        c->host->log(c, FRIT_WARNING, "column 3 has no name and holds negative numbers (line %zu): not taken "
                     "as an uncertainty", t->line[i]);
        k->has_sigma = false;
    }
    return true;
}

/* The unit of a column: the recipe's, the file's, or "1" with a warning where an axis has none. */
static const char *settle_unit(frit_call *c, const label *l, size_t column, const char *given,
                               const char *param)
{
    char same[LABEL_SIZE];
    if (given) {
        if (l->unit[0] && !l->unknown && strcmp(l->unit, given) &&
            !(label_unit(given, l->name, same) && !strcmp(same, l->unit)))
            c->host->log(c, FRIT_WARNING, "%s = \"%s\" replaces the file's own unit of column %zu, \"%s\"",
                         param, given, column + 1, l->unit);
        return given;
    }
    if (l->unknown) {
        c->host->log(c, FRIT_WARNING, "the unit \"%s\" of column %zu is not known: taken as a number without "
                     "unit; %s says what it is", l->unit, column + 1, param);
        return "1";
    }
    if (l->unit[0])
        return l->unit;
    if (!strcmp(param, "x_unit"))
        c->host->log(c, FRIT_WARNING, "the file does not say in what unit column %zu%s%s%s is: taken as a "
                     "number without unit; say it, for example x_unit = \"1/angstrom\"",
                     column + 1, l->text[0] ? " (" : "", l->text, l->text[0] ? ")" : "");
    return "1";
}

static const char *default_name(const char *unit)
{
    return !strcmp(unit, "1/angstrom") || !strcmp(unit, "1/nm") ? "Q" : !strcmp(unit, "angstrom") ? "r" : "x";
}

static frit_status fill(frit_call *c, const table *t, const choice *k)
{
    size_t n = 0;
    for (size_t i = 0; i < t->rows; i++)
        n += isfinite(t->value[i * t->columns + k->x]) != 0;
    if (n == 0)
        return c->host->fail(c, FRIT_EDATA, "no row has a finite number in column %zu, of the positions",
                             k->x + 1);
    if (n < t->rows)
        c->host->log(c, FRIT_WARNING, "%zu of %zu rows have no finite position in column %zu: left out",
                     t->rows - n, t->rows, k->x + 1);
    uint32_t want = FRIT_WANT_MASK | (k->has_sigma ? FRIT_WANT_SIGMA : 0);
    frit_buffer *b = c->host->output(c, 0, FRIT_F64, 1, &n, want);
    if (!b)
        return FRIT_ENOMEM;
    for (size_t i = 0, at = 0; i < t->rows; i++) {
        const double *row = t->value + i * t->columns;
        if (!isfinite(row[k->x]))
            continue;
        b->axis[0][at] = row[k->x];
        b->value[at] = row[k->y];
        if (k->has_sigma)
            b->sigma[at] = row[k->sigma];
        b->mask[at] = !isfinite(row[k->y]) || (k->has_sigma && !isfinite(row[k->sigma]));
        at++;
    }
    return FRIT_OK;
}

static void set_attributes(frit_call *c, const header *h)
{
    for (size_t i = 0; i < h->n; i++) {
        const header_value *v = &h->value[i];
        if (v->unit)
            c->host->set_attribute(c, 0, v->name, v->unit, v->number);
        else
            c->host->set_text_attribute(c, 0, v->name, v->text);
    }
}

frit_status read_columns_run(frit_call *c)
{
    const read_columns_params *p = c->params;
    const char *path = c->host->file(c, 0, NULL);
    if (!path)
        return c->host->fail(c, FRIT_EIO, "no file was named");
    table t;
    text_error e;
    if (!table_read(path, &t, &e))
        return c->host->fail(c, e.code, "%s", e.text);
    if (t.remark[0])
        c->host->log(c, FRIT_WARNING, "%s", t.remark);
    choice k;
    frit_status status;
    if (!choose(c, &t, &k, &e) || !judge_sigma(c, &t, &k, &e)) {
        status = c->host->fail(c, e.code, "%s", e.text);
    } else {
        status = fill(c, &t, &k);
        const label *x = &t.labels[k.x], *y = &t.labels[k.y];
        const char *unit = settle_unit(c, x, k.x, p->x_unit, "x_unit");
        c->host->set_unit(c, 0, 0, p->x_name ? p->x_name : x->name[0] ? x->name : default_name(unit), unit);
        c->host->set_unit(c, 0, -1, p->y_name ? p->y_name : y->name[0] ? y->name : NULL,
                          settle_unit(c, y, k.y, p->y_unit, "y_unit"));
        set_attributes(c, &t.header);
    }
    table_free(&t);
    return status;
}
