/* The scale from what G(r) must be where no atom is: against an independent reduction of a simulated frame of
 * Zr52.5Cu17.9Ni14.6Al10Ti5 glass.
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "scattering.h"
#include "../../plugins/scattering/atoms.h"
#include "../../plugins/scattering/normalisation.h"

static const int alloy_Z[] = { 40, 29, 28, 13, 22 };
static const double alloy_fraction[] = { 0.525, 0.179, 0.146, 0.10, 0.05 };
static const frit_composition alloy = { 5, alloy_Z, alloy_fraction, ALLOY };

static test_step *low_r_step(frit_dataset *intensity)
{
    test_step *s = test_step_new("normalise");
    test_step_set(s, "composition", ALLOY);
    test_step_set_number(s, "number_density", RHO0);
    test_step_input(s, "intensity", intensity);
    return s;
}

/* ---- A simulated frame, reduced by another program -------------------------------------------- */

enum { Q, SIGMA = 2, A = 15, COMPTON = 16, MULTIPLE, SHAPE, F_MEAN_SQ = 20, F_SQ_MEAN, S_TRUE };
typedef struct {
    const char *name;
    int         y, S;
    double      alpha, fluorescence;    /* that program's */
    double      S_rms;                  /* of its S from the truth, 1 to 24 1/angstrom, as it states them */
} frame_set;
static const frame_set sets[] = {
    { "noisy", 4, 5, 0.13376633096408472, 1.4902933897036215, 0.0042 },
    { "clean", 8, 9, 0.13378270306310835, 1.4990831255259072, 0.0036 },
    { "clean, no beam size", 12, 13, 0.13378429322631574, 1.4994133641560112, 0.00055 },
};

static test_step *frame_step(const table *t, const frame_set *k, const double *sigma)
{
    test_step *s = low_r_step(curve(t->n, t->column[Q], t->column[k->y], sigma, "count"));
    test_step_set_number(s, "qmax", 24);
    test_step_input(s, "compton", curve(t->n, t->column[Q], t->column[COMPTON], NULL, "electron"));
    test_step_input(s, "multiple", curve(t->n, t->column[Q], t->column[MULTIPLE], NULL, "electron"));
    test_step_input(s, "fluorescence", curve(t->n, t->column[Q], t->column[SHAPE], NULL, "electron"));
    return s;
}

/* The scales from the columns as they stand, and how far they can be off: each column has twelve digits,
 * 5e-12 of itself; `own` are relative differences of the form factors from the columns, on top of that.  What
 * these do to alpha I - expected at a point works like a change of I, whose effect on the scales is known. */
typedef struct {
    normalisation_point *p;
    scales               s;
    double               by_digits[N_SCALES], by_form_factors[N_SCALES];
} solution;

static solution from_columns(const table *t, const frame_set *k, const double *own)
{
    enum { ROWS = 83 };    /* 0.2, 0.22 ... 1.84 angstrom */
    solution x = { .p = g_new0(normalisation_point, t->n),
                   .s = { .value = { 1, 1, 1 }, .free = { true, true, false } } };
    g_autofree double *weight = g_new(double, ROWS * t->n);
    g_autofree double *work = g_new(double, (ROWS + t->n) * SCALES_WORK);
    const low_r how = { true, 0, 24, 15, RHO0 };
    condition row[ROWS];
    for (size_t i = 0; i < t->n; i++) {
        double *const *c = t->column;
        x.p[i] = (normalisation_point){ .Q = c[Q][i], .I = c[k->y][i], .f_mean_sq = c[F_MEAN_SQ][i],
                                        .expected = c[F_SQ_MEAN][i] + c[COMPTON][i],
                                        .fluorescence = c[SHAPE][i], .multiple = c[MULTIPLE][i] };
    }
    for (int r = 0; r < ROWS; r++)
        row[r] = condition_low_r(x.p, t->n, &how, 0.2 + 0.02 * r, weight + r * t->n);
    for (int m = 0; m < N_SCALES; m++)
        x.s.slope[m] = g_new(double, t->n);
    g_assert_true(scales_solve(&x.s, x.p, t->n, row, ROWS, work));
    for (int m = 0; m < N_SCALES; m++) {
        for (size_t i = 0; i < t->n; i++) {    /* the terms, about alpha I, and <f>^2 */
            double scatter = x.s.value[SCALE_ALPHA] * x.p[i].I + x.p[i].f_mean_sq;
            double effect = 2 * fabs(x.s.slope[m][i]) * scatter / x.s.value[SCALE_ALPHA];
            x.by_digits[m] += 5e-12 * effect;
            x.by_form_factors[m] += own[i] * effect;
        }
        g_free(x.s.slope[m]);
    }
    return x;
}

/* Relative differences of xraylib's form factors from the columns. */
static double *own_form_factors(const table *t)
{
    double *own = g_new(double, t->n);
    for (size_t i = 0; i < t->n; i++) {
        atom_averages a = atoms_average(&alloy, t->column[Q][i]);
        own[i] = fabs(a.f_mean_sq / t->column[F_MEAN_SQ][i] - 1) +
                 fabs(a.f_sq_mean / t->column[F_SQ_MEAN][i] - 1);
    }
    return own;
}

/* With the columns alone: alpha, F and S as the other program has them. */
static void check_columns(const table *t, const frame_set *k, const solution *x)
{
    const double *value = x->s.value;
    double worst = 0;
    g_test_message("figure: alpha of the frame, %s, relative to the reference: %.1e (at most %.1e)", k->name,
                   fabs(value[SCALE_ALPHA] / k->alpha - 1), x->by_digits[SCALE_ALPHA] / k->alpha);
    g_test_message("figure: fluorescence of the frame, %s, relative to the reference: %.1e (at most %.1e)",
                   k->name, fabs(value[SCALE_FLUORESCENCE] / k->fluorescence - 1),
                   x->by_digits[SCALE_FLUORESCENCE] / k->fluorescence);
    assert_close(value[SCALE_ALPHA], k->alpha, x->by_digits[SCALE_ALPHA]);
    assert_close(value[SCALE_FLUORESCENCE], k->fluorescence, x->by_digits[SCALE_FLUORESCENCE]);
    for (size_t i = 0; i < t->n; i++)
        worst = fmax(worst, fabs(structure_factor_at(value, &x->p[i]) - t->column[k->S][i]));
    g_test_message("figure: S of the frame, %s, off the reference: %.1e (at most 1e-9)", k->name, worst);
    g_assert_cmpfloat(worst, <=, 1e-9);
}

static double rms_from_truth(const table *t, test_step *s)
{
    double sum = 0, n = 0;
    for (size_t i = 0; i < t->n; i++)
        if (t->column[Q][i] >= 1 && t->column[Q][i] <= 24) {
            sum += pow(values(s, "structure_factor")[i] - t->column[S_TRUE][i], 2);
            n++;
        }
    return sqrt(sum / n);
}

/* With the step, which takes the form factors from xraylib. */
static void frame(void)
{
    const char *path = test_data("reference/frame/integration_HPT_303K.csv");
    if (!path)
        return;
    table t = read_table(path);
    g_autofree double *own = own_form_factors(&t);
    for (size_t m = 0; m < G_N_ELEMENTS(sets); m++) {
        const frame_set *k = &sets[m];
        solution x = from_columns(&t, k, own);
        double off[2] = { x.by_digits[0] + x.by_form_factors[0], x.by_digits[1] + x.by_form_factors[1] };
        check_columns(&t, k, &x);
        test_step *s = frame_step(&t, k, NULL);
        run(s);
        assert_close(number(s, "alpha"), k->alpha, off[0]);
        assert_close(number(s, "fluorescence_scale"), k->fluorescence, off[1]);
        for (size_t i = 0; i < t.n; i++) {
            double scatter = k->alpha * x.p[i].I / x.p[i].f_mean_sq;
            /* five terms and <f>^2 with 5e-12 of themselves, and what alpha and F are off */
            assert_close(values(s, "structure_factor")[i], t.column[k->S][i],
                         (6 * 5e-12 + 2 * own[i]) * (1 + scatter) + off[0] * scatter / k->alpha +
                             off[1] / x.p[i].f_mean_sq);
        }
        /* stated with two digits: half a unit of the last */
        double rms = rms_from_truth(&t, s), most = k->S_rms * (1 + 0.5 / (m == 2 ? 55 : m == 1 ? 36 : 42));
        g_test_message("figure: S of the frame, %s, off the truth, rms: %.5f (at most %.5f)", k->name, rms,
                       most);
        g_assert_cmpfloat(rms, <=, most);
        test_step_free(s);
        g_free(x.p);
    }
    table_clear(&t);
}

/* And G(r) of the frame without beam size, from the exact one, as the other program states it: 0.0007 over
 * 2.2 to 16 angstrom, with half a unit of that digit. */
static void frame_pdf(void)
{
    const char *path = test_data("reference/frame/integration_HPT_303K.csv");
    if (!path)
        return;
    table t = read_table(path), exact = read_table(test_data("reference/exact_G_HPT.csv"));
    test_step *s = frame_step(&t, &sets[2], NULL), *g = test_step_new("transform");
    run(s);
    test_step_input(g, "structure_factor",
                    frit_dataset_ref((frit_dataset *)test_step_output(s, "structure_factor")));
    test_step_set_number(g, "qmax", 24);
    test_step_set_number(g, "rmin", 2.2);
    test_step_set_number(g, "rmax", 16);
    run(g);
    const frit_dataset *G = test_step_output(g, "reduced_pdf");
    double sum = 0;
    for (size_t i = 0; i < G->shape[0]; i++) {
        assert_close(exact.column[0][109 + i], G->axis[0]->at[i], 1e-9);    /* its first r is 0.02 */
        sum += pow(frit_dataset_values(G)[i] - exact.column[1][109 + i], 2);
    }
    double rms = sqrt(sum / (double)G->shape[0]);
    g_test_message("figure: G of the frame, no beam size, off the truth, rms: %.5f (at most 0.00075)", rms);
    g_assert_cmpfloat(rms, <=, 0.00075);
    test_step_free(s);
    test_step_free(g);
    table_clear(&t);
    table_clear(&exact);
}

/* The noisy frame has the sigma of its counts: alpha and F must lie within three of theirs of what the frame
 * without noise gives. */
static void frame_uncertainty(void)
{
    const char *path = test_data("reference/frame/integration_HPT_303K.csv");
    if (!path)
        return;
    table t = read_table(path);
    double *sigma = g_new(double, t.n);
    for (size_t i = 0; i < t.n; i++)    /* of the sample's counts; the background's were averaged */
        sigma[i] = t.column[SIGMA][i] / t.column[A][i];
    test_step *s = frame_step(&t, &sets[0], sigma);
    run(s);
    const char *const port[] = { "alpha", "fluorescence_scale" };
    const double truth[] = { sets[1].alpha, sets[1].fluorescence };
    for (int k = 0; k < 2; k++) {
        const frit_dataset *d = test_step_output(s, port[k]);
        double off = fabs(frit_dataset_values(d)[0] - truth[k]) / d->sigma[0];
        g_test_message("figure: %s of the noisy frame off the clean one, in sigma = %.3g: %.2f (at most 3)",
                       port[k], d->sigma[0], off);
        g_assert_cmpfloat(off, <=, 3);
    }
    test_step_free(s);
    g_free(sigma);
    table_clear(&t);
}

/* One correction left out costs what it should: without Compton scattering alpha and F are fitted to make up
 * for it, and S is off by many times what all corrections together leave. */
static void without_compton(void)
{
    const char *path = test_data("reference/frame/integration_HPT_303K.csv");
    if (!path)
        return;
    table t = read_table(path);
    double rms[2];
    for (int with = 0; with < 2; with++) {
        test_step *s = low_r_step(curve(t.n, t.column[Q], t.column[sets[1].y], NULL, "count"));
        test_step_set_number(s, "qmax", 24);
        test_step_input(s, "multiple", curve(t.n, t.column[Q], t.column[MULTIPLE], NULL, "electron"));
        test_step_input(s, "fluorescence", curve(t.n, t.column[Q], t.column[SHAPE], NULL, "electron"));
        if (with)
            test_step_input(s, "compton", curve(t.n, t.column[Q], t.column[COMPTON], NULL, "electron"));
        run(s);
        rms[with] = rms_from_truth(&t, s);
        test_step_free(s);
    }
    g_test_message("S off the truth, rms: %.4f with, %.4f without Compton scattering", rms[1], rms[0]);
    g_assert_cmpfloat(rms[0], >, 5 * rms[1]);
    table_clear(&t);
}

/* Conditions made from the kernels of the axis are the same bits as those made for the curve alone: also where
 * points are masked at the beginning (another part below) or in between, and where qmax is another one. */
static void kernels_of_the_axis(void)
{
    enum { N = 200, ROWS = 20 };
    const low_r whole = { true, 0.9, 20, 15, RHO0 };
    double axis[N];
    for (int i = 0; i < N; i++)
        axis[i] = 0.8 + 0.1 * i;
    g_autofree low_r_kernels *kernels = low_r_kernels_new(&whole, N, axis, ROWS, 0.2, 0.05);
    for (int masked = 0; masked < 4; masked++) {
        normalisation_point p[N];
        size_t origin[N], n = 0;
        low_r how = whole;
        how.qmax = masked == 3 ? 19.5 : 20;
        for (size_t i = 0; i < N; i++)
            if (!(masked == 1 && i < 5) && !(masked == 2 && i % 7 == 3)) {
                p[n] = (normalisation_point){ .Q = axis[i], .I = 1, .f_mean_sq = 1 };
                origin[n++] = i;
            }
        g_autofree double *weight = g_new(double, ROWS * (n + 1)), *alone = g_new(double, n);
        condition row[ROWS];
        conditions_low_r(kernels, p, origin, n, &how, ROWS, 0.2, 0.05, weight, row);
        for (size_t k = 0; k < ROWS; k++) {
            condition one = condition_low_r(p, n, &how, 0.2 + (double)k * 0.05, alone);
            g_assert_cmpuint(one.first, ==, row[k].first);
            g_assert_cmpuint(one.n, ==, row[k].n);
            g_assert_cmpfloat(one.target, ==, row[k].target);
            for (size_t i = 0; i < one.n; i++)
                g_assert_cmpfloat(one.weight[i], ==, row[k].weight[i]);
        }
    }
    g_assert_null(low_r_kernels_new(&whole, N, axis, LOW_R_KERNELS, 0.2, 0.05));
}

int main(int argc, char **argv)
{
    test_init(&argc, &argv);
    g_test_add_func("/scattering/low-r/kernels-of-the-axis", kernels_of_the_axis);
    g_test_add_func("/scattering/low-r/frame", frame);
    g_test_add_func("/scattering/low-r/frame-pdf", frame_pdf);
    g_test_add_func("/scattering/low-r/frame-uncertainty", frame_uncertainty);
    g_test_add_func("/scattering/low-r/without-compton", without_compton);
    return g_test_run();
}
