/* series_positions: numbers as the axis of a series, judged: one for each element, no two the same.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "series.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

const frit_port series_positions_inputs[] = {
    { .name = "positions", .unit = "*", .axis_unit = EACH_DIMENSION("*"), .ndim = FRIT_ANY_NDIM,
      .flags = FRIT_PORT_SERIES, .doc = "a list of numbers, or a series of them" },
    { .name = NULL }
};

const frit_port series_positions_outputs[] = {
    { .name = "positions", .unit = "*", .ndim = 1,
      .doc = "the same numbers as a list; masked where an element has none" },
    { .name = NULL }
};

const frit_param series_positions_params[] = {
    FRIT_I64(struct series_positions, elements, 0, 0, 1e9, 0, "how many elements there are; 0: not checked"),
    FRIT_CHOICE(struct series_positions, repeats, "stop|keep",
                "two elements at one position: an error that names both, or both are kept"),
    FRIT_TEXT(struct series_positions, axis, "position", 0, "what the axis is called, for messages"),
    FRIT_TEXT(struct series_positions, names, NULL, 0, "names of the elements, one a line, for messages"),
    FRIT_PATH(struct series_positions, file, 0, "the file that the positions come from, for messages"),
    FRIT_TEXT(struct series_positions, gap, NULL, 0,
              "what is known to be missing among the files, for messages"),
    {.name = NULL}};

struct place {
    double at;
    size_t element;
};

static int by_position(const void *a, const void *b)
{
    const struct place *x = a, *y = b;
    if (x->at != y->at)
        return x->at < y->at ? -1 : 1;
    return (x->element > y->element) - (x->element < y->element);
}

/* Equal to the bit: a clock or a controller gave the same reading twice. */
static frit_status find_repeats(frit_call *c, const struct numbers *x)
{
    const struct series_positions *p = c->params;
    struct place *places = c->host->scratch(c, x->n + 1, sizeof *places);
    size_t n = 0;
    if (!places)
        return FRIT_ENOMEM;
    for (size_t i = 0; i < x->n; i++)
        if (isfinite(x->value[i]))
            places[n++] = (struct place){ x->value[i], i };
    qsort(places, n, sizeof *places, by_position);
    size_t first = 0, repeats = 0;
    for (size_t i = n; i-- > 1;)
        if (places[i].at == places[i - 1].at) {
            repeats++;
            first = i;
        }
    if (!repeats)
        return FRIT_OK;
    char a[160], b[160];
    return c->host->fail(c, FRIT_EDATA,
                         "%s and %s are both at %s = %.10g%s%s (%zu such elements of %zu): was a frame "
                         "taken twice, or the temperature held? repeats = \"keep\" takes them as they are",
                         numbers_tell(x, places[first - 1].element, a, sizeof a),
                         numbers_tell(x, places[first].element, b, sizeof b), p->axis, places[first].at,
                         strcmp(x->unit, "1") ? " " : "", strcmp(x->unit, "1") ? x->unit : "", repeats + 1,
                         x->n);
}

static frit_status judge(frit_call *c, const struct numbers *x)
{
    const struct series_positions *p = c->params;
    size_t measured = 0;
    for (size_t i = 0; i < x->n; i++)
        measured += isfinite(x->value[i]) != 0;
    const char *slash = p->file ? strrchr(p->file, '/') : NULL, *file = slash ? slash + 1 : p->file;
    if (p->elements > 0 && (uint64_t)p->elements != x->n)
        return c->host->fail(c, FRIT_EDATA,
                             "there are %zu positions along %s%s%s, but %lld elements: one position each is "
                             "needed%s%s",
                             x->n, p->axis, file ? " in " : "", file ? file : "", (long long)p->elements,
                             p->gap ? "; " : "", p->gap ? p->gap : "");
    if (x->n > 0 && measured == 0)
        return c->host->fail(c, FRIT_EDATA, "no element has a position along %s%s%s", p->axis,
                             x->failure ? ": " : "", x->failure ? x->failure : "");
    return p->repeats == 0 ? find_repeats(c, x) : FRIT_OK;
}

frit_status series_positions_run(frit_call *c)
{
    const struct series_positions *p = c->params;
    struct numbers x;
    frit_status status = numbers_take(c, 0, p->names, &x);
    if (status == FRIT_OK)
        status = judge(c, &x);
    if (status != FRIT_OK)
        return status;
    frit_buffer *out =
        c->host->output(c, 0, FRIT_F64, 1, &x.n, FRIT_WANT_MASK | (x.sigma ? FRIT_WANT_SIGMA : 0));
    if (!out)
        return FRIT_ENOMEM;
    for (size_t i = 0; i < x.n; i++) {
        out->value[i] = x.value[i];
        out->mask[i] = !isfinite(x.value[i]);
        if (x.sigma)
            out->sigma[i] = x.sigma[i];
    }
    c->host->set_unit(c, 0, -1, p->axis, x.unit);
    return FRIT_OK;
}
