/* The structure of a metallic glass in closed form: S(Q) and G(r) that are each other's exact sine
 * transforms, for three states of Zr52.5Cu17.9Ni14.6Al10Ti5 that are heated through relaxation, glass
 * transition and crystallisation. Plain C, for whoever needs a truth.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef SIMULATE_STRUCTURE_H
#define SIMULATE_STRUCTURE_H

#include <stdbool.h>
#include <stddef.h>

/* The schedule of a sample; temperatures in K. */
struct structure_sample {
    const char *name;
    double      Tg, Tx;             /* glass transition, onset of crystallisation */
    double      Ton, Tr;            /* onset of the relaxation, and of its main stage */
    double      amplitude;          /* of what relaxes: 1 for the most deformed */
    double      thickness;          /* mm */
};

enum { STRUCTURE_SAMPLES = 3 };

/* "AC", "CR" or "HPT"; false: there is no such sample. */
bool structure_sample(const char *name, struct structure_sample *sample);
/* The k-th of them, 0 <= k < STRUCTURE_SAMPLES. */
const struct structure_sample *structure_sample_at(int k);

/* Faber-Ziman S at any Q >= 0 in 1/angstrom; > 0 everywhere. */
void structure_factor(const struct structure_sample *sample, double temperature, const double *q, size_t n,
                      double *s);
/* Reduced pair distribution G(r) in 1/angstrom^2 at r >= 0 in angstrom: that of the same structure, not
 * cut off at any Q. */
void structure_pdf(const struct structure_sample *sample, double temperature, const double *r, size_t n,
                   double *g);
/* Atoms per cubic angstrom. */
double structure_density(const struct structure_sample *sample, double temperature);

/* What the model is mixed from: S and G of pure states at 303 K. */
enum { STRUCTURE_MATRIX, STRUCTURE_DISORDERED, STRUCTURE_CRYSTAL, STRUCTURE_STATES };
void structure_state_factor(int state, const double *q, size_t n, double *s);
/* Their shares at a temperature, which add up to 1. */
void structure_shares(const struct structure_sample *sample, double temperature,
                      double share[STRUCTURE_STATES]);

/* The schedule. */
#define STRUCTURE_TEMPERATURE0 303.0    /* K, where all lengths are those of the states */
double structure_strain(const struct structure_sample *sample,
                        double temperature); /* k: lengths over those at 303 K */
double structure_disorder(const struct structure_sample *sample,
                          double temperature); /* phi: share of the disordered state */
double structure_relaxation(const struct structure_sample *sample,
                            double temperature); /* R: 0 as made, 1 relaxed */
double structure_crystal(const struct structure_sample *sample,
                         double temperature); /* X: share of the crystal; 0 up to Tx */
/* Share of the neighbours in the second shell that are connected over 1 to 4 atoms, of all four; without
   the crystal. */
double structure_connection(const struct structure_sample *sample, double temperature, int atoms);

#endif
