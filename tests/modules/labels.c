/* Attributes: set, read in another unit, inherited.  And what else a call knows: names, positions, memory.
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <math.h>

#include "module.h"

static const frit_port number_in[] = {
    { .name = "data", .unit = "*", .doc = "a number" },
    { .name = "other", .unit = "*", .flags = FRIT_PORT_OPTIONAL,
      .doc = "another, whose attributes are not inherited" },
    END
};

static const frit_port label_out[] = {
    { .name = "labelled", .unit = "@data", .doc = "the number, with attributes" },
    END
};

static const frit_port read_out[] = {
    { .name = "exposure", .unit = "s", .doc = "exposure in s; NaN: none" },
    { .name = "clues", .unit = "1",
      .doc = "bits: 1 exposure as a length, 2 a text as a number, 4 a number as a text, 8 unknown name" },
    { .name = "memory", .unit = "1", .doc = "bits: 1 unaligned, 2 not zero, 4 absurd sizes given" },
    END
};

static frit_status set_labels(frit_call *c)
{
    const frit_host *h = c->host;
    frit_buffer *out = h->output(c, 0, FRIT_F64, 0, NULL, 0);
    if (!out)
        return FRIT_ENOMEM;
    out->value[0] = h->input(c, 0, 0)->value[0];
    h->set_attribute(c, 0, "exposure", "ms", 250);
    h->set_text_attribute(c, 0, "operator", "nobody");
    h->set_text_attribute(c, 0, "name", c->name);
    h->set_attribute(c, 7, "nowhere", "1", 1);   /* no such output: nothing happens */
    return FRIT_OK;
}

static double clues(frit_call *c)
{
    const frit_host *h = c->host;
    double x;
    return h->attribute(c, 0, "exposure", "m", &x) | h->attribute(c, 0, "operator", "1", &x) << 1 |
           (h->text_attribute(c, 0, "exposure") != NULL) << 2 | h->attribute(c, 0, "nothing", "1", &x) << 3;
}

static double judge_memory(frit_call *c)
{
    unsigned wrong = 0;
    for (size_t n = 0; n < 300; n++) {
        unsigned char *m = c->host->scratch(c, n, 3);
        if (!m || (uintptr_t)m % 64)
            return 1;
        for (size_t i = 0; i < 3 * n; i++) {
            wrong |= m[i] ? 2u : 0u;
            m[i] = 0xff;
        }
    }
    if (c->host->scratch(c, SIZE_MAX / 2, 3) || c->host->scratch(c, SIZE_MAX, 1))
        wrong |= 4;
    return wrong;
}

static frit_status read_labels(frit_call *c)
{
    const frit_host *h = c->host;
    frit_buffer *exposure = h->output(c, 0, FRIT_F64, 0, NULL, 0);
    frit_buffer *bits = h->output(c, 1, FRIT_F64, 0, NULL, 0);
    frit_buffer *memory = h->output(c, 2, FRIT_F64, 0, NULL, 0);
    if (!exposure || !bits || !memory)
        return FRIT_ENOMEM;
    if (!h->attribute(c, 0, "exposure", "s", exposure->value))
        exposure->value[0] = NAN;
    bits->value[0] = clues(c);
    memory->value[0] = judge_memory(c);
    return FRIT_OK;
}

static const frit_step steps[] = {
    { .name = "set_labels", .version = 1, .summary = "a number gets attributes", .doc = "Three.",
      .inputs = number_in, .outputs = label_out, .run = set_labels },
    { .name = "read_labels", .version = 1, .summary = "a number's attributes are read", .doc = "In seconds.",
      .inputs = number_in, .outputs = read_out, .run = read_labels },
};

TEST_MODULE("labels", steps)
