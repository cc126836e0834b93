/* figure: curves drawn by gnuplot, as PDF, SVG and PNG, with script and table left beside them.
 *
 * All numbers come from here: the table, and what is known of it as variables at the head of the
 * script.  The layout is text that comes from frit/figure.lua; gnuplot only draws.
 * T. Williams & C. Kelley, gnuplot 5, http://www.gnuplot.info.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "figure.h"

#include <string.h>

static const frit_port inputs[] = {
    {.name = "curves", .unit = "*", .ndim = 1, .axis_unit = {"*"}, .flags = FRIT_PORT_MANY | FRIT_PORT_SERIES,
     .doc = "Curves to draw; of a series all, each with its position. A series of numbers is one curve."},
    {.name = "marks", .unit = "*", .ndim = 0, .flags = FRIT_PORT_MANY | FRIT_PORT_OPTIONAL,
     .doc = "Numbers that the layout needs: where a line or an arrow stands."},
    {0}};

#define P struct figure
static const frit_param params[] = {
    FRIT_OUTPUT(P, file, FRIT_PARAM_REQUIRED,
                "Path of the figure without a suffix: NAME gives NAME.pdf, NAME.svg, NAME.png, the script NAME.gp "
                "and the table NAME.dat."),
    FRIT_TEXT(P, layout, "", 0,
              "Commands for gnuplot that draw the figure, as frit.figure writes them; nothing: all curves "
              "in one panel."),
    FRIT_TEXT(P, texts, "", 0,
              "Labels for the layout, one a line: name=text. The text means what it says; ⁻¹ and ₂ are "
              "raised and lowered, *Q* is in italics, the g of T~g~ is lowered."),
    FRIT_TEXT(P, font, "Liberation Sans", 0, "Family of the font; it is embedded in the PDF."),
    FRIT_I64(P, dpi, 300, 30, 2400, 0, "Dots per inch of the PNG."),
    {0}};

static const char doc[] =
    "Draws with gnuplot (in `PATH`): NAME.pdf by its pdfcairo terminal, fonts embedded, and from that "
    "NAME.svg and NAME.png by pdftocairo. NAME.gp and NAME.dat stay beside them: change a label in the script, and "
    "`gnuplot NAME.gp` draws the PDF again. The same data give the same bytes.\n"
    "\n"
    "Recipes call it as `frit.figure(file, { ... })`, which writes the layout: panels, ranges, colours.\n"
    "\n"
    "**A layout** is a script for gnuplot. It finds these variables, k = 1, 2, … the number of the dataset:\n"
    "\n"
    "- `table_file`, `output_file`, `font_name`, `last_block`;\n"
    "- `curves_k`, and `first_k`, `last_k`: its blocks in the table, for `index first_k:last_k`;\n"
    "- `x_label_k`, `y_label_k`, `position_label_k`, `title_k`: from the names and units of the data;\n"
    "- `x_min_k`, `x_max_k`, `y_min_k`, `y_max_k`, `y_mean_k`, `position_min_k`, `position_max_k`, `has_sigma_k`, "
    "`has_position_k`;\n"
    "- `mark_m`, `sigma_of_mark_m` of the numbers given as `marks`, m = 1, 2, …; NaN where there is none;\n"
    "- a variable for each line of `texts`.\n"
    "\n"
    "The table's columns are x, value, standard uncertainty (0 where there is none), and position in the "
    "series (the number of the curve where it has none). What is masked or no number is NaN, a gap in the "
    "curve; a curve without any point has no block. A dataset without any curve is an error.";

/* The paths that the host gives for the files of one figure: in one folder, under their own names. */
struct paths { const char *pdf, *svg, *png, *script, *table; char *folder, *stem; };

static const char *with_suffix(frit_call *c, const char *file, const char *suffix)
{
    const size_t size = strlen(file) + strlen(suffix) + 1;
    char *path = c->host->scratch(c, size, 1);
    if (!path)
        return NULL;
    snprintf(path, size, "%s%s", file, suffix);
    return c->host->output_file(c, path);
}

static frit_status find_paths(frit_call *c, const char *file, struct paths *p)
{
    const frit_host *host = c->host;
    const char *slash = strrchr(file, '/');
    const char *name = slash ? slash + 1 : file;
    if (*name == '\0')
        return host->fail(c, FRIT_EPARAM,
                          "file = \"%s\" names a folder: put the name of the figure behind it", file);
    if (strpbrk(name, "'\"\\\n`"))
        return host->fail(c, FRIT_EPARAM,
                          "a figure cannot be called %s: no quotes, backslashes or line breaks", name);
    p->pdf = with_suffix(c, file, ".pdf");
    p->svg = with_suffix(c, file, ".svg");
    p->png = with_suffix(c, file, ".png");
    p->script = with_suffix(c, file, ".gp");
    p->table = with_suffix(c, file, ".dat");
    if (!p->pdf || !p->svg || !p->png || !p->script || !p->table)
        return FRIT_EIO;
    slash = strrchr(p->pdf, '/');
    const size_t folder = slash ? (size_t)(slash - p->pdf) : 0,
                 stem = strlen(slash ? slash + 1 : p->pdf) - strlen(".pdf");
    p->folder = host->scratch(c, folder + 2, 1);
    p->stem = host->scratch(c, stem + 1, 1);
    if (!p->folder || !p->stem)
        return FRIT_ENOMEM;
    memcpy(p->folder, slash ? p->pdf : ".", folder ? folder : 1);
    memcpy(p->stem, slash ? slash + 1 : p->pdf, stem);
    return FRIT_OK;
}

static frit_status check(frit_call *c)
{
    const struct figure *p = c->params;
    if (!p->font || !*p->font || strpbrk(p->font, "'\"\\,\n`"))
        return c->host->fail(c, FRIT_EPARAM,
                             "font is the name of a family, as \"Liberation Sans\", without a size");
    return FRIT_OK;
}

static frit_status run(frit_call *c)
{
    const struct figure *p = c->params;
    struct paths paths = {0};
    struct drawn *drawn = NULL;
    struct marks marks;
    frit_status status = find_paths(c, p->file, &paths);
    if (status == FRIT_OK)
        status = data_write(c, paths.table, &drawn);
    if (status == FRIT_OK)
        status = marks_read(c, &marks);
    if (status == FRIT_OK)
        status = script_write(c, paths.script, paths.stem, drawn, &marks);
    if (status != FRIT_OK)
        return status;
    draw_check_font(c, p->font);
    char *script = c->host->scratch(c, strlen(paths.stem) + 4, 1);
    if (!script)
        return FRIT_ENOMEM;
    snprintf(script, strlen(paths.stem) + 4, "%s.gp", paths.stem);
    status = draw_pdf(c, paths.folder, script, paths.pdf);
    if (status == FRIT_OK)
        status = draw_svg(c, paths.folder, paths.stem);
    return status == FRIT_OK ? draw_png(c, paths.folder, paths.stem, p->dpi) : status;
}

static const frit_step steps[] = {
    {.name = "figure",
     .version = 2,
     .flags = FRIT_STEP_SINK,
     .summary = "Curves and series of curves drawn as a figure, PDF, SVG and PNG, with its script and table",
     .doc = doc,
     .reference = "gnuplot 5, http://www.gnuplot.info",
     .inputs = inputs,
     .params = params,
     .params_size = sizeof(struct figure),
     .check = check,
     .run = run}};

static const frit_module module = {
    FRIT_SIZES, .n_steps = sizeof steps / sizeof *steps, .name = "figure", .version = "0.1.0",
    .author = "the Frit authors", .license = "GPL-3.0-or-later", .steps = steps};

const frit_module *frit_module_v1(void)
{
    return &module;
}
