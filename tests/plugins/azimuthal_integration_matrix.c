/* integration_matrix and the integrate that is given one: the same bits as without, and the sentences where
 * the two do not belong together.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "azimuthal.h"

#include "dataset.h"

#define ROWS 70
#define COLS 50

static frit_dataset *frame(void)
{
    frit_dataset *d = constant_frame(ROWS, COLS, 0);
    for (size_t i = 0; i < ROWS * COLS; i++)
        ((double *)d->data)[i] = 100 + (double)(i * 7919 % 251);
    return d;
}

static frit_dataset *mask(void)
{
    frit_dataset *d = constant_frame(ROWS, COLS, 0);
    for (size_t i = 0; i < ROWS * COLS; i++)
        ((double *)d->data)[i] = i % 31 == 5;
    return d;
}

static frit_dataset *flat(void)
{
    frit_dataset *d = constant_frame(ROWS, COLS, 1);
    for (size_t i = 0; i < ROWS * COLS; i++)
        ((double *)d->data)[i] = i % 97 == 0 ? 0 : 1 + 1e-3 * (double)(i % 11);
    return d;
}

/* What of the parameters belongs to the matrix. */
static test_step *geometry(const char *step, const char *split)
{
    test_step *s = small_detector(step);
    test_step_set_number(s, "rot1", 0.1);
    test_step_set_number(s, "npt", 80);
    test_step_set(s, "split", split);
    test_step_set_number(s, "polarization_factor", 0.95);
    test_step_set(s, "azimuth_range", "-90 120");
    test_step_input(s, "mask", mask());
    test_step_input(s, "flat", flat());
    return s;
}

static void noise(test_step *s, double gain)
{
    frit_dataset *dark = constant_frame(ROWS, COLS, 7);
    frit_dataset_want_sigma(dark);
    for (size_t i = 0; i < ROWS * COLS; i++)
        dark->sigma[i] = 0.5;
    test_step_input(s, "frame", frame());
    test_step_input(s, "dark", dark);
    test_step_set_number(s, "gain", gain);
}

static frit_dataset *matrix_of(test_step *s)
{
    run(s);
    frit_dataset *m = frit_dataset_ref((frit_dataset *)test_step_output(s, "matrix"));
    test_step_free(s);
    return m;
}

static frit_dataset *matrix(void)
{
    return matrix_of(geometry("integration_matrix", "full"));
}

static void same(test_step *a, test_step *b, const char *port)
{
    const frit_dataset *x = test_step_output(a, port), *y = test_step_output(b, port);
    size_t n = x->shape[0];
    g_assert_cmpmem(x->data, n * 8, y->data, y->shape[0] * 8);
    g_assert_cmpmem(x->axis[0]->at, n * 8, y->axis[0]->at, n * 8);
    if (x->sigma || y->sigma)
        g_assert_cmpmem(x->sigma, n * 8, y->sigma, n * 8);
    for (size_t i = 0; i < n; i++)
        g_assert_true(masked(x, i) == masked(y, i));
}

/* With and without it. */
static void test_same_bits(void)
{
    const char *const split[] = {"no", "bbox", "full", "pseudo"};
    const char *const step[] = {"integrate", "integrate_2theta"}, *const maker[] = {
                                                                      "integration_matrix",
                                                                      "integration_matrix_2theta"};
    for (size_t k = 0; k < 8; k++) {
        test_step *without = geometry(step[k % 2], split[k / 2]), *with = test_step_new(step[k % 2]);
        noise(without, 0.3);
        noise(with, 0.3);
        test_step_input(with, "matrix", matrix_of(geometry(maker[k % 2], split[k / 2])));
        run(without);
        run(with);
        same(without, with, "intensity");
        same(without, with, "n_pixels");
        same(without, with, "normalisation");
        test_step_free(without);
        test_step_free(with);
    }
}

static test_step *with_matrix(frit_dataset *m)
{
    test_step *s = test_step_new("integrate");
    noise(s, 0.3);
    test_step_input(s, "matrix", m);
    return s;
}

/* npt, split and solid_angle may be said again; all else belongs to the matrix. */
static void test_parameters_beside(void)
{
    test_step *s = with_matrix(matrix());
    test_step_set_number(s, "npt", 80);
    test_step_set(s, "split", "full");
    run(s);
    test_step_free(s);
    s = with_matrix(matrix());
    test_step_set_number(s, "npt", 90);
    refused(s, "npt is 90|80 bins|integration_matrix");
    s = with_matrix(matrix());
    test_step_set(s, "split", "bbox");
    refused(s, "split belongs to integration_matrix");
    s = with_matrix(matrix());
    test_step_set(s, "radial_range", "1 5");
    refused(s, "radial_range belongs to integration_matrix");
    s = small_detector("integrate");
    noise(s, 0.3);
    test_step_input(s, "matrix", matrix());
    refused(s, "dist belongs to integration_matrix");
    s = with_matrix(matrix());
    test_step_input(s, "mask", mask());
    refused(s, "the mask belongs to integration_matrix");
    s = with_matrix(matrix());
    test_step_input(s, "flat", flat());
    refused(s, "the flat belongs to integration_matrix");
}

static void test_not_its_matrix(void)
{
    test_step *s = test_step_new("integrate");
    test_step_input(s, "frame", constant_frame(60, 50, 1));
    test_step_input(s, "matrix", matrix());
    refused(s, "60 x 50|70 x 50|this detector");

    s = with_matrix(matrix_of(geometry("integration_matrix_2theta", "full")));
    refused(s, "the matrix is one of 2 theta|integration_matrix");

    frit_dataset *m = matrix();
    ((uint64_t *)m->data)[1] += 1;
    refused(with_matrix(m), "another version|make it again");
    m = matrix();
    ((uint64_t *)m->data)[0] = 0;
    refused(with_matrix(m), "not what integration_matrix gives");
    m = matrix();
    for (size_t i = m->shape[0] / 3; i < m->shape[0]; i++)
        ((uint64_t *)m->data)[i] = UINT64_MAX;
    refused(with_matrix(m), "damaged");

    s = test_step_new("integrate");
    test_step_input(s, "frame", frame());
    refused(s, "poni");
}

/* A dark that lacks pixels has to be seen by both. */
static void test_dark(void)
{
    for (int both = 0; both < 2; both++) {
        frit_dataset *dark = constant_frame(ROWS, COLS, 7);
        ((double *)dark->data)[1234] = NAN;
        test_step *m = geometry("integration_matrix", "full"), *s = test_step_new("integrate");
        if (both)
            test_step_input(m, "dark", frit_dataset_ref(dark));
        test_step_input(s, "frame", frame());
        test_step_input(s, "dark", dark);
        test_step_input(s, "matrix", matrix_of(m));
        if (!both) {
            refused(s, "not measured in 1 pixel that|dark to integration_matrix");
            continue;
        }
        test_step *without = geometry("integrate", "full");
        test_step_input(without, "frame", frame());
        test_step_input(without, "dark", frit_dataset_ref(dark));
        run(without);
        run(s);
        same(without, s, "intensity");
        test_step_free(without);
        test_step_free(s);
    }
}

/* Whole numbers, pixel by pixel, as a type. */
static frit_dataset *as_type(frit_dtype type, size_t cols, double first, double range)
{
    frit_dataset *d = frit_dataset_new(type, 2, (size_t[]){ROWS, cols});
    for (size_t i = 0; i < ROWS * cols; i++) {
        double x = first + (double)(i * 7919 % (size_t)range);
        switch (type) {
        case FRIT_F64: ((double *)d->data)[i] = x; break;
        case FRIT_F32: ((float *)d->data)[i] = (float)x; break;
        case FRIT_U8: ((uint8_t *)d->data)[i] = (uint8_t)x; break;
        case FRIT_I8: ((int8_t *)d->data)[i] = (int8_t)x; break;
        case FRIT_U16: ((uint16_t *)d->data)[i] = (uint16_t)x; break;
        case FRIT_I16: ((int16_t *)d->data)[i] = (int16_t)x; break;
        case FRIT_U32: ((uint32_t *)d->data)[i] = (uint32_t)x; break;
        case FRIT_I32: ((int32_t *)d->data)[i] = (int32_t)x; break;
        case FRIT_U64: ((uint64_t *)d->data)[i] = (uint64_t)x; break;
        case FRIT_I64: ((int64_t *)d->data)[i] = (int64_t)x; break;
        }
    }
    d->unit = g_intern_string("count");
    return d;
}

/* A dark that an offset was taken off: fractions of both signs, far smaller than the counts. */
static frit_dataset *near_zero(size_t cols)
{
    frit_dataset *d = frit_dataset_new(FRIT_F32, 2, (size_t[]){ROWS, cols});
    for (size_t i = 0; i < ROWS * cols; i++)
        ((float *)d->data)[i] = (float)(i * 7919 % 101) / 33 - 1.5f;
    d->unit = "count";
    return d;
}

/* An integrate of a frame of that type with a dark of another, with a matrix or without; frames of 50 columns are not
 * turned over in whole vectors, those of 64 are. */
static test_step *with_dark(frit_dtype of_frame, frit_dtype of_dark, size_t cols, const char *split, const char *model,
                            double gain, bool matrix_given, bool near)
{
    test_step *s = matrix_given ? test_step_new("integrate") : small_detector("integrate");
    test_step *m = matrix_given ? small_detector("integration_matrix") : s;
    test_step_set_number(m, "npt", 80);
    test_step_set(m, "split", split);
    if (matrix_given) {
        test_step_set_number(m, "rows", ROWS);
        test_step_set_number(m, "columns", (double)cols);
        test_step_input(s, "matrix", matrix_of(m));
    }
    test_step_set(s, "error_model", model);
    if (gain > 0)
        test_step_set_number(s, "gain", gain);
    test_step_input(s, "frame", as_type(of_frame, cols, near ? 20000 : 100, 251));
    test_step_input(s, "dark", near ? near_zero(cols) : as_type(of_dark, cols, 7, 101));
    return s;
}

/* A dark of whole numbers has all its digits in any type, so that the bits are those of the dark as double. */
static void test_types_of_dark(void)
{
    static const struct { const char *model; double gain; } noises[] = {
        {"poisson", 0.3}, {"poisson", 0}, {"none", 0}, {"azimuthal", 0}};
    for (size_t k = 0; k < 4 * 2 * 2 * 2; k++) {
        const char *model = noises[k % 4].model, *split = k / 4 % 2 ? "full" : "no";
        double gain = noises[k % 4].gain;
        size_t cols = k / 8 % 2 ? 64 : COLS;
        frit_dtype of_frame = k / 16 ? FRIT_F32 : FRIT_U16;
        test_step *reference = with_dark(of_frame, FRIT_F64, cols, split, model, gain, false, false);
        run(reference);
        for (frit_dtype type = FRIT_F64; type <= FRIT_U64; type++) {
            test_step *s = with_dark(of_frame, type, cols, split, model, gain, true, false);
            run(s);
            same(reference, s, "intensity");
            test_step_free(s);
        }
        test_step_free(reference);
    }
}

/* In single precision, whether the matrix is given or made for the step. */
static void test_dark_near_zero(void)
{
    for (size_t k = 0; k < 4; k++) {
        frit_dtype of_frame = k % 2 ? FRIT_F32 : FRIT_U16;
        const char *model = k / 2 ? "none" : "poisson";
        double gain = k / 2 ? 0 : 0.3;
        test_step *own = with_dark(of_frame, FRIT_F32, COLS, "full", model, gain, false, true);
        test_step *given = with_dark(of_frame, FRIT_F32, COLS, "full", model, gain, true, true);
        run(own);
        run(given);
        same(own, given, "intensity");
        test_step_free(own);
        test_step_free(given);
    }
}

/* How large frames are: said, or by an image. */
static void test_shape(void)
{
    test_step *s = small_detector("integration_matrix");
    refused(s, "how large the frames are|rows and columns|mask");
    s = small_detector("integration_matrix");
    test_step_set_number(s, "rows", ROWS);
    test_step_set_number(s, "columns", COLS);
    frit_dataset *m = matrix_of(s);
    frit_dataset_unref(m);
    s = small_detector("integration_matrix");
    test_step_set_number(s, "rows", ROWS);
    test_step_input(s, "mask", mask());
    refused(s, "rows and columns belong together");
    s = small_detector("integration_matrix");
    test_step_set_number(s, "npt", 200000);
    test_step_input(s, "mask", mask());
    refused(s, "fine|npt");
}

int main(int argc, char **argv)
{
    test_init(&argc, &argv);
    g_test_add_func("/azimuthal/integration-matrix/same-bits", test_same_bits);
    g_test_add_func("/azimuthal/integration-matrix/parameters-beside", test_parameters_beside);
    g_test_add_func("/azimuthal/integration-matrix/not-its-matrix", test_not_its_matrix);
    g_test_add_func("/azimuthal/integration-matrix/dark", test_dark);
    g_test_add_func("/azimuthal/integration-matrix/types-of-dark", test_types_of_dark);
    g_test_add_func("/azimuthal/integration-matrix/dark-near-zero", test_dark_near_zero);
    g_test_add_func("/azimuthal/integration-matrix/shape", test_shape);
    return g_test_run();
}
