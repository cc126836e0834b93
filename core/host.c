/* The host table.
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "host.h"

#include <stdlib.h>
#include <string.h>

#include "disk.h"
#include "error.h"
#include "progress.h"
#include "provenance.h"
#include "unit.h"

static frit_context *context(frit_call *c)
{
    return (frit_context *)(void *)c;
}

static const frit_port *input_port(const frit_context *x, uint32_t port)
{
    return port < x->node->n_ports ? &x->node->info->step.inputs[port] : NULL;
}

static const frit_edge *edge_at(const frit_context *x, uint32_t port, guint e)
{
    return &g_array_index(x->node->inputs[port], frit_edge, e);
}

/* ---- Errors and messages ---- */

static frit_status host_fail(frit_call *c, frit_status why, const char *fmt, ...)
{
    va_list args;
    va_start(args, fmt);
    g_autofree char *sentence = g_strdup_vprintf(fmt, args);
    va_end(args);
    g_clear_error(&context(c)->error);
    return frit_context_fail(context(c), why, sentence);
}

static void host_log(frit_call *c, int level, const char *fmt, ...)
{
    const frit_context *x = context(c);
    if (level == FRIT_DEBUG && !g_getenv("FRIT_DEBUG"))
        return;
    va_list args;
    va_start(args, fmt);
    g_autofree char *sentence = g_strdup_vprintf(fmt, args);
    va_end(args);
    g_autofree char *element = x->phase >= FRIT_PHASE_RUN ? frit_node_element_text(x->node, x->element) : NULL;
    g_autofree char *site = g_strdup_printf("%s: %s: ", x->node->place, x->node->name);
    /* Elements of a series differ in their numbers: what the plugin wrote is alike. */
    g_autofree char *alike = g_strconcat(site, x->node->series ? fmt : sentence, NULL);
    if (level == FRIT_WARNING)
        frit_warn_alike(alike, "%s%s%s%s%s", site, element ? element : "", element ? ": " : "", sentence,
                        x->node->series ? " (said once for the series)" : "");
    else
        frit_say("%s%s%s%s", site, element ? element : "", element ? ": " : "", sentence);
}

static bool host_progress(frit_call *c, double fraction)
{
    (void)fraction;
    const frit_context *x = context(c);
    return !(x->cancelled && x->cancelled());
}

/* ---- Memory that lasts as long as the call ---- */

static void *host_scratch(frit_call *c, size_t n, size_t size)
{
    size_t bytes;
    if (__builtin_mul_overflow(n, size, &bytes) || bytes > PTRDIFF_MAX - 64)
        return NULL;
    bytes = (bytes + 63) & ~(size_t)63;
    void *memory = aligned_alloc(64, bytes ? bytes : 64);
    if (!memory)
        return NULL;
    memset(memory, 0, bytes ? bytes : 64);
    g_ptr_array_add(context(c)->memory, memory);
    return memory;
}

static const char *keep_text(frit_context *x, char *text)
{
    char *copy = text ? strdup(text) : NULL;   /* all of x->memory is freed with free() */
    g_free(text);
    if (copy)
        g_ptr_array_add(x->memory, copy);
    return copy;
}

/* ---- Inputs ---- */

static uint64_t host_n_inputs(frit_call *c, uint32_t port)
{
    const frit_context *x = context(c);
    if (!frit_context_is_series(x, port))
        return frit_context_n_edges(x, port);
    uint64_t n = 0;
    for (guint e = 0; e < frit_context_n_edges(x, port); e++)
        n += edge_at(x, port, e)->node->count;
    return n;
}

static const frit_view *fetch_series(frit_context *x, uint32_t port, uint64_t i)
{
    guint e = 0;
    while (e < frit_context_n_edges(x, port) && i >= edge_at(x, port, e)->node->count)
        i -= edge_at(x, port, e++)->node->count;
    if (e == frit_context_n_edges(x, port) || !x->fetch)
        return NULL;
    frit_input *in = &x->inputs[port][0];
    char *failure = NULL;
    GError *error = NULL;
    g_autoptr(frit_dataset) d = x->fetch(x->fetch_data, edge_at(x, port, e), i, &failure, &error);
    bool set = (d || failure) && frit_input_set(in, input_port(x, port), edge_at(x, port, e), i, d, failure, &error);
    g_free(failure);
    if (!set) {
        g_clear_error(&x->error);
        g_propagate_error(&x->error, error);
        return NULL;
    }
    frit_input_place(in, edge_at(x, port, e), i);
    in->view.dataset = e;
    return &in->view;
}

static const frit_view *host_input(frit_call *c, uint32_t port, uint64_t i)
{
    frit_context *x = context(c);
    if (frit_context_is_series(x, port))
        return x->phase == FRIT_PHASE_RUN ? fetch_series(x, port, i) : NULL;
    return i < frit_context_n_edges(x, port) && x->inputs[port] ? &x->inputs[port][i].view : NULL;
}

/* In prepare() elements that share the plan may differ in their attributes: a PLAN port has but one. */
static const frit_dataset *attributed(const frit_context *x, uint32_t port)
{
    const frit_port *p = input_port(x, port);
    bool hidden = x->phase == FRIT_PHASE_PREPARE && p && !(p->flags & FRIT_PORT_PLAN);
    return hidden ? NULL : frit_context_dataset(x, port);
}

static bool host_attribute(frit_call *c, uint32_t port, const char *name, const char *unit, double *value)
{
    const frit_dataset *d = attributed(context(c), port);
    const frit_attribute *a = d ? frit_dataset_attribute(d, name) : NULL;
    double factor, offset;
    if (!a || !a->unit || !frit_unit_factor(a->unit, unit, &factor, &offset, NULL))
        return false;
    *value = factor * a->value + offset;
    return true;
}

static const char *host_text_attribute(frit_call *c, uint32_t port, const char *name)
{
    const frit_dataset *d = attributed(context(c), port);
    const frit_attribute *a = d ? frit_dataset_attribute(d, name) : NULL;
    return a ? a->text : NULL;
}

static const frit_attribute *host_attribute_at(frit_call *c, uint32_t port, uint64_t i, uint32_t k)
{
    const frit_context *x = context(c);
    const frit_dataset *d = attributed(x, port);
    if (d && !frit_context_is_series(x, port))
        d = i < frit_context_n_edges(x, port) ? x->inputs[port][i].dataset : NULL;
    return d && d->attributes && k < d->attributes->len ? &g_array_index(d->attributes, frit_attribute, k) : NULL;
}

static const char *host_history(frit_call *c, uint32_t port, uint64_t i)
{
    frit_context *x = context(c);
    guint e = 0;
    if (frit_context_is_series(x, port))
        while (e + 1 < frit_context_n_edges(x, port) && i >= edge_at(x, port, e)->node->count)
            i -= edge_at(x, port, e++)->node->count;
    else
        e = (guint)i;
    return e < frit_context_n_edges(x, port) ? keep_text(x, frit_history(edge_at(x, port, e)->node)) : "";
}

/* ---- Outputs ---- */

static bool host_wanted(frit_call *c, uint32_t port)
{
    return port < 64 && (context(c)->wanted >> port & 1);
}

/* The input that "@in" or "@in.0" names, and the dimension (-1: the values). */
static const frit_view *followed(const frit_context *x, const char *declared, int *k)
{
    g_autofree char *name = g_strdup(declared + 1);
    char *dot = strchr(name, '.');
    *k = -1;
    if (dot) {
        *dot = '\0';
        *k = atoi(dot + 1);
    }
    int port = frit_port_index(x->node->info->step.inputs, x->node->n_ports, name);
    if (port < 0 || !x->inputs[port] || !x->inputs[port][0].dataset || *k >= FRIT_MAX_NDIM)
        return NULL;
    return &x->inputs[port][0].view;
}

static const char *output_unit(const frit_context *x, const char *declared)
{
    int k;
    if (!declared || g_str_equal(declared, "*"))
        return "1";
    if (declared[0] != '@')
        return declared;
    const frit_view *view = followed(x, declared, &k);
    const char *unit = !view ? NULL : k < 0 ? view->unit : view->axis_unit[k];
    return unit ? unit : "1";
}

/* Where an input is followed that has no axis, there is none to follow. */
static bool has_axis(const frit_context *x, const char *declared)
{
    int k;
    if (!declared || declared[0] != '@')
        return declared != NULL;
    const frit_view *view = followed(x, declared, &k);
    return view && k >= 0 && view->axis[k];
}

static const char *output_axis_name(const frit_context *x, const char *declared)
{
    int k;
    if (!declared || declared[0] != '@')
        return declared;
    const frit_view *view = followed(x, declared, &k);
    return view && k >= 0 ? view->axis_name[k] : NULL;
}

static const char *output_quantity(const frit_context *x, const frit_port *port)
{
    int k;
    if (!port->unit || port->unit[0] != '@' || !g_str_equal(port->unit + 1, port->name))
        return port->name;
    const frit_view *view = followed(x, port->unit, &k);
    return view && view->quantity ? view->quantity : port->name;
}

static frit_buffer *show_buffer(frit_context *x, uint32_t port)
{
    frit_dataset *d = x->outputs[port];
    frit_buffer *b = &x->buffers[port];
    *b = (frit_buffer){.ndim = d->ndim, .dtype = d->dtype, .data = d->data, .sigma = d->sigma, .mask = d->mask};
    b->value = d->dtype == FRIT_F64 ? d->data : NULL;
    for (uint32_t k = 0; k < d->ndim; k++) {
        b->shape[k] = d->shape[k];
        b->axis[k] = d->axis[k] ? d->axis[k]->at : NULL;
    }
    return b;
}

static const frit_port *output_port(frit_context *x, uint32_t port, uint32_t ndim, frit_dtype dtype)
{
    const frit_port *p = port < x->node->n_outputs ? &x->node->info->step.outputs[port] : NULL;
    if (!p || x->phase < FRIT_PHASE_RUN)
        frit_context_fail(x, FRIT_EPARAM, "the plugin asks for an output that it did not declare, or outside run()");
    else if (p->ndim != FRIT_ANY_NDIM && p->ndim != ndim)
        frit_context_fail(x, FRIT_EPARAM, "the plugin makes an output with another number of dimensions than declared");
    else if (dtype != FRIT_F64 && !(p->dtypes & FRIT_ACCEPTS(dtype)))
        frit_context_fail(x, FRIT_EPARAM, "the plugin makes an output of a type that it did not declare");
    else
        return p;
    return NULL;
}

static frit_dataset *new_output(const frit_context *x, frit_dtype dtype, uint32_t ndim, const size_t *shape,
                                uint32_t want)
{
    if (x->phase == FRIT_PHASE_ROWS)
        return frit_dataset_outline(dtype, ndim, shape);
    return (want & FRIT_WANT_FILLED) ? frit_dataset_to_fill(dtype, ndim, shape) : frit_dataset_new(dtype, ndim, shape);
}

static frit_buffer *host_output(frit_call *c, uint32_t port, frit_dtype dtype, uint32_t ndim, const size_t *shape,
                                uint32_t want)
{
    frit_context *x = context(c);
    const frit_port *p = output_port(x, port, ndim, dtype);
    g_autoptr(frit_dataset) d = p ? new_output(x, dtype, ndim, shape, want) : NULL;
    if (!d || ((want & FRIT_WANT_SIGMA) && !frit_dataset_want_sigma(d)) ||
        ((want & FRIT_WANT_MASK) && !frit_dataset_want_mask(d)))
        return NULL;
    d->quantity = g_intern_string(output_quantity(x, p));
    d->unit = g_intern_string(output_unit(x, p->unit));
    for (uint32_t k = 0; k < ndim; k++) {
        if (!has_axis(x, p->axis_unit[k]))
            continue;
        d->axis[k] = frit_axis_new(output_axis_name(x, p->axis_name[k]), output_unit(x, p->axis_unit[k]), shape[k],
                                   NULL);
        if (!d->axis[k])
            return NULL;
    }
    frit_dataset_unref(x->outputs[port]);
    x->outputs[port] = g_steal_pointer(&d);
    return show_buffer(x, port);
}

static frit_buffer *host_resize(frit_call *c, uint32_t port, size_t n)
{
    frit_context *x = context(c);
    frit_dataset *d = port < x->node->n_outputs ? x->outputs[port] : NULL;
    if (!d || !d->data || d->ndim == 0 || x->phase != FRIT_PHASE_RUN) {
        frit_context_fail(x, FRIT_EPARAM, "the plugin resizes what is not an output with dimensions, or outside run()");
        return NULL;
    }
    if (frit_dataset_resize(d, n))
        return show_buffer(x, port);
    x->outputs[port] = NULL;   /* of which some may have been cut */
    frit_dataset_unref(d);
    return NULL;
}

/* The axes of a copy may be written to: they are its own. */
static bool own_axes(frit_dataset *d)
{
    for (uint32_t k = 0; k < d->ndim; k++) {
        if (!d->axis[k])
            continue;
        frit_axis *copy = frit_axis_new(d->axis[k]->name, d->axis[k]->unit, d->axis[k]->n, d->axis[k]->at);
        if (!copy)
            return false;
        frit_axis_unref(d->axis[k]);
        d->axis[k] = copy;
    }
    return true;
}

static frit_buffer *host_output_like(frit_call *c, uint32_t port, uint32_t input)
{
    frit_context *x = context(c);
    const frit_dataset *from = frit_context_dataset(x, input);
    const frit_port *p = from && from->data ? output_port(x, port, from->ndim, FRIT_F64) : NULL;
    g_autoptr(frit_dataset) d = p ? frit_dataset_copy(from) : NULL;
    if (!d || !own_axes(d))
        return NULL;
    d->quantity = g_intern_string(output_quantity(x, p));
    d->unit = g_intern_string(p->unit[0] == '*' ? from->unit : output_unit(x, p->unit));
    for (uint32_t k = 0; k < d->ndim; k++) {
        if (!d->axis[k] || !p->axis_unit[k])
            continue;
        const char *name = output_axis_name(x, p->axis_name[k]);
        d->axis[k]->name = name ? g_intern_string(name) : d->axis[k]->name;
        if (p->axis_unit[k][0] != '*')
            d->axis[k]->unit = g_intern_string(output_unit(x, p->axis_unit[k]));
    }
    frit_dataset_unref(x->outputs[port]);
    x->outputs[port] = g_steal_pointer(&d);
    return show_buffer(x, port);
}

static void host_set_unit(frit_call *c, uint32_t port, int axis, const char *name, const char *unit)
{
    frit_context *x = context(c);
    frit_dataset *d = port < x->node->n_outputs ? x->outputs[port] : NULL;
    g_autoptr(GError) error = NULL;
    if (!d || axis >= (int)d->ndim || (axis >= 0 && !d->axis[axis]))
        return;
    if (unit && !frit_unit_check(unit, &error)) {
        frit_context_fail(x, FRIT_EDATA, error->message);
        return;
    }
    const char *declared = axis < 0 ? NULL : x->node->info->step.outputs[port].axis_unit[axis];
    if (declared && g_str_equal(declared, "*") && !name && !unit) {
        frit_axis_unref(d->axis[axis]);
        d->axis[axis] = NULL;
        x->buffers[port].axis[axis] = NULL;
    } else if (axis < 0) {
        d->quantity = name ? g_intern_string(name) : d->quantity;
        d->unit = unit ? g_intern_string(unit) : d->unit;
    } else {
        d->axis[axis]->name = name ? g_intern_string(name) : d->axis[axis]->name;
        d->axis[axis]->unit = unit ? g_intern_string(unit) : d->axis[axis]->unit;
    }
}

static void host_set_attribute(frit_call *c, uint32_t port, const char *name, const char *unit, double value)
{
    frit_context *x = context(c);
    if (port < x->node->n_outputs && x->outputs[port])
        frit_dataset_set_number(x->outputs[port], name, unit, value);
}

static void host_set_text_attribute(frit_call *c, uint32_t port, const char *name, const char *text)
{
    frit_context *x = context(c);
    if (port < x->node->n_outputs && x->outputs[port])
        frit_dataset_set_text(x->outputs[port], name, text);
}

/* ---- Files ---- */

static void host_uses(frit_call *c, uint64_t element, const char *path, uint64_t part)
{
    frit_context *x = context(c);
    const uint64_t most = 1u << 28;   /* a list of more would not fit in memory */
    if (x->phase != FRIT_PHASE_COUNT)
        return;
    if (element >= most) {
        frit_context_fail(x, FRIT_EPARAM, "more elements than a series may have");
        return;
    }
    if (element >= x->n_uses) {
        uint64_t n = MAX(element + 1, x->n_uses * 2);
        x->uses = g_renew(GPtrArray *, x->uses, n);
        memset(x->uses + x->n_uses, 0, (n - x->n_uses) * sizeof *x->uses);
        x->n_uses = n;
    }
    if (!x->uses[element])
        x->uses[element] = g_ptr_array_new_with_free_func(frit_use_free);
    frit_use *use = g_new(frit_use, 1);
    *use = (frit_use){g_canonicalize_filename(path, NULL), part};
    g_ptr_array_add(x->uses[element], use);
}

static const char *host_file(frit_call *c, uint32_t i, uint64_t *part)
{
    const frit_context *x = context(c);
    const GPtrArray *uses = x->node->uses && x->element < x->node->count ? x->node->uses[x->element] : NULL;
    if (!uses || i >= uses->len)
        return NULL;
    const frit_use *use = uses->pdata[i];
    if (part)
        *part = use->part;
    return use->path;
}

static bool host_read(frit_call *c, int fd, void *to, size_t n, uint64_t offset)
{
    frit_context *x = context(c);
    if (!frit_read_all(fd, to, n, offset))
        return false;
    if (!x->reads) {
        x->reads = true;
        x->reads_fd = fd;
        x->reading = frit_reading_new(x->digests, fd);
    }
    if (fd == x->reads_fd)
        frit_reading_add(x->reading, fd, to, n, offset);
    return true;
}

static const char *host_output_file(frit_call *c, const char *path)
{
    frit_context *x = context(c);
    if (!x->files || !path)
        return NULL;
    g_auto(GStrv) parts = g_strsplit(path, "{name}", -1);
    g_autofree char *named = g_strjoinv(c->name, parts);
    GError *error = NULL;
    const char *temporary = frit_outputs_add(x->files, named, &error);
    if (error) {
        frit_context_fail(x, FRIT_EIO, error->message);
        g_error_free(error);
    }
    return temporary;
}

const frit_host frit_host_table = {
    .size = sizeof(frit_host),
    .abi_minor = FRIT_ABI_MINOR,
    .n_inputs = host_n_inputs,
    .input = host_input,
    .wanted = host_wanted,
    .output = host_output,
    .output_like = host_output_like,
    .set_unit = host_set_unit,
    .attribute = host_attribute,
    .text_attribute = host_text_attribute,
    .set_attribute = host_set_attribute,
    .set_text_attribute = host_set_text_attribute,
    .history = host_history,
    .uses = host_uses,
    .file = host_file,
    .output_file = host_output_file,
    .scratch = host_scratch,
    .progress = host_progress,
    .log = host_log,
    .fail = host_fail,
    .attribute_at = host_attribute_at,
    .rows = frit_host_rows,
    .workers = frit_host_workers,
    .parallel = frit_host_parallel,
    .read = host_read,
    .resize = host_resize,
};
