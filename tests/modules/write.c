/* Sinks: a file for each element of a series, and a file for a series as a whole.
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <math.h>
#include <stdio.h>

#include "module.h"
#include "witness.h"

struct write {
    const char *file;
    bool forget, fail;
};

static const frit_param params[] = {
    FRIT_OUTPUT(struct write, file, FRIT_PARAM_REQUIRED, "where to; {name} is the element's"),
    FRIT_BOOL(struct write, forget, false, "success without a file?"),
    FRIT_BOOL(struct write, fail, false, "fail when it is half written?"),
    END
};

static const frit_port one_in[] = {
    { .name = "data", .unit = "*", .doc = "a number" },
    END
};

static const frit_port all_in[] = {
    { .name = "data", .unit = "*", .flags = FRIT_PORT_SERIES | FRIT_PORT_MANY, .doc = "series of numbers" },
    END
};

static FILE *open_output(frit_call *c)
{
    const struct write *p = c->params;
    const char *path = c->host->output_file(c, p->file);
    return path && !p->forget ? fopen(path, "w") : NULL;
}

static frit_status finish(frit_call *c, FILE *f)
{
    const struct write *p = c->params;
    if (fclose(f) != 0)
        return c->host->fail(c, FRIT_EIO, "the disk is full");
    return p->fail ? c->host->fail(c, FRIT_EDATA, "half way") : FRIT_OK;
}

static frit_status write_one(frit_call *c)
{
    const frit_view *v = c->host->input(c, 0, 0);
    witness("write_one %s\n", c->name);
    FILE *f = open_output(c);
    if (!f)
        return ((const struct write *)c->params)->forget ? FRIT_OK : FRIT_EIO;
    fprintf(f, "%s %.17g %s\n%s", v->name, v->value[0], v->unit, c->host->history(c, 0, 0));
    return finish(c, f);
}

static frit_status write_all(frit_call *c)
{
    witness("write_all\n");
    FILE *f = open_output(c);
    if (!f)
        return FRIT_EIO;
    for (uint64_t i = 0; i < c->host->n_inputs(c, 0); i++) {
        const frit_view *v = c->host->input(c, 0, i);
        if (!v) {
            fclose(f);
            return FRIT_EIO;
        }
        fprintf(f, "%u %s %.17g %s", v->dataset, v->name, v->value[0], v->unit);
        if (v->series_name)
            fprintf(f, " %s=%.17g %s", v->series_name, v->position, v->series_unit);
        fprintf(f, "%s%s\n", v->failure ? " missing: " : "", v->failure ? v->failure : "");
    }
    return finish(c, f);
}

static const frit_step steps[] = {
    { .name = "write_one", .version = 1, .flags = FRIT_STEP_SINK, .summary = "a file an element",
      .doc = "Text.",
      .inputs = one_in, .params = params, .params_size = sizeof(struct write), .run = write_one },
    { .name = "write_all", .version = 1, .flags = FRIT_STEP_SINK, .summary = "a file for all", .doc = "Text.",
      .inputs = all_in, .params = params, .params_size = sizeof(struct write), .run = write_all },
};

TEST_MODULE("write", steps)
