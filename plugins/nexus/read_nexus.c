/* Read a dataset of a NeXus or other HDF5 file: numbers, curves, frames, or a series of them.
 *
 * What the attributes of an NXdata tell is taken: signal, axes, errors, units, interpretation.  Only
 * the rows of the element are read.  M. Könnecke et al., J. Appl. Cryst. 48 (2015) 301,
 * doi:10.1107/S1600576714027575.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "columns/label.h"
#include "find.h"
#include "nexus.h"
#include "shared/invalid.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

const frit_port read_nexus_outputs[] = {
    { .name = "data", .unit = "*", .axis_unit = NEXUS_DIMENSIONS("*"), .ndim = FRIT_ANY_NDIM,
      .dtypes = FRIT_ACCEPTS_ALL, .doc = "an element of the dataset, in its own type" },
    { 0 }
};

const frit_param read_nexus_params[] = {
    FRIT_FILES(struct read_nexus, files, "the file, a pattern such as \"raw/*.h5\", or a list"),
    FRIT_TEXT(
        struct read_nexus, dataset, NULL, 0,
        "path of the dataset, as \"/entry/data/data\", or of a group with a signal; not given: the one that "
        "the file itself calls its default, or the only one"),
    FRIT_CHOICE(
        struct read_nexus, elements, "auto|whole|first",
        "what is an element of a series. auto: by the attribute interpretation, else a stack of frames is a "
        "series where the dataset has three dimensions or more; whole: all of the dataset is one; first: the "
        "first dimension counts them"),
    FRIT_TEXT(struct read_nexus, unit, NULL, 0,
              "unit of the values, where the file does not say it or is wrong"),
    FRIT_F64(struct read_nexus, min_valid, "1", NAN, -INFINITY, INFINITY, 0,
             "values below are masked, 0 for detectors that mark bad pixels with -1; not given: no limit"),
    FRIT_F64(struct read_nexus, max_valid, "1", NAN, -INFINITY, INFINITY, 0,
             "values above are masked, as of overflow; not given: no limit"),
    { 0 }
};

frit_status read_nexus_check(frit_call *c)
{
    const struct read_nexus *p = c->params;
    if (p->min_valid > p->max_valid)
        return c->host->fail(c, FRIT_EPARAM, "min_valid = %g is above max_valid = %g: nothing would be left",
                             p->min_valid, p->max_valid);
    return FRIT_OK;
}

/* ---- How many elements, and of which files ---- */

static void add_file(frit_call *c, const struct found *f, uint64_t first, const char *path)
{
    for (uint64_t i = 0; i < f->count; i++)
        c->host->uses(c, first + i, path, i);
}

/* Next to the file whose name is `beside`, unless the name is a full path. */
static void path_beside(const char *beside, const char *name, char *out, size_t size)
{
    const char *slash = *name == '/' ? NULL : strrchr(beside, '/');
    snprintf(out, size, "%.*s%s", slash ? (int)(slash + 1 - beside) : 0, beside, name);
}

/* Data may lie in other files: behind an external link, or as parts of a virtual dataset. */
static void add_other_files(frit_call *c, const struct found *f, const char *path, uint64_t first)
{
    char name[4096], other[8192], own[4096] = "";
    if (H5Fget_name(f->file, own, sizeof own) < 0 || H5Fget_name(f->dataset, name, sizeof name) < 0)
        return;
    if (strcmp(name, own))
        add_file(c, f, first, name);
    hid_t creation = H5Dget_create_plist(f->dataset);
    size_t n = 0;
    if (creation >= 0 && H5Pget_layout(creation) == H5D_VIRTUAL && H5Pget_virtual_count(creation, &n) >= 0) {
        for (size_t i = 0; i < n && i < 10000; i++) {
            if (H5Pget_virtual_filename(creation, i, name, sizeof name) <= 0 || !strcmp(name, "."))
                continue;
            path_beside(path, name, other, sizeof other);
            add_file(c, f, first, other);
        }
    }
    if (creation >= 0)
        H5Pclose(creation);
}

/* A file that cannot be understood counts as one element, which will say why. */
frit_status read_nexus_count(frit_call *c, uint64_t *n)
{
    const struct read_nexus *p = c->params;
    *n = 0;
    for (size_t i = 0; i < p->files.n; i++) {
        struct found f;
        hdf_session s;
        hdf_enter(&s);
        if (!find_open(&f, p->files.path[i], p->dataset, p->elements))
            f.count = 1;
        add_file(c, &f, *n, p->files.path[i]);
        if (f.dataset >= 0)
            add_other_files(c, &f, p->files.path[i], *n);
        find_close(&f);
        hdf_leave(&s);
        *n += f.count;
    }
    return FRIT_OK;
}

/* ---- Values ---- */

/* The rows of the element in a dataset shaped like the signal.  In memory they have the dataset's dimensions
 * too: HDF5 then copies whole pieces; between different ones it goes value by value. */
static bool read_rows(const struct found *f, hid_t dataset, uint64_t part, hid_t type, void *out)
{
    hsize_t start[FIND_RANK] = { 0 }, count[FIND_RANK], n = 1;
    if (f->rank == 0 || f->lead == 0)
        return H5Dread(dataset, type, H5S_ALL, H5S_ALL, H5P_DEFAULT, out) >= 0;
    for (int k = f->rank - 1; k >= 0; k--) {
        bool counts = (uint32_t)k < f->lead;
        count[k] = counts ? 1 : f->dims[k];
        n *= count[k];
        if (counts) {
            start[k] = part % f->dims[k];
            part /= f->dims[k];
        }
    }
    if (n == 0)
        return true;
    hid_t space = H5Dget_space(dataset), memory = H5Screate_simple(f->rank, count, NULL);
    bool ok = space >= 0 && H5Sselect_hyperslab(space, H5S_SELECT_SET, start, NULL, count, NULL) >= 0 &&
              H5Dread(dataset, type, memory, space, H5P_DEFAULT, out) >= 0;
    H5Sclose(memory);
    if (space >= 0)
        H5Sclose(space);
    return ok;
}

/* A dataset beside the signal, of the same shape and of numbers; or -1. */
static hid_t beside(const struct found *f, const char *name)
{
    if (!*name || H5Lexists(f->group, name, H5P_DEFAULT) <= 0)
        return -1;
    hid_t d = H5Dopen2(f->group, name, H5P_DEFAULT);
    if (d < 0)
        return -1;
    hsize_t dims[FIND_RANK];
    hid_t type = H5Dget_type(d), space = H5Dget_space(d);
    frit_dtype dtype;
    bool same = type >= 0 && space >= 0 && hdf_dtype(type, &dtype) &&
                H5Sget_simple_extent_ndims(space) == f->rank &&
                H5Sget_simple_extent_dims(space, dims, NULL) >= 0 &&
                !memcmp(dims, f->dims, (size_t)f->rank * sizeof *dims);
    H5Tclose(type);
    H5Sclose(space);
    if (same)
        return d;
    H5Dclose(d);
    return -1;
}

static hid_t open_errors(const struct found *f)
{
    char name[FIND_PATH + 16];
    if (!f->signal)
        return -1;
    snprintf(name, sizeof name, "%s_errors", f->name);
    hid_t d = beside(f, name);
    if (d < 0 && hdf_attribute(f->dataset, "uncertainties", 0, name, sizeof name))
        d = beside(f, name);
    return d >= 0 ? d : beside(f, "errors");
}

static hid_t open_mask(const struct found *f)
{
    char name[FIND_PATH + 16];
    snprintf(name, sizeof name, "%s_mask", f->name);
    return f->signal ? beside(f, name) : -1;
}

/* How one element is to be read. */
struct reading {
    frit_call   *c;
    struct found f;
    uint64_t     part;
    hid_t        errors, mask;
    size_t       n, shape[FRIT_MAX_NDIM];
    uint32_t     ndim;
    frit_buffer *out;              /* where the values were read straight into their place */
    void        *values;
    double      *sigma;
    uint8_t     *masked;
    bool         any_masked;
};

static frit_status bad(struct reading *r, const char *what)
{
    char reason[HDF_REASON];
    return r->c->host->fail(r->c, FRIT_EIO, "%s cannot be read, the file is cut short or damaged: %s", what,
                            hdf_reason(reason));
}

static void find_masked(struct reading *r)
{
    const struct read_nexus *p = r->c->params;
    for (size_t i = 0; r->mask >= 0 && i < r->n; i++)
        r->any_masked = r->any_masked || r->masked[i];
    if (invalid_find(r->f.dtype, r->values, r->n, p->min_valid, p->max_valid, r->masked) > 0)
        r->any_masked = true;
    for (size_t i = 0; r->sigma && i < r->n; i++)
        if (!(r->sigma[i] >= 0 && isfinite(r->sigma[i]))) {
            r->masked[i] = 1;
            r->any_masked = true;
        }
}

/* Where nothing stands beside the values they are read into their place.  r->out stays NULL where some of
 * them are no measurements after all. */
static frit_status read_directly(struct reading *r)
{
    r->out = r->c->host->output(r->c, 0, r->f.dtype, r->ndim, r->shape, 0);
    if (!r->out)
        return FRIT_ENOMEM;
    if (!read_rows(&r->f, r->f.dataset, r->part, hdf_memory_type(r->f.dtype), r->out->data))
        return bad(r, r->f.path);
    if (invalid_find(r->f.dtype, r->out->data, r->n, NAN, NAN, NULL) > 0)
        r->out = NULL;
    return FRIT_OK;
}

static frit_status read_values(struct reading *r)
{
    const struct read_nexus *p = r->c->params;
    const frit_host *host = r->c->host;
    if (r->errors < 0 && r->mask < 0 && isnan(p->min_valid) && isnan(p->max_valid)) {
        frit_status status = read_directly(r);
        if (status != FRIT_OK || r->out)
            return status;
    }
    r->values = host->scratch(r->c, r->n, hdf_dtype_size(r->f.dtype));
    r->sigma = r->errors >= 0 ? host->scratch(r->c, r->n, sizeof *r->sigma) : NULL;
    r->masked = host->scratch(r->c, r->n, 1);
    if (!r->values || !r->masked || (r->errors >= 0 && !r->sigma))
        return FRIT_ENOMEM;
    if (!read_rows(&r->f, r->f.dataset, r->part, hdf_memory_type(r->f.dtype), r->values))
        return bad(r, r->f.path);
    if (r->errors >= 0 && !read_rows(&r->f, r->errors, r->part, H5T_NATIVE_DOUBLE, r->sigma))
        return bad(r, "the uncertainty");
    if (r->mask >= 0 && !read_rows(&r->f, r->mask, r->part, H5T_NATIVE_UINT8, r->masked))
        return bad(r, "the mask");
    find_masked(r);
    return FRIT_OK;
}

/* ---- Units and axes ---- */

static const char *unit_of(frit_call *c, hid_t object, const char *name, char out[LABEL_SIZE])
{
    char text[LABEL_SIZE] = "";
    if (!hdf_attribute(object, "units", 0, text, sizeof text) || !*text || label_unit(text, name, out))
        return *text ? out : NULL;
    c->host->log(c, FRIT_WARNING, "the unit \"%s\" of %s is not known: taken as a number without unit", text,
                 name);
    return NULL;
}

static void long_name(hid_t object, const char *otherwise, char *out, size_t size)
{
    if (!hdf_attribute(object, "long_name", 0, out, size) || !*out || strpbrk(out, "([\n"))
        snprintf(out, size, "%s", otherwise);
}

/* The dataset of positions along dimension k, where the NXdata names one of the right length; or -1. */
static hid_t open_axis(const struct found *f, int k, char *name, size_t size)
{
    if (!f->signal || !hdf_attribute(f->group, "axes", (size_t)k, name, size) || !strcmp(name, ".") ||
        H5Lexists(f->group, name, H5P_DEFAULT) <= 0)
        return -1;
    hid_t d = H5Dopen2(f->group, name, H5P_DEFAULT), space = d >= 0 ? H5Dget_space(d) : -1;
    hid_t type = d >= 0 ? H5Dget_type(d) : -1;
    hsize_t n = 0;
    frit_dtype dtype;
    bool fits = space >= 0 && type >= 0 && hdf_dtype(type, &dtype) &&
                H5Sget_simple_extent_ndims(space) == 1 && H5Sget_simple_extent_dims(space, &n, NULL) == 1 &&
                n == f->dims[k];
    if (space >= 0)
        H5Sclose(space);
    if (type >= 0)
        H5Tclose(type);
    if (d >= 0 && !fits)
        H5Dclose(d);
    return fits ? d : -1;
}

static frit_status read_axis(struct reading *r, frit_buffer *b, uint32_t k)
{
    frit_call *c = r->c;
    char name[FIND_PATH] = "", shown[LABEL_SIZE], unit[LABEL_SIZE];
    hid_t d = open_axis(&r->f, (int)(r->f.lead + k), name, sizeof name);
    for (size_t i = 0; i < r->shape[k]; i++)
        b->axis[k][i] = (double)(i + 1);
    if (d < 0) {
        c->host->set_unit(c, 0, (int)k, "index", "1");
        return FRIT_OK;
    }
    bool ok =
        r->shape[k] == 0 || H5Dread(d, H5T_NATIVE_DOUBLE, H5S_ALL, H5S_ALL, H5P_DEFAULT, b->axis[k]) >= 0;
    long_name(d, name, shown, sizeof shown);
    const char *said = unit_of(c, d, shown, unit);
    c->host->set_unit(c, 0, (int)k, shown, said ? said : "1");
    H5Dclose(d);
    return ok ? FRIT_OK : bad(r, name);
}

/* Where the element stands along the series' own axis, as an attribute of that name. */
static void set_position(struct reading *r)
{
    char name[FIND_PATH] = "", shown[LABEL_SIZE], unit[LABEL_SIZE];
    hid_t d = r->f.lead == 1 ? open_axis(&r->f, 0, name, sizeof name) : -1;
    if (d < 0)
        return;
    double *at = r->c->host->scratch(r->c, (size_t)r->f.dims[0], sizeof *at);
    if (at && H5Dread(d, H5T_NATIVE_DOUBLE, H5S_ALL, H5S_ALL, H5P_DEFAULT, at) >= 0 &&
        isfinite(at[r->part])) {
        long_name(d, name, shown, sizeof shown);
        const char *said = unit_of(r->c, d, shown, unit);
        r->c->host->set_attribute(r->c, 0, shown, said ? said : "1", at[r->part]);
    }
    H5Dclose(d);
}

/* What was written beside the data, and the definition of the function. */
static void set_attributes(struct reading *r)
{
    frit_call *c = r->c;
    char text[2000], path[FIND_PATH + 64], group[FIND_PATH];
    if (hdf_attribute(r->f.dataset, "definition", 0, text, sizeof text))
        c->host->set_text_attribute(c, 0, "definition", text);
    snprintf(group, sizeof group, "%.*s", (int)(strlen(r->f.path) - strlen(r->f.name) - 1), r->f.path);
    for (const struct nexus_attribute *a = nexus_attributes; a->name; a++) {
        snprintf(path, sizeof path, "%s_process/parameters/%s", group, a->name);
        hid_t d = H5Dopen2(r->f.file, path, H5P_DEFAULT);
        if (d < 0)
            continue;
        double x;
        hid_t space = H5Dget_space(d);
        bool one = space >= 0 && H5Sget_simple_extent_npoints(space) == 1;
        if (space >= 0)
            H5Sclose(space);
        if (one && a->unit && H5Dread(d, H5T_NATIVE_DOUBLE, H5S_ALL, H5S_ALL, H5P_DEFAULT, &x) >= 0)
            c->host->set_attribute(c, 0, a->name, a->unit, x);
        else if (one && !a->unit && hdf_text(d, text, sizeof text))
            c->host->set_text_attribute(c, 0, a->name, text);
        H5Dclose(d);
    }
}

/* ---- The element ---- */

static frit_status hand_over(struct reading *r)
{
    const struct read_nexus *p = r->c->params;
    frit_call *c = r->c;
    char name[LABEL_SIZE], unit[LABEL_SIZE];
    uint32_t want = (r->sigma ? FRIT_WANT_SIGMA : 0) | (r->any_masked ? FRIT_WANT_MASK : 0);
    frit_buffer *b = r->out ? r->out : c->host->output(c, 0, r->f.dtype, r->ndim, r->shape, want);
    if (!b)
        return FRIT_ENOMEM;
    if (!r->out)
        memcpy(b->data, r->values, r->n * hdf_dtype_size(r->f.dtype));
    if (r->sigma)
        memcpy(b->sigma, r->sigma, r->n * sizeof *r->sigma);
    if (r->any_masked)
        memcpy(b->mask, r->masked, r->n);
    long_name(r->f.dataset, r->f.name, name, sizeof name);
    const char *said = p->unit ? p->unit : unit_of(c, r->f.dataset, name, unit);
    c->host->set_unit(c, 0, -1, name, said ? said : "1");
    for (uint32_t k = 0; k < r->ndim; k++) {
        frit_status status = read_axis(r, b, k);
        if (status != FRIT_OK)
            return status;
    }
    set_position(r);
    set_attributes(r);
    return FRIT_OK;
}

static frit_status read_element(struct reading *r)
{
    r->ndim = (uint32_t)r->f.rank - r->f.lead;
    r->n = 1;
    for (uint32_t k = 0; k < r->ndim; k++) {
        r->shape[k] = (size_t)r->f.dims[r->f.lead + k];
        if (__builtin_mul_overflow(r->n, r->shape[k], &r->n))
            return r->c->host->fail(r->c, FRIT_EDATA, "%s is larger than any memory", r->f.path);
    }
    if (r->part >= r->f.count)
        return r->c->host->fail(r->c, FRIT_EDATA, "%s has %llu elements, no number %llu", r->f.path,
                                (unsigned long long)r->f.count, (unsigned long long)r->part + 1);
    r->errors = open_errors(&r->f);
    r->mask = open_mask(&r->f);
    frit_status status = read_values(r);
    if (status == FRIT_OK)
        status = hand_over(r);
    if (r->errors >= 0)
        H5Dclose(r->errors);
    if (r->mask >= 0)
        H5Dclose(r->mask);
    return status;
}

frit_status read_nexus_run(frit_call *c)
{
    const struct read_nexus *p = c->params;
    struct reading *r = c->host->scratch(c, 1, sizeof *r);
    if (!r)
        return FRIT_ENOMEM;
    r->c = c;
    const char *path = c->host->file(c, 0, &r->part);
    if (!path)
        return c->host->fail(c, FRIT_EIO, "there is no file for this element");
    hdf_session s;
    hdf_enter(&s);
    bool ok = find_open(&r->f, path, p->dataset, p->elements) && find_check_filters(&r->f);
    frit_status status = ok ? read_element(r) : c->host->fail(c, r->f.status, "%s", r->f.why);
    find_close(&r->f);
    hdf_leave(&s);
    return status;
}
