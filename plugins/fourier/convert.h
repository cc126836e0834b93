/* convert_structure_factor and convert_pdf: one function of Q, or of r, into another of the same content.
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef FRIT_FOURIER_CONVERT_H
#define FRIT_FOURIER_CONVERT_H

#include "fourier.h"

struct convert_structure_factor {
    int32_t from, to;
    double  b_coh_sqr, b_tot_sqr;
};
extern const frit_port  convert_structure_factor_inputs[], convert_structure_factor_outputs[];
extern const frit_param convert_structure_factor_params[];
extern const char       convert_structure_factor_doc[];
frit_status convert_structure_factor_check(frit_call *c);
frit_status convert_structure_factor_run(frit_call *c);

struct convert_pdf {
    struct density sample;
    int32_t from, to;
    double  b_coh_sqr, rmin;
};
extern const frit_port  convert_pdf_inputs[], convert_pdf_outputs[];
extern const frit_param convert_pdf_params[];
extern const char       convert_pdf_doc[];
frit_status convert_pdf_check(frit_call *c);
frit_status convert_pdf_run(frit_call *c);

/* ---- What both share ---- */

/* A function of x is y = A x^power [u - base], where u is S(Q) or g(r). */
struct form {
    const char *letter;                 /* as in the choices */
    const char *name, *unit;            /* of the output */
    const char *definition;
    double      A, base;
    int         power;
};

/* Points of a curve; sigma and mask may be NULL. */
struct points {
    size_t         n;
    const double  *x, *value, *sigma;
    const uint8_t *mask;
};

/* One form into another at each point: out->value, sigma (where there is one) and mask.  What is not
 * measured, or where x = 0 leaves it open, is masked. */
void convert_points(const struct form *from, const struct form *to, const struct points *in,
                    const frit_buffer *out);

bool convert_is_measured(const struct points *in, size_t i);

/* The points of the input in the unit of the form; fail() says what that is, or FRIT_ENOMEM. */
frit_status convert_input(frit_call *c, const struct form *from, const frit_view *in, struct points *out);

/* The output over the axis of the input, with a mask. */
frit_buffer *convert_output(frit_call *c, const struct form *to, const frit_view *in, bool sigma);

#endif
