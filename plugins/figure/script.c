/* The script for gnuplot: what is known of the data, then the layout.
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "figure.h"

#include <ctype.h>
#include <errno.h>
#include <math.h>
#include <string.h>

/* For a figure without a layout of its own: all curves in one panel. */
static const char plain_layout[] =
    "set terminal pdfcairo enhanced color size 8.6cm,6.5cm font font_name.',7' fontscale 0.75 rounded\n"
    "set output output_file\n"
    "set tics in scale 0.6\n"
    "set autoscale xfix\n"
    "set offsets graph 0, 0, graph 0.05, graph 0.05\n"
    "set xlabel x_label_1\n"
    "set ylabel y_label_1\n"
    "plot for [k = 0:last_block] table_file index k using 1:2 with lines linewidth 1.5 notitle\n";

static void write_text(FILE *to, const char *name, unsigned k, const char *text)
{
    fprintf(to, "%s_%u = ", name, k);
    label_write(to, text);
    fputc('\n', to);
}

static void write_facts(FILE *to, const struct drawn *drawn)
{
    unsigned k = 1;
    size_t blocks = 0;
    for (const struct drawn *d = drawn; d; d = d->next, k++) {
        fprintf(to, "\ncurves_%u = %zu; first_%u = %zu; last_%u = %zu\n", k, d->curves, k, d->first, k,
                d->first + d->curves - 1);
        fprintf(to, "has_sigma_%u = %d; has_position_%u = %d\n", k, d->has_sigma, k, d->has_position);
        fprintf(to, "x_min_%u = %.9g; x_max_%u = %.9g\n", k, d->x_min, k, d->x_max);
        fprintf(to, "y_min_%u = %.9g; y_max_%u = %.9g; y_mean_%u = %.9g\n", k, d->y_min, k, d->y_max, k,
                d->y_first + d->y_sum / (double)d->points);
        fprintf(to, "position_min_%u = %.9g; position_max_%u = %.9g\n", k, d->position_min, k,
                d->position_max);
        write_text(to, "x_label", k, d->x_label);
        write_text(to, "y_label", k, d->y_label);
        write_text(to, "position_label", k, d->position_label);
        write_text(to, "title", k, d->title);
        blocks = d->first + d->curves;
    }
    fprintf(to, "last_block = %zu\n", blocks - 1);
}

static void write_marks(FILE *to, const struct marks *marks)
{
    for (uint64_t m = 0; m < marks->n; m++) {
        const unsigned long long k = m + 1;
        if (isfinite(marks->value[m]))
            fprintf(to, "mark_%llu = %.9g; sigma_of_mark_%llu = %.9g\n", k, marks->value[m], k, marks->sigma[m]);
        else
            fprintf(to, "mark_%llu = NaN; sigma_of_mark_%llu = 0\n", k, k);
    }
}

/* Lines "name=text", each a variable that holds the text as a label. */
static bool write_texts(FILE *to, const char *texts)
{
    char text[2000];
    for (const char *line = texts; *line;) {
        const size_t length = strcspn(line, "\n"), name = strcspn(line, "=");
        bool good =
            name > 0 && name < length && length - name < sizeof text && !isdigit((unsigned char)*line);
        for (size_t i = 0; i < name && good; i++)
            good = isalnum((unsigned char)line[i]) || line[i] == '_';
        if (!good)
            return false;
        memcpy(text, line + name + 1, length - name - 1);
        text[length - name - 1] = '\0';
        fprintf(to, "%.*s = ", (int)name, line);
        label_write(to, text);
        fputc('\n', to);
        line += length + (line[length] == '\n');
    }
    return true;
}

static bool write_all(FILE *to, const struct figure *p, const char *stem, const struct drawn *drawn,
                      const struct marks *marks)
{
    fprintf(to, "# %s: drawn by gnuplot.  Change a label or a colour here, then: gnuplot %s.gp\n\n", stem,
            stem);
    fputs("reset\nset encoding utf8\nset minussign\n", to);
    fprintf(to, "font_name = '%s'\n", p->font);
    fprintf(to, "table_file = '%s.dat'\noutput_file = '%s.pdf'\n", stem, stem);
    fputs("\n# ---- What is known of the data: a curve is one block of the table ----\n", to);
    write_facts(to, drawn);
    write_marks(to, marks);
    fputs("\n# ---- Texts ----\n\n", to);
    const bool good = write_texts(to, p->texts ? p->texts : "");
    fputs("\n# ---- Layout ----\n\n", to);
    fputs(p->layout && *p->layout ? p->layout : plain_layout, to);
    fputs("\nunset output\n", to);
    return good;
}

frit_status script_write(frit_call *c, const char *path, const char *stem, const struct drawn *drawn,
                         const struct marks *marks)
{
    FILE *to = fopen(path, "w");
    if (!to)
        return c->host->fail(c, FRIT_EIO, "the script cannot be written to %s: %s", path, strerror(errno));
    const bool good = write_all(to, c->params, stem, drawn, marks);
    const bool failed = ferror(to) != 0;
    if (fclose(to) != 0 || failed)
        return c->host->fail(c, FRIT_EIO, "the script cannot be written to %s: %s", path, strerror(errno));
    if (!good)
        return c->host->fail(
            c, FRIT_EPARAM,
            "texts are lines \"name=text\", the name of letters, digits and _ as in a layout, "
            "the text of less than 2000 bytes");
    return FRIT_OK;
}
