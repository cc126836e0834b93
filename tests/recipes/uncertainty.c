/* Are the uncertainties right?  A measurement is repeated: noisy frames are drawn from one without noise, and
 * each goes through the chain to G(r).  What the chain says of a single frame must be the scatter over all.
 *
 * Frames of an integrating detector: gain ADU a photon, whose number is Poisson's, and a read noise of
 * Gauss's.  `make check` draws 60 small ones; where FRIT_LONG is set 400 of 1024 x 1024 pixels are drawn from
 * the simulated frame of the measured data (some ten minutes).
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <gsl/gsl_randist.h>
#include <stdlib.h>

#include "../plugins/scattering.h"

#define GAIN 0.3          /* ADU a photon */
#define READ_NOISE 4.0    /* ADU */
#define QMAX 24           /* 1/angstrom, of the normalisation and of G */
#define RMIN 2.2          /* angstrom */
#define RMAX 18

/* ---- What is measured ---- */

/* A frame without noise, and all that its evaluation needs.  Curves are over the bins of Q. */
typedef struct {
    const char   *name;
    const char   *range;                 /* of Q, as a recipe has it */
    size_t        bins, draws;
    frit_dataset *clean, *dark, *flat, *mask;    /* images of doubles; flat and mask may be NULL */
    double       *background, *A;        /* y = (I - background)/A; NULL: 0 and 1 */
    double       *Q, *compton, *multiple, *fluorescence;    /* the last two may be NULL */
    double        alpha, F;              /* of the frame without noise */
} experiment;

static frit_dataset *ref(frit_dataset *d)
{
    return frit_dataset_ref(d);
}

static frit_dataset *output(test_step *s, const char *port)
{
    return frit_dataset_ref((frit_dataset *)test_step_output(s, port));
}

static void set_geometry(test_step *s, double pixel)
{
    test_step_set_number(s, "dist", 0.35);
    test_step_set_number(s, "poni1", 0.2032);
    test_step_set_number(s, "poni2", 0.2061);
    test_step_set_number(s, "rot1", 0.0052);
    test_step_set_number(s, "rot2", -0.0035);
    test_step_set_number(s, "wavelength", WAVELENGTH * 1e-10);
    test_step_set_number(s, "pixel1", pixel);
    test_step_set_number(s, "pixel2", pixel);
    test_step_set_number(s, "polarization_factor", 0.99);
    test_step_set_number(s, "converter_transmission", 0.6380332756111403);    /* 0.6 mm of CsI */
}

static frit_dataset *integrate(const experiment *e, frit_dataset *frame)
{
    test_step *s = test_step_new("integrate");
    set_geometry(s, 0.4096 / (double)frame->shape[0]);
    test_step_set_number(s, "npt", (double)e->bins);
    test_step_set(s, "radial_range", e->range);
    test_step_set_number(s, "gain", GAIN);
    test_step_set_number(s, "read_noise", READ_NOISE);
    test_step_input(s, "frame", frame);
    test_step_input(s, "dark", ref(e->dark));
    if (e->flat)
        test_step_input(s, "flat", ref(e->flat));
    if (e->mask)
        test_step_input(s, "mask", ref(e->mask));
    run(s);
    frit_dataset *I = output(s, "intensity");
    test_step_free(s);
    return I;
}

static frit_dataset *corrected(const experiment *e, const frit_dataset *I)
{
    frit_dataset *y = frit_dataset_curve(e->bins, I->axis[0]->at, "Q", "1/angstrom", frit_dataset_values(I),
                                         I->sigma, "count");
    double *value = y->data;
    for (size_t i = 0; i < e->bins && e->A; i++) {
        value[i] = (value[i] - e->background[i]) / e->A[i];
        y->sigma[i] /= e->A[i];
    }
    return y;
}

static void give_curve(test_step *s, const char *port, const experiment *e, const double *value)
{
    if (value)
        test_step_input(s, port, curve(e->bins, e->Q, value, NULL, "electron"));
}

/* The scales are fitted, or those of the frame without noise. */
static test_step *normalise(const experiment *e, frit_dataset *y, bool fitted)
{
    test_step *s = test_step_new("normalise");
    test_step_set(s, "composition", ALLOY);
    test_step_set_number(s, "number_density", RHO0);
    test_step_set_number(s, "qmax", QMAX);
    test_step_input(s, "intensity", y);
    give_curve(s, "compton", e, e->compton);
    give_curve(s, "multiple", e, e->multiple);
    give_curve(s, "fluorescence", e, e->fluorescence);
    if (!fitted)
        test_step_input(s, "alpha", frit_dataset_number(e->alpha, "electron/count"));
    if (!fitted && e->fluorescence)
        test_step_input(s, "fluorescence_scale", frit_dataset_number(e->F, "1"));
    run(s);
    return s;
}

/* G at distances of pi/qmax and more: closer ones say the same.  The covariance of S may be NULL; that of G
 * is made where it is asked for. */
static frit_dataset *transform(frit_dataset *S, frit_dataset *covariance, frit_dataset **of_G)
{
    test_step *s = test_step_new("transform");
    test_step_set_number(s, "qmax", QMAX);
    test_step_set_number(s, "rmin", RMIN);
    test_step_set_number(s, "rmax", RMAX);
    test_step_set_number(s, "rstep", 0.2);
    test_step_input(s, "structure_factor", S);
    if (covariance)
        test_step_input(s, "covariance", covariance);
    run(s);
    frit_dataset *G = output(s, "reduced_pdf");
    if (of_G)
        *of_G = output(s, "covariance");
    test_step_free(s);
    return G;
}

/* The area of the first shell, by trapezoids between fixed limits: a weighted sum of G, whose variance takes
 * the whole covariance of G. */
static frit_dataset *first_shell(const frit_dataset *G, const frit_dataset *covariance)
{
    const double *r = G->axis[0]->at, *g = frit_dataset_values(G), *C = frit_dataset_values(covariance);
    size_t n = G->shape[0], first = 0, last = 0;
    for (size_t i = 0; i < n; i++) {
        first = r[i] < 2.4 - 1e-9 ? i + 1 : first;
        last = r[i] < 3.8 + 1e-9 ? i : last;
    }
    double area = 0, variance = 0;
    for (size_t i = first; i <= last; i++) {
        double w = i == first || i == last ? 0.1 : 0.2;
        area += w * g[i];
        for (size_t j = first; j <= last; j++)
            variance += w * (j == first || j == last ? 0.1 : 0.2) * C[i * n + j];
    }
    frit_dataset *d = frit_dataset_number(area, "1/angstrom");
    frit_dataset_want_sigma(d);
    d->sigma[0] = sqrt(variance);
    return d;
}

/* ---- What comes out, and how it scatters ---- */

enum { INTENSITY, S_GIVEN, G_GIVEN, ALPHA, S_FITTED, G_FITTED, SHELL, RESULTS };
static const char *const result_name[] = { "I(Q)", "S(Q), alpha given", "G(r), alpha given, from sigma of S",
                                           "alpha", "S(Q), alpha fitted",
                                           "G(r), alpha fitted, from the covariance of S",
                                           "area of the first shell of G(r), from its covariance" };

/* Over the draws: sums of the differences from the truth and their squares, of the variances that the chain
 * said, and how often the truth lay in the interval. */
typedef struct {
    frit_dataset *truth;
    double       *sum, *squares, *variance;
    size_t        n, draws, covered;
} scatter;

static void chain(const experiment *e, frit_dataset *frame, frit_dataset *result[RESULTS])
{
    frit_dataset *I = integrate(e, frame);
    test_step *given = normalise(e, corrected(e, I), false), *fitted = normalise(e, corrected(e, I), true);
    result[INTENSITY] = I;
    result[S_GIVEN] = output(given, "structure_factor");
    result[G_GIVEN] = transform(ref(result[S_GIVEN]), NULL, NULL);
    result[ALPHA] = output(fitted, "alpha");
    result[S_FITTED] = output(fitted, "structure_factor");
    frit_dataset *covariance;
    result[G_FITTED] = transform(ref(result[S_FITTED]), output(fitted, "covariance"), &covariance);
    result[SHELL] = first_shell(result[G_FITTED], covariance);
    frit_dataset_unref(covariance);
    test_step_free(given);
    test_step_free(fitted);
}

static void add(scatter *s, const frit_dataset *result)
{
    const double *x = frit_dataset_values(result), *truth = frit_dataset_values(s->truth);
    s->draws++;
    for (size_t i = 0; i < s->n; i++) {
        double off = x[i] - truth[i];
        g_assert_false(result->mask && result->mask[i]);
        s->sum[i] += off;
        s->squares[i] += off * off;
        s->variance[i] += result->sigma[i] * result->sigma[i];
        s->covered += fabs(off) <= 1.959964 * result->sigma[i];
    }
}

/* What is drawn of `n` values that scatter as predicted: with N draws a standard deviation is known to
 * 1/sqrt(2 (N - 1)), so that some are more than 10 % off, as many as Gauss's distribution says; the root of
 * the mean over all is known that much better by sqrt(n).  Limits are four standard deviations of that.  The
 * frames are of whole numbers: that adds 1/12 to a variance of READ_NOISE^2 at least, 0.26 % of sigma. */
static void check(const experiment *e, const scatter *s, const char *name)
{
    double N = (double)s->draws, n = (double)s->n, one = 1 / sqrt(2 * (N - 1)), sum = 0, far = 0;
    for (size_t i = 0; i < s->n; i++) {
        double mean = s->sum[i] / N;
        double ratio = (s->squares[i] / N - mean * mean) * N / (N - 1) / (s->variance[i] / N);
        sum += ratio;
        far += fabs(sqrt(ratio) - 1) > 0.1;
    }
    double off = fabs(sqrt(sum / n) - 1), limit = fmin(0.1, 4 * one / sqrt(n) + 1.0 / 12 / 2 / 16);
    double p = erfc(0.1 / one / sqrt(2)), most = p + 4 * sqrt(p * (1 - p) / n);
    double cover = (double)s->covered / N / n, miss = fmax(0.02, 4 * sqrt(0.95 * 0.05 / N / n));
    if (s->n == 1)
        limit = 4 * one;
    g_test_message("figure: %s, %zu draws, %s: scatter over predicted sigma, less 1: %.4f (at most %.4f)",
                   e->name, s->draws, name, off, limit);
    if (s->n > 1)
        g_test_message("figure: %s, %zu draws, %s: points whose scatter is more than 10 %% off: %.1f %% "
                       "(at most %.1f %%)", e->name, s->draws, name, 100 * far / n, 100 * most);
    g_test_message("figure: %s, %zu draws, %s: intervals of 95 %% that hold the truth, %.2f %%, are off by: "
                   "%.2f %% (at most %.2f %%)", e->name, s->draws, name, 100 * cover,
                   100 * fabs(cover - 0.95), 100 * miss);
    g_assert_cmpfloat(off, <=, limit);
    if (s->n > 1)
        g_assert_cmpfloat(far / n, <=, most);
    g_assert_cmpfloat(fabs(cover - 0.95), <=, miss);
}

/* ---- Frames ---- */

/* One draw, in whole numbers as a detector writes them. */
static frit_dataset *draw(const experiment *e, gsl_rng *rng)
{
    frit_dataset *d = frit_dataset_new(FRIT_U16, 2, e->clean->shape);
    const double *clean = frit_dataset_values(e->clean), *dark = frit_dataset_values(e->dark);
    const double *masked = e->mask ? frit_dataset_values(e->mask) : NULL;
    uint16_t *value = d->data;
    d->unit = "count";
    for (size_t i = 0; i < frit_dataset_count(d); i++) {
        if (masked && masked[i] != 0)
            continue;
        double photons = gsl_ran_poisson(rng, fmax(0, clean[i] - dark[i]) / GAIN);
        double raw = round(dark[i] + GAIN * photons + gsl_ran_gaussian(rng, READ_NOISE));
        g_assert_true(raw >= 0 && raw <= 65535);    /* what is cut off would shift the mean */
        value[i] = (uint16_t)raw;
    }
    return d;
}

/* Once alpha is fitted, errors of S are correlated: what sigma of G would be if that were forgotten. */
static void without_covariance(const experiment *e, frit_dataset *S, const frit_dataset *G)
{
    frit_dataset *forgotten = transform(ref(S), NULL, NULL);
    double least = 1, most = 1;
    for (size_t i = 0; i < G->shape[0]; i++) {
        least = fmin(least, forgotten->sigma[i] / G->sigma[i]);
        most = fmax(most, forgotten->sigma[i] / G->sigma[i]);
    }
    g_test_message("%s: sigma of G without the covariance of S is %.4f to %.4f of that with it", e->name,
                   least, most);
    frit_dataset_unref(forgotten);
}

static void prepare_truth(experiment *e, scatter s[RESULTS])
{
    frit_dataset *I = integrate(e, ref(e->clean)), *truth[RESULTS];
    e->Q = g_memdup2(I->axis[0]->at, e->bins * sizeof *e->Q);
    test_step *fitted = normalise(e, corrected(e, I), true);
    e->alpha = number(fitted, "alpha");
    e->F = e->fluorescence ? number(fitted, "fluorescence_scale") : 0;
    test_step_free(fitted);
    frit_dataset_unref(I);
    chain(e, ref(e->clean), truth);
    without_covariance(e, truth[S_FITTED], truth[G_FITTED]);
    for (int k = 0; k < RESULTS; k++) {
        size_t n = frit_dataset_count(truth[k]);
        s[k] = (scatter){ .truth = truth[k], .n = n, .sum = g_new0(double, n), .squares = g_new0(double, n),
                          .variance = g_new0(double, n) };
    }
}

static void repeat(experiment *e)
{
    scatter s[RESULTS];
    prepare_truth(e, s);
    gsl_rng *rng = gsl_rng_alloc(gsl_rng_mt19937);
    gsl_rng_set(rng, 1);
    for (size_t i = 0; i < e->draws; i++) {
        frit_dataset *result[RESULTS];
        chain(e, draw(e, rng), result);
        for (int k = 0; k < RESULTS; k++) {
            add(&s[k], result[k]);
            frit_dataset_unref(result[k]);
        }
    }
    gsl_rng_free(rng);
    for (int k = 0; k < RESULTS; k++) {
        check(e, &s[k], result_name[k]);
        frit_dataset_unref(s[k].truth);
        g_free(s[k].sum);
        g_free(s[k].squares);
        g_free(s[k].variance);
    }
    g_free(e->Q);
}

/* ---- A small frame of the glass, from what is shipped ---- */

static double between(const table *t, int column, double x)
{
    size_t low = 0, high = t->n - 1;
    while (high - low > 1) {
        size_t middle = (low + high) / 2;
        if (t->column[0][middle] <= x)
            low = middle;
        else
            high = middle;
    }
    double part = (x - t->column[0][low]) / (t->column[0][high] - t->column[0][low]);
    return t->column[column][low] + part * (t->column[column][high] - t->column[column][low]);
}

static frit_dataset *image(size_t side, double value)
{
    frit_dataset *d = frit_dataset_new(FRIT_F64, 2, (size_t[]){ side, side });
    d->unit = "count";
    for (size_t i = 0; i < side * side; i++)
        ((double *)d->data)[i] = value;
    return d;
}

/* The exact S of the model, in ADU on the detector: dark + (S <f>^2 + laue + C)/0.134 Omega P K; at lower
 * or higher Q than the tables have it, which the range leaves out, nothing but dark. */
static frit_dataset *glass_on_detector(size_t side, const frit_dataset *dark, const table *compton)
{
    enum { F_MEAN_SQ = 7, LAUE = 9, COMPTON_EU = 12 };
    table f = shipped("data/" ALLOY "_f2.csv"), exact = shipped("data/exact_S_HPT.csv");
    frit_dataset *d = image(side, 0);
    test_step *s = test_step_new("pixel_geometry");
    set_geometry(s, 0.4096 / (double)side);
    test_step_input(s, "frame", frit_dataset_ref((frit_dataset *)dark));
    run(s);
    const double *q = values(s, "q"), *omega = values(s, "solid_angle"), *P = values(s, "polarization");
    const double *K = values(s, "converter_efficiency");
    for (size_t i = 0; i < side * side; i++) {
        ((double *)d->data)[i] = frit_dataset_values(dark)[i];
        if (q[i] >= 0.1 && q[i] <= 28)
            ((double *)d->data)[i] +=
                (between(&exact, 1, q[i]) * between(&f, F_MEAN_SQ, q[i]) + between(&f, LAUE, q[i]) +
                 between(compton, COMPTON_EU, q[i])) / 0.134 * omega[i] * P[i] * K[i];
    }
    test_step_free(s);
    table_clear(&f);
    table_clear(&exact);
    return d;
}

static void small_frames(void)
{
    enum { SIDE = 256, BINS = 300, COMPTON_EU = 12 };
    table compton = shipped("data/" ALLOY "_compton.csv");
    double C[BINS];
    experiment e = { .name = "frames of 256 x 256", .range = "0.75 24.75", .bins = BINS, .draws = 60,
                     .dark = image(SIDE, 100), .compton = C };
    e.clean = glass_on_detector(SIDE, e.dark, &compton);
    for (size_t i = 0; i < BINS; i++)
        C[i] = between(&compton, COMPTON_EU, 0.75 + 24.0 * ((double)i + 0.5) / BINS);
    repeat(&e);
    frit_dataset_unref(e.clean);
    frit_dataset_unref(e.dark);
    table_clear(&compton);
}

/* ---- The simulated frame of the measured data ---- */

static frit_dataset *read_frame(const char *name)
{
    g_autofree char *path = g_build_filename("reference/frame", name, NULL);
    test_step *s = test_step_new("read_image");
    test_step_set(s, "files", test_data(path));
    run(s);
    const frit_dataset *d = test_step_output(s, "frame");
    frit_dataset *copy = image(1024, 0);
    double *value = copy->data;
    g_assert_cmpuint(frit_dataset_count(d), ==, 1024 * 1024);
    for (size_t i = 0; i < 1024 * 1024; i++)
        value[i] = d->dtype == FRIT_U8 ? ((uint8_t *)d->data)[i] : ((float *)d->data)[i];
    test_step_free(s);
    return copy;
}

static void large_frames(void)
{
    enum { BINS = 2000, I_EMPTY = 7, A = 15, COMPTON, MULTIPLE, SHAPE, FACTOR };
    const char *path = test_data("reference/frame/integration_HPT_303K.csv");
    if (!path)
        return;
    if (!g_getenv("FRIT_LONG")) {
        g_test_skip("FRIT_LONG is not set");
        return;
    }
    table t = read_table(path);
    g_assert_cmpuint(t.n, ==, BINS);
    for (size_t i = 0; i < BINS; i++)    /* the empty cell, less what the sample takes away */
        t.column[I_EMPTY][i] *= t.column[FACTOR][i];
    experiment e = { .name = "frames of 1024 x 1024", .range = "0.75 27.5", .bins = BINS, .draws = 400,
                     .clean = read_frame("sample_HPT_303K_clean.tif"), .dark = read_frame("dark_clean.tif"),
                     .flat = read_frame("flat.edf"), .mask = read_frame("mask.edf"),
                     .background = t.column[I_EMPTY], .A = t.column[A], .compton = t.column[COMPTON],
                     .multiple = t.column[MULTIPLE], .fluorescence = t.column[SHAPE] };
    e.flat->unit = "1";
    repeat(&e);
    for (frit_dataset **d = (frit_dataset *[]){ e.clean, e.dark, e.flat, e.mask, NULL }; *d; d++)
        frit_dataset_unref(*d);
    table_clear(&t);
}

int main(int argc, char **argv)
{
    test_init(&argc, &argv);
    g_test_add_func("/uncertainty/small-frames", small_frames);
    g_test_add_func("/uncertainty/large-frames", large_frames);
    return g_test_run();
}
