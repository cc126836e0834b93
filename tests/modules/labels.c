/* Attributes: set, read in another unit, inherited.  And what else a call knows: names, positions, memory.
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <math.h>

#include "module.h"
#include "witness.h"

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

static const frit_port list_in[] = {
    { .name = "data", .unit = "*", .flags = FRIT_PORT_MANY, .doc = "numbers" },
    { .name = "series", .unit = "*", .flags = FRIT_PORT_SERIES | FRIT_PORT_OPTIONAL, .doc = "more" },
    END
};

static const frit_port count_out[] = {
    { .name = "count", .unit = "1", .doc = "how many there are" },
    END
};

static const frit_port bare_out[] = {
    { .name = "bare", .unit = "*", .ndim = 1, .axis_name = { "x" }, .axis_unit = { "*" }, .doc = "a curve" },
    { .name = "dressed", .unit = "*", .ndim = 1, .axis_name = { "x" }, .axis_unit = { "mm" }, .doc = "a curve" },
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

static uint32_t list_those_of(frit_call *c, uint32_t port, uint64_t i)
{
    uint32_t k = 0;
    for (const frit_attribute *a; (a = c->host->attribute_at(c, port, i, k)); k++)
        if (a->unit)
            witness("list %d %d: %s = %g %s\n", (int)port, (int)i, a->name, a->value, a->unit);
        else
            witness("list %d %d: %s is %s\n", (int)port, (int)i, a->name, a->text);
    return k;
}

static frit_status list_labels(frit_call *c)
{
    const frit_host *h = c->host;
    uint32_t count = 0;
    for (uint64_t i = 0; i <= h->n_inputs(c, 0); i++)   /* one past the end: none */
        count += list_those_of(c, 0, i);
    for (uint64_t i = 0; i < h->n_inputs(c, 1); i++) {
        if (!h->input(c, 1, i))
            return FRIT_EIO;
        count += list_those_of(c, 1, i);
    }
    count += list_those_of(c, 9, 0);   /* no such port */
    frit_buffer *out = h->output(c, 0, FRIT_F64, 0, NULL, 0);
    if (!out)
        return FRIT_ENOMEM;
    out->value[0] = count;
    return FRIT_OK;
}

/* The axis of an output that declares "*" may be taken away, another one not. */
static frit_status undress(frit_call *c)
{
    const size_t n = 3;
    for (uint32_t port = 0; port < 2; port++) {
        frit_buffer *out = c->host->output(c, port, FRIT_F64, 1, &n, 0);
        if (!out || !out->axis[0])
            return FRIT_ENOMEM;
        c->host->set_unit(c, port, 0, NULL, NULL);
        if ((out->axis[0] == NULL) != (port == 0))
            return c->host->fail(c, FRIT_EDATA, "the axis of output %d", (int)port);
    }
    return FRIT_OK;
}

static const frit_step steps[] = {
    { .name = "set_labels", .version = 1, .summary = "a number gets attributes", .doc = "Three.",
      .inputs = number_in, .outputs = label_out, .run = set_labels },
    { .name = "read_labels", .version = 1, .summary = "a number's attributes are read", .doc = "In seconds.",
      .inputs = number_in, .outputs = read_out, .run = read_labels },
    { .name = "list_labels", .version = 1, .summary = "attributes one after the other", .doc = "All of them.",
      .inputs = list_in, .outputs = count_out, .run = list_labels },
    { .name = "undress", .version = 1, .summary = "a curve over nothing", .doc = "And one over x.",
      .outputs = bare_out, .run = undress },
};

TEST_MODULE("labels", steps)
