/* SPDX-License-Identifier: MIT
 *
 * A reader: text files of a laboratory's own, "*.lab".  Lines "# name number unit" tell conditions,
 * a line "# columns UNIT UNIT" the units of the two columns of numbers that follow.
 *
 *     cc -std=c11 -O2 -shared -fPIC $(pkg-config --cflags frit-1) reader.c -o reader.so
 */
#include <frit/plugin.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

typedef struct lab_params { frit_files files; } lab_params;

static const frit_param params[] = {
    FRIT_FILES(lab_params, files, "the file, a pattern such as \"run_*.lab\", or a list"),
    { 0 }
};

/* Only the file knows the units: they are set by set_unit(). */
static const frit_port outputs[] = {
    { .name = "intensity", .ndim = 1, .unit = "*", .axis_name = { "Q" }, .axis_unit = { "*" },
      .doc = "the second column over the first" },
    { 0 }
};

/* One element a file; their contents become part of the elements' keys. */
static frit_status count(frit_call *c, uint64_t *n)
{
    const lab_params *p = c->params;
    *n = p->files.n;
    for (size_t i = 0; i < p->files.n; i++)
        c->host->uses(c, i, p->files.path[i], 0);
    return FRIT_OK;
}

typedef struct row { double x, y; } row;

/* Numbers of an open file into rows (NULL: only counted); false: `*line` is at fault. */
static bool scan(FILE *f, row *rows, size_t *n, unsigned *line)
{
    char text[256];
    *n = 0;
    *line = 0;
    while (fgets(text, sizeof text, f)) {
        row r;
        ++*line;
        if (text[0] == '#' || text[strspn(text, " \t\r\n")] == '\0')
            continue;
        if (sscanf(text, "%lf %lf", &r.x, &r.y) != 2)
            return false;
        if (rows)
            rows[*n] = r;
        ++*n;
    }
    return true;
}

/* Lines that begin with '#': units, and conditions that travel with the data as attributes. */
static void take_header(frit_call *c, FILE *f)
{
    char text[256], name[64], unit[64], second[64];
    double value;
    while (fgets(text, sizeof text, f)) {
        if (sscanf(text, "# columns %63s %63s", unit, second) == 2) {
            c->host->set_unit(c, 0, 0, NULL, unit);
            c->host->set_unit(c, 0, -1, NULL, second);
        } else if (sscanf(text, "# %63s %lf %63s", name, &value, unit) == 3) {
            c->host->set_attribute(c, 0, name, unit, value);
        }
    }
}

static frit_status read_open(frit_call *c, FILE *f)
{
    size_t n, again;
    unsigned line;
    if (!scan(f, NULL, &n, &line))
        return c->host->fail(c, FRIT_EDATA, "line %u has not two numbers", line);
    if (n == 0)
        return c->host->fail(c, FRIT_EDATA, "the file has no numbers: two columns are wanted");
    row *rows = c->host->scratch(c, n, sizeof *rows);
    frit_buffer *out = c->host->output(c, 0, FRIT_F64, 1, &n, 0);
    if (!rows || !out)
        return FRIT_ENOMEM;
    rewind(f);
    if (!scan(f, rows, &again, &line) || again != n)
        return c->host->fail(c, FRIT_EIO, "the file changed while it was read");
    for (size_t i = 0; i < n; i++) {
        out->axis[0][i] = rows[i].x;
        out->value[i] = rows[i].y;
    }
    rewind(f);
    take_header(c, f);
    return FRIT_OK;
}

static frit_status run(frit_call *c)
{
    FILE *f = fopen(c->host->file(c, 0, NULL), "r");
    if (!f)
        return c->host->fail(c, FRIT_EIO, "%s", strerror(errno));
    frit_status status = read_open(c, f);
    fclose(f);
    return status;
}

static const frit_step steps[] = {
    { .name = "read_lab", .version = 1,
      .summary = "Read curves from the laboratory's text files",
      .doc = "Two columns of numbers; `# columns 1/nm count` gives their units, "
             "`# temperature 300 K` an attribute.",
      .patterns = "*.lab",
      .outputs = outputs, .params = params, .params_size = sizeof(lab_params),
      .count = count, .run = run },
};

static const frit_module module = {
    FRIT_SIZES, .n_steps = 1, .name = "lab", .version = "1", .license = "MIT", .steps = steps
};

const frit_module *frit_module_v1(void)
{
    return &module;
}
