/* Which dataset of a file is meant: the one that was named, the default signal of a NeXus file, or the
 * only one.
 *
 * NeXus says by attributes what to plot: `default` leads from the root to an NXentry and from there to an
 * NXdata, whose `signal` names the dataset; older files have signal = 1 at the dataset itself.
 * https://manual.nexusformat.org/datarules.html.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "find.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bool fail(struct found *f, frit_status status, const char *fmt, ...) FRIT_PRINTF(3, 4);

static bool fail(struct found *f, frit_status status, const char *fmt, ...)
{
    va_list args;
    va_start(args, fmt);
    vsnprintf(f->why, sizeof f->why, fmt, args);
    va_end(args);
    f->status = status;
    return false;
}

/* ---- What there is ---- */

struct list { char *out; size_t at, size; unsigned n; char only[FIND_PATH]; };

/* Datasets of numbers, and links to other files, whose content is not looked at. */
static herr_t note_link(hid_t group, const char *name, const H5L_info_t *link, void *data)
{
    struct list *l = data;
    bool shown = link->type == H5L_TYPE_EXTERNAL;
    if (link->type == H5L_TYPE_HARD) {
        hid_t object = H5Oopen(group, name, H5P_DEFAULT);
        frit_dtype dtype;
        if (object >= 0 && H5Iget_type(object) == H5I_DATASET) {
            hid_t type = H5Dget_type(object);
            shown = type >= 0 && hdf_dtype(type, &dtype);
            if (type >= 0)
                H5Tclose(type);
        }
        if (object >= 0)
            H5Oclose(object);
    }
    if (!shown)
        return 0;
    if (l->n++ == 0)
        snprintf(l->only, sizeof l->only, "/%s", name);
    if (l->out && l->n <= 12 && l->at + strlen(name) + 8 < l->size)
        l->at += (size_t)snprintf(l->out + l->at, l->size - l->at, "%s/%s", l->at ? ", " : "", name);
    return 0;
}

static unsigned list_datasets(const struct found *f, char *out, size_t size, char *only)
{
    struct list l = { .out = out, .size = size };
    if (out)
        out[0] = 0;
    H5Lvisit(f->file, H5_INDEX_NAME, H5_ITER_INC, note_link, &l);
    if (out && l.n > 12)
        snprintf(out + l.at, size - l.at, ", ...");
    if (only)
        strcpy(only, l.only);
    return l.n;
}

/* ---- The default ---- */

static bool has_class(hid_t object, const char *nx_class)
{
    char text[64];
    return hdf_attribute(object, "NX_class", 0, text, sizeof text) && !strcmp(text, nx_class);
}

/* The signal of a group, as a path; false: it has none. */
static bool signal_of(hid_t file, const char *group_path, char *out)
{
    char name[FIND_PATH / 2];
    hid_t group = H5Gopen2(file, group_path, H5P_DEFAULT);
    if (group < 0)
        return false;
    bool has = hdf_attribute(group, "signal", 0, name, sizeof name) &&
               H5Lexists(group, name, H5P_DEFAULT) > 0;
    H5Gclose(group);
    if (has)
        snprintf(out, FIND_PATH, "%.*s/%s", FIND_PATH / 2 - 2, strcmp(group_path, "/") ? group_path : "",
                 name);
    return has;
}

static bool follow_default(hid_t file, char *out)
{
    char path[FIND_PATH] = "/", name[FIND_PATH / 4];
    for (int depth = 0; depth < 6; depth++) {
        if (signal_of(file, path, out))
            return true;
        hid_t group = H5Gopen2(file, path, H5P_DEFAULT);
        bool has = group >= 0 && hdf_attribute(group, "default", 0, name, sizeof name);
        if (group >= 0)
            H5Gclose(group);
        size_t n = strlen(path);
        if (!has || n + strlen(name) + 2 >= FIND_PATH / 2)
            return false;
        snprintf(path + n, sizeof path - n, "%s%s", n > 1 ? "/" : "", name);
    }
    return false;
}

/* The first NXdata that has a signal, or dataset with the attribute signal. */
static herr_t try_object(hid_t file, const char *name, const H5O_info_t *info, void *data)
{
    char *out = data, path[FIND_PATH];
    if (strlen(name) + 2 > FIND_PATH / 2 || (info->type != H5O_TYPE_GROUP && info->type != H5O_TYPE_DATASET))
        return 0;
    hid_t object = H5Oopen(file, name, H5P_DEFAULT);
    if (object < 0)
        return 0;
    bool data_group = info->type == H5O_TYPE_GROUP && has_class(object, "NXdata");
    bool signal = info->type == H5O_TYPE_DATASET && H5Aexists(object, "signal") > 0;
    H5Oclose(object);
    snprintf(path, sizeof path, "/%s", name);
    if (signal)
        strcpy(out, path);
    return signal || (data_group && signal_of(file, path, out));
}

static bool find_default(struct found *f)
{
    char list[900];
    if (follow_default(f->file, f->path))
        return true;
    f->path[0] = 0;
    if (H5Ovisit(f->file, H5_INDEX_NAME, H5_ITER_INC, try_object, f->path) > 0)
        return true;
    unsigned n = list_datasets(f, list, sizeof list, f->path);
    if (n == 1)
        return true;
    if (n == 0)
        return fail(f, FRIT_EDATA, "the file holds no dataset of numbers");
    return fail(f, FRIT_EDATA,
                "the file does not say which of its datasets is to be read: give dataset = one of %s", list);
}

/* ---- The one that was named ---- */

static bool find_named(struct found *f, const char *wanted)
{
    char list[900];
    if (strlen(wanted) + 2 > FIND_PATH / 2)
        return fail(f, FRIT_EDATA, "the name of the dataset is too long");
    snprintf(f->path, sizeof f->path, "%s%s", *wanted == '/' ? "" : "/", wanted);
    for (size_t n = strlen(f->path); n > 1 && f->path[n - 1] == '/'; n--)
        f->path[n - 1] = 0;
    hid_t object = H5Oopen(f->file, f->path, H5P_DEFAULT);
    if (object >= 0) {
        H5I_type_t type = H5Iget_type(object);
        H5Oclose(object);
        char group[FIND_PATH];
        strcpy(group, f->path);
        if (type == H5I_DATASET || (type == H5I_GROUP && signal_of(f->file, group, f->path)))
            return true;
        unsigned n = list_datasets(f, list, sizeof list, NULL);
        return fail(f, FRIT_EDATA, "%s is %s; the datasets are %s", group,
                    type == H5I_GROUP ? "a group without a signal" : "no dataset", n ? list : "none");
    }
    unsigned n = list_datasets(f, list, sizeof list, NULL);
    return fail(f, FRIT_EDATA,
                "there is no dataset %s, or it lies in another file that is not there; the datasets "
                "are %s",
                f->path, n ? list : "none");
}

/* ---- Its shape ---- */

static uint32_t leading(const struct found *f, int elements)
{
    char text[32];
    int inner = f->rank < 3 ? f->rank : 2;    /* frames */
    if (elements == ELEMENTS_WHOLE)
        return 0;
    if (elements == ELEMENTS_FIRST)
        return f->rank > 0;
    if (hdf_attribute(f->dataset, "interpretation", 0, text, sizeof text) ||
        hdf_attribute(f->group, "interpretation", 0, text, sizeof text))
        inner = !strcmp(text, "scalar") ? 0 : !strcmp(text, "spectrum") ? 1 :
                !strcmp(text, "image") ? 2 : inner;
    return f->rank > inner ? (uint32_t)(f->rank - inner) : 0;
}

/* Deflate and its like pack a thousandfold at the very most: what promises more was never written, or
 * is damaged. */
static bool check_promise(struct found *f)
{
    double bytes = (double)hdf_dtype_size(f->dtype), stored;
    for (int k = 0; k < f->rank; k++)
        bytes *= (double)f->dims[k];
    hid_t creation = H5Dget_create_plist(f->dataset);
    H5D_layout_t kind = creation >= 0 ? H5Pget_layout(creation) : H5D_LAYOUT_ERROR;
    bool elsewhere = kind == H5D_VIRTUAL || (creation >= 0 && H5Pget_external_count(creation) > 0);
    if (creation >= 0)
        H5Pclose(creation);
    stored = (double)H5Dget_storage_size(f->dataset);
    if (elsewhere || bytes == 0 || bytes <= 2000 * stored)
        return true;
    if (stored == 0)
        return fail(f, FRIT_EDATA, "%s was never written: its %.3g bytes are promised, but none is stored",
                    f->path, bytes);
    return fail(f, FRIT_EDATA,
                "%s promises %.3g bytes, but only %.3g are stored: most of it was never written, or the "
                "file is damaged",
                f->path, bytes, stored);
}

static bool measure(struct found *f, int elements)
{
    hid_t type = H5Dget_type(f->dataset), space = H5Dget_space(f->dataset);
    bool numbers = type >= 0 && hdf_dtype(type, &f->dtype);
    bool simple = space >= 0 && H5Sis_simple(space) > 0 && H5Sget_simple_extent_type(space) != H5S_NULL;
    f->rank = simple ? H5Sget_simple_extent_ndims(space) : -1;
    if (f->rank >= 0 && f->rank <= FIND_RANK)
        H5Sget_simple_extent_dims(space, f->dims, NULL);
    if (type >= 0)
        H5Tclose(type);
    if (space >= 0)
        H5Sclose(space);
    if (!numbers)
        return fail(f, FRIT_EDATA, "%s holds no numbers (complex, compound and text are none)", f->path);
    if (f->rank < 0 || f->rank > FIND_RANK)
        return fail(f, FRIT_EDATA, "%s is empty", f->path);
    if (!check_promise(f))
        return false;
    f->lead = leading(f, elements);
    f->count = 1;
    for (uint32_t k = 0; k < f->lead; k++)
        if (__builtin_mul_overflow(f->count, (uint64_t)f->dims[k], &f->count) || f->count > UINT32_MAX)
            return fail(f, FRIT_EDATA, "%s has more than 4 billion elements", f->path);
    if ((uint32_t)f->rank - f->lead > FRIT_MAX_NDIM)
        return fail(f, FRIT_EDATA, "%s has %d dimensions; %d are the most that an element may have", f->path,
                    f->rank, FRIT_MAX_NDIM);
    return true;
}

static bool open_dataset(struct found *f)
{
    char group[FIND_PATH], signal[FIND_PATH], reason[HDF_REASON];
    f->dataset = H5Dopen2(f->file, f->path, H5P_DEFAULT);
    if (f->dataset < 0)
        return fail(f, FRIT_EIO, "%s cannot be opened: %s", f->path, hdf_reason(reason));
    strcpy(group, f->path);
    char *slash = strrchr(group, '/');
    strcpy(f->name, slash + 1);
    slash[slash == group] = 0;
    f->group = H5Gopen2(f->file, group, H5P_DEFAULT);
    if (f->group < 0)
        return fail(f, FRIT_EIO, "%s cannot be opened: %s", group, hdf_reason(reason));
    f->signal = H5Aexists(f->dataset, "signal") > 0 ||
                (hdf_attribute(f->group, "signal", 0, signal, sizeof signal) && !strcmp(signal, f->name));
    return true;
}

static bool open_file(struct found *f, const char *path)
{
    char reason[HDF_REASON];
    htri_t hdf = H5Fis_hdf5(path);
    if (hdf == 0)
        return fail(f, FRIT_EDATA, "this is no HDF5 file, whatever its name says");
    hid_t access = hdf_access();
    f->file = H5Fopen(path, H5F_ACC_RDONLY, access);
    if (f->file < 0)    /* closing something would forget the reason */
        fail(f, FRIT_EIO, "the file cannot be opened, it is cut short or damaged: %s", hdf_reason(reason));
    H5Pclose(access);
    return f->file >= 0;
}

bool find_open(struct found *f, const char *path, const char *wanted, int elements)
{
    *f = (struct found){ .file = -1, .dataset = -1, .group = -1 };
    return open_file(f, path) && (wanted && *wanted ? find_named(f, wanted) : find_default(f)) &&
           open_dataset(f) && measure(f, elements);
}

void find_close(struct found *f)
{
    if (f->dataset >= 0)
        H5Dclose(f->dataset);
    if (f->group >= 0)
        H5Gclose(f->group);
    if (f->file >= 0)
        H5Fclose(f->file);
    f->file = f->dataset = f->group = -1;
}

/* ---- Filters ---- */

bool find_check_filters(struct found *f)
{
    static const struct { H5Z_filter_t id; const char *name, *package; } known[] = {
        { 32000, "LZF", "python3-h5py brings it for Python alone: pack the file anew" },
        { 32001, "Blosc", "Debian's package hdf5-filter-plugin-blosc-serial has it" },
        { 32004, "LZ4", "Debian's package hdf5-filter-plugin has it" },
        { 32008, "Bitshuffle", "Debian's packages hdf5-filter-plugin and bitshuffle have it" },
        { 32013, "ZFP", "Debian's package hdf5-filter-plugin-zfp-serial has it" },
        { 32015, "Zstandard", "the Python package hdf5plugin brings it" },
        { 307, "bzip2", "Debian's package hdf5-filter-plugin has it" }
    };
    hid_t creation = H5Dget_create_plist(f->dataset);
    int n = creation >= 0 ? H5Pget_nfilters(creation) : 0;
    bool ok = true;
    for (int i = 0; ok && i < n; i++) {
        char name[64] = "";
        size_t no_values = 0;
        unsigned flags = 0, config = 0;
        H5Z_filter_t id =
            H5Pget_filter2(creation, (unsigned)i, &flags, &no_values, NULL, sizeof name, name, &config);
        if (id < 0 || H5Zfilter_avail(id) > 0)
            continue;
        const char *called = name[0] ? name : "a filter",
                   *help = "HDF5_PLUGIN_PATH says where HDF5 looks for it";
        for (size_t k = 0; k < sizeof known / sizeof *known; k++) {
            if (known[k].id == id) {
                called = known[k].name;
                help = known[k].package;
            }
        }
        ok = fail(f, FRIT_EDATA, "%s is packed with %s (HDF5 filter %d), which is not installed: %s", f->path,
                  called, (int)id, help);
    }
    if (creation >= 0)
        H5Pclose(creation);
    return ok;
}
