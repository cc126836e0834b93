/* A reader: each file holds frames of `points` 16-bit numbers in the machine's order, a part each.
 * Only the user knows the unit: set_unit().  Values leave in the file's own type.
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <stdio.h>
#include <sys/stat.h>

#include "module.h"
#include "witness.h"

struct read_shorts {
    frit_files files;
    int64_t points;
    const char *unit, *x_unit;
};

static const frit_param params[] = {
    FRIT_FILES(struct read_shorts, files, "the files"),
    FRIT_I64(struct read_shorts, points, 2, 1, 1000, 0, "numbers in a frame"),
    FRIT_TEXT(struct read_shorts, unit, "count", 0, "of the values"),
    FRIT_TEXT(struct read_shorts, x_unit, "mm", 0, "of the axis"),
    END
};

static const frit_port outputs[] = {
    { .name = "frame", .unit = "*", .axis_name = { "x" }, .axis_unit = { "*" }, .ndim = 1,
      .dtypes = FRIT_ACCEPTS(FRIT_U16), .doc = "one frame" },
    END
};

static frit_status count(frit_call *c, uint64_t *n)
{
    const struct read_shorts *p = c->params;
    *n = 0;
    for (size_t f = 0; f < p->files.n; f++) {
        struct stat s;
        if (stat(p->files.path[f], &s) != 0)
            return c->host->fail(c, FRIT_EIO, "%s cannot be read", p->files.path[f]);
        uint64_t frames = (uint64_t)s.st_size / (2 * (uint64_t)p->points);
        for (uint64_t part = 0; part < frames; part++)
            c->host->uses(c, (*n)++, p->files.path[f], part);
    }
    return FRIT_OK;
}

static frit_status run(frit_call *c)
{
    const struct read_shorts *p = c->params;
    size_t n = (size_t)p->points;
    uint64_t part;
    const char *path = c->host->file(c, 0, &part);
    frit_buffer *out = c->host->output(c, 0, FRIT_U16, 1, &n, 0);
    if (!path || !out || c->host->file(c, 1, NULL))
        return c->host->fail(c, FRIT_EIO, "one file is wanted");
    witness("read_shorts %d %s\n", (int)part, c->name);
    FILE *f = fopen(path, "rb");
    if (!f || fseek(f, (long)(part * 2 * n), SEEK_SET) != 0 || fread(out->data, 2, n, f) != n) {
        if (f)
            fclose(f);
        return c->host->fail(c, FRIT_EIO, "frame %d ends too early", (int)part + 1);
    }
    fclose(f);
    for (size_t k = 0; k < n; k++)
        out->axis[0][k] = (double)k;
    c->host->set_unit(c, 0, -1, NULL, p->unit);
    c->host->set_unit(c, 0, 0, "position", p->x_unit);
    return FRIT_OK;
}

static const frit_step steps[] = {
    { .name = "read_shorts", .version = 1, .summary = "frames of 16-bit numbers", .doc = "Raw.",
      .patterns = "*.u16|*.raw", .outputs = outputs, .params = params,
      .params_size = sizeof(struct read_shorts),
      .count = count, .run = run },
};

TEST_MODULE("read_shorts", steps)
