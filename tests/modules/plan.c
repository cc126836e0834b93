/* Plans: what the runs of a node share, made from the parameters, the data at a PLAN port, and the shapes
 * and axes at the others.
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <stdlib.h>

#include "module.h"
#include "witness.h"

struct weigh {
    bool fail, fail_late;
};

struct plan {
    size_t n;
    const frit_view *weights;   /* of a PLAN port: valid until release() */
    double sum;
};

static const frit_param params[] = {
    FRIT_BOOL(struct weigh, fail, false, "does prepare() fail?"),
    FRIT_BOOL(struct weigh, fail_late, false, "does it fail when the plan is set already?"),
    END
};

static const frit_port inputs[] = {
    { .name = "line", .unit = "count", .axis_name = { "x" }, .axis_unit = { "mm" }, .ndim = 1,
      .doc = "a curve" },
    { .name = "weights", .unit = "1", .ndim = 1, .flags = FRIT_PORT_PLAN, .doc = "a weight for each point" },
    END
};

static const frit_port outputs[] = {
    { .name = "weighted", .unit = "count", .doc = "weighted mean" },
    END
};

static frit_status prepare(frit_call *c, void **plan)
{
    const struct weigh *p = c->params;
    const frit_view *line = c->host->input(c, 0, 0), *weights = c->host->input(c, 1, 0);
    witness("prepare %d\n", (int)line->shape[0]);
    if (line->data || line->value || line->sigma || line->mask)
        return c->host->fail(c, FRIT_EPARAM, "prepare() sees data that differ from element to element");
    if (!weights->value || !line->axis[0])
        return c->host->fail(c, FRIT_EPARAM, "prepare() does not see the weights or the axis");
    if (p->fail)
        return c->host->fail(c, FRIT_EDATA, "no plan");
    struct plan *made = malloc(sizeof *made);
    if (!made)
        return FRIT_ENOMEM;
    *made = (struct plan){ .n = weights->shape[0], .weights = weights };
    for (size_t i = 0; i < made->n; i++)
        made->sum += weights->value[i];
    *plan = made;
    return p->fail_late ? c->host->fail(c, FRIT_EDATA, "no plan in the end") : FRIT_OK;
}

static void release(void *plan)
{
    witness("release\n");
    free(plan);
}

static frit_status run(frit_call *c)
{
    const struct plan *plan = c->plan;
    const frit_view *line = c->host->input(c, 0, 0);
    if (line->shape[0] != plan->n)
        return c->host->fail(c, FRIT_EDATA, "%zu points, but %zu weights", line->shape[0], plan->n);
    frit_buffer *out = c->host->output(c, 0, FRIT_F64, 0, NULL, 0);
    if (!out)
        return FRIT_ENOMEM;
    for (size_t i = 0; i < plan->n; i++)
        out->value[0] += plan->weights->value[i] * line->value[i] / plan->sum;
    witness("run\n");
    return FRIT_OK;
}

static const frit_step steps[] = {
    { .name = "weigh", .version = 1, .summary = "weighted mean", .doc = "With a plan.", .inputs = inputs,
      .outputs = outputs, .params = params, .params_size = sizeof(struct weigh), .prepare = prepare,
      .release = release, .run = run },
};

TEST_MODULE("plan", steps)
