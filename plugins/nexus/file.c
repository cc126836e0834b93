/* A NeXus file that is being written: NXroot, one NXentry, and for each dataset an NXdata and an NXprocess.
 *
 * A series has a leading axis; its datasets grow by a row for each element, so that no more than one
 * element is in memory.  Uncertainties and masks begin with the first element that has some: the rows
 * before are filled by HDF5.  M. Könnecke et al., J. Appl. Cryst. 48 (2015) 301,
 * doi:10.1107/S1600576714027575; https://manual.nexusformat.org.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "file.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#ifndef FRIT_VERSION
#define FRIT_VERSION "unknown"
#endif

enum { NAME = 96 };    /* bytes of an element's name */

static bool failed(struct nexus_file *f, const char *what)
{
    char reason[HDF_REASON];
    snprintf(f->why, sizeof f->why, "%s cannot be written: %s", what, hdf_reason(reason));
    return false;
}

/* A name that NeXus allows: letters, digits, '_'. */
static void plain_name(const char *name, char *out, size_t size)
{
    size_t n = 0;
    for (const char *p = name ? name : ""; *p && n + 1 < size; p++) {
        bool plain = (*p >= '0' && *p <= '9') || (*p >= 'a' && *p <= 'z') || (*p >= 'A' && *p <= 'Z');
        out[n++] = plain ? *p : '_';
    }
    out[n] = 0;
}

/* A plain name that the group has not yet: "T", "T_2". */
static void new_name(hid_t group, const char *name, const char *otherwise, char *out, size_t size)
{
    char base[64];
    plain_name(name && *name ? name : otherwise, base, sizeof base);
    snprintf(out, size, "%s", base);
    for (unsigned k = 2; H5Lexists(group, out, H5P_DEFAULT) > 0; k++)
        snprintf(out, size, "%s_%u", base, k);
}

bool nexus_file_create(struct nexus_file *f, const char *path, const char *title, unsigned compression)
{
    *f = (struct nexus_file){ .file = -1, .entry = -1, .compression = compression };
    hid_t creation = hdf_creation(H5P_FILE_CREATE), access = hdf_access();
    f->file = H5Fcreate(path, H5F_ACC_TRUNC, creation, access);
    H5Pclose(creation);
    H5Pclose(access);
    if (f->file < 0)
        return failed(f, "the file");
    bool ok = hdf_put_attribute(f->file, "NX_class", "NXroot") &&
              hdf_put_attribute(f->file, "default", "entry") &&
              hdf_put_attribute(f->file, "creator", "frit " FRIT_VERSION);
    f->entry = ok ? hdf_group(f->file, "entry", "NXentry") : -1;
    ok = f->entry >= 0 && (!title || !*title || hdf_put_text(f->entry, "title", title));
    return ok || failed(f, "the entry");
}

/* ---- Datasets of rows ---- */

/* Rows of which each chunk holds some 64 kB, or of a large one 1 MB at most. */
static void chunks(const struct nexus_data *d, uint32_t ndim, size_t size, hsize_t *chunk)
{
    size_t bytes = size;
    for (uint32_t k = 0; k < ndim; k++) {
        chunk[k + 1] = d->shape[k] ? d->shape[k] : 1;
        bytes *= chunk[k + 1];
    }
    for (uint32_t k = 0; k < ndim && bytes > 1 << 20; k++) {
        size_t rest = bytes / chunk[k + 1];
        chunk[k + 1] = rest > 1 << 20 ? 1 : (1 << 20) / rest;
        bytes = rest * chunk[k + 1];
    }
    chunk[0] = bytes >= 1 << 16 ? 1 : (1 << 16) / bytes;
    if (chunk[0] > 1024)
        chunk[0] = 1024;
}

static hid_t create(const struct nexus_file *f, const struct nexus_data *d, const char *name, hid_t type,
                    size_t size, uint32_t ndim, const void *fill)
{
    hsize_t now[FRIT_MAX_NDIM + 1], most[FRIT_MAX_NDIM + 1], chunk[FRIT_MAX_NDIM + 1];
    size_t n = 1;
    now[0] = d->rows;
    most[0] = H5S_UNLIMITED;
    for (uint32_t k = 0; k < ndim; k++) {
        now[k + 1] = most[k + 1] = d->shape[k];
        n *= d->shape[k];
    }
    chunks(d, ndim, size, chunk);
    uint32_t skip = d->series ? 0 : 1, rank = ndim + 1 - skip;
    hid_t creation = hdf_creation(H5P_DATASET_CREATE);
    if (rank && n && (d->series || n > 1024)) {
        H5Pset_chunk(creation, (int)rank, chunk + skip);
        if (f->compression && size && H5Zfilter_avail(H5Z_FILTER_DEFLATE) > 0) {
            H5Pset_shuffle(creation);
            H5Pset_deflate(creation, f->compression);
        }
        H5Pset_fletcher32(creation);
    } else if (d->series) {    /* rows without values */
        H5Pset_chunk(creation, (int)rank, chunk);
    }
    if (fill)
        H5Pset_fill_value(creation, type, fill);
    hid_t space = rank ? H5Screate_simple((int)rank, now + skip, most + skip) : H5Screate(H5S_SCALAR);
    hid_t dataset = H5Dcreate2(d->group, name, type, space, H5P_DEFAULT, creation, H5P_DEFAULT);
    H5Sclose(space);
    H5Pclose(creation);
    return dataset;
}

/* One row of an element's values, or the whole where there is no series. */
static bool put(const struct nexus_data *d, hid_t dataset, hid_t type, uint32_t ndim, const void *data)
{
    if (!d->series)
        return H5Dwrite(dataset, type, H5S_ALL, H5S_ALL, H5P_DEFAULT, data) >= 0;
    hsize_t size[FRIT_MAX_NDIM + 1], start[FRIT_MAX_NDIM + 1] = { d->rows }, count[FRIT_MAX_NDIM + 1] = { 1 };
    size[0] = d->rows + 1;
    for (uint32_t k = 0; k < ndim; k++)
        size[k + 1] = count[k + 1] = d->shape[k];
    if (H5Dset_extent(dataset, size) < 0)
        return false;
    if (!data || (ndim && d->n == 0))
        return true;    /* the fill value stands for it */
    hid_t space = H5Dget_space(dataset), memory = H5Screate_simple((int)ndim + 1, count, NULL);
    bool ok = H5Sselect_hyperslab(space, H5S_SELECT_SET, start, NULL, count, NULL) >= 0 &&
              H5Dwrite(dataset, type, memory, space, H5P_DEFAULT, data) >= 0;
    H5Sclose(memory);
    H5Sclose(space);
    return ok;
}

/* ---- An NXdata ---- */

static bool put_axis(hid_t group, const char *name, const struct element *e, uint32_t k)
{
    hsize_t n = e->shape[k];
    hid_t creation = hdf_creation(H5P_DATASET_CREATE), space = H5Screate_simple(1, &n, NULL);
    hid_t d = H5Dcreate2(group, name, H5T_NATIVE_DOUBLE, space, H5P_DEFAULT, creation, H5P_DEFAULT);
    bool ok = d >= 0 &&
              (n == 0 || H5Dwrite(d, H5T_NATIVE_DOUBLE, H5S_ALL, H5S_ALL, H5P_DEFAULT, e->axis[k]) >= 0) &&
              hdf_put_attribute(d, "units", e->axis_unit[k] ? e->axis_unit[k] : "1") &&
              hdf_put_attribute(d, "long_name", e->axis_name[k] ? e->axis_name[k] : name);
    ok = (d < 0 || H5Dclose(d) >= 0) && ok;
    H5Sclose(space);
    H5Pclose(creation);
    return ok;
}

static bool put_indices(hid_t group, const char *axis, int64_t k)
{
    char name[120];
    snprintf(name, sizeof name, "%s_indices", axis);
    return hdf_put_attribute_integer(group, name, k);
}

/* Positions and names of the elements. */
static bool begin_series(struct nexus_file *f, struct nexus_data *d, const struct element *like, char *axis)
{
    bool placed = isfinite(like->position);
    const char *name = placed && like->series_name ? like->series_name : "element";
    const double nan = NAN;
    new_name(d->group, name, "element", axis, 80);
    d->positions = create(f, d, axis, H5T_NATIVE_DOUBLE, 8, 0, &nan);
    hid_t type = hdf_text_type(NAME);
    d->names = create(f, d, "element_name", type, NAME, 0, NULL);
    H5Tclose(type);
    return d->positions >= 0 && d->names >= 0 && put_indices(d->group, axis, 0) &&
           hdf_put_attribute(d->positions, "units", placed && like->series_unit ? like->series_unit : "1") &&
           hdf_put_attribute(d->positions, "long_name", name);
}

static bool begin_axes(struct nexus_file *f, struct nexus_data *d, const struct element *like)
{
    char axis[FRIT_MAX_NDIM + 1][80];
    const char *list[FRIT_MAX_NDIM + 1];
    uint32_t n = 0;
    if (d->series) {
        if (!begin_series(f, d, like, axis[0]))
            return false;
        list[n++] = axis[0];
    }
    for (uint32_t k = 0; k < like->ndim; k++, n++) {
        list[n] = ".";
        if (!like->axis[k])
            continue;
        new_name(d->group, like->axis_name[k], "x", axis[n], sizeof axis[n]);
        list[n] = axis[n];
        if (!put_axis(d->group, axis[n], like, k) || !put_indices(d->group, axis[n], (int64_t)n))
            return false;
    }
    return n == 0 || hdf_put_attribute_list(d->group, "axes", list, n);
}

static bool begin_signal(struct nexus_file *f, struct nexus_data *d, const struct element *like)
{
    static const char *const interpretation[] = { "scalar", "spectrum", "image" };
    const double nan64 = NAN;
    const float nan32 = NAN;
    char name[80];
    plain_name(like->quantity && *like->quantity ? like->quantity : "data", name, 60);
    const void *fill = like->dtype == FRIT_F64 ? (const void *)&nan64 :
                       like->dtype == FRIT_F32 ? &nan32 : NULL;
    d->signal = create(f, d, name, hdf_memory_type(like->dtype), hdf_dtype_size(like->dtype), like->ndim,
                       fill);
    return d->signal >= 0 && hdf_put_attribute(d->group, "signal", name) &&
           hdf_put_attribute(d->signal, "units", like->unit ? like->unit : "1") &&
           hdf_put_attribute(d->signal, "long_name", like->quantity ? like->quantity : name) &&
           (like->ndim > 2 || hdf_put_attribute(d->signal, "interpretation", interpretation[like->ndim]));
}

bool nexus_file_begin(struct nexus_file *f, struct nexus_data *d, const struct element *like, bool series)
{
    *d = (struct nexus_data){ .group = -1, .signal = -1, .errors = -1, .mask = -1, .positions = -1,
                              .names = -1, .series = series, .n = like->n, .dtype = like->dtype,
                              .ndim = like->ndim };
    memcpy(d->shape, like->shape, sizeof d->shape);
    new_name(f->entry, like->quantity, "data", d->name, sizeof d->name);
    d->group = hdf_group(f->entry, d->name, "NXdata");
    bool ok = d->group >= 0 && begin_signal(f, d, like) && begin_axes(f, d, like);
    if (ok && !series && like->name && *like->name)
        ok = hdf_put_text(d->group, "title", like->name);
    if (ok && f->groups++ == 0)
        ok = hdf_put_attribute(f->entry, "default", d->name);
    return ok || failed(f, d->name);
}

/* ---- How it came to be ---- */

static bool put_note(hid_t process, unsigned k, const char *line, size_t n)
{
    char name[32], *text = malloc(n + 1);
    if (!text)
        return false;
    memcpy(text, line, n);
    text[n] = 0;
    snprintf(name, sizeof name, "step_%03u", k);
    hid_t note = hdf_group(process, name, "NXnote");
    bool ok = note >= 0 && hdf_put_text(note, "type", "text/plain") && hdf_put_text(note, "data", text) &&
              hdf_put_integer(note, "sequence_index", k);
    if (note >= 0)
        ok = H5Gclose(note) >= 0 && ok;
    free(text);
    return ok;
}

static bool put_settings(hid_t process, const struct setting *s)
{
    hid_t group = hdf_group(process, "parameters", "NXparameters");
    bool ok = group >= 0;
    for (; ok && s && s->name; s++)
        ok = s->text ? hdf_put_text(group, s->name, s->text)
                     : hdf_put_number(group, s->name, s->unit, s->number);
    if (group >= 0)
        ok = H5Gclose(group) >= 0 && ok;
    return ok;
}

bool nexus_file_process(struct nexus_file *f, const struct nexus_data *d, const char *history,
                        const struct setting *settings)
{
    char name[120];
    snprintf(name, sizeof name, "%s_process", d->name);
    hid_t process = hdf_group(f->entry, name, "NXprocess");
    bool ok = process >= 0 && hdf_put_text(process, "program", "frit") &&
              hdf_put_text(process, "version", FRIT_VERSION) && put_settings(process, settings);
    unsigned k = 0;
    for (const char *line = history ? history : ""; ok && *line;) {
        size_t n = strcspn(line, "\n");
        if (n)
            ok = put_note(process, ++k, line, n);
        line += n + (line[n] == '\n');
    }
    for (const struct setting *s = settings; ok && s && s->name; s++)
        if (s->text && !strcmp(s->name, "definition"))
            ok = hdf_put_attribute(d->signal, "definition", s->text);
    if (process >= 0)
        ok = H5Gclose(process) >= 0 && ok;
    return ok || failed(f, name);
}

/* ---- Elements ---- */

/* A masked floating-point value is NaN in the file: other programs draw a gap there. */
static const void *with_gaps(const struct element *e, void *copy)
{
    if (!e->mask || (e->dtype != FRIT_F64 && e->dtype != FRIT_F32))
        return e->data;
    memcpy(copy, e->data, e->n * hdf_dtype_size(e->dtype));
    for (size_t i = 0; i < e->n; i++) {
        if (e->mask[i] && e->dtype == FRIT_F64)
            ((double *)copy)[i] = NAN;
        else if (e->mask[i])
            ((float *)copy)[i] = NAN;
    }
    return copy;
}

static bool append_errors(struct nexus_file *f, struct nexus_data *d, const struct element *e)
{
    const double nan = NAN;
    char name[120], signal[80];
    if (e->sigma && d->errors < 0) {
        if (!hdf_attribute(d->group, "signal", 0, signal, sizeof signal))
            return false;
        snprintf(name, sizeof name, "%s_errors", signal);
        d->errors = create(f, d, name, H5T_NATIVE_DOUBLE, 8, d->ndim, &nan);
        if (d->errors < 0 || !hdf_put_attribute(d->errors, "units", e->unit ? e->unit : "1"))
            return false;
    }
    return d->errors < 0 || put(d, d->errors, H5T_NATIVE_DOUBLE, d->ndim, e->sigma);
}

static bool append_mask(struct nexus_file *f, struct nexus_data *d, const struct element *e, void *copy)
{
    char name[120], signal[80];
    const uint8_t *mask = e->mask;
    if (!e->data) {    /* all of it is missing */
        memset(copy, 1, d->n);
        mask = copy;
    }
    if (mask && d->mask < 0) {
        if (!hdf_attribute(d->group, "signal", 0, signal, sizeof signal))
            return false;
        snprintf(name, sizeof name, "%s_mask", signal);
        d->mask = create(f, d, name, H5T_NATIVE_UINT8, 1, d->ndim, NULL);
        if (d->mask < 0 || !hdf_put_attribute(d->mask, "long_name", "1 where nothing was measured"))
            return false;
    }
    return d->mask < 0 || put(d, d->mask, H5T_NATIVE_UINT8, d->ndim, mask);
}

/* As much of a name as there is room for, cut between characters. */
static void copy_name(const char *name, char out[NAME])
{
    size_t n = strlen(name);
    if (n > NAME)
        for (n = NAME; n && ((unsigned char)name[n] & 0xc0) == 0x80; n--)
            ;
    memcpy(out, name, n);
}

bool nexus_file_append(struct nexus_file *f, struct nexus_data *d, const struct element *e, void *copy)
{
    const void *values = e->data && d->n ? with_gaps(e, copy) : NULL;
    bool ok = (!d->series && d->n == 0) || put(d, d->signal, hdf_memory_type(d->dtype), d->ndim, values);
    if (ok && d->n)
        ok = append_errors(f, d, e) && append_mask(f, d, e, copy);
    if (ok && d->series) {
        double position = isfinite(e->position) ? e->position : e->series_name ? NAN : (double)(d->rows + 1);
        char name[NAME] = { 0 };
        copy_name(e->name ? e->name : "", name);
        hid_t type = hdf_text_type(NAME);
        ok = put(d, d->positions, H5T_NATIVE_DOUBLE, 0, &position) && put(d, d->names, type, 0, name);
        H5Tclose(type);
    }
    d->rows++;
    return ok || failed(f, d->name);
}

bool nexus_file_end(struct nexus_file *f, struct nexus_data *d)
{
    hid_t datasets[] = { d->signal, d->errors, d->mask, d->positions, d->names };
    bool ok = true;
    for (size_t i = 0; i < sizeof datasets / sizeof *datasets; i++)
        ok = (datasets[i] < 0 || H5Dclose(datasets[i]) >= 0) && ok;
    ok = (d->group < 0 || H5Gclose(d->group) >= 0) && ok;
    d->group = d->signal = d->errors = d->mask = d->positions = d->names = -1;
    return ok || failed(f, d->name);
}

bool nexus_file_close(struct nexus_file *f)
{
    bool ok = f->entry < 0 || H5Gclose(f->entry) >= 0;
    ok = (f->file < 0 || H5Fclose(f->file) >= 0) && ok;
    f->entry = f->file = -1;
    return ok || failed(f, "the file");
}
