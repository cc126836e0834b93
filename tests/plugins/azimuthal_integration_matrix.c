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
    g_test_add_func("/azimuthal/integration-matrix/shape", test_shape);
    return g_test_run();
}
