/* What a calorimeter would show of a metallic glass whose answers are known.  Plain C, for whoever needs a
 * truth.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef CALORIMETRY_DSC_MODEL_H
#define CALORIMETRY_DSC_MODEL_H

#include <stdbool.h>
#include <stddef.h>

enum dsc_run { DSC_FIRST, DSC_SECOND, DSC_SAPPHIRE, DSC_EMPTY };

struct dsc_truth {
    double Tg, Tx;          /* K */
    double enthalpy;        /* kJ/mol, released up to Tg */
};

/* "AC", "CR", "HPT"; false: there is no such sample. */
bool dsc_truth(const char *sample, struct dsc_truth *truth);

/* J/(mol K) of a sample at T in K, on its first or second scan. */
double dsc_specific_heat(const char *sample, bool second, double T);

/* The experiment. */
struct dsc_experiment {
    const char *sample;
    enum dsc_run run;
    double mass, sapphire_mass;     /* mg */
    double rate;                    /* K/min */
    double from, to, hold;          /* K, K, s */
    double interval;                /* s between points */
    double noise;                   /* s.d. of a point, uW */
    double correlation;             /* s: time constant of the noise; 0: white */
    unsigned long seed;
};

/* The numbers of points of the whole program, hold, scan, hold. */
size_t dsc_points(const struct dsc_experiment *x);
/* Time (s), temperature of the sample (K) and heat flow (mW, endothermic positive) of each. */
bool dsc_measure(const struct dsc_experiment *x, double *t, double *T, double *flow);

#endif
