/* attribute: a number that a dataset carries, as data: the temperature in a curve's header, a frame's date.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "series.h"
#include "shared/time_text.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

const frit_port attribute_inputs[] = {
    { .name = "data", .unit = "*", .axis_unit = EACH_DIMENSION("*"), .ndim = FRIT_ANY_NDIM,
      .dtypes = FRIT_ACCEPTS_ALL, .doc = "whatever carries the attribute" },
    { .name = NULL }
};

const frit_port attribute_outputs[] = {
    { .name = "value", .unit = "*", .ndim = 0,
      .doc = "the number; of a text that is a date, the seconds since 1970-01-01T00:00:00Z" },
    { .name = NULL }
};

const frit_param attribute_params[] = {
    FRIT_TEXT(struct attribute, name, NULL, FRIT_PARAM_REQUIRED,
              "which: \"temperature\", \"exposure_time\", \"date\", ..."),
    FRIT_TEXT(struct attribute, unit, "1", 0, "in which unit; times are in s"),
    { .name = NULL }
};

/* A text is a time, or a number. */
static bool read_text(const char *text, double *value, const char **unit)
{
    char *end;
    if (time_text_read(text, strlen(text), TIME_ORDER_UNKNOWN, value) != TIME_NONE) {
        *unit = "s";
        return true;
    }
    *value = strtod(text, &end);
    return end != text && *end == '\0';
}

frit_status attribute_run(frit_call *c)
{
    const struct attribute *p = c->params;
    const char *unit = p->unit, *text = c->host->text_attribute(c, 0, p->name);
    double value = NAN;
    if (text && !read_text(text, &value, &unit))
        return c->host->fail(c, FRIT_EDATA, "the attribute '%s' is \"%s\", which is no number and no time",
                             p->name, text);
    if (!text && !c->host->attribute(c, 0, p->name, p->unit, &value))
        return c->host->fail(c, FRIT_EDATA,
                             "there is no attribute '%s' in %s: neither the file nor a step has told it",
                             p->name, p->unit);
    if (!isfinite(value))
        return c->host->fail(c, FRIT_EDATA, "the attribute '%s' is no finite number", p->name);
    frit_buffer *out = c->host->output(c, 0, FRIT_F64, 0, NULL, 0);
    if (!out)
        return FRIT_ENOMEM;
    out->value[0] = value;
    c->host->set_unit(c, 0, -1, p->name, unit);
    return FRIT_OK;
}
