/* The numbers of Oliver and Pharr's analysis: one unloading, without a host.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef INDENTATION_UNLOAD_H
#define INDENTATION_UNLOAD_H

#include <stdbool.h>
#include <stddef.h>

#include "area.h"
#include "shared/fit.h"

/* P = peak ((h - hf)/(hmax - hf))^m. */
struct unload_fit {
    double peak, hf, m, hmax;
    double sigma_peak, sigma_hf, sigma_m;
    double covariance[3][3]; /* of peak, hf, m */
    double S, sigma_S;       /* mN/nm: m peak/(hmax - hf), the slope at hmax */
    double rms, r_squared;   /* of the loads, mN */
    bool at_bound;           /* m or hf */
};

/* n >= 5 points of an unloading that begins at hmax.  NULL, or half a sentence that says why not. */
const char *unload_fit(const double *h, const double *P, size_t n, double hmax, struct unload_fit *fit);
double unload_fit_at(const struct unload_fit *fit, double h);

/* The factor of the contact's shape for an exponent m; 0.75 for m = 1.5. */
double epsilon_of(double m);
/* Hay, Bolshakov and Pharr's correction for the sink-in under a cone of this half angle (radian, > 60
 * degrees). */
double hay_factor(double poisson, double half_angle);

struct contact_settings {
    struct area area;
    double epsilon; /* NaN: from m */
    double beta, poisson, indenter_modulus, indenter_poisson;
    double area_uncertainty;
};

/* GPa, nm, mN, mN/nm; each with its standard uncertainty. */
struct contact_result {
    double epsilon, hc, A, H, Er, E, p_s2;
    double sigma_hc, sigma_A, sigma_H, sigma_Er, sigma_E, sigma_p_s2;
};

/* A load P (sigma_P) at a depth hmax (sigma_h), with stiffness S (sigma_S) and exponent m. */
void contact_evaluate(const struct contact_settings *s, double P, double sigma_P, double hmax, double sigma_h,
                      double S, double sigma_S, double m, struct contact_result *r);
double modulus_of(double Er, double poisson, double indenter_modulus, double indenter_poisson);
double reduced_modulus_of(double E, double poisson, double indenter_modulus, double indenter_poisson);

/* Hardness without the tip's area, from P/S^2 (1/GPa) and the part of the work that is elastic. */
double hardness_from_work(double p_s2, double work_ratio, double beta);

#endif
