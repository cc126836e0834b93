/* S(Q, T) and G(r, T) of the model glass, exact and with the noise of measured frames, for tests of what is
 * made of them.  Programs that use it compile tests/model_series.c and
 * plugins/simulate/{structure,crystal}.c, and link GSL.
 */
#pragma once

#include "dataset.h"

/* Where a frame of 2000 bins from 0.75 to 27.5 1/angstrom gives S(Q), up to 24, and how uncertain it is
 * there: tests/data/sigma_S.csv. */
typedef struct model_grid {
    size_t  n;
    double *Q, *sigma;
} model_grid;

model_grid model_grid_read(void);
void       model_grid_clear(model_grid *grid);

/* Frames from 303 to 773 K, 2 K apart. */
enum { MODEL_FRAMES = 236 };
double model_temperature(size_t frame);   /* K, of frame 0 to MODEL_FRAMES - 1 */

/* sample: "AC", "CR" or "HPT".  S(Q) as it is, or with Gaussian noise of grid->sigma where the seed is not
 * 0: each pair of seed and temperature (to 1e-4 K) draws its own, always the same.  Sigma is that of the
 * grid, also of the exact one. */
frit_dataset *model_structure_factor(const char *sample, double temperature, const model_grid *grid,
                                     guint32 seed);
/* The exact G(r) from r = 0 in steps of `step`, up to rmax; no sigma. */
frit_dataset *model_reduced_pdf(const char *sample, double temperature, double rmax, double step);
/* What `transform` makes of S(Q) up to 24 1/angstrom, without a window, on r from 0 to rmax; takes the
 * reference. covariance: where it is wanted, else NULL. */
frit_dataset *model_transformed(frit_dataset *S, double rmax, double step, frit_dataset **covariance);
double        model_number_density(const char *sample, double temperature);   /* 1/angstrom^3 */
