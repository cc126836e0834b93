/* S(Q, T) and G(r, T) of the model glass, for tests.
 *
 * The noise is a chain's: sigma of S(Q) as the counts of one simulated frame give it, independent from
 * point to point, as bins that do not share pixels are.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "model_series.h"

#include <gsl/gsl_randist.h>
#include <math.h>

#include "simulate/structure.h"
#include "step.h"

model_grid model_grid_read(void)
{
    g_autofree char *path = test_file("data/sigma_S.csv"), *text = NULL;
    g_autoptr(GError) error = NULL;
    g_file_get_contents(path, &text, NULL, &error);
    g_assert_no_error(error);
    g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
    guint most = g_strv_length(lines);
    model_grid grid = {0, g_new0(double, most), g_new0(double, most)};
    for (char **line = lines; *line; line++) {
        char *end;
        double Q = g_ascii_strtod(*line, &end);
        if (end == *line)
            continue;
        g_assert_cmpint(*end, ==, ',');
        grid.Q[grid.n] = Q;
        grid.sigma[grid.n++] = g_ascii_strtod(end + 1, NULL);
    }
    g_assert_cmpuint(grid.n, ==, 1738);
    return grid;
}

void model_grid_clear(model_grid *grid)
{
    g_free(grid->Q);
    g_free(grid->sigma);
    *grid = (model_grid){0};
}

double model_temperature(size_t frame)
{
    return 303 + 2 * (double)frame;
}

static struct structure_sample sample_of(const char *name)
{
    struct structure_sample sample;
    g_assert_true(structure_sample(name, &sample));
    return sample;
}

/* One generator for a seed and a temperature: neighbouring ones must not begin alike, so that the bits of
 * both are mixed (the finisher of MurmurHash3). */
static gsl_rng *generator(guint32 seed, double temperature)
{
    guint64 x = ((guint64)seed << 32) ^ (guint64)llround(temperature * 1e4);
    x = (x ^ (x >> 33)) * G_GUINT64_CONSTANT(0xff51afd7ed558ccd);
    x = (x ^ (x >> 33)) * G_GUINT64_CONSTANT(0xc4ceb9fe1a85ec53);
    gsl_rng *rng = gsl_rng_alloc(gsl_rng_mt19937);
    gsl_rng_set(rng, (gulong)((x ^ (x >> 33)) & 0xffffffff));
    return rng;
}

frit_dataset *model_structure_factor(const char *name, double temperature, const model_grid *grid,
                                     guint32 seed)
{
    struct structure_sample sample = sample_of(name);
    g_autofree double *S = g_new(double, grid->n);
    structure_factor(&sample, temperature, grid->Q, grid->n, S);
    if (seed) {
        gsl_rng *rng = generator(seed, temperature);
        for (size_t i = 0; i < grid->n; i++)
            S[i] += gsl_ran_gaussian(rng, grid->sigma[i]);
        gsl_rng_free(rng);
    }
    frit_dataset *d = frit_dataset_curve(grid->n, grid->Q, "Q", "1/angstrom", S, grid->sigma, "1");
    d->quantity = "structure_factor";
    return d;
}

frit_dataset *model_reduced_pdf(const char *name, double temperature, double rmax, double step)
{
    struct structure_sample sample = sample_of(name);
    size_t n = (size_t)llround(rmax / step) + 1;
    g_autofree double *r = g_new(double, n), *G = g_new(double, n);
    for (size_t i = 0; i < n; i++)
        r[i] = (double)i * step;
    structure_pdf(&sample, temperature, r, n, G);
    frit_dataset *d = frit_dataset_curve(n, r, "r", "angstrom", G, NULL, "1/angstrom^2");
    d->quantity = "reduced_pdf";
    return d;
}

frit_dataset *model_transformed(frit_dataset *S, double rmax, double step, frit_dataset **covariance)
{
    g_autoptr(GError) error = NULL;
    test_step *s = test_step_new("transform");
    test_step_set_number(s, "qmax", 24);
    test_step_set_number(s, "rmax", rmax);
    test_step_set_number(s, "rstep", step);
    test_step_input(s, "structure_factor", S);
    test_step_run(s, &error);
    g_assert_no_error(error);
    frit_dataset *G = frit_dataset_ref((frit_dataset *)test_step_output(s, "reduced_pdf"));
    if (covariance)
        *covariance = frit_dataset_ref((frit_dataset *)test_step_output(s, "covariance"));
    test_step_free(s);
    return G;
}

double model_number_density(const char *name, double temperature)
{
    struct structure_sample sample = sample_of(name);
    return structure_density(&sample, temperature);
}
