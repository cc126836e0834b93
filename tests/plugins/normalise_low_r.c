/* The scale from what G(r) must be where no atom is: against an independent reduction of a simulated frame of
 * Zr52.5Cu17.9Ni14.6Al10Ti5 glass.
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "scattering.h"
#include "../../plugins/scattering/atoms.h"
#include "../../plugins/scattering/low_r_sums.h"
#include "../../plugins/scattering/normalisation.h"

#include <float.h>

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
    normalisation_points p;
    double              *own;    /* of these points: what is expected, and no sigma */
    scales               s;
    double               by_digits[N_SCALES], by_form_factors[N_SCALES];
} solution;

static solution from_columns(const table *t, const frame_set *k, const double *own)
{
    enum { ROWS = 83 };    /* 0.2, 0.22 ... 1.84 angstrom */
    double *const *c = t->column, *own_columns = g_new0(double, 2 * t->n);
    solution x = { .p = { .n = t->n, .Q = c[Q], .I = c[k->y], .sigma = own_columns + t->n,
                          .expected = own_columns, .f_mean_sq = c[F_MEAN_SQ], .fluorescence = c[SHAPE],
                          .multiple = c[MULTIPLE] },
                   .own = own_columns,
                   .s = { .value = { 1, 1, 1 }, .free = { true, true, false } } };
    g_autofree double *weight = g_new(double, ROWS * t->n);
    g_autofree double *work = g_new(double, ROWS * SCALES_WORK), *slopes = g_new(double, t->n * SCALES_WORK);
    const low_r how = { true, 0, 24, 15, RHO0 };
    condition row[ROWS];
    for (size_t i = 0; i < t->n; i++)
        x.own[i] = c[F_SQ_MEAN][i] + c[COMPTON][i];
    for (int r = 0; r < ROWS; r++)
        row[r] = condition_low_r(&x.p, &how, 0.2 + 0.02 * r, weight + r * t->n);
    for (int m = 0; m < N_SCALES; m++)
        x.s.slope[m] = g_new(double, t->n);
    scales_slopes(&x.p, slopes);
    g_assert_true(scales_solve(&x.s, &x.p, slopes, row, ROWS, work));
    for (int m = 0; m < N_SCALES; m++) {
        for (size_t i = 0; i < t->n; i++) {    /* the terms, about alpha I, and <f>^2 */
            double scatter = x.s.value[SCALE_ALPHA] * x.p.I[i] + x.p.f_mean_sq[i];
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
        worst = fmax(worst, fabs(structure_factor_at(value, &x->p, i) - t->column[k->S][i]));
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
            double scatter = k->alpha * x.p.I[i] / x.p.f_mean_sq[i];
            /* five terms and <f>^2 with 5e-12 of themselves, and what alpha and F are off */
            assert_close(values(s, "structure_factor")[i], t.column[k->S][i],
                         (6 * 5e-12 + 2 * own[i]) * (1 + scatter) + off[0] * scatter / k->alpha +
                             off[1] / x.p.f_mean_sq[i]);
        }
        /* stated with two digits: half a unit of the last */
        double rms = rms_from_truth(&t, s), most = k->S_rms * (1 + 0.5 / (m == 2 ? 55 : m == 1 ? 36 : 42));
        g_test_message("figure: S of the frame, %s, off the truth, rms: %.5f (at most %.5f)", k->name, rms,
                       most);
        g_assert_cmpfloat(rms, <=, most);
        test_step_free(s);
        g_free(x.own);
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

/* ---- Conditions made ready for an axis --------------------------------------------------------- */

enum { POINTS = 200, AT = 20 };    /* of the axis; r */
static const double R_FROM = 0.2, R_STEP = 0.05;

typedef struct {
    size_t               origin[POINTS];
    normalisation_points p;
    low_r                how;
    double               x[POINTS * SCALES_WORK];
    double               column[7][POINTS];
} curve_on_axis;

/* Masked: nowhere; at the beginning, so that another part is below; in between; nowhere, but another qmax. */
static void make_curve(curve_on_axis *s, const double *axis, const low_r *whole, int masked)
{
    size_t n = 0;
    s->how = *whole;
    s->how.qmax = masked == 3 ? 19.5 : 20;
    for (size_t i = 0; i < POINTS; i++) {
        const double at = axis[i], f = 30 * exp(-at * at / 200);
        if ((masked == 1 && i < 5) || (masked == 2 && i % 7 == 3))
            continue;
        const double value[] = { at, f * f * (1.1 + sin(3 * at) / at) + 2, 0.1 + at / 50, f * f + 1 + at / 10,
                                 f * f, 1 + at / 40, 2 - at / 30 };
        for (int k = 0; k < 7; k++)
            s->column[k][n] = value[k];
        s->origin[n++] = i;
    }
    s->p = (normalisation_points){ n, s->column[0], s->column[1], s->column[2], s->column[3], s->column[4],
                                   s->column[5], s->column[6] };
    scales_slopes(&s->p, s->x);
}

/* Sums of n terms in any order are off by n DBL_EPSILON of the sum of their sizes; Lagrange's functions,
 * whose sizes add up to 3 at most, are made of sums of `terms` of their own. */
static double rounding(size_t n, size_t terms)
{
    return 3 * (double)(n + terms) * DBL_EPSILON;
}

/* The rows of the conditions one by one, in plain loops, and the sizes of what they are sums of. */
static void plain_rows(const curve_on_axis *s, const low_r_rules *r, double weight[AT][POINTS],
                       double row[AT][SCALES_WORK], double size[AT][SCALES_WORK])
{
    for (size_t k = 0; k < AT; k++) {
        const condition one = condition_low_r(&s->p, &s->how, R_FROM + (double)k * R_STEP, weight[k]);
        g_assert_cmpuint(one.first, ==, r->first);
        g_assert_cmpuint(one.n, ==, r->n);
        for (size_t m = 0; m < SCALES_WORK; m++) {
            row[k][m] = m == N_SCALES ? one.target : 0;
            size[k][m] = fabs(row[k][m]);
            for (size_t i = 0; i < one.n; i++) {
                row[k][m] += weight[k][i] * s->x[(one.first + i) * SCALES_WORK + m];
                size[k][m] += fabs(weight[k][i] * s->x[(one.first + i) * SCALES_WORK + m]);
            }
        }
    }
}

/* Combinations of column m of the rows are those to rounding, and nothing is left of the rows but what any curve
 * misses.  A combination is a sum of AT rows, and what is left one of as many combinations at most. */
static double check_rows(const low_r_rules *r, const double *rows, double plain[AT][SCALES_WORK],
                         double size[AT][SCALES_WORK], size_t m)
{
    const double allowed = rounding(POINTS, 60 + AT);
    double left[AT], worst = 0, sizes = 0, squares = 0, missed;
    for (size_t k = 0; k < AT; k++)
        left[k] = plain[k][m];
    for (size_t k = 0; k < AT; k++)
        sizes += size[k][m];
    for (size_t a = 0; a < low_r_rules_count(r); a++) {
        double sum = 0;
        for (size_t k = 0; k < AT; k++) {
            sum += low_r_rules_part(r, a, k) * plain[k][m];
            left[k] -= low_r_rules_part(r, a, k) * rows[a * SCALES_WORK + m];
        }
        worst = fmax(worst, fabs(rows[a * SCALES_WORK + m] - sum) / sizes);
    }
    g_assert_cmpfloat(worst, <=, allowed);
    for (size_t k = 0; k < AT; k++)
        squares += left[k] * left[k];
    g_assert_cmpuint(low_r_rules_missed(r, &missed), ==, AT);
    assert_close(sqrt(squares), m == N_SCALES ? sqrt(missed) : 0, AT * allowed * sizes);
    return worst;
}

/* The rows, and the sums back, are orthonormal combinations of those of the conditions one by one, in plain
 * loops. */
static void check_sums(const curve_on_axis *s, const low_r_rules *r)
{
    static double weight[AT][POINTS];
    double plain[AT][SCALES_WORK], size[AT][SCALES_WORK], back[POINTS], other_back[POINTS], worst = 0;
    const size_t n = low_r_rules_count(r);
    g_autofree double *rows = g_new(double, n * SCALES_WORK);
    g_autofree double *factor = g_new(double, n), *other = g_new(double, n);
    plain_rows(s, r, weight, plain, size);
    low_r_rules_rows(r, s->x, rows);
    for (size_t m = 0; m < SCALES_WORK; m++)
        worst = fmax(worst, check_rows(r, rows, plain, size, m));
    g_test_message("figure: conditions at low r made ready, relative to one by one: %.1e (at most %.1e)",
                   worst, rounding(POINTS, 60 + AT));
    for (size_t a = 0; a < n; a++) {
        factor[a] = cos((double)a);
        other[a] = -2 * factor[a];
        for (size_t b = 0; b <= a; b++) {
            double product = 0, own = 0;
            for (size_t k = 0; k < AT; k++) {
                product += low_r_rules_part(r, a, k) * low_r_rules_part(r, b, k);
                own += low_r_rules_part(r, a, k) * low_r_rules_part(r, a, k);
            }
            if (own > 0)    /* none: there are as many combinations as a group has room for */
                assert_close(product, a == b, AT * DBL_EPSILON);
        }
    }
    low_r_rules_back(r, factor, other, back, other_back);
    for (size_t i = 0; i < r->n; i++) {
        double sum = 0, sizes = 0;
        for (size_t a = 0; a < n; a++) {
            for (size_t k = 0; k < AT; k++)
                sum += factor[a] * low_r_rules_part(r, a, k) * weight[k][i];
            /* the kernel is 2/pi Q at most, a share 0.1 to 0.2 */
            sizes += sqrt(AT) * fabs(s->p.Q[r->first + i]);
        }
        g_assert_cmpfloat(fabs(back[i] - sum), <=, rounding(AT * n, 60) * sizes);
        g_assert_cmpfloat(other_back[i], ==, -2 * back[i]);
    }
}

/* The scales and their covariances with them: what rounding does to a row does at most so much to these as
 * the decomposition is sensitive, some 1e3 here. */
static void check_scales(const curve_on_axis *s, const low_r_rules *r)
{
    double weight[AT][POINTS], slope[2][N_SCALES][POINTS];
    double work[2 * AT * (SCALES_WORK + N_SCALES)];
    condition row[AT];
    const double room = 1e3 * rounding(POINTS, 60);
    scales both[2];
    for (size_t k = 0; k < AT; k++)
        row[k] = condition_low_r(&s->p, &s->how, R_FROM + (double)k * R_STEP, weight[k]);
    g_assert_cmpuint(low_r_rules_count(r), <=, 2 * AT);
    for (int free = 1; free <= N_SCALES; free++) {
        for (int b = 0; b < 2; b++) {
            both[b] = (scales){ .value = { 1, 1, 1 }, .free = { true, free > 1, free > 2 },
                                .given_sigma = { 0, 0, 0.1 } };
            for (int m = 0; m < N_SCALES; m++)
                both[b].slope[m] = slope[b][m];
        }
        g_assert_true(scales_solve(&both[0], &s->p, s->x, row, AT, work));
        g_assert_true(scales_solve_low_r(&both[1], &s->p, s->x, r, work));
        assert_close(both[1].deviation, both[0].deviation, room * fabs(row[AT - 1].target));
        const scales bare = { .value = { 1, 1, 1 }, .free = { true, free > 1, free > 2 } };
        scales alone = bare;
        g_assert_true(scales_solve_low_r(&alone, &s->p, s->x, r, work));
        g_assert_cmpmem(alone.value, sizeof alone.value, both[1].value, sizeof both[1].value);
        for (int m = 0; m < N_SCALES; m++) {
            assert_close(both[1].value[m], both[0].value[m], room * fabs(both[0].value[m]));
            for (int l = 0; l < N_SCALES; l++) {
                const double size = sqrt(both[0].covariance[m][m] * both[0].covariance[l][l]);
                assert_close(both[1].covariance[m][l], both[0].covariance[m][l], room * size);
            }
        }
    }
}

static void terms_of_the_axis(void)
{
    const low_r whole = { true, 0.9, 20, 15, RHO0 };
    double axis[POINTS];
    for (int i = 0; i < POINTS; i++)
        axis[i] = 0.8 + 0.1 * i;
    low_r_terms *t = low_r_terms_new(&whole, POINTS, axis, AT, R_FROM, R_STEP);
    for (int masked = 0; masked < 4; masked++) {
        curve_on_axis s;
        low_r_rules r;
        make_curve(&s, axis, &whole, masked);
        g_autofree double *room = g_new(double, low_r_rules_room(t, s.p.n));
        g_assert_true(low_r_rules_make(t, &s.p, s.origin, &s.how, room, &r));
        check_sums(&s, &r);
        check_scales(&s, &r);
    }
    free(t);
    g_assert_null(low_r_terms_new(&whole, POINTS, axis, LOW_R_TERMS, R_FROM, R_STEP));
}

/* How far the combinations are from orthonormal. */
static double off_orthonormal(const low_r_rules *r, size_t rows)
{
    double worst = 0;
    for (size_t a = 0; a < low_r_rules_count(r); a++)
        for (size_t b = 0; b <= a; b++) {
            double product = 0, own = 0;
            for (size_t k = 0; k < rows; k++) {
                product += low_r_rules_part(r, a, k) * low_r_rules_part(r, b, k);
                own += low_r_rules_part(r, a, k) * low_r_rules_part(r, a, k);
            }
            if (own > 0)
                worst = fmax(worst, fabs(product - (a == b)));
        }
    return worst;
}

/* Fewer points than combinations, of which the first may be missing, so that another part is below; and so many
 * distances that most differ from others by rounding alone.  alpha is a quotient of two sums of products of rows,
 * each of which is known to rounding of what it is a sum of: a hundred times the row. */
static void other_axes(void)
{
    static const struct {
        size_t n;
        double qmax, rmax, step;
    } cases[] = { { 8, 40, 1.85, 0.02 }, { 16, 60, 4, 0.02 }, { 1000, 35, 1.85, 0.001 }, { 1000, 25, 15, 0.02 } };
    for (size_t m = 0; m < 2 * G_N_ELEMENTS(cases); m++) {
        const size_t n = cases[m / 2].n, first = m % 2;
        const double qmax = cases[m / 2].qmax, step = cases[m / 2].step;
        const size_t rows = (size_t)((cases[m / 2].rmax - 0.2) / step + 1.5);
        g_autofree double *axis = g_new(double, 4 * n);
        double *I = axis + n, *one = I + n, *none = one + n;
        g_autofree double *x = g_new(double, n * SCALES_WORK), *weight = g_new(double, rows * n);
        g_autofree size_t *place = g_new(size_t, n);
        g_autofree condition *row = g_new(condition, rows);
        for (size_t i = 0; i < n; i++) {
            axis[i] = 0.5 + (qmax - 0.5) * (double)i / (double)(n - 1);
            I[i] = 1 + 0.1 * sin(2.5 * axis[i]);
            one[i] = 1;
            none[i] = 0;
            place[i] = i + first;
        }
        const low_r how = { false, axis[0], qmax, 15, 0.05 };
        const normalisation_points p = { n - first, axis + first, I + first, one, one, one, none, none };
        low_r_terms *t = low_r_terms_new(&how, n, axis, rows, 0.2, step);
        g_assert_nonnull(t);
        const size_t size = low_r_rules_room(t, p.n);
        g_autofree double *room = g_new(double, size);
        low_r_rules r;
        g_assert_true(low_r_rules_make(t, &p, place, &how, room, &r));
        g_assert_cmpfloat(off_orthonormal(&r, rows), <=, (double)rows * DBL_EPSILON);
        const size_t most = MAX(rows, low_r_rules_count(&r));
        g_autofree double *work = g_new(double, most * (SCALES_WORK + N_SCALES));
        scales ready = { .value = { 1, 1, 1 }, .free = { true } }, alone = ready;
        for (size_t k = 0; k < rows; k++)
            row[k] = condition_low_r(&p, &how, 0.2 + (double)k * step, weight + k * n);
        scales_slopes(&p, x);
        g_assert_true(scales_solve_low_r(&ready, &p, x, &r, work));
        g_assert_true(scales_solve(&alone, &p, x, row, rows, work));
        assert_close(ready.value[SCALE_ALPHA], alone.value[SCALE_ALPHA],
                     100 * rounding(n, 60 + rows) * fabs(alone.value[SCALE_ALPHA]));
        free(t);
    }
}

/* Each set of instructions gives the bits of plain loops over the terms, eight lanes of points by
 * themselves. */
static void same_bits(void)
{
    enum { TERMS = 8, BLOCKS = 25, N = BLOCKS * LOW_R_BLOCK };
    g_autofree double *part = g_new(double, TERMS * N), *y = g_new(double, N * LOW_R_COLUMNS);
    struct low_r_parts t = { TERMS, BLOCKS, part };
    double sum[TERMS * LOW_R_COLUMNS], f[TERMS], g[TERMS], a[N], b[N];
    for (size_t i = 0; i < TERMS * N; i++)
        part[i] = sin(1.0 + (double)i);
    for (size_t i = 0; i < N * LOW_R_COLUMNS; i++)
        y[i] = cos(0.3 * (double)i);
    for (size_t j = 0; j < TERMS; j++) {
        f[j] = exp(-(double)j);
        g[j] = 1 / (1.0 + (double)j);
    }
    low_r_project(&t, y, sum);
    for (size_t j = 0; j < TERMS; j++)
        for (size_t m = 0; m < LOW_R_COLUMNS; m++) {
            double s[LOW_R_BLOCK] = { 0 };
            for (size_t i = 0; i < N; i++)
                s[i % LOW_R_BLOCK] += part[low_r_place(&t, j, i)] * y[low_r_column(m, i)];
            g_assert_cmpfloat(sum[j * LOW_R_COLUMNS + m], ==,
                              ((s[0] + s[1]) + (s[2] + s[3])) + ((s[4] + s[5]) + (s[6] + s[7])));
        }
    low_r_combine(&t, f, g, a, b);
    for (size_t i = 0; i < N; i++) {
        double plain[2] = { 0 };
        for (size_t j = 0; j < TERMS; j++) {
            plain[0] += f[j] * part[low_r_place(&t, j, i)];
            plain[1] += g[j] * part[low_r_place(&t, j, i)];
        }
        g_assert_cmpfloat(a[i], ==, plain[0]);
        g_assert_cmpfloat(b[i], ==, plain[1]);
    }
}

int main(int argc, char **argv)
{
    test_init(&argc, &argv);
    g_test_add_func("/scattering/low-r/terms-of-the-axis", terms_of_the_axis);
    g_test_add_func("/scattering/low-r/other-axes", other_axes);
    g_test_add_func("/scattering/low-r/same-bits", same_bits);
    g_test_add_func("/scattering/low-r/frame", frame);
    g_test_add_func("/scattering/low-r/frame-pdf", frame_pdf);
    g_test_add_func("/scattering/low-r/frame-uncertainty", frame_uncertainty);
    g_test_add_func("/scattering/low-r/without-compton", without_compton);
    return g_test_run();
}
