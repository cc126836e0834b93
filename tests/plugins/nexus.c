/* NeXus files: what is written comes back bit for bit, stands where NeXus says, and is the same twice;
 * files of other programs are read by what their attributes tell; damaged ones are refused.
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "step.h"

#include <glib/gstdio.h>
#include <hdf5.h>
#include <math.h>
#include <string.h>
#include <sys/wait.h>

static char *folder;

static char *in_folder(const char *name)
{
    return g_build_filename(folder, name, NULL);
}

/* ---- Writing and reading by the steps ---- */

static char *write_all(const char *name, frit_dataset **d, size_t n, bool series)
{
    g_autoptr(GError) error = NULL;
    char *path = in_folder(name);
    test_step *s = test_step_new("write_nexus");
    test_step_set(s, "file", path);
    if (series)
        test_step_series(s, "data", d, n);
    for (size_t i = 0; !series && i < n; i++)
        test_step_input(s, "data", d[i]);
    test_step_run(s, &error);
    g_assert_no_error(error);
    test_step_free(s);
    return path;
}

static test_step *reader_of(const char *path, const char *dataset)
{
    test_step *s = test_step_new("read_nexus");
    test_step_set(s, "files", path);
    if (dataset)
        test_step_set(s, "dataset", dataset);
    return s;
}

static frit_dataset *read_back(const char *path, const char *dataset, const char *elements)
{
    g_autoptr(GError) error = NULL;
    test_step *s = reader_of(path, dataset);
    if (elements)
        test_step_set(s, "elements", elements);
    test_step_run(s, &error);
    g_assert_no_error(error);
    frit_dataset *d = frit_dataset_ref((frit_dataset *)test_step_output(s, "data"));
    test_step_free(s);
    return d;
}

static void check_failure(const char *path, const char *dataset, const char *says)
{
    test_step *s = reader_of(path, dataset);
    g_autofree char *sentence = test_step_failure(s);
    g_test_message("%s", sentence);
    if (!strstr(sentence, says))
        g_error("\"%s\" does not say \"%s\"", sentence, says);
    test_step_free(s);
}

/* A curve with all that a curve may have; its numbers have no end in twos. */
static frit_dataset *full_curve(double shift)
{
    enum { N = 300 };
    double x[N], y[N], e[N];
    for (size_t i = 0; i < N; i++) {
        x[i] = (double)i / 7;
        y[i] = sin((double)i + shift) / 3;
        e[i] = (double)(i + 1) / 70000;
    }
    frit_dataset *d = frit_dataset_curve(N, x, "Q", "1/angstrom", y, e, "1/angstrom^2");
    d->quantity = "structure_factor";
    g_assert_true(frit_dataset_want_mask(d));
    d->mask[17] = 1;
    frit_dataset_set_text(d, "definition", "Faber-Ziman");
    frit_dataset_set_number(d, "qmax", "1/angstrom", 24.3);
    return d;
}

static void check_same(const frit_dataset *d, const frit_dataset *was)
{
    size_t n = frit_dataset_count(was), size = frit_dtype_size(was->dtype);
    g_assert_cmpuint(d->ndim, ==, was->ndim);
    g_assert_cmpuint(d->dtype, ==, was->dtype);
    g_assert_cmpstr(d->quantity, ==, was->quantity);
    g_assert_cmpstr(d->unit, ==, was->unit);
    for (uint32_t k = 0; k < was->ndim; k++) {
        g_assert_cmpuint(d->shape[k], ==, was->shape[k]);
        if (!was->axis[k])
            continue;
        g_assert_cmpstr(d->axis[k]->name, ==, was->axis[k]->name);
        g_assert_cmpstr(d->axis[k]->unit, ==, was->axis[k]->unit);
        g_assert_cmpmem(d->axis[k]->at, d->shape[k] * sizeof(double), was->axis[k]->at,
                        d->shape[k] * sizeof(double));
    }
    g_assert_cmpint(d->sigma != NULL, ==, was->sigma != NULL);
    if (was->sigma)
        g_assert_cmpmem(d->sigma, n * sizeof(double), was->sigma, n * sizeof(double));
    for (size_t i = 0; i < n; i++) {
        bool masked = was->mask && was->mask[i];
        g_assert_cmpint(d->mask && d->mask[i], ==, masked);
        if (!masked)
            g_assert_cmpmem((char *)d->data + i * size, size, (char *)was->data + i * size, size);
    }
}

static frit_dataset *frame(frit_dtype dtype)
{
    const size_t shape[] = { 20, 30 };
    frit_dataset *d = frit_dataset_new(dtype, 2, shape);
    d->quantity = "frame";
    d->unit = "count";
    guint8 *bytes = d->data;
    for (size_t i = 0; i < 600 * frit_dtype_size(dtype); i++)
        bytes[i] = (guint8)(i * 37 % 101);    /* no NaN comes of these: no exponent is all ones */
    return d;
}

static void round_trip(void)
{
    g_autoptr(frit_dataset) curve = full_curve(0);
    frit_dataset *one[] = { frit_dataset_ref(curve) };
    g_autofree char *path = write_all("curve.nxs", one, 1, false);
    g_autoptr(frit_dataset) back = read_back(path, NULL, NULL);
    check_same(back, curve);
    g_assert_cmpstr(frit_dataset_attribute(back, "definition")->text, ==, "Faber-Ziman");
    g_assert_cmpfloat(frit_dataset_attribute(back, "qmax")->value, ==, 24.3);

    for (frit_dtype dtype = FRIT_F64; dtype <= FRIT_U64; dtype++) {
        g_autoptr(frit_dataset) image = frame(dtype);
        frit_dataset *images[] = { frit_dataset_ref(image) };
        g_autofree char *file = write_all("frame.nxs", images, 1, false);
        g_autoptr(frit_dataset) again = read_back(file, NULL, NULL);
        check_same(again, image);
    }

    g_autoptr(frit_dataset) number = frit_dataset_number(1.0 / 3, "K");
    number->quantity = "T";
    frit_dataset *numbers[] = { frit_dataset_ref(number) };
    g_autofree char *scalar = write_all("number.nxs", numbers, 1, false);
    g_autoptr(frit_dataset) third = read_back(scalar, NULL, NULL);
    check_same(third, number);
}

/* No point, and nothing measured. */
static void empty(void)
{
    frit_dataset *none[] = { frit_dataset_curve(0, NULL, "Q", "1/nm", NULL, NULL, "K") };
    g_autofree char *path = write_all("none.nxs", none, 1, false);
    g_autoptr(frit_dataset) back = read_back(path, NULL, NULL);
    g_assert_cmpuint(back->shape[0], ==, 0);
    g_assert_cmpstr(back->axis[0]->unit, ==, "1/nm");

    g_autoptr(frit_dataset) all = full_curve(0);
    memset(all->mask, 1, all->shape[0]);
    frit_dataset *masked[] = { frit_dataset_ref(all) };
    g_autofree char *file = write_all("masked.nxs", masked, 1, false);
    g_autoptr(frit_dataset) again = read_back(file, NULL, NULL);
    check_same(again, all);
}

/* ---- Structure ---- */

static char *text_attribute(hid_t object, const char *name, hsize_t i)
{
    hid_t a = H5Aopen(object, name, H5P_DEFAULT);
    g_assert_cmpint(a, >=, 0);
    hid_t type = H5Aget_type(a), space = H5Aget_space(a);
    hssize_t n = H5Sget_simple_extent_npoints(space);
    size_t size = H5Tget_size(type);
    g_assert_cmpint(n, >, (hssize_t)i);
    g_assert_cmpint(H5Tget_cset(type), ==, H5T_CSET_UTF8);
    g_autofree char *text = g_malloc0((gsize)n * size);
    g_assert_cmpint(H5Aread(a, type, text), >=, 0);
    char *copy = g_strndup(text + i * size, size);
    H5Sclose(space);
    H5Tclose(type);
    H5Aclose(a);
    return copy;
}

static void check_attribute(hid_t file, const char *object, const char *name, hsize_t i, const char *is)
{
    hid_t o = H5Oopen(file, object, H5P_DEFAULT);
    if (o < 0)
        g_error("there is no %s", object);
    g_autofree char *text = text_attribute(o, name, i);
    g_assert_cmpstr(text, ==, is);
    H5Oclose(o);
}

static void check_shape(hid_t file, const char *dataset, int rank, const hsize_t *shape)
{
    hsize_t dims[8];
    hid_t d = H5Dopen2(file, dataset, H5P_DEFAULT);
    if (d < 0)
        g_error("there is no %s", dataset);
    hid_t space = H5Dget_space(d);
    g_assert_cmpint(H5Sget_simple_extent_ndims(space), ==, rank);
    H5Sget_simple_extent_dims(space, dims, NULL);
    for (int k = 0; k < rank; k++)
        g_assert_cmpuint(dims[k], ==, shape[k]);
    H5Sclose(space);
    H5Dclose(d);
}

static void read_numbers(hid_t file, const char *dataset, double *out)
{
    hid_t d = H5Dopen2(file, dataset, H5P_DEFAULT);
    if (d < 0)
        g_error("there is no %s", dataset);
    g_assert_cmpint(H5Dread(d, H5T_NATIVE_DOUBLE, H5S_ALL, H5S_ALL, H5P_DEFAULT, out), >=, 0);
    H5Dclose(d);
}

/* By https://manual.nexusformat.org/classes/base_classes/NXdata.html */
static void structure(void)
{
    const struct { const char *object, *name; hsize_t i; const char *is; } says[] = {
        { "/", "NX_class", 0, "NXroot" }, { "/", "default", 0, "entry" },
        { "/entry", "NX_class", 0, "NXentry" }, { "/entry", "default", 0, "structure_factor" },
        { "/entry/structure_factor", "NX_class", 0, "NXdata" },
        { "/entry/structure_factor", "signal", 0, "structure_factor" },
        { "/entry/structure_factor", "axes", 0, "element" }, { "/entry/structure_factor", "axes", 1, "Q" },
        { "/entry/structure_factor/structure_factor", "units", 0, "1/angstrom^2" },
        { "/entry/structure_factor/structure_factor", "interpretation", 0, "spectrum" },
        { "/entry/structure_factor/structure_factor", "definition", 0, "Faber-Ziman" },
        { "/entry/structure_factor/Q", "units", 0, "1/angstrom" },
        { "/entry/structure_factor_process", "NX_class", 0, "NXprocess" },
        { "/entry/structure_factor_process/parameters", "NX_class", 0, "NXparameters" },
        { "/entry/structure_factor_process/parameters/qmax", "units", 0, "1/angstrom" }
    };
    frit_dataset *d[] = { full_curve(0), full_curve(1), full_curve(2) };
    g_autofree char *path = write_all("structure.nxs", d, 3, true);
    hid_t file = H5Fopen(path, H5F_ACC_RDONLY, H5P_DEFAULT);
    for (size_t i = 0; i < G_N_ELEMENTS(says); i++)
        check_attribute(file, says[i].object, says[i].name, says[i].i, says[i].is);
    const hsize_t shape[] = { 3, 300 };
    check_shape(file, "/entry/structure_factor/structure_factor", 2, shape);
    check_shape(file, "/entry/structure_factor/structure_factor_errors", 2, shape);
    check_shape(file, "/entry/structure_factor/structure_factor_mask", 2, shape);
    check_shape(file, "/entry/structure_factor/Q", 1, shape + 1);
    check_shape(file, "/entry/structure_factor/element_name", 1, shape);
    double values[900];
    read_numbers(file, "/entry/structure_factor/structure_factor", values);
    for (size_t i = 0; i < 900; i++) {
        if (i % 300 == 17)
            g_assert_true(isnan(values[i]));
        else
            g_assert_cmpfloat(values[i], ==, sin((double)(i % 300) + (double)(i / 300)) / 3);
    }
    H5Fclose(file);
}

/* Several datasets in one file, of one quantity and of others. */
static void several(void)
{
    frit_dataset *d[] = { full_curve(0), full_curve(1), frame(FRIT_U16) };
    g_autofree char *path = write_all("several.nxs", d, 3, false);
    g_autoptr(frit_dataset) first = read_back(path, NULL, NULL);
    g_autoptr(frit_dataset) second = read_back(path, "/entry/structure_factor_2", NULL);
    g_autoptr(frit_dataset) third = read_back(path, "entry/frame/frame", NULL);
    g_autoptr(frit_dataset) one = full_curve(0), two = full_curve(1), three = frame(FRIT_U16);
    check_same(first, one);
    check_same(second, two);
    check_same(third, three);
}

/* Uncertainties and masks that only some elements have: the others' rows are filled. */
static void uneven_series(void)
{
    frit_dataset *d[] = { full_curve(0), full_curve(1), full_curve(2) };
    g_clear_pointer(&d[0]->sigma, g_free);
    g_clear_pointer(&d[0]->mask, g_free);
    g_autofree char *path = write_all("uneven.nxs", d, 3, true);
    g_autoptr(frit_dataset) whole = read_back(path, NULL, "whole");
    g_assert_cmpuint(whole->ndim, ==, 2);
    for (size_t i = 0; i < 900; i++)    /* no uncertainty: masked when read, for it is not finite */
        g_assert_cmpint(whole->mask[i], ==, i < 300 || i % 300 == 17);
    g_assert_true(isnan(whole->sigma[0]));
    g_assert_cmpfloat(whole->sigma[301], ==, 2.0 / 70000);
}

static void shapes_differ(void)
{
    const double x[] = { 1, 2 }, other[] = { 1, 2.5 };
    frit_dataset *wrong[][2] = { { frit_dataset_curve(2, x, "Q", "1/nm", x, NULL, "K"),
                                   frit_dataset_curve(1, x, "Q", "1/nm", x, NULL, "K") },
                                 { frit_dataset_curve(2, x, "Q", "1/nm", x, NULL, "K"),
                                   frit_dataset_curve(2, other, "Q", "1/nm", x, NULL, "K") } };
    const char *const says[] = { "has 1 points along dimension 1", "is over other positions than the first" };
    for (size_t i = 0; i < 2; i++) {
        test_step *s = test_step_new("write_nexus");
        g_autofree char *path = in_folder("differ.nxs");
        test_step_set(s, "file", path);
        test_step_series(s, "data", wrong[i], 2);
        g_autofree char *sentence = test_step_failure(s);
        g_assert_nonnull(strstr(sentence, says[i]));
        g_assert_false(g_file_test(path, G_FILE_TEST_EXISTS));
        test_step_free(s);
    }
}

static void long_series(void)
{
    enum { N = 1000 };
    frit_dataset *d[N];
    for (size_t i = 0; i < N; i++)
        d[i] = full_curve((double)i);
    g_autofree char *path = write_all("long.nxs", d, N, true);
    hid_t file = H5Fopen(path, H5F_ACC_RDONLY, H5P_DEFAULT);
    const hsize_t shape[] = { N, 300 };
    check_shape(file, "/entry/structure_factor/structure_factor", 2, shape);
    g_autofree double *values = g_new(double, N * 300), *position = g_new(double, N);
    read_numbers(file, "/entry/structure_factor/structure_factor", values);
    read_numbers(file, "/entry/structure_factor/element", position);
    for (size_t i = 0; i < N; i++) {
        g_assert_cmpfloat(position[i], ==, (double)(i + 1));
        g_assert_cmpfloat(values[i * 300 + 5], ==, sin(5 + (double)i) / 3);
    }
    H5Fclose(file);
}

static void same_bytes(void)
{
    char *text[2];
    gsize size[2];
    for (int k = 0; k < 2; k++) {
        frit_dataset *d[] = { full_curve(0), full_curve(1) };
        g_autofree char *path = write_all("bytes.nxs", d, 2, true);
        g_assert_true(g_file_get_contents(path, &text[k], &size[k], NULL));
        g_unlink(path);
        if (k == 0)
            g_usleep(1100000);    /* HDF5 would store seconds */
    }
    g_assert_cmpmem(text[0], size[0], text[1], size[1]);
    g_free(text[0]);
    g_free(text[1]);
}

/* ---- A recipe: positions, missing elements, the way back ---- */

static int run_recipe(const char *text)
{
    g_autofree char *path = in_folder("a.lua");
    g_autofree char *out = NULL, *err = NULL;
    int status = -1;
    g_assert_true(g_file_set_contents(path, text, -1, NULL));
    const char *frit = g_getenv("FRIT");
    g_assert_nonnull(frit);
    char *argv[] = { (char *)frit, "run", path, NULL };
    g_assert_true(g_spawn_sync(folder, argv, NULL, 0, NULL, NULL, &out, &err, &status, NULL));
    g_test_message("%s%s", out, err);
    return WEXITSTATUS(status);
}

static void recipe(void)
{
    for (int k = 0; k < 3; k++) {
        g_autofree char *name = g_strdup_printf("f%d.xy", k), *path = in_folder(name);
        g_autofree char *text = k == 1 ? g_strdup("# Q[1/angstrom] I[count]\nbroken\n") :
                                g_strdup_printf("# Q[1/angstrom] I[count]\n1 %d\n2 20\n", k);
        g_assert_true(g_file_set_contents(path, text, -1, NULL));
    }
    g_assert_cmpint(run_recipe("local frit = require 'frit'\n"
                               "local f = frit.frames { files = 'f*.xy', on_error = 'mask', "
                               "axis = { 300, 350, 400, name = 'T', unit = 'K' } }\n"
                               "frit.step('write_nexus', { f, file = 'series.nxs' })\n"), ==, 3);
    g_autofree char *path = in_folder("series.nxs");
    hid_t file = H5Fopen(path, H5F_ACC_RDONLY, H5P_DEFAULT);
    check_attribute(file, "/entry/intensity", "axes", 0, "T");
    check_attribute(file, "/entry/intensity/T", "units", 0, "K");
    check_attribute(file, "/entry/intensity_process/step_001", "NX_class", 0, "NXnote");
    double T[3], I[6];
    read_numbers(file, "/entry/intensity/T", T);
    read_numbers(file, "/entry/intensity/intensity", I);
    H5Fclose(file);
    g_assert_true(T[0] == 300 && T[1] == 350 && T[2] == 400);
    g_assert_true(I[0] == 0 && I[1] == 20 && I[4] == 2 && I[5] == 20);
    g_assert_true(isnan(I[2]) && isnan(I[3]));

    g_assert_cmpint(run_recipe("local frit = require 'frit'\n"
                               "local T = frit.read('series.nxs', { dataset = '/entry/intensity/T' })\n"
                               "local s = frit.frames { files = 'series.nxs' }\n"
                               "frit.write('back-{name}.txt', s[3])\n"
                               "frit.write('T.txt', T)\n"), ==, 0);
    g_autofree char *back = in_folder("T.txt"), *text = NULL;
    g_assert_true(g_file_get_contents(back, &text, NULL, NULL));
    g_assert_nonnull(strstr(text, "\n1 300\n2 350\n3 400\n"));
}

/* ---- Files of others ---- */

static void put(hid_t parent, const char *name, hid_t type, int rank, const hsize_t *dims, hid_t creation,
                const void *values)
{
    hid_t space = H5Screate_simple(rank, dims, NULL);
    hid_t d = H5Dcreate2(parent, name, type, space, H5P_DEFAULT, creation, H5P_DEFAULT);
    g_assert_cmpint(d, >=, 0);
    if (values)
        g_assert_cmpint(H5Dwrite(d, type, H5S_ALL, H5S_ALL, H5P_DEFAULT, values), >=, 0);
    H5Dclose(d);
    H5Sclose(space);
}

static hid_t new_file(const char *name)
{
    g_autofree char *path = in_folder(name);
    hid_t file = H5Fcreate(path, H5F_ACC_TRUNC, H5P_DEFAULT, H5P_DEFAULT);
    g_assert_cmpint(file, >=, 0);
    return file;
}

/* A detector's file: a stack without any attribute, behind an external link. */
static void stack(void)
{
    const hsize_t dims[] = { 4, 2, 3 };
    uint16_t values[24];
    for (uint16_t i = 0; i < 24; i++)
        values[i] = i == 2 ? 65535 : i;
    hid_t file = new_file("data_000001.h5");
    put(file, "data", H5T_NATIVE_UINT16, 3, dims, H5P_DEFAULT, values);
    H5Fclose(file);
    file = new_file("master.h5");
    hid_t group = H5Gcreate2(file, "entry", H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT);
    H5Lcreate_external("data_000001.h5", "/data", group, "data_000001", H5P_DEFAULT, H5P_DEFAULT);
    H5Gclose(group);
    H5Fclose(file);

    g_autoptr(GError) error = NULL;
    g_autofree char *path = in_folder("master.h5"), *plain = in_folder("data_000001.h5");
    test_step *s = reader_of(path, "/entry/data_000001");
    test_step_set_number(s, "max_valid", 65534);
    test_step_run(s, &error);
    g_assert_no_error(error);
    const frit_dataset *d = test_step_output(s, "data");
    g_assert_cmpuint(d->ndim, ==, 2);
    g_assert_cmpuint(d->dtype, ==, FRIT_U16);
    g_assert_true(d->shape[0] == 2 && d->shape[1] == 3);
    g_assert_cmpuint(((uint16_t *)d->data)[5], ==, 5);
    g_assert_true(d->mask[2] && !d->mask[1]);
    test_step_free(s);
    g_autoptr(frit_dataset) whole = read_back(plain, NULL, "whole");
    g_assert_cmpuint(whole->ndim, ==, 3);
    g_autoptr(frit_dataset) only = read_back(path, NULL, "whole");    /* the one that there is */
    g_assert_cmpstr(only->quantity, ==, "data_000001");
    g_assert_cmpmem(only->data, sizeof values, whole->data, sizeof values);
}

/* Frames that stand in one piece, or in chunks that are as large, larger or of another shape; a number of the
 * first one may be none. */
static void frames(void)
{
    enum { ROWS = 40, COLUMNS = 9, N = ROWS * COLUMNS };
    static const hsize_t dims[] = { 3, ROWS, COLUMNS };
    static const hsize_t chunks[][3] = { { 1, ROWS, COLUMNS }, { 2, 7, 4 }, { 3, 1, COLUMNS } };
    for (int k = 0; k < 16; k++) {
        float values[3 * N];
        hid_t file = new_file("frames.h5"), how = H5Pcreate(H5P_DATASET_CREATE);
        for (int i = 0; i < 3 * N; i++)
            values[i] = (float)i / 7;
        if (k % 2)
            values[300] = k % 4 == 1 ? NAN : -INFINITY;
        if (k / 4 > 0)
            H5Pset_chunk(how, 3, chunks[k / 4 - 1]);
        if (k / 4 > 1)
            H5Pset_deflate(how, 1);
        put(file, "data", H5T_NATIVE_FLOAT, 3, dims, how, values);
        H5Pclose(how);
        H5Fclose(file);
        g_autofree char *path = in_folder("frames.h5");
        g_autoptr(frit_dataset) whole = read_back(path, NULL, "whole"), first = read_back(path, NULL, NULL);
        g_assert_cmpuint(whole->ndim, ==, 3);
        g_assert_cmpuint(first->ndim, ==, 2);
        g_assert_true(first->shape[0] == ROWS && first->shape[1] == COLUMNS);
        g_assert_cmpmem(whole->data, sizeof values, values, sizeof values);
        g_assert_cmpmem(first->data, N * sizeof *values, values, N * sizeof *values);
        g_assert_cmpint(whole->mask != NULL, ==, k % 2);
        g_assert_cmpint(first->mask != NULL, ==, k % 2);
        for (int i = 0; k % 2 && i < 3 * N; i++)
            g_assert_true((whole->mask[i] != 0) == (i == 300) &&
                          (i >= N || first->mask[i] == whole->mask[i]));
    }
}

static void bad_files(void)
{
    g_autofree char *text = in_folder("text.h5"), *cut = in_folder("cut.nxs"), *two = in_folder("two.h5"),
                    *absent = in_folder("absent.h5");
    g_assert_true(g_file_set_contents(text, "1 2\n3 4\n", -1, NULL));
    check_failure(text, NULL, "this is no HDF5 file");

    frit_dataset *d[] = { full_curve(0) };
    g_autofree char *path = write_all("whole.nxs", d, 1, false), *bytes = NULL;
    gsize size;
    g_assert_true(g_file_get_contents(path, &bytes, &size, NULL));
    g_assert_true(g_file_set_contents(cut, bytes, (gssize)size / 2, NULL));
    check_failure(cut, NULL, "cut short or damaged");
    check_failure(path, "/entry/structur_factor", "the datasets are /entry/structure_factor/Q, "
                                                  "/entry/structure_factor/structure_factor");
    check_failure(path, "/entry", "is a group without a signal");
    check_failure(path, "/entry/structure_factor_process/program", "holds no numbers");

    const hsize_t dims[] = { 2, 1000000 };
    hid_t file = new_file("two.h5"), creation = H5Pcreate(H5P_DATASET_CREATE);
    const hsize_t chunk[] = { 1, 1000 };
    H5Pset_chunk(creation, 2, chunk);
    put(file, "a", H5T_NATIVE_DOUBLE, 2, dims, creation, NULL);
    put(file, "b", H5T_NATIVE_DOUBLE, 1, dims, H5P_DEFAULT, chunk);
    H5Pclose(creation);
    H5Fclose(file);
    check_failure(two, NULL, "give dataset = one of /a, /b");
    check_failure(two, "a", "was never written");
    g_assert_false(g_file_test(absent, G_FILE_TEST_EXISTS));
}

/* A filter under the number of one that may be missing. */
static size_t no_filter(unsigned flags, size_t n, const unsigned values[], size_t bytes, size_t *size,
                        void **buffer)
{
    (void)flags, (void)n, (void)values, (void)size, (void)buffer;
    return bytes;
}

static void filters(void)
{
    static const H5Z_class2_t mine[] = { { H5Z_CLASS_T_VERS, 32008, 1, 1, "bitshuffle; see its page", NULL,
                                           NULL, no_filter },
                                         { H5Z_CLASS_T_VERS, 32700, 1, 1, "rare", NULL, NULL, no_filter } };
    const char *const says[] = { "Bitshuffle (HDF5 filter 32008), which is not installed: Debian's packages",
                                 "rare (HDF5 filter 32700), which is not installed" };
    const hsize_t dims[] = { 8 };
    const double values[8] = { 1 };
    for (size_t i = 0; i < 2; i++) {
        bool there = H5Zfilter_avail(mine[i].id) > 0;
        if (there) {
            g_test_message("HDF5 has filter %d here", mine[i].id);
            continue;
        }
        g_assert_cmpint(H5Zregister(&mine[i]), >=, 0);
        hid_t file = new_file("filter.h5"), creation = H5Pcreate(H5P_DATASET_CREATE);
        H5Pset_chunk(creation, 1, dims);
        H5Pset_filter(creation, mine[i].id, H5Z_FLAG_MANDATORY, 0, NULL);
        put(file, "data", H5T_NATIVE_DOUBLE, 1, dims, creation, values);
        H5Pclose(creation);
        H5Fclose(file);
        H5Zunregister(mine[i].id);
        g_autofree char *path = in_folder("filter.h5");
        check_failure(path, NULL, says[i]);
    }
}

/* ---- Damage ---- */

enum { ATTEMPTS = 200 };

/* Reads the file in a process of its own: HDF5 itself may fall over a damaged file, and that is no fault that
 * a reader can catch.  The exit status of the program: 0 it was read, 1 or 3 it was refused; a reader that
 * hangs is ended after 20 s, with 124. */
static int read_apart(const char *recipe_path)
{
    int status = -1;
    g_autofree char *err = NULL, *out = NULL;
    char *argv[] = { "timeout", "20", (char *)g_getenv("FRIT"), "run", (char *)recipe_path, NULL };
    g_assert_true(
        g_spawn_sync(folder, argv, NULL, G_SPAWN_SEARCH_PATH, NULL, NULL, &out, &err, &status, NULL));
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

static void damaged(void)
{
    frit_dataset *d[] = { full_curve(0), full_curve(1) };
    g_autofree char *path = write_all("good.nxs", d, 2, true), *bytes = NULL, *bad = in_folder("bad.nxs");
    gsize size;
    g_assert_true(g_file_get_contents(path, &bytes, &size, NULL));
    g_autofree char *recipe_path = in_folder("bad.lua");
    const char *text = "local frit = require 'frit'\nfrit.write('bad-{name}.txt', frit.read('bad.nxs'))\n";
    g_assert_true(g_file_set_contents(recipe_path, text, -1, NULL));
    GRand *random = g_rand_new_with_seed(20261122);
    unsigned fell = 0, well = 0;
    for (unsigned k = 0; k < ATTEMPTS; k++) {
        g_autofree char *copy = g_memdup2(bytes, size);
        gsize length = k % 10 == 0 ? (gsize)g_rand_int_range(random, 0, (gint32)size) : size;
        for (int hits = g_rand_int_range(random, 1, 6); hits > 0; hits--)
            copy[g_rand_int_range(random, 0, (gint32)size)] = (char)g_rand_int_range(random, 0, 256);
        g_assert_true(g_file_set_contents(bad, copy, (gssize)length, NULL));
        int status = read_apart(recipe_path);
        well += status == 0;
        if (status != 0 && status != 1 && status != 3) {
            fell++;
            g_test_message("attempt %u: ended with status %d", k, status);
        }
    }
    g_rand_free(random);
    g_test_message("%u of %d damaged files could be read", well, ATTEMPTS);
    g_test_message("figure: damaged NeXus files that end the program: %u of %d (at most 0)", fell, ATTEMPTS);
    g_assert_cmpuint(fell, ==, 0);
}

int main(int argc, char **argv)
{
    test_init(&argc, &argv);
    folder = test_folder();
    H5Eset_auto2(H5E_DEFAULT, NULL, NULL);
    g_test_add_func("/nexus/round-trip", round_trip);
    g_test_add_func("/nexus/empty", empty);
    g_test_add_func("/nexus/structure", structure);
    g_test_add_func("/nexus/several", several);
    g_test_add_func("/nexus/uneven-series", uneven_series);
    g_test_add_func("/nexus/shapes-differ", shapes_differ);
    g_test_add_func("/nexus/long-series", long_series);
    g_test_add_func("/nexus/same-bytes", same_bytes);
    g_test_add_func("/nexus/recipe", recipe);
    g_test_add_func("/nexus/stack", stack);
    g_test_add_func("/nexus/frames", frames);
    g_test_add_func("/nexus/bad-files", bad_files);
    g_test_add_func("/nexus/filters", filters);
    g_test_add_func("/nexus/damaged", damaged);
    int status = g_test_run();
    g_free(folder);
    return status;
}
