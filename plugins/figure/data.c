/* The curves into a table for gnuplot, and what a layout needs to know of them.
 *
 * The table has a block for each curve, two blank lines between them, and four columns: position on
 * the axis, value, standard uncertainty (0: none), and the curve's position in its series (its
 * number where it has none).  What is not measured is NaN: gnuplot leaves a gap there.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "figure.h"

#include <errno.h>
#include <math.h>
#include <string.h>

static bool is_measured(const frit_view *v, size_t i)
{
    return !(v->mask && v->mask[i]) && isfinite(v->value[i]) && (!v->axis[0] || isfinite(v->axis[0][i]));
}

static double x_at(const frit_view *v, size_t i)
{
    return v->axis[0] ? v->axis[0][i] : (double)(i + 1);
}

static void widen(double *min, double *max, double x)
{
    *min = fmin(*min, x);
    *max = fmax(*max, x);
}

/* ---- What is known of a dataset ---- */

/* "structure_factor 3" from a curve without a name of its own is no title; a file's name is. */
static void find_title(struct drawn *d, const frit_view *v)
{
    const char *name = v->name ? v->name : "";
    if (strspn(name, "0123456789") == strlen(name))
        label_of_quantity(d->title, sizeof d->title, v->quantity, NULL);
    else
        snprintf(d->title, sizeof d->title, "%s", name);
}

static struct drawn *begin_dataset(frit_call *c, const frit_view *v, size_t first)
{
    struct drawn *d = c->host->scratch(c, 1, sizeof *d);
    if (!d)
        return NULL;
    *d = (struct drawn){.first = first, .x_min = INFINITY, .x_max = -INFINITY, .y_min = INFINITY,
                        .y_max = -INFINITY, .position_min = INFINITY, .position_max = -INFINITY};
    label_of_axis(d->x_label, sizeof d->x_label, v->axis_name[0], v->axis_unit[0]);
    label_of_quantity(d->y_label, sizeof d->y_label, v->quantity, v->unit);
    label_of_axis(d->position_label, sizeof d->position_label, v->series_name, v->series_unit);
    find_title(d, v);
    return d;
}

static bool axes_agree(const struct drawn *d, const frit_view *v)
{
    char x_label[LABEL], y_label[LABEL];
    label_of_axis(x_label, sizeof x_label, v->axis_name[0], v->axis_unit[0]);
    label_of_quantity(y_label, sizeof y_label, v->quantity, v->unit);
    return strcmp(x_label, d->x_label) == 0 && strcmp(y_label, d->y_label) == 0;
}

/* ---- The table ---- */

static void write_history(frit_call *c, FILE *to, uint64_t i)
{
    const char *history = c->host->history(c, 0, i);
    for (const char *line = history ? history : ""; *line;) {
        const size_t length = strcspn(line, "\n");
        fprintf(to, "#   %.*s\n", (int)length, line);
        line += length + (line[length] == '\n');
    }
}

static void write_heading(frit_call *c, FILE *to, const frit_view *v, uint64_t i)
{
    fprintf(to, "# dataset %u: %s [%s], made by\n", v->dataset + 1, v->quantity ? v->quantity : "value",
            v->unit);
    write_history(c, to, i);
    fprintf(to, "# columns: %s [%s], value, standard uncertainty, %s [%s]\n",
            v->axis_name[0] ? v->axis_name[0] : "number", v->axis_unit[0] ? v->axis_unit[0] : "1",
            v->series_name ? v->series_name : "number of the curve", v->series_unit ? v->series_unit : "1");
}

/* The curve as one block, its points counted into d; 0 where there is none, and then no block. */
static size_t write_curve(FILE *to, const frit_view *v, struct drawn *d)
{
    const double position = isfinite(v->position) ? v->position : (double)d->elements;
    size_t n = 0;
    for (size_t i = 0; i < v->shape[0]; i++)
        n += is_measured(v, i);
    if (n == 0)
        return 0;
    fprintf(to, "# %s\n", v->name ? v->name : "");
    for (size_t i = 0; i < v->shape[0]; i++) {
        if (!is_measured(v, i)) {
            fprintf(to, "%.9g NaN NaN %.9g\n", v->axis[0] && !isfinite(v->axis[0][i]) ? 0 : x_at(v, i),
                    position);
            continue;
        }
        const double sigma = v->sigma && isfinite(v->sigma[i]) ? v->sigma[i] : 0;
        fprintf(to, "%.9g %.9g %.9g %.9g\n", x_at(v, i), v->value[i], sigma, position);
        widen(&d->x_min, &d->x_max, x_at(v, i));
        widen(&d->y_min, &d->y_max, v->value[i]);
        d->has_sigma = d->has_sigma || sigma > 0;
        if (d->points++ == 0)
            d->y_first = v->value[i];
        d->y_sum += v->value[i] - d->y_first;
    }
    fputs("\n\n", to);
    widen(&d->position_min, &d->position_max, position);
    d->has_position = d->has_position || isfinite(v->position);
    return n;
}

static frit_status nothing_to_draw(frit_call *c, const struct drawn *d, uint32_t dataset, const char *failure)
{
    char why[200] = "";
    if (failure)
        snprintf(why, sizeof why, "; the first failed: %s", failure);
    if (d->elements == 1)
        return c->host->fail(c, FRIT_EDATA, "dataset %u of the figure (%s) has no measured point to draw%s",
                             dataset + 1, d->title, why);
    return c->host->fail(c, FRIT_EDATA,
                         "dataset %u of the figure (%s) has no measured point to draw in any of its %llu "
                         "curves%s",
                         dataset + 1, d->title, (unsigned long long)d->elements, why);
}

static frit_status write_curves(frit_call *c, FILE *to, struct drawn **drawn)
{
    const frit_host *host = c->host;
    const uint64_t n = host->n_inputs(c, 0);
    struct drawn *d = NULL, **last = drawn;
    uint32_t dataset = 0;
    size_t blocks = 0;
    char failure[120] = "";
    for (uint64_t i = 0; i < n; i++) {
        const frit_view *v = host->input(c, 0, i);
        if (!v)
            return FRIT_EIO;
        if (!d || v->dataset != dataset) {
            if (d && d->curves == 0)
                return nothing_to_draw(c, d, dataset, *failure ? failure : NULL);
            dataset = v->dataset;
            *failure = '\0';
            *last = d = begin_dataset(c, v, blocks);
            if (!d)
                return FRIT_ENOMEM;
            last = &d->next;
            write_heading(c, to, v, i);
        }
        d->elements++;
        if (v->failure && !*failure)
            snprintf(failure, sizeof failure, "%s", v->failure);
        if (write_curve(to, v, d) > 0) {
            if (d->curves++ == 0 && !axes_agree(d, v)) {
                label_of_axis(d->x_label, sizeof d->x_label, v->axis_name[0], v->axis_unit[0]);
                label_of_quantity(d->y_label, sizeof d->y_label, v->quantity, v->unit);
            }
            blocks++;
        }
        if (!host->progress(c, 0.7 * (double)(i + 1) / (double)n))
            return FRIT_ECANCELLED;
    }
    return d && d->curves == 0 ? nothing_to_draw(c, d, dataset, *failure ? failure : NULL) : FRIT_OK;
}

frit_status data_write(frit_call *c, const char *path, struct drawn **drawn)
{
    *drawn = NULL;
    FILE *to = fopen(path, "w");
    if (!to)
        return c->host->fail(c, FRIT_EIO, "the table of the curves cannot be written to %s: %s", path,
                             strerror(errno));
    frit_status status = write_curves(c, to, drawn);
    const bool failed = ferror(to) != 0;
    if ((fclose(to) != 0 || failed) && status == FRIT_OK)
        return c->host->fail(c, FRIT_EIO, "the table of the curves cannot be written to %s: %s", path,
                             strerror(errno));
    if (status == FRIT_OK && !*drawn)
        return c->host->fail(c, FRIT_EDATA,
                             "the figure has no data: give it one dataset at least, as curves = { sq }");
    return status;
}

/* ---- Marks ---- */

frit_status marks_read(frit_call *c, struct marks *marks)
{
    const frit_host *host = c->host;
    *marks = (struct marks){.n = host->n_inputs(c, 1)};
    marks->value = host->scratch(c, marks->n + 1, sizeof *marks->value);
    marks->sigma = host->scratch(c, marks->n + 1, sizeof *marks->sigma);
    if (!marks->value || !marks->sigma)
        return FRIT_ENOMEM;
    for (uint64_t m = 0; m < marks->n; m++) {
        const frit_view *v = host->input(c, 1, m);
        if (!v)
            return FRIT_EIO;
        const bool there = !v->failure && v->ndim == 0 && is_measured(v, 0);
        marks->value[m] = there ? v->value[0] : NAN;
        marks->sigma[m] = there && v->sigma && isfinite(v->sigma[0]) ? v->sigma[0] : 0;
    }
    return FRIT_OK;
}
