/* Random numbers of a detector: which photons arrive, and what reading adds.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef SIMULATE_COUNTS_H
#define SIMULATE_COUNTS_H

#include <gsl/gsl_rng.h>
#include <stdint.h>

/* A seed for each row of each frame of each kind: which other frames are made, by how many threads, does
   not matter. */
unsigned long counts_seed(uint64_t seed, uint64_t kind, uint64_t frame, uint64_t row);

/* Poisson's distribution, exactly; mean >= 0. */
double counts_poisson(gsl_rng *rng, double mean);

#endif
