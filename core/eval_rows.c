/* Inputs of a batch that are taken by rows: the reader's own call lives as long as they are open.
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "eval_private.h"

#include <string.h>

#include "crash.h"

struct frit_rows {
    frit_context reader;
    frit_plan   *plan;
    void        *state;     /* the reader's */
    uint8_t     *mask;      /* of the rows read last */
    size_t       mask_size;
    bool         masked;    /* ... where one of its bytes is set */
    GError      *error;
};

void frit_rows_close(frit_rows *r)
{
    if (!r)
        return;
    if (r->state && r->reader.node->info->step.close_rows)
        r->reader.node->info->step.close_rows(r->state);
    frit_plan_done((frit_node *)r->reader.node, r->plan);
    frit_context_clear(&r->reader);
    g_clear_error(&r->error);
    g_free(r->mask);
    g_free(r);
}

GError *frit_rows_take_error(frit_rows *r, frit_node **reader, uint64_t *element)
{
    if (!r || !r->error)
        return NULL;
    *reader = (frit_node *)r->reader.node;
    *element = r->reader.element;
    return g_steal_pointer(&r->error);
}

/* ---- Opening ---- */

/* The reader may decline: an element that it has only as a whole. */
static frit_rows_state open_reader(frit_rows *r, GError **error)
{
    const frit_step *step = &r->reader.node->info->step;
    if (!frit_plan_get(&r->reader, &r->plan, error))
        return FRIT_ROWS_FAILED;
    frit_crash_site before = frit_crash_enter(r->reader.node, r->reader.element, true);
    frit_status status = step->open_rows(&r->reader.call, &r->state);
    frit_crash_leave(before);
    if (status == FRIT_OK && !r->state && !r->reader.error)
        return FRIT_ROWS_NONE;
    return frit_context_conclude(&r->reader, status, error) ? FRIT_ROWS_OPEN : FRIT_ROWS_FAILED;
}

/* The reader's element is missing, or the run stops: as if it had been asked for whole. */
static frit_rows_state missing(frit_task *t, frit_rows *r, GError *why, GError **error)
{
    frit_node *reader = (frit_node *)r->reader.node;
    uint64_t element = r->reader.element;
    frit_place_error(&r->reader, &why);
    frit_rows_close(r);
    frit_result *settled = frit_settle_failure(t->eval, reader, element, why);
    if (settled)
        g_propagate_error(error, g_error_copy(settled->failure));
    frit_result_unref(settled);
    return FRIT_ROWS_FAILED;
}

/* One file that is a single dataset is made once, for all its users. */
static bool gives_rows(const frit_node *n)
{
    return n->kind == FRIT_NODE_STEP && n->series && n->n_outputs == 1 && n->info->step.open_rows &&
           n->info->step.read_rows;
}

frit_rows_state frit_rows_open(frit_task *t, frit_context *x, uint32_t port, guint edge, GError **error)
{
    const frit_edge *from = &g_array_index(x->node->inputs[port], frit_edge, edge);
    uint64_t given = frit_edge_element(from, x->element), element;
    frit_edge source = frit_edge_resolve(*from, given, &element);
    if (x->node->inputs[port]->len > 1 || !gives_rows(source.node) || frit_remembered(t, source.node, element, source.output))
        return FRIT_ROWS_NONE;
    if (frit_eval_stopped_at(t->eval, element))
        return FRIT_ROWS_FAILED;
    frit_rows *r = g_new0(frit_rows, 1);
    frit_context_init(&r->reader, FRIT_PHASE_ROWS, source.node, element);
    r->reader.cancelled = x->cancelled;
    r->reader.pool = x->pool;
    r->reader.digests = x->digests;
    GError *why = NULL;
    frit_rows_state opened = open_reader(r, &why);
    if (opened == FRIT_ROWS_FAILED)
        return missing(t, r, why, error);
    const frit_port *wanted = &x->node->info->step.inputs[port];
    frit_input *in = &x->inputs[port][edge];
    if (opened == FRIT_ROWS_NONE || !frit_fits_as_it_is(r->reader.outputs[0], wanted) ||
        !frit_input_set(in, wanted, from, given, r->reader.outputs[0], NULL, NULL)) {
        frit_rows_close(r);
        return FRIT_ROWS_NONE;
    }
    in->rows = r;
    return FRIT_ROWS_OPEN;
}

/* ---- Reading ---- */

static bool read_rows(frit_rows *r, size_t first, size_t n, size_t row, void *to)
{
    if (r->mask_size < n * row) {
        g_free(r->mask);
        r->mask_size = n * row;
        r->mask = g_malloc0(r->mask_size);
    } else if (r->masked) {
        memset(r->mask, 0, r->mask_size);
    }
    r->masked = false;
    frit_crash_site before = frit_crash_enter(r->reader.node, r->reader.element, true);
    frit_status status = r->reader.node->info->step.read_rows(&r->reader.call, r->state, first, n, to, r->mask,
                                                              &r->masked);
    frit_crash_leave(before);
    if (frit_context_conclude(&r->reader, status, &r->error))
        return true;
    frit_place_error(&r->reader, &r->error);
    return false;
}

const frit_view *frit_host_rows(frit_call *c, uint32_t port, size_t first, size_t n, void *to)
{
    frit_context *x = (frit_context *)(void *)c;
    frit_input *in = x->by_rows && port < x->node->n_ports && x->inputs[port] ? x->inputs[port] : NULL;
    if (!in || !(x->node->info->step.inputs[port].flags & FRIT_PORT_ROWS) || (in->rows && in->rows->error))
        return NULL;
    frit_view *view = &in->band;
    *view = in->view;
    if (!n)
        return view;
    if (!view->ndim || first > view->shape[0] || n > view->shape[0] - first) {
        frit_context_fail(x, FRIT_EPARAM, "the plugin asks for rows that its input does not have");
        return NULL;
    }
    size_t row = 1;
    for (uint32_t k = 1; k < view->ndim; k++)
        row *= view->shape[k];
    view->shape[0] = n;
    view->axis[0] = view->axis[0] ? view->axis[0] + first : NULL;
    if (in->rows) {
        if (!read_rows(in->rows, first, n, row, to))
            return NULL;
        view->data = to;
        view->mask = in->rows->masked ? in->rows->mask : NULL;
    } else {
        view->data = (const char *)view->data + first * row * frit_dtype_size(view->dtype);
        view->sigma = view->sigma ? view->sigma + first * row : NULL;
        view->mask = view->mask ? view->mask + first * row : NULL;
    }
    view->value = view->dtype == FRIT_F64 ? view->data : NULL;
    return view;
}
