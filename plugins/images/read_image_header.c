/* read_image_header.c: one key of each frame's header, as a number or a time; no pixel is read.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "header.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "shared/time_text.h"

const frit_port read_image_header_outputs[] = {
    { .name = "value", .unit = "*", .ndim = 0,
      .doc = "the number that stands there, or the time, in seconds since 1970-01-01T00:00:00Z" },
    { .name = NULL }
};

const frit_param read_image_header_params[] = {
    FRIT_FILES(struct read_image_header, files, "the files: a pattern such as \"raw/HPT_*.tif\", or a list"),
    FRIT_CHOICE(struct read_image_header, pages, "first|all",
                "of files with several images: the first one, or all, each as an element of its own"),
    FRIT_TEXT(
        struct read_image_header, key, "date", 0,
        "what to read: \"date\", or a key of the header, of a TIFF's description, an ESRF counter or motor"),
    FRIT_TEXT(struct read_image_header, unit, NULL, 0, "its unit, where the header does not say it"),
    FRIT_CHOICE(struct read_image_header, dates, "unknown|day-first|month-first",
                "what comes first in dates such as 03/04/2026; unknown: refused where it cannot be told"),
    {.name = NULL}};

frit_status read_image_header_count(frit_call *c, uint64_t *n)
{
    const struct read_image_header *p = c->params;
    return image_count(c, &p->files, p->pages == 1, n);
}

/* What stands behind a number and could be a unit: one word. */
static const char *unit_behind(char *rest)
{
    while (*rest == ' ')
        rest++;
    size_t n = strlen(rest);
    while (n > 0 && rest[n - 1] == ' ')
        n--;
    rest[n] = '\0';
    return n > 0 && !strpbrk(rest, " ,;=") ? rest : NULL;
}

static frit_status put(frit_call *c, char *text)
{
    const struct read_image_header *p = c->params;
    char *rest;
    double value = strtod(text, &rest);
    const char *unit = "s";
    enum time_kind kind = time_text_read(text, strlen(text), (enum time_order)p->dates, &value);
    if (kind == TIME_AMBIGUOUS)
        return c->host->fail(c, FRIT_EDATA,
                             "the header says %s = %s: is the day first, or the month? Give dates = "
                             "\"day-first\" or \"month-first\"",
                             p->key, text);
    if (kind == TIME_NONE) {
        value = strtod(text, &rest);
        if (rest == text || !isfinite(value))
            return c->host->fail(c, FRIT_EDATA, "the header says %s = %s, which is no number and no time",
                                 p->key, text[0] ? text : "nothing");
        const char *own = unit_behind(rest);
        unit = own ? own : p->unit ? p->unit : "1";
    }
    frit_buffer *out = c->host->output(c, 0, FRIT_F64, 0, NULL, 0);
    if (!out)
        return FRIT_ENOMEM;
    out->value[0] = value;
    c->host->set_unit(c, 0, -1, p->key, unit);
    return FRIT_OK;
}

static frit_status look_up(frit_call *c, const struct image_keys *keys)
{
    const struct read_image_header *p = c->params;
    char text[256], list[400];
    if (image_keys_find(keys, p->key, text, sizeof text))
        return put(c, text);
    image_keys_list(keys, list, sizeof list);
    return c->host->fail(c, FRIT_EDATA, "the header has no '%s'%s%s", p->key,
                         list[0] ? "; it has " : " nor any other key", list);
}

frit_status read_image_header_run(frit_call *c)
{
    uint64_t page = 0;
    const char *path = c->host->file(c, 0, &page);
    struct image_keys keys = { .text = NULL };
    struct image_file f;

    if (!path)
        return c->host->fail(c, FRIT_EIO, "there is no file for this element");
    frit_status s = image_file_open(&f, path);
    if (s != FRIT_OK)
        return c->host->fail(c, s, "%s", f.why);
    if (!f.format->header)
        s = image_fail(&f, FRIT_EDATA, "a %s has no header with keys", f.format->name);
    else
        s = f.format->header(&f, page, &keys);
    s = s == FRIT_OK ? look_up(c, &keys) : c->host->fail(c, s, "%s", f.why);
    image_keys_free(&keys);
    image_file_close(&f);
    return s;
}
