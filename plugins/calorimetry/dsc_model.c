/* A calorimeter and a glass in closed form.
 *
 * Glass: a straight line; on top of it the step at Tg, which rises straight from Tg to Tg + 18 K with
 * rounded corners, so that the tangent at its inflection meets the glass line at Tg.  First scan: less the
 * relaxation, the enthalpy times dR/dT, R being the same variable that relaxes the structure
 * (plugins/simulate/structure.h), so that what is released up to Tg is the enthalpy.  Crystallisation: an
 * edge that falls straight from Tx and ends in an exponential.  The numbers of the heat capacities are a
 * choice.
 *
 * Instrument: the program's ramp reaches the sample with a time constant of 6 s; each run has its own
 * isothermal level and drift; a calibration factor that falls with temperature; white or correlated
 * Gaussian noise, from GSL's Mersenne twister.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "dsc_model.h"

#include <gsl/gsl_randist.h>
#include <gsl/gsl_rng.h>
#include <math.h>
#include <string.h>

#include "sapphire.h"
#include "simulate/structure.h"

#define MOLAR_MASS  72.928062 /* g/mol, of Zr52.5Cu17.9Ni14.6Al10Ti5 */
#define GLASS_323   23.738    /* J/(mol K) at 323 K */
#define SLOPE       0.006     /* J/(mol K^2) */
#define STEP_SLOPE  0.75      /* J/(mol K^2): of the glass step, over 18 K */
#define STEP_WIDTH  18.0      /* K */
#define STEP_CORNER 1.5       /* K */
#define EDGE        65.0      /* J/(mol K^2): of the exotherm of crystallisation */
#define EDGE_CORNER 0.4       /* K */
#define EDGE_LENGTH 7.0       /* K from Tx to the top */
#define TAIL        6.0       /* K */
#define LAG         6.0       /* s */

static const struct {
    const char *name;
    double enthalpy;
} enthalpies[] = {{"AC", 0.352}, {"CR", 0.518}, {"HPT", 0.656}};

bool dsc_truth(const char *sample, struct dsc_truth *truth)
{
    struct structure_sample s;
    if (!structure_sample(sample, &s))
        return false;
    *truth = (struct dsc_truth){s.Tg, s.Tx, NAN};
    for (size_t i = 0; i < sizeof enthalpies / sizeof *enthalpies; i++)
        if (!strcmp(sample, enthalpies[i].name))
            truth->enthalpy = enthalpies[i].enthalpy;
    return isfinite(truth->enthalpy);
}

/* x above 0, 0 below, rounded over w. */
static double ramp(double x, double w)
{
    return x > 30 * w ? x : w * log1p(exp(x / w));
}

static double exotherm(double Tx, double T)
{
    double edge = EDGE * ramp(T - Tx, EDGE_CORNER),
           tail = EDGE * EDGE_LENGTH * exp(-(T - Tx - EDGE_LENGTH) / TAIL);
    /* the smaller of the two, rounded */
    return 1 / pow(pow(1 / edge, 30) + pow(1 / tail, 30), 1.0 / 30);
}

/* dR/dT by the symmetric difference: R is smooth over kelvins. */
static double relaxation_rate(const struct structure_sample *s, double T)
{
    const double h = 1e-3;
    return (structure_relaxation(s, T + h) - structure_relaxation(s, T - h)) / (2 * h);
}

double dsc_specific_heat(const char *sample, bool second, double T)
{
    struct structure_sample s;
    struct dsc_truth truth;
    if (!dsc_truth(sample, &truth) || !structure_sample(sample, &s))
        return NAN;
    double C = GLASS_323 + SLOPE * (T - 323) +
               STEP_SLOPE * (ramp(T - s.Tg, STEP_CORNER) - ramp(T - s.Tg - STEP_WIDTH, STEP_CORNER));
    if (T > s.Tx - 30)
        C -= exotherm(s.Tx, T);
    if (!second)
        C -= 1e3 * truth.enthalpy * relaxation_rate(&s, T) / structure_relaxation(&s, s.Tg);
    return C;
}

static double scan_time(const struct dsc_experiment *x)
{
    return 60 * (x->to - x->from) / x->rate;
}

size_t dsc_points(const struct dsc_experiment *x)
{
    return (size_t)floor((2 * x->hold + scan_time(x)) / x->interval) + 1;
}

/* What follows a ramp with a time constant: temperature and its slope, t after the ramp's start. */
static void follow(double rate, double t, double *T, double *slope)
{
    if (t <= 0)
        return;
    *T += rate * (t - LAG * (1 - exp(-t / LAG)));
    *slope += rate * (1 - exp(-t / LAG));
}

/* J/K of what is in the pan. */
static double heat_capacity(const struct dsc_experiment *x, double T)
{
    if (x->run == DSC_EMPTY)
        return 0;
    if (x->run == DSC_SAPPHIRE)
        return 1e-3 * x->sapphire_mass * sapphire_specific_heat(T);
    return 1e-3 * x->mass / MOLAR_MASS * dsc_specific_heat(x->sample, x->run == DSC_SECOND, T);
}

/* Of the run's random numbers: each sample's scans have their own; sapphire and empty pans serve all. */
static unsigned long seed_of(const struct dsc_experiment *x)
{
    const size_t n = sizeof enthalpies / sizeof *enthalpies;
    size_t sample = 0;
    while (x->run <= DSC_SECOND && sample + 1 < n && strcmp(x->sample, enthalpies[sample].name))
        sample++;
    return (x->seed * n + sample) * 4 + (unsigned long)x->run + 1;
}

bool dsc_measure(const struct dsc_experiment *x, double *t, double *T, double *flow)
{
    gsl_rng *random = gsl_rng_alloc(gsl_rng_mt19937);
    if (!random)
        return false;
    gsl_rng_set(random, seed_of(x));
    /* of the run: an isothermal level of -12 +- 2 mW and a drift of 0.2 mW/h, as real instruments have */
    double level = -12 + gsl_ran_gaussian(random, 2), drift = gsl_ran_gaussian(random, 0.2) / 3600;
    double rate = x->rate / 60, memory = x->correlation > 0 ? exp(-x->interval / x->correlation) : 0,
           noise = 0;
    size_t n = dsc_points(x);
    for (size_t i = 0; i < n; i++) {
        double slope = 0;
        t[i] = (double)i * x->interval;
        T[i] = x->from;
        follow(rate, t[i] - x->hold, &T[i], &slope);
        follow(-rate, t[i] - x->hold - scan_time(x), &T[i], &slope);
        double factor = 0.98 - 1e-4 * (T[i] - 323), asymmetry = 1e-3 * (1.2 + 2e-3 * (T[i] - 323));
        double kick = gsl_ran_gaussian(random, 1);
        noise = i == 0 ? kick : memory * noise + sqrt(1 - memory * memory) * kick;
        flow[i] = level + drift * t[i] + 1e3 * factor * (heat_capacity(x, T[i]) + asymmetry) * slope +
                  1e-3 * x->noise * noise;
    }
    gsl_rng_free(random);
    return true;
}
