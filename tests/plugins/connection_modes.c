/* Connection modes: shells of exactly four Gaussians, a real glass, what the fit says of itself, and bad
 * input. SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "connection_modes.h"
#include "../../plugins/connection_modes/areas.h"
#include "../../plugins/connection_modes/solve.h"

/* ---- Non-negative least squares ---- */

/* By the plain loops. */
static bool fit_areas(size_t n, size_t m, const double *a, const double *y, const double *weight, double *x)
{
    double normal[MOST_AREAS * MOST_AREAS] = {0}, right[MOST_AREAS] = {0};
    for (size_t i = 0; i < n; i++)
        for (size_t u = 0; u < m; u++) {
            const double of = (weight ? weight[i] : 1) * a[i * m + u];
            right[u] += of * y[i];
            for (size_t v = 0; v < m; v++)
                normal[u * m + v] += of * a[i * m + v];
        }
    return areas_solve(m, normal, right, x);
}

/* What makes a minimum: residual at right angles to the columns that are used, and no column that is not used
 * would lower it.  Sums of 20 products of numbers below 10, and a condition of the columns below 1e3. */
static void areas_are_minima(void)
{
    enum { N = 20, M = 6 };
    GRand *random = g_rand_new_with_seed(3);
    size_t zeros = 0;
    for (int trial = 0; trial < 500; trial++) {
        double a[N * M], y[N], weight[N], x[M];
        for (size_t i = 0; i < N; i++) {
            y[i] = g_rand_double_range(random, -1, 3);
            weight[i] = g_rand_double_range(random, 0.5, 2);
            for (size_t j = 0; j < M; j++) /* overlapping peaks */
                a[i * M + j] = peak_shape((double)i, 2 + 3 * (double)j + g_rand_double(random), 2.5);
        }
        g_assert_true(fit_areas(N, M, a, y, trial % 2 ? weight : NULL, x));
        for (size_t j = 0; j < M; j++) {
            double slope = 0, size = 0;
            for (size_t i = 0; i < N; i++) {
                double rest = y[i];
                for (size_t k = 0; k < M; k++)
                    rest -= a[i * M + k] * x[k];
                slope += a[i * M + j] * rest * (trial % 2 ? weight[i] : 1);
                size += a[i * M + j] * fabs(y[i]);
            }
            g_assert_cmpfloat(x[j], >=, 0);
            g_assert_cmpfloat(x[j] > 0 ? fabs(slope) : slope, <=, 1e-10 * size);
            zeros += x[j] == 0;
        }
    }
    g_assert_cmpuint(zeros, >, 100);
    g_rand_free(random);

    const double same[] = {1, 1, 2, 2, 3, 3}, y[] = {1, 2, 3};
    double x[2];
    g_assert_false(fit_areas(3, 2, same, y, NULL, x));
}

/* ---- Two ways to a minimum ---- */

/* Noisy shells: normal equations and GSL's QR come from the same start to the same minimum.  Both end where
 * each cosine between residual and column is 1e-9 or rounding: chi2 is then known to its rounding, a sum of
 * 60 squares of differences of 0.004 between numbers of up to 3, each known to 1e-16; and a parameter to 1e-9
 * sqrt(48) of its sigma along each of 12 directions.  Where the rounding of chi2 stops GSL before, it has a
 * cosine of 1e-5 at most. */
static void quick_is_careful(void)
{
    enum { N = 60, SEEDS = 300 };
    double lower[MODES * PER_PEAK], upper[MODES * PER_PEAK], start[MODES * PER_PEAK], r[N], y[N], sigma[N];
    const struct peak_points points = {.n = N, .peaks = MODES, .r = r};
    for (size_t j = 0; j < MODES; j++) {
        const double centre = shell[j * PER_PEAK + CENTRE];
        memcpy(lower + j * PER_PEAK, (double[]){0, centre - 0.1, 0.15}, 3 * sizeof *lower);
        memcpy(upper + j * PER_PEAK, (double[]){INFINITY, centre + 0.1, 0.6}, 3 * sizeof *upper);
        memcpy(start + j * PER_PEAK, (double[]){0.66, centre, 0.3}, 3 * sizeof *start);
    }
    struct fit *quick = fit_new(N, MODES * PER_PEAK), *careful = fit_new(N, MODES * PER_PEAK);
    GRand *random = g_rand_new_with_seed(11);
    double off_chi2 = 0, off = 0;
    size_t other = 0;
    for (int seed = 0; seed < SEEDS; seed++) {
        for (size_t i = 0; i < N; i++)
            r[i] = 4 + 2.3 / (N - 1) * (double)i;
        peaks_value(&points, shell, y);
        for (size_t i = 0; i < N; i++) {
            const double u = 1 - g_rand_double(random), v = g_rand_double(random);
            sigma[i] = 0.02 / r[i];
            y[i] += sigma[i] * sqrt(-2 * log(u)) * cos(2 * G_PI * v);
        }
        const struct fit_problem problem = {.n = N, .p = MODES * PER_PEAK, .value = peaks_value,
                                            .jacobian = peaks_jacobian, .both = seed % 2 ? peaks_both : NULL,
                                            .data = &points, .y = y, .sigma = sigma, .start = start,
                                            .lower = lower, .upper = upper};
        const struct fit_options by_gsl = {.careful = true};
        struct fit_result a, b;
        g_assert_cmpint(fit_run(quick, &problem, NULL, &a), ==, FIT_CONVERGED);
        g_assert_cmpint(fit_run(careful, &problem, &by_gsl, &b), ==, FIT_CONVERGED);
        if (fabs(a.chi2 / b.chi2 - 1) > 1e-6) {     /* of a narrow valley's two sides */
            other++;
            continue;
        }
        off_chi2 = fmax(off_chi2, fabs(a.chi2 / b.chi2 - 1));
        for (size_t j = 0; j < problem.p; j++) {
            g_assert_cmpint(a.state[j], ==, b.state[j]);
            if (a.state[j] == FIT_FREE)
                off = fmax(off, fabs(a.param[j] - b.param[j]) / b.sigma[j]);
        }
    }
    g_test_message("%zu of %d ended in another minimum than GSL", other, SEEDS);
    g_assert_cmpuint(other, <=, SEEDS / 20);
    figure("chi2 of 300 fits of four Gaussians, off GSL's", off_chi2, 1e-10);
    figure("their parameters, off GSL's, in sigma", off, 1e-5);
    g_rand_free(random);
    fit_free(quick);
    fit_free(careful);
}

/* ---- Exactly four Gaussians ---- */

static double worst_share(test_step *s, const double *peaks)
{
    static const char *const names[] = {"share_1", "share_2", "share_3", "share_4"};
    double worst = 0;
    for (size_t k = 0; k < MODES; k++) {
        worst = fmax(worst, fabs(values(s, names[k])[0] - true_share(peaks, k)));
        g_assert_true(values(s, names[k])[0] == values(s, "shares")[k]);
    }
    return worst;
}

static void free_exact(void)
{
    double worst = 0;
    for (int baseline = 0; baseline < 2; baseline++) {
        test_step *s = modes_step("free", four_gaussians(shell, 0.01, baseline, 0, NULL));
        test_step_set_number(s, "baseline", baseline);
        run(s);
        worst = fmax(worst, worst_share(s, shell));
        for (size_t k = 0; k < MODES; k++) {
            worst = fmax(worst, fabs(values(s, "centres")[k] - shell[k * PER_PEAK + CENTRE]));
            worst = fmax(worst, fabs(values(s, "widths")[k] - shell[k * PER_PEAK + WIDTH]));
        }
        g_assert_cmpfloat(values(s, "rms")[0], <, 1e-9);
        g_assert_cmpstr(text_of(s, "share_1", "bounds"), ==, "none");
        test_step_free(s);
    }
    figure("four Gaussians, free fit: shares, centres, widths", worst, 1e-6);
}

/* At T all lengths have grown by k: areas, centres and widths.  g with the density of its own temperature is
 * the sum of these Gaussians; with that of the reference, g - 1 is smaller by k^3. */
static void two_stage_exact(void)
{
    double worst = 0;
    for (int T = 303; T <= 703; T += 200)
        for (int constant = 0; constant < 2; constant++) {
            const double k = 1 + ALPHA * (T - 303);
            double hot[MODES * PER_PEAK];
            for (size_t j = 0; j < MODES * PER_PEAK; j++)
                hot[j] = k * shell[j];
            hot[0] *= 0.97; /* and some atoms go over */
            hot[6] *= 1.05;
            frit_dataset *g = four_gaussians(hot, 0.01, 0, 0, NULL);
            double *value = g->data;
            for (size_t i = 0; constant && i < g->shape[0]; i++)
                value[i] = 1 + (value[i] - 1) / (k * k * k);
            test_step *s = two_stage_step(g, T, four_gaussians(shell, 0.01, 0, 0, NULL));
            test_step_set(s, "density", constant ? "constant" : "tracked");
            run(s);
            worst = fmax(worst, worst_share(s, hot));
            g_assert_cmpfloat(fabs(values(s, "area")[0] - (hot[0] + hot[3] + hot[6] + hot[9])), <, 1e-5);
            test_step_free(s);
        }
    figure("four Gaussians, two-stage, 303 to 703 K: shares", worst, 1e-6);
}

/* A shell before and one behind, which reach into the window. */
static void neighbours(void)
{
    const double more[][PER_PEAK] = {{6, 3.2, 0.3}, {6, 7.4, 0.4}};
    frit_dataset *g = four_gaussians(shell, 0.01, 0, 0, NULL);
    double *value = g->data;
    for (size_t i = 0; i < g->shape[0]; i++)
        for (size_t k = 0; k < 2; k++)
            value[i] += more[k][AREA] * peak_shape(g->axis[0]->at[i], more[k][CENTRE], more[k][WIDTH]);
    const char *const choice[] = {"none", "both"};
    double off[2];
    for (size_t k = 0; k < 2; k++) {
        test_step *s = modes_step("free", frit_dataset_ref(g));
        test_step_set(s, "neighbours", choice[k]);
        test_step_set_number(s, "restarts", 5);
        test_step_set_number(s, "rmin", 3.4);
        test_step_set_number(s, "rmax", 6.9);
        run(s);
        off[k] = worst_share(s, shell);
        g_assert_cmpuint(test_step_output(s, "at_bound")->shape[0], ==, k ? 18 : 12);
        const double baseline_only = values(s, "neighbour_shells")[0];
        g_assert_true(k ? baseline_only > 1 : baseline_only == 0);
        test_step_free(s);
    }
    frit_dataset_unref(g);
    g_assert_cmpfloat(off[0], >, 0.1);
    figure("four Gaussians between two shells, these fitted too: shares", off[1], 1e-6);
}

/* Components and residual add up; a masked point is left out and changes nothing. */
static void curves(void)
{
    frit_dataset *g = four_gaussians(shell, 0.01, 0, 0.01, NULL);
    frit_dataset_want_mask(g);
    g->mask[150] = 1;
    ((double *)g->data)[150] = NAN;
    test_step *s = modes_step("free", g);
    run(s);
    const frit_dataset *measured = test_step_output(s, "measured");
    const size_t n = measured->shape[0];
    g_assert_cmpuint(n, ==, 230); /* 4.00 to 6.30, one of them masked */
    g_assert_cmpfloat(fabs(measured->axis[0]->at[0] - 4), <, 1e-9);
    for (size_t i = 0; i < n; i++) {
        double sum = 0;
        for (int k = 0; k < 4; k++) {
            g_autofree char *mode = g_strdup_printf("mode_%d", k + 1);
            sum += values(s, mode)[i];
        }
        g_assert_cmpfloat(fabs(sum - values(s, "fitted")[i]), <, 1e-13);
        g_assert_cmpfloat(fabs(values(s, "measured")[i] - values(s, "fitted")[i] - values(s, "residual")[i]),
                          <, 1e-13);
    }
    g_assert_cmpfloat(worst_share(s, shell), <, 1e-6);
    test_step_free(s);
}

/* ---- What a free fit is worth ---- */

enum { POINTS = 231, SEEDS = 40 };

/* The window of 4.0 to 6.3 angstrom with an independent error of 0.010 in G at each point of a grid of 0.01
 * angstrom. */
struct noisy {
    double r[POINTS], y[POINTS], variance[POINTS], weight[POINTS];
    size_t index[POINTS];
};

static struct window noisy_window(guint32 seed, struct noisy *k)
{
    g_autoptr(frit_dataset) g = NULL;
    g_autoptr(GRand) random = g_rand_new_with_seed(seed);
    g = four_gaussians(shell, 0.01, 0, 0.010, random);
    for (size_t i = 0; i < POINTS; i++) {
        const size_t at = i + 100;
        k->r[i] = g->axis[0]->at[at];
        k->y[i] = ((double *)g->data)[at];
        k->variance[i] = g->sigma[at] * g->sigma[at];
        k->weight[i] = 1;
        k->index[i] = at;
    }
    return (struct window){POINTS, 4, 6.3, k->r, k->y, k->variance, k->weight, k->index};
}

/* As connection_modes fits it, free. */
static void fit_noisy(struct fit *workspace, guint32 seed, struct solution *s)
{
    static double memory[POINTS * (3 * MOST_PARAMETERS + 1)], work[PEAK_WORK(POINTS, MODES)];
    struct noisy k;
    struct limits limits = {.peaks = MODES};
    const struct window w = noisy_window(seed, &k);
    for (size_t mode = 0; mode < MODES; mode++) {
        double *const at[] = {limits.lower + mode * PER_PEAK, limits.start + mode * PER_PEAK,
                              limits.upper + mode * PER_PEAK};
        for (int j = 0; j < 3; j++) {
            at[j][AREA] = j == 0 ? 0 : j == 1 ? A2 / 4 : INFINITY;
            at[j][CENTRE] = mode_distance(R_PAPER, mode) + 0.1 * (j - 1);
            at[j][WIDTH] = j == 0 ? 0.15 : j == 1 ? sqrt(0.15 * 0.55) : 0.55;
        }
    }
    const struct fit_options options = {.restarts = 2, .seed = 1, .jitter = 0.5};
    g_assert_cmpint(solve_free(workspace, &w, &limits, &options, k.weight, work, s), ==, FIT_CONVERGED);
    g_assert_true(solve_covariance(&w, NULL, memory, s));
}

/* The shares of 2 and 3 atoms scatter by 0.095.  The scatter of 40 is known to 11 %: 30 % are three of its
 * uncertainties.  sigma of the shares, root mean square over the seeds, against the scatter: likewise. */
static void free_scatter(void)
{
    double sum[MODES] = {0}, squares[MODES] = {0}, predicted[MODES] = {0};
    struct fit *workspace = fit_new(POINTS, MODES * PER_PEAK);
    struct solution s;
    size_t unbound = 0;
    for (guint32 seed = 1; seed <= SEEDS; seed++) {
        fit_noisy(workspace, seed, &s);
        for (size_t k = 0; k < MODES; k++) {
            sum[k] += s.share[k];
            squares[k] += s.share[k] * s.share[k];
            predicted[k] += s.share_covariance[k * (MODES + 1)] / SEEDS;
        }
        size_t free_ones = 0;
        for (size_t j = 0; j < MODES * PER_PEAK; j++)
            free_ones += s.state[j] == FIT_FREE;
        unbound += free_ones == MODES * PER_PEAK;
    }
    fit_free(workspace);
    for (size_t k = 1; k < 3; k++) {
        const double sd = sqrt((squares[k] - sum[k] * sum[k] / SEEDS) / (SEEDS - 1)),
                     says = sqrt(predicted[k]);
        g_test_message("free fit, G noise 0.010: %zu-atom share: scatter %.4f, by its covariance %.4f, ratio "
                       "%.2f; %zu of %d "
                       "without a bound",
                       k + 1, sd, says, says / sd, unbound, SEEDS);
        g_test_message("figure: free fit, G noise 0.010: scatter of the %zu-atom share over 0.095, off 1: "
                       "%.2f (at most 0.3)",
                       k + 1, fabs(sd / 0.095 - 1));
        g_test_message("figure: free fit, G noise 0.010: sigma of the %zu-atom share over its scatter, off "
                       "1: %.2f (at most 0.3)",
                       k + 1, fabs(says / sd - 1));
        g_assert_cmpfloat(fabs(sd / 0.095 - 1), <=, 0.3);
        g_assert_cmpfloat(fabs(says / sd - 1), <=, 0.3);
    }
}

/* The step finds and says the same. */
static void identifiability(void)
{
    g_autoptr(GRand) random = g_rand_new_with_seed(1);
    struct fit *workspace = fit_new(POINTS, MODES * PER_PEAK);
    struct solution s;
    fit_noisy(workspace, 1, &s);
    fit_free(workspace);
    test_step *step = modes_step("free", four_gaussians(shell, 0.01, 0, 0.010, random));
    run(step);
    for (size_t k = 0; k < MODES; k++) {
        assert_close(values(step, "shares")[k], s.share[k], 1e-4);
        assert_relative(test_step_output(step, "shares")->sigma[k], sqrt(s.share_covariance[k * (MODES + 1)]),
                        1e-2);
    }
    const char *says = text_of(step, "share_2", "identifiability");
    g_test_message("%s", says);
    g_assert_nonnull(strstr(says, "shares of 2 and 3 atoms are uncertain by 0."));
    g_assert_nonnull(strstr(says, "they are not told apart"));
    test_step_free(step);
}

/* ---- A real glass ---- */

/* Centres on bounds and an area of 0; its rows are 5e-4 in r and 4 digits in the shares. */
static void real_glass(void)
{
    static const double reference[MODES] = {0.2596, 0.4117, 0.3288, 0};
    static const double centre[] = {7.072, 6.238, 5.756}, width[] = {0.576, 0.262, 0.235};
    const char *path = test_data("diffraction/ce70al10ni10cu10_metallic_glass/reference_amorpheus_Gr.txt");
    if (!path)
        return;
    table t = read_table(path); /* r, G, G cleaned, g, g cleaned; the first row is out of order */
    test_step *s = test_step_new("connection_modes");
    test_step_input(
        s, "pair_distribution",
        frit_dataset_curve(t.n - 1, t.column[0] + 1, "r", "angstrom", t.column[4] + 1, NULL, "1"));
    test_step_set(s, "method", "free");
    test_step_set(s, "radius", "3.586 angstrom");
    test_step_set_number(s, "rmin", 5.372);
    test_step_set_number(s, "rmax", 7.169);
    test_step_set(s, "width", "0.05 1.5");
    test_step_set_number(s, "baseline", 1);
    test_step_set_number(s, "restarts", 4);
    run(s);
    double worst = 0;
    for (size_t k = 0; k < MODES; k++)
        worst = fmax(worst, fabs(values(s, "shares")[k] - reference[k]));
    for (size_t k = 0; k < 3; k++) {
        assert_close(values(s, "centres")[k], centre[k], 1.5e-3);
        assert_close(values(s, "widths")[k], width[k], 1.5e-3);
    }
    g_assert_true(test_step_output(s, "centres")->mask[3] && test_step_output(s, "widths")->mask[3]);
    const char *bounds = text_of(s, "shares", "bounds");
    g_test_message("bounds: %s; %g of %g starts agree; rms %.4f; %zu points", bounds,
                   frit_dataset_attribute(test_step_output(s, "shares"), "starts_that_agree")->value,
                   frit_dataset_attribute(test_step_output(s, "shares"), "starts")->value,
                   values(s, "rms")[0], test_step_output(s, "measured")->shape[0]);
    g_assert_nonnull(strstr(bounds, "centre of the 1-atom mode at its lower bound (7.072 angstrom)"));
    g_assert_nonnull(strstr(bounds, "centre of the 3-atom mode at its lower bound (5.756 angstrom)"));
    g_assert_nonnull(strstr(bounds, "area of the 4-atom mode at its lower bound (0)"));
    g_assert_nonnull(strstr(bounds, "centre of the 4-atom mode not determined"));
    g_assert_null(strstr(bounds, "2-atom"));
    figure("Ce70Al10Ni10Cu10: shares of the free fit", worst, 0.003);
    test_step_free(s);
    table_clear(&t);
}

/* ---- R ---- */

static double radius(const char *weights, const char *radii, const char *bonds, const char *port)
{
    test_step *s = test_step_new("cluster_radius");
    test_step_set(s, "composition", "Zr52.5Cu17.9Ni14.6Al10Ti5");
    test_step_set(s, "weights", weights);
    if (radii)
        test_step_set(s, "radii", radii);
    if (bonds)
        test_step_set(s, "bonds", bonds);
    run(s);
    const double R = values(s, port)[0];
    test_step_free(s);
    return R;
}

/* By concentration R is twice the mean radius; with X-ray weights each atom counts with Z. */
static void cluster_radii(void)
{
    const double c[] = {0.525, 0.179, 0.146, 0.1, 0.05}, r[] = {1.60, 1.28, 1.25, 1.43, 1.47},
                 Z[] = {40, 29, 28, 13, 22};
    double mean = 0, weighted = 0, total = 0;
    for (size_t i = 0; i < 5; i++) {
        mean += c[i] * r[i];
        weighted += c[i] * Z[i] * r[i];
        total += c[i] * Z[i];
    }
    assert_close(radius("x-ray", NULL, NULL, "by_concentration"), 2 * mean, 1e-12);
    assert_close(radius("x-ray", NULL, NULL, "by_scattering"), 2 * weighted / total, 1e-12);
    assert_close(radius("x-ray", NULL, NULL, "cluster_radius"), 2 * weighted / total, 1e-12);
    assert_close(radius("concentration", NULL, NULL, "cluster_radius"), 2 * mean, 1e-12);
    assert_close(radius("concentration", "Zr 1.58, Ti=1.42", NULL, "cluster_radius"),
                 2 * (mean - 0.02 * c[0] - 0.05 * c[4]), 1e-12);
    assert_close(radius("concentration", NULL, "Cu-Zr 2.77", "cluster_radius"),
                 2 * mean + 2 * c[0] * c[1] * (2.77 - 2.88), 1e-12);
    g_test_message("R of Zr52.5Cu17.9Ni14.6Al10Ti5: %.3f angstrom by X-ray weights, %.3f by concentration; "
                   "the paper's is "
                   "2.969",
                   2 * weighted / total, 2 * mean);
    g_assert_cmpfloat(2 * mean, <, R_PAPER);
    g_assert_cmpfloat(2 * weighted / total, >, R_PAPER);
}

static void radius_fails(const char *composition, const char *param, const char *value, const char *words)
{
    test_step *s = test_step_new("cluster_radius");
    test_step_set(s, "composition", composition);
    if (param)
        test_step_set(s, param, value);
    fails_with(s, words);
}

static void radius_input(void)
{
    radius_fails("Fe80B20", NULL, NULL, "B has no metallic radius");
    radius_fails("ZrCu", "radii", "Zr", "\"Zr\" does not begin with an element and its radius");
    radius_fails("ZrCu", "radii", "Zr 1.6, Qq 1.2", "\"Qq 1.2\"");
    radius_fails("ZrCu", "radii", "Zr -1.6", "0.1 to 10");
    radius_fails("ZrCu", "bonds", "Zr 3.2", "two elements");
}

/* ---- Bad input ---- */

static frit_dataset *plain(void)
{
    return four_gaussians(shell, 0.01, 0, 0, NULL);
}

static void bad_input(void)
{
    test_step *s = modes_step("free", plain()); /* a window without data */
    test_step_set_number(s, "rmin", 8);
    test_step_set_number(s, "rmax", 9);
    fails_with(s, "no measured point between 8 and 9 angstrom, where the second shell is looked for: it goes "
                  "from 3 to 7");

    s = modes_step("free", four_gaussians(shell, 0.25, 0, 0, NULL)); /* fewer points than parameters */
    fails_with(s, "only 10 points between 4 and 6.3 angstrom for 12 parameters");

    s = modes_step("free", plain());
    test_step_set_number(s, "rmin", 6.5);
    fails_with(s, "rmin must be the smaller one");

    frit_dataset *g = plain(); /* G(r) */
    g->unit = "1/angstrom^2";
    fails_with(modes_step("free", g), "1/angstrom^2");

    g = plain(); /* RDF(r), without its unit */
    frit_dataset_set_text(g, "definition", "RDF(r) = 4 pi r^2 rho0 g(r)");
    fails_with(modes_step("free", g),
               "is RDF(r) = 4 pi r^2 rho0 g(r), and connection modes are fitted to g(r)");

    g = plain(); /* something about 0, as G(r) would be where it is negative */
    for (size_t i = 0; i < g->shape[0]; i++)
        ((double *)g->data)[i] = -0.5;
    fails_with(modes_step("free", g),
               "no area above the baseline of 0 between 4 and 6.3 angstrom: is it g(r), and not G(r)");

    g = plain();
    frit_dataset_want_mask(g);
    memset(g->mask, 1, g->shape[0]);
    fails_with(modes_step("free", g), "has no measured point");

    s = test_step_new("connection_modes"); /* no R, a negative one */
    test_step_set(s, "method", "free");
    test_step_input(s, "pair_distribution", plain());
    fails_with(s, "R is not known: give radius");
    s = modes_step("free", plain());
    test_step_set_number(s, "radius", -2.9);
    fails_with(s, "radius");
    s = modes_step("free", plain());
    test_step_input(s, "cluster_radius", frit_dataset_number(-2.9, "angstrom"));
    fails_with(s, "a cluster has a radius of 0.5 to 10 angstrom, not -2.9");

    s = modes_step("free", plain());
    test_step_set(s, "weights", "sigma");
    fails_with(s, "has no uncertainties");
}

static void bad_two_stage(void)
{
    test_step *s = modes_step("two-stage", plain()); /* T missing */
    fails_with(s, "give temperature");
    s = modes_step("two-stage", plain());
    test_step_input(s, "temperature", frit_dataset_number(400, "K"));
    fails_with(s, "give reference, as");
    s = modes_step("two-stage", plain());
    test_step_input(s, "temperature", frit_dataset_number(400, "K"));
    test_step_input(s, "reference", plain());
    fails_with(s, "needs the temperature of the reference");

    s = modes_step("two-stage", plain());
    frit_dataset *T = frit_dataset_number(400, "K");
    frit_dataset_want_mask(T);
    T->mask[0] = 1;
    test_step_input(s, "temperature", T);
    test_step_input(s, "reference", plain());
    test_step_input(s, "reference_temperature", frit_dataset_number(303, "K"));
    fails_with(s, "the temperature was not measured");

    s = two_stage_step(plain(), 40000, plain());
    fails_with(s, "are the temperatures in K?");

    frit_dataset *reference = four_gaussians(shell, 0.25, 0, 0, NULL);
    fails_with(two_stage_step(plain(), 400, reference), "the reference has only");
}

/* The covariance of G has to fit, and g has to say its density. */
static void bad_covariance(void)
{
    frit_dataset *C = frit_dataset_new(FRIT_F64, 2, (const size_t[]){3, 3});
    C->unit = "1/angstrom^4";
    for (int k = 0; k < 2; k++)
        C->axis[k] = frit_axis_new("r", "angstrom", 3, (const double[]){4, 5, 6});
    test_step *s = modes_step("free", plain());
    test_step_input(s, "covariance", frit_dataset_ref(C));
    fails_with(s, "does not say with which number density");
    frit_dataset *g = plain();
    frit_dataset_set_number(g, "number_density", "1/angstrom^3", RHO0);
    s = modes_step("free", g);
    test_step_input(s, "covariance", C);
    fails_with(s, "the covariance has 3 x 3 values, and g(r) has 401 points");
}

/* Covariances that fall off with the distance, in the order of the curve's points. */
static frit_dataset *between_points(const frit_dataset *g)
{
    const size_t n = g->shape[0];
    const double *r = g->axis[0]->at;
    frit_dataset *C = frit_dataset_new(FRIT_F64, 2, (const size_t[]){n, n});
    C->unit = "1/angstrom^4";
    for (int k = 0; k < 2; k++)
        C->axis[k] = frit_axis_new("r", "angstrom", n, r);
    for (size_t i = 0; i < n; i++)
        for (size_t j = 0; j < n; j++)
            ((double *)C->data)[i * n + j] = 1e-4 * exp(-fabs(r[i] - r[j]) / 0.1);
    return C;
}

/* A curve by descending r says the same as one by ascending r, to the bit: points are put into order first. */
static void any_order_of_points(void)
{
    double share[2][MODES], sigma[2][MODES];
    for (int turned = 0; turned < 2; turned++) {
        g_autoptr(frit_dataset) g = plain();
        const size_t n = g->shape[0];
        double *y = g->data, *r = g->axis[0]->at;
        for (size_t i = 0; turned && i < n / 2; i++) {
            const double keep_y = y[i], keep_r = r[i];
            y[i] = y[n - 1 - i];
            r[i] = r[n - 1 - i];
            y[n - 1 - i] = keep_y;
            r[n - 1 - i] = keep_r;
        }
        frit_dataset_set_number(g, "number_density", "1/angstrom^3", RHO0);
        test_step *s = modes_step("free", frit_dataset_ref(g));
        test_step_input(s, "covariance", between_points(g));
        GError *error = NULL;
        test_step_run(s, &error);
        g_assert_no_error(error);
        const frit_dataset *shares = test_step_output(s, "shares");
        for (size_t k = 0; k < MODES; k++) {
            share[turned][k] = frit_dataset_values(shares)[k];
            sigma[turned][k] = shares->sigma[k];
        }
        test_step_free(s);
    }
    for (size_t k = 0; k < MODES; k++) {
        g_assert_cmpfloat(share[0][k], ==, share[1][k]);
        g_assert_cmpfloat(sigma[0][k], ==, sigma[1][k]);
        g_assert_cmpfloat(sigma[0][k], >, 0);
    }
}

int main(int argc, char **argv)
{
    test_init(&argc, &argv);
    g_test_add_func("/connection-modes/covariance-order", any_order_of_points);
    g_test_add_func("/connection-modes/areas", areas_are_minima);
    g_test_add_func("/connection-modes/quick-is-careful", quick_is_careful);
    g_test_add_func("/connection-modes/free", free_exact);
    g_test_add_func("/connection-modes/two-stage", two_stage_exact);
    g_test_add_func("/connection-modes/neighbours", neighbours);
    g_test_add_func("/connection-modes/curves", curves);
    g_test_add_func("/connection-modes/scatter", free_scatter);
    g_test_add_func("/connection-modes/identifiability", identifiability);
    g_test_add_func("/connection-modes/real-glass", real_glass);
    g_test_add_func("/connection-modes/cluster-radius", cluster_radii);
    g_test_add_func("/connection-modes/cluster-radius-input", radius_input);
    g_test_add_func("/connection-modes/input", bad_input);
    g_test_add_func("/connection-modes/two-stage-input", bad_two_stage);
    g_test_add_func("/connection-modes/covariance-input", bad_covariance);
    return g_test_run();
}
