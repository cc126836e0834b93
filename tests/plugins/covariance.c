/* The covariance of G(r) in its terms: against the square, the double sum over sines that both stand for, and
 * what steps make of either.
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "fourier_curve.h"

#include "shared/covariance.h"

/* As covariance_read() makes it of a dataset. */
static struct covariance of_rows(const double *row, const uint8_t *mask, size_t rows, size_t n, void *list)
{
    return (struct covariance){.n = n,
                               .mask = mask,
                               .u = row + COVARIANCE_U * 2 * n,
                               .minus = row + COVARIANCE_MINUS * 2 * n,
                               .plus = row + COVARIANCE_PLUS * 2 * n,
                               .pair = row + COVARIANCE_PAIRS * 2 * n,
                               .pairs = (rows - COVARIANCE_PAIRS) / 2,
                               .room = heap(list, n, sizeof(double))};
}

static struct covariance of_dataset(const frit_dataset *d, void *list)
{
    const double *v = frit_dataset_values(d);
    if (d->shape[0] == d->shape[1])
        return (struct covariance){.n = d->shape[0], .square = v, .mask = d->mask};
    return of_rows(v, d->mask, d->shape[0], d->shape[1] / 2, list);
}

/* ---- The double sum ---- */

/* C = K V K', where the columns of K are G(S + e_j) - G(S): gaps, low-Q part, windows and all. */
static void double_sum(const curve *c, const struct integral_how *how, struct r_grid r, double *C)
{
    g_autofree double *G = g_new(double, r.n), *moved = g_new(double, r.n);
    transform_curve(c, how, true, r, G, NULL);
    memset(C, 0, r.n * r.n * sizeof *C);
    for (size_t j = 0; j < c->n; j++) {
        curve other = *c;
        if (c->mask[j])
            continue;
        other.S[j] += 1;
        transform_curve(&other, how, true, r, moved, NULL);
        for (size_t i = 0; i < r.n; i++)
            for (size_t k = 0; k < r.n; k++)
                C[i * r.n + k] += (moved[i] - G[i]) * (moved[k] - G[k]) * c->sigma[j] * c->sigma[j];
    }
}

static guint checked, refused_terms;

/* On r from 0, and from elsewhere, in turn. */
static void check_terms(const curve *whole, const struct integral_how *how)
{
    enum { N = 110 };
    static const struct r_grid grids[] = {{0, 0.11, N}, {1.3, 0.057, N}};
    const struct r_grid r = grids[checked % 2];
    g_autoptr(GPtrArray) list = g_ptr_array_new_with_free_func(free);
    struct memory memory = {heap, list};
    const struct sine_curve given = {whole->S, whole->mask, whole->sigma};
    struct integral g = {0};
    char why[INTEGRAL_WHY];
    double G[N], sigma[N], row[N], *C = heap(list, N * N, sizeof *C);
    g_assert_true(integral_find_range(&g, how, whole->Q, whole->n, why));
    g.Q = whole->Q + g.first;
    struct sine_transform *t = sine_transform_new(&g, how, r, true);
    g_assert_true(sine_transform_prepare_covariance(t));
    g.S = heap(list, g.n, sizeof *g.S);
    g.bin = heap(list, g.n, sizeof *g.bin);
    g_assert_true(integral_fill(&g, how, whole->Q, whole->S, whole->mask, why));
    const size_t rows = sine_transform_terms(t, &g, &given, memory);
    g_assert_cmpint(rows > 0, ==, how->quadrature == QUADRATURE_TRAPEZOID);
    const struct sine_terms terms = {heap(list, (rows + 1) * 2 * N, sizeof(double)), NULL};
    g_assert_true(sine_transform_run(t, &g, &given, G, sigma, rows ? &terms : NULL, memory));
    sine_transform_free(t);
    if (!rows) {
        refused_terms++;
        return;
    }
    double_sum(whole, how, r, C);
    const struct covariance found = of_rows(terms.row, NULL, rows, N, list);
    for (size_t i = 0; i < N; i++) {
        covariance_row(&found, i, 0, N, row);
        /* K is the difference of two G, each right to 1e-15; sigma^2 is 2e-4 at most, and 230 terms with |K|
         * up to 2 add up. */
        g_assert_cmpfloat(largest_difference(N, row, C + i * N), <, 4e-15);
        g_assert_cmpfloat_with_epsilon(sigma[i] * sigma[i], row[i], 1e-15);
        for (size_t from = 0; from < N; from += 37) {
            double part[37];
            const size_t width = MIN(37, N - from);
            covariance_row(&found, i, from, width, part);
            g_assert_cmpmem(part, width * sizeof *part, row + from, width * sizeof *part);
        }
    }
    checked++;
}

static void test_terms_are_the_double_sum(void)
{
    for_all_ways(check_terms);
    g_assert_cmpuint(checked, ==, 2 * 2 * G_N_ELEMENTS(hows));
    g_assert_cmpuint(refused_terms, ==, checked);    /* of stepwise data */
}

/* ---- Both forms of one covariance ---- */

enum { POINTS = 600 };

/* A glass with noise: holes, where there are any, lie at a tenth of the range. */
static test_step *transformed(gboolean holes, const char *resolution)
{
    double Q[POINTS], S[POINTS], sigma[POINTS];
    g_autoptr(GRand) random = g_rand_new_with_seed(5);
    for (int j = 0; j < POINTS; j++) {
        Q[j] = 0.75 + 0.04 * j;
        S[j] = 1 + sin(2.7 * Q[j]) * exp(-0.1 * Q[j]);
        sigma[j] = g_rand_double_range(random, 0.001, 0.004);
    }
    frit_dataset *d = structure_factor(POINTS, Q, S, sigma);
    frit_dataset_want_mask(d);
    for (int j = 60; holes && j < 75; j += 7)
        d->mask[j] = 1;
    test_step *s = test_step_new("transform");
    test_step_input(s, "structure_factor", d);
    test_step_set_number(s, "rmax", 17.5);
    test_step_set(s, "resolution", resolution);
    run(s);
    return s;
}

/* Of many sums with random weights, over some of the points: the largest difference, over the sum of absolute
 * terms. */
static double apart(const struct covariance *a, const struct covariance *b, size_t many)
{
    g_autoptr(GRand) random = g_rand_new_with_seed(11);
    g_autofree size_t *index = g_new(size_t, a->n);
    g_autofree double *weight = g_new(double, a->n), *row = g_new(double, a->n);
    double most = 0;
    for (size_t k = 0; k < many; k++) {
        const size_t from = (size_t)g_rand_int_range(random, 0, (gint32)a->n - 1);
        const size_t end = from + (size_t)g_rand_int_range(random, 1, (gint32)(a->n - from) + 1);
        const double left_out = k % 2 ? 0.1 : 0;
        size_t n = 0;
        for (size_t i = from; i < end; i++) {
            index[n] = i;
            weight[n] = g_rand_double_range(random, -1, 1);
            n += g_rand_double(random) >= left_out;
        }
        double size = 0;
        for (size_t i = 0; i < n; i++) {
            covariance_row(a, index[i], from, end - from, row);
            for (size_t m = 0; m < n; m++)
                if (isfinite(row[index[m] - from]))
                    size += fabs(weight[i] * weight[m] * row[index[m] - from]);
        }
        const double x = covariance_of_sum(a, n, index, weight), y = covariance_of_sum(b, n, index, weight);
        if (size == 0)
            g_assert_true(x == 0 && y == 0);
        else
            most = fmax(most, fabs(x - y) / size);
    }
    return most;
}

/* The terms are those of which the square was made: all that differs is the order of sums, whose 876^2 terms
 * round by 1e-16 each, at random; minus - plus cancels, too, but not where most of the weight is. */
static void test_both_forms(void)
{
    static const char *const resolution[] = {"0", "0.03", "0.15"};
    for (int holes = 0; holes < 2; holes++)
        for (guint k = 0; k < G_N_ELEMENTS(resolution); k++) {
            g_autoptr(GPtrArray) list = g_ptr_array_new_with_free_func(free);
            test_step *s = transformed(holes, resolution[k]);
            const frit_dataset *terms = test_step_output(s, "covariance"),
                               *square = test_step_output(s, "covariance_matrix"),
                               *G = test_step_output(s, "reduced_pdf");
            const size_t n = G->shape[0];
            const struct covariance a = of_dataset(square, list), b = of_dataset(terms, list);
            g_assert_cmpuint(terms->shape[1], ==, 2 * n);
            g_assert_cmpuint(terms->shape[0], ==, holes ? 3 + 2 * (15 + 6) : 5);
            g_assert_cmpstr(terms->axis[0]->name, ==, "term");
            g_assert_cmpstr(terms->unit, ==, "1/angstrom^4");
            g_assert_cmpint(terms->mask != NULL, ==, k == 2);   /* the last is amplified too much, far out */
            figure("w C w by the terms, beside the square, over the sum of absolute terms", apart(&a, &b, 40),
                   1e-13);
            for (size_t i = 0; i < n; i++) {
                double x[2];
                covariance_row(&a, i, i, 1, &x[0]);
                covariance_row(&b, i, i, 1, &x[1]);
                g_assert_cmpint(isfinite(x[0]), ==, !G->mask || !G->mask[i]);
                g_assert_cmpint(isfinite(x[1]), ==, isfinite(x[0]));
                const double variance = isfinite(x[0]) ? G->sigma[i] * G->sigma[i] : 0;
                for (int m = 0; m < 2 && isfinite(x[0]); m++)
                    g_assert_cmpfloat_with_epsilon(x[m], variance, 1e-13 * (1e-3 + variance));
            }
            test_step_free(s);
        }
}

static void test_square_where_there_are_no_terms(void)
{
    static const struct {
        const char *name, *value;
    } ways[] = {{"quadrature", "stepwise"}, {"rmax", "0.1 angstrom"}};
    for (guint k = 0; k < G_N_ELEMENTS(ways); k++) {
        double Q[POINTS], S[POINTS], sigma[POINTS];
        for (int j = 0; j < POINTS; j++) {
            Q[j] = 0.75 + 0.04 * j;
            S[j] = 1;
            sigma[j] = 0.01;
        }
        test_step *s = test_step_new("transform");
        test_step_input(s, "structure_factor", structure_factor(POINTS, Q, S, sigma));
        test_step_set_number(s, "rmax", 3);
        test_step_set(s, ways[k].name, ways[k].value);
        run(s);
        const frit_dataset *a = test_step_output(s, "covariance"),
                           *b = test_step_output(s, "covariance_matrix");
        const size_t n = test_step_output(s, "reduced_pdf")->shape[0];
        g_assert_true(a->shape[0] == n && a->shape[1] == n && b->shape[0] == n && b->shape[1] == n);
        g_assert_cmpmem(a->data, n * n * sizeof(double), b->data, n * n * sizeof(double));
        g_assert_cmpstr(a->axis[0]->name, ==, "r");
        g_assert_cmpstr(a->axis[0]->unit, ==, "angstrom");
        g_assert_cmpmem(a->axis[0]->at, n * sizeof(double), b->axis[1]->at, n * sizeof(double));
        test_step_free(s);
    }
}

/* ---- What steps make of them ---- */

static frit_dataset *output(test_step *s, const char *port)
{
    return frit_dataset_ref((frit_dataset *)test_step_output(s, port));
}

static test_step *step_with(const char *name, const char *port, frit_dataset *G, frit_dataset *covariance)
{
    test_step *s = test_step_new(name);
    test_step_input(s, port, G);
    if (covariance)
        test_step_input(s, "covariance", covariance);
    if (!strcmp(name, "shells")) {
        test_step_set_list(s, "positions", (double[]){2.7}, 1);
        test_step_set_number(s, "fit_range", 0.2);
    } else {
        test_step_set(s, "range", "2 4");
        test_step_set_number(s, "prominence", 0.1);
    }
    return s;
}

static void compare_steps(test_step *t, const char *name, const char *port, const char *const *results)
{
    test_step *with[2];
    for (int k = 0; k < 2; k++) {
        with[k] = step_with(name, port, output(t, "reduced_pdf"),
                            output(t, k ? "covariance_matrix" : "covariance"));
        run(with[k]);
    }
    for (; *results; results++) {
        const frit_dataset *a = test_step_output(with[0], *results), *b = test_step_output(with[1], *results);
        g_assert_cmpuint(frit_dataset_count(a), >, 0);
        g_assert_cmpmem(a->data, frit_dataset_count(a) * sizeof(double), b->data,
                        frit_dataset_count(b) * sizeof(double));
        /* sigma^2 agrees to 1e-15 of the sum of absolute terms, which is some hundred times as large: noise
         * makes waves, which a sum hardly sees. */
        for (size_t i = 0; i < frit_dataset_count(a); i++) {
            g_assert_cmpfloat(b->sigma[i], >, 0);
            g_assert_cmpfloat(fabs(a->sigma[i] / b->sigma[i] - 1), <, 1e-11);
        }
    }
    for (int k = 0; k < 2; k++)
        test_step_free(with[k]);
}

static void test_steps_take_either(void)
{
    static const char *const of_shells[] = {"area", "centroid", "position", "height", "r1", NULL},
                      *const of_maxima[] = {"positions", "heights", "prominences", NULL};
    for (int holes = 0; holes < 2; holes++) {
        test_step *t = transformed(holes, "0.03");
        compare_steps(t, "shells", "reduced_pdf", of_shells);
        compare_steps(t, "maxima", "curve", of_maxima);
        test_step_free(t);
    }
}

static void refused(frit_dataset *G, frit_dataset *covariance, const char *words)
{
    test_step *s = step_with("shells", "reduced_pdf", G, covariance);
    run_fails(s, words);
    test_step_free(s);
}

static void test_wrong_covariances(void)
{
    test_step *t = transformed(FALSE, "0"), *other = test_step_new("transform");
    const double at[] = {1, 2, 3}, one[] = {1, 1, 1};
    frit_dataset *S = structure_factor(3, at, one, one);
    test_step_input(other, "structure_factor", S);
    test_step_set_number(other, "rmax", 17.5);
    test_step_set_number(other, "rstep", 0.1);
    run(other);
    refused(output(t, "reduced_pdf"), output(other, "covariance"),
            "the covariance is that of 176 points, and G(r) has 876: connect that of the same curve");
    refused(output(t, "reduced_pdf"), output(other, "covariance_matrix"),
            "the covariance has 176 x 176 values, and G(r) has 876 points");
    test_step_free(other);

    frit_dataset *moved = frit_dataset_copy(test_step_output(t, "reduced_pdf"));
    g_autofree double *r = g_memdup2(moved->axis[0]->at, 876 * sizeof *r);
    for (int i = 0; i < 876; i++)
        r[i] += 0.01;
    frit_axis_unref(moved->axis[0]);
    moved->axis[0] = frit_axis_new("r", "angstrom", 876, r);
    refused(frit_dataset_ref(moved), output(t, "covariance"), "must be on the same points");
    refused(moved, output(t, "covariance_matrix"), "must be on the same points");

    frit_dataset *larger = frit_dataset_copy(test_step_output(t, "covariance"));
    for (size_t i = 0; i < frit_dataset_count(larger); i++)
        ((double *)larger->data)[i] *= 4;
    refused(output(t, "reduced_pdf"), larger, "compute with its output covariance_matrix");

    /* A mean of two whose part below the first point is not the same. */
    frit_dataset *mean = frit_dataset_copy(test_step_output(t, "covariance"));
    const size_t length = mean->shape[1];
    for (size_t j = 0; j < length / 2; j++)
        ((double *)mean->data)[3 * length + j] *= 1.001;
    refused(output(t, "reduced_pdf"), mean, "compute with its output covariance_matrix");

    frit_dataset *foreign = frit_dataset_copy(test_step_output(t, "covariance_matrix"));
    for (int i = 0; i < 876; i++)
        r[i] = 300 + i;
    frit_axis_unref(foreign->axis[0]);
    foreign->axis[0] = frit_axis_new("temperature", "K", 876, r);
    refused(output(t, "reduced_pdf"), foreign, "the covariance is between temperature in K and r in angstrom");
    test_step_free(t);
}

/* S without sigma: all is masked, and sigma of what is made of it stays away. */
static void test_unknown(void)
{
    double Q[POINTS], S[POINTS];
    for (int j = 0; j < POINTS; j++) {
        Q[j] = 0.75 + 0.04 * j;
        S[j] = 1 + sin(2.7 * Q[j]) * exp(-0.1 * Q[j]);
    }
    test_step *t = test_step_new("transform");
    test_step_input(t, "structure_factor", structure_factor(POINTS, Q, S, NULL));
    run(t);
    for (int k = 0; k < 2; k++) {
        const frit_dataset *C = test_step_output(t, k ? "covariance_matrix" : "covariance");
        for (size_t i = 0; i < frit_dataset_count(C); i++)
            g_assert_cmpint(C->mask[i], !=, 0);
        test_step *s = step_with("shells", "reduced_pdf", output(t, "reduced_pdf"),
                                 frit_dataset_ref((frit_dataset *)C));
        run(s);
        g_assert_null(test_step_output(s, "area")->sigma);
        test_step_free(s);
    }
    test_step_free(t);
}

int main(int argc, char **argv)
{
    test_init(&argc, &argv);
    g_test_add_func("/covariance/terms/double-sum", test_terms_are_the_double_sum);
    g_test_add_func("/covariance/terms/square", test_both_forms);
    g_test_add_func("/covariance/terms/none", test_square_where_there_are_no_terms);
    g_test_add_func("/covariance/steps/either", test_steps_take_either);
    g_test_add_func("/covariance/steps/wrong", test_wrong_covariances);
    g_test_add_func("/covariance/steps/unknown", test_unknown);
    return g_test_run();
}
