/* figure.h: what the files of this plugin share.
 *
 *     figure.c   the step: its parameters, the order of the work
 *     data.c     the curves into a table for gnuplot, and what a layout needs to know of them
 *     label.c    names, units and texts as gnuplot's markup
 *     script.c   the script: what is known of the data, then the layout
 *     draw.c     gnuplot and pdftocairo as child processes
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef FRIT_FIGURE_H
#define FRIT_FIGURE_H

#include <stdio.h>

#include "plugin.h"

struct figure {
    const char *file, *layout, *texts, *font;
    int64_t     dpi;
};

/* ---- label.c ---- */

/* Labels are UTF-8 and mean what they say: what gnuplot takes for markup is escaped.  Superscript and
 * subscript digits become real ones, *Q* is in italics, and the g of T~g~ is lowered. */

/* "'...'", a string of gnuplot's. */
void label_write(FILE *to, const char *text);
/* "*Q* (Å⁻¹)", from what a port calls it. */
void label_of_axis(char *label, size_t size, const char *name, const char *unit);
void label_of_quantity(char *label, size_t size, const char *quantity, const char *unit);
/* "Å⁻²" for "1/angstrom^2"; "" for a pure number. */
void label_unit(char *text, size_t size, const char *unit);

/* ---- data.c ---- */

enum { LABEL = 160 };

/* One dataset of the figure: a curve, or a series of curves. */
struct drawn {
    struct drawn *next;
    size_t        curves;                          /* with a point at least */
    size_t        first;                           /* its first block in the table, from 0 */
    uint64_t      elements;                        /* also those without a point */
    bool          has_sigma, has_position;
    double        x_min, x_max, y_min, y_max, position_min, position_max;
    size_t        points;                          /* of all its curves */
    double        y_first, y_sum;                  /* the mean is y_first + y_sum/points */
    char          x_label[LABEL], y_label[LABEL], position_label[LABEL], title[LABEL];
};

/* Write all curves to the table at `path`; the list of datasets comes back in *drawn. */
frit_status data_write(frit_call *c, const char *path, struct drawn **drawn);

/* Numbers that the layout needs, NaN where there is none. */
struct marks {
    uint64_t n;
    double  *value, *sigma;
};
frit_status marks_read(frit_call *c, struct marks *marks);

/* ---- script.c ---- */

frit_status script_write(frit_call *c, const char *path, const char *stem, const struct drawn *drawn,
                         const struct marks *marks);

/* ---- draw.c ---- */

/* Warn where the font is not there and another would be taken without a word. */
void draw_check_font(frit_call *c, const char *font);
/* Run gnuplot on the script in `folder`, and make the PDF at `pdf` the same bytes on any day. */
frit_status draw_pdf(frit_call *c, const char *folder, const char *script, const char *pdf);
/* PDF to SVG and PNG, all in `folder`. */
frit_status draw_svg(frit_call *c, const char *folder, const char *stem);
frit_status draw_png(frit_call *c, const char *folder, const char *stem, int64_t dpi);

#endif
