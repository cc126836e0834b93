/* SPDX-License-Identifier: MIT
 *
 * A sink: a series of numbers as a table of text, a line an element.
 *
 *     cc -std=c11 -O2 -shared -fPIC $(pkg-config --cflags frit-1) sink.c -o sink.so
 */
#include <frit/plugin.h>
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

typedef struct log_params { const char *file; int32_t separator; } log_params;

static const frit_param params[] = {
    FRIT_OUTPUT(log_params, file, FRIT_PARAM_REQUIRED, "the file to write"),
    FRIT_CHOICE(log_params, separator, "tab|comma", "what stands between columns"),
    { 0 }
};

static const frit_port inputs[] = {
    { .name = "number", .ndim = 0, .unit = "*", .flags = FRIT_PORT_SERIES,
      .doc = "a number for each element" },
    { 0 }
};

enum { TAB, COMMA };

/* Judges the parameters alone, when the recipe is read: nothing has been computed yet. */
static frit_status check(frit_call *c)
{
    const log_params *p = c->params;
    size_t n = strlen(p->file);
    if (n >= 4 && !strcmp(p->file + n - 4, ".csv") && p->separator == TAB)
        return c->host->fail(c, FRIT_EPARAM, "a .csv file has commas: give separator = \"comma\", "
                             "or another name");
    return FRIT_OK;
}

static void put_heading(FILE *f, char between, const frit_view *v)
{
    const char *position = v->series_name ? v->series_name : "position";
    const char *unit = v->series_unit ? v->series_unit : "1";
    fprintf(f, "name%c%s [%s]%c", between, position, unit, between);
    fprintf(f, "%s [%s]%csigma\n", v->quantity ? v->quantity : "number", v->unit, between);
}

/* What there is not (no position, no value, no uncertainty) is an empty cell. */
static void put_cell(FILE *f, char before, bool there, double x)
{
    fputc(before, f);
    if (there)
        fprintf(f, "%.12g", x);
}

static void put_row(FILE *f, char between, const frit_view *v)
{
    bool there = !v->failure && !(v->mask && v->mask[0]);
    fputs(v->name, f);
    put_cell(f, between, !isnan(v->position), v->position);
    put_cell(f, between, there, there ? v->value[0] : 0);
    put_cell(f, between, there && v->sigma, there && v->sigma ? v->sigma[0] : 0);
    fputc('\n', f);
}

static frit_status run(frit_call *c)
{
    const log_params *p = c->params;
    /* A temporary path: the host puts the file into its place when all is well. */
    const char *path = c->host->output_file(c, p->file);
    FILE *f = path ? fopen(path, "w") : NULL;
    if (!f)
        return path ? c->host->fail(c, FRIT_EIO, "%s", strerror(errno)) : FRIT_EIO;
    char between = p->separator == COMMA ? ',' : '\t';
    frit_status status = FRIT_OK;
    uint64_t n = c->host->n_inputs(c, 0);
    for (uint64_t i = 0; i < n && status == FRIT_OK; i++) {
        const frit_view *v = c->host->input(c, 0, i);
        if (!v) {
            status = FRIT_EIO;
            break;
        }
        if (i == 0)
            put_heading(f, between, v);
        put_row(f, between, v);
    }
    if (fclose(f) != 0 && status == FRIT_OK)
        status = c->host->fail(c, FRIT_EIO, "not all could be written: %s", strerror(errno));
    return status;
}

static const frit_step steps[] = {
    { .name = "write_log", .version = 1, .flags = FRIT_STEP_SINK,
      .summary = "Write a series of numbers as a table",
      .doc = "Name of the element, its position, the number and its uncertainty.  What there is "
             "not is an empty cell; an element that is missing or masked keeps its line.",
      .inputs = inputs, .params = params, .params_size = sizeof(log_params),
      .check = check, .run = run },
};

static const frit_module module = {
    FRIT_SIZES, .n_steps = 1, .name = "log", .version = "1", .license = "MIT", .steps = steps
};

const frit_module *frit_module_v1(void)
{
    return &module;
}
