/* Write data as NeXus: one HDF5 file that plots by itself and tells how it came to be.
 *
 * Elements come one after the other.  Whether a dataset is a series is known when its second element comes,
 * so the first is kept until then; beside it there is room for one more in memory, whatever their number.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "file.h"
#include "nexus.h"
#include "shared/axes.h"

#include <math.h>
#include <string.h>

const frit_port write_nexus_inputs[] = {
    { .name = "data", .unit = "*", .axis_unit = NEXUS_DIMENSIONS("*"), .ndim = FRIT_ANY_NDIM,
      .flags = FRIT_PORT_MANY | FRIT_PORT_SERIES, .dtypes = FRIT_ACCEPTS_ALL,
      .doc = "numbers, curves, frames, and series of them, each as an NXdata of its own" },
    { 0 }
};

const frit_param write_nexus_params[] = {
    FRIT_OUTPUT(struct write_nexus, file, FRIT_PARAM_REQUIRED, "the file, as \"out/glass.nxs\""),
    FRIT_TEXT(struct write_nexus, title, NULL, 0, "title of the entry"),
    FRIT_I64(struct write_nexus, compression, 4, 0, 9, 0,
             "effort of deflate, which every program reads; 0: not compressed"),
    { 0 }
};

const struct nexus_attribute nexus_attributes[] = {
    { "definition", NULL }, { "mode", NULL }, { "composition", NULL }, { "quadrature", NULL },
    { "window", NULL }, { "below_qmin", NULL }, { "clean_low_r", NULL }, { "corrections", NULL },
    { "date", NULL }, { "wavelength", "angstrom" }, { "bgscale", "1" }, { "qmaxinst", "1/angstrom" },
    { "qmin", "1/angstrom" }, { "qmax", "1/angstrom" }, { "rpoly", "angstrom" }, { "temperature", "K" },
    { "number_density", "1/angstrom^3" }, { "alpha", "1" }, { "exposure_time", "s" }, { "averaged", "1" },
    { "left_out", "1" }, { "converter_transmission", "1" }, { "recoil_exponent", "1" }, { NULL, NULL }
};
enum { SETTINGS = 32 };

/* What the elements of one dataset pass through. */
struct writer {
    frit_call        *c;
    struct nexus_file file;
    struct nexus_data data;
    struct element    first;              /* the first that is there, with its own copies; the shape of all */
    void             *copy;               /* room for the values of one */
    struct setting    settings[SETTINGS + 1];
    const char       *history;
    bool              kept, open;         /* the first waits; an NXdata is open */
    uint32_t          dataset;
    uint64_t          missing;            /* before the first */
    double           *missing_position;
    const char      **missing_name;
    const char       *failure;
};

static frit_status tell(const struct writer *w)
{
    return w->c->host->fail(w->c, FRIT_EIO, "%s", w->file.why);
}

static const void *copied(frit_call *c, const void *from, size_t n, size_t size)
{
    void *to = from ? c->host->scratch(c, n, size) : NULL;
    if (to && n)
        memcpy(to, from, n * size);
    return to;
}

static const char *copied_text(frit_call *c, const char *text)
{
    return copied(c, text, text ? strlen(text) + 1 : 0, 1);
}

static struct element shown(const frit_view *v)
{
    struct element e = { .dtype = v->dtype, .ndim = v->ndim, .n = 1, .data = v->data, .sigma = v->sigma,
                         .mask = v->mask, .quantity = v->quantity, .unit = v->unit, .name = v->name,
                         .series_name = v->series_name, .series_unit = v->series_unit,
                         .position = v->position };
    for (uint32_t k = 0; k < v->ndim; k++) {
        e.shape[k] = v->shape[k];
        e.n *= v->shape[k];
        e.axis[k] = v->axis[k];
        e.axis_name[k] = v->axis_name[k];
        e.axis_unit[k] = v->axis_unit[k];
    }
    return e;
}

static void take_settings(struct writer *w)
{
    const frit_host *host = w->c->host;
    size_t n = 0;
    for (const struct nexus_attribute *a = nexus_attributes; a->name && n < SETTINGS; a++) {
        struct setting s = { .name = a->name, .unit = a->unit };
        s.text = a->unit ? NULL : copied_text(w->c, host->text_attribute(w->c, 0, a->name));
        if (s.text || (a->unit && host->attribute(w->c, 0, a->name, a->unit, &s.number)))
            w->settings[n++] = s;
    }
    w->settings[n] = (struct setting){ .name = NULL };
}

static frit_status keep(struct writer *w, const frit_view *v, uint64_t i)
{
    frit_call *c = w->c;
    size_t size = hdf_dtype_size(v->dtype);
    struct element e = shown(v);
    w->copy = c->host->scratch(c, e.n, size);
    e.data = copied(c, e.data, e.n, size);
    e.sigma = copied(c, e.sigma, e.n, sizeof *e.sigma);
    e.mask = copied(c, e.mask, e.n, 1);
    if (!w->copy || (v->data && !e.data) || (v->sigma && !e.sigma) || (v->mask && !e.mask))
        return FRIT_ENOMEM;
    for (uint32_t k = 0; k < e.ndim; k++) {
        e.axis[k] = copied(c, e.axis[k], e.shape[k], sizeof *e.axis[k]);
        e.axis_name[k] = copied_text(c, e.axis_name[k]);
        e.axis_unit[k] = copied_text(c, e.axis_unit[k]);
        if (v->axis[k] && !e.axis[k])
            return FRIT_ENOMEM;
    }
    e.quantity = copied_text(c, e.quantity);
    e.unit = copied_text(c, e.unit);
    e.name = copied_text(c, e.name);
    e.series_name = copied_text(c, e.series_name);
    e.series_unit = copied_text(c, e.series_unit);
    w->history = c->host->history(c, 0, i);
    take_settings(w);
    w->first = e;
    w->kept = true;
    return FRIT_OK;
}

/* An element must fit into the row that the first one made. */
static frit_status check_like_first(struct writer *w, const struct element *e)
{
    const struct element *f = &w->first;
    if (e->ndim != f->ndim)
        return w->c->host->fail(w->c, FRIT_EDATA, "element %s has %u dimensions, but the first, %s, has %u",
                                e->name, e->ndim, f->name, f->ndim);
    if (e->dtype != f->dtype || !same_text(e->unit, f->unit))
        return w->c->host->fail(w->c, FRIT_EDATA,
                                "element %s is of another type or unit (%s) than the first, %s (%s)", e->name,
                                e->unit, f->name, f->unit);
    for (uint32_t k = 0; k < e->ndim; k++) {
        if (e->shape[k] != f->shape[k])
            return w->c->host->fail(
                w->c, FRIT_EDATA,
                "element %s has %zu points along dimension %u, but the first, "
                "%s, has %zu: one array holds a series of one shape; bring the elements to one "
                "axis first, or write each to a file of its own",
                e->name, e->shape[k], k + 1, f->name, f->shape[k]);
        bool same = !e->axis[k] == !f->axis[k] && same_text(e->axis_unit[k], f->axis_unit[k]);
        if (!same || (e->axis[k] && memcmp(e->axis[k], f->axis[k], e->shape[k] * sizeof(double))))
            return w->c->host->fail(w->c, FRIT_EDATA,
                                    "element %s is over other positions than the first, %s: bring "
                                    "the elements to one axis first, or write each to a file of its own",
                                    e->name, f->name);
    }
    return FRIT_OK;
}

/* ---- Into the file ---- */

static bool append(struct writer *w, const struct element *e)
{
    return nexus_file_append(&w->file, &w->data, e, w->copy);
}

static bool append_missing(struct writer *w, const char *name, double position)
{
    struct element e = { .name = name, .position = position, .series_name = w->first.series_name,
                         .unit = w->first.unit };
    return append(w, &e);
}

/* Open the NXdata of the element that waited, and write it. */
static frit_status open_data(struct writer *w, bool series)
{
    hdf_session s;
    hdf_enter(&s);
    bool ok = nexus_file_begin(&w->file, &w->data, &w->first, series);
    w->open = true;
    ok = ok && nexus_file_process(&w->file, &w->data, w->history, w->settings);
    for (uint64_t k = 0; ok && k < w->missing; k++)
        ok = append_missing(w, w->missing_name[k], w->missing_position[k]);
    ok = ok && append(w, &w->first);
    hdf_leave(&s);
    w->kept = false;
    return ok ? FRIT_OK : tell(w);
}

static frit_status end_dataset(struct writer *w)
{
    if (w->kept) {
        bool series = isfinite(w->first.position) || w->missing > 0;
        frit_status status = open_data(w, series);
        if (status != FRIT_OK)
            return status;
    } else if (!w->open && w->missing) {
        return w->c->host->fail(w->c, FRIT_EDATA,
                                "dataset %u has no element to write; the first is missing: %s",
                                w->dataset + 1, w->failure);
    }
    bool ok = true;
    if (w->open) {
        hdf_session s;
        hdf_enter(&s);
        ok = nexus_file_end(&w->file, &w->data);
        hdf_leave(&s);
    }
    w->open = false;
    w->missing = 0;
    return ok ? FRIT_OK : tell(w);
}

static frit_status put_missing(struct writer *w, const frit_view *v)
{
    if (!w->open && !w->kept) {
        if (!w->missing)
            w->failure = copied_text(w->c, v->failure);
        w->missing_position[w->missing] = v->position;
        w->missing_name[w->missing++] = copied_text(w->c, v->name);
        return FRIT_OK;
    }
    frit_status status = w->kept ? open_data(w, true) : FRIT_OK;
    if (status != FRIT_OK)
        return status;
    hdf_session s;
    hdf_enter(&s);
    bool ok = append_missing(w, v->name, v->position);
    hdf_leave(&s);
    return ok ? FRIT_OK : tell(w);
}

static frit_status put_element(struct writer *w, const frit_view *v, uint64_t i)
{
    if (v->failure)
        return put_missing(w, v);
    if (!w->open && !w->kept)
        return keep(w, v, i);
    struct element e = shown(v);
    frit_status status = check_like_first(w, &e);
    if (status == FRIT_OK && w->kept)
        status = open_data(w, true);
    if (status != FRIT_OK)
        return status;
    hdf_session s;
    hdf_enter(&s);
    bool ok = append(w, &e);
    hdf_leave(&s);
    return ok ? FRIT_OK : tell(w);
}

static frit_status put_all(struct writer *w, uint64_t n)
{
    const frit_host *host = w->c->host;
    for (uint64_t i = 0; i < n; i++) {
        const frit_view *v = host->input(w->c, 0, i);
        if (!v)
            return FRIT_EIO;
        frit_status status = FRIT_OK;
        if (i && v->dataset != w->dataset)
            status = end_dataset(w);
        w->dataset = v->dataset;
        if (status == FRIT_OK)
            status = put_element(w, v, i);
        if (status != FRIT_OK)
            return status;
        if (!host->progress(w->c, (double)(i + 1) / (double)n))
            return FRIT_ECANCELLED;
    }
    return end_dataset(w);
}

frit_status write_nexus_run(frit_call *c)
{
    const struct write_nexus *p = c->params;
    uint64_t n = c->host->n_inputs(c, 0);
    if (n == 0)
        return c->host->fail(c, FRIT_EDATA,
                             "there is nothing to write: no data were given, or only series without "
                             "elements");
    struct writer *w = c->host->scratch(c, 1, sizeof *w);
    const char *path = w ? c->host->output_file(c, p->file) : NULL;
    if (!w)
        return FRIT_ENOMEM;
    if (!path)
        return FRIT_EIO;
    w->c = c;
    w->missing_position = c->host->scratch(c, n, sizeof *w->missing_position);
    w->missing_name = c->host->scratch(c, n, sizeof *w->missing_name);
    if (!w->missing_position || !w->missing_name)
        return FRIT_ENOMEM;

    hdf_session s;
    hdf_enter(&s);
    bool ok = nexus_file_create(&w->file, path, p->title, (unsigned)p->compression);
    hdf_leave(&s);
    frit_status status = ok ? put_all(w, n) : tell(w);

    hdf_enter(&s);
    if (w->open)
        nexus_file_end(&w->file, &w->data);
    ok = nexus_file_close(&w->file);
    hdf_leave(&s);
    return status != FRIT_OK ? status : ok ? FRIT_OK : tell(w);
}
