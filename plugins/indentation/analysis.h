/* Oliver and Pharr's analysis of the cycles of a test: what oliver_pharr and oliver_pharr_cycles share.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef INDENTATION_ANALYSIS_H
#define INDENTATION_ANALYSIS_H

#include "indentation.h"
#include "record.h"
#include "unload.h"
#include "why.h"
#include "works.h"

struct analysis {
    struct cycle cycle;
    struct unload_fit fit;
    struct contact_result contact;
    struct works works;
    size_t first, last; /* of the record: the points of the fit, and one behind */
    double Pmax, hmax, sigma_P, sigma_h;
    double hardness_from_work, sigma_hardness_from_work;
};

/* The settings for a call: area from the port `area`, the parameter, or the attributes area_c0 ... . */
frit_status analysis_settings(frit_call *c, uint32_t area_port, struct contact_settings *s);
/* The record with its uncertainty.  Warns of what is suspicious; false: this cycle cannot be evaluated. */
bool analysis_of_cycle(frit_call *c, const struct record *r, const struct contact_settings *s,
                       const struct cycle *cycle, size_t number, struct analysis *a, struct why *why);

/* Area functions for other steps: text for messages is the step's. */
frit_status area_settings(frit_call *c, uint32_t area_port, const frit_array *given, bool in_um,
                          struct area *area);
frit_status area_check(frit_call *c, const frit_array *given);
/* An area that no indenter has at this depth. */
bool area_plausible(const struct area *area, double hc, struct why *why);

#define AREA_PARAM(T)                                                                                        \
    FRIT_ARRAY(T, area, "1", -1e15, 1e15, 0,                                                                 \
               "coefficients of the area function A = sum C[i] hc^(2/2^i), up to 9, for nm; not given: "     \
               "those that the file "                                                                        \
               "knows, else 24.5 hc^2, an ideal Berkovich tip"),                                             \
        FRIT_CHOICE(T, area_unit, "nm|um", "of the depth that the coefficients are for")
#define AREA_INPUT                                                                                           \
    {                                                                                                        \
        .name = "area_function", .unit = "1", .ndim = 1, .flags = FRIT_PORT_OPTIONAL,                        \
        .doc = "coefficients from the step area_function; they go before the parameter `area`"               \
    }
#define TIP_PARAMS(T)                                                                                        \
    FRIT_F64(T, poisson, "1", NAN, -1, 0.5, FRIT_PARAM_SAMPLE,                                               \
             "Poisson's ratio of the sample; not given: the file's, else 0.3"),                              \
        FRIT_F64(T, beta, "1", 1, 0.5, 2, 0,                                                                 \
                 "geometry factor of the stiffness: 1 (NanoSuite), 1.034, 1.05"),                            \
        FRIT_F64(T, indenter_modulus, "GPa", 1141, 1, 1e5, 0, "Young's modulus of the indenter: diamond's"), \
        FRIT_F64(T, indenter_poisson, "1", 0.07, -1, 0.5, 0, "Poisson's ratio of the indenter")

/* The parameter, the file's attribute, or 0.3. */
double poisson_of(frit_call *c, double given);

#endif
